//! The pages of scoring rounds: thin adapters over the use cases of this area.

pub mod criterion;
pub mod finding;
mod groups;
mod public;
mod ranking;
mod unit_sheet;
mod words;

pub(crate) use words::plain_number;

use chrono::{DateTime, Datelike as _, Days, NaiveDate, Utc};
use domain::draft::Problems;
use domain::id::{CriteriaSetId, PersonId, RoundId, UnitId};
use domain::permission::{Permission, Role};
use domain::record::{CriteriaSetState, Subject};
use domain::round::{Layer, RoundState, RoundVerb, SheetState, advance, next_verb};
use domain::scoring::{CriteriaSet, ScoreSource};
use entities::{assignment, criteria_set, round, sheet, unit, unit_path};
use poem::http::StatusCode;
use poem::web::{Data, Path, Query};
use poem::{IntoResponse as _, Request, Response, Route, get, handler, post};
use render::Form;
use render::views::findings::Link;
use render::views::part::{Choice, Due, Listing, Pager, Stage, Tone};
use render::views::rounds as view;
use sea_orm::{ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::access::{self, By};
use super::owed::last_day;
use super::{Dates, Decision, Filter, NewRound, Seat, Standing, appraise, standing};
use crate::app::App;
use crate::auth::{Caller, can};
use crate::error::{Error, Result};
use crate::findings::pages::{refuse, shown_due, steps};
use crate::http::Slice;
use crate::store::names_of_people;
use crate::web::{self, Login, Posted, say};

/// Most choices of one field.
const MOST_CHOICES: u64 = 500;

/// `/dot-cham-diem`, `/phieu-cham-diem`, `/cong-khai/xep-hang`
#[must_use]
pub fn routes(tree: Route) -> Route {
    let tree = tree
        .at("/dot-cham-diem", get(list_page))
        .at("/dot-cham-diem/moi", get(new_page).post(create))
        .at("/dot-cham-diem/:id", get(show_page))
        .at("/dot-cham-diem/:id/sua", post(update))
        .at("/dot-cham-diem/:id/buoc/:verb", post(act))
        .at("/dot-cham-diem/:id/to-tham-dinh", post(set_panel));
    let tree = groups::routes(unit_sheet::routes(tree));
    finding::routes(public::routes(ranking::routes(criterion::routes(tree))))
}

/// The public page of a round's results.
#[must_use]
pub fn public_page(id: RoundId) -> String {
    public::page_of(id)
}

/// A form that was refused, with its name on the page.
type Failed = Option<(String, Form)>;

/// The page of a round.
fn page_of(id: RoundId) -> String {
    web::link_to(Subject::Round, id.0)
}

/// The form of this name: as it was refused, or fresh.
fn form_of(failed: &Failed, name: &str, version: Option<i64>, fill: impl FnOnce(&mut Form)) -> Form {
    match failed {
        Some((refused, form)) if refused == name => {
            let mut fresh = Form { version, ..Form::default() };
            fill(&mut fresh);
            form.clone().compare(&fresh).with_id(name)
        }
        _ => {
            let mut form = web::fresh_form(version).with_id(name);
            fill(&mut form);
            form
        }
    }
}

/// Whether a form can mend it.
const fn mendable(error: &Error) -> bool {
    matches!(error, Error::Invalid(_) | Error::Rule(_) | Error::Stale)
}

#[derive(Debug, serde::Deserialize)]
struct ListQuery {
    cursor: Option<String>,
}

const fn tone(state: RoundState) -> Tone {
    match state {
        RoundState::Draft | RoundState::Archived => Tone::Neutral,
        RoundState::Approved => Tone::Warn,
        RoundState::Published => Tone::Good,
        _ => Tone::Info,
    }
}

const fn sheet_tone(state: SheetState) -> Tone {
    match state {
        SheetState::Open => Tone::Info,
        SheetState::Submitted => Tone::Good,
        SheetState::NotSubmitted => Tone::Bad,
    }
}

/// A deadline as people read it: midnight is said as the last minute of the day before.
fn shown_end(end: DateTime<Utc>) -> DateTime<Utc> {
    let midnight = end.with_timezone(&domain::time::vietnam()).time() == chrono::NaiveTime::MIN;
    if midnight { end - chrono::Duration::minutes(1) } else { end }
}

/// The instant at which a day ends.
fn end_of(day: NaiveDate) -> Option<DateTime<Utc>> {
    start_of(day.checked_add_days(Days::new(1))?)
}

/// The instant at which a day begins.
fn start_of(day: NaiveDate) -> Option<DateTime<Utc>> {
    let midnight = day.and_hms_opt(0, 0, 0)?.and_local_timezone(domain::time::vietnam()).single()?;
    Some(midnight.to_utc())
}

/// By when whoever's turn it is has to act.
fn due_on(row: &round::Model) -> Option<NaiveDate> {
    match row.state {
        RoundState::SelfScoring => Some(last_day(row.self_due_at)),
        RoundState::Appraisal | RoundState::FinalAppraisal => Some(row.appraisal_due_on),
        RoundState::Explanation => row.explanation_due_at.map(last_day),
        _ => None,
    }
}

async fn due(app: &App, row: &round::Model, today: NaiveDate) -> Result<Option<Due>> {
    let calendar = crate::calendar::load(app.store.read()).await?;
    Ok(due_on(row).map(|on| shown_due(&calendar, on, today)))
}

const STAGES: [&str; 8] =
    ["draft", "self_scoring", "appraisal", "explanation", "final_appraisal", "council", "approved", "published"];

/// Where a round stands and whose turn it is.
async fn stage_of(app: &App, row: &round::Model, today: NaiveDate) -> Result<Stage> {
    let here = if row.state == RoundState::Archived { "published" } else { row.state.code() };
    let holder = (!row.state.is_public()).then(|| say(app, &format!("round_holder.{}", row.state), &[]));
    Ok(Stage { steps: steps(app, "round_state", &STAGES, here), holder, due: due(app, row, today).await?, next: None })
}

#[handler]
async fn list_page(
    app: Data<&App>,
    caller: Login<can::ReadScores>,
    request: &Request,
    Query(query): Query<ListQuery>,
) -> Result<Response> {
    let slice = Slice::new(None, query.cursor.as_deref())?;
    let rows = super::list(app.store.read(), &caller, &Filter::default(), &slice).await?;
    let calendar = crate::calendar::load(app.store.read()).await?;
    let show = |row: round::Model| view::RoundRow {
        href: page_of(row.id),
        year: row.year.to_string(),
        state: row.state,
        tone: tone(row.state),
        due: due_on(&row).map(|on| shown_due(&calendar, on, caller.today)),
        code: row.code,
        title: row.title,
    };
    let (rows, next) = slice.page(rows, "/dot-cham-diem", |row| (row.year.into(), row.id.0), show);
    let pager = Pager { next, first: query.cursor.map(|_| "/dot-cham-diem".to_owned()) };
    let may = caller.may(Permission::ManageRounds);
    let page = view::RoundList {
        list: Listing { pager, ..Listing::plain(rows) },
        new_href: may.then(|| "/dot-cham-diem/moi".to_owned()),
    };
    web::page(&app, &caller, say(&app, "round.page_title", &[]), &web::path_of(request), &page).await
}

fn set_name(app: &App, row: &criteria_set::Model) -> String {
    let params = [("title", row.title.clone()), ("code", row.code.clone()), ("n", row.edition.to_string())];
    let name = say(app, "round.set_choice", &params);
    if row.sample { format!("{name} · {}", say(app, "round.sample_tail", &[])) } else { name }
}

async fn blank(app: &App, caller: &Caller, form: Form) -> Result<view::NewRound> {
    let db = app.store.read();
    let owners = crate::programmes::pages::own_units(app, caller, Permission::ManageRounds).await?;
    let sets = criteria_set::Entity::find()
        .filter(criteria_set::Column::State.eq(CriteriaSetState::Published))
        .order_by_asc(criteria_set::Column::Code)
        .order_by_desc(criteria_set::Column::Edition)
        .limit(MOST_CHOICES)
        .all(db)
        .await?;
    let inside = sea_orm::sea_query::Query::select()
        .column(unit_path::Column::DescendantId)
        .from(unit_path::Entity)
        .cond_where(
            Condition::all()
                .add(caller.scope(Permission::ManageRounds).covers(unit_path::Column::AncestorId))
                .add(unit_path::Column::Depth.gt(0)),
        )
        .to_owned();
    // The units of the round's own day: of an earlier year they may be gone today.
    let as_of = form.value("as_of").parse().unwrap_or(caller.today);
    let units = unit::Entity::find()
        .filter(crate::units::alive(unit::Column::ValidFrom, unit::Column::ValidTo, as_of))
        .filter(unit::Column::Id.in_subquery(inside))
        .order_by_asc(unit::Column::Code)
        .limit(MOST_CHOICES)
        .all(db)
        .await?;
    let earlier = super::list(db, caller, &Filter::default(), &Slice::new(Some(crate::http::MOST), None)?).await?;
    Ok(view::NewRound {
        as_of,
        form,
        sets: sets.iter().map(|row| Choice::new(row.id.to_string(), set_name(app, row))).collect(),
        owners,
        units: units.into_iter().map(|row| Choice::new(row.id.to_string(), format!("{} ({})", row.name, row.code))).collect(),
        rounds: earlier.into_iter().map(|row| Choice::new(row.id.to_string(), format!("{} · {}", row.code, row.title))).collect(),
    })
}

#[handler]
async fn new_page(app: Data<&App>, caller: Login<can::ManageRounds>, request: &Request) -> Result<Response> {
    let mut form = web::fresh_form(None);
    form.set("year", caller.today.year().to_string())
        .set("as_of", caller.today.to_string())
        .set("explanation_days", "5")
        .set("approvals_required", "2");
    let view = blank(&app, &caller, form).await?;
    web::page(&app, &caller, say(&app, "round.new_title", &[]), &web::path_of(request), &view).await
}

fn whole(form: &Form, name: &'static str, problems: &mut Problems) -> i32 {
    let typed = form.value(name).trim();
    let parsed = typed.parse().ok();
    problems.check(typed.is_empty(), name, "required");
    problems.check(!typed.is_empty() && parsed.is_none(), name, "not_integer");
    parsed.unwrap_or_default()
}

fn day(form: &Form, name: &'static str, problems: &mut Problems) -> NaiveDate {
    let typed = form.value(name).trim();
    let parsed = typed.parse().ok();
    problems.check(typed.is_empty(), name, "required");
    problems.check(!typed.is_empty() && parsed.is_none(), name, "expected_date");
    parsed.unwrap_or_default()
}

fn dates_of(form: &Form, problems: &mut Problems) -> Dates {
    let self_due = day(form, "self_due_on", problems);
    Dates {
        self_due_at: end_of(self_due).unwrap_or_default(),
        explanation_days: whole(form, "explanation_days", problems),
        appraisal_due_on: day(form, "appraisal_due_on", problems),
    }
}

fn new_of(form: &Form) -> Result<NewRound> {
    let mut problems = Problems::new();
    problems.check(form.value("title").trim().is_empty(), "title", "required");
    let set_id = form.value("set_id").parse::<CriteriaSetId>().map_err(|_unknown| problems.add("set_id", "required"));
    let unit_ids = form.values.iter().filter(|(_, ticked)| *ticked == "yes");
    let unit_ids = unit_ids.filter_map(|(name, _)| name.strip_prefix("unit_ids/")?.parse().ok()).collect();
    let year = whole(form, "year", &mut problems);
    let as_of = day(form, "as_of", &mut problems);
    let dates = dates_of(form, &mut problems);
    let approvals_required = whole(form, "approvals_required", &mut problems);
    problems.finish()?;
    Ok(NewRound {
        title: form.value("title").to_owned(),
        year,
        set_id: set_id.map_err(|()| Error::field("set_id", "required"))?,
        owner_unit_id: form.value("owner_unit_id").parse().ok(),
        as_of,
        survey_held: form.value("survey_held") == "yes",
        unit_ids,
        dates,
        approvals_required,
        previous_id: form.value("previous_id").parse().ok(),
    })
}

#[handler]
async fn create(app: Data<&App>, posted: Posted<can::ManageRounds>, request: &Request) -> Result<Response> {
    let Posted { caller, mut form, .. } = posted;
    if form.value("act") == "units" {
        form.once = crate::auth::session::form_key();
        let view = blank(&app, &caller, form).await?;
        return web::page(&app, &caller, say(&app, "round.new_title", &[]), &web::path_of(request), &view).await;
    }
    let made = match new_of(&form) {
        Ok(new) => super::create(&app.store, &caller, new).await,
        Err(error) => Err(error),
    };
    match made {
        Ok(row) => Ok(web::done(&page_of(row.id), "round_created")),
        Err(error) => {
            let title = say(&app, "round.new_title", &[]);
            web::again(&app, &caller, title, &web::path_of(request), form, error, async |form| blank(&app, &caller, form).await)
                .await
        }
    }
}

#[handler]
async fn show_page(
    app: Data<&App>,
    caller: Login<can::ReadScores>,
    request: &Request,
    Path(id): Path<RoundId>,
) -> Result<Response> {
    show(&app, &caller, id, &web::path_of(request), StatusCode::OK, None).await
}

async fn show(app: &App, caller: &Caller, id: RoundId, path: &str, status: StatusCode, failed: Failed) -> Result<Response> {
    let row = access::find(app.store.read(), caller, id, false).await?;
    let title = row.title.clone();
    let view = shown(app, caller, row, &failed).await?;
    let response = web::page(app, caller, title, path, &view).await?;
    Ok(response.with_status(status).into_response())
}

async fn shown(app: &App, caller: &Caller, row: round::Model, failed: &Failed) -> Result<view::RoundPage> {
    let db = app.store.read();
    let by = access::by(db, caller, &row).await?;
    let (set_row, set) = super::set_of(db, row.set_id).await?;
    let href = page_of(row.id);
    let sheets = standing::units(db, row.id).await?;
    let mine = standing::own_units(db, caller, row.id).await?;
    let opened = row.state != RoundState::Draft;
    let sheet_link = |one: &sheet::Model| web::link_to(Subject::Sheet, one.id.0);
    let own_sheets = if opened {
        mine.iter().map(|one| Link { href: sheet_link(one), text: one.unit_name.clone() }).collect()
    } else {
        Vec::new()
    };
    let unit_row = |one: &sheet::Model| view::UnitRow {
        href: (opened && (by.secretary || mine.iter().any(|own| own.id == one.id))).then(|| sheet_link(one)),
        name: one.unit_name.clone(),
        code: one.unit_code.clone(),
        state: one.state,
        tone: sheet_tone(one.state),
        submitted_at: one.submitted_at,
    };
    let seats = super::panel(db, row.id).await?;
    let names = names_of_people(db, seats.iter().map(|seat| seat.person_id)).await?;
    let previous = match row.previous_id {
        Some(previous) => access::find(db, caller, previous, false).await.ok(),
        None => None,
    };
    let owner = crate::inspections::unit_names(db, [row.owner_unit_id]).await?;
    let early = matches!(row.state, RoundState::Draft | RoundState::SelfScoring);
    let dates_form = (by.secretary && early).then(|| {
        form_of(failed, "dates", Some(row.version), |form| {
            form.set("title", row.title.clone())
                .set("self_due_on", last_day(row.self_due_at).to_string())
                .set("appraisal_due_on", row.appraisal_due_on.to_string())
                .set("explanation_days", row.explanation_days.to_string());
        })
    });
    let ranks = (by.secretary || by.publisher) && row.state.is_ranked();
    let looks = by.secretary || !by.groups.is_empty();
    Ok(view::RoundPage {
        code: row.code.clone(),
        year: row.year.to_string(),
        owner: owner.get(&row.owner_unit_id).cloned().unwrap_or_default(),
        set: set_name(app, &set_row),
        sample: set_row.sample,
        as_of: row.as_of,
        survey_held: row.survey_held,
        self_due_at: shown_end(row.self_due_at),
        explanation_days: row.explanation_days,
        explanation_due_at: row.explanation_due_at.map(shown_end),
        appraisal_due_on: row.appraisal_due_on,
        decision: row.decision.clone(),
        decided_on: row.decided_on,
        previous: previous.map(|last| Link { href: page_of(last.id), text: last.title }),
        stage: stage_of(app, &row, caller.today).await?,
        next: next_act(app, &row, &by, failed).await?,
        own_sheets,
        groups_href: (by.secretary && !row.state.is_ranked() && !set.peer_groups.is_empty()).then(|| groups::page_of(row.id)),
        ranking_href: ranks.then(|| format!("{href}/xep-hang")),
        public_href: row.state.is_public().then(|| public::page_of(row.id)),
        panel: if looks || by.publisher {
            let seat = |seat: &Seat| view::SeatRow {
                person: names.get(&seat.person_id).cloned().unwrap_or_default(),
                group: Some(seat.group.clone()).filter(|group| !group.is_empty()),
            };
            seats.iter().map(seat).collect()
        } else {
            Vec::new()
        },
        panel_form: match by.secretary && !row.state.is_ranked() {
            true => Some(panel_form(app, caller, &row, &set, &seats, failed).await?),
            false => None,
        },
        dates_form,
        submitted: sheets.iter().filter(|one| one.state == SheetState::Submitted).count(),
        units: sheets.iter().map(unit_row).collect(),
        criteria: if looks && !early { criteria(app, caller, &row, &set).await? } else { Vec::new() },
        given: if by.secretary && opened && !row.state.is_ranked() { given(app, &row, &set).await? } else { Vec::new() },
        href,
    })
}

/// The secretary's next verb: its form, or what is still missing.
async fn next_act(app: &App, row: &round::Model, by: &By, failed: &Failed) -> Result<Option<view::NextAct>> {
    let Some(verb) = next_verb(row.state).filter(|_| by.secretary) else { return Ok(None) };
    let facts = super::facts(app.store.read(), row, app.store.clock().now()).await?;
    let lacks = advance(row.state, verb, by.secretary, &facts).err();
    let sentence = |refused| crate::http::edge::sentences(app, render::Lang::Vi, &Error::Rule(refused)).1;
    Ok(Some(view::NextAct {
        verb: verb.code().to_owned(),
        action: format!("{}/buoc/{verb}", page_of(row.id)),
        form: lacks.is_none().then(|| form_of(failed, "next", Some(row.version), |_| {})),
        lacks: lacks.map(sentence),
        decision: verb == RoundVerb::Approve,
    }))
}

async fn panel_form(
    app: &App,
    caller: &Caller,
    row: &round::Model,
    set: &CriteriaSet,
    seats: &[Seat],
    failed: &Failed,
) -> Result<view::PanelForm> {
    let db = app.store.read();
    let held = assignment::Entity::find()
        .filter(assignment::Column::Role.eq(Role::Appraiser))
        .filter(assignment::Column::ValidFrom.lte(caller.today))
        .filter(Condition::any().add(assignment::Column::ValidTo.is_null()).add(assignment::Column::ValidTo.gte(caller.today)))
        .limit(MOST_CHOICES)
        .all(db)
        .await?;
    let people = names_of_people(db, held.into_iter().map(|one| one.person_id)).await?;
    let groups: std::collections::BTreeSet<String> =
        set.leaves().iter().filter_map(|placed| placed.leaf.appraiser_group.clone()).collect();
    let form = form_of(failed, "panel", Some(row.version), |form| {
        for (n, seat) in seats.iter().enumerate() {
            form.set(format!("seats/{n}/person_id"), seat.person_id.to_string());
            form.set(format!("seats/{n}/group"), seat.group.clone());
        }
    });
    Ok(view::PanelForm {
        form,
        people: people.into_iter().map(|(id, name)| Choice::new(id.to_string(), name)).collect(),
        groups: groups.into_iter().map(|group| Choice::new(group.clone(), group)).collect(),
    })
}

const fn progress_tone(done: u32, total: u32) -> Tone {
    if total == 0 {
        Tone::Neutral
    } else if done >= total {
        Tone::Good
    } else {
        Tone::Info
    }
}

async fn criteria(app: &App, caller: &Caller, row: &round::Model, set: &CriteriaSet) -> Result<Vec<view::CriterionRow>> {
    let progress = appraise::progress(app.store.read(), caller, row.id).await?;
    let shown = |(code, done, total): (String, u32, u32)| view::CriterionRow {
        href: criterion::page_of(row.id, &code),
        name: set.leaf(&code).map(|placed| placed.node.name.clone()).unwrap_or_default(),
        tone: progress_tone(done, total),
        code,
        done,
        total,
    };
    Ok(progress.into_iter().map(shown).collect())
}

/// The layer of values that come from elsewhere.
const fn layer_of(source: ScoreSource) -> Option<Layer> {
    match source {
        ScoreSource::Survey => Some(Layer::Survey),
        ScoreSource::Leadership => Some(Layer::Leadership),
        ScoreSource::External => Some(Layer::External),
        ScoreSource::Appraisal => None,
    }
}

async fn given(app: &App, row: &round::Model, set: &CriteriaSet) -> Result<Vec<view::CriterionRow>> {
    let standing: Standing = standing::load(app.store.read(), row).await?;
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let shown = |placed: domain::scoring::Placed<'_>| {
        let layer = layer_of(placed.leaf.source)?;
        let code = placed.node.code.clone();
        let entered =
            standing.sheets.iter().filter_map(|sheet| sheet.lines.get(&code)).filter(|said| said.latest(layer).is_some());
        let (done, total) = (count(entered.count()), count(standing.sheets.len()));
        Some(view::CriterionRow {
            href: format!("{}/gia-tri/{code}", page_of(row.id)),
            name: placed.node.name.clone(),
            tone: progress_tone(done, total),
            code,
            done,
            total,
        })
    };
    Ok(set.leaves().into_iter().filter_map(shown).collect())
}

