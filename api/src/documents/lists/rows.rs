//! The rows of the lists: master list, external list, distribution book, change requests.

use std::collections::{BTreeMap, BTreeSet};

use domain::document::control::{AudienceKind, LinkKind, OfferCause, OfferState, ReceiptFact, Validity};
use domain::document::{DocumentKind, DocumentState, RequestSource, RevisionState};
use domain::id::{DocumentId, ExternalDocumentId, IssueDecisionId, PersonId, RevisionId, UnitId};
use domain::permission::Role;
use domain::record::Subject;
use domain::time::vn_date;
use entities::{audience, distribution, document, document_link, external_document, issue_decision, revision};
use render::sheets::Cell;
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::super::distribution::{Offer, kept, with_facts};
use super::super::revisions::numbers_of;
use super::super::{access, below, registers};
use super::{Ask, Columns, Entry, FETCHED, MOST, Printed, whole};
use crate::error::Result;
use crate::inspections::unit_names;
use crate::store::names_of_people;
use crate::web::link_to;

pub(super) const MASTER: Columns = &[
    ("code", 16),
    ("title", 50),
    ("kind", 18),
    ("field", 22),
    ("unit", 30),
    ("issue", 10),
    ("amendment", 10),
    ("effective_from", 14),
    ("decision", 20),
    ("decided_on", 14),
    ("state", 18),
    ("next_review_on", 14),
    ("retention", 20),
    ("needs_review", 14),
    ("sent_to", 40),
    ("numbers", 0),
    ("note", 0),
    ("issued_on", 0),
    ("lead_unit", 0),
];

pub(super) const MASTER_PRINTED: Printed = &[
    ("title", 56, false),
    ("code", 26, true),
    ("numbers", 20, true),
    ("issued_on", 24, true),
    ("effective_from", 24, true),
    ("lead_unit", 34, false),
    ("sent_to", 36, false),
    ("note", 22, false),
];

pub(super) async fn master(ask: &Ask<'_, impl ConnectionTrait>) -> Result<Vec<Entry>> {
    use document::Column;
    let query = document::Entity::find()
        .filter(access::visible(ask.caller))
        .filter(Condition::all().add_option(ask.unit_id.map(|unit| Column::UnitId.in_subquery(below(unit)))))
        .filter(Column::Code.is_not_null());
    let query = match ask.slice {
        None => query.order_by_asc(Column::UnitId).order_by_asc(Column::Code).limit(FETCHED),
        Some(slice) => query
            .filter(slice.after(Column::CreatedAt, Column::Id, true))
            .order_by_desc(Column::CreatedAt)
            .order_by_desc(Column::Id)
            .limit(slice.fetch()),
    };
    let rows = whole(query.all(ask.db).await?, MOST)?;
    let listed = super::super::listed(ask.db, ask.caller, rows).await?;
    let issued: BTreeSet<IssueDecisionId> = listed.iter().filter_map(|one| one.current.as_ref()?.decision_id).collect();
    let decisions = decisions(ask.db, issued).await?;
    let sent_to = sent_to(ask, listed.iter().filter_map(|one| Some(one.current.as_ref()?.id))).await?;
    let row = |one: super::super::Listed| {
        let current = one.current.as_ref();
        let numbers = current.and_then(numbers_of);
        let decision = current.and_then(|row| decisions.get(&row.decision_id?));
        let state = ask.label(DocumentState::KEY, one.row.state.code());
        let needs_review = if one.needs_review { Cell::text(ask.say("document_file.yes")) } else { Cell::Empty };
        let note = match (one.row.state, one.needs_review) {
            (DocumentState::InForce, true) => Cell::text(ask.say("document_file.needs_review")),
            (DocumentState::InForce, false) => Cell::Empty,
            _ => state.clone(),
        };
        let cells = vec![
            Cell::optional(one.row.code.as_deref()),
            Cell::text(one.row.title),
            ask.label(DocumentKind::KEY, one.row.kind.code()),
            Cell::optional(one.row.field_name.as_deref()),
            Cell::text(one.unit_name.clone()),
            numbers.map_or(Cell::Empty, |numbers| Cell::count(numbers.issue)),
            numbers.map_or(Cell::Empty, |numbers| Cell::count(numbers.amendment)),
            Cell::day(current.and_then(|row| row.effective_from)),
            Cell::optional(decision.map(|row| row.number.as_str())),
            Cell::day(decision.map(|row| row.signed_on)),
            state,
            Cell::day(one.row.next_review_on),
            Cell::optional(one.row.retention.as_deref()),
            needs_review,
            Cell::text(current.and_then(|row| sent_to.get(&row.id)).cloned().unwrap_or_default()),
            Cell::text(numbers.map(|numbers| numbers.to_string()).unwrap_or_default()),
            note,
            Cell::day(decision.map(|row| row.signed_on)),
            Cell::text(one.unit_name),
        ];
        Entry {
            key: (serde_json::json!(one.row.created_at), one.row.id.0),
            href: Some(link_to(Subject::Document, one.row.id.0)),
            rows: vec![cells],
        }
    };
    Ok(listed.into_iter().map(row).collect())
}

