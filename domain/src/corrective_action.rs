//! Corrective actions: plan, doing, verification by another, effectiveness.
//!
//! `issued → analysing → plan_submitted → in_execution → reported_done → implemented →
//! effectiveness_check → closed_effective | reopened`. An extension is a record of its own and does
//! not move the state. A CCHC recommendation (kiến nghị) is a corrective action too.

use chrono::NaiveDate;

use crate::calendar::{Calendar, Deadline, DeadlineKind, DeadlineUnit};
use crate::draft::{FieldError, Problems};
use crate::id::PersonId;
use crate::rule::{Refused, require, require_none, wrong_state};
use crate::time::vn_day;

/// Every rule code of this module, besides those of [`crate::rule`].
pub const CODES: &[&str] = &[
    "step_not_open",
    "step_not_done",
    "evidence_missing",
    "effect_date_missing",
    "effect_too_early",
    "extension_open",
    "no_extension_open",
    "extension_needs_authority",
];

/// Every field code of this module, besides those of [`crate::draft`].
pub const FIELD_CODES: &[&str] = &["steps_required", "before_today", "after_limit", "remark_required", "not_later", "same_unit"];

/// Months between verified doing and the check of its effect, unless configured otherwise.
pub const EFFECT_MONTHS: u32 = 3;
/// Extensions granted before only the ordering authority may grant another.
pub const MAX_EXTENSIONS: u32 = 2;
/// The method asks "why" up to five times.
pub const MAX_WHYS: usize = 5;
/// More steps than this are several plans.
pub const MAX_STEPS: usize = 50;

code_enum! {
    /// Where a corrective action stands (`overdue` is computed, never a state).
    pub enum CorrectiveActionState ("corrective_action_state") {
        /// Opened for the unit; nothing written yet.
        Issued = "issued",
        /// The unit is writing its plan.
        Analysing = "analysing",
        /// The head has submitted the plan.
        PlanSubmitted = "plan_submitted",
        /// The plan is approved and being done.
        InExecution = "in_execution",
        /// Every step is reported done.
        ReportedDone = "reported_done",
        /// Someone else has verified the doing.
        Implemented = "implemented",
        /// The effectiveness check is due.
        EffectivenessCheck = "effectiveness_check",
        /// The effect is proven.
        ClosedEffective = "closed_effective",
        /// Not effective: a linked new action goes on.
        Reopened = "reopened",
        /// Given up with a reason (its finding was withdrawn).
        Cancelled = "cancelled",
    }
}

code_enum! {
    /// What moves a corrective action.
    pub enum CorrectiveActionVerb ("corrective_action_verb") {
        /// Save the plan as a draft.
        DraftPlan = "draft_plan",
        /// The head submits the plan.
        SubmitPlan = "submit_plan",
        /// The inspecting side returns it with remarks on its rows.
        Return = "return",
        /// The inspecting side approves the plan.
        ApprovePlan = "approve_plan",
        /// A step is reported done.
        ReportDone = "report_done",
        /// Another person verifies the doing, or sends it back.
        Verify = "verify",
        /// Another person checks the effect: closes or reopens.
        CheckEffectiveness = "check_effectiveness",
        /// Ask for a later date.
        RequestExtension = "request_extension",
        /// Grant the later date.
        Grant = "grant",
        /// Refuse the later date.
        Refuse = "refuse",
        /// Move the open duty to a successor unit.
        Transfer = "transfer",
        /// Give it up.
        Cancel = "cancel",
    }
}

code_enum! {
    /// Cause groups of ISO practice in agencies.
    pub enum CauseGroup ("cause_group") {
        /// Con người.
        People = "people",
        /// Quy trình.
        Procedure = "procedure",
        /// Hệ thống, phần mềm.
        System = "system",
        /// Phối hợp với cơ quan khác.
        Coordination = "coordination",
        /// Quy định pháp luật.
        Law = "law",
        /// Nguồn lực.
        Resources = "resources",
    }
}

code_enum! {
    /// Whether the cause lies inside the unit.
    pub enum CauseOrigin ("cause_origin") {
        /// Chủ quan, within the unit.
        Internal = "internal",
        /// Khách quan, with another agency (which must be named).
        External = "external",
    }
}

code_enum! {
    /// Where a step of the plan stands.
    pub enum StepState ("step_state") {
        /// To be done.
        Open = "open",
        /// Reported done with evidence.
        Done = "done",
        /// Verified by another person.
        Verified = "verified",
        /// Sent back by the verifier.
        Rejected = "rejected",
    }
}

code_enum! {
    /// Where a request for a later date stands.
    pub enum ExtensionState ("extension_state") {
        /// Waiting for a decision.
        Requested = "requested",
        /// Granted.
        Granted = "granted",
        /// Refused.
        Refused = "refused",
    }
}

impl CorrectiveActionState {
    /// Something is still owed: by the unit, the verifier, or time.
    #[must_use]
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::ClosedEffective | Self::Reopened | Self::Cancelled)
    }

    /// The plan is not done yet, so that its dates can be moved.
    #[must_use]
    pub const fn is_before_verification(self) -> bool {
        matches!(self, Self::Issued | Self::Analysing | Self::PlanSubmitted | Self::InExecution | Self::ReportedDone)
    }
}

