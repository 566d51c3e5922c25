//! The lists to show, as spreadsheets and official papers, and the lines units add to the records list.

use domain::document::content::RecordKept;
use domain::document::control::DocumentList;
use domain::id::{DocumentId, KeptRecordId, RevisionId, UnitId};
use poem::web::Data;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Enum, Object, OpenApi};

use crate::app::App;
use crate::auth::{Auth, can};
use crate::documents::lists::kept::{self, Line, NewLine};
use crate::documents::lists::{self, paper, reference};
use crate::error::Result;
use crate::http::{Done, Download, One, Page, Slice, Version, link};

/// The lists to show.
#[derive(Debug)]
pub struct DocumentListsApi;

/// What a list is wanted as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ListFormat {
    /// A spreadsheet with everything known.
    #[oai(rename = "xlsx")]
    Xlsx,
    /// An official paper with the usual columns.
    #[oai(rename = "pdf")]
    Pdf,
}

/// A line that a unit added to its records list.
#[derive(Debug, Object)]
pub struct KeptRecord {
    /// Id.
    pub id: KeptRecordId,
    /// The unit.
    pub unit_id: UnitId,
    /// The document it comes from.
    pub document_id: Option<DocumentId>,
    /// What is kept.
    pub record: RecordKept,
    /// Version for `If-Match`.
    pub version: i64,
}

impl From<Line> for KeptRecord {
    fn from(Line { row, record, .. }: Line) -> Self {
        Self { id: row.id, unit_id: row.unit_id, document_id: row.document_id, record, version: row.version }
    }
}

/// A line to be added.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct NewKeptRecord {
    /// The unit; may be left out by who keeps documents of one unit only.
    pub unit_id: Option<UnitId>,
    /// The document it comes from.
    pub document_id: Option<DocumentId>,
    /// What is kept.
    pub record: RecordKept,
}

/// What a line says now.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct KeptRecordChange {
    /// The document it comes from.
    pub document_id: Option<DocumentId>,
    /// What is kept.
    pub record: RecordKept,
}

/// A usual term of retention. Not a rule of this program: data with its source.
#[derive(Debug, Object)]
pub struct RetentionRule {
    /// Stable code.
    pub code: String,
    /// For which records.
    pub name: String,
    /// Years; none means permanently.
    pub years: Option<u32>,
    /// On which ground.
    pub basis: String,
    /// Whether somebody has checked it against the text.
    pub checked: bool,
    /// Where it is known from.
    pub source: String,
}

/// Usual terms of retention.
#[derive(Debug, Object)]
pub struct RetentionRules {
    /// The rules.
    pub items: Vec<RetentionRule>,
}

#[OpenApi]
impl DocumentListsApi {
    /// Get a list to show
    ///
    /// Internal master list, external list, records list, distribution book, change requests or what is
    /// not in force any more with its retention, of a unit with everything below it, or as a spreadsheet of everything the caller sees. The paper
    /// (`format=pdf`) is of one unit and has the official columns; the master list on paper is what is
    /// in force.
    #[oai(path = "/document-lists/:list", method = "get", operation_id = "get_document_list")]
    async fn get_document_list(
        &self,
        auth: Auth<can::ReadDocuments>,
        app: Data<&App>,
        list: Path<DocumentList>,
        unit_id: Query<Option<UnitId>>,
        format: Query<Option<ListFormat>>,
    ) -> Result<Download> {
        if format.0 == Some(ListFormat::Pdf) {
            return paper::list(&app, &auth, list.0, unit_id.0).await;
        }
        let bytes = lists::file(app.store.read(), &auth, app.renderer.catalogue(), list.0, unit_id.0).await?;
        Ok(Download::spreadsheet(&format!("{}.xlsx", lists::file_name(list.0, auth.today)), bytes))
    }

    /// Get the form of a change request
    ///
    /// As an official paper: who asks for what and why, what the reviewers said, what was decided.
    #[oai(path = "/revisions/:id/change-request-paper", method = "get", operation_id = "get_change_request_paper")]
    async fn get_change_request_paper(
        &self,
        auth: Auth<can::ReadDocuments>,
        app: Data<&App>,
        id: Path<RevisionId>,
    ) -> Result<Download> {
        paper::change_request(&app, &auth, id.0).await
    }

