//! Named tokens for scripts: never more than their owner may, never longer than a year.

use chrono::{DateTime, TimeDelta, Utc};
use domain::draft::Problems;
use domain::id::TokenId;
use domain::permission::Permission;
use domain::record::Subject;
use entities::api_token;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};

use crate::auth::Caller;
use crate::auth::session::{new_token, sha256_hex};
use crate::error::{Error, Result};
use crate::store::{Event, Store};

/// Longest life of a token, in days.
pub const LONGEST_DAYS: u32 = 365;

/// A token as its owner asks for it.
#[derive(Clone, Debug)]
pub struct Input {
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub permissions: Vec<Permission>,
    /// How long it lives.
    pub days: u32,
}

/// A token just made.
#[derive(Clone, Debug)]
pub struct Made {
    /// Its row.
    pub row: api_token::Model,
    /// What scripts send; `None` when a repeated request gets the answer of the first.
    pub secret: Option<String>,
}

/// The caller's own tokens, newest first: those that work, and those that did.
///
/// # Errors
/// The database's.
pub async fn list(db: &impl ConnectionTrait, caller: &Caller) -> Result<Vec<api_token::Model>> {
    let rows = api_token::Entity::find()
        .filter(api_token::Column::PersonId.eq(caller.person))
        .order_by_desc(api_token::Column::CreatedAt)
        .order_by_desc(api_token::Column::Id)
        .limit(100)
        .all(db)
        .await?;
    Ok(rows)
}

/// Makes a token. Its right is always the smaller of its own list and what the owner may at that time.
///
/// # Errors
/// Wrong fields; a permission the owner does not have.
pub async fn create(store: &Store, caller: &Caller, input: Input) -> Result<Made> {
    let mut problems = Problems::new();
    let name = problems.line("name", &input.name, 100);
    problems.check(input.permissions.is_empty(), "permissions", "required");
    problems.check(input.permissions.iter().any(|permission| !caller.may(*permission)), "permissions", "beyond_own");
    if input.days == 0 || input.days > LONGEST_DAYS {
        problems.add_with("days", "out_of_range", vec![("min", "1".to_owned()), ("max", LONGEST_DAYS.to_string())]);
    }
    problems.finish()?;
    let secret = new_token();
    let (hash, person, mut permissions) = (sha256_hex(secret.as_bytes()), caller.person, input.permissions);
    permissions.sort_unstable();
    permissions.dedup();
    let permissions = serde_json::to_value(permissions)?;
    let row =
        store
            .write(caller, move |tx| async move {
                let row = api_token::ActiveModel {
                    id: Set(tx.id::<TokenId>()),
                    person_id: Set(person),
                    name: Set(name),
                    token_hash: Set(hash),
                    permissions: Set(permissions),
                    created_at: Set(tx.now()),
                    expires_at: Set(tx.now() + TimeDelta::days(input.days.into())),
                    used_at: Set(None),
                    revoked_at: Set(None),
                    version: Set(1),
                };
                let row = row.insert(tx.db()).await?;
                tx.record(Event::on("token.created", Subject::Token, row.id.0).after(
                    &serde_json::json!({ "name": row.name, "permissions": row.permissions, "expires_at": row.expires_at }),
                ));
                Ok(row)
            })
            .await?;
    let fresh = row.token_hash == sha256_hex(secret.as_bytes());
    Ok(Made { row, secret: fresh.then_some(secret) })
}

/// Revokes one's own token: it stops working with the next request.
///
/// # Errors
/// 404 when it is not the caller's.
pub async fn revoke(store: &Store, caller: &Caller, id: TokenId) -> Result<()> {
    let person = caller.person;
    store
        .write(caller, move |tx| async move {
            let old = api_token::Entity::find_by_id(id)
                .filter(api_token::Column::PersonId.eq(person))
                .lock_exclusive()
                .one(tx.db())
                .await?
                .ok_or(Error::NotFound)?;
            let revoked_at = old.revoked_at.or(Some(tx.now()));
            let row = api_token::ActiveModel {
                id: Set(id),
                revoked_at: Set(revoked_at),
                version: Set(old.version + 1),
                ..Default::default()
            };
            row.update(tx.db()).await?;
            tx.record(Event::on("token.revoked", Subject::Token, id.0).after(&serde_json::json!({ "name": old.name })));
            Ok(())
        })
        .await
}

/// Whether a token works at an instant.
#[must_use]
pub fn works(row: &api_token::Model, now: DateTime<Utc>) -> bool {
    row.revoked_at.is_none() && row.expires_at > now
}
