//! The audit trail: who did what to which record, old and new. Append-only by trigger.

use domain::id::{EventId, PersonId, UnitId};
use domain::record::Subject;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// The audit trail: who did what to which record, old and new.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "event")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: EventId,
    pub at: DateTimeUtc,
    /// Absent for jobs and the command line.
    pub actor_id: Option<PersonId>,
    /// `person`, `job:<kind>`, `cli`.
    #[sea_orm(column_type = "Text")]
    pub principal: String,
    pub unit_id: Option<UnitId>,
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    pub subject: Subject,
    pub subject_id: Option<Uuid>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub before: Option<Json>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub after: Option<Json>,
    #[sea_orm(column_type = "Text", nullable)]
    pub reason: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub request_id: Option<String>,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
