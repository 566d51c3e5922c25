//! Dossier figures from CSV and XLSX files: every wrong cell named, and nothing written unless all rows are good.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use calamine::{DataRef, DataType as _, Reader as _, Xlsx};
use chrono::NaiveDate;
use domain::dossier::{Counter, Period, PeriodKind, Source, read_figure};
use domain::draft::{FieldError, Problems};
use domain::id::UnitId;
use domain::permission::Permission;
use domain::record::Subject;
use domain::text::{clean, fold};
use entities::{dossier_report, unit};
use render::{Catalogue, Lang};
use sea_orm::{ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _};
use serde::{Deserialize, Serialize};

use super::{Report, check, figures, row_of, save};
use crate::auth::Caller;
use crate::auth::session::sha256_hex;
use crate::error::{Error, Result};
use crate::store::{Event, Store, Tx, Writer};

/// Most rows of one file.
const MAX_ROWS: usize = 2_000;
/// Most columns that are looked at.
const MAX_COLUMNS: u32 = 100;
/// Most bytes an XLSX file may unpack to: a small archive can hold gigabytes of zeros.
const MAX_UNPACKED: u64 = 64 * 1024 * 1024;
/// Most wrong cells that are told at once.
const MAX_ERRORS: usize = 200;
/// Rows of one INSERT.
const CHUNK: usize = 500;

/// Who imports.
#[derive(Clone, Debug)]
pub enum Importer {
    /// A person, inside their scope.
    Caller(Box<Caller>),
    /// The command line, everywhere.
    Cli,
}

impl Importer {
    fn caller(&self) -> Option<&Caller> {
        match self {
            Self::Caller(caller) => Some(caller),
            Self::Cli => None,
        }
    }
}

/// What happens to a row of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// New figures.
    Created,
    /// Figures that were there and are others now.
    Updated,
    /// The same figures are there.
    Unchanged,
}

/// What an import did, or would do.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Imported {
    /// New reports.
    pub created: u64,
    /// Changed reports.
    pub updated: u64,
    /// Reports that stay.
    pub unchanged: u64,
    /// Row by row.
    pub lines: Vec<Line>,
}

/// A row of the file as it was understood.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Line {
    /// Its number in the file, the header being 1.
    pub row: u64,
    /// Name of the unit.
    pub unit: String,
    /// The period.
    pub period: Period,
    /// Lĩnh vực; blank for all fields.
    pub field: String,
    /// The source.
    pub source: Source,
    /// What happens to it.
    pub outcome: Outcome,
}

/// The cells of a file as text; the first row that is not blank is the header.
#[derive(Clone, Debug, Default)]
pub struct Table {
    rows: Vec<(u64, Vec<String>)>,
}

/// Reads a CSV or XLSX file into cells.
///
/// # Errors
/// On the field `file`: not readable, no rows, too long.
pub async fn read(bytes: Vec<u8>) -> Result<Table> {
    // Unpacking and parsing take the processor, not the network.
    let read =
        tokio::task::spawn_blocking(move || if bytes.starts_with(b"PK\x03\x04") { read_xlsx(&bytes) } else { read_csv(&bytes) });
    let mut table = read.await.map_err(|error| Error::Internal(anyhow::anyhow!("reading a file: {error}")))??;
    table.rows.retain(|(_, cells)| cells.iter().any(|cell| !cell.trim().is_empty()));
    if table.rows.len() < 2 {
        return Err(Error::field("file", "file_no_rows"));
    }
    if table.rows.len() > MAX_ROWS + 1 {
        return Err(too_long(MAX_ROWS));
    }
    Ok(table)
}

pub(crate) fn unreadable() -> Error {
    Error::field("file", "file_unreadable")
}

fn too_long(max: usize) -> Error {
    let params = vec![("max", max.to_string())];
    Error::Invalid(vec![FieldError { field: "file".to_owned(), code: "file_too_long", params }])
}

