//! Who is calling and what they may do: `Auth<P>` is the argument that is the proof.

pub mod password;
pub mod session;

use std::marker::PhantomData;
use std::ops::Deref;

use chrono::NaiveDate;
use domain::id::{PersonId, SessionId, TokenId, UnitId};
use domain::permission::{Permission, Role, Span};
use entities::{assignment, corrective_action, inspection_member, unit_path, unit_succession};
use poem::http::header;
use poem::{Request, RequestBody};
use poem_openapi::registry::{MetaSecurityScheme, Registry};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};
use sea_orm::sea_query::{
    Alias, CommonTableExpression, Cond, Expr, IntoCondition, Query, SelectStatement, UnionType, WithClause,
};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QuerySelect};

use crate::app::App;
use crate::error::{Error, Result};

/// The name of the session cookie.
pub const COOKIE: &str = "chuan_session";

/// The signed-in person of one request, with everything permissions need. Read from the database
/// in this request: an ended role stops working with the next one.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The person.
    pub person: PersonId,
    /// Full name.
    pub name: String,
    /// What they hold today, team roles included.
    pub grants: Vec<Held>,
    /// The session, when signed in by one.
    pub session: Option<session::Open>,
    /// The token, when called by one.
    pub token: Option<TokenId>,
    /// A token's own limit on permissions.
    pub limit: Option<Vec<Permission>>,
    /// Today in Vietnam.
    pub today: NaiveDate,
    /// The request's id.
    pub request_id: String,
    /// The Idempotency-Key of the request.
    pub once: Option<Once>,
}

/// A role held today. Team roles and verifier duties have no unit: the row decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The role.
    pub role: Role,
    /// Where; `None` for roles that come from an inspection or a corrective action.
    pub unit: Option<UnitId>,
    /// How far down.
    pub span: Span,
}

/// An Idempotency-Key and what it was sent with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Once {
    /// The client's key.
    pub key: String,
    /// SHA-256 of method, path and body.
    pub fingerprint: String,
}

impl Caller {
    /// Whether any role held allows it.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        let everyone = matches!(permission, Permission::UseOwnAccount | Permission::ReadReference);
        self.limit.as_ref().is_none_or(|limit| limit.contains(&permission))
            && (everyone || self.grants.iter().any(|held| held.role.grants(permission)))
    }

    /// Whether the role is held anywhere.
    #[must_use]
    pub fn holds(&self, role: Role) -> bool {
        self.grants.iter().any(|held| held.role == role)
    }

    /// `Ok` when allowed.
    ///
    /// # Errors
    /// [`Error::Forbidden`] otherwise.
    pub fn require(&self, permission: Permission) -> Result<()> {
        if self.may(permission) { Ok(()) } else { Err(Error::Forbidden(permission)) }
    }

    /// The units this permission reaches, as a subquery: scope is a join, never a list of ids.
    #[must_use]
    pub fn scope(&self, permission: Permission) -> Scope {
        let roles = self.grants.iter().filter(|held| held.unit.is_some() && held.role.grants(permission)).map(|held| held.role);
        let mut roles: Vec<Role> = if self.may(permission) { roles.collect() } else { Vec::new() };
        roles.sort_unstable();
        roles.dedup();
        Scope { person: self.person, roles, today: self.today, inherits: false }
    }

    /// The units whose records this permission lets the caller read: those in scope, and those that
    /// passed into one of them, however many successions ago. Rights of reading follow the recorded
    /// succession; acts do not, so this is for seeing only.
    #[must_use]
    pub fn reading_scope(&self, permission: Permission) -> Scope {
        Scope { inherits: true, ..self.scope(permission) }
    }

    /// Whether the person holds one of these roles at this unit (or above it, with a subtree).
    ///
    /// # Errors
    /// The database's.
    pub async fn holds_at(&self, db: &impl ConnectionTrait, roles: &[Role], unit: UnitId) -> Result<bool> {
        self.scope_of(roles).contains(db, unit).await
    }

    /// The units where the person holds one of these roles, as a subquery.
    #[must_use]
    pub fn scope_of(&self, roles: &[Role]) -> Scope {
        let roles = roles.iter().copied().filter(|role| self.holds(*role)).collect();
        Scope { person: self.person, roles, today: self.today, inherits: false }
    }
}

