//! `/sessions`, `/me` (and the people they belong to).

use chrono::{DateTime, NaiveDate, Utc};
use domain::id::{AssignmentId, MembershipId, PersonId, TokenId, UnitId};
use domain::permission::{Permission, Role, Span};
use domain::record::SessionKind;
use entities::unit;
use poem::Request;
use poem::web::{Data, RemoteAddr};
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::records::{self, Place};
use super::{Issued, accounts, roles, tokens};
use crate::app::App;
use crate::auth::{Auth, Caller, can, session};
use crate::error::{Error, Result};
use crate::http::{Done, One, Page, Slice, Version, link};

/// Sign-in and the caller's own record.
#[derive(Debug)]
pub struct SessionsApi;

/// A sign-in.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct SignIn {
    /// Login.
    pub login: String,
    /// Password.
    pub password: String,
}

/// An open session for scripts.
#[derive(Debug, Object)]
pub struct SessionToken {
    /// Send as `Authorization: Bearer <token>`. Shown only now.
    pub token: String,
    /// When it ends at the latest.
    pub expires_at: DateTime<Utc>,
    /// Whose it is.
    pub person_id: PersonId,
}

/// The caller.
#[derive(Debug, Object)]
pub struct Me {
    /// Their id.
    pub id: PersonId,
    /// Full name.
    pub full_name: String,
    /// Roles held today.
    pub assignments: Vec<HeldRole>,
    /// What they may do at all; the record at hand may still stand against it.
    pub permissions: Vec<Permission>,
    /// Today in Vietnam.
    pub today: NaiveDate,
}

/// A role held today.
#[derive(Debug, Object)]
pub struct HeldRole {
    /// The role.
    pub role: Role,
    /// Where; absent for roles that come from an inspection or a corrective action.
    pub unit_id: Option<UnitId>,
    /// The unit's name.
    pub unit_name: Option<String>,
    /// How far down.
    pub span: Span,
}

#[OpenApi]
impl SessionsApi {
    /// Sign in
    ///
    /// Gives a bearer token. Ten failures within 15 minutes stop further tries of a login for a while.
    #[oai(path = "/sessions", method = "post", operation_id = "create_session")]
    async fn create_session(&self, app: Data<&App>, request: &Request, body: Json<SignIn>) -> Result<Json<SessionToken>> {
        let address = address_of(&app, request);
        let opened = session::sign_in(&app, &body.login, &body.password, &address, SessionKind::Api).await?;
        Ok(Json(SessionToken { token: opened.token, expires_at: opened.expires_at, person_id: opened.person }))
    }

    /// Sign out
    #[oai(path = "/sessions/current", method = "delete", operation_id = "delete_session")]
    async fn delete_session(&self, auth: Auth<can::UseOwnAccount>, app: Data<&App>) -> Result<Done> {
        session::sign_out(&app, &auth).await?;
        Ok(Done::Done)
    }

    /// Who am I
    #[oai(path = "/me", method = "get", operation_id = "get_me")]
    async fn get_me(&self, auth: Auth<can::UseOwnAccount>, app: Data<&App>) -> Result<Json<Me>> {
        let ids = auth.grants.iter().filter_map(|held| held.unit);
        let units = unit::Entity::find().filter(unit::Column::Id.is_in(ids)).all(app.store.read()).await?;
        let name = |id: Option<UnitId>| units.iter().find(|unit| Some(unit.id) == id).map(|unit| unit.name.clone());
        Ok(Json(Me {
            id: auth.person,
            full_name: auth.name.clone(),
            assignments: auth
                .grants
                .iter()
                .map(|held| HeldRole { role: held.role, unit_id: held.unit, unit_name: name(held.unit), span: held.span })
                .collect(),
            permissions: Permission::ALL.iter().copied().filter(|permission| auth.may(*permission)).collect(),
            today: auth.today,
        }))
    }
}

/// The address to count tries by. A forwarded one is believed only from the configured proxy.
#[must_use]
pub fn address_of(app: &App, request: &Request) -> String {
    let peer = match request.remote_addr() {
        RemoteAddr(address) => address.as_socket_addr().map(|address| address.ip().to_string()).unwrap_or_default(),
    };
    let trusted = &app.config.server.trusted_proxy;
    if !trusted.is_empty() && peer == *trusted {
        let forwarded = request.headers().get("X-Forwarded-For").and_then(|value| value.to_str().ok());
        if let Some(last) = forwarded.and_then(|list| list.rsplit(',').next()) {
            return last.trim().to_owned();
        }
    }
    peer
}

