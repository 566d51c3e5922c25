//! The JSON API of this area: a thin adapter over its use cases.

use chrono::{DateTime, Utc};
use domain::checklist::{AnswerType, InspectionKind};
use domain::id::{ChecklistId, ChecklistLineId, DocumentId, DocumentLinkId};
use domain::record::ChecklistState;
use entities::{checklist, checklist_line};
use poem::web::Data;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

use super::{Filter, Head, LineInput, texts};
use crate::app::App;
use crate::auth::{Auth, can};
use crate::documents::citing::{OnLine, on_lines};
use crate::documents::revisions::numbers_of;
use crate::error::Result;
use crate::http::{One, Page, Slice, Version, link};

/// Operations of this area.
#[derive(Debug)]
pub struct ChecklistsApi;

/// A version of a checklist.
#[derive(Debug, Object)]
pub struct Checklist {
    /// Id of this version.
    pub id: ChecklistId,
    /// Code shared by all versions.
    pub code: String,
    /// What kind of visit it serves.
    pub kind: InspectionKind,
    /// Title.
    pub title: String,
    /// Edition of the standard.
    pub edition: Option<String>,
    /// What a reader must know about it.
    pub note: Option<String>,
    /// Where it comes from.
    pub source: Option<String>,
    /// Number of this version, from 1.
    pub version_no: i32,
    /// A published version never changes.
    pub state: ChecklistState,
    /// Version for `If-Match`.
    pub version: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Its lines; only when one is asked for.
    #[oai(skip_serializing_if_is_none)]
    pub lines: Option<Vec<ChecklistLine>>,
}

/// A line of a checklist.
#[derive(Debug, Object)]
pub struct ChecklistLine {
    /// Id.
    pub id: ChecklistLineId,
    /// Code, unique in the checklist.
    pub code: String,
    /// Code of its group.
    pub area_code: String,
    /// Name of its group.
    pub area_name: String,
    /// Clause of the standard.
    pub clause: Option<String>,
    /// The question.
    pub question: String,
    /// The question in English.
    pub question_en: Option<String>,
    /// Documents to look at.
    pub evidence: Vec<String>,
    /// Type of its value.
    pub answer_type: AnswerType,
    /// What a ratio divides by what.
    pub metric: Option<String>,
    /// Standard texts for a finding.
    pub phrases: Vec<String>,
    /// Where it comes from.
    pub source: Option<String>,
    /// A document it cites was revised or withdrawn since: the line must be looked at.
    pub needs_review: bool,
    /// Controlled documents it cites, as far as the caller sees them.
    pub documents: Vec<CitedDocument>,
}

/// A controlled document that a checklist line cites.
#[derive(Debug, Object)]
pub struct CitedDocument {
    /// The link; confirmed with `POST /document-links/{id}/confirm`.
    pub link_id: DocumentLinkId,
    /// The document.
    pub document_id: DocumentId,
    /// Its code.
    pub code: Option<String>,
    /// Its title.
    pub title: String,
    /// Number of the revision in force, as `01/00`.
    pub number: Option<String>,
    /// It was revised or withdrawn since the line was linked or last confirmed.
    pub changed: bool,
}

impl From<OnLine> for CitedDocument {
    fn from(one: OnLine) -> Self {
        let OnLine { line_id: _, link_id, document, current, changed, kept: _ } = one;
        let number = current.as_ref().and_then(numbers_of).map(|numbers| numbers.to_string());
        Self { link_id, document_id: document.id, code: document.code, title: document.title, number, changed }
    }
}

/// A checklist to be begun.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct NewChecklist {
    /// Code.
    pub code: String,
    /// What kind of visit it serves.
    pub kind: InspectionKind,
    /// Title.
    pub title: String,
    /// Edition of the standard.
    pub edition: Option<String>,
    /// What a reader must know about it.
    pub note: Option<String>,
    /// Where it comes from.
    pub source: Option<String>,
}

