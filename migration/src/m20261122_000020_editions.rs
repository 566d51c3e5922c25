//! Editions of a standard: the national edition, where clauses have moved, by which edition a unit works.

use sea_orm_migration::prelude::{
    Alias, ColumnDef, DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait, sea_query,
};

use super::ddl::{Table, at, date, int, text, uuid};

/// The national edition, moved clauses, the edition in use.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        for (column, kind) in [("national_code", "text"), ("published_on", ""), ("note", "text"), ("trust", "text")] {
            add(m, column, kind).await?;
        }
        Table::new("clause_move")
            .key(uuid("from_standard_id"))
            .key(uuid("to_standard_id"))
            .key(int("position"))
            .col(text("from_code").null())
            .col(text("to_code").null())
            .col(text("change").null())
            .references("from_standard_id", "standard", "id")
            .references("to_standard_id", "standard", "id")
            .create(m)
            .await?;
        Table::new("standard_use")
            .key(uuid("id"))
            .col(uuid("unit_id").null())
            .col(uuid("standard_id"))
            .col(date("valid_from"))
            .col(text("ground"))
            .col(text("trust").null())
            .col(uuid("recorded_by_id").null())
            .col(at("recorded_at"))
            .references("unit_id", "unit", "id")
            .references("standard_id", "standard", "id")
            .references("recorded_by_id", "person", "id")
            .create(m)
            .await?;
        Ok(())
    }
}

async fn add(m: &SchemaManager<'_>, column: &'static str, kind: &str) -> Result<(), DbErr> {
    let mut def = ColumnDef::new(Alias::new(column));
    if kind == "text" {
        def.text()
    } else {
        def.date()
    };
    m.alter_table(sea_query::Table::alter().table("standard").add_column(def.null()).to_owned()).await
}
