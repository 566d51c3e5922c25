//! One visit or audit of one unit: its states, who may move it, and what must be there first.
//!
//! `planned → team_set → notified → [self_report →] in_progress → fieldwork_done → minutes_signed →
//! reported → concluded → follow_up → closed`. Internal audits skip self-report and conclusion,
//! surprise visits skip the notice. Reasons (to cancel, to return …) are checked with the form.

use crate::checklist::InspectionKind;
use crate::draft::Problems;
use crate::rule::{Refused, require, require_none, wrong_state};

/// Every rule code of this module, besides those of [`crate::rule`].
pub const CODES: &[&str] = &[
    "lead_missing",
    "team_not_independent",
    "surprise_not_notified",
    "not_notified",
    "self_report_not_asked",
    "self_report_awaited",
    "no_lines",
    "lines_without_verdict",
    "not_audited_without_reason",
    "lines_in_conflict",
    "draft_findings",
    "nonconform_without_finding",
    "findings_unconfirmed",
    "findings_unanswered",
    "no_conclusion",
    "not_concluded",
    "actions_open",
    "answers_locked",
];

code_enum! {
    /// Where an inspection stands.
    pub enum InspectionState ("inspection_state") {
        /// In the programme, no team yet.
        Planned = "planned",
        /// The team is named and independent, or excepted.
        TeamSet = "team_set",
        /// The unit has been told.
        Notified = "notified",
        /// The unit's self-report has come in.
        SelfReport = "self_report",
        /// On site; the checklist snapshot is taken.
        InProgress = "in_progress",
        /// Every line has its verdict.
        FieldworkDone = "fieldwork_done",
        /// The minutes are signed, or the refusal to sign is recorded.
        MinutesSigned = "minutes_signed",
        /// The report has gone to the ordering authority.
        Reported = "reported",
        /// The conclusion is issued.
        Concluded = "concluded",
        /// Corrective actions are being done.
        FollowUp = "follow_up",
        /// All actions are closed.
        Closed = "closed",
        /// Given up before the visit, with a reason.
        Cancelled = "cancelled",
    }
}

code_enum! {
    /// What moves an inspection.
    pub enum InspectionVerb ("inspection_verb") {
        /// Name the team.
        SetTeam = "set_team",
        /// Tell the unit.
        Notify = "notify",
        /// The unit sends its self-report.
        SubmitSelfReport = "submit_self_report",
        /// The team sends the self-report back with a remark.
        ReturnSelfReport = "return_self_report",
        /// Open the visit; snapshot the checklist.
        Start = "start",
        /// End of field work.
        Finish = "finish",
        /// The minutes are signed.
        SignMinutes = "sign_minutes",
        /// The report is handed in.
        Report = "report",
        /// The ordering authority concludes.
        Conclude = "conclude",
        /// Close the case.
        Close = "close",
        /// Give the visit up.
        Cancel = "cancel",
        /// Move the visit to another date.
        Reschedule = "reschedule",
    }
}

code_enum! {
    /// A person's part in an inspection team.
    pub enum TeamRole ("team_role") {
        /// Trưởng đoàn.
        LeadInspector = "lead_inspector",
        /// Thành viên.
        Inspector = "inspector",
        /// Thư ký đoàn.
        TeamSecretary = "team_secretary",
    }
}

impl InspectionState {
    /// Nothing moves it any more.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Closed | Self::Cancelled)
    }

    /// The report is out: findings are frozen but for the ordering authority.
    #[must_use]
    pub const fn is_reported(self) -> bool {
        matches!(self, Self::Reported | Self::Concluded | Self::FollowUp | Self::Closed)
    }
}

impl InspectionVerb {
    /// Whether the act must say why.
    #[must_use]
    pub const fn needs_reason(self) -> bool {
        matches!(self, Self::ReturnSelfReport | Self::Cancel | Self::Reschedule)
    }
}

impl InspectionKind {
    /// Whether the ordering authority issues a conclusion (internal audits end with the report).
    #[must_use]
    pub const fn has_conclusion(self) -> bool {
        !matches!(self, Self::InternalAudit)
    }
}

/// What is owed of the unit's self-report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SelfReportDuty {
    /// None was asked for; always so in internal audits and surprise visits.
    #[default]
    NotAsked,
    /// Asked for, not in, still in time: the visit waits.
    Awaited,
    /// Asked for, not in, past its date: the visit need not wait.
    Overdue,
    /// It has come in.
    Received,
}

