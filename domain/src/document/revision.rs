//! The state machine of a revision and its approval route.
//!
//! Author, reviewer and approver are three persons. The head may record an exception for one
//! revision of a very small unit: the reviewer may then be the author or the approver. Nobody ever
//! approves their own text.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{Numbers, TextForm};
use crate::draft::Problems;
use crate::id::PersonId;
use crate::rule::{Refused, require, require_none, wrong_state};
use crate::time::vn_day;

/// Most steps of a route.
pub const MAX_STEPS: usize = 10;
/// Most people of one step.
pub const MAX_PEOPLE: usize = 30;

code_enum! {
    /// Where a revision stands.
    pub enum RevisionState ("revision_state") {
        /// Đề nghị.
        Proposed = "proposed",
        /// Đang soạn thảo.
        Draft = "draft",
        /// Đang xem xét.
        InReview = "in_review",
        /// Chờ phê duyệt.
        InApproval = "in_approval",
        /// Đã phê duyệt, chưa có hiệu lực.
        Approved = "approved",
        /// Có hiệu lực.
        Effective = "effective",
        /// Bị thay thế.
        Superseded = "superseded",
        /// Thu hồi, bãi bỏ.
        Withdrawn = "withdrawn",
        /// Lưu trữ.
        Archived = "archived",
        /// Hủy.
        Cancelled = "cancelled",
    }
}

code_enum! {
    /// What moves a revision.
    pub enum RevisionVerb ("revision_verb") {
        /// Chấp nhận đề nghị, giao soạn thảo.
        Accept = "accept",
        /// Lưu nội dung.
        Save = "save",
        /// Trình xem xét.
        Submit = "submit",
        /// Xem xét, đồng ý.
        Review = "review",
        /// Phê duyệt.
        Approve = "approve",
        /// Trả lại để sửa.
        Return = "return",
        /// Gọi lại về bản soạn.
        Recall = "recall",
        /// Giao người khác soạn thảo.
        Reassign = "reassign",
        /// Cho phép ngoại lệ về người soạn, người xem xét.
        Except = "except",
        /// Ban hành kèm theo quyết định.
        Issue = "issue",
        /// Thu hồi, bãi bỏ.
        Withdraw = "withdraw",
        /// Đưa vào lưu trữ.
        Archive = "archive",
        /// Hủy đề nghị hoặc dự thảo.
        Cancel = "cancel",
    }
}

code_enum! {
    /// What the people of a step do.
    pub enum StepAct ("route_act") {
        /// Xem xét.
        Review = "review",
        /// Phê duyệt.
        Approve = "approve",
    }
}

code_enum! {
    /// Whose agreement a step needs.
    pub enum StepRule ("route_rule") {
        /// Một người bất kỳ.
        Any = "any",
        /// Tất cả.
        All = "all",
        /// Đủ số người.
        Quorum = "quorum",
    }
}

impl RevisionState {
    /// The text is decided: it never changes again.
    #[must_use]
    pub const fn is_settled(self) -> bool {
        !matches!(self, Self::Proposed | Self::Draft | Self::InReview | Self::InApproval)
    }

    /// It is or was in force: whoever reads documents of the unit reads it.
    #[must_use]
    pub const fn was_in_force(self) -> bool {
        matches!(self, Self::Effective | Self::Superseded | Self::Withdrawn | Self::Archived)
    }
}

impl RevisionVerb {
    /// Whether the act must say why.
    #[must_use]
    pub const fn needs_reason(self) -> bool {
        matches!(self, Self::Return | Self::Recall | Self::Except | Self::Withdraw | Self::Archive | Self::Cancel)
    }
}

impl StepAct {
    /// The field code of a person who is named on a step and could not do its act.
    #[must_use]
    pub const fn unable(self) -> &'static str {
        match self {
            Self::Review => "unknown_person",
            Self::Approve => "not_approver",
        }
    }
}

/// A step of a route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteStep {
    /// What its people do.
    pub act: StepAct,
    /// Whose agreement it needs.
    pub rule: StepRule,
    /// How many, for [`StepRule::Quorum`].
    pub quorum: usize,
    /// Who may speak.
    pub people: Vec<PersonId>,
}

/// An agreement given on a step of the present submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Word {
    /// Index of the step.
    pub step: usize,
    /// Who.
    pub person: PersonId,
}

