//! `/muc-tieu`: quality objectives, their plans and results.

use chrono::{Datelike as _, NaiveDate};
use domain::draft::Problems;
use domain::id::{ObjectiveStepId, QualityObjectiveId, UnitId};
use domain::objective::{Bind, Direction, Draft, Frequency, ObjectiveState, ObjectiveVerb, StepDraft, advance, available};
use domain::permission::Permission;
use domain::record::Subject;
use domain::scoring::{Exact, RoundingMode};
use entities::{objective_result, quality_objective};
use poem::web::{Data, Path, Query};
use poem::{IntoResponse as _, Request, Response, Route, get, handler, post};
use render::Form;
use render::views::findings::Link;
use render::views::objectives as view;
use render::views::part::{Chip, Choice, Due, Listing, Pager, Search, Tone};

use super::access::{self, Case};
use super::{Act, Filter, Listed, Measured, NewResult, figure, is_met};
use crate::app::App;
use crate::auth::{Caller, Either, can};
use crate::corrective_actions::plan::people_of;
use crate::error::{Error, Result};
use crate::findings::pages::{attach, choices, refuse, shown_due};
use crate::http::{Slice, link};
use crate::inspections::plan::own_unit;
use crate::inspections::unit_names;
use crate::programmes::pages::own_units;
use crate::rounds::pages::plain_number;
use crate::store::names_of_people;
use crate::web::{self, Login, Posted, on_form_rows, say};
use crate::work::records::readable;

type Readers = Either<can::ReadReviews, can::DoSteps>;

const LIST: &str = "/muc-tieu";

/// Adds the pages of this area.
#[must_use]
pub fn routes(tree: Route) -> Route {
    tree.at("/muc-tieu", get(list))
        .at("/muc-tieu/moi", get(new_page).post(create))
        .at("/muc-tieu/:id", get(show_page))
        .at("/muc-tieu/:id/sua", get(edit_page).post(update))
        .at("/muc-tieu/:id/phe-duyet", post(approve))
        .at("/muc-tieu/:id/danh-gia", post(evaluate))
        .at("/muc-tieu/:id/huy", post(cancel))
        .at("/muc-tieu/:id/ket-qua", post(do_record))
        .at("/muc-tieu/:id/so-dem", post(record_counted))
        .at("/muc-tieu/:id/viec/:step", post(complete))
}

#[derive(Clone, Debug, Default, serde::Deserialize)]
struct Asked {
    nam: Option<i32>,
    q: Option<String>,
    cursor: Option<String>,
}

#[handler]
async fn list(app: Data<&App>, caller: Login<Readers>, request: &Request, Query(asked): Query<Asked>) -> Result<Response> {
    let db = app.store.read();
    let year = asked.nam.unwrap_or_else(|| caller.today.year());
    let slice = Slice::new(None, asked.cursor.as_deref())?;
    let q = asked.q.clone().filter(|q| !q.trim().is_empty());
    let filter = Filter { year: Some(year), q: q.clone(), ..Filter::default() };
    let rows = super::list(db, &caller, &filter, &slice).await?;
    let names = unit_names(db, rows.iter().map(|one| one.row.unit_id)).await?;
    let show = |one: Listed| {
        let unit = names.get(&one.row.unit_id).cloned().unwrap_or_default();
        listed(one, unit)
    };
    let path = link(LIST, &[("nam", Some(year.to_string())), ("q", q.clone())]);
    let (rows, next) = slice.page(rows, &path, |one| (one.row.year.into(), one.row.id.0), show);
    let (met, all) = super::met_count(db, &caller, year).await?;
    let of_year = |year: i32| link(LIST, &[("nam", Some(year.to_string()))]);
    let chip = |of: i32| Chip { label: of.to_string(), href: of_year(of), active: of == year, count: None };
    let page = view::ObjectiveList {
        list: Listing {
            rows,
            pager: Pager { next, first: asked.cursor.map(|_| path) },
            chips: Vec::new(),
            search: Some(Search {
                action: LIST.to_owned(),
                q: q.clone().unwrap_or_default(),
                keep: vec![("nam".to_owned(), year.to_string())],
            }),
            clear: q.map(|_| of_year(year)),
        },
        years: (year - 1..=year + 1).map(chip).collect(),
        met: (all > 0).then_some((met, all)),
        new_href: caller.may(Permission::PrepareReviews).then(|| format!("{LIST}/moi")),
    };
    web::page(&app, &caller, say(&app, "objective.list", &[]), &web::path_of(request), &page).await
}

