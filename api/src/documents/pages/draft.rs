//! The form of a draft: the structured procedure, free sections, or files.

use domain::document::content::{
    Basis, Channel, Component, Content, Fee, FormUsed, Place, Procedure, RecordKept, RecordMedium, Section, Step, StepTime,
    TimeLimit, TimeUnit,
};
use domain::document::revision::{RevisionVerb, advance};
use domain::document::{DocumentKind, TextForm};
use domain::draft::Problems;
use domain::id::RevisionId;
use domain::record::Subject;
use entities::external_document;
use poem::web::{Data, Path};
use poem::{Request, Response, handler};
use render::Form;
use render::views::documents as view;
use render::views::part::Choice;
use sea_orm::{ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::super::resting::keepers_of;
use super::super::revisions::{self, Read};
use super::revision::{link_of, page_of};
use super::words::{MOST_CHOICES, ground_of, sources, task_field, times_shown, title_of};
use super::{mendable, renamed};
use crate::app::App;
use crate::auth::{Caller, can};
use crate::error::{Error, Result};
use crate::evidence::{About, attach_files, check_kind, check_size};
use crate::findings::pages::{choices, shown_file, step_of_form};
use crate::store::names_of_people;
use crate::web::{self, Login, Posted, PostedFile, say};

/// The lists of a procedure that the form has rows for.
const GROUPS: [&str; 8] = ["legal_basis", "components", "time_limits", "fees", "places", "steps", "forms", "records"];

/// The field of the files.
const FILE: &str = "van_ban";

/// Names of a list's fields where the form's differ: (list, use case, form).
const NAMES: [(&str, &str, &str); 15] = [
    ("legal_basis", "text", "basis_text"),
    ("components", "name", "component"),
    ("fees", "amount", "fee"),
    ("fees", "online_amount", "online_fee"),
    ("places", "channel", "dossier_channel"),
    ("steps", "name", "step_name"),
    ("steps", "role", "responsible"),
    ("steps", "result", "step_result"),
    ("steps", "forms", "form_codes"),
    ("forms", "code", "form_code"),
    ("forms", "name", "form_name"),
    ("records", "name", "record_name"),
    ("records", "place", "kept_at"),
    ("records", "basis", "retention_basis"),
    ("sections", "text", "section_text"),
];

#[handler]
pub async fn edit_page(
    app: Data<&App>,
    caller: Login<can::WorkOnDocuments>,
    request: &Request,
    Path(id): Path<RevisionId>,
) -> Result<Response> {
    let read = readable(&app, &caller, id).await?;
    let form = filled(&read);
    let title = title(&app, &read);
    let view = drawn(&app, read, form).await?;
    web::page(&app, &caller, title, &web::path_of(request), &view).await
}

/// A revision whose text the caller may write now.
async fn readable(app: &App, caller: &Caller, id: RevisionId) -> Result<Read> {
    let read = revisions::read(app.store.read(), caller, id).await?;
    advance(read.case.row.state, RevisionVerb::Save, &read.case.by, &read.case.facts)?;
    Ok(read)
}

fn title(app: &App, read: &Read) -> String {
    say(app, "document.write_title", &[("number", title_of(app, &read.case.document, &read.case.row))])
}

async fn drawn(app: &App, read: Read, form: Form) -> Result<view::DraftForm> {
    let db = app.store.read();
    let names = names_of_people(db, read.files.iter().map(|file| file.uploaded_by_id)).await?;
    let uploaded = read.case.row.form == TextForm::Uploaded;
    let procedure = !uploaded && read.case.document.kind == DocumentKind::Procedure;
    Ok(view::DraftForm {
        action: format!("{}/soan/minh-chung", page_of(read.case.row.id)),
        back: link_of(app, &read.case.document, &read.case.row),
        procedure,
        uploaded,
        sheets: read.case.document.kind == DocumentKind::Form,
        files: read.files.iter().map(|file| shown_file(file, &names)).collect(),
        cases: cases(app, &form),
        units: choices(app, TimeUnit::KEY, TimeUnit::ALL),
        channels: choices(app, Channel::KEY, Channel::ALL),
        media: choices(app, RecordMedium::KEY, RecordMedium::ALL),
        laws: if procedure { laws(db, &read).await? } else { Vec::new() },
        times: times_shown(&read.times),
        sources: sources(app),
        form,
    })
}

/// Field groups of cases that are not among the limits begin here.
const LOST: usize = 1_000;

/// The field groups of step times: 0 counts for every case without its own; n + 1 is row n of the
/// limits; a case that left the limits keeps its group while a step has a time for it.
fn cases(app: &App, form: &Form) -> Vec<view::CaseField> {
    let named = |row: &usize| {
        let case = limit_case(form, *row);
        (!case.is_empty()).then(|| view::CaseField { n: row + 1, label: case.clone(), name: case })
    };
    let own: Vec<view::CaseField> = form.rows("time_limits").iter().filter_map(named).collect();
    let timed = |n: usize| form.rows("steps").iter().any(|step| times_of(form, *step).contains(&n));
    let lost = |n: usize| {
        let name = lost_case(form, n)?;
        let label = say(app, "document.lost_case", &[("case", name.clone())]);
        timed(n).then_some(view::CaseField { n, label, name })
    };
    let lost: Vec<view::CaseField> = form.rows("cases").into_iter().filter_map(lost).collect();
    let rest = if own.is_empty() { "document.all_cases" } else { "document.other_cases" };
    let general = view::CaseField { n: 0, label: say(app, rest, &[]), name: String::new() };
    std::iter::once(general).chain(own).chain(lost).collect()
}

/// The case that row of the limits names.
fn limit_case(form: &Form, row: usize) -> String {
    form.value(&format!("time_limits/{row}/case")).trim().to_owned()
}

/// The name under which a group was drawn, when the limits do not name it any more.
fn lost_case(form: &Form, n: usize) -> Option<String> {
    let live = n.checked_sub(1).is_some_and(|row| !limit_case(form, row).is_empty());
    let name = form.value(&format!("cases/{n}/id")).trim().to_owned();
    (!live && !name.is_empty()).then_some(name)
}

/// Registered documents of the unit, by number.
async fn laws(db: &impl ConnectionTrait, read: &Read) -> Result<Vec<Choice>> {
    use sea_orm::ColumnTrait as _;
    let rows = external_document::Entity::find()
        .filter(external_document::Column::UnitId.in_subquery(keepers_of(read.case.document.unit_id)))
        .order_by_asc(external_document::Column::Number)
        .limit(MOST_CHOICES)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| Choice::new(row.id.to_string(), format!("{} {}", row.number, row.title))).collect())
}

