//! Totals over periods that count no day twice.

use chrono::{Datelike, Months, NaiveDate};
use serde::{Deserialize, Serialize};

use super::{Counter, Figures, PeriodKind, Source, Stock};
use crate::draft::Problems;

/// From one day to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// Its kind.
    pub kind: PeriodKind,
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
}

impl Period {
    /// The month, quarter or year this day is in; `None` for a custom period, whose end nobody can know.
    #[must_use]
    pub fn around(kind: PeriodKind, day: NaiveDate) -> Option<Self> {
        let (first_month, months) = match kind {
            PeriodKind::Month => (day.month(), 1),
            PeriodKind::Quarter => ((day.month() - 1) / 3 * 3 + 1, 3),
            PeriodKind::Year => (1, 12),
            PeriodKind::Custom => return None,
        };
        let from = NaiveDate::from_ymd_opt(day.year(), first_month, 1)?;
        let to = from.checked_add_months(Months::new(months))?.pred_opt()?;
        Some(Self { kind, from, to })
    }

    /// The period between two days, its kind found from them.
    #[must_use]
    pub fn between(from: NaiveDate, to: NaiveDate) -> Self {
        [PeriodKind::Month, PeriodKind::Quarter, PeriodKind::Year]
            .into_iter()
            .filter_map(|kind| Self::around(kind, from))
            .find(|period| (period.from, period.to) == (from, to))
            .unwrap_or(Self { kind: PeriodKind::Custom, from, to })
    }

    /// Collects what is wrong with it, on `from` and `to`.
    pub fn check(self, problems: &mut Problems) {
        problems.check(self.to < self.from, "to", "period_end_before_start");
        problems.check(!(2000..=2100).contains(&self.from.year()), "from", "period_year");
        problems.check(!(2000..=2100).contains(&self.to.year()), "to", "period_year");
        let whole = Self::around(self.kind, self.from);
        problems.check(self.to >= self.from && whole.is_some_and(|whole| whole != self), "to", "period_not_whole");
    }

    fn overlaps(self, other: Self) -> bool {
        self.from <= other.to && other.from <= self.to
    }

    fn days(self) -> i64 {
        (self.to - self.from).num_days()
    }
}

/// A report that may count when a span of time is added up.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Its period.
    pub period: Period,
    /// Whether it is of all fields.
    pub all_fields: bool,
    /// Its source.
    pub source: Source,
    /// Its figures.
    pub figures: Figures,
}

/// What a span of time comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Total {
    /// The sums.
    pub figures: Figures,
    /// Which candidates were counted, by their place, in the order of time.
    pub counted: Vec<usize>,
    /// Days of the span no counted report speaks of.
    pub gaps: Vec<(NaiveDate, NaiveDate)>,
}

/// Adds up the reports of one unit within a span, never a day twice.
///
/// Only reports whose period is inside the span can count. A year beats quarters, quarters beat months, months beat
/// other periods (of which the longer beats the shorter). Of one period the report of all fields beats the sum of
/// fields, then software beats portal, portal paper, paper other. Flows are added over time; what was carried over is
/// taken from the first period, what is in process from the last.
#[must_use]
pub fn total(candidates: &[Candidate], from: NaiveDate, to: NaiveDate) -> Total {
    let mut groups: Vec<(Period, Vec<usize>)> = Vec::new();
    for (place, one) in candidates.iter().enumerate().filter(|(_, one)| from <= one.period.from && one.period.to <= to) {
        match groups.iter_mut().find(|(period, _)| (period.from, period.to) == (one.period.from, one.period.to)) {
            Some((_, places)) => places.push(place),
            None => groups.push((Period::between(one.period.from, one.period.to), vec![place])),
        }
    }
    let rank = |kind: PeriodKind| match kind {
        PeriodKind::Year => 0,
        PeriodKind::Quarter => 1,
        PeriodKind::Month => 2,
        PeriodKind::Custom => 3,
    };
    groups.sort_by_key(|(period, _)| (rank(period.kind), -period.days(), period.from));
    let mut chosen: Vec<(Period, Vec<usize>)> = Vec::new();
    for (period, places) in groups {
        if chosen.iter().all(|(taken, _)| !taken.overlaps(period)) {
            chosen.push((period, best_source(candidates, &places)));
        }
    }
    chosen.sort_by_key(|(period, _)| period.from);
    let sums: Vec<Figures> = chosen
        .iter()
        .map(|(_, places)| Figures::sum(places.iter().filter_map(|place| candidates.get(*place)).map(|one| &one.figures)))
        .collect();
    Total {
        figures: over_time(&sums),
        counted: chosen.iter().flat_map(|(_, places)| places.clone()).collect(),
        gaps: gaps(&chosen, from, to),
    }
}

/// The reports that count of one period.
fn best_source(candidates: &[Candidate], places: &[usize]) -> Vec<usize> {
    let of = |source: Source, all_fields: bool| {
        let fits =
            |place: &&usize| candidates.get(**place).is_some_and(|one| one.source == source && one.all_fields == all_fields);
        places.iter().filter(fits).copied().collect::<Vec<_>>()
    };
    let sources = Source::ALL.iter().copied();
    let mut sets = sources.clone().map(|source| of(source, true)).chain(sources.map(|source| of(source, false)));
    sets.find(|set| !set.is_empty()).unwrap_or_default()
}

/// Flows added, stocks taken from the end they speak of.
fn over_time(sums: &[Figures]) -> Figures {
    let mut total = Figures::sum(sums);
    for counter in Counter::ALL {
        match counter.stock() {
            Some(Stock::Opening) => total.set(*counter, sums.first().and_then(|first| first.get(*counter))),
            Some(Stock::Closing) => total.set(*counter, sums.last().and_then(|last| last.get(*counter))),
            None => {}
        }
    }
    total
}

fn gaps(chosen: &[(Period, Vec<usize>)], from: NaiveDate, to: NaiveDate) -> Vec<(NaiveDate, NaiveDate)> {
    let (mut gaps, mut next) = (Vec::new(), from);
    for (period, _) in chosen {
        if next < period.from {
            gaps.extend(period.from.pred_opt().map(|last| (next, last)));
        }
        next = period.to.succ_opt().unwrap_or(period.to);
    }
    if next <= to {
        gaps.push((next, to));
    }
    gaps
}
