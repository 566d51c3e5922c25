//! What the API files share: versions and ETags, pages of lists, downloads.

pub mod edge;
pub mod shape;

use chrono::{DateTime, Utc};
use poem::http::{HeaderValue, StatusCode, header};
use poem_openapi::payload::Payload;
use poem_openapi::registry::{MetaMediaType, MetaResponse, MetaResponses, MetaSchema, MetaSchemaRef, Registry};
use poem_openapi::types::{ParseError, ParseFromJSON, ParseFromParameter, ParseResult, ToHeader, ToJSON, Type};
use poem_openapi::{ApiResponse, Object};
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{ColumnTrait, ColumnType, Condition, ExprTrait};
use serde_json::Value as Json;
use uuid::Uuid;

use crate::error::{Error, Result};

/// A row's version: sent as `ETag`, demanded back as `If-Match`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version(pub i64);

impl Type for Version {
    const IS_REQUIRED: bool = true;
    type RawValueType = Self;
    type RawElementValueType = Self;

    fn name() -> std::borrow::Cow<'static, str> {
        "string".into()
    }

    fn schema_ref() -> MetaSchemaRef {
        let mut schema = MetaSchema::new("string");
        schema.description = Some("Version of the record, quoted, as in \"3\".");
        schema.example = Some(Json::String("\"3\"".into()));
        MetaSchemaRef::Inline(Box::new(schema))
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }

    fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
        Box::new(self.as_raw_value().into_iter())
    }
}

impl ParseFromParameter for Version {
    fn parse_from_parameter(value: &str) -> ParseResult<Self> {
        value
            .trim()
            .trim_start_matches("W/")
            .trim_matches('"')
            .parse()
            .map(Self)
            .map_err(|_wrong: std::num::ParseIntError| ParseError::custom("a version is a quoted number, as in \"3\""))
    }
}

impl ToHeader for Version {
    fn to_header(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(&format!("\"{}\"", self.0)).ok()
    }
}

/// `Ok` when the caller saw the present version.
///
/// # Errors
/// [`Error::Stale`] otherwise.
pub fn seen(version: Version, present: i64) -> Result<()> {
    if version.0 == present { Ok(()) } else { Err(Error::Stale) }
}

