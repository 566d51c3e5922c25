//! Logins and passwords: given out once, changed by their owner, closed with the person.

use domain::draft::Problems;
use domain::id::{AccountId, PersonId};
use domain::permission::may_grant;
use domain::record::Subject;
use domain::rule::Refused;
use entities::{account, api_token, assignment, session};
use rand::RngExt as _;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::records::{locked_in_scope, not_over};
use super::roles::Granter;
use crate::app::App;
use crate::auth::{Caller, password, session::Open};
use crate::error::{Error, Result, unique};
use crate::store::{Event, Store, Tx};

/// Letters and digits that are not mistaken for each other when read out.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// A login with its one-time password: the only time it is known.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The login.
    pub login: String,
    /// The password; `None` when a repeated request gets the answer of the first.
    pub password: Option<String>,
}

/// A password to be given out, hashed before the write begins.
pub(super) struct OneTime {
    secret: String,
    pub hash: String,
    /// Tells the write that took this password from the kept result of an earlier one.
    pub mark: Uuid,
}

impl OneTime {
    pub(super) async fn make() -> Result<Self> {
        let secret = one_time_password();
        let hash = password::hash(&secret).await?;
        Ok(Self { secret, hash, mark: Uuid::from_bytes(rand::rng().random()) })
    }

    /// The password, when this is the write that used it.
    pub(super) fn reveal(self, login: String, mark: Uuid) -> Issued {
        Issued { login, password: (mark == self.mark).then_some(self.secret) }
    }
}

/// Sixteen characters in groups of four: 80 random bits.
#[must_use]
pub fn one_time_password() -> String {
    let bytes: [u8; 16] = rand::rng().random();
    let letters: Vec<char> =
        bytes.iter().filter_map(|byte| LETTERS.get(usize::from(byte % 32)).map(|letter| char::from(*letter))).collect();
    letters.chunks(4).map(String::from_iter).collect::<Vec<_>>().join("-")
}

/// Gives a person a login.
pub(crate) async fn insert(tx: &Tx, person: PersonId, login: String, hash: String, one_time: bool) -> Result<account::Model> {
    let row = account::ActiveModel {
        id: Set(tx.id::<AccountId>()),
        person_id: Set(person),
        login: Set(login),
        password_hash: Set(hash),
        one_time: Set(one_time),
        disabled_at: Set(None),
        version: Set(1),
    };
    let row = row.insert(tx.db()).await.map_err(unique("account", "login", "login"))?;
    tx.record(Event::on("account.created", Subject::Person, person.0).after(&serde_json::json!({ "login": row.login })));
    Ok(row)
}

/// Checks a login as typed; folded, so that case and diacritics do not matter.
pub(crate) fn check_name(problems: &mut Problems, login: &str) -> String {
    let login = domain::text::fold(&problems.line("login", login, 60));
    problems.check(login.contains(char::is_whitespace), "login", "no_blanks");
    login
}

#[derive(Serialize, Deserialize)]
struct Made {
    login: String,
    mark: Uuid,
}

/// Gives a person who has none a login with a one-time password.
///
/// # Errors
/// Out of scope; the person holds more than the caller may give; the login is taken or there is one.
pub async fn open(store: &Store, caller: &Caller, person: PersonId, login: String) -> Result<Issued> {
    let mut problems = Problems::new();
    let login = check_name(&mut problems, &login);
    problems.finish()?;
    let one_time = OneTime::make().await?;
    let (hash, mark, granter) = (one_time.hash.clone(), one_time.mark, Granter::of(caller));
    let made = store
        .write(caller, move |tx| async move {
            let row = locked_in_scope(&tx, &granter.people, person).await?;
            may_take_over(&tx, &granter, person).await?;
            if of_person(&tx, person).await?.is_some() {
                return Err(Refused::new("has_account").into());
            }
            if row.disabled_at.is_some() {
                return Err(Refused::new("person_disabled").into());
            }
            let row = insert(&tx, person, login, hash, true).await?;
            Ok(Made { login: row.login, mark })
        })
        .await?;
    Ok(one_time.reveal(made.login, made.mark))
}

/// Gives a person a new one-time password and ends their sessions.
///
/// # Errors
/// Out of scope; the person holds more than the caller may give, which would be taking it over.
pub async fn reset(store: &Store, caller: &Caller, person: PersonId) -> Result<Issued> {
    let one_time = OneTime::make().await?;
    let (hash, mark, granter) = (one_time.hash.clone(), one_time.mark, Granter::of(caller));
    let made = store
        .write(caller, move |tx| async move {
            locked_in_scope(&tx, &granter.people, person).await?;
            may_take_over(&tx, &granter, person).await?;
            let row = set_password(&tx, person, hash).await?;
            Ok(Made { login: row.login, mark })
        })
        .await?;
    Ok(one_time.reveal(made.login, made.mark))
}

