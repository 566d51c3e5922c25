//! Quality objectives: the list, one with its plan and results, the form.

use chrono::NaiveDate;
use domain::objective::{Bind, Direction, Frequency, ObjectiveState};
use serde::Serialize;

use super::findings::Link;
use super::part::{Chip, Choice, Due, Listing, Tone};
use crate::{Form, View};

/// The page `/muc-tieu`.
#[derive(Clone, Debug, Serialize)]
pub struct ObjectiveList {
    /// The list.
    pub list: Listing<ObjectiveRow>,
    /// Years to choose from.
    pub years: Vec<Chip>,
    /// Evaluated ones of the year: met, and all.
    pub met: Option<(u64, u64)>,
    /// Where a new one is begun; `None` when the person may not.
    pub new_href: Option<String>,
}

/// An objective in the list.
#[derive(Clone, Debug, Serialize)]
pub struct ObjectiveRow {
    /// Its page.
    pub href: String,
    /// Its code and what is to be reached.
    pub title: String,
    /// The unit.
    pub unit: String,
    /// The target in words: «≥ 98,5 %».
    pub target: String,
    /// The last result in words.
    pub value: Option<String>,
    /// The day the last result speaks of.
    pub measured_on: Option<NaiveDate>,
    /// Whether the last result reaches the target.
    pub on_target: Option<bool>,
    /// Where it stands.
    pub state: ObjectiveState,
    /// How urgently that wants attention.
    pub tone: Tone,
    /// Whether it was reached, once evaluated.
    pub met: Option<bool>,
}

/// The page of an objective.
#[derive(Clone, Debug, Serialize)]
pub struct ObjectivePage {
    /// The unit.
    pub unit: String,
    /// The year.
    pub year: String,
    /// Where it stands.
    pub state: ObjectiveState,
    /// How urgently that wants attention.
    pub tone: Tone,
    /// What is to be reached.
    pub text: String,
    /// What is measured.
    pub measure: String,
    /// The target in words.
    pub target: String,
    /// Where it stood before.
    pub baseline: Option<String>,
    /// How often it is measured.
    pub frequency: Frequency,
    /// The counted figure it is bound to.
    pub bind: Option<Bind>,
    /// Who approved it.
    pub approved_by: Option<String>,
    /// On which day.
    pub approved_on: Option<NaiveDate>,
    /// Whether the last result reaches the target.
    pub on_target: Option<bool>,
    /// Whether it was reached, once evaluated.
    pub met: Option<bool>,
    /// Why it was not reached.
    pub explanation: Option<String>,
    /// Why it was given up.
    pub cancel_reason: Option<String>,
    /// The rows of the plan.
    pub steps: Vec<StepRow>,
    /// The results, the last one first.
    pub results: Vec<ResultRow>,
    /// The counted figure as it stands now.
    pub figure: Option<FigureBox>,
    /// The form of a result; `None` when the person may not record one.
    pub record: Option<Form>,
    /// The button that approves it.
    pub approve: Option<Form>,
    /// The form of the evaluation.
    pub evaluate: Option<Form>,
    /// The form that gives it up.
    pub cancel: Option<Form>,
    /// Where the draft is changed.
    pub edit_href: Option<String>,
    /// Its page.
    pub href: String,
    /// The list.
    pub list_href: String,
}

/// A row of the plan.
#[derive(Clone, Debug, Serialize)]
pub struct StepRow {
    /// What is done.
    pub action: String,
    /// Who does it.
    pub owner: String,
    /// Until when.
    pub due: Due,
    /// The day it was done.
    pub done_on: Option<NaiveDate>,
    /// A note.
    pub note: Option<String>,
    /// The form that reports it done; `None` when the person may not.
    pub complete: Option<Form>,
    /// Where it goes.
    pub action_href: String,
}

/// A result.
#[derive(Clone, Debug, Serialize)]
pub struct ResultRow {
    /// Another result of the same day was recorded after it and counts in its place.
    pub corrected: bool,
    /// The day it speaks of.
    pub on: NaiveDate,
    /// In words.
    pub value: String,
    /// Whether it reaches the target.
    pub on_target: bool,
    /// A note.
    pub note: Option<String>,
    /// Who recorded it.
    pub by: String,
    /// Its files.
    pub evidence_href: Option<String>,
}

/// The counted figure.
#[derive(Clone, Debug, Serialize)]
pub struct FigureBox {
    /// In percent; `None` while nothing of it was entered.
    pub value: Option<String>,
    /// The records it was counted from, as far as the person may read them.
    pub rows: Vec<Link>,
    /// The button that records it as a result.
    pub record: Option<Form>,
}

