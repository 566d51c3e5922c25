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
}

impl Form {
    /// The fields of a submitted form. `version` and `once` go to their places and `csrf` is
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

    /// Adds the errors of a refused draft in the reader's words (`error.<code>`).
    pub fn refuse(&mut self, catalogue: &Catalogue, lang: Lang, errors: &[FieldError]) -> &mut Self {
        for FieldError { field, code, params } in errors {
            self.error(field, catalogue.get(lang, &format!("error.{code}"), params));
        }
        self
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.errors.is_empty()
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

/// The row number in `group/<n>/field`.
pub(crate) fn row_of(group: &str, name: &str) -> Option<usize> {
    let (number, _) = name.strip_prefix(group)?.strip_prefix('/')?.split_once('/')?;
    number.parse().ok()
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
    fn a_refused_draft_speaks_the_readers_words() {
        let catalogue = Catalogue::embedded().unwrap();
        let mut form = Form::default();
        let errors = [FieldError { field: "title".into(), code: "required", params: vec![] }];
        form.refuse(&catalogue, Lang::Vi, &errors);
        assert!(!form.is_valid());
        assert_eq!(form.errors["title"], [catalogue.get(Lang::Vi, "error.required", &[])]);
    }
}
