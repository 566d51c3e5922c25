//! Figures that are understood but look odd beside others: a jump against last year, the same
//! figures in two units. They warn and change nothing.

use std::collections::BTreeMap;

use super::exact::Exact;
use super::inputs::Value;
use super::rule::{Said, Word};
use super::set::Leaf;

/// From how many times more, or less, a figure is a jump. Our own measure: it only asks for a look.
pub const JUMP_FACTOR: i64 = 2;
/// Figures that move by less than this jump without meaning anything.
pub const JUMP_LEAST: i64 = 10;
/// Figures all below this are equal in many units by chance.
pub const SAME_FROM: i64 = 10;

/// The figures that jumped against the year before, input by input.
#[must_use]
pub fn jumps(leaf: &Leaf, now: &Value, before: &Value) -> Vec<Said> {
    let (Value::Numbers(now), Value::Numbers(before)) = (now, before) else { return Vec::new() };
    let told = |(name, now): (&String, &Exact)| {
        let before = before.get(name)?;
        let (least, most) = if now < before { (now, before) } else { (before, now) };
        let far = most - least >= Exact::from(JUMP_LEAST) && most >= &(least * &Exact::from(JUMP_FACTOR));
        let label = leaf.input(name).and_then(|input| input.label.clone()).unwrap_or_else(|| name.clone());
        far.then(|| Said {
            code: "figure_jump",
            params: vec![
                ("input", Word::Text(label)),
                ("before", Word::Number(before.clone())),
                ("now", Word::Number(now.clone())),
            ],
        })
    };
    now.iter().filter_map(told).collect()
}

/// Units that declared the same figures as another: two inputs at least, and not all of them small.
/// Each is told which others.
#[must_use]
pub fn same_figures<'a>(rows: &[(&'a str, &Value)]) -> BTreeMap<&'a str, Said> {
    let mut alike: BTreeMap<&BTreeMap<String, Exact>, Vec<&'a str>> = BTreeMap::new();
    for (unit, value) in rows {
        let Value::Numbers(numbers) = value else { continue };
        if numbers.len() >= 2 && numbers.values().any(|number| *number >= Exact::from(SAME_FROM)) {
            alike.entry(numbers).or_default().push(unit);
        }
    }
    let mut found = BTreeMap::new();
    for units in alike.into_values().filter(|units| units.len() > 1) {
        for unit in &units {
            let others: Vec<&str> = units.iter().copied().filter(|other| other != unit).collect();
            let said = Said { code: "figures_same", params: vec![("units", Word::Text(others.join(", ")))] };
            found.insert(*unit, said);
        }
    }
    found
}
