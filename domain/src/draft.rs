//! Collecting validation: a form is answered with all its errors at once.

use serde::Serialize;

/// Every field code of this module; each machine lists its own.
pub const FIELD_CODES: &[&str] = &["required", "too_long", "forbidden_characters", "too_many"];

/// A code that is not in its closed list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown code")]
pub struct UnknownCode;

/// One thing wrong with one field of an input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// The field as the API names it; nested ones as `steps/0/due_on`.
    pub field: String,
    /// A stable code, which is also the key `error.<code>` of its sentence in the catalogue.
    pub code: &'static str,
    /// Values for the sentence, by name.
    pub params: Vec<(&'static str, String)>,
}

/// Gathers [`FieldError`]s, so that nothing stops at the first.
#[derive(Debug, Default)]
pub struct Problems(Vec<FieldError>);

impl Problems {
    /// No problems yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a problem without parameters.
    pub fn add(&mut self, field: impl Into<String>, code: &'static str) {
        self.add_with(field, code, Vec::new());
    }

    /// Adds a problem whose sentence has parameters.
    pub fn add_with(&mut self, field: impl Into<String>, code: &'static str, params: Vec<(&'static str, String)>) {
        self.0.push(FieldError { field: field.into(), code, params });
    }

    /// Adds `code` on `field` when `wrong`.
    pub fn check(&mut self, wrong: bool, field: &str, code: &'static str) {
        if wrong {
            self.add(field, code);
        }
    }

    /// Adds `too_many` on `field` when it has more than `max` entries.
    pub fn at_most(&mut self, field: &str, entries: usize, max: usize) {
        if entries > max {
            self.add_with(field, "too_many", vec![("max", max.to_string())]);
        }
    }

    /// Required text: trimmed, NFC, at most `max` characters; `""` and a problem otherwise.
    pub fn text(&mut self, field: &str, value: &str, max: usize) -> String {
        let value = crate::text::clean(value);
        if value.is_empty() {
            self.add(field, "required");
        }
        self.limit(field, value, max)
    }

    /// Required text of one line, as names, titles and codes are.
    pub fn line(&mut self, field: &str, value: &str, max: usize) -> String {
        let value = self.text(field, value, max);
        self.check(value.contains(['\n', '\t']), field, "forbidden_characters");
        value
    }

    /// Optional text: as [`Problems::text`], but may be empty (`None`).
    pub fn optional_text(&mut self, field: &str, value: Option<&str>, max: usize) -> Option<String> {
        let value = crate::text::clean(value.unwrap_or_default());
        (!value.is_empty()).then(|| self.limit(field, value, max))
    }

    fn limit(&mut self, field: &str, value: String, max: usize) -> String {
        if value.chars().count() > max {
            self.add_with(field, "too_long", vec![("max", max.to_string())]);
        }
        if crate::text::has_forbidden_characters(&value) {
            self.add(field, "forbidden_characters");
        }
        value
    }

    /// Takes over the problems of a nested input, each field under `prefix`.
    pub fn append(&mut self, prefix: &str, errors: Vec<FieldError>) {
        self.0.extend(errors.into_iter().map(|error| FieldError { field: format!("{prefix}/{}", error.field), ..error }));
    }

    /// Whether nothing was wrong so far.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `Ok` when nothing was wrong.
    ///
    /// # Errors
    /// All problems gathered so far.
    pub fn finish(self) -> Result<(), Vec<FieldError>> {
        if self.0.is_empty() { Ok(()) } else { Err(self.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(problems: Problems) -> Vec<(String, &'static str)> {
        problems.finish().err().unwrap_or_default().into_iter().map(|e| (e.field, e.code)).collect()
    }

    #[test]
    fn all_problems_are_collected_at_once() {
        let mut problems = Problems::new();
        problems.text("title", "  ", 10);
        problems.text("note", "dài quá mười ký tự", 10);
        problems.text("name", "a\u{202E}b", 10);
        problems.check(false, "fine", "required");
        assert_eq!(
            found(problems),
            [("title".to_owned(), "required"), ("note".to_owned(), "too_long"), ("name".to_owned(), "forbidden_characters")]
        );
    }

    #[test]
    fn the_limit_counts_characters_after_composing_not_bytes() {
        let mut problems = Problems::new();
        assert_eq!(problems.text("name", " e\u{302}\u{301}\u{1EBF} ", 2), "ếế");
        assert!(problems.is_empty());
    }

    #[test]
    fn a_line_has_no_line_breaks() {
        for (value, expected) in [("Xã An", false), (" Xã An\n", false), ("Xã\nAn", true), ("Xã\tAn", true)] {
            let mut problems = Problems::new();
            problems.line("name", value, 20);
            assert_eq!(!problems.is_empty(), expected, "{value:?}");
        }
    }

    #[test]
    fn optional_text_may_be_missing_or_blank() {
        let mut problems = Problems::new();
        assert_eq!(problems.optional_text("a", None, 3), None);
        assert_eq!(problems.optional_text("a", Some(" \n "), 3), None);
        assert_eq!(problems.optional_text("a", Some(" x "), 3), Some("x".to_owned()));
        assert!(problems.finish().is_ok());
    }

    #[test]
    fn nested_problems_keep_their_place() {
        let mut row = Problems::new();
        row.add("due_on", "required");
        let mut problems = Problems::new();
        problems.append("steps/2", row.finish().unwrap_err());
        assert_eq!(found(problems), [("steps/2/due_on".to_owned(), "required")]);
    }
}
