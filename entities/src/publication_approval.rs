//! A person's approval of a publication's digest.

use domain::id::{PersonId, PublicationId};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A person's approval of a publication's digest.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "publication_approval")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub publication_id: PublicationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: PersonId,
    #[sea_orm(column_type = "Text")]
    pub digest: String,
    pub approved_at: DateTimeUtc,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
