//! The pages of this area: a thin adapter over its use cases.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::calendar::Calendar;
use domain::checklist::InspectionKind;
use domain::finding::{FindingState, FindingVerb, Grade, Vocabulary};
use domain::id::{FindingId, InspectionId, LineId, PersonId};
use domain::record::Subject;
use entities::{event, evidence, finding, inspection_line};
use poem::http::StatusCode;
use poem::web::{Data, Path, Query};
use poem::{IntoResponse as _, Request, Response, Route, get, handler, post};
use render::Form;
use render::catalogue::Lang;
use render::views::findings::{
    ButtonAct, Earlier, FindingForm, FindingList, FindingPage, FindingRow, LineFacts, Link, ReasonAct,
};
use render::views::part::{
    Chip, Choice, Due, EvidenceFile, Listing, Pager, Search, Stage, StageState, StageStep, TimelineItem, Tone,
};
use sea_orm::EntityTrait as _;

use super::read::{Detail, Filter, Listed, detail, list, shortened, title};
use super::{Act, FindingChange, NewFinding, act, draft, edit};
use crate::app::App;
use crate::auth::{Caller, Either, Once, can};
use crate::error::{Error, Result};
use crate::evidence::{About, attach_files};
use crate::http::{Slice, Version, link};
use crate::web::{self, Login, Posted, PostedFile, say};

/// `/phat-hien`
#[must_use]
pub fn routes(tree: Route) -> Route {
    tree.at("/phat-hien", get(list_page))
        .at("/phat-hien/moi", get(new_page))
        .at("/phat-hien/moi/minh-chung", post(create))
        .at("/phat-hien/:id", get(show_page))
        .at("/phat-hien/:id/sua", get(edit_page))
        .at("/phat-hien/:id/sua/minh-chung", post(save_change))
        .at("/phat-hien/:id/:viec", post(do_act))
}

/// What the list's address says.
#[derive(Debug, Default, serde::Deserialize)]
struct Asked {
    loc: Option<String>,
    /// The findings of one inspection.
    dot: Option<domain::id::InspectionId>,
    q: Option<String>,
    cursor: Option<String>,
}

/// The quick filters: their word in the address, their words on the page.
const CHIPS: [(&str, &str); 4] = [
    ("cho-tra-loi", "finding.chip_mine_answer"),
    ("qua-han", "finding.chip_overdue"),
    ("dang-khac-phuc", "finding.chip_action"),
    ("lap-lai", "finding.chip_repeat"),
];

#[handler]
async fn list_page(
    login: Login<can::ReadFindings>,
    app: Data<&App>,
    request: &Request,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let filter = Filter {
        state: match asked.loc.as_deref() {
            Some("cho-tra-loi") => Some(FindingState::Raised),
            Some("dang-khac-phuc") => Some(FindingState::ActionRequired),
            _ => None,
        },
        overdue: asked.loc.as_deref() == Some("qua-han"),
        repeat: (asked.loc.as_deref() == Some("lap-lai")).then_some(true),
        q: asked.q.clone(),
        inspection_id: asked.dot,
        ..Filter::default()
    };
    let slice = Slice::new(None, asked.cursor.as_deref())?;
    let rows = list(app.store.read(), &login, &filter, &slice).await?;
    let calendar = crate::calendar::load(app.store.read()).await?;
    let dot = asked.dot.map(|id| id.to_string());
    let path = link("/phat-hien", &[("loc", asked.loc.clone()), ("q", asked.q.clone()), ("dot", dot.clone())]);
    let key = |one: &Listed| (serde_json::json!(one.row.created_at), one.row.id.0);
    let (rows, next) = slice.page(rows, &path, key, |one| row(one, &calendar, login.today));
    let chips = chips(&app, "/phat-hien", &CHIPS, asked.loc.as_deref());
    let mut view = FindingList {
        list: listing("/phat-hien", rows, next, chips, asked.loc, asked.q, asked.cursor.is_some().then_some(path)),
    };
    if let Some(dot) = dot {
        view.list.clear = Some("/phat-hien".to_owned());
        view.list.search.iter_mut().for_each(|search| search.keep.push(("dot".to_owned(), dot.clone())));
    }
    web::page(&app, &login, say(&app, "finding.list", &[]), &web::path_of(request), &view).await
}