impl CorrectiveActionVerb {
    /// Whether the act must say why. `return` has its remarks ([`check_remarks`]).
    #[must_use]
    pub const fn needs_reason(self) -> bool {
        matches!(self, Self::RequestExtension | Self::Refuse | Self::Transfer | Self::Cancel)
    }
}

impl StepState {
    /// The step after its report with this many pieces of evidence.
    ///
    /// # Errors
    /// `step_not_open`, `evidence_missing`.
    pub fn report(self, evidence: u32) -> Result<Self, Refused> {
        require(matches!(self, Self::Open | Self::Rejected), "step_not_open")?;
        require(evidence > 0, "evidence_missing")?;
        Ok(Self::Done)
    }

    /// The step after another person looked at it.
    ///
    /// # Errors
    /// `step_not_done`.
    pub fn verify(self, accepted: bool) -> Result<Self, Refused> {
        require(self == Self::Done, "step_not_done")?;
        Ok(if accepted { Self::Verified } else { Self::Rejected })
    }
}

/// A plan as it is handed in.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// What is put right at once.
    pub correction: String,
    /// The chain of causes, first to root: 1 to 5.
    pub whys: Vec<String>,
    /// Group of the root cause.
    pub cause_group: Option<CauseGroup>,
    /// Whether the cause lies inside the unit.
    pub cause_origin: Option<CauseOrigin>,
    /// The other agency, when it lies outside.
    pub external_agency: String,
    /// What will be done.
    pub steps: Vec<PlanStep>,
}

/// A row of a plan as it is handed in.
#[derive(Clone, Debug, Default)]
pub struct PlanStep {
    /// What is done.
    pub action: String,
    /// Who does it.
    pub owner_id: Option<PersonId>,
    /// Until when.
    pub due_on: Option<NaiveDate>,
    /// What will prove it.
    pub expected_evidence: String,
    /// Already done or verified: its date may lie in the past.
    pub settled: bool,
}

impl Plan {
    /// Trims and composes the texts and adds those that are too long or forged. A draft may lack
    /// anything; what is missing is [`check_plan`]'s.
    pub fn clean(&mut self, problems: &mut Problems) {
        let Self { correction, whys, cause_group: _, cause_origin: _, external_agency, steps } = self;
        let mut clean = |field: &str, text: &mut String, max| {
            *text = problems.optional_text(field, Some(text), max).unwrap_or_default();
        };
        clean("correction", correction, 4_000);
        clean("external_agency", external_agency, 300);
        for (row, why) in whys.iter_mut().enumerate() {
            clean(&format!("whys/{row}"), why, 1_000);
        }
        for (row, step) in steps.iter_mut().enumerate() {
            clean(&format!("steps/{row}/action"), &mut step.action, 2_000);
            clean(&format!("steps/{row}/expected_evidence"), &mut step.expected_evidence, 1_000);
        }
    }
}

/// Whether a plan is complete enough to be handed in. `limit` is the last day the plan may name.
///
/// # Errors
/// Everything missing, rows as `steps/0/due_on`, `whys/1`.
pub fn check_plan(plan: &Plan, today: NaiveDate, limit: Option<NaiveDate>) -> Result<(), Vec<FieldError>> {
    let Plan { correction, whys, cause_group, cause_origin, external_agency, steps } = plan;
    let mut problems = Problems::new();
    problems.check(correction.trim().is_empty(), "correction", "required");
    check_whys(whys, &mut problems);
    problems.check(cause_group.is_none(), "cause_group", "required");
    problems.check(cause_origin.is_none(), "cause_origin", "required");
    let agency_missing = *cause_origin == Some(CauseOrigin::External) && external_agency.trim().is_empty();
    problems.check(agency_missing, "external_agency", "required");
    problems.check(steps.is_empty(), "steps", "steps_required");
    problems.at_most("steps", steps.len(), MAX_STEPS);
    for (row, step) in steps.iter().take(MAX_STEPS).enumerate() {
        check_step(&format!("steps/{row}"), step, today, limit, &mut problems);
    }
    problems.finish()
}

fn check_whys(whys: &[String], problems: &mut Problems) {
    problems.check(whys.is_empty(), "whys", "required");
    problems.at_most("whys", whys.len(), MAX_WHYS);
    for (row, why) in whys.iter().take(MAX_WHYS).enumerate() {
        problems.check(why.trim().is_empty(), &format!("whys/{row}"), "required");
    }
}

fn check_step(row: &str, step: &PlanStep, today: NaiveDate, limit: Option<NaiveDate>, problems: &mut Problems) {
    let PlanStep { action, owner_id, due_on, expected_evidence, settled } = step;
    problems.check(action.trim().is_empty(), &format!("{row}/action"), "required");
    problems.check(owner_id.is_none(), &format!("{row}/owner_id"), "required");
    problems.check(expected_evidence.trim().is_empty(), &format!("{row}/expected_evidence"), "required");
    let field = format!("{row}/due_on");
    match (*due_on, limit) {
        (None, _) => problems.add(field, "required"),
        (Some(due_on), _) if due_on < today && !settled => {
            problems.add_with(field, "before_today", vec![("today", vn_day(today))]);
        }
        (Some(due_on), Some(limit)) if due_on > limit => {
            problems.add_with(field, "after_limit", vec![("limit", vn_day(limit))]);
        }
        (Some(_), _) => {}
    }
}

