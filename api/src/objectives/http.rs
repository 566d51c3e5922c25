//! `/quality-objectives`: a thin adapter over the use cases.

use chrono::{DateTime, NaiveDate, Utc};
use domain::id::{ObjectiveResultId, ObjectiveStepId, PersonId, QualityObjectiveId, UnitId};
use domain::objective::{Bind, Direction, Draft, Frequency, ObjectiveState, ObjectiveVerb, StepDraft, available};
use domain::record::Subject;
use entities::{objective_result, objective_step};
use poem::web::Data;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::access::{self, Case};
use super::{Act, Filter, Listed, Measured, NewResult, figure};
use crate::app::App;
use crate::auth::{Auth, Caller, Either, can};
use crate::error::{Error, Result};
use crate::http::{One, Page, Slice, Version, link};
use crate::work::records::readable;

/// Whoever reads objectives of their units, or may have been given a row of a plan.
type Readers = Either<can::ReadReviews, can::DoSteps>;

/// Operations of this area.
#[derive(Debug)]
pub struct ObjectivesApi;

/// A quality objective in a list.
#[derive(Debug, Object)]
pub struct ObjectiveRow {
    /// Its id.
    pub id: QualityObjectiveId,
    /// Human code, unique in the unit: `MT-2026-01`.
    pub code: String,
    /// The unit.
    pub unit_id: UnitId,
    /// The year.
    pub year: i32,
    /// Where it stands.
    pub state: ObjectiveState,
    /// What is to be reached.
    pub goal: String,
    /// What is measured.
    pub measure: String,
    /// In which unit.
    pub measure_unit: String,
    /// On which side of the target the value must be.
    pub direction: Direction,
    /// The target, a decimal.
    pub target: String,
    /// The last result, a decimal.
    pub value: Option<String>,
    /// The day the last result speaks of.
    pub measured_on: Option<NaiveDate>,
    /// Whether the last result reaches the target.
    pub on_target: Option<bool>,
    /// Whether it was reached, once evaluated.
    pub met: Option<bool>,
    /// For `If-Match`.
    pub version: i64,
}

/// A row of a plan.
#[derive(Debug, Object)]
pub struct ObjectiveStepRecord {
    /// Its id.
    pub id: ObjectiveStepId,
    /// What is done.
    pub action: String,
    /// Who does it.
    pub owner_id: Option<PersonId>,
    /// Who does it, in words.
    pub owner_text: Option<String>,
    /// Until when.
    pub due_on: NaiveDate,
    /// The day it was done.
    pub done_on: Option<NaiveDate>,
    /// Who said so.
    pub done_by_id: Option<PersonId>,
    /// Not done and the day is past.
    pub overdue: bool,
    /// A note.
    pub note: Option<String>,
}

