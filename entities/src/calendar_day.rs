//! A day off or a made-up working day of the public sector.

use domain::calendar::DayKind;
use domain::id::CalendarDayId;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A day off or a made-up working day of the public sector.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "calendar_day")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CalendarDayId,
    pub on_date: Date,
    pub kind: DayKind,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub source: Option<String>,
    /// How far the source is verified, as the data file marks it.
    #[sea_orm(column_type = "Text")]
    pub trust: String,
    /// When the official notice came out.
    pub published_on: Option<Date>,
    /// Optimistic lock: 1 at insert, +1 with every update. Shown as the `ETag`.
    pub version: i64,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
