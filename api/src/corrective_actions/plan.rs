//! The unit's plan: drafted as far as it goes, submitted whole, returned by row, approved.

use chrono::NaiveDate;
use domain::corrective_action::{
    self as rules, CauseGroup, CauseOrigin, CorrectiveActionVerb, MAX_STEPS, MAX_WHYS, Plan, PlanStep, StepState, advance,
};
use domain::draft::Problems;
use domain::id::{CorrectiveActionId, PersonId, StepId, UnitId};
use domain::record::{Duty, Subject};
use entities::{corrective_action, membership, person, step, unit_path};
use poem_openapi::Object;
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, ExprTrait as _,
    IntoActiveModel as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::access::{Case, begin};
use super::{due, recorded, recorded_whole, save};
use crate::auth::Caller;
use crate::error::Result;
use crate::http::Version;
use crate::store::{Store, Tx};

/// A plan as far as it is written. Everything may be missing until it is submitted.
#[derive(Clone, Debug, Default, Object)]
#[oai(deny_unknown_fields)]
pub struct PlanDraft {
    /// What is put right at once.
    pub correction: Option<String>,
    /// Whether the same happens elsewhere.
    pub extent: Option<String>,
    /// The chain of causes, first to root: at most 5.
    #[oai(default)]
    pub whys: Vec<String>,
    /// Group of the root cause.
    pub cause_group: Option<CauseGroup>,
    /// Whether the cause lies inside the unit.
    pub cause_origin: Option<CauseOrigin>,
    /// The other agency, when it lies outside.
    pub external_agency: Option<String>,
    /// Number and date of the letter to it.
    pub external_letter: Option<String>,
    /// What will be done, in order; rows left out are dropped.
    #[oai(default)]
    pub steps: Vec<StepDraft>,
}

/// A row of a plan as far as it is written.
#[derive(Clone, Debug, Default, Object)]
#[oai(deny_unknown_fields)]
pub struct StepDraft {
    /// The row, when it was saved before.
    pub id: Option<StepId>,
    /// What is done.
    pub action: Option<String>,
    /// Who does it.
    pub owner_id: Option<PersonId>,
    /// Until when.
    pub due_on: Option<NaiveDate>,
    /// What will prove it.
    pub expected_evidence: Option<String>,
}

/// A remark on one row of a plan.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct RowRemark {
    /// The row.
    pub step_id: StepId,
    /// What is to be mended.
    pub remark: String,
}

/// Saves the plan as far as it is written: data officer or head of the unit.
///
/// # Errors
/// The code of the rule that stands against it; texts too long, unknown people or rows.
pub async fn save_draft(
    store: &Store,
    caller: &Caller,
    id: CorrectiveActionId,
    version: Version,
    draft: PlanDraft,
) -> Result<corrective_action::Model> {
    let me = caller.clone();
    store
        .write(caller, move |tx| async move {
            let Case { row: before, steps: old, by, facts, .. } = begin(&tx, &me, id, version).await?;
            let state = advance(before.state, CorrectiveActionVerb::DraftPlan, &by, &facts)?;
            let draft = clean(draft)?;
            check_rows(tx.db(), before.unit_id, &old, &draft.steps, tx.today()).await?;
            let steps = save_steps(&tx, id, &old, draft.steps).await?;
            let row = corrective_action::Model {
                state,
                correction: draft.correction,
                extent: draft.extent,
                whys: serde_json::json!(draft.whys),
                cause_group: draft.cause_group,
                cause_origin: draft.cause_origin,
                external_agency: draft.external_agency,
                external_letter: draft.external_letter,
                ..before.clone()
            };
            let after = save(&tx, row).await?;
            recorded_whole(&tx, "corrective_action.plan_drafted", (&before, &old), (&after, &steps), None);
            Ok(after)
        })
        .await
}

