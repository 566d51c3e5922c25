//! Results of indices published elsewhere; words to search criteria sets by.

use sea_orm_migration::prelude::*;

use crate::ddl::{Table, at, int, json, long, text, uuid};

/// Results of indices published elsewhere; words to search criteria sets by.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        Table::new("index_result")
            .key(uuid("id"))
            .col(text("index_code"))
            .col(text("unit_name"))
            .col(text("unit_code"))
            .col(uuid("unit_id").null())
            .col(text("period_kind"))
            .col(int("period_year"))
            .col(int("period_number"))
            .col(at("snapshot_at"))
            .col(long("total"))
            .col(json("parts"))
            .col(int("published_rank").null())
            .col(text("source"))
            .col(at("created_at"))
            .references("unit_id", "unit", "id")
            .unique(&["index_code", "period_kind", "period_year", "period_number", "snapshot_at", "unit_code"])
            .index(&["index_code", "snapshot_at", "total", "id"])
            .create(m)
            .await?;
        let words = ColumnDef::new(Alias::new("search_text")).text().not_null().default("").to_owned();
        m.alter_table(sea_query::Table::alter().table(Alias::new("criteria_set")).add_column(words).to_owned()).await
    }
}
