//! Samples of the pages of scoring rounds.

use super::super::part::{StageState, StageStep};
use super::*;
use crate::View;

fn sample_changes() -> Vec<ChangeRow> {
    let row = |unit: &str, what: &str, before: &str, after: &str| ChangeRow {
        unit: unit.to_owned(),
        what: what.to_owned(),
        before: before.to_owned(),
        after: after.to_owned(),
    };
    vec![row("Xã An Mẫu", "Hạng", "2", "1"), row(LONG, "Điểm tiêu chí 3.3.1", "2,50", "–")]
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
}

fn at(year: i32, month: u32, of_month: u32) -> DateTime<Utc> {
    day(year, month, of_month).and_hms_opt(9, 30, 0).unwrap_or_default().and_utc()
}

fn link(text: &str) -> Link {
    Link { href: "/dot-cham-diem/1".to_owned(), text: text.to_owned() }
}

fn sample_stage() -> Stage {
    let step = |label: &str, state| StageStep { label: label.to_owned(), state };
    Stage {
        steps: vec![
            step("Dự thảo", StageState::Done),
            step("Đang tự chấm", StageState::Current),
            step("Thẩm định lần 1", StageState::Todo),
            step("Công bố", StageState::Todo),
        ],
        holder: Some("Các đơn vị".to_owned()),
        due: Some(Due { on: day(2026, 12, 5), days_left: Some(14), overdue: false, provisional: false }),
        next: None,
    }
}

const LONG: &str =
    "Tỷ lệ hồ sơ thủ tục hành chính được cập nhật đầy đủ, kịp thời trên hệ thống một cửa điện tử của tỉnh so với sổ theo dõi";

impl View for RoundList {
    const TEMPLATE: &'static str = "rounds/list.html";

    fn samples() -> Vec<Self> {
        let row = |title: &str, state, tone, due| RoundRow {
            href: "/dot-cham-diem/1".to_owned(),
            code: "DCD-2026-01".to_owned(),
            title: title.to_owned(),
            year: "2026".to_owned(),
            state,
            tone,
            due,
        };
        let rows = vec![
            row("Chấm điểm CCHC năm 2026", RoundState::SelfScoring, Tone::Info, sample_stage().due),
            row(LONG, RoundState::Published, Tone::Good, None),
        ];
        vec![
            Self { list: Listing::plain(rows), new_href: Some("/dot-cham-diem/moi".to_owned()) },
            Self { list: Listing::plain(Vec::new()), new_href: Some("/dot-cham-diem/moi".to_owned()) },
            Self { list: Listing::plain(Vec::new()), new_href: None },
        ]
    }
}

impl View for NewRound {
    const TEMPLATE: &'static str = "rounds/new.html";

    fn samples() -> Vec<Self> {
        let mut wrong = Form::default();
        wrong.error("title", "Chưa nhập nội dung này.").error("unit_ids", "Không có đơn vị này.");
        let full = Self {
            form: wrong,
            sets: vec![Choice::new("1", "Bộ tiêu chí CCHC cấp xã (bộ mẫu), bản 1")],
            owners: vec![Choice::new("1", "UBND tỉnh Mẫu")],
            as_of: day(2026, 10, 1),
            units: vec![Choice::new("1", "Xã An Mẫu"), Choice::new("2", LONG)],
            rounds: vec![Choice::new("1", "Chấm điểm năm 2025")],
        };
        let bare = Self {
            form: Form::default(),
            sets: Vec::new(),
            owners: Vec::new(),
            as_of: day(2026, 10, 1),
            units: Vec::new(),
            rounds: Vec::new(),
        };
        vec![full, bare]
    }
}

impl View for RoundPage {
    const TEMPLATE: &'static str = "rounds/page.html";

