//! A person's part in the team, with the independence check's result.

use domain::id::{InspectionId, PersonId};
use domain::inspection::TeamRole;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A person's part in the team, with the independence check's result.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "inspection_member")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub inspection_id: InspectionId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: PersonId,
    pub team_role: TeamRole,
    /// Area codes given to this member; empty means all.
    #[sea_orm(column_type = "JsonBinary")]
    pub areas: Json,
    /// Why the person is not independent, when so.
    #[sea_orm(column_type = "Text", nullable)]
    pub conflict: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub exception_reason: Option<String>,
    pub exception_by_id: Option<PersonId>,
    pub exception_at: Option<DateTimeUtc>,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
