//! The JSON API of this area: a thin adapter over its use cases.

use chrono::NaiveDate;
use domain::id::{PersonId, SurveyId, UnitId, WorkItemId};
use domain::permission::Permission;
use domain::year_work::{Attribution, Facts, ReportPeriod, WorkKind, WorkOrigin, WorkState, WorkVerb};
use entities::work_item;
use poem::web::Data;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Object, OpenApi};

use super::{Act, Assignment, Filter};
use crate::app::App;
use crate::auth::{Auth, Caller, can};
use crate::error::{Error, Result};
use crate::http::{One, Page, Slice, Version, link};

/// Operations of this area.
#[derive(Debug)]
pub struct WorkItemsApi;

/// A row of the register of the year's work.
#[derive(Debug, Object)]
pub struct WorkItem {
    /// Id.
    pub id: WorkItemId,
    /// The unit whose register it is in.
    pub unit_id: UnitId,
    /// The year it counts in.
    pub year: i32,
    /// What it is.
    pub kind: WorkKind,
    /// Own plan, or given by the superior level.
    pub origin: WorkOrigin,
    /// The superior unit that gave it.
    pub assigned_by_unit_id: Option<UnitId>,
    /// Where it stands.
    pub state: WorkState,
    /// Done after its last day, or not done and the day is past (as of today).
    pub late: bool,
    /// Title, content, the part of the unit that was checked.
    pub title: String,
    /// Code of the dossier, petition or procedure.
    pub code: Option<String>,
    /// Period of a report.
    pub period: Option<ReportPeriod>,
    /// The person responsible.
    pub owner_id: Option<PersonId>,
    /// Who is responsible, in words.
    pub owner_text: Option<String>,
    /// What must be there at the end.
    pub product: Option<String>,
    /// The day a petition came.
    pub received_on: Option<NaiveDate>,
    /// Last day.
    pub due_on: Option<NaiveDate>,
    /// The day it was done, sent, answered, signed, held.
    pub done_on: Option<NaiveDate>,
    /// Whose step made the dossier late.
    pub attribution: Option<Attribution>,
    /// Number of the paper that says so.
    pub number: Option<String>,
    /// The day of that paper.
    pub numbered_on: Option<NaiveDate>,
    /// People trained.
    pub people_count: Option<i32>,
    /// Faults found.
    pub found_count: Option<i32>,
    /// Faults mended.
    pub fixed_count: Option<i32>,
    /// What came of it.
    pub result: Option<String>,
    /// Why it was taken off the register.
    pub cancel_reason: Option<String>,
    /// Version for `If-Match`.
    pub version: i64,
    /// What the caller may do now; only when one is asked for.
    #[oai(skip_serializing_if_is_none)]
    pub available: Option<Vec<WorkVerb>>,
}

/// A row to be entered. Which fields a kind needs and has is in its guide; others are refused.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct NewWorkItem {
    /// The unit; may be left out by who enters for one unit only.
    pub unit_id: Option<UnitId>,
    /// What it is.
    pub kind: WorkKind,
    /// The year it counts in.
    pub year: i32,
    /// Title, content, the part of the unit that was checked; an apology without one goes by its dossier.
    pub title: Option<String>,
    /// Code of the dossier (one apology each), petition or procedure.
    pub code: Option<String>,
    /// Period of a report.
    pub period: Option<ReportPeriod>,
    /// The person responsible.
    pub owner_id: Option<PersonId>,
    /// Who is responsible, in words.
    pub owner_text: Option<String>,
    /// What must be there at the end.
    pub product: Option<String>,
    /// The day a petition came.
    pub received_on: Option<NaiveDate>,
    /// Last day.
    pub due_on: Option<NaiveDate>,
    /// The day it was done, sent, answered, signed, held; such a row begins as done.
    pub done_on: Option<NaiveDate>,
    /// Whose step made the dossier late.
    pub attribution: Option<Attribution>,
    /// Number of the paper that says so.
    pub number: Option<String>,
    /// The day of that paper.
    pub numbered_on: Option<NaiveDate>,
    /// People trained.
    pub people_count: Option<i32>,
    /// Faults found.
    pub found_count: Option<i32>,
    /// Faults mended.
    pub fixed_count: Option<i32>,
    /// What came of it.
    pub result: Option<String>,
}

