//! The sheets of a catalogue file: their columns, the template, and reading them cell by cell.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::document::content::{
    Basis, Channel, Component, Content, Fee, FormUsed, Place, Procedure, RecordKept, RecordMedium, Step, StepTime, TimeLimit,
    TimeUnit,
};
use domain::document::control::{NationalCode, ProcedureChange};
use domain::draft::FieldError;
use domain::text::{clean, fold};
use render::sheets::{Head, Sheet};
use render::{Catalogue, Lang};

use crate::dossiers::import::{letter, open_book, read_sheet};
use crate::error::{Error, Result};

/// Most rows of one sheet.
const MAX_ROWS: usize = 20_000;
/// Most wrong cells that are told at once.
pub(in crate::documents) const MAX_ERRORS: usize = 200;
/// The column that names the procedure on every sheet.
pub(in crate::documents) const CODE: &str = "code";

/// A column: its ASCII name, and whether every row needs it.
pub(in crate::documents) type Column = (&'static str, bool);

/// A sheet: its ASCII name and its columns.
pub(in crate::documents) struct Kind {
    pub code: &'static str,
    pub columns: &'static [Column],
}

/// The sheet with a row a procedure; the others hang on it.
pub(in crate::documents) const MAIN: usize = 0;

const SHEETS: [Kind; 9] = [
    Kind {
        code: "procedures",
        columns: &[
            (CODE, true),
            ("title", true),
            ("field_name", true),
            ("field_code", false),
            ("level_code", true),
            ("time_limit", false),
            ("fee", false),
            ("valid_from", true),
            ("valid_to", false),
            ("last_change", false),
            ("changed_on", false),
            ("decision", false),
            ("replaced_by", false),
            ("document_code", false),
            ("purpose", false),
            ("scope", false),
            ("definitions", false),
            ("conditions", false),
            ("dossier_sets", false),
            ("result", false),
            ("time_reason", false),
            ("review_months", false),
            ("retention", false),
        ],
    },
    Kind { code: "legal_basis", columns: &[(CODE, true), ("basis", true), ("basis_number", false)] },
    Kind {
        code: "components",
        columns: &[(CODE, true), ("component", true), ("originals", false), ("copies", false), ("note", false)],
    },
    Kind { code: "time_limits", columns: &[(CODE, true), ("case", false), ("amount", true), ("unit", true), ("ground", false)] },
    Kind {
        code: "fees",
        columns: &[(CODE, true), ("case", false), ("fee_amount", true), ("online_amount", false), ("ground", false)],
    },
    Kind { code: "places", columns: &[(CODE, true), ("channel", true), ("address", false)] },
    Kind {
        code: "steps",
        columns: &[
            (CODE, true),
            ("step_number", true),
            ("step", false),
            ("detail", false),
            ("role", false),
            ("case", false),
            ("amount", false),
            ("unit", false),
            ("forms", false),
            ("step_result", false),
        ],
    },
    Kind { code: "forms", columns: &[(CODE, true), ("form_code", true), ("form_name", true)] },
    Kind {
        code: "records",
        columns: &[
            (CODE, true),
            ("record", true),
            ("place", false),
            ("years", false),
            ("record_form", false),
            ("made_by", false),
            ("medium", false),
            ("retention_basis", false),
            ("disposal", false),
        ],
    },
];

/// Columns of the first sheet that belong to the text of the procedure.
const OF_TEXT: [&str; 7] = ["purpose", "scope", "definitions", "conditions", "dossier_sets", "result", "time_reason"];

fn label(words: &Catalogue, code: &str) -> String {
    words.get(Lang::Vi, &format!("catalogue_file.{code}"), &[])
}

fn sheet_name(words: &Catalogue, code: &str) -> String {
    words.get(Lang::Vi, &format!("catalogue_sheet.{code}"), &[])
}

/// The template: every sheet with its columns, nothing under them, closed lists to choose from.
///
/// # Errors
/// The writer's.
pub fn template(words: &Catalogue) -> Result<Vec<u8>> {
    template_of(words, &SHEETS)
}

/// The template of these sheets.
///
/// # Errors
/// The writer's.
pub(in crate::documents) fn template_of(words: &Catalogue, kinds: &'static [Kind]) -> Result<Vec<u8>> {
    let labels =
        |key: &str, codes: Vec<&str>| codes.iter().map(|code| words.get(Lang::Vi, &format!("{key}.{code}"), &[])).collect();
    let choices = |code: &str| -> Vec<String> {
        match code {
            "last_change" | "change" => labels(ProcedureChange::KEY, ProcedureChange::ALL.iter().map(|one| one.code()).collect()),
            "unit" => labels(TimeUnit::KEY, TimeUnit::ALL.iter().map(|one| one.code()).collect()),
            "medium" => labels(RecordMedium::KEY, RecordMedium::ALL.iter().map(|one| one.code()).collect()),
            "channel" => labels(Channel::KEY, Channel::ALL.iter().map(|one| one.code()).collect()),
            _ => Vec::new(),
        }
    };
    let head = |(code, _): &Column| Head { choices: choices(code), ..Head::new(label(words, code), 22) };
    let sheet = |kind: &Kind| Sheet {
        name: sheet_name(words, kind.code),
        heads: kind.columns.iter().map(head).collect(),
        ..Sheet::default()
    };
    render::sheets::write(&kinds.iter().map(sheet).collect::<Vec<_>>()).map_err(|error| Error::Internal(error.into()))
}

/// The cells of every sheet of a file.
pub type File = Vec<(String, Vec<(u64, Vec<String>)>)>;

/// Reads a file into cells.
///
/// # Errors
/// On the field `file`: not readable, too long.
pub async fn read(bytes: Vec<u8>) -> Result<File> {
    // Unpacking and parsing take the processor, not the network.
    let read = tokio::task::spawn_blocking(move || -> Result<File> {
        let mut book = open_book(&bytes)?;
        let names = calamine::Reader::sheet_names(&book);
        names.into_iter().map(|name| Ok((name.clone(), read_sheet(&mut book, &name, MAX_ROWS)?))).collect()
    });
    read.await.map_err(|error| Error::Internal(anyhow::anyhow!("reading a file: {error}")))?
}

/// Where a value stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::documents) struct Cell {
    pub sheet: usize,
    pub row: u64,
    pub column: &'static str,
}

