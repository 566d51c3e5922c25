//! What was looked at when a link of a document was made or confirmed, and the days a step of a route has.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

/// What links have seen, days of a turn.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        let db = m.get_connection();
        let (uuid, date) = match db.get_database_backend() {
            DbBackend::Sqlite => ("uuid_text", "date_text"),
            _ => ("uuid", "date"),
        };
        let key = "CONSTRAINT fk_document_link_revision_id REFERENCES revision (id) ON DELETE RESTRICT";
        for statement in [
            format!("ALTER TABLE document_link ADD COLUMN revision_id {uuid} {key}"),
            "CREATE INDEX ix_document_link_revision_id ON document_link (revision_id)".to_owned(),
            format!("ALTER TABLE document_link ADD COLUMN seen_change_on {date}"),
            "ALTER TABLE document_setting ADD COLUMN turn_days integer NOT NULL DEFAULT 3".to_owned(),
        ] {
            db.execute_unprepared(&statement).await?;
        }
        Ok(())
    }
}
