//! Checklists: the templates that inspections ask by.

use domain::checklist::{AnswerType, InspectionKind};
use domain::record::ChecklistState;
use serde::Serialize;

use super::part::{Choice, Listing, Tone};
use crate::{Form, View};

/// All checklists, every version on its own.
#[derive(Clone, Debug, Serialize)]
pub struct ChecklistList {
    /// The list.
    pub list: Listing<ChecklistItem>,
    /// Where a new one is begun; `None` when the person may not.
    pub new_href: Option<String>,
}

/// A version of a checklist in the list.
#[derive(Clone, Debug, Serialize)]
pub struct ChecklistItem {
    /// Its page.
    pub href: String,
    /// Code and title.
    pub title: String,
    /// What kind of visit it serves.
    pub kind: InspectionKind,
    /// Number of the version.
    pub version_no: i32,
    /// Where it stands.
    pub state: ChecklistState,
    /// How the state looks.
    pub tone: Tone,
}

/// A checklist to be begun.
#[derive(Clone, Debug, Serialize)]
pub struct NewChecklist {
    /// The form.
    pub form: Form,
    /// Kinds of visits.
    pub kinds: Vec<Choice>,
}

/// One version of a checklist with its lines.
#[derive(Clone, Debug, Serialize)]
pub struct ChecklistPage {
    /// Its address.
    pub href: String,
    /// Code.
    pub code: String,
    /// What kind of visit it serves.
    pub kind: InspectionKind,
    /// Number of the version.
    pub version_no: i32,
    /// Where it stands.
    pub state: ChecklistState,
    /// How the state looks.
    pub tone: Tone,
    /// Edition of the standard.
    pub edition: Option<String>,
    /// What a reader must know about it.
    pub note: Option<String>,
    /// Where it comes from.
    pub source: Option<String>,
    /// How many lines.
    pub count: usize,
    /// How many lines cite a document that was revised since.
    pub to_look_at: usize,
    /// Its lines by group.
    pub areas: Vec<ChecklistArea>,
    /// Copy into a draft of the next version.
    pub copy: Option<Form>,
    /// Publish the draft.
    pub publish: Option<Form>,
    /// Write one more line of the draft.
    pub add: Option<Form>,
    /// Types of values.
    pub answer_types: Vec<Choice>,
}

/// A group of lines.
#[derive(Clone, Debug, Serialize)]
pub struct ChecklistArea {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// The lines.
    pub lines: Vec<ChecklistLine>,
}

/// A line.
#[derive(Clone, Debug, Serialize)]
pub struct ChecklistLine {
    /// Code.
    pub code: String,
    /// Clause of the standard.
    pub clause: Option<String>,
    /// The question.
    pub question: String,
    /// Documents to look at.
    pub documents: Vec<String>,
    /// Type of its value.
    pub answer_type: AnswerType,
    /// Controlled documents it cites.
    pub cited: Vec<CitedDocument>,
    /// Removes it from the draft.
    pub remove: Option<Form>,
}

/// A controlled document that a line cites.
#[derive(Clone, Debug, Serialize)]
pub struct CitedDocument {
    /// Its page.
    pub href: String,
    /// Code, title and number of the revision in force.
    pub text: String,
    /// It was revised or withdrawn since somebody looked at the line.
    pub changed: bool,
    /// Says that the line still fits.
    pub confirm: Option<Form>,
    /// Where that is sent.
    pub confirm_action: String,
}

impl View for ChecklistList {
    const TEMPLATE: &'static str = "checklists/list.html";

    fn samples() -> Vec<Self> {
        let item = |state: ChecklistState, tone| ChecklistItem {
            href: "/danh-muc/1".to_owned(),
            title: "KT-CCHC-XA · Danh mục nội dung kiểm tra CCHC tại UBND cấp xã".to_owned(),
            kind: InspectionKind::Cchc,
            version_no: 2,
            state,
            tone,
        };
        let rows = vec![item(ChecklistState::Draft, Tone::Warn), item(ChecklistState::Published, Tone::Good)];
        vec![
            Self { list: Listing::plain(rows), new_href: Some("/danh-muc/moi".to_owned()) },
            Self { list: Listing::plain(Vec::new()), new_href: None },
        ]
    }
}

impl View for NewChecklist {
    const TEMPLATE: &'static str = "checklists/new.html";

    fn samples() -> Vec<Self> {
        let mut wrong = Form::default();
        wrong.error("code", "Mã này đã dùng.");
        let kinds = vec![Choice::new("cchc", "Kiểm tra cải cách hành chính")];
        vec![Self { form: Form::default(), kinds: kinds.clone() }, Self { form: wrong, kinds }]
    }
}

impl View for ChecklistPage {
    const TEMPLATE: &'static str = "checklists/page.html";

    fn samples() -> Vec<Self> {
        let line = |code: &str, answer_type, remove| ChecklistLine {
            code: code.to_owned(),
            clause: Some("7.5.3".to_owned()),
            question: "Tỷ lệ nhiệm vụ trong kế hoạch CCHC hoàn thành".to_owned(),
            documents: vec!["bảng theo dõi nhiệm vụ".to_owned(), "văn bản của cấp trên".to_owned()],
            answer_type,
            cited: Vec::new(),
            remove,
        };
        let cited = |changed: bool| CitedDocument {
            href: "/quy-trinh/1".to_owned(),
            text: "QT-HT-01 Giải quyết hồ sơ trễ hạn, lần 01/01".to_owned(),
            changed,
            confirm: changed.then(Form::default),
            confirm_action: "/danh-muc/1/da-xem-lai/1".to_owned(),
        };
        let citing = |line: ChecklistLine| ChecklistLine { cited: vec![cited(true), cited(false)], ..line };
        let area = |remove: Option<Form>| ChecklistArea {
            code: "0".to_owned(),
            name: "Chỉ đạo, điều hành CCHC".to_owned(),
            lines: vec![citing(line("KT-0.01", AnswerType::YesNo, remove)), line("KT-0.02", AnswerType::Ratio, None)],
        };
        let page = |state, areas: Vec<ChecklistArea>| Self {
            href: "/danh-muc/1".to_owned(),
            code: "KT-CCHC-XA".to_owned(),
            kind: InspectionKind::Cchc,
            version_no: 1,
            state,
            tone: Tone::Neutral,
            edition: Some("ISO 9001:2015".to_owned()),
            note: Some("Không phải danh mục chính thức.".to_owned()),
            source: Some("Tự biên soạn".to_owned()),
            to_look_at: areas.len(),
            count: areas.iter().map(|area| area.lines.len()).sum(),
            areas,
            copy: None,
            publish: None,
            add: None,
            answer_types: vec![Choice::new("yes_no", "Có / không")],
        };
        let published = Self { copy: Some(Form::default().with_id("copy")), ..page(ChecklistState::Published, vec![area(None)]) };
        let remove = Form::default().with_id("remove1");
        let draft = Self {
            publish: Some(Form::default().with_id("publish")),
            add: Some(Form::default().with_id("add")),
            ..page(ChecklistState::Draft, vec![area(Some(remove))])
        };
        vec![published, draft, page(ChecklistState::Draft, Vec::new())]
    }
}
