//! The public-sector calendar and deadlines counted by it.

pub mod data;
pub mod http;
pub mod pages;

use chrono::{Datelike as _, NaiveDate};
use domain::calendar::{Calendar, DayKind, Deadline, DeadlineKind, DeadlineUnit};
use domain::draft::Problems;
use domain::id::{CalendarDayId, UnitId};
use domain::permission::{Permission, Role};
use domain::record::Subject;
use entities::{calendar_day, calendar_year, unit};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, ModelTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::auth::Caller;
use crate::error::{Error, Result, unique};
use crate::http::{Version, seen};
use crate::installation;
use crate::store::{Event, Store, Tx};

/// The setting that keeps which days an administrator has taken out, so that no upgrade brings them back.
const REMOVED: &str = "calendar.removed";

/// The calendar as it is now. Two statements; load it once for a whole list.
///
/// # Errors
/// The database's.
pub async fn load(db: &impl ConnectionTrait) -> Result<Calendar> {
    load_known_on(db, None).await
}

/// The calendar as it was published by a day.
///
/// # Errors
/// The database's.
pub async fn load_known_on(db: &impl ConnectionTrait, known_on: Option<NaiveDate>) -> Result<Calendar> {
    let days = calendar_day::Entity::find().order_by_asc(calendar_day::Column::OnDate).all(db).await?;
    let years = calendar_year::Entity::find().filter(calendar_year::Column::Published.eq(true)).all(db).await?;
    let days = days.into_iter().map(|row| data::Known {
        on: row.on_date,
        kind: row.kind,
        name: row.name,
        published_on: row.published_on,
    });
    Ok(data::calendar(days, years.into_iter().map(|row| row.year), known_on))
}

/// A term to be counted.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// The day of the event; it does not count itself.
    pub from: NaiveDate,
    /// How many.
    pub n: u32,
    /// Of what.
    pub unit: DeadlineUnit,
    /// Whether the last day belongs to it.
    pub kind: DeadlineKind,
    /// By the calendar as published on this day.
    pub known_on: Option<NaiveDate>,
}

/// Counts a deadline by the installation's calendar.
///
/// # Errors
/// Too far, or the database's.
pub async fn count(db: &impl ConnectionTrait, question: Question) -> Result<Deadline> {
    let calendar = load_known_on(db, question.known_on).await?;
    Ok(calendar.deadline(question.from, question.n, question.unit, question.kind)?)
}

/// The special days of a year, and whether its official list is out.
#[derive(Clone, Debug)]
pub struct Year {
    /// The year.
    pub year: i32,
    /// Whether counts that touch it are final.
    pub published: bool,
    /// Where that is known from.
    pub source: Option<String>,
    /// Its special days.
    pub days: Vec<calendar_day::Model>,
}

/// The special days of a year.
///
/// # Errors
/// The database's.
pub async fn year(db: &impl ConnectionTrait, year: i32) -> Result<Year> {
    let (Some(first), Some(last)) = (NaiveDate::from_ymd_opt(year, 1, 1), NaiveDate::from_ymd_opt(year, 12, 31)) else {
        return Err(Error::field("year", "bad_parameter"));
    };
    let days = calendar_day::Entity::find()
        .filter(calendar_day::Column::OnDate.between(first, last))
        .order_by_asc(calendar_day::Column::OnDate)
        .all(db)
        .await?;
    let known = calendar_year::Entity::find_by_id(year).one(db).await?;
    let (published, source) = known.map_or((false, None), |row| (row.published, row.source));
    Ok(Year { year, published, source, days })
}

/// Years the calendar says anything about, in order.
///
/// # Errors
/// The database's.
pub async fn years(db: &impl ConnectionTrait) -> Result<Vec<i32>> {
    let years =
        calendar_year::Entity::find().select_only().column(calendar_year::Column::Year).order_by_asc(calendar_year::Column::Year);
    Ok(years.into_tuple().all(db).await?)
}