fn read_csv(bytes: &[u8]) -> Result<Table> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|_other_encoding| unreadable())?;
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    // Spreadsheets of Vietnamese settings write semicolons, since the comma is the decimal mark.
    let separator = [b',', b';', b'\t'].into_iter().max_by_key(|mark| first.bytes().filter(|byte| byte == mark).count());
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator.unwrap_or(b','))
        .from_reader(text.as_bytes());
    let mut table = Table::default();
    for record in reader.records() {
        let record = record.map_err(|_broken| unreadable())?;
        let line = record.position().map_or(0, csv::Position::line);
        table.rows.push((line, record.iter().map(str::to_owned).collect()));
        if table.rows.len() > 2 * MAX_ROWS {
            return Err(too_long(MAX_ROWS));
        }
    }
    Ok(table)
}

fn read_xlsx(bytes: &[u8]) -> Result<Table> {
    let mut book = open_book(bytes)?;
    let sheet = book.sheet_names().first().cloned().ok_or_else(unreadable)?;
    Ok(Table { rows: read_sheet(&mut book, &sheet, MAX_ROWS)? })
}

/// A spreadsheet in memory.
pub(crate) type Book<'a> = Xlsx<Cursor<&'a [u8]>>;

/// Opens a spreadsheet that unpacks to a size that can be held.
///
/// # Errors
/// `file_unreadable` on `file`.
pub(crate) fn open_book(bytes: &[u8]) -> Result<Book<'_>> {
    unpacks_within(bytes)?;
    calamine::open_workbook_from_rs(Cursor::new(bytes)).map_err(|_broken: calamine::XlsxError| unreadable())
}

/// The cells of a sheet as text, by row number from 1; blank rows are left out. At most `max` rows
/// under the head.
///
/// # Errors
/// `file_unreadable`, `file_too_long` on `file`.
pub(crate) fn read_sheet(book: &mut Book<'_>, sheet: &str, max: usize) -> Result<Vec<(u64, Vec<String>)>> {
    // Cell by cell: a range would be allocated from the corners the file claims.
    let mut cells = book.worksheet_cells_reader(sheet).map_err(|_broken| unreadable())?;
    let mut rows: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    while let Some(cell) = cells.next_cell().map_err(|_broken| unreadable())? {
        let (row, column) = cell.get_position();
        let text = text_of(cell.get_value());
        if text.trim().is_empty() || column >= MAX_COLUMNS {
            continue;
        }
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        let kept = rows.entry(row).or_default();
        if kept.len() <= column {
            kept.resize(column + 1, String::new());
        }
        if let Some(place) = kept.get_mut(column) {
            *place = text;
        }
        if rows.len() > max + 1 {
            return Err(too_long(max));
        }
    }
    Ok(rows.into_iter().map(|(row, cells)| (u64::from(row) + 1, cells)).collect())
}

/// Unpacks the archive into nothing, to know that reading it is safe; what it says of its sizes is not believed.
fn unpacks_within(bytes: &[u8]) -> Result<()> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_broken| unreadable())?;
    let mut left = MAX_UNPACKED;
    for place in 0..archive.len() {
        let entry = archive.by_index(place).map_err(|_broken| unreadable())?;
        let read = std::io::copy(&mut entry.take(left + 1), &mut std::io::sink()).map_err(|_broken| unreadable())?;
        left = left.checked_sub(read).ok_or_else(unreadable)?;
    }
    Ok(())
}

fn text_of(cell: &DataRef<'_>) -> String {
    match cell {
        DataRef::Int(number) => number.to_string(),
        // A whole number as people write it; a fraction with its comma, to be refused as one.
        DataRef::Float(number) if number.fract() == 0.0 => format!("{number:.0}"),
        DataRef::Float(number) => number.to_string().replace('.', ","),
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(value) => value.to_string(),
        DataRef::DateTime(_) | DataRef::DateTimeIso(_) => cell.as_date().map(|date| date.to_string()).unwrap_or_default(),
        DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(_) => "#".to_owned(),
        DataRef::Empty => String::new(),
    }
}

impl Table {
    /// The same cells as CSV, for a form to carry from the preview to the saving.
    ///
    /// # Errors
    /// Never in practice: writing into memory.
    pub fn to_csv(&self) -> Result<String> {
        let broken = |error: &dyn std::fmt::Display| Error::Internal(anyhow::anyhow!("csv: {error}"));
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
        for (_, cells) in &self.rows {
            writer.write_record(cells).map_err(|error| broken(&error))?;
        }
        let bytes = writer.into_inner().map_err(|error| broken(&error))?;
        String::from_utf8(bytes).map_err(|error| broken(&error))
    }
}

