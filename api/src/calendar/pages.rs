//! `/lich`: the calendar of a year, and a small calculator of deadlines.

use chrono::{Datelike as _, NaiveDate};
use domain::calendar::{DayKind, DeadlineKind, DeadlineUnit};
use domain::draft::Problems;
use domain::id::CalendarDayId;
use entities::calendar_day;
use poem::web::{Data, Path, Query};
use poem::{Request, Response, Route, get, handler, post};
use render::views::calendar::{Calendar, Counted, DayRow};
use render::views::part::{Chip, Choice, Listing};
use render::{Form, Lang};

use super::{DayInput, Question};
use crate::app::App;
use crate::auth::{Caller, can};
use crate::error::{Error, Result};
use crate::web::{self, Login, Posted};

/// Adds the pages of this area.
#[must_use]
pub fn routes(tree: Route) -> Route {
    tree.at("/lich", get(year_page))
        .at("/lich/ngay", post(add))
        .at("/lich/nam/:year", post(publish))
        .at("/lich/:id/xoa", post(remove))
}

/// The query: a year, or a term to be counted.
#[derive(Debug, Default, serde::Deserialize)]
struct Asked {
    nam: Option<i32>,
    from: Option<String>,
    n: Option<String>,
    unit: Option<String>,
}

#[handler]
async fn year_page(
    login: Login<can::ReadReference>,
    app: Data<&App>,
    request: &Request,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let year = asked.nam.unwrap_or_else(|| login.today.year());
    let (question, counted) = counted(&app, login.today, &asked).await?;
    let view = Calendar { question, counted, ..view(&app, &login, year, Failed::None).await? };
    web::page(&app, &login, title(&app, year), &web::path_of(request), &view).await
}

fn title(app: &App, year: i32) -> String {
    web::say(app, "calendar.title", &[("year", year.to_string())])
}

/// The calculator's form as it was sent, and what came out.
async fn counted(app: &App, today: NaiveDate, asked: &Asked) -> Result<(Form, Option<Counted>)> {
    let mut form = Form::default().with_id("question");
    let (Some(from), Some(n), Some(unit)) = (&asked.from, &asked.n, &asked.unit) else {
        form.set("from", today.to_string()).set("unit", DeadlineUnit::WorkingDay.code());
        return Ok((form, None));
    };
    form.set("from", from.as_str()).set("n", n.as_str()).set("unit", unit.as_str());
    let (day, number, of) = (from.parse::<NaiveDate>(), n.trim().parse::<u32>(), unit.parse::<DeadlineUnit>());
    let mut problems = Problems::new();
    problems.check(day.is_err(), "from", "required");
    problems.check(number.is_err(), "n", "required");
    problems.check(of.is_err(), "unit", "required");
    if let Err(wrong) = problems.finish() {
        form.refuse(app.renderer.catalogue(), Lang::Vi, &wrong);
    }
    let (Ok(from), Ok(n), Ok(unit)) = (day, number, of) else { return Ok((form, None)) };
    match super::count(app.store.read(), Question { from, n, unit, kind: DeadlineKind::By, known_on: None }).await {
        Ok(found) => Ok((form, Some(Counted { due: found.due, explanation: found.explanation, provisional: found.provisional }))),
        Err(Error::Rule(refused)) => {
            form.error("n", app.renderer.catalogue().get(Lang::Vi, &format!("rule.{}", refused.code), &refused.params));
            Ok((form, None))
        }
        Err(other) => Err(other),
    }
}

/// A form of the page that was refused.
enum Failed {
    None,
    Add(Form),
    Publish(Form),
}

