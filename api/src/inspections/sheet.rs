//! `/kiem-tra/{id}/phieu`: the checklist on a phone. One form a group; every button of it saves what
//! was changed in the group, so nothing typed is lost.

use std::collections::BTreeMap;

use domain::checklist::{AnswerType, Value, Verdict};
use domain::draft::Problems;
use domain::id::{AnswerId, InspectionId, LineId};
use entities::{answer, inspection};
use poem::web::{Data, Path, Query};
use poem::{Request, Response, Route, get, handler, post};
use render::Form;
use render::views::inspections as view;
use render::views::inspections::verdict_look;
use render::views::part::{Chip, Choice};

use super::lines::{self, FindingOnLine, Line, Operation, Rights};
use crate::app::App;
use crate::auth::{Caller, can};
use crate::error::{Error, Result};
use crate::http::link;
use crate::web::{self, Login, Posted};

/// Adds the pages of the checklist.
pub(super) fn routes(tree: Route) -> Route {
    tree.at("/kiem-tra/:id/phieu", get(sheet_page).post(save)).at("/kiem-tra/:id/phieu/:line/chon", post(choose))
}

/// Which lines are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
enum Show {
    #[default]
    All,
    Open,
    Nonconform,
    Found,
}

impl Show {
    const ALL: [Self; 4] = [Self::All, Self::Open, Self::Nonconform, Self::Found];

    fn code(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Open => "open",
            Self::Nonconform => "nonconform",
            Self::Found => "found",
        }
    }

    fn takes(self, line: &Line) -> bool {
        match self {
            Self::All => true,
            Self::Open => line.row.verdict.is_none() || line.row.conflicted,
            Self::Nonconform => line.row.verdict == Some(Verdict::Nonconform),
            Self::Found => !line.findings.is_empty(),
        }
    }

    fn href(self, id: InspectionId) -> String {
        let filter = (self != Self::All).then(|| self.code().to_owned());
        link(&format!("/kiem-tra/{id}/phieu"), &[("loc", filter)])
    }
}

#[derive(Debug, serde::Deserialize)]
struct SheetQuery {
    loc: Option<Show>,
}

#[handler]
async fn sheet_page(
    app: Data<&App>,
    caller: Login<can::ReadInspections>,
    request: &Request,
    Path(id): Path<InspectionId>,
    Query(query): Query<SheetQuery>,
) -> Result<Response> {
    let (title, view) = drawn(&app, &caller, id, query.loc.unwrap_or_default(), None).await?;
    web::page(&app, &caller, title, &web::path_of(request), &view).await
}

async fn drawn(app: &App, caller: &Caller, id: InspectionId, show: Show, refused: Option<Form>) -> Result<(String, view::Sheet)> {
    let db = app.store.read();
    let (visit, all) = lines::list(db, caller, id).await?;
    let rights = lines::rights(db, caller, &visit).await?;
    let conflicts = if rights.lead && rights.open { lines::in_conflict(db, id).await? } else { Vec::new() };
    let unit = super::unit_names(db, [visit.unit_id]).await?.remove(&visit.unit_id).unwrap_or_default();
    let chips = Show::ALL.into_iter().map(|one| Chip {
        label: web::say(app, &format!("sheet.{}", one.code()), &[]),
        href: one.href(id),
        active: one == show,
        count: u64::try_from(all.iter().filter(|line| one.takes(line)).count()).ok(),
    });
    let title = web::say(app, "sheet.page_title", &[("code", visit.code.clone())]);
    let sheet = view::Sheet {
        inspection: view::Link { href: format!("/kiem-tra/{id}"), text: visit.code.clone() },
        unit,
        total: all.len(),
        answered: all.iter().filter(|line| line.row.verdict.is_some()).count(),
        chips: chips.collect(),
        action: show.href(id),
        all_href: Show::All.href(id),
        open: rights.open,
        late: rights.late,
        verdicts: verdicts(app),
        yes_no: ["yes", "no"].into_iter().map(|code| Choice::new(code, web::say(app, &format!("sheet.{code}"), &[]))).collect(),
        areas: Drawing { app, visit: &visit, rights: &rights, conflicts: &conflicts, refused, show }.areas(all),
    };
    Ok((title, sheet))
}

