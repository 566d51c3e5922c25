//! Dossier figures of one unit, period, field and source.

use domain::dossier::{PeriodKind, Source};
use domain::id::{DossierReportId, PersonId, UnitId};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Dossier figures of one unit, period, field and source.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "dossier_report")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DossierReportId,
    pub unit_id: UnitId,
    pub period_kind: PeriodKind,
    pub period_from: Date,
    /// Last day, inclusive.
    pub period_to: Date,
    /// Lĩnh vực; empty for all fields.
    #[sea_orm(column_type = "Text")]
    pub field: String,
    pub source: Source,
    /// `domain::dossier::Figures`: counter → value and bound.
    #[sea_orm(column_type = "JsonBinary")]
    pub figures: Json,
    /// Whose step made dossiers late.
    #[sea_orm(column_type = "Text", nullable)]
    pub attribution: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub note: Option<String>,
    /// Field, note and unit, folded for search.
    #[sea_orm(column_type = "Text")]
    pub search_text: String,
    /// Who entered it; `None` for the command line.
    pub created_by_id: Option<PersonId>,
    pub created_at: DateTimeUtc,
    /// Removed reports stay, but count and show nowhere.
    pub removed_at: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text", nullable)]
    pub remove_reason: Option<String>,
    /// Optimistic lock: 1 at insert, +1 with every update. Shown as the `ETag`.
    pub version: i64,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
