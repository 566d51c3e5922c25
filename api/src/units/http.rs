//! `/units`: the tree as of any date, and what became of each unit.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::id::UnitId;
use domain::record::{Subject, SuccessionKind};
use entities::{unit, unit_kind};
use poem::web::Data;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use super::succession::{self, Heir};
use super::{Filter, Link, Under, UnitInput};
use crate::app::App;
use crate::auth::{Auth, can};
use crate::error::{Error, Result};
use crate::http::{One, Page, Slice, Version, link};

/// Operations of this area.
#[derive(Debug)]
pub struct UnitsApi;

/// A unit in one span of validity.
#[derive(Clone, Debug, Object)]
pub struct Unit {
    /// Its id.
    pub id: UnitId,
    /// Official code; the same code may name another extent in another span.
    pub code: String,
    /// Code of its kind.
    pub kind: String,
    /// Its kind as official lists print it.
    pub kind_name: String,
    /// Code of its level.
    pub level: String,
    /// Full name.
    pub name: String,
    /// The unit above it.
    pub parent_id: Option<UnitId>,
    /// First day.
    pub valid_from: NaiveDate,
    /// Last day, inclusive; open when absent.
    pub valid_to: Option<NaiveDate>,
    /// Where the entry comes from.
    pub source: Option<String>,
    /// Invented for the sample world.
    pub sample: bool,
    /// Version, also the ETag.
    pub version: i64,
}

/// A unit with its place in the tree and in time.
#[derive(Debug, Object)]
pub struct UnitDetail {
    /// The unit.
    #[oai(flatten)]
    pub unit: Unit,
    /// The units above it, the topmost first.
    pub path: Vec<UnitRef>,
    /// What it came from.
    pub predecessors: Vec<Succession>,
    /// What came after it.
    pub successors: Vec<Succession>,
    /// People who belong to it today.
    pub people: u64,
}

/// A unit, named.
#[derive(Clone, Debug, Object)]
pub struct UnitRef {
    /// Its id.
    pub id: UnitId,
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// First day.
    pub valid_from: NaiveDate,
    /// Last day.
    pub valid_to: Option<NaiveDate>,
}

/// A recorded link from an old unit to what came after it.
#[derive(Debug, Object)]
pub struct Succession {
    /// The unit that ended.
    pub from: UnitRef,
    /// What came after it; absent when it was abolished without heir.
    pub to: Option<UnitRef>,
    /// How.
    pub kind: SuccessionKind,
    /// First day of the new state.
    pub happened_on: NaiveDate,
    /// Legal ground.
    pub ground: String,
}

/// A unit to be added.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct NewUnitBody {
    /// Official or own code.
    pub code: String,
    /// Code of its kind.
    pub kind: String,
    /// Full name.
    pub name: String,
    /// The unit above it, in the caller's scope.
    pub parent_id: UnitId,
    /// First day; today when absent.
    pub valid_from: Option<NaiveDate>,
    /// Last day, inclusive.
    pub valid_to: Option<NaiveDate>,
    /// Where the entry comes from.
    pub source: Option<String>,
}

/// A mended name.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct UnitPatch {
    /// The name as it should be.
    pub name: String,
}

/// How a unit passes into others.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct SuccessionBody {
    /// How.
    pub kind: SuccessionKind,
    /// Its heirs: one, or several for a split, or none for an abolished unit.
    pub to: Vec<HeirBody>,
    /// First day of the new state; the unit ends the day before.
    pub on: NaiveDate,
    /// Legal ground.
    pub ground: String,
    /// With several heirs: who takes over each open duty.
    #[oai(default)]
    pub duties_to: Vec<DutyHeir>,
}

/// An heir: a unit that is there (`unit_id`) or one that begins now (`code`, `kind`, `name`).
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct HeirBody {
    /// A unit that is there.
    pub unit_id: Option<UnitId>,
    /// Code of a new unit.
    pub code: Option<String>,
    /// Code of the kind of a new unit.
    pub kind: Option<String>,
    /// Name of a new unit.
    pub name: Option<String>,
    /// The unit above a new unit; the old unit's when absent.
    pub parent_id: Option<UnitId>,
}

/// Who takes over one open duty.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct DutyHeir {
    /// Id of the finding or corrective action.
    pub id: Uuid,
    /// The heir's place in `to`, from 0.
    pub heir: u32,
}

