//! Render requests.

use sea_orm_migration::prelude::*;

use crate::ddl::{Table, at, boolean, int, json, text, uuid};

/// Render requests.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        Table::new("report")
            .key(uuid("id"))
            .col(text("kind"))
            .col(uuid("inspection_id"))
            .col(text("state"))
            .col(boolean("draft"))
            .col(json("data"))
            .col(text("template_version").null())
            .col(text("font_hash").null())
            .col(int("pages").null())
            .col(text("blob_sha256").null())
            .col(text("error").null())
            .col(uuid("requested_by_id"))
            .col(at("requested_at"))
            .col(at("ready_at").null())
            .references("inspection_id", "inspection", "id")
            .references("blob_sha256", "blob", "sha256")
            .references("requested_by_id", "person", "id")
            .create(m)
            .await?;
        Ok(())
    }
}
