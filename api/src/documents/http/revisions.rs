//! Revisions, change requests, issue decisions, distribution.

use domain::document::revision::{RevisionVerb, RouteStep};
use domain::document::{RevisionState, TextForm};
use domain::id::{DistributionId, IssueDecisionId, RevisionId, UnitId};
use entities::{document, revision};
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;

use super::records::{
    Acceptance, AcknowledgementBody, AudienceRule, ChangeRequest, Distribution, IssueDecision, NewAudience, NewChangeRequest,
    NewIssueDecision, NewRoute, NewStep, Revision, RevisionChange, RevisionDiff, RevisionDrafter, RevisionReason, RevisionRemark,
    RevisionRow, WithdrawalBody,
};
use crate::app::App;
use crate::auth::{Auth, Caller, Either, can};
use crate::documents::issue::{self, NewDecision, Withdrawal};
use crate::documents::revisions::{self, Ground, Requests, Rule, Task, Wanted};
use crate::documents::{access, distribution};
use crate::error::{Error, Result};
use crate::http::{One, Page, Slice, Version, link};

/// Revisions of controlled documents and what becomes of them.
#[derive(Debug)]
pub struct RevisionsApi;

async fn shown(app: &App, caller: &Caller, id: RevisionId) -> Result<One<Revision>> {
    let read = revisions::read(app.store.read(), caller, id).await?;
    let version = read.case.row.version;
    Ok(One::found(Revision::from(read), version))
}

pub(super) async fn made(app: &App, caller: &Caller, row: revision::Model) -> Result<One<Revision>> {
    let read = revisions::read(app.store.read(), caller, row.id).await?;
    let version = read.case.row.version;
    Ok(One::made(Revision::from(read), version))
}

fn asked((row, parent): (revision::Model, Option<document::Model>)) -> ChangeRequest {
    ChangeRequest {
        document_code: parent.as_ref().and_then(|parent| parent.code.clone()),
        document_title: parent.map(|parent| parent.title),
        revision: RevisionRow::from(row),
    }
}

/// What a request wants: exactly one of the two.
fn wanted(body: &NewChangeRequest) -> Result<Wanted> {
    match (body.document_id, body.kind) {
        (Some(id), _) => Ok(Wanted::Revised(id)),
        (None, Some(kind)) => Ok(Wanted::New { unit_id: body.unit_id, kind, title: body.title.clone().unwrap_or_default() }),
        (None, None) => Err(Error::field("kind", "required")),
    }
}

