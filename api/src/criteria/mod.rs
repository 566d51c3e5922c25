//! Criteria sets: files, versions, trial runs; results of indices published elsewhere.

pub mod http;
pub mod index;
mod index_pages;
pub mod pages;
pub mod report;
pub mod sets;
pub mod trial;
pub mod yaml;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use domain::draft::{FieldError, Problems};
use domain::scoring::{self, Body, CriteriaSet, Node, Tree, Unit, UnitScore};

use crate::error::{Error, Result};

/// A file's text as a tree.
///
/// # Errors
/// `file_broken` with line and column.
pub fn tree(field: &str, text: &str) -> Result<Tree> {
    yaml::read(text).map_err(|broken| {
        let mut problems = Problems::new();
        let params = vec![("line", broken.line.to_string()), ("column", broken.column.to_string()), ("what", broken.what)];
        problems.add_with(field, "file_broken", params);
        Error::Invalid(problems.finish().err().unwrap_or_default())
    })
}

/// A set from a file's text, checked: it can be used.
///
/// # Errors
/// Everything that is not understood or does not add up, naming the node.
pub fn usable_set(text: &str) -> Result<CriteriaSet> {
    let set = scoring::file::read_set(&tree("set", text)?)?;
    scoring::check(&set)?;
    Ok(set)
}

/// What people read for figures whose set gives them no label, by name.
static LABELS: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    #[derive(serde::Deserialize)]
    struct Labels {
        labels: BTreeMap<String, String>,
    }
    let read = serde_saphyr::from_str::<Labels>(include_str!("../../../data/input-labels.yaml"));
    read.map_or_else(|_broken| BTreeMap::new(), |read| read.labels)
});

/// Gives every input without a label the usual one of its name (`data/input-labels.yaml`).
pub fn label_inputs(set: &mut CriteriaSet) {
    fn walk(node: &mut Node) {
        match &mut node.body {
            Body::Group { children, .. } => children.iter_mut().for_each(walk),
            Body::Leaf(leaf) => {
                for input in &mut leaf.inputs {
                    input.label = input.label.take().or_else(|| LABELS.get(&input.name).cloned());
                }
            }
        }
    }
    set.nodes.iter_mut().for_each(walk);
}

/// Ranks scores within each peer group (`groups` in their order); the ranks in the order of `scores`.
#[must_use]
pub fn ranks(set: &CriteriaSet, scores: &[UnitScore], groups: &[Option<String>]) -> Vec<u32> {
    let mut found = vec![0; scores.len()];
    let mut by_group: BTreeMap<&Option<String>, Vec<usize>> = BTreeMap::new();
    for (index, group) in groups.iter().enumerate() {
        by_group.entry(group).or_default().push(index);
    }
    for members in by_group.into_values() {
        let scores_of: Vec<&UnitScore> = members.iter().filter_map(|index| scores.get(*index)).collect();
        let contenders: Vec<_> = scores_of
            .iter()
            .map(|score| scoring::Contender { code: &score.id, total: &score.total, breakers: scoring::breakers(set, score) })
            .collect();
        for place in scoring::rank(set.tie_policy, &contenders) {
            if let Some(slot) = members.get(place.index).and_then(|index| found.get_mut(*index)) {
                *slot = place.rank;
            }
        }
    }
    found
}

