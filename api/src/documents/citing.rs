//! Where checklists and findings cite documents: the revision a finding was raised on stays with it,
//! and a revised document flags the lines that cite it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use domain::document::control::LinkKind;
use domain::document::{DocumentState, RevisionState};
use domain::id::{ChecklistLineId, DocumentId, DocumentLinkId, EvidenceId, FindingId, RevisionId, UnitId};
use domain::permission::Permission;
use entities::{checklist, checklist_line, document, document_link, evidence, finding, inspection, revision, unit_path};
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::access::{self, IN_FORCE_ONCE, content_of};
use super::registers::holding;
use super::revisions::files_of;
use crate::app::App;
use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::http::Download;

/// The lines of every version of a checklist with this code: a link made on one version holds for the
/// next ones.
fn same_lines(list: &checklist::Model, line_code: &str) -> SelectStatement {
    let versions = Query::select()
        .column(checklist::Column::Id)
        .from(checklist::Entity)
        .and_where(checklist::Column::Code.eq(&list.code))
        .to_owned();
    Query::select()
        .column(checklist_line::Column::Id)
        .from(checklist_line::Entity)
        .and_where(checklist_line::Column::Code.eq(line_code))
        .and_where(checklist_line::Column::ChecklistId.in_subquery(versions))
        .to_owned()
}

