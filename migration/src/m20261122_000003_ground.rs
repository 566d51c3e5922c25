//! Trail, jobs, mail, idempotency.

use sea_orm_migration::prelude::*;

use crate::ddl::{Table, at, boolean, date, int, json, long, text, uuid};

/// Trail, jobs, mail, idempotency.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        Table::new("event")
            .key(uuid("id"))
            .col(at("at"))
            .col(uuid("actor_id").null())
            .col(text("principal"))
            .col(uuid("unit_id").null())
            .col(text("kind"))
            .col(text("subject"))
            .col(uuid("subject_id").null())
            .col(json("before").null())
            .col(json("after").null())
            .col(text("reason").null())
            .col(text("request_id").null())
            .references("actor_id", "person", "id")
            .references("unit_id", "unit", "id")
            .index(&["subject_id", "id"])
            .create(m)
            .await?;
        Table::new("job")
            .key(uuid("id"))
            .col(text("kind"))
            .col(json("payload"))
            .col(at("run_at"))
            .col(text("state"))
            .col(int("attempt"))
            .col(at("locked_until").null())
            .col(uuid("lease").null())
            .col(text("worker").null())
            .col(text("dedup_key").null())
            .col(text("last_error").null())
            .col(at("created_at"))
            .col(at("finished_at").null())
            .unique(&["dedup_key"])
            .index(&["state", "run_at"])
            .create(m)
            .await?;
        Table::new("lease").key(text("name")).col(text("holder")).col(at("until")).create(m).await?;
        Table::new("mail")
            .key(uuid("id"))
            .col(uuid("person_id"))
            .col(text("kind"))
            .col(date("on_date"))
            .col(text("state"))
            .col(text("address").null())
            .col(text("subject").null())
            .col(text("text").null())
            .col(text("html").null())
            .col(text("message_id"))
            .col(int("attempts"))
            .col(text("last_error").null())
            .col(at("created_at"))
            .col(at("sent_at").null())
            .col(text("dedup_key"))
            .references("person_id", "person", "id")
            .unique(&["dedup_key"])
            .create(m)
            .await?;
        Table::new("reminder")
            .key(uuid("id"))
            .col(text("rule"))
            .col(text("subject"))
            .col(uuid("subject_id"))
            .col(text("stage"))
            .col(date("due_on"))
            .col(uuid("person_id"))
            .col(uuid("mail_id").null())
            .col(boolean("superseded"))
            .col(date("planned_on"))
            .col(at("created_at"))
            .references("person_id", "person", "id")
            .references("mail_id", "mail", "id")
            .unique(&["rule", "subject_id", "stage", "person_id", "due_on"])
            .create(m)
            .await?;
        Table::new("idempotency")
            .key(text("principal"))
            .key(text("key"))
            .col(text("fingerprint"))
            .col(json("result"))
            .col(at("created_at"))
            .create(m)
            .await?;
        Table::new("counter").key(text("scope")).col(long("value")).create(m).await?;
        crate::ddl::append_only(m, "event").await?;
        Ok(())
    }
}
