//! What ties rounds to findings: deductions that findings propose, lost points that become
//! corrective actions.

use chrono::{DateTime, Utc};
use domain::id::{CorrectiveActionId, DeductionId, FindingId, PersonId, RoundId, UnitId};
use domain::round::DeductionState;
use domain::scoring::Exact;
use poem::web::Data;
use poem_openapi::param::{Header, Path};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

use crate::app::App;
use crate::auth::{Auth, Caller, Either, can};
use crate::error::{Error, Result};
use crate::http::{One, Version};
use crate::rounds::deductions::{self, NewDeduction, Proposed};
use crate::rounds::remedy::{self, Remedy};

/// Findings in scoring: deductions, lost points.
#[derive(Debug)]
pub struct RoundFindingsApi;

/// A deduction to be proposed.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct DeductionProposal {
    /// The round that scores the unit.
    pub round_id: RoundId,
    /// The criterion.
    pub code: String,
    /// Points to take away, as a decimal with a point; of a penalty, to add.
    pub points: String,
    /// Why; by default what the finding states.
    pub reason: Option<String>,
}

/// A deduction that a finding proposes, with its path.
#[derive(Debug, Object)]
pub struct Deduction {
    /// Id.
    pub id: DeductionId,
    /// The round.
    pub round_id: RoundId,
    /// The unit.
    pub unit_id: UnitId,
    /// The criterion.
    pub code: String,
    /// Points to take away.
    pub points: String,
    /// Why.
    pub reason: String,
    /// Where it stands.
    pub state: DeductionState,
    /// The finding.
    pub finding_id: FindingId,
    /// Code of the finding.
    pub finding_code: String,
    /// What the finding states.
    pub statement: Option<String>,
    /// The finding still stands: it was not taken back.
    pub stands: bool,
    /// Code of the inspection.
    pub inspection_code: String,
    /// Code of the line of the checklist.
    pub line_code: Option<String>,
    /// The question of the line.
    pub line_question: Option<String>,
    /// How many files prove it.
    pub files: u32,
    /// Who proposed it.
    pub proposed_by_id: PersonId,
    /// When.
    pub proposed_at: DateTime<Utc>,
    /// Who decided.
    pub decided_by_id: Option<PersonId>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
    /// Why so.
    pub decision_reason: Option<String>,
    /// For `If-Match`.
    pub version: i64,
}

/// Proposed deductions.
#[derive(Debug, Object)]
pub struct Deductions {
    /// The earliest first.
    pub items: Vec<Deduction>,
}

/// A decision on a deduction.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct DeductionDecision {
    /// Why; demanded to decline.
    pub reason: Option<String>,
}

/// Which lost points become corrective actions.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct LostPoints {
    /// The unit.
    pub unit_id: UnitId,
    /// Codes of criteria; none means every one on which points were lost and nothing remedies them yet.
    #[oai(default)]
    pub codes: Vec<String>,
}

/// What remedies the lost points of a criterion.
#[derive(Debug, Object)]
pub struct LostPointsRemedy {
    /// The criterion.
    pub code: String,
    /// The finding about the lost points.
    pub finding_id: FindingId,
    /// Its code.
    pub finding_code: String,
    /// The corrective action.
    pub corrective_action_id: CorrectiveActionId,
    /// Its code.
    pub corrective_action_code: String,
}

/// What remedies lost points.
#[derive(Debug, Object)]
pub struct LostPointsRemedies {
    /// In the order of the criteria.
    pub items: Vec<LostPointsRemedy>,
}

fn shown(one: Proposed) -> Deduction {
    let stands = one.stands();
    let (line_code, line_question) = one.line.unzip();
    Deduction {
        id: one.row.id,
        round_id: one.round_id,
        unit_id: one.unit_id,
        code: one.code,
        points: Exact::from_stored(one.row.points).to_string(),
        reason: one.row.reason,
        state: one.row.state,
        finding_id: one.finding.id,
        finding_code: one.finding.code,
        statement: one.finding.statement,
        stands,
        inspection_code: one.inspection_code,
        line_code,
        line_question,
        files: one.files,
        proposed_by_id: one.row.proposed_by_id,
        proposed_at: one.row.proposed_at,
        decided_by_id: one.row.decided_by_id,
        decided_at: one.row.decided_at,
        decision_reason: one.row.decision_reason,
        version: one.row.version,
    }
}

impl From<Remedy> for LostPointsRemedy {
    fn from(one: Remedy) -> Self {
        Self {
            code: one.code,
            finding_id: one.finding_id,
            finding_code: one.finding_code,
            corrective_action_id: one.action_id,
            corrective_action_code: one.action_code,
        }
    }
}

