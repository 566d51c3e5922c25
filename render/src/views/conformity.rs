//! Declarations of conformity: who has declared, one declaration, its scope, what everybody reads.

use chrono::{DateTime, NaiveDate, Utc};
use domain::conformity::{
    DeclarationFact, DeclarationKind, DeclarationPart, DeclarationReason, DeclarationState, DeclarationVerb, ScopeChange,
};
use serde::Serialize;

use super::findings::Link;
use super::part::{Choice, Due, Listing, Stage, TimelineItem, Tone};
use super::reports::PaperFile;
use crate::{Form, View};

/// Where a unit stands, in a list.
#[derive(Clone, Debug, Serialize)]
pub struct ConformityUnitRow {
    /// Its page.
    pub href: String,
    /// Its name.
    pub name: String,
    /// The edition, once it has declared.
    pub standard: Option<String>,
    /// The decision, as `05/QĐ-UBND`.
    pub decision: Option<String>,
    /// Its date.
    pub issued_on: Option<NaiveDate>,
    /// Procedures that have moved the scope since.
    pub moved: usize,
    /// Last day of a certificate that holds.
    pub certified_until: Option<NaiveDate>,
}

/// Who has declared.
#[derive(Clone, Debug, Serialize)]
pub struct ConformityUnits {
    /// The units.
    pub list: Listing<ConformityUnitRow>,
    /// Where a declaration is begun; `None` when the person may not.
    pub new_href: Option<String>,
    /// Every declaration.
    pub list_href: String,
    /// What everybody reads.
    pub public_href: String,
}

/// A procedure that has moved.
#[derive(Clone, Debug, Serialize)]
pub struct MovedRow {
    /// How.
    pub change: ScopeChange,
    /// How urgently that wants attention.
    pub tone: Tone,
    /// Code and title.
    pub name: String,
    /// Since when.
    pub since: Option<NaiveDate>,
}

/// A certificate.
#[derive(Clone, Debug, Serialize)]
pub struct CertificateRow {
    /// Its number.
    pub number: String,
    /// Who gave it.
    pub body: String,
    /// The edition.
    pub standard: String,
    /// First day.
    pub valid_from: Option<NaiveDate>,
    /// Last day.
    pub valid_to: NaiveDate,
    /// Whether that day has passed.
    pub expired: bool,
    /// Anything else.
    pub note: Option<String>,
    /// The form that corrects it.
    pub form: Option<Form>,
    /// Where it goes.
    pub action: String,
}

/// One unit and its declaration.
#[derive(Clone, Debug, Serialize)]
pub struct ConformityUnitPage {
    /// The declaration in force, where its announcement is not recorded and the person may record it.
    pub unannounced: Option<Link>,
    /// The declaration in force.
    pub declaration: Option<Link>,
    /// Its edition.
    pub standard: Option<String>,
    /// Its date.
    pub issued_on: Option<NaiveDate>,
    /// The procedures that have moved its scope.
    pub moved: Vec<MovedRow>,
    /// Procedures that were merely revised.
    pub revised: Vec<MovedRow>,
    /// By when it is to be declared again.
    pub due: Option<Due>,
    /// The declaration on its way.
    pub open: Option<Link>,
    /// The button that begins one.
    pub begin: Option<Form>,
    /// Where it goes.
    pub begin_action: String,
    /// Every declaration of the unit that the person sees.
    pub declarations: Vec<DeclarationRow>,
    /// Its certificates.
    pub certificates: Vec<CertificateRow>,
    /// The form that enters one.
    pub certificate: Option<Form>,
    /// Where it goes.
    pub certificate_action: String,
    /// The editions.
    pub standards: Vec<Choice>,
    /// Back to the units.
    pub back: String,
}

