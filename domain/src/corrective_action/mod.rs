//! Corrective actions: plan, doing, verification by another, effectiveness.
//!
//! `issued → analysing → plan_submitted → in_execution → reported_done → implemented →
//! effectiveness_check → closed_effective | reopened`. An extension is a record of its own and does
//! not move the state. A CCHC recommendation (kiến nghị) is a corrective action too.

mod machine;
mod plan;

use chrono::NaiveDate;

use crate::calendar::{Calendar, Deadline, DeadlineKind, DeadlineUnit};
use crate::draft::Problems;
use crate::rule::{Refused, require};
use crate::time::vn_day;

pub use machine::{By, Facts, advance, available, settle};
pub use plan::{Plan, PlanStep, check_plan, check_remarks};

/// Every rule code of this module, besides those of [`crate::rule`].
pub const CODES: &[&str] = &[
    "step_not_open",
    "step_not_done",
    "evidence_missing",
    "effect_date_missing",
    "effect_too_early",
    "extension_open",
    "no_extension_open",
    "extension_needs_authority",
];

/// Every field code of this module, besides those of [`crate::draft`].
pub const FIELD_CODES: &[&str] = &["steps_required", "before_today", "after_limit", "remark_required", "not_later", "same_unit"];

/// Months between verified doing and the check of its effect, unless configured otherwise.
pub const EFFECT_MONTHS: u32 = 3;
/// Extensions granted before only the ordering authority may grant another.
pub const MAX_EXTENSIONS: u32 = 2;
/// The method asks "why" up to five times.
pub const MAX_WHYS: usize = 5;
/// More steps than this are several plans.
pub const MAX_STEPS: usize = 50;

code_enum! {
    /// Where a corrective action stands (`overdue` is computed, never a state).
    pub enum CorrectiveActionState ("corrective_action_state") {
        /// Opened for the unit; nothing written yet.
        Issued = "issued",
        /// The unit is writing its plan.
        Analysing = "analysing",
        /// The head has submitted the plan.
        PlanSubmitted = "plan_submitted",
        /// The plan is approved and being done.
        InExecution = "in_execution",
        /// Every step is reported done.
        ReportedDone = "reported_done",
        /// Someone else has verified the doing.
        Implemented = "implemented",
        /// The effectiveness check is due.
        EffectivenessCheck = "effectiveness_check",
        /// The effect is proven.
        ClosedEffective = "closed_effective",
        /// Not effective: a linked new action goes on.
        Reopened = "reopened",
        /// Given up with a reason (its finding was withdrawn).
        Cancelled = "cancelled",
    }
}

code_enum! {
    /// What moves a corrective action.
    pub enum CorrectiveActionVerb ("corrective_action_verb") {
        /// Save the plan as a draft.
        DraftPlan = "draft_plan",
        /// The head submits the plan.
        SubmitPlan = "submit_plan",
        /// The inspecting side returns it with remarks on its rows.
        Return = "return",
        /// The inspecting side approves the plan.
        ApprovePlan = "approve_plan",
        /// A step is reported done.
        ReportDone = "report_done",
        /// Another person verifies the doing, or sends it back.
        Verify = "verify",
        /// Another person checks the effect: closes or reopens.
        CheckEffectiveness = "check_effectiveness",
        /// Ask for a later date.
        RequestExtension = "request_extension",
        /// Grant the later date.
        Grant = "grant",
        /// Refuse the later date.
        Refuse = "refuse",
        /// Move the open duty to a successor unit.
        Transfer = "transfer",
        /// Give it up.
        Cancel = "cancel",
    }
}

code_enum! {
    /// Cause groups of ISO practice in agencies.
    pub enum CauseGroup ("cause_group") {
        /// Con người.
        People = "people",
        /// Quy trình.
        Procedure = "procedure",
        /// Hệ thống, phần mềm.
        System = "system",
        /// Phối hợp với cơ quan khác.
        Coordination = "coordination",
        /// Quy định pháp luật.
        Law = "law",
        /// Nguồn lực.
        Resources = "resources",
    }
}

code_enum! {
    /// Whether the cause lies inside the unit.
    pub enum CauseOrigin ("cause_origin") {
        /// Chủ quan, within the unit.
        Internal = "internal",
        /// Khách quan, with another agency (which must be named).
        External = "external",
    }
}

code_enum! {
    /// Where a step of the plan stands.
    pub enum StepState ("step_state") {
        /// To be done.
        Open = "open",
        /// Reported done with evidence.
        Done = "done",
        /// Verified by another person.
        Verified = "verified",
        /// Sent back by the verifier.
        Rejected = "rejected",
    }
}

code_enum! {
    /// Where a request for a later date stands.
    pub enum ExtensionState ("extension_state") {
        /// Waiting for a decision.
        Requested = "requested",
        /// Granted.
        Granted = "granted",
        /// Refused.
        Refused = "refused",
    }
}

