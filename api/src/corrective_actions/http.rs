//! The JSON API of this area: a thin adapter over its use cases.

use chrono::{DateTime, NaiveDate, Utc};
use domain::corrective_action::{
    CauseGroup, CauseOrigin, CorrectiveActionState, CorrectiveActionVerb, ExtensionState, StepState,
};
use domain::finding::{FindingState, Grade};
use domain::id::{CorrectiveActionId, EvidenceId, ExtensionId, FindingId, PersonId, StepId, UnitId};
use domain::record::{Duty, Subject};
use entities::{corrective_action, due_date, extension, step};
use poem::web::Data;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

use super::dates::ExtensionRequest;
use super::doing::{EffectCheck, Verification};
use super::plan::{PlanDraft, RowRemark};
use super::read::{Detail, Example, Filter, Listed, Turn, turn};
use super::{dates, doing, plan, read};
use crate::app::App;
use crate::auth::{Auth, Caller, can};
use crate::error::Result;
use crate::findings::http::{EvidenceRef, Happened};
use crate::http::{One, Page, Slice, Version, link};

/// Operations of this area.
#[derive(Debug)]
pub struct CorrectiveActionsApi;

/// A corrective action in a list.
#[derive(Clone, Debug, Object)]
pub struct CorrectiveActionRow {
    /// Its id.
    pub id: CorrectiveActionId,
    /// Its human code, `KP-2026-0001`, unique within the unit that inspects.
    pub code: String,
    /// Where it stands.
    pub state: CorrectiveActionState,
    /// Whose turn it is; absent while time passes or when it is closed.
    pub waiting_for: Option<Turn>,
    /// The unit that must act.
    pub unit_id: UnitId,
    /// Its name.
    pub unit_name: String,
    /// The finding it answers.
    pub finding_id: FindingId,
    /// Code of the finding.
    pub finding_code: String,
    /// The gap.
    pub statement: Option<String>,
    /// How grave the finding is.
    pub grade: Grade,
    /// The day that matters now.
    pub due_on: Option<NaiveDate>,
    /// That day has passed.
    pub overdue: bool,
    /// For `If-Match`.
    pub version: i64,
}

/// A corrective action with everything around it.
#[derive(Clone, Debug, Object)]
pub struct CorrectiveActionRecord {
    /// Its id.
    pub id: CorrectiveActionId,
    /// Its human code.
    pub code: String,
    /// Where it stands.
    pub state: CorrectiveActionState,
    /// Whose turn it is; absent while time passes or when it is closed.
    pub waiting_for: Option<Turn>,
    /// The unit that must act.
    pub unit_id: UnitId,
    /// Its name.
    pub unit_name: String,
    /// The unit that inspects.
    pub owner_unit_id: UnitId,
    /// The finding it answers.
    pub finding: AnsweredFinding,
    /// What is put right at once.
    pub correction: Option<String>,
    /// Whether the same happens elsewhere.
    pub extent: Option<String>,
    /// The chain of causes, first to root.
    pub whys: Vec<String>,
    /// Group of the root cause.
    pub cause_group: Option<CauseGroup>,
    /// Whether the cause lies inside the unit.
    pub cause_origin: Option<CauseOrigin>,
    /// The other agency.
    pub external_agency: Option<String>,
    /// Number and date of the letter to it.
    pub external_letter: Option<String>,
    /// What is done, in order.
    pub steps: Vec<StepRecord>,
    /// Last day to hand the plan in.
    pub plan_due_on: NaiveDate,
    /// Last day of the last step.
    pub due_on: Option<NaiveDate>,
    /// Whether the day that matters now has passed.
    pub overdue: bool,
    /// Months between verified doing and the check of its effect.
    pub effectiveness_months: i32,
    /// The day of the check of effect.
    pub effectiveness_due_on: Option<NaiveDate>,
    /// Who judges plan, doing and effect.
    pub verifier_id: Option<PersonId>,
    /// Their name.
    pub verifier_name: Option<String>,
    /// General remark of the last return.
    pub return_remark: Option<String>,
    /// How often the plan was returned.
    pub return_count: i32,
    /// The verifier's note on the doing.
    pub verification_note: Option<String>,
    /// The note on the effect.
    pub effect_note: Option<String>,
    /// What was looked at for it.
    pub effect_sample: Option<String>,
    /// The action this one goes on with.
    pub reopened_from_id: Option<CorrectiveActionId>,
    /// The action that goes on after this one.
    pub continued_by_id: Option<CorrectiveActionId>,
    /// Why it was given up.
    pub cancel_reason: Option<String>,
    /// Every date ever, oldest first, of the action and its steps.
    pub dates: Vec<KeptDate>,
    /// Every request for a later date, oldest first.
    pub extensions: Vec<ExtensionRecord>,
    /// What the caller may do now.
    pub verbs: Vec<CorrectiveActionVerb>,
    /// What happened, oldest first.
    pub history: Vec<Happened>,
    /// For `If-Match`.
    pub version: i64,
}

