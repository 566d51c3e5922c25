//! Who sees a management review, and what they are to one and to its decisions.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use domain::id::{ManagementReviewId, PersonId, ReviewDecisionId, UnitId};
use domain::management_review::{By, DecisionBy, Facts, ReviewState};
use domain::permission::{Permission, Role};
use entities::{management_review, person, review_decision, review_input, review_participant};
use sea_orm::sea_query::Query;
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::http::{Version, seen};
use crate::store::Tx;
use crate::work::duties::holders;

/// The condition «the caller sees this review»: who prepares or signs for the unit, and who takes part; once it is
/// concluded also the unit's readers, those above it, and whoever was given a decision.
#[must_use]
pub fn visible(caller: &Caller) -> Condition {
    use management_review::Column;
    let at_table = Query::select()
        .column(review_participant::Column::ReviewId)
        .from(review_participant::Entity)
        .and_where(review_participant::Column::PersonId.eq(caller.person))
        .to_owned();
    let given = Query::select()
        .column(review_decision::Column::ReviewId)
        .from(review_decision::Entity)
        .and_where(review_decision::Column::OwnerId.eq(caller.person))
        .to_owned();
    let concluded = Condition::all().add(Column::State.eq(ReviewState::Concluded)).add(
        Condition::any()
            .add(caller.reading_scope(Permission::ReadReviews).covers(Column::UnitId))
            .add(Column::Id.in_subquery(given)),
    );
    Condition::any()
        .add(caller.scope(Permission::PrepareReviews).covers(Column::UnitId))
        .add(caller.scope(Permission::SignForUnit).covers(Column::UnitId))
        .add(Column::ChairId.eq(caller.person))
        .add(Column::SecretaryId.eq(caller.person))
        .add(Column::Id.in_subquery(at_table))
        .add(concluded)
}

/// A review the caller sees.
///
/// # Errors
/// 404 otherwise.
pub async fn find(db: &impl ConnectionTrait, caller: &Caller, id: ManagementReviewId) -> Result<management_review::Model> {
    management_review::Entity::find_by_id(id).filter(visible(caller)).one(db).await?.ok_or(Error::NotFound)
}

/// A review with what decides about it, read in one transaction.
#[derive(Clone, Debug)]
pub struct Case {
    /// The review.
    pub row: management_review::Model,
    /// Its inputs, in order.
    pub inputs: Vec<review_input::Model>,
    /// What the caller is to it.
    pub by: By,
    /// What the machine knows.
    pub facts: Facts,
    /// Who signs its minutes today: its chair, or the heads of the unit.
    pub signers: Vec<PersonId>,
}

/// A review with what decides about it.
///
/// # Errors
/// 404 when the caller does not see it.
pub async fn case(db: &impl ConnectionTrait, caller: &Caller, id: ManagementReviewId) -> Result<Case> {
    let row = find(db, caller, id).await?;
    around(db, caller, row).await
}

/// Begins an act: the review locked, seen at its present version.
///
/// # Errors
/// 404 when the caller does not see it, 412 when it has changed.
pub(super) async fn begin(tx: &Tx, caller: &Caller, id: ManagementReviewId, version: Version) -> Result<Case> {
    let query = management_review::Entity::find_by_id(id).filter(visible(caller)).lock_exclusive();
    let row = query.one(tx.db()).await?.ok_or(Error::NotFound)?;
    seen(version, row.version)?;
    around(tx.db(), caller, row).await
}

async fn around(db: &impl ConnectionTrait, caller: &Caller, row: management_review::Model) -> Result<Case> {
    let inputs = review_input::Entity::find()
        .filter(review_input::Column::ReviewId.eq(row.id))
        .order_by_asc(review_input::Column::Position)
        .all(db)
        .await?;
    let mut signers = signers(db, std::slice::from_ref(&row), caller.today).await?;
    let signers = signers.remove(&row.id).unwrap_or_default();
    let unremarked = inputs.iter().filter(|input| input.topic.is_text_only() && input.remark.is_none()).count();
    let facts = Facts {
        unremarked: u32::try_from(unremarked).unwrap_or(u32::MAX),
        written: row.discussion.is_some() && row.conclusion.is_some(),
        chair_is_head: signers.contains(&row.chair_id),
    };
    let by = by(db, caller, &row).await?;
    Ok(Case { row, inputs, by, facts, signers })
}

/// Who signs the minutes of each of these reviews on a day: its chair; where the chair does not head the unit any more or is
/// disabled, the heads of that day. Three statements.
///
/// # Errors
/// The database's.
pub(super) async fn signers(
    db: &impl ConnectionTrait,
    rows: &[management_review::Model],
    today: NaiveDate,
) -> Result<BTreeMap<ManagementReviewId, Vec<PersonId>>> {
    let units: BTreeSet<UnitId> = rows.iter().map(|row| row.unit_id).collect();
    let heads = holders(db, &[Role::Head], &units, today).await?;
    let named: BTreeSet<PersonId> = heads.values().flatten().copied().collect();
    let enabled: Vec<PersonId> = person::Entity::find()
        .select_only()
        .column(person::Column::Id)
        .filter(person::Column::Id.is_in(named))
        .filter(person::Column::DisabledAt.is_null())
        .into_tuple()
        .all(db)
        .await?;
    let of = |row: &management_review::Model| {
        let heads = heads.get(&row.unit_id).into_iter().flatten().copied().filter(|person| enabled.contains(person));
        let heads: Vec<PersonId> = heads.collect();
        if heads.contains(&row.chair_id) { vec![row.chair_id] } else { heads }
    };
    Ok(rows.iter().map(|row| (row.id, of(row))).collect())
}

/// What the caller is to a review.
///
/// # Errors
/// The database's.
pub async fn by(db: &impl ConnectionTrait, caller: &Caller, row: &management_review::Model) -> Result<By> {
    Ok(By {
        keeps: caller.scope(Permission::PrepareReviews).contains(db, row.unit_id).await?,
        chair: row.chair_id == caller.person,
        head: caller.scope(Permission::SignForUnit).contains(db, row.unit_id).await?,
        prepared: row.secretary_id == caller.person || row.inputs_by_id == Some(caller.person),
    })
}

/// What the caller is to a decision of a review.
#[must_use]
pub fn by_decision(by: By, caller: &Caller, row: &review_decision::Model) -> DecisionBy {
    DecisionBy {
        owner: row.owner_id == caller.person,
        follows: by.keeps || by.head,
        reported: row.reported_by_id == Some(caller.person),
    }
}

/// Begins an act on a decision: it and its review, held still until the write ends; the review first.
///
/// # Errors
/// 404 when the caller does not see the review, 412 when the decision has changed.
pub(super) async fn begin_decision(
    tx: &Tx,
    caller: &Caller,
    id: ReviewDecisionId,
    version: Version,
) -> Result<(management_review::Model, review_decision::Model, DecisionBy)> {
    let found = review_decision::Entity::find_by_id(id).one(tx.db()).await?.ok_or(Error::NotFound)?;
    let query = management_review::Entity::find_by_id(found.review_id).filter(visible(caller)).lock_exclusive();
    let review = query.one(tx.db()).await?.ok_or(Error::NotFound)?;
    let row = review_decision::Entity::find_by_id(id).lock_exclusive().one(tx.db()).await?.ok_or(Error::NotFound)?;
    seen(version, row.version)?;
    let by = by_decision(by(tx.db(), caller, &review).await?, caller, &row);
    Ok((review, row, by))
}
