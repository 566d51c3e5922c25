//! What a change of the TTHC catalogue asks of a unit's procedures, and whether it is done. Pure: the
//! facts are read by the caller, and nothing here is stored, so that a task ticks itself.

use chrono::NaiveDate;

use super::control::ProcedureChange;

code_enum! {
    /// What a unit must do with its procedure.
    pub enum ProcedureTask ("procedure_task") {
        /// Biên soạn mới.
        Write = "write",
        /// Sửa đổi.
        Revise = "revise",
        /// Thu hồi.
        Withdraw = "withdraw",
    }
}

/// How a unit stands to one changed administrative procedure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The unit decides on procedures of this level and keeps procedures of its own.
    pub concerned: bool,
    /// A document of the unit for this procedure was in force when the decision was signed.
    pub had: bool,
    /// First day of the revision that is in force for it now.
    pub now: Option<NaiveDate>,
    /// The revision in force was made because of this decision.
    pub by_this: bool,
    /// The document serves other procedures too.
    pub shared: bool,
    /// Another document of the unit is in force for the procedure that replaces this one.
    pub heir_elsewhere: bool,
    /// By the same decision a procedure that the unit has a document for is replaced by this one.
    pub continued: bool,
}

/// What the change asks of the unit, and whether it is done; none when it asks nothing.
///
/// New: the unit writes one, unless the text of one that it replaces goes on under it. Amended: who had one revises it; who had none is not asked, because the
/// change does not make the gap. Replaced: the text goes on under the new code, unless another document
/// serves that already: then the old one goes. Abolished: it goes, or is revised when it serves other
/// procedures too. A revision counts when it is in force from the day of the change on, or was asked
/// for by the decision itself.
#[must_use]
pub fn task(change: ProcedureChange, effective_on: NaiveDate, unit: &Standing) -> Option<(ProcedureTask, bool)> {
    let in_force = unit.now.is_some();
    let had = unit.had || in_force;
    let renewed = unit.by_this || unit.now.is_some_and(|from| from >= effective_on);
    let revised = renewed || !in_force;
    match change {
        ProcedureChange::New if unit.continued => None,
        ProcedureChange::New => (unit.concerned || had).then_some((ProcedureTask::Write, in_force)),
        _ if !had => None,
        ProcedureChange::Amended => Some((ProcedureTask::Revise, revised)),
        ProcedureChange::Replaced if unit.heir_elsewhere && !unit.shared => Some((ProcedureTask::Withdraw, !in_force)),
        ProcedureChange::Replaced => Some((ProcedureTask::Revise, revised)),
        ProcedureChange::Abolished if unit.shared => Some((ProcedureTask::Revise, revised)),
        ProcedureChange::Abolished => Some((ProcedureTask::Withdraw, !in_force)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::tests::day;

    #[test]
    fn a_change_asks_what_the_unit_has() {
        use ProcedureChange as C;
        use ProcedureTask as T;
        let none = Standing::default();
        let concerned = Standing { concerned: true, ..none };
        let before = Some(day("01/07/2026"));
        let old = Standing { concerned: true, had: true, now: before, ..none };
        let gone = Standing { now: None, ..old };
        let fresh = Standing { now: Some(day("15/12/2026")), ..old };
        let asked = Standing { by_this: true, ..old };
        let shared = Standing { shared: true, ..old };
        let heir = Standing { heir_elsewhere: true, ..old };
        for (change, standing, expected) in [
            (C::New, none, None),
            (C::New, concerned, Some((T::Write, false))),
            (C::New, Standing { now: Some(day("10/12/2026")), ..concerned }, Some((T::Write, true))),
            (C::New, Standing { continued: true, ..concerned }, None),
            (C::New, Standing { continued: true, ..old }, None),
            (C::Amended, concerned, None),
            (C::Amended, old, Some((T::Revise, false))),
            (C::Amended, fresh, Some((T::Revise, true))),
            (C::Amended, asked, Some((T::Revise, true))),
            (C::Amended, gone, Some((T::Revise, true))),
            (C::Replaced, concerned, None),
            (C::Replaced, old, Some((T::Revise, false))),
            (C::Replaced, fresh, Some((T::Revise, true))),
            (C::Replaced, heir, Some((T::Withdraw, false))),
            (C::Replaced, Standing { shared: true, ..heir }, Some((T::Revise, false))),
            (C::Replaced, Standing { heir_elsewhere: true, ..gone }, Some((T::Withdraw, true))),
            (C::Abolished, concerned, None),
            (C::Abolished, old, Some((T::Withdraw, false))),
            (C::Abolished, fresh, Some((T::Withdraw, false))),
            (C::Abolished, gone, Some((T::Withdraw, true))),
            (C::Abolished, shared, Some((T::Revise, false))),
            (C::Abolished, Standing { by_this: true, ..shared }, Some((T::Revise, true))),
        ] {
            assert_eq!(task(change, day("15/12/2026"), &standing), expected, "{change} {standing:?}");
        }
    }

    #[test]
    fn a_revision_a_day_before_the_change_is_too_old() {
        let standing = |from| Standing { had: true, now: Some(day(from)), ..Standing::default() };
        for (from, done) in [("14/12/2026", false), ("15/12/2026", true)] {
            let found = task(ProcedureChange::Amended, day("15/12/2026"), &standing(from));
            assert_eq!(found, Some((ProcedureTask::Revise, done)), "{from}");
        }
    }
}
