//! Background work: claimed by one statement on both databases, leased, retried, given up loudly.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use domain::id::JobId;
use domain::record::JobState;
use entities::{job, lease};
use futures_util::FutureExt as _;
use rand::RngExt as _;
use sea_orm::sea_query::{Expr, LockBehavior, LockType, OnConflict, Query};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, Iterable, QueryFilter};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::app::App;
use crate::error::{Error, Result};

/// A job that panics, or whose kind nobody knows, is given up after so many tries.
pub(crate) const TRIES: i32 = 10;

/// How a job ended.
#[derive(Debug)]
pub enum Outcome {
    /// Done.
    Done,
    /// Not yet: again at this instant, whatever the number of tries.
    Retry(DateTime<Utc>, String),
    /// Never: an operator must look.
    Fail(String),
}

/// One piece of work for the handler of its kind.
#[derive(Clone, Debug)]
pub struct Work {
    /// The job's id.
    pub id: JobId,
    /// What it is about.
    pub payload: serde_json::Value,
    /// Which try this is since it last said itself when to go on, from 1.
    pub attempt: i32,
    /// Under which claim it runs.
    pub lease: Option<Uuid>,
    /// When it was enqueued.
    pub created_at: DateTime<Utc>,
}

/// Runs the handler of a kind. Kinds stay listed after they retire, so that an upgrade drains them.
async fn run(app: &App, kind: &str, work: Work) -> Result<Outcome> {
    match kind {
        crate::mail::SEND => crate::mail::send(app, work).await,
        #[cfg(test)]
        "test.panic" => panic!("as the test wants"),
        crate::conformity::papers::RENDER => crate::conformity::papers::render(app, work).await,
        crate::reports::RENDER => crate::reports::render(app, work).await,
        crate::management_reviews::paper::RENDER => crate::management_reviews::paper::render(app, work).await,
        other => Ok(Outcome::Fail(format!("no handler for {other}"))),
    }
}

/// Works until told to stop: claims, runs, and plans the recurring work when this process leads.
pub async fn work(app: App, stop: CancellationToken) {
    let worker = Uuid::from_bytes(rand::random()).to_string();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..app.config.jobs.workers {
        tasks.spawn(work_loop(app.clone(), worker.clone(), stop.clone()));
    }
    tasks.spawn(lead_loop(app, worker, stop));
    while tasks.join_next().await.is_some() {}
}

async fn work_loop(app: App, worker: String, stop: CancellationToken) {
    while !stop.is_cancelled() {
        match run_one(&app, &worker).await {
            Ok(true) => {}
            Ok(false) => pause(&app, &stop).await,
            Err(error) => {
                tracing::error!(error = %error, "job queue unavailable");
                pause(&app, &stop).await;
            }
        }
    }
}

/// Sleeps until a job is enqueued here, the poll is due (with jitter), or we stop.
async fn pause(app: &App, stop: &CancellationToken) {
    let poll = app.config.jobs.poll_ms;
    let wait = Duration::from_millis(poll + rand::rng().random_range(0..=poll / 4));
    tokio::select! {
        () = app.store.jobs_enqueued() => {}
        () = tokio::time::sleep(wait) => {}
        () = stop.cancelled() => {}
    }
}

/// Claims and runs one job; `false` when none was ready. Tests drive the queue with it.
///
/// # Errors
/// The database's. A failing job is no error here.
pub async fn run_one(app: &App, worker: &str) -> Result<bool> {
    let Some(job) = claim(app, worker).await? else { return Ok(false) };
    let lease = job.lease;
    if job.attempt > TRIES {
        // Every try was counted and none came back: it takes its worker down with it.
        finish(app, &job, Outcome::Fail(format!("its worker died {TRIES} times")), job.attempt).await?;
        return Ok(true);
    }
    let work = Work { id: job.id, payload: job.payload.clone(), attempt: job.attempt, lease, created_at: job.created_at };
    let heartbeat = Heartbeat(tokio::spawn(keep_lease(app.clone(), job.id, lease)));
    let outcome = std::panic::AssertUnwindSafe(run(app, &job.kind, work)).catch_unwind().await;
    drop(heartbeat);
    let now = app.store.clock().now();
    // A job that says itself when to go on is no poison: its tries begin anew.
    let (outcome, attempt) = match outcome {
        Ok(Ok(outcome)) => (outcome, 0),
        Ok(Err(error)) => (retry_or_give_up(job.attempt, now, &error.to_string()), job.attempt),
        Err(_panic) => (retry_or_give_up(job.attempt, now, "panicked"), job.attempt),
    };
    finish(app, &job, outcome, attempt).await?;
    Ok(true)
}

