//! Criteria sets: the list, the tree, a trial, two sets compared; results of an index.

use chrono::{DateTime, Utc};
use domain::record::CriteriaSetState;
use domain::scoring::{Aspect, Fate, Oddity, ScoreSource, TiePolicy};
use serde::Serialize;

use super::part::{Chip, Choice, Listing, Tone};
use crate::{Form, View};

/// The sets, every edition on its own.
#[derive(Clone, Debug, Serialize)]
pub struct CriteriaSetList {
    /// The list.
    pub list: Listing<CriteriaSetItem>,
    /// Loads a file; `None` when the person may not.
    pub import: Option<Form>,
    /// Units to choose from; empty when there is no choice.
    pub units: Vec<Choice>,
    /// What is wrong with the file that was sent.
    pub refused: Vec<Fault>,
}

/// An edition of a set in the list.
#[derive(Clone, Debug, Serialize)]
pub struct CriteriaSetItem {
    /// Its page.
    pub href: String,
    /// Title.
    pub title: String,
    /// A constructed sample.
    pub sample: bool,
    /// Code.
    pub code: String,
    /// Number of the edition.
    pub edition: i32,
    /// The year it judges.
    pub year: String,
    /// Who issues it.
    pub owner: String,
    /// Where it stands.
    pub state: CriteriaSetState,
    /// How the state looks.
    pub tone: Tone,
}

/// One thing that does not add up or is not understood.
#[derive(Clone, Debug, Serialize)]
pub struct Fault {
    /// The node or place.
    pub place: String,
    /// What is wrong and what to do.
    pub what: String,
}

/// A set as the table people know.
#[derive(Clone, Debug, Serialize)]
pub struct CriteriaSetPage {
    /// Its address.
    pub href: String,
    /// A constructed sample.
    pub sample: bool,
    /// Code.
    pub code: String,
    /// Number of the edition.
    pub edition: i32,
    /// The year it judges.
    pub year: Option<String>,
    /// Who issues it.
    pub owner: String,
    /// The level it judges.
    pub level: String,
    /// Căn cứ.
    pub legal_basis: Option<String>,
    /// Where it stands.
    pub state: CriteriaSetState,
    /// How the state looks.
    pub tone: Tone,
    /// The full score.
    pub scale: String,
    /// How many criteria are scored.
    pub count: usize,
    /// Grades by lower bound: name, points.
    pub grades: Vec<(String, String)>,
    /// How equal totals are ranked.
    pub tie_policy: TiePolicy,
    /// Most of bonus and penalty.
    pub caps: (String, String),
    /// SHA-256 of the document.
    pub digest: String,
    /// What it was copied from: address, code and edition.
    pub copied_from: Option<(String, String)>,
    /// What keeps the draft from being published.
    pub faults: Vec<Fault>,
    /// What is wrong with the file that was sent.
    pub refused: Vec<Fault>,
    /// The criteria.
    pub rows: Vec<CriterionRow>,
    /// Publish the draft.
    pub publish: Option<Form>,
    /// Copy into a draft.
    pub copy: Option<Form>,
    /// Replace the document of the draft.
    pub replace: Option<Form>,
    /// Retire it.
    pub retire: Option<Form>,
    /// The files: YAML, JSON.
    pub files: (String, String),
    /// Where it is tried; `None` while it has faults.
    pub try_href: Option<String>,
    /// Where it is compared.
    pub compare_href: String,
}

/// A field, criterion or component.
#[derive(Clone, Debug, Serialize)]
pub struct CriterionRow {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// How deep it stands, from 0.
    pub depth: usize,
    /// Whether it is made of parts.
    pub group: bool,
    /// Maximum, as people write it.
    pub max: String,
    /// How it is scored, a sentence each.
    pub rule: Vec<String>,
    /// Its figures by label.
    pub inputs: Vec<String>,
    /// Documents that prove it.
    pub evidence: Vec<String>,
    /// Who gives the points; `None` of a group.
    pub source: Option<ScoreSource>,
    /// Whether the unit scores itself.
    pub self_scored: bool,
    /// `bonus`, `penalty` or none.
    pub adjustment: Option<&'static str>,
}

