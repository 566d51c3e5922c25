//! A revision: where it stands, its text, and what may be done now.

use domain::document::control::{OfferState, ReceiptFact, offer_state};
use domain::document::revision::{Facts, RevisionVerb, advance, missing};
use domain::document::{DocumentState, RevisionState, TextForm};
use domain::draft::FieldError;
use domain::id::{PersonId, RevisionId};
use domain::permission::Permission;
use domain::record::Subject;
use entities::{distribution, document, issue_decision, receipt, unit};
use poem::http::StatusCode;
use poem::web::{Data, Path};
use poem::{IntoResponse as _, Request, Response, handler};
use render::Form;
use render::views::documents as view;
use render::views::findings::Link;
use render::views::part::{Choice, Stage};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::super::access::{Case, Stop, as_rules};
use super::super::issue::{self, Withdrawal};
use super::super::revisions::{self, Read, numbers_of, people_of};
use super::super::{access, distribution as offers, lists, waiting};
use super::words::{
    MOST_CHOICES, Names, document_link, drafter_of, name_of, number_of, part_name, revision_tone, staff, task_field, task_of,
    text_forms, times_shown, title_of,
};
use super::{Failed, form_of, mendable, renamed};
use crate::app::App;
use crate::auth::{Caller, can};
use crate::error::{Error, Result};
use crate::findings::pages::{refuse, shown_due, shown_file, shown_history, steps};
use crate::findings::read::history_of;
use crate::store::names_of_people;
use crate::web::{self, Login, Posted, say};

/// The page of a revision.
pub fn page_of(id: RevisionId) -> String {
    web::link_to(Subject::Revision, id.0)
}

#[handler]
pub async fn show_page(
    app: Data<&App>,
    caller: Login<can::ReadDocuments>,
    request: &Request,
    Path(id): Path<RevisionId>,
) -> Result<Response> {
    show(&app, &caller, id, &web::path_of(request), StatusCode::OK, None).await
}

async fn show(app: &App, caller: &Caller, id: RevisionId, path: &str, status: StatusCode, failed: Failed) -> Result<Response> {
    let read = revisions::read(app.store.read(), caller, id).await?;
    let title = read.case.document.title.clone();
    let view = shown(app, caller, read, &failed).await?;
    Ok(web::page(app, caller, title, path, &view).await?.with_status(status).into_response())
}

