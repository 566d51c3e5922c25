//! Papers of an inspection: asked for, rendered by a job from frozen data, fetched, given a number.

mod data;
pub mod http;
mod names;
pub mod pages;
mod press;
mod told;

use chrono::{Datelike as _, NaiveDate};
use domain::draft::Problems;
use domain::id::{InspectionId, PaperId, ReportId};
use domain::permission::Permission;
use domain::record::{PaperKind, ReportState, Subject};
use domain::rule::Refused;
use domain::time::vn_date;
use entities::{inspection, paper, report};
use sea_orm::{
    AccessMode, ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait, DatabaseBackend, DatabaseTransaction,
    EntityTrait as _, IsolationLevel, JoinType, QueryFilter as _, QueryOrder as _, QuerySelect as _, TransactionTrait as _,
};
use serde_json::json;

use crate::app::App;
use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::http::{Download, Version, seen};
use crate::inspections::access;
use crate::jobs::{Outcome, Work};
use crate::store::{Event, Tx, Writer};

pub use data::{prefix, usual_symbol};
pub(crate) use names::{
    Known, agency, agency_symbol, civil, is_committee, long_date, paragraphs, people, place_name, units_above,
};
pub(crate) use press::{Pressed, press, set};

/// The kind of the job that renders.
pub const RENDER: &str = "report.render";
/// What the caller is to an inspection's papers.
#[derive(Clone, Debug)]
pub struct Reader {
    /// The inspection.
    pub visit: inspection::Model,
    /// On the inspecting side: of its unit, or in the team.
    pub inspects: bool,
    /// May give numbers for the inspecting unit.
    pub registers: bool,
}

impl Reader {
    /// Whether the caller reads this paper.
    #[must_use]
    pub fn reads(&self, kind: PaperKind) -> bool {
        self.inspects || domain::paper::shown_to_unit(kind, self.visit.kind, self.visit.state)
    }
}

/// The caller and an inspection they see.
///
/// # Errors
/// 404 when they see none.
pub async fn reader(db: &impl ConnectionTrait, caller: &Caller, id: InspectionId) -> Result<Reader> {
    let visit = access::find(db, caller, id).await?;
    let in_team = access::part(db, id, caller.person).await?.is_some();
    let inspects = in_team || caller.scope(Permission::ReadInspections).contains(db, visit.owner_unit_id).await?;
    let registers = caller.scope(Permission::RegisterPapers).contains(db, visit.owner_unit_id).await?;
    Ok(Reader { visit, inspects, registers })
}

/// A read-only snapshot: everything read in it belongs together.
pub(crate) async fn snapshot(app: &App) -> Result<DatabaseTransaction> {
    let db = app.store.read();
    Ok(match db.get_database_backend() {
        DatabaseBackend::Sqlite => db.begin().await?,
        _ => db.begin_with_config(Some(IsolationLevel::RepeatableRead), Some(AccessMode::ReadOnly)).await?,
    })
}

/// Asks for a paper: its data is gathered and frozen now, a job sets it.
///
/// # Errors
/// 404 for an inspection or paper the caller does not see, 409 before the visit has begun.
pub async fn request(app: &App, caller: &Caller, id: InspectionId, kind: PaperKind) -> Result<report::Model> {
    let db = snapshot(app).await?;
    let reader = reader(&db, caller, id).await?;
    if !reader.reads(kind) {
        return Err(Error::NotFound);
    }
    domain::paper::may_render(reader.visit.state)?;
    let facts = data::read(&db, id).await?;
    db.rollback().await?;
    let (frozen, draft) = (serde_json::to_value(facts.paper(kind))?, facts.draft(kind));
    let (person, unit) = (caller.person, reader.visit.owner_unit_id);
    app.store
        .write(caller, move |tx| async move {
            let row = report::ActiveModel {
                id: Set(tx.id::<ReportId>()),
                kind: Set(kind),
                inspection_id: Set(id),
                state: Set(ReportState::Queued),
                draft: Set(draft),
                data: Set(frozen),
                template_version: Set(None),
                font_hash: Set(None),
                pages: Set(None),
                blob_sha256: Set(None),
                error: Set(None),
                requested_by_id: Set(person),
                requested_at: Set(tx.now()),
                ready_at: Set(None),
            }
            .insert(tx.db())
            .await?;
            let said = json!({"kind": kind, "inspection_id": id, "draft": draft});
            tx.record(Event::on("report.requested", Subject::Report, row.id.0).unit(unit).after(&said));
            tx.enqueue(RENDER, json!({"report_id": row.id}), tx.now(), Some(format!("{RENDER}:{}", row.id)));
            Ok(row)
        })
        .await
}

