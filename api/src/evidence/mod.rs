//! Evidence: content-addressed bytes on disk (or S3), and the rows that attach them to records.
//!
//! The bytes are stored and synced before the write that names them, so an acknowledged piece of
//! evidence is always there. A row is never deleted and its bytes never change.

pub mod access;
mod blobs;
pub mod http;
pub mod pages;
pub mod uploads;

use domain::document::file::check_file;
use domain::draft::{FieldError, Problems};
use domain::evidence::{MAX_CAPTION, clean_file_name, clean_media_type};
use domain::id::{EvidenceId, PersonId, RevisionId, UnitId};
use domain::record::Subject;
use domain::rule::Refused;
use entities::{blob, evidence};
use render::views::part::EvidenceFile;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use uuid::Uuid;

use crate::app::App;
use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::http::{Download, Slice, Version, seen};
use crate::store::{Event, Tx, names_of_people};

pub use access::{Access, subject_access};
pub use blobs::{Blobs, Stored};

/// What a file is about and is called, checked.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct About {
    /// The kind of record.
    pub subject: Subject,
    /// The record.
    pub subject_id: Uuid,
    /// Cleaned file name.
    pub file_name: String,
    /// Cleaned media type.
    pub media_type: String,
    /// What it shows.
    pub caption: Option<String>,
}

impl About {
    /// Cleans what the client says of a file.
    ///
    /// # Errors
    /// All wrong fields.
    pub fn check(subject: Subject, subject_id: Uuid, file_name: &str, media_type: &str, caption: Option<&str>) -> Result<Self> {
        let mut problems = Problems::new();
        let caption = problems.optional_text("caption", caption, MAX_CAPTION);
        let file_name = clean_file_name(file_name);
        problems.check(file_name.is_empty(), "filename", "required");
        problems.finish()?;
        let mut media_type = clean_media_type(media_type);
        if media_type == "application/octet-stream" {
            mime_guess::from_path(&file_name).first_raw().unwrap_or("application/octet-stream").clone_into(&mut media_type);
        }
        Ok(Self { subject, subject_id, file_name, media_type, caption })
    }
}

/// Refuses empty files and files over the limit.
///
/// # Errors
/// 422 for an empty file, 413 above `evidence.max_bytes`.
pub fn check_size(app: &App, field: &str, size: u64) -> Result<()> {
    if size == 0 {
        return Err(Error::Invalid(vec![FieldError { field: field.to_owned(), code: "file_empty", params: Vec::new() }]));
    }
    let most = app.config.evidence.max_bytes;
    if size > most { Err(Error::TooLarge(most)) } else { Ok(()) }
}

/// Refuses a file that its record does not take: what is kept with a revision of a document is its text, or a form that
/// goes with it. Other records take any file. `bytes` once they have come.
///
/// # Errors
/// 422 on `field`.
pub async fn check_kind(db: &impl ConnectionTrait, field: &str, about: &About, bytes: Option<&[u8]>) -> Result<()> {
    if about.subject != Subject::Revision {
        return Ok(());
    }
    let sheets = crate::documents::access::takes_sheets(db, RevisionId(about.subject_id)).await?;
    check_file(sheets, &about.file_name, bytes).map_err(|code| Error::field(field, code))
}

/// Attaches bytes that are stored already ([`Blobs::put`]) to a record.
///
/// # Errors
/// 404 for a record the caller does not see, 409 when it takes no evidence from them now.
pub async fn attach(tx: &Tx, caller: &Caller, stored: &Stored, about: About) -> Result<evidence::Model> {
    let access = access::locked(tx.db(), caller, about.subject, about.subject_id).await?;
    access.check_attach()?;
    note_blob(tx, stored).await?;
    let row = evidence::ActiveModel {
        id: Set(tx.id::<EvidenceId>()),
        blob_sha256: Set(stored.sha256.clone()),
        file_name: Set(about.file_name),
        media_type: Set(about.media_type),
        size: Set(stored.size),
        caption: Set(about.caption),
        unit_id: Set(access.unit_id),
        subject: Set(about.subject),
        subject_id: Set(about.subject_id),
        uploaded_by_id: Set(caller.person),
        created_at: Set(tx.now()),
        removed_at: Set(None),
        remove_reason: Set(None),
        version: Set(1),
    }
    .insert(tx.db())
    .await?;
    tx.record(Event::on("evidence.attached", Subject::Evidence, row.id.0).unit(row.unit_id).after(&row));
    moved(tx, caller, &row).await?;
    Ok(row)
}

