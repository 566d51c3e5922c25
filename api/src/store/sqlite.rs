//! The embedded database: one process, one file, WAL, `synchronous=FULL`.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use migration::MigratorTrait as _;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection};

use crate::config::Config;

/// The oldest SQLite we run on: 3.51.3 mends a WAL reset bug that could lose a commit.
const OLDEST: (u32, u32, u32) = (3, 51, 3);

/// Holds the lock file: a second process on the same database is refused.
#[derive(Debug)]
pub(crate) struct OneProcess(#[expect(dead_code, reason = "held for its lock")] File);

impl OneProcess {
    fn take(database: &Path) -> anyhow::Result<Self> {
        let path = PathBuf::from(format!("{}.lock", database.display()));
        let file = File::create(&path).map_err(|error| anyhow::anyhow!("{}: {error}", path.display()))?;
        file.try_lock().map_err(|_busy| {
            anyhow::anyhow!("{} is in use by another chuan process; PostgreSQL carries several", database.display())
        })?;
        Ok(Self(file))
    }
}

/// Opens the file (made when missing), sets the pragmas on every connection and checks the version.
pub(super) async fn open(config: &Config) -> anyhow::Result<(DatabaseConnection, OneProcess)> {
    let path = Path::new(config.database.url.trim_start_matches("sqlite:").trim_start_matches("//"));
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let lock = OneProcess::take(path)?;
    let mut options = ConnectOptions::new(format!("sqlite:{}?mode=rwc", path.display()));
    options
        .max_connections(config.database.max_connections)
        .min_connections(1)
        .acquire_timeout(Duration::from_secs(10))
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(|options| {
            use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
            options
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .busy_timeout(Duration::from_secs(10))
        });
    let db = Database::connect(options).await.map_err(|error| anyhow::anyhow!("{}: {error}", path.display()))?;
    check_version(&db).await?;
    Ok((db, lock))
}

async fn check_version(db: &DatabaseConnection) -> anyhow::Result<()> {
    let row = db
        .query_one_raw(sea_orm::Statement::from_string(db.get_database_backend(), "SELECT sqlite_version()"))
        .await?
        .ok_or_else(|| anyhow::anyhow!("SQLite gives no version"))?;
    let version: String = row.try_get_by_index(0)?;
    let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or_default());
    let found = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    anyhow::ensure!(found >= OLDEST, "SQLite {version} is too old: {}.{}.{} or later is needed", OLDEST.0, OLDEST.1, OLDEST.2);
    Ok(())
}

pub(super) async fn migrate(db: &DatabaseConnection) -> anyhow::Result<()> {
    Ok(migration::Migrator::up(db, None).await?)
}
