//! `/viec-trong-nam`: the register of the year's work by kind, its rows, and giving a task to units.

use chrono::{Datelike as _, NaiveDate};
use domain::calendar::Calendar;
use domain::draft::Problems;
use domain::id::{UnitId, WorkItemId};
use domain::permission::Permission;
use domain::record::Subject;
use domain::year_work::{Attribution, Facts, Field, ReportPeriod, WorkKind, WorkState, WorkVerb};
use entities::{unit, work_item};
use poem::web::{Data, Path, Query};
use poem::{Request, Response, Route, get, handler, post};
use render::Form;
use render::views::part::{Chip, Choice, Due, Listing, Pager, Search, Tone};
use render::views::year_work as view;
use sea_orm::{EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::{Act, Assignment, Filter, by, verbs};
use crate::app::App;
use crate::auth::{Caller, can};
use crate::error::{Error, Result};
use crate::findings::pages::shown_due;
use crate::http::{Slice, link};
use crate::inspections::{plan::own_unit, unit_names};
use crate::programmes::pages::own_units;
use crate::store::names_of_people;
use crate::web::{self, Login, Posted, say};

/// Adds the pages of this area.
#[must_use]
pub fn routes(tree: Route) -> Route {
    tree.at("/viec-trong-nam", get(list))
        .at("/viec-trong-nam/giao", get(assign_page).post(assign))
        .at("/viec-trong-nam/moi/:kind", get(new_page).post(create))
        .at("/viec-trong-nam/:id", get(show_page))
        .at("/viec-trong-nam/:id/sua", get(edit_page).post(update))
        .at("/viec-trong-nam/:id/bat-dau", post(start))
        .at("/viec-trong-nam/:id/hoan-thanh", post(complete))
        .at("/viec-trong-nam/:id/mo-lai", post(reopen))
        .at("/viec-trong-nam/:id/huy", post(cancel))
}

const LIST: &str = "/viec-trong-nam";
/// Units of the switch: more are found by the API.
const MOST_SHOWN: u64 = 500;

/// What the list's address says.
#[derive(Clone, Debug, Default, serde::Deserialize)]
struct Asked {
    nam: Option<i32>,
    loai: Option<String>,
    /// A unit; empty for all in scope; left out for one's own.
    don_vi: Option<String>,
    /// `tre`: late only.
    loc: Option<String>,
    q: Option<String>,
    cursor: Option<String>,
}

/// Which part of the register is shown.
struct Shown {
    year: i32,
    kind: Option<WorkKind>,
    unit: Option<UnitId>,
    /// As the address says it, to be kept.
    unit_word: Option<String>,
    late: bool,
}

impl Shown {
    async fn of(app: &App, caller: &Caller, asked: &Asked) -> Result<Self> {
        let unit = match asked.don_vi.as_deref() {
            Some("") => None,
            Some(word) => Some(word.parse().map_err(|_no_id| Error::NotFound)?),
            None => own_unit(app.store.read(), caller, Permission::EditFigures, None).await?.ok(),
        };
        Ok(Self {
            year: asked.nam.unwrap_or_else(|| caller.today.year()),
            kind: asked.loai.as_deref().and_then(|word| word.parse().ok()),
            unit,
            unit_word: asked.don_vi.clone(),
            late: asked.loc.as_deref() == Some("tre"),
        })
    }

    /// The address of a part of the register of the same unit.
    fn href(&self, year: i32, kind: Option<WorkKind>, late: bool) -> String {
        link(
            LIST,
            &[
                ("nam", Some(year.to_string())),
                ("don_vi", self.unit_word.clone()),
                ("loai", kind.map(|kind| kind.to_string())),
                ("loc", late.then(|| "tre".to_owned())),
            ],
        )
    }

    fn keep(&self) -> Vec<(String, String)> {
        let pairs = [
            ("nam", Some(self.year.to_string())),
            ("loai", self.kind.map(|kind| kind.to_string())),
            ("loc", self.late.then(|| "tre".to_owned())),
        ];
        pairs.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
    }
}

#[handler]
async fn list(
    app: Data<&App>,
    caller: Login<can::ReadFigures>,
    request: &Request,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let db = app.store.read();
    let shown = Shown::of(&app, &caller, &asked).await?;
    let slice = Slice::new(None, asked.cursor.as_deref())?;
    let filter = Filter {
        unit_id: shown.unit,
        year: Some(shown.year),
        kind: shown.kind,
        late: shown.late.then_some(true),
        q: asked.q.clone(),
        ..Filter::default()
    };
    let rows = super::list(db, &caller, &filter, &slice).await?;
    let names = unit_names(db, rows.iter().map(|row| row.unit_id)).await?;
    let people = names_of_people(db, rows.iter().filter_map(|row| row.owner_id)).await?;
    let calendar = crate::calendar::load(db).await?;
    let here = shown.href(shown.year, shown.kind, shown.late);
    let show = |row: work_item::Model| {
        let owner = row.owner_text.clone().or_else(|| row.owner_id.and_then(|id| people.get(&id).cloned()));
        item(row, &names, owner, &calendar, caller.today)
    };
    let q = asked.q.clone().filter(|q| !q.trim().is_empty());
    let path = q.as_ref().map_or_else(|| here.clone(), |q| format!("{here}&q={}", crate::http::percent(q)));
    let (rows, next) = slice.page(rows, &path, |row| (serde_json::json!(row.order_on), row.id.0), show);
    let mut keep = shown.keep();
    keep.extend(shown.unit_word.clone().map(|word| ("don_vi".to_owned(), word)));
    let listing = Listing {
        rows,
        pager: Pager { next, first: asked.cursor.map(|_| path) },
        chips: chips(&app, &caller, &shown).await?,
        search: Some(Search { action: LIST.to_owned(), q: q.clone().unwrap_or_default(), keep }),
        clear: (q.is_some() || shown.late).then(|| shown.href(shown.year, shown.kind, false)),
    };
    let units = units_in_scope(&app, &caller).await?;
    let mut unit_form = Form::default();
    unit_form.set("don_vi", shown.unit.map(|unit| unit.to_string()).unwrap_or_default());
    let page = view::WorkList {
        list: listing,
        years: years(&shown),
        units: if units.len() > 1 { units } else { Vec::new() },
        unit_form,
        keep: shown.keep(),
        many_units: shown.unit.is_none(),
        adds: adds(&app, &caller, &shown),
        assign_href: caller.may(Permission::AssignTasks).then(|| format!("{LIST}/giao")),
        counts: counted(&app, &caller, &shown).await?,
    };
    web::page(&app, &caller, say(&app, "work_item.page_title", &[]), &web::path_of(request), &page).await
}

fn years(shown: &Shown) -> Vec<Chip> {
    let chip = |year: i32| Chip {
        label: year.to_string(),
        href: shown.href(year, shown.kind, false),
        active: year == shown.year,
        count: None,
    };
    (shown.year - 1..=shown.year + 1).map(chip).collect()
}

/// A chip a kind, which says how much of it is done.
async fn chips(app: &App, caller: &Caller, shown: &Shown) -> Result<Vec<Chip>> {
    let progress = super::progress(app.store.read(), caller, shown.unit, shown.year).await?;
    let label = |kind: WorkKind| {
        let (done, all) = progress.get(&kind).copied().unwrap_or_default();
        let name = say(app, &format!("work_item_kind.{kind}"), &[]);
        say(app, "work_item.chip_count", &[("kind", name), ("done", done.to_string()), ("all", all.to_string())])
    };
    let chip = |label: String, kind: Option<WorkKind>, late: bool| Chip {
        label,
        href: shown.href(shown.year, kind, late),
        active: shown.kind == kind && shown.late == late,
        count: None,
    };
    let mut chips = vec![chip(say(app, "work_item.chip_all", &[]), None, false)];
    chips.extend(WorkKind::ALL.iter().map(|kind| chip(label(*kind), Some(*kind), false)));
    chips.push(chip(say(app, "work_item.chip_late", &[]), shown.kind, true));
    Ok(chips)
}

async fn units_in_scope(app: &App, caller: &Caller) -> Result<Vec<Choice>> {
    let rows = unit::Entity::find()
        .filter(caller.scope(Permission::ReadFigures).covers(unit::Column::Id))
        .filter(crate::units::alive(unit::Column::ValidFrom, unit::Column::ValidTo, caller.today))
        .order_by_asc(unit::Column::Code)
        .limit(MOST_SHOWN)
        .all(app.store.read())
        .await?;
    Ok(rows.into_iter().map(|row| Choice::new(row.id.to_string(), row.name)).collect())
}

fn adds(app: &App, caller: &Caller, shown: &Shown) -> Vec<Choice> {
    let kinds = WorkKind::ALL.iter().copied().filter(|kind| shown.kind.is_none_or(|chosen| chosen == *kind));
    let add = |kind: WorkKind| {
        let label = say(app, &format!("work_item_kind.{kind}"), &[]);
        Choice::new(format!("{LIST}/moi/{kind}?nam={}", shown.year), label)
    };
    if caller.may(Permission::EditFigures) { kinds.map(add).collect() } else { Vec::new() }
}

/// The numbers of one unit's year that are not zero.
async fn counted(app: &App, caller: &Caller, shown: &Shown) -> Result<Vec<view::CountRow>> {
    let Some(unit) = shown.unit else { return Ok(Vec::new()) };
    let db = app.store.read();
    if !caller.scope(Permission::ReadFigures).contains(db, unit).await? {
        return Err(Error::NotFound);
    }
    let counted = super::counts(db, unit, shown.year, caller.today).await?;
    let label = |one: &super::Counted| match &one.survey {
        Some(of) => say(app, "count.survey", &[("survey", of.title.clone()), ("option", of.option.clone())]),
        None => say(app, &format!("count.{}", one.name), &[]),
    };
    let row = |one: super::Counted| view::CountRow { label: label(&one), value: one.value };
    Ok(counted.into_iter().filter(|one| one.value != 0).map(row).collect())
}

fn item(
    row: work_item::Model,
    names: &std::collections::BTreeMap<UnitId, String>,
    owner: Option<String>,
    calendar: &Calendar,
    today: NaiveDate,
) -> view::WorkItemRow {
    let late = row.item().is_late(today);
    view::WorkItemRow {
        href: web::link_to(Subject::WorkItem, row.id.0),
        unit: names.get(&row.unit_id).cloned().unwrap_or_default(),
        kind: row.kind,
        origin: row.origin,
        owner,
        due: due(&row, calendar, today),
        done_on: row.done_on,
        state: row.state,
        tone: tone(row.state, late),
        late,
        title: row.title,
    }
}

/// The last day; days are counted only while something is still to be done.
fn due(row: &work_item::Model, calendar: &Calendar, today: NaiveDate) -> Option<Due> {
    let on = row.due_on?;
    let open = matches!(row.state, WorkState::NotStarted | WorkState::InProgress);
    Some(if open { shown_due(calendar, on, today) } else { Due { on, days_left: None, overdue: false, provisional: false } })
}

const fn tone(state: WorkState, late: bool) -> Tone {
    match state {
        WorkState::Done => Tone::Good,
        WorkState::Cancelled => Tone::Neutral,
        WorkState::NotStarted | WorkState::InProgress if late => Tone::Bad,
        WorkState::NotStarted => Tone::Neutral,
        WorkState::InProgress => Tone::Info,
    }
}

fn kind_of(word: &str) -> Result<WorkKind> {
    word.parse().map_err(|_no_kind| Error::NotFound)
}

fn title_of(app: &App, kind: WorkKind) -> String {
    say(app, "work_item.add", &[("kind", say(app, &format!("work_item_kind.{kind}"), &[]))])
}

async fn blank(app: &App, caller: &Caller, kind: WorkKind, form: Form) -> Result<view::WorkItemForm> {
    let fields = view::WorkField::of(kind, |_| true);
    let units = own_units(app, caller, Permission::EditFigures).await?;
    Ok(view::WorkItemForm { units, with_year: true, ..form_of(app, format!("{LIST}/moi/{kind}"), kind, form, fields) })
}

fn form_of(app: &App, action: String, kind: WorkKind, form: Form, fields: Vec<view::WorkField>) -> view::WorkItemForm {
    let period = |one: &ReportPeriod| Choice::new(one.code(), say(app, &format!("report_period.{one}"), &[]));
    let attribution = |one: &Attribution| Choice::new(one.code(), say(app, &format!("delay_attribution.{one}"), &[]));
    view::WorkItemForm {
        action,
        form,
        kind,
        fields,
        units: Vec::new(),
        periods: ReportPeriod::ALL.iter().map(period).collect(),
        attributions: Attribution::ALL.iter().map(attribution).collect(),
        superior_fields: false,
        with_year: false,
    }
}

#[handler]
async fn new_page(
    app: Data<&App>,
    caller: Login<can::EditFigures>,
    request: &Request,
    Path(kind): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let kind = kind_of(&kind)?;
    let mut form = web::fresh_form(None);
    form.set("year", asked.nam.unwrap_or_else(|| caller.today.year()).to_string());
    let view = blank(&app, &caller, kind, form).await?;
    web::page(&app, &caller, title_of(&app, kind), &web::path_of(request), &view).await
}

/// The facts with what the form says of these fields.
fn typed(form: &Form, fields: &[view::WorkField], base: Facts) -> Result<Facts> {
    let mut problems = Problems::new();
    let mut facts = base;
    if form.values.contains_key("year") {
        facts.year = number(form, "year", &mut problems).unwrap_or_default();
    }
    let text = |name: &str| Some(form.value(name).to_owned());
    for field in Field::ALL.iter().filter(|field| fields.iter().any(|shown| shown.name == field.name())) {
        match field {
            Field::Title => facts.title = form.value("title").to_owned(),
            Field::Code => facts.code = text("code"),
            Field::Period => facts.period = form.value("period").parse().ok(),
            Field::Owner => {
                facts.owner_text = text("owner_text").filter(|typed| !typed.trim().is_empty());
                facts.owner_id = facts.owner_id.filter(|_| facts.owner_text.is_none());
            }
            Field::Product => facts.product = text("product"),
            Field::ReceivedOn => facts.received_on = day(form, "received_on", &mut problems),
            Field::DueOn => facts.due_on = day(form, "due_on", &mut problems),
            Field::DoneOn => facts.done_on = day(form, "done_on", &mut problems),
            Field::Attribution => facts.attribution = form.value("attribution").parse().ok(),
            Field::Number => {
                facts.number = text("number");
                facts.numbered_on = day(form, "numbered_on", &mut problems);
            }
            Field::PeopleCount => facts.people_count = number(form, "people_count", &mut problems),
            Field::FoundCount => facts.found_count = number(form, "found_count", &mut problems),
            Field::FixedCount => facts.fixed_count = number(form, "fixed_count", &mut problems),
            Field::Result => facts.result = text("result"),
        }
    }
    problems.finish()?;
    Ok(facts)
}

/// A whole number as typed, thousands with dots or not; `None` when left blank.
pub(crate) fn number(form: &Form, name: &str, problems: &mut Problems) -> Option<i32> {
    let typed: String = form.value(name).chars().filter(|c| !c.is_whitespace() && *c != '.').collect();
    let parsed = typed.parse().ok();
    problems.check(!typed.is_empty() && parsed.is_none(), name, "not_integer");
    parsed
}

fn day(form: &Form, name: &str, problems: &mut Problems) -> Option<NaiveDate> {
    let typed = form.value(name).trim();
    let parsed = typed.parse().ok();
    problems.check(!typed.is_empty() && parsed.is_none(), name, "expected_date");
    parsed
}

#[handler]
async fn create(
    app: Data<&App>,
    posted: Posted<can::EditFigures>,
    request: &Request,
    Path(kind): Path<String>,
) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let kind = kind_of(&kind)?;
    let outcome = async {
        let facts = typed(&form, &view::WorkField::of(kind, |_| true), Facts::empty(kind, 0))?;
        super::create(&app.store, &caller, form.value("unit_id").parse().ok(), facts).await
    };
    match outcome.await {
        Ok(row) => Ok(web::done(&web::link_to(Subject::WorkItem, row.id.0), "work_item_saved")),
        Err(error) => {
            let path = web::path_of(request);
            let view = async |form| blank(&app, &caller, kind, form).await;
            web::again(&app, &caller, title_of(&app, kind), &path, form, error, view).await
        }
    }
}

