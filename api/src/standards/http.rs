//! `/standards` and `/standard-uses`.

use chrono::NaiveDate;
use domain::id::{StandardId, StandardUseId, UnitId};
use entities::{standard, standard_use};
use poem::web::Data;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

use super::NewUse;
use crate::app::App;
use crate::auth::{Auth, can};
use crate::error::Result;
use crate::http::One;

/// Operations of this area.
#[derive(Debug)]
pub struct StandardsApi;

/// An edition of a standard.
#[derive(Debug, Object)]
pub struct Standard {
    /// Its id.
    pub id: StandardId,
    /// Code with edition.
    pub code: String,
    /// Vietnamese title.
    pub title: String,
    /// English title.
    pub title_en: Option<String>,
    /// Edition.
    pub edition: String,
    /// Code of the national edition (TCVN); none where there is none.
    pub national_code: Option<String>,
    /// When it was published.
    pub published_on: Option<NaiveDate>,
    /// What a reader must know about it.
    pub note: Option<String>,
    /// How far this is verified.
    pub trust: Option<String>,
}

impl Standard {
    fn of(row: standard::Model) -> Self {
        let standard::Model { id, code, title, title_en, edition, source: _, national_code, published_on, note, trust } = row;
        Self { id, code, title, title_en, edition, national_code, published_on, note, trust }
    }
}

/// A clause: number and titles, never its text.
#[derive(Debug, Object)]
pub struct Clause {
    /// Number.
    pub code: String,
    /// Vietnamese title; empty where the standard gives none.
    pub title: String,
    /// English title.
    pub title_en: Option<String>,
    /// How far the title is verified.
    pub trust: String,
}

/// Where a clause of an older edition stands in a newer one.
#[derive(Debug, Object)]
pub struct ClauseMove {
    /// Number in the older edition; none for a new clause.
    pub from: Option<String>,
    /// Number in the newer edition; none for one that is gone.
    pub to: Option<String>,
    /// What has changed, in the source's summary.
    pub change: Option<String>,
}

/// From which day a unit, or every agency, works by an edition.
#[derive(Debug, Object)]
pub struct StandardUse {
    /// Its id.
    pub id: StandardUseId,
    /// The unit; none for what holds for all agencies.
    pub unit_id: Option<UnitId>,
    /// The edition.
    pub standard_id: StandardId,
    /// The first day.
    pub valid_from: NaiveDate,
    /// The decision or letter it rests on.
    pub ground: String,
    /// How far verified, where it came with the program.
    pub trust: Option<String>,
}

impl StandardUse {
    fn of(row: standard_use::Model) -> Self {
        let standard_use::Model { id, unit_id, standard_id, valid_from, ground, trust, .. } = row;
        Self { id, unit_id, standard_id, valid_from, ground, trust }
    }
}

/// By which edition a unit works.
#[derive(Debug, Object)]
pub struct StandardsOfUnit {
    /// The edition it works by on the day asked for; none before any held.
    pub in_use: Option<Standard>,
    /// Since when.
    pub valid_from: Option<NaiveDate>,
    /// Whether the unit has said so itself; else it is what holds for all agencies.
    pub own: bool,
    /// Everything said of it, last said first.
    pub history: Vec<StandardUse>,
}

/// «From this day on we work by this edition.»
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct StandardUseBody {
    /// The unit.
    pub unit_id: UnitId,
    /// The edition.
    pub standard_id: StandardId,
    /// The first day.
    pub valid_from: NaiveDate,
    /// The decision or letter it rests on.
    pub ground: String,
}

#[OpenApi]
impl StandardsApi {
    /// Standards by edition
    #[oai(path = "/standards", method = "get", operation_id = "list_standards")]
    async fn list_standards(&self, _auth: Auth<can::ReadReference>, app: Data<&App>) -> Result<Json<Vec<Standard>>> {
        let rows = super::list(app.store.read()).await?;
        Ok(Json(rows.into_iter().map(Standard::of).collect()))
    }

    /// The clauses of an edition
    #[oai(path = "/standards/:id/clauses", method = "get", operation_id = "list_clauses")]
    async fn list_clauses(
        &self,
        _auth: Auth<can::ReadReference>,
        app: Data<&App>,
        id: Path<StandardId>,
    ) -> Result<Json<Vec<Clause>>> {
        let rows = super::clauses(app.store.read(), id.0).await?;
        let show =
            |row: entities::clause::Model| Clause { code: row.code, title: row.title, title_en: row.title_en, trust: row.trust };
        Ok(Json(rows.into_iter().map(show).collect()))
    }

    /// Where the clauses of an edition stand in a newer one
    #[oai(path = "/standards/:id/mapping/:to", method = "get", operation_id = "list_clause_moves")]
    async fn list_clause_moves(
        &self,
        _auth: Auth<can::ReadReference>,
        app: Data<&App>,
        id: Path<StandardId>,
        to: Path<StandardId>,
    ) -> Result<Json<Vec<ClauseMove>>> {
        let rows = super::mapping(app.store.read(), id.0, to.0).await?;
        Ok(Json(rows.into_iter().map(|row| ClauseMove { from: row.from, to: row.to, change: row.change }).collect()))
    }

    /// By which edition a unit works
    ///
    /// On `on`, today when left out. A unit that has said nothing works by what holds for all agencies.
    #[oai(path = "/units/:id/standards", method = "get", operation_id = "get_standards_of_unit")]
    async fn get_standards_of_unit(
        &self,
        auth: Auth<can::ReadDocuments>,
        app: Data<&App>,
        id: Path<UnitId>,
        on: Query<Option<NaiveDate>>,
    ) -> Result<Json<StandardsOfUnit>> {
        let db = app.store.read();
        let history = super::history(db, &auth, id.0).await?;
        let held = super::used_by(db, id.0, on.0.unwrap_or(auth.today)).await?;
        Ok(Json(StandardsOfUnit {
            valid_from: held.as_ref().map(|held| held.valid_from),
            own: held.as_ref().is_some_and(|held| held.own),
            in_use: held.map(|held| Standard::of(held.standard)),
            history: history.into_iter().map(StandardUse::of).collect(),
        }))
    }

    /// Say by which edition a unit works from a day on
    ///
    /// Nothing said before is changed; of two for one day the last counts.
    #[oai(path = "/standard-uses", method = "post", operation_id = "create_standard_use")]
    async fn create_standard_use(
        &self,
        auth: Auth<can::ControlDocuments>,
        app: Data<&App>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
        body: Json<StandardUseBody>,
    ) -> Result<One<StandardUse>> {
        let StandardUseBody { unit_id, standard_id, valid_from, ground } = body.0;
        let row = super::adopt(&app.store, &auth, NewUse { unit_id, standard_id, valid_from, ground }).await?;
        Ok(One::made(StandardUse::of(row), 1))
    }
}
