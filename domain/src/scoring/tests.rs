//! Every kind of rule, every way a set can fail to add up, and what must hold of all scores.

use proptest::prelude::{Just, Strategy, any, prop, prop_assert, prop_assert_eq, proptest};
use serde_json::{Value as Json, json};

use super::file::{read_inputs, read_set, write_set, write_value};
use super::*;
use crate::draft::FieldError;

fn tree(value: &Json) -> Tree {
    match value {
        Json::Null => Tree::Null,
        Json::Bool(yes) => Tree::bare(yes.to_string()),
        Json::Number(number) => Tree::bare(number.to_string()),
        Json::String(text) => Tree::text(text),
        Json::Array(items) => Tree::List(items.iter().map(tree).collect()),
        Json::Object(entries) => Tree::Map(entries.iter().map(|(key, value)| (Scalar::text(key), tree(value))).collect()),
    }
}

fn exact(text: &str) -> Exact {
    text.parse().unwrap()
}

/// A set of one field with one criterion of 4 points by this rule, beside one of 6 points by yes or no.
fn file_with(rule: &Json, inputs: &[&str]) -> Json {
    json!({
        "id": "t", "title": "Bộ mẫu", "status": "constructed", "level": "commune", "scale": 10,
        "rounding": {"sub_score": {"places": 2, "mode": "half_up"}, "total": {"places": 2, "mode": "half_up"}},
        "grades": [{"code": "T", "name": "Tốt", "ge": 8}, {"code": "K", "name": "Khá", "ge": 0}],
        "tie_policy": "competition", "bonus_cap": 1, "penalty_cap": 2,
        "survey": {"options": [{"key": "A", "percent": 100}, {"key": "D", "percent": 0}], "instruments": {"dan": "Phiếu người dân"}},
        "nodes": [
            {"code": "1", "name": "Lĩnh vực", "max": 10, "children": [
                {"code": "1.1", "name": "Tiêu chí thử", "max": 4, "score_source": "appraisal", "inputs": inputs, "rule": rule},
                {"code": "1.2", "name": "Tiêu chí kia", "max": 6, "score_source": "appraisal", "rule": {"type": "boolean"}},
            ]},
            {"code": "9", "name": "Thưởng, phạt", "max": 0, "adjustments": true, "children": [
                {"code": "9.1", "name": "Thưởng", "max": 3, "bonus": true, "score_source": "appraisal", "inputs": ["n"],
                 "rule": {"type": "count_unit", "count": "n", "points_per_unit": 1, "cap": 3}},
                {"code": "9.2", "name": "Phạt", "max": 1, "penalty": true, "score_source": "appraisal", "rule": {"type": "boolean"}},
            ]},
        ],
    })
}

fn set_of(file: &Json) -> CriteriaSet {
    read_set(&tree(file)).unwrap()
}

fn scored_with(file: &Json, value: &Json) -> Result<UnitScore, Vec<FieldError>> {
    let set = set_of(file);
    check(&set).unwrap();
    let inputs = json!({"units": [{"id": "u", "values": {"1.1": value, "1.2": true, "9.1": {"n": 0}, "9.2": false}}]});
    let inputs = tree(&inputs);
    let (unit, _) = read_inputs(&set, &inputs)?.remove(0);
    score(&set, &unit)
}

/// The points of the criterion under test, or the code of the refusal; `-` when it left the maximum.
fn points(rule: &Json, inputs: &[&str], value: &Json) -> String {
    match scored_with(&file_with(rule, inputs), value) {
        Ok(score) => score.line("1.1").unwrap().result.points.as_ref().map_or("-".to_owned(), |points| points.fixed(2)),
        Err(errors) => errors[0].code.to_owned(),
    }
}

