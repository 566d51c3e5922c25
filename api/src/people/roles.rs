//! Roles: given below the giver's own ceiling, never to oneself, never against separation of duties.

use chrono::NaiveDate;
use domain::draft::Problems;
use domain::id::{AssignmentId, PersonId, UnitId};
use domain::permission::{Permission, Role, Span, check_grant, incompatible, may_grant};
use domain::record::Subject;
use domain::rule::Refused;
use entities::{assignment, unit};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};

use super::records::{locked_in_scope, not_over};
use crate::auth::{Caller, Scope};
use crate::error::{Error, Result};
use crate::http::{Slice, Version, seen};
use crate::store::{Event, Store, Tx};
use crate::units::alive;

/// What a caller brings to the giving of roles and logins.
#[derive(Clone, Debug)]
pub(crate) struct Granter {
    /// Who.
    pub person: PersonId,
    /// Units at which they give roles.
    pub grants: Scope,
    /// Units whose people they keep.
    pub people: Scope,
    roots: Vec<UnitId>,
}

impl Granter {
    pub(crate) fn of(caller: &Caller) -> Self {
        let admin = caller.grants.iter().filter(|held| held.role == Role::BusinessAdmin && held.span == Span::Subtree);
        Self {
            person: caller.person,
            grants: caller.scope(Permission::Grant),
            people: caller.scope(Permission::ManagePeople),
            roots: admin.filter_map(|held| held.unit).collect(),
        }
    }

    /// Whether they administer a root unit with everything below it.
    pub(crate) async fn at_root(&self, db: &impl ConnectionTrait) -> Result<bool> {
        let row = unit::Entity::find()
            .filter(unit::Column::Id.is_in(self.roots.iter().copied()))
            .filter(unit::Column::ParentId.is_null())
            .one(db)
            .await?;
        Ok(row.is_some())
    }
}

/// Which roles a list shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this person.
    pub person: Option<PersonId>,
    /// At this unit.
    pub unit: Option<UnitId>,
    /// This role.
    pub role: Option<Role>,
    /// Also those that are over.
    pub ended: bool,
}

/// Roles the caller may see: at units whose people they see, and their own. Newest first.
///
/// # Errors
/// The database's.
pub async fn list(db: &impl ConnectionTrait, caller: &Caller, filter: &Filter, slice: &Slice) -> Result<Vec<assignment::Model>> {
    let visible = Condition::any()
        .add(caller.scope(Permission::ReadPeople).covers(assignment::Column::UnitId))
        .add(assignment::Column::PersonId.eq(caller.person));
    let mut query = assignment::Entity::find().filter(visible);
    if let Some(person) = filter.person {
        query = query.filter(assignment::Column::PersonId.eq(person));
    }
    if let Some(unit) = filter.unit {
        query = query.filter(assignment::Column::UnitId.eq(unit));
    }
    if let Some(role) = filter.role {
        query = query.filter(assignment::Column::Role.eq(role));
    }
    if !filter.ended {
        query = query.filter(not_over(assignment::Column::ValidTo, caller.today));
    }
    let rows = query
        .filter(slice.after(assignment::Column::CreatedAt, assignment::Column::Id, true))
        .order_by_desc(assignment::Column::CreatedAt)
        .order_by_desc(assignment::Column::Id)
        .limit(slice.fetch())
        .all(db)
        .await?;
    Ok(rows)
}

/// A role as someone gives it.
#[derive(Clone, Debug)]
pub struct Input {
    /// To whom.
    pub person_id: PersonId,
    /// The role.
    pub role: Role,
    /// At which unit.
    pub unit_id: UnitId,
    /// How far down.
    pub span: Span,
    /// First day; today when absent.
    pub valid_from: Option<NaiveDate>,
    /// Last day, inclusive.
    pub valid_to: Option<NaiveDate>,
    /// Why.
    pub reason: String,
}

/// Gives a role. The person's row is locked, so that two grants at once cannot slip past the rule
/// of incompatible roles.
///
/// # Errors
/// The unit or the person is out of scope; wrong fields; a rule of grants.
pub async fn give(store: &Store, caller: &Caller, input: Input) -> Result<assignment::Model> {
    let (granter, seen_people) = (Granter::of(caller), caller.scope(Permission::ReadPeople));
    store
        .write(caller, move |tx| async move {
            let mut problems = Problems::new();
            let reason = problems.text("reason", &input.reason, 500);
            let from = input.valid_from.unwrap_or_else(|| tx.today());
            problems.check(from < tx.today(), "valid_from", "in_the_past");
            problems.check(input.valid_to.is_some_and(|last| last < from), "valid_to", "before_start");
            let in_scope = granter.grants.contains(tx.db(), input.unit_id).await?;
            problems.check(!in_scope, "unit_id", "unknown_unit");
            let person = match locked_in_scope(&tx, &seen_people, input.person_id).await {
                Ok(person) => Some(person),
                Err(Error::NotFound) => None,
                Err(other) => return Err(other),
            };
            problems.check(person.is_none(), "person_id", "unknown_person");
            problems.finish()?;
            if person.is_some_and(|person| person.disabled_at.is_some()) {
                return Err(Refused::new("person_disabled").into());
            }
            let held = held(&tx, input.person_id).await?;
            let at_root = granter.at_root(tx.db()).await?;
            check_grant(Role::BusinessAdmin, at_root, input.role, input.person_id == granter.person, &held)?;
            insert(&tx, &input, Some(granter.person), from, reason).await
        })
        .await
}