    fn samples() -> Vec<Self> {
        let unit = |name: &str, state, tone, sent: bool| UnitRow {
            href: sent.then(|| "/phieu-cham-diem/1".to_owned()),
            name: name.to_owned(),
            code: "MAU-01".to_owned(),
            state,
            tone,
            submitted_at: sent.then(|| at(2026, 11, 20)),
        };
        let criterion = |name: &str, done, tone| CriterionRow {
            href: "/dot-cham-diem/1/tieu-chi/1.1.1".to_owned(),
            code: "1.1.1".to_owned(),
            name: name.to_owned(),
            done,
            total: 135,
            tone,
        };
        let mut panel = Form::default().with_id("panel");
        panel.set("seats/0/person_id", "1").set("seats/0/group", "");
        let full = Self {
            code: "DCD-2026-01".to_owned(),
            year: "2026".to_owned(),
            owner: "UBND tỉnh Mẫu".to_owned(),
            set: "Bộ tiêu chí CCHC cấp xã, bản 1".to_owned(),
            sample: true,
            as_of: day(2026, 10, 1),
            survey_held: true,
            self_due_at: at(2026, 12, 5),
            explanation_days: 5,
            explanation_due_at: Some(at(2026, 12, 20)),
            appraisal_due_on: day(2026, 12, 31),
            decision: Some("QĐ 123/QĐ-UBND".to_owned()),
            decided_on: Some(day(2027, 1, 10)),
            previous: Some(link("Chấm điểm năm 2025")),
            stage: sample_stage(),
            next: Some(NextAct {
                verb: "close_self_scoring".to_owned(),
                action: "/dot-cham-diem/1/buoc/close_self_scoring".to_owned(),
                form: None,
                lacks: Some("Chưa hết hạn tự chấm và còn đơn vị chưa nộp phiếu.".to_owned()),
                decision: false,
            }),
            own_sheets: vec![Link { href: "/phieu-cham-diem/1".to_owned(), text: "Xã An Mẫu".to_owned() }],
            groups_href: Some("/dot-cham-diem/1/nhom".to_owned()),
            ranking_href: Some("/dot-cham-diem/1/xep-hang".to_owned()),
            public_href: Some("/cong-khai/xep-hang/1".to_owned()),
            panel: vec![
                SeatRow { person: "Nguyễn Văn Mẫu".to_owned(), group: None },
                SeatRow { person: "Trần Thị Mẫu".to_owned(), group: Some("CNTT".to_owned()) },
            ],
            panel_form: Some(PanelForm {
                form: panel,
                people: vec![Choice::new("1", "Nguyễn Văn Mẫu")],
                groups: vec![Choice::new("CNTT", "CNTT")],
            }),
            dates_form: Some(Form { version: Some(1), ..Form::default() }.with_id("dates")),
            href: "/dot-cham-diem/1".to_owned(),
            submitted: 1,
            units: vec![
                unit("Xã An Mẫu", SheetState::Submitted, Tone::Good, true),
                unit(LONG, SheetState::Open, Tone::Info, false),
            ],
            criteria: vec![criterion("Ban hành kế hoạch", 12, Tone::Info), criterion(LONG, 135, Tone::Good)],
            given: vec![criterion("Điều tra xã hội học", 0, Tone::Warn)],
        };
        let decide = Self {
            next: Some(NextAct {
                verb: "approve".to_owned(),
                action: "/dot-cham-diem/1/buoc/approve".to_owned(),
                form: Some(Form { version: Some(1), ..Form::default() }.with_id("next")),
                lacks: None,
                decision: true,
            }),
            sample: false,
            ..full.clone()
        };
        let read = Self {
            next: None,
            panel_form: None,
            dates_form: None,
            panel: Vec::new(),
            criteria: Vec::new(),
            given: Vec::new(),
            units: Vec::new(),
            own_sheets: Vec::new(),
            groups_href: None,
            ranking_href: None,
            public_href: None,
            previous: None,
            decision: None,
            decided_on: None,
            explanation_due_at: None,
            ..full.clone()
        };
        let plain = Self {
            next: Some(NextAct {
                verb: "open".to_owned(),
                action: "/dot-cham-diem/1/buoc/open".to_owned(),
                form: Some(Form { version: Some(1), ..Form::default() }.with_id("next")),
                lacks: None,
                decision: false,
            }),
            ..full.clone()
        };
        vec![full, decide, read, plain]
    }
}

fn sample_answers() -> [Answer; 3] {
    let answer =
        |kind: &str, options: Vec<Choice>, numbers: Vec<Choice>, na| Answer { kind: kind.to_owned(), options, numbers, na };
    [
        answer("yes_no", vec![Choice::new("yes", "Có"), Choice::new("no", "Không")], Vec::new(), false),
        answer("choice", vec![Choice::new("du", "Đầy đủ, đúng quy định")], Vec::new(), true),
        answer("numbers", Vec::new(), vec![Choice::new("early", "Trước hạn"), Choice::new("on_time", "Đúng hạn")], false),
    ]
}