fn listed(one: Listed, unit: String) -> view::ObjectiveRow {
    let Listed { row, last } = one;
    view::ObjectiveRow {
        href: web::link_to(Subject::QualityObjective, row.id.0),
        title: format!("{} · {}", row.code, row.goal),
        unit,
        target: target_of(&row),
        value: last.as_ref().map(|last| value_words(&row, last)),
        measured_on: last.as_ref().map(|last| last.measured_on),
        on_target: last.as_ref().map(|last| is_met(&row, last)),
        state: row.state,
        tone: tone(row.state),
        met: row.met,
    }
}

const fn tone(state: ObjectiveState) -> Tone {
    match state {
        ObjectiveState::Draft => Tone::Warn,
        ObjectiveState::Approved => Tone::Info,
        ObjectiveState::Evaluated => Tone::Good,
        ObjectiveState::Cancelled => Tone::Neutral,
    }
}

/// A stored decimal as people here read it.
fn shown(decimal: &str) -> String {
    decimal.parse::<Exact>().map_or_else(|_| decimal.to_owned(), |exact| exact.vn_short())
}

/// «≥ 98,5 %».
fn target_of(row: &quality_objective::Model) -> String {
    let sign = match row.direction {
        Direction::AtLeast => "≥",
        Direction::AtMost => "≤",
        Direction::Exactly => "=",
    };
    format!("{sign} {} {}", shown(&row.target), row.measure_unit)
}

/// «99,24 % (2.624/2.644)»: two decimals are enough to read a counted share, its numbers are beside it.
fn value_words(row: &quality_objective::Model, result: &objective_result::Model) -> String {
    let value = super::shown_value(result).vn_short();
    match result.part.zip(result.whole) {
        Some((part, whole)) => share_words(row.bind, &value, part, whole),
        None => format!("{value} {}", row.measure_unit),
    }
}

fn share_words(bind: Option<Bind>, value: &str, part: i64, whole: i64) -> String {
    let percent = format!("{value} %");
    // The mean of surveys is no part of a whole that anybody counted.
    if bind == Some(Bind::Satisfaction) {
        return percent;
    }
    format!("{percent} ({}/{})", Exact::from(part).vn_short(), Exact::from(whole).vn_short())
}

/// The form of an act that came back, by its id.
type Failed = Option<(String, Form)>;

#[handler]
async fn show_page(
    app: Data<&App>,
    caller: Login<Readers>,
    request: &Request,
    Path(id): Path<QualityObjectiveId>,
) -> Result<Response> {
    let (title, view) = shown_page(&app, &caller, id, None).await?;
    web::page(&app, &caller, title, &web::path_of(request), &view).await
}