/// What may change of a row; what is left out stays. The day a task, report or petition was done is set by `complete`.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct WorkItemChange {
    /// The year it counts in.
    pub year: Option<i32>,
    /// Title.
    pub title: Option<String>,
    /// Code of the dossier, petition or procedure.
    pub code: Option<String>,
    /// Period of a report.
    pub period: Option<ReportPeriod>,
    /// The person responsible; replaces words.
    pub owner_id: Option<PersonId>,
    /// Who is responsible, in words; replaces a person.
    pub owner_text: Option<String>,
    /// What must be there at the end.
    pub product: Option<String>,
    /// The day a petition came.
    pub received_on: Option<NaiveDate>,
    /// Last day.
    pub due_on: Option<NaiveDate>,
    /// The day it was signed or held.
    pub done_on: Option<NaiveDate>,
    /// Whose step made the dossier late.
    pub attribution: Option<Attribution>,
    /// Number of the paper that says so.
    pub number: Option<String>,
    /// The day of that paper.
    pub numbered_on: Option<NaiveDate>,
    /// People trained.
    pub people_count: Option<i32>,
    /// Faults found.
    pub found_count: Option<i32>,
    /// Faults mended.
    pub fixed_count: Option<i32>,
    /// What came of it.
    pub result: Option<String>,
}

/// One task, or one report to be sent, for many units.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct NewAssignment {
    /// The unit that gives it; may be left out by who assigns for one unit only.
    pub from_unit_id: Option<UnitId>,
    /// The units that get it, each a row of its own; at most 500.
    pub unit_ids: Vec<UnitId>,
    /// `task` (when left out) or `report`.
    pub kind: Option<WorkKind>,
    /// The year it counts in.
    pub year: i32,
    /// Title.
    pub title: Option<String>,
    /// Period of a report.
    pub period: Option<ReportPeriod>,
    /// What must be there at the end.
    pub product: Option<String>,
    /// Last day.
    pub due_on: Option<NaiveDate>,
    /// Number of the paper that gives it.
    pub number: Option<String>,
    /// The day of that paper.
    pub numbered_on: Option<NaiveDate>,
}

/// When it was done and what came of it.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct Completion {
    /// The day; today when left out.
    pub done_on: Option<NaiveDate>,
    /// What came of it.
    pub result: Option<String>,
}

/// Why.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct WorkItemReason {
    /// Why.
    pub reason: String,
}

/// The rows just given.
#[derive(Debug, Object)]
pub struct AssignedItems {
    /// One for each unit.
    pub items: Vec<WorkItem>,
}

/// The rows were made.
#[derive(Debug, ApiResponse)]
pub enum Assigned {
    /// The rows as they were made.
    #[oai(status = 201)]
    Made(Json<AssignedItems>),
}

/// One counted number of a unit's year.
#[derive(Debug, Object)]
pub struct WorkCount {
    /// Its stable name, to which a criterion's input can be bound.
    pub name: String,
    /// The number.
    pub value: i64,
    /// The rows behind it; empty for surveys.
    pub item_ids: Vec<WorkItemId>,
    /// The survey it comes from.
    #[oai(skip_serializing_if_is_none)]
    pub survey_id: Option<SurveyId>,
}

/// What the yearly score counts of a unit's year.
#[derive(Debug, Object)]
pub struct WorkCounts {
    /// The unit.
    pub unit_id: UnitId,
    /// The year.
    pub year: i32,
    /// As of this day.
    pub on: NaiveDate,
    /// The numbers. A survey is here once it is closed and has at least 5 forms of the unit.
    pub counts: Vec<WorkCount>,
}

impl WorkItem {
    fn of(row: work_item::Model, today: NaiveDate) -> Self {
        Self {
            late: row.item().is_late(today),
            id: row.id,
            unit_id: row.unit_id,
            year: row.year,
            kind: row.kind,
            origin: row.origin,
            assigned_by_unit_id: row.assigned_by_unit_id,
            state: row.state,
            title: row.title,
            code: row.code,
            period: row.period,
            owner_id: row.owner_id,
            owner_text: row.owner_text,
            product: row.product,
            received_on: row.received_on,
            due_on: row.due_on,
            done_on: row.done_on,
            attribution: row.attribution,
            number: row.number,
            numbered_on: row.numbered_on,
            people_count: row.people_count,
            found_count: row.found_count,
            fixed_count: row.fixed_count,
            result: row.result,
            cancel_reason: row.cancel_reason,
            version: row.version,
            available: None,
        }
    }
}

impl NewWorkItem {
    fn facts(self) -> (Option<UnitId>, Facts) {
        let Self {
            unit_id,
            kind,
            year,
            title,
            code,
            period,
            owner_id,
            owner_text,
            product,
            received_on,
            due_on,
            done_on,
            attribution,
            number,
            numbered_on,
            people_count,
            found_count,
            fixed_count,
            result,
        } = self;
        let title = title.unwrap_or_default();
        let facts = Facts {
            kind,
            year,
            title,
            code,
            period,
            owner_id,
            owner_text,
            product,
            received_on,
            due_on,
            done_on,
            attribution,
            number,
            numbered_on,
            people_count,
            found_count,
            fixed_count,
            result,
        };
        (unit_id, facts)
    }
}