/// What the machine must know of the inspection, counted in the same transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The kind of inspection.
    pub kind: InspectionKind,
    /// Đột xuất: without notice.
    pub surprise: bool,
    /// What is owed of the self-report.
    pub self_report: SelfReportDuty,
    /// The team has a lead.
    pub lead_named: bool,
    /// Members who are not independent on the planned day and have no exception.
    pub team_blocked: u32,
    /// Lines of the snapshot.
    pub lines_total: u32,
    /// Lines without a verdict.
    pub lines_without_verdict: u32,
    /// Lines "not audited" without a reason.
    pub not_audited_without_reason: u32,
    /// Lines with an open conflict between two devices.
    pub lines_in_conflict: u32,
    /// Findings still in draft.
    pub draft_findings: u32,
    /// Nonconform lines with neither a finding nor a reason why there is none.
    pub nonconform_lines_without_finding: u32,
    /// Raised findings the lead has not confirmed.
    pub unconfirmed_findings: u32,
    /// Findings raised and not answered, or disputed and not decided.
    pub unanswered_findings: u32,
    /// Corrective actions not yet closed, those opened by this very act included.
    pub open_actions: u32,
}

impl Facts {
    /// An inspection of this kind about which nothing else is known.
    #[must_use]
    pub const fn new(kind: InspectionKind) -> Self {
        Self {
            kind,
            surprise: false,
            self_report: SelfReportDuty::NotAsked,
            lead_named: false,
            team_blocked: 0,
            lines_total: 0,
            lines_without_verdict: 0,
            not_audited_without_reason: 0,
            lines_in_conflict: 0,
            draft_findings: 0,
            nonconform_lines_without_finding: 0,
            unconfirmed_findings: 0,
            unanswered_findings: 0,
            open_actions: 0,
        }
    }
}

/// What the acting person is to this inspection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct By {
    /// Part in the team.
    pub team_role: Option<TeamRole>,
    /// Người ra quyết định kiểm tra of the inspecting unit.
    pub ordering_authority: bool,
    /// Thư ký ISO of the inspecting unit.
    pub planner: bool,
    /// Người đứng đầu of the inspected unit.
    pub head_of_inspected: bool,
}

impl By {
    /// Trưởng đoàn.
    #[must_use]
    pub fn is_lead(&self) -> bool {
        self.team_role == Some(TeamRole::LeadInspector)
    }

    fn is_lead_or_secretary(&self) -> bool {
        self.is_lead() || self.team_role == Some(TeamRole::TeamSecretary)
    }

    /// Judges over this inspection: the ordering authority, unless it is their own unit or team.
    pub(crate) fn judges(&self) -> Result<(), Refused> {
        require(self.ordering_authority, "ordering_authority_only")?;
        require(!self.head_of_inspected, "own_unit")?;
        require(self.team_role.is_none(), "own_team")
    }
}

/// The state after `verb`.
///
/// # Errors
/// A code of [`crate::rule::WHO`] when it is not this person's act, `wrong_state` when it is not
/// its time, else the code of what is missing.
pub fn advance(state: InspectionState, verb: InspectionVerb, by: &By, facts: &Facts) -> Result<InspectionState, Refused> {
    who(verb, by)?;
    let next = target(state, verb).ok_or_else(|| wrong_state(state, verb))?;
    guard(state, verb, facts)?;
    if verb == InspectionVerb::SetTeam {
        check_team(facts)?;
    }
    Ok(settle(next, facts))
}

/// The verbs that [`advance`] would accept, for the buttons of the page. The team is judged only
/// when it is handed in.
#[must_use]
pub fn available(state: InspectionState, by: &By, facts: &Facts) -> Vec<InspectionVerb> {
    own_verbs(state, by).filter(|verb| guard(state, *verb, facts).is_ok()).collect()
}

/// The verbs that are this person's and in time, but still lack something; with what they lack.
#[must_use]
pub fn blocked(state: InspectionState, by: &By, facts: &Facts) -> Vec<(InspectionVerb, Refused)> {
    own_verbs(state, by).filter_map(|verb| guard(state, verb, facts).err().map(|why| (verb, why))).collect()
}

fn own_verbs(state: InspectionState, by: &By) -> impl Iterator<Item = InspectionVerb> {
    InspectionVerb::ALL.iter().copied().filter(move |verb| target(state, *verb).is_some() && who(*verb, by).is_ok())
}

/// `follow_up` once the last paper is out and actions are open, else unchanged. [`advance`] applies
/// it; use cases that open an action later apply it too.
#[must_use]
pub fn settle(state: InspectionState, facts: &Facts) -> InspectionState {
    let papers_out = match state {
        InspectionState::Reported => !facts.kind.has_conclusion(),
        InspectionState::Concluded => true,
        _ => false,
    };
    if papers_out && facts.open_actions > 0 { InspectionState::FollowUp } else { state }
}

/// The team must have a lead and be independent, member by member, or excepted.
///
/// # Errors
/// `lead_missing`, `team_not_independent`.
pub fn check_team(facts: &Facts) -> Result<(), Refused> {
    require(facts.lead_named, "lead_missing")?;
    require_none(facts.team_blocked, "team_not_independent")
}

/// The unit's signature under the minutes: given, or refused with a recorded reason, which also
/// lets the case move on. Adds `required` on `refusal_reason`.
pub fn check_signature(signed: bool, refusal_reason: Option<&str>, problems: &mut Problems) -> Option<String> {
    let reason = problems.optional_text("refusal_reason", refusal_reason.filter(|_| !signed), 2_000);
    problems.check(!signed && reason.is_none(), "refusal_reason", "required");
    reason
}

