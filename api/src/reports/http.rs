//! `/reports` and `/inspections/{id}/papers`.

use chrono::{DateTime, NaiveDate, Utc};
use domain::id::{InspectionId, PersonId, ReportId};
use domain::record::{PaperKind, ReportState};
use entities::{paper, report};
use poem::web::Data;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Enum, Object, OpenApi};

use super::{Registration, State};
use crate::app::App;
use crate::auth::{Auth, can};
use crate::error::Result;
use crate::http::{Download, MOST, One, Page, Slice, Version};

/// Operations of this area.
#[derive(Debug)]
pub struct ReportsApi;

/// File formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
pub enum Format {
    /// PDF/A.
    Pdf,
}

/// What to render.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct NewReport {
    /// Which paper.
    pub kind: PaperKind,
    /// Of which inspection.
    pub inspection_id: InspectionId,
    /// In which format.
    pub format: Option<Format>,
}

/// A render request and its result. The same data gives the same bytes.
#[derive(Debug, Object)]
pub struct ReportRecord {
    /// Its id.
    pub id: ReportId,
    /// Which paper.
    pub kind: PaperKind,
    /// Of which inspection.
    pub inspection_id: InspectionId,
    /// Where it stands.
    pub state: ReportState,
    /// Marked «DỰ THẢO»: the paper was not signed yet.
    pub draft: bool,
    /// SHA-256 of the file, once ready.
    pub sha256: Option<String>,
    /// Pages.
    pub pages: Option<i32>,
    /// Edition and hash of the templates.
    pub template_version: Option<String>,
    /// Hash of the fonts.
    pub font_hash: Option<String>,
    /// Why it failed.
    pub error: Option<String>,
    /// Who asked.
    pub requested_by_id: PersonId,
    /// When.
    pub requested_at: DateTime<Utc>,
    /// When it was ready.
    pub ready_at: Option<DateTime<Utc>>,
}

impl From<report::Model> for ReportRecord {
    fn from(row: report::Model) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            inspection_id: row.inspection_id,
            state: row.state,
            draft: row.draft,
            sha256: row.blob_sha256,
            pages: row.pages,
            template_version: row.template_version,
            font_hash: row.font_hash,
            error: row.error,
            requested_by_id: row.requested_by_id,
            requested_at: row.requested_at,
            ready_at: row.ready_at,
        }
    }
}

/// An official paper of an inspection. Its number comes from the registrar, after the signature.
#[derive(Debug, Object)]
pub struct PaperRecord {
    /// Which paper.
    pub kind: PaperKind,
    /// Whether it has been signed.
    pub signed: bool,
    /// When.
    pub signed_at: Option<DateTime<Utc>>,
    /// Official number.
    pub number: Option<i32>,
    /// What follows the number: `BB-ĐKT`.
    pub symbol: Option<String>,
    /// Official date.
    pub issued_on: Option<NaiveDate>,
    /// Who entered the number.
    pub registered_by_id: Option<PersonId>,
    /// Whether the caller may give it its number now.
    pub may_register: bool,
    /// Version, for `If-Match`; 0 while nothing is known of it.
    pub version: i64,
}

impl PaperRecord {
    fn of(state: State) -> Self {
        let version = state.version();
        let row = state.row;
        Self {
            kind: state.kind,
            signed: state.signed,
            signed_at: row.as_ref().and_then(|row| row.signed_at),
            number: row.as_ref().and_then(|row| row.number),
            symbol: row.as_ref().and_then(|row| row.symbol.clone()),
            issued_on: row.as_ref().and_then(|row| row.issued_on),
            registered_by_id: row.as_ref().and_then(|row| row.registered_by_id),
            may_register: state.may_register,
            version,
        }
    }

    fn registered(row: paper::Model) -> Self {
        Self::of(State { kind: row.kind, signed: true, row: Some(row), may_register: false })
    }
}

/// The papers of an inspection.
#[derive(Debug, Object)]
pub struct Papers {
    /// Those the caller reads.
    pub items: Vec<PaperRecord>,
}

