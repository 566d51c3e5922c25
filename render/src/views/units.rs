//! Units: the tree as of a day, one unit with its past and future.

use chrono::NaiveDate;
use serde::Serialize;

use super::part::{Chip, Choice, Listing, Pager, Search};
use crate::{Form, View};

/// A unit in a list.
#[derive(Clone, Debug, Serialize)]
pub struct UnitRow {
    /// Its page.
    pub href: String,
    /// The list of what lies right below it.
    pub below_href: String,
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Kind, in words.
    pub kind: String,
    /// First day.
    pub valid_from: NaiveDate,
    /// Last day.
    pub valid_to: Option<NaiveDate>,
}

/// A unit, as a link.
#[derive(Clone, Debug, Serialize)]
pub struct UnitLink {
    /// Its page.
    pub href: String,
    /// Name.
    pub name: String,
}

/// The units as of a day.
#[derive(Clone, Debug, Serialize)]
pub struct UnitList {
    /// As of this day.
    pub on: NaiveDate,
    /// The query to keep when the day changes.
    pub keep: Vec<(String, String)>,
    /// The unit whose parts are shown; none at the top or in a search.
    pub under: Option<UnitLink>,
    /// One level up.
    pub up_href: Option<String>,
    /// The list.
    pub list: Listing<UnitRow>,
}

impl View for UnitList {
    const TEMPLATE: &'static str = "units/list.html";

    fn samples() -> Vec<Self> {
        let on = NaiveDate::from_ymd_opt(2025, 7, 1).unwrap_or_default();
        let row = |code: &str, name: &str, kind: &str| UnitRow {
            href: format!("/don-vi/{code}"),
            below_href: format!("/don-vi?thuoc={code}"),
            code: code.to_owned(),
            name: name.to_owned(),
            kind: kind.to_owned(),
            valid_from: on,
            valid_to: None,
        };
        let search =
            Search { action: "/don-vi".to_owned(), q: String::new(), keep: vec![("ngay".to_owned(), "2025-07-01".to_owned())] };
        let list = Listing {
            rows: vec![row("01", "Thành phố Hà Nội", "thành phố trung ương"), row("04", "Tỉnh Cao Bằng", "tỉnh")],
            pager: Pager { next: Some("/don-vi?cursor=x".to_owned()), first: None },
            chips: vec![Chip {
                label: "Cấp xã".to_owned(), href: "/don-vi?cap=commune".to_owned(), active: false, count: None
            }],
            search: Some(search),
            clear: None,
        };
        let under = UnitLink { href: "/don-vi/01".to_owned(), name: "Thành phố Hà Nội".to_owned() };
        let none = Listing { clear: Some("/don-vi".to_owned()), rows: Vec::new(), ..list.clone() };
        vec![
            Self { on, keep: Vec::new(), under: None, up_href: None, list: list.clone() },
            Self {
                on,
                keep: vec![("thuoc".to_owned(), "01".to_owned())],
                under: Some(under),
                up_href: Some("/don-vi".to_owned()),
                list,
            },
            Self { on, keep: Vec::new(), under: None, up_href: None, list: none },
        ]
    }
}

/// A recorded succession as one side sees it.
#[derive(Clone, Debug, Serialize)]
pub struct SuccessionRow {
    /// The other unit; none when a unit was abolished without heir.
    pub other: Option<UnitLink>,
    /// Code of how.
    pub kind: String,
    /// First day of the new state.
    pub on: NaiveDate,
    /// Legal ground.
    pub ground: String,
}

/// One unit.
#[derive(Clone, Debug, Serialize)]
pub struct UnitPage {
    /// Code.
    pub code: String,
    /// Kind, in words.
    pub kind: String,
    /// First day.
    pub valid_from: NaiveDate,
    /// Last day.
    pub valid_to: Option<NaiveDate>,
    /// Where the entry comes from.
    pub source: Option<String>,
    /// The units above it, topmost first.
    pub path: Vec<UnitLink>,
    /// What lies right below it.
    pub below_href: String,
    /// People who belong to it today.
    pub people: usize,
    /// Their list, for who may see it.
    pub people_href: Option<String>,
    /// What it came from.
    pub predecessors: Vec<SuccessionRow>,
    /// What came after it.
    pub successors: Vec<SuccessionRow>,
    /// Where its name is mended.
    pub correct: Option<String>,
    /// The form for that.
    pub form: Form,
    /// Where it is recorded that it passes into others, for who may.
    pub succeed_href: Option<String>,
}

