//! The team: one lead, everybody independent of the unit or excepted in writing.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use domain::draft::Problems;
use domain::id::{InspectionId, PersonId, UnitId};
use domain::independence::{self, Conflict, ConflictKind, LOOK_BACK_MONTHS, Membership, may_except};
use domain::inspection::{By, InspectionVerb, TeamRole, advance};
use domain::record::Subject;
use domain::rule::Refused;
use domain::time::vn_date;
use entities::{checklist_line, inspection, inspection_member, membership, person, unit_path};
use sea_orm::sea_query::Query;
use sea_orm::{ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QuerySelect as _};
use serde::{Deserialize, Serialize};

use super::{access, facts, plan};
use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::http::Version;
use crate::store::{Event, Store, Tx};

/// A member to be named.
#[derive(Clone, Debug)]
pub struct MemberInput {
    /// The person.
    pub person_id: PersonId,
    /// Their part.
    pub team_role: TeamRole,
    /// Area codes given to them; none means all.
    pub areas: Vec<String>,
    /// Why they take part although they are not independent.
    pub exception_reason: Option<String>,
}

/// A conflict as kept with the member: the result of the check on the day the team was named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptConflict {
    /// Why.
    pub kind: ConflictKind,
    /// The unit of the membership that matters.
    pub unit: UnitId,
    /// When the person left it.
    pub left_on: Option<NaiveDate>,
    /// First day on which the person is free.
    pub free_on: Option<NaiveDate>,
}

impl From<Conflict> for KeptConflict {
    fn from(conflict: Conflict) -> Self {
        let Conflict { kind, unit, left_on, free_on } = conflict;
        Self { kind, unit, left_on, free_on }
    }
}

impl KeptConflict {
    /// The rule that stands against the person, with its dates: `rule.<code>` is the sentence.
    #[must_use]
    pub fn rule(&self) -> Refused {
        let Self { kind, unit, left_on, free_on } = self.clone();
        Conflict { kind, unit, left_on, free_on }.into()
    }
}

/// The conflict kept with a member.
#[must_use]
pub fn conflict_of(member: &inspection_member::Model) -> Option<KeptConflict> {
    member.conflict.as_deref().and_then(|text| serde_json::from_str(text).ok())
}

/// The area codes of a member; none means all.
#[must_use]
pub fn areas_of(member: &inspection_member::Model) -> Vec<String> {
    crate::checklists::texts(&member.areas)
}

/// The team, the lead first.
///
/// # Errors
/// The database's.
pub async fn members(db: &impl ConnectionTrait, id: InspectionId) -> Result<Vec<inspection_member::Model>> {
    let mut members = inspection_member::Entity::find().filter(inspection_member::Column::InspectionId.eq(id)).all(db).await?;
    members.sort_by_key(|member| (member.team_role, member.person_id));
    Ok(members)
}

/// Who of these people is not independent of the inspected unit on the day of the visit.
/// Belonging to any unit below the inspected one counts as well.
///
/// # Errors
/// The database's.
pub async fn judge(
    db: &impl ConnectionTrait,
    visit: &inspection::Model,
    people: &BTreeSet<PersonId>,
) -> Result<BTreeMap<PersonId, KeptConflict>> {
    let inspected = Query::select()
        .column(unit_path::Column::DescendantId)
        .from(unit_path::Entity)
        .and_where(unit_path::Column::AncestorId.eq(visit.unit_id))
        .to_owned();
    let rows = membership::Entity::find()
        .filter(membership::Column::PersonId.is_in(people.iter().copied()))
        .filter(membership::Column::UnitId.in_subquery(inspected))
        .all(db)
        .await?;
    let on = visit.started_at.map_or(visit.planned_on, vn_date);
    let mut by_person: BTreeMap<PersonId, Vec<Membership>> = BTreeMap::new();
    for row in rows {
        let one = Membership { unit: row.unit_id, from: row.valid_from, to: row.valid_to };
        by_person.entry(row.person_id).or_default().push(one);
    }
    let judged = by_person.into_iter().filter_map(|(person, held)| {
        let units: Vec<UnitId> = held.iter().map(|one| one.unit).collect();
        independence::check(&held, &units, on, LOOK_BACK_MONTHS).err().map(|conflict| (person, conflict.into()))
    });
    Ok(judged.collect())
}

