//! Management review (xem xét của lãnh đạo; ISO 9001, 9.3): planned, its inputs taken from what the system holds, held,
//! concluded by the chair's signature; each decision is done and confirmed, or becomes a corrective action.
//!
//! `planned → inputs_taken → held → concluded`, `cancelled` before it is held. Inputs may be taken anew until the meeting.

use chrono::{Datelike as _, NaiveDate, NaiveTime};

use crate::draft::Problems;
use crate::id::{PersonId, UnitId};
use crate::rule::{Refused, require, require_none, wrong_state};
use crate::time::vn_day;

/// Every rule code of this module, besides those of [`crate::rule`].
pub const CODES: &[&str] = &["inputs_without_remark", "minutes_not_written", "review_not_concluded"];

/// Every field code of this module, besides those of [`crate::draft`].
pub const FIELD_CODES: &[&str] = &[
    "not_iso_secretary",
    "not_head_of_unit",
    "chair_is_secretary",
    "before_review",
    "before_inputs",
    "ends_before_begin",
    "planned_too_far_back",
];

/// More decisions than this are several meetings.
pub const MOST_DECISIONS: usize = 60;
/// More people than this do not sit at one table.
pub const MOST_PARTICIPANTS: usize = 100;

code_enum! {
    /// Where a review stands.
    pub enum ReviewState ("review_state") {
        /// Đã lên kế hoạch.
        Planned = "planned",
        /// Đã lấy thông tin đầu vào.
        InputsTaken = "inputs_taken",
        /// Đã họp, đang lập biên bản.
        Held = "held",
        /// Đã kết luận.
        Concluded = "concluded",
        /// Đã hủy.
        Cancelled = "cancelled",
    }
}

code_enum! {
    /// What is done with a review.
    pub enum ReviewVerb ("review_verb") {
        /// Change day, place, people.
        Update = "update",
        /// Take the inputs, or take them anew.
        TakeInputs = "take_inputs",
        /// Write remarks on the inputs.
        Remark = "remark",
        /// The meeting was held.
        Hold = "hold",
        /// Write discussion, conclusion, decisions.
        Write = "write",
        /// The chair signs.
        Conclude = "conclude",
        /// Call it off.
        Cancel = "cancel",
    }
}

code_enum! {
    /// What an input of a review is about. Which letter of the standard's list it has, and its title, is data.
    pub enum ReviewTopic ("review_topic") {
        /// Tình trạng hành động của lần xem xét trước.
        PreviousActions = "previous_actions",
        /// Thay đổi về văn bản, thủ tục hành chính, tổ chức.
        Changes = "changes",
        /// Nhu cầu và mong đợi của các bên quan tâm.
        InterestedParties = "interested_parties",
        /// Sự hài lòng và phản hồi.
        Satisfaction = "satisfaction",
        /// Mục tiêu chất lượng.
        Objectives = "objectives",
        /// Kết quả thực hiện và sự phù hợp của dịch vụ.
        Conformity = "conformity",
        /// Sự không phù hợp và hành động khắc phục.
        Nonconformities = "nonconformities",
        /// Kết quả theo dõi và đo lường.
        Measurements = "measurements",
        /// Kết quả đánh giá nội bộ.
        Audits = "audits",
        /// Nhà cung cấp bên ngoài.
        Providers = "providers",
        /// Nguồn lực.
        Resources = "resources",
        /// Hiệu lực của hành động với rủi ro và cơ hội.
        Risks = "risks",
        /// Cơ hội cải tiến.
        Improvement = "improvement",
    }
}

impl ReviewTopic {
    /// Whether nothing in the system speaks of it: the secretary's remark is all there is.
    #[must_use]
    pub const fn is_text_only(self) -> bool {
        matches!(self, Self::InterestedParties | Self::Providers | Self::Resources | Self::Risks)
    }
}

code_enum! {
    /// What a decision is about (ISO 9001, 9.3.3).
    pub enum DecisionKind ("decision_kind") {
        /// Cơ hội cải tiến.
        Improvement = "improvement",
        /// Thay đổi hệ thống quản lý chất lượng.
        SystemChange = "system_change",
        /// Nhu cầu nguồn lực.
        Resources = "resources",
    }
}

code_enum! {
    /// Where a decision stands.
    pub enum DecisionState ("decision_state") {
        /// To be done.
        Open = "open",
        /// Reported done by its owner.
        Reported = "reported",
        /// Somebody else confirmed it.
        Confirmed = "confirmed",
        /// It became a finding with a corrective action, which go their own way.
        Remedied = "remedied",
    }
}

