//! `/phieu-cham-diem/:id`: a unit's sheet, one form over all lines.

use std::collections::BTreeMap;

use domain::id::SheetId;
use domain::record::Subject;
use domain::round::{Layer, RoundState, SheetState, may_explain, may_submit, may_withdraw};
use domain::scoring::{Change, Exact, Node, Placed, Reach};
use poem::http::StatusCode;
use poem::web::{Data, Path};
use poem::{IntoResponse as _, Request, Response, Route, get, handler, post};
use render::views::findings::Link;
use render::views::rounds as view;
use render::{Form, Lang};
use serde_json::Value as Json;

use super::super::counted::{Counted, counted};
use super::super::sheets::{self, LineInput, SheetView, Unfinished};
use super::super::standing::Said;
use super::{Failed, form_of, mendable, sheet_tone, shown_end, stage_of, words};
use crate::app::App;
use crate::auth::{Caller, can};
use crate::criteria::report;
use crate::error::{Error, Result};
use crate::findings::pages::refuse;
use crate::web::{self, Login, Posted, say};

pub fn routes(tree: Route) -> Route {
    tree.at("/phieu-cham-diem/:id", get(show_page).post(write))
        .at("/phieu-cham-diem/:id/thu", post(try_lines))
        .at("/phieu-cham-diem/:id/nop", post(submit))
        .at("/phieu-cham-diem/:id/rut", post(withdraw))
        .at("/phieu-cham-diem/:id/so-dem", post(prefill))
        .at("/phieu-cham-diem/:id/giai-trinh/:code", post(explain))
}

fn page_of(id: SheetId) -> String {
    web::link_to(Subject::Sheet, id.0)
}

#[handler]
async fn show_page(
    app: Data<&App>,
    caller: Login<can::ReadScores>,
    request: &Request,
    Path(id): Path<SheetId>,
) -> Result<Response> {
    show(&app, &caller, id, &web::path_of(request), StatusCode::OK, None).await
}

async fn show(app: &App, caller: &Caller, id: SheetId, path: &str, status: StatusCode, failed: Failed) -> Result<Response> {
    let found = sheets::view(app.store.read(), caller, id).await?;
    show_found(app, caller, &found, path, status, failed).await
}

async fn show_found(
    app: &App,
    caller: &Caller,
    found: &SheetView,
    path: &str,
    status: StatusCode,
    failed: Failed,
) -> Result<Response> {
    let stage = stage_of(app, &found.seen.round, caller.today).await?;
    let title = say(app, "score_sheet.page_title", &[("unit", found.seen.sheet.unit_name.clone())]);
    let (row, _) = super::super::set_of(app.store.read(), found.seen.round.set_id).await?;
    let (unit, year) = (found.seen.sheet.unit_id, found.seen.round.year);
    let counted = counted(app.store.read(), &found.set, unit, year, caller.today).await?;
    let page = Page { app, caller, found, counted: &counted, failed: &failed };
    let view = page.view(stage, row.sample);
    let response = web::page(app, caller, title, path, &view).await?;
    Ok(response.with_status(status).into_response())
}

struct Page<'a> {
    app: &'a App,
    caller: &'a Caller,
    found: &'a SheetView,
    /// Figures counted elsewhere, by criterion and input.
    counted: &'a BTreeMap<String, BTreeMap<String, Counted>>,
    failed: &'a Failed,
}

