//! Quality objectives: written for a unit and a year, approved by its head, measured, evaluated at the end of the year.

pub mod access;
pub mod figure;
pub mod http;
pub mod owed;
pub mod pages;

use chrono::NaiveDate;
use domain::draft::Problems;
use domain::id::{ObjectiveStepId, PersonId, QualityObjectiveId, UnitId};
use domain::objective::{
    Draft, Measure, ObjectiveState, ObjectiveVerb, StepDraft, advance, check_measured_on, check_value, decimal, percent,
};
use domain::permission::Permission;
use domain::record::Subject;
use domain::rule::Refused;
use domain::scoring::{Exact, RoundingMode};
use entities::{objective_result, objective_step, person, quality_objective};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _,
    IntoActiveModel as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::http::{Slice, Version};
use crate::inspections::plan::own_unit;
use crate::store::{Event, Store, Tx};
use access::{Case, begin, visible};

/// Which objectives are asked for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this unit, or any below it.
    pub unit_id: Option<UnitId>,
    /// Of this year.
    pub year: Option<i32>,
    /// In this state.
    pub state: Option<ObjectiveState>,
    /// Reached, or not, once evaluated.
    pub met: Option<bool>,
    /// Words of code, goal or measure; diacritics do not matter.
    pub q: Option<String>,
}

/// An objective with its last result.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The objective.
    pub row: quality_objective::Model,
    /// The result that counts so far.
    pub last: Option<objective_result::Model>,
}

/// Objectives the caller sees, the latest year first: two statements; one more than asked for when there are more.
///
/// # Errors
/// The database's.
pub async fn list(db: &impl ConnectionTrait, caller: &Caller, filter: &Filter, slice: &Slice) -> Result<Vec<Listed>> {
    use quality_objective::Column;
    let Filter { unit_id, year, state, met, q } = filter;
    let words = q.as_deref().map(domain::text::fold).filter(|words| !words.is_empty());
    let rows = quality_objective::Entity::find()
        .filter(visible(caller))
        .filter(
            Condition::all()
                .add_option(unit_id.map(|unit| Column::UnitId.in_subquery(crate::findings::read::below(unit))))
                .add_option(year.map(|year| Column::Year.eq(year)))
                .add_option(state.map(|state| Column::State.eq(state)))
                .add_option(met.map(|met| Column::Met.eq(met)))
                .add_option(words.map(|words| Column::SearchText.contains(words))),
        )
        .filter(slice.after(Column::Year, Column::Id, true))
        .order_by_desc(Column::Year)
        .order_by_desc(Column::Id)
        .limit(slice.fetch())
        .all(db)
        .await?;
    with_last(db, rows).await
}

/// Rows with the last result of each, in one statement.
///
/// # Errors
/// The database's.
pub async fn with_last(db: &impl ConnectionTrait, rows: Vec<quality_objective::Model>) -> Result<Vec<Listed>> {
    let results = objective_result::Entity::find()
        .filter(objective_result::Column::ObjectiveId.is_in(rows.iter().map(|row| row.id)))
        .order_by_desc(objective_result::Column::MeasuredOn)
        .order_by_desc(objective_result::Column::Id)
        .all(db)
        .await?;
    let last = |row: quality_objective::Model| Listed {
        last: results.iter().find(|result| result.objective_id == row.id).cloned(),
        row,
    };
    Ok(rows.into_iter().map(last).collect())
}

/// The exact value of a result: of a counted share its fraction, not the rounded decimal.
#[must_use]
pub fn value_of(result: &objective_result::Model) -> Exact {
    let counted = result.part.zip(result.whole).and_then(|(part, whole)| percent(part, whole));
    counted.or_else(|| result.value.parse().ok()).unwrap_or_else(Exact::zero)
}

/// The value of a result as pages and papers say it: a counted share with two decimals, its numbers being known;
/// what the unit measured as it was entered.
#[must_use]
pub fn shown_value(result: &objective_result::Model) -> Exact {
    let value = value_of(result);
    if result.part.zip(result.whole).is_some() { value.round(2, RoundingMode::HalfUp) } else { value }
}

/// Whether an objective stands met by this result.
#[must_use]
pub fn is_met(row: &quality_objective::Model, result: &objective_result::Model) -> bool {
    row.target.parse().is_ok_and(|target| row.direction.is_met(&target, &value_of(result)))
}

