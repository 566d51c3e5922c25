//! The plain tree a file is read into before it means anything.

/// A key or value of a file, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scalar {
    /// The characters.
    pub text: String,
    /// Whether it was written as text (in quotes), not as a bare word or number.
    pub quoted: bool,
}

impl Scalar {
    /// Text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), quoted: true }
    }

    /// A bare word or number.
    #[must_use]
    pub fn bare(text: impl Into<String>) -> Self {
        Self { text: text.into(), quoted: false }
    }

    /// Whether a reader of YAML takes it for a number: `1.10` is then `1.1`.
    #[must_use]
    pub fn looks_like_a_number(&self) -> bool {
        !self.quoted && self.text.parse::<super::exact::Exact>().is_ok()
    }
}

/// A file's content: YAML and JSON alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tree {
    /// Nothing.
    Null,
    /// A value.
    Scalar(Scalar),
    /// A list.
    List(Vec<Tree>),
    /// Keys in the order of the file.
    Map(Vec<(Scalar, Tree)>),
}

impl Tree {
    /// A text value.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Scalar(Scalar::text(text))
    }

    /// A bare value: a truth value or a word.
    #[must_use]
    pub fn bare(text: impl Into<String>) -> Self {
        Self::Scalar(Scalar::bare(text))
    }

    /// A map of text keys, without the entries that are nothing.
    #[must_use]
    pub fn map<'a>(entries: impl IntoIterator<Item = (&'a str, Self)>) -> Self {
        let kept = entries.into_iter().filter(|(_, value)| *value != Self::Null);
        Self::Map(kept.map(|(key, value)| (Scalar::text(key), value)).collect())
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Map(entries) => entries.iter().find(|(known, _)| known.text == key).map(|(_, value)| value),
            _ => None,
        }
    }
}
