//! Samples of the pages of controlled documents.

use domain::document::RequestSource;
use domain::document::content::{
    Basis, Channel, Component, Fee, FormUsed, Place, RecordKept, RecordMedium, Section, Step, StepTime, TimeLimit,
};
use domain::document::control::OfferCause;
use domain::document::diff::words;

use super::super::part::{Due, Pager, Search, StageState, StageStep};
use super::*;

pub(super) fn link(text: &str) -> Link {
    Link { href: "/quy-trinh/1".to_owned(), text: text.to_owned() }
}

pub(super) fn day(text: &str) -> Option<NaiveDate> {
    text.parse().ok()
}

fn at(text: &str) -> Option<chrono::DateTime<chrono::Utc>> {
    text.parse().ok()
}

pub(super) fn choice(value: &str, label: &str) -> Choice {
    Choice::new(value, label)
}

pub(super) fn chip(label: &str, active: bool) -> Chip {
    Chip { label: label.to_owned(), href: "/quy-trinh".to_owned(), active, count: None }
}

pub(super) fn history() -> Vec<TimelineItem> {
    let item = |what: &str, reason: Option<&str>| TimelineItem {
        at: at("2026-11-16T02:00:00Z").unwrap_or_default(),
        who: "Trần Thị Mẫu".to_owned(),
        what: what.to_owned(),
        reason: reason.map(str::to_owned),
    };
    vec![item("Trả lại để sửa", Some("Thiếu nơi lưu hồ sơ.")), item("Trình xem xét", None)]
}

pub(super) fn refused(mut form: Form, field: &str) -> Form {
    form.error(field, "Chưa nhập nội dung này. Hãy bổ sung.").error("", "Bản này đã được người khác sửa.");
    form
}

pub(super) fn fresh(id: &str) -> Form {
    Form { version: Some(3), once: "once".to_owned(), ..Form::default() }.with_id(id)
}

/// A whole written text.
pub fn sample_text() -> Text {
    let limit = |case: &str, amount: &str| TimeLimit {
        case: case.to_owned(),
        amount: amount.to_owned(),
        unit: Some(TimeUnit::WorkingDay),
        basis: None,
    };
    let time = |amount: &str| StepTime { case: String::new(), amount: amount.to_owned(), unit: Some(TimeUnit::Hour) };
    let step = |name: &str, amount: &str| Step {
        name: name.to_owned(),
        detail: Some("Kiểm tra thành phần, cấp giấy tiếp nhận.".to_owned()),
        role: "Công chức tiếp nhận".to_owned(),
        times: vec![time(amount)],
        forms: vec!["BM 01".to_owned()],
        result: Some("Giấy tiếp nhận".to_owned()),
    };
    let procedure = Procedure {
        purpose: "Thống nhất cách giải quyết.".to_owned(),
        scope: "Trung tâm Phục vụ hành chính công xã.".to_owned(),
        definitions: Some("TTHC: thủ tục hành chính.".to_owned()),
        legal_basis: vec![Basis { text: "Luật Hộ tịch số 60/2014/QH13".to_owned(), external_document_id: None }],
        conditions: Some("Người yêu cầu có giấy tờ tùy thân.".to_owned()),
        components: vec![Component {
            name: "Tờ khai".to_owned(), originals: 1, copies: 0, note: Some("Theo mẫu".to_owned())
        }],
        dossier_sets: Some(1),
        time_limits: vec![limit("", "1"), TimeLimit { basis: Some("Nghị định".to_owned()), ..limit("Cần xác minh", "5") }],
        fees: vec![
            Fee { case: String::new(), amount: 8000, online_amount: Some(0), basis: Some("Nghị quyết".to_owned()) },
            Fee { case: "Quá hạn".to_owned(), amount: 0, online_amount: None, basis: None },
        ],
        places: vec![Place { channel: Some(Channel::Direct), address: "Trung tâm Phục vụ hành chính công".to_owned() }],
        result: Some("Giấy khai sinh".to_owned()),
        steps: vec![
            step("Tiếp nhận hồ sơ", "0.5"),
            Step { detail: None, result: None, forms: vec![], times: vec![], ..step("Thẩm định", "7.5") },
        ],
        forms: vec![FormUsed {
            code: "BM 01".to_owned(), name: "Giấy tiếp nhận hồ sơ và hẹn trả kết quả".to_owned()
        }],
        records: vec![
            RecordKept {
                name: "Hồ sơ đăng ký".to_owned(),
                place: Some("Văn phòng".to_owned()),
                years: Some(5),
                form_code: Some("BM 01".to_owned()),
                made_by: Some("Công chức tư pháp".to_owned()),
                medium: Some(RecordMedium::Both),
                disposal: Some("Hủy giấy theo quyết định".to_owned()),
                basis: Some("Thông tư 10/2022/TT-BNV".to_owned()),
            },
            RecordKept { name: "Sổ đăng ký".to_owned(), ..RecordKept::default() },
        ],
        time_reason: Some("Bước xác minh do cơ quan khác thực hiện.".to_owned()),
    };
    let sections =
        vec![Section { heading: "Chính sách chất lượng".to_owned(), text: "Đúng hạn.\n\nCông khai.".to_owned() }];
    Text::from(Content { sections, procedure: Some(procedure) })
}