fn verdicts(app: &App) -> Vec<Choice> {
    let codes = Verdict::ALL.iter().map(|verdict| verdict.code()).chain(["none"]);
    codes.map(|code| Choice::new(code, web::say(app, &format!("sheet_verdict.{code}"), &[]))).collect()
}

/// What the groups are drawn from.
struct Drawing<'a> {
    app: &'a App,
    visit: &'a inspection::Model,
    rights: &'a Rights,
    conflicts: &'a [(answer::Model, String)],
    refused: Option<Form>,
    show: Show,
}

impl Drawing<'_> {
    fn areas(&self, all: Vec<Line>) -> Vec<view::SheetArea> {
        let mut areas: Vec<(String, Vec<Line>)> = Vec::new();
        for line in all {
            match areas.iter_mut().find(|(code, _)| *code == line.row.area_code) {
                Some((_, lines)) => lines.push(line),
                None => areas.push((line.row.area_code.clone(), vec![line])),
            }
        }
        areas.into_iter().filter_map(|(code, lines)| self.area(code, lines)).collect()
    }

    fn area(&self, code: String, lines: Vec<Line>) -> Option<view::SheetArea> {
        let (total, answered) = (lines.len(), lines.iter().filter(|line| line.row.verdict.is_some()).count());
        let shown: Vec<Line> = lines.into_iter().filter(|line| self.show.takes(line)).collect();
        let name = shown.first()?.row.area_name.clone();
        let mine = self.rights.open && self.rights.areas.as_ref().is_none_or(|areas| areas.contains(&code));
        let left = shown.iter().filter(|line| line.row.verdict.is_none() && !line.row.conflicted).count();
        let form = mine.then(|| self.form(&code, &shown));
        Some(view::SheetArea {
            form,
            name,
            total,
            answered,
            left: if mine && !self.rights.late { left } else { 0 },
            lines: shown.into_iter().map(|line| self.line(line, mine)).collect(),
            code,
        })
    }

    fn form(&self, area: &str, lines: &[Line]) -> Form {
        let id = format!("nhom{area}");
        if let Some(refused) = self.refused.as_ref().filter(|form| form.value("area") == area) {
            return refused.clone().with_id(id);
        }
        let mut form = web::fresh_form(None).with_id(id);
        for line in lines {
            fill(&mut form, line);
        }
        form
    }

    fn line(&self, line: Line, mine: bool) -> view::SheetLine {
        let Line { row, value, warnings, answered_by, previous, evidence_count, findings } = line;
        let (verdict, tone) = verdict_look(row.verdict);
        let raises = mine && self.visit.state == domain::inspection::InspectionState::InProgress;
        view::SheetLine {
            choices: if mine && row.conflicted { self.choices(row.id, row.version) } else { Vec::new() },
            id: row.id.to_string(),
            code: row.code,
            clause: row.clause,
            question: row.question,
            documents: crate::checklists::texts(&row.evidence),
            answer_type: row.answer_type,
            metric: row.metric,
            verdict,
            tone,
            value: value.as_ref().map(Value::display_vi),
            note: row.note,
            reason: row.reason,
            warnings: warnings
                .iter()
                .map(|warning| web::say(self.app, &format!("warning.{}", warning.code), &warning.params))
                .collect(),
            answered: answered_by.zip(row.answered_at).map(|(by, at)| view::Answered { by, at }),
            conflicted: row.conflicted,
            previous: previous.map(|previous| view::PreviousAnswer {
                verdict: verdict_look(previous.row.verdict).0,
                value: previous.value.as_ref().map(Value::display_vi),
                note: previous.row.note,
                findings: previous.findings.into_iter().map(finding).collect(),
            }),
            evidence: evidence_count,
            evidence_href: format!("/minh-chung/inspection_line/{}", row.id),
            findings: findings.into_iter().map(finding).collect(),
            finding_href: raises.then(|| format!("/phat-hien/moi?dong={}", row.id)),
        }
    }

    /// The last answers of a line in conflict.
    fn choices(&self, line: LineId, version: i64) -> Vec<view::ConflictChoice> {
        let own = self.conflicts.iter().filter(|(row, _)| row.line_id == line).take(3);
        let drawn = own.map(|(row, by)| {
            let value = row.value.clone().and_then(|json| serde_json::from_value::<Value>(json).ok());
            let verdict = web::say(self.app, &format!("sheet_verdict.{}", verdict_look(row.verdict).0), &[]);
            let words = [Some(verdict), value.map(|value| value.display_vi()), row.note.clone()];
            let mut form = web::fresh_form(Some(version)).with_id(format!("chon{}", row.id));
            form.set("answer_id", row.id.to_string());
            view::ConflictChoice {
                text: words.into_iter().flatten().collect::<Vec<_>>().join(" · "),
                by: by.clone(),
                form,
                action: format!("/kiem-tra/{}/phieu/{line}/chon?cau={}", self.visit.id, row.id),
            }
        });
        drawn.collect()
    }
}