#[handler]
async fn show_page(
    app: Data<&App>,
    caller: Login<can::ReadFigures>,
    request: &Request,
    Path(id): Path<WorkItemId>,
) -> Result<Response> {
    let row = super::find(app.store.read(), &caller, id).await?;
    let title = row.title.clone();
    let view = shown(&app, &caller, row, None).await?;
    web::page(&app, &caller, title, &web::path_of(request), &view).await
}

/// The page of a row; `refused` is the form of an act that came back.
async fn shown(
    app: &App,
    caller: &Caller,
    row: work_item::Model,
    refused: Option<(WorkVerb, Form)>,
) -> Result<view::WorkItemPage> {
    let db = app.store.read();
    let may = verbs(&row, by(db, caller, &row).await?);
    let units = unit_names(db, [Some(row.unit_id), row.assigned_by_unit_id].into_iter().flatten()).await?;
    let people = names_of_people(db, row.owner_id).await?;
    let calendar = crate::calendar::load(db).await?;
    let href = web::link_to(Subject::WorkItem, row.id.0);
    let late = row.item().is_late(caller.today);
    let form = |verb: WorkVerb| {
        let form = match &refused {
            Some((refused, form)) if *refused == verb => form.clone(),
            _ => {
                let mut form = web::fresh_form(Some(row.version));
                form.set("done_on", caller.today.to_string());
                form
            }
        };
        may.contains(&verb).then(|| form.with_id(verb.code()))
    };
    Ok(view::WorkItemPage {
        unit: units.get(&row.unit_id).cloned().unwrap_or_default(),
        year: row.year.to_string(),
        kind: row.kind,
        origin: row.origin,
        assigned_by: row.assigned_by_unit_id.and_then(|unit| units.get(&unit).cloned()),
        state: row.state,
        tone: tone(row.state, late),
        late,
        period: row.period,
        received_on: row.received_on,
        due: due(&row, &calendar, caller.today),
        done_on: row.done_on,
        attribution: row.attribution,
        numbered_on: row.numbered_on,
        people_count: row.people_count,
        found_count: row.found_count,
        fixed_count: row.fixed_count,
        evidence_href: caller.may(Permission::UseEvidence).then(|| format!("/minh-chung/{}/{}", Subject::WorkItem, row.id)),
        edit_href: may.contains(&WorkVerb::Update).then(|| format!("{href}/sua")),
        start: form(WorkVerb::Start),
        complete: form(WorkVerb::Complete),
        reopen: form(WorkVerb::Reopen),
        cancel: form(WorkVerb::Cancel),
        list_href: link(
            LIST,
            &[
                ("nam", Some(row.year.to_string())),
                ("don_vi", Some(row.unit_id.to_string())),
                ("loai", Some(row.kind.to_string())),
            ],
        ),
        href,
        code: row.code,
        owner: row.owner_text.or_else(|| row.owner_id.and_then(|id| people.get(&id).cloned())),
        product: row.product,
        number: row.number,
        result: row.result,
        cancel_reason: row.cancel_reason,
    })
}

