//! From a declared value to points, with the words that explain them.

use std::collections::BTreeMap;

use super::exact::Exact;
use super::expr::{Expr, NoValue};
use super::inputs::{Unit, Value};
use super::set::{
    Absence, Band, Bounds, CriteriaSet, Gives, Leaf, MAX, Node, POINTS_INPUT, Placed, RatioKind, Rule, ScoreSource, WithoutSurvey,
};
use crate::draft::FieldError;

/// Every field code of this module.
pub const FIELD_CODES: &[&str] = &[
    "score_value_missing",
    "score_value_wrong",
    "score_input_missing",
    "score_input_unknown",
    "score_number_negative",
    "score_option_unknown",
    "score_na_refused",
    "score_zero_denominator",
    "score_no_band",
    "score_points_out_of_range",
    "score_forms_not_whole",
];

/// Every code of an explanation: `score_how.<code>` in the catalogue.
pub const HOW_CODES: &[&str] = &[
    "choice",
    "boolean_yes",
    "boolean_no",
    "band",
    "band_of_input",
    "band_else",
    "band_formula",
    "linear",
    "linear_floor",
    "linear_floor_missed",
    "linear_to_target",
    "count_unit",
    "count_unit_capped",
    "deduction",
    "deduction_floor",
    "negative",
    "survey",
    "external_scaled",
    "leadership",
    "formula",
    "points_set",
    "na_full",
    "na_zero",
    "na_excluded",
    "zero_full",
    "zero_zero",
    "zero_excluded",
    "not_applicable_to_unit",
    "survey_not_held",
    "survey_not_held_zero",
    "missing",
];

/// Every code of a warning: `score_warning.<code>` in the catalogue.
pub const WARNING_CODES: &[&str] =
    &["ratio_above_one", "formula_out_of_range", "value_out_of_scale", "figure_jump", "figures_same"];

/// A sentence by its code, with its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The code.
    pub code: &'static str,
    /// Values, by name; written only when somebody reads them.
    pub params: Vec<(&'static str, Word)>,
}

/// A value of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// Text.
    Text(String),
    /// A number with no more decimals than needed.
    Number(Exact),
    /// A number with so many decimals.
    Fixed(Exact, u32),
    /// A formula with this unit's numbers.
    Formula(Expr, BTreeMap<String, Exact>),
    /// Counts and the points each costs: `1 × 0,25 − 0 × 0,5`.
    Products(Vec<(Exact, Exact)>),
    /// The bounds of a band.
    Bounds(Bounds),
    /// Forms by answer.
    Answers(BTreeMap<String, Exact>),
}

impl std::fmt::Display for Word {
    /// As people here write it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => f.write_str(&number.vn_short()),
            Self::Fixed(number, places) => f.write_str(&number.vn(*places)),
            Self::Formula(formula, numbers) => {
                let word = |name: &str| numbers.get(name).map_or_else(|| name.to_owned(), Exact::vn_short);
                f.write_str(&formula.with_words(&word))
            }
            Self::Products(all) => {
                let parts = all.iter().map(|(count, each)| format!("{} × {}", count.vn_short(), each.vn_short()));
                f.write_str(&parts.collect::<Vec<_>>().join(" − "))
            }
            Self::Bounds(bounds) => f.write_str(&bounds.signs()),
            Self::Answers(forms) => {
                let parts = forms.iter().map(|(option, count)| format!("{option}: {}", count.vn_short()));
                f.write_str(&parts.collect::<Vec<_>>().join("; "))
            }
        }
    }
}

impl Said {
    fn new(code: &'static str, params: Vec<(&'static str, Word)>) -> Self {
        Self { code, params }
    }

    /// The values as people here write them.
    #[must_use]
    pub fn words(&self) -> Vec<(&'static str, String)> {
        self.params.iter().map(|(name, word)| (*name, word.to_string())).collect()
    }
}

/// Something odd about a declared figure. It changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The criterion.
    pub node: String,
    /// What is odd.
    pub said: Said,
    /// The same for machines and the command line.
    pub plain: String,
}

