//! The pages of this area: a thin adapter over its use cases.

use chrono::NaiveDate;
use domain::calendar::Calendar;
use domain::corrective_action::{
    CauseGroup, CauseOrigin, CorrectiveActionState as State, CorrectiveActionVerb as Verb, MAX_WHYS, StepState,
};
use domain::id::{CorrectiveActionId, ExtensionId, PersonId, StepId, UnitId};
use domain::record::Subject;
use entities::{corrective_action, step};
use poem::http::StatusCode;
use poem::web::{Data, Path, Query};
use poem::{IntoResponse as _, Request, Response, Route, get, handler, post};
use render::Form;
use render::views::corrective_actions::{
    ActionList, ActionPage, ActionRow, ExamplePlan, ExtensionFacts, ExtensionForm, FindingFacts, KeptDate, PlanFacts, PlanForm,
    PostForm, RowsForm, StepFacts, TransferForm, Verdicts,
};
use render::views::findings::Link;
use render::views::part::{Choice, Stage, Tone};

use super::dates::{self, ExtensionRequest};
use super::doing::{self, EffectCheck, Verification};
use super::plan::{self, PlanDraft, RowRemark, StepDraft, people_of};
use super::read::{Detail, Example, Filter, Listed, Turn, detail, examples, list, turn};
use crate::app::App;
use crate::auth::{Caller, can};
use crate::error::{Error, Result};
use crate::findings::pages::{
    attach, chips, choices, listing, refuse, shown_due, shown_file, shown_history, step_of_form, steps,
};
use crate::findings::read::{shortened, title};
use crate::http::{Slice, Version, link};
use crate::inspections::pages::units_in_reach;
use crate::web::{self, Login, Posted, say};

/// `/khac-phuc`
#[must_use]
pub fn routes(tree: Route) -> Route {
    tree.at("/khac-phuc", get(list_page))
        .at("/khac-phuc/:id", get(show_page))
        .at("/khac-phuc/:id/ke-hoach", post(write_plan))
        .at("/khac-phuc/:id/viec/:step_id/minh-chung", post(report_step))
        .at("/khac-phuc/:id/gia-han/:extension_id/:loi", post(decide))
        .at("/khac-phuc/:id/chuyen-don-vi", post(transfer))
        .at("/khac-phuc/:id/:viec", post(do_act))
}

/// What the list's address says.
#[derive(Debug, Default, serde::Deserialize)]
struct Asked {
    loc: Option<String>,
    q: Option<String>,
    cursor: Option<String>,
}

/// The quick filters: their word in the address, their words on the page.
const CHIPS: [(&str, &str); 4] = [
    ("qua-han", "corrective.chip_overdue"),
    ("cho-don-vi", "corrective.chip_unit"),
    ("cho-xac-nhan", "corrective.chip_inspecting"),
    ("cua-toi", "corrective.chip_mine"),
];

#[handler]
async fn list_page(
    login: Login<can::UseEvidence>,
    app: Data<&App>,
    request: &Request,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let filter = Filter {
        overdue: asked.loc.as_deref() == Some("qua-han"),
        mine: asked.loc.as_deref() == Some("cua-toi"),
        waiting_for: match asked.loc.as_deref() {
            Some("cho-don-vi") => Some(Turn::Unit),
            Some("cho-xac-nhan") => Some(Turn::Inspecting),
            _ => None,
        },
        q: asked.q.clone(),
        ..Filter::default()
    };
    let slice = Slice::new(None, asked.cursor.as_deref())?;
    let rows = list(app.store.read(), &login, &filter, &slice).await?;
    let calendar = crate::calendar::load(app.store.read()).await?;
    let path = link("/khac-phuc", &[("loc", asked.loc.clone()), ("q", asked.q.clone())]);
    let key = |one: &Listed| (serde_json::json!(one.row.created_at), one.row.id.0);
    let (rows, next) = slice.page(rows, &path, key, |one| row(one, &calendar, login.today));
    let chips = chips(&app, "/khac-phuc", &CHIPS, asked.loc.as_deref());
    let view =
        ActionList { list: listing("/khac-phuc", rows, next, chips, asked.loc, asked.q, asked.cursor.is_some().then_some(path)) };
    web::page(&app, &login, say(&app, "corrective.list", &[]), &web::path_of(request), &view).await
}

