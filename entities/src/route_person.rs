//! A person of a step.

use domain::id::{PersonId, RouteStepId};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A person of a step.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "route_person")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub step_id: RouteStepId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: PersonId,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
