//! The calendar of a year, and a small calculator of deadlines.

use chrono::NaiveDate;
use serde::Serialize;

use super::part::{Chip, Choice, Listing};
use crate::{Form, View};

/// A special day.
#[derive(Clone, Debug, Serialize)]
pub struct DayRow {
    /// The day.
    pub on: NaiveDate,
    /// Its name.
    pub name: String,
    /// Code of its kind.
    pub kind: String,
    /// The notice or law.
    pub source: Option<String>,
    /// How far verified, in words.
    pub trust: String,
    /// Where it is taken out, for who may.
    pub remove: Option<String>,
    /// The form for that.
    pub form: Form,
}

/// A counted deadline.
#[derive(Clone, Debug, Serialize)]
pub struct Counted {
    /// The last day.
    pub due: NaiveDate,
    /// How it was counted.
    pub explanation: String,
    /// Whether it may still change.
    pub provisional: bool,
}

/// The calendar of a year.
#[derive(Clone, Debug, Serialize)]
pub struct Calendar {
    /// The year.
    pub year: i32,
    /// Whether its official list is out.
    pub published: bool,
    /// Where it is said whether the list is out, for who may.
    pub publish: Option<String>,
    /// The form for that: `published`, `source`.
    pub publish_form: Form,
    /// Its special days.
    pub list: Listing<DayRow>,
    /// What is to be counted.
    pub question: Form,
    /// Units of a term.
    pub units: Vec<Choice>,
    /// What came out.
    pub counted: Option<Counted>,
    /// Where a day is added, for who may.
    pub add: Option<String>,
    /// The form for that.
    pub form: Form,
    /// Kinds of days.
    pub kinds: Vec<Choice>,
}

impl View for Calendar {
    const TEMPLATE: &'static str = "calendar/year.html";

    fn samples() -> Vec<Self> {
        let on = NaiveDate::from_ymd_opt(2026, 11, 24).unwrap_or_default();
        let row = DayRow {
            on,
            name: "Ngày Văn hóa Việt Nam".to_owned(),
            kind: "holiday".to_owned(),
            source: Some("NQ 28/2026/QH16".to_owned()),
            trust: "đối chiếu nguồn thứ cấp".to_owned(),
            remove: None,
            form: Form::default(),
        };
        let chips = vec![Chip { label: "2026".to_owned(), href: "/lich?nam=2026".to_owned(), active: true, count: None }];
        let mut question = Form::default().with_id("question");
        question.set("from", "2026-11-16").set("n", "10").set("unit", "working_day");
        let plain = Self {
            year: 2026,
            published: true,
            publish: None,
            publish_form: Form::default(),
            list: Listing { chips, ..Listing::plain(vec![row.clone()]) },
            question,
            units: vec![Choice::new("day", "ngày"), Choice::new("working_day", "ngày làm việc")],
            counted: None,
            add: None,
            form: Form::default(),
            kinds: Vec::new(),
        };
        let counted = Counted { due: on, explanation: "Thời hạn 10 ngày làm việc.".to_owned(), provisional: true };
        let keeper = Self {
            year: 2027,
            published: false,
            publish: Some("/lich/nam/2027".to_owned()),
            publish_form: Form::default().with_id("publish"),
            counted: Some(counted),
            list: Listing::plain(vec![DayRow {
                remove: Some("/lich/x/xoa".to_owned()),
                form: Form { version: Some(1), ..Form::default() }.with_id("x"),
                ..row
            }]),
            add: Some("/lich".to_owned()),
            kinds: vec![Choice::new("holiday", "Nghỉ lễ")],
            ..plain.clone()
        };
        vec![plain, keeper]
    }
}