impl View for DocumentList {
    const TEMPLATE: &'static str = "documents/list.html";

    fn samples() -> Vec<Self> {
        let row = |state, tone| DocumentRow {
            href: "/quy-trinh/1".to_owned(),
            code: Some("QT-HT-01".to_owned()),
            title: "Đăng ký khai sinh".to_owned(),
            unit: "Ủy ban nhân dân xã An Mẫu".to_owned(),
            kind: DocumentKind::Procedure,
            field: Some("Hộ tịch".to_owned()),
            state,
            tone,
            number: Some("01/00".to_owned()),
            effective_from: day("2026-11-16"),
            needs_review: true,
        };
        let asked = DocumentRow {
            code: None,
            field: None,
            number: None,
            effective_from: None,
            needs_review: false,
            ..row(DocumentState::Preparing, Tone::Warn)
        };
        let full = Self {
            list: Listing {
                rows: vec![row(DocumentState::InForce, Tone::Good), asked, row(DocumentState::Withdrawn, Tone::Neutral)],
                pager: Pager { next: Some("/quy-trinh?cursor=x".to_owned()), first: None },
                chips: vec![chip("Có hiệu lực", true), chip("Đang soạn thảo", false)],
                search: Some(Search { action: "/quy-trinh".to_owned(), q: "khai sinh".to_owned(), keep: vec![] }),
                clear: Some("/quy-trinh".to_owned()),
            },
            kinds: vec![chip("Quy trình", true), chip("Biểu mẫu", false)],
            fields: vec![chip("Hộ tịch", false)],
            new_href: Some("/quy-trinh/moi".to_owned()),
            propose_href: Some("/quy-trinh/de-nghi".to_owned()),
            issue_href: Some("/quy-trinh/ban-hanh".to_owned()),
            offers_href: "/quy-trinh/cua-toi".to_owned(),
            public_href: "/cong-khai/thu-tuc".to_owned(),
            registers: vec![link("Văn bản bên ngoài"), link("Danh mục thủ tục hành chính")],
        };
        let empty = Self {
            list: Listing::plain(vec![]),
            registers: vec![],
            kinds: vec![],
            fields: vec![],
            new_href: None,
            propose_href: None,
            issue_href: None,
            ..full.clone()
        };
        vec![full, empty]
    }
}

fn kinds() -> Vec<Choice> {
    vec![choice("procedure", "Quy trình"), choice("policy", "Chính sách chất lượng")]
}

fn sources() -> Vec<Choice> {
    vec![choice("law_change", "Văn bản pháp luật thay đổi"), choice("first_issue", "Biên soạn lần đầu")]
}

pub(super) fn people() -> Vec<Choice> {
    vec![choice("1", "Trần Thị Mẫu"), choice("2", "Nguyễn Văn Mẫu")]
}

impl View for DocumentForm {
    const TEMPLATE: &'static str = "documents/form.html";