/// Every role a person holds now or will hold, team roles included.
pub(crate) async fn held(tx: &Tx, person: PersonId) -> Result<Vec<Role>> {
    let assigned: Vec<Role> = assignment::Entity::find()
        .select_only()
        .column(assignment::Column::Role)
        .filter(assignment::Column::PersonId.eq(person))
        .filter(not_over(assignment::Column::ValidTo, tx.today()))
        .into_tuple()
        .all(tx.db())
        .await?;
    let team = crate::auth::held(tx.db(), person, tx.today())
        .await?
        .into_iter()
        .filter(|held| held.unit.is_none())
        .map(|held| held.role);
    Ok(assigned.into_iter().chain(team).collect())
}

/// Refuses a role that one person may not hold beside those they have.
pub(crate) fn check_separation(role: Role, held: &[Role]) -> Result<()> {
    match held.iter().find(|other| incompatible(role, **other)) {
        Some(other) => Err(Refused::new("roles_incompatible").with("role", other).into()),
        None => Ok(()),
    }
}

pub(crate) async fn insert(
    tx: &Tx,
    input: &Input,
    by: Option<PersonId>,
    from: NaiveDate,
    reason: String,
) -> Result<assignment::Model> {
    let same = assignment::Entity::find()
        .filter(assignment::Column::PersonId.eq(input.person_id))
        .filter(assignment::Column::Role.eq(input.role))
        .filter(assignment::Column::UnitId.eq(input.unit_id))
        .filter(not_over(assignment::Column::ValidTo, from))
        .one(tx.db())
        .await?;
    if same.is_some() {
        return Err(Refused::new("role_held_already").into());
    }
    let row = assignment::ActiveModel {
        id: Set(tx.id::<AssignmentId>()),
        person_id: Set(input.person_id),
        role: Set(input.role),
        unit_id: Set(input.unit_id),
        span: Set(input.span),
        valid_from: Set(from),
        valid_to: Set(input.valid_to),
        granted_by_id: Set(by),
        reason: Set(Some(reason.clone())),
        version: Set(1),
        created_at: Set(tx.now()),
    };
    let row = row.insert(tx.db()).await?;
    tx.record(Event::on("assignment.granted", Subject::Assignment, row.id.0).unit(row.unit_id).after(&row).reason(Some(&reason)));
    Ok(row)
}

/// Ends a role with its last day; yesterday when none is named, so that it stops working at once.
///
/// # Errors
/// Out of scope or above the ceiling; a stale version; a day that would rewrite the past.
pub async fn end(
    store: &Store,
    caller: &Caller,
    id: AssignmentId,
    version: Version,
    last_day: Option<NaiveDate>,
    reason: String,
) -> Result<assignment::Model> {
    let granter = Granter::of(caller);
    store
        .write(caller, move |tx| async move {
            let old = assignment::Entity::find_by_id(id)
                .filter(granter.grants.covers(assignment::Column::UnitId))
                .lock_exclusive()
                .one(tx.db())
                .await?
                .ok_or(Error::NotFound)?;
            seen(version, old.version)?;
            if !may_grant(Role::BusinessAdmin, granter.at_root(tx.db()).await?, old.role) {
                return Err(Refused::new("grant_above_ceiling").into());
            }
            let yesterday = tx.today().pred_opt().unwrap_or_else(|| tx.today());
            let last = last_day.unwrap_or(yesterday);
            let mut problems = Problems::new();
            let reason = problems.text("reason", &reason, 500);
            problems.check(last < yesterday, "last_day", "in_the_past");
            problems.check(old.valid_to.is_some_and(|end| end < last), "last_day", "after_end");
            problems.finish()?;
            let row = assignment::ActiveModel {
                id: Set(id),
                valid_to: Set(Some(last)),
                version: Set(old.version + 1),
                ..Default::default()
            };
            let new = row.update(tx.db()).await?;
            tx.record(
                Event::on("assignment.ended", Subject::Assignment, id.0)
                    .unit(old.unit_id)
                    .change(&old, &new)
                    .reason(Some(&reason)),
            );
            Ok(new)
        })
        .await
}

/// Roles the caller could give at all, for forms.
///
/// # Errors
/// The database's.
pub async fn to_give(db: &impl ConnectionTrait, caller: &Caller) -> Result<Vec<Role>> {
    if !caller.may(Permission::Grant) {
        return Ok(Vec::new());
    }
    let at_root = Granter::of(caller).at_root(db).await?;
    Ok(Role::ALL.iter().copied().filter(|role| may_grant(Role::BusinessAdmin, at_root, *role)).collect())
}

/// People who hold any role at a unit today, by id.
///
/// # Errors
/// The database's.
pub async fn holders(db: &impl ConnectionTrait, unit: UnitId, role: Role, on: NaiveDate) -> Result<Vec<PersonId>> {
    let rows = assignment::Entity::find()
        .select_only()
        .column(assignment::Column::PersonId)
        .filter(assignment::Column::UnitId.eq(unit))
        .filter(assignment::Column::Role.eq(role))
        .filter(alive(assignment::Column::ValidFrom, assignment::Column::ValidTo, on))
        .distinct()
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows)
}
