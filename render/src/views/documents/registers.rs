//! What documents rest on outside: external documents, the TTHC catalogue, links.

use chrono::NaiveDate;
use domain::document::DocumentState;
use domain::document::control::{LinkKind, ProcedureChange, Validity};
use serde::Serialize;

use super::super::findings::Link;
use super::super::part::{Choice, Listing, Pager, Search, TimelineItem, Tone};
use super::samples::{chip, choice, day, fresh, history, link, people, refused};
use crate::{Form, View};

/// A document that rests on a record.
#[derive(Clone, Debug, Serialize)]
pub struct DependentRow {
    /// Its page.
    pub href: String,
    /// Its code.
    pub code: Option<String>,
    /// Its title.
    pub title: String,
    /// Its unit.
    pub unit: String,
    /// Number of the revision in force.
    pub number: Option<String>,
    /// Where it stands.
    pub state: DocumentState,
    /// How urgently that wants attention.
    pub tone: Tone,
    /// Something it rests on has changed or ended.
    pub needs_review: bool,
    /// The revision that is on its way.
    pub under_way: Option<Link>,
}

/// A document from outside, in the list.
#[derive(Clone, Debug, Serialize)]
pub struct ExternalRow {
    /// Its page.
    pub href: String,
    /// Số, ký hiệu.
    pub number: String,
    /// Its title.
    pub title: String,
    /// Loại văn bản.
    pub type_name: String,
    /// Who issued it.
    pub issuer: String,
    /// First day in force.
    pub effective_from: Option<NaiveDate>,
    /// Last day in force.
    pub effective_to: Option<NaiveDate>,
    /// Whether it holds today.
    pub validity: Validity,
    /// How urgently that wants attention.
    pub tone: Tone,
    /// How many documents rest on it.
    pub uses: u64,
}

/// Documents from outside.
#[derive(Clone, Debug, Serialize)]
pub struct ExternalList {
    /// The list, filtered by validity.
    pub list: Listing<ExternalRow>,
    /// Where one is entered.
    pub new_href: Option<String>,
    /// The list of controlled documents.
    pub back_href: String,
}

/// A document from outside.
#[derive(Clone, Debug, Serialize)]
pub struct ExternalPage {
    /// Its page.
    pub href: String,
    /// The list.
    pub back_href: String,
    /// Số, ký hiệu.
    pub number: String,
    /// Its title.
    pub title: String,
    /// Loại văn bản.
    pub type_name: String,
    /// Who issued it.
    pub issuer: String,
    /// When.
    pub issued_on: Option<NaiveDate>,
    /// First day in force.
    pub effective_from: Option<NaiveDate>,
    /// Last day in force.
    pub effective_to: Option<NaiveDate>,
    /// Whether it holds today.
    pub validity: Validity,
    /// How urgently that wants attention.
    pub tone: Tone,
    /// What replaced it.
    pub replaced_by: Option<Link>,
    /// What it replaced.
    pub replaces: Vec<Link>,
    /// Who watches it.
    pub watcher: Option<String>,
    /// When it was last looked up.
    pub checked_on: Option<NaiveDate>,
    /// The unit that keeps it.
    pub unit: String,
    /// Whether what rests on it must be looked at.
    pub needs_review: bool,
    /// What rests on it.
    pub dependents: Listing<DependentRow>,
    /// Where it is changed.
    pub edit_href: Option<String>,
    /// Notes that it ends, or what replaced it. Fields: `law_end`, `replacement_law_id`.
    pub end: Option<Form>,
    /// What may have replaced it.
    pub replacements: Vec<Choice>,
    /// Notes that it was looked up today.
    pub checked: Option<Form>,
    /// What happened, newest first.
    pub history: Vec<TimelineItem>,
}

/// The form of a document from outside.
#[derive(Clone, Debug, Serialize)]
pub struct ExternalForm {
    /// The form. Fields: `unit_id`, `law_number`, `law_title`, `law_type`, `law_issuer`, `issued_on`,
    /// `effective_from`, `law_end`, `replacement_law_id`, `law_watcher_id`, `law_checked_on`.
    pub form: Form,
    /// Where it is sent.
    pub action: String,
    /// Units to choose from; empty when there is only one.
    pub units: Vec<Choice>,
    /// What may have replaced it.
    pub replacements: Vec<Choice>,
    /// Who may watch it.
    pub watchers: Vec<Choice>,
    /// Whether one is entered rather than changed.
    pub is_new: bool,
}

