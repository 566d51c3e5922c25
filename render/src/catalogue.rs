//! The message catalogue: every visible string of pages and mails, by key.
//!
//! `templates/messages/<lang>/*.json` hold flat `"key": "text"` maps, which are merged.
//! Vietnamese is complete and the default; a key English lacks falls back to Vietnamese.

use std::collections::BTreeMap;
use std::fmt;

use rust_embed::RustEmbed;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// A language of the interface. Official papers are Vietnamese only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Vietnamese: complete, the default.
    #[default]
    Vi,
    /// English.
    En,
}

impl Lang {
    /// Every language of the interface.
    pub const ALL: &'static [Self] = &[Self::Vi, Self::En];

    /// The BCP 47 tag, which is also the folder of its messages.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
        }
    }
}

/// A catalogue that cannot be used as it stands; the text names file and key.
#[derive(Debug, thiserror::Error)]
#[error("message catalogue: {0}")]
pub struct CatalogueError(String);

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../templates/messages"]
struct Files;

/// Texts by language and key.
#[derive(Clone, Debug)]
pub struct Catalogue {
    vi: BTreeMap<String, String>,
    en: BTreeMap<String, String>,
}

impl Catalogue {
    /// The catalogue built into this program.
    ///
    /// # Errors
    /// A file that is no flat map of strings, a key given twice in one language, or an English
    /// key that Vietnamese does not have.
    pub fn embedded() -> Result<Self, CatalogueError> {
        let mut files = Vec::new();
        for path in Files::iter() {
            let file = Files::get(&path).ok_or_else(|| CatalogueError(format!("{path}: unreadable")))?;
            let text = String::from_utf8(file.data.into_owned()).map_err(|error| CatalogueError(format!("{path}: {error}")))?;
            files.push((path.into_owned(), text));
        }
        Self::from_files(files.iter().map(|(path, text)| (path.as_str(), text.as_str())))
    }

    fn from_files<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, CatalogueError> {
        let mut catalogue = Self { vi: BTreeMap::new(), en: BTreeMap::new() };
        for (path, text) in files {
            let texts = match path.split('/').next() {
                Some("vi") => &mut catalogue.vi,
                Some("en") => &mut catalogue.en,
                _ => return Err(CatalogueError(format!("{path}: not below vi/ or en/"))),
            };
            let Pairs(pairs) = serde_json::from_str(text).map_err(|error| CatalogueError(format!("{path}: {error}")))?;
            for (key, text) in pairs {
                if texts.insert(key.clone(), text).is_some() {
                    return Err(CatalogueError(format!("{path}: second text for «{key}»")));
                }
            }
        }
        match catalogue.en.keys().find(|key| !catalogue.vi.contains_key(*key)) {
            Some(key) => Err(CatalogueError(format!("«{key}» is in en but not in vi"))),
            None => Ok(catalogue),
        }
    }

    /// The text of `key` with `{name}` replaced by the parameter `name`.
    ///
    /// Never fails, since it also words errors: an unknown key comes back as itself, and a
    /// placeholder without parameter stays. Tests keep both from happening.
    #[must_use]
    pub fn get(&self, lang: Lang, key: &str, params: &[(&str, String)]) -> String {
        match self.text(lang, key) {
            Some(text) => fill(text, |name| params.iter().find(|(given, _)| *given == name).map(|(_, value)| value.clone()))
                .unwrap_or_else(|unfilled| unfilled.text),
            None => key.to_owned(),
        }
    }

    /// Whether `key` has a Vietnamese text.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.vi.contains_key(key)
    }

    /// The keys of one language.
    pub fn keys(&self, lang: Lang) -> impl Iterator<Item = &str> {
        self.texts(lang).keys().map(String::as_str)
    }

    /// The text of `key` as written, in `lang` or else in Vietnamese.
    #[must_use]
    pub fn text(&self, lang: Lang, key: &str) -> Option<&str> {
        self.texts(lang).get(key).or_else(|| self.vi.get(key)).map(String::as_str)
    }

    fn texts(&self, lang: Lang) -> &BTreeMap<String, String> {
        match lang {
            Lang::Vi => &self.vi,
            Lang::En => &self.en,
        }
    }
}

