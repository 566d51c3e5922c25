//! A scoring round and the sheets in it: states, who may move them, and what must be there first.
//!
//! `draft → self_scoring → appraisal → explanation → final_appraisal → council → approved →
//! published → archived`. Totals, grades and ranks do not exist before `council`: what is not
//! computed cannot leak. Every value of every layer is kept.

use crate::id::PersonId;
use crate::rule::{Refused, require, require_none, wrong_state};
use crate::scoring::{Exact, Placed};

/// Every rule code of this module, besides those of [`crate::rule`].
pub const CODES: &[&str] = &[
    "round_without_units",
    "round_set_not_published",
    "round_without_appraisers",
    "self_scoring_not_over",
    "self_scoring_over",
    "lines_not_appraised",
    "explanation_not_over",
    "explanation_over",
    "explanations_not_decided",
    "lines_without_points",
    "sheet_incomplete",
    "sheet_not_open",
    "line_not_self_scored",
    "line_not_changed",
    "nothing_to_accept",
    "approved_twice",
    "digest_changed",
    "approvals_missing",
    "too_early",
    "publication_not_open",
    "ranking_not_yet",
    "deductions_not_decided",
    "deduction_too_late",
    "deduction_decided",
    "finding_not_confirmed",
    "nothing_to_deduct",
    "not_published_yet",
];

code_enum! {
    /// Where a round stands.
    pub enum RoundState ("round_state") {
        /// Dự thảo.
        Draft = "draft",
        /// Các đơn vị tự chấm điểm.
        SelfScoring = "self_scoring",
        /// Thẩm định lần 1.
        Appraisal = "appraisal",
        /// Các đơn vị giải trình.
        Explanation = "explanation",
        /// Thẩm định lần 2.
        FinalAppraisal = "final_appraisal",
        /// Hội đồng xem xét.
        Council = "council",
        /// Hội đồng đã thông qua, chưa công bố.
        Approved = "approved",
        /// Đã công bố.
        Published = "published",
        /// Lưu trữ.
        Archived = "archived",
    }
}

code_enum! {
    /// What moves a round.
    pub enum RoundVerb ("round_verb") {
        /// Mở đợt, các đơn vị bắt đầu tự chấm.
        Open = "open",
        /// Khóa tự chấm, bắt đầu thẩm định.
        CloseSelfScoring = "close_self_scoring",
        /// Gửi kết quả thẩm định cho đơn vị giải trình.
        Release = "release",
        /// Kết thúc giải trình, thẩm định lần 2.
        FinalAppraise = "final_appraise",
        /// Trình hội đồng; từ đây mới tính tổng điểm và hạng.
        Convene = "convene",
        /// Hội đồng thông qua.
        Approve = "approve",
        /// Lưu trữ.
        Archive = "archive",
    }
}

code_enum! {
    /// Where a sheet stands.
    pub enum SheetState ("sheet_state") {
        /// Đang tự chấm.
        Open = "open",
        /// Đã nộp.
        Submitted = "submitted",
        /// Không nộp đúng hạn.
        NotSubmitted = "not_submitted",
    }
}

code_enum! {
    /// Whose value it is. Later ones prevail; none is overwritten.
    pub enum Layer ("score_layer") {
        /// Tự chấm.
        SelfScore = "self_score",
        /// Thẩm định lần 1.
        Appraisal1 = "appraisal_1",
        /// Giải trình.
        Explanation = "explanation",
        /// Thẩm định lần 2.
        Appraisal2 = "appraisal_2",
        /// Hội đồng.
        Council = "council",
        /// Điều tra xã hội học.
        Survey = "survey",
        /// Lãnh đạo chấm.
        Leadership = "leadership",
        /// Nhập từ nguồn khác.
        External = "external",
    }
}

code_enum! {
    /// What a layer says about a line.
    pub enum ScoreVerdict ("score_verdict") {
        /// Khai hoặc nhập giá trị.
        Given = "given",
        /// Chấp nhận.
        Accepted = "accepted",
        /// Điều chỉnh.
        Changed = "changed",
        /// Yêu cầu giải trình.
        Asked = "asked",
    }
}

