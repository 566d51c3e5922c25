//! A role given to a person at a unit for a span of time.

use domain::id::{AssignmentId, PersonId, UnitId};
use domain::permission::{Role, Span};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A role given to a person at a unit for a span of time.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "assignment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AssignmentId,
    pub person_id: PersonId,
    pub role: Role,
    pub unit_id: UnitId,
    pub span: Span,
    pub valid_from: Date,
    pub valid_to: Option<Date>,
    pub granted_by_id: Option<PersonId>,
    #[sea_orm(column_type = "Text", nullable)]
    pub reason: Option<String>,
    /// Optimistic lock: 1 at insert, +1 with every update. Shown as the `ETag`.
    pub version: i64,
    pub created_at: DateTimeUtc,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
