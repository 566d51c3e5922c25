//! `/management-reviews`, `/review-decisions`, `/review-papers`: a thin adapter over the use cases.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use domain::id::{CorrectiveActionId, FindingId, ManagementReviewId, PersonId, ReviewDecisionId, ReviewPaperId, UnitId};
use domain::management_review::{
    DecisionDraft, DecisionKind, DecisionState, DecisionVerb, ReviewState, ReviewTopic, ReviewVerb, available,
    available_for_decision,
};
use domain::record::{ReportState, Subject};
use entities::{management_review, review_decision, review_input, review_paper};
use poem::web::Data;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::access::{self, Case};
use super::facts::Fact;
use super::{Filter, Meeting, Minutes, Plan, decisions, editions, paper, participants, read_changes, read_facts};
use crate::app::App;
use crate::auth::{Auth, Caller, Either, can};
use crate::error::{Error, Result};
use crate::http::{Download, MOST, One, Page, Slice, Version, link};
use crate::reports::Registration;
use crate::work::records::{Names, readable};

/// Whoever reads reviews of their units, or may take part in one or have been given a decision.
type Readers = Either<can::ReadReviews, can::DoSteps>;
/// Whoever follows decisions: the ISO secretary and the head.
type Followers = Either<can::PrepareReviews, can::SignForUnit>;

/// Operations of this area.
#[derive(Debug)]
pub struct ManagementReviewsApi;

/// A management review in a list.
#[derive(Debug, Object)]
pub struct ReviewRow {
    /// Its id.
    pub id: ManagementReviewId,
    /// Human code, unique in the unit: `XX-2026-01`.
    pub code: String,
    /// The unit.
    pub unit_id: UnitId,
    /// The year.
    pub year: i32,
    /// Where it stands.
    pub state: ReviewState,
    /// The day it is planned for; once held, the day it was held.
    pub on_date: NaiveDate,
    /// Official number.
    pub number: Option<i32>,
    /// What follows the number.
    pub symbol: Option<String>,
    /// For `If-Match`.
    pub version: i64,
}

/// A record behind a fact.
#[derive(Debug, Object)]
pub struct FactRow {
    /// What kind of record.
    pub subject: Subject,
    /// Its id.
    pub id: Uuid,
    /// Its code or title.
    pub name: String,
}

/// One fact of an input.
#[derive(Debug, Object)]
pub struct InputFact {
    /// Its stable key.
    pub key: String,
    /// What tells it apart from others of its key.
    pub of: String,
    /// Numbers by name, exact decimals.
    pub numbers: BTreeMap<String, String>,
    /// Texts by name.
    pub texts: BTreeMap<String, String>,
    /// The fact as the minutes say it.
    pub sentence: String,
    /// The records it was counted from, as far as the caller may read them; at most 50.
    pub rows: Vec<FactRow>,
}

/// What differs from when an input was taken before.
#[derive(Debug, Object)]
pub struct InputChange {
    /// The fact as it was.
    pub before: Option<String>,
    /// The fact as it is.
    pub after: Option<String>,
}

/// An input of a review.
#[derive(Debug, Object)]
pub struct ReviewInputRecord {
    /// What it is about.
    pub topic: ReviewTopic,
    /// Its letter in the edition's list.
    pub letter: Option<String>,
    /// Its title.
    pub title: String,
    /// The facts as they were on the day they were taken.
    pub facts: Vec<InputFact>,
    /// What differs from when they were taken before.
    pub changes: Vec<InputChange>,
    /// The secretary's remark.
    pub remark: Option<String>,
}

/// A decision of a review.
#[derive(Debug, Object)]
pub struct DecisionRecord {
    /// Its id.
    pub id: ReviewDecisionId,
    /// Its review.
    pub review_id: ManagementReviewId,
    /// What it is about.
    pub kind: DecisionKind,
    /// What is to be done.
    pub content: String,
    /// The unit that answers for it.
    pub unit_id: UnitId,
    /// The person who does it.
    pub owner_id: PersonId,
    /// Until when.
    pub due_on: NaiveDate,
    /// What it needs.
    pub resources: Option<String>,
    /// Where it stands.
    pub state: DecisionState,
    /// Not done and the day is past.
    pub overdue: bool,
    /// What was done, as its owner says.
    pub done_note: Option<String>,
    /// When it was reported done.
    pub reported_at: Option<DateTime<Utc>>,
    /// Who confirmed it.
    pub confirmed_by_id: Option<PersonId>,
    /// When.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// Why it was sent back last.
    pub return_reason: Option<String>,
    /// The finding that says it, when it became one.
    pub finding_id: Option<FindingId>,
    /// The latest corrective action of that finding.
    pub corrective_action_id: Option<CorrectiveActionId>,
    /// What the caller may do now.
    pub available: Vec<DecisionVerb>,
    /// For `If-Match`.
    pub version: i64,
}

