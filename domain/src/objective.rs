//! Quality objectives (mục tiêu chất lượng; ISO 9001, 6.2): what a unit wants to reach in a year, by which measure, who
//! does what for it, what was measured, and whether it was reached.
//!
//! `draft → approved → evaluated`; `cancelled` from the first two. What is approved does not change any more: results and
//! done steps are added to it, and the last result decides.

use chrono::{Datelike as _, Days, Months, NaiveDate};

use crate::dossier::Measure as DossierMeasure;
use crate::draft::Problems;
use crate::id::PersonId;
use crate::rule::{Refused, require, wrong_state};
use crate::scoring::Exact;
use crate::year_work::YEARS;

/// Every rule code of this module, besides those of [`crate::rule`].
pub const CODES: &[&str] = &["objective_without_plan", "no_result", "evaluation_too_early", "objective_step_done"];

/// Every field code of this module, besides those of [`crate::draft`].
pub const FIELD_CODES: &[&str] =
    &["not_a_decimal", "measured_outside_year", "due_outside_year", "not_a_share", "not_below_zero", "unusual_percent"];

/// More rows than this are several plans.
pub const MOST_STEPS: usize = 50;
/// Days after the end of a period by which its result is recorded.
pub const RESULT_DAYS: u64 = 10;
/// The month of the year from whose first day on it may be evaluated.
const EVALUATED_FROM_MONTH: u32 = 12;
/// The largest number a measure may have, in digits before the point.
const MOST_DIGITS: usize = 15;

code_enum! {
    /// On which side of the target the value must be.
    pub enum Direction ("objective_direction") {
        /// Đạt ít nhất.
        AtLeast = "at_least",
        /// Không vượt quá.
        AtMost = "at_most",
        /// Đạt đúng.
        Exactly = "exactly",
    }
}

code_enum! {
    /// Where an objective stands.
    pub enum ObjectiveState ("objective_state") {
        /// Dự thảo.
        Draft = "draft",
        /// Đã phê duyệt, đang thực hiện.
        Approved = "approved",
        /// Đã đánh giá cuối năm.
        Evaluated = "evaluated",
        /// Đã hủy.
        Cancelled = "cancelled",
    }
}

code_enum! {
    /// What is done with an objective.
    pub enum ObjectiveVerb ("objective_verb") {
        /// Change the draft.
        Update = "update",
        /// The head approves it.
        Approve = "approve",
        /// A result is recorded.
        RecordResult = "record_result",
        /// A row of its plan is done.
        CompleteStep = "complete_step",
        /// The year is over: met or not.
        Evaluate = "evaluate",
        /// Give it up.
        Cancel = "cancel",
    }
}

code_enum! {
    /// How often a result is recorded.
    pub enum Frequency ("objective_frequency") {
        /// Hằng tháng.
        Month = "month",
        /// Hằng quý.
        Quarter = "quarter",
        /// Sáu tháng một lần.
        HalfYear = "half_year",
        /// Cả năm một lần.
        Year = "year",
    }
}

code_enum! {
    /// A figure the system counts anyway, in percent. Nothing is counted a second time for an objective.
    pub enum Bind ("objective_bind") {
        /// Hồ sơ giải quyết đúng và trước hạn trên tổng số đã giải quyết.
        DossiersOnTime = "dossiers_on_time",
        /// Hồ sơ nộp trực tuyến trên tổng số tiếp nhận.
        DossiersOnline = "dossiers_online",
        /// Hồ sơ thanh toán trực tuyến trên hồ sơ có phí.
        DossiersPaidOnline = "dossiers_paid_online",
        /// Kết quả được số hóa trên tổng số đã giải quyết.
        DossiersDigitised = "dossiers_digitised",
        /// Nhiệm vụ kế hoạch hoàn thành đúng hạn.
        TasksOnTime = "tasks_on_time",
        /// Nhiệm vụ cấp trên giao hoàn thành đúng hạn.
        AssignedOnTime = "assigned_on_time",
        /// Báo cáo định kỳ gửi đúng hạn.
        ReportsOnTime = "reports_on_time",
        /// Phản ánh, kiến nghị trả lời đúng hạn.
        PetitionsOnTime = "petitions_on_time",
        /// Mức độ hài lòng theo khảo sát đã đóng.
        Satisfaction = "satisfaction",
        /// Hành động khắc phục hoàn thành đúng hạn.
        ActionsOnTime = "actions_on_time",
    }
}

