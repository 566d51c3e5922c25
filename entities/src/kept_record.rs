//! A line of the records list that a unit adds itself: for uploaded procedures and what has none.

use domain::id::{DocumentId, KeptRecordId, PersonId, UnitId};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A line of the records list that a unit adds itself: for uploaded procedures and what has none.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "kept_record")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: KeptRecordId,
    pub unit_id: UnitId,
    /// The document it comes from.
    pub document_id: Option<DocumentId>,
    /// What is kept, as in a structured procedure (`RecordKept`).
    #[sea_orm(column_type = "JsonBinary")]
    pub record: Json,
    pub removed_at: Option<DateTimeUtc>,
    pub created_by_id: PersonId,
    /// Optimistic lock: 1 at insert, +1 with every update. Shown as the `ETag`.
    pub version: i64,
    pub created_at: DateTimeUtc,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
