//! `/xem-xet-lanh-dao`: management reviews, their inputs, minutes and decisions.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use domain::draft::Problems;
use domain::id::{ManagementReviewId, PersonId, ReviewDecisionId, ReviewPaperId, UnitId};
use domain::management_review::{
    DecisionDraft, DecisionKind, DecisionState, DecisionVerb, ReviewState, ReviewTopic, ReviewVerb, advance, available,
    available_for_decision, is_signed, may_render,
};
use domain::permission::{Permission, Role};
use domain::record::{ReportState, Subject};
use entities::{management_review, review_decision, review_input, unit, unit_path};
use poem::web::{Data, Path, Query};
use poem::{IntoResponse as _, Request, Response, Route, get, handler, post};
use render::Form;
use render::views::findings::Link;
use render::views::management_reviews as view;
use render::views::part::{Chip, Choice, Due, Listing, Pager, Search, Stage, Tone};
use render::views::reports::PaperFile;
use sea_orm::sea_query::Query as Sql;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use super::access::{self, Case};
use super::facts::Fact;
use super::http::names_of;
use super::{Filter, Meeting, Minutes, Plan, chaired_by, decisions, editions, paper, participants, read_changes, read_facts};
use crate::app::App;
use crate::auth::{Caller, Can, Either, can};
use crate::corrective_actions::plan::people_of;
use crate::error::{Error, Result};
use crate::findings::pages::{choices, refuse, shown_due, steps};
use crate::http::{Slice, Version, link};
use crate::inspections::plan::own_unit;
use crate::inspections::unit_names;
use crate::programmes::pages::own_units;
use crate::reports::Registration;
use crate::store::names_of_people;
use crate::web::{self, Login, Posted, on_form_rows, say};
use crate::work::duties::holders;
use crate::work::records::Names;

type Readers = Either<can::ReadReviews, can::DoSteps>;
type Followers = Either<can::PrepareReviews, can::SignForUnit>;

const LIST: &str = "/xem-xet-lanh-dao";
/// Files of the minutes shown.
const FILES: u64 = 5;
/// The stages of a review, as the bar names them.
const STAGES: [&str; 4] = ["planned", "inputs_taken", "held", "concluded"];

/// Adds the pages of this area.
#[must_use]
pub fn routes(tree: Route) -> Route {
    tree.at("/xem-xet-lanh-dao", get(list))
        .at("/xem-xet-lanh-dao/moi", get(new_page).post(create))
        .at("/xem-xet-lanh-dao/:id", get(show_page))
        .at("/xem-xet-lanh-dao/:id/sua", get(edit_page).post(update))
        .at("/xem-xet-lanh-dao/:id/lay-dau-vao", post(take))
        .at("/xem-xet-lanh-dao/:id/nhan-xet", post(remark))
        .at("/xem-xet-lanh-dao/:id/hop", post(do_hold))
        .at("/xem-xet-lanh-dao/:id/bien-ban", get(write_page).post(write))
        .at("/xem-xet-lanh-dao/:id/ket-luan", post(conclude))
        .at("/xem-xet-lanh-dao/:id/huy", post(cancel))
        .at("/xem-xet-lanh-dao/:id/van-ban", post(ask))
        .at("/xem-xet-lanh-dao/:id/cap-so", post(do_register))
        .at("/xem-xet-lanh-dao/:id/quyet-dinh/:decision/:act", post(decide))
        .at("/van-ban-xem-xet/:id", get(fetch))
}

fn page_of(id: ManagementReviewId) -> String {
    web::link_to(Subject::ManagementReview, id.0)
}

#[derive(Clone, Debug, Default, serde::Deserialize)]
struct Asked {
    loc: Option<String>,
    q: Option<String>,
    cursor: Option<String>,
}

