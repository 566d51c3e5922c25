//! A step of a corrective action.

use domain::corrective_action::StepState;
use domain::id::{CorrectiveActionId, PersonId, StepId};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A step of a corrective action.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "step")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StepId,
    pub corrective_action_id: CorrectiveActionId,
    pub position: i32,
    #[sea_orm(column_type = "Text")]
    pub action: String,
    pub owner_id: Option<PersonId>,
    pub due_on: Option<Date>,
    #[sea_orm(column_type = "Text", nullable)]
    pub expected_evidence: Option<String>,
    pub state: StepState,
    /// The reviewer's remark on this row.
    #[sea_orm(column_type = "Text", nullable)]
    pub remark: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub result: Option<String>,
    pub done_by_id: Option<PersonId>,
    pub done_at: Option<DateTimeUtc>,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
