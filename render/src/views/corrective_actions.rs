//! Corrective actions: the list, and the one page on which unit and inspecting side do everything.

use chrono::{DateTime, NaiveDate, Utc};
use domain::checklist::InspectionKind;
use domain::corrective_action::{CauseGroup, CauseOrigin, CorrectiveActionState, ExtensionState, StepState};
use domain::finding::Grade;
use domain::record::Duty;
use serde::Serialize;

use super::findings::Link;
use super::part::{Chip, Choice, Due, EvidenceFile, Listing, Search, Stage, TimelineItem, Tone};
use crate::{Form, View};

/// A corrective action in a list.
#[derive(Clone, Debug, Serialize)]
pub struct ActionRow {
    /// Its page.
    pub href: String,
    /// Its human code.
    pub code: String,
    /// Its finding, shortened.
    pub title: String,
    /// The unit that must act.
    pub unit: String,
    /// Where it stands.
    pub state: CorrectiveActionState,
    /// How urgently it wants attention.
    pub tone: Tone,
    /// The day that matters now.
    pub due: Option<Due>,
}

/// The corrective actions the person may see.
#[derive(Clone, Debug, Serialize)]
pub struct ActionList {
    /// The list.
    pub list: Listing<ActionRow>,
}

/// The finding an action answers: the left column.
#[derive(Clone, Debug, Serialize)]
pub struct FindingFacts {
    /// Its page and code.
    pub link: Link,
    /// How grave it is.
    pub grade: Grade,
    /// The requirement.
    pub criterion: Option<String>,
    /// The gap.
    pub statement: Option<String>,
    /// What the inspector recommends.
    pub recommendation: Option<String>,
    /// What proves it.
    pub evidence: Vec<EvidenceFile>,
    /// Code of its inspection, linked when the person may see it.
    pub inspection: Link,
    /// It is about points lost in a published round.
    pub of_round: bool,
    /// It comes from a decision of a management review.
    pub of_review: bool,
}

/// The plan while the unit writes it. Fields as in the API; rows `steps/<n>/…`, remarks of the
/// inspecting side in the value `steps/<n>/remark`.
#[derive(Clone, Debug, Serialize)]
pub struct PlanForm {
    /// The form.
    pub form: Form,
    /// Where it is sent; the button says what happens (`act`: `draft` or `submit`).
    pub action: String,
    /// People who may be given a step.
    pub people: Vec<Choice>,
    /// Groups of causes.
    pub cause_groups: Vec<Choice>,
    /// Inside or outside the unit.
    pub cause_origins: Vec<Choice>,
    /// The person may hand the plan in.
    pub may_submit: bool,
}

/// The plan as it was written, to be read.
#[derive(Clone, Debug, Serialize)]
pub struct PlanFacts {
    /// What is put right at once.
    pub correction: Option<String>,
    /// Whether the same happens elsewhere.
    pub extent: Option<String>,
    /// The chain of causes, first to root.
    pub whys: Vec<String>,
    /// Group of the root cause.
    pub cause_group: Option<CauseGroup>,
    /// Whether the cause lies inside the unit.
    pub cause_origin: Option<CauseOrigin>,
    /// The other agency.
    pub external_agency: Option<String>,
    /// The letter to it.
    pub external_letter: Option<String>,
}

/// A step of the plan, to be read and reported.
#[derive(Clone, Debug, Serialize)]
pub struct StepFacts {
    /// Its id.
    pub id: String,
    /// What is done.
    pub action: String,
    /// Who does it.
    pub owner: Option<String>,
    /// Until when.
    pub due: Option<Due>,
    /// What will prove it.
    pub expected_evidence: Option<String>,
    /// Where it stands.
    pub state: StepState,
    /// How urgently it wants attention.
    pub tone: Tone,
    /// The verifier's remark.
    pub remark: Option<String>,
    /// What came of it.
    pub result: Option<String>,
    /// Its evidence.
    pub evidence: Vec<EvidenceFile>,
    /// The form to report it with files (`result`, `minh_chung`); none when the person may not.
    pub report: Option<PostForm>,
}

/// A form and where it is sent.
#[derive(Clone, Debug, Serialize)]
pub struct PostForm {
    /// The form.
    pub form: Form,
    /// Where it is sent.
    pub action: String,
}

/// A form with a remark on each row (`remark/<step id>`), and in general (`remark` or `note`).
#[derive(Clone, Debug, Serialize)]
pub struct RowsForm {
    /// The form.
    pub form: Form,
    /// Where it is sent.
    pub action: String,
    /// Id and words of each row that can be remarked on.
    pub rows: Vec<Choice>,
}