fn text(option: Option<&String>) -> String {
    option.cloned().unwrap_or_default()
}

/// The form with what the revision says now.
fn filled(read: &Read) -> Form {
    let row = &read.case.row;
    let mut form = web::fresh_form(Some(row.version));
    form.set("request_source", row.source.code()).set("reason", row.reason.clone());
    form.set("source_ref", text(row.source_ref.as_ref())).set("changed_part", text(row.changed_part.as_ref()));
    form.set("summary", text(row.summary.as_ref()));
    for (n, section) in read.content.sections.iter().enumerate() {
        form.set(format!("sections/{n}/heading"), section.heading.clone());
        form.set(format!("sections/{n}/section_text"), section.text.clone());
    }
    if let Some(procedure) = &read.content.procedure {
        fill_general(&mut form, procedure);
        fill_dossier(&mut form, procedure);
        fill_steps(&mut form, procedure);
    }
    form
}

fn fill_general(form: &mut Form, p: &Procedure) {
    form.set("purpose", p.purpose.clone()).set("scope", p.scope.clone());
    form.set("definitions", text(p.definitions.as_ref())).set("conditions", text(p.conditions.as_ref()));
    form.set("procedure_result", text(p.result.as_ref())).set("time_reason", text(p.time_reason.as_ref()));
    form.set("dossier_sets", p.dossier_sets.map(|sets| sets.to_string()).unwrap_or_default());
    for (n, basis) in p.legal_basis.iter().enumerate() {
        form.set(format!("legal_basis/{n}/basis_text"), basis.text.clone());
        let law = basis.external_document_id.map(|id| id.to_string()).unwrap_or_default();
        form.set(format!("legal_basis/{n}/external_document_id"), law);
    }
    for (n, one) in p.forms.iter().enumerate() {
        form.set(format!("forms/{n}/form_code"), one.code.clone()).set(format!("forms/{n}/form_name"), one.name.clone());
    }
    for (n, one) in p.records.iter().enumerate() {
        form.set(format!("records/{n}/record_name"), one.name.clone());
        form.set(format!("records/{n}/kept_at"), text(one.place.as_ref()));
        form.set(format!("records/{n}/years"), one.years.map(|years| years.to_string()).unwrap_or_default());
        form.set(format!("records/{n}/form_code"), text(one.form_code.as_ref()));
        form.set(format!("records/{n}/made_by"), text(one.made_by.as_ref()));
        form.set(format!("records/{n}/medium"), one.medium.map(RecordMedium::code).unwrap_or_default());
        form.set(format!("records/{n}/retention_basis"), text(one.basis.as_ref()));
        form.set(format!("records/{n}/disposal"), text(one.disposal.as_ref()));
    }
}

