//! A render request for the minutes of a management review: its frozen input and its result.

use domain::id::{ManagementReviewId, PersonId, ReviewPaperId};
use domain::record::ReportState;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A render request for the minutes of a management review: its frozen input and its result.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "review_paper")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReviewPaperId,
    pub review_id: ManagementReviewId,
    pub state: ReportState,
    pub draft: bool,
    /// The frozen input: the same bytes come out of it again.
    #[sea_orm(column_type = "JsonBinary")]
    pub data: Json,
    #[sea_orm(column_type = "Text", nullable)]
    pub template_version: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub font_hash: Option<String>,
    pub pages: Option<i32>,
    #[sea_orm(column_type = "Text", nullable)]
    pub blob_sha256: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub error: Option<String>,
    pub requested_by_id: PersonId,
    pub requested_at: DateTimeUtc,
    pub ready_at: Option<DateTimeUtc>,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