impl Cell {
    /// Whether every row of its sheet needs it.
    pub(in crate::documents) fn needed(self) -> bool {
        let columns = SHEETS.get(self.sheet).map_or(&[] as &[Column], |kind| kind.columns);
        columns.iter().any(|(code, required)| *code == self.column && *required)
    }
}

/// A row of a sheet by column.
#[derive(Clone, Debug)]
pub(in crate::documents) struct Row {
    sheet: usize,
    row: u64,
    cells: BTreeMap<&'static str, String>,
}

impl Row {
    pub(in crate::documents) fn get(&self, column: &str) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }

    fn optional(&self, column: &str) -> Option<String> {
        let text = self.get(column);
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// Its number in the file, from 1.
    pub(in crate::documents) const fn number(&self) -> u64 {
        self.row
    }

    pub(in crate::documents) fn at(&self, column: &'static str) -> Cell {
        Cell { sheet: self.sheet, row: self.row, column }
    }
}

/// A number of a law beside a legal basis, and where it stood.
pub(in crate::documents) type BasisNumber = (usize, String, Cell);

/// The text of one procedure, with the cell of every field.
#[derive(Debug, Default)]
pub(in crate::documents) struct Text {
    pub content: Content,
    pub places: BTreeMap<String, Cell>,
    pub numbers: Vec<BasisNumber>,
}

