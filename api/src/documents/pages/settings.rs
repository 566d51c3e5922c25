//! How a unit controls its documents: patterns of codes, days, hours.

use std::collections::BTreeMap;

use domain::document::DocumentKind;
use domain::draft::Problems;
use domain::id::UnitId;
use domain::permission::Permission;
use poem::web::{Data, Query};
use poem::{Request, Response, handler};
use render::Form;
use render::views::documents as view;
use render::views::part::Chip;

use super::super::{Settings, set_settings};
use super::words::LIST;
use super::{both_of, renamed};
use crate::app::App;
use crate::auth::{Caller, can};
use crate::error::{Error, Result};
use crate::http::link;
use crate::inspections::unit_names;
use crate::web::{self, Login, Posted, say};

/// Of which unit.
#[derive(Debug, serde::Deserialize)]
pub struct Place {
    don_vi: Option<UnitId>,
}

/// The settings of a unit.
pub fn page_of(unit: UnitId) -> String {
    link("/quy-trinh/thiet-lap", &[("don_vi", Some(unit.to_string()))])
}

/// Units whose documents the caller keeps by a role there.
fn own(caller: &Caller) -> Vec<UnitId> {
    let keeps = caller.grants.iter().filter(|held| held.role.grants(Permission::ControlDocuments));
    let mut units: Vec<UnitId> = keeps.filter_map(|held| held.unit).collect();
    units.sort_unstable();
    units.dedup();
    units
}

/// The unit that is asked for, else the caller's own.
async fn unit_of(app: &App, caller: &Caller, place: &Place) -> Result<UnitId> {
    let unit = place.don_vi.or_else(|| own(caller).first().copied()).ok_or(Error::NotFound)?;
    let keeps = caller.scope(Permission::ControlDocuments).contains(app.store.read(), unit).await?;
    if keeps { Ok(unit) } else { Err(Error::NotFound) }
}

fn pattern_field(kind: DocumentKind) -> String {
    format!("code_patterns/{kind}_pattern")
}

fn filled(settings: &Settings) -> Form {
    let mut form = web::fresh_form(Some(settings.version));
    for (kind, pattern) in &settings.code_patterns {
        form.set(pattern_field(*kind), pattern.clone());
    }
    form.set("acknowledge_days", settings.acknowledge_days.to_string()).set("turn_days", settings.turn_days.to_string());
    form.set("setting_review_months", settings.review_months.to_string());
    form.set("hours_per_day", settings.hours_per_day.to_string());
    form
}

async fn form_view(app: &App, caller: &Caller, unit: UnitId, form: Form) -> Result<view::DocumentSettingsForm> {
    let mut units = own(caller);
    if !units.contains(&unit) {
        units.push(unit);
    }
    let names = unit_names(app.store.read(), units.iter().copied()).await?;
    let chip = |id: &UnitId| Chip {
        label: names.get(id).cloned().unwrap_or_default(),
        href: page_of(*id),
        active: *id == unit,
        count: None,
    };
    let pattern = |kind: &DocumentKind| view::PatternField { kind: *kind, usual: kind.usual_pattern().to_owned() };
    Ok(view::DocumentSettingsForm {
        form,
        action: page_of(unit),
        unit: names.get(&unit).cloned().unwrap_or_default(),
        units: if units.len() > 1 { units.iter().map(chip).collect() } else { Vec::new() },
        patterns: DocumentKind::ALL.iter().map(pattern).collect(),
        back_href: LIST.to_owned(),
    })
}

#[handler]
pub async fn page(
    app: Data<&App>,
    caller: Login<can::ControlDocuments>,
    request: &Request,
    Query(place): Query<Place>,
) -> Result<Response> {
    let unit = unit_of(&app, &caller, &place).await?;
    let settings = super::super::settings(app.store.read(), &caller, unit).await?;
    let view = form_view(&app, &caller, unit, filled(&settings)).await?;
    web::page(&app, &caller, say(&app, "document_settings.title", &[]), &web::path_of(request), &view).await
}

/// The fields of the use case under the names of the form.
fn form_field(field: &str) -> String {
    match field.strip_prefix("code_patterns/") {
        Some(own) if own.ends_with("_pattern") => field.to_owned(),
        Some(kind) => format!("code_patterns/{kind}_pattern"),
        None if field == "review_months" => "setting_review_months".to_owned(),
        None => field.to_owned(),
    }
}

/// What the form says; everything wrong with it at once, under its own names.
fn settings_of(form: &Form) -> Result<Settings> {
    let mut problems = Problems::new();
    let mut code_patterns = BTreeMap::new();
    for kind in DocumentKind::ALL {
        let field = pattern_field(*kind);
        let pattern = form.value(&field).trim().to_owned();
        if !pattern.is_empty() {
            code_patterns.insert(*kind, pattern);
        }
    }
    let mut number = |field: &str| {
        let typed = form.value(field).trim();
        let number = typed.parse::<i32>();
        problems.check(typed.is_empty(), field, "required");
        problems.check(!typed.is_empty() && number.is_err(), field, "not_integer");
        number.unwrap_or_default()
    };
    let settings = Settings {
        code_patterns,
        acknowledge_days: number("acknowledge_days"),
        turn_days: number("turn_days"),
        review_months: number("setting_review_months"),
        hours_per_day: number("hours_per_day"),
        version: 0,
    };
    let mut rest = Problems::new();
    settings.check(&mut rest);
    both_of(problems, rest, form_field)?;
    Ok(settings)
}

#[handler]
pub async fn save(
    app: Data<&App>,
    posted: Posted<can::ControlDocuments>,
    request: &Request,
    Query(place): Query<Place>,
) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let unit = unit_of(&app, &caller, &place).await?;
    let saved = async { set_settings(&app.store, &caller, unit, web::seen(&form)?, settings_of(&form)?).await };
    match saved.await.map_err(|error| renamed(error, form_field)) {
        Ok(()) => Ok(web::done(&page_of(unit), "document_settings_saved")),
        Err(error) => {
            let now = super::super::settings(app.store.read(), &caller, unit).await?;
            let draw = async |form: Form| form_view(&app, &caller, unit, form.compare(&filled(&now))).await;
            let title = say(&app, "document_settings.title", &[]);
            web::again(&app, &caller, title, &web::path_of(request), form, error, draw).await
        }
    }
}
