//! The lists an agency must show: which there are, one of them, and the lines a unit adds to its records list.

use serde::Serialize;

use super::part::{Choice, Pager};
use crate::{Form, View};

/// A list, and the ways to get it.
#[derive(Clone, Debug, Serialize)]
pub struct ListLink {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub hint: String,
    /// Its page.
    pub href: String,
    /// The official paper; none while no unit is chosen.
    pub pdf_href: Option<String>,
    /// The spreadsheet.
    pub xlsx_href: String,
}

/// The lists an agency must show.
#[derive(Clone, Debug, Serialize)]
pub struct ListHub {
    /// Units to choose from; empty when there is only one.
    pub units: Vec<Choice>,
    /// The unit that is chosen.
    pub unit_id: String,
    /// The lists.
    pub lists: Vec<ListLink>,
}

/// A column of a list.
#[derive(Clone, Debug, Serialize)]
pub struct ListColumn {
    /// Its place among the cells.
    pub key: usize,
    /// Its head.
    pub label: String,
}

/// A row of a list.
#[derive(Clone, Debug, Serialize)]
pub struct ListRow {
    /// The page behind it.
    pub href: Option<String>,
    /// Cells in the order of the columns.
    pub cells: Vec<String>,
}

/// A line that a unit added to its records list.
#[derive(Clone, Debug, Serialize)]
pub struct KeptLine {
    /// Where it is changed; `None` when the person may not.
    pub edit_href: Option<String>,
    /// What is kept.
    pub name: String,
    /// Who makes it.
    pub made_by: Option<String>,
    /// Where.
    pub place: Option<String>,
    /// On what, in words.
    pub medium: Option<String>,
    /// How long, in words.
    pub term: String,
    /// On which ground, with its mark.
    pub basis: Option<String>,
    /// Its unit.
    pub unit: String,
}

/// A usual term of retention.
#[derive(Clone, Debug, Serialize)]
pub struct UsualTerm {
    /// For which records.
    pub name: String,
    /// How long.
    pub term: String,
    /// On which ground, with its mark.
    pub basis: Option<String>,
}

/// One of the lists.
#[derive(Clone, Debug, Serialize)]
pub struct ListShown {
    /// The list with the ways to get it.
    pub list: ListLink,
    /// Units to choose from; empty when there is only one.
    pub units: Vec<Choice>,
    /// The unit that is chosen.
    pub unit_id: String,
    /// The columns.
    pub columns: Vec<ListColumn>,
    /// Rows of this page.
    pub rows: Vec<ListRow>,
    /// Ways to the other pages.
    pub pager: Pager,
    /// Whether it is the records list.
    pub records: bool,
    /// Of the records list: the lines that units added.
    pub added: Vec<KeptLine>,
    /// Where a line is added.
    pub add_href: Option<String>,
    /// Of the records list: usual terms of retention.
    pub terms: Vec<UsualTerm>,
}

/// The form of a line of the records list.
#[derive(Clone, Debug, Serialize)]
pub struct KeptForm {
    /// The form. Fields: `unit_id`, `record_name`, `form_code`, `made_by`, `kept_at`, `medium`, `years`,
    /// `retention_basis`, `disposal`, `document_id`.
    pub form: Form,
    /// Where it is sent.
    pub action: String,
    /// The list.
    pub back: String,
    /// Units to choose from; empty when there is only one, or the line is there.
    pub units: Vec<Choice>,
    /// Media to choose from.
    pub media: Vec<Choice>,
    /// Documents to choose from.
    pub documents: Vec<Choice>,
    /// Usual terms of retention.
    pub terms: Vec<UsualTerm>,
    /// The form that takes it out; `None` while it is not there yet.
    pub remove: Option<Form>,
    /// Where that is sent.
    pub remove_action: String,
}

fn sample_list(name: &str) -> ListLink {
    ListLink {
        name: name.to_owned(),
        hint: "Mọi tài liệu của hệ thống, lần ban hành, nơi phân phối.".to_owned(),
        href: "/quy-trinh/danh-muc/master?don_vi=1".to_owned(),
        pdf_href: Some("/quy-trinh/danh-muc/master/pdf?don_vi=1".to_owned()),
        xlsx_href: "/quy-trinh/danh-muc/master/xlsx?don_vi=1".to_owned(),
    }
}

fn sample_units() -> Vec<Choice> {
    vec![Choice::new("1", "Xã An Mẫu"), Choice::new("2", "Trung tâm Phục vụ hành chính công xã Bình Mẫu")]
}