async fn shown(app: &App, caller: &Caller, read: Read, failed: &Failed) -> Result<view::RevisionPage> {
    let db = app.store.read();
    let row = read.case.row.clone();
    let parent = read.case.document.clone();
    let history = history_of(db, row.id.0).await?;
    let mut people = people_of(&read.case.route);
    people.extend(row.drafter_id);
    people.extend(history.iter().filter_map(|event| event.actor_id));
    people.extend(read.files.iter().map(|file| file.uploaded_by_id));
    people.extend(read.audience.iter().filter_map(|rule| rule.person_id));
    let names = names_of_people(db, people).await?;
    let verbs = open_verbs(&read);
    let may = |verb| verbs.contains(&verb);
    let href = page_of(row.id);
    let keeps = read.case.by.control || read.case.by.head;
    let audience_open = !row.state.was_in_force() && row.state != RevisionState::Cancelled;
    let Acts { buttons, opinions, acts } = acts(&href, &row, &verbs, failed);
    let drafts = may(RevisionVerb::Accept) || may(RevisionVerb::Reassign);
    let later = numbers_of(&row).is_some_and(|numbers| numbers.issue > 1 || numbers.amendment > 0);
    let decision = match row.decision_id {
        Some(id) => issue_decision::Entity::find_by_id(id).one(db).await?.map(|one| (one.number, one.signed_on)),
        None => None,
    };
    let replaced_by = match row.replaced_by_id {
        Some(id) => document::Entity::find_by_id(id).filter(access::visible(caller)).one(db).await?,
        None => None,
    };
    Ok(view::RevisionPage {
        stage: stage(app, caller, &read, &names).await?,
        document: document_link(&parent),
        number: numbers_of(&row).map(|numbers| numbers.to_string()),
        tone: revision_tone(row.state),
        state: row.state,
        text_form: row.form,
        source: row.source,
        drafter: row.drafter_id.and_then(|id| names.get(&id).cloned()),
        decision,
        replaced_by: replaced_by.as_ref().map(document_link),
        times: if row.form == TextForm::Written { times_shown(&read.times) } else { Vec::new() },
        faults: if may(RevisionVerb::Save) { lacking(app, &read.case, &href) } else { Vec::new() },
        is_first: row.request_code.is_some() && lists::paper::is_first(db, &row).await?,
        files: read.files.iter().map(|file| shown_file(file, &names)).collect(),
        files_href: format!("/minh-chung/{}/{}", Subject::Revision, row.id),
        route: route(&read, &names),
        audience: audience(app, db, &read, &names).await?,
        offer: offer(app, caller, &read, &href, failed).await?,
        edit_href: may(RevisionVerb::Save).then(|| format!("{href}/soan")),
        route_href: may(RevisionVerb::Save).then(|| format!("{href}/duong-di")),
        audience_href: (audience_open && (read.case.by.control || read.case.by.drafter)).then(|| format!("{href}/noi-nhan")),
        issue_href: may(RevisionVerb::Issue).then(|| "/quy-trinh/ban-hanh".to_owned()),
        diff_href: later.then(|| format!("{href}/so-sanh")),
        book_href: (keeps && row.state.was_in_force()).then(|| format!("{href}/phan-phoi")),
        buttons,
        opinions,
        acts,
        replacements: if may(RevisionVerb::Withdraw) { replacements(db, caller, &parent).await? } else { Vec::new() },
        drafters: if drafts { staff(db, caller, parent.unit_id).await? } else { Vec::new() },
        forms: text_forms(app),
        history: shown_history(app, "document_event", &history, &names),
        text: view::Text::from(read.content),
        request_code: row.request_code,
        source_ref: row.source_ref,
        reason: row.reason,
        changed_part: row.changed_part,
        summary: row.summary,
        effective_from: row.effective_from,
        effective_to: row.effective_to,
        end_decision: row.end_decision,
        end_reason: row.end_reason,
        exception_reason: row.exception_reason,
        content_hash: row.content_hash,
        href,
    })
}

/// What the machine lets the caller do now; a withdrawal may still name what replaces the document.
fn open_verbs(read: &Read) -> Vec<RevisionVerb> {
    let mut verbs = read.available.clone();
    let named = Facts { replaced: true, ..read.case.facts.clone() };
    let withdraws = advance(read.case.row.state, RevisionVerb::Withdraw, &read.case.by, &named).is_ok();
    if withdraws && !verbs.contains(&RevisionVerb::Withdraw) {
        verbs.push(RevisionVerb::Withdraw);
    }
    verbs
}

/// The acts of a page by what they ask for.
struct Acts {
    /// Nothing.
    buttons: Vec<view::RevisionAct>,
    /// A remark, if there is one.
    opinions: Vec<view::RevisionAct>,
    /// Words.
    acts: Vec<view::RevisionAct>,
}

fn acts(href: &str, row: &entities::revision::Model, verbs: &[RevisionVerb], failed: &Failed) -> Acts {
    use RevisionVerb as V;
    let drawn = |verb: V| view::RevisionAct {
        verb,
        action: format!("{href}/viec/{verb}"),
        form: form_of(failed, verb.code(), Some(row.version)),
    };
    let mut found = Acts { buttons: Vec::new(), opinions: Vec::new(), acts: Vec::new() };
    for verb in verbs.iter().copied() {
        match verb {
            V::Save | V::Issue => {}
            V::Submit => found.buttons.push(drawn(verb)),
            V::Review | V::Approve => found.opinions.push(drawn(verb)),
            V::Accept | V::Return | V::Recall | V::Reassign | V::Except | V::Withdraw | V::Archive | V::Cancel => {
                found.acts.push(drawn(verb));
            }
        }
    }
    found
}