/// Sets a paper and keeps it: the handler of [`RENDER`].
///
/// # Errors
/// Storage or database away: tried again.
pub async fn render(app: &App, work: Work) -> Result<Outcome> {
    let Some(id) = work.payload.get("report_id").and_then(|id| id.as_str()).and_then(|id| id.parse::<ReportId>().ok()) else {
        return Ok(Outcome::Fail("no report_id".into()));
    };
    let Some(row) = report::Entity::find_by_id(id).one(app.store.read()).await? else { return Ok(Outcome::Done) };
    if row.state != ReportState::Queued {
        return Ok(Outcome::Done);
    }
    match press(app, &row.data, &work).await? {
        Ok(pressed) => {
            keep(app, id, pressed).await?;
            Ok(Outcome::Done)
        }
        Err(error) => give_up(app, id, error).await,
    }
}

async fn keep(app: &App, id: ReportId, pressed: Pressed) -> Result<()> {
    app.store
        .write(Writer::Job(RENDER), move |tx| async move {
            let said = pressed.facts();
            let Pressed { pdf, stored } = pressed;
            crate::evidence::note_blob(&tx, &stored).await?;
            let change = report::ActiveModel {
                id: Set(id),
                state: Set(ReportState::Ready),
                template_version: Set(Some(pdf.template_version)),
                font_hash: Set(Some(pdf.font_hash)),
                pages: Set(i32::try_from(pdf.pages).ok()),
                blob_sha256: Set(Some(stored.sha256)),
                error: Set(None),
                ready_at: Set(Some(tx.now())),
                ..Default::default()
            };
            change.update(tx.db()).await?;
            tx.record(Event::on("report.ready", Subject::Report, id.0).after(&said));
            Ok(())
        })
        .await
}

/// The same data would fail again: the report says why.
async fn give_up(app: &App, id: ReportId, error: String) -> Result<Outcome> {
    let said = error.clone();
    app.store
        .write(Writer::Job(RENDER), move |tx| async move {
            let change = report::ActiveModel {
                id: Set(id),
                state: Set(ReportState::Failed),
                error: Set(Some(error.clone())),
                ..Default::default()
            };
            change.update(tx.db()).await?;
            tx.record(Event::on("report.failed", Subject::Report, id.0).reason(Some(&error)));
            Ok(())
        })
        .await?;
    Ok(Outcome::Fail(said))
}

/// A render request the caller may see.
///
/// # Errors
/// 404 when there is none.
pub async fn find(app: &App, caller: &Caller, id: ReportId) -> Result<(report::Model, Reader)> {
    let row = report::Entity::find_by_id(id).one(app.store.read()).await?.ok_or(Error::NotFound)?;
    let reader = reader(app.store.read(), caller, row.inspection_id).await?;
    // What the unit may read is the signed paper; drafts stay with those who write them.
    if reader.inspects || (reader.reads(row.kind) && !row.draft) { Ok((row, reader)) } else { Err(Error::NotFound) }
}

