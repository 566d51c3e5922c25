//! The pages of controlled documents: thin adapters over the use cases of this area.

mod changes;
mod document;
mod draft;
mod lists;
mod offers;
mod people;
mod public;
mod revision;
mod sets;
mod words;

use poem::{Route, get, post};
use render::Form;

use crate::error::Error;
use crate::web;

/// `/quy-trinh`, `/cong-khai/thu-tuc`
#[must_use]
pub fn routes(tree: Route) -> Route {
    let tree = tree
        .at("/quy-trinh", get(document::list_page))
        .at("/quy-trinh/moi", get(document::new_page).post(document::create))
        .at("/quy-trinh/de-nghi", get(document::propose_page).post(document::propose_new))
        .at("/quy-trinh/ban-hanh", get(offers::issue_page).post(offers::issue))
        .at("/quy-trinh/cua-toi", get(offers::own_page))
        .at("/quy-trinh/danh-muc", get(lists::hub_page))
        .at("/quy-trinh/danh-muc/ho-so/moi", get(lists::new_record_page).post(lists::add_record))
        .at("/quy-trinh/danh-muc/ho-so/:id", get(lists::edit_record_page).post(lists::change_record))
        .at("/quy-trinh/danh-muc/ho-so/:id/go-bo", post(lists::remove_record))
        .at("/quy-trinh/danh-muc/:list", get(lists::list_page))
        .at("/quy-trinh/danh-muc/:list/pdf", get(lists::pdf))
        .at("/quy-trinh/danh-muc/:list/xlsx", get(lists::xlsx))
        .at("/quy-trinh/nhap", get(sets::file_page))
        .at("/quy-trinh/nhap/mau", get(sets::template))
        .at("/quy-trinh/nhap/minh-chung", post(sets::file))
        .at("/quy-trinh/sao-chep", get(sets::copy_page).post(sets::copy_act))
        .at("/quy-trinh/sau-sap-nhap", get(sets::reissue_page).post(sets::reissue_act))
        .at("/quy-trinh/lan/:id/phieu-yeu-cau", get(lists::request_paper))
        .at("/quy-trinh/thay-doi-tthc", get(changes::list_page))
        .at("/quy-trinh/thay-doi-tthc/moi", get(changes::new_page).post(changes::enter))
        .at("/quy-trinh/thay-doi-tthc/nhap", get(changes::file_page))
        .at("/quy-trinh/thay-doi-tthc/nhap/mau", get(changes::template))
        .at("/quy-trinh/thay-doi-tthc/nhap/minh-chung", post(changes::enter_file))
        .at("/quy-trinh/thay-doi-tthc/:id", get(changes::show_page))
        .at("/quy-trinh/thay-doi-tthc/:id/de-nghi", post(changes::request_all))
        .at("/quy-trinh/thay-doi-tthc/:id/huy", post(changes::cancel))
        .at("/quy-trinh/phan-phoi/:id", get(offers::to_revision))
        .at("/quy-trinh/lan/:id", get(revision::show_page))
        .at("/quy-trinh/lan/:id/viec/:verb", post(revision::act))
        .at("/quy-trinh/lan/:id/da-doc", post(revision::acknowledge))
        .at("/quy-trinh/lan/:id/so-sanh", get(offers::diff_page))
        .at("/quy-trinh/lan/:id/phan-phoi", get(offers::book_page))
        .at("/quy-trinh/lan/:id/soan", get(draft::edit_page))
        .at("/quy-trinh/lan/:id/soan/minh-chung", post(draft::save))
        .at("/quy-trinh/lan/:id/duong-di", get(people::route_page).post(people::set_route))
        .at("/quy-trinh/lan/:id/noi-nhan", get(people::audience_page).post(people::set_audience))
        .at("/quy-trinh/:id", get(document::show_page))
        .at("/quy-trinh/:id/sua", get(document::edit_page).post(document::update))
        .at("/quy-trinh/:id/soan", post(document::begin_draft))
        .at("/quy-trinh/:id/de-nghi", post(document::propose));
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
fn renamed(error: Error, name: impl Fn(&str) -> String) -> Error {
    let Error::Invalid(mut fields) = error else { return error };
    for field in &mut fields {
        field.field = name(&field.field);
    }
    Error::Invalid(fields)
}
