//! The catalogue of administrative procedures: the list, one with the documents that serve it, its form.

use domain::document::control::{LinkKind, NationalCode, ProcedureChange};
use domain::draft::Problems;
use domain::id::AdministrativeProcedureId;
use domain::permission::Permission;
use domain::record::Subject;
use entities::{administrative_procedure, unit_level};
use poem::web::{Data, Path, Query};
use poem::{Request, Response, handler};
use render::Form;
use render::views::documents as view;
use render::views::findings::Link;
use render::views::part::Choice;
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::super::registers::{self, TthcInput, above};
use super::super::resting::{self, entry_validity};
use super::external::{Asked, Place};
use super::links::dependents;
use super::words::{LIST, MOST_CHOICES, optional_date, validity_tone};
use super::{both_of, renamed};
use crate::app::App;
use crate::auth::{Caller, can};
use crate::error::Result;
use crate::findings::pages::{choices, shown_history};
use crate::findings::read::history_of;
use crate::programmes::pages::own_units;
use crate::store::names_of_people;
use crate::web::{self, Login, Posted, say};

/// The catalogue.
const CATALOGUE: &str = "/quy-trinh/thu-tuc-hanh-chinh";

#[handler]
pub async fn list_page(
    app: Data<&App>,
    caller: Login<can::ReadDocuments>,
    request: &Request,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let db = app.store.read();
    let slice = asked.slice()?;
    let rows = registers::list_tthc(db, &caller, &asked.filter(), &slice).await?;
    let uses = resting::uses(db, &caller, LinkKind::AdministrativeProcedure, rows.iter().map(|row| row.id.0)).await?;
    let show = |row: administrative_procedure::Model| {
        let validity = entry_validity(&row, caller.today);
        view::CatalogueRow {
            href: web::link_to(Subject::AdministrativeProcedure, row.id.0),
            uses: uses.get(&row.id.0).copied().unwrap_or_default(),
            tone: validity_tone(validity),
            validity,
            national_code: row.national_code,
            suffix: row.suffix,
            title: row.title,
            field: row.field_name,
            last_change: row.last_change,
            changed_on: row.changed_on,
        }
    };
    let key = |row: &administrative_procedure::Model| (serde_json::json!(row.created_at), row.id.0);
    let page = view::CatalogueList {
        list: asked.listing(&app, CATALOGUE, &slice, rows, key, show),
        new_href: caller.may(Permission::ControlDocuments).then(|| format!("{CATALOGUE}/moi")),
        back_href: LIST.to_owned(),
    };
    web::page(&app, &caller, say(&app, "tthc.page_title", &[]), &web::path_of(request), &page).await
}

/// The code as the portal writes it: national code and, where there is one, the local suffix.
pub fn code_of(row: &administrative_procedure::Model) -> String {
    NationalCode { code: row.national_code.clone(), suffix: row.suffix.clone() }.to_string()
}

/// Code and title, as links and choices read.
pub fn name_of(row: &administrative_procedure::Model) -> String {
    format!("{} {}", code_of(row), row.title)
}

pub fn link_of(row: &administrative_procedure::Model) -> Link {
    Link { href: web::link_to(Subject::AdministrativeProcedure, row.id.0), text: name_of(row) }
}

/// Most entries to choose from: more than any province publishes.
const MOST_ENTRIES: u64 = 5_000;

/// What may have replaced a procedure, by code: what is not over, and what is named now.
async fn replacements(
    db: &impl ConnectionTrait,
    caller: &Caller,
    of: Option<&administrative_procedure::Model>,
) -> Result<Vec<Choice>> {
    use administrative_procedure::Column;
    let named = of.and_then(|row| row.replaced_by_id);
    let live = Condition::any()
        .add(Column::ValidTo.is_null())
        .add(Column::ValidTo.gte(caller.today))
        .add_option(named.map(|id| Column::Id.eq(id)));
    let rows = administrative_procedure::Entity::find()
        .filter(above(caller, Column::UnitId))
        .filter(live)
        .filter(Condition::all().add_option(of.map(|row| Column::Id.ne(row.id))))
        .order_by_asc(Column::NationalCode)
        .order_by_asc(Column::Id)
        .limit(MOST_ENTRIES)
        .all(db)
        .await?;
    Ok(rows.iter().map(|row| Choice::new(row.id.to_string(), name_of(row))).collect())
}

async fn form_view(
    app: &App,
    caller: &Caller,
    form: Form,
    row: Option<&administrative_procedure::Model>,
) -> Result<view::CatalogueForm> {
    let db = app.store.read();
    let levels = unit_level::Entity::find().order_by_asc(unit_level::Column::Rank).all(db).await?;
    Ok(view::CatalogueForm {
        action: row.map_or_else(|| format!("{CATALOGUE}/moi"), |row| format!("{CATALOGUE}/{}/sua", row.id)),
        units: if row.is_none() { own_units(app, caller, Permission::ControlDocuments).await? } else { Vec::new() },
        levels: levels.into_iter().map(|row| Choice::new(row.code, row.name)).collect(),
        changes: choices(app, ProcedureChange::KEY, ProcedureChange::ALL),
        replacements: replacements(db, caller, row).await?,
        is_new: row.is_none(),
        form,
    })
}

