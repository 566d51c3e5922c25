//! `data/review-inputs.yaml`: which inputs a management review takes, by edition of the standard.

use std::sync::LazyLock;

use chrono::NaiveDate;
use domain::id::UnitId;
use domain::management_review::ReviewTopic;
use sea_orm::ConnectionTrait;
use serde::Deserialize;

use crate::error::{Error, Result};
use crate::standards;

const EMBEDDED: &str = include_str!("../../../data/review-inputs.yaml");

#[derive(Debug, Deserialize)]
struct File {
    editions: Vec<Edition>,
}

/// The inputs of one edition.
#[derive(Clone, Debug, Deserialize)]
pub struct Edition {
    /// Stable code.
    pub code: String,
    /// As cited: `TCVN ISO 9001:2015`.
    pub title: String,
    /// The clause its list is in.
    pub clause: String,
    /// The clause its results are in.
    pub results_clause: String,
    /// Taken when none is named.
    pub default: bool,
    /// How far the list is verified.
    pub trust: String,
    /// Where it is from.
    pub source: String,
    /// The inputs, in order.
    pub inputs: Vec<Input>,
}

/// An input of an edition.
#[derive(Clone, Debug, Deserialize)]
pub struct Input {
    /// What it is about.
    pub topic: ReviewTopic,
    /// Its letter in the list, where known.
    #[serde(default)]
    pub letter: Option<String>,
    /// Its title, in our words.
    pub title: String,
}

static READ: LazyLock<std::result::Result<File, String>> =
    LazyLock::new(|| serde_saphyr::from_str(EMBEDDED).map_err(|error| error.to_string()));

/// Every edition, in the order of the file.
///
/// # Errors
/// The data file is broken.
pub fn all() -> Result<&'static [Edition]> {
    match &*READ {
        Ok(file) => Ok(&file.editions),
        Err(error) => Err(Error::Internal(anyhow::anyhow!("đầu vào xem xét của lãnh đạo: {error}"))),
    }
}

/// The list for the edition of the standard that a unit works by on a day, else the usual one.
///
/// # Errors
/// The data file is broken; the database's.
pub async fn usual(db: &impl ConnectionTrait, unit: UnitId, on: NaiveDate) -> Result<Option<&'static Edition>> {
    let used = standards::used_by(db, unit, on).await?.map(|used| standards::title_of(&used.standard));
    let of_used = all()?.iter().find(|edition| used.as_deref() == Some(edition.title.as_str()));
    Ok(of_used.or(named(None)?))
}

/// The edition of this code, or the usual one; `None` for a code nobody knows.
///
/// # Errors
/// The data file is broken.
pub fn named(code: Option<&str>) -> Result<Option<&'static Edition>> {
    Ok(all()?.iter().find(|edition| code.map_or(edition.default, |code| edition.code == code)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_edition_names_each_topic_once_and_one_is_the_usual() {
        let editions = all().unwrap();
        assert_eq!(editions.iter().filter(|edition| edition.default).count(), 1);
        for edition in editions {
            let topics: BTreeSet<_> = edition.inputs.iter().map(|input| input.topic).collect();
            assert_eq!(topics.len(), edition.inputs.len(), "{}", edition.code);
            assert!(!edition.trust.is_empty() && !edition.source.is_empty() && edition.clause == "9.3.2");
        }
        assert_eq!(named(None).unwrap().unwrap().code, "tcvn-iso-9001-2015");
        assert!(named(Some("iso-9001-1987")).unwrap().is_none());
        let all: BTreeSet<_> = editions.iter().flat_map(|edition| edition.inputs.iter().map(|input| input.topic)).collect();
        assert_eq!(all.len(), ReviewTopic::ALL.len(), "every topic of the program is an input of some edition");
    }
}
