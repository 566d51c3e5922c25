//! The list of documents, a document, and the forms that enter, change or ask for one.

use domain::document::retention::Retention;
use domain::document::{DocumentKind, DocumentState};
use domain::draft::Problems;
use domain::id::DocumentId;
use domain::permission::Permission;
use domain::record::Subject;
use entities::{document, revision};
use poem::http::StatusCode;
use poem::web::{Data, Path, Query};
use poem::{IntoResponse as _, Request, Response, handler};
use render::Form;
use render::views::documents as view;
use render::views::findings::Link;
use render::views::part::{Chip, Listing, Pager, Search};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::super::revisions::{self, Ground, Wanted, numbers_of};
use super::super::{Filter, Listed, NewDocument, Texts, access, reviews};
use super::words::{
    document_link, ground_of, kinds, number_of, revision_tone, sources, staff, task_field, task_of, text_forms, tone,
};
use super::{Failed, form_of, links, mendable, renamed, settings};
use crate::app::App;
use crate::auth::{Caller, can};
use crate::error::{Error, Result};
use crate::findings::pages::{refuse, shown_history};
use crate::findings::read::history_of;
use crate::http::{MOST, Slice, link};
use crate::programmes::pages::own_units;
use crate::store::names_of_people;
use crate::web::{self, Login, Posted, say};

/// Fields offered as filters.
const MOST_FIELDS: u64 = 60;

/// What the list's address says.
#[derive(Clone, Debug, Default, serde::Deserialize)]
pub struct Asked {
    loai: Option<DocumentKind>,
    tinh_trang: Option<DocumentState>,
    linh_vuc: Option<String>,
    q: Option<String>,
    cursor: Option<String>,
}

impl Asked {
    /// The list with these filters, from its beginning.
    fn href(&self) -> String {
        let text = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
        let parameters = [
            ("loai", self.loai.map(|kind| kind.to_string())),
            ("tinh_trang", self.tinh_trang.map(|state| state.to_string())),
            ("linh_vuc", text(&self.linh_vuc)),
            ("q", text(&self.q)),
        ];
        link("/quy-trinh", &parameters)
    }
}

#[handler]
pub async fn list_page(
    app: Data<&App>,
    caller: Login<can::ReadDocuments>,
    request: &Request,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let db = app.store.read();
    let slice = Slice::new(None, asked.cursor.as_deref())?;
    let filter = Filter {
        kind: asked.loai,
        state: asked.tinh_trang,
        field: asked.linh_vuc.clone().filter(|field| !field.is_empty()),
        q: asked.q.clone(),
        ..Filter::default()
    };
    let rows = super::super::list(db, &caller, &filter, &slice).await?;
    let here = asked.href();
    let key = |one: &Listed| (serde_json::json!(one.row.created_at), one.row.id.0);
    let (rows, next) = slice.page(rows, &here, key, row);
    let filtered = here != "/quy-trinh";
    let keep = [
        ("loai", asked.loai.map(|kind| kind.to_string())),
        ("tinh_trang", asked.tinh_trang.map(|state| state.to_string())),
        ("linh_vuc", asked.linh_vuc.clone()),
    ];
    let list = Listing {
        rows,
        pager: Pager { next, first: asked.cursor.as_ref().map(|_| here) },
        chips: state_chips(&app, &asked),
        search: Some(Search {
            action: "/quy-trinh".to_owned(),
            q: asked.q.clone().unwrap_or_default(),
            keep: keep.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect(),
        }),
        clear: filtered.then(|| "/quy-trinh".to_owned()),
    };
    let issues = caller.may(Permission::ApproveDocuments) || caller.may(Permission::RegisterPapers);
    let page = view::DocumentList {
        list,
        kinds: kind_chips(&app, &asked),
        fields: field_chips(db, &caller, &asked).await?,
        new_href: caller.may(Permission::ControlDocuments).then(|| "/quy-trinh/moi".to_owned()),
        propose_href: caller.may(Permission::WorkOnDocuments).then(|| "/quy-trinh/de-nghi".to_owned()),
        issue_href: issues.then(|| "/quy-trinh/ban-hanh".to_owned()),
        offers_href: "/quy-trinh/cua-toi".to_owned(),
        public_href: super::public::LIST.to_owned(),
        registers: registers(&app, &caller),
    };
    web::page(&app, &caller, say(&app, "document.page_title", &[]), &web::path_of(request), &page).await
}

