//! A yearly programme of inspections of one inspecting unit.

use domain::id::{PersonId, ProgrammeId, UnitId};
use domain::record::ProgrammeState;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A yearly programme of inspections of one inspecting unit.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "programme")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProgrammeId,
    #[sea_orm(column_type = "Text")]
    pub code: String,
    pub year: i32,
    pub unit_id: UnitId,
    #[sea_orm(column_type = "Text")]
    pub title: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub objective: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub legal_basis: Option<String>,
    pub state: ProgrammeState,
    pub approved_by_id: Option<PersonId>,
    pub approved_at: Option<DateTimeUtc>,
    /// Optimistic lock: 1 at insert, +1 with every update. Shown as the `ETag`.
    pub version: i64,
    pub created_at: DateTimeUtc,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