/// The form that asks for a later date.
#[derive(Clone, Debug, Serialize)]
pub struct ExtensionForm {
    /// The form: `step_id`, `new_due_on`, `reason`.
    pub form: Form,
    /// Where it is sent.
    pub action: String,
    /// The steps to choose from; empty when the day of the plan itself is to move.
    pub steps: Vec<Choice>,
}

/// The form that moves an action to the unit that answers for it now.
#[derive(Clone, Debug, Serialize)]
pub struct TransferForm {
    /// The form: `unit_id`, `ground`.
    pub form: Form,
    /// Where it is sent.
    pub action: String,
    /// The units to choose from.
    pub units: Vec<Choice>,
}

/// A request for a later date.
#[derive(Clone, Debug, Serialize)]
pub struct ExtensionFacts {
    /// The step, or none for the plan.
    pub step: Option<String>,
    /// The date before.
    pub old_due_on: NaiveDate,
    /// The date asked for.
    pub new_due_on: NaiveDate,
    /// Why.
    pub reason: String,
    /// Where it stands.
    pub state: ExtensionState,
    /// Who asked.
    pub asked_by: String,
    /// Why so decided.
    pub decision_reason: Option<String>,
    /// The form to grant it.
    pub grant: Option<PostForm>,
    /// The form to refuse it.
    pub refuse: Option<PostForm>,
}

/// A due date that is or was.
#[derive(Clone, Debug, Serialize)]
pub struct KeptDate {
    /// Which duty.
    pub duty: Duty,
    /// The step, when it is one's.
    pub step: Option<String>,
    /// The last day.
    pub on: NaiveDate,
    /// How it was counted, or why it was set.
    pub explanation: String,
    /// When it was set.
    pub set_at: DateTime<Utc>,
}

/// An accepted plan from elsewhere, without names.
#[derive(Clone, Debug, Serialize)]
pub struct ExamplePlan {
    /// What was put right at once.
    pub correction: String,
    /// The root cause.
    pub cause: String,
    /// What was done.
    pub steps: Vec<String>,
}

/// What was said of doing and effect.
#[derive(Clone, Debug, Serialize)]
pub struct Verdicts {
    /// The verifier's note.
    pub verification_note: Option<String>,
    /// The note on the effect.
    pub effect_note: Option<String>,
    /// What was looked at for it.
    pub effect_sample: Option<String>,
    /// Why it was given up.
    pub cancel_reason: Option<String>,
}

/// One corrective action.
#[derive(Clone, Debug, Serialize)]
pub struct ActionPage {
    /// Where it stands and whose turn it is.
    pub stage: Stage,
    /// Kind of inspection; decides the words.
    pub kind: InspectionKind,
    /// The unit that must act.
    pub unit: String,
    /// Who judges plan, doing and effect.
    pub verifier: Option<String>,
    /// The finding it answers.
    pub finding: FindingFacts,
    /// The action this one goes on with.
    pub continues: Option<Link>,
    /// The action that goes on after this one.
    pub continued_by: Option<Link>,
    /// General remark of the last return.
    pub return_remark: Option<String>,
    /// The plan while it is written by this person.
    pub plan_form: Option<PlanForm>,
    /// The plan as written.
    pub plan: Option<PlanFacts>,
    /// Its steps; empty while the plan form is shown.
    pub steps: Vec<StepFacts>,
    /// Accepted plans elsewhere.
    pub examples: Vec<ExamplePlan>,
    /// To accept the plan (`effectiveness_months`).
    pub approve: Option<PostForm>,
    /// To return it with remarks.
    pub send_back: Option<RowsForm>,
    /// To verify the doing (`note`).
    pub verify: Option<PostForm>,
    /// To send steps back.
    pub reject: Option<RowsForm>,
    /// To judge the effect (`effective`, `note`, `sample`).
    pub effect: Option<PostForm>,
    /// The two words on the effect.
    pub effects: Vec<Choice>,
    /// To ask for a later date.
    pub extend: Option<ExtensionForm>,
    /// To give it up.
    pub cancel: Option<PostForm>,
    /// To move it to the successor unit.
    pub transfer: Option<TransferForm>,
    /// What was said of doing and effect.
    pub verdicts: Verdicts,
    /// Every request for a later date.
    pub extensions: Vec<ExtensionFacts>,
    /// Every date ever.
    pub dates: Vec<KeptDate>,
    /// What happened, newest first.
    pub history: Vec<TimelineItem>,
}

impl View for ActionList {
    const TEMPLATE: &'static str = "corrective_actions/list.html";

