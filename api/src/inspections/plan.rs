//! Planning an inspection, and the texts of its papers.

use chrono::{Datelike as _, NaiveDate};
use domain::checklist::InspectionKind;
use domain::draft::Problems;
use domain::id::{ChecklistId, InspectionId, ProgrammeId, UnitId};
use domain::inspection::{InspectionState, Text, may_write};
use domain::permission::{Permission, Role};
use domain::record::{ChecklistState, ProgrammeState, Subject};
use entities::{checklist, inspection, programme, unit, unit_kind, unit_path};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _,
};

use super::access;
use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::http::{Version, seen};
use crate::store::{Event, Store, Tx};

/// Copies of the minutes unless said otherwise.
const COPIES: i32 = 3;
/// The level whose bodies inspect for the unit above them.
const DEPARTMENT: &str = "province_department";

/// An inspection to be planned.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The programme it belongs to.
    pub programme_id: Option<ProgrammeId>,
    /// Kind.
    pub kind: InspectionKind,
    /// The unit that inspects; may be left out by who plans for one unit only.
    pub owner_unit_id: Option<UnitId>,
    /// The unit inspected.
    pub unit_id: UnitId,
    /// The checklist, a published version of the same kind.
    pub checklist_id: ChecklistId,
    /// The day of the visit.
    pub planned_on: NaiveDate,
    /// Without notice.
    pub surprise: bool,
    /// What its papers say about it.
    pub frame: Frame,
}

/// What the papers say about the inspection itself.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    /// Căn cứ, one a line.
    pub legal_basis: Option<String>,
    /// Number and date of the decision on the team.
    pub team_decision: Option<String>,
    /// Purpose.
    pub purpose: Option<String>,
    /// First day of the period under check.
    pub period_from: Option<NaiveDate>,
    /// Last day of the period under check.
    pub period_to: Option<NaiveDate>,
    /// Where.
    pub place: Option<String>,
}

impl Frame {
    fn check(self, problems: &mut Problems) -> Self {
        let Self { legal_basis, team_decision, purpose, period_from, period_to, place } = self;
        problems.check(matches!((period_from, period_to), (Some(from), Some(to)) if to < from), "period_to", "period_reversed");
        Self {
            legal_basis: problems.optional_text("legal_basis", legal_basis.as_deref(), 4_000),
            team_decision: problems.optional_text("team_decision", team_decision.as_deref(), 300),
            purpose: problems.optional_text("purpose", purpose.as_deref(), 2_000),
            period_from,
            period_to,
            place: problems.optional_text("place", place.as_deref(), 300),
        }
    }
}

/// The unit somebody plans for: the one asked for when it is in their scope, else the only one
/// where they hold a planning role, the ISO secretary's before others. The inner error is a field code.
///
/// # Errors
/// The database's.
pub async fn own_unit(
    db: &impl ConnectionTrait,
    caller: &Caller,
    permission: Permission,
    asked: Option<UnitId>,
) -> Result<Result<UnitId, &'static str>> {
    if let Some(unit) = asked {
        let inside = caller.scope(permission).contains(db, unit).await?;
        return Ok(if inside { Ok(unit) } else { Err("unknown_unit") });
    }
    let units_of = |wanted: fn(Role) -> bool| {
        let mut units: Vec<UnitId> = caller
            .grants
            .iter()
            .filter(|held| held.role.grants(permission) && wanted(held.role))
            .filter_map(|held| held.unit)
            .collect();
        units.sort_unstable();
        units.dedup();
        units
    };
    let secretary = units_of(|role| role == Role::IsoSecretary);
    let units = if secretary.is_empty() { units_of(|_| true) } else { secretary };
    Ok(match units.as_slice() {
        [only] => Ok(*only),
        _ => Err("required"),
    })
}