#[handler]
async fn list(app: Data<&App>, caller: Login<Readers>, request: &Request, Query(asked): Query<Asked>) -> Result<Response> {
    let db = app.store.read();
    let slice = Slice::new(None, asked.cursor.as_deref())?;
    let state: Option<ReviewState> = asked.loc.as_deref().and_then(|word| word.parse().ok());
    let q = asked.q.clone().filter(|q| !q.trim().is_empty());
    let rows = super::list(db, &caller, &Filter { state, q: q.clone(), ..Filter::default() }, &slice).await?;
    let names = unit_names(db, rows.iter().map(|row| row.unit_id)).await?;
    let show = |row: management_review::Model| view::ReviewRow {
        href: page_of(row.id),
        unit: names.get(&row.unit_id).cloned().unwrap_or_default(),
        on: row.on_date,
        state: row.state,
        tone: tone(row.state),
        number: number_of(&row),
        code: row.code,
    };
    let word = state.map(|state| state.to_string());
    let path = link(LIST, &[("loc", word.clone()), ("q", q.clone())]);
    let (rows, next) = slice.page(rows, &path, |row| (serde_json::json!(row.on_date), row.id.0), show);
    let chip = |one: &ReviewState| {
        let active = state == Some(*one);
        let href = if active { LIST.to_owned() } else { link(LIST, &[("loc", Some(one.to_string()))]) };
        Chip { label: say(&app, &format!("review_state.{one}"), &[]), href, active, count: None }
    };
    let page = view::ReviewList {
        list: Listing {
            rows,
            pager: Pager { next, first: asked.cursor.map(|_| path) },
            chips: ReviewState::ALL.iter().map(chip).collect(),
            clear: (q.is_some() || state.is_some()).then(|| LIST.to_owned()),
            search: Some(Search {
                action: LIST.to_owned(),
                q: q.unwrap_or_default(),
                keep: word.map(|word| ("loc".to_owned(), word)).into_iter().collect(),
            }),
        },
        new_href: caller.may(Permission::PrepareReviews).then(|| format!("{LIST}/moi")),
    };
    web::page(&app, &caller, say(&app, "review.list", &[]), &web::path_of(request), &page).await
}

const fn tone(state: ReviewState) -> Tone {
    match state {
        ReviewState::Planned | ReviewState::Cancelled => Tone::Neutral,
        ReviewState::InputsTaken => Tone::Info,
        ReviewState::Held => Tone::Warn,
        ReviewState::Concluded => Tone::Good,
    }
}

fn number_of(row: &management_review::Model) -> Option<String> {
    Some(format!("{:02}/{}", row.number?, row.symbol.as_deref()?))
}

/// The form of an act that came back, by its id.
type Failed = Option<(String, Form)>;

#[handler]
async fn show_page(
    app: Data<&App>,
    caller: Login<Readers>,
    request: &Request,
    Path(id): Path<ManagementReviewId>,
) -> Result<Response> {
    let (title, view) = Shown::load(&app, &caller, id, None).await?.view().await?;
    web::page(&app, &caller, title, &web::path_of(request), &view).await
}

/// A review being drawn.
struct Shown<'a> {
    app: &'a App,
    caller: &'a Caller,
    case: Case,
    /// Who chaired the meeting, or is to.
    chair: PersonId,
    verbs: Vec<ReviewVerb>,
    people: BTreeMap<PersonId, String>,
    table: Vec<PersonId>,
    decided: Vec<review_decision::Model>,
    failed: Failed,
}

impl<'a> Shown<'a> {
    async fn load(app: &'a App, caller: &'a Caller, id: ManagementReviewId, failed: Failed) -> Result<Self> {
        let db = app.store.read();
        let case = access::case(db, caller, id).await?;
        let table = participants(db, id).await?;
        let decided = decisions::of_review(db, id).await?;
        let chair = chaired_by(db, &case.row).await?;
        let mentioned = [chair, case.row.chair_id, case.row.secretary_id].into_iter();
        let mentioned = mentioned.chain(case.signers.iter().copied()).chain(table.iter().copied());
        let mentioned = mentioned.chain(decided.iter().flat_map(|one| [Some(one.owner_id), one.confirmed_by_id]).flatten());
        let people = names_of_people(db, mentioned.collect::<Vec<_>>()).await?;
        let verbs = available(case.row.state, case.by, &case.facts);
        Ok(Self { app, caller, case, chair, verbs, people, table, decided, failed })
    }

    fn name(&self, id: PersonId) -> String {
        self.people.get(&id).cloned().unwrap_or_default()
    }

    /// The chair, and who signed the minutes when that was somebody else.
    fn chair(&self) -> String {
        let (chair, signer) = (self.name(self.chair), self.case.row.chair_id);
        if signer == self.chair {
            return chair;
        }
        say(self.app, "review.chair_and_signer", &[("chair", chair), ("signer", self.name(signer))])
    }

    fn form(&self, name: &str, version: i64) -> Form {
        match &self.failed {
            Some((failed, form)) if failed == name => {
                form.clone().compare(&Form { version: Some(version), ..Form::default() }).with_id(name)
            }
            _ => web::fresh_form(Some(version)).with_id(name),
        }
    }

    fn may(&self, verb: ReviewVerb, name: &str) -> Option<Form> {
        self.verbs.contains(&verb).then(|| self.form(name, self.case.row.version))
    }

