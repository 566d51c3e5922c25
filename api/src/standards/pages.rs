//! `/tieu-chuan`: editions of the standard, by which one a unit works, what the next one changes.

use std::collections::BTreeMap;

use domain::draft::Problems;
use domain::edition::Moved;
use domain::id::{StandardId, UnitId};
use domain::permission::Permission;
use entities::{clause, standard, standard_use};
use poem::web::{Data, Query};
use poem::{Request, Response, Route, get, handler};
use render::Form;
use render::views::part::{Chip, Choice, Listing};
use render::views::standards as view;
use sea_orm::ConnectionTrait;

use super::{Cited, NewUse, NowStands, title_of};
use crate::app::App;
use crate::auth::{Caller, can};
use crate::error::{Error, Result};
use crate::inspections::unit_names;
use crate::store::names_of_people;
use crate::web::{self, Login, Posted, say};

/// Adds the pages of this area.
#[must_use]
pub fn routes(tree: Route) -> Route {
    tree.at("/tieu-chuan", get(show_page).post(adopt))
}

#[derive(Clone, Debug, Default, serde::Deserialize)]
struct Asked {
    don_vi: Option<UnitId>,
    /// Every clause, not only those that change.
    tat_ca: Option<String>,
}

#[handler]
async fn show_page(
    app: Data<&App>,
    caller: Login<can::ReadDocuments>,
    request: &Request,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let view = shown(&app, &caller, &asked, None).await?;
    web::page(&app, &caller, say(&app, "standard.title", &[]), &web::path_of(request), &view).await
}

/// The units whose documents the person reads by a role held there, by name.
async fn units(db: &impl ConnectionTrait, caller: &Caller) -> Result<Vec<(UnitId, String)>> {
    let held = caller.grants.iter().filter(|held| held.role.grants(Permission::ReadDocuments)).filter_map(|held| held.unit);
    let mut units: Vec<_> = unit_names(db, held).await?.into_iter().collect();
    units.sort_by(|a, b| a.1.cmp(&b.1));
    Ok(units)
}

fn here(unit: UnitId, all: bool) -> String {
    format!("/tieu-chuan?don_vi={unit}{}", if all { "&tat_ca=1" } else { "" })
}

async fn shown(app: &App, caller: &Caller, asked: &Asked, failed: Option<Form>) -> Result<view::StandardsPage> {
    let db = app.store.read();
    let units = units(db, caller).await?;
    let unit = asked.don_vi.or_else(|| units.first().map(|(id, _)| *id)).ok_or(Error::NotFound)?;
    let history = super::history(db, caller, unit).await?;
    let held = super::used_by(db, unit, caller.today).await?;
    let editions = super::list(db).await?;
    let name = unit_names(db, [unit]).await?.remove(&unit).unwrap_or_default();
    let keeps = caller.scope(Permission::ControlDocuments).contains(db, unit).await?;
    let people = names_of_people(db, history.iter().filter_map(|row| row.recorded_by_id)).await?;
    let label = |id: StandardId| editions.iter().find(|row| row.id == id).map(title_of).unwrap_or_default();
    let used = |row: standard_use::Model| view::UseRow {
        edition: label(row.standard_id),
        valid_from: row.valid_from,
        own: row.unit_id.is_some(),
        by: row.recorded_by_id.and_then(|id| people.get(&id).cloned()),
        unverified: row.trust.as_deref() == Some("unverified"),
        ground: row.ground,
    };
    let all = asked.tat_ca.is_some();
    let (older, newer) = pair(&editions, held.as_ref().map(|held| held.standard.id));
    let moves = match (older, newer) {
        (Some(older), Some(newer)) => moves(db, older, newer, all).await?,
        _ => Vec::new(),
    };
    let mark = |text: &str, all: bool, active: bool| Chip {
        label: say(app, text, &[]),
        href: format!("{}#doi-chieu", here(unit, all)),
        active,
        count: None,
    };
    let chips = vec![mark("standard.only_changed", false, !all), mark("standard.all_clauses", true, all)];
    let places =
        units.iter().map(|(id, name)| Chip { label: name.clone(), href: here(*id, all), active: *id == unit, count: None });
    Ok(view::StandardsPage {
        unit: name,
        units: if units.len() > 1 { places.collect() } else { Vec::new() },
        in_use: held.as_ref().map(|held| title_of(&held.standard)),
        since: held.as_ref().map(|held| held.valid_from),
        own: held.as_ref().is_some_and(|held| held.own),
        ground: held.map(|held| held.ground),
        editions: editions.iter().map(edition).collect(),
        history: history.into_iter().map(used).collect(),
        older: older.map(|row| row.code.clone()).unwrap_or_default(),
        newer: newer.map(|row| row.code.clone()).unwrap_or_default(),
        moves: Listing { chips, ..Listing::plain(moves) },
        adopt: keeps.then(|| here(unit, all)),
        form: failed.unwrap_or_else(|| web::fresh_form(None)).with_id("adopt"),
        choices: editions.iter().map(|row| Choice::new(row.id.to_string(), title_of(row))).collect(),
    })
}