/// Where the number of a [`Bind`] is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// A measure of the dossier figures.
    Dossiers(DossierMeasure),
    /// Two counts of the year's work: part and whole.
    Work(&'static str, &'static str),
    /// The mean of the closed surveys.
    Surveys,
    /// Corrective actions whose last day is in the year.
    Actions,
}

impl Bind {
    /// Where its number is counted.
    #[must_use]
    pub const fn counted(self) -> Counted {
        match self {
            Self::DossiersOnTime => Counted::Dossiers(DossierMeasure::OnTimeOfResolved),
            Self::DossiersOnline => Counted::Dossiers(DossierMeasure::OnlineRate),
            Self::DossiersPaidOnline => Counted::Dossiers(DossierMeasure::OnlinePayment),
            Self::DossiersDigitised => Counted::Dossiers(DossierMeasure::DigitisedResults),
            Self::TasksOnTime => Counted::Work("tasks.done_on_time", "tasks.planned"),
            Self::AssignedOnTime => Counted::Work("tasks.assigned_on_time", "tasks.assigned"),
            Self::ReportsOnTime => Counted::Work("reports.on_time", "reports.planned"),
            Self::PetitionsOnTime => Counted::Work("petitions.answered_on_time", "petitions.received"),
            Self::Satisfaction => Counted::Surveys,
            Self::ActionsOnTime => Counted::Actions,
        }
    }
}

impl Frequency {
    const fn months(self) -> u32 {
        match self {
            Self::Month => 1,
            Self::Quarter => 3,
            Self::HalfYear => 6,
            Self::Year => 12,
        }
    }
}

impl Direction {
    /// Whether a value reaches the target. Exact numbers: 99.999 is not 100.
    #[must_use]
    pub fn is_met(self, target: &Exact, value: &Exact) -> bool {
        match self {
            Self::AtLeast => value >= target,
            Self::AtMost => value <= target,
            Self::Exactly => value == target,
        }
    }
}

/// A share in percent, exact; `None` of nothing.
#[must_use]
pub fn percent(part: i64, whole: i64) -> Option<Exact> {
    let hundred = &Exact::from(part) * &Exact::hundred();
    Exact::ratio(&hundred, &Exact::from(whole))
}

/// A result that is owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owed {
    /// The last day of the period it speaks of.
    pub until: NaiveDate,
    /// The last day to record it.
    pub due_on: NaiveDate,
}

/// The first period whose result is not there: the one the objective was approved in, or the one after its last result.
#[must_use]
pub fn owed(frequency: Frequency, year: i32, approved_on: NaiveDate, last: Option<NaiveDate>) -> Option<Owed> {
    let months = frequency.months();
    let first = NaiveDate::from_ymd_opt(year, 1, 1)?;
    let ends = (1..=12 / months).filter_map(|n| first.checked_add_months(Months::new(n * months))?.pred_opt());
    let mut open = ends.filter(|end| *end >= approved_on && last.is_none_or(|last| *end > last));
    let until = open.next()?;
    Some(Owed { until, due_on: until.checked_add_days(Days::new(RESULT_DAYS))? })
}

/// What an objective says, as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The year.
    pub year: i32,
    /// What is to be reached, in words.
    pub goal: String,
    /// What is measured.
    pub measure: String,
    /// Its unit; percent where it is bound to a counted share.
    pub measure_unit: String,
    /// On which side of the target the value must be.
    pub direction: Direction,
    /// The target, a decimal.
    pub target: String,
    /// Where it stood before, a decimal.
    pub baseline: Option<String>,
    /// How often it is measured.
    pub frequency: Frequency,
    /// The counted figure it is bound to.
    pub bind: Option<Bind>,
    /// What is done for it.
    pub steps: Vec<StepDraft>,
}

/// A row of the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepDraft {
    /// What is done.
    pub action: String,
    /// Who does it, a person of the system.
    pub owner_id: Option<PersonId>,
    /// Who does it, in words.
    pub owner_text: Option<String>,
    /// Until when.
    pub due_on: Option<NaiveDate>,
}

