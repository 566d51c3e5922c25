//! A list that an agency shows (danh mục, sổ), or a form of facts with their signatures (phiếu).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{PaperError, Sheet, Signatory};

/// A list or form: the head of an administrative paper without a number, since the type of paper is
/// none that takes one (NĐ 30/2020/NĐ-CP, điều 7), then facts, then a table whose head is repeated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct List {
    /// Head, subject, draft mark.
    pub sheet: Sheet,
    /// In capitals: «DANH MỤC HỒ SƠ».
    pub name: String,
    /// Địa danh.
    pub place: String,
    /// Its date; blanks until it is signed.
    pub dated_on: Option<NaiveDate>,
    /// Across the page.
    pub landscape: bool,
    /// Căn cứ, a line each, from «Căn cứ …», without closing punctuation.
    pub grounds: Vec<String>,
    /// Facts above the table, or the whole of a form.
    pub facts: Vec<Fact>,
    /// Columns after the running number; none where there is no table.
    pub columns: Vec<Column>,
    /// Rows; as many cells as columns.
    pub rows: Vec<Vec<String>>,
    /// Remarks below the table, a paragraph each.
    pub notes: Vec<String>,
    /// Who signs, from left to right.
    pub signatures: Vec<Signatory>,
}

/// A fact with its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// Its name.
    pub name: String,
    /// What it is; dotted lines to write on when empty.
    pub text: String,
}

/// A column of the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its head.
    pub head: String,
    /// Its share of the room.
    pub share: u16,
    /// Codes, dates and numbers stand in the middle.
    pub centred: bool,
}

impl List {
    pub(super) fn check(&self) -> Result<(), PaperError> {
        let wrong = self.rows.iter().position(|row| row.len() != self.columns.len());
        match wrong {
            Some(row) => Err(PaperError::Contradiction(format!("row {} of the list has not one cell a column", row + 1))),
            None => Ok(()),
        }
    }
}
