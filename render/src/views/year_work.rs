//! The register of the year's work.

use chrono::NaiveDate;
use domain::year_work::{Attribution, Field, ReportPeriod, WorkKind, WorkOrigin, WorkState};
use serde::Serialize;

use super::part::{Chip, Choice, Due, Listing, Tone};
use crate::{Form, View};

/// The register.
#[derive(Clone, Debug, Serialize)]
pub struct WorkList {
    /// The list; its chips are the kinds with what is done of them.
    pub list: Listing<WorkItemRow>,
    /// The years around this one.
    pub years: Vec<Chip>,
    /// Units to switch to; empty where there is only one.
    pub units: Vec<Choice>,
    /// Keeps the unit that is shown.
    pub unit_form: Form,
    /// The query to keep when the unit is switched.
    pub keep: Vec<(String, String)>,
    /// Whether rows name their unit.
    pub many_units: bool,
    /// What may be added: words and address.
    pub adds: Vec<Choice>,
    /// Where a task is given to units.
    pub assign_href: Option<String>,
    /// The numbers of the shown unit; empty while many units are shown.
    pub counts: Vec<CountRow>,
}

/// A row of the register.
#[derive(Clone, Debug, Serialize)]
pub struct WorkItemRow {
    /// Its page.
    pub href: String,
    /// Title.
    pub title: String,
    /// Its unit.
    pub unit: String,
    /// What it is.
    pub kind: WorkKind,
    /// Where it comes from.
    pub origin: WorkOrigin,
    /// Who is responsible.
    pub owner: Option<String>,
    /// Last day, when it is followed.
    pub due: Option<Due>,
    /// The day it was done.
    pub done_on: Option<NaiveDate>,
    /// Where it stands.
    pub state: WorkState,
    /// How the state looks.
    pub tone: Tone,
    /// Whether it is late.
    pub late: bool,
}

/// A number counted from the register.
#[derive(Clone, Debug, Serialize)]
pub struct CountRow {
    /// What it is.
    pub label: String,
    /// The number.
    pub value: i64,
}

/// One row of the register.
#[derive(Clone, Debug, Serialize)]
pub struct WorkItemPage {
    /// Its unit.
    pub unit: String,
    /// The year.
    pub year: String,
    /// What it is.
    pub kind: WorkKind,
    /// Where it comes from.
    pub origin: WorkOrigin,
    /// Who gave it.
    pub assigned_by: Option<String>,
    /// Where it stands.
    pub state: WorkState,
    /// How the state looks.
    pub tone: Tone,
    /// Whether it is late.
    pub late: bool,
    /// Code of the dossier, petition or procedure.
    pub code: Option<String>,
    /// Period of a report.
    pub period: Option<ReportPeriod>,
    /// Who is responsible.
    pub owner: Option<String>,
    /// What must be there at the end.
    pub product: Option<String>,
    /// The day a petition came.
    pub received_on: Option<NaiveDate>,
    /// Last day.
    pub due: Option<Due>,
    /// The day it was done.
    pub done_on: Option<NaiveDate>,
    /// Whose step was late.
    pub attribution: Option<Attribution>,
    /// Number and day of the paper.
    pub number: Option<String>,
    /// The day of the paper.
    pub numbered_on: Option<NaiveDate>,
    /// People trained.
    pub people_count: Option<i32>,
    /// Faults found.
    pub found_count: Option<i32>,
    /// Faults mended.
    pub fixed_count: Option<i32>,
    /// What came of it.
    pub result: Option<String>,
    /// Why it was taken off the register.
    pub cancel_reason: Option<String>,
    /// Its address.
    pub href: String,
    /// The list it is in.
    pub list_href: String,
    /// Its evidence.
    pub evidence_href: Option<String>,
    /// Where it is changed.
    pub edit_href: Option<String>,
    /// Begin.
    pub start: Option<Form>,
    /// Report as done.
    pub complete: Option<Form>,
    /// Reopen.
    pub reopen: Option<Form>,
    /// Take off the register.
    pub cancel: Option<Form>,
}