impl Page<'_> {
    fn say(&self, key: &str, params: &[(&str, String)]) -> String {
        say(self.app, key, params)
    }

    fn points(&self, points: &Exact) -> String {
        points.fixed(self.found.set.places())
    }

    fn view(&self, stage: render::views::part::Stage, sample: bool) -> view::ScoreSheet {
        let seen = &self.found.seen;
        let now = self.app.store.clock().now();
        let over = now >= seen.round.self_due_at;
        let writes = self.found.may_draft(now);
        let unfinished = self.found.unfinished();
        let (state, version) = (seen.sheet.state, Some(seen.sheet.version));
        let open = seen.round.state == RoundState::SelfScoring;
        let own = self.found.own_points();
        let max: Exact = self
            .found
            .own
            .lines
            .iter()
            .filter(|line| line.adjustment == domain::scoring::Adjustment::None && self.self_scored(&line.code))
            .map(|line| &line.max)
            .sum();
        let by_head = self.found.lines.values().any(|said| said.line.edited_by_id == Some(self.caller.person));
        let count = u32::try_from(unfinished.len()).unwrap_or(u32::MAX);
        let submits = seen.of_unit.head && may_submit(seen.round.state, state, over, count, by_head).is_ok();
        let withdraws = seen.of_unit.head && may_withdraw(seen.round.state, state, over).is_ok();
        let name = |code: &str| self.found.set.leaf(code).map(|placed| placed.node.name.clone()).unwrap_or_default();
        let missing = unfinished.iter().filter(|_| open && state == SheetState::Open);
        view::ScoreSheet {
            round: Link { href: super::page_of(seen.round.id), text: seen.round.title.clone() },
            unit: seen.sheet.unit_name.clone(),
            sample,
            state,
            tone: sheet_tone(state),
            stage,
            points: self.points(&own.0),
            max: self.points(&max),
            missing: missing
                .map(|(code, why)| view::MissingRow {
                    code: code.clone(),
                    name: name(code),
                    anchor: anchor(code),
                    why: self.lacking(why),
                })
                .collect(),
            locked: (!writes).then(|| self.locked(over)),
            submit: submits.then(|| form_of(self.failed, "submit", version, |_| {})),
            withdraw: withdraws.then(|| form_of(self.failed, "withdraw", version, |_| {})),
            prefill: (writes && !self.counted.is_empty()).then(|| form_of(self.failed, "prefill", version, |_| {})),
            form: writes.then(|| self.form()),
            href: page_of(seen.sheet.id),
            fields: self.found.set.nodes.iter().map(|node| self.field(node, writes)).collect(),
            reach: if writes { self.found.reach().into_iter().map(|step| self.reach(&step)).collect() } else { Vec::new() },
            changed: self.changed(now),
            explain_until: seen.round.explanation_due_at.map(shown_end).filter(|_| seen.round.state == RoundState::Explanation),
        }
    }

    fn self_scored(&self, code: &str) -> bool {
        self.found.set.leaf(code).is_some_and(|placed| placed.leaf.self_scored)
    }

    fn lacking(&self, why: &Unfinished) -> String {
        self.say(
            match why {
                Unfinished::NotScored => "score_sheet.not_scored",
                Unfinished::NoEvidence => "score_sheet.no_evidence",
            },
            &[],
        )
    }

    fn locked(&self, over: bool) -> String {
        let seen = &self.found.seen;
        let at =
            |at: chrono::DateTime<chrono::Utc>| at.with_timezone(&domain::time::vietnam()).format("%H:%M %d/%m/%Y").to_string();
        match (seen.round.state, seen.sheet.state) {
            (_, SheetState::NotSubmitted) => self.say("score_sheet.locked_not_submitted", &[]),
            (RoundState::SelfScoring, SheetState::Submitted) if !over => {
                let when = seen.sheet.submitted_at.map(at).unwrap_or_default();
                self.say("score_sheet.locked_submitted", &[("at", when)])
            }
            (RoundState::SelfScoring, _) if over => {
                self.say("score_sheet.locked_over", &[("at", at(shown_end(seen.round.self_due_at)))])
            }
            (RoundState::SelfScoring, _) => self.say("score_sheet.locked_reader", &[]),
            (state, _) => {
                let state = self.say(&format!("round_state.{state}"), &[]);
                self.say("score_sheet.locked_state", &[("state", state)])
            }
        }
    }

    fn form(&self) -> Form {
        let fresh = self.fresh();
        match self.failed {
            Some((name, form)) if name == "sheet" => beside(form.clone(), fresh),
            _ => fresh,
        }
    }

    /// The form as the sheet is now.
    fn fresh(&self) -> Form {
        let mut form = web::fresh_form(Some(self.found.seen.sheet.version));
        for placed in self.found.set.leaves().into_iter().filter(|placed| placed.leaf.self_scored) {
            let Some(said) = self.found.lines.get(&placed.node.code) else { continue };
            let p = format!("lines/{}/", placed.node.code);
            form.set(format!("{p}version"), said.line.version.to_string());
            form.set(format!("{p}note"), said.line.note.clone().unwrap_or_default());
            form.set(format!("{p}override_reason"), said.line.override_reason.clone().unwrap_or_default());
            if let Some(value) = sheets::declared(placed, said) {
                words::put(&mut form, &p, &value);
            }
        }
        form
    }

    fn field(&self, node: &Node, writes: bool) -> view::SheetField {
        let places = self.found.set.places();
        let below = |code: &str| code != node.code;
        let mut rows = Vec::new();
        self.walk(node, writes, &mut rows);
        rows.retain(|row| !row.group || below(&row.code));
        view::SheetField { code: node.code.clone(), name: node.name.clone(), max: node.max.fixed(places), rows }
    }

    fn walk(&self, node: &Node, writes: bool, rows: &mut Vec<view::SheetRow>) {
        match &node.body {
            domain::scoring::Body::Group { children, .. } => {
                rows.push(view::SheetRow { group: true, ..self.bare(node) });
                for child in children {
                    self.walk(child, writes, rows);
                }
            }
            domain::scoring::Body::Leaf(_) => {
                if let Some(placed) = self.found.set.leaf(&node.code) {
                    rows.push(self.row(placed, writes));
                }
            }
        }
    }

    fn bare(&self, node: &Node) -> view::SheetRow {
        view::SheetRow {
            group: false,
            code: node.code.clone(),
            name: node.name.clone(),
            max: self.points(&node.max),
            answer: None,
            counted: Vec::new(),
            declared: None,
            rule: String::new(),
            words: None,
            warnings: Vec::new(),
            evidence: Vec::new(),
            evidence_required: false,
            files: 0,
            evidence_href: None,
            points: None,
            source: None,
            note: None,
            missing: None,
        }
    }

    fn row(&self, placed: Placed<'_>, writes: bool) -> view::SheetRow {
        let (code, leaf) = (&placed.node.code, placed.leaf);
        let said = self.found.lines.get(code);
        let line = self.found.own.line(code).filter(|line| leaf.self_scored && line.missing.is_none());
        let catalogue = self.app.renderer.catalogue();
        let unfinished = self.found.unfinished();
        let source = self.say(&format!("score_source.{}", leaf.source), &[]);
        let open = self.found.seen.sheet.state == SheetState::Open && self.found.seen.round.state == RoundState::SelfScoring;
        view::SheetRow {
            answer: (writes && leaf.self_scored).then(|| words::answer(self.app, &self.found.set, leaf)),
            counted: self.counted(placed),
            declared: said.and_then(|said| sheets::declared(placed, said)).map(|value| words::value(self.app, leaf, &value)),
            rule: words::rule(self.app, leaf),
            words: line.map(|line| report::words(catalogue, Lang::Vi, &line.result.how)),
            warnings: self.found.warnings(code).iter().map(|said| report::warning(catalogue, Lang::Vi, said)).collect(),
            evidence: leaf.evidence.clone(),
            evidence_required: leaf.evidence_required,
            files: said.and_then(|said| self.found.files.get(&said.line.id)).copied().unwrap_or_default(),
            evidence_href: said
                .filter(|_| leaf.self_scored)
                .map(|said| crate::evidence::page_of(Subject::SheetLine, said.line.id.0)),
            points: line.and_then(|line| line.result.points.as_ref()).map(|points| self.points(points)),
            source: (!leaf.self_scored).then(|| self.say("score_sheet.scored_by", &[("source", source)])),
            note: said.and_then(|said| said.line.note.clone()),
            missing: unfinished.get(code).filter(|_| open).map(|why| self.lacking(why)),
            ..self.bare(placed.node)
        }
    }

    fn counted(&self, placed: Placed<'_>) -> Vec<Link> {
        let inputs = self.counted.get(&placed.node.code).into_iter().flatten();
        let shown = inputs.map(|(name, one)| Link {
            href: one.rows.first().cloned().unwrap_or_default(),
            text: format!("{}: {}", words::label_of(self.app, placed.leaf, name), Exact::from(one.value).vn_short()),
        });
        shown.collect()
    }

    fn reach(&self, step: &Reach) -> view::ReachRow {
        let placed = self.found.set.leaf(&step.code);
        let text = match &step.change {
            Change::Input { name, from, to } => {
                let name = placed.map(|placed| words::label_of(self.app, placed.leaf, name)).unwrap_or_default();
                self.say("score_reach.input", &[("name", name), ("from", from.vn_short()), ("to", to.vn_short())])
            }
            Change::Yes => self.say("score_reach.yes", &[]),
            Change::Choice { label } => self.say("score_reach.choice", &[("label", label.clone())]),
        };
        let name = placed.map(|placed| format!("{} {}", step.code, placed.node.name));
        view::ReachRow {
            anchor: anchor(&step.code),
            name: name.unwrap_or_else(|| step.code.clone()),
            text,
            gain: self.points(&step.gain),
        }
    }

    fn changed(&self, now: chrono::DateTime<chrono::Utc>) -> Vec<view::ChangedLine> {
        let seen = &self.found.seen;
        if !seen.round.state.is_released() {
            return Vec::new();
        }
        let over = seen.round.explanation_due_at.is_none_or(|due| now >= due);
        let leaves = self.found.set.leaves().into_iter();
        let contested = leaves.filter_map(|placed| {
            let said = self.found.lines.get(&placed.node.code).filter(|said| said.contested())?;
            Some(self.changed_line(placed, said, over))
        });
        contested.collect()
    }

    fn changed_line(&self, placed: Placed<'_>, said: &Said, over: bool) -> view::ChangedLine {
        let seen = &self.found.seen;
        let code = &placed.node.code;
        let writes = (seen.of_unit.drafts || seen.of_unit.head) && may_explain(seen.round.state, over, true).is_ok();
        let own = self.found.own.line(code).filter(|line| line.missing.is_none());
        let layers = [Layer::Appraisal1, Layer::Explanation, Layer::Appraisal2, Layer::Council];
        view::ChangedLine {
            code: code.clone(),
            name: placed.node.name.clone(),
            own: own.and_then(|line| line.result.points.as_ref()).map(|points| self.points(points)),
            said: layers
                .iter()
                .filter_map(|layer| said.latest(*layer))
                .map(|one| words::said(self.app, placed, one, None))
                .collect(),
            form: writes.then(|| form_of(self.failed, &format!("giai-trinh-{code}"), Some(seen.sheet.version), |_| {})),
            answer: (writes && placed.leaf.self_scored).then(|| words::answer(self.app, &self.found.set, placed.leaf)),
        }
    }
}

