//! What becomes of the decisions of a concluded review: done and confirmed by somebody else, or turned into a finding
//! with a corrective action, which then goes its usual way.

use std::collections::BTreeMap;

use domain::checklist::InspectionKind;
use domain::draft::Problems;
use domain::finding::{FindingState, Grade};
use domain::id::{CorrectiveActionId, FindingId, ManagementReviewId, ReviewDecisionId};
use domain::management_review::{DecisionKind, DecisionVerb, advance_decision};
use domain::record::Subject;
use entities::{corrective_action, finding, management_review, review_decision};
use render::{Catalogue, Lang};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, EntityTrait as _, IntoActiveModel as _, QueryFilter as _,
    QueryOrder as _,
};
use serde::{Deserialize, Serialize};

use super::access::begin_decision;
use crate::auth::Caller;
use crate::corrective_actions;
use crate::error::{Error, Result};
use crate::findings::{self, Source};
use crate::http::Version;
use crate::store::{Event, Store, Tx};

/// What is done with a decision.
#[derive(Clone, Debug)]
pub enum Act {
    /// The owner reports it done.
    Report {
        /// What was done.
        note: String,
    },
    /// Somebody else confirms it.
    Confirm,
    /// Somebody else sends it back.
    Return {
        /// Why.
        reason: String,
    },
}

impl Act {
    const fn verb(&self) -> DecisionVerb {
        match self {
            Self::Report { .. } => DecisionVerb::Report,
            Self::Confirm => DecisionVerb::Confirm,
            Self::Return { .. } => DecisionVerb::Return,
        }
    }
}

/// Moves a decision that needs no corrective plan.
///
/// # Errors
/// 404, stale, wrong fields, the code of the rule that stands against it.
pub async fn act(
    store: &Store,
    caller: &Caller,
    id: ReviewDecisionId,
    version: Version,
    act: Act,
) -> Result<review_decision::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let (review, before, by) = begin_decision(&tx, &who, id, version).await?;
            let state = advance_decision(review.state, before.state, act.verb(), by)?;
            let row = review_decision::Model { state, ..before.clone() };
            let mut problems = Problems::new();
            let (event, row, reason) = match act {
                Act::Report { note } => {
                    let row = review_decision::Model {
                        done_note: Some(problems.text("note", &note, 4_000)),
                        reported_by_id: Some(who.person),
                        reported_at: Some(tx.now()),
                        return_reason: None,
                        ..row
                    };
                    ("review_decision.reported", row, None)
                }
                Act::Confirm => {
                    let row = review_decision::Model { confirmed_by_id: Some(who.person), confirmed_at: Some(tx.now()), ..row };
                    ("review_decision.confirmed", row, None)
                }
                Act::Return { reason } => {
                    let reason = problems.text("reason", &reason, 2_000);
                    let row = review_decision::Model { return_reason: Some(reason.clone()), ..row };
                    ("review_decision.returned", row, Some(reason))
                }
            };
            problems.finish()?;
            save(&tx, &review, event, &before, row, reason.as_deref()).await
        })
        .await
}

async fn save(
    tx: &Tx,
    review: &management_review::Model,
    event: &'static str,
    before: &review_decision::Model,
    row: review_decision::Model,
    reason: Option<&str>,
) -> Result<review_decision::Model> {
    let row = review_decision::Model { version: before.version + 1, ..row };
    let update = review_decision::Entity::update(row.into_active_model().reset_all());
    let update = update.validate()?.filter(review_decision::Column::Version.eq(before.version));
    let after = update.exec(tx.db()).await?;
    let event = Event::on(event, Subject::ReviewDecision, after.id.0).unit(review.unit_id).change(before, &after);
    tx.record(event.reason(reason));
    Ok(after)
}

/// What remedies a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remedy {
    /// The finding that says it.
    pub finding_id: FindingId,
    /// Its code.
    pub finding_code: String,
    /// The latest corrective action.
    pub action_id: CorrectiveActionId,
    /// Its code.
    pub action_code: String,
}

