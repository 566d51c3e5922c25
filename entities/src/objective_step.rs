//! A row of the plan of a quality objective.

use domain::id::{ObjectiveStepId, PersonId, QualityObjectiveId};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A row of the plan of a quality objective.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "objective_step")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ObjectiveStepId,
    pub objective_id: QualityObjectiveId,
    pub position: i32,
    #[sea_orm(column_type = "Text")]
    pub action: String,
    pub owner_id: Option<PersonId>,
    #[sea_orm(column_type = "Text", nullable)]
    pub owner_text: Option<String>,
    pub due_on: Date,
    pub done_on: Option<Date>,
    pub done_by_id: Option<PersonId>,
    #[sea_orm(column_type = "Text", nullable)]
    pub note: Option<String>,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