async fn shown_page(app: &App, caller: &Caller, id: QualityObjectiveId, failed: Failed) -> Result<(String, view::ObjectivePage)> {
    let db = app.store.read();
    let case = access::case(db, caller, id).await?;
    let calendar = crate::calendar::load(db).await?;
    let units = unit_names(db, [case.row.unit_id]).await?;
    let mentioned = case.steps.iter().filter_map(|step| step.owner_id).chain(case.row.approved_by_id);
    let people = names_of_people(db, mentioned.chain(case.results.iter().map(|result| result.recorded_by_id))).await?;
    let verbs = available(case.row.state, case.by, &case.facts);
    let form = |name: &str| match &failed {
        Some((failed, form)) if failed == name => {
            form.clone().compare(&Form { version: Some(case.row.version), ..Form::default() }).with_id(name)
        }
        _ => {
            let mut form = web::fresh_form(Some(case.row.version)).with_id(name);
            form.set("measured_on", caller.today.to_string()).set("done_on", caller.today.to_string());
            form
        }
    };
    let may = |verb: ObjectiveVerb, name: &str| verbs.contains(&verb).then(|| form(name));
    let href = web::link_to(Subject::QualityObjective, id.0);
    let figure = figure_box(app, caller, &case, may(ObjectiveVerb::RecordResult, "counted")).await?;
    let Case { row, steps, results, facts, .. } = &case;
    let step = |one: &entities::objective_step::Model| {
        let facts = domain::objective::Facts { step_done: one.done_on.is_some(), ..*facts };
        let may = advance(row.state, ObjectiveVerb::CompleteStep, case.by_step(one, caller.person), &facts).is_ok();
        let named = one.owner_id.and_then(|id| people.get(&id).cloned());
        view::StepRow {
            action: one.action.clone(),
            owner: named.or_else(|| one.owner_text.clone()).unwrap_or_default(),
            due: match one.done_on {
                Some(_) => Due { on: one.due_on, days_left: None, overdue: false, provisional: false },
                None => shown_due(&calendar, one.due_on, caller.today),
            },
            done_on: one.done_on,
            note: one.note.clone(),
            complete: may.then(|| form(&format!("step-{}", one.id))),
            action_href: format!("{href}/viec/{}", one.id),
        }
    };
    let reads_files = caller.may(Permission::UseEvidence);
    // Of one day the later result counts; the latest stand first.
    let corrected = |one: &objective_result::Model| {
        let counts = results.iter().find(|other| other.measured_on == one.measured_on);
        counts.is_some_and(|counts| counts.id != one.id)
    };
    let result = |one: &objective_result::Model| view::ResultRow {
        on: one.measured_on,
        corrected: corrected(one),
        value: value_words(row, one),
        on_target: is_met(row, one),
        note: one.note.clone(),
        by: people.get(&one.recorded_by_id).cloned().unwrap_or_default(),
        evidence_href: reads_files.then(|| crate::evidence::page_of(Subject::ObjectiveResult, one.id.0)),
    };
    let view = view::ObjectivePage {
        unit: units.get(&row.unit_id).cloned().unwrap_or_default(),
        year: row.year.to_string(),
        state: row.state,
        tone: tone(row.state),
        text: row.goal.clone(),
        measure: row.measure.clone(),
        target: target_of(row),
        baseline: row.baseline.as_ref().map(|base| format!("{} {}", shown(base), row.measure_unit)),
        frequency: row.frequency,
        bind: row.bind,
        approved_by: row.approved_by_id.and_then(|id| people.get(&id).cloned()),
        approved_on: row.approved_at.map(domain::time::vn_date),
        on_target: results.first().map(|last| is_met(row, last)),
        met: row.met,
        explanation: row.explanation.clone(),
        cancel_reason: row.cancel_reason.clone(),
        steps: steps.iter().map(step).collect(),
        results: results.iter().map(result).collect(),
        figure,
        record: may(ObjectiveVerb::RecordResult, "record"),
        approve: may(ObjectiveVerb::Approve, "approve"),
        evaluate: may(ObjectiveVerb::Evaluate, "evaluate"),
        cancel: may(ObjectiveVerb::Cancel, "cancel"),
        edit_href: verbs.contains(&ObjectiveVerb::Update).then(|| format!("{href}/sua")),
        list_href: format!("{LIST}?nam={}", row.year),
        href,
    };
    Ok((format!("{} · {}", row.code, say(app, "objective.heading", &[])), view))
}

/// The counted figure with the records the person may read; while the objective runs.
async fn figure_box(app: &App, caller: &Caller, case: &Case, record: Option<Form>) -> Result<Option<view::FigureBox>> {
    let db = app.store.read();
    let row = &case.row;
    let Some(bind) = row.bind.filter(|_| matches!(row.state, ObjectiveState::Draft | ObjectiveState::Approved)) else {
        return Ok(None);
    };
    let live = figure::live(db, bind, row.unit_id, row.year, caller.today).await?;
    let records = live.as_ref().map(|live| live.rows.clone()).unwrap_or_default();
    let names = readable(db, caller, records).await?;
    let rows = names.into_values().filter_map(|named| Some(Link { href: named.href?, text: named.text }));
    Ok(Some(view::FigureBox {
        rows: rows.collect(),
        record: record.filter(|_| live.is_some()),
        value: live.map(|live| {
            let value = live.value.round(2, RoundingMode::HalfUp).vn_short();
            share_words(Some(bind), &value, live.part, live.whole)
        }),
    }))
}

/// The page of an objective again, with what is wrong with one of its acts.
async fn failed(
    app: &App,
    caller: &Caller,
    id: QualityObjectiveId,
    name: &str,
    mut form: Form,
    error: Error,
) -> Result<Response> {
    if !matches!(error, Error::Invalid(_) | Error::Rule(_) | Error::Stale) {
        return Err(error);
    }
    refuse(app, &mut form, &error);
    let path = web::link_to(Subject::QualityObjective, id.0);
    let (title, view) = shown_page(app, caller, id, Some((name.to_owned(), form))).await?;
    let response = web::page(app, caller, title, &path, &view).await?;
    Ok(response.with_status(error.status()).into_response())
}

