//! Which inspections a caller sees, and what part they have in one.

use domain::id::{InspectionId, LineId, PersonId};
use domain::inspection::{By, InspectionState, TeamRole};
use domain::permission::{Permission, Role};
use entities::{inspection, inspection_line, inspection_member};
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _};

use crate::auth::Caller;
use crate::error::{Error, Result};

/// The condition «the caller may see this inspection»: their unit inspects; or their unit is
/// inspected and has been told (a surprise visit: once it has begun); or they are in the team.
#[must_use]
pub fn visible(caller: &Caller) -> Condition {
    use inspection::Column;
    let scope = caller.reading_scope(Permission::ReadInspections);
    let untold = [InspectionState::Planned, InspectionState::TeamSet, InspectionState::Cancelled];
    Condition::any()
        .add(scope.covers(Column::OwnerUnitId))
        .add(Condition::all().add(scope.covers(Column::UnitId)).add(Column::State.is_not_in(untold)))
        .add(in_team(caller.person))
}

/// The condition «the person is in the inspection's team».
#[must_use]
pub fn in_team(person: PersonId) -> Condition {
    let mine = Query::select()
        .column(inspection_member::Column::InspectionId)
        .from(inspection_member::Entity)
        .and_where(inspection_member::Column::PersonId.eq(person))
        .to_owned();
    Condition::all().add(inspection::Column::Id.in_subquery(mine))
}

/// An inspection the caller may see.
///
/// # Errors
/// 404 when there is none, or none the caller may see.
pub async fn find(db: &impl ConnectionTrait, caller: &Caller, id: InspectionId) -> Result<inspection::Model> {
    inspection::Entity::find_by_id(id).filter(visible(caller)).one(db).await?.ok_or(Error::NotFound)
}

/// The person's part in the team; `None` when they are not in it.
///
/// # Errors
/// The database's.
pub async fn part(db: &impl ConnectionTrait, id: InspectionId, person: PersonId) -> Result<Option<TeamRole>> {
    let member = inspection_member::Entity::find_by_id((id, person)).one(db).await?;
    Ok(member.map(|member| member.team_role))
}

/// A line of an inspection.
///
/// # Errors
/// 404 when the inspection has no such line.
pub async fn line(db: &impl ConnectionTrait, inspection: InspectionId, id: LineId) -> Result<inspection_line::Model> {
    let line =
        inspection_line::Entity::find_by_id(id).filter(inspection_line::Column::InspectionId.eq(inspection)).one(db).await?;
    line.ok_or(Error::NotFound)
}

/// What the caller is to an inspection.
///
/// # Errors
/// The database's.
pub async fn by(db: &impl ConnectionTrait, caller: &Caller, visit: &inspection::Model) -> Result<By> {
    Ok(By {
        team_role: part(db, visit.id, caller.person).await?,
        ordering_authority: caller.holds_at(db, &[Role::OrderingAuthority], visit.owner_unit_id).await?,
        planner: caller.holds_at(db, &[Role::IsoSecretary], visit.owner_unit_id).await?,
        head_of_inspected: caller.holds_at(db, &[Role::Head], visit.unit_id).await?,
    })
}

/// Whether the caller stands on the inspecting side: in the team, or with a role at the inspecting unit.
///
/// # Errors
/// The database's.
pub async fn inspects(db: &impl ConnectionTrait, caller: &Caller, visit: &inspection::Model, by: &By) -> Result<bool> {
    Ok(by.team_role.is_some() || caller.reading_scope(Permission::ReadInspections).contains(db, visit.owner_unit_id).await?)
}
