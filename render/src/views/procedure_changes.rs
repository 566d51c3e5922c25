//! Decisions that change the TTHC catalogue: the list, one with what it asks of units, its entry by hand and by file.

use chrono::NaiveDate;
use domain::document::change::ProcedureTask;
use domain::document::control::ProcedureChange;
use serde::Serialize;

use super::dossiers::CellError;
use super::findings::Link;
use super::part::{Choice, Due, Listing, Pager, Tone};
use crate::{Form, View};

/// A decision in the list.
#[derive(Clone, Debug, Serialize)]
pub struct ChangeListRow {
    /// Its page.
    pub href: String,
    /// Number and date.
    pub name: String,
    /// The unit whose catalogue it changes.
    pub unit: String,
    /// The day from which it holds.
    pub effective_on: NaiveDate,
    /// The last day for the procedures.
    pub due_on: NaiveDate,
    /// Where it stands: `change_list_state.<code>`.
    pub state: String,
    /// How urgently it wants attention.
    pub tone: Tone,
}

/// Decisions that change the TTHC catalogue.
#[derive(Clone, Debug, Serialize)]
pub struct ChangeLists {
    /// The list.
    pub list: Listing<ChangeListRow>,
    /// Where one is entered.
    pub new_href: Option<String>,
    /// Where one is entered by file.
    pub file_href: Option<String>,
}

/// One change of a decision.
#[derive(Clone, Debug, Serialize)]
pub struct ChangeRow {
    /// National code with its suffix.
    pub code: String,
    /// Title.
    pub title: String,
    /// What is done to it.
    pub change: ProcedureChange,
    /// Level that decides, in words.
    pub level: String,
    /// Code of what replaces it.
    pub replaced_by: Option<String>,
}

/// What one unit must do.
#[derive(Clone, Debug, Serialize)]
pub struct UnitTotals {
    /// The unit's tasks.
    pub href: String,
    /// Its name.
    pub unit: String,
    /// Procedures to write.
    pub write: usize,
    /// Procedures to revise.
    pub revise: usize,
    /// Procedures to withdraw.
    pub withdraw: usize,
    /// Of all these, done.
    pub done: usize,
    /// Of those not done, asked for.
    pub asked: usize,
    /// All of them.
    pub all: usize,
    /// How urgently it wants attention.
    pub tone: Tone,
}

/// A task of a unit.
#[derive(Clone, Debug, Serialize)]
pub struct TaskRow {
    /// National code and title of the procedure.
    pub procedure: String,
    /// What was done to it.
    pub change: ProcedureChange,
    /// What the unit must do.
    pub task: ProcedureTask,
    /// Whether it is done.
    pub done: bool,
    /// The unit's own procedure.
    pub document: Option<Link>,
    /// What was asked for and is under way.
    pub asked: Option<Link>,
}

/// A decision.
#[derive(Clone, Debug, Serialize)]
pub struct ChangeListPage {
    /// Its page.
    pub href: String,
    /// The unit whose catalogue it changes.
    pub unit: String,
    /// Số, ký hiệu.
    pub decision: String,
    /// The day it was signed.
    pub decided_on: NaiveDate,
    /// The day from which it holds.
    pub effective_on: NaiveDate,
    /// Working days for the procedures to follow.
    pub revise_days: i32,
    /// The last of these days.
    pub due: Due,
    /// A remark.
    pub note: Option<String>,
    /// Where it stands: `change_list_state.<code>`.
    pub state: String,
    /// How urgently it wants attention.
    pub tone: Tone,
    /// Why it was taken back.
    pub cancel_reason: Option<String>,
    /// Its changes.
    pub changes: Vec<ChangeRow>,
    /// The unit whose tasks are shown; none for the table of units.
    pub chosen: Option<Link>,
    /// Its tasks.
    pub tasks: Vec<TaskRow>,
    /// What the units must do.
    pub units: Vec<UnitTotals>,
    /// Done of all, over what is shown.
    pub done: usize,
    /// All of what is shown.
    pub all: usize,
    /// Whether the person sees tasks at all.
    pub keeps: bool,
    /// The form that opens the requests; `None` where nothing is left to ask for.
    pub request: Option<Form>,
    /// Where it is sent.
    pub request_action: String,
    /// The form that takes it back.
    pub cancel: Option<Form>,
}

