//! The one way to the database: pooled reads, and `Store::write`, the one write door.

mod postgres;
mod sqlite;

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, NaiveDate, Utc};
use domain::id::{EventId, JobId, PersonId, UnitId};
use domain::record::{JobState, Subject};
use entities::{counter, event, idempotency, job};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseBackend, DatabaseConnection, DatabaseTransaction, DbErr, EntityTrait,
    QueryFilter, QuerySelect, SqlErr, TransactionTrait,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use tokio::sync::Notify;
use uuid::Uuid;

use crate::auth::Caller;
use crate::clock::Clock;
use crate::config::Config;
use crate::error::{Error, Result};

pub(crate) use sqlite::OneProcess;

/// A handle on the database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    db: DatabaseConnection,
    clock: Clock,
    /// Rings when a write has enqueued jobs in this process.
    bell: Arc<Notify>,
    _one_process: Option<Arc<OneProcess>>,
}

/// Who writes. Pages and the API write as a [`Caller`], jobs and the command line as themselves.
#[derive(Clone, Debug)]
pub enum Writer {
    /// A signed-in person.
    Caller(Box<Caller>),
    /// A background job of this kind.
    Job(&'static str),
    /// The command line.
    Cli,
}

impl From<&Caller> for Writer {
    fn from(caller: &Caller) -> Self {
        Self::Caller(Box::new(caller.clone()))
    }
}

/// What happened to a record, for the trail.
#[derive(Debug)]
pub struct Event {
    /// Stable verb, as `finding.raised`.
    pub kind: &'static str,
    /// What kind of record it is about.
    pub subject: Subject,
    /// Its id.
    pub subject_id: Option<Uuid>,
    /// The unit it belongs to.
    pub unit_id: Option<UnitId>,
    /// Old values.
    pub before: Option<Json>,
    /// New values.
    pub after: Option<Json>,
    /// The reason given.
    pub reason: Option<String>,
}

impl Event {
    /// An event on a record.
    #[must_use]
    pub fn on(kind: &'static str, subject: Subject, id: impl Into<Uuid>) -> Self {
        Self { kind, subject, subject_id: Some(id.into()), unit_id: None, before: None, after: None, reason: None }
    }

    /// The unit the record belongs to.
    #[must_use]
    pub fn unit(mut self, unit: UnitId) -> Self {
        self.unit_id = Some(unit);
        self
    }

    /// The record before and after.
    #[must_use]
    pub fn change(mut self, before: &impl Serialize, after: &impl Serialize) -> Self {
        (self.before, self.after) = difference(serde_json::to_value(before).ok(), serde_json::to_value(after).ok());
        self
    }

    /// The record as it was made.
    #[must_use]
    pub fn after(mut self, after: &impl Serialize) -> Self {
        self.after = serde_json::to_value(after).ok();
        self
    }

    /// The reason given.
    #[must_use]
    pub fn reason(mut self, reason: Option<&str>) -> Self {
        self.reason = reason.map(str::to_owned);
        self
    }
}

/// Only the fields that differ, on both sides.
fn difference(before: Option<Json>, after: Option<Json>) -> (Option<Json>, Option<Json>) {
    let (Some(Json::Object(old)), Some(Json::Object(new))) = (&before, &after) else {
        return (before, after);
    };
    let changed: Vec<&String> = new.keys().filter(|key| old.get(*key) != new.get(*key)).collect();
    let pick = |from: &serde_json::Map<String, Json>| {
        changed.iter().filter_map(|key| from.get(*key).map(|value| ((*key).clone(), value.clone()))).collect()
    };
    (Some(Json::Object(pick(old))), Some(Json::Object(pick(new))))
}

/// One unit of work: a transaction, one instant, one writer, the events and jobs to come with it.
#[derive(Debug)]
pub struct Tx {
    db: Arc<DatabaseTransaction>,
    clock: Clock,
    now: DateTime<Utc>,
    writer: Writer,
    pending: Arc<Mutex<Pending>>,
}

#[derive(Debug, Default)]
struct Pending {
    events: Vec<event::ActiveModel>,
    jobs: Vec<job::ActiveModel>,
}

impl Tx {
    /// The connection to query on.
    #[must_use]
    pub fn db(&self) -> &DatabaseTransaction {
        &self.db
    }

    /// The one instant of this unit of work.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// The civil date in Vietnam at that instant.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        domain::time::vn_date(self.now)
    }

    /// The clock behind [`Tx::now`].
    #[must_use]
    pub const fn clock(&self) -> &Clock {
        &self.clock
    }

    /// A new id.
    #[must_use]
    pub fn id<I: From<Uuid>>(&self) -> I {
        self.clock.id().into()
    }

