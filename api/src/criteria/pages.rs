//! `/bo-tieu-chi`: criteria sets as the table people know, tried and compared.

use std::collections::BTreeMap;

use domain::draft::FieldError;
use domain::id::{CriteriaSetId, RoundId};
use domain::permission::Permission;
use domain::record::CriteriaSetState;
use domain::round::RoundState;
use domain::scoring::{self, Adjustment, Body, CriteriaSet, Difference, Exact, Node, UnitScore};
use entities::criteria_set;
use poem::web::{Data, Path, Query};
use poem::{Request, Response, Route, get, handler, post};
use render::views::criteria as view;
use render::views::part::{Chip, Choice, Listing, Pager, Search, Tone};
use render::{Form, Lang};

use super::sets::{self, Filter};
use super::trial::{self, Trial};
use crate::app::App;
use crate::auth::{Caller, can};
use crate::error::{Error, Result};
use crate::http::{MOST, Slice, edge, link};
use crate::inspections::unit_names;
use crate::web::{self, Login, Posted, PostedFile};

/// Adds the pages of this area.
#[must_use]
pub fn routes(tree: Route) -> Route {
    super::index_pages::routes(tree)
        .at("/bo-tieu-chi", get(list).post(import))
        .at("/bo-tieu-chi/:id", get(show_page))
        .at("/bo-tieu-chi/:id/ban-hanh", post(publish))
        .at("/bo-tieu-chi/:id/sao", post(copy))
        .at("/bo-tieu-chi/:id/thay", post(replace))
        .at("/bo-tieu-chi/:id/het-hieu-luc", post(retire))
        .at("/bo-tieu-chi/:id/thu", get(try_page).post(try_it))
        .at("/bo-tieu-chi/:id/so-sanh", get(diff_page))
}

#[derive(Debug, serde::Deserialize)]
struct ListQuery {
    q: Option<String>,
    cursor: Option<String>,
}

const fn tone(state: CriteriaSetState) -> Tone {
    match state {
        CriteriaSetState::Draft => Tone::Warn,
        CriteriaSetState::Published => Tone::Good,
        CriteriaSetState::Retired => Tone::Neutral,
    }
}

/// Code and edition, as people name a version.
fn named(app: &App, row: &criteria_set::Model) -> String {
    web::say(app, "criteria.origin", &[("code", row.code.clone()), ("edition", row.edition.to_string())])
}

/// Errors of a file as lines of a notice: a node's code means more to people than a field's name.
fn told(app: &App, errors: &[FieldError], root: &str) -> Vec<view::Fault> {
    let place = |field: &str| {
        let bare = field.strip_prefix(root).unwrap_or(field).trim_start_matches('/');
        let bare = bare.strip_prefix("nodes/").or_else(|| bare.strip_prefix("units/")).unwrap_or(bare);
        if bare.is_empty() { web::say(app, "criteria.general", &[]) } else { bare.to_owned() }
    };
    let fault = |error: &FieldError| view::Fault { place: place(&error.field), what: edge::field_sentence(app, Lang::Vi, error) };
    errors.iter().map(fault).collect()
}

/// What of a refusal is about the file, as lines; the form keeps one error that links to the field.
fn split(app: &App, error: Error, field: &str) -> (Vec<view::Fault>, Error) {
    match error {
        Error::Invalid(errors) => {
            let own = |error: &FieldError| error.field == field || matches!(error.field.as_str(), "owner_unit_id" | "with");
            let (mut kept, of_file): (Vec<_>, Vec<_>) = errors.into_iter().partition(own);
            if !of_file.is_empty() {
                kept.push(FieldError {
                    field: field.to_owned(),
                    code: "file_refused",
                    params: vec![("count", of_file.len().to_string())],
                });
            }
            (told(app, &of_file, field), Error::Invalid(kept))
        }
        other => (Vec::new(), other),
    }
}

/// The text of a file of a form.
fn text_of(files: &[PostedFile], field: &str) -> Result<Option<String>> {
    let Some(file) = files.iter().find(|file| file.field == field) else { return Ok(None) };
    String::from_utf8(file.bytes.clone()).map(Some).map_err(|_not_text| Error::field(field, "file_not_utf8"))
}

#[handler]
async fn list(
    app: Data<&App>,
    caller: Login<can::ReadScores>,
    request: &Request,
    Query(query): Query<ListQuery>,
) -> Result<Response> {
    let form = caller.may(Permission::ManageCriteria).then(|| web::fresh_form(None));
    let view = listed(&app, &caller, query, form, Vec::new()).await?;
    web::page(&app, &caller, web::say(&app, "criteria.page_title", &[]), &web::path_of(request), &view).await
}

