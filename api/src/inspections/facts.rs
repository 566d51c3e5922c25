//! What the machine must know of an inspection, counted in the same transaction.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use domain::checklist::Verdict;
use domain::corrective_action::CorrectiveActionState;
use domain::finding::FindingState;
use domain::id::{FindingId, InspectionId, LineId};
use domain::inspection::{Facts, InspectionState, SelfReportDuty, TeamRole};
use entities::{corrective_action, finding, inspection, inspection_line};
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QuerySelect as _};

use super::team;
use crate::error::Result;

/// The facts of an inspection on a day.
///
/// # Errors
/// The database's.
pub async fn of(db: &impl ConnectionTrait, visit: &inspection::Model, today: NaiveDate) -> Result<Facts> {
    let mut facts = Facts { surprise: visit.surprise, self_report: self_report_duty(visit, today), ..Facts::new(visit.kind) };
    count_team(db, visit, &mut facts).await?;
    let findings = findings_of(db, visit.id).await?;
    count_findings(&findings, &mut facts);
    count_lines(db, visit.id, &findings, &mut facts).await?;
    facts.open_actions = open_actions(db, visit.id).await?;
    Ok(facts)
}

fn self_report_duty(visit: &inspection::Model, today: NaiveDate) -> SelfReportDuty {
    use InspectionState as S;
    match (visit.self_report_due_on, visit.state) {
        (None, _) => SelfReportDuty::NotAsked,
        (Some(due_on), S::Planned | S::TeamSet | S::Notified) if today <= due_on => SelfReportDuty::Awaited,
        (Some(_), S::Planned | S::TeamSet | S::Notified) => SelfReportDuty::Overdue,
        (Some(_), _) if visit.self_report.is_some() => SelfReportDuty::Received,
        (Some(_), _) => SelfReportDuty::Overdue,
    }
}

async fn count_team(db: &impl ConnectionTrait, visit: &inspection::Model, facts: &mut Facts) -> Result<()> {
    let members = team::members(db, visit.id).await?;
    facts.lead_named = members.iter().any(|member| member.team_role == TeamRole::LeadInspector);
    let people = members.iter().filter(|member| member.exception_at.is_none()).map(|member| member.person_id).collect();
    facts.team_blocked = count(team::judge(db, visit, &people).await?.len());
    Ok(())
}

/// What counts of a finding.
struct Counted {
    line_id: Option<LineId>,
    state: FindingState,
    confirmed: bool,
}

async fn findings_of(db: &impl ConnectionTrait, id: InspectionId) -> Result<Vec<Counted>> {
    use finding::Column;
    let rows: Vec<(Option<LineId>, FindingState, Option<chrono::DateTime<chrono::Utc>>)> = finding::Entity::find()
        .select_only()
        .columns([Column::LineId, Column::State, Column::ConfirmedAt])
        .filter(Column::InspectionId.eq(id))
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|(line_id, state, at)| Counted { line_id, state, confirmed: at.is_some() }).collect())
}

fn count_findings(findings: &[Counted], facts: &mut Facts) {
    let number = |wanted: &dyn Fn(&Counted) -> bool| count(findings.iter().filter(|finding| wanted(finding)).count());
    facts.draft_findings = number(&|finding| finding.state == FindingState::Draft);
    facts.unconfirmed_findings = number(&|finding| finding.state == FindingState::Raised && !finding.confirmed);
    facts.unanswered_findings = number(&|finding| finding.state.is_unanswered());
}

async fn count_lines(db: &impl ConnectionTrait, id: InspectionId, findings: &[Counted], facts: &mut Facts) -> Result<()> {
    use inspection_line::Column;
    let lines: Vec<(LineId, Option<Verdict>, Option<String>, bool)> = inspection_line::Entity::find()
        .select_only()
        .columns([Column::Id, Column::Verdict, Column::Reason, Column::Conflicted])
        .filter(Column::InspectionId.eq(id))
        .into_tuple()
        .all(db)
        .await?;
    let found: BTreeSet<LineId> = findings
        .iter()
        .filter(|finding| finding.state != FindingState::Withdrawn)
        .filter_map(|finding| finding.line_id)
        .collect();
    facts.lines_total = count(lines.len());
    for (line, verdict, reason, conflicted) in lines {
        facts.lines_without_verdict += u32::from(verdict.is_none());
        facts.lines_in_conflict += u32::from(conflicted);
        facts.not_audited_without_reason += u32::from(verdict == Some(Verdict::NotAudited) && reason.is_none());
        let unexplained = verdict == Some(Verdict::Nonconform) && reason.is_none() && !found.contains(&line);
        facts.nonconform_lines_without_finding += u32::from(unexplained);
    }
    Ok(())
}

async fn open_actions(db: &impl ConnectionTrait, id: InspectionId) -> Result<u32> {
    let states: Vec<(FindingId, CorrectiveActionState)> = actions(db, id).await?;
    Ok(count(states.iter().filter(|(_, state)| state.is_open()).count()))
}

/// The corrective actions on an inspection's findings, by finding.
pub(super) async fn actions(db: &impl ConnectionTrait, id: InspectionId) -> Result<Vec<(FindingId, CorrectiveActionState)>> {
    use corrective_action::Column;
    let findings = Query::select()
        .column(finding::Column::Id)
        .from(finding::Entity)
        .and_where(finding::Column::InspectionId.eq(id))
        .to_owned();
    Ok(corrective_action::Entity::find()
        .select_only()
        .columns([Column::FindingId, Column::State])
        .filter(Column::FindingId.in_subquery(findings))
        .into_tuple()
        .all(db)
        .await?)
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
