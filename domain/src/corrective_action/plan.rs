//! The plan of a unit as it is handed in: complete, or everything that is missing.

use chrono::NaiveDate;

use super::{CauseGroup, CauseOrigin, MAX_STEPS, MAX_WHYS};
use crate::draft::{FieldError, Problems};
use crate::id::PersonId;
use crate::time::vn_day;

/// A plan as it is handed in.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// What is put right at once.
    pub correction: String,
    /// The chain of causes, first to root: 1 to 5.
    pub whys: Vec<String>,
    /// Group of the root cause.
    pub cause_group: Option<CauseGroup>,
    /// Whether the cause lies inside the unit.
    pub cause_origin: Option<CauseOrigin>,
    /// The other agency, when it lies outside.
    pub external_agency: String,
    /// What will be done.
    pub steps: Vec<PlanStep>,
}

/// A row of a plan as it is handed in.
#[derive(Clone, Debug, Default)]
pub struct PlanStep {
    /// What is done.
    pub action: String,
    /// Who does it.
    pub owner_id: Option<PersonId>,
    /// Until when.
    pub due_on: Option<NaiveDate>,
    /// What will prove it.
    pub expected_evidence: String,
    /// Already done or verified: its date may lie in the past.
    pub settled: bool,
}

impl Plan {
    /// Trims and composes the texts and adds those that are too long or forged. A draft may lack
    /// anything; what is missing is [`check_plan`]'s.
    pub fn clean(&mut self, problems: &mut Problems) {
        let Self { correction, whys, cause_group: _, cause_origin: _, external_agency, steps } = self;
        let mut clean = |field: &str, text: &mut String, max| {
            *text = problems.optional_text(field, Some(text), max).unwrap_or_default();
        };
        clean("correction", correction, 4_000);
        clean("external_agency", external_agency, 300);
        for (row, why) in whys.iter_mut().enumerate() {
            clean(&format!("whys/{row}"), why, 1_000);
        }
        for (row, step) in steps.iter_mut().enumerate() {
            clean(&format!("steps/{row}/action"), &mut step.action, 2_000);
            clean(&format!("steps/{row}/expected_evidence"), &mut step.expected_evidence, 1_000);
        }
    }
}

/// Whether a plan is complete enough to be handed in. `limit` is the last day the plan may name.
///
/// # Errors
/// Everything missing, rows as `steps/0/due_on`, `whys/1`.
pub fn check_plan(plan: &Plan, today: NaiveDate, limit: Option<NaiveDate>) -> Result<(), Vec<FieldError>> {
    let Plan { correction, whys, cause_group, cause_origin, external_agency, steps } = plan;
    let mut problems = Problems::new();
    problems.check(correction.trim().is_empty(), "correction", "required");
    check_whys(whys, &mut problems);
    problems.check(cause_group.is_none(), "cause_group", "required");
    problems.check(cause_origin.is_none(), "cause_origin", "required");
    let agency_missing = *cause_origin == Some(CauseOrigin::External) && external_agency.trim().is_empty();
    problems.check(agency_missing, "external_agency", "required");
    problems.check(steps.is_empty(), "steps", "steps_required");
    problems.at_most("steps", steps.len(), MAX_STEPS);
    for (row, step) in steps.iter().take(MAX_STEPS).enumerate() {
        check_step(&format!("steps/{row}"), step, today, limit, &mut problems);
    }
    problems.finish()
}

fn check_whys(whys: &[String], problems: &mut Problems) {
    problems.check(whys.is_empty(), "whys", "required");
    problems.at_most("whys", whys.len(), MAX_WHYS);
    for (row, why) in whys.iter().take(MAX_WHYS).enumerate() {
        problems.check(why.trim().is_empty(), &format!("whys/{row}"), "required");
    }
}

fn check_step(row: &str, step: &PlanStep, today: NaiveDate, limit: Option<NaiveDate>, problems: &mut Problems) {
    let PlanStep { action, owner_id, due_on, expected_evidence, settled } = step;
    problems.check(action.trim().is_empty(), &format!("{row}/action"), "required");
    problems.check(owner_id.is_none(), &format!("{row}/owner_id"), "required");
    problems.check(expected_evidence.trim().is_empty(), &format!("{row}/expected_evidence"), "required");
    let field = format!("{row}/due_on");
    match (*due_on, limit) {
        (None, _) => problems.add(field, "required"),
        (Some(due_on), _) if due_on < today && !settled => {
            problems.add_with(field, "before_today", vec![("today", vn_day(today))]);
        }
        (Some(due_on), Some(limit)) if due_on > limit => {
            problems.add_with(field, "after_limit", vec![("limit", vn_day(limit))]);
        }
        (Some(_), _) => {}
    }
}