/// A row to be entered or changed.
#[derive(Clone, Debug, Serialize)]
pub struct WorkItemForm {
    /// Where it is sent.
    pub action: String,
    /// The form.
    pub form: Form,
    /// What it is.
    pub kind: WorkKind,
    /// Its fields in order.
    pub fields: Vec<WorkField>,
    /// Units to choose from; empty when there is no choice.
    pub units: Vec<Choice>,
    /// Report periods.
    pub periods: Vec<Choice>,
    /// Whose step was late.
    pub attributions: Vec<Choice>,
    /// The rest is the superior's.
    pub superior_fields: bool,
    /// Whether the year is asked for.
    pub with_year: bool,
}

/// A field of the form.
#[derive(Clone, Debug, Serialize)]
pub struct WorkField {
    /// Its name.
    pub name: String,
    /// Whether it must be filled in.
    pub required: bool,
}

impl WorkField {
    /// The fields a form of this kind shows.
    #[must_use]
    pub fn of(kind: WorkKind, shown: impl Fn(Field) -> bool) -> Vec<Self> {
        let fields = Field::ALL.iter().filter(|field| kind.has(**field) && shown(**field));
        fields.map(|field| Self { name: field.name().to_owned(), required: kind.must(*field) }).collect()
    }
}

/// A task to be given to units.
#[derive(Clone, Debug, Serialize)]
pub struct AssignForm {
    /// The form.
    pub form: Form,
    /// The units below.
    pub units: Vec<Choice>,
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
}

fn due(overdue: bool) -> Due {
    Due { on: day(2026, 11, 30), days_left: Some(if overdue { -3 } else { 10 }), overdue, provisional: false }
}

impl View for WorkList {
    const TEMPLATE: &'static str = "year_work/list.html";

    fn samples() -> Vec<Self> {
        let row = WorkItemRow {
            href: "/viec-trong-nam/1".to_owned(),
            title: "Rà soát, niêm yết công khai thủ tục hành chính tại Trung tâm Phục vụ hành chính công".to_owned(),
            unit: "Xã An Mẫu".to_owned(),
            kind: WorkKind::Task,
            origin: WorkOrigin::Superior,
            owner: Some("Văn phòng HĐND và UBND".to_owned()),
            due: Some(due(false)),
            done_on: None,
            state: WorkState::InProgress,
            tone: Tone::Info,
            late: false,
        };
        let late = WorkItemRow {
            due: Some(due(true)),
            state: WorkState::NotStarted,
            tone: Tone::Bad,
            late: true,
            owner: None,
            ..row.clone()
        };
        let done = WorkItemRow {
            kind: WorkKind::Training,
            origin: WorkOrigin::Own,
            due: None,
            done_on: Some(day(2026, 5, 4)),
            state: WorkState::Done,
            tone: Tone::Good,
            ..row.clone()
        };
        let chip = |label: &str, active| Chip {
            label: label.to_owned(),
            href: "/viec-trong-nam?nam=2026".to_owned(),
            active,
            count: None,
        };
        let list = Listing {
            chips: vec![chip("Nhiệm vụ kế hoạch: 21/25 đã xong", true)],
            ..Listing::plain(vec![row, late, done])
        };
        let full = Self {
            list,
            years: vec![chip("2025", false), chip("2026", true)],
            units: vec![Choice::new("1", "Xã An Mẫu")],
            unit_form: Form::default(),
            keep: vec![("nam".to_owned(), "2026".to_owned())],
            many_units: true,
            adds: vec![Choice::new("/viec-trong-nam/moi/task", "Nhiệm vụ kế hoạch")],
            assign_href: Some("/viec-trong-nam/giao".to_owned()),
            counts: Vec::new(),
        };
        let counted = Self {
            many_units: false,
            units: Vec::new(),
            assign_href: None,
            counts: vec![CountRow { label: "Số nhiệm vụ trong kế hoạch".to_owned(), value: 95 }],
            ..full.clone()
        };
        let nothing = Self { list: Listing::plain(Vec::new()), adds: Vec::new(), assign_href: None, ..full.clone() };
        vec![full, counted, nothing]
    }
}

impl View for WorkItemPage {
    const TEMPLATE: &'static str = "year_work/page.html";

