//! Who reviews and approves a revision, and who must know it.

use std::collections::BTreeSet;

use domain::document::control::AudienceKind;
use domain::document::revision::{RevisionVerb, RouteStep, StepAct, StepRule, advance};
use domain::draft::Problems;
use domain::id::{PersonId, RevisionId, UnitId};
use domain::permission::Role;
use entities::unit;
use poem::web::{Data, Path};
use poem::{Request, Response, handler};
use render::Form;
use render::views::documents as view;
use render::views::part::Choice;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::super::revisions::{self, Read, Rule};
use super::renamed;
use super::revision::{link_of, page_of};
use super::words::{MOST_CHOICES, staff, title_of};
use crate::app::App;
use crate::auth::{Caller, can};
use crate::error::{Error, Result};
use crate::findings::pages::choices;
use crate::units::alive;
use crate::web::{self, Login, Posted, on_form_rows, say};
use crate::work::duties::holders;

async fn read(app: &App, caller: &Caller, id: RevisionId) -> Result<Read> {
    revisions::read(app.store.read(), caller, id).await
}

fn heading(app: &App, key: &str, read: &Read) -> String {
    say(app, key, &[("number", title_of(app, &read.case.document, &read.case.row))])
}

/// Who may be named on a route. One list serves all steps: who may approve is said beside the name.
async fn named(app: &App, caller: &Caller, unit: UnitId) -> Result<Vec<Choice>> {
    let db = app.store.read();
    let heads = holders(db, &[Role::Head], &BTreeSet::from([unit]), caller.today).await?;
    let heads: BTreeSet<String> = heads.values().flatten().map(ToString::to_string).collect();
    let said = |choice: Choice| match heads.contains(&choice.value) {
        true => Choice::new(choice.value, say(app, "document.may_approve", &[("name", choice.label)])),
        false => choice,
    };
    Ok(staff(db, caller, unit).await?.into_iter().map(said).collect())
}

async fn route_view(app: &App, caller: &Caller, read: &Read, form: Form) -> Result<view::RouteForm> {
    Ok(view::RouteForm {
        form,
        action: format!("{}/duong-di", page_of(read.case.row.id)),
        back: link_of(app, &read.case.document, &read.case.row),
        acts: choices(app, StepAct::KEY, StepAct::ALL),
        rules: choices(app, StepRule::KEY, StepRule::ALL),
        people: named(app, caller, read.case.document.unit_id).await?,
    })
}

#[handler]
pub async fn route_page(
    app: Data<&App>,
    caller: Login<can::WorkOnDocuments>,
    request: &Request,
    Path(id): Path<RevisionId>,
) -> Result<Response> {
    let read = read(&app, &caller, id).await?;
    advance(read.case.row.state, RevisionVerb::Save, &read.case.by, &read.case.facts)?;
    let mut form = web::fresh_form(Some(read.case.row.version));
    for (n, stop) in read.case.route.iter().enumerate() {
        form.set(format!("steps/{n}/act"), stop.step.act.code()).set(format!("steps/{n}/rule"), stop.step.rule.code());
        if stop.step.rule == StepRule::Quorum {
            form.set(format!("steps/{n}/quorum"), stop.step.quorum.to_string());
        }
        for person in &stop.people {
            form.set(format!("steps/{n}/people/{person}"), "yes");
        }
    }
    if read.case.route.is_empty() {
        for (n, act) in StepAct::ALL.iter().enumerate() {
            form.set(format!("steps/{n}/act"), act.code()).set(format!("steps/{n}/rule"), StepRule::Any.code());
        }
    }
    let view = route_view(&app, &caller, &read, form).await?;
    web::page(&app, &caller, heading(&app, "document.route_title", &read), &web::path_of(request), &view).await
}

fn route_of(form: &Form) -> Result<Vec<RouteStep>> {
    let mut problems = Problems::new();
    let mut steps = Vec::new();
    for row in form.rows("steps") {
        let field = |name: &str| format!("steps/{row}/{name}");
        let act = form.value(&field("act")).parse::<StepAct>();
        problems.check(act.is_err(), &field("act"), "required");
        let rule = form.value(&field("rule")).parse::<StepRule>();
        problems.check(rule.is_err(), &field("rule"), "required");
        let quorum = form.value(&field("quorum")).trim();
        let number = quorum.parse::<usize>();
        problems.check(!quorum.is_empty() && number.is_err(), &field("quorum"), "not_integer");
        let prefix = format!("steps/{row}/people/");
        let chosen = form.values.iter().filter(|(_, value)| value.as_str() == "yes");
        let people: Vec<PersonId> = chosen.filter_map(|(name, _)| name.strip_prefix(prefix.as_str())?.parse().ok()).collect();
        if let (Ok(act), Ok(rule)) = (act, rule) {
            steps.push(RouteStep { act, rule, quorum: number.unwrap_or_default(), people });
        }
    }
    problems.finish()?;
    Ok(steps)
}

/// What concerns a list as a whole has no field of its own.
fn without_group(error: Error, group: &str) -> Error {
    renamed(error, |field| if field == group { String::new() } else { field.to_owned() })
}

