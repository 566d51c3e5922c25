//! Controlled documents: revisions, routes, decisions, distribution, reviews, links, registers of what is outside.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::ddl::{Table, append_only, at, boolean, date, int, json, long, text, uuid};

/// Controlled documents, their revisions and what surrounds them.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        documents(m).await?;
        revisions(m).await?;
        distribution(m).await?;
        surroundings(m).await?;
        for table in ["issue_decision", "route_word", "receipt", "document_review"] {
            append_only(m, table).await?;
        }
        one_in_force(m).await?;
        numbers_of_a_year(m).await?;
        codes_stay(m).await
    }
}

async fn documents(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    Table::new("document_setting")
        .key(uuid("unit_id"))
        .col(json("code_patterns"))
        .col(int("acknowledge_days"))
        .col(int("review_months"))
        .col(int("hours_per_day"))
        .col(long("version").default(1))
        .references("unit_id", "unit", "id")
        .create(m)
        .await?;
    Table::new("document")
        .key(uuid("id"))
        .col(uuid("unit_id"))
        .col(text("code").null())
        .col(text("kind"))
        .col(text("title"))
        .col(text("field_code").null())
        .col(text("field_name").null())
        .col(uuid("parent_id").null())
        .col(text("state"))
        .col(int("review_months"))
        .col(date("next_review_on").null())
        .col(text("retention").null())
        .col(text("search_text"))
        .col(uuid("created_by_id"))
        .col(long("version").default(1))
        .col(at("created_at"))
        .references("unit_id", "unit", "id")
        .references("parent_id", "document", "id")
        .references("created_by_id", "person", "id")
        .unique(&["unit_id", "code"])
        .index(&["created_at", "id"])
        .create(m)
        .await
}

async fn revisions(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    Table::new("issue_decision")
        .key(uuid("id"))
        .col(uuid("unit_id"))
        .col(text("number"))
        .col(date("signed_on"))
        .col(text("title"))
        .col(uuid("recorded_by_id"))
        .col(at("created_at"))
        .references("unit_id", "unit", "id")
        .references("recorded_by_id", "person", "id")
        .index(&["created_at", "id"])
        .create(m)
        .await?;
    Table::new("revision")
        .key(uuid("id"))
        .col(uuid("document_id"))
        .col(int("issue_no").null())
        .col(int("amendment_no").null())
        .col(text("state"))
        .col(text("form"))
        .col(text("source"))
        .col(text("source_ref").null())
        .col(text("reason"))
        .col(text("changed_part").null())
        .col(text("summary").null())
        .col(text("request_code").null())
        .col(uuid("requested_by_id"))
        .col(uuid("drafter_id").null())
        .col(date("draft_due_on").null())
        .col(json("author_ids"))
        .col(json("content"))
        .col(text("content_hash").null())
        .col(int("submission"))
        .col(at("submitted_at").null())
        .col(int("route_no"))
        .col(text("exception_reason").null())
        .col(uuid("exception_by_id").null())
        .col(at("exception_at").null())
        .col(at("approved_at").null())
        .col(uuid("decision_id").null())
        .col(date("effective_from").null())
        .col(date("effective_to").null())
        .col(uuid("predecessor_id").null())
        .col(uuid("replaced_by_id").null())
        .col(text("end_decision").null())
        .col(text("end_reason").null())
        .col(uuid("ended_by_id").null())
        .col(long("version").default(1))
        .col(at("created_at"))
        .references("document_id", "document", "id")
        .references("requested_by_id", "person", "id")
        .references("drafter_id", "person", "id")
        .references("exception_by_id", "person", "id")
        .references("decision_id", "issue_decision", "id")
        .references("predecessor_id", "revision", "id")
        .references("replaced_by_id", "document", "id")
        .references("ended_by_id", "person", "id")
        .index(&["state", "effective_from"])
        .index(&["created_at", "id"])
        .create(m)
        .await?;
    Table::new("route_step")
        .key(uuid("id"))
        .col(uuid("revision_id"))
        .col(int("route_no"))
        .col(int("position"))
        .col(text("act"))
        .col(text("rule"))
        .col(int("quorum"))
        .references("revision_id", "revision", "id")
        .unique(&["revision_id", "route_no", "position"])
        .create(m)
        .await?;
    Table::new("route_person")
        .key(uuid("step_id"))
        .key(uuid("person_id"))
        .references("step_id", "route_step", "id")
        .references("person_id", "person", "id")
        .create(m)
        .await?;
    Table::new("route_word")
        .key(uuid("id"))
        .col(uuid("revision_id"))
        .col(uuid("step_id"))
        .col(int("submission"))
        .col(uuid("person_id"))
        .col(boolean("agreed"))
        .col(text("remark").null())
        .col(text("content_hash"))
        .col(at("at"))
        .references("revision_id", "revision", "id")
        .references("step_id", "route_step", "id")
        .references("person_id", "person", "id")
        .unique(&["step_id", "submission", "person_id"])
        .create(m)
        .await
}

