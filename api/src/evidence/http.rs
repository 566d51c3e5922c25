//! `/evidence` and the resumable `/uploads` that become evidence.

use chrono::{DateTime, Utc};
use domain::id::{EvidenceId, PersonId, UnitId, UploadId};
use domain::record::Subject;
use entities::evidence;
use poem::web::Data;
use poem::{Body, Request, RequestBody};
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::{Json, ParsePayload, Payload};
use poem_openapi::registry::{MetaSchema, MetaSchemaRef};
use poem_openapi::{ApiResponse, Object, OpenApi, impl_apirequest_for_payload};
use uuid::Uuid;

use super::{About, uploads};
use crate::app::App;
use crate::auth::{Auth, can};
use crate::error::{Error, Result};
use crate::http::{Done, Download, One, Page, Slice, Version, link};

/// Operations of this area.
#[derive(Debug)]
pub struct EvidenceApi;

/// A piece of evidence. Its bytes never change; a removed one stays listed with its reason.
#[derive(Debug, Object)]
pub struct EvidenceRecord {
    /// Its id.
    pub id: EvidenceId,
    /// The kind of record it is about.
    pub subject: Subject,
    /// The record.
    pub subject_id: Uuid,
    /// The unit the record is about.
    pub unit_id: UnitId,
    /// Name of the file, without any path.
    pub file_name: String,
    /// Media type as declared.
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    /// SHA-256 of the bytes, lower-case hexadecimal.
    pub sha256: String,
    /// What it shows.
    pub caption: Option<String>,
    /// Who brought it.
    pub uploaded_by_id: PersonId,
    /// Their name.
    pub uploaded_by: Option<String>,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When it was taken back.
    pub removed_at: Option<DateTime<Utc>>,
    /// Why.
    pub remove_reason: Option<String>,
    /// Version, for `If-Match`.
    pub version: i64,
}

impl EvidenceRecord {
    fn of(row: evidence::Model, uploaded_by: Option<String>) -> Self {
        Self {
            id: row.id,
            subject: row.subject,
            subject_id: row.subject_id,
            unit_id: row.unit_id,
            file_name: row.file_name,
            media_type: row.media_type,
            size: row.size,
            sha256: row.blob_sha256,
            caption: row.caption,
            uploaded_by_id: row.uploaded_by_id,
            uploaded_by,
            created_at: row.created_at,
            removed_at: row.removed_at,
            remove_reason: row.remove_reason,
            version: row.version,
        }
    }
}

/// Why a piece of evidence is taken back.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct RemoveEvidence {
    /// The reason.
    pub reason: String,
}

/// The tus version spoken here.
const TUS: &str = "1.0.0";

/// What the server speaks.
#[derive(Debug, ApiResponse)]
pub enum Speaks {
    /// tus versions and extensions, and the largest file.
    #[oai(status = 204)]
    This(
        #[oai(header = "Tus-Resumable")] String,
        #[oai(header = "Tus-Version")] String,
        #[oai(header = "Tus-Extension")] String,
        #[oai(header = "Tus-Max-Size")] u64,
    ),
}

