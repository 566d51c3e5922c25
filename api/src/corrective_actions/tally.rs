//! Corrective actions of a unit counted, for its objectives and its management review.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::corrective_action::{CorrectiveActionState as State, StepState};
use domain::id::{CorrectiveActionId, UnitId};
use domain::time::vn_date;
use entities::{corrective_action, step};
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use super::read::current_due;
use crate::error::Result;
use crate::findings::read::below;

/// Actions whose approved last day is in a span.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Due {
    /// All of them.
    pub due: Vec<CorrectiveActionId>,
    /// Those whose every step was done by its last day.
    pub done_on_time: Vec<CorrectiveActionId>,
}

/// The actions of a unit and those below it whose last day lies within a span; given-up ones do not count. Two statements.
///
/// # Errors
/// The database's.
pub async fn due_within(db: &impl ConnectionTrait, unit: UnitId, from: NaiveDate, to: NaiveDate) -> Result<Due> {
    use corrective_action::Column;
    let rows = corrective_action::Entity::find()
        .filter(Column::UnitId.in_subquery(below(unit)))
        .filter(Column::DueOn.between(from, to))
        .filter(Column::State.ne(State::Cancelled))
        .order_by_asc(Column::Code)
        .all(db)
        .await?;
    let steps = steps_of(db, unit).await?;
    let mut found = Due::default();
    for row in rows {
        let own = steps.get(&row.id).map(Vec::as_slice).unwrap_or_default();
        let done = |step: &step::Model| matches!(step.state, StepState::Done | StepState::Verified);
        let in_time = |step: &step::Model| step.done_at.map(vn_date).is_some_and(|on| row.due_on.is_some_and(|due| on <= due));
        if !own.is_empty() && own.iter().all(|step| done(step) && in_time(step)) {
            found.done_on_time.push(row.id);
        }
        found.due.push(row.id);
    }
    Ok(found)
}

/// How the actions of a unit stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Still open.
    pub open: Vec<CorrectiveActionId>,
    /// Open, and the day that matters now has passed.
    pub overdue: Vec<CorrectiveActionId>,
    /// Closed as effective within the span.
    pub effective: Vec<CorrectiveActionId>,
    /// Found not effective within the span: another one goes on.
    pub reopened: Vec<CorrectiveActionId>,
}

/// How the actions of a unit and those below it stand today, and what was closed within a span. Two statements.
///
/// # Errors
/// The database's.
pub async fn standing(
    db: &impl ConnectionTrait,
    unit: UnitId,
    (from, to): (NaiveDate, NaiveDate),
    today: NaiveDate,
) -> Result<Standing> {
    use corrective_action::Column;
    let rows = corrective_action::Entity::find()
        .filter(Column::UnitId.in_subquery(below(unit)))
        .filter(Column::State.ne(State::Cancelled))
        .order_by_asc(Column::Code)
        .all(db)
        .await?;
    let steps = steps_of(db, unit).await?;
    let mut found = Standing::default();
    for row in rows {
        let closed = row.effect_at.map(vn_date).is_some_and(|on| (from..=to).contains(&on));
        let own = steps.get(&row.id).map(Vec::as_slice).unwrap_or_default();
        match row.state {
            State::ClosedEffective if closed => found.effective.push(row.id),
            State::Reopened if closed => found.reopened.push(row.id),
            state if state.is_open() => {
                if current_due(&row, own).is_some_and(|due| domain::corrective_action::overdue(due, today)) {
                    found.overdue.push(row.id);
                }
                found.open.push(row.id);
            }
            _ => {}
        }
    }
    Ok(found)
}

async fn steps_of(db: &impl ConnectionTrait, unit: UnitId) -> Result<BTreeMap<CorrectiveActionId, Vec<step::Model>>> {
    let actions = Query::select()
        .column(corrective_action::Column::Id)
        .from(corrective_action::Entity)
        .and_where(corrective_action::Column::UnitId.in_subquery(below(unit)))
        .to_owned();
    let rows = step::Entity::find().filter(step::Column::CorrectiveActionId.in_subquery(actions)).all(db).await?;
    let mut found: BTreeMap<CorrectiveActionId, Vec<step::Model>> = BTreeMap::new();
    for row in rows {
        found.entry(row.corrective_action_id).or_default().push(row);
    }
    Ok(found)
}
