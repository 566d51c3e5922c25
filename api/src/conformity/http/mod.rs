//! `/conformity-declarations`, `/conformity-papers`, `/conformity-units`, `/conformity-certificates`.

mod records;

use domain::conformity::DeclarationState;
use domain::id::{ConformityCertificateId, ConformityDeclarationId, ConformityPaperId, UnitId};
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;

use self::records::{
    ConformityCertificate, ConformityCertificateBody, ConformityDeclaration, ConformityDeclarationRow, ConformityFact,
    ConformityPaper, ConformityPapers, ConformityUnit, ConformityUnitWhole, DeclarationReasonBody, DeclarationScope,
    DeclarationTexts, LeftOutBody, NewConformityDeclaration, NewConformityFact, NewConformityPaper, RegisterDeclaration,
    WithdrawDeclaration,
};
use super::{Filter, Listed, Registration, certificates, overview, papers, scope};
use crate::app::App;
use crate::auth::{Auth, Caller, Either, can};
use crate::error::Result;
use crate::http::{Download, MOST, One, Page, Slice, Version, link};

/// Declarations of conformity.
#[derive(Debug)]
pub struct ConformityApi;

async fn shown(app: &App, caller: &Caller, id: ConformityDeclarationId) -> Result<One<ConformityDeclaration>> {
    let read = super::read(app.store.read(), caller, id).await?;
    let version = read.listed.row.version;
    Ok(One::found(read.into(), version))
}

fn certificate(row: entities::conformity_certificate::Model) -> One<ConformityCertificate> {
    let version = row.version;
    One::found(row.into(), version)
}