/// Writes an objective.
///
/// # Errors
/// Wrong fields, all at once; a unit the caller does not prepare objectives for.
pub async fn create(store: &Store, caller: &Caller, unit_id: Option<UnitId>, draft: Draft) -> Result<quality_objective::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let mut problems = Problems::new();
            let draft = check(&tx, draft, &mut problems).await?;
            let unit = own_unit(tx.db(), &who, Permission::PrepareReviews, unit_id).await?;
            let unit = unit.map_err(|code| problems.add("unit_id", code));
            problems.finish()?;
            let unit = unit.map_err(|()| Error::NotFound)?;
            let number = tx.next_number(&format!("MT-{}-{unit}", draft.year)).await?;
            let row = quality_objective::Model {
                id: tx.id(),
                code: format!("MT-{}-{number:02}", draft.year),
                unit_id: unit,
                year: draft.year,
                state: ObjectiveState::Draft,
                goal: String::new(),
                measure: String::new(),
                measure_unit: String::new(),
                direction: draft.direction,
                target: String::new(),
                baseline: None,
                frequency: draft.frequency,
                bind: None,
                created_by_id: who.person,
                approved_by_id: None,
                approved_at: None,
                met: None,
                result_id: None,
                explanation: None,
                evaluated_by_id: None,
                evaluated_at: None,
                cancel_reason: None,
                search_text: String::new(),
                version: 1,
                created_at: tx.now(),
            };
            let (row, steps) = said(row, draft);
            let row = row.into_active_model().insert(tx.db()).await?;
            write_steps(&tx, row.id, steps).await?;
            tx.record(Event::on("quality_objective.created", Subject::QualityObjective, row.id.0).unit(unit).after(&row));
            Ok(row)
        })
        .await
}

async fn check(tx: &Tx, draft: Draft, problems: &mut Problems) -> Result<Draft> {
    let draft = draft.check(problems);
    let people: std::collections::BTreeSet<PersonId> = draft.steps.iter().filter_map(|step| step.owner_id).collect();
    let known: Vec<PersonId> = person::Entity::find()
        .select_only()
        .column(person::Column::Id)
        .filter(person::Column::Id.is_in(people))
        .filter(person::Column::DisabledAt.is_null())
        .into_tuple()
        .all(tx.db())
        .await?;
    for (n, step) in draft.steps.iter().enumerate() {
        let unknown = step.owner_id.is_some_and(|owner| !known.contains(&owner));
        problems.check(unknown, &format!("steps/{n}/owner_id"), "unknown_person");
    }
    Ok(draft)
}

/// The row with what a draft says, and the rows of its plan.
fn said(row: quality_objective::Model, draft: Draft) -> (quality_objective::Model, Vec<StepDraft>) {
    let Draft { year: _, goal, measure, measure_unit, direction, target, baseline, frequency, bind, steps } = draft;
    let search_text = domain::text::fold(&format!("{} {goal} {measure}", row.code));
    let row = quality_objective::Model {
        goal,
        measure,
        measure_unit,
        direction,
        target,
        baseline,
        frequency,
        bind,
        search_text,
        ..row
    };
    (row, steps)
}

async fn write_steps(tx: &Tx, id: QualityObjectiveId, steps: Vec<StepDraft>) -> Result<()> {
    objective_step::Entity::delete_many().filter(objective_step::Column::ObjectiveId.eq(id)).exec(tx.db()).await?;
    let rows = steps.into_iter().zip(1..).map(|(step, position)| {
        let StepDraft { action, owner_id, owner_text, due_on } = step;
        let row = objective_step::Model {
            id: tx.id(),
            objective_id: id,
            position,
            action,
            owner_id,
            owner_text,
            due_on: due_on.unwrap_or_else(|| tx.today()),
            done_on: None,
            done_by_id: None,
            note: None,
        };
        row.into_active_model()
    });
    let rows: Vec<_> = rows.collect();
    if !rows.is_empty() {
        objective_step::Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
    }
    Ok(())
}

/// Replaces what a draft says; its unit, year and code stay.
///
/// # Errors
/// 404, stale, wrong fields, `objective_keeper_only`, `wrong_state`.
pub async fn update(
    store: &Store,
    caller: &Caller,
    id: QualityObjectiveId,
    version: Version,
    draft: Draft,
) -> Result<quality_objective::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let Case { row: before, by, facts, .. } = begin(&tx, &who, id, version).await?;
            advance(before.state, ObjectiveVerb::Update, by, &facts)?;
            let mut problems = Problems::new();
            let draft = check(&tx, Draft { year: before.year, ..draft }, &mut problems).await?;
            problems.finish()?;
            let (row, steps) = said(before.clone(), draft);
            write_steps(&tx, id, steps).await?;
            save(&tx, "quality_objective.updated", &before, row, None).await
        })
        .await
}

