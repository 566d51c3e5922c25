//! Where a clause of one edition of a standard stands in a newer one.

use domain::id::StandardId;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Where a clause of one edition of a standard stands in a newer one.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "clause_move")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub from_standard_id: StandardId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub to_standard_id: StandardId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// Number in the older edition; none for a new clause.
    #[sea_orm(column_type = "Text", nullable)]
    pub from_code: Option<String>,
    /// Number in the newer edition; none for one that is gone.
    #[sea_orm(column_type = "Text", nullable)]
    pub to_code: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub change: Option<String>,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