async fn distribution(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    Table::new("audience")
        .key(uuid("id"))
        .col(uuid("revision_id"))
        .col(text("kind"))
        .col(uuid("unit_id").null())
        .col(text("role").null())
        .col(uuid("person_id").null())
        .references("revision_id", "revision", "id")
        .references("unit_id", "unit", "id")
        .references("person_id", "person", "id")
        .create(m)
        .await?;
    Table::new("distribution")
        .key(uuid("id"))
        .col(uuid("revision_id"))
        .col(uuid("person_id"))
        .col(text("cause"))
        .col(date("due_on"))
        .col(at("offered_at"))
        .col(at("voided_at").null())
        .col(text("void_reason").null())
        .references("revision_id", "revision", "id")
        .references("person_id", "person", "id")
        .unique(&["revision_id", "person_id"])
        .index(&["offered_at", "id"])
        .create(m)
        .await?;
    Table::new("receipt")
        .key(uuid("id"))
        .col(uuid("distribution_id"))
        .col(text("fact"))
        .col(text("statement").null())
        .col(text("content_hash").null())
        .col(at("at"))
        .references("distribution_id", "distribution", "id")
        .unique(&["distribution_id", "fact"])
        .create(m)
        .await
}

async fn surroundings(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    Table::new("document_review")
        .key(uuid("id"))
        .col(uuid("document_id"))
        .col(uuid("revision_id"))
        .col(text("outcome"))
        .col(text("note"))
        .col(uuid("reviewed_by_id"))
        .col(date("reviewed_on"))
        .col(at("created_at"))
        .references("document_id", "document", "id")
        .references("revision_id", "revision", "id")
        .references("reviewed_by_id", "person", "id")
        .create(m)
        .await?;
    Table::new("document_link")
        .key(uuid("id"))
        .col(uuid("document_id"))
        .col(text("kind"))
        .col(uuid("target_id").null())
        .col(text("target_code").null())
        .col(date("valid_from"))
        .col(date("valid_to").null())
        .col(uuid("created_by_id"))
        .col(at("created_at"))
        .references("document_id", "document", "id")
        .references("created_by_id", "person", "id")
        .index(&["target_id"])
        .index(&["target_code"])
        .create(m)
        .await?;
    Table::new("external_document")
        .key(uuid("id"))
        .col(uuid("unit_id"))
        .col(text("number"))
        .col(text("title"))
        .col(text("type_name"))
        .col(text("issuer"))
        .col(date("issued_on").null())
        .col(date("effective_from").null())
        .col(date("effective_to").null())
        .col(uuid("replaced_by_id").null())
        .col(uuid("watcher_id").null())
        .col(date("checked_on").null())
        .col(text("search_text"))
        .col(uuid("created_by_id"))
        .col(long("version").default(1))
        .col(at("created_at"))
        .references("unit_id", "unit", "id")
        .references("replaced_by_id", "external_document", "id")
        .references("watcher_id", "person", "id")
        .references("created_by_id", "person", "id")
        .index(&["created_at", "id"])
        .create(m)
        .await?;
    Table::new("administrative_procedure")
        .key(uuid("id"))
        .col(uuid("unit_id"))
        .col(text("national_code"))
        .col(text("suffix").null())
        .col(text("title"))
        .col(text("field_name"))
        .col(text("level_code"))
        .col(text("time_limit").null())
        .col(text("fee").null())
        .col(date("valid_from"))
        .col(date("valid_to").null())
        .col(text("last_change"))
        .col(date("changed_on"))
        .col(text("decision").null())
        .col(uuid("replaced_by_id").null())
        .col(text("search_text"))
        .col(uuid("created_by_id"))
        .col(long("version").default(1))
        .col(at("created_at"))
        .references("unit_id", "unit", "id")
        .references("replaced_by_id", "administrative_procedure", "id")
        .references("created_by_id", "person", "id")
        .unique(&["unit_id", "national_code", "valid_from"])
        .index(&["created_at", "id"])
        .create(m)
        .await
}

