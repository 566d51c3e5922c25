//! Editions of a standard: which one an agency works by on a day, and where a clause of one stands in another.

use chrono::NaiveDate;

/// «From this day on, by this edition», said for all agencies or by one agency for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Use<S> {
    /// The edition.
    pub standard: S,
    /// The first day.
    pub valid_from: NaiveDate,
    /// Whether the agency said it itself.
    pub own: bool,
}

/// What holds on a day, of uses in the order they were recorded: what the agency said itself goes before what holds
/// for all; of these the latest to begin; of two beginning on one day the one recorded last.
#[must_use]
pub fn in_use<S: Copy>(uses: &[Use<S>], day: NaiveDate) -> Option<Use<S>> {
    let begun = uses.iter().filter(|one| one.valid_from <= day);
    // `max_by_key` gives the last of equals.
    begun.max_by_key(|one| (one.own, one.valid_from)).copied()
}

/// Where a clause of an older edition stands in a newer one.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Moved {
    /// Number in the older edition; `None` for a new clause.
    pub from: Option<String>,
    /// Number in the newer edition; `None` for one that is gone.
    pub to: Option<String>,
    /// What has changed, in the source's summary.
    pub change: Option<String>,
}

/// The clause of the newer edition that holds what a clause of the older one held. A place finer than the mapping
/// («7.1.5.1 a)») goes with the clause it belongs to and keeps its letter. `None` when there is none.
#[must_use]
pub fn renumbered(mapping: &[Moved], code: &str) -> Option<String> {
    let code = code.trim();
    let known = mapping.iter().filter_map(|row| Some((row.from.as_deref()?, row)));
    let within = known.filter_map(|(from, row)| Some((from.len(), code.strip_prefix(from)?, row)));
    // «7.1» is not a part of «7.10», nor «10» of «10.3» when «10.3» itself is listed (the longest wins).
    let fits = within.filter(|(_, rest, _)| rest.chars().next().is_none_or(|next| !next.is_ascii_digit()));
    let (_, rest, row) = fits.max_by_key(|(length, ..)| *length)?;
    Some(format!("{}{rest}", row.to.as_deref()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn what_an_agency_said_itself_goes_before_what_holds_for_all_and_the_last_word_of_a_day_counts() {
        let for_all = |standard, from| Use { standard, valid_from: day(from), own: false };
        let own = |standard, from| Use { standard, valid_from: day(from), own: true };
        let cases = [
            (vec![], "2026-01-01", None),
            (vec![for_all(2015, "2015-12-31")], "2015-12-30", None),
            (vec![for_all(2015, "2015-12-31")], "2015-12-31", Some(2015)),
            (vec![for_all(2026, "2028-01-01"), for_all(2015, "2015-12-31")], "2027-12-31", Some(2015)),
            (vec![for_all(2026, "2028-01-01"), for_all(2015, "2015-12-31")], "2028-01-01", Some(2026)),
            (vec![for_all(2015, "2015-12-31"), own(2026, "2027-01-01")], "2026-12-31", Some(2015)),
            (vec![for_all(2015, "2015-12-31"), own(2026, "2027-01-01")], "2027-01-01", Some(2026)),
            (vec![own(2015, "2026-01-01"), for_all(2026, "2028-01-01")], "2029-01-01", Some(2015)),
            (vec![own(2026, "2027-01-01"), own(2015, "2027-01-01")], "2027-06-01", Some(2015)),
        ];
        for (uses, on, expected) in cases {
            assert_eq!(in_use(&uses, day(on)).map(|one| one.standard), expected, "{uses:?} on {on}");
        }
    }

    #[test]
    fn a_clause_goes_where_its_longest_known_part_goes() {
        let moved = |from: Option<&str>, to: Option<&str>| Moved {
            from: from.map(str::to_owned),
            to: to.map(str::to_owned),
            change: None,
        };
        let mapping = [
            moved(Some("7"), Some("7")),
            moved(Some("7.1"), Some("7.1")),
            moved(Some("7.1.5"), Some("7.2.5")),
            moved(Some("10"), Some("10")),
            moved(Some("10.1"), Some("10.1")),
            moved(Some("10.3"), Some("10.1")),
            moved(Some("9.9"), None),
            moved(None, Some("6.1.3")),
        ];
        let cases = [
            ("10.3", Some("10.1")),
            ("7.1.5 a)", Some("7.2.5 a)")),
            ("7.1.5.2", Some("7.2.5.2")),
            ("7.1", Some("7.1")),
            ("7.10", Some("7.10")),
            ("9.9", None),
            ("9.9 c", None),
            ("6.1.3", None),
            ("abc", None),
            ("", None),
        ];
        for (code, expected) in cases {
            assert_eq!(renumbered(&mapping, code).as_deref(), expected, "{code}");
        }
    }
}
