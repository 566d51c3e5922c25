//! A clause of a standard: number and titles only.

use domain::id::StandardId;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A clause of a standard: number and titles only.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "clause")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub standard_id: StandardId,
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub code: String,
    #[sea_orm(column_type = "Text")]
    pub title: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub title_en: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub trust: String,
    pub position: i32,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
