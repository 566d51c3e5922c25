//! `/don-vi`: the tree as of a day, and each unit.

use chrono::NaiveDate;
use domain::id::UnitId;
use domain::permission::Permission;
use domain::record::SuccessionKind;
use entities::unit;
use poem::web::{Data, Path, Query};
use poem::{Request, Response, Route, get, handler, post};
use render::Form;
use render::views::part::{Chip, Choice, Listing, Pager, Search};
use render::views::units::{OpenDuty, SuccessionForm, SuccessionRow, UnitLink, UnitList, UnitPage, UnitRow};

use super::http::under;
use super::succession::{self, Heir};
use super::{Filter, Link, Under};
use crate::app::App;
use crate::auth::{Caller, can};
use crate::error::Result;
use crate::http::{Slice, link};
use crate::web::{self, Login, Posted};

/// Adds the pages of this area.
#[must_use]
pub fn routes(tree: Route) -> Route {
    tree.at("/don-vi", get(list_page))
        .at("/don-vi/:id", get(unit_page))
        .at("/don-vi/:id/sua-ten", post(correct))
        .at("/don-vi/:id/ke-thua", get(succession_page).post(succeed))
}

/// The query of the list.
#[derive(Debug, Default, serde::Deserialize)]
struct Asked {
    ngay: Option<String>,
    thuoc: Option<String>,
    cap: Option<String>,
    q: Option<String>,
    cursor: Option<String>,
}

const LEVELS: [&str; 5] = ["province", "province_department", "district", "commune", "division"];

#[handler]
async fn list_page(
    login: Login<can::ReadReference>,
    app: Data<&App>,
    request: &Request,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let on = asked.ngay.as_deref().and_then(|day| day.parse().ok()).unwrap_or(login.today);
    let day = asked.ngay.clone().filter(|day| day.parse::<NaiveDate>().is_ok());
    let q = asked.q.clone().filter(|q| !q.trim().is_empty());
    let level = asked.cap.clone().filter(|level| LEVELS.contains(&level.as_str()));
    let place = match under(asked.thuoc.as_deref()).unwrap_or(Under::Roots) {
        Under::Anywhere if q.is_none() && level.is_none() => Under::Roots,
        place => place,
    };
    let db = app.store.read();
    let slice = Slice::new(None, asked.cursor.as_deref())?;
    let filter = Filter { on, kind: None, level: level.clone(), under: place, q: q.clone() };
    let (rows, kinds) = (super::list(db, &filter, &slice).await?, super::kinds(db).await?);
    let above = match place {
        Under::Unit(id) => Some(super::find(db, id).await?),
        _ => None,
    };
    let thuoc = above.as_ref().map(|unit| unit.id.to_string());
    let address = |thuoc: Option<String>, cap: Option<String>, q: Option<String>| {
        link("/don-vi", &[("ngay", day.clone()), ("thuoc", thuoc), ("cap", cap), ("q", q)])
    };
    let show = |row: unit::Model| UnitRow {
        href: web::link_to(domain::record::Subject::Unit, row.id.0),
        below_href: address(Some(row.id.to_string()), None, None),
        code: row.code,
        name: row.name,
        kind: kinds.get(&row.kind_code).map(|kind| kind.name.clone()).unwrap_or_default(),
        valid_from: row.valid_from,
        valid_to: row.valid_to,
    };
    let here = address(thuoc.clone(), level.clone(), q.clone());
    let (rows, next) = slice.page(rows, &here, |row| (row.code.clone().into(), row.id.0), show);
    let chip = |code: &&str| Chip {
        label: web::say(&app, &format!("unit_level.{code}"), &[]),
        href: address(None, Some((*code).to_owned()), q.clone()),
        active: level.as_deref() == Some(*code),
        count: None,
    };
    let keep: Vec<(String, String)> = [("thuoc", thuoc), ("cap", level.clone()), ("q", q.clone())]
        .into_iter()
        .filter_map(|(name, value)| value.map(|value| (name.to_owned(), value)))
        .collect();
    let day_only = day.iter().map(|day| ("ngay".to_owned(), day.clone())).collect();
    let list = Listing {
        rows,
        pager: Pager { next, first: asked.cursor.is_some().then(|| here.clone()) },
        chips: LEVELS.iter().map(chip).collect(),
        search: Some(Search { action: "/don-vi".to_owned(), q: q.clone().unwrap_or_default(), keep: day_only }),
        clear: (q.is_some() || level.is_some()).then(|| address(None, None, None)),
    };
    let up_href = above.as_ref().map(|unit| address(unit.parent_id.map(|id| id.to_string()), None, None));
    let view = UnitList { on, keep, under: above.as_ref().map(unit_link), up_href, list };
    web::page(&app, &login, web::say(&app, "units.title", &[]), &web::path_of(request), &view).await
}

