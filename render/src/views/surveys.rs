//! Satisfaction surveys.

use domain::survey::{AnswerOption, Question, SurveyChannel, SurveyState};
use serde::Serialize;

use super::part::{Choice, Listing, Tone};
use crate::{Form, View};

/// The surveys.
#[derive(Clone, Debug, Serialize)]
pub struct SurveyList {
    /// The list.
    pub list: Listing<SurveyRow>,
    /// Where a new one is opened.
    pub new_href: Option<String>,
}

/// A survey in the list.
#[derive(Clone, Debug, Serialize)]
pub struct SurveyRow {
    /// Its page.
    pub href: String,
    /// Code and title.
    pub title: String,
    /// The year.
    pub year: String,
    /// The unit that holds it.
    pub unit: String,
    /// Where it stands.
    pub state: SurveyState,
    /// How the state looks.
    pub tone: Tone,
}

/// A survey with its results.
#[derive(Clone, Debug, Serialize)]
pub struct SurveyPage {
    /// Code.
    pub code: String,
    /// The year.
    pub year: String,
    /// The unit that holds it.
    pub unit: String,
    /// Where it stands.
    pub state: SurveyState,
    /// How the state looks.
    pub tone: Tone,
    /// The answers.
    pub options: Vec<AnswerOption>,
    /// The questions.
    pub questions: Vec<Question>,
    /// Results by unit.
    pub results: Vec<SurveyResultRow>,
    /// Its address.
    pub href: String,
    /// Where forms are entered.
    pub enter_href: Option<String>,
    /// Close it.
    pub close: Option<Form>,
}

/// The result of a unit.
#[derive(Clone, Debug, Serialize)]
pub struct SurveyResultRow {
    /// The unit.
    pub unit: String,
    /// Forms entered.
    pub forms: u64,
    /// The mean percent; `None` when it may not be seen.
    pub mean: Option<String>,
    /// Answers by option: words and number.
    pub options: Vec<(String, u64)>,
}

/// A survey to be opened.
#[derive(Clone, Debug, Serialize)]
pub struct SurveyForm {
    /// The form.
    pub form: Form,
    /// Units to choose from; empty when there is no choice.
    pub units: Vec<Choice>,
}

/// Forms to be entered.
#[derive(Clone, Debug, Serialize)]
pub struct SurveyEntry {
    /// The survey.
    pub title: String,
    /// Its page.
    pub href: String,
    /// What was entered so far.
    pub entries_href: String,
    /// One filled form.
    pub one: Form,
    /// Counts from paper.
    pub many: Form,
    /// Units to choose from; empty when there is no choice.
    pub units: Vec<Choice>,
    /// How forms come in.
    pub channels: Vec<Choice>,
    /// What is asked.
    pub asked: Vec<Choice>,
    /// The answers.
    pub options: Vec<Choice>,
}

/// What was entered in a survey, without what it says.
#[derive(Clone, Debug, Serialize)]
pub struct SurveyEntries {
    /// The survey.
    pub title: String,
    /// Its page.
    pub href: String,
    /// Where forms are entered; none once it is closed.
    pub enter_href: Option<String>,
    /// The entries, the latest first.
    pub list: Listing<SurveyEntryRow>,
}

/// An entry.
#[derive(Clone, Debug, Serialize)]
pub struct SurveyEntryRow {
    /// The unit that was judged.
    pub unit: String,
    /// How it came in.
    pub channel: SurveyChannel,
    /// How many forms it stands for.
    pub forms: u32,
    /// It was taken back.
    pub taken_back: bool,
    /// Where the form goes.
    pub action: String,
    /// Takes it back; none when that is past.
    pub form: Option<Form>,
}

impl View for SurveyEntries {
    const TEMPLATE: &'static str = "surveys/entries.html";

    fn samples() -> Vec<Self> {
        let row = |forms, taken_back, form: Option<Form>| SurveyEntryRow {
            unit: "Xã An Mẫu".to_owned(),
            channel: SurveyChannel::Paper,
            forms,
            taken_back,
            action: format!("/khao-sat/1/da-nhap/{forms}/rut"),
            form,
        };
        let mut wrong = Form::default().with_id("2");
        wrong.error("reason", "Chưa nhập nội dung này.");
        let rows = vec![row(20, false, Some(Form::default().with_id("1"))), row(2, false, Some(wrong)), row(1, true, None)];
        let open = Self {
            title: "Khảo sát sự hài lòng".to_owned(),
            href: "/khao-sat/1".to_owned(),
            enter_href: Some("/khao-sat/1/phieu".to_owned()),
            list: Listing::plain(rows),
        };
        let closed = Self { enter_href: None, list: Listing::plain(vec![row(20, false, None)]), ..open.clone() };
        let empty = Self { list: Listing::plain(Vec::new()), ..open.clone() };
        vec![open, closed, empty]
    }
}

