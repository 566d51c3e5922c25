//! Findings: one machine, two vocabularies (ISO: điểm không phù hợp; CCHC: tồn tại, hạn chế).
//!
//! `draft → raised → accepted | disputed → upheld | withdrawn → action_required → closed`. Reasons
//! (to dispute, uphold, withdraw, appeal, regrade) are checked with the form.

use chrono::{Months, NaiveDate};

use crate::checklist::InspectionKind;
use crate::draft::{FieldError, Problems};
use crate::inspection::{By, InspectionState};
use crate::rule::{Refused, require, wrong_state};

/// Every rule code of this module, besides those of [`crate::rule`].
pub const CODES: &[&str] = &[
    "inspection_not_open",
    "not_confirmed",
    "already_confirmed",
    "answer_still_possible",
    "not_disputed",
    "appeal_open",
    "appeal_already_heard",
    "no_appeal",
    "already_reported",
];

/// Every field code of this module, besides those of [`crate::draft`].
pub const FIELD_CODES: &[&str] = &["not_in_vocabulary", "evidence_required"];

/// Within how many months a second finding of the same kind is a repeat.
pub const REPEAT_MONTHS: u32 = 12;

code_enum! {
    /// Where a finding stands.
    pub enum FindingState ("finding_state") {
        /// Being written by the inspector.
        Draft = "draft",
        /// Raised; the unit is to answer.
        Raised = "raised",
        /// The unit accepts it.
        Accepted = "accepted",
        /// The unit disputes it with a reason.
        Disputed = "disputed",
        /// The dispute failed.
        Upheld = "upheld",
        /// The finding is taken back.
        Withdrawn = "withdrawn",
        /// A corrective action is open.
        ActionRequired = "action_required",
        /// All its corrective actions are closed, or it needs none.
        Closed = "closed",
    }
}

code_enum! {
    /// What moves a finding.
    pub enum FindingVerb ("finding_verb") {
        /// Put it before the unit.
        Raise = "raise",
        /// The lead confirms a member's finding.
        Confirm = "confirm",
        /// The unit accepts.
        Accept = "accept",
        /// The unit let its time pass; the silence is recorded as acceptance.
        DeemAccepted = "deem_accepted",
        /// The unit disputes.
        Dispute = "dispute",
        /// It is kept: by the lead after a dispute, by the ordering authority after an appeal.
        Uphold = "uphold",
        /// It is taken back.
        Withdraw = "withdraw",
        /// The unit appeals an upheld finding to the ordering authority.
        Appeal = "appeal",
        /// Its grade is changed, with a reason.
        Regrade = "regrade",
    }
}

code_enum! {
    /// How grave a finding is. The scale is configuration in ISO practice; these five are the usual labels.
    pub enum Grade ("grade") {
        /// Điểm không phù hợp nặng.
        Major = "major",
        /// Điểm không phù hợp nhẹ.
        Minor = "minor",
        /// Lưu ý.
        Observation = "observation",
        /// Cơ hội cải tiến.
        Opportunity = "opportunity",
        /// Điểm mạnh.
        GoodPractice = "good_practice",
        /// Tồn tại, hạn chế (the one grade of CCHC inspections).
        Limitation = "limitation",
    }
}

code_enum! {
    /// The words an inspection speaks in.
    pub enum Vocabulary ("vocabulary") {
        /// ISO 9001: điểm không phù hợp, nặng or nhẹ.
        Iso = "iso",
        /// Kiểm tra CCHC: tồn tại, hạn chế; never nặng or nhẹ.
        Cchc = "cchc",
    }
}

impl From<InspectionKind> for Vocabulary {
    fn from(kind: InspectionKind) -> Self {
        match kind {
            InspectionKind::InternalAudit | InspectionKind::IsoCheck => Self::Iso,
            InspectionKind::Cchc => Self::Cchc,
        }
    }
}

impl Vocabulary {
    /// The grades a finding may have, gravest first.
    #[must_use]
    pub const fn grades(self) -> &'static [Grade] {
        match self {
            Self::Iso => &[Grade::Major, Grade::Minor, Grade::Observation, Grade::Opportunity, Grade::GoodPractice],
            Self::Cchc => &[Grade::Limitation, Grade::GoodPractice],
        }
    }
}

