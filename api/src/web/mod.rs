//! What the page files share: who is signed in, submitted forms, the shell, the error page.

pub mod assets;

use std::marker::PhantomData;
use std::ops::Deref;

use domain::permission::Permission;
use domain::record::Subject;
use entities::{membership, unit};
use poem::http::{StatusCode, header};
use poem::web::Multipart;
use poem::{FromRequest, IntoResponse, Request, RequestBody, Response};
use render::catalogue::Lang;
use render::form::error_on_page;
use render::{Flash, FlashKind, Form, NavItem, Shell, ShellPerson, View};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::app::App;
use crate::auth::session::{form_key, sha256_hex};
use crate::auth::{Caller, Can, Once, authenticate};
use crate::error::{Error, Result};
use crate::http::{edge, percent};

/// A page's caller: signed in by cookie and holding `P`. Others are led to sign-in or refused.
#[derive(Debug)]
pub struct Login<P>(pub Caller, PhantomData<P>);

impl<P> Deref for Login<P> {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.0
    }
}

impl<'a, P: Can> FromRequest<'a> for Login<P> {
    async fn from_request(request: &'a Request, _: &mut RequestBody) -> poem::Result<Self> {
        let caller = authenticate(request).await?;
        P::check(&caller)?;
        Ok(Self(caller, PhantomData))
    }
}

/// A form that a signed-in person sent: the only way pages take input.
///
/// Reading it proves the session's own token (`csrf`), so no handler can forget to; its `once`
/// key becomes the request's Idempotency-Key, so a double click has one effect.
#[derive(Debug)]
pub struct Posted<P> {
    /// Who sent it.
    pub caller: Caller,
    /// Its fields.
    pub form: Form,
    /// Its files.
    pub files: Vec<PostedFile>,
    /// Files that were chosen and hold nothing.
    pub blank: Vec<PostedFile>,
    permission: PhantomData<P>,
}

