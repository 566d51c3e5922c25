//! Documents from outside: the list, one with everything that rests on it, and its form.

use domain::document::control::{LinkKind, Validity};
use domain::draft::Problems;
use domain::id::{ExternalDocumentId, UnitId};
use domain::permission::Permission;
use domain::record::Subject;
use entities::external_document;
use poem::http::StatusCode;
use poem::web::{Data, Path, Query};
use poem::{IntoResponse as _, Request, Response, handler};
use render::Form;
use render::views::documents as view;
use render::views::findings::Link;
use render::views::part::{Chip, Choice, Listing, Pager, Search};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::super::registers::{self, ExternalInput, Filter, above, validity_of};
use super::super::resting;
use super::links::dependents;
use super::words::{LIST, MOST_CHOICES, optional_date, staff, validity_tone};
use super::{Failed, both_of, form_of, mendable, renamed};
use crate::app::App;
use crate::auth::{Caller, can};
use crate::error::{Error, Result};
use crate::findings::pages::{refuse, shown_history};
use crate::findings::read::history_of;
use crate::http::{Slice, link};
use crate::programmes::pages::own_units;
use crate::store::names_of_people;
use crate::web::{self, Login, Posted, say};

/// The list of external documents.
const REGISTER: &str = "/quy-trinh/van-ban-ngoai";
/// Most documents to choose from.
const MOST_LAWS: u64 = 2_000;

/// What a register's address says.
#[derive(Clone, Debug, Default, serde::Deserialize)]
pub struct Asked {
    tinh_trang: Option<Validity>,
    q: Option<String>,
    cursor: Option<String>,
}

impl Asked {
    fn href(&self, path: &str) -> String {
        let q = self.q.clone().filter(|text| !text.trim().is_empty());
        link(path, &[("tinh_trang", self.tinh_trang.map(|validity| validity.to_string())), ("q", q)])
    }

    pub fn filter(&self) -> Filter {
        Filter { q: self.q.clone(), in_force: None, validity: self.tinh_trang }
    }

    /// The page that is asked for.
    ///
    /// # Errors
    /// A cursor that is not ours.
    pub fn slice(&self) -> Result<Slice> {
        Slice::new(None, self.cursor.as_deref())
    }

    /// The list of a register: search, states as chips, ways on.
    pub fn listing<R, T>(
        self,
        app: &App,
        path: &str,
        slice: &Slice,
        rows: Vec<R>,
        key: impl Fn(&R) -> (serde_json::Value, uuid::Uuid),
        show: impl Fn(R) -> T,
    ) -> Listing<T> {
        let here = self.href(path);
        let (rows, next) = slice.page(rows, &here, key, show);
        let chip = |validity: &Validity| {
            let active = self.tinh_trang == Some(*validity);
            let href = Self { tinh_trang: (!active).then_some(*validity), ..self.clone() }.href(path);
            Chip { label: say(app, &format!("{}.{validity}", Validity::KEY), &[]), href, active, count: None }
        };
        let keep = self.tinh_trang.map(|validity| ("tinh_trang".to_owned(), validity.to_string()));
        Listing {
            rows,
            chips: Validity::ALL.iter().map(chip).collect(),
            search: Some(Search {
                action: path.to_owned(),
                q: self.q.clone().unwrap_or_default(),
                keep: keep.into_iter().collect(),
            }),
            clear: (here != path).then(|| path.to_owned()),
            pager: Pager { next, first: self.cursor.map(|_| here) },
        }
    }
}

#[handler]
pub async fn list_page(
    app: Data<&App>,
    caller: Login<can::ReadDocuments>,
    request: &Request,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let db = app.store.read();
    let slice = asked.slice()?;
    let rows = registers::list_external(db, &caller, &asked.filter(), &slice).await?;
    let uses = resting::uses(db, &caller, LinkKind::ExternalDocument, rows.iter().map(|row| row.id.0)).await?;
    let show = |row: external_document::Model| {
        let validity = validity_of(&row, caller.today);
        view::ExternalRow {
            href: web::link_to(Subject::ExternalDocument, row.id.0),
            uses: uses.get(&row.id.0).copied().unwrap_or_default(),
            tone: validity_tone(validity),
            validity,
            number: row.number,
            title: row.title,
            type_name: row.type_name,
            issuer: row.issuer,
            effective_from: row.effective_from,
            effective_to: row.effective_to,
        }
    };
    let key = |row: &external_document::Model| (serde_json::json!(row.created_at), row.id.0);
    let page = view::ExternalList {
        list: asked.listing(&app, REGISTER, &slice, rows, key, show),
        new_href: caller.may(Permission::ControlDocuments).then(|| format!("{REGISTER}/moi")),
        back_href: LIST.to_owned(),
    };
    web::page(&app, &caller, say(&app, "external.page_title", &[]), &web::path_of(request), &page).await
}