/// The registers beside the list.
fn registers(app: &App, caller: &Caller) -> Vec<Link> {
    let keeps = caller.may(Permission::ControlDocuments);
    let places = [
        ("/quy-trinh/van-ban-ngoai", "external.page_title", true),
        ("/quy-trinh/thu-tuc-hanh-chinh", "tthc.page_title", true),
        ("/quy-trinh/ra-soat", "document_review.title", true),
        ("/quy-trinh/thiet-lap", "document_settings.title", keeps),
    ];
    let shown = places.into_iter().filter(|(.., shown)| *shown);
    shown.map(|(href, key, _)| Link { href: href.to_owned(), text: say(app, key, &[]) }).collect()
}

fn row(one: Listed) -> view::DocumentRow {
    let Listed { row, unit_name, current, needs_review } = one;
    view::DocumentRow {
        href: web::link_to(Subject::Document, row.id.0),
        code: row.code,
        title: row.title,
        unit: unit_name,
        kind: row.kind,
        field: row.field_name,
        state: row.state,
        tone: tone(row.state),
        number: current.as_ref().and_then(numbers_of).map(|numbers| numbers.to_string()),
        effective_from: current.and_then(|current| current.effective_from),
        needs_review,
    }
}

fn state_chips(app: &App, asked: &Asked) -> Vec<Chip> {
    let chip = |state: &DocumentState| {
        let active = asked.tinh_trang == Some(*state);
        let href = Asked { tinh_trang: (!active).then_some(*state), ..asked.clone() }.href();
        Chip { label: say(app, &format!("{}.{state}", DocumentState::KEY), &[]), href, active, count: None }
    };
    DocumentState::ALL.iter().map(chip).collect()
}

fn kind_chips(app: &App, asked: &Asked) -> Vec<Chip> {
    let chip = |kind: &DocumentKind| {
        let active = asked.loai == Some(*kind);
        let href = Asked { loai: (!active).then_some(*kind), ..asked.clone() }.href();
        Chip { label: say(app, &format!("{}.{kind}", DocumentKind::KEY), &[]), href, active, count: None }
    };
    DocumentKind::ALL.iter().map(chip).collect()
}

async fn field_chips(db: &impl ConnectionTrait, caller: &Caller, asked: &Asked) -> Result<Vec<Chip>> {
    let fields: Vec<String> = document::Entity::find()
        .select_only()
        .column(document::Column::FieldName)
        .distinct()
        .filter(access::visible(caller))
        .filter(document::Column::FieldName.is_not_null())
        .order_by_asc(document::Column::FieldName)
        .limit(MOST_FIELDS)
        .into_tuple()
        .all(db)
        .await?;
    let chip = |field: String| {
        let active = asked.linh_vuc.as_ref() == Some(&field);
        let href = Asked { linh_vuc: (!active).then(|| field.clone()), ..asked.clone() }.href();
        Chip { label: field, href, active, count: None }
    };
    Ok(fields.into_iter().map(chip).collect())
}

/// The document a form belongs to.
#[derive(Debug, serde::Deserialize)]
pub struct Place {
    cha: Option<DocumentId>,
}

async fn form_view(
    app: &App,
    caller: &Caller,
    form: Form,
    action: String,
    purpose: view::DocumentFormPurpose,
    parent: Option<DocumentId>,
) -> Result<view::DocumentForm> {
    use view::DocumentFormPurpose as P;
    let units = match purpose {
        P::Enter => own_units(app, caller, Permission::ControlDocuments).await?,
        P::Propose => own_units(app, caller, Permission::WorkOnDocuments).await?,
        P::Change => Vec::new(),
    };
    let parent = match parent {
        Some(id) => Some(document_link(&access::find_document(app.store.read(), caller, id, false).await?)),
        None => None,
    };
    Ok(view::DocumentForm { form, action, purpose, units, kinds: kinds(app), sources: sources(app), parent })
}

/// The fields of a document, as use cases name them, under the names of the form.
fn form_field(field: &str) -> String {
    if field == "title" { "document_title" } else { field }.to_owned()
}

