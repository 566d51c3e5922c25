//! Into force and out of it: decisions that issue revisions, effect at its date, withdrawal.

use chrono::{Datelike as _, NaiveDate};
use domain::document::control::{OfferCause, next_review};
use domain::document::revision::{InForce, RevisionVerb, advance, check_effective_from, may_supersede, settle};
use domain::document::{DocumentState, RevisionState};
use domain::draft::Problems;
use domain::id::{DocumentId, IssueDecisionId, PersonId, RevisionId, UnitId};
use domain::permission::{Permission, Role};
use domain::record::Subject;
use domain::time::{vn_date, vn_day};
use entities::{document, issue_decision, revision};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::access::{self, Case, begin};
use super::{distribution, registers, revisions};
use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::http::{Slice, Version};
use crate::store::{Event, Store, Tx, Writer, is_unique_violation};

/// A decision to be recorded.
#[derive(Clone, Debug)]
pub struct NewDecision {
    /// The unit whose head signed; may be left out by who acts for one unit only.
    pub unit_id: Option<UnitId>,
    /// Số, ký hiệu.
    pub number: String,
    /// The day it was signed.
    pub signed_on: NaiveDate,
    /// Trích yếu.
    pub title: String,
    /// What it issues, each from its day.
    pub revisions: Vec<(RevisionId, NaiveDate)>,
}

/// Most revisions of one decision: a commune's whole set fits.
const MOST: usize = 500;

/// Records a decision that issues approved revisions. Those whose day has come are in force with it.
///
/// # Errors
/// Wrong fields, every revision named; who and when of the machine.
pub async fn issue(store: &Store, caller: &Caller, new: NewDecision) -> Result<issue_decision::Model> {
    let mut problems = Problems::new();
    let number = problems.line("number", &new.number, 100);
    let title = problems.text("title", &new.title, 1_000);
    problems.check(new.revisions.is_empty(), "revisions", "required");
    problems.at_most("revisions", new.revisions.len(), MOST);
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            if new.signed_on > tx.today() {
                problems.add_with("signed_on", "after_today", vec![("date", vn_day(tx.today()))]);
            }
            let unit = issuing_unit(&tx, &who, new.unit_id).await?.map_err(|code| problems.add("unit_id", code));
            let cases = cases(&tx, &who, &new.revisions, new.signed_on, &mut problems).await?;
            problems.finish()?;
            let unit = unit.map_err(|()| Error::NotFound)?;
            let decision = insert(&tx, &who, unit, number, title, new.signed_on).await?;
            for (case, from) in cases {
                advance(case.row.state, RevisionVerb::Issue, &case.by, &case.facts)?;
                let row = revision::ActiveModel {
                    decision_id: Set(Some(decision.id)),
                    effective_from: Set(Some(from)),
                    ..Default::default()
                };
                let after = revisions::write_over(&tx, &case.row, row).await?;
                let event = Event::on("revision.issued", Subject::Revision, after.id.0).unit(case.document.unit_id);
                tx.record(event.change(&case.row, &after));
                take_effect(&tx, after).await?;
            }
            Ok(decision)
        })
        .await
}

/// The unit that issues: one whose head or registrar the caller is.
async fn issuing_unit(tx: &Tx, caller: &Caller, asked: Option<UnitId>) -> Result<Result<UnitId, &'static str>> {
    if let Some(unit) = asked {
        let head = caller.may(Permission::ApproveDocuments) && caller.holds_at(tx.db(), &[Role::Head], unit).await?;
        let clerk = caller.may(Permission::RegisterPapers) && caller.holds_at(tx.db(), &[Role::Registrar], unit).await?;
        return Ok(if head || clerk { Ok(unit) } else { Err("unknown_unit") });
    }
    let permission =
        if caller.may(Permission::ApproveDocuments) { Permission::ApproveDocuments } else { Permission::RegisterPapers };
    crate::inspections::plan::own_unit(tx.db(), caller, permission, None).await
}

