//! The queue: every job has one worker at a time, and none is lost with its worker.

use std::collections::BTreeSet;
use std::time::Duration;

use api::store::Writer;
use domain::record::JobState;
use entities::job;
use sea_orm::{ConnectionTrait as _, EntityTrait as _};
use serde_json::json;
use tests::TestApp;
use tests::smtp::{Mode, Smtp};

async fn jobs(app: &TestApp) -> Vec<job::Model> {
    job::Entity::find().all(app.app.store.read()).await.unwrap()
}

fn message_ids(app: &TestApp) -> Vec<String> {
    let line = |mail: String| mail.lines().find(|line| line.starts_with("Message-ID")).unwrap().to_owned();
    app.app.mailer.taken().into_iter().map(line).collect()
}

async fn enqueue(app: &TestApp, kind: &'static str) {
    app.app
        .store
        .write(Writer::Cli, move |tx| async move {
            tx.enqueue(kind, json!({}), tx.now(), None);
            Ok(())
        })
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn six_workers_run_two_hundred_jobs_once_each() {
    let app = TestApp::start().await;
    let operator = app.sign_in("hethong").await;
    for _ in 0..200 {
        operator.post("/api/v1/mails", json!({})).await.expect(201);
    }
    let workers = (0..6).map(|number| {
        let app = app.app.clone();
        tokio::spawn(async move {
            let name = format!("worker-{number}");
            while api::jobs::run_one(&app, &name).await.unwrap() {}
        })
    });
    for worker in workers.collect::<Vec<_>>() {
        worker.await.unwrap();
    }
    let ids = message_ids(&app);
    assert_eq!((ids.len(), ids.iter().collect::<BTreeSet<_>>().len()), (200, 200));
    assert!(jobs(&app).await.iter().all(|job| job.state == JobState::Done));
}

#[tokio::test]
async fn a_job_is_there_only_when_its_write_was_kept() {
    let app = TestApp::start().await;
    let undone: api::error::Result<()> = app
        .app
        .store
        .write(Writer::Cli, |tx| async move {
            tx.enqueue("mail.send", json!({}), tx.now(), None);
            Err(api::error::Error::NotFound)
        })
        .await;
    assert!(undone.is_err());
    assert!(jobs(&app).await.is_empty());
}

#[tokio::test]
async fn a_job_nobody_knows_is_given_up_at_once_and_others_go_on() {
    let app = TestApp::start().await;
    enqueue(&app, "of.a.later.version").await;
    app.sign_in("hethong").await.post("/api/v1/mails", json!({})).await.expect(201);
    app.run_jobs().await;
    let states: Vec<_> = jobs(&app).await.into_iter().map(|job| (job.kind, job.state)).collect();
    assert!(states.contains(&("of.a.later.version".into(), JobState::Dead)), "{states:?}");
    assert_eq!(app.app.mailer.taken().len(), 1);
}

#[tokio::test]
async fn a_job_that_keeps_failing_is_given_up_after_ten_tries_and_holds_up_no_other() {
    let app = TestApp::start().await;
    let operator = app.sign_in("hethong").await;
    operator.post("/api/v1/mails", json!({})).await.expect(201);
    let db = app.app.store.read();
    // Wording a mail asks the table of people: away, every try fails.
    db.execute_unprepared("ALTER TABLE person RENAME TO person_away").await.unwrap();
    for attempt in 1..=10 {
        enqueue(&app, "of.a.later.version").await;
        app.run_jobs().await;
        let all = jobs(&app).await;
        let mail = all.iter().find(|job| job.kind == "mail.send").unwrap();
        let expected = if attempt < 10 { JobState::Ready } else { JobState::Dead };
        assert_eq!((mail.state, mail.attempt), (expected, attempt));
        let others = all.iter().filter(|job| job.kind != "mail.send" && job.state == JobState::Dead).count();
        assert_eq!(i32::try_from(others).unwrap(), attempt);
        app.clock.set(app.clock.now() + chrono::TimeDelta::hours(2));
    }
    db.execute_unprepared("ALTER TABLE person_away RENAME TO person").await.unwrap();
    app.run_jobs().await;
    assert!(app.app.mailer.taken().is_empty());
}

/// Starts a worker on the one job there is and kills it while the mail server keeps it waiting.
async fn worker_dies(app: &TestApp, smtp: &Smtp) {
    let before = smtp.connections();
    let (running, name) = (app.app.clone(), "doomed");
    let worker = tokio::spawn(async move { api::jobs::run_one(&running, name).await });
    let until = std::time::Instant::now() + Duration::from_secs(20);
    while smtp.connections() == before {
        assert!(std::time::Instant::now() < until, "the worker never came to the mail server");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    worker.abort();
    let _ = worker.await;
}

#[tokio::test]
async fn a_dead_workers_job_runs_again_when_its_lease_is_over_and_not_before() {
    let smtp = Smtp::start(Mode::Hang).await;
    let app = TestApp::with(|config| {
        smtp.configure(config);
        config.mail.timeout_s = 60;
    })
    .await;
    app.sign_in("hethong").await.post("/api/v1/mails", json!({})).await.expect(201);
    worker_dies(&app, &smtp).await;
    smtp.set(Mode::Ok);
    app.clock.set(app.clock.now() + chrono::TimeDelta::seconds(59));
    app.run_jobs().await;
    assert!(smtp.received().is_empty(), "the lease of 60 s is not over");
    app.clock.set(app.clock.now() + chrono::TimeDelta::seconds(2));
    app.run_jobs().await;
    assert_eq!(smtp.received().len(), 1);
    assert_eq!(jobs(&app).await[0].state, JobState::Done);
}

#[tokio::test]
async fn a_job_that_takes_its_worker_down_is_given_up_after_ten_workers() {
    let smtp = Smtp::start(Mode::Hang).await;
    let app = TestApp::with(|config| {
        smtp.configure(config);
        config.mail.timeout_s = 60;
    })
    .await;
    app.sign_in("hethong").await.post("/api/v1/mails", json!({})).await.expect(201);
    for _ in 0..10 {
        worker_dies(&app, &smtp).await;
        app.clock.set(app.clock.now() + chrono::TimeDelta::seconds(61));
    }
    app.run_jobs().await;
    let job = &jobs(&app).await[0];
    assert_eq!((job.state, job.last_error.as_deref()), (JobState::Dead, Some("its worker died 10 times")));
}

#[tokio::test]
async fn a_worker_that_slept_past_its_lease_does_not_send_what_another_has_sent() {
    let smtp = Smtp::start(Mode::Slow(1_500)).await;
    let app = TestApp::with(|config| {
        smtp.configure(config);
        config.mail.timeout_s = 30;
    })
    .await;
    app.sign_in("hethong").await.post("/api/v1/mails", json!({})).await.expect(201);
    let claimed = job::Entity::find().one(app.app.store.read()).await.unwrap().unwrap();
    let sleeper = api::jobs::Work {
        id: claimed.id,
        payload: claimed.payload,
        attempt: 1,
        lease: Some(uuid::Uuid::nil()),
        created_at: claimed.created_at,
    };
    // Another worker has the job while the first one wakes up with a claim of long ago.
    let (running, name) = (app.app.clone(), "other");
    let other = tokio::spawn(async move { api::jobs::run_one(&running, name).await });
    smtp.wait_for(1, Duration::from_secs(20)).await;
    api::mail::send(&app.app, sleeper).await.unwrap();
    other.await.unwrap().unwrap();
    assert_eq!(smtp.received().len(), 1);
    assert_eq!(jobs(&app).await[0].state, JobState::Done);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_replicas_one_leads_and_the_other_takes_over_when_its_lease_ends() {
    let app = TestApp::start().await;
    let other = if tests::on_postgres() { app.replica().await } else { app.app.clone() };
    assert!(api::jobs::lead(&app.app, "schedule", "one", 90).await.unwrap());
    assert!(!api::jobs::lead(&other, "schedule", "two", 90).await.unwrap());
    assert!(api::jobs::lead(&app.app, "schedule", "one", 90).await.unwrap(), "the holder renews");
    app.clock.set(app.clock.now() + chrono::TimeDelta::seconds(91));
    assert!(api::jobs::lead(&other, "schedule", "two", 90).await.unwrap());
    assert!(!api::jobs::lead(&app.app, "schedule", "one", 90).await.unwrap());
}

#[test]
fn as_configured_a_dead_workers_job_runs_again_within_two_minutes() {
    let jobs = api::config::Config::load(None).unwrap().jobs;
    assert!(jobs.lease_s + i64::try_from(jobs.poll_ms * 5 / 4 / 1000).unwrap() < 120, "{jobs:?}");
}