    fn samples() -> Vec<Self> {
        let task = Self {
            unit: "Xã An Mẫu".to_owned(),
            year: "2026".to_owned(),
            kind: WorkKind::Task,
            origin: WorkOrigin::Superior,
            assigned_by: Some("Tỉnh Mẫu".to_owned()),
            state: WorkState::NotStarted,
            tone: Tone::Warn,
            late: true,
            code: None,
            period: None,
            owner: None,
            product: Some("Báo cáo rà soát".to_owned()),
            received_on: None,
            due: Some(due(true)),
            done_on: None,
            attribution: None,
            number: Some("12/KH-UBND".to_owned()),
            numbered_on: Some(day(2026, 1, 15)),
            people_count: None,
            found_count: None,
            fixed_count: None,
            result: None,
            cancel_reason: None,
            href: "/viec-trong-nam/1".to_owned(),
            list_href: "/viec-trong-nam".to_owned(),
            evidence_href: Some("/minh-chung/work_item/1".to_owned()),
            edit_href: Some("/viec-trong-nam/1/sua".to_owned()),
            start: Some(Form::default().with_id("start")),
            complete: Some(Form::default().with_id("complete")),
            reopen: None,
            cancel: Some(Form::default().with_id("cancel")),
        };
        let done = Self {
            state: WorkState::Done,
            tone: Tone::Good,
            late: false,
            done_on: Some(day(2026, 11, 16)),
            result: Some("Đã niêm yết đủ 112 thủ tục.".to_owned()),
            owner: Some("Văn phòng".to_owned()),
            start: None,
            complete: None,
            reopen: Some(Form::default().with_id("reopen")),
            ..task.clone()
        };
        let apology = Self {
            kind: WorkKind::Apology,
            origin: WorkOrigin::Own,
            assigned_by: None,
            state: WorkState::Cancelled,
            tone: Tone::Neutral,
            code: Some("000.12.H01-260504-0007".to_owned()),
            attribution: Some(Attribution::OtherAgency),
            cancel_reason: Some("Ghi nhầm hồ sơ".to_owned()),
            due: None,
            late: false,
            evidence_href: None,
            edit_href: None,
            start: None,
            complete: None,
            cancel: None,
            ..task.clone()
        };
        let report = Self { kind: WorkKind::Report, period: Some(ReportPeriod::Quarter1), ..task.clone() };
        let petition = Self { kind: WorkKind::Petition, received_on: Some(day(2026, 5, 4)), ..task.clone() };
        let check = Self { kind: WorkKind::SelfCheck, found_count: Some(5), fixed_count: Some(4), due: None, ..done.clone() };
        let training = Self { kind: WorkKind::Training, people_count: Some(45), due: None, ..done.clone() };
        vec![task, done, apology, report, petition, check, training]
    }
}

impl View for WorkItemForm {
    const TEMPLATE: &'static str = "year_work/form.html";

    fn samples() -> Vec<Self> {
        let form = |kind: WorkKind| Self {
            action: format!("/viec-trong-nam/moi/{kind}"),
            form: Form::default(),
            kind,
            fields: WorkField::of(kind, |_| true),
            units: vec![Choice::new("1", "Xã An Mẫu")],
            periods: vec![Choice::new("quarter_1", "Quý I")],
            attributions: vec![Choice::new("this_unit", "Khâu của đơn vị này")],
            superior_fields: false,
            with_year: true,
        };
        let mut wrong = form(WorkKind::Task);
        wrong.form.error("due_on", "Chưa nhập nội dung này.");
        let given = Self {
            fields: WorkField::of(WorkKind::Task, |field| matches!(field, Field::Owner | Field::Result)),
            superior_fields: true,
            with_year: false,
            units: Vec::new(),
            ..form(WorkKind::Task)
        };
        WorkKind::ALL.iter().copied().map(form).chain([wrong, given]).collect()
    }
}

impl View for AssignForm {
    const TEMPLATE: &'static str = "year_work/assign.html";

    fn samples() -> Vec<Self> {
        let mut wrong = Form::default();
        wrong.error("unit_ids", "Chưa nhập nội dung này.");
        let units = vec![Choice::new("1", "Xã An Mẫu"), Choice::new("2", "Xã Bình Mẫu")];
        vec![Self { form: wrong, units: units.clone() }, Self { form: Form::default(), units }]
    }
}