/// A set tried on figures.
#[derive(Clone, Debug, Serialize)]
pub struct CriteriaSetTry {
    /// The set's page.
    pub href: String,
    /// The form.
    pub form: Form,
    /// Sets to compare ranks with.
    pub others: Vec<Choice>,
    /// Published rounds on whose figures it can be tried.
    pub rounds: Vec<Choice>,
    /// What is wrong with the figures.
    pub refused: Vec<Fault>,
    /// What came out; `None` before.
    pub result: Option<TrialResult>,
}

/// What a set makes of figures.
#[derive(Clone, Debug, Serialize)]
pub struct TrialResult {
    /// Units in the order of their ranks.
    pub units: Vec<TrialUnit>,
    /// Criteria that want a look.
    pub odd: Vec<OddCriterion>,
    /// Against another set.
    pub against: Option<TrialAgainst>,
    /// Lines without figures, counted as nothing.
    pub missing: usize,
}

/// A unit's score.
#[derive(Clone, Debug, Serialize)]
pub struct TrialUnit {
    /// The unit.
    pub id: String,
    /// Rank in its group.
    pub rank: u32,
    /// Achieved, maximum left, base, bonus, penalty, final; as people write them.
    pub achieved: String,
    /// What could be achieved.
    pub maximum: String,
    /// On the scale.
    pub base: String,
    /// Bonus.
    pub bonus: String,
    /// Penalty.
    pub penalty: String,
    /// The final score.
    pub total: String,
    /// Name of the grade.
    pub grade: Option<String>,
    /// Each criterion explained.
    pub lines: Vec<TrialLine>,
}

/// A criterion of a unit.
#[derive(Clone, Debug, Serialize)]
pub struct TrialLine {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// How the points came about.
    pub how: String,
    /// What is odd about the figures.
    pub warnings: Vec<String>,
}

/// A criterion that wants a look.
#[derive(Clone, Debug, Serialize)]
pub struct OddCriterion {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Why.
    pub why: Oddity,
    /// Mean in percent of the maximum.
    pub mean: String,
}

/// The same figures by another set.
#[derive(Clone, Debug, Serialize)]
pub struct TrialAgainst {
    /// Title of the other set.
    pub title: String,
    /// Units whose rank is not the same.
    pub moves: Vec<RankMove>,
    /// Lines of the other set without figures.
    pub missing: usize,
}

/// A unit whose rank is not the same.
#[derive(Clone, Debug, Serialize)]
pub struct RankMove {
    /// The unit.
    pub id: String,
    /// By the other set.
    pub before: u32,
    /// By this set.
    pub after: u32,
}

/// Two sets compared.
#[derive(Clone, Debug, Serialize)]
pub struct CriteriaSetDiff {
    /// The set's page.
    pub href: String,
    /// Code and edition.
    pub name: String,
    /// Sets to compare with.
    pub others: Vec<Chip>,
    /// The comparison; `None` before one is chosen.
    pub found: Option<Compared>,
}

/// What is not alike.
#[derive(Clone, Debug, Serialize)]
pub struct Compared {
    /// Code and edition of the other set.
    pub with: String,
    /// By code.
    pub rows: Vec<DiffRow>,
}

/// A criterion that is not alike.
#[derive(Clone, Debug, Serialize)]
pub struct DiffRow {
    /// Code.
    pub code: String,
    /// How it stands.
    pub fate: Fate,
    /// What is not the same.
    pub aspects: Vec<Aspect>,
    /// Name and maximum before.
    pub before: Option<(String, String)>,
    /// Name and maximum now.
    pub after: Option<(String, String)>,
}

/// Results of index 766 as published, ranked again.
#[derive(Clone, Debug, Serialize)]
pub struct IndexResults {
    /// The list.
    pub list: Listing<IndexRow>,
    /// The reading shown; `None` when there is none.
    pub reading: Option<IndexReading>,
}