/// Names the team anew.
///
/// # Errors
/// 404, stale, not the caller's act, wrong fields: not exactly one lead, unknown people or areas,
/// members who are not independent and not excepted by the ordering authority.
pub async fn set_team(
    store: &Store,
    caller: &Caller,
    id: InspectionId,
    version: Version,
    new: Vec<MemberInput>,
) -> Result<inspection::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let before = plan::locked(&tx, &who, id, version).await?;
            let by = access::by(tx.db(), &who, &before).await?;
            let mut facts = facts::of(tx.db(), &before, tx.today()).await?;
            facts.lead_named = true;
            facts.team_blocked = 0;
            let state = advance(before.state, InspectionVerb::SetTeam, &by, &facts)?;
            let old = members(tx.db(), id).await?;
            let new = check_team(&tx, &who, &by, &before, &old, new).await?;
            replace(&tx, id, &new).await?;
            record_team(&tx, &before, &old, &new);
            plan::save(
                &tx,
                "inspection.team_set",
                &before,
                inspection::ActiveModel { state: Set(state), ..plan::next(&before) },
                None,
            )
            .await
        })
        .await
}

fn record_team(tx: &Tx, visit: &inspection::Model, old: &[inspection_member::Model], new: &[inspection_member::Model]) {
    let team = |members: &[inspection_member::Model]| serde_json::json!({ "team": members });
    let event = Event::on("inspection.team_named", Subject::Inspection, visit.id.0).unit(visit.owner_unit_id);
    tx.record(event.change(&team(old), &team(new)));
    for member in new.iter().filter(|member| member.exception_at == Some(tx.now())) {
        record_exception(tx, visit, member);
    }
}

fn record_exception(tx: &Tx, visit: &inspection::Model, member: &inspection_member::Model) {
    let event = Event::on("inspection.exception_granted", Subject::Inspection, visit.id.0).unit(visit.owner_unit_id);
    tx.record(event.after(member).reason(member.exception_reason.as_deref()));
}

async fn check_team(
    tx: &Tx,
    caller: &Caller,
    by: &By,
    visit: &inspection::Model,
    old: &[inspection_member::Model],
    new: Vec<MemberInput>,
) -> Result<Vec<inspection_member::Model>> {
    let mut problems = Problems::new();
    let ids: BTreeSet<PersonId> = new.iter().map(|member| member.person_id).collect();
    let names = known(tx, &ids).await?;
    let areas = area_codes(tx, visit).await?;
    let conflicts = judge(tx.db(), visit, &ids).await?;
    check_roles(&new, &mut problems);
    let mut seen = BTreeSet::new();
    let mut team = Vec::with_capacity(new.len());
    for (row, input) in new.into_iter().enumerate() {
        let mut own = Problems::new();
        own.check(!names.contains_key(&input.person_id), "person_id", "unknown_person");
        own.check(!seen.insert(input.person_id), "person_id", "member_twice");
        for (place, area) in input.areas.iter().enumerate() {
            own.check(!areas.contains(area), &format!("areas/{place}"), "unknown_area");
        }
        let kept = old.iter().find(|member| member.person_id == input.person_id && member.exception_at.is_some());
        let mut member = named(visit, &input, conflicts.get(&input.person_id));
        let name = names.get(&input.person_id).cloned().unwrap_or_default();
        check_independence(tx, caller, by, kept, &input, &name, &mut member, &mut own);
        if let Err(errors) = own.finish() {
            problems.append(&format!("members/{row}"), errors);
        }
        team.push(member);
    }
    problems.finish()?;
    Ok(team)
}

fn check_roles(team: &[MemberInput], problems: &mut Problems) {
    let leads = team.iter().filter(|member| member.team_role == TeamRole::LeadInspector).count();
    if team.len() > 30 {
        problems.add_with("members", "too_many", vec![("max", "30".to_owned())]);
    }
    problems.check(leads != 1, "members", "one_lead");
}

fn named(visit: &inspection::Model, input: &MemberInput, conflict: Option<&KeptConflict>) -> inspection_member::Model {
    inspection_member::Model {
        inspection_id: visit.id,
        person_id: input.person_id,
        team_role: input.team_role,
        areas: input.areas.clone().into(),
        conflict: conflict.and_then(|conflict| serde_json::to_string(conflict).ok()),
        exception_reason: None,
        exception_by_id: None,
        exception_at: None,
    }
}

