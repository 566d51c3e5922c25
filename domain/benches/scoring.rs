//! How long it takes to score and rank the whole country: 3,321 units by 100 criteria of mixed kinds.
//! `cargo bench -p domain --bench scoring`. Machines are noisy: read the ratio to the same ratios done
//! in floating point in the same run, which is what exactness costs.
#![expect(clippy::float_arithmetic, clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark")]

use std::collections::BTreeMap;
use std::time::Instant;

use domain::scoring::{Contender, CriteriaSet, Entry, Exact, Tree, Unit, Value, check, file, rank, score};

const UNITS: u64 = 3_321;
const CRITERIA: u64 = 100;

/// A small generator: the same numbers every time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

fn rule(index: u64) -> Tree {
    let text = |text: &str| Tree::text(text);
    let bands = |bands: &[(&str, &str)]| {
        Tree::List(bands.iter().map(|(ge, points)| Tree::map([("ge", text(ge)), ("points", text(points))])).collect())
    };
    match index % 5 {
        0 => Tree::map([("type", text("linear")), ("num", text("a")), ("den", text("b"))]),
        1 => Tree::map([
            ("type", text("linear_to_target")),
            ("num", text("a")),
            ("den", text("b")),
            ("target_percent", text("80")),
        ]),
        2 => Tree::map([
            ("type", text("step")),
            ("value", text("100*a/b")),
            ("steps", bands(&[("90", "1"), ("70", "0.5"), ("0", "0")])),
        ]),
        3 => Tree::map([
            ("type", text("linear_floor")),
            ("num", text("a")),
            ("den", text("b")),
            ("zero_below_percent", text("60")),
        ]),
        _ => Tree::map([
            ("type", text("deduction")),
            ("start", text("1")),
            ("per", Tree::map([("a", text("0.001")), ("b", text("0.0001"))])),
            ("floor", text("0")),
        ]),
    }
}

fn set() -> CriteriaSet {
    let nodes = (0..CRITERIA).map(|index| {
        Tree::map([
            ("code", Tree::text(format!("c{index}"))),
            ("name", Tree::text("Tiêu chí")),
            ("max", Tree::text("1")),
            ("score_source", Tree::text("appraisal")),
            ("inputs", Tree::List(vec![Tree::text("a"), Tree::text("b")])),
            ("rule", rule(index)),
        ])
    });
    let round = || Tree::map([("places", Tree::text("2")), ("mode", Tree::text("half_up"))]);
    let file = Tree::map([
        ("id", Tree::text("bench")),
        ("title", Tree::text("Bộ tiêu chí đo thời gian")),
        ("status", Tree::text("constructed")),
        ("level", Tree::text("commune")),
        ("scale", Tree::text("100")),
        ("rounding", Tree::map([("sub_score", round()), ("total", round())])),
        ("nodes", Tree::List(nodes.collect())),
    ]);
    let set = file::read_set(&file).unwrap();
    check(&set).unwrap();
    set
}

fn main() {
    let set = set();
    let mut numbers = Numbers(2026);
    let mut figures = Vec::new();
    for _ in 0..UNITS {
        let of_unit: Vec<(u64, u64)> = (0..CRITERIA)
            .map(|_| {
                let den = 1 + numbers.below(2_000);
                (numbers.below(den + 1), den)
            })
            .collect();
        figures.push(of_unit);
    }
    let exact = |number: u64| Exact::from(i64::try_from(number).unwrap());
    let units: Vec<Unit> = figures
        .iter()
        .enumerate()
        .map(|(unit, of_unit)| {
            let entries = of_unit.iter().enumerate().map(|(index, (num, den))| {
                let values: BTreeMap<String, Exact> = [("a".to_owned(), exact(*num)), ("b".to_owned(), exact(*den))].into();
                (format!("c{index}"), Entry::declared(Value::Numbers(values)))
            });
            Unit { id: format!("u{unit:04}"), survey_held: true, entries: entries.collect(), ..Unit::default() }
        })
        .collect();

    let mut best = f64::MAX;
    for _ in 0..3 {
        let started = Instant::now();
        let scores: Vec<_> = units.iter().map(|unit| score(&set, unit).unwrap()).collect();
        let contenders: Vec<_> =
            scores.iter().map(|score| Contender { code: &score.id, total: &score.total, breakers: Vec::new() }).collect();
        let places = rank(set.tie_policy, &contenders);
        assert_eq!(places.len(), units.len());
        best = best.min(started.elapsed().as_secs_f64());
    }

    // The same ratios in floating point, nothing explained, nothing rounded as the set says.
    let mut floats = f64::MAX;
    for _ in 0..3 {
        let started = Instant::now();
        let mut totals: Vec<f64> = figures
            .iter()
            .map(|of_unit| {
                of_unit.iter().map(|(num, den)| *num as f64 / *den as f64).map(|ratio| (ratio * 100.0).round() / 100.0).sum()
            })
            .collect();
        totals.sort_by(f64::total_cmp);
        assert_eq!(totals.len(), units.len());
        floats = floats.min(started.elapsed().as_secs_f64());
    }
    println!("{UNITS} units x {CRITERIA} criteria, scored, explained and ranked: {:.0} ms (best of 3)", best * 1000.0);
    println!(
        "bare floating-point ratios, nothing explained: {:.2} ms; exact and explained costs {:.0} times that",
        floats * 1000.0,
        best / floats
    );
}
