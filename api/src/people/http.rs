//! `/sessions`, `/me` (and the people they belong to).

use chrono::{DateTime, NaiveDate, Utc};
use domain::id::{PersonId, UnitId};
use domain::permission::{Permission, Role, Span};
use domain::record::SessionKind;
use entities::unit;
use poem::Request;
use poem::web::{Data, RemoteAddr};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::app::App;
use crate::auth::{Auth, can, session};
use crate::error::Result;
use crate::http::Done;

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

#[OpenApi]
impl PeopleApi {}
