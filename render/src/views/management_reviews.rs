//! Management reviews: the list, one with its inputs and decisions, the forms.

use chrono::{DateTime, NaiveDate, Utc};
use domain::corrective_action::CorrectiveActionState;
use domain::management_review::{DecisionKind, DecisionState, ReviewState, ReviewTopic};
use domain::record::ReportState;
use serde::Serialize;

use super::findings::Link;
use super::part::{Chip, Choice, Due, Listing, Stage, StageState, StageStep, Tone};
use super::reports::PaperFile;
use crate::{Form, View};

/// The page `/xem-xet-lanh-dao`.
#[derive(Clone, Debug, Serialize)]
pub struct ReviewList {
    /// The list.
    pub list: Listing<ReviewRow>,
    /// Where one is planned; `None` when the person may not.
    pub new_href: Option<String>,
}

/// A review in the list.
#[derive(Clone, Debug, Serialize)]
pub struct ReviewRow {
    /// Its page.
    pub href: String,
    /// Its code.
    pub code: String,
    /// The unit.
    pub unit: String,
    /// The day it is planned for, or was held.
    pub on: NaiveDate,
    /// Where it stands.
    pub state: ReviewState,
    /// How urgently that wants attention.
    pub tone: Tone,
    /// Number with symbol.
    pub number: Option<String>,
}

/// The page of a review.
#[derive(Clone, Debug, Serialize)]
pub struct ReviewPage {
    /// Where it stands and whose turn it is.
    pub stage: Stage,
    /// Its state.
    pub state: ReviewState,
    /// The unit.
    pub unit: String,
    /// The day it is planned for, or was held.
    pub on: NaiveDate,
    /// Hours: «08:00–11:00».
    pub hours: Option<String>,
    /// The place.
    pub place: Option<String>,
    /// Who chairs.
    pub chair: String,
    /// Who keeps the minutes.
    pub secretary: String,
    /// Who else takes part.
    pub participants: Vec<String>,
    /// The list of inputs it follows, as cited.
    pub edition: String,
    /// First day its inputs speak of.
    pub period_from: NaiveDate,
    /// The day the inputs were taken.
    pub inputs_on: Option<NaiveDate>,
    /// The concluded review before it.
    pub previous: Option<Link>,
    /// Why it was called off.
    pub cancel_reason: Option<String>,
    /// The inputs.
    pub inputs: Vec<InputBox>,
    /// How many inputs changed when they were taken last.
    pub changed: usize,
    /// The form of the remarks (`remarks/<topic>`); `None` when the person may not write them.
    pub remarks: Option<Form>,
    /// The discussion, a paragraph each.
    pub discussion: Vec<String>,
    /// The conclusion of the chair, a paragraph each.
    pub conclusion: Vec<String>,
    /// The decisions.
    pub decisions: Vec<DecisionBox>,
    /// Where day, place and people are changed.
    pub edit_href: Option<String>,
    /// The button that takes the inputs, or takes them anew.
    pub take: Option<Form>,
    /// How many inputs still want a remark before the meeting can be recorded.
    pub unremarked: u32,
    /// The form that records the meeting (`held_on`, `opened`, `closed`, `place`, `others`).
    pub hold: Option<Form>,
    /// Where the minutes are written.
    pub write_href: Option<String>,
    /// The button by which the chair signs.
    pub conclude: Option<Form>,
    /// The form that calls it off.
    pub cancel: Option<Form>,
    /// The minutes as a paper; `None` before there is anything to print.
    pub paper: Option<PaperBox>,
    /// Its page.
    pub href: String,
    /// The list.
    pub list_href: String,
}

/// An input.
#[derive(Clone, Debug, Serialize)]
pub struct InputBox {
    /// What it is about.
    pub topic: ReviewTopic,
    /// Its letter or number.
    pub code: String,
    /// Its title.
    pub title: String,
    /// The facts.
    pub facts: Vec<FactLine>,
    /// What differs from when it was taken before.
    pub changes: Vec<ChangeLine>,
    /// The secretary's remark, a paragraph each.
    pub remark: Vec<String>,
    /// Only a remark can speak of it.
    pub text_only: bool,
}

