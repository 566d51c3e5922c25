//! How long a text that is not in force any more is kept. Nothing is ever deleted because of it: what has passed its
//! term is shown, and an agency decides.

use chrono::{Datelike as _, NaiveDate};

code_enum! {
    /// Where the term of a text that is not in force any more stands.
    pub enum RetentionState ("retention_state") {
        /// Còn trong thời hạn lưu.
        Running = "running",
        /// Đã hết thời hạn lưu.
        Passed = "passed",
        /// Lưu vĩnh viễn.
        Permanent = "permanent",
        /// Chưa rõ thời hạn lưu.
        Unclear = "unclear",
    }
}

/// A term of retention.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retention {
    /// Whole years after the year it ended in.
    Years(u16),
    /// For ever.
    Permanent,
}

impl Retention {
    /// Reads a term as offices write it: «5 năm», «05 năm sau khi bị thay thế», «5 đến 10 năm» (the longer), «vĩnh viễn».
    /// None where no term can be told: a person must look.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let text = text.to_lowercase();
        if text.contains("vĩnh viễn") {
            return Some(Self::Permanent);
        }
        let bare = |word: &str| word.trim_matches(|letter: char| !letter.is_alphanumeric()).to_owned();
        let words: Vec<String> = text.split_whitespace().map(bare).collect();
        let years = words.windows(2).filter_map(|pair| match pair {
            [number, unit] if unit == "năm" => number.rsplit(['-', '–']).next()?.parse().ok(),
            _ => None,
        });
        years.filter(|years| (1..=999).contains(years)).max().map(Self::Years)
    }

    /// The last day a text must be kept that was in force until `ended`: the end of the last year, since terms are
    /// counted from the year in which the matter ended. None for ever.
    #[must_use]
    pub fn until(self, ended: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::Years(years) => NaiveDate::from_ymd_opt(ended.year() + i32::from(years), 12, 31),
            Self::Permanent => None,
        }
    }

    /// Where the term stands on a day.
    #[must_use]
    pub fn state(term: Option<Self>, ended: NaiveDate, today: NaiveDate) -> RetentionState {
        match term {
            None => RetentionState::Unclear,
            Some(term) => match term.until(ended) {
                None => RetentionState::Permanent,
                Some(until) if until < today => RetentionState::Passed,
                Some(_) => RetentionState::Running,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::tests::day;

    #[test]
    fn a_term_is_read_as_offices_write_it_and_never_guessed() {
        for (text, expected) in [
            ("5 năm", Some(Retention::Years(5))),
            ("05 năm sau khi bị thay thế", Some(Retention::Years(5))),
            ("Lưu 10 năm, kể từ năm kết thúc.", Some(Retention::Years(10))),
            ("5 đến 10 năm", Some(Retention::Years(10))),
            ("5-10 năm", Some(Retention::Years(10))),
            ("2 năm tại phòng, 20 năm tại lưu trữ cơ quan", Some(Retention::Years(20))),
            ("Vĩnh viễn", Some(Retention::Permanent)),
            ("lưu vĩnh viễn (bản gốc), 5 năm (bản sao)", Some(Retention::Permanent)),
            ("đến hết năm 2030", None),
            ("theo quy định", None),
            ("6 tháng", None),
            ("0 năm", None),
            ("99999999 năm", None),
            ("", None),
        ] {
            assert_eq!(Retention::read(text), expected, "{text}");
        }
    }

    #[test]
    fn a_term_runs_to_the_end_of_its_last_year() {
        let ended = day("16/11/2026");
        let state = |term, today| Retention::state(term, ended, day(today));
        let five = Some(Retention::Years(5));
        assert_eq!(Retention::Years(5).until(ended), Some(day("31/12/2031")));
        assert_eq!(state(five, "31/12/2031"), RetentionState::Running);
        assert_eq!(state(five, "01/01/2032"), RetentionState::Passed);
        assert_eq!(state(Some(Retention::Permanent), "01/01/2126"), RetentionState::Permanent);
        assert_eq!(state(None, "01/01/2126"), RetentionState::Unclear);
    }
}
