//! Who may not inspect whom: members of the unit, and those who left it less than 12 months ago.
//!
//! A house rule of Vietnamese agencies (ISO 9001:2015, 9.2.2 asks for objective and impartial
//! auditors; kiểm tra CCHC: no member checks their own agency).

use chrono::{Months, NaiveDate};
use serde::Serialize;

use crate::id::UnitId;
use crate::rule::{Refused, require};
use crate::time::vn_day;

/// Every rule code of this module.
pub const CODES: &[&str] = &["member_of_unit", "former_member_of_unit"];

/// For how many months after leaving a person is not independent, unless configured otherwise.
pub const LOOK_BACK_MONTHS: u32 = 12;

/// A person's belonging to one unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The unit.
    pub unit: UnitId,
    /// First day.
    pub from: NaiveDate,
    /// The day the person left; `None` while it lasts.
    pub to: Option<NaiveDate>,
}

code_enum! {
    /// Why a person is not independent of a unit.
    pub enum ConflictKind ("conflict_kind") {
        /// Belongs to the unit on the day of the visit.
        Member = "member",
        /// Left the unit too short a time before.
        FormerMember = "former_member",
    }
}

/// What stands between a person and a visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Conflict {
    /// Why.
    pub kind: ConflictKind,
    /// The unit of the membership that matters.
    pub unit: UnitId,
    /// When the person left it; `None` for a member.
    pub left_on: Option<NaiveDate>,
    /// First day on which the person is free; `None` for a member without an end.
    pub free_on: Option<NaiveDate>,
}

impl From<Conflict> for Refused {
    fn from(conflict: Conflict) -> Self {
        let code = match conflict.kind {
            ConflictKind::Member => "member_of_unit",
            ConflictKind::FormerMember => "former_member_of_unit",
        };
        [("left_on", conflict.left_on), ("free_on", conflict.free_on)]
            .into_iter()
            .filter_map(|(name, date)| date.map(|date| (name, vn_day(date))))
            .fold(Self::new(code), |refused, (name, day)| refused.with(name, day))
    }
}

/// Whether a person with these memberships may inspect on `visit_on`.
///
/// `inspected` holds the inspected unit and every unit below it; superior units do not count, since
/// inspecting what lies below is their duty. Who left exactly `look_back_months` ago is free.
///
/// # Errors
/// The gravest [`Conflict`]: a present membership before a former one, the latest leaving first.
pub fn check(
    memberships: &[Membership],
    inspected: &[UnitId],
    visit_on: NaiveDate,
    look_back_months: u32,
) -> Result<(), Conflict> {
    memberships
        .iter()
        .filter(|membership| inspected.contains(&membership.unit))
        .filter_map(|membership| conflict(membership, visit_on, look_back_months))
        .max_by_key(|conflict| (conflict.kind == ConflictKind::Member, conflict.left_on))
        .map_or(Ok(()), Err)
}

fn conflict(membership: &Membership, visit_on: NaiveDate, look_back_months: u32) -> Option<Conflict> {
    let Membership { unit, from, to } = *membership;
    if from > visit_on {
        return None;
    }
    // A date past the end of chrono's range is never reached.
    let free_on = to.map(|left_on| left_on.checked_add_months(Months::new(look_back_months)).unwrap_or(NaiveDate::MAX));
    match to {
        Some(left_on) if left_on <= visit_on => (free_on > Some(visit_on)).then_some(Conflict {
            kind: ConflictKind::FormerMember,
            unit,
            left_on: Some(left_on),
            free_on,
        }),
        _ => Some(Conflict { kind: ConflictKind::Member, unit, left_on: None, free_on }),
    }
}

