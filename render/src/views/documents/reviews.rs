//! Periodic reviews, the settings of a unit, and the text that a finding cites.

use chrono::NaiveDate;
use domain::document::control::ReviewOutcome;
use domain::document::{DocumentKind, RevisionState};
use serde::Serialize;

use super::super::findings::Link;
use super::super::part::{Chip, Choice, Due, EvidenceFile, Listing, Pager, Tone};
use super::registers::{LinkGroup, sample_links};
use super::samples::{chip, choice, day, files, fresh, link, refused};
use super::{Text, sample_text};
use crate::{Form, View};

/// A document whose review is due.
#[derive(Clone, Debug, Serialize)]
pub struct ReviewRow {
    /// Where the review is held.
    pub href: String,
    /// Its code.
    pub code: Option<String>,
    /// Its title.
    pub title: String,
    /// Its unit.
    pub unit: String,
    /// Number of the revision in force.
    pub number: Option<String>,
    /// By when.
    pub due: Option<Due>,
    /// Something it rests on has changed or ended.
    pub needs_review: bool,
}

/// Documents that want a look.
#[derive(Clone, Debug, Serialize)]
pub struct ReviewList {
    /// The list, filtered by urgency.
    pub list: Listing<ReviewRow>,
    /// The list of controlled documents.
    pub back_href: String,
}

/// A review that was held.
#[derive(Clone, Debug, Serialize)]
pub struct ReviewShown {
    /// When.
    pub on: NaiveDate,
    /// What it found.
    pub outcome: ReviewOutcome,
    /// How urgently that wants attention.
    pub tone: Tone,
    /// What was written.
    pub note: String,
    /// Who held it.
    pub who: String,
    /// The revision that was looked at.
    pub revision: Option<Link>,
}

/// The reviews of a document, and the next one.
#[derive(Clone, Debug, Serialize)]
pub struct ReviewPage {
    /// Where a review is sent.
    pub action: String,
    /// The document.
    pub document: Link,
    /// The revision in force.
    pub current: Option<Link>,
    /// The next periodic review.
    pub due: Option<Due>,
    /// How many months lie between two.
    pub review_months: i32,
    /// Something it rests on has changed or ended.
    pub needs_review: bool,
    /// What it rests on.
    pub links: Vec<LinkGroup>,
    /// The form. Fields: `review_outcome`, `review_note`.
    pub form: Option<Form>,
    /// What a review can find.
    pub outcomes: Vec<Choice>,
    /// Where the head withdraws what the last review found unfit.
    pub withdraw: Option<Link>,
    /// Reviews that were held, newest first.
    pub reviews: Vec<ReviewShown>,
}

/// The pattern of codes of a kind.
#[derive(Clone, Debug, Serialize)]
pub struct PatternField {
    /// The kind.
    pub kind: DocumentKind,
    /// The pattern that counts while the unit has none of its own.
    pub usual: String,
}

/// How a unit controls its documents.
#[derive(Clone, Debug, Serialize)]
pub struct DocumentSettingsForm {
    /// The form. Fields: `code_patterns/<kind>_pattern`, `acknowledge_days`, `turn_days`,
    /// `setting_review_months`, `hours_per_day`.
    pub form: Form,
    /// Where it is sent.
    pub action: String,
    /// The unit.
    pub unit: String,
    /// Other units of the person.
    pub units: Vec<Chip>,
    /// The kinds with their usual patterns.
    pub patterns: Vec<PatternField>,
    /// The list of controlled documents.
    pub back_href: String,
}

/// The text a finding was raised on, as it was then.
#[derive(Clone, Debug, Serialize)]
pub struct CitedPage {
    /// The finding.
    pub finding: Link,
    /// Code and title of the document.
    pub document: String,
    /// The page of the revision; `None` for who reads the finding only.
    pub revision_href: Option<String>,
    /// `01/00`.
    pub number: String,
    /// Where the revision stands now.
    pub state: RevisionState,
    /// How urgently that wants attention.
    pub tone: Tone,
    /// First day in force.
    pub effective_from: Option<NaiveDate>,
    /// Last day in force.
    pub effective_to: Option<NaiveDate>,
    /// SHA-256 of what was approved.
    pub content_hash: Option<String>,
    /// Whether the text is in files.
    pub uploaded: bool,
    /// The text.
    pub text: Text,
    /// Its files.
    pub files: Vec<EvidenceFile>,
}

fn due(overdue: bool) -> Option<Due> {
    day("2027-11-16").map(|on| Due { on, days_left: Some(if overdue { -3 } else { 20 }), overdue, provisional: false })
}

impl View for ReviewList {
    const TEMPLATE: &'static str = "documents/reviews.html";