/// What became of a unit.
#[derive(Debug, Object)]
pub struct SuccessionOutcome {
    /// The unit that ended.
    pub from: UnitRef,
    /// Its heirs.
    pub to: Vec<UnitRef>,
    /// Open findings that moved.
    pub moved_findings: u64,
    /// Open corrective actions that moved.
    pub moved_corrective_actions: u64,
}

/// An open duty of a unit, by number only.
#[derive(Debug, Object)]
pub struct OpenDuty {
    /// `finding` or `corrective_action`.
    pub subject: Subject,
    /// Its id.
    pub id: Uuid,
    /// Its number.
    pub code: String,
    /// Its state.
    pub state: String,
}

pub(crate) fn unit_ref(row: &unit::Model) -> UnitRef {
    UnitRef { id: row.id, code: row.code.clone(), name: row.name.clone(), valid_from: row.valid_from, valid_to: row.valid_to }
}

fn show(row: unit::Model, kinds: &BTreeMap<String, unit_kind::Model>) -> Unit {
    let kind = kinds.get(&row.kind_code);
    Unit {
        id: row.id,
        code: row.code,
        kind_name: kind.map(|kind| kind.name.clone()).unwrap_or_default(),
        level: kind.map(|kind| kind.level_code.clone()).unwrap_or_default(),
        kind: row.kind_code,
        name: row.name,
        parent_id: row.parent_id,
        valid_from: row.valid_from,
        valid_to: row.valid_to,
        source: row.source,
        sample: row.sample,
        version: row.version,
    }
}

fn show_link(link: &Link) -> Succession {
    Succession {
        from: unit_ref(&link.from),
        to: link.to.as_ref().map(unit_ref),
        kind: link.kind,
        happened_on: link.happened_on,
        ground: link.ground.clone(),
    }
}

impl From<HeirBody> for Heir {
    fn from(body: HeirBody) -> Self {
        match body.unit_id {
            Some(id) => Self::Existing(id),
            None => Self::New {
                code: body.code.unwrap_or_default(),
                kind: body.kind.unwrap_or_default(),
                name: body.name.unwrap_or_default(),
                parent_id: body.parent_id,
            },
        }
    }
}