#[expect(clippy::too_many_arguments, reason = "the member, what is known of them, and who judges")]
fn check_independence(
    tx: &Tx,
    caller: &Caller,
    by: &By,
    kept: Option<&inspection_member::Model>,
    input: &MemberInput,
    name: &str,
    member: &mut inspection_member::Model,
    problems: &mut Problems,
) {
    let Some(conflict) = conflict_of(member) else { return };
    let reason = problems.optional_text("exception_reason", input.exception_reason.as_deref(), 2_000);
    let may = may_except(by.ordering_authority, caller.person == input.person_id);
    match (reason, kept, may) {
        (Some(reason), _, Ok(())) => {
            member.exception_reason = Some(reason);
            member.exception_by_id = Some(caller.person);
            member.exception_at = Some(tx.now());
        }
        (None, Some(kept), _) => {
            member.exception_reason.clone_from(&kept.exception_reason);
            member.exception_by_id = kept.exception_by_id;
            member.exception_at = kept.exception_at;
        }
        (given, _, _) => {
            problems.check(given.is_some(), "exception_reason", "exception_by_authority");
            let rule = conflict.rule();
            let code = if conflict.kind == ConflictKind::Member { "person_in_unit" } else { "person_left_unit" };
            let params = rule.params.into_iter().chain([("person", name.to_owned())]).collect();
            problems.add_with("person_id", code, params);
        }
    }
}

/// The names of those people who may be named at all.
async fn known(tx: &Tx, ids: &BTreeSet<PersonId>) -> Result<BTreeMap<PersonId, String>> {
    let rows: Vec<(PersonId, String)> = person::Entity::find()
        .select_only()
        .column(person::Column::Id)
        .column(person::Column::FullName)
        .filter(person::Column::Id.is_in(ids.iter().copied()))
        .filter(person::Column::DisabledAt.is_null())
        .into_tuple()
        .all(tx.db())
        .await?;
    Ok(rows.into_iter().collect())
}

async fn area_codes(tx: &Tx, visit: &inspection::Model) -> Result<BTreeSet<String>> {
    let codes: Vec<String> = checklist_line::Entity::find()
        .select_only()
        .column(checklist_line::Column::AreaCode)
        .filter(checklist_line::Column::ChecklistId.eq(visit.checklist_id))
        .distinct()
        .into_tuple()
        .all(tx.db())
        .await?;
    Ok(codes.into_iter().collect())
}

async fn replace(tx: &Tx, id: InspectionId, team: &[inspection_member::Model]) -> Result<()> {
    inspection_member::Entity::delete_many().filter(inspection_member::Column::InspectionId.eq(id)).exec(tx.db()).await?;
    let rows: Vec<inspection_member::ActiveModel> = team.iter().cloned().map(row).collect();
    inspection_member::Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
    Ok(())
}

fn row(member: inspection_member::Model) -> inspection_member::ActiveModel {
    let inspection_member::Model {
        inspection_id,
        person_id,
        team_role,
        areas,
        conflict,
        exception_reason,
        exception_by_id,
        exception_at,
    } = member;
    inspection_member::ActiveModel {
        inspection_id: Set(inspection_id),
        person_id: Set(person_id),
        team_role: Set(team_role),
        areas: Set(areas),
        conflict: Set(conflict),
        exception_reason: Set(exception_reason),
        exception_by_id: Set(exception_by_id),
        exception_at: Set(exception_at),
    }
}

/// Lets a member take part although they are not independent, with the reason; the act of the
/// ordering authority. Needed where the conflict arose after the team was named.
///
/// # Errors
/// 404, stale, not the caller's act, `no_conflict`, no reason.
pub async fn except(
    store: &Store,
    caller: &Caller,
    id: InspectionId,
    version: Version,
    person: PersonId,
    reason: String,
) -> Result<inspection::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let before = plan::locked(&tx, &who, id, version).await?;
            let by = access::by(tx.db(), &who, &before).await?;
            may_except(by.ordering_authority, who.person == person)?;
            let mut problems = Problems::new();
            let reason = problems.text("reason", &reason, 2_000);
            problems.finish()?;
            let team = members(tx.db(), id).await?;
            let member = team.into_iter().find(|member| member.person_id == person).ok_or(Error::NotFound)?;
            let conflicts = judge(tx.db(), &before, &BTreeSet::from([person])).await?;
            let conflict = conflicts.get(&person).ok_or_else(|| Refused::new("no_conflict"))?;
            let member = inspection_member::Model {
                conflict: serde_json::to_string(conflict).ok(),
                exception_reason: Some(reason),
                exception_by_id: Some(who.person),
                exception_at: Some(tx.now()),
                ..member
            };
            let active: inspection_member::ActiveModel = row(member.clone());
            inspection_member::Entity::update(active).exec(tx.db()).await?;
            record_exception(&tx, &before, &member);
            plan::save(&tx, "inspection.team_set", &before, plan::next(&before), None).await
        })
        .await
}