/// The fields of the use case under the names of the form.
fn form_field(field: &str) -> String {
    match field {
        "code" => "tthc_code",
        "title" => "tthc_title",
        "level_code" => "tthc_level",
        "time_limit" => "tthc_time",
        "fee" => "tthc_fee",
        "valid_from" => "tthc_from",
        "valid_to" => "tthc_to",
        "last_change" => "tthc_change",
        "changed_on" => "tthc_changed_on",
        "decision" => "tthc_decision",
        "replaced_by_id" => "replacement_tthc_id",
        other => other,
    }
    .to_owned()
}

fn filled(row: &administrative_procedure::Model) -> Form {
    let mut form = web::fresh_form(Some(row.version));
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    form.set("tthc_code", row.national_code.clone()).set("tthc_suffix", text(&row.suffix));
    form.set("tthc_title", row.title.clone()).set("field_name", row.field_name.clone());
    form.set("tthc_level", row.level_code.clone()).set("tthc_time", text(&row.time_limit)).set("tthc_fee", text(&row.fee));
    form.set("tthc_from", row.valid_from.to_string());
    form.set("tthc_to", row.valid_to.map(|date| date.to_string()).unwrap_or_default());
    form.set("tthc_change", row.last_change.code()).set("tthc_changed_on", row.changed_on.to_string());
    form.set("tthc_decision", text(&row.decision));
    form.set("replacement_tthc_id", row.replaced_by_id.map(|id| id.to_string()).unwrap_or_default());
    form
}

/// National code and suffix of the form as the use case takes them: one after the other.
fn typed_code(form: &Form, problems: &mut Problems) -> String {
    let (code, suffix) = (form.value("tthc_code").trim(), form.value("tthc_suffix").trim());
    if suffix.is_empty() {
        return code.to_owned();
    }
    // A suffix is wrong whatever stands before it.
    if let Err("suffix_form") = NationalCode::parse(&format!("1.000000.{suffix}")) {
        problems.add("tthc_suffix", "suffix_form");
        return code.to_owned();
    }
    format!("{code}.{suffix}")
}

/// What the form says; everything wrong with it at once, under its own names.
fn input_of(form: &Form, caller: &Caller) -> Result<TthcInput> {
    let mut problems = Problems::new();
    let option = |name: &str| Some(form.value(name).to_owned());
    let from = optional_date(form, "tthc_from", &mut problems);
    problems.check(form.value("tthc_from").trim().is_empty(), "tthc_from", "required");
    let last_change = form.value("tthc_change").parse::<ProcedureChange>();
    problems.check(last_change.is_err(), "tthc_change", "required");
    problems.check(form.value("tthc_level").is_empty(), "tthc_level", "required");
    let valid_from = from.unwrap_or(caller.today);
    let input = TthcInput {
        code: typed_code(form, &mut problems),
        title: form.value("tthc_title").to_owned(),
        field_name: form.value("field_name").to_owned(),
        level_code: form.value("tthc_level").to_owned(),
        time_limit: option("tthc_time"),
        fee: option("tthc_fee"),
        valid_from,
        valid_to: optional_date(form, "tthc_to", &mut problems),
        last_change: last_change.unwrap_or(ProcedureChange::New),
        changed_on: optional_date(form, "tthc_changed_on", &mut problems).unwrap_or(valid_from),
        decision: option("tthc_decision"),
        replaced_by_id: form.value("replacement_tthc_id").parse().ok(),
    };
    let mut rest = Problems::new();
    let _ = input.clone().check(&mut rest);
    both_of(problems, rest, form_field)?;
    Ok(input)
}

#[handler]
pub async fn new_page(app: Data<&App>, caller: Login<can::ControlDocuments>, request: &Request) -> Result<Response> {
    let mut form = web::fresh_form(None);
    form.set("tthc_change", ProcedureChange::New.code());
    let view = form_view(&app, &caller, form, None).await?;
    web::page(&app, &caller, say(&app, "tthc.new_title", &[]), &web::path_of(request), &view).await
}

#[handler]
pub async fn create(app: Data<&App>, posted: Posted<can::ControlDocuments>, request: &Request) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let made = async {
        let unit = form.value("unit_id").parse().ok();
        registers::create_tthc(&app.store, &caller, unit, input_of(&form, &caller)?).await
    };
    match made.await.map_err(|error| renamed(error, form_field)) {
        Ok(row) => Ok(web::done(&web::link_to(Subject::AdministrativeProcedure, row.id.0), "tthc_created")),
        Err(error) => {
            let title = say(&app, "tthc.new_title", &[]);
            let draw = async |form| form_view(&app, &caller, form, None).await;
            web::again(&app, &caller, title, &web::path_of(request), form, error, draw).await
        }
    }
}

