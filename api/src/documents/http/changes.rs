//! `/procedure-change-lists`: decisions that change the TTHC catalogue, and what they ask of units.

use chrono::NaiveDate;
use domain::document::RevisionState;
use domain::document::change::ProcedureTask as TaskKind;
use domain::document::control::ProcedureChange;
use domain::id::{DocumentId, ProcedureChangeId, ProcedureChangeListId, RevisionId, UnitId};
use entities::{procedure_change, procedure_change_list};
use poem::web::Data;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::{Binary, Json};
use poem_openapi::{Object, OpenApi};

use crate::app::App;
use crate::auth::{Auth, Caller, can};
use crate::documents::changes::tasks::{Task, Totals};
use crate::documents::changes::{self, Checked, NewChange, NewList, Opened};
use crate::documents::{changes::file, import};
use crate::error::Result;
use crate::http::{Download, One, Page, Slice, Version, link};

/// Decisions that change the TTHC catalogue.
#[derive(Debug)]
pub struct ProcedureChangesApi;

/// A decision that changes the TTHC catalogue.
#[derive(Debug, Object)]
pub struct ProcedureChangeList {
    /// Id.
    pub id: ProcedureChangeListId,
    /// The unit whose catalogue it changes.
    pub unit_id: UnitId,
    /// Số, ký hiệu.
    pub decision: String,
    /// The day it was signed.
    pub decided_on: NaiveDate,
    /// The day from which it holds.
    pub effective_on: NaiveDate,
    /// Working days for the procedures to follow.
    pub revise_days: i32,
    /// The last of these days.
    pub due_on: NaiveDate,
    /// A remark.
    pub note: Option<String>,
    /// Whether the catalogue has taken it over.
    pub applied: bool,
    /// Whether it was taken back before that.
    pub cancelled: bool,
    /// Its changes; left out in lists.
    pub changes: Vec<CatalogueChange>,
    /// Version for `If-Match`.
    pub version: i64,
}

/// One change of a decision.
#[derive(Debug, Object)]
pub struct CatalogueChange {
    /// Id.
    pub id: ProcedureChangeId,
    /// National code.
    pub national_code: String,
    /// Local suffix.
    pub suffix: Option<String>,
    /// What is done to it.
    pub change: ProcedureChange,
    /// Title.
    pub title: String,
    /// Lĩnh vực.
    pub field_name: String,
    /// Code of the level that decides.
    pub level_code: String,
    /// National code of what replaces it.
    pub replaced_by: Option<String>,
    /// Published time limit in words.
    pub time_limit: Option<String>,
    /// Published fee in words.
    pub fee: Option<String>,
}

impl From<procedure_change::Model> for CatalogueChange {
    fn from(row: procedure_change::Model) -> Self {
        let procedure_change::Model { id, list_id: _, position: _, national_code, suffix, change, title, field_name, .. } = row;
        let procedure_change::Model { level_code, replaced_by, time_limit, fee, .. } = row;
        Self { id, national_code, suffix, change, title, field_name, level_code, replaced_by, time_limit, fee }
    }
}

impl ProcedureChangeList {
    fn of(row: procedure_change_list::Model, changes: Vec<procedure_change::Model>) -> Self {
        Self {
            id: row.id,
            unit_id: row.unit_id,
            decision: row.decision,
            decided_on: row.decided_on,
            effective_on: row.effective_on,
            revise_days: row.revise_days,
            due_on: row.due_on,
            note: row.note,
            applied: row.applied_at.is_some(),
            cancelled: row.cancelled_at.is_some(),
            changes: changes.into_iter().map(CatalogueChange::from).collect(),
            version: row.version,
        }
    }
}

/// A change as it is entered. Blank texts are taken from the catalogue.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct NewCatalogueChange {
    /// National code, the local suffix with it or not.
    pub code: String,
    /// What is done to it.
    pub change: ProcedureChange,
    /// Title; needed of a new one.
    pub title: Option<String>,
    /// Lĩnh vực; needed of a new one.
    pub field_name: Option<String>,
    /// Code or name of the level that decides; needed of a new one.
    pub level: Option<String>,
    /// National code of what replaces it.
    pub replaced_by: Option<String>,
    /// Published time limit in words.
    pub time_limit: Option<String>,
    /// Published fee in words.
    pub fee: Option<String>,
}

