//! Procedures in force, for everybody: the list, a procedure, its poster and its QR code.

use domain::document::content::Procedure;
use domain::document::{DocumentKind, DocumentState, RevisionState, TextForm};
use domain::dossier::grouped;
use domain::id::{DocumentId, EvidenceId, RevisionId, UnitId};
use domain::time::vn_date;
use poem::http::{StatusCode, header};
use poem::web::{Data, Path, Query};
use poem::{IntoResponse as _, Request, Response, Route, get, handler};
use render::views::documents::Text;
use render::views::findings::Link;
use render::views::part::{Chip, Listing, Pager, Search};
use render::views::public_documents as view;

use super::super::access::content_of;
use super::super::public::{self, Filter, Posted, Read};
use super::catalogue::code_of;
use super::words::{name_of, number_of};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Slice, link};
use crate::web::{self, say};

/// The public list.
pub const LIST: &str = "/cong-khai/thu-tuc";

pub fn routes(tree: Route) -> Route {
    tree.at("/cong-khai/thu-tuc", get(list_page))
        .at("/cong-khai/thu-tuc/to-treo", get(field_poster))
        .at("/cong-khai/thu-tuc/ma-qr.svg", get(field_code))
        .at("/cong-khai/thu-tuc/lan/:id", get(text_page))
        .at("/cong-khai/thu-tuc/:id", get(show_page))
        .at("/cong-khai/thu-tuc/:id/to-treo", get(poster))
        .at("/cong-khai/thu-tuc/:id/ma-qr.svg", get(code))
        .at("/cong-khai/thu-tuc/:id/tep/:file_id", get(file))
}

/// The public page of a document, where it has one.
pub fn href_of(kind: DocumentKind, state: DocumentState, field: Option<&str>, id: DocumentId) -> Option<String> {
    let public = kind == DocumentKind::Procedure && state != DocumentState::Preparing && field.is_some();
    public.then(|| page_of(id))
}

fn page_of(id: DocumentId) -> String {
    format!("{LIST}/{id}")
}

/// What the list's address says.
#[derive(Clone, Debug, Default, serde::Deserialize)]
struct Asked {
    don_vi: Option<UnitId>,
    linh_vuc: Option<String>,
    q: Option<String>,
    cursor: Option<String>,
}

impl Asked {
    fn place(&self, path: &str) -> String {
        let field = self.linh_vuc.clone().filter(|field| !field.is_empty());
        link(path, &[("don_vi", self.don_vi.map(|id| id.to_string())), ("linh_vuc", field)])
    }

    fn filter(&self) -> Filter {
        let given = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
        Filter { unit_id: self.don_vi, field: given(&self.linh_vuc), q: given(&self.q) }
    }
}

#[handler]
async fn list_page(app: Data<&App>, request: &Request, Query(asked): Query<Asked>) -> Result<Response> {
    let db = app.store.read();
    let slice = Slice::new(None, asked.cursor.as_deref())?;
    let filter = asked.filter();
    let rows = public::list(db, &filter, &slice, public::today(&app)).await?;
    let place = asked.place(LIST);
    let here = filter.q.as_ref().map_or_else(
        || place.clone(),
        |q| {
            let glue = if place.contains('?') { '&' } else { '?' };
            format!("{place}{glue}q={}", crate::http::percent(q))
        },
    );
    let key = |one: &Posted| (serde_json::json!(one.row.title), one.row.id.0);
    let (rows, next) = slice.page(rows, &here, key, |one| row(&app, &one));
    let keep = [("don_vi", asked.don_vi.map(|id| id.to_string())), ("linh_vuc", filter.field.clone())];
    let filtered = here != LIST;
    let list = Listing {
        rows: rows.into_iter().collect::<Result<_>>()?,
        pager: Pager { next, first: asked.cursor.as_ref().map(|_| here) },
        chips: Vec::new(),
        search: Some(Search {
            action: LIST.to_owned(),
            q: filter.q.unwrap_or_default(),
            keep: keep.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect(),
        }),
        clear: filtered.then(|| LIST.to_owned()),
    };
    let view = view::PublicList {
        list,
        units: unit_chips(&app, &asked).await?,
        fields: field_chips(&app, &asked).await?,
        poster_href: asked.don_vi.map(|_| asked.place(&format!("{LIST}/to-treo"))),
    };
    web::open_page(&app, StatusCode::OK, &say(&app, "public_procedure.title", &[]), &web::path_of(request), &view).await
}

