//! `/quy-trinh/danh-muc`: the lists to show, as pages, spreadsheets and official papers.

use domain::document::content::{RecordKept, RecordMedium};
use domain::document::control::DocumentList;
use domain::draft::Problems;
use domain::id::{DocumentId, KeptRecordId, RevisionId, UnitId};
use domain::permission::Permission;
use entities::{document, unit};
use poem::web::{Data, Path, Query};
use poem::{IntoResponse as _, Request, Response, handler};
use render::Form;
use render::views::document_lists as view;
use render::views::part::{Choice, Pager};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::super::access;
use super::super::lists::kept::{self, Line, NewLine};
use super::super::lists::{self, paper};
use super::renamed;
use super::words::{MOST_CHOICES, name_of};
use crate::app::App;
use crate::auth::{Caller, can};
use crate::error::{Error, Result};
use crate::findings::pages::choices;
use crate::http::{Download, MOST, Slice, link};
use crate::programmes::pages::own_units;
use crate::web::{self, Login, Posted, say};

/// Where the lists are.
const HUB: &str = "/quy-trinh/danh-muc";

/// What a list's address says.
#[derive(Debug, serde::Deserialize)]
pub struct Asked {
    #[serde(default, deserialize_with = "blank_is_none")]
    don_vi: Option<UnitId>,
    cursor: Option<String>,
}

/// A choice left open is sent as an empty text.
pub fn blank_is_none<'de, D, T>(from: D) -> std::result::Result<Option<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: std::str::FromStr,
{
    let text = <Option<String> as serde::Deserialize>::deserialize(from)?.unwrap_or_default();
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_wrong| serde::de::Error::custom("not an id"))
}

/// Units whose lists the caller may ask for, by name; empty when there is only one.
async fn units(app: &App, caller: &Caller) -> Result<(Vec<Choice>, Option<UnitId>)> {
    let rows = unit::Entity::find()
        .filter(caller.scope(Permission::ReadDocuments).covers(unit::Column::Id))
        .filter(crate::units::alive(unit::Column::ValidFrom, unit::Column::ValidTo, caller.today))
        .order_by_asc(unit::Column::Name)
        .order_by_asc(unit::Column::Id)
        .limit(MOST_CHOICES)
        .all(app.store.read())
        .await?;
    if let [only] = rows.as_slice() {
        return Ok((Vec::new(), Some(only.id)));
    }
    // Who works for one unit starts with it.
    let own = crate::inspections::plan::own_unit(app.store.read(), caller, Permission::ReadDocuments, None).await?.ok();
    Ok((rows.into_iter().map(|row| Choice::new(row.id.to_string(), row.name)).collect(), own))
}

fn list_link(app: &App, list: DocumentList, unit_id: Option<UnitId>) -> view::ListLink {
    let parameters = [("don_vi", unit_id.map(|id| id.to_string()))];
    let of = |rest: &str| link(&format!("{HUB}/{list}{rest}"), &parameters);
    view::ListLink {
        name: say(app, &format!("{}.{list}", DocumentList::KEY), &[]),
        hint: say(app, &format!("lists.hint_{list}"), &[]),
        href: of(""),
        pdf_href: unit_id.map(|_| of("/pdf")),
        xlsx_href: of("/xlsx"),
    }
}

fn chosen(unit_id: Option<UnitId>) -> String {
    unit_id.map(|id| id.to_string()).unwrap_or_default()
}

#[handler]
pub async fn hub_page(
    app: Data<&App>,
    caller: Login<can::ReadDocuments>,
    request: &Request,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let (units, own) = units(&app, &caller).await?;
    let unit_id = unit_asked(request, asked.don_vi, own);
    lists::unit_of(app.store.read(), &caller, unit_id).await?;
    let lists = DocumentList::ALL.iter().map(|list| list_link(&app, *list, unit_id)).collect();
    let view = view::ListHub { units, unit_id: chosen(unit_id), lists };
    web::page(&app, &caller, say(&app, "lists.title", &[]), &web::path_of(request), &view).await
}

/// The unit that was chosen; one's own as long as nothing was chosen at all.
fn unit_asked(request: &Request, asked: Option<UnitId>, own: Option<UnitId>) -> Option<UnitId> {
    let said = request.uri().query().is_some_and(|query| query.split('&').any(|part| part.starts_with("don_vi=")));
    if said { asked } else { own }
}