async fn stage(app: &App, caller: &Caller, read: &Read, names: &Names) -> Result<Stage> {
    use RevisionState as S;
    let row = &read.case.row;
    let mut passed = vec![S::Draft, S::InReview, S::InApproval, S::Approved, S::Effective];
    if row.request_code.is_some() {
        passed.insert(0, S::Proposed);
    }
    match row.state {
        S::Cancelled => {
            passed.truncate(1);
            passed.push(S::Cancelled);
        }
        S::Superseded | S::Withdrawn | S::Archived => passed.push(row.state),
        _ => {}
    }
    let codes: Vec<&str> = passed.iter().map(|state| state.code()).collect();
    let holder = match row.state {
        S::Proposed => Some(say(app, "document.holder_control", &[])),
        S::Draft => row.drafter_id.and_then(|id| names.get(&id).cloned()),
        S::InReview | S::InApproval => read.case.open().map(|stop| silent(stop, names)),
        S::Approved if row.decision_id.is_none() => Some(say(app, "document.holder_issue", &[])),
        _ => None,
    };
    let calendar = crate::calendar::load(app.store.read()).await?;
    let due = match row.state {
        S::Draft => row.draft_due_on,
        _ => waiting::turn_due(app.store.read(), &read.case).await?,
    };
    let due = due.map(|on| shown_due(&calendar, on, caller.today));
    let next = row.effective_from.filter(|_| row.state == S::Approved);
    let next = next.map(|date| say(app, "document.from_on", &[("date", domain::time::vn_day(date))]));
    Ok(Stage { steps: steps(app, RevisionState::KEY, &codes, row.state.code()), holder, due, next })
}

/// The people of a step who have not spoken.
fn silent(stop: &Stop, names: &Names) -> String {
    let spoke = |person: &PersonId| stop.words.iter().any(|word| word.person_id == *person);
    let left = stop.people.iter().filter(|person| !spoke(person)).filter_map(|person| names.get(person).cloned());
    left.collect::<Vec<_>>().join(", ")
}

fn route(read: &Read, names: &Names) -> Vec<view::StopShown> {
    let handed_in = matches!(read.case.row.state, RevisionState::InReview | RevisionState::InApproval);
    let open = read.case.open().map(|stop| stop.step.id).filter(|_| handed_in);
    let (rules, _) = as_rules(&read.case.route);
    let name = |person: &PersonId| names.get(person).cloned().unwrap_or_default();
    let shown = |(stop, rule): (&Stop, &domain::document::revision::RouteStep)| view::StopShown {
        act: stop.step.act,
        rule: stop.step.rule,
        needed: i32::try_from(rule.needed()).unwrap_or_default(),
        people: stop.people.iter().map(name).collect(),
        words: stop
            .words
            .iter()
            .map(|word| view::WordShown {
                who: name(&word.person_id),
                agreed: word.agreed,
                remark: word.remark.clone(),
                at: word.at,
            })
            .collect(),
        open: open == Some(stop.step.id),
    };
    read.case.route.iter().zip(&rules).map(shown).collect()
}

/// Everything that stands against handing the draft in, each with the page where it is mended.
fn lacking(app: &App, case: &Case, href: &str) -> Vec<Link> {
    let at = |place: &str, text: String| Link { href: format!("{href}/{place}"), text };
    let mut found = Vec::new();
    for refused in missing(&case.facts) {
        let said = |place: &str| at(place, say(app, &format!("rule.{}", refused.code), &refused.params));
        match refused.code {
            "revision_incomplete" => found.extend(faults(app, &case.faults).into_iter().map(|text| at("soan", text))),
            "route_missing" => found.push(said("duong-di")),
            "step_times_unexplained" => found.push(said("soan#f-time_reason")),
            _ => found.push(said("soan")),
        }
    }
    found
}

