//! A refused act: which rule of the workflow stood against it.

/// Codes that say *who* may act, not *when*: the state is right, the person is not.
///
/// They are shared by the machines; the API answers them with 403 instead of 409.
pub const WHO: &[&str] = &[
    "team_only",
    "lead_only",
    "head_only",
    "unit_only",
    "planner_only",
    "ordering_authority_only",
    "verifier_only",
    "doer_only",
    "superior_only",
    "own_unit",
    "own_team",
    "own_work",
    "own_plan",
    "secretary_only",
    "publisher_only",
    "not_your_criteria",
    "appraises_own_unit",
    "own_first_decision",
    "own_proposal",
    "scored_it_yourself",
    "document_control_only",
    "drafter_only",
    "registrar_only",
    "not_your_step",
    "own_text",
    "own_review",
    "objective_keeper_only",
    "review_secretary_only",
    "chair_only",
    "prepared_it_yourself",
];

/// Rule codes that several machines share, besides [`WHO`].
pub const CODES: &[&str] = &["wrong_state"];

/// A rule of the workflow that forbids an act now. The code is stable and is the key
/// `rule.<code>` of its sentence in the message catalogue (HTTP 409; 403 for [`WHO`]).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("rule {code}")]
pub struct Refused {
    /// Stable code of the rule.
    pub code: &'static str,
    /// Values for the sentence, by name.
    pub params: Vec<(&'static str, String)>,
}

impl Refused {
    /// A refusal whose sentence needs no values.
    #[must_use]
    pub const fn new(code: &'static str) -> Self {
        Self { code, params: Vec::new() }
    }

    /// The same refusal with a value for its sentence.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.params.push((name, value.to_string()));
        self
    }

    /// Whether another person could do this now ([`WHO`]).
    #[must_use]
    pub fn is_about_who(&self) -> bool {
        WHO.contains(&self.code)
    }
}

/// `Ok` when `allowed`, else the refusal `code`.
///
/// # Errors
/// [`Refused`] with `code` when not `allowed`.
pub fn require(allowed: bool, code: &'static str) -> Result<(), Refused> {
    if allowed { Ok(()) } else { Err(Refused::new(code)) }
}

/// `Ok` when `count` is zero, else the refusal `code` with the `count` for its sentence.
///
/// # Errors
/// [`Refused`] with `code` when something is left.
pub fn require_none(count: u32, code: &'static str) -> Result<(), Refused> {
    if count == 0 { Ok(()) } else { Err(Refused::new(code).with("count", count)) }
}

/// The refusal of a verb that does not start from this state.
pub(crate) fn wrong_state(state: impl ToString, verb: impl ToString) -> Refused {
    Refused::new("wrong_state").with("state", state).with("verb", verb)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_carries_its_values_by_name() {
        let refused = require_none(3, "lines_without_verdict").unwrap_err();
        assert_eq!((refused.code, refused.params), ("lines_without_verdict", vec![("count", "3".to_owned())]));
        assert_eq!(require_none(0, "lines_without_verdict"), Ok(()));
    }

    #[test]
    fn refusals_about_the_person_are_told_from_those_about_the_moment() {
        assert!(Refused::new("lead_only").is_about_who());
        assert!(!wrong_state("draft", "close").is_about_who());
    }
}