    /// Writes an event into the trail when the work commits.
    pub fn record(&self, event: Event) {
        let (actor, principal, request_id) = match &self.writer {
            Writer::Caller(caller) => (Some(caller.person), "person".to_owned(), Some(caller.request_id.clone())),
            Writer::Job(kind) => (None, format!("job:{kind}"), None),
            Writer::Cli => (None, "cli".to_owned(), None),
        };
        let row = event::ActiveModel {
            id: Set(self.id::<EventId>()),
            at: Set(self.now),
            actor_id: Set(actor),
            principal: Set(principal),
            unit_id: Set(event.unit_id),
            kind: Set(event.kind.to_owned()),
            subject: Set(event.subject),
            subject_id: Set(event.subject_id),
            before: Set(event.before),
            after: Set(event.after),
            reason: Set(event.reason),
            request_id: Set(request_id),
        };
        self.pending.lock().unwrap_or_else(PoisonError::into_inner).events.push(row);
    }

    /// Enqueues a job that becomes visible when the work commits. With a `dedup_key`, the second
    /// job of that key is dropped silently.
    pub fn enqueue(&self, kind: &'static str, payload: Json, run_at: DateTime<Utc>, dedup_key: Option<String>) {
        let row = job::ActiveModel {
            id: Set(self.id::<JobId>()),
            kind: Set(kind.to_owned()),
            payload: Set(payload),
            run_at: Set(run_at),
            state: Set(JobState::Ready),
            attempt: Set(0),
            dedup_key: Set(dedup_key),
            created_at: Set(self.now),
            locked_until: Set(None),
            lease: Set(None),
            worker: Set(None),
            last_error: Set(None),
            finished_at: Set(None),
        };
        self.pending.lock().unwrap_or_else(PoisonError::into_inner).jobs.push(row);
    }

    /// The next number of a locked counter, from 1.
    ///
    /// # Errors
    /// The database's.
    pub async fn next_number(&self, scope: &str) -> Result<i64> {
        let row = counter::ActiveModel { scope: Set(scope.to_owned()), value: Set(1) };
        let bump = OnConflict::column(counter::Column::Scope)
            .value(counter::Column::Value, sea_orm::sea_query::Expr::col((counter::Entity, counter::Column::Value)).add(1))
            .to_owned();
        counter::Entity::insert(row).on_conflict(bump).exec_without_returning(self.db()).await?;
        let row = counter::Entity::find_by_id(scope).one(self.db()).await?;
        row.map(|row| row.value).ok_or(Error::NotFound)
    }
}

use sea_orm::ExprTrait;

impl Store {
    /// Opens the database named in the configuration. SQLite migrates itself; PostgreSQL is left as it is.
    ///
    /// # Errors
    /// The database is away, too old, not durable, or another process holds the SQLite file.
    pub async fn open(config: &Config, clock: Clock) -> anyhow::Result<Self> {
        let (db, one_process) = if config.embedded() {
            let (db, lock) = sqlite::open(config).await?;
            (db, Some(Arc::new(lock)))
        } else {
            (postgres::open(config).await?, None)
        };
        Ok(Self { db, clock, bell: Arc::new(Notify::new()), _one_process: one_process })
    }

    /// Brings the schema up, one replica at a time.
    ///
    /// # Errors
    /// A step failed; nothing of it stays.
    pub async fn migrate(&self) -> anyhow::Result<()> {
        match self.db.get_database_backend() {
            DatabaseBackend::Sqlite => sqlite::migrate(&self.db).await,
            _ => postgres::migrate(&self.db).await,
        }
    }

    /// How many migrations are still to run.
    ///
    /// # Errors
    /// The database's.
    pub async fn pending_migrations(&self) -> Result<usize> {
        use migration::MigratorTrait as _;
        Ok(migration::Migrator::get_pending_migrations(&self.db).await?.len())
    }

    /// Calls `seen` for every statement sent to the database from here on, by this handle and its
    /// clones: for measuring.
    pub fn watch(&mut self, seen: impl Fn() + Send + Sync + 'static) {
        self.db.set_metric_callback(move |_statement| seen());
    }