fn row(one: Listed, calendar: &Calendar, today: NaiveDate) -> ActionRow {
    let Listed { row, finding, unit_name, due_on, overdue } = one;
    ActionRow {
        href: web::link_to(Subject::CorrectiveAction, row.id.0),
        title: title(&finding),
        unit: unit_name,
        state: row.state,
        tone: tone(row.state, overdue),
        due: due_on.map(|on| shown_due(calendar, on, today)),
        code: row.code,
    }
}

fn tone(state: State, overdue: bool) -> Tone {
    match state {
        _ if overdue => Tone::Bad,
        State::PlanSubmitted | State::ReportedDone | State::EffectivenessCheck => Tone::Warn,
        State::Issued | State::Analysing | State::InExecution | State::Implemented => Tone::Info,
        State::ClosedEffective => Tone::Good,
        State::Reopened | State::Cancelled => Tone::Neutral,
    }
}

#[handler]
async fn show_page(
    login: Login<can::UseEvidence>,
    app: Data<&App>,
    request: &Request,
    Path(id): Path<CorrectiveActionId>,
) -> Result<Response> {
    show(&app, &login, id, &web::path_of(request), StatusCode::OK, None).await
}

/// A form that was refused, with its name on the page.
type Failed = Option<(String, Form)>;

async fn show(
    app: &App,
    caller: &Caller,
    id: CorrectiveActionId,
    path: &str,
    status: StatusCode,
    failed: Failed,
) -> Result<Response> {
    let db = app.store.read();
    let found = detail(db, caller, id).await?;
    let may_plan = found.verbs.contains(&Verb::DraftPlan);
    let people = if may_plan { people_of(db, found.row.unit_id, caller.today).await? } else { Vec::new() };
    let examples = if may_plan { examples(db, caller, id).await? } else { Vec::new() };
    let takers = if found.verbs.contains(&Verb::Transfer) { takers(app, caller, &found.row).await? } else { Takers::default() };
    let calendar = crate::calendar::load(db).await?;
    let heading = format!("{} · {}", found.row.code, shortened(&title(&found.finding), 80));
    let page = Page { app, caller, found: &found, calendar: &calendar, failed };
    let view = page.view(people, examples, takers);
    let response = web::page(app, caller, heading, path, &view).await?;
    Ok(response.with_status(status).into_response())
}

/// The units an action can be moved to, and the one recorded as the only heir of its present unit.
#[derive(Default)]
struct Takers {
    units: Vec<Choice>,
    heir: Option<UnitId>,
}

async fn takers(app: &App, caller: &Caller, row: &corrective_action::Model) -> Result<Takers> {
    let mut units = units_in_reach(app, caller, Some(row.owner_unit_id)).await?;
    units.retain(|unit| unit.value != row.unit_id.to_string());
    let links = crate::units::links(app.store.read(), row.unit_id).await?;
    let heirs: Vec<UnitId> =
        links.iter().filter(|link| link.from.id == row.unit_id).filter_map(|link| link.to.as_ref()).map(|heir| heir.id).collect();
    let heir = match heirs.as_slice() {
        [heir] => Some(*heir),
        _ => None,
    };
    Ok(Takers { units, heir })
}

/// What the page is drawn from.
struct Page<'a> {
    app: &'a App,
    caller: &'a Caller,
    found: &'a Detail,
    calendar: &'a Calendar,
    failed: Failed,
}