/// The same for a document that is asked for: what is wanted is no change of a text.
fn wanted_field(field: &str) -> String {
    match field {
        "title" => "document_title".to_owned(),
        "summary" => "wanted_content".to_owned(),
        other => task_field(other),
    }
}

fn texts_of(form: &Form, problems: &mut Problems) -> Texts {
    let text = |name: &str| Some(form.value(name).to_owned());
    let months = form.value("review_months").trim();
    let review_months = months.parse().ok();
    problems.check(!months.is_empty() && review_months.is_none(), "review_months", "not_integer");
    Texts {
        title: form.value("document_title").to_owned(),
        field_code: text("field_code"),
        field_name: text("field_name"),
        review_months,
        retention: text("retention"),
    }
}

fn new_action(place: &Place) -> String {
    link("/quy-trinh/moi", &[("cha", place.cha.map(|id| id.to_string()))])
}

#[handler]
pub async fn new_page(
    app: Data<&App>,
    caller: Login<can::ControlDocuments>,
    request: &Request,
    Query(place): Query<Place>,
) -> Result<Response> {
    let mut form = web::fresh_form(None);
    form.set("kind", if place.cha.is_some() { DocumentKind::Form.code() } else { DocumentKind::Procedure.code() });
    let view = form_view(&app, &caller, form, new_action(&place), view::DocumentFormPurpose::Enter, place.cha).await?;
    web::page(&app, &caller, say(&app, "document.new_title", &[]), &web::path_of(request), &view).await
}

async fn created(app: &App, caller: &Caller, form: &Form, place: &Place) -> Result<document::Model> {
    let mut problems = Problems::new();
    let texts = texts_of(form, &mut problems);
    let kind = form.value("kind").parse::<DocumentKind>();
    problems.check(kind.is_err(), "kind", "required");
    if !problems.is_empty() {
        problems.line("document_title", &texts.title, 300);
    }
    problems.finish()?;
    let new = NewDocument {
        unit_id: form.value("unit_id").parse().ok(),
        code: Some(form.value("code").to_owned()),
        texts,
        parent_id: place.cha,
    };
    let kind = kind.map_err(|_unknown| Error::field("kind", "required"))?;
    super::super::create(&app.store, caller, kind, new).await.map_err(|error| renamed(error, form_field))
}

#[handler]
pub async fn create(
    app: Data<&App>,
    posted: Posted<can::ControlDocuments>,
    request: &Request,
    Query(place): Query<Place>,
) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    match created(&app, &caller, &form, &place).await {
        Ok(row) => Ok(web::done(&web::link_to(Subject::Document, row.id.0), "document_created")),
        Err(error) => {
            let title = say(&app, "document.new_title", &[]);
            let draw = async |form| {
                form_view(&app, &caller, form, new_action(&place), view::DocumentFormPurpose::Enter, place.cha).await
            };
            web::again(&app, &caller, title, &web::path_of(request), form, error, draw).await
        }
    }
}

#[handler]
pub async fn propose_page(app: Data<&App>, caller: Login<can::WorkOnDocuments>, request: &Request) -> Result<Response> {
    let mut form = web::fresh_form(None);
    form.set("kind", DocumentKind::Procedure.code());
    let action = "/quy-trinh/de-nghi".to_owned();
    let view = form_view(&app, &caller, form, action, view::DocumentFormPurpose::Propose, None).await?;
    web::page(&app, &caller, say(&app, "document.propose_new", &[]), &web::path_of(request), &view).await
}

async fn proposed(app: &App, caller: &Caller, form: &Form) -> Result<revision::Model> {
    let mut problems = Problems::new();
    let kind = form.value("kind").parse::<DocumentKind>();
    problems.check(kind.is_err(), "kind", "required");
    problems.line("document_title", form.value("document_title"), 300);
    let ground = match ground_of(form) {
        Ok(ground) => Ok(Ground { summary: Some(form.value("wanted_content").to_owned()), ..ground }),
        Err(Error::Invalid(fields)) => {
            for field in fields {
                problems.add_with(field.field, field.code, field.params);
            }
            Err(Error::NotFound)
        }
        Err(other) => Err(other),
    };
    problems.finish()?;
    let wanted = Wanted::New {
        unit_id: form.value("unit_id").parse().ok(),
        kind: kind.map_err(|_unknown| Error::field("kind", "required"))?,
        title: form.value("document_title").to_owned(),
    };
    revisions::propose(&app.store, caller, wanted, ground?).await.map_err(|error| renamed(error, wanted_field))
}