fn sample_term() -> UsualTerm {
    UsualTerm {
        name: "Hồ sơ đánh giá nội bộ, hành động khắc phục".to_owned(),
        term: "5 năm".to_owned(),
        basis: Some("Thông tư 10/2022/TT-BNV, chưa kiểm chứng".to_owned()),
    }
}

impl View for ListHub {
    const TEMPLATE: &'static str = "documents/lists.html";

    fn samples() -> Vec<Self> {
        let lists = vec![sample_list("Danh mục tài liệu nội bộ"), ListLink { pdf_href: None, ..sample_list("Danh mục hồ sơ") }];
        vec![
            Self { units: sample_units(), unit_id: "1".to_owned(), lists: lists.clone() },
            Self { units: Vec::new(), unit_id: String::new(), lists },
        ]
    }
}

impl View for ListShown {
    const TEMPLATE: &'static str = "documents/list_shown.html";

    fn samples() -> Vec<Self> {
        let row = |href: Option<&str>| ListRow {
            href: href.map(str::to_owned),
            cells: vec![
                "Giải quyết thủ tục đăng ký khai sinh có yếu tố nước ngoài tại khu vực biên giới".to_owned(),
                "QT-HT-01".to_owned(),
                String::new(),
            ],
        };
        let full = Self {
            list: sample_list("Danh mục tài liệu nội bộ"),
            units: sample_units(),
            unit_id: "1".to_owned(),
            columns: ["Tên tài liệu", "Mã số", "Ghi chú"]
                .into_iter()
                .enumerate()
                .map(|(key, label)| ListColumn { key, label: label.to_owned() })
                .collect(),
            rows: vec![row(Some("/quy-trinh/1")), row(None)],
            pager: Pager { next: Some("/quy-trinh/danh-muc/master?cursor=a".to_owned()), first: None },
            records: false,
            added: Vec::new(),
            add_href: None,
            terms: Vec::new(),
        };
        let line = KeptLine {
            edit_href: Some("/quy-trinh/danh-muc/ho-so/1".to_owned()),
            name: "Sổ theo dõi văn bản đến".to_owned(),
            made_by: Some("Văn thư".to_owned()),
            place: Some("Văn phòng".to_owned()),
            medium: Some("Giấy".to_owned()),
            term: "5 năm".to_owned(),
            basis: Some("Thông tư 10/2022/TT-BNV, chưa kiểm chứng".to_owned()),
            unit: "Xã An Mẫu".to_owned(),
        };
        let bare = KeptLine { edit_href: None, made_by: None, place: None, medium: None, basis: None, ..line.clone() };
        let records = Self {
            records: true,
            added: vec![line, bare],
            add_href: Some("/quy-trinh/danh-muc/ho-so/moi".to_owned()),
            terms: vec![sample_term(), UsualTerm { basis: None, ..sample_term() }],
            ..full.clone()
        };
        let empty = Self {
            rows: Vec::new(),
            units: Vec::new(),
            pager: Pager::default(),
            added: Vec::new(),
            add_href: None,
            ..records.clone()
        };
        vec![full, records, Self { records: false, ..empty.clone() }, empty]
    }
}

impl View for KeptForm {
    const TEMPLATE: &'static str = "documents/kept_record.html";

    fn samples() -> Vec<Self> {
        let fresh = Self {
            form: Form { once: "once".to_owned(), ..Form::default() },
            action: "/quy-trinh/danh-muc/ho-so/moi".to_owned(),
            back: "/quy-trinh/danh-muc/records".to_owned(),
            units: sample_units(),
            media: vec![Choice::new("paper", "Giấy"), Choice::new("both", "Giấy và điện tử")],
            documents: vec![Choice::new("1", "QT-HT-01 Đăng ký khai sinh")],
            terms: vec![sample_term()],
            remove: None,
            remove_action: String::new(),
        };
        let mut wrong = Form { version: Some(2), ..Form::default() };
        wrong.set("record_name", "").error("record_name", "Chưa nhập nội dung này. Hãy bổ sung.");
        let change = Self {
            form: wrong,
            units: Vec::new(),
            documents: Vec::new(),
            terms: Vec::new(),
            remove: Some(Form { version: Some(2), once: "once".to_owned(), ..Form::default() }.with_id("remove")),
            remove_action: "/quy-trinh/danh-muc/ho-so/1/go-bo".to_owned(),
            ..fresh.clone()
        };
        vec![fresh, change]
    }
}
