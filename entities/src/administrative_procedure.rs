//! An administrative procedure (TTHC) of the catalogue, in one span of validity.

use domain::document::control::ProcedureChange;
use domain::id::{AdministrativeProcedureId, PersonId, UnitId};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// An administrative procedure (TTHC) of the catalogue, in one span of validity.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "administrative_procedure")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AdministrativeProcedureId,
    /// The unit that keeps the catalogue; units below read it.
    pub unit_id: UnitId,
    /// As `1.001193`.
    #[sea_orm(column_type = "Text")]
    pub national_code: String,
    /// Local suffix, as `000.00.00.H55`; changes with mergers.
    #[sea_orm(column_type = "Text", nullable)]
    pub suffix: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub title: String,
    /// Lĩnh vực.
    #[sea_orm(column_type = "Text")]
    pub field_name: String,
    /// Level of the unit that decides.
    #[sea_orm(column_type = "Text")]
    pub level_code: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub time_limit: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub fee: Option<String>,
    pub valid_from: Date,
    /// Last day.
    pub valid_to: Option<Date>,
    pub last_change: ProcedureChange,
    /// From when the last change holds.
    pub changed_on: Date,
    /// Quyết định công bố.
    #[sea_orm(column_type = "Text", nullable)]
    pub decision: Option<String>,
    pub replaced_by_id: Option<AdministrativeProcedureId>,
    #[sea_orm(column_type = "Text")]
    pub search_text: String,
    pub created_by_id: PersonId,
    /// Optimistic lock: 1 at insert, +1 with every update. Shown as the `ETag`.
    pub version: i64,
    pub created_at: DateTimeUtc,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
