//! A unit's score: points of each criterion, sums of fields, base, bonus, penalty, final, grade.

use super::exact::Exact;
use super::inputs::Unit;
use super::rule::{Points, Scorer, Warning};
use super::set::{Adjustment, Body, CriteriaSet, Node, Placed, Round, ScoreSource, TieBreaker, TieMeasure};
use crate::draft::FieldError;

/// The version of the arithmetic; kept with every snapshot.
pub const ENGINE: u32 = 1;

/// A criterion's result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The criterion.
    pub code: String,
    /// Index of its field.
    pub field: usize,
    /// Its maximum.
    pub max: Exact,
    /// Points, explanation, warnings.
    pub result: Points,
    /// Who gives the points.
    pub source: ScoreSource,
    /// Bonus, penalty or part of the scale.
    pub adjustment: Adjustment,
    /// What keeps it from being scored; it then counts as nothing.
    pub missing: Option<FieldError>,
}

/// A field's sums.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldSum {
    /// The field.
    pub code: String,
    /// Points.
    pub achieved: Exact,
    /// What could be achieved, without what left the maximum.
    pub maximum: Exact,
    /// Percent; `None` when nothing is left.
    pub percent: Option<Exact>,
}

/// The score of a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitScore {
    /// The unit.
    pub id: String,
    /// Every criterion, in the order of the set.
    pub lines: Vec<Line>,
    /// Every field of the scale.
    pub fields: Vec<FieldSum>,
    /// Points of the scale.
    pub achieved: Exact,
    /// What could be achieved.
    pub maximum: Exact,
    /// On the scale: rescaled when something left the maximum.
    pub base: Exact,
    /// Whether `base` was rescaled.
    pub rescaled: bool,
    /// Bonus, capped.
    pub bonus: Exact,
    /// Penalty, capped.
    pub penalty: Exact,
    /// The final score.
    pub total: Exact,
    /// Code of the grade.
    pub grade: Option<String>,
}

impl UnitScore {
    /// Everything odd, in the order of the set.
    pub fn warnings(&self) -> impl Iterator<Item = &Warning> {
        self.lines.iter().flat_map(|line| &line.result.warnings)
    }

    /// What is still missing.
    pub fn missing(&self) -> impl Iterator<Item = &FieldError> {
        self.lines.iter().filter_map(|line| line.missing.as_ref())
    }

    /// The line of a criterion.
    #[must_use]
    pub fn line(&self, code: &str) -> Option<&Line> {
        self.lines.iter().find(|line| line.code == code)
    }

    /// The points of a node: of a criterion, or the sum of its parts.
    #[must_use]
    pub fn points_of(&self, node: &Node) -> Exact {
        match &node.body {
            Body::Leaf(_) => self.line(&node.code).and_then(|line| line.result.points.clone()).unwrap_or_else(Exact::zero),
            Body::Group { children, .. } => children.iter().map(|child| self.points_of(child)).sum(),
        }
    }

    /// What splits a tie, as a number of which the higher ranks first.
    #[must_use]
    pub fn measure(&self, set: &CriteriaSet, breaker: &TieBreaker) -> Exact {
        let of = |source: ScoreSource| -> Exact {
            let lines = self.lines.iter().filter(|line| line.source == source && line.adjustment == Adjustment::None);
            lines.filter_map(|line| line.result.points.as_ref()).sum()
        };
        match breaker {
            TieBreaker::By(TieMeasure::Survey) => of(ScoreSource::Survey),
            TieBreaker::By(TieMeasure::Appraisal) => of(ScoreSource::Appraisal),
            TieBreaker::By(TieMeasure::Bonus) => self.bonus.clone(),
            TieBreaker::By(TieMeasure::Penalty) => -&self.penalty,
            TieBreaker::Node(code) => {
                let node = set.rows().into_iter().find(|(_, node)| node.code == *code);
                node.map_or_else(Exact::zero, |(_, node)| self.points_of(node))
            }
        }
    }
}

/// Scores a unit.
///
/// # Errors
/// Everything that is missing or wrong in its entries, by criterion; and entries of no criterion.
pub fn score(set: &CriteriaSet, unit: &Unit) -> Result<UnitScore, Vec<FieldError>> {
    let found = preview(set, unit);
    let known: std::collections::BTreeSet<&str> = found.lines.iter().map(|line| line.code.as_str()).collect();
    let strange = unit.entries.keys().filter(|code| !known.contains(code.as_str())).map(|code| FieldError {
        field: code.clone(),
        code: "inputs_unknown_criterion",
        params: vec![("code", code.clone())],
    });
    let wrong: Vec<FieldError> = found.missing().cloned().chain(strange).collect();
    if wrong.is_empty() { Ok(found) } else { Err(wrong) }
}