/// The revision that was in force on a day of the document that the finding's line cites: the unit's
/// own document, else the nearest unit's above it; of several, the one linked first.
///
/// # Errors
/// The database's.
pub(crate) async fn in_force_for(db: &impl ConnectionTrait, row: &finding::Model, on: NaiveDate) -> Result<Option<RevisionId>> {
    let (Some(visit), Some(line_code)) = (row.inspection_id, &row.line_code) else { return Ok(None) };
    let Some(visit) = inspection::Entity::find_by_id(visit).one(db).await? else { return Ok(None) };
    let Some(list) = checklist::Entity::find_by_id(visit.checklist_id).one(db).await? else { return Ok(None) };
    let linked: Vec<DocumentId> = document_link::Entity::find()
        .select_only()
        .column(document_link::Column::DocumentId)
        .filter(document_link::Column::Kind.eq(LinkKind::ChecklistLine))
        .filter(document_link::Column::TargetId.in_subquery(same_lines(&list, line_code)))
        .filter(holding(on))
        .order_by_asc(document_link::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    let above: BTreeMap<UnitId, i32> = unit_path::Entity::find()
        .select_only()
        .column(unit_path::Column::AncestorId)
        .column(unit_path::Column::Depth)
        .filter(unit_path::Column::DescendantId.eq(row.unit_id))
        .filter(crate::units::alive(unit_path::Column::ValidFrom, unit_path::Column::ValidTo, on))
        .into_tuple::<(UnitId, i32)>()
        .all(db)
        .await?
        .into_iter()
        .collect();
    let documents = document::Entity::find()
        .filter(document::Column::Id.is_in(linked.iter().copied()))
        .filter(document::Column::UnitId.is_in(above.keys().copied()))
        .all(db)
        .await?;
    let in_force = revision::Entity::find()
        .filter(revision::Column::DocumentId.is_in(documents.iter().map(|row| row.id)))
        .filter(revision::Column::State.is_in(IN_FORCE_ONCE))
        .filter(revision::Column::EffectiveFrom.lte(on))
        .filter(Condition::any().add(revision::Column::EffectiveTo.is_null()).add(revision::Column::EffectiveTo.gte(on)))
        .order_by_asc(revision::Column::EffectiveFrom)
        .order_by_asc(revision::Column::Id)
        .all(db)
        .await?;
    let of: BTreeMap<DocumentId, RevisionId> = in_force.iter().map(|row| (row.document_id, row.id)).collect();
    let rank = |parent: &&document::Model| (above.get(&parent.unit_id).copied(), linked.iter().position(|id| *id == parent.id));
    let nearest = documents.iter().filter(|parent| of.contains_key(&parent.id)).min_by_key(rank);
    Ok(nearest.and_then(|parent| of.get(&parent.id).copied()))
}

/// A revision with its document.
#[derive(Clone, Debug)]
pub struct Cited {
    /// The document.
    pub document: document::Model,
    /// The revision.
    pub revision: revision::Model,
}

/// The revision a finding was raised on.
///
/// # Errors
/// The database's.
pub(crate) async fn of_finding(db: &impl ConnectionTrait, row: &finding::Model) -> Result<Option<Cited>> {
    let Some(id) = row.revision_id else { return Ok(None) };
    let revision = revision::Entity::find_by_id(id).one(db).await?.ok_or(Error::NotFound)?;
    let document = document::Entity::find_by_id(revision.document_id).one(db).await?.ok_or(Error::NotFound)?;
    Ok(Some(Cited { document, revision }))
}

/// The text of the revision a finding was raised on, as it was: whoever reads the finding reads it,
/// whatever became of the revision since.
///
/// # Errors
/// 404 when the caller does not see the finding, or it cites nothing.
pub async fn text_of_finding(
    db: &impl ConnectionTrait,
    caller: &Caller,
    id: FindingId,
) -> Result<(Cited, domain::document::content::Content, Vec<evidence::Model>)> {
    let row = crate::findings::access::find(db, caller, id).await?;
    let cited = of_finding(db, &row).await?.ok_or(Error::NotFound)?;
    let content = content_of(&cited.revision)?;
    let files = files_of(db, cited.revision.id).await?;
    Ok((cited, content, files))
}

/// A file of that text.
///
/// # Errors
/// 404 for any other file, damaged storage.
pub async fn file_of_finding(app: &App, caller: &Caller, id: FindingId, file: EvidenceId) -> Result<Download> {
    let (_, _, files) = text_of_finding(app.store.read(), caller, id).await?;
    let row = files.into_iter().find(|row| row.id == file).ok_or(Error::NotFound)?;
    let bytes = app.blobs.get(&row.blob_sha256).await?;
    Ok(Download { body: bytes.into(), media_type: row.media_type, file_name: row.file_name, sha256: row.blob_sha256 })
}

/// A document that a checklist line cites.
#[derive(Clone, Debug)]
pub struct OnLine {
    /// The line.
    pub line_id: ChecklistLineId,
    /// The link.
    pub link_id: DocumentLinkId,
    /// The document.
    pub document: document::Model,
    /// Its revision in force.
    pub current: Option<revision::Model>,
    /// It was revised or withdrawn since the line was linked, or last confirmed.
    pub changed: bool,
    /// The caller keeps the document, and may say that the line still fits.
    pub kept: bool,
}

/// Whether a document was revised since a checklist line was linked with it, or last confirmed.
pub(super) fn revised_since(link: &document_link::Model, current: Option<&revision::Model>) -> bool {
    match (link.revision_id, current) {
        (_, None) => false,
        (Some(looked_at), Some(current)) => looked_at != current.id,
        (None, Some(current)) => current.effective_from.is_some_and(|from| from > link.valid_from),
    }
}

/// The documents that lines of a checklist cite today, as far as the caller sees them: five
/// statements, whatever the size.
///
/// # Errors
/// The database's.
pub async fn on_lines(
    db: &impl ConnectionTrait,
    caller: &Caller,
    list: &checklist::Model,
    lines: &[checklist_line::Model],
) -> Result<Vec<OnLine>> {
    let versions = Query::select()
        .column(checklist::Column::Id)
        .from(checklist::Entity)
        .and_where(checklist::Column::Code.eq(&list.code))
        .to_owned();
    let codes: BTreeMap<uuid::Uuid, String> = checklist_line::Entity::find()
        .select_only()
        .column(checklist_line::Column::Id)
        .column(checklist_line::Column::Code)
        .filter(checklist_line::Column::ChecklistId.in_subquery(versions.clone()))
        .into_tuple::<(ChecklistLineId, String)>()
        .all(db)
        .await?
        .into_iter()
        .map(|(id, code)| (id.0, code))
        .collect();
    let targets = Query::select()
        .column(checklist_line::Column::Id)
        .from(checklist_line::Entity)
        .and_where(checklist_line::Column::ChecklistId.in_subquery(versions))
        .to_owned();
    let links = document_link::Entity::find()
        .filter(document_link::Column::Kind.eq(LinkKind::ChecklistLine))
        .filter(document_link::Column::TargetId.in_subquery(targets))
        .filter(holding(caller.today))
        .order_by_asc(document_link::Column::Id)
        .all(db)
        .await?;
    let documents = document::Entity::find()
        .filter(access::visible(caller))
        .filter(document::Column::Id.is_in(links.iter().map(|link| link.document_id)))
        .all(db)
        .await?;
    let current = revision::Entity::find()
        .filter(revision::Column::DocumentId.is_in(documents.iter().map(|row| row.id)))
        .filter(revision::Column::State.eq(RevisionState::Effective))
        .all(db)
        .await?;
    let kept: BTreeSet<DocumentId> = document::Entity::find()
        .select_only()
        .column(document::Column::Id)
        .filter(caller.scope(Permission::ControlDocuments).covers(document::Column::UnitId))
        .filter(document::Column::Id.is_in(documents.iter().map(|row| row.id)))
        .into_tuple::<DocumentId>()
        .all(db)
        .await?
        .into_iter()
        .collect();
    let one = |link: document_link::Model| {
        let code = codes.get(&link.target_id?)?;
        let line = lines.iter().find(|line| line.code == *code)?;
        let document = documents.iter().find(|row| row.id == link.document_id)?.clone();
        let current = current.iter().find(|row| row.document_id == link.document_id).cloned();
        let changed = revised_since(&link, current.as_ref()) || document.state == DocumentState::Withdrawn;
        let kept = kept.contains(&document.id);
        Some(OnLine { line_id: line.id, link_id: link.id, document, current, changed, kept })
    };
    Ok(links.into_iter().filter_map(one).collect())
}
