//! Inspections: list, plan, the inspection itself, and its checklist on a phone.

use chrono::{DateTime, NaiveDate, Utc};
use domain::checklist::{AnswerType, InspectionKind, Verdict};
use domain::finding::FindingState;
use domain::inspection::{InspectionState, InspectionVerb, TeamRole};
use serde::Serialize;

use super::part::{Chip, Choice, Listing, Stage, StageState, StageStep, Tone};
use crate::{Form, View};

/// The inspections a person sees.
#[derive(Clone, Debug, Serialize)]
pub struct InspectionList {
    /// The list.
    pub list: Listing<InspectionItem>,
    /// Where one is planned; `None` when the person may not.
    pub new_href: Option<String>,
}

/// An inspection in a list.
#[derive(Clone, Debug, Serialize)]
pub struct InspectionItem {
    /// Its page.
    pub href: String,
    /// Number.
    pub code: String,
    /// The inspected unit.
    pub unit: String,
    /// Kind.
    pub kind: InspectionKind,
    /// Without notice.
    pub surprise: bool,
    /// The day of the visit.
    pub planned_on: NaiveDate,
    /// Where it stands.
    pub state: InspectionState,
    /// How the state looks.
    pub tone: Tone,
    /// Lines of its checklist; 0 before the visit.
    pub lines: u64,
    /// Lines with a verdict.
    pub answered: u64,
}

impl InspectionItem {
    /// One for samples.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            href: "/kiem-tra/1".to_owned(),
            code: "KT-2026-014".to_owned(),
            unit: "Trung tâm Phục vụ hành chính công xã Bình Mẫu".to_owned(),
            kind: InspectionKind::Cchc,
            surprise: true,
            planned_on: day(24),
            state: InspectionState::InProgress,
            tone: Tone::Info,
            lines: 71,
            answered: 38,
        }
    }
}

/// An inspection to be planned.
#[derive(Clone, Debug, Serialize)]
pub struct PlanInspection {
    /// The form.
    pub form: Form,
    /// Inspecting units to choose from; empty when there is no choice.
    pub owners: Vec<Choice>,
    /// Units that may be inspected.
    pub units: Vec<Choice>,
    /// Kinds.
    pub kinds: Vec<Choice>,
    /// Published checklists.
    pub checklists: Vec<Choice>,
    /// Programmes that are open.
    pub programmes: Vec<Choice>,
}

/// One inspection.
#[derive(Clone, Debug, Serialize)]
pub struct InspectionPage {
    /// Its address.
    pub href: String,
    /// Number.
    pub code: String,
    /// Kind.
    pub kind: InspectionKind,
    /// Where it stands.
    pub state: InspectionState,
    /// How the state looks.
    pub tone: Tone,
    /// Without notice.
    pub surprise: bool,
    /// The inspected unit.
    pub unit: String,
    /// The inspecting unit.
    pub owner: String,
    /// The stages and whose turn it is.
    pub stage: Stage,
    /// The day of the visit.
    pub planned_on: NaiveDate,
    /// When the unit was told.
    pub notified_at: Option<DateTime<Utc>>,
    /// By when the self-report was asked for.
    pub self_report_due_on: Option<NaiveDate>,
    /// When the visit began.
    pub started_at: Option<DateTime<Utc>>,
    /// When the field work ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// The programme it belongs to.
    pub programme: Option<Link>,
    /// The checklist it asks by.
    pub checklist: Link,
    /// That the checklist asks by another edition of the standard than the unit works by.
    pub edition_note: Option<String>,
    /// The last visit of the same unit and kind.
    pub previous: Option<Link>,
    /// Texts that stand, with their names.
    pub texts: Vec<TextShown>,
    /// The team.
    pub team: Vec<TeamRow>,
    /// Lines by verdict.
    pub verdicts: Vec<VerdictRow>,
    /// Lines in all.
    pub lines: u64,
    /// The checklist's page, once there is one.
    pub lines_href: Option<String>,
    /// The papers' page.
    pub papers_href: String,
    /// The findings' list.
    pub findings_href: String,
    /// How many findings.
    pub findings: u64,
    /// What the person may do now.
    pub acts: Vec<Act>,
    /// What would be theirs to do, and what it lacks.
    pub blocked: Vec<Blocked>,
    /// Texts the person may write now.
    pub writing: Option<Writing>,
    /// The team form.
    pub naming: Option<Naming>,
}

