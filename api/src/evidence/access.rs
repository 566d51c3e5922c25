//! Who sees the evidence of a record and who brings it: decided by the record, in one place.

use domain::evidence::{By, Place};
use domain::id::{
    CorrectiveActionId, FindingId, InspectionId, LineId, ObjectiveResultId, RevisionId, SheetLineId, StepId, UnitId, WorkItemId,
};
use domain::inspection::{InspectionState, TeamRole};
use domain::permission::{Permission, Role};
use domain::record::Subject;
use domain::round::RoundState;
use entities::{
    corrective_action, finding, inspection, inspection_line, objective_result, quality_objective, sheet, sheet_line, step,
    work_item,
};
use sea_orm::{ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QuerySelect as _};
use uuid::Uuid;

use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::inspections::access as inspections;
use crate::rounds::access as rounds;

/// What a caller may do with the evidence of one record they see.
#[derive(Clone, Debug)]
pub struct Access {
    /// The unit the record is about: inspected, or bound to act.
    pub unit_id: UnitId,
    /// The record's number or text, for the page.
    pub title: String,
    /// The record's page.
    pub href: String,
    /// Where the record stands.
    pub place: Place,
    /// What the caller is to it.
    pub by: By,
    /// When its step was last reported done: evidence from before has been judged.
    pub reported_at: Option<chrono::DateTime<chrono::Utc>>,
}

impl Access {
    /// Whether the caller may attach evidence now.
    #[must_use]
    pub fn may_attach(&self) -> bool {
        domain::evidence::may_attach(self.place, &self.by).is_ok()
    }

    /// `Ok` when the caller may attach evidence now.
    ///
    /// # Errors
    /// The rule that stands against it.
    pub fn check_attach(&self) -> Result<()> {
        Ok(domain::evidence::may_attach(self.place, &self.by)?)
    }

    /// `Ok` when the caller may take this piece back now.
    ///
    /// # Errors
    /// The rule that stands against it.
    pub fn check_remove(&self, caller: &Caller, row: &entities::evidence::Model) -> Result<()> {
        let uploader = row.uploaded_by_id == caller.person;
        let shown = self.reported_at.is_some_and(|reported| row.created_at <= reported);
        Ok(domain::evidence::may_remove(self.place, &self.by, uploader, shown)?)
    }
}

/// The access of a caller to the evidence of a record.
///
/// # Errors
/// 404 when there is no such record, when the caller does not see it, or when records of its kind carry no evidence.
pub async fn subject_access(db: &impl ConnectionTrait, caller: &Caller, subject: Subject, id: Uuid) -> Result<Access> {
    access(db, caller, subject, id, false).await
}

/// As [`subject_access`], holding the record still until the write ends.
pub(super) async fn locked(db: &impl ConnectionTrait, caller: &Caller, subject: Subject, id: Uuid) -> Result<Access> {
    access(db, caller, subject, id, true).await
}

async fn access(db: &impl ConnectionTrait, caller: &Caller, subject: Subject, id: Uuid, lock: bool) -> Result<Access> {
    match subject {
        Subject::InspectionLine => of_line(db, caller, LineId(id), lock).await,
        Subject::Inspection => of_inspection(db, caller, InspectionId(id), lock).await,
        Subject::Finding => of_finding(db, caller, FindingId(id), lock).await,
        Subject::CorrectiveAction => of_action(db, caller, CorrectiveActionId(id), lock).await,
        Subject::Step => of_step(db, caller, StepId(id), lock).await,
        Subject::SheetLine => of_sheet_line(db, caller, SheetLineId(id), lock).await,
        Subject::WorkItem => of_work_item(db, caller, WorkItemId(id), lock).await,
        Subject::Revision => of_revision(db, caller, RevisionId(id), lock).await,
        Subject::ObjectiveResult => of_result(db, caller, ObjectiveResultId(id), lock).await,
        _ => Err(Error::NotFound),
    }
}

async fn of_line(db: &impl ConnectionTrait, caller: &Caller, id: LineId, lock: bool) -> Result<Access> {
    let line = inspection_line::Entity::find_by_id(id).one(db).await?.ok_or(Error::NotFound)?;
    let row = match inspection_of(db, caller, line.inspection_id, lock).await {
        Err(Error::NotFound) => return line_of_deduction(db, caller, &line).await,
        found => found?,
    };
    // Like the answers themselves, what the team gathers is the team's until field work is done.
    let part = inspections::by(db, caller, &row).await?;
    if row.state == InspectionState::InProgress && !inspections::inspects(db, caller, &row, &part).await? {
        return Err(Error::NotFound);
    }
    Ok(Access {
        unit_id: row.unit_id,
        title: format!("{} · {} {}", row.code, line.code, line.question),
        href: format!("/kiem-tra/{}", row.id),
        place: Place::Line(row.state),
        by: by_inspection(db, caller, &row).await?,
        reported_at: None,
    })
}

