//! A fact about a person and a revision. Append-only.

use domain::document::control::ReceiptFact;
use domain::id::{DistributionId, ReceiptId};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A fact about a person and a revision. Append-only.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "receipt")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReceiptId,
    pub distribution_id: DistributionId,
    pub fact: ReceiptFact,
    /// The sentence acknowledged.
    #[sea_orm(column_type = "Text", nullable)]
    pub statement: Option<String>,
    /// The text acknowledged.
    #[sea_orm(column_type = "Text", nullable)]
    pub content_hash: Option<String>,
    pub at: DateTimeUtc,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
