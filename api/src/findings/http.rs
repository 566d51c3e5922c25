//! The JSON API of this area: a thin adapter over its use cases.

use chrono::{DateTime, NaiveDate, Utc};
use domain::checklist::InspectionKind;
use domain::corrective_action::CorrectiveActionState;
use domain::document::RevisionState;
use domain::document::content::Content;
use domain::finding::{FindingState, FindingVerb, Grade, Vocabulary};
use domain::id::{
    CorrectiveActionId, DocumentId, EvidenceId, FindingId, InspectionId, LineId, PersonId, ReviewDecisionId, RevisionId,
    SheetLineId, UnitId,
};
use entities::{event, evidence, finding};
use poem::web::Data;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

use super::read::{Detail, Filter, Listed};
use super::{Act, FindingChange, NewFinding, act, draft, edit, read};
use crate::app::App;
use crate::auth::{Auth, Caller, Either, can};
use crate::documents::citing::{self, Cited};
use crate::documents::revisions::numbers_of;
use crate::error::Result;
use crate::http::{Download, One, Page, Slice, Version, link};

/// Operations of this area.
#[derive(Debug)]
pub struct FindingsApi;

/// A finding in a list.
#[derive(Clone, Debug, Object)]
pub struct FindingRow {
    /// Its id.
    pub id: FindingId,
    /// Its human code, `PH-2026-0001`, unique within the unit that inspects.
    pub code: String,
    /// Kind of inspection.
    pub kind: InspectionKind,
    /// How grave it is.
    pub grade: Grade,
    /// Where it stands.
    pub state: FindingState,
    /// The unit concerned.
    pub unit_id: UnitId,
    /// Its name.
    pub unit_name: String,
    /// Its inspection; none when it is about points lost in a published round.
    pub inspection_id: Option<InspectionId>,
    /// The line of the round's sheet on which the points were lost.
    pub sheet_line_id: Option<SheetLineId>,
    /// The decision of a management review it comes from.
    pub review_decision_id: Option<ReviewDecisionId>,
    /// Code of what it comes from: the inspection, the round, or the management review.
    pub source_code: String,
    /// Code of the line.
    pub line_code: Option<String>,
    /// Clause of the standard.
    pub clause: Option<String>,
    /// The gap.
    pub statement: Option<String>,
    /// Last day to answer.
    pub answer_due_on: Option<NaiveDate>,
    /// That day has passed without an answer.
    pub overdue: bool,
    /// The earlier finding it repeats.
    pub repeat_of_id: Option<FindingId>,
    /// When it was raised.
    pub raised_at: Option<DateTime<Utc>>,
    /// For `If-Match`.
    pub version: i64,
}

/// A finding with everything around it.
#[derive(Clone, Debug, Object)]
pub struct FindingRecord {
    /// Its id.
    pub id: FindingId,
    /// Its human code.
    pub code: String,
    /// Kind of inspection.
    pub kind: InspectionKind,
    /// The words its papers speak in.
    pub vocabulary: Vocabulary,
    /// How grave it is.
    pub grade: Grade,
    /// Where it stands.
    pub state: FindingState,
    /// The unit concerned.
    pub unit_id: UnitId,
    /// Its name.
    pub unit_name: String,
    /// The unit that inspects.
    pub owner_unit_id: UnitId,
    /// Its inspection; none when it is about points lost in a published round.
    pub inspection_id: Option<InspectionId>,
    /// The line of the round's sheet on which the points were lost.
    pub sheet_line_id: Option<SheetLineId>,
    /// The decision of a management review it comes from.
    pub review_decision_id: Option<ReviewDecisionId>,
    /// Code of what it comes from: the inspection, the round, or the management review.
    pub source_code: String,
    /// The line it was found on.
    pub line_id: Option<LineId>,
    /// Code of the line.
    pub line_code: Option<String>,
    /// Clause of the standard.
    pub clause: Option<String>,
    /// The edition that clause is of.
    pub clause_edition: Option<String>,
    /// Its number in the newer edition that the unit works by now.
    pub clause_now: Option<String>,
    /// Area of the checklist.
    pub area_code: Option<String>,
    /// The requirement.
    pub criterion: Option<String>,
    /// The gap.
    pub statement: Option<String>,
    /// What the inspector recommends.
    pub recommendation: Option<String>,
    /// Statements the checklist offers for this line.
    pub phrases: Vec<String>,
    /// When it was raised.
    pub raised_at: Option<DateTime<Utc>>,
    /// When the lead confirmed it.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// Last day to answer.
    pub answer_due_on: Option<NaiveDate>,
    /// That day has passed without an answer.
    pub overdue: bool,
    /// When the unit answered.
    pub answered_at: Option<DateTime<Utc>>,
    /// Why the unit disputes it.
    pub dispute_reason: Option<String>,
    /// Why it was kept or taken back.
    pub decision_reason: Option<String>,
    /// Why the unit appeals.
    pub appeal_reason: Option<String>,
    /// Why its grade was changed.
    pub regrade_reason: Option<String>,
    /// The earlier finding it repeats.
    pub repeat_of_id: Option<FindingId>,
    /// Earlier findings of the chain, latest first, as far as the caller may see them.
    pub repeats: Vec<EarlierFinding>,
    /// Its corrective actions.
    pub actions: Vec<ActionRef>,
    /// What proves it: its own files and those of its line.
    pub evidence: Vec<EvidenceRef>,
    /// The revision of the document its line cites that was in force when it was raised.
    pub cited: Option<CitedRevision>,
    /// What the caller may do now.
    pub verbs: Vec<FindingVerb>,
    /// What happened, oldest first.
    pub history: Vec<Happened>,
    /// For `If-Match`.
    pub version: i64,
}

