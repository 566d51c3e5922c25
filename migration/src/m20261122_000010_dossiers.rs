//! Dossier figures of the one-stop desk.

use sea_orm_migration::prelude::*;

use crate::ddl::{Table, at, date, json, long, text, uuid};

/// Dossier figures of the one-stop desk.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        Table::new("dossier_report")
            .key(uuid("id"))
            .col(uuid("unit_id"))
            .col(text("period_kind"))
            .col(date("period_from"))
            .col(date("period_to"))
            .col(text("field"))
            .col(text("source"))
            .col(json("figures"))
            .col(text("attribution").null())
            .col(text("note").null())
            .col(text("search_text"))
            .col(uuid("created_by_id").null())
            .col(at("created_at"))
            .col(at("removed_at").null())
            .col(text("remove_reason").null())
            .col(long("version").default(1))
            .references("unit_id", "unit", "id")
            .references("created_by_id", "person", "id")
            .index(&["period_to", "id"])
            .create(m)
            .await?;
        // Removed reports stay, so that a score made of them can still show them; they must not bar new ones.
        m.get_connection()
            .execute_unprepared(
                "CREATE UNIQUE INDEX uq_dossier_report_unit_id_period_from_period_to_field_source \
                 ON dossier_report (unit_id, period_from, period_to, field, source) WHERE removed_at IS NULL",
            )
            .await?;
        Ok(())
    }
}
