//! `/chuong-trinh`: the yearly programmes with their inspections by month.

use chrono::Datelike as _;
use domain::id::ProgrammeId;
use domain::permission::Permission;
use domain::record::ProgrammeState;
use entities::programme;
use poem::web::{Data, Path, Query};
use poem::{Request, Response, Route, get, handler, post};
use render::Form;
use render::views::part::{Choice, Listing, Pager, Tone};
use render::views::programmes as view;

use super::{Filter, NewProgramme, Texts};
use crate::app::App;
use crate::auth::{Caller, can};
use crate::error::{Error, Result};
use crate::http::Slice;
use crate::inspections::{listed, plan, unit_names};
use crate::store::names_of_people;
use crate::web::{self, Login, Posted};

/// Adds the pages of this area.
#[must_use]
pub fn routes(tree: Route) -> Route {
    tree.at("/chuong-trinh", get(list))
        .at("/chuong-trinh/moi", get(new_page).post(create))
        .at("/chuong-trinh/:id", get(show_page))
        .at("/chuong-trinh/:id/sua", get(edit_page).post(update))
        .at("/chuong-trinh/:id/phe-duyet", post(approve))
        .at("/chuong-trinh/:id/ket-thuc", post(close))
}

#[derive(Debug, serde::Deserialize)]
struct ListQuery {
    cursor: Option<String>,
}

fn tone(state: ProgrammeState) -> Tone {
    match state {
        ProgrammeState::Draft => Tone::Warn,
        ProgrammeState::Approved => Tone::Good,
        ProgrammeState::Closed => Tone::Neutral,
    }
}

#[handler]
async fn list(
    app: Data<&App>,
    caller: Login<can::ReadProgrammes>,
    request: &Request,
    Query(query): Query<ListQuery>,
) -> Result<Response> {
    let slice = Slice::new(None, query.cursor.as_deref())?;
    let rows = super::list(app.store.read(), &caller, &Filter::default(), &slice).await?;
    let names = unit_names(app.store.read(), rows.iter().map(|row| row.unit_id)).await?;
    let show = |row: programme::Model| view::ProgrammeItem {
        href: format!("/chuong-trinh/{}", row.id),
        title: format!("{} · {}", row.code, row.title),
        year: row.year.to_string(),
        unit: names.get(&row.unit_id).cloned().unwrap_or_default(),
        state: row.state,
        tone: tone(row.state),
    };
    let (rows, next) = slice.page(rows, "/chuong-trinh", |row| (row.year.into(), row.id.0), show);
    let pager = Pager { next, first: query.cursor.map(|_| "/chuong-trinh".to_owned()) };
    let may = caller.may(Permission::EditProgrammes);
    let page = view::ProgrammeList {
        list: Listing { pager, ..Listing::plain(rows) },
        new_href: may.then(|| "/chuong-trinh/moi".to_owned()),
    };
    web::page(&app, &caller, web::say(&app, "programme.page_title", &[]), &web::path_of(request), &page).await
}

/// The units a person writes programmes and plans for, when there is a choice.
///
/// # Errors
/// The database's.
pub(crate) async fn own_units(app: &App, caller: &Caller, permission: Permission) -> Result<Vec<Choice>> {
    let units = caller.grants.iter().filter(|held| held.role.grants(permission)).filter_map(|held| held.unit);
    let names = unit_names(app.store.read(), units).await?;
    if names.len() < 2 || plan::own_unit(app.store.read(), caller, permission, None).await?.is_ok() {
        return Ok(Vec::new());
    }
    Ok(names.into_iter().map(|(id, name)| Choice::new(id.to_string(), name)).collect())
}

async fn blank(app: &App, caller: &Caller, form: Form) -> Result<view::ProgrammeForm> {
    let units = own_units(app, caller, Permission::EditProgrammes).await?;
    Ok(view::ProgrammeForm { action: "/chuong-trinh/moi".to_owned(), form, units, is_new: true })
}

#[handler]
async fn new_page(app: Data<&App>, caller: Login<can::EditProgrammes>, request: &Request) -> Result<Response> {
    let mut form = web::fresh_form(None);
    form.set("year", caller.today.year().to_string());
    let view = blank(&app, &caller, form).await?;
    web::page(&app, &caller, web::say(&app, "programme.new_title", &[]), &web::path_of(request), &view).await
}

fn texts_of(form: &Form) -> Texts {
    let text = |name: &str| Some(form.value(name).to_owned());
    Texts { title: form.value("title").to_owned(), objective: text("objective"), legal_basis: text("legal_basis") }
}

#[handler]
async fn create(app: Data<&App>, posted: Posted<can::EditProgrammes>, request: &Request) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let made = match form.value("year").trim().parse() {
        Ok(year) => {
            let unit_id = form.value("unit_id").parse().ok();
            super::create(&app.store, &caller, NewProgramme { unit_id, year, texts: texts_of(&form) }).await
        }
        Err(_no_number) => Err(Error::field("year", "not_integer")),
    };
    match made {
        Ok(row) => Ok(web::done(&format!("/chuong-trinh/{}", row.id), "programme_saved")),
        Err(error) => {
            let title = web::say(&app, "programme.new_title", &[]);
            web::again(&app, &caller, title, &web::path_of(request), form, error, async |form| blank(&app, &caller, form).await)
                .await
        }
    }
}

