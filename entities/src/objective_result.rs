//! A measured result of a quality objective; append-only, the last one counts.

use domain::id::{ObjectiveResultId, PersonId, QualityObjectiveId};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A measured result of a quality objective; append-only, the last one counts.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "objective_result")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ObjectiveResultId,
    pub objective_id: QualityObjectiveId,
    /// The day it speaks of.
    pub measured_on: Date,
    /// A decimal; of a counted share rounded to four places.
    #[sea_orm(column_type = "Text")]
    pub value: String,
    /// Numerator of a counted share: with `whole` the exact value.
    pub part: Option<i64>,
    pub whole: Option<i64>,
    #[sea_orm(column_type = "Text", nullable)]
    pub note: Option<String>,
    pub recorded_by_id: PersonId,
    pub created_at: DateTimeUtc,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