code_enum! {
    /// What is done with a decision.
    pub enum DecisionVerb ("decision_verb") {
        /// The owner reports it done.
        Report = "report",
        /// Somebody else confirms it.
        Confirm = "confirm",
        /// Somebody else sends it back.
        Return = "return",
        /// It becomes a finding with a corrective action.
        Remedy = "remedy",
    }
}

/// Who acts on a review.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct By {
    /// Prepares reviews of the unit.
    pub keeps: bool,
    /// Was named chair.
    pub chair: bool,
    /// Signs for the unit.
    pub head: bool,
    /// Is its secretary, or took its inputs.
    pub prepared: bool,
}

/// What the machine must know of a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Inputs of which only a remark could speak, without one.
    pub unremarked: u32,
    /// Discussion and conclusion are written.
    pub written: bool,
    /// The named chair heads the unit today and is not disabled; otherwise the head of today signs.
    pub chair_is_head: bool,
}

/// The state after `verb`.
///
/// # Errors
/// A code of [`crate::rule::WHO`] when it is not this person's act, `wrong_state` when it is not its time, else the code
/// of what is missing.
pub fn advance(state: ReviewState, verb: ReviewVerb, by: By, facts: &Facts) -> Result<ReviewState, Refused> {
    use {ReviewState as S, ReviewVerb as V};
    match verb {
        V::Conclude => {
            require(by.chair || !facts.chair_is_head, "chair_only")?;
            require(by.head, "head_only")?;
            require(!by.prepared, "prepared_it_yourself")?;
        }
        _ => require(by.keeps, "review_secretary_only")?,
    }
    let next = match (verb, state) {
        (V::Update, S::Planned | S::InputsTaken) => state,
        (V::Cancel, S::Planned | S::InputsTaken) => S::Cancelled,
        (V::TakeInputs, S::Planned | S::InputsTaken) | (V::Remark, S::InputsTaken) => S::InputsTaken,
        (V::Hold, S::InputsTaken) | (V::Write, S::Held) => S::Held,
        (V::Conclude, S::Held) => S::Concluded,
        _ => return Err(wrong_state(state, verb)),
    };
    match verb {
        V::Hold => require_none(facts.unremarked, "inputs_without_remark")?,
        V::Conclude => require(facts.written, "minutes_not_written")?,
        _ => {}
    }
    Ok(next)
}

/// The verbs that [`advance`] would accept, for the buttons of the page.
#[must_use]
pub fn available(state: ReviewState, by: By, facts: &Facts) -> Vec<ReviewVerb> {
    ReviewVerb::ALL.iter().copied().filter(|verb| advance(state, *verb, by, facts).is_ok()).collect()
}

/// Whether the minutes are signed; until then they are only a draft («DỰ THẢO»).
#[must_use]
pub const fn is_signed(state: ReviewState) -> bool {
    matches!(state, ReviewState::Concluded)
}

/// Whether there is anything to print.
#[must_use]
pub const fn may_render(state: ReviewState) -> bool {
    matches!(state, ReviewState::InputsTaken | ReviewState::Held | ReviewState::Concluded)
}

/// Who acts on a decision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DecisionBy {
    /// Was given it.
    pub owner: bool,
    /// Prepares reviews of the unit, or signs for it.
    pub follows: bool,
    /// Reported it done.
    pub reported: bool,
}

/// The state of a decision after `verb`; `review` is where its review stands.
///
/// # Errors
/// `doer_only`, `review_secretary_only`, `own_work`, `review_not_concluded`, `wrong_state`.
pub fn advance_decision(
    review: ReviewState,
    state: DecisionState,
    verb: DecisionVerb,
    by: DecisionBy,
) -> Result<DecisionState, Refused> {
    use {DecisionState as S, DecisionVerb as V};
    match verb {
        V::Report => require(by.owner, "doer_only")?,
        V::Confirm | V::Return => {
            require(by.follows, "review_secretary_only")?;
            require(!by.owner && !by.reported, "own_work")?;
        }
        V::Remedy => require(by.follows, "review_secretary_only")?,
    }
    require(is_signed(review), "review_not_concluded")?;
    match (verb, state) {
        (V::Report, S::Open) => Ok(S::Reported),
        (V::Confirm, S::Reported) => Ok(S::Confirmed),
        (V::Return, S::Reported) => Ok(S::Open),
        (V::Remedy, S::Open) => Ok(S::Remedied),
        _ => Err(wrong_state(state, verb)),
    }
}

