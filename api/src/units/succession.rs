//! A unit passes into others: it is closed the day before, the link is recorded, open duties move.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::corrective_action::CorrectiveActionState;
use domain::draft::{FieldError, Problems};
use domain::finding::FindingState;
use domain::id::{SuccessionId, UnitId};
use domain::permission::Permission;
use domain::record::{Subject, SuccessionKind};
use domain::rule::Refused;
use domain::succession::{check_heir, check_heirs, check_span, heirs_of_duties};
use entities::{corrective_action, finding, unit, unit_path, unit_succession};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{NewUnit, checked, create, find, locked};
use crate::auth::{Caller, Scope};
use crate::error::{Error, Result};
use crate::http::{Version, seen};
use crate::store::{Event, Store, Tx};

/// What happens to a unit, as a person enters it.
#[derive(Clone, Debug)]
pub struct Input {
    /// How it passes on.
    pub kind: Option<SuccessionKind>,
    /// Into what.
    pub to: Vec<Heir>,
    /// First day of the new state.
    pub on: Option<NaiveDate>,
    /// The decision or resolution it rests on.
    pub ground: String,
    /// Who takes over each open duty, when there are several heirs: its id and the heir's place in `to`.
    pub duties_to: Vec<(Uuid, usize)>,
}

/// One unit that comes after.
#[derive(Clone, Debug)]
pub enum Heir {
    /// It is there already.
    Existing(UnitId),
    /// It begins with this succession.
    New {
        /// Its code.
        code: String,
        /// Code of its kind.
        kind: String,
        /// Full name.
        name: String,
        /// The unit above it; the old unit's when absent.
        parent_id: Option<UnitId>,
    },
}

/// What became of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Outcome {
    /// The unit that ended.
    pub from: unit::Model,
    /// Its heirs.
    pub to: Vec<unit::Model>,
    /// Open findings that moved.
    pub moved_findings: usize,
    /// Open corrective actions that moved.
    pub moved_corrective_actions: usize,
}

/// A duty of a unit that is still open.
#[derive(Clone, Debug)]
pub struct OpenDuty {
    /// Finding or corrective action.
    pub subject: Subject,
    /// Its id.
    pub id: Uuid,
    /// Its number.
    pub code: String,
    /// The code of its state.
    pub state: String,
}

/// Records that a unit passes into others.
///
/// # Errors
/// Out of scope, a stale version, wrong fields, a rule of successions.
pub async fn succeed(store: &Store, caller: &Caller, id: UnitId, version: Version, input: Input) -> Result<Outcome> {
    let scope = caller.scope(Permission::ManageUnits);
    store
        .write(caller, move |tx| async move {
            if !scope.contains(tx.db(), id).await? {
                return Err(Error::NotFound);
            }
            let old = locked(&tx, id).await?;
            seen(version, old.version)?;
            let (kind, on, ground) = checked_frame(&input)?;
            check_heirs(kind, input.to.len())?;
            check_span(old.valid_from, old.valid_to, on)?;
            let heirs = heirs(&tx, &scope, &old, &input.to, on).await?;
            pass_on(&tx, old, &Passing { kind, on, ground: &ground, duties_to: &input.duties_to, sample: false }, heirs).await
        })
        .await
}

/// How, from which day and on what ground.
fn checked_frame(input: &Input) -> Result<(SuccessionKind, NaiveDate, String)> {
    let mut problems = Problems::new();
    problems.check(input.kind.is_none(), "kind", "required");
    problems.check(input.on.is_none(), "on", "required");
    let ground = problems.text("ground", &input.ground, 500);
    problems.finish()?;
    match (input.kind, input.on) {
        (Some(kind), Some(on)) => Ok((kind, on, ground)),
        _ => Err(Error::field("kind", "required")),
    }
}

/// The heirs: existing ones checked, new ones created. All wrong fields at once.
async fn heirs(tx: &Tx, scope: &Scope, old: &unit::Model, to: &[Heir], on: NaiveDate) -> Result<Vec<unit::Model>> {
    let (mut heirs, mut wrong) = (Vec::new(), Vec::new());
    for (place, heir) in to.iter().enumerate() {
        match heir_of(tx, scope, old, heir, on).await {
            Ok(row) => heirs.push(row),
            Err(Error::Invalid(fields)) => {
                wrong
                    .extend(fields.into_iter().map(|error| FieldError { field: format!("to/{place}/{}", error.field), ..error }));
            }
            Err(other) => return Err(other),
        }
    }
    if wrong.is_empty() { Ok(heirs) } else { Err(Error::Invalid(wrong)) }
}

