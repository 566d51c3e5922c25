//! Writing: the same set comes back when it is read.

use super::FORMAT;
use crate::scoring::Exact;
use crate::scoring::expr::Expr;
use crate::scoring::inputs::Value;
use crate::scoring::set::{
    Adjustment, Band, BandKind, Body, ChoiceOption, CriteriaSet, Gives, Leaf, Node, Round, Rule, TieBreaker,
};
use crate::scoring::tree::Tree;

/// Writes a set, so that reading it again gives the same set. Numbers are written as text.
#[must_use]
pub fn write_set(set: &CriteriaSet) -> Tree {
    let number = |value: &Exact| Tree::text(value.to_string());
    let optional = |text: &Option<String>| text.as_ref().map_or(Tree::Null, Tree::text);
    let round = |round: Option<Round>| {
        round.map_or(Tree::Null, |round| {
            Tree::map([("places", Tree::text(round.places.to_string())), ("mode", Tree::text(round.mode.code()))])
        })
    };
    let list = |items: Vec<Tree>| if items.is_empty() { Tree::Null } else { Tree::List(items) };
    let maybe = |value: &Option<Exact>| value.as_ref().map_or(Tree::Null, number);
    Tree::map([
        ("format", Tree::text(FORMAT.to_string())),
        ("id", Tree::text(&set.id)),
        ("title", Tree::text(&set.title)),
        ("status", Tree::text(&set.status)),
        ("level", Tree::text(&set.level)),
        ("year", set.year.map_or(Tree::Null, |year| Tree::text(year.to_string()))),
        ("legal_basis", optional(&set.legal_basis)),
        ("scale", number(&set.scale)),
        ("appraisal_points", maybe(&set.appraisal_points)),
        ("survey_points", maybe(&set.survey_points)),
        (
            "rounding",
            Tree::map([
                ("sub_score", round(set.rounding.sub_score)),
                ("field", round(set.rounding.field)),
                ("total", round(set.rounding.total)),
            ]),
        ),
        ("without_survey", Tree::text(set.without_survey.code())),
        (
            "grades",
            list(
                set.grades
                    .iter()
                    .map(|grade| {
                        Tree::map([
                            ("code", Tree::text(&grade.code)),
                            ("name", Tree::text(&grade.name)),
                            ("ge", number(&grade.at_least)),
                        ])
                    })
                    .collect(),
            ),
        ),
        (
            "grade_conditions",
            list(
                set.grade_conditions
                    .iter()
                    .map(|condition| {
                        Tree::map([
                            ("grade", Tree::text(&condition.grade)),
                            ("every_field_percent_ge", maybe(&condition.every_field_percent)),
                            ("every_criterion_percent_ge", maybe(&condition.every_criterion_percent)),
                        ])
                    })
                    .collect(),
            ),
        ),
        ("tie_policy", Tree::text(set.tie_policy.code())),
        (
            "tie_breakers",
            list(
                set.tie_breakers
                    .iter()
                    .map(|breaker| match breaker {
                        TieBreaker::By(measure) => Tree::map([("by", Tree::text(measure.code()))]),
                        TieBreaker::Node(node) => Tree::map([("node", Tree::text(node))]),
                    })
                    .collect(),
            ),
        ),
        (
            "peer_groups",
            list(
                set.peer_groups
                    .iter()
                    .map(|group| Tree::map([("code", Tree::text(&group.code)), ("name", Tree::text(&group.name))]))
                    .collect(),
            ),
        ),
        ("bonus_cap", number(&set.bonus_cap)),
        ("penalty_cap", number(&set.penalty_cap)),
        (
            "survey",
            Tree::map([
                (
                    "options",
                    list(
                        set.survey
                            .options
                            .iter()
                            .map(|(key, percent)| Tree::map([("key", Tree::text(key)), ("percent", number(percent))]))
                            .collect(),
                    ),
                ),
                ("instruments", Tree::map(set.survey.instruments.iter().map(|(code, name)| (code.as_str(), Tree::text(name))))),
            ]),
        ),
        ("nodes", Tree::List(set.nodes.iter().map(write_node).collect())),
    ])
}

fn write_node(node: &Node) -> Tree {
    let mut entries =
        vec![("code", Tree::text(&node.code)), ("name", Tree::text(&node.name)), ("max", Tree::text(node.max.to_string()))];
    match &node.body {
        Body::Group { adjustments, children } => {
            if *adjustments {
                entries.push(("adjustments", Tree::bare("true")));
            }
            entries.push(("children", Tree::List(children.iter().map(write_node).collect())));
        }
        Body::Leaf(leaf) => entries.extend(write_leaf(leaf)),
    }
    Tree::map(entries)
}

