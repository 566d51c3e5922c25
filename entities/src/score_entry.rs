//! One value of one layer on a line.

use domain::id::{PersonId, ScoreEntryId, SheetLineId};
use domain::round::{Layer, ScoreVerdict};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// One value of one layer on a line. Append-only: the latest of a layer counts, none is overwritten.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "score_entry")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ScoreEntryId,
    pub line_id: SheetLineId,
    pub layer: Layer,
    pub verdict: ScoreVerdict,
    /// A value the rule is applied to.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub value: Option<Json>,
    /// Points set by hand, in 1/10,000.
    pub points: Option<i64>,
    #[sea_orm(column_type = "Text", nullable)]
    pub reason: Option<String>,
    pub person_id: PersonId,
    pub created_at: DateTimeUtc,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