#[handler]
pub async fn list_page(
    app: Data<&App>,
    caller: Login<can::ReadDocuments>,
    request: &Request,
    Path(list): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let list: DocumentList = list.parse().map_err(|_unknown| Error::NotFound)?;
    let db = app.store.read();
    let (units, own) = units(&app, &caller).await?;
    let unit_id = unit_asked(request, asked.don_vi, own);
    let slice = Slice::new(None, asked.cursor.as_deref())?;
    let here = link(&format!("{HUB}/{list}"), &[("don_vi", Some(chosen(unit_id)))]);
    let shown = lists::page(db, &caller, app.renderer.catalogue(), list, unit_id, &slice, &here).await?;
    let records = list == DocumentList::Records;
    let keeps = caller.may(Permission::ControlDocuments);
    let added = match records && asked.cursor.is_none() {
        true => kept::list(db, &caller, unit_id, &Slice::new(Some(MOST), None)?).await?,
        false => Vec::new(),
    };
    let row = |(href, cells): (Option<String>, Vec<String>)| view::ListRow { href, cells };
    let link = list_link(&app, list, unit_id);
    let title = link.name.clone();
    let view = view::ListShown {
        list: link,
        units,
        unit_id: chosen(unit_id),
        columns: shown.heads.into_iter().enumerate().map(|(key, label)| view::ListColumn { key, label }).collect(),
        rows: shown.rows.into_iter().map(row).collect(),
        pager: Pager { next: shown.next, first: asked.cursor.map(|_| here) },
        records,
        added: added.into_iter().map(|line| kept_line(&app, line, keeps)).collect(),
        add_href: (records && keeps).then(|| format!("{HUB}/ho-so/moi")),
        terms: if records { terms(&app) } else { Vec::new() },
    };
    web::page(&app, &caller, title, &web::path_of(request), &view).await
}

fn kept_line(app: &App, line: Line, keeps: bool) -> view::KeptLine {
    let kept::Term { term, basis } = kept::term(app.renderer.catalogue(), &line.record);
    let medium = line.record.medium.map(|medium| say(app, &format!("{}.{medium}", RecordMedium::KEY), &[]));
    view::KeptLine {
        edit_href: keeps.then(|| format!("{HUB}/ho-so/{}", line.row.id)),
        name: line.record.name,
        made_by: line.record.made_by,
        place: line.record.place,
        medium,
        term,
        basis,
        unit: line.unit_name,
    }
}

fn terms(app: &App) -> Vec<view::UsualTerm> {
    let terms = paper::usual_terms(app.renderer.catalogue()).into_iter();
    terms.map(|(name, kept::Term { term, basis })| view::UsualTerm { name, term, basis }).collect()
}

#[handler]
pub async fn xlsx(
    app: Data<&App>,
    caller: Login<can::ReadDocuments>,
    Path(list): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let list: DocumentList = list.parse().map_err(|_unknown| Error::NotFound)?;
    let bytes = lists::file(app.store.read(), &caller, app.renderer.catalogue(), list, asked.don_vi).await?;
    Ok(Download::spreadsheet(&format!("{}.xlsx", lists::file_name(list, caller.today)), bytes).into_response())
}

#[handler]
pub async fn pdf(
    app: Data<&App>,
    caller: Login<can::ReadDocuments>,
    Path(list): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let list: DocumentList = list.parse().map_err(|_unknown| Error::NotFound)?;
    Ok(paper::list(&app, &caller, list, asked.don_vi).await?.into_response())
}

/// `/quy-trinh/lan/:id/phieu-yeu-cau`
#[handler]
pub async fn request_paper(app: Data<&App>, caller: Login<can::ReadDocuments>, Path(id): Path<RevisionId>) -> Result<Response> {
    Ok(paper::change_request(&app, &caller, id).await?.into_response())
}

async fn kept_form(app: &App, caller: &Caller, form: Form, line: Option<KeptRecordId>) -> Result<view::KeptForm> {
    let documents = document::Entity::find()
        .filter(access::visible(caller))
        .filter(document::Column::Code.is_not_null())
        .order_by_asc(document::Column::Code)
        .order_by_asc(document::Column::Id)
        .limit(MOST_CHOICES)
        .all(app.store.read())
        .await?;
    let own = match line {
        None => own_units(app, caller, Permission::ControlDocuments).await?,
        Some(_) => Vec::new(),
    };
    let href = line.map_or_else(|| format!("{HUB}/ho-so/moi"), |id| format!("{HUB}/ho-so/{id}"));
    Ok(view::KeptForm {
        remove: line.map(|_| web::fresh_form(form.version).with_id("remove")),
        remove_action: format!("{href}/go-bo"),
        action: href,
        back: format!("{HUB}/{}", DocumentList::Records),
        units: own,
        media: choices(app, RecordMedium::KEY, RecordMedium::ALL),
        documents: documents.iter().map(|row| Choice::new(row.id.to_string(), name_of(row))).collect(),
        terms: terms(app),
        form,
    })
}

