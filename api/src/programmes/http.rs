//! The JSON API of this area: a thin adapter over its use cases.

use chrono::{DateTime, NaiveDate, Utc};
use domain::checklist::InspectionKind;
use domain::id::{InspectionId, PersonId, ProgrammeId, UnitId};
use domain::inspection::InspectionState;
use domain::record::ProgrammeState;
use entities::{inspection, programme};
use poem::web::Data;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

use super::{Filter, Rights, Texts};
use crate::app::App;
use crate::auth::{Auth, Caller, can};
use crate::error::Result;
use crate::http::{One, Page, Slice, Version, link};

/// Operations of this area.
#[derive(Debug)]
pub struct ProgrammesApi;

/// A yearly programme.
#[derive(Debug, Object)]
pub struct Programme {
    /// Id.
    pub id: ProgrammeId,
    /// Number for people.
    pub code: String,
    /// The year.
    pub year: i32,
    /// The inspecting unit.
    pub unit_id: UnitId,
    /// Title.
    pub title: String,
    /// What it is for.
    pub objective: Option<String>,
    /// Căn cứ, one a line.
    pub legal_basis: Option<String>,
    /// Where it stands.
    pub state: ProgrammeState,
    /// Who approved it.
    pub approved_by_id: Option<PersonId>,
    /// When.
    pub approved_at: Option<DateTime<Utc>>,
    /// Version for `If-Match`.
    pub version: i64,
    /// What the caller may do now: `update`, `approve`, `close`; only when one is asked for.
    #[oai(skip_serializing_if_is_none)]
    pub available: Option<Vec<String>>,
    /// Its inspections by day; only when one is asked for.
    #[oai(skip_serializing_if_is_none)]
    pub inspections: Option<Vec<Planned>>,
}

/// An inspection of a programme.
#[derive(Debug, Object)]
pub struct Planned {
    /// Id.
    pub id: InspectionId,
    /// Number for people.
    pub code: String,
    /// Kind.
    pub kind: InspectionKind,
    /// The inspected unit.
    pub unit_id: UnitId,
    /// The day.
    pub planned_on: NaiveDate,
    /// Where it stands.
    pub state: InspectionState,
}

/// A programme to be written.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct NewProgramme {
    /// The inspecting unit; may be left out by who plans for one unit only.
    pub unit_id: Option<UnitId>,
    /// The year.
    pub year: i32,
    /// Title.
    pub title: String,
    /// What it is for.
    pub objective: Option<String>,
    /// Căn cứ, one a line.
    pub legal_basis: Option<String>,
}

/// What may change of a draft; what is left out stays.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct ProgrammeChange {
    /// Title.
    pub title: Option<String>,
    /// What it is for.
    pub objective: Option<String>,
    /// Căn cứ, one a line.
    pub legal_basis: Option<String>,
}

impl From<programme::Model> for Programme {
    fn from(row: programme::Model) -> Self {
        Self {
            id: row.id,
            code: row.code,
            year: row.year,
            unit_id: row.unit_id,
            title: row.title,
            objective: row.objective,
            legal_basis: row.legal_basis,
            state: row.state,
            approved_by_id: row.approved_by_id,
            approved_at: row.approved_at,
            version: row.version,
            available: None,
            inspections: None,
        }
    }
}

impl From<inspection::Model> for Planned {
    fn from(row: inspection::Model) -> Self {
        Self { id: row.id, code: row.code, kind: row.kind, unit_id: row.unit_id, planned_on: row.planned_on, state: row.state }
    }
}

fn verbs(rights: Rights) -> Vec<String> {
    let Rights { edit, approve, close } = rights;
    let all = [(edit, "update"), (approve, "approve"), (close, "close")];
    all.into_iter().filter(|(may, _)| *may).map(|(_, verb)| verb.to_owned()).collect()
}

async fn full(app: &App, caller: &Caller, row: programme::Model) -> Result<Programme> {
    let db = app.store.read();
    let rights = super::rights(db, caller, &row).await?;
    let visits = super::inspections(db, caller, row.id).await?;
    Ok(Programme {
        available: Some(verbs(rights)),
        inspections: Some(visits.into_iter().map(Planned::from).collect()),
        ..Programme::from(row)
    })
}