/// Ends with the work: a run that is dropped midway must not keep its lease alive.
struct Heartbeat(tokio::task::JoinHandle<()>);

impl Drop for Heartbeat {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn retry_or_give_up(attempt: i32, now: DateTime<Utc>, error: &str) -> Outcome {
    if attempt >= TRIES {
        return Outcome::Fail(error.to_owned());
    }
    let seconds = 2_i64.saturating_pow(u32::try_from(attempt).unwrap_or(0)).clamp(1, 3600);
    Outcome::Retry(now + TimeDelta::seconds(seconds), error.to_owned())
}

/// One statement on both databases: the oldest ready job, or one whose lease ran out. The try is
/// counted before it runs, so a job that kills its worker is still given up some day.
async fn claim(app: &App, worker: &str) -> Result<Option<job::Model>> {
    let now = app.store.clock().now();
    let due =
        Query::select()
            .column(job::Column::Id)
            .from(job::Entity)
            .and_where(
                Expr::col(job::Column::State).eq(JobState::Ready.code()).and(Expr::col(job::Column::RunAt).lte(now)).or(
                    Expr::col(job::Column::State).eq(JobState::Running.code()).and(Expr::col(job::Column::LockedUntil).lt(now)),
                ),
            )
            .order_by(job::Column::RunAt, sea_orm::sea_query::Order::Asc)
            .limit(1)
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
            .to_owned();
    let update = Query::update()
        .table(job::Entity)
        .value(job::Column::State, JobState::Running.code())
        .value(job::Column::Attempt, Expr::col(job::Column::Attempt).add(1))
        .value(job::Column::LockedUntil, now + TimeDelta::seconds(app.config.jobs.lease_s))
        .value(job::Column::Lease, Uuid::from_bytes(rand::random()))
        .value(job::Column::Worker, worker)
        .and_where(Expr::col(job::Column::Id).in_subquery(due))
        .returning(Query::returning().columns(job::Column::iter()))
        .to_owned();
    let row = app.store.read().query_one(&update).await?;
    Ok(row.map(|row| <job::Model as sea_orm::FromQueryResult>::from_query_result(&row, "")).transpose()?)
}

/// Extends the lease while the job runs, so that only a dead worker's jobs run again.
async fn keep_lease(app: App, id: JobId, lease: Option<Uuid>) {
    let seconds = app.config.jobs.lease_s;
    loop {
        tokio::time::sleep(Duration::from_secs(u64::try_from(seconds / 3).unwrap_or(1) | 1)).await;
        let until = app.store.clock().now() + TimeDelta::seconds(seconds);
        let extended = job::Entity::update_many()
            .col_expr(job::Column::LockedUntil, Expr::value(until))
            .filter(job::Column::Id.eq(id))
            .filter(job::Column::Lease.eq(lease))
            .exec(app.store.read())
            .await;
        if let Err(error) = extended {
            tracing::warn!(job.id = %id, error = %error, "lease not extended");
        }
    }
}

/// Whether this worker still holds the job: asked again before an effect that cannot be undone.
///
/// # Errors
/// The database's.
pub async fn still_ours(app: &App, work: &Work) -> Result<bool> {
    let row = job::Entity::find_by_id(work.id).one(app.store.read()).await?;
    Ok(row.is_some_and(|row| row.lease == work.lease && row.state == JobState::Running))
}

async fn finish(app: &App, job: &job::Model, outcome: Outcome, attempt: i32) -> Result<()> {
    let now = app.store.clock().now();
    let mut update = job::Entity::update_many().filter(job::Column::Id.eq(job.id)).filter(job::Column::Lease.eq(job.lease));
    let none: Option<DateTime<Utc>> = None;
    update = update.col_expr(job::Column::LockedUntil, Expr::value(none));
    update = match &outcome {
        Outcome::Done => update
            .col_expr(job::Column::State, Expr::value(JobState::Done.code()))
            .col_expr(job::Column::FinishedAt, Expr::value(now)),
        Outcome::Retry(at, error) => update
            .col_expr(job::Column::State, Expr::value(JobState::Ready.code()))
            .col_expr(job::Column::Attempt, Expr::value(attempt))
            .col_expr(job::Column::RunAt, Expr::value(*at))
            .col_expr(job::Column::LastError, Expr::value(error.clone())),
        Outcome::Fail(error) => {
            tracing::error!(job.id = %job.id, job.kind = %job.kind, error = %error, "job given up");
            update
                .col_expr(job::Column::State, Expr::value(JobState::Dead.code()))
                .col_expr(job::Column::FinishedAt, Expr::value(now))
                .col_expr(job::Column::LastError, Expr::value(error.clone()))
        }
    };
    update.exec(app.store.read()).await?;
    Ok(())
}

/// Takes or keeps a named lease; at most one holder at a time.
///
/// # Errors
/// The database's.
pub async fn lead(app: &App, name: &str, holder: &str, seconds: i64) -> Result<bool> {
    let now = app.store.clock().now();
    let until = now + TimeDelta::seconds(seconds);
    let row = lease::ActiveModel { name: Set(name.to_owned()), holder: Set(holder.to_owned()), until: Set(until) };
    let take = OnConflict::column(lease::Column::Name)
        .update_columns([lease::Column::Holder, lease::Column::Until])
        .action_and_where(
            Expr::col((lease::Entity, lease::Column::Until))
                .lt(now)
                .or(Expr::col((lease::Entity, lease::Column::Holder)).eq(holder)),
        )
        .to_owned();
    let taken = lease::Entity::insert(row).on_conflict(take).exec_without_returning(app.store.read()).await?;
    Ok(taken == 1)
}

/// The leader plans the recurring work; everything it plans is keyed, so a second leader does no harm.
async fn lead_loop(app: App, worker: String, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let leads = lead(&app, "schedule", &worker, 90).await;
        let planned = match leads {
            Ok(true) => plan(&app).await,
            Ok(false) => Ok(()),
            Err(error) => Err(error),
        };
        if let Err(error) = planned {
            tracing::error!(error = %error, "recurring work not planned");
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(30)) => {}
            () = stop.cancelled() => {}
        }
    }
}

