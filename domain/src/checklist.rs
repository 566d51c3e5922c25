//! Checklist lines: typed values and verdicts, two separate facts.
//!
//! Values are stored as declared and never corrected: what looks odd is warned about. Answers are
//! append-only operations; the current answer is their fold.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::draft::Problems;

/// Every field code of this module, besides those of [`crate::draft`].
pub const FIELD_CODES: &[&str] =
    &["wrong_type", "not_yes_no", "not_integer", "not_number", "ambiguous_number", "negative", "too_large", "too_many_decimals"];

/// Every warning code of this module; `warning.<code>` in the catalogue.
pub const WARNING_CODES: &[&str] = &[
    "ratio_above_one",
    "denominator_zero",
    "drawn_above_population",
    "failed_above_drawn",
    "failed_ids_differ",
    "failed_ids_repeated",
];

/// The largest whole number kept: exact in every JSON reader, and above any budget in VND.
pub const MAX_INTEGER: i64 = 9_000_000_000_000_000;
/// Decimal places of a plain number.
pub const MAX_DECIMALS: usize = 6;
/// Characters of a text value, and of a note.
pub const MAX_TEXT: usize = 4_000;
/// Ids of failed cases in one sample.
pub const MAX_FAILED_IDS: usize = 500;
/// Version of a line nobody has answered.
pub const FIRST_VERSION: i64 = 1;

code_enum! {
    /// What kind of visit a checklist serves.
    pub enum InspectionKind ("inspection_kind") {
        /// Internal audit by ISO 9001 clause 9.2.
        InternalAudit = "internal_audit",
        /// Check of the quality system by the superior level.
        IsoCheck = "iso_check",
        /// Inspection of public administration reform (kiểm tra CCHC, never thanh tra).
        Cchc = "cchc",
    }
}

code_enum! {
    /// The type of a line's value.
    pub enum AnswerType ("answer_type") {
        /// Yes or no.
        YesNo = "yes_no",
        /// A plain number.
        Number = "number",
        /// Numerator and denominator, both kept as declared.
        Ratio = "ratio",
        /// A whole number of things.
        Count = "count",
        /// An amount in VND.
        Amount = "amount",
        /// A sample: population, drawn, failed, ids of the failed.
        Sample = "sample",
        /// Free text.
        Text = "text",
    }
}

code_enum! {
    /// What the inspector concludes on a line. No verdict yet is the absence of one.
    pub enum Verdict ("verdict") {
        /// Đạt.
        Conform = "conform",
        /// Đạt một phần.
        Partial = "partial",
        /// Chưa đạt.
        Nonconform = "nonconform",
        /// Không áp dụng.
        NotApplicable = "not_applicable",
        /// Không kiểm tra.
        NotAudited = "not_audited",
    }
}

/// What was found on a line, of the line's [`AnswerType`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Value {
    /// Yes or no.
    YesNo {
        /// The answer.
        value: bool,
    },
    /// A plain number.
    Number {
        /// Decimal string with a point, exactly as declared: `"-12.50"`.
        value: String,
    },
    /// Two whole numbers, neither reduced nor capped.
    Ratio {
        /// The part.
        numerator: i64,
        /// The whole.
        denominator: i64,
    },
    /// A whole number of things.
    Count {
        /// How many.
        value: i64,
    },
    /// An amount of money.
    Amount {
        /// VND.
        value: i64,
    },
    /// Cases drawn from a list.
    Sample {
        /// Cases in the list.
        population: i64,
        /// Cases looked at.
        drawn: i64,
        /// Cases that failed.
        failed: i64,
        /// Their numbers.
        #[serde(default)]
        failed_ids: Vec<String>,
    },
    /// Free text.
    Text {
        /// The text.
        value: String,
    },
}

/// Something odd about a value that is kept as declared. Never blocks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// Stable code, which is also the key `warning.<code>` of its sentence.
    pub code: &'static str,
    /// Values for the sentence, by name.
    pub params: Vec<(&'static str, String)>,
}

impl Value {
    /// The type of this value.
    #[must_use]
    pub const fn answer_type(&self) -> AnswerType {
        match self {
            Self::YesNo { .. } => AnswerType::YesNo,
            Self::Number { .. } => AnswerType::Number,
            Self::Ratio { .. } => AnswerType::Ratio,
            Self::Count { .. } => AnswerType::Count,
            Self::Amount { .. } => AnswerType::Amount,
            Self::Sample { .. } => AnswerType::Sample,
            Self::Text { .. } => AnswerType::Text,
        }
    }

