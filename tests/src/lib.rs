//! The harness: the whole application on a database of its own, driven through HTTP.
//!
//! `CHUAN_TEST_DB=sqlite|postgres` switches the same suite; PostgreSQL's server is named by
//! `CHUAN_TEST_POSTGRES` (`postgres://user@host:port`), which `.ci/postgres` starts and prints.

pub mod browser;
pub mod client;
pub mod process;
pub mod smtp;
pub mod words;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use api::app::App;
use api::clock::Clock;
use api::config::Config;
use api::mail::Mailer;
use api::store::Store;
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, Database};
use tokio::sync::OnceCell;

pub use client::{Answer, Client};

/// The instant every test starts at: Monday 16/11/2026, 09:00 in Vietnam.
pub const START: &str = "2026-11-16T02:00:00Z";

/// The whole application on a database of its own, with the base of the sample world.
pub struct TestApp {
    /// The application.
    pub app: App,
    /// Its fixed clock.
    pub clock: Clock,
    folder: PathBuf,
    statements: Arc<AtomicU64>,
    routes: OnceLock<client::Routes>,
}

impl std::fmt::Debug for TestApp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TestApp").field("folder", &self.folder).finish_non_exhaustive()
    }
}

static TEMPLATE: OnceCell<String> = OnceCell::const_new();
static COUNT: AtomicU32 = AtomicU32::new(0);

/// HTTP clients of these tests ask for a TLS provider even for plain connections: the first call chooses one.
pub fn choose_tls() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// Whether this run is on PostgreSQL.
#[must_use]
pub fn on_postgres() -> bool {
    std::env::var("CHUAN_TEST_DB").is_ok_and(|db| db == "postgres")
}

fn postgres() -> String {
    std::env::var("CHUAN_TEST_POSTGRES").expect("CHUAN_TEST_POSTGRES names the server: see .ci/postgres")
}

fn folder() -> PathBuf {
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("chuan-test-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Settings of a test: folders of its own, PostgreSQL without the durability it does not need here.
#[must_use]
pub fn config(folder: &std::path::Path, url: &str) -> Config {
    let mut config = Config::load(None).unwrap();
    config.database.url = url.to_owned();
    config.server.listen = "127.0.0.1:0".to_owned();
    config.database.unsafe_durability = true;
    config.database.max_connections = 4;
    config.evidence.folder = folder.join("evidence").display().to_string();
    config.evidence.upload_folder = folder.join("uploads").display().to_string();
    config.sign_in.attempts_per_minute_and_address = 10_000;
    config
}

/// A migrated database with the base of the sample world, made once: a file to copy, or a database to clone.
async fn template() -> &'static str {
    TEMPLATE
        .get_or_init(|| async {
            let folder = folder();
            let clock = Clock::fixed(START.parse().unwrap());
            let url = if on_postgres() {
                let name = format!("chuan_template_{}", std::process::id());
                let server = Database::connect(format!("{}/postgres", postgres())).await.unwrap();
                server.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
                format!("{}/{name}", postgres())
            } else {
                format!("sqlite:{}", folder.join("template.db").display())
            };
            let store = Store::open(&config(&folder, &url), clock).await.unwrap();
            store.migrate().await.unwrap();
            api::installation::load_reference(&store).await.unwrap();
            api::sample::load_base(&store).await.unwrap();
            if !on_postgres() {
                store.read().execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
            }
            store.read().clone().close().await.unwrap();
            url
        })
        .await
}

/// A new database like the template: its url.
async fn database(folder: &std::path::Path) -> String {
    let template = template().await;
    if on_postgres() {
        let from = template.rsplit('/').next().unwrap();
        let name = format!("{from}_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let server = Database::connect(format!("{}/postgres", postgres())).await.unwrap();
        server.execute_unprepared(&format!("CREATE DATABASE {name} TEMPLATE {from}")).await.unwrap();
        server.close().await.unwrap();
        return format!("{}/{name}", postgres());
    }
    let file = folder.join("chuan.db");
    std::fs::copy(template.trim_start_matches("sqlite:"), &file).unwrap();
    format!("sqlite:{}", file.display())
}

/// The application; mails stay in memory unless a mail server is configured.
fn assemble(config: Config, store: Store) -> App {
    let smtp = config.mail.transport == api::config::Transport::Smtp;
    let mailer = if smtp { Mailer::new(&config) } else { Mailer::memory() };
    App::assemble(config, store, mailer.unwrap()).unwrap()
}

impl TestApp {
    /// A fresh application at [`START`].
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// A fresh application with changed settings.
    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let folder = folder();
        let url = database(&folder).await;
        let mut config = config(&folder, &url);
        change(&mut config);
        let clock = Clock::fixed(START.parse().unwrap());
        let mut store = Store::open(&config, clock.clone()).await.unwrap();
        let statements = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&statements);
        store.watch(move || {
            counted.fetch_add(1, Ordering::Relaxed);
        });
        let app = assemble(config, store);
        Self { app, clock, folder, statements, routes: OnceLock::new() }
    }

    /// Leaves the database to another process: its url, and the folder, which stays.
    pub async fn leave(mut self) -> (String, PathBuf) {
        let url = self.app.config.database.url.clone();
        self.app.store.read().clone().close().await.unwrap();
        // `Drop` removes an empty name, that is nothing.
        (url, std::mem::take(&mut self.folder))
    }

    /// A second replica on the same database (PostgreSQL only).
    pub async fn replica(&self) -> App {
        let config = self.app.config.clone();
        let store = Store::open(&config, self.clock.clone()).await.unwrap();
        assemble(config, store)
    }

    /// Stops and starts again on the same database and folders. Clients from before must be gone.
    pub async fn restart(&mut self) {
        let config = self.app.config.clone();
        // SQLite's file is one process's: the old application must go before the new one opens it.
        let mut aside = Self::start().await;
        std::mem::swap(&mut self.app, &mut aside.app);
        self.routes = OnceLock::new();
        drop(aside);
        let store = Store::open(&config, self.clock.clone()).await.unwrap();
        self.app = assemble(config, store);
    }

    /// Nobody yet.
    #[must_use]
    pub fn client(&self) -> Client {
        let routes = self.routes.get_or_init(|| Arc::new(api::app::routes(&self.app)));
        Client::over(Arc::clone(routes))
    }

    /// Signed in through the API as a person of the sample world.
    pub async fn sign_in(&self, login: &str) -> Client {
        self.client().sign_in(login).await
    }

    /// Signed in through the sign-in page: a browser's cookie.
    pub async fn browse(&self, login: &str) -> Client {
        self.client().sign_in_page(login).await
    }

    /// Moves the clock.
    pub fn set_time(&self, instant: &str) {
        self.clock.set(instant.parse::<DateTime<Utc>>().unwrap());
    }

    /// Statements sent to the database so far, by anyone.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// Runs every job that is ready, until none is.
    pub async fn run_jobs(&self) {
        while api::jobs::run_one(&self.app, "test").await.unwrap() {}
    }

    /// The id of a unit of the sample world.
    pub async fn unit(&self, code: &str) -> String {
        use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
        let row = entities::unit::Entity::find().filter(entities::unit::Column::Code.eq(code)).one(self.app.store.read()).await;
        row.unwrap().unwrap_or_else(|| panic!("no unit {code}")).id.to_string()
    }

    /// The id of a person of the sample world.
    pub async fn person(&self, login: &str) -> String {
        use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
        let row =
            entities::account::Entity::find().filter(entities::account::Column::Login.eq(login)).one(self.app.store.read()).await;
        row.unwrap().unwrap_or_else(|| panic!("no login {login}")).person_id.to_string()
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
