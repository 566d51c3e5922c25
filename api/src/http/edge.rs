//! The outermost layer: request id, limits, one place where failures become problem+json or a page,
//! and security headers on everything.

use std::time::{Duration, Instant};

use domain::draft::FieldError;
use poem::http::{HeaderValue, StatusCode, header};
use poem::{Body, Endpoint, IntoResponse, Request, Response};
use poem_openapi::error::{
    AuthorizationError, ContentTypeError, ParseMultipartError, ParseParamError, ParsePathError, ParseRequestPayloadError,
};
use render::catalogue::Lang;
use serde_json::json;
use uuid::Uuid;

use super::shape;
use crate::app::App;
use crate::auth::session::sha256_hex;
use crate::auth::{Once, RequestContext};
use crate::error::Error;

/// What the pages may load: only what we serve ourselves.
const CSP: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; \
                   connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// Swagger UI is one page of inline scripts; it gets its own rule and nothing else does.
const DOCS_CSP: &str = "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'; \
                        img-src 'self' data:; font-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Wraps the whole route tree.
#[derive(Debug)]
pub struct Edge<E> {
    /// The application.
    pub app: App,
    /// The route tree.
    pub inner: E,
}

impl<E: Endpoint> Endpoint for Edge<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let started = Instant::now();
        let id = Uuid::from_bytes(rand::random()).simple().to_string();
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let is_api = path.starts_with("/api/");
        let full_path = request.uri().path_and_query().map_or_else(|| path.clone(), ToString::to_string);
        let lang = language(&request);
        // Whoever sent a form goes on at the page it stood on.
        let stood_on = (!method.is_safe() && !is_api).then(|| page_before(&request));
        let (outcome, sent) = match self.prepare(&mut request, &id).await {
            Ok(sent) => (self.run(request, &path).await, sent),
            Err(error) => (Err(error.into()), Vec::new()),
        };
        let mut response = match outcome {
            Ok(response) => response,
            Err(error) if is_api && error.is::<ParseRequestPayloadError>() => {
                let error = shape::explain(&method, &path, &sent).map_or_else(|| understand(error), Error::Invalid);
                problem(&self.app, &error, lang, &id)
            }
            Err(error)
                if error.is::<Error>() && matches!(error.downcast_ref(), Some(Error::Unauthenticated)) && stood_on.is_some() =>
            {
                crate::web::session_over(stood_on.as_deref().unwrap_or("/"))
            }
            Err(error) => self.failure(error, is_api, lang, &id, &full_path).await,
        };
        if response.status().is_server_error() {
            tracing::error!(request.id = %id, http.method = %method, http.path = %path, http.status = response.status().as_u16(), "request failed");
        }
        tracing::info!(
            request.id = %id, http.method = %method, http.path = %path, http.status = response.status().as_u16(),
            duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX), "request done"
        );
        secure(&mut response, &path, &id);
        Ok(response)
    }
}

/// The page of ours that a form was sent from.
fn page_before(request: &Request) -> String {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let from = header("referer").and_then(|from| from.split_once("://")).and_then(|(_, rest)| rest.split_once('/'));
    match from {
        Some((host, path)) if Some(host) == header("host") => format!("/{path}"),
        _ => "/".to_owned(),
    }
}

