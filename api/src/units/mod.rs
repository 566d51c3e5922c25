//! Units in time: the tree as of any date, import, succession.

pub mod http;
pub mod import;
pub mod pages;
pub mod succession;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::draft::Problems;
use domain::id::{PersonId, UnitId};
use domain::permission::Permission;
use domain::record::{Subject, SuccessionKind};
use entities::{membership, unit, unit_kind, unit_level, unit_path, unit_succession};
use sea_orm::sea_query::{LockType, OnConflict};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};

use crate::auth::Caller;
use crate::error::{Error, Result, unique};
use crate::http::{Slice, Version, seen};
use crate::store::{Event, Store, Tx};

/// A unit to be created for one span of validity.
#[derive(Clone, Debug)]
pub struct NewUnit {
    /// Official or own code.
    pub code: String,
    /// Code of its kind.
    pub kind_code: String,
    /// Full name.
    pub name: String,
    /// The unit above it.
    pub parent_id: Option<UnitId>,
    /// First day.
    pub valid_from: NaiveDate,
    /// Last day, inclusive.
    pub valid_to: Option<NaiveDate>,
    /// Where it comes from.
    pub source: Option<String>,
    /// Invented for the sample world.
    pub sample: bool,
}

/// Creates a unit and its lines of the closure.
///
/// # Errors
/// The same code already begins on that day.
pub async fn create(tx: &Tx, new: NewUnit) -> Result<unit::Model> {
    let row = unit::ActiveModel {
        id: Set(tx.id::<UnitId>()),
        search_text: Set(folded(&new.name, &new.code)),
        code: Set(new.code),
        kind_code: Set(new.kind_code),
        name: Set(new.name),
        parent_id: Set(new.parent_id),
        valid_from: Set(new.valid_from),
        valid_to: Set(new.valid_to),
        source: Set(new.source),
        sample: Set(new.sample),
        version: Set(1),
    }
    .insert(tx.db())
    .await
    .map_err(unique("unit", "code", "code"))?;
    let mut paths = vec![path(row.id, row.id, 0, row.valid_from, row.valid_to)];
    if let Some(parent) = row.parent_id {
        let above = unit_path::Entity::find().filter(unit_path::Column::DescendantId.eq(parent)).all(tx.db()).await?;
        paths.extend(above.into_iter().map(|up| {
            let to = [up.valid_to, row.valid_to].into_iter().flatten().min();
            path(up.ancestor_id, row.id, up.depth + 1, std::cmp::max(up.valid_from, row.valid_from), to)
        }));
    }
    unit_path::Entity::insert_many(paths).exec_without_returning(tx.db()).await?;
    tx.record(Event::on("unit.created", Subject::Unit, row.id.0).unit(row.id).after(&row));
    Ok(row)
}

fn path(ancestor: UnitId, descendant: UnitId, depth: i32, from: NaiveDate, to: Option<NaiveDate>) -> unit_path::ActiveModel {
    unit_path::ActiveModel {
        ancestor_id: Set(ancestor),
        descendant_id: Set(descendant),
        depth: Set(depth),
        valid_from: Set(from),
        valid_to: Set(to),
    }
}

/// The condition «this span holds on that day».
pub fn alive(from: impl ColumnTrait, to: impl ColumnTrait, on: NaiveDate) -> Condition {
    Condition::all().add(from.lte(on)).add(Condition::any().add(to.is_null()).add(to.gte(on)))
}

/// Which units a list shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// As of this day.
    pub on: NaiveDate,
    /// Code of a kind.
    pub kind: Option<String>,
    /// Code of a level.
    pub level: Option<String>,
    /// Where in the tree.
    pub under: Under,
    /// Words of the name or the code, without diacritics.
    pub q: Option<String>,
}

/// Where in the tree a list looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Under {
    /// Everywhere.
    #[default]
    Anywhere,
    /// The units that have none above them.
    Roots,
    /// Right below this unit.
    Unit(UnitId),
}