/// Whether this person may answer a line now. Two devices' conflict is settled by the lead alone;
/// answers that come late from a device do not settle it and are kept beside.
///
/// # Errors
/// `team_only`, `answers_locked`, `lead_only`.
pub fn may_answer(state: InspectionState, by: &By, settles_conflict: bool) -> Result<(), Refused> {
    require(by.team_role.is_some(), "team_only")?;
    require(state == InspectionState::InProgress, "answers_locked")?;
    require(by.is_lead() || !settles_conflict, "lead_only")
}

/// Whether an answer may still be corrected after the field work: by the lead alone, until the
/// report is out. The correction says why.
///
/// # Errors
/// `answers_locked`, `lead_only`.
pub fn may_correct(state: InspectionState, by: &By) -> Result<(), Refused> {
    let open = matches!(state, InspectionState::FieldworkDone | InspectionState::MinutesSigned);
    require(open, "answers_locked")?;
    require(by.is_lead(), "lead_only")
}

/// A text that stands in the papers of an inspection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text {
    /// Place, legal basis, purpose, period, number of copies.
    Frame,
    /// Strengths, limitations, causes, requests.
    Results,
    /// What the inspected unit says to the results.
    UnitOpinion,
    /// The conclusion.
    Conclusion,
}

/// Whether this person may write that text now. The unit's opinion is its head's word; the team's
/// secretary or lead may take it down for them, which the trail records.
///
/// # Errors
/// A code of [`crate::rule::WHO`], `wrong_state`.
pub fn may_write(state: InspectionState, by: &By, text: Text) -> Result<(), Refused> {
    use InspectionState as S;
    let on_site = matches!(state, S::InProgress | S::FieldworkDone);
    let in_time = match text {
        Text::Frame => !state.is_reported() && state != S::Cancelled,
        Text::Results => on_site || state == S::MinutesSigned,
        Text::UnitOpinion => on_site,
        Text::Conclusion => state == S::Reported,
    };
    match text {
        Text::Frame => require(by.planner || by.ordering_authority || by.is_lead_or_secretary(), "planner_only")?,
        Text::Results => require(by.team_role.is_some(), "team_only")?,
        Text::UnitOpinion => require(by.head_of_inspected || by.is_lead_or_secretary(), "head_only")?,
        Text::Conclusion => by.judges()?,
    }
    if in_time { Ok(()) } else { Err(wrong_state(state, "update")) }
}

/// Whose act an inspection waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// The planner names the team.
    TeamNaming,
    /// The team tells the unit.
    Notice,
    /// The unit sends its self-report.
    SelfReport,
    /// The lead opens the visit.
    Opening,
    /// The team answers the lines.
    Lines,
    /// The minutes are signed.
    Minutes,
    /// The unit answers the findings.
    Answers,
    /// The lead reports.
    Report,
    /// The ordering authority concludes.
    Conclusion,
    /// The unit does its corrective actions.
    Actions,
    /// The planner closes the case.
    Closing,
}

impl Turn {
    /// A stable name.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TeamNaming => "team_naming",
            Self::Notice => "notice",
            Self::SelfReport => "self_report",
            Self::Opening => "opening",
            Self::Lines => "lines",
            Self::Minutes => "minutes",
            Self::Answers => "answers",
            Self::Report => "report",
            Self::Conclusion => "conclusion",
            Self::Actions => "actions",
            Self::Closing => "closing",
        }
    }
}

/// Whose turn it is; `None` when nothing is left to do.
#[must_use]
pub fn turn(state: InspectionState, facts: &Facts) -> Option<Turn> {
    use InspectionState as S;
    let after_report = if facts.open_actions > 0 { Turn::Actions } else { Turn::Closing };
    match state {
        S::Planned => Some(Turn::TeamNaming),
        S::TeamSet if facts.surprise => Some(Turn::Opening),
        S::TeamSet => Some(Turn::Notice),
        S::Notified if facts.self_report == SelfReportDuty::Awaited => Some(Turn::SelfReport),
        S::Notified | S::SelfReport => Some(Turn::Opening),
        S::InProgress => Some(Turn::Lines),
        S::FieldworkDone => Some(Turn::Minutes),
        S::MinutesSigned if facts.unanswered_findings > 0 => Some(Turn::Answers),
        S::MinutesSigned => Some(Turn::Report),
        S::Reported if facts.kind.has_conclusion() => Some(Turn::Conclusion),
        S::Reported | S::Concluded | S::FollowUp => Some(after_report),
        S::Closed | S::Cancelled => None,
    }
}