/// The verbs that [`advance_decision`] would accept.
#[must_use]
pub fn available_for_decision(review: ReviewState, state: DecisionState, by: DecisionBy) -> Vec<DecisionVerb> {
    DecisionVerb::ALL.iter().copied().filter(|verb| advance_decision(review, state, *verb, by).is_ok()).collect()
}

/// A decision as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionDraft {
    /// What it is about.
    pub kind: Option<DecisionKind>,
    /// What is to be done.
    pub content: String,
    /// The unit that answers for it.
    pub unit_id: Option<UnitId>,
    /// The person who does it.
    pub owner_id: Option<PersonId>,
    /// Until when.
    pub due_on: Option<NaiveDate>,
    /// What it needs.
    pub resources: Option<String>,
}

/// A decision with everything it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What it is about.
    pub kind: DecisionKind,
    /// What is to be done.
    pub content: String,
    /// The unit that answers for it.
    pub unit_id: UnitId,
    /// The person who does it.
    pub owner_id: PersonId,
    /// Until when.
    pub due_on: NaiveDate,
    /// What it needs.
    pub resources: Option<String>,
}

/// Decisions of a meeting held on `held_on`; everything wrong with them is named, and rows with a fault are left out.
#[must_use]
pub fn check_decisions(drafts: Vec<DecisionDraft>, held_on: NaiveDate, problems: &mut Problems) -> Vec<Decision> {
    problems.at_most("decisions", drafts.len(), MOST_DECISIONS);
    let check = |(n, draft): (usize, DecisionDraft)| {
        let field = |name: &str| format!("decisions/{n}/{name}");
        let DecisionDraft { kind, content, unit_id, owner_id, due_on, resources } = draft;
        let content = problems.text(&field("content"), &content, 2_000);
        problems.check(kind.is_none(), &field("kind"), "required");
        problems.check(unit_id.is_none(), &field("unit_id"), "required");
        problems.check(owner_id.is_none(), &field("owner_id"), "required");
        problems.check(due_on.is_none(), &field("due_on"), "required");
        problems.check(due_on.is_some_and(|day| day < held_on), &field("due_on"), "before_review");
        let resources = problems.optional_text(&field("resources"), resources.as_deref(), 1_000);
        Some(Decision { kind: kind?, content, unit_id: unit_id?, owner_id: owner_id?, due_on: due_on?, resources })
    };
    drafts.into_iter().enumerate().filter_map(check).collect()
}

/// Checks who chairs and who keeps the minutes; whether each holds their role at the unit is the caller's to know.
pub fn check_people(
    chair: PersonId,
    chair_is_head: bool,
    secretary: PersonId,
    secretary_prepares: bool,
    participants: usize,
    problems: &mut Problems,
) {
    problems.check(!chair_is_head, "chair_id", "not_head_of_unit");
    problems.check(!secretary_prepares, "secretary_id", "not_iso_secretary");
    problems.check(chair == secretary, "secretary_id", "chair_is_secretary");
    problems.at_most("participant_ids", participants, MOST_PARTICIPANTS);
}

/// Checks the day a review is planned for: of this year, the last one or a coming one.
pub fn check_planned_on(on: NaiveDate, today: NaiveDate, problems: &mut Problems) {
    let first = NaiveDate::from_ymd_opt(today.year() - 1, 1, 1).unwrap_or(today);
    if on < first {
        problems.add_with("on_date", "planned_too_far_back", vec![("date", vn_day(first))]);
    }
}

/// Checks when a meeting was held: not in the future, not before its inputs were taken, and it ended after it began.
pub fn check_meeting(
    held_on: NaiveDate,
    (opened, closed): (NaiveTime, NaiveTime),
    inputs_on: Option<NaiveDate>,
    today: NaiveDate,
    problems: &mut Problems,
) {
    problems.check(held_on > today, "held_on", "in_future");
    problems.check(inputs_on.is_some_and(|inputs_on| held_on < inputs_on), "held_on", "before_inputs");
    problems.check(closed <= opened, "closed", "ends_before_begin");
}

/// The days of a year on which the head is told that no review is planned yet.
pub const UNPLANNED_DAYS: [(u32, u32); 3] = [(9, 1), (10, 1), (11, 1)];

