//! One visit or audit of one unit.

use domain::checklist::InspectionKind;
use domain::id::{ChecklistId, InspectionId, PersonId, ProgrammeId, UnitId};
use domain::inspection::InspectionState;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// One visit or audit of one unit.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "inspection")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InspectionId,
    #[sea_orm(column_type = "Text")]
    pub code: String,
    pub programme_id: Option<ProgrammeId>,
    pub kind: InspectionKind,
    /// The unit that inspects.
    pub owner_unit_id: UnitId,
    /// The unit inspected.
    pub unit_id: UnitId,
    pub checklist_id: ChecklistId,
    pub state: InspectionState,
    pub surprise: bool,
    /// Căn cứ, one a line.
    #[sea_orm(column_type = "Text", nullable)]
    pub legal_basis: Option<String>,
    /// Number and date of the decision on the team.
    #[sea_orm(column_type = "Text", nullable)]
    pub team_decision: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub purpose: Option<String>,
    pub period_from: Option<Date>,
    pub period_to: Option<Date>,
    pub planned_on: Date,
    #[sea_orm(column_type = "Text", nullable)]
    pub place: Option<String>,
    pub notified_at: Option<DateTimeUtc>,
    /// By when the unit's self-report was asked for; `None` when it was not.
    pub self_report_due_on: Option<Date>,
    #[sea_orm(column_type = "Text", nullable)]
    pub self_report: Option<String>,
    pub started_at: Option<DateTimeUtc>,
    pub finished_at: Option<DateTimeUtc>,
    pub reported_at: Option<DateTimeUtc>,
    pub concluded_at: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text", nullable)]
    pub strengths: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub limitations: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub causes: Option<String>,
    /// Kiến nghị, yêu cầu.
    #[sea_orm(column_type = "Text", nullable)]
    pub requests: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub unit_opinion: Option<String>,
    /// Why the unit refused to sign the minutes.
    #[sea_orm(column_type = "Text", nullable)]
    pub refusal_reason: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub conclusion: Option<String>,
    pub copies: i32,
    #[sea_orm(column_type = "Text", nullable)]
    pub cancel_reason: Option<String>,
    /// The last visit of the same unit and kind.
    pub previous_id: Option<InspectionId>,
    pub created_by_id: PersonId,
    /// Optimistic lock: 1 at insert, +1 with every update. Shown as the `ETag`.
    pub version: i64,
    pub created_at: DateTimeUtc,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