impl RouteStep {
    /// How many agreements are enough.
    #[must_use]
    pub fn needed(&self) -> usize {
        match self.rule {
            StepRule::Any => 1,
            StepRule::All => self.people.len(),
            StepRule::Quorum => self.quorum,
        }
    }

    fn has_enough(&self, index: usize, words: &[Word]) -> bool {
        let agreed: BTreeSet<PersonId> = words.iter().filter(|word| word.step == index).map(|word| word.person).collect();
        self.people.iter().collect::<BTreeSet<_>>().into_iter().filter(|person| agreed.contains(person)).count() >= self.needed()
    }
}

/// The step whose turn it is; `None` once the route is through.
#[must_use]
pub fn open_step(route: &[RouteStep], words: &[Word]) -> Option<usize> {
    route.iter().enumerate().position(|(index, step)| !step.has_enough(index, words))
}

/// The state that a route with these words puts a submitted revision into.
#[must_use]
pub fn state_of(route: &[RouteStep], words: &[Word]) -> RevisionState {
    match open_step(route, words).and_then(|index| route.get(index)).map(|step| step.act) {
        Some(StepAct::Review) => RevisionState::InReview,
        Some(StepAct::Approve) => RevisionState::InApproval,
        None => RevisionState::Approved,
    }
}

/// A route must review before it approves, with separate people. `authors` wrote the text;
/// `excepted`: the head allowed the reviewer to be author or approver.
///
/// Adds `route_order`, `required`, `too_many`, `quorum_out_of_range`, `author_on_route`,
/// `reviewer_approves` on `steps/0/…`.
pub fn check_route(route: &[RouteStep], authors: &[PersonId], excepted: bool, problems: &mut Problems) {
    let acts: Vec<StepAct> = route.iter().map(|step| step.act).collect();
    let both = acts.contains(&StepAct::Review) && acts.contains(&StepAct::Approve);
    problems.check(!both || !acts.is_sorted(), "steps", "route_order");
    problems.at_most("steps", route.len(), MAX_STEPS);
    let reviewers: BTreeSet<PersonId> =
        route.iter().filter(|step| step.act == StepAct::Review).flat_map(|step| step.people.iter().copied()).collect();
    for (index, step) in route.iter().take(MAX_STEPS).enumerate() {
        let field = |name: &str| format!("steps/{index}/{name}");
        problems.check(step.people.is_empty(), &field("people"), "required");
        problems.at_most(&field("people"), step.people.len(), MAX_PEOPLE);
        let outside = step.rule == StepRule::Quorum && !(1..=step.people.len()).contains(&step.quorum);
        if outside {
            problems.add_with(field("quorum"), "quorum_out_of_range", vec![("max", step.people.len().to_string())]);
        }
        let approves = step.act == StepAct::Approve;
        let by_author = step.people.iter().any(|person| authors.contains(person));
        problems.check(by_author && (approves || !excepted), &field("people"), "author_on_route");
        let twice = approves && step.people.iter().any(|person| reviewers.contains(person));
        problems.check(twice && !excepted, &field("people"), "reviewer_approves");
    }
}

/// What the machine must know of the revision, read in the same transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// How the text is kept.
    pub form: TextForm,
    /// Files attached.
    pub files: u32,
    /// Its route keeps [`check_route`] with the authors of now.
    pub route_holds: bool,
    /// Parts of the text that are missing or wrong.
    pub faults: u32,
    /// Cases whose step times do not fit the published limit, without a written reason.
    pub times_unexplained: u32,
    /// The state that the route gives once this word counts ([`state_of`]).
    pub after_word: RevisionState,
    /// Separation of duties was excepted, with a reason.
    pub excepted: bool,
    /// An issue decision names it.
    pub issued: bool,
    /// Linked administrative procedures that are still in force.
    pub active_links: u32,
    /// Another document is named in its place.
    pub replaced: bool,
}

impl Facts {
    /// A revision about which nothing else is known.
    #[must_use]
    pub const fn new(form: TextForm) -> Self {
        Self {
            form,
            files: 0,
            route_holds: false,
            faults: 0,
            times_unexplained: 0,
            after_word: RevisionState::InReview,
            excepted: false,
            issued: false,
            active_links: 0,
            replaced: false,
        }
    }
}

