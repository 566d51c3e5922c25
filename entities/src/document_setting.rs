//! How a unit controls its documents.

use domain::id::UnitId;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// How a unit controls its documents.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "document_setting")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub unit_id: UnitId,
    /// Pattern of codes by kind; kinds left out have the usual one.
    #[sea_orm(column_type = "JsonBinary")]
    pub code_patterns: Json,
    /// Working days to acknowledge.
    pub acknowledge_days: i32,
    /// Months between periodic reviews.
    pub review_months: i32,
    /// Working hours of a working day.
    pub hours_per_day: i32,
    /// Working days for each step of reviewing and approving.
    pub turn_days: i32,
    /// Optimistic lock: 1 at insert, +1 with every update. Shown as the `ETag`.
    pub version: i64,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