/// An entry whose catalogue the caller keeps.
async fn kept(app: &App, caller: &Caller, id: AdministrativeProcedureId) -> Result<administrative_procedure::Model> {
    let row = registers::find_tthc(app.store.read(), caller, id).await?;
    let keeps = caller.scope(Permission::ControlDocuments).contains(app.store.read(), row.unit_id).await?;
    if keeps { Ok(row) } else { Err(domain::rule::Refused::new("document_control_only").into()) }
}

#[handler]
pub async fn edit_page(
    app: Data<&App>,
    caller: Login<can::ControlDocuments>,
    request: &Request,
    Path(id): Path<AdministrativeProcedureId>,
) -> Result<Response> {
    let row = kept(&app, &caller, id).await?;
    let view = form_view(&app, &caller, filled(&row), Some(&row)).await?;
    let title = say(&app, "tthc.change_title", &[("code", row.national_code)]);
    web::page(&app, &caller, title, &web::path_of(request), &view).await
}

#[handler]
pub async fn update(
    app: Data<&App>,
    posted: Posted<can::ControlDocuments>,
    request: &Request,
    Path(id): Path<AdministrativeProcedureId>,
) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let changed = async {
        let input = input_of(&form, &caller)?;
        registers::update_tthc(&app.store, &caller, id, web::seen(&form)?, input).await
    };
    match changed.await.map_err(|error| renamed(error, form_field)) {
        Ok(_) => Ok(web::done(&web::link_to(Subject::AdministrativeProcedure, id.0), "tthc_saved")),
        Err(error) => {
            let row = kept(&app, &caller, id).await?;
            let title = say(&app, "tthc.change_title", &[("code", row.national_code.clone())]);
            let draw = async |form: Form| form_view(&app, &caller, form.compare(&filled(&row)), Some(&row)).await;
            web::again(&app, &caller, title, &web::path_of(request), form, error, draw).await
        }
    }
}

#[handler]
pub async fn show_page(
    app: Data<&App>,
    caller: Login<can::ReadDocuments>,
    request: &Request,
    Path(id): Path<AdministrativeProcedureId>,
    Query(place): Query<Place>,
) -> Result<Response> {
    let row = registers::find_tthc(app.store.read(), &caller, id).await?;
    let title = format!("{} {}", row.national_code, row.title);
    let view = shown(&app, &caller, row, place).await?;
    web::page(&app, &caller, title, &web::path_of(request), &view).await
}

async fn shown(app: &App, caller: &Caller, row: administrative_procedure::Model, place: Place) -> Result<view::CataloguePage> {
    use administrative_procedure::Column;
    let db = app.store.read();
    let href = web::link_to(Subject::AdministrativeProcedure, row.id.0);
    let keeps = caller.scope(Permission::ControlDocuments).contains(db, row.unit_id).await?;
    let history = history_of(db, row.id.0).await?;
    let people = names_of_people(db, history.iter().filter_map(|event| event.actor_id)).await?;
    let readable = || administrative_procedure::Entity::find().filter(above(caller, Column::UnitId));
    let replaced_by = match row.replaced_by_id {
        Some(id) => readable().filter(Column::Id.eq(id)).one(db).await?,
        None => None,
    };
    let replaces =
        readable().filter(Column::ReplacedById.eq(row.id)).order_by_asc(Column::Id).limit(MOST_CHOICES).all(db).await?;
    let level = unit_level::Entity::find_by_id(&row.level_code).one(db).await?;
    let validity = entry_validity(&row, caller.today);
    Ok(view::CataloguePage {
        dependents: dependents(app, caller, (LinkKind::AdministrativeProcedure, row.id.0), &href, place.cursor).await?,
        back_href: CATALOGUE.to_owned(),
        validity,
        tone: validity_tone(validity),
        replaced_by: replaced_by.as_ref().map(link_of),
        replaces: replaces.iter().map(link_of).collect(),
        level: level.map_or(row.level_code, |level| level.name),
        unit: crate::units::find(db, row.unit_id).await?.name,
        edit_href: keeps.then(|| format!("{href}/sua")),
        history: shown_history(app, "register_event", &history, &people),
        national_code: row.national_code,
        suffix: row.suffix,
        field: row.field_name,
        time_limit: row.time_limit,
        fee: row.fee,
        valid_from: row.valid_from,
        valid_to: row.valid_to,
        last_change: row.last_change,
        changed_on: row.changed_on,
        decision: row.decision,
    })
}
