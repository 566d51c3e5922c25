//! Findings.

use sea_orm_migration::prelude::*;

use crate::ddl::{Table, at, date, long, text, uuid};

/// Findings.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        Table::new("finding")
            .key(uuid("id"))
            .col(text("code"))
            .col(text("kind"))
            .col(uuid("inspection_id"))
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
            .references("inspection_id", "inspection", "id")
            .references("line_id", "inspection_line", "id")
            .references("owner_unit_id", "unit", "id")
            .references("unit_id", "unit", "id")
            .references("created_by_id", "person", "id")
            .references("confirmed_by_id", "person", "id")
            .references("answered_by_id", "person", "id")
            .references("decided_by_id", "person", "id")
            .references("repeat_of_id", "finding", "id")
            .unique(&["owner_unit_id", "code"])
            .index(&["unit_id", "line_code"])
            .create(m)
            .await?;
        Ok(())
    }
}
