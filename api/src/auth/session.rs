//! Sessions and tokens: opened at sign-in, found by the hash of what the client sends.

use chrono::{DateTime, TimeDelta, Utc};
use domain::id::{AccountId, PersonId, SessionId, TokenId};
use domain::permission::Permission;
use domain::record::{SessionKind, Subject};
use entities::{account, api_token, person, session, sign_in_attempt};
use rand::RngExt as _;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{Caller, RequestContext, held, password};
use crate::app::App;
use crate::error::{Error, Result};
use crate::store::{Event, Writer};

/// An open session as a request sees it.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Open {
    /// Its id.
    pub id: SessionId,
    /// The token its forms carry.
    pub csrf: String,
    /// The account signed in with.
    pub account: AccountId,
}

/// A session just opened: the only time its token is known.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Opened {
    /// What the client keeps: the cookie's value, or the bearer token.
    pub token: String,
    /// When it ends at the latest.
    pub expires_at: DateTime<Utc>,
    /// Whose it is.
    pub person: PersonId,
    /// The password must be changed before anything else.
    pub one_time: bool,
}

/// 256 random bits, in hex, with our prefix.
#[must_use]
pub fn new_token() -> String {
    let bytes: [u8; 32] = rand::rng().random();
    format!("chuan_{}", hex(&bytes))
}

/// Lower-case hex.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// SHA-256 in hex.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Signs in. The answer and the time do not tell an unknown login from a wrong password.
///
/// # Errors
/// Wrong credentials, or 429 after too many failures of the account or tries of the address.
pub async fn sign_in(app: &App, login: &str, secret: &str, address: &str, kind: SessionKind) -> Result<Opened> {
    let login = domain::text::fold(login);
    limit(app, &login, address).await?;
    let found = account::Entity::find()
        .filter(account::Column::Login.eq(&login))
        .filter(account::Column::DisabledAt.is_null())
        .one(app.store.read())
        .await?;
    let hash = found.as_ref().map(|account| account.password_hash.clone());
    let fits = password::verify(secret, hash).await?;
    let account = found.filter(|_| fits);
    let (address, limits) = (address.to_owned(), app.config.sign_in.clone());
    let opened = app
        .store
        .write(Writer::Cli, move |tx| async move {
            sign_in_attempt::ActiveModel {
                id: Set(tx.id()),
                login: Set(login),
                address: Set(address),
                succeeded: Set(account.is_some()),
                at: Set(tx.now()),
            }
            .insert(tx.db())
            .await?;
            let Some(account) = account else { return Ok(None) };
            let token = new_token();
            let row = session::ActiveModel {
                id: Set(tx.id()),
                token_hash: Set(sha256_hex(token.as_bytes())),
                csrf: Set(new_token()),
                account_id: Set(account.id),
                person_id: Set(account.person_id),
                kind: Set(kind),
                created_at: Set(tx.now()),
                seen_at: Set(tx.now()),
                expires_at: Set(tx.now() + TimeDelta::hours(limits.absolute_hours)),
                ended_at: Set(None),
            }
            .insert(tx.db())
            .await?;
            tx.record(
                Event::on("session.opened", Subject::Session, row.id.0)
                    .after(&serde_json::json!({"person_id": row.person_id, "kind": row.kind})),
            );
            Ok(Some(Opened { token, expires_at: row.expires_at, person: row.person_id, one_time: account.one_time }))
        })
        .await?;
    opened.ok_or(Error::WrongCredentials)
}

/// Refuses further tries after too many failures of one login or too many tries from one address.
async fn limit(app: &App, login: &str, address: &str) -> Result<()> {
    let now = app.store.clock().now();
    let failures = sign_in_attempt::Entity::find()
        .filter(sign_in_attempt::Column::Login.eq(login))
        .filter(sign_in_attempt::Column::Succeeded.eq(false))
        .filter(sign_in_attempt::Column::At.gt(now - TimeDelta::minutes(15)))
        .count(app.store.read())
        .await?;
    if failures >= app.config.sign_in.failures_per_quarter_hour {
        return Err(Error::RateLimited(15 * 60));
    }
    let tries = sign_in_attempt::Entity::find()
        .filter(sign_in_attempt::Column::Address.eq(address))
        .filter(sign_in_attempt::Column::At.gt(now - TimeDelta::minutes(1)))
        .count(app.store.read())
        .await?;
    if tries >= app.config.sign_in.attempts_per_minute_and_address { Err(Error::RateLimited(60)) } else { Ok(()) }
}