/// The points of a criterion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Points {
    /// The points, rounded as the set says; `None` when it left the maximum.
    pub points: Option<Exact>,
    /// How they came about.
    pub how: Said,
    /// What is odd.
    pub warnings: Vec<Warning>,
}

/// What a rule finds, before rounding.
enum Found {
    Points(Exact, Said),
    Excluded(Said),
}

pub(super) struct Scorer<'a> {
    pub set: &'a CriteriaSet,
    pub unit: &'a Unit,
    pub node: &'a Node,
    pub leaf: &'a Leaf,
    warnings: Vec<Warning>,
}

impl<'a> Scorer<'a> {
    pub(super) const fn new(set: &'a CriteriaSet, unit: &'a Unit, placed: Placed<'a>) -> Self {
        Self { set, unit, node: placed.node, leaf: placed.leaf, warnings: Vec::new() }
    }

    /// The points, or what is wrong with the declared value.
    pub(super) fn score(mut self) -> Result<Points, FieldError> {
        let found = self.find()?;
        Ok(match found {
            Found::Excluded(how) => Points { points: None, how, warnings: self.warnings },
            Found::Points(points, mut how) => {
                let lowest = self.lowest();
                let within = points.clamp(lowest, self.node.max.clone());
                let rounded = self.set.rounding.sub_score.map_or(within.clone(), |round| within.round(round.places, round.mode));
                how.params.push(("points", Word::Fixed(rounded.clone(), self.set.places())));
                how.params.push(("max", Word::Fixed(self.node.max.clone(), self.set.places())));
                Points { points: Some(rounded), how, warnings: self.warnings }
            }
        })
    }

    fn lowest(&self) -> Exact {
        self.leaf.lowest()
    }