/// A plan is returned with at least one remark, on a row or in general. Adds `remark_required`.
pub fn check_remarks<'a>(general: &str, rows: impl IntoIterator<Item = &'a str>, problems: &mut Problems) {
    let silent = general.trim().is_empty() && rows.into_iter().all(|row| row.trim().is_empty());
    problems.check(silent, "remark", "remark_required");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::tests::day;

    fn step() -> PlanStep {
        PlanStep {
            action: "Niêm yết lại thủ tục".to_owned(),
            owner_id: Some(PersonId(uuid::Uuid::nil())),
            due_on: Some(day("30/11/2026")),
            expected_evidence: "Ảnh bảng niêm yết".to_owned(),
            settled: false,
        }
    }

    fn plan() -> Plan {
        Plan {
            correction: "Gỡ bản cũ".to_owned(),
            whys: vec!["Chưa cập nhật".to_owned(), "Không ai được giao".to_owned()],
            cause_group: Some(CauseGroup::Procedure),
            cause_origin: Some(CauseOrigin::Internal),
            external_agency: String::new(),
            steps: vec![step()],
        }
    }

    fn problems_of(plan: &Plan) -> Vec<(String, &'static str)> {
        let found = check_plan(plan, day("22/11/2026"), Some(day("31/12/2026")));
        found.err().unwrap_or_default().into_iter().map(|error| (error.field, error.code)).collect()
    }

    #[test]
    fn a_plan_is_complete_or_says_what_is_missing() {
        let with = |change: fn(&mut Plan)| {
            let mut plan = plan();
            change(&mut plan);
            problems_of(&plan)
        };
        type Case = (fn(&mut Plan), &'static [(&'static str, &'static str)]);
        let cases: [Case; 13] = [
            (|_| {}, &[]),
            (|p| p.correction = " ".to_owned(), &[("correction", "required")]),
            (|p| p.whys.clear(), &[("whys", "required")]),
            (|p| p.whys.push(String::new()), &[("whys/2", "required")]),
            (|p| p.whys = vec!["vì sao".to_owned(); 6], &[("whys", "too_many")]),
            (|p| p.cause_origin = Some(CauseOrigin::External), &[("external_agency", "required")]),
            (
                |p| {
                    p.cause_origin = Some(CauseOrigin::External);
                    p.external_agency = "Chi nhánh Văn phòng đăng ký đất đai".to_owned();
                },
                &[],
            ),
            (|p| p.steps.clear(), &[("steps", "steps_required")]),
            (|p| p.steps = vec![step(); MAX_STEPS + 1], &[("steps", "too_many")]),
            (|p| p.steps[0].due_on = Some(day("21/11/2026")), &[("steps/0/due_on", "before_today")]),
            (
                |p| {
                    p.steps[0].due_on = Some(day("21/11/2026"));
                    p.steps[0].settled = true;
                },
                &[],
            ),
            (
                |p| {
                    p.steps.push(step());
                    p.steps[1].due_on = Some(day("01/01/2027"));
                },
                &[("steps/1/due_on", "after_limit")],
            ),
            (
                |p| p.steps.push(PlanStep::default()),
                &[
                    ("steps/1/action", "required"),
                    ("steps/1/owner_id", "required"),
                    ("steps/1/expected_evidence", "required"),
                    ("steps/1/due_on", "required"),
                ],
            ),
        ];
        for (change, expected) in cases {
            let expected: Vec<_> = expected.iter().map(|(field, code)| ((*field).to_owned(), *code)).collect();
            assert_eq!(with(change), expected);
        }
        let empty: Vec<_> = problems_of(&Plan::default()).into_iter().map(|(field, _)| field).collect();
        assert_eq!(empty, ["correction", "whys", "cause_group", "cause_origin", "steps"]);
        assert!(check_plan(&plan(), day("30/11/2026"), Some(day("30/11/2026"))).is_ok(), "both limits belong to it");
    }

    #[test]
    fn a_draft_may_lack_anything_but_its_texts_are_clean() {
        let mut problems = Problems::new();
        let mut draft = Plan {
            whys: vec![" e\u{302}\u{301} ".to_owned(), "x".repeat(1_001)],
            steps: vec![PlanStep { action: "a\u{202E}b".to_owned(), ..PlanStep::default() }],
            ..Plan::default()
        };
        draft.clean(&mut problems);
        assert_eq!((draft.whys[0].as_str(), draft.correction.as_str()), ("ế", ""));
        let found: Vec<_> = problems.finish().unwrap_err().into_iter().map(|error| (error.field, error.code)).collect();
        let expected = [("whys/1", "too_long"), ("steps/0/action", "forbidden_characters")];
        assert_eq!(found, expected.map(|(field, code)| (field.to_owned(), code)));
    }

    #[test]
    fn a_plan_is_not_returned_in_silence() {
        for (general, rows, fine) in [
            ("Bổ sung nguyên nhân", vec![], true),
            ("", vec!["", "Hạn quá dài"], true),
            (" ", vec!["", " "], false),
            ("", vec![], false),
        ] {
            let mut problems = Problems::new();
            check_remarks(general, rows, &mut problems);
            assert_eq!(problems.is_empty(), fine);
        }
    }
}
