//! An intent to remind one person of one duty at one stage. Exactly one row each.

use domain::id::{MailId, PersonId, ReminderId};
use domain::record::Subject;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// An intent to remind one person of one duty at one stage.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "reminder")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReminderId,
    #[sea_orm(column_type = "Text")]
    pub rule: String,
    pub subject: Subject,
    pub subject_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub stage: String,
    pub due_on: Date,
    pub person_id: PersonId,
    pub mail_id: Option<MailId>,
    pub superseded: bool,
    pub planned_on: Date,
    pub created_at: DateTimeUtc,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