impl View for ScoreSheet {
    const TEMPLATE: &'static str = "rounds/sheet.html";

    fn samples() -> Vec<Self> {
        let [yes_no, choice, numbers] = sample_answers();
        let row = |code: &str, name: &str, answer: Option<Answer>| SheetRow {
            group: false,
            code: code.to_owned(),
            name: name.to_owned(),
            max: "2".to_owned(),
            answer,
            counted: vec![link("Đúng hạn: 1.774"), Link { href: String::new(), text: "Trước hạn: 0".to_owned() }],
            declared: None,
            rule: "Theo tỷ lệ".to_owned(),
            words: Some("484/482 = 100,41 % → 2,00/2,00".to_owned()),
            warnings: vec!["Tỷ lệ 484/482 vượt 100 %: chỉ tính 100 %.".to_owned()],
            evidence: vec!["Báo cáo thống kê Bộ phận một cửa".to_owned()],
            evidence_required: true,
            files: 2,
            evidence_href: Some("/minh-chung/sheet_line/1".to_owned()),
            points: Some("2".to_owned()),
            source: None,
            note: None,
            missing: None,
        };
        let mut lacking = row("1.1.3", LONG, Some(numbers));
        lacking.missing = Some("Chưa khai số liệu".to_owned());
        lacking.points = None;
        lacking.words = None;
        lacking.warnings = Vec::new();
        let mut survey = row("1.6", "Chất lượng chỉ đạo (điều tra XHH)", None);
        survey.source = Some("Điều tra xã hội học".to_owned());
        survey.points = None;
        let heading = SheetRow { group: true, answer: None, ..row("1.1", "Kế hoạch CCHC năm", None) };
        let fields = vec![SheetField {
            code: "1".to_owned(),
            name: "Công tác chỉ đạo, điều hành".to_owned(),
            max: "12".to_owned(),
            rows: vec![heading, row("1.1.1", "Ban hành", Some(yes_no)), row("1.1.2", "Đầy đủ", Some(choice)), lacking, survey],
        }];
        let mut form = Form { version: Some(3), ..Form::default() };
        form.set("lines/1.1.3/early", "61,25").set("lines/1.1.1/pick", "yes").set("lines/1.1.2/na", "yes");
        let open = Self {
            round: link("Chấm điểm CCHC năm 2026"),
            unit: "Xã An Mẫu".to_owned(),
            sample: true,
            state: SheetState::Open,
            tone: Tone::Info,
            stage: sample_stage(),
            points: "61.25".to_owned(),
            max: "70".to_owned(),
            missing: vec![MissingRow {
                code: "1.1.3".to_owned(),
                name: LONG.to_owned(),
                anchor: "f-lines-1.1.3".to_owned(),
                why: "chưa khai số liệu".to_owned(),
            }],
            locked: None,
            submit: Some(Form { version: Some(3), ..Form::default() }.with_id("submit")),
            withdraw: None,
            prefill: Some(Form { version: Some(3), ..Form::default() }.with_id("prefill")),
            form: Some(form.clone()),
            href: "/phieu-cham-diem/1".to_owned(),
            fields: fields.clone(),
            reach: vec![ReachRow {
                anchor: "f-lines-1.1.1".to_owned(),
                name: "1.1.1 Ban hành".to_owned(),
                text: "Trước hạn: từ 20 lên 22".to_owned(),
                gain: "0.5".to_owned(),
            }],
            changed: Vec::new(),
            explain_until: None,
            lost_href: None,
        };
        let mut wrong = open.clone();
        form.error("lines/1.1.3/early", "Số này không được âm.")
            .error("lines/1.1.1", "Giá trị không đúng.")
            .error("", "Đã hết hạn.");
        wrong.form = Some(form);
        let mut locked = open.clone();
        locked.form = None;
        locked.submit = None;
        locked.prefill = None;
        locked.lost_href = Some("/dot-cham-diem/1/xep-hang/don-vi/1".to_owned());
        locked.withdraw = Some(Form { version: Some(3), ..Form::default() }.with_id("withdraw"));
        locked.locked = Some("Phiếu đã nộp lúc 09:30 20/11/2026.".to_owned());
        locked.missing = Vec::new();
        locked.reach = Vec::new();
        locked.sample = false;
        for field in &mut locked.fields {
            for row in &mut field.rows {
                row.answer = None;
                row.declared = Some("Trước hạn: 20; Đúng hạn: 30".to_owned());
                row.note = Some("Xem trang 3".to_owned());
            }
        }
        locked.explain_until = Some(at(2026, 12, 20));
        let said = |layer, verdict, value: Option<&str>, reason: Option<&str>| SaidRow {
            layer,
            verdict,
            value: value.map(str::to_owned),
            reason: reason.map(str::to_owned),
            by: None,
        };
        locked.changed = vec![
            ChangedLine {
                code: "1.1.1".to_owned(),
                name: "Ban hành kế hoạch".to_owned(),
                own: Some("2".to_owned()),
                said: vec![said(Layer::Appraisal1, ScoreVerdict::Changed, Some("1,50 điểm"), Some("Ban hành ngày 15/01"))],
                form: Some(Form { version: Some(3), ..Form::default() }.with_id("giai-trinh-1.1.1")),
                answer: Some(sample_answers()[0].clone()),
            },
            ChangedLine {
                code: "1.1.2".to_owned(),
                name: LONG.to_owned(),
                own: None,
                said: vec![
                    said(Layer::Appraisal1, ScoreVerdict::Asked, None, Some("Đề nghị gửi bản có dấu")),
                    said(Layer::Explanation, ScoreVerdict::Given, None, Some("Đã gửi bổ sung.")),
                ],
                form: None,
                answer: None,
            },
        ];
        vec![open, wrong, locked]
    }
}

