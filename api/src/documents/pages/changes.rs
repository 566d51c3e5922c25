//! `/quy-trinh/thay-doi-tthc`: decisions that change the TTHC catalogue, and what they ask of units.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use domain::document::change::ProcedureTask;
use domain::document::control::ProcedureChange;
use domain::draft::Problems;
use domain::id::{ProcedureChangeListId, UnitId};
use domain::permission::Permission;
use domain::record::Subject;
use entities::{procedure_change, procedure_change_list, unit_level};
use poem::http::StatusCode;
use poem::web::{Data, Path, Query};
use poem::{IntoResponse as _, Request, Response, handler};
use render::Form;
use render::views::findings::Link;
use render::views::part::{Choice, Due, Listing, Pager, Tone};
use render::views::procedure_changes as view;
use sea_orm::{EntityTrait as _, QueryOrder as _};

use super::super::changes::tasks::{Task, Totals};
use super::super::changes::{self as use_changes, Checked, NewChange, NewList, reference};
use super::super::import;
use super::super::lists::reference::revise_days;
use super::lists::blank_is_none;
use super::sets::cell_error;
use super::{mendable, renamed};
use crate::app::App;
use crate::auth::{Caller, can};
use crate::error::{Error, Result};
use crate::findings::pages::{choices, refuse};
use crate::http::{Download, Slice};
use crate::inspections::unit_names;
use crate::programmes::pages::own_units;
use crate::web::{self, Login, Posted, say};

const LIST: &str = "/quy-trinh/thay-doi-tthc";
const FILE: &str = "/quy-trinh/thay-doi-tthc/nhap/minh-chung";
/// Wrong cells shown at once.
const SHOWN: usize = 50;

/// The fields of a decision besides its changes.
const HEAD: [&str; 6] = ["unit_id", "decision_number", "decided_on", "effective_on", "revise_days", "note"];

/// Where a decision stands.
const fn state(row: &procedure_change_list::Model) -> (&'static str, Tone) {
    match (row.cancelled_at, row.applied_at) {
        (Some(_), _) => ("cancelled", Tone::Neutral),
        (None, Some(_)) => ("applied", Tone::Good),
        (None, None) => ("waiting", Tone::Info),
    }
}

/// What the list's address says.
#[derive(Debug, serde::Deserialize)]
pub struct Asked {
    cursor: Option<String>,
}

#[handler]
pub async fn list_page(
    app: Data<&App>,
    caller: Login<can::ReadDocuments>,
    request: &Request,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let db = app.store.read();
    let slice = Slice::new(None, asked.cursor.as_deref())?;
    let rows = use_changes::list(db, &caller, &slice).await?;
    let names = unit_names(db, rows.iter().map(|row| row.unit_id)).await?;
    let show = |row: procedure_change_list::Model| {
        let (state, tone) = state(&row);
        view::ChangeListRow {
            href: web::link_to(Subject::ProcedureChangeList, row.id.0),
            name: reference(&row),
            unit: names.get(&row.unit_id).cloned().unwrap_or_default(),
            effective_on: row.effective_on,
            due_on: row.due_on,
            state: state.to_owned(),
            tone,
        }
    };
    let (rows, next) = slice.page(rows, LIST, |row| (serde_json::json!(row.created_at), row.id.0), show);
    let keeps = caller.may(Permission::ControlDocuments);
    let view = view::ChangeLists {
        list: Listing { pager: Pager { next, first: asked.cursor.map(|_| LIST.to_owned()) }, ..Listing::plain(rows) },
        new_href: keeps.then(|| format!("{LIST}/moi")),
        file_href: keeps.then(|| format!("{LIST}/nhap")),
    };
    web::page(&app, &caller, say(&app, "changes.title", &[]), &web::path_of(request), &view).await
}

async fn form_view(app: &App, caller: &Caller, form: Form, by_file: bool) -> Result<view::ChangeListForm> {
    let levels = unit_level::Entity::find().order_by_asc(unit_level::Column::Rank).all(app.store.read()).await?;
    let usual = revise_days().filter(|usual| !usual.trust.is_checked() && form.value("revise_days") == usual.days.to_string());
    Ok(view::ChangeListForm {
        action: if by_file { FILE.to_owned() } else { format!("{LIST}/moi") },
        by_file,
        units: own_units(app, caller, Permission::ControlDocuments).await?,
        kinds: choices(app, ProcedureChange::KEY, ProcedureChange::ALL),
        levels: levels.into_iter().map(|level| Choice::new(level.code, level.name)).collect(),
        days_source: usual.map(|usual| usual.source.clone()),
        errors: Vec::new(),
        more: 0,
        preview: None,
        form,
    })
}

