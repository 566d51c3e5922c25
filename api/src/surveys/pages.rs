//! `/khao-sat`: surveys, entry of forms, results under the rule of five.

use chrono::Datelike as _;
use domain::draft::Problems;
use domain::id::{SurveyFormId, SurveyId};
use domain::permission::Permission;
use domain::survey::{AnswerOption, Answers, Instrument, OVERALL, Question, SurveyChannel, SurveyState};
use entities::survey;
use poem::web::{Data, Path, Query};
use poem::{Request, Response, Route, get, handler, post};
use render::Form;
use render::views::part::{Choice, Listing, Pager, Tone};
use render::views::surveys as view;

use super::{Filter, NewForms, NewSurvey};
use crate::app::App;
use crate::auth::{Caller, can};
use crate::error::{Error, Result};
use crate::http::Slice;
use crate::inspections::unit_names;
use crate::programmes::pages::own_units;
use crate::web::{self, Login, Posted, say};
use crate::year_work::pages::number;

/// Adds the pages of this area.
#[must_use]
pub fn routes(tree: Route) -> Route {
    tree.at("/khao-sat", get(list))
        .at("/khao-sat/moi", get(new_page).post(create))
        .at("/khao-sat/:id", get(show_page))
        .at("/khao-sat/:id/phieu", get(entry_page).post(enter_one))
        .at("/khao-sat/:id/so-dem", post(enter_many))
        .at("/khao-sat/:id/da-nhap", get(entries_page))
        .at("/khao-sat/:id/da-nhap/:form/rut", post(take_back))
        .at("/khao-sat/:id/ket-thuc", post(close))
}

#[derive(Debug, serde::Deserialize)]
struct Asked {
    cursor: Option<String>,
}

const fn tone(state: SurveyState) -> Tone {
    match state {
        SurveyState::Open => Tone::Info,
        SurveyState::Closed => Tone::Good,
    }
}

#[handler]
async fn list(
    app: Data<&App>,
    caller: Login<can::ReadFigures>,
    request: &Request,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let slice = Slice::new(None, asked.cursor.as_deref())?;
    let rows = super::list(app.store.read(), &caller, &Filter::default(), &slice).await?;
    let names = unit_names(app.store.read(), rows.iter().map(|row| row.unit_id)).await?;
    let show = |row: survey::Model| view::SurveyRow {
        href: format!("/khao-sat/{}", row.id),
        title: format!("{} · {}", row.code, row.title),
        year: row.year.to_string(),
        unit: names.get(&row.unit_id).cloned().unwrap_or_default(),
        state: row.state,
        tone: tone(row.state),
    };
    let (rows, next) = slice.page(rows, "/khao-sat", |row| (row.year.into(), row.id.0), show);
    let pager = Pager { next, first: asked.cursor.map(|_| "/khao-sat".to_owned()) };
    let page = view::SurveyList {
        list: Listing { pager, ..Listing::plain(rows) },
        new_href: caller.may(Permission::AssignTasks).then(|| "/khao-sat/moi".to_owned()),
    };
    web::page(&app, &caller, say(&app, "survey.page_title", &[]), &web::path_of(request), &page).await
}

async fn opening(app: &App, caller: &Caller, form: Form) -> Result<view::SurveyForm> {
    Ok(view::SurveyForm { form, units: own_units(app, caller, Permission::AssignTasks).await? })
}

#[handler]
async fn new_page(app: Data<&App>, caller: Login<can::AssignTasks>, request: &Request) -> Result<Response> {
    let mut form = web::fresh_form(None);
    form.set("year", caller.today.year().to_string());
    for (i, option) in Instrument::usual(Vec::new()).options.into_iter().enumerate() {
        form.set(format!("options/{i}/code"), option.code);
        form.set(format!("options/{i}/label"), option.label);
        form.set(format!("options/{i}/percent"), option.percent.to_string());
    }
    let view = opening(&app, &caller, form).await?;
    web::page(&app, &caller, say(&app, "survey.new_title", &[]), &web::path_of(request), &view).await
}

