//! Which reminder stage a due date has reached, counted in working days.
//!
//! One intent is kept for each (rule, record, stage, person, due version). Only the latest stage
//! counts, so an outage is caught up with one mail and not with one for every missed day.

use std::iter::successors;

use chrono::NaiveDate;

use crate::calendar::Calendar;
use crate::record::Duty;

code_enum! {
    /// A stage of a [`Ladder`].
    pub enum Stage ("reminder_stage") {
        /// Ten working days are left.
        Before10 = "before_10",
        /// Seven working days are left.
        Before7 = "before_7",
        /// Three working days are left.
        Before3 = "before_3",
        /// One working day is left.
        Before1 = "before_1",
        /// The day itself.
        Due = "due",
        /// Two working days late.
        Overdue2 = "overdue_2",
        /// Four working days late.
        Overdue4 = "overdue_4",
        /// Five working days late.
        Overdue5 = "overdue_5",
        /// Six working days late.
        Overdue6 = "overdue_6",
        /// Eight working days late.
        Overdue8 = "overdue_8",
        /// Ten working days late.
        Overdue10 = "overdue_10",
        /// Twelve working days late.
        Overdue12 = "overdue_12",
        /// Fourteen working days late.
        Overdue14 = "overdue_14",
        /// Fifteen working days late.
        Overdue15 = "overdue_15",
        /// Sixteen working days late.
        Overdue16 = "overdue_16",
        /// Eighteen working days late.
        Overdue18 = "overdue_18",
        /// Twenty working days late; afterwards it stays in the digest only.
        Overdue20 = "overdue_20",
        /// Twenty-five working days late.
        Overdue25 = "overdue_25",
        /// Thirty working days late.
        Overdue30 = "overdue_30",
        /// Thirty-five working days late.
        Overdue35 = "overdue_35",
        /// Forty working days late.
        Overdue40 = "overdue_40",
        /// Forty-five working days late.
        Overdue45 = "overdue_45",
        /// Fifty working days late.
        Overdue50 = "overdue_50",
    }
}

/// How often a kind of duty is reminded of; after its last stage it stays in the digest only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ladder {
    /// 7, 3, 1 working days before; the day; every second working day after, ten times.
    Usual,
    /// When it arises, 10 working days before; the day; weekly after, ten times.
    Weekly,
}

impl Ladder {
    /// The ladder of a kind of duty.
    #[must_use]
    pub const fn of(duty: Duty) -> Self {
        match duty {
            Duty::RenewDeclaration => Self::Weekly,
            _ => Self::Usual,
        }
    }

    /// Whether the stage is one of its own.
    #[must_use]
    pub const fn has(self, stage: Stage) -> bool {
        let offset = stage.offset();
        match self {
            Self::Usual => matches!(offset, -7 | -3 | -1 | 0) || (offset > 0 && offset <= 20 && offset % 2 == 0),
            Self::Weekly => matches!(offset, -10 | 0) || (offset > 0 && offset % 5 == 0),
        }
    }

    /// The latest stage reached on `today`; `None` before the first.
    ///
    /// A day off is in the stage of the working day before it; nothing is sent on it ([`sending_day`]).
    #[must_use]
    pub fn stage(self, calendar: &Calendar, due_on: NaiveDate, today: NaiveDate) -> Option<Stage> {
        let late = calendar.working_days_between(due_on, today);
        Stage::ALL.iter().copied().rev().find(|stage| self.has(*stage) && stage.offset() <= late)
    }
}

code_enum! {
    /// What people are told of once, whatever they have to do: it has no due date to lead up to.
    pub enum News ("notice") {
        /// Kết quả thẩm định đã được gửi để giải trình.
        AppraisalReleased = "appraisal_released",
        /// Kết quả đã được công bố.
        ResultsPublished = "results_published",
        /// Bản công bố đã được đính chính.
        ResultsCorrected = "results_corrected",
        /// Chưa lên kế hoạch cuộc xem xét của lãnh đạo trong năm.
        ReviewNotPlanned = "review_not_planned",
    }
}

/// The one stage of [`News`]; in the ledger where a [`Stage`] stands for duties.
pub const NOTICE_STAGE: &str = "notice";

/// For how many days after the event a notice that could not be sent is still caught up with.
pub const NOTICE_DAYS: i64 = 14;

/// Whether people who were not told yet are still told of what happened on `on`.
#[must_use]
pub fn notice_is_fresh(on: NaiveDate, today: NaiveDate) -> bool {
    (0..=NOTICE_DAYS).contains(&(today - on).num_days())
}

