//! Who has declared, one unit, its certificates, every declaration.

use domain::conformity::{DeclarationFact, DeclarationState, ScopeChange};
use domain::draft::Problems;
use domain::id::{ConformityCertificateId, UnitId};
use domain::permission::Permission;
use poem::http::StatusCode;
use poem::web::{Data, Path, Query};
use poem::{IntoResponse as _, Request, Response, handler};
use render::Form;
use render::views::conformity as view;
use render::views::part::{Chip, Listing, Pager, Search, Tone};
use sea_orm::EntityTrait as _;

use super::super::overview::{self, Standing};
use super::super::{Filter, Listed, certificates, scope, waiting};
use super::{Failed, edition_of, editions, form_of, link_of, mendable, row_of};
use crate::app::App;
use crate::auth::{Caller, can};
use crate::error::{Error, Result};
use crate::findings::pages::{refuse, shown_due};
use crate::http::{MOST, Slice, link};
use crate::web::{self, Login, Posted, say};

/// What the list's address says.
#[derive(Clone, Debug, Default, serde::Deserialize)]
pub struct Asked {
    da_cong_bo: Option<bool>,
    q: Option<String>,
    cursor: Option<String>,
}

impl Asked {
    fn href(&self) -> String {
        let q = self.q.clone().filter(|text| !text.trim().is_empty());
        link("/cong-bo", &[("da_cong_bo", self.da_cong_bo.map(|yes| yes.to_string())), ("q", q)])
    }
}

#[handler]
pub async fn list_page(
    app: Data<&App>,
    caller: Login<can::ReadDocuments>,
    request: &Request,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let slice = Slice::new(None, asked.cursor.as_deref())?;
    let filter = overview::Filter { unit_id: None, declared: asked.da_cong_bo, q: asked.q.clone() };
    let rows = overview::list(app.store.read(), &caller, &filter, &slice).await?;
    let here = asked.href();
    let key = |one: &Standing| (one.unit.name.clone().into(), one.unit.id.0);
    let (rows, next) = slice.page(rows, &here, key, row);
    let chip = |yes: bool| {
        let active = asked.da_cong_bo == Some(yes);
        let key = if yes { "conformity.declared" } else { "conformity.not_declared" };
        Chip {
            label: say(&app, key, &[]),
            href: Asked { da_cong_bo: (!active).then_some(yes), cursor: None, ..asked.clone() }.href(),
            active,
            count: None,
        }
    };
    let keep = asked.da_cong_bo.map(|yes| ("da_cong_bo".to_owned(), yes.to_string()));
    let list = Listing {
        rows,
        pager: Pager { next, first: asked.cursor.as_ref().map(|_| here.clone()) },
        chips: vec![chip(true), chip(false)],
        search: Some(Search {
            action: "/cong-bo".to_owned(),
            q: asked.q.clone().unwrap_or_default(),
            keep: keep.into_iter().collect(),
        }),
        clear: (here != "/cong-bo").then(|| "/cong-bo".to_owned()),
    };
    let page = view::ConformityUnits {
        list,
        new_href: caller.may(Permission::ControlDocuments).then(|| "/cong-bo/moi".to_owned()),
        list_href: "/cong-bo/danh-sach".to_owned(),
        public_href: super::public::LIST.to_owned(),
    };
    web::page(&app, &caller, say(&app, "conformity.title", &[]), &web::path_of(request), &page).await
}

fn row(one: Standing) -> view::ConformityUnitRow {
    view::ConformityUnitRow {
        href: waiting::unit_page(one.unit.id),
        name: one.unit.name,
        standard: one.standard,
        decision: one.declaration.as_ref().and_then(super::papers::short_number),
        issued_on: one.declaration.and_then(|row| row.issued_on),
        moved: one.moved.len(),
        certified_until: one.certificate.map(|row| row.valid_to),
    }
}

/// What the list of declarations' address says.
#[derive(Clone, Debug, Default, serde::Deserialize)]
pub struct AskedList {
    tinh_trang: Option<DeclarationState>,
    cursor: Option<String>,
}

const LIST: &str = "/cong-bo/danh-sach";

