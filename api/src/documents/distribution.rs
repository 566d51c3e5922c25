//! Who was given a revision, who opened it, who acknowledged it: three facts, each with its time.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use domain::calendar::{DeadlineKind, DeadlineUnit};
use domain::document::control::{
    AudienceKind, OfferCause, OfferState, REVIEW_AHEAD_DAYS, ReceiptFact, may_acknowledge, offer_state,
};
use domain::document::{DocumentState, RevisionState};
use domain::draft::Problems;
use domain::id::{DistributionId, DocumentId, PersonId, RevisionId, UnitId};
use domain::permission::{Permission, Role};
use domain::record::{Duty as Kind, Subject};
use entities::{assignment, audience, distribution, document, membership, person, receipt, revision, unit, unit_path};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query, SelectStatement};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};

use super::access;
use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::http::Slice;
use crate::store::{Event, Store, Tx, Writer, names_of_people};
use crate::work::duties::Duty;

/// People a rule names that were not given the revision yet: pairs of revision and person.
///
/// `kind` says which rules.
fn missing(kind: AudienceKind, today: NaiveDate) -> SelectStatement {
    let given = Query::select()
        .expr(Expr::value(1))
        .from(distribution::Entity)
        .and_where(
            Expr::col((distribution::Entity, distribution::Column::RevisionId))
                .equals((audience::Entity, audience::Column::RevisionId)),
        )
        .and_where(Expr::col((distribution::Entity, distribution::Column::PersonId)).equals((person::Entity, person::Column::Id)))
        // Who left the audience and comes back is asked again.
        .and_where(
            Expr::col((distribution::Entity, distribution::Column::VoidReason)).is_null().or(Expr::col((
                distribution::Entity,
                distribution::Column::VoidReason,
            ))
            .ne(LEFT)),
        )
        .to_owned();
    let mut query = named(kind, today);
    query.and_where(Expr::exists(given).not());
    query
}

/// Why the offer of somebody ended whom the audience does not name any more.
const LEFT: &str = "left";

/// People whom a rule names: pairs of revision and person.
fn named(kind: AudienceKind, today: NaiveDate) -> SelectStatement {
    let mut query = Query::select();
    query.column((audience::Entity, audience::Column::RevisionId)).column((person::Entity, person::Column::Id)).distinct();
    query.from(audience::Entity);
    let below =
        Expr::col((unit_path::Entity, unit_path::Column::AncestorId)).equals((audience::Entity, audience::Column::UnitId));
    match kind {
        AudienceKind::Person => {
            let is = Expr::col((person::Entity, person::Column::Id)).equals((audience::Entity, audience::Column::PersonId));
            query.inner_join(person::Entity, is);
        }
        AudienceKind::Unit => {
            let member = Expr::col((membership::Entity, membership::Column::UnitId))
                .equals((unit_path::Entity, unit_path::Column::DescendantId));
            let is = Expr::col((person::Entity, person::Column::Id)).equals((membership::Entity, membership::Column::PersonId));
            query.inner_join(unit_path::Entity, below).inner_join(membership::Entity, member).inner_join(person::Entity, is);
            query.cond_where(crate::units::alive(membership::Column::ValidFrom, membership::Column::ValidTo, today));
        }
        AudienceKind::Role => {
            let holds = Expr::col((assignment::Entity, assignment::Column::UnitId))
                .equals((unit_path::Entity, unit_path::Column::DescendantId))
                .and(
                    Expr::col((assignment::Entity, assignment::Column::Role)).equals((audience::Entity, audience::Column::Role)),
                );
            let is = Expr::col((person::Entity, person::Column::Id)).equals((assignment::Entity, assignment::Column::PersonId));
            query.inner_join(unit_path::Entity, below).inner_join(assignment::Entity, holds).inner_join(person::Entity, is);
            query.cond_where(crate::units::alive(assignment::Column::ValidFrom, assignment::Column::ValidTo, today));
        }
    }
    query.and_where(Expr::col((audience::Entity, audience::Column::Kind)).eq(kind.code()));
    query.and_where(Expr::col((person::Entity, person::Column::DisabledAt)).is_null());
    query
}