fn unit_link(row: &unit::Model) -> UnitLink {
    UnitLink { href: web::link_to(domain::record::Subject::Unit, row.id.0), name: row.name.clone() }
}

#[handler]
async fn unit_page(
    login: Login<can::ReadReference>,
    app: Data<&App>,
    request: &Request,
    Path(id): Path<UnitId>,
) -> Result<Response> {
    let (title, view) = view(&app, &login, id, None).await?;
    web::page(&app, &login, title, &web::path_of(request), &view).await
}

/// A unit with its name as title; with the form as it came back, or a fresh one.
async fn view(app: &App, caller: &Caller, id: UnitId, form: Option<Form>) -> Result<(String, UnitPage)> {
    let db = app.store.read();
    let row = super::find(db, id).await?;
    let links = super::links(db, id).await?;
    let side = |own: bool, other: fn(&Link) -> Option<&unit::Model>| {
        let rows = links.iter().filter(|link| (link.from.id == id) == own);
        rows.map(|link| SuccessionRow {
            other: other(link).map(unit_link),
            kind: link.kind.to_string(),
            on: link.happened_on,
            ground: link.ground.clone(),
        })
        .collect()
    };
    let manages = caller.scope(Permission::ManageUnits).contains(db, id).await?;
    let mut fresh = web::fresh_form(Some(row.version));
    fresh.set("name", row.name.clone());
    let form = match form {
        Some(form) => form.compare(&fresh),
        None => fresh,
    };
    let page = UnitPage {
        kind: super::kinds(db).await?.get(&row.kind_code).map(|kind| kind.name.clone()).unwrap_or_default(),
        valid_from: row.valid_from,
        valid_to: row.valid_to,
        source: row.source,
        path: super::ancestors(db, id).await?.iter().map(unit_link).collect(),
        below_href: link(
            "/don-vi",
            &[("ngay", Some(row.valid_from.max(caller.today).to_string())), ("thuoc", Some(id.to_string()))],
        ),
        people: super::people_count(db, id, caller.today).await?,
        people_href: caller.may(Permission::ReadPeople).then(|| format!("/nhan-su?don_vi={id}")),
        predecessors: side(false, |link| Some(&link.from)),
        successors: side(true, |link| link.to.as_ref()),
        correct: manages.then(|| format!("/don-vi/{id}/sua-ten")),
        succeed_href: manages.then(|| format!("/don-vi/{id}/ke-thua")),
        form,
        code: row.code,
    };
    Ok((row.name, page))
}

#[handler]
async fn correct(app: Data<&App>, Path(id): Path<UnitId>, posted: Posted<can::ManageUnits>) -> Result<Response> {
    let path = format!("/don-vi/{id}");
    let done = match web::seen(&posted.form) {
        Ok(version) => super::correct(&app.store, &posted.caller, id, version, posted.form.value("name").to_owned()).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => Ok(web::done(&path, "unit_corrected")),
        Err(error) => {
            let title = super::find(app.store.read(), id).await?.name;
            web::again(&app, &posted.caller, title, &path, posted.form, error, async |form| {
                Ok(view(&app, &posted.caller, id, Some(form)).await?.1)
            })
            .await
        }
    }
}

#[handler]
async fn succession_page(
    login: Login<can::ManageUnits>,
    app: Data<&App>,
    request: &Request,
    Path(id): Path<UnitId>,
) -> Result<Response> {
    let (title, view) = succession_view(&app, &login, id, None).await?;
    web::page(&app, &login, title, &web::path_of(request), &view).await
}

