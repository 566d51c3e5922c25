//! Findings: the list, the form that raises one on site, the page of one.

use chrono::{DateTime, NaiveDate, Utc};
use domain::checklist::InspectionKind;
use domain::finding::{FindingState, Grade};
use serde::Serialize;

use super::deductions::{DeductionForm, DeductionRow};
use super::part::{Chip, Choice, Due, EvidenceFile, Listing, Pager, Search, Stage, StageState, StageStep, TimelineItem, Tone};
use crate::{Form, View};

/// A finding in a list.
#[derive(Clone, Debug, Serialize)]
pub struct FindingRow {
    /// Its page.
    pub href: String,
    /// Its human code.
    pub code: String,
    /// Its statement, shortened.
    pub title: String,
    /// The unit concerned.
    pub unit: String,
    /// Kind of inspection.
    pub kind: InspectionKind,
    /// How grave it is.
    pub grade: Grade,
    /// Where it stands.
    pub state: FindingState,
    /// How urgently it wants attention.
    pub tone: Tone,
    /// Last day to answer, while it counts.
    pub due: Option<Due>,
    /// It repeats an earlier one.
    pub repeat: bool,
}

/// The findings the person may see.
#[derive(Clone, Debug, Serialize)]
pub struct FindingList {
    /// The list.
    pub list: Listing<FindingRow>,
}

/// The form of a draft: on site, on a phone.
#[derive(Clone, Debug, Serialize)]
pub struct FindingForm {
    /// The form. Fields: `grade`, `phrase`, `statement`, `criterion`, `recommendation`, `minh_chung`.
    pub form: Form,
    /// Where it is sent.
    pub action: String,
    /// The unit concerned.
    pub unit: String,
    /// Code of the inspection.
    pub inspection_code: String,
    /// Its page.
    pub inspection_href: String,
    /// Code and question of the line.
    pub line: Option<LineFacts>,
    /// Grades of this kind of inspection.
    pub grades: Vec<Choice>,
    /// Statements the checklist offers; chosen ones stand before what is typed.
    pub phrases: Vec<Choice>,
    /// What proves it already.
    pub evidence: Vec<EvidenceFile>,
}

/// The line a finding stands on.
#[derive(Clone, Debug, Serialize)]
pub struct LineFacts {
    /// Its code.
    pub code: String,
    /// Its question.
    pub question: String,
}

/// A record to go to.
#[derive(Clone, Debug, Serialize)]
pub struct Link {
    /// Where.
    pub href: String,
    /// What is read.
    pub text: String,
}

/// An earlier finding that this one repeats.
#[derive(Clone, Debug, Serialize)]
pub struct Earlier {
    /// Its page.
    pub href: String,
    /// Its code.
    pub code: String,
    /// When it was raised.
    pub raised_on: Option<NaiveDate>,
    /// Where it stands.
    pub state: FindingState,
    /// Its statement.
    pub statement: String,
}

/// An act on a finding that only wants a button.
#[derive(Clone, Debug, Serialize)]
pub struct ButtonAct {
    /// Its code: `finding_verb.<code>` in the catalogue.
    pub verb: String,
    /// Where it is sent.
    pub action: String,
    /// Its form.
    pub form: Form,
}

/// An act on a finding that wants its reason.
#[derive(Clone, Debug, Serialize)]
pub struct ReasonAct {
    /// Its code: `finding_verb.<code>` in the catalogue.
    pub verb: String,
    /// Where it is sent.
    pub action: String,
    /// Its form; the field is `reason`.
    pub form: Form,
    /// For a change of grade: the grades to choose from.
    pub grades: Vec<Choice>,
}