/// Number and title, as links and choices read.
pub fn name_of(row: &external_document::Model) -> String {
    format!("{} {}", row.number, row.title)
}

pub fn link_of(row: &external_document::Model) -> Link {
    Link { href: web::link_to(Subject::ExternalDocument, row.id.0), text: name_of(row) }
}

/// What may have replaced a document, by number: what is not over, and what is named now.
async fn replacements(db: &impl ConnectionTrait, caller: &Caller, of: Option<&external_document::Model>) -> Result<Vec<Choice>> {
    use external_document::Column;
    let named = of.and_then(|row| row.replaced_by_id);
    let live = Condition::any()
        .add(Column::EffectiveTo.is_null())
        .add(Column::EffectiveTo.gte(caller.today))
        .add_option(named.map(|id| Column::Id.eq(id)));
    let rows = external_document::Entity::find()
        .filter(above(caller, Column::UnitId))
        .filter(live)
        .filter(Condition::all().add_option(of.map(|row| Column::Id.ne(row.id))))
        .order_by_asc(Column::Number)
        .order_by_asc(Column::Id)
        .limit(MOST_LAWS)
        .all(db)
        .await?;
    Ok(rows.iter().map(|row| Choice::new(row.id.to_string(), name_of(row))).collect())
}

/// Who may watch a document: the staff of the unit that keeps it, and who does now.
async fn watchers(app: &App, caller: &Caller, row: Option<&external_document::Model>) -> Result<Vec<Choice>> {
    let db = app.store.read();
    let own = crate::inspections::plan::own_unit(db, caller, Permission::ControlDocuments, None).await?.ok();
    let unit: Option<UnitId> = row.map(|row| row.unit_id).or(own);
    let mut found = match unit {
        Some(unit) => staff(db, caller, unit).await?,
        None => Vec::new(),
    };
    if let Some(id) = row.and_then(|row| row.watcher_id).filter(|id| !found.iter().any(|one| one.value == id.to_string())) {
        let name = names_of_people(db, [id]).await?.remove(&id).unwrap_or_default();
        found.push(Choice::new(id.to_string(), name));
    }
    Ok(found)
}

async fn form_view(app: &App, caller: &Caller, form: Form, row: Option<&external_document::Model>) -> Result<view::ExternalForm> {
    let db = app.store.read();
    let of = row.map(|row| row.id);
    Ok(view::ExternalForm {
        action: of.map_or_else(|| format!("{REGISTER}/moi"), |id| format!("{REGISTER}/{id}/sua")),
        units: if row.is_none() { own_units(app, caller, Permission::ControlDocuments).await? } else { Vec::new() },
        replacements: replacements(db, caller, row).await?,
        watchers: watchers(app, caller, row).await?,
        is_new: row.is_none(),
        form,
    })
}

/// The fields of the use case under the names of the form.
fn form_field(field: &str) -> String {
    match field {
        "number" => "law_number",
        "title" => "law_title",
        "type_name" => "law_type",
        "issuer" => "law_issuer",
        "effective_to" => "law_end",
        "replaced_by_id" => "replacement_law_id",
        "watcher_id" => "law_watcher_id",
        "checked_on" => "law_checked_on",
        other => other,
    }
    .to_owned()
}

fn filled(row: &external_document::Model) -> Form {
    let mut form = web::fresh_form(Some(row.version));
    let date = |date: Option<chrono::NaiveDate>| date.map(|date| date.to_string()).unwrap_or_default();
    form.set("law_number", row.number.clone()).set("law_title", row.title.clone());
    form.set("law_type", row.type_name.clone()).set("law_issuer", row.issuer.clone());
    form.set("issued_on", date(row.issued_on)).set("effective_from", date(row.effective_from));
    form.set("law_end", date(row.effective_to)).set("law_checked_on", date(row.checked_on));
    form.set("replacement_law_id", row.replaced_by_id.map(|id| id.to_string()).unwrap_or_default());
    form.set("law_watcher_id", row.watcher_id.map(|id| id.to_string()).unwrap_or_default());
    form
}

