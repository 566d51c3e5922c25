//! People: accounts, memberships, roles, sign-in.

pub mod accounts;
mod desk;
pub mod founding;
pub mod http;
pub mod pages;
pub mod records;
pub mod roles;
pub mod tokens;

use domain::draft::Problems;
use domain::id::PersonId;
use domain::record::Subject;
use entities::{account, person};
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, ConnectionTrait, EntityTrait as _, QuerySelect as _};

use crate::auth::password;
use crate::error::Result;
use crate::store::{Event, Tx};

pub use accounts::Issued;

/// Whether nobody can sign in yet: an installation just made.
///
/// # Errors
/// The database's.
pub async fn nobody_yet(db: &impl ConnectionTrait) -> Result<bool> {
    let login: Option<String> =
        account::Entity::find().select_only().column(account::Column::Login).limit(1).into_tuple().one(db).await?;
    Ok(login.is_none())
}

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
    let login = problems.line("login", login, 60);
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
    tx.record(Event::on("person.created", Subject::Person, row.id.0).after(&row));
    accounts::insert(tx, row.id, new.login, new.password_hash, false).await?;
    Ok(row)
}