/// What a decision would ask for.
#[derive(Clone, Debug, Serialize)]
pub struct ChangePreview {
    /// Its changes.
    pub changes: usize,
    /// The last day for the procedures.
    pub due_on: NaiveDate,
    /// Units that must do something.
    pub units: usize,
    /// Procedures to write.
    pub write: usize,
    /// Procedures to revise.
    pub revise: usize,
    /// Procedures to withdraw.
    pub withdraw: usize,
    /// The form that enters it: everything hidden.
    pub form: Form,
    /// The names of its fields.
    pub hidden: Vec<String>,
}

/// The form of a decision.
#[derive(Clone, Debug, Serialize)]
pub struct ChangeListForm {
    /// The form. Fields: `unit_id`, `decision_number`, `decided_on`, `effective_on`, `revise_days`, `note`;
    /// by hand `changes/0/procedure_code`, `…/change`, `…/tthc_title`, `…/field_name`, `…/level`, `…/replaced_by`,
    /// `…/time_limit`, `…/fee`; by file `file`.
    pub form: Form,
    /// Where it is sent.
    pub action: String,
    /// Whether the changes come from a file.
    pub by_file: bool,
    /// Units to choose from; empty when there is only one.
    pub units: Vec<Choice>,
    /// What can be done to a procedure.
    pub kinds: Vec<Choice>,
    /// Levels that decide.
    pub levels: Vec<Choice>,
    /// Where the usual number of days is known from, when nobody has checked it.
    pub days_source: Option<String>,
    /// Wrong cells.
    pub errors: Vec<CellError>,
    /// How many more there are.
    pub more: usize,
    /// What it would ask for, once it is good.
    pub preview: Option<ChangePreview>,
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap_or_default()
}

fn fresh(id: &str) -> Form {
    Form { version: Some(1), once: "once".to_owned(), ..Form::default() }.with_id(id)
}

impl View for ChangeLists {
    const TEMPLATE: &'static str = "documents/changes.html";

    fn samples() -> Vec<Self> {
        let row = |state: &str, tone| ChangeListRow {
            href: "/quy-trinh/thay-doi-tthc/1".to_owned(),
            name: "1234/QĐ-UBND ngày 01/12/2026".to_owned(),
            unit: "Tỉnh Mẫu".to_owned(),
            effective_on: day("2026-12-15"),
            due_on: day("2026-12-29"),
            state: state.to_owned(),
            tone,
        };
        let rows = vec![row("waiting", Tone::Info), row("applied", Tone::Good), row("cancelled", Tone::Neutral)];
        let full = Self {
            list: Listing {
                pager: Pager { next: Some("/quy-trinh/thay-doi-tthc?cursor=a".to_owned()), first: None },
                ..Listing::plain(rows)
            },
            new_href: Some("/quy-trinh/thay-doi-tthc/moi".to_owned()),
            file_href: Some("/quy-trinh/thay-doi-tthc/nhap".to_owned()),
        };
        vec![full, Self { list: Listing::plain(Vec::new()), new_href: None, file_href: None }]
    }
}

impl View for ChangeListPage {
    const TEMPLATE: &'static str = "documents/changes_page.html";