/// A refused form; a stale one beside the sheet as it is now. Each line has a version of its own: only the lines that
/// somebody else wrote meanwhile are compared, and take on their new version.
fn beside(mut form: Form, mut fresh: Form) -> Form {
    if !form.stale {
        return form;
    }
    let versions = fresh.values.iter().filter_map(|(name, version)| {
        let p = name.strip_suffix("version")?;
        (form.values.contains_key(name) && form.value(name) != version).then(|| (p.to_owned(), version.clone()))
    });
    let moved: Vec<(String, String)> = versions.collect();
    for (p, _) in &moved {
        // A box that is not ticked says so in the form and nothing in the record.
        fresh.values.entry(format!("{p}na")).or_insert_with(|| "no".to_owned());
    }
    let of_moved = |name: &str| moved.iter().any(|(p, _)| name.starts_with(p.as_str()));
    fresh.values.retain(|name, _| of_moved(name));
    let (kept, own): (BTreeMap<_, _>, BTreeMap<_, _>) =
        std::mem::take(&mut form.values).into_iter().partition(|(name, _)| !of_moved(name));
    form.values = own;
    let mut form = form.compare(&fresh);
    form.values.extend(kept);
    for (p, version) in moved {
        form.set(format!("{p}version"), version);
    }
    form
}