/// The official number of a paper.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct RegisterPaper {
    /// The number, from 1 each year.
    pub number: i32,
    /// What follows it: `BB-ĐKT`, or `ĐKT` alone.
    pub symbol: String,
    /// Its date, not before the signature.
    pub issued_on: NaiveDate,
}

#[OpenApi]
impl ReportsApi {
    /// Ask for a paper
    ///
    /// Its data is frozen now; a job sets it. A draft is marked until the paper is signed.
    #[oai(path = "/reports", method = "post", operation_id = "create_report")]
    async fn create_report(
        &self,
        auth: Auth<can::ReadInspections>,
        app: Data<&App>,
        body: Json<NewReport>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
    ) -> Result<One<ReportRecord>> {
        let row = super::request(&app, &auth, body.inspection_id, body.kind).await?;
        Ok(One::made(row.into(), 1))
    }

    /// Papers asked for
    ///
    /// Newest first; the last 100 at most.
    #[oai(path = "/reports", method = "get", operation_id = "list_reports")]
    async fn list_reports(
        &self,
        auth: Auth<can::ReadInspections>,
        app: Data<&App>,
        inspection_id: Query<InspectionId>,
        limit: Query<Option<u64>>,
    ) -> Result<Json<Page<ReportRecord>>> {
        Slice::new(limit.0, None)?;
        let (_, rows) = super::list(&app, &auth, inspection_id.0, limit.0.unwrap_or(MOST)).await?;
        Ok(Json(Page { items: rows.into_iter().map(Into::into).collect(), next: None }))
    }

    /// A paper asked for
    #[oai(path = "/reports/:id", method = "get", operation_id = "get_report")]
    async fn get_report(
        &self,
        auth: Auth<can::ReadInspections>,
        app: Data<&App>,
        id: Path<ReportId>,
    ) -> Result<Json<ReportRecord>> {
        let (row, _) = super::find(&app, &auth, id.0).await?;
        Ok(Json(row.into()))
    }

    /// The file of a paper
    #[oai(path = "/reports/:id/content", method = "get", operation_id = "get_report_content")]
    async fn get_report_content(
        &self,
        auth: Auth<can::ReadInspections>,
        app: Data<&App>,
        id: Path<ReportId>,
    ) -> Result<Download> {
        super::content(&app, &auth, id.0).await
    }

    /// Papers of an inspection
    #[oai(path = "/inspections/:id/papers", method = "get", operation_id = "list_papers")]
    async fn list_papers(
        &self,
        auth: Auth<can::ReadInspections>,
        app: Data<&App>,
        id: Path<InspectionId>,
    ) -> Result<Json<Papers>> {
        let reader = super::reader(app.store.read(), &auth, id.0).await?;
        let papers = super::papers(app.store.read(), &reader).await?;
        Ok(Json(Papers { items: papers.into_iter().map(PaperRecord::of).collect() }))
    }

    /// Render a paper
    #[oai(path = "/inspections/:id/papers/:kind/render", method = "post", operation_id = "render_paper")]
    async fn render_paper(
        &self,
        auth: Auth<can::ReadInspections>,
        app: Data<&App>,
        id: Path<InspectionId>,
        kind: Path<PaperKind>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
    ) -> Result<One<ReportRecord>> {
        let row = super::request(&app, &auth, id.0, kind.0).await?;
        Ok(One::made(row.into(), 1))
    }

    /// Register a paper
    ///
    /// The registrar of the inspecting unit gives the number after the signature, once; the paper is set again with it.
    #[oai(path = "/inspections/:id/papers/:kind/register", method = "post", operation_id = "register_paper")]
    async fn register_paper(
        &self,
        auth: Auth<can::RegisterPapers>,
        app: Data<&App>,
        id: Path<InspectionId>,
        kind: Path<PaperKind>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<RegisterPaper>,
    ) -> Result<One<PaperRecord>> {
        let input = Registration { number: body.number, symbol: body.symbol.clone(), issued_on: body.issued_on };
        let row = super::register(&app, &auth, id.0, kind.0, seen.0, input).await?;
        let version = row.version;
        Ok(One::found(PaperRecord::registered(row), version))
    }
}