/// Units as of a day, by code; one row more than the page has when there is a next one.
///
/// # Errors
/// The database's.
pub async fn list(db: &impl ConnectionTrait, filter: &Filter, slice: &Slice) -> Result<Vec<unit::Model>> {
    let mut query = unit::Entity::find().filter(alive(unit::Column::ValidFrom, unit::Column::ValidTo, filter.on));
    if let Some(kind) = &filter.kind {
        query = query.filter(unit::Column::KindCode.eq(kind));
    }
    if let Some(level) = &filter.level {
        let kinds = sea_orm::sea_query::Query::select()
            .column(unit_kind::Column::Code)
            .from(unit_kind::Entity)
            .and_where(unit_kind::Column::LevelCode.eq(level))
            .to_owned();
        query = query.filter(unit::Column::KindCode.in_subquery(kinds));
    }
    query = match filter.under {
        Under::Anywhere => query,
        Under::Roots => query.filter(unit::Column::ParentId.is_null()),
        Under::Unit(parent) => query.filter(unit::Column::ParentId.eq(parent)),
    };
    for word in filter.q.as_deref().map(domain::text::fold).unwrap_or_default().split_whitespace() {
        query = query.filter(unit::Column::SearchText.contains(word));
    }
    let rows = query
        .filter(slice.after(unit::Column::Code, unit::Column::Id, false))
        .order_by_asc(unit::Column::Code)
        .order_by_asc(unit::Column::Id)
        .limit(slice.fetch())
        .all(db)
        .await?;
    Ok(rows)
}

/// Every kind by its code, with its level. A dozen rows.
///
/// # Errors
/// The database's.
pub async fn kinds(db: &impl ConnectionTrait) -> Result<BTreeMap<String, unit_kind::Model>> {
    let rows = unit_kind::Entity::find().order_by_asc(unit_kind::Column::Code).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.code.clone(), row)).collect())
}

/// Names of units by id, in one statement.
///
/// # Errors
/// The database's.
pub async fn names(db: &impl ConnectionTrait, ids: impl IntoIterator<Item = UnitId>) -> Result<BTreeMap<UnitId, String>> {
    let ids: std::collections::BTreeSet<UnitId> = ids.into_iter().collect();
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows: Vec<(UnitId, String)> = unit::Entity::find()
        .select_only()
        .column(unit::Column::Id)
        .column(unit::Column::Name)
        .filter(unit::Column::Id.is_in(ids))
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}

/// The units above one, the topmost first.
///
/// # Errors
/// The database's.
pub async fn ancestors(db: &impl ConnectionTrait, id: UnitId) -> Result<Vec<unit::Model>> {
    let path = unit_path::Entity::find()
        .filter(unit_path::Column::DescendantId.eq(id))
        .filter(unit_path::Column::Depth.gt(0))
        .order_by_desc(unit_path::Column::Depth)
        .all(db)
        .await?;
    let ids: Vec<UnitId> = path.iter().map(|row| row.ancestor_id).collect();
    let mut rows: BTreeMap<UnitId, unit::Model> = unit::Entity::find()
        .filter(unit::Column::Id.is_in(ids.clone()))
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    Ok(ids.into_iter().filter_map(|id| rows.remove(&id)).collect())
}

/// A recorded link between an old unit and what came after it.
#[derive(Clone, Debug)]
pub struct Link {
    /// The unit that ended.
    pub from: unit::Model,
    /// What came after it; none when it was abolished without heir.
    pub to: Option<unit::Model>,
    /// How.
    pub kind: SuccessionKind,
    /// First day of the new state.
    pub happened_on: NaiveDate,
    /// Legal ground.
    pub ground: String,
}

