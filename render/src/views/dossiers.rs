//! Dossier figures of the one-stop desk.

use chrono::NaiveDate;
use domain::dossier::{Counter, Measure, PeriodKind, Source};
use serde::Serialize;

use super::part::{Choice, Listing, Tone};
use crate::{Form, View};

/// The reports of figures.
#[derive(Clone, Debug, Serialize)]
pub struct DossierList {
    /// The list.
    pub list: Listing<DossierItem>,
    /// Where a new one is entered; `None` when the person may not.
    pub new_href: Option<String>,
    /// Where a file is imported.
    pub import_href: Option<String>,
}

/// A period.
#[derive(Clone, Debug, Serialize)]
pub struct PeriodShown {
    /// Its kind.
    pub kind: PeriodKind,
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
}

/// A report in the list.
#[derive(Clone, Debug, Serialize)]
pub struct DossierItem {
    /// Its page.
    pub href: String,
    /// The unit.
    pub unit: String,
    /// Lĩnh vực; `None` for all fields.
    pub field: Option<String>,
    /// The period.
    pub period: PeriodShown,
    /// The source.
    pub source: Source,
    /// Received, as people read it.
    pub received: Option<String>,
    /// On-time rate of the resolved.
    pub on_time: Option<MeasureShown>,
    /// Online rate.
    pub online: Option<MeasureShown>,
    /// How many things do not add up.
    pub warnings: usize,
    /// How that looks.
    pub tone: Tone,
}

/// A measure worked out.
#[derive(Clone, Debug, Serialize)]
pub struct MeasureShown {
    /// Which.
    pub code: Measure,
    /// The part, as people read it.
    pub numerator: String,
    /// The whole.
    pub denominator: String,
    /// Percent as a decimal string.
    pub percent: String,
    /// Whether every figure in it is exact.
    pub exact: bool,
}

/// Counters that are shown together.
#[derive(Clone, Debug, Serialize)]
pub struct CounterGroup {
    /// Key of its heading: `dossier.<key>`.
    pub key: &'static str,
    /// The counters.
    pub counters: Vec<CounterShown>,
}

/// A counter.
#[derive(Clone, Debug, Serialize)]
pub struct CounterShown {
    /// Which.
    pub code: Counter,
    /// Its figure as people read it; `None` when not stated.
    pub value: Option<String>,
}