/// A file of a form.
#[derive(Debug)]
pub struct PostedFile {
    /// The field it came in.
    pub field: String,
    /// Its name as the person's machine has it.
    pub name: String,
    /// What the browser says it is.
    pub media_type: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

impl<'a, P: Can> FromRequest<'a> for Posted<P> {
    async fn from_request(request: &'a Request, body: &mut RequestBody) -> poem::Result<Self> {
        let mut caller = authenticate(request).await?;
        let (pairs, files) = read_form(request, body).await?;
        let sent = pairs.iter().find(|(name, _)| name == "csrf").map(|(_, value)| value.as_str());
        if sent.is_none() || sent != caller.session.as_ref().map(|open| open.csrf.as_str()) {
            return Err(Error::CrossSite.into());
        }
        P::check(&caller)?;
        let print = sha256_hex(format!("{}{pairs:?}", request.original_uri().path()).as_bytes());
        let form = Form::from_pairs(pairs);
        if !form.once.is_empty() {
            caller.once = Some(Once { key: form.once.clone(), fingerprint: print });
        }
        let (blank, files) = files.into_iter().partition(|file| file.bytes.is_empty());
        Ok(Self { caller, form, files, blank, permission: PhantomData })
    }
}

/// The fields and files of a form, in either encoding.
///
/// # Errors
/// A body that is no form.
pub async fn read_form(request: &Request, body: &mut RequestBody) -> Result<(Vec<(String, String)>, Vec<PostedFile>)> {
    let kind = request.content_type().unwrap_or_default();
    if kind.starts_with("multipart/form-data") {
        return read_multipart(request, body).await;
    }
    if !kind.starts_with("application/x-www-form-urlencoded") {
        return Err(Error::UnsupportedMedia);
    }
    let poem::web::Form(pairs) = poem::web::Form::<Vec<(String, String)>>::from_request(request, body)
        .await
        .map_err(|error| Error::Malformed(error.to_string()))?;
    Ok((pairs, Vec::new()))
}

async fn read_multipart(request: &Request, body: &mut RequestBody) -> Result<(Vec<(String, String)>, Vec<PostedFile>)> {
    let malformed = |error: &dyn std::fmt::Display| Error::Malformed(error.to_string());
    let mut parts = Multipart::from_request(request, body).await.map_err(|error| malformed(&error))?;
    let (mut pairs, mut files) = (Vec::new(), Vec::new());
    while let Some(part) = parts.next_field().await.map_err(|error| malformed(&error))? {
        let field = part.name().unwrap_or_default().to_owned();
        match part.file_name().map(str::to_owned) {
            Some(name) => {
                let media_type = part.content_type().unwrap_or("application/octet-stream").to_owned();
                let bytes = part.bytes().await.map_err(|error| malformed(&error))?;
                // A field without a file comes as one without name and bytes.
                if !name.is_empty() || !bytes.is_empty() {
                    files.push(PostedFile { field, name, media_type, bytes });
                }
            }
            None => pairs.push((field, part.text().await.map_err(|error| malformed(&error))?)),
        }
    }
    Ok((pairs, files))
}

/// The sentence of a catalogue key in Vietnamese, the language of the pages.
#[must_use]
pub fn say(app: &App, key: &str, params: &[(&str, String)]) -> String {
    app.renderer.catalogue().get(Lang::Vi, key, params)
}

/// Draws a page inside the shell.
///
/// # Errors
/// Rendering or reading the shell's data failed.
pub async fn page<V: View>(app: &App, caller: &Caller, title: impl Into<String>, path: &str, view: &V) -> Result<Response> {
    let shell = shell(app, caller, title.into(), path).await?;
    html(app, StatusCode::OK, &shell, view)
}

/// Draws a form again with what is wrong with it (422), or passes the error on when it is no
/// matter of the form. A stale one (412) keeps what was typed and the version it was drawn with, until the view sets it
/// beside the present record ([`Form::compare`]).
///
/// # Errors
/// The error itself, when a form cannot mend it.
pub async fn again<V: View>(
    app: &App,
    caller: &Caller,
    title: impl Into<String>,
    path: &str,
    mut form: Form,
    error: Error,
    view: impl AsyncFnOnce(Form) -> Result<V>,
) -> Result<Response> {
    let status = error.status();
    match &error {
        Error::Invalid(fields) => {
            form.refuse(app.renderer.catalogue(), Lang::Vi, fields);
        }
        Error::Stale => form.stale = true,
        Error::Rule(_) => {
            form.error("", edge::sentences(app, Lang::Vi, &error).1);
        }
        _ => return Err(error),
    }
    form.once = form_key();
    let view = view(form).await?;
    let shell = shell(app, caller, title.into(), path).await?;
    html(app, status, &shell, &view)
}

/// A fresh form whose sending twice has one effect.
#[must_use]
pub fn fresh_form(version: Option<i64>) -> Form {
    Form { version, once: form_key(), ..Form::default() }
}

/// The version a form was filled in on.
///
/// # Errors
/// The form carries none.
pub fn seen(form: &Form) -> Result<crate::http::Version> {
    form.version.map(crate::http::Version).ok_or(Error::PreconditionRequired)
}

/// Use cases name the rows of a group as they count them; a form counts blank rows too. `live` are
/// the numbers of its rows that were handed on, in order.
#[must_use]
pub fn on_form_rows(error: Error, group: &str, live: &[usize]) -> Error {
    let Error::Invalid(mut fields) = error else { return error };
    for field in &mut fields {
        let moved = field.field.strip_prefix(group).and_then(|rest| rest.strip_prefix('/')).and_then(|rest| {
            let (n, name) = rest.split_once('/')?;
            let row = live.get(n.parse::<usize>().ok()?)?;
            Some(format!("{group}/{row}/{name}"))
        });
        if let Some(moved) = moved {
            field.field = moved;
        }
    }
    Error::Invalid(fields)
}

/// After a done act: back to a page, which says so once (`flash.<key>`).
#[must_use]
pub fn done(path: &str, flash: &str) -> Response {
    let (path, anchor) = path.split_once('#').map_or((path, ""), |(path, anchor)| (path, anchor));
    let glue = if path.contains('?') { '&' } else { '?' };
    let anchor = if anchor.is_empty() { String::new() } else { format!("#{anchor}") };
    redirect(&format!("{path}{glue}xong={flash}{anchor}"))
}

/// 303 to a path of ours.
#[must_use]
pub fn redirect(path: &str) -> Response {
    Response::builder().status(StatusCode::SEE_OTHER).header(header::LOCATION, path).finish()
}

fn html<V: View>(app: &App, status: StatusCode, shell: &Shell, view: &V) -> Result<Response> {
    let body = app.renderer.page(shell, view).map_err(|error| Error::Internal(error.into()))?;
    Ok(Response::builder().status(status).header(header::CONTENT_TYPE, "text/html; charset=utf-8").body(body))
}

/// A page that needs no sign-in.
///
/// # Errors
/// Rendering failed.
pub async fn open_page<V: View>(app: &App, status: StatusCode, title: &str, path: &str, view: &V) -> Result<Response> {
    let sample_world = app.sample_world().await.unwrap_or(false);
    let shell = Shell { title: title.to_owned(), path: path.to_owned(), sample_world, ..Shell::default() };
    html(app, status, &shell, view)
}

async fn shell(app: &App, caller: &Caller, title: String, path: &str) -> Result<Shell> {
    let home = membership::Entity::find()
        .filter(membership::Column::PersonId.eq(caller.person))
        .filter(Condition::any().add(membership::Column::ValidTo.is_null()).add(membership::Column::ValidTo.gte(caller.today)))
        .order_by_desc(membership::Column::ValidFrom)
        .one(app.store.read())
        .await?;
    let unit = match &home {
        Some(home) => unit::Entity::find_by_id(home.unit_id).one(app.store.read()).await?,
        None => None,
    };
    let position = home.and_then(|home| home.position).unwrap_or_default();
    let flash = path.split(['?', '&']).find_map(|part| part.strip_prefix("xong=")).map(|key| format!("flash.{key}"));
    let flash = flash
        .filter(|key| app.renderer.catalogue().has(key))
        .map(|key| Flash { kind: FlashKind::Success, text: say(app, &key, &[]) });
    Ok(Shell {
        lang: Lang::Vi,
        title,
        person: Some(ShellPerson { name: caller.name.clone(), position, unit: unit.map(|unit| unit.name).unwrap_or_default() }),
        csrf: caller.session.as_ref().map(|open| open.csrf.clone()).unwrap_or_default(),
        flash: flash.into_iter().collect(),
        path: path.to_owned(),
        nav: nav(caller, path),
        sample_world: app.sample_world().await?,
        request_id: caller.request_id.clone(),
    })
}

/// The places this caller may go; nothing is shown that would be refused.
fn nav(caller: &Caller, path: &str) -> Vec<NavItem> {
    let places = [
        ("today", "/", Permission::UseOwnAccount),
        ("inspections", "/kiem-tra", Permission::ReadInspections),
        ("corrective_actions", "/khac-phuc", Permission::ReadFindings),
        ("findings", "/phat-hien", Permission::ReadFindings),
        ("procedures", "/quy-trinh", Permission::ReadDocuments),
        ("conformity", "/cong-bo", Permission::ReadDocuments),
        ("rounds", "/dot-cham-diem", Permission::ReadScores),
        ("programmes", "/chuong-trinh", Permission::ReadProgrammes),
        ("dossier_reports", "/so-lieu", Permission::ReadFigures),
        ("checklists", "/danh-muc", Permission::ManageChecklists),
        ("criteria_sets", "/bo-tieu-chi", Permission::ReadScores),
        ("index_766", "/chi-so-766", Permission::ReadScores),
        ("year_work", "/viec-trong-nam", Permission::ReadFigures),
        ("surveys", "/khao-sat", Permission::ReadFigures),
        ("objectives", "/muc-tieu", Permission::ReadReviews),
        ("management_reviews", "/xem-xet-lanh-dao", Permission::ReadReviews),
        ("units", "/don-vi", Permission::ReadReference),
        ("people", "/nhan-su", Permission::ReadPeople),
        ("calendar", "/lich", Permission::ReadReference),
        ("mail", "/thu", Permission::OperateSystem),
        ("events", "/nhat-ky", Permission::ReadEvents),
    ];
    let here = path.split('?').next().unwrap_or_default();
    places
        .into_iter()
        // Objectives are everybody's who works for them.
        .filter(|(key, _, permission)| caller.may(*permission) || (*key == "objectives" && caller.may(Permission::DoSteps)))
        .map(|(key, href, _)| NavItem {
            key: key.to_owned(),
            href: href.to_owned(),
            active: match href {
                "/" => here == "/",
                "/dot-cham-diem" => here.starts_with(href) || here.starts_with("/phieu-cham-diem"),
                _ => here.starts_with(href),
            },
            count: None,
        })
        .collect()
}

/// The path and query of a request, as forms and links of its page use it.
#[must_use]
pub fn path_of(request: &Request) -> String {
    request.original_uri().path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string)
}

