//! Decisions that issue, two revisions compared, and who was given what.

use domain::document::RevisionState;
use domain::document::TextForm;
use domain::document::control::{OfferState, ReceiptFact};
use domain::draft::Problems;
use domain::id::{DistributionId, RevisionId};
use domain::permission::Permission;
use domain::record::Subject;
use entities::{distribution, document, issue_decision, revision};
use poem::web::{Data, Path, Query};
use poem::{Request, Response, handler};
use render::Form;
use render::views::documents as view;
use render::views::findings::Link;
use render::views::part::{Chip, Listing, Pager};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::super::access;
use super::super::distribution::{self as use_offers, Filter, Offer};
use super::super::issue::{self as decisions, NewDecision};
use super::super::revisions;
use super::renamed;
use super::revision::{link_of, page_of};
use super::words::{document_link, name_of, number_of, offer_tone, optional_date, part_name, title_of};
use crate::app::App;
use crate::auth::{Caller, Either, can};
use crate::error::{Error, Result};
use crate::http::{MOST, Slice, link};
use crate::programmes::pages::own_units;
use crate::web::{self, Login, Posted, say};

/// Revisions offered for one decision.
const MOST_WAITING: u64 = 500;

type Issues = Either<can::ApproveDocuments, can::RegisterPapers>;

/// The permission the caller issues with.
fn issuing(caller: &Caller) -> Permission {
    if caller.may(Permission::ApproveDocuments) { Permission::ApproveDocuments } else { Permission::RegisterPapers }
}

/// Approved revisions that no decision names yet, with their documents, by code.
async fn waiting(db: &impl ConnectionTrait, caller: &Caller) -> Result<Vec<(revision::Model, document::Model)>> {
    let mine = Condition::any()
        .add(caller.scope(Permission::ApproveDocuments).covers(document::Column::UnitId))
        .add(caller.scope(Permission::RegisterPapers).covers(document::Column::UnitId));
    let documents =
        sea_orm::sea_query::Query::select().column(document::Column::Id).from(document::Entity).cond_where(mine).to_owned();
    let rows = revision::Entity::find()
        .filter(access::visible_revision(caller))
        .filter(revision::Column::State.eq(RevisionState::Approved))
        .filter(revision::Column::DecisionId.is_null())
        .filter(revision::Column::DocumentId.in_subquery(documents))
        .order_by_asc(revision::Column::Id)
        .limit(MOST_WAITING)
        .all(db)
        .await?;
    let parents =
        document::Entity::find().filter(document::Column::Id.is_in(rows.iter().map(|row| row.document_id))).all(db).await?;
    let with = |row: revision::Model| {
        let parent = parents.iter().find(|parent| parent.id == row.document_id).cloned();
        parent.map(|parent| (row, parent))
    };
    let mut found: Vec<_> = rows.into_iter().filter_map(with).collect();
    found.sort_by(|a, b| a.1.code.cmp(&b.1.code));
    Ok(found)
}

async fn issue_view(app: &App, caller: &Caller, form: Form) -> Result<view::IssueForm> {
    let shown = |(row, parent): (revision::Model, document::Model)| view::WaitingRevision {
        id: row.id.to_string(),
        label: format!("{} · {}", name_of(&parent), say(app, "document.number_of", &[("number", number_of(&row))])),
    };
    Ok(view::IssueForm {
        form,
        action: "/quy-trinh/ban-hanh".to_owned(),
        units: own_units(app, caller, issuing(caller)).await?,
        waiting: waiting(app.store.read(), caller).await?.into_iter().map(shown).collect(),
    })
}

#[handler]
pub async fn issue_page(app: Data<&App>, caller: Login<Issues>, request: &Request) -> Result<Response> {
    let mut form = web::fresh_form(None);
    form.set("signed_on", caller.today.to_string());
    let view = issue_view(&app, &caller, form).await?;
    web::page(&app, &caller, say(&app, "document.issue_title", &[]), &web::path_of(request), &view).await
}