fn fill_dossier(form: &mut Form, p: &Procedure) {
    for (n, one) in p.components.iter().enumerate() {
        form.set(format!("components/{n}/component"), one.name.clone());
        form.set(format!("components/{n}/originals"), one.originals.to_string());
        form.set(format!("components/{n}/copies"), one.copies.to_string());
        form.set(format!("components/{n}/note"), text(one.note.as_ref()));
    }
    for (n, one) in p.places.iter().enumerate() {
        form.set(format!("places/{n}/dossier_channel"), one.channel.map(Channel::code).unwrap_or_default());
        form.set(format!("places/{n}/address"), one.address.clone());
    }
    for (n, one) in p.fees.iter().enumerate() {
        form.set(format!("fees/{n}/case"), one.case.clone()).set(format!("fees/{n}/fee"), one.amount.to_string());
        form.set(format!("fees/{n}/online_fee"), one.online_amount.map(|amount| amount.to_string()).unwrap_or_default());
        form.set(format!("fees/{n}/basis"), text(one.basis.as_ref()));
    }
    for (n, one) in p.time_limits.iter().enumerate() {
        form.set(format!("time_limits/{n}/case"), one.case.clone());
        form.set(format!("time_limits/{n}/amount"), one.amount.replace('.', ","));
        form.set(format!("time_limits/{n}/unit"), one.unit.map(TimeUnit::code).unwrap_or_default());
        form.set(format!("time_limits/{n}/basis"), text(one.basis.as_ref()));
    }
}

fn fill_steps(form: &mut Form, p: &Procedure) {
    let mut lost: Vec<&String> = Vec::new();
    for time in p.steps.iter().flat_map(|step| &step.times) {
        let known = time.case.is_empty() || p.time_limits.iter().any(|limit| limit.case == time.case);
        if !known && !lost.contains(&&time.case) {
            form.set(format!("cases/{}/id", LOST + lost.len()), time.case.clone());
            lost.push(&time.case);
        }
    }
    for (n, step) in p.steps.iter().enumerate() {
        form.set(format!("steps/{n}/step_name"), step.name.clone()).set(format!("steps/{n}/responsible"), step.role.clone());
        form.set(format!("steps/{n}/form_codes"), step.forms.join(", "));
        form.set(format!("steps/{n}/step_result"), text(step.result.as_ref()));
        form.set(format!("steps/{n}/detail"), text(step.detail.as_ref()));
        for time in &step.times {
            let limit = p.time_limits.iter().position(|limit| limit.case == time.case && !time.case.is_empty());
            let k = match limit {
                Some(limit) => limit + 1,
                None if time.case.is_empty() => 0,
                None => LOST + lost.iter().position(|case| **case == time.case).unwrap_or_default(),
            };
            form.set(format!("steps/{n}/times/{k}/amount"), time.amount.replace('.', ","));
            form.set(format!("steps/{n}/times/{k}/unit"), time.unit.map(TimeUnit::code).unwrap_or_default());
        }
    }
}