/// The links a unit stands in, on either side, oldest first. Only recorded ones: a code that occurs
/// in two periods links nothing.
///
/// # Errors
/// The database's.
pub async fn links(db: &impl ConnectionTrait, id: UnitId) -> Result<Vec<Link>> {
    let rows = unit_succession::Entity::find()
        .filter(Condition::any().add(unit_succession::Column::FromUnitId.eq(id)).add(unit_succession::Column::ToUnitId.eq(id)))
        .order_by_asc(unit_succession::Column::HappenedOn)
        .order_by_asc(unit_succession::Column::Id)
        .all(db)
        .await?;
    let ids = rows.iter().flat_map(|row| [Some(row.from_unit_id), row.to_unit_id]).flatten();
    let units: BTreeMap<UnitId, unit::Model> =
        unit::Entity::find().filter(unit::Column::Id.is_in(ids)).all(db).await?.into_iter().map(|row| (row.id, row)).collect();
    let link = |row: unit_succession::Model| {
        let from = units.get(&row.from_unit_id)?.clone();
        let to = row.to_unit_id.and_then(|id| units.get(&id).cloned());
        Some(Link { from, to, kind: row.kind, happened_on: row.happened_on, ground: row.ground })
    };
    Ok(rows.into_iter().filter_map(link).collect())
}

/// How many people belong to a unit on a day.
///
/// # Errors
/// The database's.
pub async fn people_count(db: &impl ConnectionTrait, id: UnitId, on: NaiveDate) -> Result<usize> {
    let people: Vec<PersonId> = membership::Entity::find()
        .select_only()
        .column(membership::Column::PersonId)
        .filter(membership::Column::UnitId.eq(id))
        .filter(alive(membership::Column::ValidFrom, membership::Column::ValidTo, on))
        .distinct()
        .into_tuple()
        .all(db)
        .await?;
    Ok(people.len())
}

/// A unit as a person types it.
#[derive(Clone, Debug, Default)]
pub struct UnitInput {
    /// Official or own code.
    pub code: String,
    /// Code of its kind.
    pub kind: String,
    /// Full name.
    pub name: String,
    /// The unit above it.
    pub parent_id: Option<UnitId>,
    /// First day.
    pub valid_from: Option<NaiveDate>,
    /// Last day, inclusive.
    pub valid_to: Option<NaiveDate>,
    /// Where it comes from.
    pub source: Option<String>,
}

/// Adds a unit below one in the caller's scope. Roots come by import only.
///
/// # Errors
/// All wrong fields; a parent out of scope is an unknown one.
pub async fn add(store: &Store, caller: &Caller, input: UnitInput) -> Result<unit::Model> {
    let (scope, today) = (caller.scope(Permission::ManageUnits), caller.today);
    store
        .write(caller, move |tx| async move {
            let mut problems = Problems::new();
            let parent = match input.parent_id {
                Some(id) if scope.contains(tx.db(), id).await? => Some(find(tx.db(), id).await?),
                _ => None,
            };
            problems.check(input.parent_id.is_none(), "parent_id", "required");
            problems.check(input.parent_id.is_some() && parent.is_none(), "parent_id", "unknown_unit");
            let valid_from = input.valid_from.unwrap_or(today);
            problems.check(input.valid_to.is_some_and(|last| last < valid_from), "valid_to", "before_start");
            let starts_early = parent
                .as_ref()
                .is_some_and(|parent| valid_from < parent.valid_from || parent.valid_to.is_some_and(|last| last < valid_from));
            problems.check(starts_early, "valid_from", "outside_parent");
            let source = problems.optional_text("source", input.source.as_deref(), 300);
            let new = checked(&tx, problems, &input.code, &input.kind, &input.name).await?;
            create(
                &tx,
                NewUnit { parent_id: parent.map(|parent| parent.id), valid_from, valid_to: input.valid_to, source, ..new },
            )
            .await
        })
        .await
}

/// Code, kind and name of a new unit; the other fields are for the caller to fill in.
async fn checked(tx: &Tx, mut problems: Problems, code: &str, kind: &str, name: &str) -> Result<NewUnit> {
    let code = problems.line("code", code, 40);
    let name = problems.line("name", name, 200);
    let kind_code = problems.line("kind", kind, 40);
    let known = unit_kind::Entity::find_by_id(&kind_code).one(tx.db()).await?.is_some();
    problems.check(!kind_code.is_empty() && !known, "kind", "unknown_kind");
    problems.finish()?;
    Ok(NewUnit { code, kind_code, name, parent_id: None, valid_from: tx.today(), valid_to: None, source: None, sample: false })
}