/// An administrative procedure, in the catalogue.
#[derive(Clone, Debug, Serialize)]
pub struct CatalogueRow {
    /// Its page.
    pub href: String,
    /// National code.
    pub national_code: String,
    /// Local suffix.
    pub suffix: Option<String>,
    /// Its title.
    pub title: String,
    /// Lĩnh vực.
    pub field: String,
    /// What the province last did to it.
    pub last_change: ProcedureChange,
    /// From when that holds.
    pub changed_on: NaiveDate,
    /// Whether it holds today.
    pub validity: Validity,
    /// How urgently that wants attention.
    pub tone: Tone,
    /// How many documents serve it.
    pub uses: u64,
}

/// The catalogue of administrative procedures.
#[derive(Clone, Debug, Serialize)]
pub struct CatalogueList {
    /// The list, filtered by validity.
    pub list: Listing<CatalogueRow>,
    /// Where one is entered.
    pub new_href: Option<String>,
    /// The list of controlled documents.
    pub back_href: String,
}

/// An administrative procedure.
#[derive(Clone, Debug, Serialize)]
pub struct CataloguePage {
    /// The catalogue.
    pub back_href: String,
    /// National code.
    pub national_code: String,
    /// Local suffix.
    pub suffix: Option<String>,
    /// Lĩnh vực.
    pub field: String,
    /// The level that decides.
    pub level: String,
    /// Published time limit in words.
    pub time_limit: Option<String>,
    /// Published fee in words.
    pub fee: Option<String>,
    /// First day.
    pub valid_from: NaiveDate,
    /// Last day.
    pub valid_to: Option<NaiveDate>,
    /// What the province last did to it.
    pub last_change: ProcedureChange,
    /// From when that holds.
    pub changed_on: NaiveDate,
    /// Quyết định công bố.
    pub decision: Option<String>,
    /// Whether it holds today.
    pub validity: Validity,
    /// How urgently that wants attention.
    pub tone: Tone,
    /// What replaced it.
    pub replaced_by: Option<Link>,
    /// What it replaced.
    pub replaces: Vec<Link>,
    /// The unit that keeps it.
    pub unit: String,
    /// What serves it.
    pub dependents: Listing<DependentRow>,
    /// Where it is changed.
    pub edit_href: Option<String>,
    /// What happened, newest first.
    pub history: Vec<TimelineItem>,
}

/// The form of an administrative procedure.
#[derive(Clone, Debug, Serialize)]
pub struct CatalogueForm {
    /// The form. Fields: `unit_id`, `tthc_code`, `tthc_suffix`, `tthc_title`, `field_name`, `tthc_level`,
    /// `tthc_time`, `tthc_fee`, `tthc_from`, `tthc_to`, `tthc_change`, `tthc_changed_on`,
    /// `tthc_decision`, `replacement_tthc_id`.
    pub form: Form,
    /// Where it is sent.
    pub action: String,
    /// Units to choose from; empty when there is only one.
    pub units: Vec<Choice>,
    /// Levels to choose from.
    pub levels: Vec<Choice>,
    /// What the province may have done.
    pub changes: Vec<Choice>,
    /// What may have replaced it.
    pub replacements: Vec<Choice>,
    /// Whether one is entered rather than changed.
    pub is_new: bool,
}

/// A link of a document.
#[derive(Clone, Debug, Serialize)]
pub struct LinkShown {
    /// Where it leads; `None` where there is no page of its own.
    pub href: Option<String>,
    /// What it leads to.
    pub text: String,
    /// Whether that holds today, where it can end.
    pub validity: Option<Validity>,
    /// How urgently that wants attention.
    pub tone: Tone,
    /// What is known besides, a sentence.
    pub note: Option<String>,
    /// What stands in its place now.
    pub instead: Option<Link>,
    /// Whether the document must be looked at because of it.
    pub flagged: bool,
    /// Says that it was looked at and still fits.
    pub confirm: Option<Form>,
    /// Where that is sent.
    pub confirm_action: String,
    /// Takes the link away.
    pub remove: Option<Form>,
    /// Where that is sent.
    pub remove_action: String,
}

/// The links of one kind.
#[derive(Clone, Debug, Serialize)]
pub struct LinkGroup {
    /// With what.
    pub kind: LinkKind,
    /// The links.
    pub links: Vec<LinkShown>,
    /// Where more are chosen.
    pub add_href: Option<String>,
}

