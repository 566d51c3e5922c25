//! The records list: what the structured procedures in force say of their records, and lines that a
//! unit adds itself for uploaded procedures and what has none.

use std::collections::BTreeMap;

use domain::document::content::{RecordKept, RecordMedium};
use domain::document::{DocumentKind, RevisionState};
use domain::draft::Problems;
use domain::id::{DocumentId, KeptRecordId, UnitId};
use domain::permission::Permission;
use domain::record::Subject;
use domain::rule::require;
use entities::{document, kept_record, revision};
use render::sheets::Cell;
use render::{Catalogue, Lang};
use sea_orm::sea_query::Query;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};

use super::super::{access, below};
use super::reference::is_unchecked;
use super::{Ask, Columns, Entry, FETCHED, MOST, Printed, whole};
use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::http::{Slice, Version, seen};
use crate::inspections::unit_names;
use crate::store::{Event, Store, Tx};
use crate::web::link_to;

/// Most years of a term; longer is «permanently».
pub const MOST_YEARS: u32 = 100;

pub(super) const COLUMNS: Columns = &[
    ("record", 50),
    ("form_code", 16),
    ("made_by", 28),
    ("kept_at", 28),
    ("medium", 18),
    ("term", 14),
    ("term_basis", 40),
    ("disposal", 28),
    ("procedure", 16),
    ("unit", 30),
    ("term_printed", 0),
];

pub(super) const PRINTED: Printed = &[
    ("record", 58, false),
    ("form_code", 22, true),
    ("made_by", 32, false),
    ("kept_at", 34, false),
    ("medium", 22, true),
    ("term_printed", 34, true),
    ("disposal", 28, false),
    ("procedure", 24, true),
];

/// What is said of the term of a record, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// «5 năm», «Vĩnh viễn».
    pub term: String,
    /// The ground with its mark, when it has one.
    pub basis: Option<String>,
}

/// The term of a record in words; a ground that nobody has checked says so.
#[must_use]
pub fn term(words: &Catalogue, record: &RecordKept) -> Term {
    let term = match record.years {
        Some(years) => words.get(Lang::Vi, "record.years", &[("n", years.to_string())]),
        None => words.get(Lang::Vi, "record.for_ever", &[]),
    };
    let marked = |basis: &String| {
        let key = if is_unchecked(basis) { "record.basis_unchecked" } else { "record.basis" };
        words.get(Lang::Vi, key, &[("basis", basis.clone())])
    };
    Term { term, basis: record.basis.as_ref().map(marked) }
}

fn cells<C>(ask: &Ask<'_, C>, record: RecordKept, code: Option<&str>, unit: &str) -> Vec<Cell> {
    let Term { term, basis } = term(ask.words, &record);
    let printed = basis.as_ref().map_or_else(|| term.clone(), |basis| format!("{term}\n({basis})"));
    let medium = record.medium.map_or(Cell::Empty, |medium| ask.label(RecordMedium::KEY, medium.code()));
    vec![
        Cell::text(record.name),
        Cell::optional(record.form_code.as_deref()),
        Cell::optional(record.made_by.as_deref()),
        Cell::optional(record.place.as_deref()),
        medium,
        Cell::text(term),
        Cell::optional(basis.as_deref()),
        Cell::optional(record.disposal.as_deref()),
        Cell::optional(code),
        Cell::text(unit),
        Cell::text(printed),
    ]
}

/// The records of structured procedures in force; with the whole list also the lines of the units.
pub(super) async fn entries(ask: &Ask<'_, impl ConnectionTrait>) -> Result<Vec<Entry>> {
    use revision::Column;
    let procedures = Query::select()
        .column(document::Column::Id)
        .from(document::Entity)
        .and_where(document::Column::Kind.eq(DocumentKind::Procedure))
        .cond_where(Condition::all().add_option(ask.unit_id.map(|unit| document::Column::UnitId.in_subquery(below(unit)))))
        .to_owned();
    let query = revision::Entity::find()
        .filter(access::visible_revision(ask.caller))
        .filter(Column::State.eq(RevisionState::Effective))
        .filter(Column::DocumentId.in_subquery(procedures));
    let query = match ask.slice {
        None => query.order_by_asc(Column::CreatedAt).order_by_asc(Column::Id).limit(FETCHED),
        Some(slice) => query
            .filter(slice.after(Column::CreatedAt, Column::Id, true))
            .order_by_desc(Column::CreatedAt)
            .order_by_desc(Column::Id)
            .limit(slice.fetch()),
    };
    let rows = whole(query.all(ask.db).await?, MOST)?;
    let documents: BTreeMap<DocumentId, document::Model> = document::Entity::find()
        .filter(document::Column::Id.is_in(rows.iter().map(|row| row.document_id)))
        .all(ask.db)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let units = unit_names(ask.db, documents.values().map(|row| row.unit_id)).await?;
    let entry = |row: revision::Model| -> Result<Entry> {
        let parent = documents.get(&row.document_id);
        let unit = parent.and_then(|parent| units.get(&parent.unit_id)).map_or("", String::as_str);
        let records = access::content_of(&row)?.procedure.map(|procedure| procedure.records).unwrap_or_default();
        let code = parent.and_then(|parent| parent.code.as_deref());
        Ok(Entry {
            key: (serde_json::json!(row.created_at), row.id.0),
            href: Some(link_to(Subject::Revision, row.id.0)),
            rows: records.into_iter().map(|record| cells(ask, record, code, unit)).collect(),
        })
    };
    let found: Result<Vec<Entry>> = rows.into_iter().map(entry).collect();
    let mut found = found?;
    if ask.slice.is_none() {
        // In the order of the list: by document, then what the units added.
        found.sort_by_key(place);
        found.extend(added(ask).await?);
    }
    Ok(found)
}