/// What the form asks; blank rows are dropped, questions are coded by their place.
fn typed(form: &Form) -> Result<NewSurvey> {
    let mut problems = Problems::new();
    let year = number(form, "year", &mut problems).unwrap_or_default();
    let options = form.rows("options").into_iter().map(|row| {
        let field = |name: &str| format!("options/{row}/{name}");
        AnswerOption {
            code: form.value(&field("code")).trim().to_owned(),
            label: form.value(&field("label")).to_owned(),
            percent: number(form, &field("percent"), &mut problems).unwrap_or(-1),
        }
    });
    let options = options.collect();
    let questions = form.rows("questions").into_iter().zip(1..);
    let question = |(row, n)| Question { code: format!("c{n}"), text: form.value(&format!("questions/{row}/text")).to_owned() };
    let questions = questions.map(question).collect();
    problems.finish()?;
    Ok(NewSurvey {
        unit_id: form.value("unit_id").parse().ok(),
        year,
        code: form.value("code").to_owned(),
        title: form.value("title").to_owned(),
        instrument: Instrument { options, questions },
    })
}

#[handler]
async fn create(app: Data<&App>, posted: Posted<can::AssignTasks>, request: &Request) -> Result<Response> {
    let Posted { caller, mut form, .. } = posted;
    let title = say(&app, "survey.new_title", &[]);
    let more = form.value("add").to_owned();
    if !more.is_empty() {
        form.add_row(&more);
        let view = opening(&app, &caller, form).await?;
        return web::page(&app, &caller, title, &web::path_of(request), &view).await;
    }
    let outcome = async { super::open(&app.store, &caller, typed(&form)?).await };
    match outcome.await {
        Ok(row) => Ok(web::done(&format!("/khao-sat/{}", row.id), "survey_opened")),
        Err(error) => {
            let view = async |form| opening(&app, &caller, form).await;
            web::again(&app, &caller, title, &web::path_of(request), form, error, view).await
        }
    }
}

#[handler]
async fn show_page(
    app: Data<&App>,
    caller: Login<can::ReadFigures>,
    request: &Request,
    Path(id): Path<SurveyId>,
) -> Result<Response> {
    let row = super::find(app.store.read(), &caller, id).await?;
    let title = row.title.clone();
    let view = shown(&app, &caller, row).await?;
    web::page(&app, &caller, title, &web::path_of(request), &view).await
}

async fn shown(app: &App, caller: &Caller, row: survey::Model) -> Result<view::SurveyPage> {
    let db = app.store.read();
    let results = super::results(db, caller, &row).await?;
    let names = unit_names(db, results.iter().map(|one| one.unit_id).chain([row.unit_id])).await?;
    let name = |unit| names.get(&unit).cloned().unwrap_or_default();
    let Instrument { options, questions } = super::instrument(&row)?;
    let label =
        |code: &str| options.iter().find(|option| option.code == code).map(|option| option.label.clone()).unwrap_or_default();
    let show = |one: super::UnitResult| {
        let seen = one.outcome.ok();
        view::SurveyResultRow {
            unit: name(one.unit_id),
            forms: one.forms,
            mean: seen.as_ref().map(domain::survey::Outcome::mean_text),
            options: seen.map(|seen| seen.options.iter().map(|(code, n)| (label(code), *n)).collect()).unwrap_or_default(),
        }
    };
    let open = row.state == SurveyState::Open;
    let href = format!("/khao-sat/{}", row.id);
    let closes = super::may_close(db, caller, &row).await?;
    Ok(view::SurveyPage {
        results: results.into_iter().map(show).collect(),
        unit: name(row.unit_id),
        year: row.year.to_string(),
        state: row.state,
        tone: tone(row.state),
        enter_href: (open && caller.may(Permission::EnterSurveyForms)).then(|| format!("{href}/phieu")),
        close: closes.then(|| web::fresh_form(Some(row.version)).with_id("close")),
        options,
        questions,
        href,
        code: row.code,
    })
}