    /// Adds what is wrong with the value for a line of type `expected`, by the value's own field
    /// names (`value`, `numerator`, `failed_ids/0` …).
    pub fn check(&self, expected: AnswerType, problems: &mut Problems) {
        if self.answer_type() != expected {
            return problems.add_with("type", "wrong_type", vec![("expected", expected.to_string())]);
        }
        match self {
            Self::YesNo { .. } => {}
            Self::Number { value } => check_decimal(value, problems),
            Self::Ratio { numerator, denominator } => {
                check_integer("numerator", *numerator, problems);
                check_integer("denominator", *denominator, problems);
            }
            Self::Count { value } | Self::Amount { value } => check_integer("value", *value, problems),
            Self::Sample { population, drawn, failed, failed_ids } => {
                check_integer("population", *population, problems);
                check_integer("drawn", *drawn, problems);
                check_integer("failed", *failed, problems);
                check_ids(failed_ids, problems);
            }
            Self::Text { value } => {
                problems.text("value", value, MAX_TEXT);
            }
        }
    }

    /// Trims and composes the texts in the value; numbers stay as declared.
    pub fn clean(&mut self) {
        match self {
            Self::Text { value } => *value = crate::text::clean(value),
            Self::Sample { failed_ids, .. } => failed_ids.iter_mut().for_each(|id| *id = crate::text::clean(id)),
            Self::YesNo { .. } | Self::Number { .. } | Self::Ratio { .. } | Self::Count { .. } | Self::Amount { .. } => {}
        }
    }

    /// The value a form sends for a line of type `expected`; `None` when all its fields are blank
    /// or one is wrong, which is then in `problems`.
    ///
    /// Numbers are read as people here write them: `1.250.000`, `12,5`. A single point before three
    /// digits (`1.250`) is refused where it could mean either.
    pub fn parse<'a>(expected: AnswerType, field: impl Fn(&str) -> Option<&'a str>, problems: &mut Problems) -> Option<Self> {
        let form = Form { field: &field };
        if form.is_blank(expected) {
            return None;
        }
        let mut own = Problems::new();
        let value = form.value(expected, &mut own);
        if let Some(value) = &value {
            value.check(expected, &mut own);
        }
        match own.finish() {
            Ok(()) => value,
            Err(errors) => {
                errors.into_iter().for_each(|error| problems.add_with(error.field, error.code, error.params));
                None
            }
        }
    }

    /// What is odd about the value. It is kept as declared all the same.
    #[must_use]
    pub fn warnings(&self) -> Vec<Warning> {
        let mut found = Vec::new();
        let mut warn = |odd: bool, code, params: &[(&'static str, i64)]| {
            if odd {
                let params = params.iter().map(|(name, value)| (*name, grouped(*value))).collect();
                found.push(Warning { code, params });
            }
        };
        match self {
            Self::Ratio { denominator: 0, numerator } => warn(true, "denominator_zero", &[("numerator", *numerator)]),
            Self::Ratio { numerator, denominator } => {
                warn(numerator > denominator, "ratio_above_one", &[("numerator", *numerator), ("denominator", *denominator)])
            }
            Self::Sample { population, drawn, failed, failed_ids } => {
                let listed = i64::try_from(failed_ids.len()).unwrap_or(i64::MAX);
                warn(drawn > population, "drawn_above_population", &[("drawn", *drawn), ("population", *population)]);
                warn(failed > drawn, "failed_above_drawn", &[("failed", *failed), ("drawn", *drawn)]);
                let differ = listed > 0 && listed != *failed;
                warn(differ, "failed_ids_differ", &[("failed", *failed), ("listed", listed)]);
                warn(has_repetition(failed_ids), "failed_ids_repeated", &[]);
            }
            _ => {}
        }
        found
    }

    /// Percent in hundredths, rounded half up, exact and uncapped: of a ratio, and of the failed
    /// among the drawn of a sample. `None` for other types and when the whole is zero.
    #[must_use]
    pub fn percent_hundredths(&self) -> Option<i64> {
        match self {
            Self::Ratio { numerator, denominator } => percent_hundredths(*numerator, *denominator),
            Self::Sample { drawn, failed, .. } => percent_hundredths(*failed, *drawn),
            _ => None,
        }
    }

    /// The value as Vietnamese papers write it: `484/482 (100,41 %)`, `1.250.000 đồng`.
    #[must_use]
    pub fn display_vi(&self) -> String {
        match self {
            Self::YesNo { value: true } => "Có".to_owned(),
            Self::YesNo { value: false } => "Không".to_owned(),
            Self::Number { value } => decimal_vi(value),
            Self::Ratio { numerator, denominator } => {
                format!("{}/{}{}", grouped(*numerator), grouped(*denominator), self.percent_vi())
            }
            Self::Count { value } => grouped(*value),
            Self::Amount { value } => format!("{} đồng", grouped(*value)),
            Self::Sample { population, drawn, failed, .. } => format!(
                "kiểm tra {}/{}, không đạt {}{}",
                grouped(*drawn),
                grouped(*population),
                grouped(*failed),
                self.percent_vi()
            ),
            Self::Text { value } => value.clone(),
        }
    }

    fn percent_vi(&self) -> String {
        self.percent_hundredths()
            .map_or_else(String::new, |p| format!(" ({},{:02} %)", grouped(p.div_euclid(100)), p.rem_euclid(100)))
    }
}