/// What is done with a whole objective.
#[derive(Clone, Debug)]
pub enum Act {
    /// The head approves it.
    Approve,
    /// The year is over.
    Evaluate {
        /// Why it was not reached; needed exactly then.
        explanation: Option<String>,
    },
    /// It is given up.
    Cancel {
        /// Why.
        reason: String,
    },
}

impl Act {
    const fn verb(&self) -> ObjectiveVerb {
        match self {
            Self::Approve => ObjectiveVerb::Approve,
            Self::Evaluate { .. } => ObjectiveVerb::Evaluate,
            Self::Cancel { .. } => ObjectiveVerb::Cancel,
        }
    }
}

/// Approves, evaluates or gives up an objective. Whether it was reached is computed from its last result.
///
/// # Errors
/// 404, stale, wrong fields, the code of the rule that stands against it.
pub async fn act(
    store: &Store,
    caller: &Caller,
    id: QualityObjectiveId,
    version: Version,
    act: Act,
) -> Result<quality_objective::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let Case { row: before, results, by, facts, .. } = begin(&tx, &who, id, version).await?;
            let state = advance(before.state, act.verb(), by, &facts)?;
            let row = quality_objective::Model { state, ..before.clone() };
            let mut problems = Problems::new();
            let (event, row, reason) = match act {
                Act::Approve => {
                    let row = quality_objective::Model { approved_by_id: Some(who.person), approved_at: Some(tx.now()), ..row };
                    ("quality_objective.approved", row, None)
                }
                Act::Evaluate { explanation } => {
                    let last = results.first().ok_or_else(|| Refused::new("no_result"))?;
                    let met = is_met(&row, last);
                    let explanation = problems.optional_text("explanation", explanation.as_deref(), 4_000);
                    problems.check(!met && explanation.is_none(), "explanation", "required");
                    let row = quality_objective::Model {
                        met: Some(met),
                        result_id: Some(last.id),
                        explanation: explanation.filter(|_| !met),
                        evaluated_by_id: Some(who.person),
                        evaluated_at: Some(tx.now()),
                        ..row
                    };
                    ("quality_objective.evaluated", row, None)
                }
                Act::Cancel { reason } => {
                    let reason = problems.text("reason", &reason, 2_000);
                    let row = quality_objective::Model { cancel_reason: Some(reason.clone()), ..row };
                    ("quality_objective.cancelled", row, Some(reason))
                }
            };
            problems.finish()?;
            save(&tx, event, &before, row, reason.as_deref()).await
        })
        .await
}

/// What was measured.
#[derive(Clone, Debug)]
pub enum Measured {
    /// A number of the unit's own.
    Number(String),
    /// The counted figure as it stands now.
    Counted,
}

/// A result to be recorded.
#[derive(Clone, Debug)]
pub struct NewResult {
    /// The day it speaks of; today when not said.
    pub measured_on: Option<NaiveDate>,
    /// What was measured.
    pub measured: Measured,
    /// A note.
    pub note: Option<String>,
}

/// Records a result; of one day the later one counts, and corrects with its reason the one before.
///
/// # Errors
/// 404, stale, wrong fields, `objective_keeper_only`, `wrong_state`; `value` is `nothing_counted` when the objective is
/// bound to no figure, or nothing of it was entered yet.
pub async fn record(
    store: &Store,
    caller: &Caller,
    id: QualityObjectiveId,
    version: Version,
    new: NewResult,
) -> Result<objective_result::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let Case { row: before, results, by, facts, .. } = begin(&tx, &who, id, version).await?;
            advance(before.state, ObjectiveVerb::RecordResult, by, &facts)?;
            let NewResult { measured_on, measured, note } = new;
            let mut problems = Problems::new();
            let measured_on = measured_on.unwrap_or_else(|| tx.today());
            check_measured_on(measured_on, before.year, tx.today(), &mut problems);
            let note = problems.optional_text("note", note.as_deref(), 2_000);
            let (value, part, whole) = match measured {
                Measured::Number(typed) => {
                    let typed = problems.text("value", &typed, 40);
                    let value = if typed.is_empty() { typed } else { decimal("value", &typed, &mut problems) };
                    if let (Ok(exact), Ok(target)) = (value.parse::<Exact>(), before.target.parse::<Exact>()) {
                        let measure = Measure { unit: &before.measure_unit, bound: before.bind.is_some(), target: &target };
                        check_value(&exact, measure, note.is_some(), &mut problems);
                    }
                    let again = results.iter().any(|one| one.measured_on == measured_on);
                    problems.check(again && note.is_none(), "note", "correction_without_reason");
                    (value, None, None)
                }
                Measured::Counted => {
                    let figure = match before.bind {
                        Some(bind) => figure::live(tx.db(), bind, before.unit_id, before.year, tx.today()).await?,
                        None => None,
                    };
                    problems.check(figure.is_none(), "value", "nothing_counted");
                    let value = figure.as_ref().map(|figure| figure.value.to_string()).unwrap_or_default();
                    (value, figure.as_ref().map(|figure| figure.part), figure.as_ref().map(|figure| figure.whole))
                }
            };
            problems.finish()?;
            let result = objective_result::Model {
                id: tx.id(),
                objective_id: id,
                measured_on,
                value,
                part,
                whole,
                note,
                recorded_by_id: who.person,
                created_at: tx.now(),
            };
            let result = result.into_active_model().insert(tx.db()).await?;
            bump(&tx, &before).await?;
            let event = Event::on("quality_objective.measured", Subject::QualityObjective, id.0).unit(before.unit_id);
            tx.record(event.after(&result));
            Ok(result)
        })
        .await
}