impl View for UnitPage {
    const TEMPLATE: &'static str = "units/page.html";

    fn samples() -> Vec<Self> {
        let day = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default();
        let link = |name: &str| UnitLink { href: "/don-vi/x".to_owned(), name: name.to_owned() };
        let plain = Self {
            code: "00070".to_owned(),
            kind: "phường".to_owned(),
            valid_from: day(2025, 7, 1),
            valid_to: None,
            source: Some("units-2025.csv".to_owned()),
            path: vec![link("Thành phố Hà Nội")],
            below_href: "/don-vi?thuoc=x".to_owned(),
            people: 0,
            people_href: None,
            predecessors: Vec::new(),
            successors: Vec::new(),
            correct: None,
            form: Form::default(),
            succeed_href: None,
        };
        let row = |other: Option<UnitLink>| SuccessionRow {
            other,
            kind: "merge".to_owned(),
            on: day(2025, 7, 1),
            ground: "Nghị quyết 1656/NQ-UBTVQH15".to_owned(),
        };
        let mut form = Form { version: Some(2), ..Form::default() };
        form.set("name", "Phường Hoàn Kiếm");
        let full = Self {
            valid_to: Some(day(2026, 12, 31)),
            people: 31,
            people_href: Some("/nhan-su?don_vi=x".to_owned()),
            predecessors: vec![row(Some(link("Phường Hàng Bạc"))), row(Some(link("Phường Hàng Bồ")))],
            successors: vec![row(None)],
            correct: Some("/don-vi/x/sua-ten".to_owned()),
            form,
            succeed_href: Some("/don-vi/x/ke-thua".to_owned()),
            ..plain.clone()
        };
        vec![plain, full]
    }
}

/// An open duty that passes to an heir, by number only.
#[derive(Clone, Debug, Serialize)]
pub struct OpenDuty {
    /// The field of the form that names its heir: `duties/<id>`.
    pub field: String,
    /// Code of the kind of record.
    pub subject: String,
    /// Its number.
    pub code: String,
}

/// A unit is recorded to pass into others.
#[derive(Clone, Debug, Serialize)]
pub struct SuccessionForm {
    /// The unit that ends.
    pub unit: UnitLink,
    /// Where the form is sent.
    pub action: String,
    /// The form: `kind`, `on`, `ground`, rows `to/<n>/…`, `duties/<id>`.
    pub form: Form,
    /// How a unit can pass on.
    pub kinds: Vec<Choice>,
    /// Units that can be heirs, or stand above a new one.
    pub units: Vec<Choice>,
    /// Kinds of a new unit.
    pub unit_kinds: Vec<Choice>,
    /// What is still open.
    pub duties: Vec<OpenDuty>,
    /// The heirs by their row in the form.
    pub heirs: Vec<Choice>,
}

impl View for SuccessionForm {
    const TEMPLATE: &'static str = "units/succession.html";

    fn samples() -> Vec<Self> {
        let plain = Self {
            unit: UnitLink { href: "/don-vi/x".to_owned(), name: "Xã An Mẫu".to_owned() },
            action: "/don-vi/x/ke-thua".to_owned(),
            form: Form { version: Some(1), ..Form::default() },
            kinds: vec![Choice::new("merge", "Sáp nhập"), Choice::new("split", "Chia, tách")],
            units: vec![Choice::new("1", "Xã Bình Mẫu (MAU-02)")],
            unit_kinds: vec![Choice::new("xa", "xã")],
            duties: Vec::new(),
            heirs: Vec::new(),
        };
        let mut form = plain.form.clone();
        form.set("kind", "split").set("to/0/code", "MAU-01A").set("to/1/unit_id", "1");
        form.error("on", "Chưa nhập nội dung này.").error("to/0/name", "Chưa nhập nội dung này.");
        let duty = |id: &str, subject: &str, code: &str| OpenDuty {
            field: format!("duties/{id}"),
            subject: subject.to_owned(),
            code: code.to_owned(),
        };
        let full = Self {
            form,
            duties: vec![duty("1", "finding", "PH-2026-0031"), duty("2", "corrective_action", "KP-2026-0007")],
            heirs: vec![Choice::new("0", "Đơn vị kế thừa 1"), Choice::new("1", "Đơn vị kế thừa 2")],
            ..plain.clone()
        };
        vec![plain, full]
    }
}
