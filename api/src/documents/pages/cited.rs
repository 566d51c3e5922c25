//! The text that a finding was raised on, for whoever reads the finding.

use domain::document::TextForm;
use domain::id::{EvidenceId, FindingId};
use domain::record::Subject;
use poem::web::{Data, Path};
use poem::{IntoResponse as _, Request, Response, handler};
use render::views::documents as view;
use render::views::findings::Link;
use render::views::part::EvidenceFile;

use super::super::access;
use super::super::citing::{self, Cited};
use super::words::{name_of, number_of, revision_tone};
use crate::app::App;
use crate::auth::{Either, can};
use crate::error::{Error, Result};
use crate::findings::pages::shown_file;
use crate::store::names_of_people;
use crate::web::{self, Login, say};

/// Where the text of a finding is read.
fn page_of(id: FindingId) -> String {
    format!("{}/quy-trinh", web::link_to(Subject::Finding, id.0))
}

/// What a finding's page says of the text it was raised on.
pub(crate) fn link_of(app: &App, id: FindingId, cited: &Cited) -> Link {
    let from = cited.revision.effective_from.map(domain::time::vn_day).unwrap_or_default();
    let params = [("name", name_of(&cited.document)), ("number", number_of(&cited.revision)), ("date", from)];
    Link { href: page_of(id), text: say(app, "cited.of_finding", &params) }
}

#[handler]
pub async fn page(
    login: Login<Either<can::ReadFindings, can::AppraiseScores>>,
    app: Data<&App>,
    request: &Request,
    Path(id): Path<FindingId>,
) -> Result<Response> {
    let db = app.store.read();
    let finding = crate::findings::access::find(db, &login, id).await?;
    let (cited, content, files) = citing::text_of_finding(db, &login, id).await?;
    let names = names_of_people(db, files.iter().map(|file| file.uploaded_by_id)).await?;
    let own = |file: &entities::evidence::Model| EvidenceFile {
        href: format!("{}/tep/{}", page_of(id), file.id),
        ..shown_file(file, &names)
    };
    let Cited { document, revision } = cited;
    let readable = match access::find(db, &login, revision.id, false).await {
        Ok(_) => true,
        Err(Error::NotFound | Error::Forbidden(_)) => false,
        Err(error) => return Err(error),
    };
    let title = say(&app, "cited.title", &[("code", finding.code.clone())]);
    let view = view::CitedPage {
        finding: Link { href: web::link_to(Subject::Finding, id.0), text: finding.code },
        document: name_of(&document),
        revision_href: readable.then(|| web::link_to(Subject::Revision, revision.id.0)),
        number: number_of(&revision),
        state: revision.state,
        tone: revision_tone(revision.state),
        effective_from: revision.effective_from,
        effective_to: revision.effective_to,
        uploaded: revision.form == TextForm::Uploaded,
        text: view::Text::from(content),
        files: files.iter().map(own).collect(),
        content_hash: revision.content_hash,
    };
    web::page(&app, &login, title, &web::path_of(request), &view).await
}

#[handler]
pub async fn cited_file(
    login: Login<Either<can::ReadFindings, can::AppraiseScores>>,
    app: Data<&App>,
    Path((id, file)): Path<(FindingId, EvidenceId)>,
) -> Result<Response> {
    Ok(citing::file_of_finding(&app, &login, id, file).await?.into_response())
}
