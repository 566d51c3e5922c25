//! What is shown of corrective actions: lists, one with everything around it, examples, open duties.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use domain::corrective_action::{CorrectiveActionState as State, CorrectiveActionVerb, ExtensionState, StepState, available};
use domain::id::{CorrectiveActionId, PersonId, UnitId};
use domain::permission::{Permission, Role};
use domain::record::{Duty as Kind, Subject};
use entities::{corrective_action, due_date, event, evidence, extension, finding, step};
use poem_openapi::Enum;
use sea_orm::sea_query::Query;
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::access::{Case, case, doing, find, visible};
use crate::auth::Caller;
use crate::error::Result;
use crate::findings::Source;
use crate::findings::read::{below, evidence_of, history_of, title, unit_names};
use crate::http::Slice;
use crate::store::names_of_people;
use crate::work::duties::{Duty, holders};

/// Whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
pub enum Turn {
    /// The unit plans or does.
    Unit,
    /// The inspecting side judges.
    Inspecting,
}

const WITH_UNIT: [State; 3] = [State::Issued, State::Analysing, State::InExecution];
const WITH_INSPECTING: [State; 3] = [State::PlanSubmitted, State::ReportedDone, State::EffectivenessCheck];
const STILL_TO_DO: [StepState; 2] = [StepState::Open, StepState::Rejected];

/// Whose turn it is in this state; nobody's while time passes or when it is closed.
#[must_use]
pub fn turn(state: State) -> Option<Turn> {
    if WITH_UNIT.contains(&state) {
        Some(Turn::Unit)
    } else if WITH_INSPECTING.contains(&state) {
        Some(Turn::Inspecting)
    } else {
        None
    }
}

/// What a list of corrective actions is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Where they stand.
    pub state: Option<State>,
    /// The unit that must act, or any below it.
    pub unit_id: Option<UnitId>,
    /// Only those past their present due date.
    pub overdue: bool,
    /// Only those in which the caller has a part: doer, verifier, or answering for the unit.
    pub mine: bool,
    /// Whose turn it is.
    pub waiting_for: Option<Turn>,
    /// Words in its code or its finding; diacritics do not matter.
    pub q: Option<String>,
}

/// A row of a list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The action.
    pub row: corrective_action::Model,
    /// Its finding.
    pub finding: finding::Model,
    /// Name of the unit that must act.
    pub unit_name: String,
    /// The day that matters now.
    pub due_on: Option<NaiveDate>,
    /// That day has passed.
    pub overdue: bool,
}

/// The actions the caller may see, newest first: four statements, whatever the size.
///
/// # Errors
/// The database's.
pub async fn list(db: &impl ConnectionTrait, caller: &Caller, filter: &Filter, slice: &Slice) -> Result<Vec<Listed>> {
    use corrective_action::Column;
    let rows = corrective_action::Entity::find()
        .filter(visible(caller))
        .filter(narrowed(filter, caller))
        .filter(slice.after(Column::CreatedAt, Column::Id, true))
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .limit(slice.fetch())
        .all(db)
        .await?;
    let findings =
        finding::Entity::find().filter(finding::Column::Id.is_in(rows.iter().map(|row| row.finding_id))).all(db).await?;
    let steps =
        step::Entity::find().filter(step::Column::CorrectiveActionId.is_in(rows.iter().map(|row| row.id))).all(db).await?;
    let units = unit_names(db, rows.iter().map(|row| row.unit_id)).await?;
    let listed = |row: corrective_action::Model| {
        let due_on = current_due(&row, &steps);
        Some(Listed {
            finding: findings.iter().find(|one| one.id == row.finding_id)?.clone(),
            unit_name: units.get(&row.unit_id).cloned().unwrap_or_default(),
            overdue: due_on.is_some_and(|due_on| domain::corrective_action::overdue(due_on, caller.today)),
            due_on,
            row,
        })
    };
    Ok(rows.into_iter().filter_map(listed).collect())
}