#[handler]
pub async fn declarations_page(
    app: Data<&App>,
    caller: Login<can::ReadDocuments>,
    request: &Request,
    Query(asked): Query<AskedList>,
) -> Result<Response> {
    let slice = Slice::new(None, asked.cursor.as_deref())?;
    let filter = Filter { unit_id: None, state: asked.tinh_trang };
    let rows = super::super::list(app.store.read(), &caller, &filter, &slice).await?;
    let href = |state: Option<DeclarationState>| link(LIST, &[("tinh_trang", state.map(|state| state.to_string()))]);
    let here = href(asked.tinh_trang);
    let key = |one: &Listed| (serde_json::json!(one.row.created_at), one.row.id.0);
    let (rows, next) = slice.page(rows, &here, key, row_of);
    let chip = |state: &DeclarationState| {
        let active = asked.tinh_trang == Some(*state);
        let label = say(&app, &format!("{}.{state}", DeclarationState::KEY), &[]);
        Chip { label, href: href((!active).then_some(*state)), active, count: None }
    };
    let page = view::DeclarationList {
        list: Listing {
            rows,
            pager: Pager { next, first: asked.cursor.as_ref().map(|_| here.clone()) },
            chips: DeclarationState::ALL.iter().map(chip).collect(),
            search: None,
            clear: asked.tinh_trang.map(|_| LIST.to_owned()),
        },
        new_href: caller.may(Permission::ControlDocuments).then(|| "/cong-bo/moi".to_owned()),
        units_href: "/cong-bo".to_owned(),
    };
    web::page(&app, &caller, say(&app, "conformity.list", &[]), &web::path_of(request), &page).await
}

#[handler]
pub async fn unit_page(
    app: Data<&App>,
    caller: Login<can::ReadDocuments>,
    request: &Request,
    Path(id): Path<UnitId>,
) -> Result<Response> {
    show(&app, &caller, id, &web::path_of(request), StatusCode::OK, None).await
}

async fn show(app: &App, caller: &Caller, id: UnitId, path: &str, status: StatusCode, failed: Failed) -> Result<Response> {
    let db = app.store.read();
    let whole = overview::find(db, caller, id).await?;
    let overview::Whole { standing, differences, open } = whole;
    let keeps = caller.scope(Permission::ControlDocuments).contains(db, id).await?;
    let calendar = crate::calendar::load(db).await?;
    let due = waiting::due_of(&standing.moved, &calendar).map(|on| shown_due(&calendar, on, caller.today));
    let all = super::super::list(db, caller, &Filter { unit_id: Some(id), state: None }, &Slice::new(Some(MOST), None)?).await?;
    let names = super::super::standard_names(db).await?;
    let held = certificates::list(db, caller, Some(id), &Slice::new(Some(MOST), None)?).await?;
    let moved = |one: scope::Moved| view::MovedRow {
        change: one.change,
        tone: if one.change == ScopeChange::Removed { Tone::Bad } else { Tone::Warn },
        name: format!("{} {}", one.code, one.title),
        since: Some(one.since),
    };
    let revised = differences.into_iter().filter(|one| !one.change.moves_scope()).map(|one| view::MovedRow {
        change: one.change,
        tone: Tone::Neutral,
        name: format!("{} {}", one.line.code, one.line.title),
        since: None,
    });
    let certificate = |row: entities::conformity_certificate::Model| {
        let name = format!("certificate-{}", row.id);
        let refused = failed.as_ref().is_some_and(|(refused, _)| *refused == name);
        let mut form = form_of(&failed, &name, Some(row.version));
        if !refused {
            form.set("standard_edition", row.standard_id.to_string()).set("cert_body", row.body.clone());
            form.set("cert_number", row.number.clone()).set("note", row.note.clone().unwrap_or_default());
            form.set("cert_from", row.valid_from.map(|on| on.to_string()).unwrap_or_default());
            form.set("cert_to", row.valid_to.to_string());
        }
        view::CertificateRow {
            action: format!("/cong-bo/chung-nhan/{}", row.id),
            form: keeps.then_some(form),
            standard: names.get(&row.standard_id).cloned().unwrap_or_default(),
            expired: row.valid_to < caller.today,
            number: row.number,
            body: row.body,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            note: row.note,
        }
    };
    let unannounced = match &standing.declaration {
        Some(row) if keeps => {
            let facts = super::super::facts_about(db, row.id).await?;
            let announced = facts.iter().any(|one| one.fact == DeclarationFact::Announced);
            (!announced).then(|| link_of(app, row))
        }
        _ => None,
    };
    let page = view::ConformityUnitPage {
        unannounced,
        declaration: standing.declaration.as_ref().map(|row| link_of(app, row)),
        standard: standing.standard,
        issued_on: standing.declaration.as_ref().and_then(|row| row.issued_on),
        moved: standing.moved.into_iter().map(moved).collect(),
        revised: revised.collect(),
        due,
        begin: (keeps && open.is_none()).then(|| form_of(&failed, "begin", None)),
        begin_action: format!("/cong-bo/moi?don_vi={id}"),
        open: open.as_ref().map(|row| link_of(app, row)),
        // The list reaches below the unit; this page is about the unit alone.
        declarations: all.into_iter().filter(|one| one.row.unit_id == id).map(row_of).collect(),
        certificates: held.into_iter().map(certificate).collect(),
        certificate: keeps.then(|| form_of(&failed, "certificate", None)),
        certificate_action: format!("{}/chung-nhan", waiting::unit_page(id)),
        standards: editions(db).await?,
        back: "/cong-bo".to_owned(),
    };
    Ok(web::page(app, caller, standing.unit.name, path, &page).await?.with_status(status).into_response())
}