/// An upload that has begun.
#[derive(Debug, ApiResponse)]
pub enum Begun {
    /// Send the bytes to `Location`.
    #[oai(status = 201)]
    Begun(#[oai(header = "Location")] String, #[oai(header = "Upload-Expires")] String, #[oai(header = "Tus-Resumable")] String),
    /// The client speaks another version of tus.
    #[oai(status = 412)]
    OtherVersion(#[oai(header = "Tus-Version")] String),
}

/// How far an upload is.
#[derive(Debug, ApiResponse)]
pub enum SoFar {
    /// Go on at `Upload-Offset`.
    #[oai(status = 200)]
    Here(
        #[oai(header = "Upload-Offset")] i64,
        #[oai(header = "Upload-Length")] i64,
        #[oai(header = "Upload-Expires")] String,
        #[oai(header = "Cache-Control")] String,
        #[oai(header = "Tus-Resumable")] String,
        #[oai(header = "Chuan-Evidence-Id")] Option<String>,
    ),
}

/// Bytes taken.
#[derive(Debug, ApiResponse)]
pub enum Taken {
    /// Taken; with `Chuan-Evidence-Id` once the file is whole and attached.
    #[oai(status = 204)]
    Taken(
        #[oai(header = "Upload-Offset")] i64,
        #[oai(header = "Tus-Resumable")] String,
        #[oai(header = "Chuan-Evidence-Id")] Option<String>,
    ),
    /// The client speaks another version of tus.
    #[oai(status = 412)]
    OtherVersion(#[oai(header = "Tus-Version")] String),
}

/// The bytes of one request of an upload, not read yet.
#[derive(Debug)]
pub struct Chunk(pub Body);

impl Payload for Chunk {
    const CONTENT_TYPE: &'static str = "application/offset+octet-stream";

    fn schema_ref() -> MetaSchemaRef {
        MetaSchemaRef::Inline(Box::new(MetaSchema { format: Some("binary"), ..MetaSchema::new("string") }))
    }
}

impl ParsePayload for Chunk {
    const IS_REQUIRED: bool = true;

    async fn from_request(_: &Request, body: &mut RequestBody) -> poem::Result<Self> {
        Ok(Self(body.take()?))
    }
}

impl_apirequest_for_payload!(Chunk);

#[OpenApi]
impl EvidenceApi {
    /// Evidence of a record
    ///
    /// Oldest first. Who sees the record sees its evidence.
    #[oai(path = "/evidence", method = "get", operation_id = "list_evidence")]
    async fn list_evidence(
        &self,
        auth: Auth<can::UseEvidence>,
        app: Data<&App>,
        subject: Query<Subject>,
        subject_id: Query<Uuid>,
        limit: Query<Option<u64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<EvidenceRecord>>> {
        let slice = Slice::new(limit.0, cursor.0.as_deref())?;
        let rows = super::list(&app, &auth, subject.0, subject_id.0, &slice).await?;
        let path =
            link("/api/v1/evidence", &[("subject", Some(subject.0.to_string())), ("subject_id", Some(subject_id.0.to_string()))]);
        let key = |row: &(evidence::Model, String)| (serde_json::Value::Null, row.0.id.0);
        let (items, next) = slice.page(rows, &path, key, |(row, name)| EvidenceRecord::of(row, Some(name)));
        Ok(Json(Page { items, next }))
    }

    /// A piece of evidence
    #[oai(path = "/evidence/:id", method = "get", operation_id = "get_evidence")]
    async fn get_evidence(
        &self,
        auth: Auth<can::UseEvidence>,
        app: Data<&App>,
        id: Path<EvidenceId>,
    ) -> Result<One<EvidenceRecord>> {
        let (row, _) = super::find(app.store.read(), &auth, id.0).await?;
        let version = row.version;
        Ok(One::found(EvidenceRecord::of(row, None), version))
    }

    /// The file
    ///
    /// Always an attachment. The bytes are checked against their SHA-256 first, which is also the ETag.
    #[oai(path = "/evidence/:id/content", method = "get", operation_id = "get_evidence_content")]
    async fn get_evidence_content(
        &self,
        auth: Auth<can::UseEvidence>,
        app: Data<&App>,
        id: Path<EvidenceId>,
    ) -> Result<Download> {
        super::content(&app, &auth, id.0).await
    }

    /// Take back
    ///
    /// The row stays, marked, with the reason. Before the minutes are signed, the plan is handed in or the step reported.
    #[oai(path = "/evidence/:id/remove", method = "post", operation_id = "remove_evidence")]
    async fn remove_evidence(
        &self,
        auth: Auth<can::UseEvidence>,
        app: Data<&App>,
        id: Path<EvidenceId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<RemoveEvidence>,
    ) -> Result<One<EvidenceRecord>> {
        let row = super::remove(&app, &auth, id.0, seen.0, &body.reason).await?;
        let version = row.version;
        Ok(One::found(EvidenceRecord::of(row, None), version))
    }

    /// What uploads can do here
    #[oai(path = "/uploads", method = "options", operation_id = "get_upload_options")]
    async fn upload_options(&self, app: Data<&App>) -> Result<Speaks> {
        Ok(Speaks::This(TUS.into(), TUS.into(), "creation,termination,expiration".into(), app.config.evidence.max_bytes))
    }

    /// Begin an upload
    ///
    /// tus 1.0. `Upload-Metadata` names `filename`, `filetype`, `subject`, `subject_id` and, if wanted, `caption`,
    /// each base64. The last PATCH attaches the file and answers with `Chuan-Evidence-Id`.
    #[oai(path = "/uploads", method = "post", operation_id = "create_upload")]
    async fn create_upload(
        &self,
        auth: Auth<can::UseEvidence>,
        app: Data<&App>,
        #[oai(name = "Upload-Length")] length: Header<u64>,
        #[oai(name = "Upload-Metadata")] metadata: Header<String>,
        #[oai(name = "Tus-Resumable")] version: Header<Option<String>>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
    ) -> Result<Begun> {
        if other_version(&version) {
            return Ok(Begun::OtherVersion(TUS.into()));
        }
        let row = uploads::begin(&app, &auth, length.0, about(&metadata)?).await?;
        Ok(Begun::Begun(format!("/api/v1/uploads/{}", row.id), http_date(row.expires_at), TUS.into()))
    }

    /// How far an upload is
    #[oai(path = "/uploads/:id", method = "head", operation_id = "get_upload")]
    async fn get_upload(&self, auth: Auth<can::UseEvidence>, app: Data<&App>, id: Path<UploadId>) -> Result<SoFar> {
        let row = uploads::find(&app, &auth, id.0).await?;
        let evidence = row.evidence_id.map(|id| id.to_string());
        Ok(SoFar::Here(row.received, row.length, http_date(row.expires_at), "no-store".into(), TUS.into(), evidence))
    }

    /// Send more bytes
    #[oai(path = "/uploads/:id", method = "patch", operation_id = "append_upload")]
    #[expect(clippy::too_many_arguments, reason = "each is a header of the protocol")]
    async fn append_upload(
        &self,
        auth: Auth<can::UseEvidence>,
        app: Data<&App>,
        id: Path<UploadId>,
        #[oai(name = "Upload-Offset")] offset: Header<u64>,
        #[oai(name = "Tus-Resumable")] version: Header<Option<String>>,
        #[oai(name = "Content-Length")] announced: Header<Option<u64>>,
        body: Chunk,
    ) -> Result<Taken> {
        if other_version(&version) {
            return Ok(Taken::OtherVersion(TUS.into()));
        }
        let progress = uploads::append(&app, &auth, id.0, offset.0, announced.0, body.0).await?;
        Ok(Taken::Taken(progress.received, TUS.into(), progress.evidence_id.map(|id| id.to_string())))
    }

    /// Give an upload up
    #[oai(path = "/uploads/:id", method = "delete", operation_id = "delete_upload")]
    async fn delete_upload(&self, auth: Auth<can::UseEvidence>, app: Data<&App>, id: Path<UploadId>) -> Result<Done> {
        uploads::end(&app, &auth, id.0).await?;
        Ok(Done::Done)
    }
}

fn other_version(version: &Header<Option<String>>) -> bool {
    version.0.as_deref().is_some_and(|version| version != TUS)
}

/// Reads `Upload-Metadata`: pairs of a name and a base64 value, all problems at once.
fn about(metadata: &str) -> Result<About> {
    let mut problems = domain::draft::Problems::new();
    let value = |name: &str| -> Option<Result<String, ()>> {
        let pair = metadata.split(',').map(str::trim).find(|pair| pair.split(' ').next() == Some(name))?;
        let encoded = pair.split_once(' ').map_or("", |(_, encoded)| encoded.trim());
        Some(decode(encoded))
    };
    let mut read = |name: &'static str, required: bool| match value(name) {
        Some(Ok(text)) => text,
        Some(Err(())) => {
            problems.add(name, "not_base64");
            String::new()
        }
        None => {
            problems.check(required, name, "required");
            String::new()
        }
    };
    let (file_name, media_type, caption) = (read("filename", true), read("filetype", false), read("caption", false));
    let (subject, subject_id) = (read("subject", true), read("subject_id", true));
    let kind = subject.parse::<Subject>().ok();
    problems.check(!subject.is_empty() && kind.is_none(), "subject", "unknown_record");
    let id = subject_id.parse::<Uuid>().ok();
    problems.check(!subject_id.is_empty() && id.is_none(), "subject_id", "unknown_record");
    problems.finish()?;
    let (Some(kind), Some(id)) = (kind, id) else { return Err(Error::field("subject", "unknown_record")) };
    About::check(kind, id, &file_name, &media_type, Some(caption.as_str()))
}

fn decode(encoded: &str) -> Result<String, ()> {
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::STANDARD.decode(encoded).map_err(|_not_base64| ())?;
    String::from_utf8(bytes).map_err(|_not_text| ())
}

fn http_date(at: DateTime<Utc>) -> String {
    at.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
