//! Satisfaction surveys: valid answers, the mean as an exact fraction, and when a result may be seen.
//!
//! Forms are anonymous. A result is given to nobody before the survey is closed (else the difference between two looks
//! would be one person's answer) and never over fewer than [`LEAST_FORMS`] valid forms.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::draft::Problems;

/// Every field code of this module, besides those of [`crate::draft`].
pub const FIELD_CODES: &[&str] = &["unknown_option", "unknown_question", "counts_differ", "named_twice", "code_form", "no_forms"];

/// Fewest valid forms over which a result is shown.
pub const LEAST_FORMS: u64 = 5;
/// Most options and questions of an instrument.
pub const MOST_OPTIONS: usize = 10;
/// Most questions of an instrument.
pub const MOST_QUESTIONS: usize = 50;
/// Most forms of one entry from paper.
pub const MOST_FORMS: u32 = 100_000;
/// The question of an instrument that has none of its own.
pub const OVERALL: &str = "chung";

code_enum! {
    /// Where a survey stands.
    pub enum SurveyState ("survey_state") {
        /// Forms are taken.
        Open = "open",
        /// Forms are no longer taken; results may be seen.
        Closed = "closed",
    }
}

code_enum! {
    /// How forms came in.
    pub enum SurveyChannel ("survey_channel") {
        /// Phiếu giấy.
        Paper = "paper",
        /// Trực tuyến.
        Online = "online",
        /// Tại quầy, màn hình đánh giá.
        Desk = "desk",
        /// Điện thoại.
        Phone = "phone",
    }
}

/// An answer that may be given, with its share of the full points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerOption {
    /// Short code, as `A`.
    pub code: String,
    /// Its words.
    pub label: String,
    /// Percent of the full points.
    pub percent: i32,
}

/// A question of an instrument.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Short code.
    pub code: String,
    /// Its words.
    pub text: String,
}

/// What is asked and which answers there are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instrument {
    /// The answers, best first.
    pub options: Vec<AnswerOption>,
    /// The questions; without any the whole service is judged by one answer.
    pub questions: Vec<Question>,
}

/// Answers by question and option: how many forms say so. One filled form says 1 for each question.
pub type Answers = BTreeMap<String, BTreeMap<String, u32>>;

impl Instrument {
    /// A 100 %, B 60 %, C 20 %, D 0 %: the options in use when nothing else is said.
    #[must_use]
    pub fn usual(questions: Vec<Question>) -> Self {
        let options = [("A", "Rất hài lòng", 100), ("B", "Hài lòng", 60), ("C", "Bình thường", 20), ("D", "Không hài lòng", 0)];
        let option =
            |(code, label, percent): (&str, &str, i32)| AnswerOption { code: code.to_owned(), label: label.to_owned(), percent };
        Self { options: options.map(option).to_vec(), questions }
    }

    /// Cleaned and checked; every wrong field is named.
    #[must_use]
    pub fn check(self, problems: &mut Problems) -> Self {
        let Self { options, questions } = self;
        problems.check(options.len() < 2, "options", "required");
        problems.at_most("options", options.len(), MOST_OPTIONS);
        problems.at_most("questions", questions.len(), MOST_QUESTIONS);
        let codes = |codes: Vec<&str>, group: &str, problems: &mut Problems| {
            for (i, code) in codes.iter().enumerate() {
                problems.check(!is_code(code), &format!("{group}/{i}/code"), "code_form");
                problems.check(codes.iter().take(i).any(|other| other == code), &format!("{group}/{i}/code"), "named_twice");
            }
        };
        codes(options.iter().map(|option| option.code.as_str()).collect(), "options", problems);
        codes(questions.iter().map(|question| question.code.as_str()).collect(), "questions", problems);
        let options = options.into_iter().enumerate().map(|(i, option)| {
            if !(0..=100).contains(&option.percent) {
                let limits = vec![("min", "0".to_owned()), ("max", "100".to_owned())];
                problems.add_with(format!("options/{i}/percent"), "out_of_range", limits);
            }
            AnswerOption { label: problems.line(&format!("options/{i}/label"), &option.label, 100), ..option }
        });
        let options = options.collect();
        let questions = questions.into_iter().enumerate();
        let questions =
            questions.map(|(i, one)| Question { text: problems.line(&format!("questions/{i}/text"), &one.text, 500), ..one });
        let questions = questions.collect();
        Self { options, questions }
    }

    /// The codes of what is asked: at least one.
    #[must_use]
    pub fn asked(&self) -> Vec<&str> {
        if self.questions.is_empty() {
            vec![OVERALL]
        } else {
            self.questions.iter().map(|question| question.code.as_str()).collect()
        }
    }

