//! What the lists rest on, as data with source and trust: grounds, usual retention, usual days.

use std::sync::LazyLock;

use domain::document::control::DocumentList;
use serde::Deserialize;

/// A ground that papers print.
#[derive(Clone, Debug, Deserialize)]
pub struct Ground {
    lists: Vec<DocumentList>,
    /// «Căn cứ …».
    pub text: String,
    trust: Trust,
}

/// How far an entry may be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Trust {
    /// The text itself was read.
    Read,
    /// Seen in a secondary source.
    Secondary,
    /// From memory: to be checked.
    Memory,
}

impl Trust {
    /// Whether somebody has seen it written.
    #[must_use]
    pub const fn is_checked(self) -> bool {
        !matches!(self, Self::Memory)
    }
}

/// A usual term of retention.
#[derive(Clone, Debug, Deserialize)]
pub struct Retention {
    /// Stable code.
    pub code: String,
    /// For which records.
    pub name: String,
    /// Years; none means permanently.
    pub years: Option<u32>,
    /// On which ground.
    pub basis: String,
    /// How far it may be relied on.
    pub trust: Trust,
    /// Where it is known from.
    pub source: String,
}

/// Working days for procedures to follow a change, unless a list says otherwise.
#[derive(Clone, Debug, Deserialize)]
pub struct ReviseDays {
    /// How many.
    pub days: i32,
    /// How far that may be relied on.
    pub trust: Trust,
    /// Where it is known from.
    pub source: String,
}

#[derive(Debug, Deserialize)]
struct Reference {
    grounds: Vec<Ground>,
    retention: Vec<Retention>,
    revise_days: ReviseDays,
}

static REFERENCE: LazyLock<Result<Reference, String>> = LazyLock::new(|| {
    let text = include_str!("../../../../data/document-control.yaml");
    serde_saphyr::from_str(text).map_err(|error| error.to_string())
});

fn reference() -> Option<&'static Reference> {
    // A test reads the file: a build with a broken one is not released.
    REFERENCE.as_ref().ok()
}

/// Usual terms of retention.
#[must_use]
pub fn retention() -> &'static [Retention] {
    reference().map_or(&[], |all| &all.retention)
}

/// Whether a ground of retention, as typed, is one of ours that nobody has checked.
#[must_use]
pub fn is_unchecked(basis: &str) -> bool {
    retention().iter().any(|rule| rule.basis == basis && !rule.trust.is_checked())
}

/// The grounds a list prints: what nobody has checked is not printed as law.
pub fn grounds(list: DocumentList) -> impl Iterator<Item = &'static str> {
    let all = reference().map_or(&[] as &[Ground], |all| &all.grounds);
    all.iter().filter(move |one| one.lists.contains(&list) && one.trust.is_checked()).map(|one| one.text.as_str())
}

/// Working days for procedures to follow a change.
#[must_use]
pub fn revise_days() -> Option<&'static ReviseDays> {
    reference().map(|all| &all.revise_days)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_read_and_what_is_from_memory_is_not_printed_as_law() {
        assert_eq!(REFERENCE.as_ref().err(), None);
        assert!(DocumentList::ALL.iter().all(|list| grounds(*list).next().is_some()));
        assert!(is_unchecked("Thông tư 10/2022/TT-BNV") && !is_unchecked("Quyết định 12/QĐ-UBND"));
        assert_eq!(revise_days().map(|days| (days.days, days.trust)), Some((10, Trust::Memory)));
    }
}
