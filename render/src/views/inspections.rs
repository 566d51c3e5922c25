//! Inspections: the list, the plan, one visit, and its checklist on a phone.

use chrono::NaiveDate;
use domain::checklist::{AnswerType, InspectionKind, Verdict};
use domain::finding::FindingState;
use domain::inspection::{InspectionState, InspectionVerb, TeamRole};
use serde::Serialize;

use super::part::{Choice, Listing, Stage, StageState, StageStep, TimelineItem, Tone};
use crate::{Form, View};

/// How much of a checklist has been judged. Progress is not result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// Lines with a verdict.
    pub done: u64,
    /// All lines.
    pub total: u64,
}

/// An inspection in a list.
#[derive(Clone, Debug, Serialize)]
pub struct InspectionRow {
    /// Its page.
    pub href: String,
    /// Its code.
    pub code: String,
    /// What kind of visit.
    pub kind: InspectionKind,
    /// The unit inspected.
    pub unit: String,
    /// The unit that inspects.
    pub owner: String,
    /// Where it stands.
    pub state: InspectionState,
    /// How urgently that wants attention.
    pub tone: Tone,
    /// The day of the visit.
    pub planned_on: NaiveDate,
    /// Its checklist, once the visit has begun.
    pub progress: Option<Progress>,
}

/// `/kiem-tra`
#[derive(Clone, Debug, Serialize)]
pub struct InspectionList {
    /// The list.
    pub list: Listing<InspectionRow>,
    /// Where one is planned; `None` when the person may not.
    pub new_href: Option<String>,
}

impl View for InspectionList {
    const TEMPLATE: &'static str = "inspections/list.html";

    fn samples() -> Vec<Self> {
        let row = InspectionRow {
            href: "/kiem-tra/1".to_owned(),
            code: "KT-2026-003".to_owned(),
            kind: InspectionKind::Cchc,
            unit: "Trung tâm Phục vụ hành chính công xã An Mẫu".to_owned(),
            owner: "Sở Nội vụ tỉnh Mẫu".to_owned(),
            state: InspectionState::InProgress,
            tone: Tone::Info,
            planned_on: NaiveDate::default(),
            progress: Some(Progress { done: 12, total: 71 }),
        };
        let planned = InspectionRow { state: InspectionState::Planned, progress: None, ..row.clone() };
        vec![
            Self { list: Listing::plain(Vec::new()), new_href: None },
            Self { list: Listing::plain(Vec::new()), new_href: Some("/kiem-tra/moi".to_owned()) },
            Self { list: Listing::plain(vec![row, planned]), new_href: Some("/kiem-tra/moi".to_owned()) },
        ]
    }
}

/// `/kiem-tra/moi`; fields `kind`, `unit_id`, `checklist_id`, `programme_id`, `owner_unit_id`, `planned_on`, `surprise`,
/// `purpose`, `period_from`, `period_to`, `place`, `legal_basis`, `team_decision`.
#[derive(Clone, Debug, Serialize)]
pub struct PlanInspection {
    /// The form.
    pub form: Form,
    /// Kinds of visit.
    pub kinds: Vec<Choice>,
    /// Units that may be inspected.
    pub units: Vec<Choice>,
    /// Published checklists.
    pub checklists: Vec<Choice>,
    /// Programmes of the year.
    pub programmes: Vec<Choice>,
    /// Units the person plans for; not asked when there is one.
    pub owners: Vec<Choice>,
}

impl View for PlanInspection {
    const TEMPLATE: &'static str = "inspections/plan.html";

    fn samples() -> Vec<Self> {
        let blank = Self {
            form: Form { once: "k".to_owned(), ..Form::default() },
            kinds: vec![Choice::new("cchc", "Kiểm tra cải cách hành chính")],
            units: vec![Choice::new("1", "Xã An Mẫu")],
            checklists: vec![Choice::new("1", "Danh mục nội dung kiểm tra CCHC")],
            programmes: Vec::new(),
            owners: vec![Choice::new("1", "Sở Nội vụ tỉnh Mẫu")],
        };
        let mut refused = blank.clone();
        refused.form.set("unit_id", "1").error("planned_on", "Chọn ngày kiểm tra.");
        refused.owners.push(Choice::new("2", "Sở Khoa học và Công nghệ tỉnh Mẫu"));
        refused.programmes.push(Choice::new("1", "Kế hoạch kiểm tra năm 2026"));
        vec![blank, refused]
    }
}

