//! Units and successions from CSV files: all or nothing, every wrong line named, run again at will.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use domain::id::UnitId;
use domain::record::{Subject, SuccessionKind};
use domain::succession::{check_heir, check_heirs, check_span};
use entities::{unit, unit_kind, unit_path};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde::{Deserialize, Serialize};

use super::succession::{Passing, pass_on};
use super::{alive, folded, kinds, path, rename};
use crate::auth::session::sha256_hex;
use crate::error::{Error, Result};
use crate::store::{Event, Store, Tx, Writer};

/// Rows of one INSERT: SQLite takes 32,766 values, a unit has eleven.
const CHUNK: usize = 1000;

/// What is wrong with a file, line by line (the header is line 1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongLine {
    /// The line.
    pub line: u64,
    /// What is wrong with it; Vietnamese.
    pub what: String,
}

/// Why an import did nothing.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Lines that are wrong; nothing was imported.
    #[error("{}", .0.iter().map(|wrong| format!("dòng {}: {}", wrong.line, wrong.what)).collect::<Vec<_>>().join("\n"))]
    Lines(Vec<WrongLine>),
    /// Anything else.
    #[error(transparent)]
    Other(#[from] Error),
}

/// What an import did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Units or links that are new.
    pub created: usize,
    /// Units whose name was brought up to date.
    pub updated: usize,
    /// Known already.
    pub unchanged: usize,
}

/// The span of validity of every unit of a file.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    /// First day.
    pub from: NaiveDate,
    /// Last day, inclusive.
    pub to: Option<NaiveDate>,
}

#[derive(Clone, Debug, Deserialize)]
struct UnitLine {
    code: String,
    name: String,
    kind: String,
    #[serde(default)]
    parent_code: String,
}

/// A line with its number.
struct Numbered<T> {
    line: u64,
    row: T,
}

/// Imports a list of units (`code,name,kind,parent_code`; `kind` as official lists print it). A unit
/// is known by its code and first day: run again, the import only brings names up to date.
///
/// # Errors
/// Every wrong line; nothing of the file stays.
pub async fn units(store: &Store, bytes: &[u8], span: Span, source: &str) -> Result<Report, Refusal> {
    if span.to.is_some_and(|to| to < span.from) {
        return Err(Refusal::Other(Error::field("valid_to", "before_start")));
    }
    let lines = read::<UnitLine>(bytes)?;
    let kinds = kinds(store.read()).await?;
    let codes = check(&lines, &kinds)?;
    let (source, hash) = (source.to_owned(), sha256_hex(bytes));
    let outcome = store
        .write(Writer::Cli, move |tx| async move {
            match plan(&tx, lines, &codes, span, &source).await? {
                Ok(plan) => Ok(Ok(plan.carry_out(&tx, span, &source, &hash).await?)),
                Err(wrong) => Ok(Err(wrong)),
            }
        })
        .await?;
    outcome.map_err(|wrong: Vec<(u64, String)>| lines_of(wrong))
}

fn lines_of(wrong: Vec<(u64, String)>) -> Refusal {
    Refusal::Lines(wrong.into_iter().map(|(line, what)| WrongLine { line, what }).collect())
}

fn read<T: for<'de> Deserialize<'de>>(bytes: &[u8]) -> Result<Vec<Numbered<T>>, Refusal> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
    let headers = reader.headers().map_err(|error| lines_of(vec![(1, error.to_string())]))?.clone();
    let (mut rows, mut wrong) = (Vec::new(), Vec::new());
    for (index, record) in reader.records().enumerate() {
        let counted = index as u64 + 2;
        match record.and_then(|record| {
            let line = record.position().map_or(counted, csv::Position::line);
            record.deserialize(Some(&headers)).map(|row| Numbered { line, row })
        }) {
            Ok(row) => rows.push(row),
            Err(error) => {
                wrong.push((error.position().map_or(counted, csv::Position::line), format!("không đọc được ({error})")))
            }
        }
    }
    if wrong.is_empty() { Ok(rows) } else { Err(lines_of(wrong)) }
}

/// Checks what a file can be checked for alone. Gives the kind code of every line.
fn check(lines: &[Numbered<UnitLine>], kinds: &BTreeMap<String, unit_kind::Model>) -> Result<Vec<String>, Refusal> {
    let by_name: BTreeMap<String, &str> = kinds.values().map(|kind| (kind.name.to_lowercase(), kind.code.as_str())).collect();
    let mut wrong = Vec::new();
    let (mut codes, mut seen) = (Vec::new(), BTreeMap::new());
    for Numbered { line, row } in lines {
        if row.code.is_empty() || row.name.is_empty() {
            wrong.push((*line, "thiếu mã hoặc tên đơn vị".to_owned()));
        }
        if let Some(first) = seen.insert(row.code.as_str(), *line) {
            wrong.push((*line, format!("mã {} đã có ở dòng {first}", row.code)));
        }
        if domain::text::has_forbidden_characters(&row.name) {
            wrong.push((*line, "tên có ký tự điều khiển không được phép".to_owned()));
        }
        let kind = domain::text::clean(&row.kind).to_lowercase();
        match by_name.get(&kind) {
            Some(code) => codes.push((*code).to_owned()),
            None => wrong.push((*line, format!("không có loại đơn vị «{}»", row.kind))),
        }
    }
    if wrong.is_empty() { Ok(codes) } else { Err(lines_of(wrong)) }
}

