//! Procedures in force, for everybody (niêm yết công khai): the list, a procedure, the poster.

use chrono::NaiveDate;
use serde::Serialize;

use super::documents::Text;
use super::findings::Link;
use super::part::{Chip, Listing, Pager, Search};
use crate::View;

/// A procedure in the public list.
#[derive(Clone, Debug, Serialize)]
pub struct PublicRow {
    /// Its page.
    pub href: String,
    /// Its code.
    pub code: String,
    /// Its title.
    pub title: String,
    /// Codes of the administrative procedures it serves, with their local suffix.
    pub national_codes: Vec<String>,
    /// Its field.
    pub field: Option<String>,
    /// Its unit.
    pub unit: String,
    /// How long it takes, in words.
    pub times: Vec<String>,
    /// What it costs, in words; empty when that is not said.
    pub fees: Vec<String>,
}

/// Procedures in force.
#[derive(Clone, Debug, Serialize)]
pub struct PublicList {
    /// The list.
    pub list: Listing<PublicRow>,
    /// Filters by unit.
    pub units: Vec<Chip>,
    /// Filters by field.
    pub fields: Vec<Chip>,
    /// The poster of what is chosen; `None` where no unit is chosen.
    pub poster_href: Option<String>,
}

/// Where a public procedure stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PublicState {
    /// In force.
    Current,
    /// An earlier text; another one is in force.
    Superseded,
    /// Not in force any more.
    Withdrawn,
}

/// A procedure as everybody reads it.
#[derive(Clone, Debug, Serialize)]
pub struct PublicPage {
    /// Where it stands.
    pub state: PublicState,
    /// Its code.
    pub code: String,
    /// Codes of the administrative procedures it serves, with their local suffix.
    pub national_codes: Vec<String>,
    /// Its unit.
    pub unit: String,
    /// Its field.
    pub field: Option<String>,
    /// `01/00`.
    pub number: String,
    /// The decision that issued it: number and day.
    pub decision: Option<(String, NaiveDate)>,
    /// First day in force.
    pub effective_from: Option<NaiveDate>,
    /// Last day in force.
    pub effective_to: Option<NaiveDate>,
    /// The paper that ended it.
    pub end_decision: Option<String>,
    /// What holds now in its place.
    pub instead: Option<Link>,
    /// Its text; none of what is not in force any more.
    pub text: Option<Text>,
    /// Whether the text is in files.
    pub uploaded: bool,
    /// Its files.
    pub files: Vec<Link>,
    /// The list.
    pub list_href: String,
    /// Its poster.
    pub poster_href: Option<String>,
}

/// A sheet to be printed and put up.
#[derive(Clone, Debug, Serialize)]
pub struct Poster {
    /// The unit.
    pub unit: String,
    /// What is put up: a field or a procedure.
    pub about: String,
    /// The picture of the code.
    pub qr: String,
    /// The address the code leads to, in letters.
    pub address: String,
    /// The procedures that are put up.
    pub rows: Vec<PublicRow>,
    /// Back to the page.
    pub back: Link,
    /// The day of the sheet.
    pub on: NaiveDate,
}

fn link(text: &str) -> Link {
    Link { href: "/cong-khai/thu-tuc/1".to_owned(), text: text.to_owned() }
}

fn row(title: &str) -> PublicRow {
    PublicRow {
        href: "/cong-khai/thu-tuc/1".to_owned(),
        code: "QT-HT-01".to_owned(),
        title: title.to_owned(),
        national_codes: vec!["1.001193.000.00.00.H55".to_owned()],
        field: Some("Hộ tịch".to_owned()),
        unit: "Ủy ban nhân dân xã An Mẫu".to_owned(),
        times: vec!["1 ngày làm việc".to_owned(), "Cần xác minh: 5 ngày làm việc".to_owned()],
        fees: vec!["8.000 đồng (trực tuyến: 0 đồng)".to_owned()],
    }
}

fn day(text: &str) -> Option<NaiveDate> {
    text.parse().ok()
}

impl View for PublicList {
    const TEMPLATE: &'static str = "public/procedures.html";