/// Reading one file.
pub(in crate::documents) struct Sheets<'a> {
    words: &'a Catalogue,
    kinds: &'static [Kind],
    /// Per sheet: where each column stands and what the file calls it.
    heads: Vec<BTreeMap<&'static str, (usize, String)>>,
    /// Per sheet, in the order of the file.
    pub rows: Vec<Vec<Row>>,
    pub wrong: Vec<FieldError>,
}

impl<'a> Sheets<'a> {
    /// Sorts the sheets of a file out. Wrong sheets and heads are in `wrong`.
    pub(in crate::documents) fn of(words: &'a Catalogue, file: &File) -> Self {
        Self::with(words, &SHEETS, file)
    }

    /// The same for a file of other sheets.
    pub(in crate::documents) fn with(words: &'a Catalogue, kinds: &'static [Kind], file: &File) -> Self {
        let (heads, rows) = (vec![BTreeMap::new(); kinds.len()], vec![Vec::new(); kinds.len()]);
        let mut found = Self { words, kinds, heads, rows, wrong: Vec::new() };
        for (name, rows) in file {
            let is = |kind: &Kind| fold(name) == kind.code || fold(name) == fold(&sheet_name(words, kind.code));
            match kinds.iter().position(is) {
                Some(sheet) => found.take(sheet, rows),
                None if rows.is_empty() => {}
                None => found.say("file".to_owned(), "sheet_unknown", vec![("sheet", name.clone())]),
            }
        }
        if found.rows.first().is_none_or(Vec::is_empty) && found.wrong.is_empty() {
            let name = kinds.first().map(|kind| sheet_name(words, kind.code)).unwrap_or_default();
            found.say("file".to_owned(), "sheet_empty", vec![("sheet", name)]);
        }
        found
    }