/// The units a caller's roles reach for one permission.
#[derive(Clone, Debug)]
pub struct Scope {
    person: PersonId,
    roles: Vec<Role>,
    today: NaiveDate,
    /// Predecessors of the units in scope are in it too.
    inherits: bool,
}

impl Scope {
    /// The condition «this column names a unit in scope».
    pub fn covers(&self, column: impl ColumnTrait) -> Condition {
        if self.roles.is_empty() {
            return Expr::value(false).eq(true).into_condition();
        }
        let units = if self.inherits { self.units_and_predecessors() } else { self.units() };
        Expr::col(column.as_column_ref()).in_subquery(units).into_condition()
    }

    fn units(&self) -> SelectStatement {
        let (path, held) = (Alias::new("scope_path"), Alias::new("scope_assignment"));
        Query::select()
            .column((path.clone(), unit_path::Column::DescendantId))
            .from_as(unit_path::Entity, path.clone())
            .inner_join_as_assignment(&path, &held)
            .and_where(Expr::col((held.clone(), assignment::Column::PersonId)).eq(self.person))
            .and_where(Expr::col((held.clone(), assignment::Column::Role)).is_in(self.roles.iter().map(|role| role.code())))
            .and_where(Expr::col((held.clone(), assignment::Column::ValidFrom)).lte(self.today))
            .cond_where(
                Cond::any()
                    .add(Expr::col((held.clone(), assignment::Column::ValidTo)).is_null())
                    .add(Expr::col((held.clone(), assignment::Column::ValidTo)).gte(self.today)),
            )
            .cond_where(
                Cond::any()
                    .add(Expr::col((held, assignment::Column::Span)).eq(Span::Subtree.code()))
                    .add(Expr::col((path, unit_path::Column::Depth)).eq(0)),
            )
            .to_owned()
    }

    /// The units in scope and every unit that passed into one of them by today.
    fn units_and_predecessors(&self) -> SelectStatement {
        let (reached, link, unit_id) = (Alias::new("scope_reached"), Alias::new("scope_link"), Alias::new("unit_id"));
        let passed = Query::select()
            .column((link.clone(), unit_succession::Column::FromUnitId))
            .from_as(unit_succession::Entity, link.clone())
            .inner_join(
                reached.clone(),
                Expr::col((link.clone(), unit_succession::Column::ToUnitId)).eq(Expr::col((reached.clone(), unit_id.clone()))),
            )
            .and_where(Expr::col((link, unit_succession::Column::HappenedOn)).lte(self.today))
            .to_owned();
        // UNION drops what was reached before: a circle of successions ends.
        let all = self.units().union(UnionType::Distinct, passed).to_owned();
        let named = CommonTableExpression::new().table_name(reached.clone()).column(unit_id.clone()).query(all).to_owned();
        Query::select()
            .column((reached.clone(), unit_id))
            .from(reached)
            .with_cte(WithClause::new().recursive(true).cte(named).to_owned())
            .to_owned()
    }

    /// Whether one unit is in scope.
    ///
    /// # Errors
    /// The database's.
    pub async fn contains(&self, db: &impl ConnectionTrait, unit: UnitId) -> Result<bool> {
        if self.roles.is_empty() {
            return Ok(false);
        }
        let found = entities::unit::Entity::find_by_id(unit)
            .filter(self.covers(entities::unit::Column::Id))
            .select_only()
            .column(entities::unit::Column::Id)
            .into_tuple::<UnitId>()
            .one(db)
            .await?;
        Ok(found.is_some())
    }
}