/// A plan is returned with at least one remark, on a row or in general. Adds `remark_required`.
pub fn check_remarks<'a>(general: &str, rows: impl IntoIterator<Item = &'a str>, problems: &mut Problems) {
    let silent = general.trim().is_empty() && rows.into_iter().all(|row| row.trim().is_empty());
    problems.check(silent, "remark", "remark_required");
}

/// A later date must be later. Adds `not_later` on `new_due_on`; the reason is required by the form.
pub fn check_extension(old_due_on: NaiveDate, new_due_on: NaiveDate, today: NaiveDate, problems: &mut Problems) {
    let after = old_due_on.max(today);
    if new_due_on <= after {
        problems.add_with("new_due_on", "not_later", vec![("date", vn_day(after))]);
    }
}

/// A duty moves to another unit. Adds `same_unit` on `unit_id`.
pub fn check_transfer<T: PartialEq>(from: &T, to: &T, problems: &mut Problems) {
    problems.check(from == to, "unit_id", "same_unit");
}

/// When the effect is checked, counted from the verified doing and rolled to a working day.
///
/// # Errors
/// `deadline_too_far`.
pub fn effect_due(calendar: &Calendar, verified_on: NaiveDate, months: u32) -> Result<Deadline, Refused> {
    calendar.deadline(verified_on, months, DeadlineUnit::Month, DeadlineKind::By)
}

/// Overdue starts at 00:00 of the day after. Extensions granted have already moved `due_on`.
#[must_use]
pub fn overdue(due_on: NaiveDate, today: NaiveDate) -> bool {
    today > due_on
}

/// What the machine must know of the action. For a verb with an outcome, as it will be after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Civil date in Vietnam.
    pub today: NaiveDate,
    /// When the effect is to be checked.
    pub effectiveness_due_on: Option<NaiveDate>,
    /// Every step; for `report_done` and `verify` as they are after the act.
    pub steps: Vec<StepState>,
    /// Steps reported done without evidence.
    pub steps_without_evidence: u32,
    /// The checker's outcome; read by `check_effectiveness` only.
    pub effective: bool,
    /// A request for a later date waits for its decision.
    pub extension_open: bool,
    /// Requests granted so far.
    pub extensions_granted: u32,
    /// Its finding was taken back.
    pub finding_withdrawn: bool,
}

impl Facts {
    /// An action about which nothing else is known.
    #[must_use]
    pub const fn new(today: NaiveDate) -> Self {
        Self {
            today,
            effectiveness_due_on: None,
            steps: Vec::new(),
            steps_without_evidence: 0,
            effective: false,
            extension_open: false,
            extensions_granted: 0,
            finding_withdrawn: false,
        }
    }
}

/// What the acting person is to this action. Decided on the person, whatever the account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct By {
    /// Người đứng đầu of the unit that must act.
    pub head_of_unit: bool,
    /// Cán bộ đầu mối of that unit.
    pub data_officer: bool,
    /// Owns or did at least one step.
    pub doer: bool,
    /// Handed in the plan.
    pub submitted_plan: bool,
    /// Named verifier of this action.
    pub verifier: bool,
    /// Trưởng đoàn of the inspection it comes from.
    pub lead: bool,
    /// Người ra quyết định kiểm tra of the inspecting unit.
    pub ordering_authority: bool,
    /// May move duties between units.
    pub moves_duties: bool,
}

impl By {
    fn of_unit(&self) -> bool {
        self.head_of_unit || self.data_officer
    }

    /// Nobody judges their own doing or their own plan.
    fn is_independent(&self) -> Result<(), Refused> {
        require(!self.doer, "own_work")?;
        require(!self.submitted_plan, "own_plan")?;
        require(!self.head_of_unit, "own_unit")
    }

    fn verifies(&self) -> Result<(), Refused> {
        require(self.verifier || self.lead, "verifier_only")?;
        self.is_independent()
    }

    fn judges(&self) -> Result<(), Refused> {
        require(self.ordering_authority, "ordering_authority_only")?;
        self.is_independent()
    }
}

/// The state after `verb`. [`check_plan`], [`check_remarks`] and [`check_extension`] are checked
/// beside it with their forms.
///
/// # Errors
/// A code of [`crate::rule::WHO`] when it is not this person's act, `wrong_state` when it is not
/// its time, else the code of what is missing.
pub fn advance(
    state: CorrectiveActionState,
    verb: CorrectiveActionVerb,
    by: &By,
    facts: &Facts,
) -> Result<CorrectiveActionState, Refused> {
    who(verb, by, facts)?;
    let next = target(state, verb, facts).ok_or_else(|| wrong_state(state, verb))?;
    guard(verb, facts)?;
    Ok(next)
}