    fn wrong(&self, code: &'static str, params: Vec<(&'static str, String)>) -> FieldError {
        let mut params = params;
        params.insert(0, ("node", self.node.code.clone()));
        FieldError { field: self.node.code.clone(), code, params }
    }

    fn find(&mut self) -> Result<Found, FieldError> {
        if let Some(to) = &self.leaf.applies_to {
            let fits = |wanted: &[String], own: &Option<String>| {
                wanted.is_empty() || own.as_ref().is_some_and(|own| wanted.contains(own))
            };
            if !fits(&to.kinds, &self.unit.kind) || !fits(&to.groups, &self.unit.group) {
                let ground = to.ground.clone().unwrap_or_default();
                return Ok(Found::Excluded(Said::new("not_applicable_to_unit", vec![("ground", Word::Text(ground))])));
            }
        }
        if self.leaf.source == ScoreSource::Survey && !self.unit.survey_held {
            return Ok(match self.set.without_survey {
                WithoutSurvey::Rescale => Found::Excluded(Said::new("survey_not_held", Vec::new())),
                WithoutSurvey::Zero => Found::Points(Exact::zero(), Said::new("survey_not_held_zero", Vec::new())),
            });
        }
        let entry = self.unit.entries.get(&self.node.code);
        if let Some(points) = entry.and_then(|entry| entry.points.clone()) {
            let lowest = self.lowest();
            if points < lowest || points > self.node.max {
                let params = vec![("points", points.vn_short()), ("min", lowest.vn_short()), ("max", self.node.max.vn_short())];
                return Err(self.wrong("score_points_out_of_range", params));
            }
            return Ok(Found::Points(points, Said::new("points_set", Vec::new())));
        }
        let value = entry.and_then(|entry| entry.value.as_ref());
        let value = value.ok_or_else(|| self.wrong("score_value_missing", Vec::new()))?;
        match value {
            Value::Na { .. } => self.absent(self.leaf.na_policy, ["na_full", "na_zero", "na_excluded"], "score_na_refused"),
            Value::Yes(yes) => match self.leaf.rule {
                Rule::Boolean if *yes => Ok(Found::Points(self.node.max.clone(), Said::new("boolean_yes", Vec::new()))),
                Rule::Boolean => Ok(Found::Points(Exact::zero(), Said::new("boolean_no", Vec::new()))),
                _ => Err(self.wrong("score_value_wrong", Vec::new())),
            },
            Value::Choice(key) => self.choice(key),
            Value::Numbers(numbers) => self.numbers(numbers),
        }
    }

    fn absent(
        &self,
        policy: Absence,
        [full, zero, excluded]: [&'static str; 3],
        refused: &'static str,
    ) -> Result<Found, FieldError> {
        Ok(match policy {
            Absence::Full => Found::Points(self.node.max.clone(), Said::new(full, Vec::new())),
            Absence::Zero => Found::Points(Exact::zero(), Said::new(zero, Vec::new())),
            Absence::Exclude => Found::Excluded(Said::new(excluded, Vec::new())),
            Absence::Refuse => return Err(self.wrong(refused, Vec::new())),
        })
    }

    fn choice(&self, key: &str) -> Result<Found, FieldError> {
        let Rule::Choice(options) = &self.leaf.rule else { return Err(self.wrong("score_value_wrong", Vec::new())) };
        let option = options.iter().find(|option| option.key == key);
        let option = option.ok_or_else(|| self.wrong("score_option_unknown", vec![("option", key.to_owned())]))?;
        let points = self.given(&option.gives, &Exact::zero())?;
        Ok(Found::Points(points, Said::new("choice", vec![("option", Word::Text(option.label.clone()))])))
    }

    /// What a band or option gives.
    fn given(&self, gives: &Gives, value: &Exact) -> Result<Exact, FieldError> {
        Ok(match gives {
            Gives::Points(points) => points.clone(),
            Gives::Percent(percent) => percent_of(percent, &self.node.max),
            Gives::Formula(formula) => {
                let known = |name: &str| match name {
                    MAX => Some(self.node.max.clone()),
                    "value" => Some(value.clone()),
                    _ => None,
                };
                formula.value(&known).map_err(|_no_value| self.wrong("score_zero_denominator", Vec::new()))?
            }
        })
    }

    fn numbers(&mut self, numbers: &BTreeMap<String, Exact>) -> Result<Found, FieldError> {
        let leaf = self.leaf;
        if let Rule::Survey { .. } = &leaf.rule {
            return self.survey(numbers);
        }
        let leadership = matches!(leaf.rule, Rule::Leadership);
        if let Some(unknown) =
            numbers.keys().find(|name| leaf.input(name).is_none() && !(leadership && name.as_str() == POINTS_INPUT))
        {
            return Err(self.wrong("score_input_unknown", vec![("input", unknown.clone())]));
        }
        for input in &leaf.inputs {
            if !numbers.contains_key(&input.name) {
                let label = input.label.clone().unwrap_or_else(|| input.name.clone());
                return Err(self.wrong("score_input_missing", vec![("input", label)]));
            }
        }
        // A document may come before its day; nothing else is counted below zero.
        let may_be_negative =
            matches!(&leaf.rule, Rule::Bands { kind: super::set::BandKind::Timeliness, .. } | Rule::Formula { .. });
        if let Some((name, _)) = numbers.iter().find(|(_, number)| number.is_negative() && !may_be_negative) {
            return Err(self.wrong("score_number_negative", vec![("input", name.clone())]));
        }
        match &leaf.rule {
            Rule::Bands { value, bands, zero_denominator, .. } => match self.value_of(value, numbers)? {
                Some(found) => self.band(&found, value, bands, numbers),
                None => self.zero(*zero_denominator),
            },
            Rule::Ratio { kind, num, den, zero_below_percent, target_percent, cap_percent, zero_denominator } => {
                let (Some(num), Some(den)) = (self.value_of(num, numbers)?, self.value_of(den, numbers)?) else {
                    return self.zero(*zero_denominator);
                };
                let Some(ratio) = Exact::ratio(&num, &den) else { return self.zero(*zero_denominator) };
                let percent = &ratio * &Exact::hundred();
                if percent > Exact::hundred() {
                    let params = vec![
                        ("num", Word::Number(num.clone())),
                        ("den", Word::Number(den.clone())),
                        ("percent", Word::Fixed(percent.clone(), 2)),
                    ];
                    let plain = format!("{}: ratio {num}/{den} above 100%", self.node.code);
                    self.warn("ratio_above_one", params, plain);
                }
                let counted = percent.clone().min(cap_percent.clone());
                let mut params = vec![
                    ("num", Word::Number(num.clone())),
                    ("den", Word::Number(den.clone())),
                    ("percent", Word::Fixed(percent.clone(), 2)),
                ];
                let (points, code) = match kind {
                    RatioKind::Linear => (percent_of(&counted, &self.node.max), "linear"),
                    RatioKind::LinearFloor => {
                        let floor = zero_below_percent.clone().unwrap_or_else(Exact::zero);
                        params.push(("floor", Word::Number(floor.clone())));
                        if percent < floor {
                            (Exact::zero(), "linear_floor_missed")
                        } else {
                            (percent_of(&counted, &self.node.max), "linear_floor")
                        }
                    }
                    RatioKind::LinearToTarget => {
                        let target = target_percent.clone().unwrap_or_else(Exact::hundred);
                        params.push(("target", Word::Number(target.clone())));
                        let share = Exact::ratio(&counted, &target).unwrap_or_else(Exact::zero);
                        (&share * &self.node.max, "linear_to_target")
                    }
                };
                Ok(Found::Points(points, Said::new(code, params)))
            }
            Rule::CountUnit { count, points_per_unit, cap } => {
                let Some(count) = self.value_of(count, numbers)? else { return self.zero(Absence::Refuse) };
                let raw = &count * points_per_unit;
                let code = if raw > *cap { "count_unit_capped" } else { "count_unit" };
                let params = vec![
                    ("count", Word::Number(count.clone())),
                    ("each", Word::Number(points_per_unit.clone())),
                    ("raw", Word::Number(raw.clone())),
                    ("cap", Word::Number(cap.clone())),
                ];
                Ok(Found::Points(raw.min(cap.clone()), Said::new(code, params)))
            }
            Rule::Deduction { negative, start, per, floor } => {
                let number = |name: &str| numbers.get(name).cloned().unwrap_or_else(Exact::zero);
                let taken: Exact = per.iter().map(|(name, points)| &number(name) * points).sum();
                let parts = per.iter().map(|(name, points)| (number(name), points.clone())).collect();
                let left = start - &taken;
                let code = match (negative, left < *floor) {
                    (true, _) => "negative",
                    (false, true) => "deduction_floor",
                    (false, false) => "deduction",
                };
                let params = vec![
                    ("start", Word::Number(start.clone())),
                    ("parts", Word::Products(parts)),
                    ("left", Word::Number(left.clone())),
                    ("floor", Word::Number(floor.clone())),
                ];
                Ok(Found::Points(left.max(floor.clone()), Said::new(code, params)))
            }
            Rule::ExternalScaled { value, of } => {
                let Some(value) = self.value_of(value, numbers)? else { return self.zero(Absence::Refuse) };
                if value > *of {
                    let params = vec![("value", Word::Number(value.clone())), ("of", Word::Number(of.clone()))];
                    self.warn("value_out_of_scale", params, format!("{}: value {value} above scale {of}", self.node.code));
                }
                let share = Exact::ratio(&value, of).unwrap_or_else(Exact::zero);
                let params = vec![("value", Word::Number(value.clone())), ("of", Word::Number(of.clone()))];
                Ok(Found::Points(&share * &self.node.max, Said::new("external_scaled", params)))
            }
            Rule::Leadership => {
                let points = numbers.get(POINTS_INPUT).cloned();
                let points = points.ok_or_else(|| self.wrong("score_input_missing", vec![("input", POINTS_INPUT.to_owned())]))?;
                if points > self.node.max {
                    let params = vec![("points", points.vn_short()), ("min", "0".to_owned()), ("max", self.node.max.vn_short())];
                    return Err(self.wrong("score_points_out_of_range", params));
                }
                Ok(Found::Points(points, Said::new("leadership", Vec::new())))
            }
            Rule::Formula { value, zero_denominator } => match self.value_of(value, numbers)? {
                Some(found) => {
                    if found.is_negative() || found > self.node.max {
                        let params = vec![("value", Word::Number(found.clone())), ("max", Word::Number(self.node.max.clone()))];
                        let plain = format!("{}: formula gives {found}, outside 0..{}", self.node.code, self.node.max);
                        self.warn("formula_out_of_range", params, plain);
                    }
                    let params =
                        vec![("formula", Word::Formula(value.clone(), numbers.clone())), ("value", Word::Number(found.clone()))];
                    Ok(Found::Points(found, Said::new("formula", params)))
                }
                None => self.zero(*zero_denominator),
            },
            Rule::Choice(_) | Rule::Boolean | Rule::Survey { .. } => Err(self.wrong("score_value_wrong", Vec::new())),
        }
    }

    fn warn(&mut self, code: &'static str, params: Vec<(&'static str, Word)>, plain: String) {
        self.warnings.push(Warning { node: self.node.code.clone(), said: Said::new(code, params), plain });
    }

    fn zero(&self, policy: Absence) -> Result<Found, FieldError> {
        self.absent(policy, ["zero_full", "zero_zero", "zero_excluded"], "score_zero_denominator")
    }

    /// The value of a formula; `None` when it divides by zero.
    fn value_of(&self, formula: &Expr, numbers: &BTreeMap<String, Exact>) -> Result<Option<Exact>, FieldError> {
        let known = |name: &str| if name == MAX { Some(self.node.max.clone()) } else { numbers.get(name).cloned() };
        match formula.value(&known) {
            Ok(value) => Ok(Some(value)),
            Err(NoValue::ZeroDenominator) => Ok(None),
            Err(NoValue::Missing(input)) => Err(self.wrong("score_input_missing", vec![("input", input)])),
        }
    }

    fn band(&self, found: &Exact, value: &Expr, bands: &[Band], numbers: &BTreeMap<String, Exact>) -> Result<Found, FieldError> {
        let band = bands.iter().find(|band| band.bounds.hold(found));
        let band = band.ok_or_else(|| self.wrong("score_no_band", vec![("value", found.vn_short())]))?;
        let points = self.given(&band.gives, found)?;
        let code = match (&band.gives, band.bounds.is_else()) {
            (Gives::Formula(_), _) => "band_formula",
            (_, true) => "band_else",
            _ if value.is_input() => "band_of_input",
            _ => "band",
        };
        let params = vec![
            ("formula", Word::Formula(value.clone(), numbers.clone())),
            ("value", Word::Number(found.round(2, super::exact::RoundingMode::HalfUp))),
            ("band", Word::Bounds(band.bounds.clone())),
        ];
        Ok(Found::Points(points, Said::new(code, params)))
    }

    fn survey(&self, forms: &BTreeMap<String, Exact>) -> Result<Found, FieldError> {
        let percents = self.set.option_percents();
        let (mut counted, mut sum) = (Exact::zero(), Exact::zero());
        for (option, count) in forms {
            let Some(percent) = percents.get(option.as_str()) else {
                return Err(self.wrong("score_option_unknown", vec![("option", option.clone())]));
            };
            if count.is_negative() {
                return Err(self.wrong("score_number_negative", vec![("input", option.clone())]));
            }
            if !count.is_whole() {
                return Err(self.wrong("score_forms_not_whole", vec![("option", option.clone())]));
            }
            counted = &counted + count;
            sum = &sum + &(count * percent);
        }
        let Some(mean) = Exact::ratio(&sum, &counted) else { return Err(self.wrong("score_zero_denominator", Vec::new())) };
        let params = vec![
            ("answers", Word::Answers(forms.clone())),
            ("forms", Word::Number(counted.clone())),
            ("percent", Word::Fixed(mean.clone(), 2)),
        ];
        Ok(Found::Points(percent_of(&mean, &self.node.max), Said::new("survey", params)))
    }
}

fn percent_of(percent: &Exact, of: &Exact) -> Exact {
    Exact::ratio(&(percent * of), &Exact::hundred()).unwrap_or_else(Exact::zero)
}

/// What a criterion has that cannot be scored yet.
pub(super) fn nothing(set: &CriteriaSet, node: &Node) -> Points {
    let how = Said::new(
        "missing",
        vec![("points", Word::Fixed(Exact::zero(), set.places())), ("max", Word::Fixed(node.max.clone(), set.places()))],
    );
    Points { points: Some(Exact::zero()), how, warnings: Vec::new() }
}
