//! The public-sector calendar and deadlines counted by it; standards and their clauses.

pub mod http;
pub mod pages;

use domain::calendar::Calendar;
use entities::{calendar_day, calendar_year};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use crate::error::Result;

/// The whole calendar: special days and the years whose list is out.
///
/// # Errors
/// The database's.
pub async fn load(db: &impl ConnectionTrait) -> Result<Calendar> {
    let days = calendar_day::Entity::find().order_by_asc(calendar_day::Column::OnDate).all(db).await?;
    let years = calendar_year::Entity::find().filter(calendar_year::Column::Published.eq(true)).all(db).await?;
    Ok(Calendar::new(days.into_iter().map(|day| (day.on_date, day.kind, day.name)), years.into_iter().map(|year| year.year)))
}