#[OpenApi]
impl ConformityApi {
    /// List declarations of conformity
    ///
    /// Newest first; drafts only for who prepares or signs for the unit.
    #[oai(path = "/conformity-declarations", method = "get", operation_id = "list_conformity_declarations")]
    async fn list_conformity_declarations(
        &self,
        auth: Auth<can::ReadDocuments>,
        app: Data<&App>,
        unit_id: Query<Option<UnitId>>,
        state: Query<Option<DeclarationState>>,
        limit: Query<Option<u64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<ConformityDeclarationRow>>> {
        let slice = Slice::new(limit.0, cursor.0.as_deref())?;
        let filter = Filter { unit_id: unit_id.0, state: state.0 };
        let path = link(
            "/api/v1/conformity-declarations",
            &[("unit_id", filter.unit_id.map(|unit| unit.to_string())), ("state", filter.state.map(|state| state.to_string()))],
        );
        let rows = super::list(app.store.read(), &auth, &filter, &slice).await?;
        let key = |one: &Listed| (one.row.created_at.to_rfc3339().into(), one.row.id.0);
        let (items, next) = slice.page(rows, &path, key, Into::into);
        Ok(Json(Page { items, next }))
    }

    /// Begin a declaration
    ///
    /// Kind, reason, edition, legal bases and texts are proposed when they are not given. A unit has one on its way at a time.
    #[oai(path = "/conformity-declarations", method = "post", operation_id = "create_conformity_declaration")]
    async fn create_conformity_declaration(
        &self,
        auth: Auth<can::ControlDocuments>,
        app: Data<&App>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
        body: Json<NewConformityDeclaration>,
    ) -> Result<One<ConformityDeclaration>> {
        let NewConformityDeclaration { unit_id, texts } = body.0;
        let row = super::create(&app.store, &auth, unit_id, texts.map(Into::into)).await?;
        let read = super::read(app.store.read(), &auth, row.id).await?;
        Ok(One::made(read.into(), row.version))
    }

    /// Get a declaration
    #[oai(path = "/conformity-declarations/:id", method = "get", operation_id = "get_conformity_declaration")]
    async fn get_conformity_declaration(
        &self,
        auth: Auth<can::ReadDocuments>,
        app: Data<&App>,
        id: Path<ConformityDeclarationId>,
    ) -> Result<One<ConformityDeclaration>> {
        shown(&app, &auth, id.0).await
    }

    /// Save the draft of a declaration
    #[oai(path = "/conformity-declarations/:id", method = "put", operation_id = "save_conformity_declaration")]
    async fn save_conformity_declaration(
        &self,
        auth: Auth<can::ControlDocuments>,
        app: Data<&App>,
        id: Path<ConformityDeclarationId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<DeclarationTexts>,
    ) -> Result<One<ConformityDeclaration>> {
        super::save(&app.store, &auth, id.0, seen.0, body.0.into()).await?;
        shown(&app, &auth, id.0).await
    }

    /// Get the scope of a declaration
    ///
    /// Live until it is signed, then what it was when it was signed; compared with the declaration it replaces.
    #[oai(path = "/conformity-declarations/:id/scope", method = "get", operation_id = "get_conformity_scope")]
    async fn get_conformity_scope(
        &self,
        auth: Auth<can::ReadDocuments>,
        app: Data<&App>,
        id: Path<ConformityDeclarationId>,
    ) -> Result<One<DeclarationScope>> {
        let db = app.store.read();
        let row = super::access::find(db, &auth, id.0, false).await?;
        let scope = scope::of(db, &row, auth.today).await?;
        Ok(One::found(scope.into(), row.version))
    }

    /// Set which procedures are left out
    #[oai(path = "/conformity-declarations/:id/left-out", method = "put", operation_id = "set_conformity_left_out")]
    async fn set_conformity_left_out(
        &self,
        auth: Auth<can::ControlDocuments>,
        app: Data<&App>,
        id: Path<ConformityDeclarationId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<LeftOutBody>,
    ) -> Result<One<ConformityDeclaration>> {
        let left_out = body.0.left_out.into_iter().map(|one| (one.document_id, one.reason)).collect();
        super::leave_out(&app.store, &auth, id.0, seen.0, left_out).await?;
        shown(&app, &auth, id.0).await
    }

    /// Hand a declaration to the head
    #[oai(path = "/conformity-declarations/:id/submit", method = "post", operation_id = "submit_conformity_declaration")]
    async fn submit_conformity_declaration(
        &self,
        auth: Auth<can::ControlDocuments>,
        app: Data<&App>,
        id: Path<ConformityDeclarationId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
    ) -> Result<One<ConformityDeclaration>> {
        super::submit(&app.store, &auth, id.0, seen.0).await?;
        shown(&app, &auth, id.0).await
    }

    /// Give a declaration back to be mended
    #[oai(path = "/conformity-declarations/:id/return", method = "post", operation_id = "return_conformity_declaration")]
    async fn return_conformity_declaration(
        &self,
        auth: Auth<can::ApproveDocuments>,
        app: Data<&App>,
        id: Path<ConformityDeclarationId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<DeclarationReasonBody>,
    ) -> Result<One<ConformityDeclaration>> {
        super::give_back(&app.store, &auth, id.0, seen.0, body.0.reason).await?;
        shown(&app, &auth, id.0).await
    }

    /// Sign a declaration
    ///
    /// Its annex is frozen as it was handed in; who prepared it does not sign it.
    #[oai(path = "/conformity-declarations/:id/sign", method = "post", operation_id = "sign_conformity_declaration")]
    async fn sign_conformity_declaration(
        &self,
        auth: Auth<can::ApproveDocuments>,
        app: Data<&App>,
        id: Path<ConformityDeclarationId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
    ) -> Result<One<ConformityDeclaration>> {
        super::sign(&app.store, &auth, id.0, seen.0).await?;
        shown(&app, &auth, id.0).await
    }

    /// Give the decision its number and date
    ///
    /// With them the declaration is in force, in place of the one before; its papers are set.
    #[oai(path = "/conformity-declarations/:id/register", method = "post", operation_id = "register_conformity_declaration")]
    async fn register_conformity_declaration(
        &self,
        auth: Auth<Either<can::RegisterPapers, can::ApproveDocuments>>,
        app: Data<&App>,
        id: Path<ConformityDeclarationId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<RegisterDeclaration>,
    ) -> Result<One<ConformityDeclaration>> {
        let RegisterDeclaration { number, symbol, issued_on } = body.0;
        super::register(&app.store, &auth, id.0, seen.0, Registration { number, symbol, issued_on }).await?;
        shown(&app, &auth, id.0).await
    }

    /// Withdraw the declaration in force
    #[oai(path = "/conformity-declarations/:id/withdraw", method = "post", operation_id = "withdraw_conformity_declaration")]
    async fn withdraw_conformity_declaration(
        &self,
        auth: Auth<can::ApproveDocuments>,
        app: Data<&App>,
        id: Path<ConformityDeclarationId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<WithdrawDeclaration>,
    ) -> Result<One<ConformityDeclaration>> {
        let WithdrawDeclaration { decision, reason } = body.0;
        super::withdraw(&app.store, &auth, id.0, seen.0, decision, reason).await?;
        shown(&app, &auth, id.0).await
    }

    /// Give up a declaration that is not in force yet
    #[oai(path = "/conformity-declarations/:id/cancel", method = "post", operation_id = "cancel_conformity_declaration")]
    async fn cancel_conformity_declaration(
        &self,
        auth: Auth<Either<can::ControlDocuments, can::ApproveDocuments>>,
        app: Data<&App>,
        id: Path<ConformityDeclarationId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<DeclarationReasonBody>,
    ) -> Result<One<ConformityDeclaration>> {
        super::cancel(&app.store, &auth, id.0, seen.0, body.0.reason).await?;
        shown(&app, &auth, id.0).await
    }

    /// Record that a declaration was posted, announced or sent
    #[oai(path = "/conformity-declarations/:id/facts", method = "post", operation_id = "create_conformity_fact")]
    async fn create_conformity_fact(
        &self,
        auth: Auth<can::ControlDocuments>,
        app: Data<&App>,
        id: Path<ConformityDeclarationId>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
        body: Json<NewConformityFact>,
    ) -> Result<Json<ConformityFact>> {
        Ok(Json(super::note(&app.store, &auth, id.0, body.0.into()).await?.into()))
    }

    /// Ask for a paper of a declaration
    ///
    /// Its data is frozen now; a job sets it. A draft is marked until it is signed.
    #[oai(path = "/conformity-declarations/:id/papers", method = "post", operation_id = "create_conformity_paper")]
    async fn create_conformity_paper(
        &self,
        auth: Auth<can::ReadDocuments>,
        app: Data<&App>,
        id: Path<ConformityDeclarationId>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
        body: Json<NewConformityPaper>,
    ) -> Result<One<ConformityPaper>> {
        let row = papers::request(&app, &auth, id.0, body.part).await?;
        Ok(One::made(row.into(), 1))
    }

    /// List the papers of a declaration
    ///
    /// Newest first; the last 100 at most.
    #[oai(path = "/conformity-declarations/:id/papers", method = "get", operation_id = "list_conformity_papers")]
    async fn list_conformity_papers(
        &self,
        auth: Auth<can::ReadDocuments>,
        app: Data<&App>,
        id: Path<ConformityDeclarationId>,
    ) -> Result<Json<ConformityPapers>> {
        let rows = papers::list(&app, &auth, id.0, MOST).await?;
        Ok(Json(ConformityPapers { items: rows.into_iter().map(Into::into).collect() }))
    }

    /// Get a paper of a declaration
    #[oai(path = "/conformity-papers/:id", method = "get", operation_id = "get_conformity_paper")]
    async fn get_conformity_paper(
        &self,
        auth: Auth<can::ReadDocuments>,
        app: Data<&App>,
        id: Path<ConformityPaperId>,
    ) -> Result<Json<ConformityPaper>> {
        Ok(Json(papers::find(&app, &auth, id.0).await?.into()))
    }

    /// Get the file of a paper of a declaration
    #[oai(path = "/conformity-papers/:id/content", method = "get", operation_id = "get_conformity_paper_content")]
    async fn get_conformity_paper_content(
        &self,
        auth: Auth<can::ReadDocuments>,
        app: Data<&App>,
        id: Path<ConformityPaperId>,
    ) -> Result<Download> {
        papers::content(&app, &auth, id.0).await
    }

    /// List where units stand with their declarations
    ///
    /// Every agency in the caller's scope: what it has declared and whether the scope still holds, or that it has not yet.
    #[oai(path = "/conformity-units", method = "get", operation_id = "list_conformity_units")]
    #[expect(clippy::too_many_arguments, reason = "query parameters")]
    async fn list_conformity_units(
        &self,
        auth: Auth<can::ReadDocuments>,
        app: Data<&App>,
        unit_id: Query<Option<UnitId>>,
        declared: Query<Option<bool>>,
        q: Query<Option<String>>,
        limit: Query<Option<u64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<ConformityUnit>>> {
        let slice = Slice::new(limit.0, cursor.0.as_deref())?;
        let filter = overview::Filter { unit_id: unit_id.0, declared: declared.0, q: q.0 };
        let path = link(
            "/api/v1/conformity-units",
            &[
                ("unit_id", filter.unit_id.map(|unit| unit.to_string())),
                ("declared", filter.declared.map(|declared| declared.to_string())),
                ("q", filter.q.clone()),
            ],
        );
        let rows = overview::list(app.store.read(), &auth, &filter, &slice).await?;
        let key = |one: &overview::Standing| (one.unit.name.clone().into(), one.unit.id.0);
        let (items, next) = slice.page(rows, &path, key, Into::into);
        Ok(Json(Page { items, next }))
    }

    /// Get where a unit stands with its declaration
    ///
    /// With every procedure that has moved the scope since, and those merely revised.
    #[oai(path = "/conformity-units/:unit_id", method = "get", operation_id = "get_conformity_unit")]
    async fn get_conformity_unit(
        &self,
        auth: Auth<can::ReadDocuments>,
        app: Data<&App>,
        unit_id: Path<UnitId>,
    ) -> Result<Json<ConformityUnitWhole>> {
        Ok(Json(overview::find(app.store.read(), &auth, unit_id.0).await?.into()))
    }

    /// List certificates of conformity
    #[oai(path = "/conformity-certificates", method = "get", operation_id = "list_conformity_certificates")]
    async fn list_conformity_certificates(
        &self,
        auth: Auth<can::ReadDocuments>,
        app: Data<&App>,
        unit_id: Query<Option<UnitId>>,
        limit: Query<Option<u64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<ConformityCertificate>>> {
        let slice = Slice::new(limit.0, cursor.0.as_deref())?;
        let path = link("/api/v1/conformity-certificates", &[("unit_id", unit_id.0.map(|unit| unit.to_string()))]);
        let rows = certificates::list(app.store.read(), &auth, unit_id.0, &slice).await?;
        let (items, next) = slice.page(rows, &path, |row| (row.created_at.to_rfc3339().into(), row.id.0), Into::into);
        Ok(Json(Page { items, next }))
    }

    /// Enter a certificate of conformity
    #[oai(path = "/conformity-certificates", method = "post", operation_id = "create_conformity_certificate")]
    async fn create_conformity_certificate(
        &self,
        auth: Auth<can::ControlDocuments>,
        app: Data<&App>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
        body: Json<ConformityCertificateBody>,
    ) -> Result<One<ConformityCertificate>> {
        let (unit, input) = body.0.split();
        let row = certificates::create(&app.store, &auth, unit, input).await?;
        let version = row.version;
        Ok(One::made(row.into(), version))
    }

    /// Correct a certificate of conformity
    #[oai(path = "/conformity-certificates/:id", method = "put", operation_id = "update_conformity_certificate")]
    async fn update_conformity_certificate(
        &self,
        auth: Auth<can::ControlDocuments>,
        app: Data<&App>,
        id: Path<ConformityCertificateId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<ConformityCertificateBody>,
    ) -> Result<One<ConformityCertificate>> {
        let (_, input) = body.0.split();
        Ok(certificate(certificates::update(&app.store, &auth, id.0, seen.0, input).await?))
    }
}
