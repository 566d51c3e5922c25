//! `data/holidays-vn.yaml`: the calendar that comes with the program, and files like it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike as _, NaiveDate};
use domain::calendar::{Calendar, DayKind};
use domain::record::Subject;
use entities::{calendar_day, calendar_year, setting};
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, ConnectionTrait, EntityTrait as _};
use serde::{Deserialize, Serialize};

use super::REMOVED;
use crate::auth::session::sha256_hex;
use crate::error::{Error, Result};
use crate::installation;
use crate::store::{Event, Store, Tx, Writer};

const EMBEDDED: &str = include_str!("../../../data/holidays-vn.yaml");
/// The setting that keeps the hash of the list loaded last.
const LOADED: &str = "calendar.loaded";
/// The trust mark of a day that a person entered.
pub const ENTERED: &str = "entered";
/// The trust mark of a day without an official source.
const UNVERIFIED: &str = "unverified";

/// A special day, as far as counting needs it.
#[derive(Clone, Debug)]
pub struct Known {
    /// The day.
    pub on: NaiveDate,
    /// Why it differs.
    pub kind: DayKind,
    /// Its name.
    pub name: String,
    /// When the notice came out.
    pub published_on: Option<NaiveDate>,
}

/// A calendar of days and published years. With `known_on`, what came out later is left out, and a
/// year counts as published only once it has begun: nothing shows that it was known before.
pub fn calendar(days: impl Iterator<Item = Known>, years: impl Iterator<Item = i32>, known_on: Option<NaiveDate>) -> Calendar {
    let by_then = |published: Option<NaiveDate>| known_on.is_none_or(|known| published.is_none_or(|on| on <= known));
    Calendar::new(
        days.filter(|day| by_then(day.published_on)).map(|day| (day.on, day.kind, day.name)),
        years.filter(|year| known_on.is_none_or(|known| known.year() >= *year)),
    )
}

/// The calendar that comes with the program, without any database.
///
/// # Errors
/// The data file is broken.
pub fn embedded(known_on: Option<NaiveDate>) -> Result<Calendar> {
    let file = File::parse(EMBEDDED)?;
    let years: Vec<i32> = file.years.iter().filter(|(_, days)| published(days)).map(|(year, _)| *year).collect();
    let days = file.years.into_values().flatten();
    let days = days.map(|day| Known { on: day.date, kind: day.kind, name: day.name_vi, published_on: day.published_on });
    Ok(calendar(days, years.into_iter(), known_on))
}

/// A file of special days by year.
#[derive(Debug, Deserialize)]
struct File {
    years: BTreeMap<i32, Vec<Day>>,
}

#[derive(Clone, Debug, Deserialize)]
struct Day {
    date: NaiveDate,
    name_vi: String,
    kind: DayKind,
    status: String,
    #[serde(default)]
    source: Option<String>,
    #[serde(default)]
    published_on: Option<NaiveDate>,
}

impl File {
    fn parse(text: &str) -> Result<Self> {
        let file: Self = serde_saphyr::from_str(text).map_err(|error| Error::Internal(anyhow::anyhow!("lịch nghỉ: {error}")))?;
        for (year, days) in &file.years {
            if let Some(stray) = days.iter().find(|day| day.date.year() != *year) {
                return Err(Error::Internal(anyhow::anyhow!("lịch nghỉ: {} không thuộc năm {year}", stray.date)));
            }
        }
        Ok(file)
    }
}

/// A year is published when nothing in its list waits for an official notice.
fn published(days: &[Day]) -> bool {
    !days.is_empty() && days.iter().all(|day| day.status != UNVERIFIED)
}

/// What an import did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Days that are new.
    pub created: usize,
    /// Days brought up to date.
    pub updated: usize,
    /// Days that were right already.
    pub unchanged: usize,
}

