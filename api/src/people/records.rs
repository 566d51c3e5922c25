//! People and where they belong: lists, records, memberships. Everything inside the caller's units.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::draft::Problems;
use domain::id::{MembershipId, PersonId, UnitId};
use domain::permission::Permission;
use domain::record::Subject;
use domain::rule::Refused;
use entities::{account, assignment, membership, person, unit};
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait as _, ExprTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::accounts::{self, Issued, OneTime, check_name, may_take_over, shut};
use super::roles::Granter;
use crate::auth::{Caller, Scope};
use crate::error::{Error, Result};
use crate::http::{Slice, Version, seen};
use crate::store::{Event, Store, Tx};
use crate::units::alive;

/// The condition «this does not end before today».
pub(super) fn not_over(to: impl ColumnTrait, today: NaiveDate) -> Condition {
    Condition::any().add(to.is_null()).add(to.gte(today))
}

/// The people a scope reaches: who belongs to one of its units now, or did last when they belong
/// nowhere any more.
fn within(scope: &Scope, today: NaiveDate) -> Condition {
    let of = |conditions: Condition| {
        Query::select().column(membership::Column::PersonId).from(membership::Entity).cond_where(conditions).to_owned()
    };
    let person = || Expr::col((person::Entity, person::Column::Id));
    let current = || not_over(membership::Column::ValidTo, today);
    let here = || scope.covers(membership::Column::UnitId);
    Condition::any()
        .add(person().in_subquery(of(Condition::all().add(current()).add(here()))))
        .add(Condition::all().add(person().not_in_subquery(of(current()))).add(person().in_subquery(of(here()))))
}

/// A person by id, inside a scope and locked until the work ends.
pub(super) async fn locked_in_scope(tx: &Tx, scope: &Scope, id: PersonId) -> Result<person::Model> {
    let row = person::Entity::find_by_id(id).filter(within(scope, tx.today())).lock_exclusive().one(tx.db()).await?;
    row.ok_or(Error::NotFound)
}

/// Which people a list shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Who belongs to this unit today.
    pub unit: Option<UnitId>,
    /// Words of the name, without diacritics.
    pub q: Option<String>,
    /// Also those who may not sign in any more.
    pub disabled: bool,
}

/// Where a person belongs.
#[derive(Clone, Debug)]
pub struct Place {
    /// The membership.
    pub row: membership::Model,
    /// The unit's name.
    pub unit: String,
}

/// A person of a list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The person.
    pub person: person::Model,
    /// Where they belong today.
    pub places: Vec<Place>,
}

/// People the caller may see, by name. Three statements, whatever the page's size.
///
/// # Errors
/// The database's.
pub async fn list(db: &impl ConnectionTrait, caller: &Caller, filter: &Filter, slice: &Slice) -> Result<Vec<Listed>> {
    let mut query = person::Entity::find().filter(within(&caller.scope(Permission::ReadPeople), caller.today));
    if let Some(unit) = filter.unit {
        let here = Query::select()
            .column(membership::Column::PersonId)
            .from(membership::Entity)
            .cond_where(alive(membership::Column::ValidFrom, membership::Column::ValidTo, caller.today))
            .and_where(membership::Column::UnitId.eq(unit))
            .to_owned();
        query = query.filter(person::Column::Id.in_subquery(here));
    }
    if !filter.disabled {
        query = query.filter(person::Column::DisabledAt.is_null());
    }
    for word in filter.q.as_deref().map(domain::text::fold).unwrap_or_default().split_whitespace() {
        query = query.filter(person::Column::SearchText.contains(word));
    }
    let rows = query
        .filter(slice.after(person::Column::SearchText, person::Column::Id, false))
        .order_by_asc(person::Column::SearchText)
        .order_by_asc(person::Column::Id)
        .limit(slice.fetch())
        .all(db)
        .await?;
    let today = alive(membership::Column::ValidFrom, membership::Column::ValidTo, caller.today);
    let mut places = places(db, today.add(membership::Column::PersonId.is_in(rows.iter().map(|row| row.id)))).await?;
    Ok(rows.into_iter().map(|person| Listed { places: places.remove(&person.id).unwrap_or_default(), person }).collect())
}