/// The panel to which a finding on this line proposes a deduction reads its files, and nothing else
/// of the inspection.
async fn line_of_deduction(db: &impl ConnectionTrait, caller: &Caller, line: &inspection_line::Model) -> Result<Access> {
    let found = finding::Entity::find()
        .filter(finding::Column::LineId.eq(line.id))
        .filter(finding::Column::Id.in_subquery(crate::rounds::deductions::proposed_to(caller.person)))
        .limit(1)
        .one(db)
        .await?
        .ok_or(Error::NotFound)?;
    let visit = inspection::Entity::find_by_id(line.inspection_id).one(db).await?.ok_or(Error::NotFound)?;
    Ok(Access {
        unit_id: found.unit_id,
        title: format!("{} · {} {}", visit.code, line.code, line.question),
        href: format!("/phat-hien/{}", found.id),
        place: Place::Line(visit.state),
        by: By::default(),
        reported_at: None,
    })
}

async fn of_inspection(db: &impl ConnectionTrait, caller: &Caller, id: InspectionId, lock: bool) -> Result<Access> {
    let row = inspection_of(db, caller, id, lock).await?;
    Ok(Access {
        unit_id: row.unit_id,
        title: row.code.clone(),
        href: format!("/kiem-tra/{}", row.id),
        place: Place::Inspection(row.state),
        by: by_inspection(db, caller, &row).await?,
        reported_at: None,
    })
}

async fn of_finding(db: &impl ConnectionTrait, caller: &Caller, id: FindingId, lock: bool) -> Result<Access> {
    let query = finding::Entity::find_by_id(id).filter(crate::findings::access::visible(caller));
    let query = if lock { query.lock_exclusive() } else { query };
    let row = query.one(db).await?.ok_or(Error::NotFound)?;
    if let Some(visit) = row.inspection_id.filter(|_| lock) {
        inspection::Entity::find_by_id(visit).lock_exclusive().one(db).await?;
    }
    let source = crate::findings::source::of(db, &row).await?;
    let team = source.part(db, caller).await?;
    Ok(Access {
        unit_id: row.unit_id,
        title: format!("{} · {}", row.code, row.statement.as_deref().unwrap_or_default()),
        href: format!("/phat-hien/{id}"),
        place: Place::Finding(row.state, source.state()),
        by: by(team, acts_for(db, caller, row.unit_id).await?, false),
        reported_at: None,
    })
}

async fn of_action(db: &impl ConnectionTrait, caller: &Caller, id: CorrectiveActionId, lock: bool) -> Result<Access> {
    let row = action_of(db, caller, id, lock).await?;
    let own = step::Entity::find()
        .filter(step::Column::CorrectiveActionId.eq(id))
        .filter(Condition::any().add(step::Column::OwnerId.eq(caller.person)).add(step::Column::DoneById.eq(caller.person)))
        .limit(1)
        .one(db)
        .await?;
    Ok(Access {
        unit_id: row.unit_id,
        title: row.code.clone(),
        href: format!("/khac-phuc/{id}"),
        place: Place::Action(row.state),
        by: by(None, acts_for(db, caller, row.unit_id).await?, own.is_some()),
        reported_at: None,
    })
}

async fn of_step(db: &impl ConnectionTrait, caller: &Caller, id: StepId, lock: bool) -> Result<Access> {
    let row = step::Entity::find_by_id(id).one(db).await?.ok_or(Error::NotFound)?;
    let action = action_of(db, caller, row.corrective_action_id, lock).await?;
    let doer = row.owner_id == Some(caller.person) || row.done_by_id == Some(caller.person);
    Ok(Access {
        unit_id: action.unit_id,
        title: format!("{} · {}", action.code, row.action),
        href: format!("/khac-phuc/{}", action.id),
        place: Place::Step(row.state, action.state),
        by: by(None, acts_for(db, caller, action.unit_id).await?, doer),
        reported_at: row.done_at,
    })
}

/// The unit itself, the secretary, and whoever appraises the criterion once self-scoring is closed.
async fn of_sheet_line(db: &impl ConnectionTrait, caller: &Caller, id: SheetLineId, lock: bool) -> Result<Access> {
    let line = sheet_line::Entity::find_by_id(id).one(db).await?.ok_or(Error::NotFound)?;
    let sheet = sheet::Entity::find_by_id(line.sheet_id).one(db).await?.ok_or(Error::NotFound)?;
    let round = rounds::find(db, caller, sheet.round_id, lock).await?;
    let (by, of_unit) = (rounds::by(db, caller, &round).await?, rounds::of_unit(db, caller, sheet.unit_id).await?);
    let (_, set) = crate::rounds::set_of(db, round.set_id).await?;
    let placed = set.leaf(&line.code).ok_or(Error::NotFound)?;
    let handed_in = !matches!(round.state, RoundState::Draft | RoundState::SelfScoring);
    let appraises = handed_in && by.appraises(placed.leaf.appraiser_group.as_deref());
    if !of_unit.reads && !by.secretary && !appraises {
        return Err(Error::NotFound);
    }
    let href = if of_unit.reads || by.secretary {
        format!("/phieu-cham-diem/{}", sheet.id)
    } else {
        format!("/dot-cham-diem/{}/tieu-chi/{}", round.id, line.code)
    };
    let title = format!("{} · {} {}", sheet.unit_name, line.code, placed.node.name);
    let contested = crate::rounds::standing::said(db, line).await?.contested() && round.state.is_released();
    Ok(Access {
        unit_id: sheet.unit_id,
        title,
        href,
        place: Place::SheetLine(round.state, sheet.state, contested),
        by: By { of_unit: of_unit.drafts || of_unit.head, ..By::default() },
        reported_at: None,
    })
}

