//! The year's work that earns points: tasks of the plan, periodic reports, petitions, apologies, proposals, initiatives,
//! training and self-checks, in one register. Which fields each kind has, how a row moves, and what it counts.
//!
//! Inputs of the yearly score are counted from these rows ([`COUNTS`]), never typed again.

use chrono::{Datelike as _, NaiveDate};

use crate::draft::Problems;
use crate::id::PersonId;
use crate::rule::{Refused, require, wrong_state};

/// Every field code of this module, besides those of [`crate::draft`].
pub const FIELD_CODES: &[&str] =
    &["not_of_kind", "other_year", "in_future", "before_received", "above_found", "out_of_range", "owner_twice"];

/// Years a row may belong to.
pub const YEARS: std::ops::RangeInclusive<i32> = 2000..=2100;
/// People, faults: more than this in one row is a slip of the pen.
pub const MOST: i32 = 100_000;
/// Units one task is given to in one act.
pub const MOST_UNITS: usize = 500;

code_enum! {
    /// What a row of the register is.
    pub enum WorkKind ("work_item_kind") {
        /// Nhiệm vụ trong kế hoạch cải cách hành chính.
        Task = "task",
        /// Báo cáo định kỳ.
        Report = "report",
        /// Phản ánh, kiến nghị.
        Petition = "petition",
        /// Văn bản xin lỗi về hồ sơ trễ hẹn, one per late dossier.
        Apology = "apology",
        /// Thủ tục được đề xuất đơn giản hóa.
        Proposal = "proposal",
        /// Sáng kiến, mô hình.
        Initiative = "initiative",
        /// Tập huấn, bồi dưỡng.
        Training = "training",
        /// Tự kiểm tra.
        SelfCheck = "self_check",
    }
}

code_enum! {
    /// Where a row stands. Late is computed, never a state.
    pub enum WorkState ("work_item_state") {
        /// Chưa thực hiện.
        NotStarted = "not_started",
        /// Đang thực hiện.
        InProgress = "in_progress",
        /// Hoàn thành.
        Done = "done",
        /// Đã hủy, with a reason; counts nowhere.
        Cancelled = "cancelled",
    }
}

code_enum! {
    /// What is done with a row.
    pub enum WorkVerb ("work_item_verb") {
        /// Change its facts.
        Update = "update",
        /// Work on it begins.
        Start = "start",
        /// It is done, has arrived, is answered.
        Complete = "complete",
        /// It was not done after all.
        Reopen = "reopen",
        /// Take it off the register, with a reason.
        Cancel = "cancel",
    }
}

code_enum! {
    /// Where a task comes from.
    pub enum WorkOrigin ("work_origin") {
        /// The unit's own plan.
        Own = "own",
        /// Given by the superior level.
        Superior = "superior",
    }
}

code_enum! {
    /// The period of a report.
    pub enum ReportPeriod ("report_period") {
        /// Quý I.
        Quarter1 = "quarter_1",
        /// 6 tháng.
        HalfYear = "half_year",
        /// 9 tháng.
        NineMonths = "nine_months",
        /// Năm.
        Year = "year",
    }
}

code_enum! {
    /// Whose step made a dossier late; a scoring rule may excuse what was not the unit's.
    pub enum Attribution ("delay_attribution") {
        /// Khâu của đơn vị này.
        ThisUnit = "this_unit",
        /// Khâu của cơ quan khác.
        OtherAgency = "other_agency",
        /// Do người nộp hồ sơ.
        Applicant = "applicant",
    }
}

/// A field that some kinds have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// Title, content, the part of the unit that was checked.
    Title,
    /// Code of the dossier, petition or procedure.
    Code,
    /// Period of a report.
    Period,
    /// Who is responsible: a person, or words.
    Owner,
    /// What must be there at the end.
    Product,
    /// The day a petition came.
    ReceivedOn,
    /// Last day.
    DueOn,
    /// The day it was done, signed, held.
    DoneOn,
    /// Whose step was late.
    Attribution,
    /// Number of the paper that says so, with its day.
    Number,
    /// People trained.
    PeopleCount,
    /// Faults found.
    FoundCount,
    /// Faults mended.
    FixedCount,
    /// What came of it.
    Result,
}

