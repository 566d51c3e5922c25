//! The one error type: an enum by what the reader can do. It becomes problem+json or a page at the edge.

use domain::draft::FieldError;
use domain::permission::Permission;
use domain::rule::Refused;
use poem::http::StatusCode;
use poem_openapi::ApiResponse;
use poem_openapi::registry::{MetaMediaType, MetaResponse, MetaResponses, Registry};
use poem_openapi::types::Type;
use sea_orm::{DbErr, SqlErr};

/// Why a request was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody is signed in, or the credential is not valid any more.
    #[error("unauthenticated")]
    Unauthenticated,
    /// Sign-in failed: unknown login or wrong password, not told apart.
    #[error("wrong login or password")]
    WrongCredentials,
    /// Signed in, but none of the person's roles allows this.
    #[error("forbidden: {0}")]
    Forbidden(Permission),
    /// A form or unsafe request without its session's token.
    #[error("cross-site request")]
    CrossSite,
    /// Not there, or outside the caller's scope.
    #[error("not found")]
    NotFound,
    /// Wrong input; all its fields at once.
    #[error("invalid: {0:?}")]
    Invalid(Vec<FieldError>),
    /// The request cannot be read as what the operation takes.
    #[error("malformed: {0}")]
    Malformed(String),
    /// A rule of the workflow stands against it now.
    #[error(transparent)]
    Rule(#[from] Refused),
    /// The row has changed since the caller read it.
    #[error("stale")]
    Stale,
    /// The operation needs `If-Match`.
    #[error("precondition required")]
    PreconditionRequired,
    /// The same Idempotency-Key came with another body.
    #[error("idempotency key reused")]
    KeyReused,
    /// The method does not exist on this path.
    #[error("method not allowed")]
    MethodNotAllowed,
    /// The media type is not one the operation takes.
    #[error("unsupported media type")]
    UnsupportedMedia,
    /// The body is longer than allowed (bytes).
    #[error("too large")]
    TooLarge(u64),
    /// Too many tries; seconds to wait.
    #[error("rate limited")]
    RateLimited(u64),
    /// The request took too long, or the database is away: try again.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// Our fault. Logged once at the edge; its cause is never shown.
    #[error("internal: {0:#}")]
    Internal(anyhow::Error),
}

/// Shorthand used everywhere in this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// One wrong field.
    #[must_use]
    pub fn field(field: &str, code: &'static str) -> Self {
        Self::Invalid(vec![FieldError { field: field.to_owned(), code, params: Vec::new() }])
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Unauthenticated | Self::WrongCredentials => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) | Self::CrossSite => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Invalid(_) | Self::KeyReused => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::Rule(refused) if refused.is_about_who() => StatusCode::FORBIDDEN,
            Self::Rule(_) => StatusCode::CONFLICT,
            Self::Stale => StatusCode::PRECONDITION_FAILED,
            Self::PreconditionRequired => StatusCode::PRECONDITION_REQUIRED,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::UnsupportedMedia => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::RateLimited(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The stable code, also the last part of the problem's `type`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unauthenticated => "unauthenticated",
            Self::WrongCredentials => "wrong_credentials",
            Self::Forbidden(_) => "forbidden",
            Self::CrossSite => "cross_site",
            Self::NotFound => "not_found",
            Self::Invalid(_) => "invalid",
            Self::Malformed(_) => "malformed",
            Self::Rule(refused) => refused.code,
            Self::Stale => "stale",
            Self::PreconditionRequired => "precondition_required",
            Self::KeyReused => "idempotency_key_reused",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::UnsupportedMedia => "unsupported_media_type",
            Self::TooLarge(_) => "too_large",
            Self::RateLimited(_) => "rate_limited",
            Self::Unavailable(_) => "unavailable",
            Self::Internal(_) => "internal",
        }
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        match error {
            DbErr::RecordNotUpdated => Self::Stale,
            DbErr::RecordNotFound(_) => Self::NotFound,
            DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => Self::Unavailable(error.to_string()),
            other if passing(&other) => Self::Unavailable(other.to_string()),
            other => Self::Internal(anyhow::Error::new(other)),
        }
    }
}

