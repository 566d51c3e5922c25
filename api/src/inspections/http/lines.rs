//! The lines of an inspection: their answers, conflicts, history.

use chrono::{DateTime, Utc};
use domain::checklist::{AnswerType, Value, Verdict};
use domain::draft::{FieldError, Problems};
use domain::finding::{FindingState, Grade};
use domain::id::{AnswerId, FindingId, InspectionId, LineId, PersonId};
use entities::inspection_line;
use poem::web::Data;
use poem_openapi::param::{Header, Path};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

use crate::app::App;
use crate::auth::{Auth, can};
use crate::error::Result;
use crate::http::{One, Version};
use crate::inspections::lines::{self, FindingOnLine, Operation};

/// Operations on the lines of an inspection.
#[derive(Debug)]
pub struct InspectionLinesApi;

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

#[OpenApi]
impl InspectionLinesApi {
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