/// A declaration in a list.
#[derive(Clone, Debug, Serialize)]
pub struct DeclarationRow {
    /// Its page.
    pub href: String,
    /// The decision, as `05/QĐ-UBND`.
    pub decision: Option<String>,
    /// The unit.
    pub unit: String,
    /// First or again.
    pub kind: DeclarationKind,
    /// The edition.
    pub standard: String,
    /// Where it stands.
    pub state: DeclarationState,
    /// How urgently that wants attention.
    pub tone: Tone,
    /// From when it is in force.
    pub issued_on: Option<NaiveDate>,
}

/// The declarations the person sees.
#[derive(Clone, Debug, Serialize)]
pub struct DeclarationList {
    /// The list.
    pub list: Listing<DeclarationRow>,
    /// Where one is begun; `None` when the person may not.
    pub new_href: Option<String>,
    /// The units.
    pub units_href: String,
}

/// A declaration is begun: for which unit.
#[derive(Clone, Debug, Serialize)]
pub struct NewDeclaration {
    /// `unit_id`.
    pub form: Form,
    /// Where it goes.
    pub action: String,
    /// The units to choose from; empty when there is one only.
    pub units: Vec<Choice>,
}

/// A legal basis.
#[derive(Clone, Debug, Serialize)]
pub struct GroundShown {
    /// The line.
    pub text: String,
    /// It is to be looked up before it is cited.
    pub doubtful: bool,
    /// The data says that it does not hold any more.
    pub ended: bool,
}

/// The draft of a declaration.
#[derive(Clone, Debug, Serialize)]
pub struct DeclarationForm {
    /// `kind`, `declaration_reason`, `reason_note`, `standard_edition`, `agency_name`, `address`, `declared_text`,
    /// `legal_grounds`, `earlier_decision`.
    pub form: Form,
    /// Where it goes.
    pub action: String,
    /// First, again.
    pub kinds: Vec<Choice>,
    /// Why again.
    pub reasons: Vec<Choice>,
    /// The editions.
    pub standards: Vec<Choice>,
    /// The reason that the comparison speaks for.
    pub proposed: Option<DeclarationReason>,
    /// Legal bases that are to be looked up.
    pub doubtful: Vec<GroundShown>,
    /// Back to the declaration.
    pub back: String,
}

/// Something done with a declaration.
#[derive(Clone, Debug, Serialize)]
pub struct FactShown {
    /// What.
    pub fact: DeclarationFact,
    /// On which day.
    pub on: NaiveDate,
    /// Address on the web.
    pub address: Option<String>,
    /// To whom and under which number.
    pub sent: Option<String>,
    /// Who recorded it.
    pub who: String,
}

/// The form that records something done.
#[derive(Clone, Debug, Serialize)]
pub struct FactForm {
    /// What.
    pub fact: DeclarationFact,
    /// `done_on`, `web_address`, `sent_recipient`, `letter_number`.
    pub form: Form,
    /// Where it goes.
    pub action: String,
}

/// An act of the machine.
#[derive(Clone, Debug, Serialize)]
pub struct DeclarationAct {
    /// Which one.
    pub verb: DeclarationVerb,
    /// Where it goes.
    pub action: String,
    /// Its form.
    pub form: Form,
}

/// A paper of a declaration.
#[derive(Clone, Debug, Serialize)]
pub struct DeclarationPaper {
    /// Which one.
    pub part: DeclarationPart,
    /// Its files, newest first.
    pub files: Vec<PaperFile>,
    /// The button that asks for it.
    pub render: Option<Form>,
    /// Where it goes.
    pub action: String,
}

