//! PostgreSQL: many replicas, read committed with version columns, migrations under an advisory lock.

use std::time::Duration;

use migration::MigratorTrait as _;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, Statement, TransactionTrait};

use crate::config::Config;

/// Any constant serves; all replicas must use the same.
const MIGRATION_LOCK: i64 = 0x0043_4855_414e;

pub(super) async fn open(config: &Config) -> anyhow::Result<DatabaseConnection> {
    let mut options = ConnectOptions::new(config.database.url.clone());
    options
        .max_connections(config.database.max_connections)
        .min_connections(1)
        .acquire_timeout(Duration::from_secs(10))
        .connect_timeout(Duration::from_secs(10))
        .sqlx_logging(false)
        .map_sqlx_postgres_opts(|options| {
            options.application_name("chuan").options([
                ("statement_timeout", "30s"),
                ("idle_in_transaction_session_timeout", "15s"),
                ("timezone", "UTC"),
            ])
        });
    let db = Database::connect(options).await.map_err(|error| anyhow::anyhow!("PostgreSQL: {error}"))?;
    check_version(&db).await?;
    if !config.database.unsafe_durability {
        check_durability(&db).await?;
    }
    Ok(db)
}

/// 15 is the oldest we test on.
async fn check_version(db: &DatabaseConnection) -> anyhow::Result<()> {
    let number = Statement::from_string(db.get_database_backend(), "SELECT current_setting('server_version_num')::int");
    let row = db.query_one_raw(number).await?.ok_or_else(|| anyhow::anyhow!("PostgreSQL does not tell its version"))?;
    let version: i32 = row.try_get_by_index(0)?;
    anyhow::ensure!(version >= 150_000, "PostgreSQL {} is too old: 15 or later is needed", version / 10_000);
    Ok(())
}

/// An acknowledged write must survive power loss: refuses a server that does not sync its commits.
async fn check_durability(db: &DatabaseConnection) -> anyhow::Result<()> {
    for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
        let row = db
            .query_one_raw(Statement::from_string(db.get_database_backend(), format!("SHOW {setting}")))
            .await?
            .ok_or_else(|| anyhow::anyhow!("PostgreSQL does not tell {setting}"))?;
        let value: String = row.try_get_by_index(0)?;
        anyhow::ensure!(value != "off", "PostgreSQL runs with {setting}={value}: acknowledged writes could be lost");
    }
    Ok(())
}

pub(super) async fn migrate(db: &DatabaseConnection) -> anyhow::Result<()> {
    // The lock lives as long as this transaction's connection; the migrator works on others.
    let guard = db.begin().await?;
    guard.execute_unprepared("SET LOCAL idle_in_transaction_session_timeout = 0").await?;
    guard
        .execute_raw(Statement::from_sql_and_values(
            db.get_database_backend(),
            "SELECT pg_advisory_xact_lock($1)",
            [MIGRATION_LOCK.into()],
        ))
        .await?;
    migration::Migrator::up(db, None).await?;
    guard.commit().await?;
    Ok(())
}
