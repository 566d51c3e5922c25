//! `/danh-muc`: the checklists, their versions and lines.

use std::collections::BTreeSet;

use domain::checklist::{AnswerType, InspectionKind};
use domain::draft::Problems;
use domain::id::{ChecklistId, ChecklistLineId, DocumentLinkId};
use domain::permission::Permission;
use domain::record::{ChecklistState, Subject};
use entities::{checklist, checklist_line};
use poem::web::{Data, Path, Query};
use poem::{Request, Response, Route, get, handler, post};
use render::Form;
use render::views::checklists as view;
use render::views::part::{Choice, Listing, Pager, Tone};

use super::{Filter, Head, LineInput, texts, written};
use crate::app::App;
use crate::auth::{Caller, can};
use crate::documents::citing::{OnLine, on_lines};
use crate::documents::revisions::numbers_of;
use crate::error::{Error, Result};
use crate::http::Slice;
use crate::web::{self, Login, Posted};

/// Adds the pages of this area.
#[must_use]
pub fn routes(tree: Route) -> Route {
    tree.at("/danh-muc", get(list))
        .at("/danh-muc/moi", get(new_page).post(create))
        .at("/danh-muc/:id", get(show_page))
        .at("/danh-muc/:id/sao", post(copy))
        .at("/danh-muc/:id/ban-hanh", post(publish))
        .at("/danh-muc/:id/them-dong", post(add_line))
        .at("/danh-muc/:id/bo-dong/:code", post(remove_line))
        .at("/danh-muc/:id/da-xem-lai/:link_id", post(confirm_line))
}

#[derive(Debug, serde::Deserialize)]
struct ListQuery {
    cursor: Option<String>,
}

fn tone(state: ChecklistState) -> Tone {
    if state == ChecklistState::Published { Tone::Good } else { Tone::Warn }
}

#[handler]
async fn list(
    app: Data<&App>,
    caller: Login<can::ReadReference>,
    request: &Request,
    Query(query): Query<ListQuery>,
) -> Result<Response> {
    let slice = Slice::new(None, query.cursor.as_deref())?;
    let rows = super::list(app.store.read(), &Filter::default(), &slice).await?;
    let show = |row: checklist::Model| view::ChecklistItem {
        href: format!("/danh-muc/{}", row.id),
        title: format!("{} · {}", row.code, row.title),
        kind: row.kind,
        version_no: row.version_no,
        state: row.state,
        tone: tone(row.state),
    };
    let (rows, next) = slice.page(rows, "/danh-muc", |row| (row.created_at.to_rfc3339().into(), row.id.0), show);
    let pager = Pager { next, first: query.cursor.map(|_| "/danh-muc".to_owned()) };
    let may = caller.may(Permission::ManageChecklists);
    let page = view::ChecklistList {
        list: Listing { pager, ..Listing::plain(rows) },
        new_href: may.then(|| "/danh-muc/moi".to_owned()),
    };
    web::page(&app, &caller, web::say(&app, "checklist.page_title", &[]), &web::path_of(request), &page).await
}

fn choices<T: Copy + std::fmt::Display>(app: &App, key: &str, all: &[T]) -> Vec<Choice> {
    all.iter().map(|one| Choice::new(one.to_string(), web::say(app, &format!("{key}.{one}"), &[]))).collect()
}

fn blank(app: &App, form: Form) -> view::NewChecklist {
    view::NewChecklist { form, kinds: choices(app, InspectionKind::KEY, InspectionKind::ALL) }
}

#[handler]
async fn new_page(app: Data<&App>, caller: Login<can::ManageChecklists>, request: &Request) -> Result<Response> {
    let title = web::say(&app, "checklist.new_title", &[]);
    web::page(&app, &caller, title, &web::path_of(request), &blank(&app, web::fresh_form(None))).await
}

#[handler]
async fn create(app: Data<&App>, posted: Posted<can::ManageChecklists>, request: &Request) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let made = match head_of(&form) {
        Ok(head) => super::create(&app.store, &caller, head).await,
        Err(error) => Err(error),
    };
    match made {
        Ok(row) => Ok(web::done(&format!("/danh-muc/{}", row.id), "checklist_created")),
        Err(error) => {
            let title = web::say(&app, "checklist.new_title", &[]);
            web::again(&app, &caller, title, &web::path_of(request), form, error, async |form| Ok(blank(&app, form))).await
        }
    }
}