/// One declaration.
#[derive(Clone, Debug, Serialize)]
pub struct DeclarationPage {
    /// Where it stands and whose turn it is.
    pub stage: Stage,
    /// Its state.
    pub state: DeclarationState,
    /// How urgently that wants attention.
    pub tone: Tone,
    /// Its unit.
    pub unit: Link,
    /// First or again.
    pub kind: DeclarationKind,
    /// Why again.
    pub reason: Option<DeclarationReason>,
    /// More about why.
    pub reason_note: Option<String>,
    /// The reason that the comparison speaks for, where it is another one.
    pub proposed: Option<DeclarationReason>,
    /// The agency as the papers name it.
    pub agency: String,
    /// Where it is.
    pub address: String,
    /// What is stated.
    pub statement: String,
    /// The edition.
    pub standard: String,
    /// Legal bases.
    pub grounds: Vec<GroundShown>,
    /// The decision of before this system that it replaces.
    pub earlier_decision: Option<String>,
    /// Number and date of the decision.
    pub decision: Option<(String, NaiveDate)>,
    /// Who signed, and when.
    pub signed: Option<(String, DateTime<Utc>)>,
    /// The declaration it replaces.
    pub predecessor: Option<Link>,
    /// The declaration that replaced it.
    pub successor: Option<Link>,
    /// Last day in force.
    pub ended_on: Option<NaiveDate>,
    /// The paper that ended it.
    pub end_decision: Option<String>,
    /// Why it ended.
    pub end_reason: Option<String>,
    /// Procedures in scope.
    pub lines: usize,
    /// Procedures left out.
    pub left_out: usize,
    /// How many procedures differ from the declaration before, by how.
    pub changes: Vec<(ScopeChange, usize)>,
    /// Its scope.
    pub scope_href: String,
    /// The annex is another one than when it was submitted.
    pub scope_moved: bool,
    /// Where it is written.
    pub edit_href: Option<String>,
    /// What was done with it.
    pub done: Vec<FactShown>,
    /// What still has to be done with it.
    pub missing: Vec<DeclarationFact>,
    /// The forms that record it.
    pub fact_forms: Vec<FactForm>,
    /// Acts of one button.
    pub buttons: Vec<DeclarationAct>,
    /// Acts that want words.
    pub acts: Vec<DeclarationAct>,
    /// The form of number and date.
    pub register: Option<Form>,
    /// Where it goes.
    pub register_action: String,
    /// The last day a date may be.
    pub today: NaiveDate,
    /// Its papers.
    pub papers: Vec<DeclarationPaper>,
    /// Whether a file is still being set.
    pub waits: bool,
    /// What everybody reads.
    pub public_href: Option<String>,
    /// What happened.
    pub history: Vec<TimelineItem>,
}

/// A procedure in scope.
#[derive(Clone, Debug, Serialize)]
pub struct ScopeRow {
    /// Its page; none for everybody.
    pub href: Option<String>,
    /// Its code.
    pub code: String,
    /// Its title.
    pub title: String,
    /// Lĩnh vực.
    pub field: Option<String>,
    /// National codes of its administrative procedures.
    pub national_codes: Vec<String>,
    /// Who carries it out.
    pub unit: String,
    /// Issue and amendment.
    pub number: String,
    /// How it differs from the declaration before.
    pub change: Option<ScopeChange>,
}

/// A procedure left out.
#[derive(Clone, Debug, Serialize)]
pub struct LeftOutRow {
    /// Code and title.
    pub name: String,
    /// Why.
    pub reason: String,
    /// The button that takes it in again.
    pub form: Option<Form>,
    /// Where it goes.
    pub action: String,
}

/// The scope of a declaration.
#[derive(Clone, Debug, Serialize)]
pub struct ScopePage {
    /// The declaration.
    pub declaration: Link,
    /// Whether it still follows the procedures in force.
    pub live: bool,
    /// Procedures in scope.
    pub rows: Vec<ScopeRow>,
    /// Procedures of the declaration before that are not in it any more.
    pub removed: Vec<ScopeRow>,
    /// Procedures left out.
    pub left_out: Vec<LeftOutRow>,
    /// The form that leaves one out: `left_document`, `reason`.
    pub leave: Option<Form>,
    /// Where it goes.
    pub leave_action: String,
    /// The procedures to choose from.
    pub documents: Vec<Choice>,
}