/// What is missing in the text, each with its place.
fn faults(app: &App, faults: &[FieldError]) -> Vec<String> {
    let said = |fault: &FieldError| {
        let parts: Vec<&str> = fault.field.split('/').filter(|part| *part != "procedure").collect();
        let name = part_name(app, parts.first().copied().unwrap_or("procedure"));
        let row = parts.get(1).and_then(|row| row.parse::<usize>().ok());
        let place = match row {
            Some(row) => say(app, "form.row_label", &[("n", (row + 1).to_string()), ("label", name)]),
            None => name,
        };
        let fault = say(app, &format!("error.{}", fault.code), &fault.params);
        say(app, "document.place_of_fault", &[("place", place), ("fault", fault)])
    };
    faults.iter().map(said).collect()
}

async fn audience(app: &App, db: &impl ConnectionTrait, read: &Read, names: &Names) -> Result<Vec<String>> {
    let units =
        unit::Entity::find().filter(unit::Column::Id.is_in(read.audience.iter().filter_map(|rule| rule.unit_id))).all(db).await?;
    let said = |rule: &entities::audience::Model| {
        let kind = say(app, &format!("audience_kind.{}", rule.kind), &[]);
        let role = rule.role.map(|role| say(app, &format!("role.{role}"), &[]));
        let unit = rule.unit_id.and_then(|id| units.iter().find(|unit| unit.id == id)).map(|unit| unit.name.clone());
        let person = rule.person_id.and_then(|id| names.get(&id).cloned());
        let rest: Vec<String> = [role, unit, person].into_iter().flatten().collect();
        format!("{kind}: {}", rest.join(", "))
    };
    Ok(read.audience.iter().map(said).collect())
}

/// The caller's own copy. Showing it for the first time is what «opened» means.
async fn offer(app: &App, caller: &Caller, read: &Read, href: &str, failed: &Failed) -> Result<Option<view::OfferShown>> {
    let db = app.store.read();
    let query = distribution::Entity::find().filter(distribution::Column::RevisionId.eq(read.case.row.id));
    let Some(row) = query.filter(distribution::Column::PersonId.eq(caller.person)).one(db).await? else { return Ok(None) };
    let known = receipt::Entity::find().filter(receipt::Column::DistributionId.eq(row.id)).all(db).await?;
    let of = |fact: ReceiptFact| known.iter().find(|one| one.fact == fact);
    if of(ReceiptFact::Opened).is_none() && row.voided_at.is_none() {
        offers::open(&app.store, caller, row.id).await?;
    }
    let acknowledged_at = of(ReceiptFact::Acknowledged).map(|one| one.at);
    let state = offer_state(acknowledged_at.is_some(), row.voided_at.is_some(), row.due_on, caller.today);
    let open = matches!(state, OfferState::Pending | OfferState::Overdue) && caller.may(Permission::WorkOnDocuments);
    Ok(Some(view::OfferShown {
        state,
        due_on: row.due_on,
        acknowledged_at,
        statement: statement(app, read),
        form: open.then(|| form_of(failed, "acknowledge", None)),
        action: format!("{href}/da-doc"),
    }))
}

/// The sentence that is agreed to.
fn statement(app: &App, read: &Read) -> String {
    let code = read.case.document.code.clone().unwrap_or_default();
    say(app, "document.acknowledge_statement", &[("code", code), ("number", number_of(&read.case.row))])
}

/// Documents in force that may stand in place of another.
async fn replacements(db: &impl ConnectionTrait, caller: &Caller, parent: &document::Model) -> Result<Vec<Choice>> {
    let rows = document::Entity::find()
        .filter(access::visible(caller))
        .filter(document::Column::UnitId.eq(parent.unit_id))
        .filter(document::Column::State.eq(DocumentState::InForce))
        .filter(document::Column::Id.ne(parent.id))
        .order_by_asc(document::Column::Code)
        .limit(MOST_CHOICES)
        .all(db)
        .await?;
    Ok(rows.iter().map(|row| Choice::new(row.id.to_string(), name_of(row))).collect())
}

