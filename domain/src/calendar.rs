//! Deadlines in Vietnam: calendar days that roll, working days that are counted.
//!
//! Rules: Bộ luật Dân sự 2015, Điều 147 (the first day is not counted) and Điều 148 (where a term
//! ends; a last day off rolls to the next working day). "ngày" and "ngày làm việc" are different
//! units and are never converted.

use std::collections::{BTreeMap, BTreeSet};
use std::iter::successors;
use std::ops::Bound::{Excluded, Included};

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};
use serde::Serialize;

use crate::rule::Refused;
use crate::time::{vn_day, weekday_vi};

/// Every rule code of this module.
pub const CODES: &[&str] = &["deadline_too_far"];

/// The longest count that is answered; ten years of days, far above any term in law.
pub const MAX_COUNT: u32 = 3_660;

code_enum! {
    /// Why a day differs from the ordinary week.
    pub enum DayKind ("day_kind") {
        /// Nghỉ lễ, Tết (BLLĐ 2019, Điều 112).
        Holiday = "holiday",
        /// Nghỉ bù (BLLĐ 2019, Điều 111 khoản 3).
        Compensation = "compensation",
        /// Nghỉ hoán đổi: a working day made off by notice.
        SwapOff = "swap_off",
        /// Làm bù: a day of the weekend made a working day.
        MakeUpWorkday = "make_up_workday",
    }
}

code_enum! {
    /// What a term is counted in.
    pub enum DeadlineUnit ("deadline_unit") {
        /// Ngày: every day counts, the end rolls.
        Day = "day",
        /// Ngày làm việc: only working days count.
        WorkingDay = "working_day",
        /// Tháng: to the same date, or the last day of a shorter month.
        Month = "month",
        /// Năm: to the same date and month.
        Year = "year",
    }
}

code_enum! {
    /// Whether the last day belongs to the term.
    pub enum DeadlineKind ("deadline_kind") {
        /// Chậm nhất ngày, đến hết ngày: the day belongs to it.
        By = "by",
        /// Trước ngày: it must be done on an earlier working day.
        Before = "before",
    }
}

/// The days off and made-up days known, and the years whose official list is out.
///
/// Days without an entry follow the 40-hour week: Saturday and Sunday are off.
#[derive(Clone, Debug, Default)]
pub struct Calendar {
    days: BTreeMap<NaiveDate, (DayKind, String)>,
    published_years: BTreeSet<i32>,
}

/// A day that a count passed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// The day.
    pub date: NaiveDate,
    /// Its name in the calendar, or the weekday; Vietnamese.
    pub reason: String,
}

/// A counted deadline, with everything needed to check it by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Deadline {
    /// The last day to act, always a working day; overdue starts at 00:00 of the next day.
    pub due: NaiveDate,
    /// How many days were counted: working days for `working_day`, calendar days otherwise.
    pub counted: i64,
    /// Where the term ends before it rolls over days off.
    pub ends_on: NaiveDate,
    /// Days off passed over: while counting working days, or while rolling the end.
    pub skipped: Vec<Skipped>,
    /// Tạm tính: the count touches a year whose calendar is not published.
    pub provisional: bool,
    /// How it was counted and on what basis, for people; Vietnamese.
    pub explanation: String,
}

impl Calendar {
    /// A calendar of these special days. Of two entries for one date the later one counts.
    #[must_use]
    pub fn new(
        days: impl IntoIterator<Item = (NaiveDate, DayKind, String)>,
        published_years: impl IntoIterator<Item = i32>,
    ) -> Self {
        Self {
            days: days.into_iter().map(|(date, kind, name)| (date, (kind, name))).collect(),
            published_years: published_years.into_iter().collect(),
        }
    }

    /// Tạm tính: whether counting between these days touches a year whose list is not out.
    #[must_use]
    pub fn is_provisional(&self, a: NaiveDate, b: NaiveDate) -> bool {
        (a.min(b).year()..=a.max(b).year()).any(|year| !self.published_years.contains(&year))
    }

    /// Whether offices work on this day. A made-up Saturday is a working day.
    #[must_use]
    pub fn is_working_day(&self, date: NaiveDate) -> bool {
        match self.days.get(&date) {
            Some((kind, _)) => *kind == DayKind::MakeUpWorkday,
            None => is_weekday(date),
        }
    }

