//! Closure of the tree: every ancestor of every unit, itself included at depth 0. Scope is decided here, never on code prefixes.

use domain::id::UnitId;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Closure of the tree: every ancestor of every unit, itself included at depth 0.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "unit_path")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub ancestor_id: UnitId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub descendant_id: UnitId,
    pub depth: i32,
    pub valid_from: Date,
    pub valid_to: Option<Date>,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