/// The day that matters in the present state: of the plan, of the next step to do, of the check of effect.
#[must_use]
pub fn current_due(row: &corrective_action::Model, steps: &[step::Model]) -> Option<NaiveDate> {
    let next = || {
        let own = steps.iter().filter(|step| step.corrective_action_id == row.id && STILL_TO_DO.contains(&step.state));
        own.filter_map(|step| step.due_on).min()
    };
    match row.state {
        State::Issued | State::Analysing => Some(row.plan_due_on),
        State::InExecution => next().or(row.due_on),
        State::Implemented | State::EffectivenessCheck => row.effectiveness_due_on,
        _ => None,
    }
}

fn narrowed(filter: &Filter, caller: &Caller) -> Condition {
    use corrective_action::Column;
    let Filter { state, unit_id, overdue, mine, waiting_for, q } = filter;
    let words = q.as_deref().map(domain::text::fold).filter(|words| !words.is_empty());
    Condition::all()
        .add_option(state.map(|state| Column::State.eq(state)))
        .add_option(unit_id.map(|unit| Column::UnitId.in_subquery(below(unit))))
        .add_option(overdue.then(|| late(caller.today)))
        .add_option(mine.then(|| my_part(caller)))
        .add_option(waiting_for.map(waits_for))
        .add_option(words.map(|words| searched(&words, q.as_deref().unwrap_or_default())))
}

fn late(today: NaiveDate) -> Condition {
    use corrective_action::Column;
    let steps = Query::select()
        .column(step::Column::CorrectiveActionId)
        .from(step::Entity)
        .and_where(step::Column::State.is_in(STILL_TO_DO))
        .and_where(step::Column::DueOn.lt(today))
        .to_owned();
    let planning = Condition::all().add(Column::State.is_in([State::Issued, State::Analysing])).add(Column::PlanDueOn.lt(today));
    let doing = Condition::all().add(Column::State.eq(State::InExecution)).add(Column::Id.in_subquery(steps));
    let checking = [State::Implemented, State::EffectivenessCheck];
    let checking = Condition::all().add(Column::State.is_in(checking)).add(Column::EffectivenessDueOn.lt(today));
    Condition::any().add(planning).add(doing).add(checking)
}

fn my_part(caller: &Caller) -> Condition {
    use corrective_action::Column;
    Condition::any()
        .add(Column::VerifierId.eq(caller.person))
        .add(Column::Id.in_subquery(doing(caller.person)))
        .add(caller.scope(Permission::SignForUnit).covers(Column::UnitId))
        .add(caller.scope(Permission::DraftPlans).covers(Column::UnitId))
}

fn waits_for(turn: Turn) -> Condition {
    use corrective_action::Column;
    let asked = Query::select()
        .column(extension::Column::CorrectiveActionId)
        .from(extension::Entity)
        .and_where(extension::Column::State.eq(ExtensionState::Requested))
        .to_owned();
    match turn {
        Turn::Unit => Condition::all().add(Column::State.is_in(WITH_UNIT)),
        Turn::Inspecting => Condition::any().add(Column::State.is_in(WITH_INSPECTING)).add(Column::Id.in_subquery(asked)),
    }
}

fn searched(words: &str, typed: &str) -> Condition {
    use corrective_action::Column;
    let found = Query::select()
        .column(finding::Column::Id)
        .from(finding::Entity)
        .and_where(finding::Column::SearchText.contains(words))
        .to_owned();
    Condition::any().add(Column::Code.contains(typed.trim().to_uppercase())).add(Column::FindingId.in_subquery(found))
}