/// Revisions that the planner looks at in one go for people who joined; the rest next time.
const MOST: u64 = 5_000;

/// Gives a revision to everybody its audience names and who does not have it yet. The caller holds
/// its document.
pub(super) async fn offer(tx: &Tx, parent: &document::Model, row: &revision::Model, cause: OfferCause) -> Result<usize> {
    let mut people: BTreeSet<PersonId> = BTreeSet::new();
    for kind in AudienceKind::ALL {
        let mut query = missing(*kind, tx.today());
        query.and_where(Expr::col((audience::Entity, audience::Column::RevisionId)).eq(row.id));
        let found = tx.db().query_all(&query).await?;
        for pair in found {
            people.insert(pair.try_get_by_index(1)?);
        }
    }
    if people.is_empty() {
        return Ok(0);
    }
    let days = super::settings_of(tx.db(), parent.unit_id).await?.acknowledge_days;
    let calendar = crate::calendar::load(tx.db()).await?;
    let days = u32::try_from(days).unwrap_or_default();
    let due_on = calendar.deadline(tx.today(), days, DeadlineUnit::WorkingDay, DeadlineKind::By)?.due;
    let back: Vec<distribution::Model> = distribution::Entity::find()
        .filter(distribution::Column::RevisionId.eq(row.id))
        .filter(distribution::Column::VoidReason.eq(LEFT))
        .all(tx.db())
        .await?;
    let back: Vec<&distribution::Model> = back.iter().filter(|offer| people.contains(&offer.person_id)).collect();
    for offer in &back {
        let again = distribution::ActiveModel {
            id: Set(offer.id),
            cause: Set(cause),
            due_on: Set(due_on),
            voided_at: Set(None),
            void_reason: Set(None),
            ..Default::default()
        };
        distribution::Entity::update(again).validate()?.exec(tx.db()).await?;
    }
    let (mut offers, mut facts) = (Vec::new(), Vec::new());
    for person_id in people.iter().filter(|person| !back.iter().any(|offer| offer.person_id == **person)) {
        let id = tx.id::<DistributionId>();
        offers.push(distribution::ActiveModel {
            id: Set(id),
            revision_id: Set(row.id),
            person_id: Set(*person_id),
            cause: Set(cause),
            due_on: Set(due_on),
            offered_at: Set(tx.now()),
            voided_at: Set(None),
            void_reason: Set(None),
        });
        facts.push(fact(tx, id, ReceiptFact::Sent, None, row.content_hash.clone()));
    }
    for chunk in offers.chunks(500) {
        distribution::Entity::insert_many(chunk.to_vec()).exec_without_returning(tx.db()).await?;
    }
    for chunk in facts.chunks(500) {
        receipt::Entity::insert_many(chunk.to_vec()).exec_without_returning(tx.db()).await?;
    }
    let what = serde_json::json!({"people": people, "cause": cause, "due_on": due_on});
    tx.record(Event::on("revision.distributed", Subject::Revision, row.id.0).unit(parent.unit_id).after(&what));
    Ok(people.len())
}

fn fact(tx: &Tx, id: DistributionId, fact: ReceiptFact, statement: Option<String>, hash: Option<String>) -> receipt::ActiveModel {
    receipt::ActiveModel {
        id: Set(tx.id()),
        distribution_id: Set(id),
        fact: Set(fact),
        statement: Set(statement),
        content_hash: Set(hash),
        at: Set(tx.now()),
    }
}