/// A link with words.
#[derive(Clone, Debug, Serialize)]
pub struct Link {
    /// Where.
    pub href: String,
    /// The words.
    pub text: String,
}

/// A text of the papers.
#[derive(Clone, Debug, Serialize)]
pub struct TextShown {
    /// Its name: `inspection.<key>`.
    pub key: &'static str,
    /// The text.
    pub text: String,
}

/// A member of the team.
#[derive(Clone, Debug, Serialize)]
pub struct TeamRow {
    /// Name.
    pub name: String,
    /// Part.
    pub role: TeamRole,
    /// Areas given to them; empty means all.
    pub areas: String,
    /// Why they are not independent, a sentence.
    pub conflict: Option<String>,
    /// Why they take part all the same, and by whose word.
    pub exception: Option<Exception>,
    /// The act that excepts them.
    pub except: Option<Form>,
    /// Where it is sent.
    pub except_href: String,
}

/// An exception from independence.
#[derive(Clone, Debug, Serialize)]
pub struct Exception {
    /// Why.
    pub reason: String,
    /// By whose word.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// How many lines have a verdict.
#[derive(Clone, Debug, Serialize)]
pub struct VerdictRow {
    /// The verdict's code; `none` for none yet.
    pub verdict: &'static str,
    /// How it looks.
    pub tone: Tone,
    /// Lines.
    pub lines: u64,
}

/// Something the person may do.
#[derive(Clone, Debug, Serialize)]
pub struct Act {
    /// What.
    pub verb: InspectionVerb,
    /// Where it is sent.
    pub action: String,
    /// The form.
    pub form: Form,
    /// What it must be told.
    pub asks: Asks,
    /// The look of its button.
    pub look: &'static str,
}

/// What an act must be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Asks {
    /// Nothing.
    Nothing,
    /// Why.
    Reason,
    /// A new day and why.
    Day,
    /// By when the self-report is asked for.
    Notice,
    /// The self-report.
    SelfReport,
    /// The signature, or why not.
    Signature,
    /// The conclusion.
    Conclusion,
}

/// An act that lacks something.
#[derive(Clone, Debug, Serialize)]
pub struct Blocked {
    /// What.
    pub verb: InspectionVerb,
    /// What it lacks, a sentence.
    pub why: String,
}

/// The texts a person may write now.
#[derive(Clone, Debug, Serialize)]
pub struct Writing {
    /// The form.
    pub form: Form,
    /// Place, basis, purpose, copies.
    pub frame: bool,
    /// Strengths, limitations, causes, requests.
    pub results: bool,
    /// The unit's opinion.
    pub opinion: bool,
    /// The conclusion.
    pub conclusion: bool,
}

/// The team form.
#[derive(Clone, Debug, Serialize)]
pub struct Naming {
    /// The form; its rows are `members/<n>/…`.
    pub form: Form,
    /// People to choose from.
    pub people: Vec<Choice>,
    /// Parts.
    pub roles: Vec<Choice>,
    /// Areas of the checklist, as a hint.
    pub areas: String,
    /// Whether the person may except from independence.
    pub may_except: bool,
}