/// An action with everything a reader asks about it.
#[derive(Clone, Debug)]
pub struct Detail {
    /// The action.
    pub row: corrective_action::Model,
    /// Its steps in order.
    pub steps: Vec<step::Model>,
    /// The finding it answers.
    pub finding: finding::Model,
    /// The inspection of the finding.
    pub source: Source,
    /// Name of the unit that must act.
    pub unit_name: String,
    /// Name of the unit that inspects.
    pub owner_unit_name: String,
    /// What the caller may do now.
    pub verbs: Vec<CorrectiveActionVerb>,
    /// The caller may report any step, not only their own.
    pub reports_all: bool,
    /// The caller heads the unit that must act.
    pub is_head: bool,
    /// The day that matters now.
    pub due_on: Option<NaiveDate>,
    /// That day has passed.
    pub overdue: bool,
    /// Every date ever, oldest first, of the action and its steps.
    pub dates: Vec<due_date::Model>,
    /// Every request for a later date, oldest first.
    pub extensions: Vec<extension::Model>,
    /// What proves the steps and the action.
    pub evidence: Vec<evidence::Model>,
    /// What proves the finding.
    pub finding_evidence: Vec<evidence::Model>,
    /// What happened, oldest first.
    pub history: Vec<event::Model>,
    /// The action that goes on after this one was reopened.
    pub continued_by: Option<corrective_action::Model>,
    /// The action this one goes on with.
    pub continues: Option<corrective_action::Model>,
    /// Names of everyone mentioned.
    pub people: BTreeMap<PersonId, String>,
}

/// One action with everything around it.
///
/// # Errors
/// 404 outside the caller's scope.
pub async fn detail(db: &impl ConnectionTrait, caller: &Caller, id: CorrectiveActionId) -> Result<Detail> {
    let Case { row, steps, finding, source, by, facts, .. } = case(db, caller, find(db, caller, id).await?).await?;
    let ids: Vec<uuid::Uuid> = steps.iter().map(|step| step.id.0).chain([id.0]).collect();
    let dates = due_date::Entity::find()
        .filter(due_date::Column::SubjectId.is_in(ids.clone()))
        .order_by_asc(due_date::Column::SetAt)
        .order_by_asc(due_date::Column::Id)
        .all(db)
        .await?;
    let extensions = extension::Entity::find()
        .filter(extension::Column::CorrectiveActionId.eq(id))
        .order_by_asc(extension::Column::Id)
        .all(db)
        .await?;
    let evidence = evidence_of(db, Condition::all().add(evidence::Column::SubjectId.is_in(ids))).await?;
    let finding_evidence = evidence_of(db, crate::findings::access::proof_of(&finding)).await?;
    let history = history_of(db, id.0).await?;
    let linked = corrective_action::Entity::find().filter(corrective_action::Column::ReopenedFromId.eq(id)).one(db).await?;
    let continues = match row.reopened_from_id {
        Some(old) => corrective_action::Entity::find_by_id(old).one(db).await?,
        None => None,
    };
    let mentioned = [row.verifier_id, row.submitted_by_id, row.approved_by_id, row.verified_by_id, row.effect_by_id]
        .into_iter()
        .flatten()
        .chain(steps.iter().flat_map(|step| [step.owner_id, step.done_by_id]).flatten())
        .chain(extensions.iter().flat_map(|one| [Some(one.requested_by_id), one.decided_by_id]).flatten())
        .chain(dates.iter().filter_map(|one| one.set_by_id))
        .chain(history.iter().filter_map(|one| one.actor_id))
        .chain(evidence.iter().chain(&finding_evidence).map(|one| one.uploaded_by_id));
    let mentioned: Vec<PersonId> = mentioned.collect();
    let people = names_of_people(db, mentioned).await?;
    let mut units = unit_names(db, [row.unit_id, row.owner_unit_id]).await?;
    let due_on = current_due(&row, &steps);
    Ok(Detail {
        unit_name: units.remove(&row.unit_id).unwrap_or_default(),
        owner_unit_name: units.remove(&row.owner_unit_id).unwrap_or_default(),
        verbs: available(row.state, &by, &facts),
        reports_all: by.head_of_unit || by.data_officer,
        is_head: by.head_of_unit,
        overdue: due_on.is_some_and(|due_on| domain::corrective_action::overdue(due_on, caller.today)),
        due_on,
        dates,
        extensions,
        evidence,
        finding_evidence,
        history,
        continued_by: linked,
        continues,
        people,
        row,
        steps,
        finding,
        source,
    })
}

/// Accepted plans for the same line of the checklist elsewhere, without names.
#[derive(Clone, Debug)]
pub struct Example {
    /// What was put right at once.
    pub correction: String,
    /// The chain of causes.
    pub whys: Vec<String>,
    /// The plan's other answers.
    pub row: corrective_action::Model,
    /// What was done, and what proved it.
    pub steps: Vec<(String, String)>,
}