/// The way of a form whose session had ended: to sign-in, which says so, and back to the form's page.
#[must_use]
pub fn session_over(page: &str) -> Response {
    redirect(&format!("/dang-nhap?het_phien=1&tiep={}", percent(page)))
}

/// A failure as a page; who is not signed in is led to sign-in and back.
pub async fn error_page(app: &App, error: &Error, lang: Lang, id: &str, path: &str) -> Response {
    if matches!(error, Error::Unauthenticated) {
        return redirect(&format!("/dang-nhap?tiep={}", percent(path)));
    }
    // What is particular to this case; the page adds what its kind means and what to do.
    let detail = match error {
        Error::Rule(_) | Error::Forbidden(_) | Error::TooLarge(_) | Error::RateLimited(_) => {
            Some(edge::sentences(app, lang, error).1)
        }
        Error::Invalid(fields) => {
            let catalogue = app.renderer.catalogue();
            let said = |field: &domain::draft::FieldError| error_on_page(catalogue, lang, field.code, &field.params);
            Some(fields.iter().map(said).collect::<Vec<_>>().join(" "))
        }
        _ => None,
    };
    let view =
        render::views::system::ErrorPage::of(app.renderer.catalogue(), lang, error.status().as_u16(), error.code(), detail);
    let sample_world = app.sample_world().await.unwrap_or(false);
    let shell =
        Shell { title: view.title.clone(), path: path.to_owned(), sample_world, request_id: id.to_owned(), ..Shell::default() };
    html(app, error.status(), &shell, &view).unwrap_or_else(|cause| {
        tracing::error!(request.id = %id, error = %cause, "error page failed");
        error.status().into_response()
    })
}

