//! What a document is linked with, for a span of time.

use domain::document::control::LinkKind;
use domain::id::{DocumentId, DocumentLinkId, PersonId, RevisionId};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// What a document is linked with, for a span of time.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "document_link")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DocumentLinkId,
    pub document_id: DocumentId,
    pub kind: LinkKind,
    /// The record, for kinds that are records.
    pub target_id: Option<Uuid>,
    /// The clause as edition and number.
    #[sea_orm(column_type = "Text", nullable)]
    pub target_code: Option<String>,
    pub valid_from: Date,
    pub valid_to: Option<Date>,
    pub created_by_id: PersonId,
    pub created_at: DateTimeUtc,
    /// Of a checklist line: the revision in force when the link was made or looked at anew.
    pub revision_id: Option<RevisionId>,
    /// Of an administrative procedure: the last change of it that was looked at.
    pub seen_change_on: Option<Date>,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