/// One record, with its ETag. 201 when it was just made.
#[derive(Debug, ApiResponse)]
pub enum One<T: ParseFromJSON + ToJSON + Send + Sync> {
    /// The record.
    #[oai(status = 200)]
    Found(poem_openapi::payload::Json<T>, #[oai(header = "ETag")] Version),
    /// The record as it was made.
    #[oai(status = 201)]
    Made(poem_openapi::payload::Json<T>, #[oai(header = "ETag")] Version),
}

impl<T: ParseFromJSON + ToJSON + Send + Sync> One<T> {
    /// A record at a version.
    pub fn found(record: T, version: i64) -> Self {
        Self::Found(poem_openapi::payload::Json(record), Version(version))
    }

    /// A record just made.
    pub fn made(record: T, version: i64) -> Self {
        Self::Made(poem_openapi::payload::Json(record), Version(version))
    }
}

/// Done, nothing to show.
#[derive(Debug, ApiResponse)]
pub enum Done {
    /// Done.
    #[oai(status = 204)]
    Done,
}

/// A page of a list.
#[derive(Debug, Object)]
pub struct Page<T: ParseFromJSON + ToJSON + Send + Sync> {
    /// The records, at most `limit`.
    pub items: Vec<T>,
    /// Ready-made link to the next page; absent on the last.
    pub next: Option<String>,
}

/// Which page of a list is asked for.
#[derive(Clone, Debug)]
pub struct Slice {
    limit: u64,
    after: Option<(Json, Uuid)>,
}

/// Rows asked for when a list has no `limit`.
pub const LIMIT: u64 = 25;
/// Most rows of one page.
pub const MOST: u64 = 100;

impl Slice {
    /// Reads `limit` (25, at most 100) and `cursor`.
    ///
    /// # Errors
    /// A limit out of range or a cursor that is not ours.
    pub fn new(limit: Option<u64>, cursor: Option<&str>) -> Result<Self> {
        let limit = limit.unwrap_or(LIMIT);
        if limit == 0 || limit > MOST {
            return Err(Error::Invalid(vec![domain::draft::FieldError {
                field: "limit".into(),
                code: "out_of_range",
                params: vec![("min", "1".into()), ("max", MOST.to_string())],
            }]));
        }
        let after = cursor.map(|cursor| decode(cursor).ok_or_else(|| Error::field("cursor", "bad_cursor"))).transpose()?;
        Ok(Self { limit, after })
    }

    /// `limit + 1` rows tell whether there is a next page.
    #[must_use]
    pub fn fetch(&self) -> u64 {
        self.limit + 1
    }

    /// The condition «after the cursor» for an order of (`column` ascending or not, `id` the same way).
    pub fn after(&self, column: impl ColumnTrait, id: impl ColumnTrait, descending: bool) -> Condition {
        let Some((value, last)) = &self.after else { return Condition::all() };
        let id = || Expr::col(id.as_column_ref());
        let Some(value) = sort_value(value, column.def().get_column_type()) else {
            return self.after_id(id(), *last, descending);
        };
        let column = || Expr::col(column.as_column_ref());
        let (beyond, tie) =
            if descending { (column().lt(value.clone()), id().lt(*last)) } else { (column().gt(value.clone()), id().gt(*last)) };
        Condition::any().add(beyond).add(Condition::all().add(column().eq(value)).add(tie))
    }

    fn after_id(&self, id: Expr, last: Uuid, descending: bool) -> Condition {
        Condition::all().add(if descending { id.lt(last) } else { id.gt(last) })
    }

    /// Of rows that are computed and all there, in an order that does not change: those after the cursor, one more than
    /// the page has. Nothing after a row that is gone.
    pub fn cut<R>(&self, rows: Vec<R>, key: impl Fn(&R) -> (Json, Uuid)) -> Vec<R> {
        let most = usize::try_from(self.fetch()).unwrap_or(usize::MAX);
        match &self.after {
            None => rows.into_iter().take(most).collect(),
            Some(after) => rows.into_iter().skip_while(|row| key(row) != *after).skip(1).take(most).collect(),
        }
    }

    /// Cuts the extra row off and makes the link to the next page from `path` (with its filters).
    pub fn page<R, T>(
        &self,
        mut rows: Vec<R>,
        path: &str,
        key: impl Fn(&R) -> (Json, Uuid),
        show: impl Fn(R) -> T,
    ) -> (Vec<T>, Option<String>) {
        let more = rows.len() as u64 > self.limit;
        rows.truncate(usize::try_from(self.limit).unwrap_or(usize::MAX));
        let next = rows.last().filter(|_| more).map(|last| {
            let (value, id) = key(last);
            let glue = if path.contains('?') { '&' } else { '?' };
            format!("{path}{glue}limit={}&cursor={}", self.limit, encode(&value, id))
        });
        (rows.into_iter().map(show).collect(), next)
    }
}

/// A cursor's value as its column holds it: a code that looks like a date stays text. Nothing for a
/// value that the column cannot hold, as in a cursor somebody made up.
fn sort_value(value: &Json, column: &ColumnType) -> Option<SimpleExpr> {
    match (value, column) {
        (Json::String(text), ColumnType::Date) => text.parse::<chrono::NaiveDate>().ok().map(Expr::value),
        (Json::String(text), ColumnType::TimestampWithTimeZone) => text.parse::<DateTime<Utc>>().ok().map(Expr::value),
        (Json::String(text), ColumnType::Text | ColumnType::String(_)) => Some(Expr::value(text.clone())),
        (Json::Number(number), ColumnType::Integer | ColumnType::BigInteger) => number.as_i64().map(Expr::value),
        _ => None,
    }
}

fn encode(value: &Json, id: Uuid) -> String {
    crate::auth::session::hex(serde_json::json!([value, id]).to_string().as_bytes())
}

fn decode(cursor: &str) -> Option<(Json, Uuid)> {
    if !cursor.len().is_multiple_of(2) || cursor.len() > 2048 || !cursor.is_ascii() {
        return None;
    }
    let bytes: Option<Vec<u8>> =
        (0..cursor.len()).step_by(2).map(|i| cursor.get(i..i + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok())).collect();
    let (value, id): (Json, Uuid) = serde_json::from_slice(&bytes?).ok()?;
    Some((value, id))
}

/// Adds query parameters that are present to a path.
#[must_use]
pub fn link(path: &str, parameters: &[(&str, Option<String>)]) -> String {
    let pairs: Vec<String> =
        parameters.iter().filter_map(|(name, value)| value.as_ref().map(|value| format!("{name}={}", percent(value)))).collect();
    if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
}

/// Percent-encodes everything but unreserved characters.
#[must_use]
pub fn percent(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// A file that comes down as an attachment, never shown inline, named by RFC 6266.
#[derive(Debug)]
pub struct Download {
    /// The bytes.
    pub body: poem::Body,
    /// Media type as stored; the browser is told not to guess.
    pub media_type: String,
    /// The name the person sees.
    pub file_name: String,
    /// SHA-256 of the bytes, also the ETag.
    pub sha256: String,
}

impl Download {
    /// A spreadsheet made for this answer.
    #[must_use]
    pub fn spreadsheet(file_name: &str, bytes: Vec<u8>) -> Self {
        Self {
            media_type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet".to_owned(),
            file_name: file_name.to_owned(),
            sha256: crate::auth::session::sha256_hex(&bytes),
            body: poem::Body::from(bytes),
        }
    }
}

impl poem::IntoResponse for Download {
    fn into_response(self) -> poem::Response {
        let ascii: String = self
            .file_name
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' })
            .collect();
        poem::Response::builder()
            .status(StatusCode::OK)
            .header(header::CONTENT_TYPE, self.media_type)
            .header(
                header::CONTENT_DISPOSITION,
                format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{}", percent(&self.file_name)),
            )
            .header(header::ETAG, format!("\"{}\"", self.sha256))
            .header(header::CACHE_CONTROL, "private, no-store")
            .header(header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'")
            .header("X-Content-Type-Options", "nosniff")
            .body(self.body)
    }
}

impl Payload for Download {
    const CONTENT_TYPE: &'static str = "application/octet-stream";

    fn schema_ref() -> MetaSchemaRef {
        MetaSchemaRef::Inline(Box::new(MetaSchema { format: Some("binary"), ..MetaSchema::new("string") }))
    }
}

impl ApiResponse for Download {
    fn meta() -> MetaResponses {
        MetaResponses {
            responses: vec![MetaResponse {
                description: "The file, as an attachment.",
                status: Some(200),
                status_range: None,
                content: vec![MetaMediaType { content_type: Self::CONTENT_TYPE, schema: Self::schema_ref() }],
                headers: Vec::new(),
            }],
        }
    }

    fn register(_: &mut Registry) {}
}
