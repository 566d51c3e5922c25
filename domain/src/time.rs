//! Instants and Vietnamese civil dates.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, Utc, Weekday};

/// Seconds Vietnam is ahead of UTC. No daylight saving since 1975.
const VIETNAM_OFFSET_S: i32 = 7 * 3600;

/// Checked while compiling: seven hours are a valid offset.
const VIETNAM: FixedOffset = FixedOffset::east_opt(VIETNAM_OFFSET_S).unwrap();

/// The time zone of Vietnam, fixed at +07:00.
#[must_use]
pub const fn vietnam() -> FixedOffset {
    VIETNAM
}

/// The civil date in Vietnam at this instant. Deadlines are civil dates, never instants.
#[must_use]
pub fn vn_date(instant: DateTime<Utc>) -> NaiveDate {
    instant.with_timezone(&VIETNAM).date_naive()
}

/// A date as Vietnamese papers write it: `01/12/2026`.
#[must_use]
pub fn vn_day(date: NaiveDate) -> String {
    format!("{:02}/{:02}/{}", date.day(), date.month(), date.year())
}

/// The weekday in the middle of a sentence: `thứ Sáu`, `Chủ nhật`.
#[must_use]
pub const fn weekday_vi(date: Weekday) -> &'static str {
    match date {
        Weekday::Mon => "thứ Hai",
        Weekday::Tue => "thứ Ba",
        Weekday::Wed => "thứ Tư",
        Weekday::Thu => "thứ Năm",
        Weekday::Fri => "thứ Sáu",
        Weekday::Sat => "thứ Bảy",
        Weekday::Sun => "Chủ nhật",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vietnamese_day_begins_at_seventeen_utc() {
        for (instant, expected) in [
            ("2026-11-22T00:00:00Z", "22/11/2026"),
            ("2026-11-22T16:59:59.999Z", "22/11/2026"),
            ("2026-11-22T17:00:00Z", "23/11/2026"),
            ("2026-12-31T17:00:00Z", "01/01/2027"),
            ("2028-02-28T17:00:00Z", "29/02/2028"),
        ] {
            let instant: DateTime<Utc> = instant.parse().unwrap();
            assert_eq!(vn_day(vn_date(instant)), expected, "{instant}");
        }
    }

    #[test]
    fn there_is_no_daylight_saving_in_any_month() {
        for month in 1..=12 {
            let noon = format!("2026-{month:02}-15T05:00:00Z").parse::<DateTime<Utc>>().unwrap();
            assert_eq!(noon.with_timezone(&vietnam()).to_rfc3339(), format!("2026-{month:02}-15T12:00:00+07:00"));
        }
    }

    #[test]
    fn weekdays_have_their_vietnamese_names() {
        let monday = NaiveDate::from_ymd_opt(2026, 11, 23).unwrap();
        let names: Vec<_> = monday.iter_days().take(7).map(|d| weekday_vi(d.weekday())).collect();
        assert_eq!(names, ["thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật"]);
    }
}