    /// The connection pool for reads.
    #[must_use]
    pub fn read(&self) -> &DatabaseConnection {
        &self.db
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Resolves when jobs were enqueued in this process.
    pub async fn jobs_enqueued(&self) {
        self.bell.notified().await;
    }

    /// Does `work` in one transaction: rows, events, jobs and the idempotency record commit together or not at all.
    ///
    /// It runs in a task of its own that the request merely awaits: a client that hangs up drops
    /// the request, not the work (`reliability.md` R1). When the caller sent an Idempotency-Key,
    /// the result is kept with the work and a retry gets it back instead of doing it again.
    ///
    /// # Errors
    /// The work's own, after rolling everything back; or the database's.
    pub async fn write<T, F, Fut>(&self, writer: impl Into<Writer>, work: F) -> Result<T>
    where
        T: Serialize + DeserializeOwned + Send + 'static,
        F: FnOnce(Tx) -> Fut + Send + 'static,
        Fut: Future<Output = Result<T>> + Send + 'static,
    {
        let (store, writer) = (self.clone(), writer.into());
        let task = tokio::spawn(async move { store.write_now(writer, work).await });
        task.await.unwrap_or_else(|error| Err(Error::Internal(anyhow::anyhow!("write task: {error}"))))
    }

    async fn write_now<T, F, Fut>(&self, writer: Writer, work: F) -> Result<T>
    where
        T: Serialize + DeserializeOwned,
        F: FnOnce(Tx) -> Fut,
        Fut: Future<Output = Result<T>>,
    {
        let options = sea_orm::TransactionOptions {
            sqlite_transaction_mode: Some(sea_orm::SqliteTransactionMode::Immediate),
            ..Default::default()
        };
        let db = Arc::new(self.db.begin_with_options(options).await?);
        let now = self.clock.now();
        if let Some(result) = claim_key(&db, &writer, now).await? {
            return Ok(serde_json::from_value(result)?);
        }
        let pending = Arc::new(Mutex::new(Pending::default()));
        let tx = Tx { db: db.clone(), clock: self.clock.clone(), now, writer: writer.clone(), pending: pending.clone() };
        let outcome = work(tx).await;
        let db = Arc::try_unwrap(db)
            .map_err(|_still_held| Error::Internal(anyhow::anyhow!("a unit of work kept its transaction beyond its end")))?;
        let result = match outcome {
            Ok(result) => result,
            Err(error) => {
                db.rollback().await?;
                return Err(error);
            }
        };
        let Pending { events, jobs } = std::mem::take(&mut *pending.lock().unwrap_or_else(PoisonError::into_inner));
        debug_assert!(
            !events.is_empty() || !jobs.is_empty() || !matches!(writer, Writer::Caller(_)),
            "a write that records nothing"
        );
        for chunk in events.chunks(500) {
            event::Entity::insert_many(chunk.to_vec()).exec_without_returning(&db).await?;
        }
        let has_jobs = !jobs.is_empty();
        for job in jobs {
            job::Entity::insert(job)
                .on_conflict(OnConflict::column(job::Column::DedupKey).do_nothing().to_owned())
                .exec_without_returning(&db)
                .await?;
        }
        let kept = serde_json::to_value(&result)?;
        keep_result(&db, &writer, kept).await?;
        db.commit().await?;
        if has_jobs {
            self.bell.notify_waiters();
        }
        Ok(result)
    }
}

/// Takes the caller's Idempotency-Key inside the transaction. `Some` is the kept result of an earlier try.
///
/// On PostgreSQL the insert waits for a concurrent try of the same key to end; SQLite has one writer anyway.
async fn claim_key(db: &DatabaseTransaction, writer: &Writer, now: DateTime<Utc>) -> Result<Option<Json>> {
    let Some((principal, once)) = once_of(writer) else { return Ok(None) };
    let row = idempotency::ActiveModel {
        principal: Set(principal.clone()),
        key: Set(once.key.clone()),
        fingerprint: Set(once.fingerprint.clone()),
        result: Set(Json::Null),
        created_at: Set(now),
    };
    let taken = idempotency::Entity::insert(row)
        .on_conflict(OnConflict::columns([idempotency::Column::Principal, idempotency::Column::Key]).do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    if taken == 1 {
        return Ok(None);
    }
    let kept = idempotency::Entity::find_by_id((principal, once.key.clone())).one(db).await?.ok_or(Error::NotFound)?;
    if kept.fingerprint == once.fingerprint { Ok(Some(kept.result)) } else { Err(Error::KeyReused) }
}

async fn keep_result(db: &DatabaseTransaction, writer: &Writer, result: Json) -> Result<()> {
    let Some((principal, once)) = once_of(writer) else { return Ok(()) };
    let row = idempotency::ActiveModel {
        principal: Set(principal),
        key: Set(once.key.clone()),
        result: Set(result),
        ..Default::default()
    };
    idempotency::Entity::update(row).exec(db).await?;
    Ok(())
}

fn once_of(writer: &Writer) -> Option<(String, &crate::auth::Once)> {
    match writer {
        Writer::Caller(caller) => caller.once.as_ref().map(|once| (caller.person.to_string(), once)),
        Writer::Job(_) | Writer::Cli => None,
    }
}

/// Whether the database refused because of a unique constraint.
#[must_use]
pub fn is_unique_violation(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
}

/// Looks rows up by id and gives them as a map, in one statement.
///
/// # Errors
/// The database's.
pub async fn names_of_people(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = PersonId>,
) -> Result<BTreeMap<PersonId, String>> {
    let ids: std::collections::BTreeSet<PersonId> = ids.into_iter().collect();
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows: Vec<(PersonId, String)> = entities::person::Entity::find()
        .select_only()
        .column(entities::person::Column::Id)
        .column(entities::person::Column::FullName)
        .filter(entities::person::Column::Id.is_in(ids))
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}
