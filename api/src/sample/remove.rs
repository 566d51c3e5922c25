//! Takes the sample world away, with everything done in it. Reference data stays.

use entities::{blob, person, unit};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, DatabaseBackend, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QuerySelect as _, Statement,
};

use crate::error::{Error, Result};
use crate::installation::{SAMPLE_WORLD, flag, set};
use crate::store::{Event, Store, Tx, Writer};
use domain::record::Subject;
use domain::rule::Refused;

/// Tables of the records people make, children before parents. The trail and the answers are
/// append-only in every other life; here the world they speak of goes as a whole.
const TABLES: &[&str] = &[
    "conformity_fact",
    "conformity_paper",
    "conformity_line",
    "conformity_declaration",
    "conformity_certificate",
    "review_paper",
    "objective_result",
    "objective_step",
    "quality_objective",
    "deduction",
    "dossier_report",
    "report",
    "work_item",
    "survey_form",
    "survey",
    "upload",
    "evidence",
    "blob",
    "due_date",
    "extension",
    "step",
    "corrective_action",
    "finding",
    "review_decision",
    "review_input",
    "review_participant",
    "management_review",
    "receipt",
    "distribution",
    "audience",
    "route_word",
    "route_person",
    "route_step",
    "document_review",
    "kept_record",
    "procedure_change",
    "procedure_change_list",
    "document_link",
    "revision",
    "issue_decision",
    "document",
    "document_setting",
    "external_document",
    "administrative_procedure",
    "score_entry",
    "sheet_line",
    "sheet",
    "publication_approval",
    "publication",
    "round_appraiser",
    "round",
    "paper",
    "answer",
    "inspection_line",
    "inspection_member",
    "inspection",
    "programme",
    "criteria_set",
    "index_result",
    "reminder",
    "mail",
    "job",
    "idempotency",
    "counter",
    "event",
    "api_token",
    "session",
    "sign_in_attempt",
    "assignment",
    "membership",
    "account",
    "person",
];

/// Tables whose triggers refuse to delete.
const APPEND_ONLY: [&str; 12] = [
    "conformity_fact",
    "objective_result",
    "event",
    "answer",
    "survey_form",
    "score_entry",
    "publication_approval",
    "issue_decision",
    "route_word",
    "receipt",
    "document_review",
    "document",
];

/// Removes the sample world. Gives the hashes of the files that belonged to it.
///
/// # Errors
/// 409 when no sample world is loaded, or when real people are in the same database.
pub async fn remove(store: &Store) -> Result<Vec<String>> {
    store.write(Writer::Cli, |tx| async move { remove_in(&tx).await }).await
}

async fn remove_in(tx: &Tx) -> Result<Vec<String>> {
    if !flag(tx.db(), SAMPLE_WORLD).await? {
        return Err(Refused::new("no_sample_world").into());
    }
    let real = person::Entity::find().filter(person::Column::Sample.eq(false)).count(tx.db()).await?;
    if real > 0 {
        return Err(Refused::new("real_people_beside_sample").with("count", real).into());
    }
    let files: Vec<String> = blob::Entity::find().select_only().column(blob::Column::Sha256).into_tuple().all(tx.db()).await?;
    let triggers = lift_triggers(tx).await?;
    for table in TABLES {
        // Rows of one table may point at each other (a finding at the one it repeats).
        tx.db().execute_unprepared(&format!("DELETE FROM {table}")).await?;
    }
    for statement in [
        "DELETE FROM standard_use WHERE unit_id IS NOT NULL",
        "DELETE FROM unit_succession WHERE sample",
        "DELETE FROM unit_path WHERE descendant_id IN (SELECT id FROM unit WHERE sample) OR ancestor_id IN (SELECT id FROM unit WHERE sample)",
        "DELETE FROM checklist_line WHERE checklist_id IN (SELECT id FROM checklist WHERE sample)",
        "DELETE FROM checklist WHERE sample",
    ] {
        tx.db().execute_unprepared(statement).await?;
    }
    delete_units(tx).await?;
    for statement in triggers {
        tx.db().execute_unprepared(&statement).await?;
    }
    set(tx.db(), SAMPLE_WORLD, false.into()).await?;
    tx.record(Event {
        kind: "sample.removed",
        subject: Subject::Installation,
        subject_id: None,
        unit_id: None,
        before: None,
        after: None,
        reason: None,
    });
    Ok(files)
}

/// Leaves first: a parent cannot go before its children.
async fn delete_units(tx: &Tx) -> Result<()> {
    loop {
        let leaves = "DELETE FROM unit WHERE sample AND id NOT IN (SELECT parent_id FROM unit WHERE parent_id IS NOT NULL)";
        if tx.db().execute_unprepared(leaves).await?.rows_affected() == 0 {
            break;
        }
    }
    let left = unit::Entity::find().filter(unit::Column::Sample.eq(true)).count(tx.db()).await?;
    if left == 0 { Ok(()) } else { Err(Error::Rule(Refused::new("real_units_below_sample"))) }
}

/// Lifts the append-only triggers inside this transaction; gives the statements that set them again.
async fn lift_triggers(tx: &Tx) -> Result<Vec<String>> {
    let db = tx.db();
    if db.get_database_backend() != DatabaseBackend::Sqlite {
        for table in APPEND_ONLY {
            db.execute_unprepared(&format!("ALTER TABLE {table} DISABLE TRIGGER USER")).await?;
        }
        return Ok(APPEND_ONLY.map(|table| format!("ALTER TABLE {table} ENABLE TRIGGER USER")).to_vec());
    }
    db.execute_unprepared("PRAGMA defer_foreign_keys = ON").await?;
    let rows = db
        .query_all_raw(Statement::from_string(
            DatabaseBackend::Sqlite,
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'",
        ))
        .await?;
    let mut again = Vec::new();
    for row in rows {
        let (name, sql): (String, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        db.execute_unprepared(&format!("DROP TRIGGER {name}")).await?;
        again.push(sql);
    }
    Ok(again)
}
