//! A request for a later date, and its decision.

use domain::corrective_action::ExtensionState;
use domain::id::{CorrectiveActionId, ExtensionId, PersonId, StepId};
use domain::record::Duty;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A request for a later date, and its decision.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "extension")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ExtensionId,
    pub corrective_action_id: CorrectiveActionId,
    pub step_id: Option<StepId>,
    pub duty: Duty,
    pub old_due_on: Date,
    pub new_due_on: Date,
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    pub state: ExtensionState,
    pub requested_by_id: PersonId,
    pub requested_at: DateTimeUtc,
    pub decided_by_id: Option<PersonId>,
    pub decided_at: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text", nullable)]
    pub decision_reason: Option<String>,
    /// Optimistic lock: 1 at insert, +1 with every update. Shown as the `ETag`.
    pub version: i64,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
