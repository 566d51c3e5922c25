//! Units: the tree as of a day, one unit with its past and future.

use chrono::NaiveDate;
use serde::Serialize;

use super::part::{Chip, Listing, Pager, Search};
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
            ..plain.clone()
        };
        vec![plain, full]
    }
}
