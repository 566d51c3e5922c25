//! A file attached to a record.

use domain::id::{EvidenceId, PersonId, UnitId};
use domain::record::Subject;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A file attached to a record.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "evidence")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: EvidenceId,
    #[sea_orm(column_type = "Text")]
    pub blob_sha256: String,
    #[sea_orm(column_type = "Text")]
    pub file_name: String,
    #[sea_orm(column_type = "Text")]
    pub media_type: String,
    pub size: i64,
    #[sea_orm(column_type = "Text", nullable)]
    pub caption: Option<String>,
    /// The unit whose record it belongs to.
    pub unit_id: UnitId,
    pub subject: Subject,
    pub subject_id: Uuid,
    pub uploaded_by_id: PersonId,
    pub created_at: DateTimeUtc,
    pub removed_at: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text", nullable)]
    pub remove_reason: Option<String>,
    /// Optimistic lock: 1 at insert, +1 with every update. Shown as the `ETag`.
    pub version: i64,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
