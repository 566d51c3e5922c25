//! Findings of inspections: drafted, raised, answered, disputed, decided; what they ask for.

pub mod access;
pub mod http;
pub mod pages;
mod proof;
pub mod read;
mod repeat;
pub mod source;

use domain::draft::Problems;
use domain::finding::{
    self as rules, Content, Facts, FindingState, FindingVerb, Grade, Vocabulary, advance, owes_action, settle,
};
use domain::id::{EvidenceId, FindingId, InspectionId, LineId};
use domain::inspection::{By, InspectionState};
use domain::record::{Duty, Subject};
use domain::rule::Refused;
use entities::{finding, inspection, inspection_line};
use poem_openapi::Object;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, IntoActiveModel as _,
    QueryFilter as _,
};

use crate::auth::Caller;
use crate::corrective_actions::{self, due};
use crate::error::{Error, Result};
use crate::http::{Version, seen};
use crate::store::{Event, Store, Tx};

pub use read::duties;
pub use source::Source;

/// A finding to be drafted.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct NewFinding {
    /// The inspection.
    pub inspection_id: InspectionId,
    /// The line it was found on; prefills what is not given.
    pub line_id: Option<LineId>,
    /// How grave it is; by default the lightest that asks for action.
    pub grade: Option<Grade>,
    /// The requirement; by default the line's clause and question.
    pub criterion: Option<String>,
    /// The gap; by default the line's note.
    pub statement: Option<String>,
    /// What the inspector recommends.
    pub recommendation: Option<String>,
    /// Evidence of the inspection's lines that also proves this finding.
    #[oai(default)]
    pub evidence_ids: Vec<EvidenceId>,
}

/// What of a draft is changed.
#[derive(Clone, Debug, Default, Object)]
#[oai(deny_unknown_fields)]
pub struct FindingChange {
    /// How grave it is.
    pub grade: Option<Grade>,
    /// The requirement.
    pub criterion: Option<String>,
    /// The gap.
    pub statement: Option<String>,
    /// What the inspector recommends.
    pub recommendation: Option<String>,
    /// More evidence of the inspection's lines that also proves this finding.
    #[oai(default)]
    pub evidence_ids: Vec<EvidenceId>,
}

/// An act on a finding, with its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Put it before the unit.
    Raise,
    /// The lead confirms a member's finding.
    Confirm,
    /// The unit accepts.
    Accept,
    /// Silence is recorded as acceptance.
    DeemAccepted,
    /// The unit disputes.
    Dispute(String),
    /// The lead keeps it after a dispute.
    Uphold(String),
    /// It is taken back.
    Withdraw(String),
    /// The unit appeals.
    Appeal(String),
    /// The ordering authority decides the appeal: kept or taken back.
    DecideAppeal {
        /// Whether the finding is kept.
        upheld: bool,
        /// Why.
        reason: String,
    },
    /// Its grade is changed.
    Regrade {
        /// The new grade.
        grade: Grade,
        /// Why.
        reason: String,
    },
}

impl Act {
    fn verb(&self) -> FindingVerb {
        match self {
            Self::Raise => FindingVerb::Raise,
            Self::Confirm => FindingVerb::Confirm,
            Self::Accept => FindingVerb::Accept,
            Self::DeemAccepted => FindingVerb::DeemAccepted,
            Self::Dispute(_) => FindingVerb::Dispute,
            Self::Uphold(_) | Self::DecideAppeal { upheld: true, .. } => FindingVerb::Uphold,
            Self::Withdraw(_) | Self::DecideAppeal { upheld: false, .. } => FindingVerb::Withdraw,
            Self::Appeal(_) => FindingVerb::Appeal,
            Self::Regrade { .. } => FindingVerb::Regrade,
        }
    }

    fn event(&self) -> &'static str {
        match self {
            Self::Raise => "finding.raised",
            Self::Confirm => "finding.confirmed",
            Self::Accept => "finding.accepted",
            Self::DeemAccepted => "finding.deemed_accepted",
            Self::Dispute(_) => "finding.disputed",
            Self::Uphold(_) => "finding.upheld",
            Self::Withdraw(_) => "finding.withdrawn",
            Self::Appeal(_) => "finding.appealed",
            Self::DecideAppeal { .. } => "finding.appeal_decided",
            Self::Regrade { .. } => "finding.regraded",
        }
    }

    fn reason_mut(&mut self) -> Option<&mut String> {
        match self {
            Self::Dispute(reason)
            | Self::Uphold(reason)
            | Self::Withdraw(reason)
            | Self::Appeal(reason)
            | Self::DecideAppeal { reason, .. }
            | Self::Regrade { reason, .. } => Some(reason),
            Self::Raise | Self::Confirm | Self::Accept | Self::DeemAccepted => None,
        }
    }

    /// The same act with a clean reason.
    fn checked(mut self, vocabulary: Vocabulary) -> Result<Self> {
        let mut problems = Problems::new();
        if let Some(reason) = self.reason_mut() {
            *reason = problems.text("reason", reason, 2_000);
        }
        if let Self::Regrade { grade, .. } = self {
            rules::check_grade(vocabulary, grade, &mut problems);
        }
        problems.finish()?;
        Ok(self)
    }
}