#[handler]
pub async fn propose_new(app: Data<&App>, posted: Posted<can::WorkOnDocuments>, request: &Request) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    match proposed(&app, &caller, &form).await {
        Ok(row) => Ok(web::done(&web::link_to(Subject::Revision, row.id.0), "document_proposed")),
        Err(error) => {
            let title = say(&app, "document.propose_new", &[]);
            let draw = async |form| {
                let action = "/quy-trinh/de-nghi".to_owned();
                form_view(&app, &caller, form, action, view::DocumentFormPurpose::Propose, None).await
            };
            web::again(&app, &caller, title, &web::path_of(request), form, error, draw).await
        }
    }
}

#[handler]
pub async fn show_page(
    app: Data<&App>,
    caller: Login<can::ReadDocuments>,
    request: &Request,
    Path(id): Path<DocumentId>,
) -> Result<Response> {
    show(&app, &caller, id, &web::path_of(request), StatusCode::OK, None).await
}

async fn show(app: &App, caller: &Caller, id: DocumentId, path: &str, status: StatusCode, failed: Failed) -> Result<Response> {
    let listed = super::super::find(app.store.read(), caller, id).await?;
    let title = listed.row.title.clone();
    let view = shown(app, caller, listed, &failed).await?;
    Ok(web::page(app, caller, title, path, &view).await?.with_status(status).into_response())
}

async fn shown(app: &App, caller: &Caller, listed: Listed, failed: &Failed) -> Result<view::DocumentPage> {
    let db = app.store.read();
    let Listed { row, unit_name, current, needs_review } = listed;
    let keeps = caller.scope(Permission::ControlDocuments).contains(db, row.unit_id).await?;
    let history = history_of(db, row.id.0).await?;
    let people = names_of_people(db, history.iter().filter_map(|event| event.actor_id)).await?;
    let parent = match row.parent_id {
        Some(id) => document::Entity::find_by_id(id).one(db).await?,
        None => None,
    };
    let all = revisions::list(db, caller, row.id, &Slice::new(Some(MOST), None)?).await?;
    let href = web::link_to(Subject::Document, row.id.0);
    let current = current.map(|current| Link {
        href: web::link_to(Subject::Revision, current.id.0),
        text: say(app, "document.number_of", &[("number", number_of(&current))]),
    });
    let drafts = keeps && row.code.is_some();
    let linked = links::groups(app, caller, &row, keeps).await?;
    Ok(view::DocumentPage {
        links: linked,
        review_href: (row.state == DocumentState::InForce).then(|| reviews::page_of(row.id)),
        settings_href: keeps.then(|| settings::page_of(row.unit_id)),
        code: row.code,
        kind: row.kind,
        state: row.state,
        tone: tone(row.state),
        unit: unit_name,
        public_href: super::public::href_of(row.kind, row.state, row.field_name.as_deref(), row.id),
        field: row.field_name,
        parent: parent.as_ref().map(document_link),
        current,
        next_review_on: row.next_review_on,
        retention_unread: row.retention.as_deref().is_some_and(|text| Retention::read(text).is_none()),
        retention: row.retention,
        needs_review,
        revisions: all.into_iter().map(revision_row).collect(),
        edit_href: keeps.then(|| format!("{href}/sua")),
        new_form_href: (keeps && row.kind == DocumentKind::Procedure).then(|| format!("/quy-trinh/moi?cha={}", row.id)),
        draft: drafts.then(|| form_of(failed, "draft", None)),
        drafters: if drafts { staff(db, caller, row.unit_id).await? } else { Vec::new() },
        forms: text_forms(app),
        propose: caller.may(Permission::WorkOnDocuments).then(|| form_of(failed, "propose", None)),
        sources: sources(app),
        history: shown_history(app, "document_event", &history, &people),
        href,
    })
}