/// A list with its filters, search and ways on; `first` is set on later pages.
pub(crate) fn listing<T>(
    path: &str,
    rows: Vec<T>,
    next: Option<String>,
    chips: Vec<Chip>,
    chosen: Option<String>,
    q: Option<String>,
    first: Option<String>,
) -> Listing<T> {
    let filtered = chosen.is_some() || q.as_deref().is_some_and(|q| !q.trim().is_empty());
    let keep = chosen.into_iter().map(|word| ("loc".to_owned(), word)).collect();
    Listing {
        rows,
        pager: Pager { next, first },
        chips,
        search: Some(Search { action: path.to_owned(), q: q.unwrap_or_default(), keep }),
        clear: filtered.then(|| path.to_owned()),
    }
}

/// Quick filters as links; the chosen one switches itself off.
pub(crate) fn chips(app: &App, path: &str, words: &[(&str, &str)], chosen: Option<&str>) -> Vec<Chip> {
    let chip = |(word, key): &(&str, &str)| {
        let active = chosen == Some(*word);
        let href = if active { path.to_owned() } else { format!("{path}?loc={word}") };
        Chip { label: say(app, key, &[]), href, active, count: None }
    };
    words.iter().map(chip).collect()
}

fn row(one: Listed, calendar: &Calendar, today: NaiveDate) -> FindingRow {
    let Listed { row, unit_name, overdue, .. } = one;
    let waits = row.answer_due_on.filter(|_| row.state == FindingState::Raised);
    FindingRow {
        href: web::link_to(Subject::Finding, row.id.0),
        title: title(&row),
        unit: unit_name,
        kind: row.kind,
        grade: row.grade,
        state: row.state,
        tone: tone(row.state, overdue),
        due: waits.map(|on| shown_due(calendar, on, today)),
        repeat: row.repeat_of_id.is_some(),
        code: row.code,
    }
}

fn tone(state: FindingState, overdue: bool) -> Tone {
    match state {
        _ if overdue => Tone::Bad,
        FindingState::Raised | FindingState::Disputed => Tone::Warn,
        FindingState::Accepted | FindingState::Upheld | FindingState::ActionRequired => Tone::Info,
        FindingState::Closed => Tone::Good,
        FindingState::Draft | FindingState::Withdrawn => Tone::Neutral,
    }
}

/// A due date with its working days left.
pub(crate) fn shown_due(calendar: &Calendar, on: NaiveDate, today: NaiveDate) -> Due {
    Due { on, days_left: Some(calendar.working_days_between(today, on)), overdue: on < today, provisional: false }
}

/// A piece of evidence as pages show it.
pub(crate) fn shown_file(row: &evidence::Model, people: &BTreeMap<PersonId, String>) -> EvidenceFile {
    EvidenceFile {
        name: row.file_name.clone(),
        href: format!("/tep/{}", row.id),
        bytes: u64::try_from(row.size).unwrap_or_default(),
        sha256: row.blob_sha256.clone(),
        added_at: row.created_at,
        added_by: people.get(&row.uploaded_by_id).cloned().unwrap_or_default(),
        note: row.caption.clone(),
    }
}

/// What happened, newest first; `words` is the prefix of the texts.
pub(crate) fn shown_history(
    app: &App,
    words: &str,
    history: &[event::Model],
    people: &BTreeMap<PersonId, String>,
) -> Vec<TimelineItem> {
    let item = |one: &event::Model| {
        let key = format!("{words}.{}", one.kind.rsplit('.').next().unwrap_or_default());
        let key = if app.renderer.catalogue().has(&key) { key } else { format!("{words}.other") };
        TimelineItem {
            at: one.at,
            who: one.actor_id.and_then(|id| people.get(&id).cloned()).unwrap_or_else(|| say(app, "shell.product", &[])),
            what: say(app, &key, &[]),
            reason: one.reason.clone(),
        }
    };
    history.iter().rev().map(item).collect()
}