/// A management review with everything around it.
#[derive(Debug, Object)]
pub struct ReviewRecord {
    /// Its id.
    pub id: ManagementReviewId,
    /// Human code.
    pub code: String,
    /// The unit.
    pub unit_id: UnitId,
    /// The year.
    pub year: i32,
    /// Where it stands.
    pub state: ReviewState,
    /// Which list of inputs it follows.
    pub edition: String,
    /// The day it is planned for; once held, the day it was held.
    pub on_date: NaiveDate,
    /// The place.
    pub place: Option<String>,
    /// Who chairs.
    pub chair_id: PersonId,
    /// Who keeps the minutes.
    pub secretary_id: PersonId,
    /// Who else takes part.
    pub participant_ids: Vec<PersonId>,
    /// People without a login, one a line.
    pub others: Option<String>,
    /// First day its inputs speak of.
    pub period_from: NaiveDate,
    /// The day the inputs were taken.
    pub inputs_on: Option<NaiveDate>,
    /// The inputs, in the order of the edition.
    pub inputs: Vec<ReviewInputRecord>,
    /// When the meeting began, `08:00`.
    pub opened: Option<String>,
    /// When it ended.
    pub closed: Option<String>,
    /// The discussion.
    pub discussion: Option<String>,
    /// The conclusion of the chair.
    pub conclusion: Option<String>,
    /// The decisions, in order.
    pub decisions: Vec<DecisionRecord>,
    /// When the chair signed.
    pub signed_at: Option<DateTime<Utc>>,
    /// Official number.
    pub number: Option<i32>,
    /// What follows the number.
    pub symbol: Option<String>,
    /// Official date.
    pub issued_on: Option<NaiveDate>,
    /// Why it was called off.
    pub cancel_reason: Option<String>,
    /// The concluded review before it.
    pub previous_id: Option<ManagementReviewId>,
    /// What the caller may do now.
    pub available: Vec<ReviewVerb>,
    /// Whether the caller may give the minutes their number now.
    pub may_register: bool,
    /// For `If-Match`.
    pub version: i64,
}

/// A review to be planned.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct NewManagementReview {
    /// The unit; may be left out by who prepares for one unit only.
    pub unit_id: Option<UnitId>,
    /// Which list of inputs it follows; the usual one when left out.
    pub edition: Option<String>,
    /// The day.
    pub on_date: NaiveDate,
    /// The place.
    pub place: Option<String>,
    /// Who chairs: a head of the unit.
    pub chair_id: PersonId,
    /// Who keeps the minutes: an ISO secretary of the unit.
    pub secretary_id: PersonId,
    /// Who else takes part.
    #[oai(default)]
    pub participant_ids: Vec<PersonId>,
    /// People without a login, one a line.
    pub others: Option<String>,
    /// First day its inputs speak of; after the last review's when left out.
    pub period_from: Option<NaiveDate>,
}

/// Day, place and people of a review before the meeting.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct ReviewPlan {
    /// The day.
    pub on_date: NaiveDate,
    /// The place.
    pub place: Option<String>,
    /// Who chairs.
    pub chair_id: PersonId,
    /// Who keeps the minutes.
    pub secretary_id: PersonId,
    /// Who else takes part.
    #[oai(default)]
    pub participant_ids: Vec<PersonId>,
    /// People without a login, one a line.
    pub others: Option<String>,
    /// First day its inputs speak of; as it is when left out.
    pub period_from: Option<NaiveDate>,
}

/// A remark on an input.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct InputRemark {
    /// Which input.
    pub topic: ReviewTopic,
    /// The remark; none takes it back.
    pub remark: Option<String>,
}