#[test]
fn every_kind_of_rule_gives_its_points() {
    let choice = json!({"type": "choice", "options": [
        {"key": "du", "label": "Đủ", "points": 4}, {"key": "nua", "label": "Một nửa", "percent": 50}, {"key": "khong", "points": 0}]});
    let step = json!({"type": "step", "value": "100*a/b", "zero_denominator": "zero",
        "steps": [{"gt": 90, "points": 4}, {"ge": 70, "points": 2}, {"ge": 0, "points": 0}]});
    let bands = json!({"type": "step_linear", "value": "100*a/b", "zero_denominator": "exclude",
        "bands": [{"ge": 95, "formula": "max*value/100"}, {"ge": 90, "points": 2.5}, {"ge": 0, "points": 0}]});
    let late = json!({"type": "timeliness", "value": "a", "steps": [{"le": 0, "points": 4}, {"le": 5, "points": 1}, {"else": true, "points": 0}]});
    let linear = |zero: &str| json!({"type": "linear", "num": "a", "den": "b", "zero_denominator": zero});
    let floor = json!({"type": "linear_floor", "num": "a", "den": "b", "zero_below_percent": 80});
    let target = json!({"type": "linear_to_target", "num": "a", "den": "b", "target_percent": 80});
    let count = json!({"type": "count_unit", "count": "a", "points_per_unit": 0.5, "cap": 2});
    let deduction = json!({"type": "deduction", "start": 4, "per": {"a": 0.25, "b": 1.5}, "floor": 0});
    let negative = json!({"type": "negative", "start": 0, "per": {"a": 0.25}, "floor": -1});
    let survey = json!({"type": "survey", "instrument": "dan"});
    let external = json!({"type": "external_scaled", "value": "a", "of": 100});
    let formula = json!({"type": "formula", "value": "min(4, a/b)", "zero_denominator": "full"});
    let none: &[&str] = &[];
    let (a, ab): (&[&str], &[&str]) = (&["a"], &["a", "b"]);
    let cases = [
        (&choice, none, json!("du"), "4.00"),
        (&choice, none, json!("nua"), "2.00"),
        (&choice, none, json!("la"), "score_option_unknown"),
        (&step, ab, json!({"a": 901, "b": 1000}), "4.00"),
        (&step, ab, json!({"a": 90, "b": 100}), "2.00"),
        (&step, ab, json!({"a": 7, "b": 10}), "2.00"),
        (&step, ab, json!({"a": 69, "b": 100}), "0.00"),
        (&step, ab, json!({"a": 0, "b": 0}), "0.00"),
        (&bands, ab, json!({"a": 96, "b": 100}), "3.84"),
        (&bands, ab, json!({"a": 949, "b": 1000}), "2.50"),
        (&bands, ab, json!({"a": 0, "b": 0}), "-"),
        (&late, a, json!({"a": -3}), "4.00"),
        (&late, a, json!({"a": 5}), "1.00"),
        (&late, a, json!({"a": 6}), "0.00"),
        (&linear("refuse"), ab, json!({"a": 1, "b": 3}), "1.33"),
        (&linear("refuse"), ab, json!({"a": 484, "b": 482}), "4.00"),
        (&linear("refuse"), ab, json!({"a": 0, "b": 0}), "score_zero_denominator"),
        (&linear("full"), ab, json!({"a": 0, "b": 0}), "4.00"),
        (&linear("zero"), ab, json!({"a": 0, "b": 0}), "0.00"),
        (&linear("exclude"), ab, json!({"a": 0, "b": 0}), "-"),
        (&linear("full"), ab, json!({"a": 1}), "score_input_missing"),
        (&linear("full"), ab, json!({"a": 1, "b": 2, "c": 3}), "score_input_unknown"),
        (&linear("full"), ab, json!({"a": -1, "b": 2}), "score_number_negative"),
        (&linear("full"), ab, json!("NA"), "score_na_refused"),
        (&floor, ab, json!({"a": 8, "b": 10}), "3.20"),
        (&floor, ab, json!({"a": 79, "b": 100}), "0.00"),
        (&target, ab, json!({"a": 4, "b": 10}), "2.00"),
        (&target, ab, json!({"a": 9, "b": 10}), "4.00"),
        (&count, a, json!({"a": 3}), "1.50"),
        (&count, a, json!({"a": 9}), "2.00"),
        (&deduction, ab, json!({"a": 2, "b": 1}), "2.00"),
        (&deduction, ab, json!({"a": 0, "b": 9}), "0.00"),
        (&negative, a, json!({"a": 1}), "-0.25"),
        (&negative, a, json!({"a": 9}), "-1.00"),
        (&survey, none, json!({"A": 2, "D": 1}), "2.67"),
        (&survey, none, json!({"A": 0, "D": 0}), "score_zero_denominator"),
        (&survey, none, json!({"A": 1, "X": 1}), "score_option_unknown"),
        (&survey, none, json!({"A": 1.5}), "score_forms_not_whole"),
        (&external, a, json!({"a": 75.34}), "3.01"),
        (&external, a, json!({"a": 120}), "4.00"),
        (&json!({"type": "leadership"}), none, json!(3.5), "3.50"),
        (&json!({"type": "leadership"}), none, json!(4.5), "score_points_out_of_range"),
        (&formula, ab, json!({"a": 7, "b": 2}), "3.50"),
        (&formula, ab, json!({"a": 7, "b": 0}), "4.00"),
        (&json!({"type": "boolean"}), none, json!(true), "4.00"),
        (&json!({"type": "boolean"}), none, json!("true"), "value_not_understood"),
    ];
    for (rule, inputs, value, expected) in cases {
        assert_eq!(points(rule, inputs, &value), expected, "{rule} {value}");
    }
}

#[test]
fn not_applicable_means_what_the_criterion_says() {
    for (policy, points, base) in [("full", Some("4.00"), "10.00"), ("zero", Some("0.00"), "6.00"), ("exclude", None, "10.00")] {
        let mut file = file_with(&json!({"type": "boolean"}), &[]);
        file["nodes"][0]["children"][0]["na_policy"] = json!(policy);
        let score = scored_with(&file, &json!({"na": true, "reason": "Không phát sinh"})).unwrap();
        assert_eq!(score.line("1.1").unwrap().result.points.as_ref().map(|p| p.fixed(2)).as_deref(), points, "{policy}");
        assert_eq!(score.base.fixed(2), base, "{policy}");
        assert_eq!(score.rescaled, policy == "exclude");
    }
}