fn percent_hundredths(part: i64, whole: i64) -> Option<i64> {
    let (part, whole) = (i128::from(part), i128::from(whole));
    if whole <= 0 {
        return None;
    }
    i64::try_from((20_000 * part + whole).div_euclid(2 * whole)).ok()
}

fn check_integer(field: &str, value: i64, problems: &mut Problems) {
    problems.check(value < 0, field, "negative");
    if value > MAX_INTEGER {
        problems.add_with(field, "too_large", vec![("max", grouped(MAX_INTEGER))]);
    }
}

fn check_decimal(text: &str, problems: &mut Problems) {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    if !is_digits(whole) || !is_digits(fraction) {
        return problems.add("value", "not_number");
    }
    if whole.trim_start_matches('0').len() > 15 || whole.len() > 30 {
        problems.add_with("value", "too_large", vec![("max", grouped(MAX_INTEGER))]);
    }
    if fraction.len() > MAX_DECIMALS {
        problems.add_with("value", "too_many_decimals", vec![("max", MAX_DECIMALS.to_string())]);
    }
}

fn check_ids(ids: &[String], problems: &mut Problems) {
    problems.at_most("failed_ids", ids.len(), MAX_FAILED_IDS);
    for (row, id) in ids.iter().take(MAX_FAILED_IDS).enumerate() {
        problems.text(&format!("failed_ids/{row}"), id, 100);
    }
}

fn has_repetition(ids: &[String]) -> bool {
    let distinct: std::collections::BTreeSet<_> = ids.iter().map(|id| id.trim()).collect();
    distinct.len() < ids.len()
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `1234567` as `1.234.567`.
fn grouped(value: i64) -> String {
    let sign = if value < 0 { "-" } else { "" };
    format!("{sign}{}", grouped_digits(&value.unsigned_abs().to_string()))
}

fn grouped_digits(digits: &str) -> String {
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push('.');
        }
        text.push(digit);
    }
    text
}

/// `-1234.50` as `-1.234,50`; what is not a decimal stays as it is.
fn decimal_vi(text: &str) -> String {
    let (sign, unsigned) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    match unsigned.split_once('.') {
        Some((whole, fraction)) if is_digits(whole) => format!("{sign}{},{fraction}", grouped_digits(whole)),
        None if is_digits(unsigned) => format!("{sign}{}", grouped_digits(unsigned)),
        _ => text.to_owned(),
    }
}

/// The fields of a form, by name.
struct Form<'f, F> {
    field: &'f F,
}