/// The revisions of a decision, locked in the order of their documents, so that two decisions over
/// the same ones do not wait for each other in a circle.
async fn cases(
    tx: &Tx,
    caller: &Caller,
    wanted: &[(RevisionId, NaiveDate)],
    signed_on: NaiveDate,
    problems: &mut Problems,
) -> Result<Vec<(Case, NaiveDate)>> {
    let mut named: Vec<(DocumentId, usize, RevisionId, NaiveDate)> = Vec::new();
    for (index, (id, from)) in wanted.iter().take(MOST).enumerate() {
        let field = format!("revisions/{index}/revision_id");
        let twice = wanted.iter().take(index).any(|(other, _)| other == id);
        match access::find(tx.db(), caller, *id, false).await {
            Ok((parent, _)) if !twice => named.push((parent.id, index, *id, *from)),
            Ok(_) | Err(Error::NotFound) => problems.add(field, "unknown_record"),
            Err(other) => return Err(other),
        }
    }
    named.sort_by_key(|(parent, _, id, from)| (*parent, *from, *id));
    let mut found = Vec::new();
    for (_, index, id, from) in named {
        let (parent, row) = access::find(tx.db(), caller, id, true).await?;
        if let Some(approved) = row.approved_at {
            check_effective_from(&format!("revisions/{index}/effective_from"), from, vn_date(approved), signed_on, problems);
        }
        found.push((access::case(tx.db(), caller, parent, row).await?, from));
    }
    Ok(found)
}

async fn insert(
    tx: &Tx,
    caller: &Caller,
    unit: UnitId,
    number: String,
    title: String,
    signed_on: NaiveDate,
) -> Result<issue_decision::Model> {
    // Who registers a declaration holds the unit: the same number is not given twice at once.
    crate::units::locked(tx, unit).await?;
    if crate::conformity::has_number(tx.db(), unit, &number, signed_on.year()).await? {
        return Err(Error::field("number", "taken"));
    }
    let row = issue_decision::ActiveModel {
        id: Set(tx.id::<IssueDecisionId>()),
        unit_id: Set(unit),
        number: Set(number),
        signed_on: Set(signed_on),
        title: Set(title),
        recorded_by_id: Set(caller.person),
        created_at: Set(tx.now()),
    };
    let taken = |error| if is_unique_violation(&error) { Error::field("number", "taken") } else { error.into() };
    let row = row.insert(tx.db()).await.map_err(taken)?;
    tx.record(Event::on("issue_decision.recorded", Subject::IssueDecision, row.id.0).unit(unit).after(&row));
    Ok(row)
}

/// Decisions the caller may see, newest first.
///
/// # Errors
/// The database's.
pub async fn list(db: &impl ConnectionTrait, caller: &Caller, slice: &Slice) -> Result<Vec<issue_decision::Model>> {
    use issue_decision::Column;
    Ok(issue_decision::Entity::find()
        .filter(caller.reading_scope(Permission::ReadDocuments).covers(Column::UnitId))
        .filter(slice.after(Column::CreatedAt, Column::Id, true))
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .limit(slice.fetch())
        .all(db)
        .await?)
}

/// A decision with the revisions the caller sees of it.
///
/// # Errors
/// 404 when the caller does not see it.
pub async fn find(
    db: &impl ConnectionTrait,
    caller: &Caller,
    id: IssueDecisionId,
) -> Result<(issue_decision::Model, Vec<revision::Model>)> {
    let scope = caller.reading_scope(Permission::ReadDocuments);
    let query = issue_decision::Entity::find_by_id(id).filter(scope.covers(issue_decision::Column::UnitId));
    let row = query.one(db).await?.ok_or(Error::NotFound)?;
    let issued = revision::Entity::find()
        .filter(access::visible_revision(caller))
        .filter(revision::Column::DecisionId.eq(id))
        .order_by_asc(revision::Column::Id)
        .all(db)
        .await?;
    Ok((row, issued))
}