#[test]
fn a_criterion_counts_for_the_units_it_applies_to() {
    let mut file = file_with(&json!({"type": "boolean"}), &[]);
    file["nodes"][0]["children"][0]["applies_to"] = json!({"kinds": ["phuong"], "ground": "Điều 5"});
    let set = set_of(&file);
    for (kind, expected) in [(Some("phuong"), Some("0.00")), (Some("xa"), None), (None, None)] {
        let mut unit = Unit { id: "u".into(), kind: kind.map(Into::into), survey_held: true, ..Default::default() };
        for (code, yes) in [("1.1", false), ("1.2", true), ("9.2", false)] {
            unit.entries.insert(code.into(), Entry::declared(Value::Yes(yes)));
        }
        unit.entries.insert("9.1".into(), Entry::declared(Value::Numbers([("n".into(), exact("0"))].into())));
        let score = score(&set, &unit).unwrap();
        assert_eq!(score.line("1.1").unwrap().result.points.as_ref().map(|p| p.fixed(2)).as_deref(), expected, "{kind:?}");
    }
}

#[test]
fn a_survey_that_was_not_held_leaves_the_maximum_or_counts_as_nothing() {
    for (policy, base) in [("rescale", "10.00"), ("zero", "6.00")] {
        let mut file = file_with(&json!({"type": "survey", "instrument": "dan"}), &[]);
        file["nodes"][0]["children"][0]["score_source"] = json!("survey");
        file["without_survey"] = json!(policy);
        let set = set_of(&file);
        let inputs =
            json!({"units": [{"id": "u", "survey_held": false, "values": {"1.2": true, "9.1": {"n": 0}, "9.2": false}}]});
        let inputs = tree(&inputs);
        let (unit, _) = read_inputs(&set, &inputs).unwrap().remove(0);
        assert_eq!(score(&set, &unit).unwrap().base.fixed(2), base, "{policy}");
    }
}

#[test]
fn bonus_and_penalty_are_capped_and_the_score_stays_on_the_scale() {
    let file = file_with(&json!({"type": "boolean"}), &[]);
    let set = set_of(&file);
    for (all, models, fault, total) in [(true, 3, false, "10.00"), (false, 3, false, "7.00"), (false, 0, true, "5.00")] {
        let inputs = json!({"units": [{"id": "u", "values": {"1.1": all, "1.2": true, "9.1": {"n": models}, "9.2": fault}}]});
        let inputs = tree(&inputs);
        let (unit, _) = read_inputs(&set, &inputs).unwrap().remove(0);
        assert_eq!(score(&set, &unit).unwrap().total.fixed(2), total);
    }
}

#[test]
fn a_grade_needs_its_conditions_too() {
    let mut file = file_with(&json!({"type": "boolean"}), &[]);
    file["grades"] = json!([{"code": "K", "name": "Khá", "ge": 0}, {"code": "T", "name": "Tốt", "ge": 6}]);
    for (condition, expected) in [
        (json!([]), "T"),
        (json!([{"grade": "T", "every_field_percent_ge": 60}]), "T"),
        (json!([{"grade": "T", "every_field_percent_ge": 60.01}]), "K"),
        (json!([{"grade": "T", "every_criterion_percent_ge": 1}]), "K"),
    ] {
        file["grade_conditions"] = condition.clone();
        assert_eq!(scored_with(&file, &json!(false)).unwrap().grade.as_deref(), Some(expected), "{condition}");
    }
}

#[test]
fn points_set_by_an_appraiser_count_instead_of_the_rule_within_the_maximum() {
    let set = set_of(&file_with(&json!({"type": "linear", "num": "a", "den": "b"}), &["a", "b"]));
    let placed = set.leaf("1.1").unwrap();
    for (points, expected) in [("2.5", Some("2.50")), ("4.01", None), ("-1", None)] {
        let unit =
            Unit { entries: [("1.1".to_owned(), Entry::set(exact(points)))].into(), survey_held: true, ..Default::default() };
        let line = line(&set, &unit, placed);
        assert_eq!(line.missing.is_none().then(|| line.result.points.unwrap().fixed(2)).as_deref(), expected, "{points}");
    }
}

/// The faults of a changed file: place and code.
fn faults(change: impl FnOnce(&mut Json)) -> Vec<(String, &'static str)> {
    let mut file = file_with(&json!({"type": "linear", "num": "a", "den": "b"}), &["a", "b"]);
    change(&mut file);
    let found = read_set(&tree(&file)).and_then(|set| check(&set));
    found.err().unwrap_or_default().into_iter().map(|error| (error.field, error.code)).collect()
}

