//! What documents are linked with, and what has overtaken them. «Needs review» is computed here, never stored.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use domain::document::RevisionState;
use domain::document::control::LinkKind;
use domain::draft::Problems;
use domain::id::{AdministrativeProcedureId, DocumentId, DocumentLinkId, ExternalDocumentId, PersonId, RevisionId, UnitId};
use domain::record::Subject;
use entities::{administrative_procedure, checklist_line, clause, document, document_link, external_document, revision};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query, SelectStatement, UnionType};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use uuid::Uuid;

use super::super::access;
use super::{find_external, find_tthc, keeps};
use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::standards;
use crate::store::{Event, Store, Tx};

/// Links that hold on a day.
pub(in crate::documents) fn holding(on: NaiveDate) -> Condition {
    crate::units::alive(document_link::Column::ValidFrom, document_link::Column::ValidTo, on)
}

/// Documents that something outside has overtaken: a linked external document is over, a linked
/// administrative procedure is over or has changed since the revision in force began.
#[must_use]
pub fn overtaken(today: NaiveDate) -> SelectStatement {
    let links = |kind: LinkKind| {
        Query::select()
            .column((document_link::Entity, document_link::Column::DocumentId))
            .from(document_link::Entity)
            .and_where(Expr::col((document_link::Entity, document_link::Column::Kind)).eq(kind.code()))
            .cond_where(holding(today))
            .to_owned()
    };
    let target = |table: sea_orm::sea_query::DynIden| {
        Expr::col((table, sea_orm::sea_query::Alias::new("id"))).equals((document_link::Entity, document_link::Column::TargetId))
    };
    let mut outside = links(LinkKind::ExternalDocument);
    outside
        .inner_join(external_document::Entity, target(sea_orm::sea_query::IntoIden::into_iden(external_document::Entity)))
        .and_where(external_document::Column::EffectiveTo.lt(today));
    let mut catalogue = links(LinkKind::AdministrativeProcedure);
    let in_force = Expr::col((revision::Entity, revision::Column::DocumentId))
        .equals((document_link::Entity, document_link::Column::DocumentId))
        .and(Expr::col((revision::Entity, revision::Column::State)).eq(RevisionState::Effective.code()));
    // As `overtaken_by` reads it: a change that was looked at on the link does not count again.
    let changed_on = || Expr::col((administrative_procedure::Entity, administrative_procedure::Column::ChangedOn));
    let seen_on = || Expr::col((document_link::Entity, document_link::Column::SeenChangeOn));
    let unseen = seen_on().is_null().or(changed_on().gt(seen_on()));
    let changed = changed_on().gt(Expr::col((revision::Entity, revision::Column::EffectiveFrom))).and(unseen);
    catalogue
        .inner_join(
            administrative_procedure::Entity,
            target(sea_orm::sea_query::IntoIden::into_iden(administrative_procedure::Entity)),
        )
        .inner_join(revision::Entity, in_force)
        .cond_where(Condition::any().add(administrative_procedure::Column::ValidTo.lt(today)).add(changed));
    outside.union(UnionType::Distinct, catalogue).to_owned()
}

