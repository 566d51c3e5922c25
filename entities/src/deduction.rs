//! A deduction that a finding of an inspection proposes on a line of a sheet.

use domain::id::{DeductionId, FindingId, PersonId, ScoreEntryId, SheetLineId};
use domain::round::DeductionState;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A deduction that a finding of an inspection proposes on a line of a sheet; an appraiser decides.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "deduction")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DeductionId,
    pub finding_id: FindingId,
    pub line_id: SheetLineId,
    /// Points to be taken away, in 1/10,000; above zero.
    pub points: i64,
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    pub proposed_by_id: PersonId,
    pub proposed_at: DateTimeUtc,
    pub state: DeductionState,
    pub decided_by_id: Option<PersonId>,
    pub decided_at: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text", nullable)]
    pub decision_reason: Option<String>,
    /// The value of the first appraisal that it became.
    pub entry_id: Option<ScoreEntryId>,
    /// Optimistic lock: 1 at insert, +1 with every update. Shown as the `ETag`.
    pub version: i64,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