/// Records to be linked with a document, chosen from what was searched.
#[derive(Clone, Debug, Serialize)]
pub struct LinkPicker {
    /// The document.
    pub document: Link,
    /// With what.
    pub kind: LinkKind,
    /// Narrows the choices.
    pub search: Option<Search>,
    /// The form. Fields: `targets/<id>`.
    pub form: Form,
    /// Where it is sent.
    pub action: String,
    /// What may be chosen.
    pub choices: Vec<Choice>,
    /// Whether there is more than is shown.
    pub more: bool,
    /// The register that is chosen from, where it has a page.
    pub register: Option<Link>,
}

fn dependents() -> Listing<DependentRow> {
    let row = DependentRow {
        href: "/quy-trinh/1".to_owned(),
        code: Some("QT-HT-01".to_owned()),
        title: "Đăng ký khai sinh có yếu tố nước ngoài, kết hợp cấp thẻ bảo hiểm y tế cho trẻ em dưới 6 tuổi".to_owned(),
        unit: "Ủy ban nhân dân xã An Mẫu".to_owned(),
        number: Some("01/00".to_owned()),
        state: DocumentState::InForce,
        tone: Tone::Good,
        needs_review: true,
        under_way: Some(link("Lần 01/01 · Đang soạn thảo")),
    };
    let calm = DependentRow { code: None, number: None, needs_review: false, under_way: None, ..row.clone() };
    let pager = Pager { next: Some("/quy-trinh/van-ban-ngoai/1?cursor=x".to_owned()), first: None };
    Listing { pager, ..Listing::plain(vec![row, calm]) }
}

fn search(q: &str) -> Option<Search> {
    Some(Search { action: "/quy-trinh/van-ban-ngoai".to_owned(), q: q.to_owned(), keep: vec![] })
}

impl View for ExternalList {
    const TEMPLATE: &'static str = "documents/external.html";

    fn samples() -> Vec<Self> {
        let row = |validity, tone| ExternalRow {
            href: "/quy-trinh/van-ban-ngoai/1".to_owned(),
            number: "118/2025/NĐ-CP".to_owned(),
            title: "Nghị định về thực hiện thủ tục hành chính theo cơ chế một cửa, một cửa liên thông".to_owned(),
            type_name: "Nghị định".to_owned(),
            issuer: "Chính phủ".to_owned(),
            effective_from: day("2025-07-01"),
            effective_to: day("2026-12-01"),
            validity,
            tone,
            uses: 120,
        };
        let bare = ExternalRow { effective_from: None, effective_to: None, uses: 0, ..row(Validity::NotYet, Tone::Info) };
        let full = Self {
            list: Listing {
                rows: vec![row(Validity::InForce, Tone::Good), row(Validity::Replaced, Tone::Bad), bare],
                pager: Pager { next: Some("/quy-trinh/van-ban-ngoai?cursor=x".to_owned()), first: None },
                chips: vec![chip("Còn hiệu lực", true), chip("Hết hiệu lực", false)],
                search: search("mot cua"),
                clear: Some("/quy-trinh/van-ban-ngoai".to_owned()),
            },
            new_href: Some("/quy-trinh/van-ban-ngoai/moi".to_owned()),
            back_href: "/quy-trinh".to_owned(),
        };
        let empty = Self { list: Listing::plain(vec![]), ..full.clone() };
        let reader = Self { list: Listing { rows: vec![], ..full.list.clone() }, new_href: None, ..full.clone() };
        vec![full, empty, reader]
    }
}

impl View for ExternalPage {
    const TEMPLATE: &'static str = "documents/external_page.html";