async fn places(db: &impl ConnectionTrait, which: Condition) -> Result<BTreeMap<PersonId, Vec<Place>>> {
    let rows = membership::Entity::find()
        .filter(which)
        .order_by_desc(membership::Column::ValidFrom)
        .order_by_asc(membership::Column::Id)
        .all(db)
        .await?;
    let names = crate::units::names(db, rows.iter().map(|row| row.unit_id)).await?;
    let mut places: BTreeMap<PersonId, Vec<Place>> = BTreeMap::new();
    for row in rows {
        let unit = names.get(&row.unit_id).cloned().unwrap_or_default();
        places.entry(row.person_id).or_default().push(Place { row, unit });
    }
    Ok(places)
}

/// Everything about a person that administration sees.
#[derive(Clone, Debug)]
pub struct Record {
    /// The person.
    pub person: person::Model,
    /// Their login.
    pub login: Option<String>,
    /// Where they belong and belonged, newest first.
    pub places: Vec<Place>,
    /// Roles given to them, newest first.
    pub roles: Vec<assignment::Model>,
}

/// A person the caller may see. People always see themselves.
///
/// # Errors
/// 404 out of scope.
pub async fn find(db: &impl ConnectionTrait, caller: &Caller, id: PersonId) -> Result<Record> {
    let visible = within(&caller.scope(Permission::ReadPeople), caller.today);
    let visible = if caller.person == id { Condition::all() } else { visible };
    let person = person::Entity::find_by_id(id).filter(visible).one(db).await?.ok_or(Error::NotFound)?;
    let mut places = places(db, Condition::all().add(membership::Column::PersonId.eq(id))).await?;
    let roles = assignment::Entity::find()
        .filter(assignment::Column::PersonId.eq(id))
        .order_by_desc(assignment::Column::ValidFrom)
        .order_by_desc(assignment::Column::Id)
        .all(db)
        .await?;
    let login: Option<String> = account::Entity::find()
        .select_only()
        .column(account::Column::Login)
        .filter(account::Column::PersonId.eq(id))
        .into_tuple()
        .one(db)
        .await?;
    Ok(Record { person, login, places: places.remove(&id).unwrap_or_default(), roles })
}

/// A person as someone enters them.
#[derive(Clone, Debug, Default)]
pub struct Input {
    /// Full name.
    pub full_name: String,
    /// E-mail address for reminders.
    pub email: Option<String>,
    /// The unit they belong to.
    pub unit_id: Option<UnitId>,
    /// Their position there.
    pub position: Option<String>,
    /// A login, when they are to have one.
    pub login: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Added {
    person: person::Model,
    login: Option<String>,
    mark: Uuid,
}

/// Adds a person to a unit in the caller's scope, with a login and its one-time password when asked.
///
/// # Errors
/// All wrong fields; the login is taken.
pub async fn add(store: &Store, caller: &Caller, input: Input) -> Result<(person::Model, Option<Issued>)> {
    let one_time = OneTime::make().await?;
    let (hash, mark, scope) = (one_time.hash.clone(), one_time.mark, caller.scope(Permission::ManagePeople));
    let added = store
        .write(caller, move |tx| async move {
            let mut problems = Problems::new();
            let full_name = problems.line("full_name", &input.full_name, 200);
            let email = check_email(&mut problems, input.email.as_deref());
            let position = problems.optional_text("position", input.position.as_deref(), 200);
            let login =
                input.login.as_deref().filter(|login| !login.trim().is_empty()).map(|login| check_name(&mut problems, login));
            let unit = unit_in_scope(&tx, &scope, &mut problems, input.unit_id).await?;
            problems.finish()?;
            let person = insert(&tx, full_name, email).await?;
            if let Some(unit) = unit {
                join(&tx, person.id, unit, position, tx.today(), None).await?;
            }
            let login = match login {
                Some(login) => Some(accounts::insert(&tx, person.id, login, hash, true).await?.login),
                None => None,
            };
            Ok(Added { person, login, mark })
        })
        .await?;
    let issued = added.login.map(|login| one_time.reveal(login, added.mark));
    Ok((added.person, issued))
}

/// The unit named, when it is in scope; a problem otherwise.
async fn unit_in_scope(tx: &Tx, scope: &Scope, problems: &mut Problems, id: Option<UnitId>) -> Result<Option<UnitId>> {
    let Some(id) = id else {
        problems.add("unit_id", "required");
        return Ok(None);
    };
    let known = scope.contains(tx.db(), id).await?;
    problems.check(!known, "unit_id", "unknown_unit");
    Ok(known.then_some(id))
}

pub(crate) fn check_email(problems: &mut Problems, email: Option<&str>) -> Option<String> {
    let email = problems.optional_text("email", email, 200)?;
    let shaped = email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !host.contains('@'));
    problems.check(!shaped || email.contains(char::is_whitespace), "email", "bad_email");
    Some(email)
}

