//! Corrective actions: the unit's plan, its doing, verification and effect judged by another person.

pub mod access;
pub mod dates;
pub mod doing;
pub mod due;
pub mod http;
pub mod pages;
pub mod plan;
pub mod read;
pub mod tally;

use chrono::{Datelike as _, NaiveDate};
use domain::corrective_action::{CorrectiveActionState, CorrectiveActionVerb, EFFECT_MONTHS, Facts, StepState, advance, settle};
use domain::draft::Problems;
use domain::id::{CorrectiveActionId, PersonId, UnitId};
use domain::inspection::TeamRole;
use domain::permission::Permission;
use domain::record::{Duty, Subject};
use domain::rule::Refused;
use entities::{corrective_action, finding, inspection, inspection_member, step, unit};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, IntoActiveModel as _,
    QueryFilter as _, QuerySelect as _,
};
use serde::Serialize;

use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::findings::Source;
use crate::http::Version;
use crate::store::{Event, Store, Tx, Writer};
use access::Case;

pub use read::duties;

/// Months between verified doing and the check of its effect, unless agreed otherwise.
const DEFAULT_MONTHS: i32 = EFFECT_MONTHS.cast_signed();

/// The next human code of an inspecting unit in this year: `KP-2026-0001`.
///
/// # Errors
/// The database's.
pub async fn next_code(tx: &Tx, prefix: &str, owner: UnitId) -> Result<String> {
    let year = tx.today().year();
    let number = tx.next_number(&format!("{prefix}-{year}-{owner}")).await?;
    Ok(format!("{prefix}-{year}-{number:04}"))
}

/// Opens a corrective action for the unit a finding concerns.
///
/// # Errors
/// The database's.
pub(crate) async fn open(
    tx: &Tx,
    found: &finding::Model,
    source: &Source,
    again: Option<&corrective_action::Model>,
) -> Result<corrective_action::Model> {
    let deadline = due::working_days(tx, due::PLAN_DAYS).await?;
    let verifier = match again.and_then(|old| old.verifier_id) {
        Some(verifier) => Some(verifier),
        None => lead_of(tx.db(), source, found).await?,
    };
    let row = corrective_action::Model {
        id: tx.id(),
        code: next_code(tx, "KP", found.owner_unit_id).await?,
        finding_id: found.id,
        owner_unit_id: found.owner_unit_id,
        unit_id: again.map_or(found.unit_id, |old| old.unit_id),
        state: CorrectiveActionState::Issued,
        correction: None,
        extent: None,
        whys: serde_json::json!([]),
        cause_group: None,
        cause_origin: None,
        external_agency: None,
        external_letter: None,
        plan_due_on: deadline.due,
        due_on: None,
        effectiveness_months: again.map_or(DEFAULT_MONTHS, |old| old.effectiveness_months),
        effectiveness_due_on: None,
        verifier_id: verifier,
        submitted_by_id: None,
        submitted_at: None,
        return_remark: None,
        return_count: 0,
        approved_by_id: None,
        approved_at: None,
        verified_by_id: None,
        verified_at: None,
        verification_note: None,
        effect_by_id: None,
        effect_at: None,
        effect_note: None,
        effect_sample: None,
        reopened_from_id: again.map(|old| old.id),
        cancel_reason: None,
        version: 1,
        created_at: tx.now(),
    };
    let row = row.into_active_model().insert(tx.db()).await?;
    let about = (Subject::CorrectiveAction, row.id.0);
    due::keep(tx, about, Duty::FilePlan, deadline.due, &deadline.explanation, None).await?;
    tx.record(Event::on("corrective_action.opened", Subject::CorrectiveAction, row.id.0).unit(row.unit_id).after(&row));
    if let Some(visit) = source.visit() {
        follow_up_visit(tx, visit).await?;
    }
    Ok(row)
}

/// Who verifies unless somebody else is named: the lead of the team; of lost points, who proposed
/// their publication; of a decision of a review, its secretary.
async fn lead_of(db: &impl ConnectionTrait, source: &Source, found: &finding::Model) -> Result<Option<PersonId>> {
    if let Some(review) = source.review() {
        return Ok(Some(review.secretary_id));
    }
    let Some(visit) = source.visit() else { return Ok(found.confirmed_by_id) };
    let lead = inspection_member::Entity::find()
        .filter(inspection_member::Column::InspectionId.eq(visit.id))
        .filter(inspection_member::Column::TeamRole.eq(TeamRole::LeadInspector))
        .one(db)
        .await?;
    Ok(lead.map(|lead| lead.person_id))
}