#[test]
fn a_set_that_does_not_add_up_is_refused_naming_the_node() {
    let steps = |steps: Json| {
        move |file: &mut Json| file["nodes"][0]["children"][0]["rule"] = json!({"type": "step", "value": "a/b", "steps": steps})
    };
    assert_eq!(faults(|_| {}), []);
    assert_eq!(
        faults(steps(json!([{"gt": 90, "points": 2}, {"ge": 70, "lt": 90, "points": 1}, {"else": true, "points": 0}]))),
        []
    );
    type Change = Box<dyn FnOnce(&mut Json)>;
    let cases: Vec<(Change, &str, &str)> = vec![
        (Box::new(|f| f["nodes"][0]["children"][0]["max"] = json!(5)), "nodes/1", "children_do_not_add_up"),
        (Box::new(|f| f["scale"] = json!(12)), "scale", "total_is_not_the_scale"),
        (Box::new(|f| f["appraisal_points"] = json!(9)), "appraisal_points", "declared_points_do_not_add_up"),
        (Box::new(|f| f["nodes"][0]["children"][1]["code"] = json!("1.1")), "nodes/1.1", "code_twice"),
        (Box::new(|f| f["nodes"][0]["children"][0]["inputs"] = json!(["a"])), "nodes/1.1/rule", "input_not_declared"),
        (Box::new(steps(json!([{"gt": 90, "points": 2}, {"le": 80, "points": 0}]))), "nodes/1.1/rule", "bands_gap"),
        (
            Box::new(steps(json!([{"ge": 70, "points": 2}, {"gt": 90, "points": 1}, {"ge": 0, "points": 0}]))),
            "nodes/1.1/rule",
            "bands_overlap",
        ),
        (Box::new(steps(json!([{"ge": 80, "points": 2}, {"le": 85, "points": 1}]))), "nodes/1.1/rule", "bands_overlap"),
        (
            Box::new(steps(
                json!([{"ge": 80, "le": 100, "points": 2}, {"ge": 70, "le": 80, "points": 1}, {"else": true, "points": 0}]),
            )),
            "nodes/1.1/rule",
            "bands_overlap",
        ),
        (Box::new(steps(json!([{"gt": 5, "points": 4.5}, {"else": true, "points": 0}]))), "nodes/1.1/rule", "points_beyond_max"),
        (Box::new(|f| f["nodes"][0]["children"][0]["bonus"] = json!(true)), "nodes/1.1", "adjustment_misplaced"),
        (Box::new(|f| f["nodes"][1]["children"][1]["penalty"] = json!(false)), "nodes/9.2", "adjustment_not_said"),
        (
            Box::new(|f| f["nodes"][0]["children"][0]["rule"] = json!({"type": "survey", "instrument": "khac"})),
            "nodes/1.1/rule",
            "instrument_unknown",
        ),
        (
            Box::new(|f| f["grade_conditions"] = json!([{"grade": "X", "every_field_percent_ge": 1}])),
            "grade_conditions/X",
            "grade_unknown",
        ),
        (Box::new(|f| f["tie_breakers"] = json!([{"node": "7.2"}])), "tie_breakers/0", "tie_breaker_unknown"),
        (
            Box::new(|f| f["nodes"][0]["children"][0]["rule"]["type"] = json!("lineaire")),
            "nodes/1.1/rule/type",
            "file_unknown_word",
        ),
        (Box::new(|f| f["nodes"][0]["children"][0]["weight"] = json!(1)), "nodes/1.1", "file_unknown_key"),
        (Box::new(|f| f["nodes"][0]["children"][0]["code"] = json!(1.1)), "nodes/1/children/0/code", "code_must_be_quoted"),
        (
            Box::new(|f| f["nodes"][0]["children"][0]["rule"]["num"] = json!("a +")),
            "nodes/1.1/rule/num",
            "expression_not_understood",
        ),
        (Box::new(|f| f["format"] = json!(2)), "format", "file_format_unsupported"),
        (
            Box::new(|f| {
                f.as_object_mut().unwrap().remove("rounding");
            }),
            "rounding",
            "required",
        ),
    ];
    for (change, place, code) in cases {
        let found = faults(change);
        assert!(found.iter().any(|(field, found)| field == place && *found == code), "{place} {code}: {found:?}");
    }
}

#[test]
fn a_sum_that_is_off_names_both_sums() {
    let mut file = file_with(&json!({"type": "boolean"}), &[]);
    file["nodes"][0]["children"][0]["max"] = json!(4.05);
    let errors = check(&set_of(&file)).unwrap_err();
    assert_eq!(errors[0].params, [("node", "1".to_owned()), ("sum", "10,05".to_owned()), ("max", "10".to_owned())]);
}