/// Code of the procedure and unit of an entry.
fn place(entry: &Entry) -> (String, String) {
    let of = |key: &str| {
        let place = COLUMNS.iter().position(|(one, _)| *one == key);
        place.and_then(|place| entry.rows.first()?.get(place)).map(super::text).unwrap_or_default()
    };
    (of("unit"), of("procedure"))
}

async fn added(ask: &Ask<'_, impl ConnectionTrait>) -> Result<Vec<Entry>> {
    let query = query(ask.caller, ask.unit_id).order_by_asc(kept_record::Column::Id).limit(FETCHED);
    let lines = with_documents(ask.db, whole(query.all(ask.db).await?, MOST)?).await?;
    let entry = |line: Line| Entry {
        key: (serde_json::json!(line.row.created_at), line.row.id.0),
        href: None,
        rows: vec![cells(ask, line.record, line.document.as_ref().and_then(|row| row.code.as_deref()), &line.unit_name)],
    };
    Ok(lines.into_iter().map(entry).collect())
}

/// A line that a unit added.
#[derive(Clone, Debug)]
pub struct Line {
    /// The line.
    pub row: kept_record::Model,
    /// What is kept.
    pub record: RecordKept,
    /// The document it comes from.
    pub document: Option<document::Model>,
    /// Name of its unit.
    pub unit_name: String,
}

fn query(caller: &Caller, unit_id: Option<UnitId>) -> sea_orm::Select<kept_record::Entity> {
    use kept_record::Column;
    kept_record::Entity::find()
        .filter(caller.reading_scope(Permission::ReadDocuments).covers(Column::UnitId))
        .filter(Condition::all().add_option(unit_id.map(|unit| Column::UnitId.in_subquery(below(unit)))))
        .filter(Column::RemovedAt.is_null())
}

async fn with_documents(db: &impl ConnectionTrait, rows: Vec<kept_record::Model>) -> Result<Vec<Line>> {
    let parents = document::Entity::find()
        .filter(document::Column::Id.is_in(rows.iter().filter_map(|row| row.document_id)))
        .all(db)
        .await?;
    let units = unit_names(db, rows.iter().map(|row| row.unit_id)).await?;
    let line = |row: kept_record::Model| -> Result<Line> {
        Ok(Line {
            record: serde_json::from_value(row.record.clone())?,
            document: row.document_id.and_then(|id| parents.iter().find(|parent| parent.id == id)).cloned(),
            unit_name: units.get(&row.unit_id).cloned().unwrap_or_default(),
            row,
        })
    };
    rows.into_iter().map(line).collect()
}

/// Lines that units added, newest first: three statements.
///
/// # Errors
/// 404 for a unit whose documents the caller does not read.
pub async fn list(db: &impl ConnectionTrait, caller: &Caller, unit_id: Option<UnitId>, slice: &Slice) -> Result<Vec<Line>> {
    use kept_record::Column;
    super::unit_of(db, caller, unit_id).await?;
    let rows = query(caller, unit_id)
        .filter(slice.after(Column::CreatedAt, Column::Id, true))
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .limit(slice.fetch())
        .all(db)
        .await?;
    with_documents(db, rows).await
}

/// A line that a unit added.
///
/// # Errors
/// 404 when the caller does not see it, or it was removed.
pub async fn find(db: &impl ConnectionTrait, caller: &Caller, id: KeptRecordId) -> Result<Line> {
    let row = query(caller, None).filter(kept_record::Column::Id.eq(id)).one(db).await?.ok_or(Error::NotFound)?;
    with_documents(db, vec![row]).await?.pop().ok_or(Error::NotFound)
}