/// A person of the team.
#[derive(Clone, Debug, Serialize)]
pub struct MemberRow {
    /// Full name.
    pub name: String,
    /// Their part.
    pub team_role: TeamRole,
    /// Names of the areas given to them; empty means all.
    pub areas: String,
    /// Why they are not independent of the unit, when so.
    pub conflict: Option<String>,
    /// The exception: reason and who granted it.
    pub exception: Option<String>,
}

/// The form that names the team: rows `members/0/person_id`, `…/team_role`, `…/exception_reason`.
#[derive(Clone, Debug, Serialize)]
pub struct TeamForm {
    /// Where it goes.
    pub action: String,
    /// The form.
    pub form: Form,
    /// People who can be named.
    pub people: Vec<Choice>,
    /// Parts in a team.
    pub roles: Vec<Choice>,
    /// Whether this person may record an exception to independence.
    pub may_except: bool,
    /// Whether nobody is named yet.
    pub open: bool,
}

/// What the form of an act asks for besides the press of the button.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Asks {
    /// Nothing.
    Nothing,
    /// A reason.
    Reason,
    /// A text (`text`): the self-report, the conclusion.
    Text,
    /// Whether the unit signed (`unit_signed`), and else why not (`refusal_reason`).
    Signature,
    /// A new day (`planned_on`) and a reason.
    Day,
    /// An optional date (`self_report_due_on`).
    SelfReportDay,
}

/// An act open to the person now.
#[derive(Clone, Debug, Serialize)]
pub struct InspectionAct {
    /// The verb: words `inspection_act.<verb>`.
    pub verb: InspectionVerb,
    /// Where it goes.
    pub action: String,
    /// Its form.
    pub form: Form,
    /// What it asks for.
    pub asks: Asks,
}

/// A finding of the inspection.
#[derive(Clone, Debug, Serialize)]
pub struct FindingRef {
    /// Its page.
    pub href: String,
    /// Its code.
    pub code: String,
    /// What it says.
    pub statement: String,
    /// Where it stands.
    pub state: FindingState,
}

/// A fact with its name, in order.
#[derive(Clone, Debug, Serialize)]
pub struct NamedText {
    /// `field.<name>` in the catalogue.
    pub name: String,
    /// The text.
    pub text: String,
}

/// How many lines got a verdict; `None` stands for no verdict yet.
#[derive(Clone, Debug, Serialize)]
pub struct VerdictCount {
    /// The verdict.
    pub verdict: Option<Verdict>,
    /// Lines.
    pub count: u64,
}

/// `/kiem-tra/:id`
#[derive(Clone, Debug, Serialize)]
pub struct InspectionPage {
    /// What kind of visit; decides the words for findings.
    pub kind: InspectionKind,
    /// Where it stands and whose turn it is.
    pub stage: Stage,
    /// Where it stands, also when cancelled.
    pub state: InspectionState,
    /// Unit inspected.
    pub unit: String,
    /// Unit that inspects.
    pub owner: String,
    /// Day of the visit.
    pub planned_on: NaiveDate,
    /// Whether it comes unannounced.
    pub surprise: bool,
    /// Title of the checklist.
    pub checklist: String,
    /// The last visit of the same unit and kind: its page and code.
    pub previous: Option<(String, String)>,
    /// Texts that have been written.
    pub texts: Vec<NamedText>,
    /// The team.
    pub team: Vec<MemberRow>,
    /// Naming the team; `None` when the person may not.
    pub team_form: Option<TeamForm>,
    /// Acts open now.
    pub acts: Vec<InspectionAct>,
    /// The person's own acts that something still holds up: what it is.
    pub held_up: Vec<String>,
    /// The checklist; `None` before the visit begins.
    pub sheet_href: Option<String>,
    /// Lines by verdict.
    pub verdicts: Vec<VerdictCount>,
    /// Findings.
    pub findings: Vec<FindingRef>,
    /// The papers; `None` before there is anything to print.
    pub papers_href: Option<String>,
    /// Texts the person may write now: fields by name.
    pub text_form: Option<TextForm>,
    /// What happened.
    pub history: Vec<TimelineItem>,
}

