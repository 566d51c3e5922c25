//! The list of what is not in force any more and still kept: until when, and what has passed its term.

use std::collections::{BTreeMap, BTreeSet};

use domain::document::retention::{Retention, RetentionState};
use domain::document::{DocumentKind, RevisionState};
use domain::id::{DocumentId, RevisionId};
use domain::record::Subject;
use entities::{document, revision};
use render::sheets::Cell;
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::super::access;
use super::super::revisions::numbers_of;
use super::rows::revisions_of;
use super::{Ask, Columns, Entry, FETCHED, MOST, Printed, whole};
use crate::error::Result;
use crate::inspections::unit_names;
use crate::web::link_to;

pub(super) const COLUMNS: Columns = &[
    ("code", 16),
    ("title", 50),
    ("kind", 18),
    ("unit", 30),
    ("issue", 10),
    ("amendment", 10),
    ("effective_from", 14),
    ("effective_to", 14),
    ("state", 18),
    ("successor", 16),
    ("end_decision", 28),
    ("end_reason", 30),
    ("retention", 24),
    ("kept_until", 14),
    ("retention_state", 22),
    ("named", 0),
    ("numbers", 0),
];

pub(super) const PRINTED: Printed = &[
    ("named", 66, false),
    ("numbers", 18, true),
    ("effective_from", 24, true),
    ("effective_to", 24, true),
    ("successor", 24, true),
    ("retention", 32, false),
    ("kept_until", 24, true),
    ("retention_state", 30, true),
];

/// Revisions that were in force and are not any more: six statements.
pub(super) async fn entries(ask: &Ask<'_, impl ConnectionTrait>) -> Result<Vec<Entry>> {
    use revision::Column;
    let query = revision::Entity::find()
        .filter(access::visible_revision(ask.caller))
        .filter(Column::State.is_in([RevisionState::Superseded, RevisionState::Withdrawn, RevisionState::Archived]))
        .filter(Condition::all().add_option(ask.unit_id.map(|unit| Column::Id.in_subquery(revisions_of(unit)))));
    let query = match ask.slice {
        None => query.order_by_asc(Column::EffectiveTo).order_by_asc(Column::Id).limit(FETCHED),
        Some(slice) => query
            .filter(slice.after(Column::CreatedAt, Column::Id, true))
            .order_by_desc(Column::CreatedAt)
            .order_by_desc(Column::Id)
            .limit(slice.fetch()),
    };
    let rows = whole(query.all(ask.db).await?, MOST)?;
    let successors: BTreeMap<RevisionId, String> = revision::Entity::find()
        .filter(Column::PredecessorId.is_in(rows.iter().map(|row| row.id)))
        .filter(Column::State.is_in(access::IN_FORCE_ONCE))
        .all(ask.db)
        .await?
        .iter()
        .filter_map(|row| Some((row.predecessor_id?, numbers_of(row)?.to_string())))
        .collect();
    let own: BTreeSet<DocumentId> = rows.iter().map(|row| row.document_id).collect();
    let heirs: BTreeSet<DocumentId> = rows.iter().filter_map(|row| row.replaced_by_id).collect();
    let mut documents: BTreeMap<DocumentId, document::Model> = BTreeMap::new();
    // Each by itself: both together could be more than one statement may bind.
    for wanted in [own, heirs] {
        let found = document::Entity::find().filter(document::Column::Id.is_in(wanted)).all(ask.db).await?;
        documents.extend(found.into_iter().map(|row| (row.id, row)));
    }
    let units = unit_names(ask.db, documents.values().map(|row| row.unit_id)).await?;
    let entry = |row: revision::Model| {
        let parent = documents.get(&row.document_id)?;
        let ended = row.effective_to?;
        let numbers = numbers_of(&row);
        let heir = row.replaced_by_id.and_then(|id| documents.get(&id)?.code.clone());
        let term = parent.retention.as_deref().and_then(Retention::read);
        let state = Retention::state(term, ended, ask.caller.today);
        let code = parent.code.as_deref();
        let cells = vec![
            Cell::optional(code),
            Cell::text(parent.title.clone()),
            ask.label(DocumentKind::KEY, parent.kind.code()),
            Cell::text(units.get(&parent.unit_id).cloned().unwrap_or_default()),
            numbers.map_or(Cell::Empty, |numbers| Cell::count(numbers.issue)),
            numbers.map_or(Cell::Empty, |numbers| Cell::count(numbers.amendment)),
            Cell::day(row.effective_from),
            Cell::Date(ended),
            ask.label(RevisionState::KEY, row.state.code()),
            Cell::optional(heir.as_deref().or_else(|| successors.get(&row.id).map(String::as_str))),
            Cell::optional(row.end_decision.as_deref()),
            Cell::optional(row.end_reason.as_deref()),
            Cell::optional(parent.retention.as_deref()),
            Cell::day(term.and_then(|term| term.until(ended))),
            ask.label(RetentionState::KEY, state.code()),
            Cell::text([code, Some(parent.title.as_str())].into_iter().flatten().collect::<Vec<_>>().join(" ")),
            Cell::text(numbers.map(|numbers| numbers.to_string()).unwrap_or_default()),
        ];
        Some(Entry {
            key: (serde_json::json!(row.created_at), row.id.0),
            href: Some(link_to(Subject::Revision, row.id.0)),
            rows: vec![cells],
        })
    };
    Ok(rows.into_iter().filter_map(entry).collect())
}
