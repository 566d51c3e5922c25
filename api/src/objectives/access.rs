//! Who sees a quality objective, and what they are to one.

use domain::id::{PersonId, QualityObjectiveId};
use domain::objective::{By, Facts, ObjectiveState};
use domain::permission::Permission;
use entities::{objective_result, objective_step, quality_objective};
use sea_orm::sea_query::Query;
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::http::{Version, seen};
use crate::store::Tx;

/// The condition «the caller sees this objective»: drafts are seen by who writes, measures or approves for the unit;
/// what is approved by the unit's people, by those above it, and by whoever was given a row of its plan.
#[must_use]
pub fn visible(caller: &Caller) -> Condition {
    use quality_objective::Column;
    let own = Condition::any()
        .add(caller.scope(Permission::PrepareReviews).covers(Column::UnitId))
        .add(caller.scope(Permission::SignForUnit).covers(Column::UnitId))
        .add(caller.scope(Permission::EditFigures).covers(Column::UnitId));
    let given = Query::select()
        .column(objective_step::Column::ObjectiveId)
        .from(objective_step::Entity)
        .and_where(objective_step::Column::OwnerId.eq(caller.person))
        .to_owned();
    let read = Condition::any()
        .add(caller.reading_scope(Permission::ReadReviews).covers(Column::UnitId))
        .add(caller.scope(Permission::DoSteps).covers(Column::UnitId))
        .add(Column::Id.in_subquery(given));
    Condition::any()
        .add(own)
        .add(Condition::all().add(Column::State.is_in([ObjectiveState::Approved, ObjectiveState::Evaluated])).add(read))
}

/// An objective the caller sees.
///
/// # Errors
/// 404 otherwise.
pub async fn find(db: &impl ConnectionTrait, caller: &Caller, id: QualityObjectiveId) -> Result<quality_objective::Model> {
    quality_objective::Entity::find_by_id(id).filter(visible(caller)).one(db).await?.ok_or(Error::NotFound)
}

/// An objective with what decides about it, read in one transaction.
#[derive(Clone, Debug)]
pub struct Case {
    /// The objective.
    pub row: quality_objective::Model,
    /// The rows of its plan, in order.
    pub steps: Vec<objective_step::Model>,
    /// Its results, the latest day first; of one day the one recorded last.
    pub results: Vec<objective_result::Model>,
    /// What the caller is to it.
    pub by: By,
    /// What the machine knows.
    pub facts: Facts,
}

impl Case {
    /// What the caller is to a row of the plan.
    #[must_use]
    pub fn by_step(&self, step: &objective_step::Model, person: PersonId) -> By {
        By { owner: step.owner_id == Some(person), ..self.by }
    }
}

/// An objective with everything around it.
///
/// # Errors
/// 404 when the caller does not see it.
pub async fn case(db: &impl ConnectionTrait, caller: &Caller, id: QualityObjectiveId) -> Result<Case> {
    let row = find(db, caller, id).await?;
    around(db, caller, row).await
}

/// Begins an act: the objective locked, seen at its present version.
///
/// # Errors
/// 404 when the caller does not see it, 412 when it has changed.
pub(super) async fn begin(tx: &Tx, caller: &Caller, id: QualityObjectiveId, version: Version) -> Result<Case> {
    let query = quality_objective::Entity::find_by_id(id).filter(visible(caller)).lock_exclusive();
    let row = query.one(tx.db()).await?.ok_or(Error::NotFound)?;
    seen(version, row.version)?;
    around(tx.db(), caller, row).await
}

async fn around(db: &impl ConnectionTrait, caller: &Caller, row: quality_objective::Model) -> Result<Case> {
    let steps = objective_step::Entity::find()
        .filter(objective_step::Column::ObjectiveId.eq(row.id))
        .order_by_asc(objective_step::Column::Position)
        .all(db)
        .await?;
    let results = objective_result::Entity::find()
        .filter(objective_result::Column::ObjectiveId.eq(row.id))
        .order_by_desc(objective_result::Column::MeasuredOn)
        .order_by_desc(objective_result::Column::Id)
        .all(db)
        .await?;
    let by = By {
        keeps: caller.scope(Permission::PrepareReviews).contains(db, row.unit_id).await?,
        enters: caller.scope(Permission::EditFigures).contains(db, row.unit_id).await?,
        head: caller.scope(Permission::SignForUnit).contains(db, row.unit_id).await?,
        owner: false,
        author: row.created_by_id == caller.person,
    };
    let facts =
        Facts { today: caller.today, year: row.year, steps: steps.len(), has_result: !results.is_empty(), step_done: false };
    Ok(Case { row, steps, results, by, facts })
}
