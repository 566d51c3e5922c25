//! `/dot-cham-diem/:id/nhom`: one form over all units, each into a peer group of the set.

use std::collections::BTreeMap;

use domain::id::{RoundId, UnitId};
use domain::rule::require;
use entities::{round, sheet};
use poem::http::StatusCode;
use poem::web::{Data, Path};
use poem::{IntoResponse as _, Request, Response, Route, get, handler};
use render::Form;
use render::views::findings::Link;
use render::views::part::Choice;
use render::views::peer_groups::PeerGroups;

use super::super::{access, appraise, set_of, standing};
use super::mendable;
use crate::app::App;
use crate::auth::{Caller, can};
use crate::error::{Error, Result};
use crate::findings::pages::refuse;
use crate::web::{self, Login, Posted, say};

pub fn routes(tree: Route) -> Route {
    tree.at("/dot-cham-diem/:id/nhom", get(show_page).post(save))
}

/// Where the units of a round are put into groups.
pub fn page_of(id: RoundId) -> String {
    format!("{}/nhom", super::page_of(id))
}

/// The round for its secretary, before it is ranked.
async fn mine(app: &App, caller: &Caller, id: RoundId) -> Result<round::Model> {
    let db = app.store.read();
    let row = access::find(db, caller, id, false).await?;
    let by = access::by(db, caller, &row).await?;
    require(by.secretary, "secretary_only")?;
    require(!row.state.is_ranked(), "sheet_not_open")?;
    Ok(row)
}

/// The form as the groups are now.
fn written(sheets: &[sheet::Model]) -> Form {
    let mut form = web::fresh_form(None);
    for one in sheets {
        let group = one.peer_group.clone().unwrap_or_default();
        form.set(format!("groups/{}", one.unit_id), group.clone());
        form.set(format!("was/{}", one.unit_id), group);
    }
    form
}

async fn show(app: &App, caller: &Caller, id: RoundId, status: StatusCode, failed: Option<Form>) -> Result<Response> {
    let row = mine(app, caller, id).await?;
    let (_, set) = set_of(app.store.read(), row.set_id).await?;
    let sheets = standing::units(app.store.read(), id).await?;
    let fresh = written(&sheets);
    let form = match failed {
        Some(form) if form.stale => beside(form, &fresh),
        Some(form) => form,
        None => fresh,
    };
    let path = page_of(id);
    let view = PeerGroups {
        round: Link { href: super::page_of(id), text: row.title },
        form,
        action: path.clone(),
        without: sheets.iter().filter(|one| one.peer_group.is_none()).count(),
        units: sheets
            .iter()
            .map(|one| Choice::new(one.unit_id.to_string(), format!("{} ({})", one.unit_name, one.unit_code)))
            .collect(),
        groups: set.peer_groups.into_iter().map(|group| Choice::new(group.code, group.name)).collect(),
    };
    let response = web::page(app, caller, say(app, "peer_groups.title", &[]), &path, &view).await?;
    Ok(response.with_status(status).into_response())
}

/// A stale form beside the groups as they are now; what it was drawn with is what is shown now.
fn beside(form: Form, fresh: &Form) -> Form {
    let (mut own, mut now) = (form, fresh.clone());
    own.values.retain(|name, _| name.starts_with("groups/"));
    now.values.retain(|name, _| name.starts_with("groups/"));
    let mut form = own.compare(&now);
    for (name, group) in &fresh.values {
        if name.starts_with("was/") {
            form.set(name, group);
        }
    }
    form
}

#[handler]
async fn show_page(
    app: Data<&App>,
    caller: Login<can::ManageRounds>,
    _request: &Request,
    Path(id): Path<RoundId>,
) -> Result<Response> {
    show(&app, &caller, id, StatusCode::OK, None).await
}

/// What the person changed on the form: a unit left as it was drawn is left alone, whoever changes it meanwhile. A unit
/// that somebody else has put elsewhere since is not put back unseen.
fn changed(form: &Form, sheets: &[sheet::Model]) -> Result<BTreeMap<UnitId, Option<String>>> {
    let mut found = BTreeMap::new();
    for one in sheets {
        let Some(wanted) = form.values.get(&format!("groups/{}", one.unit_id)) else { continue };
        let (was, now) = (form.value(&format!("was/{}", one.unit_id)), one.peer_group.clone().unwrap_or_default());
        if wanted == was || *wanted == now {
            continue;
        }
        if was != now {
            return Err(Error::Stale);
        }
        found.insert(one.unit_id, Some(wanted.clone()).filter(|group| !group.is_empty()));
    }
    Ok(found)
}

#[handler]
async fn save(app: Data<&App>, posted: Posted<can::ManageRounds>, Path(id): Path<RoundId>) -> Result<Response> {
    let Posted { caller, mut form, .. } = posted;
    mine(&app, &caller, id).await?;
    let sheets = standing::units(app.store.read(), id).await?;
    let outcome = async { appraise::set_groups(&app.store, &caller, id, changed(&form, &sheets)?).await };
    match outcome.await {
        Ok(_) => Ok(web::done(&page_of(id), "peer_groups_saved")),
        Err(error) if mendable(&error) => {
            refuse(&app, &mut form, &error);
            show(&app, &caller, id, error.status(), Some(form)).await
        }
        Err(error) => Err(error),
    }
}