/// From which day of a year on a review that is not planned is somebody's work.
#[must_use]
pub fn planned_from(year: i32) -> Option<NaiveDate> {
    let [(month, day), ..] = UNPLANNED_DAYS;
    NaiveDate::from_ymd_opt(year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use {DecisionState as DS, DecisionVerb as DV, ReviewState as S, ReviewVerb as V};

    const NOBODY: By = By { keeps: false, chair: false, head: false, prepared: false };
    const SECRETARY: By = By { keeps: true, prepared: true, ..NOBODY };
    const CHAIR: By = By { chair: true, head: true, ..NOBODY };

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn facts() -> Facts {
        Facts { unremarked: 0, written: true, chair_is_head: true }
    }

    #[test]
    fn a_review_moves_only_as_the_table_says() {
        let (head, left) = (By { head: true, ..NOBODY }, Facts { chair_is_head: false, ..facts() });
        let cases = [
            (S::Planned, V::TakeInputs, SECRETARY, facts(), Ok(S::InputsTaken)),
            (S::Planned, V::TakeInputs, CHAIR, facts(), Err("review_secretary_only")),
            (S::Planned, V::Remark, SECRETARY, facts(), Err("wrong_state")),
            (S::Planned, V::Hold, SECRETARY, facts(), Err("wrong_state")),
            (S::Planned, V::Update, SECRETARY, facts(), Ok(S::Planned)),
            (S::Planned, V::Cancel, SECRETARY, facts(), Ok(S::Cancelled)),
            (S::InputsTaken, V::TakeInputs, SECRETARY, facts(), Ok(S::InputsTaken)),
            (S::InputsTaken, V::Update, SECRETARY, facts(), Ok(S::InputsTaken)),
            (S::InputsTaken, V::Remark, SECRETARY, facts(), Ok(S::InputsTaken)),
            (S::InputsTaken, V::Hold, SECRETARY, facts(), Ok(S::Held)),
            (S::InputsTaken, V::Hold, SECRETARY, Facts { unremarked: 2, ..facts() }, Err("inputs_without_remark")),
            (S::InputsTaken, V::Conclude, CHAIR, facts(), Err("wrong_state")),
            (S::Held, V::TakeInputs, SECRETARY, facts(), Err("wrong_state")),
            (S::Held, V::Write, SECRETARY, facts(), Ok(S::Held)),
            (S::Held, V::Cancel, SECRETARY, facts(), Err("wrong_state")),
            (S::Held, V::Conclude, CHAIR, facts(), Ok(S::Concluded)),
            (S::Held, V::Conclude, CHAIR, Facts { written: false, ..facts() }, Err("minutes_not_written")),
            (S::Held, V::Conclude, SECRETARY, facts(), Err("chair_only")),
            (S::Held, V::Conclude, head, facts(), Err("chair_only")),
            (S::Held, V::Conclude, head, left, Ok(S::Concluded)),
            (S::Held, V::Conclude, head, Facts { written: false, ..left }, Err("minutes_not_written")),
            (S::Held, V::Conclude, By { prepared: true, ..head }, left, Err("prepared_it_yourself")),
            (S::Held, V::Conclude, By { chair: true, ..NOBODY }, left, Err("head_only")),
            (S::Held, V::Conclude, SECRETARY, left, Err("head_only")),
            (S::Held, V::Conclude, By { head: false, ..CHAIR }, facts(), Err("head_only")),
            (S::Held, V::Conclude, By { prepared: true, ..CHAIR }, facts(), Err("prepared_it_yourself")),
            (S::Concluded, V::Write, SECRETARY, facts(), Err("wrong_state")),
            (S::Concluded, V::Conclude, CHAIR, facts(), Err("wrong_state")),
            (S::Cancelled, V::TakeInputs, SECRETARY, facts(), Err("wrong_state")),
        ];
        for (state, verb, by, facts, expected) in cases {
            let found = advance(state, verb, by, &facts).map_err(|refused| refused.code);
            assert_eq!(found, expected, "{state} {verb} {by:?}");
        }
    }

    #[test]
    fn a_decision_is_confirmed_by_somebody_else_or_becomes_a_corrective_action() {
        let owner = DecisionBy { owner: true, ..DecisionBy::default() };
        let other = DecisionBy { follows: true, ..DecisionBy::default() };
        let both = DecisionBy { owner: true, follows: true, reported: false };
        let cases = [
            (S::Concluded, DS::Open, DV::Report, owner, Ok(DS::Reported)),
            (S::Concluded, DS::Open, DV::Report, other, Err("doer_only")),
            (S::Held, DS::Open, DV::Report, owner, Err("review_not_concluded")),
            (S::Concluded, DS::Reported, DV::Confirm, other, Ok(DS::Confirmed)),
            (S::Concluded, DS::Reported, DV::Confirm, owner, Err("review_secretary_only")),
            (S::Concluded, DS::Reported, DV::Confirm, both, Err("own_work")),
            (S::Concluded, DS::Reported, DV::Confirm, DecisionBy { reported: true, ..other }, Err("own_work")),
            (S::Concluded, DS::Reported, DV::Return, other, Ok(DS::Open)),
            (S::Concluded, DS::Open, DV::Remedy, other, Ok(DS::Remedied)),
            (S::Held, DS::Open, DV::Remedy, other, Err("review_not_concluded")),
            (S::Concluded, DS::Open, DV::Remedy, owner, Err("review_secretary_only")),
            (S::Concluded, DS::Reported, DV::Remedy, other, Err("wrong_state")),
            (S::Concluded, DS::Remedied, DV::Report, owner, Err("wrong_state")),
            (S::Concluded, DS::Confirmed, DV::Return, other, Err("wrong_state")),
        ];
        for (review, state, verb, by, expected) in cases {
            let found = advance_decision(review, state, verb, by).map_err(|refused| refused.code);
            assert_eq!(found, expected, "{review} {state} {verb} {by:?}");
        }
    }

    #[test]
    fn decisions_name_everything_they_miss() {
        let person = PersonId(uuid::Uuid::nil());
        let whole = DecisionDraft {
            kind: Some(DecisionKind::Improvement),
            content: "Lắp thêm quầy hỗ trợ".to_owned(),
            unit_id: Some(UnitId(uuid::Uuid::nil())),
            owner_id: Some(person),
            due_on: Some(day("2026-12-31")),
            resources: Some("  ".to_owned()),
        };
        let bare =
            DecisionDraft { kind: None, content: String::new(), unit_id: None, owner_id: None, due_on: None, resources: None };
        let early = DecisionDraft { due_on: Some(day("2026-11-01")), ..whole.clone() };
        let mut problems = Problems::new();
        let kept = check_decisions(vec![whole, bare, early], day("2026-11-16"), &mut problems);
        assert_eq!((kept.len(), kept.first().and_then(|one| one.resources.clone())), (2, None));
        let wrong: Vec<_> = problems.finish().unwrap_err().into_iter().map(|error| (error.field, error.code)).collect();
        let expected = [
            ("decisions/1/content", "required"),
            ("decisions/1/kind", "required"),
            ("decisions/1/unit_id", "required"),
            ("decisions/1/owner_id", "required"),
            ("decisions/1/due_on", "required"),
            ("decisions/2/due_on", "before_review"),
        ];
        assert_eq!(wrong.iter().map(|(field, code)| (field.as_str(), *code)).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn the_chair_heads_the_unit_and_is_not_the_secretary() {
        let (one, other) = (PersonId(uuid::Uuid::nil()), PersonId(uuid::Uuid::max()));
        let wrong = |chair, head, secretary, prepares| {
            let mut problems = Problems::new();
            check_people(chair, head, secretary, prepares, 3, &mut problems);
            problems.finish().err().unwrap_or_default().into_iter().map(|error| error.code).collect::<Vec<_>>()
        };
        assert!(wrong(one, true, other, true).is_empty());
        assert_eq!(wrong(one, false, other, false), ["not_head_of_unit", "not_iso_secretary"]);
        assert_eq!(wrong(one, true, one, true), ["chair_is_secretary"]);
    }

    #[test]
    fn a_meeting_is_held_after_its_inputs_were_taken_and_before_it_is_written_down() {
        let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
        let cases = [
            ("2026-11-16", (8, 11), "2026-11-16", vec![]),
            ("2026-11-10", (8, 11), "2026-11-12", vec![("held_on", "before_inputs")]),
            ("2026-11-17", (8, 8), "2026-11-10", vec![("held_on", "in_future"), ("closed", "ends_before_begin")]),
        ];
        for (held, (opened, closed), inputs, expected) in cases {
            let mut problems = Problems::new();
            check_meeting(day(held), (hour(opened), hour(closed)), Some(day(inputs)), day("2026-11-16"), &mut problems);
            let wrong = problems.finish().err().unwrap_or_default();
            assert_eq!(wrong.iter().map(|error| (error.field.as_str(), error.code)).collect::<Vec<_>>(), expected, "{held}");
        }
    }

    #[test]
    fn only_the_signed_minutes_are_no_draft() {
        let cases = [
            (S::Planned, false, false),
            (S::InputsTaken, true, false),
            (S::Held, true, false),
            (S::Concluded, true, true),
            (S::Cancelled, false, false),
        ];
        for (state, render, signed) in cases {
            assert_eq!((may_render(state), is_signed(state)), (render, signed), "{state}");
        }
    }
}