async fn unit_chips(app: &App, asked: &Asked) -> Result<Vec<Chip>> {
    let chip = |(id, name, n): (UnitId, String, u64)| {
        let active = asked.don_vi == Some(id);
        let href = Asked { don_vi: (!active).then_some(id), linh_vuc: None, ..Asked::default() }.place(LIST);
        Chip { label: name, href, active, count: Some(n) }
    };
    Ok(public::units(app.store.read()).await?.into_iter().map(chip).collect())
}

async fn field_chips(app: &App, asked: &Asked) -> Result<Vec<Chip>> {
    let chip = |(field, n): (String, u64)| {
        let active = asked.linh_vuc.as_ref() == Some(&field);
        let chosen = Asked { don_vi: asked.don_vi, linh_vuc: (!active).then(|| field.clone()), ..Asked::default() };
        Chip { label: field, href: chosen.place(LIST), active, count: Some(n) }
    };
    Ok(public::fields(app.store.read(), asked.don_vi).await?.into_iter().map(chip).collect())
}

/// A procedure in a row: how long and how much, in words.
fn row(app: &App, one: &Posted) -> Result<view::PublicRow> {
    let content = one.current.as_ref().map(content_of).transpose()?.unwrap_or_default();
    let procedure = content.procedure.unwrap_or_default();
    Ok(view::PublicRow {
        href: page_of(one.row.id),
        code: one.row.code.clone().unwrap_or_default(),
        title: one.row.title.clone(),
        national_codes: one.tthc.iter().map(code_of).collect(),
        field: one.row.field_name.clone(),
        unit: one.unit_name.clone(),
        times: times(app, &procedure),
        fees: fees(app, &procedure),
    })
}

fn of_case(app: &App, case: &str, text: String) -> String {
    if case.is_empty() { text } else { say(app, "public_procedure.time_of", &[("case", case.to_owned()), ("time", text)]) }
}

fn times(app: &App, procedure: &Procedure) -> Vec<String> {
    let said = |limit: &domain::document::content::TimeLimit| {
        let unit = limit.unit.map(|unit| say(app, &format!("time_unit.{unit}"), &[])).unwrap_or_default();
        of_case(app, &limit.case, format!("{} {unit}", limit.amount.replace('.', ",")))
    };
    procedure.time_limits.iter().map(said).collect()
}

fn fees(app: &App, procedure: &Procedure) -> Vec<String> {
    let dong = |amount: u64| say(app, "document.dong", &[("amount", grouped(amount))]);
    let said = |fee: &domain::document::content::Fee| {
        let text = match fee.online_amount {
            Some(online) => say(app, "public_procedure.fee_online", &[("fee", dong(fee.amount)), ("online", dong(online))]),
            None => dong(fee.amount),
        };
        of_case(app, &fee.case, text)
    };
    procedure.fees.iter().map(said).collect()
}

#[handler]
async fn show_page(app: Data<&App>, request: &Request, Path(id): Path<DocumentId>) -> Result<Response> {
    let read = public::procedure(app.store.read(), id, public::today(&app)).await?;
    draw(&app, request, read).await
}

/// One text at its own address: what is not in force any more says so and leads to what is.
#[handler]
async fn text_page(app: Data<&App>, request: &Request, Path(id): Path<RevisionId>) -> Result<Response> {
    let read = public::text(app.store.read(), id, public::today(&app)).await?;
    draw(&app, request, read).await
}

async fn draw(app: &App, request: &Request, read: Read) -> Result<Response> {
    let title = read.posted.row.title.clone();
    let state = state_of(&read);
    let view = shown(app, read, state)?;
    web::open_page(app, StatusCode::OK, &title, &web::path_of(request), &view).await
}

fn state_of(read: &Read) -> view::PublicState {
    match (read.revision.state, &read.posted.current) {
        (RevisionState::Effective, _) => view::PublicState::Current,
        (_, Some(_)) => view::PublicState::Superseded,
        (_, None) => view::PublicState::Withdrawn,
    }
}

