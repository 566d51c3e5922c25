//! Lists as a spreadsheet: dates are dates and numbers are numbers, so that people can sort and compute.

use chrono::{Datelike as _, NaiveDate};
use rust_xlsxwriter::{DataValidation, DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

/// What a cell holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Cell {
    /// Nothing.
    #[default]
    Empty,
    /// Text, whatever it looks like: codes stay codes.
    Text(String),
    /// A number.
    Number(f64),
    /// A day.
    Date(NaiveDate),
}

impl Cell {
    /// Text, or nothing.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() { Self::Empty } else { Self::Text(text) }
    }

    /// Text that may be absent.
    #[must_use]
    pub fn optional(text: Option<&str>) -> Self {
        Self::text(text.unwrap_or_default())
    }

    /// A whole number.
    #[must_use]
    pub fn count(number: impl Into<i32>) -> Self {
        Self::Number(f64::from(number.into()))
    }

    /// A day that may be absent.
    #[must_use]
    pub fn day(day: Option<NaiveDate>) -> Self {
        day.map_or(Self::Empty, Self::Date)
    }
}

/// A column.
#[derive(Clone, Debug, Default)]
pub struct Head {
    /// Its name.
    pub text: String,
    /// Characters wide.
    pub width: u16,
    /// Values to choose from; empty when anything may be written.
    pub choices: Vec<String>,
}

impl Head {
    /// A column of free values.
    #[must_use]
    pub fn new(text: impl Into<String>, width: u16) -> Self {
        Self { text: text.into(), width, choices: Vec::new() }
    }
}

/// A sheet of the book.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    /// Its name, at most 31 characters.
    pub name: String,
    /// Lines above the columns: title, unit, day.
    pub top: Vec<String>,
    /// The columns.
    pub heads: Vec<Head>,
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
}

/// Rows below the heads that a template prepares for typing.
const PREPARED: u32 = 5_000;

/// The file.
///
/// # Errors
/// The writer's: a sheet's name or a text longer than the format holds.
pub fn write(sheets: &[Sheet]) -> Result<Vec<u8>, XlsxError> {
    let mut book = book()?;
    for sheet in sheets {
        fill(book.add_worksheet().set_name(&sheet.name)?, sheet)?;
    }
    book.save_to_buffer()
}

fn fill(page: &mut Worksheet, sheet: &Sheet) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    for (line, at) in sheet.top.iter().zip(0..) {
        page.write_string_with_format(at, 0, line, &bold)?;
    }
    let top = if sheet.top.is_empty() { 0 } else { count(sheet.top.len()) + 1 };
    let head = bold.set_text_wrap();
    for (one, place) in sheet.heads.iter().zip(0..) {
        page.write_string_with_format(top, place, &one.text, &head)?;
        page.set_column_width(place, f64::from(one.width))?;
        if sheet.rows.is_empty() {
            // Nothing typed under a head turns into a number or a day by itself.
            page.set_column_format(place, &Format::new().set_num_format("@"))?;
        }
        if !one.choices.is_empty() {
            let list = DataValidation::new().allow_list_strings(&one.choices)?;
            page.add_data_validation(top + 1, place, top + PREPARED, place, &list)?;
        }
    }
    page.set_freeze_panes(top + 1, 0)?;
    if let Some(last) = sheet.heads.len().checked_sub(1).filter(|_| !sheet.rows.is_empty()) {
        page.autofilter(top, 0, top + count(sheet.rows.len()), u16::try_from(last).unwrap_or(u16::MAX))?;
    }
    let day = Format::new().set_num_format("dd/mm/yyyy");
    for (row, at) in sheet.rows.iter().zip(top + 1..) {
        for (cell, place) in row.iter().zip(0..) {
            put(page, at, place, cell, &day)?;
        }
    }
    Ok(())
}

fn put(page: &mut Worksheet, row: u32, column: u16, cell: &Cell, day: &Format) -> Result<(), XlsxError> {
    match cell {
        Cell::Empty => return Ok(()),
        Cell::Text(text) => page.write_string(row, column, text)?,
        Cell::Number(number) => page.write_number(row, column, *number)?,
        Cell::Date(date) => match u16::try_from(date.year()).ok().and_then(|year| whole_day(year, *date)) {
            Some(value) => page.write_datetime_with_format(row, column, &value, day)?,
            None => page.write_string(row, column, date.to_string())?,
        },
    };
    Ok(())
}

/// A day as spreadsheets count them; none before 1900.
fn whole_day(year: u16, date: NaiveDate) -> Option<ExcelDateTime> {
    ExcelDateTime::from_ymd(year, u8::try_from(date.month()).ok()?, u8::try_from(date.day()).ok()?).ok()
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// An empty workbook. It says nothing of when it was written: the same rows give the same bytes.
pub(crate) fn book() -> Result<Workbook, XlsxError> {
    let mut book = Workbook::new();
    book.set_properties(&DocProperties::new().set_creation_datetime(&ExcelDateTime::from_ymd(2000, 1, 1)?));
    Ok(book)
}
