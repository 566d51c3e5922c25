//! A step of a route of a revision; a new route leaves the old one in place.

use domain::document::revision::{StepAct, StepRule};
use domain::id::{RevisionId, RouteStepId};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A step of a route of a revision; a new route leaves the old one in place.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "route_step")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RouteStepId,
    pub revision_id: RevisionId,
    pub route_no: i32,
    pub position: i32,
    pub act: StepAct,
    pub rule: StepRule,
    /// How many must agree, for a quorum.
    pub quorum: i32,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