/// The condition «this unit may be inspected by `owner`»: it is `owner` or below it; for a
/// department of a province also everything below that province.
///
/// # Errors
/// The database's.
pub async fn reach(db: &impl ConnectionTrait, owner: UnitId, on: NaiveDate) -> Result<Condition> {
    use unit_path::Column;
    let row = unit::Entity::find_by_id(owner).one(db).await?.ok_or(Error::NotFound)?;
    let kind = unit_kind::Entity::find_by_id(&row.kind_code).one(db).await?;
    let above = row.parent_id.filter(|_| kind.is_some_and(|kind| kind.level_code == DEPARTMENT));
    let tops = Condition::any()
        .add(Column::AncestorId.eq(owner))
        .add_option(above.map(|above| Condition::all().add(Column::AncestorId.eq(above)).add(Column::Depth.gt(0))));
    Ok(Condition::all()
        .add(tops)
        .add(Column::ValidFrom.lte(on))
        .add(Condition::any().add(Column::ValidTo.is_null()).add(Column::ValidTo.gte(on))))
}

async fn reaches(db: &impl ConnectionTrait, owner: UnitId, unit: UnitId, on: NaiveDate) -> Result<bool> {
    let reach = reach(db, owner, on).await?;
    let found = unit_path::Entity::find().filter(reach).filter(unit_path::Column::DescendantId.eq(unit)).count(db).await?;
    Ok(found > 0)
}

/// Plans an inspection. It remembers the last visit of the same unit and kind.
///
/// # Errors
/// Wrong fields, all at once.
pub async fn plan(store: &Store, caller: &Caller, plan: Plan) -> Result<inspection::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let mut problems = Problems::new();
            let (owner, plan) = check(&tx, &who, plan, &mut problems).await?;
            problems.finish()?;
            insert(&tx, &who, owner.ok_or(Error::NotFound)?, plan).await
        })
        .await
}

async fn check(tx: &Tx, caller: &Caller, plan: Plan, problems: &mut Problems) -> Result<(Option<UnitId>, Plan)> {
    let plan = Plan { frame: plan.frame.check(problems), ..plan };
    let owner = own_unit(tx.db(), caller, Permission::PlanInspections, plan.owner_unit_id).await?;
    let owner = owner.map_err(|code| problems.add("owner_unit_id", code)).ok();
    if let Some(owner) = owner {
        problems.check(!reaches(tx.db(), owner, plan.unit_id, plan.planned_on).await?, "unit_id", "unknown_unit");
    }
    if let Some(code) = check_checklist(tx, &plan).await? {
        problems.add("checklist_id", code);
    }
    if let Some(id) = plan.programme_id {
        let programme = programme::Entity::find_by_id(id).one(tx.db()).await?.filter(|row| Some(row.unit_id) == owner);
        match programme {
            None => problems.add("programme_id", "unknown_programme"),
            Some(row) => problems.check(row.state == ProgrammeState::Closed, "programme_id", "programme_is_closed"),
        }
    }
    Ok((owner, plan))
}

async fn check_checklist(tx: &Tx, plan: &Plan) -> Result<Option<&'static str>> {
    let list = checklist::Entity::find_by_id(plan.checklist_id).one(tx.db()).await?;
    Ok(match list {
        None => Some("unknown_checklist"),
        Some(list) if list.state != ChecklistState::Published => Some("checklist_not_published"),
        Some(list) if list.kind != plan.kind => Some("checklist_of_other_kind"),
        Some(_) => None,
    })
}