/// What ends is not asked for any more: its unacknowledged offers go with it.
pub(super) async fn void(tx: &Tx, id: RevisionId, reason: &str) -> Result<()> {
    distribution::Entity::update_many()
        .col_expr(distribution::Column::VoidedAt, Expr::value(tx.now()))
        .col_expr(distribution::Column::VoidReason, Expr::value(reason))
        .filter(distribution::Column::RevisionId.eq(id))
        .filter(distribution::Column::VoidedAt.is_null())
        .filter(distribution::Column::Id.not_in_subquery(with_fact(ReceiptFact::Acknowledged)))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Offers of which a fact is known.
fn with_fact(fact: ReceiptFact) -> SelectStatement {
    Query::select()
        .column(receipt::Column::DistributionId)
        .from(receipt::Entity)
        .and_where(receipt::Column::Fact.eq(fact))
        .to_owned()
}

/// Days that the planner looks back for people who joined: an outage of a month is caught up.
const LOOK_BACK_DAYS: i64 = 31;

/// Gives what is in force to people who joined its audience since. Planned with the other recurring
/// work; gives how many people.
///
/// Only what began or was entered lately is looked at, so that a province with everything
/// acknowledged costs two small statements.
///
/// # Errors
/// The database's.
pub async fn join(store: &Store, today: NaiveDate) -> Result<usize> {
    let since = store.clock().now() - chrono::TimeDelta::days(LOOK_BACK_DAYS);
    let began = domain::time::vn_date(since);
    // Ids are UUIDv7: those made since are above this one.
    let millis = u64::try_from(since.timestamp_millis()).unwrap_or_default();
    let entered = uuid::Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid();
    let lately = [
        (
            AudienceKind::Unit,
            Condition::any().add(membership::Column::ValidFrom.gte(began)).add(membership::Column::Id.gte(entered)),
        ),
        (
            AudienceKind::Role,
            Condition::any().add(assignment::Column::ValidFrom.gte(began)).add(assignment::Column::Id.gte(entered)),
        ),
    ];
    let in_force = Query::select()
        .column(revision::Column::Id)
        .from(revision::Entity)
        .and_where(revision::Column::State.eq(RevisionState::Effective))
        .to_owned();
    let mut wanting: BTreeSet<RevisionId> = BTreeSet::new();
    for (kind, lately) in lately {
        let mut query = missing(kind, today);
        query.cond_where(lately);
        query.and_where(Expr::col((audience::Entity, audience::Column::RevisionId)).in_subquery(in_force.clone()));
        query.limit(MOST);
        for pair in store.read().query_all(&query).await? {
            wanting.insert(pair.try_get_by_index(0)?);
        }
    }
    let mut joined = 0;
    for id in wanting {
        joined += store.write(Writer::Job("documents"), move |tx| async move { give_to_joiners(&tx, id).await }).await?;
    }
    Ok(joined)
}

/// Ends the open offers of people whom nothing names any more: they left, or their account is closed. Planned with the
/// other recurring work; gives how many. One statement looks, and nothing is written while there is nobody.
///
/// # Errors
/// The database's.
pub async fn leave(store: &Store, today: NaiveDate) -> Result<usize> {
    let mut gone = distribution::Entity::find()
        .filter(distribution::Column::VoidedAt.is_null())
        .filter(distribution::Column::Id.not_in_subquery(with_fact(ReceiptFact::Acknowledged)));
    for kind in AudienceKind::ALL {
        let mut query = named(*kind, today);
        query.and_where(
            Expr::col((audience::Entity, audience::Column::RevisionId))
                .equals((distribution::Entity, distribution::Column::RevisionId)),
        );
        query.and_where(
            Expr::col((person::Entity, person::Column::Id)).equals((distribution::Entity, distribution::Column::PersonId)),
        );
        gone = gone.filter(Expr::exists(query).not());
    }
    let gone = gone.order_by_asc(distribution::Column::Id).limit(MOST).all(store.read()).await?;
    if gone.is_empty() {
        return Ok(0);
    }
    store
        .write(Writer::Job("documents"), move |tx| async move {
            for chunk in gone.chunks(500) {
                distribution::Entity::update_many()
                    .col_expr(distribution::Column::VoidedAt, Expr::value(tx.now()))
                    .col_expr(distribution::Column::VoidReason, Expr::value(LEFT))
                    .filter(distribution::Column::Id.is_in(chunk.iter().map(|offer| offer.id)))
                    .filter(distribution::Column::VoidedAt.is_null())
                    .filter(distribution::Column::Id.not_in_subquery(with_fact(ReceiptFact::Acknowledged)))
                    .exec(tx.db())
                    .await?;
            }
            for offer in &gone {
                tx.record(Event::on("distribution.left", Subject::Distribution, offer.id.0).after(offer));
            }
            Ok(gone.len())
        })
        .await
}

async fn give_to_joiners(tx: &Tx, id: RevisionId) -> Result<usize> {
    let parent = revision::Entity::find_by_id(id).one(tx.db()).await?.ok_or(Error::NotFound)?.document_id;
    let parent = document::Entity::find_by_id(parent).lock_exclusive().one(tx.db()).await?.ok_or(Error::NotFound)?;
    let row = revision::Entity::find_by_id(id).lock_exclusive().one(tx.db()).await?.ok_or(Error::NotFound)?;
    if row.state == RevisionState::Effective { offer(tx, &parent, &row, OfferCause::Joined).await } else { Ok(0) }
}

/// A revision given to a person, with everything known of it.
#[derive(Clone, Debug)]
pub struct Offer {
    /// The offer.
    pub row: distribution::Model,
    /// Who.
    pub person_name: String,
    /// The document.
    pub document: Option<document::Model>,
    /// What is known, the oldest first.
    pub receipts: Vec<receipt::Model>,
    /// Where it stands today.
    pub state: OfferState,
}

/// Which offers are asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    /// Of this revision: the distribution book, for who keeps its document. Left out: one's own.
    pub revision_id: Option<RevisionId>,
    /// Only those that wait for an acknowledgement.
    pub open: bool,
}