/// A decision as it is entered.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct NewProcedureChangeList {
    /// The unit whose catalogue it changes; may be left out by who keeps one only.
    pub unit_id: Option<UnitId>,
    /// Số, ký hiệu.
    pub decision: String,
    /// The day it was signed.
    pub decided_on: NaiveDate,
    /// The day from which it holds.
    pub effective_on: NaiveDate,
    /// Working days for the procedures to follow, from the day it holds; the usual number unless said.
    pub revise_days: Option<i32>,
    /// A remark.
    pub note: Option<String>,
    /// Its changes.
    pub changes: Vec<NewCatalogueChange>,
}

impl From<NewProcedureChangeList> for NewList {
    fn from(body: NewProcedureChangeList) -> Self {
        let NewProcedureChangeList { unit_id, decision, decided_on, effective_on, revise_days, note, changes } = body;
        let change = |one: NewCatalogueChange| {
            let NewCatalogueChange { code, change, title, field_name, level, replaced_by, time_limit, fee } = one;
            NewChange {
                code,
                change: Some(change),
                title: title.unwrap_or_default(),
                field_name: field_name.unwrap_or_default(),
                level: level.unwrap_or_default(),
                replaced_by,
                time_limit,
                fee,
            }
        };
        let changes = changes.into_iter().map(change).collect();
        Self { unit_id, decision, decided_on, effective_on, revise_days, note, changes }
    }
}

/// How much a decision asks for.
#[derive(Debug, Object)]
pub struct TaskTotals {
    /// Units that must do something or have done it.
    pub units: u64,
    /// Procedures to write.
    pub write: u64,
    /// Procedures to revise.
    pub revise: u64,
    /// Procedures to withdraw.
    pub withdraw: u64,
    /// Of all these, done.
    pub done: u64,
    /// Of those not done, asked for already.
    pub asked: u64,
}

impl From<Totals> for TaskTotals {
    fn from(totals: Totals) -> Self {
        let Totals { units, write, revise, withdraw, done, asked } = totals;
        let [units, write, revise, withdraw, done, asked] = [units, write, revise, withdraw, done, asked].map(|n| n as u64);
        Self { units, write, revise, withdraw, done, asked }
    }
}

/// What a decision would ask for.
#[derive(Debug, Object)]
pub struct ProcedureChangePreview {
    /// Its changes.
    pub changes: u64,
    /// The last day for the procedures.
    pub due_on: NaiveDate,
    /// What it asks of the units below.
    pub totals: TaskTotals,
    /// The decision, when it was entered.
    pub id: Option<ProcedureChangeListId>,
}

impl ProcedureChangePreview {
    fn of(checked: Checked, id: Option<ProcedureChangeListId>) -> Self {
        let Checked { changes, due_on, totals } = checked;
        Self { changes: changes as u64, due_on, totals: totals.into(), id }
    }
}

/// What a unit must do because of a change. Computed from what is in force: done ones tick themselves.
#[derive(Debug, Object)]
pub struct ProcedureTask {
    /// The unit.
    pub unit_id: UnitId,
    /// The change.
    pub change_id: ProcedureChangeId,
    /// National code.
    pub national_code: String,
    /// What the province did to it.
    pub change: ProcedureChange,
    /// What the unit must do.
    pub task: TaskKind,
    /// Whether it is done.
    pub done: bool,
    /// The procedure it is about; none where one is still to be asked for.
    pub document_id: Option<DocumentId>,
    /// The revision that was asked for and is under way.
    pub revision_id: Option<RevisionId>,
    /// Where that stands.
    pub revision_state: Option<RevisionState>,
}

impl From<Task> for ProcedureTask {
    fn from(Task { change, unit_id, task, done, document, asked }: Task) -> Self {
        Self {
            unit_id,
            change_id: change.id,
            national_code: change.national_code,
            change: change.change,
            task,
            done,
            document_id: document.map(|row| row.id),
            revision_id: asked.as_ref().map(|asked| asked.id),
            revision_state: asked.map(|asked| asked.state),
        }
    }
}