/// A measured result. Its files are evidence of the subject `objective_result`.
#[derive(Debug, Object)]
pub struct ObjectiveResultRecord {
    /// Its id.
    pub id: ObjectiveResultId,
    /// The day it speaks of.
    pub measured_on: NaiveDate,
    /// A decimal; of a counted share rounded to four places.
    pub value: String,
    /// Numerator of a counted share.
    pub part: Option<i64>,
    /// Denominator of a counted share.
    pub whole: Option<i64>,
    /// A note.
    pub note: Option<String>,
    /// Who recorded it.
    pub recorded_by_id: PersonId,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// A quality objective with everything around it.
#[derive(Debug, Object)]
pub struct ObjectiveRecord {
    /// Its id.
    pub id: QualityObjectiveId,
    /// Human code, unique in the unit.
    pub code: String,
    /// The unit.
    pub unit_id: UnitId,
    /// The year.
    pub year: i32,
    /// Where it stands.
    pub state: ObjectiveState,
    /// What is to be reached.
    pub goal: String,
    /// What is measured.
    pub measure: String,
    /// In which unit.
    pub measure_unit: String,
    /// On which side of the target the value must be.
    pub direction: Direction,
    /// The target, a decimal.
    pub target: String,
    /// Where it stood before, a decimal.
    pub baseline: Option<String>,
    /// How often a result is recorded.
    pub frequency: Frequency,
    /// The counted figure it is bound to.
    pub bind: Option<Bind>,
    /// The rows of its plan, in order.
    pub steps: Vec<ObjectiveStepRecord>,
    /// Its results, the last one first.
    pub results: Vec<ObjectiveResultRecord>,
    /// Whether the last result reaches the target.
    pub on_target: Option<bool>,
    /// Who approved it.
    pub approved_by_id: Option<PersonId>,
    /// When.
    pub approved_at: Option<DateTime<Utc>>,
    /// Whether it was reached, once evaluated.
    pub met: Option<bool>,
    /// Why it was not reached.
    pub explanation: Option<String>,
    /// When it was evaluated.
    pub evaluated_at: Option<DateTime<Utc>>,
    /// Why it was given up.
    pub cancel_reason: Option<String>,
    /// What the caller may do now with the whole.
    pub available: Vec<ObjectiveVerb>,
    /// For `If-Match`.
    pub version: i64,
}

/// The counted figure an objective is bound to, as it stands now.
#[derive(Debug, Object)]
pub struct ObjectiveFigure {
    /// Which.
    pub bind: Option<Bind>,
    /// The share in percent, rounded to four places; none while nothing of it was entered.
    pub value: Option<String>,
    /// Numerator.
    pub part: Option<i64>,
    /// Denominator.
    pub whole: Option<i64>,
    /// The records it was counted from, as far as the caller may read them.
    pub rows: Vec<CountedRow>,
}

/// A record behind a figure.
#[derive(Debug, Object)]
pub struct CountedRow {
    /// What kind of record.
    pub subject: Subject,
    /// Its id.
    pub id: Uuid,
}

/// A row of a plan to be written.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct ObjectiveStepInput {
    /// What is done.
    pub action: String,
    /// Who does it: a person, or words.
    pub owner_id: Option<PersonId>,
    /// Who does it, in words.
    pub owner_text: Option<String>,
    /// Until when.
    pub due_on: Option<NaiveDate>,
}

/// What an objective says.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct NewObjective {
    /// The unit; may be left out by who prepares for one unit only.
    pub unit_id: Option<UnitId>,
    /// The year.
    pub year: i32,
    /// What is to be reached.
    pub goal: String,
    /// What is measured.
    pub measure: String,
    /// In which unit; percent when bound to a counted figure.
    pub measure_unit: Option<String>,
    /// On which side of the target the value must be.
    pub direction: Direction,
    /// The target, a decimal: `98.5`.
    pub target: String,
    /// Where it stood before, a decimal.
    pub baseline: Option<String>,
    /// How often a result is recorded.
    pub frequency: Frequency,
    /// The counted figure it is bound to.
    pub bind: Option<Bind>,
    /// What is done for it, in order.
    #[oai(default)]
    pub steps: Vec<ObjectiveStepInput>,
}

/// What a draft says from now on; its unit and year stay.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct ObjectiveText {
    /// What is to be reached.
    pub goal: String,
    /// What is measured.
    pub measure: String,
    /// In which unit; percent when bound to a counted figure.
    pub measure_unit: Option<String>,
    /// On which side of the target the value must be.
    pub direction: Direction,
    /// The target, a decimal.
    pub target: String,
    /// Where it stood before, a decimal.
    pub baseline: Option<String>,
    /// How often a result is recorded.
    pub frequency: Frequency,
    /// The counted figure it is bound to.
    pub bind: Option<Bind>,
    /// What is done for it, in order.
    #[oai(default)]
    pub steps: Vec<ObjectiveStepInput>,
}

/// A result to be recorded.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct NewObjectiveResult {
    /// The day it speaks of; today when left out.
    pub measured_on: Option<NaiveDate>,
    /// What was measured, a decimal; left out to record the counted figure as it stands now.
    pub value: Option<String>,
    /// A note.
    pub note: Option<String>,
}