impl View for SurveyList {
    const TEMPLATE: &'static str = "surveys/list.html";

    fn samples() -> Vec<Self> {
        let row = SurveyRow {
            href: "/khao-sat/1".to_owned(),
            title: "HL-2026 · Khảo sát sự hài lòng của người dân, tổ chức".to_owned(),
            year: "2026".to_owned(),
            unit: "Tỉnh Mẫu".to_owned(),
            state: SurveyState::Open,
            tone: Tone::Info,
        };
        vec![
            Self { list: Listing::plain(vec![row]), new_href: Some("/khao-sat/moi".to_owned()) },
            Self { list: Listing::plain(Vec::new()), new_href: None },
        ]
    }
}

impl View for SurveyPage {
    const TEMPLATE: &'static str = "surveys/page.html";

    fn samples() -> Vec<Self> {
        let open = Self {
            code: "HL-2026".to_owned(),
            year: "2026".to_owned(),
            unit: "Tỉnh Mẫu".to_owned(),
            state: SurveyState::Open,
            tone: Tone::Info,
            options: domain::survey::Instrument::usual(Vec::new()).options,
            questions: vec![Question { code: "q1".to_owned(), text: "Thái độ phục vụ".to_owned() }],
            results: vec![SurveyResultRow { unit: "Xã An Mẫu".to_owned(), forms: 12, mean: None, options: Vec::new() }],
            href: "/khao-sat/1".to_owned(),
            enter_href: Some("/khao-sat/1/phieu".to_owned()),
            close: Some(Form::default().with_id("close")),
        };
        let seen = SurveyResultRow {
            unit: "Xã An Mẫu".to_owned(),
            forms: 14,
            mean: Some("82.14".to_owned()),
            options: vec![("Rất hài lòng".to_owned(), 11), ("Không hài lòng".to_owned(), 1)],
        };
        let hidden = SurveyResultRow { unit: "Xã Bình Mẫu".to_owned(), forms: 4, mean: None, options: Vec::new() };
        let closed = Self {
            state: SurveyState::Closed,
            tone: Tone::Good,
            questions: Vec::new(),
            results: vec![seen, hidden],
            enter_href: None,
            close: None,
            ..open.clone()
        };
        let empty = Self { results: Vec::new(), ..open.clone() };
        vec![open, closed, empty]
    }
}

impl View for SurveyForm {
    const TEMPLATE: &'static str = "surveys/form.html";

    fn samples() -> Vec<Self> {
        let mut wrong = Form::default();
        wrong.error("code", "Chưa nhập nội dung này.");
        vec![
            Self { form: wrong, units: vec![Choice::new("1", "Tỉnh Mẫu"), Choice::new("2", "Xã An Mẫu")] },
            Self { form: Form::default(), units: Vec::new() },
        ]
    }
}

impl View for SurveyEntry {
    const TEMPLATE: &'static str = "surveys/entry.html";

    fn samples() -> Vec<Self> {
        let entry = Self {
            title: "Khảo sát sự hài lòng".to_owned(),
            href: "/khao-sat/1".to_owned(),
            entries_href: "/khao-sat/1/da-nhap".to_owned(),
            one: Form::default().with_id("one"),
            many: Form::default().with_id("many"),
            units: vec![Choice::new("1", "Xã An Mẫu"), Choice::new("2", "Trung tâm")],
            channels: vec![Choice::new("paper", "Phiếu giấy"), Choice::new("online", "Trực tuyến")],
            asked: vec![Choice::new("q1", "Thái độ phục vụ"), Choice::new("q2", "Thời gian")],
            options: vec![Choice::new("A", "Rất hài lòng"), Choice::new("D", "Không hài lòng")],
        };
        let mut wrong = entry.clone();
        wrong.many.error("answers/q1", "Chưa có câu trả lời nào.");
        vec![entry, wrong]
    }
}