impl Grade {
    /// Whether the unit owes a corrective action. An observation may get one, none is owed.
    #[must_use]
    pub const fn needs_action(self) -> bool {
        matches!(self, Self::Major | Self::Minor | Self::Limitation)
    }
}

impl FindingState {
    /// The unit's answer, or the decision on its dispute, is still open.
    #[must_use]
    pub const fn is_unanswered(self) -> bool {
        matches!(self, Self::Raised | Self::Disputed)
    }

    /// Nothing moves it any more.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Withdrawn | Self::Closed)
    }
}

impl FindingVerb {
    /// Whether the act must say why.
    #[must_use]
    pub const fn needs_reason(self) -> bool {
        matches!(self, Self::Dispute | Self::Uphold | Self::Withdraw | Self::Appeal | Self::Regrade)
    }
}

/// Where the unit's appeal stands. There is one at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Appeal {
    /// None was lodged.
    #[default]
    None,
    /// Lodged, not decided.
    Open,
    /// Decided.
    Heard,
}

/// What the machine must know of the finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// How grave it is.
    pub grade: Grade,
    /// The lead raised or confirmed it.
    pub confirmed: bool,
    /// Where its inspection stands.
    pub inspection: InspectionState,
    /// The unit's time to answer is over.
    pub answer_overdue: bool,
    /// The unit disputed it at some time.
    pub disputed: bool,
    /// The unit's appeal.
    pub appeal: Appeal,
    /// Its corrective actions, however they ended.
    pub actions: u32,
    /// Those not yet closed.
    pub open_actions: u32,
}

/// What must be written before a finding is raised.
#[derive(Clone, Copy, Debug)]
pub struct Content<'a> {
    /// The words of the inspection.
    pub vocabulary: Vocabulary,
    /// How grave it is.
    pub grade: Grade,
    /// The requirement.
    pub criterion: &'a str,
    /// The gap.
    pub statement: &'a str,
    /// Pieces of evidence attached to it or to its line.
    pub evidence: u32,
}

/// A finding needs its statement; one that asks for action also its criterion and evidence
/// (requirement, evidence, gap).
///
/// # Errors
/// `required`, `not_in_vocabulary`, `evidence_required` on `grade`, `criterion`, `statement`,
/// `evidence`.
pub fn check_content(content: &Content<'_>) -> Result<(), Vec<FieldError>> {
    let Content { vocabulary, grade, criterion, statement, evidence } = *content;
    let mut problems = Problems::new();
    check_grade(vocabulary, grade, &mut problems);
    problems.check(grade.needs_action() && criterion.trim().is_empty(), "criterion", "required");
    problems.check(statement.trim().is_empty(), "statement", "required");
    problems.check(grade.needs_action() && evidence == 0, "evidence", "evidence_required");
    problems.finish()
}

/// Adds `not_in_vocabulary` on `grade` when these papers do not know the grade.
pub fn check_grade(vocabulary: Vocabulary, grade: Grade, problems: &mut Problems) {
    problems.check(!vocabulary.grades().contains(&grade), "grade", "not_in_vocabulary");
}

/// Whether a finding is confirmed as it is raised: the lead's own are.
#[must_use]
pub fn confirmed_when_raised_by(by: &By) -> bool {
    by.is_lead()
}

/// Whether a finding repeats an earlier one of the same unit and line or clause, which is the
/// caller's query: raised later, and not more than 12 months later.
#[must_use]
pub fn is_repeat(previous_raised_on: NaiveDate, raised_on: NaiveDate) -> bool {
    let last_day = previous_raised_on.checked_add_months(Months::new(REPEAT_MONTHS)).unwrap_or(NaiveDate::MAX);
    previous_raised_on < raised_on && raised_on <= last_day
}

/// The state after `verb`. What [`check_content`] asks for is checked beside it on `raise`.
///
/// # Errors
/// A code of [`crate::rule::WHO`] when it is not this person's act, `wrong_state` when it is not
/// its time, else the code of what is missing.
pub fn advance(state: FindingState, verb: FindingVerb, by: &By, facts: &Facts) -> Result<FindingState, Refused> {
    who(state, verb, by, facts)?;
    let next = target(state, verb).ok_or_else(|| wrong_state(state, verb))?;
    guard(state, verb, facts)?;
    Ok(settle(next, facts))
}

