//! A procedure in the scope of a declaration, or left out of it with a reason.

use domain::id::{ConformityDeclarationId, ConformityLineId, DocumentId, RevisionId};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A procedure in the scope of a declaration, or left out of it with a reason.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "conformity_line")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ConformityLineId,
    pub declaration_id: ConformityDeclarationId,
    pub document_id: DocumentId,
    pub revision_id: Option<RevisionId>,
    pub position: i32,
    pub included: bool,
    /// Why it is left out.
    #[sea_orm(column_type = "Text", nullable)]
    pub reason: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub code: String,
    #[sea_orm(column_type = "Text")]
    pub title: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub field_name: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub unit_name: String,
    /// National codes with suffix.
    #[sea_orm(column_type = "JsonBinary")]
    pub national_codes: Json,
    /// Issue and amendment, as `01/00`.
    #[sea_orm(column_type = "Text")]
    pub number: String,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