    fn samples() -> Vec<Self> {
        let row = ActionRow {
            href: "/khac-phuc/1".to_owned(),
            code: "KP-2026-0031".to_owned(),
            title: "3 trong 40 hồ sơ trễ hạn không có thư xin lỗi".to_owned(),
            unit: "Trung tâm Phục vụ hành chính công xã An Mẫu".to_owned(),
            state: CorrectiveActionState::PlanSubmitted,
            tone: Tone::Warn,
            due: Some(super::findings::due()),
        };
        let chip = |label: &str, active| Chip { label: label.to_owned(), href: "/khac-phuc".to_owned(), active, count: None };
        let full = Listing {
            rows: vec![
                row.clone(),
                ActionRow { due: None, state: CorrectiveActionState::ClosedEffective, tone: Tone::Good, ..row },
            ],
            chips: vec![chip("Quá hạn", true), chip("Chờ đơn vị", false), chip("Chờ xác nhận", false)],
            search: Some(Search { action: "/khac-phuc".to_owned(), q: String::new(), keep: Vec::new() }),
            ..Listing::plain(Vec::new())
        };
        vec![Self { list: full }, Self { list: Listing::plain(Vec::new()) }]
    }
}

impl View for ActionPage {
    const TEMPLATE: &'static str = "corrective_actions/page.html";

    fn samples() -> Vec<Self> {
        let planning = sample_planning();
        let judging = sample_judging(&planning);
        let doing = sample_doing(&judging);
        vec![planning, judging, doing]
    }
}

fn post(id: &str) -> Option<PostForm> {
    Some(PostForm { form: Form::default().with_id(id), action: format!("/khac-phuc/1/{id}") })
}

fn sample_planning() -> ActionPage {
    let text = |text: &str| Some(text.to_owned());
    let mut form = Form::default();
    form.set("correction", "Gửi thư xin lỗi").set("whys/0", "Quên gửi thư").set("cause_origin", "external");
    form.set("steps/0/id", "1").set("steps/0/action", "Phân công").set("steps/0/remark", "Hạn quá dài.");
    form.error("external_agency", "Chưa nhập nội dung này.").error("steps/0/due_on", "Chưa nhập nội dung này.");
    form.error("whys/1", "Chưa nhập nội dung này.");
    let choices = |code: &str| vec![Choice::new(code, "Chủ quan"), Choice::new("external", "Khách quan")];
    ActionPage {
        stage: super::findings::stage(),
        kind: InspectionKind::Cchc,
        unit: "Xã An Mẫu".to_owned(),
        verifier: text("Trưởng đoàn kiểm tra"),
        finding: FindingFacts {
            link: Link { href: "/phat-hien/1".to_owned(), text: "PH-2026-0031".to_owned() },
            grade: Grade::Limitation,
            criterion: text("Hồ sơ trễ hạn có thư xin lỗi không?"),
            statement: text("3 trong 40 hồ sơ trễ hạn không có thư xin lỗi."),
            recommendation: text("Phân công người gửi thư."),
            evidence: vec![super::findings::file()],
            inspection: Link { href: "/kiem-tra/1".to_owned(), text: "KT-2026-014".to_owned() },
            of_round: true,
            of_review: false,
        },
        continues: Some(Link { href: "/khac-phuc/0".to_owned(), text: "KP-2026-0007".to_owned() }),
        continued_by: None,
        return_remark: text("Bổ sung nguyên nhân gốc."),
        plan_form: Some(PlanForm {
            form,
            action: "/khac-phuc/1/ke-hoach".to_owned(),
            people: vec![Choice::new("1", "Công chức xã An Mẫu")],
            cause_groups: vec![Choice::new("people", "Con người")],
            cause_origins: choices("internal"),
            may_submit: true,
        }),
        plan: None,
        steps: Vec::new(),
        examples: vec![ExamplePlan {
            correction: "Gửi thư bổ sung.".to_owned(),
            cause: "Chưa phân công.".to_owned(),
            steps: vec!["Phân công một người theo dõi".to_owned()],
        }],
        approve: None,
        send_back: None,
        verify: None,
        reject: None,
        effect: None,
        effects: vec![Choice::new("yes", "Có hiệu lực"), Choice::new("no", "Chưa có hiệu lực")],
        extend: Some(ExtensionForm {
            form: Form::default().with_id("extend"),
            action: "/khac-phuc/1/gia-han".to_owned(),
            steps: Vec::new(),
        }),
        cancel: None,
        transfer: None,
        verdicts: Verdicts { verification_note: None, effect_note: None, effect_sample: None, cancel_reason: None },
        extensions: Vec::new(),
        dates: Vec::new(),
        history: Vec::new(),
    }
}