fn fresh() -> Form {
    let mut form = web::fresh_form(None);
    form.set("revise_days", revise_days().map(|usual| usual.days.to_string()).unwrap_or_default());
    form
}

#[handler]
pub async fn new_page(app: Data<&App>, caller: Login<can::ControlDocuments>, request: &Request) -> Result<Response> {
    let view = form_view(&app, &caller, fresh(), false).await?;
    web::page(&app, &caller, say(&app, "changes.new", &[]), &web::path_of(request), &view).await
}

#[handler]
pub async fn file_page(app: Data<&App>, caller: Login<can::ControlDocuments>, request: &Request) -> Result<Response> {
    let view = form_view(&app, &caller, fresh(), true).await?;
    web::page(&app, &caller, say(&app, "changes.by_file", &[]), &web::path_of(request), &view).await
}

#[handler]
pub async fn template(app: Data<&App>, _caller: Login<can::ControlDocuments>) -> Result<Response> {
    let bytes = use_changes::file::template(app.renderer.catalogue())?;
    Ok(Download::spreadsheet("thay-doi-tthc.xlsx", bytes).into_response())
}

/// The head of a decision as the form says it, with what could not be read.
fn head_of(form: &Form, problems: &mut Problems) -> NewList {
    let mut day = |name: &str| {
        let typed = form.value(name).trim();
        let date = typed.parse().ok();
        let code = if typed.is_empty() { "required" } else { "expected_date" };
        problems.check(date.is_none(), name, code);
        date.unwrap_or_default()
    };
    let (decided_on, effective_on) = (day("decided_on"), day("effective_on"));
    let typed = form.value("revise_days").trim();
    let days = typed.parse().ok();
    problems.check(days.is_none(), "revise_days", if typed.is_empty() { "required" } else { "not_integer" });
    NewList {
        unit_id: form.value("unit_id").parse().ok(),
        decision: form.value("decision_number").to_owned(),
        decided_on,
        effective_on,
        revise_days: days,
        note: Some(form.value("note").to_owned()),
        changes: Vec::new(),
    }
}

/// The changes of the form; the numbers of their rows beside them.
fn changes_of(form: &Form) -> (Vec<usize>, Vec<NewChange>) {
    let rows = form.rows("changes");
    let change = |n: &usize| {
        let text = |name: &str| form.value(&format!("changes/{n}/{name}")).to_owned();
        let option = |name: &str| Some(text(name)).filter(|text| !text.trim().is_empty());
        NewChange {
            code: text("procedure_code"),
            change: text("change").parse().ok(),
            title: text("tthc_title"),
            field_name: text("field_name"),
            level: text("level"),
            replaced_by: option("replaced_by"),
            time_limit: option("time_limit"),
            fee: option("fee_words"),
        }
    };
    let changes = rows.iter().map(change).collect();
    (rows, changes)
}

/// The form's names of the fields of a use case.
fn on_form(error: Error, rows: &[usize]) -> Error {
    let error = renamed(error, |field| match field {
        "decision" => "decision_number".to_owned(),
        other => match other.rsplit_once('/') {
            Some((row, "fee")) => format!("{row}/fee_words"),
            Some((row, "code")) => format!("{row}/procedure_code"),
            Some((row, "title")) => format!("{row}/tthc_title"),
            _ => other.to_owned(),
        },
    });
    web::on_form_rows(error, "changes", rows)
}

/// Both halves of what is wrong.
fn joined<T>(found: Result<T>, problems: Problems) -> Result<T> {
    match (found, problems.finish()) {
        (found, Ok(())) => found,
        (Err(Error::Invalid(theirs)), Err(mut own)) => {
            let twice = |error: &domain::draft::FieldError| own.iter().any(|one| one.field == error.field);
            let theirs: Vec<_> = theirs.into_iter().filter(|error| !twice(error)).collect();
            own.extend(theirs);
            Err(Error::Invalid(own))
        }
        (Err(other), Err(_)) => Err(other),
        (Ok(_), Err(own)) => Err(Error::Invalid(own)),
    }
}

