//! People, roles, sessions.

use sea_orm_migration::prelude::*;

use crate::ddl::{Table, at, boolean, date, json, long, text, uuid};

/// People, roles, sessions.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        Table::new("person")
            .key(uuid("id"))
            .col(text("full_name"))
            .col(text("email").null())
            .col(text("search_text"))
            .col(at("disabled_at").null())
            .col(boolean("sample"))
            .col(long("version").default(1))
            .col(at("created_at"))
            .create(m)
            .await?;
        Table::new("membership")
            .key(uuid("id"))
            .col(uuid("person_id"))
            .col(uuid("unit_id"))
            .col(text("position").null())
            .col(date("valid_from"))
            .col(date("valid_to").null())
            .col(long("version").default(1))
            .references("person_id", "person", "id")
            .references("unit_id", "unit", "id")
            .create(m)
            .await?;
        Table::new("account")
            .key(uuid("id"))
            .col(uuid("person_id"))
            .col(text("login"))
            .col(text("password_hash"))
            .col(boolean("one_time"))
            .col(at("disabled_at").null())
            .col(long("version").default(1))
            .references("person_id", "person", "id")
            .unique(&["login"])
            .create(m)
            .await?;
        Table::new("assignment")
            .key(uuid("id"))
            .col(uuid("person_id"))
            .col(text("role"))
            .col(uuid("unit_id"))
            .col(text("span"))
            .col(date("valid_from"))
            .col(date("valid_to").null())
            .col(uuid("granted_by_id").null())
            .col(text("reason").null())
            .col(long("version").default(1))
            .col(at("created_at"))
            .references("person_id", "person", "id")
            .references("unit_id", "unit", "id")
            .references("granted_by_id", "person", "id")
            .create(m)
            .await?;
        Table::new("session")
            .key(uuid("id"))
            .col(text("token_hash"))
            .col(text("csrf"))
            .col(uuid("account_id"))
            .col(uuid("person_id"))
            .col(text("kind"))
            .col(at("created_at"))
            .col(at("seen_at"))
            .col(at("expires_at"))
            .col(at("ended_at").null())
            .references("account_id", "account", "id")
            .references("person_id", "person", "id")
            .unique(&["token_hash"])
            .create(m)
            .await?;
        Table::new("api_token")
            .key(uuid("id"))
            .col(uuid("person_id"))
            .col(text("name"))
            .col(text("token_hash"))
            .col(json("permissions"))
            .col(at("created_at"))
            .col(at("expires_at"))
            .col(at("used_at").null())
            .col(at("revoked_at").null())
            .col(long("version").default(1))
            .references("person_id", "person", "id")
            .unique(&["token_hash"])
            .create(m)
            .await?;
        Table::new("sign_in_attempt")
            .key(uuid("id"))
            .col(text("login"))
            .col(text("address"))
            .col(boolean("succeeded"))
            .col(at("at"))
            .index(&["login", "at"])
            .index(&["address", "at"])
            .create(m)
            .await?;
        Ok(())
    }
}