fn shown(app: &App, read: Read, state: view::PublicState) -> Result<view::PublicPage> {
    let Read { posted, revision, decision, files, replaced_by } = read;
    let id = posted.row.id;
    let current = state == view::PublicState::Current;
    let uploaded = revision.form == TextForm::Uploaded;
    let now = posted.current.as_ref().filter(|_| !current).map(|now| Link {
        href: page_of(id),
        text: format!("{} · {}", name_of(&posted.row), say(app, "document.number_of", &[("number", number_of(now))])),
    });
    let instead = now.or_else(|| replaced_by.map(|other| Link { href: page_of(other.id), text: name_of(&other) }));
    let text = if current && !uploaded { Some(Text::from(content_of(&revision)?)) } else { None };
    let link_of = |row: entities::evidence::Model| Link { href: format!("{}/tep/{}", page_of(id), row.id), text: row.file_name };
    Ok(view::PublicPage {
        state,
        number: number_of(&revision),
        code: posted.row.code.unwrap_or_default(),
        national_codes: posted.tthc.iter().map(code_of).collect(),
        unit: posted.unit_name,
        field: posted.row.field_name,
        decision: decision.map(|one| (one.number, one.signed_on)),
        effective_from: revision.effective_from,
        effective_to: revision.effective_to,
        end_decision: revision.end_decision,
        instead,
        text,
        uploaded: current && uploaded,
        files: files.into_iter().map(link_of).collect(),
        list_href: LIST.to_owned(),
        poster_href: current.then(|| format!("{}/to-treo", page_of(id))),
    })
}

#[handler]
async fn file(app: Data<&App>, Path((id, file)): Path<(DocumentId, EvidenceId)>) -> Result<Response> {
    Ok(public::file(&app, id, file).await?.into_response())
}

/// An address that a telephone can open.
fn absolute(app: &App, path: &str) -> String {
    format!("{}{path}", app.config.server.public_url.trim_end_matches('/'))
}

fn qr(app: &App, path: &str) -> Result<Response> {
    let picture = render::qr::svg(&absolute(app, path)).ok_or(Error::NotFound)?;
    Ok(Response::builder().header(header::CONTENT_TYPE, "image/svg+xml").body(picture))
}

#[handler]
async fn code(app: Data<&App>, Path(id): Path<DocumentId>) -> Result<Response> {
    let found = public::procedure(app.store.read(), id, public::today(&app)).await?;
    qr(&app, &page_of(found.posted.row.id))
}

/// The name of the unit whose procedures are chosen; 404 for one without any.
async fn unit_of(app: &App, asked: &Asked) -> Result<String> {
    let wanted = asked.don_vi.ok_or(Error::NotFound)?;
    let units = public::units(app.store.read()).await?;
    let found = units.into_iter().find(|(id, _, _)| *id == wanted);
    found.map(|(_, name, _)| name).ok_or(Error::NotFound)
}

#[handler]
async fn field_code(app: Data<&App>, Query(asked): Query<Asked>) -> Result<Response> {
    unit_of(&app, &asked).await?;
    qr(&app, &asked.place(LIST))
}

#[handler]
async fn field_poster(app: Data<&App>, request: &Request, Query(asked): Query<Asked>) -> Result<Response> {
    let unit = unit_of(&app, &asked).await?;
    let filter = Filter { q: None, ..asked.filter() };
    let rows = public::sheet(app.store.read(), &filter, public::today(&app)).await?;
    let about = match &filter.field {
        Some(field) => say(&app, "public_procedure.field_of", &[("field", field.clone())]),
        None => say(&app, "public_procedure.all_fields", &[]),
    };
    let view = view::Poster {
        unit,
        about,
        qr: asked.place(&format!("{LIST}/ma-qr.svg")),
        address: absolute(&app, &asked.place(LIST)),
        rows: rows.iter().map(|one| row(&app, one)).collect::<Result<_>>()?,
        back: Link { href: asked.place(LIST), text: say(&app, "public_procedure.title", &[]) },
        on: vn_date(app.store.clock().now()),
    };
    web::open_page(&app, StatusCode::OK, &say(&app, "public_procedure.poster_title", &[]), &web::path_of(request), &view).await
}

#[handler]
async fn poster(app: Data<&App>, request: &Request, Path(id): Path<DocumentId>) -> Result<Response> {
    let found = public::procedure(app.store.read(), id, public::today(&app)).await?;
    if state_of(&found) != view::PublicState::Current {
        return Err(Error::NotFound);
    }
    let view = view::Poster {
        unit: found.posted.unit_name.clone(),
        about: found.posted.row.title.clone(),
        qr: format!("{}/ma-qr.svg", page_of(id)),
        address: absolute(&app, &page_of(id)),
        rows: vec![row(&app, &found.posted)?],
        back: Link { href: page_of(id), text: name_of(&found.posted.row) },
        on: vn_date(app.store.clock().now()),
    };
    web::open_page(&app, StatusCode::OK, &say(&app, "public_procedure.poster_title", &[]), &web::path_of(request), &view).await
}
