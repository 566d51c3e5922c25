//! A resumable upload in progress (tus 1.0).

use domain::id::{EvidenceId, PersonId, UploadId};
use domain::record::Subject;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A resumable upload in progress (tus 1.0).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "upload")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UploadId,
    pub person_id: PersonId,
    #[sea_orm(column_type = "Text")]
    pub file_name: String,
    #[sea_orm(column_type = "Text")]
    pub media_type: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub caption: Option<String>,
    pub subject: Subject,
    pub subject_id: Uuid,
    pub length: i64,
    pub received: i64,
    pub created_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
    pub evidence_id: Option<EvidenceId>,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
