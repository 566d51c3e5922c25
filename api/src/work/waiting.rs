//! The parts of the work list: rows that may wait for the caller with what the caller is to each,
//! in one statement an area; which act it is, the domain's machines say.

use chrono::{DateTime, NaiveDate, Utc};
use domain::calendar::Calendar;
use domain::checklist::InspectionKind;
use domain::corrective_action::{self as action_rules, CorrectiveActionState, CorrectiveActionVerb, ExtensionState, StepState};
use domain::finding::{self as finding_rules, Appeal, FindingState, FindingVerb, Grade};
use domain::id::{CorrectiveActionId, FindingId, InspectionId, PersonId, StepId};
use domain::inspection::{self as visit_rules, InspectionState, InspectionVerb, SelfReportDuty, TeamRole};
use domain::permission::Role;
use domain::record::{Duty, PaperKind, Subject};
use domain::time::vn_date;
use entities::{corrective_action, due_date, extension, finding, inspection, inspection_member, paper, step, unit};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query, SimpleExpr};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, FromQueryResult, JoinType, Order, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, RelationDef, Select,
};

use super::Item;
use crate::auth::Caller;
use crate::error::Result;
use crate::web::link_to;

/// Rows looked at in each area; more than that is not a day's list.
const MOST: u64 = 500;

fn belongs<E: sea_orm::EntityTrait>(to: impl FnOnce() -> RelationDef, query: Select<E>) -> Select<E> {
    query.join(JoinType::InnerJoin, to())
}

fn flag(condition: Condition) -> SimpleExpr {
    condition.into()
}

/// The caller's part in the team of the inspection named by `column`.
fn part(caller: &Caller, column: impl sea_orm::sea_query::IntoColumnRef) -> SimpleExpr {
    let mine = Query::select()
        .column((inspection_member::Entity, inspection_member::Column::TeamRole))
        .from(inspection_member::Entity)
        .and_where(Expr::col((inspection_member::Entity, inspection_member::Column::InspectionId)).eq(Expr::col(column)))
        .and_where(Expr::col((inspection_member::Entity, inspection_member::Column::PersonId)).eq(caller.person))
        .to_owned();
    SimpleExpr::SubQuery(None, Box::new(mine.into()))
}

/// The condition «the caller is in the team of the inspection named by `column`».
fn teamed(caller: &Caller, column: impl sea_orm::sea_query::IntoColumnRef) -> Condition {
    let mine = Query::select()
        .column(inspection_member::Column::InspectionId)
        .from(inspection_member::Entity)
        .and_where(inspection_member::Column::PersonId.eq(caller.person))
        .to_owned();
    Condition::all().add(Expr::col(column).in_subquery(mine))
}

#[derive(Debug, FromQueryResult)]
struct Visit {
    id: InspectionId,
    code: String,
    kind: InspectionKind,
    state: InspectionState,
    surprise: bool,
    planned_on: NaiveDate,
    self_report_due_on: Option<NaiveDate>,
    self_report: Option<String>,
    unit_name: String,
    team_role: Option<TeamRole>,
    orders: bool,
    plans: bool,
    heads: bool,
    busy: bool,
    disputed: bool,
}

