//! A line of the inspection's own snapshot of its checklist, with the current answer folded from its operations.

use domain::checklist::{AnswerType, Verdict};
use domain::id::{InspectionId, LineId, PersonId};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A line of the inspection's own snapshot of its checklist, with the current answer folded from its operations.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "inspection_line")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LineId,
    pub inspection_id: InspectionId,
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
    #[sea_orm(column_type = "JsonBinary")]
    pub evidence: Json,
    pub answer_type: AnswerType,
    #[sea_orm(column_type = "Text", nullable)]
    pub metric: Option<String>,
    #[sea_orm(column_type = "JsonBinary")]
    pub phrases: Json,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub value: Option<Json>,
    pub verdict: Option<Verdict>,
    #[sea_orm(column_type = "Text", nullable)]
    pub note: Option<String>,
    /// Why it was not audited.
    #[sea_orm(column_type = "Text", nullable)]
    pub reason: Option<String>,
    /// Two devices answered over each other; the lead decides.
    pub conflicted: bool,
    pub answered_by_id: Option<PersonId>,
    pub answered_at: Option<DateTimeUtc>,
    pub previous_line_id: Option<LineId>,
    /// Optimistic lock: 1 at insert, +1 with every update. Shown as the `ETag`.
    pub version: i64,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
