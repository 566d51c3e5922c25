//! One criterion over all units: appraisal, and values from elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use domain::id::{DeductionId, PersonId, RoundId, SheetLineId, UnitId};
use domain::record::Subject;
use domain::round::{Layer, ScoreVerdict};
use domain::scoring::{Line, Placed, ScoreSource, file};
use entities::evidence;
use poem::http::StatusCode;
use poem::web::{Data, Path};
use poem::{IntoResponse as _, Request, Response, Route, get, handler, post};
use render::views::deductions as deductions_view;
use render::views::findings::Link;
use render::views::part::Choice;
use render::views::rounds as view;
use render::{Form, Lang};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _};

use super::super::access;
use super::super::appraise::{self, CriterionView, Given, Judgement, Row};
use super::super::deductions::{self, Proposed};
use super::super::standing::{self, Said, Stage};
use super::{Failed, layer_of, mendable, words};
use crate::app::App;
use crate::auth::{Caller, can};
use crate::criteria::{report, yaml};
use crate::error::{Error, Result};
use crate::findings::pages::refuse;
use crate::store::names_of_people;
use crate::web::{self, Login, Posted, say};

pub fn routes(tree: Route) -> Route {
    tree.at("/dot-cham-diem/:id/tieu-chi/:code", get(show_page).post(judge))
        .at("/tru-diem/:id/:verb", post(decide))
        .at("/dot-cham-diem/:id/gia-tri/:code", get(given_page).post(enter))
}

pub fn page_of(id: RoundId, code: &str) -> String {
    format!("{}/tieu-chi/{code}", super::page_of(id))
}

fn given_page_of(id: RoundId, code: &str) -> String {
    format!("{}/gia-tri/{code}", super::page_of(id))
}

#[handler]
async fn show_page(
    app: Data<&App>,
    caller: Login<can::ReadScores>,
    request: &Request,
    Path((id, code)): Path<(RoundId, String)>,
) -> Result<Response> {
    show(&app, &caller, id, &code, &web::path_of(request), StatusCode::OK, &None).await
}

/// How many files each line has.
async fn files_of(app: &App, lines: impl Iterator<Item = SheetLineId>) -> Result<BTreeMap<SheetLineId, u32>> {
    let ids: Vec<uuid::Uuid> = lines.map(|line| line.0).collect();
    let found: Vec<uuid::Uuid> = evidence::Entity::find()
        .select_only()
        .column(evidence::Column::SubjectId)
        .filter(evidence::Column::Subject.eq(Subject::SheetLine))
        .filter(evidence::Column::SubjectId.is_in(ids))
        .filter(evidence::Column::RemovedAt.is_null())
        .into_tuple()
        .all(app.store.read())
        .await?;
    let mut files: BTreeMap<SheetLineId, u32> = BTreeMap::new();
    for line in found {
        *files.entry(SheetLineId(line)).or_default() += 1;
    }
    Ok(files)
}

fn layer_said(found: &CriterionView, said: &Said) -> bool {
    let wanted = match found.round.state {
        domain::round::RoundState::FinalAppraisal => Layer::Appraisal2,
        domain::round::RoundState::Council => Layer::Council,
        _ => Layer::Appraisal1,
    };
    said.latest(wanted).is_some()
}

/// Whether «accept the rest» takes this row.
fn is_rest(found: &CriterionView, row: &Row) -> bool {
    row.layer.is_some() && row.own.is_some() && row.said.as_ref().is_some_and(|said| !layer_said(found, said))
}

