//! Periodic reviews that are due, and how they are held.

use domain::document::control::{REVIEW_AHEAD_DAYS, ReviewOutcome, next_review};
use domain::document::{DocumentState, RequestSource, RevisionState};
use domain::draft::Problems;
use domain::id::{DocumentId, UnitId};
use domain::permission::Permission;
use domain::record::Subject;
use domain::rule::Refused;
use entities::{document, document_review, revision};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};

use super::registers::keeps;
use super::revisions::{Ground, request};
use super::{Listed, access, listed, registers};
use crate::auth::Caller;
use crate::error::Result;
use crate::http::{Slice, Version, seen};
use crate::store::{Event, Store};

/// Which reviews are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Due {
    /// Due today or in the weeks ahead.
    #[default]
    Soon,
    /// The day has come or passed.
    Now,
    /// Something the document rests on has ended or changed, whatever the day.
    Overtaken,
}

/// Documents in force that the caller sees and that want a look, by the day of their review: a
/// constant number of statements.
///
/// # Errors
/// The database's.
pub async fn due(db: &impl ConnectionTrait, caller: &Caller, which: Due, slice: &Slice) -> Result<Vec<Listed>> {
    use document::Column;
    let ahead = caller.today.checked_add_signed(chrono::TimeDelta::days(REVIEW_AHEAD_DAYS)).unwrap_or(caller.today);
    let wanted = match which {
        Due::Soon => Condition::all().add(Column::NextReviewOn.lte(ahead)),
        Due::Now => Condition::all().add(Column::NextReviewOn.lte(caller.today)),
        Due::Overtaken => Condition::all().add(Column::Id.in_subquery(registers::overtaken(caller.today))),
    };
    let rows = document::Entity::find()
        .filter(access::visible(caller))
        .filter(Column::State.eq(DocumentState::InForce))
        .filter(Column::NextReviewOn.is_not_null())
        .filter(wanted)
        .filter(slice.after(Column::NextReviewOn, Column::Id, false))
        .order_by_asc(Column::NextReviewOn)
        .order_by_asc(Column::Id)
        .limit(slice.fetch())
        .all(db)
        .await?;
    listed(db, caller, rows).await
}

/// The page where a review is held: where work lists and mails lead.
pub(super) fn page_of(id: DocumentId) -> String {
    format!("{}/ra-soat", crate::web::link_to(Subject::Document, id.0))
}

/// Most reviews on a work list.
const MOST: u64 = 50;

/// Reviews that are the caller's own work: of units whose documents they keep themselves. Who keeps
/// everything below a unit has the list of what is due.
///
/// # Errors
/// The database's.
pub(super) async fn own(db: &impl ConnectionTrait, caller: &Caller) -> Result<Vec<document::Model>> {
    use document::Column;
    if !caller.may(Permission::ControlDocuments) {
        return Ok(Vec::new());
    }
    let keeps = caller.grants.iter().filter(|held| held.role.grants(Permission::ControlDocuments));
    let units: Vec<UnitId> = keeps.filter_map(|held| held.unit).collect();
    let ahead = caller.today.checked_add_signed(chrono::TimeDelta::days(REVIEW_AHEAD_DAYS)).unwrap_or(caller.today);
    Ok(document::Entity::find()
        .filter(Column::UnitId.is_in(units))
        .filter(Column::State.eq(DocumentState::InForce))
        .filter(Column::NextReviewOn.lte(ahead))
        .order_by_asc(Column::NextReviewOn)
        .order_by_asc(Column::Id)
        .limit(MOST)
        .all(db)
        .await?)
}

/// The periodic reviews of a document, newest first.
///
/// # Errors
/// 404 when the caller does not see the document.
pub async fn held(db: &impl ConnectionTrait, caller: &Caller, id: DocumentId) -> Result<Vec<document_review::Model>> {
    access::find_document(db, caller, id, false).await?;
    let query = document_review::Entity::find().filter(document_review::Column::DocumentId.eq(id));
    Ok(query.order_by_desc(document_review::Column::Id).limit(200).all(db).await?)
}

/// Records a periodic review of what is in force, even if nothing changes. «Revise» asks for the
/// change in the same act; withdrawing is the head's own act.
///
/// # Errors
/// 404, stale, wrong fields, `document_control_only`, `wrong_state` when nothing is in force.
pub async fn hold(
    store: &Store,
    caller: &Caller,
    id: DocumentId,
    version: Version,
    outcome: ReviewOutcome,
    note: String,
) -> Result<document_review::Model> {
    let mut problems = Problems::new();
    let note = problems.text("note", &note, 4_000);
    problems.finish()?;
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let before = access::find_document(tx.db(), &who, id, true).await?;
            seen(version, before.version)?;
            keeps(&tx, &who, before.unit_id).await?;
            let in_force = revision::Entity::find()
                .filter(revision::Column::DocumentId.eq(id))
                .filter(revision::Column::State.eq(RevisionState::Effective))
                .one(tx.db())
                .await?
                .ok_or(Refused::new("wrong_state"))?;
            let row = document_review::ActiveModel {
                id: Set(tx.id()),
                document_id: Set(id),
                revision_id: Set(in_force.id),
                outcome: Set(outcome),
                note: Set(note.clone()),
                reviewed_by_id: Set(who.person),
                reviewed_on: Set(tx.today()),
                created_at: Set(tx.now()),
            };
            let row = row.insert(tx.db()).await?;
            tx.record(Event::on("document.review_held", Subject::Document, id.0).unit(before.unit_id).after(&row));
            let next = next_review(tx.today(), before.review_months);
            super::save(&tx, &before, document::ActiveModel { next_review_on: Set(next), ..Default::default() }).await?;
            if outcome == ReviewOutcome::Revise {
                let ground = Ground {
                    source: RequestSource::PeriodicReview,
                    source_ref: None,
                    reason: note,
                    changed_part: None,
                    summary: None,
                };
                request(&tx, &before, who.person, ground).await?;
            }
            Ok(row)
        })
        .await
}
