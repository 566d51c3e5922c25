//! A revision of a document, from request to archive.

use domain::document::{RequestSource, RevisionState, TextForm};
use domain::id::{DocumentId, IssueDecisionId, PersonId, RevisionId};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A revision of a document, from request to archive.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "revision")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RevisionId,
    pub document_id: DocumentId,
    /// Lần ban hành.
    pub issue_no: Option<i32>,
    /// Lần sửa đổi.
    pub amendment_no: Option<i32>,
    pub state: RevisionState,
    pub form: TextForm,
    /// What it was asked for.
    pub source: RequestSource,
    /// The paper or record behind it.
    #[sea_orm(column_type = "Text", nullable)]
    pub source_ref: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    /// Trang, phần liên quan.
    #[sea_orm(column_type = "Text", nullable)]
    pub changed_part: Option<String>,
    /// Mô tả nội dung sửa đổi.
    #[sea_orm(column_type = "Text", nullable)]
    pub summary: Option<String>,
    /// Number of the change request, when it began as one.
    #[sea_orm(column_type = "Text", nullable)]
    pub request_code: Option<String>,
    pub requested_by_id: PersonId,
    pub drafter_id: Option<PersonId>,
    pub draft_due_on: Option<Date>,
    /// Everybody who saved its text, and the drafter.
    #[sea_orm(column_type = "JsonBinary")]
    pub author_ids: Json,
    /// What is written here; empty for an uploaded one.
    #[sea_orm(column_type = "JsonBinary")]
    pub content: Json,
    /// SHA-256 of text and files as last submitted.
    #[sea_orm(column_type = "Text", nullable)]
    pub content_hash: Option<String>,
    /// How often it was submitted.
    pub submission: i32,
    pub submitted_at: Option<DateTimeUtc>,
    /// Which of its routes counts; 0 before there is one.
    pub route_no: i32,
    /// Why author or approver may review.
    #[sea_orm(column_type = "Text", nullable)]
    pub exception_reason: Option<String>,
    pub exception_by_id: Option<PersonId>,
    pub exception_at: Option<DateTimeUtc>,
    pub approved_at: Option<DateTimeUtc>,
    pub decision_id: Option<IssueDecisionId>,
    pub effective_from: Option<Date>,
    /// Last day in force.
    pub effective_to: Option<Date>,
    /// The revision it superseded.
    pub predecessor_id: Option<RevisionId>,
    /// The document named in its place at withdrawal.
    pub replaced_by_id: Option<DocumentId>,
    /// The paper that withdrew it.
    #[sea_orm(column_type = "Text", nullable)]
    pub end_decision: Option<String>,
    /// Why it was withdrawn, archived or cancelled.
    #[sea_orm(column_type = "Text", nullable)]
    pub end_reason: Option<String>,
    pub ended_by_id: Option<PersonId>,
    /// Optimistic lock: 1 at insert, +1 with every update. Shown as the `ETag`.
    pub version: i64,
    pub created_at: DateTimeUtc,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