/// The form of an objective.
#[derive(Clone, Debug, Serialize)]
pub struct ObjectiveForm {
    /// Where it is sent.
    pub action: String,
    /// The form; rows `steps/<n>/…`.
    pub form: Form,
    /// The unit it is for; `None` while one is to be chosen.
    pub unit: Option<String>,
    /// Units to choose first, as links.
    pub units: Vec<Choice>,
    /// Directions.
    pub directions: Vec<Choice>,
    /// Frequencies.
    pub frequencies: Vec<Choice>,
    /// Counted figures.
    pub binds: Vec<Choice>,
    /// People who may be given a row.
    pub people: Vec<Choice>,
    /// It is not written yet.
    pub is_new: bool,
    /// The page to go back to.
    pub back: String,
}

fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, day).unwrap_or_default()
}

impl View for ObjectiveList {
    const TEMPLATE: &'static str = "objectives/list.html";

    fn samples() -> Vec<Self> {
        let row = ObjectiveRow {
            href: "/muc-tieu/1".to_owned(),
            title: "MT-2026-01 · Hồ sơ được giải quyết đúng hạn và trước hạn".to_owned(),
            unit: "Xã An Mẫu".to_owned(),
            target: "≥ 98,5 %".to_owned(),
            value: Some("99,24 %".to_owned()),
            measured_on: Some(day(9, 30)),
            on_target: Some(true),
            state: ObjectiveState::Approved,
            tone: Tone::Info,
            met: None,
        };
        let draft = ObjectiveRow {
            title: format!("MT-2026-02 · {}", "Giảm số hồ sơ phải bổ sung nhiều lần ".repeat(8)),
            value: None,
            measured_on: None,
            on_target: None,
            state: ObjectiveState::Draft,
            ..row.clone()
        };
        let missed = ObjectiveRow { on_target: Some(false), state: ObjectiveState::Evaluated, met: Some(false), ..row.clone() };
        let met = ObjectiveRow { state: ObjectiveState::Evaluated, met: Some(true), ..row.clone() };
        let chip =
            |label: &str, active| Chip { label: label.to_owned(), href: "/muc-tieu?nam=2026".to_owned(), active, count: None };
        let years = vec![chip("2025", false), chip("2026", true)];
        vec![
            Self {
                list: Listing::plain(vec![row, draft, missed, met]),
                years: years.clone(),
                met: Some((1, 2)),
                new_href: Some("/muc-tieu/moi".to_owned()),
            },
            Self {
                list: Listing::plain(Vec::new()),
                years: years.clone(),
                met: None,
                new_href: Some("/muc-tieu/moi".to_owned()),
            },
            Self { list: Listing::plain(Vec::new()), years, met: None, new_href: None },
        ]
    }
}

impl View for ObjectivePage {
    const TEMPLATE: &'static str = "objectives/page.html";