/// People, memberships, roles, tokens.
#[derive(Debug)]
pub struct PeopleApi;

/// A person.
#[derive(Debug, Object)]
pub struct Person {
    /// Their id.
    pub id: PersonId,
    /// Full name.
    pub full_name: String,
    /// E-mail address for reminders.
    pub email: Option<String>,
    /// Whether they may not sign in any more.
    pub disabled: bool,
    /// Where they belong: today in lists, ever in the record.
    pub memberships: Vec<Membership>,
    /// Invented for the sample world.
    pub sample: bool,
    /// Version, also the ETag.
    pub version: i64,
}

/// A person with login and roles.
#[derive(Debug, Object)]
pub struct PersonDetail {
    /// The person.
    #[oai(flatten)]
    pub person: Person,
    /// Their login.
    pub login: Option<String>,
    /// Roles given to them, newest first.
    pub assignments: Vec<Assignment>,
}

/// A person's belonging to a unit.
#[derive(Debug, Object)]
pub struct Membership {
    /// Its id.
    pub id: MembershipId,
    /// The unit.
    pub unit_id: UnitId,
    /// Its name.
    pub unit_name: String,
    /// Position there.
    pub position: Option<String>,
    /// First day.
    pub valid_from: NaiveDate,
    /// Last day, inclusive.
    pub valid_to: Option<NaiveDate>,
    /// Version, for `If-Match`.
    pub version: i64,
}

/// A role given to a person.
#[derive(Debug, Object)]
pub struct Assignment {
    /// Its id.
    pub id: AssignmentId,
    /// To whom.
    pub person_id: PersonId,
    /// Their name.
    pub person_name: String,
    /// The role.
    pub role: Role,
    /// At which unit.
    pub unit_id: UnitId,
    /// Its name.
    pub unit_name: String,
    /// How far down.
    pub span: Span,
    /// First day.
    pub valid_from: NaiveDate,
    /// Last day, inclusive.
    pub valid_to: Option<NaiveDate>,
    /// By whom; absent for the command line.
    pub granted_by_id: Option<PersonId>,
    /// Why.
    pub reason: Option<String>,
    /// Version, also the ETag.
    pub version: i64,
}

/// A person to be added.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct NewPersonBody {
    /// Full name.
    pub full_name: String,
    /// E-mail address for reminders.
    pub email: Option<String>,
    /// The unit they belong to, in the caller's scope.
    pub unit_id: UnitId,
    /// Their position there.
    pub position: Option<String>,
    /// A login, when they are to have one; its one-time password is in the answer.
    pub login: Option<String>,
}

/// A person just added.
#[derive(Debug, Object)]
pub struct AddedPerson {
    /// The person.
    #[oai(flatten)]
    pub person: PersonDetail,
    /// Their one-time password, shown only now.
    pub one_time_password: Option<String>,
}

/// What changes of a person; absent fields stay.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct PersonPatch {
    /// Full name.
    pub full_name: Option<String>,
    /// E-mail address; empty takes it away.
    pub email: Option<String>,
    /// Whether they may not sign in any more. Ends their sessions and tokens at once.
    pub disabled: Option<bool>,
}

/// A belonging to be added.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct MembershipBody {
    /// The unit, in the caller's scope.
    pub unit_id: UnitId,
    /// Position there.
    pub position: Option<String>,
    /// First day; today when absent.
    pub valid_from: Option<NaiveDate>,
    /// Last day, inclusive.
    pub valid_to: Option<NaiveDate>,
}

/// The end of a belonging.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct MembershipEnd {
    /// Its last day; today when absent.
    pub last_day: Option<NaiveDate>,
}

/// A role to be given.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct AssignmentBody {
    /// To whom.
    pub person_id: PersonId,
    /// The role.
    pub role: Role,
    /// At which unit, in the caller's scope.
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

/// The end of a role.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct AssignmentEnd {
    /// Its last day; yesterday when absent, so that it stops working at once.
    pub last_day: Option<NaiveDate>,
    /// Why.
    pub reason: String,
}

/// A login to be opened.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct AccountBody {
    /// The login.
    pub login: String,
}

/// A login with its one-time password.
#[derive(Debug, Object)]
pub struct IssuedPassword {
    /// The login.
    pub login: String,
    /// Shown only now, and good only for choosing another. Absent in the answer to a repeated request.
    pub one_time_password: Option<String>,
}

