//! The result of one unit in an index published elsewhere, as it was read.

use domain::id::{IndexResultId, UnitId};
use domain::index::{IndexCode, IndexPeriodKind};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// The result of one unit in an index published elsewhere, as it was read. Never changed.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "index_result")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: IndexResultId,
    pub index_code: IndexCode,
    /// As published.
    #[sea_orm(column_type = "Text")]
    pub unit_name: String,
    /// As published.
    #[sea_orm(column_type = "Text")]
    pub unit_code: String,
    /// The unit of this installation, where exactly one has the name.
    pub unit_id: Option<UnitId>,
    pub period_kind: IndexPeriodKind,
    pub period_year: i32,
    /// Quarter or month; 0 of a year.
    pub period_number: i32,
    /// When the source was read; a real-time index means nothing without it.
    pub snapshot_at: DateTimeUtc,
    /// In 1/10,000.
    pub total: i64,
    /// By code, in 1/10,000; null where it was not published.
    pub parts: Json,
    /// The rank the source gives.
    pub published_rank: Option<i32>,
    #[sea_orm(column_type = "Text")]
    pub source: String,
    pub created_at: DateTimeUtc,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
