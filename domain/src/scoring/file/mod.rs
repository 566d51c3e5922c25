//! Criteria-set and inputs files, format 1: from the plain tree to the set and back.

mod inputs;
mod write;

pub use inputs::{read_inputs, read_value};
pub use write::{write_set, write_value};

use std::collections::BTreeSet;

use crate::draft::{FieldError, Problems};
use crate::scoring::exact::{Exact, RoundingMode};
use crate::scoring::expr::Expr;
use crate::scoring::set::{
    Absence, Adjustment, Applicability, Band, BandKind, Body, Bounds, ChoiceOption, CriteriaSet, Gives, Grade, GradeCondition,
    Input, Leaf, Node, PeerGroup, RatioKind, Round, Rounding, Rule, ScoreSource, SurveyScale, TieBreaker, TieMeasure, TiePolicy,
    WithoutSurvey,
};
use crate::scoring::tree::{Scalar, Tree};

/// The version of the file format.
pub const FORMAT: i64 = 1;

/// Every field code of this module.
pub const FIELD_CODES: &[&str] = &[
    "file_not_a_map",
    "file_not_a_list",
    "file_not_text",
    "file_not_a_number",
    "file_not_a_truth_value",
    "file_unknown_key",
    "file_duplicate_key",
    "file_unknown_word",
    "file_format_unsupported",
    "code_must_be_quoted",
    "expression_not_understood",
    "key_na_reserved",
    "value_not_understood",
    "inputs_unknown_criterion",
];

/// Keys that explain and mean nothing.
const PROSE: [&str; 6] = ["note", "shape_from", "test_from_seed", "final", "grade_conditions_example", "score"];
/// The most criteria, options, bands … of one list.
const MAX_ENTRIES: usize = 2_000;
/// How deep the tree may be.
const MAX_DEPTH: usize = 8;

/// Reads a set.
///
/// # Errors
/// Everything that is not understood, each with its place: `nodes/1.1.3/rule/steps/0`.
pub fn read_set(tree: &Tree) -> Result<CriteriaSet, Vec<FieldError>> {
    let mut problems = Problems::new();
    let set = Map::of(tree, "", &mut problems).map(|map| set(map, &mut problems));
    problems.finish()?;
    set.ok_or_else(Vec::new)
}

/// The entries of a map, each taken once; what is left over is unknown.
struct Map<'t> {
    path: String,
    entries: &'t [(Scalar, Tree)],
    taken: BTreeSet<&'static str>,
}

fn at(path: &str, name: impl std::fmt::Display) -> String {
    if path.is_empty() { name.to_string() } else { format!("{path}/{name}") }
}

impl<'t> Map<'t> {
    fn of(tree: &'t Tree, path: &str, problems: &mut Problems) -> Option<Self> {
        let Tree::Map(entries) = tree else {
            problems.add(path, "file_not_a_map");
            return None;
        };
        let mut seen = BTreeSet::new();
        for (key, _) in entries {
            if !seen.insert(key.text.as_str()) {
                problems.add_with(path, "file_duplicate_key", vec![("key", key.text.clone())]);
            }
        }
        Some(Self { path: path.to_owned(), entries, taken: BTreeSet::new() })
    }