impl Field {
    /// Every field, in the order of the forms.
    pub const ALL: &'static [Self] = &[
        Self::Title,
        Self::Code,
        Self::Period,
        Self::Owner,
        Self::Product,
        Self::ReceivedOn,
        Self::DueOn,
        Self::DoneOn,
        Self::Attribution,
        Self::Number,
        Self::PeopleCount,
        Self::FoundCount,
        Self::FixedCount,
        Self::Result,
    ];

    /// As the API names it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Code => "code",
            Self::Period => "period",
            Self::Owner => "owner_text",
            Self::Product => "product",
            Self::ReceivedOn => "received_on",
            Self::DueOn => "due_on",
            Self::DoneOn => "done_on",
            Self::Attribution => "attribution",
            Self::Number => "number",
            Self::PeopleCount => "people_count",
            Self::FoundCount => "found_count",
            Self::FixedCount => "fixed_count",
            Self::Result => "result",
        }
    }
}

impl WorkKind {
    /// The fields this kind must have, and those it may have.
    #[must_use]
    pub const fn fields(self) -> (&'static [Field], &'static [Field]) {
        use Field as F;
        match self {
            Self::Task => (&[F::Title, F::DueOn], &[F::Owner, F::Product, F::DoneOn, F::Number, F::Result]),
            Self::Report => (&[F::Title, F::Period, F::DueOn], &[F::Owner, F::DoneOn, F::Number, F::Result]),
            Self::Petition => (&[F::Title, F::ReceivedOn, F::DueOn], &[F::Code, F::Owner, F::DoneOn, F::Number, F::Result]),
            Self::Apology => (&[F::Code, F::DoneOn, F::Attribution], &[F::Title, F::Number, F::Result]),
            Self::Proposal => (&[F::Title, F::DoneOn], &[F::Code, F::Number, F::Result]),
            Self::Initiative => (&[F::Title, F::DoneOn], &[F::Owner, F::Number, F::Result]),
            Self::Training => (&[F::Title, F::DoneOn, F::PeopleCount], &[F::Number, F::Result]),
            Self::SelfCheck => (&[F::Title, F::DoneOn, F::FoundCount, F::FixedCount], &[F::Number, F::Result]),
        }
    }

    /// Whether it has a due date and is followed until done; the others are entered once they have happened.
    #[must_use]
    pub const fn is_followed(self) -> bool {
        matches!(self, Self::Task | Self::Report | Self::Petition)
    }

    /// Whether the kind must have this field.
    #[must_use]
    pub fn must(self, field: Field) -> bool {
        self.fields().0.contains(&field)
    }

    /// Whether the kind has this field at all.
    #[must_use]
    pub fn has(self, field: Field) -> bool {
        self.must(field) || self.fields().1.contains(&field)
    }
}

/// The facts of a row, as typed or as kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// What it is.
    pub kind: WorkKind,
    /// The year it counts in.
    pub year: i32,
    /// Title; an apology without one goes by its dossier.
    pub title: String,
    /// Code of the dossier, petition or procedure.
    pub code: Option<String>,
    /// Period of a report.
    pub period: Option<ReportPeriod>,
    /// The person responsible.
    pub owner_id: Option<PersonId>,
    /// Who is responsible, in words.
    pub owner_text: Option<String>,
    /// What must be there at the end.
    pub product: Option<String>,
    /// The day a petition came.
    pub received_on: Option<NaiveDate>,
    /// Last day.
    pub due_on: Option<NaiveDate>,
    /// The day it was done, signed, held.
    pub done_on: Option<NaiveDate>,
    /// Whose step was late.
    pub attribution: Option<Attribution>,
    /// Number of the paper that says so.
    pub number: Option<String>,
    /// The day of that paper.
    pub numbered_on: Option<NaiveDate>,
    /// People trained.
    pub people_count: Option<i32>,
    /// Faults found.
    pub found_count: Option<i32>,
    /// Faults mended.
    pub fixed_count: Option<i32>,
    /// What came of it.
    pub result: Option<String>,
}