/// What may change of a draft; what is left out stays.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct ChecklistChange {
    /// Title.
    pub title: Option<String>,
    /// Edition of the standard.
    pub edition: Option<String>,
    /// What a reader must know about it.
    pub note: Option<String>,
    /// Where it comes from.
    pub source: Option<String>,
}

/// All lines of a draft.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct LinesInput {
    /// The lines in order.
    pub lines: Vec<NewLine>,
}

/// A line to be written.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct NewLine {
    /// Code, unique in the checklist.
    pub code: String,
    /// Code of its group.
    pub area_code: String,
    /// Name of its group.
    pub area_name: String,
    /// Clause of the standard.
    pub clause: Option<String>,
    /// The question.
    pub question: String,
    /// The question in English.
    pub question_en: Option<String>,
    /// Documents to look at.
    #[oai(default)]
    pub evidence: Vec<String>,
    /// Type of its value.
    pub answer_type: AnswerType,
    /// What a ratio divides by what.
    pub metric: Option<String>,
    /// Standard texts for a finding.
    #[oai(default)]
    pub phrases: Vec<String>,
    /// Where it comes from.
    pub source: Option<String>,
}

impl From<NewLine> for LineInput {
    fn from(line: NewLine) -> Self {
        let NewLine { code, area_code, area_name, clause, question, question_en, evidence, answer_type, metric, phrases, source } =
            line;
        Self { code, area_code, area_name, clause, question, question_en, evidence, answer_type, metric, phrases, source }
    }
}

impl From<checklist_line::Model> for ChecklistLine {
    fn from(line: checklist_line::Model) -> Self {
        Self {
            id: line.id,
            code: line.code,
            area_code: line.area_code,
            area_name: line.area_name,
            clause: line.clause,
            question: line.question,
            question_en: line.question_en,
            evidence: texts(&line.evidence),
            answer_type: line.answer_type,
            metric: line.metric,
            phrases: texts(&line.phrases),
            source: line.source,
            needs_review: false,
            documents: Vec::new(),
        }
    }
}

impl From<checklist::Model> for Checklist {
    fn from(row: checklist::Model) -> Self {
        Self {
            id: row.id,
            code: row.code,
            kind: row.kind,
            title: row.title,
            edition: row.edition,
            note: row.note,
            source: row.source,
            version_no: row.version_no,
            state: row.state,
            version: row.version,
            created_at: row.created_at,
            lines: None,
        }
    }
}

