//! The pages of evidence: of one record, its files, bringing and taking back.

use domain::id::EvidenceId;
use domain::record::Subject;
use entities::evidence;
use poem::web::{Data, Path};
use poem::{IntoResponse as _, Request, Response, Route, get, handler, post};
use render::Form;
use render::views::evidence::{EvidencePage, Piece, Removed};
use sea_orm::{QueryOrder as _, QuerySelect as _};
use uuid::Uuid;

use super::{About, Access, file, of, page_of, subject_access, with_names};
use crate::app::App;
use crate::auth::{Caller, can};
use crate::error::{Error, Result};
use crate::web::{self, Login, Posted};

/// Pieces shown on one page.
const MOST: u64 = 500;

/// `/minh-chung/…`, `/tep/…`
#[must_use]
pub fn routes(tree: Route) -> Route {
    tree.at("/minh-chung/:subject/:id", get(show))
        .at("/minh-chung/:subject/:id/minh-chung", post(bring))
        .at("/tep/:id", get(fetch))
        .at("/tep/:id/go-bo", post(take_back))
}

#[handler]
async fn show(
    app: Data<&App>,
    caller: Login<can::UseEvidence>,
    Path((subject, id)): Path<(String, String)>,
    request: &Request,
) -> Result<Response> {
    let (subject, id) = record(&subject, &id)?;
    let view = view(&app, &caller, subject, id, web::fresh_form(None), None).await?;
    web::page(&app, &caller, web::say(&app, "evidence.title", &[]), &web::path_of(request), &view).await
}

fn record(subject: &str, id: &str) -> Result<(Subject, Uuid)> {
    match (subject.parse(), id.parse()) {
        (Ok(subject), Ok(id)) => Ok((subject, id)),
        _ => Err(Error::NotFound),
    }
}

async fn view(
    app: &App,
    caller: &Caller,
    subject: Subject,
    id: Uuid,
    upload: Form,
    refused: Option<(EvidenceId, Form)>,
) -> Result<EvidencePage> {
    let db = app.store.read();
    let access = subject_access(db, caller, subject, id).await?;
    let rows = of(subject, id).order_by_asc(evidence::Column::Id).limit(MOST).all(db).await?;
    let (mut pieces, mut removed) = (Vec::new(), Vec::new());
    for (row, name) in with_names(db, rows).await? {
        match row.removed_at {
            Some(at) => {
                removed.push(Removed { name: row.file_name, added_by: name, at, reason: row.remove_reason.unwrap_or_default() });
            }
            None => pieces.push(piece(caller, &access, row, name, refused.as_ref())),
        }
    }
    Ok(EvidencePage {
        subject,
        back: access.href.clone(),
        pieces,
        removed,
        upload: access.may_attach().then_some(upload),
        action: format!("{}/minh-chung", page_of(subject, id)),
        max_bytes: app.config.evidence.max_bytes,
        record: access.title,
    })
}

fn piece(caller: &Caller, access: &Access, row: evidence::Model, name: String, refused: Option<&(EvidenceId, Form)>) -> Piece {
    let form = match refused {
        Some((id, form)) if *id == row.id => form.clone(),
        _ => web::fresh_form(Some(row.version)),
    };
    Piece {
        remove: access.check_remove(caller, &row).is_ok().then(|| form.with_id(format!("remove-{}", row.id))),
        remove_action: format!("/tep/{}/go-bo", row.id),
        file: file(row, name),
    }
}

#[handler]
async fn bring(
    app: Data<&App>,
    posted: Posted<can::UseEvidence>,
    Path((subject, id)): Path<(String, String)>,
) -> Result<Response> {
    let (subject, id) = record(&subject, &id)?;
    let Posted { caller, form, files, .. } = posted;
    let caption = form.value("caption").to_owned();
    let outcome = async {
        let mut named = Vec::new();
        for one in files {
            named.push((About::check(subject, id, &one.name, &one.media_type, Some(caption.as_str()))?, one.bytes));
        }
        super::attach_files(&app, &caller, named).await
    };
    let path = page_of(subject, id);
    match outcome.await {
        Ok(_) => Ok(web::done(&path, "evidence_attached")),
        Err(error) => {
            let title = web::say(&app, "evidence.title", &[]);
            web::again(&app, &caller, title, &path, form, error, async |form| view(&app, &caller, subject, id, form, None).await)
                .await
        }
    }
}

#[handler]
async fn fetch(app: Data<&App>, caller: Login<can::UseEvidence>, Path(id): Path<EvidenceId>) -> Result<Response> {
    Ok(super::content(&app, &caller, id).await?.into_response())
}

#[handler]
async fn take_back(app: Data<&App>, posted: Posted<can::UseEvidence>, Path(id): Path<EvidenceId>) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let (row, _) = super::find(app.store.read(), &caller, id).await?;
    let path = page_of(row.subject, row.subject_id);
    match super::remove(&app, &caller, id, web::seen(&form)?, form.value("reason")).await {
        Ok(_) => Ok(web::done(&path, "evidence_removed")),
        Err(error) => {
            let title = web::say(&app, "evidence.title", &[]);
            let again =
                async |form| view(&app, &caller, row.subject, row.subject_id, web::fresh_form(None), Some((id, form))).await;
            web::again(&app, &caller, title, &path, form, error, again).await
        }
    }
}