fn finding(finding: FindingOnLine) -> view::FindingLink {
    view::FindingLink { href: format!("/phat-hien/{}", finding.id), code: finding.code, state: finding.state }
}

fn field(line: LineId, name: &str) -> String {
    format!("lines/{line}/{name}")
}

/// The present answer as the form shows it.
fn fill(form: &mut Form, line: &Line) {
    let row = &line.row;
    let mut set = |name: &str, text: String| {
        form.set(field(row.id, name), text);
    };
    set("version", row.version.to_string());
    set("verdict", verdict_look(row.verdict).0.to_owned());
    set("note", row.note.clone().unwrap_or_default());
    set("reason", row.reason.clone().unwrap_or_default());
    match line.value.clone() {
        Some(Value::YesNo { value }) => set("value", if value { "yes" } else { "no" }.to_owned()),
        Some(Value::Number { value }) => set("value", value.replace('.', ",")),
        Some(Value::Text { value }) => set("value", value),
        Some(Value::Count { value } | Value::Amount { value }) => set("value", value.to_string()),
        Some(Value::Ratio { numerator, denominator }) => {
            set("numerator", numerator.to_string());
            set("denominator", denominator.to_string());
        }
        Some(Value::Sample { population, drawn, failed, failed_ids }) => {
            set("population", population.to_string());
            set("drawn", drawn.to_string());
            set("failed", failed.to_string());
            set("failed_ids", failed_ids.join(", "));
        }
        None => {}
    }
}

#[handler]
async fn save(
    app: Data<&App>,
    posted: Posted<can::RunInspections>,
    request: &Request,
    Path(id): Path<InspectionId>,
    Query(query): Query<SheetQuery>,
) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let show = query.loc.unwrap_or_default();
    let anchor = match form.value("line") {
        "" => format!("nhom-{}", form.value("area")),
        line => format!("dong-{line}"),
    };
    match answer(&app, &caller, id, &form).await {
        Ok(flash) => Ok(web::done(&format!("{}#{anchor}", show.href(id)), flash)),
        Err(error) => {
            let title = web::say(&app, "inspection.open_sheet", &[]);
            let again = async |form| Ok(drawn(&app, &caller, id, show, Some(form)).await?.1);
            web::again(&app, &caller, title, &web::path_of(request), form, error, again).await
        }
    }
}

/// Saves the lines of a group that were changed; with `act=rest` also those nobody has answered, as «đạt».
async fn answer(app: &App, caller: &Caller, id: InspectionId, form: &Form) -> Result<&'static str> {
    let db = app.store.read();
    let (_, all) = lines::list(db, caller, id).await?;
    let sent: Vec<(&Line, i64)> =
        all.iter().filter_map(|line| Some((line, form.value(&field(line.row.id, "version")).parse().ok()?))).collect();
    let stale: Vec<(LineId, i64)> =
        sent.iter().filter(|(line, base)| line.row.version != *base).map(|(line, base)| (line.row.id, *base)).collect();
    let before = lines::at_versions(db, id, &stale).await?;
    let mut problems = Problems::new();
    let rest = form.value("act") == "rest";
    let operations: Vec<Operation> =
        sent.into_iter().filter_map(|(line, base)| operation(form, line, base, &before, rest, &mut problems)).collect();
    problems.finish()?;
    if operations.is_empty() {
        return Ok("lines_unchanged");
    }
    let ids: Vec<LineId> = operations.iter().map(|operation| operation.line_id).collect();
    let outcomes = lines::answer(&app.store, caller, id, operations).await.map_err(|error| in_form(error, &ids))?;
    Ok(if outcomes.iter().any(|outcome| outcome.conflict) { "line_conflict" } else { "lines_saved" })
}

