//! A scoring round: one year, one set, a group of units.

use domain::id::{CriteriaSetId, PersonId, RoundId, UnitId};
use domain::round::RoundState;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A scoring round: one year, one set, a group of units.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "round")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RoundId,
    #[sea_orm(column_type = "Text")]
    pub code: String,
    #[sea_orm(column_type = "Text")]
    pub title: String,
    pub year: i32,
    pub set_id: CriteriaSetId,
    pub owner_unit_id: UnitId,
    pub state: RoundState,
    /// The day whose units are scored.
    pub as_of: Date,
    pub survey_held: bool,
    /// Self-scoring ends at this instant.
    pub self_due_at: DateTimeUtc,
    /// Working days of the explanation window.
    pub explanation_days: i32,
    pub explanation_due_at: Option<DateTimeUtc>,
    pub appraisal_due_on: Date,
    /// Persons who must approve a publication's digest.
    pub approvals_required: i32,
    /// The council's decision.
    #[sea_orm(column_type = "Text", nullable)]
    pub decision: Option<String>,
    pub decided_on: Option<Date>,
    /// Last year's round, for comparison.
    pub previous_id: Option<RoundId>,
    pub created_by_id: PersonId,
    /// Optimistic lock: 1 at insert, +1 with every update. Shown as the `ETag`.
    pub version: i64,
    pub created_at: DateTimeUtc,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