/// The form of a row: of what the superior gave, the unit has its own part only.
async fn editing(app: &App, caller: &Caller, row: &work_item::Model, form: Form) -> Result<view::WorkItemForm> {
    let by = by(app.store.read(), caller, row).await?;
    let own_part = row.assigned_by_unit_id.is_some() && !by.superior;
    let fields = view::WorkField::of(row.kind, |field| match field {
        Field::Owner | Field::Result => true,
        Field::DoneOn => !row.kind.is_followed() && !own_part,
        _ => !own_part,
    });
    let action = format!("{}/sua", web::link_to(Subject::WorkItem, row.id.0));
    Ok(view::WorkItemForm { superior_fields: own_part, with_year: !own_part, ..form_of(app, action, row.kind, form, fields) })
}

#[handler]
async fn edit_page(
    app: Data<&App>,
    caller: Login<can::ReadFigures>,
    request: &Request,
    Path(id): Path<WorkItemId>,
) -> Result<Response> {
    let row = super::find(app.store.read(), &caller, id).await?;
    let view = editing(&app, &caller, &row, written(&row)).await?;
    web::page(&app, &caller, say(&app, "work_item.edit_title", &[]), &web::path_of(request), &view).await
}

/// The form as the row is now.
fn written(row: &work_item::Model) -> Form {
    let facts = row.facts();
    let mut form = web::fresh_form(Some(row.version));
    let date = |day: Option<NaiveDate>| day.map(|day| day.to_string());
    let count = |count: Option<i32>| count.map(|count| count.to_string());
    let values = [
        ("year", Some(facts.year.to_string())),
        ("title", Some(facts.title)),
        ("code", facts.code),
        ("period", facts.period.map(|period| period.to_string())),
        ("owner_text", facts.owner_text),
        ("product", facts.product),
        ("received_on", date(facts.received_on)),
        ("due_on", date(facts.due_on)),
        ("done_on", date(facts.done_on)),
        ("attribution", facts.attribution.map(|attribution| attribution.to_string())),
        ("number", facts.number),
        ("numbered_on", date(facts.numbered_on)),
        ("people_count", count(facts.people_count)),
        ("found_count", count(facts.found_count)),
        ("fixed_count", count(facts.fixed_count)),
        ("result", facts.result),
    ];
    for (name, value) in values {
        form.set(name, value.unwrap_or_default());
    }
    form
}

