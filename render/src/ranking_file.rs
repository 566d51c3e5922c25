//! A published ranking as a spreadsheet: numbers are numbers, so that people can compute with them.

use rust_xlsxwriter::{Format, Worksheet, XlsxError};

use crate::{Catalogue, Lang};

/// A ranking to be written.
#[derive(Clone, Debug, Default)]
pub struct RankingFile {
    /// Title, the first line of both sheets.
    pub title: String,
    /// Lines under the title: set, digest, that it is a sample.
    pub notes: Vec<String>,
    /// A row a unit.
    pub rows: Vec<RankingFileRow>,
    /// Codes of the criteria, the columns of the second sheet.
    pub criteria: Vec<String>,
}

/// A unit; points as decimal strings.
#[derive(Clone, Debug, Default)]
pub struct RankingFileRow {
    /// Rank.
    pub rank: u32,
    /// Code; text, whatever it looks like.
    pub code: String,
    /// Name.
    pub unit: String,
    /// Self-score, appraised, base, bonus, penalty, final.
    pub points: [String; 6],
    /// Last year's final score.
    pub previous: Option<String>,
    /// Grade.
    pub grade: String,
    /// Points of each criterion, in the order of the columns.
    pub lines: Vec<Option<String>>,
}

const COLUMNS: [&str; 11] =
    ["rank", "code", "unit", "own", "appraised", "base", "bonus", "penalty", "total", "previous", "grade"];

/// The file.
///
/// # Errors
/// The writer's: a text longer than a cell holds.
pub fn write(file: &RankingFile, catalogue: &Catalogue, lang: Lang) -> Result<Vec<u8>, XlsxError> {
    let say = |key: &str| catalogue.get(lang, &format!("xlsx.{key}"), &[]);
    let mut book = crate::sheets::book()?;
    let first = book.add_worksheet().set_name(say("sheet"))?;
    let heads: Vec<String> = COLUMNS.iter().map(|column| say(column)).collect();
    let top = head(first, file, &heads)?;
    first.autofilter(top, 0, top + count(file.rows.len()), column(heads.len() - 1))?;
    let points = Format::new().set_num_format("0.00");
    for (row, at) in file.rows.iter().zip(top + 1..) {
        first.write_number(at, 0, row.rank)?;
        first.write_string(at, 1, &row.code)?;
        first.write_string(at, 2, &row.unit)?;
        for (value, place) in row.points.iter().zip(3..) {
            number(first, at, place, value, &points)?;
        }
        if let Some(previous) = &row.previous {
            number(first, at, 9, previous, &points)?;
        }
        first.write_string(at, 10, &row.grade)?;
    }
    first.set_column_width(2, 36)?;
    let second = book.add_worksheet().set_name(say("details"))?;
    let heads: Vec<String> = [say("code"), say("unit")].into_iter().chain(file.criteria.iter().cloned()).collect();
    let top = head(second, file, &heads)?;
    second.autofilter(top, 0, top + count(file.rows.len()), column(heads.len() - 1))?;
    for (row, at) in file.rows.iter().zip(top + 1..) {
        second.write_string(at, 0, &row.code)?;
        second.write_string(at, 1, &row.unit)?;
        for (value, place) in row.lines.iter().zip(2..) {
            if let Some(value) = value {
                number(second, at, place, value, &points)?;
            }
        }
    }
    second.set_column_width(1, 36)?;
    book.save_to_buffer()
}

/// Title, notes and frozen column heads; the row of the heads.
fn head(sheet: &mut Worksheet, file: &RankingFile, heads: &[String]) -> Result<u32, XlsxError> {
    let bold = Format::new().set_bold();
    sheet.write_string_with_format(0, 0, &file.title, &bold)?;
    for (note, at) in file.notes.iter().zip(1..) {
        sheet.write_string(at, 0, note)?;
    }
    let top = count(file.notes.len()) + 2;
    let wrapped = bold.set_text_wrap();
    for (text, place) in heads.iter().zip(0..) {
        sheet.write_string_with_format(top, place, text, &wrapped)?;
    }
    sheet.set_freeze_panes(top + 1, 0)?;
    Ok(top)
}

/// A cell that holds a number; a text that is none stays a text.
fn number(sheet: &mut Worksheet, row: u32, column: u16, value: &str, format: &Format) -> Result<(), XlsxError> {
    match value.parse::<f64>() {
        Ok(value) => sheet.write_number_with_format(row, column, value, format)?,
        Err(_) => sheet.write_string(row, column, value)?,
    };
    Ok(())
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn column(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}
