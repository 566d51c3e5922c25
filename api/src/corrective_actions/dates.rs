//! Later dates: asked for with a reason, decided by the inspecting side; every date is kept.

use chrono::NaiveDate;
use domain::corrective_action::{CorrectiveActionState, CorrectiveActionVerb, ExtensionState, advance, check_extension};
use domain::draft::Problems;
use domain::id::{CorrectiveActionId, ExtensionId, StepId};
use domain::record::{Duty, Subject};
use entities::{corrective_action, extension, step};
use poem_openapi::Object;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _,
};

use super::access::{Case, begin};
use super::{due, no_extension, recorded, save};
use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::http::{Version, seen};
use crate::store::{Event, Store, Tx};

/// A request for a later date.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct ExtensionRequest {
    /// The step; absent for the day of the plan itself.
    pub step_id: Option<StepId>,
    /// The new last day.
    pub new_due_on: NaiveDate,
    /// Why.
    pub reason: String,
}

/// Asks for a later date: of a step, or of the plan while it is not handed in.
///
/// # Errors
/// The code of the rule that stands against it; a date that is not later.
pub async fn request(
    store: &Store,
    caller: &Caller,
    id: CorrectiveActionId,
    version: Version,
    asked: ExtensionRequest,
) -> Result<corrective_action::Model> {
    let me = caller.clone();
    store
        .write(caller, move |tx| async move {
            let Case { row: before, steps, by, facts, .. } = begin(&tx, &me, id, version).await?;
            advance(before.state, CorrectiveActionVerb::RequestExtension, &by, &facts)?;
            let (duty, old, reason) = checked(&before, &steps, &asked, tx.today())?;
            extension::ActiveModel {
                id: Set(tx.id::<ExtensionId>()),
                corrective_action_id: Set(id),
                step_id: Set(asked.step_id),
                duty: Set(duty),
                old_due_on: Set(old),
                new_due_on: Set(asked.new_due_on),
                reason: Set(reason.clone()),
                state: Set(ExtensionState::Requested),
                requested_by_id: Set(me.person),
                requested_at: Set(tx.now()),
                decided_by_id: Set(None),
                decided_at: Set(None),
                decision_reason: Set(None),
                version: Set(1),
            }
            .insert(tx.db())
            .await?;
            let after = save(&tx, before.clone()).await?;
            recorded(&tx, "corrective_action.extension_requested", &before, &after, Some(&reason));
            Ok(after)
        })
        .await
}

/// Which date is to be moved, and from when.
fn checked(
    row: &corrective_action::Model,
    steps: &[step::Model],
    asked: &ExtensionRequest,
    today: NaiveDate,
) -> Result<(Duty, NaiveDate, String)> {
    let mut problems = Problems::new();
    let reason = problems.text("reason", &asked.reason, 2_000);
    let plan_open = matches!(row.state, CorrectiveActionState::Issued | CorrectiveActionState::Analysing);
    let step = asked.step_id.and_then(|id| steps.iter().find(|step| step.id == id));
    let old = match (asked.step_id, plan_open) {
        (None, true) => Some((Duty::FilePlan, row.plan_due_on)),
        (Some(_), false) => step.and_then(|step| step.due_on).map(|due_on| (Duty::DoStep, due_on)),
        _ => None,
    };
    problems.check(old.is_none(), "step_id", "step_unknown");
    let (duty, old) = old.unwrap_or((Duty::FilePlan, row.plan_due_on));
    check_extension(old, asked.new_due_on, today, &mut problems);
    problems.finish()?;
    Ok((duty, old, reason))
}

/// Grants or refuses a request: the inspecting side; the third only the ordering authority.
///
/// # Errors
/// 404 outside the caller's scope; the code of the rule that stands against it.
pub async fn decide(
    store: &Store,
    caller: &Caller,
    id: ExtensionId,
    version: Version,
    granted: bool,
    reason: Option<String>,
) -> Result<corrective_action::Model> {
    let me = caller.clone();
    store
        .write(caller, move |tx| async move {
            let asked = extension::Entity::find_by_id(id).one(tx.db()).await?.ok_or(Error::NotFound)?;
            let row = super::access::find(tx.db(), &me, asked.corrective_action_id).await?;
            let case = begin(&tx, &me, row.id, Version(row.version)).await?;
            // Read again under the lock: two may decide at once.
            let asked = extension::Entity::find_by_id(id).one(tx.db()).await?.ok_or(Error::NotFound)?;
            let verb = if granted { CorrectiveActionVerb::Grant } else { CorrectiveActionVerb::Refuse };
            advance(case.row.state, verb, &case.by, &case.facts)?;
            if asked.state != ExtensionState::Requested {
                return Err(no_extension());
            }
            seen(version, asked.version)?;
            let reason = decision_reason(granted, reason)?;
            let row = if granted { moved(&tx, &me, &case, &asked).await? } else { case.row.clone() };
            let after = save(&tx, row).await?;
            close(&tx, &me, &asked, granted, reason.clone()).await?;
            let kind = if granted { "corrective_action.extension_granted" } else { "corrective_action.extension_refused" };
            recorded(&tx, kind, &case.row, &after, reason.as_deref());
            Ok(after)
        })
        .await
}

fn decision_reason(granted: bool, reason: Option<String>) -> Result<Option<String>> {
    let mut problems = Problems::new();
    let reason = problems.optional_text("reason", reason.as_deref(), 2_000);
    problems.check(!granted && reason.is_none(), "reason", "required");
    problems.finish()?;
    Ok(reason)
}

/// The action with its date moved; the old one stays in the list of dates.
async fn moved(tx: &Tx, caller: &Caller, case: &Case, asked: &extension::Model) -> Result<corrective_action::Model> {
    let row = case.row.clone();
    let (about, row) = match asked.step_id {
        None => ((Subject::CorrectiveAction, row.id.0), corrective_action::Model { plan_due_on: asked.new_due_on, ..row }),
        Some(step_id) => {
            let change = step::ActiveModel { id: Set(step_id), due_on: Set(Some(asked.new_due_on)), ..Default::default() };
            change.update(tx.db()).await?;
            let others = case.steps.iter().filter(|step| step.id != step_id).filter_map(|step| step.due_on);
            let last = others.chain([asked.new_due_on]).max();
            ((Subject::Step, step_id.0), corrective_action::Model { due_on: last, ..row })
        }
    };
    due::keep(tx, about, asked.duty, asked.new_due_on, &asked.reason, Some(caller.person)).await?;
    Ok(row)
}

async fn close(tx: &Tx, caller: &Caller, before: &extension::Model, granted: bool, reason: Option<String>) -> Result<()> {
    let row = extension::Model {
        state: if granted { ExtensionState::Granted } else { ExtensionState::Refused },
        decided_by_id: Some(caller.person),
        decided_at: Some(tx.now()),
        decision_reason: reason,
        version: before.version + 1,
        ..before.clone()
    };
    let change = row.into_active_model().reset_all();
    let after =
        extension::Entity::update(change).validate()?.filter(extension::Column::Version.eq(before.version)).exec(tx.db()).await?;
    tx.record(Event::on("extension.decided", Subject::Extension, after.id.0).change(before, &after));
    Ok(())
}