/// A text some of whose placeholders got no value; they stand in it as they were.
pub(crate) struct Unfilled {
    /// The text as far as it could be filled.
    pub(crate) text: String,
    /// The first placeholder without a value.
    pub(crate) name: String,
}

/// Replaces `{name}` in `text`. Braces around anything but a plain name are text.
pub(crate) fn fill(text: &str, value: impl Fn(&str) -> Option<String>) -> Result<String, Unfilled> {
    let mut out = String::with_capacity(text.len());
    let mut missing = None;
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        rest = after;
        let Some((name, tail)) = after.split_once('}').filter(|(name, _)| is_name(name)) else {
            out.push('{');
            continue;
        };
        match value(name) {
            Some(value) => out.push_str(&value),
            None => {
                out.extend(["{", name, "}"]);
                missing.get_or_insert_with(|| name.to_owned());
            }
        }
        rest = tail;
    }
    out.push_str(rest);
    match missing {
        None => Ok(out),
        Some(name) => Err(Unfilled { text: out, name }),
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// A JSON object read as pairs: a map would silently keep the last of two equal keys.
struct Pairs(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Flat;
        impl<'de> Visitor<'de> for Flat {
            type Value = Pairs;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a flat object of strings")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Flat)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn of(files: &[(&'static str, &'static str)]) -> Result<Catalogue, CatalogueError> {
        Catalogue::from_files(files.iter().copied())
    }

    fn placeholders(text: &str) -> BTreeSet<String> {
        let names = std::cell::RefCell::new(BTreeSet::new());
        let _ = fill(text, |name| {
            names.borrow_mut().insert(name.to_owned());
            None
        });
        names.into_inner()
    }

    #[test]
    fn files_of_one_language_are_merged() {
        let catalogue = of(&[("vi/a.json", r#"{"a.x": "một"}"#), ("vi/b.json", r#"{"b.y": "hai"}"#)]).unwrap();
        assert_eq!(catalogue.get(Lang::Vi, "a.x", &[]), "một");
        assert_eq!(catalogue.get(Lang::Vi, "b.y", &[]), "hai");
    }

    #[test]
    fn a_key_given_twice_is_refused_in_one_file_and_across_files() {
        let across = [("vi/a.json", r#"{"a": "một"}"#), ("vi/b.json", r#"{"a": "hai"}"#)];
        for files in [&across[..], &[("vi/a.json", r#"{"a": "một", "a": "hai"}"#)]] {
            assert!(of(files).unwrap_err().to_string().contains("«a»"));
        }
    }

    #[test]
    fn english_falls_back_to_vietnamese_and_may_not_invent_keys() {
        let catalogue = of(&[("vi/a.json", r#"{"a": "một"}"#)]).unwrap();
        assert_eq!(catalogue.get(Lang::En, "a", &[]), "một");
        assert!(of(&[("en/a.json", r#"{"a": "one"}"#)]).is_err());
    }

    #[test]
    fn placeholders_are_filled_by_name_and_other_braces_are_text() {
        let catalogue = of(&[("vi/a.json", r#"{"a": "{n} việc { } {N} {x}"}"#)]).unwrap();
        assert_eq!(catalogue.get(Lang::Vi, "a", &[("n", "3".to_owned())]), "3 việc { } {N} {x}");
        assert_eq!(catalogue.get(Lang::Vi, "unknown.key", &[]), "unknown.key");
    }

    #[test]
    fn the_embedded_catalogue_is_usable_and_both_languages_take_the_same_parameters() {
        let catalogue = Catalogue::embedded().unwrap();
        for key in catalogue.keys(Lang::En) {
            let [vi, en] = [Lang::Vi, Lang::En].map(|lang| placeholders(catalogue.text(lang, key).unwrap()));
            assert_eq!(vi, en, "{key}");
        }
    }

    #[test]
    fn no_text_is_empty_or_has_stray_spaces() {
        let catalogue = Catalogue::embedded().unwrap();
        for lang in Lang::ALL {
            for key in catalogue.keys(*lang) {
                let text = catalogue.text(*lang, key).unwrap();
                assert!(!text.is_empty() && text.trim() == text && !text.contains("  "), "{}: {key}", lang.code());
            }
        }
    }
}