/// The revision of a document that a finding was raised on.
#[derive(Clone, Debug, Object)]
pub struct CitedRevision {
    /// The revision.
    pub id: RevisionId,
    /// Its document.
    pub document_id: DocumentId,
    /// Code of the document.
    pub document_code: Option<String>,
    /// Title of the document.
    pub document_title: String,
    /// Lần ban hành / sửa đổi, as `01/00`.
    pub number: Option<String>,
    /// Where it stands today.
    pub state: RevisionState,
    /// First day in force.
    pub effective_from: Option<NaiveDate>,
    /// Last day in force.
    pub effective_to: Option<NaiveDate>,
}

impl From<Cited> for CitedRevision {
    fn from(cited: Cited) -> Self {
        let Cited { document, revision } = cited;
        Self {
            id: revision.id,
            document_id: document.id,
            document_code: document.code,
            document_title: document.title,
            number: numbers_of(&revision).map(|numbers| numbers.to_string()),
            state: revision.state,
            effective_from: revision.effective_from,
            effective_to: revision.effective_to,
        }
    }
}

/// The text that was in force when a finding was raised.
#[derive(Clone, Debug, Object)]
pub struct CitedText {
    /// The revision.
    pub cited: CitedRevision,
    /// Its written text; empty for an uploaded one.
    pub content: Content,
    /// Its files.
    pub files: Vec<EvidenceRef>,
}

/// An earlier finding.
#[derive(Clone, Debug, Object)]
pub struct EarlierFinding {
    /// Its id.
    pub id: FindingId,
    /// Its code.
    pub code: String,
    /// Where it stands.
    pub state: FindingState,
    /// The gap.
    pub statement: Option<String>,
    /// When it was raised.
    pub raised_at: Option<DateTime<Utc>>,
}

/// A corrective action of a finding.
#[derive(Clone, Debug, Object)]
pub struct ActionRef {
    /// Its id.
    pub id: CorrectiveActionId,
    /// Its code.
    pub code: String,
    /// Where it stands.
    pub state: CorrectiveActionState,
}

/// A piece of evidence.
#[derive(Clone, Debug, Object)]
pub struct EvidenceRef {
    /// Its id: `GET /evidence/{id}` tells more.
    pub id: EvidenceId,
    /// File name as uploaded.
    pub file_name: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
}

impl From<&evidence::Model> for EvidenceRef {
    fn from(row: &evidence::Model) -> Self {
        Self { id: row.id, file_name: row.file_name.clone(), sha256: row.blob_sha256.clone() }
    }
}

/// Something that happened to a record.
#[derive(Clone, Debug, Object)]
pub struct Happened {
    /// When.
    pub at: DateTime<Utc>,
    /// Stable verb, `finding.raised`.
    pub kind: String,
    /// Who; absent for jobs.
    pub person_id: Option<PersonId>,
    /// Their name.
    pub person_name: Option<String>,
    /// The reason given.
    pub reason: Option<String>,
}

impl Happened {
    /// An event, with the names of people.
    pub(crate) fn of(row: &event::Model, people: &std::collections::BTreeMap<PersonId, String>) -> Self {
        let person_name = row.actor_id.and_then(|id| people.get(&id).cloned());
        Self { at: row.at, kind: row.kind.clone(), person_id: row.actor_id, person_name, reason: row.reason.clone() }
    }
}

/// Why.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct Reason {
    /// Why.
    pub reason: String,
}

