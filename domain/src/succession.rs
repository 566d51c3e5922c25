//! One unit passing into others: how many heirs each kind has, and who takes over the open duties.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::record::SuccessionKind;
use crate::rule::{Refused, require};

/// Every rule code of this module.
pub const CODES: &[&str] =
    &["succession_heirs", "succession_before_start", "unit_already_ended", "successor_not_alive", "duties_without_heir"];

/// Whether this many heirs fit the kind: a split has several, an abolished unit at most one (who
/// takes over what is open), everything else exactly one.
///
/// # Errors
/// `succession_heirs`.
pub fn check_heirs(kind: SuccessionKind, heirs: usize) -> Result<(), Refused> {
    let fits = match kind {
        SuccessionKind::Merge | SuccessionKind::Rename | SuccessionKind::Transfer => heirs == 1,
        SuccessionKind::Split => heirs >= 2,
        SuccessionKind::Abolish => heirs <= 1,
    };
    if fits { Ok(()) } else { Err(Refused::new("succession_heirs").with("kind", kind).with("heirs", heirs)) }
}

/// Whether a unit of this span can pass into another on the day `on`, which is the first day of the
/// new state. A unit that ends the day before may still get its link.
///
/// # Errors
/// `succession_before_start`, `unit_already_ended`.
pub fn check_span(valid_from: NaiveDate, valid_to: Option<NaiveDate>, on: NaiveDate) -> Result<(), Refused> {
    require(on > valid_from, "succession_before_start")?;
    require(valid_to.is_none_or(|last| last.succ_opt().is_none_or(|next| next >= on)), "unit_already_ended")
}

/// Whether an existing unit of this span can be an heir from the day `on`.
///
/// # Errors
/// `successor_not_alive`.
pub fn check_heir(valid_from: NaiveDate, valid_to: Option<NaiveDate>, on: NaiveDate) -> Result<(), Refused> {
    require(valid_from <= on && valid_to.is_none_or(|last| last >= on), "successor_not_alive")
}

/// Which heir (by its place in the list) takes over each open duty. With one heir that needs no
/// words; with several every duty must be named, because nobody guesses who answers for it.
///
/// # Errors
/// `duties_without_heir` with how many are left.
pub fn heirs_of_duties<T: Ord + Copy>(heirs: usize, open: &[T], named: &[(T, usize)]) -> Result<Vec<(T, usize)>, Refused> {
    if heirs == 1 {
        return Ok(open.iter().map(|duty| (*duty, 0)).collect());
    }
    let named: BTreeMap<T, usize> = named.iter().copied().filter(|(_, heir)| *heir < heirs).collect();
    let taken: Vec<(T, usize)> = open.iter().filter_map(|duty| named.get(duty).map(|heir| (*duty, *heir))).collect();
    match open.len() - taken.len() {
        0 => Ok(taken),
        left => Err(Refused::new("duties_without_heir").with("count", left)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn every_kind_has_its_number_of_heirs() {
        use SuccessionKind as K;
        for (kind, allowed) in [
            (K::Merge, ". x . ."),
            (K::Split, ". . x x"),
            (K::Rename, ". x . ."),
            (K::Transfer, ". x . ."),
            (K::Abolish, "x x . ."),
        ] {
            let found: Vec<_> = (0..4).map(|heirs| if check_heirs(kind, heirs).is_ok() { "x" } else { "." }).collect();
            assert_eq!(found.join(" "), allowed, "{kind}");
        }
    }

    #[test]
    fn a_unit_passes_on_while_it_lives_or_the_day_after() {
        for (valid_to, on, expected) in [
            (None, "2025-07-01", None),
            (None, "2010-01-01", Some("succession_before_start")),
            (Some("2025-06-30"), "2025-07-01", None),
            (Some("2025-06-29"), "2025-07-01", Some("unit_already_ended")),
            (Some("2030-06-30"), "2025-07-01", None),
        ] {
            let found = check_span(day("2010-01-01"), valid_to.map(day), day(on)).err();
            assert_eq!(found.map(|refused| refused.code), expected, "{valid_to:?} {on}");
        }
    }

    #[test]
    fn an_heir_lives_on_the_day_of_the_succession() {
        for (valid_from, valid_to, expected) in
            [("2025-07-01", None, true), ("2025-07-02", None, false), ("2020-01-01", Some("2025-06-30"), false)]
        {
            assert_eq!(check_heir(day(valid_from), valid_to.map(day), day("2025-07-01")).is_ok(), expected, "{valid_from}");
        }
    }

    #[test]
    fn one_heir_takes_everything_and_several_are_named_one_by_one() {
        assert_eq!(heirs_of_duties(1, &[7, 8], &[]), Ok(vec![(7, 0), (8, 0)]));
        assert_eq!(heirs_of_duties(2, &[7, 8], &[(7, 1), (8, 0)]), Ok(vec![(7, 1), (8, 0)]));
        assert_eq!(heirs_of_duties::<u8>(0, &[], &[]), Ok(vec![]));
        for (heirs, named) in [(0, vec![]), (2, vec![(7, 0)]), (2, vec![(7, 0), (8, 2)])] {
            let refused = heirs_of_duties(heirs, &[7, 8], &named).unwrap_err();
            assert_eq!(refused.code, "duties_without_heir");
        }
    }
}
