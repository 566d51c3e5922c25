//! Criteria and values in words, and values out of forms.

use std::collections::BTreeMap;

use domain::id::PersonId;
use domain::scoring::{Absence, CriteriaSet, Exact, Gives, Leaf, POINTS_INPUT, Placed, Rule, Value};
use entities::score_entry;
use render::Form;
use render::views::part::Choice;
use render::views::rounds as view;
use serde_json::{Map, Value as Json, json};

use super::standing;
use crate::app::App;
use crate::web::say;

/// The label of a figure.
pub fn label_of(app: &App, leaf: &Leaf, name: &str) -> String {
    let known = leaf.input(name).map(|input| input.label.clone().unwrap_or_else(|| input.name.clone()));
    known.unwrap_or_else(|| if name == POINTS_INPUT { say(app, "field.points", &[]) } else { name.to_owned() })
}

/// The names of the figures a criterion asks for.
fn figures(set: &CriteriaSet, leaf: &Leaf) -> Vec<String> {
    match &leaf.rule {
        Rule::Survey { .. } => set.survey.options.iter().map(|(key, _)| key.clone()).collect(),
        Rule::Leadership => vec![POINTS_INPUT.to_owned()],
        _ => leaf.inputs.iter().map(|input| input.name.clone()).collect(),
    }
}

/// How a criterion is answered.
pub fn answer(app: &App, set: &CriteriaSet, leaf: &Leaf) -> view::Answer {
    let yes_no = || ["yes", "no"].map(|code| Choice::new(code, say(app, &format!("score_value.{code}"), &[]))).into();
    let (kind, options) = match &leaf.rule {
        Rule::Boolean => ("yes_no", yes_no()),
        Rule::Choice(options) => {
            ("choice", options.iter().map(|option| Choice::new(option.key.clone(), option.label.clone())).collect())
        }
        _ => ("numbers", Vec::new()),
    };
    let numbers = figures(set, leaf).into_iter().map(|name| Choice::new(name.clone(), label_of(app, leaf, &name)));
    view::Answer {
        kind: kind.to_owned(),
        options,
        numbers: if kind == "numbers" { numbers.collect() } else { Vec::new() },
        na: leaf.na_policy != Absence::Refuse,
    }
}

/// A number as people here type it: `1.774,5`, `61,25`, `1.774`. Points before every three digits
/// group thousands; any other point alone is a decimal point.
pub fn plain_number(typed: &str) -> String {
    let typed: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    let mut groups = typed.split('.');
    let digits = |group: &str| group.chars().all(|c| c.is_ascii_digit());
    let leads = groups.next().is_some_and(|first| (1..=3).contains(&first.len()) && digits(first) && !first.starts_with('0'));
    let grouped = leads && typed.contains('.') && groups.all(|group| group.len() == 3 && digits(group));
    if grouped || typed.contains(',') { typed.replace('.', "").replace(',', ".") } else { typed }
}

/// What a form says about a criterion, as files carry it; null when nothing.
pub fn typed(form: &Form, p: &str, set: &CriteriaSet, leaf: &Leaf) -> Json {
    let field = |name: &str| form.value(&format!("{p}{name}")).trim().to_owned();
    if field("na") == "yes" {
        let reason = field("reason");
        return if reason.is_empty() { json!({"na": true}) } else { json!({"na": true, "reason": reason}) };
    }
    match &leaf.rule {
        Rule::Boolean => match field("pick").as_str() {
            "yes" => json!(true),
            "no" => json!(false),
            _ => Json::Null,
        },
        Rule::Choice(_) => Some(field("pick")).filter(|key| !key.is_empty()).map_or(Json::Null, Json::String),
        _ => {
            let given = figures(set, leaf).into_iter().map(|name| (name.clone(), plain_number(&field(&name))));
            let given: Map<String, Json> =
                given.filter(|(_, number)| !number.is_empty()).map(|(name, number)| (name, Json::String(number))).collect();
            if given.is_empty() { Json::Null } else { Json::Object(given) }
        }
    }
}