    /// List the lines that units added to their records lists
    ///
    /// The rest of a records list comes from the structured procedures in force.
    #[oai(path = "/kept-records", method = "get", operation_id = "list_kept_records")]
    async fn list_kept_records(
        &self,
        auth: Auth<can::ReadDocuments>,
        app: Data<&App>,
        unit_id: Query<Option<UnitId>>,
        limit: Query<Option<u64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<KeptRecord>>> {
        let slice = Slice::new(limit.0, cursor.0.as_deref())?;
        let rows = kept::list(app.store.read(), &auth, unit_id.0, &slice).await?;
        let path = link("/api/v1/kept-records", &[("unit_id", unit_id.0.map(|id| id.to_string()))]);
        let key = |line: &Line| (line.row.created_at.to_rfc3339().into(), line.row.id.0);
        let (items, next) = slice.page(rows, &path, key, KeptRecord::from);
        Ok(Json(Page { items, next }))
    }

    /// Get a line that a unit added to its records list
    #[oai(path = "/kept-records/:id", method = "get", operation_id = "get_kept_record")]
    async fn get_kept_record(
        &self,
        auth: Auth<can::ReadDocuments>,
        app: Data<&App>,
        id: Path<KeptRecordId>,
    ) -> Result<One<KeptRecord>> {
        found(&app, &auth, id.0).await
    }

    /// Add a line to the records list of a unit
    #[oai(path = "/kept-records", method = "post", operation_id = "create_kept_record")]
    async fn create_kept_record(
        &self,
        auth: Auth<can::ControlDocuments>,
        app: Data<&App>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
        body: Json<NewKeptRecord>,
    ) -> Result<One<KeptRecord>> {
        let NewKeptRecord { unit_id, document_id, record } = body.0;
        let row = kept::add(&app.store, &auth, unit_id, NewLine { document_id, record }).await?;
        let line = kept::find(app.store.read(), &auth, row.id).await?;
        Ok(One::made(KeptRecord::from(line), row.version))
    }

    /// Change a line of the records list
    #[oai(path = "/kept-records/:id", method = "put", operation_id = "update_kept_record")]
    async fn update_kept_record(
        &self,
        auth: Auth<can::ControlDocuments>,
        app: Data<&App>,
        id: Path<KeptRecordId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<KeptRecordChange>,
    ) -> Result<One<KeptRecord>> {
        let KeptRecordChange { document_id, record } = body.0;
        kept::change(&app.store, &auth, id.0, seen.0, NewLine { document_id, record }).await?;
        found(&app, &auth, id.0).await
    }

    /// Take a line out of the records list
    #[oai(path = "/kept-records/:id", method = "delete", operation_id = "remove_kept_record")]
    async fn remove_kept_record(
        &self,
        auth: Auth<can::ControlDocuments>,
        app: Data<&App>,
        id: Path<KeptRecordId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
    ) -> Result<Done> {
        kept::remove(&app.store, &auth, id.0, seen.0).await?;
        Ok(Done::Done)
    }

    /// List usual terms of retention
    ///
    /// Data with its source; what is not `checked` is from memory and must be compared with the text in
    /// force.
    #[oai(path = "/retention-rules", method = "get", operation_id = "list_retention_rules")]
    async fn list_retention_rules(&self, _auth: Auth<can::ReadDocuments>) -> Result<Json<RetentionRules>> {
        let rule = |rule: &reference::Retention| RetentionRule {
            code: rule.code.clone(),
            name: rule.name.clone(),
            years: rule.years,
            basis: rule.basis.clone(),
            checked: rule.trust.is_checked(),
            source: rule.source.clone(),
        };
        Ok(Json(RetentionRules { items: reference::retention().iter().map(rule).collect() }))
    }
}

async fn found(app: &App, caller: &crate::auth::Caller, id: KeptRecordId) -> Result<One<KeptRecord>> {
    let line = kept::find(app.store.read(), caller, id).await?;
    let version = line.row.version;
    Ok(One::found(KeptRecord::from(line), version))
}
