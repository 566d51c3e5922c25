//! A declaration: where it stands, what may be done now, its papers.

use chrono::NaiveDate;
use domain::conformity::{DeclarationFact, DeclarationPart, DeclarationState, DeclarationVerb, ScopeChange, is_public, missing};
use domain::draft::Problems;
use domain::id::{ConformityDeclarationId, ConformityPaperId};
use domain::record::ReportState;
use entities::{conformity_paper as paper, unit};
use poem::http::StatusCode;
use poem::web::{Data, Path};
use poem::{IntoResponse as _, Request, Response, handler};
use render::Form;
use render::views::conformity as view;
use render::views::findings::Link;
use render::views::part::{Stage, Tone};
use render::views::reports::PaperFile;
use sea_orm::EntityTrait as _;

use super::super::{NewFact, Read, Registration, grounds_of, papers, read, waiting};
use super::form::shown_ground;
use super::{Failed, form_of, link_of, mendable, page_of, tone};
use crate::app::App;
use crate::auth::{Caller, can};
use crate::error::{Error, Result};
use crate::findings::pages::{refuse, shown_history, steps};
use crate::findings::read::history_of;
use crate::store::names_of_people;
use crate::web::{self, Login, Posted, say};

/// Files looked at; a card shows the latest few.
const MOST: u64 = 60;
/// Files shown of each paper.
const SHOWN: usize = 3;

#[handler]
pub async fn show_page(
    app: Data<&App>,
    caller: Login<can::ReadDocuments>,
    request: &Request,
    Path(id): Path<ConformityDeclarationId>,
) -> Result<Response> {
    show(&app, &caller, id, &web::path_of(request), StatusCode::OK, None).await
}

async fn show(
    app: &App,
    caller: &Caller,
    id: ConformityDeclarationId,
    path: &str,
    status: StatusCode,
    failed: Failed,
) -> Result<Response> {
    let found = read(app.store.read(), caller, id).await?;
    let title = say(app, "conformity.page_title", &[("unit", found.listed.unit_name.clone())]);
    let view = shown(app, caller, found, &failed).await?;
    Ok(web::page(app, caller, title, path, &view).await?.with_status(status).into_response())
}

async fn shown(app: &App, caller: &Caller, found: Read, failed: &Failed) -> Result<view::DeclarationPage> {
    use DeclarationVerb as V;
    let db = app.store.read();
    let row = &found.listed.row;
    let href = page_of(row.id);
    let history = history_of(db, row.id.0).await?;
    let people = history.iter().filter_map(|event| event.actor_id).chain(found.facts.iter().map(|fact| fact.recorded_by_id));
    let names = names_of_people(db, people.chain(row.signed_by_id).collect::<Vec<_>>()).await?;
    let may = |verb: V| found.available.contains(&verb);
    let drawn = |verb: V| view::DeclarationAct {
        verb,
        action: format!("{href}/viec/{verb}"),
        form: form_of(failed, verb.code(), Some(row.version)),
    };
    let files = papers::list(app, caller, row.id, MOST).await?;
    let works = found.by.control || found.by.head || found.by.registrar;
    let done: Vec<DeclarationFact> = found.facts.iter().map(|fact| fact.fact).collect();
    let fact_form = |fact: DeclarationFact| view::FactForm {
        fact,
        form: form_of(failed, fact.code(), None),
        action: format!("{href}/ghi/{fact}"),
    };
    let count = |change: &ScopeChange| {
        let n = found.scope.differences.iter().filter(|one| one.change == *change).count();
        (n > 0).then_some((*change, n))
    };
    let on = row.issued_on.unwrap_or(caller.today);
    let chosen = row.reason.or_else(|| (row.state != DeclarationState::Draft).then_some(found.proposed_reason).flatten());
    Ok(view::DeclarationPage {
        stage: stage(app, &found),
        state: row.state,
        tone: tone(row.state),
        unit: Link { href: waiting::unit_page(row.unit_id), text: found.listed.unit_name.clone() },
        kind: row.kind,
        reason: row.reason,
        reason_note: row.reason_note.clone(),
        proposed: found.proposed_reason.filter(|proposed| row.state.is_open() && chosen != Some(*proposed)),
        agency: row.unit_name.clone(),
        address: row.address.clone(),
        statement: row.statement.clone(),
        standard: found.listed.standard.clone(),
        grounds: grounds_of(row).iter().map(|text| shown_ground(text, on)).collect(),
        earlier_decision: row.earlier_decision.clone(),
        decision: papers::short_number(row).zip(row.issued_on),
        signed: signer(row).zip(row.signed_at),
        predecessor: found.predecessor.as_ref().map(|row| link_of(app, row)),
        successor: found.successor.as_ref().map(|row| link_of(app, row)),
        ended_on: row.ended_on,
        end_decision: row.end_decision.clone(),
        end_reason: row.end_reason.clone(),
        lines: found.scope.lines.len(),
        left_out: found.scope.left_out.len(),
        changes: ScopeChange::ALL.iter().filter_map(count).collect(),
        scope_href: format!("{href}/pham-vi"),
        scope_moved: found.scope_moved,
        edit_href: may(V::Save).then(|| format!("{href}/sua")),
        done: found
            .facts
            .iter()
            .map(|fact| view::FactShown {
                fact: fact.fact,
                on: fact.on_date,
                address: fact.address.clone(),
                sent: fact.recipient.as_ref().map(|to| {
                    let number = fact.number.clone().unwrap_or_default();
                    say(app, "conformity.sent_to", &[("to", to.clone()), ("number", number)])
                }),
                who: names.get(&fact.recorded_by_id).cloned().unwrap_or_default(),
            })
            .collect(),
        missing: if row.state == DeclarationState::InForce { missing(&done) } else { Vec::new() },
        fact_forms: if may(V::Note) { DeclarationFact::ALL.iter().copied().map(fact_form).collect() } else { Vec::new() },
        buttons: [V::Submit, V::Sign].into_iter().filter(|verb| may(*verb)).map(drawn).collect(),
        acts: [V::Return, V::Withdraw, V::Cancel].into_iter().filter(|verb| may(*verb)).map(drawn).collect(),
        register: match may(V::Register) {
            true => Some(register_form(app, caller, row, failed).await?),
            false => None,
        },
        register_action: format!("{href}/vao-so"),
        today: caller.today,
        waits: files.iter().any(|file| file.state == ReportState::Queued),
        papers: DeclarationPart::ALL
            .iter()
            .map(|part| view::DeclarationPaper {
                part: *part,
                files: files.iter().filter(|file| file.part == *part).take(SHOWN).map(drawn_file).collect(),
                render: works.then(|| form_of(failed, &format!("render-{part}"), None)),
                action: format!("{href}/lap/{part}"),
            })
            .collect(),
        public_href: is_public(row.state, done.contains(&DeclarationFact::Announced)).then(|| super::public::page_of(row.id)),
        history: shown_history(app, "conformity_event", &history, &names),
    })
}