/// One finding.
#[derive(Clone, Debug, Serialize)]
pub struct FindingPage {
    /// Where it stands and whose turn it is.
    pub stage: Stage,
    /// Kind of inspection; decides the words.
    pub kind: InspectionKind,
    /// How grave it is.
    pub grade: Grade,
    /// The unit concerned.
    pub unit: String,
    /// The unit that inspects.
    pub owner_unit: String,
    /// Its inspection, or the published round in which the points were lost.
    pub inspection: Link,
    /// It is about points lost in a published round.
    pub of_round: bool,
    /// It comes from a decision of a management review.
    pub of_review: bool,
    /// The line it stands on.
    pub line: Option<LineFacts>,
    /// The text of the procedure that was in force when it was raised.
    pub cited: Option<Link>,
    /// Clause of the standard.
    pub clause: Option<String>,
    /// The requirement.
    pub criterion: Option<String>,
    /// The gap.
    pub statement: Option<String>,
    /// What the inspector recommends.
    pub recommendation: Option<String>,
    /// When it was raised.
    pub raised_at: Option<DateTime<Utc>>,
    /// Why the unit disputes it.
    pub dispute_reason: Option<String>,
    /// Why the unit appeals.
    pub appeal_reason: Option<String>,
    /// Why it was kept or taken back.
    pub decision_reason: Option<String>,
    /// Why its grade was changed.
    pub regrade_reason: Option<String>,
    /// What proves it.
    pub evidence: Vec<EvidenceFile>,
    /// Earlier findings it repeats, latest first.
    pub repeats: Vec<Earlier>,
    /// Its corrective actions.
    pub actions: Vec<Link>,
    /// Where the draft is changed.
    pub edit_href: Option<String>,
    /// Acts that are a button.
    pub buttons: Vec<ButtonAct>,
    /// Acts that want a reason.
    pub acts: Vec<ReasonAct>,
    /// What happened, newest first.
    pub history: Vec<TimelineItem>,
    /// Deductions it proposes, for those who may propose.
    pub deductions: Vec<DeductionRow>,
    /// Proposes another.
    pub deduct: Option<DeductionForm>,
}

impl View for FindingList {
    const TEMPLATE: &'static str = "findings/list.html";

    fn samples() -> Vec<Self> {
        let row = |state, grade, kind, repeat| FindingRow {
            href: "/phat-hien/1".to_owned(),
            code: "PH-2026-0031".to_owned(),
            title: "3 trong 40 hồ sơ trễ hạn không có thư xin lỗi".to_owned(),
            unit: "Trung tâm Phục vụ hành chính công xã An Mẫu".to_owned(),
            kind,
            grade,
            state,
            tone: Tone::Info,
            due: Some(due()),
            repeat,
        };
        let rows = vec![
            row(FindingState::Raised, Grade::Limitation, InspectionKind::Cchc, true),
            FindingRow { due: None, ..row(FindingState::Closed, Grade::Minor, InspectionKind::InternalAudit, false) },
        ];
        let full = Listing {
            rows,
            pager: Pager { next: Some("/phat-hien?cursor=1".to_owned()), first: None },
            chips: vec![Chip {
                label: "Quá hạn trả lời".to_owned(),
                href: "/phat-hien?loc=qua-han".to_owned(),
                active: false,
                count: None,
            }],
            search: Some(Search { action: "/phat-hien".to_owned(), q: String::new(), keep: Vec::new() }),
            clear: None,
        };
        let filtered = Listing { rows: Vec::new(), clear: Some("/phat-hien".to_owned()), ..full.clone() };
        vec![Self { list: full }, Self { list: filtered }, Self { list: Listing::plain(Vec::new()) }]
    }
}

impl View for FindingForm {
    const TEMPLATE: &'static str = "findings/form.html";

    fn samples() -> Vec<Self> {
        let mut form = Form::default();
        form.set("grade", "limitation").set("criterion", "Hồ sơ trễ hạn có thư xin lỗi không?");
        let mut wrong = form.clone();
        wrong.error("statement", "Chưa nhập nội dung này.").error("minh_chung", "Cần ít nhất một minh chứng.");
        let fresh = Self {
            form,
            action: "/phat-hien/moi/minh-chung?dong=1".to_owned(),
            unit: "Xã An Mẫu".to_owned(),
            inspection_code: "KT-2026-014".to_owned(),
            inspection_href: "/kiem-tra/1".to_owned(),
            line: Some(LineFacts {
                code: "B1.1".to_owned(), question: "Hồ sơ trễ hạn có thư xin lỗi không?".to_owned()
            }),
            grades: vec![Choice::new("limitation", "Tồn tại, hạn chế"), Choice::new("good_practice", "Điểm mạnh")],
            phrases: vec![
                Choice::new("0", "Hồ sơ trễ hạn không có thư xin lỗi."),
                Choice::new("1", "Thư xin lỗi không ghi ngày hẹn lại."),
            ],
            evidence: Vec::new(),
        };
        let again = Self { form: wrong, evidence: vec![file()], line: None, phrases: Vec::new(), ..fresh.clone() };
        vec![fresh, again]
    }
}

impl View for FindingPage {
    const TEMPLATE: &'static str = "findings/page.html";

