//! What objectives wait for: rows of plans to be done, results to be recorded, years to be evaluated.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike as _, NaiveDate};
use domain::id::{PersonId, QualityObjectiveId, UnitId};
use domain::objective::{ObjectiveState, Owed, owed};
use domain::permission::{Permission, Role};
use domain::record::{Duty as Kind, Subject};
use domain::time::vn_date;
use entities::{objective_step, quality_objective};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::{Listed, with_last};
use crate::auth::Caller;
use crate::error::Result;
use crate::findings::read::shortened;
use crate::inspections::unit_names;
use crate::work::Item;
use crate::work::duties::{Duty, holders};

/// Rows looked at; more than that is not a day's list.
const MOST: u64 = 500;
/// Days before the end of a period from which its result stands on the list.
const AHEAD_DAYS: i64 = 7;

fn approved() -> Condition {
    Condition::all().add(quality_objective::Column::State.eq(ObjectiveState::Approved))
}

/// The result an approved objective owes next.
fn next_result(one: &Listed) -> Option<Owed> {
    let approved_on = vn_date(one.row.approved_at?);
    owed(one.row.frequency, one.row.year, approved_on, one.last.as_ref().map(|last| last.measured_on))
}

/// The rows of plans not done yet, of approved objectives that meet a condition.
async fn open_steps(db: &impl ConnectionTrait, which: Condition, limit: Option<u64>) -> Result<Vec<objective_step::Model>> {
    let approved =
        Query::select().column(quality_objective::Column::Id).from(quality_objective::Entity).cond_where(approved()).to_owned();
    let query = objective_step::Entity::find()
        .filter(objective_step::Column::DoneOn.is_null())
        .filter(objective_step::Column::ObjectiveId.in_subquery(approved))
        .filter(which)
        .order_by_asc(objective_step::Column::DueOn)
        .order_by_asc(objective_step::Column::Id);
    let query = if let Some(limit) = limit { query.limit(limit) } else { query };
    Ok(query.all(db).await?)
}

