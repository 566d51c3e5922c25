//! Periodic reviews: what is due, and the page where one is held.

use domain::document::control::ReviewOutcome;
use domain::document::{DocumentState, RevisionState};
use domain::draft::Problems;
use domain::id::DocumentId;
use domain::permission::Permission;
use domain::record::Subject;
use entities::{document_review, revision};
use poem::http::StatusCode;
use poem::web::{Data, Path, Query};
use poem::{IntoResponse as _, Request, Response, handler};
use render::Form;
use render::views::documents as view;
use render::views::findings::Link;
use render::views::part::{Chip, Listing, Pager, Tone};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::super::Listed;
use super::super::reviews::{self, Due};
use super::super::revisions::numbers_of;
use super::words::{LIST, document_link, number_of};
use super::{both_of, links, mendable, renamed};
use crate::app::App;
use crate::auth::{Caller, can};
use crate::error::{Error, Result};
use crate::findings::pages::{choices, refuse, shown_due};
use crate::http::{Slice, link};
use crate::store::names_of_people;
use crate::web::{self, Login, Posted, say};

/// The list of what is due.
const DUE: &str = "/quy-trinh/ra-soat";

/// What the list's address says.
#[derive(Clone, Debug, Default, serde::Deserialize)]
pub struct Asked {
    loc: Option<String>,
    cursor: Option<String>,
}

/// The quick filters: their word in the address, their words on the page.
const CHIPS: [(&str, &str, Due); 2] =
    [("den-han", "document_review.chip_now", Due::Now), ("can-cu", "document_review.chip_overtaken", Due::Overtaken)];

#[handler]
pub async fn list_page(
    app: Data<&App>,
    caller: Login<can::ReadDocuments>,
    request: &Request,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let chosen = CHIPS.iter().find(|(word, ..)| asked.loc.as_deref() == Some(*word));
    let slice = Slice::new(None, asked.cursor.as_deref())?;
    let which = chosen.map_or(Due::Soon, |(.., which)| *which);
    let rows = reviews::due(app.store.read(), &caller, which, &slice).await?;
    let calendar = crate::calendar::load(app.store.read()).await?;
    let at = |word: Option<&str>| link(DUE, &[("loc", word.map(str::to_owned))]);
    let here = at(chosen.map(|(word, ..)| *word));
    let show = |one: Listed| view::ReviewRow {
        href: reviews::page_of(one.row.id),
        code: one.row.code,
        title: one.row.title,
        unit: one.unit_name,
        number: one.current.as_ref().and_then(numbers_of).map(|numbers| numbers.to_string()),
        due: one.row.next_review_on.map(|on| shown_due(&calendar, on, caller.today)),
        needs_review: one.needs_review,
    };
    let key = |one: &Listed| (serde_json::json!(one.row.next_review_on), one.row.id.0);
    let (rows, next) = slice.page(rows, &here, key, show);
    let chip = |(word, words, which): &(&str, &str, Due)| {
        let active = chosen.is_some_and(|(.., chosen)| chosen == which);
        Chip { label: say(&app, words, &[]), href: at((!active).then_some(*word)), active, count: None }
    };
    let page = view::ReviewList {
        list: Listing {
            rows,
            chips: CHIPS.iter().map(chip).collect(),
            search: None,
            clear: chosen.is_some().then(|| DUE.to_owned()),
            pager: Pager { next, first: asked.cursor.is_some().then_some(here) },
        },
        back_href: LIST.to_owned(),
    };
    web::page(&app, &caller, say(&app, "document_review.list_title", &[]), &web::path_of(request), &page).await
}

#[handler]
pub async fn show_page(
    app: Data<&App>,
    caller: Login<can::ReadDocuments>,
    request: &Request,
    Path(id): Path<DocumentId>,
) -> Result<Response> {
    show(&app, &caller, id, &web::path_of(request), StatusCode::OK, None).await
}

async fn show(
    app: &App,
    caller: &Caller,
    id: DocumentId,
    path: &str,
    status: StatusCode,
    failed: Option<Form>,
) -> Result<Response> {
    let listed = super::super::find(app.store.read(), caller, id).await?;
    let name = listed.row.code.clone().unwrap_or_else(|| listed.row.title.clone());
    let title = say(app, "document_review.page_title", &[("code", name)]);
    let view = shown(app, caller, listed, failed).await?;
    Ok(web::page(app, caller, title, path, &view).await?.with_status(status).into_response())
}