async fn show(
    app: &App,
    caller: &Caller,
    id: RoundId,
    code: &str,
    path: &str,
    status: StatusCode,
    failed: &Failed,
) -> Result<Response> {
    let db = app.store.read();
    let found = appraise::criterion(db, caller, id, code).await?;
    let placed = found.set.leaf(code).ok_or(Error::NotFound)?;
    let said = || found.rows.iter().filter_map(|row| row.said.as_ref());
    let files = files_of(app, said().map(|said| said.line.id)).await?;
    let who: Vec<PersonId> = said().flat_map(|said| said.entries.iter()).map(|entry| entry.person_id).collect();
    let people = names_of_people(db, who).await?;
    let places = found.set.places();
    let theirs: Vec<String> = found
        .set
        .leaves()
        .into_iter()
        .filter(|other| other.leaf.source == ScoreSource::Appraisal)
        .filter(|other| found.by.secretary || found.by.appraises(other.leaf.appraiser_group.as_deref()))
        .map(|other| other.node.code.clone())
        .collect();
    let at = theirs.iter().position(|other| other == code);
    let link = |at: Option<usize>| {
        let code = theirs.get(at?)?;
        Some(Link { href: page_of(id, code), text: code.clone() })
    };
    let points = |line: Option<&Line>| {
        let line = line.filter(|line| line.missing.is_none())?;
        line.result.points.as_ref().map(|points| points.fixed(places))
    };
    let catalogue = app.renderer.catalogue();
    let rows: Vec<view::AppraisalRow> = found
        .rows
        .iter()
        .map(|row| {
            let said = row.said.as_ref();
            let own = said.and_then(|said| said.latest(Layer::SelfScore));
            let told = row.own.as_ref().filter(|line| line.missing.is_none());
            let later = said.map(|said| appraise::layers(said)).unwrap_or_default();
            view::AppraisalRow {
                id: row.sheet.unit_id.to_string(),
                unit: row.sheet.unit_name.clone(),
                code: row.sheet.unit_code.clone(),
                state: row.sheet.state,
                own_unit: row.own_unit,
                declared: own.and_then(|entry| words::entry(app, placed, entry)),
                words: told.map(|line| report::words(catalogue, Lang::Vi, &line.result.how)),
                warnings: row.warnings().map(|said| report::warning(catalogue, Lang::Vi, said)).collect(),
                note: own.and_then(|entry| entry.reason.clone()),
                files: said.and_then(|said| files.get(&said.line.id)).copied().unwrap_or_default(),
                evidence_href: said.map(|said| crate::evidence::page_of(Subject::SheetLine, said.line.id.0)),
                own: points(row.own.as_ref()),
                now: points(row.now.as_ref()),
                said: later
                    .into_iter()
                    .filter(|entry| entry.layer != Layer::SelfScore)
                    .map(|entry| words::said(app, placed, entry, Some(&people)))
                    .collect(),
                judged: row.layer.is_some(),
            }
        })
        .collect();
    let judged = rows.iter().any(|row| row.judged);
    let verdicts: &[ScoreVerdict] = match found.round.state {
        domain::round::RoundState::Appraisal => &[ScoreVerdict::Accepted, ScoreVerdict::Changed, ScoreVerdict::Asked],
        _ => &[ScoreVerdict::Accepted, ScoreVerdict::Changed],
    };
    let view = view::AppraisalPage {
        round: Link { href: super::page_of(id), text: found.round.title.clone() },
        code: code.to_owned(),
        name: placed.node.name.clone(),
        max: placed.node.max.fixed(places),
        rule: words::rule(app, placed.leaf),
        evidence: placed.leaf.evidence.clone(),
        done: said().filter(|said| layer_said(&found, said)).count(),
        total: rows.len(),
        before: link(at.and_then(|at| at.checked_sub(1))),
        after: link(at.map(|at| at + 1)),
        action: page_of(id, code),
        form: judged.then(|| match failed {
            Some((name, form)) if name.is_empty() => form.clone(),
            _ => web::fresh_form(None),
        }),
        deductions: deductions_of(app, &found, placed, caller.person, failed),
        verdicts: verdicts
            .iter()
            .map(|verdict| Choice::new(verdict.to_string(), say(app, &format!("score_verdict.{verdict}"), &[])))
            .collect(),
        answer: words::answer(app, &found.set, placed.leaf),
        rest: found.rows.iter().filter(|row| is_rest(&found, row)).count(),
        rows,
    };
    let title = say(app, "appraisal.page_title", &[("code", code.to_owned()), ("name", placed.node.name.clone())]);
    let response = web::page(app, caller, title, path, &view).await?;
    Ok(response.with_status(status).into_response())
}