/// A reading of a source.
#[derive(Clone, Debug, Serialize)]
pub struct IndexReading {
    /// The period.
    pub period: String,
    /// When it was read.
    pub at: DateTime<Utc>,
    /// Where from.
    pub source: String,
    /// How many units.
    pub units: i64,
    /// Totals that more than one unit has.
    pub tie_groups: usize,
    /// Units that have them.
    pub tied_units: usize,
}

/// The result of a unit.
#[derive(Clone, Debug, Serialize)]
pub struct IndexRow {
    /// Name as published.
    pub name: String,
    /// Code as published.
    pub code: String,
    /// The unit's page, where it is one of this installation.
    pub href: Option<String>,
    /// Total, as people write it.
    pub total: String,
    /// Parts, as people write them.
    pub parts: Vec<Option<String>>,
    /// The rank the source gives.
    pub published_rank: Option<i32>,
    /// Competition rank by the exact total.
    pub rank: u32,
    /// Whether others have the same total.
    pub tied: bool,
    /// How many parts are missing.
    pub missing: usize,
    /// Total minus the sum of the parts.
    pub off: Option<String>,
}

fn fault() -> Fault {
    Fault {
        place: "nodes/1".to_owned(), what: "Mục 1: tổng điểm tối đa của các mục con là 11,5, của mục là 12.".to_owned()
    }
}

impl View for CriteriaSetList {
    const TEMPLATE: &'static str = "criteria/list.html";

    fn samples() -> Vec<Self> {
        let item = CriteriaSetItem {
            href: "/bo-tieu-chi/1".to_owned(),
            title: "Bộ tiêu chí xác định Chỉ số cải cách hành chính của Ủy ban nhân dân các xã, phường, đặc khu".to_owned(),
            sample: true,
            code: "cchc-xa-2026".to_owned(),
            edition: 2,
            year: "2026".to_owned(),
            owner: "Tỉnh Mẫu".to_owned(),
            state: CriteriaSetState::Published,
            tone: Tone::Good,
        };
        let draft = CriteriaSetItem {
            state: CriteriaSetState::Draft,
            tone: Tone::Warn,
            sample: false,
            year: String::new(),
            ..item.clone()
        };
        let mut wrong = Form::default();
        wrong.error("file", "Tệp chưa đọc được.");
        vec![
            Self {
                list: Listing::plain(vec![item.clone(), draft]),
                import: Some(Form::default()),
                units: vec![Choice::new("1", "Tỉnh Mẫu")],
                refused: Vec::new(),
            },
            Self { list: Listing::plain(vec![item]), import: Some(wrong), units: Vec::new(), refused: vec![fault()] },
            Self { list: Listing::plain(Vec::new()), import: None, units: Vec::new(), refused: Vec::new() },
        ]
    }
}

impl View for CriteriaSetPage {
    const TEMPLATE: &'static str = "criteria/page.html";