#[handler]
async fn close(app: Data<&App>, posted: Posted<can::AssignTasks>, Path(id): Path<SurveyId>) -> Result<Response> {
    super::close(&app.store, &posted.caller, id, web::seen(&posted.form)?).await?;
    Ok(web::done(&format!("/khao-sat/{id}"), "survey_closed"))
}

/// The page where forms are entered; one of its two forms may have come back.
async fn entering(app: &App, caller: &Caller, row: &survey::Model, one: Form, many: Form) -> Result<view::SurveyEntry> {
    let Instrument { options, questions } = super::instrument(row)?;
    let channel = |one: &SurveyChannel| Choice::new(one.code(), say(app, &format!("survey_channel.{one}"), &[]));
    let mut asked: Vec<Choice> = questions.into_iter().map(|question| Choice::new(question.code, question.text)).collect();
    if asked.is_empty() {
        asked.push(Choice::new(OVERALL, say(app, "survey.overall", &[])));
    }
    Ok(view::SurveyEntry {
        title: row.title.clone(),
        href: format!("/khao-sat/{}", row.id),
        one: one.with_id("one"),
        many: many.with_id("many"),
        entries_href: format!("/khao-sat/{}/da-nhap", row.id),
        units: choice(super::judged(app.store.read(), caller, row).await?),
        channels: SurveyChannel::ALL.iter().map(channel).collect(),
        asked,
        options: options.into_iter().map(|option| Choice::new(option.code, option.label)).collect(),
    })
}

/// Units to choose from; none when there is only one.
fn choice(units: Vec<entities::unit::Model>) -> Vec<Choice> {
    if units.len() < 2 {
        return Vec::new();
    }
    units.into_iter().map(|unit| Choice::new(unit.id.to_string(), format!("{} ({})", unit.name, unit.code))).collect()
}

fn blank() -> Form {
    let mut form = web::fresh_form(None);
    form.set("channel", SurveyChannel::Paper.code());
    form
}

#[handler]
async fn entry_page(
    app: Data<&App>,
    caller: Login<can::EnterSurveyForms>,
    request: &Request,
    Path(id): Path<SurveyId>,
) -> Result<Response> {
    let row = super::find(app.store.read(), &caller, id).await?;
    let view = entering(&app, &caller, &row, blank(), blank()).await?;
    web::page(&app, &caller, say(&app, "survey.enter_title", &[]), &web::path_of(request), &view).await
}

/// The answers of one filled form.
fn answers_of_one(form: &Form) -> Answers {
    let given = form.values.iter().filter_map(|(name, option)| Some((name.strip_prefix("answers/")?, option)));
    given.map(|(question, option)| (question.to_owned(), [(option.clone(), 1)].into())).collect()
}

/// How many forms gave each answer.
fn answers_of_many(form: &Form, problems: &mut Problems) -> Answers {
    let mut answers = Answers::new();
    for name in form.values.keys() {
        let Some((question, option)) = name.strip_prefix("answers/").and_then(|name| name.split_once('/')) else { continue };
        let typed = number(form, name, problems).unwrap_or_default();
        let count = u32::try_from(typed);
        problems.check(count.is_err(), name, "not_integer");
        answers.entry(question.to_owned()).or_default().insert(option.to_owned(), count.unwrap_or_default());
    }
    answers
}