/// Remarks on inputs; topics left out keep theirs.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct InputRemarks {
    /// The remarks.
    pub remarks: Vec<InputRemark>,
}

/// How the meeting was held.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct ReviewMeeting {
    /// The day.
    pub held_on: NaiveDate,
    /// When it began, `08:00`.
    pub opened: String,
    /// When it ended.
    pub closed: String,
    /// Where; as planned when left out.
    pub place: Option<String>,
    /// Who was there; as planned when left out.
    pub participant_ids: Option<Vec<PersonId>>,
    /// People without a login, one a line; as planned when left out.
    pub others: Option<String>,
}

/// A decision to be written.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct DecisionInput {
    /// What it is about.
    pub kind: Option<DecisionKind>,
    /// What is to be done.
    pub content: String,
    /// The unit that answers for it: the reviewed one or one below it.
    pub unit_id: Option<UnitId>,
    /// The person who does it.
    pub owner_id: Option<PersonId>,
    /// Until when.
    pub due_on: Option<NaiveDate>,
    /// What it needs.
    pub resources: Option<String>,
}

/// What the minutes say; what is left out is gone.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct ReviewMinutesInput {
    /// The discussion.
    pub discussion: Option<String>,
    /// The conclusion of the chair.
    pub conclusion: Option<String>,
    /// The decisions, in order.
    #[oai(default)]
    pub decisions: Vec<DecisionInput>,
}

/// The official number of the minutes.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct RegisterMinutes {
    /// The number, from 1 each year.
    pub number: i32,
    /// What follows it: `BB-UBND`, or `UBND` alone.
    pub symbol: String,
    /// Its date, not before the signature.
    pub issued_on: NaiveDate,
}

/// Why.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct ReviewReason {
    /// Why.
    pub reason: String,
}

/// What was done.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct DecisionReport {
    /// What was done.
    pub note: String,
}

/// A finding with its corrective action, just made of a decision.
#[derive(Debug, Object)]
pub struct DecisionRemedy {
    /// The finding.
    pub finding_id: FindingId,
    /// Its code.
    pub finding_code: String,
    /// The corrective action.
    pub corrective_action_id: CorrectiveActionId,
    /// Its code.
    pub corrective_action_code: String,
}

/// A render request for minutes and its result. The same data gives the same bytes.
#[derive(Debug, Object)]
pub struct ReviewPaperRecord {
    /// Its id.
    pub id: ReviewPaperId,
    /// Of which review.
    pub review_id: ManagementReviewId,
    /// Where it stands.
    pub state: ReportState,
    /// Marked «DỰ THẢO»: the minutes were not signed yet.
    pub draft: bool,
    /// SHA-256 of the file, once ready.
    pub sha256: Option<String>,
    /// Pages.
    pub pages: Option<i32>,
    /// Why it failed.
    pub error: Option<String>,
    /// When it was asked for.
    pub requested_at: DateTime<Utc>,
}

/// A list of inputs by edition of the standard.
#[derive(Debug, Object)]
pub struct ReviewEdition {
    /// Stable code.
    pub code: String,
    /// As cited.
    pub title: String,
    /// Taken when none is named.
    pub default: bool,
    /// How far the list is verified.
    pub trust: String,
    /// The topics in order.
    pub topics: Vec<ReviewTopic>,
}

/// Every edition.
#[derive(Debug, Object)]
pub struct ReviewEditions {
    /// The editions.
    pub items: Vec<ReviewEdition>,
}

fn row(row: management_review::Model) -> ReviewRow {
    ReviewRow {
        id: row.id,
        code: row.code,
        unit_id: row.unit_id,
        year: row.year,
        state: row.state,
        on_date: row.on_date,
        number: row.number,
        symbol: row.symbol,
        version: row.version,
    }
}

fn fact(app: &App, names: &Names, fact: Fact) -> InputFact {
    let shown = |row: &super::facts::Row| {
        let name = names.get(&(row.subject, row.id))?;
        Some(FactRow { subject: row.subject, id: row.id, name: name.text.clone() })
    };
    InputFact {
        sentence: fact.worded(app.renderer.catalogue()),
        rows: fact.rows.iter().filter_map(shown).collect(),
        key: fact.key,
        of: fact.of,
        numbers: fact.numbers,
        texts: fact.texts,
    }
}