impl Stage {
    /// Working days after the due date at which the stage begins; negative before it.
    #[must_use]
    pub const fn offset(self) -> i64 {
        match self {
            Self::Before10 => -10,
            Self::Before7 => -7,
            Self::Before3 => -3,
            Self::Before1 => -1,
            Self::Due => 0,
            Self::Overdue2 => 2,
            Self::Overdue4 => 4,
            Self::Overdue5 => 5,
            Self::Overdue6 => 6,
            Self::Overdue8 => 8,
            Self::Overdue10 => 10,
            Self::Overdue12 => 12,
            Self::Overdue14 => 14,
            Self::Overdue15 => 15,
            Self::Overdue16 => 16,
            Self::Overdue18 => 18,
            Self::Overdue20 => 20,
            Self::Overdue25 => 25,
            Self::Overdue30 => 30,
            Self::Overdue35 => 35,
            Self::Overdue40 => 40,
            Self::Overdue45 => 45,
            Self::Overdue50 => 50,
        }
    }

    /// Whether the due date has passed.
    #[must_use]
    pub const fn is_overdue(self) -> bool {
        self.offset() > 0
    }
}

/// The latest stage of the usual ladder reached on `today`; `None` while more than seven working days
/// are left.
#[must_use]
pub fn stage(calendar: &Calendar, due_on: NaiveDate, today: NaiveDate) -> Option<Stage> {
    Ladder::Usual.stage(calendar, due_on, today)
}

/// Whether mails go out on this day: working days only, made-up Saturdays included.
#[must_use]
pub fn sending_day(calendar: &Calendar, today: NaiveDate) -> bool {
    calendar.is_working_day(today)
}

/// The working day on which this stage of this due date is sent.
///
/// When the due date itself is a day off, stages up to the day move to the working day before.
#[must_use]
pub fn sent_on(calendar: &Calendar, due_on: NaiveDate, stage: Stage) -> NaiveDate {
    let offset = stage.offset();
    let far_enough =
        |day: &NaiveDate| calendar.is_working_day(*day) && calendar.working_days_between(due_on, *day).abs() >= offset.abs();
    let found = if offset > 0 {
        successors(due_on.succ_opt(), NaiveDate::succ_opt).find(far_enough)
    } else {
        successors(Some(due_on), NaiveDate::pred_opt).find(far_enough)
    };
    found.unwrap_or(due_on)
}

/// How far a due date is away, in working days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DaysLeft {
    /// Working days left; zero when only days off lie between.
    Left(i64),
    /// It is today.
    Today,
    /// Working days late; zero when only days off lie between.
    Late(i64),
}

/// How far `due_on` is from `today`.
#[must_use]
pub fn days_left(calendar: &Calendar, due_on: NaiveDate, today: NaiveDate) -> DaysLeft {
    let left = calendar.working_days_between(today, due_on);
    match today.cmp(&due_on) {
        std::cmp::Ordering::Less => DaysLeft::Left(left),
        std::cmp::Ordering::Equal => DaysLeft::Today,
        std::cmp::Ordering::Greater => DaysLeft::Late(-left),
    }
}

