//! Every part on one page, with words that try the layout. Looked at and tested, never served.

use chrono::{DateTime, NaiveDate};
use serde::Serialize;

use super::part::{Chip, Choice, Due, EvidenceFile, Listing, Pager, Search, Stage, StageState, StageStep, TimelineItem, Tone};
use crate::{Form, View};

/// The page of parts.
#[derive(Clone, Debug, Serialize)]
pub struct StyleGuide {
    stage_bar: Stage,
    badges: Vec<(Tone, String)>,
    due: Due,
    files: Vec<EvidenceFile>,
    events: Vec<TimelineItem>,
    form: Form,
    return_form: Form,
    cancel_form: Form,
    extend_form: Form,
    verdicts: Vec<Choice>,
    units: Vec<Choice>,
    lists: Vec<Listing<Row>>,
}

#[derive(Clone, Debug, Serialize)]
struct Row {
    href: String,
    code: String,
    title: String,
    unit: String,
    state: String,
    tone: Tone,
    points: String,
    due: Option<Due>,
}

impl View for StyleGuide {
    const TEMPLATE: &'static str = "styleguide.html";

    fn samples() -> Vec<Self> {
        let mut wrong = Form { version: Some(3), once: "once-key".to_owned(), ..Form::default() };
        wrong
            .set("title", "Hồ sơ trễ hạn không có thư xin lỗi")
            .set("verdict", "nonconform")
            .set("part", "484")
            .set("whole", "482")
            .set("members/a", "yes")
            .set("steps/0/what", "Gửi thư xin lỗi cho 3 hồ sơ")
            .set("steps/0/due_on", "2026-12-01")
            .add_row("steps")
            .error("due_on", "Hạn xử lý phải sau ngày lập (01/12/2026).")
            .error("steps/0/due_on", "Hạn của từng việc không được sau hạn chung.")
            .error("note", "Chưa nhập nội dung.")
            .error("", "Kế hoạch phải có ít nhất một việc khắc phục ngay.");
        vec![Self::with(Form::default()), Self::with(wrong)]
    }
}

impl StyleGuide {
    fn with(form: Form) -> Self {
        let step = |label: &str, state| StageStep { label: label.to_owned(), state };
        let choice = |(value, label)| Choice::new(value, label);
        Self {
            stage_bar: Stage {
                steps: vec![
                    step("Ghi nhận", StageState::Done),
                    step("Phân tích", StageState::Skipped),
                    step("Kế hoạch", StageState::Current),
                    step("Thực hiện", StageState::Todo),
                    step("Kiểm tra hiệu lực", StageState::Todo),
                    step("Đóng", StageState::Todo),
                ],
                holder: Some("Ủy ban nhân dân xã An Mẫu".to_owned()),
                due: Some(due(9, 7)),
                next: Some("Đoàn kiểm tra xem xét kế hoạch.".to_owned()),
            },
            badges: [
                (Tone::Neutral, "Bản nháp"),
                (Tone::Info, "Đang thực hiện"),
                (Tone::Good, "Đã đóng, có hiệu lực"),
                (Tone::Warn, "Chờ bổ sung"),
                (Tone::Bad, "Không có hiệu lực"),
            ]
            .map(|(tone, words)| (tone, words.to_owned()))
            .to_vec(),
            due: due(4, -3),
            files: vec![EvidenceFile {
                name: "Sổ theo dõi hồ sơ tháng 10-2026_bản chụp có ký xác nhận của bộ phận một cửa.pdf".to_owned(),
                href: "/evidence/0197/content".to_owned(),
                bytes: 1_260_000,
                sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned(),
                added_at: DateTime::from_timestamp(1_795_000_000, 0).unwrap_or_default(),
                added_by: "Rơ Châm H'Yên".to_owned(),
                note: Some("Trang 12, các dòng đánh dấu.".to_owned()),
            }],
            events: vec![
                TimelineItem {
                    at: DateTime::from_timestamp(1_795_100_000, 0).unwrap_or_default(),
                    who: "Nguyễn Thị Ánh Nguyệt".to_owned(),
                    what: "Trả lại kế hoạch cho đơn vị.".to_owned(),
                    reason: Some("Chưa nêu nguyên nhân gốc.".to_owned()),
                },
                TimelineItem {
                    at: DateTime::from_timestamp(1_795_000_000, 0).unwrap_or_default(),
                    who: "Rơ Châm H'Yên".to_owned(),
                    what: "Trình kế hoạch khắc phục.".to_owned(),
                    reason: None,
                },
            ],
            form,
            return_form: Form { version: Some(3), ..Form::default() }.with_id("return"),
            cancel_form: Form { version: Some(3), ..Form::default() }.with_id("cancel"),
            extend_form: Form { version: Some(3), ..Form::default() }.with_id("extend"),
            verdicts: [
                ("conform", "Đạt"),
                ("partial", "Đạt một phần"),
                ("nonconform", "Chưa đạt"),
                ("not_applicable", "Không áp dụng"),
                ("not_audited", "Không kiểm"),
            ]
            .map(choice)
            .to_vec(),
            units: [("a", "Ủy ban nhân dân xã An Mẫu"), ("b", "Trung tâm Phục vụ hành chính công phường Hội Phú")]
                .map(choice)
                .to_vec(),
            lists: lists(),
        }
    }
}