/// What the acting person is to this revision. Decided on the person, whatever the account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct By {
    /// Người được giao soạn thảo.
    pub drafter: bool,
    /// Saved the text, or is the drafter.
    pub author: bool,
    /// Thư ký ISO of the unit.
    pub control: bool,
    /// Người đứng đầu of the unit, today.
    pub head: bool,
    /// Văn thư of the unit.
    pub registrar: bool,
    /// Named on the step whose turn it is.
    pub on_step: bool,
    /// Has spoken on that step already.
    pub spoke: bool,
    /// Agreed as a reviewer of this submission.
    pub reviewed: bool,
}

/// The state after `verb`.
///
/// # Errors
/// A code of [`crate::rule::WHO`] when it is not this person's act, `wrong_state` when it is not
/// its time, else the code of what is missing.
pub fn advance(state: RevisionState, verb: RevisionVerb, by: &By, facts: &Facts) -> Result<RevisionState, Refused> {
    who(state, verb, by, facts)?;
    let next = target(state, verb, facts).ok_or_else(|| wrong_state(state, verb))?;
    guard(verb, by, facts)?;
    Ok(next)
}

/// The verbs that [`advance`] would accept, for the buttons of the page.
#[must_use]
pub fn available(state: RevisionState, by: &By, facts: &Facts) -> Vec<RevisionVerb> {
    RevisionVerb::ALL.iter().copied().filter(|verb| advance(state, *verb, by, facts).is_ok()).collect()
}

fn who(state: RevisionState, verb: RevisionVerb, by: &By, facts: &Facts) -> Result<(), Refused> {
    use RevisionVerb as V;
    match verb {
        V::Accept => require(by.control || by.head, "document_control_only"),
        V::Save => require(by.drafter || by.control, "drafter_only"),
        V::Submit => require(by.drafter, "drafter_only"),
        V::Review => reviews(by, facts),
        V::Approve => approves(by, facts),
        V::Return if state == RevisionState::InApproval => approves(by, facts),
        V::Return => reviews(by, facts),
        V::Except => {
            require(by.head, "head_only")?;
            require(!by.author, "own_text")
        }
        V::Recall | V::Reassign => require(by.control || by.head, "document_control_only"),
        V::Issue => require(by.head || by.registrar, "registrar_only"),
        V::Withdraw => require(by.head, "head_only"),
        V::Archive => require(by.control, "document_control_only"),
        V::Cancel if state == RevisionState::Proposed => require(by.control || by.head, "document_control_only"),
        V::Cancel if state == RevisionState::Approved => require(by.head, "head_only"),
        V::Cancel => require(by.drafter || by.control, "drafter_only"),
    }
}

fn reviews(by: &By, facts: &Facts) -> Result<(), Refused> {
    require(by.on_step, "not_your_step")?;
    require(!by.author || facts.excepted, "own_text")
}

fn approves(by: &By, facts: &Facts) -> Result<(), Refused> {
    require(by.on_step, "not_your_step")?;
    require(by.head, "head_only")?;
    require(!by.author, "own_text")?;
    require(!by.reviewed || facts.excepted, "own_review")
}

fn target(state: RevisionState, verb: RevisionVerb, facts: &Facts) -> Option<RevisionState> {
    use {RevisionState as S, RevisionVerb as V};
    match (verb, state) {
        (V::Accept, S::Proposed) | (V::Save | V::Reassign, S::Draft) | (V::Return | V::Recall, S::InReview | S::InApproval) => {
            Some(S::Draft)
        }
        (V::Submit, S::Draft) => Some(S::InReview),
        // A reviewer's word never approves, whatever the route says.
        (V::Review, S::InReview) if facts.after_word != S::Approved => Some(facts.after_word),
        (V::Approve, S::InApproval) => Some(facts.after_word),
        (V::Except, S::Draft | S::InReview) => Some(state),
        (V::Issue, S::Approved) => Some(S::Approved),
        (V::Withdraw, S::Effective) => Some(S::Withdrawn),
        (V::Archive, S::Superseded | S::Withdrawn) => Some(S::Archived),
        // What was issued for a later day is annulled before it by the head.
        (V::Cancel, S::Proposed | S::Draft | S::InReview | S::InApproval | S::Approved) => Some(S::Cancelled),
        _ => None,
    }
}

fn guard(verb: RevisionVerb, by: &By, facts: &Facts) -> Result<(), Refused> {
    use RevisionVerb as V;
    match verb {
        V::Submit => missing(facts).into_iter().next().map_or(Ok(()), Err),
        V::Review | V::Approve | V::Return => require(!by.spoke, "decided_already"),
        V::Issue => require(!facts.issued, "issued_already"),
        V::Withdraw => require(facts.active_links == 0 || facts.replaced, "replacement_missing"),
        V::Accept | V::Save | V::Reassign | V::Recall | V::Except | V::Archive | V::Cancel => Ok(()),
    }
}

