//! The register of the year's work, and satisfaction surveys.

use sea_orm_migration::prelude::*;

use crate::ddl::{Table, append_only, at, date, int, json, long, text, uuid};

/// The register of the year's work, and satisfaction surveys.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        work_items(m).await?;
        surveys(m).await
    }
}

async fn work_items(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    Table::new("work_item")
        .key(uuid("id"))
        .col(uuid("unit_id"))
        .col(int("year"))
        .col(text("kind"))
        .col(text("origin"))
        .col(uuid("assigned_by_unit_id").null())
        .col(text("state"))
        .col(text("title"))
        .col(text("code").null())
        .col(text("period").null())
        .col(uuid("owner_id").null())
        .col(text("owner_text").null())
        .col(text("product").null())
        .col(date("received_on").null())
        .col(date("due_on").null())
        .col(date("done_on").null())
        .col(text("attribution").null())
        .col(text("number").null())
        .col(date("numbered_on").null())
        .col(int("people_count").null())
        .col(int("found_count").null())
        .col(int("fixed_count").null())
        .col(text("result").null())
        .col(text("cancel_reason").null())
        .col(date("order_on"))
        .col(text("search_text"))
        .col(uuid("created_by_id"))
        .col(long("version").default(1))
        .col(at("created_at"))
        .references("unit_id", "unit", "id")
        .references("assigned_by_unit_id", "unit", "id")
        .references("owner_id", "person", "id")
        .references("created_by_id", "person", "id")
        // The register of a unit and year by kind is the hot query, for pages and for the score.
        .index(&["unit_id", "year", "kind", "order_on"])
        .create(m)
        .await?;
    // One apology a late dossier; a cancelled one makes room again. Partial indexes read alike on both databases.
    let sql = "CREATE UNIQUE INDEX uq_work_item_unit_id_code ON work_item (unit_id, code) WHERE kind = 'apology' AND state <> 'cancelled'";
    m.get_connection().execute_unprepared(sql).await?;
    Ok(())
}

async fn surveys(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    Table::new("survey")
        .key(uuid("id"))
        .col(uuid("unit_id"))
        .col(int("year"))
        .col(text("code"))
        .col(text("title"))
        .col(json("instrument"))
        .col(text("state"))
        .col(uuid("created_by_id"))
        .col(long("version").default(1))
        .col(at("created_at"))
        .references("unit_id", "unit", "id")
        .references("created_by_id", "person", "id")
        .unique(&["year", "code"])
        .create(m)
        .await?;
    Table::new("survey_form")
        .key(uuid("id"))
        .col(uuid("survey_id"))
        .col(uuid("unit_id"))
        .col(text("channel"))
        .col(int("forms"))
        .col(json("answers"))
        .col(uuid("cancels_id").null())
        .references("survey_id", "survey", "id")
        .references("unit_id", "unit", "id")
        .references("cancels_id", "survey_form", "id")
        .unique(&["cancels_id"])
        .create(m)
        .await?;
    append_only(m, "survey_form").await
}