/// A fact of an input.
#[derive(Clone, Debug, Serialize)]
pub struct FactLine {
    /// The sentence.
    pub text: String,
    /// The records behind it, as far as the person may read them.
    pub rows: Vec<Link>,
}

/// What differs.
#[derive(Clone, Debug, Serialize)]
pub struct ChangeLine {
    /// The sentence as it was.
    pub before: Option<String>,
    /// The sentence as it is.
    pub after: Option<String>,
}

/// A decision.
#[derive(Clone, Debug, Serialize)]
pub struct DecisionBox {
    /// Its id, for the address within the page.
    pub id: String,
    /// What it is about.
    pub kind: DecisionKind,
    /// What is to be done.
    pub text: String,
    /// The unit that answers for it.
    pub unit: String,
    /// The person who does it.
    pub owner: String,
    /// Until when.
    pub due: Due,
    /// What it needs.
    pub resources: Option<String>,
    /// Where it stands.
    pub state: DecisionState,
    /// How urgently that wants attention.
    pub tone: Tone,
    /// What was done, as its owner says.
    pub done_note: Option<String>,
    /// Why it was sent back last.
    pub return_reason: Option<String>,
    /// Who confirmed it.
    pub confirmed_by: Option<String>,
    /// The finding it became.
    pub finding: Option<Link>,
    /// The latest corrective action, and where that stands.
    pub action: Option<(Link, CorrectiveActionState)>,
    /// The form that reports it done.
    pub report: Option<Form>,
    /// The button that confirms it.
    pub confirm: Option<Form>,
    /// The form that sends it back.
    pub send_back: Option<Form>,
    /// The button that makes a corrective action of it.
    pub remedy: Option<Form>,
    /// Where its acts go.
    pub href: String,
}

/// The minutes as a paper.
#[derive(Clone, Debug, Serialize)]
pub struct PaperBox {
    /// When the chair signed.
    pub signed_at: Option<DateTime<Utc>>,
    /// Number with symbol.
    pub number: Option<String>,
    /// Official date.
    pub issued_on: Option<NaiveDate>,
    /// Files asked for, newest first.
    pub files: Vec<PaperFile>,
    /// Whether one of them is still being set.
    pub waits: bool,
    /// The button that asks for the file.
    pub render: Form,
    /// The registrar's form (`number`, `symbol`, `issued_on`).
    pub register: Option<Form>,
    /// The last day the date may be.
    pub today: NaiveDate,
}

/// The form of a plan.
#[derive(Clone, Debug, Serialize)]
pub struct ReviewForm {
    /// Where it is sent.
    pub action: String,
    /// The form; people are `participant_ids/<id>`.
    pub form: Form,
    /// The unit it is for; `None` while one is to be chosen.
    pub unit: Option<String>,
    /// Units to choose first, as links.
    pub units: Vec<Choice>,
    /// Lists of inputs; empty when it is fixed already.
    pub editions: Vec<Choice>,
    /// Heads of the unit.
    pub chairs: Vec<Choice>,
    /// ISO secretaries of the unit.
    pub secretaries: Vec<Choice>,
    /// People who may take part.
    pub people: Vec<Choice>,
    /// It is not planned yet.
    pub is_new: bool,
    /// The page to go back to.
    pub back: String,
}

/// The form of the minutes.
#[derive(Clone, Debug, Serialize)]
pub struct MinutesForm {
    /// Where it is sent.
    pub action: String,
    /// The form; rows `decisions/<n>/…`.
    pub form: Form,
    /// Kinds of decisions.
    pub kinds: Vec<Choice>,
    /// The unit and those below it.
    pub units: Vec<Choice>,
    /// People who may be given a decision.
    pub people: Vec<Choice>,
    /// The review's page.
    pub back: String,
}

fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, day).unwrap_or_default()
}

fn link(href: &str, text: &str) -> Link {
    Link { href: href.to_owned(), text: text.to_owned() }
}

fn form(id: &str) -> Option<Form> {
    Some(Form { version: Some(1), once: "k".to_owned(), ..Form::default() }.with_id(id))
}

