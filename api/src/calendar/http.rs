//! `/calendar`.

use chrono::{Datelike as _, NaiveDate};
use domain::calendar::{DayKind, DeadlineKind, DeadlineUnit};
use domain::id::CalendarDayId;
use entities::calendar_day;
use poem::web::Data;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

use super::{DayInput, Question};
use crate::app::App;
use crate::auth::{Auth, can};
use crate::error::Result;
use crate::http::{Done, One, Version};

/// Operations of this area.
#[derive(Debug)]
pub struct CalendarApi;

/// The special days of a year.
#[derive(Debug, Object)]
pub struct CalendarYear {
    /// The year.
    pub year: i32,
    /// Whether its official list is out; else counts that touch it are provisional.
    pub published: bool,
    /// Where that is known from.
    pub source: Option<String>,
    /// Its special days, in order.
    pub items: Vec<CalendarDay>,
}

/// A day off or a made-up working day.
#[derive(Debug, Object)]
pub struct CalendarDay {
    /// Its id.
    pub id: CalendarDayId,
    /// The day.
    pub on_date: NaiveDate,
    /// Why it differs from the ordinary week.
    pub kind: DayKind,
    /// Its name.
    pub name: String,
    /// The notice or law it rests on.
    pub source: Option<String>,
    /// How far the source is verified: `verified_secondary`, `computed`, `unverified`, `entered`.
    pub trust: String,
    /// When the notice came out.
    pub published_on: Option<NaiveDate>,
    /// Version, also the ETag.
    pub version: i64,
}

/// A special day as entered.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct CalendarDayBody {
    /// The day.
    pub on_date: NaiveDate,
    /// Why it differs from the ordinary week.
    pub kind: DayKind,
    /// Its name.
    pub name: String,
    /// The notice or law it rests on.
    pub source: String,
    /// When the notice came out.
    pub published_on: Option<NaiveDate>,
}

/// Whether the list of a year is out.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct CalendarYearBody {
    /// Whether it is.
    pub published: bool,
    /// The notice.
    pub source: String,
}

/// A counted deadline.
#[derive(Debug, Object)]
pub struct CountedDeadline {
    /// The last day to act, a working day.
    pub due: NaiveDate,
    /// How many days were counted.
    pub counted: i64,
    /// Where the term ends before it rolls over days off.
    pub ends_on: NaiveDate,
    /// Days off passed over.
    pub skipped: Vec<SkippedDay>,
    /// How it was counted, in Vietnamese.
    pub explanation: String,
    /// Tạm tính: it touches a year whose calendar is not published.
    pub provisional: bool,
}

/// A day off passed over.
#[derive(Debug, Object)]
pub struct SkippedDay {
    /// The day.
    pub date: NaiveDate,
    /// Its name or weekday.
    pub reason: String,
}

fn show(row: calendar_day::Model) -> CalendarDay {
    let calendar_day::Model { id, on_date, kind, name, source, trust, published_on, version } = row;
    CalendarDay { id, on_date, kind, name, source, trust, published_on, version }
}

impl From<CalendarDayBody> for DayInput {
    fn from(body: CalendarDayBody) -> Self {
        let CalendarDayBody { on_date, kind, name, source, published_on } = body;
        Self { on_date: Some(on_date), kind: Some(kind), name, source, published_on }
    }
}

#[OpenApi]
impl CalendarApi {
    /// The special days of a year
    #[oai(path = "/calendar/days", method = "get", operation_id = "list_calendar_days")]
    async fn list_calendar_days(
        &self,
        auth: Auth<can::ReadReference>,
        app: Data<&App>,
        year: Query<Option<i32>>,
    ) -> Result<Json<CalendarYear>> {
        let year = super::year(app.store.read(), year.0.unwrap_or_else(|| auth.today.year())).await?;
        Ok(Json(CalendarYear {
            year: year.year,
            published: year.published,
            source: year.source,
            items: year.days.into_iter().map(show).collect(),
        }))
    }

