//! A level of government. Data, because levels change by law (districts ended on 30/6/2025).

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A level of government.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "unit_level")]
pub struct Model {
    /// Stable code.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub code: String,
    /// Vietnamese name.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// Order from the top, 1 first.
    pub rank: i32,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