/// A finding with what decides about it, read in one transaction.
pub(crate) struct Case {
    pub row: finding::Model,
    pub source: Source,
    pub by: By,
    pub facts: Facts,
}

/// Everything that decides what the caller may do with a finding.
pub(crate) async fn case(db: &impl ConnectionTrait, caller: &Caller, row: finding::Model) -> Result<Case> {
    let source = source::of(db, &row).await?;
    let by = access::by(db, caller, &row, &source).await?;
    let facts = access::facts(db, &row, source.state(), caller.today).await?;
    Ok(Case { row, source, by, facts })
}

/// Drafts a finding, prefilled from its line.
///
/// # Errors
/// 404 outside the caller's inspections; who is not in the team, or not during the visit: the rule's code.
pub async fn draft(store: &Store, caller: &Caller, new: NewFinding) -> Result<finding::Model> {
    let me = caller.clone();
    store
        .write(caller, move |tx| async move {
            let visit = crate::inspections::access::find(tx.db(), &me, new.inspection_id).await?;
            let line = match new.line_id {
                Some(id) => Some(crate::inspections::access::line(tx.db(), visit.id, id).await?),
                None => None,
            };
            let row = prefilled(&tx, &me, &visit, line, &new)?;
            may_write(tx.db(), &me, &row, &Source::Inspection(Box::new(visit))).await?;
            let row = row_with_code(&tx, row).await?.into_active_model().insert(tx.db()).await?;
            proof::share(&tx, &me, &row, &new.evidence_ids).await?;
            tx.record(Event::on("finding.drafted", Subject::Finding, row.id.0).unit(row.unit_id).after(&row));
            Ok(row)
        })
        .await
}

fn prefilled(
    tx: &Tx,
    caller: &Caller,
    visit: &inspection::Model,
    line: Option<inspection_line::Model>,
    new: &NewFinding,
) -> Result<finding::Model> {
    let vocabulary = Vocabulary::from(visit.kind);
    let lightest = vocabulary.grades().iter().rev().find(|grade| grade.needs_action()).copied();
    let question = line.as_ref().map(|line| match &line.clause {
        Some(clause) => format!("{clause} – {}", line.question),
        None => line.question.clone(),
    });
    let note = line.as_ref().and_then(|line| line.note.clone());
    let mut problems = Problems::new();
    let row = finding::Model {
        id: tx.id(),
        code: String::new(),
        kind: visit.kind,
        inspection_id: Some(visit.id),
        line_id: new.line_id,
        line_code: line.as_ref().map(|line| line.code.clone()),
        clause: line.as_ref().and_then(|line| line.clause.clone()),
        area_code: line.map(|line| line.area_code),
        owner_unit_id: visit.owner_unit_id,
        unit_id: visit.unit_id,
        grade: new.grade.or(lightest).unwrap_or(Grade::Observation),
        criterion: problems.optional_text("criterion", new.criterion.as_deref().or(question.as_deref()), 2_000),
        statement: problems.optional_text("statement", new.statement.as_deref().or(note.as_deref()), 4_000),
        recommendation: problems.optional_text("recommendation", new.recommendation.as_deref(), 4_000),
        state: FindingState::Draft,
        created_by_id: caller.person,
        raised_at: None,
        confirmed_by_id: None,
        confirmed_at: None,
        answer_due_on: None,
        answered_by_id: None,
        answered_at: None,
        dispute_reason: None,
        decided_by_id: None,
        decision_reason: None,
        appeal_reason: None,
        appealed_at: None,
        appeal_decided_at: None,
        regrade_reason: None,
        repeat_of_id: None,
        search_text: String::new(),
        version: 1,
        created_at: tx.now(),
        sheet_line_id: None,
        revision_id: None,
        review_decision_id: None,
    };
    rules::check_grade(vocabulary, row.grade, &mut problems);
    problems.finish()?;
    Ok(row)
}

/// A draft is written by the team while findings may be raised: the machine's own guard of `raise`.
async fn may_write(db: &impl ConnectionTrait, caller: &Caller, row: &finding::Model, source: &Source) -> Result<()> {
    let by = access::by(db, caller, row, source).await?;
    let facts = access::facts(db, row, source.state(), caller.today).await?;
    advance(row.state, FindingVerb::Raise, &by, &facts)?;
    Ok(())
}