/// A row of the plan was done.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct StepDone {
    /// The day; today when left out.
    pub done_on: Option<NaiveDate>,
    /// A note.
    pub note: Option<String>,
}

/// The end of the year.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct Evaluation {
    /// Why it was not reached; needed exactly then.
    pub explanation: Option<String>,
}

/// Why.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct ObjectiveReason {
    /// Why.
    pub reason: String,
}

fn step_drafts(steps: Vec<ObjectiveStepInput>) -> Vec<StepDraft> {
    let draft = |ObjectiveStepInput { action, owner_id, owner_text, due_on }| StepDraft { action, owner_id, owner_text, due_on };
    steps.into_iter().map(draft).collect()
}

impl NewObjective {
    fn draft(self) -> (Option<UnitId>, Draft) {
        let Self { unit_id, year, goal, measure, measure_unit, direction, target, baseline, frequency, bind, steps } = self;
        let (measure_unit, steps) = (measure_unit.unwrap_or_default(), step_drafts(steps));
        (unit_id, Draft { year, goal, measure, measure_unit, direction, target, baseline, frequency, bind, steps })
    }
}

impl ObjectiveText {
    fn draft(self) -> Draft {
        let Self { goal, measure, measure_unit, direction, target, baseline, frequency, bind, steps } = self;
        let (measure_unit, steps) = (measure_unit.unwrap_or_default(), step_drafts(steps));
        // The year of a draft stays.
        Draft { year: 0, goal, measure, measure_unit, direction, target, baseline, frequency, bind, steps }
    }
}

fn listed(one: Listed) -> ObjectiveRow {
    let Listed { row, last } = one;
    ObjectiveRow {
        on_target: last.as_ref().map(|last| super::is_met(&row, last)),
        value: last.as_ref().map(|last| last.value.clone()),
        measured_on: last.map(|last| last.measured_on),
        id: row.id,
        code: row.code,
        unit_id: row.unit_id,
        year: row.year,
        state: row.state,
        goal: row.goal,
        measure: row.measure,
        measure_unit: row.measure_unit,
        direction: row.direction,
        target: row.target,
        met: row.met,
        version: row.version,
    }
}

fn step(row: objective_step::Model, today: NaiveDate) -> ObjectiveStepRecord {
    ObjectiveStepRecord {
        id: row.id,
        overdue: row.done_on.is_none() && row.due_on < today,
        action: row.action,
        owner_id: row.owner_id,
        owner_text: row.owner_text,
        due_on: row.due_on,
        done_on: row.done_on,
        done_by_id: row.done_by_id,
        note: row.note,
    }
}

fn result(row: objective_result::Model) -> ObjectiveResultRecord {
    ObjectiveResultRecord {
        id: row.id,
        measured_on: row.measured_on,
        value: row.value,
        part: row.part,
        whole: row.whole,
        note: row.note,
        recorded_by_id: row.recorded_by_id,
        created_at: row.created_at,
    }
}

async fn full(db: &impl ConnectionTrait, caller: &Caller, id: QualityObjectiveId) -> Result<ObjectiveRecord> {
    let Case { row, steps, results, by, facts } = access::case(db, caller, id).await?;
    // Rows of the plan are completed one by one.
    let mut available = available(row.state, by, &facts);
    available.retain(|verb| *verb != ObjectiveVerb::CompleteStep);
    Ok(ObjectiveRecord {
        on_target: results.first().map(|last| super::is_met(&row, last)),
        id: row.id,
        code: row.code,
        unit_id: row.unit_id,
        year: row.year,
        state: row.state,
        goal: row.goal,
        measure: row.measure,
        measure_unit: row.measure_unit,
        direction: row.direction,
        target: row.target,
        baseline: row.baseline,
        frequency: row.frequency,
        bind: row.bind,
        steps: steps.into_iter().map(|row| step(row, caller.today)).collect(),
        results: results.into_iter().map(result).collect(),
        approved_by_id: row.approved_by_id,
        approved_at: row.approved_at,
        met: row.met,
        explanation: row.explanation,
        evaluated_at: row.evaluated_at,
        cancel_reason: row.cancel_reason,
        available,
        version: row.version,
    })
}