/// A declaration in force in the public list.
#[derive(Clone, Debug, Serialize)]
pub struct PublicDeclarationRow {
    /// Its page.
    pub href: String,
    /// The agency.
    pub unit: String,
    /// The edition.
    pub standard: String,
    /// The decision.
    pub decision: String,
    /// Its date.
    pub issued_on: NaiveDate,
    /// Procedures in scope.
    pub lines: i32,
    /// Another one is in force in its place and not announced yet.
    pub replaced: bool,
}

/// Declarations in force, for everybody.
#[derive(Clone, Debug, Serialize)]
pub struct PublicDeclarations {
    /// The list.
    pub list: Listing<PublicDeclarationRow>,
}

/// A declaration as everybody reads it.
#[derive(Clone, Debug, Serialize)]
pub struct PublicDeclaration {
    /// Where it stands.
    pub state: DeclarationState,
    /// The agency.
    pub agency: String,
    /// Where it is.
    pub address: String,
    /// The edition.
    pub standard: String,
    /// What is stated.
    pub statement: String,
    /// Number and date of the decision.
    pub decision: (String, NaiveDate),
    /// Last day in force.
    pub ended_on: Option<NaiveDate>,
    /// What holds in its place.
    pub instead: Option<Link>,
    /// What holds in its place is not announced yet.
    pub awaits: bool,
    /// The papers.
    pub files: Vec<(DeclarationPart, String)>,
    /// Procedures in scope.
    pub rows: Vec<ScopeRow>,
    /// The list.
    pub list_href: String,
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap_or_default()
}

fn link(text: &str) -> Link {
    Link { href: "/cong-bo/1".to_owned(), text: text.to_owned() }
}

fn form(id: &str) -> Form {
    Form { once: "k".to_owned(), version: Some(1), ..Form::default() }.with_id(id)
}

impl View for ConformityUnits {
    const TEMPLATE: &'static str = "conformity/units.html";

    fn samples() -> Vec<Self> {
        let row = |name: &str| ConformityUnitRow {
            href: "/cong-bo/don-vi/1".to_owned(),
            name: name.to_owned(),
            standard: Some("TCVN ISO 9001:2015".to_owned()),
            decision: Some("05/QĐ-UBND".to_owned()),
            issued_on: Some(day("2026-03-05")),
            moved: 0,
            certified_until: None,
        };
        let none =
            ConformityUnitRow { standard: None, decision: None, issued_on: None, ..row("Sở Khoa học và Công nghệ") };
        let moved = ConformityUnitRow { moved: 12, certified_until: Some(day("2027-12-31")), ..row("Xã Bình Mẫu") };
        let full = Self {
            list: Listing::plain(vec![row("Xã An Mẫu"), moved, none]),
            new_href: Some("/cong-bo/moi".to_owned()),
            list_href: "/cong-bo/danh-sach".to_owned(),
            public_href: "/cong-khai/cong-bo".to_owned(),
        };
        let empty = Self { list: Listing::plain(vec![]), new_href: None, ..full.clone() };
        let filtered = Self { list: Listing { clear: Some("/cong-bo".to_owned()), ..empty.list.clone() }, ..full.clone() };
        vec![full, empty, filtered]
    }
}

fn declaration_row(state: DeclarationState, decision: Option<&str>) -> DeclarationRow {
    DeclarationRow {
        href: "/cong-bo/1".to_owned(),
        decision: decision.map(str::to_owned),
        unit: "Ủy ban nhân dân xã An Mẫu".to_owned(),
        kind: DeclarationKind::Again,
        standard: "TCVN ISO 9001:2015".to_owned(),
        state,
        tone: Tone::Good,
        issued_on: decision.map(|_| day("2026-03-05")),
    }
}

impl View for ConformityUnitPage {
    const TEMPLATE: &'static str = "conformity/unit.html";

