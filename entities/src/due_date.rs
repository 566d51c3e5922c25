//! Every due date a record ever had, and how it was counted.

use domain::id::{DueDateId, PersonId};
use domain::record::{Duty, Subject};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Every due date a record ever had, and how it was counted.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "due_date")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DueDateId,
    pub subject: Subject,
    pub subject_id: Uuid,
    pub duty: Duty,
    pub due_on: Date,
    #[sea_orm(column_type = "Text")]
    pub explanation: String,
    pub set_by_id: Option<PersonId>,
    pub set_at: DateTimeUtc,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
