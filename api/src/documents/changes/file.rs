//! The changes of a decision from a spreadsheet: every wrong cell named.

use domain::document::control::ProcedureChange;
use domain::draft::FieldError;
use render::Catalogue;

use super::entry::NewChange;
use crate::documents::import::File;
use crate::documents::import::sheets::{CODE, Kind, MAX_ERRORS, Row, Sheets, template_of};
use crate::error::{Error, Result};

const SHEETS: [Kind; 1] = [Kind {
    code: "changes",
    columns: &[
        (CODE, true),
        ("change", true),
        ("title", false),
        ("field_name", false),
        ("level_code", false),
        ("replaced_by", false),
        ("time_limit", false),
        ("fee", false),
    ],
}];

/// The template.
///
/// # Errors
/// The writer's.
pub fn template(words: &Catalogue) -> Result<Vec<u8>> {
    template_of(words, &SHEETS)
}

/// The changes of a file, each with its row.
pub struct Read<'a> {
    sheets: Sheets<'a>,
    rows: Vec<Row>,
    /// The changes, in the order of the file.
    pub changes: Vec<NewChange>,
}

impl std::fmt::Debug for Read<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Read").field("changes", &self.changes.len()).finish_non_exhaustive()
    }
}

/// Reads the changes of a file.
///
/// # Errors
/// A sheet or head that the template does not have, or no row.
pub fn read<'a>(words: &'a Catalogue, file: &File) -> Result<Read<'a>> {
    let mut sheets = Sheets::with(words, &SHEETS, file);
    if !sheets.wrong.is_empty() {
        return Err(refused(sheets.wrong));
    }
    let rows = sheets.rows.first().cloned().unwrap_or_default();
    let all = ProcedureChange::ALL;
    let change = |row: &Row, sheets: &mut Sheets<'_>| {
        let optional = |column: &str| Some(row.get(column).to_owned()).filter(|text| !text.is_empty());
        NewChange {
            code: sheets.code(row).map(|code| code.to_string()).unwrap_or_else(|| row.get(CODE).to_owned()),
            change: sheets.choice(row, "change", all, ProcedureChange::KEY, |change| change.code()),
            title: row.get("title").to_owned(),
            field_name: row.get("field_name").to_owned(),
            level: row.get("level_code").to_owned(),
            replaced_by: optional("replaced_by"),
            time_limit: optional("time_limit"),
            fee: optional("fee"),
        }
    };
    let changes = rows.iter().map(|row| change(row, &mut sheets)).collect();
    Ok(Read { sheets, rows, changes })
}

fn refused(mut wrong: Vec<FieldError>) -> Error {
    wrong.truncate(MAX_ERRORS);
    Error::Invalid(wrong)
}

impl Read<'_> {
    /// What the check of the whole said, with the faults of changes said of their cells.
    #[must_use]
    pub fn told(mut self, error: Error) -> Error {
        let Error::Invalid(wrong) = error else { return error };
        let mut own = Vec::new();
        for error in wrong {
            let mut parts = error.field.splitn(3, '/');
            let place = (parts.next(), parts.next().and_then(|n| n.parse::<usize>().ok()), parts.next());
            match place {
                (Some("changes"), Some(n), Some(field)) => self.cell(n, field, &error),
                _ => own.push(error),
            }
        }
        own.extend(self.sheets.wrong);
        refused(own)
    }

    /// What the cells themselves said, when nothing else was wrong.
    ///
    /// # Errors
    /// Cells that could not be read.
    pub fn checked(self) -> Result<()> {
        if self.sheets.wrong.is_empty() { Ok(()) } else { Err(refused(self.sheets.wrong)) }
    }

    fn cell(&mut self, n: usize, field: &str, error: &FieldError) {
        let Some(row) = self.rows.get(n) else { return };
        let column = match field {
            "change" => "change",
            "title" => "title",
            "field_name" => "field_name",
            "level" => "level_code",
            "replaced_by" => "replaced_by",
            "time_limit" => "time_limit",
            "fee" => "fee",
            _ => CODE,
        };
        let at = row.at(column);
        let typed = row.get(column).to_owned();
        // A cell that could not be read was named when it was read.
        let letter_of = format!("rows/{}/", row.number());
        let named =
            self.sheets.wrong.iter().any(|one| one.field.contains(&letter_of) && one.params.contains(&("value", typed.clone())));
        if named && !typed.is_empty() {
            return;
        }
        let first = |sheets: &Self| sheets.first(n).to_string();
        match error.code {
            "required" => self.sheets.cell(at, "sheet_required", "", None),
            "national_code_form" | "suffix_form" => self.sheets.cell(at, "sheet_code", &typed, None),
            "not_in_catalogue" => self.sheets.cell(at, "sheet_unknown_code", &typed, None),
            "changed_later" => {
                let date = error.params.iter().find(|(name, _)| *name == "date").map(|(_, text)| text.clone());
                self.sheets.cell(at, "sheet_changed_later", &typed, Some(("date", date.unwrap_or_default())));
            }
            "in_catalogue_already" => self.sheets.cell(at, "sheet_known_code", &typed, None),
            "changed_twice" => {
                let more = Some(("first", first(self)));
                self.sheets.cell(at, "sheet_repeated", &typed, more);
            }
            "unknown_level" => {
                let choices = error.params.iter().find(|(name, _)| *name == "choices").map(|(_, text)| text.clone());
                self.sheets.cell(at, "sheet_choice", &typed, Some(("choices", choices.unwrap_or_default())));
            }
            "replaced_by_itself" | "replaced_only" => self.sheets.cell(at, "sheet_replaced_by", &typed, None),
            _ => self.sheets.cell(at, "sheet_text", &typed, None),
        }
    }

    /// The number of the first row with the code of row `n`.
    fn first(&self, n: usize) -> u64 {
        let code = self.changes.get(n).map(|one| one.code.clone()).unwrap_or_default();
        let place = self.changes.iter().position(|one| one.code == code).unwrap_or(n);
        self.rows.get(place).map_or(0, Row::number)
    }
}