    fn samples() -> Vec<Self> {
        let due = |overdue| Due { on: day(12, 1), days_left: Some(if overdue { -3 } else { 9 }), overdue, provisional: false };
        let step = StepRow {
            action: "Rà soát hồ sơ sắp đến hạn vào đầu giờ mỗi ngày".to_owned(),
            owner: "Công chức xã An Mẫu".to_owned(),
            due: due(true),
            done_on: None,
            note: None,
            complete: Some(Form::default().with_id("step-1")),
            action_href: "/muc-tieu/1/viec/1".to_owned(),
        };
        let done = StepRow {
            due: Due { days_left: None, overdue: false, ..due(false) },
            done_on: Some(day(11, 2)),
            note: Some("Đã ban hành lịch trực.".to_owned()),
            complete: None,
            ..step.clone()
        };
        let result = ResultRow {
            corrected: false,
            on: day(9, 30),
            value: "99,24 % (2.624/2.644)".to_owned(),
            on_target: true,
            note: Some("Ghi từ số liệu hồ sơ".to_owned()),
            by: "Cán bộ đầu mối xã An Mẫu".to_owned(),
            evidence_href: Some("/minh-chung/objective_result/1".to_owned()),
        };
        let worse = ResultRow {
            corrected: true,
            on: day(6, 30),
            value: "97 %".to_owned(),
            on_target: false,
            note: None,
            ..result.clone()
        };
        let running = Self {
            unit: "Xã An Mẫu".to_owned(),
            year: "2026".to_owned(),
            state: ObjectiveState::Approved,
            tone: Tone::Info,
            text: "Hồ sơ được giải quyết đúng hạn và trước hạn".to_owned(),
            measure: "Tỷ lệ hồ sơ giải quyết đúng hạn và trước hạn trên tổng số đã giải quyết".to_owned(),
            target: "≥ 98,5 %".to_owned(),
            baseline: Some("97,2 %".to_owned()),
            frequency: Frequency::Quarter,
            bind: Some(Bind::DossiersOnTime),
            approved_by: Some("Chủ tịch UBND xã An Mẫu".to_owned()),
            approved_on: Some(day(1, 15)),
            on_target: Some(true),
            met: None,
            explanation: None,
            cancel_reason: None,
            steps: vec![step, done],
            results: vec![result, worse],
            figure: Some(FigureBox {
                value: Some("99,24 % (2.624/2.644)".to_owned()),
                rows: vec![Link { href: "/so-lieu/1".to_owned(), text: "01/01/2026–31/03/2026".to_owned() }],
                record: Some(Form::default().with_id("counted")),
            }),
            record: Some(Form::default().with_id("record")),
            approve: None,
            evaluate: Some(Form::default().with_id("evaluate")),
            cancel: Some(Form::default().with_id("cancel")),
            edit_href: None,
            href: "/muc-tieu/1".to_owned(),
            list_href: "/muc-tieu".to_owned(),
        };
        let draft = Self {
            state: ObjectiveState::Draft,
            approved_by: None,
            approved_on: None,
            on_target: None,
            baseline: None,
            bind: None,
            figure: None,
            steps: Vec::new(),
            results: Vec::new(),
            record: None,
            evaluate: None,
            approve: Some(Form::default().with_id("approve")),
            edit_href: Some("/muc-tieu/1/sua".to_owned()),
            ..running.clone()
        };
        let missed = Self {
            state: ObjectiveState::Evaluated,
            tone: Tone::Bad,
            on_target: Some(false),
            met: Some(false),
            explanation: Some("Phần mềm một cửa dừng 5 ngày trong tháng 10.".to_owned()),
            figure: None,
            record: None,
            evaluate: None,
            cancel: None,
            ..running.clone()
        };
        let met = Self { met: Some(true), explanation: None, on_target: Some(true), tone: Tone::Good, ..missed.clone() };
        let cancelled = Self {
            state: ObjectiveState::Cancelled,
            met: None,
            cancel_reason: Some("Trùng MT-2026-03".to_owned()),
            ..missed.clone()
        };
        let blank = Self {
            figure: Some(FigureBox { value: None, rows: Vec::new(), record: None }),
            results: Vec::new(),
            on_target: None,
            ..running.clone()
        };
        vec![running, draft, missed, met, cancelled, blank]
    }
}

impl View for ObjectiveForm {
    const TEMPLATE: &'static str = "objectives/form.html";

    fn samples() -> Vec<Self> {
        let choices = |list: &[(&str, &str)]| list.iter().map(|(code, label)| Choice::new(*code, *label)).collect::<Vec<_>>();
        let mut form = Form::default();
        form.set("year", "2026").set("steps/0/action", "Rà soát hồ sơ").set("steps/0/due_on", "2026-12-31");
        let whole = Self {
            action: "/muc-tieu/moi".to_owned(),
            form: form.clone(),
            unit: Some("Xã An Mẫu".to_owned()),
            units: Vec::new(),
            directions: choices(&[(Direction::AtLeast.code(), "Đạt ít nhất"), (Direction::AtMost.code(), "Không vượt quá")]),
            frequencies: choices(&[(Frequency::Quarter.code(), "Hằng quý")]),
            binds: choices(&[(Bind::DossiersOnTime.code(), "Tỷ lệ hồ sơ đúng hạn")]),
            people: choices(&[("1", "Công chức xã An Mẫu")]),
            is_new: true,
            back: "/muc-tieu".to_owned(),
        };
        let mut wrong = form;
        wrong.error("target", "Hãy nhập một số, ví dụ 98,5.").error("steps/0/owner_id", "Chưa nhập nội dung này.");
        let editing = Self { form: wrong, is_new: false, action: "/muc-tieu/1/sua".to_owned(), ..whole.clone() };
        let choose = Self { unit: None, units: choices(&[("/muc-tieu/moi?don_vi=1", "Xã An Mẫu")]), ..whole.clone() };
        vec![whole, editing, choose]
    }
}