/// All counters by group, in the order of forms and pages.
#[must_use]
pub fn groups(value: impl Fn(Counter) -> Option<String>) -> Vec<CounterGroup> {
    use Counter as C;
    let groups: [(&'static str, &[Counter]); 5] = [
        ("group_intake", &[C::CarriedOver, C::Received, C::Online, C::Direct, C::Postal]),
        ("group_result", &[C::StatedResolved, C::Early, C::OnTime, C::OverdueDone, C::Unclassified, C::Apology]),
        (
            "group_open",
            &[C::InProcessDue, C::InProcessOverdue, C::ReturnedForSupplement, C::RepeatedSupplement, C::Refused, C::Withdrawn],
        ),
        ("group_digital", &[C::DigitisedIn, C::DigitisedResult, C::WithFee, C::PaidOnline, C::EReceipt]),
        (
            "group_service",
            &[C::InterlinkedCases, C::InterlinkedDossiers, C::Rated, C::Dissatisfied, C::Petitions, C::PetitionsOnTime],
        ),
    ];
    let shown = |counter: &Counter| CounterShown { code: *counter, value: value(*counter) };
    groups.into_iter().map(|(key, counters)| CounterGroup { key, counters: counters.iter().map(shown).collect() }).collect()
}

/// Figures to be entered or changed.
#[derive(Clone, Debug, Serialize)]
pub struct DossierForm {
    /// Where it is sent.
    pub action: String,
    /// The form.
    pub form: Form,
    /// Units to choose from; empty when there is no choice.
    pub units: Vec<Choice>,
    /// Kinds of period.
    pub kinds: Vec<Choice>,
    /// Sources.
    pub sources: Vec<Choice>,
    /// The counters.
    pub groups: Vec<CounterGroup>,
}

/// One report.
#[derive(Clone, Debug, Serialize)]
pub struct DossierPage {
    /// The unit.
    pub unit: String,
    /// Lĩnh vực; `None` for all fields.
    pub field: Option<String>,
    /// The period.
    pub period: PeriodShown,
    /// The source.
    pub source: Source,
    /// What does not add up, in words.
    pub warnings: Vec<String>,
    /// Resolved without a class, as people read it.
    pub unclassified: Option<String>,
    /// The measures.
    pub measures: Vec<MeasureShown>,
    /// The counters that are stated, by group.
    pub groups: Vec<CounterGroup>,
    /// Whose step made dossiers late.
    pub attribution: Option<String>,
    /// Note.
    pub note: Option<String>,
    /// Its address.
    pub href: String,
    /// Where it is changed.
    pub edit_href: Option<String>,
    /// Remove it.
    pub remove: Option<Form>,
}

/// A file to be checked, then saved.
#[derive(Clone, Debug, Serialize)]
pub struct DossierImport {
    /// The form that takes a file.
    pub form: Form,
    /// What is wrong with the last one.
    pub errors: Vec<CellError>,
    /// Wrong cells that are not shown.
    pub more: usize,
    /// What it would do, when nothing is wrong.
    pub preview: Option<Preview>,
}

/// A wrong cell.
#[derive(Clone, Debug, Serialize)]
pub struct CellError {
    /// As spreadsheets name it: `D3`; empty when it is about no cell.
    pub cell: String,
    /// What is wrong and what to do.
    pub text: String,
}

/// What a file would do.
#[derive(Clone, Debug, Serialize)]
pub struct Preview {
    /// New reports.
    pub created: u64,
    /// Changed reports.
    pub updated: u64,
    /// Reports that stay.
    pub unchanged: u64,
    /// Its rows.
    pub rows: Vec<PreviewRow>,
    /// The form that saves it; its field `table` carries the cells.
    pub form: Form,
}

/// A row of the file.
#[derive(Clone, Debug, Serialize)]
pub struct PreviewRow {
    /// Number in the file.
    pub row: u64,
    /// The unit.
    pub unit: String,
    /// Lĩnh vực; `None` for all fields.
    pub field: Option<String>,
    /// The period.
    pub period: PeriodShown,
    /// The source.
    pub source: Source,
    /// `created`, `updated` or `unchanged`.
    pub outcome: String,
}

fn sample_period() -> PeriodShown {
    PeriodShown {
        kind: PeriodKind::Quarter,
        from: NaiveDate::from_ymd_opt(2026, 7, 1).unwrap_or_default(),
        to: NaiveDate::from_ymd_opt(2026, 9, 30).unwrap_or_default(),
    }
}

fn sample_measure(code: Measure, percent: &str, exact: bool) -> MeasureShown {
    MeasureShown { code, numerator: "1.711".to_owned(), denominator: "1.774".to_owned(), percent: percent.to_owned(), exact }
}

impl View for DossierList {
    const TEMPLATE: &'static str = "dossiers/list.html";

    fn samples() -> Vec<Self> {
        let item = DossierItem {
            href: "/so-lieu/1".to_owned(),
            unit: "Xã An Mẫu".to_owned(),
            field: None,
            period: sample_period(),
            source: Source::Software,
            received: Some("1.774".to_owned()),
            on_time: Some(sample_measure(Measure::OnTimeOfResolved, "96.45", true)),
            online: Some(sample_measure(Measure::OnlineRate, "103.68", false)),
            warnings: 2,
            tone: Tone::Warn,
        };
        let bare = DossierItem {
            field: Some("Đất đai, tài nguyên nước và bảo vệ môi trường".to_owned()),
            source: Source::Paper,
            received: None,
            on_time: None,
            online: None,
            warnings: 0,
            tone: Tone::Good,
            ..item.clone()
        };
        let (new_href, import_href) = (Some("/so-lieu/moi".to_owned()), Some("/so-lieu/nhap".to_owned()));
        vec![
            Self { list: Listing::plain(vec![item, bare]), new_href: new_href.clone(), import_href: import_href.clone() },
            Self { list: Listing::plain(Vec::new()), new_href, import_href },
            Self { list: Listing::plain(Vec::new()), new_href: None, import_href: None },
        ]
    }
}

impl View for DossierForm {
    const TEMPLATE: &'static str = "dossiers/form.html";

    fn samples() -> Vec<Self> {
        let mut wrong = Form::default();
        wrong
            .error("from", "Chưa nhập nội dung này.")
            .error("figures/received", "Hãy nhập số nguyên.")
            .error("figures", "Chưa có số nào.");
        wrong.set("figures/received", "mười");
        let new = Self {
            action: "/so-lieu/moi".to_owned(),
            form: wrong,
            units: vec![Choice::new("1", "Xã An Mẫu"), Choice::new("2", "Xã Bình Mẫu")],
            kinds: vec![Choice::new("month", "Tháng"), Choice::new("custom", "Khoảng thời gian khác")],
            sources: vec![Choice::new("software", "Phần mềm một cửa")],
            groups: groups(|_| None),
        };
        let edit = Self { action: "/so-lieu/1/sua".to_owned(), form: Form::default(), units: Vec::new(), ..new.clone() };
        vec![new, edit]
    }
}

impl View for DossierPage {
    const TEMPLATE: &'static str = "dossiers/page.html";

    fn samples() -> Vec<Self> {
        let full = Self {
            unit: "Xã An Mẫu".to_owned(),
            field: None,
            period: sample_period(),
            source: Source::Software,
            warnings: vec!["Tiếp nhận là 1.711; trực tuyến, trực tiếp và bưu chính cộng lại là 1.774.".to_owned()],
            unclassified: Some("31".to_owned()),
            measures: vec![
                sample_measure(Measure::OnTimeOfResolved, "99.44", true),
                sample_measure(Measure::OnlineRate, "103.68", false),
            ],
            groups: groups(|counter| (counter == Counter::Received).then(|| "trên 4.400".to_owned())),
            attribution: Some("Chi nhánh văn phòng đăng ký đất đai trả kết quả thẩm định chậm.".to_owned()),
            note: Some("Số liệu đến 15/9.".to_owned()),
            href: "/so-lieu/1".to_owned(),
            edit_href: Some("/so-lieu/1/sua".to_owned()),
            remove: Some(Form::default().with_id("remove")),
        };
        let bare = Self {
            field: Some("Hộ tịch".to_owned()),
            warnings: Vec::new(),
            unclassified: None,
            measures: Vec::new(),
            attribution: None,
            note: None,
            edit_href: None,
            remove: None,
            ..full.clone()
        };
        vec![full, bare]
    }
}

impl View for DossierImport {
    const TEMPLATE: &'static str = "dossiers/import.html";

    fn samples() -> Vec<Self> {
        let fresh = Self { form: Form::default().with_id("file"), errors: Vec::new(), more: 0, preview: None };
        let row = PreviewRow {
            row: 2,
            unit: "Xã An Mẫu".to_owned(),
            field: None,
            period: sample_period(),
            source: Source::Software,
            outcome: "created".to_owned(),
        };
        let other = PreviewRow { row: 3, field: Some("Hộ tịch".to_owned()), outcome: "updated".to_owned(), ..row.clone() };
        let mut save = Form::default().with_id("save");
        save.set("table", "unit_code,from\nMAU-01,2026-07-01");
        let wrong = |cell: &str| CellError {
            cell: cell.to_owned(),
            text: "Dòng 3, cột D (Đến ngày): «x» không phải ngày.".to_owned(),
        };
        vec![
            fresh.clone(),
            Self { errors: vec![wrong("D3"), wrong("")], more: 4, ..fresh.clone() },
            Self { preview: Some(Preview { created: 1, updated: 1, unchanged: 0, rows: vec![row, other], form: save }), ..fresh },
        ]
    }
}
