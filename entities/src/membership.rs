//! A person's belonging to a unit for a span of time; independence is judged on it.

use domain::id::{MembershipId, PersonId, UnitId};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A person's belonging to a unit for a span of time; independence is judged on it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "membership")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MembershipId,
    pub person_id: PersonId,
    pub unit_id: UnitId,
    #[sea_orm(column_type = "Text", nullable)]
    pub position: Option<String>,
    pub valid_from: Date,
    pub valid_to: Option<Date>,
    /// Optimistic lock: 1 at insert, +1 with every update. Shown as the `ETag`.
    pub version: i64,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