async fn heir_of(tx: &Tx, scope: &Scope, old: &unit::Model, heir: &Heir, on: NaiveDate) -> Result<unit::Model> {
    match heir {
        Heir::Existing(id) => {
            if *id == old.id || !scope.contains(tx.db(), *id).await? {
                return Err(Error::field("unit_id", "unknown_unit"));
            }
            let row = find(tx.db(), *id).await?;
            check_heir(row.valid_from, row.valid_to, on)?;
            Ok(row)
        }
        Heir::New { code, kind, name, parent_id } => {
            let mut problems = Problems::new();
            if let Some(parent) = parent_id {
                problems.check(!scope.contains(tx.db(), *parent).await?, "parent_id", "unknown_unit");
            }
            let new = checked(tx, problems, code, kind, name).await?;
            create(tx, NewUnit { parent_id: parent_id.or(old.parent_id), valid_from: on, sample: old.sample, ..new }).await
        }
    }
}

/// The facts of one succession.
pub(super) struct Passing<'a> {
    pub kind: SuccessionKind,
    pub on: NaiveDate,
    pub ground: &'a str,
    pub duties_to: &'a [(Uuid, usize)],
    pub sample: bool,
}

/// Closes `old`, links it to its heirs, moves what is open. Units right below it go on under a
/// single heir; with several they must have passed on before.
pub(super) async fn pass_on(tx: &Tx, old: unit::Model, passing: &Passing<'_>, heirs: Vec<unit::Model>) -> Result<Outcome> {
    let (moved_findings, moved_corrective_actions) = move_duties(tx, old.id, passing, &heirs).await?;
    let children = children(tx, &old, passing.on).await?;
    if !children.is_empty() && heirs.len() != 1 {
        return Err(Refused::new("unit_has_children").with("count", children.len()).into());
    }
    let from = close(tx, &old, passing.on).await?;
    link(tx, from.id, passing, &heirs).await?;
    tx.record(
        Event::on("unit.succeeded", Subject::Unit, from.id.0)
            .unit(from.id)
            .after(&serde_json::json!({
                "kind": passing.kind, "on": passing.on, "to": heirs.iter().map(|heir| heir.id).collect::<Vec<_>>(), "valid_to": from.valid_to,
                "moved_findings": moved_findings, "moved_corrective_actions": moved_corrective_actions,
            }))
            .reason(Some(passing.ground)),
    );
    if let [heir] = heirs.as_slice() {
        for child in children {
            Box::pin(carry(tx, child, heir.id, passing)).await?;
        }
    }
    Ok(Outcome { from, to: heirs, moved_findings, moved_corrective_actions })
}

/// The units right below that still live on the day.
async fn children(tx: &Tx, old: &unit::Model, on: NaiveDate) -> Result<Vec<unit::Model>> {
    let rows = unit::Entity::find()
        .filter(unit::Column::ParentId.eq(old.id))
        .filter(Condition::any().add(unit::Column::ValidTo.is_null()).add(unit::Column::ValidTo.gte(on)))
        .order_by_asc(unit::Column::Code)
        .all(tx.db())
        .await?;
    Ok(rows)
}

/// A unit below goes on under the heir: same code and name, a new span, a recorded transfer.
async fn carry(tx: &Tx, child: unit::Model, parent: UnitId, passing: &Passing<'_>) -> Result<()> {
    let new = NewUnit {
        code: child.code.clone(),
        kind_code: child.kind_code.clone(),
        name: child.name.clone(),
        parent_id: Some(parent),
        valid_from: passing.on,
        valid_to: child.valid_to,
        source: child.source.clone(),
        sample: child.sample,
    };
    let heir = create(tx, new).await?;
    pass_on(tx, child, &Passing { kind: SuccessionKind::Transfer, duties_to: &[], ..*passing }, vec![heir]).await?;
    Ok(())
}

/// Ends a unit the day before; one that ended just then stays as it is.
async fn close(tx: &Tx, old: &unit::Model, on: NaiveDate) -> Result<unit::Model> {
    let last = on.pred_opt();
    if old.valid_to == last {
        return Ok(old.clone());
    }
    let row = unit::ActiveModel { id: Set(old.id), valid_to: Set(last), version: Set(old.version + 1), ..Default::default() };
    let row = row.update(tx.db()).await?;
    unit_path::Entity::update_many()
        .col_expr(unit_path::Column::ValidTo, Expr::value(last))
        .filter(Condition::any().add(unit_path::Column::DescendantId.eq(old.id)).add(unit_path::Column::AncestorId.eq(old.id)))
        .filter(Condition::any().add(unit_path::Column::ValidTo.is_null()).add(unit_path::Column::ValidTo.gte(on)))
        .exec(tx.db())
        .await?;
    Ok(row)
}