/// The verdicts a form holds, and the rest accepted when that was asked.
fn judgements(form: &Form, found: &CriterionView, placed: Placed<'_>) -> Result<Vec<Judgement>> {
    let rest = form.value("act") == "rest";
    let mut problems = domain::draft::Problems::new();
    let mut all = Vec::new();
    for row in &found.rows {
        let unit_id = row.sheet.unit_id;
        let p = format!("judgements/{unit_id}/");
        let verdict = form.value(&format!("{p}verdict")).parse::<ScoreVerdict>().ok();
        let verdict = verdict.or_else(|| (rest && is_rest(found, row)).then_some(ScoreVerdict::Accepted));
        let Some(verdict) = verdict else { continue };
        let changes = verdict == ScoreVerdict::Changed;
        let typed = words::plain_number(form.value(&format!("{p}points")));
        let points = typed.parse().ok();
        problems.check(changes && !typed.is_empty() && points.is_none(), &format!("{p}points"), "file_not_a_number");
        let value = words::typed(form, &format!("{p}value/"), &found.set, placed.leaf);
        all.push(Judgement {
            unit_id,
            verdict,
            value: Some(value).filter(|value| changes && !value.is_null()),
            points: points.filter(|_| changes),
            reason: Some(form.value(&format!("{p}reason")).to_owned()),
        });
    }
    problems.finish()?;
    Ok(all)
}

/// Use cases count what was handed on; the form's fields carry the unit.
fn by_unit(error: Error, group: &str, units: &[UnitId]) -> Error {
    let Error::Invalid(mut fields) = error else { return error };
    for field in &mut fields {
        let moved = field.field.strip_prefix(group).and_then(|rest| rest.strip_prefix('/')).and_then(|rest| {
            let (n, rest) = rest.split_once('/').unwrap_or((rest, ""));
            let unit = units.get(n.parse::<usize>().ok()?)?;
            // What is said about a value as a whole is said at the row.
            let rest = if matches!(rest, "value" | "unit_id" | "code") { "" } else { rest };
            let rest = if group == "values" { rest.strip_prefix("value/").unwrap_or(rest) } else { rest };
            Some(if rest.is_empty() { format!("{group}/{unit}") } else { format!("{group}/{unit}/{rest}") })
        });
        if let Some(moved) = moved {
            field.field = moved;
        }
    }
    Error::Invalid(fields)
}

#[handler]
async fn judge(app: Data<&App>, posted: Posted<can::ReadScores>, Path((id, code)): Path<(RoundId, String)>) -> Result<Response> {
    let Posted { caller, mut form, .. } = posted;
    let found = appraise::criterion(app.store.read(), &caller, id, &code).await?;
    let placed = found.set.leaf(&code).ok_or(Error::NotFound)?;
    let outcome = async {
        let all = judgements(&form, &found, placed)?;
        let units: Vec<UnitId> = all.iter().map(|one| one.unit_id).collect();
        let done = appraise::appraise(&app.store, &caller, id, code.clone(), all).await;
        done.map_err(|error| by_unit(error, "judgements", &units))
    };
    match outcome.await {
        Ok(_) => Ok(web::done(&page_of(id, &code), "appraised")),
        Err(error) if mendable(&error) => {
            refuse(&app, &mut form, &error);
            show(&app, &caller, id, &code, &page_of(id, &code), error.status(), &Some((String::new(), form))).await
        }
        Err(error) => Err(error),
    }
}

/// The deductions proposed on this criterion, with what the caller may do about them.
fn deductions_of(
    app: &App,
    found: &CriterionView,
    placed: Placed<'_>,
    person: PersonId,
    failed: &Failed,
) -> Vec<deductions_view::DeductionRow> {
    let mut rows = Vec::new();
    for row in &found.rows {
        for one in &row.proposed {
            let by = row.said.as_ref().map(|said| appraise::appraising(&found.by, placed, said, row.own_unit, person));
            let decides = by.is_some_and(|by| deductions::decides(found.round.state, &by, one));
            let act = |verb: &str| {
                let name = format!("{verb}-{}", one.row.id);
                let form = super::form_of(failed, &name, Some(one.row.version), |_| {});
                decides.then(|| deductions_view::DeductionAct { action: format!("/tru-diem/{}/{verb}", one.row.id), form })
            };
            let unit = Some(row.sheet.unit_name.clone());
            rows.push(deductions_view::DeductionRow {
                unit,
                accept: act("tru"),
                decline: act("khong-tru"),
                ..shown_deduction(app, one)
            });
        }
    }
    rows
}

