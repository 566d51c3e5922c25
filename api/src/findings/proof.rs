//! Evidence of an inspection's lines that also proves a finding.

use domain::draft::Problems;
use domain::id::EvidenceId;
use domain::record::Subject;
use entities::{evidence, finding, inspection_line};
use sea_orm::sea_query::Query;
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use crate::auth::Caller;
use crate::error::Result;
use crate::store::{Event, Tx};

/// Attaches evidence of lines of the same inspection to the finding as well; the bytes are not copied.
///
/// # Errors
/// `evidence_unknown` for what is no evidence of this inspection's lines.
pub(super) async fn share(tx: &Tx, caller: &Caller, row: &finding::Model, ids: &[EvidenceId]) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let lines = Query::select()
        .column(inspection_line::Column::Id)
        .from(inspection_line::Entity)
        .and_where(inspection_line::Column::InspectionId.eq(row.inspection_id))
        .to_owned();
    let found = evidence::Entity::find()
        .filter(evidence::Column::Id.is_in(ids.iter().copied()))
        .filter(evidence::Column::Subject.eq(Subject::InspectionLine))
        .filter(evidence::Column::SubjectId.in_subquery(lines))
        .filter(evidence::Column::RemovedAt.is_null())
        .all(tx.db())
        .await?;
    let mut problems = Problems::new();
    for (n, id) in ids.iter().enumerate() {
        problems.check(!found.iter().any(|one| one.id == *id), &format!("evidence_ids/{n}"), "evidence_unknown");
    }
    problems.finish()?;
    for one in found {
        copy(tx, caller, row, one).await?;
    }
    Ok(())
}

async fn copy(tx: &Tx, caller: &Caller, row: &finding::Model, one: evidence::Model) -> Result<()> {
    let attached = evidence::ActiveModel {
        id: Set(tx.id()),
        blob_sha256: Set(one.blob_sha256),
        file_name: Set(one.file_name),
        media_type: Set(one.media_type),
        size: Set(one.size),
        caption: Set(one.caption),
        unit_id: Set(row.unit_id),
        subject: Set(Subject::Finding),
        subject_id: Set(row.id.0),
        uploaded_by_id: Set(caller.person),
        created_at: Set(tx.now()),
        removed_at: Set(None),
        remove_reason: Set(None),
        version: Set(1),
    }
    .insert(tx.db())
    .await?;
    tx.record(Event::on("evidence.attached", Subject::Evidence, attached.id.0).unit(row.unit_id).after(&attached));
    Ok(())
}