#[handler]
pub async fn set_route(
    app: Data<&App>,
    posted: Posted<can::WorkOnDocuments>,
    request: &Request,
    Path(id): Path<RevisionId>,
) -> Result<Response> {
    let Posted { caller, mut form, .. } = posted;
    let path = web::path_of(request);
    let read = read(&app, &caller, id).await?;
    let title = heading(&app, "document.route_title", &read);
    if form.value("add") == "steps" {
        form.add_row("steps");
        return web::page(&app, &caller, title, &path, &route_view(&app, &caller, &read, form).await?).await;
    }
    let live = form.rows("steps");
    let outcome = async {
        let set = revisions::set_route(&app.store, &caller, id, web::seen(&form)?, route_of(&form)?).await;
        set.map_err(|error| on_form_rows(error, "steps", &live))
    };
    match outcome.await {
        Ok(_) => Ok(web::done(&page_of(id), "document_route_set")),
        Err(error) => {
            let draw = async |form| route_view(&app, &caller, &read, form).await;
            web::again(&app, &caller, title, &path, form, without_group(error, "steps"), draw).await
        }
    }
}

async fn audience_view(app: &App, caller: &Caller, read: &Read, form: Form) -> Result<view::AudienceForm> {
    let db = app.store.read();
    let unit = read.case.document.unit_id;
    let units = unit::Entity::find()
        .filter(unit::Column::Id.in_subquery(super::super::below(unit)))
        .filter(alive(unit::Column::ValidFrom, unit::Column::ValidTo, caller.today))
        .order_by_asc(unit::Column::Code)
        .limit(MOST_CHOICES)
        .all(db)
        .await?;
    Ok(view::AudienceForm {
        form,
        action: format!("{}/noi-nhan", page_of(read.case.row.id)),
        back: link_of(app, &read.case.document, &read.case.row),
        kinds: choices(app, AudienceKind::KEY, AudienceKind::ALL),
        units: units.into_iter().map(|row| Choice::new(row.id.to_string(), row.name)).collect(),
        roles: choices(app, Role::KEY, Role::ALL),
        people: staff(db, caller, unit).await?,
    })
}

#[handler]
pub async fn audience_page(
    app: Data<&App>,
    caller: Login<can::WorkOnDocuments>,
    request: &Request,
    Path(id): Path<RevisionId>,
) -> Result<Response> {
    let read = read(&app, &caller, id).await?;
    domain::rule::require(read.case.by.control || read.case.by.drafter, "drafter_only")?;
    let mut form = web::fresh_form(Some(read.case.row.version));
    for (n, rule) in read.audience.iter().enumerate() {
        form.set(format!("audience/{n}/audience_kind"), rule.kind.code());
        form.set(format!("audience/{n}/unit_id"), rule.unit_id.map(|id| id.to_string()).unwrap_or_default());
        form.set(format!("audience/{n}/role"), rule.role.map(|role| role.to_string()).unwrap_or_default());
        form.set(format!("audience/{n}/reader_id"), rule.person_id.map(|id| id.to_string()).unwrap_or_default());
    }
    if read.audience.is_empty() {
        form.set("audience/0/audience_kind", AudienceKind::Unit.code());
        form.set("audience/0/unit_id", read.case.document.unit_id.to_string());
    }
    let view = audience_view(&app, &caller, &read, form).await?;
    web::page(&app, &caller, heading(&app, "document.audience_title", &read), &web::path_of(request), &view).await
}

fn rules_of(form: &Form) -> Result<Vec<Rule>> {
    let mut problems = Problems::new();
    let mut rules = Vec::new();
    for row in form.rows("audience") {
        let value = |name: &str| form.value(&format!("audience/{row}/{name}"));
        match value("audience_kind").parse::<AudienceKind>() {
            Ok(kind) => rules.push(Rule {
                kind,
                unit_id: value("unit_id").parse().ok().filter(|_| kind != AudienceKind::Person),
                role: value("role").parse().ok().filter(|_| kind == AudienceKind::Role),
                person_id: value("reader_id").parse().ok().filter(|_| kind == AudienceKind::Person),
            }),
            Err(_) => problems.add(format!("audience/{row}/audience_kind"), "required"),
        }
    }
    problems.finish()?;
    Ok(rules)
}

#[handler]
pub async fn set_audience(
    app: Data<&App>,
    posted: Posted<can::WorkOnDocuments>,
    request: &Request,
    Path(id): Path<RevisionId>,
) -> Result<Response> {
    let Posted { caller, mut form, .. } = posted;
    let path = web::path_of(request);
    let read = read(&app, &caller, id).await?;
    let title = heading(&app, "document.audience_title", &read);
    if form.value("add") == "audience" {
        form.add_row("audience");
        return web::page(&app, &caller, title, &path, &audience_view(&app, &caller, &read, form).await?).await;
    }
    let live = form.rows("audience");
    let outcome = async {
        let set = revisions::set_audience(&app.store, &caller, id, web::seen(&form)?, rules_of(&form)?).await;
        let set = set.map_err(|error| on_form_rows(error, "audience", &live));
        set.map_err(|error| renamed(error, |field| field.replace("/person_id", "/reader_id")))
    };
    match outcome.await {
        Ok(_) => Ok(web::done(&page_of(id), "document_audience_set")),
        Err(error) => {
            let draw = async |form| audience_view(&app, &caller, &read, form).await;
            web::again(&app, &caller, title, &path, form, without_group(error, "audience"), draw).await
        }
    }
}