/// The revisions that are ticked, in the order of the form.
fn ticked(form: &Form) -> Vec<RevisionId> {
    let chosen = form.values.iter().filter(|(_, value)| value.as_str() == "yes");
    chosen.filter_map(|(name, _)| name.strip_prefix("revisions/")?.parse().ok()).collect()
}

async fn issued(app: &App, caller: &Caller, form: &Form) -> Result<issue_decision::Model> {
    let chosen = ticked(form);
    let mut problems = Problems::new();
    let signed_on = optional_date(form, "signed_on", &mut problems);
    problems.check(form.value("signed_on").trim().is_empty(), "signed_on", "required");
    problems.line("decision_number", form.value("decision_number"), 100);
    problems.text("decision_title", form.value("decision_title"), 1_000);
    problems.check(chosen.is_empty(), "", "document_chosen");
    let mut from = Vec::new();
    for id in &chosen {
        from.push((*id, optional_date(form, &format!("effective_from/{id}"), &mut problems)));
    }
    problems.finish()?;
    let signed_on = signed_on.ok_or_else(|| Error::field("signed_on", "required"))?;
    let new = NewDecision {
        unit_id: form.value("unit_id").parse().ok(),
        number: form.value("decision_number").to_owned(),
        signed_on,
        title: form.value("decision_title").to_owned(),
        revisions: from.into_iter().map(|(id, from)| (id, from.unwrap_or(signed_on))).collect(),
    };
    decisions::issue(&app.store, caller, new).await.map_err(|error| renamed(error, |field| issue_field(&chosen, field)))
}

/// The name a field of the use case has in the form.
fn issue_field(chosen: &[RevisionId], field: &str) -> String {
    let row = |rest: &str| {
        let (n, name) = rest.split_once('/')?;
        let id = chosen.get(n.parse::<usize>().ok()?)?;
        Some(if name == "effective_from" { format!("effective_from/{id}") } else { format!("revisions/{id}") })
    };
    match field {
        "number" => "decision_number".to_owned(),
        "title" => "decision_title".to_owned(),
        "revisions" => String::new(),
        other => other.strip_prefix("revisions/").and_then(row).unwrap_or_else(|| other.to_owned()),
    }
}

#[handler]
pub async fn issue(app: Data<&App>, posted: Posted<Issues>, request: &Request) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    match issued(&app, &caller, &form).await {
        Ok(_) => Ok(web::done("/quy-trinh", "document_issued")),
        Err(error) => {
            let title = say(&app, "document.issue_title", &[]);
            let draw = async |form| issue_view(&app, &caller, form).await;
            web::again(&app, &caller, title, &web::path_of(request), form, error, draw).await
        }
    }
}

/// What to compare with.
#[derive(Debug, serde::Deserialize)]
pub struct Other {
    voi: Option<RevisionId>,
}

#[handler]
pub async fn diff_page(
    app: Data<&App>,
    caller: Login<can::ReadDocuments>,
    request: &Request,
    Path(id): Path<RevisionId>,
    Query(other): Query<Other>,
) -> Result<Response> {
    let db = app.store.read();
    let found = revisions::compare(db, &caller, id, other.voi).await?;
    let parent = access::find_document(db, &caller, found.to.document_id, false).await?;
    let rows = revisions::list(db, &caller, parent.id, &Slice::new(Some(MOST), None)?).await?;
    let numbered = rows.into_iter().filter(|row| row.issue_no.is_some() && row.id != found.to.id);
    let chip = |row: revision::Model| Chip {
        href: format!("{}/so-sanh?voi={}", page_of(id), row.id),
        active: row.id == found.from.id,
        label: number_of(&row),
        count: None,
    };
    let part = |part: domain::document::diff::PartDiff| view::PartShown {
        name: part_name(&app, &part.name),
        changed: part.changed(),
        runs: part.runs,
    };
    let end = |row: &revision::Model| Link { href: page_of(row.id), text: number_of(row) };
    let view = view::DiffPage {
        document: document_link(&parent),
        others: numbered.map(chip).collect(),
        from: end(&found.from),
        to: end(&found.to),
        uploaded: found.from.form == TextForm::Uploaded || found.to.form == TextForm::Uploaded,
        parts: found.parts.into_iter().map(part).collect(),
    };
    web::page(&app, &caller, say(&app, "document.compare_title", &[]), &web::path_of(request), &view).await
}