#[test]
fn a_set_that_is_written_is_read_back_the_same() {
    for (rule, inputs) in [
        (
            json!({"type": "linear_floor", "num": "a", "den": "b", "zero_below_percent": 80.123_456, "zero_denominator": "full"}),
            &["a", "b"][..],
        ),
        (json!({"type": "choice", "options": [{"key": "1", "label": "Một", "percent": 50}]}), &[]),
        (
            json!({"type": "step_linear", "value": "a", "bands": [{"gt": 1, "le": 5, "formula": "max*value/5"}, {"else": true, "points": 0}]}),
            &["a"],
        ),
        (json!({"type": "negative", "start": 1, "per": {"a": 0.25}, "floor": -2}), &["a"]),
    ] {
        let set = set_of(&file_with(&rule, inputs));
        assert_eq!(read_set(&write_set(&set)).unwrap(), set, "{rule}");
    }
    for value in [Value::Na { reason: Some("Không có".into()) }, Value::Na { reason: None }] {
        let set = set_of(&file_with(&json!({"type": "boolean"}), &[]));
        let mut problems = crate::draft::Problems::new();
        let leaf = set.leaf("1.1").unwrap().leaf;
        assert_eq!(super::file::read_value(leaf, &write_value(&value), "v", &mut problems), Some(value));
    }
}

#[test]
fn ties_are_ranked_by_the_policy_and_split_by_the_breakers() {
    let totals: Vec<Exact> = ["90", "80", "80", "70", "80"].iter().map(|text| exact(text)).collect();
    let ranked = |policy, breakers: [i64; 5]| {
        let codes = ["e", "d", "c", "b", "a"];
        let contenders: Vec<_> = totals
            .iter()
            .zip(breakers)
            .zip(codes)
            .map(|((total, breaker), code)| Contender { code, total, breakers: vec![Exact::from(breaker)] })
            .collect();
        let mut places = rank(policy, &contenders);
        places.sort_by_key(|place| place.index);
        places.into_iter().map(|place| (place.rank, place.tied, place.split_by)).collect::<Vec<_>>()
    };
    let same = [0; 5];
    let ranks = |policy| ranked(policy, same).into_iter().map(|(rank, ..)| rank).collect::<Vec<_>>();
    assert_eq!(ranks(TiePolicy::Competition), [1, 2, 2, 5, 2]);
    assert_eq!(ranks(TiePolicy::Dense), [1, 2, 2, 3, 2]);
    assert_eq!(ranks(TiePolicy::Ordinal), [1, 4, 3, 5, 2]);
    assert_eq!(
        ranked(TiePolicy::Competition, [0, 5, 7, 0, 5]),
        [(1, false, None), (3, true, Some(0)), (2, false, Some(0)), (5, false, None), (3, true, Some(0))]
    );
}

/// Numerator, denominator, the criterion by yes or no, models, whether a fault was found.
type Figures = (i64, i64, bool, i64, bool);

fn figures() -> impl Strategy<Value = Figures> {
    (1_i64..500).prop_flat_map(|den| (0..=den, Just(den), any::<bool>(), 0_i64..5, any::<bool>()))
}

fn unit_of(id: &str, (num, den, yes, models, fault): Figures) -> Unit {
    let numbers = |pairs: &[(&str, i64)]| {
        Entry::declared(Value::Numbers(pairs.iter().map(|(name, value)| ((*name).to_owned(), Exact::from(*value))).collect()))
    };
    let entries = [
        ("1.1", numbers(&[("a", num), ("b", den)])),
        ("1.2", Entry::declared(Value::Yes(yes))),
        ("9.1", numbers(&[("n", models)])),
        ("9.2", Entry::declared(Value::Yes(fault))),
    ];
    Unit {
        id: id.into(),
        survey_held: true,
        entries: entries.map(|(code, entry)| (code.to_owned(), entry)).into(),
        ..Default::default()
    }
}

proptest! {
    #[test]
    fn a_better_ratio_never_scores_less(figures in figures(), more in 0_i64..100) {
        for rule in [
            json!({"type": "linear", "num": "a", "den": "b"}),
            json!({"type": "linear_floor", "num": "a", "den": "b", "zero_below_percent": 60}),
            json!({"type": "linear_to_target", "num": "a", "den": "b", "target_percent": 70}),
            json!({"type": "step", "value": "100*a/b", "steps": [{"gt": 90, "points": 4}, {"ge": 50, "points": 1}, {"ge": 0, "points": 0}]}),
        ] {
            let set = set_of(&file_with(&rule, &["a", "b"]));
            let better = (figures.0 + more, figures.1, figures.2, figures.3, figures.4);
            prop_assert!(score(&set, &unit_of("u", figures)).unwrap().total <= score(&set, &unit_of("u", better)).unwrap().total);
        }
    }

    #[test]
    fn a_field_is_the_sum_of_its_criteria_and_the_base_of_the_fields(figures in figures()) {
        let set = set_of(&file_with(&json!({"type": "linear", "num": "a", "den": "b"}), &["a", "b"]));
        let found = score(&set, &unit_of("u", figures)).unwrap();
        let parts: Exact = found.lines.iter().filter(|line| line.adjustment == Adjustment::None).filter_map(|line| line.result.points.as_ref()).sum();
        prop_assert_eq!(&found.achieved, &parts);
        prop_assert_eq!(found.fields.iter().map(|field| &field.achieved).sum::<Exact>(), parts);
        prop_assert!(!found.total.is_negative() && found.total <= set.scale);
    }

    #[test]
    fn the_order_of_units_changes_no_rank(all in prop::collection::vec(figures(), 2..30), seed in any::<u64>()) {
        let set = set_of(&file_with(&json!({"type": "linear", "num": "a", "den": "b"}), &["a", "b"]));
        let units: Vec<Unit> = all.into_iter().enumerate().map(|(index, figures)| unit_of(&format!("u{index:02}"), figures)).collect();
        let ranks = |units: &[Unit]| {
            let scores: Vec<_> = units.iter().map(|unit| score(&set, unit).unwrap()).collect();
            let contenders: Vec<_> = scores.iter().map(|score| Contender { code: &score.id, total: &score.total, breakers: vec![] }).collect();
            let mut found: Vec<_> = rank(set.tie_policy, &contenders).into_iter().map(|place| (scores[place.index].id.clone(), place.rank)).collect();
            found.sort();
            found
        };
        let expected = ranks(&units);
        let mut shuffled = units;
        // A small generator of our own: the order must come from the seed alone.
        let mut state = seed | 1;
        for at in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            shuffled.swap(at, usize::try_from(state >> 33).unwrap() % (at + 1));
        }
        prop_assert_eq!(ranks(&shuffled), expected);
    }
}

