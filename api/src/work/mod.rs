//! What waits for a person: one list over all areas, the most pressing first; and search.

pub mod duties;
pub mod http;
pub mod pages;
pub mod records;
mod rounds;
mod waiting;

use chrono::{DateTime, NaiveDate, Utc};
use domain::calendar::Calendar;
use domain::record::Subject;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::auth::Caller;
use crate::error::Result;

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The act: `work_verb.<verb>` in the catalogue.
    pub verb: &'static str,
    /// What kind of record it is: `work_kind.<kind>` in the catalogue.
    pub kind: &'static str,
    /// What it is about.
    pub subject: Subject,
    /// Its id.
    pub subject_id: Uuid,
    /// Its number.
    pub code: String,
    /// What it is about, in a few words.
    pub title: String,
    /// How many lines or criteria, where the act is about several: `work_count.<verb>` in the catalogue.
    pub count: Option<u32>,
    /// Name of the unit concerned.
    pub unit_name: String,
    /// By when; `None` when no day is set.
    pub due_on: Option<NaiveDate>,
    /// Working days left; negative when past.
    pub days_left: Option<i64>,
    /// Whether the day has passed.
    pub overdue: bool,
    /// The page where it is done.
    pub href: String,
}

/// Everything that waits for the caller.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// The things, by time left, those without a day last.
    pub items: Vec<Item>,
    /// The next visit the caller takes part in, after today.
    pub ahead: Option<(String, NaiveDate, String)>,
}

/// What waits for the caller, over all areas: a constant number of statements.
///
/// # Errors
/// The database's.
pub async fn waiting(db: &impl ConnectionTrait, caller: &Caller, now: DateTime<Utc>) -> Result<Waiting> {
    let calendar = crate::calendar::load(db).await?;
    let (mut items, ahead) = waiting::visits(db, caller).await?;
    items.extend(waiting::findings(db, caller).await?);
    items.extend(waiting::actions(db, caller).await?);
    items.extend(waiting::steps(db, caller).await?);
    items.extend(waiting::papers(db, caller, &calendar).await?);
    items.extend(rounds::rounds(db, caller, now).await?);
    items.extend(crate::documents::waiting::items(db, caller).await?);
    items.extend(crate::conformity::waiting::items(db, caller, &calendar).await?);
    items.extend(crate::objectives::owed::items(db, caller).await?);
    items.extend(crate::management_reviews::owed::items(db, caller).await?);
    for item in &mut items {
        count_down(item, &calendar, caller.today);
    }
    items.sort_by(|a, b| (a.due_on.is_none(), a.due_on, &a.code, a.verb).cmp(&(b.due_on.is_none(), b.due_on, &b.code, b.verb)));
    Ok(Waiting { items, ahead })
}

fn count_down(item: &mut Item, calendar: &Calendar, today: NaiveDate) {
    item.days_left = item.due_on.map(|due_on| calendar.working_days_between(today, due_on));
    item.overdue = item.due_on.is_some_and(|due_on| due_on < today);
}