async fn failed_on(app: &App, caller: &Caller, id: RoundId, name: &str, mut form: Form, error: Error) -> Result<Response> {
    if !mendable(&error) {
        return Err(error);
    }
    refuse(app, &mut form, &error);
    show(app, caller, id, &page_of(id), error.status(), Some((name.to_owned(), form))).await
}

#[handler]
async fn update(app: Data<&App>, posted: Posted<can::ManageRounds>, Path(id): Path<RoundId>) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let outcome = async {
        let mut problems = Problems::new();
        let dates = dates_of(&form, &mut problems);
        problems.finish()?;
        super::update(&app.store, &caller, id, web::seen(&form)?, form.value("title").to_owned(), dates).await
    };
    match outcome.await {
        Ok(_) => Ok(web::done(&page_of(id), "round_saved")),
        Err(error) => failed_on(&app, &caller, id, "dates", form, error).await,
    }
}

#[handler]
async fn act(app: Data<&App>, posted: Posted<can::ManageRounds>, Path((id, verb)): Path<(RoundId, String)>) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let verb: RoundVerb = verb.parse().map_err(|_unknown| Error::NotFound)?;
    let decision =
        Decision { decision: Some(form.value("decision").to_owned()), decided_on: form.value("decided_on").parse().ok() };
    match super::act(&app.store, &caller, id, web::seen(&form)?, verb, decision).await {
        Ok(_) => Ok(web::done(&page_of(id), "round_moved")),
        Err(error) => failed_on(&app, &caller, id, "next", form, error).await,
    }
}

