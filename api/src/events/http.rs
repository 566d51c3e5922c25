//! `/events`: the audit trail.

use chrono::{DateTime, NaiveDate, Utc};
use domain::id::{EventId, PersonId, UnitId};
use domain::record::Subject;
use entities::event;
use poem::web::Data;
use poem_openapi::param::Query;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use super::Filter;
use crate::app::App;
use crate::auth::{Auth, can};
use crate::error::Result;
use crate::http::{Page, Slice, link};

/// Operations of this area.
#[derive(Debug)]
pub struct EventsApi;

/// Something that was done.
#[derive(Debug, Object)]
pub struct Event {
    /// Its id; later ones are greater.
    pub id: EventId,
    /// When.
    pub at: DateTime<Utc>,
    /// Who; absent for jobs and the command line.
    pub actor_id: Option<PersonId>,
    /// Their name.
    pub actor_name: Option<String>,
    /// `person`, `job:<kind>`, `cli`.
    pub principal: String,
    /// What, as `finding.raised`.
    pub kind: String,
    /// To what kind of record.
    pub subject: Subject,
    /// Its id.
    pub subject_id: Option<Uuid>,
    /// The unit it belonged to then.
    pub unit_id: Option<UnitId>,
    /// The unit's name.
    pub unit_name: Option<String>,
    /// Old values; never for the security auditor.
    pub before: Option<serde_json::Value>,
    /// New values; never for the security auditor.
    pub after: Option<serde_json::Value>,
    /// The reason given; never for the security auditor.
    pub reason: Option<String>,
    /// The request it was done in.
    pub request_id: Option<String>,
}

/// Rows with the names in them: two statements for all.
pub(super) async fn named(app: &App, rows: Vec<event::Model>) -> Result<Vec<Event>> {
    let db = app.store.read();
    let people = crate::store::names_of_people(db, rows.iter().filter_map(|row| row.actor_id)).await?;
    let units = crate::units::names(db, rows.iter().filter_map(|row| row.unit_id)).await?;
    let show = |row: event::Model| Event {
        id: row.id,
        at: row.at,
        actor_id: row.actor_id,
        actor_name: row.actor_id.and_then(|id| people.get(&id).cloned()),
        principal: row.principal,
        kind: row.kind,
        subject: row.subject,
        subject_id: row.subject_id,
        unit_id: row.unit_id,
        unit_name: row.unit_id.and_then(|id| units.get(&id).cloned()),
        before: row.before,
        after: row.after,
        reason: row.reason,
        request_id: row.request_id,
    };
    Ok(rows.into_iter().map(show).collect())
}

#[OpenApi]
impl EventsApi {
    /// The audit trail
    ///
    /// Newest first: one's own acts, those of the units one works for, and for the security auditor all of them without values.
    /// `kind` is a verb (`finding.raised`) or an area (`finding.`).
    #[oai(path = "/events", method = "get", operation_id = "list_events")]
    #[expect(clippy::too_many_arguments, reason = "query parameters")]
    async fn list_events(
        &self,
        auth: Auth<can::UseOwnAccount>,
        app: Data<&App>,
        subject: Query<Option<Subject>>,
        subject_id: Query<Option<Uuid>>,
        actor: Query<Option<PersonId>>,
        unit: Query<Option<UnitId>>,
        kind: Query<Option<String>>,
        from: Query<Option<NaiveDate>>,
        to: Query<Option<NaiveDate>>,
        limit: Query<Option<u64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<Event>>> {
        let slice = Slice::new(limit.0, cursor.0.as_deref())?;
        let filter = Filter {
            subject: subject.0,
            subject_id: subject_id.0,
            actor: actor.0,
            unit: unit.0,
            kind: kind.0,
            from: from.0,
            to: to.0,
        };
        let rows = super::list(app.store.read(), &auth, &filter, &slice).await?;
        let (rows, next) =
            slice.page(rows, &path("/api/v1/events", &filter), |row| (serde_json::Value::Null, row.id.0), |row| row);
        Ok(Json(Page { items: named(&app, rows).await?, next }))
    }
}

/// The address of a list with its filters.
pub(super) fn path(path: &str, filter: &Filter) -> String {
    link(
        path,
        &[
            ("subject", filter.subject.map(|subject| subject.to_string())),
            ("subject_id", filter.subject_id.map(|id| id.to_string())),
            ("actor", filter.actor.map(|id| id.to_string())),
            ("unit", filter.unit.map(|id| id.to_string())),
            ("kind", filter.kind.clone()),
            ("from", filter.from.map(|day| day.to_string())),
            ("to", filter.to.map(|day| day.to_string())),
        ],
    )
}
