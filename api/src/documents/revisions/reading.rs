//! Revisions as they are read: one with everything that decides about it, lists, what was in force on a day, two in
//! words.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use domain::document::RevisionState;
use domain::document::content::{Content, TimeCheck};
use domain::document::diff::{self, PartDiff};
use domain::document::revision::{RevisionVerb, available};
use domain::id::{DocumentId, PersonId, RevisionId, UnitId};
use entities::{audience, document, evidence, revision};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use super::super::access::{self, Case, Stop, content_of};
use super::super::{below, settings_of};
use super::{audience_of, files_of};
use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::http::Slice;

/// A revision as it is read.
#[derive(Clone, Debug)]
pub struct Read {
    /// With everything that decides about it.
    pub case: Case,
    /// Its text.
    pub content: Content,
    /// Step times against the published limits.
    pub times: Vec<TimeCheck>,
    /// Its files.
    pub files: Vec<evidence::Model>,
    /// Who must know it.
    pub audience: Vec<audience::Model>,
    /// What the caller may do now.
    pub available: Vec<RevisionVerb>,
}

/// Reads a revision.
///
/// # Errors
/// 404 when the caller does not see it.
pub async fn read(db: &impl ConnectionTrait, caller: &Caller, id: RevisionId) -> Result<Read> {
    let (parent, row) = access::find(db, caller, id, false).await?;
    let hours = settings_of(db, parent.unit_id).await?.hours_per_day;
    let content = content_of(&row)?;
    let times = content.procedure.as_ref().map(|procedure| procedure.time_checks(hours)).unwrap_or_default();
    let (files, audience) = (files_of(db, id).await?, audience_of(db, id).await?);
    let case = access::case(db, caller, parent, row).await?;
    let available = available(case.row.state, &case.by, &case.facts);
    Ok(Read { case, content, times, files, audience, available })
}

/// The revisions of a document that the caller sees, newest first.
///
/// # Errors
/// 404 when the caller does not see the document.
pub async fn list(db: &impl ConnectionTrait, caller: &Caller, id: DocumentId, slice: &Slice) -> Result<Vec<revision::Model>> {
    access::find_document(db, caller, id, false).await?;
    page(db, caller, Condition::all().add(revision::Column::DocumentId.eq(id)), slice).await
}

/// Which change requests are asked for.
#[derive(Clone, Debug, Default)]
pub struct Requests {
    /// Standing there.
    pub state: Option<RevisionState>,
    /// Of documents of this unit or any below it.
    pub unit_id: Option<UnitId>,
}

/// The change requests the caller sees with their documents, newest first: two statements.
///
/// # Errors
/// The database's.
pub async fn requests(
    db: &impl ConnectionTrait,
    caller: &Caller,
    filter: &Requests,
    slice: &Slice,
) -> Result<Vec<(revision::Model, Option<document::Model>)>> {
    let of_unit = filter.unit_id.map(|unit| {
        let documents = sea_orm::sea_query::Query::select()
            .column(document::Column::Id)
            .from(document::Entity)
            .and_where(document::Column::UnitId.in_subquery(below(unit)))
            .to_owned();
        revision::Column::DocumentId.in_subquery(documents)
    });
    let wanted = Condition::all()
        .add(revision::Column::RequestCode.is_not_null())
        .add_option(of_unit)
        .add_option(filter.state.map(|state| revision::Column::State.eq(state)));
    let rows = page(db, caller, wanted, slice).await?;
    let documents = document::Entity::find()
        .filter(document::Column::Id.is_in(rows.iter().map(|row| row.document_id).collect::<BTreeSet<_>>()))
        .all(db)
        .await?;
    let of = |row: &revision::Model| documents.iter().find(|parent| parent.id == row.document_id).cloned();
    Ok(rows.into_iter().map(|row| (of(&row), row)).map(|(parent, row)| (row, parent)).collect())
}

