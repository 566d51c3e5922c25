//! `/external-documents` and `/administrative-procedures`.

use chrono::NaiveDate;
use domain::document::control::{ProcedureChange, Validity};
use domain::id::{AdministrativeProcedureId, ExternalDocumentId, PersonId, UnitId};
use entities::{administrative_procedure, external_document};
use poem::web::Data;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::{Binary, Json};
use poem_openapi::{Object, OpenApi};

use crate::app::App;
use crate::auth::{Auth, can};
use crate::documents::import::{self, Imported, Target};
use crate::documents::registers::{self, ExternalInput, Filter, TthcInput};
use crate::documents::resting::entry_validity;
use crate::error::Result;
use crate::http::{Download, One, Page, Slice, Version, link};

/// What documents rest on outside.
#[derive(Debug)]
pub struct RegistersApi;

/// A document from outside.
#[derive(Debug, Object)]
pub struct ExternalDocument {
    /// Id.
    pub id: ExternalDocumentId,
    /// The unit that keeps the register.
    pub unit_id: UnitId,
    /// Số, ký hiệu.
    pub number: String,
    /// Title.
    pub title: String,
    /// Loại văn bản.
    pub type_name: String,
    /// Who issued it.
    pub issuer: String,
    /// When.
    pub issued_on: Option<NaiveDate>,
    /// First day in force.
    pub effective_from: Option<NaiveDate>,
    /// Last day in force.
    pub effective_to: Option<NaiveDate>,
    /// What replaced it.
    pub replaced_by_id: Option<ExternalDocumentId>,
    /// Who watches it.
    pub watcher_id: Option<PersonId>,
    /// When it was last looked up.
    pub checked_on: Option<NaiveDate>,
    /// Whether it holds today.
    pub validity: Validity,
    /// Version for `If-Match`.
    pub version: i64,
}

impl ExternalDocument {
    fn of(row: external_document::Model, today: NaiveDate) -> Self {
        Self {
            validity: registers::validity_of(&row, today),
            id: row.id,
            unit_id: row.unit_id,
            number: row.number,
            title: row.title,
            type_name: row.type_name,
            issuer: row.issuer,
            issued_on: row.issued_on,
            effective_from: row.effective_from,
            effective_to: row.effective_to,
            replaced_by_id: row.replaced_by_id,
            watcher_id: row.watcher_id,
            checked_on: row.checked_on,
            version: row.version,
        }
    }
}

/// A document from outside as it is entered.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct ExternalDocumentBody {
    /// The unit that keeps it; may be left out by who keeps one register only, and in a change.
    pub unit_id: Option<UnitId>,
    /// Số, ký hiệu.
    pub number: String,
    /// Title.
    pub title: String,
    /// Loại văn bản.
    pub type_name: String,
    /// Who issued it.
    pub issuer: String,
    /// When.
    pub issued_on: Option<NaiveDate>,
    /// First day in force.
    pub effective_from: Option<NaiveDate>,
    /// Last day in force.
    pub effective_to: Option<NaiveDate>,
    /// What replaced it.
    pub replaced_by_id: Option<ExternalDocumentId>,
    /// Who watches it.
    pub watcher_id: Option<PersonId>,
    /// When it was last looked up.
    pub checked_on: Option<NaiveDate>,
}

impl ExternalDocumentBody {
    fn split(self) -> (Option<UnitId>, ExternalInput) {
        let Self { unit_id, number, title, type_name, issuer, issued_on, effective_from, effective_to, .. } = self;
        let Self { replaced_by_id, watcher_id, checked_on, .. } = self;
        let input = ExternalInput {
            number,
            title,
            type_name,
            issuer,
            issued_on,
            effective_from,
            effective_to,
            replaced_by_id,
            watcher_id,
            checked_on,
        };
        (unit_id, input)
    }
}