async fn insert(tx: &Tx, caller: &Caller, owner: UnitId, plan: Plan) -> Result<inspection::Model> {
    let year = plan.planned_on.year();
    let prefix = if plan.kind == InspectionKind::InternalAudit { "DG" } else { "KT" };
    let number = tx.next_number(&format!("inspection:{prefix}:{owner}:{year}")).await?;
    let previous = last_visit(tx, &plan).await?;
    let Plan { programme_id, kind, owner_unit_id: _, unit_id, checklist_id, planned_on, surprise, frame } = plan;
    let Frame { legal_basis, team_decision, purpose, period_from, period_to, place } = frame;
    let row = inspection::ActiveModel {
        id: Set(tx.id::<InspectionId>()),
        code: Set(format!("{prefix}-{year}-{number:03}")),
        programme_id: Set(programme_id),
        kind: Set(kind),
        owner_unit_id: Set(owner),
        unit_id: Set(unit_id),
        checklist_id: Set(checklist_id),
        state: Set(InspectionState::Planned),
        surprise: Set(surprise),
        legal_basis: Set(legal_basis),
        team_decision: Set(team_decision),
        purpose: Set(purpose),
        period_from: Set(period_from),
        period_to: Set(period_to),
        planned_on: Set(planned_on),
        place: Set(place),
        copies: Set(COPIES),
        previous_id: Set(previous),
        created_by_id: Set(caller.person),
        version: Set(1),
        created_at: Set(tx.now()),
        ..Default::default()
    }
    .insert(tx.db())
    .await?;
    tx.record(Event::on("inspection.planned", Subject::Inspection, row.id.0).unit(owner).after(&row));
    Ok(row)
}

async fn last_visit(tx: &Tx, plan: &Plan) -> Result<Option<InspectionId>> {
    use inspection::Column;
    let row = inspection::Entity::find()
        .filter(Column::UnitId.eq(plan.unit_id))
        .filter(Column::Kind.eq(plan.kind))
        .filter(Column::State.ne(InspectionState::Cancelled))
        .filter(Column::PlannedOn.lte(plan.planned_on))
        .order_by_desc(Column::PlannedOn)
        .order_by_desc(Column::Id)
        .one(tx.db())
        .await?;
    Ok(row.map(|row| row.id))
}

/// A change of the texts; what is `None` stays, an empty text empties.
#[derive(Clone, Debug, Default)]
pub struct TextChange {
    /// Căn cứ, one a line.
    pub legal_basis: Option<String>,
    /// Number and date of the decision on the team.
    pub team_decision: Option<String>,
    /// Purpose.
    pub purpose: Option<String>,
    /// Where.
    pub place: Option<String>,
    /// First day of the period under check.
    pub period_from: Option<NaiveDate>,
    /// Last day of the period under check.
    pub period_to: Option<NaiveDate>,
    /// Copies of the minutes.
    pub copies: Option<i32>,
    /// Strengths.
    pub strengths: Option<String>,
    /// Limitations.
    pub limitations: Option<String>,
    /// Causes.
    pub causes: Option<String>,
    /// Kiến nghị, yêu cầu.
    pub requests: Option<String>,
    /// What the inspected unit says.
    pub unit_opinion: Option<String>,
    /// The conclusion.
    pub conclusion: Option<String>,
}

impl TextChange {
    fn kinds(&self) -> Vec<Text> {
        let Self {
            legal_basis,
            team_decision,
            purpose,
            place,
            period_from,
            period_to,
            copies,
            strengths,
            limitations,
            causes,
            requests,
            unit_opinion,
            conclusion,
        } = self;
        let frame = [legal_basis, team_decision, purpose, place].into_iter().any(Option::is_some)
            || [period_from, period_to].into_iter().any(Option::is_some)
            || copies.is_some();
        let results = [strengths, limitations, causes, requests].into_iter().any(Option::is_some);
        let all = [
            (frame, Text::Frame),
            (results, Text::Results),
            (unit_opinion.is_some(), Text::UnitOpinion),
            (conclusion.is_some(), Text::Conclusion),
        ];
        all.into_iter().filter(|(touched, _)| *touched).map(|(_, text)| text).collect()
    }