/// Whether the database may well do it a moment later: busy, full, shutting down, a deadlock, a
/// statement that took too long. PostgreSQL's codes are SQLSTATE, SQLite's its primary result codes.
fn passing(error: &DbErr) -> bool {
    use sea_orm::RuntimeErr::SqlxError;
    let (DbErr::Exec(SqlxError(cause)) | DbErr::Query(SqlxError(cause))) = error else { return false };
    match cause.as_ref() {
        sea_orm::sqlx::Error::Database(refusal) => refusal.code().is_some_and(|code| {
            matches!(&*code, "5" | "13" | "517" | "40001" | "40P01" | "53100" | "53300" | "57014" | "57P01" | "57P02" | "57P03")
        }),
        sea_orm::sqlx::Error::Io(_) | sea_orm::sqlx::Error::PoolTimedOut | sea_orm::sqlx::Error::PoolClosed => true,
        _ => false,
    }
}

impl From<Vec<FieldError>> for Error {
    fn from(fields: Vec<FieldError>) -> Self {
        Self::Invalid(fields)
    }
}

impl From<anyhow::Error> for Error {
    fn from(error: anyhow::Error) -> Self {
        Self::Internal(error)
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Internal(anyhow::Error::new(error))
    }
}

/// Turns a unique violation on `table(column)` into the field's error «taken».
///
/// PostgreSQL names the constraint (`uq_<table>_<columns>`), SQLite `table.column`.
pub fn unique(table: &'static str, column: &'static str, field: &'static str) -> impl Fn(DbErr) -> Error {
    move |error| match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(message))
            if message.contains(&format!("uq_{table}_{column}")) || message.contains(&format!("{table}.{column}")) =>
        {
            Error::field(field, "taken")
        }
        _ => error.into(),
    }
}

impl poem::error::ResponseError for Error {
    fn status(&self) -> StatusCode {
        Self::status(self)
    }
}

/// Body of every failure (RFC 9457).
#[derive(Debug, poem_openapi::Object)]
pub struct Problem {
    /// `/problems/<code>`, a page we serve.
    #[oai(rename = "type")]
    pub kind: String,
    /// What happened, in a few words.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What happened and what to do.
    pub detail: String,
    /// The request's id, to quote to support.
    pub instance: String,
    /// Stable code.
    pub code: String,
    /// Wrong fields, all at once.
    #[oai(skip_serializing_if_is_empty)]
    pub errors: Vec<ProblemField>,
}

/// One wrong field.
#[derive(Debug, poem_openapi::Object)]
pub struct ProblemField {
    /// JSON pointer of the field.
    pub pointer: String,
    /// Stable code.
    pub code: String,
    /// What is wrong and what to do.
    pub detail: String,
}

impl ApiResponse for Error {
    fn meta() -> MetaResponses {
        let of = |status: u16, description: &'static str| MetaResponse {
            description,
            status: Some(status),
            status_range: None,
            content: vec![MetaMediaType { content_type: "application/problem+json", schema: Problem::schema_ref() }],
            headers: Vec::new(),
        };
        MetaResponses {
            responses: vec![
                of(400, "The request cannot be read."),
                of(401, "Nobody is signed in."),
                of(403, "The caller's roles do not allow this."),
                of(404, "Not there, or outside the caller's scope."),
                of(409, "A rule of the workflow stands against it; `code` says which."),
                of(412, "The record has changed since it was read."),
                of(413, "The body is too long."),
                of(415, "The media type is not taken."),
                of(422, "Wrong input; `errors` names every field."),
                of(428, "If-Match is missing."),
                of(429, "Too many requests; see Retry-After."),
                of(500, "Our fault; quote `instance`."),
                of(503, "Away for a moment; see Retry-After."),
            ],
        }
    }

    fn register(registry: &mut Registry) {
        Problem::register(registry);
    }
}
