//! Who is named on a revision: the steps of its approval route, and who must know it.

use std::collections::BTreeSet;

use domain::document::RevisionState;
use domain::document::control::{AudienceKind, check_audience};
use domain::document::revision::{MAX_PEOPLE, RevisionVerb, RouteStep, StepAct, StepRule, advance, check_route};
use domain::draft::Problems;
use domain::id::{PersonId, RevisionId, RouteStepId, UnitId};
use domain::permission::{Permission, Role};
use domain::record::Subject;
use domain::rule::require;
use entities::{audience, document, person, revision, route_person, route_step, unit};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};
use serde_json::json;

use super::super::access::{authors, begin};
use super::{save, write_over};
use crate::auth::Caller;
use crate::error::Result;
use crate::http::Version;
use crate::store::{Event, Store, Tx};

/// Names the route anew; a step's people must be able to do its act. Approving is for heads of the unit, reviewing for who works on documents.
///
/// # Errors
/// 404, stale, wrong steps, who and when of the machine.
pub async fn set_route(
    store: &Store,
    caller: &Caller,
    id: RevisionId,
    version: Version,
    steps: Vec<RouteStep>,
) -> Result<revision::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let case = begin(&tx, &who, id, version).await?;
            advance(case.row.state, RevisionVerb::Save, &case.by, &case.facts)?;
            let mut problems = Problems::new();
            check_route(&steps, &authors(&case.row), case.facts.excepted, &mut problems);
            check_people(&tx, &case.document, &steps, &mut problems).await?;
            problems.finish()?;
            let route_no = case.row.route_no + 1;
            for (position, step) in steps.into_iter().enumerate() {
                insert_step(&tx, id, route_no, position, step).await?;
            }
            let row = revision::ActiveModel { route_no: Set(route_no), ..Default::default() };
            save(&tx, &case, "revision.route_set", row, None).await
        })
        .await
}

async fn check_people(tx: &Tx, parent: &document::Model, steps: &[RouteStep], problems: &mut Problems) -> Result<()> {
    for (index, step) in steps.iter().enumerate() {
        let mut wrong = None;
        for person in step.people.iter().take(MAX_PEOPLE) {
            let row = person::Entity::find_by_id(*person).one(tx.db()).await?;
            if row.is_none_or(|row| row.disabled_at.is_some()) {
                wrong = Some("unknown_person");
            } else if !acts(tx, *person, parent.unit_id, step.act).await? {
                wrong = wrong.or(Some(step.act.unable()));
            }
        }
        if let Some(code) = wrong {
            problems.add(format!("steps/{index}/people"), code);
        }
    }
    Ok(())
}

/// Whether a person could do a step's act on documents of this unit today.
async fn acts(tx: &Tx, person: PersonId, unit: UnitId, act: StepAct) -> Result<bool> {
    if act == StepAct::Review {
        let held = crate::auth::held(tx.db(), person, tx.today()).await?;
        return Ok(held.iter().any(|held| held.role.grants(Permission::WorkOnDocuments)));
    }
    let heads = crate::work::duties::holders(tx.db(), &[Role::Head], &BTreeSet::from([unit]), tx.today()).await?;
    Ok(heads.get(&unit).is_some_and(|people| people.contains(&person)))
}

async fn insert_step(tx: &Tx, revision_id: RevisionId, route_no: i32, position: usize, step: RouteStep) -> Result<()> {
    let quorum = if step.rule == StepRule::Quorum { step.quorum } else { step.needed() };
    let row = route_step::ActiveModel {
        id: Set(tx.id::<RouteStepId>()),
        revision_id: Set(revision_id),
        route_no: Set(route_no),
        position: Set(i32::try_from(position).unwrap_or(i32::MAX)),
        act: Set(step.act),
        rule: Set(step.rule),
        quorum: Set(i32::try_from(quorum).unwrap_or(i32::MAX)),
    };
    let row = row.insert(tx.db()).await?;
    for person_id in step.people.into_iter().collect::<BTreeSet<_>>() {
        route_person::ActiveModel { step_id: Set(row.id), person_id: Set(person_id) }.insert(tx.db()).await?;
    }
    Ok(())
}

