//! What moves an inspection: one function, guarded by the machine.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use domain::corrective_action::CorrectiveActionState;
use domain::draft::Problems;
use domain::finding::{self as finding_rules, Appeal};
use domain::id::{FindingId, InspectionId, LineId};
use domain::inspection::{InspectionState, InspectionVerb, advance, check_signature};
use domain::record::{PaperKind, Subject};
use domain::rule::Refused;
use entities::{finding, inspection, inspection_line, inspection_member, paper};
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _};

use super::{access, facts, plan, team};
use crate::auth::Caller;
use crate::error::Result;
use crate::http::Version;
use crate::store::{Event, Store, Tx};

/// An act with what it needs to be told.
#[derive(Clone, Debug)]
pub enum Act {
    /// Tell the unit.
    Notify {
        /// By when its self-report is asked for; `None` when it is not.
        self_report_due_on: Option<NaiveDate>,
    },
    /// The unit sends its self-report.
    SubmitSelfReport {
        /// The report.
        text: String,
    },
    /// Send the self-report back.
    ReturnSelfReport {
        /// What is missing.
        reason: String,
    },
    /// Open the visit.
    Start,
    /// End of field work.
    Finish,
    /// The minutes are signed, or the unit refuses.
    SignMinutes {
        /// The unit signed.
        unit_signed: bool,
        /// Why not.
        refusal_reason: Option<String>,
    },
    /// The report is handed in.
    Report,
    /// The ordering authority concludes.
    Conclude {
        /// The conclusion; may have been written before.
        conclusion: Option<String>,
    },
    /// Close the case.
    Close,
    /// Give the visit up.
    Cancel {
        /// Why.
        reason: String,
    },
    /// Move the visit.
    Reschedule {
        /// The new day.
        planned_on: NaiveDate,
        /// Why.
        reason: String,
    },
}

impl Act {
    /// The machine's name for it.
    #[must_use]
    pub fn verb(&self) -> InspectionVerb {
        use InspectionVerb as V;
        match self {
            Self::Notify { .. } => V::Notify,
            Self::SubmitSelfReport { .. } => V::SubmitSelfReport,
            Self::ReturnSelfReport { .. } => V::ReturnSelfReport,
            Self::Start => V::Start,
            Self::Finish => V::Finish,
            Self::SignMinutes { .. } => V::SignMinutes,
            Self::Report => V::Report,
            Self::Conclude { .. } => V::Conclude,
            Self::Close => V::Close,
            Self::Cancel { .. } => V::Cancel,
            Self::Reschedule { .. } => V::Reschedule,
        }
    }

    fn event(&self) -> &'static str {
        match self {
            Self::Notify { .. } => "inspection.notified",
            Self::SubmitSelfReport { .. } => "inspection.self_report_submitted",
            Self::ReturnSelfReport { .. } => "inspection.self_report_returned",
            Self::Start => "inspection.started",
            Self::Finish => "inspection.finished",
            Self::SignMinutes { .. } => "inspection.minutes_signed",
            Self::Report => "inspection.reported",
            Self::Conclude { .. } => "inspection.concluded",
            Self::Close => "inspection.closed",
            Self::Cancel { .. } => "inspection.cancelled",
            Self::Reschedule { .. } => "inspection.rescheduled",
        }
    }

    fn reason(&self) -> Option<String> {
        match self {
            Self::ReturnSelfReport { reason } | Self::Cancel { reason } | Self::Reschedule { reason, .. } => {
                Some(domain::text::clean(reason))
            }
            Self::SignMinutes { unit_signed: false, refusal_reason } => refusal_reason.clone(),
            _ => None,
        }
    }
}

/// Moves an inspection.
///
/// # Errors
/// 404, stale, a rule of the machine, wrong fields.
pub async fn act(store: &Store, caller: &Caller, id: InspectionId, version: Version, act: Act) -> Result<inspection::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let before = plan::locked(&tx, &who, id, version).await?;
            let by = access::by(tx.db(), &who, &before).await?;
            let facts = facts::of(tx.db(), &before, tx.today()).await?;
            let state = advance(before.state, act.verb(), &by, &facts)?;
            let row = inspection::ActiveModel { state: Set(state), ..changes(&tx, &before, &act)? };
            let after = plan::save(&tx, act.event(), &before, row, act.reason().as_deref()).await?;
            follow(&tx, &after, &act).await?;
            Ok(after)
        })
        .await
}