/// The texts of the visit that a person may write.
#[derive(Clone, Debug, Serialize)]
pub struct TextForm {
    /// Where it goes.
    pub action: String,
    /// The form.
    pub form: Form,
    /// Names of its fields, in order.
    pub fields: Vec<String>,
}

impl View for InspectionPage {
    const TEMPLATE: &'static str = "inspections/page.html";

    fn samples() -> Vec<Self> {
        let step = |label: &str, state| StageStep { label: label.to_owned(), state };
        let stage = Stage {
            steps: vec![step("Lập kế hoạch", StageState::Done), step("Kiểm tra", StageState::Current), step("Báo cáo", StageState::Todo)],
            holder: Some("Trưởng đoàn".to_owned()),
            due: None,
            next: None,
        };
        let planned = Self {
            kind: InspectionKind::Cchc,
            stage,
            state: InspectionState::Planned,
            unit: "Xã An Mẫu".to_owned(),
            owner: "Sở Nội vụ tỉnh Mẫu".to_owned(),
            planned_on: NaiveDate::default(),
            surprise: false,
            checklist: "Danh mục nội dung kiểm tra CCHC tại UBND cấp xã".to_owned(),
            previous: None,
            texts: Vec::new(),
            team: Vec::new(),
            team_form: Some(TeamForm {
                action: "/kiem-tra/1/doan".to_owned(),
                form: Form { version: Some(1), ..Form::default() }.with_id("team"),
                people: vec![Choice::new("1", "Trưởng đoàn kiểm tra – Sở Nội vụ tỉnh Mẫu")],
                roles: vec![Choice::new("lead_inspector", "Trưởng đoàn")],
                may_except: true,
                open: true,
            }),
            acts: Vec::new(),
            held_up: vec!["Chưa có trưởng đoàn. Cử trưởng đoàn rồi thông báo.".to_owned()],
            sheet_href: None,
            verdicts: Vec::new(),
            findings: Vec::new(),
            papers_href: None,
            text_form: None,
            history: Vec::new(),
        };
        let act = |verb: InspectionVerb, asks| InspectionAct {
            verb,
            action: format!("/kiem-tra/1/{verb}"),
            form: Form { version: Some(3), ..Form::default() }.with_id(verb.code()),
            asks,
        };
        let running = Self {
            state: InspectionState::InProgress,
            surprise: true,
            previous: Some(("/kiem-tra/0".to_owned(), "KT-2025-002".to_owned())),
            texts: vec![NamedText { name: "place".to_owned(), text: "Trụ sở UBND xã An Mẫu".to_owned() }],
            team: vec![MemberRow {
                name: "Chuyên viên mới chuyển từ xã Bình Mẫu".to_owned(),
                team_role: TeamRole::LeadInspector,
                areas: String::new(),
                conflict: Some("Rời đơn vị ngày 16/06/2026, chưa đủ 12 tháng.".to_owned()),
                exception: Some("Không còn ai khác am hiểu lĩnh vực đất đai (Giám đốc Sở Nội vụ, 16/11/2026)".to_owned()),
            }],
            team_form: None,
            acts: vec![
                act(InspectionVerb::Notify, Asks::SelfReportDay),
                act(InspectionVerb::SubmitSelfReport, Asks::Text),
                act(InspectionVerb::Start, Asks::Nothing),
                act(InspectionVerb::SignMinutes, Asks::Signature),
                act(InspectionVerb::Cancel, Asks::Reason),
                act(InspectionVerb::Reschedule, Asks::Day),
            ],
            sheet_href: Some("/kiem-tra/1/phieu".to_owned()),
            verdicts: vec![
                VerdictCount { verdict: Some(Verdict::Conform), count: 3 },
                VerdictCount { verdict: None, count: 68 },
            ],
            findings: vec![FindingRef {
                href: "/phat-hien/1".to_owned(),
                code: "PH-2026-001".to_owned(),
                statement: "3/40 hồ sơ trễ hạn không có thư xin lỗi.".to_owned(),
                state: FindingState::Raised,
            }],
            papers_href: Some("/kiem-tra/1/van-ban".to_owned()),
            text_form: Some(TextForm {
                action: "/kiem-tra/1/noi-dung".to_owned(),
                form: Form { version: Some(3), ..Form::default() }.with_id("texts"),
                fields: vec!["strengths".to_owned(), "limitations".to_owned()],
            }),
            ..planned.clone()
        };
        vec![planned, running]
    }
}