    fn samples() -> Vec<Self> {
        let of = |purpose, form, units, parent| Self {
            form,
            action: "/quy-trinh/moi".to_owned(),
            purpose,
            units,
            kinds: kinds(),
            sources: sources(),
            parent,
        };
        let units = vec![choice("1", "Xã An Mẫu"), choice("2", "Xã Bình Mẫu")];
        vec![
            of(DocumentFormPurpose::Enter, refused(Form::default(), "document_title"), units, None),
            of(DocumentFormPurpose::Enter, Form::default(), vec![], Some(link("QT-HT-01 Đăng ký khai sinh"))),
            of(DocumentFormPurpose::Change, fresh(""), vec![], None),
            of(DocumentFormPurpose::Propose, refused(Form::default(), "request_source"), vec![], None),
        ]
    }
}

impl View for DocumentPage {
    const TEMPLATE: &'static str = "documents/page.html";

    fn samples() -> Vec<Self> {
        let row = |number: &str, state, tone| RevisionRow {
            href: "/quy-trinh/lan/1".to_owned(),
            number: number.to_owned(),
            state,
            tone,
            effective_from: day("2026-11-16"),
            effective_to: None,
            summary: Some("Sửa thời hạn theo nghị định mới.".to_owned()),
        };
        let full = Self {
            href: "/quy-trinh/1".to_owned(),
            code: Some("QT-HT-01".to_owned()),
            kind: DocumentKind::Procedure,
            state: DocumentState::InForce,
            tone: Tone::Good,
            unit: "Ủy ban nhân dân xã An Mẫu".to_owned(),
            field: Some("Hộ tịch".to_owned()),
            parent: Some(link("QT-HT-01")),
            current: Some(link("Lần 01/00")),
            next_review_on: day("2027-11-16"),
            retention: Some("Theo quy định".to_owned()),
            retention_unread: true,
            needs_review: true,
            links: registers::sample_links(true),
            review_href: Some("/quy-trinh/1/ra-soat".to_owned()),
            settings_href: Some("/quy-trinh/thiet-lap?don_vi=1".to_owned()),
            public_href: Some("/cong-khai/thu-tuc/1".to_owned()),
            revisions: vec![
                RevisionRow { effective_from: None, summary: None, ..row("01/01", RevisionState::Draft, Tone::Info) },
                RevisionRow { effective_to: day("2026-11-30"), ..row("01/00", RevisionState::Superseded, Tone::Neutral) },
            ],
            edit_href: Some("/quy-trinh/1/sua".to_owned()),
            new_form_href: Some("/quy-trinh/moi?cha=1".to_owned()),
            draft: Some(refused(fresh("draft"), "reason")),
            drafters: people(),
            forms: vec![choice("written", "Soạn trong hệ thống"), choice("uploaded", "Tệp tải lên")],
            propose: Some(fresh("propose")),
            sources: sources(),
            history: history(),
        };
        let bare = Self {
            code: None,
            field: None,
            parent: None,
            current: None,
            next_review_on: None,
            retention: None,
            retention_unread: false,
            needs_review: false,
            links: vec![],
            review_href: None,
            settings_href: None,
            public_href: None,
            revisions: vec![],
            edit_href: None,
            new_form_href: None,
            draft: None,
            propose: None,
            history: vec![],
            state: DocumentState::Preparing,
            ..full.clone()
        };
        vec![full, bare]
    }
}

fn times() -> Vec<TimeShown> {
    let of = |case: &str, total: Option<&str>, verdict, tone| TimeShown {
        case: case.to_owned(),
        unit: TimeUnit::Hour,
        limit: "8".to_owned(),
        total: total.map(str::to_owned),
        verdict,
        tone,
    };
    vec![
        of("", Some("8"), TimeVerdict::Equal, Tone::Good),
        of("Cần xác minh", Some("9.5"), TimeVerdict::Above, Tone::Bad),
        of("Liên thông", None, TimeVerdict::NotComparable, Tone::Warn),
    ]
}

pub(super) fn files() -> Vec<EvidenceFile> {
    vec![EvidenceFile {
        name: "quy-trinh-khai-sinh.docx".to_owned(),
        href: "/tep/1".to_owned(),
        bytes: 120_000,
        sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned(),
        added_at: at("2026-11-16T02:00:00Z").unwrap_or_default(),
        added_by: "Trần Thị Mẫu".to_owned(),
        note: None,
    }]
}

