//! The pages of controlled documents: thin adapters over the use cases of this area.

mod catalogue;
mod changes;
pub(crate) mod cited;
mod document;
mod draft;
mod external;
mod links;
mod lists;
mod offers;
mod people;
mod public;
mod reviews;
mod revision;
mod sets;
mod settings;
mod words;

use domain::draft::Problems;
use poem::{Route, get, post};
use render::Form;

use crate::error::Error;
use crate::web;

/// `/quy-trinh`, `/cong-khai/thu-tuc`, and the text a finding cites
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
        .at("/quy-trinh/van-ban-ngoai", get(external::list_page))
        .at("/quy-trinh/van-ban-ngoai/moi", get(external::new_page).post(external::create))
        .at("/quy-trinh/van-ban-ngoai/:id", get(external::show_page))
        .at("/quy-trinh/van-ban-ngoai/:id/sua", get(external::edit_page).post(external::update))
        .at("/quy-trinh/van-ban-ngoai/:id/het-hieu-luc", post(external::end))
        .at("/quy-trinh/van-ban-ngoai/:id/da-tra-cuu", post(external::checked))
        .at("/quy-trinh/thu-tuc-hanh-chinh", get(catalogue::list_page))
        .at("/quy-trinh/thu-tuc-hanh-chinh/moi", get(catalogue::new_page).post(catalogue::create))
        .at("/quy-trinh/thu-tuc-hanh-chinh/:id", get(catalogue::show_page))
        .at("/quy-trinh/thu-tuc-hanh-chinh/:id/sua", get(catalogue::edit_page).post(catalogue::update))
        .at("/quy-trinh/lien-ket/:id/bo", post(links::unlink))
        .at("/quy-trinh/lien-ket/:id/xem-lai", post(links::confirm))
        .at("/quy-trinh/ra-soat", get(reviews::list_page))
        .at("/quy-trinh/thiet-lap", get(settings::page).post(settings::save))
        .at("/phat-hien/:id/quy-trinh", get(cited::page))
        .at("/phat-hien/:id/quy-trinh/tep/:file_id", get(cited::cited_file))
        .at("/quy-trinh/:id", get(document::show_page))
        .at("/quy-trinh/:id/sua", get(document::edit_page).post(document::update))
        .at("/quy-trinh/:id/soan", post(document::begin_draft))
        .at("/quy-trinh/:id/de-nghi", post(document::propose))
        .at("/quy-trinh/:id/lien-ket", get(links::picker).post(links::add))
        .at("/quy-trinh/:id/ra-soat", get(reviews::show_page).post(reviews::hold));
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

/// Everything wrong with a form at once: what could not be read, under the form's own names, then what
/// the use case finds, under the names `name` gives. A field is named once: what cannot be read is not
/// missing as well.
///
/// # Errors
/// Anything wrong.
fn both_of(read: Problems, rest: Problems, name: impl Fn(&str) -> String) -> Result<(), Error> {
    let mut all = read.finish().err().unwrap_or_default();
    for mut error in rest.finish().err().unwrap_or_default() {
        error.field = name(&error.field);
        if !all.iter().any(|there| there.field == error.field) {
            all.push(error);
        }
    }
    if all.is_empty() { Ok(()) } else { Err(Error::Invalid(all)) }
}