/// Who must know a revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Whom it names.
    pub kind: AudienceKind,
    /// The unit, with everything below it.
    pub unit_id: Option<UnitId>,
    /// The role.
    pub role: Option<Role>,
    /// The person.
    pub person_id: Option<PersonId>,
}

/// Says anew who must know the revision. Open until it is in force.
///
/// # Errors
/// 404, stale, wrong rules, `document_control_only`, `wrong_state`.
pub async fn set_audience(
    store: &Store,
    caller: &Caller,
    id: RevisionId,
    version: Version,
    rules: Vec<Rule>,
) -> Result<revision::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let case = begin(&tx, &who, id, version).await?;
            require(case.by.control || case.by.drafter, "drafter_only")?;
            let open = !case.row.state.was_in_force() && case.row.state != RevisionState::Cancelled;
            if !open {
                return Err(domain::rule::Refused::new("wrong_state").into());
            }
            let mut problems = Problems::new();
            let given = |rule: &Rule| (rule.kind, rule.unit_id.is_some(), rule.role.is_some(), rule.person_id.is_some());
            check_audience(&rules.iter().map(given).collect::<Vec<_>>(), &mut problems);
            check_targets(&tx, &rules, &mut problems).await?;
            problems.finish()?;
            let before = audience_of(tx.db(), id).await?;
            audience::Entity::delete_many().filter(audience::Column::RevisionId.eq(id)).exec(tx.db()).await?;
            for rule in rules {
                let row = audience::ActiveModel {
                    id: Set(tx.id()),
                    revision_id: Set(id),
                    kind: Set(rule.kind),
                    unit_id: Set(rule.unit_id),
                    role: Set(rule.role),
                    person_id: Set(rule.person_id),
                };
                row.insert(tx.db()).await?;
            }
            let after = audience_of(tx.db(), id).await?;
            let event = Event::on("revision.audience_set", Subject::Revision, id.0).unit(case.document.unit_id);
            tx.record(event.change(&json!({ "audience": before }), &json!({ "audience": after })));
            write_over(&tx, &case.row, Default::default()).await
        })
        .await
}

async fn check_targets(tx: &Tx, rules: &[Rule], problems: &mut Problems) -> Result<()> {
    let units: BTreeSet<UnitId> = rules.iter().filter_map(|rule| rule.unit_id).collect();
    let people: BTreeSet<PersonId> = rules.iter().filter_map(|rule| rule.person_id).collect();
    let units: Vec<UnitId> = unit::Entity::find()
        .select_only()
        .column(unit::Column::Id)
        .filter(unit::Column::Id.is_in(units))
        .into_tuple()
        .all(tx.db())
        .await?;
    let people: Vec<PersonId> = person::Entity::find()
        .select_only()
        .column(person::Column::Id)
        .filter(person::Column::Id.is_in(people))
        .filter(person::Column::DisabledAt.is_null())
        .into_tuple()
        .all(tx.db())
        .await?;
    for (row, rule) in rules.iter().enumerate() {
        let no_unit = rule.unit_id.is_some_and(|id| !units.contains(&id));
        problems.check(no_unit, &format!("audience/{row}/unit_id"), "unknown_unit");
        let nobody = rule.person_id.is_some_and(|id| !people.contains(&id));
        problems.check(nobody, &format!("audience/{row}/person_id"), "unknown_person");
    }
    Ok(())
}

/// The audience of a revision.
///
/// # Errors
/// The database's.
pub async fn audience_of(db: &impl ConnectionTrait, id: RevisionId) -> Result<Vec<audience::Model>> {
    Ok(audience::Entity::find().filter(audience::Column::RevisionId.eq(id)).order_by_asc(audience::Column::Id).all(db).await?)
}