/// The finding an action answers.
#[derive(Clone, Debug, Object)]
pub struct AnsweredFinding {
    /// Its id.
    pub id: FindingId,
    /// Its code.
    pub code: String,
    /// Where it stands.
    pub state: FindingState,
    /// How grave it is.
    pub grade: Grade,
    /// The requirement.
    pub criterion: Option<String>,
    /// The gap.
    pub statement: Option<String>,
    /// What the inspector recommends.
    pub recommendation: Option<String>,
    /// What proves it.
    pub evidence: Vec<EvidenceRef>,
}

/// A step of a plan.
#[derive(Clone, Debug, Object)]
pub struct StepRecord {
    /// Its id.
    pub id: StepId,
    /// What is done.
    pub action: String,
    /// Who does it.
    pub owner_id: Option<PersonId>,
    /// Their name.
    pub owner_name: Option<String>,
    /// Until when.
    pub due_on: Option<NaiveDate>,
    /// What will prove it.
    pub expected_evidence: Option<String>,
    /// Where it stands.
    pub state: StepState,
    /// The reviewer's remark on this row.
    pub remark: Option<String>,
    /// What came of it.
    pub result: Option<String>,
    /// Who reported it done.
    pub done_by_id: Option<PersonId>,
    /// When.
    pub done_at: Option<DateTime<Utc>>,
    /// Its evidence.
    pub evidence_ids: Vec<EvidenceId>,
}

/// A due date that is or was.
#[derive(Clone, Debug, Object)]
pub struct KeptDate {
    /// The action or one of its steps.
    pub subject: Subject,
    /// Its id.
    pub subject_id: uuid::Uuid,
    /// Which duty.
    pub duty: Duty,
    /// The last day.
    pub due_on: NaiveDate,
    /// How it was counted, or why it was set; Vietnamese.
    pub explanation: String,
    /// When it was set.
    pub set_at: DateTime<Utc>,
}

/// A request for a later date.
#[derive(Clone, Debug, Object)]
pub struct ExtensionRecord {
    /// Its id.
    pub id: ExtensionId,
    /// The step; absent for the day of the plan.
    pub step_id: Option<StepId>,
    /// The date before.
    pub old_due_on: NaiveDate,
    /// The date asked for.
    pub new_due_on: NaiveDate,
    /// Why.
    pub reason: String,
    /// Where it stands.
    pub state: ExtensionState,
    /// When it was asked.
    pub requested_at: DateTime<Utc>,
    /// When it was decided.
    pub decided_at: Option<DateTime<Utc>>,
    /// Why so.
    pub decision_reason: Option<String>,
    /// For `If-Match` of its decision.
    pub version: i64,
}

/// An accepted plan from elsewhere, without names.
#[derive(Clone, Debug, Object)]
pub struct PlanExample {
    /// What was put right at once.
    pub correction: String,
    /// The chain of causes.
    pub whys: Vec<String>,
    /// Group of the root cause.
    pub cause_group: Option<CauseGroup>,
    /// Whether the cause lay inside the unit.
    pub cause_origin: Option<CauseOrigin>,
    /// What was done.
    pub steps: Vec<ExampleStep>,
}