    /// `date` itself or the first working day after it. At the end of chrono's range: `date`.
    #[must_use]
    pub fn next_working_day_on_or_after(&self, date: NaiveDate) -> NaiveDate {
        days_from(Some(date)).find(|day| self.is_working_day(*day)).unwrap_or(date)
    }

    /// `date` itself or the last working day before it. At the start of chrono's range: `date`.
    #[must_use]
    pub fn previous_working_day_on_or_before(&self, date: NaiveDate) -> NaiveDate {
        self.last_working_day(Some(date)).unwrap_or(date)
    }

    /// How many working days lie in `(from, to]`; negative when `to` is before `from`.
    ///
    /// Arithmetic on weeks and the listed days only, so that far dates cost nothing.
    #[must_use]
    pub fn working_days_between(&self, from: NaiveDate, to: NaiveDate) -> i64 {
        if to < from {
            return -self.working_days_between(to, from);
        }
        let listed: i64 = self
            .days
            .range((Excluded(from), Included(to)))
            .map(|(date, (kind, _))| i64::from(*kind == DayKind::MakeUpWorkday) - i64::from(is_weekday(*date)))
            .sum();
        weekdays_until(to) - weekdays_until(from) + listed
    }

    /// The deadline of a term of `n` units that begins with an event on `from`.
    ///
    /// The day of the event is not counted (Điều 147); the end rolls to the next working day
    /// (Điều 148 khoản 5); `0` only rolls. With [`DeadlineKind::Before`] it is the last working day
    /// that is strictly before that end.
    ///
    /// # Errors
    /// `deadline_too_far` when `n` is above [`MAX_COUNT`] or the end cannot be written as a date.
    pub fn deadline(&self, from: NaiveDate, n: u32, unit: DeadlineUnit, kind: DeadlineKind) -> Result<Deadline, Refused> {
        let too_far = || Refused::new("deadline_too_far").with("max", MAX_COUNT);
        if n > MAX_COUNT {
            return Err(too_far());
        }
        let ends_on = self.end_of_term(from, n, unit).ok_or_else(too_far)?;
        let rolled = days_from(Some(ends_on)).find(|day| self.is_working_day(*day)).ok_or_else(too_far)?;
        let due = match kind {
            DeadlineKind::By => rolled,
            DeadlineKind::Before => self.last_working_day(rolled.pred_opt()).ok_or_else(too_far)?,
        };
        Ok(self.explained(&Term { from, n, unit, ends_on, rolled, due }))
    }

    fn end_of_term(&self, from: NaiveDate, n: u32, unit: DeadlineUnit) -> Option<NaiveDate> {
        match unit {
            DeadlineUnit::Day => from.checked_add_days(Days::new(n.into())),
            DeadlineUnit::Month => from.checked_add_months(Months::new(n)),
            DeadlineUnit::Year => from.checked_add_months(Months::new(n.checked_mul(12)?)),
            DeadlineUnit::WorkingDay => match usize::try_from(n).ok()?.checked_sub(1) {
                Some(before_last) => days_from(from.succ_opt()).filter(|day| self.is_working_day(*day)).nth(before_last),
                None => Some(from),
            },
        }
    }

    fn last_working_day(&self, latest: Option<NaiveDate>) -> Option<NaiveDate> {
        successors(latest, NaiveDate::pred_opt).find(|day| self.is_working_day(*day))
    }

    fn explained(&self, term: &Term) -> Deadline {
        let counted = match term.unit {
            DeadlineUnit::Day | DeadlineUnit::WorkingDay => term.n.into(),
            DeadlineUnit::Month | DeadlineUnit::Year => term.ends_on.signed_duration_since(term.from).num_days(),
        };
        let skipped = self.skipped(term);
        let unpublished = self.unpublished_years(term);
        Deadline {
            due: term.due,
            counted,
            ends_on: term.ends_on,
            provisional: !unpublished.is_empty(),
            explanation: self.explanation(term, &skipped, &unpublished),
            skipped,
        }
    }