#[handler]
async fn update(
    app: Data<&App>,
    posted: Posted<can::ReadFigures>,
    request: &Request,
    Path(id): Path<WorkItemId>,
) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let row = super::find(app.store.read(), &caller, id).await?;
    let fields = editing(&app, &caller, &row, Form::default()).await?.fields;
    let outcome = async {
        let facts = typed(&form, &fields, row.facts())?;
        super::update(&app.store, &caller, id, web::seen(&form)?, facts).await
    };
    match outcome.await {
        Ok(_) => Ok(web::done(&web::link_to(Subject::WorkItem, id.0), "work_item_saved")),
        Err(error) => {
            let title = say(&app, "work_item.edit_title", &[]);
            // Read again: what is compared with and its version are of one moment.
            let row = super::find(app.store.read(), &caller, id).await?;
            let view = async |form: Form| editing(&app, &caller, &row, form.compare(&written(&row))).await;
            web::again(&app, &caller, title, &web::path_of(request), form, error, view).await
        }
    }
}

/// Does an act and goes back to the page; a refused one is shown in place.
async fn do_act(app: &App, caller: Caller, form: Form, id: WorkItemId, verb: WorkVerb, path: &str) -> Result<Response> {
    let outcome = async {
        let mut problems = Problems::new();
        let done_on = if verb == WorkVerb::Complete { day(&form, "done_on", &mut problems) } else { None };
        problems.check(verb == WorkVerb::Complete && form.value("done_on").trim().is_empty(), "done_on", "required");
        problems.finish()?;
        let reason = form.value("reason").to_owned();
        let act = match verb {
            WorkVerb::Complete => Act::Complete { done_on, result: Some(form.value("result").to_owned()) },
            WorkVerb::Reopen => Act::Reopen { reason },
            WorkVerb::Cancel => Act::Cancel { reason },
            WorkVerb::Start | WorkVerb::Update => Act::Start,
        };
        super::act(&app.store, &caller, id, web::seen(&form)?, act).await
    };
    match outcome.await {
        Ok(row) => {
            let flash = if row.state == WorkState::Cancelled { "work_item_cancelled" } else { "work_item_done" };
            Ok(web::done(&web::link_to(Subject::WorkItem, id.0), flash))
        }
        Err(error) => {
            let row = super::find(app.store.read(), &caller, id).await?;
            let title = row.title.clone();
            let view = async |form| shown(app, &caller, row, Some((verb, form))).await;
            web::again(app, &caller, title, path, form, error, view).await
        }
    }
}