/// A form read field by field; what cannot be read is collected under the form's own names.
struct Reader<'a> {
    form: &'a Form,
    problems: Problems,
}

impl Reader<'_> {
    fn text(&self, name: &str) -> String {
        self.form.value(name).to_owned()
    }

    fn option(&self, name: &str) -> Option<String> {
        Some(self.text(name)).filter(|text| !text.trim().is_empty())
    }

    /// A whole number, written with or without dots between thousands.
    fn number<T: std::str::FromStr>(&mut self, name: &str) -> Option<T> {
        let typed: String = self.form.value(name).chars().filter(|c| !c.is_whitespace() && *c != '.').collect();
        if typed.is_empty() {
            return None;
        }
        let number = typed.parse().ok();
        self.problems.check(number.is_none(), name, "not_integer");
        number
    }

    /// A choice; left open is none, anything else must be one of them.
    fn code<T: std::str::FromStr>(&mut self, name: &str) -> Option<T> {
        let typed = self.form.value(name).trim().to_owned();
        let code = typed.parse().ok();
        self.problems.check(!typed.is_empty() && code.is_none(), name, "required");
        code
    }

    fn content(&mut self, procedure: bool) -> Content {
        let section = |n: &usize| Section {
            heading: self.text(&format!("sections/{n}/heading")),
            text: self.text(&format!("sections/{n}/section_text")),
        };
        let sections = self.form.rows("sections").iter().map(section).collect();
        Content { sections, procedure: procedure.then(|| self.procedure()) }
    }

    fn procedure(&mut self) -> Procedure {
        let rows = |group: &str| self.form.rows(group);
        let (laws, papers, limits, fees) = (rows("legal_basis"), rows("components"), rows("time_limits"), rows("fees"));
        let (places, steps, forms, records) = (rows("places"), rows("steps"), rows("forms"), rows("records"));
        Procedure {
            purpose: self.text("purpose"),
            scope: self.text("scope"),
            definitions: self.option("definitions"),
            legal_basis: laws.into_iter().map(|n| self.basis(n)).collect(),
            conditions: self.option("conditions"),
            components: papers.into_iter().map(|n| self.component(n)).collect(),
            dossier_sets: self.number("dossier_sets"),
            time_limits: limits.into_iter().map(|n| self.limit(n)).collect(),
            fees: fees.into_iter().map(|n| self.fee(n)).collect(),
            places: places.into_iter().map(|n| self.place(n)).collect(),
            result: self.option("procedure_result"),
            steps: steps.into_iter().map(|n| self.step(n)).collect(),
            forms: forms
                .into_iter()
                .map(|n| FormUsed {
                    code: self.text(&format!("forms/{n}/form_code")).trim().to_owned(),
                    name: self.text(&format!("forms/{n}/form_name")),
                })
                .collect(),
            records: records.into_iter().map(|n| self.record(n)).collect(),
            time_reason: self.option("time_reason"),
        }
    }

    fn basis(&mut self, n: usize) -> Basis {
        Basis {
            text: self.text(&format!("legal_basis/{n}/basis_text")),
            external_document_id: self.code(&format!("legal_basis/{n}/external_document_id")),
        }
    }

    fn component(&mut self, n: usize) -> Component {
        Component {
            name: self.text(&format!("components/{n}/component")),
            originals: self.number(&format!("components/{n}/originals")).unwrap_or_default(),
            copies: self.number(&format!("components/{n}/copies")).unwrap_or_default(),
            note: self.option(&format!("components/{n}/note")),
        }
    }

    fn limit(&mut self, n: usize) -> TimeLimit {
        TimeLimit {
            case: self.text(&format!("time_limits/{n}/case")).trim().to_owned(),
            amount: self.text(&format!("time_limits/{n}/amount")).trim().replace(',', "."),
            unit: self.code(&format!("time_limits/{n}/unit")),
            basis: self.option(&format!("time_limits/{n}/basis")),
        }
    }

    fn fee(&mut self, n: usize) -> Fee {
        let name = format!("fees/{n}/fee");
        let amount = self.number(&name);
        self.problems.check(self.form.value(&name).trim().is_empty(), &name, "required");
        Fee {
            case: self.text(&format!("fees/{n}/case")).trim().to_owned(),
            amount: amount.unwrap_or_default(),
            online_amount: self.number(&format!("fees/{n}/online_fee")),
            basis: self.option(&format!("fees/{n}/basis")),
        }
    }

    fn place(&mut self, n: usize) -> Place {
        Place { channel: self.code(&format!("places/{n}/dossier_channel")), address: self.text(&format!("places/{n}/address")) }
    }

    fn record(&mut self, n: usize) -> RecordKept {
        RecordKept {
            name: self.text(&format!("records/{n}/record_name")),
            place: self.option(&format!("records/{n}/kept_at")),
            years: self.number(&format!("records/{n}/years")),
            form_code: self.option(&format!("records/{n}/form_code")),
            made_by: self.option(&format!("records/{n}/made_by")),
            medium: self.code(&format!("records/{n}/medium")),
            disposal: self.option(&format!("records/{n}/disposal")),
            basis: self.option(&format!("records/{n}/retention_basis")),
        }
    }

    fn step(&mut self, n: usize) -> Step {
        let codes = self.text(&format!("steps/{n}/form_codes"));
        let forms = codes.split([',', ';']).map(|code| code.trim().to_owned()).filter(|code| !code.is_empty()).collect();
        Step {
            name: self.text(&format!("steps/{n}/step_name")),
            detail: self.option(&format!("steps/{n}/detail")),
            role: self.text(&format!("steps/{n}/responsible")),
            times: times_of(self.form, n).into_iter().map(|k| self.time(n, k)).collect(),
            forms,
            result: self.option(&format!("steps/{n}/step_result")),
        }
    }

    fn time(&mut self, n: usize, k: usize) -> StepTime {
        StepTime {
            case: self.case(n, k),
            amount: self.text(&format!("steps/{n}/times/{k}/amount")).trim().replace(',', "."),
            unit: self.code(&format!("steps/{n}/times/{k}/unit")),
        }
    }

    /// The case of a step's field group. One that left the limits keeps its name, so that its time is
    /// not lost and the check names it; where its limit is the only one and has no name any more, it
    /// counts for every case.
    fn case(&self, n: usize, k: usize) -> String {
        let Some(row) = k.checked_sub(1) else { return String::new() };
        let Some(lost) = lost_case(self.form, k) else { return limit_case(self.form, row) };
        let unnamed = self.form.rows("time_limits") == [row] && !times_of(self.form, n).contains(&0);
        if unnamed { String::new() } else { lost }
    }
}