code_enum! {
    /// Where an edition of a ranking stands.
    pub enum PublicationState ("publication_state") {
        /// Chờ duyệt.
        Proposed = "proposed",
        /// Đã công bố.
        Published = "published",
        /// Đã rút đề nghị.
        Dropped = "dropped",
    }
}

code_enum! {
    /// Where a deduction proposed by a finding stands.
    pub enum DeductionState ("deduction_state") {
        /// Chờ thẩm định xem xét.
        Proposed = "proposed",
        /// Đã trừ điểm.
        Accepted = "accepted",
        /// Không trừ điểm.
        Declined = "declined",
        /// Hết hiệu lực: phát hiện đã được rút.
        Dropped = "dropped",
    }
}

code_enum! {
    /// What differs between two editions of a published ranking.
    pub enum EditionChange ("edition_change") {
        /// Đơn vị được thêm.
        Added = "added",
        /// Đơn vị được bỏ.
        Removed = "removed",
        /// Hạng.
        Rank = "rank",
        /// Tổng điểm.
        Total = "total",
        /// Xếp loại.
        Grade = "grade",
        /// Điểm một tiêu chí.
        Points = "points",
    }
}

impl RoundState {
    /// Whether totals and ranks exist.
    #[must_use]
    pub const fn is_ranked(self) -> bool {
        matches!(self, Self::Council | Self::Approved | Self::Published | Self::Archived)
    }

    /// Whether everybody may see the result.
    #[must_use]
    pub const fn is_public(self) -> bool {
        matches!(self, Self::Published | Self::Archived)
    }

    /// Whether a unit sees the appraised values of its own lines.
    #[must_use]
    pub const fn is_released(self) -> bool {
        matches!(
            self,
            Self::Explanation | Self::FinalAppraisal | Self::Council | Self::Approved | Self::Published | Self::Archived
        )
    }
}

/// Whether totals and ranks may be asked for.
///
/// # Errors
/// `ranking_not_yet`.
pub fn may_rank(round: RoundState) -> Result<(), Refused> {
    require(round.is_ranked(), "ranking_not_yet")
}

/// What must be known of a round to move it, counted in the same transaction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The set is published.
    pub set_published: bool,
    /// Sheets of the round.
    pub sheets: u32,
    /// Sheets still open.
    pub open_sheets: u32,
    /// People on the panel.
    pub appraisers: u32,
    /// The self-scoring deadline has passed, by the database's clock.
    pub self_scoring_over: bool,
    /// Lines for appraisal without a first appraisal.
    pub not_appraised: u32,
    /// The explanation deadline has passed.
    pub explanation_over: bool,
    /// Lines changed or asked about that have no explanation.
    pub not_explained: u32,
    /// Explained lines without a second appraisal.
    pub not_decided: u32,
    /// Lines of any source that have no points in the end.
    pub without_points: u32,
    /// Deductions proposed by findings that nobody has decided.
    pub open_deductions: u32,
}

/// The state after `verb`.
///
/// # Errors
/// `secretary_only`, `wrong_state`, or what is missing.
pub fn advance(state: RoundState, verb: RoundVerb, secretary: bool, facts: &Facts) -> Result<RoundState, Refused> {
    require(secretary, "secretary_only")?;
    let next = target(state, verb).ok_or_else(|| wrong_state(state, verb))?;
    match verb {
        RoundVerb::Open => {
            require(facts.set_published, "round_set_not_published")?;
            require(facts.sheets > 0, "round_without_units")?;
        }
        RoundVerb::CloseSelfScoring => {
            require(facts.self_scoring_over || facts.open_sheets == 0, "self_scoring_not_over")?;
            require(facts.appraisers > 0, "round_without_appraisers")?;
        }
        RoundVerb::Release => {
            require_none(facts.not_appraised, "lines_not_appraised")?;
            require_none(facts.open_deductions, "deductions_not_decided")?;
        }
        RoundVerb::FinalAppraise => {
            require(facts.explanation_over || facts.not_explained == 0, "explanation_not_over")?;
        }
        RoundVerb::Convene => {
            require_none(facts.not_decided, "explanations_not_decided")?;
            require_none(facts.without_points, "lines_without_points")?;
        }
        RoundVerb::Approve | RoundVerb::Archive => {}
    }
    Ok(next)
}