/// The latest render requests of an inspection, newest first.
///
/// # Errors
/// 404 for an inspection the caller does not see.
pub async fn list(app: &App, caller: &Caller, id: InspectionId, limit: u64) -> Result<(Reader, Vec<report::Model>)> {
    let db = app.store.read();
    let reader = reader(db, caller, id).await?;
    let kinds = PaperKind::ALL.iter().copied().filter(|kind| reader.reads(*kind));
    let mut query = report::Entity::find()
        .filter(report::Column::InspectionId.eq(id))
        .filter(report::Column::Kind.is_in(kinds))
        .order_by_desc(report::Column::Id)
        .limit(limit);
    if !reader.inspects {
        query = query.filter(report::Column::Draft.eq(false));
    }
    Ok((reader, query.all(db).await?))
}

/// The file of a paper, its bytes checked against their hash.
///
/// # Errors
/// 404 as [`find`], 409 while it is not ready, 500 when the bytes are not what was stored.
pub async fn content(app: &App, caller: &Caller, id: ReportId) -> Result<Download> {
    let (row, reader) = find(app, caller, id).await?;
    let sha256 = match (row.state, row.blob_sha256) {
        (ReportState::Ready, Some(sha256)) => sha256,
        (ReportState::Failed, _) => {
            return Err(Refused::new("report_failed").with("error", row.error.unwrap_or_default()).into());
        }
        _ => return Err(Refused::new("report_not_ready").into()),
    };
    let bytes = app.blobs.get(&sha256).await?;
    let name = match row.kind {
        PaperKind::Minutes => "Biên bản",
        PaperKind::InspectionReport => "Báo cáo",
    };
    let draft = if row.draft { " (dự thảo)" } else { "" };
    Ok(Download {
        body: bytes.into(),
        media_type: "application/pdf".to_owned(),
        file_name: format!("{name} {}{draft}.pdf", reader.visit.code),
        sha256,
    })
}

/// A paper as the registrar sees it; version 0 while nothing is known of it.
#[derive(Clone, Debug)]
pub struct State {
    /// Which paper.
    pub kind: PaperKind,
    /// Whether it has been signed.
    pub signed: bool,
    /// Its row.
    pub row: Option<paper::Model>,
    /// Whether the caller may give it its number now.
    pub may_register: bool,
}

impl State {
    /// The version for `If-Match`.
    #[must_use]
    pub fn version(&self) -> i64 {
        self.row.as_ref().map_or(0, |row| row.version)
    }
}

/// The papers of an inspection that the caller reads.
///
/// # Errors
/// The database's.
pub async fn papers(db: &impl ConnectionTrait, reader: &Reader) -> Result<Vec<State>> {
    let rows = paper::Entity::find().filter(paper::Column::InspectionId.eq(reader.visit.id)).all(db).await?;
    let state = |kind: PaperKind| {
        let row = rows.iter().find(|row| row.kind == kind).cloned();
        let registered = row.as_ref().is_some_and(|row| row.number.is_some());
        let may = domain::paper::may_register(kind, reader.visit.state, registered).is_ok();
        State { kind, signed: domain::paper::is_signed(kind, reader.visit.state), row, may_register: reader.registers && may }
    };
    Ok(PaperKind::ALL.iter().copied().filter(|kind| reader.reads(*kind)).map(state).collect())
}

fn blank(tx: &Tx, id: InspectionId, kind: PaperKind, signed_at: Option<chrono::DateTime<chrono::Utc>>) -> paper::ActiveModel {
    paper::ActiveModel {
        id: Set(tx.id::<PaperId>()),
        inspection_id: Set(id),
        kind: Set(kind),
        number: Set(None),
        symbol: Set(None),
        issued_on: Set(None),
        signed_at: Set(signed_at),
        registered_by_id: Set(None),
        version: Set(1),
    }
}

/// The official number of a paper, as the registrar enters it.
#[derive(Clone, Debug)]
pub struct Registration {
    /// The number.
    pub number: i32,
    /// What follows it: `BB-ĐKT`, or `ĐKT` alone.
    pub symbol: String,
    /// Its date.
    pub issued_on: NaiveDate,
}