/// The checklist of an inspection.
#[derive(Clone, Debug, Serialize)]
pub struct Sheet {
    /// The inspection.
    pub inspection: Link,
    /// The inspected unit.
    pub unit: String,
    /// Lines in all.
    pub total: usize,
    /// Lines with a verdict.
    pub answered: usize,
    /// Filters.
    pub chips: Vec<Chip>,
    /// The groups.
    pub areas: Vec<SheetArea>,
    /// Where the groups' forms are sent.
    pub action: String,
    /// The sheet without filter.
    pub all_href: String,
    /// Whether answers may be given now.
    pub open: bool,
    /// Whether they are late corrections, which need a reason.
    pub late: bool,
    /// The verdicts to choose from.
    pub verdicts: Vec<Choice>,
    /// Yes and no.
    pub yes_no: Vec<Choice>,
}

/// A group of lines; one form.
#[derive(Clone, Debug, Serialize)]
pub struct SheetArea {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Lines in all.
    pub total: usize,
    /// Lines with a verdict.
    pub answered: usize,
    /// Lines that «the rest conforms» would answer.
    pub left: usize,
    /// The form; its fields are `lines/<id>/…`. `None` when the person may not answer here.
    pub form: Option<Form>,
    /// The lines.
    pub lines: Vec<SheetLine>,
}

/// A line of the checklist.
#[derive(Clone, Debug, Serialize)]
pub struct SheetLine {
    /// Id.
    pub id: String,
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
    /// What a ratio divides by what.
    pub metric: Option<String>,
    /// The verdict's code; `none` for none yet.
    pub verdict: &'static str,
    /// How it looks.
    pub tone: Tone,
    /// The value in words.
    pub value: Option<String>,
    /// The note.
    pub note: Option<String>,
    /// Why not audited or without finding.
    pub reason: Option<String>,
    /// What is odd about the value.
    pub warnings: Vec<String>,
    /// Who answered last, and when.
    pub answered: Option<Answered>,
    /// Two devices answered over each other.
    pub conflicted: bool,
    /// The answers to choose from, for the lead.
    pub choices: Vec<ConflictChoice>,
    /// The last visit's answer.
    pub previous: Option<PreviousAnswer>,
    /// Pieces of evidence.
    pub evidence: u64,
    /// Where evidence is attached.
    pub evidence_href: String,
    /// Its findings.
    pub findings: Vec<FindingLink>,
    /// Where a finding is begun.
    pub finding_href: Option<String>,
}

/// Who answered.
#[derive(Clone, Debug, Serialize)]
pub struct Answered {
    /// Name.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// One of two answers in conflict.
#[derive(Clone, Debug, Serialize)]
pub struct ConflictChoice {
    /// The answer in words.
    pub text: String,
    /// Who gave it.
    pub by: String,
    /// The form that chooses it.
    pub form: Form,
    /// Where it is sent.
    pub action: String,
}

/// A line at the last visit.
#[derive(Clone, Debug, Serialize)]
pub struct PreviousAnswer {
    /// The verdict's code; `none` for none.
    pub verdict: &'static str,
    /// The value in words.
    pub value: Option<String>,
    /// The note.
    pub note: Option<String>,
    /// What was found and what became of it.
    pub findings: Vec<FindingLink>,
}

/// A finding beside a line.
#[derive(Clone, Debug, Serialize)]
pub struct FindingLink {
    /// Its page.
    pub href: String,
    /// Number.
    pub code: String,
    /// Where it stands.
    pub state: FindingState,
}

/// The code of a verdict as pages use it, and its look.
#[must_use]
pub fn verdict_look(verdict: Option<Verdict>) -> (&'static str, Tone) {
    match verdict {
        None => ("none", Tone::Neutral),
        Some(verdict @ Verdict::Conform) => (verdict.code(), Tone::Good),
        Some(verdict @ Verdict::Partial) => (verdict.code(), Tone::Warn),
        Some(verdict @ Verdict::Nonconform) => (verdict.code(), Tone::Bad),
        Some(verdict) => (verdict.code(), Tone::Neutral),
    }
}

/// How a state looks.
#[must_use]
pub fn state_tone(state: InspectionState) -> Tone {
    use InspectionState as S;
    match state {
        S::Planned | S::TeamSet | S::Cancelled => Tone::Neutral,
        S::Notified | S::SelfReport | S::InProgress => Tone::Info,
        S::FieldworkDone | S::MinutesSigned | S::Reported | S::Concluded | S::FollowUp => Tone::Warn,
        S::Closed => Tone::Good,
    }
}

fn day(number: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, number).unwrap_or_default()
}