    /// A special day
    #[oai(path = "/calendar/days/:id", method = "get", operation_id = "get_calendar_day")]
    async fn get_calendar_day(
        &self,
        _auth: Auth<can::ReadReference>,
        app: Data<&App>,
        id: Path<CalendarDayId>,
    ) -> Result<One<CalendarDay>> {
        let row = super::find_day(app.store.read(), id.0).await?;
        let version = row.version;
        Ok(One::found(show(row), version))
    }

    /// Add a special day
    ///
    /// For the business administration of the root unit. Due dates counted before stay as they were told.
    #[oai(path = "/calendar/days", method = "post", operation_id = "create_calendar_day")]
    async fn create_calendar_day(
        &self,
        auth: Auth<can::ManageCalendar>,
        app: Data<&App>,
        body: Json<CalendarDayBody>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
    ) -> Result<One<CalendarDay>> {
        let row = super::add_day(&app.store, &auth, body.0.into()).await?;
        let version = row.version;
        Ok(One::made(show(row), version))
    }

    /// Change a special day
    #[oai(path = "/calendar/days/:id", method = "patch", operation_id = "update_calendar_day")]
    async fn update_calendar_day(
        &self,
        auth: Auth<can::ManageCalendar>,
        app: Data<&App>,
        id: Path<CalendarDayId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<CalendarDayBody>,
    ) -> Result<One<CalendarDay>> {
        let row = super::change_day(&app.store, &auth, id.0, seen.0, body.0.into()).await?;
        let version = row.version;
        Ok(One::found(show(row), version))
    }

    /// Take a special day out
    #[oai(path = "/calendar/days/:id", method = "delete", operation_id = "delete_calendar_day")]
    async fn delete_calendar_day(
        &self,
        auth: Auth<can::ManageCalendar>,
        app: Data<&App>,
        id: Path<CalendarDayId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
    ) -> Result<Done> {
        super::remove_day(&app.store, &auth, id.0, seen.0).await?;
        Ok(Done::Done)
    }

    /// Say whether the list of a year is out
    #[oai(path = "/calendar/years/:year", method = "put", operation_id = "publish_calendar_year")]
    async fn publish_calendar_year(
        &self,
        auth: Auth<can::ManageCalendar>,
        app: Data<&App>,
        year: Path<i32>,
        body: Json<CalendarYearBody>,
    ) -> Result<Done> {
        super::publish_year(&app.store, &auth, year.0, body.0.published, body.0.source).await?;
        Ok(Done::Done)
    }

    /// Count a deadline
    ///
    /// The day of the event is not counted; an end on a day off rolls to the next working day. «ngày» and «ngày làm việc» are
    /// different units. `known_on` counts by the calendar as it was published by that day.
    #[oai(path = "/calendar/deadline", method = "get", operation_id = "count_deadline")]
    #[expect(clippy::too_many_arguments, reason = "query parameters")]
    async fn count_deadline(
        &self,
        _auth: Auth<can::ReadReference>,
        app: Data<&App>,
        from: Query<NaiveDate>,
        n: Query<u32>,
        unit: Query<DeadlineUnit>,
        kind: Query<Option<DeadlineKind>>,
        known_on: Query<Option<NaiveDate>>,
    ) -> Result<Json<CountedDeadline>> {
        let kind = kind.0.unwrap_or(DeadlineKind::By);
        let question = Question { from: from.0, n: n.0, unit: unit.0, kind, known_on: known_on.0 };
        let found = super::count(app.store.read(), question).await?;
        Ok(Json(CountedDeadline {
            due: found.due,
            counted: found.counted,
            ends_on: found.ends_on,
            skipped: found.skipped.into_iter().map(|day| SkippedDay { date: day.date, reason: day.reason }).collect(),
            explanation: found.explanation,
            provisional: found.provisional,
        }))
    }
}