    async fn view(self) -> Result<(String, view::ReviewPage)> {
        let (app, db, row) = (self.app, self.app.store.read(), &self.case.row);
        let calendar = crate::calendar::load(db).await?;
        let units = unit_names(db, self.decided.iter().map(|one| one.unit_id).chain([row.unit_id])).await?;
        let names = names_of(db, self.caller, &self.case.inputs).await?;
        let remedies = decisions::remedies(db, &self.decided).await?;
        let previous = match row.previous_id {
            Some(id) => management_review::Entity::find_by_id(id).filter(access::visible(self.caller)).one(db).await?,
            None => None,
        };
        let edition = editions::named(Some(&row.edition))?.ok_or(Error::NotFound)?;
        let inputs =
            self.case.inputs.iter().zip(1..).map(|(input, n)| self.input(input, n, &names)).collect::<Result<Vec<_>>>()?;
        let decision = |one: &review_decision::Model| {
            let due = match one.state {
                DecisionState::Open if is_signed(row.state) => shown_due(&calendar, one.due_on, self.caller.today),
                _ => Due { on: one.due_on, days_left: None, overdue: false, provisional: false },
            };
            self.decision(one, units.get(&one.unit_id).cloned().unwrap_or_default(), due, remedies.get(&one.id))
        };
        let href = page_of(row.id);
        let mut remarks = self.may(ReviewVerb::Remark, "remarks");
        if let Some(form) = remarks.as_mut().filter(|form| form.values.is_empty()) {
            for input in &self.case.inputs {
                form.set(format!("remarks/{}", input.topic), input.remark.clone().unwrap_or_default());
            }
        }
        let unremarked = if remarks.is_some() { self.case.facts.unremarked } else { 0 };
        let mut hold = self.may(ReviewVerb::Hold, "hold");
        if let Some(form) = hold.as_mut().filter(|form| form.values.is_empty()) {
            form.set("held_on", row.on_date.min(self.caller.today).to_string()).set("opened", "08:00").set("closed", "11:00");
            form.set("place", row.place.clone().unwrap_or_default()).set("others", row.others.clone().unwrap_or_default());
        }
        let lines = |text: &Option<String>| text.iter().flat_map(|text| text.lines()).map(str::to_owned).collect::<Vec<_>>();
        let others = lines(&row.others).into_iter();
        let mut stage = self.stage(&calendar);
        if is_signed(row.state) && row.number.is_none() {
            let turn = paper::registrar_words(db, row.unit_id, self.caller.today).await?;
            stage.holder = Some(say(app, turn, &[]));
            stage.next = Some(say(app, "review.number_next", &[]));
        }
        let view = view::ReviewPage {
            stage,
            state: row.state,
            unit: units.get(&row.unit_id).cloned().unwrap_or_default(),
            on: row.on_date,
            hours: row.opened.as_ref().zip(row.closed.as_ref()).map(|(opened, closed)| format!("{opened}–{closed}")),
            place: row.place.clone(),
            chair: self.chair(),
            secretary: self.name(row.secretary_id),
            participants: self.table.iter().map(|id| self.name(*id)).chain(others).collect(),
            edition: edition.title.clone(),
            period_from: row.period_from,
            inputs_on: row.inputs_on,
            previous: previous.map(|before| Link { href: page_of(before.id), text: before.code }),
            cancel_reason: row.cancel_reason.clone(),
            changed: inputs.iter().filter(|input| !input.changes.is_empty()).count(),
            inputs,
            remarks,
            discussion: lines(&row.discussion),
            conclusion: lines(&row.conclusion),
            decisions: self.decided.iter().map(decision).collect(),
            edit_href: self.verbs.contains(&ReviewVerb::Update).then(|| format!("{href}/sua")),
            take: self.may(ReviewVerb::TakeInputs, "take"),
            unremarked,
            hold,
            write_href: self.verbs.contains(&ReviewVerb::Write).then(|| format!("{href}/bien-ban")),
            conclude: self.may(ReviewVerb::Conclude, "conclude"),
            cancel: self.may(ReviewVerb::Cancel, "cancel"),
            paper: self.paper().await?,
            list_href: LIST.to_owned(),
            href,
        };
        Ok((format!("{} · {}", row.code, say(app, "review.heading", &[])), view))
    }

    fn stage(&self, calendar: &domain::calendar::Calendar) -> Stage {
        let row = &self.case.row;
        let here = if row.state == ReviewState::Cancelled { "cancelled" } else { row.state.code() };
        let names: Vec<&str> = if row.state == ReviewState::Cancelled { vec!["planned", "cancelled"] } else { STAGES.to_vec() };
        let written = self.case.facts.written;
        let holders = match row.state {
            ReviewState::Held if written => self.case.signers.as_slice(),
            ReviewState::Planned | ReviewState::InputsTaken | ReviewState::Held => std::slice::from_ref(&row.secretary_id),
            ReviewState::Concluded | ReviewState::Cancelled => &[],
        };
        let holders: Vec<String> = holders.iter().map(|id| self.name(*id)).collect();
        let waits = matches!(row.state, ReviewState::Planned | ReviewState::InputsTaken);
        Stage {
            steps: steps(self.app, "review_state", &names, here),
            holder: (!holders.is_empty()).then(|| holders.join(", ")),
            due: waits.then(|| shown_due(calendar, row.on_date, self.caller.today)),
            next: None,
        }
    }