#[OpenApi]
impl ProgrammesApi {
    /// List programmes
    #[oai(path = "/programmes", method = "get", operation_id = "list_programmes")]
    #[expect(clippy::too_many_arguments, reason = "query parameters")]
    async fn list_programmes(
        &self,
        auth: Auth<can::ReadProgrammes>,
        app: Data<&App>,
        year: Query<Option<i32>>,
        unit_id: Query<Option<UnitId>>,
        state: Query<Option<ProgrammeState>>,
        limit: Query<Option<u64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<Programme>>> {
        let slice = Slice::new(limit.0, cursor.0.as_deref())?;
        let filter = Filter { year: year.0, unit_id: unit_id.0, state: state.0 };
        let path = link(
            "/api/v1/programmes",
            &[
                ("year", filter.year.map(|year| year.to_string())),
                ("unit_id", filter.unit_id.map(|unit| unit.to_string())),
                ("state", filter.state.map(|state| state.to_string())),
            ],
        );
        let rows = super::list(app.store.read(), &auth, &filter, &slice).await?;
        let (items, next) = slice.page(rows, &path, |row| (row.year.into(), row.id.0), Programme::from);
        Ok(Json(Page { items, next }))
    }

    /// Get a programme with its inspections
    #[oai(path = "/programmes/:id", method = "get", operation_id = "get_programme")]
    async fn get_programme(
        &self,
        auth: Auth<can::ReadProgrammes>,
        app: Data<&App>,
        id: Path<ProgrammeId>,
    ) -> Result<One<Programme>> {
        let row = super::find(app.store.read(), &auth, id.0).await?;
        let version = row.version;
        Ok(One::found(full(&app, &auth, row).await?, version))
    }

    /// Write a programme
    #[oai(path = "/programmes", method = "post", operation_id = "create_programme")]
    async fn create_programme(
        &self,
        auth: Auth<can::EditProgrammes>,
        app: Data<&App>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
        body: Json<NewProgramme>,
    ) -> Result<One<Programme>> {
        let NewProgramme { unit_id, year, title, objective, legal_basis } = body.0;
        let new = super::NewProgramme { unit_id, year, texts: Texts { title, objective, legal_basis } };
        let row = super::create(&app.store, &auth, new).await?;
        let version = row.version;
        Ok(One::made(full(&app, &auth, row).await?, version))
    }

    /// Change the texts of a draft
    #[oai(path = "/programmes/:id", method = "patch", operation_id = "update_programme")]
    async fn update_programme(
        &self,
        auth: Auth<can::EditProgrammes>,
        app: Data<&App>,
        id: Path<ProgrammeId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<ProgrammeChange>,
    ) -> Result<One<Programme>> {
        let now = super::find(app.store.read(), &auth, id.0).await?;
        let ProgrammeChange { title, objective, legal_basis } = body.0;
        let texts = Texts {
            title: title.unwrap_or(now.title),
            objective: objective.or(now.objective),
            legal_basis: legal_basis.or(now.legal_basis),
        };
        let row = super::update(&app.store, &auth, id.0, seen.0, texts).await?;
        let version = row.version;
        Ok(One::found(full(&app, &auth, row).await?, version))
    }

    /// Approve a programme
    ///
    /// The act of the ordering authority of its unit.
    #[oai(path = "/programmes/:id/approve", method = "post", operation_id = "approve_programme")]
    async fn approve_programme(
        &self,
        auth: Auth<can::OrderInspections>,
        app: Data<&App>,
        id: Path<ProgrammeId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
    ) -> Result<One<Programme>> {
        let row = super::approve(&app.store, &auth, id.0, seen.0).await?;
        let version = row.version;
        Ok(One::found(full(&app, &auth, row).await?, version))
    }

    /// Close a programme
    ///
    /// Every inspection of it is closed or cancelled.
    #[oai(path = "/programmes/:id/close", method = "post", operation_id = "close_programme")]
    async fn close_programme(
        &self,
        auth: Auth<can::EditProgrammes>,
        app: Data<&App>,
        id: Path<ProgrammeId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
    ) -> Result<One<Programme>> {
        let row = super::close(&app.store, &auth, id.0, seen.0).await?;
        let version = row.version;
        Ok(One::found(full(&app, &auth, row).await?, version))
    }
}