fn signer(row: &entities::conformity_declaration::Model) -> Option<String> {
    let name = row.signer_name.clone()?;
    let title = row.signer_title.clone().filter(|title| !title.is_empty());
    Some(title.map_or_else(|| name.clone(), |title| format!("{name}, {title}")))
}

async fn register_form(
    app: &App,
    caller: &Caller,
    row: &entities::conformity_declaration::Model,
    failed: &Failed,
) -> Result<Form> {
    let mut form = form_of(failed, "register", Some(row.version));
    if failed.as_ref().is_none_or(|(name, _)| name != "register") {
        let unit = unit::Entity::find_by_id(row.unit_id).one(app.store.read()).await?.ok_or(Error::NotFound)?;
        form.set("symbol", papers::usual_symbol(&unit)).set("issued_on", caller.today.to_string());
    }
    Ok(form)
}

fn drawn_file(row: &paper::Model) -> PaperFile {
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
        href: ready.then(|| format!("/cong-bo/van-ban/{}", row.id)),
        pages: row.pages.or(ready.then_some(1)),
        sha256: row.blob_sha256.clone(),
        error: row.error.clone(),
    }
}

fn stage(app: &App, found: &Read) -> Stage {
    use DeclarationState as S;
    let state = found.listed.row.state;
    let mut passed = vec![S::Draft, S::Submitted, S::Signed, S::InForce];
    match state {
        S::Cancelled => passed = vec![S::Draft, S::Cancelled],
        S::Replaced | S::Withdrawn => passed.push(state),
        _ => {}
    }
    let codes: Vec<&str> = passed.iter().map(|state| state.code()).collect();
    let holder = match state {
        S::Draft => Some("conformity.holder_control"),
        S::Submitted => Some("conformity.holder_head"),
        S::Signed => Some("conformity.holder_registrar"),
        _ => None,
    };
    let holder = holder.map(|key| say(app, key, &[]));
    Stage { steps: steps(app, S::KEY, &codes, state.code()), holder, due: None, next: None }
}

/// After a refused act: the page again with the form opened.
async fn again(
    app: &App,
    caller: &Caller,
    id: ConformityDeclarationId,
    name: &str,
    mut form: Form,
    error: Error,
) -> Result<Response> {
    if !mendable(&error) {
        return Err(error);
    }
    let found = read(app.store.read(), caller, id).await?;
    // A form whose button is gone would say nothing: the page of the error does.
    let verb = name.parse::<DeclarationVerb>().ok();
    if verb.is_some_and(|verb| !found.available.contains(&verb)) && !matches!(error, Error::Invalid(_)) {
        return Err(error);
    }
    // What the draft lacks is mended on the form of the draft: here it is said with the name of each field.
    if let (Some(DeclarationVerb::Submit), Error::Invalid(fields)) = (verb, &error) {
        for field in fields {
            let said = say(app, &format!("error.{}", field.code), &field.params);
            let label = say(app, &format!("declaration_gap.{}", field.field), &[]);
            form.error("", format!("{label}: {said}"));
        }
    } else {
        refuse(app, &mut form, &error);
    }
    form.once = crate::auth::session::form_key();
    show(app, caller, id, &page_of(id), error.status(), Some((name.to_owned(), form))).await
}

