//! A natural person. Duties are separated between persons, not accounts.

use domain::id::PersonId;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A natural person.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "person")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PersonId,
    #[sea_orm(column_type = "Text")]
    pub full_name: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub email: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub search_text: String,
    pub disabled_at: Option<DateTimeUtc>,
    pub sample: bool,
    /// Optimistic lock: 1 at insert, +1 with every update. Shown as the `ETag`.
    pub version: i64,
    pub created_at: DateTimeUtc,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