#[handler]
async fn start(
    app: Data<&App>,
    posted: Posted<can::EditFigures>,
    request: &Request,
    Path(id): Path<WorkItemId>,
) -> Result<Response> {
    do_act(&app, posted.caller, posted.form, id, WorkVerb::Start, &web::path_of(request)).await
}

#[handler]
async fn complete(
    app: Data<&App>,
    posted: Posted<can::EditFigures>,
    request: &Request,
    Path(id): Path<WorkItemId>,
) -> Result<Response> {
    do_act(&app, posted.caller, posted.form, id, WorkVerb::Complete, &web::path_of(request)).await
}

#[handler]
async fn reopen(
    app: Data<&App>,
    posted: Posted<can::EditFigures>,
    request: &Request,
    Path(id): Path<WorkItemId>,
) -> Result<Response> {
    do_act(&app, posted.caller, posted.form, id, WorkVerb::Reopen, &web::path_of(request)).await
}

#[handler]
async fn cancel(
    app: Data<&App>,
    posted: Posted<can::ReadFigures>,
    request: &Request,
    Path(id): Path<WorkItemId>,
) -> Result<Response> {
    do_act(&app, posted.caller, posted.form, id, WorkVerb::Cancel, &web::path_of(request)).await
}

/// The units right below the one that gives tasks.
async fn assigning(app: &App, caller: &Caller, form: Form) -> Result<view::AssignForm> {
    use entities::unit_path;
    use sea_orm::ColumnTrait as _;
    let db = app.store.read();
    let units = match own_unit(db, caller, Permission::AssignTasks, None).await? {
        Ok(from) => {
            let below = super::targets(caller, from).filter(unit_path::Column::Depth.eq(1));
            let ids: Vec<UnitId> = below.limit(MOST_SHOWN).into_tuple().all(db).await?;
            unit_names(db, ids).await?
        }
        Err(_many) => std::collections::BTreeMap::new(),
    };
    let mut units: Vec<Choice> = units.into_iter().map(|(id, name)| Choice::new(id.to_string(), name)).collect();
    units.sort_by(|a, b| a.label.cmp(&b.label));
    Ok(view::AssignForm { form, units })
}