fn instant() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 0).unwrap_or_default()
}

fn link(text: &str) -> Link {
    Link { href: "/kiem-tra/1".to_owned(), text: text.to_owned() }
}

impl View for InspectionList {
    const TEMPLATE: &'static str = "inspections/list.html";

    fn samples() -> Vec<Self> {
        let planned = InspectionItem {
            state: InspectionState::Planned,
            tone: Tone::Neutral,
            surprise: false,
            lines: 0,
            answered: 0,
            ..InspectionItem::sample()
        };
        let chips =
            vec![Chip { label: "Của tôi".to_owned(), href: "/kiem-tra?mine=true".to_owned(), active: true, count: None }];
        let list = Listing { chips, ..Listing::plain(vec![InspectionItem::sample(), planned]) };
        vec![
            Self { list, new_href: Some("/kiem-tra/moi".to_owned()) },
            Self { list: Listing::plain(Vec::new()), new_href: Some("/kiem-tra/moi".to_owned()) },
            Self { list: Listing::plain(Vec::new()), new_href: None },
        ]
    }
}

impl View for PlanInspection {
    const TEMPLATE: &'static str = "inspections/plan.html";

    fn samples() -> Vec<Self> {
        let mut wrong = Form::default();
        wrong.error("unit_id", "Chọn một đơn vị trong danh sách.");
        let choice = |text: &str| vec![Choice::new("1", text)];
        let plan = Self {
            form: Form::default(),
            owners: Vec::new(),
            units: choice("Xã Bình Mẫu"),
            kinds: choice("Kiểm tra cải cách hành chính"),
            checklists: choice("KT-CCHC-XA (bản 1)"),
            programmes: choice("CT-2026-01"),
        };
        vec![plan.clone(), Self { form: wrong, owners: choice("Sở Nội vụ"), programmes: Vec::new(), ..plan }]
    }
}

impl View for InspectionPage {
    const TEMPLATE: &'static str = "inspections/page.html";