/// What is to be written.
#[derive(Default)]
struct Plan {
    units: Vec<unit::ActiveModel>,
    paths: Vec<unit_path::ActiveModel>,
    renames: Vec<(unit::Model, String)>,
    unchanged: usize,
}

/// A place in the tree that lines can hang below: its ancestors, itself included.
type Above = Vec<(UnitId, i32, NaiveDate, Option<NaiveDate>)>;

async fn plan(
    tx: &Tx,
    lines: Vec<Numbered<UnitLine>>,
    codes: &[String],
    span: Span,
    source: &str,
) -> Result<Result<Plan, Vec<(u64, String)>>> {
    let known: BTreeMap<String, unit::Model> = unit::Entity::find()
        .filter(unit::Column::ValidFrom.eq(span.from))
        .all(tx.db())
        .await?
        .into_iter()
        .map(|row| (row.code.clone(), row))
        .collect();
    let mut places = outside(tx, &lines, &known, span).await?;
    let mut waiting: Vec<(Numbered<UnitLine>, &String)> = lines.into_iter().zip(codes).collect();
    let mut plan = Plan::default();
    loop {
        let before = waiting.len();
        let mut left = Vec::new();
        for (Numbered { line, row }, kind) in waiting {
            let above = if row.parent_code.is_empty() { Some(Above::new()) } else { places.get(&row.parent_code).cloned() };
            match (above, known.get(&row.code)) {
                (_, Some(old)) if places.contains_key(&row.code) => plan.meet(old, row.name),
                (Some(above), _) => {
                    let own = plan.add(tx, row, kind, above, span, source);
                    places.insert(own.0, own.1);
                }
                (None, _) => left.push((Numbered { line, row }, kind)),
            }
        }
        if left.is_empty() {
            return Ok(Ok(plan));
        }
        if left.len() == before {
            let what = |row: &UnitLine| format!("không tìm thấy đơn vị cấp trên {} của {}", row.parent_code, row.code);
            return Ok(Err(left.into_iter().map(|(Numbered { line, row }, _)| (line, what(&row))).collect()));
        }
        waiting = left;
    }
}

/// Units that are there already and that lines may hang below: those of the same first day, and
/// parents the file does not bring itself.
async fn outside(
    tx: &Tx,
    lines: &[Numbered<UnitLine>],
    known: &BTreeMap<String, unit::Model>,
    span: Span,
) -> Result<BTreeMap<String, Above>> {
    let in_file: BTreeSet<&str> = lines.iter().map(|line| line.row.code.as_str()).collect();
    let foreign: BTreeSet<&str> = lines
        .iter()
        .map(|line| line.row.parent_code.as_str())
        .filter(|code| !code.is_empty() && !in_file.contains(code))
        .collect();
    let mut units: BTreeMap<UnitId, String> = known.values().map(|row| (row.id, row.code.clone())).collect();
    for chunk in foreign.into_iter().collect::<Vec<_>>().chunks(CHUNK) {
        let rows = unit::Entity::find()
            .filter(unit::Column::Code.is_in(chunk.iter().copied()))
            .filter(alive(unit::Column::ValidFrom, unit::Column::ValidTo, span.from))
            .all(tx.db())
            .await?;
        units.extend(rows.into_iter().map(|row| (row.id, row.code)));
    }
    let mut places: BTreeMap<String, Above> = BTreeMap::new();
    for chunk in units.keys().copied().collect::<Vec<_>>().chunks(CHUNK) {
        for row in
            unit_path::Entity::find().filter(unit_path::Column::DescendantId.is_in(chunk.iter().copied())).all(tx.db()).await?
        {
            if let Some(code) = units.get(&row.descendant_id) {
                places.entry(code.clone()).or_default().push((row.ancestor_id, row.depth, row.valid_from, row.valid_to));
            }
        }
    }
    Ok(places)
}

impl Plan {
    fn meet(&mut self, old: &unit::Model, name: String) {
        let name = domain::text::clean(&name);
        if old.name == name {
            self.unchanged += 1;
        } else {
            self.renames.push((old.clone(), name));
        }
    }