    /// The number of forms these answers stand for: every question is answered by each of them, with options there are.
    ///
    /// Fields are named `answers/<question>/<option>`.
    pub fn forms(&self, answers: &Answers, problems: &mut Problems) -> u32 {
        let asked = self.asked();
        for (question, given) in answers {
            problems.check(!asked.contains(&question.as_str()), &format!("answers/{question}"), "unknown_question");
            for option in given.keys() {
                let known = self.options.iter().any(|known| known.code == *option);
                problems.check(!known, &format!("answers/{question}/{option}"), "unknown_option");
            }
        }
        let sum = |question: &str| {
            answers.get(question).map_or(0, |given| given.values().fold(0_u32, |sum, count| sum.saturating_add(*count)))
        };
        let forms = asked.first().map_or(0, |first| sum(first));
        for question in &asked {
            let field = format!("answers/{question}");
            match sum(question) {
                0 => problems.add(field, "no_forms"),
                one if one > MOST_FORMS => {
                    problems.add_with(field, "out_of_range", vec![("min", "1".to_owned()), ("max", MOST_FORMS.to_string())]);
                }
                one => problems.check(one != forms, &field, "counts_differ"),
            }
        }
        forms
    }
}

/// Whether this may be a code: letters, digits, `-`, `_`, at most 20 characters; it is part of names of counts.
#[must_use]
pub fn is_code(code: &str) -> bool {
    (1..=20).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

/// Why there is no result to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unseen {
    /// Forms are still taken.
    Open,
    /// Fewer than [`LEAST_FORMS`] valid forms.
    TooFew,
}

/// The result of one unit. Made by [`outcome`] alone, so that none is made of too few forms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Valid forms.
    pub forms: u64,
    /// Answers by option, over all questions, in the order of the instrument.
    pub options: Vec<(String, u64)>,
    percents: u64,
    answers: u64,
}

impl Outcome {
    /// The mean percent as an exact fraction: the sum of the percents, and the number of answers.
    #[must_use]
    pub const fn mean(&self) -> (u64, u64) {
        (self.percents, self.answers)
    }

    /// The mean percent in hundredths, rounded half up, as a decimal: `"74.50"`.
    #[must_use]
    pub fn mean_text(&self) -> String {
        let hundredths = (200 * self.percents + self.answers) / (2 * self.answers.max(1));
        format!("{}.{:02}", hundredths / 100, hundredths % 100)
    }
}