    /// Days off among the days looked at: all since the event for working days, else only those
    /// around the end.
    fn skipped(&self, term: &Term) -> Vec<Skipped> {
        let first = match term.unit {
            DeadlineUnit::WorkingDay if term.n > 0 => term.from.succ_opt(),
            _ => Some(term.ends_on),
        };
        days_from(first.map(|day| day.min(term.due)))
            .take_while(|day| *day < term.rolled)
            .filter(|day| !self.is_working_day(*day))
            .map(|date| Skipped { date, reason: self.day_off_name(date) })
            .collect()
    }

    fn day_off_name(&self, date: NaiveDate) -> String {
        match self.days.get(&date) {
            Some((_, name)) if !name.is_empty() => name.clone(),
            _ => weekday_vi(date.weekday()).to_owned(),
        }
    }

    fn unpublished_years(&self, term: &Term) -> Vec<i32> {
        let first = if term.n == 0 { term.from } else { term.from.succ_opt().unwrap_or(term.from) };
        (first.min(term.due).year()..=term.rolled.year()).filter(|year| !self.published_years.contains(year)).collect()
    }

    fn explanation(&self, term: &Term, skipped: &[Skipped], unpublished: &[i32]) -> String {
        let mut text = self.counting_vi(term, skipped);
        if term.rolled != term.ends_on {
            let name = self.days.get(&term.ends_on).map_or_else(String::new, |(_, name)| format!(" ({name})"));
            let rolled = long_day(term.rolled);
            text += &format!(", là ngày nghỉ{name} nên chuyển sang ngày làm việc tiếp theo, {rolled}");
        }
        if term.due != term.rolled {
            text += &format!("; phải xong trước ngày đó, chậm nhất hết {}", long_day(term.due));
        }
        text += ". Căn cứ Điều 147 và Điều 148 Bộ luật Dân sự 2015.";
        if let Some(years) = years_vi(unpublished) {
            text += &format!(" Tạm tính: chưa công bố lịch nghỉ của {years}.");
        }
        text
    }

    fn counting_vi(&self, term: &Term, skipped: &[Skipped]) -> String {
        let ends_on = long_day(term.ends_on);
        let Some(first) = term.from.succ_opt().filter(|_| term.n > 0) else {
            return format!("Mốc thời hạn là {ends_on}");
        };
        let (n, unit, first, from) = (term.n, unit_vi(term.unit), vn_day(first), vn_day(term.from));
        let note = match term.unit {
            DeadlineUnit::WorkingDay => self.counting_note(term, skipped),
            _ => String::new(),
        };
        format!("Thời hạn {n} {unit} tính từ ngày {first} (không tính ngày {from}){note}, kết thúc vào {ends_on}")
    }

    /// What was left out and what was counted although it is a Saturday.
    fn counting_note(&self, term: &Term, skipped: &[Skipped]) -> String {
        let off = skipped.iter().filter(|day| day.date > term.from && day.date < term.ends_on).count();
        let mut note = if off > 0 { format!(", bỏ qua {off} ngày nghỉ") } else { String::new() };
        let made_up: Vec<_> = days_from(term.from.succ_opt())
            .take_while(|day| *day <= term.ends_on)
            .filter(|day| matches!(self.days.get(day), Some((DayKind::MakeUpWorkday, _))))
            .map(vn_day)
            .collect();
        if !made_up.is_empty() {
            note += &format!(", có tính ngày làm bù {}", made_up.join(", "));
        }
        note
    }
}

/// A counted term on its way to a [`Deadline`].
struct Term {
    from: NaiveDate,
    n: u32,
    unit: DeadlineUnit,
    ends_on: NaiveDate,
    rolled: NaiveDate,
    due: NaiveDate,
}

fn days_from(first: Option<NaiveDate>) -> impl Iterator<Item = NaiveDate> {
    successors(first, NaiveDate::succ_opt)
}

fn is_weekday(date: NaiveDate) -> bool {
    !matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}

/// Weekdays from Monday 0001-01-01 to `date`, both included; negative before.
fn weekdays_until(date: NaiveDate) -> i64 {
    let days = i64::from(date.num_days_from_ce());
    5 * days.div_euclid(7) + days.rem_euclid(7).min(5)
}

fn long_day(date: NaiveDate) -> String {
    format!("{} {}", weekday_vi(date.weekday()), vn_day(date))
}