/// Linked administrative procedures that are in force today.
pub(in crate::documents) async fn active_links(db: &impl ConnectionTrait, id: DocumentId, today: NaiveDate) -> Result<u32> {
    let linked = Query::select()
        .column(document_link::Column::TargetId)
        .from(document_link::Entity)
        .and_where(document_link::Column::DocumentId.eq(id))
        .and_where(document_link::Column::Kind.eq(LinkKind::AdministrativeProcedure))
        .cond_where(holding(today))
        .to_owned();
    use administrative_procedure::Column;
    let count = administrative_procedure::Entity::find()
        .filter(Column::Id.in_subquery(linked))
        .filter(crate::units::alive(Column::ValidFrom, Column::ValidTo, today))
        .count(db)
        .await?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// A link to be made.
#[derive(Clone, Debug)]
pub struct NewLink {
    /// With what.
    pub kind: LinkKind,
    /// The record.
    pub target_id: Option<Uuid>,
    /// The clause.
    pub target_code: Option<String>,
}

/// The links of a document, the oldest first.
///
/// # Errors
/// 404 when the caller does not see the document.
pub async fn links(db: &impl ConnectionTrait, caller: &Caller, id: DocumentId) -> Result<Vec<document_link::Model>> {
    access::find_document(db, caller, id, false).await?;
    let query = document_link::Entity::find().filter(document_link::Column::DocumentId.eq(id));
    Ok(query.order_by_asc(document_link::Column::Id).limit(1_000).all(db).await?)
}

/// Links a document from today on.
///
/// # Errors
/// 404, wrong fields, `document_control_only`.
pub async fn link(store: &Store, caller: &Caller, id: DocumentId, new: NewLink) -> Result<document_link::Model> {
    link_all(store, caller, id, vec![new]).await?.pop().ok_or(Error::NotFound)
}

/// Links a document with several records in one act: all or none.
///
/// # Errors
/// As [`link`].
pub async fn link_all(store: &Store, caller: &Caller, id: DocumentId, wanted: Vec<NewLink>) -> Result<Vec<document_link::Model>> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let parent = access::find_document(tx.db(), &who, id, true).await?;
            keeps(&tx, &who, parent.unit_id).await?;
            let mut problems = Problems::new();
            let mut checked = Vec::new();
            for new in wanted {
                let target_code = problems.optional_text("target_code", new.target_code.as_deref(), 60);
                let new = NewLink { target_code, ..new };
                check_target(&tx, &who, parent.unit_id, &new, &mut problems).await?;
                checked.push(new);
            }
            problems.finish()?;
            let mut made = Vec::new();
            for new in checked {
                made.push(match same_link(&tx, id, &new).await? {
                    Some(there) => {
                        tx.record(Event::on("document.link_kept", Subject::Document, id.0).unit(parent.unit_id));
                        there
                    }
                    None => put_link(&tx, &parent, who.person, new, tx.today()).await?,
                });
            }
            Ok(made)
        })
        .await
}

async fn check_target(tx: &Tx, caller: &Caller, unit: UnitId, new: &NewLink, problems: &mut Problems) -> Result<()> {
    let db = tx.db();
    if new.kind == LinkKind::Clause {
        // A number is read in the edition that the unit works by on the first day of the link.
        let used = standards::used_by(db, unit, tx.today()).await?;
        let known = match (&new.target_code, used) {
            (Some(code), Some(used)) => {
                let of = clause::Entity::find().filter(clause::Column::StandardId.eq(used.standard.id));
                of.filter(clause::Column::Code.eq(code)).count(db).await? > 0
            }
            _ => false,
        };
        problems.check(!known, "target_code", "unknown_record");
        return Ok(());
    }
    let Some(id) = new.target_id else {
        problems.add("target_id", "required");
        return Ok(());
    };
    let known = match new.kind {
        LinkKind::ExternalDocument => find_external(db, caller, id.into()).await.is_ok(),
        LinkKind::AdministrativeProcedure => find_tthc(db, caller, id.into()).await.is_ok(),
        LinkKind::Finding => crate::findings::access::find(db, caller, id.into()).await.is_ok(),
        LinkKind::ChecklistLine => checklist_line::Entity::find_by_id(domain::id::ChecklistLineId(id)).one(db).await?.is_some(),
        LinkKind::Clause => false,
    };
    problems.check(!known, "target_id", "unknown_record");
    Ok(())
}

pub(in crate::documents) async fn same_link(tx: &Tx, id: DocumentId, new: &NewLink) -> Result<Option<document_link::Model>> {
    use document_link::Column;
    let target = match new.target_id {
        Some(target) => Condition::all().add(Column::TargetId.eq(target)),
        None => Condition::all().add(Column::TargetCode.eq(new.target_code.clone())),
    };
    let query = document_link::Entity::find().filter(Column::DocumentId.eq(id)).filter(Column::Kind.eq(new.kind));
    Ok(query.filter(target).filter(holding(tx.today())).one(tx.db()).await?)
}

pub(in crate::documents) async fn put_link(
    tx: &Tx,
    parent: &document::Model,
    by: PersonId,
    new: NewLink,
    from: NaiveDate,
) -> Result<document_link::Model> {
    let row = document_link::ActiveModel {
        id: Set(tx.id::<DocumentLinkId>()),
        document_id: Set(parent.id),
        kind: Set(new.kind),
        target_id: Set(new.target_id.filter(|_| new.kind != LinkKind::Clause)),
        target_code: Set(new.target_code.filter(|_| new.kind == LinkKind::Clause)),
        valid_from: Set(from),
        valid_to: Set(None),
        created_by_id: Set(by),
        created_at: Set(tx.now()),
        revision_id: Set(looked_at(tx, parent.id, new.kind).await?),
        seen_change_on: Set(None),
    };
    let row = row.insert(tx.db()).await?;
    tx.record(Event::on("document.linked", Subject::Document, parent.id.0).unit(parent.unit_id).after(&row));
    Ok(row)
}