    fn input(&self, input: &review_input::Model, n: usize, names: &Names) -> Result<view::InputBox> {
        let catalogue = self.app.renderer.catalogue();
        let line = |fact: Fact| {
            let rows = fact.rows.iter().filter_map(|row| names.get(&(row.subject, row.id)));
            let rows = rows.filter_map(|named| Some(Link { href: named.href.clone()?, text: named.text.clone() }));
            view::FactLine { text: fact.worded(catalogue), rows: rows.collect() }
        };
        let worded = |fact: Option<Fact>| fact.map(|fact| fact.worded(catalogue));
        let changes = read_changes(&input.changes)?.into_iter();
        Ok(view::InputBox {
            topic: input.topic,
            code: input.letter.clone().unwrap_or_else(|| n.to_string()),
            title: input.title.clone(),
            facts: read_facts(&input.facts)?.into_iter().map(line).collect(),
            changes: changes.map(|one| view::ChangeLine { before: worded(one.before), after: worded(one.after) }).collect(),
            remark: input.remark.iter().flat_map(|text| text.lines()).map(str::to_owned).collect(),
            text_only: input.topic.is_text_only(),
        })
    }

    fn decision(
        &self,
        one: &review_decision::Model,
        unit: String,
        due: Due,
        remedy: Option<&(decisions::Remedy, entities::corrective_action::Model)>,
    ) -> view::DecisionBox {
        let by = access::by_decision(self.case.by, self.caller, one);
        let verbs = available_for_decision(self.case.row.state, one.state, by);
        let may =
            |verb: DecisionVerb, name: &str| verbs.contains(&verb).then(|| self.form(&format!("{name}-{}", one.id), one.version));
        let linked =
            |subject: Subject, id: uuid::Uuid, text: &str| Link { href: web::link_to(subject, id), text: text.to_owned() };
        view::DecisionBox {
            id: one.id.to_string(),
            kind: one.kind,
            text: one.content.clone(),
            unit,
            owner: self.name(one.owner_id),
            tone: match one.state {
                DecisionState::Open if due.overdue => Tone::Bad,
                DecisionState::Open | DecisionState::Remedied => Tone::Info,
                DecisionState::Reported => Tone::Warn,
                DecisionState::Confirmed => Tone::Good,
            },
            due,
            resources: one.resources.clone(),
            state: one.state,
            done_note: one.done_note.clone(),
            return_reason: one.return_reason.clone(),
            confirmed_by: one.confirmed_by_id.map(|id| self.name(id)),
            finding: remedy.map(|(remedy, _)| linked(Subject::Finding, remedy.finding_id.0, &remedy.finding_code)),
            action: remedy.map(|(remedy, action)| {
                (linked(Subject::CorrectiveAction, remedy.action_id.0, &remedy.action_code), action.state)
            }),
            report: may(DecisionVerb::Report, "report"),
            confirm: may(DecisionVerb::Confirm, "confirm"),
            send_back: may(DecisionVerb::Return, "return"),
            remedy: may(DecisionVerb::Remedy, "remedy"),
            href: format!("{}/quyet-dinh/{}", page_of(self.case.row.id), one.id),
        }
    }

    async fn paper(&self) -> Result<Option<view::PaperBox>> {
        let (db, row) = (self.app.store.read(), &self.case.row);
        if !may_render(row.state) {
            return Ok(None);
        }
        let files: Vec<PaperFile> = paper::list(db, self.caller, row.id, FILES).await?.iter().map(file).collect();
        let mut register = None;
        if paper::may_register(db, self.caller, row).await? {
            let mut form = self.form("register", row.version);
            if form.values.is_empty() {
                let unit = crate::units::find(db, row.unit_id).await?;
                form.set("symbol", paper::usual_symbol(&unit)).set("issued_on", self.caller.today.to_string());
            }
            register = Some(form);
        }
        Ok(Some(view::PaperBox {
            signed_at: row.signed_at,
            number: number_of(row),
            issued_on: row.issued_on,
            waits: files.iter().any(|file| file.state == ReportState::Queued),
            files,
            render: web::fresh_form(None).with_id("render"),
            register,
            today: self.caller.today,
        }))
    }
}

fn file(row: &entities::review_paper::Model) -> PaperFile {
    let ready = row.state == ReportState::Ready;
    PaperFile {
        state: row.state,
        tone: match row.state {
            ReportState::Queued => Tone::Info,
            ReportState::Ready => Tone::Good,
            ReportState::Failed => Tone::Bad,
        },
        draft: row.draft,
        requested_at: row.requested_at,
        href: ready.then(|| format!("/van-ban-xem-xet/{}", row.id)),
        pages: row.pages.or(ready.then_some(1)),
        sha256: row.blob_sha256.clone(),
        error: row.error.clone(),
    }
}