    fn samples() -> Vec<Self> {
        let text = |text: &str| Some(text.to_owned());
        let full = Self {
            href: "/quy-trinh/van-ban-ngoai/1".to_owned(),
            back_href: "/quy-trinh/van-ban-ngoai".to_owned(),
            number: "61/2018/NĐ-CP".to_owned(),
            title: "Nghị định về thực hiện cơ chế một cửa, một cửa liên thông".to_owned(),
            type_name: "Nghị định".to_owned(),
            issuer: "Chính phủ".to_owned(),
            issued_on: day("2018-04-23"),
            effective_from: day("2018-06-21"),
            effective_to: day("2025-06-30"),
            validity: Validity::Replaced,
            tone: Tone::Bad,
            replaced_by: Some(link("118/2025/NĐ-CP")),
            replaces: vec![link("09/2015/QĐ-TTg")],
            watcher: text("Trần Thị Mẫu"),
            checked_on: day("2026-11-01"),
            unit: "Ủy ban nhân dân tỉnh Mẫu".to_owned(),
            needs_review: true,
            dependents: dependents(),
            edit_href: text("/quy-trinh/van-ban-ngoai/1/sua"),
            end: Some(refused(fresh("end"), "law_end")),
            replacements: vec![choice("1", "118/2025/NĐ-CP Nghị định")],
            checked: Some(fresh("checked")),
            history: history(),
        };
        let bare = Self {
            issued_on: None,
            effective_from: None,
            effective_to: None,
            validity: Validity::InForce,
            tone: Tone::Good,
            replaced_by: None,
            replaces: vec![],
            watcher: None,
            checked_on: None,
            needs_review: false,
            dependents: Listing::plain(vec![]),
            edit_href: None,
            end: None,
            replacements: vec![],
            checked: None,
            history: vec![],
            ..full.clone()
        };
        vec![full, bare]
    }
}

impl View for ExternalForm {
    const TEMPLATE: &'static str = "documents/external_form.html";

    fn samples() -> Vec<Self> {
        let of = |form, units, is_new| Self {
            form,
            action: "/quy-trinh/van-ban-ngoai/moi".to_owned(),
            units,
            replacements: vec![choice("1", "118/2025/NĐ-CP Nghị định")],
            watchers: people(),
            is_new,
        };
        let units = vec![choice("1", "Xã An Mẫu"), choice("2", "Xã Bình Mẫu")];
        let bare = Self { replacements: vec![], watchers: vec![], ..of(Form::default(), vec![], true) };
        vec![of(refused(Form::default(), "law_number"), units, true), of(fresh(""), vec![], false), bare]
    }
}

impl View for CatalogueList {
    const TEMPLATE: &'static str = "documents/catalogue.html";

    fn samples() -> Vec<Self> {
        let row = |validity, tone, suffix: Option<&str>| CatalogueRow {
            href: "/quy-trinh/thu-tuc-hanh-chinh/1".to_owned(),
            national_code: "1.001193".to_owned(),
            suffix: suffix.map(str::to_owned),
            title: "Đăng ký khai sinh".to_owned(),
            field: "Hộ tịch".to_owned(),
            last_change: ProcedureChange::Amended,
            changed_on: day("2025-07-01").unwrap_or_default(),
            validity,
            tone,
            uses: 1,
        };
        let full = Self {
            list: Listing {
                rows: vec![row(Validity::InForce, Tone::Good, Some("000.00.00.H55")), row(Validity::Expired, Tone::Bad, None)],
                pager: Pager { next: Some("/quy-trinh/thu-tuc-hanh-chinh?cursor=x".to_owned()), first: None },
                chips: vec![chip("Còn hiệu lực", true)],
                search: search("1.001193"),
                clear: Some("/quy-trinh/thu-tuc-hanh-chinh".to_owned()),
            },
            new_href: Some("/quy-trinh/thu-tuc-hanh-chinh/moi".to_owned()),
            back_href: "/quy-trinh".to_owned(),
        };
        let empty = Self { list: Listing::plain(vec![]), new_href: None, ..full.clone() };
        vec![full, empty]
    }
}

impl View for CataloguePage {
    const TEMPLATE: &'static str = "documents/catalogue_page.html";

    fn samples() -> Vec<Self> {
        let text = |text: &str| Some(text.to_owned());
        let full = Self {
            back_href: "/quy-trinh/thu-tuc-hanh-chinh".to_owned(),
            national_code: "1.001193".to_owned(),
            suffix: text("000.00.00.H55"),
            field: "Hộ tịch".to_owned(),
            level: "Cấp xã".to_owned(),
            time_limit: text("Ngay trong ngày tiếp nhận; trường hợp nhận sau 15 giờ thì trả trong ngày làm việc tiếp theo."),
            fee: text("Miễn lệ phí khi đăng ký đúng hạn."),
            valid_from: day("2025-07-01").unwrap_or_default(),
            valid_to: day("2026-12-31"),
            last_change: ProcedureChange::Amended,
            changed_on: day("2026-11-01").unwrap_or_default(),
            decision: text("1500/QĐ-UBND ngày 25/10/2026"),
            validity: Validity::Expiring,
            tone: Tone::Warn,
            replaced_by: Some(link("2.000884")),
            replaces: vec![link("1.000894")],
            unit: "Ủy ban nhân dân tỉnh Mẫu".to_owned(),
            dependents: dependents(),
            edit_href: text("/quy-trinh/thu-tuc-hanh-chinh/1/sua"),
            history: history(),
        };
        let bare = Self {
            suffix: None,
            time_limit: None,
            fee: None,
            valid_to: None,
            decision: None,
            replaced_by: None,
            replaces: vec![],
            dependents: Listing::plain(vec![]),
            edit_href: None,
            history: vec![],
            ..full.clone()
        };
        vec![full, bare]
    }
}