    fn add(&mut self, tx: &Tx, row: UnitLine, kind: &str, above: Above, span: Span, source: &str) -> (String, Above) {
        let id: UnitId = tx.id();
        let name = domain::text::clean(&row.name);
        let parent = above.iter().find(|place| place.1 == 0).map(|place| place.0);
        let mut own: Above = vec![(id, 0, span.from, span.to)];
        own.extend(above.into_iter().map(|(ancestor, depth, from, to)| {
            (ancestor, depth + 1, from.max(span.from), [to, span.to].into_iter().flatten().min())
        }));
        self.paths.extend(own.iter().map(|(ancestor, depth, from, to)| path(*ancestor, id, *depth, *from, *to)));
        self.units.push(unit::ActiveModel {
            id: Set(id),
            search_text: Set(folded(&name, &row.code)),
            code: Set(row.code.clone()),
            kind_code: Set(kind.to_owned()),
            name: Set(name),
            parent_id: Set(parent),
            valid_from: Set(span.from),
            valid_to: Set(span.to),
            source: Set(Some(source.to_owned())),
            sample: Set(false),
            version: Set(1),
        });
        (row.code, own)
    }

    async fn carry_out(self, tx: &Tx, span: Span, source: &str, hash: &str) -> Result<Report> {
        let report = Report { created: self.units.len(), updated: self.renames.len(), unchanged: self.unchanged };
        for chunk in self.units.chunks(CHUNK) {
            unit::Entity::insert_many(chunk.to_vec()).exec_without_returning(tx.db()).await?;
        }
        for chunk in self.paths.chunks(CHUNK) {
            unit_path::Entity::insert_many(chunk.to_vec()).exec_without_returning(tx.db()).await?;
        }
        for (old, name) in self.renames {
            let new = rename(tx, &old, name).await?;
            tx.record(Event::on("unit.corrected", Subject::Unit, old.id.0).unit(old.id).change(&old, &new));
        }
        record(
            tx,
            "units.imported",
            serde_json::json!({
                "source": source, "sha256": hash, "valid_from": span.from, "valid_to": span.to, "created": report.created, "updated": report.updated,
            }),
        );
        Ok(report)
    }
}

/// One event for the whole file: its hash says exactly what came in.
fn record(tx: &Tx, kind: &'static str, after: serde_json::Value) {
    tx.record(Event {
        kind,
        subject: Subject::Installation,
        subject_id: None,
        unit_id: None,
        before: None,
        after: Some(after),
        reason: None,
    });
}

#[derive(Clone, Debug, Deserialize)]
struct SuccessionLine {
    from_code: String,
    from_valid_from: NaiveDate,
    #[serde(default)]
    to_code: String,
    #[serde(default)]
    to_valid_from: Option<NaiveDate>,
    kind: SuccessionKind,
    on: NaiveDate,
    ground: String,
}

type Key = (String, NaiveDate);

/// One unit with all its heirs, as several lines say it.
struct Group {
    line: u64,
    from: unit::Model,
    kind: SuccessionKind,
    on: NaiveDate,
    ground: String,
    heirs: Vec<unit::Model>,
}

/// Imports recorded successions (`from_code,from_valid_from,to_code,to_valid_from,kind,on,ground`).
/// Units are named by code and first day; a code alone links nothing.
///
/// # Errors
/// Every wrong line; nothing of the file stays.
pub async fn successions(store: &Store, bytes: &[u8]) -> Result<Report, Refusal> {
    let lines = read::<SuccessionLine>(bytes)?;
    let hash = sha256_hex(bytes);
    let outcome = store
        .write(Writer::Cli, move |tx| async move {
            let units = named(&tx, &lines).await?;
            let groups = match groups(&lines, &units) {
                Ok(groups) => groups,
                Err(wrong) => return Ok(Err(wrong)),
            };
            match link_all(&tx, groups).await? {
                Ok(report) => {
                    record(&tx, "successions.imported", serde_json::json!({ "sha256": hash, "created": report.created }));
                    Ok(Ok(report))
                }
                // Rolls back what the earlier lines did; the lines are told by the error's text.
                Err(wrong) => Err(Error::Internal(anyhow::Error::new(lines_of(wrong)))),
            }
        })
        .await;
    match outcome {
        Ok(outcome) => outcome.map_err(lines_of),
        Err(Error::Internal(error)) => {
            Err(error.downcast::<Refusal>().unwrap_or_else(|other| Refusal::Other(Error::Internal(other))))
        }
        Err(other) => Err(Refusal::Other(other)),
    }
}

