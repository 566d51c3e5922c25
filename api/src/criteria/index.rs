//! Results of indices published elsewhere (766): imported as read, never changed, ranked again.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use domain::draft::Problems;
use domain::id::{IndexResultId, UnitId};
use domain::index::{IndexCode, IndexPeriodKind, PartsCheck, Period, check_parts};
use domain::permission::Permission;
use domain::record::Subject;
use domain::rule::Refused;
use domain::scoring::{Contender, Exact, TiePolicy, rank};
use entities::{index_result, unit};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use serde::{Deserialize, Serialize};

use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::http::Slice;
use crate::store::{Event, Store, Tx, Writer};

/// Rows of one INSERT.
const CHUNK: usize = 500;

/// A reading of a source to be imported.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The index.
    pub index: IndexCode,
    /// `2026`, `2026-Q3` or `2026-10`.
    pub period: String,
    /// When the source was read.
    pub snapshot_at: DateTime<Utc>,
    /// Where from; the file's own `# Source` line when not said.
    pub source: Option<String>,
    /// The CSV text.
    pub file: String,
}

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Results that are new.
    pub created: usize,
    /// Known already, alike.
    pub unchanged: usize,
    /// Results whose unit is one of this installation.
    pub matched: usize,
    /// Codes of units whose parts are not all there.
    pub incomplete: Vec<String>,
    /// Codes of units whose parts do not sum to the total.
    pub differing: Vec<String>,
}

/// A row of the file.
struct Row {
    name: String,
    code: String,
    total: i64,
    parts: Vec<Option<i64>>,
    rank: Option<i32>,
}

/// One reading: the results of all units for a period at an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The index.
    pub index: IndexCode,
    /// The period.
    pub period: Period,
    /// When it was read.
    pub at: DateTime<Utc>,
    /// Where from.
    pub source: String,
    /// How many results.
    pub units: i64,
}

/// A result with its rank among all of its reading.
#[derive(Clone, Debug)]
pub struct Ranked {
    /// The result.
    pub row: index_result::Model,
    /// Competition rank by the exact total.
    pub rank: u32,
    /// Whether others have the same total.
    pub tied: bool,
    /// What total and parts say of each other.
    pub check: PartsCheck,
}

/// How many totals are shared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ties {
    /// Totals that more than one unit has.
    pub groups: usize,
    /// Units that have them.
    pub units: usize,
}

/// Imports a reading for a caller who issues criteria at the root of this installation.
///
/// # Errors
/// Not at the root; everything wrong in the file, cell by cell.
pub async fn import(store: &Store, caller: &Caller, reading: Reading) -> Result<Report> {
    let scope = caller.scope(Permission::ManageCriteria);
    let roots = unit::Entity::find().filter(unit::Column::ParentId.is_null()).filter(scope.covers(unit::Column::Id));
    if roots.one(store.read()).await?.is_none() {
        return Err(Error::Forbidden(Permission::ManageCriteria));
    }
    bring_in(store, caller, reading).await
}

/// Imports a reading.
///
/// # Errors
/// Everything wrong in the file, cell by cell.
pub async fn bring_in(store: &Store, writer: impl Into<Writer>, reading: Reading) -> Result<Report> {
    let Reading { index, period, snapshot_at, source, file } = reading;
    let mut problems = Problems::new();
    let period = period.parse::<Period>().map_err(|_unknown| problems.add("period", "period_wrong"));
    let source = source.or_else(|| own_source(&file)).unwrap_or_default();
    let source = problems.text("source", &source, 1_000);
    let rows = read(index, &file, &mut problems);
    problems.finish()?;
    let period = period.map_err(|()| Error::NotFound)?;
    if rows.is_empty() {
        return Err(Refused::new("index_snapshot_empty").into());
    }
    let snapshot = Snapshot { index, period, at: snapshot_at, source, units: 0 };
    store.write(writer, move |tx| async move { insert(&tx, &snapshot, rows).await }).await
}