fn sample_rows() -> Vec<AppraisalRow> {
    let full = AppraisalRow {
        id: "1".to_owned(),
        unit: "Xã An Mẫu".to_owned(),
        code: "MAU-01".to_owned(),
        state: SheetState::Submitted,
        own_unit: false,
        declared: Some("Trước hạn: 20; Đúng hạn: 30".to_owned()),
        words: Some("50/52 = 96,15 % → 4,81/5,00".to_owned()),
        warnings: vec!["Tỷ lệ 484/482 vượt 100 %.".to_owned()],
        note: Some("Xem trang 3 báo cáo.".to_owned()),
        files: 2,
        evidence_href: Some("/minh-chung/sheet_line/1".to_owned()),
        own: Some("4.81".to_owned()),
        now: Some("4.5".to_owned()),
        said: vec![SaidRow {
            layer: Layer::Appraisal1,
            verdict: ScoreVerdict::Changed,
            value: Some("4,50 điểm".to_owned()),
            reason: Some("Thiếu minh chứng quý IV".to_owned()),
            by: Some("Trần Thị Mẫu".to_owned()),
        }],
        judged: true,
    };
    let own = AppraisalRow {
        id: "2".to_owned(),
        unit: LONG.to_owned(),
        own_unit: true,
        declared: None,
        words: None,
        warnings: Vec::new(),
        note: None,
        files: 0,
        evidence_href: None,
        own: None,
        now: None,
        said: Vec::new(),
        judged: false,
        ..full.clone()
    };
    let late = AppraisalRow { id: "3".to_owned(), state: SheetState::NotSubmitted, own_unit: false, judged: true, ..own.clone() };
    vec![full, own, late]
}

impl View for AppraisalPage {
    const TEMPLATE: &'static str = "rounds/criterion.html";

    fn samples() -> Vec<Self> {
        let verdict = |code: &str, label: &str| Choice::new(code, label);
        let mut form = Form::default();
        form.error("judgements/1/reason", "Chưa nhập nội dung này.").error("judgements/1/points", "Ngoài khoảng cho phép.");
        let [yes_no, choice, numbers] = sample_answers();
        let full = Self {
            round: link("Chấm điểm CCHC năm 2026"),
            code: "3.3.1".to_owned(),
            name: LONG.to_owned(),
            max: "5".to_owned(),
            rule: "Bậc thang rồi theo tỷ lệ".to_owned(),
            evidence: vec!["Báo cáo thống kê".to_owned()],
            done: 12,
            total: 135,
            before: Some(link("3.2.2")),
            after: Some(link("3.3.2")),
            action: "/dot-cham-diem/1/tieu-chi/3.3.1".to_owned(),
            form: Some(form),
            verdicts: vec![
                verdict("accepted", "Chấp nhận"),
                verdict("changed", "Điều chỉnh"),
                verdict("asked", "Yêu cầu giải trình"),
            ],
            answer: numbers,
            rest: 2,
            rows: sample_rows(),
            deductions: DeductionRow::samples(),
        };
        let read = Self { form: None, before: None, after: None, rest: 0, answer: yes_no, ..full.clone() };
        let mut empty = Self { rows: Vec::new(), deductions: Vec::new(), answer: choice, ..read.clone() };
        empty.evidence = Vec::new();
        let fresh = Self { form: Some(Form::default()), answer: sample_answers()[0].clone(), ..full.clone() };
        vec![full, read, empty, fresh]
    }
}