#[handler]
async fn show_page(
    app: Data<&App>,
    caller: Login<can::ReadProgrammes>,
    request: &Request,
    Path(id): Path<ProgrammeId>,
) -> Result<Response> {
    let row = super::find(app.store.read(), &caller, id).await?;
    let title = row.title.clone();
    let view = shown(&app, &caller, row).await?;
    web::page(&app, &caller, title, &web::path_of(request), &view).await
}

async fn shown(app: &App, caller: &Caller, row: programme::Model) -> Result<view::ProgrammePage> {
    let db = app.store.read();
    let rights = super::rights(db, caller, &row).await?;
    let visits = listed(db, super::inspections(db, caller, row.id).await?).await?;
    let mut months: Vec<view::Month> = Vec::new();
    for item in visits.into_iter().map(crate::inspections::pages::item) {
        let (number, year) = (item.planned_on.month(), item.planned_on.year().to_string());
        match months.last_mut().filter(|month| month.number == number && month.year == year) {
            Some(month) => month.items.push(item),
            None => months.push(view::Month { number, year, items: vec![item] }),
        }
    }
    let units = unit_names(db, [row.unit_id]).await?;
    let people = names_of_people(db, row.approved_by_id).await?;
    let approved = row
        .approved_by_id
        .zip(row.approved_at)
        .map(|(by, at)| view::Approval { by: people.get(&by).cloned().unwrap_or_default(), on: domain::time::vn_date(at) });
    let href = format!("/chuong-trinh/{}", row.id);
    let form = |id: &str| web::fresh_form(Some(row.version)).with_id(id);
    let plans = caller.may(Permission::PlanInspections) && row.state != ProgrammeState::Closed;
    Ok(view::ProgrammePage {
        code: row.code.clone(),
        year: row.year.to_string(),
        unit: units.get(&row.unit_id).cloned().unwrap_or_default(),
        state: row.state,
        tone: tone(row.state),
        objective: row.objective.clone(),
        legal_basis: row.legal_basis.clone(),
        approved,
        months,
        edit_href: rights.edit.then(|| format!("{href}/sua")),
        approve: rights.approve.then(|| form("approve")),
        close: rights.close.then(|| form("close")),
        plan_href: plans.then(|| format!("/kiem-tra/moi?chuong_trinh={}", row.id)),
        href,
    })
}

fn editing(id: ProgrammeId, form: Form) -> view::ProgrammeForm {
    view::ProgrammeForm { action: format!("/chuong-trinh/{id}/sua"), form, units: Vec::new(), is_new: false }
}

#[handler]
async fn edit_page(
    app: Data<&App>,
    caller: Login<can::EditProgrammes>,
    request: &Request,
    Path(id): Path<ProgrammeId>,
) -> Result<Response> {
    let form = written(&app, &caller, id).await?;
    web::page(&app, &caller, web::say(&app, "programme.edit_title", &[]), &web::path_of(request), &editing(id, form)).await
}

/// The form as the programme is now.
async fn written(app: &App, caller: &Caller, id: ProgrammeId) -> Result<Form> {
    let row = super::find(app.store.read(), caller, id).await?;
    let mut form = web::fresh_form(Some(row.version));
    form.set("title", row.title);
    form.set("objective", row.objective.unwrap_or_default());
    form.set("legal_basis", row.legal_basis.unwrap_or_default());
    Ok(form)
}

#[handler]
async fn update(
    app: Data<&App>,
    posted: Posted<can::EditProgrammes>,
    request: &Request,
    Path(id): Path<ProgrammeId>,
) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    match super::update(&app.store, &caller, id, web::seen(&form)?, texts_of(&form)).await {
        Ok(_) => Ok(web::done(&format!("/chuong-trinh/{id}"), "programme_saved")),
        Err(error) => {
            let title = web::say(&app, "programme.edit_title", &[]);
            let view = async |form: Form| Ok(editing(id, form.compare(&written(&app, &caller, id).await?)));
            web::again(&app, &caller, title, &web::path_of(request), form, error, view).await
        }
    }
}

#[handler]
async fn approve(app: Data<&App>, posted: Posted<can::OrderInspections>, Path(id): Path<ProgrammeId>) -> Result<Response> {
    super::approve(&app.store, &posted.caller, id, web::seen(&posted.form)?).await?;
    Ok(web::done(&format!("/chuong-trinh/{id}"), "programme_approved"))
}

#[handler]
async fn close(app: Data<&App>, posted: Posted<can::EditProgrammes>, Path(id): Path<ProgrammeId>) -> Result<Response> {
    super::close(&app.store, &posted.caller, id, web::seen(&posted.form)?).await?;
    Ok(web::done(&format!("/chuong-trinh/{id}"), "programme_closed"))
}
