//! The JSON API of this area: a thin adapter over its use cases.

use chrono::{DateTime, NaiveDate, Utc};
use domain::checklist::{AnswerType, InspectionKind, Value, Verdict};
use domain::draft::{FieldError, Problems};
use domain::finding::{FindingState, Grade};
use domain::id::{AnswerId, ChecklistId, FindingId, InspectionId, LineId, PaperId, PersonId, ProgrammeId, UnitId};
use domain::independence::ConflictKind;
use domain::inspection::{InspectionState, InspectionVerb, TeamRole};
use domain::record::PaperKind;
use entities::{inspection, inspection_line};
use poem::web::Data;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

use super::lines::{self, FindingOnLine, Operation};
use super::plan::{Frame, Plan, TextChange};
use super::team::MemberInput;
use super::verbs::{Act, act};
use super::{Filter, Listed, Member, Record, plan, team};
use crate::app::App;
use crate::auth::{Auth, Caller, Either, can};
use crate::error::Result;
use crate::http::{One, Page, Slice, Version, link};

/// Operations of this area.
#[derive(Debug)]
pub struct InspectionsApi;

/// The inspecting side: who plans, and the team.
type PlansOrRuns = Either<can::PlanInspections, can::RunInspections>;
/// Both sides: texts of the papers are the team's, the planner's, the authority's, and the unit's own opinion.
type WritesTexts = Either<PlansOrRuns, can::SignForUnit>;

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

/// An inspection to be planned.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct NewInspection {
    /// The programme it belongs to.
    pub programme_id: Option<ProgrammeId>,
    /// Kind.
    pub kind: InspectionKind,
    /// The unit that inspects; may be left out by who plans for one unit only.
    pub owner_unit_id: Option<UnitId>,
    /// The unit inspected.
    pub unit_id: UnitId,
    /// A published checklist of the same kind.
    pub checklist_id: ChecklistId,
    /// The day of the visit.
    pub planned_on: NaiveDate,
    /// Without notice.
    #[oai(default)]
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
    /// Where.
    pub place: Option<String>,
}

/// Texts to be changed; what is left out stays, an empty text empties.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct InspectionTexts {
    /// Căn cứ, one a line.
    pub legal_basis: Option<String>,
    /// Number and date of the decision on the team.
    pub team_decision: Option<String>,
    /// Purpose.
    pub purpose: Option<String>,
    /// Where.
    pub place: Option<String>,
    /// First day of the period under check.
    pub period_from: Option<NaiveDate>,
    /// Last day of the period under check.
    pub period_to: Option<NaiveDate>,
    /// Copies of the minutes.
    pub copies: Option<i32>,
    /// Strengths.
    pub strengths: Option<String>,
    /// Limitations.
    pub limitations: Option<String>,
    /// Causes.
    pub causes: Option<String>,
    /// Kiến nghị, yêu cầu.
    pub requests: Option<String>,
    /// What the inspected unit says: by its head, or taken down by lead or team secretary.
    pub unit_opinion: Option<String>,
    /// The conclusion, by the ordering authority.
    pub conclusion: Option<String>,
}

/// The team.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct TeamInput {
    /// Its members, exactly one of them the lead.
    pub members: Vec<TeamMemberInput>,
}

/// A member to be named.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct TeamMemberInput {
    /// The person.
    pub person_id: PersonId,
    /// Their part.
    pub team_role: TeamRole,
    /// Area codes given to them; empty means all.
    #[oai(default)]
    pub areas: Vec<String>,
    /// Why they take part although they are not independent; the ordering authority's word.
    pub exception_reason: Option<String>,
}

/// A reason.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct InspectionReason {
    /// Why.
    pub reason: String,
}

/// The notice.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct Notice {
    /// By when the unit's self-report is asked for; absent when it is not.
    pub self_report_due_on: Option<NaiveDate>,
}

/// The unit's self-report.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct SelfReport {
    /// The report.
    pub text: String,
}

/// The signature under the minutes.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct Signature {
    /// The unit signed.
    pub unit_signed: bool,
    /// Why not.
    pub refusal_reason: Option<String>,
}

/// The conclusion.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct ConclusionInput {
    /// The conclusion; may have been written before.
    pub conclusion: Option<String>,
}

/// Another day.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct Postponement {
    /// The new day.
    pub planned_on: NaiveDate,
    /// Why.
    pub reason: String,
}