/// Exactly one revision of a document is in force, and no two live ones have the same number: the
/// database itself refuses a second, whatever the program does.
async fn one_in_force(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    let db = m.get_connection();
    for statement in [
        "CREATE UNIQUE INDEX uq_revision_in_force ON revision (document_id) WHERE state = 'effective'",
        "CREATE UNIQUE INDEX uq_revision_numbers ON revision (document_id, issue_no, amendment_no) WHERE state <> 'cancelled'",
    ] {
        db.execute_unprepared(statement).await?;
    }
    Ok(())
}

/// Offices count their papers from 01 again every year: a number is unique in its year.
async fn numbers_of_a_year(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    let db = m.get_connection();
    let year = |column: &str| match db.get_database_backend() {
        DbBackend::Sqlite => format!("COALESCE(substr({column}, 1, 4), '')"),
        _ => format!("COALESCE(EXTRACT(YEAR FROM {column}), 0)"),
    };
    for statement in [
        format!("CREATE UNIQUE INDEX uq_issue_decision_number ON issue_decision (unit_id, number, ({}))", year("signed_on")),
        format!(
            "CREATE UNIQUE INDEX uq_external_document_number ON external_document (unit_id, number, issuer, ({}))",
            year("issued_on")
        ),
    ] {
        db.execute_unprepared(&statement).await?;
    }
    Ok(())
}

/// A document is never deleted and its code never changes, so that no code is given twice.
async fn codes_stay(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    let db = m.get_connection();
    let statements = match db.get_database_backend() {
        DbBackend::Sqlite => vec![
            "CREATE TRIGGER tr_document_no_delete BEFORE DELETE ON document BEGIN SELECT RAISE(ABORT, 'a document is never deleted'); END",
            "CREATE TRIGGER tr_document_code BEFORE UPDATE OF code ON document WHEN OLD.code IS NOT NULL AND NEW.code IS NOT OLD.code BEGIN SELECT RAISE(ABORT, 'the code of a document never changes'); END",
        ],
        _ => vec![
            "CREATE TRIGGER tr_document_no_delete BEFORE DELETE OR TRUNCATE ON document FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
            "CREATE FUNCTION refuse_new_code() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the code of a document never changes'; END $$",
            "CREATE TRIGGER tr_document_code BEFORE UPDATE OF code ON document FOR EACH ROW WHEN (OLD.code IS NOT NULL AND NEW.code IS DISTINCT FROM OLD.code) EXECUTE FUNCTION refuse_new_code()",
        ],
    };
    for statement in statements {
        db.execute_unprepared(statement).await?;
    }
    Ok(())
}