impl<'a, F: Fn(&str) -> Option<&'a str>> Form<'_, F> {
    fn text(&self, name: &str) -> &'a str {
        (self.field)(name).unwrap_or_default().trim()
    }

    fn is_blank(&self, expected: AnswerType) -> bool {
        let names: &[&str] = match expected {
            AnswerType::Ratio => &["numerator", "denominator"],
            AnswerType::Sample => &["population", "drawn", "failed", "failed_ids"],
            _ => &["value"],
        };
        names.iter().all(|name| self.text(name).is_empty())
    }

    fn value(&self, expected: AnswerType, problems: &mut Problems) -> Option<Value> {
        match expected {
            AnswerType::YesNo => self.yes_no(problems).map(|value| Value::YesNo { value }),
            AnswerType::Number => self.decimal(problems).map(|value| Value::Number { value }),
            AnswerType::Ratio => {
                let (part, whole) = (self.integer("numerator", problems), self.integer("denominator", problems));
                Some(Value::Ratio { numerator: part?, denominator: whole? })
            }
            AnswerType::Count => self.integer("value", problems).map(|value| Value::Count { value }),
            AnswerType::Amount => self.integer("value", problems).map(|value| Value::Amount { value }),
            AnswerType::Sample => self.sample(problems),
            AnswerType::Text => Some(Value::Text { value: crate::text::clean(self.text("value")) }),
        }
    }

    fn sample(&self, problems: &mut Problems) -> Option<Value> {
        let population = self.integer("population", problems);
        let drawn = self.integer("drawn", problems);
        let failed = self.integer("failed", problems);
        let ids = self.text("failed_ids").split([',', ';', '\n']).map(crate::text::clean);
        let failed_ids = ids.filter(|id| !id.is_empty()).collect();
        Some(Value::Sample { population: population?, drawn: drawn?, failed: failed?, failed_ids })
    }

    fn yes_no(&self, problems: &mut Problems) -> Option<bool> {
        match self.text("value") {
            "true" | "yes" | "1" => Some(true),
            "false" | "no" | "0" => Some(false),
            _ => {
                problems.add("value", "not_yes_no");
                None
            }
        }
    }

    fn integer(&self, name: &str, problems: &mut Problems) -> Option<i64> {
        let read = match self.text(name) {
            "" => Err("required"),
            text => read_integer(text),
        };
        match read {
            Ok(value) => Some(value),
            Err("too_large") => {
                problems.add_with(name, "too_large", vec![("max", grouped(MAX_INTEGER))]);
                None
            }
            Err(code) => {
                problems.add(name, code);
                None
            }
        }
    }

    fn decimal(&self, problems: &mut Problems) -> Option<String> {
        read_decimal(self.text("value")).map_err(|code| problems.add("value", code)).ok()
    }
}

/// A whole number, its thousands grouped by points or blanks or not at all.
fn read_integer(text: &str) -> Result<i64, &'static str> {
    let (sign, unsigned) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let digits = ungrouped(unsigned).ok_or("not_integer")?;
    digits.parse::<i64>().map(|value| sign * value).or(Err("too_large"))
}

/// A number with a decimal comma, or with a point where that can mean nothing else; canonical form.
fn read_decimal(text: &str) -> Result<String, &'static str> {
    let (sign, unsigned) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (whole, fraction) = match (unsigned.split_once(','), unsigned.split_once('.')) {
        (Some((whole, fraction)), _) => (ungrouped(whole), Some(fraction)),
        (None, Some((whole, rest))) if !rest.contains('.') => {
            if rest.len() == 3 && (1..=3).contains(&whole.len()) && !whole.starts_with('0') {
                return Err("ambiguous_number");
            }
            (is_digits(whole).then(|| whole.to_owned()), Some(rest))
        }
        _ => (ungrouped(unsigned), None),
    };
    let whole = whole.ok_or("not_number")?;
    match fraction {
        Some(fraction) if !is_digits(fraction) => Err("not_number"),
        Some(fraction) => Ok(format!("{sign}{whole}.{fraction}")),
        None => Ok(format!("{sign}{whole}")),
    }
}

/// The bare digits of `1.250.000` or `1 250 000`; `None` when the groups are not of three.
fn ungrouped(text: &str) -> Option<String> {
    let groups: Vec<&str> = text.split(['.', ' ', '\u{a0}', '\u{202f}']).collect();
    let well_formed = match groups.as_slice() {
        [only] => is_digits(only),
        [first, rest @ ..] => is_digits(first) && first.len() <= 3 && rest.iter().all(|g| g.len() == 3 && is_digits(g)),
        [] => false,
    };
    well_formed.then(|| groups.concat())
}

/// One append-only answer to a line. It carries the whole answer, not a change of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerOp {
    /// Id given by the client; the same id is the same operation, however often it is sent.
    pub client_id: String,
    /// Version of the line the answer was written on.
    pub base_version: i64,
    /// Time of the device.
    pub at: DateTime<Utc>,
    /// What was found.
    #[serde(default)]
    pub value: Option<Value>,
    /// What it means.
    #[serde(default)]
    pub verdict: Option<Verdict>,
    /// The inspector's note.
    #[serde(default)]
    pub note: Option<String>,
    /// Why the line was not audited, or has no finding.
    #[serde(default)]
    pub reason: Option<String>,
}

impl AnswerOp {
    /// Cleans the answer's texts and adds what is wrong with it for a line of type `expected`; its
    /// value under `value/`.
    pub fn clean(&mut self, expected: AnswerType, problems: &mut Problems) {
        self.client_id = problems.text("client_id", &self.client_id, 100);
        problems.check(self.base_version < 0, "base_version", "negative");
        self.note = problems.optional_text("note", self.note.as_deref(), MAX_TEXT);
        self.reason = problems.optional_text("reason", self.reason.as_deref(), MAX_TEXT);
        let mut own = Problems::new();
        if let Some(value) = &mut self.value {
            value.clean();
            value.check(expected, &mut own);
        }
        if let Err(errors) = own.finish() {
            problems.append("value", errors);
        }
    }