/// A deduction as pages show it, nothing to be done about it.
pub fn shown_deduction(app: &App, one: &Proposed) -> deductions_view::DeductionRow {
    let line = one.finding.line_id.map(|line| Link {
        href: crate::evidence::page_of(Subject::InspectionLine, line.0),
        text: say(app, "deduction.files_line", &[("n", one.files.to_string())]),
    });
    let own = Link {
        href: crate::evidence::page_of(Subject::Finding, one.finding.id.0),
        text: say(app, "deduction.files_finding", &[]),
    };
    deductions_view::DeductionRow {
        unit: None,
        criterion: None,
        points: domain::scoring::Exact::from_stored(one.row.points).to_string(),
        reason: one.row.reason.clone(),
        state: one.row.state,
        decision: one.row.decision_reason.clone(),
        withdrawn: !one.stands(),
        finding: Link { href: web::link_to(Subject::Finding, one.finding.id.0), text: one.finding.code.clone() },
        statement: one.finding.statement.clone().unwrap_or_default(),
        inspection: one.inspection_code.clone(),
        line: one.line.as_ref().map(|(code, question)| format!("{code} {question}")),
        files: line.into_iter().chain([own]).collect(),
        accept: None,
        decline: None,
    }
}

#[handler]
async fn decide(
    app: Data<&App>,
    posted: Posted<can::AppraiseScores>,
    Path((id, verb)): Path<(DeductionId, String)>,
) -> Result<Response> {
    let Posted { caller, mut form, .. } = posted;
    let accept = match verb.as_str() {
        "tru" => true,
        "khong-tru" => false,
        _ => return Err(Error::NotFound),
    };
    let one = deductions::of_panel(app.store.read(), &caller, id).await?;
    let path = page_of(one.round_id, &one.code);
    let reason = Some(form.value("reason").to_owned());
    let outcome = async { deductions::decide(&app.store, &caller, id, web::seen(&form)?, accept, reason).await };
    match outcome.await {
        Ok(_) => Ok(web::done(&path, "deduction_decided")),
        Err(error) if mendable(&error) => {
            refuse(&app, &mut form, &error);
            let failed = Some((format!("{verb}-{id}"), form));
            show(&app, &caller, one.round_id, &one.code, &path, error.status(), &failed).await
        }
        Err(error) => Err(error),
    }
}

#[handler]
async fn given_page(
    app: Data<&App>,
    caller: Login<can::ManageRounds>,
    request: &Request,
    Path((id, code)): Path<(RoundId, String)>,
) -> Result<Response> {
    show_given(&app, &caller, id, &code, &web::path_of(request), StatusCode::OK, None).await
}