    fn samples() -> Vec<Self> {
        let moved = |change, name: &str| MovedRow {
            change,
            tone: Tone::Warn,
            name: name.to_owned(),
            since: (change != ScopeChange::Revised).then(|| day("2026-11-10")),
        };
        let certificate = CertificateRow {
            number: "VN-2026/0123".to_owned(),
            body: "Trung tâm Chứng nhận Mẫu".to_owned(),
            standard: "TCVN ISO 9001:2015".to_owned(),
            valid_from: Some(day("2024-01-01")),
            valid_to: day("2026-12-31"),
            expired: false,
            note: Some("Phạm vi: dịch vụ hành chính công".to_owned()),
            form: Some(form("certificate-1")),
            action: "/cong-bo/chung-nhan/1".to_owned(),
        };
        let full = Self {
            unannounced: Some(link("Quyết định số 05/QĐ-UBND")),
            declaration: Some(link("Quyết định số 05/QĐ-UBND")),
            standard: Some("TCVN ISO 9001:2015".to_owned()),
            issued_on: Some(day("2026-03-05")),
            moved: vec![
                moved(ScopeChange::Added, "QT-HT-12 Đăng ký khai tử"),
                moved(ScopeChange::Removed, "QT-DD-03 Xác nhận nguồn gốc đất"),
                moved(ScopeChange::Changed, "QT-CT-01 Chứng thực bản sao"),
            ],
            revised: vec![moved(ScopeChange::Revised, "QT-HT-01 Đăng ký khai sinh")],
            due: Some(Due { on: day("2026-11-24"), days_left: Some(2), overdue: false, provisional: false }),
            open: None,
            begin: Some(form("begin")),
            begin_action: "/cong-bo/moi?don_vi=1".to_owned(),
            declarations: vec![
                declaration_row(DeclarationState::InForce, Some("05/QĐ-UBND")),
                declaration_row(DeclarationState::Draft, None),
            ],
            certificates: vec![
                certificate.clone(),
                CertificateRow { expired: true, valid_from: None, note: None, form: None, ..certificate },
            ],
            certificate: Some(form("certificate")),
            certificate_action: "/cong-bo/don-vi/1/chung-nhan".to_owned(),
            standards: vec![Choice::new("1", "TCVN ISO 9001:2015")],
            back: "/cong-bo".to_owned(),
        };
        let holds = Self {
            unannounced: None,
            moved: vec![],
            revised: vec![],
            due: None,
            open: Some(link("Bản đang soạn")),
            begin: None,
            certificate: None,
            ..full.clone()
        };
        let none = Self {
            declaration: None,
            standard: None,
            issued_on: None,
            declarations: vec![],
            certificates: vec![],
            open: None,
            ..holds.clone()
        };
        vec![full, holds, none]
    }
}

impl View for DeclarationList {
    const TEMPLATE: &'static str = "conformity/list.html";

    fn samples() -> Vec<Self> {
        let rows =
            vec![declaration_row(DeclarationState::InForce, Some("05/QĐ-UBND")), declaration_row(DeclarationState::Draft, None)];
        let full =
            Self { list: Listing::plain(rows), new_href: Some("/cong-bo/moi".to_owned()), units_href: "/cong-bo".to_owned() };
        vec![full.clone(), Self { list: Listing::plain(vec![]), new_href: None, ..full }]
    }
}

impl View for NewDeclaration {
    const TEMPLATE: &'static str = "conformity/new.html";

    fn samples() -> Vec<Self> {
        let one = Self { form: form("new"), action: "/cong-bo/moi".to_owned(), units: vec![] };
        let mut refused = form("new");
        refused.error("unit_id", "Chưa nhập nội dung này. Hãy bổ sung.");
        let units = vec![Choice::new("1", "Xã An Mẫu"), Choice::new("2", "Xã Bình Mẫu")];
        vec![one.clone(), Self { form: refused, units, ..one }]
    }
}