/// A step of an example.
#[derive(Clone, Debug, Object)]
pub struct ExampleStep {
    /// What was done.
    pub action: String,
    /// What proved it.
    pub expected_evidence: String,
}

/// A returned plan.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct PlanReturn {
    /// A remark on the whole.
    pub remark: Option<String>,
    /// Remarks on rows.
    #[oai(default)]
    pub rows: Vec<RowRemark>,
}

/// An accepted plan.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct PlanApproval {
    /// Months between verified doing and the check of its effect: 1 to 12, by default 3.
    pub effectiveness_months: Option<u32>,
}

/// A step reported done.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct StepReport {
    /// What came of it.
    pub result: String,
}

/// The decision on a later date.
#[derive(Clone, Debug, Default, Object)]
#[oai(deny_unknown_fields)]
pub struct Decision {
    /// Why; needed to refuse.
    pub reason: Option<String>,
}

/// Another unit takes over.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct Transfer {
    /// The unit that takes over.
    pub unit_id: UnitId,
    /// Legal ground.
    pub ground: String,
}

/// Why an action is given up.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct Cancellation {
    /// Why.
    pub reason: String,
}

/// An action that was moved, as whoever moves duties may see it.
#[derive(Clone, Debug, Object)]
pub struct Moved {
    /// Its id.
    pub id: CorrectiveActionId,
    /// Its code.
    pub code: String,
    /// The unit that must act now.
    pub unit_id: UnitId,
    /// For `If-Match`.
    pub version: i64,
}

fn listed(one: Listed) -> CorrectiveActionRow {
    let Listed { row, finding, unit_name, due_on, overdue } = one;
    CorrectiveActionRow {
        id: row.id,
        code: row.code,
        state: row.state,
        waiting_for: turn(row.state),
        unit_id: row.unit_id,
        unit_name,
        finding_id: finding.id,
        finding_code: finding.code,
        statement: finding.statement,
        grade: finding.grade,
        due_on,
        overdue,
        version: row.version,
    }
}

fn record(detail: Detail) -> CorrectiveActionRecord {
    let waiting_for = turn(detail.row.state);
    let whys = plan::whys(&detail.row);
    let name = |id: Option<PersonId>| id.and_then(|id| detail.people.get(&id).cloned());
    let steps = detail.steps.iter().map(|one| step_record(one, name(one.owner_id), &detail)).collect();
    let history = detail.history.iter().map(|one| Happened::of(one, &detail.people)).collect();
    let verifier_name = name(detail.row.verifier_id);
    let Detail { row, finding, unit_name, verbs, overdue, dates, extensions, finding_evidence, continued_by, .. } = detail;
    CorrectiveActionRecord {
        id: row.id,
        code: row.code,
        state: row.state,
        waiting_for,
        unit_id: row.unit_id,
        unit_name,
        owner_unit_id: row.owner_unit_id,
        finding: AnsweredFinding {
            id: finding.id,
            code: finding.code,
            state: finding.state,
            grade: finding.grade,
            criterion: finding.criterion,
            statement: finding.statement,
            recommendation: finding.recommendation,
            evidence: finding_evidence.iter().map(EvidenceRef::from).collect(),
        },
        correction: row.correction,
        extent: row.extent,
        whys,
        cause_group: row.cause_group,
        cause_origin: row.cause_origin,
        external_agency: row.external_agency,
        external_letter: row.external_letter,
        steps,
        plan_due_on: row.plan_due_on,
        due_on: row.due_on,
        overdue,
        effectiveness_months: row.effectiveness_months,
        effectiveness_due_on: row.effectiveness_due_on,
        verifier_id: row.verifier_id,
        verifier_name,
        return_remark: row.return_remark,
        return_count: row.return_count,
        verification_note: row.verification_note,
        effect_note: row.effect_note,
        effect_sample: row.effect_sample,
        reopened_from_id: row.reopened_from_id,
        continued_by_id: continued_by.map(|next| next.id),
        cancel_reason: row.cancel_reason,
        dates: dates.into_iter().map(kept).collect(),
        extensions: extensions.into_iter().map(asked).collect(),
        verbs,
        history,
        version: row.version,
    }
}