/// Scores what is there; what is missing or wrong counts as nothing and says so in its line.
#[must_use]
pub fn preview(set: &CriteriaSet, unit: &Unit) -> UnitScore {
    let lines = set.leaves().into_iter().map(|placed| line(set, unit, placed)).collect();
    add_up(set, &unit.id, lines)
}

/// One criterion alone.
#[must_use]
pub fn line(set: &CriteriaSet, unit: &Unit, placed: Placed<'_>) -> Line {
    let (result, missing) = match Scorer::new(set, unit, placed).score() {
        Ok(points) => (points, None),
        Err(error) => (super::rule::nothing(set, placed.node), Some(error)),
    };
    Line {
        code: placed.node.code.clone(),
        field: placed.field,
        max: placed.node.max.clone(),
        result,
        source: placed.leaf.source,
        adjustment: placed.leaf.adjustment,
        missing,
    }
}

fn rounded(value: Exact, round: Option<Round>) -> Exact {
    round.map_or(value.clone(), |round| value.round(round.places, round.mode))
}

/// The sums over the lines: totals come from lines only.
#[must_use]
pub fn add_up(set: &CriteriaSet, id: &str, lines: Vec<Line>) -> UnitScore {
    let total = set.rounding.total;
    let mut sums: Vec<(Exact, Exact)> = set.nodes.iter().map(|_| (Exact::zero(), Exact::zero())).collect();
    let mut left_out = false;
    for line in lines.iter().filter(|line| line.adjustment == Adjustment::None) {
        let Some((achieved, maximum)) = sums.get_mut(line.field) else { continue };
        match &line.result.points {
            Some(points) => {
                *achieved = &*achieved + points;
                *maximum = &*maximum + &line.max;
            }
            None => left_out = true,
        }
    }
    let of_scale = set.nodes.iter().zip(sums).filter(|(node, _)| !node.is_adjustments());
    let fields: Vec<FieldSum> = of_scale
        .map(|(node, (achieved, maximum))| {
            let achieved = rounded(achieved, set.rounding.field);
            let percent = Exact::ratio(&(&achieved * &Exact::hundred()), &maximum).map(|percent| rounded(percent, total));
            FieldSum { code: node.code.clone(), achieved, maximum, percent }
        })
        .collect();
    let achieved: Exact = fields.iter().map(|field| &field.achieved).sum();
    let maximum: Exact = fields.iter().map(|field| &field.maximum).sum();
    let base =
        if left_out { Exact::ratio(&(&achieved * &set.scale), &maximum).unwrap_or_else(Exact::zero) } else { achieved.clone() };
    let base = rounded(base, total);
    let adjusted = |wanted: Adjustment, cap: &Exact| -> Exact {
        let lines = lines.iter().filter(|line| line.adjustment == wanted);
        let sum: Exact = lines.filter_map(|line| line.result.points.as_ref()).sum();
        sum.min(cap.clone())
    };
    let (bonus, penalty) = (adjusted(Adjustment::Bonus, &set.bonus_cap), adjusted(Adjustment::Penalty, &set.penalty_cap));
    let final_score = (&(&base + &bonus) - &penalty).clamp(Exact::zero(), set.scale.clone().max(Exact::zero()));
    let final_score = rounded(final_score, total);
    let mut found = UnitScore {
        id: id.to_owned(),
        lines,
        fields,
        achieved,
        maximum,
        base,
        rescaled: left_out,
        bonus,
        penalty,
        total: final_score,
        grade: None,
    };
    found.grade = grade(set, &found);
    found
}

/// The highest grade whose bound and conditions are met.
fn grade(set: &CriteriaSet, score: &UnitScore) -> Option<String> {
    let mut grades: Vec<_> = set.grades.iter().collect();
    grades.sort_by(|a, b| b.at_least.cmp(&a.at_least));
    let fulfils = |grade: &&&super::set::Grade| {
        score.total >= grade.at_least
            && set.grade_conditions.iter().filter(|condition| condition.grade == grade.code).all(|condition| {
                let fields = condition
                    .every_field_percent
                    .as_ref()
                    .is_none_or(|least| score.fields.iter().all(|field| share_reaches(&field.achieved, &field.maximum, least)));
                let criteria = condition.every_criterion_percent.as_ref().is_none_or(|least| {
                    let lines = score.lines.iter().filter(|line| line.adjustment == Adjustment::None);
                    lines
                        .filter_map(|line| line.result.points.as_ref().map(|points| (points, &line.max)))
                        .all(|(points, max)| share_reaches(points, max, least))
                });
                fields && criteria
            })
    };
    grades.iter().find(fulfils).map(|grade| grade.code.clone())
}

/// Whether `achieved` is at least `percent` of `maximum`; exact, not of the rounded percent.
fn share_reaches(achieved: &Exact, maximum: &Exact, percent: &Exact) -> bool {
    maximum.is_zero() || (achieved * &Exact::hundred()) >= (maximum * percent)
}