/// One's own offers, or those of a revision for who keeps its document; newest first. Five
/// statements, whatever the size.
///
/// # Errors
/// The database's.
pub async fn list(db: &impl ConnectionTrait, caller: &Caller, filter: Filter, slice: &Slice) -> Result<Vec<Offer>> {
    use distribution::Column;
    let own = Column::PersonId.eq(caller.person);
    let whose = match filter.revision_id {
        None => Condition::all().add(own),
        Some(id) => Condition::all()
            .add(Column::RevisionId.eq(id))
            .add(Condition::any().add(own).add(Column::RevisionId.in_subquery(kept(caller)))),
    };
    let open = filter.open.then(|| {
        let acknowledged = with_fact(ReceiptFact::Acknowledged);
        Condition::all().add(Column::VoidedAt.is_null()).add(Column::Id.not_in_subquery(acknowledged))
    });
    let rows = distribution::Entity::find()
        .filter(whose)
        .filter(Condition::all().add_option(open))
        .filter(slice.after(Column::OfferedAt, Column::Id, true))
        .order_by_desc(Column::OfferedAt)
        .order_by_desc(Column::Id)
        .limit(slice.fetch())
        .all(db)
        .await?;
    with_facts(db, caller, rows).await
}

/// Revisions of documents the caller keeps.
pub(super) fn kept(caller: &Caller) -> SelectStatement {
    Query::select()
        .column((revision::Entity, revision::Column::Id))
        .from(revision::Entity)
        .inner_join(
            document::Entity,
            Expr::col((document::Entity, document::Column::Id)).equals((revision::Entity, revision::Column::DocumentId)),
        )
        .cond_where(
            Condition::any()
                .add(caller.scope(Permission::ControlDocuments).covers(document::Column::UnitId))
                .add(caller.scope(Permission::ApproveDocuments).covers(document::Column::UnitId)),
        )
        .to_owned()
}

