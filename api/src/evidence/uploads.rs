//! Resumable uploads (tus 1.0: core, creation, termination, expiration).
//!
//! The bytes so far are in a file of `evidence.upload_folder`, synced before the row says how many
//! they are; so an upload goes on after a lost connection and after a restart alike. The folder is
//! shared by all replicas.

use std::fs::TryLockError;
use std::path::PathBuf;
use std::sync::LazyLock;

use chrono::TimeDelta;
use domain::id::{EvidenceId, UploadId};
use domain::record::Subject;
use domain::rule::Refused;
use entities::upload;
use poem::Body;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QuerySelect as _,
};
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _, AsyncWriteExt as _};
use tokio::sync::Semaphore;

use super::{About, attach, check_kind, check_size, subject_access};
use crate::app::App;
use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::store::Event;

/// Days an unfinished upload is kept.
pub const DAYS: i64 = 7;
/// Unfinished uploads of one person.
const MOST_OPEN: u64 = 200;
/// Bytes read at once.
const CHUNK: usize = 64 * 1024;

/// Whole files are read into memory to be stored: few at a time.
static FINISHING: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(2));

/// How far an upload is.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Bytes that are safe here.
    pub received: i64,
    /// The evidence it became, when it is whole.
    pub evidence_id: Option<EvidenceId>,
}

/// Begins an upload of `length` bytes.
///
/// # Errors
/// 404 for a record the caller does not see, 409 when it takes no evidence from them now or they
/// have too many uploads open, 422 or 413 for the length.
pub async fn begin(app: &App, caller: &Caller, length: u64, about: About) -> Result<upload::Model> {
    check_size(app, "upload_length", length)?;
    subject_access(app.store.read(), caller, about.subject, about.subject_id).await?.check_attach()?;
    check_kind(app.store.read(), "filename", &about, None).await?;
    let person = caller.person;
    let row: upload::Model = app
        .store
        .write(caller, move |tx| async move {
            let open = upload::Entity::find()
                .filter(upload::Column::PersonId.eq(person))
                .filter(upload::Column::EvidenceId.is_null())
                .count(tx.db())
                .await?;
            if open >= MOST_OPEN {
                return Err(Refused::new("too_many_uploads").with("max", MOST_OPEN).into());
            }
            let row = upload::ActiveModel {
                id: Set(tx.id::<UploadId>()),
                person_id: Set(person),
                file_name: Set(about.file_name),
                media_type: Set(about.media_type),
                caption: Set(about.caption),
                subject: Set(about.subject),
                subject_id: Set(about.subject_id),
                length: Set(i64::try_from(length).unwrap_or(i64::MAX)),
                received: Set(0),
                created_at: Set(tx.now()),
                expires_at: Set(tx.now() + TimeDelta::days(DAYS)),
                evidence_id: Set(None),
            }
            .insert(tx.db())
            .await?;
            tx.record(Event::on("upload.begun", row.subject, row.subject_id).after(&row));
            Ok(row)
        })
        .await?;
    tokio::fs::create_dir_all(&app.config.evidence.upload_folder).await.map_err(away)?;
    Ok(row)
}

/// An upload of the caller's own.
///
/// # Errors
/// 404 when there is none, it is another person's, or it has expired.
pub async fn find(app: &App, caller: &Caller, id: UploadId) -> Result<upload::Model> {
    upload::Entity::find_by_id(id)
        .filter(upload::Column::PersonId.eq(caller.person))
        .filter(upload::Column::ExpiresAt.gt(app.store.clock().now()))
        .one(app.store.read())
        .await?
        .ok_or(Error::NotFound)
}