fn head_of(form: &Form) -> Result<Head> {
    let mut problems = Problems::new();
    let kind = form.value("kind").parse::<InspectionKind>().map_err(|_unknown| problems.add("kind", "required"));
    if kind.is_err() {
        problems.text("code", form.value("code"), 40);
        problems.text("title", form.value("title"), 300);
    }
    problems.finish()?;
    let text = |name: &str| Some(form.value(name).to_owned());
    Ok(Head {
        code: form.value("code").to_owned(),
        kind: kind.map_err(|()| Error::field("kind", "required"))?,
        title: form.value("title").to_owned(),
        edition: text("edition"),
        note: text("note"),
        source: text("source"),
    })
}

#[handler]
async fn show_page(
    app: Data<&App>,
    caller: Login<can::ReadReference>,
    request: &Request,
    Path(id): Path<ChecklistId>,
) -> Result<Response> {
    let row = super::find(app.store.read(), id).await?;
    let title = row.title.clone();
    let view = shown(&app, &caller, row, None).await?;
    web::page(&app, &caller, title, &web::path_of(request), &view).await
}

async fn shown(app: &App, caller: &Caller, row: checklist::Model, add: Option<Form>) -> Result<view::ChecklistPage> {
    let may = caller.may(Permission::ManageChecklists);
    let draft = may && row.state == ChecklistState::Draft;
    let lines = super::lines(app.store.read(), row.id).await?;
    let cited = on_lines(app.store.read(), caller, &row, &lines).await?;
    let changed: BTreeSet<ChecklistLineId> = cited.iter().filter(|one| one.changed).map(|one| one.line_id).collect();
    let version = row.version;
    let form = |id: &str| web::fresh_form(Some(version)).with_id(id);
    Ok(view::ChecklistPage {
        href: format!("/danh-muc/{}", row.id),
        code: row.code,
        kind: row.kind,
        version_no: row.version_no,
        state: row.state,
        tone: tone(row.state),
        edition: row.edition,
        note: row.note,
        source: row.source,
        count: lines.len(),
        publish: (draft && !lines.is_empty()).then(|| form("publish")),
        copy: (may && row.state == ChecklistState::Published).then(|| form("copy")),
        to_look_at: changed.len(),
        areas: areas(
            lines,
            |line| cited.iter().filter(|one| one.line_id == line.id).map(|one| cited_document(app, row.id, one)).collect(),
            |line| draft.then(|| form(&format!("remove-{}", line.position))),
        ),
        add: draft.then(|| add.unwrap_or_else(|| form("add"))),
        answer_types: choices(app, AnswerType::KEY, AnswerType::ALL),
    })
}

/// A document that a line cites; who keeps it may say that the line still fits.
fn cited_document(app: &App, id: ChecklistId, one: &OnLine) -> view::CitedDocument {
    let name =
        one.document.code.as_ref().map_or_else(|| one.document.title.clone(), |code| format!("{code} {}", one.document.title));
    let number = one.current.as_ref().and_then(numbers_of).map(|numbers| numbers.to_string());
    let text = match number {
        Some(number) => web::say(app, "cited.on_line", &[("name", name), ("number", number)]),
        None => name,
    };
    view::CitedDocument {
        href: web::link_to(Subject::Document, one.document.id.0),
        text,
        changed: one.changed,
        confirm: (one.changed && one.kept && one.current.is_some()).then(|| web::fresh_form(None)),
        confirm_action: format!("/danh-muc/{id}/da-xem-lai/{}", one.link_id),
    }
}