#[OpenApi]
impl UnitsApi {
    /// Units as of a day
    ///
    /// Everyone signed in sees them. `parent` lists what lies right below a unit; `parent=root` the topmost.
    #[oai(path = "/units", method = "get", operation_id = "list_units")]
    #[expect(clippy::too_many_arguments, reason = "query parameters")]
    async fn list_units(
        &self,
        auth: Auth<can::ReadReference>,
        app: Data<&App>,
        on: Query<Option<NaiveDate>>,
        kind: Query<Option<String>>,
        level: Query<Option<String>>,
        parent: Query<Option<String>>,
        q: Query<Option<String>>,
        limit: Query<Option<u64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<Unit>>> {
        let slice = Slice::new(limit.0, cursor.0.as_deref())?;
        let on_day = on.0.unwrap_or(auth.today);
        let filter = Filter {
            on: on_day,
            kind: kind.0.clone(),
            level: level.0.clone(),
            under: under(parent.0.as_deref())?,
            q: q.0.clone(),
        };
        let db = app.store.read();
        let (rows, kinds) = (super::list(db, &filter, &slice).await?, super::kinds(db).await?);
        let path = link(
            "/api/v1/units",
            &[("on", on.0.map(|day| day.to_string())), ("kind", kind.0), ("level", level.0), ("parent", parent.0), ("q", q.0)],
        );
        let (items, next) = slice.page(rows, &path, |row| (row.code.clone().into(), row.id.0), |row| show(row, &kinds));
        Ok(Json(Page { items, next }))
    }

    /// A unit
    ///
    /// With the units above it, and what it came from and passed into. Only recorded links count.
    #[oai(path = "/units/:id", method = "get", operation_id = "get_unit")]
    async fn get_unit(&self, auth: Auth<can::ReadReference>, app: Data<&App>, id: Path<UnitId>) -> Result<One<UnitDetail>> {
        let db = app.store.read();
        let row = super::find(db, id.0).await?;
        let kinds = super::kinds(db).await?;
        let path = super::ancestors(db, id.0).await?.iter().map(unit_ref).collect();
        let links = super::links(db, id.0).await?;
        let side = |own: bool| links.iter().filter(|link| (link.from.id == id.0) == own).map(show_link).collect();
        let (predecessors, successors) = (side(false), side(true));
        let people = super::people_count(db, id.0, auth.today).await? as u64;
        let version = row.version;
        Ok(One::found(UnitDetail { unit: show(row, &kinds), path, predecessors, successors, people }, version))
    }

    /// Add a unit
    #[oai(path = "/units", method = "post", operation_id = "create_unit")]
    async fn create_unit(
        &self,
        auth: Auth<can::ManageUnits>,
        app: Data<&App>,
        body: Json<NewUnitBody>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
    ) -> Result<One<Unit>> {
        let NewUnitBody { code, kind, name, parent_id, valid_from, valid_to, source } = body.0;
        let input = UnitInput { code, kind, name, parent_id: Some(parent_id), valid_from, valid_to, source };
        let row = super::add(&app.store, &auth, input).await?;
        let (kinds, version) = (super::kinds(app.store.read()).await?, row.version);
        Ok(One::made(show(row, &kinds), version))
    }

    /// Mend a name
    ///
    /// For typing errors. A unit renamed by decision passes into another: see `succession`.
    #[oai(path = "/units/:id", method = "patch", operation_id = "update_unit")]
    async fn update_unit(
        &self,
        auth: Auth<can::ManageUnits>,
        app: Data<&App>,
        id: Path<UnitId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<UnitPatch>,
    ) -> Result<One<Unit>> {
        let row = super::correct(&app.store, &auth, id.0, seen.0, body.0.name).await?;
        let (kinds, version) = (super::kinds(app.store.read()).await?, row.version);
        Ok(One::found(show(row, &kinds), version))
    }

    /// Pass a unit into others
    ///
    /// Ends the unit the day before `on`, records the links, and moves open findings and corrective actions to the heir: to the
    /// only one, or as `duties_to` says. Closed ones stay with the old unit. With one heir, the units right below go on under it.
    #[oai(path = "/units/:id/succession", method = "post", operation_id = "succeed_unit")]
    async fn succeed_unit(
        &self,
        auth: Auth<can::ManageUnits>,
        app: Data<&App>,
        id: Path<UnitId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<SuccessionBody>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
    ) -> Result<Json<SuccessionOutcome>> {
        let SuccessionBody { kind, to, on, ground, duties_to } = body.0;
        let duties_to = duties_to.into_iter().map(|duty| (duty.id, usize::try_from(duty.heir).unwrap_or(usize::MAX))).collect();
        let input =
            succession::Input { kind: Some(kind), to: to.into_iter().map(Heir::from).collect(), on: Some(on), ground, duties_to };
        let done = succession::succeed(&app.store, &auth, id.0, seen.0, input).await?;
        Ok(Json(SuccessionOutcome {
            from: unit_ref(&done.from),
            to: done.to.iter().map(unit_ref).collect(),
            moved_findings: done.moved_findings as u64,
            moved_corrective_actions: done.moved_corrective_actions as u64,
        }))
    }

    /// The recorded successions of a unit
    #[oai(path = "/units/:id/successions", method = "get", operation_id = "list_unit_successions")]
    async fn list_unit_successions(
        &self,
        _auth: Auth<can::ReadReference>,
        app: Data<&App>,
        id: Path<UnitId>,
    ) -> Result<Json<Vec<Succession>>> {
        super::find(app.store.read(), id.0).await?;
        Ok(Json(super::links(app.store.read(), id.0).await?.iter().map(show_link).collect()))
    }

    /// The open duties of a unit
    ///
    /// By number only, for naming an heir for each before a succession.
    #[oai(path = "/units/:id/open-duties", method = "get", operation_id = "list_open_duties")]
    async fn list_open_duties(
        &self,
        auth: Auth<can::ManageUnits>,
        app: Data<&App>,
        id: Path<UnitId>,
    ) -> Result<Json<Vec<OpenDuty>>> {
        let duties = succession::open_duties(app.store.read(), &auth, id.0).await?;
        let show =
            |duty: succession::OpenDuty| OpenDuty { subject: duty.subject, id: duty.id, code: duty.code, state: duty.state };
        Ok(Json(duties.into_iter().map(show).collect()))
    }
}

/// Where a list looks: everywhere, `root`, or below a unit.
pub(super) fn under(parent: Option<&str>) -> Result<Under> {
    match parent {
        None | Some("") => Ok(Under::Anywhere),
        Some("root") => Ok(Under::Roots),
        Some(id) => id.parse().map(Under::Unit).map_err(|_not_an_id| Error::field("parent", "unknown_unit")),
    }
}