async fn row_with_code(tx: &Tx, row: finding::Model) -> Result<finding::Model> {
    let code = corrective_actions::next_code(tx, "PH", row.owner_unit_id).await?;
    Ok(searchable(finding::Model { code, ..row }))
}

pub(crate) fn searchable(row: finding::Model) -> finding::Model {
    let words = [Some(&row.code), row.statement.as_ref(), row.criterion.as_ref(), row.line_code.as_ref()];
    let text: Vec<&str> = words.into_iter().flatten().map(String::as_str).collect();
    finding::Model { search_text: domain::text::fold(&text.join(" ")), ..row }
}

/// Changes a draft.
///
/// # Errors
/// 412 when it changed meanwhile; 409 when it is no draft any more; all wrong fields.
pub async fn edit(
    store: &Store,
    caller: &Caller,
    id: FindingId,
    version: Version,
    change: FindingChange,
) -> Result<finding::Model> {
    let me = caller.clone();
    store
        .write(caller, move |tx| async move {
            let Case { row: before, source, .. } = case(tx.db(), &me, access::lock(tx.db(), &me, id).await?).await?;
            seen(version, before.version)?;
            may_write(tx.db(), &me, &before, &source).await?;
            let row = changed(before.clone(), &change)?;
            proof::share(&tx, &me, &row, &change.evidence_ids).await?;
            let after = save(&tx, searchable(row)).await?;
            tx.record(Event::on("finding.edited", Subject::Finding, id.0).unit(after.unit_id).change(&before, &after));
            Ok(after)
        })
        .await
}

fn changed(mut row: finding::Model, change: &FindingChange) -> Result<finding::Model> {
    let FindingChange { grade, criterion, statement, recommendation, evidence_ids: _ } = change;
    let mut problems = Problems::new();
    if let Some(grade) = grade {
        rules::check_grade(Vocabulary::from(row.kind), *grade, &mut problems);
        row.grade = *grade;
    }
    if criterion.is_some() {
        row.criterion = problems.optional_text("criterion", criterion.as_deref(), 2_000);
    }
    if statement.is_some() {
        row.statement = problems.optional_text("statement", statement.as_deref(), 4_000);
    }
    if recommendation.is_some() {
        row.recommendation = problems.optional_text("recommendation", recommendation.as_deref(), 4_000);
    }
    problems.finish()?;
    Ok(row)
}

/// Does an act on a finding. What the answer asks for is opened in the same transaction.
///
/// # Errors
/// The code of the rule that stands against it; for `raise` also every field still missing.
pub async fn act(store: &Store, caller: &Caller, id: FindingId, version: Version, act: Act) -> Result<finding::Model> {
    let me = caller.clone();
    store
        .write(caller, move |tx| async move {
            let Case { row: before, source, by, facts } = case(tx.db(), &me, access::lock(tx.db(), &me, id).await?).await?;
            seen(version, before.version)?;
            if matches!(act, Act::DecideAppeal { .. }) && facts.appeal == rules::Appeal::None {
                return Err(Refused::new("no_appeal").into());
            }
            let next = advance(before.state, act.verb(), &by, &facts)?;
            let mut act = act.checked(Vocabulary::from(before.kind))?;
            let reason = act.reason_mut().cloned();
            let mut row = finding::Model { state: next, ..before.clone() };
            apply(&tx, &me, &by, &act, &mut row).await?;
            let facts = Facts { grade: row.grade, ..facts };
            row.state = follow_up(&tx, &row, &source, &facts, reason.as_deref()).await?;
            let after = save(&tx, row).await?;
            let event = Event::on(act.event(), Subject::Finding, id.0).unit(after.unit_id);
            tx.record(event.change(&before, &after).reason(reason.as_deref()));
            Ok(after)
        })
        .await
}

/// Writes what the act says into the row.
async fn apply(tx: &Tx, caller: &Caller, by: &By, act: &Act, row: &mut finding::Model) -> Result<()> {
    match act {
        Act::Raise => {
            check_content(tx, row).await?;
            row.raised_at = Some(tx.now());
            row.repeat_of_id = repeat::of(tx.db(), row, tx.today()).await?;
            row.revision_id = crate::documents::citing::in_force_for(tx.db(), row, tx.today()).await?;
            if rules::confirmed_when_raised_by(by) {
                confirm(tx, caller, row).await?;
            }
        }
        Act::Confirm => confirm(tx, caller, row).await?,
        Act::Accept | Act::DeemAccepted => answered(tx, caller, row),
        Act::Dispute(reason) => {
            answered(tx, caller, row);
            row.dispute_reason = Some(reason.clone());
        }
        Act::Uphold(reason) | Act::Withdraw(reason) | Act::DecideAppeal { reason, .. } => {
            row.decided_by_id = Some(caller.person);
            row.decision_reason = Some(reason.clone());
            if row.appealed_at.is_some() {
                row.appeal_decided_at = Some(tx.now());
            }
        }
        Act::Appeal(reason) => {
            row.appeal_reason = Some(reason.clone());
            row.appealed_at = Some(tx.now());
        }
        Act::Regrade { grade, reason } => {
            row.grade = *grade;
            row.regrade_reason = Some(reason.clone());
        }
    }
    Ok(())
}