async fn found(app: &App, caller: &Caller, id: QualityObjectiveId) -> Result<One<ObjectiveRecord>> {
    let record = full(app.store.read(), caller, id).await?;
    let version = record.version;
    Ok(One::found(record, version))
}

#[OpenApi]
impl ObjectivesApi {
    /// List quality objectives
    ///
    /// Of the units in one's scope, the latest year first; drafts only for who writes, measures or approves them.
    #[oai(path = "/quality-objectives", method = "get", operation_id = "list_quality_objectives")]
    #[expect(clippy::too_many_arguments, reason = "query parameters")]
    async fn list_quality_objectives(
        &self,
        auth: Auth<Readers>,
        app: Data<&App>,
        unit_id: Query<Option<UnitId>>,
        year: Query<Option<i32>>,
        state: Query<Option<ObjectiveState>>,
        met: Query<Option<bool>>,
        q: Query<Option<String>>,
        limit: Query<Option<u64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<ObjectiveRow>>> {
        let slice = Slice::new(limit.0, cursor.0.as_deref())?;
        let filter = Filter { unit_id: unit_id.0, year: year.0, state: state.0, met: met.0, q: q.0 };
        let path = link(
            "/api/v1/quality-objectives",
            &[
                ("unit_id", filter.unit_id.map(|unit| unit.to_string())),
                ("year", filter.year.map(|year| year.to_string())),
                ("state", filter.state.map(|state| state.to_string())),
                ("met", filter.met.map(|met| met.to_string())),
                ("q", filter.q.clone()),
            ],
        );
        let rows = super::list(app.store.read(), &auth, &filter, &slice).await?;
        let (items, next) = slice.page(rows, &path, |one| (one.row.year.into(), one.row.id.0), listed);
        Ok(Json(Page { items, next }))
    }

    /// Write a quality objective
    #[oai(path = "/quality-objectives", method = "post", operation_id = "create_quality_objective")]
    async fn create_quality_objective(
        &self,
        auth: Auth<can::PrepareReviews>,
        app: Data<&App>,
        body: Json<NewObjective>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
    ) -> Result<One<ObjectiveRecord>> {
        let (unit, draft) = body.0.draft();
        let row = super::create(&app.store, &auth, unit, draft).await?;
        Ok(One::made(full(app.store.read(), &auth, row.id).await?, row.version))
    }

    /// Get a quality objective
    #[oai(path = "/quality-objectives/:id", method = "get", operation_id = "get_quality_objective")]
    async fn get_quality_objective(
        &self,
        auth: Auth<Readers>,
        app: Data<&App>,
        id: Path<QualityObjectiveId>,
    ) -> Result<One<ObjectiveRecord>> {
        found(&app, &auth, id.0).await
    }

    /// Replace what a draft says
    #[oai(path = "/quality-objectives/:id", method = "put", operation_id = "update_quality_objective")]
    async fn update_quality_objective(
        &self,
        auth: Auth<can::PrepareReviews>,
        app: Data<&App>,
        id: Path<QualityObjectiveId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<ObjectiveText>,
    ) -> Result<One<ObjectiveRecord>> {
        super::update(&app.store, &auth, id.0, seen.0, body.0.draft()).await?;
        found(&app, &auth, id.0).await
    }

    /// Approve a quality objective
    ///
    /// The head of the unit, who did not write it; it needs at least one row of a plan.
    #[oai(path = "/quality-objectives/:id/approve", method = "post", operation_id = "approve_quality_objective")]
    async fn approve_quality_objective(
        &self,
        auth: Auth<can::SignForUnit>,
        app: Data<&App>,
        id: Path<QualityObjectiveId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
    ) -> Result<One<ObjectiveRecord>> {
        super::act(&app.store, &auth, id.0, seen.0, Act::Approve).await?;
        found(&app, &auth, id.0).await
    }

    /// Evaluate a quality objective
    ///
    /// From 1 December of its year; met or not is computed from the last result.
    #[oai(path = "/quality-objectives/:id/evaluate", method = "post", operation_id = "evaluate_quality_objective")]
    async fn evaluate_quality_objective(
        &self,
        auth: Auth<can::PrepareReviews>,
        app: Data<&App>,
        id: Path<QualityObjectiveId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<Evaluation>,
    ) -> Result<One<ObjectiveRecord>> {
        let act = Act::Evaluate { explanation: body.0.explanation };
        super::act(&app.store, &auth, id.0, seen.0, act).await?;
        found(&app, &auth, id.0).await
    }

    /// Give up a quality objective
    #[oai(path = "/quality-objectives/:id/cancel", method = "post", operation_id = "cancel_quality_objective")]
    async fn cancel_quality_objective(
        &self,
        auth: Auth<Either<can::PrepareReviews, can::SignForUnit>>,
        app: Data<&App>,
        id: Path<QualityObjectiveId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<ObjectiveReason>,
    ) -> Result<One<ObjectiveRecord>> {
        super::act(&app.store, &auth, id.0, seen.0, Act::Cancel { reason: body.0.reason }).await?;
        found(&app, &auth, id.0).await
    }

    /// Record a result
    ///
    /// Dated, never changed: the last one counts. Without a value the counted figure is recorded as it stands now.
    #[oai(path = "/quality-objectives/:id/results", method = "post", operation_id = "record_objective_result")]
    async fn record_objective_result(
        &self,
        auth: Auth<can::EditFigures>,
        app: Data<&App>,
        id: Path<QualityObjectiveId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<NewObjectiveResult>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
    ) -> Result<One<ObjectiveRecord>> {
        let NewObjectiveResult { measured_on, value, note } = body.0;
        let measured = value.map_or(Measured::Counted, Measured::Number);
        super::record(&app.store, &auth, id.0, seen.0, NewResult { measured_on, measured, note }).await?;
        let record = full(app.store.read(), &auth, id.0).await?;
        let version = record.version;
        Ok(One::made(record, version))
    }

    /// Report a row of the plan done
    #[oai(path = "/quality-objectives/:id/steps/:step_id/complete", method = "post", operation_id = "complete_objective_step")]
    async fn complete_objective_step(
        &self,
        auth: Auth<can::DoSteps>,
        app: Data<&App>,
        id: Path<QualityObjectiveId>,
        step_id: Path<ObjectiveStepId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<StepDone>,
    ) -> Result<One<ObjectiveRecord>> {
        let StepDone { done_on, note } = body.0;
        super::complete_step(&app.store, &auth, (id.0, step_id.0), seen.0, done_on, note).await?;
        found(&app, &auth, id.0).await
    }

    /// The counted figure as it stands now
    ///
    /// Nothing is counted a second time: the number of the dossier figures, the year's work, the surveys or the
    /// corrective actions, with the records it was counted from.
    #[oai(path = "/quality-objectives/:id/figure", method = "get", operation_id = "get_objective_figure")]
    async fn get_objective_figure(
        &self,
        auth: Auth<Readers>,
        app: Data<&App>,
        id: Path<QualityObjectiveId>,
    ) -> Result<Json<ObjectiveFigure>> {
        let db = app.store.read();
        let row = access::find(db, &auth, id.0).await?;
        let bind = row.bind.ok_or(Error::NotFound)?;
        let live = figure::live(db, bind, row.unit_id, row.year, auth.today).await?;
        let rows = live.as_ref().map(|live| live.rows.clone()).unwrap_or_default();
        let rows = readable(db, &auth, rows).await?;
        Ok(Json(ObjectiveFigure {
            bind: Some(bind),
            value: live.as_ref().map(|live| live.value.to_string()),
            part: live.as_ref().map(|live| live.part),
            whole: live.as_ref().map(|live| live.whole),
            rows: rows.into_keys().map(|(subject, id)| CountedRow { subject, id }).collect(),
        }))
    }
}
