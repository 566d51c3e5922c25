//! Decisions that change the TTHC catalogue, and lines of the records list that units add themselves.

use sea_orm_migration::prelude::*;

use crate::ddl::{Table, at, date, int, json, long, text, uuid};

/// Changes of the TTHC catalogue; records kept outside structured procedures.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        lists(m).await?;
        changes(m).await?;
        records(m).await
    }
}

async fn lists(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    Table::new("procedure_change_list")
        .key(uuid("id"))
        .col(uuid("unit_id"))
        .col(text("decision"))
        .col(date("decided_on"))
        .col(date("effective_on"))
        .col(int("revise_days"))
        .col(date("due_on"))
        .col(text("note").null())
        .col(at("applied_at").null())
        .col(at("cancelled_at").null())
        .col(text("cancel_reason").null())
        .col(uuid("created_by_id"))
        .col(long("version").default(1))
        .col(at("created_at"))
        .references("unit_id", "unit", "id")
        .references("created_by_id", "person", "id")
        .index(&["created_at", "id"])
        .index(&["effective_on"])
        .create(m)
        .await
}

async fn changes(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    Table::new("procedure_change")
        .key(uuid("id"))
        .col(uuid("list_id"))
        .col(int("position"))
        .col(text("national_code"))
        .col(text("suffix").null())
        .col(text("change"))
        .col(text("title"))
        .col(text("field_name"))
        .col(text("level_code"))
        .col(text("replaced_by").null())
        .col(text("time_limit").null())
        .col(text("fee").null())
        .references("list_id", "procedure_change_list", "id")
        .unique(&["list_id", "national_code"])
        .index(&["national_code"])
        .create(m)
        .await
}

async fn records(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    Table::new("kept_record")
        .key(uuid("id"))
        .col(uuid("unit_id"))
        .col(uuid("document_id").null())
        .col(json("record"))
        .col(at("removed_at").null())
        .col(uuid("created_by_id"))
        .col(long("version").default(1))
        .col(at("created_at"))
        .references("unit_id", "unit", "id")
        .references("document_id", "document", "id")
        .references("created_by_id", "person", "id")
        .index(&["created_at", "id"])
        .create(m)
        .await
}
