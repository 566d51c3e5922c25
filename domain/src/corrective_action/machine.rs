//! The state machine: whose act it is, from which state, and what stands against it.

use chrono::NaiveDate;

use super::{CorrectiveActionState, CorrectiveActionVerb, MAX_EXTENSIONS, StepState};
use crate::rule::{Refused, require, require_none, wrong_state};
use crate::time::vn_day;

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

/// The state after `verb`. [`super::check_plan`], [`super::check_remarks`] and [`super::check_extension`] are checked
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
    use crate::calendar::tests::day;

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
