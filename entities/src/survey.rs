//! A satisfaction survey of a year, for a unit and everything below it.

use domain::id::{PersonId, SurveyId, UnitId};
use domain::survey::SurveyState;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A satisfaction survey of a year, for a unit and everything below it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "survey")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SurveyId,
    /// The unit that holds it.
    pub unit_id: UnitId,
    pub year: i32,
    /// Code of the instrument; part of the names of its counts.
    #[sea_orm(column_type = "Text")]
    pub code: String,
    #[sea_orm(column_type = "Text")]
    pub title: String,
    /// Options and questions (`domain::survey::Instrument`).
    #[sea_orm(column_type = "JsonBinary")]
    pub instrument: Json,
    pub state: SurveyState,
    pub created_by_id: PersonId,
    /// Optimistic lock: 1 at insert, +1 with every update. Shown as the `ETag`.
    pub version: i64,
    pub created_at: DateTimeUtc,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