const fn outcome_tone(outcome: ReviewOutcome) -> Tone {
    match outcome {
        ReviewOutcome::StillValid => Tone::Good,
        ReviewOutcome::Revise => Tone::Warn,
        ReviewOutcome::Withdraw => Tone::Bad,
    }
}

async fn shown(app: &App, caller: &Caller, listed: Listed, failed: Option<Form>) -> Result<view::ReviewPage> {
    let db = app.store.read();
    let Listed { row, current, needs_review, .. } = listed;
    let keeps = caller.scope(Permission::ControlDocuments).contains(db, row.unit_id).await?;
    let held = reviews::held(db, caller, row.id).await?;
    let names = names_of_people(db, held.iter().map(|one| one.reviewed_by_id)).await?;
    let revisions = revision::Entity::find()
        .filter(super::super::access::visible_revision(caller))
        .filter(revision::Column::Id.is_in(held.iter().map(|one| one.revision_id)))
        .all(db)
        .await?;
    let link_to = |row: &revision::Model| Link {
        href: web::link_to(Subject::Revision, row.id.0),
        text: say(app, "document.number_of", &[("number", number_of(row))]),
    };
    let past = |one: &document_review::Model| view::ReviewShown {
        on: one.reviewed_on,
        outcome: one.outcome,
        tone: outcome_tone(one.outcome),
        note: one.note.clone(),
        who: names.get(&one.reviewed_by_id).cloned().unwrap_or_default(),
        revision: revisions.iter().find(|row| row.id == one.revision_id).map(link_to),
    };
    let calendar = crate::calendar::load(db).await?;
    let due = row.next_review_on.filter(|_| row.state == DocumentState::InForce);
    let unfit = held.first().is_some_and(|one| {
        one.outcome == ReviewOutcome::Withdraw && current.as_ref().is_some_and(|now| now.id == one.revision_id)
    });
    let open = keeps && current.as_ref().is_some_and(|now| now.state == RevisionState::Effective);
    let form = open.then(|| match failed {
        Some(form) => form.compare(&web::fresh_form(Some(row.version))),
        None => web::fresh_form(Some(row.version)),
    });
    Ok(view::ReviewPage {
        action: reviews::page_of(row.id),
        document: document_link(&row),
        withdraw: current.as_ref().filter(|_| unfit).map(link_to),
        current: current.as_ref().map(link_to),
        due: due.map(|on| shown_due(&calendar, on, caller.today)),
        review_months: row.review_months,
        needs_review,
        links: links::groups(app, caller, &row, false).await?,
        form,
        outcomes: choices(app, ReviewOutcome::KEY, ReviewOutcome::ALL),
        reviews: held.iter().map(past).collect(),
    })
}

/// The fields of the use case under the names of the form.
fn form_field(field: &str) -> String {
    if field == "note" { "review_note".to_owned() } else { field.to_owned() }
}

async fn held(app: &App, caller: &Caller, id: DocumentId, form: &Form) -> Result<ReviewOutcome> {
    let (mut read, mut rest) = (Problems::new(), Problems::new());
    let outcome = form.value("review_outcome").parse::<ReviewOutcome>();
    read.check(outcome.is_err(), "review_outcome", "required");
    rest.text("note", form.value("review_note"), 4_000);
    both_of(read, rest, form_field)?;
    let outcome = outcome.map_err(|_unknown| Error::field("review_outcome", "required"))?;
    let note = form.value("review_note").to_owned();
    reviews::hold(&app.store, caller, id, web::seen(form)?, outcome, note).await.map_err(|error| renamed(error, form_field))?;
    Ok(outcome)
}

#[handler]
pub async fn hold(app: Data<&App>, posted: Posted<can::ControlDocuments>, Path(id): Path<DocumentId>) -> Result<Response> {
    let Posted { caller, mut form, .. } = posted;
    let path = reviews::page_of(id);
    match held(&app, &caller, id, &form).await {
        Ok(ReviewOutcome::StillValid) => Ok(web::done(&path, "review_recorded")),
        Ok(ReviewOutcome::Revise) => Ok(web::done(&path, "review_asks")),
        Ok(ReviewOutcome::Withdraw) => Ok(web::done(&path, "review_withdraws")),
        Err(error) if mendable(&error) => {
            refuse(&app, &mut form, &error);
            show(&app, &caller, id, &path, error.status(), Some(form)).await
        }
        Err(error) => Err(error),
    }
}