/// Inspections that wait for the caller, and the next one they take part in.
pub(super) async fn visits(
    db: &impl ConnectionTrait,
    caller: &Caller,
) -> Result<(Vec<Item>, Option<(String, NaiveDate, String)>)> {
    use inspection::Column;
    let orders = caller.scope_of(&[Role::OrderingAuthority]).covers(Column::OwnerUnitId);
    let plans = caller.scope_of(&[Role::IsoSecretary]).covers(Column::OwnerUnitId);
    let heads = caller.scope_of(&[Role::Head]).covers(Column::UnitId);
    let mine = Condition::any()
        .add(orders.clone())
        .add(plans.clone())
        .add(heads.clone())
        .add(teamed(caller, (inspection::Entity, Column::Id)));
    let busy = Query::select()
        .column((corrective_action::Entity, corrective_action::Column::Id))
        .from(corrective_action::Entity)
        .inner_join(
            finding::Entity,
            Expr::col((finding::Entity, finding::Column::Id))
                .equals((corrective_action::Entity, corrective_action::Column::FindingId)),
        )
        .and_where(Expr::col((finding::Entity, finding::Column::InspectionId)).equals((inspection::Entity, Column::Id)))
        .and_where(
            Expr::col((corrective_action::Entity, corrective_action::Column::State))
                .is_in(open_states().map(CorrectiveActionState::code)),
        )
        .to_owned();
    let query = inspection::Entity::find()
        .select_only()
        .columns([
            Column::Id,
            Column::Code,
            Column::Kind,
            Column::State,
            Column::Surprise,
            Column::PlannedOn,
            Column::SelfReportDueOn,
            Column::SelfReport,
        ])
        .column_as(unit::Column::Name, "unit_name")
        .column_as(part(caller, (inspection::Entity, Column::Id)), "team_role")
        .column_as(flag(orders), "orders")
        .column_as(flag(plans), "plans")
        .column_as(flag(heads), "heads")
        .column_as(Expr::exists(busy), "busy")
        .column_as(Expr::exists(unanswered()), "disputed")
        .filter(Column::State.is_not_in([InspectionState::Closed, InspectionState::Cancelled]))
        .filter(mine)
        .order_by(Column::PlannedOn, Order::Asc)
        .limit(MOST);
    let to_unit = || inspection::Entity::belongs_to(unit::Entity).from(Column::UnitId).to(unit::Column::Id).into();
    let rows = belongs(to_unit, query).into_model::<Visit>().all(db).await?;
    let ahead = rows
        .iter()
        .find(|row| row.team_role.is_some() && row.planned_on > caller.today && row.state < InspectionState::InProgress);
    let ahead =
        ahead.map(|row| (format!("{} · {}", row.code, row.unit_name), row.planned_on, link_to(Subject::Inspection, row.id.0)));
    Ok((rows.iter().filter_map(|row| visit(row, caller.today)).collect(), ahead))
}

/// Findings of the inspection whose answer, or the decision on it, is still open.
fn unanswered() -> sea_orm::sea_query::SelectStatement {
    let open = FindingState::ALL.iter().filter(|state| state.is_unanswered()).map(|state| state.code());
    Query::select()
        .column((finding::Entity, finding::Column::Id))
        .from(finding::Entity)
        .and_where(
            Expr::col((finding::Entity, finding::Column::InspectionId)).equals((inspection::Entity, inspection::Column::Id)),
        )
        .and_where(Expr::col((finding::Entity, finding::Column::State)).is_in(open))
        .to_owned()
}

fn open_states() -> impl Iterator<Item = CorrectiveActionState> {
    CorrectiveActionState::ALL.iter().copied().filter(|state| state.is_open())
}

fn visit(row: &Visit, today: NaiveDate) -> Option<Item> {
    use {InspectionState as S, InspectionVerb as V};
    let by = visit_rules::By {
        team_role: row.team_role,
        ordering_authority: row.orders,
        planner: row.plans,
        head_of_inspected: row.heads,
    };
    let facts = visit_rules::Facts {
        surprise: row.surprise,
        self_report: self_report(row, today),
        lead_named: true,
        lines_total: 1,
        unanswered_findings: u32::from(row.disputed),
        open_actions: u32::from(row.busy),
        ..visit_rules::Facts::new(row.kind)
    };
    let mine = visit_rules::available(row.state, &by, &facts);
    let wanted: &[V] = match row.state {
        S::Planned => &[V::SetTeam],
        S::TeamSet => &[V::Notify, V::Start],
        S::Notified => &[V::SubmitSelfReport, V::Start],
        S::SelfReport => &[V::Start],
        S::InProgress => &[V::Finish],
        S::FieldworkDone => &[V::SignMinutes],
        S::MinutesSigned => &[V::Report],
        S::Reported => &[V::Conclude, V::Close],
        S::Concluded | S::FollowUp => &[V::Close],
        S::Closed | S::Cancelled => &[],
    };
    let verb = wanted.iter().find(|verb| mine.contains(verb)).map(|verb| verb.code());
    let answers = row.state == S::InProgress && row.team_role.is_some();
    let verb = verb.or(answers.then_some("answer"))?;
    let due_on = match verb {
        "submit_self_report" => row.self_report_due_on,
        _ => (row.state < S::InProgress).then_some(row.planned_on),
    };
    let title = format!("{} · {}", row.code, row.unit_name);
    Some(item(verb, "inspection", Subject::Inspection, row.id.0, &row.code, title, &row.unit_name, due_on))
}

