//! Yearly programmes of inspections.

use chrono::NaiveDate;
use domain::record::ProgrammeState;
use serde::Serialize;

use super::inspections::InspectionItem;
use super::part::{Choice, Listing, Tone};
use crate::{Form, View};

/// The programmes.
#[derive(Clone, Debug, Serialize)]
pub struct ProgrammeList {
    /// The list.
    pub list: Listing<ProgrammeItem>,
    /// Where a new one is written; `None` when the person may not.
    pub new_href: Option<String>,
}

/// A programme in the list.
#[derive(Clone, Debug, Serialize)]
pub struct ProgrammeItem {
    /// Its page.
    pub href: String,
    /// Number and title.
    pub title: String,
    /// The year.
    pub year: String,
    /// The inspecting unit.
    pub unit: String,
    /// Where it stands.
    pub state: ProgrammeState,
    /// How the state looks.
    pub tone: Tone,
}

/// A programme to be written or changed.
#[derive(Clone, Debug, Serialize)]
pub struct ProgrammeForm {
    /// Where it is sent.
    pub action: String,
    /// The form.
    pub form: Form,
    /// Units to choose from; empty when there is no choice.
    pub units: Vec<Choice>,
    /// Whether the year and unit are asked for.
    pub is_new: bool,
}

/// One programme with its inspections by month.
#[derive(Clone, Debug, Serialize)]
pub struct ProgrammePage {
    /// Number.
    pub code: String,
    /// The year.
    pub year: String,
    /// The inspecting unit.
    pub unit: String,
    /// Where it stands.
    pub state: ProgrammeState,
    /// How the state looks.
    pub tone: Tone,
    /// What it is for.
    pub objective: Option<String>,
    /// Căn cứ.
    pub legal_basis: Option<String>,
    /// Who approved it and when.
    pub approved: Option<Approval>,
    /// Its inspections.
    pub months: Vec<Month>,
    /// Its address.
    pub href: String,
    /// Where it is changed.
    pub edit_href: Option<String>,
    /// Approve it.
    pub approve: Option<Form>,
    /// Close it.
    pub close: Option<Form>,
    /// Plan an inspection in it.
    pub plan_href: Option<String>,
}

/// An approval.
#[derive(Clone, Debug, Serialize)]
pub struct Approval {
    /// Who.
    pub by: String,
    /// On which day.
    pub on: NaiveDate,
}

/// The inspections of a month.
#[derive(Clone, Debug, Serialize)]
pub struct Month {
    /// The month, 1 to 12.
    pub number: u32,
    /// Its year.
    pub year: String,
    /// The inspections by day.
    pub items: Vec<InspectionItem>,
}

impl View for ProgrammeList {
    const TEMPLATE: &'static str = "programmes/list.html";

    fn samples() -> Vec<Self> {
        let item = ProgrammeItem {
            href: "/chuong-trinh/1".to_owned(),
            title: "CT-2026-01 · Kế hoạch kiểm tra công tác cải cách hành chính năm 2026".to_owned(),
            year: "2026".to_owned(),
            unit: "Sở Nội vụ tỉnh Mẫu".to_owned(),
            state: ProgrammeState::Approved,
            tone: Tone::Good,
        };
        vec![
            Self { list: Listing::plain(vec![item]), new_href: Some("/chuong-trinh/moi".to_owned()) },
            Self { list: Listing::plain(Vec::new()), new_href: Some("/chuong-trinh/moi".to_owned()) },
            Self { list: Listing::plain(Vec::new()), new_href: None },
        ]
    }
}

impl View for ProgrammeForm {
    const TEMPLATE: &'static str = "programmes/form.html";

    fn samples() -> Vec<Self> {
        let mut wrong = Form::default();
        wrong.error("title", "Chưa nhập nội dung này.");
        vec![
            Self {
                action: "/chuong-trinh/moi".to_owned(),
                form: wrong,
                units: vec![Choice::new("1", "Sở Nội vụ")],
                is_new: true,
            },
            Self { action: "/chuong-trinh/1/sua".to_owned(), form: Form::default(), units: Vec::new(), is_new: false },
        ]
    }
}

impl View for ProgrammePage {
    const TEMPLATE: &'static str = "programmes/page.html";

    fn samples() -> Vec<Self> {
        let draft = Self {
            code: "CT-2026-01".to_owned(),
            year: "2026".to_owned(),
            unit: "Sở Nội vụ tỉnh Mẫu".to_owned(),
            state: ProgrammeState::Draft,
            tone: Tone::Warn,
            objective: None,
            legal_basis: Some("Kế hoạch số 12/KH-UBND".to_owned()),
            approved: None,
            months: Vec::new(),
            href: "/chuong-trinh/1".to_owned(),
            edit_href: Some("/chuong-trinh/1/sua".to_owned()),
            approve: Some(Form::default().with_id("approve")),
            close: None,
            plan_href: Some("/kiem-tra/moi?chuong-trinh=1".to_owned()),
        };
        let approved = Self {
            state: ProgrammeState::Approved,
            tone: Tone::Good,
            objective: Some("Đánh giá việc thực hiện nhiệm vụ".to_owned()),
            approved: Some(Approval {
                by: "Giám đốc Sở".to_owned(),
                on: NaiveDate::from_ymd_opt(2026, 1, 15).unwrap_or_default(),
            }),
            months: vec![Month { number: 11, year: "2026".to_owned(), items: vec![InspectionItem::sample()] }],
            edit_href: None,
            approve: None,
            close: Some(Form::default().with_id("close")),
            ..draft.clone()
        };
        vec![draft, approved]
    }
}