fn who(verb: InspectionVerb, by: &By) -> Result<(), Refused> {
    use InspectionVerb as V;
    match verb {
        // The secretary names the team, the authority's decision stands behind it; an exception to
        // independence is the authority's alone (`independence::may_except`).
        V::SetTeam => require(by.planner || by.ordering_authority, "planner_only"),
        V::Notify => require(by.is_lead_or_secretary() || by.planner, "team_only"),
        V::SubmitSelfReport => require(by.head_of_inspected, "head_only"),
        V::ReturnSelfReport | V::SignMinutes => require(by.is_lead_or_secretary(), "team_only"),
        V::Start | V::Finish | V::Report => require(by.is_lead(), "lead_only"),
        V::Conclude => by.judges(),
        V::Close => require(by.planner || by.is_lead_or_secretary(), "planner_only"),
        V::Cancel => require(by.planner || by.ordering_authority, "planner_only"),
        V::Reschedule => require(by.planner || by.ordering_authority || by.is_lead(), "planner_only"),
    }
}

fn target(state: InspectionState, verb: InspectionVerb) -> Option<InspectionState> {
    use {InspectionState as S, InspectionVerb as V};
    match (verb, state) {
        (V::SetTeam, S::Planned) | (V::Reschedule, S::Notified | S::SelfReport) => Some(S::TeamSet),
        (V::SetTeam, S::TeamSet | S::Notified | S::SelfReport | S::InProgress) | (V::Reschedule, S::Planned | S::TeamSet) => {
            Some(state)
        }
        (V::Notify, S::TeamSet) | (V::ReturnSelfReport, S::SelfReport) => Some(S::Notified),
        (V::SubmitSelfReport, S::Notified) => Some(S::SelfReport),
        (V::Start, S::TeamSet | S::Notified | S::SelfReport) => Some(S::InProgress),
        (V::Finish, S::InProgress) => Some(S::FieldworkDone),
        (V::SignMinutes, S::FieldworkDone) => Some(S::MinutesSigned),
        (V::Report, S::MinutesSigned) => Some(S::Reported),
        (V::Conclude, S::Reported) => Some(S::Concluded),
        (V::Close, S::Reported | S::Concluded | S::FollowUp) => Some(S::Closed),
        (V::Cancel, S::Planned | S::TeamSet | S::Notified | S::SelfReport) => Some(S::Cancelled),
        _ => None,
    }
}

fn guard(state: InspectionState, verb: InspectionVerb, facts: &Facts) -> Result<(), Refused> {
    use {InspectionState as S, InspectionVerb as V};
    match verb {
        V::Notify => {
            require(!facts.surprise, "surprise_not_notified")?;
            check_team(facts)
        }
        V::SubmitSelfReport => require(self_report_used(facts), "self_report_not_asked"),
        V::Start => {
            require(facts.surprise || state != S::TeamSet, "not_notified")?;
            require(facts.self_report != SelfReportDuty::Awaited || state == S::SelfReport, "self_report_awaited")?;
            check_team(facts)
        }
        V::Finish => guard_finish(facts),
        V::SignMinutes => require_none(facts.unconfirmed_findings, "findings_unconfirmed"),
        V::Report => require_none(facts.unanswered_findings, "findings_unanswered"),
        V::Conclude => require(facts.kind.has_conclusion(), "no_conclusion"),
        V::Close => {
            require(state != S::Reported || !facts.kind.has_conclusion(), "not_concluded")?;
            require_none(facts.unanswered_findings, "findings_unanswered")?;
            require_none(facts.open_actions, "actions_open")
        }
        V::SetTeam | V::ReturnSelfReport | V::Cancel | V::Reschedule => Ok(()),
    }
}

fn guard_finish(facts: &Facts) -> Result<(), Refused> {
    require(facts.lines_total > 0, "no_lines")?;
    require_none(facts.lines_without_verdict, "lines_without_verdict")?;
    require_none(facts.lines_in_conflict, "lines_in_conflict")?;
    require_none(facts.not_audited_without_reason, "not_audited_without_reason")?;
    require_none(facts.draft_findings, "draft_findings")?;
    require_none(facts.nonconform_lines_without_finding, "nonconform_without_finding")
}