/// Whether a row of the master list is in force: what the paper prints.
pub(super) fn is_in_force(row: &[Cell]) -> bool {
    let place = MASTER.iter().position(|(key, _)| *key == "numbers");
    place.and_then(|place| row.get(place)).is_some_and(|cell| *cell != Cell::Empty)
}

/// Whom the audience of each revision names, in words: three statements.
async fn sent_to(
    ask: &Ask<'_, impl ConnectionTrait>,
    revisions: impl Iterator<Item = RevisionId>,
) -> Result<BTreeMap<RevisionId, String>> {
    let rules = audience::Entity::find()
        .filter(audience::Column::RevisionId.is_in(revisions))
        .order_by_asc(audience::Column::Id)
        .all(ask.db)
        .await?;
    let units = unit_names(ask.db, rules.iter().filter_map(|rule| rule.unit_id)).await?;
    let people = names_of_people(ask.db, rules.iter().filter_map(|rule| rule.person_id)).await?;
    let mut found: BTreeMap<RevisionId, Vec<String>> = BTreeMap::new();
    for rule in &rules {
        let unit = rule.unit_id.and_then(|id| units.get(&id)).cloned().unwrap_or_default();
        let words = match (rule.kind, rule.role) {
            (AudienceKind::Role, Some(role)) => format!("{} ({unit})", ask.say(&format!("{}.{role}", Role::KEY))),
            (AudienceKind::Person, _) => rule.person_id.and_then(|id| people.get(&id)).cloned().unwrap_or_default(),
            _ => unit,
        };
        found.entry(rule.revision_id).or_default().push(words);
    }
    Ok(found.into_iter().map(|(id, words)| (id, words.join("; "))).collect())
}

