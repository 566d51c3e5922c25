//! Which findings a caller sees, and what they are to one.

use domain::finding::{Appeal, Facts, FindingState};
use domain::id::FindingId;
use domain::inspection::{By, InspectionState};
use domain::permission::{Permission, Role};
use domain::record::Subject;
use entities::{corrective_action, evidence, finding, inspection_member};
use sea_orm::sea_query::Query;
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QuerySelect as _,
};

use super::source::Source;
use crate::auth::Caller;
use crate::error::{Error, Result};

/// The condition «the caller may see this finding»: their unit inspects; or it concerns their unit
/// and has been raised; or they are in the team; or they verify one of its corrective actions; or it
/// proposes a deduction to their panel.
#[must_use]
pub fn visible(caller: &Caller) -> Condition {
    use finding::Column;
    let scope = caller.reading_scope(Permission::ReadFindings);
    let teams = Query::select()
        .column(inspection_member::Column::InspectionId)
        .from(inspection_member::Entity)
        .and_where(inspection_member::Column::PersonId.eq(caller.person))
        .to_owned();
    let verified = Query::select()
        .column(corrective_action::Column::FindingId)
        .from(corrective_action::Entity)
        .and_where(corrective_action::Column::VerifierId.eq(caller.person))
        .to_owned();
    Condition::any()
        .add(scope.covers(Column::OwnerUnitId))
        .add(Condition::all().add(scope.covers(Column::UnitId)).add(Column::RaisedAt.is_not_null()))
        .add(Column::InspectionId.in_subquery(teams))
        .add(Column::Id.in_subquery(verified))
        .add(Column::Id.in_subquery(crate::rounds::deductions::proposed_to(caller.person)))
}

/// A finding the caller may see.
///
/// # Errors
/// 404 when there is none, or none the caller may see.
pub async fn find(db: &impl ConnectionTrait, caller: &Caller, id: FindingId) -> Result<finding::Model> {
    finding::Entity::find_by_id(id).filter(visible(caller)).one(db).await?.ok_or(Error::NotFound)
}

/// The same, locked until the work commits.
///
/// # Errors
/// As [`find`].
pub(crate) async fn lock(db: &impl ConnectionTrait, caller: &Caller, id: FindingId) -> Result<finding::Model> {
    let row = finding::Entity::find_by_id(id).filter(visible(caller)).lock_exclusive().one(db).await?;
    row.ok_or(Error::NotFound)
}

/// What the caller is to a finding. A member of the team never answers for the unit.
///
/// # Errors
/// The database's.
pub(crate) async fn by(db: &impl ConnectionTrait, caller: &Caller, row: &finding::Model, source: &Source) -> Result<By> {
    let team_role = source.part(db, caller).await?;
    Ok(By {
        team_role,
        ordering_authority: caller.holds_at(db, &[Role::OrderingAuthority], row.owner_unit_id).await?,
        planner: caller.holds_at(db, &[Role::IsoSecretary], row.owner_unit_id).await?,
        head_of_inspected: team_role.is_none() && caller.holds_at(db, &[Role::Head], row.unit_id).await?,
    })
}

/// What the machine must know of a finding.
///
/// # Errors
/// The database's.
pub(crate) async fn facts(
    db: &impl ConnectionTrait,
    row: &finding::Model,
    inspection: InspectionState,
    today: chrono::NaiveDate,
) -> Result<Facts> {
    let states: Vec<domain::corrective_action::CorrectiveActionState> = corrective_action::Entity::find()
        .select_only()
        .column(corrective_action::Column::State)
        .filter(corrective_action::Column::FindingId.eq(row.id))
        .into_tuple()
        .all(db)
        .await?;
    let open = states.iter().filter(|state| state.is_open()).count();
    let appeal = match (row.appealed_at, row.appeal_decided_at) {
        (None, _) => Appeal::None,
        (Some(_), None) => Appeal::Open,
        (Some(_), Some(_)) => Appeal::Heard,
    };
    Ok(Facts {
        grade: row.grade,
        confirmed: row.confirmed_at.is_some(),
        inspection,
        answer_overdue: is_overdue(row, today),
        disputed: row.dispute_reason.is_some(),
        appeal,
        actions: count(states.len()),
        open_actions: count(open),
    })
}

/// Whether the unit's time to answer has passed without an answer.
#[must_use]
pub fn is_overdue(row: &finding::Model, today: chrono::NaiveDate) -> bool {
    row.state == FindingState::Raised && row.answer_due_on.is_some_and(|due_on| due_on < today)
}

/// How many pieces of evidence prove a finding: its own and those of its line.
///
/// # Errors
/// The database's.
pub(crate) async fn proofs(db: &impl ConnectionTrait, row: &finding::Model) -> Result<u32> {
    let rows = evidence::Entity::find().filter(proof_of(row)).filter(evidence::Column::RemovedAt.is_null()).count(db).await?;
    Ok(u32::try_from(rows).unwrap_or(u32::MAX))
}

/// The condition «this evidence belongs to the finding or its line».
pub(crate) fn proof_of(row: &finding::Model) -> Condition {
    use evidence::Column;
    let of = |subject: Subject, id: uuid::Uuid| Condition::all().add(Column::Subject.eq(subject)).add(Column::SubjectId.eq(id));
    let own = Condition::any().add(of(Subject::Finding, row.id.0));
    match row.line_id {
        Some(line) => own.add(of(Subject::InspectionLine, line.0)),
        None => own,
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
