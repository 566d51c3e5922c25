//! A kind of unit on a level: xã, phường, đặc khu, sở, phòng …

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A kind of unit on a level: xã, phường, đặc khu, sở, phòng ….
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "unit_kind")]
pub struct Model {
    /// Stable code.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub code: String,
    /// Vietnamese name as the official lists print it.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// Its level.
    #[sea_orm(column_type = "Text")]
    pub level_code: String,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
