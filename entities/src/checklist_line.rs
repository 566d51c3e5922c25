//! A line of a checklist template.

use domain::checklist::AnswerType;
use domain::id::{ChecklistId, ChecklistLineId};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A line of a checklist template.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "checklist_line")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ChecklistLineId,
    pub checklist_id: ChecklistId,
    pub position: i32,
    #[sea_orm(column_type = "Text")]
    pub code: String,
    #[sea_orm(column_type = "Text")]
    pub area_code: String,
    #[sea_orm(column_type = "Text")]
    pub area_name: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub clause: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub question: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub question_en: Option<String>,
    /// Documents to look at.
    #[sea_orm(column_type = "JsonBinary")]
    pub evidence: Json,
    pub answer_type: AnswerType,
    /// What a ratio divides by what.
    #[sea_orm(column_type = "Text", nullable)]
    pub metric: Option<String>,
    /// Standard texts for a finding on this line.
    #[sea_orm(column_type = "JsonBinary")]
    pub phrases: Json,
    #[sea_orm(column_type = "Text", nullable)]
    pub source: Option<String>,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