/// Keeps [`Scope::units`] readable.
trait JoinAssignment {
    fn inner_join_as_assignment(&mut self, path: &Alias, held: &Alias) -> &mut Self;
}

impl JoinAssignment for SelectStatement {
    fn inner_join_as_assignment(&mut self, path: &Alias, held: &Alias) -> &mut Self {
        self.join_as(
            sea_orm::sea_query::JoinType::InnerJoin,
            assignment::Entity,
            held.clone(),
            Expr::col((path.clone(), unit_path::Column::AncestorId)).eq(Expr::col((held.clone(), assignment::Column::UnitId))),
        )
    }
}

/// A permission as a type, for `Auth<P>`.
pub trait Can: Send + Sync + 'static {
    /// `Ok` when the caller holds it.
    ///
    /// # Errors
    /// [`Error::Forbidden`] otherwise.
    fn check(caller: &Caller) -> Result<()>;
}

/// One of two permissions is enough: for an act of several sides, of which the row tells whose it is.
#[derive(Debug)]
pub struct Either<A, B>(PhantomData<(A, B)>);

impl<A: Can, B: Can> Can for Either<A, B> {
    fn check(caller: &Caller) -> Result<()> {
        A::check(caller).or_else(|_refused| B::check(caller))
    }
}

macro_rules! can {
    ($($name:ident),+ $(,)?) => {
        /// Every permission as a type.
        pub mod can {
            use super::{Caller, Can, Permission, Result};
            $(
                #[doc = concat!("`Permission::", stringify!($name), "`")]
                #[derive(Debug)]
                pub struct $name;
                impl Can for $name {
                    fn check(caller: &Caller) -> Result<()> { caller.require(Permission::$name) }
                }
            )+
        }
    };
}

can!(
    ReadReference,
    ManageUnits,
    ReadPeople,
    ManagePeople,
    Grant,
    ManageCalendar,
    ManageChecklists,
    ReadProgrammes,
    EditProgrammes,
    ReadInspections,
    PlanInspections,
    OrderInspections,
    RunInspections,
    SignForUnit,
    RegisterPapers,
    ReadFindings,
    DraftPlans,
    DoSteps,
    VerifyActions,
    TransferDuties,
    UseEvidence,
    OperateSystem,
    ReadEvents,
    UseOwnAccount,
    ReadScores,
    ManageCriteria,
    ManageRounds,
    DraftScores,
    AppraiseScores,
    ApprovePublication,
    ReadFigures,
    EditFigures,
    EnterSurveyForms,
    AssignTasks,
    ReadDocuments,
    WorkOnDocuments,
    ControlDocuments,
    ApproveDocuments,
    ReadReviews,
    PrepareReviews,
);

/// The caller, proven to hold the permission `P` somewhere. First argument of every operation.
#[derive(Debug)]
pub struct Auth<P>(pub Caller, PhantomData<P>);

impl<P> Deref for Auth<P> {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.0
    }
}

impl<'a, P: Can> ApiExtractor<'a> for Auth<P> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme];
    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        registry.create_security_scheme("bearer", scheme("http", Some("bearer"), None, None));
        registry.create_security_scheme("session", scheme("apiKey", None, Some(COOKIE), Some("cookie")));
    }

    fn security_schemes() -> Vec<&'static str> {
        vec!["bearer", "session"]
    }

    async fn from_request(request: &'a Request, _: &mut RequestBody, _: ExtractParamOptions<()>) -> poem::Result<Self> {
        let caller = authenticate(request).await?;
        P::check(&caller)?;
        Ok(Self(caller, PhantomData))
    }
}

fn scheme(
    ty: &'static str,
    scheme: Option<&'static str>,
    name: Option<&'static str>,
    key_in: Option<&'static str>,
) -> MetaSecurityScheme {
    MetaSecurityScheme { ty, description: None, name, key_in, scheme, bearer_format: None, flows: None, openid_connect_url: None }
}