/// A person without a login.
pub(crate) async fn insert(tx: &Tx, full_name: String, email: Option<String>) -> Result<person::Model> {
    let row = person::ActiveModel {
        id: Set(tx.id::<PersonId>()),
        search_text: Set(domain::text::fold(&full_name)),
        full_name: Set(full_name),
        email: Set(email),
        disabled_at: Set(None),
        sample: Set(false),
        version: Set(1),
        created_at: Set(tx.now()),
    };
    let row = row.insert(tx.db()).await?;
    tx.record(Event::on("person.created", Subject::Person, row.id.0).after(&row));
    Ok(row)
}

/// A person comes to belong to a unit.
pub(crate) async fn join(
    tx: &Tx,
    person: PersonId,
    unit: UnitId,
    position: Option<String>,
    from: NaiveDate,
    to: Option<NaiveDate>,
) -> Result<membership::Model> {
    let row = membership::ActiveModel {
        id: Set(tx.id::<MembershipId>()),
        person_id: Set(person),
        unit_id: Set(unit),
        position: Set(position),
        valid_from: Set(from),
        valid_to: Set(to),
        version: Set(1),
    };
    let row = row.insert(tx.db()).await?;
    tx.record(Event::on("membership.created", Subject::Person, person.0).unit(unit).after(&row));
    Ok(row)
}

/// What may be changed of a person; absent fields stay.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Full name.
    pub full_name: Option<String>,
    /// E-mail address; empty takes it away.
    pub email: Option<String>,
    /// Whether they may not sign in any more. Ends their sessions at once.
    pub disabled: Option<bool>,
}

/// Changes a person.
///
/// # Errors
/// Out of scope; a stale version; wrong fields; disabling oneself or someone above the ceiling.
pub async fn change(store: &Store, caller: &Caller, id: PersonId, version: Version, change: Change) -> Result<person::Model> {
    let (granter, own) = (Granter::of(caller), caller.person);
    store
        .write(caller, move |tx| async move {
            let old = locked_in_scope(&tx, &granter.people, id).await?;
            seen(version, old.version)?;
            let mut problems = Problems::new();
            let full_name = change.full_name.map_or_else(|| old.full_name.clone(), |name| problems.line("full_name", &name, 200));
            let email = change.email.map_or_else(|| old.email.clone(), |email| check_email(&mut problems, Some(&email)));
            problems.finish()?;
            let disabled_at = match change.disabled {
                Some(true) => old.disabled_at.or(Some(tx.now())),
                Some(false) => None,
                None => old.disabled_at,
            };
            if disabled_at.is_some() != old.disabled_at.is_some() {
                if id == own {
                    return Err(Refused::new("disable_self").into());
                }
                may_take_over(&tx, &granter, id).await?;
                shut(&tx, id, disabled_at.is_some()).await?;
            }
            let row = person::ActiveModel {
                id: Set(id),
                search_text: Set(domain::text::fold(&full_name)),
                full_name: Set(full_name),
                email: Set(email),
                disabled_at: Set(disabled_at),
                version: Set(old.version + 1),
                ..Default::default()
            };
            let new = row.update(tx.db()).await?;
            let kind = match (old.disabled_at, new.disabled_at) {
                (None, Some(_)) => "person.disabled",
                (Some(_), None) => "person.enabled",
                _ => "person.changed",
            };
            tx.record(Event::on(kind, Subject::Person, id.0).change(&old, &new));
            Ok(new)
        })
        .await
}