#[handler]
pub async fn act(
    app: Data<&App>,
    posted: Posted<can::ReadDocuments>,
    Path((id, verb)): Path<(RevisionId, String)>,
) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let verb: RevisionVerb = verb.parse().map_err(|_unknown: domain::draft::UnknownCode| Error::NotFound)?;
    match done(&app, &caller, id, verb, &form).await {
        Ok(()) => Ok(web::done(&page_of(id), "document_done")),
        Err(error) => again(&app, &caller, id, verb.code(), form, error).await,
    }
}

async fn done(app: &App, caller: &Caller, id: RevisionId, verb: RevisionVerb, form: &Form) -> Result<()> {
    use RevisionVerb as V;
    let (store, version) = (&app.store, web::seen(form)?);
    let reason = || form.value("reason").to_owned();
    let remark = Some(form.value("remark").to_owned()).filter(|remark| !remark.trim().is_empty());
    let moved = match verb {
        V::Submit => revisions::submit(store, caller, id, version).await,
        V::Review | V::Approve | V::Return => revisions::say(store, caller, id, version, verb, remark).await,
        V::Except => revisions::except(store, caller, id, version, reason()).await,
        V::Cancel => revisions::cancel(store, caller, id, version, reason()).await,
        V::Archive => revisions::archive(store, caller, id, version, reason()).await,
        V::Recall => revisions::recall(store, caller, id, version, reason()).await,
        V::Reassign => {
            let mut problems = domain::draft::Problems::new();
            let (drafter_id, due_on) = drafter_of(form, &mut problems);
            problems.finish()?;
            let given = revisions::reassign(store, caller, id, version, drafter_id, due_on).await;
            given.map_err(|error| renamed(error, task_field))
        }
        V::Withdraw => {
            let replaced_by_id = match form.value("replaced_by_id") {
                "" => None,
                id => Some(id.parse().map_err(|_unknown: uuid::Error| Error::field("replaced_by_id", "unknown_record"))?),
            };
            let new = Withdrawal { decision: form.value("end_decision").to_owned(), reason: reason(), replaced_by_id };
            let gone = issue::withdraw(store, caller, id, version, new).await;
            gone.map_err(|error| renamed(error, |field| if field == "decision" { "end_decision" } else { field }.to_owned()))
        }
        V::Accept => {
            let code = Some(form.value("document_code").to_owned());
            let accepted = revisions::accept(store, caller, id, version, task_of(form)?, code).await;
            accepted.map_err(|error| renamed(error, task_field))
        }
        V::Save | V::Issue => return Err(Error::NotFound),
    };
    moved.map(drop)
}

/// After a refused act: the page again with the form opened.
async fn again(app: &App, caller: &Caller, id: RevisionId, name: &str, mut form: Form, error: Error) -> Result<Response> {
    if !mendable(&error) {
        return Err(error);
    }
    let case = revisions::read(app.store.read(), caller, id).await?;
    // A form whose button is gone would say nothing: the page of the error does.
    let shown = name == "acknowledge" || open_verbs(&case).iter().any(|verb| verb.code() == name);
    if !shown {
        return Err(error);
    }
    refuse(app, &mut form, &error);
    show(app, caller, id, &page_of(id), error.status(), Some((name.to_owned(), form))).await
}

#[handler]
pub async fn acknowledge(app: Data<&App>, posted: Posted<can::WorkOnDocuments>, Path(id): Path<RevisionId>) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let db = app.store.read();
    let read = revisions::read(db, &caller, id).await?;
    let query = distribution::Entity::find().filter(distribution::Column::RevisionId.eq(id));
    let row = query.filter(distribution::Column::PersonId.eq(caller.person)).one(db).await?.ok_or(Error::NotFound)?;
    match offers::acknowledge(&app.store, &caller, row.id, &statement(&app, &read)).await {
        Ok(_) => Ok(web::done(&format!("{}#xac-nhan", page_of(id)), "document_acknowledged")),
        Err(error) => again(&app, &caller, id, "acknowledge", form, error).await,
    }
}

/// A link to a revision, under the code of its document.
pub fn link_of(app: &App, parent: &document::Model, row: &entities::revision::Model) -> Link {
    Link { href: page_of(row.id), text: title_of(app, parent, row) }
}