fn input(app: &App, names: &Names, row: review_input::Model) -> Result<ReviewInputRecord> {
    let worded = |fact: Option<Fact>| fact.map(|fact| fact.worded(app.renderer.catalogue()));
    let changes = read_changes(&row.changes)?.into_iter();
    Ok(ReviewInputRecord {
        topic: row.topic,
        letter: row.letter,
        title: row.title,
        facts: read_facts(&row.facts)?.into_iter().map(|one| fact(app, names, one)).collect(),
        changes: changes.map(|one| InputChange { before: worded(one.before), after: worded(one.after) }).collect(),
        remark: row.remark,
    })
}

/// The records behind the facts of inputs that the caller may read.
pub(super) async fn names_of(db: &impl ConnectionTrait, caller: &Caller, inputs: &[review_input::Model]) -> Result<Names> {
    let mut records = Vec::new();
    for input in inputs {
        records.extend(read_facts(&input.facts)?.into_iter().flat_map(|fact| fact.rows).map(|row| (row.subject, row.id)));
    }
    readable(db, caller, records).await
}

async fn full(app: &App, caller: &Caller, id: ManagementReviewId) -> Result<ReviewRecord> {
    let db = app.store.read();
    let Case { row, inputs, by, facts, signers: _ } = access::case(db, caller, id).await?;
    let names = names_of(db, caller, &inputs).await?;
    let decided = decisions::of_review(db, id).await?;
    let remedies = decisions::remedies(db, &decided).await?;
    let decision = |one: review_decision::Model| {
        let remedy = remedies.get(&one.id).map(|(remedy, _)| remedy.clone());
        DecisionRecord {
            available: available_for_decision(row.state, one.state, access::by_decision(by, caller, &one)),
            overdue: one.state == DecisionState::Open && one.due_on < caller.today,
            id: one.id,
            review_id: one.review_id,
            kind: one.kind,
            content: one.content,
            unit_id: one.unit_id,
            owner_id: one.owner_id,
            due_on: one.due_on,
            resources: one.resources,
            state: one.state,
            done_note: one.done_note,
            reported_at: one.reported_at,
            confirmed_by_id: one.confirmed_by_id,
            confirmed_at: one.confirmed_at,
            return_reason: one.return_reason,
            finding_id: remedy.as_ref().map(|remedy| remedy.finding_id),
            corrective_action_id: remedy.map(|remedy| remedy.action_id),
            version: one.version,
        }
    };
    Ok(ReviewRecord {
        may_register: paper::may_register(db, caller, &row).await?,
        participant_ids: participants(db, id).await?,
        inputs: inputs.into_iter().map(|one| input(app, &names, one)).collect::<Result<_>>()?,
        decisions: decided.into_iter().map(decision).collect(),
        available: available(row.state, by, &facts),
        id: row.id,
        code: row.code,
        unit_id: row.unit_id,
        year: row.year,
        state: row.state,
        edition: row.edition,
        on_date: row.on_date,
        place: row.place,
        chair_id: row.chair_id,
        secretary_id: row.secretary_id,
        others: row.others,
        period_from: row.period_from,
        inputs_on: row.inputs_on,
        opened: row.opened,
        closed: row.closed,
        discussion: row.discussion,
        conclusion: row.conclusion,
        signed_at: row.signed_at,
        number: row.number,
        symbol: row.symbol,
        issued_on: row.issued_on,
        cancel_reason: row.cancel_reason,
        previous_id: row.previous_id,
        version: row.version,
    })
}

async fn found(app: &App, caller: &Caller, id: ManagementReviewId) -> Result<One<ReviewRecord>> {
    let record = full(app, caller, id).await?;
    let version = record.version;
    Ok(One::found(record, version))
}

async fn decided(app: &App, caller: &Caller, row: review_decision::Model) -> Result<One<DecisionRecord>> {
    let review = full(app, caller, row.review_id).await?;
    let record = review.decisions.into_iter().find(|one| one.id == row.id).ok_or(Error::NotFound)?;
    let version = record.version;
    Ok(One::found(record, version))
}

fn printed(row: review_paper::Model) -> ReviewPaperRecord {
    ReviewPaperRecord {
        id: row.id,
        review_id: row.review_id,
        state: row.state,
        draft: row.draft,
        sha256: row.blob_sha256,
        pages: row.pages,
        error: row.error,
        requested_at: row.requested_at,
    }
}

