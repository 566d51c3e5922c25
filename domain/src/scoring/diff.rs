//! What two sets have in common and what not, by code; and what a change does to units: moved
//! ranks, criteria that tell nobody apart, criteria nobody gets points for.

use std::collections::BTreeMap;

use super::exact::Exact;
use super::score::UnitScore;
use super::set::{Adjustment, Body, CriteriaSet, Node};

code_enum! {
    /// How a criterion of one set stands in another.
    pub enum Fate ("criterion_fate") {
        /// Mới có.
        Added = "added",
        /// Không còn.
        Removed = "removed",
        /// Có thay đổi.
        Changed = "changed",
    }
}

code_enum! {
    /// What of a criterion is not the same in two sets.
    pub enum Aspect ("criterion_aspect") {
        /// Tên.
        Name = "name",
        /// Điểm tối đa.
        Maximum = "maximum",
        /// Cách tính điểm, số liệu, trường hợp không áp dụng.
        Rule = "rule",
        /// Tài liệu kiểm chứng.
        Evidence = "evidence",
        /// Nguồn điểm.
        Source = "source",
        /// Vị trí trong cây.
        Place = "place",
    }
}

code_enum! {
    /// Why a criterion wants a look.
    pub enum Oddity ("criterion_oddity") {
        /// Đơn vị nào cũng được điểm tối đa.
        Dead = "dead",
        /// Không đơn vị nào có điểm.
        Nobody = "nobody",
        /// Bình quân dưới 20 % điểm tối đa.
        Harsh = "harsh",
    }
}

/// The mean, in percent of the maximum, under which a criterion is harsh.
pub const HARSH_BELOW_PERCENT: i64 = 20;

/// A criterion that two sets do not have alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The criterion.
    pub code: String,
    /// How it stands.
    pub fate: Fate,
    /// What is not the same; of a changed one only.
    pub aspects: Vec<Aspect>,
    /// Name and maximum before; none when it is new.
    pub before: Option<(String, Exact)>,
    /// Name and maximum now; none when it is gone.
    pub after: Option<(String, Exact)>,
}

/// What is not alike, by code: first the codes of `new` in their order, then what is gone.
#[must_use]
pub fn diff(old: &CriteriaSet, new: &CriteriaSet) -> Vec<Difference> {
    let (before, after) = (placed(old), placed(new));
    let brief = |node: &Node| (node.name.clone(), node.max.clone());
    let known: BTreeMap<&str, (Option<&str>, &Node)> =
        before.iter().map(|(parent, node)| (node.code.as_str(), (*parent, *node))).collect();
    let mut found = Vec::new();
    for (parent, node) in &after {
        let (fate, aspects, was) = match known.get(node.code.as_str()) {
            None => (Fate::Added, Vec::new(), None),
            Some((old_parent, was)) => {
                let aspects = aspects(was, node, old_parent == parent);
                if aspects.is_empty() {
                    continue;
                }
                (Fate::Changed, aspects, Some(brief(was)))
            }
        };
        found.push(Difference { code: node.code.clone(), fate, aspects, before: was, after: Some(brief(node)) });
    }
    let gone = before.iter().filter(|(_, node)| after.iter().all(|(_, other)| other.code != node.code));
    found.extend(gone.map(|(_, node)| Difference {
        code: node.code.clone(),
        fate: Fate::Removed,
        aspects: Vec::new(),
        before: Some(brief(node)),
        after: None,
    }));
    found
}

/// Every node with the code of the one it stands under.
fn placed(set: &CriteriaSet) -> Vec<(Option<&str>, &Node)> {
    fn walk<'a>(parent: Option<&'a str>, node: &'a Node, found: &mut Vec<(Option<&'a str>, &'a Node)>) {
        found.push((parent, node));
        if let Body::Group { children, .. } = &node.body {
            children.iter().for_each(|child| walk(Some(&node.code), child, found));
        }
    }
    let mut found = Vec::new();
    set.nodes.iter().for_each(|node| walk(None, node, &mut found));
    found
}