/// How many examples are shown.
const EXAMPLES: u64 = 5;

/// Up to five accepted plans for the same line or clause elsewhere. Who made them is not told: that they
/// exist anywhere in the installation is what makes them useful.
///
/// # Errors
/// 404 outside the caller's scope.
pub async fn examples(db: &impl ConnectionTrait, caller: &Caller, id: CorrectiveActionId) -> Result<Vec<Example>> {
    use corrective_action::Column;
    let row = find(db, caller, id).await?;
    let Some(found) = finding::Entity::find_by_id(row.finding_id).one(db).await? else { return Ok(Vec::new()) };
    let same = match (&found.line_code, &found.clause) {
        (Some(code), _) => Condition::all().add(finding::Column::LineCode.eq(code.clone())),
        (None, Some(clause)) => Condition::all().add(finding::Column::Clause.eq(clause.clone())),
        (None, None) => return Ok(Vec::new()),
    };
    let findings = Query::select()
        .column(finding::Column::Id)
        .from(finding::Entity)
        .cond_where(same.add(finding::Column::Kind.eq(found.kind)))
        .to_owned();
    let rows = corrective_action::Entity::find()
        .filter(Column::FindingId.in_subquery(findings))
        .filter(Column::FindingId.ne(row.finding_id))
        .filter(Column::ApprovedAt.is_not_null())
        .filter(Column::State.is_not_in([State::Reopened, State::Cancelled]))
        .order_by_desc(Column::ApprovedAt)
        .limit(EXAMPLES)
        .all(db)
        .await?;
    let steps = step::Entity::find()
        .filter(step::Column::CorrectiveActionId.is_in(rows.iter().map(|row| row.id)))
        .order_by_asc(step::Column::Position)
        .all(db)
        .await?;
    let units = unit_names(db, rows.iter().map(|row| row.unit_id)).await?;
    Ok(rows.into_iter().map(|row| nameless(row, &steps, &units)).collect())
}

fn nameless(row: corrective_action::Model, steps: &[step::Model], units: &BTreeMap<UnitId, String>) -> Example {
    let name = units.get(&row.unit_id).cloned().unwrap_or_default();
    let hide = |text: &str| if name.is_empty() { text.to_owned() } else { text.replace(&name, "…") };
    let own = steps.iter().filter(|step| step.corrective_action_id == row.id);
    let steps = own.map(|step| (hide(&step.action), hide(step.expected_evidence.as_deref().unwrap_or_default()))).collect();
    Example {
        correction: hide(row.correction.as_deref().unwrap_or_default()),
        whys: super::plan::whys(&row).iter().map(|why| hide(why)).collect(),
        steps,
        row,
    }
}

/// Every open duty of corrective actions, with those who must act: eight statements, whatever the number.
///
/// # Errors
/// The database's.
pub async fn duties(db: &impl ConnectionTrait, today: NaiveDate) -> Result<Vec<Duty>> {
    use corrective_action::Column;
    let open: Vec<State> = WITH_UNIT.into_iter().chain(WITH_INSPECTING).collect();
    let rows = corrective_action::Entity::find().filter(Column::State.is_in(open)).order_by_asc(Column::Id).all(db).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let open = || {
        let states: Vec<State> = WITH_UNIT.into_iter().chain(WITH_INSPECTING).collect();
        Query::select().column(Column::Id).from(corrective_action::Entity).and_where(Column::State.is_in(states)).to_owned()
    };
    let steps = step::Entity::find()
        .filter(step::Column::CorrectiveActionId.in_subquery(open()))
        .filter(step::Column::State.is_in(STILL_TO_DO))
        .order_by_asc(step::Column::Position)
        .all(db)
        .await?;
    let judged = due_date::Entity::find()
        .filter(due_date::Column::SubjectId.in_subquery(open()))
        .filter(due_date::Column::Duty.eq(Kind::Verify))
        .order_by_asc(due_date::Column::SetAt)
        .all(db)
        .await?;
    let findings: BTreeMap<_, _> = findings_of(db, open()).await?;
    let units: BTreeSet<UnitId> = rows.iter().map(|row| row.unit_id).collect();
    let names = unit_names(db, units.iter().copied()).await?;
    let unit_people = holders(db, &[Role::Head, Role::DataOfficer], &units, today).await?;
    let known = Known { steps, judged, findings, names, unit_people };
    Ok(rows.iter().flat_map(|row| known.duties_of(row)).collect())
}

