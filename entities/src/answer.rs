//! One answer operation on a line. Append-only.

use domain::checklist::Verdict;
use domain::id::{AnswerId, LineId, PersonId};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// One answer operation on a line.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "answer")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AnswerId,
    pub line_id: LineId,
    pub seq: i64,
    /// The operation's id given by the client.
    #[sea_orm(column_type = "Text")]
    pub client_id: String,
    pub base_version: i64,
    pub device_at: Option<DateTimeUtc>,
    pub at: DateTimeUtc,
    pub person_id: PersonId,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub value: Option<Json>,
    pub verdict: Option<Verdict>,
    #[sea_orm(column_type = "Text", nullable)]
    pub note: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub reason: Option<String>,
    pub conflict: bool,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
