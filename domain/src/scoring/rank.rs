//! Ranks: exact comparison, ties by the rule the set states, each group of peers apart.

use std::cmp::Ordering;

use super::exact::Exact;
use super::score::UnitScore;
use super::set::{CriteriaSet, TieBreaker, TiePolicy};

/// A unit's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Index of the unit in what was ranked.
    pub index: usize,
    /// Its rank, from 1.
    pub rank: u32,
    /// Whether others have the same score and no tie-breaker told them apart.
    pub tied: bool,
    /// The tie-breaker (index in the set's list) that parted it from a unit with the same score.
    pub split_by: Option<usize>,
}

/// One unit to rank.
#[derive(Clone, Debug)]
pub struct Contender<'a> {
    /// Its code, the last resort of the ordinal policy.
    pub code: &'a str,
    /// Its final score.
    pub total: &'a Exact,
    /// Values of the tie-breakers, in their order; the higher ranks first.
    pub breakers: Vec<Exact>,
}

/// The tie-breakers of a score, in the order of the set.
#[must_use]
pub fn breakers(set: &CriteriaSet, score: &UnitScore) -> Vec<Exact> {
    set.tie_breakers.iter().map(|breaker: &TieBreaker| score.measure(set, breaker)).collect()
}

/// Ranks contenders of one group: the best first. The order of input changes nothing.
#[must_use]
pub fn rank(policy: TiePolicy, contenders: &[Contender<'_>]) -> Vec<Place> {
    let by_score = |a: &Contender<'_>, b: &Contender<'_>| b.total.cmp(a.total).then_with(|| b.breakers.cmp(&a.breakers));
    let mut order: Vec<(usize, &Contender<'_>)> = contenders.iter().enumerate().collect();
    order.sort_by(|(_, a), (_, b)| by_score(a, b).then_with(|| a.code.cmp(b.code)));
    let mut places: Vec<Place> = Vec::with_capacity(order.len());
    let (mut dense, mut first) = (0, 0);
    for (at, (index, contender)) in order.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| order.get(at)).map(|(_, other)| *other);
        let after = order.get(at + 1).map(|(_, other)| *other);
        let same = |other: Option<&Contender<'_>>| other.is_some_and(|other| by_score(other, contender) == Ordering::Equal);
        if !same(before) {
            dense += 1;
            first = at + 1;
        }
        let rank = match policy {
            TiePolicy::Competition => first,
            TiePolicy::Dense => dense,
            TiePolicy::Ordinal => at + 1,
        };
        // Equal totals stand together: look both ways as far as they go.
        let (above, below) = order.split_at_checked(at).unwrap_or_default();
        let equal = |(_, other): &&(usize, &Contender<'_>)| other.total == contender.total;
        let rivals = above.iter().rev().take_while(equal).chain(below.iter().take_while(equal));
        let split_by = rivals.filter_map(|(_, other)| split(contender, other)).min();
        places.push(Place {
            index: *index,
            rank: u32::try_from(rank).unwrap_or(u32::MAX),
            tied: same(before) || same(after),
            split_by,
        });
    }
    places
}

/// The first tie-breaker that parts two units of the same score.
fn split(one: &Contender<'_>, other: &Contender<'_>) -> Option<usize> {
    one.breakers.iter().zip(&other.breakers).position(|(a, b)| a != b)
}