#[handler]
async fn assign_page(app: Data<&App>, caller: Login<can::AssignTasks>, request: &Request) -> Result<Response> {
    let mut form = web::fresh_form(None);
    form.set("year", caller.today.year().to_string());
    let view = assigning(&app, &caller, form).await?;
    web::page(&app, &caller, say(&app, "work_item.assign_title", &[]), &web::path_of(request), &view).await
}

#[handler]
async fn assign(app: Data<&App>, posted: Posted<can::AssignTasks>, request: &Request) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let fields = view::WorkField::of(WorkKind::Task, |field| {
        matches!(field, Field::Title | Field::Product | Field::DueOn | Field::Number)
    });
    let chosen = form.values.iter().filter(|(_, value)| *value == "yes");
    let unit_ids = chosen.filter_map(|(name, _)| name.strip_prefix("unit_ids/")?.parse().ok()).collect();
    let outcome = async {
        let facts = typed(&form, &fields, Facts::empty(WorkKind::Task, 0))?;
        let year = facts.year;
        let rows = super::assign(&app.store, &caller, Assignment { from_unit_id: None, unit_ids, facts }).await?;
        Ok::<_, Error>((year, rows.len()))
    };
    match outcome.await {
        Ok((year, _)) => Ok(web::done(&format!("{LIST}?nam={year}&don_vi=&loai=task"), "work_items_assigned")),
        Err(error) => {
            let title = say(&app, "work_item.assign_title", &[]);
            let view = async |form| assigning(&app, &caller, form).await;
            web::again(&app, &caller, title, &web::path_of(request), form, error, view).await
        }
    }
}
