//! The papers of an inspection: from when they are real, who reads them, and their official number
//! (NĐ 30/2020/NĐ-CP, điều 15: given after the signature, one series a year).

use chrono::NaiveDate;

use crate::checklist::InspectionKind;
use crate::draft::Problems;
use crate::inspection::InspectionState;
use crate::record::PaperKind;
use crate::rule::{Refused, require};
use crate::time::vn_day;

/// Every rule code of this module, besides those of [`crate::rule`].
pub const CODES: &[&str] = &["paper_too_early", "paper_not_signed", "paper_registered"];

/// Every field code of this module, besides those of [`crate::draft`].
pub const FIELD_CODES: &[&str] = &["before_signing", "after_today", "number_out_of_range", "bad_symbol"];

/// The largest official number of a year.
pub const MAX_NUMBER: i32 = 99_999;

/// Whether a paper has been signed; until then it is only a draft («DỰ THẢO»).
#[must_use]
pub const fn is_signed(kind: PaperKind, state: InspectionState) -> bool {
    match kind {
        PaperKind::Minutes => matches!(state, InspectionState::MinutesSigned) || state.is_reported(),
        PaperKind::InspectionReport => state.is_reported(),
    }
}

/// Whether there is anything to print: the visit has begun.
///
/// # Errors
/// `paper_too_early`.
pub fn may_render(state: InspectionState) -> Result<(), Refused> {
    use InspectionState as S;
    let begun = !matches!(state, S::Planned | S::TeamSet | S::Notified | S::SelfReport | S::Cancelled);
    require(begun, "paper_too_early")
}

/// Whether the inspected unit reads the paper too: the minutes it was asked to sign once they are
/// signed, the report (which goes to whoever ordered it) once the conclusion is out.
#[must_use]
pub const fn shown_to_unit(kind: PaperKind, inspection: InspectionKind, state: InspectionState) -> bool {
    match kind {
        PaperKind::Minutes => is_signed(kind, state),
        PaperKind::InspectionReport if inspection.has_conclusion() => {
            state.is_reported() && !matches!(state, InspectionState::Reported)
        }
        PaperKind::InspectionReport => state.is_reported(),
    }
}

/// Whether a paper may be given its number now. A number once given stays.
///
/// # Errors
/// `paper_not_signed`, `paper_registered`.
pub fn may_register(kind: PaperKind, state: InspectionState, registered: bool) -> Result<(), Refused> {
    require(is_signed(kind, state), "paper_not_signed")?;
    require(!registered, "paper_registered")
}

/// Checks number and date of a registration; gives the symbol as it is written: upper case, with
/// the abbreviation of the paper's kind in front (`BB-ĐKT`).
pub fn check_registration(
    prefix: &str,
    number: i32,
    symbol: &str,
    issued_on: NaiveDate,
    signed_on: Option<NaiveDate>,
    today: NaiveDate,
    problems: &mut Problems,
) -> String {
    problems.check(!(1..=MAX_NUMBER).contains(&number), "number", "number_out_of_range");
    if let Some(signed_on) = signed_on.filter(|signed_on| issued_on < *signed_on) {
        problems.add_with("issued_on", "before_signing", vec![("date", vn_day(signed_on))]);
    }
    if issued_on > today {
        problems.add_with("issued_on", "after_today", vec![("date", vn_day(today))]);
    }
    let symbol = problems.text("symbol", symbol, 30).to_uppercase();
    let plain = symbol.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '.' | '&'));
    problems.check(!plain || symbol.starts_with('-') || symbol.ends_with('-'), "symbol", "bad_symbol");
    if symbol.starts_with(&format!("{prefix}-")) { symbol } else { format!("{prefix}-{symbol}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use {InspectionKind as K, InspectionState as S, PaperKind as P};

    #[test]
    fn a_paper_is_a_draft_until_its_own_signature() {
        let cases = [
            (P::Minutes, S::FieldworkDone, false),
            (P::Minutes, S::MinutesSigned, true),
            (P::Minutes, S::Closed, true),
            (P::Minutes, S::Cancelled, false),
            (P::InspectionReport, S::MinutesSigned, false),
            (P::InspectionReport, S::Reported, true),
            (P::InspectionReport, S::FollowUp, true),
        ];
        for (kind, state, signed) in cases {
            assert_eq!(is_signed(kind, state), signed, "{kind} {state}");
        }
        assert!(may_render(S::InProgress).is_ok());
        assert!(may_render(S::Notified).is_err());
        assert!(may_render(S::Cancelled).is_err());
    }

    #[test]
    fn the_unit_reads_minutes_when_signed_and_the_report_with_the_conclusion() {
        let cases = [
            (P::Minutes, K::Cchc, S::FieldworkDone, false),
            (P::Minutes, K::Cchc, S::MinutesSigned, true),
            (P::InspectionReport, K::Cchc, S::Reported, false),
            (P::InspectionReport, K::Cchc, S::Concluded, true),
            (P::InspectionReport, K::InternalAudit, S::Reported, true),
            (P::InspectionReport, K::InternalAudit, S::MinutesSigned, false),
        ];
        for (paper, kind, state, shown) in cases {
            assert_eq!(shown_to_unit(paper, kind, state), shown, "{paper} {kind} {state}");
        }
    }

    #[test]
    fn a_number_is_given_once_and_after_the_signature() {
        let code = |outcome: Result<(), Refused>| outcome.err().map_or("", |refused| refused.code);
        assert_eq!(code(may_register(P::Minutes, S::FieldworkDone, false)), "paper_not_signed");
        assert_eq!(code(may_register(P::Minutes, S::MinutesSigned, false)), "");
        assert_eq!(code(may_register(P::Minutes, S::Closed, true)), "paper_registered");
    }

    #[test]
    fn a_registration_is_checked_field_by_field() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let (signed, today) = (day("2026-11-16"), day("2026-11-20"));
        let cases = [
            (5, "ĐKT", "2026-11-17", "BB-ĐKT", ""),
            (5, "bb-đkt", "2026-11-16", "BB-ĐKT", ""),
            (0, "ĐKT", "2026-11-17", "BB-ĐKT", "number"),
            (5, "ĐKT", "2026-11-15", "BB-ĐKT", "issued_on"),
            (5, "ĐKT", "2026-11-21", "BB-ĐKT", "issued_on"),
            (5, "Đ KT", "2026-11-17", "BB-Đ KT", "symbol"),
            (5, "", "2026-11-17", "BB-", "symbol"),
        ];
        for (number, symbol, issued, expected, wrong) in cases {
            let mut problems = Problems::new();
            let kept = check_registration("BB", number, symbol, day(issued), Some(signed), today, &mut problems);
            let fields = problems.finish().err().unwrap_or_default();
            assert_eq!(kept, expected);
            assert_eq!(fields.first().map_or("", |field| field.field.as_str()), wrong, "{number} {symbol} {issued}");
        }
    }
}