fn due(day: u32, days_left: i64) -> Due {
    let on = NaiveDate::from_ymd_opt(2026, 12, day).unwrap_or_default();
    Due { on, days_left: Some(days_left), overdue: days_left < 0, provisional: days_left > 20 }
}

fn lists() -> Vec<Listing<Row>> {
    let row = |code: &str, title: &str, unit: &str, state: &str, tone, points: &str, due| Row {
        href: format!("/corrective-actions/{code}"),
        code: code.to_owned(),
        title: title.to_owned(),
        unit: unit.to_owned(),
        state: state.to_owned(),
        tone,
        points: points.to_owned(),
        due,
    };
    let rows = vec![
        row(
            "KP-2026-031",
            "Hồ sơ trễ hạn không có thư xin lỗi",
            "UBND xã An Mẫu",
            "Chờ duyệt kế hoạch",
            Tone::Info,
            "61.2500",
            Some(due(9, 7)),
        ),
        row(
            "KP-2026-027",
            "Bảng niêm yết thủ tục hành chính đã hết hiệu lực tại Trung tâm Phục vụ hành chính công",
            "UBND phường Hội Phú",
            "Đang thực hiện",
            Tone::Warn,
            "3321.5",
            Some(due(1, -3)),
        ),
        row("KP-2026-009", "Chưa rà soát rủi ro", "UBND xã Đak Pơ", "Đã đóng, có hiệu lực", Tone::Good, "0.125", None),
    ];
    let chip = |label: &str, active, count| Chip { label: label.to_owned(), href: "?".to_owned(), active, count };
    let full = Listing {
        rows,
        pager: Pager { next: Some("?cursor=n".to_owned()), first: Some("?".to_owned()) },
        chips: vec![
            chip("Tất cả", true, Some(1_204)),
            chip("Của đơn vị tôi", false, Some(3)),
            chip("Quá hạn", false, Some(1)),
            chip("Tuần này", false, None),
        ],
        search: Some(Search {
            action: "/corrective-actions".to_owned(),
            q: "thư xin lỗi".to_owned(),
            keep: vec![("state".to_owned(), "open".to_owned())],
        }),
        clear: None,
    };
    let filtered = Listing {
        rows: Vec::new(),
        clear: Some("?".to_owned()),
        chips: full.chips.clone(),
        search: None,
        pager: Pager::default(),
    };
    vec![full, filtered, Listing::plain(Vec::new())]
}