fn clean(draft: PlanDraft) -> Result<PlanDraft> {
    let PlanDraft { correction, extent, whys, cause_group, cause_origin, external_agency, external_letter, steps } = draft;
    let mut problems = Problems::new();
    problems.at_most("whys", whys.len(), MAX_WHYS);
    problems.at_most("steps", steps.len(), MAX_STEPS);
    let mut text = |field: &str, value: Option<String>, most| problems.optional_text(field, value.as_deref(), most);
    let whys = whys.into_iter().enumerate().map(|(n, why)| text(&format!("whys/{n}"), Some(why), 1_000).unwrap_or_default());
    let mut whys: Vec<String> = whys.collect();
    while whys.last().is_some_and(String::is_empty) {
        whys.pop();
    }
    let rows = steps.into_iter().enumerate().map(|(n, step)| StepDraft {
        action: text(&format!("steps/{n}/action"), step.action, 2_000),
        expected_evidence: text(&format!("steps/{n}/expected_evidence"), step.expected_evidence, 1_000),
        ..step
    });
    let steps = rows.collect();
    let draft = PlanDraft {
        correction: text("correction", correction, 4_000),
        extent: text("extent", extent, 2_000),
        external_agency: text("external_agency", external_agency, 300),
        external_letter: text("external_letter", external_letter, 300),
        whys,
        cause_group,
        cause_origin,
        steps,
    };
    problems.finish()?;
    Ok(draft)
}

async fn check_rows(
    db: &impl ConnectionTrait,
    unit: UnitId,
    old: &[step::Model],
    rows: &[StepDraft],
    today: NaiveDate,
) -> Result<()> {
    let mut problems = Problems::new();
    let people: Vec<PersonId> = people_of(db, unit, today).await?.into_iter().map(|(id, _)| id).collect();
    for (n, row) in rows.iter().enumerate() {
        let twice = rows.iter().filter(|other| row.id.is_some() && other.id == row.id).count() > 1;
        let unknown = row.id.is_some_and(|id| !old.iter().any(|step| step.id == id));
        problems.check(unknown || twice, &format!("steps/{n}/id"), "step_unknown");
        let stranger = row.owner_id.is_some_and(|owner| !people.contains(&owner));
        problems.check(stranger, &format!("steps/{n}/owner_id"), "owner_unknown");
    }
    Ok(problems.finish()?)
}

/// Who may be given a step: the people of the unit, of those below it, and of the one above it.
///
/// # Errors
/// The database's.
pub async fn people_of(db: &impl ConnectionTrait, unit: UnitId, today: NaiveDate) -> Result<Vec<(PersonId, String)>> {
    let below = crate::findings::read::below(unit);
    let above = Query::select()
        .column(unit_path::Column::AncestorId)
        .from(unit_path::Entity)
        .and_where(unit_path::Column::DescendantId.eq(unit))
        .and_where(unit_path::Column::Depth.eq(1))
        .to_owned();
    let members = Query::select()
        .column(membership::Column::PersonId)
        .from(membership::Entity)
        .cond_where(
            Condition::any()
                .add(membership::Column::UnitId.in_subquery(below))
                .add(membership::Column::UnitId.in_subquery(above)),
        )
        .and_where(membership::Column::ValidFrom.lte(today))
        .cond_where(Condition::any().add(membership::Column::ValidTo.is_null()).add(membership::Column::ValidTo.gt(today)))
        .to_owned();
    let rows = person::Entity::find()
        .select_only()
        .column(person::Column::Id)
        .column(person::Column::FullName)
        .filter(person::Column::Id.in_subquery(members))
        .filter(person::Column::DisabledAt.is_null())
        .order_by_asc(person::Column::FullName)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows)
}

/// Writes the rows in their new order; known rows keep their id and the remark on them.
async fn save_steps(tx: &Tx, id: CorrectiveActionId, old: &[step::Model], rows: Vec<StepDraft>) -> Result<Vec<step::Model>> {
    let kept: Vec<StepId> = rows.iter().filter_map(|row| row.id).collect();
    step::Entity::delete_many()
        .filter(step::Column::CorrectiveActionId.eq(id))
        .filter(step::Column::Id.is_not_in(kept))
        .exec(tx.db())
        .await?;
    // Positions are unique, so the kept rows step aside before they are numbered anew.
    step::Entity::update_many()
        .col_expr(step::Column::Position, Expr::col(step::Column::Position).sub(1_000_000))
        .filter(step::Column::CorrectiveActionId.eq(id))
        .exec(tx.db())
        .await?;
    let mut saved = Vec::new();
    for (position, row) in (0..).zip(rows) {
        let known = old.iter().find(|step| Some(step.id) == row.id);
        saved.push(save_step(tx, id, position, known, row).await?);
    }
    Ok(saved)
}