/// A record as the form's fields say it.
fn line_of(form: &Form) -> Result<NewLine> {
    let mut problems = Problems::new();
    let text = |name: &str| Some(form.value(name).to_owned()).filter(|text| !text.trim().is_empty());
    let typed = form.value("years").trim();
    let years = typed.parse().ok();
    problems.check(!typed.is_empty() && years.is_none(), "years", "not_integer");
    let medium = form.value("medium").parse().ok();
    let document_id = form.value("document_id").parse::<DocumentId>().ok();
    problems.finish()?;
    let record = RecordKept {
        name: form.value("record_name").to_owned(),
        place: text("kept_at"),
        years,
        form_code: text("form_code"),
        made_by: text("made_by"),
        medium,
        disposal: text("disposal"),
        basis: text("retention_basis"),
    };
    Ok(NewLine { document_id, record })
}

/// The form's name of a record's field.
fn field_name(field: &str) -> String {
    match field {
        "name" => "record_name",
        "place" => "kept_at",
        "basis" => "retention_basis",
        other => other,
    }
    .to_owned()
}

#[handler]
pub async fn new_record_page(app: Data<&App>, caller: Login<can::ControlDocuments>, request: &Request) -> Result<Response> {
    let view = kept_form(&app, &caller, web::fresh_form(None), None).await?;
    web::page(&app, &caller, say(&app, "lists.add_record", &[]), &web::path_of(request), &view).await
}

#[handler]
pub async fn add_record(app: Data<&App>, posted: Posted<can::ControlDocuments>, request: &Request) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let made = async {
        let new = line_of(&form)?;
        let unit_id = form.value("unit_id").parse().ok();
        kept::add(&app.store, &caller, unit_id, new).await.map_err(|error| renamed(error, field_name))
    };
    match made.await {
        Ok(_) => Ok(web::done(&format!("{HUB}/{}", DocumentList::Records), "record_saved")),
        Err(error) => {
            let title = say(&app, "lists.add_record", &[]);
            let draw = async |form| kept_form(&app, &caller, form, None).await;
            web::again(&app, &caller, title, &web::path_of(request), form, error, draw).await
        }
    }
}

/// The form as the line is now.
async fn written(app: &App, caller: &Caller, id: KeptRecordId) -> Result<Form> {
    let Line { row, record, .. } = kept::find(app.store.read(), caller, id).await?;
    let text = |text: Option<String>| text.unwrap_or_default();
    let mut form = web::fresh_form(Some(row.version));
    form.set("record_name", record.name).set("kept_at", text(record.place)).set("form_code", text(record.form_code));
    form.set("made_by", text(record.made_by)).set("disposal", text(record.disposal));
    form.set("retention_basis", text(record.basis));
    form.set("medium", record.medium.map(RecordMedium::code).unwrap_or_default());
    form.set("years", record.years.map(|years| years.to_string()).unwrap_or_default());
    form.set("document_id", row.document_id.map(|id| id.to_string()).unwrap_or_default());
    Ok(form)
}

#[handler]
pub async fn edit_record_page(
    app: Data<&App>,
    caller: Login<can::ControlDocuments>,
    request: &Request,
    Path(id): Path<KeptRecordId>,
) -> Result<Response> {
    let form = written(&app, &caller, id).await?;
    let view = kept_form(&app, &caller, form, Some(id)).await?;
    web::page(&app, &caller, say(&app, "lists.change_record", &[]), &web::path_of(request), &view).await
}

#[handler]
pub async fn change_record(
    app: Data<&App>,
    posted: Posted<can::ControlDocuments>,
    request: &Request,
    Path(id): Path<KeptRecordId>,
) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let changed = async {
        let (new, seen) = (line_of(&form)?, web::seen(&form)?);
        kept::change(&app.store, &caller, id, seen, new).await.map_err(|error| renamed(error, field_name))
    };
    match changed.await {
        Ok(()) => Ok(web::done(&format!("{HUB}/{}", DocumentList::Records), "record_saved")),
        Err(error) => {
            let title = say(&app, "lists.change_record", &[]);
            let draw = async |form: Form| {
                let form = form.compare(&written(&app, &caller, id).await?);
                kept_form(&app, &caller, form, Some(id)).await
            };
            web::again(&app, &caller, title, &web::path_of(request), form, error, draw).await
        }
    }
}

#[handler]
pub async fn remove_record(
    app: Data<&App>,
    posted: Posted<can::ControlDocuments>,
    Path(id): Path<KeptRecordId>,
) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    kept::remove(&app.store, &caller, id, web::seen(&form)?).await?;
    Ok(web::done(&format!("{HUB}/{}", DocumentList::Records), "record_removed"))
}