fn grounds() -> Vec<GroundShown> {
    vec![
        GroundShown {
            text: "Căn cứ Quyết định số 19/2014/QĐ-TTg ngày 05 tháng 3 năm 2014 của Thủ tướng Chính phủ".to_owned(),
            doubtful: false,
            ended: false,
        },
        GroundShown {
            text: "Căn cứ Quyết định số 101/QĐ-BKHCN ngày 21 tháng 01 năm 2019".to_owned(),
            doubtful: true,
            ended: false,
        },
        GroundShown { text: "Căn cứ Quyết định đã hết hiệu lực".to_owned(), doubtful: true, ended: true },
    ]
}

impl View for DeclarationForm {
    const TEMPLATE: &'static str = "conformity/form.html";

    fn samples() -> Vec<Self> {
        let choices = |words: &[&str]| words.iter().map(|word| Choice::new(*word, *word)).collect::<Vec<_>>();
        let full = Self {
            form: form("declaration"),
            action: "/cong-bo/1/sua".to_owned(),
            kinds: choices(&["first", "again"]),
            reasons: choices(&["wider", "narrower", "adjusted"]),
            standards: choices(&["TCVN ISO 9001:2015"]),
            proposed: Some(DeclarationReason::Wider),
            doubtful: grounds(),
            back: "/cong-bo/1".to_owned(),
        };
        vec![full.clone(), Self { proposed: None, doubtful: vec![], ..full }]
    }
}

