//! A signed-in session; only the hash of its token is kept.

use domain::id::{AccountId, PersonId, SessionId};
use domain::record::SessionKind;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A signed-in session; only the hash of its token is kept.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "session")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SessionId,
    #[sea_orm(column_type = "Text")]
    pub token_hash: String,
    /// The token that forms of this session carry.
    #[sea_orm(column_type = "Text")]
    pub csrf: String,
    pub account_id: AccountId,
    pub person_id: PersonId,
    pub kind: SessionKind,
    pub created_at: DateTimeUtc,
    pub seen_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
    pub ended_at: Option<DateTimeUtc>,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