/// The verbs that [`advance`] would accept, for the buttons of the page.
#[must_use]
pub fn available(state: CorrectiveActionState, by: &By, facts: &Facts) -> Vec<CorrectiveActionVerb> {
    CorrectiveActionVerb::ALL.iter().copied().filter(|verb| advance(state, *verb, by, facts).is_ok()).collect()
}

/// `effectiveness_check` once its day has come, else unchanged; applied by the daily job.
#[must_use]
pub fn settle(state: CorrectiveActionState, facts: &Facts) -> CorrectiveActionState {
    let due = facts.effectiveness_due_on.is_some_and(|due_on| due_on <= facts.today);
    match state {
        CorrectiveActionState::Implemented if due => CorrectiveActionState::EffectivenessCheck,
        _ => state,
    }
}

fn who(verb: CorrectiveActionVerb, by: &By, facts: &Facts) -> Result<(), Refused> {
    use CorrectiveActionVerb as V;
    match verb {
        V::DraftPlan | V::RequestExtension => require(by.of_unit(), "unit_only"),
        V::SubmitPlan => require(by.head_of_unit, "head_only"),
        V::ReportDone => require(by.doer || by.of_unit(), "doer_only"),
        V::Return | V::ApprovePlan | V::Verify | V::CheckEffectiveness => by.verifies(),
        V::Grant | V::Refuse if by.ordering_authority => by.judges(),
        V::Grant | V::Refuse => by.verifies(),
        V::Transfer => require(by.moves_duties || by.ordering_authority, "ordering_authority_only"),
        V::Cancel if facts.finding_withdrawn && (by.lead || by.verifier) => by.verifies(),
        V::Cancel => by.judges(),
    }?;
    let beyond_limit = verb == V::Grant && facts.extensions_granted >= MAX_EXTENSIONS && !by.ordering_authority;
    if beyond_limit { Err(Refused::new("extension_needs_authority").with("max", MAX_EXTENSIONS)) } else { Ok(()) }
}

fn target(state: CorrectiveActionState, verb: CorrectiveActionVerb, facts: &Facts) -> Option<CorrectiveActionState> {
    use {CorrectiveActionState as S, CorrectiveActionVerb as V};
    match (verb, state) {
        (V::DraftPlan, S::Issued | S::Analysing) | (V::Return, S::PlanSubmitted) => Some(S::Analysing),
        (V::SubmitPlan, S::Analysing) => Some(S::PlanSubmitted),
        (V::ApprovePlan, S::PlanSubmitted) => Some(S::InExecution),
        (V::ReportDone, S::InExecution) => Some(after_report(&facts.steps)),
        (V::Verify, S::ReportedDone) => Some(after_verification(&facts.steps)),
        (V::CheckEffectiveness, S::Implemented | S::EffectivenessCheck) => {
            Some(if facts.effective { S::ClosedEffective } else { S::Reopened })
        }
        (V::RequestExtension | V::Grant | V::Refuse, _) if state.is_before_verification() => Some(state),
        (V::Transfer, _) if state.is_open() => Some(state),
        (V::Cancel, _) if state.is_open() => Some(S::Cancelled),
        _ => None,
    }
}

fn guard(verb: CorrectiveActionVerb, facts: &Facts) -> Result<(), Refused> {
    use CorrectiveActionVerb as V;
    match verb {
        V::ReportDone => require_none(facts.steps_without_evidence, "evidence_missing"),
        V::CheckEffectiveness => guard_effect(facts),
        V::RequestExtension => require(!facts.extension_open, "extension_open"),
        V::Grant | V::Refuse => require(facts.extension_open, "no_extension_open"),
        V::DraftPlan | V::SubmitPlan | V::Return | V::ApprovePlan | V::Verify | V::Transfer | V::Cancel => Ok(()),
    }
}

fn guard_effect(facts: &Facts) -> Result<(), Refused> {
    let due_on = facts.effectiveness_due_on.ok_or(Refused::new("effect_date_missing"))?;
    if facts.today < due_on {
        return Err(Refused::new("effect_too_early").with("date", vn_day(due_on)));
    }
    Ok(())
}

/// `reported_done` when no step is left to do.
fn after_report(steps: &[StepState]) -> CorrectiveActionState {
    if !steps.is_empty() && steps.iter().all(|step| matches!(step, StepState::Done | StepState::Verified)) {
        CorrectiveActionState::ReportedDone
    } else {
        CorrectiveActionState::InExecution
    }
}