/// A line of the checklist as an inspector works on it. Its form has the fields `verdict`, `note`, `reason` and those of its
/// value (`value`; `numerator`, `denominator`; `population`, `drawn`, `failed`, `failed_ids`); `version` is the answer's base version.
#[derive(Clone, Debug, Serialize)]
pub struct SheetLine {
    /// Code, also the anchor `dong-<code>`.
    pub code: String,
    /// What is asked.
    pub question: String,
    /// What to look at.
    pub look_at: Vec<String>,
    /// Type of the value.
    pub answer_type: AnswerType,
    /// What a ratio divides by what, or what is counted.
    pub metric: Option<String>,
    /// The verdict now; `None` is a state of its own.
    pub verdict: Option<Verdict>,
    /// The value now, as papers write it.
    pub value: Option<String>,
    /// The note now.
    pub note: Option<String>,
    /// What is odd about the value.
    pub warnings: Vec<String>,
    /// Whether two devices answered over each other, and where the lead decides.
    pub conflict_href: Option<String>,
    /// Last visit's verdict.
    pub previous_verdict: Option<Verdict>,
    /// Last visit's value and note.
    pub previous_note: Option<String>,
    /// Last visit's findings on this line.
    pub previous_findings: Vec<FindingRef>,
    /// This visit's findings on this line.
    pub findings: Vec<FindingRef>,
    /// Evidence: how many files, and where they are brought and seen.
    pub evidence_count: u64,
    /// Where files are brought and seen.
    pub evidence_href: String,
    /// Where a finding is raised from here; `None` when the person may not.
    pub raise_href: Option<String>,
    /// Where the answer goes; `None` when the person may not answer.
    pub action: Option<String>,
    /// The form of the answer.
    pub form: Form,
}

/// An area of the checklist.
#[derive(Clone, Debug, Serialize)]
pub struct SheetArea {
    /// Code, also the anchor `nhom-<code>`.
    pub code: String,
    /// Name.
    pub name: String,
    /// Progress.
    pub progress: Progress,
    /// Its lines that pass the filter.
    pub lines: Vec<SheetLine>,
    /// «Các mục còn lại: Đạt»: where, with which form, how many; `None` when nothing is left or not allowed.
    pub rest: Option<RestOfArea>,
}

/// Judging all lines of an area that have no verdict yet.
#[derive(Clone, Debug, Serialize)]
pub struct RestOfArea {
    /// Where it goes.
    pub action: String,
    /// Its form.
    pub form: Form,
    /// Lines it touches.
    pub count: u64,
}

/// `/kiem-tra/:id/phieu`
#[derive(Clone, Debug, Serialize)]
pub struct Sheet {
    /// The inspection's page and code.
    pub inspection_href: String,
    /// Its code.
    pub code: String,
    /// Unit inspected.
    pub unit: String,
    /// Progress of the whole.
    pub progress: Progress,
    /// Filters.
    pub chips: Vec<super::part::Chip>,
    /// Areas with lines that pass the filter.
    pub areas: Vec<SheetArea>,
    /// Verdicts to choose from.
    pub verdicts: Vec<Choice>,
    /// Yes and no.
    pub yes_no: Vec<Choice>,
    /// Whether a filter leaves nothing.
    pub filtered_out: bool,
}

impl View for Sheet {
    const TEMPLATE: &'static str = "inspections/sheet.html";