    fn differs(&self, current: &Current) -> bool {
        (&self.value, self.verdict, &self.note, &self.reason) != (&current.value, current.verdict, &current.note, &current.reason)
    }
}

/// The answer a line has now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Current {
    /// [`FIRST_VERSION`], +1 with every operation.
    pub version: i64,
    /// What was found.
    pub value: Option<Value>,
    /// What it means; `None` is none yet.
    pub verdict: Option<Verdict>,
    /// The inspector's note.
    pub note: Option<String>,
    /// Why the line was not audited, or has no finding.
    pub reason: Option<String>,
    /// Two devices answered over each other and nobody has looked at both since.
    pub conflicted: bool,
}

impl Default for Current {
    fn default() -> Self {
        Self { version: FIRST_VERSION, value: None, verdict: None, note: None, reason: None, conflicted: false }
    }
}

impl Current {
    /// Takes the next operation and says whether it is in conflict: written on another version than
    /// the one it meets, and different in content. Both are kept, the later one shows, and the lead
    /// decides by answering on the version that shows both.
    pub fn append(&mut self, op: &AnswerOp) -> bool {
        let in_sequence = op.base_version == self.version;
        let conflict = !in_sequence && op.differs(self);
        *self = Self {
            version: self.version + 1,
            value: op.value.clone(),
            verdict: op.verdict,
            note: op.note.clone(),
            reason: op.reason.clone(),
            conflicted: conflict || (self.conflicted && !in_sequence),
        };
        conflict
    }
}