fn self_report(row: &Visit, today: NaiveDate) -> SelfReportDuty {
    match (row.self_report_due_on, row.state) {
        (None, _) => SelfReportDuty::NotAsked,
        (Some(due_on), InspectionState::Notified) if today <= due_on => SelfReportDuty::Awaited,
        (Some(_), _) if row.self_report.is_some() => SelfReportDuty::Received,
        (Some(_), _) => SelfReportDuty::Overdue,
    }
}

#[expect(clippy::too_many_arguments, reason = "the parts of one row")]
pub(super) fn item(
    verb: &'static str,
    kind: &'static str,
    subject: Subject,
    id: uuid::Uuid,
    code: &str,
    title: String,
    unit: &str,
    due_on: Option<NaiveDate>,
) -> Item {
    Item {
        verb,
        kind,
        subject,
        subject_id: id,
        code: code.to_owned(),
        title,
        count: None,
        unit_name: unit.to_owned(),
        due_on,
        days_left: None,
        overdue: false,
        href: link_to(subject, id),
    }
}

#[derive(Debug, FromQueryResult)]
struct Found {
    id: FindingId,
    code: String,
    state: FindingState,
    grade: Grade,
    statement: Option<String>,
    created_by_id: PersonId,
    confirmed_at: Option<DateTime<Utc>>,
    answer_due_on: Option<NaiveDate>,
    dispute_reason: Option<String>,
    appealed_at: Option<DateTime<Utc>>,
    appeal_decided_at: Option<DateTime<Utc>>,
    inspection_state: InspectionState,
    unit_name: String,
    team_role: Option<TeamRole>,
    orders: bool,
    heads: bool,
}

/// Findings that wait for the caller.
pub(super) async fn findings(db: &impl ConnectionTrait, caller: &Caller) -> Result<Vec<Item>> {
    use finding::Column;
    let orders = caller.scope_of(&[Role::OrderingAuthority]).covers(Column::OwnerUnitId);
    let heads = caller.scope_of(&[Role::Head]).covers(Column::UnitId);
    let appealed = Condition::all().add(Column::AppealedAt.is_not_null()).add(Column::AppealDecidedAt.is_null());
    let moving = Condition::any()
        .add(Column::State.is_in([FindingState::Draft, FindingState::Raised, FindingState::Disputed]))
        .add(appealed);
    let mine =
        Condition::any().add(orders.clone()).add(heads.clone()).add(teamed(caller, (finding::Entity, Column::InspectionId)));
    let query = finding::Entity::find()
        .select_only()
        .columns([
            Column::Id,
            Column::Code,
            Column::State,
            Column::Grade,
            Column::Statement,
            Column::CreatedById,
            Column::ConfirmedAt,
            Column::AnswerDueOn,
            Column::DisputeReason,
            Column::AppealedAt,
            Column::AppealDecidedAt,
        ])
        .column_as(inspection::Column::State, "inspection_state")
        .column_as(unit::Column::Name, "unit_name")
        .column_as(part(caller, (finding::Entity, Column::InspectionId)), "team_role")
        .column_as(flag(orders), "orders")
        .column_as(flag(heads), "heads")
        .filter(moving)
        .filter(mine)
        .order_by(Column::AnswerDueOn, Order::Asc)
        .limit(MOST);
    let to_visit =
        || finding::Entity::belongs_to(inspection::Entity).from(Column::InspectionId).to(inspection::Column::Id).into();
    let to_unit = || finding::Entity::belongs_to(unit::Entity).from(Column::UnitId).to(unit::Column::Id).into();
    let rows = belongs(to_unit, belongs(to_visit, query)).into_model::<Found>().all(db).await?;
    Ok(rows.iter().filter_map(|row| found(row, caller)).collect())
}