    fn samples() -> Vec<Self> {
        let form = |id: &str| Some(Form::default().with_id(id));
        let field = CriterionRow {
            code: "1".to_owned(),
            name: "Công tác chỉ đạo, điều hành cải cách hành chính".to_owned(),
            depth: 0,
            group: true,
            max: "12".to_owned(),
            rule: Vec::new(),
            inputs: Vec::new(),
            evidence: Vec::new(),
            source: None,
            self_scored: false,
            adjustment: None,
        };
        let leaf = CriterionRow {
            code: "1.1.3".to_owned(),
            name: "Mức độ thực hiện kế hoạch".to_owned(),
            depth: 2,
            group: false,
            max: "2".to_owned(),
            rule: vec![
                "Tính 100 × số đã thực hiện / số phải thực hiện, rồi theo mức:".to_owned(),
                "> 90: 2 điểm.".to_owned(),
                "Còn lại: 0 điểm.".to_owned(),
            ],
            inputs: vec!["số đã thực hiện".to_owned(), "số phải thực hiện theo kế hoạch".to_owned()],
            evidence: vec!["Báo cáo kết quả thực hiện kế hoạch".to_owned()],
            source: Some(ScoreSource::Appraisal),
            self_scored: true,
            ..field.clone()
        };
        let penalty = CriterionRow { code: "9.3".to_owned(), adjustment: Some("penalty"), depth: 1, ..leaf.clone() };
        let draft = Self {
            href: "/bo-tieu-chi/1".to_owned(),
            sample: true,
            code: "cchc-xa-2026".to_owned(),
            edition: 2,
            year: Some("2026".to_owned()),
            owner: "Tỉnh Mẫu".to_owned(),
            level: "commune".to_owned(),
            legal_basis: Some("Quyết định số 12/QĐ-UBND".to_owned()),
            state: CriteriaSetState::Draft,
            tone: Tone::Warn,
            scale: "100".to_owned(),
            count: 47,
            grades: vec![("Xuất sắc".to_owned(), "90".to_owned()), ("Tốt".to_owned(), "80".to_owned())],
            tie_policy: TiePolicy::Competition,
            caps: ("3".to_owned(), "5".to_owned()),
            digest: "a".repeat(64),
            copied_from: Some(("/bo-tieu-chi/0".to_owned(), "cchc-xa-2025, bản 1".to_owned())),
            faults: vec![fault(), fault()],
            refused: vec![fault()],
            rows: vec![field, leaf, penalty],
            publish: form("publish"),
            copy: form("copy"),
            replace: form("replace"),
            retire: None,
            files: ("/api/v1/criteria-sets/1/file?format=yaml".to_owned(), "/api/v1/criteria-sets/1/file?format=json".to_owned()),
            try_href: None,
            compare_href: "/bo-tieu-chi/1/so-sanh".to_owned(),
        };
        let published = Self {
            sample: false,
            state: CriteriaSetState::Published,
            tone: Tone::Good,
            year: None,
            legal_basis: None,
            copied_from: None,
            faults: Vec::new(),
            refused: Vec::new(),
            publish: None,
            replace: None,
            retire: form("retire"),
            try_href: Some("/bo-tieu-chi/1/thu".to_owned()),
            ..draft.clone()
        };
        let read_only = Self { copy: None, retire: None, grades: Vec::new(), ..published.clone() };
        vec![draft, published, read_only]
    }
}

impl View for CriteriaSetTry {
    const TEMPLATE: &'static str = "criteria/try.html";

    fn samples() -> Vec<Self> {
        let line = TrialLine {
            code: "7.1".to_owned(),
            name: "Tỷ lệ văn bản điện tử được ký số".to_owned(),
            how: "484/482 = 100,41 % → 2,00/2,00".to_owned(),
            warnings: vec!["Tỷ lệ 484/482 vượt 100 %: chỉ tính 100 %.".to_owned()],
        };
        let unit = TrialUnit {
            id: "xa-a".to_owned(),
            rank: 1,
            achieved: "82,78".to_owned(),
            maximum: "98,50".to_owned(),
            base: "84,04".to_owned(),
            bonus: "2,00".to_owned(),
            penalty: "0,00".to_owned(),
            total: "86,04".to_owned(),
            grade: Some("Tốt".to_owned()),
            lines: vec![line.clone(), TrialLine { warnings: Vec::new(), code: "7.2".to_owned(), ..line }],
        };
        let odd = OddCriterion {
            code: "1.1.2".to_owned(),
            name: "Bố trí kinh phí".to_owned(),
            why: Oddity::Dead,
            mean: "100,00".to_owned(),
        };
        let blank = Self {
            href: "/bo-tieu-chi/1".to_owned(),
            form: Form::default(),
            others: vec![Choice::new("2", "cchc-xa-2025, bản 1")],
            rounds: vec![Choice::new("1", "Chấm điểm CCHC năm 2025")],
            refused: Vec::new(),
            result: None,
        };
        let mut wrong = Form::default();
        wrong.error("inputs", "Số liệu chưa đọc được.");
        let against = TrialAgainst {
            title: "cchc-xa-2025, bản 1".to_owned(),
            moves: vec![RankMove { id: "xa-a".to_owned(), before: 3, after: 1 }],
            missing: 2,
        };
        let full = TrialResult { units: vec![unit.clone()], odd: vec![odd], against: Some(against), missing: 2 };
        let still = TrialAgainst { title: "cchc-xa-2025, bản 1".to_owned(), moves: Vec::new(), missing: 0 };
        let bare =
            TrialResult { units: vec![TrialUnit { grade: None, ..unit }], odd: Vec::new(), against: Some(still), missing: 0 };
        let alone = TrialResult { against: None, ..bare.clone() };
        vec![
            blank.clone(),
            Self { form: wrong, refused: vec![fault()], others: Vec::new(), rounds: Vec::new(), ..blank.clone() },
            Self { result: Some(full), ..blank.clone() },
            Self { result: Some(bare), ..blank.clone() },
            Self { result: Some(alone), ..blank },
        ]
    }
}

