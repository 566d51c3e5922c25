//! A criterion's rule in words: what a reader of the decision would be told.

use super::exact::Exact;
use super::expr::Expr;
use super::rule::{Said, Word};
use super::set::{Absence, Band, CriteriaSet, Gives, Leaf, MAX, Node, Rule};

/// Every code of a sentence about a rule: `score_rule.<code>` in the catalogue.
pub const RULE_CODES: &[&str] = &[
    "option",
    "boolean",
    "bands",
    "band",
    "band_else",
    "band_formula",
    "band_else_formula",
    "linear",
    "linear_floor",
    "linear_to_target",
    "cap",
    "count_unit",
    "deduction",
    "negative",
    "survey",
    "external_scaled",
    "leadership",
    "formula",
    "zero_full",
    "zero_zero",
    "zero_exclude",
    "na_full",
    "na_zero",
    "na_exclude",
    "applies_to",
];

/// How a criterion is scored, one sentence after the other; `score_rule.<code>` in the catalogue.
#[must_use]
pub fn rule_words(set: &CriteriaSet, node: &Node, leaf: &Leaf) -> Vec<Said> {
    let label = |name: &str| match name {
        MAX => node.max.vn_short(),
        name => leaf.input(name).and_then(|input| input.label.clone()).unwrap_or_else(|| name.to_owned()),
    };
    let formula = |expr: &Expr| expr.with_words(&label);
    let number = Exact::vn_short;
    let mut said = Vec::new();
    let mut zero = Absence::Refuse;
    match &leaf.rule {
        Rule::Choice(options) => {
            let option = |option: &super::set::ChoiceOption| {
                let points = points_of(&option.gives, node).as_ref().map_or_else(String::new, number);
                say("option", vec![("option", option.label.clone()), ("points", points)])
            };
            said.extend(options.iter().map(option));
        }
        Rule::Boolean => said.push(say("boolean", vec![("max", number(&node.max))])),
        Rule::Bands { value, bands, zero_denominator, .. } => {
            zero = *zero_denominator;
            said.push(say("bands", vec![("formula", formula(value))]));
            said.extend(bands.iter().map(|one| band(one, node)));
        }
        Rule::Ratio { kind, num, den, zero_below_percent, target_percent, cap_percent, zero_denominator } => {
            zero = *zero_denominator;
            let mut params = vec![("num", formula(num)), ("den", formula(den))];
            params.extend(zero_below_percent.as_ref().map(|floor| ("floor", number(floor))));
            params.extend(target_percent.as_ref().map(|target| ("target", number(target))));
            said.push(say(kind.code(), params));
            if *cap_percent != Exact::hundred() {
                said.push(say("cap", vec![("cap", number(cap_percent))]));
            }
        }
        Rule::CountUnit { count, points_per_unit, cap } => {
            let params = vec![("count", formula(count)), ("each", number(points_per_unit)), ("cap", number(cap))];
            said.push(say("count_unit", params));
        }
        Rule::Deduction { start, per, floor, .. } => {
            let parts = per.iter().map(|(name, points)| format!("{}: {}", label(name), number(points)));
            let parts = parts.collect::<Vec<_>>().join("; ");
            said.push(say(leaf.rule.code(), vec![("start", number(start)), ("parts", parts), ("floor", number(floor))]));
        }
        Rule::Survey { instrument } => {
            let named = set.survey.instruments.iter().find(|(code, _)| code == instrument);
            let name = named.map_or_else(|| instrument.clone(), |(_, name)| name.clone());
            let percents = set.survey.options.iter().map(|(option, percent)| format!("{option}: {} %", number(percent)));
            let percents = percents.collect::<Vec<_>>().join("; ");
            said.push(say("survey", vec![("instrument", name), ("percents", percents)]));
        }
        Rule::ExternalScaled { value, of } => {
            said.push(say("external_scaled", vec![("value", formula(value)), ("of", number(of)), ("max", number(&node.max))]));
        }
        Rule::Leadership => said.push(say("leadership", vec![("max", number(&node.max))])),
        Rule::Formula { value, zero_denominator } => {
            zero = *zero_denominator;
            said.push(say("formula", vec![("formula", formula(value)), ("max", number(&node.max))]));
        }
    }
    said.extend(absent(zero, ["zero_full", "zero_zero", "zero_exclude"]));
    said.extend(absent(leaf.na_policy, ["na_full", "na_zero", "na_exclude"]));
    if let Some(to) = &leaf.applies_to {
        let who = to.kinds.iter().chain(&to.groups).cloned().collect::<Vec<_>>().join(", ");
        said.push(say("applies_to", vec![("who", who), ("ground", to.ground.clone().unwrap_or_default())]));
    }
    said
}

fn say(code: &'static str, params: Vec<(&'static str, String)>) -> Said {
    Said { code, params: params.into_iter().map(|(name, text)| (name, Word::Text(text))).collect() }
}

fn absent(policy: Absence, [full, zero, exclude]: [&'static str; 3]) -> Option<Said> {
    let code = match policy {
        Absence::Full => full,
        Absence::Zero => zero,
        Absence::Exclude => exclude,
        Absence::Refuse => return None,
    };
    Some(say(code, Vec::new()))
}

fn band(band: &Band, node: &Node) -> Said {
    let signs = band.bounds.signs();
    match (points_of(&band.gives, node), &band.gives) {
        (Some(points), _) if band.bounds.is_else() => say("band_else", vec![("points", points.vn_short())]),
        (Some(points), _) => say("band", vec![("band", signs), ("points", points.vn_short())]),
        (None, gives) => {
            let formula = match gives {
                Gives::Formula(formula) => formula.with_words(&|name| match name {
                    MAX => node.max.vn_short(),
                    name => name.to_owned(),
                }),
                Gives::Points(_) | Gives::Percent(_) => String::new(),
            };
            let params = vec![("formula", formula)];
            if band.bounds.is_else() {
                return say("band_else_formula", params);
            }
            say("band_formula", params.into_iter().chain([("band", signs)]).collect())
        }
    }
}

/// The points, where they are the same for every value.
fn points_of(gives: &Gives, node: &Node) -> Option<Exact> {
    match gives {
        Gives::Points(points) => Some(points.clone()),
        Gives::Percent(percent) => Exact::ratio(&(percent * &node.max), &Exact::hundred()),
        Gives::Formula(_) => None,
    }
}