/// The `# Source…` line of a file.
fn own_source(file: &str) -> Option<String> {
    let line = file.lines().find_map(|line| line.strip_prefix("# Source"))?;
    line.split_once(':').map(|(_, rest)| rest.trim().to_owned())
}

/// The rows of a file; `#` lines are comments. Every wrong cell is told of under `file/<line>/<column>`.
fn read(index: IndexCode, text: &str, problems: &mut Problems) -> Vec<Row> {
    let text = text.trim_start_matches('\u{feff}');
    let mut reader =
        csv::ReaderBuilder::new().comment(Some(b'#')).trim(csv::Trim::All).flexible(true).from_reader(text.as_bytes());
    let headers = match reader.headers() {
        Ok(headers) => headers.clone(),
        Err(error) => {
            problems.add_with("file", "csv_broken", vec![("what", error.to_string())]);
            return Vec::new();
        }
    };
    let place = |wanted: &str| headers.iter().position(|header| header == wanted);
    let known = ["name", "code", "total", "rank", "rank_commune", "rank_all"];
    for wanted in ["name", "code", "total"].iter().chain(index.parts()) {
        if place(wanted).is_none() {
            problems.add_with("file", "csv_column_missing", vec![("column", (*wanted).to_owned())]);
        }
    }
    for header in headers.iter().filter(|header| !known.contains(header) && !index.parts().contains(header)) {
        problems.add_with("file", "csv_column_unknown", vec![("column", header.to_owned())]);
    }
    if !problems.is_empty() {
        return Vec::new();
    }
    let rank_at = ["rank_commune", "rank", "rank_all"].into_iter().find_map(|name| Some((name, place(name)?)));
    let (mut rows, mut seen) = (Vec::new(), BTreeMap::new());
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                problems.add_with("file", "csv_broken", vec![("what", error.to_string())]);
                break;
            }
        };
        let line = record.position().map_or(0, csv::Position::line);
        let cell = |name: &str| place(name).and_then(|at| record.get(at)).unwrap_or_default();
        let at = |name: &str| format!("file/{line}/{name}");
        let code = problems.line(&at("code"), cell("code"), 60);
        if let Some(first) = seen.insert(code.clone(), line) {
            problems.add_with(at("code"), "index_unit_twice", vec![("code", code.clone()), ("line", first.to_string())]);
        }
        let name = problems.line(&at("name"), cell("name"), 300);
        let total = problems.text(&at("total"), cell("total"), 40);
        let total = stored(&total, &at("total"), problems).unwrap_or_default();
        let parts = index.parts().iter().map(|part| stored(cell(part), &at(part), problems)).collect();
        let rank = rank_at.and_then(|(name, place)| {
            let text = record.get(place).filter(|text| !text.is_empty())?;
            let found = text.parse().ok();
            if found.is_none() {
                problems.add_with(at(name), "index_number", vec![("text", text.to_owned())]);
            }
            found
        });
        rows.push(Row { name, code, total, parts, rank });
    }
    rows
}

/// A cell in 1/10,000; nothing of a blank one.
fn stored(text: &str, at: &str, problems: &mut Problems) -> Option<i64> {
    if text.is_empty() {
        return None;
    }
    let found = text.parse::<Exact>().ok().filter(|number| !number.is_negative());
    // What is finer than 1/10,000 would be stored as something else.
    let found = found.and_then(|number| number.to_stored().filter(|stored| Exact::from_stored(*stored) == number));
    if found.is_none() {
        problems.add_with(at, "index_number", vec![("text", text.to_owned())]);
    }
    found
}