pub(super) async fn with_facts(db: &impl ConnectionTrait, caller: &Caller, rows: Vec<distribution::Model>) -> Result<Vec<Offer>> {
    let ids: Vec<DistributionId> = rows.iter().map(|row| row.id).collect();
    let receipts = receipt::Entity::find()
        .filter(receipt::Column::DistributionId.is_in(ids))
        .order_by_asc(receipt::Column::Id)
        .all(db)
        .await?;
    let names = names_of_people(db, rows.iter().map(|row| row.person_id)).await?;
    let revisions: BTreeSet<RevisionId> = rows.iter().map(|row| row.revision_id).collect();
    let parents: BTreeMap<RevisionId, DocumentId> = revision::Entity::find()
        .select_only()
        .column(revision::Column::Id)
        .column(revision::Column::DocumentId)
        .filter(revision::Column::Id.is_in(revisions))
        .into_tuple::<(RevisionId, DocumentId)>()
        .all(db)
        .await?
        .into_iter()
        .collect();
    let documents = document::Entity::find()
        .filter(document::Column::Id.is_in(parents.values().copied().collect::<BTreeSet<_>>()))
        .all(db)
        .await?;
    let mut known: BTreeMap<DistributionId, Vec<receipt::Model>> = BTreeMap::new();
    for one in receipts {
        known.entry(one.distribution_id).or_default().push(one);
    }
    let documents: BTreeMap<DocumentId, document::Model> = documents.into_iter().map(|row| (row.id, row)).collect();
    let offer = |row: distribution::Model| {
        let known = known.remove(&row.id).unwrap_or_default();
        let acknowledged = known.iter().any(|one| one.fact == ReceiptFact::Acknowledged);
        let parent = parents.get(&row.revision_id);
        Offer {
            person_name: names.get(&row.person_id).cloned().unwrap_or_default(),
            document: parent.and_then(|id| documents.get(id)).cloned(),
            receipts: known,
            state: offer_state(acknowledged, row.voided_at.is_some(), row.due_on, caller.today),
            row,
        }
    };
    Ok(rows.into_iter().map(offer).collect())
}

/// Notes that a person has opened what was given to them; the first time counts.
///
/// # Errors
/// 404 for somebody else's.
pub async fn open(store: &Store, caller: &Caller, id: DistributionId) -> Result<Offer> {
    note(store, caller, id, ReceiptFact::Opened, None).await
}

/// Acknowledges a revision: the sentence that was agreed to and the hash of the text are kept.
///
/// # Errors
/// 404 for somebody else's, no sentence, `acknowledged_already`, `distribution_over`.
pub async fn acknowledge(store: &Store, caller: &Caller, id: DistributionId, statement: &str) -> Result<Offer> {
    let mut problems = Problems::new();
    let statement = problems.text("statement", statement, 1_000);
    problems.finish()?;
    note(store, caller, id, ReceiptFact::Acknowledged, Some(statement)).await
}

async fn note(store: &Store, caller: &Caller, id: DistributionId, what: ReceiptFact, statement: Option<String>) -> Result<Offer> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let query = distribution::Entity::find_by_id(id).filter(distribution::Column::PersonId.eq(who.person));
            let row = query.lock_exclusive().one(tx.db()).await?.ok_or(Error::NotFound)?;
            let (parent, given) = access::find(tx.db(), &who, row.revision_id, false).await?;
            let known = receipt::Entity::find().filter(receipt::Column::DistributionId.eq(id)).all(tx.db()).await?;
            let has = |fact| known.iter().any(|one| one.fact == fact);
            if what == ReceiptFact::Acknowledged {
                may_acknowledge(has(ReceiptFact::Acknowledged), row.voided_at.is_some())?;
            }
            if !has(what) {
                let saved = fact(&tx, id, what, statement, given.content_hash).insert(tx.db()).await?;
                let kind = if what == ReceiptFact::Opened { "distribution.opened" } else { "distribution.acknowledged" };
                tx.record(Event::on(kind, Subject::Distribution, id.0).unit(parent.unit_id).after(&saved));
            } else {
                tx.record(Event::on("distribution.opened_again", Subject::Distribution, id.0).unit(parent.unit_id));
            }
            Ok(id)
        })
        .await?;
    let row = distribution::Entity::find_by_id(id).one(store.read()).await?.ok_or(Error::NotFound)?;
    with_facts(store.read(), caller, vec![row]).await?.pop().ok_or(Error::NotFound)
}

/// What is owed of documents: acknowledgements of people, periodic reviews of who keeps them, what decisions on the TTHC
/// catalogue ask of procedures.
///
/// # Errors
/// The database's.
pub async fn duties(db: &impl ConnectionTrait, today: NaiveDate) -> Result<Vec<Duty>> {
    let mut found = acknowledgements(db).await?;
    found.extend(reviews(db, today).await?);
    found.extend(super::changes::owed::duties(db, today).await?);
    Ok(found)
}

