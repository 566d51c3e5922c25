//! What decisions on the TTHC catalogue still ask of procedures: an item on the work list, and a duty that mails remind
//! of.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Months, NaiveDate, TimeDelta};
use domain::id::{PersonId, ProcedureChangeListId, UnitId};
use domain::permission::{Permission, Role};
use domain::record::{Duty as Kind, Subject};
use entities::{assignment, procedure_change, procedure_change_list, unit_path};
use sea_orm::sea_query::Query;
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::reference;
use super::tasks::{self, Whose};
use crate::auth::Caller;
use crate::error::Result;
use crate::inspections::unit_names;
use crate::units::alive;
use crate::web::link_to;
use crate::work::Item;
use crate::work::duties::Duty;

/// Most decisions looked at, and how far back.
const MOST_LISTS: u64 = 100;
const LOOK_BACK_MONTHS: u32 = 24;
/// Reminding begins seven working days before the last day and ends twenty after it; with any holidays between, within
/// these days. The planner asks often: decisions outside them are not looked at.
const REMIND_AHEAD_DAYS: i64 = 30;
const REMIND_BEHIND_DAYS: i64 = 60;

/// How many tasks each decision leaves open at each unit.
type Open = BTreeMap<(ProcedureChangeListId, UnitId), u32>;

/// Decisions of the last two years that were not taken back, newest first.
async fn recent(db: &impl ConnectionTrait, today: NaiveDate, wanted: Condition) -> Result<Vec<procedure_change_list::Model>> {
    use procedure_change_list::Column;
    let since = today.checked_sub_months(Months::new(LOOK_BACK_MONTHS)).unwrap_or(today);
    Ok(procedure_change_list::Entity::find()
        .filter(wanted)
        .filter(Column::CancelledAt.is_null())
        .filter(Column::EffectiveOn.gte(since))
        .order_by_desc(Column::EffectiveOn)
        .order_by_desc(Column::Id)
        .limit(MOST_LISTS)
        .all(db)
        .await?)
}

async fn open(
    db: &impl ConnectionTrait,
    today: NaiveDate,
    lists: &[procedure_change_list::Model],
    whose: &Whose,
) -> Result<Open> {
    let changes = procedure_change::Entity::find()
        .filter(procedure_change::Column::ListId.is_in(lists.iter().map(|list| list.id)))
        .order_by_asc(procedure_change::Column::Position)
        .all(db)
        .await?;
    let mut found = Open::new();
    for task in tasks::of(db, today, lists, &changes, whose).await?.iter().filter(|task| !task.done) {
        *found.entry((task.change.list_id, task.unit_id)).or_default() += 1;
    }
    Ok(found)
}

fn page_of(list: ProcedureChangeListId, unit: UnitId) -> String {
    format!("{}?don_vi={unit}", link_to(Subject::ProcedureChangeList, list.0))
}

/// Decisions that the procedures of the caller's own units have not followed yet: an item a unit, for whom keeps its
/// documents there. Nine statements, however many there are.
///
/// # Errors
/// The database's.
pub async fn items(db: &impl ConnectionTrait, caller: &Caller) -> Result<Vec<Item>> {
    let own: BTreeSet<UnitId> =
        caller.grants.iter().filter(|held| held.role.grants(Permission::ControlDocuments)).filter_map(|held| held.unit).collect();
    if own.is_empty() {
        return Ok(Vec::new());
    }
    let above = Query::select()
        .column(unit_path::Column::AncestorId)
        .from(unit_path::Entity)
        .and_where(unit_path::Column::DescendantId.is_in(own.iter().copied()))
        .to_owned();
    let above = Condition::all().add(procedure_change_list::Column::UnitId.in_subquery(above));
    let lists = recent(db, caller.today, above).await?;
    let names = unit_names(db, own.iter().copied()).await?;
    let open = open(db, caller.today, &lists, &Whose::Units(own)).await?;
    let item = |((list, unit), count): ((ProcedureChangeListId, UnitId), u32)| {
        let list = lists.iter().find(|one| one.id == list)?;
        Some(Item {
            verb: "revise_procedures",
            kind: "procedure_change",
            subject: Subject::ProcedureChangeList,
            subject_id: list.id.0,
            code: list.decision.clone(),
            title: reference(list),
            count: Some(count),
            unit_name: names.get(&unit).cloned().unwrap_or_default(),
            due_on: Some(list.due_on),
            days_left: None,
            overdue: false,
            href: page_of(list.id, unit),
        })
    };
    Ok(open.into_iter().filter_map(item).collect())
}

/// The duty to follow a decision, of the secretary of each unit it still asks something of, and once it is late also of
/// the head. Who keeps the documents of a whole province is not reminded of each commune: the page of the decision
/// shows them all.
///
/// # Errors
/// The database's.
pub async fn duties(db: &impl ConnectionTrait, today: NaiveDate) -> Result<Vec<Duty>> {
    let (from, until) = (today - TimeDelta::days(REMIND_BEHIND_DAYS), today + TimeDelta::days(REMIND_AHEAD_DAYS));
    let near = Condition::all().add(procedure_change_list::Column::DueOn.between(from, until));
    let lists = recent(db, today, near).await?;
    let mut found = Vec::new();
    for root in lists.iter().map(|list| list.unit_id).collect::<BTreeSet<_>>() {
        let own: Vec<_> = lists.iter().filter(|list| list.unit_id == root).cloned().collect();
        let open = open(db, today, &own, &Whose::Below(root)).await?;
        let units: BTreeSet<UnitId> = open.keys().map(|(_, unit)| *unit).collect();
        let (keepers, heads) = (of_role(db, Role::IsoSecretary, root, today).await?, of_role(db, Role::Head, root, today).await?);
        let names = unit_names(db, units).await?;
        for (list, unit) in open.into_keys() {
            let Some(list) = own.iter().find(|one| one.id == list) else { continue };
            let of = |held: &BTreeMap<UnitId, Vec<PersonId>>| held.get(&unit).cloned().unwrap_or_default();
            let mut people = of(&keepers);
            if list.due_on < today || people.is_empty() {
                people.extend(of(&heads));
            }
            people.sort_unstable();
            people.dedup();
            found.push(Duty {
                duty: Kind::ReviseProcedures,
                verb: "revise_procedures",
                subject: Subject::ProcedureChangeList,
                subject_id: list.id.0,
                code: list.decision.clone(),
                title: reference(list),
                unit_id: unit,
                unit_name: names.get(&unit).cloned().unwrap_or_default(),
                due_on: list.due_on,
                people,
                link: page_of(list.id, unit),
            });
        }
    }
    Ok(found)
}

/// Who holds a role at each unit below one, at the unit itself.
async fn of_role(
    db: &impl ConnectionTrait,
    role: Role,
    root: UnitId,
    today: NaiveDate,
) -> Result<BTreeMap<UnitId, Vec<PersonId>>> {
    let rows = assignment::Entity::find()
        .filter(assignment::Column::UnitId.in_subquery(super::super::below(root)))
        .filter(assignment::Column::Role.eq(role))
        .filter(alive(assignment::Column::ValidFrom, assignment::Column::ValidTo, today))
        .order_by_asc(assignment::Column::Id)
        .all(db)
        .await?;
    let mut found: BTreeMap<UnitId, Vec<PersonId>> = BTreeMap::new();
    for row in rows {
        found.entry(row.unit_id).or_default().push(row.person_id);
    }
    Ok(found)
}