/// A special day as a person enters it.
#[derive(Clone, Debug)]
pub struct DayInput {
    /// The day.
    pub on_date: Option<NaiveDate>,
    /// Why it differs from the ordinary week.
    pub kind: Option<DayKind>,
    /// Its name.
    pub name: String,
    /// The notice or law it rests on.
    pub source: String,
    /// When the notice came out.
    pub published_on: Option<NaiveDate>,
}

struct CheckedDay {
    on_date: NaiveDate,
    kind: DayKind,
    name: String,
    source: String,
    published_on: Option<NaiveDate>,
}

impl DayInput {
    fn check(self) -> Result<CheckedDay> {
        let mut problems = Problems::new();
        problems.check(self.on_date.is_none(), "on_date", "required");
        problems.check(self.kind.is_none(), "kind", "required");
        let name = problems.line("name", &self.name, 200);
        let source = problems.text("source", &self.source, 300);
        let weekend = self.on_date.is_some_and(|day| day.weekday().number_from_monday() > 5);
        let made_up = self.kind == Some(DayKind::MakeUpWorkday);
        problems.check(made_up && self.on_date.is_some() && !weekend, "kind", "make_up_needs_weekend");
        problems.finish()?;
        match (self.on_date, self.kind) {
            (Some(on_date), Some(kind)) => Ok(CheckedDay { on_date, kind, name, source, published_on: self.published_on }),
            _ => Err(Error::field("on_date", "required")),
        }
    }
}

/// The calendar is the whole installation's: only the business administration of its root changes it.
///
/// # Errors
/// 403 for everyone else.
pub async fn require_keeper(db: &impl ConnectionTrait, caller: &Caller) -> Result<()> {
    if is_keeper(db, caller).await? { Ok(()) } else { Err(Error::Forbidden(Permission::ManageCalendar)) }
}

/// Whether the caller may change the calendar.
///
/// # Errors
/// The database's.
pub async fn is_keeper(db: &impl ConnectionTrait, caller: &Caller) -> Result<bool> {
    if !caller.may(Permission::ManageCalendar) {
        return Ok(false);
    }
    let held: Vec<UnitId> =
        caller.grants.iter().filter(|held| held.role == Role::BusinessAdmin).filter_map(|held| held.unit).collect();
    let root = unit::Entity::find().filter(unit::Column::Id.is_in(held)).filter(unit::Column::ParentId.is_null()).one(db).await?;
    Ok(root.is_some())
}

/// Adds a special day. Due dates that are counted already stay as they were told.
///
/// # Errors
/// Not the keeper; wrong fields; the day has an entry.
pub async fn add_day(store: &Store, caller: &Caller, input: DayInput) -> Result<calendar_day::Model> {
    require_keeper(store.read(), caller).await?;
    let day = input.check()?;
    store
        .write(caller, move |tx| async move {
            let row = calendar_day::ActiveModel {
                id: Set(tx.id::<CalendarDayId>()),
                on_date: Set(day.on_date),
                kind: Set(day.kind),
                name: Set(day.name),
                source: Set(Some(day.source)),
                trust: Set(data::ENTERED.to_owned()),
                published_on: Set(day.published_on),
                version: Set(1),
            };
            let row = row.insert(tx.db()).await.map_err(unique("calendar_day", "on_date", "on_date"))?;
            know_year(&tx, row.on_date.year()).await?;
            tx.record(Event::on("calendar_day.created", Subject::CalendarDay, row.id.0).after(&row));
            Ok(row)
        })
        .await
}

