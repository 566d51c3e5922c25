//! A deduction that a finding proposes on a line; the appraiser decides.

use domain::id::{DeductionId, FindingId, PersonId, SheetLineId};
use domain::round::DeductionState;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A deduction that a finding proposes on a line; the appraiser decides.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "deduction")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DeductionId,
    pub line_id: SheetLineId,
    pub finding_id: FindingId,
    /// In 1/10,000.
    pub points: i64,
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    pub state: DeductionState,
    pub proposed_by_id: PersonId,
    pub proposed_at: DateTimeUtc,
    pub decided_by_id: Option<PersonId>,
    pub decided_at: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text", nullable)]
    pub decision_reason: Option<String>,
    /// Optimistic lock: 1 at insert, +1 with every update. Shown as the `ETag`.
    pub version: i64,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