fn file(state: domain::record::ReportState, draft: bool) -> PaperFile {
    use domain::record::ReportState as S;
    PaperFile {
        state,
        tone: Tone::Info,
        draft,
        requested_at: DateTime::from_timestamp(1_796_200_000, 0).unwrap_or_default(),
        href: (state == S::Ready).then(|| "/cong-bo/van-ban/1".to_owned()),
        pages: (state == S::Ready).then_some(14),
        sha256: (state == S::Ready).then(|| "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned()),
        error: (state == S::Failed).then(|| "Ký tự «🦄» không có trong phông chữ của văn bản.".to_owned()),
    }
}

impl View for DeclarationPage {
    const TEMPLATE: &'static str = "conformity/page.html";

    fn samples() -> Vec<Self> {
        use domain::record::ReportState as S;
        let at = DateTime::from_timestamp(1_796_200_000, 0).unwrap_or_default();
        let act =
            |verb: DeclarationVerb| DeclarationAct { verb, action: format!("/cong-bo/1/viec/{verb}"), form: form(verb.code()) };
        let paper = |part: DeclarationPart, files| DeclarationPaper {
            part,
            files,
            render: Some(form(&format!("render-{part}"))),
            action: format!("/cong-bo/1/lap/{part}"),
        };
        let draft = Self {
            stage: Stage { steps: vec![], holder: Some("Thư ký ISO".to_owned()), due: None, next: None },
            state: DeclarationState::Draft,
            tone: Tone::Info,
            unit: link("Xã An Mẫu"),
            kind: DeclarationKind::Again,
            reason: Some(DeclarationReason::Adjusted),
            reason_note: Some("theo Quyết định công bố danh mục thủ tục hành chính của tỉnh".to_owned()),
            proposed: Some(DeclarationReason::Wider),
            agency: "Ủy ban nhân dân xã An Mẫu".to_owned(),
            address: "Số 01 đường Mẫu, xã An Mẫu".to_owned(),
            statement: "Hệ thống quản lý chất lượng phù hợp TCVN ISO 9001:2015.".to_owned(),
            standard: "TCVN ISO 9001:2015".to_owned(),
            grounds: grounds(),
            earlier_decision: Some("Quyết định số 30/QĐ-UBND ngày 02/8/2025".to_owned()),
            decision: None,
            signed: None,
            predecessor: Some(link("05/QĐ-UBND")),
            successor: None,
            ended_on: None,
            end_decision: None,
            end_reason: None,
            lines: 321,
            left_out: 2,
            changes: vec![(ScopeChange::Added, 12), (ScopeChange::Revised, 40)],
            scope_href: "/cong-bo/1/pham-vi".to_owned(),
            scope_moved: false,
            edit_href: Some("/cong-bo/1/sua".to_owned()),
            done: vec![],
            missing: vec![],
            fact_forms: vec![],
            buttons: vec![act(DeclarationVerb::Submit)],
            acts: vec![act(DeclarationVerb::Cancel)],
            register: None,
            register_action: "/cong-bo/1/vao-so".to_owned(),
            today: day("2026-11-22"),
            papers: vec![
                paper(DeclarationPart::Decision, vec![file(S::Ready, true), file(S::Failed, true)]),
                paper(DeclarationPart::Annex, vec![]),
            ],
            waits: false,
            public_href: None,
            history: vec![TimelineItem {
                at, who: "Thư ký ISO".to_owned(), what: "Bắt đầu soạn".to_owned(), reason: None
            }],
        };
        let submitted = Self {
            state: DeclarationState::Submitted,
            scope_moved: true,
            edit_href: None,
            buttons: vec![act(DeclarationVerb::Sign)],
            acts: vec![act(DeclarationVerb::Return)],
            ..draft.clone()
        };
        let signed = Self {
            state: DeclarationState::Signed,
            signed: Some(("Phạm Đức Thịnh, Chủ tịch UBND xã".to_owned(), at)),
            buttons: vec![],
            acts: vec![act(DeclarationVerb::Cancel)],
            register: Some(form("register")),
            waits: true,
            ..submitted.clone()
        };
        let fact = |fact: DeclarationFact| FactForm { fact, form: form(fact.code()), action: format!("/cong-bo/1/ghi/{fact}") };
        let in_force = Self {
            state: DeclarationState::InForce,
            tone: Tone::Good,
            decision: Some(("05/QĐ-UBND".to_owned(), day("2026-03-05"))),
            scope_moved: false,
            done: vec![
                FactShown {
                    fact: DeclarationFact::Announced,
                    on: day("2026-03-06"),
                    address: Some("https://anmau.example.vn/cong-bo".to_owned()),
                    sent: None,
                    who: "Thư ký ISO".to_owned(),
                },
                FactShown {
                    fact: DeclarationFact::Sent,
                    on: day("2026-03-07"),
                    address: None,
                    sent: Some("Sở Khoa học và Công nghệ, số 45/UBND".to_owned()),
                    who: "Thư ký ISO".to_owned(),
                },
            ],
            missing: vec![DeclarationFact::Posted],
            fact_forms: DeclarationFact::ALL.iter().copied().map(fact).collect(),
            acts: vec![act(DeclarationVerb::Withdraw)],
            register: None,
            public_href: Some("/cong-khai/cong-bo/1".to_owned()),
            ..signed.clone()
        };
        let replaced = Self {
            state: DeclarationState::Replaced,
            successor: Some(link("09/QĐ-UBND")),
            ended_on: Some(day("2026-10-01")),
            fact_forms: vec![],
            missing: vec![],
            acts: vec![],
            papers: vec![],
            ..in_force.clone()
        };
        let withdrawn = Self {
            state: DeclarationState::Withdrawn,
            end_decision: Some("41/QĐ-UBND".to_owned()),
            end_reason: Some("Giải thể.".to_owned()),
            successor: None,
            reason: None,
            reason_note: None,
            proposed: None,
            changes: vec![],
            grounds: vec![],
            ..replaced.clone()
        };
        vec![draft, submitted, signed, in_force, replaced, withdrawn]
    }
}

fn scope_row(change: Option<ScopeChange>) -> ScopeRow {
    ScopeRow {
        href: Some("/quy-trinh/1".to_owned()),
        code: "QT-HT-01".to_owned(),
        title: "Đăng ký khai sinh kết hợp đăng ký nhận cha, mẹ, con".to_owned(),
        field: Some("Hộ tịch".to_owned()),
        national_codes: vec!["1.001193.000.00.00.H55".to_owned()],
        unit: "Trung tâm Phục vụ hành chính công xã An Mẫu".to_owned(),
        number: "01/00".to_owned(),
        change,
    }
}

impl View for ScopePage {
    const TEMPLATE: &'static str = "conformity/scope.html";

    fn samples() -> Vec<Self> {
        let bare = ScopeRow { href: None, field: None, national_codes: vec![], ..scope_row(None) };
        let left = LeftOutRow {
            name: "QT-VP-01 Văn thư".to_owned(),
            reason: "Không phải hoạt động giải quyết thủ tục hành chính.".to_owned(),
            form: Some(form("in-1")),
            action: "/cong-bo/1/pham-vi/dua-vao/1".to_owned(),
        };
        let live = Self {
            declaration: link("Công bố lại"),
            live: true,
            rows: vec![scope_row(Some(ScopeChange::Added)), bare],
            removed: vec![scope_row(Some(ScopeChange::Removed))],
            left_out: vec![left.clone()],
            leave: Some(form("leave")),
            leave_action: "/cong-bo/1/pham-vi".to_owned(),
            documents: vec![Choice::new("1", "QT-HT-01 Đăng ký khai sinh")],
        };
        let frozen = Self {
            live: false,
            left_out: vec![LeftOutRow { form: None, ..left }],
            leave: None,
            documents: vec![],
            removed: vec![],
            ..live.clone()
        };
        let empty = Self { rows: vec![], left_out: vec![], ..frozen.clone() };
        vec![live, frozen, empty]
    }
}

impl View for PublicDeclarations {
    const TEMPLATE: &'static str = "public/declarations.html";

    fn samples() -> Vec<Self> {
        let row = PublicDeclarationRow {
            href: "/cong-khai/cong-bo/1".to_owned(),
            unit: "Ủy ban nhân dân xã An Mẫu".to_owned(),
            standard: "TCVN ISO 9001:2015".to_owned(),
            decision: "05/QĐ-UBND".to_owned(),
            issued_on: day("2026-03-05"),
            lines: 321,
            replaced: false,
        };
        let replaced = PublicDeclarationRow { replaced: true, ..row.clone() };
        vec![Self { list: Listing::plain(vec![row, replaced]) }, Self { list: Listing::plain(vec![]) }]
    }
}

impl View for PublicDeclaration {
    const TEMPLATE: &'static str = "public/declaration.html";

    fn samples() -> Vec<Self> {
        let in_force = Self {
            state: DeclarationState::InForce,
            agency: "Ủy ban nhân dân xã An Mẫu".to_owned(),
            address: "Số 01 đường Mẫu".to_owned(),
            standard: "TCVN ISO 9001:2015".to_owned(),
            statement: "Hệ thống quản lý chất lượng phù hợp.".to_owned(),
            decision: ("05/QĐ-UBND".to_owned(), day("2026-03-05")),
            ended_on: None,
            instead: None,
            awaits: false,
            files: vec![(DeclarationPart::Decision, "/cong-khai/cong-bo/1/decision.pdf".to_owned())],
            rows: vec![ScopeRow { href: None, ..scope_row(None) }],
            list_href: "/cong-khai/cong-bo".to_owned(),
        };
        let replaced = Self {
            state: DeclarationState::Replaced,
            ended_on: Some(day("2026-10-01")),
            instead: Some(link("09/QĐ-UBND")),
            ..in_force.clone()
        };
        let withdrawn = Self { state: DeclarationState::Withdrawn, instead: None, files: vec![], ..replaced.clone() };
        let awaits = Self { instead: None, awaits: true, ..replaced.clone() };
        vec![in_force, replaced, withdrawn, awaits]
    }
}