/// Where the page of a record is; what mails and work lists link to.
#[must_use]
pub fn link_to(subject: Subject, id: impl Into<Uuid>) -> String {
    let id: Uuid = id.into();
    match subject {
        Subject::Inspection => format!("/kiem-tra/{id}"),
        Subject::Finding => format!("/phat-hien/{id}"),
        Subject::CorrectiveAction => format!("/khac-phuc/{id}"),
        Subject::Programme => format!("/chuong-trinh/{id}"),
        Subject::Checklist => format!("/danh-muc/{id}"),
        Subject::CriteriaSet => format!("/bo-tieu-chi/{id}"),
        Subject::DossierReport => format!("/so-lieu/{id}"),
        Subject::Unit => format!("/don-vi/{id}"),
        Subject::Person => format!("/nhan-su/{id}"),
        Subject::Survey => format!("/khao-sat/{id}"),
        Subject::Round => format!("/dot-cham-diem/{id}"),
        Subject::Sheet => format!("/phieu-cham-diem/{id}"),
        Subject::Document => format!("/quy-trinh/{id}"),
        Subject::Revision => format!("/quy-trinh/lan/{id}"),
        Subject::Distribution => format!("/quy-trinh/phan-phoi/{id}"),
        Subject::ExternalDocument => format!("/quy-trinh/van-ban-ngoai/{id}"),
        Subject::AdministrativeProcedure => format!("/quy-trinh/thu-tuc-hanh-chinh/{id}"),
        Subject::ConformityDeclaration => format!("/cong-bo/{id}"),
        Subject::ProcedureChangeList => format!("/quy-trinh/thay-doi-tthc/{id}"),
        Subject::WorkItem => format!("/viec-trong-nam/{id}"),
        Subject::QualityObjective => format!("/muc-tieu/{id}"),
        Subject::ManagementReview => format!("/xem-xet-lanh-dao/{id}"),
        _ => "/".to_owned(),
    }
}
