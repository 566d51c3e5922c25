//! Quality objectives with their plans and results; management reviews with their inputs, decisions and papers; the
//! decision a finding comes from.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

use crate::ddl::{Table, append_only, at, boolean, date, int, json, long, text, uuid};

/// Quality objectives, management reviews.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        objectives(m).await?;
        reviews(m).await?;
        papers(m).await?;
        refer(m, "finding", "review_decision_id", "review_decision").await
    }
}

async fn objectives(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    Table::new("quality_objective")
        .key(uuid("id"))
        .col(text("code"))
        .col(uuid("unit_id"))
        .col(int("year"))
        .col(text("state"))
        .col(text("goal"))
        .col(text("measure"))
        .col(text("measure_unit"))
        .col(text("direction"))
        .col(text("target"))
        .col(text("baseline").null())
        .col(text("frequency"))
        .col(text("bind").null())
        .col(uuid("created_by_id"))
        .col(uuid("approved_by_id").null())
        .col(at("approved_at").null())
        .col(boolean("met").null())
        .col(uuid("result_id").null())
        .col(text("explanation").null())
        .col(uuid("evaluated_by_id").null())
        .col(at("evaluated_at").null())
        .col(text("cancel_reason").null())
        .col(text("search_text"))
        .col(long("version").default(1))
        .col(at("created_at"))
        .references("unit_id", "unit", "id")
        .references("created_by_id", "person", "id")
        .references("approved_by_id", "person", "id")
        .references("evaluated_by_id", "person", "id")
        .unique(&["unit_id", "code"])
        .index(&["year", "id"])
        .create(m)
        .await?;
    Table::new("objective_step")
        .key(uuid("id"))
        .col(uuid("objective_id"))
        .col(int("position"))
        .col(text("action"))
        .col(uuid("owner_id").null())
        .col(text("owner_text").null())
        .col(date("due_on"))
        .col(date("done_on").null())
        .col(uuid("done_by_id").null())
        .col(text("note").null())
        .references("objective_id", "quality_objective", "id")
        .references("owner_id", "person", "id")
        .references("done_by_id", "person", "id")
        .create(m)
        .await?;
    Table::new("objective_result")
        .key(uuid("id"))
        .col(uuid("objective_id"))
        .col(date("measured_on"))
        .col(text("value"))
        .col(long("part").null())
        .col(long("whole").null())
        .col(text("note").null())
        .col(uuid("recorded_by_id"))
        .col(at("created_at"))
        .references("objective_id", "quality_objective", "id")
        .references("recorded_by_id", "person", "id")
        .create(m)
        .await?;
    append_only(m, "objective_result").await
}

async fn reviews(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    Table::new("management_review")
        .key(uuid("id"))
        .col(text("code"))
        .col(uuid("unit_id"))
        .col(int("year"))
        .col(text("state"))
        .col(text("edition"))
        .col(date("on_date"))
        .col(text("place").null())
        .col(uuid("chair_id"))
        .col(uuid("secretary_id"))
        .col(text("others").null())
        .col(date("period_from"))
        .col(date("inputs_on").null())
        .col(uuid("inputs_by_id").null())
        .col(text("opened").null())
        .col(text("closed").null())
        .col(text("discussion").null())
        .col(text("conclusion").null())
        .col(at("signed_at").null())
        .col(int("number").null())
        .col(text("symbol").null())
        .col(date("issued_on").null())
        .col(uuid("registered_by_id").null())
        .col(text("cancel_reason").null())
        .col(uuid("previous_id").null())
        .col(text("search_text"))
        .col(uuid("created_by_id"))
        .col(long("version").default(1))
        .col(at("created_at"))
        .col(at("changed_at"))
        .references("unit_id", "unit", "id")
        .references("chair_id", "person", "id")
        .references("secretary_id", "person", "id")
        .references("inputs_by_id", "person", "id")
        .references("registered_by_id", "person", "id")
        .references("previous_id", "management_review", "id")
        .references("created_by_id", "person", "id")
        .unique(&["unit_id", "code"])
        .index(&["on_date", "id"])
        .create(m)
        .await?;
    Table::new("review_participant")
        .key(uuid("review_id"))
        .key(uuid("person_id"))
        .references("review_id", "management_review", "id")
        .references("person_id", "person", "id")
        .create(m)
        .await?;
    Table::new("review_input")
        .key(uuid("id"))
        .col(uuid("review_id"))
        .col(int("position"))
        .col(text("topic"))
        .col(text("letter").null())
        .col(text("title"))
        .col(json("facts"))
        .col(json("changes"))
        .col(text("remark").null())
        .references("review_id", "management_review", "id")
        .unique(&["review_id", "topic"])
        .create(m)
        .await?;
    Table::new("review_decision")
        .key(uuid("id"))
        .col(uuid("review_id"))
        .col(int("position"))
        .col(text("kind"))
        .col(text("content"))
        .col(uuid("unit_id"))
        .col(uuid("owner_id"))
        .col(date("due_on"))
        .col(text("resources").null())
        .col(text("state"))
        .col(text("done_note").null())
        .col(uuid("reported_by_id").null())
        .col(at("reported_at").null())
        .col(uuid("confirmed_by_id").null())
        .col(at("confirmed_at").null())
        .col(text("return_reason").null())
        .col(long("version").default(1))
        .references("review_id", "management_review", "id")
        .references("unit_id", "unit", "id")
        .references("owner_id", "person", "id")
        .references("reported_by_id", "person", "id")
        .references("confirmed_by_id", "person", "id")
        .create(m)
        .await
}

async fn papers(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    Table::new("review_paper")
        .key(uuid("id"))
        .col(uuid("review_id"))
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
        .references("review_id", "management_review", "id")
        .references("blob_sha256", "blob", "sha256")
        .references("requested_by_id", "person", "id")
        .create(m)
        .await
}

/// A column that may name a row of another table, with its foreign key and index.
async fn refer(m: &SchemaManager<'_>, table: &str, column: &str, target: &str) -> Result<(), DbErr> {
    let db = m.get_connection();
    let kind = match db.get_database_backend() {
        DbBackend::Sqlite => "uuid_text",
        _ => "uuid",
    };
    let key = format!("CONSTRAINT fk_{table}_{column} REFERENCES {target} (id) ON DELETE RESTRICT");
    db.execute_unprepared(&format!("ALTER TABLE {table} ADD COLUMN {column} {kind} {key}")).await?;
    db.execute_unprepared(&format!("CREATE INDEX ix_{table}_{column} ON {table} ({column})")).await?;
    Ok(())
}