/// The words of codes as choices of a form.
pub(crate) fn choices<T: Copy + std::fmt::Display>(app: &App, list: &str, codes: &[T]) -> Vec<Choice> {
    codes.iter().map(|code| Choice::new(code.to_string(), say(app, &format!("{list}.{code}"), &[]))).collect()
}

/// Where a new finding stands.
#[derive(Debug, serde::Deserialize)]
struct Place {
    dong: Option<String>,
    cuoc: Option<String>,
}

impl Place {
    fn query(&self) -> String {
        link("", &[("dong", self.dong.clone()), ("cuoc", self.cuoc.clone())])
    }

    /// The inspection and the line: a line knows its inspection.
    async fn find(&self, app: &App, caller: &Caller) -> Result<(InspectionId, Option<inspection_line::Model>)> {
        if let Some(line) = &self.dong {
            let id: LineId = line.parse().map_err(|_not_an_id: uuid::Error| Error::NotFound)?;
            let line = inspection_line::Entity::find_by_id(id).one(app.store.read()).await?.ok_or(Error::NotFound)?;
            crate::inspections::access::find(app.store.read(), caller, line.inspection_id).await?;
            return Ok((line.inspection_id, Some(line)));
        }
        let id = self.cuoc.as_deref().and_then(|id| id.parse().ok()).ok_or(Error::NotFound)?;
        Ok((id, None))
    }
}

#[handler]
async fn new_page(
    login: Login<can::RunInspections>,
    app: Data<&App>,
    request: &Request,
    Query(place): Query<Place>,
) -> Result<Response> {
    let view = new_view(&app, &login, &place, web::fresh_form(None)).await?;
    web::page(&app, &login, say(&app, "finding.new", &[]), &web::path_of(request), &view).await
}

async fn new_view(app: &App, caller: &Caller, place: &Place, mut form: Form) -> Result<FindingForm> {
    let db = app.store.read();
    let (inspection, line) = place.find(app, caller).await?;
    let visit = crate::inspections::access::find(db, caller, inspection).await?;
    let unit = crate::units::find(db, visit.unit_id).await?;
    if form.values.is_empty() {
        prefill(&mut form, visit.kind, line.as_ref());
    }
    Ok(FindingForm {
        form,
        action: format!("/phat-hien/moi/minh-chung{}", place.query()),
        unit: unit.name,
        inspection_code: visit.code,
        inspection_href: web::link_to(Subject::Inspection, visit.id.0),
        grades: grades(app, visit.kind),
        phrases: phrases(line.as_ref()),
        evidence: match &line {
            Some(line) => crate::evidence::files(db, Subject::InspectionLine, line.id.0).await?,
            None => Vec::new(),
        },
        line: line.map(|line| LineFacts { code: line.code, question: line.question }),
    })
}

/// What the use case would take from the line stands in the form, to be read and changed.
fn prefill(form: &mut Form, kind: InspectionKind, line: Option<&inspection_line::Model>) {
    let lightest = Vocabulary::from(kind).grades().iter().rev().find(|grade| grade.needs_action());
    form.set("grade", lightest.map(|grade| grade.code()).unwrap_or_default());
    let Some(line) = line else { return };
    let criterion = line.clause.as_ref().map_or_else(|| line.question.clone(), |clause| format!("{clause} – {}", line.question));
    form.set("criterion", criterion).set("statement", line.note.clone().unwrap_or_default());
}

fn grades(app: &App, kind: InspectionKind) -> Vec<Choice> {
    choices(app, "grade", Vocabulary::from(kind).grades())
}

fn phrases(line: Option<&inspection_line::Model>) -> Vec<Choice> {
    let texts = line.map(|line| super::http::phrases(&line.phrases)).unwrap_or_default();
    texts.into_iter().enumerate().map(|(n, text)| Choice::new(n.to_string(), text)).collect()
}