/// An inspection whose papers are out is followed up from the first action that opens.
async fn follow_up_visit(tx: &Tx, visit: &inspection::Model) -> Result<()> {
    let facts = domain::inspection::Facts { open_actions: 1, ..domain::inspection::Facts::new(visit.kind) };
    let state = domain::inspection::settle(visit.state, &facts);
    if state == visit.state {
        return Ok(());
    }
    let after = inspection::Model { state, version: visit.version + 1, ..visit.clone() };
    let change = after.clone().into_active_model().reset_all();
    inspection::Entity::update(change).validate()?.filter(inspection::Column::Version.eq(visit.version)).exec(tx.db()).await?;
    tx.record(Event::on("inspection.follow_up", Subject::Inspection, visit.id.0).unit(visit.unit_id).change(visit, &after));
    Ok(())
}

/// A finding was taken back: its open actions are given up with it.
///
/// # Errors
/// The database's.
pub(crate) async fn give_up(tx: &Tx, found: &finding::Model, reason: Option<&str>) -> Result<()> {
    let rows = corrective_action::Entity::find()
        .filter(corrective_action::Column::FindingId.eq(found.id))
        .lock_exclusive()
        .all(tx.db())
        .await?;
    for before in rows.into_iter().filter(|row| row.state.is_open()) {
        let row = corrective_action::Model {
            state: CorrectiveActionState::Cancelled,
            cancel_reason: reason.map(str::to_owned),
            ..before.clone()
        };
        let after = save(tx, row).await?;
        recorded(tx, "corrective_action.cancelled", &before, &after, reason);
    }
    Ok(())
}

/// Gives an action up: the ordering authority, or the inspecting side when its finding is withdrawn.
///
/// # Errors
/// The code of the rule that stands against it.
pub async fn cancel(
    store: &Store,
    caller: &Caller,
    id: CorrectiveActionId,
    version: Version,
    reason: String,
) -> Result<corrective_action::Model> {
    let me = caller.clone();
    store
        .write(caller, move |tx| async move {
            let Case { row: before, by, facts, .. } = access::begin(&tx, &me, id, version).await?;
            let state = advance(before.state, CorrectiveActionVerb::Cancel, &by, &facts)?;
            let reason = needed("reason", &reason)?;
            let after =
                save(&tx, corrective_action::Model { state, cancel_reason: Some(reason.clone()), ..before.clone() }).await?;
            recorded(&tx, "corrective_action.cancelled", &before, &after, Some(&reason));
            crate::findings::settle_after_action(&tx, after.finding_id).await?;
            Ok(after)
        })
        .await
}

/// Moves an open action, and its finding, to another unit: the successor after a reorganisation.
/// Steps not yet done lose their owner; the new unit's head and data officer have them.
///
/// # Errors
/// The code of the rule that stands against it; wrong fields.
pub async fn transfer(
    store: &Store,
    caller: &Caller,
    id: CorrectiveActionId,
    version: Version,
    to: UnitId,
    ground: String,
) -> Result<corrective_action::Model> {
    let me = caller.clone();
    store
        .write(caller, move |tx| async move {
            let scope = me.scope(Permission::TransferDuties);
            let reached = access::visible(&me)
                .add(scope.covers(corrective_action::Column::UnitId))
                .add(scope.covers(corrective_action::Column::OwnerUnitId));
            let Case { row: before, finding, by, facts, .. } = access::begin_where(&tx, &me, id, version, reached).await?;
            advance(before.state, CorrectiveActionVerb::Transfer, &by, &facts)?;
            let ground = check_target(&tx, &before, to, &ground).await?;
            disown(&tx, id).await?;
            let after = save(&tx, corrective_action::Model { unit_id: to, ..before.clone() }).await?;
            recorded(&tx, "corrective_action.transferred", &before, &after, Some(&ground));
            let moved = crate::findings::save(&tx, finding::Model { unit_id: to, ..finding.clone() }).await?;
            let event = Event::on("finding.transferred", Subject::Finding, moved.id.0).unit(to).change(&finding, &moved);
            tx.record(event.reason(Some(&ground)));
            Ok(after)
        })
        .await
}