impl Draft {
    /// The same with clean texts and canonical numbers; everything wrong with it is named.
    #[must_use]
    pub fn check(self, problems: &mut Problems) -> Self {
        let Self { year, goal, measure, measure_unit, direction, target, baseline, frequency, bind, steps } = self;
        if !YEARS.contains(&year) {
            problems.add_with("year", "out_of_range", vec![("min", YEARS.start().to_string()), ("max", YEARS.end().to_string())]);
        }
        let measure_unit = if bind.is_some() { "%".to_owned() } else { problems.line("measure_unit", &measure_unit, 40) };
        let target = problems.text("target", &target, 40);
        let target = if target.is_empty() { target } else { decimal("target", &target, problems) };
        let odd = bind.is_some() && target.parse().is_ok_and(|target| !is_share(&target));
        problems.check(odd, "target", "not_a_share");
        let baseline = problems.optional_text("baseline", baseline.as_deref(), 40);
        problems.at_most("steps", steps.len(), MOST_STEPS);
        Self {
            year,
            goal: problems.text("goal", &goal, 1_000),
            measure: problems.line("measure", &measure, 300),
            measure_unit,
            direction,
            target,
            baseline: baseline.map(|typed| decimal("baseline", &typed, problems)),
            frequency,
            bind,
            steps: steps.into_iter().enumerate().map(|(n, step)| step.check(n, year, problems)).collect(),
        }
    }
}

impl StepDraft {
    fn check(self, n: usize, year: i32, problems: &mut Problems) -> Self {
        let field = |name: &str| format!("steps/{n}/{name}");
        let Self { action, owner_id, owner_text, due_on } = self;
        let action = problems.text(&field("action"), &action, 1_000);
        let owner_text = problems.optional_text(&field("owner_text"), owner_text.as_deref(), 200);
        problems.check(owner_id.is_none() && owner_text.is_none(), &field("owner_id"), "required");
        problems.check(owner_id.is_some() && owner_text.is_some(), &field("owner_text"), "owner_twice");
        problems.check(due_on.is_none(), &field("due_on"), "required");
        problems.check(due_on.is_some_and(|day| day.year() != year), &field("due_on"), "due_outside_year");
        Self { action, owner_id, owner_text, due_on }
    }
}

/// A decimal in its shortest form; a problem on `field` when it is none.
pub fn decimal(field: &str, text: &str, problems: &mut Problems) -> String {
    let whole = text.trim_start_matches('-').split('.').next().unwrap_or_default();
    let parsed: Option<Exact> = text.parse().ok().filter(|_| whole.len() <= MOST_DIGITS);
    problems.check(parsed.is_none(), field, "not_a_decimal");
    parsed.map_or_else(|| text.to_owned(), |exact| exact.to_string())
}

/// What a result is checked against.
#[derive(Clone, Copy, Debug)]
pub struct Measure<'a> {
    /// Its unit.
    pub unit: &'a str,
    /// Whether it is a counted share.
    pub bound: bool,
    /// The target.
    pub target: &'a Exact,
}

/// Whether a number can be a share of a whole in percent.
fn is_share(value: &Exact) -> bool {
    *value >= Exact::zero() && *value <= Exact::hundred()
}

/// Checks that a value can be. A counted share is between 0 and 100. Another percentage may be beyond (a plan done by
/// 105 %, a growth): it is said how, unless the target lies there itself. What is counted is not below nothing, unless
/// the target is.
pub fn check_value(value: &Exact, measure: Measure<'_>, has_note: bool, problems: &mut Problems) {
    let Measure { unit, bound, target } = measure;
    if bound || unit.trim() == "%" {
        let odd = !is_share(value) && is_share(target);
        problems.check(bound && !is_share(value), "value", "not_a_share");
        problems.check(!bound && odd && !has_note, "note", "unusual_percent");
    } else {
        problems.check(*value < Exact::zero() && *target >= Exact::zero(), "value", "not_below_zero");
    }
}

/// Checks the day a result speaks of.
pub fn check_measured_on(day: NaiveDate, year: i32, today: NaiveDate, problems: &mut Problems) {
    problems.check(day > today, "measured_on", "in_future");
    problems.check(day.year() != year, "measured_on", "measured_outside_year");
}