impl View for ReviewList {
    const TEMPLATE: &'static str = "management_reviews/list.html";

    fn samples() -> Vec<Self> {
        let row = |state, tone, number: Option<&str>| ReviewRow {
            href: "/xem-xet-lanh-dao/1".to_owned(),
            code: "XX-2026-01".to_owned(),
            unit: "Xã An Mẫu".to_owned(),
            on: day(12, 10),
            state,
            tone,
            number: number.map(str::to_owned),
        };
        let rows = vec![
            row(ReviewState::Planned, Tone::Neutral, None),
            row(ReviewState::InputsTaken, Tone::Info, None),
            row(ReviewState::Concluded, Tone::Good, Some("21/BB-UBND")),
            row(ReviewState::Cancelled, Tone::Neutral, None),
        ];
        let new_href = Some("/xem-xet-lanh-dao/moi".to_owned());
        let chip = Chip { label: "2026".to_owned(), href: "/xem-xet-lanh-dao?nam=2026".to_owned(), active: true, count: None };
        vec![
            Self { list: Listing { chips: vec![chip], ..Listing::plain(rows) }, new_href: new_href.clone() },
            Self { list: Listing::plain(Vec::new()), new_href },
            Self { list: Listing::plain(Vec::new()), new_href: None },
        ]
    }
}

fn inputs() -> Vec<InputBox> {
    let input = |topic: ReviewTopic, code: &str, title: &str| InputBox {
        topic,
        code: code.to_owned(),
        title: title.to_owned(),
        facts: Vec::new(),
        changes: Vec::new(),
        remark: Vec::new(),
        text_only: topic.is_text_only(),
    };
    vec![
        InputBox {
            facts: vec![FactLine {
                text: "Chưa có lần xem xét nào đã kết luận trước đó".to_owned(), rows: Vec::new()
            }],
            ..input(ReviewTopic::PreviousActions, "a", "Tình trạng thực hiện các hành động từ lần xem xét trước")
        },
        InputBox {
            facts: vec![FactLine {
                text: "Đã giải quyết 2.644 hồ sơ, đúng hạn và trước hạn 2.624 hồ sơ (99,24%)".to_owned(),
                rows: vec![link("/so-lieu/1", "01/01/2026–31/03/2026"), link("/so-lieu/2", "01/04/2026–30/06/2026")],
            }],
            changes: vec![
                ChangeLine {
                    before: Some("Đã giải quyết 2.100 hồ sơ".to_owned()),
                    after: Some("Đã giải quyết 2.644 hồ sơ".to_owned()),
                },
                ChangeLine { before: None, after: Some("Chưa có số liệu quý IV".to_owned()) },
                ChangeLine { before: Some("Nhiệm vụ: 20/25".to_owned()), after: None },
            ],
            remark: vec!["Hồ sơ quá hạn tập trung ở lĩnh vực đất đai.".to_owned()],
            ..input(ReviewTopic::Conformity, "c3", "Kết quả thực hiện và sự phù hợp của dịch vụ")
        },
        input(ReviewTopic::Resources, "d", "Sự đầy đủ của nguồn lực"),
    ]
}

fn decision(state: DecisionState) -> DecisionBox {
    DecisionBox {
        id: format!("d-{state}"),
        kind: DecisionKind::SystemChange,
        text: "Rà soát thời gian từng bước của quy trình đất đai, ban hành lại trước ngày 31/01/2027.".to_owned(),
        unit: "Trung tâm Phục vụ hành chính công xã An Mẫu".to_owned(),
        owner: "Công chức xã An Mẫu".to_owned(),
        due: Due { on: day(12, 31), days_left: Some(15), overdue: false, provisional: false },
        resources: None,
        state,
        tone: Tone::Info,
        done_note: None,
        return_reason: None,
        confirmed_by: None,
        finding: None,
        action: None,
        report: None,
        confirm: None,
        send_back: None,
        remedy: None,
        href: format!("/xem-xet-lanh-dao/quyet-dinh/{state}"),
    }
}