#[handler]
async fn set_panel(app: Data<&App>, posted: Posted<can::ManageRounds>, Path(id): Path<RoundId>) -> Result<Response> {
    let Posted { caller, mut form, .. } = posted;
    if form.value("add") == "seats" {
        form.add_row("seats");
        return show(&app, &caller, id, &page_of(id), StatusCode::OK, Some(("panel".to_owned(), form))).await;
    }
    let live = form.rows("seats");
    let outcome = async {
        let mut problems = Problems::new();
        let mut seats = Vec::new();
        for n in &live {
            let field = |name: &str| form.value(&format!("seats/{n}/{name}")).to_owned();
            match field("person_id").parse::<PersonId>() {
                Ok(person_id) => seats.push(Seat { person_id, group: field("group") }),
                Err(_) => problems.add(format!("seats/{n}/person_id"), "required"),
            }
        }
        problems.finish()?;
        super::set_panel(&app.store, &caller, id, web::seen(&form)?, seats)
            .await
            .map_err(|error| web::on_form_rows(error, "seats", &live))
    };
    match outcome.await {
        Ok(_) => Ok(web::done(&page_of(id), "panel_set")),
        Err(error) => failed_on(&app, &caller, id, "panel", form, error).await,
    }
}

/// A unit by what an address says.
fn unit_id(text: &str) -> Result<UnitId> {
    text.parse().map_err(|_unknown| Error::NotFound)
}