#[OpenApi]
impl ManagementReviewsApi {
    /// List management reviews
    ///
    /// The latest day first; before they are concluded only for who prepares, signs or takes part.
    #[oai(path = "/management-reviews", method = "get", operation_id = "list_management_reviews")]
    #[expect(clippy::too_many_arguments, reason = "query parameters")]
    async fn list_management_reviews(
        &self,
        auth: Auth<Readers>,
        app: Data<&App>,
        unit_id: Query<Option<UnitId>>,
        year: Query<Option<i32>>,
        state: Query<Option<ReviewState>>,
        q: Query<Option<String>>,
        limit: Query<Option<u64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<ReviewRow>>> {
        let slice = Slice::new(limit.0, cursor.0.as_deref())?;
        let filter = Filter { unit_id: unit_id.0, year: year.0, state: state.0, q: q.0 };
        let path = link(
            "/api/v1/management-reviews",
            &[
                ("unit_id", filter.unit_id.map(|unit| unit.to_string())),
                ("year", filter.year.map(|year| year.to_string())),
                ("state", filter.state.map(|state| state.to_string())),
                ("q", filter.q.clone()),
            ],
        );
        let rows = super::list(app.store.read(), &auth, &filter, &slice).await?;
        let key = |row: &management_review::Model| (serde_json::json!(row.on_date), row.id.0);
        let (items, next) = slice.page(rows, &path, key, row);
        Ok(Json(Page { items, next }))
    }

    /// Plan a management review
    #[oai(path = "/management-reviews", method = "post", operation_id = "plan_management_review")]
    async fn plan_management_review(
        &self,
        auth: Auth<can::PrepareReviews>,
        app: Data<&App>,
        body: Json<NewManagementReview>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
    ) -> Result<One<ReviewRecord>> {
        let NewManagementReview {
            unit_id,
            edition,
            on_date,
            place,
            chair_id,
            secretary_id,
            participant_ids,
            others,
            period_from,
        } = body.0;
        let plan = Plan { on_date, place, chair_id, secretary_id, participant_ids, others, period_from };
        let row = super::plan(&app.store, &auth, unit_id, edition, plan).await?;
        Ok(One::made(full(&app, &auth, row.id).await?, row.version))
    }

    /// Lists of inputs by edition of the standard
    #[oai(path = "/review-editions", method = "get", operation_id = "list_review_editions")]
    async fn list_review_editions(&self, _auth: Auth<can::ReadReference>) -> Result<Json<ReviewEditions>> {
        let edition = |edition: &editions::Edition| ReviewEdition {
            code: edition.code.clone(),
            title: edition.title.clone(),
            default: edition.default,
            trust: edition.trust.clone(),
            topics: edition.inputs.iter().map(|input| input.topic).collect(),
        };
        Ok(Json(ReviewEditions { items: editions::all()?.iter().map(edition).collect() }))
    }

    /// Get a management review
    #[oai(path = "/management-reviews/:id", method = "get", operation_id = "get_management_review")]
    async fn get_management_review(
        &self,
        auth: Auth<Readers>,
        app: Data<&App>,
        id: Path<ManagementReviewId>,
    ) -> Result<One<ReviewRecord>> {
        found(&app, &auth, id.0).await
    }

    /// Change day, place and people before the meeting
    #[oai(path = "/management-reviews/:id", method = "put", operation_id = "update_management_review")]
    async fn update_management_review(
        &self,
        auth: Auth<can::PrepareReviews>,
        app: Data<&App>,
        id: Path<ManagementReviewId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<ReviewPlan>,
    ) -> Result<One<ReviewRecord>> {
        let ReviewPlan { on_date, place, chair_id, secretary_id, participant_ids, others, period_from } = body.0;
        let plan = Plan { on_date, place, chair_id, secretary_id, participant_ids, others, period_from };
        super::update(&app.store, &auth, id.0, seen.0, plan).await?;
        found(&app, &auth, id.0).await
    }

    /// Take the inputs, or take them anew
    ///
    /// From live data, as they stand today; taken anew they say what changed, and remarks stay.
    #[oai(path = "/management-reviews/:id/take-inputs", method = "post", operation_id = "take_review_inputs")]
    async fn take_review_inputs(
        &self,
        auth: Auth<can::PrepareReviews>,
        app: Data<&App>,
        id: Path<ManagementReviewId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
    ) -> Result<One<ReviewRecord>> {
        super::take_inputs(&app.store, &auth, id.0, seen.0).await?;
        found(&app, &auth, id.0).await
    }

    /// Write remarks on the inputs
    #[oai(path = "/management-reviews/:id/remarks", method = "put", operation_id = "remark_review_inputs")]
    async fn remark_review_inputs(
        &self,
        auth: Auth<can::PrepareReviews>,
        app: Data<&App>,
        id: Path<ManagementReviewId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<InputRemarks>,
    ) -> Result<One<ReviewRecord>> {
        let remarks = body.0.remarks.into_iter().map(|one| (one.topic, one.remark)).collect();
        super::remark(&app.store, &auth, id.0, seen.0, remarks).await?;
        found(&app, &auth, id.0).await
    }

    /// Record that the meeting was held
    #[oai(path = "/management-reviews/:id/hold", method = "post", operation_id = "hold_management_review")]
    async fn hold_management_review(
        &self,
        auth: Auth<can::PrepareReviews>,
        app: Data<&App>,
        id: Path<ManagementReviewId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<ReviewMeeting>,
    ) -> Result<One<ReviewRecord>> {
        let ReviewMeeting { held_on, opened, closed, place, participant_ids, others } = body.0;
        let meeting = Meeting { held_on, opened, closed, place, participant_ids, others };
        super::hold(&app.store, &auth, id.0, seen.0, meeting).await?;
        found(&app, &auth, id.0).await
    }

    /// Write the minutes of a held meeting
    #[oai(path = "/management-reviews/:id/minutes", method = "put", operation_id = "write_review_minutes")]
    async fn write_review_minutes(
        &self,
        auth: Auth<can::PrepareReviews>,
        app: Data<&App>,
        id: Path<ManagementReviewId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<ReviewMinutesInput>,
    ) -> Result<One<ReviewRecord>> {
        let ReviewMinutesInput { discussion, conclusion, decisions } = body.0;
        let draft = |DecisionInput { kind, content, unit_id, owner_id, due_on, resources }| DecisionDraft {
            kind,
            content,
            unit_id,
            owner_id,
            due_on,
            resources,
        };
        let minutes = Minutes { discussion, conclusion, decisions: decisions.into_iter().map(draft).collect() };
        super::write(&app.store, &auth, id.0, seen.0, minutes).await?;
        found(&app, &auth, id.0).await
    }

    /// Sign the minutes
    ///
    /// The chair, who heads the unit and did not prepare the review; nothing of it changes afterwards.
    #[oai(path = "/management-reviews/:id/conclude", method = "post", operation_id = "conclude_management_review")]
    async fn conclude_management_review(
        &self,
        auth: Auth<can::SignForUnit>,
        app: Data<&App>,
        id: Path<ManagementReviewId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
    ) -> Result<One<ReviewRecord>> {
        super::conclude(&app.store, &auth, id.0, seen.0).await?;
        found(&app, &auth, id.0).await
    }

    /// Call a review off
    #[oai(path = "/management-reviews/:id/cancel", method = "post", operation_id = "cancel_management_review")]
    async fn cancel_management_review(
        &self,
        auth: Auth<can::PrepareReviews>,
        app: Data<&App>,
        id: Path<ManagementReviewId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<ReviewReason>,
    ) -> Result<One<ReviewRecord>> {
        super::cancel(&app.store, &auth, id.0, seen.0, body.0.reason).await?;
        found(&app, &auth, id.0).await
    }

    /// Register the signed minutes
    ///
    /// The registrar of the unit, or its head, gives the number after the signature, once; the minutes are set again with it.
    #[oai(path = "/management-reviews/:id/register", method = "post", operation_id = "register_review_minutes")]
    async fn register_review_minutes(
        &self,
        auth: Auth<Either<can::RegisterPapers, can::SignForUnit>>,
        app: Data<&App>,
        id: Path<ManagementReviewId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<RegisterMinutes>,
    ) -> Result<One<ReviewRecord>> {
        let RegisterMinutes { number, symbol, issued_on } = body.0;
        paper::register(&app, &auth, id.0, seen.0, Registration { number, symbol, issued_on }).await?;
        found(&app, &auth, id.0).await
    }

    /// Ask for the minutes as a paper
    ///
    /// Their data is frozen now; a job sets them. Marked «DỰ THẢO» until they are signed.
    #[oai(path = "/management-reviews/:id/papers", method = "post", operation_id = "create_review_paper")]
    async fn create_review_paper(
        &self,
        auth: Auth<Readers>,
        app: Data<&App>,
        id: Path<ManagementReviewId>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
    ) -> Result<One<ReviewPaperRecord>> {
        Ok(One::made(printed(paper::request(&app, &auth, id.0).await?), 1))
    }

    /// Papers of a review
    ///
    /// Newest first; the last 100 at most.
    #[oai(path = "/management-reviews/:id/papers", method = "get", operation_id = "list_review_papers")]
    async fn list_review_papers(
        &self,
        auth: Auth<Readers>,
        app: Data<&App>,
        id: Path<ManagementReviewId>,
    ) -> Result<Json<Page<ReviewPaperRecord>>> {
        let rows = paper::list(app.store.read(), &auth, id.0, MOST).await?;
        Ok(Json(Page { items: rows.into_iter().map(printed).collect(), next: None }))
    }

    /// A paper of a review
    #[oai(path = "/review-papers/:id", method = "get", operation_id = "get_review_paper")]
    async fn get_review_paper(
        &self,
        auth: Auth<Readers>,
        app: Data<&App>,
        id: Path<ReviewPaperId>,
    ) -> Result<Json<ReviewPaperRecord>> {
        Ok(Json(printed(paper::find(app.store.read(), &auth, id.0).await?.0)))
    }

    /// The file of a paper of a review
    #[oai(path = "/review-papers/:id/content", method = "get", operation_id = "get_review_paper_content")]
    async fn get_review_paper_content(&self, auth: Auth<Readers>, app: Data<&App>, id: Path<ReviewPaperId>) -> Result<Download> {
        paper::content(&app, &auth, id.0).await
    }

    /// Report a decision done
    #[oai(path = "/review-decisions/:id/report", method = "post", operation_id = "report_review_decision")]
    async fn report_review_decision(
        &self,
        auth: Auth<Readers>,
        app: Data<&App>,
        id: Path<ReviewDecisionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<DecisionReport>,
    ) -> Result<One<DecisionRecord>> {
        let act = decisions::Act::Report { note: body.0.note };
        let row = decisions::act(&app.store, &auth, id.0, seen.0, act).await?;
        decided(&app, &auth, row).await
    }

    /// Confirm that a decision was done
    ///
    /// Somebody other than its owner.
    #[oai(path = "/review-decisions/:id/confirm", method = "post", operation_id = "confirm_review_decision")]
    async fn confirm_review_decision(
        &self,
        auth: Auth<Followers>,
        app: Data<&App>,
        id: Path<ReviewDecisionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
    ) -> Result<One<DecisionRecord>> {
        let row = decisions::act(&app.store, &auth, id.0, seen.0, decisions::Act::Confirm).await?;
        decided(&app, &auth, row).await
    }

    /// Send a decision back to its owner
    #[oai(path = "/review-decisions/:id/return", method = "post", operation_id = "return_review_decision")]
    async fn return_review_decision(
        &self,
        auth: Auth<Followers>,
        app: Data<&App>,
        id: Path<ReviewDecisionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<ReviewReason>,
    ) -> Result<One<DecisionRecord>> {
        let act = decisions::Act::Return { reason: body.0.reason };
        let row = decisions::act(&app.store, &auth, id.0, seen.0, act).await?;
        decided(&app, &auth, row).await
    }

    /// Turn a decision into a finding with a corrective action
    #[oai(path = "/review-decisions/:id/remedy", method = "post", operation_id = "remedy_review_decision")]
    async fn remedy_review_decision(
        &self,
        auth: Auth<Followers>,
        app: Data<&App>,
        id: Path<ReviewDecisionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
    ) -> Result<Json<DecisionRemedy>> {
        let made = decisions::remedy(&app.store, &auth, id.0, seen.0).await?;
        Ok(Json(DecisionRemedy {
            finding_id: made.finding_id,
            finding_code: made.finding_code,
            corrective_action_id: made.action_id,
            corrective_action_code: made.action_code,
        }))
    }
}