impl Facts {
    /// No facts yet.
    #[must_use]
    pub const fn empty(kind: WorkKind, year: i32) -> Self {
        Self {
            kind,
            year,
            title: String::new(),
            code: None,
            period: None,
            owner_id: None,
            owner_text: None,
            product: None,
            received_on: None,
            due_on: None,
            done_on: None,
            attribution: None,
            number: None,
            numbered_on: None,
            people_count: None,
            found_count: None,
            fixed_count: None,
            result: None,
        }
    }

    /// Cleaned and checked against what the kind needs; every wrong field is named.
    #[must_use]
    pub fn check(mut self, today: NaiveDate, problems: &mut Problems) -> Self {
        self.clean(problems);
        for field in Field::ALL {
            let given = self.given(*field);
            problems.check(!given && self.kind.must(*field), field.name(), "required");
            problems.check(given && !self.kind.has(*field), field.name(), "not_of_kind");
        }
        if !YEARS.contains(&self.year) {
            problems.add_with("year", "out_of_range", vec![("min", YEARS.start().to_string()), ("max", YEARS.end().to_string())]);
        }
        self.check_days(today, problems);
        self.check_counts(problems);
        if self.title.is_empty() {
            self.title = self.code.clone().unwrap_or_default();
        }
        self
    }

    fn clean(&mut self, problems: &mut Problems) {
        self.title = problems.optional_text("title", Some(&self.title), 500).unwrap_or_default();
        self.code = problems.optional_text("code", self.code.as_deref(), 100);
        self.owner_text = problems.optional_text("owner_text", self.owner_text.as_deref(), 200);
        self.product = problems.optional_text("product", self.product.as_deref(), 1_000);
        self.number = problems.optional_text("number", self.number.as_deref(), 100);
        self.result = problems.optional_text("result", self.result.as_deref(), 4_000);
        problems.check(self.owner_id.is_some() && self.owner_text.is_some(), "owner_text", "owner_twice");
        problems.check(self.number.is_none() && self.numbered_on.is_some(), "number", "required");
    }

    fn given(&self, field: Field) -> bool {
        match field {
            Field::Title => !self.title.is_empty(),
            Field::Code => self.code.is_some(),
            Field::Period => self.period.is_some(),
            Field::Owner => self.owner_id.is_some() || self.owner_text.is_some(),
            Field::Product => self.product.is_some(),
            Field::ReceivedOn => self.received_on.is_some(),
            Field::DueOn => self.due_on.is_some(),
            Field::DoneOn => self.done_on.is_some(),
            Field::Attribution => self.attribution.is_some(),
            Field::Number => self.number.is_some(),
            Field::PeopleCount => self.people_count.is_some(),
            Field::FoundCount => self.found_count.is_some(),
            Field::FixedCount => self.fixed_count.is_some(),
            Field::Result => self.result.is_some(),
        }
    }

    fn check_days(&self, today: NaiveDate, problems: &mut Problems) {
        let past = [("received_on", self.received_on), ("done_on", self.done_on), ("numbered_on", self.numbered_on)];
        for (name, day) in past {
            problems.check(day.is_some_and(|day| day > today), name, "in_future");
        }
        let of_other_year = |day: Option<NaiveDate>| day.is_some_and(|day| day.year() != self.year);
        problems.check(of_other_year(self.received_on), "received_on", "other_year");
        problems.check(!self.kind.is_followed() && of_other_year(self.done_on), "done_on", "other_year");
        let before = |day: Option<NaiveDate>| day.zip(self.received_on).is_some_and(|(day, received)| day < received);
        problems.check(before(self.due_on), "due_on", "before_received");
        problems.check(before(self.done_on), "done_on", "before_received");
    }