impl Page<'_> {
    fn view(&self, people: Vec<(PersonId, String)>, examples: Vec<Example>, takers: Takers) -> ActionPage {
        let Detail { row, finding, source, people: names, .. } = self.found;
        let planning = self.may(Verb::DraftPlan);
        let linked = |row: &corrective_action::Model| Link {
            href: web::link_to(Subject::CorrectiveAction, row.id.0),
            text: row.code.clone(),
        };
        let written = !planning && row.state != State::Issued;
        ActionPage {
            stage: self.stage(),
            kind: finding.kind,
            unit: self.found.unit_name.clone(),
            verifier: row.verifier_id.and_then(|id| names.get(&id).cloned()),
            finding: FindingFacts {
                link: Link { href: web::link_to(Subject::Finding, finding.id.0), text: finding.code.clone() },
                grade: finding.grade,
                criterion: finding.criterion.clone(),
                statement: finding.statement.clone(),
                recommendation: finding.recommendation.clone(),
                evidence: self.found.finding_evidence.iter().map(|one| shown_file(one, names)).collect(),
                of_round: source.round().is_some(),
                of_review: source.review().is_some(),
                inspection: Link { href: source.href(), text: source.code().to_owned() },
            },
            continues: self.found.continues.as_ref().map(linked),
            continued_by: self.found.continued_by.as_ref().map(linked),
            return_remark: row.return_remark.clone(),
            plan_form: planning.then(|| self.plan_form(people)),
            plan: written.then(|| plan_facts(row)),
            steps: if written { self.steps() } else { Vec::new() },
            examples: examples.into_iter().map(example).collect(),
            approve: self.post(Verb::ApprovePlan, "chap-nhan", |form| {
                form.set("effectiveness_months", row.effectiveness_months.to_string());
            }),
            send_back: self.rows(Verb::Return, "tra-lai", |_| true),
            verify: self.post(Verb::Verify, "xac-nhan", |_| {}),
            reject: self.rows(Verb::Verify, "lam-lai", |step| step.state == StepState::Done),
            effect: self.post(Verb::CheckEffectiveness, "hieu-luc", |_| {}),
            effects: ["yes", "no"].map(|code| Choice::new(code, say(self.app, &format!("effect.{code}"), &[]))).into(),
            extend: self.extension_form(),
            cancel: self.post(Verb::Cancel, "huy", |_| {}),
            transfer: self.transfer_form(takers),
            verdicts: Verdicts {
                verification_note: row.verification_note.clone(),
                effect_note: row.effect_note.clone(),
                effect_sample: row.effect_sample.clone(),
                cancel_reason: row.cancel_reason.clone(),
            },
            extensions: self.extensions(),
            dates: self.dates(),
            history: shown_history(self.app, "corrective_event", &self.found.history, names),
        }
    }

    fn may(&self, verb: Verb) -> bool {
        self.found.verbs.contains(&verb)
    }

    /// The form of this name: as it was refused, or fresh.
    fn form(&self, name: &str, fill: impl FnOnce(&mut Form)) -> Form {
        let version = Some(self.found.row.version);
        match &self.failed {
            Some((failed, form)) if failed == name => {
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

    fn action(&self, slug: &str) -> String {
        format!("/khac-phuc/{}/{slug}", self.found.row.id)
    }

    fn post(&self, verb: Verb, slug: &str, fill: impl FnOnce(&mut Form)) -> Option<PostForm> {
        self.may(verb).then(|| PostForm { form: self.form(slug, fill), action: self.action(slug) })
    }

    fn rows(&self, verb: Verb, slug: &str, which: impl Fn(&step::Model) -> bool) -> Option<RowsForm> {
        let named = |(n, step): (usize, &step::Model)| {
            let words = [("n", (n + 1).to_string()), ("action", shortened(&step.action, 80))];
            Choice::new(step.id.to_string(), say(self.app, "corrective.row", &words))
        };
        self.may(verb).then(|| RowsForm {
            form: self.form(slug, |_| {}),
            action: self.action(slug),
            rows: self.found.steps.iter().enumerate().filter(|(_, step)| which(step)).map(named).collect(),
        })
    }

    fn plan_form(&self, people: Vec<(PersonId, String)>) -> PlanForm {
        let mut form = match &self.failed {
            Some((name, form)) if name == "ke-hoach" && form.stale => {
                form.clone().compare(&filled(&self.found.row, &self.found.steps))
            }
            // What was typed is saved before it is handed in: a refused handing-in goes on from the saved draft.
            Some((name, form)) if name == "ke-hoach" => Form { version: Some(self.found.row.version), ..form.clone() },
            _ => filled(&self.found.row, &self.found.steps),
        };
        self.put_remarks(&mut form);
        PlanForm {
            form,
            action: self.action("ke-hoach"),
            people: people.into_iter().map(|(id, name)| Choice::new(id.to_string(), name)).collect(),
            cause_groups: choices(self.app, "cause_group", CauseGroup::ALL),
            cause_origins: choices(self.app, "cause_origin", CauseOrigin::ALL),
            // The head hands in what this very form saves, so the state before does not matter.
            may_submit: self.found.is_head,
        }
    }

    fn put_remarks(&self, form: &mut Form) {
        for n in form.rows("steps") {
            let id = form.value(&format!("steps/{n}/id")).to_owned();
            let remark = self.found.steps.iter().find(|step| step.id.to_string() == id).and_then(|step| step.remark.clone());
            if let Some(remark) = remark {
                form.set(format!("steps/{n}/remark"), remark);
            }
        }
    }

    fn steps(&self) -> Vec<StepFacts> {
        let Detail { steps, people, evidence, .. } = self.found;
        let facts = |step: &step::Model| StepFacts {
            id: step.id.to_string(),
            action: step.action.clone(),
            owner: step.owner_id.and_then(|id| people.get(&id).cloned()),
            due: step.due_on.map(|on| self.step_due(step, on)),
            expected_evidence: step.expected_evidence.clone(),
            state: step.state,
            tone: match step.state {
                StepState::Open => Tone::Info,
                StepState::Done | StepState::Verified => Tone::Good,
                StepState::Rejected => Tone::Bad,
            },
            remark: step.remark.clone(),
            result: step.result.clone(),
            evidence: evidence.iter().filter(|one| one.subject_id == step.id.0).map(|one| shown_file(one, people)).collect(),
            report: self.report_form(step),
        };
        steps.iter().map(facts).collect()
    }

    fn step_due(&self, step: &step::Model, on: NaiveDate) -> render::views::part::Due {
        let due = shown_due(self.calendar, on, self.caller.today);
        match step.state {
            StepState::Open | StepState::Rejected => due,
            StepState::Done | StepState::Verified => render::views::part::Due { days_left: None, overdue: false, ..due },
        }
    }

    fn report_form(&self, step: &step::Model) -> Option<PostForm> {
        let mine = self.found.reports_all || step.owner_id == Some(self.caller.person);
        let open = matches!(step.state, StepState::Open | StepState::Rejected) && self.found.row.state == State::InExecution;
        let name = format!("viec-{}", step.id);
        (mine && open).then(|| PostForm {
            form: self.form(&name, |form| {
                form.set("result", step.result.clone().unwrap_or_default());
            }),
            action: self.action(&format!("viec/{}/minh-chung", step.id)),
        })
    }

    fn extension_form(&self) -> Option<ExtensionForm> {
        let to_do = |step: &&step::Model| matches!(step.state, StepState::Open | StepState::Rejected) && step.due_on.is_some();
        let named = |step: &step::Model| Choice::new(step.id.to_string(), shortened(&step.action, 80));
        let planning = matches!(self.found.row.state, State::Issued | State::Analysing);
        let steps: Vec<Choice> = if planning { Vec::new() } else { self.found.steps.iter().filter(to_do).map(named).collect() };
        let something = planning || !steps.is_empty();
        (something && self.may(Verb::RequestExtension)).then(|| ExtensionForm {
            form: self.form("gia-han", |_| {}),
            action: self.action("gia-han"),
            steps,
        })
    }

    fn transfer_form(&self, takers: Takers) -> Option<TransferForm> {
        let Takers { units, heir } = takers;
        let form = self.post(Verb::Transfer, "chuyen-don-vi", |form| {
            form.set("unit_id", heir.map(|heir| heir.to_string()).unwrap_or_default());
        });
        form.map(|PostForm { form, action }| TransferForm { form, action, units })
    }

    fn extensions(&self) -> Vec<ExtensionFacts> {
        let open = domain::corrective_action::ExtensionState::Requested;
        let facts = |one: &entities::extension::Model| {
            let decision = |verb, word: &str| {
                let name = format!("{word}-{}", one.id);
                let form = Form { version: Some(one.version), ..self.form(&name, |_| {}) };
                let action = self.action(&format!("gia-han/{}/{word}", one.id));
                (one.state == open && self.may(verb)).then_some(PostForm { form, action })
            };
            ExtensionFacts {
                step: one.step_id.and_then(|id| self.step_name(id.0)),
                old_due_on: one.old_due_on,
                new_due_on: one.new_due_on,
                reason: one.reason.clone(),
                state: one.state,
                asked_by: self.found.people.get(&one.requested_by_id).cloned().unwrap_or_default(),
                decision_reason: one.decision_reason.clone(),
                grant: decision(Verb::Grant, "dong-y"),
                refuse: decision(Verb::Refuse, "tu-choi"),
            }
        };
        self.found.extensions.iter().map(facts).collect()
    }

    fn step_name(&self, id: uuid::Uuid) -> Option<String> {
        self.found.steps.iter().find(|step| step.id.0 == id).map(|step| shortened(&step.action, 80))
    }

    fn dates(&self) -> Vec<KeptDate> {
        let kept = |one: &entities::due_date::Model| KeptDate {
            duty: one.duty,
            step: self.step_name(one.subject_id),
            on: one.due_on,
            explanation: one.explanation.clone(),
            set_at: one.set_at,
        };
        self.found.dates.iter().map(kept).collect()
    }

    fn stage(&self) -> Stage {
        let row = &self.found.row;
        let here = match row.state {
            State::Issued => "issued",
            State::Analysing | State::PlanSubmitted => "plan",
            State::InExecution => "doing",
            State::ReportedDone => "verify",
            State::Implemented | State::EffectivenessCheck => "effect",
            State::ClosedEffective | State::Reopened | State::Cancelled => "closed",
        };
        let judge = || {
            let name = row.verifier_id.and_then(|id| self.found.people.get(&id).cloned());
            name.unwrap_or_else(|| say(self.app, "corrective.holder_verifier", &[]))
        };
        let holder = turn(row.state).map(|turn| match turn {
            Turn::Unit => self.found.unit_name.clone(),
            Turn::Inspecting => judge(),
        });
        let next = (row.state == State::Implemented).then(|| say(self.app, "corrective.next_effect", &[]));
        let names = ["issued", "plan", "doing", "verify", "effect", "closed"];
        let due = self.found.due_on.map(|on| shown_due(self.calendar, on, self.caller.today));
        Stage { steps: steps(self.app, "stage_corrective", &names, here), holder, due, next }
    }
}

fn plan_facts(row: &corrective_action::Model) -> PlanFacts {
    PlanFacts {
        correction: row.correction.clone(),
        extent: row.extent.clone(),
        whys: plan::whys(row),
        cause_group: row.cause_group,
        cause_origin: row.cause_origin,
        external_agency: row.external_agency.clone(),
        external_letter: row.external_letter.clone(),
    }
}

fn example(one: Example) -> ExamplePlan {
    ExamplePlan {
        correction: one.correction,
        cause: one.whys.last().cloned().unwrap_or_default(),
        steps: one.steps.into_iter().map(|(action, _)| action).collect(),
    }
}

/// The plan as saved, in its form.
fn filled(row: &corrective_action::Model, steps: &[step::Model]) -> Form {
    let mut form = web::fresh_form(Some(row.version));
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    form.set("correction", text(&row.correction))
        .set("extent", text(&row.extent))
        .set("external_agency", text(&row.external_agency))
        .set("external_letter", text(&row.external_letter))
        .set("cause_group", row.cause_group.map(|code| code.to_string()).unwrap_or_default())
        .set("cause_origin", row.cause_origin.map(|code| code.to_string()).unwrap_or_default());
    for (n, why) in plan::whys(row).into_iter().enumerate() {
        form.set(format!("whys/{n}"), why);
    }
    for (n, step) in steps.iter().enumerate() {
        form.set(format!("steps/{n}/id"), step.id.to_string())
            .set(format!("steps/{n}/action"), step.action.clone())
            .set(format!("steps/{n}/owner_id"), step.owner_id.map(|id| id.to_string()).unwrap_or_default())
            .set(format!("steps/{n}/due_on"), step.due_on.map(|on| on.to_string()).unwrap_or_default())
            .set(format!("steps/{n}/expected_evidence"), text(&step.expected_evidence));
    }
    form
}

const STEP_FIELDS: [&str; 4] = ["action", "owner_id", "due_on", "expected_evidence"];

/// The rows that say something; blank ones are dropped, whether they were saved before or not.
fn live_rows(form: &Form) -> Vec<usize> {
    let says = |n: &usize| STEP_FIELDS.iter().any(|field| !form.value(&format!("steps/{n}/{field}")).trim().is_empty());
    form.rows("steps").into_iter().filter(says).collect()
}

fn read_plan(form: &Form) -> Result<PlanDraft> {
    let mut problems = domain::draft::Problems::new();
    let text = |field: &str| Some(form.value(field).to_owned());
    let mut steps = Vec::new();
    for n in live_rows(form) {
        let field = |name: &str| format!("steps/{n}/{name}");
        let value = |name: &str| form.value(&field(name)).trim().to_owned();
        let (owner, due_on) = (value("owner_id"), value("due_on"));
        problems.check(!owner.is_empty() && owner.parse::<PersonId>().is_err(), &field("owner_id"), "owner_unknown");
        problems.check(!due_on.is_empty() && due_on.parse::<NaiveDate>().is_err(), &field("due_on"), "expected_date");
        steps.push(StepDraft {
            id: value("id").parse().ok(),
            action: Some(value("action")),
            owner_id: owner.parse().ok(),
            due_on: due_on.parse().ok(),
            expected_evidence: Some(value("expected_evidence")),
        });
    }
    problems.finish()?;
    Ok(PlanDraft {
        correction: text("correction"),
        extent: text("extent"),
        whys: (0..MAX_WHYS).map(|n| form.value(&format!("whys/{n}")).to_owned()).collect(),
        cause_group: form.value("cause_group").parse().ok(),
        cause_origin: form.value("cause_origin").parse().ok(),
        external_agency: text("external_agency"),
        external_letter: text("external_letter"),
        steps,
    })
}

#[handler]
async fn write_plan(app: Data<&App>, posted: Posted<can::DraftPlans>, Path(id): Path<CorrectiveActionId>) -> Result<Response> {
    let Posted { caller, mut form, .. } = posted;
    let path = web::link_to(Subject::CorrectiveAction, id.0);
    if form.value("add") == "steps" {
        form.add_row("steps");
        return show(&app, &caller, id, &path, StatusCode::OK, Some(("ke-hoach".to_owned(), form))).await;
    }
    let submit = form.value("act") == "submit";
    let outcome = async {
        let saved = plan::save_draft(&app.store, &caller, id, web::seen(&form)?, read_plan(&form)?).await?;
        if submit {
            // The draft stays saved when it cannot be handed in yet.
            plan::submit(&app.store, &step_of_form(&caller, "submit"), id, Version(saved.version)).await?;
        }
        Ok(())
    };
    match outcome.await {
        Ok(()) => Ok(web::done(&path, if submit { "plan_submitted" } else { "plan_draft" })),
        Err(error) => {
            let error = web::on_form_rows(error, "steps", &live_rows(&form));
            failed(&app, &caller, id, "ke-hoach", form, error).await
        }
    }
}

/// The page again with what is wrong in the form of this name; other failures are passed on.
async fn failed(
    app: &App,
    caller: &Caller,
    id: CorrectiveActionId,
    name: &str,
    mut form: Form,
    error: Error,
) -> Result<Response> {
    if !matches!(error, Error::Invalid(_) | Error::Rule(_) | Error::Stale) {
        return Err(error);
    }
    refuse(app, &mut form, &error);
    let path = web::link_to(Subject::CorrectiveAction, id.0);
    show(app, caller, id, &path, error.status(), Some((name.to_owned(), form))).await
}

#[handler]
async fn report_step(
    app: Data<&App>,
    posted: Posted<can::DoSteps>,
    Path((id, step_id)): Path<(CorrectiveActionId, StepId)>,
) -> Result<Response> {
    let Posted { caller, form, files, .. } = posted;
    let outcome = async {
        attach(&app, &caller, Subject::Step, step_id.0, files).await?;
        if form.value("act") != "upload" {
            let result = form.value("result").to_owned();
            doing::report_done(&app.store, &step_of_form(&caller, "report"), id, step_id, web::seen(&form)?, result).await?;
        }
        Ok(())
    };
    let path = web::link_to(Subject::CorrectiveAction, id.0);
    match outcome.await {
        Ok(()) => Ok(web::done(&format!("{path}#viec-{step_id}"), "corrective_done")),
        Err(error) => failed(&app, &caller, id, &format!("viec-{step_id}"), form, error).await,
    }
}

#[handler]
async fn decide(
    app: Data<&App>,
    posted: Posted<can::VerifyActions>,
    Path((id, extension_id, word)): Path<(CorrectiveActionId, ExtensionId, String)>,
) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let granted = match word.as_str() {
        "dong-y" => true,
        "tu-choi" => false,
        _ => return Err(Error::NotFound),
    };
    let reason = Some(form.value("reason").to_owned());
    match dates::decide(&app.store, &caller, extension_id, web::seen(&form)?, granted, reason).await {
        Ok(_) => Ok(web::done(&web::link_to(Subject::CorrectiveAction, id.0), "corrective_done")),
        Err(error) => failed(&app, &caller, id, &format!("{word}-{extension_id}"), form, error).await,
    }
}

#[handler]
async fn transfer(app: Data<&App>, posted: Posted<can::TransferDuties>, Path(id): Path<CorrectiveActionId>) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let outcome = async {
        let mut problems = domain::draft::Problems::new();
        let to = form.value("unit_id").parse::<UnitId>().map_err(|_none| problems.add("unit_id", "required"));
        problems.text("ground", form.value("ground"), 2_000);
        problems.finish()?;
        let to = to.map_err(|()| Error::field("unit_id", "required"))?;
        super::transfer(&app.store, &caller, id, web::seen(&form)?, to, form.value("ground").to_owned()).await
    };
    match outcome.await {
        Ok(_) => Ok(web::done(&web::link_to(Subject::CorrectiveAction, id.0), "corrective_transferred")),
        Err(error) => failed(&app, &caller, id, "chuyen-don-vi", form, error).await,
    }
}