async fn view(app: &App, caller: &Caller, year: i32, failed: Failed) -> Result<Calendar> {
    let db = app.store.read();
    let known = super::year(db, year).await?;
    let keeper = super::is_keeper(db, caller).await?;
    let chip =
        |known: i32| Chip { label: known.to_string(), href: format!("/lich?nam={known}"), active: known == year, count: None };
    let mut years = super::years(db).await?;
    if keeper {
        // The year to come is entered and published before anything counts into it.
        years.extend([year, caller.today.year() + 1]);
        years.sort_unstable();
        years.dedup();
    }
    let chips = years.into_iter().map(chip).collect();
    let (day_form, year_form) = match failed {
        Failed::None => (None, None),
        Failed::Add(form) => (Some(form), None),
        Failed::Publish(form) => (None, Some(form)),
    };
    let told = || {
        let mut form = web::fresh_form(None);
        form.set("published", if known.published { "yes" } else { "no" });
        form.set("source", known.source.clone().unwrap_or_default());
        form
    };
    let publish_form = year_form.unwrap_or_else(told).with_id("publish");
    let rows = known.days.into_iter().map(|row| day_row(app, row, keeper)).collect();
    let choice = |key: &str, code: &'static str| Choice::new(code, web::say(app, &format!("{key}.{code}"), &[]));
    Ok(Calendar {
        year,
        published: known.published,
        publish: keeper.then(|| format!("/lich/nam/{year}")),
        publish_form,
        list: Listing { chips, ..Listing::plain(rows) },
        question: counted(app, caller.today, &Asked::default()).await?.0,
        units: DeadlineUnit::ALL.iter().map(|unit| choice(DeadlineUnit::KEY, unit.code())).collect(),
        counted: None,
        add: keeper.then(|| "/lich/ngay".to_owned()),
        form: day_form.unwrap_or_else(|| web::fresh_form(None)).with_id("add"),
        kinds: DayKind::ALL.iter().map(|kind| choice(DayKind::KEY, kind.code())).collect(),
    })
}

fn day_row(app: &App, row: calendar_day::Model, keeper: bool) -> DayRow {
    let key = format!("calendar_trust.{}", row.trust);
    DayRow {
        on: row.on_date,
        name: row.name,
        kind: row.kind.to_string(),
        source: row.source,
        trust: if app.renderer.catalogue().has(&key) { web::say(app, &key, &[]) } else { row.trust },
        remove: keeper.then(|| format!("/lich/{}/xoa", row.id)),
        form: Form { version: Some(row.version), ..Form::default() }.with_id(row.id.to_string()),
    }
}

#[handler]
async fn add(app: Data<&App>, posted: Posted<can::ManageCalendar>) -> Result<Response> {
    let form = &posted.form;
    let input = DayInput {
        on_date: form.value("on_date").parse().ok(),
        kind: form.value("kind").parse().ok(),
        name: form.value("name").to_owned(),
        source: form.value("source").to_owned(),
        published_on: form.value("published_on").parse().ok(),
    };
    let year = input.on_date.map_or_else(|| posted.caller.today.year(), |day| day.year());
    match super::add_day(&app.store, &posted.caller, input).await {
        Ok(row) => Ok(web::done(&format!("/lich?nam={}", row.on_date.year()), "day_added")),
        Err(error) => {
            let caller = posted.caller;
            web::again(&app, &caller, title(&app, year), "/lich", posted.form, error, async |form| {
                view(&app, &caller, year, Failed::Add(form)).await
            })
            .await
        }
    }
}

#[handler]
async fn publish(app: Data<&App>, Path(year): Path<i32>, posted: Posted<can::ManageCalendar>) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let (published, source) = (form.value("published") == "yes", form.value("source").to_owned());
    let path = format!("/lich?nam={year}");
    match super::publish_year(&app.store, &caller, year, published, source).await {
        Ok(()) => Ok(web::done(&path, "year_saved")),
        Err(error) => {
            web::again(&app, &caller, title(&app, year), &path, form, error, async |form| {
                view(&app, &caller, year, Failed::Publish(form)).await
            })
            .await
        }
    }
}

#[handler]
async fn remove(app: Data<&App>, Path(id): Path<CalendarDayId>, posted: Posted<can::ManageCalendar>) -> Result<Response> {
    let day = super::find_day(app.store.read(), id).await?;
    super::remove_day(&app.store, &posted.caller, id, web::seen(&posted.form)?).await?;
    Ok(web::done(&format!("/lich?nam={}", day.on_date.year()), "day_removed"))
}