fn draft_page() -> RevisionPage {
    let act =
        |verb: RevisionVerb| RevisionAct { verb, action: format!("/quy-trinh/lan/1/viec/{verb}"), form: fresh(verb.code()) };
    let step = |label: &str, state| StageStep { label: label.to_owned(), state };
    let stop = |act, open: bool| StopShown {
        act,
        rule: StepRule::Quorum,
        needed: 1,
        people: vec!["Trần Thị Mẫu".to_owned(), "Nguyễn Văn Mẫu".to_owned()],
        words: vec![WordShown {
            who: "Trần Thị Mẫu".to_owned(),
            agreed: !open,
            remark: open.then(|| "Thiếu nơi lưu hồ sơ.".to_owned()),
            at: at("2026-11-16T02:00:00Z").unwrap_or_default(),
        }],
        open,
    };
    RevisionPage {
        href: "/quy-trinh/lan/1".to_owned(),
        stage: Stage {
            steps: vec![step("Đang soạn thảo", StageState::Current), step("Đang xem xét", StageState::Todo)],
            holder: Some("Trần Thị Mẫu".to_owned()),
            due: day("2026-11-30").map(|on| Due { on, days_left: Some(5), overdue: false, provisional: false }),
            next: None,
        },
        document: link("QT-HT-01 Đăng ký khai sinh"),
        number: Some("01/00".to_owned()),
        request_code: Some("YC-2026-0001".to_owned()),
        state: RevisionState::Draft,
        tone: Tone::Info,
        text_form: TextForm::Written,
        source: RequestSource::LawChange,
        source_ref: Some("Quyết định 12/QĐ-UBND".to_owned()),
        reason: "Thủ tục mới công bố.".to_owned(),
        changed_part: Some("Mục 5.4".to_owned()),
        summary: Some("Sửa thời hạn.".to_owned()),
        drafter: Some("Trần Thị Mẫu".to_owned()),
        decision: None,
        effective_from: None,
        effective_to: None,
        end_decision: None,
        end_reason: None,
        replaced_by: None,
        exception_reason: Some("Xã chỉ có ba công chức.".to_owned()),
        content_hash: None,
        text: sample_text(),
        times: times(),
        files: vec![],
        files_href: "/minh-chung/revision/1".to_owned(),
        faults: vec![Link {
            href: "/quy-trinh/lan/1/soan".to_owned(),
            text: "Phạm vi áp dụng: Chưa nhập nội dung này.".to_owned(),
        }],
        is_first: false,
        route: vec![stop(StepAct::Review, true), stop(StepAct::Approve, false)],
        audience: vec!["Mọi người của đơn vị: Xã An Mẫu".to_owned()],
        offer: None,
        edit_href: Some("/quy-trinh/lan/1/soan".to_owned()),
        route_href: Some("/quy-trinh/lan/1/duong-di".to_owned()),
        audience_href: Some("/quy-trinh/lan/1/noi-nhan".to_owned()),
        issue_href: None,
        diff_href: None,
        book_href: None,
        buttons: vec![RevisionAct { form: refused(fresh("submit"), ""), ..act(RevisionVerb::Submit) }],
        opinions: vec![act(RevisionVerb::Approve)],
        acts: vec![
            RevisionAct { form: refused(fresh("return"), "remark"), ..act(RevisionVerb::Return) },
            act(RevisionVerb::Accept),
            act(RevisionVerb::Cancel),
            act(RevisionVerb::Withdraw),
        ],
        replacements: vec![choice("2", "QT-HT-02 Đăng ký kết hôn")],
        drafters: people(),
        forms: vec![choice("written", "Soạn trong hệ thống")],
        history: history(),
    }
}

impl View for RevisionPage {
    const TEMPLATE: &'static str = "documents/revision.html";

