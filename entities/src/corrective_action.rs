//! A corrective action of a unit on a finding.

use domain::corrective_action::{CauseGroup, CauseOrigin, CorrectiveActionState};
use domain::id::{CorrectiveActionId, FindingId, PersonId, UnitId};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A corrective action of a unit on a finding.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "corrective_action")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CorrectiveActionId,
    #[sea_orm(column_type = "Text")]
    pub code: String,
    pub finding_id: FindingId,
    pub owner_unit_id: UnitId,
    pub unit_id: UnitId,
    pub state: CorrectiveActionState,
    /// What is put right at once.
    #[sea_orm(column_type = "Text", nullable)]
    pub correction: Option<String>,
    /// Whether the same happens elsewhere.
    #[sea_orm(column_type = "Text", nullable)]
    pub extent: Option<String>,
    /// The chain of causes, first to root.
    #[sea_orm(column_type = "JsonBinary")]
    pub whys: Json,
    pub cause_group: Option<CauseGroup>,
    pub cause_origin: Option<CauseOrigin>,
    #[sea_orm(column_type = "Text", nullable)]
    pub external_agency: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub external_letter: Option<String>,
    pub plan_due_on: Date,
    /// Last due date of its steps.
    pub due_on: Option<Date>,
    pub effectiveness_months: i32,
    pub effectiveness_due_on: Option<Date>,
    pub verifier_id: Option<PersonId>,
    pub submitted_by_id: Option<PersonId>,
    pub submitted_at: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text", nullable)]
    pub return_remark: Option<String>,
    pub return_count: i32,
    pub approved_by_id: Option<PersonId>,
    pub approved_at: Option<DateTimeUtc>,
    pub verified_by_id: Option<PersonId>,
    pub verified_at: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text", nullable)]
    pub verification_note: Option<String>,
    pub effect_by_id: Option<PersonId>,
    pub effect_at: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text", nullable)]
    pub effect_note: Option<String>,
    /// What was looked at to judge the effect.
    #[sea_orm(column_type = "Text", nullable)]
    pub effect_sample: Option<String>,
    pub reopened_from_id: Option<CorrectiveActionId>,
    #[sea_orm(column_type = "Text", nullable)]
    pub cancel_reason: Option<String>,
    /// Optimistic lock: 1 at insert, +1 with every update. Shown as the `ETag`.
    pub version: i64,
    pub created_at: DateTimeUtc,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
