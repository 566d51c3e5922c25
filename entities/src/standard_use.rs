//! From which day a unit, or every agency, works by an edition of a standard. Rows are added, never changed.

use domain::id::{PersonId, StandardId, StandardUseId, UnitId};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// From which day a unit, or every agency, works by an edition of a standard.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "standard_use")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StandardUseId,
    /// The unit; none for what holds for all agencies.
    pub unit_id: Option<UnitId>,
    pub standard_id: StandardId,
    /// The first day.
    pub valid_from: Date,
    /// The decision or letter it rests on.
    #[sea_orm(column_type = "Text")]
    pub ground: String,
    /// How far verified, where it came with the program.
    #[sea_orm(column_type = "Text", nullable)]
    pub trust: Option<String>,
    pub recorded_by_id: Option<PersonId>,
    pub recorded_at: DateTimeUtc,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
