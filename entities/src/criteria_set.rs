//! A version of a criteria set.

use domain::id::{CriteriaSetId, PersonId, UnitId};
use domain::record::CriteriaSetState;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A version of a criteria set. Once published it never changes.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "criteria_set")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CriteriaSetId,
    /// The set's own name, shared by its editions.
    #[sea_orm(column_type = "Text")]
    pub code: String,
    /// From 1.
    pub edition: i32,
    #[sea_orm(column_type = "Text")]
    pub title: String,
    /// Code and title without diacritics.
    #[sea_orm(column_type = "Text")]
    pub search_text: String,
    pub year: Option<i32>,
    #[sea_orm(column_type = "Text")]
    pub level: String,
    pub state: CriteriaSetState,
    /// A constructed sample, called so wherever it is shown.
    pub sample: bool,
    pub owner_unit_id: UnitId,
    /// The set as format 1 writes it, byte for byte.
    #[sea_orm(column_type = "Text")]
    pub document: String,
    /// SHA-256 of the document.
    #[sea_orm(column_type = "Text")]
    pub digest: String,
    pub copied_from_id: Option<CriteriaSetId>,
    pub created_by_id: Option<PersonId>,
    pub published_by_id: Option<PersonId>,
    pub published_at: Option<DateTimeUtc>,
    /// Optimistic lock: 1 at insert, +1 with every update. Shown as the `ETag`.
    pub version: i64,
    pub created_at: DateTimeUtc,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
