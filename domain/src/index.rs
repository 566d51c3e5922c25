//! Results of an index published elsewhere (766): imported as they stand, checked for what they say
//! of themselves, ranked again by exact comparison. Nothing is corrected.

use std::str::FromStr;

use crate::draft::UnknownCode;

code_enum! {
    /// An index whose results are imported.
    pub enum IndexCode ("index_code") {
        /// Bộ chỉ số phục vụ người dân, doanh nghiệp (Quyết định 766/QĐ-TTg).
        Qd766 = "qd766",
    }
}

code_enum! {
    /// The span a published result counts.
    pub enum IndexPeriodKind ("index_period_kind") {
        /// Năm.
        Year = "year",
        /// Quý.
        Quarter = "quarter",
        /// Tháng.
        Month = "month",
    }
}

impl IndexCode {
    /// The parts the source publishes beside the total, in its order; their labels are
    /// `index_part.<code>`.
    #[must_use]
    pub const fn parts(self) -> &'static [&'static str] {
        match self {
            Self::Qd766 => &["ckmb", "tdgq", "online", "tttt", "mdsh", "mdhl"],
        }
    }
}

/// A year, a quarter or a month: `2026`, `2026-Q3`, `2026-10`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// Which kind.
    pub kind: IndexPeriodKind,
    /// The year.
    pub year: i32,
    /// The quarter or month; 0 of a year.
    pub number: i32,
}

impl Period {
    /// A period of these parts.
    #[must_use]
    pub fn of(kind: IndexPeriodKind, year: i32, number: i32) -> Option<Self> {
        let most = match kind {
            IndexPeriodKind::Year => 0,
            IndexPeriodKind::Quarter => 4,
            IndexPeriodKind::Month => 12,
        };
        let least = i32::from(kind != IndexPeriodKind::Year);
        ((2000..=2100).contains(&year) && (least..=most).contains(&number)).then_some(Self { kind, year, number })
    }
}

impl FromStr for Period {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten();
        let found = match text.split_once('-') {
            None => digits(text).and_then(|year| Self::of(IndexPeriodKind::Year, year, 0)),
            Some((year, rest)) => match rest.strip_prefix('Q') {
                Some(quarter) => digits(year).zip(digits(quarter)).and_then(|(y, n)| Self::of(IndexPeriodKind::Quarter, y, n)),
                None => digits(year).zip(digits(rest)).and_then(|(y, n)| Self::of(IndexPeriodKind::Month, y, n)),
            },
        };
        found.ok_or(UnknownCode)
    }
}

impl std::fmt::Display for Period {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.kind {
            IndexPeriodKind::Year => write!(f, "{}", self.year),
            IndexPeriodKind::Quarter => write!(f, "{}-Q{}", self.year, self.number),
            IndexPeriodKind::Month => write!(f, "{}-{:02}", self.year, self.number),
        }
    }
}

/// What a published total and its parts say of each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartsCheck {
    /// They add up.
    Agree,
    /// So many parts are not known; the total stands alone.
    Missing(usize),
    /// Total minus the sum of the parts, in 1/10,000.
    Differ(i64),
}

/// Compares a total with its parts, all in 1/10,000. The total is kept whatever comes out.
#[must_use]
pub fn check_parts(total: i64, parts: &[Option<i64>]) -> PartsCheck {
    let missing = parts.iter().filter(|part| part.is_none()).count();
    if missing > 0 {
        return PartsCheck::Missing(missing);
    }
    match total - parts.iter().flatten().sum::<i64>() {
        0 => PartsCheck::Agree,
        off => PartsCheck::Differ(off),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_read_and_written_alike() {
        for (text, expected) in [
            ("2026", Period::of(IndexPeriodKind::Year, 2026, 0)),
            ("2026-Q3", Period::of(IndexPeriodKind::Quarter, 2026, 3)),
            ("2026-10", Period::of(IndexPeriodKind::Month, 2026, 10)),
            ("2026-13", None),
            ("2026-Q5", None),
            ("2026-Q0", None),
            ("26", None),
            ("", None),
            ("2026-", None),
        ] {
            assert_eq!(text.parse().ok(), expected, "{text}");
            if let Some(period) = expected {
                assert_eq!(period.to_string(), text);
            }
        }
    }

    #[test]
    fn parts_are_compared_with_the_total_and_never_correct_it() {
        let cases: [(i64, &[Option<i64>], PartsCheck); 4] = [
            (753_400, &[Some(117_900), Some(635_500)], PartsCheck::Agree),
            (869_400, &[Some(153_000), Some(683_300)], PartsCheck::Differ(33_100)),
            (576_700, &[Some(117_900), None, None], PartsCheck::Missing(2)),
            (100, &[], PartsCheck::Differ(100)),
        ];
        for (total, parts, expected) in cases {
            assert_eq!(check_parts(total, parts), expected, "{total}");
        }
    }
}
