//! A dated fact about a declaration: posted, announced, sent.

use domain::conformity::DeclarationFact;
use domain::id::{ConformityDeclarationId, ConformityFactId, PersonId};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A dated fact about a declaration: posted, announced, sent.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "conformity_fact")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ConformityFactId,
    pub declaration_id: ConformityDeclarationId,
    pub fact: DeclarationFact,
    pub on_date: Date,
    #[sea_orm(column_type = "Text", nullable)]
    pub address: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub recipient: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub number: Option<String>,
    pub recorded_by_id: PersonId,
    pub created_at: DateTimeUtc,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