    fn apply(self, before: &inspection::Model, problems: &mut Problems) -> inspection::ActiveModel {
        let from = self.period_from.or(before.period_from);
        let to = self.period_to.or(before.period_to);
        problems.check(matches!((from, to), (Some(from), Some(to)) if to < from), "period_to", "period_reversed");
        let copies = self.copies.unwrap_or(before.copies);
        if !(1..=20).contains(&copies) {
            problems.add_with("copies", "out_of_range", vec![("min", "1".to_owned()), ("max", "20".to_owned())]);
        }
        let mut text = |field: &str, new: Option<String>, old: &Option<String>, max: usize| match new {
            Some(new) => Set(problems.optional_text(field, Some(&new), max)),
            None => Set(old.clone()),
        };
        inspection::ActiveModel {
            legal_basis: text("legal_basis", self.legal_basis, &before.legal_basis, 4_000),
            team_decision: text("team_decision", self.team_decision, &before.team_decision, 300),
            purpose: text("purpose", self.purpose, &before.purpose, 2_000),
            place: text("place", self.place, &before.place, 300),
            strengths: text("strengths", self.strengths, &before.strengths, 10_000),
            limitations: text("limitations", self.limitations, &before.limitations, 10_000),
            causes: text("causes", self.causes, &before.causes, 10_000),
            requests: text("requests", self.requests, &before.requests, 10_000),
            unit_opinion: text("unit_opinion", self.unit_opinion, &before.unit_opinion, 10_000),
            conclusion: text("conclusion", self.conclusion, &before.conclusion, 20_000),
            period_from: Set(from),
            period_to: Set(to),
            copies: Set(copies),
            ..next(before)
        }
    }
}

/// Writes texts of the papers, each by those who may and in its time.
///
/// # Errors
/// 404, stale, not the caller's text, not its time, wrong fields.
pub async fn write_texts(
    store: &Store,
    caller: &Caller,
    id: InspectionId,
    version: Version,
    change: TextChange,
) -> Result<inspection::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let before = locked(&tx, &who, id, version).await?;
            let by = access::by(tx.db(), &who, &before).await?;
            for text in change.kinds() {
                may_write(before.state, &by, text)?;
            }
            // Said by the team for the unit: the trail keeps who wrote it down.
            let for_unit = change.unit_opinion.is_some() && !by.head_of_inspected;
            let mut problems = Problems::new();
            let row = change.apply(&before, &mut problems);
            problems.finish()?;
            save(&tx, if for_unit { "inspection.opinion_recorded" } else { "inspection.texts_written" }, &before, row, None).await
        })
        .await
}

/// The inspection, visible to the caller, locked, at the version they saw.
pub(super) async fn locked(tx: &Tx, caller: &Caller, id: InspectionId, version: Version) -> Result<inspection::Model> {
    let row = lock(tx, caller, id).await?;
    seen(version, row.version)?;
    Ok(row)
}

/// The inspection, visible to the caller, locked.
pub(super) async fn lock(tx: &Tx, caller: &Caller, id: InspectionId) -> Result<inspection::Model> {
    use sea_orm::QuerySelect as _;
    access::find(tx.db(), caller, id).await?;
    inspection::Entity::find_by_id(id).lock_exclusive().one(tx.db()).await?.ok_or(Error::NotFound)
}

/// An update of the row that raises its version.
pub(super) fn next(before: &inspection::Model) -> inspection::ActiveModel {
    inspection::ActiveModel { id: Set(before.id), version: Set(before.version + 1), ..Default::default() }
}

/// Saves the row on the version it was read at, and records what changed.
pub(super) async fn save(
    tx: &Tx,
    event: &'static str,
    before: &inspection::Model,
    row: inspection::ActiveModel,
    reason: Option<&str>,
) -> Result<inspection::Model> {
    let after =
        inspection::Entity::update(row).validate()?.filter(inspection::Column::Version.eq(before.version)).exec(tx.db()).await?;
    tx.record(Event::on(event, Subject::Inspection, after.id.0).unit(after.owner_unit_id).change(before, &after).reason(reason));
    Ok(after)
}
