//! A revision given to a person.

use domain::document::control::OfferCause;
use domain::id::{DistributionId, PersonId, RevisionId};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A revision given to a person.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "distribution")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DistributionId,
    pub revision_id: RevisionId,
    pub person_id: PersonId,
    pub cause: OfferCause,
    pub due_on: Date,
    pub offered_at: DateTimeUtc,
    /// When nothing more was asked of the person.
    pub voided_at: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text", nullable)]
    pub void_reason: Option<String>,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