/// The page of a review again, with what is wrong with one of its acts.
async fn failed(
    app: &App,
    caller: &Caller,
    id: ManagementReviewId,
    name: &str,
    mut form: Form,
    error: Error,
) -> Result<Response> {
    if !matches!(error, Error::Invalid(_) | Error::Rule(_) | Error::Stale) {
        return Err(error);
    }
    refuse(app, &mut form, &error);
    let (title, view) = Shown::load(app, caller, id, Some((name.to_owned(), form))).await?.view().await?;
    let response = web::page(app, caller, title, &page_of(id), &view).await?;
    Ok(response.with_status(error.status()).into_response())
}

/// Does an act of the page: back to it with a word, or again with what is wrong.
async fn acted<P: Can, T>(
    app: &App,
    posted: Posted<P>,
    id: ManagementReviewId,
    name: &str,
    work: impl AsyncFnOnce(&Caller, &Form, Version) -> Result<T>,
) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let outcome = async { work(&caller, &form, web::seen(&form)?).await };
    match outcome.await {
        Ok(_) => Ok(web::done(&page_of(id), "review_done")),
        Err(error) => failed(app, &caller, id, name, form, error).await,
    }
}

#[handler]
async fn take(app: Data<&App>, posted: Posted<can::PrepareReviews>, Path(id): Path<ManagementReviewId>) -> Result<Response> {
    acted(&app, posted, id, "take", async |caller, _, version| super::take_inputs(&app.store, caller, id, version).await).await
}

#[handler]
async fn remark(app: Data<&App>, posted: Posted<can::PrepareReviews>, Path(id): Path<ManagementReviewId>) -> Result<Response> {
    let work = async |caller: &Caller, form: &Form, version| {
        let said = |topic: &ReviewTopic| {
            let typed = form.values.get(&format!("remarks/{topic}"))?;
            Some((*topic, Some(typed.clone())))
        };
        let remarks = ReviewTopic::ALL.iter().filter_map(said).collect();
        super::remark(&app.store, caller, id, version, remarks).await
    };
    acted(&app, posted, id, "remarks", work).await
}

fn day(form: &Form, name: &str, problems: &mut Problems) -> Option<NaiveDate> {
    let typed = form.value(name).trim();
    let parsed = typed.parse().ok();
    problems.check(!typed.is_empty() && parsed.is_none(), name, "expected_date");
    parsed
}

/// A day that must be there.
fn needed_day(form: &Form, name: &str) -> Result<NaiveDate> {
    let mut problems = Problems::new();
    let parsed = day(form, name, &mut problems);
    problems.check(form.value(name).trim().is_empty(), name, "required");
    problems.finish()?;
    parsed.ok_or_else(|| Error::field(name, "required"))
}

#[handler]
async fn do_hold(app: Data<&App>, posted: Posted<can::PrepareReviews>, Path(id): Path<ManagementReviewId>) -> Result<Response> {
    let work = async |caller: &Caller, form: &Form, version| {
        let text = |name: &str| Some(form.value(name).to_owned());
        let meeting = Meeting {
            held_on: needed_day(form, "held_on")?,
            opened: form.value("opened").to_owned(),
            closed: form.value("closed").to_owned(),
            place: text("place"),
            participant_ids: None,
            others: text("others"),
        };
        super::hold(&app.store, caller, id, version, meeting).await
    };
    acted(&app, posted, id, "hold", work).await
}

#[handler]
async fn conclude(app: Data<&App>, posted: Posted<can::SignForUnit>, Path(id): Path<ManagementReviewId>) -> Result<Response> {
    acted(&app, posted, id, "conclude", async |caller, _, version| super::conclude(&app.store, caller, id, version).await).await
}

#[handler]
async fn cancel(app: Data<&App>, posted: Posted<can::PrepareReviews>, Path(id): Path<ManagementReviewId>) -> Result<Response> {
    let work = async |caller: &Caller, form: &Form, version| {
        super::cancel(&app.store, caller, id, version, form.value("reason").to_owned()).await
    };
    acted(&app, posted, id, "cancel", work).await
}

#[handler]
async fn ask(app: Data<&App>, posted: Posted<Readers>, Path(id): Path<ManagementReviewId>) -> Result<Response> {
    paper::request(&app, &posted.caller, id).await?;
    Ok(web::done(&page_of(id), "paper_requested"))
}

#[handler]
async fn do_register(
    app: Data<&App>,
    posted: Posted<Either<can::RegisterPapers, can::SignForUnit>>,
    Path(id): Path<ManagementReviewId>,
) -> Result<Response> {
    let work = async |caller: &Caller, form: &Form, version| {
        let mut problems = Problems::new();
        let number = form.value("number").trim().replace('.', "").parse::<i32>().ok();
        problems.check(number.is_none(), "number", "number_out_of_range");
        let issued_on = day(form, "issued_on", &mut problems);
        problems.check(form.value("issued_on").trim().is_empty(), "issued_on", "required");
        problems.finish()?;
        let symbol = form.value("symbol").to_owned();
        let (Some(number), Some(issued_on)) = (number, issued_on) else { return Err(Error::field("number", "required")) };
        paper::register(&app, caller, id, version, Registration { number, symbol, issued_on }).await
    };
    acted(&app, posted, id, "register", work).await
}