/// Every unit the lines name, by code and first day.
async fn named(tx: &Tx, lines: &[Numbered<SuccessionLine>]) -> Result<BTreeMap<Key, unit::Model>> {
    let codes: BTreeSet<&str> = lines
        .iter()
        .flat_map(|line| [line.row.from_code.as_str(), line.row.to_code.as_str()])
        .filter(|code| !code.is_empty())
        .collect();
    let mut units = BTreeMap::new();
    for chunk in codes.into_iter().collect::<Vec<_>>().chunks(CHUNK) {
        let rows = unit::Entity::find().filter(unit::Column::Code.is_in(chunk.iter().copied())).all(tx.db()).await?;
        units.extend(rows.into_iter().map(|row| ((row.code.clone(), row.valid_from), row)));
    }
    Ok(units)
}

fn groups(lines: &[Numbered<SuccessionLine>], units: &BTreeMap<Key, unit::Model>) -> Result<Vec<Group>, Vec<(u64, String)>> {
    let mut wrong = Vec::new();
    let mut groups: BTreeMap<(Key, NaiveDate), Group> = BTreeMap::new();
    for Numbered { line, row } in lines {
        let unknown = |code: &str, from: Option<NaiveDate>| {
            (*line, format!("không có đơn vị mã {code} bắt đầu từ {}", from.map(|day| day.to_string()).unwrap_or_default()))
        };
        let key = (row.from_code.clone(), row.from_valid_from);
        let Some(from) = units.get(&key) else {
            wrong.push(unknown(&row.from_code, Some(row.from_valid_from)));
            continue;
        };
        let heir = match (row.to_code.as_str(), row.to_valid_from) {
            ("", _) => None,
            (code, begins) => match begins.and_then(|begins| units.get(&(code.to_owned(), begins))) {
                Some(heir) => Some(heir.clone()),
                None => {
                    wrong.push(unknown(code, begins));
                    continue;
                }
            },
        };
        if row.ground.is_empty() {
            wrong.push((*line, "thiếu căn cứ".to_owned()));
        }
        let empty = || Group {
            line: *line,
            from: from.clone(),
            kind: row.kind,
            on: row.on,
            ground: row.ground.clone(),
            heirs: Vec::new(),
        };
        let group = groups.entry((key, row.on)).or_insert_with(empty);
        if group.kind != row.kind {
            wrong.push((*line, format!("cùng một đơn vị, khác hình thức với dòng {}", group.line)));
        }
        group.heirs.extend(heir);
    }
    if wrong.is_empty() { Ok(groups.into_values().collect()) } else { Err(wrong) }
}

async fn link_all(tx: &Tx, groups: Vec<Group>) -> Result<Result<Report, Vec<(u64, String)>>> {
    let linked: BTreeSet<(UnitId, Option<UnitId>)> = entities::unit_succession::Entity::find()
        .all(tx.db())
        .await?
        .into_iter()
        .map(|row| (row.from_unit_id, row.to_unit_id))
        .collect();
    let (mut report, mut wrong) = (Report::default(), Vec::new());
    for group in groups {
        let to: Vec<Option<UnitId>> =
            if group.heirs.is_empty() { vec![None] } else { group.heirs.iter().map(|heir| Some(heir.id)).collect() };
        let fresh = to.iter().filter(|to| !linked.contains(&(group.from.id, **to))).count();
        if fresh == 0 {
            report.unchanged += to.len();
            continue;
        }
        match link_one(tx, &group).await {
            Ok(()) => report.created += fresh,
            Err(Error::Rule(refused)) => wrong.push((group.line, reason(refused.code))),
            Err(other) => return Err(other),
        }
    }
    Ok(if wrong.is_empty() { Ok(report) } else { Err(wrong) })
}

async fn link_one(tx: &Tx, group: &Group) -> Result<()> {
    check_heirs(group.kind, group.heirs.len())?;
    check_span(group.from.valid_from, group.from.valid_to, group.on)?;
    for heir in &group.heirs {
        check_heir(heir.valid_from, heir.valid_to, group.on)?;
    }
    let passing = Passing { kind: group.kind, on: group.on, ground: &group.ground, duties_to: &[], sample: false };
    pass_on(tx, group.from.clone(), &passing, group.heirs.clone()).await?;
    Ok(())
}

/// The command line has no catalogue; these are the rules a line can break.
fn reason(code: &str) -> String {
    match code {
        "succession_heirs" => "số đơn vị kế thừa không hợp với hình thức",
        "succession_before_start" => "ngày kế thừa không sau ngày đơn vị cũ bắt đầu",
        "unit_already_ended" => "đơn vị cũ đã kết thúc trước đó",
        "successor_not_alive" => "đơn vị kế thừa không hoạt động vào ngày đó",
        "unit_has_children" => "đơn vị cũ còn đơn vị trực thuộc",
        "duties_without_heir" => "đơn vị cũ còn việc chưa xong, phải ghi nhận trên phần mềm để chọn đơn vị nhận từng việc",
        other => other,
    }
    .to_owned()
}
