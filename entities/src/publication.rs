//! An edition of a ranking: proposed, approved on its digest, published as it stands.

use domain::id::{PersonId, PublicationId, RoundId};
use domain::round::PublicationState;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// An edition of a ranking: proposed, approved on its digest, published as it stands.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "publication")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PublicationId,
    pub round_id: RoundId,
    /// From 1; later ones are errata.
    pub edition: i32,
    pub state: PublicationState,
    /// SHA-256 of the document.
    #[sea_orm(column_type = "Text")]
    pub digest: String,
    /// The snapshot, byte for byte.
    #[sea_orm(column_type = "Text")]
    pub document: String,
    /// Why an erratum was needed.
    #[sea_orm(column_type = "Text", nullable)]
    pub reason: Option<String>,
    pub not_before: Option<DateTimeUtc>,
    pub proposed_by_id: PersonId,
    pub proposed_at: DateTimeUtc,
    pub published_at: Option<DateTimeUtc>,
    /// Optimistic lock: 1 at insert, +1 with every update. Shown as the `ETag`.
    pub version: i64,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