#[handler]
async fn do_act(
    app: Data<&App>,
    posted: Posted<can::UseEvidence>,
    Path((id, slug)): Path<(CorrectiveActionId, String)>,
) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    match act(&app, &caller, id, &slug, &form).await {
        Ok(()) => Ok(web::done(&web::link_to(Subject::CorrectiveAction, id.0), "corrective_done")),
        Err(error) => failed(&app, &caller, id, &slug, form, error).await,
    }
}

async fn act(app: &App, caller: &Caller, id: CorrectiveActionId, slug: &str, form: &Form) -> Result<()> {
    let (store, seen) = (&app.store, web::seen(form)?);
    let text = |field: &str| form.value(field).to_owned();
    match slug {
        "chap-nhan" => plan::approve(store, caller, id, seen, months(form)?).await,
        "tra-lai" => plan::send_back(store, caller, id, seen, Some(text("remark")), remarks(form)).await,
        "xac-nhan" => {
            let word = Verification { accepted: true, note: Some(text("note")), rows: Vec::new() };
            doing::verify(store, caller, id, seen, word).await
        }
        "lam-lai" => {
            let word = Verification { accepted: false, note: Some(text("note")), rows: remarks(form) };
            doing::verify(store, caller, id, seen, word).await
        }
        "hieu-luc" => {
            let effective = match form.value("effective") {
                "yes" => true,
                "no" => false,
                _ => return Err(Error::field("effective", "required")),
            };
            let word = EffectCheck { effective, note: text("note"), sample: Some(text("sample")) };
            doing::check_effectiveness(store, caller, id, seen, word).await
        }
        "gia-han" => dates::request(store, caller, id, seen, request(form)?).await,
        "huy" => super::cancel(store, caller, id, seen, text("reason")).await,
        _ => return Err(Error::NotFound),
    }
    .map(drop)
}

fn months(form: &Form) -> Result<Option<u32>> {
    let typed = form.value("effectiveness_months").trim();
    if typed.is_empty() {
        return Ok(None);
    }
    typed.parse().map(Some).map_err(|_not_a_number: std::num::ParseIntError| Error::field("effectiveness_months", "not_integer"))
}

/// The rows with a remark: fields `remark/<step id>`.
fn remarks(form: &Form) -> Vec<RowRemark> {
    let said = form.values.iter().filter(|(_, remark)| !remark.trim().is_empty());
    let row = |(name, remark): (&String, &String)| {
        let step_id = name.strip_prefix("remark/")?.parse().ok()?;
        Some(RowRemark { step_id, remark: remark.clone() })
    };
    said.filter_map(row).collect()
}

fn request(form: &Form) -> Result<ExtensionRequest> {
    let day = form.value("new_due_on").parse();
    let new_due_on = day.map_err(|_not_a_day: chrono::ParseError| Error::field("new_due_on", "required"))?;
    Ok(ExtensionRequest { step_id: form.value("step_id").parse().ok(), new_due_on, reason: form.value("reason").to_owned() })
}