/// Takes more bytes, which begin at `offset`. The last ones make it evidence.
///
/// The work goes on when the client hangs up: what has arrived is kept and counted.
///
/// # Errors
/// 404 as [`find`], 409 when `offset` is not where the upload is or another request is writing it,
/// 413 when more comes than was announced, 503 when the disk or storage is away.
pub async fn append(
    app: &App,
    caller: &Caller,
    id: UploadId,
    offset: u64,
    announced: Option<u64>,
    body: Body,
) -> Result<Progress> {
    let (app, caller) = (app.clone(), caller.clone());
    let task = tokio::spawn(async move { append_now(&app, &caller, id, offset, announced, body).await });
    task.await.unwrap_or_else(|error| Err(Error::Internal(error.into())))
}

async fn append_now(
    app: &App,
    caller: &Caller,
    id: UploadId,
    offset: u64,
    announced: Option<u64>,
    body: Body,
) -> Result<Progress> {
    find(app, caller, id).await?;
    let mut file = open(app, id).await?;
    // Read again under the file's lock: another request may just have moved it.
    let row = find(app, caller, id).await?;
    let mut received = u64::try_from(row.received).unwrap_or_default();
    if row.evidence_id.is_none() {
        received = received.min(file.metadata().await.map_err(away)?.len());
    }
    if offset != received {
        return Err(Refused::new("upload_offset").with("offset", received).into());
    }
    if row.evidence_id.is_some() {
        return Ok(Progress { received: row.received, evidence_id: row.evidence_id });
    }
    let room = u64::try_from(row.length).unwrap_or_default() - received;
    if announced.is_some_and(|bytes| bytes > room) {
        return Err(Error::TooLarge(u64::try_from(row.length).unwrap_or_default()));
    }
    let (written, outcome) = write(&mut file, received, room, body).await;
    received += written;
    file.sync_all().await.map_err(away)?;
    note(app, id, received).await?;
    outcome?;
    if received < u64::try_from(row.length).unwrap_or_default() {
        return Ok(Progress { received: i64::try_from(received).unwrap_or(i64::MAX), evidence_id: None });
    }
    let evidence_id = finish(app, caller, &row).await?;
    Ok(Progress { received: row.length, evidence_id: Some(evidence_id) })
}

/// The file of an upload, held by this request alone on every replica.
async fn open(app: &App, id: UploadId) -> Result<tokio::fs::File> {
    let path = place(app, id);
    let opened = tokio::task::spawn_blocking(move || {
        let file = std::fs::OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    });
    let file = opened.await.map_err(|error| Error::Internal(error.into()))?.map_err(away)?;
    file.map(tokio::fs::File::from_std).ok_or_else(|| Refused::new("upload_busy").into())
}

/// Writes the body at `offset`, dropping whatever an unfinished try left there. Says how much was
/// written and how it ended: more than `room` is refused whole.
async fn write(file: &mut tokio::fs::File, offset: u64, room: u64, body: Body) -> (u64, Result<()>) {
    let mut written = 0;
    let outcome = copy(file, offset, room, body, &mut written).await;
    if matches!(outcome, Err(Error::TooLarge(_))) {
        let cut = file.set_len(offset).await.map_err(away);
        return (0, cut.and(outcome));
    }
    (written, outcome)
}

async fn copy(file: &mut tokio::fs::File, offset: u64, room: u64, body: Body, written: &mut u64) -> Result<()> {
    file.set_len(offset).await.map_err(away)?;
    file.seek(std::io::SeekFrom::Start(offset)).await.map_err(away)?;
    let mut reader = body.into_async_read();
    let mut buffer = vec![0; CHUNK];
    loop {
        let count = reader.read(&mut buffer).await.map_err(|error| Error::Malformed(error.to_string()))?;
        if count == 0 {
            return file.flush().await.map_err(away);
        }
        if *written + count as u64 > room {
            return Err(Error::TooLarge(offset + room));
        }
        file.write_all(buffer.get(..count).unwrap_or_default()).await.map_err(away)?;
        *written += count as u64;
    }
}