/// The cases a step gives a time for.
fn times_of(form: &Form, step: usize) -> Vec<usize> {
    form.rows(&format!("steps/{step}/times"))
}

/// The name a field of the use case has in the form.
fn form_name(form: &Form, field: &str) -> String {
    let inside = field.strip_prefix("procedure/").unwrap_or(field);
    if inside == "result" && field.starts_with("procedure/") {
        return "procedure_result".to_owned();
    }
    let parts: Vec<&str> = inside.split('/').collect();
    let (Some(group), Some(at)) = (parts.first(), parts.get(1).and_then(|at| at.parse::<usize>().ok())) else {
        let whole = GROUPS.contains(&inside) || matches!(inside, "sections" | "procedure");
        return if whole { String::new() } else { task_field(inside) };
    };
    let row = form.rows(group).get(at).copied().unwrap_or(at);
    let leaf = parts.get(2).copied().unwrap_or_default();
    let own = NAMES.iter().find(|(list, name, _)| list == group && *name == leaf).map_or(leaf, |(_, _, own)| *own);
    match (*group, leaf, parts.get(3).and_then(|k| k.parse::<usize>().ok()), parts.get(4)) {
        ("steps", "times", Some(k), Some(last)) => {
            let k = times_of(form, row).get(k).copied().unwrap_or(k);
            // A case is named in the limits, not in the step.
            let last = if *last == "case" { "amount" } else { last };
            format!("steps/{row}/times/{k}/{last}")
        }
        _ => format!("{group}/{row}/{own}"),
    }
}