impl<E: Endpoint> Edge<E> {
    /// Reads the body within its limit (uploads stream past this) and notes the Idempotency-Key.
    /// Gives back what an API call sent, to explain it if it does not fit.
    async fn prepare(&self, request: &mut Request, id: &str) -> Result<Vec<u8>, Error> {
        let mut sent = Vec::new();
        let mut context = RequestContext { id: id.to_owned(), once: None };
        let method = request.method().clone();
        if request.uri().path_and_query().is_some_and(|uri| uri.as_str().contains("%00")) {
            return Err(Error::Malformed("NUL".into()));
        }
        if !method.is_safe() && !streams(request.uri().path()) {
            let limit = body_limit(&self.app, request.uri().path());
            let bytes = request.take_body().into_bytes_limit(limit).await.map_err(|error| match error {
                poem::error::ReadBodyError::PayloadTooLarge => Error::TooLarge(limit as u64),
                other => Error::Malformed(other.to_string()),
            })?;
            if names_nul(request, &bytes) {
                return Err(Error::Malformed("NUL".into()));
            }
            if let Some(key) = request.headers().get("Idempotency-Key") {
                let key = key.to_str().ok().filter(|key| !key.is_empty() && key.len() <= 200);
                let key = key.ok_or_else(|| Error::field("Idempotency-Key", "bad_key"))?.to_owned();
                let mut print = format!("{method} {}\n", request.uri().path()).into_bytes();
                print.extend_from_slice(&bytes);
                context.once = Some(Once { key, fingerprint: sha256_hex(&print) });
            }
            if request.uri().path().starts_with("/api/") {
                sent = bytes.to_vec();
            }
            request.set_body(Body::from_bytes(bytes));
        }
        request.set_data(context);
        request.set_data(self.app.clone());
        Ok(sent)
    }

    async fn run(&self, request: Request, path: &str) -> poem::Result<Response> {
        let seconds = self.app.config.server.request_timeout_s * if streams(path) { 20 } else { 1 };
        match tokio::time::timeout(Duration::from_secs(seconds), self.inner.call(request)).await {
            Ok(outcome) => outcome.map(IntoResponse::into_response),
            Err(_elapsed) => Err(Error::Unavailable("the request took too long".into()).into()),
        }
    }

    /// A failure as the reader wants it: problem+json under `/api`, a page elsewhere.
    async fn failure(&self, error: poem::Error, is_api: bool, lang: Lang, id: &str, full_path: &str) -> Response {
        if !error.has_source() && error.is_from_response() {
            return error.into_response();
        }
        let error = understand(error);
        if let Error::Internal(cause) = &error {
            tracing::error!(request.id = %id, error = format!("{cause:#}"), "internal error");
        }
        if is_api {
            problem(&self.app, &error, lang, id)
        } else {
            crate::web::error_page(&self.app, &error, lang, id, full_path).await
        }
    }
}

/// Whether a JSON or form body holds the character NUL, which PostgreSQL cannot keep and nobody types.
fn names_nul(request: &Request, body: &[u8]) -> bool {
    let kind = request.content_type().unwrap_or_default();
    let written: &[u8] = if kind.starts_with("application/x-www-form-urlencoded") {
        b"%00"
    } else if kind.contains("json") {
        br"\u0000"
    } else {
        return false;
    };
    body.windows(written.len()).any(|window| window == written)
}

/// Uploads are read as a stream by their own operation, with their own limit.
fn streams(path: &str) -> bool {
    path.starts_with("/api/v1/uploads/")
}

/// Forms that carry files may be as long as a piece of evidence.
fn body_limit(app: &App, path: &str) -> usize {
    let config = &app.config;
    if path.starts_with("/api/") || !path.ends_with("/minh-chung") {
        config.server.max_body_bytes
    } else {
        usize::try_from(config.evidence.max_bytes).unwrap_or(usize::MAX).saturating_add(config.server.max_body_bytes)
    }
}

fn language(request: &Request) -> Lang {
    let accepts = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let first = accepts.split([',', ';']).next().unwrap_or_default().trim();
    if request.uri().path().starts_with("/api/") && first.to_ascii_lowercase().starts_with("en") { Lang::En } else { Lang::Vi }
}

/// Our own error, or the framework's in our words.
fn understand(error: poem::Error) -> Error {
    let status = error.status();
    let error = match error.downcast::<Error>() {
        Ok(ours) => return ours,
        Err(error) => error,
    };
    if let Some(parameter) = error.downcast_ref::<ParseParamError>() {
        if parameter.name.eq_ignore_ascii_case("If-Match") {
            return Error::PreconditionRequired;
        }
        return Error::Invalid(vec![FieldError { field: parameter.name.to_string(), code: "bad_parameter", params: Vec::new() }]);
    }
    if error.is::<ParsePathError>() {
        return Error::NotFound;
    }
    if error.is::<ParseRequestPayloadError>() || error.is::<ParseMultipartError>() {
        return Error::Malformed("JSON".into());
    }
    if error.is::<ContentTypeError>() {
        return Error::UnsupportedMedia;
    }
    if error.is::<AuthorizationError>() {
        return Error::Unauthenticated;
    }
    match status {
        StatusCode::NOT_FOUND => Error::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => Error::MethodNotAllowed,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Error::UnsupportedMedia,
        StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge(0),
        status if status.is_client_error() => Error::Malformed(status.to_string()),
        _ => Error::Internal(anyhow::anyhow!("{error}")),
    }
}

