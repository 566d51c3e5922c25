//! A unit of administration in one span of validity. Identity is (code, valid_from): the same code may name another extent later.

use domain::id::UnitId;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A unit of administration in one span of validity.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "unit")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UnitId,
    /// Official code; own codes for units that have none.
    #[sea_orm(column_type = "Text")]
    pub code: String,
    /// Its kind.
    #[sea_orm(column_type = "Text")]
    pub kind_code: String,
    /// Full Vietnamese name.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// The unit above it in this span.
    pub parent_id: Option<UnitId>,
    /// First day.
    pub valid_from: Date,
    /// Last day, inclusive; open when absent.
    pub valid_to: Option<Date>,
    /// Folded name and code.
    #[sea_orm(column_type = "Text")]
    pub search_text: String,
    /// Where the entry comes from.
    #[sea_orm(column_type = "Text", nullable)]
    pub source: Option<String>,
    /// Invented for the sample world (bộ mẫu).
    pub sample: bool,
    /// Optimistic lock: 1 at insert, +1 with every update. Shown as the `ETag`.
    pub version: i64,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
