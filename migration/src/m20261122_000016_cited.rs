//! The revision a finding was raised on, and the revision a document was copied from.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

/// What findings cite, what documents were copied from.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in [("finding", "revision_id"), ("document", "source_revision_id")] {
            refer(m, table, column).await?;
        }
        Ok(())
    }
}

/// A column that may name a revision, with its foreign key and index.
async fn refer(m: &SchemaManager<'_>, table: &str, column: &str) -> Result<(), DbErr> {
    let db = m.get_connection();
    let kind = match db.get_database_backend() {
        DbBackend::Sqlite => "uuid_text",
        _ => "uuid",
    };
    let key = format!("CONSTRAINT fk_{table}_{column} REFERENCES revision (id) ON DELETE RESTRICT");
    db.execute_unprepared(&format!("ALTER TABLE {table} ADD COLUMN {column} {kind} {key}")).await?;
    db.execute_unprepared(&format!("CREATE INDEX ix_{table}_{column} ON {table} ({column})")).await?;
    Ok(())
}