fn anchor(code: &str) -> String {
    format!("f-lines-{code}")
}

async fn failed_on(app: &App, caller: &Caller, id: SheetId, name: &str, mut form: Form, error: Error) -> Result<Response> {
    if !mendable(&error) {
        return Err(error);
    }
    refuse(app, &mut form, &error);
    show(app, caller, id, &page_of(id), error.status(), Some((name.to_owned(), form))).await
}

/// The lines a form holds, with what the page does not ask for kept.
fn lines_of(form: &Form, found: &SheetView) -> Vec<LineInput> {
    let leaves = found.set.leaves().into_iter().filter(|placed| placed.leaf.self_scored);
    let lines = leaves.filter_map(|placed| {
        let code = &placed.node.code;
        let p = format!("lines/{code}/");
        let version = form.value(&format!("{p}version")).parse().ok()?;
        let said = found.lines.get(code)?;
        Some(LineInput {
            code: code.clone(),
            version: Some(version),
            value: words::typed(form, &p, &found.set, placed.leaf),
            note: Some(form.value(&format!("{p}note")).to_owned()),
            override_reason: match form.values.get(&format!("{p}override_reason")) {
                Some(typed) => Some(typed.clone()),
                None => said.line.override_reason.clone(),
            },
        })
    });
    lines.collect()
}

