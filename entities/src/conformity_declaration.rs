//! A declaration that the quality system of a unit conforms to a standard.

use domain::conformity::{DeclarationKind, DeclarationReason, DeclarationState};
use domain::id::{ConformityDeclarationId, PersonId, StandardId, UnitId};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A declaration that the quality system of a unit conforms to a standard.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "conformity_declaration")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ConformityDeclarationId,
    pub unit_id: UnitId,
    pub standard_id: StandardId,
    pub kind: DeclarationKind,
    pub reason: Option<DeclarationReason>,
    #[sea_orm(column_type = "Text", nullable)]
    pub reason_note: Option<String>,
    pub state: DeclarationState,
    /// The agency as the papers name it.
    #[sea_orm(column_type = "Text")]
    pub unit_name: String,
    #[sea_orm(column_type = "Text")]
    pub address: String,
    #[sea_orm(column_type = "Text")]
    pub statement: String,
    /// Căn cứ, a line each.
    #[sea_orm(column_type = "JsonBinary")]
    pub grounds: Json,
    /// The decision of before this system that it replaces.
    #[sea_orm(column_type = "Text", nullable)]
    pub earlier_decision: Option<String>,
    /// Everybody who began or saved it: none of them signs.
    #[sea_orm(column_type = "JsonBinary")]
    pub author_ids: Json,
    /// SHA-256 of the annex as it was submitted.
    #[sea_orm(column_type = "Text", nullable)]
    pub scope_hash: Option<String>,
    /// Procedures in the frozen annex; 0 before the signature.
    pub line_count: i32,
    pub submitted_at: Option<DateTimeUtc>,
    pub signed_at: Option<DateTimeUtc>,
    pub signed_by_id: Option<PersonId>,
    #[sea_orm(column_type = "Text", nullable)]
    pub signer_name: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub signer_title: Option<String>,
    pub number: Option<i32>,
    #[sea_orm(column_type = "Text", nullable)]
    pub symbol: Option<String>,
    /// Its date, from which it is in force.
    pub issued_on: Option<Date>,
    pub registered_by_id: Option<PersonId>,
    /// The declaration in force when it was signed.
    pub predecessor_id: Option<ConformityDeclarationId>,
    pub ended_on: Option<Date>,
    #[sea_orm(column_type = "Text", nullable)]
    pub end_decision: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub end_reason: Option<String>,
    pub ended_by_id: Option<PersonId>,
    pub created_by_id: PersonId,
    /// Optimistic lock: 1 at insert, +1 with every update. Shown as the `ETag`.
    pub version: i64,
    pub created_at: DateTimeUtc,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