fn write_leaf(leaf: &Leaf) -> Vec<(&'static str, Tree)> {
    let truth = |value: bool| Tree::bare(if value { "true" } else { "false" });
    let texts = |all: &[String]| if all.is_empty() { Tree::Null } else { Tree::List(all.iter().map(Tree::text).collect()) };
    let optional = |text: &Option<String>| text.as_ref().map_or(Tree::Null, Tree::text);
    let inputs: Vec<Tree> = leaf
        .inputs
        .iter()
        .map(|input| match (&input.label, &input.bind) {
            (None, None) => Tree::text(&input.name),
            (label, bind) => Tree::map([("name", Tree::text(&input.name)), ("label", optional(label)), ("bind", optional(bind))]),
        })
        .collect();
    vec![
        ("score_source", Tree::text(leaf.source.code())),
        ("bonus", if leaf.adjustment == Adjustment::Bonus { truth(true) } else { Tree::Null }),
        ("penalty", if leaf.adjustment == Adjustment::Penalty { truth(true) } else { Tree::Null }),
        ("self_scored", truth(leaf.self_scored)),
        ("inputs", if inputs.is_empty() { Tree::Null } else { Tree::List(inputs) }),
        ("rule", write_rule(&leaf.rule)),
        ("na_policy", Tree::text(leaf.na_policy.code())),
        ("evidence", texts(&leaf.evidence)),
        ("evidence_required", truth(leaf.evidence_required)),
        (
            "applies_to",
            leaf.applies_to.as_ref().map_or(Tree::Null, |to| {
                Tree::map([("kinds", texts(&to.kinds)), ("groups", texts(&to.groups)), ("ground", optional(&to.ground))])
            }),
        ),
        ("appraiser_group", optional(&leaf.appraiser_group)),
    ]
}

fn write_gives(gives: &Gives) -> (&'static str, Tree) {
    match gives {
        Gives::Points(points) => ("points", Tree::text(points.to_string())),
        Gives::Percent(percent) => ("percent", Tree::text(percent.to_string())),
        Gives::Formula(formula) => ("formula", Tree::text(formula.to_string())),
    }
}

fn write_rule(rule: &Rule) -> Tree {
    let number = |value: &Exact| Tree::text(value.to_string());
    let formula = |value: &Expr| Tree::text(value.to_string());
    let mut entries = vec![("type", Tree::text(rule.code()))];
    match rule {
        Rule::Choice(options) => {
            let write = |option: &ChoiceOption| {
                Tree::map([("key", Tree::text(&option.key)), ("label", Tree::text(&option.label)), write_gives(&option.gives)])
            };
            entries.push(("options", Tree::List(options.iter().map(write).collect())));
        }
        Rule::Boolean | Rule::Leadership => {}
        Rule::Bands { kind, value, bands, zero_denominator } => {
            let list = if *kind == BandKind::StepLinear { "bands" } else { "steps" };
            entries.extend([
                ("value", formula(value)),
                (list, Tree::List(bands.iter().map(write_band).collect())),
                ("zero_denominator", Tree::text(zero_denominator.code())),
            ]);
        }
        Rule::Ratio { num, den, zero_below_percent, target_percent, cap_percent, zero_denominator, .. } => entries.extend([
            ("num", formula(num)),
            ("den", formula(den)),
            ("zero_below_percent", zero_below_percent.as_ref().map_or(Tree::Null, number)),
            ("target_percent", target_percent.as_ref().map_or(Tree::Null, number)),
            ("cap_percent", number(cap_percent)),
            ("zero_denominator", Tree::text(zero_denominator.code())),
        ]),
        Rule::CountUnit { count, points_per_unit, cap } => {
            entries.extend([("count", formula(count)), ("points_per_unit", number(points_per_unit)), ("cap", number(cap))]);
        }
        Rule::Deduction { start, per, floor, .. } => entries.extend([
            ("start", number(start)),
            ("per", Tree::map(per.iter().map(|(name, points)| (name.as_str(), number(points))))),
            ("floor", number(floor)),
        ]),
        Rule::Survey { instrument } => entries.push(("instrument", Tree::text(instrument))),
        Rule::ExternalScaled { value, of } => entries.extend([("value", formula(value)), ("of", number(of))]),
        Rule::Formula { value, zero_denominator } => {
            entries.extend([("value", formula(value)), ("zero_denominator", Tree::text(zero_denominator.code()))]);
        }
    }
    Tree::map(entries)
}

fn write_band(band: &Band) -> Tree {
    let bound = |bound: &Option<(Exact, bool)>, wanted: bool| {
        let found = bound.as_ref().filter(|(_, closed)| *closed == wanted);
        found.map_or(Tree::Null, |(bound, _)| Tree::text(bound.to_string()))
    };
    Tree::map([
        ("ge", bound(&band.bounds.lower, true)),
        ("gt", bound(&band.bounds.lower, false)),
        ("le", bound(&band.bounds.upper, true)),
        ("lt", bound(&band.bounds.upper, false)),
        ("else", if band.bounds.is_else() { Tree::bare("true") } else { Tree::Null }),
        write_gives(&band.gives),
    ])
}

/// A declared value as files carry it.
#[must_use]
pub fn write_value(value: &Value) -> Tree {
    match value {
        Value::Na { reason: None } => Tree::bare("NA"),
        Value::Na { reason: Some(reason) } => Tree::map([("na", Tree::bare("true")), ("reason", Tree::text(reason))]),
        Value::Yes(yes) => Tree::bare(if *yes { "true" } else { "false" }),
        Value::Choice(key) => Tree::text(key),
        Value::Numbers(numbers) => Tree::map(numbers.iter().map(|(name, value)| (name.as_str(), Tree::text(value.to_string())))),
    }
}