/// A column of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Column {
    Unit,
    Kind,
    From,
    To,
    Field,
    Source,
    Counter(Counter),
    Attribution,
    Note,
}

impl Column {
    fn all() -> Vec<Self> {
        let mut all = vec![Self::Unit, Self::Kind, Self::From, Self::To, Self::Field, Self::Source];
        all.extend(Counter::ALL.iter().copied().map(Self::Counter));
        all.extend([Self::Attribution, Self::Note]);
        all
    }

    /// The ASCII name, and the key of the Vietnamese one.
    fn names(self) -> (&'static str, String) {
        let (code, key) = match self {
            Self::Unit => ("unit_code", "dossier.by_code"),
            Self::Kind => ("period_kind", "field.period_kind"),
            Self::From => ("from", "dossier.from"),
            Self::To => ("to", "dossier.to"),
            Self::Field => ("field", "dossier.field"),
            Self::Source => ("source", "dossier.source"),
            Self::Counter(counter) => return (counter.code(), format!("{}.{}", Counter::KEY, counter.code())),
            Self::Attribution => ("attribution", "dossier.attribution"),
            Self::Note => ("note", "dossier.note"),
        };
        (code, key.to_owned())
    }

    fn label(self, words: &Catalogue) -> String {
        words.get(Lang::Vi, &self.names().1, &[])
    }
}

/// The template: one line with the Vietnamese names of all columns, and a byte order mark, without which spreadsheets
/// take it for another encoding.
#[must_use]
pub fn template(words: &Catalogue) -> String {
    let labels: Vec<String> = Column::all()
        .into_iter()
        .map(|column| column.label(words))
        .map(|label| if label.contains(',') { format!("\"{label}\"") } else { label })
        .collect();
    format!("\u{feff}{}\r\n", labels.join(","))
}

/// The letter of a column: A, B, … Z, AA.
pub(crate) fn letter(place: usize) -> String {
    let mut letters = Vec::new();
    let mut left = place + 1;
    while left > 0 {
        let digit = (left - 1) % 26;
        letters.push(char::from(b'A' + u8::try_from(digit).unwrap_or_default()));
        left = (left - 1) / 26;
    }
    letters.into_iter().rev().collect()
}

/// A row that can be read by itself.
struct Entry {
    row: u64,
    unit_code: String,
    report: Report,
}

/// Reading the cells of one table.
struct Reading<'a> {
    words: &'a Catalogue,
    places: Places,
    wrong: Vec<FieldError>,
}