/// A change of one's own password.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct PasswordBody {
    /// The present one.
    pub password: String,
    /// The new one, 12 to 128 characters.
    pub new_password: String,
}

/// A token to be made.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct TokenBody {
    /// What it is for.
    pub name: String,
    /// What it may do: some of what its owner may.
    pub permissions: Vec<Permission>,
    /// How many days it lives, 365 at most.
    pub days: u32,
}

/// A named token.
#[derive(Debug, Object)]
pub struct Token {
    /// Its id.
    pub id: TokenId,
    /// What it is for.
    pub name: String,
    /// What it may do, as far as its owner still may.
    pub permissions: Vec<Permission>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    pub used_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// A token just made.
#[derive(Debug, Object)]
pub struct MadeToken {
    /// The token.
    #[oai(flatten)]
    pub token: Token,
    /// Send as `Authorization: Bearer <secret>`. Shown only now.
    pub secret: Option<String>,
}

fn membership(place: Place) -> Membership {
    let row = place.row;
    Membership {
        id: row.id,
        unit_id: row.unit_id,
        unit_name: place.unit,
        position: row.position,
        valid_from: row.valid_from,
        valid_to: row.valid_to,
        version: row.version,
    }
}

fn person(row: entities::person::Model, places: Vec<Place>) -> Person {
    Person {
        id: row.id,
        full_name: row.full_name,
        email: row.email,
        disabled: row.disabled_at.is_some(),
        memberships: places.into_iter().map(membership).collect(),
        sample: row.sample,
        version: row.version,
    }
}

async fn detail(app: &App, caller: &Caller, id: PersonId) -> Result<PersonDetail> {
    let found = records::find(app.store.read(), caller, id).await?;
    let assignments = assignments(app, found.roles).await?;
    Ok(PersonDetail { person: person(found.person, found.places), login: found.login, assignments })
}

/// Roles with the names in them: two statements for all.
async fn assignments(app: &App, rows: Vec<entities::assignment::Model>) -> Result<Vec<Assignment>> {
    let people = crate::store::names_of_people(app.store.read(), rows.iter().map(|row| row.person_id)).await?;
    let units = crate::units::names(app.store.read(), rows.iter().map(|row| row.unit_id)).await?;
    let show = |row: entities::assignment::Model| Assignment {
        id: row.id,
        person_id: row.person_id,
        person_name: people.get(&row.person_id).cloned().unwrap_or_default(),
        role: row.role,
        unit_id: row.unit_id,
        unit_name: units.get(&row.unit_id).cloned().unwrap_or_default(),
        span: row.span,
        valid_from: row.valid_from,
        valid_to: row.valid_to,
        granted_by_id: row.granted_by_id,
        reason: row.reason,
        version: row.version,
    };
    Ok(rows.into_iter().map(show).collect())
}

async fn assignment(app: &App, row: entities::assignment::Model) -> Result<Assignment> {
    assignments(app, vec![row]).await?.pop().ok_or(Error::NotFound)
}

fn token(row: entities::api_token::Model) -> Result<Token> {
    Ok(Token {
        id: row.id,
        name: row.name,
        permissions: serde_json::from_value(row.permissions)?,
        created_at: row.created_at,
        expires_at: row.expires_at,
        used_at: row.used_at,
        revoked_at: row.revoked_at,
    })
}

fn issued(issued: Issued) -> IssuedPassword {
    IssuedPassword { login: issued.login, one_time_password: issued.password }
}

#[OpenApi]
impl PeopleApi {
    /// People of one's units
    ///
    /// By name; who may not sign in any more only with `disabled=true`.
    #[oai(path = "/people", method = "get", operation_id = "list_people")]
    #[expect(clippy::too_many_arguments, reason = "query parameters")]
    async fn list_people(
        &self,
        auth: Auth<can::ReadPeople>,
        app: Data<&App>,
        unit: Query<Option<UnitId>>,
        q: Query<Option<String>>,
        disabled: Query<Option<bool>>,
        limit: Query<Option<u64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<Person>>> {
        let slice = Slice::new(limit.0, cursor.0.as_deref())?;
        let filter = records::Filter { unit: unit.0, q: q.0.clone(), disabled: disabled.0.unwrap_or_default() };
        let rows = records::list(app.store.read(), &auth, &filter, &slice).await?;
        let path = link(
            "/api/v1/people",
            &[("unit", unit.0.map(|id| id.to_string())), ("q", q.0), ("disabled", disabled.0.map(|yes| yes.to_string()))],
        );
        let key = |row: &records::Listed| (row.person.search_text.clone().into(), row.person.id.0);
        let (items, next) = slice.page(rows, &path, key, |row| person(row.person, row.places));
        Ok(Json(Page { items, next }))
    }

    /// A person
    #[oai(path = "/people/:id", method = "get", operation_id = "get_person")]
    async fn get_person(&self, auth: Auth<can::UseOwnAccount>, app: Data<&App>, id: Path<PersonId>) -> Result<One<PersonDetail>> {
        let found = detail(&app, &auth, id.0).await?;
        let version = found.person.version;
        Ok(One::found(found, version))
    }

    /// Add a person
    #[oai(path = "/people", method = "post", operation_id = "create_person")]
    async fn create_person(
        &self,
        auth: Auth<can::ManagePeople>,
        app: Data<&App>,
        body: Json<NewPersonBody>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
    ) -> Result<One<AddedPerson>> {
        let NewPersonBody { full_name, email, unit_id, position, login } = body.0;
        let input = records::Input { full_name, email, unit_id: Some(unit_id), position, login };
        let (row, issued) = records::add(&app.store, &auth, input).await?;
        let person = detail(&app, &auth, row.id).await?;
        Ok(One::made(AddedPerson { person, one_time_password: issued.and_then(|issued| issued.password) }, row.version))
    }

    /// Change a person
    #[oai(path = "/people/:id", method = "patch", operation_id = "update_person")]
    async fn update_person(
        &self,
        auth: Auth<can::ManagePeople>,
        app: Data<&App>,
        id: Path<PersonId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<PersonPatch>,
    ) -> Result<One<PersonDetail>> {
        let PersonPatch { full_name, email, disabled } = body.0;
        let row = records::change(&app.store, &auth, id.0, seen.0, records::Change { full_name, email, disabled }).await?;
        Ok(One::found(detail(&app, &auth, id.0).await?, row.version))
    }

    /// Let a person belong to a unit
    #[oai(path = "/people/:id/memberships", method = "post", operation_id = "create_membership")]
    async fn create_membership(
        &self,
        auth: Auth<can::ManagePeople>,
        app: Data<&App>,
        id: Path<PersonId>,
        body: Json<MembershipBody>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
    ) -> Result<One<Membership>> {
        let MembershipBody { unit_id, position, valid_from, valid_to } = body.0;
        let input = records::MembershipInput { unit_id: Some(unit_id), position, valid_from, valid_to };
        let row = records::add_membership(&app.store, &auth, id.0, input).await?;
        let (row, version) = (named(&app, row.clone()).await?, row.version);
        Ok(One::made(row, version))
    }

    /// End a belonging
    #[oai(path = "/memberships/:id/end", method = "post", operation_id = "end_membership")]
    async fn end_membership(
        &self,
        auth: Auth<can::ManagePeople>,
        app: Data<&App>,
        id: Path<MembershipId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<MembershipEnd>,
    ) -> Result<One<Membership>> {
        let row = records::end_membership(&app.store, &auth, id.0, seen.0, body.0.last_day).await?;
        let (row, version) = (named(&app, row.clone()).await?, row.version);
        Ok(One::found(row, version))
    }

    /// Open a login
    ///
    /// For a person who has none. The one-time password opens nothing but its own change.
    #[oai(path = "/people/:id/account", method = "post", operation_id = "create_account")]
    async fn create_account(
        &self,
        auth: Auth<can::ManagePeople>,
        app: Data<&App>,
        id: Path<PersonId>,
        body: Json<AccountBody>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
    ) -> Result<Json<IssuedPassword>> {
        Ok(Json(issued(accounts::open(&app.store, &auth, id.0, body.0.login).await?)))
    }

    /// Reset a password
    ///
    /// Ends the person's sessions. Only for people whose every role the caller could give.
    #[oai(path = "/people/:id/reset-password", method = "post", operation_id = "reset_password")]
    async fn reset_password(
        &self,
        auth: Auth<can::ManagePeople>,
        app: Data<&App>,
        id: Path<PersonId>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
    ) -> Result<Json<IssuedPassword>> {
        Ok(Json(issued(accounts::reset(&app.store, &auth, id.0).await?)))
    }

    /// Change one's own password
    ///
    /// All other sessions end.
    #[oai(path = "/me/password", method = "post", operation_id = "change_password")]
    async fn change_password(&self, auth: Auth<can::UseOwnAccount>, app: Data<&App>, body: Json<PasswordBody>) -> Result<Done> {
        accounts::change_own(&app, &auth, &body.0.password, &body.0.new_password).await?;
        Ok(Done::Done)
    }

    /// Roles given
    ///
    /// At units whose people one sees, and one's own. Ended ones only with `ended=true`.
    #[oai(path = "/assignments", method = "get", operation_id = "list_assignments")]
    #[expect(clippy::too_many_arguments, reason = "query parameters")]
    async fn list_assignments(
        &self,
        auth: Auth<can::UseOwnAccount>,
        app: Data<&App>,
        person: Query<Option<PersonId>>,
        unit: Query<Option<UnitId>>,
        role: Query<Option<Role>>,
        ended: Query<Option<bool>>,
        limit: Query<Option<u64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<Assignment>>> {
        let slice = Slice::new(limit.0, cursor.0.as_deref())?;
        let filter = roles::Filter { person: person.0, unit: unit.0, role: role.0, ended: ended.0.unwrap_or_default() };
        let rows = roles::list(app.store.read(), &auth, &filter, &slice).await?;
        let path = link(
            "/api/v1/assignments",
            &[
                ("person", person.0.map(|id| id.to_string())),
                ("unit", unit.0.map(|id| id.to_string())),
                ("role", role.0.map(|role| role.to_string())),
                ("ended", ended.0.map(|yes| yes.to_string())),
            ],
        );
        let key = |row: &entities::assignment::Model| (row.created_at.to_rfc3339().into(), row.id.0);
        let (rows, next) = slice.page(rows, &path, key, |row| row);
        Ok(Json(Page { items: assignments(&app, rows).await?, next }))
    }

    /// Give a role
    ///
    /// Never to oneself, never above one's own ceiling, never beside a role it must be kept apart from.
    #[oai(path = "/assignments", method = "post", operation_id = "create_assignment")]
    async fn create_assignment(
        &self,
        auth: Auth<can::Grant>,
        app: Data<&App>,
        body: Json<AssignmentBody>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
    ) -> Result<One<Assignment>> {
        let AssignmentBody { person_id, role, unit_id, span, valid_from, valid_to, reason } = body.0;
        let row =
            roles::give(&app.store, &auth, roles::Input { person_id, role, unit_id, span, valid_from, valid_to, reason }).await?;
        let version = row.version;
        Ok(One::made(assignment(&app, row).await?, version))
    }

    /// End a role
    #[oai(path = "/assignments/:id/end", method = "post", operation_id = "end_assignment")]
    async fn end_assignment(
        &self,
        auth: Auth<can::Grant>,
        app: Data<&App>,
        id: Path<AssignmentId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<AssignmentEnd>,
    ) -> Result<One<Assignment>> {
        let row = roles::end(&app.store, &auth, id.0, seen.0, body.0.last_day, body.0.reason).await?;
        let version = row.version;
        Ok(One::found(assignment(&app, row).await?, version))
    }

    /// One's own tokens
    #[oai(path = "/tokens", method = "get", operation_id = "list_tokens")]
    async fn list_tokens(&self, auth: Auth<can::UseOwnAccount>, app: Data<&App>) -> Result<Json<Vec<Token>>> {
        Ok(Json(tokens::list(app.store.read(), &auth).await?.into_iter().map(token).collect::<Result<_>>()?))
    }

    /// Make a token
    #[oai(path = "/tokens", method = "post", operation_id = "create_token")]
    async fn create_token(
        &self,
        auth: Auth<can::UseOwnAccount>,
        app: Data<&App>,
        body: Json<TokenBody>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
    ) -> Result<One<MadeToken>> {
        let TokenBody { name, permissions, days } = body.0;
        let made = tokens::create(&app.store, &auth, tokens::Input { name, permissions, days }).await?;
        let version = made.row.version;
        Ok(One::made(MadeToken { token: token(made.row)?, secret: made.secret }, version))
    }

    /// Revoke a token
    #[oai(path = "/tokens/:id/revoke", method = "post", operation_id = "revoke_token")]
    async fn revoke_token(&self, auth: Auth<can::UseOwnAccount>, app: Data<&App>, id: Path<TokenId>) -> Result<Done> {
        tokens::revoke(&app.store, &auth, id.0).await?;
        Ok(Done::Done)
    }
}

async fn named(app: &App, row: entities::membership::Model) -> Result<Membership> {
    let names = crate::units::names(app.store.read(), [row.unit_id]).await?;
    Ok(membership(Place { unit: names.get(&row.unit_id).cloned().unwrap_or_default(), row }))
}