async fn link(tx: &Tx, from: UnitId, passing: &Passing<'_>, heirs: &[unit::Model]) -> Result<()> {
    let to: Vec<Option<UnitId>> = if heirs.is_empty() { vec![None] } else { heirs.iter().map(|heir| Some(heir.id)).collect() };
    let known = unit_succession::Entity::find()
        .filter(unit_succession::Column::FromUnitId.eq(from))
        .filter(unit_succession::Column::HappenedOn.eq(passing.on))
        .all(tx.db())
        .await?;
    let rows: Vec<unit_succession::ActiveModel> = to
        .into_iter()
        .filter(|to| known.iter().all(|row| row.to_unit_id != *to))
        .map(|to| unit_succession::ActiveModel {
            id: Set(tx.id::<SuccessionId>()),
            from_unit_id: Set(from),
            to_unit_id: Set(to),
            kind: Set(passing.kind),
            happened_on: Set(passing.on),
            ground: Set(passing.ground.to_owned()),
            sample: Set(passing.sample),
        })
        .collect();
    if !rows.is_empty() {
        unit_succession::Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
    }
    Ok(())
}

/// Moves what is open to its heir, one event a record. What is closed stays where it was.
async fn move_duties(tx: &Tx, from: UnitId, passing: &Passing<'_>, heirs: &[unit::Model]) -> Result<(usize, usize)> {
    let findings = open_findings(tx.db(), from).await?;
    let actions = open_actions(tx.db(), from).await?;
    let open: Vec<Uuid> = findings.iter().map(|row| row.id.0).chain(actions.iter().map(|row| row.id.0)).collect();
    let heirs: BTreeMap<Uuid, UnitId> = heirs_of_duties(heirs.len(), &open, passing.duties_to)?
        .into_iter()
        .filter_map(|(duty, place)| heirs.get(place).map(|heir| (duty, heir.id)))
        .collect();
    let (mut moved_findings, mut moved_actions) = (0, 0);
    for old in findings {
        let Some(heir) = heirs.get(&old.id.0) else { continue };
        let row =
            finding::ActiveModel { id: Set(old.id), unit_id: Set(*heir), version: Set(old.version + 1), ..Default::default() };
        row.update(tx.db()).await?;
        tx.record(moved("finding.transferred", Subject::Finding, old.id.0, from, *heir, passing.ground));
        moved_findings += 1;
    }
    for old in actions {
        let Some(heir) = heirs.get(&old.id.0) else { continue };
        let row = corrective_action::ActiveModel {
            id: Set(old.id),
            unit_id: Set(*heir),
            version: Set(old.version + 1),
            ..Default::default()
        };
        row.update(tx.db()).await?;
        tx.record(moved("corrective_action.transferred", Subject::CorrectiveAction, old.id.0, from, *heir, passing.ground));
        moved_actions += 1;
    }
    Ok((moved_findings, moved_actions))
}

fn moved(kind: &'static str, subject: Subject, id: Uuid, from: UnitId, to: UnitId, ground: &str) -> Event {
    let unit = |id: UnitId| serde_json::json!({ "unit_id": id });
    Event::on(kind, subject, id).unit(to).change(&unit(from), &unit(to)).reason(Some(ground))
}

async fn open_findings(db: &impl ConnectionTrait, unit: UnitId) -> Result<Vec<finding::Model>> {
    let rows = finding::Entity::find()
        .filter(finding::Column::UnitId.eq(unit))
        .filter(finding::Column::State.is_not_in([FindingState::Closed, FindingState::Withdrawn]))
        .order_by_asc(finding::Column::Id)
        .all(db)
        .await?;
    Ok(rows)
}

async fn open_actions(db: &impl ConnectionTrait, unit: UnitId) -> Result<Vec<corrective_action::Model>> {
    let open = CorrectiveActionState::ALL.iter().copied().filter(|state| state.is_open());
    let rows = corrective_action::Entity::find()
        .filter(corrective_action::Column::UnitId.eq(unit))
        .filter(corrective_action::Column::State.is_in(open))
        .order_by_asc(corrective_action::Column::Id)
        .all(db)
        .await?;
    Ok(rows)
}

/// The open duties of a unit, by number only: who records a succession must name an heir for each
/// but has no business reading them.
///
/// # Errors
/// Out of scope, or the database's.
pub async fn open_duties(db: &impl ConnectionTrait, caller: &Caller, unit: UnitId) -> Result<Vec<OpenDuty>> {
    if !caller.scope(Permission::ManageUnits).contains(db, unit).await? {
        return Err(Error::NotFound);
    }
    let mut duties: Vec<OpenDuty> = open_findings(db, unit)
        .await?
        .into_iter()
        .map(|row| OpenDuty { subject: Subject::Finding, id: row.id.0, code: row.code, state: row.state.to_string() })
        .collect();
    duties.extend(open_actions(db, unit).await?.into_iter().map(|row| OpenDuty {
        subject: Subject::CorrectiveAction,
        id: row.id.0,
        code: row.code,
        state: row.state.to_string(),
    }));
    Ok(duties)
}
