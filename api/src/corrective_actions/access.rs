//! Which corrective actions a caller sees, and what they are to one.

use std::collections::BTreeMap;

use domain::corrective_action::{By, ExtensionState, Facts, StepState};
use domain::id::{CorrectiveActionId, FindingId, PersonId, StepId};
use domain::permission::{Permission, Role};
use domain::record::Subject;
use entities::{corrective_action, evidence, extension, finding, inspection_member, step};
use sea_orm::sea_query::Query;
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::findings::Source;
use crate::http::{Version, seen};
use crate::store::Tx;

/// The condition «the caller may see this action»: their unit acts or inspects, they verify it, they
/// do a step of it, or they are in the team that found it.
#[must_use]
pub fn visible(caller: &Caller) -> Condition {
    use corrective_action::Column;
    let scope = caller.reading_scope(Permission::ReadFindings);
    Condition::any()
        .add(scope.covers(Column::OwnerUnitId))
        .add(scope.covers(Column::UnitId))
        .add(Column::VerifierId.eq(caller.person))
        .add(Column::Id.in_subquery(doing(caller.person)))
        .add(Column::FindingId.in_subquery(found(caller.person)))
}

/// Actions of which the person does a step.
pub(super) fn doing(person: PersonId) -> sea_orm::sea_query::SelectStatement {
    Query::select()
        .column(step::Column::CorrectiveActionId)
        .from(step::Entity)
        .cond_where(Condition::any().add(step::Column::OwnerId.eq(person)).add(step::Column::DoneById.eq(person)))
        .to_owned()
}

/// Findings of inspections in whose team the person is.
fn found(person: PersonId) -> sea_orm::sea_query::SelectStatement {
    let teams = Query::select()
        .column(inspection_member::Column::InspectionId)
        .from(inspection_member::Entity)
        .and_where(inspection_member::Column::PersonId.eq(person))
        .to_owned();
    Query::select()
        .column(finding::Column::Id)
        .from(finding::Entity)
        .and_where(finding::Column::InspectionId.in_subquery(teams))
        .to_owned()
}

/// An action the caller may see.
///
/// # Errors
/// 404 when there is none, or none the caller may see.
pub async fn find(db: &impl ConnectionTrait, caller: &Caller, id: CorrectiveActionId) -> Result<corrective_action::Model> {
    corrective_action::Entity::find_by_id(id).filter(visible(caller)).one(db).await?.ok_or(Error::NotFound)
}

/// An action with what decides about it, read in one transaction.
pub(super) struct Case {
    pub row: corrective_action::Model,
    pub steps: Vec<step::Model>,
    pub finding: finding::Model,
    pub source: Source,
    pub by: By,
    pub facts: Facts,
    /// How many pieces of evidence each step has.
    pub proofs: BTreeMap<StepId, u32>,
}

/// Begins an act: the action locked, seen at its present version, with what decides about it.
///
/// # Errors
/// 404 outside the caller's scope, 412 when it has changed.
pub(super) async fn begin(tx: &Tx, caller: &Caller, id: CorrectiveActionId, version: Version) -> Result<Case> {
    begin_where(tx, caller, id, version, visible(caller)).await
}

/// The same for a caller who reaches the action by another right.
///
/// # Errors
/// As [`begin`].
pub(super) async fn begin_where(
    tx: &Tx,
    caller: &Caller,
    id: CorrectiveActionId,
    version: Version,
    which: Condition,
) -> Result<Case> {
    let row = corrective_action::Entity::find_by_id(id).filter(which).lock_exclusive().one(tx.db()).await?;
    let case = case(tx.db(), caller, row.ok_or(Error::NotFound)?).await?;
    seen(version, case.row.version)?;
    Ok(case)
}

/// Everything that decides what the caller may do with an action.
///
/// # Errors
/// The database's.
pub(super) async fn case(db: &impl ConnectionTrait, caller: &Caller, row: corrective_action::Model) -> Result<Case> {
    let steps = steps_of(db, row.id).await?;
    let finding = finding_of(db, row.finding_id).await?;
    let source = crate::findings::source::of(db, &finding).await?;
    let by = by(db, caller, &row, &steps, &source).await?;
    let proofs = proofs(db, &steps).await?;
    let facts = facts(db, caller, &row, &steps, &finding, &proofs).await?;
    Ok(Case { row, steps, finding, source, by, facts, proofs })
}