/// Everything that falls due by itself.
///
/// # Errors
/// The first plan that failed; the others were tried.
pub async fn plan(app: &App) -> Result<()> {
    let today = domain::time::vn_date(app.store.clock().now());
    let outcomes: Vec<Result<(), Error>> = vec![
        crate::corrective_actions::fall_due(&app.store, today).await.map(drop),
        crate::documents::fall_due(&app.store, today).await.map(drop),
        crate::documents::changes::fall_due(&app.store, today).await.map(drop),
        crate::documents::distribution::join(&app.store, today).await.map(drop),
        crate::documents::distribution::leave(&app.store, today).await.map(drop),
        crate::reminders::plan(app).await,
        forget(app).await,
        crate::evidence::uploads::forget_expired(app).await,
    ];
    outcomes.into_iter().collect()
}

/// Drops idempotency records after their 7 days, and sign-in attempts after a day.
async fn forget(app: &App) -> Result<()> {
    use entities::{idempotency, sign_in_attempt};
    let now = app.store.clock().now();
    idempotency::Entity::delete_many()
        .filter(idempotency::Column::CreatedAt.lt(now - TimeDelta::days(7)))
        .exec(app.store.read())
        .await?;
    sign_in_attempt::Entity::delete_many()
        .filter(sign_in_attempt::Column::At.lt(now - TimeDelta::days(1)))
        .exec(app.store.read())
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use entities::job;
    use sea_orm::EntityTrait as _;

    use super::*;
    use crate::clock::Clock;
    use crate::config::Config;
    use crate::mail::Mailer;
    use crate::store::{Store, Writer};

    #[tokio::test]
    async fn a_job_that_panics_is_tried_ten_times_and_then_given_up() {
        let folder = std::env::temp_dir().join(format!("chuan-jobs-{}", std::process::id()));
        let mut config = Config::load(None).unwrap();
        config.database.url = format!("sqlite:{}", folder.join("chuan.db").display());
        config.evidence.folder = folder.join("evidence").display().to_string();
        config.evidence.upload_folder = folder.join("uploads").display().to_string();
        let clock = Clock::fixed("2026-11-16T02:00:00Z".parse().unwrap());
        let store = Store::open(&config, clock.clone()).await.unwrap();
        store.migrate().await.unwrap();
        let app = App::assemble(config, store, Mailer::memory().unwrap()).unwrap();
        let enqueue = |tx: crate::store::Tx| async move {
            tx.enqueue("test.panic", serde_json::json!({}), tx.now(), None);
            Ok(())
        };
        app.store.write(Writer::Cli, enqueue).await.unwrap();
        for attempt in 1..=TRIES {
            assert!(run_one(&app, "test").await.unwrap(), "try {attempt}");
            let row = job::Entity::find().one(app.store.read()).await.unwrap().unwrap();
            let expected = if attempt < TRIES { JobState::Ready } else { JobState::Dead };
            assert_eq!((row.state, row.attempt), (expected, attempt));
            assert_eq!(row.last_error.as_deref(), Some("panicked"));
            assert!(!run_one(&app, "test").await.unwrap(), "not before its pause is over");
            clock.set(clock.now() + TimeDelta::hours(2));
        }
        assert!(!run_one(&app, "test").await.unwrap(), "never again");
        let _ = std::fs::remove_dir_all(folder);
    }
}