/// The revision that a checklist line is linked with: days alone cannot tell a link of the morning from
/// a revision of the afternoon.
async fn looked_at(tx: &Tx, id: DocumentId, kind: LinkKind) -> Result<Option<RevisionId>> {
    if kind != LinkKind::ChecklistLine {
        return Ok(None);
    }
    let in_force = revision::Entity::find()
        .filter(revision::Column::DocumentId.eq(id))
        .filter(revision::Column::State.eq(RevisionState::Effective))
        .one(tx.db())
        .await?;
    Ok(in_force.map(|row| row.id))
}

/// Ends a link with yesterday: from today on it does not hold.
///
/// # Errors
/// 404, `document_control_only`.
pub async fn unlink(store: &Store, caller: &Caller, id: DocumentLinkId) -> Result<document_link::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let before = document_link::Entity::find_by_id(id).one(tx.db()).await?.ok_or(Error::NotFound)?;
            let parent = access::find_document(tx.db(), &who, before.document_id, true).await?;
            keeps(&tx, &who, parent.unit_id).await?;
            let last = tx.today().pred_opt().unwrap_or_else(|| tx.today());
            let row = document_link::ActiveModel {
                id: Set(id),
                valid_to: Set(Some(std::cmp::min(before.valid_to.unwrap_or(last), last))),
                ..Default::default()
            };
            let after = row.update(tx.db()).await?;
            let event = Event::on("document.unlinked", Subject::Document, parent.id.0).unit(parent.unit_id);
            tx.record(event.change(&before, &after));
            Ok(after)
        })
        .await
}

/// Says anew that a link holds, after looking at what changed: it ends yesterday and begins today,
/// with the revision and the change that were looked at.
///
/// # Errors
/// 404 (also for a link that ended), `document_control_only`.
pub async fn confirm(store: &Store, caller: &Caller, id: DocumentLinkId) -> Result<document_link::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let today = tx.today();
            let holds = || document_link::Entity::find_by_id(id).filter(holding(today));
            let found = holds().one(tx.db()).await?.ok_or(Error::NotFound)?;
            let parent = access::find_document(tx.db(), &who, found.document_id, true).await?;
            keeps(&tx, &who, parent.unit_id).await?;
            // Read again under the lock: whoever confirmed it at the same time has ended this one.
            let before = holds().one(tx.db()).await?.ok_or(Error::NotFound)?;
            let event = Event::on("document.link_confirmed", Subject::Document, parent.id.0).unit(parent.unit_id);
            tx.record(event.after(&before));
            let now = if before.valid_from == tx.today() {
                before
            } else {
                let last = tx.today().pred_opt().unwrap_or_else(|| tx.today());
                let row = document_link::ActiveModel { id: Set(id), valid_to: Set(Some(last)), ..Default::default() };
                row.update(tx.db()).await?;
                let new = NewLink { kind: before.kind, target_id: before.target_id, target_code: before.target_code };
                put_link(&tx, &parent, who.person, new, tx.today()).await?
            };
            let seen = document_link::ActiveModel {
                id: Set(now.id),
                revision_id: Set(looked_at(&tx, parent.id, now.kind).await?),
                seen_change_on: Set(last_change(&tx, &now).await?),
                ..Default::default()
            };
            Ok(seen.update(tx.db()).await?)
        })
        .await
}

/// From when the last change of a linked administrative procedure holds.
async fn last_change(tx: &Tx, link: &document_link::Model) -> Result<Option<NaiveDate>> {
    let (LinkKind::AdministrativeProcedure, Some(id)) = (link.kind, link.target_id) else { return Ok(None) };
    let row = administrative_procedure::Entity::find_by_id(AdministrativeProcedureId(id)).one(tx.db()).await?;
    Ok(row.map(|row| row.changed_on))
}

/// The legal basis of a revision that takes effect is linked with its document: when a law ends,
/// everything that rests on it is flagged.
pub(in crate::documents) async fn link_basis(tx: &Tx, parent: &document::Model, row: &revision::Model) -> Result<()> {
    let basis: BTreeSet<ExternalDocumentId> = access::content_of(row)?.basis().into_iter().collect();
    for id in basis {
        let new = NewLink { kind: LinkKind::ExternalDocument, target_id: Some(id.0), target_code: None };
        if same_link(tx, parent.id, &new).await?.is_none() {
            put_link(tx, parent, row.drafter_id.unwrap_or(row.requested_by_id), new, tx.today()).await?;
        }
    }
    Ok(())
}