fn revision_row(row: revision::Model) -> view::RevisionRow {
    view::RevisionRow {
        href: web::link_to(Subject::Revision, row.id.0),
        number: number_of(&row),
        state: row.state,
        tone: revision_tone(row.state),
        effective_from: row.effective_from,
        effective_to: row.effective_to,
        summary: row.summary,
    }
}

#[handler]
pub async fn edit_page(
    app: Data<&App>,
    caller: Login<can::ControlDocuments>,
    request: &Request,
    Path(id): Path<DocumentId>,
) -> Result<Response> {
    let row = access::find_document(app.store.read(), &caller, id, false).await?;
    let mut form = web::fresh_form(Some(row.version));
    form.set("document_title", row.title).set("field_code", row.field_code.unwrap_or_default());
    form.set("field_name", row.field_name.unwrap_or_default()).set("retention", row.retention.unwrap_or_default());
    form.set("review_months", row.review_months.to_string());
    let view = form_view(&app, &caller, form, format!("/quy-trinh/{id}/sua"), view::DocumentFormPurpose::Change, None).await?;
    web::page(&app, &caller, say(&app, "document.change_title", &[]), &web::path_of(request), &view).await
}

#[handler]
pub async fn update(
    app: Data<&App>,
    posted: Posted<can::ControlDocuments>,
    request: &Request,
    Path(id): Path<DocumentId>,
) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let outcome = async {
        let mut problems = Problems::new();
        let texts = texts_of(&form, &mut problems);
        problems.finish()?;
        let saved = super::super::update(&app.store, &caller, id, web::seen(&form)?, texts).await;
        saved.map_err(|error| renamed(error, form_field))
    };
    match outcome.await {
        Ok(_) => Ok(web::done(&web::link_to(Subject::Document, id.0), "document_updated")),
        Err(error) => {
            let title = say(&app, "document.change_title", &[]);
            let action = format!("/quy-trinh/{id}/sua");
            let draw = async |form| form_view(&app, &caller, form, action, view::DocumentFormPurpose::Change, None).await;
            web::again(&app, &caller, title, &web::path_of(request), form, error, draw).await
        }
    }
}

/// After a refused act: the page again with the form opened.
async fn act_again(app: &App, caller: &Caller, id: DocumentId, name: &str, mut form: Form, error: Error) -> Result<Response> {
    if !mendable(&error) {
        return Err(error);
    }
    refuse(app, &mut form, &error);
    let path = web::link_to(Subject::Document, id.0);
    show(app, caller, id, &path, error.status(), Some((name.to_owned(), form))).await
}

/// Everything wrong with the two halves of a form.
fn both<A, B>(a: Result<A>, b: Result<B>) -> Result<(A, B)> {
    match (a, b) {
        (Ok(a), Ok(b)) => Ok((a, b)),
        (Err(Error::Invalid(mut first)), Err(Error::Invalid(second))) => {
            first.extend(second);
            Err(Error::Invalid(first))
        }
        (Err(error), _) | (_, Err(error)) => Err(error),
    }
}

#[handler]
pub async fn begin_draft(app: Data<&App>, posted: Posted<can::ControlDocuments>, Path(id): Path<DocumentId>) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let outcome = async {
        let (task, ground) = both(task_of(&form), ground_of(&form))?;
        revisions::draft(&app.store, &caller, id, task, ground).await.map_err(|error| renamed(error, task_field))
    };
    match outcome.await {
        Ok(row) => Ok(web::done(&web::link_to(Subject::Revision, row.id.0), "document_drafted")),
        Err(error) => act_again(&app, &caller, id, "draft", form, error).await,
    }
}

#[handler]
pub async fn propose(app: Data<&App>, posted: Posted<can::WorkOnDocuments>, Path(id): Path<DocumentId>) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let outcome = async {
        let ground = ground_of(&form)?;
        let asked = revisions::propose(&app.store, &caller, Wanted::Revised(id), ground).await;
        asked.map_err(|error| renamed(error, task_field))
    };
    match outcome.await {
        Ok(row) => Ok(web::done(&web::link_to(Subject::Revision, row.id.0), "document_proposed")),
        Err(error) => act_again(&app, &caller, id, "propose", form, error).await,
    }
}