/// What may be seen of the forms of one unit, to anybody.
///
/// # Errors
/// [`Unseen`]: the survey is open, or there are too few valid forms.
pub fn outcome(state: SurveyState, instrument: &Instrument, entries: &[(u32, Answers)]) -> Result<Outcome, Unseen> {
    let forms: u64 = entries.iter().map(|(forms, _)| u64::from(*forms)).sum();
    if state == SurveyState::Open {
        return Err(Unseen::Open);
    }
    if forms < LEAST_FORMS {
        return Err(Unseen::TooFew);
    }
    let count = |code: &str| {
        let given = entries.iter().flat_map(|(_, answers)| answers.values());
        given.filter_map(|options| options.get(code)).map(|count| u64::from(*count)).sum::<u64>()
    };
    let options: Vec<(String, u64)> =
        instrument.options.iter().map(|option| (option.code.clone(), count(&option.code))).collect();
    let percents = instrument.options.iter().map(|option| u64::try_from(option.percent).unwrap_or(0) * count(&option.code)).sum();
    let answers = options.iter().map(|(_, count)| count).sum();
    Ok(Outcome { forms, options, percents, answers })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(given: &[(&str, &[(&str, u32)])]) -> Answers {
        let options = |options: &[(&str, u32)]| options.iter().map(|(code, count)| ((*code).to_owned(), *count)).collect();
        given.iter().map(|(question, given)| ((*question).to_owned(), options(given))).collect()
    }

    /// Answers by option.
    type Given = &'static [(&'static str, u32)];

    fn one(option: &str) -> (u32, Answers) {
        (1, answers(&[(OVERALL, &[(option, 1)])]))
    }

    fn wrong(instrument: &Instrument, given: &Answers) -> Vec<(String, &'static str)> {
        let mut problems = Problems::new();
        instrument.forms(given, &mut problems);
        problems.finish().err().unwrap_or_default().into_iter().map(|error| (error.field, error.code)).collect()
    }

    #[test]
    fn nothing_is_seen_of_an_open_survey_or_of_fewer_than_five_forms() {
        let instrument = Instrument::usual(Vec::new());
        let forms = |n: usize| vec![one("A"); n];
        let cases = [
            (SurveyState::Open, 0, Err(Unseen::Open)),
            (SurveyState::Open, 50, Err(Unseen::Open)),
            (SurveyState::Closed, 0, Err(Unseen::TooFew)),
            (SurveyState::Closed, 4, Err(Unseen::TooFew)),
            (SurveyState::Closed, 5, Ok(5)),
            (SurveyState::Closed, 6, Ok(6)),
        ];
        for (state, n, expected) in cases {
            assert_eq!(outcome(state, &instrument, &forms(n)).map(|seen| seen.forms), expected, "{state} {n}");
        }
    }

    #[test]
    fn the_mean_is_an_exact_fraction() {
        let instrument = Instrument::usual(Vec::new());
        let cases: [(Given, (u64, u64), &str); 4] = [
            (&[("A", 5)], (500, 5), "100.00"),
            (&[("D", 7)], (0, 7), "0.00"),
            (&[("A", 1), ("B", 1), ("C", 1), ("D", 3)], (180, 6), "30.00"),
            (&[("A", 2), ("B", 4)], (440, 6), "73.33"),
        ];
        for (given, mean, text) in cases {
            let forms = given.iter().map(|(_, n)| n).sum();
            let seen = outcome(SurveyState::Closed, &instrument, &[(forms, answers(&[(OVERALL, given)]))]).unwrap();
            assert_eq!((seen.mean(), seen.mean_text().as_str()), (mean, text), "{given:?}");
        }
    }

    #[test]
    fn paper_counts_and_single_forms_add_up() {
        let instrument = Instrument::usual(Vec::new());
        let paper = (12, answers(&[(OVERALL, &[("A", 10), ("C", 2)])]));
        let seen = outcome(SurveyState::Closed, &instrument, &[paper, one("A"), one("D")]).unwrap();
        let options: Vec<(&str, u64)> = seen.options.iter().map(|(code, n)| (code.as_str(), *n)).collect();
        assert_eq!((seen.forms, options), (14, vec![("A", 11), ("B", 0), ("C", 2), ("D", 1)]));
    }

    #[test]
    fn answers_are_of_the_instrument_and_every_form_answers_every_question() {
        let question = |code: &str| Question { code: code.to_owned(), text: code.to_owned() };
        let instrument = Instrument::usual(vec![question("q1"), question("q2")]);
        let cases = [
            (answers(&[("q1", &[("A", 3)]), ("q2", &[("B", 3)])]), vec![]),
            (answers(&[("q1", &[("A", 3)]), ("q2", &[("B", 2)])]), vec![("answers/q2", "counts_differ")]),
            (answers(&[("q1", &[("A", 3)])]), vec![("answers/q2", "no_forms")]),
            (answers(&[("q1", &[("E", 1)]), ("q2", &[("A", 1)])]), vec![("answers/q1/E", "unknown_option")]),
            (answers(&[("q1", &[("A", 1)]), ("q2", &[("A", 1)]), ("q3", &[("A", 1)])]), vec![("answers/q3", "unknown_question")]),
        ];
        for (given, expected) in cases {
            let found = wrong(&instrument, &given);
            assert_eq!(found.iter().map(|(field, code)| (field.as_str(), *code)).collect::<Vec<_>>(), expected, "{given:?}");
        }
    }

    #[test]
    fn an_instrument_has_two_options_with_codes_of_their_own() {
        let check = |instrument: Instrument| {
            let mut problems = Problems::new();
            let _ = instrument.check(&mut problems);
            problems.finish().err().unwrap_or_default().first().map(|error| (error.field.clone(), error.code))
        };
        let usual = Instrument::usual(Vec::new());
        let with = |change: fn(&mut AnswerOption)| {
            let mut instrument = Instrument::usual(Vec::new());
            instrument.options.iter_mut().skip(1).take(1).for_each(change);
            instrument
        };
        assert_eq!(check(usual.clone()), None);
        let cases = [
            (Instrument { options: Vec::new(), ..usual }, "options", "required"),
            (with(|option| option.code = "A".to_owned()), "options/1/code", "named_twice"),
            (with(|option| option.code = "a b".to_owned()), "options/1/code", "code_form"),
            (with(|option| option.percent = 101), "options/1/percent", "out_of_range"),
            (with(|option| option.label.clear()), "options/1/label", "required"),
        ];
        for (instrument, field, code) in cases {
            assert_eq!(check(instrument), Some((field.to_owned(), code)));
        }
    }
}
