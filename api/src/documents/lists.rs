//! The lists an agency must show: internal master list, external list, distribution book, change
//! requests. One door, one spreadsheet each; a constant number of statements whatever their length.

use std::collections::{BTreeMap, BTreeSet};

use domain::document::RevisionState;
use domain::document::control::{DocumentList, ReceiptFact};
use domain::id::{DocumentId, ExternalDocumentId, IssueDecisionId, PersonId, UnitId};
use domain::permission::Permission;
use domain::time::vn_date;
use entities::{distribution, document, external_document, issue_decision, revision, unit};
use render::sheets::{Cell, Head, Sheet};
use render::{Catalogue, Lang};
use sea_orm::sea_query::Query;
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::distribution::{kept, with_facts};
use super::revisions::numbers_of;
use super::{access, below, registers};
use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::store::names_of_people;

/// Most rows of a list: more than any province has.
const MOST: u64 = 20_000;

/// A list of a unit, with everything below it, as a spreadsheet of today.
///
/// # Errors
/// 404 for a unit whose documents the caller does not read.
pub async fn file(
    db: &impl ConnectionTrait,
    caller: &Caller,
    words: &Catalogue,
    list: DocumentList,
    unit_id: Option<UnitId>,
) -> Result<Vec<u8>> {
    let unit = match unit_id {
        Some(id) if !caller.scope(Permission::ReadDocuments).contains(db, id).await? => return Err(Error::NotFound),
        Some(id) => unit::Entity::find_by_id(id).one(db).await?,
        None => None,
    };
    let rows = match list {
        DocumentList::Master => master(db, caller, words, unit_id).await?,
        DocumentList::External => external(db, caller, words, unit_id).await?,
        DocumentList::Distribution => book(db, caller, words, unit_id).await?,
        DocumentList::Requests => requests(db, caller, words, unit_id).await?,
    };
    let columns = match list {
        DocumentList::Master => MASTER,
        DocumentList::External => EXTERNAL,
        DocumentList::Distribution => DISTRIBUTION,
        DocumentList::Requests => REQUESTS,
    };
    let say = |key: &str| words.get(Lang::Vi, key, &[]);
    let name = say(&format!("{}.{}", DocumentList::KEY, list.code()));
    let on = words.get(Lang::Vi, "document_file.on", &[("date", domain::time::vn_day(caller.today))]);
    let numbered = |(row, number): (Vec<Cell>, i32)| std::iter::once(Cell::count(number)).chain(row).collect();
    let head = |(key, width): &(&str, u16)| Head::new(say(&format!("document_file.{key}")), *width);
    let sheet = Sheet {
        name: say(&format!("document_file.sheet_{}", list.code())),
        top: [Some(name), unit.map(|unit| unit.name), Some(on)].into_iter().flatten().collect(),
        heads: std::iter::once(&("number", 6)).chain(columns).map(head).collect(),
        rows: rows.into_iter().zip(1..).map(numbered).collect(),
    };
    render::sheets::write(&[sheet]).map_err(|error| Error::Internal(error.into()))
}

type Columns = &'static [(&'static str, u16)];

const MASTER: Columns = &[
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
];

