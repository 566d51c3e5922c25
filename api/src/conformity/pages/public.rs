//! Declarations in force, for everybody: the list, one declaration, its papers.

use domain::conformity::{DeclarationPart, DeclarationState};
use domain::id::ConformityDeclarationId;
use poem::http::StatusCode;
use poem::web::{Data, Path, Query};
use poem::{IntoResponse as _, Request, Response, Route, get, handler};
use render::views::conformity as view;
use render::views::findings::Link;
use render::views::part::{Listing, Pager, Search};

use super::super::{Listed, papers, public};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Slice, link};
use crate::web::{self, say};

/// The public list.
pub const LIST: &str = "/cong-khai/cong-bo";

pub fn routes(tree: Route) -> Route {
    tree.at("/cong-khai/cong-bo", get(list_page))
        .at("/cong-khai/cong-bo/:id", get(show_page))
        .at("/cong-khai/cong-bo/:id/:part", get(file))
}

/// The lasting public address of a declaration.
pub fn page_of(id: ConformityDeclarationId) -> String {
    format!("{LIST}/{id}")
}

/// What the list's address says.
#[derive(Clone, Debug, Default, serde::Deserialize)]
struct Asked {
    q: Option<String>,
    cursor: Option<String>,
}

#[handler]
async fn list_page(app: Data<&App>, request: &Request, Query(asked): Query<Asked>) -> Result<Response> {
    let slice = Slice::new(None, asked.cursor.as_deref())?;
    let q = asked.q.filter(|text| !text.trim().is_empty());
    let rows = public::list(app.store.read(), q.as_deref(), &slice).await?;
    let here = link(LIST, &[("q", q.clone())]);
    let key = |one: &Listed| (one.row.unit_name.clone().into(), one.row.id.0);
    let (rows, next) = slice.page(rows, &here, key, row);
    let list = Listing {
        rows: rows.into_iter().flatten().collect(),
        pager: Pager { next, first: asked.cursor.as_ref().map(|_| here.clone()) },
        chips: Vec::new(),
        clear: q.is_some().then(|| LIST.to_owned()),
        search: Some(Search { action: LIST.to_owned(), q: q.unwrap_or_default(), keep: Vec::new() }),
    };
    let view = view::PublicDeclarations { list };
    web::open_page(&app, StatusCode::OK, &say(&app, "conformity.public_title", &[]), &web::path_of(request), &view).await
}

fn row(one: Listed) -> Option<view::PublicDeclarationRow> {
    Some(view::PublicDeclarationRow {
        href: page_of(one.row.id),
        decision: papers::short_number(&one.row)?,
        issued_on: one.row.issued_on?,
        standard: one.standard,
        lines: one.row.line_count,
        replaced: one.row.state == DeclarationState::Replaced,
        unit: one.row.unit_name,
    })
}

#[handler]
async fn show_page(app: Data<&App>, request: &Request, Path(id): Path<ConformityDeclarationId>) -> Result<Response> {
    let public::Shown { listed, scope, instead, awaits, files } = public::find(app.store.read(), id).await?;
    let row = listed.row;
    let title = say(&app, "conformity.page_title", &[("unit", row.unit_name.clone())]);
    let instead = instead.and_then(|other| Some(Link { href: page_of(other.id), text: papers::called(&other)? }));
    let view = view::PublicDeclaration {
        state: row.state,
        decision: papers::short_number(&row).zip(row.issued_on).ok_or(Error::NotFound)?,
        standard: listed.standard,
        instead,
        awaits,
        files: files.into_iter().map(|part| (part, format!("{}/{part}.pdf", page_of(id)))).collect(),
        rows: scope.lines.iter().map(|line| super::scope::row(line, None, false)).collect(),
        list_href: LIST.to_owned(),
        agency: row.unit_name,
        address: row.address,
        statement: row.statement,
        ended_on: row.ended_on,
    };
    web::open_page(&app, StatusCode::OK, &title, &web::path_of(request), &view).await
}

#[handler]
async fn file(app: Data<&App>, Path((id, part)): Path<(ConformityDeclarationId, String)>) -> Result<Response> {
    let part: Option<DeclarationPart> = part.strip_suffix(".pdf").and_then(|part| part.parse().ok());
    Ok(public::file(&app, id, part.ok_or(Error::NotFound)?).await?.into_response())
}
