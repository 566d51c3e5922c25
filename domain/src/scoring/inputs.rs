//! What is known of one unit: declared values, and points that somebody set.

use std::collections::BTreeMap;

use super::exact::Exact;

/// A declared value of a criterion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Không áp dụng.
    Na {
        /// Why.
        reason: Option<String>,
    },
    /// Có / không.
    Yes(bool),
    /// The key of an option.
    Choice(String),
    /// Numbers by the name of the input; forms by option for a survey.
    Numbers(BTreeMap<String, Exact>),
}

/// What counts for a criterion: a declared value, or points set by an appraiser or the council.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// The declared value.
    pub value: Option<Value>,
    /// Points set instead of what the rule gives.
    pub points: Option<Exact>,
}

impl Entry {
    /// A declared value.
    #[must_use]
    pub const fn declared(value: Value) -> Self {
        Self { value: Some(value), points: None }
    }

    /// Points set by hand.
    #[must_use]
    pub const fn set(points: Exact) -> Self {
        Self { value: None, points: Some(points) }
    }
}

/// A unit to be scored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unit {
    /// Its name in the file or its code.
    pub id: String,
    /// Kind, for criteria that apply to some.
    pub kind: Option<String>,
    /// Peer group.
    pub group: Option<String>,
    /// Whether a survey was held.
    pub survey_held: bool,
    /// Entries by the code of the criterion.
    pub entries: BTreeMap<String, Entry>,
}