/// The lines of an inspection.
#[derive(Debug, Object)]
pub struct Lines {
    /// The lines in order.
    pub items: Vec<Line>,
}

/// A line of an inspection.
#[derive(Debug, Object)]
pub struct Line {
    /// Id.
    pub id: LineId,
    /// Place, from 1.
    pub position: i32,
    /// Code.
    pub code: String,
    /// Code of its group.
    pub area_code: String,
    /// Name of its group.
    pub area_name: String,
    /// Clause of the standard.
    pub clause: Option<String>,
    /// The question.
    pub question: String,
    /// Documents to look at.
    pub documents: Vec<String>,
    /// Type of its value.
    pub answer_type: AnswerType,
    /// What a ratio divides by what.
    pub metric: Option<String>,
    /// Standard texts for a finding.
    pub phrases: Vec<String>,
    /// What was found.
    pub value: Option<LineValue>,
    /// What it means; absent is none yet.
    pub verdict: Option<Verdict>,
    /// The inspector's note.
    pub note: Option<String>,
    /// Why it was not audited, or has no finding.
    pub reason: Option<String>,
    /// Two devices answered over each other; the lead decides.
    pub conflicted: bool,
    /// What is odd about the value; it is kept as declared.
    pub warnings: Vec<LineWarning>,
    /// Who answered last.
    pub answered_by: Option<String>,
    /// When.
    pub answered_at: Option<DateTime<Utc>>,
    /// The same line at the last visit.
    pub previous: Option<PreviousLine>,
    /// Pieces of evidence attached to it.
    pub evidence_count: u64,
    /// The findings on it.
    pub findings: Vec<LineFinding>,
    /// Version: the `base_version` of the next answer.
    pub version: i64,
}

/// A line at the last visit.
#[derive(Debug, Object)]
pub struct PreviousLine {
    /// The visit.
    pub inspection_id: InspectionId,
    /// What was found then.
    pub value: Option<LineValue>,
    /// What it meant.
    pub verdict: Option<Verdict>,
    /// The note then.
    pub note: Option<String>,
    /// What was found then and what became of it.
    pub findings: Vec<LineFinding>,
}

/// A finding on a line.
#[derive(Debug, Object)]
pub struct LineFinding {
    /// Id.
    pub id: FindingId,
    /// Number for people.
    pub code: String,
    /// How grave.
    pub grade: Grade,
    /// Where it stands.
    pub state: FindingState,
}

/// Something odd about a value.
#[derive(Debug, Object)]
pub struct LineWarning {
    /// Stable code.
    pub code: String,
    /// The sentence.
    pub detail: String,
}

/// What was found on a line; which fields it has depends on its `type`.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none)]
pub struct LineValue {
    /// Type.
    #[oai(rename = "type")]
    pub kind: AnswerType,
    /// `yes_no`: true or false; `number`: decimal string; `count`, `amount` (VND): whole number; `text`: text.
    pub value: Option<serde_json::Value>,
    /// `ratio`: the part, as declared.
    pub numerator: Option<i64>,
    /// `ratio`: the whole, as declared.
    pub denominator: Option<i64>,
    /// `sample`: cases in the list.
    pub population: Option<i64>,
    /// `sample`: cases looked at.
    pub drawn: Option<i64>,
    /// `sample`: cases that failed.
    pub failed: Option<i64>,
    /// `sample`: their numbers.
    pub failed_ids: Option<Vec<String>>,
}

/// A batch of answers.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct AnswerBatch {
    /// The answers in the order they were given, 200 at most.
    pub operations: Vec<AnswerOperation>,
}

/// One answer: the whole answer of a line, not a change of it.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct AnswerOperation {
    /// Id given by the client: the same id is the same answer, however often it is sent.
    pub client_id: String,
    /// The line.
    pub line_id: LineId,
    /// Version of the line it was written on.
    pub base_version: i64,
    /// Time of the device.
    pub device_at: Option<DateTime<Utc>>,
    /// What was found.
    pub value: Option<LineValue>,
    /// What it means.
    pub verdict: Option<Verdict>,
    /// The inspector's note.
    pub note: Option<String>,
    /// Why it was not audited, has no finding, or is corrected late.
    pub reason: Option<String>,
}

/// What became of a batch.
#[derive(Debug, Object)]
pub struct AnswerResults {
    /// One for each operation, in order.
    pub results: Vec<AnswerResult>,
}

