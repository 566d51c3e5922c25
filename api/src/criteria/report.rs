//! A score as everybody gets it: the command line, the API, snapshots.

use std::collections::BTreeMap;

use domain::scoring::{CriteriaSet, Exact, Said, UnitScore};
use render::{Catalogue, Lang};
use serde::Serialize;

/// A unit's score, points and percents as decimal strings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Scored {
    /// The unit.
    pub id: String,
    /// Points of each criterion; none where it left the maximum.
    pub lines: BTreeMap<String, Option<String>>,
    /// The rule in words with this unit's numbers.
    pub explanations: BTreeMap<String, String>,
    /// Of each field: points, maximum left, percent.
    pub fields: BTreeMap<String, [Option<String>; 3]>,
    /// Points of the scale.
    pub achieved: String,
    /// What could be achieved.
    pub maximum: String,
    /// On the scale.
    pub base: String,
    /// Bonus, capped.
    pub bonus: String,
    /// Penalty, capped.
    pub penalty: String,
    /// The final score.
    #[serde(rename = "final")]
    pub total: String,
    /// Code of the grade.
    pub grade: Option<String>,
    /// Rank among what was scored together, in its group; none when not ranked.
    pub rank: Option<u32>,
    /// What is odd about the figures; it changes nothing.
    pub warnings: Vec<String>,
}

/// How a line came about, in words.
#[must_use]
pub fn words(catalogue: &Catalogue, lang: Lang, how: &Said) -> String {
    catalogue.get(lang, &format!("score_how.{}", how.code), &how.words())
}

/// What is odd about a line, in words.
#[must_use]
pub fn warning(catalogue: &Catalogue, lang: Lang, said: &Said) -> String {
    catalogue.get(lang, &format!("score_warning.{}", said.code), &said.words())
}

/// The score as it is given out.
#[must_use]
pub fn scored(set: &CriteriaSet, score: &UnitScore, rank: Option<u32>, catalogue: &Catalogue, lang: Lang) -> Scored {
    let places = set.places();
    let total_places = set.rounding.total.map_or(places, |round| round.places);
    let text = |value: &Exact| value.fixed(places);
    let points = |line: &domain::scoring::Line| line.result.points.as_ref().map(text);
    let field = |field: &domain::scoring::FieldSum| {
        [
            Some(text(&field.achieved)),
            Some(text(&field.maximum)),
            field.percent.as_ref().map(|percent| percent.fixed(total_places)),
        ]
    };
    Scored {
        id: score.id.clone(),
        lines: score.lines.iter().map(|line| (line.code.clone(), points(line))).collect(),
        explanations: score.lines.iter().map(|line| (line.code.clone(), words(catalogue, lang, &line.result.how))).collect(),
        fields: score.fields.iter().map(|sum| (sum.code.clone(), field(sum))).collect(),
        achieved: text(&score.achieved),
        maximum: text(&score.maximum),
        base: score.base.fixed(total_places),
        bonus: text(&score.bonus),
        penalty: text(&score.penalty),
        total: score.total.fixed(total_places),
        grade: score.grade.clone(),
        rank,
        warnings: score.warnings().map(|warning| warning.plain.clone()).collect(),
    }
}