#[handler]
async fn write(app: Data<&App>, posted: Posted<can::ReadScores>, Path(id): Path<SheetId>) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let found = sheets::view(app.store.read(), &caller, id).await?;
    let lines = lines_of(&form, &found);
    match sheets::write(&app.store, &caller, id, lines).await {
        Ok(_) => Ok(web::done(&page_of(id), "sheet_saved")),
        Err(error) => failed_on(&app, &caller, id, "sheet", form, error).await,
    }
}

/// The sheet with the points of what is typed, for the page's script; nothing is kept.
#[handler]
async fn try_lines(app: Data<&App>, posted: Posted<can::ReadScores>, Path(id): Path<SheetId>) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let mut found = sheets::view(app.store.read(), &caller, id).await?;
    let lines = lines_of(&form, &found);
    found.try_lines(&lines);
    show_found(&app, &caller, &found, &page_of(id), StatusCode::OK, Some(("sheet".to_owned(), form))).await
}

#[handler]
async fn prefill(app: Data<&App>, posted: Posted<can::ReadScores>, Path(id): Path<SheetId>) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    match sheets::prefill(&app.store, &caller, id).await {
        Ok(_) => Ok(web::done(&page_of(id), "sheet_prefilled")),
        Err(error) => failed_on(&app, &caller, id, "prefill", form, error).await,
    }
}

#[handler]
async fn submit(app: Data<&App>, posted: Posted<can::ReadScores>, Path(id): Path<SheetId>) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    match sheets::submit(&app.store, &caller, id, web::seen(&form)?).await {
        Ok(_) => Ok(web::done(&page_of(id), "sheet_submitted")),
        Err(error) => failed_on(&app, &caller, id, "submit", form, error).await,
    }
}

#[handler]
async fn withdraw(app: Data<&App>, posted: Posted<can::ReadScores>, Path(id): Path<SheetId>) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    match sheets::withdraw(&app.store, &caller, id, web::seen(&form)?).await {
        Ok(_) => Ok(web::done(&page_of(id), "sheet_withdrawn")),
        Err(error) => failed_on(&app, &caller, id, "withdraw", form, error).await,
    }
}

#[handler]
async fn explain(
    app: Data<&App>,
    posted: Posted<can::ReadScores>,
    Path((id, code)): Path<(SheetId, String)>,
) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let found = sheets::view(app.store.read(), &caller, id).await?;
    let placed = found.set.leaf(&code).ok_or(Error::NotFound)?;
    let value = Some(words::typed(&form, "value/", &found.set, placed.leaf)).filter(|value| *value != Json::Null);
    match sheets::explain(&app.store, &caller, id, code.clone(), form.value("text").to_owned(), value).await {
        Ok(_) => Ok(web::done(&format!("{}#thay-doi-{code}", page_of(id)), "sheet_explained")),
        Err(error) => failed_on(&app, &caller, id, &format!("giai-trinh-{code}"), form, error).await,
    }
}