fn sample_judging(planning: &ActionPage) -> ActionPage {
    let text = |text: &str| Some(text.to_owned());
    let rows = |id: &str| {
        Some(RowsForm {
            form: Form::default().with_id(id),
            action: format!("/khac-phuc/1/{id}"),
            rows: vec![Choice::new("1", "Việc 1: Phân công người gửi thư")],
        })
    };
    ActionPage {
        kind: InspectionKind::InternalAudit,
        return_remark: None,
        plan_form: None,
        plan: Some(PlanFacts {
            correction: text("Gửi thư xin lỗi cho 3 hồ sơ."),
            extent: None,
            whys: vec!["Quên gửi thư".to_owned(), "Không ai được giao".to_owned()],
            cause_group: Some(CauseGroup::People),
            cause_origin: Some(CauseOrigin::External),
            external_agency: text("Chi nhánh Văn phòng đăng ký đất đai"),
            external_letter: text("Công văn số 12/UBND"),
        }),
        steps: vec![StepFacts {
            id: "1".to_owned(),
            action: "Phân công người gửi thư".to_owned(),
            owner: text("Công chức xã An Mẫu"),
            due: Some(super::findings::due()),
            expected_evidence: text("Thông báo phân công"),
            state: StepState::Done,
            tone: Tone::Good,
            remark: None,
            result: text("Đã phân công."),
            evidence: vec![super::findings::file()],
            report: None,
        }],
        examples: Vec::new(),
        approve: post("chap-nhan"),
        send_back: rows("tra-lai"),
        verify: post("xac-nhan"),
        reject: rows("lam-lai"),
        effect: post("hieu-luc"),
        extend: None,
        cancel: post("huy"),
        transfer: Some(TransferForm {
            form: Form::default().with_id("chuyen-don-vi"),
            action: "/khac-phuc/1/chuyen-don-vi".to_owned(),
            units: vec![Choice::new("2", "Xã Bình Mẫu (MAU-02)")],
        }),
        ..planning.clone()
    }
}

fn sample_doing(judging: &ActionPage) -> ActionPage {
    let text = |text: &str| Some(text.to_owned());
    let mut failed = Form::default().with_id("step-1");
    failed.error("result", "Chưa nhập nội dung này.");
    let steps = judging.steps.iter().cloned().map(|step| StepFacts {
        state: StepState::Rejected,
        tone: Tone::Bad,
        remark: text("Thiếu chữ ký."),
        evidence: Vec::new(),
        report: Some(PostForm { form: failed.clone(), action: "/khac-phuc/1/viec/1/minh-chung".to_owned() }),
        ..step
    });
    let request = ExtensionFacts {
        step: text("Phân công người gửi thư"),
        old_due_on: super::findings::instant().date_naive(),
        new_due_on: super::findings::instant().date_naive(),
        reason: "Chờ văn bản".to_owned(),
        state: ExtensionState::Requested,
        asked_by: "Cán bộ đầu mối".to_owned(),
        decision_reason: None,
        grant: post("grant"),
        refuse: post("refuse"),
    };
    let refused = ExtensionFacts {
        step: None,
        state: ExtensionState::Refused,
        decision_reason: text("Đã gia hạn hai lần."),
        grant: None,
        refuse: None,
        ..request.clone()
    };
    ActionPage {
        steps: steps.collect(),
        continued_by: Some(Link { href: "/khac-phuc/2".to_owned(), text: "KP-2027-0001".to_owned() }),
        approve: None,
        send_back: None,
        verify: None,
        reject: None,
        effect: None,
        cancel: None,
        transfer: None,
        extend: Some(ExtensionForm {
            form: Form::default().with_id("extend"),
            action: "/khac-phuc/1/gia-han".to_owned(),
            steps: vec![Choice::new("1", "Phân công người gửi thư")],
        }),
        verdicts: Verdicts {
            verification_note: text("Đã xem 10 hồ sơ."),
            effect_note: text("Vẫn còn 2 hồ sơ."),
            effect_sample: text("20 hồ sơ tháng 01/2027"),
            cancel_reason: text("Đơn vị giải thể."),
        },
        extensions: vec![request, refused],
        dates: vec![KeptDate {
            duty: Duty::DoStep,
            step: text("Phân công người gửi thư"),
            on: super::findings::instant().date_naive(),
            explanation: "Theo kế hoạch khắc phục được chấp nhận.".to_owned(),
            set_at: super::findings::instant(),
        }],
        history: vec![TimelineItem {
            at: super::findings::instant(),
            who: "Chủ tịch UBND xã".to_owned(),
            what: "Trình kế hoạch khắc phục".to_owned(),
            reason: None,
        }],
        ..judging.clone()
    }
}