const fn target(state: RoundState, verb: RoundVerb) -> Option<RoundState> {
    use {RoundState as S, RoundVerb as V};
    match (state, verb) {
        (S::Draft, V::Open) => Some(S::SelfScoring),
        (S::SelfScoring, V::CloseSelfScoring) => Some(S::Appraisal),
        (S::Appraisal, V::Release) => Some(S::Explanation),
        (S::Explanation, V::FinalAppraise) => Some(S::FinalAppraisal),
        (S::FinalAppraisal, V::Convene) => Some(S::Council),
        (S::Council, V::Approve) => Some(S::Approved),
        (S::Published, V::Archive) => Some(S::Archived),
        _ => None,
    }
}

/// The verb that comes next in this state, whether or not it may be done yet.
#[must_use]
pub fn next_verb(state: RoundState) -> Option<RoundVerb> {
    RoundVerb::ALL.iter().copied().find(|verb| target(state, *verb).is_some())
}

/// Whether the unit may still write on its sheet. `over`: the deadline has passed by the database's
/// clock, read in the same transaction as the write.
///
/// # Errors
/// `self_scoring_over`, `sheet_not_open`, `wrong_state`.
pub fn may_draft(round: RoundState, sheet: SheetState, over: bool) -> Result<(), Refused> {
    require(round == RoundState::SelfScoring, "sheet_not_open")?;
    require(!over, "self_scoring_over")?;
    require(sheet == SheetState::Open, "sheet_not_open")
}

/// Whether the unit may write on this line: as [`may_draft`], and it scores itself on it.
///
/// # Errors
/// As [`may_draft`]; `line_not_self_scored`.
pub fn may_draft_line(round: RoundState, sheet: SheetState, over: bool, self_scored: bool) -> Result<(), Refused> {
    may_draft(round, sheet, over)?;
    require(self_scored, "line_not_self_scored")
}

/// Whether the head may submit the sheet. `unfinished`: lines that are neither scored nor explained,
/// or lack the evidence they need. `scored_by_head`: the head has filled in lines (SOD-2).
///
/// # Errors
/// As [`may_draft`]; `sheet_incomplete`, `scored_it_yourself`.
pub fn may_submit(
    round: RoundState,
    sheet: SheetState,
    over: bool,
    unfinished: u32,
    scored_by_head: bool,
) -> Result<(), Refused> {
    may_draft(round, sheet, over)?;
    require(!scored_by_head, "scored_it_yourself")?;
    require_none(unfinished, "sheet_incomplete")
}

/// Whether the head may take the sheet back to mend it.
///
/// # Errors
/// `sheet_not_open`, `self_scoring_over`.
pub fn may_withdraw(round: RoundState, sheet: SheetState, over: bool) -> Result<(), Refused> {
    require(round == RoundState::SelfScoring && sheet == SheetState::Submitted, "sheet_not_open")?;
    require(!over, "self_scoring_over")
}

/// What an appraiser is to a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Appraising {
    /// On the panel for the criterion's group.
    pub on_panel: bool,
    /// Council secretary of the round.
    pub secretary: bool,
    /// Belongs to the unit, or left it less than 12 months ago.
    pub own_unit: bool,
    /// Made the first appraisal of this line.
    pub made_first: bool,
    /// The first appraisal changed or asked.
    pub contested: bool,
    /// There is a declared value to accept.
    pub declared: bool,
}

