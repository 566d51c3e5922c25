//! `/procedures`, `/revisions`, `/change-requests`, `/issue-decisions`, `/distributions`, and the
//! registers: thin adapters over the use cases of this area.

mod changes;
mod lists;
mod records;
mod registers;
mod revisions;
mod sets;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::document::control::LinkKind;
use domain::document::{DocumentKind, DocumentState};
use domain::id::{AdministrativeProcedureId, DocumentId, DocumentLinkId, ExternalDocumentId, UnitId};
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;

use super::registers as register_uses;
use super::reviews;
use super::revisions::{self as use_revisions, Ground, Task};
use super::{Filter, Listed, NewDocument, Texts};
use crate::app::App;
use crate::auth::{Auth, Caller, can};
use crate::error::Result;
use crate::http::{One, Page, Slice, Version, link};
use records::{
    Document, DocumentChange, DocumentReview, DocumentReviews, DocumentSettings, DocumentSettingsChange, Link, Links,
    NewDocumentBody, NewLink, NewReview, NewRevision, PatternOfKind, Revision, RevisionRow,
};

pub use changes::ProcedureChangesApi;
pub use lists::DocumentListsApi;
pub use registers::RegistersApi;
pub use revisions::RevisionsApi;
pub use sets::DocumentSetsApi;

/// Controlled documents.
#[derive(Debug)]
pub struct DocumentsApi;

fn shown(listed: Listed) -> One<Document> {
    let version = listed.row.version;
    One::found(Document::from(listed), version)
}

