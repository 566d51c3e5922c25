//! Who appraises which criteria of a round.

use domain::id::{PersonId, RoundId};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Who appraises which criteria of a round.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "round_appraiser")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub round_id: RoundId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: PersonId,
    /// The appraiser group of the criteria; empty means all.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub criterion_group: String,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