async fn page(db: &impl ConnectionTrait, caller: &Caller, wanted: Condition, slice: &Slice) -> Result<Vec<revision::Model>> {
    use revision::Column;
    Ok(revision::Entity::find()
        .filter(access::visible_revision(caller))
        .filter(wanted)
        .filter(slice.after(Column::CreatedAt, Column::Id, true))
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .limit(slice.fetch())
        .all(db)
        .await?)
}

/// The revision that was in force on a day, for findings and auditors.
///
/// # Errors
/// 404 when none was, or the caller does not see it.
pub async fn in_force_on(db: &impl ConnectionTrait, caller: &Caller, id: DocumentId, on: NaiveDate) -> Result<revision::Model> {
    use revision::Column;
    access::find_document(db, caller, id, false).await?;
    revision::Entity::find()
        .filter(access::visible_revision(caller))
        .filter(Column::DocumentId.eq(id))
        .filter(Column::State.is_in(access::IN_FORCE_ONCE))
        .filter(Column::EffectiveFrom.lte(on))
        .filter(Condition::any().add(Column::EffectiveTo.is_null()).add(Column::EffectiveTo.gte(on)))
        .order_by_desc(Column::EffectiveFrom)
        .order_by_desc(Column::Id)
        .one(db)
        .await?
        .ok_or(Error::NotFound)
}

/// Two revisions of one document in words.
#[derive(Clone, Debug)]
pub struct Compared {
    /// The older.
    pub from: revision::Model,
    /// The newer.
    pub to: revision::Model,
    /// Part by part; empty when one of them is an uploaded file.
    pub parts: Vec<PartDiff>,
}

/// Compares a revision with another of its document; with the one before it unless said.
///
/// # Errors
/// 404 when the caller does not see both, or there is nothing to compare with.
pub async fn compare(db: &impl ConnectionTrait, caller: &Caller, id: RevisionId, with: Option<RevisionId>) -> Result<Compared> {
    let (_, to) = access::find(db, caller, id, false).await?;
    let from = match with {
        Some(other) => access::find(db, caller, other, false).await?.1,
        None => before(db, caller, &to).await?,
    };
    if from.document_id != to.document_id {
        return Err(Error::NotFound);
    }
    let parts = diff::diff(&content_of(&from)?.parts(), &content_of(&to)?.parts());
    Ok(Compared { from, to, parts })
}

/// The revision that was or is in force before this one.
async fn before(db: &impl ConnectionTrait, caller: &Caller, row: &revision::Model) -> Result<revision::Model> {
    use revision::Column;
    let earlier = Condition::any()
        .add(Column::IssueNo.lt(row.issue_no))
        .add(Condition::all().add(Column::IssueNo.eq(row.issue_no)).add(Column::AmendmentNo.lt(row.amendment_no)));
    revision::Entity::find()
        .filter(access::visible_revision(caller))
        .filter(Column::DocumentId.eq(row.document_id))
        .filter(Column::State.is_in(access::IN_FORCE_ONCE))
        .filter(earlier)
        .order_by_desc(Column::IssueNo)
        .order_by_desc(Column::AmendmentNo)
        .one(db)
        .await?
        .ok_or(Error::NotFound)
}

/// Whether any revision of the document is still on its way.
///
/// # Errors
/// The database's.
pub async fn under_revision(db: &impl ConnectionTrait, id: DocumentId) -> Result<bool> {
    let open = [RevisionState::Draft, RevisionState::InReview, RevisionState::InApproval, RevisionState::Approved];
    let query = revision::Entity::find().filter(revision::Column::DocumentId.eq(id)).filter(revision::Column::State.is_in(open));
    Ok(query.count(db).await? > 0)
}

/// The people named on a route, for showing it.
#[must_use]
pub fn people_of(route: &[Stop]) -> BTreeSet<PersonId> {
    route.iter().flat_map(|stop| stop.people.iter().copied().chain(stop.words.iter().map(|word| word.person_id))).collect()
}