fn preview(form: &Form, checked: Checked, names: Vec<String>, book: Option<&[u8]>) -> view::ChangePreview {
    let Checked { changes, due_on, totals } = checked;
    let mut save = web::fresh_form(None).with_id("save");
    let mut hidden = names;
    for name in &hidden {
        save.set(name.clone(), form.value(name));
    }
    if let Some(bytes) = book {
        save.set("book", BASE64.encode(bytes));
        hidden.push("book".to_owned());
    }
    view::ChangePreview {
        changes,
        due_on,
        units: totals.units,
        write: totals.write,
        revise: totals.revise,
        withdraw: totals.withdraw,
        form: save,
        hidden,
    }
}

/// A decision by hand: checked and shown first, entered by the second act.
#[handler]
pub async fn enter(app: Data<&App>, posted: Posted<can::ControlDocuments>, request: &Request) -> Result<Response> {
    let Posted { caller, mut form, .. } = posted;
    let (title, path) = (say(&app, "changes.new", &[]), web::path_of(request));
    if form.value("add") == "changes" {
        form.add_row("changes");
        let view = form_view(&app, &caller, form, false).await?;
        return web::page(&app, &caller, title, &path, &view).await;
    }
    let mut problems = Problems::new();
    let (rows, changes) = changes_of(&form);
    let new = NewList { changes, ..head_of(&form, &mut problems) };
    let saves = form.value("act") == "save" && problems.is_empty();
    let found = if saves {
        use_changes::create(&app.store, &caller, new).await.map(Ok)
    } else {
        joined(use_changes::preview(app.store.read(), &caller, &new).await, problems).map(Err)
    };
    match found {
        Ok(Ok(row)) => Ok(web::done(&web::link_to(Subject::ProcedureChangeList, row.id.0), "changes_entered")),
        Ok(Err(checked)) => {
            let own = form.values.iter().filter(|(name, value)| name.starts_with("changes/") && !value.is_empty());
            let names = HEAD.iter().map(|name| (*name).to_owned()).chain(own.map(|(name, _)| name.clone())).collect();
            let shown = Some(preview(&form, checked, names, None));
            let view = view::ChangeListForm { preview: shown, ..form_view(&app, &caller, form, false).await? };
            web::page(&app, &caller, title, &path, &view).await
        }
        Err(error) => {
            let error = on_form(error, &rows);
            web::again(&app, &caller, title, &path, form, error, async |form| form_view(&app, &caller, form, false).await).await
        }
    }
}

/// A decision by file: the same two acts.
#[handler]
pub async fn enter_file(app: Data<&App>, posted: Posted<can::ControlDocuments>, request: &Request) -> Result<Response> {
    let Posted { caller, form, mut files, .. } = posted;
    let (title, path) = (say(&app, "changes.by_file", &[]), web::path_of(request));
    let saves = form.value("act") == "save";
    let bytes = match saves {
        true => BASE64.decode(form.value("book")).ok(),
        false => files.pop().map(|file| file.bytes),
    };
    let mut problems = Problems::new();
    let head = head_of(&form, &mut problems);
    problems.check(bytes.is_none(), "file", "file_missing");
    let dry_run = !saves || !problems.is_empty();
    let found = match &bytes {
        Some(bytes) => match import::read(bytes.clone()).await {
            Ok(book) => use_changes::from_file(&app, &caller, head, &book, dry_run).await,
            Err(error) => Err(error),
        },
        None => Err(Error::Invalid(Vec::new())),
    };
    match joined(found, problems) {
        Ok((_, Some(id))) => Ok(web::done(&web::link_to(Subject::ProcedureChangeList, id.0), "changes_entered")),
        Ok((checked, None)) => {
            let names = HEAD.iter().map(|name| (*name).to_owned()).collect();
            let shown = Some(preview(&form, checked, names, bytes.as_deref()));
            let view = view::ChangeListForm { preview: shown, ..form_view(&app, &caller, form, true).await? };
            web::page(&app, &caller, title, &path, &view).await
        }
        Err(Error::Invalid(wrong)) => {
            let (cells, own): (Vec<_>, Vec<_>) = wrong.into_iter().partition(|error| error.field.starts_with("sheets/"));
            let mut form = form;
            if let Error::Invalid(own) = on_form(Error::Invalid(own), &[]) {
                form.refuse(app.renderer.catalogue(), render::Lang::Vi, &own);
            }
            form.once = crate::auth::session::form_key();
            let more = cells.len().saturating_sub(SHOWN);
            let errors = cells.iter().take(SHOWN).map(|error| cell_error(&app, error)).collect();
            let view = view::ChangeListForm { errors, more, ..form_view(&app, &caller, form, true).await? };
            let mut page = web::page(&app, &caller, title, &path, &view).await?;
            page.set_status(StatusCode::UNPROCESSABLE_ENTITY);
            Ok(page)
        }
        Err(error) => Err(error),
    }
}