impl View for GivenPage {
    const TEMPLATE: &'static str = "rounds/given.html";

    fn samples() -> Vec<Self> {
        let [_, _, numbers] = sample_answers();
        let mut form = Form::default();
        form.error("values/1", "Thiếu số liệu.");
        let full = Self {
            round: link("Chấm điểm CCHC năm 2026"),
            code: "1.6".to_owned(),
            name: LONG.to_owned(),
            max: "2".to_owned(),
            rule: "Điều tra xã hội học".to_owned(),
            source: "Điều tra xã hội học".to_owned(),
            action: "/dot-cham-diem/1/gia-tri/1.6".to_owned(),
            form: Some(form),
            answer: numbers,
            rows: sample_rows(),
        };
        vec![full.clone(), Self { form: None, ..full }]
    }
}

fn sample_ranking(sample: bool) -> Ranking {
    let row = |rank: &str, tie: Option<&str>, unit: &str, previous: &str| RankRow {
        rank: rank.to_owned(),
        tie: tie.map(str::to_owned),
        unit: unit.to_owned(),
        href: "/cong-khai/xep-hang/1/1".to_owned(),
        own: "68.5".to_owned(),
        appraised: "61.25".to_owned(),
        total: "88.75".to_owned(),
        previous: previous.to_owned(),
        grade: "Tốt".to_owned(),
        group: None,
    };
    Ranking {
        rows: vec![
            row("1", None, "Xã An Mẫu", "+2,50"),
            row("2", Some("đồng hạng"), LONG, "không so sánh được"),
            row("2", Some("đồng hạng"), "Xã Bình Mẫu", "−1,00"),
        ],
        sample,
        set: "Bộ tiêu chí CCHC cấp xã".to_owned(),
        ties: "Đồng hạng, hạng sau bỏ cách (1, 2, 2, 4)".to_owned(),
        decision: Some("QĐ 123/QĐ-UBND".to_owned()),
        decided_on: Some(day(2027, 1, 10)),
    }
}

const DIGEST: &str = "3f5a1c0de94b7718aa20c5f1b6d2e98037465fbbca910d3e5c2a7f8b64e1d905";

impl View for RankingPage {
    const TEMPLATE: &'static str = "rounds/ranking.html";

    fn samples() -> Vec<Self> {
        let proposal = |state, approve, release| ProposalRow {
            edition: "1".to_owned(),
            state,
            tone: Tone::Info,
            digest: DIGEST.to_owned(),
            by: "Nguyễn Văn Mẫu".to_owned(),
            at: at(2027, 1, 11),
            reason: Some("Sửa điểm tiêu chí 3.3.1 của xã An Mẫu".to_owned()),
            not_before: Some(at(2027, 1, 15)),
            approvals: vec!["Trần Thị Mẫu".to_owned()],
            required: 2,
            approve,
            release,
            href: "/dot-cham-diem/1/cong-bo/1".to_owned(),
            changes: sample_changes(),
        };
        let form = |id: &str| Form { version: Some(1), ..Form::default() }.with_id(id);
        let full = Self {
            round: link("Chấm điểm CCHC năm 2026"),
            state: RoundState::Approved,
            tone: Tone::Warn,
            ranking: sample_ranking(true),
            href: "/dot-cham-diem/1/xep-hang".to_owned(),
            propose: Some(form("propose")),
            erratum: true,
            proposals: vec![proposal(domain::round::PublicationState::Proposed, Some(form("approve")), Some(form("release")))],
            pending: sample_changes(),
            public_href: Some("/cong-khai/xep-hang/1".to_owned()),
        };
        let council = Self {
            state: RoundState::Council,
            ranking: sample_ranking(false),
            propose: None,
            erratum: false,
            pending: Vec::new(),
            proposals: Vec::new(),
            public_href: None,
            ..full.clone()
        };
        let first = Self { erratum: false, pending: Vec::new(), proposals: Vec::new(), ..full.clone() };
        vec![full, council, first]
    }
}