/// The steps of an action in their order.
pub(super) async fn steps_of(db: &impl ConnectionTrait, id: CorrectiveActionId) -> Result<Vec<step::Model>> {
    let rows = step::Entity::find().filter(step::Column::CorrectiveActionId.eq(id)).order_by_asc(step::Column::Position);
    Ok(rows.all(db).await?)
}

async fn finding_of(db: &impl ConnectionTrait, id: FindingId) -> Result<finding::Model> {
    finding::Entity::find_by_id(id).one(db).await?.ok_or(Error::NotFound)
}

/// Decided on the person: whoever owns or did a step is a doer, whatever their roles.
async fn by(
    db: &impl ConnectionTrait,
    caller: &Caller,
    row: &corrective_action::Model,
    steps: &[step::Model],
    source: &Source,
) -> Result<By> {
    let me = Some(caller.person);
    Ok(By {
        head_of_unit: caller.holds_at(db, &[Role::Head], row.unit_id).await?,
        data_officer: caller.holds_at(db, &[Role::DataOfficer], row.unit_id).await?,
        doer: steps.iter().any(|step| step.owner_id == me || step.done_by_id == me),
        submitted_plan: row.submitted_by_id == me,
        verifier: row.verifier_id == me,
        lead: source.leads(db, caller).await?,
        ordering_authority: caller.holds_at(db, &[Role::OrderingAuthority], row.owner_unit_id).await?,
        moves_duties: caller.holds_at(db, &[Role::BusinessAdmin], row.unit_id).await?,
    })
}

async fn facts(
    db: &impl ConnectionTrait,
    caller: &Caller,
    row: &corrective_action::Model,
    steps: &[step::Model],
    finding: &finding::Model,
    proofs: &BTreeMap<StepId, u32>,
) -> Result<Facts> {
    let asked: Vec<ExtensionState> = extension::Entity::find()
        .select_only()
        .column(extension::Column::State)
        .filter(extension::Column::CorrectiveActionId.eq(row.id))
        .into_tuple()
        .all(db)
        .await?;
    let count = |state| u32::try_from(asked.iter().filter(|asked| **asked == state).count()).unwrap_or(u32::MAX);
    Ok(Facts {
        effectiveness_due_on: row.effectiveness_due_on,
        steps: steps.iter().map(|step| step.state).collect(),
        steps_without_evidence: without_evidence(steps, proofs),
        extension_open: count(ExtensionState::Requested) > 0,
        extensions_granted: count(ExtensionState::Granted),
        finding_withdrawn: finding.state == domain::finding::FindingState::Withdrawn,
        ..Facts::new(caller.today)
    })
}

/// Steps reported done without any evidence left.
pub(super) fn without_evidence(steps: &[step::Model], proofs: &BTreeMap<StepId, u32>) -> u32 {
    let bare = |step: &&step::Model| step.state == StepState::Done && proofs.get(&step.id).copied().unwrap_or_default() == 0;
    u32::try_from(steps.iter().filter(bare).count()).unwrap_or(u32::MAX)
}

async fn proofs(db: &impl ConnectionTrait, steps: &[step::Model]) -> Result<BTreeMap<StepId, u32>> {
    let ids: Vec<uuid::Uuid> = evidence::Entity::find()
        .select_only()
        .column(evidence::Column::SubjectId)
        .filter(evidence::Column::Subject.eq(Subject::Step))
        .filter(evidence::Column::SubjectId.is_in(steps.iter().map(|step| step.id.0)))
        .filter(evidence::Column::RemovedAt.is_null())
        .into_tuple()
        .all(db)
        .await?;
    let mut count = BTreeMap::new();
    for id in ids {
        *count.entry(StepId(id)).or_default() += 1;
    }
    Ok(count)
}
