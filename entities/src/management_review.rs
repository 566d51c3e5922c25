//! A management review: its people, its meeting, its minutes.

use domain::id::{ManagementReviewId, PersonId, UnitId};
use domain::management_review::ReviewState;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A management review: its people, its meeting, its minutes.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "management_review")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ManagementReviewId,
    /// Human code, unique in the unit: `XX-2026-01`.
    #[sea_orm(column_type = "Text")]
    pub code: String,
    pub unit_id: UnitId,
    pub year: i32,
    pub state: ReviewState,
    /// Which list of inputs it follows.
    #[sea_orm(column_type = "Text")]
    pub edition: String,
    /// The day it is planned for; once held, the day it was held.
    pub on_date: Date,
    #[sea_orm(column_type = "Text", nullable)]
    pub place: Option<String>,
    pub chair_id: PersonId,
    pub secretary_id: PersonId,
    /// People without a login, one a line.
    #[sea_orm(column_type = "Text", nullable)]
    pub others: Option<String>,
    /// First day its inputs speak of.
    pub period_from: Date,
    /// The day the inputs were taken.
    pub inputs_on: Option<Date>,
    pub inputs_by_id: Option<PersonId>,
    /// Beginning of the meeting, `08:00`.
    #[sea_orm(column_type = "Text", nullable)]
    pub opened: Option<String>,
    /// End of the meeting.
    #[sea_orm(column_type = "Text", nullable)]
    pub closed: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub discussion: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub conclusion: Option<String>,
    pub signed_at: Option<DateTimeUtc>,
    pub number: Option<i32>,
    /// What follows the number, as BB-UBND.
    #[sea_orm(column_type = "Text", nullable)]
    pub symbol: Option<String>,
    pub issued_on: Option<Date>,
    pub registered_by_id: Option<PersonId>,
    #[sea_orm(column_type = "Text", nullable)]
    pub cancel_reason: Option<String>,
    /// The concluded review before it.
    pub previous_id: Option<ManagementReviewId>,
    /// Folded code and place.
    #[sea_orm(column_type = "Text")]
    pub search_text: String,
    pub created_by_id: PersonId,
    /// Optimistic lock: 1 at insert, +1 with every update. Shown as the `ETag`.
    pub version: i64,
    pub created_at: DateTimeUtc,
    /// When what the paper says last changed.
    pub changed_at: DateTimeUtc,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