/// An administrative procedure of the catalogue.
#[derive(Debug, Object)]
pub struct AdministrativeProcedure {
    /// Id.
    pub id: AdministrativeProcedureId,
    /// The unit that keeps the catalogue.
    pub unit_id: UnitId,
    /// National code, as `1.001193`.
    pub national_code: String,
    /// Local suffix, as `000.00.00.H55`.
    pub suffix: Option<String>,
    /// Title.
    pub title: String,
    /// Lĩnh vực.
    pub field_name: String,
    /// Code of the level that decides.
    pub level_code: String,
    /// Published time limit in words.
    pub time_limit: Option<String>,
    /// Published fee in words.
    pub fee: Option<String>,
    /// First day.
    pub valid_from: NaiveDate,
    /// Last day.
    pub valid_to: Option<NaiveDate>,
    /// What the province last did to it.
    pub last_change: ProcedureChange,
    /// From when that holds.
    pub changed_on: NaiveDate,
    /// Quyết định công bố.
    pub decision: Option<String>,
    /// What replaced it.
    pub replaced_by_id: Option<AdministrativeProcedureId>,
    /// Whether it holds today.
    pub validity: Validity,
    /// Version for `If-Match`.
    pub version: i64,
}

impl AdministrativeProcedure {
    fn of(row: administrative_procedure::Model, today: NaiveDate) -> Self {
        Self {
            validity: entry_validity(&row, today),
            id: row.id,
            unit_id: row.unit_id,
            national_code: row.national_code,
            suffix: row.suffix,
            title: row.title,
            field_name: row.field_name,
            level_code: row.level_code,
            time_limit: row.time_limit,
            fee: row.fee,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            last_change: row.last_change,
            changed_on: row.changed_on,
            decision: row.decision,
            replaced_by_id: row.replaced_by_id,
            version: row.version,
        }
    }
}

/// An administrative procedure as it is entered.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct AdministrativeProcedureBody {
    /// The unit that keeps the catalogue; may be left out by who keeps one only, and in a change.
    pub unit_id: Option<UnitId>,
    /// National code, with its local suffix or without.
    pub code: String,
    /// Title.
    pub title: String,
    /// Lĩnh vực.
    pub field_name: String,
    /// Code of the level that decides.
    pub level_code: String,
    /// Published time limit in words.
    pub time_limit: Option<String>,
    /// Published fee in words.
    pub fee: Option<String>,
    /// First day.
    pub valid_from: NaiveDate,
    /// Last day.
    pub valid_to: Option<NaiveDate>,
    /// What the province last did to it.
    pub last_change: ProcedureChange,
    /// From when that holds; the first day unless said.
    pub changed_on: Option<NaiveDate>,
    /// Quyết định công bố.
    pub decision: Option<String>,
    /// What replaced it.
    pub replaced_by_id: Option<AdministrativeProcedureId>,
}

impl AdministrativeProcedureBody {
    fn split(self) -> (Option<UnitId>, TthcInput) {
        let input = TthcInput {
            code: self.code,
            title: self.title,
            field_name: self.field_name,
            level_code: self.level_code,
            time_limit: self.time_limit,
            fee: self.fee,
            valid_from: self.valid_from,
            valid_to: self.valid_to,
            last_change: self.last_change,
            changed_on: self.changed_on.unwrap_or(self.valid_from),
            decision: self.decision,
            replaced_by_id: self.replaced_by_id,
        };
        (self.unit_id, input)
    }
}

/// What an import of a catalogue did, or with `dry_run` would do.
#[derive(Debug, Object)]
pub struct CatalogueImport {
    /// Nothing was written.
    pub dry_run: bool,
    /// New entries of the TTHC catalogue.
    pub created: u64,
    /// Changed entries.
    pub updated: u64,
    /// Entries that stay.
    pub unchanged: u64,
    /// New controlled documents.
    pub documents: u64,
    /// Drafts begun.
    pub drafts_begun: u64,
    /// Drafts whose text was replaced.
    pub drafts_saved: u64,
    /// Texts that are the same already.
    pub texts_unchanged: u64,
}