/// The current answer of a line: its operations in the server's sequence, resent ones skipped.
#[must_use]
pub fn fold<'a>(ops: impl IntoIterator<Item = &'a AnswerOp>) -> Current {
    let mut seen = std::collections::BTreeSet::new();
    let mut current = Current::default();
    for op in ops {
        if seen.insert(op.client_id.as_str()) {
            current.append(op);
        }
    }
    current
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number(value: &str) -> Value {
        Value::Number { value: value.to_owned() }
    }

    fn ratio(numerator: i64, denominator: i64) -> Value {
        Value::Ratio { numerator, denominator }
    }

    fn sample(population: i64, drawn: i64, failed: i64, ids: &[&str]) -> Value {
        Value::Sample { population, drawn, failed, failed_ids: ids.iter().map(|id| (*id).to_owned()).collect() }
    }

    fn codes(problems: Problems) -> Vec<(String, &'static str)> {
        problems.finish().err().unwrap_or_default().into_iter().map(|e| (e.field, e.code)).collect()
    }

    fn wrong(value: &Value) -> Vec<(String, &'static str)> {
        let mut problems = Problems::new();
        value.check(value.answer_type(), &mut problems);
        codes(problems)
    }

    #[test]
    fn values_are_tagged_with_their_type_in_json() {
        for (value, json) in [
            (Value::YesNo { value: true }, r#"{"type":"yes_no","value":true}"#),
            (number("12.50"), r#"{"type":"number","value":"12.50"}"#),
            (ratio(484, 482), r#"{"type":"ratio","numerator":484,"denominator":482}"#),
            (Value::Count { value: 3 }, r#"{"type":"count","value":3}"#),
            (Value::Amount { value: 1_250_000 }, r#"{"type":"amount","value":1250000}"#),
            (sample(482, 30, 1, &["H1"]), r#"{"type":"sample","population":482,"drawn":30,"failed":1,"failed_ids":["H1"]}"#),
            (Value::Text { value: "có".to_owned() }, r#"{"type":"text","value":"có"}"#),
        ] {
            assert_eq!(serde_json::to_string(&value).unwrap(), json);
            assert_eq!(serde_json::from_str::<Value>(json).unwrap(), value);
            assert_eq!(value.answer_type().code(), json.split('"').nth(3).unwrap());
        }
    }

    #[test]
    fn unknown_fields_and_floats_are_not_values() {
        for json in [
            r#"{"type":"ratio","numerator":1,"denominator":2,"percent":50}"#,
            r#"{"type":"ratio","numerator":1.5,"denominator":2}"#,
            r#"{"type":"number","value":1.5}"#,
            r#"{"type":"share","value":1}"#,
            r#"{"value":1}"#,
        ] {
            assert!(serde_json::from_str::<Value>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn a_value_of_another_type_is_wrong() {
        for expected in AnswerType::ALL {
            let mut problems = Problems::new();
            ratio(1, 2).check(*expected, &mut problems);
            assert_eq!(problems.is_empty(), *expected == AnswerType::Ratio, "{expected}");
        }
    }

    #[test]
    fn wrong_parts_of_a_value_are_named() {
        let long = "1".repeat(16);
        let cases: &[(Value, &[(&str, &str)])] = &[
            (ratio(5, 3), &[]),
            (ratio(5, 0), &[]),
            (ratio(-1, -2), &[("numerator", "negative"), ("denominator", "negative")]),
            (ratio(MAX_INTEGER, MAX_INTEGER + 1), &[("denominator", "too_large")]),
            (Value::Count { value: -1 }, &[("value", "negative")]),
            (Value::Amount { value: i64::MAX }, &[("value", "too_large")]),
            (sample(10, 20, 30, &["a", " "]), &[("failed_ids/1", "required")]),
            (sample(-1, -1, -1, &[]), &[("population", "negative"), ("drawn", "negative"), ("failed", "negative")]),
            (number("-0.5"), &[]),
            (number("12,5"), &[("value", "not_number")]),
            (number("1.2.3"), &[("value", "not_number")]),
            (number(""), &[("value", "not_number")]),
            (number("-"), &[("value", "not_number")]),
            (number("1e9"), &[("value", "not_number")]),
            (number("٣"), &[("value", "not_number")]),
            (number("0.1234567"), &[("value", "too_many_decimals")]),
            (number(&long), &[("value", "too_large")]),
            (Value::Text { value: " ".to_owned() }, &[("value", "required")]),
            (Value::Text { value: "a\u{202E}".to_owned() }, &[("value", "forbidden_characters")]),
            (Value::Text { value: "ă".repeat(MAX_TEXT + 1) }, &[("value", "too_long")]),
        ];
        for (value, expected) in cases {
            let expected: Vec<_> = expected.iter().map(|(field, code)| ((*field).to_owned(), *code)).collect();
            assert_eq!(wrong(value), expected, "{value:?}");
        }
    }

    #[test]
    fn odd_values_are_warned_about_and_kept() {
        let cases: &[(Value, &[&str])] = &[
            (ratio(482, 482), &[]),
            (ratio(484, 482), &["ratio_above_one"]),
            (ratio(3, 0), &["denominator_zero"]),
            (ratio(0, 0), &["denominator_zero"]),
            (sample(482, 30, 2, &["H1", "H2"]), &[]),
            (sample(482, 30, 2, &[]), &[]),
            (sample(20, 30, 0, &[]), &["drawn_above_population"]),
            (sample(40, 30, 31, &[]), &["failed_above_drawn"]),
            (sample(40, 30, 3, &["H1", "H2"]), &["failed_ids_differ"]),
            (sample(40, 30, 2, &["H1", "H1 "]), &["failed_ids_repeated"]),
            (sample(1, 2, 3, &["a"]), &["drawn_above_population", "failed_above_drawn", "failed_ids_differ"]),
            (number("-1"), &[]),
        ];
        for (value, expected) in cases {
            let found: Vec<_> = value.warnings().into_iter().map(|warning| warning.code).collect();
            assert_eq!(found, *expected, "{value:?}");
            assert!(value.warnings().iter().all(|warning| WARNING_CODES.contains(&warning.code)));
            assert_eq!(wrong(value), [], "a warning never blocks: {value:?}");
        }
    }

    #[test]
    fn percents_are_rounded_half_up_and_never_capped() {
        let cases = [
            (484, 482, Some(10_041)), // 100.4149…
            (1, 3, Some(3_333)),
            (2, 3, Some(6_667)),
            (1, 20_000, Some(1)), // 0.005 exactly
            (1, 20_001, Some(0)),
            (0, 7, Some(0)),
            (7, 0, None),
            (0, 0, None),
            (MAX_INTEGER, MAX_INTEGER, Some(10_000)),
            (MAX_INTEGER, 1, None), // beyond what is stored, and no percent anybody reads
        ];
        for (numerator, denominator, expected) in cases {
            assert_eq!(ratio(numerator, denominator).percent_hundredths(), expected, "{numerator}/{denominator}");
        }
        assert_eq!(sample(482, 30, 2, &[]).percent_hundredths(), Some(667));
        assert_eq!(number("5").percent_hundredths(), None);
    }

    #[test]
    fn values_are_shown_as_vietnamese_papers_write_them() {
        for (value, expected) in [
            (ratio(484, 482), "484/482 (100,41 %)"),
            (ratio(13_086, 13_188), "13.086/13.188 (99,23 %)"),
            (ratio(5, 0), "5/0"),
            (ratio(1, 20_000), "1/20.000 (0,01 %)"),
            (ratio(30, 1), "30/1 (3.000,00 %)"),
            (Value::YesNo { value: true }, "Có"),
            (Value::YesNo { value: false }, "Không"),
            (number("-1234.50"), "-1.234,50"),
            (number("12"), "12"),
            (number("khác"), "khác"),
            (Value::Count { value: 1_000 }, "1.000"),
            (Value::Amount { value: 1_250_000 }, "1.250.000 đồng"),
            (sample(482, 30, 2, &[]), "kiểm tra 30/482, không đạt 2 (6,67 %)"),
            (Value::Text { value: "Đã có".to_owned() }, "Đã có"),
        ] {
            assert_eq!(value.display_vi(), expected);
        }
    }

    fn parsed(expected: AnswerType, fields: &[(&str, &'static str)]) -> (Option<Value>, Vec<(String, &'static str)>) {
        let mut problems = Problems::new();
        let field = |name: &str| fields.iter().find(|(n, _)| *n == name).map(|(_, value)| *value);
        let value = Value::parse(expected, field, &mut problems);
        (value, codes(problems))
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        use AnswerType::{Amount, Count, Number};
        let cases: &[(AnswerType, &str, Result<Value, &str>)] = &[
            (Count, "1234", Ok(Value::Count { value: 1234 })),
            (Count, " 1.234 ", Ok(Value::Count { value: 1234 })),
            (Amount, "1.250.000", Ok(Value::Amount { value: 1_250_000 })),
            (Amount, "1 250 000", Ok(Value::Amount { value: 1_250_000 })),
            (Count, "12.34", Err("not_integer")),
            (Count, "1.5", Err("not_integer")),
            (Count, "một", Err("not_integer")),
            (Count, "-3", Err("negative")),
            (Count, "99999999999999999999", Err("too_large")),
            (Number, "12,5", Ok(number("12.5"))),
            (Number, "12.5", Ok(number("12.5"))),
            (Number, "1.234,50", Ok(number("1234.50"))),
            (Number, "1.234.567", Ok(number("1234567"))),
            (Number, "1.234", Err("ambiguous_number")),
            (Number, "0.125", Ok(number("0.125"))),
            (Number, "-3", Ok(number("-3"))),
            (Number, "1,2,3", Err("not_number")),
            (Number, "12,", Err("not_number")),
            (Number, "NaN", Err("not_number")),
        ];
        for (expected, text, outcome) in cases {
            let found = parsed(*expected, &[("value", text)]);
            match outcome {
                Ok(value) => assert_eq!(found, (Some(value.clone()), vec![]), "{text}"),
                Err(code) => assert_eq!(found, (None, vec![("value".to_owned(), *code)]), "{text}"),
            }
        }
    }

    #[test]
    fn a_blank_form_is_no_value_and_a_half_filled_one_is_wrong() {
        for expected in AnswerType::ALL {
            assert_eq!(parsed(*expected, &[("value", " "), ("numerator", "")]), (None, vec![]), "{expected}");
        }
        let half = parsed(AnswerType::Ratio, &[("numerator", "5"), ("denominator", "")]);
        assert_eq!(half, (None, vec![("denominator".to_owned(), "required")]));
        let none_right = parsed(AnswerType::Ratio, &[("numerator", "x"), ("denominator", "y")]);
        assert_eq!(none_right.1.len(), 2, "both are named at once");
        let full = [("population", "482"), ("drawn", "30"), ("failed", "2"), ("failed_ids", "H1; H2,\nH3")];
        assert_eq!(parsed(AnswerType::Sample, &full), (Some(sample(482, 30, 2, &["H1", "H2", "H3"])), vec![]));
        assert_eq!(parsed(AnswerType::YesNo, &[("value", "no")]).0, Some(Value::YesNo { value: false }));
        assert_eq!(parsed(AnswerType::YesNo, &[("value", "maybe")]).1, [("value".to_owned(), "not_yes_no")]);
    }

    fn op(client_id: &str, base_version: i64, verdict: Verdict) -> AnswerOp {
        AnswerOp {
            client_id: client_id.to_owned(),
            base_version,
            at: "2026-11-22T02:00:00Z".parse().unwrap(),
            value: None,
            verdict: Some(verdict),
            note: None,
            reason: None,
        }
    }

    #[test]
    fn the_current_answer_is_the_last_operation() {
        use Verdict::{Conform, Nonconform, Partial};
        let (a, b) = (|base| op("a", base, Conform), |base| op("b", base, Nonconform));
        assert_eq!(fold(&[]), Current::default(), "nobody answered");
        let cases = [
            ("one answer", vec![a(1)], (2, Conform, false)),
            ("one after the other", vec![a(1), b(2)], (3, Nonconform, false)),
            ("two over each other", vec![a(1), b(1)], (3, Nonconform, true)),
            ("two alike are no conflict", vec![a(1), op("b", 1, Conform)], (3, Conform, false)),
            ("sent twice counts once", vec![a(1), a(1)], (2, Conform, false)),
            ("decided on both", vec![a(1), b(1), op("c", 3, Partial)], (4, Partial, false)),
            ("a third device over both", vec![a(1), b(1), op("c", 2, Partial)], (4, Partial, true)),
            ("repeating late decides nothing", vec![a(1), b(1), op("c", 1, Nonconform)], (4, Nonconform, true)),
        ];
        for (case, ops, (version, verdict, conflicted)) in cases {
            let current = fold(&ops);
            let found = (current.version, current.verdict, current.conflicted);
            assert_eq!(found, (version, Some(verdict), conflicted), "{case}");
        }
    }

    #[test]
    fn a_note_alone_is_content_too() {
        let mut current = Current::default();
        assert!(!current.append(&op("a", 1, Verdict::Conform)));
        let noted = AnswerOp { note: Some("xem lại".to_owned()), ..op("b", 1, Verdict::Conform) };
        assert!(current.append(&noted));
        assert_eq!(current.note.as_deref(), Some("xem lại"));
    }

    #[test]
    fn an_answer_is_checked_with_all_its_parts() {
        let mut problems = Problems::new();
        let mut bad = AnswerOp { value: Some(ratio(-1, 2)), base_version: -1, ..op(" ", 0, Verdict::Conform) };
        bad.clean(AnswerType::Ratio, &mut problems);
        let expected = [("client_id", "required"), ("base_version", "negative"), ("value/numerator", "negative")];
        assert_eq!(codes(problems), expected.map(|(field, code)| (field.to_owned(), code)));
    }

    #[test]
    fn answers_that_look_alike_are_alike_once_cleaned() {
        let typed = |note: &str, id: &str| {
            let value = Some(sample(3, 2, 1, &[id]));
            let mut typed = AnswerOp { note: Some(note.to_owned()), value, ..op(id, 1, Verdict::Conform) };
            typed.clean(AnswerType::Sample, &mut Problems::new());
            typed
        };
        let mut current = Current::default();
        current.append(&typed("Thiếu chữ ký", "Hồ sơ 1"));
        assert!(!current.append(&typed("  Thiếu ch\u{1B0}\u{303} ký\r\n", " Hồ sơ 1")), "no conflict");
    }

    proptest! {
        #[test]
        fn percents_are_the_nearest_hundredth(numerator in 0..MAX_INTEGER, denominator in 1..MAX_INTEGER) {
            if let Some(percent) = ratio(numerator, denominator).percent_hundredths() {
                // |percent − 10000·n/d| ≤ 1/2, and a half goes up.
                let twice = 2 * (i128::from(percent) * i128::from(denominator) - 10_000 * i128::from(numerator));
                prop_assert!(-i128::from(denominator) < twice && twice <= i128::from(denominator));
            }
        }

        #[test]
        fn what_is_shown_of_a_count_is_read_back(value in 0..=MAX_INTEGER) {
            prop_assert_eq!(read_integer(&grouped(value)), Ok(value));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "\\PC{0,30}") {
            for expected in AnswerType::ALL {
                let value = Value::parse(*expected, |_| Some(text.as_str()), &mut Problems::new());
                if let Some(value) = value {
                    prop_assert_eq!(wrong(&value), []);
                }
            }
        }

        #[test]
        fn folding_all_is_folding_a_part_and_then_the_rest(
            bases in prop::collection::vec((1_i64..6, 0_usize..5), 0..8), split in 0_usize..8,
        ) {
            let ops: Vec<_> = bases
                .iter()
                .enumerate()
                .map(|(i, (base, verdict))| op(&i.to_string(), *base, Verdict::ALL[*verdict]))
                .collect();
            let mut current = fold(ops.iter().take(split));
            ops.iter().skip(split).for_each(|op| { current.append(op); });
            prop_assert_eq!(current, fold(&ops));
        }
    }
}
