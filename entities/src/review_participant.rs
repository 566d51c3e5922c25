//! A person who takes part in a management review.

use domain::id::{ManagementReviewId, PersonId};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A person who takes part in a management review.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "review_participant")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub review_id: ManagementReviewId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: PersonId,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