fn certificate_of(form: &Form) -> Result<certificates::Input> {
    let mut problems = Problems::new();
    let standard = edition_of(form);
    problems.check(standard.is_none(), "standard_edition", "required");
    let day = |name: &str| form.value(name).trim().parse().ok();
    let (from, to) = (day("cert_from"), day("cert_to"));
    let until = if form.value("cert_to").trim().is_empty() { "required" } else { "expected_date" };
    problems.check(to.is_none(), "cert_to", until);
    problems.check(!form.value("cert_from").trim().is_empty() && from.is_none(), "cert_from", "expected_date");
    problems.line("cert_body", form.value("cert_body"), 300);
    problems.line("cert_number", form.value("cert_number"), 100);
    problems.finish()?;
    Ok(certificates::Input {
        standard_id: standard.ok_or(Error::NotFound)?,
        body: form.value("cert_body").to_owned(),
        number: form.value("cert_number").to_owned(),
        valid_from: from,
        valid_to: to.ok_or(Error::NotFound)?,
        note: Some(form.value("note").to_owned()),
    })
}

fn on_form(error: Error) -> Error {
    let Error::Invalid(mut fields) = error else { return error };
    for field in &mut fields {
        let name = match field.field.as_str() {
            "standard_id" => "standard_edition",
            "body" => "cert_body",
            "number" => "cert_number",
            "valid_to" => "cert_to",
            other => other,
        };
        field.field = name.to_owned();
    }
    Error::Invalid(fields)
}

#[handler]
pub async fn enter_certificate(
    app: Data<&App>,
    posted: Posted<can::ControlDocuments>,
    Path(id): Path<UnitId>,
) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let outcome = async { certificates::create(&app.store, &caller, Some(id), certificate_of(&form)?).await.map_err(on_form) };
    match outcome.await {
        Ok(_) => Ok(web::done(&waiting::unit_page(id), "certificate_saved")),
        Err(error) => again(&app, &caller, id, "certificate", form, error).await,
    }
}

#[handler]
pub async fn correct_certificate(
    app: Data<&App>,
    posted: Posted<can::ControlDocuments>,
    Path(id): Path<ConformityCertificateId>,
) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let row = entities::conformity_certificate::Entity::find_by_id(id).one(app.store.read()).await?.ok_or(Error::NotFound)?;
    let outcome = async {
        let input = certificate_of(&form)?;
        certificates::update(&app.store, &caller, id, web::seen(&form)?, input).await.map_err(on_form)
    };
    match outcome.await {
        Ok(_) => Ok(web::done(&waiting::unit_page(row.unit_id), "certificate_saved")),
        Err(error) => again(&app, &caller, row.unit_id, &format!("certificate-{id}"), form, error).await,
    }
}

/// After a refused act: the page again with the form opened.
pub(super) async fn again(app: &App, caller: &Caller, id: UnitId, name: &str, mut form: Form, error: Error) -> Result<Response> {
    if !mendable(&error) {
        return Err(error);
    }
    refuse(app, &mut form, &error);
    show(app, caller, id, &waiting::unit_page(id), error.status(), Some((name.to_owned(), form))).await
}