    fn samples() -> Vec<Self> {
        let offer = |state, form: Option<Form>, acknowledged: Option<&str>| OfferShown {
            state,
            due_on: day("2026-11-23").unwrap_or_default(),
            acknowledged_at: acknowledged.and_then(at),
            statement: "Tôi đã đọc và nắm rõ tài liệu QT-HT-01 lần 01/00.".to_owned(),
            form,
            action: "/quy-trinh/lan/1/da-doc".to_owned(),
        };
        let draft = draft_page();
        let given = Self {
            state: RevisionState::Effective,
            tone: Tone::Good,
            decision: day("2026-11-16").map(|on| ("05/QĐ-UBND".to_owned(), on)),
            effective_from: day("2026-11-16"),
            exception_reason: None,
            content_hash: Some("9f86d081884c7d659a2feaa0c55ad015".to_owned()),
            text_form: TextForm::Uploaded,
            text: Text::default(),
            files: files(),
            faults: vec![],
            times: vec![],
            offer: Some(offer(OfferState::Overdue, Some(fresh("acknowledge")), None)),
            edit_href: None,
            route_href: None,
            audience_href: None,
            issue_href: Some("/quy-trinh/ban-hanh".to_owned()),
            diff_href: Some("/quy-trinh/lan/1/so-sanh".to_owned()),
            book_href: Some("/quy-trinh/lan/1/phan-phoi".to_owned()),
            opinions: vec![],
            buttons: vec![],
            acts: vec![],
            ..draft.clone()
        };
        let ended = Self {
            state: RevisionState::Withdrawn,
            tone: Tone::Neutral,
            effective_to: day("2026-12-01"),
            end_decision: Some("12/QĐ-UBND".to_owned()),
            end_reason: Some("Thủ tục bị bãi bỏ.".to_owned()),
            replaced_by: Some(link("QT-HT-02 Đăng ký kết hôn")),
            offer: Some(offer(OfferState::Acknowledged, None, Some("2026-11-16T02:00:00Z"))),
            route: vec![],
            audience: vec![],
            history: vec![],
            files: vec![],
            issue_href: None,
            ..given.clone()
        };
        let asked = Self {
            state: RevisionState::Proposed,
            tone: Tone::Warn,
            number: None,
            drafter: None,
            is_first: true,
            faults: vec![],
            route: vec![],
            ..draft.clone()
        };
        vec![draft, given, ended, asked]
    }
}

impl View for DraftForm {
    const TEMPLATE: &'static str = "documents/draft.html";

    fn samples() -> Vec<Self> {
        let mut form = fresh("");
        for (name, value) in [
            ("purpose", "Thống nhất cách giải quyết."),
            ("time_limits/0/amount", "1"),
            ("time_limits/1/case", "Cần xác minh"),
            ("steps/0/step_name", "Tiếp nhận"),
            ("steps/2/step_name", "Trả kết quả"),
            ("components/0/component", "Tờ khai"),
            ("fees/0/fee", "8000"),
            ("sections/0/heading", "Chính sách"),
        ] {
            form.set(name, value);
        }
        let of = |procedure, uploaded, form: Form| Self {
            form,
            action: "/quy-trinh/lan/1/soan".to_owned(),
            back: link("QT-HT-01 · lần 01/00"),
            procedure,
            uploaded,
            sheets: false,
            files: if uploaded { files() } else { vec![] },
            cases: vec![
                CaseField { n: 0, label: "Mọi trường hợp còn lại".to_owned(), name: String::new() },
                CaseField { n: 2, label: "Cần xác minh".to_owned(), name: "Cần xác minh".to_owned() },
            ],
            units: vec![choice("hour", "giờ làm việc"), choice("working_day", "ngày làm việc")],
            channels: vec![choice("direct", "Trực tiếp"), choice("online", "Trực tuyến")],
            media: vec![choice("paper", "Giấy"), choice("both", "Giấy và điện tử")],
            laws: vec![choice("1", "60/2014/QH13 Luật Hộ tịch")],
            times: times(),
            sources: sources(),
        };
        let wrong = refused(form.clone(), "steps/0/responsible");
        let sheets = Self { sheets: true, ..of(false, true, refused(fresh(""), "van_ban")) };
        vec![of(true, false, wrong), of(false, false, form.clone()), of(false, true, fresh("")), sheets]
    }
}

impl View for RouteForm {
    const TEMPLATE: &'static str = "documents/route.html";