#[test]
fn the_next_step_and_the_whole_way_are_offered() {
    let steps = |rule: Json, inputs: &[&str], numbers: &[(&str, i64)]| -> Vec<(String, String, String)> {
        let set = set_of(&file_with(&rule, inputs));
        let mut unit = unit_of("u", (0, 1, true, 0, false));
        let numbers = numbers.iter().map(|(name, value)| ((*name).to_owned(), Exact::from(*value))).collect();
        unit.entries.insert("1.1".into(), Entry::declared(Value::Numbers(numbers)));
        let found = within_reach(&set, &unit).into_iter().filter(|reach| reach.code == "1.1");
        found
            .map(|reach| match reach.change {
                Change::Input { name, to, .. } => (name, to.to_string(), reach.gain.fixed(2)),
                other => panic!("{other:?}"),
            })
            .collect()
    };
    let said = |name: &str, to: &str, gain: &str| (name.to_owned(), to.to_owned(), gain.to_owned());
    let step = json!({"type": "step", "value": "100*a/b", "steps": [{"gt": 90, "points": 2}, {"ge": 70, "points": 1}, {"ge": 0, "points": 0}]});
    assert_eq!(steps(step, &["a", "b"], &[("a", 21), ("b", 25)]), [said("a", "23", "1.00")]);
    let linear = json!({"type": "linear", "num": "a", "den": "b"});
    assert_eq!(steps(linear, &["a", "b"], &[("a", 1), ("b", 4)]), [said("a", "4", "3.00"), said("a", "2", "1.00")]);
    let target = json!({"type": "linear_to_target", "num": "a", "den": "b", "target_percent": 50});
    assert_eq!(steps(target, &["a", "b"], &[("a", 0), ("b", 9)]).first(), Some(&said("a", "5", "4.00")));
    let floor = json!({"type": "linear_floor", "num": "a", "den": "b", "zero_below_percent": 80});
    assert_eq!(steps(floor, &["a", "b"], &[("a", 55), ("b", 70)]).last(), Some(&said("a", "56", "3.20")));
    let late = json!({"type": "timeliness", "value": "a", "steps": [{"le": 0, "points": 4}, {"else": true, "points": 0}]});
    assert_eq!(steps(late, &["a"], &[("a", 9)]), []);
}

proptest! {
    #[test]
    fn doing_the_step_gains_what_was_promised(figures in figures()) {
        for rule in [
            json!({"type": "linear", "num": "a", "den": "b"}),
            json!({"type": "linear_to_target", "num": "a", "den": "b", "target_percent": 45}),
            json!({"type": "step", "value": "100*a/b", "steps": [{"gt": 90, "points": 4}, {"ge": 50, "points": 1}, {"ge": 0, "points": 0}]}),
        ] {
            let set = set_of(&file_with(&rule, &["a", "b"]));
            let unit = unit_of("u", figures);
            let before = score(&set, &unit).unwrap();
            for reach in within_reach(&set, &unit) {
                let mut done = unit.clone();
                done.entries.insert(reach.code.clone(), Entry::declared(reach.value.clone()));
                let after = score(&set, &done).unwrap();
                prop_assert_eq!(&(&after.total - &before.total), &reach.gain);
                prop_assert_eq!(after.line(&reach.code).unwrap().result.points.as_ref(), Some(&reach.points));
            }
        }
    }
}