/// The decision on an appeal.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct AppealDecision {
    /// Whether the finding is kept.
    pub upheld: bool,
    /// Why.
    pub reason: String,
}

/// A changed grade.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct NewGrade {
    /// The new grade.
    pub grade: Grade,
    /// Why.
    pub reason: String,
}

fn listed(one: Listed) -> FindingRow {
    let Listed { row, unit_name, source_code, overdue } = one;
    FindingRow {
        id: row.id,
        code: row.code,
        kind: row.kind,
        grade: row.grade,
        state: row.state,
        unit_id: row.unit_id,
        unit_name,
        inspection_id: row.inspection_id,
        sheet_line_id: row.sheet_line_id,
        review_decision_id: row.review_decision_id,
        source_code,
        line_code: row.line_code,
        clause: row.clause,
        statement: row.statement,
        answer_due_on: row.answer_due_on,
        overdue,
        repeat_of_id: row.repeat_of_id,
        raised_at: row.raised_at,
        version: row.version,
    }
}

fn record(detail: Detail) -> FindingRecord {
    let Detail {
        row, source, line, unit_name, verbs, overdue, evidence, history, repeats, actions, people, cited, clause, ..
    } = detail;
    let earlier = |row: finding::Model| EarlierFinding {
        id: row.id,
        code: row.code,
        state: row.state,
        statement: row.statement,
        raised_at: row.raised_at,
    };
    FindingRecord {
        id: row.id,
        code: row.code,
        kind: row.kind,
        vocabulary: Vocabulary::from(row.kind),
        grade: row.grade,
        state: row.state,
        unit_id: row.unit_id,
        unit_name,
        owner_unit_id: row.owner_unit_id,
        inspection_id: row.inspection_id,
        sheet_line_id: row.sheet_line_id,
        review_decision_id: row.review_decision_id,
        source_code: source.code().to_owned(),
        line_id: row.line_id,
        line_code: row.line_code,
        clause_edition: clause.as_ref().and_then(|cited| cited.edition.clone()),
        clause_now: clause.and_then(|cited| cited.now).and_then(|now| now.clause),
        clause: row.clause,
        area_code: row.area_code,
        criterion: row.criterion,
        statement: row.statement,
        recommendation: row.recommendation,
        phrases: line.map(|line| phrases(&line.phrases)).unwrap_or_default(),
        raised_at: row.raised_at,
        confirmed_at: row.confirmed_at,
        answer_due_on: row.answer_due_on,
        overdue,
        answered_at: row.answered_at,
        dispute_reason: row.dispute_reason,
        decision_reason: row.decision_reason,
        appeal_reason: row.appeal_reason,
        regrade_reason: row.regrade_reason,
        repeat_of_id: row.repeat_of_id,
        repeats: repeats.into_iter().map(earlier).collect(),
        actions: actions.into_iter().map(|row| ActionRef { id: row.id, code: row.code, state: row.state }).collect(),
        evidence: evidence.iter().map(EvidenceRef::from).collect(),
        cited: cited.map(CitedRevision::from),
        verbs,
        history: history.iter().map(|one| Happened::of(one, &people)).collect(),
        version: row.version,
    }
}

/// The statements a line of the checklist offers.
pub(crate) fn phrases(json: &serde_json::Value) -> Vec<String> {
    serde_json::from_value(json.clone()).unwrap_or_default()
}

async fn show(app: &App, caller: &Caller, row: &finding::Model) -> Result<One<FindingRecord>> {
    let detail = read::detail(app.store.read(), caller, row.id).await?;
    Ok(One::found(record(detail), row.version))
}

async fn done(app: &App, caller: &Caller, id: FindingId, seen: Version, verb: Act) -> Result<One<FindingRecord>> {
    let row = act(&app.store, caller, id, seen, verb).await?;
    show(app, caller, &row).await
}