#[handler]
pub async fn act(
    app: Data<&App>,
    posted: Posted<can::ReadDocuments>,
    Path((id, verb)): Path<(ConformityDeclarationId, String)>,
) -> Result<Response> {
    use DeclarationVerb as V;
    let Posted { caller, form, .. } = posted;
    let verb: V = verb.parse().map_err(|_unknown: domain::draft::UnknownCode| Error::NotFound)?;
    let store = &app.store;
    let outcome = async {
        let version = web::seen(&form)?;
        let reason = || form.value("reason").to_owned();
        match verb {
            V::Submit => super::super::submit(store, &caller, id, version).await,
            V::Sign => super::super::sign(store, &caller, id, version).await,
            V::Return => super::super::give_back(store, &caller, id, version, reason()).await,
            V::Cancel => super::super::cancel(store, &caller, id, version, reason()).await,
            V::Withdraw => {
                let decision = form.value("end_decision").to_owned();
                let gone = super::super::withdraw(store, &caller, id, version, decision, reason()).await;
                gone.map_err(|error| on_form(error, "decision", "end_decision"))
            }
            V::Save | V::Register | V::Note => Err(Error::NotFound),
        }
    };
    match outcome.await {
        Ok(_) => Ok(web::done(&page_of(id), "declaration_done")),
        Err(error) => again(&app, &caller, id, verb.code(), form, error).await,
    }
}

fn on_form(error: Error, from: &str, to: &str) -> Error {
    let Error::Invalid(mut fields) = error else { return error };
    for field in &mut fields {
        if field.field == from {
            field.field = to.to_owned();
        }
    }
    Error::Invalid(fields)
}

#[handler]
pub async fn register(
    app: Data<&App>,
    posted: Posted<can::ReadDocuments>,
    Path(id): Path<ConformityDeclarationId>,
) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let outcome = async {
        let mut problems = Problems::new();
        let number = form.value("number").trim().replace('.', "").parse::<i32>().ok();
        let issued_on = form.value("issued_on").trim().parse::<NaiveDate>().ok();
        problems.check(number.is_none(), "number", "number_out_of_range");
        problems.check(issued_on.is_none(), "issued_on", "required");
        let symbol = problems.text("symbol", form.value("symbol"), 30);
        problems.finish()?;
        let (Some(number), Some(issued_on)) = (number, issued_on) else { return Err(Error::NotFound) };
        let input = Registration { number, symbol, issued_on };
        super::super::register(&app.store, &caller, id, web::seen(&form)?, input).await
    };
    match outcome.await {
        Ok(_) => Ok(web::done(&page_of(id), "declaration_registered")),
        Err(error) => again(&app, &caller, id, "register", form, error).await,
    }
}

#[handler]
pub async fn note(
    app: Data<&App>,
    posted: Posted<can::ControlDocuments>,
    Path((id, fact)): Path<(ConformityDeclarationId, DeclarationFact)>,
) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let outcome = async {
        let on = form.value("done_on").trim().parse::<NaiveDate>().ok();
        // A missing day is named with whatever else is missing.
        let new = NewFact {
            fact,
            on: on.unwrap_or(caller.today),
            address: form.value("web_address").to_owned(),
            recipient: form.value("sent_recipient").to_owned(),
            number: form.value("letter_number").to_owned(),
        };
        if on.is_none() {
            return Err(Error::field("done_on", "required"));
        }
        super::super::note(&app.store, &caller, id, new).await
    };
    match outcome.await {
        Ok(_) => Ok(web::done(&page_of(id), "declaration_noted")),
        Err(error) => {
            let error =
                [("on", "done_on"), ("address", "web_address"), ("recipient", "sent_recipient"), ("number", "letter_number")]
                    .into_iter()
                    .fold(error, |error, (from, to)| on_form(error, from, to));
            again(&app, &caller, id, fact.code(), form, error).await
        }
    }
}

#[handler]
pub async fn ask(
    app: Data<&App>,
    posted: Posted<can::ReadDocuments>,
    Path((id, part)): Path<(ConformityDeclarationId, DeclarationPart)>,
) -> Result<Response> {
    papers::request(&app, &posted.caller, id, part).await?;
    Ok(web::done(&page_of(id), "paper_requested"))
}

#[handler]
pub async fn fetch(app: Data<&App>, caller: Login<can::ReadDocuments>, Path(id): Path<ConformityPaperId>) -> Result<Response> {
    Ok(papers::content(&app, &caller, id).await?.into_response())
}