impl WorkItemChange {
    fn over(self, now: Facts) -> Facts {
        let Self {
            year,
            title,
            code,
            period,
            owner_id,
            owner_text,
            product,
            received_on,
            due_on,
            done_on,
            attribution,
            number,
            numbered_on,
            people_count,
            found_count,
            fixed_count,
            result,
        } = self;
        let owner_given = owner_id.is_some() || owner_text.is_some();
        Facts {
            kind: now.kind,
            year: year.unwrap_or(now.year),
            title: title.unwrap_or(now.title),
            code: code.or(now.code),
            period: period.or(now.period),
            owner_id: if owner_given { owner_id } else { now.owner_id },
            owner_text: if owner_given { owner_text } else { now.owner_text },
            product: product.or(now.product),
            received_on: received_on.or(now.received_on),
            due_on: due_on.or(now.due_on),
            done_on: done_on.or(now.done_on),
            attribution: attribution.or(now.attribution),
            number: number.or(now.number),
            numbered_on: numbered_on.or(now.numbered_on),
            people_count: people_count.or(now.people_count),
            found_count: found_count.or(now.found_count),
            fixed_count: fixed_count.or(now.fixed_count),
            result: result.or(now.result),
        }
    }
}

async fn full(app: &App, caller: &Caller, row: work_item::Model) -> Result<WorkItem> {
    let by = super::by(app.store.read(), caller, &row).await?;
    let available = Some(super::verbs(&row, by));
    Ok(WorkItem { available, ..WorkItem::of(row, caller.today) })
}

async fn done(app: &App, caller: &Caller, row: work_item::Model) -> Result<One<WorkItem>> {
    let version = row.version;
    Ok(One::found(full(app, caller, row).await?, version))
}

