//! The scope of a declaration: its procedures, what is left out.

use domain::conformity::{DeclarationVerb, ScopeChange, ScopeLine};
use domain::draft::Problems;
use domain::id::{ConformityDeclarationId, DocumentId};
use domain::record::Subject;
use poem::http::StatusCode;
use poem::web::{Data, Path};
use poem::{IntoResponse as _, Request, Response, handler};
use render::Form;
use render::views::conformity as view;
use render::views::part::Choice;

use super::super::read;
use super::{Failed, form_of, link_of, mendable, page_of};
use crate::app::App;
use crate::auth::{Caller, can};
use crate::error::{Error, Result};
use crate::findings::pages::refuse;
use crate::web::{self, Login, Posted, say};

fn scope_of(id: ConformityDeclarationId) -> String {
    format!("{}/pham-vi", page_of(id))
}

#[handler]
pub async fn scope_page(
    app: Data<&App>,
    caller: Login<can::ReadDocuments>,
    request: &Request,
    Path(id): Path<ConformityDeclarationId>,
) -> Result<Response> {
    show(&app, &caller, id, &web::path_of(request), StatusCode::OK, None).await
}

/// A line as a row; everybody's has no link to the page of the document.
pub(super) fn row(line: &ScopeLine, change: Option<ScopeChange>, linked: bool) -> view::ScopeRow {
    view::ScopeRow {
        href: linked.then(|| web::link_to(Subject::Document, line.document.0)),
        code: line.code.clone(),
        title: line.title.clone(),
        field: line.field.clone(),
        national_codes: line.national_codes.clone(),
        unit: line.unit.clone(),
        number: line.number.clone(),
        change,
    }
}

async fn show(
    app: &App,
    caller: &Caller,
    id: ConformityDeclarationId,
    path: &str,
    status: StatusCode,
    failed: Failed,
) -> Result<Response> {
    let found = read(app.store.read(), caller, id).await?;
    let declaration = &found.listed.row;
    let saves = found.available.contains(&DeclarationVerb::Save);
    let version = Some(declaration.version);
    let left = |one: &super::super::scope::LeftOut| view::LeftOutRow {
        name: format!("{} {}", one.code, one.title),
        reason: one.reason.clone(),
        form: saves.then(|| form_of(&failed, &format!("in-{}", one.document), version)),
        action: format!("{}/dua-vao/{}", scope_of(id), one.document),
    };
    let choice = |line: &ScopeLine| Choice::new(line.document.to_string(), format!("{} {}", line.code, line.title));
    let page = view::ScopePage {
        declaration: link_of(app, declaration),
        live: !declaration.state.is_frozen(),
        rows: found.scope.lines.iter().map(|line| row(line, found.scope.change_of(line.document), true)).collect(),
        removed: found.scope.gone().map(|line| row(line, Some(ScopeChange::Removed), true)).collect(),
        left_out: found.scope.left_out.iter().map(left).collect(),
        leave: saves.then(|| form_of(&failed, "leave", version)),
        leave_action: scope_of(id),
        documents: if saves { found.scope.lines.iter().map(choice).collect() } else { Vec::new() },
    };
    let title = say(app, "conformity.scope_title", &[("unit", found.listed.unit_name.clone())]);
    Ok(web::page(app, caller, title, path, &page).await?.with_status(status).into_response())
}

async fn again(
    app: &App,
    caller: &Caller,
    id: ConformityDeclarationId,
    name: &str,
    mut form: Form,
    error: Error,
) -> Result<Response> {
    if !mendable(&error) {
        return Err(error);
    }
    refuse(app, &mut form, &error);
    show(app, caller, id, &scope_of(id), error.status(), Some((name.to_owned(), form))).await
}

/// What is left out now, as the use case takes it.
async fn left_out_now(app: &App, caller: &Caller, id: ConformityDeclarationId) -> Result<Vec<(DocumentId, String)>> {
    let found = read(app.store.read(), caller, id).await?;
    Ok(found.scope.left_out.into_iter().map(|one| (one.document, one.reason)).collect())
}

#[handler]
pub async fn leave_out(
    app: Data<&App>,
    posted: Posted<can::ControlDocuments>,
    Path(id): Path<ConformityDeclarationId>,
) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let outcome = async {
        let mut problems = Problems::new();
        let document = form.value("left_document").parse::<DocumentId>().ok();
        problems.check(document.is_none(), "left_document", "required");
        let reason = problems.text("reason", form.value("reason"), 1_000);
        problems.finish()?;
        let mut wanted = left_out_now(&app, &caller, id).await?;
        wanted.extend(document.map(|document| (document, reason)));
        super::super::leave_out(&app.store, &caller, id, web::seen(&form)?, wanted).await.map_err(on_form)
    };
    match outcome.await {
        Ok(_) => Ok(web::done(&scope_of(id), "declaration_scoped")),
        Err(error) => again(&app, &caller, id, "leave", form, error).await,
    }
}

/// The last one is the one of the form.
fn on_form(error: Error) -> Error {
    let Error::Invalid(mut fields) = error else { return error };
    for field in &mut fields {
        let name = if field.field.ends_with("/reason") { "reason" } else { "left_document" };
        field.field = name.to_owned();
    }
    Error::Invalid(fields)
}

#[handler]
pub async fn take_in(
    app: Data<&App>,
    posted: Posted<can::ControlDocuments>,
    Path((id, document)): Path<(ConformityDeclarationId, DocumentId)>,
) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let outcome = async {
        let mut wanted = left_out_now(&app, &caller, id).await?;
        wanted.retain(|(other, _)| *other != document);
        super::super::leave_out(&app.store, &caller, id, web::seen(&form)?, wanted).await.map_err(on_form)
    };
    match outcome.await {
        Ok(_) => Ok(web::done(&scope_of(id), "declaration_scoped")),
        Err(error) => again(&app, &caller, id, &format!("in-{document}"), form, error).await,
    }
}
