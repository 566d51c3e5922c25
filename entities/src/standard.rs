//! An edition of a standard.

use domain::id::StandardId;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// An edition of a standard.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "standard")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StandardId,
    #[sea_orm(column_type = "Text")]
    pub code: String,
    #[sea_orm(column_type = "Text")]
    pub title: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub title_en: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub edition: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub source: Option<String>,
    /// Code of the national edition (TCVN); none where there is none.
    #[sea_orm(column_type = "Text", nullable)]
    pub national_code: Option<String>,
    pub published_on: Option<Date>,
    #[sea_orm(column_type = "Text", nullable)]
    pub note: Option<String>,
    /// How far verified.
    #[sea_orm(column_type = "Text", nullable)]
    pub trust: Option<String>,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
