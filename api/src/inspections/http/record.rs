//! An inspection as the API shows it.

use chrono::{DateTime, NaiveDate, Utc};
use domain::checklist::{InspectionKind, Verdict};
use domain::id::{ChecklistId, InspectionId, PaperId, PersonId, ProgrammeId, UnitId};
use domain::independence::ConflictKind;
use domain::inspection::{InspectionState, InspectionVerb, TeamRole};
use domain::record::PaperKind;
use poem_openapi::Object;

use crate::app::App;
use crate::inspections::{Listed, Member, Record, team};

/// An inspection as lists show it.
#[derive(Debug, Object)]
pub struct InspectionRow {
    /// Id.
    pub id: InspectionId,
    /// Number for people.
    pub code: String,
    /// Kind.
    pub kind: InspectionKind,
    /// The unit inspected.
    pub unit_id: UnitId,
    /// Its name.
    pub unit_name: String,
    /// The unit that inspects.
    pub owner_unit_id: UnitId,
    /// Its name.
    pub owner_unit_name: String,
    /// Where it stands.
    pub state: InspectionState,
    /// Without notice.
    pub surprise: bool,
    /// The day of the visit.
    pub planned_on: NaiveDate,
    /// Lines of the checklist snapshot; 0 before the visit.
    pub lines: u64,
    /// Lines with a verdict.
    pub answered: u64,
    /// Version for `If-Match`.
    pub version: i64,
}

/// An inspection.
#[derive(Debug, Object)]
pub struct Inspection {
    /// Id.
    pub id: InspectionId,
    /// Number for people, unique for the inspecting unit.
    pub code: String,
    /// The programme it belongs to.
    pub programme_id: Option<ProgrammeId>,
    /// Kind.
    pub kind: InspectionKind,
    /// The unit inspected.
    pub unit_id: UnitId,
    /// Its name.
    pub unit_name: String,
    /// The unit that inspects.
    pub owner_unit_id: UnitId,
    /// Its name.
    pub owner_unit_name: String,
    /// The version of the checklist it asks by.
    pub checklist_id: ChecklistId,
    /// Where it stands.
    pub state: InspectionState,
    /// Whose act it waits for: `team_naming`, `notice`, `self_report`, `opening`, `lines`, `minutes`,
    /// `answers`, `report`, `conclusion`, `actions`, `closing`; absent at the end.
    pub turn: Option<String>,
    /// Without notice.
    pub surprise: bool,
    /// Căn cứ, one a line.
    pub legal_basis: Option<String>,
    /// Number and date of the decision on the team.
    pub team_decision: Option<String>,
    /// Purpose.
    pub purpose: Option<String>,
    /// First day of the period under check.
    pub period_from: Option<NaiveDate>,
    /// Last day of the period under check.
    pub period_to: Option<NaiveDate>,
    /// The day of the visit.
    pub planned_on: NaiveDate,
    /// Where.
    pub place: Option<String>,
    /// When the unit was told.
    pub notified_at: Option<DateTime<Utc>>,
    /// By when the unit's self-report was asked for.
    pub self_report_due_on: Option<NaiveDate>,
    /// The unit's self-report.
    pub self_report: Option<String>,
    /// When the visit began.
    pub started_at: Option<DateTime<Utc>>,
    /// When the field work ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// When the report was handed in.
    pub reported_at: Option<DateTime<Utc>>,
    /// When the conclusion was issued.
    pub concluded_at: Option<DateTime<Utc>>,
    /// Strengths.
    pub strengths: Option<String>,
    /// Limitations.
    pub limitations: Option<String>,
    /// Causes.
    pub causes: Option<String>,
    /// Kiến nghị, yêu cầu.
    pub requests: Option<String>,
    /// What the inspected unit says.
    pub unit_opinion: Option<String>,
    /// Why the unit refused to sign.
    pub refusal_reason: Option<String>,
    /// The conclusion.
    pub conclusion: Option<String>,
    /// Copies of the minutes.
    pub copies: i32,
    /// Why it was given up.
    pub cancel_reason: Option<String>,
    /// The last visit of the same unit and kind.
    pub previous_id: Option<InspectionId>,
    /// The team, the lead first.
    pub team: Vec<TeamMember>,
    /// Lines by verdict.
    pub verdicts: Vec<VerdictCount>,
    /// Findings the caller may see.
    pub findings: u64,
    /// Its papers.
    pub papers: Vec<Paper>,
    /// What the caller may do now.
    pub available: Vec<InspectionVerb>,
    /// What would be the caller's to do, with the rule that stands against it.
    pub blocked: Vec<BlockedVerb>,
    /// Version for `If-Match`.
    pub version: i64,
    /// When it was planned.
    pub created_at: DateTime<Utc>,
}

/// A member of a team.
#[derive(Debug, Object)]
pub struct TeamMember {
    /// The person.
    pub person_id: PersonId,
    /// Full name.
    pub name: String,
    /// Their part.
    pub team_role: TeamRole,
    /// Area codes given to them; empty means all.
    pub areas: Vec<String>,
    /// Why they are not independent.
    pub conflict: Option<MemberConflict>,
    /// Why they take part all the same.
    pub exception_reason: Option<String>,
    /// Who allowed it.
    pub exception_by_id: Option<PersonId>,
    /// Name of who allowed it.
    pub exception_by: Option<String>,
    /// When.
    pub exception_at: Option<DateTime<Utc>>,
}

