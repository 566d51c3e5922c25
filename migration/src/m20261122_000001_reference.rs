//! Levels of government, as data: they change by law.

use sea_orm_migration::prelude::*;

use crate::ddl::{Table, boolean, date, int, json, long, text, uuid};

/// Levels of government, as data: they change by law.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        Table::new("unit_level").key(text("code")).col(text("name")).col(int("rank")).create(m).await?;
        Table::new("unit_kind")
            .key(text("code"))
            .col(text("name"))
            .col(text("level_code"))
            .references("level_code", "unit_level", "code")
            .create(m)
            .await?;
        Table::new("unit")
            .key(uuid("id"))
            .col(text("code"))
            .col(text("kind_code"))
            .col(text("name"))
            .col(uuid("parent_id").null())
            .col(date("valid_from"))
            .col(date("valid_to").null())
            .col(text("search_text"))
            .col(text("source").null())
            .col(boolean("sample"))
            .col(long("version").default(1))
            .references("kind_code", "unit_kind", "code")
            .references("parent_id", "unit", "id")
            .unique(&["code", "valid_from"])
            .index(&["name"])
            .create(m)
            .await?;
        Table::new("unit_path")
            .key(uuid("ancestor_id"))
            .key(uuid("descendant_id"))
            .col(int("depth"))
            .col(date("valid_from"))
            .col(date("valid_to").null())
            .references("ancestor_id", "unit", "id")
            .references("descendant_id", "unit", "id")
            .create(m)
            .await?;
        Table::new("unit_succession")
            .key(uuid("id"))
            .col(uuid("from_unit_id"))
            .col(uuid("to_unit_id").null())
            .col(text("kind"))
            .col(date("happened_on"))
            .col(text("ground"))
            .col(boolean("sample"))
            .references("from_unit_id", "unit", "id")
            .references("to_unit_id", "unit", "id")
            .unique(&["from_unit_id", "to_unit_id", "happened_on"])
            .create(m)
            .await?;
        Table::new("setting").key(text("key")).col(json("value")).create(m).await?;
        Table::new("calendar_day")
            .key(uuid("id"))
            .col(date("on_date"))
            .col(text("kind"))
            .col(text("name"))
            .col(text("source").null())
            .col(text("trust"))
            .col(date("published_on").null())
            .col(long("version").default(1))
            .unique(&["on_date"])
            .create(m)
            .await?;
        Table::new("calendar_year").key(int("year")).col(boolean("published")).col(text("source").null()).create(m).await?;
        Table::new("standard")
            .key(uuid("id"))
            .col(text("code"))
            .col(text("title"))
            .col(text("title_en").null())
            .col(text("edition"))
            .col(text("source").null())
            .unique(&["code"])
            .create(m)
            .await?;
        Table::new("clause")
            .key(uuid("standard_id"))
            .key(text("code"))
            .col(text("title"))
            .col(text("title_en").null())
            .col(text("trust"))
            .col(int("position"))
            .references("standard_id", "standard", "id")
            .create(m)
            .await?;
        Ok(())
    }
}