/// [`days_left`] in words, for mails and lists; Vietnamese.
#[must_use]
pub fn days_left_words(calendar: &Calendar, due_on: NaiveDate, today: NaiveDate) -> String {
    match days_left(calendar, due_on, today) {
        DaysLeft::Left(0) => "đến hạn trong đợt nghỉ này".to_owned(),
        DaysLeft::Left(n) => format!("còn {n} ngày làm việc"),
        DaysLeft::Today => "đến hạn hôm nay".to_owned(),
        DaysLeft::Late(0) => "đã quá hạn".to_owned(),
        DaysLeft::Late(n) => format!("quá hạn {n} ngày làm việc"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::calendar::tests::{day, vietnam};

    #[test]
    fn the_ladder_around_a_due_date_with_a_holiday() {
        // Due on Friday 27/11/2026; Tuesday 24/11 is a holiday.
        for (today, expected) in [
            ("16/11/2026", None),             // 8 working days left
            ("17/11/2026", Some("before_7")), // 18 19 20 23 25 26 27
            ("20/11/2026", Some("before_7")),
            ("22/11/2026", Some("before_7")),
            ("23/11/2026", Some("before_3")), // 25 26 27
            ("24/11/2026", Some("before_3")),
            ("26/11/2026", Some("before_1")),
            ("27/11/2026", Some("due")),
            ("28/11/2026", Some("due")),
            ("30/11/2026", Some("due")), // one working day late
            ("01/12/2026", Some("overdue_2")),
            ("02/12/2026", Some("overdue_2")),
            ("03/12/2026", Some("overdue_4")),
            ("25/12/2026", Some("overdue_20")),
            ("31/12/2026", Some("overdue_20")), // then the digest only
        ] {
            let found = stage(&vietnam(), day("27/11/2026"), day(today));
            assert_eq!(found.map(Stage::code), expected, "{today}");
        }
    }

    #[test]
    fn there_are_ten_reminders_after_the_due_date() {
        for ladder in [Ladder::Usual, Ladder::Weekly] {
            let own = Stage::ALL.iter().filter(|stage| ladder.has(**stage));
            assert_eq!(own.filter(|stage| stage.is_overdue()).count(), 10, "{ladder:?}");
        }
        assert!(Stage::ALL.iter().all(|stage| Ladder::Usual.has(*stage) || Ladder::Weekly.has(*stage)));
        assert!(Stage::ALL.is_sorted_by_key(|stage| stage.offset()));
        for stage in Stage::ALL {
            let number = stage.offset().abs();
            let expected = match stage.offset().signum() {
                -1 => format!("before_{number}"),
                0 => "due".to_owned(),
                _ => format!("overdue_{number}"),
            };
            assert_eq!(stage.code(), expected);
        }
    }

    #[test]
    fn a_weekly_duty_is_said_when_it_arises_on_its_day_and_every_week_after() {
        // It arose on 16/11/2026, ten working days before; 24/11 is a holiday.
        for (today, expected) in [
            ("13/11/2026", None),
            ("16/11/2026", Some("before_10")),
            ("30/11/2026", Some("before_10")),
            ("01/12/2026", Some("due")),
            ("07/12/2026", Some("due")),
            ("08/12/2026", Some("overdue_5")),
            ("15/12/2026", Some("overdue_10")),
            ("31/12/2027", Some("overdue_50")),
        ] {
            let found = Ladder::of(Duty::RenewDeclaration).stage(&vietnam(), day("01/12/2026"), day(today));
            assert_eq!(found.map(Stage::code), expected, "{today}");
        }
        assert_eq!(Ladder::of(Duty::FilePlan), Ladder::Usual);
    }

    #[test]
    fn a_notice_is_caught_up_with_for_two_weeks() {
        for (today, expected) in
            [("26/11/2026", false), ("27/11/2026", true), ("11/12/2026", true), ("12/12/2026", false), ("27/11/2027", false)]
        {
            assert_eq!(notice_is_fresh(day("27/11/2026"), day(today)), expected, "{today}");
        }
    }

    #[test]
    fn nothing_is_sent_on_days_off_but_on_a_made_up_saturday() {
        for (today, expected) in [("21/08/2026", true), ("22/08/2026", true), ("23/08/2026", false), ("31/08/2026", false)] {
            assert_eq!(sending_day(&vietnam(), day(today)), expected, "{today}");
        }
    }

    #[test]
    fn each_stage_has_its_day() {
        for (due_on, stage, expected) in [
            ("27/11/2026", Stage::Before7, "17/11/2026"),
            ("27/11/2026", Stage::Before3, "23/11/2026"),
            ("27/11/2026", Stage::Before1, "26/11/2026"),
            ("27/11/2026", Stage::Due, "27/11/2026"),
            ("27/11/2026", Stage::Overdue2, "01/12/2026"),
            ("29/11/2026", Stage::Due, "27/11/2026"), // a due date on a Sunday
            ("29/11/2026", Stage::Before1, "26/11/2026"),
            ("29/11/2026", Stage::Overdue2, "01/12/2026"),
        ] {
            assert_eq!(sent_on(&vietnam(), day(due_on), stage), day(expected), "{stage} of {due_on}");
        }
    }

    #[test]
    fn the_time_left_is_said_in_working_days() {
        for (due_on, today, expected) in [
            ("27/11/2026", "23/11/2026", "còn 3 ngày làm việc"),
            ("27/11/2026", "27/11/2026", "đến hạn hôm nay"),
            ("27/11/2026", "28/11/2026", "đã quá hạn"),
            ("27/11/2026", "03/12/2026", "quá hạn 4 ngày làm việc"),
            ("29/11/2026", "28/11/2026", "đến hạn trong đợt nghỉ này"),
        ] {
            assert_eq!(days_left_words(&vietnam(), day(due_on), day(today)), expected, "{today}");
        }
    }

    prop_compose! {
        fn some_day()(offset in 0_u64..700) -> NaiveDate { day("01/02/2025") + chrono::Days::new(offset) }
    }

    proptest! {
        #[test]
        fn a_stage_begins_on_the_day_it_is_sent(due_on in some_day()) {
            let (calendar, due_on) = (vietnam(), vietnam().next_working_day_on_or_after(due_on));
            for reached in Stage::ALL.iter().filter(|reached| Ladder::Usual.has(**reached)) {
                let on = sent_on(&calendar, due_on, *reached);
                prop_assert!(sending_day(&calendar, on));
                prop_assert_eq!(stage(&calendar, due_on, on), Some(*reached));
                prop_assert!(stage(&calendar, due_on, on.pred_opt().unwrap()) < Some(*reached));
            }
        }

        #[test]
        fn stages_only_go_forward(due_on in some_day(), today in some_day()) {
            let tomorrow = today.succ_opt().unwrap();
            prop_assert!(stage(&vietnam(), due_on, today) <= stage(&vietnam(), due_on, tomorrow));
        }

        #[test]
        fn an_outage_is_caught_up_with_one_mail(due_on in some_day(), down in some_day(), days in 1_u64..60) {
            // Sent before the outage: `last`. Whatever was missed, one stage is open afterwards.
            let calendar = vietnam();
            let last = stage(&calendar, due_on, down);
            let up = stage(&calendar, due_on, down + chrono::Days::new(days));
            let to_send: Vec<_> = up.into_iter().filter(|stage| Some(*stage) != last).collect();
            prop_assert!(to_send.len() <= 1);
        }
    }
}