/// Loads the list that comes with the program when it is another than last time. Days a person has
/// entered, changed or taken out stay as they are.
///
/// # Errors
/// The data file is broken, or the database's.
pub(crate) async fn load_reference(tx: &Tx) -> Result<()> {
    let hash = serde_json::Value::String(sha256_hex(EMBEDDED.as_bytes()));
    let loaded = setting::Entity::find_by_id(LOADED).one(tx.db()).await?;
    if loaded.is_some_and(|row| row.value == hash) {
        return Ok(());
    }
    let removed = removed(tx.db()).await?;
    apply(tx, File::parse(EMBEDDED)?, |day, known| !removed.contains(&day) && known.is_none_or(|row| row.trust != ENTERED))
        .await?;
    installation::set(tx.db(), LOADED, hash).await
}

/// Imports a file of special days; what it says replaces what is there.
///
/// # Errors
/// The file is broken, or the database's.
pub async fn import(store: &Store, text: &str) -> Result<Report> {
    let file = File::parse(text)?;
    let hash = sha256_hex(text.as_bytes());
    store
        .write(Writer::Cli, move |tx| async move {
            let report = apply(&tx, file, |_, _| true).await?;
            tx.record(Event {
                kind: "calendar.imported",
                subject: Subject::Installation,
                subject_id: None,
                unit_id: None,
                before: None,
                after: Some(serde_json::json!({ "sha256": hash, "created": report.created, "updated": report.updated })),
                reason: None,
            });
            Ok(report)
        })
        .await
}

async fn apply(tx: &Tx, file: File, wanted: impl Fn(NaiveDate, Option<&calendar_day::Model>) -> bool) -> Result<Report> {
    let known: BTreeMap<NaiveDate, calendar_day::Model> =
        calendar_day::Entity::find().all(tx.db()).await?.into_iter().map(|row| (row.on_date, row)).collect();
    let (mut report, mut fresh) = (Report::default(), Vec::new());
    for (year, days) in &file.years {
        know(tx, *year, published(days)).await?;
        for day in days {
            let old = known.get(&day.date);
            if !wanted(day.date, old) {
                continue;
            }
            match old {
                None => fresh.push(row(tx, day, None)),
                Some(old) if same(old, day) => report.unchanged += 1,
                Some(old) => {
                    row(tx, day, Some(old)).update(tx.db()).await?;
                    report.updated += 1;
                }
            }
        }
    }
    report.created = fresh.len();
    for chunk in fresh.chunks(500) {
        calendar_day::Entity::insert_many(chunk.to_vec()).exec_without_returning(tx.db()).await?;
    }
    Ok(report)
}

/// Notes a year. Published stays published: a list never takes that back.
async fn know(tx: &Tx, year: i32, published: bool) -> Result<()> {
    let old = calendar_year::Entity::find_by_id(year).one(tx.db()).await?;
    let row = |published| calendar_year::ActiveModel { year: Set(year), published: Set(published), source: Set(None) };
    match old {
        None => {
            row(published).insert(tx.db()).await?;
        }
        Some(old) if published && !old.published => {
            row(true).update(tx.db()).await?;
        }
        Some(_) => {}
    }
    Ok(())
}

fn same(old: &calendar_day::Model, day: &Day) -> bool {
    old.kind == day.kind
        && old.name == day.name_vi
        && old.trust == day.status
        && old.source == day.source
        && old.published_on == day.published_on
}

fn row(tx: &Tx, day: &Day, old: Option<&calendar_day::Model>) -> calendar_day::ActiveModel {
    calendar_day::ActiveModel {
        id: Set(old.map_or_else(|| tx.id(), |old| old.id)),
        on_date: Set(day.date),
        kind: Set(day.kind),
        name: Set(day.name_vi.clone()),
        source: Set(day.source.clone()),
        trust: Set(day.status.clone()),
        published_on: Set(day.published_on),
        version: Set(old.map_or(1, |old| old.version + 1)),
    }
}

/// The days an administrator has taken out.
pub(super) async fn removed(db: &impl ConnectionTrait) -> Result<BTreeSet<NaiveDate>> {
    let row = setting::Entity::find_by_id(REMOVED).one(db).await?;
    Ok(row.map(|row| serde_json::from_value(row.value)).transpose()?.unwrap_or_default())
}
