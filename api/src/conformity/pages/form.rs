//! A declaration is begun and written.

use domain::conformity::{DeclarationKind, DeclarationReason};
use domain::draft::Problems;
use domain::id::{ConformityDeclarationId, UnitId};
use domain::permission::Permission;
use poem::web::{Data, Path, Query};
use poem::{Request, Response, handler};
use render::Form;
use render::views::conformity as view;

use super::super::{Read, Texts, bases, grounds_of, read};
use super::{edition_of, editions, page_of, renamed};
use crate::app::App;
use crate::auth::{Caller, can};
use crate::error::{Error, Result};
use crate::findings::pages::choices;
use crate::programmes::pages::own_units;
use crate::web::{self, Login, Posted, say};

/// The unit that an address names.
#[derive(Debug, serde::Deserialize)]
pub struct Place {
    don_vi: Option<UnitId>,
}

async fn new_view(app: &App, caller: &Caller, form: Form) -> Result<view::NewDeclaration> {
    let units = own_units(app, caller, Permission::ControlDocuments).await?;
    Ok(view::NewDeclaration { form, action: "/cong-bo/moi".to_owned(), units })
}

#[handler]
pub async fn new_page(app: Data<&App>, caller: Login<can::ControlDocuments>, request: &Request) -> Result<Response> {
    let view = new_view(&app, &caller, web::fresh_form(None)).await?;
    web::page(&app, &caller, say(&app, "conformity.new", &[]), &web::path_of(request), &view).await
}

/// Begins with everything that can be proposed; the next page is the draft.
#[handler]
pub async fn begin(
    app: Data<&App>,
    posted: Posted<can::ControlDocuments>,
    request: &Request,
    Query(place): Query<Place>,
) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let unit = place.don_vi.or(form.value("unit_id").parse().ok());
    match (super::super::create(&app.store, &caller, unit, None).await, place.don_vi) {
        (Ok(row), _) => Ok(web::done(&format!("{}/sua", page_of(row.id)), "declaration_begun")),
        (Err(error), Some(unit)) => super::units::again(&app, &caller, unit, "begin", form, error).await,
        (Err(error), None) => {
            let title = say(&app, "conformity.new", &[]);
            let draw = async |form| new_view(&app, &caller, form).await;
            web::again(&app, &caller, title, &web::path_of(request), form, error, draw).await
        }
    }
}

fn filled(found: &Read) -> Form {
    let row = &found.listed.row;
    let mut form = web::fresh_form(Some(row.version));
    form.set("kind", row.kind.code());
    form.set("declaration_reason", row.reason.or(found.proposed_reason).map_or("", DeclarationReason::code));
    form.set("reason_note", row.reason_note.clone().unwrap_or_default());
    form.set("earlier_decision", row.earlier_decision.clone().unwrap_or_default());
    form.set("standard_edition", row.standard_id.to_string()).set("agency_name", row.unit_name.clone());
    form.set("address", row.address.clone()).set("declared_text", row.statement.clone());
    form.set("legal_grounds", grounds_of(row).join("\n"));
    form
}

fn lines(form: &Form) -> Vec<String> {
    form.value("legal_grounds").lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

async fn form_view(app: &App, caller: &Caller, found: Read, form: Option<Form>) -> Result<view::DeclarationForm> {
    let db = app.store.read();
    let fresh = filled(&found);
    let form = match form {
        Some(form) => form.compare(&fresh),
        None => fresh,
    };
    let id = found.listed.row.id;
    let doubtful = lines(&form).iter().map(|text| shown_ground(text, caller.today)).filter(|one| one.doubtful).collect();
    Ok(view::DeclarationForm {
        action: format!("{}/sua", page_of(id)),
        kinds: choices(app, DeclarationKind::KEY, DeclarationKind::ALL),
        reasons: choices(app, DeclarationReason::KEY, DeclarationReason::ALL),
        standards: editions(db).await?,
        proposed: found.proposed_reason,
        doubtful,
        back: page_of(id),
        form,
    })
}

pub(super) fn shown_ground(text: &str, on: chrono::NaiveDate) -> view::GroundShown {
    let ground = bases::ground(text, on);
    // Where it was seen is a note for whoever keeps the data; the API has it.
    view::GroundShown { doubtful: ground.doubtful(), ended: ground.ended, text: ground.text }
}

#[handler]
pub async fn edit_page(
    app: Data<&App>,
    caller: Login<can::ControlDocuments>,
    request: &Request,
    Path(id): Path<ConformityDeclarationId>,
) -> Result<Response> {
    let found = read(app.store.read(), &caller, id).await?;
    if !found.available.contains(&domain::conformity::DeclarationVerb::Save) {
        return Ok(web::redirect(&page_of(id)));
    }
    let view = form_view(&app, &caller, found, None).await?;
    web::page(&app, &caller, say(&app, "conformity.edit_title", &[]), &web::path_of(request), &view).await
}

fn texts_of(form: &Form) -> Result<Texts> {
    let mut problems = Problems::new();
    let kind = form.value("kind").parse::<DeclarationKind>().ok();
    problems.check(kind.is_none(), "kind", "required");
    let standard_id = edition_of(form);
    problems.check(standard_id.is_none(), "standard_edition", "required");
    problems.finish()?;
    let text = |name: &str| Some(form.value(name).to_owned());
    Ok(Texts {
        kind,
        reason: form.value("declaration_reason").parse().ok(),
        reason_note: text("reason_note"),
        standard_id,
        unit_name: form.value("agency_name").to_owned(),
        address: form.value("address").to_owned(),
        statement: form.value("declared_text").to_owned(),
        grounds: lines(form),
        earlier_decision: text("earlier_decision"),
    })
}

#[handler]
pub async fn save(
    app: Data<&App>,
    posted: Posted<can::ControlDocuments>,
    request: &Request,
    Path(id): Path<ConformityDeclarationId>,
) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let outcome = async {
        let texts = texts_of(&form)?;
        super::super::save(&app.store, &caller, id, web::seen(&form)?, texts).await.map_err(renamed)
    };
    match outcome.await {
        Ok(_) => Ok(web::done(&page_of(id), "declaration_saved")),
        Err(error) => {
            let found = read(app.store.read(), &caller, id).await?;
            // A draft that was handed in meanwhile has no form any more.
            if !found.available.contains(&domain::conformity::DeclarationVerb::Save) && !matches!(error, Error::Stale) {
                return Err(error);
            }
            let title = say(&app, "conformity.edit_title", &[]);
            let draw = async |form| form_view(&app, &caller, found, Some(form)).await;
            web::again(&app, &caller, title, &web::path_of(request), form, error, draw).await
        }
    }
}
