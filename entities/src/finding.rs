//! A finding on one unit: of an inspection, about points lost in a published round, or of a management review.

use domain::checklist::InspectionKind;
use domain::finding::{FindingState, Grade};
use domain::id::{FindingId, InspectionId, LineId, PersonId, ReviewDecisionId, RevisionId, SheetLineId, UnitId};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A finding on one unit: of an inspection, about points lost in a published round, or of a management review.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "finding")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FindingId,
    #[sea_orm(column_type = "Text")]
    pub code: String,
    pub kind: InspectionKind,
    /// Its inspection; none when it is about points lost in a published round.
    pub inspection_id: Option<InspectionId>,
    pub line_id: Option<LineId>,
    #[sea_orm(column_type = "Text", nullable)]
    pub line_code: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub clause: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub area_code: Option<String>,
    /// The unit that inspects.
    pub owner_unit_id: UnitId,
    /// The unit that must act; moves to a successor while open.
    pub unit_id: UnitId,
    pub grade: Grade,
    /// The requirement.
    #[sea_orm(column_type = "Text", nullable)]
    pub criterion: Option<String>,
    /// The gap.
    #[sea_orm(column_type = "Text", nullable)]
    pub statement: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub recommendation: Option<String>,
    pub state: FindingState,
    pub created_by_id: PersonId,
    pub raised_at: Option<DateTimeUtc>,
    pub confirmed_by_id: Option<PersonId>,
    pub confirmed_at: Option<DateTimeUtc>,
    pub answer_due_on: Option<Date>,
    pub answered_by_id: Option<PersonId>,
    pub answered_at: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text", nullable)]
    pub dispute_reason: Option<String>,
    pub decided_by_id: Option<PersonId>,
    #[sea_orm(column_type = "Text", nullable)]
    pub decision_reason: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub appeal_reason: Option<String>,
    pub appealed_at: Option<DateTimeUtc>,
    pub appeal_decided_at: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text", nullable)]
    pub regrade_reason: Option<String>,
    pub repeat_of_id: Option<FindingId>,
    /// Folded code, statement and line.
    #[sea_orm(column_type = "Text")]
    pub search_text: String,
    /// Optimistic lock: 1 at insert, +1 with every update. Shown as the `ETag`.
    pub version: i64,
    pub created_at: DateTimeUtc,
    /// The line of a published round on which the points were lost; none when it is of an inspection.
    pub sheet_line_id: Option<SheetLineId>,
    /// The revision of the document its line cites, in force on the day it was raised.
    pub revision_id: Option<RevisionId>,
    /// The decision of a management review it comes from.
    pub review_decision_id: Option<ReviewDecisionId>,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