async fn findings_of(
    db: &impl ConnectionTrait,
    open: sea_orm::sea_query::SelectStatement,
) -> Result<BTreeMap<domain::id::FindingId, String>> {
    let of_open = Query::select()
        .column(corrective_action::Column::FindingId)
        .from(corrective_action::Entity)
        .and_where(corrective_action::Column::Id.in_subquery(open))
        .to_owned();
    let rows = finding::Entity::find().filter(finding::Column::Id.in_subquery(of_open)).all(db).await?;
    Ok(rows.iter().map(|row| (row.id, title(row))).collect())
}

/// What duties are made of.
struct Known {
    steps: Vec<step::Model>,
    judged: Vec<due_date::Model>,
    findings: BTreeMap<domain::id::FindingId, String>,
    names: BTreeMap<UnitId, String>,
    unit_people: BTreeMap<UnitId, Vec<PersonId>>,
}

impl Known {
    fn duties_of(&self, row: &corrective_action::Model) -> Vec<Duty> {
        use CorrectiveActionVerb as V;
        let unit = || self.unit_people.get(&row.unit_id).cloned().unwrap_or_default();
        let judge = || row.verifier_id.into_iter().collect::<Vec<_>>();
        let judged_by = self.judged.iter().rev().find(|one| one.subject_id == row.id.0).map(|one| one.due_on);
        let one = |kind, verb, due_on: Option<NaiveDate>, people| {
            due_on.map(|due_on| self.duty(row, kind, verb, due_on, people)).into_iter().collect()
        };
        match row.state {
            State::Issued | State::Analysing => one(Kind::FilePlan, V::SubmitPlan, Some(row.plan_due_on), unit()),
            State::PlanSubmitted => one(Kind::Verify, V::ApprovePlan, judged_by, judge()),
            State::ReportedDone => one(Kind::Verify, V::Verify, judged_by, judge()),
            State::EffectivenessCheck => one(Kind::CheckEffectiveness, V::CheckEffectiveness, row.effectiveness_due_on, judge()),
            State::InExecution => {
                let own = self.steps.iter().filter(|step| step.corrective_action_id == row.id);
                own.filter_map(|step| self.duty_of_step(row, step, unit())).collect()
            }
            State::Implemented | State::ClosedEffective | State::Reopened | State::Cancelled => Vec::new(),
        }
    }

    fn duty_of_step(&self, row: &corrective_action::Model, step: &step::Model, unit: Vec<PersonId>) -> Option<Duty> {
        let people = step.owner_id.map_or(unit, |owner| vec![owner]);
        let duty = self.duty(row, Kind::DoStep, CorrectiveActionVerb::ReportDone, step.due_on?, people);
        let title = crate::findings::read::shortened(&step.action, 120);
        Some(Duty { subject: Subject::Step, subject_id: step.id.0, title, ..duty })
    }

    fn duty(
        &self,
        row: &corrective_action::Model,
        kind: Kind,
        verb: CorrectiveActionVerb,
        due_on: NaiveDate,
        people: Vec<PersonId>,
    ) -> Duty {
        Duty {
            duty: kind,
            verb: verb.code(),
            subject: Subject::CorrectiveAction,
            subject_id: row.id.0,
            code: row.code.clone(),
            title: self.findings.get(&row.finding_id).cloned().unwrap_or_default(),
            unit_id: row.unit_id,
            unit_name: self.names.get(&row.unit_id).cloned().unwrap_or_default(),
            due_on,
            people,
            link: crate::web::link_to(Subject::CorrectiveAction, row.id.0),
        }
    }
}
