//! One change of a decision on the TTHC catalogue.

use domain::document::control::ProcedureChange;
use domain::id::{ProcedureChangeId, ProcedureChangeListId};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// One change of a decision on the TTHC catalogue.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "procedure_change")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProcedureChangeId,
    pub list_id: ProcedureChangeListId,
    /// Order in the decision, from 1.
    pub position: i32,
    /// As `1.001193`.
    #[sea_orm(column_type = "Text")]
    pub national_code: String,
    /// Local suffix, as `000.00.00.H55`.
    #[sea_orm(column_type = "Text", nullable)]
    pub suffix: Option<String>,
    pub change: ProcedureChange,
    #[sea_orm(column_type = "Text")]
    pub title: String,
    /// Lĩnh vực.
    #[sea_orm(column_type = "Text")]
    pub field_name: String,
    /// Level of the unit that decides.
    #[sea_orm(column_type = "Text")]
    pub level_code: String,
    /// National code of what replaces it.
    #[sea_orm(column_type = "Text", nullable)]
    pub replaced_by: Option<String>,
    /// Published time limit in words.
    #[sea_orm(column_type = "Text", nullable)]
    pub time_limit: Option<String>,
    /// Published fee in words.
    #[sea_orm(column_type = "Text", nullable)]
    pub fee: Option<String>,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
