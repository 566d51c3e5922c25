//! The pages of declarations: thin adapters over the use cases of this area.

mod form;
mod public;
mod scope;
mod show;
mod units;

use domain::conformity::DeclarationState;
use domain::id::StandardId;
use entities::conformity_declaration as declaration;
use poem::{Route, get, post};
use render::Form;
use render::views::conformity as view;
use render::views::findings::Link;
use render::views::part::{Choice, Tone};
use sea_orm::ConnectionTrait;

use super::Listed;
use super::papers;
use crate::app::App;
use crate::error::{Error, Result};
use crate::web::{self, say};

/// `/cong-bo`, `/cong-khai/cong-bo`
#[must_use]
pub fn routes(tree: Route) -> Route {
    let tree = tree
        .at("/cong-bo", get(units::list_page))
        .at("/cong-bo/danh-sach", get(units::declarations_page))
        .at("/cong-bo/moi", get(form::new_page).post(form::begin))
        .at("/cong-bo/don-vi/:id", get(units::unit_page))
        .at("/cong-bo/don-vi/:id/chung-nhan", post(units::enter_certificate))
        .at("/cong-bo/chung-nhan/:id", post(units::correct_certificate))
        .at("/cong-bo/van-ban/:id", get(show::fetch))
        .at("/cong-bo/:id", get(show::show_page))
        .at("/cong-bo/:id/sua", get(form::edit_page).post(form::save))
        .at("/cong-bo/:id/pham-vi", get(scope::scope_page).post(scope::leave_out))
        .at("/cong-bo/:id/pham-vi/dua-vao/:document", post(scope::take_in))
        .at("/cong-bo/:id/viec/:verb", post(show::act))
        .at("/cong-bo/:id/vao-so", post(show::register))
        .at("/cong-bo/:id/ghi/:fact", post(show::note))
        .at("/cong-bo/:id/lap/:part", post(show::ask));
    public::routes(tree)
}

/// A form that was refused, with its name on the page.
type Failed = Option<(String, Form)>;

/// The form of this name: as it was refused, or fresh.
fn form_of(failed: &Failed, name: &str, version: Option<i64>) -> Form {
    match failed {
        Some((refused, form)) if refused == name => Form { version, ..form.clone() }.with_id(name),
        _ => web::fresh_form(version).with_id(name),
    }
}

/// Whether a form can mend it.
const fn mendable(error: &Error) -> bool {
    matches!(error, Error::Invalid(_) | Error::Rule(_) | Error::Stale)
}

/// The errors of a use case under the names that the form's fields have.
fn renamed(error: Error) -> Error {
    let Error::Invalid(mut fields) = error else { return error };
    for field in &mut fields {
        let name = match field.field.as_str() {
            "reason" => "declaration_reason",
            "standard_id" => "standard_edition",
            "unit_name" => "agency_name",
            "statement" => "declared_text",
            name if name.starts_with("grounds") => "legal_grounds",
            name => name,
        };
        field.field = name.to_owned();
    }
    Error::Invalid(fields)
}

fn tone(state: DeclarationState) -> Tone {
    match state {
        DeclarationState::InForce => Tone::Good,
        DeclarationState::Draft | DeclarationState::Submitted | DeclarationState::Signed => Tone::Info,
        DeclarationState::Replaced | DeclarationState::Cancelled => Tone::Neutral,
        DeclarationState::Withdrawn => Tone::Bad,
    }
}

fn page_of(id: domain::id::ConformityDeclarationId) -> String {
    web::link_to(domain::record::Subject::ConformityDeclaration, id.0)
}

/// A link to a declaration, under its number or its state.
fn link_of(app: &App, row: &declaration::Model) -> Link {
    let state = || say(app, &format!("{}.{}", DeclarationState::KEY, row.state), &[]);
    Link { href: page_of(row.id), text: papers::called(row).unwrap_or_else(state) }
}

fn row_of(one: Listed) -> view::DeclarationRow {
    view::DeclarationRow {
        href: page_of(one.row.id),
        decision: papers::short_number(&one.row),
        unit: one.unit_name,
        kind: one.row.kind,
        standard: one.standard,
        state: one.row.state,
        tone: tone(one.row.state),
        issued_on: one.row.issued_on,
    }
}

/// The editions as choices.
async fn editions(db: &impl ConnectionTrait) -> Result<Vec<Choice>> {
    let rows = crate::standards::list(db).await?;
    Ok(rows.iter().map(|row| Choice::new(row.id.to_string(), crate::standards::title_of(row))).collect())
}

fn edition_of(form: &Form) -> Option<StandardId> {
    form.value("standard_edition").parse().ok()
}