/// Scores every unit; all that is wrong in any of them comes back at once, under `units/<id>`.
///
/// # Errors
/// Everything missing or wrong, by unit and criterion.
pub fn score_all(set: &CriteriaSet, units: &[Unit]) -> Result<Vec<UnitScore>, Vec<FieldError>> {
    let mut scores = Vec::with_capacity(units.len());
    let mut problems = Problems::new();
    for unit in units {
        match scoring::score(set, unit) {
            Ok(score) => scores.push(score),
            Err(errors) => problems.append(&format!("units/{}", unit.id), errors),
        }
    }
    problems.finish()?;
    Ok(scores)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SET: &str = include_str!("../../../data/criteria-commune-sample.yaml");
    const UNITS: &str = include_str!("../../../data/sample-units.yaml");

    #[test]
    fn the_sample_unit_gets_what_an_independent_evaluator_found() {
        let set = usable_set(SET).unwrap();
        let inputs = tree("inputs", UNITS).unwrap();
        let (unit, expected) = scoring::file::read_inputs(&set, &inputs).unwrap().remove(0);
        let catalogue = render::Catalogue::embedded().unwrap();
        let score = scoring::score(&set, &unit).unwrap();
        let scored = serde_json::to_value(report::scored(&set, &score, None, &catalogue, render::Lang::Vi)).unwrap();
        for (key, value) in yaml::to_json(expected.unwrap()).as_object().unwrap() {
            assert_eq!(&scored[key], value, "{key}");
        }
        assert_eq!(scored["explanations"]["3.2.2"], "1.774/1.774 = 100,00 %, đạt mức sàn 90 % → 2,00/2,00");
        assert_eq!(score.warnings().count(), 1);
    }

    const INDEX: &str = include_str!("../../../data/qd766.yaml");
    const INDEX_UNITS: &str = include_str!("../../../data/qd766-units.yaml");

    #[test]
    fn the_index_766_comes_out_as_the_portal_published_it() {
        let set = usable_set(INDEX).unwrap();
        let maxima: Vec<String> = set.nodes.iter().map(|node| node.max.to_string()).collect();
        assert_eq!(maxima, ["18", "20", "22", "22", "18"]);
        let inputs = tree("inputs", INDEX_UNITS).unwrap();
        let (unit, expected) = scoring::file::read_inputs(&set, &inputs).unwrap().remove(0);
        let catalogue = render::Catalogue::embedded().unwrap();
        let score = scoring::score(&set, &unit).unwrap();
        let scored = serde_json::to_value(report::scored(&set, &score, None, &catalogue, render::Lang::Vi)).unwrap();
        let expected = yaml::to_json(expected.unwrap());
        for (code, points) in expected["lines"].as_object().unwrap() {
            assert_eq!(&scored["lines"][code], points, "{code}");
        }
        assert_eq!(scored["final"], expected["final"]);
        assert_eq!(score.warnings().count(), 0);
        // A field is the sum of its rounded parts: CKMB 11.79, TDGQ 19.41, ONLINE + TTTT 13.65, MDSH 12.49, MDHL 18.
        let fields = ["1", "2", "3", "4", "5"].map(|code| scored["fields"][code][0].as_str().unwrap().to_owned());
        assert_eq!(fields, ["11.79", "19.41", "13.65", "12.49", "18.00"]);
    }

    #[test]
    fn the_known_sub_scores_of_the_index_766_come_out() {
        let set = usable_set(INDEX).unwrap();
        let points = |code: &str, numbers: &[(&str, &str)]| {
            let numbers = numbers.iter().map(|(name, value)| ((*name).to_owned(), value.parse().unwrap())).collect();
            let entry = scoring::Entry::declared(scoring::Value::Numbers(numbers));
            let unit = Unit { entries: [(code.to_owned(), entry)].into(), ..Unit::default() };
            let line = scoring::line(&set, &unit, set.leaf(code).unwrap());
            line.missing.map_or_else(|| line.result.points.unwrap().fixed(2), |missing| missing.code.to_owned())
        };
        type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str);
        let cases: [Case<'_>; 14] = [
            ("1.1", &[("published_on_time", "1"), ("published", "47")], "0.13"),
            ("1.2", &[("updated_on_time", "43"), ("updated", "47")], "3.66"),
            ("1.4", &[("synced", "90"), ("received_local", "80"), ("received_national", "100")], "5.40"),
            ("1.4", &[("synced", "0"), ("received_local", "0"), ("received_national", "0")], "0.00"),
            ("2.1", &[("resolved_on_time", "2500"), ("pending_in_time", "41"), ("received", "2618")], "19.41"),
            ("2.1", &[("resolved_on_time", "0"), ("pending_in_time", "0"), ("received", "0")], "score_zero_denominator"),
            ("3.5b", &[("fee_procedures_used", "20"), ("fee_procedures", "42")], "1.19"),
            ("3.6", &[("paid_online", "2352"), ("with_fee", "2489")], "5.67"),
            ("4.1", &[("electronic_results", "2497"), ("resolved", "2618")], "5.72"),
            ("4.3", &[("reused", "58.94"), ("received", "100")], "1.47"),
            ("5.2", &[("petitions_on_time", "0"), ("petitions", "2")], "0.00"),
            ("5.3", &[("petitions_satisfied", "0"), ("petitions_answered", "0")], "6.00"),
            ("5.4", &[("overdue", "100"), ("disliked", "15"), ("received", "1000")], "5.90"),
            ("5.4", &[("overdue", "1000"), ("disliked", "15"), ("received", "1000")], "0.00"),
        ];
        for (code, numbers, expected) in cases {
            assert_eq!(points(code, numbers), expected, "{code} {numbers:?}");
        }
    }

    #[test]
    fn every_figure_of_the_sets_that_come_along_has_a_vietnamese_label() {
        for text in [SET, INDEX] {
            let mut set = usable_set(text).unwrap();
            label_inputs(&mut set);
            for placed in set.leaves() {
                let bare: Vec<&str> = placed.leaf.inputs.iter().filter(|i| i.label.is_none()).map(|i| i.name.as_str()).collect();
                assert!(bare.is_empty(), "{}: {bare:?}", placed.node.code);
            }
        }
    }

    #[test]
    fn a_label_of_the_set_itself_stays() {
        let text = SET.replace("{name: done, bind: tasks.done}", "{name: done, label: việc xong, bind: tasks.done}");
        let mut set = usable_set(&text).unwrap();
        label_inputs(&mut set);
        let leaf = set.leaf("1.1.3").unwrap().leaf;
        assert_eq!(leaf.input("done").unwrap().label.as_deref(), Some("việc xong"));
        assert_eq!(leaf.input("planned").unwrap().label.as_deref(), Some("số phải thực hiện theo kế hoạch"));
    }

    #[test]
    fn the_sample_set_is_written_and_read_back_the_same() {
        let set = usable_set(SET).unwrap();
        assert_eq!(usable_set(&yaml::write(&scoring::file::write_set(&set))).unwrap(), set);
    }

    #[test]
    fn a_broken_file_is_refused_with_its_place() {
        let said = |text: &str| match usable_set(text) {
            Err(Error::Invalid(errors)) => errors.first().map(|error| (error.field.clone(), error.code)),
            other => panic!("{other:?}"),
        };
        assert_eq!(said("id: [1"), Some(("set".to_owned(), "file_broken")));
        let off = SET.replace("max: 12\n", "max: 12.5\n");
        assert_eq!(said(&off), Some(("nodes/1".to_owned(), "children_do_not_add_up")));
        let bare = SET.replace("code: \"1.10\"", "code: 1.1").replace("- code: \"1.1\"", "- code: 1.1");
        assert_eq!(said(&bare).map(|(_, code)| code), Some("code_must_be_quoted"));
        let missing = UNITS.replace("    1.1.3: {done: 21, planned: 25}", "    1.1.3: {done: 21}");
        let set = usable_set(SET).unwrap();
        let inputs = tree("inputs", &missing).unwrap();
        let (unit, _) = scoring::file::read_inputs(&set, &inputs).unwrap().remove(0);
        let errors = score_all(&set, &[unit]).unwrap_err();
        assert_eq!((errors[0].field.as_str(), errors[0].code), ("units/xa-a/1.1.3", "score_input_missing"));
    }
}