/// Back to `in_execution` when a step was rejected, `implemented` when all are verified.
fn after_verification(steps: &[StepState]) -> CorrectiveActionState {
    if steps.iter().any(|step| matches!(step, StepState::Rejected | StepState::Open)) {
        CorrectiveActionState::InExecution
    } else if !steps.is_empty() && steps.iter().all(|step| *step == StepState::Verified) {
        CorrectiveActionState::Implemented
    } else {
        CorrectiveActionState::ReportedDone
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::CorrectiveActionState as S;
    use super::CorrectiveActionVerb as V;
    use super::*;
    use crate::calendar::tests::{day, vietnam};

    const NOBODY: By = By {
        head_of_unit: false,
        data_officer: false,
        doer: false,
        submitted_plan: false,
        verifier: false,
        lead: false,
        ordering_authority: false,
        moves_duties: false,
    };
    const HEAD: By = By { head_of_unit: true, ..NOBODY };
    const OFFICER: By = By { data_officer: true, ..NOBODY };
    const DOER: By = By { doer: true, ..NOBODY };
    const VERIFIER: By = By { verifier: true, ..NOBODY };
    const LEAD: By = By { lead: true, ..NOBODY };
    const AUTHORITY: By = By { ordering_authority: true, ..NOBODY };
    const ADMIN: By = By { moves_duties: true, ..NOBODY };

    fn facts() -> Facts {
        Facts { effectiveness_due_on: Some(day("22/11/2026")), ..Facts::new(day("22/11/2026")) }
    }

    fn with_steps(steps: &[StepState]) -> Facts {
        Facts { steps: steps.to_vec(), ..facts() }
    }

    fn code(result: Result<S, Refused>) -> &'static str {
        result.map_or_else(|refused| refused.code, |_| "ok")
    }

    #[test]
    fn an_action_goes_from_issue_to_proven_effect() {
        use StepState::{Done, Open, Rejected, Verified};
        let path = [
            (V::DraftPlan, OFFICER, facts(), S::Analysing),
            (V::SubmitPlan, HEAD, facts(), S::PlanSubmitted),
            (V::Return, LEAD, facts(), S::Analysing),
            (V::DraftPlan, HEAD, facts(), S::Analysing),
            (V::SubmitPlan, HEAD, facts(), S::PlanSubmitted),
            (V::ApprovePlan, LEAD, facts(), S::InExecution),
            (V::ReportDone, DOER, with_steps(&[Done, Open]), S::InExecution),
            (V::ReportDone, DOER, with_steps(&[Done, Done]), S::ReportedDone),
            (V::Verify, VERIFIER, with_steps(&[Verified, Rejected]), S::InExecution),
            (V::ReportDone, DOER, with_steps(&[Verified, Done]), S::ReportedDone),
            (V::Verify, VERIFIER, with_steps(&[Verified, Done]), S::ReportedDone),
            (V::Verify, VERIFIER, with_steps(&[Verified, Verified]), S::Implemented),
            (V::CheckEffectiveness, VERIFIER, Facts { effective: true, ..facts() }, S::ClosedEffective),
        ];
        let mut state = S::Issued;
        for (verb, by, facts, expected) in path {
            state = advance(state, verb, &by, &facts).unwrap_or_else(|refused| panic!("{verb} from {state}: {refused}"));
            assert_eq!(state, expected, "{verb}");
        }
    }

    #[test]
    fn an_action_without_effect_is_reopened_as_a_new_one() {
        let failed = Facts { effective: false, ..facts() };
        assert_eq!(advance(S::EffectivenessCheck, V::CheckEffectiveness, &VERIFIER, &failed), Ok(S::Reopened));
        assert!(!S::Reopened.is_open(), "the linked new action goes on");
    }

    #[test]
    fn the_effect_is_checked_from_its_day_on_and_not_before() {
        let on = |due_on: Option<&str>| Facts { effectiveness_due_on: due_on.map(day), effective: true, ..facts() };
        for (due_on, expected, settled) in [
            (Some("21/11/2026"), "ok", S::EffectivenessCheck),
            (Some("22/11/2026"), "ok", S::EffectivenessCheck),
            (Some("23/11/2026"), "effect_too_early", S::Implemented),
            (None, "effect_date_missing", S::Implemented),
        ] {
            let facts = on(due_on);
            assert_eq!(code(advance(S::Implemented, V::CheckEffectiveness, &VERIFIER, &facts)), expected, "{due_on:?}");
            assert_eq!(settle(S::Implemented, &facts), settled, "{due_on:?}");
            assert_eq!(settle(S::ReportedDone, &facts), S::ReportedDone);
        }
        let early = advance(S::Implemented, V::CheckEffectiveness, &VERIFIER, &on(Some("23/11/2026"))).unwrap_err();
        assert_eq!(early.params, [("date", "23/11/2026".to_owned())]);
    }

    #[test]
    fn the_effect_is_due_three_months_after_and_rolls() {
        let due = effect_due(&vietnam(), day("30/01/2026"), EFFECT_MONTHS).unwrap();
        assert_eq!(due.due, day("04/05/2026"), "30 April and 1 May are off, then a weekend");
        assert_eq!(effect_due(&vietnam(), day("30/10/2026"), 6).unwrap().due, day("04/05/2027"));
        assert_eq!(effect_due(&vietnam(), day("30/10/2026"), u32::MAX).unwrap_err().code, "deadline_too_far");
    }

    #[test]
    fn each_act_has_its_people() {
        // Columns: head, data officer, doer, verifier, lead, ordering authority, moves duties, nobody.
        let people = [HEAD, OFFICER, DOER, VERIFIER, LEAD, AUTHORITY, ADMIN, NOBODY];
        let asked = Facts { extension_open: true, ..facts() };
        let withdrawn = Facts { finding_withdrawn: true, ..facts() };
        let matrix = [
            (V::DraftPlan, S::Issued, &facts(), "x x . . . . . ."),
            (V::SubmitPlan, S::Analysing, &facts(), "x . . . . . . ."),
            (V::Return, S::PlanSubmitted, &facts(), ". . . x x . . ."),
            (V::ApprovePlan, S::PlanSubmitted, &facts(), ". . . x x . . ."),
            (V::ReportDone, S::InExecution, &facts(), "x x x . . . . ."),
            (V::Verify, S::ReportedDone, &facts(), ". . . x x . . ."),
            (V::CheckEffectiveness, S::EffectivenessCheck, &facts(), ". . . x x . . ."),
            (V::RequestExtension, S::InExecution, &facts(), "x x . . . . . ."),
            (V::Grant, S::InExecution, &asked, ". . . x x x . ."),
            (V::Refuse, S::InExecution, &asked, ". . . x x x . ."),
            (V::Transfer, S::InExecution, &facts(), ". . . . . x x ."),
            (V::Cancel, S::InExecution, &facts(), ". . . . . x . ."),
            (V::Cancel, S::InExecution, &withdrawn, ". . . x x x . ."),
        ];
        for (verb, state, facts, row) in matrix {
            let found: Vec<_> = people.iter().map(|by| advance(state, verb, by, facts)).collect();
            let drawn: Vec<_> = found.iter().map(|result| if result.is_ok() { "x" } else { "." }).collect();
            assert_eq!(drawn.join(" "), row, "{verb} from {state}");
            assert!(found.iter().flat_map(|result| result.as_ref().err()).all(Refused::is_about_who), "{verb}");
        }
    }

    #[test]
    fn nobody_judges_their_own_work() {
        let asked = Facts { extension_open: true, finding_withdrawn: true, ..facts() };
        let judged = [
            (V::Return, S::PlanSubmitted),
            (V::ApprovePlan, S::PlanSubmitted),
            (V::Verify, S::ReportedDone),
            (V::CheckEffectiveness, S::EffectivenessCheck),
            (V::Grant, S::InExecution),
            (V::Refuse, S::InExecution),
            (V::Cancel, S::InExecution),
        ];
        let judges = [VERIFIER, LEAD, By { ordering_authority: true, ..LEAD }];
        for (verb, state) in judged {
            for judge in judges {
                for (by, expected) in [
                    (By { doer: true, ..judge }, "own_work"),
                    (By { submitted_plan: true, ..judge }, "own_plan"),
                    (By { head_of_unit: true, ..judge }, "own_unit"),
                    (judge, "ok"),
                ] {
                    assert_eq!(code(advance(state, verb, &by, &asked)), expected, "{verb}");
                }
            }
        }
    }

    #[test]
    fn each_verb_starts_from_its_states_only() {
        use S::{Analysing, EffectivenessCheck, Implemented, InExecution, Issued, PlanSubmitted, ReportedDone};
        let doing = &[Issued, Analysing, PlanSubmitted, InExecution, ReportedDone];
        let open = &[Issued, Analysing, PlanSubmitted, InExecution, ReportedDone, Implemented, EffectivenessCheck];
        let asked = Facts { extension_open: true, ..facts() };
        let table: [(V, By, &Facts, &[S]); 12] = [
            (V::DraftPlan, HEAD, &facts(), &[Issued, Analysing]),
            (V::SubmitPlan, HEAD, &facts(), &[Analysing]),
            (V::Return, LEAD, &facts(), &[PlanSubmitted]),
            (V::ApprovePlan, LEAD, &facts(), &[PlanSubmitted]),
            (V::ReportDone, DOER, &facts(), &[InExecution]),
            (V::Verify, VERIFIER, &facts(), &[ReportedDone]),
            (V::CheckEffectiveness, VERIFIER, &facts(), &[Implemented, EffectivenessCheck]),
            (V::RequestExtension, HEAD, &facts(), doing),
            (V::Grant, LEAD, &asked, doing),
            (V::Refuse, LEAD, &asked, doing),
            (V::Transfer, ADMIN, &facts(), open),
            (V::Cancel, AUTHORITY, &facts(), open),
        ];
        for (verb, by, facts, from) in table {
            for state in S::ALL {
                let expected = if from.contains(state) { "ok" } else { "wrong_state" };
                assert_eq!(code(advance(*state, verb, &by, facts)), expected, "{verb} from {state}");
            }
        }
    }

    #[test]
    fn extensions_are_asked_one_at_a_time_and_a_third_needs_the_authority() {
        let asked = |granted| Facts { extension_open: true, extensions_granted: granted, ..facts() };
        for (verb, by, facts, expected) in [
            (V::RequestExtension, OFFICER, asked(0), "extension_open"),
            (V::Grant, LEAD, facts(), "no_extension_open"),
            (V::Refuse, LEAD, facts(), "no_extension_open"),
            (V::Grant, LEAD, asked(1), "ok"),
            (V::Grant, LEAD, asked(2), "extension_needs_authority"),
            (V::Grant, AUTHORITY, asked(2), "ok"),
            (V::Refuse, LEAD, asked(2), "ok"),
        ] {
            assert_eq!(code(advance(S::InExecution, verb, &by, &facts)), expected, "{verb}");
        }
    }

    #[test]
    fn a_later_date_is_later_than_the_old_one_and_than_today() {
        for (old, new, today, expected) in [
            ("20/11/2026", "21/11/2026", "10/11/2026", None),
            ("20/11/2026", "20/11/2026", "10/11/2026", Some("20/11/2026")),
            ("20/11/2026", "22/11/2026", "25/11/2026", Some("25/11/2026")),
            ("20/11/2026", "26/11/2026", "25/11/2026", None),
        ] {
            let mut problems = Problems::new();
            check_extension(day(old), day(new), day(today), &mut problems);
            let found = problems.finish().err().map(|errors| errors[0].params[0].1.clone());
            assert_eq!(found.as_deref(), expected, "{old} to {new} on {today}");
        }
    }

    fn step() -> PlanStep {
        PlanStep {
            action: "Niêm yết lại thủ tục".to_owned(),
            owner_id: Some(PersonId(uuid::Uuid::nil())),
            due_on: Some(day("30/11/2026")),
            expected_evidence: "Ảnh bảng niêm yết".to_owned(),
            settled: false,
        }
    }

    fn plan() -> Plan {
        Plan {
            correction: "Gỡ bản cũ".to_owned(),
            whys: vec!["Chưa cập nhật".to_owned(), "Không ai được giao".to_owned()],
            cause_group: Some(CauseGroup::Procedure),
            cause_origin: Some(CauseOrigin::Internal),
            external_agency: String::new(),
            steps: vec![step()],
        }
    }

    fn problems_of(plan: &Plan) -> Vec<(String, &'static str)> {
        let found = check_plan(plan, day("22/11/2026"), Some(day("31/12/2026")));
        found.err().unwrap_or_default().into_iter().map(|error| (error.field, error.code)).collect()
    }

    #[test]
    fn a_plan_is_complete_or_says_what_is_missing() {
        let with = |change: fn(&mut Plan)| {
            let mut plan = plan();
            change(&mut plan);
            problems_of(&plan)
        };
        type Case = (fn(&mut Plan), &'static [(&'static str, &'static str)]);
        let cases: [Case; 13] = [
            (|_| {}, &[]),
            (|p| p.correction = " ".to_owned(), &[("correction", "required")]),
            (|p| p.whys.clear(), &[("whys", "required")]),
            (|p| p.whys.push(String::new()), &[("whys/2", "required")]),
            (|p| p.whys = vec!["vì sao".to_owned(); 6], &[("whys", "too_many")]),
            (|p| p.cause_origin = Some(CauseOrigin::External), &[("external_agency", "required")]),
            (
                |p| {
                    p.cause_origin = Some(CauseOrigin::External);
                    p.external_agency = "Chi nhánh Văn phòng đăng ký đất đai".to_owned();
                },
                &[],
            ),
            (|p| p.steps.clear(), &[("steps", "steps_required")]),
            (|p| p.steps = vec![step(); MAX_STEPS + 1], &[("steps", "too_many")]),
            (|p| p.steps[0].due_on = Some(day("21/11/2026")), &[("steps/0/due_on", "before_today")]),
            (
                |p| {
                    p.steps[0].due_on = Some(day("21/11/2026"));
                    p.steps[0].settled = true;
                },
                &[],
            ),
            (
                |p| {
                    p.steps.push(step());
                    p.steps[1].due_on = Some(day("01/01/2027"));
                },
                &[("steps/1/due_on", "after_limit")],
            ),
            (
                |p| p.steps.push(PlanStep::default()),
                &[
                    ("steps/1/action", "required"),
                    ("steps/1/owner_id", "required"),
                    ("steps/1/expected_evidence", "required"),
                    ("steps/1/due_on", "required"),
                ],
            ),
        ];
        for (change, expected) in cases {
            let expected: Vec<_> = expected.iter().map(|(field, code)| ((*field).to_owned(), *code)).collect();
            assert_eq!(with(change), expected);
        }
        let empty: Vec<_> = problems_of(&Plan::default()).into_iter().map(|(field, _)| field).collect();
        assert_eq!(empty, ["correction", "whys", "cause_group", "cause_origin", "steps"]);
        assert!(check_plan(&plan(), day("30/11/2026"), Some(day("30/11/2026"))).is_ok(), "both limits belong to it");
    }

    #[test]
    fn a_draft_may_lack_anything_but_its_texts_are_clean() {
        let mut problems = Problems::new();
        let mut draft = Plan {
            whys: vec![" e\u{302}\u{301} ".to_owned(), "x".repeat(1_001)],
            steps: vec![PlanStep { action: "a\u{202E}b".to_owned(), ..PlanStep::default() }],
            ..Plan::default()
        };
        draft.clean(&mut problems);
        assert_eq!((draft.whys[0].as_str(), draft.correction.as_str()), ("ế", ""));
        let found: Vec<_> = problems.finish().unwrap_err().into_iter().map(|error| (error.field, error.code)).collect();
        let expected = [("whys/1", "too_long"), ("steps/0/action", "forbidden_characters")];
        assert_eq!(found, expected.map(|(field, code)| (field.to_owned(), code)));
    }

    #[test]
    fn a_plan_is_not_returned_in_silence() {
        for (general, rows, fine) in [
            ("Bổ sung nguyên nhân", vec![], true),
            ("", vec!["", "Hạn quá dài"], true),
            (" ", vec!["", " "], false),
            ("", vec![], false),
        ] {
            let mut problems = Problems::new();
            check_remarks(general, rows, &mut problems);
            assert_eq!(problems.is_empty(), fine);
        }
    }

    #[test]
    fn steps_are_done_with_evidence_and_judged_by_another() {
        use StepState::{Done, Open, Rejected, Verified};
        for (state, evidence, expected) in [
            (Open, 1, Ok(Done)),
            (Rejected, 2, Ok(Done)),
            (Open, 0, Err("evidence_missing")),
            (Done, 1, Err("step_not_open")),
            (Verified, 1, Err("step_not_open")),
        ] {
            assert_eq!(state.report(evidence).map_err(|refused| refused.code), expected, "{state}");
        }
        for state in StepState::ALL {
            assert_eq!(state.verify(true).is_ok(), *state == Done, "{state}");
        }
        assert_eq!((Done.verify(true), Done.verify(false)), (Ok(Verified), Ok(Rejected)));
        let unproven = Facts { steps: vec![Done], steps_without_evidence: 1, ..facts() };
        assert_eq!(code(advance(S::InExecution, V::ReportDone, &DOER, &unproven)), "evidence_missing");
    }

    #[test]
    fn overdue_starts_the_day_after() {
        for (due_on, today, expected) in
            [("20/11/2026", "19/11/2026", false), ("20/11/2026", "20/11/2026", false), ("20/11/2026", "21/11/2026", true)]
        {
            assert_eq!(overdue(day(due_on), day(today)), expected);
        }
    }

    #[test]
    fn a_duty_moves_to_another_unit() {
        for (to, fine) in [(2, true), (1, false)] {
            let mut problems = Problems::new();
            check_transfer(&1, &to, &mut problems);
            assert_eq!(problems.is_empty(), fine);
        }
    }

    prop_compose! {
        fn some_by()(flags in prop::array::uniform8(any::<bool>())) -> By {
            let [head_of_unit, data_officer, doer, submitted_plan, verifier, lead, ordering_authority, moves_duties] = flags;
            By { head_of_unit, data_officer, doer, submitted_plan, verifier, lead, ordering_authority, moves_duties }
        }
    }

    prop_compose! {
        fn some_facts()(
            flags in prop::array::uniform3(any::<bool>()), granted in 0_u32..4, bare in 0_u32..2, shift in -2_i64..3,
            steps in prop::collection::vec(prop::sample::select(StepState::ALL), 0..4),
        ) -> Facts {
            let today = day("22/11/2026");
            Facts {
                effectiveness_due_on: today.checked_add_signed(chrono::TimeDelta::days(shift)),
                steps, steps_without_evidence: bare, effective: flags[0], extension_open: flags[1],
                extensions_granted: granted, finding_withdrawn: flags[2], ..Facts::new(today)
            }
        }
    }

    proptest! {
        #[test]
        fn no_doer_and_no_submitter_ever_passes_judgement(
            state in prop::sample::select(S::ALL), by in some_by(), facts in some_facts(),
        ) {
            let judging = [V::Return, V::ApprovePlan, V::Verify, V::CheckEffectiveness, V::Grant, V::Refuse, V::Cancel];
            let concerned = by.doer || by.submitted_plan || by.head_of_unit;
            for verb in available(state, &by, &facts) {
                prop_assert!(!(concerned && judging.contains(&verb)), "{}", verb);
            }
        }

        #[test]
        fn only_verified_steps_are_implemented(by in some_by(), facts in some_facts()) {
            if advance(S::ReportedDone, V::Verify, &by, &facts) == Ok(S::Implemented) {
                prop_assert!(!facts.steps.is_empty() && facts.steps.iter().all(|step| *step == StepState::Verified));
            }
        }

        #[test]
        fn a_closed_action_moves_no_more(verb in prop::sample::select(V::ALL), by in some_by(), facts in some_facts()) {
            for state in S::ALL.iter().filter(|state| !state.is_open()) {
                prop_assert!(advance(*state, verb, &by, &facts).is_err());
            }
        }

        #[test]
        fn buttons_are_exactly_what_the_machine_accepts(
            state in prop::sample::select(S::ALL), by in some_by(), facts in some_facts(),
        ) {
            let shown = available(state, &by, &facts);
            for verb in V::ALL {
                prop_assert_eq!(shown.contains(verb), advance(state, *verb, &by, &facts).is_ok());
            }
        }
    }
}
