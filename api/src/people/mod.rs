//! People: accounts, memberships, roles, sign-in.

pub mod http;
pub mod pages;

use domain::draft::Problems;
use domain::id::PersonId;
use domain::record::Subject;
use entities::{account, person};
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set};

use crate::auth::password;
use crate::error::{Result, unique};
use crate::store::{Event, Tx};

/// A person to be created with a login.
#[derive(Clone, Debug)]
pub struct NewPerson {
    /// Full name.
    pub full_name: String,
    /// E-mail address for reminders.
    pub email: Option<String>,
    /// Login; folded, so that case and diacritics do not matter.
    pub login: String,
    /// Hash of the password.
    pub password_hash: String,
    /// Belongs to the sample world.
    pub sample: bool,
}

/// Checks what a person types for a new login, hashing included.
///
/// # Errors
/// All wrong fields.
pub async fn check_login(login: &str, secret: &str) -> Result<(String, String)> {
    let mut problems = Problems::new();
    let login = problems.text("login", login, 60);
    password::check(&mut problems, "password", secret);
    problems.finish()?;
    Ok((domain::text::fold(&login), password::hash(secret).await?))
}

/// Creates a person with an account.
///
/// # Errors
/// The login is taken.
pub async fn create(tx: &Tx, new: NewPerson) -> Result<person::Model> {
    let row = person::ActiveModel {
        id: Set(tx.id::<PersonId>()),
        search_text: Set(domain::text::fold(&new.full_name)),
        full_name: Set(new.full_name),
        email: Set(new.email),
        disabled_at: Set(None),
        sample: Set(new.sample),
        version: Set(1),
        created_at: Set(tx.now()),
    }
    .insert(tx.db())
    .await?;
    account::ActiveModel {
        id: Set(tx.id()),
        person_id: Set(row.id),
        login: Set(new.login),
        password_hash: Set(new.password_hash),
        disabled_at: Set(None),
        version: Set(1),
    }
    .insert(tx.db())
    .await
    .map_err(unique("account", "login", "login"))?;
    tx.record(Event::on("person.created", Subject::Person, row.id.0).after(&row));
    Ok(row)
}