async fn acted(
    app: &App,
    posted: Posted<impl crate::auth::Can>,
    id: QualityObjectiveId,
    name: &str,
    act: Act,
) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let outcome = async { super::act(&app.store, &caller, id, web::seen(&form)?, act).await };
    match outcome.await {
        Ok(_) => Ok(web::done(&web::link_to(Subject::QualityObjective, id.0), "objective_done")),
        Err(error) => failed(app, &caller, id, name, form, error).await,
    }
}

#[handler]
async fn approve(app: Data<&App>, posted: Posted<can::SignForUnit>, Path(id): Path<QualityObjectiveId>) -> Result<Response> {
    acted(&app, posted, id, "approve", Act::Approve).await
}

#[handler]
async fn evaluate(app: Data<&App>, posted: Posted<can::PrepareReviews>, Path(id): Path<QualityObjectiveId>) -> Result<Response> {
    let act = Act::Evaluate { explanation: Some(posted.form.value("explanation").to_owned()) };
    acted(&app, posted, id, "evaluate", act).await
}

#[handler]
async fn cancel(
    app: Data<&App>,
    posted: Posted<Either<can::PrepareReviews, can::SignForUnit>>,
    Path(id): Path<QualityObjectiveId>,
) -> Result<Response> {
    let act = Act::Cancel { reason: posted.form.value("reason").to_owned() };
    acted(&app, posted, id, "cancel", act).await
}

fn day(form: &Form, name: &str, problems: &mut Problems) -> Option<NaiveDate> {
    let typed = form.value(name).trim();
    let parsed = typed.parse().ok();
    problems.check(!typed.is_empty() && parsed.is_none(), name, "expected_date");
    parsed
}

/// A day that the form asks for: emptied, it is missing and not today.
fn needed_day(form: &Form, name: &str, problems: &mut Problems) -> Option<NaiveDate> {
    problems.check(form.value(name).trim().is_empty(), name, "required");
    day(form, name, problems)
}

#[handler]
async fn do_record(app: Data<&App>, posted: Posted<can::EditFigures>, Path(id): Path<QualityObjectiveId>) -> Result<Response> {
    let Posted { caller, form, files, .. } = posted;
    let outcome = async {
        let mut problems = Problems::new();
        let measured_on = needed_day(&form, "measured_on", &mut problems);
        problems.finish()?;
        let measured = Measured::Number(plain_number(form.value("value")));
        let new = NewResult { measured_on, measured, note: Some(form.value("note").to_owned()) };
        super::record(&app.store, &caller, id, web::seen(&form)?, new).await
    };
    match outcome.await {
        Ok(result) => {
            attach(&app, &caller, Subject::ObjectiveResult, result.id.0, files).await?;
            Ok(web::done(&web::link_to(Subject::QualityObjective, id.0), "objective_done"))
        }
        Err(error) => failed(&app, &caller, id, "record", form, error).await,
    }
}

#[handler]
async fn record_counted(
    app: Data<&App>,
    posted: Posted<can::EditFigures>,
    Path(id): Path<QualityObjectiveId>,
) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let new = NewResult { measured_on: None, measured: Measured::Counted, note: None };
    let outcome = async { super::record(&app.store, &caller, id, web::seen(&form)?, new).await };
    match outcome.await {
        Ok(_) => Ok(web::done(&web::link_to(Subject::QualityObjective, id.0), "objective_done")),
        Err(error) => failed(&app, &caller, id, "counted", form, error).await,
    }
}

#[handler]
async fn complete(
    app: Data<&App>,
    posted: Posted<can::DoSteps>,
    Path((id, step)): Path<(QualityObjectiveId, ObjectiveStepId)>,
) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let outcome = async {
        let mut problems = Problems::new();
        let done_on = needed_day(&form, "done_on", &mut problems);
        problems.finish()?;
        let note = Some(form.value("note").to_owned());
        super::complete_step(&app.store, &caller, (id, step), web::seen(&form)?, done_on, note).await
    };
    match outcome.await {
        Ok(_) => Ok(web::done(&web::link_to(Subject::QualityObjective, id.0), "objective_done")),
        Err(error) => failed(&app, &caller, id, &format!("step-{step}"), form, error).await,
    }
}