#[OpenApi]
impl DocumentsApi {
    /// List controlled documents
    ///
    /// The internal master list. Drafts only for who keeps or approves documents of the unit. With the
    /// id of an external document or of a TTHC, what rests on it today.
    #[oai(path = "/procedures", method = "get", operation_id = "list_procedures")]
    #[expect(clippy::too_many_arguments, reason = "query parameters")]
    async fn list_procedures(
        &self,
        auth: Auth<can::ReadDocuments>,
        app: Data<&App>,
        unit_id: Query<Option<UnitId>>,
        kind: Query<Option<DocumentKind>>,
        state: Query<Option<DocumentState>>,
        needs_review: Query<Option<bool>>,
        review_due: Query<Option<bool>>,
        external_document_id: Query<Option<ExternalDocumentId>>,
        administrative_procedure_id: Query<Option<AdministrativeProcedureId>>,
        q: Query<Option<String>>,
        limit: Query<Option<u64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<Document>>> {
        let slice = Slice::new(limit.0, cursor.0.as_deref())?;
        let rests_on = [
            external_document_id.0.map(|id| (LinkKind::ExternalDocument, id.0)),
            administrative_procedure_id.0.map(|id| (LinkKind::AdministrativeProcedure, id.0)),
        ];
        let filter = Filter {
            unit_id: unit_id.0,
            kind: kind.0,
            state: state.0,
            field: None,
            needs_review: needs_review.0.unwrap_or_default(),
            review_due: review_due.0.unwrap_or_default(),
            rests_on: rests_on.into_iter().flatten().collect(),
            q: q.0,
        };
        let path = link(
            "/api/v1/procedures",
            &[
                ("unit_id", filter.unit_id.map(|unit| unit.to_string())),
                ("kind", filter.kind.map(|kind| kind.to_string())),
                ("state", filter.state.map(|state| state.to_string())),
                ("needs_review", filter.needs_review.then(|| "true".to_owned())),
                ("review_due", filter.review_due.then(|| "true".to_owned())),
                ("external_document_id", external_document_id.0.map(|id| id.to_string())),
                ("administrative_procedure_id", administrative_procedure_id.0.map(|id| id.to_string())),
                ("q", filter.q.clone()),
            ],
        );
        let rows = super::list(app.store.read(), &auth, &filter, &slice).await?;
        let (items, next) = slice.page(rows, &path, |row| (row.row.created_at.to_rfc3339().into(), row.row.id.0), Document::from);
        Ok(Json(Page { items, next }))
    }

    /// Get a controlled document
    #[oai(path = "/procedures/:id", method = "get", operation_id = "get_procedure")]
    async fn get_procedure(
        &self,
        auth: Auth<can::ReadDocuments>,
        app: Data<&App>,
        id: Path<DocumentId>,
    ) -> Result<One<Document>> {
        Ok(shown(super::find(app.store.read(), &auth, id.0).await?))
    }

    /// Enter a controlled document
    ///
    /// It gets its code now, by the unit's pattern unless one is given; its text comes with a revision.
    #[oai(path = "/procedures", method = "post", operation_id = "create_procedure")]
    async fn create_procedure(
        &self,
        auth: Auth<can::ControlDocuments>,
        app: Data<&App>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
        body: Json<NewDocumentBody>,
    ) -> Result<One<Document>> {
        let NewDocumentBody { unit_id, kind, code, title, field_code, field_name, parent_id, review_months, retention } = body.0;
        let texts = Texts { title, field_code, field_name, review_months, retention };
        let row = super::create(&app.store, &auth, kind, NewDocument { unit_id, code, texts, parent_id }).await?;
        let listed = super::find(app.store.read(), &auth, row.id).await?;
        let version = listed.row.version;
        Ok(One::made(Document::from(listed), version))
    }

    /// Change what is said of a document beside its text
    #[oai(path = "/procedures/:id", method = "patch", operation_id = "update_procedure")]
    async fn update_procedure(
        &self,
        auth: Auth<can::ControlDocuments>,
        app: Data<&App>,
        id: Path<DocumentId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<DocumentChange>,
    ) -> Result<One<Document>> {
        let now = super::access::find_document(app.store.read(), &auth, id.0, false).await?;
        let DocumentChange { title, field_code, field_name, review_months, retention } = body.0;
        let texts = Texts {
            title: title.unwrap_or(now.title),
            field_code: field_code.or(now.field_code),
            field_name: field_name.or(now.field_name),
            review_months,
            retention: retention.or(now.retention),
        };
        super::update(&app.store, &auth, id.0, seen.0, texts).await?;
        Ok(shown(super::find(app.store.read(), &auth, id.0).await?))
    }

    /// List the revisions of a document
    #[oai(path = "/procedures/:id/revisions", method = "get", operation_id = "list_revisions")]
    async fn list_revisions(
        &self,
        auth: Auth<can::ReadDocuments>,
        app: Data<&App>,
        id: Path<DocumentId>,
        limit: Query<Option<u64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<RevisionRow>>> {
        let slice = Slice::new(limit.0, cursor.0.as_deref())?;
        let rows = use_revisions::list(app.store.read(), &auth, id.0, &slice).await?;
        let path = format!("/api/v1/procedures/{}/revisions", id.0);
        let (items, next) = slice.page(rows, &path, |row| (row.created_at.to_rfc3339().into(), row.id.0), RevisionRow::from);
        Ok(Json(Page { items, next }))
    }

    /// Begin a draft without a request
    #[oai(path = "/procedures/:id/revisions", method = "post", operation_id = "create_revision")]
    async fn create_revision(
        &self,
        auth: Auth<can::ControlDocuments>,
        app: Data<&App>,
        id: Path<DocumentId>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
        body: Json<NewRevision>,
    ) -> Result<One<Revision>> {
        let NewRevision { drafter_id, due_on, form, new_issue, source, source_ref, reason, changed_part, summary } = body.0;
        let task = Task { drafter_id, due_on, form, new_issue: new_issue.unwrap_or_default() };
        let ground = Ground { source, source_ref, reason, changed_part, summary };
        let row = use_revisions::draft(&app.store, &auth, id.0, task, ground).await?;
        revisions::made(&app, &auth, row).await
    }

    /// Get the revision in force on a day
    #[oai(path = "/procedures/:id/in-force", method = "get", operation_id = "get_revision_in_force")]
    async fn get_revision_in_force(
        &self,
        auth: Auth<can::ReadDocuments>,
        app: Data<&App>,
        id: Path<DocumentId>,
        on: Query<Option<NaiveDate>>,
    ) -> Result<One<RevisionRow>> {
        let on = on.0.unwrap_or(auth.today);
        let row = use_revisions::in_force_on(app.store.read(), &auth, id.0, on).await?;
        let version = row.version;
        Ok(One::found(RevisionRow::from(row), version))
    }

    /// List the links of a document
    #[oai(path = "/procedures/:id/links", method = "get", operation_id = "list_document_links")]
    async fn list_document_links(
        &self,
        auth: Auth<can::ReadDocuments>,
        app: Data<&App>,
        id: Path<DocumentId>,
    ) -> Result<Json<Links>> {
        let rows = register_uses::links(app.store.read(), &auth, id.0).await?;
        Ok(Json(Links { items: rows.into_iter().map(Link::from).collect() }))
    }

    /// Link a document with a law, a TTHC, a clause, a checklist line or a finding
    #[oai(path = "/procedures/:id/links", method = "post", operation_id = "create_document_link")]
    async fn create_document_link(
        &self,
        auth: Auth<can::ControlDocuments>,
        app: Data<&App>,
        id: Path<DocumentId>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
        body: Json<NewLink>,
    ) -> Result<Json<Link>> {
        let NewLink { kind, target_id, target_code } = body.0;
        let new = register_uses::NewLink { kind, target_id, target_code };
        Ok(Json(register_uses::link(&app.store, &auth, id.0, new).await?.into()))
    }

    /// End a link of a document
    #[oai(path = "/document-links/:id/end", method = "post", operation_id = "end_document_link")]
    async fn end_document_link(
        &self,
        auth: Auth<can::ControlDocuments>,
        app: Data<&App>,
        id: Path<DocumentLinkId>,
    ) -> Result<Json<Link>> {
        Ok(Json(register_uses::unlink(&app.store, &auth, id.0).await?.into()))
    }

    /// Confirm a link after looking at what changed
    ///
    /// A checklist line that cites a revised document needs review until its link is confirmed.
    #[oai(path = "/document-links/:id/confirm", method = "post", operation_id = "confirm_document_link")]
    async fn confirm_document_link(
        &self,
        auth: Auth<can::ControlDocuments>,
        app: Data<&App>,
        id: Path<DocumentLinkId>,
    ) -> Result<Json<Link>> {
        Ok(Json(register_uses::confirm(&app.store, &auth, id.0).await?.into()))
    }

    /// List the periodic reviews of a document
    #[oai(path = "/procedures/:id/reviews", method = "get", operation_id = "list_document_reviews")]
    async fn list_document_reviews(
        &self,
        auth: Auth<can::ReadDocuments>,
        app: Data<&App>,
        id: Path<DocumentId>,
    ) -> Result<Json<DocumentReviews>> {
        let rows = reviews::held(app.store.read(), &auth, id.0).await?;
        Ok(Json(DocumentReviews { items: rows.into_iter().map(DocumentReview::from).collect() }))
    }

    /// Record a periodic review
    ///
    /// Recorded even if nothing changes; «revise» asks for the change in the same act.
    #[oai(path = "/procedures/:id/reviews", method = "post", operation_id = "create_document_review")]
    async fn create_document_review(
        &self,
        auth: Auth<can::ControlDocuments>,
        app: Data<&App>,
        id: Path<DocumentId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
        body: Json<NewReview>,
    ) -> Result<Json<DocumentReview>> {
        let NewReview { outcome, note } = body.0;
        Ok(Json(reviews::hold(&app.store, &auth, id.0, seen.0, outcome, note).await?.into()))
    }

    /// Get how a unit controls its documents
    #[oai(path = "/document-settings/:unit_id", method = "get", operation_id = "get_document_settings")]
    async fn get_document_settings(
        &self,
        auth: Auth<can::ReadDocuments>,
        app: Data<&App>,
        unit_id: Path<UnitId>,
    ) -> Result<One<DocumentSettings>> {
        settings(&app, &auth, unit_id.0).await
    }

    /// Set how a unit controls its documents
    ///
    /// Code patterns by kind with `{kind}`, `{unit}`, `{field}`, `{parent}`, `{number:02}`; days to
    /// acknowledge; months between reviews; hours of a working day.
    #[oai(path = "/document-settings/:unit_id", method = "put", operation_id = "set_document_settings")]
    async fn set_document_settings(
        &self,
        auth: Auth<can::ControlDocuments>,
        app: Data<&App>,
        unit_id: Path<UnitId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<DocumentSettingsChange>,
    ) -> Result<One<DocumentSettings>> {
        let DocumentSettingsChange { code_patterns, acknowledge_days, review_months, hours_per_day, turn_days } = body.0;
        let turn_days = match turn_days {
            Some(days) => days,
            None => super::settings(app.store.read(), &auth, unit_id.0).await?.turn_days,
        };
        let code_patterns: BTreeMap<DocumentKind, String> =
            code_patterns.into_iter().map(|PatternOfKind { kind, pattern }| (kind, pattern)).collect();
        let new = super::Settings { code_patterns, acknowledge_days, review_months, hours_per_day, turn_days, version: seen.0.0 };
        super::set_settings(&app.store, &auth, unit_id.0, seen.0, new).await?;
        settings(&app, &auth, unit_id.0).await
    }
}

async fn settings(app: &App, caller: &Caller, unit: UnitId) -> Result<One<DocumentSettings>> {
    let found = super::settings(app.store.read(), caller, unit).await?;
    let version = found.version;
    Ok(One::found(DocumentSettings::of(unit, found), version))
}
