//! Declarations of conformity: their scope, what was done with them, their papers; certificates.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::ConnectionTrait;

use crate::ddl::{Table, append_only, at, boolean, date, int, json, long, text, uuid};

/// Declarations of conformity and what belongs to them.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        declaration(m).await?;
        around(m).await?;
        append_only(m, "conformity_fact").await?;
        one_of_each(m).await
    }
}

async fn declaration(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    Table::new("conformity_declaration")
        .key(uuid("id"))
        .col(uuid("unit_id"))
        .col(uuid("standard_id"))
        .col(text("kind"))
        .col(text("reason").null())
        .col(text("reason_note").null())
        .col(text("state"))
        .col(text("unit_name"))
        .col(text("address"))
        .col(text("statement"))
        .col(json("grounds"))
        .col(text("earlier_decision").null())
        .col(json("author_ids"))
        .col(text("scope_hash").null())
        .col(int("line_count"))
        .col(at("submitted_at").null())
        .col(at("signed_at").null())
        .col(uuid("signed_by_id").null())
        .col(text("signer_name").null())
        .col(text("signer_title").null())
        .col(int("number").null())
        .col(text("symbol").null())
        .col(date("issued_on").null())
        .col(uuid("registered_by_id").null())
        .col(uuid("predecessor_id").null())
        .col(date("ended_on").null())
        .col(text("end_decision").null())
        .col(text("end_reason").null())
        .col(uuid("ended_by_id").null())
        .col(uuid("created_by_id"))
        .col(long("version").default(1))
        .col(at("created_at"))
        .references("unit_id", "unit", "id")
        .references("standard_id", "standard", "id")
        .references("signed_by_id", "person", "id")
        .references("registered_by_id", "person", "id")
        .references("predecessor_id", "conformity_declaration", "id")
        .references("ended_by_id", "person", "id")
        .references("created_by_id", "person", "id")
        .index(&["created_at", "id"])
        .create(m)
        .await?;
    Table::new("conformity_line")
        .key(uuid("id"))
        .col(uuid("declaration_id"))
        .col(uuid("document_id"))
        .col(uuid("revision_id").null())
        .col(int("position"))
        .col(boolean("included"))
        .col(text("reason").null())
        .col(text("code"))
        .col(text("title"))
        .col(text("field_name").null())
        .col(text("unit_name"))
        .col(json("national_codes"))
        .col(text("number"))
        .references("declaration_id", "conformity_declaration", "id")
        .references("document_id", "document", "id")
        .references("revision_id", "revision", "id")
        .unique(&["declaration_id", "document_id"])
        .create(m)
        .await
}

async fn around(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    Table::new("conformity_fact")
        .key(uuid("id"))
        .col(uuid("declaration_id"))
        .col(text("fact"))
        .col(date("on_date"))
        .col(text("address").null())
        .col(text("recipient").null())
        .col(text("number").null())
        .col(uuid("recorded_by_id"))
        .col(at("created_at"))
        .references("declaration_id", "conformity_declaration", "id")
        .references("recorded_by_id", "person", "id")
        .create(m)
        .await?;
    Table::new("conformity_paper")
        .key(uuid("id"))
        .col(uuid("declaration_id"))
        .col(text("part"))
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
        .references("declaration_id", "conformity_declaration", "id")
        .references("blob_sha256", "blob", "sha256")
        .references("requested_by_id", "person", "id")
        .create(m)
        .await?;
    Table::new("conformity_certificate")
        .key(uuid("id"))
        .col(uuid("unit_id"))
        .col(uuid("standard_id"))
        .col(text("body"))
        .col(text("number"))
        .col(date("valid_from").null())
        .col(date("valid_to"))
        .col(text("note").null())
        .col(uuid("recorded_by_id"))
        .col(long("version").default(1))
        .col(at("created_at"))
        .references("unit_id", "unit", "id")
        .references("standard_id", "standard", "id")
        .references("recorded_by_id", "person", "id")
        .unique(&["unit_id", "body", "number"])
        .index(&["created_at", "id"])
        .create(m)
        .await
}

/// A unit has one declaration in force and one on its way: the database itself refuses a second,
/// whatever the program does.
async fn one_of_each(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    let db = m.get_connection();
    for statement in [
        "CREATE UNIQUE INDEX uq_conformity_declaration_in_force ON conformity_declaration (unit_id) WHERE state = 'in_force'",
        "CREATE UNIQUE INDEX uq_conformity_declaration_open ON conformity_declaration (unit_id) WHERE state IN ('draft', 'submitted', 'signed')",
    ] {
        db.execute_unprepared(statement).await?;
    }
    Ok(())
}