/// What the act writes into the row, its input checked.
fn changes(tx: &Tx, before: &inspection::Model, act: &Act) -> Result<inspection::ActiveModel> {
    let mut problems = Problems::new();
    let mut row = plan::next(before);
    match act {
        Act::Notify { self_report_due_on } => {
            check_self_report_date(before, *self_report_due_on, tx.today(), &mut problems);
            row.notified_at = Set(Some(tx.now()));
            row.self_report_due_on = Set(*self_report_due_on);
        }
        Act::SubmitSelfReport { text } => row.self_report = Set(Some(problems.text("text", text, 50_000))),
        Act::ReturnSelfReport { reason } => drop(problems.text("reason", reason, 2_000)),
        Act::Start => row.started_at = Set(Some(tx.now())),
        Act::Finish => row.finished_at = Set(Some(tx.now())),
        Act::SignMinutes { unit_signed, refusal_reason } => {
            row.refusal_reason = Set(check_signature(*unit_signed, refusal_reason.as_deref(), &mut problems));
        }
        Act::Report => row.reported_at = Set(Some(tx.now())),
        Act::Conclude { conclusion } => {
            let conclusion = conclusion.as_deref().or(before.conclusion.as_deref()).unwrap_or_default();
            row.conclusion = Set(Some(problems.text("conclusion", conclusion, 20_000)));
            row.concluded_at = Set(Some(tx.now()));
        }
        Act::Close => {}
        Act::Cancel { reason } => row.cancel_reason = Set(Some(problems.text("reason", reason, 2_000))),
        Act::Reschedule { planned_on, reason } => {
            problems.text("reason", reason, 2_000);
            problems.check(*planned_on == before.planned_on, "planned_on", "same_day");
            check_not_past(*planned_on, tx.today(), "planned_on", &mut problems);
            row.planned_on = Set(*planned_on);
            // A unit that was told must be told again.
            row.notified_at = Set(None);
            row.self_report_due_on = Set(None);
        }
    }
    problems.finish()?;
    Ok(row)
}

fn check_self_report_date(before: &inspection::Model, due_on: Option<NaiveDate>, today: NaiveDate, problems: &mut Problems) {
    let Some(due_on) = due_on else { return };
    problems.check(!before.kind.has_conclusion(), "self_report_due_on", "self_report_not_used");
    problems.check(due_on > before.planned_on, "self_report_due_on", "after_visit");
    check_not_past(due_on, today, "self_report_due_on", problems);
}

fn check_not_past(date: NaiveDate, today: NaiveDate, field: &str, problems: &mut Problems) {
    if date < today {
        problems.add_with(field, "before_today", vec![("today", domain::time::vn_day(today))]);
    }
}

/// What comes with the act in other tables.
async fn follow(tx: &Tx, after: &inspection::Model, act: &Act) -> Result<()> {
    match act {
        Act::Start => snapshot(tx, after).await,
        Act::SignMinutes { .. } => sign(tx, after, PaperKind::Minutes).await,
        Act::Report => {
            sign(tx, after, PaperKind::InspectionReport).await?;
            settle_findings(tx, after).await
        }
        Act::Reschedule { .. } => judge_again(tx, after).await,
        _ => Ok(()),
    }
}

/// The inspection's own copy of its checklist, each line tied to the same line of the last visit.
async fn snapshot(tx: &Tx, visit: &inspection::Model) -> Result<()> {
    let lines = crate::checklists::lines(tx.db(), visit.checklist_id).await?;
    let before = previous_lines(tx, visit.previous_id).await?;
    let rows = lines.into_iter().map(|line| inspection_line::ActiveModel {
        id: Set(tx.id::<LineId>()),
        inspection_id: Set(visit.id),
        position: Set(line.position),
        previous_line_id: Set(before.get(&line.code).copied()),
        code: Set(line.code),
        area_code: Set(line.area_code),
        area_name: Set(line.area_name),
        clause: Set(line.clause),
        question: Set(line.question),
        evidence: Set(line.evidence),
        answer_type: Set(line.answer_type),
        metric: Set(line.metric),
        phrases: Set(line.phrases),
        value: Set(None),
        verdict: Set(None),
        note: Set(None),
        reason: Set(None),
        conflicted: Set(false),
        answered_by_id: Set(None),
        answered_at: Set(None),
        version: Set(domain::checklist::FIRST_VERSION),
    });
    let rows: Vec<inspection_line::ActiveModel> = rows.collect();
    if rows.is_empty() {
        return Err(Refused::new("no_lines").into());
    }
    for chunk in rows.chunks(200) {
        inspection_line::Entity::insert_many(chunk.to_vec()).exec_without_returning(tx.db()).await?;
    }
    Ok(())
}

