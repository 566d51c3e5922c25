//! Editions of the standard, by which one a unit works, what the next one changes.

use chrono::NaiveDate;
use serde::Serialize;

use super::part::{Chip, Choice, Listing};
use crate::{Form, View};

/// An edition.
#[derive(Clone, Debug, Serialize)]
pub struct Edition {
    /// Code with edition.
    pub code: String,
    /// The national edition, if there is one.
    pub national_code: Option<String>,
    /// When it was published.
    pub published_on: Option<NaiveDate>,
    /// What a reader must know about it.
    pub note: Option<String>,
    /// Whether the sources leave it open.
    pub unverified: bool,
}

/// «From this day on by this edition.»
#[derive(Clone, Debug, Serialize)]
pub struct UseRow {
    /// The edition.
    pub edition: String,
    /// The first day.
    pub valid_from: NaiveDate,
    /// Said by the unit itself; else for all agencies.
    pub own: bool,
    /// Who recorded it.
    pub by: Option<String>,
    /// On what ground.
    pub ground: String,
    /// Whether the sources leave it open.
    pub unverified: bool,
}

/// A clause by number and title.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClauseShown {
    /// Number.
    pub code: String,
    /// Title; empty where there is none.
    pub title: String,
}

/// Where a clause stands in the next edition.
#[derive(Clone, Debug, Serialize)]
pub struct MoveRow {
    /// In the older edition; none for a new clause.
    pub older: Option<ClauseShown>,
    /// In the newer edition; none for one that is gone.
    pub newer: Option<ClauseShown>,
    /// Whether the number is another.
    pub moved: bool,
    /// What has changed.
    pub change: Option<String>,
}

impl MoveRow {
    /// Whether the title is another.
    #[must_use]
    pub fn renamed(&self) -> bool {
        self.older.as_ref().map(|one| &one.title) != self.newer.as_ref().map(|one| &one.title)
    }
}

/// Editions of the standard.
#[derive(Clone, Debug, Serialize)]
pub struct StandardsPage {
    /// The unit.
    pub unit: String,
    /// Other units of the person.
    pub units: Vec<Chip>,
    /// The edition the unit works by.
    pub in_use: Option<String>,
    /// Since when.
    pub since: Option<NaiveDate>,
    /// Whether the unit has said so itself.
    pub own: bool,
    /// On what ground.
    pub ground: Option<String>,
    /// Every edition.
    pub editions: Vec<Edition>,
    /// What was said of the edition in use, last said first.
    pub history: Vec<UseRow>,
    /// Code of the older edition of the mapping.
    pub older: String,
    /// Code of the newer one.
    pub newer: String,
    /// Where clauses stand in the next edition.
    pub moves: Listing<MoveRow>,
    /// Where the unit says by which edition it works, for who may.
    pub adopt: Option<String>,
    /// The form for that: `standard_id`, `valid_from`, `ground`.
    pub form: Form,
    /// Editions to choose from.
    pub choices: Vec<Choice>,
}

impl View for StandardsPage {
    const TEMPLATE: &'static str = "standards/page.html";

    fn samples() -> Vec<Self> {
        let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap_or_default();
        let clause = |code: &str, title: &str| Some(ClauseShown { code: code.to_owned(), title: title.to_owned() });
        let chip = |label: &str, active| Chip { label: label.to_owned(), href: "/tieu-chuan".to_owned(), active, count: None };
        let ground = "Công văn số 419/BKHCN-TĐC ngày 21/02/2018 (chuyển xong trước 30/6/2021)";
        let all = Self {
            unit: "Ủy ban nhân dân xã An".to_owned(),
            units: vec![chip("Ủy ban nhân dân xã An", true), chip("Ủy ban nhân dân xã Bình", false)],
            in_use: Some("TCVN ISO 9001:2015".to_owned()),
            since: Some(day(2015, 12, 31)),
            own: false,
            ground: Some(ground.to_owned()),
            editions: vec![
                Edition {
                    code: "ISO 9001:2015".to_owned(),
                    national_code: Some("TCVN ISO 9001:2015".to_owned()),
                    published_on: Some(day(2015, 12, 31)),
                    note: None,
                    unverified: false,
                },
                Edition {
                    code: "ISO 9001:2026".to_owned(),
                    national_code: None,
                    published_on: Some(day(2026, 9, 16)),
                    note: Some("Chưa thấy TCVN ISO 9001:2026".to_owned()),
                    unverified: true,
                },
            ],
            history: vec![
                UseRow {
                    edition: "ISO 9001:2026".to_owned(),
                    valid_from: day(2027, 1, 1),
                    own: true,
                    by: Some("Thư ký ISO xã An".to_owned()),
                    ground: "Quyết định số 12/QĐ-UBND ngày 05 tháng 12 năm 2026".to_owned(),
                    unverified: false,
                },
                UseRow {
                    edition: "TCVN ISO 9001:2015".to_owned(),
                    valid_from: day(2015, 12, 31),
                    own: false,
                    by: None,
                    ground: ground.to_owned(),
                    unverified: true,
                },
            ],
            older: "ISO 9001:2015".to_owned(),
            newer: "ISO 9001:2026".to_owned(),
            moves: Listing {
                chips: vec![chip("Chỉ điều khoản thay đổi", true), chip("Mọi điều khoản", false)],
                ..Listing::plain(vec![
                    MoveRow {
                        older: clause("10.3", "Cải tiến liên tục"),
                        newer: clause("10.1", "Continual improvement"),
                        moved: true,
                        change: Some("moved to 10.1".to_owned()),
                    },
                    MoveRow {
                        older: None,
                        newer: clause("6.1.3", "Actions to address opportunities"),
                        moved: true,
                        change: Some("new subclause".to_owned()),
                    },
                    MoveRow { older: clause("9.9", ""), newer: None, moved: true, change: None },
                ])
            },
            adopt: Some("/tieu-chuan".to_owned()),
            form: Form::default().with_id("adopt"),
            choices: vec![Choice::new("1", "TCVN ISO 9001:2015"), Choice::new("2", "ISO 9001:2026")],
        };
        let none = Self {
            units: Vec::new(),
            in_use: None,
            since: None,
            ground: None,
            editions: Vec::new(),
            history: Vec::new(),
            moves: Listing::plain(Vec::new()),
            adopt: None,
            ..all.clone()
        };
        vec![all, none]
    }
}