/// Whose tasks are shown.
#[derive(Clone, Copy, Debug, Default, serde::Deserialize)]
pub struct Chosen {
    #[serde(default, deserialize_with = "blank_is_none")]
    don_vi: Option<UnitId>,
}

#[handler]
pub async fn show_page(
    app: Data<&App>,
    caller: Login<can::ReadDocuments>,
    request: &Request,
    Path(id): Path<ProcedureChangeListId>,
    Query(chosen): Query<Chosen>,
) -> Result<Response> {
    show(&app, &caller, id, chosen.don_vi, &web::path_of(request), StatusCode::OK, None).await
}

async fn show(
    app: &App,
    caller: &Caller,
    id: ProcedureChangeListId,
    unit: Option<UnitId>,
    path: &str,
    status: StatusCode,
    failed: Option<(&str, Form)>,
) -> Result<Response> {
    let db = app.store.read();
    let (list, changes) = use_changes::find(db, caller, id).await?;
    let tasks = use_changes::tasks_for(db, caller, id, unit).await?;
    // Who keeps one unit only is shown its tasks at once.
    let units: std::collections::BTreeSet<UnitId> = tasks.iter().map(|one| one.unit_id).collect();
    let unit = unit.or_else(|| (units.len() == 1).then(|| units.first().copied()).flatten());
    let title = say(app, "changes.title_of", &[("name", reference(&list))]);
    let view = shown(app, caller, list, changes, tasks, unit, failed).await?;
    Ok(web::page(app, caller, title, path, &view).await?.with_status(status).into_response())
}

async fn shown(
    app: &App,
    caller: &Caller,
    list: procedure_change_list::Model,
    changes: Vec<procedure_change::Model>,
    tasks: Vec<Task>,
    unit: Option<UnitId>,
    failed: Option<(&str, Form)>,
) -> Result<view::ChangeListPage> {
    let db = app.store.read();
    let names = unit_names(db, tasks.iter().map(|one| one.unit_id).chain([list.unit_id]).chain(unit)).await?;
    let name = |id: UnitId| names.get(&id).cloned().unwrap_or_default();
    let levels: BTreeMap<String, String> =
        unit_level::Entity::find().all(db).await?.into_iter().map(|level| (level.code, level.name)).collect();
    let href = web::link_to(Subject::ProcedureChangeList, list.id.0);
    let (state, tone) = state(&list);
    let keeps = caller.may(Permission::ControlDocuments) || caller.may(Permission::ApproveDocuments);
    let totals = Totals::of(&tasks);
    let left = totals.open() > totals.asked;
    let form_of = |name: &str| match &failed {
        Some((refused, form)) if *refused == name => form.clone().with_id(name),
        _ => web::fresh_form(Some(list.version)).with_id(name),
    };
    let may_cancel = list.cancelled_at.is_none() && list.applied_at.is_none();
    let own = caller.scope(Permission::ControlDocuments).contains(db, list.unit_id).await?;
    let calendar = crate::calendar::load(db).await?;
    let overdue = totals.open() > 0 && list.due_on < caller.today;
    let counted = (totals.open() > 0).then(|| calendar.working_days_between(caller.today, list.due_on));
    Ok(view::ChangeListPage {
        unit: name(list.unit_id),
        decision: list.decision.clone(),
        decided_on: list.decided_on,
        effective_on: list.effective_on,
        revise_days: list.revise_days,
        due: Due { on: list.due_on, days_left: counted, overdue, provisional: false },
        note: list.note.clone(),
        state: state.to_owned(),
        tone,
        cancel_reason: list.cancel_reason.clone(),
        changes: changes.into_iter().map(|change| change_row(change, &levels)).collect(),
        chosen: unit.map(|id| Link { href: format!("{href}?don_vi={id}"), text: name(id) }),
        units: if unit.is_some() { Vec::new() } else { unit_rows(&href, &tasks, &names) },
        done: totals.done,
        all: totals.all(),
        keeps,
        request: (caller.may(Permission::ControlDocuments) && left).then(|| form_of("request")),
        request_action: match unit {
            Some(id) => format!("{href}/de-nghi?don_vi={id}"),
            None => format!("{href}/de-nghi"),
        },
        cancel: (own && may_cancel).then(|| form_of("cancel")),
        tasks: if unit.is_some() { tasks.into_iter().map(task_row).collect() } else { Vec::new() },
        href,
    })
}