/// Everything that stands against handing a draft in, whoever hands it in: for its page, which says all of it at once.
#[must_use]
pub fn missing(facts: &Facts) -> Vec<Refused> {
    let checks = [
        require(facts.route_holds, "route_missing"),
        require(facts.form == TextForm::Written || facts.files > 0, "revision_files_missing"),
        require_none(facts.faults, "revision_incomplete"),
        require_none(facts.times_unexplained, "step_times_unexplained"),
    ];
    checks.into_iter().filter_map(Result::err).collect()
}

/// `effective` once its day has come, else unchanged; applied when it is issued and by the worker.
#[must_use]
pub fn settle(state: RevisionState, issued: bool, effective_from: Option<NaiveDate>, today: NaiveDate) -> RevisionState {
    let due = issued && effective_from.is_some_and(|from| from <= today);
    if state == RevisionState::Approved && due { RevisionState::Effective } else { state }
}

/// A date of effect lies neither before the approval nor before the decision.
/// Adds `effective_before_approval`, `effective_before_decision` on `field`.
pub fn check_effective_from(field: &str, from: NaiveDate, approved_on: NaiveDate, signed_on: NaiveDate, problems: &mut Problems) {
    if from < approved_on {
        problems.add_with(field, "effective_before_approval", vec![("date", vn_day(approved_on))]);
    } else if from < signed_on {
        problems.add_with(field, "effective_before_decision", vec![("date", vn_day(signed_on))]);
    }
}

/// What was in force of a document before another of its revisions takes effect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InForce {
    /// The one in force now: its first day and its numbers.
    pub present: Option<(NaiveDate, Numbers)>,
    /// The last day on which one that ended was in force.
    pub ended_on: Option<NaiveDate>,
}