/// What a decision asks of the units whose documents the caller keeps or approves.
#[derive(Debug, Object)]
pub struct ProcedureTasks {
    /// In figures.
    pub totals: TaskTotals,
    /// One by one, at most `limit`, by unit; those of a single unit when one is asked for, of all units otherwise.
    pub items: Vec<ProcedureTask>,
    /// Ready-made link to the next page; absent on the last.
    pub next: Option<String>,
}

/// For which unit requests are opened.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct NewChangeRequests {
    /// The unit; every unit whose documents the caller keeps unless said.
    pub unit_id: Option<UnitId>,
}

/// What was opened.
#[derive(Debug, Object)]
pub struct OpenedRequests {
    /// Change requests.
    pub requests: u64,
    /// Units that have some.
    pub units: u64,
}

/// Why.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct CancelReason {
    /// Why.
    pub reason: String,
}

#[OpenApi]
impl ProcedureChangesApi {
    /// List decisions that change the TTHC catalogue
    #[oai(path = "/procedure-change-lists", method = "get", operation_id = "list_procedure_change_lists")]
    async fn list_procedure_change_lists(
        &self,
        auth: Auth<can::ReadDocuments>,
        app: Data<&App>,
        limit: Query<Option<u64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<ProcedureChangeList>>> {
        let slice = Slice::new(limit.0, cursor.0.as_deref())?;
        let rows = changes::list(app.store.read(), &auth, &slice).await?;
        let key = |row: &procedure_change_list::Model| (row.created_at.to_rfc3339().into(), row.id.0);
        let (items, next) =
            slice.page(rows, "/api/v1/procedure-change-lists", key, |row| ProcedureChangeList::of(row, Vec::new()));
        Ok(Json(Page { items, next }))
    }

    /// Get a decision with its changes
    #[oai(path = "/procedure-change-lists/:id", method = "get", operation_id = "get_procedure_change_list")]
    async fn get_procedure_change_list(
        &self,
        auth: Auth<can::ReadDocuments>,
        app: Data<&App>,
        id: Path<ProcedureChangeListId>,
    ) -> Result<One<ProcedureChangeList>> {
        found(&app, &auth, id.0).await
    }

    /// Enter a decision that changes the TTHC catalogue
    ///
    /// The catalogue takes it over on its day: new entries begin, abolished and replaced ones end,
    /// amended ones say what changed. With a wrong change nothing is written (`/changes/0/code`).
    #[oai(path = "/procedure-change-lists", method = "post", operation_id = "create_procedure_change_list")]
    async fn create_procedure_change_list(
        &self,
        auth: Auth<can::ControlDocuments>,
        app: Data<&App>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
        body: Json<NewProcedureChangeList>,
    ) -> Result<One<ProcedureChangeList>> {
        let row = changes::create(&app.store, &auth, body.0.into()).await?;
        let (row, all) = changes::find(app.store.read(), &auth, row.id).await?;
        let version = row.version;
        Ok(One::made(ProcedureChangeList::of(row, all), version))
    }

    /// Look at what a decision would ask for
    ///
    /// Everything is checked as for entering it; nothing is written.
    #[oai(path = "/procedure-change-lists/preview", method = "post", operation_id = "preview_procedure_change_list")]
    async fn preview_procedure_change_list(
        &self,
        auth: Auth<can::ControlDocuments>,
        app: Data<&App>,
        body: Json<NewProcedureChangeList>,
    ) -> Result<Json<ProcedureChangePreview>> {
        let checked = changes::preview(app.store.read(), &auth, &body.0.into()).await?;
        Ok(Json(ProcedureChangePreview::of(checked, None)))
    }

    /// Get the template of a file of changes
    #[oai(path = "/procedure-change-lists/template", method = "get", operation_id = "get_procedure_change_template")]
    async fn get_procedure_change_template(&self, _auth: Auth<can::ControlDocuments>, app: Data<&App>) -> Result<Download> {
        Ok(Download::spreadsheet("thay-doi-tthc.xlsx", file::template(app.renderer.catalogue())?))
    }

    /// Enter a decision whose changes are in a spreadsheet
    ///
    /// XLSX as the template. With a single wrong cell nothing is written; every wrong cell is told
    /// (`/sheets/changes/rows/<row>/<column letter>`). `dry_run=true` checks only.
    #[oai(path = "/procedure-change-lists/import", method = "post", operation_id = "import_procedure_change_list")]
    #[expect(clippy::too_many_arguments, reason = "query parameters")]
    async fn import_procedure_change_list(
        &self,
        auth: Auth<can::ControlDocuments>,
        app: Data<&App>,
        decision: Query<String>,
        decided_on: Query<NaiveDate>,
        effective_on: Query<NaiveDate>,
        revise_days: Query<Option<i32>>,
        unit_id: Query<Option<UnitId>>,
        dry_run: Query<Option<bool>>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
        file: Binary<Vec<u8>>,
    ) -> Result<Json<ProcedureChangePreview>> {
        let head = NewList {
            unit_id: unit_id.0,
            decision: decision.0,
            decided_on: decided_on.0,
            effective_on: effective_on.0,
            revise_days: revise_days.0,
            note: None,
            changes: Vec::new(),
        };
        let book = import::read(file.0).await?;
        let (checked, id) = changes::from_file(&app, &auth, head, &book, dry_run.0.unwrap_or_default()).await?;
        Ok(Json(ProcedureChangePreview::of(checked, id)))
    }

    /// List what a decision asks of units
    ///
    /// Of the units whose documents the caller keeps or approves: procedures to write, revise or
    /// withdraw, computed from what is in force now. The totals are of all pages.
    #[oai(path = "/procedure-change-lists/:id/tasks", method = "get", operation_id = "list_procedure_tasks")]
    async fn list_procedure_tasks(
        &self,
        auth: Auth<can::ReadDocuments>,
        app: Data<&App>,
        id: Path<ProcedureChangeListId>,
        unit_id: Query<Option<UnitId>>,
        limit: Query<Option<u64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<ProcedureTasks>> {
        let slice = Slice::new(limit.0, cursor.0.as_deref())?;
        let found = changes::tasks_for(app.store.read(), &auth, id.0, unit_id.0).await?;
        let totals = Totals::of(&found).into();
        let key = |one: &Task| {
            // A new one has one task a unit, whether its procedure is there already or not.
            let document = one.document.as_ref().filter(|_| one.change.change != ProcedureChange::New);
            let about = document.map_or(one.change.id.0, |row| row.id.0);
            (serde_json::json!([one.unit_id, one.change.position]), about)
        };
        let path = link(
            &format!("/api/v1/procedure-change-lists/{}/tasks", id.0),
            &[("unit_id", unit_id.0.map(|unit| unit.to_string()))],
        );
        let (items, next) = slice.page(slice.cut(found, key), &path, key, ProcedureTask::from);
        Ok(Json(ProcedureTasks { totals, items, next }))
    }

    /// Open the change requests for everything a decision asks
    ///
    /// One for each task that is neither done nor asked for. A procedure to be written is asked for as a
    /// new document.
    #[oai(path = "/procedure-change-lists/:id/requests", method = "post", operation_id = "open_change_requests")]
    async fn open_change_requests(
        &self,
        auth: Auth<can::ControlDocuments>,
        app: Data<&App>,
        id: Path<ProcedureChangeListId>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
        body: Json<NewChangeRequests>,
    ) -> Result<Json<OpenedRequests>> {
        let opened = changes::open(&app.store, &auth, app.renderer.catalogue(), id.0, body.0.unit_id).await?;
        let Opened { requests, units } = opened;
        Ok(Json(OpenedRequests { requests, units }))
    }

    /// Take a decision back before its day
    ///
    /// Open while the catalogue has not taken it over and nothing was asked for because of it.
    #[oai(path = "/procedure-change-lists/:id/cancel", method = "post", operation_id = "cancel_procedure_change_list")]
    async fn cancel_procedure_change_list(
        &self,
        auth: Auth<can::ControlDocuments>,
        app: Data<&App>,
        id: Path<ProcedureChangeListId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<CancelReason>,
    ) -> Result<One<ProcedureChangeList>> {
        changes::cancel(&app.store, &auth, id.0, seen.0, body.0.reason).await?;
        found(&app, &auth, id.0).await
    }
}

async fn found(app: &App, caller: &Caller, id: ProcedureChangeListId) -> Result<One<ProcedureChangeList>> {
    let (row, all) = changes::find(app.store.read(), caller, id).await?;
    let version = row.version;
    Ok(One::found(ProcedureChangeList::of(row, all), version))
}
