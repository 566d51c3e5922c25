//! Findings without an inspection (points lost in a published round), and deductions that findings
//! propose in a round.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

use crate::ddl::{Table, at, date, long, text, uuid};

/// Findings without an inspection, proposed deductions.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        match m.get_connection().get_database_backend() {
            DbBackend::Sqlite => rebuild(m).await?,
            _ => alter(m).await?,
        }
        Table::new("deduction")
            .key(uuid("id"))
            .col(uuid("finding_id"))
            .col(uuid("line_id"))
            .col(long("points"))
            .col(text("reason"))
            .col(uuid("proposed_by_id"))
            .col(at("proposed_at"))
            .col(text("state"))
            .col(uuid("decided_by_id").null())
            .col(at("decided_at").null())
            .col(text("decision_reason").null())
            .col(uuid("entry_id").null())
            .col(long("version").default(1))
            .references("finding_id", "finding", "id")
            .references("line_id", "sheet_line", "id")
            .references("proposed_by_id", "person", "id")
            .references("decided_by_id", "person", "id")
            .references("entry_id", "score_entry", "id")
            .unique(&["finding_id", "line_id"])
            .create(m)
            .await
    }
}

/// `PostgreSQL` changes the table where it stands.
async fn alter(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    for statement in [
        "ALTER TABLE finding ALTER COLUMN inspection_id DROP NOT NULL",
        "ALTER TABLE finding ADD COLUMN sheet_line_id uuid",
        "ALTER TABLE finding ADD CONSTRAINT fk_finding_sheet_line_id FOREIGN KEY (sheet_line_id) REFERENCES sheet_line (id) ON DELETE RESTRICT",
        "CREATE INDEX ix_finding_sheet_line_id ON finding (sheet_line_id)",
    ] {
        m.get_connection().execute_unprepared(statement).await?;
    }
    Ok(())
}

/// `SQLite` cannot drop a NOT NULL: the table is written anew under its name, while what points to
/// it waits for the end of the transaction.
async fn rebuild(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    let db = m.get_connection();
    for statement in
        ["PRAGMA defer_foreign_keys = ON", "CREATE TEMP TABLE kept_finding AS SELECT * FROM finding", "DROP TABLE finding"]
    {
        db.execute_unprepared(statement).await?;
    }
    Table::new("finding")
        .key(uuid("id"))
        .col(text("code"))
        .col(text("kind"))
        .col(uuid("inspection_id").null())
        .col(uuid("line_id").null())
        .col(text("line_code").null())
        .col(text("clause").null())
        .col(text("area_code").null())
        .col(uuid("owner_unit_id"))
        .col(uuid("unit_id"))
        .col(text("grade"))
        .col(text("criterion").null())
        .col(text("statement").null())
        .col(text("recommendation").null())
        .col(text("state"))
        .col(uuid("created_by_id"))
        .col(at("raised_at").null())
        .col(uuid("confirmed_by_id").null())
        .col(at("confirmed_at").null())
        .col(date("answer_due_on").null())
        .col(uuid("answered_by_id").null())
        .col(at("answered_at").null())
        .col(text("dispute_reason").null())
        .col(uuid("decided_by_id").null())
        .col(text("decision_reason").null())
        .col(text("appeal_reason").null())
        .col(at("appealed_at").null())
        .col(at("appeal_decided_at").null())
        .col(text("regrade_reason").null())
        .col(uuid("repeat_of_id").null())
        .col(text("search_text"))
        .col(long("version").default(1))
        .col(at("created_at"))
        .col(uuid("sheet_line_id").null())
        .references("inspection_id", "inspection", "id")
        .references("line_id", "inspection_line", "id")
        .references("owner_unit_id", "unit", "id")
        .references("unit_id", "unit", "id")
        .references("created_by_id", "person", "id")
        .references("confirmed_by_id", "person", "id")
        .references("answered_by_id", "person", "id")
        .references("decided_by_id", "person", "id")
        .references("repeat_of_id", "finding", "id")
        .references("sheet_line_id", "sheet_line", "id")
        .unique(&["owner_unit_id", "code"])
        .index(&["unit_id", "line_code"])
        .create(m)
        .await?;
    db.execute_unprepared("INSERT INTO finding SELECT *, NULL FROM kept_finding").await?;
    db.execute_unprepared("DROP TABLE kept_finding").await?;
    Ok(())
}