/// Which layer an appraisal by this person goes to now.
///
/// # Errors
/// Who-codes (`not_your_criteria`, `appraises_own_unit`, `own_first_decision`), `wrong_state`,
/// `line_not_changed`, `nothing_to_accept`.
pub fn may_appraise(round: RoundState, by: &Appraising, verdict: ScoreVerdict) -> Result<Layer, Refused> {
    let layer = match round {
        RoundState::Appraisal => Layer::Appraisal1,
        RoundState::FinalAppraisal => Layer::Appraisal2,
        // Of a published round the council's later word is a correction; it counts once its erratum is published.
        RoundState::Council | RoundState::Published => Layer::Council,
        _ => return Err(wrong_state(round, verdict)),
    };
    if layer == Layer::Council {
        require(by.secretary, "secretary_only")?;
    } else {
        require(by.on_panel || (by.secretary && layer == Layer::Appraisal2), "not_your_criteria")?;
    }
    require(!by.own_unit, "appraises_own_unit")?;
    if layer == Layer::Appraisal2 {
        require(by.contested, "line_not_changed")?;
        require(!by.made_first, "own_first_decision")?;
    }
    let asks = verdict == ScoreVerdict::Asked && layer != Layer::Appraisal1;
    if asks || verdict == ScoreVerdict::Given {
        return Err(wrong_state(round, verdict));
    }
    require(verdict != ScoreVerdict::Accepted || by.declared, "nothing_to_accept")?;
    Ok(layer)
}

/// Whether the unit may explain a line.
///
/// # Errors
/// `explanation_over`, `line_not_changed`, `wrong_state`.
pub fn may_explain(round: RoundState, over: bool, contested: bool) -> Result<(), Refused> {
    require(round == RoundState::Explanation && !over, "explanation_over")?;
    require(contested, "line_not_changed")
}

/// Whether a finding may propose a deduction now: while its unit can still answer to it in the
/// explanation window. `confirmed`: the lead raised or confirmed it and it was not taken back.
/// `theirs`: the person is in its team, ordered the inspection, or is secretary of the round.
///
/// # Errors
/// `team_only`, `finding_not_confirmed`, `deduction_too_late`.
pub fn may_propose_deduction(round: RoundState, theirs: bool, confirmed: bool) -> Result<(), Refused> {
    require(theirs, "team_only")?;
    require(confirmed, "finding_not_confirmed")?;
    require(matches!(round, RoundState::SelfScoring | RoundState::Appraisal), "deduction_too_late")
}

/// Whether this appraiser may decide a proposed deduction; the layer a deduction goes to.
///
/// # Errors
/// As [`may_appraise`]; `deduction_decided`, `finding_not_confirmed` when the finding was taken back.
pub fn may_decide_deduction(
    round: RoundState,
    by: &Appraising,
    state: DeductionState,
    confirmed: bool,
) -> Result<Layer, Refused> {
    let layer = may_appraise(round, by, ScoreVerdict::Changed)?;
    require(layer == Layer::Appraisal1, "deduction_too_late")?;
    require(state == DeductionState::Proposed, "deduction_decided")?;
    require(confirmed, "finding_not_confirmed")?;
    Ok(layer)
}

/// The points left on a line after a deduction.
///
/// # Errors
/// `nothing_to_deduct` from a line that has no points yet.
pub fn deducted(placed: Placed<'_>, now: Option<&Exact>, by: &Exact) -> Result<Exact, Refused> {
    placed.deducted(now, by).ok_or_else(|| Refused::new("nothing_to_deduct"))
}

/// Whether lost points may be turned into corrective actions: of a published round, by its
/// secretary or the head of the unit.
///
/// # Errors
/// `head_only`, `not_published_yet`.
pub fn may_remedy(round: RoundState, secretary: bool, head: bool) -> Result<(), Refused> {
    require(secretary || head, "head_only")?;
    require(round.is_public(), "not_published_yet")
}

/// A publication as its approvers see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal<'a> {
    /// Where it stands.
    pub state: PublicationState,
    /// Who proposed it.
    pub proposer: PersonId,
    /// What was proposed.
    pub digest: &'a str,
    /// Who has approved, and which digest.
    pub approvals: &'a [(PersonId, String)],
    /// How many must.
    pub required: usize,
}

