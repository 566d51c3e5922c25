//! A decision that issues revisions. Append-only.

use domain::id::{IssueDecisionId, PersonId, UnitId};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A decision that issues revisions. Append-only.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "issue_decision")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: IssueDecisionId,
    pub unit_id: UnitId,
    /// Số, ký hiệu.
    #[sea_orm(column_type = "Text")]
    pub number: String,
    pub signed_on: Date,
    /// Trích yếu.
    #[sea_orm(column_type = "Text")]
    pub title: String,
    pub recorded_by_id: PersonId,
    pub created_at: DateTimeUtc,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