impl CorrectiveActionState {
    /// Something is still owed: by the unit, the verifier, or time.
    #[must_use]
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::ClosedEffective | Self::Reopened | Self::Cancelled)
    }

    /// The plan is not done yet, so that its dates can be moved.
    #[must_use]
    pub const fn is_before_verification(self) -> bool {
        matches!(self, Self::Issued | Self::Analysing | Self::PlanSubmitted | Self::InExecution | Self::ReportedDone)
    }
}

impl CorrectiveActionVerb {
    /// Whether the act must say why. `return` has its remarks ([`check_remarks`]).
    #[must_use]
    pub const fn needs_reason(self) -> bool {
        matches!(self, Self::RequestExtension | Self::Refuse | Self::Transfer | Self::Cancel)
    }
}

impl StepState {
    /// The step after its report with this many pieces of evidence.
    ///
    /// # Errors
    /// `step_not_open`, `evidence_missing`.
    pub fn report(self, evidence: u32) -> Result<Self, Refused> {
        require(matches!(self, Self::Open | Self::Rejected), "step_not_open")?;
        require(evidence > 0, "evidence_missing")?;
        Ok(Self::Done)
    }

    /// The step after another person looked at it.
    ///
    /// # Errors
    /// `step_not_done`.
    pub fn verify(self, accepted: bool) -> Result<Self, Refused> {
        require(self == Self::Done, "step_not_done")?;
        Ok(if accepted { Self::Verified } else { Self::Rejected })
    }
}

/// A later date must be later. Adds `not_later` on `new_due_on`; the reason is required by the form.
pub fn check_extension(old_due_on: NaiveDate, new_due_on: NaiveDate, today: NaiveDate, problems: &mut Problems) {
    let after = old_due_on.max(today);
    if new_due_on <= after {
        problems.add_with("new_due_on", "not_later", vec![("date", vn_day(after))]);
    }
}

/// A duty moves to another unit. Adds `same_unit` on `unit_id`.
pub fn check_transfer<T: PartialEq>(from: &T, to: &T, problems: &mut Problems) {
    problems.check(from == to, "unit_id", "same_unit");
}

/// When the effect is checked, counted from the verified doing and rolled to a working day.
///
/// # Errors
/// `deadline_too_far`.
pub fn effect_due(calendar: &Calendar, verified_on: NaiveDate, months: u32) -> Result<Deadline, Refused> {
    calendar.deadline(verified_on, months, DeadlineUnit::Month, DeadlineKind::By)
}

/// Overdue starts at 00:00 of the day after. Extensions granted have already moved `due_on`.
#[must_use]
pub fn overdue(due_on: NaiveDate, today: NaiveDate) -> bool {
    today > due_on
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::tests::{day, vietnam};

    #[test]
    fn the_effect_is_due_three_months_after_and_rolls() {
        let due = effect_due(&vietnam(), day("30/01/2026"), EFFECT_MONTHS).unwrap();
        assert_eq!(due.due, day("04/05/2026"), "30 April and 1 May are off, then a weekend");
        assert_eq!(effect_due(&vietnam(), day("30/10/2026"), 6).unwrap().due, day("04/05/2027"));
        assert_eq!(effect_due(&vietnam(), day("30/10/2026"), u32::MAX).unwrap_err().code, "deadline_too_far");
    }

    #[test]
    fn a_later_date_is_later_than_the_old_one_and_than_today() {
        for (old, new, today, expected) in [
            ("20/11/2026", "21/11/2026", "10/11/2026", None),
            ("20/11/2026", "20/11/2026", "10/11/2026", Some("20/11/2026")),
            ("20/11/2026", "22/11/2026", "25/11/2026", Some("25/11/2026")),
            ("20/11/2026", "26/11/2026", "25/11/2026", None),
        ] {
            let mut problems = Problems::new();
            check_extension(day(old), day(new), day(today), &mut problems);
            let found = problems.finish().err().map(|errors| errors[0].params[0].1.clone());
            assert_eq!(found.as_deref(), expected, "{old} to {new} on {today}");
        }
    }

    #[test]
    fn overdue_starts_the_day_after() {
        for (due_on, today, expected) in
            [("20/11/2026", "19/11/2026", false), ("20/11/2026", "20/11/2026", false), ("20/11/2026", "21/11/2026", true)]
        {
            assert_eq!(overdue(day(due_on), day(today)), expected);
        }
    }

    #[test]
    fn a_duty_moves_to_another_unit() {
        for (to, fine) in [(2, true), (1, false)] {
            let mut problems = Problems::new();
            check_transfer(&1, &to, &mut problems);
            assert_eq!(problems.is_empty(), fine);
        }
    }
}