fn areas(
    lines: Vec<checklist_line::Model>,
    cited: impl Fn(&checklist_line::Model) -> Vec<view::CitedDocument>,
    remove: impl Fn(&checklist_line::Model) -> Option<Form>,
) -> Vec<view::ChecklistArea> {
    let mut areas: Vec<view::ChecklistArea> = Vec::new();
    for line in lines {
        let (cited, remove) = (cited(&line), remove(&line));
        let shown = view::ChecklistLine {
            cited,
            documents: texts(&line.evidence),
            code: line.code,
            clause: line.clause,
            question: line.question,
            answer_type: line.answer_type,
            remove,
        };
        match areas.iter_mut().find(|area| area.code == line.area_code) {
            Some(area) => area.lines.push(shown),
            None => areas.push(view::ChecklistArea { code: line.area_code, name: line.area_name, lines: vec![shown] }),
        }
    }
    areas
}

#[handler]
async fn copy(app: Data<&App>, posted: Posted<can::ManageChecklists>, Path(id): Path<ChecklistId>) -> Result<Response> {
    let row = super::copy(&app.store, &posted.caller, id).await?;
    Ok(web::done(&format!("/danh-muc/{}", row.id), "checklist_copied"))
}

#[handler]
async fn publish(app: Data<&App>, posted: Posted<can::ManageChecklists>, Path(id): Path<ChecklistId>) -> Result<Response> {
    super::publish(&app.store, &posted.caller, id, web::seen(&posted.form)?).await?;
    Ok(web::done(&format!("/danh-muc/{id}"), "checklist_published"))
}

#[handler]
async fn add_line(
    app: Data<&App>,
    posted: Posted<can::ManageChecklists>,
    request: &Request,
    Path(id): Path<ChecklistId>,
) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    match add(&app, &caller, id, &form).await {
        Ok(()) => Ok(web::done(&format!("/danh-muc/{id}"), "checklist_line_added")),
        Err(error) => {
            let row = super::find(app.store.read(), id).await?;
            let title = row.title.clone();
            web::again(&app, &caller, title, &web::path_of(request), form, error, async |form| {
                shown(&app, &caller, row, Some(form.with_id("add"))).await
            })
            .await
        }
    }
}

async fn add(app: &App, caller: &Caller, id: ChecklistId, form: &Form) -> Result<()> {
    let answer_type = form.value("answer_type").parse().map_err(|_unknown| Error::field("answer_type", "required"))?;
    let split =
        |name: &str| form.value(name).lines().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).collect();
    let mut lines: Vec<LineInput> = super::lines(app.store.read(), id).await?.into_iter().map(written).collect();
    let place = lines.len();
    lines.push(LineInput {
        code: form.value("code").to_owned(),
        area_code: form.value("area_code").to_owned(),
        area_name: form.value("area_name").to_owned(),
        clause: Some(form.value("clause").to_owned()),
        question: form.value("question").to_owned(),
        question_en: None,
        evidence: split("evidence"),
        answer_type,
        metric: None,
        phrases: split("phrases"),
        source: None,
    });
    let saved = super::put_lines(&app.store, caller, id, web::seen(form)?, lines).await;
    saved.map(drop).map_err(|error| in_form(error, &format!("lines/{place}/")))
}

/// The errors of the new line under the names of its form.
fn in_form(error: Error, prefix: &str) -> Error {
    match error {
        Error::Invalid(mut fields) => {
            for error in &mut fields {
                error.field = error.field.strip_prefix(prefix).unwrap_or(&error.field).to_owned();
            }
            Error::Invalid(fields)
        }
        other => other,
    }
}

#[handler]
async fn remove_line(
    app: Data<&App>,
    posted: Posted<can::ManageChecklists>,
    Path((id, code)): Path<(ChecklistId, String)>,
) -> Result<Response> {
    let lines = super::lines(app.store.read(), id).await?;
    let rest = lines.into_iter().filter(|line| line.code != code).map(written).collect();
    super::put_lines(&app.store, &posted.caller, id, web::seen(&posted.form)?, rest).await?;
    Ok(web::done(&format!("/danh-muc/{id}"), "checklist_line_removed"))
}

/// The line was looked at after a document it cites was revised: the link is renewed.
#[handler]
async fn confirm_line(
    app: Data<&App>,
    posted: Posted<can::ControlDocuments>,
    Path((id, link)): Path<(ChecklistId, DocumentLinkId)>,
) -> Result<Response> {
    crate::documents::registers::confirm(&app.store, &posted.caller, link).await?;
    Ok(web::done(&format!("/danh-muc/{id}"), "line_confirmed"))
}