async fn of_work_item(db: &impl ConnectionTrait, caller: &Caller, id: WorkItemId, lock: bool) -> Result<Access> {
    let scope = caller.scope(Permission::ReadFigures);
    let query = work_item::Entity::find_by_id(id).filter(scope.covers(work_item::Column::UnitId));
    let query = if lock { query.lock_exclusive() } else { query };
    let row = query.one(db).await?.ok_or(Error::NotFound)?;
    let enters = caller.scope(Permission::EditFigures).contains(db, row.unit_id).await?;
    Ok(Access {
        unit_id: row.unit_id,
        title: row.title,
        href: format!("/viec-trong-nam/{id}"),
        place: Place::WorkItem(row.state),
        by: by(None, enters || acts_for(db, caller, row.unit_id).await?, false),
        reported_at: None,
    })
}

/// Whoever reads the revision reads its files; whoever drafts it, or controls documents, brings them.
async fn of_revision(db: &impl ConnectionTrait, caller: &Caller, id: RevisionId, lock: bool) -> Result<Access> {
    let (document, revision) = crate::documents::access::find(db, caller, id, lock).await?;
    let drafts = revision.drafter_id == Some(caller.person);
    let controls = caller.scope(Permission::ControlDocuments).contains(db, document.unit_id).await?;
    Ok(Access {
        unit_id: document.unit_id,
        title: format!("{} · {}", document.code.as_deref().unwrap_or_default(), document.title),
        href: crate::web::link_to(Subject::Revision, id.0),
        place: Place::Revision(revision.state),
        by: By { doer: drafts || controls, ..By::default() },
        reported_at: None,
    })
}

/// Whoever reads the objective reads the files of its results; whoever measures it brings them.
async fn of_result(db: &impl ConnectionTrait, caller: &Caller, id: ObjectiveResultId, lock: bool) -> Result<Access> {
    let result = objective_result::Entity::find_by_id(id).one(db).await?.ok_or(Error::NotFound)?;
    let query = quality_objective::Entity::find_by_id(result.objective_id).filter(crate::objectives::access::visible(caller));
    let query = if lock { query.lock_exclusive() } else { query };
    let row = query.one(db).await?.ok_or(Error::NotFound)?;
    let enters = caller.scope(Permission::EditFigures).contains(db, row.unit_id).await?;
    Ok(Access {
        unit_id: row.unit_id,
        title: format!("{} · {} · {}", row.code, domain::time::vn_day(result.measured_on), row.goal),
        href: crate::web::link_to(Subject::QualityObjective, row.id.0),
        place: Place::ObjectiveResult(row.state),
        by: by(None, enters, false),
        reported_at: None,
    })
}

async fn inspection_of(db: &impl ConnectionTrait, caller: &Caller, id: InspectionId, lock: bool) -> Result<inspection::Model> {
    let query = inspection::Entity::find_by_id(id).filter(inspections::visible(caller));
    let query = if lock { query.lock_exclusive() } else { query };
    query.one(db).await?.ok_or(Error::NotFound)
}

async fn action_of(
    db: &impl ConnectionTrait,
    caller: &Caller,
    id: CorrectiveActionId,
    lock: bool,
) -> Result<corrective_action::Model> {
    let query = corrective_action::Entity::find_by_id(id).filter(crate::corrective_actions::access::visible(caller));
    let query = if lock { query.lock_exclusive() } else { query };
    query.one(db).await?.ok_or(Error::NotFound)
}

async fn by_inspection(db: &impl ConnectionTrait, caller: &Caller, row: &inspection::Model) -> Result<By> {
    let team = inspections::part(db, row.id, caller.person).await?;
    Ok(by(team, acts_for(db, caller, row.unit_id).await?, false))
}

fn by(team: Option<TeamRole>, of_unit: bool, doer: bool) -> By {
    By { in_team: team.is_some(), lead: team == Some(TeamRole::LeadInspector), of_unit, doer }
}

async fn acts_for(db: &impl ConnectionTrait, caller: &Caller, unit: UnitId) -> Result<bool> {
    caller.holds_at(db, &[Role::Head, Role::DataOfficer], unit).await
}
