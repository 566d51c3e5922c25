//! Periodic reviews that are due, and how they are held: the act is `registers::review`.

use domain::document::DocumentState;
use domain::document::control::REVIEW_AHEAD_DAYS;
use domain::id::{DocumentId, UnitId};
use domain::permission::Permission;
use domain::record::Subject;
use entities::document;
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::{Listed, access, listed, registers};
use crate::auth::Caller;
use crate::error::Result;
use crate::http::Slice;

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
