//! Procedures in force, for everybody and without sign-in (niêm yết công khai).
//!
//! A procedure is public when it names its field: those of the system itself name none. What was in
//! force once keeps its address for ever; its text is shown only while it is in force.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::document::control::LinkKind;
use domain::document::{DocumentKind, DocumentState, RevisionState};
use domain::id::{DocumentId, EvidenceId, RevisionId, UnitId};
use entities::{administrative_procedure, document, document_link, evidence, issue_decision, revision};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::registers::holding;
use super::{access, revisions, worded};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Download, Slice};
use crate::inspections::unit_names;
use uuid::Uuid;

/// Which procedures are asked for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this unit.
    pub unit_id: Option<UnitId>,
    /// Of this field.
    pub field: Option<String>,
    /// Words in code, title or field, or the national code of a TTHC; diacritics do not matter.
    pub q: Option<String>,
}

/// A procedure in force.
#[derive(Clone, Debug)]
pub struct Posted {
    /// The document.
    pub row: document::Model,
    /// Name of its unit.
    pub unit_name: String,
    /// The revision in force.
    pub current: Option<revision::Model>,
    /// The administrative procedures in force that it serves, by code.
    pub tthc: Vec<administrative_procedure::Model>,
}

/// Documents that are public.
fn public() -> Condition {
    Condition::all().add(document::Column::Kind.eq(DocumentKind::Procedure)).add(document::Column::FieldName.is_not_null())
}

fn wanted(filter: &Filter, today: NaiveDate) -> Condition {
    use document::Column;
    let words = filter.q.as_deref().map(domain::text::fold).filter(|words| !words.is_empty());
    public()
        .add(Column::State.eq(DocumentState::InForce))
        .add_option(filter.unit_id.map(|unit| Column::UnitId.eq(unit)))
        .add_option(filter.field.as_ref().map(|field| Column::FieldName.eq(field)))
        .add_option(words.map(|words| worded(&words, today)))
}

/// Procedures in force by title: five statements, whatever the size.
///
/// # Errors
/// The database's.
pub async fn list(db: &impl ConnectionTrait, filter: &Filter, slice: &Slice, today: NaiveDate) -> Result<Vec<Posted>> {
    use document::Column;
    let rows = document::Entity::find()
        .filter(wanted(filter, today))
        .filter(slice.after(Column::Title, Column::Id, false))
        .order_by_asc(Column::Title)
        .order_by_asc(Column::Id)
        .limit(slice.fetch())
        .all(db)
        .await?;
    posted(db, rows, today).await
}

/// Most procedures of one sheet: more than any unit posts.
const MOST_POSTED: u64 = 1_000;

/// Every procedure in force that is wanted, for a sheet on the wall.
///
/// # Errors
/// The database's.
pub async fn sheet(db: &impl ConnectionTrait, filter: &Filter, today: NaiveDate) -> Result<Vec<Posted>> {
    use document::Column;
    let query = document::Entity::find().filter(wanted(filter, today)).order_by_asc(Column::Title).order_by_asc(Column::Id);
    posted(db, query.limit(MOST_POSTED).all(db).await?, today).await
}

async fn posted(db: &impl ConnectionTrait, rows: Vec<document::Model>, today: NaiveDate) -> Result<Vec<Posted>> {
    let names = unit_names(db, rows.iter().map(|row| row.unit_id)).await?;
    let in_force = revision::Entity::find()
        .filter(revision::Column::DocumentId.is_in(rows.iter().map(|row| row.id)))
        .filter(revision::Column::State.eq(RevisionState::Effective))
        .all(db)
        .await?;
    let mut current: BTreeMap<DocumentId, revision::Model> = in_force.into_iter().map(|row| (row.document_id, row)).collect();
    let mut served = served(db, &rows, today).await?;
    let shown = |row: document::Model| Posted {
        unit_name: names.get(&row.unit_id).cloned().unwrap_or_default(),
        current: current.remove(&row.id),
        tthc: served.remove(&row.id).unwrap_or_default(),
        row,
    };
    Ok(rows.into_iter().map(shown).collect())
}

/// The administrative procedures in force that documents serve today: two statements.
async fn served(
    db: &impl ConnectionTrait,
    rows: &[document::Model],
    today: NaiveDate,
) -> Result<BTreeMap<DocumentId, Vec<administrative_procedure::Model>>> {
    use administrative_procedure::Column;
    let links: Vec<(DocumentId, Option<Uuid>)> = document_link::Entity::find()
        .select_only()
        .columns([document_link::Column::DocumentId, document_link::Column::TargetId])
        .filter(document_link::Column::DocumentId.is_in(rows.iter().map(|row| row.id)))
        .filter(document_link::Column::Kind.eq(LinkKind::AdministrativeProcedure))
        .filter(holding(today))
        .into_tuple()
        .all(db)
        .await?;
    let entries = administrative_procedure::Entity::find()
        .filter(Column::Id.is_in(links.iter().filter_map(|(_, target)| *target)))
        .filter(crate::units::alive(Column::ValidFrom, Column::ValidTo, today))
        .order_by_asc(Column::NationalCode)
        .order_by_asc(Column::Id)
        .all(db)
        .await?;
    let mut found: BTreeMap<DocumentId, Vec<administrative_procedure::Model>> = BTreeMap::new();
    for entry in entries {
        for (document, _) in links.iter().filter(|(_, target)| *target == Some(entry.id.0)) {
            found.entry(*document).or_default().push(entry.clone());
        }
    }
    Ok(found)
}

