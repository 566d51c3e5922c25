//! An input of a management review: facts as they were on the day they were taken, and the secretary's remark.

use domain::id::{ManagementReviewId, ReviewInputId};
use domain::management_review::ReviewTopic;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// An input of a management review: facts as they were on the day they were taken, and the secretary's remark.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "review_input")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReviewInputId,
    pub review_id: ManagementReviewId,
    pub position: i32,
    pub topic: ReviewTopic,
    /// Its letter in the edition's list.
    #[sea_orm(column_type = "Text", nullable)]
    pub letter: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub title: String,
    /// The facts, with the rows behind each.
    #[sea_orm(column_type = "JsonBinary")]
    pub facts: Json,
    /// What differs from when they were taken before.
    #[sea_orm(column_type = "JsonBinary")]
    pub changes: Json,
    #[sea_orm(column_type = "Text", nullable)]
    pub remark: Option<String>,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