impl Reading<'_> {
    fn text<'c>(&self, cells: &'c [String], column: Column) -> &'c str {
        self.places.get(&column).and_then(|(place, _)| cells.get(*place)).map_or("", |cell| cell.trim())
    }

    fn cell(&mut self, row: u64, column: Column, code: &'static str, value: &str, more: Option<(&'static str, String)>) {
        let (letter, header) = match self.places.get(&column) {
            Some((place, header)) => (letter(*place), header.clone()),
            None => ("?".to_owned(), column.label(self.words)),
        };
        let mut params =
            vec![("row", row.to_string()), ("column", letter.clone()), ("header", header), ("value", value.to_owned())];
        params.extend(more);
        self.wrong.push(FieldError { field: format!("rows/{row}/{letter}"), code, params });
    }

    fn whole_row(&mut self, row: u64, code: &'static str, value: &str) {
        let params = vec![("row", row.to_string()), ("value", value.to_owned())];
        self.wrong.push(FieldError { field: format!("rows/{row}"), code, params });
    }

    fn header(&mut self, cells: &[String]) {
        let names: BTreeMap<String, Column> = Column::all()
            .into_iter()
            .flat_map(|column| [(column.names().0.to_owned(), column), (fold(&column.label(self.words)), column)])
            .collect();
        for (place, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.trim().is_empty()) {
            let (letter, header) = (letter(place), clean(cell));
            let problem = match names.get(&fold(&header)) {
                None => Some("cell_column_unknown"),
                Some(column) => {
                    let known = self.places.contains_key(column);
                    self.places.entry(*column).or_insert((place, header.clone()));
                    known.then_some("cell_column_twice")
                }
            };
            if let Some(code) = problem {
                let params = vec![("column", letter.clone()), ("header", header)];
                self.wrong.push(FieldError { field: format!("rows/1/{letter}"), code, params });
            }
        }
        for column in [Column::Unit, Column::From, Column::Source] {
            if !self.places.contains_key(&column) {
                let params = vec![("header", column.label(self.words))];
                self.wrong.push(FieldError { field: "rows/1".to_owned(), code: "cell_column_missing", params });
            }
        }
    }

    fn entry(&mut self, row: u64, cells: &[String]) -> Option<Entry> {
        let before = self.wrong.len();
        let unit_code = self.text(cells, Column::Unit).to_owned();
        if unit_code.is_empty() {
            self.cell(row, Column::Unit, "cell_required", "", None);
        }
        let period = self.period(row, cells);
        let source = self.choice(row, cells, Column::Source, Source::ALL, Source::KEY, |source| source.code());
        if source.is_none() && self.text(cells, Column::Source).is_empty() {
            self.cell(row, Column::Source, "cell_required", "", None);
        }
        let mut stated = domain::dossier::Figures::default();
        for counter in Counter::ALL {
            let typed = self.text(cells, Column::Counter(*counter));
            match read_figure(typed) {
                Ok(figure) => stated.set(*counter, figure),
                Err(code) => {
                    let code = match code {
                        "negative" => "cell_negative",
                        "too_large" => "cell_too_large",
                        _ => "cell_not_integer",
                    };
                    self.cell(row, Column::Counter(*counter), code, typed, None);
                }
            }
        }
        if self.wrong.len() > before {
            return None;
        }
        let optional = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let report = Report {
            period: period?,
            field: self.text(cells, Column::Field).to_owned(),
            source: source?,
            figures: stated,
            attribution: optional(self.text(cells, Column::Attribution)),
            note: optional(self.text(cells, Column::Note)),
        };
        let mut problems = Problems::new();
        let report = check(report, &mut problems);
        for error in problems.finish().err().unwrap_or_default() {
            self.ruled_out(row, cells, &error);
        }
        (self.wrong.len() == before).then_some(Entry { row, unit_code, report })
    }

    /// A rule of the report, said of the cell it is about.
    fn ruled_out(&mut self, row: u64, cells: &[String], error: &FieldError) {
        let column = match error.field.as_str() {
            "from" => Column::From,
            "to" if self.places.contains_key(&Column::To) => Column::To,
            "to" => Column::From,
            "field" => Column::Field,
            "attribution" => Column::Attribution,
            _ => Column::Note,
        };
        let code = match error.code {
            "no_figures" => return self.whole_row(row, "cell_no_figures", ""),
            "period_end_before_start" => "cell_period_end",
            "period_not_whole" => "cell_period_whole",
            "period_year" => "cell_period_year",
            _ => "cell_text",
        };
        let value = self.text(cells, column);
        self.cell(row, column, code, value, None);
    }

    fn period(&mut self, row: u64, cells: &[String]) -> Option<Period> {
        let kind = self.choice(row, cells, Column::Kind, PeriodKind::ALL, PeriodKind::KEY, |kind| kind.code());
        let from = self.date(row, cells, Column::From);
        if self.text(cells, Column::From).is_empty() {
            self.cell(row, Column::From, "cell_required", "", None);
        }
        if self.text(cells, Column::To).is_empty() {
            let whole = kind.zip(from).and_then(|(kind, from)| Period::around(kind, from));
            if whole.is_none() && from.is_some() {
                self.cell(row, Column::To, "cell_required", "", None);
            }
            // Only a period that begins where it is said to.
            return whole.zip(from).map(|(whole, from)| Period { from, ..whole });
        }
        let (from, to) = from.zip(self.date(row, cells, Column::To))?;
        Some(kind.map_or_else(|| Period::between(from, to), |kind| Period { kind, from, to }))
    }

    fn date(&mut self, row: u64, cells: &[String], column: Column) -> Option<NaiveDate> {
        let typed = self.text(cells, column);
        if typed.is_empty() {
            return None;
        }
        let forms = ["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"];
        let read = forms.iter().find_map(|form| NaiveDate::parse_from_str(typed, form).ok());
        if read.is_none() {
            self.cell(row, column, "cell_date", typed, None);
        }
        read
    }

    /// A member of a closed list, by code or by its Vietnamese label.
    fn choice<T: Copy>(
        &mut self,
        row: u64,
        cells: &[String],
        column: Column,
        all: &[T],
        key: &str,
        code: fn(T) -> &'static str,
    ) -> Option<T> {
        let typed = self.text(cells, column);
        if typed.is_empty() {
            return None;
        }
        let label = |one: T| self.words.get(Lang::Vi, &format!("{key}.{}", code(one)), &[]);
        let found = all.iter().copied().find(|one| fold(typed) == code(*one) || fold(typed) == fold(&label(*one)));
        if found.is_none() {
            let choices = all.iter().map(|one| label(*one)).collect::<Vec<_>>().join(", ");
            self.cell(row, column, "cell_choice", typed, Some(("choices", choices)));
        }
        found
    }
}

