//! A mail to one person: planned, waiting, sent. Sent mail is evidence.

use domain::id::{MailId, PersonId};
use domain::record::MailState;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A mail to one person: planned, waiting, sent.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "mail")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MailId,
    pub person_id: PersonId,
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    /// The civil day it belongs to; one digest a person and day.
    pub on_date: Date,
    pub state: MailState,
    /// Filled when it is handed over.
    #[sea_orm(column_type = "Text", nullable)]
    pub address: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub subject: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub text: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub html: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub message_id: String,
    pub attempts: i32,
    #[sea_orm(column_type = "Text", nullable)]
    pub last_error: Option<String>,
    pub created_at: DateTimeUtc,
    pub sent_at: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text")]
    pub dedup_key: String,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
