//! Legal bases that come with the program: proposals, never rules.

use std::sync::LazyLock;

use chrono::NaiveDate;
use domain::document::control::validity;
use serde::Deserialize;

const EMBEDDED: &str = include_str!("../../../data/declaration-bases.yaml");

static FILE: LazyLock<File> = LazyLock::new(|| serde_saphyr::from_str(EMBEDDED).unwrap_or_default());

#[derive(Debug, Default, Deserialize)]
struct File {
    bases: Vec<Basis>,
}

/// A legal basis.
#[derive(Clone, Debug, Deserialize)]
pub struct Basis {
    /// Số, ký hiệu.
    pub number: String,
    /// As it stands after «Căn cứ».
    pub sentence: String,
    effective_from: NaiveDate,
    #[serde(default)]
    effective_to: Option<NaiveDate>,
    #[serde(default)]
    replaced_by: Option<String>,
    /// Where it was seen.
    pub source: String,
    /// How far it is verified.
    pub trust: String,
}

/// How far the text of a ground is verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ground {
    /// The line.
    pub text: String,
    /// How far it is verified; none for a line in the preparer's own words.
    pub trust: Option<String>,
    /// Where it was seen; none for a line in the preparer's own words.
    pub source: Option<String>,
    /// The data says that it does not hold on the day.
    pub ended: bool,
}

impl Ground {
    /// Whether it has to be looked up before it is cited.
    #[must_use]
    pub fn doubtful(&self) -> bool {
        self.ended || self.trust.as_deref() == Some("unverified")
    }
}

impl Basis {
    fn line(&self) -> String {
        format!("Căn cứ {}", self.sentence)
    }

    fn holds(&self, on: NaiveDate) -> bool {
        validity(Some(self.effective_from), self.effective_to, self.replaced_by.is_some(), on).holds()
    }
}

/// The lines proposed on this day: what holds.
#[must_use]
pub fn proposed(on: NaiveDate) -> Vec<String> {
    FILE.bases.iter().filter(|basis| basis.holds(on)).map(Basis::line).collect()
}

/// A line with what the data says of it. It is the law that is recognised, by its number, however the line is worded.
#[must_use]
pub fn ground(text: &str, on: NaiveDate) -> Ground {
    let own = |basis: &&Basis| text.contains(&basis.number) || text.trim_end_matches(['.', ';', ',', ' ']) == basis.line();
    // The longest text first: one law may be cited in the title of another.
    let known = FILE.bases.iter().filter(own).min_by_key(|basis| text.find(&basis.number).unwrap_or_default());
    Ground {
        text: text.to_owned(),
        trust: known.map(|basis| basis.trust.clone()),
        source: known.map(|basis| basis.source.clone()),
        ended: known.is_some_and(|basis| !basis.holds(on)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_read_and_its_bases_hold_on_their_days() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert!(FILE.bases.len() >= 4, "{:?}", *FILE);
        let then = proposed(day("2020-01-01"));
        assert!(
            then.iter().any(|line| line.contains("101/QĐ-BKHCN")) && !then.iter().any(|line| line.contains("địa phương ngày"))
        );
        assert_eq!(proposed(day("2026-11-16")).len(), FILE.bases.len());
    }

    #[test]
    fn what_is_not_verified_stays_marked_however_it_is_worded() {
        let on = "2026-11-16".parse().unwrap();
        for (text, doubtful) in [
            ("Căn cứ Quyết định số 101/QĐ-BKHCN của Bộ Khoa học và Công nghệ;", true),
            ("Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025;", true),
            ("Căn cứ Quyết định số 19/2014/QĐ-TTg ngày 05 tháng 3 năm 2014;", false),
            ("Căn cứ Thông tư số 26/2014/TT-BKHCN quy định chi tiết thi hành Quyết định số 19/2014/QĐ-TTg", true),
            ("Căn cứ biên bản xem xét của lãnh đạo năm 2026", false),
        ] {
            assert_eq!(ground(text, on).doubtful(), doubtful, "{text}");
        }
        assert!(ground("Quyết định số 101/QĐ-BKHCN", "2018-01-01".parse().unwrap()).ended);
    }
}