/// How many procedures are in force, by unit.
///
/// # Errors
/// The database's.
pub async fn units(db: &impl ConnectionTrait) -> Result<Vec<(UnitId, String, u64)>> {
    let counted: Vec<(UnitId, i64)> = document::Entity::find()
        .select_only()
        .column(document::Column::UnitId)
        .column_as(document::Column::Id.count(), "n")
        .filter(wanted(&Filter::default(), NaiveDate::default()))
        .group_by(document::Column::UnitId)
        .into_tuple()
        .all(db)
        .await?;
    let names = unit_names(db, counted.iter().map(|(unit, _)| *unit)).await?;
    let named =
        |(unit, n): (UnitId, i64)| (unit, names.get(&unit).cloned().unwrap_or_default(), u64::try_from(n).unwrap_or_default());
    let mut found: Vec<_> = counted.into_iter().map(named).collect();
    found.sort_by(|a, b| a.1.cmp(&b.1));
    Ok(found)
}

/// How many procedures are in force, by field.
///
/// # Errors
/// The database's.
pub async fn fields(db: &impl ConnectionTrait, unit_id: Option<UnitId>) -> Result<Vec<(String, u64)>> {
    let counted: Vec<(String, i64)> = document::Entity::find()
        .select_only()
        .column(document::Column::FieldName)
        .column_as(document::Column::Id.count(), "n")
        .filter(wanted(&Filter { unit_id, ..Filter::default() }, NaiveDate::default()))
        .group_by(document::Column::FieldName)
        .order_by_asc(document::Column::FieldName)
        .into_tuple()
        .all(db)
        .await?;
    Ok(counted.into_iter().map(|(field, n)| (field, u64::try_from(n).unwrap_or_default())).collect())
}

/// A text that is or was in force, with what stands around it.
#[derive(Clone, Debug)]
pub struct Read {
    /// The document, its unit and the revision in force.
    pub posted: Posted,
    /// The text that was asked for.
    pub revision: revision::Model,
    /// The decision that issued it.
    pub decision: Option<issue_decision::Model>,
    /// Its files, while it is in force.
    pub files: Vec<evidence::Model>,
    /// The public document in its place, once it was withdrawn.
    pub replaced_by: Option<document::Model>,
}

async fn find(db: &impl ConnectionTrait, id: DocumentId, today: NaiveDate) -> Result<Posted> {
    let row = document::Entity::find_by_id(id)
        .filter(public())
        .filter(document::Column::State.ne(DocumentState::Preparing))
        .one(db)
        .await?
        .ok_or(Error::NotFound)?;
    posted(db, vec![row], today).await?.pop().ok_or(Error::NotFound)
}

/// A procedure at its lasting address: the text in force, or the last one.
///
/// # Errors
/// 404 for what never was in force, or is not for everybody.
pub async fn procedure(db: &impl ConnectionTrait, id: DocumentId, today: NaiveDate) -> Result<Read> {
    let posted = find(db, id, today).await?;
    let shown = match posted.current.clone() {
        Some(current) => current,
        None => revision::Entity::find()
            .filter(revision::Column::DocumentId.eq(id))
            .filter(revision::Column::State.is_in(access::IN_FORCE_ONCE))
            .order_by_desc(revision::Column::EffectiveFrom)
            .order_by_desc(revision::Column::Id)
            .one(db)
            .await?
            .ok_or(Error::NotFound)?,
    };
    around(db, posted, shown).await
}

/// One text of a procedure at its own address.
///
/// # Errors
/// 404 for what never was in force, or is not for everybody.
pub async fn text(db: &impl ConnectionTrait, id: RevisionId, today: NaiveDate) -> Result<Read> {
    let query = revision::Entity::find_by_id(id).filter(revision::Column::State.is_in(access::IN_FORCE_ONCE));
    let shown = query.one(db).await?.ok_or(Error::NotFound)?;
    let posted = find(db, shown.document_id, today).await?;
    around(db, posted, shown).await
}

async fn around(db: &impl ConnectionTrait, posted: Posted, revision: revision::Model) -> Result<Read> {
    let decision = match revision.decision_id {
        Some(id) => issue_decision::Entity::find_by_id(id).one(db).await?,
        None => None,
    };
    let in_force = revision.state == RevisionState::Effective;
    let files = if in_force { revisions::files_of(db, revision.id).await? } else { Vec::new() };
    let replaced_by = match revision.replaced_by_id {
        Some(id) => document::Entity::find_by_id(id).filter(public()).one(db).await?,
        None => None,
    };
    Ok(Read { posted, revision, decision, files, replaced_by })
}

/// Today, where nobody is signed in.
#[must_use]
pub fn today(app: &App) -> NaiveDate {
    domain::time::vn_date(app.store.clock().now())
}

/// A file of a public text in force.
///
/// # Errors
/// 404 for any other file, damaged storage.
pub async fn file(app: &App, id: DocumentId, file: EvidenceId) -> Result<Download> {
    let found = procedure(app.store.read(), id, today(app)).await?;
    let row = found.files.into_iter().find(|row| row.id == file).ok_or(Error::NotFound)?;
    let bytes = app.blobs.get(&row.blob_sha256).await?;
    Ok(Download { body: bytes.into(), media_type: row.media_type, file_name: row.file_name, sha256: row.blob_sha256 })
}