/// Why a member is not independent.
#[derive(Debug, Object)]
pub struct MemberConflict {
    /// Why.
    pub kind: ConflictKind,
    /// The unit of the membership that matters.
    pub unit_id: UnitId,
    /// When the person left it.
    pub left_on: Option<NaiveDate>,
    /// First day on which the person is free.
    pub free_on: Option<NaiveDate>,
}

/// How many lines have a verdict.
#[derive(Debug, Object)]
pub struct VerdictCount {
    /// The verdict; absent for none yet.
    pub verdict: Option<Verdict>,
    /// Lines.
    pub lines: u64,
}

/// A paper of an inspection.
#[derive(Debug, Object)]
pub struct Paper {
    /// Id.
    pub id: PaperId,
    /// Which.
    pub kind: PaperKind,
    /// Official number.
    pub number: Option<i32>,
    /// What follows the number.
    pub symbol: Option<String>,
    /// Date of issue.
    pub issued_on: Option<NaiveDate>,
    /// When it was signed.
    pub signed_at: Option<DateTime<Utc>>,
}

/// A verb that lacks something.
#[derive(Debug, Object)]
pub struct BlockedVerb {
    /// The verb.
    pub verb: InspectionVerb,
    /// The rule that stands against it.
    pub code: String,
    /// The rule as a sentence.
    pub detail: String,
}

impl From<Listed> for InspectionRow {
    fn from(listed: Listed) -> Self {
        let Listed { row, unit_name, owner_name, lines, answered } = listed;
        Self {
            id: row.id,
            code: row.code,
            kind: row.kind,
            unit_id: row.unit_id,
            unit_name,
            owner_unit_id: row.owner_unit_id,
            owner_unit_name: owner_name,
            state: row.state,
            surprise: row.surprise,
            planned_on: row.planned_on,
            lines,
            answered,
            version: row.version,
        }
    }
}

impl Inspection {
    /// The record as this caller sees it.
    pub(super) fn new(app: &App, record: Record) -> Self {
        let available = record.available();
        let turn = record.turn().map(|turn| turn.code().to_owned());
        let blocked = record.blocked().into_iter().map(|(verb, refused)| BlockedVerb {
            verb,
            detail: crate::web::say(app, &format!("rule.{}", refused.code), &refused.params),
            code: refused.code.to_owned(),
        });
        let blocked = blocked.collect();
        let Record { row, unit_name, owner_name, team, verdicts, findings, papers, .. } = record;
        Self {
            id: row.id,
            code: row.code,
            programme_id: row.programme_id,
            kind: row.kind,
            unit_id: row.unit_id,
            unit_name,
            owner_unit_id: row.owner_unit_id,
            owner_unit_name: owner_name,
            checklist_id: row.checklist_id,
            state: row.state,
            turn,
            surprise: row.surprise,
            legal_basis: row.legal_basis,
            team_decision: row.team_decision,
            purpose: row.purpose,
            period_from: row.period_from,
            period_to: row.period_to,
            planned_on: row.planned_on,
            place: row.place,
            notified_at: row.notified_at,
            self_report_due_on: row.self_report_due_on,
            self_report: row.self_report,
            started_at: row.started_at,
            finished_at: row.finished_at,
            reported_at: row.reported_at,
            concluded_at: row.concluded_at,
            strengths: row.strengths,
            limitations: row.limitations,
            causes: row.causes,
            requests: row.requests,
            unit_opinion: row.unit_opinion,
            refusal_reason: row.refusal_reason,
            conclusion: row.conclusion,
            copies: row.copies,
            cancel_reason: row.cancel_reason,
            previous_id: row.previous_id,
            team: team.into_iter().map(TeamMember::from).collect(),
            verdicts: verdicts.into_iter().map(|(verdict, lines)| VerdictCount { verdict, lines }).collect(),
            findings,
            papers: papers.into_iter().map(Paper::from).collect(),
            available,
            blocked,
            version: row.version,
            created_at: row.created_at,
        }
    }
}

impl From<entities::paper::Model> for Paper {
    fn from(row: entities::paper::Model) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            number: row.number,
            symbol: row.symbol,
            issued_on: row.issued_on,
            signed_at: row.signed_at,
        }
    }
}

impl From<Member> for TeamMember {
    fn from(member: Member) -> Self {
        let Member { row, name, conflict, exception_by } = member;
        Self {
            person_id: row.person_id,
            name,
            team_role: row.team_role,
            areas: team::areas_of(&row),
            conflict: conflict.map(|conflict| MemberConflict {
                kind: conflict.kind,
                unit_id: conflict.unit,
                left_on: conflict.left_on,
                free_on: conflict.free_on,
            }),
            exception_reason: row.exception_reason,
            exception_by_id: row.exception_by_id,
            exception_by,
            exception_at: row.exception_at,
        }
    }
}