#[test]
fn a_rule_is_told_in_the_words_of_the_decision() {
    let words = |rule: Json, inputs: Json| -> Vec<(&'static str, String)> {
        let mut file = file_with(&rule, &[]);
        file["nodes"][0]["children"][0]["inputs"] = inputs;
        let set = set_of(&file);
        let placed = set.leaf("1.1").unwrap();
        let said = rule_words(&set, placed.node, placed.leaf);
        let params =
            |said: Said| said.params.into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ");
        said.into_iter().map(|said| (said.code, params(said))).collect()
    };
    let of = |code: &'static str, params: &str| (code, params.to_owned());
    let ab = json!([{"name": "a", "label": "đã làm"}, "b"]);
    let cases = [
        (
            json!({"type": "linear", "num": "a", "den": "a+b", "zero_denominator": "full"}),
            ab.clone(),
            vec![of("linear", "num=đã làm den=đã làm + b"), of("zero_full", "")],
        ),
        (
            json!({"type": "linear_floor", "num": "a", "den": "b", "zero_below_percent": "90"}),
            ab.clone(),
            vec![of("linear_floor", "num=đã làm den=b floor=90")],
        ),
        (
            json!({"type": "linear_to_target", "num": "a", "den": "b", "target_percent": "80", "cap_percent": "90"}),
            ab.clone(),
            vec![of("linear_to_target", "num=đã làm den=b target=80"), of("cap", "cap=90")],
        ),
        (
            json!({"type": "choice", "options": [{"key": "x", "label": "Kịp thời", "points": 4}, {"key": "y", "percent": "12.5"}]}),
            json!([]),
            vec![of("option", "option=Kịp thời points=4"), of("option", "option=y points=0,5")],
        ),
        (
            json!({"type": "step", "value": "100*a/b", "steps": [{"gt": 90, "points": 2}, {"else": true, "points": 0}]}),
            ab.clone(),
            vec![of("bands", "formula=100 × đã làm / b"), of("band", "band=> 90 points=2"), of("band_else", "points=0")],
        ),
        (
            json!({"type": "count_unit", "count": "a", "points_per_unit": "0.5", "cap": 2}),
            ab.clone(),
            vec![of("count_unit", "count=đã làm each=0,5 cap=2")],
        ),
        (
            json!({"type": "deduction", "start": 4, "per": {"a": 1, "b": "0.5"}, "floor": 0}),
            ab,
            vec![of("deduction", "start=4 parts=đã làm: 1; b: 0,5 floor=0")],
        ),
        (
            json!({"type": "survey", "instrument": "dan"}),
            json!([]),
            vec![of("survey", "instrument=Phiếu người dân percents=A: 100 %; D: 0 %")],
        ),
        (json!({"type": "boolean"}), json!([]), vec![of("boolean", "max=4")]),
        (json!({"type": "leadership"}), json!([]), vec![of("leadership", "max=4")]),
    ];
    for (rule, inputs, expected) in cases {
        assert_eq!(words(rule.clone(), inputs), expected, "{rule}");
    }
}

#[test]
fn two_sets_are_compared_by_code() {
    let old = file_with(&json!({"type": "boolean"}), &[]);
    let change = |change: &dyn Fn(&mut Json)| {
        let mut new = old.clone();
        change(&mut new);
        diff(&set_of(&old), &set_of(&new)).into_iter().map(|found| (found.code, found.fate, found.aspects)).collect::<Vec<_>>()
    };
    let leaf = |file: &mut Json, key: &str, value: Json| file["nodes"][0]["children"][0][key] = value;
    let changed = |aspects: &[Aspect]| vec![("1.1".to_owned(), Fate::Changed, aspects.to_vec())];
    assert_eq!(change(&|_| ()), []);
    assert_eq!(change(&|file| leaf(file, "name", json!("Tên khác"))), changed(&[Aspect::Name]));
    assert_eq!(change(&|file| leaf(file, "max", json!("3.5"))), changed(&[Aspect::Maximum]));
    assert_eq!(change(&|file| leaf(file, "rule", json!({"type": "leadership"}))), changed(&[Aspect::Rule]));
    assert_eq!(change(&|file| leaf(file, "evidence", json!(["Kế hoạch"]))), changed(&[Aspect::Evidence]));
    assert_eq!(change(&|file| leaf(file, "self_scored", json!(false))), changed(&[Aspect::Source]));
    assert_eq!(
        change(&|file| leaf(file, "code", json!("1.3"))),
        [("1.3".to_owned(), Fate::Added, vec![]), ("1.1".to_owned(), Fate::Removed, vec![])]
    );
    let moved = change(&|file| {
        let node = file["nodes"][0]["children"].as_array_mut().unwrap().remove(1);
        file["nodes"].as_array_mut().unwrap().push(node);
    });
    assert_eq!(moved, [("1.2".to_owned(), Fate::Changed, vec![Aspect::Place])]);
}

#[test]
fn moved_ranks_are_told_the_furthest_first() {
    let found = moves(&[("a", 1), ("b", 2), ("c", 3), ("gone", 4)], &[("c", 1), ("a", 2), ("b", 2), ("new", 4)]);
    let found: Vec<_> = found.iter().map(|moved| (moved.id.as_str(), moved.before, moved.after)).collect();
    assert_eq!(found, [("c", 3, 1), ("a", 1, 2)]);
}