    fn samples() -> Vec<Self> {
        let text = |text: &str| Some(text.to_owned());
        let act = |verb: &str| ReasonAct {
            verb: verb.to_owned(),
            action: format!("/phat-hien/1/{verb}"),
            form: Form::default().with_id(verb),
            grades: if verb == "regrade" { vec![Choice::new("major", "Nặng")] } else { Vec::new() },
        };
        let full = Self {
            stage: stage(),
            kind: InspectionKind::InternalAudit,
            grade: Grade::Minor,
            unit: "Trung tâm Phục vụ hành chính công xã An Mẫu".to_owned(),
            owner_unit: "Sở Nội vụ tỉnh Mẫu".to_owned(),
            inspection: Link { href: "/kiem-tra/1".to_owned(), text: "KT-2026-014".to_owned() },
            of_round: false,
            of_review: false,
            line: Some(LineFacts {
                code: "B1.1".to_owned(), question: "Hồ sơ trễ hạn có thư xin lỗi không?".to_owned()
            }),
            cited: Some(Link {
                href: "/phat-hien/1/quy-trinh".to_owned(),
                text: "QT-HT-01 Giải quyết hồ sơ trễ hạn, lần 01/00, hiệu lực từ 16/11/2026".to_owned(),
            }),
            clause: text("8.5.1"),
            criterion: text("8.5.1 – Hồ sơ trễ hạn có thư xin lỗi không?"),
            statement: text("3 trong 40 hồ sơ trễ hạn không có thư xin lỗi."),
            recommendation: text("Phân công người gửi thư."),
            raised_at: Some(instant()),
            dispute_reason: text("Thư đã gửi qua bưu điện."),
            appeal_reason: text("Đề nghị xem xét lại."),
            decision_reason: text("Không có biên nhận."),
            regrade_reason: text("Chỉ là lỗi đơn lẻ."),
            evidence: vec![file()],
            repeats: vec![Earlier {
                href: "/phat-hien/2".to_owned(),
                code: "PH-2025-0007".to_owned(),
                raised_on: Some(instant().date_naive()),
                state: FindingState::Closed,
                statement: "2 hồ sơ trễ hạn không có thư xin lỗi.".to_owned(),
            }],
            actions: vec![Link { href: "/khac-phuc/1".to_owned(), text: "KP-2026-0031".to_owned() }],
            edit_href: Some("/phat-hien/1/sua".to_owned()),
            buttons: vec![ButtonAct {
                verb: "accept".to_owned(),
                action: "/phat-hien/1/dong-y".to_owned(),
                form: Form::default().with_id("accept"),
            }],
            acts: vec![act("dispute"), act("withdraw"), act("regrade")],
            deductions: DeductionRow::samples(),
            deduct: Some(DeductionForm {
                action: "/phat-hien/1/tru-diem".to_owned(),
                form: Form::default().with_id("deduct"),
                targets: vec![Choice::new("1|3.3.1", "Chấm điểm CCHC năm 2026 · 3.3.1 Hồ sơ đúng hạn")],
            }),
            history: vec![TimelineItem {
                at: instant(),
                who: "Trưởng đoàn".to_owned(),
                what: "Nêu phát hiện".to_owned(),
                reason: None,
            }],
        };
        let bare = Self {
            kind: InspectionKind::Cchc,
            grade: Grade::Limitation,
            line: None,
            cited: None,
            clause: None,
            criterion: None,
            statement: None,
            recommendation: None,
            raised_at: None,
            dispute_reason: None,
            appeal_reason: None,
            decision_reason: None,
            regrade_reason: None,
            evidence: Vec::new(),
            repeats: Vec::new(),
            actions: Vec::new(),
            edit_href: None,
            buttons: Vec::new(),
            acts: Vec::new(),
            history: Vec::new(),
            ..full.clone()
        };
        vec![full, bare]
    }
}

pub(super) fn instant() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 0).unwrap_or_default()
}

pub(super) fn due() -> Due {
    Due { on: instant().date_naive(), days_left: Some(4), overdue: false, provisional: false }
}

pub(super) fn file() -> EvidenceFile {
    EvidenceFile {
        name: "anh-bang-niem-yet-tai-bo-phan-mot-cua.jpg".to_owned(),
        href: "/tep/1".to_owned(),
        bytes: 1_234_567,
        sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned(),
        added_at: instant(),
        added_by: "Thành viên đoàn kiểm tra".to_owned(),
        note: None,
    }
}

pub(super) fn stage() -> Stage {
    let step = |label: &str, state| StageStep { label: label.to_owned(), state };
    Stage {
        steps: vec![
            step("Dự thảo", StageState::Done),
            step("Đã nêu", StageState::Current),
            step("Khắc phục", StageState::Todo),
            step("Đóng", StageState::Todo),
        ],
        holder: Some("Trung tâm Phục vụ hành chính công xã An Mẫu".to_owned()),
        due: Some(due()),
        next: None,
    }
}