async fn of_steps(
    db: &impl ConnectionTrait,
    steps: &[objective_step::Model],
) -> Result<BTreeMap<QualityObjectiveId, quality_objective::Model>> {
    let ids: BTreeSet<QualityObjectiveId> = steps.iter().map(|step| step.objective_id).collect();
    let rows = quality_objective::Entity::find().filter(quality_objective::Column::Id.is_in(ids)).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Every open duty of objectives, with who must act: a constant number of statements.
///
/// # Errors
/// The database's.
pub async fn duties(db: &impl ConnectionTrait, today: NaiveDate) -> Result<Vec<Duty>> {
    let steps = open_steps(db, Condition::all(), None).await?;
    let rows = quality_objective::Entity::find().filter(approved()).order_by_asc(quality_objective::Column::Id).all(db).await?;
    let objectives: BTreeMap<QualityObjectiveId, quality_objective::Model> =
        rows.iter().map(|row| (row.id, row.clone())).collect();
    let units: BTreeSet<UnitId> = rows.iter().map(|row| row.unit_id).collect();
    let names = unit_names(db, units.iter().copied()).await?;
    let officers = holders(db, &[Role::IsoSecretary, Role::DataOfficer], &units, today).await?;
    let listed = with_last(db, rows).await?;
    let duty = |row: &quality_objective::Model, (kind, verb), place: (Subject, uuid::Uuid), title: String, due_on, people| Duty {
        duty: kind,
        verb,
        subject: place.0,
        subject_id: place.1,
        code: row.code.clone(),
        title,
        unit_id: row.unit_id,
        unit_name: names.get(&row.unit_id).cloned().unwrap_or_default(),
        due_on,
        people,
        link: crate::web::link_to(Subject::QualityObjective, row.id.0),
    };
    let people_of = |unit: &UnitId| -> Vec<PersonId> { officers.get(unit).cloned().unwrap_or_default() };
    let mut found = Vec::new();
    for step in &steps {
        let Some(row) = objectives.get(&step.objective_id) else { continue };
        let people = step.owner_id.map_or_else(|| people_of(&row.unit_id), |owner| vec![owner]);
        let place = (Subject::ObjectiveStep, step.id.0);
        found.push(duty(row, (Kind::DoObjectiveStep, "complete_step"), place, shortened(&step.action, 120), step.due_on, people));
    }
    for one in &listed {
        let Some(owed) = next_result(one) else { continue };
        let place = (Subject::QualityObjective, one.row.id.0);
        let title = shortened(&one.row.goal, 120);
        let people = people_of(&one.row.unit_id);
        found.push(duty(&one.row, (Kind::RecordResult, "record_result"), place, title, owed.due_on, people));
    }
    Ok(found)
}

/// What objectives wait for from the caller: a constant number of statements.
///
/// # Errors
/// The database's.
pub async fn items(db: &impl ConnectionTrait, caller: &Caller) -> Result<Vec<Item>> {
    use quality_objective::Column;
    let officer = caller.scope_of(&[Role::IsoSecretary, Role::DataOfficer]).covers(Column::UnitId);
    let of_unit = Query::select().column(Column::Id).from(quality_objective::Entity).cond_where(officer.clone()).to_owned();
    let nobodys = Condition::all()
        .add(objective_step::Column::OwnerId.is_null())
        .add(Expr::col((objective_step::Entity, objective_step::Column::ObjectiveId)).in_subquery(of_unit));
    let mine = Condition::any().add(objective_step::Column::OwnerId.eq(caller.person)).add(nobodys);
    let steps = open_steps(db, mine, Some(MOST)).await?;
    let of_steps = of_steps(db, &steps).await?;
    let keeps = caller.scope(Permission::PrepareReviews).covers(Column::UnitId);
    let heads = caller.scope(Permission::SignForUnit).covers(Column::UnitId);
    let drafts = Condition::all().add(Column::State.eq(ObjectiveState::Draft)).add(heads);
    let running = Condition::all().add(Column::State.eq(ObjectiveState::Approved)).add(Condition::any().add(officer).add(keeps));
    let rows = quality_objective::Entity::find()
        .filter(Condition::any().add(drafts).add(running))
        .order_by_asc(Column::Id)
        .limit(MOST)
        .all(db)
        .await?;
    let listed = with_last(db, rows).await?;
    let units = listed.iter().map(|one| one.row.unit_id).chain(of_steps.values().map(|row| row.unit_id));
    let names = unit_names(db, units).await?;
    let item = |verb, row: &quality_objective::Model, place: (Subject, uuid::Uuid), title: &str, due_on| Item {
        verb,
        kind: "quality_objective",
        subject: place.0,
        subject_id: place.1,
        code: row.code.clone(),
        title: format!("{} · {}", row.code, shortened(title, 120)),
        count: None,
        unit_name: names.get(&row.unit_id).cloned().unwrap_or_default(),
        due_on,
        days_left: None,
        overdue: false,
        href: crate::web::link_to(Subject::QualityObjective, row.id.0),
    };
    let mut found = Vec::new();
    for step in &steps {
        let Some(row) = of_steps.get(&step.objective_id) else { continue };
        let place = (Subject::ObjectiveStep, step.id.0);
        found.push(item("do_objective_step", row, place, &step.action, Some(step.due_on)));
    }
    for one in &listed {
        let place = (Subject::QualityObjective, one.row.id.0);
        if one.row.state == ObjectiveState::Draft {
            if one.row.created_by_id != caller.person {
                found.push(item("approve_objective", &one.row, place, &one.row.goal, None));
            }
            continue;
        }
        match next_result(one) {
            Some(owed) if (owed.until - caller.today).num_days() <= AHEAD_DAYS => {
                found.push(item("record_result", &one.row, place, &one.row.goal, Some(owed.due_on)));
            }
            None if caller.may(Permission::PrepareReviews)
                && (caller.today.year(), caller.today.month()) >= (one.row.year, 12) =>
            {
                found.push(item("evaluate_objective", &one.row, place, &one.row.goal, None));
            }
            _ => {}
        }
    }
    Ok(found)
}