/// A belonging as someone enters it.
#[derive(Clone, Debug, Default)]
pub struct MembershipInput {
    /// The unit.
    pub unit_id: Option<UnitId>,
    /// Position there.
    pub position: Option<String>,
    /// First day; today when absent.
    pub valid_from: Option<NaiveDate>,
    /// Last day, inclusive.
    pub valid_to: Option<NaiveDate>,
}

/// Lets a person belong to a unit in the caller's scope.
///
/// # Errors
/// Out of scope; wrong fields; they belong there in that time already.
pub async fn add_membership(store: &Store, caller: &Caller, id: PersonId, input: MembershipInput) -> Result<membership::Model> {
    let scope = caller.scope(Permission::ManagePeople);
    store
        .write(caller, move |tx| async move {
            locked_in_scope(&tx, &scope, id).await?;
            let mut problems = Problems::new();
            let from = input.valid_from.unwrap_or_else(|| tx.today());
            problems.check(input.valid_to.is_some_and(|last| last < from), "valid_to", "before_start");
            let position = problems.optional_text("position", input.position.as_deref(), 200);
            let unit = unit_in_scope(&tx, &scope, &mut problems, input.unit_id).await?;
            if let Some(unit) = unit {
                problems.check(belongs(&tx, id, unit, from, input.valid_to).await?, "unit_id", "belongs_already");
            }
            problems.finish()?;
            let unit = unit.ok_or(Error::NotFound)?;
            join(&tx, id, unit, position, from, input.valid_to).await
        })
        .await
}

async fn belongs(tx: &Tx, person: PersonId, unit: UnitId, from: NaiveDate, to: Option<NaiveDate>) -> Result<bool> {
    let mut query = membership::Entity::find()
        .filter(membership::Column::PersonId.eq(person))
        .filter(membership::Column::UnitId.eq(unit))
        .filter(not_over(membership::Column::ValidTo, from));
    if let Some(to) = to {
        query = query.filter(membership::Column::ValidFrom.lte(to));
    }
    Ok(query.one(tx.db()).await?.is_some())
}

/// Ends a belonging with its last day.
///
/// # Errors
/// Out of scope; a stale version; a day before its first.
pub async fn end_membership(
    store: &Store,
    caller: &Caller,
    id: MembershipId,
    version: Version,
    last_day: Option<NaiveDate>,
) -> Result<membership::Model> {
    let scope = caller.scope(Permission::ManagePeople);
    store
        .write(caller, move |tx| async move {
            let old = membership::Entity::find_by_id(id)
                .filter(scope.covers(membership::Column::UnitId))
                .lock_exclusive()
                .one(tx.db())
                .await?
                .ok_or(Error::NotFound)?;
            seen(version, old.version)?;
            let last = last_day.unwrap_or_else(|| tx.today());
            if last < old.valid_from {
                return Err(Error::field("last_day", "before_start"));
            }
            let row = membership::ActiveModel {
                id: Set(id),
                valid_to: Set(Some(last)),
                version: Set(old.version + 1),
                ..Default::default()
            };
            let new = row.update(tx.db()).await?;
            tx.record(Event::on("membership.ended", Subject::Person, old.person_id.0).unit(old.unit_id).change(&old, &new));
            Ok(new)
        })
        .await
}

/// Units of the caller's scope to choose from, by code: for forms, a thousand at most.
///
/// # Errors
/// The database's.
pub async fn units_to_choose(db: &impl ConnectionTrait, caller: &Caller, permission: Permission) -> Result<Vec<unit::Model>> {
    let rows = unit::Entity::find()
        .filter(caller.scope(permission).covers(unit::Column::Id))
        .filter(alive(unit::Column::ValidFrom, unit::Column::ValidTo, caller.today))
        .order_by_asc(unit::Column::Code)
        .limit(1000)
        .all(db)
        .await?;
    Ok(rows)
}
