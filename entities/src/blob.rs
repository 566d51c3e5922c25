//! Stored bytes, named by their SHA-256. On disk and synced before this row is.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Stored bytes, named by their SHA-256.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "blob")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub sha256: String,
    pub size: i64,
    pub stored_at: DateTimeUtc,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