fn aspects(old: &Node, new: &Node, same_place: bool) -> Vec<Aspect> {
    let (was, is) = (old.leaf(), new.leaf());
    let differs = |of: fn(&super::set::Leaf) -> Vec<String>| was.map(of) != is.map(of);
    let rule = was.map(|leaf| (&leaf.rule, &leaf.inputs, leaf.na_policy, &leaf.applies_to, leaf.adjustment))
        != is.map(|leaf| (&leaf.rule, &leaf.inputs, leaf.na_policy, &leaf.applies_to, leaf.adjustment));
    let source = was.map(|leaf| (leaf.source, leaf.self_scored)) != is.map(|leaf| (leaf.source, leaf.self_scored));
    let all = [
        (old.name != new.name, Aspect::Name),
        (old.max != new.max, Aspect::Maximum),
        (rule, Aspect::Rule),
        (differs(|leaf| [leaf.evidence.clone(), vec![leaf.evidence_required.to_string()]].concat()), Aspect::Evidence),
        (source, Aspect::Source),
        (!same_place, Aspect::Place),
    ];
    all.into_iter().filter(|(differs, _)| *differs).map(|(_, aspect)| aspect).collect()
}

/// A unit whose rank is not what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// The unit.
    pub id: String,
    /// Its rank before.
    pub before: u32,
    /// Its rank now.
    pub after: u32,
}

/// Units ranked both times whose rank is not the same: the furthest moves first, then by unit.
#[must_use]
pub fn moves(before: &[(&str, u32)], after: &[(&str, u32)]) -> Vec<Move> {
    let known: BTreeMap<&str, u32> = before.iter().copied().collect();
    let mut found: Vec<Move> = after
        .iter()
        .filter_map(|(id, after)| Some(Move { id: (*id).to_owned(), before: *known.get(id)?, after: *after }))
        .filter(|moved| moved.before != moved.after)
        .collect();
    found.sort_by(|a, b| b.before.abs_diff(b.after).cmp(&a.before.abs_diff(a.after)).then_with(|| a.id.cmp(&b.id)));
    found
}

/// A criterion that wants a look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Odd {
    /// The criterion.
    pub code: String,
    /// Why.
    pub why: Oddity,
    /// The mean in percent of the maximum.
    pub mean_percent: Exact,
}

/// Criteria of the scale that tell nobody apart because everybody has the maximum, or that nobody
/// or hardly anybody gets points for. Where a criterion left a unit's maximum, that unit does not count.
#[must_use]
pub fn odd_criteria(set: &CriteriaSet, scores: &[UnitScore]) -> Vec<Odd> {
    let mut found = Vec::new();
    for placed in set.leaves() {
        if placed.leaf.adjustment != Adjustment::None {
            continue;
        }
        let lines = scores.iter().filter_map(|score| score.line(&placed.node.code));
        let points: Vec<&Exact> =
            lines.filter(|line| line.missing.is_none()).filter_map(|line| line.result.points.as_ref()).collect();
        let count = i64::try_from(points.len()).unwrap_or(i64::MAX);
        let possible = &Exact::from(count) * &placed.node.max;
        let sum: Exact = points.iter().copied().sum();
        let Some(mean_percent) = Exact::ratio(&(&sum * &Exact::hundred()), &possible) else { continue };
        let why = if points.iter().all(|points| **points == placed.node.max) {
            Oddity::Dead
        } else if points.iter().all(|points| points.is_zero() || points.is_negative()) {
            Oddity::Nobody
        } else if mean_percent < Exact::from(HARSH_BELOW_PERCENT) {
            Oddity::Harsh
        } else {
            continue;
        };
        found.push(Odd { code: placed.node.code.clone(), why, mean_percent });
    }
    found
}
