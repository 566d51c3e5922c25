//! A quality objective of a unit and year: what it says is in `domain::objective`.

use domain::id::{ObjectiveResultId, PersonId, QualityObjectiveId, UnitId};
use domain::objective::{Bind, Direction, Frequency, ObjectiveState};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A quality objective of a unit and year: what it says is in `domain::objective`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "quality_objective")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: QualityObjectiveId,
    /// Human code, unique in the unit: `MT-2026-01`.
    #[sea_orm(column_type = "Text")]
    pub code: String,
    pub unit_id: UnitId,
    pub year: i32,
    pub state: ObjectiveState,
    /// What is to be reached.
    #[sea_orm(column_type = "Text")]
    pub goal: String,
    /// What is measured.
    #[sea_orm(column_type = "Text")]
    pub measure: String,
    /// In which unit.
    #[sea_orm(column_type = "Text")]
    pub measure_unit: String,
    pub direction: Direction,
    /// An exact decimal.
    #[sea_orm(column_type = "Text")]
    pub target: String,
    /// An exact decimal.
    #[sea_orm(column_type = "Text", nullable)]
    pub baseline: Option<String>,
    pub frequency: Frequency,
    /// The counted figure it is bound to.
    pub bind: Option<Bind>,
    pub created_by_id: PersonId,
    pub approved_by_id: Option<PersonId>,
    pub approved_at: Option<DateTimeUtc>,
    /// Whether it was reached, once evaluated.
    pub met: Option<bool>,
    /// The result that decided.
    pub result_id: Option<ObjectiveResultId>,
    /// Why it was not reached.
    #[sea_orm(column_type = "Text", nullable)]
    pub explanation: Option<String>,
    pub evaluated_by_id: Option<PersonId>,
    pub evaluated_at: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text", nullable)]
    pub cancel_reason: Option<String>,
    /// Folded code, goal and measure.
    #[sea_orm(column_type = "Text")]
    pub search_text: String,
    /// Optimistic lock: 1 at insert, +1 with every update. Shown as the `ETag`.
    pub version: i64,
    pub created_at: DateTimeUtc,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