/// Gives a signed paper its number, and asks for it to be set with it.
///
/// # Errors
/// 403 for whoever does not register for the inspecting unit, 409 before the signature or when it has a
/// number, 412 when stale, 422 for a number that is taken, a date before the signature or after today.
pub async fn register(
    app: &App,
    caller: &Caller,
    id: InspectionId,
    kind: PaperKind,
    version: Version,
    input: Registration,
) -> Result<paper::Model> {
    let reader = reader(app.store.read(), caller, id).await?;
    if !reader.registers {
        return Err(Error::Forbidden(Permission::RegisterPapers));
    }
    let by = caller.clone();
    let row = app.store.write(caller, move |tx| async move { register_in(&tx, &by, id, kind, version, input).await }).await?;
    let mut again = caller.clone();
    again.once = None;
    request(app, &again, id, kind).await?;
    Ok(row)
}

async fn register_in(
    tx: &Tx,
    caller: &Caller,
    id: InspectionId,
    kind: PaperKind,
    version: Version,
    input: Registration,
) -> Result<paper::Model> {
    let visit = access::find(tx.db(), caller, id).await?;
    // Numbers of one agency are given one after the other.
    crate::units::locked(tx, visit.owner_unit_id).await?;
    let visit = inspection::Entity::find_by_id(id).lock_exclusive().one(tx.db()).await?.unwrap_or(visit);
    let known = paper::Entity::find()
        .filter(paper::Column::InspectionId.eq(id))
        .filter(paper::Column::Kind.eq(kind))
        .one(tx.db())
        .await?;
    domain::paper::may_register(kind, visit.state, known.as_ref().is_some_and(|row| row.number.is_some()))?;
    seen(version, known.as_ref().map_or(0, |row| row.version))?;
    let signed_at = known.as_ref().and_then(|row| row.signed_at).or(match kind {
        PaperKind::Minutes => visit.finished_at,
        PaperKind::InspectionReport => visit.reported_at,
    });
    let mut problems = Problems::new();
    let symbol = domain::paper::check_registration(
        prefix(kind),
        input.number,
        &input.symbol,
        input.issued_on,
        signed_at.map(vn_date),
        tx.today(),
        &mut problems,
    );
    problems.check(taken(tx.db(), &visit, &symbol, input.number, input.issued_on.year()).await?, "number", "number_taken");
    problems.finish()?;
    let (before, new) = (known.clone(), known.is_none());
    let mut change: paper::ActiveModel = known.map_or_else(|| blank(tx, id, kind, signed_at), Into::into);
    change.number = Set(Some(input.number));
    change.symbol = Set(Some(symbol));
    change.issued_on = Set(Some(input.issued_on));
    change.registered_by_id = Set(Some(caller.person));
    if let Some(before) = &before {
        change.version = Set(before.version + 1);
    }
    let row = if new { change.insert(tx.db()).await? } else { change.update(tx.db()).await? };
    tx.record(Event::on("paper.registered", Subject::Paper, row.id.0).unit(visit.owner_unit_id).change(&before, &row));
    Ok(row)
}

/// Whether another paper of the inspecting unit has the number in that year's series.
async fn taken(db: &impl ConnectionTrait, visit: &inspection::Model, symbol: &str, number: i32, year: i32) -> Result<bool> {
    let (Some(first), Some(last)) = (NaiveDate::from_ymd_opt(year, 1, 1), NaiveDate::from_ymd_opt(year, 12, 31)) else {
        return Ok(false);
    };
    let other = paper::Entity::find()
        .join(
            JoinType::InnerJoin,
            paper::Entity::belongs_to(inspection::Entity).from(paper::Column::InspectionId).to(inspection::Column::Id).into(),
        )
        .filter(inspection::Column::OwnerUnitId.eq(visit.owner_unit_id))
        .filter(paper::Column::Symbol.eq(symbol))
        .filter(paper::Column::Number.eq(number))
        .filter(paper::Column::IssuedOn.between(first, last))
        .one(db)
        .await?;
    Ok(other.is_some())
}
