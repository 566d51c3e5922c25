//! A document from outside that procedures rest on.

use domain::id::{ExternalDocumentId, PersonId, UnitId};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A document from outside that procedures rest on.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "external_document")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ExternalDocumentId,
    /// The unit that keeps the register; units below read it.
    pub unit_id: UnitId,
    /// Số, ký hiệu.
    #[sea_orm(column_type = "Text")]
    pub number: String,
    #[sea_orm(column_type = "Text")]
    pub title: String,
    /// Loại văn bản.
    #[sea_orm(column_type = "Text")]
    pub type_name: String,
    #[sea_orm(column_type = "Text")]
    pub issuer: String,
    pub issued_on: Option<Date>,
    pub effective_from: Option<Date>,
    /// Last day in force.
    pub effective_to: Option<Date>,
    pub replaced_by_id: Option<ExternalDocumentId>,
    /// Who watches it.
    pub watcher_id: Option<PersonId>,
    /// When it was last looked up.
    pub checked_on: Option<Date>,
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