async fn previous_lines(tx: &Tx, previous: Option<InspectionId>) -> Result<BTreeMap<String, LineId>> {
    let Some(previous) = previous else { return Ok(BTreeMap::new()) };
    let rows: Vec<(String, LineId)> = inspection_line::Entity::find()
        .select_only()
        .columns([inspection_line::Column::Code, inspection_line::Column::Id])
        .filter(inspection_line::Column::InspectionId.eq(previous))
        .into_tuple()
        .all(tx.db())
        .await?;
    Ok(rows.into_iter().collect())
}

/// Notes when a paper was signed.
async fn sign(tx: &Tx, visit: &inspection::Model, kind: PaperKind) -> Result<()> {
    let known = paper::Entity::find()
        .filter(paper::Column::InspectionId.eq(visit.id))
        .filter(paper::Column::Kind.eq(kind))
        .one(tx.db())
        .await?;
    if let Some(known) = known {
        let row = paper::ActiveModel {
            id: Set(known.id),
            signed_at: Set(Some(tx.now())),
            version: Set(known.version + 1),
            ..Default::default()
        };
        paper::Entity::update(row).exec(tx.db()).await?;
        return Ok(());
    }
    paper::ActiveModel {
        id: Set(tx.id()),
        inspection_id: Set(visit.id),
        kind: Set(kind),
        number: Set(None),
        symbol: Set(None),
        issued_on: Set(None),
        signed_at: Set(Some(tx.now())),
        registered_by_id: Set(None),
        version: Set(1),
    }
    .insert(tx.db())
    .await?;
    Ok(())
}

/// With the report out, answered findings that owe no action are closed.
async fn settle_findings(tx: &Tx, visit: &inspection::Model) -> Result<()> {
    let findings = finding::Entity::find().filter(finding::Column::InspectionId.eq(visit.id)).all(tx.db()).await?;
    let actions = facts::actions(tx.db(), visit.id).await?;
    for before in findings {
        let facts = finding_facts(&before, &actions);
        let state = finding_rules::settle(before.state, &facts);
        if state == before.state {
            continue;
        }
        let row = finding::ActiveModel {
            id: Set(before.id),
            state: Set(state),
            version: Set(before.version + 1),
            ..Default::default()
        };
        let after =
            finding::Entity::update(row).validate()?.filter(finding::Column::Version.eq(before.version)).exec(tx.db()).await?;
        tx.record(Event::on("finding.settled", Subject::Finding, after.id.0).unit(after.unit_id).change(&before, &after));
    }
    Ok(())
}

fn finding_facts(row: &finding::Model, actions: &[(FindingId, CorrectiveActionState)]) -> finding_rules::Facts {
    let own = || actions.iter().filter(|(finding, state)| *finding == row.id && *state != CorrectiveActionState::Cancelled);
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    finding_rules::Facts {
        grade: row.grade,
        confirmed: row.confirmed_at.is_some(),
        inspection: InspectionState::Reported,
        answer_overdue: false,
        disputed: row.dispute_reason.is_some(),
        appeal: Appeal::None,
        actions: number(own().count()),
        open_actions: number(own().filter(|(_, state)| state.is_open()).count()),
    }
}

/// On another day other people may be in conflict: what is kept with the members follows.
async fn judge_again(tx: &Tx, visit: &inspection::Model) -> Result<()> {
    let members = team::members(tx.db(), visit.id).await?;
    let people: BTreeSet<_> = members.iter().map(|member| member.person_id).collect();
    let conflicts = team::judge(tx.db(), visit, &people).await?;
    for member in members {
        let conflict = conflicts.get(&member.person_id).and_then(|conflict| serde_json::to_string(conflict).ok());
        if conflict == member.conflict {
            continue;
        }
        let row = inspection_member::ActiveModel {
            inspection_id: Set(member.inspection_id),
            person_id: Set(member.person_id),
            conflict: Set(conflict),
            ..Default::default()
        };
        inspection_member::Entity::update(row).exec(tx.db()).await?;
    }
    Ok(())
}