async fn insert(tx: &Tx, snapshot: &Snapshot, rows: Vec<Row>) -> Result<Report> {
    let known: BTreeMap<String, index_result::Model> = index_result::Entity::find()
        .filter(of(snapshot.index, snapshot.period, snapshot.at))
        .all(tx.db())
        .await?
        .into_iter()
        .map(|row| (row.unit_code.clone(), row))
        .collect();
    let units = units_by_name(tx.db()).await?;
    let (mut report, mut problems, mut new) = (Report::default(), Problems::new(), Vec::new());
    for row in rows {
        match check_parts(row.total, &row.parts) {
            PartsCheck::Agree => {}
            PartsCheck::Missing(_) => report.incomplete.push(row.code.clone()),
            PartsCheck::Differ(_) => report.differing.push(row.code.clone()),
        }
        let unit_id = units.get(&name_key(&row.name)).copied().flatten();
        report.matched += usize::from(unit_id.is_some());
        let parts = parts_json(snapshot.index, &row.parts);
        if let Some(old) = known.get(&row.code) {
            let alike = old.total == row.total && old.parts == parts && old.published_rank == row.rank;
            if !alike {
                problems.add_with("file", "index_result_differs", vec![("code", row.code)]);
            }
            report.unchanged += 1;
            continue;
        }
        new.push(index_result::ActiveModel {
            id: Set(tx.id::<IndexResultId>()),
            index_code: Set(snapshot.index),
            unit_name: Set(row.name),
            unit_code: Set(row.code),
            unit_id: Set(unit_id),
            period_kind: Set(snapshot.period.kind),
            period_year: Set(snapshot.period.year),
            period_number: Set(snapshot.period.number),
            snapshot_at: Set(snapshot.at),
            total: Set(row.total),
            parts: Set(parts),
            published_rank: Set(row.rank),
            source: Set(snapshot.source.clone()),
            created_at: Set(tx.now()),
        });
    }
    problems.finish()?;
    report.created = new.len();
    for chunk in new.chunks(CHUNK) {
        index_result::Entity::insert_many(chunk.to_vec()).exec_without_returning(tx.db()).await?;
    }
    #[derive(Serialize)]
    struct Imported<'a> {
        index: IndexCode,
        period: String,
        snapshot_at: DateTime<Utc>,
        source: &'a str,
        report: &'a Report,
    }
    let Snapshot { index, period, at, source, .. } = snapshot;
    let said = Imported { index: *index, period: period.to_string(), snapshot_at: *at, source, report: &report };
    tx.record(
        Event {
            kind: "index_results.imported",
            subject: Subject::Installation,
            subject_id: None,
            unit_id: None,
            before: None,
            after: None,
            reason: None,
        }
        .after(&said),
    );
    Ok(report)
}

