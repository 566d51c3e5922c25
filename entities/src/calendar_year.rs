//! A year whose official calendar is known. Counts that touch other years are provisional (tạm tính).

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A year whose official calendar is known.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "calendar_year")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub year: i32,
    pub published: bool,
    #[sea_orm(column_type = "Text", nullable)]
    pub source: Option<String>,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
