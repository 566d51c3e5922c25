//! A form as it was filled in and what is wrong with it; drawn by `templates/part/form.html`.

use std::collections::{BTreeMap, BTreeSet};

use domain::draft::FieldError;
use serde::Serialize;

use crate::{Catalogue, Lang};

/// Values and errors by field name. Fields of repeated rows are named `steps/0/due_on`, as the
/// API's error pointers name them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Form {
    /// What the fields hold, as typed.
    pub values: BTreeMap<String, String>,
    /// What is wrong, by field; under `""` what concerns the form as a whole.
    pub errors: BTreeMap<String, Vec<String>>,
    /// Version of the record the person saw; `None` on forms that create.
    pub version: Option<i64>,
    /// Key that makes sending the form twice have one effect; empty on forms that need none.
    pub once: String,
    /// Tells apart the forms of a page that has several (`dispute`); part of the ids of its
    /// fields, not of their names. Empty where the form is alone.
    pub id: String,
    /// The page it was filled in on, to go back to; empty when unknown.
    pub page: String,
    /// Somebody else changed the record after the form was drawn: nothing was saved.
    pub stale: bool,
    /// Of a stale form: what the record holds now in the fields where that differs from what was typed, the form having
    /// taken on the record's present `version`. `None` while it was not compared: it still carries the old version, and
    /// sending it again is refused again.
    pub theirs: Option<BTreeMap<String, String>>,
}

impl Form {
    /// The fields of a submitted form. `version`, `once` and `page` go to their places and `csrf` is
    /// dropped; of two values of one name the last counts (a ticked box follows its hidden "no").
    #[must_use]
    pub fn from_pairs<K: Into<String>, V: Into<String>>(pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        let mut form = Self::default();
        for (name, value) in pairs {
            let (name, value) = (name.into(), value.into());
            match name.as_str() {
                "csrf" => {}
                "once" => form.once = value,
                "version" => form.version = value.parse().ok(),
                "page" => form.page = own_page(&value),
                _ => {
                    form.values.insert(name, value);
                }
            }
        }
        form
    }

    /// The same form, told apart from others on its page.
    #[must_use]
    pub fn with_id(mut self, id: impl Into<String>) -> Self {
        self.id = id.into();
        self
    }

    /// What `field` holds; `""` when the form has no such field.
    #[must_use]
    pub fn value(&self, field: &str) -> &str {
        self.values.get(field).map_or("", String::as_str)
    }

    /// Puts `value` into `field`.
    pub fn set(&mut self, field: impl Into<String>, value: impl Into<String>) -> &mut Self {
        self.values.insert(field.into(), value.into());
        self
    }

    /// Says what is wrong with `field` (`""`: with the form as a whole).
    pub fn error(&mut self, field: impl Into<String>, text: impl Into<String>) -> &mut Self {
        self.errors.entry(field.into()).or_default().push(text.into());
        self
    }

    /// Adds the errors of a refused draft in the reader's words (`error.<code>`, or `page_error.<code>` where a page says
    /// it otherwise than the API).
    pub fn refuse(&mut self, catalogue: &Catalogue, lang: Lang, errors: &[FieldError]) -> &mut Self {
        for FieldError { field, code, params } in errors {
            self.error(field, error_on_page(catalogue, lang, code, params));
        }
        self
    }

    /// A stale form beside the record as it is now: it takes on the record's version and says where the two differ, so
    /// that sending it again is a decision and not an accident. Other forms stay as they are.
    #[must_use]
    pub fn compare(mut self, fresh: &Self) -> Self {
        if !self.stale {
            return self;
        }
        let names: BTreeSet<&String> = self.values.keys().chain(fresh.values.keys()).collect();
        // A field that only one side has counts when it belongs to a row: somebody added or dropped one.
        let both =
            |name: &&&String| name.contains('/') || (self.values.contains_key(**name) && fresh.values.contains_key(**name));
        let shown = |name: &&&String| !["/", "/id", "/version"].iter().any(|hidden| name.ends_with(hidden));
        let differs = |name: &&&String| tidy(self.value(name)) != tidy(fresh.value(name));
        let theirs = names.iter().filter(both).filter(shown).filter(differs);
        let theirs = theirs.map(|name| ((*name).clone(), fresh.value(name).to_owned())).collect();
        self.theirs = Some(theirs);
        self.version = fresh.version;
        self
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.errors.is_empty() && !self.stale
    }

    /// The numbers of the rows of a repeated group that hold something, in order. Blank rows do
    /// not count: leaving a row blank is how it is dropped without scripts.
    #[must_use]
    pub fn rows(&self, group: &str) -> Vec<usize> {
        self.row_numbers(group, |value| !value.trim().is_empty())
    }

    /// Shows one more blank row, for the button that adds one without scripts.
    pub fn add_row(&mut self, group: &str) -> &mut Self {
        let next = self.row_numbers(group, |_| true).last().map_or(0, |last| last + 1);
        self.set(format!("{group}/{next}/"), "")
    }

