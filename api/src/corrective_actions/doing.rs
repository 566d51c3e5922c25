//! The doing: steps reported with evidence, verified by another person, their effect checked later.

use domain::corrective_action::{By, CorrectiveActionState, CorrectiveActionVerb, Facts, StepState, advance, effect_due};
use domain::draft::Problems;
use domain::id::{CorrectiveActionId, StepId};
use domain::record::{Duty, Subject};
use entities::{corrective_action, step};
use poem_openapi::Object;
use sea_orm::{ActiveModelTrait as _, IntoActiveModel as _};

use super::access::{Case, begin, without_evidence};
use super::plan::await_judgement;
use super::{due, recorded, recorded_whole, save, step_of};
use crate::auth::Caller;
use crate::error::Result;
use crate::http::Version;
use crate::store::{Store, Tx};

/// The verifier's word on the doing.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct Verification {
    /// Whether everything reported is done.
    pub accepted: bool,
    /// What was looked at, or what is missing.
    pub note: Option<String>,
    /// When not accepted: the steps to be done again, each with its remark; by default all that were reported.
    #[oai(default)]
    pub rows: Vec<super::plan::RowRemark>,
}

/// The checker's word on the effect.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct EffectCheck {
    /// Whether the cause is gone.
    pub effective: bool,
    /// What follows from what was looked at.
    pub note: String,
    /// What was looked at: which files, how many, from when.
    pub sample: Option<String>,
}

/// Reports a step done: its owner, the data officer or the head; it needs evidence.
///
/// # Errors
/// 404 for a step of another action; the code of the rule that stands against it.
pub async fn report_done(
    store: &Store,
    caller: &Caller,
    id: CorrectiveActionId,
    step_id: StepId,
    version: Version,
    result: String,
) -> Result<corrective_action::Model> {
    let me = caller.clone();
    store
        .write(caller, move |tx| async move {
            let Case { row: before, steps, by, facts, proofs, .. } = begin(&tx, &me, id, version).await?;
            let step = step_of(&steps, step_id)?;
            // Doing one step does not make anyone the doer of the others.
            let by = By { doer: step.owner_id == Some(me.person), ..by };
            let after_it = |state| facts_with(&facts, &steps, &[(step_id, state)]);
            let state = advance(before.state, CorrectiveActionVerb::ReportDone, &by, &after_it(StepState::Done))?;
            let done = step.state.report(proofs.get(&step_id).copied().unwrap_or_default())?;
            let result = super::needed("result", &result)?;
            let step = step::Model {
                state: done,
                result: Some(result),
                done_by_id: Some(me.person),
                done_at: Some(tx.now()),
                remark: None,
                ..step.clone()
            };
            step.into_active_model().reset_all().update(tx.db()).await?;
            let now = super::access::steps_of(tx.db(), id).await?;
            let after = save(&tx, corrective_action::Model { state, ..before.clone() }).await?;
            if state == CorrectiveActionState::ReportedDone {
                await_judgement(&tx, &me, &after).await?;
            }
            recorded_whole(&tx, "corrective_action.step_done", (&before, &steps), (&after, &now), None);
            Ok(after)
        })
        .await
}

/// The facts as they will be once these steps have changed.
fn facts_with(facts: &Facts, steps: &[step::Model], changed: &[(StepId, StepState)]) -> Facts {
    let state = |step: &step::Model| changed.iter().find(|(id, _)| *id == step.id).map_or(step.state, |(_, state)| *state);
    Facts { steps: steps.iter().map(state).collect(), ..facts.clone() }
}

/// Verifies the doing, or sends steps back: a person who did nothing of it.
///
/// # Errors
/// The code of the rule that stands against it; a verdict without words.
pub async fn verify(
    store: &Store,
    caller: &Caller,
    id: CorrectiveActionId,
    version: Version,
    word: Verification,
) -> Result<corrective_action::Model> {
    let me = caller.clone();
    store
        .write(caller, move |tx| async move {
            let Case { row: before, steps, by, facts, proofs, .. } = begin(&tx, &me, id, version).await?;
            let judged = judged(&steps, &word)?;
            let changed: Vec<(StepId, StepState)> = judged.iter().map(|step| (step.id, step.state)).collect();
            let state = advance(before.state, CorrectiveActionVerb::Verify, &by, &facts_with(&facts, &steps, &changed))?;
            let note = checked_note(&steps, &word)?;
            if word.accepted {
                domain::rule::require_none(without_evidence(&steps, &proofs), "evidence_missing")?;
            }
            for step in judged {
                step.into_active_model().reset_all().update(tx.db()).await?;
            }
            let row = corrective_action::Model {
                state,
                verified_by_id: Some(me.person),
                verified_at: Some(tx.now()),
                verification_note: note.clone(),
                ..before.clone()
            };
            let row = with_effect_date(&tx, &me, row).await?;
            let after = save(&tx, row).await?;
            let now = super::access::steps_of(tx.db(), id).await?;
            let kind = if word.accepted { "corrective_action.verified" } else { "corrective_action.sent_back" };
            recorded_whole(&tx, kind, (&before, &steps), (&after, &now), note.as_deref());
            Ok(after)
        })
        .await
}