/// Mends a mistyped name. A unit that is renamed by decision passes into another instead.
///
/// # Errors
/// Out of scope, a stale version, wrong fields.
pub async fn correct(store: &Store, caller: &Caller, id: UnitId, version: Version, name: String) -> Result<unit::Model> {
    let scope = caller.scope(Permission::ManageUnits);
    store
        .write(caller, move |tx| async move {
            if !scope.contains(tx.db(), id).await? {
                return Err(Error::NotFound);
            }
            let old = locked(&tx, id).await?;
            seen(version, old.version)?;
            let mut problems = Problems::new();
            let name = problems.line("name", &name, 200);
            problems.finish()?;
            let new = rename(&tx, &old, name).await?;
            tx.record(Event::on("unit.corrected", Subject::Unit, id.0).unit(id).change(&old, &new));
            Ok(new)
        })
        .await
}

/// A unit by id, locked until the work ends: what spans a unit is done one after the other. Rows that point at the unit
/// may be added meanwhile: their writers may hold what this work waits for.
pub(crate) async fn locked(tx: &Tx, id: UnitId) -> Result<unit::Model> {
    unit::Entity::find_by_id(id).lock(LockType::NoKeyUpdate).one(tx.db()).await?.ok_or(Error::NotFound)
}

async fn rename(tx: &Tx, old: &unit::Model, name: String) -> Result<unit::Model> {
    let row = unit::ActiveModel {
        id: Set(old.id),
        search_text: Set(folded(&name, &old.code)),
        name: Set(name),
        version: Set(old.version + 1),
        ..Default::default()
    };
    Ok(row.update(tx.db()).await?)
}

/// What a unit is found by.
fn folded(name: &str, code: &str) -> String {
    domain::text::fold(&format!("{name} {code}"))
}

/// A unit by id.
///
/// # Errors
/// 404 when there is none.
pub async fn find(db: &impl ConnectionTrait, id: UnitId) -> Result<unit::Model> {
    unit::Entity::find_by_id(id).one(db).await?.ok_or(Error::NotFound)
}

/// Levels and kinds of units (`data/unit-kinds.yaml`), loaded at every migration; known ones are kept up to date.
///
/// # Errors
/// The data file is broken, or the database's.
pub async fn load_reference(tx: &Tx) -> Result<()> {
    let data: Reference = serde_saphyr::from_str(include_str!("../../../data/unit-kinds.yaml"))
        .map_err(|error| Error::Internal(anyhow::anyhow!("data/unit-kinds.yaml: {error}")))?;
    for level in data.levels {
        let row = unit_level::ActiveModel { code: Set(level.code), name: Set(level.name), rank: Set(level.rank) };
        let known = OnConflict::column(unit_level::Column::Code)
            .update_columns([unit_level::Column::Name, unit_level::Column::Rank])
            .to_owned();
        unit_level::Entity::insert(row).on_conflict(known).exec_without_returning(tx.db()).await?;
    }
    for kind in data.kinds {
        let row = unit_kind::ActiveModel { code: Set(kind.code), name: Set(kind.name), level_code: Set(kind.level) };
        let known = OnConflict::column(unit_kind::Column::Code)
            .update_columns([unit_kind::Column::Name, unit_kind::Column::LevelCode])
            .to_owned();
        unit_kind::Entity::insert(row).on_conflict(known).exec_without_returning(tx.db()).await?;
    }
    Ok(())
}

#[derive(serde::Deserialize)]
struct Reference {
    levels: Vec<Level>,
    kinds: Vec<Kind>,
}

#[derive(serde::Deserialize)]
struct Level {
    code: String,
    name: String,
    rank: i32,
}

#[derive(serde::Deserialize)]
struct Kind {
    code: String,
    name: String,
    level: String,
}
