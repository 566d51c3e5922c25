//! What the yearly score counts of a unit's year, with the rows behind each number.

use chrono::{Datelike as _, NaiveDate};
use domain::id::{SurveyId, UnitId, WorkItemId};
use domain::year_work::COUNTS;
use entities::work_item;
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use crate::error::Result;

/// One counted number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Its stable name: one of [`COUNTS`], or `survey.<code>.<option>`.
    pub name: String,
    /// The number.
    pub value: i64,
    /// The rows behind it: those that add something. Empty for surveys, whose forms are nobody's to see.
    pub rows: Vec<WorkItemId>,
    /// Something of its kind was entered for the year: a zero is a count, and not just an empty register.
    pub kept: bool,
    /// The survey it comes from.
    pub survey: Option<OfSurvey>,
}

/// Where a number of a survey comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfSurvey {
    /// The survey.
    pub id: SurveyId,
    /// Its title.
    pub title: String,
    /// Words of the answer.
    pub option: String,
}

/// Every count of a unit's year as of `today`, in the order of [`COUNTS`], then the closed surveys with enough forms.
///
/// Not limited to anybody's scope: the caller of this function answers for who sees it.
///
/// # Errors
/// The database's.
pub async fn counts(db: &impl ConnectionTrait, unit: UnitId, year: i32, today: NaiveDate) -> Result<Vec<Counted>> {
    let rows = work_item::Entity::find()
        .filter(work_item::Column::UnitId.eq(unit))
        .filter(work_item::Column::Year.eq(year))
        .order_by_asc(work_item::Column::OrderOn)
        .order_by_asc(work_item::Column::Id)
        .all(db)
        .await?;
    let mut counted = of_rows(&rows, today);
    counted.extend(crate::surveys::counted(db, unit, year).await?);
    Ok(counted)
}

/// Every count of what came in, was due or, without a last day, was done between two days, as of the second. Surveys are
/// of a year and not among them.
///
/// Not limited to anybody's scope, as [`counts`].
///
/// # Errors
/// The database's.
pub async fn counts_between(db: &impl ConnectionTrait, unit: UnitId, (from, to): (NaiveDate, NaiveDate)) -> Result<Vec<Counted>> {
    let rows = work_item::Entity::find()
        .filter(work_item::Column::UnitId.eq(unit))
        .filter(work_item::Column::Year.between(from.year(), to.year()))
        .order_by_asc(work_item::Column::OrderOn)
        .order_by_asc(work_item::Column::Id)
        .all(db)
        .await?;
    let within = |row: &work_item::Model| (from..=to).contains(&row.received_on.unwrap_or(row.order_on));
    let rows: Vec<work_item::Model> = rows.into_iter().filter(within).collect();
    Ok(of_rows(&rows, to))
}

fn of_rows(rows: &[work_item::Model], today: NaiveDate) -> Vec<Counted> {
    COUNTS
        .iter()
        .map(|count| {
            let added = rows.iter().map(|row| (row.id, count.adds(&row.item(), today))).filter(|(_, adds)| *adds != 0);
            let (counted, adds): (Vec<_>, Vec<_>) = added.unzip();
            let kept = rows.iter().any(|row| row.kind == count.kind);
            let value = adds.into_iter().map(i64::from).sum();
            Counted { name: count.name.to_owned(), value, rows: counted, kept, survey: None }
        })
        .collect()
}
