//! The lists an agency must show: internal master list, external list, records list, distribution
//! book, change requests, what is not in force any more. One door: as a spreadsheet with everything known, as an official paper with
//! the usual columns, and on pages. A constant number of statements whatever their length.

mod ended;
pub mod kept;
pub mod paper;
pub mod reference;
mod rows;

use domain::document::control::DocumentList;
use domain::id::UnitId;
use domain::permission::Permission;
use domain::rule::Refused;
use entities::unit;
use render::sheets::{Cell, Head, Sheet};
use render::{Catalogue, Lang};
use sea_orm::{ConnectionTrait, EntityTrait as _};
use uuid::Uuid;

use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::http::Slice;

/// Most rows of a list: more than any province has, and fewer than the values that one statement may bind (32 766 on SQLite).
const MOST: u64 = 30_000;
/// One row more tells that there are more.
const FETCHED: u64 = MOST + 1;

/// A column of the spreadsheet: its key in `document_file.` and its width; 0 when only papers have it.
type Columns = &'static [(&'static str, u16)];

/// A column of the paper: its key, its share of the room, whether it stands in the middle.
type Printed = &'static [(&'static str, u16, bool)];

/// What is asked for.
#[derive(Debug)]
struct Ask<'a, C> {
    db: &'a C,
    caller: &'a Caller,
    words: &'a Catalogue,
    /// Of this unit with everything below it; of everything the caller sees unless said.
    unit_id: Option<UnitId>,
    /// A page, newest first; everything in the order of the list unless said.
    slice: Option<&'a Slice>,
}

impl<C> Ask<'_, C> {
    fn say(&self, key: &str) -> String {
        self.words.get(Lang::Vi, key, &[])
    }

    fn label(&self, key: &str, code: &str) -> Cell {
        Cell::text(self.say(&format!("{key}.{code}")))
    }
}

/// What stands in the list because of one record.
#[derive(Clone, Debug)]
struct Entry {
    /// Where it stands among the others: creation and id.
    key: (serde_json::Value, Uuid),
    /// The page behind it.
    href: Option<String>,
    rows: Vec<Vec<Cell>>,
}

const fn columns(list: DocumentList) -> Columns {
    match list {
        DocumentList::Master => rows::MASTER,
        DocumentList::External => rows::EXTERNAL,
        DocumentList::Records => kept::COLUMNS,
        DocumentList::Distribution => rows::DISTRIBUTION,
        DocumentList::Requests => rows::REQUESTS,
        DocumentList::Ended => ended::COLUMNS,
    }
}

const fn printed(list: DocumentList) -> Printed {
    match list {
        DocumentList::Master => rows::MASTER_PRINTED,
        DocumentList::External => rows::EXTERNAL_PRINTED,
        DocumentList::Records => kept::PRINTED,
        DocumentList::Distribution => rows::DISTRIBUTION_PRINTED,
        DocumentList::Requests => rows::REQUESTS_PRINTED,
        DocumentList::Ended => ended::PRINTED,
    }
}

/// Where the columns of the paper stand among all.
fn places(list: DocumentList) -> impl Iterator<Item = usize> {
    let all = columns(list);
    printed(list).iter().filter_map(move |(key, ..)| all.iter().position(|(one, _)| one == key))
}

/// All rows, when they are not more than the most: a list that was cut would be taken for the whole.
fn whole<R>(rows: Vec<R>, most: u64) -> Result<Vec<R>> {
    if u64::try_from(rows.len()).is_ok_and(|found| found <= most) {
        Ok(rows)
    } else {
        Err(Refused::new("list_too_long").with("max", most).into())
    }
}

async fn entries(ask: &Ask<'_, impl ConnectionTrait>, list: DocumentList) -> Result<Vec<Entry>> {
    match list {
        DocumentList::Master => rows::master(ask).await,
        DocumentList::External => rows::external(ask).await,
        DocumentList::Records => kept::entries(ask).await,
        DocumentList::Distribution => rows::book(ask).await,
        DocumentList::Requests => rows::requests(ask).await,
        DocumentList::Ended => ended::entries(ask).await,
    }
}

/// The unit a list is asked of.
///
/// # Errors
/// 404 for a unit whose documents the caller does not read.
pub async fn unit_of(db: &impl ConnectionTrait, caller: &Caller, unit_id: Option<UnitId>) -> Result<Option<unit::Model>> {
    let Some(id) = unit_id else { return Ok(None) };
    if !caller.scope(Permission::ReadDocuments).contains(db, id).await? {
        return Err(Error::NotFound);
    }
    Ok(unit::Entity::find_by_id(id).one(db).await?)
}