/// Ends the caller's session: its token stops working with the next request, on every replica.
///
/// # Errors
/// 401 when the caller has no session.
pub async fn sign_out(app: &App, caller: &Caller) -> Result<()> {
    let id = super::session_id(caller).ok_or(Error::Unauthenticated)?;
    app.store
        .write(caller, move |tx| async move {
            session::ActiveModel { id: Set(id), ended_at: Set(Some(tx.now())), ..Default::default() }.update(tx.db()).await?;
            tx.record(Event::on("session.ended", Subject::Session, id.0));
            Ok(())
        })
        .await
}

/// The caller behind a session cookie.
pub(super) async fn by_cookie(app: &App, cookie: &str, context: RequestContext) -> Result<Caller> {
    by_session(app, cookie, SessionKind::Page, context).await
}

/// The caller behind a bearer token: a session of `POST /sessions`, or a named API token.
pub(super) async fn by_token(app: &App, token: &str, context: RequestContext) -> Result<Caller> {
    match by_session(app, token, SessionKind::Api, context.clone()).await {
        Err(Error::Unauthenticated) => by_api_token(app, token, context).await,
        outcome => outcome,
    }
}

async fn by_session(app: &App, token: &str, kind: SessionKind, context: RequestContext) -> Result<Caller> {
    let now = app.store.clock().now();
    let row = session::Entity::find()
        .filter(session::Column::TokenHash.eq(sha256_hex(token.as_bytes())))
        .filter(session::Column::Kind.eq(kind))
        .filter(session::Column::EndedAt.is_null())
        .one(app.store.read())
        .await?
        .ok_or(Error::Unauthenticated)?;
    let idle = TimeDelta::minutes(app.config.sign_in.idle_minutes);
    if row.expires_at <= now || (kind == SessionKind::Page && row.seen_at + idle <= now) {
        return Err(Error::Unauthenticated);
    }
    let account = account::Entity::find_by_id(row.account_id).one(app.store.read()).await?;
    let Some(account) = account.filter(|account| account.disabled_at.is_none()) else { return Err(Error::Unauthenticated) };
    if row.seen_at + TimeDelta::minutes(1) <= now {
        // No event: being seen is not a business fact. One statement of its own, safe to lose.
        session::Entity::update_many()
            .col_expr(session::Column::SeenAt, sea_orm::sea_query::Expr::value(now))
            .filter(session::Column::Id.eq(row.id))
            .exec(app.store.read())
            .await?;
    }
    let open = Open { id: row.id, csrf: row.csrf, account: row.account_id };
    // A password that someone else knows is good for one thing: choosing one's own.
    let limit = account.one_time.then(|| vec![Permission::UseOwnAccount]);
    caller(app, row.person_id, Some(open), None, limit, context).await
}

async fn by_api_token(app: &App, token: &str, context: RequestContext) -> Result<Caller> {
    let now = app.store.clock().now();
    let row = api_token::Entity::find()
        .filter(api_token::Column::TokenHash.eq(sha256_hex(token.as_bytes())))
        .filter(api_token::Column::RevokedAt.is_null())
        .filter(api_token::Column::ExpiresAt.gt(now))
        .one(app.store.read())
        .await?
        .ok_or(Error::Unauthenticated)?;
    if row.used_at.is_none_or(|used| used + TimeDelta::minutes(1) <= now) {
        api_token::Entity::update_many()
            .col_expr(api_token::Column::UsedAt, sea_orm::sea_query::Expr::value(now))
            .filter(api_token::Column::Id.eq(row.id))
            .exec(app.store.read())
            .await?;
    }
    let limit: Vec<Permission> = serde_json::from_value(row.permissions)?;
    caller(app, row.person_id, None, Some(row.id), Some(limit), context).await
}

/// A person as a caller, with what they hold today.
///
/// # Errors
/// 401 when the person is disabled or gone.
pub async fn caller(
    app: &App,
    id: PersonId,
    session: Option<Open>,
    token: Option<TokenId>,
    limit: Option<Vec<Permission>>,
    context: RequestContext,
) -> Result<Caller> {
    let person = person::Entity::find_by_id(id).one(app.store.read()).await?.ok_or(Error::Unauthenticated)?;
    if person.disabled_at.is_some() {
        return Err(Error::Unauthenticated);
    }
    let today = app.store.clock().today();
    let grants = held(app.store.read(), id, today).await?;
    Ok(Caller {
        person: id,
        name: person.full_name,
        grants,
        session,
        token,
        limit,
        today,
        request_id: context.id,
        once: context.once,
    })
}

/// A random key for a form, so that sending it twice has one effect.
#[must_use]
pub fn form_key() -> String {
    Uuid::from_bytes(rand::rng().random()).to_string()
}