#[derive(Clone, Debug, Default, serde::Deserialize)]
struct OfUnit {
    don_vi: Option<UnitId>,
}

async fn form_view(app: &App, caller: &Caller, unit: Option<UnitId>, form: Form) -> Result<view::ObjectiveForm> {
    let db = app.store.read();
    let (mut name, mut people) = (None, Vec::new());
    if let Some(unit) = unit {
        name = unit_names(db, [unit]).await?.remove(&unit);
        people = people_of(db, unit, caller.today).await?;
    }
    let units = own_units(app, caller, Permission::PrepareReviews).await?;
    let choose = |one: Choice| Choice::new(format!("{LIST}/moi?don_vi={}", one.value), one.label);
    Ok(view::ObjectiveForm {
        action: unit.map_or_else(|| format!("{LIST}/moi"), |unit| format!("{LIST}/moi?don_vi={unit}")),
        form,
        unit: name,
        units: units.into_iter().map(choose).collect(),
        directions: choices(app, Direction::KEY, Direction::ALL),
        frequencies: choices(app, Frequency::KEY, Frequency::ALL),
        binds: choices(app, Bind::KEY, Bind::ALL),
        people: people.into_iter().map(|(id, name)| Choice::new(id.to_string(), name)).collect(),
        is_new: true,
        back: LIST.to_owned(),
    })
}

/// The unit a new record is for: the one named, else the caller's only one.
async fn chosen(app: &App, caller: &Caller, asked: Option<UnitId>) -> Result<Option<UnitId>> {
    match own_unit(app.store.read(), caller, Permission::PrepareReviews, asked).await? {
        Ok(unit) => Ok(Some(unit)),
        Err(_) if asked.is_some() => Err(Error::NotFound),
        Err(_) => Ok(None),
    }
}

#[handler]
async fn new_page(
    app: Data<&App>,
    caller: Login<can::PrepareReviews>,
    request: &Request,
    Query(asked): Query<OfUnit>,
) -> Result<Response> {
    let mut form = web::fresh_form(None);
    form.set("year", caller.today.year().to_string()).set("direction", Direction::AtLeast.code());
    form.set("frequency", Frequency::Quarter.code());
    let unit = chosen(&app, &caller, asked.don_vi).await?;
    let view = form_view(&app, &caller, unit, form).await?;
    web::page(&app, &caller, say(&app, "objective.new", &[]), &web::path_of(request), &view).await
}

/// What a form says, and the numbers of its rows that were handed on.
fn typed(form: &Form) -> Result<(Draft, Vec<usize>)> {
    let mut problems = Problems::new();
    let year = form.value("year").trim();
    let parsed_year = year.parse().ok();
    problems.check(!year.is_empty() && parsed_year.is_none(), "year", "not_integer");
    let direction: Option<Direction> = form.value("direction").parse().ok();
    let frequency: Option<Frequency> = form.value("frequency").parse().ok();
    problems.check(direction.is_none(), "direction", "required");
    problems.check(frequency.is_none(), "frequency", "required");
    let live: Vec<usize> = form.rows("steps");
    let mut steps = Vec::new();
    for n in &live {
        let value = |name: &str| form.value(&format!("steps/{n}/{name}")).trim().to_owned();
        steps.push(StepDraft {
            action: value("action"),
            owner_id: value("owner_id").parse().ok(),
            owner_text: Some(value("owner_text")).filter(|text| !text.is_empty()),
            due_on: day(form, &format!("steps/{n}/due_on"), &mut problems),
        });
    }
    problems.finish()?;
    let (Some(direction), Some(frequency)) = (direction, frequency) else { return Err(Error::field("direction", "required")) };
    let draft = Draft {
        year: parsed_year.unwrap_or_default(),
        goal: form.value("goal").to_owned(),
        measure: form.value("measure").to_owned(),
        measure_unit: form.value("measure_unit").to_owned(),
        direction,
        target: plain_number(form.value("target")),
        baseline: Some(plain_number(form.value("baseline"))),
        frequency,
        bind: form.value("bind").parse().ok(),
        steps,
    };
    Ok((draft, live))
}