/// The verbs that [`advance`] would accept, for the buttons of the page.
#[must_use]
pub fn available(state: FindingState, by: &By, facts: &Facts) -> Vec<FindingVerb> {
    FindingVerb::ALL.iter().copied().filter(|verb| advance(state, *verb, by, facts).is_ok()).collect()
}

/// Where an answered finding stands once its actions are counted: `action_required` while one is
/// open, `closed` when all are done, or when none is owed and the report is out. [`advance`]
/// applies it; use cases that open or close an action, or hand in the report, apply it too.
#[must_use]
pub fn settle(state: FindingState, facts: &Facts) -> FindingState {
    use FindingState as S;
    match state {
        S::Accepted | S::Upheld | S::ActionRequired if facts.open_actions > 0 => S::ActionRequired,
        S::Accepted | S::Upheld | S::ActionRequired if facts.actions > 0 => S::Closed,
        S::Accepted | S::Upheld if !facts.grade.needs_action() && facts.inspection.is_reported() => S::Closed,
        _ => state,
    }
}

/// Whether a corrective action is owed and none is there: the use case opens one.
#[must_use]
pub fn owes_action(state: FindingState, facts: &Facts) -> bool {
    matches!(state, FindingState::Accepted | FindingState::Upheld) && facts.grade.needs_action() && facts.actions == 0
}

fn who(state: FindingState, verb: FindingVerb, by: &By, facts: &Facts) -> Result<(), Refused> {
    use {FindingState as S, FindingVerb as V};
    match verb {
        V::Raise => require(by.team_role.is_some(), "team_only"),
        V::Withdraw if state == S::Draft => require(by.team_role.is_some(), "team_only"),
        V::Confirm | V::DeemAccepted => require(by.is_lead(), "lead_only"),
        V::Accept | V::Dispute | V::Appeal => require(by.head_of_inspected, "head_only"),
        V::Uphold | V::Withdraw if matches!(state, S::Upheld | S::ActionRequired) => by.judges(),
        V::Uphold | V::Withdraw => require(by.is_lead(), "lead_only"),
        V::Regrade if facts.inspection.is_reported() => by.judges(),
        V::Regrade => require(by.is_lead(), "lead_only"),
    }
}

fn target(state: FindingState, verb: FindingVerb) -> Option<FindingState> {
    use {FindingState as S, FindingVerb as V};
    match (verb, state) {
        (V::Raise, S::Draft) => Some(S::Raised),
        (V::Accept | V::DeemAccepted, S::Raised) => Some(S::Accepted),
        (V::Dispute, S::Raised) => Some(S::Disputed),
        (V::Uphold, S::Disputed) => Some(S::Upheld),
        (V::Withdraw, S::Draft | S::Raised | S::Disputed | S::Upheld | S::ActionRequired) => Some(S::Withdrawn),
        (V::Confirm, S::Raised)
        | (V::Uphold | V::Appeal, S::Upheld | S::ActionRequired)
        | (V::Regrade, S::Raised | S::Accepted | S::Disputed | S::Upheld | S::ActionRequired) => Some(state),
        _ => None,
    }
}