/// A row of the file with its unit and what is there already.
struct Planned {
    entry: Entry,
    unit: unit::Model,
    there: Option<dossier_report::Model>,
    outcome: Outcome,
}

/// Checks a table as a whole and, unless it is a rehearsal, writes it in one transaction.
///
/// # Errors
/// Every wrong cell (`rows/<row>/<column>`); nothing is written then.
pub async fn run(store: &Store, who: Importer, words: &Catalogue, table: &Table, dry_run: bool) -> Result<Imported> {
    let entries = entries(words, table)?;
    if dry_run {
        return Ok(shown(&plan(store.read(), &who, words, entries).await?));
    }
    let hash = sha256_hex(table.to_csv()?.as_bytes());
    let words = words.clone();
    let writer = who.caller().map_or(Writer::Cli, Writer::from);
    store
        .write(writer, move |tx| async move {
            let planned = plan(tx.db(), &who, &words, entries).await?;
            let report = shown(&planned);
            carry_out(&tx, &who, planned).await?;
            tx.record(Event {
                kind: "dossier_reports.imported",
                subject: Subject::Installation,
                subject_id: None,
                unit_id: None,
                before: None,
                after: Some(serde_json::json!({
                    "sha256": hash, "created": report.created, "updated": report.updated, "unchanged": report.unchanged,
                })),
                reason: None,
            });
            Ok(report)
        })
        .await
}

/// Where each column stands and what the file calls it.
type Places = BTreeMap<Column, (usize, String)>;

fn entries(words: &Catalogue, table: &Table) -> Result<(Vec<Entry>, Places)> {
    let mut reading = Reading { words, places: BTreeMap::new(), wrong: Vec::new() };
    let Some(((_, header), rows)) = table.rows.split_first() else { return Err(Error::field("file", "file_no_rows")) };
    reading.header(header);
    // With a wrong header every row is wrong for the same reason: said once.
    if reading.wrong.is_empty() {
        let mut entries = Vec::new();
        let mut seen: BTreeMap<(String, NaiveDate, NaiveDate, String, &str), u64> = BTreeMap::new();
        for (row, cells) in rows {
            let Some(entry) = reading.entry(*row, cells) else { continue };
            let Report { period, field, source, .. } = &entry.report;
            let key = (entry.unit_code.clone(), period.from, period.to, field.clone(), source.code());
            if let Some(first) = seen.insert(key, *row) {
                reading.whole_row(*row, "cell_repeated", &first.to_string());
            }
            entries.push(entry);
        }
        if reading.wrong.is_empty() {
            return Ok((entries, reading.places));
        }
    }
    reading.wrong.truncate(MAX_ERRORS);
    Err(Error::Invalid(reading.wrong))
}