fn self_report_used(facts: &Facts) -> bool {
    facts.kind.has_conclusion() && facts.self_report != SelfReportDuty::NotAsked
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::InspectionState as S;
    use super::InspectionVerb as V;
    use super::*;

    const NOBODY: By = By { team_role: None, ordering_authority: false, planner: false, head_of_inspected: false };
    const LEAD: By = By { team_role: Some(TeamRole::LeadInspector), ..NOBODY };
    const MEMBER: By = By { team_role: Some(TeamRole::Inspector), ..NOBODY };
    const SECRETARY: By = By { team_role: Some(TeamRole::TeamSecretary), ..NOBODY };
    const AUTHORITY: By = By { ordering_authority: true, ..NOBODY };
    const PLANNER: By = By { planner: true, ..NOBODY };
    const HEAD: By = By { head_of_inspected: true, ..NOBODY };

    /// Nothing is missing and nothing is open.
    fn ready(kind: InspectionKind) -> Facts {
        let self_report = if kind.has_conclusion() { SelfReportDuty::Received } else { SelfReportDuty::NotAsked };
        Facts { lead_named: true, lines_total: 71, self_report, ..Facts::new(kind) }
    }

    fn cchc() -> Facts {
        ready(InspectionKind::Cchc)
    }

    fn code(result: Result<S, Refused>) -> &'static str {
        result.map_or_else(|refused| refused.code, |_| "ok")
    }

    fn walk(facts: &Facts, path: &[(V, By, S)]) {
        let mut state = S::Planned;
        for (verb, by, expected) in path {
            state = advance(state, *verb, by, facts).unwrap_or_else(|refused| panic!("{verb} from {state}: {refused}"));
            assert_eq!(state, *expected, "{verb}");
        }
    }

    #[test]
    fn a_cchc_inspection_goes_from_plan_to_closing() {
        let facts = cchc();
        walk(
            &facts,
            &[
                (V::SetTeam, AUTHORITY, S::TeamSet),
                (V::Notify, SECRETARY, S::Notified),
                (V::SubmitSelfReport, HEAD, S::SelfReport),
                (V::ReturnSelfReport, SECRETARY, S::Notified),
                (V::SubmitSelfReport, HEAD, S::SelfReport),
                (V::Start, LEAD, S::InProgress),
                (V::Finish, LEAD, S::FieldworkDone),
                (V::SignMinutes, SECRETARY, S::MinutesSigned),
                (V::Report, LEAD, S::Reported),
                (V::Conclude, AUTHORITY, S::Concluded),
                (V::Close, SECRETARY, S::Closed),
            ],
        );
    }

    #[test]
    fn an_internal_audit_needs_no_self_report_and_no_conclusion() {
        walk(
            &ready(InspectionKind::InternalAudit),
            &[
                (V::SetTeam, PLANNER, S::TeamSet),
                (V::Notify, LEAD, S::Notified),
                (V::Start, LEAD, S::InProgress),
                (V::Finish, LEAD, S::FieldworkDone),
                (V::SignMinutes, LEAD, S::MinutesSigned),
                (V::Report, LEAD, S::Reported),
                (V::Close, PLANNER, S::Closed),
            ],
        );
    }

    #[test]
    fn a_surprise_visit_starts_without_notice() {
        let facts = Facts { surprise: true, self_report: SelfReportDuty::NotAsked, ..cchc() };
        walk(&facts, &[(V::SetTeam, AUTHORITY, S::TeamSet), (V::Start, LEAD, S::InProgress)]);
        assert_eq!(code(advance(S::TeamSet, V::Notify, &LEAD, &facts)), "surprise_not_notified");
        assert_eq!(code(advance(S::TeamSet, V::Start, &LEAD, &cchc())), "not_notified");
    }

    #[test]
    fn follow_up_begins_when_the_last_paper_is_out_and_actions_are_open() {
        let audit = Facts { open_actions: 1, ..ready(InspectionKind::InternalAudit) };
        let check = Facts { open_actions: 1, ..cchc() };
        assert_eq!(advance(S::MinutesSigned, V::Report, &LEAD, &audit), Ok(S::FollowUp));
        assert_eq!(advance(S::MinutesSigned, V::Report, &LEAD, &check), Ok(S::Reported));
        assert_eq!(advance(S::Reported, V::Conclude, &AUTHORITY, &check), Ok(S::FollowUp));
        assert_eq!(settle(S::Concluded, &check), S::FollowUp);
        assert_eq!(settle(S::InProgress, &check), S::InProgress);
        assert_eq!(advance(S::FollowUp, V::Close, &PLANNER, &cchc()), Ok(S::Closed));
    }

    type Moves = &'static [(S, S)];

    /// Every transition there is; what is not here is `wrong_state`, tested below.
    const TRANSITIONS: &[(V, By, Moves)] = &[
        (
            V::SetTeam,
            AUTHORITY,
            &[
                (S::Planned, S::TeamSet),
                (S::TeamSet, S::TeamSet),
                (S::Notified, S::Notified),
                (S::SelfReport, S::SelfReport),
                (S::InProgress, S::InProgress),
            ],
        ),
        (V::Notify, LEAD, &[(S::TeamSet, S::Notified)]),
        (V::SubmitSelfReport, HEAD, &[(S::Notified, S::SelfReport)]),
        (V::ReturnSelfReport, LEAD, &[(S::SelfReport, S::Notified)]),
        (V::Start, LEAD, &[(S::Notified, S::InProgress), (S::SelfReport, S::InProgress)]),
        (V::Finish, LEAD, &[(S::InProgress, S::FieldworkDone)]),
        (V::SignMinutes, LEAD, &[(S::FieldworkDone, S::MinutesSigned)]),
        (V::Report, LEAD, &[(S::MinutesSigned, S::Reported)]),
        (V::Conclude, AUTHORITY, &[(S::Reported, S::Concluded)]),
        (V::Close, PLANNER, &[(S::Concluded, S::Closed), (S::FollowUp, S::Closed)]),
        (
            V::Cancel,
            AUTHORITY,
            &[(S::Planned, S::Cancelled), (S::TeamSet, S::Cancelled), (S::Notified, S::Cancelled), (S::SelfReport, S::Cancelled)],
        ),
        (
            V::Reschedule,
            PLANNER,
            &[(S::Planned, S::Planned), (S::TeamSet, S::TeamSet), (S::Notified, S::TeamSet), (S::SelfReport, S::TeamSet)],
        ),
    ];

    #[test]
    fn no_verb_moves_a_state_that_is_not_in_the_table() {
        let mut seen = 0;
        for (verb, by, moves) in TRANSITIONS {
            for state in S::ALL {
                let expected = moves.iter().find(|(from, _)| from == state).map(|(_, to)| *to);
                let found = advance(*state, *verb, by, &cchc());
                match expected {
                    Some(to) => assert_eq!(found, Ok(to), "{verb} from {state}"),
                    None => {
                        assert!(["wrong_state", "not_notified", "not_concluded"].contains(&code(found)), "{verb} from {state}")
                    }
                }
                seen += 1;
            }
        }
        assert_eq!(seen, V::ALL.len() * S::ALL.len(), "every verb is in the table");
    }

    #[test]
    fn each_act_has_its_people() {
        // Columns: lead, member, secretary, ordering authority, planner, head of the unit.
        let people = [LEAD, MEMBER, SECRETARY, AUTHORITY, PLANNER, HEAD];
        let matrix = [
            (V::SetTeam, S::Planned, ". . . x x ."),
            (V::Notify, S::TeamSet, "x . x . x ."),
            (V::SubmitSelfReport, S::Notified, ". . . . . x"),
            (V::ReturnSelfReport, S::SelfReport, "x . x . . ."),
            (V::Start, S::SelfReport, "x . . . . ."),
            (V::Finish, S::InProgress, "x . . . . ."),
            (V::SignMinutes, S::FieldworkDone, "x . x . . ."),
            (V::Report, S::MinutesSigned, "x . . . . ."),
            (V::Conclude, S::Reported, ". . . x . ."),
            (V::Close, S::FollowUp, "x . x . x ."),
            (V::Cancel, S::Notified, ". . . x x ."),
            (V::Reschedule, S::Notified, "x . . x x ."),
        ];
        for (verb, state, row) in matrix {
            let found: Vec<_> = people.iter().map(|by| advance(state, verb, by, &cchc())).collect();
            let drawn: Vec<_> = found.iter().map(|result| if result.is_ok() { "x" } else { "." }).collect();
            assert_eq!(drawn.join(" "), row, "{verb}");
            assert!(found.iter().flat_map(|result| result.as_ref().err()).all(Refused::is_about_who), "{verb}");
            assert!(advance(state, verb, &NOBODY, &cchc()).is_err(), "{verb} by nobody");
        }
    }

    #[test]
    fn the_ordering_authority_never_concludes_over_their_own_unit_or_team() {
        for (by, expected) in [
            (By { head_of_inspected: true, ..AUTHORITY }, "own_unit"),
            (By { team_role: Some(TeamRole::LeadInspector), ..AUTHORITY }, "own_team"),
            (AUTHORITY, "ok"),
        ] {
            assert_eq!(code(advance(S::Reported, V::Conclude, &by, &cchc())), expected);
        }
    }

    #[test]
    fn what_is_missing_is_named_and_counted() {
        use SelfReportDuty::{Awaited, NotAsked, Overdue};
        let with = |change: fn(&mut Facts)| {
            let mut facts = cchc();
            change(&mut facts);
            facts
        };
        let cases = [
            (S::Planned, V::SetTeam, AUTHORITY, with(|f| f.lead_named = false), "lead_missing"),
            (S::Planned, V::SetTeam, AUTHORITY, with(|f| f.team_blocked = 1), "team_not_independent"),
            (S::TeamSet, V::Notify, LEAD, with(|f| f.team_blocked = 1), "team_not_independent"),
            (S::SelfReport, V::Start, LEAD, with(|f| f.team_blocked = 1), "team_not_independent"),
            (S::Notified, V::Start, LEAD, with(|f| f.self_report = Awaited), "self_report_awaited"),
            (S::Notified, V::Start, LEAD, with(|f| f.self_report = Overdue), "ok"),
            (S::SelfReport, V::Start, LEAD, with(|f| f.self_report = Awaited), "ok"),
            (S::Notified, V::SubmitSelfReport, HEAD, with(|f| f.self_report = Overdue), "ok"),
            (S::Notified, V::SubmitSelfReport, HEAD, with(|f| f.self_report = NotAsked), "self_report_not_asked"),
            (S::InProgress, V::Finish, LEAD, with(|f| f.lines_total = 0), "no_lines"),
            (S::InProgress, V::Finish, LEAD, with(|f| f.lines_without_verdict = 3), "lines_without_verdict"),
            (S::InProgress, V::Finish, LEAD, with(|f| f.lines_in_conflict = 1), "lines_in_conflict"),
            (S::InProgress, V::Finish, LEAD, with(|f| f.not_audited_without_reason = 1), "not_audited_without_reason"),
            (S::InProgress, V::Finish, LEAD, with(|f| f.draft_findings = 1), "draft_findings"),
            (S::InProgress, V::Finish, LEAD, with(|f| f.nonconform_lines_without_finding = 2), "nonconform_without_finding"),
            (S::FieldworkDone, V::SignMinutes, LEAD, with(|f| f.unconfirmed_findings = 1), "findings_unconfirmed"),
            (S::FieldworkDone, V::SignMinutes, LEAD, with(|f| f.unanswered_findings = 1), "ok"),
            (S::MinutesSigned, V::Report, LEAD, with(|f| f.unanswered_findings = 1), "findings_unanswered"),
            (S::Reported, V::Conclude, AUTHORITY, ready(InspectionKind::InternalAudit), "no_conclusion"),
            (S::Reported, V::Close, PLANNER, cchc(), "not_concluded"),
            (S::FollowUp, V::Close, PLANNER, with(|f| f.open_actions = 2), "actions_open"),
            (S::FollowUp, V::Close, PLANNER, with(|f| f.unanswered_findings = 1), "findings_unanswered"),
        ];
        for (state, verb, by, facts, expected) in cases {
            assert_eq!(code(advance(state, verb, &by, &facts)), expected, "{verb} from {state}");
        }
        let three = with(|f| f.lines_without_verdict = 3);
        let refused = advance(S::InProgress, V::Finish, &LEAD, &three).unwrap_err();
        assert_eq!(refused.params, [("count", "3".to_owned())]);
    }

    #[test]
    fn a_button_that_is_held_up_says_why() {
        let open = Facts { lines_without_verdict: 3, ..cchc() };
        assert_eq!(available(S::InProgress, &LEAD, &open), []);
        let blocked = blocked(S::InProgress, &LEAD, &open);
        assert_eq!(blocked, [(V::Finish, Refused::new("lines_without_verdict").with("count", 3))]);
        let teamless = Facts { lead_named: false, ..cchc() };
        assert!(available(S::Planned, &AUTHORITY, &teamless).contains(&V::SetTeam), "the form names the team");
    }

    #[test]
    fn a_refused_signature_is_recorded_with_its_reason_and_the_case_goes_on() {
        let cases = [
            (true, None, None, true),
            (true, Some("không dùng đến"), None, true),
            (false, Some(" Chưa thống nhất số liệu "), Some("Chưa thống nhất số liệu"), true),
            (false, Some("  "), None, false),
            (false, None, None, false),
        ];
        for (signed, reason, expected, fine) in cases {
            let mut problems = Problems::new();
            assert_eq!(check_signature(signed, reason, &mut problems).as_deref(), expected);
            assert_eq!(problems.is_empty(), fine, "{signed} {reason:?}");
        }
    }

    #[test]
    fn lines_are_answered_by_the_team_during_the_visit() {
        for (state, by, settles, expected) in [
            (S::InProgress, MEMBER, false, "ok"),
            (S::InProgress, MEMBER, true, "lead_only"),
            (S::InProgress, LEAD, true, "ok"),
            (S::Notified, LEAD, false, "answers_locked"),
            (S::FieldworkDone, LEAD, false, "answers_locked"),
            (S::InProgress, HEAD, false, "team_only"),
        ] {
            assert_eq!(code(may_answer(state, &by, settles).map(|()| state)), expected, "{state}");
        }
    }

    #[test]
    fn cancelling_ends_where_the_visit_begins() {
        for state in S::ALL {
            let early = *state < S::InProgress;
            assert_eq!(advance(*state, V::Cancel, &AUTHORITY, &cchc()).is_ok(), early, "{state}");
        }
    }

    prop_compose! {
        fn some_by()(role in prop::option::of(prop::sample::select(TeamRole::ALL)), flags in prop::array::uniform3(any::<bool>())) -> By {
            By { team_role: role, ordering_authority: flags[0], planner: flags[1], head_of_inspected: flags[2] }
        }
    }

    prop_compose! {
        fn some_facts()(
            kind in prop::sample::select(InspectionKind::ALL), surprise in any::<bool>(), lead_named in any::<bool>(),
            counts in prop::array::uniform9(0_u32..2),
            self_report in prop::sample::select(vec![
                SelfReportDuty::NotAsked, SelfReportDuty::Awaited, SelfReportDuty::Overdue, SelfReportDuty::Received,
            ]),
        ) -> Facts {
            Facts {
                kind, surprise, self_report, lead_named,
                team_blocked: counts[0], lines_total: counts[1], lines_without_verdict: counts[2],
                not_audited_without_reason: counts[3], lines_in_conflict: counts[4], draft_findings: counts[5],
                nonconform_lines_without_finding: counts[6], unconfirmed_findings: counts[7],
                unanswered_findings: counts[8], open_actions: counts[8],
            }
        }
    }

    proptest! {
        #[test]
        fn buttons_are_exactly_what_the_machine_accepts(
            state in prop::sample::select(S::ALL), by in some_by(), facts in some_facts(),
        ) {
            let shown = available(state, &by, &facts);
            for verb in V::ALL.iter().filter(|verb| **verb != V::SetTeam) {
                prop_assert_eq!(shown.contains(verb), advance(state, *verb, &by, &facts).is_ok());
            }
            for (verb, why) in blocked(state, &by, &facts) {
                prop_assert!(!shown.contains(&verb));
                prop_assert_eq!(advance(state, verb, &by, &facts), Err(why));
            }
        }

        #[test]
        fn what_is_over_stays_over(verb in prop::sample::select(V::ALL), by in some_by(), facts in some_facts()) {
            for state in S::ALL.iter().filter(|state| state.is_final()) {
                prop_assert!(advance(*state, verb, &by, &facts).is_err());
            }
        }

        #[test]
        fn no_case_closes_over_open_work(
            state in prop::sample::select(S::ALL), verb in prop::sample::select(V::ALL), by in some_by(), facts in some_facts(),
        ) {
            if advance(state, verb, &by, &facts) == Ok(S::Closed) {
                prop_assert_eq!((facts.open_actions, facts.unanswered_findings), (0, 0));
            }
        }

        #[test]
        fn nobody_can_do_anything(state in prop::sample::select(S::ALL), facts in some_facts()) {
            prop_assert_eq!(available(state, &NOBODY, &facts), vec![]);
            prop_assert_eq!(blocked(state, &NOBODY, &facts), vec![]);
        }
    }

    #[test]
    fn answers_are_corrected_by_the_lead_between_field_work_and_report() {
        for (state, by, expected) in [
            (S::InProgress, LEAD, "answers_locked"),
            (S::FieldworkDone, LEAD, "ok"),
            (S::MinutesSigned, LEAD, "ok"),
            (S::MinutesSigned, MEMBER, "lead_only"),
            (S::Reported, LEAD, "answers_locked"),
        ] {
            assert_eq!(may_correct(state, &by).map_or_else(|refused| refused.code, |()| "ok"), expected, "{state}");
        }
    }

    #[test]
    fn each_text_has_its_writers_and_its_time() {
        for (text, state, by, expected) in [
            (Text::Frame, S::Planned, PLANNER, "ok"),
            (Text::Frame, S::MinutesSigned, SECRETARY, "ok"),
            (Text::Frame, S::Planned, HEAD, "planner_only"),
            (Text::Frame, S::Reported, PLANNER, "wrong_state"),
            (Text::Frame, S::Cancelled, PLANNER, "wrong_state"),
            (Text::Results, S::InProgress, MEMBER, "ok"),
            (Text::Results, S::MinutesSigned, LEAD, "ok"),
            (Text::Results, S::Notified, LEAD, "wrong_state"),
            (Text::Results, S::InProgress, HEAD, "team_only"),
            (Text::UnitOpinion, S::FieldworkDone, HEAD, "ok"),
            (Text::UnitOpinion, S::FieldworkDone, SECRETARY, "ok"),
            (Text::UnitOpinion, S::FieldworkDone, MEMBER, "head_only"),
            (Text::UnitOpinion, S::MinutesSigned, HEAD, "wrong_state"),
            (Text::Conclusion, S::Reported, AUTHORITY, "ok"),
            (Text::Conclusion, S::Reported, LEAD, "ordering_authority_only"),
            (Text::Conclusion, S::Concluded, AUTHORITY, "wrong_state"),
        ] {
            let got = may_write(state, &by, text).map_or_else(|refused| refused.code, |()| "ok");
            assert_eq!(got, expected, "{text:?} {state}");
        }
    }

    #[test]
    fn it_is_always_somebodys_turn_until_the_end() {
        let facts = cchc();
        for (state, facts, expected) in [
            (S::TeamSet, facts.clone(), Some(Turn::Notice)),
            (S::TeamSet, Facts { surprise: true, ..facts.clone() }, Some(Turn::Opening)),
            (S::Notified, Facts { self_report: SelfReportDuty::Awaited, ..facts.clone() }, Some(Turn::SelfReport)),
            (S::Notified, Facts { self_report: SelfReportDuty::Overdue, ..facts.clone() }, Some(Turn::Opening)),
            (S::MinutesSigned, Facts { unanswered_findings: 1, ..facts.clone() }, Some(Turn::Answers)),
            (S::Reported, facts.clone(), Some(Turn::Conclusion)),
            (S::Reported, ready(InspectionKind::InternalAudit), Some(Turn::Closing)),
            (S::FollowUp, Facts { open_actions: 1, ..facts.clone() }, Some(Turn::Actions)),
        ] {
            assert_eq!(turn(state, &facts), expected, "{state}");
        }
        for state in S::ALL {
            assert_eq!(turn(*state, &facts).is_none(), state.is_final(), "{state}");
        }
    }
}