async fn listed(
    app: &App,
    caller: &Caller,
    query: ListQuery,
    loading: Option<Form>,
    refused: Vec<view::Fault>,
) -> Result<view::CriteriaSetList> {
    let db = app.store.read();
    let slice = Slice::new(None, query.cursor.as_deref())?;
    let q = query.q.filter(|q| !q.trim().is_empty());
    let rows = sets::list(db, caller, &Filter { q: q.clone(), ..Filter::default() }, &slice).await?;
    let names = unit_names(db, rows.iter().map(|row| row.owner_unit_id)).await?;
    let show = |row: criteria_set::Model| view::CriteriaSetItem {
        href: format!("/bo-tieu-chi/{}", row.id),
        owner: names.get(&row.owner_unit_id).cloned().unwrap_or_default(),
        title: row.title,
        sample: row.sample,
        code: row.code,
        edition: row.edition,
        year: row.year.map(|year| year.to_string()).unwrap_or_default(),
        state: row.state,
        tone: tone(row.state),
    };
    let path = link("/bo-tieu-chi", &[("q", q.clone())]);
    let (rows, next) = slice.page(rows, &path, |row| (row.created_at.to_rfc3339().into(), row.id.0), show);
    let pager = Pager { next, first: query.cursor.map(|_| path.clone()) };
    let clear = q.as_ref().map(|_| "/bo-tieu-chi".to_owned());
    let search = Search { action: "/bo-tieu-chi".to_owned(), q: q.unwrap_or_default(), keep: Vec::new() };
    let units = match &loading {
        Some(_) => crate::programmes::pages::own_units(app, caller, Permission::ManageCriteria).await?,
        None => Vec::new(),
    };
    let shown = Listing { pager, search: Some(search), clear, ..Listing::plain(rows) };
    Ok(view::CriteriaSetList { list: shown, import: loading, units, refused })
}

#[handler]
async fn import(app: Data<&App>, posted: Posted<can::ManageCriteria>, request: &Request) -> Result<Response> {
    let Posted { caller, form, files, .. } = posted;
    let made = match text_of(&files, "file") {
        Ok(Some(text)) => sets::import(&app.store, &caller, form.value("owner_unit_id").parse().ok(), &text).await,
        Ok(None) => Err(Error::field("file", "criteria_file_missing")),
        Err(error) => Err(error),
    };
    match made {
        Ok(row) => Ok(web::done(&format!("/bo-tieu-chi/{}", row.id), "criteria_imported")),
        Err(error) => {
            let (refused, error) = split(&app, error, "file");
            let title = web::say(&app, "criteria.page_title", &[]);
            web::again(&app, &caller, title, &web::path_of(request), form, error, async |form| {
                listed(&app, &caller, ListQuery { q: None, cursor: None }, Some(form), refused).await
            })
            .await
        }
    }
}

#[handler]
async fn show_page(
    app: Data<&App>,
    caller: Login<can::ReadScores>,
    request: &Request,
    Path(id): Path<CriteriaSetId>,
) -> Result<Response> {
    let row = sets::find(app.store.read(), &caller, id).await?;
    let title = row.title.clone();
    let view = shown(&app, &caller, row).await?;
    web::page(&app, &caller, title, &web::path_of(request), &view).await
}

async fn shown(app: &App, caller: &Caller, row: criteria_set::Model) -> Result<view::CriteriaSetPage> {
    let db = app.store.read();
    let rights = sets::rights(db, caller, &row).await?;
    let set = sets::read(&row)?;
    let faults = sets::faults(&set);
    let owners = unit_names(db, [row.owner_unit_id]).await?;
    let copied_from = match row.copied_from_id {
        Some(from) => sets::find(db, caller, from).await.ok(),
        None => None,
    };
    let href = format!("/bo-tieu-chi/{}", row.id);
    let file = |format: &str| format!("/api/v1/criteria-sets/{}/file?format={format}", row.id);
    let form = |may: bool, id: &str| may.then(|| web::fresh_form(Some(row.version)).with_id(id));
    let level = format!("criteria_level.{}", set.level);
    let level = if app.renderer.catalogue().has(&level) { web::say(app, &level, &[]) } else { set.level.clone() };
    Ok(view::CriteriaSetPage {
        sample: row.sample,
        code: row.code.clone(),
        edition: row.edition,
        year: row.year.map(|year| year.to_string()),
        owner: owners.get(&row.owner_unit_id).cloned().unwrap_or_default(),
        level,
        legal_basis: set.legal_basis.clone(),
        state: row.state,
        tone: tone(row.state),
        scale: set.scale.vn_short(),
        count: set.leaves().len(),
        grades: set.grades.iter().map(|grade| (grade.name.clone(), grade.at_least.vn_short())).collect(),
        tie_policy: set.tie_policy,
        caps: (set.bonus_cap.vn_short(), set.penalty_cap.vn_short()),
        digest: row.digest.clone(),
        copied_from: copied_from.map(|from| (format!("/bo-tieu-chi/{}", from.id), named(app, &from))),
        rows: set.rows().into_iter().map(|(depth, node)| criterion(app, &set, depth, node)).collect(),
        publish: form(rights.publish && faults.is_empty(), "publish"),
        copy: form(rights.copy, "copy"),
        replace: form(rights.replace, "replace"),
        retire: form(rights.retire, "retire"),
        files: (file("yaml"), file("json")),
        try_href: faults.is_empty().then(|| format!("{href}/thu")),
        compare_href: format!("{href}/so-sanh"),
        faults: told(app, &faults, ""),
        refused: Vec::new(),
        href,
    })
}

