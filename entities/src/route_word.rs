//! What a person said on a step. Append-only.

use domain::id::{PersonId, RevisionId, RouteStepId, RouteWordId};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// What a person said on a step. Append-only.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "route_word")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RouteWordId,
    pub revision_id: RevisionId,
    pub step_id: RouteStepId,
    /// Of which submission.
    pub submission: i32,
    pub person_id: PersonId,
    /// False: returned for changes.
    pub agreed: bool,
    #[sea_orm(column_type = "Text", nullable)]
    pub remark: Option<String>,
    /// What was before them.
    #[sea_orm(column_type = "Text")]
    pub content_hash: String,
    pub at: DateTimeUtc,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