/// What became of an answer.
#[derive(Debug, Object)]
pub struct AnswerResult {
    /// The client's id.
    pub client_id: String,
    /// The line.
    pub line_id: LineId,
    /// The line's version now.
    pub version: i64,
    /// It met another answer it had not seen: both are kept, the lead decides.
    pub conflict: bool,
    /// It had come before; nothing was done.
    pub repeated: bool,
}

/// The answer the lead chooses.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct Resolution {
    /// The answer, of the line's history.
    pub answer_id: AnswerId,
}

/// Every answer a line ever got.
#[derive(Debug, Object)]
pub struct AnswerHistory {
    /// The answers in order.
    pub items: Vec<AnswerEntry>,
}

/// An answer a line got.
#[derive(Debug, Object)]
pub struct AnswerEntry {
    /// Id.
    pub id: AnswerId,
    /// Place in the order of the server.
    pub seq: i64,
    /// The client's id.
    pub client_id: String,
    /// Version of the line it was written on.
    pub base_version: i64,
    /// Time of the device.
    pub device_at: Option<DateTime<Utc>>,
    /// When it arrived.
    pub at: DateTime<Utc>,
    /// Who gave it.
    pub person_id: PersonId,
    /// Their name.
    pub person: String,
    /// What was found.
    pub value: Option<LineValue>,
    /// What it means.
    pub verdict: Option<Verdict>,
    /// The note.
    pub note: Option<String>,
    /// The reason.
    pub reason: Option<String>,
    /// It met another answer it had not seen.
    pub conflict: bool,
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
    fn new(app: &App, record: Record) -> Self {
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

impl From<FindingOnLine> for LineFinding {
    fn from(finding: FindingOnLine) -> Self {
        let FindingOnLine { id, code, grade, state } = finding;
        Self { id, code, grade, state }
    }
}

impl Line {
    fn new(app: &App, line: lines::Line) -> Self {
        let lines::Line { row, value, warnings, answered_by, previous, evidence_count, findings } = line;
        let warnings = warnings.into_iter().map(|warning| LineWarning {
            detail: crate::web::say(app, &format!("warning.{}", warning.code), &warning.params),
            code: warning.code.to_owned(),
        });
        let inspection_line::Model {
            id,
            inspection_id: _,
            position,
            code,
            area_code,
            area_name,
            clause,
            question,
            evidence,
            answer_type,
            metric,
            phrases,
            value: _,
            verdict,
            note,
            reason,
            conflicted,
            answered_by_id: _,
            answered_at,
            previous_line_id: _,
            version,
        } = row;
        Self {
            id,
            position,
            code,
            area_code,
            area_name,
            clause,
            question,
            documents: crate::checklists::texts(&evidence),
            answer_type,
            metric,
            phrases: crate::checklists::texts(&phrases),
            value: value.map(LineValue::from),
            verdict,
            note,
            reason,
            conflicted,
            warnings: warnings.collect(),
            answered_by,
            answered_at,
            previous: previous.map(PreviousLine::from),
            evidence_count,
            findings: findings.into_iter().map(LineFinding::from).collect(),
            version,
        }
    }
}

impl From<lines::Previous> for PreviousLine {
    fn from(previous: lines::Previous) -> Self {
        let lines::Previous { row, value, findings } = previous;
        Self {
            inspection_id: row.inspection_id,
            value: value.map(LineValue::from),
            verdict: row.verdict,
            note: row.note,
            findings: findings.into_iter().map(LineFinding::from).collect(),
        }
    }
}

impl From<Value> for LineValue {
    fn from(value: Value) -> Self {
        let empty = Self {
            kind: value.answer_type(),
            value: None,
            numerator: None,
            denominator: None,
            population: None,
            drawn: None,
            failed: None,
            failed_ids: None,
        };
        match value {
            Value::YesNo { value } => Self { value: Some(value.into()), ..empty },
            Value::Number { value } | Value::Text { value } => Self { value: Some(value.into()), ..empty },
            Value::Count { value } | Value::Amount { value } => Self { value: Some(value.into()), ..empty },
            Value::Ratio { numerator, denominator } => {
                Self { numerator: Some(numerator), denominator: Some(denominator), ..empty }
            }
            Value::Sample { population, drawn, failed, failed_ids } => Self {
                population: Some(population),
                drawn: Some(drawn),
                failed: Some(failed),
                failed_ids: Some(failed_ids),
                ..empty
            },
        }
    }
}

impl LineValue {
    /// The value of its type, or what is missing.
    fn typed(self) -> Result<Value, Vec<FieldError>> {
        let mut problems = Problems::new();
        let mut need = |field: &str, number: Option<i64>| {
            problems.check(number.is_none(), field, "required");
            number.unwrap_or_default()
        };
        let json = self.value.as_ref();
        let value = match self.kind {
            AnswerType::Ratio => {
                let (numerator, denominator) = (need("numerator", self.numerator), need("denominator", self.denominator));
                Some(Value::Ratio { numerator, denominator })
            }
            AnswerType::Sample => Some(Value::Sample {
                population: need("population", self.population),
                drawn: need("drawn", self.drawn),
                failed: need("failed", self.failed),
                failed_ids: self.failed_ids.unwrap_or_default(),
            }),
            AnswerType::YesNo => json.and_then(serde_json::Value::as_bool).map(|value| Value::YesNo { value }),
            AnswerType::Count => json.and_then(serde_json::Value::as_i64).map(|value| Value::Count { value }),
            AnswerType::Amount => json.and_then(serde_json::Value::as_i64).map(|value| Value::Amount { value }),
            AnswerType::Number => json.and_then(|json| json.as_str()).map(|value| Value::Number { value: value.to_owned() }),
            AnswerType::Text => json.and_then(|json| json.as_str()).map(|value| Value::Text { value: value.to_owned() }),
        };
        if value.is_none() {
            let code = match (json, self.kind) {
                (None, _) => "required",
                (Some(_), AnswerType::YesNo) => "not_yes_no",
                (Some(_), AnswerType::Count | AnswerType::Amount) => "not_integer",
                (Some(_), AnswerType::Number) => "not_number",
                (Some(_), _) => "wrong_type",
            };
            problems.add("value", code);
        }
        problems.finish()?;
        value.ok_or_else(Vec::new)
    }
}

impl From<AnswerOperation> for Operation {
    fn from(operation: AnswerOperation) -> Self {
        let AnswerOperation { client_id, line_id, base_version, device_at, value, verdict, note, reason } = operation;
        let value = value.map(LineValue::typed).transpose();
        Self { client_id, line_id, base_version, device_at, value, verdict, note, reason }
    }
}

impl From<lines::Outcome> for AnswerResult {
    fn from(outcome: lines::Outcome) -> Self {
        let lines::Outcome { client_id, line_id, version, conflict, repeated } = outcome;
        Self { client_id, line_id, version, conflict, repeated }
    }
}

impl From<NewInspection> for Plan {
    fn from(new: NewInspection) -> Self {
        let NewInspection {
            programme_id,
            kind,
            owner_unit_id,
            unit_id,
            checklist_id,
            planned_on,
            surprise,
            legal_basis,
            team_decision,
            purpose,
            period_from,
            period_to,
            place,
        } = new;
        let frame = Frame { legal_basis, team_decision, purpose, period_from, period_to, place };
        Self { programme_id, kind, owner_unit_id, unit_id, checklist_id, planned_on, surprise, frame }
    }
}

impl From<InspectionTexts> for TextChange {
    fn from(texts: InspectionTexts) -> Self {
        let InspectionTexts {
            legal_basis,
            team_decision,
            purpose,
            place,
            period_from,
            period_to,
            copies,
            strengths,
            limitations,
            causes,
            requests,
            unit_opinion,
            conclusion,
        } = texts;
        Self {
            legal_basis,
            team_decision,
            purpose,
            place,
            period_from,
            period_to,
            copies,
            strengths,
            limitations,
            causes,
            requests,
            unit_opinion,
            conclusion,
        }
    }
}

impl From<TeamMemberInput> for MemberInput {
    fn from(member: TeamMemberInput) -> Self {
        let TeamMemberInput { person_id, team_role, areas, exception_reason } = member;
        Self { person_id, team_role, areas, exception_reason }
    }
}

/// The record after a change, as the caller sees it.
async fn shown(app: &App, caller: &Caller, row: &inspection::Model) -> Result<One<Inspection>> {
    let record = super::get(app.store.read(), caller, row.id).await?;
    let version = record.row.version;
    Ok(One::found(Inspection::new(app, record), version))
}

async fn moved(app: &App, caller: &Caller, id: InspectionId, seen: Version, what: Act) -> Result<One<Inspection>> {
    let row = act(&app.store, caller, id, seen, what).await?;
    shown(app, caller, &row).await
}

#[OpenApi]
impl InspectionsApi {
    /// List inspections
    ///
    /// Those the caller sees, the latest day first.
    #[oai(path = "/inspections", method = "get", operation_id = "list_inspections")]
    #[expect(clippy::too_many_arguments, reason = "query parameters")]
    async fn list_inspections(
        &self,
        auth: Auth<can::ReadInspections>,
        app: Data<&App>,
        state: Query<Option<InspectionState>>,
        kind: Query<Option<InspectionKind>>,
        unit_id: Query<Option<UnitId>>,
        year: Query<Option<i32>>,
        mine: Query<Option<bool>>,
        q: Query<Option<String>>,
        limit: Query<Option<u64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<InspectionRow>>> {
        let slice = Slice::new(limit.0, cursor.0.as_deref())?;
        let filter =
            Filter { state: state.0, kind: kind.0, unit_id: unit_id.0, year: year.0, mine: mine.0.unwrap_or(false), q: q.0 };
        let path = link(
            "/api/v1/inspections",
            &[
                ("state", filter.state.map(|state| state.to_string())),
                ("kind", filter.kind.map(|kind| kind.to_string())),
                ("unit_id", filter.unit_id.map(|unit| unit.to_string())),
                ("year", filter.year.map(|year| year.to_string())),
                ("mine", filter.mine.then(|| "true".to_owned())),
                ("q", filter.q.clone()),
            ],
        );
        let rows = super::list(app.store.read(), &auth, &filter, &slice).await?;
        let key = |listed: &Listed| (listed.row.planned_on.to_string().into(), listed.row.id.0);
        let (items, next) = slice.page(rows, &path, key, InspectionRow::from);
        Ok(Json(Page { items, next }))
    }

    /// Plan an inspection
    ///
    /// Gets its number (`KT-2026-001`, internal audits `DG-2026-001`) and remembers the last visit.
    #[oai(path = "/inspections", method = "post", operation_id = "create_inspection")]
    async fn create_inspection(
        &self,
        auth: Auth<can::PlanInspections>,
        app: Data<&App>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
        body: Json<NewInspection>,
    ) -> Result<One<Inspection>> {
        let row = plan::plan(&app.store, &auth, body.0.into()).await?;
        let record = super::get(app.store.read(), &auth, row.id).await?;
        let version = record.row.version;
        Ok(One::made(Inspection::new(&app, record), version))
    }

    /// Get an inspection
    #[oai(path = "/inspections/:id", method = "get", operation_id = "get_inspection")]
    async fn get_inspection(
        &self,
        auth: Auth<can::ReadInspections>,
        app: Data<&App>,
        id: Path<InspectionId>,
    ) -> Result<One<Inspection>> {
        let record = super::get(app.store.read(), &auth, id.0).await?;
        let version = record.row.version;
        Ok(One::found(Inspection::new(&app, record), version))
    }

    /// Write texts of the papers
    ///
    /// Each text has its writers and its time; the others stay.
    #[oai(path = "/inspections/:id", method = "patch", operation_id = "update_inspection")]
    async fn update_inspection(
        &self,
        auth: Auth<WritesTexts>,
        app: Data<&App>,
        id: Path<InspectionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<InspectionTexts>,
    ) -> Result<One<Inspection>> {
        let row = plan::write_texts(&app.store, &auth, id.0, seen.0, body.0.into()).await?;
        shown(&app, &auth, &row).await
    }

    /// Name the team
    ///
    /// Exactly one lead. Who is not independent of the unit needs an exception by the ordering authority.
    #[oai(path = "/inspections/:id/set_team", method = "post", operation_id = "set_inspection_team")]
    async fn set_inspection_team(
        &self,
        auth: Auth<can::PlanInspections>,
        app: Data<&App>,
        id: Path<InspectionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<TeamInput>,
    ) -> Result<One<Inspection>> {
        let members = body.0.members.into_iter().map(MemberInput::from).collect();
        let row = team::set_team(&app.store, &auth, id.0, seen.0, members).await?;
        shown(&app, &auth, &row).await
    }

    /// Except a member from independence
    ///
    /// The ordering authority's act, with the reason, for this inspection only.
    #[oai(path = "/inspections/:id/members/:person_id/exception", method = "post", operation_id = "except_inspection_member")]
    async fn except_inspection_member(
        &self,
        auth: Auth<can::OrderInspections>,
        app: Data<&App>,
        id: Path<InspectionId>,
        person_id: Path<PersonId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<InspectionReason>,
    ) -> Result<One<Inspection>> {
        let row = team::except(&app.store, &auth, id.0, seen.0, person_id.0, body.0.reason).await?;
        shown(&app, &auth, &row).await
    }

    /// Tell the unit
    #[oai(path = "/inspections/:id/notify", method = "post", operation_id = "notify_inspection")]
    async fn notify_inspection(
        &self,
        auth: Auth<PlansOrRuns>,
        app: Data<&App>,
        id: Path<InspectionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<Notice>,
    ) -> Result<One<Inspection>> {
        moved(&app, &auth, id.0, seen.0, Act::Notify { self_report_due_on: body.0.self_report_due_on }).await
    }

    /// Send the self-report
    ///
    /// The head of the inspected unit.
    #[oai(path = "/inspections/:id/submit_self_report", method = "post", operation_id = "submit_inspection_self_report")]
    async fn submit_inspection_self_report(
        &self,
        auth: Auth<can::SignForUnit>,
        app: Data<&App>,
        id: Path<InspectionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<SelfReport>,
    ) -> Result<One<Inspection>> {
        moved(&app, &auth, id.0, seen.0, Act::SubmitSelfReport { text: body.0.text }).await
    }

    /// Send the self-report back
    #[oai(path = "/inspections/:id/return_self_report", method = "post", operation_id = "return_inspection_self_report")]
    async fn return_inspection_self_report(
        &self,
        auth: Auth<can::RunInspections>,
        app: Data<&App>,
        id: Path<InspectionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<InspectionReason>,
    ) -> Result<One<Inspection>> {
        moved(&app, &auth, id.0, seen.0, Act::ReturnSelfReport { reason: body.0.reason }).await
    }

    /// Open the visit
    ///
    /// Takes the inspection's own copy of its checklist.
    #[oai(path = "/inspections/:id/start", method = "post", operation_id = "start_inspection")]
    async fn start_inspection(
        &self,
        auth: Auth<can::RunInspections>,
        app: Data<&App>,
        id: Path<InspectionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
    ) -> Result<One<Inspection>> {
        moved(&app, &auth, id.0, seen.0, Act::Start).await
    }

    /// End the field work
    #[oai(path = "/inspections/:id/finish", method = "post", operation_id = "finish_inspection")]
    async fn finish_inspection(
        &self,
        auth: Auth<can::RunInspections>,
        app: Data<&App>,
        id: Path<InspectionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
    ) -> Result<One<Inspection>> {
        moved(&app, &auth, id.0, seen.0, Act::Finish).await
    }

    /// Sign the minutes
    ///
    /// A unit that refuses is recorded with its reason.
    #[oai(path = "/inspections/:id/sign_minutes", method = "post", operation_id = "sign_inspection_minutes")]
    async fn sign_inspection_minutes(
        &self,
        auth: Auth<can::RunInspections>,
        app: Data<&App>,
        id: Path<InspectionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<Signature>,
    ) -> Result<One<Inspection>> {
        let Signature { unit_signed, refusal_reason } = body.0;
        moved(&app, &auth, id.0, seen.0, Act::SignMinutes { unit_signed, refusal_reason }).await
    }

    /// Hand in the report
    #[oai(path = "/inspections/:id/report", method = "post", operation_id = "report_inspection")]
    async fn report_inspection(
        &self,
        auth: Auth<can::RunInspections>,
        app: Data<&App>,
        id: Path<InspectionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
    ) -> Result<One<Inspection>> {
        moved(&app, &auth, id.0, seen.0, Act::Report).await
    }

    /// Conclude
    ///
    /// The ordering authority, who is neither in the team nor the head of the unit.
    #[oai(path = "/inspections/:id/conclude", method = "post", operation_id = "conclude_inspection")]
    async fn conclude_inspection(
        &self,
        auth: Auth<can::OrderInspections>,
        app: Data<&App>,
        id: Path<InspectionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<ConclusionInput>,
    ) -> Result<One<Inspection>> {
        moved(&app, &auth, id.0, seen.0, Act::Conclude { conclusion: body.0.conclusion }).await
    }

    /// Close the case
    #[oai(path = "/inspections/:id/close", method = "post", operation_id = "close_inspection")]
    async fn close_inspection(
        &self,
        auth: Auth<PlansOrRuns>,
        app: Data<&App>,
        id: Path<InspectionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
    ) -> Result<One<Inspection>> {
        moved(&app, &auth, id.0, seen.0, Act::Close).await
    }

    /// Give the visit up
    #[oai(path = "/inspections/:id/cancel", method = "post", operation_id = "cancel_inspection")]
    async fn cancel_inspection(
        &self,
        auth: Auth<can::PlanInspections>,
        app: Data<&App>,
        id: Path<InspectionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<InspectionReason>,
    ) -> Result<One<Inspection>> {
        moved(&app, &auth, id.0, seen.0, Act::Cancel { reason: body.0.reason }).await
    }

    /// Move the visit to another day
    ///
    /// A unit that was told must be told again.
    #[oai(path = "/inspections/:id/reschedule", method = "post", operation_id = "reschedule_inspection")]
    async fn reschedule_inspection(
        &self,
        auth: Auth<PlansOrRuns>,
        app: Data<&App>,
        id: Path<InspectionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<Postponement>,
    ) -> Result<One<Inspection>> {
        let Postponement { planned_on, reason } = body.0;
        moved(&app, &auth, id.0, seen.0, Act::Reschedule { planned_on, reason }).await
    }

    /// Get the lines
    ///
    /// With the present answers and, beside them, the last visit's and what became of its findings.
    /// The inspected unit reads the answers once the field work is done.
    #[oai(path = "/inspections/:id/lines", method = "get", operation_id = "list_inspection_lines")]
    async fn list_inspection_lines(
        &self,
        auth: Auth<can::ReadInspections>,
        app: Data<&App>,
        id: Path<InspectionId>,
    ) -> Result<Json<Lines>> {
        let (_, rows) = lines::list(app.store.read(), &auth, id.0).await?;
        Ok(Json(Lines { items: rows.into_iter().map(|line| Line::new(&app, line)).collect() }))
    }

    /// Answer lines
    ///
    /// All operations or, when one is wrong, none. An operation sent again has no second effect.
    #[oai(path = "/inspections/:id/lines", method = "put", operation_id = "put_inspection_lines")]
    async fn put_inspection_lines(
        &self,
        auth: Auth<can::RunInspections>,
        app: Data<&App>,
        id: Path<InspectionId>,
        body: Json<AnswerBatch>,
    ) -> Result<Json<AnswerResults>> {
        let operations = body.0.operations.into_iter().map(Operation::from).collect();
        let outcomes = lines::answer(&app.store, &auth, id.0, operations).await?;
        Ok(Json(AnswerResults { results: outcomes.into_iter().map(AnswerResult::from).collect() }))
    }

    /// Settle a conflict of two devices
    ///
    /// The lead chooses one of the answers of the line's history.
    #[oai(path = "/inspections/:id/lines/:line_id/resolve", method = "post", operation_id = "resolve_inspection_line")]
    async fn resolve_inspection_line(
        &self,
        auth: Auth<can::RunInspections>,
        app: Data<&App>,
        id: Path<InspectionId>,
        line_id: Path<LineId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<Resolution>,
    ) -> Result<One<AnswerResult>> {
        let outcome = lines::resolve(&app.store, &auth, id.0, line_id.0, seen.0, body.0.answer_id).await?;
        let version = outcome.version;
        Ok(One::found(outcome.into(), version))
    }

    /// Every answer a line ever got
    #[oai(path = "/inspections/:id/lines/:line_id/answers", method = "get", operation_id = "list_inspection_line_answers")]
    async fn list_inspection_line_answers(
        &self,
        auth: Auth<can::ReadInspections>,
        app: Data<&App>,
        id: Path<InspectionId>,
        line_id: Path<LineId>,
    ) -> Result<Json<AnswerHistory>> {
        let rows = lines::history(app.store.read(), &auth, id.0, line_id.0).await?;
        let items = rows.into_iter().map(|(row, person)| AnswerEntry {
            id: row.id,
            seq: row.seq,
            client_id: row.client_id,
            base_version: row.base_version,
            device_at: row.device_at,
            at: row.at,
            person_id: row.person_id,
            person,
            value: row.value.and_then(|json| serde_json::from_value::<Value>(json).ok()).map(LineValue::from),
            verdict: row.verdict,
            note: row.note,
            reason: row.reason,
            conflict: row.conflict,
        });
        Ok(Json(AnswerHistory { items: items.collect() }))
    }
}
