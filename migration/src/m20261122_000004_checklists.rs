//! Versioned checklist templates.

use sea_orm_migration::prelude::*;

use crate::ddl::{Table, at, boolean, int, json, long, text, uuid};

/// Versioned checklist templates.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        Table::new("checklist")
            .key(uuid("id"))
            .col(text("code"))
            .col(text("kind"))
            .col(text("title"))
            .col(text("edition").null())
            .col(text("note").null())
            .col(text("source").null())
            .col(boolean("sample"))
            .col(int("version_no"))
            .col(text("state"))
            .col(long("version").default(1))
            .col(at("created_at"))
            .unique(&["code", "version_no"])
            .create(m)
            .await?;
        Table::new("checklist_line")
            .key(uuid("id"))
            .col(uuid("checklist_id"))
            .col(int("position"))
            .col(text("code"))
            .col(text("area_code"))
            .col(text("area_name"))
            .col(text("clause").null())
            .col(text("question"))
            .col(text("question_en").null())
            .col(json("evidence"))
            .col(text("answer_type"))
            .col(text("metric").null())
            .col(json("phrases"))
            .col(text("source").null())
            .references("checklist_id", "checklist", "id")
            .unique(&["checklist_id", "code"])
            .create(m)
            .await?;
        Ok(())
    }
}