    fn row_numbers(&self, group: &str, counts: impl Fn(&str) -> bool) -> Vec<usize> {
        let rows: BTreeSet<usize> =
            self.values.iter().filter(|(_, value)| counts(value)).filter_map(|(name, _)| row_of(group, name)).collect();
        rows.into_iter().collect()
    }
}

/// A path of ours without the message of an act done before; empty for anything else.
fn own_page(path: &str) -> String {
    if !path.starts_with('/') || path.starts_with("//") || path.contains('\\') {
        return String::new();
    }
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let kept: Vec<&str> = query.split('&').filter(|part| !part.is_empty() && !part.starts_with("xong=")).collect();
    if kept.is_empty() { path.to_owned() } else { format!("{path}?{}", kept.join("&")) }
}

/// A value without what browsers add to it.
fn tidy(value: &str) -> String {
    value.replace("\r\n", "\n").trim().to_owned()
}

/// The row number in `group/<n>/field`.
pub(crate) fn row_of(group: &str, name: &str) -> Option<usize> {
    let (number, _) = name.strip_prefix(group)?.strip_prefix('/')?.split_once('/')?;
    number.parse().ok()
}

/// What is wrong with a field, as a page says it: people type dates and follow links, programs send formats.
#[must_use]
pub fn error_on_page(catalogue: &Catalogue, lang: Lang, code: &str, params: &[(&'static str, String)]) -> String {
    let own = format!("page_error.{code}");
    let key = if catalogue.has(&own) { own } else { format!("error.{code}") };
    catalogue.get(lang, &key, params)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_once_and_csrf_are_not_fields() {
        let form = Form::from_pairs([("csrf", "t"), ("once", "k"), ("version", "3"), ("title", "Thư xin lỗi")]);
        assert_eq!((form.version, form.once.as_str()), (Some(3), "k"));
        assert_eq!(form.values.keys().collect::<Vec<_>>(), ["title"]);
        assert_eq!((form.value("title"), form.value("other")), ("Thư xin lỗi", ""));
    }

    #[test]
    fn a_ticked_box_wins_over_the_hidden_no_before_it() {
        let form = Form::from_pairs([("public", "no"), ("public", "yes")]);
        assert_eq!(form.value("public"), "yes");
    }

    #[test]
    fn rows_are_numbered_in_order_and_blank_ones_do_not_count() {
        let mut form = Form::from_pairs([
            ("steps/10/what", "c"),
            ("steps/2/what", "b"),
            ("steps/3/what", " "),
            ("steps/x/what", "d"),
            ("causes/0/why", "a"),
        ]);
        assert_eq!(form.rows("steps"), [2, 10]);
        form.add_row("steps");
        assert_eq!(form.value("steps/11/"), "");
        assert!(form.values.contains_key("steps/11/"));
    }

    #[test]
    fn a_stale_form_says_where_the_record_differs_and_takes_on_its_version() {
        let typed = [("version", "1"), ("title", "Của tôi"), ("note", "một\r\nhai "), ("steps/0/what", "a"), ("steps/0/id", "7")];
        let mut fresh = Form { version: Some(2), ..Form::default() };
        fresh
            .set("title", "Của họ")
            .set("note", "một\nhai")
            .set("code", "KH-01")
            .set("steps/0/what", "a")
            .set("steps/1/what", "b");
        let calm = Form::from_pairs(typed).compare(&fresh);
        assert_eq!((calm.version, &calm.theirs), (Some(1), &None), "what is not stale keeps the version it was drawn with");
        let form = Form { stale: true, ..Form::from_pairs(typed) }.compare(&fresh);
        let theirs: Vec<_> = form.theirs.iter().flatten().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(theirs, [("steps/1/what", "b"), ("title", "Của họ")]);
        assert_eq!((form.version, form.value("title"), form.is_valid()), (Some(2), "Của tôi", false));
    }

    #[test]
    fn the_page_to_go_back_to_is_one_of_ours() {
        for (sent, kept) in [
            ("/so-lieu/7/sua", "/so-lieu/7/sua"),
            ("/viec?nam=2026&xong=saved", "/viec?nam=2026"),
            ("/viec?xong=saved", "/viec"),
            ("//xau.example/", ""),
            ("https://xau.example/", ""),
            ("/\\xau.example", ""),
        ] {
            assert_eq!(Form::from_pairs([("page", sent)]).page, kept);
        }
    }

    #[test]
    fn a_refused_draft_speaks_the_readers_words() {
        let catalogue = Catalogue::embedded().unwrap();
        let mut form = Form::default();
        let errors = [FieldError { field: "title".into(), code: "required", params: vec![] }];
        form.refuse(&catalogue, Lang::Vi, &errors);
        assert!(!form.is_valid());
        assert_eq!(form.errors["title"], [catalogue.get(Lang::Vi, "error.required", &[])]);
    }
}