fn found(row: &Found, caller: &Caller) -> Option<Item> {
    use FindingVerb as V;
    let by = visit_rules::By {
        team_role: row.team_role,
        ordering_authority: row.orders,
        planner: false,
        head_of_inspected: row.heads && row.team_role.is_none(),
    };
    let overdue = row.answer_due_on.is_some_and(|due_on| due_on < caller.today);
    let facts = finding_rules::Facts {
        grade: row.grade,
        confirmed: row.confirmed_at.is_some(),
        inspection: row.inspection_state,
        answer_overdue: overdue,
        disputed: row.dispute_reason.is_some(),
        appeal: match (row.appealed_at, row.appeal_decided_at) {
            (None, _) => Appeal::None,
            (Some(_), None) => Appeal::Open,
            (Some(_), Some(_)) => Appeal::Heard,
        },
        actions: 0,
        open_actions: 0,
    };
    let mine = finding_rules::available(row.state, &by, &facts);
    let has = |verb: V| mine.contains(&verb);
    let verb = match row.state {
        FindingState::Draft if row.created_by_id == caller.person && has(V::Raise) => "raise",
        FindingState::Raised if has(V::Accept) => "accept",
        FindingState::Raised if has(V::Confirm) => "confirm",
        FindingState::Raised if has(V::DeemAccepted) => "deem_accepted",
        FindingState::Disputed if has(V::Uphold) => "decide_dispute",
        FindingState::Upheld | FindingState::ActionRequired if facts.appeal == Appeal::Open && has(V::Uphold) => "decide_appeal",
        _ => return None,
    };
    let due_on = row.answer_due_on.filter(|_| matches!(verb, "accept" | "deem_accepted"));
    let title = titled(&row.code, row.statement.as_deref());
    Some(item(verb, "finding", Subject::Finding, row.id.0, &row.code, title, &row.unit_name, due_on))
}

fn titled(code: &str, text: Option<&str>) -> String {
    let text = text.unwrap_or_default();
    let short: String = text.chars().take(120).collect();
    let more = if text.chars().count() > 120 { "…" } else { "" };
    if short.is_empty() { code.to_owned() } else { format!("{code} · {short}{more}") }
}

#[derive(Debug, FromQueryResult)]
struct Action {
    id: CorrectiveActionId,
    code: String,
    state: CorrectiveActionState,
    statement: Option<String>,
    unit_name: String,
    plan_due_on: NaiveDate,
    effectiveness_due_on: Option<NaiveDate>,
    verifier_id: Option<PersonId>,
    submitted_by_id: Option<PersonId>,
    judge_due: Option<NaiveDate>,
    team_role: Option<TeamRole>,
    orders: bool,
    heads: bool,
    drafts: bool,
    doer: bool,
    extension_open: bool,
}

/// Plans, verifications, effectiveness checks and extensions that wait for the caller.
pub(super) async fn actions(db: &impl ConnectionTrait, caller: &Caller) -> Result<Vec<Item>> {
    use corrective_action::Column;
    let orders = caller.scope_of(&[Role::OrderingAuthority]).covers(Column::OwnerUnitId);
    let heads = caller.scope_of(&[Role::Head]).covers(Column::UnitId);
    let drafts = caller.scope_of(&[Role::DataOfficer]).covers(Column::UnitId);
    let mine = Condition::any()
        .add(orders.clone())
        .add(heads.clone())
        .add(drafts.clone())
        .add(Column::VerifierId.eq(caller.person))
        .add(teamed(caller, (finding::Entity, finding::Column::InspectionId)));
    let query = corrective_action::Entity::find()
        .select_only()
        .columns([
            Column::Id,
            Column::Code,
            Column::State,
            Column::PlanDueOn,
            Column::EffectivenessDueOn,
            Column::VerifierId,
            Column::SubmittedById,
        ])
        .column_as(finding::Column::Statement, "statement")
        .column_as(unit::Column::Name, "unit_name")
        .column_as(judge_due(), "judge_due")
        .column_as(part(caller, (finding::Entity, finding::Column::InspectionId)), "team_role")
        .column_as(flag(orders), "orders")
        .column_as(flag(heads), "heads")
        .column_as(flag(drafts), "drafts")
        .column_as(Expr::exists(own_steps(caller)), "doer")
        .column_as(Expr::exists(open_extensions()), "extension_open")
        .filter(Column::State.is_in(open_states()))
        .filter(mine)
        .order_by(Column::Id, Order::Asc)
        .limit(MOST);
    let to_finding =
        || corrective_action::Entity::belongs_to(finding::Entity).from(Column::FindingId).to(finding::Column::Id).into();
    let to_unit = || corrective_action::Entity::belongs_to(unit::Entity).from(Column::UnitId).to(unit::Column::Id).into();
    let rows = belongs(to_unit, belongs(to_finding, query)).into_model::<Action>().all(db).await?;
    Ok(rows.iter().flat_map(|row| action(row, caller)).collect())
}