    fn samples() -> Vec<Self> {
        let line = |code: &str, answer_type| SheetLine {
            code: code.to_owned(),
            question: "Tỷ lệ hồ sơ giải quyết đúng hạn và trước hạn trong kỳ kiểm tra".to_owned(),
            look_at: vec!["Sổ theo dõi hồ sơ".to_owned(), "Hệ thống một cửa điện tử".to_owned()],
            answer_type,
            metric: Some("dossiers_on_time / dossiers_total".to_owned()),
            verdict: None,
            value: None,
            note: None,
            warnings: Vec::new(),
            conflict_href: None,
            previous_verdict: None,
            previous_note: None,
            previous_findings: Vec::new(),
            findings: Vec::new(),
            evidence_count: 0,
            evidence_href: "/minh-chung/inspection_line/1".to_owned(),
            raise_href: Some("/phat-hien/moi?dong=1".to_owned()),
            action: Some(format!("/kiem-tra/1/phieu/{code}")),
            form: Form { version: Some(1), once: "k".to_owned(), ..Form::default() }.with_id(code),
        };
        let finding = FindingRef {
            href: "/phat-hien/1".to_owned(),
            code: "PH-2025-014".to_owned(),
            statement: "Hồ sơ trễ hạn không có thư xin lỗi.".to_owned(),
            state: FindingState::Closed,
        };
        let mut answered = line("KT-2.02", AnswerType::Ratio);
        answered.form.set("verdict", "nonconform").set("numerator", "484").set("denominator", "482");
        answered.form.error("note", "Ghi rõ số hồ sơ.");
        let answered = SheetLine {
            verdict: Some(Verdict::Nonconform),
            value: Some("484/482 (100,41 %)".to_owned()),
            note: Some("Theo báo cáo của xã.".to_owned()),
            warnings: vec!["Tử số 484 lớn hơn mẫu số 482.".to_owned()],
            conflict_href: Some("/kiem-tra/1/phieu/2/mau-thuan".to_owned()),
            previous_verdict: Some(Verdict::Partial),
            previous_note: Some("95,2 %".to_owned()),
            previous_findings: vec![finding.clone()],
            findings: vec![finding],
            evidence_count: 2,
            ..answered
        };
        let read_only = SheetLine { action: None, raise_href: None, verdict: Some(Verdict::NotAudited), ..line("KT-2.03", AnswerType::YesNo) };
        let types = [AnswerType::YesNo, AnswerType::Number, AnswerType::Count, AnswerType::Amount, AnswerType::Sample, AnswerType::Text];
        let mut lines: Vec<SheetLine> = types.iter().enumerate().map(|(i, kind)| line(&format!("KT-1.0{i}"), *kind)).collect();
        lines.extend([answered, read_only]);
        let choices = |pairs: &[(&str, &str)]| pairs.iter().map(|(value, label)| Choice::new(*value, *label)).collect();
        let full = Self {
            inspection_href: "/kiem-tra/1".to_owned(),
            code: "KT-2026-003".to_owned(),
            unit: "Xã An Mẫu".to_owned(),
            progress: Progress { done: 2, total: 8 },
            chips: Vec::new(),
            areas: vec![SheetArea {
                code: "2".to_owned(),
                name: "Cải cách thủ tục hành chính".to_owned(),
                progress: Progress { done: 2, total: 8 },
                lines,
                rest: Some(RestOfArea {
                    action: "/kiem-tra/1/phieu/nhom/2/dat".to_owned(),
                    form: Form { once: "k".to_owned(), ..Form::default() }.with_id("rest-2"),
                    count: 6,
                }),
            }],
            verdicts: choices(&[
                ("conform", "Đạt"),
                ("partial", "Đạt một phần"),
                ("nonconform", "Chưa đạt"),
                ("not_applicable", "Không áp dụng"),
                ("not_audited", "Không kiểm tra"),
            ]),
            yes_no: choices(&[("yes", "Có"), ("no", "Không")]),
            filtered_out: false,
        };
        vec![Self { areas: Vec::new(), filtered_out: true, ..full.clone() }, full]
    }
}