/// Who acts on an objective.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct By {
    /// Prepares objectives of the unit.
    pub keeps: bool,
    /// Enters the figures of the unit.
    pub enters: bool,
    /// Heads the unit.
    pub head: bool,
    /// Was given the row of the plan.
    pub owner: bool,
    /// Wrote the draft.
    pub author: bool,
}

/// What the machine must know of an objective.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Today.
    pub today: NaiveDate,
    /// Its year.
    pub year: i32,
    /// Rows of its plan.
    pub steps: usize,
    /// A result is there.
    pub has_result: bool,
    /// The row of the plan is done.
    pub step_done: bool,
}

/// The state after `verb`.
///
/// # Errors
/// A code of [`crate::rule::WHO`] when it is not this person's act, `wrong_state` when it is not its time, else the code
/// of what is missing.
pub fn advance(state: ObjectiveState, verb: ObjectiveVerb, by: By, facts: &Facts) -> Result<ObjectiveState, Refused> {
    use {ObjectiveState as S, ObjectiveVerb as V};
    match verb {
        V::Update | V::Evaluate => require(by.keeps, "objective_keeper_only")?,
        V::RecordResult => require(by.keeps || by.enters, "objective_keeper_only")?,
        V::CompleteStep => require(by.owner || by.keeps || by.enters, "doer_only")?,
        V::Cancel if state == S::Draft => require(by.keeps || by.head, "objective_keeper_only")?,
        V::Cancel => require(by.head, "head_only")?,
        V::Approve => {
            require(by.head, "head_only")?;
            require(!by.author, "own_text")?;
        }
    }
    let next = match (verb, state) {
        (V::Update, S::Draft) => S::Draft,
        (V::Approve, S::Draft) => S::Approved,
        (V::RecordResult | V::CompleteStep, S::Approved) => S::Approved,
        (V::Evaluate, S::Approved) => S::Evaluated,
        (V::Cancel, S::Draft | S::Approved) => S::Cancelled,
        _ => return Err(wrong_state(state, verb)),
    };
    match verb {
        V::Approve => require(facts.steps > 0, "objective_without_plan")?,
        V::CompleteStep => require(!facts.step_done, "objective_step_done")?,
        V::Evaluate => {
            require(facts.has_result, "no_result")?;
            let first = NaiveDate::from_ymd_opt(facts.year, EVALUATED_FROM_MONTH, 1);
            require(first.is_none_or(|first| facts.today >= first), "evaluation_too_early")?;
        }
        V::Update | V::RecordResult | V::Cancel => {}
    }
    Ok(next)
}

