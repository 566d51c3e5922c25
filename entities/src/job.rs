//! Background work, enqueued in the write that causes it.

use domain::id::JobId;
use domain::record::JobState;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Background work, enqueued in the write that causes it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "job")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: JobId,
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub payload: Json,
    pub run_at: DateTimeUtc,
    pub state: JobState,
    pub attempt: i32,
    pub locked_until: Option<DateTimeUtc>,
    pub lease: Option<Uuid>,
    #[sea_orm(column_type = "Text", nullable)]
    pub worker: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub dedup_key: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub last_error: Option<String>,
    pub created_at: DateTimeUtc,
    pub finished_at: Option<DateTimeUtc>,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