/// «10.3 (TCVN ISO 9001:2015), nay là 10.1 (ISO 9001:2026)»
pub(crate) fn cited_text(app: &App, cited: &Cited) -> String {
    let Cited { clause, edition, now } = cited;
    let Some(edition) = edition else { return clause.clone() };
    let (key, now) = match now {
        None => ("standard.clause_of", None),
        Some(NowStands { clause: None, edition }) => ("standard.clause_gone", Some((String::new(), edition.clone()))),
        Some(NowStands { clause: Some(moved), edition }) => ("standard.clause_moved", Some((moved.clone(), edition.clone()))),
    };
    let (moved, newer) = now.unwrap_or_default();
    say(app, key, &[("clause", clause.clone()), ("edition", edition.clone()), ("moved", moved), ("newer", newer)])
}

fn edition(row: &standard::Model) -> view::Edition {
    view::Edition {
        code: row.code.clone(),
        national_code: row.national_code.clone(),
        published_on: row.published_on,
        note: row.note.clone(),
        unverified: row.trust.as_deref() == Some("unverified"),
    }
}

/// The two editions to be set beside each other: the one in use and the next, or the last two.
fn pair(editions: &[standard::Model], used: Option<StandardId>) -> (Option<&standard::Model>, Option<&standard::Model>) {
    let place = editions.iter().position(|row| Some(row.id) == used).unwrap_or(0);
    let place = place.min(editions.len().saturating_sub(2));
    (editions.get(place), editions.get(place + 1))
}

async fn moves(
    db: &impl ConnectionTrait,
    older: &standard::Model,
    newer: &standard::Model,
    all: bool,
) -> Result<Vec<view::MoveRow>> {
    let titles = async |id: StandardId| -> Result<BTreeMap<String, clause::Model>> {
        Ok(super::clauses(db, id).await?.into_iter().map(|row| (row.code.clone(), row)).collect())
    };
    let (old, new) = (titles(older.id).await?, titles(newer.id).await?);
    let named = |known: &BTreeMap<String, clause::Model>, code: &Option<String>| {
        code.as_ref().map(|code| view::ClauseShown {
            title: known.get(code).map(|row| row.title.clone()).unwrap_or_default(),
            code: code.clone(),
        })
    };
    let row = |moved: Moved| view::MoveRow {
        moved: moved.from != moved.to,
        older: named(&old, &moved.from),
        newer: named(&new, &moved.to),
        change: moved.change,
    };
    let rows = super::mapping(db, older.id, newer.id).await?.into_iter().map(row);
    Ok(rows.filter(|row| all || row.moved || row.renamed()).collect())
}

#[handler]
async fn adopt(
    app: Data<&App>,
    posted: Posted<can::ControlDocuments>,
    request: &Request,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let done = match new_use(&form, asked.don_vi) {
        Ok(new) => super::adopt(&app.store, &caller, new).await.map(|row| row.unit_id),
        Err(error) => Err(error),
    };
    match done {
        Ok(unit) => Ok(web::done(&unit.map_or_else(|| "/tieu-chuan".to_owned(), |unit| here(unit, false)), "standard_adopted")),
        Err(error) => {
            let title = say(&app, "standard.title", &[]);
            let view = async |form| shown(&app, &caller, &asked, Some(form)).await;
            web::again(&app, &caller, title, &web::path_of(request), form, error, view).await
        }
    }
}

fn new_use(form: &Form, unit: Option<UnitId>) -> Result<NewUse> {
    let mut problems = Problems::new();
    let standard_id = form.value("standard_id").parse::<StandardId>();
    let valid_from = form.value("valid_from").parse();
    problems.check(standard_id.is_err(), "standard_id", "required");
    let from = if form.value("valid_from").trim().is_empty() { "required" } else { "expected_date" };
    problems.check(valid_from.is_err(), "valid_from", from);
    problems.text("ground", form.value("ground"), 500);
    problems.finish()?;
    let (Ok(standard_id), Ok(valid_from)) = (standard_id, valid_from) else { return Err(Error::NotFound) };
    Ok(NewUse { unit_id: unit.ok_or(Error::NotFound)?, standard_id, valid_from, ground: form.value("ground").to_owned() })
}