fn criterion(app: &App, set: &CriteriaSet, depth: usize, node: &Node) -> view::CriterionRow {
    let leaf = node.leaf();
    let said = |said: scoring::Said| web::say(app, &format!("score_rule.{}", said.code), &said.words());
    let label = |input: &scoring::Input| input.label.clone().unwrap_or_else(|| input.name.clone());
    view::CriterionRow {
        code: node.code.clone(),
        name: node.name.clone(),
        depth,
        group: matches!(node.body, Body::Group { .. }),
        max: node.max.vn_short(),
        rule: leaf.map(|leaf| scoring::rule_words(set, node, leaf).into_iter().map(said).collect()).unwrap_or_default(),
        inputs: leaf.map(|leaf| leaf.inputs.iter().map(label).collect()).unwrap_or_default(),
        evidence: leaf.map(|leaf| leaf.evidence.clone()).unwrap_or_default(),
        source: leaf.map(|leaf| leaf.source),
        self_scored: leaf.is_some_and(|leaf| leaf.self_scored),
        adjustment: match leaf.map(|leaf| leaf.adjustment) {
            Some(Adjustment::Bonus) => Some("bonus"),
            Some(Adjustment::Penalty) => Some("penalty"),
            Some(Adjustment::None) | None => None,
        },
    }
}

#[handler]
async fn publish(app: Data<&App>, posted: Posted<can::ManageCriteria>, Path(id): Path<CriteriaSetId>) -> Result<Response> {
    sets::publish(&app.store, &posted.caller, id, web::seen(&posted.form)?).await?;
    Ok(web::done(&format!("/bo-tieu-chi/{id}"), "criteria_published"))
}

#[handler]
async fn retire(app: Data<&App>, posted: Posted<can::ManageCriteria>, Path(id): Path<CriteriaSetId>) -> Result<Response> {
    sets::retire(&app.store, &posted.caller, id, web::seen(&posted.form)?).await?;
    Ok(web::done(&format!("/bo-tieu-chi/{id}"), "criteria_retired"))
}

#[handler]
async fn copy(
    app: Data<&App>,
    posted: Posted<can::ManageCriteria>,
    request: &Request,
    Path(id): Path<CriteriaSetId>,
) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let year = match form.value("year").trim() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_no_number| Error::field("year", "not_integer")),
    };
    let code = Some(form.value("code").to_owned());
    let made = match year {
        Ok(year) => sets::copy(&app.store, &caller, id, sets::Copy { code, year, ..sets::Copy::default() }).await,
        Err(error) => Err(error),
    };
    match made {
        Ok(row) => Ok(web::done(&format!("/bo-tieu-chi/{}", row.id), "criteria_copied")),
        Err(error) => {
            let row = sets::find(app.store.read(), &caller, id).await?;
            let title = row.title.clone();
            web::again(&app, &caller, title, &web::path_of(request), form, error, async |form| {
                let view = shown(&app, &caller, row).await?;
                Ok(view::CriteriaSetPage { copy: Some(form.with_id("copy")), ..view })
            })
            .await
        }
    }
}