/// The file name of a list, without its kind.
#[must_use]
pub fn file_name(list: DocumentList, today: chrono::NaiveDate) -> String {
    let name = match list {
        DocumentList::Master => "danh-muc-tai-lieu-noi-bo",
        DocumentList::External => "danh-muc-tai-lieu-ben-ngoai",
        DocumentList::Records => "danh-muc-ho-so",
        DocumentList::Distribution => "so-phan-phoi-tai-lieu",
        DocumentList::Requests => "so-de-nghi-sua-doi",
        DocumentList::Ended => "danh-muc-tai-lieu-het-hieu-luc",
    };
    format!("{name}-{today}")
}

/// A list of a unit, with everything below it, as a spreadsheet of today.
///
/// # Errors
/// 404 for a unit whose documents the caller does not read, 409 `list_too_long`: it is never cut.
pub async fn file(
    db: &impl ConnectionTrait,
    caller: &Caller,
    words: &Catalogue,
    list: DocumentList,
    unit_id: Option<UnitId>,
) -> Result<Vec<u8>> {
    let unit = unit_of(db, caller, unit_id).await?;
    let ask = Ask { db, caller, words, unit_id, slice: None };
    let found = entries(&ask, list).await?;
    let name = ask.say(&format!("{}.{}", DocumentList::KEY, list.code()));
    let on = words.get(Lang::Vi, "document_file.on", &[("date", domain::time::vn_day(caller.today))]);
    let kept = |width: &u16| *width > 0;
    let head = |(key, width): &(&str, u16)| Head::new(ask.say(&format!("document_file.{key}")), *width);
    let in_sheet = |row: Vec<Cell>| {
        let cells = row.into_iter().zip(columns(list)).filter(|(_, (_, width))| kept(width)).map(|(cell, _)| cell);
        cells.collect::<Vec<_>>()
    };
    let numbered = |(row, number): (Vec<Cell>, i32)| std::iter::once(Cell::count(number)).chain(in_sheet(row)).collect();
    let sheet = Sheet {
        name: ask.say(&format!("document_file.sheet_{}", list.code())),
        top: [Some(name), unit.map(|unit| unit.name), Some(on)].into_iter().flatten().collect(),
        heads: std::iter::once(&("number", 6)).chain(columns(list).iter().filter(|(_, width)| kept(width))).map(head).collect(),
        rows: found.into_iter().flat_map(|entry| entry.rows).zip(1..).map(numbered).collect(),
    };
    render::sheets::write(&[sheet]).map_err(|error| Error::Internal(error.into()))
}

/// A page of a list as the paper has it: heads, rows with the page behind each, the next page.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Heads of the columns.
    pub heads: Vec<String>,
    /// Rows.
    pub rows: Vec<(Option<String>, Vec<String>)>,
    /// Address of the next page.
    pub next: Option<String>,
}

/// A page of a list.
///
/// # Errors
/// 404 for a unit whose documents the caller does not read.
pub async fn page(
    db: &impl ConnectionTrait,
    caller: &Caller,
    words: &Catalogue,
    list: DocumentList,
    unit_id: Option<UnitId>,
    slice: &Slice,
    path: &str,
) -> Result<Shown> {
    unit_of(db, caller, unit_id).await?;
    let ask = Ask { db, caller, words, unit_id, slice: Some(slice) };
    let found = entries(&ask, list).await?;
    let (found, next) = slice.page(found, path, |entry| entry.key.clone(), |entry| entry);
    let row = |href: &Option<String>, row: &Vec<Cell>| (href.clone(), picked(list, row));
    let rows = found.iter().flat_map(|entry| entry.rows.iter().map(|one| row(&entry.href, one)));
    Ok(Shown { heads: heads(&ask, list), rows: rows.collect(), next })
}

fn heads<C>(ask: &Ask<'_, C>, list: DocumentList) -> Vec<String> {
    printed(list).iter().map(|(key, ..)| ask.say(&format!("document_file.{key}"))).collect()
}

/// The cells of the paper as text.
fn picked(list: DocumentList, row: &[Cell]) -> Vec<String> {
    places(list).map(|place| row.get(place).map(text).unwrap_or_default()).collect()
}

fn text(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => text.clone(),
        Cell::Number(number) => number.to_string(),
        Cell::Date(day) => domain::time::vn_day(*day),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_is_too_long_is_refused_and_never_cut() {
        for (rows, expected) in [(0, Ok(0)), (3, Ok(3)), (4, Err(Some("3")))] {
            let found = whole(vec!["row"; rows], 3).map(|rows| rows.len());
            let found = found.map_err(|error| match error {
                Error::Rule(refused) if refused.code == "list_too_long" => {
                    refused.params.into_iter().find(|(name, _)| *name == "max").map(|(_, most)| most)
                }
                other => panic!("{other:?}"),
            });
            assert_eq!(found, expected.map_err(|most| most.map(str::to_owned)), "{rows}");
        }
    }
}