fn change_row(change: procedure_change::Model, levels: &BTreeMap<String, String>) -> view::ChangeRow {
    let suffix = change.suffix.map(|suffix| format!(".{suffix}")).unwrap_or_default();
    view::ChangeRow {
        code: format!("{}{suffix}", change.national_code),
        title: change.title,
        change: change.change,
        level: levels.get(&change.level_code).cloned().unwrap_or(change.level_code),
        replaced_by: change.replaced_by,
    }
}

fn unit_rows(href: &str, tasks: &[Task], names: &BTreeMap<UnitId, String>) -> Vec<view::UnitTotals> {
    let mut of: BTreeMap<UnitId, Vec<Task>> = BTreeMap::new();
    for one in tasks {
        of.entry(one.unit_id).or_default().push(one.clone());
    }
    let row = |(unit, tasks): (UnitId, Vec<Task>)| {
        let totals = Totals::of(&tasks);
        view::UnitTotals {
            href: format!("{href}?don_vi={unit}"),
            unit: names.get(&unit).cloned().unwrap_or_default(),
            write: totals.write,
            revise: totals.revise,
            withdraw: totals.withdraw,
            done: totals.done,
            asked: totals.asked,
            all: totals.all(),
            tone: if totals.open() == 0 { Tone::Good } else { Tone::Warn },
        }
    };
    let mut rows: Vec<_> = of.into_iter().map(row).collect();
    rows.sort_by(|a, b| a.unit.cmp(&b.unit));
    rows
}

fn task_row(one: Task) -> view::TaskRow {
    let document = one.document.map(|row| Link {
        href: web::link_to(Subject::Document, row.id.0),
        text: row.code.map_or_else(|| row.title.clone(), |code| format!("{code} {}", row.title)),
    });
    let asked = one.asked.map(|asked| Link {
        href: web::link_to(Subject::Revision, asked.id.0),
        text: asked.code.unwrap_or_else(|| asked.state.code().to_owned()),
    });
    view::TaskRow {
        procedure: format!("{} {}", one.change.national_code, one.change.title),
        change: one.change.change,
        task: one.task,
        done: one.done,
        document: document.filter(|_| one.task != ProcedureTask::Write || one.done || asked.is_some()),
        asked,
    }
}

#[handler]
pub async fn request_all(
    app: Data<&App>,
    posted: Posted<can::ControlDocuments>,
    Path(id): Path<ProcedureChangeListId>,
    Query(chosen): Query<Chosen>,
) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let href = web::link_to(Subject::ProcedureChangeList, id.0);
    let back = chosen.don_vi.map_or_else(|| href.clone(), |unit| format!("{href}?don_vi={unit}"));
    match use_changes::open(&app.store, &caller, app.renderer.catalogue(), id, chosen.don_vi).await {
        Ok(_) => Ok(web::done(&back, "changes_requested")),
        Err(error) => act_again(&app, &caller, id, chosen.don_vi, "request", form, error).await,
    }
}

#[handler]
pub async fn cancel(
    app: Data<&App>,
    posted: Posted<can::ControlDocuments>,
    Path(id): Path<ProcedureChangeListId>,
) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let outcome =
        async { use_changes::cancel(&app.store, &caller, id, web::seen(&form)?, form.value("reason").to_owned()).await };
    match outcome.await {
        Ok(_) => Ok(web::done(&web::link_to(Subject::ProcedureChangeList, id.0), "changes_cancelled")),
        Err(error) => act_again(&app, &caller, id, None, "cancel", form, error).await,
    }
}

async fn act_again(
    app: &App,
    caller: &Caller,
    id: ProcedureChangeListId,
    unit: Option<UnitId>,
    name: &str,
    mut form: Form,
    error: Error,
) -> Result<Response> {
    // A single button has nowhere to say it: the page of the error does.
    if !mendable(&error) || name == "request" {
        return Err(error);
    }
    refuse(app, &mut form, &error);
    let path = web::link_to(Subject::ProcedureChangeList, id.0);
    show(app, caller, id, unit, &path, error.status(), Some((name, form))).await
}
