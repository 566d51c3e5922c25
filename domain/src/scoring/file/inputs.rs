//! The units of an inputs file.

use std::collections::BTreeMap;

use super::{FORMAT, Map, at, code, each, number};
use crate::draft::{FieldError, Problems};
use crate::scoring::Exact;
use crate::scoring::inputs::{Entry, Unit, Value};
use crate::scoring::set::{CriteriaSet, Leaf, POINTS_INPUT, Rule};
use crate::scoring::tree::{Scalar, Tree};

/// The units of an inputs file, read for a set. What `--check` compares with is left as it stands.
///
/// # Errors
/// Everything that is not understood, each with its place: `units/xa-a/1.1.3/done`.
pub fn read_inputs<'t>(set: &CriteriaSet, tree: &'t Tree) -> Result<Vec<(Unit, Option<&'t Tree>)>, Vec<FieldError>> {
    let mut problems = Problems::new();
    let mut found = Vec::new();
    if let Some(mut map) = Map::of(tree, "", &mut problems) {
        if let Some(version) = map.number("format", &mut problems) {
            problems.check(version != Exact::from(FORMAT), "format", "file_format_unsupported");
        }
        problems.check(map.take("units").is_none(), "units", "required");
        let leaves: BTreeMap<&str, &Leaf> =
            set.leaves().into_iter().map(|placed| (placed.node.code.as_str(), placed.leaf)).collect();
        found = each(&mut map, "units", &mut problems, |map, problems| Some(unit(map, &leaves, problems)));
        map.end(&mut problems);
    }
    problems.finish()?;
    Ok(found)
}

fn unit<'t>(mut map: Map<'t>, leaves: &BTreeMap<&str, &Leaf>, problems: &mut Problems) -> (Unit, Option<&'t Tree>) {
    let id = map.required_text("id", problems);
    map.path = format!("units/{id}");
    let expected = map.take("expected");
    let survey_held = map.truth("survey_held", problems).unwrap_or(true);
    let (kind, group) = (map.text("kind", problems), map.text("group", problems));
    problems.check(map.take("values").is_none(), &map.at("values"), "required");
    let mut entries = BTreeMap::new();
    if let Some(values) = map.map("values", problems) {
        for (key, value) in values.entries {
            let path = at(&map.path, &key.text);
            let code = code(key, &path, problems);
            match leaves.get(code.as_str()) {
                None => problems.add_with(path, "inputs_unknown_criterion", vec![("code", code)]),
                Some(leaf) => {
                    if let Some(value) = read_value(leaf, value, &path, problems) {
                        entries.insert(code, Entry::declared(value));
                    }
                }
            }
        }
    }
    map.end(problems);
    (Unit { id, kind, group, survey_held, entries }, expected)
}

/// A declared value as its rule wants it: `NA`, a truth value, an option, or numbers by name.
/// Whether all inputs are there is asked when it is scored.
pub fn read_value(leaf: &Leaf, tree: &Tree, path: &str, problems: &mut Problems) -> Option<Value> {
    let wrong = |problems: &mut Problems, wanted: &'static str| {
        problems.add_with(path, "value_not_understood", vec![("wanted", wanted.to_owned())]);
        None
    };
    match tree {
        Tree::Scalar(scalar) if scalar.text == "NA" => Some(Value::Na { reason: None }),
        Tree::Map(entries) if tree.get("na").is_some() => {
            let reason = match tree.get("reason") {
                Some(Tree::Scalar(reason)) => Some(problems.text(&at(path, "reason"), &reason.text, 2_000)),
                _ => None,
            };
            let known = entries.iter().all(|(key, _)| matches!(key.text.as_str(), "na" | "reason"));
            let said = matches!(tree.get("na"), Some(Tree::Scalar(Scalar { text, quoted: false })) if text == "true");
            if known && said { Some(Value::Na { reason }) } else { wrong(problems, "NA") }
        }
        Tree::Scalar(scalar) => match &leaf.rule {
            Rule::Boolean if !scalar.quoted && scalar.text == "true" => Some(Value::Yes(true)),
            Rule::Boolean if !scalar.quoted && scalar.text == "false" => Some(Value::Yes(false)),
            Rule::Boolean => wrong(problems, "true, false"),
            Rule::Choice(_) => Some(Value::Choice(scalar.text.clone())),
            Rule::Leadership => {
                number(tree, path, problems).map(|points| Value::Numbers([(POINTS_INPUT.to_owned(), points)].into()))
            }
            _ => wrong(problems, "{…}"),
        },
        Tree::Map(entries) if !matches!(leaf.rule, Rule::Boolean | Rule::Choice(_)) => {
            let mut numbers = BTreeMap::new();
            for (key, value) in entries {
                let value = number(value, &at(path, &key.text), problems);
                if value.is_some_and(|value| numbers.insert(key.text.clone(), value).is_some()) {
                    problems.add_with(path, "file_duplicate_key", vec![("key", key.text.clone())]);
                }
            }
            Some(Value::Numbers(numbers))
        }
        _ => wrong(problems, if matches!(leaf.rule, Rule::Boolean) { "true, false" } else { "{…}" }),
    }
}