#[OpenApi]
impl RevisionsApi {
    /// List change requests
    #[oai(path = "/change-requests", method = "get", operation_id = "list_change_requests")]
    async fn list_change_requests(
        &self,
        auth: Auth<can::ReadDocuments>,
        app: Data<&App>,
        state: Query<Option<RevisionState>>,
        unit_id: Query<Option<UnitId>>,
        limit: Query<Option<u64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<ChangeRequest>>> {
        let slice = Slice::new(limit.0, cursor.0.as_deref())?;
        let filter = Requests { state: state.0, unit_id: unit_id.0 };
        let path = link(
            "/api/v1/change-requests",
            &[("state", filter.state.map(|state| state.to_string())), ("unit_id", filter.unit_id.map(|unit| unit.to_string()))],
        );
        let rows = revisions::requests(app.store.read(), &auth, &filter, &slice).await?;
        let (items, next) = slice.page(rows, &path, |(row, _)| (row.created_at.to_rfc3339().into(), row.id.0), asked);
        Ok(Json(Page { items, next }))
    }

    /// Ask for a document to be changed or made
    #[oai(path = "/change-requests", method = "post", operation_id = "create_change_request")]
    async fn create_change_request(
        &self,
        auth: Auth<can::WorkOnDocuments>,
        app: Data<&App>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
        body: Json<NewChangeRequest>,
    ) -> Result<One<Revision>> {
        let wanted = wanted(&body.0)?;
        let NewChangeRequest { source, source_ref, reason, changed_part, summary, .. } = body.0;
        let ground = Ground { source, source_ref, reason, changed_part, summary };
        let row = revisions::propose(&app.store, &auth, wanted, ground).await?;
        made(&app, &auth, row).await
    }

    /// Accept a change request
    ///
    /// Names the drafter; a new document gets its code. The id is the revision's.
    #[oai(path = "/change-requests/:id/accept", method = "post", operation_id = "accept_change_request")]
    async fn accept_change_request(
        &self,
        auth: Auth<Either<can::ControlDocuments, can::ApproveDocuments>>,
        app: Data<&App>,
        id: Path<RevisionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<Acceptance>,
    ) -> Result<One<Revision>> {
        let Acceptance { drafter_id, due_on, form, new_issue, code } = body.0;
        let task = Task { drafter_id, due_on, form: form.unwrap_or(TextForm::Written), new_issue: new_issue.unwrap_or_default() };
        revisions::accept(&app.store, &auth, id.0, seen.0, task, code).await?;
        shown(&app, &auth, id.0).await
    }

    /// Read a revision
    ///
    /// Its text, files, route and audience, and what the caller may do now.
    #[oai(path = "/revisions/:id", method = "get", operation_id = "get_revision")]
    async fn get_revision(&self, auth: Auth<can::ReadDocuments>, app: Data<&App>, id: Path<RevisionId>) -> Result<One<Revision>> {
        shown(&app, &auth, id.0).await
    }

    /// Save the text of a draft
    #[oai(path = "/revisions/:id", method = "patch", operation_id = "update_revision")]
    async fn update_revision(
        &self,
        auth: Auth<can::WorkOnDocuments>,
        app: Data<&App>,
        id: Path<RevisionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<RevisionChange>,
    ) -> Result<One<Revision>> {
        let (_, now) = access::find(app.store.read(), &auth, id.0, false).await?;
        let RevisionChange { content, reason, changed_part, summary } = body.0;
        let content = match content {
            Some(content) => content,
            None => access::content_of(&now)?,
        };
        let ground = Ground {
            source: now.source,
            source_ref: now.source_ref,
            reason: reason.unwrap_or(now.reason),
            changed_part: changed_part.or(now.changed_part),
            summary: summary.or(now.summary),
        };
        revisions::write(&app.store, &auth, id.0, seen.0, content, ground).await?;
        shown(&app, &auth, id.0).await
    }

    /// Compare a revision with another in words
    ///
    /// With the one in force before it unless another is named.
    #[oai(path = "/revisions/:id/diff", method = "get", operation_id = "diff_revisions")]
    async fn diff_revisions(
        &self,
        auth: Auth<can::ReadDocuments>,
        app: Data<&App>,
        id: Path<RevisionId>,
        with: Query<Option<RevisionId>>,
    ) -> Result<Json<RevisionDiff>> {
        Ok(Json(revisions::compare(app.store.read(), &auth, id.0, with.0).await?.into()))
    }

    /// Set the route of a draft
    #[oai(path = "/revisions/:id/route", method = "put", operation_id = "set_revision_route")]
    async fn set_revision_route(
        &self,
        auth: Auth<can::WorkOnDocuments>,
        app: Data<&App>,
        id: Path<RevisionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<NewRoute>,
    ) -> Result<One<Revision>> {
        let step = |step: NewStep| {
            let NewStep { act, rule, quorum, people } = step;
            RouteStep { act, rule, quorum: usize::try_from(quorum.unwrap_or_default()).unwrap_or_default(), people }
        };
        let steps = body.0.steps.into_iter().map(step).collect();
        revisions::set_route(&app.store, &auth, id.0, seen.0, steps).await?;
        shown(&app, &auth, id.0).await
    }

    /// Say whom a revision is for
    #[oai(path = "/revisions/:id/audience", method = "put", operation_id = "set_revision_audience")]
    async fn set_revision_audience(
        &self,
        auth: Auth<can::WorkOnDocuments>,
        app: Data<&App>,
        id: Path<RevisionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<NewAudience>,
    ) -> Result<One<Revision>> {
        let rule = |rule: AudienceRule| {
            let AudienceRule { kind, unit_id, role, person_id } = rule;
            Rule { kind, unit_id, role, person_id }
        };
        let rules = body.0.audience.into_iter().map(rule).collect();
        revisions::set_audience(&app.store, &auth, id.0, seen.0, rules).await?;
        shown(&app, &auth, id.0).await
    }

    /// Let author or approver review this revision
    ///
    /// For units too small for three people; the reason stays with the revision.
    #[oai(path = "/revisions/:id/except", method = "post", operation_id = "except_revision")]
    async fn except_revision(
        &self,
        auth: Auth<can::ApproveDocuments>,
        app: Data<&App>,
        id: Path<RevisionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<RevisionReason>,
    ) -> Result<One<Revision>> {
        revisions::except(&app.store, &auth, id.0, seen.0, body.0.reason).await?;
        shown(&app, &auth, id.0).await
    }

    /// Hand a draft in for review
    #[oai(path = "/revisions/:id/submit", method = "post", operation_id = "submit_revision")]
    async fn submit_revision(
        &self,
        auth: Auth<can::WorkOnDocuments>,
        app: Data<&App>,
        id: Path<RevisionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
    ) -> Result<One<Revision>> {
        revisions::submit(&app.store, &auth, id.0, seen.0).await?;
        shown(&app, &auth, id.0).await
    }

    /// Agree to a text as its reviewer
    #[oai(path = "/revisions/:id/review", method = "post", operation_id = "review_revision")]
    async fn review_revision(
        &self,
        auth: Auth<can::WorkOnDocuments>,
        app: Data<&App>,
        id: Path<RevisionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<RevisionRemark>,
    ) -> Result<One<Revision>> {
        revisions::say(&app.store, &auth, id.0, seen.0, RevisionVerb::Review, body.0.remark).await?;
        shown(&app, &auth, id.0).await
    }

    /// Approve a text
    #[oai(path = "/revisions/:id/approve", method = "post", operation_id = "approve_revision")]
    async fn approve_revision(
        &self,
        auth: Auth<can::ApproveDocuments>,
        app: Data<&App>,
        id: Path<RevisionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<RevisionRemark>,
    ) -> Result<One<Revision>> {
        revisions::say(&app.store, &auth, id.0, seen.0, RevisionVerb::Approve, body.0.remark).await?;
        shown(&app, &auth, id.0).await
    }

    /// Return a text for changes
    #[oai(path = "/revisions/:id/return", method = "post", operation_id = "return_revision")]
    async fn return_revision(
        &self,
        auth: Auth<can::WorkOnDocuments>,
        app: Data<&App>,
        id: Path<RevisionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<RevisionRemark>,
    ) -> Result<One<Revision>> {
        revisions::say(&app.store, &auth, id.0, seen.0, RevisionVerb::Return, body.0.remark).await?;
        shown(&app, &auth, id.0).await
    }

    /// Call a text back to its draft
    ///
    /// For who keeps the documents or heads the unit: a route that cannot go on, or something that must
    /// change first. What was said stays in the history.
    #[oai(path = "/revisions/:id/recall", method = "post", operation_id = "recall_revision")]
    async fn recall_revision(
        &self,
        auth: Auth<can::WorkOnDocuments>,
        app: Data<&App>,
        id: Path<RevisionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<RevisionReason>,
    ) -> Result<One<Revision>> {
        revisions::recall(&app.store, &auth, id.0, seen.0, body.0.reason).await?;
        shown(&app, &auth, id.0).await
    }

    /// Give a draft to another drafter
    ///
    /// For who keeps the documents or heads the unit. Those who wrote before stay its authors.
    #[oai(path = "/revisions/:id/drafter", method = "put", operation_id = "set_revision_drafter")]
    async fn set_revision_drafter(
        &self,
        auth: Auth<can::WorkOnDocuments>,
        app: Data<&App>,
        id: Path<RevisionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<RevisionDrafter>,
    ) -> Result<One<Revision>> {
        let RevisionDrafter { drafter_id, due_on } = body.0;
        revisions::reassign(&app.store, &auth, id.0, seen.0, drafter_id, due_on).await?;
        shown(&app, &auth, id.0).await
    }

    /// Cancel a request or a draft
    ///
    /// What was approved, also what was issued for a later day, is annulled by the head.
    #[oai(path = "/revisions/:id/cancel", method = "post", operation_id = "cancel_revision")]
    async fn cancel_revision(
        &self,
        auth: Auth<can::WorkOnDocuments>,
        app: Data<&App>,
        id: Path<RevisionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<RevisionReason>,
    ) -> Result<One<Revision>> {
        revisions::cancel(&app.store, &auth, id.0, seen.0, body.0.reason).await?;
        shown(&app, &auth, id.0).await
    }

    /// Withdraw what is in force
    #[oai(path = "/revisions/:id/withdraw", method = "post", operation_id = "withdraw_revision")]
    async fn withdraw_revision(
        &self,
        auth: Auth<can::ApproveDocuments>,
        app: Data<&App>,
        id: Path<RevisionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<WithdrawalBody>,
    ) -> Result<One<Revision>> {
        let WithdrawalBody { decision, reason, replaced_by_id } = body.0;
        issue::withdraw(&app.store, &auth, id.0, seen.0, Withdrawal { decision, reason, replaced_by_id }).await?;
        shown(&app, &auth, id.0).await
    }

    /// Archive what is not in force any more
    #[oai(path = "/revisions/:id/archive", method = "post", operation_id = "archive_revision")]
    async fn archive_revision(
        &self,
        auth: Auth<can::ControlDocuments>,
        app: Data<&App>,
        id: Path<RevisionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<RevisionReason>,
    ) -> Result<One<Revision>> {
        revisions::archive(&app.store, &auth, id.0, seen.0, body.0.reason).await?;
        shown(&app, &auth, id.0).await
    }

    /// List decisions that issued documents
    #[oai(path = "/issue-decisions", method = "get", operation_id = "list_issue_decisions")]
    async fn list_issue_decisions(
        &self,
        auth: Auth<can::ReadDocuments>,
        app: Data<&App>,
        limit: Query<Option<u64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<IssueDecision>>> {
        let slice = Slice::new(limit.0, cursor.0.as_deref())?;
        let rows = issue::list(app.store.read(), &auth, &slice).await?;
        let key = |row: &entities::issue_decision::Model| (row.created_at.to_rfc3339().into(), row.id.0);
        let (items, next) = slice.page(rows, "/api/v1/issue-decisions", key, IssueDecision::from);
        Ok(Json(Page { items, next }))
    }

    /// Get a decision with what it issued
    #[oai(path = "/issue-decisions/:id", method = "get", operation_id = "get_issue_decision")]
    async fn get_issue_decision(
        &self,
        auth: Auth<can::ReadDocuments>,
        app: Data<&App>,
        id: Path<IssueDecisionId>,
    ) -> Result<Json<IssueDecision>> {
        decision(&app, &auth, id.0).await.map(Json)
    }

    /// Issue approved revisions by a decision
    ///
    /// One decision, many revisions, each from its day; those whose day has come are in force at once
    /// and supersede the ones before them.
    #[oai(path = "/issue-decisions", method = "post", operation_id = "issue_revisions")]
    async fn issue_revisions(
        &self,
        auth: Auth<Either<can::ApproveDocuments, can::RegisterPapers>>,
        app: Data<&App>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
        body: Json<NewIssueDecision>,
    ) -> Result<Json<IssueDecision>> {
        let NewIssueDecision { unit_id, number, signed_on, title, revisions } = body.0;
        let revisions = revisions.into_iter().map(|one| (one.revision_id, one.effective_from.unwrap_or(signed_on))).collect();
        let row = issue::issue(&app.store, &auth, NewDecision { unit_id, number, signed_on, title, revisions }).await?;
        decision(&app, &auth, row.id).await.map(Json)
    }

    /// List what was given to whom
    ///
    /// One's own; with `revision_id` the distribution book of that revision, for who keeps it.
    #[oai(path = "/distributions", method = "get", operation_id = "list_distributions")]
    async fn list_distributions(
        &self,
        auth: Auth<can::ReadDocuments>,
        app: Data<&App>,
        revision_id: Query<Option<RevisionId>>,
        open: Query<Option<bool>>,
        limit: Query<Option<u64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<Distribution>>> {
        let slice = Slice::new(limit.0, cursor.0.as_deref())?;
        let filter = distribution::Filter { revision_id: revision_id.0, open: open.0.unwrap_or_default() };
        let path = link(
            "/api/v1/distributions",
            &[("revision_id", filter.revision_id.map(|id| id.to_string())), ("open", filter.open.then(|| "true".to_owned()))],
        );
        let rows = distribution::list(app.store.read(), &auth, filter, &slice).await?;
        let key = |offer: &distribution::Offer| (offer.row.offered_at.to_rfc3339().into(), offer.row.id.0);
        let (items, next) = slice.page(rows, &path, key, Distribution::from);
        Ok(Json(Page { items, next }))
    }

    /// Note that one has opened what one was given
    #[oai(path = "/distributions/:id/open", method = "post", operation_id = "open_distribution")]
    async fn open_distribution(
        &self,
        auth: Auth<can::ReadDocuments>,
        app: Data<&App>,
        id: Path<DistributionId>,
    ) -> Result<Json<Distribution>> {
        Ok(Json(distribution::open(&app.store, &auth, id.0).await?.into()))
    }

    /// Acknowledge what one was given
    #[oai(path = "/distributions/:id/acknowledge", method = "post", operation_id = "acknowledge_distribution")]
    async fn acknowledge_distribution(
        &self,
        auth: Auth<can::WorkOnDocuments>,
        app: Data<&App>,
        id: Path<DistributionId>,
        body: Json<AcknowledgementBody>,
    ) -> Result<Json<Distribution>> {
        Ok(Json(distribution::acknowledge(&app.store, &auth, id.0, &body.0.statement).await?.into()))
    }
}

async fn decision(app: &App, caller: &Caller, id: IssueDecisionId) -> Result<IssueDecision> {
    let (row, issued) = issue::find(app.store.read(), caller, id).await?;
    Ok(IssueDecision { revisions: Some(issued.into_iter().map(RevisionRow::from).collect()), ..IssueDecision::from(row) })
}
