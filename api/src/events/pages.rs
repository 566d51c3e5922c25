//! `/nhat-ky`: the audit trail.

use domain::record::Subject;
use poem::web::{Data, Query};
use poem::{Request, Response, Route, get, handler};
use render::views::events::{EventRow, Events};
use render::views::part::{Chip, Listing, Pager};
use serde_json::Value as Json;

use super::Filter;
use super::http::{Event, named};
use crate::app::App;
use crate::auth::can;
use crate::error::Result;
use crate::http::{Slice, link};
use crate::web::{self, Login};

/// Adds the pages of this area.
#[must_use]
pub fn routes(tree: Route) -> Route {
    tree.at("/nhat-ky", get(list_page))
}

/// The query of the list.
#[derive(Debug, Default, serde::Deserialize)]
struct Asked {
    tu: Option<String>,
    den: Option<String>,
    loai: Option<String>,
    cursor: Option<String>,
}

/// Kinds of records that have a quick filter.
const CHIPS: [Subject; 6] =
    [Subject::Inspection, Subject::Finding, Subject::CorrectiveAction, Subject::Unit, Subject::Person, Subject::Assignment];

#[handler]
async fn list_page(
    login: Login<can::UseOwnAccount>,
    app: Data<&App>,
    request: &Request,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let day = |text: &Option<String>| text.as_deref().and_then(|text| text.parse().ok());
    let filter = Filter {
        subject: asked.loai.as_deref().and_then(|code| code.parse().ok()),
        from: day(&asked.tu),
        to: day(&asked.den),
        ..Filter::default()
    };
    let slice = Slice::new(None, asked.cursor.as_deref())?;
    let rows = super::list(app.store.read(), &login, &filter, &slice).await?;
    let (from, to) = (filter.from.map(|day| day.to_string()), filter.to.map(|day| day.to_string()));
    let address = |subject: Option<Subject>| {
        link("/nhat-ky", &[("tu", from.clone()), ("den", to.clone()), ("loai", subject.map(|subject| subject.to_string()))])
    };
    let here = address(filter.subject);
    let (rows, next) = slice.page(rows, &here, |row| (Json::Null, row.id.0), |row| row);
    let rows = named(&app, rows).await?.into_iter().map(|event| row(&app, event)).collect();
    let chip = |subject: &Subject| Chip {
        label: web::say(&app, &format!("subject.{subject}"), &[]),
        href: address(Some(*subject)),
        active: filter.subject == Some(*subject),
        count: None,
    };
    let filtered = filter.subject.is_some() || from.is_some() || to.is_some();
    let list = Listing {
        rows,
        pager: Pager { next, first: asked.cursor.is_some().then(|| here.clone()) },
        chips: CHIPS.iter().map(chip).collect(),
        search: None,
        clear: filtered.then(|| "/nhat-ky".to_owned()),
    };
    let keep = filter.subject.map(|subject| ("loai".to_owned(), subject.to_string())).into_iter().collect();
    let view = Events { list, from: from.clone().unwrap_or_default(), to: to.clone().unwrap_or_default(), keep };
    web::page(&app, &login, web::say(&app, "events.title", &[]), &web::path_of(request), &view).await
}

fn row(app: &App, event: Event) -> EventRow {
    let key = format!("event.{}", event.kind);
    let subject = web::say(app, &format!("subject.{}", event.subject), &[]);
    let what = if app.renderer.catalogue().has(&key) {
        web::say(app, &key, &[])
    } else {
        web::say(app, "events.other", &[("subject", subject), ("kind", event.kind.clone())])
    };
    let who = match (event.actor_name, event.principal.strip_prefix("job:")) {
        (Some(name), _) => name,
        (None, Some(job)) => web::say(app, "events.job", &[("job", job.to_owned())]),
        (None, None) => web::say(app, "events.cli", &[]),
    };
    EventRow {
        at: event.at,
        what,
        href: event.subject_id.map(|id| web::link_to(event.subject, id)).filter(|href| href != "/"),
        who,
        unit: event.unit_name,
        changes: changes(event.before.as_ref(), event.after.as_ref()),
        reason: event.reason,
    }
}

/// The fields of a change, old and new, as text. A record just made has no old values to compare.
fn changes(before: Option<&Json>, after: Option<&Json>) -> Vec<(String, String, String)> {
    let (Some(Json::Object(before)), Some(Json::Object(after))) = (before, after) else { return Vec::new() };
    let text = |value: Option<&Json>| match value {
        None | Some(Json::Null) => "–".to_owned(),
        Some(Json::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let told = after.iter().filter(|(name, _)| !matches!(name.as_str(), "version" | "search_text"));
    told.map(|(name, value)| (name.clone(), text(before.get(name)), text(Some(value)))).collect()
}
