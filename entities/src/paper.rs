//! An official paper of an inspection: its signature and its registration.

use domain::id::{InspectionId, PaperId, PersonId};
use domain::record::PaperKind;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// An official paper of an inspection: its signature and its registration.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "paper")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PaperId,
    pub inspection_id: InspectionId,
    pub kind: PaperKind,
    pub number: Option<i32>,
    /// What follows the number, as BB-ĐKT.
    #[sea_orm(column_type = "Text", nullable)]
    pub symbol: Option<String>,
    pub issued_on: Option<Date>,
    pub signed_at: Option<DateTimeUtc>,
    pub registered_by_id: Option<PersonId>,
    /// Optimistic lock: 1 at insert, +1 with every update. Shown as the `ETag`.
    pub version: i64,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
