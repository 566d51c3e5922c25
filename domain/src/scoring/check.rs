//! Whether a set adds up. A set with a fault can be kept as a draft, never published or used.

use std::collections::BTreeMap;

use super::exact::Exact;
use super::set::{Adjustment, Band, Body, Bounds, CriteriaSet, Gives, Leaf, Node, Rule, ScoreSource, TieBreaker};
use crate::draft::{FieldError, Problems};

/// Every field code of this module.
pub const FIELD_CODES: &[&str] = &[
    "code_twice",
    "children_do_not_add_up",
    "total_is_not_the_scale",
    "declared_points_do_not_add_up",
    "max_negative",
    "group_empty",
    "input_not_declared",
    "input_twice",
    "option_twice",
    "options_missing",
    "bands_gap",
    "bands_overlap",
    "points_beyond_max",
    "points_below_zero",
    "adjustment_misplaced",
    "adjustment_not_said",
    "instrument_unknown",
    "survey_options_missing",
    "grade_unknown",
    "grade_twice",
    "tie_breaker_unknown",
    "scale_not_positive",
    "number_not_positive",
];

/// Everything that keeps the set from being used, each naming its node and both sums.
///
/// # Errors
/// The faults.
pub fn check(set: &CriteriaSet) -> Result<(), Vec<FieldError>> {
    let mut problems = Problems::new();
    problems.check(set.scale <= Exact::zero(), "scale", "scale_not_positive");
    let mut codes = BTreeMap::new();
    for (_, node) in set.rows() {
        *codes.entry(node.code.as_str()).or_insert(0) += 1;
    }
    for (code, _) in codes.iter().filter(|(_, times)| **times > 1) {
        problems.add_with(format!("nodes/{code}"), "code_twice", vec![("node", (*code).to_owned())]);
    }
    for node in &set.nodes {
        check_node(set, node, node.is_adjustments(), &mut problems);
    }
    check_total(set, &mut problems);
    check_grades(set, &mut problems);
    for (index, breaker) in set.tie_breakers.iter().enumerate() {
        if let TieBreaker::Node(node) = breaker {
            let unknown = !codes.contains_key(node.as_str());
            problems.check(unknown, &format!("tie_breakers/{index}"), "tie_breaker_unknown");
        }
    }
    problems.finish()
}

fn check_total(set: &CriteriaSet, problems: &mut Problems) {
    let scored: Exact = set.nodes.iter().filter(|node| !node.is_adjustments()).map(|node| &node.max).sum();
    if scored != set.scale {
        let params = vec![("sum", scored.vn_short()), ("max", set.scale.vn_short())];
        problems.add_with("scale", "total_is_not_the_scale", params);
    }
    let leaves = set.leaves();
    let sum = |survey: bool| -> Exact {
        let of_scale = leaves.iter().filter(|placed| placed.leaf.adjustment == Adjustment::None);
        of_scale.filter(|placed| (placed.leaf.source == ScoreSource::Survey) == survey).map(|placed| &placed.node.max).sum()
    };
    for (field, declared, survey) in
        [("appraisal_points", &set.appraisal_points, false), ("survey_points", &set.survey_points, true)]
    {
        if let Some(declared) = declared {
            let sum = sum(survey);
            if sum != *declared {
                let params = vec![("sum", sum.vn_short()), ("max", declared.vn_short())];
                problems.add_with(field, "declared_points_do_not_add_up", params);
            }
        }
    }
}

fn check_grades(set: &CriteriaSet, problems: &mut Problems) {
    for (index, grade) in set.grades.iter().enumerate() {
        let same = |other: &&super::set::Grade| other.code == grade.code || other.at_least == grade.at_least;
        let twice = set.grades.iter().take(index).any(|other| same(&other));
        problems.check(twice, &format!("grades/{}", grade.code), "grade_twice");
    }
    for condition in &set.grade_conditions {
        let unknown = set.grades.iter().all(|grade| grade.code != condition.grade);
        problems.check(unknown, &format!("grade_conditions/{}", condition.grade), "grade_unknown");
    }
}

fn check_node(set: &CriteriaSet, node: &Node, adjusting: bool, problems: &mut Problems) {
    let path = format!("nodes/{}", node.code);
    problems.check(node.max.is_negative(), &path, "max_negative");
    match &node.body {
        Body::Group { children, .. } => {
            problems.check(children.is_empty(), &path, "group_empty");
            let sum: Exact = children.iter().map(|child| &child.max).sum();
            if !adjusting && sum != node.max {
                let params = vec![("node", node.code.clone()), ("sum", sum.vn_short()), ("max", node.max.vn_short())];
                problems.add_with(&path, "children_do_not_add_up", params);
            }
            for child in children {
                problems.check(!adjusting && child.is_adjustments(), &format!("nodes/{}", child.code), "adjustment_misplaced");
                check_node(set, child, adjusting, problems);
            }
        }
        Body::Leaf(leaf) => {
            let says = leaf.adjustment != Adjustment::None;
            problems.check(adjusting && !says, &path, "adjustment_not_said");
            problems.check(!adjusting && says, &path, "adjustment_misplaced");
            Rules { set, node, leaf, path: format!("{path}/rule"), problems }.check();
        }
    }
}

struct Rules<'a> {
    set: &'a CriteriaSet,
    node: &'a Node,
    leaf: &'a Leaf,
    path: String,
    problems: &'a mut Problems,
}