#[handler]
async fn replace(
    app: Data<&App>,
    posted: Posted<can::ManageCriteria>,
    request: &Request,
    Path(id): Path<CriteriaSetId>,
) -> Result<Response> {
    let Posted { caller, form, files, .. } = posted;
    let made = match text_of(&files, "file") {
        Ok(Some(text)) => sets::replace(&app.store, &caller, id, web::seen(&form)?, &text).await,
        Ok(None) => Err(Error::field("file", "criteria_file_missing")),
        Err(error) => Err(error),
    };
    match made {
        Ok(_) => Ok(web::done(&format!("/bo-tieu-chi/{id}"), "criteria_replaced")),
        Err(error) => {
            let (refused, error) = split(&app, error, "file");
            let row = sets::find(app.store.read(), &caller, id).await?;
            let title = row.title.clone();
            web::again(&app, &caller, title, &web::path_of(request), form, error, async |form| {
                let view = shown(&app, &caller, row).await?;
                Ok(view::CriteriaSetPage { replace: Some(form.with_id("replace")), refused, ..view })
            })
            .await
        }
    }
}

/// Other sets the caller sees, the newest first.
async fn others(app: &App, caller: &Caller, id: CriteriaSetId) -> Result<Vec<criteria_set::Model>> {
    let slice = Slice::new(Some(MOST), None)?;
    let mut rows = sets::list(app.store.read(), caller, &Filter::default(), &slice).await?;
    rows.retain(|row| row.id != id);
    Ok(rows)
}

async fn blank(app: &App, caller: &Caller, id: CriteriaSetId, form: Form) -> Result<view::CriteriaSetTry> {
    let others = others(app, caller, id).await?;
    let others = others.iter().map(|row| Choice::new(row.id.to_string(), named(app, row))).collect();
    let filter = crate::rounds::Filter { state: Some(RoundState::Published), year: None };
    let rounds = crate::rounds::list(app.store.read(), caller, &filter, &Slice::new(Some(50), None)?).await?;
    let rounds = rounds.into_iter().map(|row| Choice::new(row.id.to_string(), row.title)).collect();
    let href = format!("/bo-tieu-chi/{id}");
    Ok(view::CriteriaSetTry { href, form, others, rounds, refused: Vec::new(), result: None })
}

fn try_title(app: &App, row: &criteria_set::Model) -> String {
    web::say(app, "criteria.try_title", &[("title", row.title.clone())])
}

#[handler]
async fn try_page(
    app: Data<&App>,
    caller: Login<can::ReadScores>,
    request: &Request,
    Path(id): Path<CriteriaSetId>,
) -> Result<Response> {
    let row = sets::find(app.store.read(), &caller, id).await?;
    // A trial is done as often as it is sent: nothing is kept, so nothing may be answered from before.
    let view = blank(&app, &caller, id, Form::default()).await?;
    web::page(&app, &caller, try_title(&app, &row), &web::path_of(request), &view).await
}

#[handler]
async fn try_it(
    app: Data<&App>,
    posted: Posted<can::ReadScores>,
    request: &Request,
    Path(id): Path<CriteriaSetId>,
) -> Result<Response> {
    let Posted { caller, mut form, files, .. } = posted;
    let row = sets::find(app.store.read(), &caller, id).await?;
    let other = match form.value("with").parse::<CriteriaSetId>() {
        Ok(with) => Some(sets::find(app.store.read(), &caller, with).await?),
        Err(_none_chosen) => None,
    };
    let text = match text_of(&files, "inputs_file") {
        Ok(Some(text)) => {
            form.set("inputs", text.clone());
            Ok(text)
        }
        Ok(None) if form.value("inputs").trim().is_empty() => Err(Error::field("inputs", "criteria_file_missing")),
        Ok(None) => Ok(form.value("inputs").to_owned()),
        Err(error) => Err(error),
    };
    let other_set = other.as_ref().map(sets::read).transpose()?;
    let round = form.value("round").parse::<RoundId>().ok();
    let typed = text_of(&files, "inputs_file").is_ok_and(|file| file.is_some()) || !form.value("inputs").trim().is_empty();
    let text = if round.is_some() && typed { Err(Error::field("inputs", "inputs_or_round")) } else { text };
    let found = match text {
        _ if round.is_some() && !typed => {
            let round = round.ok_or(Error::NotFound)?;
            trial::on_round(app.store.read(), &caller, sets::read(&row)?, other_set, round).await
        }
        Ok(text) => trial::run(sets::read(&row)?, other_set, text).await,
        Err(error) => Err(error),
    };
    let title = try_title(&app, &row);
    match found {
        Ok((set, found)) => {
            form.once = String::new();
            let compared = match (&other, round) {
                (Some(other), _) => Some(named(&app, other)),
                (None, Some(_)) => Some(web::say(&app, "criteria.own_set", &[])),
                (None, None) => None,
            };
            let result = Some(result_of(&app, &set, found, compared));
            let view = view::CriteriaSetTry { result, ..blank(&app, &caller, id, form).await? };
            web::page(&app, &caller, title, &web::path_of(request), &view).await
        }
        Err(error) => {
            let (refused, error) = split(&app, error, "inputs");
            web::again(&app, &caller, title, &web::path_of(request), form, error, async |mut form| {
                form.once = String::new();
                Ok(view::CriteriaSetTry { refused, ..blank(&app, &caller, id, form).await? })
            })
            .await
        }
    }
}