async fn save_step(
    tx: &Tx,
    id: CorrectiveActionId,
    position: i32,
    known: Option<&step::Model>,
    row: StepDraft,
) -> Result<step::Model> {
    let StepDraft { id: _, action, owner_id, due_on, expected_evidence } = row;
    let action = action.unwrap_or_default();
    match known {
        Some(known) => {
            let step = step::Model { position, action, owner_id, due_on, expected_evidence, ..known.clone() };
            Ok(step.into_active_model().reset_all().update(tx.db()).await?)
        }
        None => {
            let step = step::Model {
                id: tx.id(),
                corrective_action_id: id,
                position,
                action,
                owner_id,
                due_on,
                expected_evidence,
                state: StepState::Open,
                remark: None,
                result: None,
                done_by_id: None,
                done_at: None,
            };
            Ok(step.into_active_model().insert(tx.db()).await?)
        }
    }
}

/// The plan as saved, for the check of completeness.
fn written(row: &corrective_action::Model, steps: &[step::Model]) -> Plan {
    let step = |step: &step::Model| PlanStep {
        action: step.action.clone(),
        owner_id: step.owner_id,
        due_on: step.due_on,
        expected_evidence: step.expected_evidence.clone().unwrap_or_default(),
        settled: matches!(step.state, StepState::Done | StepState::Verified),
    };
    Plan {
        correction: row.correction.clone().unwrap_or_default(),
        whys: whys(row),
        cause_group: row.cause_group,
        cause_origin: row.cause_origin,
        external_agency: row.external_agency.clone().unwrap_or_default(),
        steps: steps.iter().map(step).collect(),
    }
}

/// The chain of causes of an action.
#[must_use]
pub fn whys(row: &corrective_action::Model) -> Vec<String> {
    serde_json::from_value(row.whys.clone()).unwrap_or_default()
}

/// The head hands the plan in.
///
/// # Errors
/// The code of the rule that stands against it; everything the plan still lacks.
pub async fn submit(
    store: &Store,
    caller: &Caller,
    id: CorrectiveActionId,
    version: Version,
) -> Result<corrective_action::Model> {
    let me = caller.clone();
    store
        .write(caller, move |tx| async move {
            let Case { row: before, steps, by, facts, .. } = begin(&tx, &me, id, version).await?;
            let state = advance(before.state, CorrectiveActionVerb::SubmitPlan, &by, &facts)?;
            rules::check_plan(&written(&before, &steps), tx.today(), None)?;
            let row = corrective_action::Model {
                state,
                submitted_by_id: Some(me.person),
                submitted_at: Some(tx.now()),
                return_remark: None,
                ..before.clone()
            };
            let after = save(&tx, row).await?;
            forget_remarks(&tx, id).await?;
            await_judgement(&tx, &me, &after).await?;
            recorded(&tx, "corrective_action.plan_submitted", &before, &after, None);
            Ok(after)
        })
        .await
}