/// A line as it is entered.
#[derive(Clone, Debug, Default)]
pub struct NewLine {
    /// The document it comes from.
    pub document_id: Option<DocumentId>,
    /// What is kept.
    pub record: RecordKept,
}

impl NewLine {
    fn check(mut self, problems: &mut Problems) -> Self {
        let mut own = Problems::new();
        self.record.clean(&mut own, "record");
        own.check(self.record.name.is_empty(), "record/name", "required");
        for error in own.finish().err().unwrap_or_default() {
            let field = error.field.strip_prefix("record/").unwrap_or(&error.field).to_owned();
            problems.add_with(field, error.code, error.params);
        }
        if self.record.years.is_some_and(|years| !(1..=MOST_YEARS).contains(&years)) {
            let params = vec![("min", "1".to_owned()), ("max", MOST_YEARS.to_string())];
            problems.add_with("years", "out_of_range", params);
        }
        self
    }

    /// The document must be one of the unit or above or below it that the caller sees.
    async fn check_document(&self, tx: &Tx, caller: &Caller, problems: &mut Problems) -> Result<()> {
        if let Some(id) = self.document_id {
            let known = match access::find_document(tx.db(), caller, id, false).await {
                Ok(_) => true,
                Err(Error::NotFound) => false,
                Err(other) => return Err(other),
            };
            problems.check(!known, "document_id", "unknown_record");
        }
        Ok(())
    }
}

/// Adds a line to the records list of a unit.
///
/// # Errors
/// Wrong fields; a unit whose documents the caller does not keep.
pub async fn add(store: &Store, caller: &Caller, unit_id: Option<UnitId>, new: NewLine) -> Result<kept_record::Model> {
    let mut problems = Problems::new();
    let new = new.check(&mut problems);
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let unit = crate::inspections::plan::own_unit(tx.db(), &who, Permission::ControlDocuments, unit_id).await?;
            let unit = unit.map_err(|code| problems.add("unit_id", code));
            new.check_document(&tx, &who, &mut problems).await?;
            problems.finish()?;
            let unit = unit.map_err(|()| Error::NotFound)?;
            let row = kept_record::ActiveModel {
                id: Set(tx.id::<KeptRecordId>()),
                unit_id: Set(unit),
                document_id: Set(new.document_id),
                record: Set(serde_json::to_value(&new.record)?),
                removed_at: Set(None),
                created_by_id: Set(who.person),
                version: Set(1),
                created_at: Set(tx.now()),
            };
            let row = row.insert(tx.db()).await?;
            tx.record(Event::on("kept_record.added", Subject::KeptRecord, row.id.0).unit(unit).after(&row));
            Ok(row)
        })
        .await
}

/// Changes a line.
///
/// # Errors
/// 404, stale, wrong fields, `document_control_only`.
pub async fn change(store: &Store, caller: &Caller, id: KeptRecordId, version: Version, new: NewLine) -> Result<()> {
    let mut problems = Problems::new();
    let new = new.check(&mut problems);
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let before = held(&tx, &who, id, version).await?;
            new.check_document(&tx, &who, &mut problems).await?;
            problems.finish()?;
            let row = kept_record::ActiveModel {
                document_id: Set(new.document_id),
                record: Set(serde_json::to_value(&new.record)?),
                ..Default::default()
            };
            save(&tx, &before, "kept_record.changed", row).await
        })
        .await
}

/// Takes a line out of the list; the trail keeps it.
///
/// # Errors
/// 404, stale, `document_control_only`.
pub async fn remove(store: &Store, caller: &Caller, id: KeptRecordId, version: Version) -> Result<()> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let before = held(&tx, &who, id, version).await?;
            let row = kept_record::ActiveModel { removed_at: Set(Some(tx.now())), ..Default::default() };
            save(&tx, &before, "kept_record.removed", row).await
        })
        .await
}

/// A line the caller may change, at the version they saw.
async fn held(tx: &Tx, caller: &Caller, id: KeptRecordId, version: Version) -> Result<kept_record::Model> {
    let row = find(tx.db(), caller, id).await?.row;
    seen(version, row.version)?;
    let keeps = caller.scope(Permission::ControlDocuments).contains(tx.db(), row.unit_id).await?;
    require(keeps, "document_control_only")?;
    Ok(row)
}

async fn save(tx: &Tx, before: &kept_record::Model, kind: &'static str, row: kept_record::ActiveModel) -> Result<()> {
    let row = kept_record::ActiveModel { id: Set(before.id), version: Set(before.version + 1), ..row };
    let query = kept_record::Entity::update(row).validate()?.filter(kept_record::Column::Version.eq(before.version));
    let after = query.exec(tx.db()).await?;
    tx.record(Event::on(kind, Subject::KeptRecord, before.id.0).unit(before.unit_id).change(before, &after));
    Ok(())
}