/// A record whose text its files are hears of every change of them.
async fn moved(tx: &Tx, caller: &Caller, row: &evidence::Model) -> Result<()> {
    match row.subject {
        Subject::Revision => crate::documents::revisions::file_changed(tx, caller, row.subject_id.into()).await,
        _ => Ok(()),
    }
}

/// Notes bytes that are stored already; known ones are noted once.
///
/// # Errors
/// The database's.
pub async fn note_blob(tx: &Tx, stored: &Stored) -> Result<()> {
    let row = blob::ActiveModel { sha256: Set(stored.sha256.clone()), size: Set(stored.size), stored_at: Set(tx.now()) };
    blob::Entity::insert(row)
        .on_conflict(OnConflict::column(blob::Column::Sha256).do_nothing().to_owned())
        .exec_without_returning(tx.db())
        .await?;
    Ok(())
}

/// Stores whole files and attaches them in one write: all of them or none.
///
/// # Errors
/// As [`attach`]; 422 or 413 for their sizes; 503 when the storage is away.
pub async fn attach_files(app: &App, caller: &Caller, files: Vec<(About, Vec<u8>)>) -> Result<Vec<EvidenceId>> {
    let Some((first, _)) = files.first() else { return Err(Error::field("files", "required")) };
    subject_access(app.store.read(), caller, first.subject, first.subject_id).await?.check_attach()?;
    let mut stored = Vec::new();
    for (about, bytes) in files {
        check_size(app, "files", bytes.len() as u64)?;
        check_kind(app.store.read(), "files", &about, Some(&bytes)).await?;
        stored.push((about, app.blobs.put(bytes).await?));
    }
    let by = caller.clone();
    app.store
        .write(caller, move |tx| async move {
            let mut ids = Vec::new();
            for (about, bytes) in stored {
                ids.push(attach(&tx, &by, &bytes, about).await?.id);
            }
            Ok(ids)
        })
        .await
}

/// The evidence of a record, oldest first, removed pieces included; with the names of who brought it.
///
/// # Errors
/// 404 for a record the caller does not see.
pub async fn list(
    app: &App,
    caller: &Caller,
    subject: Subject,
    id: Uuid,
    slice: &Slice,
) -> Result<Vec<(evidence::Model, String)>> {
    let db = app.store.read();
    subject_access(db, caller, subject, id).await?;
    let rows = of(subject, id)
        .filter(slice.after(evidence::Column::Id, evidence::Column::Id, false))
        .order_by_asc(evidence::Column::Id)
        .limit(slice.fetch())
        .all(db)
        .await?;
    with_names(db, rows).await
}

fn of(subject: Subject, id: Uuid) -> sea_orm::Select<evidence::Entity> {
    evidence::Entity::find().filter(evidence::Column::SubjectId.eq(id)).filter(evidence::Column::Subject.eq(subject))
}

async fn with_names(db: &impl ConnectionTrait, rows: Vec<evidence::Model>) -> Result<Vec<(evidence::Model, String)>> {
    let names = names_of_people(db, rows.iter().map(|row| row.uploaded_by_id)).await?;
    let name = |id: PersonId| names.get(&id).cloned().unwrap_or_default();
    Ok(rows.into_iter().map(|row| (name(row.uploaded_by_id), row)).map(|(name, row)| (row, name)).collect())
}

/// One piece of evidence the caller may read.
///
/// # Errors
/// 404 when there is none, or its record is not the caller's to see.
pub async fn find(db: &impl ConnectionTrait, caller: &Caller, id: EvidenceId) -> Result<(evidence::Model, Access)> {
    let row = evidence::Entity::find_by_id(id).one(db).await?.ok_or(Error::NotFound)?;
    let access = subject_access(db, caller, row.subject, row.subject_id).await?;
    Ok((row, access))
}