    fn check_counts(&self, problems: &mut Problems) {
        let counts =
            [("people_count", self.people_count, 1), ("found_count", self.found_count, 0), ("fixed_count", self.fixed_count, 0)];
        for (name, count, least) in counts {
            if count.is_some_and(|count| !(least..=MOST).contains(&count)) {
                problems.add_with(name, "out_of_range", vec![("min", least.to_string()), ("max", MOST.to_string())]);
            }
        }
        problems.check(self.fixed_count > self.found_count.or(self.fixed_count), "fixed_count", "above_found");
    }

    /// Whether `after` differs from these only in what a unit may change of a task that its superior gave: who does
    /// it and what came of it.
    #[must_use]
    pub fn differ_only_in_own_part(&self, after: &Self) -> bool {
        let own_part =
            Self { owner_id: after.owner_id, owner_text: after.owner_text.clone(), result: after.result.clone(), ..self.clone() };
        own_part == *after
    }

    /// The state a row begins in: what has its day is done.
    #[must_use]
    pub const fn first_state(&self) -> WorkState {
        if self.done_on.is_some() { WorkState::Done } else { WorkState::NotStarted }
    }

    /// The day the register is ordered by.
    #[must_use]
    pub fn order_on(&self, today: NaiveDate) -> NaiveDate {
        self.due_on.or(self.done_on).unwrap_or(today)
    }
}

/// Who acts on a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct By {
    /// Enters the figures of the row's unit.
    pub of_unit: bool,
    /// Gives tasks to the row's unit.
    pub superior: bool,
}

/// The state a verb leads to, when this person may do it now.
///
/// What the superior gave is changed and cancelled by the superior; doing and reporting is the unit's.
///
/// # Errors
/// `unit_only`, `superior_only`; `wrong_state`.
pub fn advance(kind: WorkKind, origin: WorkOrigin, state: WorkState, verb: WorkVerb, by: By) -> Result<WorkState, Refused> {
    use {WorkState as S, WorkVerb as V};
    match (verb, origin) {
        (V::Cancel, WorkOrigin::Superior) => require(by.superior, "superior_only")?,
        (V::Update, WorkOrigin::Superior) => require(by.superior || by.of_unit, "unit_only")?,
        _ => require(by.of_unit, "unit_only")?,
    }
    match (verb, state) {
        (V::Update, S::NotStarted | S::InProgress | S::Done) => Ok(state),
        (V::Start, S::NotStarted) if kind.is_followed() => Ok(S::InProgress),
        (V::Complete, S::NotStarted | S::InProgress) => Ok(S::Done),
        (V::Reopen, S::Done) if kind.is_followed() => Ok(S::InProgress),
        (V::Cancel, S::NotStarted | S::InProgress | S::Done) => Ok(S::Cancelled),
        _ => Err(wrong_state(state, verb)),
    }
}

/// What of a row is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
    /// What it is.
    pub kind: WorkKind,
    /// Where it comes from.
    pub origin: WorkOrigin,
    /// Where it stands.
    pub state: WorkState,
    /// Last day.
    pub due_on: Option<NaiveDate>,
    /// The day it was done.
    pub done_on: Option<NaiveDate>,
    /// Whose step was late.
    pub attribution: Option<Attribution>,
    /// Whether a paper with a number recognises it.
    pub numbered: bool,
    /// People trained.
    pub people_count: i32,
    /// Faults found.
    pub found_count: i32,
    /// Faults mended.
    pub fixed_count: i32,
}

impl Item {
    /// Done after its last day, or not done and the day is past.
    #[must_use]
    pub fn is_late(&self, today: NaiveDate) -> bool {
        self.state != WorkState::Cancelled && self.due_on.is_some_and(|due| self.done_on.unwrap_or(today) > due)
    }