fn parts_json(index: IndexCode, parts: &[Option<i64>]) -> serde_json::Value {
    index
        .parts()
        .iter()
        .zip(parts)
        .map(|(code, part)| ((*code).to_owned(), (*part).into()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// The parts of a result in the order of its index.
#[must_use]
pub fn parts_of(row: &index_result::Model) -> Vec<(&'static str, Option<i64>)> {
    row.index_code.parts().iter().map(|code| (*code, row.parts.get(code).and_then(serde_json::Value::as_i64))).collect()
}

/// Units of today by name; none where two share it.
async fn units_by_name(db: &impl ConnectionTrait) -> Result<BTreeMap<String, Option<UnitId>>> {
    let rows: Vec<(UnitId, String)> = unit::Entity::find()
        .select_only()
        .columns([unit::Column::Id, unit::Column::Name])
        .filter(unit::Column::ValidTo.is_null())
        .into_tuple()
        .all(db)
        .await?;
    let mut found: BTreeMap<String, Option<UnitId>> = BTreeMap::new();
    for (id, name) in rows {
        found.entry(name_key(&name)).and_modify(|known| *known = None).or_insert(Some(id));
    }
    Ok(found)
}

/// «UBND Xã Chơ Long - Gia Lai» and «Xã Chơ Long» are one name.
fn name_key(name: &str) -> String {
    let folded = domain::text::fold(name);
    let bare = folded.strip_prefix("ubnd ").unwrap_or(&folded);
    bare.split(" - ").next().unwrap_or_default().trim().to_owned()
}

fn of(index: IndexCode, period: Period, at: DateTime<Utc>) -> Condition {
    use index_result::Column;
    Condition::all()
        .add(Column::IndexCode.eq(index))
        .add(Column::PeriodKind.eq(period.kind))
        .add(Column::PeriodYear.eq(period.year))
        .add(Column::PeriodNumber.eq(period.number))
        .add(Column::SnapshotAt.eq(at))
}

/// The readings of an index, the latest first.
///
/// # Errors
/// The database's.
pub async fn snapshots(db: &impl ConnectionTrait, index: IndexCode) -> Result<Vec<Snapshot>> {
    use index_result::Column;
    type Grouped = (IndexPeriodKind, i32, i32, DateTime<Utc>, String, i64);
    let rows: Vec<Grouped> = index_result::Entity::find()
        .select_only()
        .columns([Column::PeriodKind, Column::PeriodYear, Column::PeriodNumber, Column::SnapshotAt])
        .column_as(Column::Source.min(), "source")
        .column_as(Column::Id.count(), "units")
        .filter(Column::IndexCode.eq(index))
        .group_by(Column::PeriodKind)
        .group_by(Column::PeriodYear)
        .group_by(Column::PeriodNumber)
        .group_by(Column::SnapshotAt)
        .order_by_desc(Column::SnapshotAt)
        .order_by_desc(Column::PeriodYear)
        .order_by_asc(Column::PeriodKind)
        .order_by_desc(Column::PeriodNumber)
        .into_tuple()
        .all(db)
        .await?;
    let shown = |(kind, year, number, at, source, units): Grouped| Snapshot {
        index,
        period: Period { kind, year, number },
        at,
        source,
        units,
    };
    Ok(rows.into_iter().map(shown).collect())
}

/// The reading asked for: of this period and instant, else the latest that fits.
#[must_use]
pub fn choose(all: &[Snapshot], period: Option<Period>, at: Option<DateTime<Utc>>) -> Option<&Snapshot> {
    all.iter().find(|one| period.is_none_or(|period| one.period == period) && at.is_none_or(|at| one.at == at))
}

/// A page of a reading, the best total first, each with its rank among all of it: two statements.
/// One more row than asked for when there are more.
///
/// # Errors
/// The database's.
pub async fn ranking(db: &impl ConnectionTrait, snapshot: &Snapshot, slice: &Slice) -> Result<(Vec<Ranked>, Ties)> {
    use index_result::Column;
    let within = of(snapshot.index, snapshot.period, snapshot.at);
    let all: Vec<(IndexResultId, String, i64)> = index_result::Entity::find()
        .select_only()
        .columns([Column::Id, Column::UnitCode, Column::Total])
        .filter(within.clone())
        .into_tuple()
        .all(db)
        .await?;
    let totals: Vec<Exact> = all.iter().map(|(_, _, total)| Exact::from_stored(*total)).collect();
    let contenders: Vec<_> =
        all.iter().zip(&totals).map(|((_, code, _), total)| Contender { code, total, breakers: Vec::new() }).collect();
    let places: BTreeMap<IndexResultId, (u32, bool)> = rank(TiePolicy::Competition, &contenders)
        .into_iter()
        .filter_map(|place| Some((all.get(place.index)?.0, (place.rank, place.tied))))
        .collect();
    let shared: Vec<u32> = places.values().filter(|(_, tied)| *tied).map(|(rank, _)| *rank).collect();
    let ties = Ties { groups: shared.iter().collect::<BTreeSet<_>>().len(), units: shared.len() };
    let rows = index_result::Entity::find()
        .filter(within)
        .filter(slice.after(Column::Total, Column::Id, true))
        .order_by_desc(Column::Total)
        .order_by_desc(Column::Id)
        .limit(slice.fetch())
        .all(db)
        .await?;
    let ranked = |row: index_result::Model| {
        let (rank, tied) = places.get(&row.id).copied().unwrap_or_default();
        let parts: Vec<Option<i64>> = parts_of(&row).into_iter().map(|(_, part)| part).collect();
        Ranked { rank, tied, check: check_parts(row.total, &parts), row }
    };
    Ok((rows.into_iter().map(ranked).collect(), ties))
}
