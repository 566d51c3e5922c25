//! The composition root: builds [`App`] and the route tree.

use std::ops::Deref;
use std::sync::{Arc, LazyLock};

use poem::endpoint::BoxEndpoint;
use poem::web::Html;
use poem::{Endpoint, EndpointExt as _, Response, Route};
use poem_openapi::OpenApiService;
use render::Renderer;

use crate::clock::Clock;
use crate::config::Config;
use crate::error::Result;
use crate::http::edge::Edge;
use crate::mail::Mailer;
use crate::store::Store;

/// Everything a request or a job needs. Cheap to clone.
#[derive(Clone, Debug)]
pub struct App(Arc<Inner>);

/// The parts of [`App`].
#[derive(Debug)]
pub struct Inner {
    /// Settings.
    pub config: Config,
    /// The database.
    pub store: Store,
    /// Pages, mails, papers.
    pub renderer: Renderer,
    /// The way mail leaves.
    pub mailer: Mailer,
    /// Where evidence is kept.
    pub blobs: crate::evidence::Blobs,
}

impl Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl App {
    /// Opens the database and builds everything from the settings.
    ///
    /// # Errors
    /// A setting that does not work; the message says which.
    pub async fn build(config: Config, clock: Clock) -> anyhow::Result<Self> {
        let store = Store::open(&config, clock).await?;
        let mailer = Mailer::new(&config)?;
        Self::assemble(config, store, mailer)
    }

    /// Puts the parts together; tests bring their own mailer.
    ///
    /// # Errors
    /// Templates or storage do not work.
    pub fn assemble(config: Config, store: Store, mailer: Mailer) -> anyhow::Result<Self> {
        let renderer = Renderer::new()?;
        let blobs = crate::evidence::Blobs::open(&config)?;
        Ok(Self(Arc::new(Inner { config, store, renderer, mailer, blobs })))
    }

    /// Whether the sample world is loaded; every page says so.
    ///
    /// # Errors
    /// The database's.
    pub async fn sample_world(&self) -> Result<bool> {
        crate::installation::flag(self.store.read(), crate::installation::SAMPLE_WORLD).await
    }
}

/// The JSON API with its documents.
#[must_use]
pub fn api_service() -> OpenApiService<impl poem_openapi::OpenApi, ()> {
    OpenApiService::new(
        (
            (
                crate::people::http::SessionsApi,
                crate::people::http::PeopleApi,
                crate::units::http::UnitsApi,
                crate::calendar::http::CalendarApi,
                crate::standards::http::StandardsApi,
                crate::checklists::http::ChecklistsApi,
                crate::programmes::http::ProgrammesApi,
                crate::inspections::http::InspectionsApi,
                crate::inspections::http::InspectionLinesApi,
                crate::rounds::http::RoundsApi,
                crate::rounds::http::SheetsApi,
                crate::rounds::http::findings::RoundFindingsApi,
            ),
            (
                crate::findings::http::FindingsApi,
                crate::corrective_actions::http::CorrectiveActionsApi,
                crate::criteria::http::CriteriaApi,
                crate::dossiers::http::DossiersApi,
                crate::evidence::http::EvidenceApi,
                crate::reports::http::ReportsApi,
                crate::reminders::http::RemindersApi,
                crate::events::http::EventsApi,
                crate::work::http::WorkApi,
            ),
            (
                crate::year_work::http::WorkItemsApi,
                crate::surveys::http::SurveysApi,
                (
                    crate::documents::http::DocumentSetsApi,
                    crate::documents::http::DocumentListsApi,
                    crate::documents::http::ProcedureChangesApi,
                ),
                crate::documents::http::DocumentsApi,
                crate::documents::http::RevisionsApi,
                crate::documents::http::RegistersApi,
                crate::conformity::http::ConformityApi,
                crate::objectives::http::ObjectivesApi,
                crate::management_reviews::http::ManagementReviewsApi,
            ),
        ),
        "Chuẩn",
        env!("CARGO_PKG_VERSION"),
    )
    .description("Quản lý chất lượng và kiểm tra tuân thủ cho chính quyền địa phương. Xem docs/api-guide.md.")
    .server("/api/v1")
}

/// The API's documents: of the program, not of one application, and long to write.
static SPEC: LazyLock<String> = LazyLock::new(|| api_service().spec());
static DOCS: LazyLock<String> = LazyLock::new(|| api_service().swagger_ui_html());

/// The whole route tree behind the edge.
#[must_use]
pub fn routes(app: &App) -> BoxEndpoint<'static, Response> {
    let spec = poem::endpoint::make_sync(|_| Response::builder().content_type("application/json").body(SPEC.as_str()));
    let docs = || poem::endpoint::make_sync(|_| Html(DOCS.as_str()));
    let tree = Route::new()
        .at("/api/v1/openapi.json", spec)
        .nest("/api/v1", api_service())
        .at("/api/docs", docs())
        .at("/api/docs/", docs())
        .nest("/health", crate::health::routes())
        .at("/metrics", poem::get(crate::health::metrics))
        .nest("/", crate::pages());
    Edge { app: app.clone(), inner: tree }.map_to_response().boxed()
}

/// The OpenAPI document as committed: stable order, one final line break.
///
/// # Errors
/// The document is not JSON, which would be a bug of the framework.
pub fn openapi_document() -> anyhow::Result<String> {
    let value: serde_json::Value = serde_json::from_str(&api_service().spec())?;
    Ok(format!("{}\n", serde_json::to_string_pretty(&sorted(value))?))
}

/// Keys in their order, whatever features serde_json was built with.
fn sorted(value: serde_json::Value) -> serde_json::Value {
    match value {
        serde_json::Value::Object(fields) => {
            let fields: std::collections::BTreeMap<String, serde_json::Value> = fields.into_iter().collect();
            fields.into_iter().map(|(key, value)| (key, sorted(value))).collect()
        }
        serde_json::Value::Array(items) => items.into_iter().map(sorted).collect(),
        other => other,
    }
}

/// Wraps an endpoint in what tests and the server share.
pub fn endpoint(app: &App) -> impl Endpoint<Output = Response> + use<> {
    routes(app)
}
