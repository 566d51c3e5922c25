//! A controlled document: an identity with a code; its text is in its revisions.

use domain::document::{DocumentKind, DocumentState};
use domain::id::{DocumentId, PersonId, RevisionId, UnitId};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A controlled document: an identity with a code; its text is in its revisions.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "document")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DocumentId,
    /// The unit it belongs to.
    pub unit_id: UnitId,
    /// Unique in the unit for ever; none while it is only proposed.
    #[sea_orm(column_type = "Text", nullable)]
    pub code: Option<String>,
    pub kind: DocumentKind,
    #[sea_orm(column_type = "Text")]
    pub title: String,
    /// Letters of the field (lĩnh vực), for codes and lists.
    #[sea_orm(column_type = "Text", nullable)]
    pub field_code: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub field_name: Option<String>,
    /// The document a form belongs to.
    pub parent_id: Option<DocumentId>,
    /// Follows its revisions, written with them.
    pub state: DocumentState,
    /// Months between periodic reviews.
    pub review_months: i32,
    pub next_review_on: Option<Date>,
    /// How long it is kept after its end.
    #[sea_orm(column_type = "Text", nullable)]
    pub retention: Option<String>,
    /// Folded code, title and field.
    #[sea_orm(column_type = "Text")]
    pub search_text: String,
    pub created_by_id: PersonId,
    /// Optimistic lock: 1 at insert, +1 with every update. Shown as the `ETag`.
    pub version: i64,
    pub created_at: DateTimeUtc,
    /// The revision of another document it was copied from.
    pub source_revision_id: Option<RevisionId>,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
