//! A decision that changes the TTHC catalogue (quyết định công bố).

use domain::id::{PersonId, ProcedureChangeListId, UnitId};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A decision that changes the TTHC catalogue (quyết định công bố).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "procedure_change_list")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProcedureChangeListId,
    /// The unit whose catalogue it changes; units below read it.
    pub unit_id: UnitId,
    /// Số, ký hiệu.
    #[sea_orm(column_type = "Text")]
    pub decision: String,
    /// The day it was signed.
    pub decided_on: Date,
    /// The day from which it holds.
    pub effective_on: Date,
    /// Working days for the procedures to follow.
    pub revise_days: i32,
    /// The last of these days.
    pub due_on: Date,
    #[sea_orm(column_type = "Text", nullable)]
    pub note: Option<String>,
    /// When the catalogue took it over.
    pub applied_at: Option<DateTimeUtc>,
    /// When it was taken back before that.
    pub cancelled_at: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text", nullable)]
    pub cancel_reason: Option<String>,
    pub created_by_id: PersonId,
    /// Optimistic lock: 1 at insert, +1 with every update. Shown as the `ETag`.
    pub version: i64,
    pub created_at: DateTimeUtc,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