/// What a list of offers asks for.
#[derive(Debug, serde::Deserialize)]
pub struct Asked {
    loc: Option<String>,
    cursor: Option<String>,
}

fn offer_row(offer: Offer, href: Option<String>, name: String) -> view::OfferRow {
    let of = |fact: ReceiptFact| offer.receipts.iter().find(|one| one.fact == fact).map(|one| one.at);
    view::OfferRow {
        href,
        name,
        cause: offer.row.cause,
        state: offer.state,
        tone: offer_tone(offer.state),
        due_on: offer.row.due_on,
        sent_at: of(ReceiptFact::Sent),
        opened_at: of(ReceiptFact::Opened),
        acknowledged_at: of(ReceiptFact::Acknowledged),
    }
}

/// A list of offers with its one filter; `show` makes a row.
async fn offers(
    app: &App,
    caller: &Caller,
    asked: Asked,
    path: &str,
    revision_id: Option<RevisionId>,
    show: impl Fn(Offer) -> view::OfferRow,
) -> Result<Listing<view::OfferRow>> {
    let slice = Slice::new(None, asked.cursor.as_deref())?;
    let open = asked.loc.as_deref() == Some("cho");
    let rows = use_offers::list(app.store.read(), caller, Filter { revision_id, open }, &slice).await?;
    let here = link(path, &[("loc", open.then(|| "cho".to_owned()))]);
    let key = |offer: &Offer| (serde_json::json!(offer.row.offered_at), offer.row.id.0);
    let (rows, next) = slice.page(rows, &here, key, show);
    let chip = Chip {
        label: say(app, "document.chip_open", &[]),
        href: link(path, &[("loc", (!open).then(|| "cho".to_owned()))]),
        active: open,
        count: None,
    };
    Ok(Listing {
        rows,
        pager: Pager { next, first: asked.cursor.map(|_| here) },
        chips: vec![chip],
        search: None,
        clear: open.then(|| path.to_owned()),
    })
}

#[handler]
pub async fn own_page(
    app: Data<&App>,
    caller: Login<can::ReadDocuments>,
    request: &Request,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let show = |offer: Offer| {
        let asks = matches!(offer.state, OfferState::Pending | OfferState::Overdue | OfferState::Acknowledged);
        let href = asks.then(|| page_of(offer.row.revision_id));
        let name = offer.document.as_ref().map(name_of).unwrap_or_default();
        offer_row(offer, href, name)
    };
    let list = offers(&app, &caller, asked, "/quy-trinh/cua-toi", None, show).await?;
    let view = view::OfferList { list, revision: None };
    web::page(&app, &caller, say(&app, "document.my_offers", &[]), &web::path_of(request), &view).await
}

#[handler]
pub async fn book_page(
    app: Data<&App>,
    caller: Login<can::ReadDocuments>,
    request: &Request,
    Path(id): Path<RevisionId>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let (parent, row) = access::find(app.store.read(), &caller, id, false).await?;
    let show = |offer: Offer| {
        let name = offer.person_name.clone();
        offer_row(offer, None, name)
    };
    let path = format!("{}/phan-phoi", page_of(id));
    let list = offers(&app, &caller, asked, &path, Some(id), show).await?;
    let title = say(&app, "document.book_title", &[("number", title_of(&app, &parent, &row))]);
    let view = view::OfferList { list, revision: Some(link_of(&app, &parent, &row)) };
    web::page(&app, &caller, title, &web::path_of(request), &view).await
}

/// Where mails and work lists lead: the revision that was given.
#[handler]
pub async fn to_revision(app: Data<&App>, caller: Login<can::ReadDocuments>, Path(id): Path<DistributionId>) -> Result<Response> {
    let query = distribution::Entity::find_by_id(id).filter(distribution::Column::PersonId.eq(caller.person));
    let row = query.one(app.store.read()).await?.ok_or(Error::NotFound)?;
    Ok(web::redirect(&format!("{}#xac-nhan", web::link_to(Subject::Revision, row.revision_id.0))))
}