#[OpenApi]
#[expect(clippy::too_many_arguments, reason = "every filter of a list is an argument of its operation")]
impl FindingsApi {
    /// List findings
    ///
    /// Newest first, those the caller may see. `unit_id` includes the units below it.
    #[oai(path = "/findings", method = "get", operation_id = "list_findings")]
    async fn list_findings(
        &self,
        auth: Auth<can::ReadFindings>,
        app: Data<&App>,
        state: Query<Option<FindingState>>,
        unit_id: Query<Option<UnitId>>,
        inspection_id: Query<Option<InspectionId>>,
        kind: Query<Option<InspectionKind>>,
        grade: Query<Option<Grade>>,
        repeat: Query<Option<bool>>,
        overdue: Query<Option<bool>>,
        q: Query<Option<String>>,
        limit: Query<Option<u64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<FindingRow>>> {
        let slice = Slice::new(limit.0, cursor.0.as_deref())?;
        let path = link(
            "/api/v1/findings",
            &[
                ("state", state.0.map(|code| code.to_string())),
                ("unit_id", unit_id.0.map(|id| id.to_string())),
                ("inspection_id", inspection_id.0.map(|id| id.to_string())),
                ("kind", kind.0.map(|code| code.to_string())),
                ("grade", grade.0.map(|code| code.to_string())),
                ("repeat", repeat.0.map(|yes| yes.to_string())),
                ("overdue", overdue.0.map(|yes| yes.to_string())),
                ("q", q.0.clone()),
            ],
        );
        let filter = Filter {
            state: state.0,
            unit_id: unit_id.0,
            inspection_id: inspection_id.0,
            kind: kind.0,
            grade: grade.0,
            repeat: repeat.0,
            overdue: overdue.0.unwrap_or_default(),
            q: q.0,
        };
        let rows = read::list(app.store.read(), &auth, &filter, &slice).await?;
        let key = |one: &Listed| (serde_json::json!(one.row.created_at), one.row.id.0);
        let (items, next) = slice.page(rows, &path, key, listed);
        Ok(Json(Page { items, next }))
    }

    /// Draft a finding
    ///
    /// Prefilled from the line: unit, clause, criterion, the note as statement. Members of the
    /// team, while the visit goes on and until the minutes.
    #[oai(path = "/findings", method = "post", operation_id = "create_finding")]
    async fn create_finding(
        &self,
        auth: Auth<can::RunInspections>,
        app: Data<&App>,
        body: Json<NewFinding>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
    ) -> Result<One<FindingRecord>> {
        let row = draft(&app.store, &auth, body.0).await?;
        let detail = read::detail(app.store.read(), &auth, row.id).await?;
        Ok(One::made(record(detail), row.version))
    }

    /// Read a finding
    #[oai(path = "/findings/:id", method = "get", operation_id = "get_finding")]
    async fn get_finding(
        &self,
        auth: Auth<Either<can::ReadFindings, can::AppraiseScores>>,
        app: Data<&App>,
        id: Path<FindingId>,
    ) -> Result<One<FindingRecord>> {
        let detail = read::detail(app.store.read(), &auth, id.0).await?;
        let version = detail.row.version;
        Ok(One::found(record(detail), version))
    }

    /// Get the text that was in force when a finding was raised
    ///
    /// Of the document its checklist line cites; the same ten years later, whatever is in force then.
    #[oai(path = "/findings/:id/cited-text", method = "get", operation_id = "get_finding_cited_text")]
    async fn get_finding_cited_text(
        &self,
        auth: Auth<Either<can::ReadFindings, can::AppraiseScores>>,
        app: Data<&App>,
        id: Path<FindingId>,
    ) -> Result<Json<CitedText>> {
        let (cited, content, files) = citing::text_of_finding(app.store.read(), &auth, id.0).await?;
        let files = files.iter().map(EvidenceRef::from).collect();
        Ok(Json(CitedText { cited: cited.into(), content, files }))
    }

    /// Get a file of that text
    #[oai(path = "/findings/:id/cited-text/files/:file_id", method = "get", operation_id = "get_finding_cited_file")]
    async fn get_finding_cited_file(
        &self,
        auth: Auth<Either<can::ReadFindings, can::AppraiseScores>>,
        app: Data<&App>,
        id: Path<FindingId>,
        file_id: Path<EvidenceId>,
    ) -> Result<Download> {
        citing::file_of_finding(&app, &auth, id.0, file_id.0).await
    }

    /// Change a draft
    #[oai(path = "/findings/:id", method = "patch", operation_id = "update_finding")]
    async fn update_finding(
        &self,
        auth: Auth<can::RunInspections>,
        app: Data<&App>,
        id: Path<FindingId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<FindingChange>,
    ) -> Result<One<FindingRecord>> {
        let row = edit(&app.store, &auth, id.0, seen.0, body.0).await?;
        show(&app, &auth, &row).await
    }

    /// Raise a finding
    ///
    /// One that asks for action needs criterion, statement and evidence. The lead's own is
    /// confirmed with it. A repeat within twelve months is recognised.
    #[oai(path = "/findings/:id/raise", method = "post", operation_id = "raise_finding")]
    async fn raise_finding(
        &self,
        auth: Auth<can::RunInspections>,
        app: Data<&App>,
        id: Path<FindingId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
    ) -> Result<One<FindingRecord>> {
        done(&app, &auth, id.0, seen.0, Act::Raise).await
    }

    /// Confirm a member's finding (lead); the unit's time to answer begins
    #[oai(path = "/findings/:id/confirm", method = "post", operation_id = "confirm_finding")]
    async fn confirm_finding(
        &self,
        auth: Auth<can::RunInspections>,
        app: Data<&App>,
        id: Path<FindingId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
    ) -> Result<One<FindingRecord>> {
        done(&app, &auth, id.0, seen.0, Act::Confirm).await
    }

    /// Accept a finding (head of the unit)
    ///
    /// When it asks for action, a corrective action is opened with it.
    #[oai(path = "/findings/:id/accept", method = "post", operation_id = "accept_finding")]
    async fn accept_finding(
        &self,
        auth: Auth<can::SignForUnit>,
        app: Data<&App>,
        id: Path<FindingId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
    ) -> Result<One<FindingRecord>> {
        done(&app, &auth, id.0, seen.0, Act::Accept).await
    }

    /// Record silence as acceptance (lead), once the time to answer is over
    #[oai(path = "/findings/:id/deem_accepted", method = "post", operation_id = "deem_finding_accepted")]
    async fn deem_finding_accepted(
        &self,
        auth: Auth<can::RunInspections>,
        app: Data<&App>,
        id: Path<FindingId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
    ) -> Result<One<FindingRecord>> {
        done(&app, &auth, id.0, seen.0, Act::DeemAccepted).await
    }

    /// Dispute a finding (head of the unit)
    #[oai(path = "/findings/:id/dispute", method = "post", operation_id = "dispute_finding")]
    async fn dispute_finding(
        &self,
        auth: Auth<can::SignForUnit>,
        app: Data<&App>,
        id: Path<FindingId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<Reason>,
    ) -> Result<One<FindingRecord>> {
        done(&app, &auth, id.0, seen.0, Act::Dispute(body.0.reason)).await
    }

    /// Keep a disputed finding (lead)
    #[oai(path = "/findings/:id/uphold", method = "post", operation_id = "uphold_finding")]
    async fn uphold_finding(
        &self,
        auth: Auth<can::VerifyActions>,
        app: Data<&App>,
        id: Path<FindingId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<Reason>,
    ) -> Result<One<FindingRecord>> {
        done(&app, &auth, id.0, seen.0, Act::Uphold(body.0.reason)).await
    }

    /// Take a finding back
    ///
    /// A draft: any member. Raised or disputed: the lead, before the report. On appeal: the
    /// ordering authority; its corrective actions are cancelled with it.
    #[oai(path = "/findings/:id/withdraw", method = "post", operation_id = "withdraw_finding")]
    async fn withdraw_finding(
        &self,
        auth: Auth<Either<can::RunInspections, can::OrderInspections>>,
        app: Data<&App>,
        id: Path<FindingId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<Reason>,
    ) -> Result<One<FindingRecord>> {
        done(&app, &auth, id.0, seen.0, Act::Withdraw(body.0.reason)).await
    }

    /// Appeal an upheld finding to the ordering authority (head of the unit)
    #[oai(path = "/findings/:id/appeal", method = "post", operation_id = "appeal_finding")]
    async fn appeal_finding(
        &self,
        auth: Auth<can::SignForUnit>,
        app: Data<&App>,
        id: Path<FindingId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<Reason>,
    ) -> Result<One<FindingRecord>> {
        done(&app, &auth, id.0, seen.0, Act::Appeal(body.0.reason)).await
    }

    /// Decide an appeal (ordering authority, never in the team nor on the unit they head)
    #[oai(path = "/findings/:id/decide_appeal", method = "post", operation_id = "decide_finding_appeal")]
    async fn decide_finding_appeal(
        &self,
        auth: Auth<can::OrderInspections>,
        app: Data<&App>,
        id: Path<FindingId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<AppealDecision>,
    ) -> Result<One<FindingRecord>> {
        let AppealDecision { upheld, reason } = body.0;
        done(&app, &auth, id.0, seen.0, Act::DecideAppeal { upheld, reason }).await
    }

    /// Change the grade: the lead before the report, the ordering authority after it
    #[oai(path = "/findings/:id/regrade", method = "post", operation_id = "regrade_finding")]
    async fn regrade_finding(
        &self,
        auth: Auth<can::VerifyActions>,
        app: Data<&App>,
        id: Path<FindingId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<NewGrade>,
    ) -> Result<One<FindingRecord>> {
        let NewGrade { grade, reason } = body.0;
        done(&app, &auth, id.0, seen.0, Act::Regrade { grade, reason }).await
    }
}