async fn master(
    db: &impl ConnectionTrait,
    caller: &Caller,
    words: &Catalogue,
    unit_id: Option<UnitId>,
) -> Result<Vec<Vec<Cell>>> {
    use document::Column;
    let rows = document::Entity::find()
        .filter(access::visible(caller))
        .filter(Condition::all().add_option(unit_id.map(|unit| Column::UnitId.in_subquery(below(unit)))))
        .filter(Column::Code.is_not_null())
        .order_by_asc(Column::UnitId)
        .order_by_asc(Column::Code)
        .limit(MOST)
        .all(db)
        .await?;
    let listed = super::listed(db, caller, rows).await?;
    let issued: BTreeSet<IssueDecisionId> = listed.iter().filter_map(|one| one.current.as_ref()?.decision_id).collect();
    let decisions = decisions(db, issued).await?;
    let row = |one: super::Listed| {
        let current = one.current.as_ref();
        let numbers = current.and_then(numbers_of);
        let decision = current.and_then(|row| decisions.get(&row.decision_id?));
        vec![
            Cell::optional(one.row.code.as_deref()),
            Cell::text(one.row.title),
            Cell::text(label(words, domain::document::DocumentKind::KEY, one.row.kind.code())),
            Cell::optional(one.row.field_name.as_deref()),
            Cell::text(one.unit_name),
            numbers.map_or(Cell::Empty, |numbers| Cell::count(numbers.issue)),
            numbers.map_or(Cell::Empty, |numbers| Cell::count(numbers.amendment)),
            Cell::day(current.and_then(|row| row.effective_from)),
            Cell::optional(decision.map(|row| row.number.as_str())),
            Cell::day(decision.map(|row| row.signed_on)),
            Cell::text(label(words, domain::document::DocumentState::KEY, one.row.state.code())),
            Cell::day(one.row.next_review_on),
            Cell::optional(one.row.retention.as_deref()),
            if one.needs_review { Cell::text(words.get(Lang::Vi, "document_file.yes", &[])) } else { Cell::Empty },
        ]
    };
    Ok(listed.into_iter().map(row).collect())
}

fn label(words: &Catalogue, key: &str, code: &str) -> String {
    words.get(Lang::Vi, &format!("{key}.{code}"), &[])
}