#[test]
fn a_deduction_takes_points_down_to_what_the_rule_can_give_and_a_penalty_up_to_its_maximum() {
    let negative = json!({"type": "negative", "start": 0, "per": {"a": 0.25}, "floor": -1});
    let boolean = json!({"type": "boolean"});
    let cases = [
        (&boolean, "1.1", Some("2"), "0.5", Some("1.5")),
        (&boolean, "1.1", Some("0.25"), "0.5", Some("0")),
        (&boolean, "1.1", None, "0.5", None),
        (&negative, "1.1", Some("-0.75"), "0.5", Some("-1")),
        (&boolean, "9.2", Some("0"), "0.5", Some("0.5")),
        (&boolean, "9.2", None, "0.5", Some("0.5")),
        (&boolean, "9.2", Some("0.75"), "0.5", Some("1")),
    ];
    for (rule, code, now, by, expected) in cases {
        let set = set_of(&file_with(rule, &["a"]));
        let found = set.leaf(code).unwrap().deducted(now.map(exact).as_ref(), &exact(by));
        assert_eq!(found, expected.map(exact), "{code}: {now:?} and {by}");
    }
}

#[test]
fn a_figure_that_jumped_is_told_and_one_that_moved_is_not() {
    let set = set_of(&file_with(&json!({"type": "linear", "num": "a", "den": "b"}), &["a", "b"]));
    let leaf = set.leaf("1.1").unwrap().leaf;
    let numbers = |a: &str, b: &str| Value::Numbers([("a".to_owned(), exact(a)), ("b".to_owned(), exact(b))].into());
    for (before, now, expected) in [
        (("100", "100"), ("199", "100"), vec![]),
        (("100", "100"), ("200", "100"), vec!["a"]),
        (("100", "100"), ("50", "100"), vec!["a"]),
        (("100", "100"), ("51", "100"), vec![]),
        (("1", "100"), ("9", "100"), vec![]),
        (("0", "100"), ("10", "1774"), vec!["a", "b"]),
    ] {
        let found = jumps(leaf, &numbers(now.0, now.1), &numbers(before.0, before.1));
        let found: Vec<_> = found.iter().map(|said| said.words()[0].1.clone()).collect();
        assert_eq!(found, expected, "{before:?} {now:?}");
    }
    assert_eq!(jumps(leaf, &Value::Yes(true), &numbers("1", "2")), []);
    // Only inputs both years know are compared.
    assert_eq!(jumps(leaf, &numbers("500", "1"), &Value::Numbers([("c".to_owned(), exact("1"))].into())), []);
}

#[test]
fn the_same_figures_in_two_units_are_told_to_both() {
    let numbers = |a: &str, b: &str| Value::Numbers([("a".to_owned(), exact(a)), ("b".to_owned(), exact(b))].into());
    let (same, small) = (numbers("1774", "1780"), numbers("3", "4"));
    let (one, alone) = (Value::Numbers([("a".to_owned(), exact("500"))].into()), numbers("1774", "1781"));
    let rows = [("A", &same), ("B", &alone), ("C", &same), ("D", &small), ("E", &small), ("F", &one), ("G", &one)];
    let found = same_figures(&rows);
    let told: Vec<_> = found.iter().map(|(unit, said)| (*unit, said.words()[0].1.clone())).collect();
    assert_eq!(told, [("A", "C".to_owned()), ("C", "A".to_owned())]);
}

#[test]
fn a_criterion_that_tells_nobody_apart_or_gives_nobody_points_is_named() {
    let set = set_of(&file_with(&json!({"type": "linear", "num": "a", "den": "b"}), &["a", "b"]));
    let odd = |shares: &[i64], yes: &[bool]| -> Vec<(String, Oddity, String)> {
        let scores = shares.iter().zip(yes).map(|(share, yes)| {
            let mut unit = unit_of("u", (0, 1, *yes, 0, false));
            let numbers = [("a".to_owned(), Exact::from(*share)), ("b".to_owned(), Exact::from(100))].into();
            unit.entries.insert("1.1".into(), Entry::declared(Value::Numbers(numbers)));
            score(&set, &unit).unwrap()
        });
        let found = odd_criteria(&set, &scores.collect::<Vec<_>>());
        found.into_iter().map(|odd| (odd.code, odd.why, odd.mean_percent.fixed(2))).collect()
    };
    let of = |code: &str, why, mean: &str| (code.to_owned(), why, mean.to_owned());
    assert_eq!(odd(&[100, 50], &[true, true]), [of("1.2", Oddity::Dead, "100.00")]);
    assert_eq!(odd(&[20, 20], &[true, false]), []);
    assert_eq!(odd(&[20, 19], &[true, false]), [of("1.1", Oddity::Harsh, "19.50")]);
    assert_eq!(odd(&[0, 0], &[true, false]), [of("1.1", Oddity::Nobody, "0.00")]);
    assert_eq!(odd(&[], &[]), []);
}