impl Rules<'_> {
    fn add(&mut self, code: &'static str, mut params: Vec<(&'static str, String)>) {
        params.insert(0, ("node", self.node.code.clone()));
        self.problems.add_with(&self.path, code, params);
    }

    fn check(&mut self) {
        let leaf = self.leaf;
        for (index, input) in leaf.inputs.iter().enumerate() {
            if leaf.inputs.iter().take(index).any(|other| other.name == input.name) {
                self.add("input_twice", vec![("input", input.name.clone())]);
            }
        }
        for name in leaf.rule.inputs() {
            if leaf.input(name).is_none() {
                self.add("input_not_declared", vec![("input", name.to_owned())]);
            }
        }
        match &leaf.rule {
            Rule::Choice(options) => {
                if options.is_empty() {
                    self.add("options_missing", Vec::new());
                }
                for (index, option) in options.iter().enumerate() {
                    if options.iter().take(index).any(|other| other.key == option.key) {
                        self.add("option_twice", vec![("option", option.key.clone())]);
                    }
                    self.gives(&option.gives);
                }
            }
            Rule::Bands { bands, .. } => {
                bands.iter().for_each(|band| self.gives(&band.gives));
                self.bands(bands);
            }
            Rule::Ratio { target_percent, cap_percent, .. } => {
                for percent in target_percent.iter().chain([cap_percent]) {
                    self.positive(percent);
                }
            }
            Rule::CountUnit { points_per_unit, cap, .. } => {
                self.positive(points_per_unit);
                self.points(cap);
            }
            Rule::Deduction { negative, start, per, floor } => {
                self.points(start);
                per.iter().for_each(|(_, points)| self.positive(points));
                if *floor > *start || (!negative && floor.is_negative()) {
                    self.add("points_below_zero", vec![("points", floor.vn_short())]);
                }
            }
            Rule::Survey { instrument } => {
                let known = &self.set.survey.instruments;
                if !known.is_empty() && known.iter().all(|(code, _)| code != instrument) {
                    self.add("instrument_unknown", vec![("instrument", instrument.clone())]);
                }
                if self.set.survey.options.is_empty() {
                    self.add("survey_options_missing", Vec::new());
                }
            }
            Rule::ExternalScaled { of, .. } => self.positive(of),
            Rule::Boolean | Rule::Leadership | Rule::Formula { .. } => {}
        }
    }

    fn positive(&mut self, number: &Exact) {
        if *number <= Exact::zero() {
            self.add("number_not_positive", vec![("number", number.vn_short())]);
        }
    }

    fn points(&mut self, points: &Exact) {
        if *points > self.node.max {
            self.add("points_beyond_max", vec![("points", points.vn_short()), ("max", self.node.max.vn_short())]);
        }
        if points.is_negative() {
            self.add("points_below_zero", vec![("points", points.vn_short())]);
        }
    }

    fn gives(&mut self, gives: &Gives) {
        match gives {
            Gives::Points(points) => self.points(points),
            Gives::Percent(percent) => {
                let points =
                    &(percent * &self.node.max) * &Exact::ratio(&Exact::from(1), &Exact::hundred()).unwrap_or_else(Exact::zero);
                self.points(&points);
            }
            Gives::Formula(formula) => {
                for name in formula.inputs().into_iter().filter(|name| !matches!(*name, "max" | "value")) {
                    self.add("input_not_declared", vec![("input", name.to_owned())]);
                }
            }
        }
    }

    /// The bands must cover every value from zero up, each must catch something, and bands closed
    /// on both sides, or open in different directions, must not overlap: there the order of lines
    /// would decide, which a reader of the decision cannot know.
    fn bands(&mut self, bands: &[Band]) {
        let mut points: Vec<&Exact> = bands
            .iter()
            .flat_map(|band| band.bounds.lower.iter().chain(&band.bounds.upper))
            .map(|(bound, _)| bound)
            .filter(|bound| !bound.is_negative())
            .collect();
        let zero = Exact::zero();
        points.push(&zero);
        points.sort();
        points.dedup();
        // Each bound itself and one value between each two, and beyond the last: bands change nowhere else.
        let mut probes: Vec<Exact> = Vec::new();
        for (index, point) in points.iter().enumerate() {
            probes.push((*point).clone());
            let next = points.get(index + 1).map_or_else(|| *point + &Exact::from(2), |next| (*next).clone());
            probes.extend(Exact::ratio(&(*point + &next), &Exact::from(2)));
        }
        let first = |value: &Exact| bands.iter().position(|band| band.bounds.hold(value));
        if let Some(missed) = probes.iter().find(|value| first(value).is_none()) {
            self.add("bands_gap", vec![("value", missed.vn_short())]);
        }
        for (index, band) in bands.iter().enumerate() {
            let caught = probes.iter().any(|value| first(value) == Some(index));
            // A band below zero only (a document sent before its day) is caught by nothing here.
            let below =
                band.bounds.upper.as_ref().is_some_and(|(bound, closed)| bound.is_negative() || (bound.is_zero() && !closed));
            let clash = bands.iter().take(index).find(|earlier| {
                !ladder(&earlier.bounds, &band.bounds)
                    && probes.iter().any(|value| earlier.bounds.hold(value) && band.bounds.hold(value))
            });
            if (!caught && !below) || clash.is_some() {
                self.add("bands_overlap", vec![("band", band.bounds.signs())]);
            }
        }
    }
}

/// Two bands open in the same direction (`> 90`, then `≥ 70`), or the later one is «everything else».
const fn ladder(earlier: &Bounds, later: &Bounds) -> bool {
    later.is_else() || (earlier.upper.is_none() && later.upper.is_none()) || (earlier.lower.is_none() && later.lower.is_none())
}