#[handler]
async fn fetch(app: Data<&App>, caller: Login<Readers>, Path(id): Path<ReviewPaperId>) -> Result<Response> {
    Ok(paper::content(&app, &caller, id).await?.into_response())
}

#[handler]
async fn decide(
    app: Data<&App>,
    posted: Posted<Either<Followers, Readers>>,
    Path((id, decision, act)): Path<(ManagementReviewId, ReviewDecisionId, String)>,
) -> Result<Response> {
    let name = match act.as_str() {
        "xong" => "report",
        "xac-nhan" => "confirm",
        "tra-lai" => "return",
        "khac-phuc" => "remedy",
        _ => return Err(Error::NotFound),
    };
    let work = async |caller: &Caller, form: &Form, version| {
        let act = match name {
            "report" => decisions::Act::Report { note: form.value("note").to_owned() },
            "return" => decisions::Act::Return { reason: form.value("reason").to_owned() },
            "confirm" => decisions::Act::Confirm,
            _ => return decisions::remedy(&app.store, caller, decision, version).await.map(drop),
        };
        decisions::act(&app.store, caller, decision, version, act).await.map(drop)
    };
    acted(&app, posted, id, &format!("{name}-{decision}"), work).await
}

#[derive(Clone, Debug, Default, serde::Deserialize)]
struct OfUnit {
    don_vi: Option<UnitId>,
}

/// The unit a new review is for: the one named, else the caller's only one.
async fn chosen(app: &App, caller: &Caller, asked: Option<UnitId>) -> Result<Option<UnitId>> {
    match own_unit(app.store.read(), caller, Permission::PrepareReviews, asked).await? {
        Ok(unit) => Ok(Some(unit)),
        Err(_) if asked.is_some() => Err(Error::NotFound),
        Err(_) => Ok(None),
    }
}

async fn form_view(app: &App, caller: &Caller, unit: Option<UnitId>, form: Form) -> Result<view::ReviewForm> {
    let db = app.store.read();
    let named = |people: Vec<(PersonId, String)>| -> Vec<Choice> {
        people.into_iter().map(|(id, name)| Choice::new(id.to_string(), name)).collect()
    };
    let (mut name, mut people, mut chairs, mut secretaries) = (None, Vec::new(), Vec::new(), Vec::new());
    if let Some(unit) = unit {
        name = unit_names(db, [unit]).await?.remove(&unit);
        people = named(people_of(db, unit, caller.today).await?);
        let units = BTreeSet::from([unit]);
        for (role, kept) in [(Role::Head, &mut chairs), (Role::IsoSecretary, &mut secretaries)] {
            let held = holders(db, &[role], &units, caller.today).await?.remove(&unit).unwrap_or_default();
            *kept = named(names_of_people(db, held).await?.into_iter().collect());
        }
    }
    let choose = |one: Choice| Choice::new(format!("{LIST}/moi?don_vi={}", one.value), one.label);
    let units = own_units(app, caller, Permission::PrepareReviews).await?;
    Ok(view::ReviewForm {
        action: unit.map_or_else(|| format!("{LIST}/moi"), |unit| format!("{LIST}/moi?don_vi={unit}")),
        form,
        unit: name,
        units: units.into_iter().map(choose).collect(),
        editions: editions::all()?.iter().map(|one| Choice::new(one.code.clone(), one.title.clone())).collect(),
        chairs,
        secretaries,
        people,
        is_new: true,
        back: LIST.to_owned(),
    })
}

#[handler]
async fn new_page(
    app: Data<&App>,
    caller: Login<can::PrepareReviews>,
    request: &Request,
    Query(asked): Query<OfUnit>,
) -> Result<Response> {
    let mut form = web::fresh_form(None);
    let unit = chosen(&app, &caller, asked.don_vi).await?;
    let usual = match unit {
        Some(unit) => editions::usual(app.store.read(), unit, caller.today).await?,
        None => editions::named(None)?,
    };
    if let Some(edition) = usual {
        form.set("edition", edition.code.clone());
    }
    let mut view = form_view(&app, &caller, unit, form).await?;
    if let [only] = view.chairs.as_slice() {
        view.form.set("chair_id", only.value.clone());
    }
    if view.secretaries.iter().any(|one| one.value == caller.person.to_string()) {
        view.form.set("secretary_id", caller.person.to_string());
    }
    web::page(&app, &caller, say(&app, "review.new", &[]), &web::path_of(request), &view).await
}

