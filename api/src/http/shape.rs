//! Words for a body that is not what its operation takes: every missing, unknown and mistyped
//! field at once, by the OpenAPI document itself. The framework stops at the first and does not name it.

use std::sync::LazyLock;

use chrono::{DateTime, NaiveDate};
use domain::draft::FieldError;
use poem::http::Method;
use serde_json::Value as Json;
use uuid::Uuid;

static DOCUMENT: LazyLock<Json> = LazyLock::new(|| serde_json::from_str(&crate::app::api_service().spec()).unwrap_or(Json::Null));

/// What is wrong with a JSON body for the operation at this path; `None` when the body is no JSON
/// or nothing can be said.
#[must_use]
pub fn explain(method: &Method, path: &str, body: &[u8]) -> Option<Vec<FieldError>> {
    let value: Json = serde_json::from_slice(body).ok()?;
    let operation = operation(method, path.strip_prefix("/api/v1")?)?;
    let content = operation.pointer("/requestBody/content")?.as_object()?;
    let schema = content.iter().find(|(kind, _)| kind.starts_with("application/json"))?.1.get("schema")?;
    let mut wrong = Vec::new();
    check(schema, &value, "", &mut wrong);
    (!wrong.is_empty()).then_some(wrong)
}

fn operation(method: &Method, path: &str) -> Option<&'static Json> {
    let (method, parts) = (method.as_str().to_ascii_lowercase(), path.split('/').collect::<Vec<_>>());
    let paths = DOCUMENT.get("paths")?.as_object()?;
    let fits = |template: &str| {
        let template: Vec<&str> = template.split('/').collect();
        template.len() == parts.len() && template.iter().zip(&parts).all(|(one, other)| one.starts_with('{') || one == other)
    };
    paths.iter().find(|(template, methods)| fits(template) && methods.get(&method).is_some())?.1.get(&method)
}

fn check(schema: &Json, value: &Json, at: &str, wrong: &mut Vec<FieldError>) {
    if let Some(name) = schema.get("$ref").and_then(Json::as_str) {
        let name = name.rsplit('/').next().unwrap_or_default();
        if let Some(target) = DOCUMENT.pointer(&format!("/components/schemas/{name}")) {
            check(target, value, at, wrong);
        }
        return;
    }
    if let Some(all) = schema.get("allOf").and_then(Json::as_array) {
        return all.iter().for_each(|one| check(one, value, at, wrong));
    }
    if let Some(codes) = schema.get("enum").and_then(Json::as_array) {
        if !codes.contains(value) {
            let codes: Vec<&str> = codes.iter().filter_map(Json::as_str).collect();
            wrong.push(FieldError { field: at.to_owned(), code: "expected_choice", params: vec![("choices", codes.join(", "))] });
        }
        return;
    }
    let problem = match schema.get("type").and_then(Json::as_str) {
        Some("object") => return check_object(schema, value, at, wrong),
        Some("array") => return check_array(schema, value, at, wrong),
        Some("string") => text_problem(schema, value),
        Some("integer") => (!(value.is_i64() || value.is_u64())).then_some("expected_integer"),
        Some("number") => (!value.is_number()).then_some("expected_number"),
        Some("boolean") => (!value.is_boolean()).then_some("expected_boolean"),
        _ => None,
    };
    if let Some(code) = problem {
        wrong.push(FieldError { field: at.to_owned(), code, params: Vec::new() });
    }
}

fn text_problem(schema: &Json, value: &Json) -> Option<&'static str> {
    let Some(text) = value.as_str() else { return Some("expected_text") };
    match schema.get("format").and_then(Json::as_str) {
        Some("uuid") => text.parse::<Uuid>().err().map(|_| "expected_id"),
        Some("date") | Some("naive-date") => text.parse::<NaiveDate>().err().map(|_| "expected_date"),
        Some("date-time") => DateTime::parse_from_rfc3339(text).err().map(|_| "expected_time"),
        _ => None,
    }
}

fn check_array(schema: &Json, value: &Json, at: &str, wrong: &mut Vec<FieldError>) {
    let Some(items) = value.as_array() else {
        return wrong.push(FieldError { field: at.to_owned(), code: "expected_list", params: Vec::new() });
    };
    if let Some(schema) = schema.get("items") {
        items.iter().enumerate().for_each(|(i, item)| check(schema, item, &join(at, &i.to_string()), wrong));
    }
}

fn check_object(schema: &Json, value: &Json, at: &str, wrong: &mut Vec<FieldError>) {
    let Some(object) = value.as_object() else {
        return wrong.push(FieldError { field: at.to_owned(), code: "expected_object", params: Vec::new() });
    };
    let Some(fields) = schema.get("properties").and_then(Json::as_object) else { return };
    let required: Vec<&str> =
        schema.get("required").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).collect();
    for (name, schema) in fields {
        match object.get(name) {
            None | Some(Json::Null) if required.contains(&name.as_str()) => {
                wrong.push(FieldError { field: join(at, name), code: "required", params: Vec::new() });
            }
            None | Some(Json::Null) => {}
            Some(value) => check(schema, value, &join(at, name), wrong),
        }
    }
    if schema.get("additionalProperties").is_none() {
        let unknown = object.keys().filter(|name| !fields.contains_key(*name));
        wrong.extend(unknown.map(|name| FieldError { field: join(at, name), code: "unknown_field", params: Vec::new() }));
    }
}

fn join(at: &str, name: &str) -> String {
    if at.is_empty() { name.to_owned() } else { format!("{at}/{name}") }
}