/// What a line held when the form was drawn.
#[derive(PartialEq)]
struct Content {
    value: Option<Value>,
    verdict: Option<Verdict>,
    note: Option<String>,
    reason: Option<String>,
}

fn held(line: &Line, base: i64, before: &BTreeMap<LineId, answer::Model>) -> Content {
    if line.row.version == base {
        let row = &line.row;
        return Content { value: line.value.clone(), verdict: row.verdict, note: row.note.clone(), reason: row.reason.clone() };
    }
    let then = before.get(&line.row.id);
    Content {
        value: then.and_then(|row| row.value.clone()).and_then(|json| serde_json::from_value(json).ok()),
        verdict: then.and_then(|row| row.verdict),
        note: then.and_then(|row| row.note.clone()),
        reason: then.and_then(|row| row.reason.clone()),
    }
}

fn operation(
    form: &Form,
    line: &Line,
    base: i64,
    before: &BTreeMap<LineId, answer::Model>,
    rest: bool,
    problems: &mut Problems,
) -> Option<Operation> {
    let id = line.row.id;
    let then = held(line, base, before);
    let text = |name: &str| Some(domain::text::clean(form.value(&field(id, name)))).filter(|text| !text.is_empty());
    let names: BTreeMap<&str, String> = FIELDS.iter().map(|name| (*name, field(id, name))).collect();
    let mut own = Problems::new();
    let value = match line.row.answer_type {
        // The note says it all; what an integrator has written stays.
        AnswerType::Text => then.value.clone(),
        kind => Value::parse(kind, |name| names.get(name).map(|name| form.value(name)), &mut own),
    };
    if let Err(errors) = own.finish() {
        problems.append(&format!("lines/{id}"), errors);
        return None;
    }
    let mut typed =
        Content { value, verdict: form.value(&field(id, "verdict")).parse().ok(), note: text("note"), reason: text("reason") };
    if rest && typed.verdict.is_none() && line.row.verdict.is_none() && !line.row.conflicted {
        typed.verdict = Some(Verdict::Conform);
    }
    let Content { value, verdict, note, reason } = (typed != then).then_some(typed)?;
    let client_id = format!("{}-{}", form.once, line.row.code);
    Some(Operation { client_id, line_id: id, base_version: base, device_at: None, value: Ok(value), verdict, note, reason })
}

/// The fields of values.
const FIELDS: &[&str] = &["value", "numerator", "denominator", "population", "drawn", "failed", "failed_ids"];

/// The errors of operations under the fields of their lines.
fn in_form(error: Error, ids: &[LineId]) -> Error {
    let Error::Invalid(mut fields) = error else { return error };
    for error in &mut fields {
        let mut parts = error.field.splitn(3, '/');
        let (_, place, rest) = (parts.next(), parts.next().and_then(|place| place.parse::<usize>().ok()), parts.next());
        if let (Some(line), Some(rest)) = (place.and_then(|place| ids.get(place)), rest) {
            let name = match rest.trim_start_matches("value/") {
                "line_id" | "base_version" | "client_id" => "verdict",
                name => name.split('/').next().unwrap_or("verdict"),
            };
            error.field = field(*line, name);
        }
    }
    Error::Invalid(fields)
}

#[derive(Debug, serde::Deserialize)]
struct ChoiceQuery {
    cau: AnswerId,
}

#[handler]
async fn choose(
    app: Data<&App>,
    posted: Posted<can::RunInspections>,
    Path((id, line)): Path<(InspectionId, LineId)>,
    Query(query): Query<ChoiceQuery>,
) -> Result<Response> {
    lines::resolve(&app.store, &posted.caller, id, line, web::seen(&posted.form)?, query.cau).await?;
    let row = super::access::line(app.store.read(), id, line).await?;
    Ok(web::done(&format!("/kiem-tra/{id}/phieu#dong-{}", row.code), "conflict_settled"))
}