/// Who may except a person from the rule, in writing, for one inspection.
///
/// `ordering_authority`: the judge holds that role over the inspecting unit; `same_person`: the
/// judge is the one to be excepted. The reason is required by the form.
///
/// # Errors
/// `ordering_authority_only`, or `own_work` when it would be one's own exception.
pub fn may_except(ordering_authority: bool, same_person: bool) -> Result<(), Refused> {
    require(ordering_authority, "ordering_authority_only")?;
    require(!same_person, "own_work")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::tests::day;

    fn unit(n: u128) -> UnitId {
        UnitId(uuid::Uuid::from_u128(n))
    }

    fn span(n: u128, from: &str, to: Option<&str>) -> Membership {
        Membership { unit: unit(n), from: day(from), to: to.map(day) }
    }

    fn verdict(memberships: &[Membership], months: u32) -> (&'static str, Option<NaiveDate>) {
        match check(memberships, &[unit(1), unit(2)], day("15/11/2026"), months) {
            Ok(()) => ("free", None),
            Err(conflict) => (conflict.kind.code(), conflict.left_on),
        }
    }

    #[test]
    fn members_and_recent_members_do_not_inspect_their_unit() {
        let cases: [(&str, Membership, &str); 10] = [
            ("another unit", span(9, "01/01/2020", None), "free"),
            ("a member", span(1, "01/01/2020", None), "member"),
            ("a member of a division below", span(2, "01/01/2020", None), "member"),
            ("joined on the day", span(1, "15/11/2026", None), "member"),
            ("joins the day after", span(1, "16/11/2026", None), "free"),
            ("leaves the day after", span(1, "01/01/2020", Some("16/11/2026")), "member"),
            ("left on the day", span(1, "01/01/2020", Some("15/11/2026")), "former_member"),
            ("left a day less than 12 months ago", span(1, "01/01/2020", Some("16/11/2025")), "former_member"),
            ("left exactly 12 months ago", span(1, "01/01/2020", Some("15/11/2025")), "free"),
            ("left long ago", span(1, "01/01/2010", Some("01/01/2015")), "free"),
        ];
        for (case, membership, expected) in cases {
            assert_eq!(verdict(&[membership], LOOK_BACK_MONTHS).0, expected, "{case}");
        }
        assert_eq!(verdict(&[], LOOK_BACK_MONTHS).0, "free");
    }

    #[test]
    fn the_gravest_conflict_is_told() {
        let older = span(1, "01/01/2020", Some("01/02/2026"));
        let later = span(2, "01/02/2026", Some("01/06/2026"));
        let present = span(2, "01/06/2026", None);
        assert_eq!(verdict(&[older, later], 12), ("former_member", Some(day("01/06/2026"))));
        assert_eq!(verdict(&[older, present, later], 12), ("member", None));
    }

    #[test]
    fn the_look_back_is_configured() {
        let left = span(1, "01/01/2020", Some("01/02/2026"));
        for (months, expected) in
            [(0, "free"), (6, "free"), (12, "former_member"), (24, "former_member"), (u32::MAX, "former_member")]
        {
            assert_eq!(verdict(&[left], months).0, expected, "{months}");
        }
    }

    #[test]
    fn the_refusal_says_when_the_person_is_free() {
        let conflict = check(&[span(1, "01/01/2020", Some("29/02/2024"))], &[unit(1)], day("27/02/2025"), 12).unwrap_err();
        assert_eq!(conflict.free_on, Some(day("28/02/2025")));
        let refused = Refused::from(conflict);
        let expected = [("left_on", "29/02/2024".to_owned()), ("free_on", "28/02/2025".to_owned())];
        assert_eq!((refused.code, refused.params), ("former_member_of_unit", expected.to_vec()));
        let member = check(&[span(1, "01/01/2020", None)], &[unit(1)], day("27/02/2025"), 12).unwrap_err();
        assert_eq!(Refused::from(member), Refused::new("member_of_unit"));
    }

    #[test]
    fn an_exception_is_the_ordering_authoritys_and_never_for_oneself() {
        for (authority, same, expected) in
            [(true, false, None), (true, true, Some("own_work")), (false, false, Some("ordering_authority_only"))]
        {
            assert_eq!(may_except(authority, same).err().map(|refused| refused.code), expected);
        }
    }
}