#[OpenApi]
impl WorkItemsApi {
    /// List the year's work
    ///
    /// Rows of the units in one's scope, by last day.
    #[oai(path = "/work-items", method = "get", operation_id = "list_work_items")]
    #[expect(clippy::too_many_arguments, reason = "query parameters")]
    async fn list_work_items(
        &self,
        auth: Auth<can::ReadFigures>,
        app: Data<&App>,
        unit_id: Query<Option<UnitId>>,
        year: Query<Option<i32>>,
        kind: Query<Option<WorkKind>>,
        state: Query<Option<WorkState>>,
        late: Query<Option<bool>>,
        q: Query<Option<String>>,
        limit: Query<Option<u64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<WorkItem>>> {
        let slice = Slice::new(limit.0, cursor.0.as_deref())?;
        let filter = Filter { unit_id: unit_id.0, year: year.0, kind: kind.0, state: state.0, late: late.0, q: q.0 };
        let path = link(
            "/api/v1/work-items",
            &[
                ("unit_id", filter.unit_id.map(|unit| unit.to_string())),
                ("year", filter.year.map(|year| year.to_string())),
                ("kind", filter.kind.map(|kind| kind.to_string())),
                ("state", filter.state.map(|state| state.to_string())),
                ("late", filter.late.map(|late| late.to_string())),
                ("q", filter.q.clone()),
            ],
        );
        let rows = super::list(app.store.read(), &auth, &filter, &slice).await?;
        let key = |row: &work_item::Model| (serde_json::json!(row.order_on), row.id.0);
        let (items, next) = slice.page(rows, &path, key, |row| WorkItem::of(row, auth.today));
        Ok(Json(Page { items, next }))
    }

    /// Get a row of the year's work
    #[oai(path = "/work-items/:id", method = "get", operation_id = "get_work_item")]
    async fn get_work_item(&self, auth: Auth<can::ReadFigures>, app: Data<&App>, id: Path<WorkItemId>) -> Result<One<WorkItem>> {
        let row = super::find(app.store.read(), &auth, id.0).await?;
        done(&app, &auth, row).await
    }

    /// Count a unit's year
    ///
    /// The numbers a criterion's input can be bound to, with the rows behind each.
    #[oai(path = "/work-counts", method = "get", operation_id = "count_work")]
    async fn count_work(
        &self,
        auth: Auth<can::ReadFigures>,
        app: Data<&App>,
        unit_id: Query<UnitId>,
        year: Query<i32>,
    ) -> Result<Json<WorkCounts>> {
        let db = app.store.read();
        if !auth.scope(Permission::ReadFigures).contains(db, unit_id.0).await? {
            return Err(Error::NotFound);
        }
        let counted = super::counts(db, unit_id.0, year.0, auth.today).await?;
        let show = |one: super::Counted| WorkCount {
            name: one.name,
            value: one.value,
            item_ids: one.rows,
            survey_id: one.survey.map(|survey| survey.id),
        };
        let counts = counted.into_iter().map(show).collect();
        Ok(Json(WorkCounts { unit_id: unit_id.0, year: year.0, on: auth.today, counts }))
    }

    /// Enter a row of one's own unit
    #[oai(path = "/work-items", method = "post", operation_id = "create_work_item")]
    async fn create_work_item(
        &self,
        auth: Auth<can::EditFigures>,
        app: Data<&App>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
        body: Json<NewWorkItem>,
    ) -> Result<One<WorkItem>> {
        let (unit_id, facts) = body.0.facts();
        let row = super::create(&app.store, &auth, unit_id, facts).await?;
        let version = row.version;
        Ok(One::made(full(&app, &auth, row).await?, version))
    }

    /// Give one task to many units
    ///
    /// By the superior level, in one act: each unit gets a row of its own. Units that are not below the giving one are named.
    #[oai(path = "/work-items/assign", method = "post", operation_id = "assign_work_items")]
    async fn assign_work_items(
        &self,
        auth: Auth<can::AssignTasks>,
        app: Data<&App>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
        body: Json<NewAssignment>,
    ) -> Result<Assigned> {
        let NewAssignment { from_unit_id, unit_ids, kind, year, title, period, product, due_on, number, numbered_on } = body.0;
        let facts = Facts {
            title: title.unwrap_or_default(),
            period,
            product,
            due_on,
            number,
            numbered_on,
            ..Facts::empty(kind.unwrap_or(WorkKind::Task), year)
        };
        let rows = super::assign(&app.store, &auth, Assignment { from_unit_id, unit_ids, facts }).await?;
        let items = rows.into_iter().map(|row| WorkItem::of(row, auth.today)).collect();
        Ok(Assigned::Made(Json(AssignedItems { items })))
    }

    /// Change a row
    ///
    /// The unit's own rows by who enters its figures; what the superior level gave, by that level (the unit changes
    /// only who does it and the result).
    #[oai(path = "/work-items/:id", method = "patch", operation_id = "update_work_item")]
    async fn update_work_item(
        &self,
        auth: Auth<can::ReadFigures>,
        app: Data<&App>,
        id: Path<WorkItemId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<WorkItemChange>,
    ) -> Result<One<WorkItem>> {
        let now = super::find(app.store.read(), &auth, id.0).await?;
        let row = super::update(&app.store, &auth, id.0, seen.0, body.0.over(now.facts())).await?;
        done(&app, &auth, row).await
    }

    /// Begin
    #[oai(path = "/work-items/:id/start", method = "post", operation_id = "start_work_item")]
    async fn start_work_item(
        &self,
        auth: Auth<can::EditFigures>,
        app: Data<&App>,
        id: Path<WorkItemId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
    ) -> Result<One<WorkItem>> {
        let row = super::act(&app.store, &auth, id.0, seen.0, Act::Start).await?;
        done(&app, &auth, row).await
    }

    /// Report as done, sent or answered
    #[oai(path = "/work-items/:id/complete", method = "post", operation_id = "complete_work_item")]
    async fn complete_work_item(
        &self,
        auth: Auth<can::EditFigures>,
        app: Data<&App>,
        id: Path<WorkItemId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<Completion>,
    ) -> Result<One<WorkItem>> {
        let Completion { done_on, result } = body.0;
        let row = super::act(&app.store, &auth, id.0, seen.0, Act::Complete { done_on, result }).await?;
        done(&app, &auth, row).await
    }

    /// Reopen what was not done after all
    #[oai(path = "/work-items/:id/reopen", method = "post", operation_id = "reopen_work_item")]
    async fn reopen_work_item(
        &self,
        auth: Auth<can::EditFigures>,
        app: Data<&App>,
        id: Path<WorkItemId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<WorkItemReason>,
    ) -> Result<One<WorkItem>> {
        let row = super::act(&app.store, &auth, id.0, seen.0, Act::Reopen { reason: body.0.reason }).await?;
        done(&app, &auth, row).await
    }

    /// Take a row off the register
    ///
    /// It stays with its reason and counts nowhere. What the superior level gave, that level takes off.
    #[oai(path = "/work-items/:id/cancel", method = "post", operation_id = "cancel_work_item")]
    async fn cancel_work_item(
        &self,
        auth: Auth<can::ReadFigures>,
        app: Data<&App>,
        id: Path<WorkItemId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<WorkItemReason>,
    ) -> Result<One<WorkItem>> {
        let row = super::act(&app.store, &auth, id.0, seen.0, Act::Cancel { reason: body.0.reason }).await?;
        done(&app, &auth, row).await
    }
}