/// The day by which the inspecting side judges a plan or its doing, as last set.
fn judge_due() -> SimpleExpr {
    let due = Query::select()
        .column((due_date::Entity, due_date::Column::DueOn))
        .from(due_date::Entity)
        .and_where(
            Expr::col((due_date::Entity, due_date::Column::SubjectId))
                .equals((corrective_action::Entity, corrective_action::Column::Id)),
        )
        .and_where(Expr::col((due_date::Entity, due_date::Column::Duty)).eq(Duty::Verify.code()))
        .order_by((due_date::Entity, due_date::Column::SetAt), Order::Desc)
        .limit(1)
        .to_owned();
    SimpleExpr::SubQuery(None, Box::new(due.into()))
}

fn own_steps(caller: &Caller) -> sea_orm::sea_query::SelectStatement {
    let of = (step::Entity, step::Column::CorrectiveActionId);
    Query::select()
        .column((step::Entity, step::Column::Id))
        .from(step::Entity)
        .and_where(Expr::col(of).equals((corrective_action::Entity, corrective_action::Column::Id)))
        .cond_where(Condition::any().add(step::Column::OwnerId.eq(caller.person)).add(step::Column::DoneById.eq(caller.person)))
        .to_owned()
}

fn open_extensions() -> sea_orm::sea_query::SelectStatement {
    Query::select()
        .column((extension::Entity, extension::Column::Id))
        .from(extension::Entity)
        .and_where(
            Expr::col((extension::Entity, extension::Column::CorrectiveActionId))
                .equals((corrective_action::Entity, corrective_action::Column::Id)),
        )
        .and_where(Expr::col((extension::Entity, extension::Column::State)).eq(ExtensionState::Requested.code()))
        .to_owned()
}