/// The statement: chosen phrases first, then what was typed.
fn statement(form: &Form, line: Option<&inspection_line::Model>) -> String {
    let chosen =
        phrases(line).into_iter().filter(|one| form.value(&format!("phrase/{}", one.value)) == "yes").map(|one| one.label);
    let typed = form.value("statement").trim();
    chosen
        .filter(|phrase| !typed.contains(phrase.as_str()))
        .chain([typed.to_owned()])
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn grade_of(form: &Form) -> Result<Grade> {
    form.value("grade").parse().map_err(|_unknown: domain::draft::UnknownCode| Error::field("grade", "required"))
}

#[handler]
async fn create(
    app: Data<&App>,
    request: &Request,
    posted: Posted<can::RunInspections>,
    Query(place): Query<Place>,
) -> Result<Response> {
    let Posted { caller, form, files, .. } = posted;
    let path = web::path_of(request);
    match drafted(&app, &caller, &place, &form).await {
        Ok(row) => finish(&app, &caller, row, form, files).await,
        Err(error) => {
            let heading = say(&app, "finding.new", &[]);
            web::again(&app, &caller, heading, &path, form, error, async |form| new_view(&app, &caller, &place, form).await).await
        }
    }
}

async fn drafted(app: &App, caller: &Caller, place: &Place, form: &Form) -> Result<finding::Model> {
    let (inspection_id, line) = place.find(app, caller).await?;
    let new = NewFinding {
        inspection_id,
        line_id: line.as_ref().map(|line| line.id),
        grade: Some(grade_of(form)?),
        criterion: Some(form.value("criterion").to_owned()),
        statement: Some(statement(form, line.as_ref())),
        recommendation: Some(form.value("recommendation").to_owned()),
        evidence_ids: Vec::new(),
    };
    draft(&app.store, caller, new).await
}

/// A form does several writes in turn; each has its own key, so that sending it twice has one effect.
pub(crate) fn step_of_form(caller: &Caller, step: &str) -> Caller {
    let once = caller.once.as_ref().map(|once| Once { key: format!("{}:{step}", once.key), ..once.clone() });
    Caller { once, ..caller.clone() }
}

/// Attaches the files of a form to a record.
pub(crate) async fn attach(app: &App, caller: &Caller, subject: Subject, id: uuid::Uuid, files: Vec<PostedFile>) -> Result<()> {
    let files = files.into_iter().filter(|file| file.field == "minh_chung");
    let about = |file: PostedFile| Ok((About::check(subject, id, &file.name, &file.media_type, None)?, file.bytes));
    let files = files.map(about).collect::<Result<Vec<_>>>()?;
    if !files.is_empty() {
        attach_files(app, &step_of_form(caller, "files"), files).await?;
    }
    Ok(())
}

/// The draft is saved; now its files, and the raising when that was the button. What fails leads to the saved draft.
async fn finish(app: &App, caller: &Caller, row: finding::Model, form: Form, files: Vec<PostedFile>) -> Result<Response> {
    let raise = form.value("act") == "raise";
    let outcome = async {
        attach(app, caller, Subject::Finding, row.id.0, files).await?;
        if raise {
            act(&app.store, &step_of_form(caller, "raise"), row.id, Version(row.version), Act::Raise).await?;
        }
        Ok(())
    };
    match outcome.await {
        Ok(()) => {
            Ok(web::done(&web::link_to(Subject::Finding, row.id.0), if raise { "finding_raised" } else { "finding_draft" }))
        }
        Err(error) => draft_again(app, caller, row.id, Form { version: Some(row.version), ..form }, error).await,
    }
}

async fn draft_again(app: &App, caller: &Caller, id: FindingId, form: Form, error: Error) -> Result<Response> {
    let path = format!("/phat-hien/{id}/sua");
    let error = match error {
        Error::Invalid(fields) => Error::Invalid(fields.into_iter().map(on_the_form).collect()),
        other => other,
    };
    let heading = say(app, "finding.new", &[]);
    web::again(app, caller, heading, &path, form, error, async |form| edit_view(app, caller, id, form).await).await
}

/// Evidence is missing where it is brought.
fn on_the_form(mut error: domain::draft::FieldError) -> domain::draft::FieldError {
    if error.field == "evidence" {
        error.field = "minh_chung".to_owned();
    }
    error
}

#[handler]
async fn edit_page(
    login: Login<can::RunInspections>,
    app: Data<&App>,
    request: &Request,
    Path(id): Path<FindingId>,
) -> Result<Response> {
    let view = edit_view(&app, &login, id, Form::default()).await?;
    let code = super::access::find(app.store.read(), &login, id).await?.code;
    web::page(&app, &login, say(&app, "finding.edit_title", &[("code", code)]), &web::path_of(request), &view).await
}

async fn edit_view(app: &App, caller: &Caller, id: FindingId, form: Form) -> Result<FindingForm> {
    let Detail { row, source, line, unit_name, evidence, people, .. } = detail(app.store.read(), caller, id).await?;
    let form = if form.values.is_empty() { written(&row) } else { form.compare(&written(&row)) };
    Ok(FindingForm {
        form,
        action: format!("/phat-hien/{id}/sua/minh-chung"),
        unit: unit_name,
        inspection_code: source.code().to_owned(),
        inspection_href: source.href(),
        grades: grades(app, row.kind),
        phrases: phrases(line.as_ref()),
        evidence: evidence.iter().map(|one| shown_file(one, &people)).collect(),
        line: line.map(|line| LineFacts { code: line.code, question: line.question }),
    })
}

fn written(row: &finding::Model) -> Form {
    let mut form = web::fresh_form(Some(row.version));
    form.set("grade", row.grade.code())
        .set("criterion", row.criterion.clone().unwrap_or_default())
        .set("statement", row.statement.clone().unwrap_or_default())
        .set("recommendation", row.recommendation.clone().unwrap_or_default());
    form
}

#[handler]
async fn save_change(app: Data<&App>, posted: Posted<can::RunInspections>, Path(id): Path<FindingId>) -> Result<Response> {
    let Posted { caller, form, files, .. } = posted;
    match changed(&app, &caller, id, &form).await {
        Ok(row) => finish(&app, &caller, row, form, files).await,
        Err(error) => draft_again(&app, &caller, id, form, error).await,
    }
}

async fn changed(app: &App, caller: &Caller, id: FindingId, form: &Form) -> Result<finding::Model> {
    let line = detail(app.store.read(), caller, id).await?.line;
    let change = FindingChange {
        grade: Some(grade_of(form)?),
        criterion: Some(form.value("criterion").to_owned()),
        statement: Some(statement(form, line.as_ref())),
        recommendation: Some(form.value("recommendation").to_owned()),
        evidence_ids: Vec::new(),
    };
    edit(&app.store, caller, id, web::seen(form)?, change).await
}

#[handler]
async fn show_page(
    login: Login<Either<can::ReadFindings, can::AppraiseScores>>,
    app: Data<&App>,
    request: &Request,
    Path(id): Path<FindingId>,
) -> Result<Response> {
    show(&app, &login, id, &web::path_of(request), StatusCode::OK, None).await
}

/// The page; `failed` is the form of an act that was refused, with its name.
pub(crate) async fn show(
    app: &App,
    caller: &Caller,
    id: FindingId,
    path: &str,
    status: StatusCode,
    failed: Option<(&str, Form)>,
) -> Result<Response> {
    let found = detail(app.store.read(), caller, id).await?;
    let calendar = crate::calendar::load(app.store.read()).await?;
    let heading = format!("{} · {}", found.row.code, shortened(&title(&found.row), 80));
    let wrong = failed.as_ref().map(|(name, form)| (*name, form));
    let (deductions, deduct) = crate::rounds::pages::finding::of_finding(app, caller, &found.row, wrong).await?;
    let view = FindingPage { deductions, deduct, ..page(app, caller, found, &calendar, failed) };
    let response = web::page(app, caller, heading, path, &view).await?;
    Ok(response.with_status(status).into_response())
}

/// The acts of the page: word in the address, word in the catalogue, verb, and whether it decides an appeal.
const ACTS: [(&str, &str, FindingVerb, bool); 11] = [
    ("neu", "raise", FindingVerb::Raise, false),
    ("xac-nhan", "confirm", FindingVerb::Confirm, false),
    ("dong-y", "accept", FindingVerb::Accept, false),
    ("ghi-nhan-dong-y", "deem_accepted", FindingVerb::DeemAccepted, false),
    ("khong-dong-y", "dispute", FindingVerb::Dispute, false),
    ("giu-nguyen", "uphold", FindingVerb::Uphold, false),
    ("rut", "withdraw", FindingVerb::Withdraw, false),
    ("kien-nghi", "appeal", FindingVerb::Appeal, false),
    ("giu-sau-kien-nghi", "appeal_uphold", FindingVerb::Uphold, true),
    ("rut-theo-kien-nghi", "appeal_withdraw", FindingVerb::Withdraw, true),
    ("phan-loai", "regrade", FindingVerb::Regrade, false),
];

fn page(app: &App, caller: &Caller, found: Detail, calendar: &Calendar, failed: Option<(&str, Form)>) -> FindingPage {
    let id = found.row.id;
    let form = |name: &str| match &failed {
        Some((failed, form)) if *failed == name => {
            form.clone().compare(&Form { version: Some(found.row.version), ..Form::default() }).with_id(name)
        }
        _ => web::fresh_form(Some(found.row.version)).with_id(name),
    };
    let open = ACTS.iter().filter(|(_, _, verb, appeal)| found.verbs.contains(verb) && *appeal == decides_appeal(&found, *verb));
    let (mut buttons, mut acts) = (Vec::new(), Vec::new());
    for (slug, name, verb, _) in open {
        let action = format!("/phat-hien/{id}/{slug}");
        if verb.needs_reason() {
            let grades = if *verb == FindingVerb::Regrade { grades(app, found.row.kind) } else { Vec::new() };
            acts.push(ReasonAct { verb: (*name).to_owned(), action, form: form(name), grades });
        } else {
            buttons.push(ButtonAct { verb: (*name).to_owned(), action, form: form(name) });
        }
    }
    let earlier = |row: &finding::Model| Earlier {
        href: web::link_to(Subject::Finding, row.id.0),
        code: row.code.clone(),
        raised_on: row.raised_at.map(domain::time::vn_date),
        state: row.state,
        statement: title(row),
    };
    let actions =
        found.actions.iter().map(|row| Link { href: web::link_to(Subject::CorrectiveAction, row.id.0), text: row.code.clone() });
    FindingPage {
        stage: stage(app, &found, calendar, caller.today),
        kind: found.row.kind,
        grade: found.row.grade,
        actions: actions.collect(),
        evidence: found.evidence.iter().map(|one| shown_file(one, &found.people)).collect(),
        repeats: found.repeats.iter().map(earlier).collect(),
        history: shown_history(app, "finding_event", &found.history, &found.people),
        edit_href: found.editable.then(|| format!("/phat-hien/{id}/sua")),
        buttons,
        acts,
        unit: found.unit_name,
        owner_unit: found.owner_unit_name,
        of_round: found.source.round().is_some(),
        of_review: found.source.review().is_some(),
        inspection: Link { href: found.source.href(), text: found.source.code().to_owned() },
        line: found.line.map(|line| LineFacts { code: line.code, question: line.question }),
        clause: found.clause.as_ref().map(|cited| crate::standards::pages::cited_text(app, cited)),
        cited: found.cited.as_ref().map(|cited| crate::documents::pages::cited::link_of(app, id, cited)),
        criterion: found.row.criterion,
        statement: found.row.statement,
        recommendation: found.row.recommendation,
        raised_at: found.row.raised_at,
        dispute_reason: found.row.dispute_reason,
        appeal_reason: found.row.appeal_reason,
        decision_reason: found.row.decision_reason,
        regrade_reason: found.row.regrade_reason,
        deductions: Vec::new(),
        deduct: None,
    }
}

/// After an appeal the same verbs decide it.
fn decides_appeal(found: &Detail, verb: FindingVerb) -> bool {
    found.appeal_open && matches!(verb, FindingVerb::Uphold | FindingVerb::Withdraw)
}

fn stage(app: &App, found: &Detail, calendar: &Calendar, today: NaiveDate) -> Stage {
    use FindingState as S;
    let state = found.row.state;
    let mut names = vec!["draft", "raised", "action_required", "closed"];
    if found.row.dispute_reason.is_some() {
        names.insert(2, "disputed");
    }
    if state == S::Withdrawn {
        names.retain(|name| !matches!(*name, "action_required" | "closed"));
        names.push("withdrawn");
    }
    let here = match state {
        S::Draft => "draft",
        S::Raised => "raised",
        S::Disputed => "disputed",
        S::Accepted | S::Upheld | S::ActionRequired => "action_required",
        S::Closed => "closed",
        S::Withdrawn => "withdrawn",
    };
    let holder = match state {
        S::Draft | S::Disputed => Some(say(app, "finding.holder_team", &[])),
        S::Raised if found.row.confirmed_at.is_none() => Some(say(app, "finding.holder_team", &[])),
        S::Raised | S::Accepted | S::Upheld | S::ActionRequired if !found.appeal_open => Some(found.unit_name.clone()),
        S::Accepted | S::Upheld | S::ActionRequired => Some(say(app, "finding.holder_authority", &[])),
        _ => None,
    };
    let due = found.row.answer_due_on.filter(|_| state == S::Raised).map(|on| shown_due(calendar, on, today));
    Stage { steps: steps(app, "stage_finding", &names, here), holder, due, next: None }
}

/// Stages with the present one marked; the last is done when it is the present one.
pub(crate) fn steps(app: &App, words: &str, names: &[&str], here: &str) -> Vec<StageStep> {
    let at = names.iter().position(|name| *name == here).unwrap_or_default();
    let step = |(n, name): (usize, &&str)| StageStep {
        label: say(app, &format!("{words}.{name}"), &[]),
        state: match n.cmp(&at) {
            std::cmp::Ordering::Less => StageState::Done,
            std::cmp::Ordering::Equal => StageState::Current,
            std::cmp::Ordering::Greater => StageState::Todo,
        },
    };
    names.iter().enumerate().map(step).collect()
}

#[handler]
async fn do_act(
    app: Data<&App>,
    posted: Posted<can::ReadFindings>,
    Path((id, slug)): Path<(FindingId, String)>,
) -> Result<Response> {
    let Posted { caller, mut form, .. } = posted;
    let (_, name, verb, appeal) = ACTS.iter().find(|(word, ..)| *word == slug).ok_or(Error::NotFound)?;
    let path = web::link_to(Subject::Finding, id.0);
    let outcome = async {
        let wanted = meant(*verb, *appeal, &form)?;
        act(&app.store, &caller, id, web::seen(&form)?, wanted).await
    };
    match outcome.await {
        Ok(_) => Ok(web::done(&path, "finding_done")),
        Err(error @ (Error::Invalid(_) | Error::Rule(_) | Error::Stale)) => {
            refuse(&app, &mut form, &error);
            show(&app, &caller, id, &path, error.status(), Some((name, form))).await
        }
        Err(error) => Err(error),
    }
}

/// Puts into a form what is wrong with it, in words.
pub(crate) fn refuse(app: &App, form: &mut Form, error: &Error) {
    form.once = crate::auth::session::form_key();
    match error {
        Error::Invalid(fields) => {
            form.refuse(app.renderer.catalogue(), Lang::Vi, fields);
        }
        Error::Stale => form.stale = true,
        other => {
            form.error("", crate::http::edge::sentences(app, Lang::Vi, other).1);
        }
    }
}

fn meant(verb: FindingVerb, appeal: bool, form: &Form) -> Result<Act> {
    let reason = form.value("reason").to_owned();
    Ok(match (verb, appeal) {
        (FindingVerb::Raise, _) => Act::Raise,
        (FindingVerb::Confirm, _) => Act::Confirm,
        (FindingVerb::Accept, _) => Act::Accept,
        (FindingVerb::DeemAccepted, _) => Act::DeemAccepted,
        (FindingVerb::Dispute, _) => Act::Dispute(reason),
        (FindingVerb::Appeal, _) => Act::Appeal(reason),
        (FindingVerb::Uphold, true) => Act::DecideAppeal { upheld: true, reason },
        (FindingVerb::Withdraw, true) => Act::DecideAppeal { upheld: false, reason },
        (FindingVerb::Uphold, false) => Act::Uphold(reason),
        (FindingVerb::Withdraw, false) => Act::Withdraw(reason),
        (FindingVerb::Regrade, _) => Act::Regrade { grade: grade_of(form)?, reason },
    })
}