async fn show_given(
    app: &App,
    caller: &Caller,
    id: RoundId,
    code: &str,
    path: &str,
    status: StatusCode,
    failed: Option<Form>,
) -> Result<Response> {
    let db = app.store.read();
    let round = access::find(db, caller, id, false).await?;
    let by = access::by(db, caller, &round).await?;
    let (_, set) = super::super::set_of(db, round.set_id).await?;
    let placed = set.leaf(code).ok_or(Error::NotFound)?;
    let layer = layer_of(placed.leaf.source).filter(|_| by.secretary).ok_or(Error::NotFound)?;
    let standing = standing::load_criterion(db, &round, code).await?;
    let (places, catalogue) = (set.places(), app.renderer.catalogue());
    let mut fresh = web::fresh_form(None);
    let mut rows = Vec::new();
    for sheet in &standing.sheets {
        let said = sheet.lines.get(code);
        let entry = said.and_then(|said| said.latest(layer));
        let value = entry.and_then(|entry| standing::value_of(placed.leaf, entry.value.as_ref()));
        if let Some(value) = &value {
            words::put(&mut fresh, &format!("values/{}/", sheet.row.unit_id), value);
        }
        let unit = standing::unit_of(&set, &round, sheet, Stage::Final);
        let line = Some(domain::scoring::line(&set, &unit, placed)).filter(|line| line.missing.is_none() && entry.is_some());
        rows.push(view::AppraisalRow {
            id: sheet.row.unit_id.to_string(),
            unit: sheet.row.unit_name.clone(),
            code: sheet.row.unit_code.clone(),
            state: sheet.row.state,
            own_unit: false,
            declared: value.map(|value| words::value(app, placed.leaf, &value)),
            words: line.as_ref().map(|line| report::words(catalogue, Lang::Vi, &line.result.how)),
            warnings: Vec::new(),
            note: None,
            files: 0,
            evidence_href: None,
            own: None,
            now: line.and_then(|line| line.result.points).map(|points| points.fixed(places)),
            said: Vec::new(),
            judged: false,
        });
    }
    let open = !round.state.is_ranked() && round.state != domain::round::RoundState::Draft;
    let view = view::GivenPage {
        round: Link { href: super::page_of(id), text: round.title.clone() },
        code: code.to_owned(),
        name: placed.node.name.clone(),
        max: placed.node.max.fixed(places),
        rule: words::rule(app, placed.leaf),
        source: say(app, &format!("score_source.{}", placed.leaf.source), &[]),
        action: given_page_of(id, code),
        form: open.then(|| failed.unwrap_or(fresh)),
        answer: words::answer(app, &set, placed.leaf),
        rows,
    };
    let title = say(app, "appraisal.page_title", &[("code", code.to_owned()), ("name", placed.node.name.clone())]);
    let response = web::page(app, caller, title, path, &view).await?;
    Ok(response.with_status(status).into_response())
}

#[handler]
async fn enter(
    app: Data<&App>,
    posted: Posted<can::ManageRounds>,
    Path((id, code)): Path<(RoundId, String)>,
) -> Result<Response> {
    let Posted { caller, mut form, .. } = posted;
    let db = app.store.read();
    let round = access::find(db, &caller, id, false).await?;
    let (_, set) = super::super::set_of(db, round.set_id).await?;
    let placed = set.leaf(&code).ok_or(Error::NotFound)?;
    let layer = layer_of(placed.leaf.source).ok_or(Error::NotFound)?;
    let standing = standing::load_criterion(db, &round, &code).await?;
    let reason = Some(form.value("reason").trim().to_owned()).filter(|reason| !reason.is_empty());
    let mut seen = BTreeSet::new();
    let values: Vec<Given> = standing
        .sheets
        .iter()
        .filter_map(|sheet| {
            let unit_id = sheet.row.unit_id;
            let value = words::typed(&form, &format!("values/{unit_id}/"), &set, placed.leaf);
            let kept = sheet.lines.get(&code).and_then(|said| said.latest(layer));
            let kept = kept.and_then(|entry| standing::value_of(placed.leaf, entry.value.as_ref()));
            let mut unread = domain::draft::Problems::new();
            let new = file::read_value(placed.leaf, &yaml::from_json(&value), "value", &mut unread);
            let changed = !value.is_null() && (new.is_none() || new != kept) && seen.insert(unit_id);
            changed.then(|| Given { unit_id, code: code.clone(), value, reason: reason.clone() })
        })
        .collect();
    let units: Vec<UnitId> = values.iter().map(|one| one.unit_id).collect();
    match appraise::enter(&app.store, &caller, id, values).await.map_err(|error| by_unit(error, "values", &units)) {
        Ok(_) => Ok(web::done(&given_page_of(id, &code), "values_entered")),
        Err(error) if mendable(&error) => {
            refuse(&app, &mut form, &error);
            show_given(&app, &caller, id, &code, &given_page_of(id, &code), error.status(), Some(form)).await
        }
        Err(error) => Err(error),
    }
}