async fn acknowledgements(db: &impl ConnectionTrait) -> Result<Vec<Duty>> {
    let open = distribution::Entity::find()
        .filter(distribution::Column::VoidedAt.is_null())
        .filter(distribution::Column::Id.not_in_subquery(with_fact(ReceiptFact::Acknowledged)))
        .order_by_asc(distribution::Column::DueOn)
        .order_by_asc(distribution::Column::Id)
        .all(db)
        .await?;
    let open_of = Query::select()
        .column(distribution::Column::RevisionId)
        .from(distribution::Entity)
        .and_where(distribution::Column::VoidedAt.is_null())
        .to_owned();
    let revisions = revision::Entity::find().filter(revision::Column::Id.in_subquery(open_of.clone())).all(db).await?;
    let parents: BTreeMap<RevisionId, DocumentId> = revisions.into_iter().map(|row| (row.id, row.document_id)).collect();
    let of_documents = Query::select()
        .column(revision::Column::DocumentId)
        .from(revision::Entity)
        .and_where(revision::Column::Id.in_subquery(open_of))
        .to_owned();
    let documents = document::Entity::find().filter(document::Column::Id.in_subquery(of_documents)).all(db).await?;
    let documents: BTreeMap<DocumentId, document::Model> = documents.into_iter().map(|row| (row.id, row)).collect();
    let names = unit_names(db, documents.values()).await?;
    let duty = |row: distribution::Model| {
        let parent = documents.get(parents.get(&row.revision_id)?)?;
        let place = (Subject::Distribution, row.id.0);
        Some(owed(parent, &names, (Kind::AcknowledgeDocument, "acknowledge"), place, row.due_on, vec![row.person_id]))
    };
    Ok(open.into_iter().filter_map(duty).collect())
}

async fn reviews(db: &impl ConnectionTrait, today: NaiveDate) -> Result<Vec<Duty>> {
    let until = today.checked_add_signed(chrono::TimeDelta::days(REVIEW_AHEAD_DAYS)).unwrap_or(today);
    let rows = document::Entity::find()
        .filter(document::Column::State.eq(DocumentState::InForce))
        .filter(document::Column::NextReviewOn.lte(until))
        .order_by_asc(document::Column::NextReviewOn)
        .order_by_asc(document::Column::Id)
        .all(db)
        .await?;
    let units: BTreeSet<UnitId> = rows.iter().map(|row| row.unit_id).collect();
    let keepers = crate::work::duties::holders(db, &[Role::IsoSecretary], &units, today).await?;
    let names = unit_names(db, rows.iter()).await?;
    let duty = |row: &document::Model| {
        let people = keepers.get(&row.unit_id).cloned().unwrap_or_default();
        let place = (Subject::Document, row.id.0);
        let duty = owed(row, &names, (Kind::ReviewDocument, "review"), place, row.next_review_on?, people);
        Some(Duty { link: super::reviews::page_of(row.id), ..duty })
    };
    Ok(rows.iter().filter_map(duty).collect())
}

async fn unit_names<'a>(
    db: &impl ConnectionTrait,
    documents: impl Iterator<Item = &'a document::Model>,
) -> Result<BTreeMap<UnitId, String>> {
    let ids: BTreeSet<UnitId> = documents.map(|row| row.unit_id).collect();
    let rows = unit::Entity::find().filter(unit::Column::Id.is_in(ids)).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}

fn owed(
    parent: &document::Model,
    names: &BTreeMap<UnitId, String>,
    (duty, verb): (Kind, &'static str),
    (subject, subject_id): (Subject, uuid::Uuid),
    due_on: NaiveDate,
    people: Vec<PersonId>,
) -> Duty {
    Duty {
        duty,
        verb,
        subject,
        subject_id,
        code: parent.code.clone().unwrap_or_default(),
        title: crate::findings::read::shortened(&parent.title, 120),
        unit_id: parent.unit_id,
        unit_name: names.get(&parent.unit_id).cloned().unwrap_or_default(),
        due_on,
        people,
        link: crate::web::link_to(subject, subject_id),
    }
}