fn result_of(app: &App, set: &CriteriaSet, found: Trial, other: Option<String>) -> view::TrialResult {
    let names: BTreeMap<&str, &str> = set.rows().into_iter().map(|(_, node)| (node.code.as_str(), node.name.as_str())).collect();
    let name = |code: &str| names.get(code).copied().unwrap_or_default().to_owned();
    let mut units: Vec<view::TrialUnit> =
        found.scores.iter().zip(&found.ranks).map(|(score, rank)| unit_of(app, set, score, *rank, &name)).collect();
    units.sort_by(|a, b| a.rank.cmp(&b.rank).then_with(|| a.id.cmp(&b.id)));
    let odd = found.odd.into_iter().map(|odd| view::OddCriterion {
        name: name(&odd.code),
        mean: odd.mean_percent.vn(2),
        code: odd.code,
        why: odd.why,
    });
    let against = found.against.zip(other).map(|(against, other)| view::TrialAgainst {
        title: other,
        moves: against
            .moves
            .into_iter()
            .map(|moved| view::RankMove { id: moved.id, before: moved.before, after: moved.after })
            .collect(),
        missing: against.missing,
    });
    view::TrialResult { units, odd: odd.collect(), against, missing: found.missing }
}

fn unit_of(app: &App, set: &CriteriaSet, score: &UnitScore, rank: u32, name: &impl Fn(&str) -> String) -> view::TrialUnit {
    let catalogue = app.renderer.catalogue();
    let points = |value: &Exact| value.vn(set.places());
    let final_points = |value: &Exact| value.vn(set.rounding.total.map_or_else(|| set.places(), |round| round.places));
    let grade = score.grade.as_ref().and_then(|code| set.grades.iter().find(|grade| grade.code == *code));
    let line = |line: &scoring::Line| view::TrialLine {
        name: name(&line.code),
        how: super::report::words(catalogue, Lang::Vi, &line.result.how),
        warnings: line.result.warnings.iter().map(|odd| super::report::warning(catalogue, Lang::Vi, &odd.said)).collect(),
        code: line.code.clone(),
    };
    view::TrialUnit {
        id: score.id.clone(),
        rank,
        achieved: points(&score.achieved),
        maximum: points(&score.maximum),
        base: final_points(&score.base),
        bonus: points(&score.bonus),
        penalty: points(&score.penalty),
        total: final_points(&score.total),
        grade: grade.map(|grade| grade.name.clone()),
        lines: score.lines.iter().map(line).collect(),
    }
}

#[derive(Debug, serde::Deserialize)]
struct DiffQuery {
    voi: Option<CriteriaSetId>,
}

#[handler]
async fn diff_page(
    app: Data<&App>,
    caller: Login<can::ReadScores>,
    request: &Request,
    Path(id): Path<CriteriaSetId>,
    Query(query): Query<DiffQuery>,
) -> Result<Response> {
    let db = app.store.read();
    let row = sets::find(db, &caller, id).await?;
    let href = format!("/bo-tieu-chi/{id}");
    let chip = |other: &criteria_set::Model| Chip {
        label: named(&app, other),
        href: format!("{href}/so-sanh?voi={}", other.id),
        active: query.voi == Some(other.id),
        count: None,
    };
    let others = others(&app, &caller, id).await?.iter().map(chip).collect();
    let found = match query.voi {
        Some(with) => {
            let (_, old, rows) = sets::diff(db, &caller, id, with).await?;
            Some(view::Compared { with: named(&app, &old), rows: rows.into_iter().map(diff_row).collect() })
        }
        None => None,
    };
    let view = view::CriteriaSetDiff { name: named(&app, &row), others, found, href };
    web::page(&app, &caller, web::say(&app, "criteria.diff_title", &[]), &web::path_of(request), &view).await
}

fn diff_row(found: Difference) -> view::DiffRow {
    let Difference { code, fate, aspects, before, after } = found;
    let brief = |side: Option<(String, Exact)>| side.map(|(name, max)| (name, max.vn_short()));
    view::DiffRow { code, fate, aspects, before: brief(before), after: brief(after) }
}