/// Brings an issued revision into force once its day has come, in place of the one before it. The
/// caller holds the document. Nothing happens before its day.
async fn take_effect(tx: &Tx, row: revision::Model) -> Result<()> {
    if settle(row.state, row.decision_id.is_some(), row.effective_from, tx.today()) != RevisionState::Effective {
        return Ok(());
    }
    let from = row.effective_from.ok_or(Error::NotFound)?;
    let parent = document::Entity::find_by_id(row.document_id).lock_exclusive().one(tx.db()).await?.ok_or(Error::NotFound)?;
    let present = present(tx, parent.id).await?;
    let numbers = revisions::numbers_of(&row).ok_or(Error::NotFound)?;
    let now = present.as_ref().and_then(|present| Some((present.effective_from?, revisions::numbers_of(present)?)));
    may_supersede(from, numbers, InForce { present: now, ended_on: ended_on(tx, parent.id).await? })?;
    if let Some(before) = &present {
        let last = from.pred_opt().unwrap_or(from);
        let end =
            revision::ActiveModel { state: Set(RevisionState::Superseded), effective_to: Set(Some(last)), ..Default::default() };
        let after = revisions::write_over(tx, before, end).await?;
        distribution::void(tx, before.id, "superseded").await?;
        let event = Event::on("revision.superseded", Subject::Revision, before.id.0).unit(parent.unit_id);
        tx.record(event.change(before, &after));
    }
    let begin = revision::ActiveModel {
        state: Set(RevisionState::Effective),
        predecessor_id: Set(present.map(|before| before.id)),
        ..Default::default()
    };
    let after = revisions::write_over(tx, &row, begin).await?;
    tx.record(Event::on("revision.effective", Subject::Revision, row.id.0).unit(parent.unit_id).change(&row, &after));
    let in_force = document::ActiveModel {
        state: Set(DocumentState::InForce),
        next_review_on: Set(next_review(from, parent.review_months)),
        ..Default::default()
    };
    super::save(tx, &parent, in_force).await?;
    registers::link_basis(tx, &parent, &after).await?;
    distribution::offer(tx, &parent, &after, OfferCause::Issue).await?;
    // An older text that was issued for a later day would undo this one on its day.
    let older = waiting(tx, parent.id, &[RevisionState::Approved]).await?;
    let older = older.into_iter().filter(|one| one.decision_id.is_some() && revisions::numbers_of(one) < Some(numbers));
    end_unused(tx, &parent, older, &format!("Đã có bản {numbers} có hiệu lực từ ngày {}", vn_day(from)), None).await
}

/// The last day on which a revision of a document was in force that is not any more.
async fn ended_on(tx: &Tx, id: DocumentId) -> Result<Option<NaiveDate>> {
    let last = revision::Entity::find()
        .filter(revision::Column::DocumentId.eq(id))
        .filter(revision::Column::State.is_in([RevisionState::Superseded, RevisionState::Withdrawn, RevisionState::Archived]))
        .filter(revision::Column::EffectiveTo.is_not_null())
        .order_by_desc(revision::Column::EffectiveTo)
        .one(tx.db())
        .await?;
    Ok(last.and_then(|row| row.effective_to))
}

/// Revisions of a document in these states, the oldest first; the caller holds the document.
async fn waiting(tx: &Tx, id: DocumentId, states: &[RevisionState]) -> Result<Vec<revision::Model>> {
    Ok(revision::Entity::find()
        .filter(revision::Column::DocumentId.eq(id))
        .filter(revision::Column::State.is_in(states.iter().copied()))
        .order_by_asc(revision::Column::Id)
        .all(tx.db())
        .await?)
}

/// Cancels what will not take effect any more, saying why; `by` is nobody when it happens by itself.
async fn end_unused(
    tx: &Tx,
    parent: &document::Model,
    rows: impl IntoIterator<Item = revision::Model> + Send,
    reason: &str,
    by: Option<PersonId>,
) -> Result<()> {
    let rows: Vec<revision::Model> = rows.into_iter().collect();
    for row in rows {
        let change = revision::ActiveModel {
            state: Set(RevisionState::Cancelled),
            end_reason: Set(Some(reason.to_owned())),
            ended_by_id: Set(by),
            ..Default::default()
        };
        let after = revisions::write_over(tx, &row, change).await?;
        let event = Event::on("revision.cancelled", Subject::Revision, row.id.0).unit(parent.unit_id);
        tx.record(event.change(&row, &after).reason(Some(reason)));
    }
    Ok(())
}

/// The revision in force now, held still.
async fn present(tx: &Tx, id: DocumentId) -> Result<Option<revision::Model>> {
    Ok(revision::Entity::find()
        .filter(revision::Column::DocumentId.eq(id))
        .filter(revision::Column::State.eq(RevisionState::Effective))
        .lock_exclusive()
        .one(tx.db())
        .await?)
}