fn list_path(path: &str, filter: &Filter) -> String {
    let parameters = [
        ("q", filter.q.clone()),
        ("in_force", filter.in_force.map(|holds| holds.to_string())),
        ("validity", filter.validity.map(|validity| validity.to_string())),
    ];
    link(path, &parameters)
}

#[OpenApi]
impl RegistersApi {
    /// List external documents
    #[oai(path = "/external-documents", method = "get", operation_id = "list_external_documents")]
    #[expect(clippy::too_many_arguments, reason = "query parameters")]
    async fn list_external_documents(
        &self,
        auth: Auth<can::ReadDocuments>,
        app: Data<&App>,
        q: Query<Option<String>>,
        in_force: Query<Option<bool>>,
        validity: Query<Option<Validity>>,
        limit: Query<Option<u64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<ExternalDocument>>> {
        let slice = Slice::new(limit.0, cursor.0.as_deref())?;
        let filter = Filter { q: q.0, in_force: in_force.0, validity: validity.0 };
        let rows = registers::list_external(app.store.read(), &auth, &filter, &slice).await?;
        let key = |row: &external_document::Model| (row.created_at.to_rfc3339().into(), row.id.0);
        let path = list_path("/api/v1/external-documents", &filter);
        let (items, next) = slice.page(rows, &path, key, |row| ExternalDocument::of(row, auth.today));
        Ok(Json(Page { items, next }))
    }

    /// Get an external document
    #[oai(path = "/external-documents/:id", method = "get", operation_id = "get_external_document")]
    async fn get_external_document(
        &self,
        auth: Auth<can::ReadDocuments>,
        app: Data<&App>,
        id: Path<ExternalDocumentId>,
    ) -> Result<One<ExternalDocument>> {
        let row = registers::find_external(app.store.read(), &auth, id.0).await?;
        let version = row.version;
        Ok(One::found(ExternalDocument::of(row, auth.today), version))
    }

    /// Enter an external document
    #[oai(path = "/external-documents", method = "post", operation_id = "create_external_document")]
    async fn create_external_document(
        &self,
        auth: Auth<can::ControlDocuments>,
        app: Data<&App>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
        body: Json<ExternalDocumentBody>,
    ) -> Result<One<ExternalDocument>> {
        let (unit, input) = body.0.split();
        let row = registers::create_external(&app.store, &auth, unit, input).await?;
        let version = row.version;
        Ok(One::made(ExternalDocument::of(row, auth.today), version))
    }

    /// Change an external document
    ///
    /// With an end in the past, every document that rests on it needs review.
    #[oai(path = "/external-documents/:id", method = "put", operation_id = "update_external_document")]
    async fn update_external_document(
        &self,
        auth: Auth<can::ControlDocuments>,
        app: Data<&App>,
        id: Path<ExternalDocumentId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<ExternalDocumentBody>,
    ) -> Result<One<ExternalDocument>> {
        let row = registers::update_external(&app.store, &auth, id.0, seen.0, body.0.split().1).await?;
        let version = row.version;
        Ok(One::found(ExternalDocument::of(row, auth.today), version))
    }

    /// List administrative procedures (TTHC)
    #[oai(path = "/administrative-procedures", method = "get", operation_id = "list_administrative_procedures")]
    #[expect(clippy::too_many_arguments, reason = "query parameters")]
    async fn list_administrative_procedures(
        &self,
        auth: Auth<can::ReadDocuments>,
        app: Data<&App>,
        q: Query<Option<String>>,
        in_force: Query<Option<bool>>,
        validity: Query<Option<Validity>>,
        limit: Query<Option<u64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<AdministrativeProcedure>>> {
        let slice = Slice::new(limit.0, cursor.0.as_deref())?;
        let filter = Filter { q: q.0, in_force: in_force.0, validity: validity.0 };
        let rows = registers::list_tthc(app.store.read(), &auth, &filter, &slice).await?;
        let key = |row: &administrative_procedure::Model| (row.created_at.to_rfc3339().into(), row.id.0);
        let path = list_path("/api/v1/administrative-procedures", &filter);
        let (items, next) = slice.page(rows, &path, key, |row| AdministrativeProcedure::of(row, auth.today));
        Ok(Json(Page { items, next }))
    }

    /// Get an administrative procedure
    #[oai(path = "/administrative-procedures/:id", method = "get", operation_id = "get_administrative_procedure")]
    async fn get_administrative_procedure(
        &self,
        auth: Auth<can::ReadDocuments>,
        app: Data<&App>,
        id: Path<AdministrativeProcedureId>,
    ) -> Result<One<AdministrativeProcedure>> {
        let row = registers::find_tthc(app.store.read(), &auth, id.0).await?;
        let version = row.version;
        Ok(One::found(AdministrativeProcedure::of(row, auth.today), version))
    }

    /// Enter an administrative procedure
    #[oai(path = "/administrative-procedures", method = "post", operation_id = "create_administrative_procedure")]
    async fn create_administrative_procedure(
        &self,
        auth: Auth<can::ControlDocuments>,
        app: Data<&App>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
        body: Json<AdministrativeProcedureBody>,
    ) -> Result<One<AdministrativeProcedure>> {
        let (unit, input) = body.0.split();
        let row = registers::create_tthc(&app.store, &auth, unit, input).await?;
        let version = row.version;
        Ok(One::made(AdministrativeProcedure::of(row, auth.today), version))
    }

    /// Change an administrative procedure
    ///
    /// A change after the revision in force began, or an end, flags every document linked with it.
    #[oai(path = "/administrative-procedures/:id", method = "put", operation_id = "update_administrative_procedure")]
    async fn update_administrative_procedure(
        &self,
        auth: Auth<can::ControlDocuments>,
        app: Data<&App>,
        id: Path<AdministrativeProcedureId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<AdministrativeProcedureBody>,
    ) -> Result<One<AdministrativeProcedure>> {
        let row = registers::update_tthc(&app.store, &auth, id.0, seen.0, body.0.split().1).await?;
        let version = row.version;
        Ok(One::found(AdministrativeProcedure::of(row, auth.today), version))
    }

    /// Get the template of a catalogue file
    ///
    /// An XLSX with every sheet and column that `import` understands.
    #[oai(path = "/administrative-procedures/template", method = "get", operation_id = "get_catalogue_template")]
    async fn get_catalogue_template(&self, _auth: Auth<can::ControlDocuments>, app: Data<&App>) -> Result<Download> {
        let bytes = import::template(app.renderer.catalogue())?;
        Ok(Download::spreadsheet("danh-muc-thu-tuc.xlsx", bytes))
    }

    /// Import a catalogue from a spreadsheet
    ///
    /// XLSX as the template. Entries are known by their national code; procedures with a text become
    /// documents with a draft, drafted by `drafter_id` or by who imports. With a single wrong cell
    /// nothing is written; every wrong cell is told (`/sheets/<sheet>/rows/<row>/<column letter>`).
    /// `dry_run=true` checks only.
    #[oai(path = "/administrative-procedures/import", method = "post", operation_id = "import_administrative_procedures")]
    #[expect(clippy::too_many_arguments, reason = "query parameters")]
    async fn import_administrative_procedures(
        &self,
        auth: Auth<can::ControlDocuments>,
        app: Data<&App>,
        unit_id: Query<Option<UnitId>>,
        drafter_id: Query<Option<PersonId>>,
        dry_run: Query<Option<bool>>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
        file: Binary<Vec<u8>>,
    ) -> Result<Json<CatalogueImport>> {
        let dry_run = dry_run.0.unwrap_or_default();
        let target = Target { unit_id: unit_id.0, drafter_id: drafter_id.0 };
        let file = import::read(file.0).await?;
        let done = import::run(&app.store, &auth, app.renderer.catalogue(), &file, target, dry_run).await?;
        let Imported { created, updated, unchanged, documents, drafts_begun, drafts_saved, texts_unchanged, lines: _ } = done;
        let counts =
            CatalogueImport { dry_run, created, updated, unchanged, documents, drafts_begun, drafts_saved, texts_unchanged };
        Ok(Json(counts))
    }
}