fn action(row: &Action, caller: &Caller) -> Vec<Item> {
    use {CorrectiveActionState as S, CorrectiveActionVerb as V};
    let by = action_rules::By {
        head_of_unit: row.heads,
        data_officer: row.drafts,
        doer: row.doer,
        submitted_plan: row.submitted_by_id == Some(caller.person),
        verifier: row.verifier_id == Some(caller.person),
        lead: row.team_role == Some(TeamRole::LeadInspector),
        ordering_authority: row.orders,
        moves_duties: false,
    };
    let facts = action_rules::Facts {
        effectiveness_due_on: row.effectiveness_due_on,
        extension_open: row.extension_open,
        ..action_rules::Facts::new(caller.today)
    };
    let mine = action_rules::available(row.state, &by, &facts);
    let wanted: &[(V, &'static str, Option<NaiveDate>)] = match row.state {
        S::Issued => &[(V::DraftPlan, "draft_plan", Some(row.plan_due_on))],
        S::Analysing => {
            &[(V::SubmitPlan, "submit_plan", Some(row.plan_due_on)), (V::DraftPlan, "draft_plan", Some(row.plan_due_on))]
        }
        S::PlanSubmitted => &[(V::ApprovePlan, "approve_plan", row.judge_due)],
        S::ReportedDone => &[(V::Verify, "verify", row.judge_due)],
        S::Implemented | S::EffectivenessCheck => &[(V::CheckEffectiveness, "check_effectiveness", row.effectiveness_due_on)],
        _ => &[],
    };
    let mut found = Vec::new();
    let title = titled(&row.code, row.statement.as_deref());
    let put = |verb, due_on| {
        item(verb, "corrective_action", Subject::CorrectiveAction, row.id.0, &row.code, title.clone(), &row.unit_name, due_on)
    };
    if let Some((_, verb, due_on)) = wanted.iter().find(|(verb, _, _)| mine.contains(verb)) {
        found.push(put(verb, *due_on));
    }
    if mine.contains(&V::Refuse) {
        found.push(Item { kind: "extension", ..put("decide_extension", None) });
    }
    found
}

#[derive(Debug, FromQueryResult)]
struct Step {
    id: StepId,
    corrective_action_id: CorrectiveActionId,
    action: String,
    due_on: Option<NaiveDate>,
    code: String,
    unit_name: String,
}

/// Steps the caller is to do, and those of their unit that nobody was given.
pub(super) async fn steps(db: &impl ConnectionTrait, caller: &Caller) -> Result<Vec<Item>> {
    use step::Column;
    let of_unit = caller.scope_of(&[Role::Head, Role::DataOfficer]).covers(corrective_action::Column::UnitId);
    let nobodys = Condition::all().add(Column::OwnerId.is_null()).add(of_unit);
    let query = step::Entity::find()
        .select_only()
        .columns([Column::Id, Column::CorrectiveActionId, Column::Action, Column::DueOn])
        .column_as(corrective_action::Column::Code, "code")
        .column_as(unit::Column::Name, "unit_name")
        .filter(Column::State.is_in([StepState::Open, StepState::Rejected]))
        .filter(corrective_action::Column::State.eq(CorrectiveActionState::InExecution))
        .filter(Condition::any().add(Column::OwnerId.eq(caller.person)).add(nobodys))
        .order_by(Column::DueOn, Order::Asc)
        .limit(MOST);
    let to_action = || {
        step::Entity::belongs_to(corrective_action::Entity)
            .from(Column::CorrectiveActionId)
            .to(corrective_action::Column::Id)
            .into()
    };
    let to_unit = || {
        corrective_action::Entity::belongs_to(unit::Entity).from(corrective_action::Column::UnitId).to(unit::Column::Id).into()
    };
    let rows = belongs(to_unit, belongs(to_action, query)).into_model::<Step>().all(db).await?;
    let show = |row: Step| Item {
        href: link_to(Subject::CorrectiveAction, row.corrective_action_id.0),
        ..item(
            "do_step",
            "step",
            Subject::Step,
            row.id.0,
            &row.code,
            titled(&row.code, Some(&row.action)),
            &row.unit_name,
            row.due_on,
        )
    };
    Ok(rows.into_iter().map(show).collect())
}

#[derive(Debug, FromQueryResult)]
struct Unnumbered {
    inspection_id: InspectionId,
    kind: PaperKind,
    signed_at: DateTime<Utc>,
    code: String,
    unit_name: String,
}

/// Signed papers the caller is to give a number, by the next working day (NĐ 30/2020/NĐ-CP, điều 15).
pub(super) async fn papers(db: &impl ConnectionTrait, caller: &Caller, calendar: &Calendar) -> Result<Vec<Item>> {
    use paper::Column;
    let query = paper::Entity::find()
        .select_only()
        .columns([Column::InspectionId, Column::Kind, Column::SignedAt])
        .column_as(inspection::Column::Code, "code")
        .column_as(unit::Column::Name, "unit_name")
        .filter(Column::Number.is_null())
        .filter(Column::SignedAt.is_not_null())
        .filter(caller.scope_of(&[Role::Registrar]).covers(inspection::Column::OwnerUnitId))
        .order_by(Column::SignedAt, Order::Asc)
        .limit(MOST);
    let to_visit = || paper::Entity::belongs_to(inspection::Entity).from(Column::InspectionId).to(inspection::Column::Id).into();
    let to_unit = || inspection::Entity::belongs_to(unit::Entity).from(inspection::Column::UnitId).to(unit::Column::Id).into();
    let rows = belongs(to_unit, belongs(to_visit, query)).into_model::<Unnumbered>().all(db).await?;
    let show = |row: Unnumbered| {
        let verb = match row.kind {
            PaperKind::Minutes => "register_minutes",
            PaperKind::InspectionReport => "register_inspection_report",
        };
        let due_on = vn_date(row.signed_at).succ_opt().map(|next| calendar.next_working_day_on_or_after(next));
        let title = format!("{} · {}", row.code, row.unit_name);
        Item {
            href: format!("{}/van-ban", link_to(Subject::Inspection, row.inspection_id.0)),
            ..item(verb, "paper", Subject::Inspection, row.inspection_id.0, &row.code, title, &row.unit_name, due_on)
        }
    };
    Ok(rows.into_iter().map(show).collect())
}