async fn check_target(tx: &Tx, row: &corrective_action::Model, to: UnitId, ground: &str) -> Result<String> {
    let mut problems = Problems::new();
    let ground = problems.text("ground", ground, 2_000);
    domain::corrective_action::check_transfer(&row.unit_id, &to, &mut problems);
    let target = unit::Entity::find_by_id(to).one(tx.db()).await?;
    let today = tx.today();
    let valid = target.is_some_and(|unit| unit.valid_from <= today && unit.valid_to.is_none_or(|last| last >= today));
    problems.check(!valid, "unit_id", "unit_not_valid");
    problems.finish()?;
    Ok(ground)
}

async fn disown(tx: &Tx, id: CorrectiveActionId) -> Result<()> {
    let nobody: Option<uuid::Uuid> = None;
    step::Entity::update_many()
        .col_expr(step::Column::OwnerId, sea_orm::sea_query::Expr::value(nobody))
        .filter(step::Column::CorrectiveActionId.eq(id))
        .filter(step::Column::State.is_in([StepState::Open, StepState::Rejected]))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Moves implemented actions on whose check of effect is due. Planned with the other recurring work.
///
/// # Errors
/// The database's.
pub async fn fall_due(store: &Store, today: NaiveDate) -> Result<usize> {
    let due = move || {
        corrective_action::Entity::find()
            .filter(corrective_action::Column::State.eq(CorrectiveActionState::Implemented))
            .filter(corrective_action::Column::EffectivenessDueOn.lte(today))
            .limit(200)
    };
    if due().one(store.read()).await?.is_none() {
        return Ok(0);
    }
    store
        .write(Writer::Job("corrective_actions"), move |tx| async move {
            let rows = due().lock_exclusive().all(tx.db()).await?;
            let mut moved = 0;
            for before in rows {
                let facts = Facts { effectiveness_due_on: before.effectiveness_due_on, ..Facts::new(today) };
                let after = save(&tx, corrective_action::Model { state: settle(before.state, &facts), ..before.clone() }).await?;
                recorded(&tx, "corrective_action.effectiveness_due", &before, &after, None);
                moved += 1;
            }
            Ok(moved)
        })
        .await
}

/// Saves a row over the version it was read at.
async fn save(tx: &Tx, row: corrective_action::Model) -> Result<corrective_action::Model> {
    let version = row.version;
    let mut change = row.into_active_model().reset_all();
    change.version = Set(version + 1);
    let query = corrective_action::Entity::update(change).validate()?.filter(corrective_action::Column::Version.eq(version));
    Ok(query.exec(tx.db()).await?)
}

fn recorded(
    tx: &Tx,
    kind: &'static str,
    before: &corrective_action::Model,
    after: &corrective_action::Model,
    reason: Option<&str>,
) {
    let event = Event::on(kind, Subject::CorrectiveAction, after.id.0).unit(after.unit_id);
    tx.record(event.change(before, after).reason(reason));
}

/// An action together with its steps, as the trail keeps them.
#[derive(Serialize)]
struct Whole<'a> {
    #[serde(flatten)]
    row: &'a corrective_action::Model,
    steps: &'a [step::Model],
}

fn recorded_whole(
    tx: &Tx,
    kind: &'static str,
    before: (&corrective_action::Model, &[step::Model]),
    after: (&corrective_action::Model, &[step::Model]),
    reason: Option<&str>,
) {
    let event = Event::on(kind, Subject::CorrectiveAction, after.0.id.0).unit(after.0.unit_id);
    let (old, new) = (Whole { row: before.0, steps: before.1 }, Whole { row: after.0, steps: after.1 });
    tx.record(event.change(&old, &new).reason(reason));
}

/// A text that must be there.
fn needed(field: &str, text: &str) -> Result<String> {
    let mut problems = Problems::new();
    let text = problems.text(field, text, 2_000);
    problems.finish()?;
    Ok(text)
}

/// The step of this id.
fn step_of(steps: &[step::Model], id: domain::id::StepId) -> Result<&step::Model> {
    steps.iter().find(|step| step.id == id).ok_or(Error::NotFound)
}

/// The refusal of an extension decided twice.
fn no_extension() -> Error {
    Refused::new("no_extension_open").into()
}