#[OpenApi]
impl ChecklistsApi {
    /// List checklists
    ///
    /// Newest first, every version on its own.
    #[oai(path = "/checklists", method = "get", operation_id = "list_checklists")]
    #[expect(clippy::too_many_arguments, reason = "query parameters")]
    async fn list_checklists(
        &self,
        _auth: Auth<can::ReadReference>,
        app: Data<&App>,
        kind: Query<Option<InspectionKind>>,
        state: Query<Option<ChecklistState>>,
        code: Query<Option<String>>,
        limit: Query<Option<u64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<Checklist>>> {
        let slice = Slice::new(limit.0, cursor.0.as_deref())?;
        let filter = Filter { kind: kind.0, state: state.0, code: code.0 };
        let path = link(
            "/api/v1/checklists",
            &[
                ("kind", filter.kind.map(|kind| kind.to_string())),
                ("state", filter.state.map(|state| state.to_string())),
                ("code", filter.code.clone()),
            ],
        );
        let rows = super::list(app.store.read(), &filter, &slice).await?;
        let (items, next) = slice.page(rows, &path, |row| (row.created_at.to_rfc3339().into(), row.id.0), Checklist::from);
        Ok(Json(Page { items, next }))
    }

    /// Get a checklist with its lines
    #[oai(path = "/checklists/:id", method = "get", operation_id = "get_checklist")]
    async fn get_checklist(
        &self,
        auth: Auth<can::ReadReference>,
        app: Data<&App>,
        id: Path<ChecklistId>,
    ) -> Result<One<Checklist>> {
        let row = super::find(app.store.read(), id.0).await?;
        let lines = super::lines(app.store.read(), id.0).await?;
        let cited = on_lines(app.store.read(), &auth, &row, &lines).await?;
        let version = row.version;
        let mut lines: Vec<ChecklistLine> = lines.into_iter().map(ChecklistLine::from).collect();
        for one in cited {
            if let Some(line) = lines.iter_mut().find(|line| line.id == one.line_id) {
                line.needs_review |= one.changed;
                line.documents.push(one.into());
            }
        }
        let record = Checklist { lines: Some(lines), ..Checklist::from(row) };
        Ok(One::found(record, version))
    }

    /// Begin a checklist of one's own
    ///
    /// A draft of version 1 without lines.
    #[oai(path = "/checklists", method = "post", operation_id = "create_checklist")]
    async fn create_checklist(
        &self,
        auth: Auth<can::ManageChecklists>,
        app: Data<&App>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
        body: Json<NewChecklist>,
    ) -> Result<One<Checklist>> {
        let NewChecklist { code, kind, title, edition, note, source } = body.0;
        let row = super::create(&app.store, &auth, Head { code, kind, title, edition, note, source }).await?;
        let version = row.version;
        Ok(One::made(row.into(), version))
    }

    /// Change title, note or source of a draft
    #[oai(path = "/checklists/:id", method = "patch", operation_id = "update_checklist")]
    async fn update_checklist(
        &self,
        auth: Auth<can::ManageChecklists>,
        app: Data<&App>,
        id: Path<ChecklistId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<ChecklistChange>,
    ) -> Result<One<Checklist>> {
        let now = super::find(app.store.read(), id.0).await?;
        let ChecklistChange { title, edition, note, source } = body.0;
        let head = Head {
            code: now.code,
            kind: now.kind,
            title: title.unwrap_or(now.title),
            edition: edition.or(now.edition),
            note: note.or(now.note),
            source: source.or(now.source),
        };
        let row = super::update(&app.store, &auth, id.0, seen.0, head).await?;
        let version = row.version;
        Ok(One::found(row.into(), version))
    }

    /// Replace the lines of a draft
    #[oai(path = "/checklists/:id/lines", method = "put", operation_id = "put_checklist_lines")]
    async fn put_checklist_lines(
        &self,
        auth: Auth<can::ManageChecklists>,
        app: Data<&App>,
        id: Path<ChecklistId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<LinesInput>,
    ) -> Result<One<Checklist>> {
        let lines = body.0.lines.into_iter().map(LineInput::from).collect();
        let row = super::put_lines(&app.store, &auth, id.0, seen.0, lines).await?;
        let version = row.version;
        Ok(One::found(row.into(), version))
    }

    /// Copy into a draft of the next version
    #[oai(path = "/checklists/:id/copy", method = "post", operation_id = "copy_checklist")]
    async fn copy_checklist(
        &self,
        auth: Auth<can::ManageChecklists>,
        app: Data<&App>,
        id: Path<ChecklistId>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
    ) -> Result<One<Checklist>> {
        let row = super::copy(&app.store, &auth, id.0).await?;
        let version = row.version;
        Ok(One::made(row.into(), version))
    }

    /// Publish a draft
    ///
    /// It must have at least one line; from now on it never changes.
    #[oai(path = "/checklists/:id/publish", method = "post", operation_id = "publish_checklist")]
    async fn publish_checklist(
        &self,
        auth: Auth<can::ManageChecklists>,
        app: Data<&App>,
        id: Path<ChecklistId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
    ) -> Result<One<Checklist>> {
        let row = super::publish(&app.store, &auth, id.0, seen.0).await?;
        let version = row.version;
        Ok(One::found(row.into(), version))
    }
}