impl View for ReviewPage {
    const TEMPLATE: &'static str = "management_reviews/page.html";

    fn samples() -> Vec<Self> {
        let step = |label: &str, state| StageStep { label: label.to_owned(), state };
        let at = DateTime::from_timestamp(1_796_900_000, 0).unwrap_or_default();
        let planned = Self {
            stage: Stage {
                steps: vec![step("Lên kế hoạch", StageState::Current), step("Lấy đầu vào", StageState::Todo)],
                holder: Some("Thư ký ISO xã An Mẫu".to_owned()),
                due: Some(Due { on: day(12, 10), days_left: Some(6), overdue: false, provisional: false }),
                next: None,
            },
            state: ReviewState::Planned,
            unit: "Xã An Mẫu".to_owned(),
            on: day(12, 10),
            hours: None,
            place: None,
            chair: "Chủ tịch UBND xã An Mẫu".to_owned(),
            secretary: "Thư ký ISO xã An Mẫu".to_owned(),
            participants: Vec::new(),
            edition: "TCVN ISO 9001:2015".to_owned(),
            period_from: day(1, 1),
            inputs_on: None,
            previous: None,
            cancel_reason: None,
            inputs: Vec::new(),
            changed: 0,
            remarks: None,
            discussion: Vec::new(),
            conclusion: Vec::new(),
            decisions: Vec::new(),
            edit_href: Some("/xem-xet-lanh-dao/1/sua".to_owned()),
            take: form("take"),
            unremarked: 0,
            hold: None,
            write_href: None,
            conclude: None,
            cancel: form("cancel"),
            paper: None,
            href: "/xem-xet-lanh-dao/1".to_owned(),
            list_href: "/xem-xet-lanh-dao".to_owned(),
        };
        let file = |state, draft| PaperFile {
            state,
            tone: Tone::Good,
            draft,
            requested_at: at,
            href: (state == ReportState::Ready).then(|| "/van-ban-xem-xet/1".to_owned()),
            pages: (state == ReportState::Ready).then_some(3),
            sha256: None,
            error: (state == ReportState::Failed).then(|| "Ký tự «🦄» không có trong phông chữ của văn bản.".to_owned()),
        };
        let paper = PaperBox {
            signed_at: None,
            number: None,
            issued_on: None,
            files: vec![file(ReportState::Queued, true), file(ReportState::Ready, true), file(ReportState::Failed, true)],
            waits: true,
            render: form("render").unwrap_or_default(),
            register: None,
            today: day(12, 10),
        };
        let taken = Self {
            state: ReviewState::InputsTaken,
            inputs_on: Some(day(12, 3)),
            inputs: inputs(),
            changed: 3,
            remarks: form("remarks"),
            hold: form("hold"),
            participants: vec!["Cán bộ đầu mối xã An Mẫu".to_owned(), "Ông Nguyễn Văn Bảy, Trưởng Công an xã".to_owned()],
            previous: Some(link("/xem-xet-lanh-dao/0", "XX-2025-01")),
            paper: Some(paper.clone()),
            ..planned.clone()
        };
        let held = Self {
            state: ReviewState::Held,
            hours: Some("08:00–11:00".to_owned()),
            place: Some("Phòng họp số 1".to_owned()),
            discussion: vec!["Các ý kiến thống nhất với số liệu đầu vào.".to_owned()],
            conclusion: vec!["Hệ thống vẫn thích hợp, thỏa đáng và có hiệu lực.".to_owned()],
            decisions: vec![decision(DecisionState::Open)],
            write_href: Some("/xem-xet-lanh-dao/1/bien-ban".to_owned()),
            conclude: form("conclude"),
            edit_href: None,
            take: None,
            hold: None,
            remarks: None,
            cancel: None,
            changed: 0,
            ..taken.clone()
        };
        let mut register = Form { version: Some(1), ..Form::default() }.with_id("register");
        register.set("symbol", "UBND").set("issued_on", "2026-12-10");
        let open = DecisionBox {
            report: form("report-1"),
            remedy: form("remedy-1"),
            return_reason: Some("Chưa có văn bản.".to_owned()),
            ..decision(DecisionState::Open)
        };
        let reported = DecisionBox {
            done_note: Some("Đã ban hành QT-ĐĐ-03 lần 2.".to_owned()),
            confirm: form("confirm-2"),
            send_back: form("return-2"),
            resources: Some("12 triệu đồng".to_owned()),
            ..decision(DecisionState::Reported)
        };
        let confirmed =
            DecisionBox { confirmed_by: Some("Chủ tịch UBND xã An Mẫu".to_owned()), ..decision(DecisionState::Confirmed) };
        let remedied = DecisionBox {
            finding: Some(link("/phat-hien/1", "PH-2026-0040")),
            action: Some((link("/khac-phuc/1", "KP-2026-0031"), CorrectiveActionState::InExecution)),
            ..decision(DecisionState::Remedied)
        };
        let concluded = Self {
            state: ReviewState::Concluded,
            decisions: vec![open, reported, confirmed, remedied],
            write_href: None,
            conclude: None,
            paper: Some(PaperBox {
                signed_at: Some(at),
                files: vec![file(ReportState::Ready, false)],
                waits: false,
                register: Some(register),
                ..paper.clone()
            }),
            ..held.clone()
        };
        let numbered = Self {
            decisions: Vec::new(),
            paper: Some(PaperBox {
                signed_at: Some(at),
                number: Some("21/BB-UBND".to_owned()),
                issued_on: Some(day(12, 10)),
                files: Vec::new(),
                waits: false,
                ..paper
            }),
            ..concluded.clone()
        };
        let cancelled = Self {
            state: ReviewState::Cancelled,
            cancel_reason: Some("Gộp với cuộc họp quý I".to_owned()),
            edit_href: None,
            take: None,
            cancel: None,
            ..planned.clone()
        };
        vec![planned, taken, held, concluded, numbered, cancelled]
    }
}