/// The verbs that [`advance`] would accept, for the buttons of the page; those of a row are asked for row by row.
#[must_use]
pub fn available(state: ObjectiveState, by: By, facts: &Facts) -> Vec<ObjectiveVerb> {
    ObjectiveVerb::ALL.iter().copied().filter(|verb| advance(state, *verb, by, facts).is_ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use {Direction as D, Frequency as F, ObjectiveState as S, ObjectiveVerb as V};

    const NOBODY: By = By { keeps: false, enters: false, head: false, owner: false, author: false };
    const KEEPER: By = By { keeps: true, ..NOBODY };
    const OFFICER: By = By { enters: true, ..NOBODY };
    const HEAD: By = By { head: true, ..NOBODY };

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn exact(text: &str) -> Exact {
        text.parse().unwrap()
    }

    fn facts() -> Facts {
        Facts { today: day("2026-12-15"), year: 2026, steps: 1, has_result: true, step_done: false }
    }

    #[test]
    fn an_objective_is_met_on_the_right_side_of_its_target_and_not_by_rounding() {
        let third = percent(299_999, 300_000).unwrap();
        let cases = [
            (D::AtLeast, "95", exact("95"), true),
            (D::AtLeast, "95", exact("94.9999"), false),
            (D::AtMost, "2", exact("2.0"), true),
            (D::AtMost, "2", exact("2.01"), false),
            (D::Exactly, "100", exact("100"), true),
            (D::Exactly, "100", third.clone(), false),
            (D::AtLeast, "100", third, false),
            (D::AtLeast, "-3", exact("-2"), true),
        ];
        for (direction, target, value, met) in cases {
            assert_eq!(direction.is_met(&exact(target), &value), met, "{direction} {target} {value}");
        }
        assert_eq!(percent(1, 0), None);
        assert_eq!(percent(3, 4), Some(exact("75")));
    }

    #[test]
    fn a_result_is_owed_for_each_period_from_the_approval_on() {
        let cases = [
            (F::Quarter, "2026-02-10", None, Some(("2026-03-31", "2026-04-10"))),
            (F::Quarter, "2026-05-10", None, Some(("2026-06-30", "2026-07-10"))),
            (F::Quarter, "2026-02-10", Some("2026-03-31"), Some(("2026-06-30", "2026-07-10"))),
            (F::Quarter, "2026-02-10", Some("2026-03-30"), Some(("2026-03-31", "2026-04-10"))),
            (F::Quarter, "2026-02-10", Some("2026-09-30"), Some(("2026-12-31", "2027-01-10"))),
            (F::Quarter, "2026-02-10", Some("2026-12-31"), None),
            (F::Month, "2026-02-10", None, Some(("2026-02-28", "2026-03-10"))),
            (F::HalfYear, "2025-12-20", None, Some(("2026-06-30", "2026-07-10"))),
            (F::Year, "2026-02-10", Some("2026-06-30"), Some(("2026-12-31", "2027-01-10"))),
            (F::Month, "2027-01-05", None, None),
        ];
        for (frequency, approved, last, expected) in cases {
            let found = owed(frequency, 2026, day(approved), last.map(day));
            let expected = expected.map(|(until, due)| Owed { until: day(until), due_on: day(due) });
            assert_eq!(found, expected, "{frequency} {approved} {last:?}");
        }
    }

    #[test]
    fn a_value_that_cannot_be_is_refused_and_an_unusual_percentage_says_how() {
        let cases = [
            ("%", true, "95", "100", false, ""),
            ("%", true, "95", "150", true, "value:not_a_share"),
            ("%", true, "95", "-1", true, "value:not_a_share"),
            ("%", false, "95", "150", false, "note:unusual_percent"),
            (" % ", false, "95", "-1", false, "note:unusual_percent"),
            ("%", false, "95", "105", true, ""),
            ("%", false, "110", "105", false, ""),
            ("hồ sơ", false, "12", "-1", true, "value:not_below_zero"),
            ("hồ sơ", false, "12", "150", false, ""),
            ("điểm", false, "-3", "-2", false, ""),
        ];
        for (unit, bound, target, value, has_note, expected) in cases {
            let mut problems = Problems::new();
            check_value(&exact(value), Measure { unit, bound, target: &exact(target) }, has_note, &mut problems);
            let found = problems.finish().err().unwrap_or_default();
            let found: Vec<String> = found.iter().map(|one| format!("{}:{}", one.field, one.code)).collect();
            assert_eq!(found.join(" "), expected, "{unit} {target} {value}");
        }
    }

    #[test]
    fn an_objective_moves_only_as_the_table_says() {
        let early = Facts { today: day("2026-11-30"), ..facts() };
        let cases = [
            (S::Draft, V::Update, KEEPER, facts(), Ok(S::Draft)),
            (S::Draft, V::Update, HEAD, facts(), Err("objective_keeper_only")),
            (S::Draft, V::Approve, HEAD, facts(), Ok(S::Approved)),
            (S::Draft, V::Approve, By { author: true, ..HEAD }, facts(), Err("own_text")),
            (S::Draft, V::Approve, KEEPER, facts(), Err("head_only")),
            (S::Draft, V::Approve, HEAD, Facts { steps: 0, ..facts() }, Err("objective_without_plan")),
            (S::Draft, V::RecordResult, KEEPER, facts(), Err("wrong_state")),
            (S::Approved, V::Update, KEEPER, facts(), Err("wrong_state")),
            (S::Approved, V::RecordResult, OFFICER, facts(), Ok(S::Approved)),
            (S::Approved, V::RecordResult, HEAD, facts(), Err("objective_keeper_only")),
            (S::Approved, V::CompleteStep, By { owner: true, ..NOBODY }, facts(), Ok(S::Approved)),
            (S::Approved, V::CompleteStep, NOBODY, facts(), Err("doer_only")),
            (S::Approved, V::CompleteStep, OFFICER, Facts { step_done: true, ..facts() }, Err("objective_step_done")),
            (S::Approved, V::Evaluate, KEEPER, facts(), Ok(S::Evaluated)),
            (S::Approved, V::Evaluate, KEEPER, early, Err("evaluation_too_early")),
            (S::Approved, V::Evaluate, KEEPER, Facts { has_result: false, ..facts() }, Err("no_result")),
            (S::Approved, V::Evaluate, OFFICER, facts(), Err("objective_keeper_only")),
            (S::Approved, V::Cancel, KEEPER, facts(), Err("head_only")),
            (S::Approved, V::Cancel, HEAD, facts(), Ok(S::Cancelled)),
            (S::Draft, V::Cancel, KEEPER, facts(), Ok(S::Cancelled)),
            (S::Evaluated, V::RecordResult, KEEPER, facts(), Err("wrong_state")),
            (S::Evaluated, V::Cancel, HEAD, facts(), Err("wrong_state")),
            (S::Cancelled, V::Update, KEEPER, facts(), Err("wrong_state")),
        ];
        for (state, verb, by, facts, expected) in cases {
            let found = advance(state, verb, by, &facts).map_err(|refused| refused.code);
            assert_eq!(found, expected, "{state} {verb} {by:?}");
        }
    }

    fn draft() -> Draft {
        Draft {
            year: 2026,
            goal: "Hồ sơ giải quyết đúng hạn".to_owned(),
            measure: "Tỷ lệ hồ sơ giải quyết đúng hạn".to_owned(),
            measure_unit: "%".to_owned(),
            direction: D::AtLeast,
            target: "98.50".to_owned(),
            baseline: None,
            frequency: F::Quarter,
            bind: None,
            steps: vec![StepDraft {
                action: "Rà soát hồ sơ sắp đến hạn mỗi sáng".to_owned(),
                owner_id: None,
                owner_text: Some("Văn phòng".to_owned()),
                due_on: Some(day("2026-12-31")),
            }],
        }
    }

    #[test]
    fn a_draft_names_everything_wrong_at_once_and_keeps_exact_numbers() {
        let check = |draft: Draft| {
            let mut problems = Problems::new();
            let kept = draft.check(&mut problems);
            let wrong = problems.finish().err().unwrap_or_default();
            (kept, wrong.into_iter().map(|error| (error.field, error.code)).collect::<Vec<_>>())
        };
        let (kept, wrong) = check(draft());
        assert_eq!((kept.target.as_str(), wrong), ("98.5", vec![]));
        let bound = Draft { bind: Some(Bind::Satisfaction), measure_unit: String::new(), ..draft() };
        assert_eq!(check(bound).0.measure_unit, "%");
        let bare = StepDraft { action: String::new(), owner_id: None, owner_text: None, due_on: Some(day("2027-01-05")) };
        let empty = Draft {
            year: 1999,
            goal: " ".to_owned(),
            measure: String::new(),
            measure_unit: String::new(),
            target: "chín mươi".to_owned(),
            baseline: Some("9,5".to_owned()),
            steps: vec![bare],
            ..draft()
        };
        let fields = [
            ("year", "out_of_range"),
            ("measure_unit", "required"),
            ("target", "not_a_decimal"),
            ("goal", "required"),
            ("measure", "required"),
            ("baseline", "not_a_decimal"),
            ("steps/0/action", "required"),
            ("steps/0/owner_id", "required"),
            ("steps/0/due_on", "due_outside_year"),
        ];
        let (_, wrong) = check(empty);
        assert_eq!(wrong.iter().map(|(field, code)| (field.as_str(), *code)).collect::<Vec<_>>(), fields);
    }

    #[test]
    fn every_bound_figure_names_counts_that_exist() {
        for bind in Bind::ALL {
            if let Counted::Work(part, whole) = bind.counted() {
                for name in [part, whole] {
                    assert!(crate::year_work::COUNTS.iter().any(|count| count.name == name), "{bind}: {name}");
                }
            }
        }
    }
}