fn step_record(row: &step::Model, owner_name: Option<String>, detail: &Detail) -> StepRecord {
    let proof = detail.evidence.iter().filter(|one| one.subject_id == row.id.0);
    StepRecord {
        id: row.id,
        action: row.action.clone(),
        owner_id: row.owner_id,
        owner_name,
        due_on: row.due_on,
        expected_evidence: row.expected_evidence.clone(),
        state: row.state,
        remark: row.remark.clone(),
        result: row.result.clone(),
        done_by_id: row.done_by_id,
        done_at: row.done_at,
        evidence_ids: proof.map(|one| one.id).collect(),
    }
}

fn kept(row: due_date::Model) -> KeptDate {
    let due_date::Model { id: _, subject, subject_id, duty, due_on, explanation, set_by_id: _, set_at } = row;
    KeptDate { subject, subject_id, duty, due_on, explanation, set_at }
}

fn asked(row: extension::Model) -> ExtensionRecord {
    ExtensionRecord {
        id: row.id,
        step_id: row.step_id,
        old_due_on: row.old_due_on,
        new_due_on: row.new_due_on,
        reason: row.reason,
        state: row.state,
        requested_at: row.requested_at,
        decided_at: row.decided_at,
        decision_reason: row.decision_reason,
        version: row.version,
    }
}

fn example(one: Example) -> PlanExample {
    let Example { correction, whys, row, steps } = one;
    let steps = steps.into_iter().map(|(action, expected_evidence)| ExampleStep { action, expected_evidence }).collect();
    PlanExample { correction, whys, cause_group: row.cause_group, cause_origin: row.cause_origin, steps }
}

async fn show(app: &App, caller: &Caller, row: corrective_action::Model) -> Result<One<CorrectiveActionRecord>> {
    let detail = read::detail(app.store.read(), caller, row.id).await?;
    Ok(One::found(record(detail), row.version))
}