async fn decisions(
    db: &impl ConnectionTrait,
    ids: BTreeSet<IssueDecisionId>,
) -> Result<BTreeMap<IssueDecisionId, issue_decision::Model>> {
    let rows = issue_decision::Entity::find().filter(issue_decision::Column::Id.is_in(ids)).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

pub(super) const EXTERNAL: Columns = &[
    ("law_number", 20),
    ("title", 60),
    ("law_type", 16),
    ("issuer", 24),
    ("issued_on", 14),
    ("effective_from", 14),
    ("effective_to", 14),
    ("validity", 18),
    ("replaced_by", 20),
    ("checked_on", 14),
    ("watcher", 24),
    ("used_in", 30),
];

pub(super) const EXTERNAL_PRINTED: Printed = &[
    ("law_number", 34, false),
    ("title", 70, false),
    ("issuer", 32, false),
    ("issued_on", 24, true),
    ("effective_from", 24, true),
    ("validity", 24, true),
    ("used_in", 34, false),
];

pub(super) async fn external(ask: &Ask<'_, impl ConnectionTrait>) -> Result<Vec<Entry>> {
    use external_document::Column;
    let query = external_document::Entity::find()
        .filter(registers::above(ask.caller, Column::UnitId))
        .filter(Condition::all().add_option(ask.unit_id.map(|unit| registers::kept_for(Column::UnitId, unit))));
    let query = match ask.slice {
        None => query.order_by_asc(Column::Number).order_by_asc(Column::Id).limit(FETCHED),
        Some(slice) => query
            .filter(slice.after(Column::CreatedAt, Column::Id, true))
            .order_by_desc(Column::CreatedAt)
            .order_by_desc(Column::Id)
            .limit(slice.fetch()),
    };
    let rows = whole(query.all(ask.db).await?, MOST)?;
    let heirs: BTreeSet<ExternalDocumentId> = rows.iter().filter_map(|row| row.replaced_by_id).collect();
    let heirs: BTreeMap<ExternalDocumentId, String> = external_document::Entity::find()
        .select_only()
        .column(Column::Id)
        .column(Column::Number)
        .filter(Column::Id.is_in(heirs))
        .into_tuple::<(ExternalDocumentId, String)>()
        .all(ask.db)
        .await?
        .into_iter()
        .collect();
    let watchers: Vec<PersonId> = rows.iter().filter_map(|row| row.watcher_id).collect();
    let people = names_of_people(ask.db, watchers).await?;
    let used = used_in(ask, &rows).await?;
    let row = |row: external_document::Model| {
        let validity = registers::validity_of(&row, ask.caller.today);
        let name = |id: Option<PersonId>| id.and_then(|id| people.get(&id)).map(String::as_str);
        let key = (serde_json::json!(row.created_at), row.id.0);
        let cells = vec![
            Cell::text(row.number),
            Cell::text(row.title),
            Cell::text(row.type_name),
            Cell::text(row.issuer),
            Cell::day(row.issued_on),
            Cell::day(row.effective_from),
            Cell::day(row.effective_to),
            ask.label(Validity::KEY, validity.code()),
            Cell::optional(row.replaced_by_id.and_then(|id| heirs.get(&id)).map(String::as_str)),
            Cell::day(row.checked_on),
            Cell::optional(name(row.watcher_id)),
            Cell::text(used.get(&row.id).cloned().unwrap_or_default()),
        ];
        Entry { key, href: None, rows: vec![cells] }
    };
    Ok(rows.into_iter().map(row).collect())
}

/// The codes of the documents that rest on each: two statements.
async fn used_in(
    ask: &Ask<'_, impl ConnectionTrait>,
    rows: &[external_document::Model],
) -> Result<BTreeMap<ExternalDocumentId, String>> {
    let links = document_link::Entity::find()
        .filter(document_link::Column::Kind.eq(LinkKind::ExternalDocument))
        .filter(document_link::Column::TargetId.is_in(rows.iter().map(|row| row.id.0)))
        .filter(registers::holding(ask.caller.today))
        .all(ask.db)
        .await?;
    let documents: BTreeMap<DocumentId, String> = document::Entity::find()
        .filter(document::Column::Id.is_in(links.iter().map(|link| link.document_id)))
        .filter(document::Column::State.ne(DocumentState::Withdrawn))
        .filter(access::visible(ask.caller))
        .filter(Condition::all().add_option(ask.unit_id.map(|unit| document::Column::UnitId.in_subquery(below(unit)))))
        .all(ask.db)
        .await?
        .into_iter()
        .filter_map(|row| Some((row.id, row.code?)))
        .collect();
    let mut found: BTreeMap<ExternalDocumentId, BTreeSet<&str>> = BTreeMap::new();
    for link in &links {
        if let (Some(target), Some(code)) = (link.target_id, documents.get(&link.document_id)) {
            found.entry(target.into()).or_default().insert(code);
        }
    }
    Ok(found.into_iter().map(|(id, codes)| (id, codes.into_iter().collect::<Vec<_>>().join(", "))).collect())
}

pub(super) const DISTRIBUTION: Columns = &[
    ("code", 16),
    ("title", 50),
    ("issue", 10),
    ("amendment", 10),
    ("person", 28),
    ("cause", 24),
    ("sent_on", 14),
    ("opened_on", 14),
    ("acknowledged_on", 14),
    ("due_on", 14),
    ("state", 20),
    ("recalled_on", 14),
    ("named", 0),
    ("numbers", 0),
];

pub(super) const DISTRIBUTION_PRINTED: Printed = &[
    ("named", 66, false),
    ("numbers", 18, true),
    ("person", 44, false),
    ("sent_on", 26, true),
    ("acknowledged_on", 26, true),
    ("recalled_on", 26, true),
    ("state", 30, true),
];

pub(super) async fn book(ask: &Ask<'_, impl ConnectionTrait>) -> Result<Vec<Entry>> {
    use distribution::Column;
    let own = Condition::any().add(Column::PersonId.eq(ask.caller.person)).add(Column::RevisionId.in_subquery(kept(ask.caller)));
    let query = distribution::Entity::find()
        .filter(own)
        .filter(Condition::all().add_option(ask.unit_id.map(|unit| Column::RevisionId.in_subquery(revisions_of(unit)))));
    let query = match ask.slice {
        None => query.order_by_asc(Column::RevisionId).order_by_asc(Column::Id).limit(FETCHED),
        Some(slice) => query
            .filter(slice.after(Column::OfferedAt, Column::Id, true))
            .order_by_desc(Column::OfferedAt)
            .order_by_desc(Column::Id)
            .limit(slice.fetch()),
    };
    let rows = whole(query.all(ask.db).await?, MOST)?;
    let given: BTreeSet<_> = rows.iter().map(|row| row.revision_id).collect();
    let revisions = revision::Entity::find().filter(revision::Column::Id.is_in(given)).all(ask.db).await?;
    let numbers: BTreeMap<_, _> = revisions.iter().filter_map(|row| Some((row.id, numbers_of(row)?))).collect();
    let offers = with_facts(ask.db, ask.caller, rows).await?;
    let row = |offer: Offer| {
        let numbers = numbers.get(&offer.row.revision_id);
        let fact = |fact: ReceiptFact| {
            let known = offer.receipts.iter().find(|one| one.fact == fact);
            Cell::day(known.map(|one| vn_date(one.at)))
        };
        let document = offer.document.as_ref();
        let code = document.and_then(|row| row.code.as_deref());
        let title = document.map(|row| row.title.as_str());
        let cells = vec![
            Cell::optional(code),
            Cell::optional(title),
            numbers.map_or(Cell::Empty, |numbers| Cell::count(numbers.issue)),
            numbers.map_or(Cell::Empty, |numbers| Cell::count(numbers.amendment)),
            Cell::text(offer.person_name.clone()),
            ask.label(OfferCause::KEY, offer.row.cause.code()),
            fact(ReceiptFact::Sent),
            fact(ReceiptFact::Opened),
            fact(ReceiptFact::Acknowledged),
            Cell::Date(offer.row.due_on),
            ask.label(OfferState::KEY, offer.state.code()),
            Cell::day(offer.row.voided_at.map(vn_date)),
            Cell::text([code, title].into_iter().flatten().collect::<Vec<_>>().join(" ")),
            Cell::text(numbers.map(ToString::to_string).unwrap_or_default()),
        ];
        Entry {
            key: (serde_json::json!(offer.row.offered_at), offer.row.id.0),
            href: Some(link_to(Subject::Revision, offer.row.revision_id.0)),
            rows: vec![cells],
        }
    };
    Ok(offers.into_iter().map(row).collect())
}

/// Revisions of the documents of a unit and everything below it.
pub(super) fn revisions_of(unit: UnitId) -> SelectStatement {
    let documents = Query::select()
        .column(document::Column::Id)
        .from(document::Entity)
        .and_where(document::Column::UnitId.in_subquery(below(unit)))
        .to_owned();
    Query::select()
        .column(revision::Column::Id)
        .from(revision::Entity)
        .and_where(revision::Column::DocumentId.in_subquery(documents))
        .to_owned()
}

pub(super) const REQUESTS: Columns = &[
    ("request", 16),
    ("requested_on", 14),
    ("requester", 28),
    ("code", 16),
    ("title", 50),
    ("source", 28),
    ("source_ref", 24),
    ("reason", 50),
    ("changed_part", 24),
    ("summary", 50),
    ("state", 20),
    ("drafter", 28),
    ("draft_due_on", 14),
    ("effective_from", 14),
    ("end_reason", 30),
    ("named", 0),
];

pub(super) const REQUESTS_PRINTED: Printed = &[
    ("request", 30, true),
    ("requested_on", 24, true),
    ("requester", 34, false),
    ("named", 50, false),
    ("reason", 50, false),
    ("state", 26, true),
    ("drafter", 32, false),
];

pub(super) async fn requests(ask: &Ask<'_, impl ConnectionTrait>) -> Result<Vec<Entry>> {
    use revision::Column;
    let query = revision::Entity::find()
        .filter(access::visible_revision(ask.caller))
        .filter(Column::RequestCode.is_not_null())
        .filter(Condition::all().add_option(ask.unit_id.map(|unit| Column::Id.in_subquery(revisions_of(unit)))));
    let query = match ask.slice {
        None => query.order_by_asc(Column::CreatedAt).order_by_asc(Column::Id).limit(FETCHED),
        Some(slice) => query
            .filter(slice.after(Column::CreatedAt, Column::Id, true))
            .order_by_desc(Column::CreatedAt)
            .order_by_desc(Column::Id)
            .limit(slice.fetch()),
    };
    let rows = whole(query.all(ask.db).await?, MOST)?;
    let ids: BTreeSet<DocumentId> = rows.iter().map(|row| row.document_id).collect();
    let documents: BTreeMap<DocumentId, document::Model> = document::Entity::find()
        .filter(document::Column::Id.is_in(ids))
        .all(ask.db)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let mentioned: Vec<PersonId> = rows.iter().flat_map(|row| [Some(row.requested_by_id), row.drafter_id]).flatten().collect();
    let people = names_of_people(ask.db, mentioned).await?;
    let row = |row: revision::Model| {
        let document = documents.get(&row.document_id);
        let name = |id: Option<PersonId>| id.and_then(|id| people.get(&id)).map(String::as_str);
        let code = document.and_then(|row| row.code.as_deref());
        let title = document.map(|row| row.title.as_str());
        let cells = vec![
            Cell::optional(row.request_code.as_deref()),
            Cell::Date(vn_date(row.created_at)),
            Cell::optional(name(Some(row.requested_by_id))),
            Cell::optional(code),
            Cell::optional(title),
            ask.label(RequestSource::KEY, row.source.code()),
            Cell::optional(row.source_ref.as_deref()),
            Cell::text(row.reason),
            Cell::optional(row.changed_part.as_deref()),
            Cell::optional(row.summary.as_deref()),
            ask.label(RevisionState::KEY, row.state.code()),
            Cell::optional(name(row.drafter_id)),
            Cell::day(row.draft_due_on),
            Cell::day(row.effective_from),
            Cell::optional(row.end_reason.as_deref()),
            Cell::text([code, title].into_iter().flatten().collect::<Vec<_>>().join(" ")),
        ];
        Entry {
            key: (serde_json::json!(row.created_at), row.id.0),
            href: Some(link_to(Subject::Revision, row.id.0)),
            rows: vec![cells],
        }
    };
    Ok(rows.into_iter().map(row).collect())
}