/// The sentence of a wrong field.
#[must_use]
pub fn field_sentence(app: &App, lang: Lang, error: &FieldError) -> String {
    app.renderer.catalogue().get(lang, &format!("error.{}", error.code), &error.params)
}

/// Title and detail of a failure.
#[must_use]
pub fn sentences(app: &App, lang: Lang, error: &Error) -> (String, String) {
    let catalogue = app.renderer.catalogue();
    let text = |key: &str, params: &[(&str, String)]| catalogue.get(lang, key, params);
    match error {
        Error::Rule(refused) => {
            (text("problem_title.rule", &[]), catalogue.get(lang, &format!("rule.{}", refused.code), &refused.params))
        }
        Error::Forbidden(permission) => {
            let what = text(&format!("permission.{permission}"), &[]);
            (text("problem_title.forbidden", &[]), text("problem_detail.forbidden", &[("what", what)]))
        }
        Error::TooLarge(bytes) => {
            let most = ("megabytes", (bytes / 1_048_576).max(1).to_string());
            (text("problem_title.too_large", &[]), text("problem_detail.too_large", &[most]))
        }
        Error::RateLimited(seconds) => {
            let wait = ("minutes", seconds.div_ceil(60).to_string());
            (text("problem_title.rate_limited", &[]), text("problem_detail.rate_limited", &[wait]))
        }
        other => {
            let code = other.code();
            let detail = [text(&format!("problem_meaning.{code}"), &[]), text(&format!("problem_advice.{code}"), &[])];
            (text(&format!("problem_title.{code}"), &[]), detail.join(" "))
        }
    }
}

fn problem(app: &App, error: &Error, lang: Lang, id: &str) -> Response {
    let (title, detail) = sentences(app, lang, error);
    let errors: Vec<_> = match error {
        Error::Invalid(fields) => fields
            .iter()
            .map(|field| json!({"pointer": format!("/{}", field.field), "code": field.code, "detail": field_sentence(app, lang, field)}))
            .collect(),
        _ => Vec::new(),
    };
    let mut body = json!({
        "type": format!("/problems/{}", error.code()), "title": title, "status": error.status().as_u16(),
        "detail": detail, "instance": id, "code": error.code(),
    });
    if let (false, Some(object)) = (errors.is_empty(), body.as_object_mut()) {
        object.insert("errors".into(), errors.into());
    }
    let mut response = Response::builder()
        .status(error.status())
        .header(header::CONTENT_TYPE, "application/problem+json")
        .header(header::CONTENT_LANGUAGE, lang.code())
        .body(body.to_string());
    let wait = match error {
        Error::RateLimited(seconds) => Some(*seconds),
        Error::Unavailable(_) => Some(5),
        _ => None,
    };
    if let Some(seconds) = wait {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if matches!(error, Error::Unauthenticated) {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if matches!(error, Error::MethodNotAllowed) {
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE"));
    }
    response
}

fn secure(response: &mut Response, path: &str, id: &str) {
    let headers = response.headers_mut();
    let mut set = |name: &'static str, value: &str| {
        if !headers.contains_key(name)
            && let Ok(value) = HeaderValue::from_str(value)
        {
            headers.insert(name, value);
        }
    };
    set("content-security-policy", if path.starts_with("/api/docs") { DOCS_CSP } else { CSP });
    set("x-content-type-options", "nosniff");
    set("referrer-policy", "same-origin");
    set("x-frame-options", "DENY");
    set("cache-control", "private, no-store");
    set("x-request-id", id);
}
