//! A version of a checklist template. A published one never changes.

use domain::checklist::InspectionKind;
use domain::id::ChecklistId;
use domain::record::ChecklistState;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A version of a checklist template.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "checklist")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ChecklistId,
    #[sea_orm(column_type = "Text")]
    pub code: String,
    pub kind: InspectionKind,
    #[sea_orm(column_type = "Text")]
    pub title: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub edition: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub note: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub source: Option<String>,
    pub sample: bool,
    pub version_no: i32,
    pub state: ChecklistState,
    /// Optimistic lock: 1 at insert, +1 with every update. Shown as the `ETag`.
    pub version: i64,
    pub created_at: DateTimeUtc,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