async fn one_of(app: &App, id: DeductionId) -> Result<One<Deduction>> {
    let found = deductions::one(app.store.read(), id).await?;
    let version = found.row.version;
    Ok(One::found(shown(found), version))
}

async fn decided(
    app: &App,
    caller: &Caller,
    id: DeductionId,
    seen: Version,
    accept: bool,
    reason: Option<String>,
) -> Result<One<Deduction>> {
    deductions::decide(&app.store, caller, id, seen, accept, reason).await?;
    one_of(app, id).await
}

#[OpenApi]
impl RoundFindingsApi {
    /// Propose a deduction
    ///
    /// On a criterion of an open round, on the ground of a finding; until the appraisal is released.
    #[oai(path = "/findings/:id/deductions", method = "post", operation_id = "propose_deduction")]
    async fn propose_deduction(
        &self,
        auth: Auth<Either<can::ReadFindings, can::ManageRounds>>,
        app: Data<&App>,
        id: Path<FindingId>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
        body: Json<DeductionProposal>,
    ) -> Result<One<Deduction>> {
        let DeductionProposal { round_id, code, points, reason } = body.0;
        let points = points.parse().map_err(|_not_a_number| Error::field("points", "file_not_a_number"))?;
        let row = deductions::propose(&app.store, &auth, id.0, NewDeduction { round_id, code, points, reason }).await?;
        let found = deductions::one(app.store.read(), row.id).await?;
        Ok(One::made(shown(found), row.version))
    }

    /// Deductions a finding proposes
    ///
    /// For those who may propose; empty for anybody else who sees the finding.
    #[oai(path = "/findings/:id/deductions", method = "get", operation_id = "list_finding_deductions")]
    async fn list_finding_deductions(
        &self,
        auth: Auth<can::ReadFindings>,
        app: Data<&App>,
        id: Path<FindingId>,
    ) -> Result<Json<Deductions>> {
        let found = deductions::of_finding(app.store.read(), &auth, id.0).await?;
        Ok(Json(Deductions { items: found.into_iter().map(shown).collect() }))
    }

    /// Deductions proposed in a round
    ///
    /// On the criteria the caller appraises; all of them for the round's secretary.
    #[oai(path = "/rounds/:id/deductions", method = "get", operation_id = "list_round_deductions")]
    async fn list_round_deductions(
        &self,
        auth: Auth<Either<can::AppraiseScores, can::ManageRounds>>,
        app: Data<&App>,
        id: Path<RoundId>,
    ) -> Result<Json<Deductions>> {
        let found = deductions::of_round(app.store.read(), &auth, id.0).await?;
        Ok(Json(Deductions { items: found.into_iter().map(shown).collect() }))
    }

    /// Accept a deduction
    ///
    /// The points the line has now, less those proposed, become a value of the first appraisal.
    #[oai(path = "/deductions/:id/accept", method = "post", operation_id = "accept_deduction")]
    async fn accept_deduction(
        &self,
        auth: Auth<can::AppraiseScores>,
        app: Data<&App>,
        id: Path<DeductionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<DeductionDecision>,
    ) -> Result<One<Deduction>> {
        decided(&app, &auth, id.0, seen.0, true, body.0.reason).await
    }

    /// Decline a deduction
    #[oai(path = "/deductions/:id/decline", method = "post", operation_id = "decline_deduction")]
    async fn decline_deduction(
        &self,
        auth: Auth<can::AppraiseScores>,
        app: Data<&App>,
        id: Path<DeductionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<DeductionDecision>,
    ) -> Result<One<Deduction>> {
        decided(&app, &auth, id.0, seen.0, false, body.0.reason).await
    }

    /// Turn lost points into corrective actions
    ///
    /// Of a published round, by its secretary or the head of the unit: a finding with a corrective
    /// action for each criterion. All or none.
    #[oai(path = "/rounds/:id/corrective-actions", method = "post", operation_id = "remedy_lost_points")]
    async fn remedy_lost_points(
        &self,
        auth: Auth<can::ReadScores>,
        app: Data<&App>,
        id: Path<RoundId>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
        body: Json<LostPoints>,
    ) -> Result<Json<LostPointsRemedies>> {
        let made = remedy::remedy(&app.store, &auth, id.0, body.0.unit_id, body.0.codes).await?;
        Ok(Json(LostPointsRemedies { items: made.into_iter().map(LostPointsRemedy::from).collect() }))
    }
}