impl View for CriteriaSetDiff {
    const TEMPLATE: &'static str = "criteria/diff.html";

    fn samples() -> Vec<Self> {
        let brief = |name: &str, max: &str| Some((name.to_owned(), max.to_owned()));
        let changed = DiffRow {
            code: "1.1.3".to_owned(),
            fate: Fate::Changed,
            aspects: vec![Aspect::Name, Aspect::Maximum],
            before: brief("Thực hiện kế hoạch", "2"),
            after: brief("Mức độ thực hiện kế hoạch", "3"),
        };
        let added = DiffRow { code: "1.7".to_owned(), fate: Fate::Added, aspects: Vec::new(), before: None, ..changed.clone() };
        let removed =
            DiffRow { code: "1.8".to_owned(), fate: Fate::Removed, after: None, aspects: Vec::new(), ..changed.clone() };
        let chip = Chip {
            label: "cchc-xa-2025, bản 1".to_owned(),
            href: "/bo-tieu-chi/1/so-sanh?voi=2".to_owned(),
            active: true,
            count: None,
        };
        let with = || "cchc-xa-2025, bản 1".to_owned();
        let blank =
            Self { href: "/bo-tieu-chi/1".to_owned(), name: "cchc-xa-2026, bản 2".to_owned(), others: vec![chip], found: None };
        vec![
            blank.clone(),
            Self { others: Vec::new(), ..blank.clone() },
            Self { found: Some(Compared { with: with(), rows: vec![changed, added, removed] }), ..blank.clone() },
            Self { found: Some(Compared { with: with(), rows: Vec::new() }), ..blank },
        ]
    }
}

impl View for IndexResults {
    const TEMPLATE: &'static str = "criteria/index.html";

    fn samples() -> Vec<Self> {
        let row = IndexRow {
            name: "UBND phường Hoài Nhơn Bắc".to_owned(),
            code: "H21.198".to_owned(),
            href: Some("/don-vi/1".to_owned()),
            total: "73,71".to_owned(),
            parts: vec![Some("11,79".to_owned()), Some("18,66".to_owned()), None, None, None, None],
            published_rank: Some(5),
            rank: 4,
            tied: true,
            missing: 4,
            off: None,
        };
        let off = IndexRow {
            href: None,
            published_rank: None,
            tied: false,
            missing: 0,
            off: Some("3,31".to_owned()),
            parts: vec![Some("1".to_owned()); 6],
            ..row.clone()
        };
        let reading = IndexReading {
            period: "2026".to_owned(),
            at: DateTime::<Utc>::default(),
            source: "Cổng Dịch vụ công quốc gia".to_owned(),
            units: 135,
            tie_groups: 12,
            tied_units: 25,
        };
        let chip =
            Chip { label: "2026 · 10/10/2026".to_owned(), href: "/chi-so-766".to_owned(), active: true, count: Some(135) };
        let list = Listing { chips: vec![chip], ..Listing::plain(vec![row, off]) };
        vec![
            Self { list: list.clone(), reading: Some(reading.clone()) },
            Self { list, reading: Some(IndexReading { tie_groups: 0, tied_units: 0, ..reading }) },
            Self { list: Listing::plain(Vec::new()), reading: None },
        ]
    }
}
