//! Sets of documents in one act: copies for other units, what an heir takes over, the lists to show.

use domain::document::control::DocumentList;
use domain::id::{DocumentId, RevisionId, UnitId};
use poem::web::Data;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

use crate::app::App;
use crate::auth::{Auth, can};
use crate::documents::copy::{self, Copied, Copy};
use crate::documents::lists;
use crate::error::Result;
use crate::http::Download;

/// Operations on sets of documents.
#[derive(Debug)]
pub struct DocumentSetsApi;

/// Documents to be copied to units.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct NewCopies {
    /// Documents in force.
    pub documents: Vec<DocumentId>,
    /// The units; each needs an ISO secretary, who drafts.
    pub units: Vec<UnitId>,
    /// Why; kept with every draft.
    pub reason: String,
}

/// What an heir takes over.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct NewReissue {
    /// The unit that others were merged into.
    pub unit_id: UnitId,
    /// What is taken over; everything they had in force unless said.
    pub documents: Option<Vec<DocumentId>>,
    /// Why; kept with every draft.
    pub reason: String,
}

/// A document that was copied.
#[derive(Debug, Object)]
pub struct DocumentCopy {
    /// The document it was copied from.
    pub source_id: DocumentId,
    /// The unit that has it now.
    pub unit_id: UnitId,
    /// The new document.
    pub document_id: DocumentId,
    /// Its first draft.
    pub revision_id: RevisionId,
}

/// What was copied.
#[derive(Debug, Object)]
pub struct DocumentCopies {
    /// New drafts.
    pub made: Vec<DocumentCopy>,
    /// Documents that the units had taken over before.
    pub already: u64,
    /// Documents left out because a younger one for the same administrative procedure was taken.
    pub left_out: Vec<DocumentId>,
}

impl From<Copied> for DocumentCopies {
    fn from(Copied { made, already, left_out }: Copied) -> Self {
        let one = |Copy { source_id, unit_id, document_id, revision_id }: Copy| DocumentCopy {
            source_id,
            unit_id,
            document_id,
            revision_id,
        };
        Self { made: made.into_iter().map(one).collect(), already, left_out }
    }
}

#[OpenApi]
impl DocumentSetsApi {
    /// Copy documents in force to other units
    ///
    /// Each becomes a document of the unit with a draft of the same text, coded by the unit's pattern,
    /// with `source_revision_id`. What a unit has taken over before is left alone.
    #[oai(path = "/document-copies", method = "post", operation_id = "copy_documents")]
    async fn copy_documents(
        &self,
        auth: Auth<can::ControlDocuments>,
        app: Data<&App>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
        body: Json<NewCopies>,
    ) -> Result<Json<DocumentCopies>> {
        let NewCopies { documents, units, reason } = body.0;
        Ok(Json(copy::copy(&app.store, &auth, documents, units, reason).await?.into()))
    }

    /// Take over what merged units had in force
    ///
    /// For the unit they were merged into, as drafts that one decision can issue.
    #[oai(path = "/document-reissues", method = "post", operation_id = "reissue_documents")]
    async fn reissue_documents(
        &self,
        auth: Auth<can::ControlDocuments>,
        app: Data<&App>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
        body: Json<NewReissue>,
    ) -> Result<Json<DocumentCopies>> {
        let NewReissue { unit_id, documents, reason } = body.0;
        Ok(Json(copy::reissue(&app.store, &auth, unit_id, documents, reason).await?.into()))
    }

    /// Get a list to show as a spreadsheet
    ///
    /// Internal master list, external list, distribution book or change requests, of a unit with
    /// everything below it, or of everything the caller sees.
    #[oai(path = "/document-lists/:list", method = "get", operation_id = "get_document_list")]
    async fn get_document_list(
        &self,
        auth: Auth<can::ReadDocuments>,
        app: Data<&App>,
        list: Path<DocumentList>,
        unit_id: Query<Option<UnitId>>,
    ) -> Result<Download> {
        let bytes = lists::file(app.store.read(), &auth, app.renderer.catalogue(), list.0, unit_id.0).await?;
        let name = match list.0 {
            DocumentList::Master => "danh-muc-tai-lieu-noi-bo",
            DocumentList::External => "danh-muc-tai-lieu-ben-ngoai",
            DocumentList::Distribution => "so-phan-phoi-tai-lieu",
            DocumentList::Requests => "so-de-nghi-sua-doi",
        };
        Ok(Download::spreadsheet(&format!("{name}-{}.xlsx", auth.today), bytes))
    }
}