    fn samples() -> Vec<Self> {
        let mut form = fresh("");
        form.set("steps/0/act", "review").set("steps/0/rule", "any").set("steps/1/act", "approve");
        form.set("steps/0/people/1", "yes");
        let of = |form| Self {
            form,
            action: "/quy-trinh/lan/1/duong-di".to_owned(),
            back: link("QT-HT-01 · lần 01/00"),
            acts: vec![choice("review", "Xem xét"), choice("approve", "Phê duyệt")],
            rules: vec![choice("any", "Một người bất kỳ"), choice("quorum", "Đủ số người")],
            people: people(),
        };
        vec![of(form.clone()), of(refused(form, "steps/1/people"))]
    }
}

impl View for AudienceForm {
    const TEMPLATE: &'static str = "documents/audience.html";

    fn samples() -> Vec<Self> {
        let of = |form| Self {
            form,
            action: "/quy-trinh/lan/1/noi-nhan".to_owned(),
            back: link("QT-HT-01 · lần 01/00"),
            kinds: vec![choice("unit", "Mọi người của đơn vị"), choice("person", "Một người")],
            units: vec![choice("1", "Xã An Mẫu")],
            roles: vec![choice("employee", "Công chức")],
            people: people(),
        };
        vec![of(fresh("")), of(refused(fresh(""), "audience/0/unit_id"))]
    }
}

impl View for IssueForm {
    const TEMPLATE: &'static str = "documents/issue.html";

    fn samples() -> Vec<Self> {
        let of = |form, units, waiting| Self { form, action: "/quy-trinh/ban-hanh".to_owned(), units, waiting };
        let waiting =
            vec![WaitingRevision { id: "1".to_owned(), label: "QT-HT-01 Đăng ký khai sinh, lần 01/00".to_owned() }];
        vec![
            of(fresh(""), vec![], waiting.clone()),
            of(refused(fresh(""), "effective_from/1"), people(), waiting),
            of(fresh(""), vec![], vec![]),
        ]
    }
}

impl View for DiffPage {
    const TEMPLATE: &'static str = "documents/diff.html";

    fn samples() -> Vec<Self> {
        let part =
            |name: &str, old: &str, new: &str| PartShown { name: name.to_owned(), changed: old != new, runs: words(old, new) };
        let of = |uploaded, parts, others| Self {
            document: link("QT-HT-01 Đăng ký khai sinh"),
            from: link("01/00"),
            to: link("01/01"),
            others,
            uploaded,
            parts,
        };
        vec![
            of(
                false,
                vec![
                    part("Phạm vi áp dụng", "Trung tâm hành chính công xã.", "Trung tâm hành chính công phường."),
                    part("Mục đích", "Thống nhất.", "Thống nhất."),
                ],
                vec![chip("01/00", true), chip("02/00", false)],
            ),
            of(true, vec![], vec![]),
            of(false, vec![part("Mục đích", "Thống nhất.", "Thống nhất.")], vec![]),
        ]
    }
}

impl View for OfferList {
    const TEMPLATE: &'static str = "documents/offers.html";

    fn samples() -> Vec<Self> {
        let row = |state, tone, href: Option<&str>| OfferRow {
            href: href.map(str::to_owned),
            name: "Trần Thị Mẫu".to_owned(),
            cause: OfferCause::Issue,
            state,
            tone,
            due_on: day("2026-11-23").unwrap_or_default(),
            sent_at: at("2026-11-16T02:00:00Z"),
            opened_at: None,
            acknowledged_at: None,
        };
        let done = OfferRow {
            opened_at: at("2026-11-17T02:00:00Z"),
            acknowledged_at: at("2026-11-17T02:05:00Z"),
            cause: OfferCause::Joined,
            ..row(OfferState::Acknowledged, Tone::Good, None)
        };
        vec![
            Self {
                list: Listing {
                    rows: vec![row(OfferState::Overdue, Tone::Bad, Some("/quy-trinh/lan/1")), done],
                    pager: Pager { next: None, first: Some("/quy-trinh/cua-toi".to_owned()) },
                    chips: vec![chip("Chờ xác nhận", true)],
                    search: None,
                    clear: Some("/quy-trinh/cua-toi".to_owned()),
                },
                revision: Some(link("QT-HT-01 · lần 01/00")),
            },
            Self { list: Listing::plain(vec![]), revision: None },
        ]
    }
}