fn guard(state: FindingState, verb: FindingVerb, facts: &Facts) -> Result<(), Refused> {
    use {FindingState as S, FindingVerb as V, InspectionState as I};
    let on_appeal = matches!(state, S::Upheld | S::ActionRequired);
    match verb {
        V::Raise => require(matches!(facts.inspection, I::InProgress | I::FieldworkDone), "inspection_not_open"),
        V::Confirm => require(!facts.confirmed, "already_confirmed"),
        V::Accept | V::Dispute => require(facts.confirmed, "not_confirmed"),
        V::DeemAccepted => {
            require(facts.confirmed, "not_confirmed")?;
            require(facts.answer_overdue, "answer_still_possible")
        }
        V::Uphold | V::Withdraw if on_appeal => require(facts.appeal == Appeal::Open, "no_appeal"),
        V::Withdraw => require(!facts.inspection.is_reported(), "already_reported"),
        V::Appeal => match facts.appeal {
            Appeal::None => require(facts.disputed, "not_disputed"),
            Appeal::Open => Err(Refused::new("appeal_open")),
            Appeal::Heard => Err(Refused::new("appeal_already_heard")),
        },
        V::Uphold | V::Regrade => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::FindingState as S;
    use super::FindingVerb as V;
    use super::*;
    use crate::calendar::tests::day;
    use crate::inspection::TeamRole;

    const NOBODY: By = By { team_role: None, ordering_authority: false, planner: false, head_of_inspected: false };
    const LEAD: By = By { team_role: Some(TeamRole::LeadInspector), ..NOBODY };
    const MEMBER: By = By { team_role: Some(TeamRole::Inspector), ..NOBODY };
    const AUTHORITY: By = By { ordering_authority: true, ..NOBODY };
    const HEAD: By = By { head_of_inspected: true, ..NOBODY };

    fn facts() -> Facts {
        Facts {
            grade: Grade::Minor,
            confirmed: true,
            inspection: InspectionState::InProgress,
            answer_overdue: false,
            disputed: false,
            appeal: Appeal::None,
            actions: 0,
            open_actions: 0,
        }
    }

    fn code(result: Result<S, Refused>) -> &'static str {
        result.map_or_else(|refused| refused.code, |_| "ok")
    }

    #[test]
    fn an_accepted_finding_goes_to_action_and_closes_with_it() {
        assert_eq!(advance(S::Draft, V::Raise, &MEMBER, &facts()), Ok(S::Raised));
        let unconfirmed = Facts { confirmed: false, ..facts() };
        assert_eq!(advance(S::Raised, V::Confirm, &LEAD, &unconfirmed), Ok(S::Raised));
        assert_eq!(advance(S::Raised, V::Accept, &HEAD, &facts()), Ok(S::Accepted));
        assert!(owes_action(S::Accepted, &facts()));
        let acting = Facts { actions: 1, open_actions: 1, ..facts() };
        assert_eq!(settle(S::Accepted, &acting), S::ActionRequired);
        assert_eq!(settle(S::ActionRequired, &acting), S::ActionRequired);
        assert_eq!(settle(S::ActionRequired, &Facts { open_actions: 0, ..acting }), S::Closed);
    }

    #[test]
    fn a_disputed_finding_is_upheld_or_withdrawn_and_may_be_appealed_once() {
        assert_eq!(advance(S::Raised, V::Dispute, &HEAD, &facts()), Ok(S::Disputed));
        let disputed = Facts { disputed: true, ..facts() };
        assert_eq!(advance(S::Disputed, V::Withdraw, &LEAD, &disputed), Ok(S::Withdrawn));
        assert_eq!(advance(S::Disputed, V::Uphold, &LEAD, &disputed), Ok(S::Upheld));
        assert_eq!(advance(S::Upheld, V::Appeal, &HEAD, &disputed), Ok(S::Upheld));
        let appealed = Facts { appeal: Appeal::Open, actions: 1, open_actions: 1, ..disputed.clone() };
        assert_eq!(code(advance(S::Upheld, V::Appeal, &HEAD, &appealed)), "appeal_open");
        assert_eq!(advance(S::ActionRequired, V::Uphold, &AUTHORITY, &appealed), Ok(S::ActionRequired));
        assert_eq!(advance(S::ActionRequired, V::Withdraw, &AUTHORITY, &appealed), Ok(S::Withdrawn));
        let heard = Facts { appeal: Appeal::Heard, ..disputed };
        assert_eq!(code(advance(S::Upheld, V::Appeal, &HEAD, &heard)), "appeal_already_heard");
        assert_eq!(code(advance(S::Upheld, V::Withdraw, &AUTHORITY, &heard)), "no_appeal");
    }

    #[test]
    fn an_appeal_is_heard_by_an_ordering_authority_who_is_neither_team_nor_head() {
        let appealed = Facts { disputed: true, appeal: Appeal::Open, ..facts() };
        for (by, expected) in [
            (AUTHORITY, "ok"),
            (LEAD, "ordering_authority_only"),
            (By { team_role: Some(TeamRole::Inspector), ..AUTHORITY }, "own_team"),
            (By { head_of_inspected: true, ..AUTHORITY }, "own_unit"),
        ] {
            for verb in [V::Uphold, V::Withdraw] {
                assert_eq!(code(advance(S::Upheld, verb, &by, &appealed)), expected, "{verb}");
            }
            let reported = Facts { inspection: InspectionState::Concluded, ..facts() };
            assert_eq!(code(advance(S::Accepted, V::Regrade, &by, &reported)), expected, "regrade after the report");
        }
    }

    #[test]
    fn each_act_has_its_people() {
        // Columns: lead, member, ordering authority, head of the unit, nobody.
        let people = [LEAD, MEMBER, AUTHORITY, HEAD, NOBODY];
        let overdue = Facts { answer_overdue: true, ..facts() };
        let unconfirmed = Facts { confirmed: false, ..facts() };
        let appealed = Facts { disputed: true, appeal: Appeal::Open, ..facts() };
        let disputed = Facts { disputed: true, ..facts() };
        let reported = Facts { inspection: InspectionState::Reported, ..facts() };
        let matrix = [
            (V::Raise, S::Draft, &facts(), "x x . . ."),
            (V::Confirm, S::Raised, &unconfirmed, "x . . . ."),
            (V::Accept, S::Raised, &facts(), ". . . x ."),
            (V::DeemAccepted, S::Raised, &overdue, "x . . . ."),
            (V::Dispute, S::Raised, &facts(), ". . . x ."),
            (V::Uphold, S::Disputed, &disputed, "x . . . ."),
            (V::Uphold, S::Upheld, &appealed, ". . x . ."),
            (V::Withdraw, S::Draft, &facts(), "x x . . ."),
            (V::Withdraw, S::Raised, &facts(), "x . . . ."),
            (V::Withdraw, S::Disputed, &disputed, "x . . . ."),
            (V::Withdraw, S::Upheld, &appealed, ". . x . ."),
            (V::Appeal, S::Upheld, &disputed, ". . . x ."),
            (V::Regrade, S::Accepted, &facts(), "x . . . ."),
            (V::Regrade, S::Accepted, &reported, ". . x . ."),
        ];
        for (verb, state, facts, row) in matrix {
            let found: Vec<_> = people.iter().map(|by| advance(state, verb, by, facts)).collect();
            let drawn: Vec<_> = found.iter().map(|result| if result.is_ok() { "x" } else { "." }).collect();
            assert_eq!(drawn.join(" "), row, "{verb} from {state}");
            assert!(found.iter().flat_map(|result| result.as_ref().err()).all(Refused::is_about_who), "{verb}");
        }
    }

    #[test]
    fn each_verb_starts_from_its_states_only() {
        let overdue = Facts { answer_overdue: true, ..facts() };
        let unconfirmed = Facts { confirmed: false, ..facts() };
        let disputed = Facts { disputed: true, ..facts() };
        type Moves = &'static [(S, S)];
        let table: [(V, By, &Facts, Moves); 8] = [
            (V::Raise, MEMBER, &facts(), &[(S::Draft, S::Raised)]),
            (V::Confirm, LEAD, &unconfirmed, &[(S::Raised, S::Raised)]),
            (V::Accept, HEAD, &facts(), &[(S::Raised, S::Accepted)]),
            (V::DeemAccepted, LEAD, &overdue, &[(S::Raised, S::Accepted)]),
            (V::Dispute, HEAD, &facts(), &[(S::Raised, S::Disputed)]),
            (V::Uphold, LEAD, &disputed, &[(S::Disputed, S::Upheld)]),
            (V::Withdraw, LEAD, &facts(), &[(S::Draft, S::Withdrawn), (S::Raised, S::Withdrawn), (S::Disputed, S::Withdrawn)]),
            (V::Appeal, HEAD, &disputed, &[(S::Upheld, S::Upheld), (S::ActionRequired, S::ActionRequired)]),
        ];
        for (verb, by, facts, moves) in table {
            for state in S::ALL {
                let expected = moves.iter().find(|(from, _)| from == state).map(|(_, to)| *to);
                assert_eq!(advance(*state, verb, &by, facts).ok(), expected, "{verb} from {state}");
            }
        }
        let regraded = [S::Raised, S::Accepted, S::Disputed, S::Upheld, S::ActionRequired];
        for state in S::ALL {
            let expected = regraded.contains(state).then_some(*state);
            assert_eq!(advance(*state, V::Regrade, &LEAD, &facts()).ok(), expected, "regrade from {state}");
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        use InspectionState::{FieldworkDone, MinutesSigned, Notified, Reported};
        let during = |inspection| Facts { inspection, ..facts() };
        let unconfirmed = Facts { confirmed: false, answer_overdue: true, ..facts() };
        let cases = [
            (S::Draft, V::Raise, MEMBER, during(MinutesSigned), "inspection_not_open"),
            (S::Draft, V::Raise, MEMBER, during(Notified), "inspection_not_open"),
            (S::Draft, V::Raise, MEMBER, during(FieldworkDone), "ok"),
            (S::Raised, V::Confirm, LEAD, facts(), "already_confirmed"),
            (S::Raised, V::Accept, HEAD, unconfirmed.clone(), "not_confirmed"),
            (S::Raised, V::Dispute, HEAD, unconfirmed.clone(), "not_confirmed"),
            (S::Raised, V::DeemAccepted, LEAD, unconfirmed, "not_confirmed"),
            (S::Raised, V::DeemAccepted, LEAD, facts(), "answer_still_possible"),
            (S::Raised, V::Withdraw, LEAD, during(Reported), "already_reported"),
            (S::ActionRequired, V::Appeal, HEAD, facts(), "not_disputed"),
            (S::Accepted, V::Appeal, HEAD, facts(), "wrong_state"),
            (S::Closed, V::Regrade, LEAD, facts(), "wrong_state"),
        ];
        for (state, verb, by, facts, expected) in cases {
            assert_eq!(code(advance(state, verb, &by, &facts)), expected, "{verb} from {state}");
        }
    }

    #[test]
    fn a_finding_that_asks_for_nothing_closes_with_the_report() {
        let strength = Facts { grade: Grade::GoodPractice, ..facts() };
        assert_eq!(advance(S::Raised, V::Accept, &HEAD, &strength), Ok(S::Accepted));
        let reported = Facts { inspection: InspectionState::Reported, ..strength };
        assert_eq!(settle(S::Accepted, &reported), S::Closed);
        assert_eq!(settle(S::Accepted, &Facts { grade: Grade::Minor, ..reported }), S::Accepted);
        assert!(!owes_action(S::Accepted, &Facts { grade: Grade::Observation, ..facts() }));
    }

    #[test]
    fn a_finding_whose_action_was_given_up_closes() {
        let given_up = Facts { actions: 1, open_actions: 0, ..facts() };
        assert_eq!(settle(S::ActionRequired, &given_up), S::Closed);
        assert!(!owes_action(S::Accepted, &given_up));
    }

    #[test]
    fn regrading_down_after_the_report_lets_it_close() {
        let regraded = Facts { grade: Grade::Observation, inspection: InspectionState::Concluded, ..facts() };
        assert_eq!(advance(S::Upheld, V::Regrade, &AUTHORITY, &regraded), Ok(S::Closed));
    }

    #[test]
    fn a_nonconformity_needs_requirement_evidence_and_gap() {
        let full = Content {
            vocabulary: Vocabulary::Iso,
            grade: Grade::Minor,
            criterion: "ISO 9001:2015, 7.5.3",
            statement: "Tài liệu hết hiệu lực vẫn được dùng",
            evidence: 1,
        };
        let bare = Content { criterion: " ", statement: "", evidence: 0, ..full };
        let cchc = Content { vocabulary: Vocabulary::Cchc, grade: Grade::Limitation, ..full };
        let cases: [(Content<'_>, &[(&str, &str)]); 7] = [
            (full, &[]),
            (bare, &[("criterion", "required"), ("statement", "required"), ("evidence", "evidence_required")]),
            (Content { evidence: 0, ..full }, &[("evidence", "evidence_required")]),
            (Content { grade: Grade::Observation, criterion: "", evidence: 0, ..full }, &[]),
            (Content { grade: Grade::GoodPractice, ..bare }, &[("statement", "required")]),
            (cchc, &[]),
            (Content { grade: Grade::Major, ..cchc }, &[("grade", "not_in_vocabulary")]),
        ];
        for (content, expected) in cases {
            let errors = check_content(&content).err().unwrap_or_default();
            let found: Vec<_> = errors.into_iter().map(|error| (error.field, error.code)).collect();
            let expected: Vec<_> = expected.iter().map(|(field, code)| ((*field).to_owned(), *code)).collect();
            assert_eq!(found, expected, "{content:?}");
        }
    }

    #[test]
    fn each_vocabulary_has_its_grades_and_each_grade_its_duty() {
        // Columns: ISO, CCHC, needs an action.
        for (grade, row) in [
            (Grade::Major, "x . x"),
            (Grade::Minor, "x . x"),
            (Grade::Observation, "x . ."),
            (Grade::Opportunity, "x . ."),
            (Grade::GoodPractice, "x x ."),
            (Grade::Limitation, ". x x"),
        ] {
            let cells =
                [Vocabulary::Iso.grades().contains(&grade), Vocabulary::Cchc.grades().contains(&grade), grade.needs_action()];
            assert_eq!(cells.map(|yes| if yes { "x" } else { "." }).join(" "), row, "{grade}");
        }
        for (kind, expected) in [
            (InspectionKind::InternalAudit, Vocabulary::Iso),
            (InspectionKind::IsoCheck, Vocabulary::Iso),
            (InspectionKind::Cchc, Vocabulary::Cchc),
        ] {
            assert_eq!(Vocabulary::from(kind), expected, "{kind}");
        }
    }

    #[test]
    fn the_lead_confirms_by_raising() {
        assert!(confirmed_when_raised_by(&LEAD));
        assert!(!confirmed_when_raised_by(&MEMBER));
    }

    #[test]
    fn a_repeat_comes_within_twelve_months() {
        for (previous, now, expected) in [
            ("10/03/2026", "10/03/2026", false), // the same visit
            ("10/03/2026", "11/03/2026", true),
            ("10/03/2026", "10/03/2027", true),
            ("10/03/2026", "11/03/2027", false),
            ("29/02/2024", "28/02/2025", true),
            ("29/02/2024", "01/03/2025", false),
            ("10/03/2026", "09/03/2026", false),
        ] {
            assert_eq!(is_repeat(day(previous), day(now)), expected, "{previous} {now}");
        }
    }

    prop_compose! {
        fn some_facts()(
            grade in prop::sample::select(Grade::ALL), flags in prop::array::uniform3(any::<bool>()),
            inspection in prop::sample::select(InspectionState::ALL), actions in 0_u32..3, open in 0_u32..3,
            appeal in prop::sample::select(vec![Appeal::None, Appeal::Open, Appeal::Heard]),
        ) -> Facts {
            Facts {
                grade, inspection, appeal, confirmed: flags[0], answer_overdue: flags[1], disputed: flags[2],
                actions, open_actions: open.min(actions),
            }
        }
    }

    prop_compose! {
        fn some_by()(role in prop::option::of(prop::sample::select(TeamRole::ALL)), flags in prop::array::uniform3(any::<bool>())) -> By {
            By { team_role: role, ordering_authority: flags[0], planner: flags[1], head_of_inspected: flags[2] }
        }
    }

    proptest! {
        #[test]
        fn a_final_state_moves_no_more(verb in prop::sample::select(V::ALL), by in some_by(), facts in some_facts()) {
            for state in S::ALL.iter().filter(|state| state.is_final()) {
                prop_assert!(advance(*state, verb, &by, &facts).is_err());
                prop_assert_eq!(settle(*state, &facts), *state);
            }
        }

        #[test]
        fn a_finding_never_closes_over_an_open_action(
            state in prop::sample::select(S::ALL), verb in prop::sample::select(V::ALL), by in some_by(), facts in some_facts(),
        ) {
            if advance(state, verb, &by, &facts) == Ok(S::Closed) {
                prop_assert_eq!(facts.open_actions, 0);
            }
        }

        #[test]
        fn settling_twice_changes_nothing_more(state in prop::sample::select(S::ALL), facts in some_facts()) {
            let once = settle(state, &facts);
            prop_assert_eq!(settle(once, &facts), once);
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