    fn say(&mut self, field: String, code: &'static str, params: Vec<(&'static str, String)>) {
        self.wrong.push(FieldError { field, code, params });
    }

    fn take(&mut self, sheet: usize, rows: &[(u64, Vec<String>)]) {
        let Some((kind, ((top, head), rest))) = self.kinds.get(sheet).zip(rows.split_first()) else { return };
        let name = sheet_name(self.words, kind.code);
        let field = format!("sheets/{}/rows/{top}", kind.code);
        let mut places: BTreeMap<&'static str, (usize, String)> = BTreeMap::new();
        for (place, cell) in head.iter().enumerate().filter(|(_, cell)| !cell.trim().is_empty()) {
            let header = clean(cell);
            let is = |(code, _): &&Column| fold(&header) == *code || fold(&header) == fold(&label(self.words, code));
            let known = kind.columns.iter().find(is).map(|(code, _)| *code);
            let code = match known {
                None => "sheet_column_unknown",
                Some(code) if places.contains_key(code) => "sheet_column_twice",
                Some(code) => {
                    places.insert(code, (place, header));
                    continue;
                }
            };
            let params = vec![("sheet", name.clone()), ("column", letter(place)), ("header", header)];
            self.say(format!("{field}/{}", letter(place)), code, params);
        }
        for (code, _) in kind.columns.iter().filter(|(code, required)| *required && !places.contains_key(code)) {
            let params = vec![("sheet", name.clone()), ("header", label(self.words, code))];
            self.say(field.clone(), "sheet_column_missing", params);
        }
        let cell = |cells: &[String], place: usize| cells.get(place).map(|cell| cell.trim().to_owned()).unwrap_or_default();
        let row = |(row, cells): &(u64, Vec<String>)| Row {
            sheet,
            row: *row,
            cells: places.iter().map(|(code, (place, _))| (*code, cell(cells, *place))).collect(),
        };
        let rows: Vec<Row> = rest.iter().map(row).filter(|row| row.cells.values().any(|cell| !cell.is_empty())).collect();
        if let Some(kept) = self.rows.get_mut(sheet) {
            *kept = rows;
        }
        if let Some(kept) = self.heads.get_mut(sheet) {
            *kept = places;
        }
    }

    /// Names a wrong cell: sheet, row, column, and what to do.
    pub(in crate::documents) fn cell(&mut self, at: Cell, code: &'static str, value: &str, more: Option<(&'static str, String)>) {
        let sheet = self.kinds.get(at.sheet).map_or("", |kind| kind.code);
        let place = self.heads.get(at.sheet).and_then(|heads| heads.get(at.column)).cloned();
        let (letter, header) = match place {
            Some((place, header)) => (letter(place), header),
            None => ("?".to_owned(), label(self.words, at.column)),
        };
        let mut params = vec![
            ("sheet", sheet_name(self.words, sheet)),
            ("row", at.row.to_string()),
            ("column", letter.clone()),
            ("header", header),
            ("value", value.chars().take(100).collect()),
        ];
        params.extend(more);
        self.say(format!("sheets/{sheet}/rows/{}/{letter}", at.row), code, params);
    }

    /// What is written in a cell.
    pub(in crate::documents) fn typed(&self, at: Cell) -> String {
        let row = self.rows.get(at.sheet).and_then(|rows| rows.iter().find(|row| row.row == at.row));
        row.map(|row| row.get(at.column).to_owned()).unwrap_or_default()
    }

    /// The cells that every row needs.
    pub(in crate::documents) fn require(&mut self) {
        let needed = |row: &Row| {
            let columns = self.kinds.get(row.sheet).map_or(&[] as &[Column], |kind| kind.columns);
            let empty = columns.iter().filter(|(code, required)| *required && row.get(code).is_empty());
            empty.map(|(code, _)| row.at(code)).collect::<Vec<_>>()
        };
        let missing: Vec<Cell> = self.rows.iter().flatten().flat_map(needed).collect();
        for at in missing {
            self.cell(at, "sheet_required", "", None);
        }
    }

    /// The national code of a row.
    pub(in crate::documents) fn code(&mut self, row: &Row) -> Option<NationalCode> {
        let typed = row.get(CODE);
        if typed.is_empty() {
            return None;
        }
        let read = NationalCode::parse(&as_code(typed)).ok();
        if read.is_none() {
            self.cell(row.at(CODE), "sheet_code", typed, None);
        }
        read
    }

    pub(in crate::documents) fn date(&mut self, row: &Row, column: &'static str) -> Option<NaiveDate> {
        let typed = row.get(column);
        if typed.is_empty() {
            return None;
        }
        let forms = ["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"];
        let read = forms.iter().find_map(|form| NaiveDate::parse_from_str(typed, form).ok());
        if read.is_none() {
            self.cell(row.at(column), "sheet_date", typed, None);
        }
        read
    }

    pub(in crate::documents) fn number<T: std::str::FromStr>(&mut self, row: &Row, column: &'static str) -> Option<T> {
        let typed = row.get(column);
        if typed.is_empty() {
            return None;
        }
        let read = whole(typed).and_then(|digits| digits.parse().ok());
        if read.is_none() {
            self.cell(row.at(column), "sheet_number", typed, None);
        }
        read
    }

    /// A member of a closed list, by code or by its Vietnamese label.
    pub(in crate::documents) fn choice<T: Copy>(
        &mut self,
        row: &Row,
        column: &'static str,
        all: &[T],
        key: &str,
        code: fn(T) -> &'static str,
    ) -> Option<T> {
        let typed = row.get(column);
        if typed.is_empty() {
            return None;
        }
        let label = |one: T| self.words.get(Lang::Vi, &format!("{key}.{}", code(one)), &[]);
        let found = all.iter().copied().find(|one| fold(typed) == code(*one) || fold(typed) == fold(&label(*one)));
        if found.is_none() {
            let choices = all.iter().map(|one| label(*one)).collect::<Vec<_>>().join(", ");
            self.cell(row.at(column), "sheet_choice", typed, Some(("choices", choices)));
        }
        found
    }

    /// The rows of the other sheets, by the procedure they belong to. Rows of no procedure are wrong.
    pub(in crate::documents) fn belonging(&mut self, known: &BTreeMap<String, u64>) -> BTreeMap<String, Vec<Row>> {
        let mut found: BTreeMap<String, Vec<Row>> = BTreeMap::new();
        let rows: Vec<Row> = self.rows.iter().skip(MAIN + 1).flatten().cloned().collect();
        for row in rows {
            let Some(code) = self.code(&row) else { continue };
            if known.contains_key(&code.code) {
                found.entry(code.code).or_default().push(row);
            } else {
                let typed = row.get(CODE).to_owned();
                self.cell(row.at(CODE), "sheet_no_procedure", &typed, None);
            }
        }
        found
    }

    /// The text of a procedure from its row and the rows that belong to it; none when nothing is said.
    pub(in crate::documents) fn text(&mut self, main: &Row, rows: &[Row]) -> Option<Text> {
        if rows.is_empty() && OF_TEXT.iter().all(|column| main.get(column).is_empty()) {
            return None;
        }
        let mut text = Text::default();
        let procedure = Procedure {
            purpose: main.get("purpose").to_owned(),
            scope: main.get("scope").to_owned(),
            definitions: main.optional("definitions"),
            conditions: main.optional("conditions"),
            dossier_sets: self.number(main, "dossier_sets"),
            result: main.optional("result"),
            time_reason: main.optional("time_reason"),
            ..Procedure::default()
        };
        for column in OF_TEXT {
            text.places.insert(format!("procedure/{column}"), main.at(column));
        }
        text.content.procedure = Some(procedure);
        for row in rows {
            self.entry(&mut text, row);
        }
        self.steps(&mut text, rows);
        Some(text)
    }

    fn entry(&mut self, text: &mut Text, row: &Row) {
        let Some(procedure) = &mut text.content.procedure else { return };
        let kind = SHEETS.get(row.sheet).map_or("", |kind| kind.code);
        let of = |column: &str| row.get(column).to_owned();
        let (index, fields): (usize, &[(&str, &'static str)]) = match kind {
            "legal_basis" => {
                procedure.legal_basis.push(Basis { text: of("basis"), external_document_id: None });
                let index = procedure.legal_basis.len() - 1;
                text.numbers.extend(row.optional("basis_number").map(|number| (index, number, row.at("basis_number"))));
                (index, &[("text", "basis")])
            }
            "components" => {
                let (originals, copies) = (self.number(row, "originals"), self.number(row, "copies"));
                procedure.components.push(Component {
                    name: of("component"),
                    originals: originals.unwrap_or_default(),
                    copies: copies.unwrap_or_default(),
                    note: row.optional("note"),
                });
                (procedure.components.len() - 1, &[("name", "component"), ("note", "note")])
            }
            "time_limits" => {
                let unit = self.choice(row, "unit", TimeUnit::ALL, TimeUnit::KEY, |unit| unit.code());
                let limit = TimeLimit { case: of("case"), amount: of("amount"), unit, basis: row.optional("ground") };
                procedure.time_limits.push(limit);
                (procedure.time_limits.len() - 1, &[("case", "case"), ("amount", "amount"), ("basis", "ground")])
            }
            "fees" => {
                let amount = self.number(row, "fee_amount").unwrap_or_default();
                let online_amount = self.number(row, "online_amount");
                procedure.fees.push(Fee { case: of("case"), amount, online_amount, basis: row.optional("ground") });
                (procedure.fees.len() - 1, &[("case", "case"), ("basis", "ground")])
            }
            "places" => {
                let channel = self.choice(row, "channel", Channel::ALL, Channel::KEY, |channel| channel.code());
                procedure.places.push(Place { channel, address: of("address") });
                (procedure.places.len() - 1, &[("address", "address")])
            }
            "forms" => {
                procedure.forms.push(FormUsed { code: of("form_code"), name: of("form_name") });
                (procedure.forms.len() - 1, &[("code", "form_code"), ("name", "form_name")])
            }
            "records" => {
                let years = self.number(row, "years");
                let medium = self.choice(row, "medium", RecordMedium::ALL, RecordMedium::KEY, |medium| medium.code());
                procedure.records.push(RecordKept {
                    name: of("record"),
                    place: row.optional("place"),
                    years,
                    form_code: row.optional("record_form"),
                    made_by: row.optional("made_by"),
                    medium,
                    disposal: row.optional("disposal"),
                    basis: row.optional("retention_basis"),
                });
                let fields: &[(&str, &'static str)] = &[
                    ("name", "record"),
                    ("place", "place"),
                    ("form_code", "record_form"),
                    ("made_by", "made_by"),
                    ("basis", "retention_basis"),
                    ("disposal", "disposal"),
                ];
                (procedure.records.len() - 1, fields)
            }
            _ => return,
        };
        for (field, column) in fields {
            text.places.insert(format!("procedure/{kind}/{index}/{field}"), row.at(column));
        }
    }

    /// Steps by their number; further rows of a number add times of other cases.
    fn steps(&mut self, text: &mut Text, rows: &[Row]) {
        let mut numbered: BTreeMap<u32, Vec<&Row>> = BTreeMap::new();
        for row in rows.iter().filter(|row| SHEETS.get(row.sheet).is_some_and(|kind| kind.code == "steps")) {
            if let Some(number) = self.number(row, "step_number") {
                numbered.entry(number).or_default().push(row);
            }
        }
        let mut steps = Vec::new();
        for (index, (_, rows)) in numbered.iter().enumerate() {
            let Some(first) = rows.first() else { continue };
            let at = format!("procedure/steps/{index}");
            for (field, column) in [("name", "step"), ("detail", "detail"), ("role", "role"), ("result", "step_result")] {
                text.places.insert(format!("{at}/{field}"), first.at(column));
            }
            let forms: Vec<String> = first
                .get("forms")
                .split([';', '\n'])
                .map(|form| form.trim().to_owned())
                .filter(|form| !form.is_empty())
                .collect();
            for place in 0..forms.len() {
                text.places.insert(format!("{at}/forms/{place}"), first.at("forms"));
            }
            let mut times = Vec::new();
            for row in rows.iter().filter(|row| ["amount", "unit", "case"].iter().any(|column| !row.get(column).is_empty())) {
                for (field, column) in [("case", "case"), ("amount", "amount"), ("unit", "unit")] {
                    text.places.insert(format!("{at}/times/{}/{field}", times.len()), row.at(column));
                }
                let typed = !row.get("unit").is_empty();
                let unit = self.choice(row, "unit", TimeUnit::ALL, TimeUnit::KEY, |unit| unit.code());
                if typed && unit.is_none() {
                    // Named already; it is not «missing» as well.
                    text.places.remove(&format!("{at}/times/{}/unit", times.len()));
                }
                times.push(StepTime { case: row.get("case").to_owned(), amount: row.get("amount").to_owned(), unit });
            }
            steps.push(Step {
                name: first.get("step").to_owned(),
                detail: first.optional("detail"),
                role: first.get("role").to_owned(),
                times,
                forms,
                result: first.optional("step_result"),
            });
        }
        if let Some(procedure) = &mut text.content.procedure {
            procedure.steps = steps;
        }
    }
}

/// A national code as it was meant: a spreadsheet that took it for a number drops its last zeros and
/// writes a comma.
fn as_code(typed: &str) -> String {
    match typed.split_once(',') {
        Some((first, rest)) if rest.len() <= 6 && rest.bytes().all(|byte| byte.is_ascii_digit()) => format!("{first}.{rest:0<6}"),
        _ => typed.to_owned(),
    }
}

/// The digits of a whole number; thousands may be parted by points or blanks.
fn whole(typed: &str) -> Option<String> {
    let groups: Vec<&str> = typed.split(['.', ' ', '\u{a0}']).collect();
    let digits = groups.iter().all(|group| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit()));
    let parted = groups.iter().skip(1).all(|group| group.len() == 3);
    (digits && parted).then(|| groups.concat())
}