impl View for UnitPoints {
    const TEMPLATE: &'static str = "rounds/unit.html";

    fn samples() -> Vec<Self> {
        let line = |code: &str, name: &str, council| LineRow {
            code: code.to_owned(),
            name: name.to_owned(),
            max: "5".to_owned(),
            points: Some("2.5".to_owned()),
            own: Some("5".to_owned()),
            lost: "2.5".to_owned(),
            how: "92/100 = 92,00 %, thuộc mức ≥ 90 → 2,50/5,00".to_owned(),
            reasons: vec!["Chưa tính hồ sơ quá hạn đang xử lý".to_owned()],
            council,
            remedy: Some(link("KP-2026-0031")),
        };
        let council = CouncilForm { action: "/dot-cham-diem/1/xep-hang/1/3.3.1".to_owned(), form: Form::default().with_id("c1") };
        let mut gone = line("2.1", "Không áp dụng", None);
        gone.points = None;
        gone.own = None;
        gone.reasons = Vec::new();
        let full = Self {
            back: link("Xếp hạng năm 2026"),
            unit: "Xã An Mẫu".to_owned(),
            code: "MAU-01".to_owned(),
            sample: true,
            rank: "2".to_owned(),
            total: "88.75".to_owned(),
            grade: "Tốt".to_owned(),
            base: "88.25".to_owned(),
            bonus: "0.5".to_owned(),
            penalty: "0".to_owned(),
            fields: vec![FieldRow {
                name: "1. Chỉ đạo, điều hành".to_owned(),
                points: Some("11".to_owned()),
                max: Some("12".to_owned()),
                percent: Some("91.67".to_owned()),
            }],
            lines: vec![line("3.3.1", LONG, Some(council)), gone],
            remedy: Some(RemedyForm {
                action: "/dot-cham-diem/1/khac-phuc/1".to_owned(),
                form: Form::default().with_id("remedy"),
                codes: vec![Choice::new("3.3.1", LONG)],
            }),
        };
        let mut bare = line("3.3.1", "Hồ sơ đúng hạn", None);
        bare.remedy = None;
        let open = Self { sample: false, lines: vec![bare], remedy: None, ..full.clone() };
        vec![full, open]
    }
}

impl View for PublishedList {
    const TEMPLATE: &'static str = "rounds/published.html";

    fn samples() -> Vec<Self> {
        let row = |title: &str, sample| PublishedRow {
            href: "/cong-khai/xep-hang/1".to_owned(),
            title: title.to_owned(),
            year: "2026".to_owned(),
            units: 135,
            at: Some(at(2027, 1, 15)),
            sample,
        };
        vec![Self { rows: vec![row("Chấm điểm CCHC năm 2026", true), row(LONG, false)] }, Self { rows: Vec::new() }]
    }
}

impl View for PublishedRanking {
    const TEMPLATE: &'static str = "rounds/public.html";

    fn samples() -> Vec<Self> {
        let cells = || {
            let cell = |text: &str, share| HeatCell::of(text.to_owned(), share);
            vec![cell("0", Some(0)), cell("1,50", Some(750)), cell("2", Some(1000)), cell("–", None)]
        };
        let heat = |unit: &str| HeatRow { unit: unit.to_owned(), href: "/cong-khai/xep-hang/1/1".to_owned(), cells: cells() };
        let full = Self {
            year: "2026".to_owned(),
            as_of: day(2026, 10, 1),
            ranking: sample_ranking(true),
            digest: DIGEST.to_owned(),
            edition: "2".to_owned(),
            at: Some(at(2027, 1, 15)),
            file_href: "/cong-khai/xep-hang/1/tep.xlsx".to_owned(),
            list_href: "/cong-khai/xep-hang".to_owned(),
            errata: vec![Erratum {
                edition: "2".to_owned(),
                at: Some(at(2027, 2, 1)),
                reason: "Sửa điểm tiêu chí 3.3.1".to_owned(),
                digest: DIGEST.to_owned(),
                changes: sample_changes(),
            }],
            heads: ["1.1.1", "1.1.2", "1.1.3", "1.2"].map(|code| Choice::new(code, LONG)).into(),
            heat: vec![heat("Xã An Mẫu"), heat(LONG)],
        };
        let first = Self { errata: Vec::new(), ranking: sample_ranking(false), edition: "1".to_owned(), ..full.clone() };
        vec![full, first]
    }
}