/// What the form says; everything wrong with it at once, under its own names.
fn input_of(form: &Form) -> Result<ExternalInput> {
    let mut problems = Problems::new();
    let text = |name: &str| form.value(name).to_owned();
    let input = ExternalInput {
        number: text("law_number"),
        title: text("law_title"),
        type_name: text("law_type"),
        issuer: text("law_issuer"),
        issued_on: optional_date(form, "issued_on", &mut problems),
        effective_from: optional_date(form, "effective_from", &mut problems),
        effective_to: optional_date(form, "law_end", &mut problems),
        replaced_by_id: form.value("replacement_law_id").parse().ok(),
        watcher_id: form.value("law_watcher_id").parse().ok(),
        checked_on: optional_date(form, "law_checked_on", &mut problems),
    };
    let mut rest = Problems::new();
    input.clone().check(&mut rest);
    both_of(problems, rest, form_field)?;
    Ok(input)
}

#[handler]
pub async fn new_page(app: Data<&App>, caller: Login<can::ControlDocuments>, request: &Request) -> Result<Response> {
    let view = form_view(&app, &caller, web::fresh_form(None), None).await?;
    web::page(&app, &caller, say(&app, "external.new_title", &[]), &web::path_of(request), &view).await
}

#[handler]
pub async fn create(app: Data<&App>, posted: Posted<can::ControlDocuments>, request: &Request) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let made = async {
        let unit = form.value("unit_id").parse().ok();
        registers::create_external(&app.store, &caller, unit, input_of(&form)?).await
    };
    match made.await.map_err(|error| renamed(error, form_field)) {
        Ok(row) => Ok(web::done(&web::link_to(Subject::ExternalDocument, row.id.0), "external_created")),
        Err(error) => {
            let title = say(&app, "external.new_title", &[]);
            let draw = async |form| form_view(&app, &caller, form, None).await;
            web::again(&app, &caller, title, &web::path_of(request), form, error, draw).await
        }
    }
}

/// An entry whose register the caller keeps.
async fn kept(app: &App, caller: &Caller, id: ExternalDocumentId) -> Result<external_document::Model> {
    let row = registers::find_external(app.store.read(), caller, id).await?;
    let keeps = caller.scope(Permission::ControlDocuments).contains(app.store.read(), row.unit_id).await?;
    if keeps { Ok(row) } else { Err(domain::rule::Refused::new("document_control_only").into()) }
}

#[handler]
pub async fn edit_page(
    app: Data<&App>,
    caller: Login<can::ControlDocuments>,
    request: &Request,
    Path(id): Path<ExternalDocumentId>,
) -> Result<Response> {
    let row = kept(&app, &caller, id).await?;
    let view = form_view(&app, &caller, filled(&row), Some(&row)).await?;
    let title = say(&app, "external.change_title", &[("number", row.number)]);
    web::page(&app, &caller, title, &web::path_of(request), &view).await
}

#[handler]
pub async fn update(
    app: Data<&App>,
    posted: Posted<can::ControlDocuments>,
    request: &Request,
    Path(id): Path<ExternalDocumentId>,
) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let changed = async { registers::update_external(&app.store, &caller, id, web::seen(&form)?, input_of(&form)?).await };
    match changed.await.map_err(|error| renamed(error, form_field)) {
        Ok(_) => Ok(web::done(&web::link_to(Subject::ExternalDocument, id.0), "external_saved")),
        Err(error) => {
            let row = kept(&app, &caller, id).await?;
            let title = say(&app, "external.change_title", &[("number", row.number.clone())]);
            let draw = async |form: Form| form_view(&app, &caller, form.compare(&filled(&row)), Some(&row)).await;
            web::again(&app, &caller, title, &web::path_of(request), form, error, draw).await
        }
    }
}

/// Where in the list of what rests on it.
#[derive(Debug, Default, serde::Deserialize)]
pub struct Place {
    pub cursor: Option<String>,
}

#[handler]
pub async fn show_page(
    app: Data<&App>,
    caller: Login<can::ReadDocuments>,
    request: &Request,
    Path(id): Path<ExternalDocumentId>,
    Query(place): Query<Place>,
) -> Result<Response> {
    show(&app, &caller, id, &web::path_of(request), place, StatusCode::OK, None).await
}

async fn show(
    app: &App,
    caller: &Caller,
    id: ExternalDocumentId,
    path: &str,
    place: Place,
    status: StatusCode,
    failed: Failed,
) -> Result<Response> {
    let row = registers::find_external(app.store.read(), caller, id).await?;
    let title = name_of(&row);
    let view = shown(app, caller, row, place, &failed).await?;
    Ok(web::page(app, caller, title, path, &view).await?.with_status(status).into_response())
}