#[OpenApi]
#[expect(clippy::too_many_arguments, reason = "every filter of a list is an argument of its operation")]
impl CorrectiveActionsApi {
    /// List corrective actions
    ///
    /// Newest first, those the caller may see; who does a step sees it. `unit_id` includes the units below it.
    #[oai(path = "/corrective-actions", method = "get", operation_id = "list_corrective_actions")]
    async fn list_corrective_actions(
        &self,
        auth: Auth<can::UseEvidence>,
        app: Data<&App>,
        state: Query<Option<CorrectiveActionState>>,
        unit_id: Query<Option<UnitId>>,
        overdue: Query<Option<bool>>,
        mine: Query<Option<bool>>,
        waiting_for: Query<Option<Turn>>,
        q: Query<Option<String>>,
        limit: Query<Option<u64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<CorrectiveActionRow>>> {
        let slice = Slice::new(limit.0, cursor.0.as_deref())?;
        let path = link(
            "/api/v1/corrective-actions",
            &[
                ("state", state.0.map(|code| code.to_string())),
                ("unit_id", unit_id.0.map(|id| id.to_string())),
                ("overdue", overdue.0.map(|yes| yes.to_string())),
                ("mine", mine.0.map(|yes| yes.to_string())),
                ("waiting_for", waiting_for.0.map(|turn| if turn == Turn::Unit { "unit" } else { "inspecting" }.to_owned())),
                ("q", q.0.clone()),
            ],
        );
        let filter = Filter {
            state: state.0,
            unit_id: unit_id.0,
            overdue: overdue.0.unwrap_or_default(),
            mine: mine.0.unwrap_or_default(),
            waiting_for: waiting_for.0,
            q: q.0,
        };
        let rows = read::list(app.store.read(), &auth, &filter, &slice).await?;
        let key = |one: &Listed| (serde_json::json!(one.row.created_at), one.row.id.0);
        let (items, next) = slice.page(rows, &path, key, listed);
        Ok(Json(Page { items, next }))
    }

    /// Read a corrective action
    #[oai(path = "/corrective-actions/:id", method = "get", operation_id = "get_corrective_action")]
    async fn get_corrective_action(
        &self,
        auth: Auth<can::UseEvidence>,
        app: Data<&App>,
        id: Path<CorrectiveActionId>,
    ) -> Result<One<CorrectiveActionRecord>> {
        let detail = read::detail(app.store.read(), &auth, id.0).await?;
        let version = detail.row.version;
        Ok(One::found(record(detail), version))
    }

    /// Accepted plans for the same line elsewhere, without names
    #[oai(path = "/corrective-actions/:id/examples", method = "get", operation_id = "list_plan_examples")]
    async fn list_plan_examples(
        &self,
        auth: Auth<can::ReadFindings>,
        app: Data<&App>,
        id: Path<CorrectiveActionId>,
    ) -> Result<Json<Vec<PlanExample>>> {
        let found = read::examples(app.store.read(), &auth, id.0).await?;
        Ok(Json(found.into_iter().map(example).collect()))
    }

    /// Save the plan as far as it is written (data officer or head of the unit)
    ///
    /// Replaces the plan: rows without `id` are new, rows left out are dropped. Nothing is required yet.
    #[oai(path = "/corrective-actions/:id/plan", method = "put", operation_id = "update_corrective_plan")]
    async fn update_corrective_plan(
        &self,
        auth: Auth<can::DraftPlans>,
        app: Data<&App>,
        id: Path<CorrectiveActionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<PlanDraft>,
    ) -> Result<One<CorrectiveActionRecord>> {
        show(&app, &auth, plan::save_draft(&app.store, &auth, id.0, seen.0, body.0).await?).await
    }

    /// Hand the plan in (head of the unit)
    ///
    /// The saved plan must be complete; every missing field is named, rows as `steps/0/due_on`.
    #[oai(path = "/corrective-actions/:id/submit_plan", method = "post", operation_id = "submit_corrective_plan")]
    async fn submit_corrective_plan(
        &self,
        auth: Auth<can::SignForUnit>,
        app: Data<&App>,
        id: Path<CorrectiveActionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
    ) -> Result<One<CorrectiveActionRecord>> {
        show(&app, &auth, plan::submit(&app.store, &auth, id.0, seen.0).await?).await
    }

    /// Return the plan with remarks (verifier or lead)
    #[oai(path = "/corrective-actions/:id/return", method = "post", operation_id = "return_corrective_plan")]
    async fn return_corrective_plan(
        &self,
        auth: Auth<can::VerifyActions>,
        app: Data<&App>,
        id: Path<CorrectiveActionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<PlanReturn>,
    ) -> Result<One<CorrectiveActionRecord>> {
        let PlanReturn { remark, rows } = body.0;
        show(&app, &auth, plan::send_back(&app.store, &auth, id.0, seen.0, remark, rows).await?).await
    }

    /// Accept the plan (verifier or lead); its dates become due dates
    #[oai(path = "/corrective-actions/:id/approve_plan", method = "post", operation_id = "approve_corrective_plan")]
    async fn approve_corrective_plan(
        &self,
        auth: Auth<can::VerifyActions>,
        app: Data<&App>,
        id: Path<CorrectiveActionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<PlanApproval>,
    ) -> Result<One<CorrectiveActionRecord>> {
        show(&app, &auth, plan::approve(&app.store, &auth, id.0, seen.0, body.0.effectiveness_months).await?).await
    }

    /// Report a step done (its owner, data officer or head); it needs evidence
    #[oai(path = "/corrective-actions/:id/steps/:step_id/report_done", method = "post", operation_id = "report_step_done")]
    async fn report_step_done(
        &self,
        auth: Auth<can::DoSteps>,
        app: Data<&App>,
        id: Path<CorrectiveActionId>,
        step_id: Path<StepId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<StepReport>,
    ) -> Result<One<CorrectiveActionRecord>> {
        show(&app, &auth, doing::report_done(&app.store, &auth, id.0, step_id.0, seen.0, body.0.result).await?).await
    }

    /// Verify the doing, or send steps back (verifier or lead who did none of it)
    #[oai(path = "/corrective-actions/:id/verify", method = "post", operation_id = "verify_corrective_action")]
    async fn verify_corrective_action(
        &self,
        auth: Auth<can::VerifyActions>,
        app: Data<&App>,
        id: Path<CorrectiveActionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<Verification>,
    ) -> Result<One<CorrectiveActionRecord>> {
        show(&app, &auth, doing::verify(&app.store, &auth, id.0, seen.0, body.0).await?).await
    }

    /// Check the effect once its day has come: close, or reopen as a linked new action
    #[oai(path = "/corrective-actions/:id/check_effectiveness", method = "post", operation_id = "check_corrective_effectiveness")]
    async fn check_corrective_effectiveness(
        &self,
        auth: Auth<can::VerifyActions>,
        app: Data<&App>,
        id: Path<CorrectiveActionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<EffectCheck>,
    ) -> Result<One<CorrectiveActionRecord>> {
        show(&app, &auth, doing::check_effectiveness(&app.store, &auth, id.0, seen.0, body.0).await?).await
    }

    /// Ask for a later date (data officer or head of the unit)
    #[oai(path = "/corrective-actions/:id/request_extension", method = "post", operation_id = "request_extension")]
    async fn request_extension(
        &self,
        auth: Auth<can::DraftPlans>,
        app: Data<&App>,
        id: Path<CorrectiveActionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<ExtensionRequest>,
    ) -> Result<One<CorrectiveActionRecord>> {
        show(&app, &auth, dates::request(&app.store, &auth, id.0, seen.0, body.0).await?).await
    }

    /// Grant a later date; the third only the ordering authority
    ///
    /// `If-Match` is the version of the extension. The earlier dates stay in `dates`.
    #[oai(path = "/extensions/:id/grant", method = "post", operation_id = "grant_extension")]
    async fn grant_extension(
        &self,
        auth: Auth<can::VerifyActions>,
        app: Data<&App>,
        id: Path<ExtensionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<Decision>,
    ) -> Result<One<CorrectiveActionRecord>> {
        show(&app, &auth, dates::decide(&app.store, &auth, id.0, seen.0, true, body.0.reason).await?).await
    }

    /// Refuse a later date, with a reason
    #[oai(path = "/extensions/:id/refuse", method = "post", operation_id = "refuse_extension")]
    async fn refuse_extension(
        &self,
        auth: Auth<can::VerifyActions>,
        app: Data<&App>,
        id: Path<ExtensionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<Decision>,
    ) -> Result<One<CorrectiveActionRecord>> {
        show(&app, &auth, dates::decide(&app.store, &auth, id.0, seen.0, false, body.0.reason).await?).await
    }

    /// Move an open action to another unit after a reorganisation
    #[oai(path = "/corrective-actions/:id/transfer", method = "post", operation_id = "transfer_corrective_action")]
    async fn transfer_corrective_action(
        &self,
        auth: Auth<can::TransferDuties>,
        app: Data<&App>,
        id: Path<CorrectiveActionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<Transfer>,
    ) -> Result<One<Moved>> {
        let Transfer { unit_id, ground } = body.0;
        let row = super::transfer(&app.store, &auth, id.0, seen.0, unit_id, ground).await?;
        Ok(One::found(Moved { id: row.id, code: row.code, unit_id: row.unit_id, version: row.version }, row.version))
    }

    /// Give an action up, with a reason (ordering authority)
    #[oai(path = "/corrective-actions/:id/cancel", method = "post", operation_id = "cancel_corrective_action")]
    async fn cancel_corrective_action(
        &self,
        auth: Auth<can::VerifyActions>,
        app: Data<&App>,
        id: Path<CorrectiveActionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<Cancellation>,
    ) -> Result<One<CorrectiveActionRecord>> {
        show(&app, &auth, super::cancel(&app.store, &auth, id.0, seen.0, body.0.reason).await?).await
    }
}
