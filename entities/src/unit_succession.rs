//! A recorded link from a unit to what came after it.

use domain::id::{SuccessionId, UnitId};
use domain::record::SuccessionKind;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A recorded link from a unit to what came after it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "unit_succession")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SuccessionId,
    pub from_unit_id: UnitId,
    /// Absent when a unit was abolished without heir.
    pub to_unit_id: Option<UnitId>,
    pub kind: SuccessionKind,
    /// First day of the new state.
    pub happened_on: Date,
    /// Legal ground.
    #[sea_orm(column_type = "Text")]
    pub ground: String,
    pub sample: bool,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