    fn samples() -> Vec<Self> {
        let row = |overdue| ReviewRow {
            href: "/quy-trinh/1/ra-soat".to_owned(),
            code: Some("QT-HT-01".to_owned()),
            title: "Đăng ký khai sinh".to_owned(),
            unit: "Ủy ban nhân dân xã An Mẫu".to_owned(),
            number: Some("01/00".to_owned()),
            due: due(overdue),
            needs_review: overdue,
        };
        let full = Self {
            list: Listing {
                rows: vec![row(true), row(false), ReviewRow { code: None, number: None, due: None, ..row(false) }],
                pager: Pager { next: Some("/quy-trinh/ra-soat?cursor=x".to_owned()), first: None },
                chips: vec![chip("Đã đến hạn", true), chip("Căn cứ thay đổi", false)],
                search: None,
                clear: Some("/quy-trinh/ra-soat".to_owned()),
            },
            back_href: "/quy-trinh".to_owned(),
        };
        let empty = Self { list: Listing::plain(vec![]), ..full.clone() };
        let filtered = Self { list: Listing { rows: vec![], ..full.list.clone() }, ..full.clone() };
        vec![full, empty, filtered]
    }
}

impl View for ReviewPage {
    const TEMPLATE: &'static str = "documents/review.html";

    fn samples() -> Vec<Self> {
        let held = |outcome, tone| ReviewShown {
            on: day("2026-11-16").unwrap_or_default(),
            outcome,
            tone,
            note: "Đối chiếu với Nghị định 118/2025/NĐ-CP: các bước và thời hạn còn đúng.".to_owned(),
            who: "Trần Thị Mẫu".to_owned(),
            revision: Some(link("Lần 01/00")),
        };
        let full = Self {
            action: "/quy-trinh/1/ra-soat".to_owned(),
            document: link("QT-HT-01 Đăng ký khai sinh"),
            current: Some(link("Lần 01/00")),
            due: due(true),
            review_months: 12,
            needs_review: true,
            links: sample_links(false),
            form: Some(refused(fresh(""), "review_note")),
            outcomes: vec![choice("still_valid", "Còn phù hợp"), choice("withdraw", "Cần thu hồi")],
            withdraw: Some(link("Lần 01/00")),
            reviews: vec![
                ReviewShown { revision: None, ..held(ReviewOutcome::Withdraw, Tone::Bad) },
                held(ReviewOutcome::StillValid, Tone::Good),
            ],
        };
        let reader = Self {
            current: None,
            due: None,
            needs_review: false,
            links: vec![],
            form: None,
            withdraw: None,
            reviews: vec![],
            ..full.clone()
        };
        let mut stale = full.clone();
        stale.form = Some(Form { stale: true, ..fresh("") });
        vec![full, reader, stale]
    }
}

impl View for DocumentSettingsForm {
    const TEMPLATE: &'static str = "documents/settings.html";

    fn samples() -> Vec<Self> {
        let pattern = |kind: &DocumentKind| PatternField { kind: *kind, usual: kind.usual_pattern().to_owned() };
        let full = Self {
            form: refused(fresh(""), "code_patterns/procedure_pattern"),
            action: "/quy-trinh/thiet-lap?don_vi=1".to_owned(),
            unit: "Ủy ban nhân dân xã An Mẫu".to_owned(),
            units: vec![chip("Xã An Mẫu", true), chip("Xã Bình Mẫu", false)],
            patterns: DocumentKind::ALL.iter().map(pattern).collect(),
            back_href: "/quy-trinh".to_owned(),
        };
        vec![full.clone(), Self { form: fresh(""), units: vec![], ..full }]
    }
}

impl View for CitedPage {
    const TEMPLATE: &'static str = "documents/cited.html";

    fn samples() -> Vec<Self> {
        let full = Self {
            finding: Link { href: "/phat-hien/1".to_owned(), text: "PH-2026-0001".to_owned() },
            document: "QT-HT-01 Đăng ký khai sinh".to_owned(),
            revision_href: Some("/quy-trinh/lan/1".to_owned()),
            number: "01/00".to_owned(),
            state: RevisionState::Superseded,
            tone: Tone::Neutral,
            effective_from: day("2026-11-16"),
            effective_to: day("2026-11-30"),
            content_hash: Some("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned()),
            uploaded: false,
            text: sample_text(),
            files: vec![],
        };
        let uploaded = Self {
            revision_href: None,
            state: RevisionState::Effective,
            effective_from: None,
            effective_to: None,
            content_hash: None,
            uploaded: true,
            text: Text::default(),
            files: files(),
            ..full.clone()
        };
        vec![full, uploaded]
    }
}