    fn samples() -> Vec<Self> {
        let step = |label: &str, state| StageStep { label: label.to_owned(), state };
        let asks = [Asks::Nothing, Asks::Reason, Asks::Day, Asks::Notice, Asks::SelfReport, Asks::Signature, Asks::Conclusion];
        let verbs = InspectionVerb::ALL.iter().copied().cycle();
        let acts: Vec<Act> = asks
            .into_iter()
            .zip(verbs)
            .map(|(asks, verb)| Act {
                verb,
                action: format!("/kiem-tra/1/{verb}"),
                form: Form::default().with_id(verb.code()),
                asks,
                look: "primary",
            })
            .collect();
        let lead = TeamRow {
            name: "Trưởng đoàn".to_owned(),
            role: TeamRole::LeadInspector,
            areas: String::new(),
            conflict: None,
            exception: None,
            except: None,
            except_href: "/kiem-tra/1/ngoai-le/1".to_owned(),
        };
        let blocked = TeamRow {
            role: TeamRole::Inspector,
            areas: "0, 2".to_owned(),
            conflict: Some("Người này rời đơn vị được kiểm tra ngày 16/06/2026.".to_owned()),
            except: Some(Form::default().with_id("except1")),
            ..lead.clone()
        };
        let excepted = TeamRow {
            exception: Some(Exception {
                reason: "Thiếu người".to_owned(), by: "Giám đốc Sở".to_owned(), at: instant()
            }),
            except: None,
            ..blocked.clone()
        };
        let writing =
            Writing { form: Form::default().with_id("texts"), frame: true, results: true, opinion: true, conclusion: true };
        let full = Self {
            href: "/kiem-tra/1".to_owned(),
            code: "KT-2026-014".to_owned(),
            kind: InspectionKind::Cchc,
            state: InspectionState::InProgress,
            tone: Tone::Info,
            surprise: false,
            unit: "Xã Bình Mẫu".to_owned(),
            owner: "Sở Nội vụ tỉnh Mẫu".to_owned(),
            stage: Stage {
                steps: vec![
                    step("Đã thông báo", StageState::Done),
                    step("Đang kiểm tra", StageState::Current),
                    step("Kết luận", StageState::Todo),
                ],
                holder: Some("Đoàn kiểm tra".to_owned()),
                due: None,
                next: Some("Chấm xong các dòng".to_owned()),
            },
            planned_on: day(24),
            notified_at: Some(instant()),
            self_report_due_on: Some(day(20)),
            started_at: Some(instant()),
            finished_at: None,
            programme: Some(link("CT-2026-01")),
            checklist: link("KT-CCHC-XA (bản 1)"),
            edition_note: Some("Bảng kiểm hỏi theo TCVN ISO 9001:2015, còn đơn vị áp dụng ISO 9001:2026.".to_owned()),
            previous: Some(link("KT-2025-003")),
            texts: vec![TextShown { key: "purpose", text: "Kiểm tra năm 2026".to_owned() }],
            team: vec![lead, blocked, excepted],
            verdicts: [None, Some(Verdict::Conform), Some(Verdict::Nonconform)]
                .into_iter()
                .map(|verdict| VerdictRow { verdict: verdict_look(verdict).0, tone: verdict_look(verdict).1, lines: 12 })
                .collect(),
            lines: 71,
            lines_href: Some("/kiem-tra/1/phieu".to_owned()),
            papers_href: "/kiem-tra/1/van-ban".to_owned(),
            findings_href: "/phat-hien?dot=1".to_owned(),
            findings: 3,
            acts,
            blocked: vec![Blocked { verb: InspectionVerb::Finish, why: "Còn 3 dòng chưa có kết luận.".to_owned() }],
            writing: Some(writing),
            naming: Some(Naming {
                form: Form::default().with_id("team"),
                people: vec![Choice::new("1", "Trưởng đoàn")],
                roles: vec![Choice::new("lead_inspector", "Trưởng đoàn")],
                areas: "0 Chỉ đạo, điều hành CCHC; 1 Cải cách thể chế".to_owned(),
                may_except: true,
            }),
        };
        let mut wrong = full.clone();
        if let Some(naming) = &mut wrong.naming {
            naming.form.set("members/0/person_id", "1").error("members/0/person_id", "Người này đang thuộc đơn vị.");
            naming.may_except = false;
        }
        let planned = Self {
            state: InspectionState::Planned,
            tone: Tone::Neutral,
            surprise: true,
            notified_at: None,
            self_report_due_on: None,
            started_at: None,
            programme: None,
            previous: None,
            texts: Vec::new(),
            team: Vec::new(),
            verdicts: Vec::new(),
            lines: 0,
            lines_href: None,
            findings: 0,
            acts: Vec::new(),
            blocked: Vec::new(),
            writing: None,
            naming: None,
            ..full.clone()
        };
        vec![full, wrong, planned]
    }
}