    fn samples() -> Vec<Self> {
        let chip = |label: &str, active| Chip {
            label: label.to_owned(),
            href: "/cong-khai/thu-tuc".to_owned(),
            active,
            count: Some(12),
        };
        let search = Some(Search { action: "/cong-khai/thu-tuc".to_owned(), q: "khai sinh".to_owned(), keep: vec![] });
        let full = Self {
            list: Listing {
                rows: vec![
                    row("Đăng ký khai sinh"),
                    PublicRow {
                        field: None,
                        national_codes: vec![],
                        times: vec![],
                        fees: vec![],
                        ..row("Chứng thực chữ ký trong các giấy tờ, văn bản")
                    },
                ],
                pager: Pager { next: Some("/cong-khai/thu-tuc?cursor=x".to_owned()), first: None },
                chips: vec![],
                search,
                clear: Some("/cong-khai/thu-tuc".to_owned()),
            },
            units: vec![chip("Ủy ban nhân dân xã An Mẫu", true), chip("Ủy ban nhân dân phường Bình Mẫu", false)],
            fields: vec![chip("Hộ tịch", true), chip("Chứng thực", false)],
            poster_href: Some("/cong-khai/thu-tuc/to-treo?don_vi=1".to_owned()),
        };
        let empty = Self { list: Listing::plain(vec![]), units: vec![], fields: vec![], poster_href: None };
        let filtered = Self { list: Listing { rows: vec![], ..full.list.clone() }, ..full.clone() };
        vec![full, empty, filtered]
    }
}

impl View for PublicPage {
    const TEMPLATE: &'static str = "public/procedure.html";

    fn samples() -> Vec<Self> {
        let current = Self {
            state: PublicState::Current,
            code: "QT-HT-01".to_owned(),
            national_codes: vec!["1.001193.000.00.00.H55".to_owned(), "1.000894".to_owned()],
            unit: "Ủy ban nhân dân xã An Mẫu".to_owned(),
            field: Some("Hộ tịch".to_owned()),
            number: "01/00".to_owned(),
            decision: day("2026-11-16").map(|on| ("05/QĐ-UBND".to_owned(), on)),
            effective_from: day("2026-11-16"),
            effective_to: None,
            end_decision: None,
            instead: None,
            text: Some(super::documents::sample_text()),
            uploaded: false,
            files: vec![],
            list_href: "/cong-khai/thu-tuc".to_owned(),
            poster_href: Some("/cong-khai/thu-tuc/1/to-treo".to_owned()),
        };
        let uploaded = Self {
            text: None,
            uploaded: true,
            files: vec![link("quy-trinh.pdf")],
            field: None,
            national_codes: vec![],
            decision: None,
            ..current.clone()
        };
        let superseded = Self {
            state: PublicState::Superseded,
            effective_to: day("2026-11-30"),
            instead: Some(link("QT-HT-01 · lần 01/01")),
            text: None,
            poster_href: None,
            ..current.clone()
        };
        let withdrawn = Self {
            state: PublicState::Withdrawn,
            effective_to: day("2026-12-01"),
            end_decision: Some("12/QĐ-UBND ngày 01/12/2026".to_owned()),
            ..superseded.clone()
        };
        let gone = Self { instead: None, end_decision: None, ..withdrawn.clone() };
        vec![current, uploaded, superseded, withdrawn, gone]
    }
}

impl View for Poster {
    const TEMPLATE: &'static str = "public/poster.html";

    fn samples() -> Vec<Self> {
        let field = Self {
            unit: "Ủy ban nhân dân xã An Mẫu".to_owned(),
            about: "Lĩnh vực Hộ tịch".to_owned(),
            qr: "/cong-khai/thu-tuc/ma-qr.svg?don_vi=1".to_owned(),
            address: "https://chuan.example.vn/cong-khai/thu-tuc?don_vi=1".to_owned(),
            rows: vec![row("Đăng ký khai sinh"), PublicRow { times: vec![], fees: vec![], ..row("Đăng ký kết hôn") }],
            back: link("Danh sách thủ tục"),
            on: day("2026-11-22").unwrap_or_default(),
        };
        vec![field.clone(), Self { rows: vec![], ..field }]
    }
}