#[handler]
pub async fn save(
    app: Data<&App>,
    posted: Posted<can::WorkOnDocuments>,
    request: &Request,
    Path(id): Path<RevisionId>,
) -> Result<Response> {
    let Posted { caller, mut form, mut files, blank, .. } = posted;
    // A file without content is a mistake to be told of, not a file that was left out.
    files.extend(blank);
    let more = form.value("add").to_owned();
    if GROUPS.contains(&more.as_str()) || more == "sections" {
        form.add_row(&more);
        let read = readable(&app, &caller, id).await?;
        let title = title(&app, &read);
        let view = drawn(&app, read, form).await?;
        return web::page(&app, &caller, title, &web::path_of(request), &view).await;
    }
    match saved(&app, &caller, id, &form, files).await {
        Ok(()) => Ok(web::done(&page_of(id), "document_saved")),
        Err(error) if mendable(&error) => {
            let read = readable(&app, &caller, id).await?;
            let title = title(&app, &read);
            let draw = async |form| drawn(&app, read, form).await;
            web::again(&app, &caller, title, &web::path_of(request), form, error, draw).await
        }
        Err(error) => Err(error),
    }
}

async fn saved(app: &App, caller: &Caller, id: RevisionId, form: &Form, files: Vec<PostedFile>) -> Result<()> {
    let read = readable(app, caller, id).await?;
    let uploaded = read.case.row.form == TextForm::Uploaded;
    let mut wrong = match ground_of(form) {
        Err(Error::Invalid(fields)) => fields,
        _ => Vec::new(),
    };
    let content = if uploaded {
        read.content
    } else {
        let mut reader = Reader { form, problems: Problems::new() };
        let content = reader.content(read.case.document.kind == DocumentKind::Procedure);
        wrong.extend(reader.problems.finish().err().unwrap_or_default());
        content
    };
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    // Before anything is saved: a form that comes back has nothing of it kept.
    let files = if uploaded { brought(app, id, files).await? } else { Vec::new() };
    let kept = revisions::write(&app.store, caller, id, web::seen(form)?, content, ground_of(form)?).await;
    kept.map_err(|error| renamed(error, |field| form_name(form, field)))?;
    if files.is_empty() {
        return Ok(());
    }
    let attached = attach_files(app, &step_of_form(caller, "files"), files).await;
    attached.map(drop).map_err(|error| renamed(error, |_| FILE.to_owned()))
}

/// The files of the form, if all of them can be the text.
async fn brought(app: &App, id: RevisionId, files: Vec<PostedFile>) -> Result<Vec<(About, Vec<u8>)>> {
    let mut found = Vec::new();
    for file in files.into_iter().filter(|file| file.field == FILE) {
        let about = About::check(Subject::Revision, id.0, &file.name, &file.media_type, None);
        let about = about.map_err(|error| renamed(error, |_| FILE.to_owned()))?;
        check_size(app, FILE, file.bytes.len() as u64)?;
        check_kind(app.store.read(), FILE, &about, Some(&file.bytes)).await?;
        found.push((about, file.bytes));
    }
    Ok(found)
}