fn answered(tx: &Tx, caller: &Caller, row: &mut finding::Model) {
    row.answered_by_id = Some(caller.person);
    row.answered_at = Some(tx.now());
}

async fn check_content(tx: &Tx, row: &finding::Model) -> Result<()> {
    let content = Content {
        vocabulary: Vocabulary::from(row.kind),
        grade: row.grade,
        criterion: row.criterion.as_deref().unwrap_or_default(),
        statement: row.statement.as_deref().unwrap_or_default(),
        evidence: access::proofs(tx.db(), row).await?,
    };
    Ok(rules::check_content(&content)?)
}

/// From the confirmation the unit's time to answer runs.
async fn confirm(tx: &Tx, caller: &Caller, row: &mut finding::Model) -> Result<()> {
    row.confirmed_by_id = Some(caller.person);
    row.confirmed_at = Some(tx.now());
    let deadline = due::working_days(tx, due::ANSWER_DAYS).await?;
    row.answer_due_on = Some(deadline.due);
    let about = (Subject::Finding, row.id.0);
    due::keep(tx, about, Duty::AnswerFinding, deadline.due, &deadline.explanation, Some(caller.person)).await
}

/// Opens the action that is owed, gives up those of a finding taken back; the state that follows.
async fn follow_up(tx: &Tx, row: &finding::Model, source: &Source, facts: &Facts, reason: Option<&str>) -> Result<FindingState> {
    if row.state == FindingState::Withdrawn {
        corrective_actions::give_up(tx, row, reason).await?;
        crate::rounds::deductions::drop_of(tx, row.id).await?;
        return Ok(row.state);
    }
    if !owes_action(row.state, facts) {
        return Ok(settle(row.state, facts));
    }
    corrective_actions::open(tx, row, source, None).await?;
    let facts = Facts { actions: facts.actions + 1, open_actions: facts.open_actions + 1, ..facts.clone() };
    Ok(settle(row.state, &facts))
}

/// Saves a row over the version it was read at.
pub(crate) async fn save(tx: &Tx, row: finding::Model) -> Result<finding::Model> {
    let version = row.version;
    let mut change = row.into_active_model().reset_all();
    change.version = Set(version + 1);
    let saved = finding::Entity::update(change).validate()?.filter(finding::Column::Version.eq(version)).exec(tx.db()).await?;
    Ok(saved)
}

/// Settles a finding after one of its actions was opened or closed.
///
/// # Errors
/// The database's.
pub(crate) async fn settle_after_action(tx: &Tx, id: FindingId) -> Result<()> {
    use sea_orm::QuerySelect as _;
    let row = finding::Entity::find_by_id(id).lock_exclusive().one(tx.db()).await?.ok_or(Error::NotFound)?;
    let state = source::of(tx.db(), &row).await?.state();
    settle_one(tx, row, state).await
}

/// Settles every answered finding of an inspection; to be called when its report is handed in:
/// findings that ask for no action close then.
///
/// # Errors
/// The database's.
pub async fn settle_after_report(tx: &Tx, visit: &inspection::Model) -> Result<()> {
    let rows = finding::Entity::find()
        .filter(finding::Column::InspectionId.eq(visit.id))
        .filter(finding::Column::State.is_in([FindingState::Accepted, FindingState::Upheld]))
        .all(tx.db())
        .await?;
    for row in rows {
        settle_one(tx, row, visit.state).await?;
    }
    Ok(())
}

async fn settle_one(tx: &Tx, before: finding::Model, inspection: InspectionState) -> Result<()> {
    let facts = access::facts(tx.db(), &before, inspection, tx.today()).await?;
    let state = settle(before.state, &facts);
    if state == before.state {
        return Ok(());
    }
    let after = save(tx, finding::Model { state, ..before.clone() }).await?;
    let kind = if state == FindingState::Closed { "finding.closed" } else { "finding.action_required" };
    tx.record(Event::on(kind, Subject::Finding, after.id.0).unit(after.unit_id).change(&before, &after));
    Ok(())
}
