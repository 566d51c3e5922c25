//! A decision of a management review.

use domain::id::{ManagementReviewId, PersonId, ReviewDecisionId, UnitId};
use domain::management_review::{DecisionKind, DecisionState};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A decision of a management review.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "review_decision")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReviewDecisionId,
    pub review_id: ManagementReviewId,
    pub position: i32,
    pub kind: DecisionKind,
    #[sea_orm(column_type = "Text")]
    pub content: String,
    /// The unit that answers for it.
    pub unit_id: UnitId,
    pub owner_id: PersonId,
    pub due_on: Date,
    #[sea_orm(column_type = "Text", nullable)]
    pub resources: Option<String>,
    pub state: DecisionState,
    #[sea_orm(column_type = "Text", nullable)]
    pub done_note: Option<String>,
    pub reported_by_id: Option<PersonId>,
    pub reported_at: Option<DateTimeUtc>,
    pub confirmed_by_id: Option<PersonId>,
    pub confirmed_at: Option<DateTimeUtc>,
    /// Why it was sent back last.
    #[sea_orm(column_type = "Text", nullable)]
    pub return_reason: Option<String>,
    /// Optimistic lock: 1 at insert, +1 with every update. Shown as the `ETag`.
    pub version: i64,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