/// Whether this person may approve this digest.
///
/// # Errors
/// `publisher_only`, `publication_not_open`, `own_proposal`, `approved_twice`, `digest_changed`.
pub fn may_approve(publisher: bool, person: PersonId, seen: &str, proposal: &Proposal<'_>) -> Result<(), Refused> {
    require(publisher, "publisher_only")?;
    require(proposal.state == PublicationState::Proposed, "publication_not_open")?;
    require(person != proposal.proposer, "own_proposal")?;
    require(proposal.approvals.iter().all(|(other, _)| *other != person), "approved_twice")?;
    require(seen == proposal.digest, "digest_changed")
}

/// Whether it may be published. `now_digest`: of what would be published at this moment.
///
/// # Errors
/// `publication_not_open`, `approvals_missing`, `digest_changed`, `too_early`.
pub fn may_publish(proposal: &Proposal<'_>, now_digest: &str, early: bool) -> Result<(), Refused> {
    require(proposal.state == PublicationState::Proposed, "publication_not_open")?;
    let valid = proposal.approvals.iter().filter(|(person, digest)| *person != proposal.proposer && digest == proposal.digest);
    let people: std::collections::BTreeSet<PersonId> = valid.map(|(person, _)| *person).collect();
    require(people.len() >= proposal.required.max(1), "approvals_missing")?;
    require(now_digest == proposal.digest, "digest_changed")?;
    require(!early, "too_early")
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn code<T: std::fmt::Debug>(found: Result<T, Refused>) -> &'static str {
        found.map_or_else(|refused| refused.code, |_| "ok")
    }

    fn person(number: u128) -> PersonId {
        PersonId(Uuid::from_u128(number))
    }

    #[test]
    fn a_round_moves_one_way_and_only_by_its_secretary() {
        let ready = Facts {
            set_published: true,
            sheets: 3,
            appraisers: 1,
            self_scoring_over: true,
            explanation_over: true,
            ..Facts::default()
        };
        let mut state = RoundState::Draft;
        for verb in [
            RoundVerb::Open,
            RoundVerb::CloseSelfScoring,
            RoundVerb::Release,
            RoundVerb::FinalAppraise,
            RoundVerb::Convene,
            RoundVerb::Approve,
        ] {
            assert_eq!(next_verb(state), Some(verb));
            assert_eq!(code(advance(state, verb, false, &ready)), "secretary_only");
            for other in RoundVerb::ALL.iter().filter(|other| **other != verb) {
                assert_eq!(code(advance(state, *other, true, &ready)), "wrong_state", "{state} {other}");
            }
            state = advance(state, verb, true, &ready).unwrap();
        }
        assert_eq!((state, next_verb(state)), (RoundState::Approved, None));
    }

    #[test]
    fn what_is_missing_holds_the_round() {
        let ready = Facts { set_published: true, sheets: 3, appraisers: 1, ..Facts::default() };
        let cases = [
            (RoundState::Draft, RoundVerb::Open, Facts { set_published: false, ..ready }, "round_set_not_published"),
            (RoundState::Draft, RoundVerb::Open, Facts { sheets: 0, ..ready }, "round_without_units"),
            (RoundState::SelfScoring, RoundVerb::CloseSelfScoring, Facts { open_sheets: 1, ..ready }, "self_scoring_not_over"),
            (RoundState::SelfScoring, RoundVerb::CloseSelfScoring, Facts { appraisers: 0, ..ready }, "round_without_appraisers"),
            (
                RoundState::SelfScoring,
                RoundVerb::CloseSelfScoring,
                Facts { open_sheets: 1, self_scoring_over: true, ..ready },
                "ok",
            ),
            (RoundState::Appraisal, RoundVerb::Release, Facts { not_appraised: 2, ..ready }, "lines_not_appraised"),
            (RoundState::Appraisal, RoundVerb::Release, Facts { open_deductions: 1, ..ready }, "deductions_not_decided"),
            (RoundState::Explanation, RoundVerb::FinalAppraise, Facts { not_explained: 1, ..ready }, "explanation_not_over"),
            (
                RoundState::Explanation,
                RoundVerb::FinalAppraise,
                Facts { not_explained: 1, explanation_over: true, ..ready },
                "ok",
            ),
            (RoundState::FinalAppraisal, RoundVerb::Convene, Facts { not_decided: 1, ..ready }, "explanations_not_decided"),
            (RoundState::FinalAppraisal, RoundVerb::Convene, Facts { without_points: 1, ..ready }, "lines_without_points"),
        ];
        for (state, verb, facts, expected) in cases {
            assert_eq!(code(advance(state, verb, true, &facts)), expected, "{state} {verb}");
        }
    }

    #[test]
    fn a_sheet_is_written_until_the_deadline_and_submitted_by_somebody_else() {
        use {RoundState as R, SheetState as S};
        for (round, sheet, over, expected) in [
            (R::SelfScoring, S::Open, false, "ok"),
            (R::SelfScoring, S::Open, true, "self_scoring_over"),
            (R::SelfScoring, S::Submitted, false, "sheet_not_open"),
            (R::Appraisal, S::Open, false, "sheet_not_open"),
        ] {
            assert_eq!(code(may_draft(round, sheet, over)), expected);
        }
        assert_eq!(code(may_draft_line(R::SelfScoring, S::Open, false, false)), "line_not_self_scored");
        assert_eq!(code(may_submit(R::SelfScoring, S::Open, false, 0, false)), "ok");
        assert_eq!(code(may_submit(R::SelfScoring, S::Open, false, 2, false)), "sheet_incomplete");
        assert_eq!(code(may_submit(R::SelfScoring, S::Open, false, 0, true)), "scored_it_yourself");
        assert_eq!(code(may_withdraw(R::SelfScoring, S::Submitted, false)), "ok");
        assert_eq!(code(may_withdraw(R::SelfScoring, S::Submitted, true)), "self_scoring_over");
        assert_eq!(code(may_withdraw(R::Appraisal, S::Submitted, false)), "sheet_not_open");
    }

    #[test]
    fn an_appraiser_judges_own_criteria_of_other_units_and_not_twice() {
        use {RoundState as R, ScoreVerdict as V};
        let panel = Appraising { on_panel: true, declared: true, contested: true, ..Appraising::default() };
        let secretary = Appraising { secretary: true, declared: true, contested: true, ..Appraising::default() };
        let cases = [
            (R::Appraisal, panel, V::Accepted, Ok(Layer::Appraisal1)),
            (R::Appraisal, panel, V::Asked, Ok(Layer::Appraisal1)),
            (R::Appraisal, Appraising { declared: false, ..panel }, V::Accepted, Err("nothing_to_accept")),
            (R::Appraisal, Appraising { declared: false, ..panel }, V::Changed, Ok(Layer::Appraisal1)),
            (R::Appraisal, Appraising { on_panel: false, ..panel }, V::Changed, Err("not_your_criteria")),
            (R::Appraisal, Appraising { own_unit: true, ..panel }, V::Changed, Err("appraises_own_unit")),
            (R::Appraisal, secretary, V::Changed, Err("not_your_criteria")),
            (R::FinalAppraisal, panel, V::Changed, Ok(Layer::Appraisal2)),
            (R::FinalAppraisal, secretary, V::Accepted, Ok(Layer::Appraisal2)),
            (R::FinalAppraisal, Appraising { made_first: true, ..panel }, V::Changed, Err("own_first_decision")),
            (R::FinalAppraisal, Appraising { contested: false, ..panel }, V::Changed, Err("line_not_changed")),
            (R::FinalAppraisal, panel, V::Asked, Err("wrong_state")),
            (R::Council, secretary, V::Changed, Ok(Layer::Council)),
            (R::Council, panel, V::Changed, Err("secretary_only")),
            (R::SelfScoring, panel, V::Changed, Err("wrong_state")),
            (R::Approved, secretary, V::Changed, Err("wrong_state")),
            (R::Published, secretary, V::Changed, Ok(Layer::Council)),
            (R::Published, panel, V::Changed, Err("secretary_only")),
            (R::Archived, secretary, V::Changed, Err("wrong_state")),
        ];
        for (round, by, verdict, expected) in cases {
            assert_eq!(may_appraise(round, &by, verdict).map_err(|refused| refused.code), expected, "{round} {verdict} {by:?}");
        }
        assert_eq!(code(may_explain(R::Explanation, false, true)), "ok");
        assert_eq!(code(may_explain(R::Explanation, true, true)), "explanation_over");
        assert_eq!(code(may_explain(R::Explanation, false, false)), "line_not_changed");
        assert_eq!(code(may_explain(R::FinalAppraisal, false, true)), "explanation_over");
    }

    #[test]
    fn a_deduction_is_proposed_by_the_team_and_decided_by_the_panel_before_the_release() {
        use {DeductionState as D, RoundState as R};
        for (round, theirs, confirmed, expected) in [
            (R::SelfScoring, true, true, "ok"),
            (R::Appraisal, true, true, "ok"),
            (R::Appraisal, false, true, "team_only"),
            (R::Appraisal, true, false, "finding_not_confirmed"),
            (R::Draft, true, true, "deduction_too_late"),
            (R::Explanation, true, true, "deduction_too_late"),
            (R::Published, true, true, "deduction_too_late"),
        ] {
            assert_eq!(code(may_propose_deduction(round, theirs, confirmed)), expected, "{round}");
        }
        let panel = Appraising { on_panel: true, ..Appraising::default() };
        for (round, by, state, confirmed, expected) in [
            (R::Appraisal, panel, D::Proposed, true, Ok(Layer::Appraisal1)),
            (R::Appraisal, Appraising { own_unit: true, ..panel }, D::Proposed, true, Err("appraises_own_unit")),
            (R::Appraisal, Appraising::default(), D::Proposed, true, Err("not_your_criteria")),
            (R::Appraisal, panel, D::Accepted, true, Err("deduction_decided")),
            (R::Appraisal, panel, D::Proposed, false, Err("finding_not_confirmed")),
            (R::SelfScoring, panel, D::Proposed, true, Err("wrong_state")),
            (R::FinalAppraisal, Appraising { contested: true, ..panel }, D::Proposed, true, Err("deduction_too_late")),
        ] {
            assert_eq!(may_decide_deduction(round, &by, state, confirmed).map_err(|no| no.code), expected, "{round} {state}");
        }
    }

    #[test]
    fn lost_points_are_remedied_after_publication_by_the_head_or_the_secretary() {
        for (round, secretary, head, expected) in [
            (RoundState::Published, false, true, "ok"),
            (RoundState::Archived, true, false, "ok"),
            (RoundState::Approved, false, true, "not_published_yet"),
            (RoundState::Published, false, false, "head_only"),
        ] {
            assert_eq!(code(may_remedy(round, secretary, head)), expected, "{round}");
        }
    }

    #[test]
    fn a_publication_takes_two_people_beside_the_proposer_on_one_digest() {
        let approvals = [(person(2), "d".to_owned()), (person(3), "d".to_owned())];
        let proposal =
            Proposal { state: PublicationState::Proposed, proposer: person(1), digest: "d", approvals: &approvals, required: 2 };
        assert_eq!(code(may_approve(true, person(4), "d", &proposal)), "ok");
        for (publisher, who, seen, expected) in [
            (false, 4, "d", "publisher_only"),
            (true, 1, "d", "own_proposal"),
            (true, 2, "d", "approved_twice"),
            (true, 4, "e", "digest_changed"),
        ] {
            assert_eq!(code(may_approve(publisher, person(who), seen, &proposal)), expected);
        }
        assert_eq!(code(may_publish(&proposal, "d", false)), "ok");
        assert_eq!(code(may_publish(&proposal, "e", false)), "digest_changed");
        assert_eq!(code(may_publish(&proposal, "d", true)), "too_early");
        let one = Proposal { approvals: &approvals[..1], ..proposal.clone() };
        assert_eq!(code(may_publish(&one, "d", false)), "approvals_missing");
        let none = Proposal { approvals: &[], required: 0, ..proposal.clone() };
        assert_eq!(code(may_publish(&none, "d", false)), "approvals_missing", "never below one");
        let other = [(person(2), "old".to_owned()), (person(1), "d".to_owned())];
        assert_eq!(code(may_publish(&Proposal { approvals: &other, ..proposal }, "d", false)), "approvals_missing");
    }
}
