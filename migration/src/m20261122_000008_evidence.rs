//! Content-addressed evidence and resumable uploads.

use sea_orm_migration::prelude::*;

use crate::ddl::{Table, at, long, text, uuid};

/// Content-addressed evidence and resumable uploads.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        Table::new("blob").key(text("sha256")).col(long("size")).col(at("stored_at")).create(m).await?;
        Table::new("evidence")
            .key(uuid("id"))
            .col(text("blob_sha256"))
            .col(text("file_name"))
            .col(text("media_type"))
            .col(long("size"))
            .col(text("caption").null())
            .col(uuid("unit_id"))
            .col(text("subject"))
            .col(uuid("subject_id"))
            .col(uuid("uploaded_by_id"))
            .col(at("created_at"))
            .col(at("removed_at").null())
            .col(text("remove_reason").null())
            .col(long("version").default(1))
            .references("blob_sha256", "blob", "sha256")
            .references("unit_id", "unit", "id")
            .references("uploaded_by_id", "person", "id")
            .index(&["subject_id", "id"])
            .create(m)
            .await?;
        Table::new("upload")
            .key(uuid("id"))
            .col(uuid("person_id"))
            .col(text("file_name"))
            .col(text("media_type"))
            .col(text("caption").null())
            .col(text("subject"))
            .col(uuid("subject_id"))
            .col(long("length"))
            .col(long("received"))
            .col(at("created_at"))
            .col(at("expires_at"))
            .col(uuid("evidence_id").null())
            .references("person_id", "person", "id")
            .references("evidence_id", "evidence", "id")
            .create(m)
            .await?;
        Ok(())
    }
}
