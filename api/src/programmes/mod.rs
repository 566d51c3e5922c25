//! Yearly programmes: what a unit means to inspect, approved by the person who orders inspections.

pub mod http;
pub mod pages;

use domain::draft::Problems;
use domain::id::{ProgrammeId, UnitId};
use domain::permission::{Permission, Role};
use domain::record::{ProgrammeState, Subject};
use domain::rule::{Refused, require};
use entities::{inspection, programme};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::http::{Slice, Version, seen};
use crate::store::{Event, Store, Tx};

/// A programme to be written.
#[derive(Clone, Debug)]
pub struct NewProgramme {
    /// The inspecting unit; may be left out by who plans for one unit only.
    pub unit_id: Option<UnitId>,
    /// The year.
    pub year: i32,
    /// Its texts.
    pub texts: Texts,
}

/// The texts of a programme.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    /// Title.
    pub title: String,
    /// What it is for.
    pub objective: Option<String>,
    /// Căn cứ, one a line.
    pub legal_basis: Option<String>,
}

/// Which programmes are asked for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this year.
    pub year: Option<i32>,
    /// Of this unit.
    pub unit_id: Option<UnitId>,
    /// In this state.
    pub state: Option<ProgrammeState>,
}

/// Programmes in the caller's scope, the latest year first; one more than asked for when there are more.
///
/// # Errors
/// The database's.
pub async fn list(db: &impl ConnectionTrait, caller: &Caller, filter: &Filter, slice: &Slice) -> Result<Vec<programme::Model>> {
    use programme::Column;
    let wanted = Condition::all()
        .add_option(filter.year.map(|year| Column::Year.eq(year)))
        .add_option(filter.unit_id.map(|unit| Column::UnitId.eq(unit)))
        .add_option(filter.state.map(|state| Column::State.eq(state)));
    Ok(programme::Entity::find()
        .filter(caller.scope(Permission::ReadProgrammes).covers(Column::UnitId))
        .filter(wanted)
        .filter(slice.after(Column::Year, Column::Id, true))
        .order_by_desc(Column::Year)
        .order_by_desc(Column::Id)
        .limit(slice.fetch())
        .all(db)
        .await?)
}

/// A programme in the caller's scope.
///
/// # Errors
/// 404 when there is none.
pub async fn find(db: &impl ConnectionTrait, caller: &Caller, id: ProgrammeId) -> Result<programme::Model> {
    let scope = caller.scope(Permission::ReadProgrammes);
    programme::Entity::find_by_id(id).filter(scope.covers(programme::Column::UnitId)).one(db).await?.ok_or(Error::NotFound)
}

/// The inspections of a programme by day.
///
/// # Errors
/// The database's.
pub async fn inspections(db: &impl ConnectionTrait, caller: &Caller, id: ProgrammeId) -> Result<Vec<inspection::Model>> {
    Ok(inspection::Entity::find()
        .filter(inspection::Column::ProgrammeId.eq(id))
        .filter(crate::inspections::access::visible(caller))
        .order_by_asc(inspection::Column::PlannedOn)
        .order_by_asc(inspection::Column::Id)
        .all(db)
        .await?)
}

/// What the caller may do with a programme.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rights {
    /// Change its texts.
    pub edit: bool,
    /// Approve it.
    pub approve: bool,
    /// Close it.
    pub close: bool,
}

/// What the caller may do with this programme now.
///
/// # Errors
/// The database's.
pub async fn rights(db: &impl ConnectionTrait, caller: &Caller, row: &programme::Model) -> Result<Rights> {
    let writes = caller.scope(Permission::EditProgrammes).contains(db, row.unit_id).await?;
    let orders = caller.holds_at(db, &[Role::OrderingAuthority], row.unit_id).await?;
    let state = row.state;
    Ok(Rights {
        edit: writes && state == ProgrammeState::Draft,
        approve: orders && state == ProgrammeState::Draft,
        close: writes && state == ProgrammeState::Approved,
    })
}

/// Writes a programme.
///
/// # Errors
/// Wrong fields; a unit the caller does not plan for.
pub async fn create(store: &Store, caller: &Caller, new: NewProgramme) -> Result<programme::Model> {
    let NewProgramme { unit_id, year, texts } = new;
    let mut problems = Problems::new();
    let texts = check(texts, &mut problems);
    if !(2000..=2100).contains(&year) {
        problems.add_with("year", "out_of_range", vec![("min", "2000".to_owned()), ("max", "2100".to_owned())]);
    }
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let unit = crate::inspections::plan::own_unit(tx.db(), &who, Permission::EditProgrammes, unit_id).await?;
            let unit = unit.map_err(|code| problems.add("unit_id", code));
            problems.finish()?;
            insert(&tx, unit.map_err(|()| Error::NotFound)?, year, texts).await
        })
        .await
}