/// Brings into force what was issued for today or earlier, each in a write of its own: one that
/// fails does not hold the others. Planned with the other recurring work; gives how many moved.
///
/// # Errors
/// The first failure, after the others were tried.
pub async fn fall_due(store: &Store, today: NaiveDate) -> Result<usize> {
    let due: Vec<(RevisionId, DocumentId)> = revision::Entity::find()
        .select_only()
        .column(revision::Column::Id)
        .column(revision::Column::DocumentId)
        .filter(revision::Column::State.eq(RevisionState::Approved))
        .filter(revision::Column::DecisionId.is_not_null())
        .filter(revision::Column::EffectiveFrom.lte(today))
        .order_by_asc(revision::Column::EffectiveFrom)
        .order_by_asc(revision::Column::Id)
        .limit(500)
        .into_tuple()
        .all(store.read())
        .await?;
    let mut outcome = Ok(0);
    for (id, parent) in due {
        let moved = store.write(Writer::Job("documents"), move |tx| async move { bring(&tx, id, parent).await }).await;
        outcome = match (outcome, moved) {
            (Ok(count), Ok(moved)) => Ok(count + usize::from(moved)),
            (Ok(_), Err(error)) | (Err(error), _) => Err(error),
        };
    }
    outcome
}

/// One revision into force, unless another replica was faster.
async fn bring(tx: &Tx, id: RevisionId, parent: DocumentId) -> Result<bool> {
    document::Entity::find_by_id(parent).lock_exclusive().one(tx.db()).await?.ok_or(Error::NotFound)?;
    let row = revision::Entity::find_by_id(id).lock_exclusive().one(tx.db()).await?.ok_or(Error::NotFound)?;
    let waits = row.state == RevisionState::Approved;
    if waits {
        take_effect(tx, row).await?;
    }
    Ok(waits)
}

/// A withdrawal.
#[derive(Clone, Debug)]
pub struct Withdrawal {
    /// The paper: số, ký hiệu, ngày.
    pub decision: String,
    /// Why.
    pub reason: String,
    /// The document in its place, where it still serves a procedure.
    pub replaced_by_id: Option<DocumentId>,
}

/// Takes the revision in force, and with it the document, out of force today. What is on its way to it, from request to
/// issued text, ends with it.
///
/// # Errors
/// 404, stale, wrong fields, who and when of the machine, `replacement_missing`.
pub async fn withdraw(
    store: &Store,
    caller: &Caller,
    id: RevisionId,
    version: Version,
    new: Withdrawal,
) -> Result<revision::Model> {
    let mut problems = Problems::new();
    let decision = problems.line("decision", &new.decision, 300);
    let reason = problems.text("reason", &new.reason, 2_000);
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let mut case = begin(&tx, &who, id, version).await?;
            if let Some(other) = new.replaced_by_id {
                let known = other != case.document.id && in_force(&tx, &who, other).await?;
                problems.check(!known, "replaced_by_id", "unknown_record");
                case.facts.replaced = known;
            }
            let state = advance(case.row.state, RevisionVerb::Withdraw, &case.by, &case.facts);
            if state.as_ref().err().is_none_or(|refused| !refused.is_about_who()) {
                problems.finish()?;
            }
            let row = revision::ActiveModel {
                state: Set(state?),
                effective_to: Set(Some(tx.today())),
                end_decision: Set(Some(decision)),
                end_reason: Set(Some(reason.clone())),
                ended_by_id: Set(Some(who.person)),
                replaced_by_id: Set(new.replaced_by_id),
                ..Default::default()
            };
            let after = revisions::write_over(&tx, &case.row, row).await?;
            let event = Event::on("revision.withdrawn", Subject::Revision, id.0).unit(case.document.unit_id);
            tx.record(event.change(&case.row, &after).reason(Some(&reason)));
            distribution::void(&tx, id, "withdrawn").await?;
            // What is on its way to it would bring it back on its day.
            let on_its_way = [
                RevisionState::Proposed,
                RevisionState::Draft,
                RevisionState::InReview,
                RevisionState::InApproval,
                RevisionState::Approved,
            ];
            let open = waiting(&tx, case.document.id, &on_its_way).await?;
            let ended = format!("Tài liệu đã thu hồi: {}", after.end_decision.as_deref().unwrap_or_default());
            end_unused(&tx, &case.document, open, &ended, Some(who.person)).await?;
            let gone =
                document::ActiveModel { state: Set(DocumentState::Withdrawn), next_review_on: Set(None), ..Default::default() };
            super::save(&tx, &case.document, gone).await?;
            Ok(after)
        })
        .await
}

async fn in_force(tx: &Tx, caller: &Caller, id: DocumentId) -> Result<bool> {
    let query = document::Entity::find_by_id(id).filter(access::visible(caller));
    Ok(query.filter(document::Column::State.eq(DocumentState::InForce)).count(tx.db()).await? > 0)
}