/// Sets a one-time password, as the command line does it.
pub(crate) async fn set_password(tx: &Tx, person: PersonId, hash: String) -> Result<account::Model> {
    let old = of_person(tx, person).await?.ok_or(Refused::new("no_account"))?;
    let row = account::ActiveModel {
        id: Set(old.id),
        password_hash: Set(hash),
        one_time: Set(true),
        version: Set(old.version + 1),
        ..Default::default()
    };
    let row = row.update(tx.db()).await?;
    end_sessions(tx, person, None).await?;
    tx.record(Event::on("account.password_reset", Subject::Person, person.0));
    Ok(row)
}

/// Whoever sets a person's password could act as that person: only for people whose every role the
/// caller could have given.
pub(super) async fn may_take_over(tx: &Tx, granter: &Granter, person: PersonId) -> Result<()> {
    let held = assignment::Entity::find()
        .filter(assignment::Column::PersonId.eq(person))
        .filter(not_over(assignment::Column::ValidTo, tx.today()))
        .all(tx.db())
        .await?;
    let at_root = granter.at_root(tx.db()).await?;
    let above =
        held.iter().any(|row| row.role.assignable() && !may_grant(domain::permission::Role::BusinessAdmin, at_root, row.role));
    if above {
        return Err(Refused::new("grant_above_ceiling").into());
    }
    for row in held {
        if !granter.grants.contains(tx.db(), row.unit_id).await? {
            return Err(Refused::new("roles_outside_scope").into());
        }
    }
    Ok(())
}

pub(super) async fn of_person(tx: &Tx, person: PersonId) -> Result<Option<account::Model>> {
    let row = account::Entity::find()
        .filter(account::Column::PersonId.eq(person))
        .order_by_asc(account::Column::Id)
        .lock_exclusive()
        .one(tx.db())
        .await?;
    Ok(row)
}

/// Ends the sessions of a person at once, but for the one they act in.
pub(super) async fn end_sessions(tx: &Tx, person: PersonId, but: Option<&Open>) -> Result<()> {
    let mut update = session::Entity::update_many()
        .col_expr(session::Column::EndedAt, Expr::value(Some(tx.now())))
        .filter(session::Column::PersonId.eq(person))
        .filter(session::Column::EndedAt.is_null());
    if let Some(open) = but {
        update = update.filter(session::Column::Id.ne(open.id));
    }
    update.exec(tx.db()).await?;
    Ok(())
}

/// Closes or reopens the logins of a person. Closing revokes their tokens too; those stay revoked.
pub(super) async fn shut(tx: &Tx, person: PersonId, closed: bool) -> Result<()> {
    account::Entity::update_many()
        .col_expr(account::Column::DisabledAt, Expr::value(closed.then(|| tx.now())))
        .col_expr(account::Column::Version, sea_orm::ExprTrait::add(Expr::col(account::Column::Version), 1))
        .filter(account::Column::PersonId.eq(person))
        .exec(tx.db())
        .await?;
    if closed {
        end_sessions(tx, person, None).await?;
        api_token::Entity::update_many()
            .col_expr(api_token::Column::RevokedAt, Expr::value(Some(tx.now())))
            .filter(api_token::Column::PersonId.eq(person))
            .filter(api_token::Column::RevokedAt.is_null())
            .exec(tx.db())
            .await?;
    }
    Ok(())
}

/// Changes one's own password; other sessions end.
///
/// # Errors
/// The present password is wrong; the new one is too short, too long or the same.
pub async fn change_own(app: &App, caller: &Caller, present: &str, new: &str) -> Result<()> {
    let open = caller.session.clone().ok_or(Refused::new("session_needed"))?;
    let row = account::Entity::find_by_id(open.account).one(app.store.read()).await?.ok_or(Error::Unauthenticated)?;
    let mut problems = Problems::new();
    password::check(&mut problems, "new_password", new);
    problems.check(new == present, "new_password", "same_password");
    let fits = password::verify(present, Some(row.password_hash)).await?;
    problems.check(!fits, "password", "wrong_password");
    problems.finish()?;
    let hash = password::hash(new).await?;
    let (version, person) = (row.version, caller.person);
    app.store
        .write(caller, move |tx| async move {
            let old = account::Entity::find_by_id(open.account).lock_exclusive().one(tx.db()).await?.ok_or(Error::NotFound)?;
            if old.version != version {
                return Err(Error::Stale);
            }
            let row = account::ActiveModel {
                id: Set(old.id),
                password_hash: Set(hash),
                one_time: Set(false),
                version: Set(old.version + 1),
                ..Default::default()
            };
            row.update(tx.db()).await?;
            end_sessions(&tx, person, Some(&open)).await?;
            tx.record(Event::on("account.password_changed", Subject::Person, person.0));
            Ok(())
        })
        .await
}