async fn shown(
    app: &App,
    caller: &Caller,
    row: external_document::Model,
    place: Place,
    failed: &Failed,
) -> Result<view::ExternalPage> {
    use external_document::Column;
    let db = app.store.read();
    let href = web::link_to(Subject::ExternalDocument, row.id.0);
    let keeps = caller.scope(Permission::ControlDocuments).contains(db, row.unit_id).await?;
    let history = history_of(db, row.id.0).await?;
    let people = names_of_people(db, history.iter().filter_map(|event| event.actor_id).chain(row.watcher_id)).await?;
    let readable = || external_document::Entity::find().filter(above(caller, Column::UnitId));
    let replaced_by = match row.replaced_by_id {
        Some(id) => readable().filter(Column::Id.eq(id)).one(db).await?,
        None => None,
    };
    let replaces =
        readable().filter(Column::ReplacedById.eq(row.id)).order_by_asc(Column::Id).limit(MOST_CHOICES).all(db).await?;
    let validity = validity_of(&row, caller.today);
    let version = Some(row.version);
    Ok(view::ExternalPage {
        dependents: dependents(app, caller, (LinkKind::ExternalDocument, row.id.0), &href, place.cursor).await?,
        back_href: REGISTER.to_owned(),
        validity,
        tone: validity_tone(validity),
        needs_review: validity.needs_review(),
        replaced_by: replaced_by.as_ref().map(link_of),
        replaces: replaces.iter().map(link_of).collect(),
        watcher: row.watcher_id.and_then(|id| people.get(&id).cloned()),
        unit: crate::units::find(db, row.unit_id).await?.name,
        edit_href: keeps.then(|| format!("{href}/sua")),
        end: keeps.then(|| form_of(failed, "end", version)),
        replacements: if keeps { replacements(db, caller, Some(&row)).await? } else { Vec::new() },
        checked: (keeps && row.checked_on != Some(caller.today)).then(|| form_of(failed, "checked", version)),
        history: shown_history(app, "register_event", &history, &people),
        number: row.number,
        title: row.title,
        type_name: row.type_name,
        issuer: row.issuer,
        issued_on: row.issued_on,
        effective_from: row.effective_from,
        effective_to: row.effective_to,
        checked_on: row.checked_on,
        href,
    })
}

/// A change of what the register says now, at the version the form was drawn with.
async fn change(
    app: &App,
    caller: &Caller,
    id: ExternalDocumentId,
    form: &Form,
    with: impl FnOnce(ExternalInput) -> Result<ExternalInput>,
) -> Result<external_document::Model> {
    let row = registers::find_external(app.store.read(), caller, id).await?;
    let version = web::seen(form)?;
    let changed = registers::update_external(&app.store, caller, id, version, with(row.into())?).await;
    changed.map_err(|error| renamed(error, form_field))
}

async fn act_again(
    app: &App,
    caller: &Caller,
    id: ExternalDocumentId,
    name: &str,
    mut form: Form,
    error: Error,
) -> Result<Response> {
    if !mendable(&error) {
        return Err(error);
    }
    refuse(app, &mut form, &error);
    let path = web::link_to(Subject::ExternalDocument, id.0);
    show(app, caller, id, &path, Place::default(), error.status(), Some((name.to_owned(), form))).await
}

#[handler]
pub async fn end(app: Data<&App>, posted: Posted<can::ControlDocuments>, Path(id): Path<ExternalDocumentId>) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let with = |now: ExternalInput| {
        let mut problems = Problems::new();
        let last = optional_date(&form, "law_end", &mut problems);
        problems.check(form.value("law_end").trim().is_empty(), "law_end", "required");
        problems.finish()?;
        Ok(ExternalInput { effective_to: last, replaced_by_id: form.value("replacement_law_id").parse().ok(), ..now })
    };
    match change(&app, &caller, id, &form, with).await {
        Ok(_) => Ok(web::done(&web::link_to(Subject::ExternalDocument, id.0), "external_ended")),
        Err(error) => act_again(&app, &caller, id, "end", form, error).await,
    }
}

#[handler]
pub async fn checked(
    app: Data<&App>,
    posted: Posted<can::ControlDocuments>,
    Path(id): Path<ExternalDocumentId>,
) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let today = caller.today;
    match change(&app, &caller, id, &form, |now| Ok(ExternalInput { checked_on: Some(today), ..now })).await {
        Ok(_) => Ok(web::done(&web::link_to(Subject::ExternalDocument, id.0), "external_checked")),
        Err(error) => act_again(&app, &caller, id, "checked", form, error).await,
    }
}