fn plan_of(form: &Form) -> Result<Plan> {
    let mut problems = Problems::new();
    let on_date = day(form, "on_date", &mut problems);
    problems.check(form.value("on_date").trim().is_empty(), "on_date", "required");
    let person = |name: &str, problems: &mut Problems| {
        let parsed: Option<PersonId> = form.value(name).parse().ok();
        problems.check(parsed.is_none(), name, "required");
        parsed
    };
    let (chair_id, secretary_id) = (person("chair_id", &mut problems), person("secretary_id", &mut problems));
    let period_from = day(form, "period_from", &mut problems);
    problems.finish()?;
    let (Some(on_date), Some(chair_id), Some(secretary_id)) = (on_date, chair_id, secretary_id) else {
        return Err(Error::field("on_date", "required"));
    };
    let ticked = form.values.iter().filter(|(_, value)| value.as_str() == "yes");
    let participant_ids = ticked.filter_map(|(name, _)| name.strip_prefix("participant_ids/")?.parse().ok()).collect();
    Ok(Plan {
        on_date,
        place: Some(form.value("place").to_owned()),
        chair_id,
        secretary_id,
        participant_ids,
        others: Some(form.value("others").to_owned()),
        period_from,
    })
}

#[handler]
async fn create(
    app: Data<&App>,
    posted: Posted<can::PrepareReviews>,
    request: &Request,
    Query(asked): Query<OfUnit>,
) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let unit = chosen(&app, &caller, asked.don_vi).await?;
    let outcome = async {
        let edition = Some(form.value("edition").to_owned()).filter(|code| !code.is_empty());
        super::plan(&app.store, &caller, unit, edition, plan_of(&form)?).await
    };
    match outcome.await {
        Ok(row) => Ok(web::done(&page_of(row.id), "review_saved")),
        Err(error) => {
            let view = async |form| form_view(&app, &caller, unit, form).await;
            web::again(&app, &caller, say(&app, "review.new", &[]), &web::path_of(request), form, error, view).await
        }
    }
}

/// The form as the plan is now.
async fn planned(app: &App, caller: &Caller, id: ManagementReviewId) -> Result<(management_review::Model, Form)> {
    let db = app.store.read();
    let Case { row, by, facts, .. } = access::case(db, caller, id).await?;
    advance(row.state, ReviewVerb::Update, by, &facts)?;
    let mut form = web::fresh_form(Some(row.version));
    form.set("on_date", row.on_date.to_string()).set("place", row.place.clone().unwrap_or_default());
    form.set("chair_id", row.chair_id.to_string()).set("secretary_id", row.secretary_id.to_string());
    form.set("others", row.others.clone().unwrap_or_default()).set("period_from", row.period_from.to_string());
    for person in participants(db, id).await? {
        form.set(format!("participant_ids/{person}"), "yes");
    }
    Ok((row, form))
}

async fn edit_view(app: &App, caller: &Caller, row: &management_review::Model, form: Form) -> Result<view::ReviewForm> {
    let view = form_view(app, caller, Some(row.unit_id), form).await?;
    let back = page_of(row.id);
    Ok(view::ReviewForm { action: format!("{back}/sua"), editions: Vec::new(), is_new: false, back, ..view })
}

#[handler]
async fn edit_page(
    app: Data<&App>,
    caller: Login<can::PrepareReviews>,
    request: &Request,
    Path(id): Path<ManagementReviewId>,
) -> Result<Response> {
    let (row, form) = planned(&app, &caller, id).await?;
    let view = edit_view(&app, &caller, &row, form).await?;
    web::page(&app, &caller, say(&app, "review.edit", &[]), &web::path_of(request), &view).await
}

#[handler]
async fn update(
    app: Data<&App>,
    posted: Posted<can::PrepareReviews>,
    request: &Request,
    Path(id): Path<ManagementReviewId>,
) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let outcome = async { super::update(&app.store, &caller, id, web::seen(&form)?, plan_of(&form)?).await };
    match outcome.await {
        Ok(_) => Ok(web::done(&page_of(id), "review_saved")),
        Err(error) => {
            let view = async |form: Form| {
                let (row, fresh) = planned(&app, &caller, id).await?;
                edit_view(&app, &caller, &row, form.compare(&fresh)).await
            };
            web::again(&app, &caller, say(&app, "review.edit", &[]), &web::path_of(request), form, error, view).await
        }
    }
}