/// A row of the plan was done.
///
/// # Errors
/// 404, stale, wrong fields, `doer_only`, `wrong_state`, `objective_step_done`.
pub async fn complete_step(
    store: &Store,
    caller: &Caller,
    (id, step): (QualityObjectiveId, ObjectiveStepId),
    version: Version,
    done_on: Option<NaiveDate>,
    note: Option<String>,
) -> Result<quality_objective::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let case = begin(&tx, &who, id, version).await?;
            let before = case.steps.iter().find(|row| row.id == step).ok_or(Error::NotFound)?;
            let facts = domain::objective::Facts { step_done: before.done_on.is_some(), ..case.facts };
            advance(case.row.state, ObjectiveVerb::CompleteStep, case.by_step(before, who.person), &facts)?;
            let mut problems = Problems::new();
            let done_on = done_on.unwrap_or_else(|| tx.today());
            problems.check(done_on > tx.today(), "done_on", "in_future");
            let note = problems.optional_text("note", note.as_deref(), 2_000);
            problems.finish()?;
            let change = objective_step::ActiveModel {
                id: Set(step),
                done_on: Set(Some(done_on)),
                done_by_id: Set(Some(who.person)),
                note: Set(note),
                ..Default::default()
            };
            let after = change.update(tx.db()).await?;
            let row = bump(&tx, &case.row).await?;
            let event = Event::on("quality_objective.step_done", Subject::QualityObjective, id.0).unit(row.unit_id);
            tx.record(event.change(before, &after));
            Ok(row)
        })
        .await
}

/// The next version of an objective to which something was added.
async fn bump(tx: &Tx, before: &quality_objective::Model) -> Result<quality_objective::Model> {
    let after = quality_objective::Model { version: before.version + 1, ..before.clone() };
    store_row(tx, before, after).await
}

async fn store_row(
    tx: &Tx,
    before: &quality_objective::Model,
    after: quality_objective::Model,
) -> Result<quality_objective::Model> {
    let update = quality_objective::Entity::update(after.into_active_model().reset_all());
    let update = update.validate()?.filter(quality_objective::Column::Version.eq(before.version));
    Ok(update.exec(tx.db()).await?)
}

async fn save(
    tx: &Tx,
    event: &'static str,
    before: &quality_objective::Model,
    after: quality_objective::Model,
    reason: Option<&str>,
) -> Result<quality_objective::Model> {
    let after = quality_objective::Model { version: before.version + 1, ..after };
    let after = store_row(tx, before, after).await?;
    let event = Event::on(event, Subject::QualityObjective, after.id.0).unit(after.unit_id).change(before, &after);
    tx.record(event.reason(reason));
    Ok(after)
}

/// How many objectives of a year the caller sees are in each state, and how many were met: for the head of the list.
///
/// # Errors
/// The database's.
pub async fn met_count(db: &impl ConnectionTrait, caller: &Caller, year: i32) -> Result<(u64, u64)> {
    use quality_objective::Column;
    let of_year = || {
        quality_objective::Entity::find()
            .filter(visible(caller))
            .filter(Column::Year.eq(year))
            .filter(Column::State.eq(ObjectiveState::Evaluated))
    };
    Ok((of_year().filter(Column::Met.eq(true)).count(db).await?, of_year().count(db).await?))
}