async fn plan(
    db: &impl ConnectionTrait,
    who: &Importer,
    words: &Catalogue,
    (entries, places): (Vec<Entry>, Places),
) -> Result<Vec<Planned>> {
    let units = units(db, who, &entries).await?;
    let there = there(db, units.iter().map(|unit| unit.id)).await?;
    let mut reading = Reading { words, places, wrong: Vec::new() };
    let mut planned = Vec::new();
    for entry in entries {
        let Period { from, to, .. } = entry.report.period;
        let alive = |unit: &&unit::Model| {
            unit.code == entry.unit_code && unit.valid_from <= to && unit.valid_to.is_none_or(|last| last >= from)
        };
        let Some(unit) = units.iter().filter(alive).max_by_key(|unit| unit.valid_from).cloned() else {
            reading.cell(entry.row, Column::Unit, "cell_unit", &entry.unit_code, None);
            continue;
        };
        let key = (unit.id, from, to, entry.report.field.clone(), entry.report.source.code());
        let there = there.get(&key).cloned();
        let outcome = match &there {
            None => Outcome::Created,
            Some(row) if says_the_same(row, &entry.report)? => Outcome::Unchanged,
            Some(_) => Outcome::Updated,
        };
        planned.push(Planned { entry, unit, there, outcome });
    }
    if reading.wrong.is_empty() { Ok(planned) } else { Err(Error::Invalid(reading.wrong)) }
}

/// The units the rows name, inside the importer's scope.
async fn units(db: &impl ConnectionTrait, who: &Importer, entries: &[Entry]) -> Result<Vec<unit::Model>> {
    let scope = who.caller().map(|caller| caller.scope(Permission::EditFigures).covers(unit::Column::Id));
    let codes: std::collections::BTreeSet<&str> = entries.iter().map(|entry| entry.unit_code.as_str()).collect();
    Ok(unit::Entity::find().filter(unit::Column::Code.is_in(codes)).filter(Condition::all().add_option(scope)).all(db).await?)
}

type Key = (UnitId, NaiveDate, NaiveDate, String, &'static str);

async fn there(db: &impl ConnectionTrait, units: impl Iterator<Item = UnitId>) -> Result<BTreeMap<Key, dossier_report::Model>> {
    let rows = dossier_report::Entity::find()
        .filter(dossier_report::Column::UnitId.is_in(units))
        .filter(dossier_report::Column::RemovedAt.is_null())
        .all(db)
        .await?;
    let key = |row: &dossier_report::Model| (row.unit_id, row.period_from, row.period_to, row.field.clone(), row.source.code());
    Ok(rows.into_iter().map(|row| (key(&row), row)).collect())
}

fn says_the_same(row: &dossier_report::Model, report: &Report) -> Result<bool> {
    Ok(row.period_kind == report.period.kind
        && figures(row)? == report.figures
        && row.attribution == report.attribution
        && row.note == report.note)
}

fn shown(planned: &[Planned]) -> Imported {
    let count = |outcome| planned.iter().filter(|one| one.outcome == outcome).count() as u64;
    let line = |one: &Planned| Line {
        row: one.entry.row,
        unit: one.unit.name.clone(),
        period: one.entry.report.period,
        field: one.entry.report.field.clone(),
        source: one.entry.report.source,
        outcome: one.outcome,
    };
    Imported {
        created: count(Outcome::Created),
        updated: count(Outcome::Updated),
        unchanged: count(Outcome::Unchanged),
        lines: planned.iter().map(line).collect(),
    }
}

async fn carry_out(tx: &Tx, who: &Importer, planned: Vec<Planned>) -> Result<()> {
    let mut new = Vec::new();
    for Planned { entry, unit, there, outcome } in planned {
        let words = format!("{} {}", unit.name, unit.code);
        match (outcome, there) {
            (Outcome::Created, _) => {
                let row = row_of(tx, unit.id, &words, entry.report, who.caller())?;
                let made: dossier_report::Model = row.clone().try_into()?;
                let event = Event::on("dossier_report.recorded", Subject::DossierReport, made.id.0);
                tx.record(event.unit(unit.id).after(&made));
                new.push(row);
            }
            (Outcome::Updated, Some(before)) => {
                save(tx, &before, &words, entry.report).await?;
            }
            (Outcome::Updated | Outcome::Unchanged, _) => {}
        }
    }
    for chunk in new.chunks(CHUNK) {
        dossier_report::Entity::insert_many(chunk.to_vec()).exec_without_returning(tx.db()).await?;
    }
    Ok(())
}
