//! Deductions that findings propose in a round: shown at the finding and at the criterion.

use domain::round::DeductionState;
use serde::Serialize;

use super::findings::Link;
use super::part::Choice;
use crate::Form;

/// A proposed deduction with its path.
#[derive(Clone, Debug, Serialize)]
pub struct DeductionRow {
    /// The unit, where it is not said already.
    pub unit: Option<String>,
    /// The round and the criterion, where they are not said already.
    pub criterion: Option<Link>,
    /// Points to take away.
    pub points: String,
    /// Why.
    pub reason: String,
    /// Where it stands.
    pub state: DeductionState,
    /// Why it was decided so.
    pub decision: Option<String>,
    /// The finding was taken back.
    pub withdrawn: bool,
    /// The finding.
    pub finding: Link,
    /// What it states.
    pub statement: String,
    /// Code of its inspection.
    pub inspection: String,
    /// The line of the checklist.
    pub line: Option<String>,
    /// The files of finding and line.
    pub files: Vec<Link>,
    /// Accepts it.
    pub accept: Option<DeductionAct>,
    /// Declines it.
    pub decline: Option<DeductionAct>,
}

/// An act on a deduction.
#[derive(Clone, Debug, Serialize)]
pub struct DeductionAct {
    /// Where it goes.
    pub action: String,
    /// The form.
    pub form: Form,
}

/// Proposes a deduction from a finding.
#[derive(Clone, Debug, Serialize)]
pub struct DeductionForm {
    /// Where it goes.
    pub action: String,
    /// The form.
    pub form: Form,
    /// Round and criterion.
    pub targets: Vec<Choice>,
}

impl DeductionRow {
    /// Sample rows for the views that show them: to be decided, decided, fallen.
    #[must_use]
    pub fn samples() -> Vec<Self> {
        let act = |id: &str| Some(DeductionAct { action: "/tru-diem/1".to_owned(), form: Form::default().with_id(id) });
        let link = |text: &str| Link { href: "/phat-hien/1".to_owned(), text: text.to_owned() };
        let open = Self {
            unit: Some("Xã An Mẫu".to_owned()),
            criterion: Some(link("Chấm điểm CCHC năm 2026 · 3.3.1")),
            points: "0.5".to_owned(),
            reason: "3 hồ sơ trễ hạn không có thư xin lỗi".to_owned(),
            state: DeductionState::Proposed,
            decision: None,
            withdrawn: false,
            finding: link("PH-2026-0031"),
            statement: "3 trong 40 hồ sơ trễ hạn không có thư xin lỗi.".to_owned(),
            inspection: "KT-2026-014".to_owned(),
            line: Some("B1.1 Hồ sơ trễ hạn có thư xin lỗi không?".to_owned()),
            files: vec![link("2 tệp của dòng kiểm tra"), link("1 tệp của phát hiện")],
            accept: act("accept-1"),
            decline: act("decline-1"),
        };
        let declined = Self {
            state: DeductionState::Declined,
            decision: Some("Đã trừ ở tiêu chí 3.3.2".to_owned()),
            accept: None,
            decline: None,
            unit: None,
            criterion: None,
            ..open.clone()
        };
        let fallen = Self {
            state: DeductionState::Dropped,
            withdrawn: true,
            line: None,
            files: Vec::new(),
            decision: None,
            ..declined.clone()
        };
        vec![open, declined, fallen]
    }
}