/// Puts a value into the fields of a form.
pub fn put(form: &mut Form, p: &str, value: &Value) {
    match value {
        Value::Na { reason } => {
            form.set(format!("{p}na"), "yes").set(format!("{p}reason"), reason.clone().unwrap_or_default());
        }
        Value::Yes(yes) => {
            form.set(format!("{p}pick"), if *yes { "yes" } else { "no" });
        }
        Value::Choice(key) => {
            form.set(format!("{p}pick"), key.clone());
        }
        Value::Numbers(numbers) => {
            for (name, number) in numbers {
                form.set(format!("{p}{name}"), number.to_string().replace('.', ","));
            }
        }
    }
}

/// A value in words.
pub fn value(app: &App, leaf: &Leaf, value: &Value) -> String {
    match value {
        Value::Na { reason: None } => say(app, "score_value.na", &[]),
        Value::Na { reason: Some(reason) } => say(app, "score_value.na_reason", &[("reason", reason.clone())]),
        Value::Yes(yes) => say(app, if *yes { "score_value.yes" } else { "score_value.no" }, &[]),
        Value::Choice(key) => match &leaf.rule {
            Rule::Choice(options) => {
                options.iter().find(|option| option.key == *key).map_or_else(|| key.clone(), |option| option.label.clone())
            }
            _ => key.clone(),
        },
        Value::Numbers(numbers) => {
            let named = numbers.iter().map(|(name, number)| format!("{}: {}", label_of(app, leaf, name), number.vn_short()));
            named.collect::<Vec<_>>().join("; ")
        }
    }
}

fn gives(gives: &Gives) -> String {
    match gives {
        Gives::Points(points) => points.vn_short(),
        Gives::Percent(percent) => format!("{} %", percent.vn_short()),
        Gives::Formula(formula) => formula.to_string(),
    }
}

/// The rule of a criterion in words.
pub fn rule(app: &App, leaf: &Leaf) -> String {
    let kind = say(app, &format!("rule_kind.{}", leaf.rule.code()), &[]);
    let label = |name: &str| label_of(app, leaf, name);
    let more = match &leaf.rule {
        Rule::Choice(options) => {
            options.iter().map(|option| format!("{}: {}", option.label, gives(&option.gives))).collect::<Vec<_>>().join("; ")
        }
        Rule::Bands { value, bands, .. } => {
            let steps = bands.iter().map(|band| {
                let signs = if band.bounds.is_else() { "…".to_owned() } else { band.bounds.signs() };
                format!("{signs} → {}", gives(&band.gives))
            });
            format!("{}: {}", value.with_words(&label), steps.collect::<Vec<_>>().join("; "))
        }
        Rule::Ratio { num, den, .. } => format!("{} / {}", num.with_words(&label), den.with_words(&label)),
        Rule::CountUnit { count, points_per_unit, cap } => {
            format!("{} × {} ≤ {}", count.with_words(&label), points_per_unit.vn_short(), cap.vn_short())
        }
        Rule::Deduction { start, per, .. } => {
            let parts = per.iter().map(|(name, points)| format!("{} × {}", label(name), points.vn_short()));
            format!("{} − {}", start.vn_short(), parts.collect::<Vec<_>>().join(" − "))
        }
        Rule::Formula { value, .. } => value.with_words(&label),
        Rule::ExternalScaled { value, of } => format!("{} / {}", value.with_words(&label), of.vn_short()),
        Rule::Boolean | Rule::Survey { .. } | Rule::Leadership => String::new(),
    };
    if more.is_empty() { kind } else { format!("{kind}: {more}") }
}

/// What an entry says: points, or a value in words.
pub fn entry(app: &App, placed: Placed<'_>, said: &score_entry::Model) -> Option<String> {
    match said.points {
        Some(points) => Some(say(app, "score_value.points", &[("points", Exact::from_stored(points).vn_short())])),
        None => standing::value_of(placed.leaf, said.value.as_ref()).map(|found| value(app, placed.leaf, &found)),
    }
}

/// An entry as pages show it; `people` names who, where that is shown.
pub fn said(
    app: &App,
    placed: Placed<'_>,
    entry_row: &score_entry::Model,
    people: Option<&BTreeMap<PersonId, String>>,
) -> view::SaidRow {
    view::SaidRow {
        layer: entry_row.layer,
        verdict: entry_row.verdict,
        value: entry(app, placed, entry_row),
        reason: entry_row.reason.clone(),
        by: people.and_then(|people| people.get(&entry_row.person_id).cloned()),
    }
}