async fn forget_remarks(tx: &Tx, id: CorrectiveActionId) -> Result<()> {
    let none: Option<String> = None;
    step::Entity::update_many()
        .col_expr(step::Column::Remark, Expr::value(none))
        .filter(step::Column::CorrectiveActionId.eq(id))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// From now on the inspecting side has its days to judge.
pub(super) async fn await_judgement(tx: &Tx, caller: &Caller, row: &corrective_action::Model) -> Result<()> {
    let deadline = due::working_days(tx, due::JUDGE_DAYS).await?;
    let about = (Subject::CorrectiveAction, row.id.0);
    due::keep(tx, about, Duty::Verify, deadline.due, &deadline.explanation, Some(caller.person)).await
}

/// Returns the plan with remarks, on its rows or in general. The unit has at least five working days to mend it.
///
/// # Errors
/// The code of the rule that stands against it; a return without any remark.
pub async fn send_back(
    store: &Store,
    caller: &Caller,
    id: CorrectiveActionId,
    version: Version,
    remark: Option<String>,
    rows: Vec<RowRemark>,
) -> Result<corrective_action::Model> {
    let me = caller.clone();
    store
        .write(caller, move |tx| async move {
            let Case { row: before, steps, by, facts, .. } = begin(&tx, &me, id, version).await?;
            let state = advance(before.state, CorrectiveActionVerb::Return, &by, &facts)?;
            let (remark, rows) = remarks(&steps, remark, rows)?;
            for row in rows {
                let change = step::ActiveModel { id: Set(row.step_id), remark: Set(Some(row.remark)), ..Default::default() };
                change.update(tx.db()).await?;
            }
            let deadline = due::working_days(&tx, due::MEND_DAYS).await?;
            let row = corrective_action::Model {
                state,
                return_remark: remark.clone(),
                return_count: before.return_count + 1,
                plan_due_on: std::cmp::max(before.plan_due_on, deadline.due),
                ..before.clone()
            };
            if row.plan_due_on != before.plan_due_on {
                let about = (Subject::CorrectiveAction, id.0);
                due::keep(&tx, about, Duty::FilePlan, row.plan_due_on, &deadline.explanation, Some(me.person)).await?;
            }
            let after = save(&tx, row).await?;
            let now = super::access::steps_of(tx.db(), id).await?;
            recorded_whole(&tx, "corrective_action.plan_returned", (&before, &steps), (&after, &now), remark.as_deref());
            Ok(after)
        })
        .await
}

fn remarks(steps: &[step::Model], remark: Option<String>, rows: Vec<RowRemark>) -> Result<(Option<String>, Vec<RowRemark>)> {
    let mut problems = Problems::new();
    rules::check_remarks(remark.as_deref().unwrap_or_default(), rows.iter().map(|row| row.remark.as_str()), &mut problems);
    let remark = problems.optional_text("remark", remark.as_deref(), 2_000);
    let mut kept = Vec::new();
    for (n, row) in rows.into_iter().enumerate() {
        problems.check(!steps.iter().any(|step| step.id == row.step_id), &format!("rows/{n}/step_id"), "step_unknown");
        if let Some(remark) = problems.optional_text(&format!("rows/{n}/remark"), Some(&row.remark), 1_000) {
            kept.push(RowRemark { remark, ..row });
        }
    }
    problems.finish()?;
    Ok((remark, kept))
}

/// Months before the effect is checked that may be agreed.
const MOST_MONTHS: u32 = 12;

/// Accepts the plan: its dates become due dates.
///
/// # Errors
/// The code of the rule that stands against it; months out of 1 to 12.
pub async fn approve(
    store: &Store,
    caller: &Caller,
    id: CorrectiveActionId,
    version: Version,
    effectiveness_months: Option<u32>,
) -> Result<corrective_action::Model> {
    let me = caller.clone();
    store
        .write(caller, move |tx| async move {
            let Case { row: before, steps, by, facts, .. } = begin(&tx, &me, id, version).await?;
            let state = advance(before.state, CorrectiveActionVerb::ApprovePlan, &by, &facts)?;
            let months = check_months(effectiveness_months, before.effectiveness_months)?;
            for step in &steps {
                let Some(due_on) = step.due_on else { continue };
                due::keep(&tx, (Subject::Step, step.id.0), Duty::DoStep, due_on, due::BY_PLAN, Some(me.person)).await?;
            }
            let row = corrective_action::Model {
                state,
                approved_by_id: Some(me.person),
                approved_at: Some(tx.now()),
                effectiveness_months: months,
                due_on: steps.iter().filter_map(|step| step.due_on).max(),
                ..before.clone()
            };
            let after = save(&tx, row).await?;
            recorded(&tx, "corrective_action.plan_approved", &before, &after, None);
            Ok(after)
        })
        .await
}

fn check_months(asked: Option<u32>, present: i32) -> Result<i32> {
    let Some(asked) = asked else { return Ok(present) };
    let mut problems = Problems::new();
    if !(1..=MOST_MONTHS).contains(&asked) {
        let limits = vec![("min", "1".to_owned()), ("max", MOST_MONTHS.to_string())];
        problems.add_with("effectiveness_months", "months_out_of_range", limits);
    }
    problems.finish()?;
    Ok(i32::try_from(asked).unwrap_or(present))
}
