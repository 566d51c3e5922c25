//! A periodic review of a document. Append-only.

use domain::document::control::ReviewOutcome;
use domain::id::{DocumentId, DocumentReviewId, PersonId, RevisionId};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A periodic review of a document. Append-only.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "document_review")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DocumentReviewId,
    pub document_id: DocumentId,
    /// The revision in force that was looked at.
    pub revision_id: RevisionId,
    pub outcome: ReviewOutcome,
    #[sea_orm(column_type = "Text")]
    pub note: String,
    pub reviewed_by_id: PersonId,
    pub reviewed_on: Date,
    pub created_at: DateTimeUtc,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