    fn samples() -> Vec<Self> {
        let link = |text: &str| Link { href: "/quy-trinh/1".to_owned(), text: text.to_owned() };
        let change = |change, replaced_by: Option<&str>| ChangeRow {
            code: "1.001193.000.00.00.H55".to_owned(),
            title: "Đăng ký khai sinh có yếu tố nước ngoài tại khu vực biên giới".to_owned(),
            change,
            level: "Cấp xã".to_owned(),
            replaced_by: replaced_by.map(str::to_owned),
        };
        let totals = |done, tone| UnitTotals {
            href: "/quy-trinh/thay-doi-tthc/1?don_vi=2".to_owned(),
            unit: "Xã An Mẫu".to_owned(),
            write: 1,
            revise: 2,
            withdraw: 1,
            done,
            asked: 1,
            all: 4,
            tone,
        };
        let task = |task, done| TaskRow {
            procedure: "1.001193 Đăng ký khai sinh".to_owned(),
            change: ProcedureChange::Amended,
            task,
            done,
            document: Some(link("QT-HT-01 Đăng ký khai sinh")),
            asked: None,
        };
        let province = Self {
            href: "/quy-trinh/thay-doi-tthc/1".to_owned(),
            unit: "Tỉnh Mẫu".to_owned(),
            decision: "1234/QĐ-UBND".to_owned(),
            decided_on: day("2026-12-01"),
            effective_on: day("2026-12-15"),
            revise_days: 10,
            due: Due { on: day("2026-12-29"), days_left: Some(10), overdue: false, provisional: false },
            note: Some("Lĩnh vực hộ tịch.".to_owned()),
            state: "waiting".to_owned(),
            tone: Tone::Info,
            cancel_reason: None,
            changes: vec![change(ProcedureChange::New, None), change(ProcedureChange::Replaced, Some("1.001194"))],
            chosen: None,
            tasks: Vec::new(),
            units: vec![totals(1, Tone::Warn), totals(4, Tone::Good)],
            done: 5,
            all: 8,
            keeps: true,
            request: Some(fresh("request")),
            request_action: "/quy-trinh/thay-doi-tthc/1/de-nghi".to_owned(),
            cancel: Some(fresh("cancel")),
        };
        let asked = TaskRow { asked: Some(link("YC-2026-0007")), document: None, ..task(ProcedureTask::Write, false) };
        let commune = Self {
            chosen: Some(link("Xã An Mẫu")),
            tasks: vec![task(ProcedureTask::Revise, false), asked, task(ProcedureTask::Withdraw, true)],
            units: Vec::new(),
            ..province.clone()
        };
        let over = Self {
            state: "cancelled".to_owned(),
            cancel_reason: Some("Nhập nhầm quyết định.".to_owned()),
            note: None,
            units: Vec::new(),
            request: None,
            cancel: None,
            done: 0,
            all: 0,
            ..province.clone()
        };
        vec![province, commune, over.clone(), Self { keeps: false, ..over }]
    }
}

impl View for ChangeListForm {
    const TEMPLATE: &'static str = "documents/changes_form.html";

    fn samples() -> Vec<Self> {
        let mut form = Form { once: "once".to_owned(), ..Form::default() };
        form.set("revise_days", "10").set("changes/0/procedure_code", "1.001193");
        let hand = Self {
            form: form.clone(),
            action: "/quy-trinh/thay-doi-tthc/moi".to_owned(),
            by_file: false,
            units: vec![Choice::new("1", "Tỉnh Mẫu")],
            kinds: vec![Choice::new("new", "Ban hành mới"), Choice::new("abolished", "Bãi bỏ")],
            levels: vec![Choice::new("commune", "Cấp xã")],
            days_source: Some("các tỉnh thường quy định 05 đến 15 ngày làm việc".to_owned()),
            errors: Vec::new(),
            more: 0,
            preview: None,
        };
        let mut wrong = form.clone();
        wrong.error("changes/0/procedure_code", "Mã thủ tục phải như 1.001193.").error("effective_on", "Ngày này trước ngày ký.");
        let mut hidden = form;
        hidden.set("decision_number", "1234/QĐ-UBND");
        let preview = ChangePreview {
            changes: 3,
            due_on: day("2026-12-29"),
            units: 12,
            write: 12,
            revise: 30,
            withdraw: 2,
            form: hidden.with_id("save"),
            hidden: ["decision_number", "revise_days", "changes/0/procedure_code"].map(str::to_owned).to_vec(),
        };
        let file = Self {
            by_file: true,
            action: "/quy-trinh/thay-doi-tthc/nhap/minh-chung".to_owned(),
            units: Vec::new(),
            days_source: None,
            errors: vec![CellError { cell: "A3".to_owned(), text: "«1.0011» không phải mã thủ tục.".to_owned() }],
            more: 2,
            ..hand.clone()
        };
        let seen = Self { preview: Some(preview.clone()), ..hand.clone() };
        let good = Self { errors: Vec::new(), more: 0, preview: Some(preview), ..file.clone() };
        vec![hand.clone(), Self { form: wrong, ..hand }, seen, file, good]
    }
}
