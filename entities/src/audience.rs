//! A rule of who must know a revision.

use domain::document::control::AudienceKind;
use domain::id::{AudienceId, PersonId, RevisionId, UnitId};
use domain::permission::Role;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A rule of who must know a revision.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "audience")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AudienceId,
    pub revision_id: RevisionId,
    pub kind: AudienceKind,
    /// With everything below it.
    pub unit_id: Option<UnitId>,
    pub role: Option<Role>,
    pub person_id: Option<PersonId>,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