/// What remedies the decisions of a review: two statements.
///
/// # Errors
/// The database's.
pub async fn remedies(
    db: &impl ConnectionTrait,
    decisions: &[review_decision::Model],
) -> Result<BTreeMap<ReviewDecisionId, (Remedy, corrective_action::Model)>> {
    let found = finding::Entity::find()
        .filter(finding::Column::ReviewDecisionId.is_in(decisions.iter().map(|row| row.id)))
        .all(db)
        .await?;
    let actions = corrective_action::Entity::find()
        .filter(corrective_action::Column::FindingId.is_in(found.iter().map(|row| row.id)))
        .order_by_asc(corrective_action::Column::Id)
        .all(db)
        .await?;
    let remedy = |row: finding::Model| {
        let action = actions.iter().rfind(|action| action.finding_id == row.id)?;
        let (action_id, action_code) = (action.id, action.code.clone());
        let remedy = Remedy { finding_id: row.id, finding_code: row.code, action_id, action_code };
        Some((row.review_decision_id?, (remedy, action.clone())))
    };
    Ok(found.into_iter().filter_map(remedy).collect())
}

/// Turns a decision of a concluded review into a finding with a corrective action, in one act. The meeting was the
/// hearing: the finding starts with its action and is not disputed.
///
/// # Errors
/// 404, stale, `review_secretary_only`, `review_not_concluded`, `wrong_state`.
pub async fn remedy(store: &Store, caller: &Caller, id: ReviewDecisionId, version: Version) -> Result<Remedy> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let (review, before, by) = begin_decision(&tx, &who, id, version).await?;
            let state = advance_decision(review.state, before.state, DecisionVerb::Remedy, by)?;
            let row = review_decision::Model { state, ..before.clone() };
            let decision = save(&tx, &review, "review_decision.remedied", &before, row, None).await?;
            let row = finding_of(&tx, &who, &review, &decision).await?;
            let row = findings::searchable(row).into_active_model().insert(tx.db()).await?;
            tx.record(Event::on("finding.raised", Subject::Finding, row.id.0).unit(row.unit_id).after(&row));
            let action = corrective_actions::open(&tx, &row, &Source::Review(Box::new(review)), None).await?;
            Ok(Remedy { finding_id: row.id, finding_code: row.code, action_id: action.id, action_code: action.code })
        })
        .await
}

/// The finding that says a decision: no fault, so never a nonconformity.
async fn finding_of(
    tx: &Tx,
    caller: &Caller,
    review: &management_review::Model,
    decision: &review_decision::Model,
) -> Result<finding::Model> {
    let catalogue = Catalogue::embedded().map_err(|error| Error::Internal(error.into()))?;
    let on = domain::time::vn_day(review.on_date);
    let criterion = catalogue.get(Lang::Vi, "review.finding_criterion", &[("review", review.code.clone()), ("on", on)]);
    Ok(finding::Model {
        id: tx.id(),
        code: corrective_actions::next_code(tx, "PH", review.unit_id).await?,
        kind: InspectionKind::InternalAudit,
        inspection_id: None,
        line_id: None,
        line_code: None,
        clause: super::editions::named(Some(&review.edition))?.map(|edition| edition.results_clause.clone()),
        area_code: None,
        owner_unit_id: review.unit_id,
        unit_id: decision.unit_id,
        grade: if decision.kind == DecisionKind::Improvement { Grade::Opportunity } else { Grade::Observation },
        criterion: Some(criterion),
        statement: Some(decision.content.clone()),
        recommendation: decision.resources.clone(),
        state: FindingState::ActionRequired,
        created_by_id: caller.person,
        raised_at: Some(tx.now()),
        confirmed_by_id: Some(review.chair_id),
        confirmed_at: review.signed_at,
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
        review_decision_id: Some(decision.id),
    })
}

/// The decisions of a review, in order.
///
/// # Errors
/// The database's.
pub async fn of_review(db: &impl ConnectionTrait, id: ManagementReviewId) -> Result<Vec<review_decision::Model>> {
    Ok(review_decision::Entity::find()
        .filter(review_decision::Column::ReviewId.eq(id))
        .order_by_asc(review_decision::Column::Position)
        .all(db)
        .await?)
}