    fn is_done(&self) -> bool {
        self.state == WorkState::Done
    }
}

/// One count of the register: an input that a criterion can be bound to.
#[derive(Clone, Copy, Debug)]
pub struct Count {
    /// Its stable name; `count.<name>` of the catalogue is its label.
    pub name: &'static str,
    /// The kind of rows it looks at.
    pub kind: WorkKind,
    /// What a row adds. A row that adds nothing does not stand behind the count.
    adds: fn(&Item, NaiveDate) -> i32,
}

impl Count {
    /// What a row adds to this count; cancelled rows add nothing.
    #[must_use]
    pub fn adds(&self, item: &Item, today: NaiveDate) -> i32 {
        if item.kind == self.kind && item.state != WorkState::Cancelled { (self.adds)(item, today) } else { 0 }
    }
}

macro_rules! counts {
    ($($name:literal $kind:ident |$item:ident, $today:pat_param| $adds:expr;)+) => {
        &[$(Count { name: $name, kind: WorkKind::$kind, adds: |$item, $today| i32::from($adds) }),+]
    };
}

/// Every count of the register, in the order it is shown.
pub const COUNTS: &[Count] = counts! {
    "tasks.planned" Task |_item, _| true;
    "tasks.done" Task |item, _| item.is_done();
    "tasks.done_on_time" Task |item, today| item.is_done() && !item.is_late(today);
    "tasks.in_progress" Task |item, _| item.state == WorkState::InProgress;
    "tasks.late" Task |item, today| item.is_late(today);
    "tasks.assigned" Task |item, _| item.origin == WorkOrigin::Superior;
    "tasks.assigned_done" Task |item, _| item.origin == WorkOrigin::Superior && item.is_done();
    "tasks.assigned_on_time" Task |item, today| item.origin == WorkOrigin::Superior && item.is_done() && !item.is_late(today);
    "tasks.own" Task |item, _| item.origin == WorkOrigin::Own;
    "tasks.own_done" Task |item, _| item.origin == WorkOrigin::Own && item.is_done();
    "reports.planned" Report |_item, _| true;
    "reports.on_time" Report |item, today| item.is_done() && !item.is_late(today);
    "reports.late" Report |item, today| item.is_done() && item.is_late(today);
    "reports.missing" Report |item, today| !item.is_done() && item.is_late(today);
    "petitions.received" Petition |_item, _| true;
    "petitions.answered" Petition |item, _| item.is_done();
    "petitions.answered_on_time" Petition |item, today| item.is_done() && !item.is_late(today);
    "petitions.late" Petition |item, today| item.is_late(today);
    "apologies" Apology |_item, _| true;
    "apologies.this_unit" Apology |item, _| item.attribution == Some(Attribution::ThisUnit);
    "apologies.other_agency" Apology |item, _| item.attribution == Some(Attribution::OtherAgency);
    "apologies.applicant" Apology |item, _| item.attribution == Some(Attribution::Applicant);
    "proposals" Proposal |_item, _| true;
    "initiatives" Initiative |_item, _| true;
    "initiatives.recognised" Initiative |item, _| item.numbered;
    "trainings" Training |_item, _| true;
    "trained" Training |item, _| item.people_count;
    "self_checks.checked" SelfCheck |_item, _| true;
    "self_checks.found" SelfCheck |item, _| item.found_count;
    "self_checks.fixed" SelfCheck |item, _| item.fixed_count;
};

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn today() -> NaiveDate {
        day("2026-11-16")
    }

    fn wrong(facts: Facts) -> Vec<(String, &'static str)> {
        let mut problems = Problems::new();
        let _ = facts.check(today(), &mut problems);
        problems.finish().err().unwrap_or_default().into_iter().map(|error| (error.field, error.code)).collect()
    }

    fn item(kind: WorkKind, state: WorkState, due: Option<&str>, done: Option<&str>) -> Item {
        Item {
            kind,
            origin: WorkOrigin::Own,
            state,
            due_on: due.map(day),
            done_on: done.map(day),
            attribution: None,
            numbered: false,
            people_count: 0,
            found_count: 0,
            fixed_count: 0,
        }
    }

    fn count(name: &str, items: &[Item]) -> i32 {
        let count = COUNTS.iter().find(|count| count.name == name).unwrap_or_else(|| panic!("no count {name}"));
        items.iter().map(|item| count.adds(item, today())).sum()
    }

    #[test]
    fn each_kind_names_every_field_it_misses() {
        let cases: [(WorkKind, &[&str]); 8] = [
            (WorkKind::Task, &["title", "due_on"]),
            (WorkKind::Report, &["title", "period", "due_on"]),
            (WorkKind::Petition, &["title", "received_on", "due_on"]),
            (WorkKind::Apology, &["code", "done_on", "attribution"]),
            (WorkKind::Proposal, &["title", "done_on"]),
            (WorkKind::Initiative, &["title", "done_on"]),
            (WorkKind::Training, &["title", "done_on", "people_count"]),
            (WorkKind::SelfCheck, &["title", "done_on", "found_count", "fixed_count"]),
        ];
        assert_eq!(cases.map(|(kind, _)| kind).as_slice(), WorkKind::ALL);
        for (kind, expected) in cases {
            let found = wrong(Facts::empty(kind, 2026));
            assert!(found.iter().all(|(_, code)| *code == "required"), "{kind}");
            assert_eq!(found.iter().map(|(field, _)| field.as_str()).collect::<Vec<_>>(), expected, "{kind}");
        }
    }

    #[test]
    fn facts_that_cannot_be_are_refused_by_field() {
        let task =
            Facts {
                title: "Rà soát thủ tục".to_owned(), due_on: Some(day("2026-06-30")), ..Facts::empty(WorkKind::Task, 2026)
            };
        let petition = Facts {
            title: "Chậm trả kết quả".to_owned(),
            received_on: Some(day("2026-05-04")),
            due_on: Some(day("2026-05-20")),
            ..Facts::empty(WorkKind::Petition, 2026)
        };
        let check = Facts {
            title: "Văn phòng".to_owned(),
            done_on: Some(day("2026-05-04")),
            found_count: Some(3),
            fixed_count: Some(2),
            ..Facts::empty(WorkKind::SelfCheck, 2026)
        };
        let cases = [
            (task.clone(), None),
            (Facts { done_on: Some(day("2026-11-17")), ..task.clone() }, Some(("done_on", "in_future"))),
            (Facts { year: 1999, ..task.clone() }, Some(("year", "out_of_range"))),
            (Facts { people_count: Some(3), ..task.clone() }, Some(("people_count", "not_of_kind"))),
            (Facts { numbered_on: Some(day("2026-01-05")), ..task.clone() }, Some(("number", "required"))),
            (
                Facts { owner_id: Some(PersonId(uuid::Uuid::nil())), owner_text: Some("Văn phòng".to_owned()), ..task },
                Some(("owner_text", "owner_twice")),
            ),
            (petition.clone(), None),
            (Facts { due_on: Some(day("2026-05-01")), ..petition.clone() }, Some(("due_on", "before_received"))),
            (Facts { done_on: Some(day("2026-05-01")), ..petition.clone() }, Some(("done_on", "before_received"))),
            (Facts { year: 2025, ..petition }, Some(("received_on", "other_year"))),
            (check.clone(), None),
            (Facts { fixed_count: Some(4), ..check.clone() }, Some(("fixed_count", "above_found"))),
            (Facts { found_count: Some(-1), fixed_count: Some(-1), ..check.clone() }, Some(("found_count", "out_of_range"))),
            (Facts { year: 2025, ..check }, Some(("done_on", "other_year"))),
        ];
        for (facts, expected) in cases {
            let found = wrong(facts.clone());
            let first = found.first().map(|(field, code)| (field.as_str(), *code));
            assert_eq!(first, expected, "{facts:?}");
        }
    }

    #[test]
    fn an_apology_without_a_title_goes_by_its_dossier() {
        let facts = Facts {
            code: Some(" 000.12.H01-260504-0007 ".to_owned()),
            done_on: Some(day("2026-05-20")),
            attribution: Some(Attribution::OtherAgency),
            ..Facts::empty(WorkKind::Apology, 2026)
        };
        let mut problems = Problems::new();
        let facts = facts.check(today(), &mut problems);
        assert!(problems.is_empty());
        assert_eq!((facts.title.as_str(), facts.first_state()), ("000.12.H01-260504-0007", WorkState::Done));
    }

    #[test]
    fn a_row_moves_only_as_the_table_says() {
        use {WorkKind as K, WorkOrigin as O, WorkState as S, WorkVerb as V};
        let (unit, above, nobody) = (By { of_unit: true, superior: false }, By { of_unit: false, superior: true }, By::default());
        let cases = [
            (K::Task, O::Own, S::NotStarted, V::Start, unit, Ok(S::InProgress)),
            (K::Task, O::Own, S::NotStarted, V::Complete, unit, Ok(S::Done)),
            (K::Task, O::Own, S::InProgress, V::Complete, unit, Ok(S::Done)),
            (K::Task, O::Own, S::Done, V::Reopen, unit, Ok(S::InProgress)),
            (K::Task, O::Own, S::Done, V::Cancel, unit, Ok(S::Cancelled)),
            (K::Task, O::Own, S::Cancelled, V::Reopen, unit, Err("wrong_state")),
            (K::Task, O::Own, S::Cancelled, V::Update, unit, Err("wrong_state")),
            (K::Task, O::Own, S::Cancelled, V::Cancel, unit, Err("wrong_state")),
            (K::Task, O::Own, S::InProgress, V::Start, unit, Err("wrong_state")),
            (K::Task, O::Own, S::NotStarted, V::Update, above, Err("unit_only")),
            (K::Task, O::Superior, S::NotStarted, V::Complete, unit, Ok(S::Done)),
            (K::Task, O::Superior, S::NotStarted, V::Complete, above, Err("unit_only")),
            (K::Task, O::Superior, S::NotStarted, V::Update, unit, Ok(S::NotStarted)),
            (K::Task, O::Superior, S::NotStarted, V::Update, above, Ok(S::NotStarted)),
            (K::Task, O::Superior, S::NotStarted, V::Update, nobody, Err("unit_only")),
            (K::Task, O::Superior, S::NotStarted, V::Cancel, unit, Err("superior_only")),
            (K::Task, O::Superior, S::Done, V::Cancel, above, Ok(S::Cancelled)),
            (K::Training, O::Own, S::Done, V::Reopen, unit, Err("wrong_state")),
            (K::Training, O::Own, S::Done, V::Cancel, unit, Ok(S::Cancelled)),
        ];
        for (kind, origin, state, verb, by, expected) in cases {
            let found = advance(kind, origin, state, verb, by).map_err(|refused| refused.code);
            assert_eq!(found, expected, "{kind} {origin} {state} {verb} {by:?}");
        }
    }

    #[test]
    fn of_a_given_task_the_unit_changes_only_who_does_it_and_what_came_of_it() {
        let given = Facts { title: "Niêm yết thủ tục".to_owned(), ..Facts::empty(WorkKind::Task, 2026) };
        let own =
            Facts { owner_text: Some("Văn phòng".to_owned()), result: Some("Đã niêm yết".to_owned()), ..given.clone() };
        assert!(given.differ_only_in_own_part(&own));
        assert!(!given.differ_only_in_own_part(&Facts { due_on: Some(today()), ..own }));
    }

    /// Xã Tú Sơn, Kiến Thụy, Hải Phòng, 2023: 70 tasks given by the district, 25 of the own plan, of these 21 done and
    /// 4 running (84 %).
    #[test]
    fn the_tasks_of_the_article_are_counted() {
        let given =
            Item { origin: WorkOrigin::Superior, ..item(WorkKind::Task, WorkState::NotStarted, Some("2026-12-31"), None) };
        let done = item(WorkKind::Task, WorkState::Done, Some("2026-09-30"), Some("2026-09-15"));
        let running = item(WorkKind::Task, WorkState::InProgress, Some("2026-12-15"), None);
        let gone = item(WorkKind::Task, WorkState::Cancelled, Some("2026-01-31"), None);
        let items = [vec![given; 70], vec![done; 21], vec![running; 4], vec![gone; 3]].concat();
        let expected = [
            ("tasks.planned", 95),
            ("tasks.assigned", 70),
            ("tasks.assigned_done", 0),
            ("tasks.own", 25),
            ("tasks.own_done", 21),
            ("tasks.done", 21),
            ("tasks.done_on_time", 21),
            ("tasks.in_progress", 4),
            ("tasks.late", 0),
        ];
        for (name, value) in expected {
            assert_eq!(count(name, &items), value, "{name}");
        }
        assert_eq!(count("tasks.own_done", &items) * 100, 84 * count("tasks.own", &items));
    }

    #[test]
    fn late_and_missing_are_computed_from_the_days() {
        let cases = [
            (WorkState::Done, Some("2026-04-05"), Some("2026-04-05"), (1, 0, 0)),
            (WorkState::Done, Some("2026-04-05"), Some("2026-04-06"), (0, 1, 0)),
            (WorkState::NotStarted, Some("2026-11-15"), None, (0, 0, 1)),
            (WorkState::NotStarted, Some("2026-11-16"), None, (0, 0, 0)),
            (WorkState::Cancelled, Some("2026-04-05"), None, (0, 0, 0)),
        ];
        for (state, due, done, expected) in cases {
            let rows = [item(WorkKind::Report, state, due, done)];
            let found = (count("reports.on_time", &rows), count("reports.late", &rows), count("reports.missing", &rows));
            assert_eq!(found, expected, "{state} {due:?} {done:?}");
        }
    }

    #[test]
    fn sums_and_attributions_are_counted() {
        let done = |kind| item(kind, WorkState::Done, None, Some("2026-05-04"));
        let items = [
            Item { people_count: 45, ..done(WorkKind::Training) },
            Item { people_count: 30, ..done(WorkKind::Training) },
            Item { found_count: 5, fixed_count: 4, ..done(WorkKind::SelfCheck) },
            Item { attribution: Some(Attribution::ThisUnit), ..done(WorkKind::Apology) },
            Item { attribution: Some(Attribution::OtherAgency), ..done(WorkKind::Apology) },
            Item { numbered: true, ..done(WorkKind::Initiative) },
            done(WorkKind::Initiative),
        ];
        let expected = [
            ("trainings", 2),
            ("trained", 75),
            ("self_checks.checked", 1),
            ("self_checks.found", 5),
            ("self_checks.fixed", 4),
            ("apologies", 2),
            ("apologies.this_unit", 1),
            ("apologies.other_agency", 1),
            ("apologies.applicant", 0),
            ("initiatives", 2),
            ("initiatives.recognised", 1),
            ("proposals", 0),
        ];
        for (name, value) in expected {
            assert_eq!(count(name, &items), value, "{name}");
        }
    }

    #[test]
    fn every_count_has_its_own_name_and_a_label_in_both_languages() {
        let names: std::collections::BTreeSet<_> = COUNTS.iter().map(|count| count.name).collect();
        assert_eq!(names.len(), COUNTS.len());
        for words in [
            include_str!("../../templates/messages/vi/year_work.json"),
            include_str!("../../templates/messages/en/year_work.json"),
        ] {
            for name in &names {
                assert!(words.contains(&format!("\"count.{name}\"")), "{name}");
            }
        }
    }
}