impl Sheet {
    fn sample_line(answer_type: AnswerType) -> SheetLine {
        SheetLine {
            id: answer_type.code().to_owned(),
            code: format!("KT-{answer_type}"),
            clause: None,
            question: "Tỷ lệ nhiệm vụ trong kế hoạch CCHC hoàn thành".to_owned(),
            documents: vec!["bảng theo dõi nhiệm vụ".to_owned()],
            answer_type,
            metric: Some("tasks_done / tasks_total".to_owned()),
            verdict: "none",
            tone: Tone::Neutral,
            value: None,
            note: None,
            reason: None,
            warnings: Vec::new(),
            answered: None,
            conflicted: false,
            choices: Vec::new(),
            previous: None,
            evidence: 0,
            evidence_href: "/minh-chung/inspection_line/1".to_owned(),
            findings: Vec::new(),
            finding_href: Some("/phat-hien/moi?dong=1".to_owned()),
        }
    }

    fn sample_answered() -> SheetLine {
        let finding = FindingLink { href: "/phat-hien/1".to_owned(), code: "PH-2026-031".to_owned(), state: FindingState::Draft };
        SheetLine {
            id: "answered".to_owned(),
            code: "KT-2.04".to_owned(),
            verdict: "nonconform",
            tone: Tone::Bad,
            value: Some("484/482 (100,41 %)".to_owned()),
            note: Some("Số liệu kê khai".to_owned()),
            reason: Some("Đã nhắc".to_owned()),
            warnings: vec!["Tử số (484) lớn hơn mẫu số (482).".to_owned()],
            answered: Some(Answered { by: "Thành viên đoàn".to_owned(), at: instant() }),
            conflicted: true,
            choices: vec![ConflictChoice {
                text: "Đạt".to_owned(),
                by: "Trưởng đoàn".to_owned(),
                form: Form::default().with_id("choice1"),
                action: "/kiem-tra/1/phieu/1/chon".to_owned(),
            }],
            previous: Some(PreviousAnswer {
                verdict: "partial",
                value: Some("470/482".to_owned()),
                note: Some("Chậm".to_owned()),
                findings: vec![finding.clone()],
            }),
            evidence: 2,
            findings: vec![finding],
            ..Self::sample_line(AnswerType::Ratio)
        }
    }
}

impl View for Sheet {
    const TEMPLATE: &'static str = "inspections/sheet.html";

    fn samples() -> Vec<Self> {
        let mut lines: Vec<SheetLine> = AnswerType::ALL.iter().map(|kind| Self::sample_line(*kind)).collect();
        lines.push(Self::sample_answered());
        let mut form = Form::default().with_id("a0");
        form.set("lines/ratio/numerator", "-1").error("lines/ratio/numerator", "Số này không được nhỏ hơn 0.");
        let area = SheetArea {
            code: "0".to_owned(),
            name: "Chỉ đạo, điều hành CCHC".to_owned(),
            total: 8,
            answered: 1,
            left: 7,
            form: Some(form),
            lines,
        };
        let chip =
            |label: &str, active| Chip { label: label.to_owned(), href: "/kiem-tra/1/phieu".to_owned(), active, count: Some(8) };
        let choice = |value: &str, label: &str| Choice::new(value, label);
        let open = Self {
            inspection: link("KT-2026-014"),
            unit: "Xã Bình Mẫu".to_owned(),
            total: 71,
            answered: 38,
            chips: vec![chip("Tất cả", true), chip("Chưa chấm", false)],
            areas: vec![area.clone()],
            action: "/kiem-tra/1/phieu".to_owned(),
            all_href: "/kiem-tra/1/phieu".to_owned(),
            open: true,
            late: false,
            verdicts: vec![choice("conform", "Đạt"), choice("nonconform", "Chưa đạt"), choice("none", "Chưa có kết quả")],
            yes_no: vec![choice("yes", "Có"), choice("no", "Không")],
        };
        let mut shut = SheetArea { form: None, left: 0, ..area.clone() };
        for line in &mut shut.lines {
            line.choices.clear();
            line.finding_href = None;
        }
        let late = Self { late: true, areas: vec![SheetArea { left: 0, ..area }], ..open.clone() };
        let read = Self { open: false, areas: vec![shut], ..open.clone() };
        vec![open.clone(), late, read, Self { areas: Vec::new(), ..open }]
    }
}