/// How many heirs an open duty can be given to before the form has been sent once.
const HEIRS: usize = 5;

/// What becomes of a unit, to be filled in; 404 outside the caller's scope.
async fn succession_view(app: &App, caller: &Caller, id: UnitId, form: Option<Form>) -> Result<(String, SuccessionForm)> {
    let db = app.store.read();
    let duties = succession::open_duties(db, caller, id).await?;
    let row = super::find(db, id).await?;
    let units = crate::people::records::units_to_choose(db, caller, Permission::ManageUnits).await?;
    let form = form.unwrap_or_else(|| web::fresh_form(Some(row.version)));
    let heirs = HEIRS.max(form.rows("to").last().map_or(0, |last| last + 1));
    let heir = |n: usize| Choice::new(n.to_string(), web::say(app, "units.heir_n", &[("n", (n + 1).to_string())]));
    let kind =
        |kind: &SuccessionKind| Choice::new(kind.to_string(), web::say(app, &format!("{}.{kind}", SuccessionKind::KEY), &[]));
    let duty = |duty: succession::OpenDuty| OpenDuty {
        field: format!("duties/{}", duty.id),
        subject: duty.subject.to_string(),
        code: duty.code,
    };
    let view = SuccessionForm {
        unit: unit_link(&row),
        action: format!("/don-vi/{id}/ke-thua"),
        form,
        kinds: SuccessionKind::ALL.iter().map(kind).collect(),
        units: units
            .into_iter()
            .filter(|unit| unit.id != id)
            .map(|unit| Choice::new(unit.id.to_string(), format!("{} ({})", unit.name, unit.code)))
            .collect(),
        unit_kinds: super::kinds(db).await?.into_iter().map(|(code, kind)| Choice::new(code, kind.name)).collect(),
        duties: duties.into_iter().map(duty).collect(),
        heirs: (0..heirs).map(heir).collect(),
    };
    Ok((succession_title(app, &row), view))
}

fn succession_title(app: &App, row: &unit::Model) -> String {
    web::say(app, "units.succession_title", &[("name", row.name.clone())])
}

#[handler]
async fn succeed(
    app: Data<&App>,
    request: &Request,
    Path(id): Path<UnitId>,
    posted: Posted<can::ManageUnits>,
) -> Result<Response> {
    let Posted { caller, mut form, .. } = posted;
    if form.value("add") == "to" {
        form.add_row("to");
        let (title, view) = succession_view(&app, &caller, id, Some(form)).await?;
        return web::page(&app, &caller, title, &web::path_of(request), &view).await;
    }
    let live = form.rows("to");
    let done = match web::seen(&form) {
        Ok(version) => succession::succeed(&app.store, &caller, id, version, passing(&form, &live)).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => Ok(web::done(&web::link_to(domain::record::Subject::Unit, id.0), "unit_succeeded")),
        Err(error) => {
            let title = succession_title(&app, &super::find(app.store.read(), id).await?);
            let error = web::on_form_rows(error, "to", &live);
            web::again(&app, &caller, title, &web::path_of(request), form, error, async |form| {
                Ok(succession_view(&app, &caller, id, Some(form)).await?.1)
            })
            .await
        }
    }
}

/// What a form says becomes of a unit; `live` are the rows of its heirs.
fn passing(form: &Form, live: &[usize]) -> succession::Input {
    let heir = |row: &usize| {
        let value = |name: &str| form.value(&format!("to/{row}/{name}")).to_owned();
        match value("unit_id").parse() {
            Ok(id) => Heir::Existing(id),
            Err(_new) => Heir::New {
                code: value("code"),
                kind: value("kind"),
                name: value("name"),
                parent_id: value("parent_id").parse().ok(),
            },
        }
    };
    let given = |(name, row): (&String, &String)| {
        let duty = name.strip_prefix("duties/")?.parse().ok()?;
        let row: usize = row.parse().ok()?;
        Some((duty, live.iter().position(|heir| *heir == row)?))
    };
    succession::Input {
        kind: form.value("kind").parse().ok(),
        to: live.iter().map(heir).collect(),
        on: form.value("on").parse().ok(),
        ground: form.value("ground").to_owned(),
        duties_to: form.values.iter().filter_map(given).collect(),
    }
}