impl View for ReviewForm {
    const TEMPLATE: &'static str = "management_reviews/form.html";

    fn samples() -> Vec<Self> {
        let choice = |label: &str| vec![Choice::new("1", label)];
        let mut form = Form::default();
        form.set("on_date", "2026-12-10").set("participant_ids/1", "yes");
        let whole = Self {
            action: "/xem-xet-lanh-dao/moi".to_owned(),
            form: form.clone(),
            unit: Some("Xã An Mẫu".to_owned()),
            units: Vec::new(),
            editions: choice("TCVN ISO 9001:2015"),
            chairs: choice("Chủ tịch UBND xã An Mẫu"),
            secretaries: choice("Thư ký ISO xã An Mẫu"),
            people: choice("Cán bộ đầu mối xã An Mẫu"),
            is_new: true,
            back: "/xem-xet-lanh-dao".to_owned(),
        };
        let mut wrong = form;
        wrong.error("chair_id", "Chủ tọa phải là người đứng đầu đơn vị.").error("secretary_id", "Thư ký không được là chủ tọa.");
        let editing = Self { form: wrong, is_new: false, editions: Vec::new(), people: Vec::new(), ..whole.clone() };
        let choose = Self { unit: None, units: choice("Xã An Mẫu"), ..whole.clone() };
        vec![whole, editing, choose]
    }
}

impl View for MinutesForm {
    const TEMPLATE: &'static str = "management_reviews/minutes.html";

    fn samples() -> Vec<Self> {
        let mut form = Form::default();
        form.set("discussion", "Các ý kiến thống nhất.").set("decisions/0/content", "Mua 01 máy quét");
        let mut wrong = form.clone();
        wrong.error("decisions/0/due_on", "Chưa nhập nội dung này.");
        let whole = |form| Self {
            action: "/xem-xet-lanh-dao/1/bien-ban".to_owned(),
            form,
            kinds: vec![Choice::new("resources", "Nhu cầu nguồn lực")],
            units: vec![Choice::new("1", "Xã An Mẫu")],
            people: vec![Choice::new("1", "Công chức xã An Mẫu")],
            back: "/xem-xet-lanh-dao/1".to_owned(),
        };
        vec![whole(form), whole(wrong)]
    }
}
