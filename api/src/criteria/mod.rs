//! Criteria sets: files, versions, trial runs.

pub mod report;
pub mod yaml;

use std::collections::BTreeMap;

use domain::draft::{FieldError, Problems};
use domain::scoring::{self, CriteriaSet, Tree, Unit, UnitScore};

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
