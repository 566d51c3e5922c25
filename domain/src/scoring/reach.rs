//! Points within reach: which exact step on a declared figure would gain how much, found by the
//! same engine that will score it.

use super::exact::Exact;
use super::inputs::{Entry, Unit, Value};
use super::score::{UnitScore, add_up, line, preview};
use super::set::{BandKind, CriteriaSet, Placed, RatioKind, Rule, ScoreSource};

/// How many doublings a search for the next gain takes.
const DOUBLINGS: u32 = 24;

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// The criterion.
    pub code: String,
    /// What to change.
    pub change: Change,
    /// What the entry would be then.
    pub value: Value,
    /// Points of the criterion then.
    pub points: Exact,
    /// What the final score gains.
    pub gain: Exact,
}

/// What to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A figure.
    Input {
        /// Which.
        name: String,
        /// As declared.
        from: Exact,
        /// As it would have to be.
        to: Exact,
    },
    /// From no to yes.
    Yes,
    /// Another option.
    Choice {
        /// Its label.
        label: String,
    },
}

/// Every step, the largest gain first. Only criteria the unit scores itself, and only what can still
/// be done: late days and faults are not undone.
#[must_use]
pub fn within_reach(set: &CriteriaSet, unit: &Unit) -> Vec<Reach> {
    let now = preview(set, unit);
    let mut found = Vec::new();
    for placed in set.leaves() {
        if !placed.leaf.self_scored || placed.leaf.source != ScoreSource::Appraisal {
            continue;
        }
        let entry = unit.entries.get(&placed.node.code);
        let Some(value) = entry.filter(|entry| entry.points.is_none()).and_then(|entry| entry.value.as_ref()) else { continue };
        for (change, value) in steps(set, unit, placed, value) {
            let after = with(set, unit, &now, placed, &value);
            let gain = &after.total - &now.total;
            let points = after.line(&placed.node.code).and_then(|line| line.result.points.clone());
            if let Some(points) = points.filter(|_| gain > Exact::zero()) {
                found.push(Reach { code: placed.node.code.clone(), change, value, points, gain });
            }
        }
    }
    found.sort_by(|a, b| b.gain.cmp(&a.gain));
    found
}

/// The score with another value of one criterion.
fn with(set: &CriteriaSet, unit: &Unit, now: &UnitScore, placed: Placed<'_>, value: &Value) -> UnitScore {
    let mut changed = unit.clone();
    changed.entries.insert(placed.node.code.clone(), Entry::declared(value.clone()));
    let mut lines = now.lines.clone();
    if let Some(slot) = lines.iter_mut().find(|line| line.code == placed.node.code) {
        *slot = line(set, &changed, placed);
    }
    add_up(set, &unit.id, lines)
}

fn points(set: &CriteriaSet, unit: &Unit, placed: Placed<'_>, value: &Value) -> Option<Exact> {
    let mut changed = unit.clone();
    changed.entries = [(placed.node.code.clone(), Entry::declared(value.clone()))].into();
    let found = line(set, &changed, placed);
    found.result.points.filter(|_| found.missing.is_none())
}

/// What could be changed about a value.
fn steps(set: &CriteriaSet, unit: &Unit, placed: Placed<'_>, value: &Value) -> Vec<(Change, Value)> {
    match (&placed.leaf.rule, value) {
        (Rule::Boolean, Value::Yes(false)) => vec![(Change::Yes, Value::Yes(true))],
        (Rule::Choice(options), Value::Choice(_)) => options
            .iter()
            .map(|option| (Change::Choice { label: option.label.clone() }, Value::Choice(option.key.clone())))
            .collect(),
        (
            Rule::Bands { kind: BandKind::Step | BandKind::StepLinear, .. }
            | Rule::Ratio { .. }
            | Rule::CountUnit { .. }
            | Rule::Formula { .. },
            Value::Numbers(numbers),
        ) => {
            let raised = |name: &str, by: i64| {
                let mut changed = numbers.clone();
                let to = numbers.get(name).map(|from| from + &Exact::from(by));
                changed.insert(name.to_owned(), to.unwrap_or_else(Exact::zero));
                Value::Numbers(changed)
            };
            let mut found = Vec::new();
            for (name, from) in numbers {
                let mut add = |by: i64| {
                    let change = Change::Input { name: name.clone(), from: from.clone(), to: from + &Exact::from(by) };
                    found.push((change, raised(name, by)));
                };
                let worth = |by: i64| points(set, unit, placed, &raised(name, by));
                let next = next_gain(&worth);
                next.into_iter().for_each(&mut add);
                // Of a ratio, also the step that gives everything.
                let whole = next.and_then(|_| enough(&placed.leaf.rule, name, numbers));
                whole.filter(|whole| next.is_some_and(|next| next < *whole)).into_iter().for_each(&mut add);
            }
            found
        }
        _ => Vec::new(),
    }
}

/// The smallest raise that gains points: doubled until it does, then narrowed.
fn next_gain(worth: &dyn Fn(i64) -> Option<Exact>) -> Option<i64> {
    let now = worth(0)?;
    let gains = |by: i64| worth(by).is_some_and(|points| points > now);
    let mut high = (0..DOUBLINGS).map(|power| 1_i64 << power).find(|by| gains(*by))?;
    let mut low = high / 2;
    while high - low > 1 {
        let middle = i64::midpoint(low, high);
        if gains(middle) { high = middle } else { low = middle }
    }
    Some(high)
}

/// How much more of the numerator makes the ratio full, where it is one figure over another.
fn enough(rule: &Rule, name: &str, numbers: &std::collections::BTreeMap<String, Exact>) -> Option<i64> {
    let Rule::Ratio { kind, num, den, target_percent, .. } = rule else { return None };
    if !num.is_input() || num.to_string() != name || den.inputs().contains(name) {
        return None;
    }
    let den = den.value(&|input| numbers.get(input).cloned()).ok()?;
    let wanted = match (kind, target_percent) {
        (RatioKind::LinearToTarget, Some(target)) => Exact::ratio(&(&den * target), &Exact::hundred())?,
        _ => den,
    };
    let missing = &wanted - numbers.get(name)?;
    missing.round(0, super::exact::RoundingMode::Up).whole().filter(|missing| *missing > 0)
}