/// The file of a piece of evidence, its bytes checked against their hash. Damage is written into
/// the trail and nothing is handed out.
///
/// # Errors
/// 404 as [`find`], 409 for a removed piece, 500 when the bytes are missing or not what was stored.
pub async fn content(app: &App, caller: &Caller, id: EvidenceId) -> Result<Download> {
    let (row, _) = find(app.store.read(), caller, id).await?;
    if row.removed_at.is_some() {
        return Err(Refused::new("evidence_removed").into());
    }
    match app.blobs.get(&row.blob_sha256).await {
        Ok(bytes) => {
            Ok(Download { body: bytes.into(), media_type: row.media_type, file_name: row.file_name, sha256: row.blob_sha256 })
        }
        Err(damage @ Error::Internal(_)) => {
            report_damage(app, caller, row.id, row.unit_id).await?;
            Err(damage)
        }
        Err(error) => Err(error),
    }
}

async fn report_damage(app: &App, caller: &Caller, id: EvidenceId, unit: UnitId) -> Result<()> {
    app.store
        .write(caller, move |tx| async move {
            tx.record(Event::on("evidence.damaged", Subject::Evidence, id.0).unit(unit));
            Ok(())
        })
        .await
}

/// Takes a piece of evidence back: the row stays, marked, with the reason.
///
/// # Errors
/// 404 as [`find`], 409 when it is not the caller's to take back or its time is over, 412 when stale.
pub async fn remove(app: &App, caller: &Caller, id: EvidenceId, version: Version, reason: &str) -> Result<evidence::Model> {
    let mut problems = Problems::new();
    let reason = problems.text("reason", reason, 2_000);
    problems.finish()?;
    let by = caller.clone();
    app.store
        .write(caller, move |tx| async move {
            let row = evidence::Entity::find_by_id(id).lock_exclusive().one(tx.db()).await?.ok_or(Error::NotFound)?;
            let access = access::locked(tx.db(), &by, row.subject, row.subject_id).await?;
            if row.removed_at.is_some() {
                return Err(Refused::new("evidence_removed").into());
            }
            access.check_remove(&by, &row)?;
            seen(version, row.version)?;
            let before = row.clone();
            let mut change: evidence::ActiveModel = row.into();
            change.removed_at = Set(Some(tx.now()));
            change.remove_reason = Set(Some(reason.clone()));
            change.version = Set(before.version + 1);
            let after = change.update(tx.db()).await?;
            let event = Event::on("evidence.removed", Subject::Evidence, id.0).unit(after.unit_id);
            tx.record(event.change(&before, &after).reason(Some(&reason)));
            moved(&tx, &by, &after).await?;
            Ok(after)
        })
        .await
}

/// How many pieces of evidence these records have between them, removed ones not counted. The caller
/// has shown already that they may see the records.
///
/// # Errors
/// The database's.
pub async fn count_of(db: &impl ConnectionTrait, records: impl IntoIterator<Item = (Subject, Uuid)>) -> Result<u32> {
    let any = records.into_iter().fold(Condition::any(), |any, (subject, id)| {
        any.add(Condition::all().add(evidence::Column::SubjectId.eq(id)).add(evidence::Column::Subject.eq(subject)))
    });
    if any.is_empty() {
        return Ok(0);
    }
    let count = evidence::Entity::find().filter(any).filter(evidence::Column::RemovedAt.is_null()).count(db).await?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// The evidence of a record for `part/evidence.html`. The caller has shown already that the person
/// may see the record.
///
/// # Errors
/// The database's.
pub async fn files(db: &impl ConnectionTrait, subject: Subject, id: Uuid) -> Result<Vec<EvidenceFile>> {
    let rows = of(subject, id)
        .filter(evidence::Column::RemovedAt.is_null())
        .order_by_asc(evidence::Column::Id)
        .limit(500)
        .all(db)
        .await?;
    Ok(with_names(db, rows).await?.into_iter().map(|(row, name)| file(row, name)).collect())
}

/// The page where the evidence of a record is seen and brought.
#[must_use]
pub fn page_of(subject: Subject, id: impl Into<Uuid>) -> String {
    format!("/minh-chung/{subject}/{}", id.into())
}

fn file(row: evidence::Model, added_by: String) -> EvidenceFile {
    EvidenceFile {
        href: format!("/tep/{}", row.id),
        name: row.file_name,
        bytes: u64::try_from(row.size).unwrap_or_default(),
        sha256: row.blob_sha256,
        added_at: row.created_at,
        added_by,
        note: row.caption,
    }
}
