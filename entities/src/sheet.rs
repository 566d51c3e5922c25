//! The sheet of one unit in one round; names are those of the round's day.

use domain::id::{PersonId, RoundId, SheetId, UnitId};
use domain::round::SheetState;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// The sheet of one unit in one round; names are those of the round's day.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "sheet")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SheetId,
    pub round_id: RoundId,
    pub unit_id: UnitId,
    #[sea_orm(column_type = "Text")]
    pub unit_code: String,
    #[sea_orm(column_type = "Text")]
    pub unit_name: String,
    /// Code of the unit's kind.
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub peer_group: Option<String>,
    pub state: SheetState,
    pub submitted_at: Option<DateTimeUtc>,
    pub submitted_by_id: Option<PersonId>,
    /// Optimistic lock: 1 at insert, +1 with every update. Shown as the `ETag`.
    pub version: i64,
    pub created_at: DateTimeUtc,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
