//! The program is killed in the middle of its work: what it acknowledged is there afterwards.
//!
//! `CHUAN_KILLS` says how often (3 in `make test`, hundreds in `make soak`).

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use api::clock::Clock;
use api::store::Store;
use entities::{event, unit, unit_path};
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use serde_json::{Value as Json, json};
use tests::TestApp;
use tests::process::{Server, settings};
use tests::smtp::{Mode, Smtp};

/// Writes acknowledged between two kills.
const ACKS_PER_KILL: u32 = 70;
const CLIENTS: u32 = 8;

fn kills() -> u32 {
    std::env::var("CHUAN_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(3)
}

/// What clients were told is done: each line is on disk before the next request leaves.
struct Journal(std::sync::Mutex<std::fs::File>, PathBuf, AtomicU32);

impl Journal {
    fn new(folder: &Path) -> Arc<Self> {
        let path = folder.join("acknowledged");
        Arc::new(Self(std::sync::Mutex::new(std::fs::File::create(&path).unwrap()), path, AtomicU32::new(0)))
    }

    fn keep(&self, id: &str, name: &str, version: i64) {
        let mut file = self.0.lock().unwrap();
        writeln!(file, "{id}\t{version}\t{name}").unwrap();
        file.sync_data().unwrap();
        self.2.fetch_add(1, Ordering::Relaxed);
    }

    fn lines(&self) -> Vec<(String, i64, String)> {
        let text = std::fs::read_to_string(&self.1).unwrap();
        let line = |line: &str| {
            let mut parts = line.splitn(3, '\t');
            let mut next = || parts.next().unwrap().to_owned();
            (next(), next().parse().unwrap(), next())
        };
        text.lines().map(line).collect()
    }
}

/// What was acknowledged and is not there, and what is there by halves.
async fn check(store: &Store, journal: &Journal) -> Vec<String> {
    let mut wrong = Vec::new();
    for (id, version, name) in journal.lines() {
        let row = unit::Entity::find_by_id(id.parse::<domain::id::UnitId>().unwrap()).one(store.read()).await.unwrap();
        match row {
            None => wrong.push(format!("lost: {name}")),
            Some(row) if row.version < version => wrong.push(format!("lost version {version} of {name}")),
            Some(row) if row.version == version && row.name != name => wrong.push(format!("{name} became {}", row.name)),
            Some(_) => {}
        }
    }
    for row in unit::Entity::find().filter(unit::Column::Code.like("GIET-%")).all(store.read()).await.unwrap() {
        let events = event::Entity::find().filter(event::Column::SubjectId.eq(row.id.0)).count(store.read()).await.unwrap();
        let paths =
            unit_path::Entity::find().filter(unit_path::Column::DescendantId.eq(row.id)).count(store.read()).await.unwrap();
        if (i64::try_from(events).unwrap(), paths) != (row.version, 2) {
            wrong.push(format!("half done: {} with {events} events at version {}, {paths} paths", row.code, row.version));
        }
    }
    let kept: BTreeSet<uuid::Uuid> = unit::Entity::find()
        .select_only()
        .column(unit::Column::Id)
        .into_tuple()
        .all(store.read())
        .await
        .unwrap()
        .into_iter()
        .collect();
    let events = event::Entity::find().filter(event::Column::Kind.eq("unit.created")).all(store.read()).await.unwrap();
    wrong.extend(
        events
            .iter()
            .filter(|event| !kept.contains(&event.subject_id.unwrap()))
            .map(|event| format!("event without its unit: {}", event.id)),
    );
    wrong
}

/// Adds and renames units until told to stop; a failed request is no acknowledgement.
async fn write(url: String, token: String, parent: String, who: String, journal: Arc<Journal>, stop: Arc<AtomicBool>) {
    tests::choose_tls();
    let client = reqwest::Client::new();
    let send = async |request: reqwest::RequestBuilder, body: Json| {
        let answer =
            request.bearer_auth(&token).header("content-type", "application/json").body(body.to_string()).send().await.ok()?;
        let good = answer.status().is_success();
        let body: Json = serde_json::from_str(&answer.text().await.ok()?).ok()?;
        good.then_some(body)
    };
    let mut number = 0;
    while !stop.load(Ordering::Relaxed) {
        number += 1;
        let (code, name) = (format!("GIET-{who}-{number}"), format!("Phòng {who} số {number}"));
        let body = json!({"code": code, "kind": "phong", "name": name, "parent_id": parent});
        let Some(made) = send(client.post(format!("{url}/api/v1/units")), body).await else { continue };
        let id = made["id"].as_str().unwrap();
        journal.keep(id, &name, 1);
        if number % 2 == 0 {
            let name = format!("{name} đổi tên");
            let request = client.patch(format!("{url}/api/v1/units/{id}")).header("if-match", "\"1\"");
            if send(request, json!({"name": name})).await.is_some() {
                journal.keep(id, &name, 2);
            }
        }
    }
}

/// Lets eight clients write at `url` until `acks` more are acknowledged; then `end` ends the server.
async fn under_load(
    url: &str,
    token: &str,
    parent: &str,
    round: u32,
    journal: &Arc<Journal>,
    acks: u32,
    end: impl Future<Output = ()>,
) {
    let stop = Arc::new(AtomicBool::new(false));
    let goal = journal.2.load(Ordering::Relaxed) + acks;
    let clients = (0..CLIENTS).map(|client| {
        let who = format!("{round}-{client}");
        tokio::spawn(write(url.to_owned(), token.to_owned(), parent.to_owned(), who, journal.clone(), stop.clone()))
    });
    let clients: Vec<_> = clients.collect();
    let until = tokio::time::Instant::now() + Duration::from_secs(120);
    while journal.2.load(Ordering::Relaxed) < goal {
        assert!(tokio::time::Instant::now() < until, "the clients are not served");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    end.await;
    stop.store(true, Ordering::Relaxed);
    for client in clients {
        client.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_in_the_middle_of_writes_it_loses_nothing_it_acknowledged_and_leaves_nothing_half_done() {
    let app = TestApp::with(|config| config.jobs.workers = 1).await;
    let (parent, token) = (app.unit("MAU").await, long_token(&app).await);
    let (url, folder) = app.leave().await;
    let journal = Journal::new(&folder);
    let settings = settings(&folder, &url);
    for round in 0..kills() {
        let server = Server::start(&settings).await;
        let address = server.url.clone();
        under_load(&address, &token, &parent, round, &journal, ACKS_PER_KILL, server.kill()).await;
    }
    // Once more: it starts on what the last kill left behind.
    Server::start(&settings).await.kill().await;
    let store = Store::open(&tests::config(&folder, &url), Clock::system()).await.unwrap();
    let wrong = check(&store, &journal).await;
    assert_eq!(wrong, Vec::<String>::new(), "of {} acknowledged", journal.lines().len());
    assert!(journal.lines().len() >= (kills() * ACKS_PER_KILL) as usize);
    eprintln!("{} kills, {} acknowledged writes, none lost", kills(), journal.lines().len());
    std::fs::remove_dir_all(folder).unwrap();
}

/// The positive control: a server that acknowledges before it commits is found out by the same check.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_check_finds_what_a_server_lost_that_acknowledges_before_it_commits() {
    use poem::listener::{Acceptor as _, Listener as _, TcpListener};
    let app = TestApp::start().await;
    let folder = std::env::temp_dir().join(format!("chuan-control-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let journal = Journal::new(&folder);
    let waiting: Arc<tokio::sync::Mutex<Vec<Json>>> = Arc::default();
    let acknowledges = poem::endpoint::make({
        let waiting = waiting.clone();
        move |mut request: poem::Request| {
            let waiting = waiting.clone();
            async move {
                let mut unit: Json = request.take_body().into_json().await?;
                unit["id"] = json!(uuid::Uuid::now_v7());
                waiting.lock().await.push(unit.clone());
                Ok::<_, poem::Error>(poem::Response::builder().status(poem::http::StatusCode::CREATED).body(unit.to_string()))
            }
        }
    });
    // Half of what it acknowledged reaches the database; the rest was in memory when it was killed.
    let acceptor = TcpListener::bind("127.0.0.1:0").into_acceptor().await.unwrap();
    let url = format!("http://{}", acceptor.local_addr()[0].as_socket_addr().unwrap());
    let server = tokio::spawn(poem::Server::new_with_acceptor(acceptor).run(acknowledges));
    let parent = app.unit("MAU").await;
    under_load(&url, "any", &parent, 0, &journal, 30, async { server.abort() }).await;
    let admin = app.sign_in("quantri").await;
    let acknowledged = waiting.lock().await.clone();
    for unit in acknowledged.iter().take(acknowledged.len() / 2) {
        let mut body = unit.clone();
        body.as_object_mut().unwrap().remove("id");
        admin.post("/api/v1/units", body).await;
    }
    let wrong = check(&app.app.store, &journal).await;
    assert!(wrong.iter().any(|line| line.starts_with("lost: ")), "{wrong:?}");
    std::fs::remove_dir_all(folder).unwrap();
}

/// Two real processes on one PostgreSQL: the one that has a mail in hand dies, the other one sends it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_replicas_mail_is_sent_by_the_other_one() {
    if !tests::on_postgres() {
        return; // SQLite carries one process; its dead workers are in `jobs.rs`.
    }
    let smtp = Smtp::start(Mode::Hang).await;
    let app = TestApp::start().await;
    let url = app.app.config.database.url.clone();
    let folder = std::env::temp_dir().join(format!("chuan-replicas-{}", std::process::id()));
    let mut settings = settings(&folder, &url);
    let more = [
        ("MAIL__TRANSPORT", "smtp".to_owned()),
        ("MAIL__SMTP_PORT", smtp.port().to_string()),
        ("JOBS__LEASE_S", "3".to_owned()),
        ("JOBS__POLL_MS", "200".to_owned()),
    ];
    settings.extend(more.map(|(key, value)| (format!("CHUAN__{key}"), value)));
    app.set_time(&chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now()).to_rfc3339());
    let operator = app.sign_in("hethong").await;
    let first = Server::start(&settings).await;
    operator.post("/api/v1/mails", json!({})).await.expect(201);
    let until = tokio::time::Instant::now() + Duration::from_secs(30);
    while smtp.connections() == 0 {
        assert!(tokio::time::Instant::now() < until, "the first replica never took the job");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let second = Server::start(&settings).await;
    // The first one is alive and renews its lease: nobody else takes the job.
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert_eq!(smtp.connections(), 1);
    smtp.set(Mode::Ok);
    first.kill().await;
    let killed = std::time::Instant::now();
    let received = smtp.wait_for(1, Duration::from_secs(20)).await;
    assert!(killed.elapsed() < Duration::from_secs(3 + 3 + 4), "{:?} after the kill, with a lease of 3 s", killed.elapsed());
    assert_eq!(received.len(), 1);
    second.kill().await;
    let job = entities::job::Entity::find()
        .order_by_desc(entities::job::Column::CreatedAt)
        .one(app.app.store.read())
        .await
        .unwrap()
        .unwrap();
    assert!(job.attempt <= 2, "{job:?}");
    let _ = std::fs::remove_dir_all(folder);
}

/// A session of the business administrator that lasts as long as the campaign.
async fn long_token(app: &TestApp) -> String {
    app.set_time(&chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now()).to_rfc3339());
    app.sign_in("quantri").await.token()
}