/// Changes a special day.
///
/// # Errors
/// Not the keeper; a stale version; wrong fields.
pub async fn change_day(
    store: &Store,
    caller: &Caller,
    id: CalendarDayId,
    version: Version,
    input: DayInput,
) -> Result<calendar_day::Model> {
    require_keeper(store.read(), caller).await?;
    store
        .write(caller, move |tx| async move {
            let old = locked(&tx, id).await?;
            seen(version, old.version)?;
            let day = input.check()?;
            let row = calendar_day::ActiveModel {
                id: Set(id),
                on_date: Set(day.on_date),
                kind: Set(day.kind),
                name: Set(day.name),
                source: Set(Some(day.source)),
                trust: Set(data::ENTERED.to_owned()),
                published_on: Set(day.published_on),
                version: Set(old.version + 1),
            };
            let row = row.update(tx.db()).await.map_err(unique("calendar_day", "on_date", "on_date"))?;
            if old.on_date != row.on_date {
                forget(&tx, old.on_date).await?;
            }
            know_year(&tx, row.on_date.year()).await?;
            tx.record(Event::on("calendar_day.changed", Subject::CalendarDay, id.0).change(&old, &row));
            Ok(row)
        })
        .await
}

/// Takes a special day out; the ordinary week holds again.
///
/// # Errors
/// Not the keeper; a stale version.
pub async fn remove_day(store: &Store, caller: &Caller, id: CalendarDayId, version: Version) -> Result<()> {
    require_keeper(store.read(), caller).await?;
    store
        .write(caller, move |tx| async move {
            let old = locked(&tx, id).await?;
            seen(version, old.version)?;
            old.clone().delete(tx.db()).await?;
            forget(&tx, old.on_date).await?;
            tx.record(Event::on("calendar_day.removed", Subject::CalendarDay, id.0).change(&old, &serde_json::Value::Null));
            Ok(())
        })
        .await
}

/// Says whether the official list of a year is out; until then counts that touch it are provisional.
///
/// # Errors
/// Not the keeper; wrong fields.
pub async fn publish_year(store: &Store, caller: &Caller, year: i32, published: bool, source: String) -> Result<()> {
    require_keeper(store.read(), caller).await?;
    store
        .write(caller, move |tx| async move {
            let mut problems = Problems::new();
            problems.check(!(1990..=2100).contains(&year), "year", "bad_parameter");
            let source = problems.text("source", &source, 300);
            problems.finish()?;
            know_year(&tx, year).await?;
            let old = calendar_year::Entity::find_by_id(year).lock_exclusive().one(tx.db()).await?.ok_or(Error::NotFound)?;
            let row = calendar_year::ActiveModel { year: Set(year), published: Set(published), source: Set(Some(source)) };
            let row = row.update(tx.db()).await?;
            tx.record(Event {
                kind: "calendar_year.changed",
                subject: Subject::Installation,
                subject_id: None,
                unit_id: None,
                before: serde_json::to_value(&old).ok(),
                after: serde_json::to_value(&row).ok(),
                reason: None,
            });
            Ok(())
        })
        .await
}

/// A special day by id.
///
/// # Errors
/// 404 when there is none.
pub async fn find_day(db: &impl ConnectionTrait, id: CalendarDayId) -> Result<calendar_day::Model> {
    calendar_day::Entity::find_by_id(id).one(db).await?.ok_or(Error::NotFound)
}

async fn locked(tx: &Tx, id: CalendarDayId) -> Result<calendar_day::Model> {
    calendar_day::Entity::find_by_id(id).lock_exclusive().one(tx.db()).await?.ok_or(Error::NotFound)
}

/// Makes sure the year has its row, unpublished when it is new.
async fn know_year(tx: &Tx, year: i32) -> Result<()> {
    let row = calendar_year::ActiveModel { year: Set(year), published: Set(false), source: Set(None) };
    let known = sea_orm::sea_query::OnConflict::column(calendar_year::Column::Year).do_nothing().to_owned();
    calendar_year::Entity::insert(row).on_conflict(known).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// Notes a day that was taken out on purpose.
async fn forget(tx: &Tx, day: NaiveDate) -> Result<()> {
    let mut days = data::removed(tx.db()).await?;
    days.insert(day);
    installation::set(tx.db(), REMOVED, serde_json::to_value(days)?).await
}