/// Whether a revision with these numbers may take effect from `from`: never on a day on which another was in force
/// already, never an older text in place of a newer one.
///
/// # Errors
/// `newer_in_force`: what is in force now begins later. `newer_text_in_force`: it has higher numbers. `in_force_until`:
/// one that ended was in force on that day.
pub fn may_supersede(from: NaiveDate, numbers: Numbers, before: InForce) -> Result<(), Refused> {
    match before {
        InForce { present: Some((since, _)), .. } if from < since => {
            Err(Refused::new("newer_in_force").with("date", vn_day(since)))
        }
        InForce { present: Some((_, present)), .. } if numbers < present => {
            Err(Refused::new("newer_text_in_force").with("number", present))
        }
        InForce { ended_on: Some(ended), .. } if from <= ended => Err(Refused::new("in_force_until").with("date", vn_day(ended))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::calendar::tests::day;
    use {RevisionState as S, RevisionVerb as V};

    const NOBODY: By = By {
        drafter: false,
        author: false,
        control: false,
        head: false,
        registrar: false,
        on_step: false,
        spoke: false,
        reviewed: false,
    };
    const DRAFTER: By = By { drafter: true, author: true, ..NOBODY };
    const CONTROL: By = By { control: true, ..NOBODY };
    const HEAD: By = By { head: true, ..NOBODY };
    const CLERK: By = By { registrar: true, ..NOBODY };
    const REVIEWER: By = By { on_step: true, ..NOBODY };
    const APPROVER: By = By { on_step: true, head: true, ..NOBODY };

    fn ready() -> Facts {
        Facts { route_holds: true, ..Facts::new(TextForm::Written) }
    }

    fn code(result: Result<S, Refused>) -> String {
        result.map_or_else(|refused| refused.code.to_owned(), |state| state.to_string())
    }

    fn person(number: u128) -> PersonId {
        PersonId(Uuid::from_u128(number))
    }

    fn step(act: StepAct, rule: StepRule, quorum: usize, people: &[u128]) -> RouteStep {
        RouteStep { act, rule, quorum, people: people.iter().map(|number| person(*number)).collect() }
    }

    #[test]
    fn a_revision_goes_from_request_to_archive() {
        let after = |state| Facts { after_word: state, ..ready() };
        let path = [
            (V::Accept, CONTROL, ready(), S::Draft),
            (V::Save, DRAFTER, ready(), S::Draft),
            (V::Submit, DRAFTER, ready(), S::InReview),
            (V::Return, REVIEWER, ready(), S::Draft),
            (V::Submit, DRAFTER, ready(), S::InReview),
            (V::Review, REVIEWER, after(S::InReview), S::InReview),
            (V::Review, REVIEWER, after(S::InApproval), S::InApproval),
            (V::Return, APPROVER, ready(), S::Draft),
            (V::Submit, DRAFTER, ready(), S::InReview),
            (V::Review, REVIEWER, after(S::InApproval), S::InApproval),
            (V::Approve, APPROVER, after(S::Approved), S::Approved),
            (V::Issue, CLERK, ready(), S::Approved),
        ];
        let mut state = S::Proposed;
        for (verb, by, facts, expected) in path {
            state = advance(state, verb, &by, &facts).unwrap_or_else(|refused| panic!("{verb} from {state}: {refused}"));
            assert_eq!(state, expected, "{verb}");
        }
        let today = day("01/12/2026");
        assert_eq!(settle(state, true, Some(today), day("30/11/2026")), S::Approved);
        assert_eq!(settle(state, false, Some(today), today), S::Approved, "not without a decision");
        assert_eq!(settle(state, true, Some(today), today), S::Effective);
        assert_eq!(advance(S::Effective, V::Withdraw, &HEAD, &ready()), Ok(S::Withdrawn));
        assert_eq!(advance(S::Superseded, V::Archive, &CONTROL, &ready()), Ok(S::Archived));
    }

    #[test]
    fn each_act_has_its_people() {
        // Columns: drafter, control, head, registrar, reviewer, approver, nobody.
        let people = [DRAFTER, CONTROL, HEAD, CLERK, REVIEWER, APPROVER, NOBODY];
        let matrix = [
            (V::Accept, S::Proposed, ". x x . . x ."),
            (V::Cancel, S::Proposed, ". x x . . x ."),
            (V::Save, S::Draft, "x x . . . . ."),
            (V::Submit, S::Draft, "x . . . . . ."),
            (V::Cancel, S::Draft, "x x . . . . ."),
            (V::Reassign, S::Draft, ". x x . . x ."),
            (V::Except, S::Draft, ". . x . . x ."),
            (V::Review, S::InReview, ". . . . x x ."),
            (V::Return, S::InReview, ". . . . x x ."),
            (V::Recall, S::InReview, ". x x . . x ."),
            (V::Recall, S::InApproval, ". x x . . x ."),
            (V::Approve, S::InApproval, ". . . . . x ."),
            (V::Return, S::InApproval, ". . . . . x ."),
            (V::Issue, S::Approved, ". . x x . x ."),
            (V::Cancel, S::Approved, ". . x . . x ."),
            (V::Withdraw, S::Effective, ". . x . . x ."),
            (V::Archive, S::Withdrawn, ". x . . . . ."),
        ];
        for (verb, state, row) in matrix {
            let found: Vec<_> = people.iter().map(|by| advance(state, verb, by, &ready())).collect();
            let drawn: Vec<_> = found.iter().map(|result| if result.is_ok() { "x" } else { "." }).collect();
            assert_eq!(drawn.join(" "), row, "{verb} from {state}");
            assert!(found.iter().flat_map(|result| result.as_ref().err()).all(Refused::is_about_who), "{verb}");
        }
    }

    #[test]
    fn author_reviewer_and_approver_are_three_people_but_for_a_recorded_exception() {
        let (plain, excepted) = (ready(), Facts { excepted: true, ..ready() });
        let author = |by: By| By { author: true, ..by };
        let cases = [
            (S::InReview, V::Review, author(REVIEWER), &plain, "own_text"),
            (S::InReview, V::Review, author(REVIEWER), &excepted, "in_review"),
            (S::InApproval, V::Approve, author(APPROVER), &plain, "own_text"),
            (S::InApproval, V::Approve, author(APPROVER), &excepted, "own_text"),
            (S::InApproval, V::Approve, By { reviewed: true, ..APPROVER }, &plain, "own_review"),
            (S::InApproval, V::Approve, By { reviewed: true, ..APPROVER }, &excepted, "in_review"),
            (S::InApproval, V::Approve, REVIEWER, &plain, "head_only"),
            (S::InApproval, V::Approve, HEAD, &plain, "not_your_step"),
            (S::Draft, V::Except, author(HEAD), &plain, "own_text"),
        ];
        for (state, verb, by, facts, expected) in cases {
            assert_eq!(code(advance(state, verb, &by, facts)), expected, "{verb} {by:?}");
        }
    }

    #[test]
    fn what_is_missing_holds_the_revision() {
        let cases = [
            (S::Draft, V::Submit, DRAFTER, Facts { route_holds: false, ..ready() }, "route_missing"),
            (S::Draft, V::Submit, DRAFTER, Facts { form: TextForm::Uploaded, ..ready() }, "revision_files_missing"),
            (S::Draft, V::Submit, DRAFTER, Facts { form: TextForm::Uploaded, files: 1, ..ready() }, "in_review"),
            (S::Draft, V::Submit, DRAFTER, Facts { faults: 2, ..ready() }, "revision_incomplete"),
            (S::Draft, V::Submit, DRAFTER, Facts { times_unexplained: 1, ..ready() }, "step_times_unexplained"),
            (S::InReview, V::Review, By { spoke: true, ..REVIEWER }, ready(), "decided_already"),
            (S::Approved, V::Issue, CLERK, Facts { issued: true, ..ready() }, "issued_already"),
            (S::Approved, V::Recall, HEAD, ready(), "wrong_state"),
            (S::InReview, V::Reassign, CONTROL, ready(), "wrong_state"),
            (S::Effective, V::Withdraw, HEAD, Facts { active_links: 1, ..ready() }, "replacement_missing"),
            (S::Effective, V::Withdraw, HEAD, Facts { active_links: 1, replaced: true, ..ready() }, "withdrawn"),
        ];
        for (state, verb, by, facts, expected) in cases {
            assert_eq!(code(advance(state, verb, &by, &facts)), expected, "{verb} {facts:?}");
        }
    }

    #[test]
    fn all_that_is_missing_is_told_at_once() {
        let facts = Facts { faults: 2, times_unexplained: 1, ..Facts::new(TextForm::Uploaded) };
        let codes: Vec<_> = missing(&facts).iter().map(|refused| refused.code).collect();
        assert_eq!(codes, ["route_missing", "revision_files_missing", "revision_incomplete", "step_times_unexplained"]);
        assert!(missing(&ready()).is_empty());
    }

    #[test]
    fn a_route_asks_any_all_or_enough_of_each_step_in_turn() {
        use {StepAct as A, StepRule as R};
        let route = [
            step(A::Review, R::Any, 0, &[1, 2]),
            step(A::Review, R::Quorum, 2, &[3, 4, 5]),
            step(A::Approve, R::All, 0, &[6, 7]),
        ];
        let mut words = Vec::new();
        let said = [(0, 2, Some(1), S::InReview), (1, 3, Some(1), S::InReview), (1, 3, Some(1), S::InReview)];
        let more = [(1, 5, Some(2), S::InApproval), (2, 6, Some(2), S::InApproval), (2, 7, None, S::Approved)];
        assert_eq!((open_step(&route, &words), state_of(&route, &words)), (Some(0), S::InReview));
        for (at, who, open, state) in said.into_iter().chain(more) {
            words.push(Word { step: at, person: person(who) });
            assert_eq!((open_step(&route, &words), state_of(&route, &words)), (open, state), "{at} {who}");
        }
        let stranger = [Word { step: 0, person: person(9) }];
        assert_eq!(open_step(&route, &stranger), Some(0), "a word of somebody else does not count");
    }

    #[test]
    fn a_route_reviews_before_it_approves_with_separate_people() {
        use {StepAct as A, StepRule as R};
        let review = step(A::Review, R::Any, 0, &[2]);
        let approve = step(A::Approve, R::All, 0, &[3]);
        let cases = [
            (vec![review.clone(), approve.clone()], false, vec![]),
            (vec![approve.clone(), review.clone()], false, vec![("steps", "route_order")]),
            (vec![approve.clone()], false, vec![("steps", "route_order")]),
            (vec![], false, vec![("steps", "route_order")]),
            (vec![step(A::Review, R::Any, 0, &[]), approve.clone()], false, vec![("steps/0/people", "required")]),
            (vec![step(A::Review, R::Quorum, 2, &[2]), approve.clone()], false, vec![("steps/0/quorum", "quorum_out_of_range")]),
            (vec![step(A::Review, R::Any, 0, &[1]), approve.clone()], false, vec![("steps/0/people", "author_on_route")]),
            (vec![step(A::Review, R::Any, 0, &[1]), approve.clone()], true, vec![]),
            (vec![review.clone(), step(A::Approve, R::Any, 0, &[1])], true, vec![("steps/1/people", "author_on_route")]),
            (vec![review.clone(), step(A::Approve, R::Any, 0, &[2])], false, vec![("steps/1/people", "reviewer_approves")]),
            (vec![review, step(A::Approve, R::Any, 0, &[2])], true, vec![]),
        ];
        for (route, excepted, expected) in cases {
            let mut problems = Problems::new();
            check_route(&route, &[person(1)], excepted, &mut problems);
            let found = problems.finish().err().unwrap_or_default();
            let found: Vec<_> = found.iter().map(|error| (error.field.as_str(), error.code)).collect();
            assert_eq!(found, expected, "{route:?} {excepted}");
        }
    }

    #[test]
    fn an_effective_date_is_not_before_approval_decision_or_what_is_in_force() {
        for (from, expected) in [
            ("09/11/2026", Some("effective_before_approval")),
            ("10/11/2026", Some("effective_before_decision")),
            ("11/11/2026", None),
        ] {
            let mut problems = Problems::new();
            check_effective_from("effective_from", day(from), day("10/11/2026"), day("11/11/2026"), &mut problems);
            assert_eq!(problems.finish().err().map(|errors| errors[0].code), expected, "{from}");
        }
    }

    #[test]
    fn a_text_takes_effect_after_what_was_in_force_and_never_in_place_of_a_newer_one() {
        let numbers = |amendment| Numbers { issue: 1, amendment };
        for (present, ended, expected) in [
            (None, None, "ok"),
            (Some(("11/11/2026", 0)), None, "ok"),
            (Some(("12/11/2026", 0)), None, "newer_in_force"),
            (Some(("01/11/2026", 2)), None, "newer_text_in_force"),
            (None, Some("10/11/2026"), "ok"),
            (None, Some("11/11/2026"), "in_force_until"),
            (Some(("11/11/2026", 0)), Some("10/11/2026"), "ok"),
        ] {
            let before =
                InForce { present: present.map(|(since, amendment)| (day(since), numbers(amendment))), ended_on: ended.map(day) };
            let found = may_supersede(day("11/11/2026"), numbers(1), before).map_or_else(|refused| refused.code, |()| "ok");
            assert_eq!(found, expected, "{present:?} {ended:?}");
        }
    }

    fn any_state() -> impl Strategy<Value = S> {
        prop::sample::select(S::ALL)
    }

    proptest! {
        #[test]
        fn a_settled_text_never_becomes_a_draft_again(state in any_state(), verb in prop::sample::select(V::ALL), bits in 0_u16..256, flags in 0_u8..16) {
            let bit = |n: u16| bits & (1 << n) != 0;
            let by = By { drafter: bit(0), author: bit(1), control: bit(2), head: bit(3), registrar: bit(4), on_step: bit(5), spoke: bit(6), reviewed: bit(7) };
            let facts = Facts { excepted: flags & 1 != 0, issued: flags & 2 != 0, after_word: if flags & 4 != 0 { S::Approved } else { S::InApproval }, files: 1, ..ready() };
            if let Ok(next) = advance(state, verb, &by, &facts) {
                prop_assert!(!state.is_settled() || next.is_settled(), "{} {}", state, verb);
                prop_assert!(next != S::Effective && next != S::Superseded, "only time and a newer revision do that");
                prop_assert!(next != S::Approved || state == S::Approved || (by.head && !by.author), "nobody approves their own text");
            }
        }

        #[test]
        fn more_words_never_close_a_route_less(words in prop::collection::vec((0_usize..3, 1_u128..6), 0..12), extra in (0_usize..3, 1_u128..6)) {
            let route = [step(StepAct::Review, StepRule::Any, 0, &[1, 2]), step(StepAct::Review, StepRule::Quorum, 2, &[2, 3, 4]), step(StepAct::Approve, StepRule::All, 0, &[4, 5])];
            let mut said: Vec<Word> = words.into_iter().map(|(step, who)| Word { step, person: person(who) }).collect();
            let before = open_step(&route, &said).unwrap_or(route.len());
            said.push(Word { step: extra.0, person: person(extra.1) });
            prop_assert!(open_step(&route, &said).unwrap_or(route.len()) >= before);
        }
    }
}