/// Finds out who calls: a bearer token, else the session cookie. A cookie alone is not enough for
/// an unsafe API method: it must come with the session's own token in `X-CSRF-Token`.
///
/// # Errors
/// 401 without a valid credential, 403 for a cookie without its token, 503 when the database is away.
pub async fn authenticate(request: &Request) -> Result<Caller> {
    let app: &App = request.data::<App>().ok_or_else(|| Error::Internal(anyhow::anyhow!("no application in the request")))?;
    if let Some(value) = request.headers().get(header::AUTHORIZATION) {
        let token = value.to_str().ok().and_then(|text| text.strip_prefix("Bearer ")).ok_or(Error::Unauthenticated)?;
        return session::by_token(app, token.trim(), context(request)).await;
    }
    let cookie = cookie_of(request).ok_or(Error::Unauthenticated)?;
    let caller = session::by_cookie(app, &cookie, context(request)).await?;
    let is_api = request.uri().path().starts_with("/api/") || request.original_uri().path().starts_with("/api/");
    if is_api && !request.method().is_safe() {
        let sent = request.headers().get("X-CSRF-Token").and_then(|value| value.to_str().ok());
        if sent.is_none() || sent != caller.session.as_ref().map(|open| open.csrf.as_str()) {
            return Err(Error::CrossSite);
        }
    }
    Ok(caller)
}

fn cookie_of(request: &Request) -> Option<String> {
    request
        .headers()
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .find_map(|pair| {
            let (name, value) = pair.trim().split_once('=')?;
            (name == COOKIE).then(|| value.to_owned())
        })
}

/// What the edge has put into the request for the caller.
#[derive(Clone, Debug, Default)]
pub struct RequestContext {
    /// The request's id.
    pub id: String,
    /// The Idempotency-Key, when sent.
    pub once: Option<Once>,
}

fn context(request: &Request) -> RequestContext {
    request.data::<RequestContext>().cloned().unwrap_or_default()
}

/// What a person holds today: assignments at units, team roles, verifier duties.
pub(crate) async fn held(db: &impl ConnectionTrait, person: PersonId, today: NaiveDate) -> Result<Vec<Held>> {
    let assigned = assignment::Entity::find()
        .filter(assignment::Column::PersonId.eq(person))
        .filter(assignment::Column::ValidFrom.lte(today))
        .filter(Condition::any().add(assignment::Column::ValidTo.is_null()).add(assignment::Column::ValidTo.gte(today)))
        .all(db)
        .await?;
    let mut held: Vec<Held> =
        assigned.into_iter().map(|row| Held { role: row.role, unit: Some(row.unit_id), span: row.span }).collect();
    let team: Vec<domain::inspection::TeamRole> = inspection_member::Entity::find()
        .select_only()
        .column(inspection_member::Column::TeamRole)
        .filter(inspection_member::Column::PersonId.eq(person))
        .distinct()
        .into_tuple()
        .all(db)
        .await?;
    held.extend(team.into_iter().map(|role| Held { role: team_role(role), unit: None, span: Span::Own }));
    let verifies = corrective_action::Entity::find()
        .select_only()
        .column(corrective_action::Column::Id)
        .filter(corrective_action::Column::VerifierId.eq(person))
        .limit(1)
        .into_tuple::<domain::id::CorrectiveActionId>()
        .one(db)
        .await?;
    if verifies.is_some() {
        held.push(Held { role: Role::Verifier, unit: None, span: Span::Own });
    }
    Ok(held)
}

/// The role that a part in a team gives.
fn team_role(part: domain::inspection::TeamRole) -> Role {
    match part {
        domain::inspection::TeamRole::LeadInspector => Role::LeadInspector,
        domain::inspection::TeamRole::Inspector => Role::Inspector,
        domain::inspection::TeamRole::TeamSecretary => Role::TeamSecretary,
    }
}

/// The id of a session for events.
#[must_use]
pub fn session_id(caller: &Caller) -> Option<SessionId> {
    caller.session.as_ref().map(|open| open.id)
}