async fn enter(app: &App, caller: Caller, form: Form, id: SurveyId, many: bool) -> Result<Response> {
    let row = super::find(app.store.read(), &caller, id).await?;
    let outcome = async {
        let mut problems = Problems::new();
        let answers = if many { answers_of_many(&form, &mut problems) } else { answers_of_one(&form) };
        let channel = form.value("channel").parse();
        problems.check(channel.is_err(), "channel", "required");
        problems.finish()?;
        let channel = channel.map_err(|_unknown| Error::field("channel", "required"))?;
        let new = NewForms { unit_id: form.value("unit_id").parse().ok(), channel, answers };
        super::enter(&app.store, &caller, id, new).await
    };
    let path = format!("/khao-sat/{id}/phieu");
    match outcome.await {
        Ok(_) => Ok(web::done(&path, "survey_forms_saved")),
        Err(error) => {
            let title = say(app, "survey.enter_title", &[]);
            let view = async |form| {
                let (one, many) = if many { (blank(), form) } else { (form, blank()) };
                entering(app, &caller, &row, one, many).await
            };
            web::again(app, &caller, title, &path, form, error, view).await
        }
    }
}

#[handler]
async fn enter_one(app: Data<&App>, posted: Posted<can::EnterSurveyForms>, Path(id): Path<SurveyId>) -> Result<Response> {
    enter(&app, posted.caller, posted.form, id, false).await
}

#[handler]
async fn enter_many(app: Data<&App>, posted: Posted<can::EnterSurveyForms>, Path(id): Path<SurveyId>) -> Result<Response> {
    enter(&app, posted.caller, posted.form, id, true).await
}

#[handler]
async fn entries_page(
    app: Data<&App>,
    caller: Login<can::EnterSurveyForms>,
    request: &Request,
    Path(id): Path<SurveyId>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let row = super::find(app.store.read(), &caller, id).await?;
    let view = entered(&app, &caller, row, asked.cursor.as_deref(), None).await?;
    web::page(&app, &caller, say(&app, "survey.entries_title", &[]), &web::path_of(request), &view).await
}

/// What was entered; one of the acts may have come back.
async fn entered(
    app: &App,
    caller: &Caller,
    row: survey::Model,
    cursor: Option<&str>,
    failed: Option<Form>,
) -> Result<view::SurveyEntries> {
    let slice = Slice::new(None, cursor)?;
    let rows = super::entries(app.store.read(), caller, row.id, &slice).await?;
    let names = unit_names(app.store.read(), rows.iter().map(|one| one.entry.unit_id)).await?;
    let (path, open) = (format!("/khao-sat/{}/da-nhap", row.id), row.state == SurveyState::Open);
    let show = |one: super::Listed| {
        let id = one.entry.id.to_string();
        let form = failed.clone().filter(|form| form.id == id).unwrap_or_else(|| web::fresh_form(None).with_id(id.clone()));
        view::SurveyEntryRow {
            unit: names.get(&one.entry.unit_id).cloned().unwrap_or_default(),
            channel: one.channel,
            forms: one.entry.forms,
            taken_back: one.taken_back,
            action: format!("{path}/{id}/rut"),
            form: (open && !one.taken_back).then_some(form),
        }
    };
    let key = |one: &super::Listed| (serde_json::json!(row.id), one.entry.id.0);
    let (rows, next) = slice.page(rows, &path, key, show);
    let pager = Pager { next, first: cursor.map(|_| path.clone()) };
    Ok(view::SurveyEntries {
        title: row.title,
        href: format!("/khao-sat/{}", row.id),
        enter_href: open.then(|| format!("/khao-sat/{}/phieu", row.id)),
        list: Listing { pager, ..Listing::plain(rows) },
    })
}

#[handler]
async fn take_back(
    app: Data<&App>,
    posted: Posted<can::EnterSurveyForms>,
    Path((id, form_id)): Path<(SurveyId, SurveyFormId)>,
) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let path = format!("/khao-sat/{id}/da-nhap");
    match super::take_back(&app.store, &caller, id, form_id, form.value("reason").to_owned()).await {
        Ok(_) => Ok(web::done(&path, "survey_entry_taken_back")),
        Err(error) => {
            let row = super::find(app.store.read(), &caller, id).await?;
            let title = say(&app, "survey.entries_title", &[]);
            let view = async |form: Form| entered(&app, &caller, row, None, Some(form)).await;
            web::again(&app, &caller, title, &path, form.with_id(form_id.to_string()), error, view).await
        }
    }
}