/// The minutes as they are now.
async fn written(app: &App, caller: &Caller, id: ManagementReviewId) -> Result<(management_review::Model, Form)> {
    let db = app.store.read();
    let Case { row, by, facts, .. } = access::case(db, caller, id).await?;
    advance(row.state, ReviewVerb::Write, by, &facts)?;
    let mut form = web::fresh_form(Some(row.version));
    form.set("discussion", row.discussion.clone().unwrap_or_default());
    form.set("conclusion", row.conclusion.clone().unwrap_or_default());
    for (n, one) in decisions::of_review(db, id).await?.into_iter().enumerate() {
        form.set(format!("decisions/{n}/content"), one.content).set(format!("decisions/{n}/kind"), one.kind.code());
        form.set(format!("decisions/{n}/unit_id"), one.unit_id.to_string());
        form.set(format!("decisions/{n}/owner_id"), one.owner_id.to_string());
        form.set(format!("decisions/{n}/due_on"), one.due_on.to_string());
        form.set(format!("decisions/{n}/resources"), one.resources.unwrap_or_default());
    }
    Ok((row, form))
}

async fn minutes_view(app: &App, caller: &Caller, row: &management_review::Model, form: Form) -> Result<view::MinutesForm> {
    let db = app.store.read();
    let below = Sql::select()
        .column(unit_path::Column::DescendantId)
        .from(unit_path::Entity)
        .and_where(unit_path::Column::AncestorId.eq(row.unit_id))
        .to_owned();
    let units = unit::Entity::find()
        .filter(unit::Column::Id.in_subquery(below))
        .filter(crate::units::alive(unit::Column::ValidFrom, unit::Column::ValidTo, caller.today))
        .order_by_asc(unit::Column::Code)
        .all(db)
        .await?;
    let people = people_of(db, row.unit_id, caller.today).await?;
    let back = page_of(row.id);
    Ok(view::MinutesForm {
        action: format!("{back}/bien-ban"),
        form,
        kinds: choices(app, DecisionKind::KEY, DecisionKind::ALL),
        units: units.into_iter().map(|unit| Choice::new(unit.id.to_string(), unit.name)).collect(),
        people: people.into_iter().map(|(id, name)| Choice::new(id.to_string(), name)).collect(),
        back,
    })
}

#[handler]
async fn write_page(
    app: Data<&App>,
    caller: Login<can::PrepareReviews>,
    request: &Request,
    Path(id): Path<ManagementReviewId>,
) -> Result<Response> {
    let (row, mut form) = written(&app, &caller, id).await?;
    if form.rows("decisions").is_empty() {
        form.set("decisions/0/unit_id", row.unit_id.to_string());
    }
    let view = minutes_view(&app, &caller, &row, form).await?;
    web::page(&app, &caller, say(&app, "review.write", &[]), &web::path_of(request), &view).await
}

/// The rows that say something: a row of which only the unit stands, as the form offers it, is blank.
fn minutes_of(form: &Form) -> Result<(Minutes, Vec<usize>)> {
    let mut problems = Problems::new();
    let mut live = Vec::new();
    let mut drafts = Vec::new();
    for n in form.rows("decisions") {
        let value = |name: &str| form.value(&format!("decisions/{n}/{name}")).trim().to_owned();
        let said = ["content", "kind", "owner_id", "due_on", "resources"];
        if said.iter().all(|name| value(name).is_empty()) {
            continue;
        }
        live.push(n);
        drafts.push(DecisionDraft {
            kind: value("kind").parse().ok(),
            content: value("content"),
            unit_id: value("unit_id").parse().ok(),
            owner_id: value("owner_id").parse().ok(),
            due_on: day(form, &format!("decisions/{n}/due_on"), &mut problems),
            resources: Some(value("resources")),
        });
    }
    problems.finish()?;
    let text = |name: &str| Some(form.value(name).to_owned());
    Ok((Minutes { discussion: text("discussion"), conclusion: text("conclusion"), decisions: drafts }, live))
}

#[handler]
async fn write(
    app: Data<&App>,
    posted: Posted<can::PrepareReviews>,
    request: &Request,
    Path(id): Path<ManagementReviewId>,
) -> Result<Response> {
    let Posted { caller, mut form, .. } = posted;
    let title = say(&app, "review.write", &[]);
    if !form.value("add").is_empty() {
        form.add_row("decisions");
        let (row, _) = written(&app, &caller, id).await?;
        let view = minutes_view(&app, &caller, &row, form).await?;
        return web::page(&app, &caller, title, &web::path_of(request), &view).await;
    }
    let outcome = async {
        let (minutes, live) = minutes_of(&form)?;
        let saved = super::write(&app.store, &caller, id, web::seen(&form)?, minutes).await;
        saved.map_err(|error| on_form_rows(error, "decisions", &live))
    };
    match outcome.await {
        Ok(_) => Ok(web::done(&page_of(id), "review_saved")),
        Err(error) => {
            let view = async |form: Form| {
                let (row, fresh) = written(&app, &caller, id).await?;
                minutes_view(&app, &caller, &row, form.compare(&fresh)).await
            };
            web::again(&app, &caller, title, &web::path_of(request), form, error, view).await
        }
    }
}