impl View for CatalogueForm {
    const TEMPLATE: &'static str = "documents/catalogue_form.html";

    fn samples() -> Vec<Self> {
        let of = |form, units, is_new| Self {
            form,
            action: "/quy-trinh/thu-tuc-hanh-chinh/moi".to_owned(),
            units,
            levels: vec![choice("commune", "Cấp xã")],
            changes: vec![choice("new", "Ban hành mới"), choice("amended", "Sửa đổi, bổ sung")],
            replacements: vec![choice("1", "2.000884 Chứng thực chữ ký")],
            is_new,
        };
        let units = vec![choice("1", "Xã An Mẫu"), choice("2", "Xã Bình Mẫu")];
        let bare = Self { replacements: vec![], ..of(Form::default(), vec![], true) };
        vec![of(refused(Form::default(), "tthc_code"), units, true), of(fresh(""), vec![], false), bare]
    }
}

/// Links of every kind, as a document's page shows them; with acts or without.
pub(super) fn sample_links(acts: bool) -> Vec<LinkGroup> {
    let one = |text: &str, validity, tone| LinkShown {
        href: Some("/quy-trinh/van-ban-ngoai/1".to_owned()),
        text: text.to_owned(),
        validity,
        tone,
        note: None,
        instead: None,
        flagged: false,
        confirm: None,
        confirm_action: "/quy-trinh/lien-ket/1/xem-lai".to_owned(),
        remove: acts.then(|| fresh("remove")),
        remove_action: "/quy-trinh/lien-ket/1/bo".to_owned(),
    };
    let law = LinkShown {
        instead: Some(link("118/2025/NĐ-CP")),
        flagged: true,
        ..one("61/2018/NĐ-CP Nghị định về cơ chế một cửa", Some(Validity::Replaced), Tone::Bad)
    };
    let tthc = LinkShown {
        note: Some("Sửa đổi, bổ sung từ 20/11/2026, sau ngày bản đang dùng có hiệu lực.".to_owned()),
        flagged: true,
        confirm: acts.then(|| fresh("confirm")),
        ..one("1.001193.000.00.00.H55 Đăng ký khai sinh", Some(Validity::InForce), Tone::Good)
    };
    let clause =
        LinkShown { href: None, ..one("8.5.1 Kiểm soát sản xuất và cung cấp dịch vụ", None, Tone::Neutral) };
    let group = |kind, links: Vec<LinkShown>| LinkGroup {
        kind,
        links,
        add_href: acts.then(|| "/quy-trinh/1/lien-ket?loai=clause".to_owned()),
    };
    vec![
        group(LinkKind::ExternalDocument, vec![law]),
        group(LinkKind::AdministrativeProcedure, vec![tthc]),
        group(LinkKind::Clause, vec![clause]),
        group(LinkKind::ChecklistLine, vec![]),
    ]
}

impl View for LinkPicker {
    const TEMPLATE: &'static str = "documents/link_picker.html";

    fn samples() -> Vec<Self> {
        let full = Self {
            document: link("QT-HT-01 Đăng ký khai sinh"),
            kind: LinkKind::ExternalDocument,
            search: search("hộ tịch"),
            form: refused(Form::default(), "targets"),
            action: "/quy-trinh/1/lien-ket?loai=external_document".to_owned(),
            choices: vec![choice("1", "60/2014/QH13 Luật Hộ tịch"), choice("2", "123/2015/NĐ-CP Nghị định")],
            more: true,
            register: Some(link("Văn bản bên ngoài")),
        };
        let empty = Self { choices: vec![], more: false, form: Form::default(), register: None, ..full.clone() };
        vec![full, empty]
    }
}