async fn insert(tx: &Tx, unit: UnitId, year: i32, texts: Texts) -> Result<programme::Model> {
    let number = tx.next_number(&format!("programme:{unit}:{year}")).await?;
    let row = programme::ActiveModel {
        id: Set(tx.id::<ProgrammeId>()),
        code: Set(format!("CT-{year}-{number:02}")),
        year: Set(year),
        unit_id: Set(unit),
        title: Set(texts.title),
        objective: Set(texts.objective),
        legal_basis: Set(texts.legal_basis),
        state: Set(ProgrammeState::Draft),
        approved_by_id: Set(None),
        approved_at: Set(None),
        version: Set(1),
        created_at: Set(tx.now()),
    }
    .insert(tx.db())
    .await?;
    tx.record(Event::on("programme.created", Subject::Programme, row.id.0).unit(unit).after(&row));
    Ok(row)
}

fn check(texts: Texts, problems: &mut Problems) -> Texts {
    let Texts { title, objective, legal_basis } = texts;
    Texts {
        title: problems.text("title", &title, 300),
        objective: problems.optional_text("objective", objective.as_deref(), 4_000),
        legal_basis: problems.optional_text("legal_basis", legal_basis.as_deref(), 4_000),
    }
}

/// Replaces the texts of a draft.
///
/// # Errors
/// 404, stale, wrong fields, not a draft any more.
pub async fn update(store: &Store, caller: &Caller, id: ProgrammeId, version: Version, texts: Texts) -> Result<programme::Model> {
    let mut problems = Problems::new();
    let texts = check(texts, &mut problems);
    problems.finish()?;
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let before = locked(&tx, &who, id, version).await?;
            let writes = who.scope(Permission::EditProgrammes).contains(tx.db(), before.unit_id).await?;
            require(writes, "planner_only")?;
            require(before.state == ProgrammeState::Draft, "programme_not_draft")?;
            let Texts { title, objective, legal_basis } = texts;
            let row = programme::ActiveModel {
                title: Set(title),
                objective: Set(objective),
                legal_basis: Set(legal_basis),
                ..next(&before)
            };
            save(&tx, "programme.updated", &before, row).await
        })
        .await
}

/// Approves a draft; the act of the ordering authority.
///
/// # Errors
/// 404, stale, not the caller's act, not a draft.
pub async fn approve(store: &Store, caller: &Caller, id: ProgrammeId, version: Version) -> Result<programme::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let before = locked(&tx, &who, id, version).await?;
            let orders = who.holds_at(tx.db(), &[Role::OrderingAuthority], before.unit_id).await?;
            require(orders, "ordering_authority_only")?;
            require(before.state == ProgrammeState::Draft, "programme_not_draft")?;
            let row = programme::ActiveModel {
                state: Set(ProgrammeState::Approved),
                approved_by_id: Set(Some(who.person)),
                approved_at: Set(Some(tx.now())),
                ..next(&before)
            };
            save(&tx, "programme.approved", &before, row).await
        })
        .await
}

/// Closes an approved programme once every inspection of it is closed or cancelled.
///
/// # Errors
/// 404, stale, not the caller's act, not approved, `programme_inspections_open`.
pub async fn close(store: &Store, caller: &Caller, id: ProgrammeId, version: Version) -> Result<programme::Model> {
    use domain::inspection::InspectionState;
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let before = locked(&tx, &who, id, version).await?;
            let writes = who.scope(Permission::EditProgrammes).contains(tx.db(), before.unit_id).await?;
            require(writes, "planner_only")?;
            require(before.state == ProgrammeState::Approved, "programme_not_approved")?;
            let open = inspection::Entity::find()
                .filter(inspection::Column::ProgrammeId.eq(id))
                .filter(inspection::Column::State.is_not_in([InspectionState::Closed, InspectionState::Cancelled]))
                .count(tx.db())
                .await?;
            if open > 0 {
                return Err(Refused::new("programme_inspections_open").with("count", open).into());
            }
            save(&tx, "programme.closed", &before, programme::ActiveModel { state: Set(ProgrammeState::Closed), ..next(&before) })
                .await
        })
        .await
}

async fn locked(tx: &Tx, caller: &Caller, id: ProgrammeId, version: Version) -> Result<programme::Model> {
    find(tx.db(), caller, id).await?;
    let row = programme::Entity::find_by_id(id).lock_exclusive().one(tx.db()).await?.ok_or(Error::NotFound)?;
    seen(version, row.version)?;
    Ok(row)
}

fn next(before: &programme::Model) -> programme::ActiveModel {
    programme::ActiveModel { id: Set(before.id), version: Set(before.version + 1), ..Default::default() }
}

async fn save(tx: &Tx, event: &'static str, before: &programme::Model, row: programme::ActiveModel) -> Result<programme::Model> {
    let after =
        programme::Entity::update(row).validate()?.filter(programme::Column::Version.eq(before.version)).exec(tx.db()).await?;
    tx.record(Event::on(event, Subject::Programme, after.id.0).unit(after.unit_id).change(before, &after));
    Ok(after)
}
