//! A certificate of conformity that a unit bought from a certification body.

use domain::id::{ConformityCertificateId, PersonId, StandardId, UnitId};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A certificate of conformity that a unit bought from a certification body.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "conformity_certificate")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ConformityCertificateId,
    pub unit_id: UnitId,
    pub standard_id: StandardId,
    /// Tổ chức chứng nhận.
    #[sea_orm(column_type = "Text")]
    pub body: String,
    #[sea_orm(column_type = "Text")]
    pub number: String,
    pub valid_from: Option<Date>,
    /// Last day.
    pub valid_to: Date,
    #[sea_orm(column_type = "Text", nullable)]
    pub note: Option<String>,
    pub recorded_by_id: PersonId,
    /// Optimistic lock: 1 at insert, +1 with every update. Shown as the `ETag`.
    pub version: i64,
    pub created_at: DateTimeUtc,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
