//! What the command line does for people: the first administrator of an installation, lost passwords.

use domain::draft::Problems;
use domain::id::PersonId;
use domain::permission::{Role, Span};
use domain::rule::Refused;
use entities::{account, assignment, person, unit};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::accounts::{check_name, insert, one_time_password, set_password};
use super::records::{check_email, join};
use super::roles::{self, check_separation, held};
use crate::auth::password;
use crate::error::{Error, Result};
use crate::store::{Store, Tx, Writer};
use crate::units::alive;

/// A person to be made on the command line.
#[derive(Clone, Debug)]
pub struct Founder {
    /// Login.
    pub login: String,
    /// Full name.
    pub name: String,
    /// E-mail address.
    pub email: Option<String>,
    /// Password; a one-time one is made when absent.
    pub password: Option<String>,
    /// A role at once.
    pub role: Option<Role>,
    /// The code of the unit they belong to and hold the role at.
    pub unit: Option<String>,
}

/// Makes a person with a login. Gives the one-time password when one was made.
///
/// # Errors
/// All wrong fields; the login is taken; a role without a unit.
pub async fn create_person(store: &Store, founder: Founder) -> Result<Option<String>> {
    let made = founder.password.is_none().then(one_time_password);
    let secret = founder.password.clone().or_else(|| made.clone()).unwrap_or_default();
    let mut problems = Problems::new();
    password::check(&mut problems, "password", &secret);
    let login = check_name(&mut problems, &founder.login);
    let name = problems.text("name", &founder.name, 200);
    let email = check_email(&mut problems, founder.email.as_deref());
    problems.check(founder.role.is_some() && founder.unit.is_none(), "unit", "required");
    problems.finish()?;
    let (hash, one_time) = (password::hash(&secret).await?, made.is_some());
    store
        .write(Writer::Cli, move |tx| async move {
            let person = super::records::insert(&tx, name, email).await?;
            insert(&tx, person.id, login, hash, one_time).await?;
            if let Some(code) = &founder.unit {
                let unit = unit_of(&tx, code).await?;
                join(&tx, person.id, unit.id, None, tx.today(), None).await?;
                if let Some(role) = founder.role {
                    give(&tx, person.id, role, &unit, None).await?;
                }
            }
            Ok(())
        })
        .await?;
    Ok(made)
}

/// Sets a new password for a login, a one-time one in any case. Gives it when it was made here.
///
/// # Errors
/// No such login; a password too short or too long.
pub async fn reset_password(store: &Store, login: &str, secret: Option<String>) -> Result<Option<String>> {
    let made = secret.is_none().then(one_time_password);
    let secret = secret.or_else(|| made.clone()).unwrap_or_default();
    let mut problems = Problems::new();
    password::check(&mut problems, "password", &secret);
    problems.finish()?;
    let (login, hash) = (domain::text::fold(login), password::hash(&secret).await?);
    store
        .write(Writer::Cli, move |tx| async move {
            let person = person_of(&tx, &login).await?;
            set_password(&tx, person, hash).await?;
            Ok(())
        })
        .await?;
    Ok(made)
}

/// Gives a role on the command line; separation of duties holds here too.
///
/// # Errors
/// No such login or unit; roles one person may not hold together.
pub async fn grant(store: &Store, login: &str, role: Role, unit: &str, span: Option<Span>) -> Result<()> {
    let (login, unit) = (domain::text::fold(login), unit.to_owned());
    store
        .write(Writer::Cli, move |tx| async move {
            let person = person_of(&tx, &login).await?;
            let unit = unit_of(&tx, &unit).await?;
            give(&tx, person, role, &unit, span).await
        })
        .await
}

async fn give(tx: &Tx, person: PersonId, role: Role, unit: &unit::Model, span: Option<Span>) -> Result<()> {
    if !role.assignable() {
        return Err(Refused::new("role_not_assignable").into());
    }
    check_separation(role, &held(tx, person).await?)?;
    let administers = matches!(role, Role::BusinessAdmin | Role::SecurityAuditor);
    let span = span.unwrap_or(if administers { Span::Subtree } else { Span::Own });
    let reason = "dòng lệnh".to_owned();
    let input = roles::Input {
        person_id: person,
        role,
        unit_id: unit.id,
        span,
        valid_from: None,
        valid_to: None,
        reason: reason.clone(),
    };
    roles::insert(tx, &input, None, tx.today(), reason).await?;
    Ok(())
}

async fn unit_of(tx: &Tx, code: &str) -> Result<unit::Model> {
    let row = unit::Entity::find()
        .filter(unit::Column::Code.eq(code))
        .filter(alive(unit::Column::ValidFrom, unit::Column::ValidTo, tx.today()))
        .one(tx.db())
        .await?;
    row.ok_or_else(|| Error::field("unit", "unknown_unit"))
}

async fn person_of(tx: &Tx, login: &str) -> Result<PersonId> {
    let row = account::Entity::find().filter(account::Column::Login.eq(login)).one(tx.db()).await?;
    row.map(|row| row.person_id).ok_or_else(|| Error::field("login", "unknown_person"))
}

/// A person with a login, for `list-people`.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Login.
    pub login: String,
    /// Full name.
    pub name: String,
    /// Whether they may sign in.
    pub enabled: bool,
    /// Roles held today.
    pub roles: Vec<Role>,
}

/// Everyone with a login.
///
/// # Errors
/// The database's.
pub async fn list_people(store: &Store) -> Result<Vec<Listed>> {
    let (db, today) = (store.read(), store.clock().today());
    let rows: Vec<(String, String, Option<chrono::DateTime<chrono::Utc>>, PersonId)> = account::Entity::find()
        .select_only()
        .column(account::Column::Login)
        .column(person::Column::FullName)
        .column(person::Column::DisabledAt)
        .column(person::Column::Id)
        .join_as_person()
        .order_by_asc(account::Column::Login)
        .into_tuple()
        .all(db)
        .await?;
    let held: Vec<(PersonId, Role)> = assignment::Entity::find()
        .select_only()
        .column(assignment::Column::PersonId)
        .column(assignment::Column::Role)
        .filter(alive(assignment::Column::ValidFrom, assignment::Column::ValidTo, today))
        .into_tuple()
        .all(db)
        .await?;
    let roles = |id: PersonId| held.iter().filter(|(person, _)| *person == id).map(|(_, role)| *role).collect();
    Ok(rows
        .into_iter()
        .map(|(login, name, disabled, id)| Listed { login, name, enabled: disabled.is_none(), roles: roles(id) })
        .collect())
}

/// Keeps [`list_people`] readable.
trait JoinPerson {
    fn join_as_person(self) -> Self;
}

impl JoinPerson for sea_orm::Select<account::Entity> {
    fn join_as_person(self) -> Self {
        let on = account::Entity::belongs_to(person::Entity).from(account::Column::PersonId).to(person::Column::Id).into();
        self.join(sea_orm::JoinType::InnerJoin, on)
    }
}
