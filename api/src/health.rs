//! Whether the process lives, whether it can serve, and a few numbers.

use domain::record::{JobState, MailState};
use entities::{job, mail};
use poem::http::StatusCode;
use poem::web::Data;
use poem::{Response, Route, get, handler};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use crate::app::App;
use crate::error::Result;

/// `/health/live`, `/health/ready`.
#[must_use]
pub fn routes() -> Route {
    Route::new().at("/live", get(live)).at("/ready", get(ready))
}

#[handler]
fn live() -> Response {
    Response::builder().content_type("application/json").body(r#"{"status":"live"}"#)
}

/// Ready: the database answers and its schema is ours.
#[handler]
async fn ready(app: Data<&App>) -> Response {
    let (status, word) = match app.store.pending_migrations().await {
        Ok(0) => (StatusCode::OK, "ready"),
        Ok(_) => (StatusCode::SERVICE_UNAVAILABLE, "migrations pending"),
        Err(_away) => (StatusCode::SERVICE_UNAVAILABLE, "database unavailable"),
    };
    Response::builder().status(status).content_type("application/json").body(serde_json::json!({"status": word}).to_string())
}

/// `/metrics` in the Prometheus text form: counters of the queue and the mail ledger.
#[handler]
pub async fn metrics(app: Data<&App>) -> Result<Response> {
    let mut text = String::new();
    for state in JobState::ALL {
        let count = job::Entity::find().filter(job::Column::State.eq(*state)).count(app.store.read()).await?;
        text.push_str(&format!("chuan_jobs{{state=\"{state}\"}} {count}\n"));
    }
    for state in MailState::ALL {
        let count = mail::Entity::find().filter(mail::Column::State.eq(*state)).count(app.store.read()).await?;
        text.push_str(&format!("chuan_mails{{state=\"{state}\"}} {count}\n"));
    }
    Ok(Response::builder().content_type("text/plain; version=0.0.4").body(text))
}