#[handler]
async fn create(
    app: Data<&App>,
    posted: Posted<can::PrepareReviews>,
    request: &Request,
    Query(asked): Query<OfUnit>,
) -> Result<Response> {
    let Posted { caller, mut form, .. } = posted;
    let title = say(&app, "objective.new", &[]);
    let unit = chosen(&app, &caller, asked.don_vi).await?;
    if !form.value("add").is_empty() {
        form.add_row("steps");
        form.once = crate::auth::session::form_key();
        let view = form_view(&app, &caller, unit, form).await?;
        return web::page(&app, &caller, title, &web::path_of(request), &view).await;
    }
    let outcome = async {
        let (draft, live) = typed(&form)?;
        super::create(&app.store, &caller, unit, draft).await.map_err(|error| on_form_rows(error, "steps", &live))
    };
    match outcome.await {
        Ok(row) => Ok(web::done(&web::link_to(Subject::QualityObjective, row.id.0), "objective_saved")),
        Err(error) => {
            let view = async |form| form_view(&app, &caller, unit, form).await;
            web::again(&app, &caller, title, &web::path_of(request), form, error, view).await
        }
    }
}

/// The form as the draft is now.
async fn written(app: &App, caller: &Caller, id: QualityObjectiveId) -> Result<(quality_objective::Model, Form)> {
    let Case { row, steps, by, facts, .. } = access::case(app.store.read(), caller, id).await?;
    advance(row.state, ObjectiveVerb::Update, by, &facts)?;
    let mut form = web::fresh_form(Some(row.version));
    form.set("goal", row.goal.clone()).set("measure", row.measure.clone()).set("measure_unit", row.measure_unit.clone());
    form.set("direction", row.direction.code()).set("frequency", row.frequency.code());
    form.set("target", shown(&row.target)).set("baseline", row.baseline.as_deref().map(shown).unwrap_or_default());
    form.set("bind", row.bind.map(Bind::code).unwrap_or_default());
    for (n, step) in steps.iter().enumerate() {
        form.set(format!("steps/{n}/action"), step.action.clone());
        form.set(format!("steps/{n}/owner_id"), step.owner_id.map(|id| id.to_string()).unwrap_or_default());
        form.set(format!("steps/{n}/owner_text"), step.owner_text.clone().unwrap_or_default());
        form.set(format!("steps/{n}/due_on"), step.due_on.to_string());
    }
    Ok((row, form))
}

async fn edit_view(app: &App, caller: &Caller, row: &quality_objective::Model, form: Form) -> Result<view::ObjectiveForm> {
    let href = web::link_to(Subject::QualityObjective, row.id.0);
    let view = form_view(app, caller, Some(row.unit_id), form).await?;
    Ok(view::ObjectiveForm { action: format!("{href}/sua"), is_new: false, back: href, ..view })
}

#[handler]
async fn edit_page(
    app: Data<&App>,
    caller: Login<can::PrepareReviews>,
    request: &Request,
    Path(id): Path<QualityObjectiveId>,
) -> Result<Response> {
    let (row, form) = written(&app, &caller, id).await?;
    let view = edit_view(&app, &caller, &row, form).await?;
    web::page(&app, &caller, say(&app, "objective.edit", &[]), &web::path_of(request), &view).await
}

#[handler]
async fn update(
    app: Data<&App>,
    posted: Posted<can::PrepareReviews>,
    request: &Request,
    Path(id): Path<QualityObjectiveId>,
) -> Result<Response> {
    let Posted { caller, mut form, .. } = posted;
    let title = say(&app, "objective.edit", &[]);
    if !form.value("add").is_empty() {
        form.add_row("steps");
        let (row, _) = written(&app, &caller, id).await?;
        let view = edit_view(&app, &caller, &row, form).await?;
        return web::page(&app, &caller, title, &web::path_of(request), &view).await;
    }
    let outcome = async {
        let (draft, live) = typed(&form)?;
        let saved = super::update(&app.store, &caller, id, web::seen(&form)?, draft).await;
        saved.map_err(|error| on_form_rows(error, "steps", &live))
    };
    match outcome.await {
        Ok(_) => Ok(web::done(&web::link_to(Subject::QualityObjective, id.0), "objective_saved")),
        Err(error) => {
            let view = async |form: Form| {
                let (row, fresh) = written(&app, &caller, id).await?;
                edit_view(&app, &caller, &row, form.compare(&fresh)).await
            };
            web::again(&app, &caller, title, &web::path_of(request), form, error, view).await
        }
    }
}
