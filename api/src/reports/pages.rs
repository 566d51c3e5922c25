//! The papers of an inspection as a page, and their files.

use chrono::NaiveDate;
use domain::draft::Problems;
use domain::id::{InspectionId, ReportId};
use domain::record::{PaperKind, ReportState};
use entities::report;
use poem::web::{Data, Path};
use poem::{IntoResponse as _, Request, Response, Route, get, handler, post};
use render::Form;
use render::views::part::Tone;
use render::views::reports::{PaperCard, PaperFile, PapersPage};

use super::{Reader, Registration, State, usual_symbol};
use crate::app::App;
use crate::auth::{Caller, can};
use crate::error::{Error, Result};
use crate::web::{self, Login, Posted};

/// Requests looked at; a card shows the latest few.
const MOST: u64 = 40;
/// Files shown of each paper.
const SHOWN: usize = 5;

/// `/kiem-tra/:id/van-ban…`, `/van-ban/:id`
#[must_use]
pub fn routes(tree: Route) -> Route {
    tree.at("/kiem-tra/:id/van-ban", get(show))
        .at("/kiem-tra/:id/van-ban/:kind/lap", post(ask))
        .at("/kiem-tra/:id/van-ban/:kind/cap-so", post(register))
        .at("/van-ban/:id", get(fetch))
}

fn page_of(id: InspectionId) -> String {
    format!("/kiem-tra/{id}/van-ban")
}

#[handler]
async fn show(
    app: Data<&App>,
    caller: Login<can::ReadInspections>,
    Path(id): Path<InspectionId>,
    request: &Request,
) -> Result<Response> {
    let view = view(&app, &caller, id, None).await?;
    web::page(&app, &caller, web::say(&app, "papers.title", &[]), &web::path_of(request), &view).await
}

async fn view(app: &App, caller: &Caller, id: InspectionId, refused: Option<(PaperKind, Form)>) -> Result<PapersPage> {
    let (reader, files) = super::list(app, caller, id, MOST).await?;
    let papers = super::papers(app.store.read(), &reader).await?;
    let unit = crate::units::find(app.store.read(), reader.visit.unit_id).await?;
    Ok(PapersPage {
        code: reader.visit.code.clone(),
        unit: unit.name,
        back: format!("/kiem-tra/{id}"),
        papers: papers.into_iter().map(|paper| card(caller, &reader, paper, &files, refused.as_ref())).collect(),
    })
}

fn card(
    caller: &Caller,
    reader: &Reader,
    paper: State,
    files: &[report::Model],
    refused: Option<&(PaperKind, Form)>,
) -> PaperCard {
    let (kind, version) = (paper.kind, paper.version());
    let path = format!("{}/{kind}", page_of(reader.visit.id));
    let files: Vec<PaperFile> = files.iter().filter(|file| file.kind == kind).take(SHOWN).map(drawn).collect();
    let fresh = || {
        let mut form = web::fresh_form(Some(version));
        form.set("symbol", usual_symbol(kind, reader.visit.kind)).set("issued_on", caller.today.to_string());
        form
    };
    let form = match refused {
        Some((refused, form)) if *refused == kind => form.clone(),
        _ => fresh(),
    };
    let row = paper.row;
    PaperCard {
        kind,
        signed: paper.signed,
        signed_at: row.as_ref().and_then(|row| row.signed_at),
        number: row.as_ref().and_then(|row| Some(format!("{:02}/{}", row.number?, row.symbol.as_deref()?))),
        issued_on: row.as_ref().and_then(|row| row.issued_on),
        waits: files.iter().any(|file| file.state == ReportState::Queued),
        files,
        render: domain::paper::may_render(reader.visit.state)
            .is_ok()
            .then(|| web::fresh_form(None).with_id(format!("render-{kind}"))),
        render_action: format!("{path}/lap"),
        register: paper.may_register.then(|| form.with_id(format!("register-{kind}"))),
        register_action: format!("{path}/cap-so"),
        today: caller.today,
    }
}

fn drawn(row: &report::Model) -> PaperFile {
    let ready = row.state == ReportState::Ready;
    PaperFile {
        state: row.state,
        tone: match row.state {
            ReportState::Queued => Tone::Info,
            ReportState::Ready => Tone::Good,
            ReportState::Failed => Tone::Bad,
        },
        draft: row.draft,
        requested_at: row.requested_at,
        href: ready.then(|| format!("/van-ban/{}", row.id)),
        pages: row.pages.or(ready.then_some(1)),
        sha256: row.blob_sha256.clone(),
        error: row.error.clone(),
    }
}

#[handler]
async fn ask(
    app: Data<&App>,
    posted: Posted<can::ReadInspections>,
    Path((id, kind)): Path<(InspectionId, PaperKind)>,
) -> Result<Response> {
    super::request(&app, &posted.caller, id, kind).await?;
    Ok(web::done(&page_of(id), "paper_requested"))
}

#[handler]
async fn register(
    app: Data<&App>,
    posted: Posted<can::RegisterPapers>,
    Path((id, kind)): Path<(InspectionId, PaperKind)>,
) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let outcome = async {
        let input = registration(&form)?;
        super::register(&app, &caller, id, kind, web::seen(&form)?, input).await
    };
    match outcome.await {
        Ok(_) => Ok(web::done(&page_of(id), "paper_registered")),
        Err(error) => {
            let title = web::say(&app, "papers.title", &[]);
            web::again(&app, &caller, title, &page_of(id), form, error, async |form| {
                view(&app, &caller, id, Some((kind, form))).await
            })
            .await
        }
    }
}

fn registration(form: &Form) -> Result<Registration> {
    let mut problems = Problems::new();
    let number = form.value("number").trim().replace('.', "").parse::<i32>();
    let issued_on = form.value("issued_on").trim().parse::<NaiveDate>();
    problems.check(number.is_err(), "number", "number_out_of_range");
    problems.check(issued_on.is_err(), "issued_on", "required");
    let symbol = problems.text("symbol", form.value("symbol"), 30);
    problems.finish()?;
    match (number, issued_on) {
        (Ok(number), Ok(issued_on)) => Ok(Registration { number, symbol, issued_on }),
        _ => Err(Error::field("number", "number_out_of_range")),
    }
}

#[handler]
async fn fetch(app: Data<&App>, caller: Login<can::ReadInspections>, Path(id): Path<ReportId>) -> Result<Response> {
    Ok(super::content(&app, &caller, id).await?.into_response())
}