    fn take(&mut self, key: &'static str) -> Option<&'t Tree> {
        self.taken.insert(key);
        let found = self.entries.iter().find(|(known, _)| known.text == key).map(|(_, value)| value);
        found.filter(|value| **value != Tree::Null)
    }

    fn at(&self, key: &str) -> String {
        at(&self.path, key)
    }

    fn required(&mut self, key: &'static str, problems: &mut Problems) -> Option<&'t Tree> {
        let found = self.take(key);
        problems.check(found.is_none(), &self.at(key), "required");
        found
    }

    fn scalar(&mut self, key: &'static str, problems: &mut Problems) -> Option<&'t Scalar> {
        match self.take(key)? {
            Tree::Scalar(scalar) => Some(scalar),
            _ => {
                problems.add(self.at(key), "file_not_text");
                None
            }
        }
    }

    fn text(&mut self, key: &'static str, problems: &mut Problems) -> Option<String> {
        let scalar = self.scalar(key, problems)?;
        Some(problems.text(&self.at(key), &scalar.text, 2_000))
    }

    fn required_text(&mut self, key: &'static str, problems: &mut Problems) -> String {
        problems.check(self.entries.iter().all(|(known, _)| known.text != key), &self.at(key), "required");
        self.text(key, problems).unwrap_or_default()
    }

    /// A code: text; a bare number is refused, since `1.10` would become `1.1`.
    fn code(&mut self, key: &'static str, problems: &mut Problems) -> Option<String> {
        let scalar = self.scalar(key, problems)?;
        Some(code(scalar, &self.at(key), problems))
    }

    fn number(&mut self, key: &'static str, problems: &mut Problems) -> Option<Exact> {
        let tree = self.take(key)?;
        number(tree, &self.at(key), problems)
    }

    fn required_number(&mut self, key: &'static str, problems: &mut Problems) -> Exact {
        match self.required(key, problems) {
            Some(tree) => number(tree, &self.at(key), problems).unwrap_or_else(Exact::zero),
            None => Exact::zero(),
        }
    }

    fn truth(&mut self, key: &'static str, problems: &mut Problems) -> Option<bool> {
        match self.take(key)? {
            Tree::Scalar(Scalar { text, quoted: false }) if text == "true" => Some(true),
            Tree::Scalar(Scalar { text, quoted: false }) if text == "false" => Some(false),
            _ => {
                problems.add(self.at(key), "file_not_a_truth_value");
                None
            }
        }
    }

    fn word<T: std::str::FromStr>(&mut self, key: &'static str, allowed: &[&str], problems: &mut Problems) -> Option<T> {
        let scalar = self.scalar(key, problems)?;
        let found = scalar.text.parse().ok();
        if found.is_none() {
            let params = vec![("word", scalar.text.clone()), ("allowed", allowed.join(", "))];
            problems.add_with(self.at(key), "file_unknown_word", params);
        }
        found
    }

    fn list(&mut self, key: &'static str, problems: &mut Problems) -> &'t [Tree] {
        match self.take(key) {
            None => &[],
            Some(Tree::List(items)) => {
                problems.at_most(&self.at(key), items.len(), MAX_ENTRIES);
                items.get(..items.len().min(MAX_ENTRIES)).unwrap_or_default()
            }
            Some(_) => {
                problems.add(self.at(key), "file_not_a_list");
                &[]
            }
        }
    }

    fn map(&mut self, key: &'static str, problems: &mut Problems) -> Option<Map<'t>> {
        let path = self.at(key);
        self.take(key).and_then(|tree| Map::of(tree, &path, problems))
    }

    fn expression(&mut self, key: &'static str, problems: &mut Problems) -> Option<Expr> {
        let path = self.at(key);
        let scalar = match self.required(key, problems)? {
            Tree::Scalar(scalar) => scalar,
            _ => {
                problems.add(path, "file_not_text");
                return None;
            }
        };
        Expr::parse(&scalar.text)
            .map_err(|error| problems.add_with(path, "expression_not_understood", vec![("near", error.0)]))
            .ok()
    }

    /// Everything that was not taken is unknown, but for prose.
    fn end(self, problems: &mut Problems) {
        for (key, _) in self.entries {
            if !self.taken.contains(key.text.as_str()) && !PROSE.contains(&key.text.as_str()) {
                problems.add_with(self.path.clone(), "file_unknown_key", vec![("key", key.text.clone())]);
            }
        }
    }
}

fn code(scalar: &Scalar, path: &str, problems: &mut Problems) -> String {
    if scalar.looks_like_a_number() {
        problems.add_with(path, "code_must_be_quoted", vec![("code", scalar.text.clone())]);
    }
    problems.line(path, &scalar.text, 60)
}

fn number(tree: &Tree, path: &str, problems: &mut Problems) -> Option<Exact> {
    let found = match tree {
        Tree::Scalar(scalar) => scalar.text.parse().ok(),
        _ => None,
    };
    problems.check(found.is_none(), path, "file_not_a_number");
    found
}

fn codes<T: Copy>(all: &[T], code: impl Fn(T) -> &'static str) -> Vec<&'static str> {
    all.iter().map(|one| code(*one)).collect()
}

macro_rules! word {
    ($map:expr, $key:literal, $of:ty, $problems:expr) => {
        $map.word::<$of>($key, &codes(<$of>::ALL, <$of>::code), $problems)
    };
}

fn set(mut map: Map<'_>, problems: &mut Problems) -> CriteriaSet {
    if let Some(version) = map.number("format", problems) {
        problems.check(version != Exact::from(FORMAT), "format", "file_format_unsupported");
    }
    let year = map.number("year", problems).map(|year| year.whole().and_then(|year| i32::try_from(year).ok()));
    problems.check(year == Some(None), "year", "file_not_a_number");
    let set = CriteriaSet {
        id: map.required_text("id", problems),
        title: map.required_text("title", problems),
        status: map.required_text("status", problems),
        level: map.required_text("level", problems),
        year: year.flatten(),
        legal_basis: map.text("legal_basis", problems),
        scale: map.required_number("scale", problems),
        appraisal_points: map.number("appraisal_points", problems),
        survey_points: map.number("survey_points", problems),
        rounding: rounding(&mut map, problems),
        without_survey: word!(map, "without_survey", WithoutSurvey, problems).unwrap_or(WithoutSurvey::Rescale),
        grades: each(&mut map, "grades", problems, grade),
        grade_conditions: each(&mut map, "grade_conditions", problems, grade_condition),
        tie_policy: word!(map, "tie_policy", TiePolicy, problems).unwrap_or(TiePolicy::Competition),
        tie_breakers: tie_breakers(&mut map, problems),
        peer_groups: each(&mut map, "peer_groups", problems, |mut map, problems| {
            let group = PeerGroup { code: map.code("code", problems)?, name: map.required_text("name", problems) };
            map.end(problems);
            Some(group)
        }),
        bonus_cap: map.number("bonus_cap", problems).unwrap_or_else(Exact::zero),
        penalty_cap: map.number("penalty_cap", problems).unwrap_or_else(Exact::zero),
        survey: survey_scale(&mut map, problems),
        nodes: {
            map.required("nodes", problems);
            nodes(&mut map, "nodes", 0, problems)
        },
    };
    map.end(problems);
    set
}

/// Every entry of a list of maps.
fn each<'t, T>(
    map: &mut Map<'t>,
    key: &'static str,
    problems: &mut Problems,
    read: impl Fn(Map<'t>, &mut Problems) -> Option<T>,
) -> Vec<T> {
    let path = map.at(key);
    let mut found = Vec::new();
    for (index, item) in map.list(key, problems).iter().enumerate() {
        if let Some(inner) = Map::of(item, &at(&path, index), problems) {
            found.extend(read(inner, problems));
        }
    }
    found
}

fn rounding(map: &mut Map<'_>, problems: &mut Problems) -> Rounding {
    problems.check(map.take("rounding").is_none(), "rounding", "required");
    let Some(mut inner) = map.map("rounding", problems) else { return Rounding::default() };
    let mut moment = |key: &'static str| -> Option<Round> {
        let mut inner = inner.map(key, problems)?;
        let places = inner.required_number("places", problems).whole().and_then(|places| u32::try_from(places).ok());
        let path = inner.at("places");
        problems.check(places.is_none_or(|places| places > crate::scoring::STORED_PLACES), &path, "file_not_a_number");
        let mode = word!(inner, "mode", RoundingMode, problems).unwrap_or(RoundingMode::HalfUp);
        inner.end(problems);
        Some(Round { places: places.unwrap_or_default(), mode })
    };
    let found = Rounding { sub_score: moment("sub_score"), field: moment("field"), total: moment("total") };
    inner.end(problems);
    found
}

fn grade(mut map: Map<'_>, problems: &mut Problems) -> Option<Grade> {
    let grade = Grade {
        code: map.code("code", problems).unwrap_or_default(),
        name: map.required_text("name", problems),
        at_least: map.required_number("ge", problems),
    };
    map.end(problems);
    Some(grade)
}

fn grade_condition(mut map: Map<'_>, problems: &mut Problems) -> Option<GradeCondition> {
    let condition = GradeCondition {
        grade: map.code("grade", problems).unwrap_or_default(),
        every_field_percent: map.number("every_field_percent_ge", problems),
        every_criterion_percent: map.number("every_criterion_percent_ge", problems),
    };
    map.end(problems);
    Some(condition)
}

fn tie_breakers(map: &mut Map<'_>, problems: &mut Problems) -> Vec<TieBreaker> {
    each(map, "tie_breakers", problems, |mut map, problems| {
        let measure = word!(map, "by", TieMeasure, problems);
        let node = map.code("node", problems);
        let path = map.path.clone();
        map.end(problems);
        match (measure, node) {
            (Some(measure), None) => Some(TieBreaker::By(measure)),
            (None, Some(node)) => Some(TieBreaker::Node(node)),
            _ => {
                problems.add(path, "required");
                None
            }
        }
    })
}

fn survey_scale(map: &mut Map<'_>, problems: &mut Problems) -> SurveyScale {
    let Some(mut inner) = map.map("survey", problems) else { return SurveyScale::default() };
    let options = each(&mut inner, "options", problems, |mut map, problems| {
        let option = (map.code("key", problems)?, map.required_number("percent", problems));
        map.end(problems);
        Some(option)
    });
    let mut instruments = Vec::new();
    if let Some(Map { path, entries, .. }) = inner.map("instruments", problems) {
        for (key, name) in entries {
            match name {
                Tree::Scalar(name) => instruments.push((code(key, &at(&path, &key.text), problems), name.text.clone())),
                _ => problems.add(at(&path, &key.text), "file_not_text"),
            }
        }
    }
    inner.end(problems);
    SurveyScale { options, instruments }
}

fn nodes<'t>(map: &mut Map<'t>, key: &'static str, depth: usize, problems: &mut Problems) -> Vec<Node> {
    let path = map.at(key);
    if depth > MAX_DEPTH {
        problems.at_most(&path, depth, MAX_DEPTH);
        return Vec::new();
    }
    each(map, key, problems, |mut map, problems| {
        let code = map.code("code", problems);
        problems.check(code.is_none(), &map.at("code"), "required");
        let code = code.unwrap_or_default();
        // From here on the place is named by the code, which people know, not by positions.
        map.path = format!("nodes/{code}");
        let (name, max) = (map.required_text("name", problems), map.required_number("max", problems));
        let body = if map.take("children").is_some() {
            let adjustments = map.truth("adjustments", problems).unwrap_or_default();
            Body::Group { adjustments, children: nodes(&mut map, "children", depth + 1, problems) }
        } else {
            Body::Leaf(Box::new(leaf(&mut map, problems)?))
        };
        map.end(problems);
        Some(Node { code, name, max, body })
    })
}

fn leaf(map: &mut Map<'_>, problems: &mut Problems) -> Option<Leaf> {
    map.required("score_source", problems);
    map.required("rule", problems);
    let source = word!(map, "score_source", ScoreSource, problems);
    let (bonus, penalty) = (map.truth("bonus", problems), map.truth("penalty", problems));
    let rule = map.map("rule", problems).and_then(|inner| rule(inner, problems));
    let leaf_inputs = inputs(map, problems);
    let evidence_path = map.at("evidence");
    let mut evidence = Vec::new();
    for (index, item) in map.list("evidence", problems).iter().enumerate() {
        match item {
            Tree::Scalar(scalar) => evidence.push(problems.text(&at(&evidence_path, index), &scalar.text, 500)),
            _ => problems.add(at(&evidence_path, index), "file_not_text"),
        }
    }
    let source_or = source.unwrap_or(ScoreSource::Appraisal);
    let self_scored = map.truth("self_scored", problems).unwrap_or(source_or == ScoreSource::Appraisal);
    let leaf = Leaf {
        source: source_or,
        rule: rule?,
        inputs: leaf_inputs,
        evidence,
        evidence_required: map.truth("evidence_required", problems).unwrap_or_default(),
        self_scored,
        na_policy: word!(map, "na_policy", Absence, problems).unwrap_or(Absence::Refuse),
        applies_to: map.map("applies_to", problems).map(|inner| applicability(inner, problems)),
        appraiser_group: map.code("appraiser_group", problems),
        adjustment: match (bonus, penalty) {
            (Some(true), _) => Adjustment::Bonus,
            (_, Some(true)) => Adjustment::Penalty,
            _ => Adjustment::None,
        },
    };
    source.map(|_| leaf)
}

fn applicability(mut map: Map<'_>, problems: &mut Problems) -> Applicability {
    let mut list = |key: &'static str| -> Vec<String> {
        let path = map.at(key);
        let items = map.list(key, problems).iter().enumerate();
        items
            .filter_map(|(index, item)| match item {
                Tree::Scalar(scalar) => Some(scalar.text.clone()),
                _ => {
                    problems.add(at(&path, index), "file_not_text");
                    None
                }
            })
            .collect()
    };
    let (kinds, groups) = (list("kinds"), list("groups"));
    let found = Applicability { kinds, groups, ground: map.text("ground", problems) };
    map.end(problems);
    found
}

/// Inputs: bare names, or maps with a label and the record they are counted from.
fn inputs(map: &mut Map<'_>, problems: &mut Problems) -> Vec<Input> {
    let path = map.at("inputs");
    let mut found = Vec::new();
    for (index, item) in map.list("inputs", problems).iter().enumerate() {
        let path = at(&path, index);
        match item {
            Tree::Scalar(scalar) => found.push(Input { name: problems.line(&path, &scalar.text, 60), label: None, bind: None }),
            item => {
                if let Some(mut map) = Map::of(item, &path, problems) {
                    let name = map.required_text("name", problems);
                    found.push(Input { name, label: map.text("label", problems), bind: map.text("bind", problems) });
                    map.end(problems);
                }
            }
        }
    }
    found
}

fn rule(mut map: Map<'_>, problems: &mut Problems) -> Option<Rule> {
    let kind = map.required_text("type", problems);
    let zero =
        |map: &mut Map<'_>, problems: &mut Problems| word!(map, "zero_denominator", Absence, problems).unwrap_or(Absence::Refuse);
    let found = match kind.as_str() {
        "choice" => Some(Rule::Choice(each(&mut map, "options", problems, option))),
        "boolean" => Some(Rule::Boolean),
        "step" | "timeliness" | "step_linear" => {
            let kind = kind.parse::<BandKind>().ok()?;
            let (value, list) = (map.expression("value", problems), if kind == BandKind::StepLinear { "bands" } else { "steps" });
            let bands = each(&mut map, list, problems, band);
            let zero_denominator = zero(&mut map, problems);
            value.map(|value| Rule::Bands { kind, value, bands, zero_denominator })
        }
        "linear" | "linear_floor" | "linear_to_target" => {
            let kind = kind.parse::<RatioKind>().ok()?;
            let (num, den) = (map.expression("num", problems), map.expression("den", problems));
            let floor = (kind == RatioKind::LinearFloor).then(|| map.required_number("zero_below_percent", problems));
            let target = (kind == RatioKind::LinearToTarget).then(|| map.required_number("target_percent", problems));
            let cap_percent = map.number("cap_percent", problems).unwrap_or_else(Exact::hundred);
            if let Some(word) = map.scalar("over_cap", problems).filter(|word| word.text != "warn") {
                let params = vec![("word", word.text.clone()), ("allowed", "warn".to_owned())];
                problems.add_with(map.at("over_cap"), "file_unknown_word", params);
            }
            let zero_denominator = zero(&mut map, problems);
            let (zero_below_percent, target_percent) = (floor, target);
            num.zip(den).map(|(num, den)| Rule::Ratio {
                kind,
                num,
                den,
                zero_below_percent,
                target_percent,
                cap_percent,
                zero_denominator,
            })
        }
        "count_unit" => {
            let count = map.expression("count", problems);
            let (points_per_unit, cap) = (map.required_number("points_per_unit", problems), map.required_number("cap", problems));
            count.map(|count| Rule::CountUnit { count, points_per_unit, cap })
        }
        "deduction" | "negative" => Some(Rule::Deduction {
            negative: kind == "negative",
            start: map.required_number("start", problems),
            per: per(&mut map, problems),
            floor: map.required_number("floor", problems),
        }),
        "survey" => Some(Rule::Survey { instrument: map.required_text("instrument", problems) }),
        "external_scaled" => {
            let (value, of) = (map.expression("value", problems), map.required_number("of", problems));
            value.map(|value| Rule::ExternalScaled { value, of })
        }
        "leadership" => Some(Rule::Leadership),
        "formula" => {
            let (value, zero_denominator) = (map.expression("value", problems), zero(&mut map, problems));
            value.map(|value| Rule::Formula { value, zero_denominator })
        }
        _ => {
            let params = vec![("word", kind.clone()), ("allowed", KINDS.join(", "))];
            problems.add_with(map.at("type"), "file_unknown_word", params);
            return None;
        }
    };
    map.end(problems);
    found
}

/// Every kind of rule, as files name it.
pub const KINDS: [&str; 15] = [
    "choice",
    "boolean",
    "step",
    "step_linear",
    "timeliness",
    "linear",
    "linear_floor",
    "linear_to_target",
    "count_unit",
    "deduction",
    "negative",
    "survey",
    "external_scaled",
    "leadership",
    "formula",
];

fn per(map: &mut Map<'_>, problems: &mut Problems) -> Vec<(String, Exact)> {
    problems.check(map.take("per").is_none(), &map.at("per"), "required");
    let Some(Map { path, entries, .. }) = map.map("per", problems) else { return Vec::new() };
    let read = |(key, points): &(Scalar, Tree)| Some((key.text.clone(), number(points, &at(&path, &key.text), problems)?));
    entries.iter().filter_map(read).collect()
}

/// `points`, `percent` or, where allowed, `formula`.
fn gives(map: &mut Map<'_>, formula: bool, problems: &mut Problems) -> Gives {
    let (points, percent) = (map.number("points", problems), map.number("percent", problems));
    if formula && map.take("formula").is_some() {
        return map.expression("formula", problems).map_or_else(|| Gives::Points(Exact::zero()), Gives::Formula);
    }
    match (points, percent) {
        (Some(points), None) => Gives::Points(points),
        (None, Some(percent)) => Gives::Percent(percent),
        _ => {
            problems.add(map.at("points"), "required");
            Gives::Points(Exact::zero())
        }
    }
}

fn option(mut map: Map<'_>, problems: &mut Problems) -> Option<ChoiceOption> {
    let key = map.code("key", problems)?;
    problems.check(key == "NA", &map.at("key"), "key_na_reserved");
    let label = map.text("label", problems).unwrap_or_else(|| key.clone());
    let option = ChoiceOption { key, label, gives: gives(&mut map, false, problems) };
    map.end(problems);
    Some(option)
}

fn band(mut map: Map<'_>, problems: &mut Problems) -> Option<Band> {
    let mut bound = |closed: &'static str, open: &'static str| {
        let (closed, open) = (map.number(closed, problems), map.number(open, problems));
        closed.map(|bound| (bound, true)).or_else(|| open.map(|bound| (bound, false)))
    };
    let bounds = Bounds { lower: bound("ge", "gt"), upper: bound("le", "lt") };
    let rest = map.truth("else", problems).unwrap_or_default();
    problems.check(bounds.is_else() != rest, &map.path.clone(), "required");
    let band = Band { bounds, gives: gives(&mut map, true, problems) };
    map.end(problems);
    Some(band)
}