/// The reported steps as the verifier leaves them.
fn judged(steps: &[step::Model], word: &Verification) -> Result<Vec<step::Model>> {
    let remark = |step: &step::Model| word.rows.iter().find(|row| row.step_id == step.id).map(|row| row.remark.clone());
    let verdict = |step: &step::Model| -> Result<step::Model> {
        let accepted = word.accepted || (!word.rows.is_empty() && remark(step).is_none());
        let left = if accepted { None } else { remark(step).map(|text| domain::text::clean(&text)) };
        Ok(step::Model { state: step.state.verify(accepted)?, remark: left, ..step.clone() })
    };
    steps.iter().filter(|step| step.state == StepState::Done).map(verdict).collect()
}

fn checked_note(steps: &[step::Model], word: &Verification) -> Result<Option<String>> {
    let mut problems = Problems::new();
    let note = problems.optional_text("note", word.note.as_deref(), 2_000);
    for (n, row) in word.rows.iter().enumerate() {
        let unknown = !steps.iter().any(|step| step.id == row.step_id && step.state == StepState::Done);
        problems.check(unknown, &format!("rows/{n}/step_id"), "step_unknown");
        problems.text(&format!("rows/{n}/remark"), &row.remark, 1_000);
    }
    problems.check(word.accepted && note.is_none(), "note", "required");
    problems.check(!word.accepted && note.is_none() && word.rows.is_empty(), "note", "remark_required");
    problems.finish()?;
    Ok(note)
}

/// When all is verified, the day of the check of effect is set.
async fn with_effect_date(tx: &Tx, caller: &Caller, row: corrective_action::Model) -> Result<corrective_action::Model> {
    if row.state != CorrectiveActionState::Implemented {
        return Ok(row);
    }
    let calendar = crate::calendar::load(tx.db()).await?;
    let months = u32::try_from(row.effectiveness_months).unwrap_or(domain::corrective_action::EFFECT_MONTHS);
    let deadline = effect_due(&calendar, tx.today(), months)?;
    let about = (Subject::CorrectiveAction, row.id.0);
    due::keep(tx, about, Duty::CheckEffectiveness, deadline.due, &deadline.explanation, Some(caller.person)).await?;
    Ok(corrective_action::Model { effectiveness_due_on: Some(deadline.due), ..row })
}

/// Checks the effect: closes the action, or reopens it as a linked new one.
///
/// # Errors
/// The code of the rule that stands against it; a word without a note.
pub async fn check_effectiveness(
    store: &Store,
    caller: &Caller,
    id: CorrectiveActionId,
    version: Version,
    word: EffectCheck,
) -> Result<corrective_action::Model> {
    let me = caller.clone();
    store
        .write(caller, move |tx| async move {
            let Case { row: before, finding, source, by, facts, .. } = begin(&tx, &me, id, version).await?;
            let facts = Facts { effective: word.effective, ..facts };
            let state = advance(before.state, CorrectiveActionVerb::CheckEffectiveness, &by, &facts)?;
            let mut problems = Problems::new();
            let note = problems.text("note", &word.note, 2_000);
            let sample = problems.optional_text("sample", word.sample.as_deref(), 2_000);
            problems.finish()?;
            let row = corrective_action::Model {
                state,
                effect_by_id: Some(me.person),
                effect_at: Some(tx.now()),
                effect_note: Some(note.clone()),
                effect_sample: sample,
                ..before.clone()
            };
            let after = save(&tx, row).await?;
            let kind = if word.effective { "corrective_action.effective" } else { "corrective_action.reopened" };
            recorded(&tx, kind, &before, &after, Some(&note));
            if state == CorrectiveActionState::Reopened {
                super::open(&tx, &finding, &source, Some(&after)).await?;
            }
            crate::findings::settle_after_action(&tx, after.finding_id).await?;
            Ok(after)
        })
        .await
}