async fn decisions(
    db: &impl ConnectionTrait,
    ids: BTreeSet<IssueDecisionId>,
) -> Result<BTreeMap<IssueDecisionId, issue_decision::Model>> {
    let rows = issue_decision::Entity::find().filter(issue_decision::Column::Id.is_in(ids)).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

const EXTERNAL: Columns = &[
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
];

async fn external(
    db: &impl ConnectionTrait,
    caller: &Caller,
    words: &Catalogue,
    unit_id: Option<UnitId>,
) -> Result<Vec<Vec<Cell>>> {
    use external_document::Column;
    let rows = external_document::Entity::find()
        .filter(registers::above(caller, Column::UnitId))
        .filter(Condition::all().add_option(unit_id.map(|unit| registers::kept_for(Column::UnitId, unit))))
        .order_by_asc(Column::Number)
        .order_by_asc(Column::Id)
        .limit(MOST)
        .all(db)
        .await?;
    let heirs: BTreeSet<ExternalDocumentId> = rows.iter().filter_map(|row| row.replaced_by_id).collect();
    let heirs: BTreeMap<ExternalDocumentId, String> = external_document::Entity::find()
        .select_only()
        .column(Column::Id)
        .column(Column::Number)
        .filter(Column::Id.is_in(heirs))
        .into_tuple::<(ExternalDocumentId, String)>()
        .all(db)
        .await?
        .into_iter()
        .collect();
    let watchers: Vec<PersonId> = rows.iter().filter_map(|row| row.watcher_id).collect();
    let people = names_of_people(db, watchers).await?;
    let row = |row: external_document::Model| {
        let validity = registers::validity_of(&row, caller.today);
        let name = |id: Option<PersonId>| id.and_then(|id| people.get(&id)).map(String::as_str);
        vec![
            Cell::text(row.number),
            Cell::text(row.title),
            Cell::text(row.type_name),
            Cell::text(row.issuer),
            Cell::day(row.issued_on),
            Cell::day(row.effective_from),
            Cell::day(row.effective_to),
            Cell::text(label(words, domain::document::control::Validity::KEY, validity.code())),
            Cell::optional(row.replaced_by_id.and_then(|id| heirs.get(&id)).map(String::as_str)),
            Cell::day(row.checked_on),
            Cell::optional(name(row.watcher_id)),
        ]
    };
    Ok(rows.into_iter().map(row).collect())
}

const DISTRIBUTION: Columns = &[
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
];

async fn book(db: &impl ConnectionTrait, caller: &Caller, words: &Catalogue, unit_id: Option<UnitId>) -> Result<Vec<Vec<Cell>>> {
    use distribution::Column;
    let own = Condition::any().add(Column::PersonId.eq(caller.person)).add(Column::RevisionId.in_subquery(kept(caller)));
    let rows = distribution::Entity::find()
        .filter(own)
        .filter(Condition::all().add_option(unit_id.map(|unit| Column::RevisionId.in_subquery(revisions_of(unit)))))
        .order_by_asc(Column::RevisionId)
        .order_by_asc(Column::Id)
        .limit(MOST)
        .all(db)
        .await?;
    let given: BTreeSet<_> = rows.iter().map(|row| row.revision_id).collect();
    let revisions = revision::Entity::find().filter(revision::Column::Id.is_in(given)).all(db).await?;
    let numbers: BTreeMap<_, _> = revisions.iter().filter_map(|row| Some((row.id, numbers_of(row)?))).collect();
    let offers = with_facts(db, caller, rows).await?;
    let row = |offer: super::distribution::Offer| {
        let numbers = numbers.get(&offer.row.revision_id);
        let fact = |fact: ReceiptFact| {
            let known = offer.receipts.iter().find(|one| one.fact == fact);
            Cell::day(known.map(|one| vn_date(one.at)))
        };
        let document = offer.document.as_ref();
        vec![
            Cell::optional(document.and_then(|row| row.code.as_deref())),
            Cell::optional(document.map(|row| row.title.as_str())),
            numbers.map_or(Cell::Empty, |numbers| Cell::count(numbers.issue)),
            numbers.map_or(Cell::Empty, |numbers| Cell::count(numbers.amendment)),
            Cell::text(offer.person_name.clone()),
            Cell::text(label(words, domain::document::control::OfferCause::KEY, offer.row.cause.code())),
            fact(ReceiptFact::Sent),
            fact(ReceiptFact::Opened),
            fact(ReceiptFact::Acknowledged),
            Cell::Date(offer.row.due_on),
            Cell::text(label(words, domain::document::control::OfferState::KEY, offer.state.code())),
        ]
    };
    Ok(offers.into_iter().map(row).collect())
}

/// Revisions of the documents of a unit and everything below it.
fn revisions_of(unit: UnitId) -> sea_orm::sea_query::SelectStatement {
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

const REQUESTS: Columns = &[
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
];

async fn requests(
    db: &impl ConnectionTrait,
    caller: &Caller,
    words: &Catalogue,
    unit_id: Option<UnitId>,
) -> Result<Vec<Vec<Cell>>> {
    use revision::Column;
    let rows = revision::Entity::find()
        .filter(access::visible_revision(caller))
        .filter(Column::RequestCode.is_not_null())
        .filter(Condition::all().add_option(unit_id.map(|unit| Column::Id.in_subquery(revisions_of(unit)))))
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::Id)
        .limit(MOST)
        .all(db)
        .await?;
    let ids: BTreeSet<DocumentId> = rows.iter().map(|row| row.document_id).collect();
    let documents: BTreeMap<DocumentId, document::Model> = document::Entity::find()
        .filter(document::Column::Id.is_in(ids))
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let mentioned: Vec<PersonId> = rows.iter().flat_map(|row| [Some(row.requested_by_id), row.drafter_id]).flatten().collect();
    let people = names_of_people(db, mentioned).await?;
    let row = |row: revision::Model| {
        let document = documents.get(&row.document_id);
        let name = |id: Option<PersonId>| id.and_then(|id| people.get(&id)).map(String::as_str);
        vec![
            Cell::optional(row.request_code.as_deref()),
            Cell::Date(vn_date(row.created_at)),
            Cell::optional(name(Some(row.requested_by_id))),
            Cell::optional(document.and_then(|row| row.code.as_deref())),
            Cell::optional(document.map(|row| row.title.as_str())),
            Cell::text(label(words, domain::document::RequestSource::KEY, row.source.code())),
            Cell::optional(row.source_ref.as_deref()),
            Cell::text(row.reason),
            Cell::optional(row.changed_part.as_deref()),
            Cell::optional(row.summary.as_deref()),
            Cell::text(label(words, RevisionState::KEY, row.state.code())),
            Cell::optional(name(row.drafter_id)),
            Cell::day(row.draft_due_on),
            Cell::day(row.effective_from),
            Cell::optional(row.end_reason.as_deref()),
        ]
    };
    Ok(rows.into_iter().map(row).collect())
}
