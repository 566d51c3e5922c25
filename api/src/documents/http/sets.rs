//! Sets of documents in one act: copies for other units, what an heir takes over.

use domain::document::control::CopyOutcome;
use domain::id::{DocumentId, RevisionId, UnitId};
use poem::web::Data;
use poem_openapi::param::Header;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

use crate::app::App;
use crate::auth::{Auth, can};
use crate::documents::copy::{self, Copied, Copy, Planned};
use crate::error::Result;

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

    /// Look at what a copy would make
    ///
    /// One row a document and unit, with what becomes of it; nothing is written.
    #[oai(path = "/document-copies/preview", method = "post", operation_id = "preview_document_copies")]
    async fn preview_document_copies(
        &self,
        auth: Auth<can::ControlDocuments>,
        app: Data<&App>,
        body: Json<CopyChoice>,
    ) -> Result<Json<CopyPlan>> {
        let CopyChoice { documents, units } = body.0;
        let rows = copy::preview(app.store.read(), &auth, &documents, &units).await?;
        Ok(Json(CopyPlan { items: rows.into_iter().map(PlannedCopy::from).collect() }))
    }

    /// Look at what an heir would take over
    ///
    /// Everything the merged units had in force, with what becomes of it; nothing is written.
    #[oai(path = "/document-reissues/preview", method = "post", operation_id = "preview_document_reissue")]
    async fn preview_document_reissue(
        &self,
        auth: Auth<can::ControlDocuments>,
        app: Data<&App>,
        body: Json<ReissueChoice>,
    ) -> Result<Json<CopyPlan>> {
        let rows = copy::preview_reissue(app.store.read(), &auth, body.0.unit_id).await?;
        Ok(Json(CopyPlan { items: rows.into_iter().map(PlannedCopy::from).collect() }))
    }
}

/// Documents and units to look at.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct CopyChoice {
    /// Documents in force.
    pub documents: Vec<DocumentId>,
    /// The units.
    pub units: Vec<UnitId>,
}

/// The heir to look at.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct ReissueChoice {
    /// The unit that others were merged into.
    pub unit_id: UnitId,
}

/// What would be copied.
#[derive(Debug, Object)]
pub struct CopyPlan {
    /// One a document and unit.
    pub items: Vec<PlannedCopy>,
}

/// A document that is to be copied, and what becomes of it.
#[derive(Debug, Object)]
pub struct PlannedCopy {
    /// The document.
    pub source_id: DocumentId,
    /// The unit.
    pub unit_id: UnitId,
    /// What becomes of it.
    pub outcome: CopyOutcome,
}

impl From<Planned> for PlannedCopy {
    fn from(Planned { source, unit_id, outcome, .. }: Planned) -> Self {
        Self { source_id: source.id, unit_id, outcome }
    }
}
