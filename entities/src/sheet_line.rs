//! One criterion on one sheet: what the unit declares, still being written.

use domain::id::{PersonId, SheetId, SheetLineId};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// One criterion on one sheet: what the unit declares, still being written.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "sheet_line")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SheetLineId,
    pub sheet_id: SheetId,
    /// Code of the criterion.
    #[sea_orm(column_type = "Text")]
    pub code: String,
    /// Declared value, as format 1 writes it.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub value: Option<Json>,
    /// Written explanation, with the page of the evidence.
    #[sea_orm(column_type = "Text", nullable)]
    pub note: Option<String>,
    /// Why the declared value differs from what was counted.
    #[sea_orm(column_type = "Text", nullable)]
    pub override_reason: Option<String>,
    pub edited_by_id: Option<PersonId>,
    pub edited_at: Option<DateTimeUtc>,
    /// Optimistic lock: 1 at insert, +1 with every update. Shown as the `ETag`.
    pub version: i64,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