const fn unit_vi(unit: DeadlineUnit) -> &'static str {
    match unit {
        DeadlineUnit::Day => "ngày",
        DeadlineUnit::WorkingDay => "ngày làm việc",
        DeadlineUnit::Month => "tháng",
        DeadlineUnit::Year => "năm",
    }
}

fn years_vi(years: &[i32]) -> Option<String> {
    match years {
        [] => None,
        [year] => Some(format!("năm {year}")),
        [first, last] => Some(format!("năm {first} và năm {last}")),
        [first, ..] => Some(format!("các năm từ {first}")),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    pub(crate) fn day(text: &str) -> NaiveDate {
        NaiveDate::parse_from_str(text, "%d/%m/%Y").unwrap()
    }

    /// Days off 2025 to 2027 as `data/holidays-vn.yaml` lists them; 2025 and 2026 are published.
    const DAYS: &[(&str, DayKind, &str)] = {
        use DayKind::{Compensation, Holiday, MakeUpWorkday, SwapOff};
        &[
            ("01/01/2025", Holiday, "Tết Dương lịch"),
            ("27/01/2025", Holiday, "Tết Ất Tỵ (28 tháng Chạp)"),
            ("28/01/2025", Holiday, "29 tháng Chạp"),
            ("29/01/2025", Holiday, "Mùng 1"),
            ("30/01/2025", Holiday, "Mùng 2"),
            ("31/01/2025", Holiday, "Mùng 3"),
            ("07/04/2025", Holiday, "Giỗ Tổ Hùng Vương"),
            ("26/04/2025", MakeUpWorkday, "Làm bù"),
            ("30/04/2025", Holiday, "Ngày Chiến thắng"),
            ("01/05/2025", Holiday, "Quốc tế Lao động"),
            ("02/05/2025", SwapOff, "Nghỉ hoán đổi"),
            ("01/09/2025", Holiday, "Quốc khánh (ngày liền kề)"),
            ("02/09/2025", Holiday, "Quốc khánh"),
            ("01/01/2026", Holiday, "Tết Dương lịch"),
            ("02/01/2026", SwapOff, "Nghỉ hoán đổi"),
            ("10/01/2026", MakeUpWorkday, "Làm bù"),
            ("16/02/2026", Holiday, "Tết Bính Ngọ (29 tháng Chạp)"),
            ("17/02/2026", Holiday, "Mùng 1"),
            ("18/02/2026", Holiday, "Mùng 2"),
            ("19/02/2026", Holiday, "Mùng 3"),
            ("20/02/2026", Holiday, "Mùng 4"),
            ("26/04/2026", Holiday, "Giỗ Tổ Hùng Vương"),
            ("27/04/2026", Compensation, "Nghỉ bù Giỗ Tổ"),
            ("30/04/2026", Holiday, "Ngày Chiến thắng"),
            ("01/05/2026", Holiday, "Quốc tế Lao động"),
            ("22/08/2026", MakeUpWorkday, "Làm bù"),
            ("31/08/2026", SwapOff, "Nghỉ hoán đổi"),
            ("01/09/2026", Holiday, "Quốc khánh (ngày liền kề)"),
            ("02/09/2026", Holiday, "Quốc khánh"),
            ("24/11/2026", Holiday, "Ngày Văn hóa Việt Nam"),
            ("01/01/2027", Holiday, "Tết Dương lịch"),
            ("04/02/2027", Holiday, "Tết Đinh Mùi (28 tháng Chạp)"),
            ("05/02/2027", Holiday, "29 tháng Chạp (giao thừa)"),
            ("06/02/2027", Holiday, "Mùng 1"),
            ("07/02/2027", Holiday, "Mùng 2"),
            ("08/02/2027", Holiday, "Mùng 3"),
            ("09/02/2027", Holiday, "Mùng 4"),
            ("10/02/2027", Holiday, "Mùng 5"),
            ("16/04/2027", Holiday, "Giỗ Tổ Hùng Vương"),
            ("30/04/2027", Holiday, "Ngày Chiến thắng"),
            ("01/05/2027", Holiday, "Quốc tế Lao động (Thứ Bảy)"),
            ("03/05/2027", Compensation, "Nghỉ bù 01/5"),
            ("02/09/2027", Holiday, "Quốc khánh"),
            ("03/09/2027", Holiday, "Quốc khánh (ngày liền kề)"),
            ("24/11/2027", Holiday, "Ngày Văn hóa Việt Nam"),
        ]
    };

    pub(crate) fn vietnam() -> Calendar {
        vietnam_without(&[])
    }

    fn vietnam_without(unknown: &[&str]) -> Calendar {
        let known = DAYS.iter().filter(|(date, ..)| !unknown.contains(date));
        Calendar::new(known.map(|(date, kind, name)| (day(date), *kind, (*name).to_owned())), [2025, 2026])
    }

    fn due(calendar: &Calendar, from: &str, n: u32, unit: DeadlineUnit, kind: DeadlineKind) -> String {
        vn_day(calendar.deadline(day(from), n, unit, kind).unwrap().due)
    }

    #[test]
    fn the_twelve_worked_examples_come_out() {
        use DeadlineUnit::{Day, Month, WorkingDay};
        let cases = [
            (1, "05/11/2026", 15, Day, "20/11/2026"),
            (2, "16/11/2026", 10, WorkingDay, "01/12/2026"),
            (3, "09/02/2026", 15, WorkingDay, "09/03/2026"),
            (4, "18/01/2026", 30, Day, "23/02/2026"),
            (5, "20/08/2026", 3, WorkingDay, "24/08/2026"),
            (6, "28/08/2026", 5, WorkingDay, "09/09/2026"),
            (7, "31/12/2025", 3, WorkingDay, "07/01/2026"),
            (8, "31/01/2027", 1, Month, "01/03/2027"),
            (9, "30/10/2026", 6, Month, "04/05/2027"),
            (10, "20/11/2026", 15, WorkingDay, "14/12/2026"),
            (11, "13/04/2026", 20, Day, "04/05/2026"),
            (12, "31/12/2025", 8, WorkingDay, "13/01/2026"),
        ];
        for (number, from, n, unit, expected) in cases {
            assert_eq!(due(&vietnam(), from, n, unit, DeadlineKind::By), expected, "example {number}");
        }
    }

    #[test]
    fn a_notice_that_was_not_known_gives_the_date_of_its_time() {
        let cases = [
            ("24/11/2026", "16/11/2026", 10, "30/11/2026"), // example 2 before the new holiday
            ("02/01/2026", "31/12/2025", 3, "06/01/2026"),  // example 7 before the swap
        ];
        for (unknown, from, n, expected) in cases {
            let calendar = vietnam_without(&[unknown]);
            assert_eq!(due(&calendar, from, n, DeadlineUnit::WorkingDay, DeadlineKind::By), expected);
        }
    }

    #[test]
    fn before_ends_on_the_last_working_day_strictly_before() {
        use DeadlineUnit::{Day, WorkingDay};
        let cases = [
            ("05/11/2026", 15, Day, "19/11/2026"),        // by Friday the 20th
            ("16/11/2026", 10, WorkingDay, "30/11/2026"), // by Tuesday 1 December
            ("20/11/2026", 15, WorkingDay, "11/12/2026"), // by Monday 14 December: Friday
            ("13/04/2026", 20, Day, "29/04/2026"),        // Sunday 3 May, behind a long holiday
            ("15/12/2026", 0, Day, "14/12/2026"),         // "trước ngày 15/12"
            ("24/08/2026", 0, Day, "22/08/2026"),         // the Saturday before is made up
        ];
        for (from, n, unit, expected) in cases {
            assert_eq!(due(&vietnam(), from, n, unit, DeadlineKind::Before), expected, "{n} from {from}");
        }
    }

    #[test]
    fn months_and_years_end_on_the_same_date_or_the_last_of_the_month() {
        use DeadlineUnit::{Month, Year};
        let cases = [
            ("31/01/2024", 1, Month, "29/02/2024"),
            ("31/08/2023", 6, Month, "29/02/2024"),
            ("29/02/2024", 1, Year, "28/02/2025"),
            ("29/02/2024", 4, Year, "29/02/2028"),
            ("15/10/2025", 12, Month, "15/10/2026"),
            ("15/10/2025", 1, Year, "15/10/2026"),
        ];
        for (from, n, unit, expected) in cases {
            assert_eq!(due(&vietnam(), from, n, unit, DeadlineKind::By), expected, "{n} {unit} from {from}");
        }
    }

    #[test]
    fn working_days_of_the_years_agree_with_the_published_table() {
        for (year, expected) in [(2025, 250), (2026, 249), (2027, 249)] {
            let (from, to) = (format!("31/12/{}", year - 1), format!("31/12/{year}"));
            assert_eq!(vietnam().working_days_between(day(&from), day(&to)), expected, "{year}");
        }
    }

    #[test]
    fn skipped_days_are_named() {
        let found = vietnam().deadline(day("28/08/2026"), 5, DeadlineUnit::WorkingDay, DeadlineKind::By).unwrap();
        let skipped: Vec<_> = found.skipped.iter().map(|s| (vn_day(s.date), s.reason.as_str())).collect();
        let expected = [
            ("29/08/2026", "thứ Bảy"),
            ("30/08/2026", "Chủ nhật"),
            ("31/08/2026", "Nghỉ hoán đổi"),
            ("01/09/2026", "Quốc khánh (ngày liền kề)"),
            ("02/09/2026", "Quốc khánh"),
            ("05/09/2026", "thứ Bảy"),
            ("06/09/2026", "Chủ nhật"),
        ];
        assert_eq!(skipped, expected.map(|(date, reason)| (date.to_owned(), reason)));
        assert_eq!(found.counted, 5);
    }

    #[test]
    fn the_day_of_the_event_is_never_among_the_skipped() {
        let found = vietnam().deadline(day("22/11/2026"), 1, DeadlineUnit::WorkingDay, DeadlineKind::By).unwrap();
        assert_eq!((vn_day(found.due), found.skipped), ("23/11/2026".to_owned(), vec![]));
    }

    #[test]
    fn rolling_over_new_year_needs_both_calendars() {
        let sunday = day("31/12/2028");
        for (published, expected) in [(vec![2028, 2029], false), (vec![2029], true), (vec![2028], true)] {
            let calendar = Calendar::new([], published);
            let found = calendar.deadline(sunday, 0, DeadlineUnit::Day, DeadlineKind::By).unwrap();
            assert_eq!(found.provisional, expected);
        }
    }

    #[test]
    fn calendar_days_skip_only_where_the_end_rolls() {
        let found = vietnam().deadline(day("18/01/2026"), 30, DeadlineUnit::Day, DeadlineKind::By).unwrap();
        let skipped: Vec<_> = found.skipped.iter().map(|s| vn_day(s.date)).collect();
        assert_eq!(skipped, ["17/02/2026", "18/02/2026", "19/02/2026", "20/02/2026", "21/02/2026", "22/02/2026"]);
        assert_eq!((found.counted, vn_day(found.ends_on)), (30, "17/02/2026".to_owned()));
    }

    #[test]
    fn the_explanation_can_be_checked_by_hand() {
        use DeadlineKind::{Before, By};
        use DeadlineUnit::{Day, Month, WorkingDay};
        const BASIS: &str = "Căn cứ Điều 147 và Điều 148 Bộ luật Dân sự 2015.";
        let cases = [
            (
                ("16/11/2026", 10, WorkingDay, By),
                "Thời hạn 10 ngày làm việc tính từ ngày 17/11/2026 (không tính ngày 16/11/2026), bỏ qua 5 ngày nghỉ, \
                 kết thúc vào thứ Ba 01/12/2026.",
            ),
            (
                ("20/08/2026", 3, WorkingDay, By),
                "Thời hạn 3 ngày làm việc tính từ ngày 21/08/2026 (không tính ngày 20/08/2026), bỏ qua 1 ngày nghỉ, \
                 có tính ngày làm bù 22/08/2026, kết thúc vào thứ Hai 24/08/2026.",
            ),
            (
                ("18/01/2026", 30, Day, By),
                "Thời hạn 30 ngày tính từ ngày 19/01/2026 (không tính ngày 18/01/2026), kết thúc vào thứ Ba 17/02/2026, \
                 là ngày nghỉ (Mùng 1) nên chuyển sang ngày làm việc tiếp theo, thứ Hai 23/02/2026.",
            ),
            (
                ("28/11/2026", 0, Day, By),
                "Mốc thời hạn là thứ Bảy 28/11/2026, là ngày nghỉ nên chuyển sang ngày làm việc tiếp theo, \
                 thứ Hai 30/11/2026.",
            ),
            (
                ("05/11/2026", 15, Day, Before),
                "Thời hạn 15 ngày tính từ ngày 06/11/2026 (không tính ngày 05/11/2026), kết thúc vào thứ Sáu \
                 20/11/2026; phải xong trước ngày đó, chậm nhất hết thứ Năm 19/11/2026.",
            ),
        ];
        for ((from, n, unit, kind), expected) in cases {
            let found = vietnam().deadline(day(from), n, unit, kind).unwrap();
            assert_eq!(found.explanation, format!("{expected} {BASIS}"));
        }
        let provisional = vietnam().deadline(day("30/10/2026"), 6, Month, By).unwrap();
        assert!(provisional.explanation.ends_with("Tạm tính: chưa công bố lịch nghỉ của năm 2027."));
    }

    #[test]
    fn a_count_that_touches_an_unpublished_year_is_provisional() {
        let cases = [
            ("05/11/2026", 15, false),
            ("28/12/2026", 3, false), // ends on Thursday 31/12
            ("29/12/2026", 3, true),  // rolls over New Year
            ("31/12/2026", 0, false),
            ("31/12/2026", 1, true),
            ("01/02/2027", 1, true),
            ("31/12/2024", 2, false), // the event itself is not counted
            ("30/12/2024", 2, true),
        ];
        for (from, n, expected) in cases {
            let found = vietnam().deadline(day(from), n, DeadlineUnit::WorkingDay, DeadlineKind::By).unwrap();
            assert_eq!(found.provisional, expected, "{n} from {from}");
        }
    }

    #[test]
    fn counts_without_end_are_refused_and_not_attempted() {
        for (from, n, unit) in [
            (day("01/01/2026"), 3_661, DeadlineUnit::Day),
            (day("01/01/2026"), u32::MAX, DeadlineUnit::WorkingDay),
            (NaiveDate::MAX, 1, DeadlineUnit::Day),
            (NaiveDate::MAX, 0, DeadlineUnit::WorkingDay),
            (NaiveDate::MAX, 3_660, DeadlineUnit::Year),
        ] {
            for kind in [DeadlineKind::By, DeadlineKind::Before] {
                // The very last day of chrono's range may itself be a working day.
                match vietnam().deadline(from, n, unit, kind) {
                    Err(refused) => assert_eq!(refused.code, "deadline_too_far"),
                    Ok(found) => assert!(n == 0 && found.due <= NaiveDate::MAX),
                }
            }
        }
        let limit = vietnam().deadline(day("01/01/2026"), MAX_COUNT, DeadlineUnit::WorkingDay, DeadlineKind::By);
        assert!(limit.is_ok());
    }

    #[test]
    fn a_calendar_without_entries_knows_only_the_weekend() {
        let calendar = Calendar::default();
        let found = calendar.deadline(day("18/12/2026"), 1, DeadlineUnit::Day, DeadlineKind::By).unwrap();
        assert_eq!((vn_day(found.due), found.provisional), ("21/12/2026".to_owned(), true));
    }

    #[test]
    fn the_later_of_two_entries_for_one_day_counts() {
        let entry = |kind| (day("24/11/2026"), kind, String::new());
        let calendar = Calendar::new([entry(DayKind::Holiday), entry(DayKind::MakeUpWorkday)], [2026]);
        assert!(calendar.is_working_day(day("24/11/2026")));
    }

    prop_compose! {
        fn some_day()(offset in 0_u64..1_200) -> NaiveDate { day("01/11/2024") + Days::new(offset) }
    }

    prop_compose! {
        /// Any set of special days in the span, not only those a ministry would choose.
        fn some_calendar()(
            days in prop::collection::vec((some_day(), prop::sample::select(DayKind::ALL)), 0..60),
            years in prop::collection::vec(2024..2029, 0..4),
        ) -> Calendar {
            Calendar::new(days.into_iter().map(|(date, kind)| (date, kind, String::new())), years)
        }
    }

    fn any_unit() -> impl Strategy<Value = DeadlineUnit> {
        prop::sample::select(DeadlineUnit::ALL)
    }

    fn any_kind() -> impl Strategy<Value = DeadlineKind> {
        prop::sample::select(DeadlineKind::ALL)
    }

    proptest! {
        #[test]
        fn a_deadline_is_always_a_working_day(
            calendar in some_calendar(), from in some_day(), n in 0_u32..500, unit in any_unit(), kind in any_kind(),
        ) {
            let found = calendar.deadline(from, n, unit, kind).unwrap();
            prop_assert!(calendar.is_working_day(found.due));
            prop_assert!(found.skipped.iter().all(|skipped| !calendar.is_working_day(skipped.date)));
        }

        #[test]
        fn a_longer_term_never_ends_earlier(
            calendar in some_calendar(), from in some_day(), n in 0_u32..300, more in 0_u32..50,
            unit in any_unit(), kind in any_kind(),
        ) {
            let (short, long) = (calendar.deadline(from, n, unit, kind), calendar.deadline(from, n + more, unit, kind));
            prop_assert!(short.unwrap().due <= long.unwrap().due);
        }

        #[test]
        fn adding_nothing_only_rolls(calendar in some_calendar(), from in some_day(), unit in any_unit()) {
            let found = calendar.deadline(from, 0, unit, DeadlineKind::By).unwrap();
            prop_assert_eq!(found.due, calendar.next_working_day_on_or_after(from));
            prop_assert_eq!(found.ends_on, from);
        }

        #[test]
        fn working_days_may_be_counted_in_parts(
            calendar in some_calendar(), from in some_day(), a in 1_u32..80, b in 0_u32..80,
        ) {
            let count = |from, n| calendar.deadline(from, n, DeadlineUnit::WorkingDay, DeadlineKind::By).unwrap().due;
            prop_assert_eq!(count(count(from, a), b), count(from, a + b));
        }

        #[test]
        fn counting_back_gives_the_number_of_working_days(
            calendar in some_calendar(), from in some_day(), n in 1_u32..200,
        ) {
            let found = calendar.deadline(from, n, DeadlineUnit::WorkingDay, DeadlineKind::By).unwrap();
            prop_assert_eq!(calendar.working_days_between(from, found.due), i64::from(n));
        }

        #[test]
        fn working_days_between_agrees_with_counting_one_by_one(
            calendar in some_calendar(), a in some_day(), b in some_day(),
        ) {
            let (first, last) = (a.min(b), a.max(b));
            let one_by_one = first.iter_days().skip(1).take_while(|d| *d <= last).filter(|d| calendar.is_working_day(*d));
            let count = i64::try_from(one_by_one.count()).unwrap();
            prop_assert_eq!(calendar.working_days_between(a, b), if a <= b { count } else { -count });
        }

        #[test]
        fn before_is_strictly_earlier_than_by(
            calendar in some_calendar(), from in some_day(), n in 0_u32..300, unit in any_unit(),
        ) {
            let [by, before] = [DeadlineKind::By, DeadlineKind::Before].map(|k| calendar.deadline(from, n, unit, k).unwrap());
            prop_assert!(before.due < by.due);
            prop_assert_eq!(calendar.working_days_between(before.due, by.due), 1);
        }

        #[test]
        fn no_date_of_chrono_panics(days in i32::MIN..i32::MAX, n in any::<u32>(), unit in any_unit(), kind in any_kind()) {
            let calendar = vietnam();
            if let Some(date) = NaiveDate::from_num_days_from_ce_opt(days) {
                let _ = calendar.deadline(date, n % 5_000, unit, kind);
                let _ = calendar.next_working_day_on_or_after(date);
                let _ = calendar.previous_working_day_on_or_before(date);
                let _ = calendar.working_days_between(date, day("01/01/2026"));
            }
        }
    }

    #[test]
    fn the_ends_of_the_range_do_not_panic() {
        let calendar = vietnam();
        for date in [NaiveDate::MIN, NaiveDate::MAX] {
            for unit in DeadlineUnit::ALL {
                for kind in DeadlineKind::ALL {
                    let _ = calendar.deadline(date, 0, *unit, *kind);
                    let _ = calendar.deadline(date, 40, *unit, *kind);
                }
            }
            let _ = calendar.next_working_day_on_or_after(date);
            let _ = calendar.previous_working_day_on_or_before(date);
            assert_ne!(calendar.working_days_between(date, day("01/01/2026")), 0);
        }
    }
}