/// Bookkeeping, no act: the trail tells when it began and what it became.
async fn note(app: &App, id: UploadId, received: u64) -> Result<()> {
    upload::Entity::update_many()
        .col_expr(upload::Column::Received, Expr::value(i64::try_from(received).unwrap_or(i64::MAX)))
        .filter(upload::Column::Id.eq(id))
        .exec(app.store.read())
        .await?;
    Ok(())
}

async fn finish(app: &App, caller: &Caller, row: &upload::Model) -> Result<EvidenceId> {
    let _few = FINISHING.acquire().await.map_err(|error| Error::Internal(error.into()))?;
    let bytes = tokio::fs::read(place(app, row.id)).await.map_err(away)?;
    let about = About {
        subject: row.subject,
        subject_id: row.subject_id,
        file_name: row.file_name.clone(),
        media_type: row.media_type.clone(),
        caption: row.caption.clone(),
    };
    check_kind(app.store.read(), "filename", &about, Some(&bytes)).await?;
    let stored = app.blobs.put(bytes).await?;
    let (by, id) = (caller.clone(), row.id);
    let evidence_id = app
        .store
        .write(caller, move |tx| async move {
            let evidence = attach(&tx, &by, &stored, about).await?;
            upload::Entity::update_many()
                .col_expr(upload::Column::EvidenceId, Expr::value(evidence.id.0))
                .filter(upload::Column::Id.eq(id))
                .exec(tx.db())
                .await?;
            Ok(evidence.id)
        })
        .await?;
    drop_file(place(app, row.id)).await?;
    Ok(evidence_id)
}

/// Gives an unfinished upload up; what it became stays.
///
/// # Errors
/// 404 as [`find`].
pub async fn end(app: &App, caller: &Caller, id: UploadId) -> Result<()> {
    let row = find(app, caller, id).await?;
    let (subject, subject_id): (Subject, uuid::Uuid) = (row.subject, row.subject_id);
    app.store
        .write(caller, move |tx| async move {
            upload::Entity::delete_by_id(id).exec(tx.db()).await?;
            tx.record(Event::on("upload.ended", subject, subject_id));
            Ok(())
        })
        .await?;
    drop_file(place(app, id)).await
}

/// Drops expired uploads, and files that belong to none.
///
/// # Errors
/// The database's or the disk's.
pub async fn forget_expired(app: &App) -> Result<()> {
    let now = app.store.clock().now();
    upload::Entity::delete_many().filter(upload::Column::ExpiresAt.lte(now)).exec(app.store.read()).await?;
    let found = files(app).await?;
    if found.is_empty() {
        return Ok(());
    }
    let live: Vec<UploadId> = upload::Entity::find()
        .select_only()
        .column(upload::Column::Id)
        .filter(upload::Column::EvidenceId.is_null())
        .into_tuple()
        .all(app.store.read())
        .await?;
    for id in found.into_iter().filter(|id| !live.contains(id)) {
        drop_file(place(app, id)).await?;
    }
    Ok(())
}

/// The uploads that have a file here.
async fn files(app: &App) -> Result<Vec<UploadId>> {
    let mut ids = Vec::new();
    let mut folder = match tokio::fs::read_dir(&app.config.evidence.upload_folder).await {
        Ok(folder) => folder,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(ids),
        Err(error) => return Err(away(error)),
    };
    while let Some(entry) = folder.next_entry().await.map_err(away)? {
        let name = entry.file_name();
        let id = name.to_str().and_then(|name| name.strip_suffix(".part")).and_then(|id| id.parse::<UploadId>().ok());
        ids.extend(id);
    }
    Ok(ids)
}

fn place(app: &App, id: UploadId) -> PathBuf {
    PathBuf::from(&app.config.evidence.upload_folder).join(format!("{id}.part"))
}

async fn drop_file(path: PathBuf) -> Result<()> {
    match tokio::fs::remove_file(path).await {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(away(error)),
        _ => Ok(()),
    }
}

fn away(error: std::io::Error) -> Error {
    Error::Unavailable(format!("upload folder: {error}"))
}
