//! What goes over the wire: documents, revisions, routes, decisions, offers.

use chrono::{DateTime, NaiveDate, Utc};
use domain::document::content::{Content, TimeUnit, TimeVerdict};
use domain::document::control::{AudienceKind, LinkKind, OfferCause, OfferState, ReceiptFact, ReviewOutcome};
use domain::document::diff::Change;
use domain::document::revision::{RevisionVerb, StepAct, StepRule};
use domain::document::{DocumentKind, DocumentState, RequestSource, RevisionState, TextForm};
use domain::id::{
    DistributionId, DocumentId, DocumentLinkId, DocumentReviewId, EvidenceId, IssueDecisionId, PersonId, RevisionId, UnitId,
};
use domain::permission::Role;
use entities::{audience, document_link, document_review, issue_decision, revision};
use poem_openapi::Object;
use uuid::Uuid;

use super::super::access::{Stop, authors};
use super::super::distribution::Offer;
use super::super::revisions::{Compared, Read, numbers_of};
use super::super::{Listed, Settings};

/// A controlled document.
#[derive(Debug, Object)]
pub struct Document {
    /// Id.
    pub id: DocumentId,
    /// Its unit.
    pub unit_id: UnitId,
    /// Name of the unit.
    pub unit_name: String,
    /// Code, unique in the unit for ever; none while it is only asked for.
    pub code: Option<String>,
    /// Kind.
    pub kind: DocumentKind,
    /// Title.
    pub title: String,
    /// Letters of the field.
    pub field_code: Option<String>,
    /// Name of the field.
    pub field_name: Option<String>,
    /// The document a form belongs to.
    pub parent_id: Option<DocumentId>,
    /// Where it stands.
    pub state: DocumentState,
    /// Months between periodic reviews.
    pub review_months: i32,
    /// The next one.
    pub next_review_on: Option<NaiveDate>,
    /// How long it is kept after its end.
    pub retention: Option<String>,
    /// The revision of another unit's document it was copied from.
    pub source_revision_id: Option<RevisionId>,
    /// The revision in force.
    pub current: Option<RevisionRow>,
    /// Something it rests on has changed or ended.
    pub needs_review: bool,
    /// Version for `If-Match`.
    pub version: i64,
}

impl From<Listed> for Document {
    fn from(Listed { row, unit_name, current, needs_review }: Listed) -> Self {
        Self {
            id: row.id,
            unit_id: row.unit_id,
            unit_name,
            code: row.code,
            kind: row.kind,
            title: row.title,
            field_code: row.field_code,
            field_name: row.field_name,
            parent_id: row.parent_id,
            state: row.state,
            review_months: row.review_months,
            next_review_on: row.next_review_on,
            retention: row.retention,
            source_revision_id: row.source_revision_id,
            current: current.map(RevisionRow::from),
            needs_review,
            version: row.version,
        }
    }
}

/// A document to be entered.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct NewDocumentBody {
    /// The unit; may be left out by who keeps documents of one unit only.
    pub unit_id: Option<UnitId>,
    /// Kind.
    pub kind: DocumentKind,
    /// Code; left out, the next of the unit's pattern.
    pub code: Option<String>,
    /// Title.
    pub title: String,
    /// Letters of the field.
    pub field_code: Option<String>,
    /// Name of the field.
    pub field_name: Option<String>,
    /// The document a form belongs to.
    pub parent_id: Option<DocumentId>,
    /// Months between periodic reviews; the unit's own unless said.
    pub review_months: Option<i32>,
    /// How long it is kept after its end.
    pub retention: Option<String>,
}

/// What may change of a document; what is left out stays.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct DocumentChange {
    /// Title.
    pub title: Option<String>,
    /// Letters of the field.
    pub field_code: Option<String>,
    /// Name of the field.
    pub field_name: Option<String>,
    /// Months between periodic reviews.
    pub review_months: Option<i32>,
    /// How long it is kept after its end.
    pub retention: Option<String>,
}

/// The pattern of codes of a kind.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct PatternOfKind {
    /// Kind.
    pub kind: DocumentKind,
    /// Pattern.
    pub pattern: String,
}

/// How a unit controls its documents.
#[derive(Debug, Object)]
pub struct DocumentSettings {
    /// The unit.
    pub unit_id: UnitId,
    /// The unit's own patterns of codes.
    pub code_patterns: Vec<PatternOfKind>,
    /// Working days to acknowledge.
    pub acknowledge_days: i32,
    /// Months between periodic reviews of new documents.
    pub review_months: i32,
    /// Working hours of a working day.
    pub hours_per_day: i32,
    /// Working days for each step of reviewing and approving.
    pub turn_days: i32,
    /// Version for `If-Match`; 0 before anything was set.
    pub version: i64,
}

impl DocumentSettings {
    /// The settings of a unit.
    pub fn of(unit_id: UnitId, settings: Settings) -> Self {
        let Settings { code_patterns, acknowledge_days, review_months, hours_per_day, turn_days, version } = settings;
        let code_patterns = code_patterns.into_iter().map(|(kind, pattern)| PatternOfKind { kind, pattern }).collect();
        Self { unit_id, code_patterns, acknowledge_days, review_months, hours_per_day, turn_days, version }
    }
}

/// How a unit controls its documents from now on.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct DocumentSettingsChange {
    /// Patterns of codes; kinds left out have the usual one.
    pub code_patterns: Vec<PatternOfKind>,
    /// Working days to acknowledge.
    pub acknowledge_days: i32,
    /// Months between periodic reviews of new documents.
    pub review_months: i32,
    /// Working hours of a working day.
    pub hours_per_day: i32,
    /// Working days for each step of reviewing and approving; left out, they stay.
    pub turn_days: Option<i32>,
}

/// A revision in a list.
#[derive(Debug, Object)]
pub struct RevisionRow {
    /// Id.
    pub id: RevisionId,
    /// Its document.
    pub document_id: DocumentId,
    /// Lần ban hành / sửa đổi, as `01/00`; none while it is only asked for.
    pub number: Option<String>,
    /// Where it stands.
    pub state: RevisionState,
    /// How its text is kept.
    pub form: TextForm,
    /// Number of its change request.
    pub request_code: Option<String>,
    /// What it was asked for.
    pub source: RequestSource,
    /// The paper or record behind it.
    pub source_ref: Option<String>,
    /// Why.
    pub reason: String,
    /// Trang, phần liên quan.
    pub changed_part: Option<String>,
    /// Mô tả nội dung sửa đổi.
    pub summary: Option<String>,
    /// Who drafts.
    pub drafter_id: Option<PersonId>,
    /// Until when.
    pub draft_due_on: Option<NaiveDate>,
    /// When it was approved.
    pub approved_at: Option<DateTime<Utc>>,
    /// The decision that issued it.
    pub decision_id: Option<IssueDecisionId>,
    /// First day in force.
    pub effective_from: Option<NaiveDate>,
    /// Last day in force.
    pub effective_to: Option<NaiveDate>,
    /// The revision it superseded.
    pub predecessor_id: Option<RevisionId>,
    /// The document in its place after its withdrawal.
    pub replaced_by_id: Option<DocumentId>,
    /// The paper that withdrew it.
    pub end_decision: Option<String>,
    /// Why it was withdrawn, archived or cancelled.
    pub end_reason: Option<String>,
    /// SHA-256 of text and files as last submitted.
    pub content_hash: Option<String>,
    /// Version for `If-Match`.
    pub version: i64,
}

impl From<revision::Model> for RevisionRow {
    fn from(row: revision::Model) -> Self {
        Self {
            id: row.id,
            document_id: row.document_id,
            number: numbers_of(&row).map(|numbers| numbers.to_string()),
            state: row.state,
            form: row.form,
            request_code: row.request_code,
            source: row.source,
            source_ref: row.source_ref,
            reason: row.reason,
            changed_part: row.changed_part,
            summary: row.summary,
            drafter_id: row.drafter_id,
            draft_due_on: row.draft_due_on,
            approved_at: row.approved_at,
            decision_id: row.decision_id,
            effective_from: row.effective_from,
            effective_to: row.effective_to,
            predecessor_id: row.predecessor_id,
            replaced_by_id: row.replaced_by_id,
            end_decision: row.end_decision,
            end_reason: row.end_reason,
            content_hash: row.content_hash,
            version: row.version,
        }
    }
}

/// A revision with its text, its route and what may be done with it.
#[derive(Debug, Object)]
pub struct Revision {
    /// What a list shows of it.
    pub revision: RevisionRow,
    /// Code of the document.
    pub document_code: Option<String>,
    /// Title of the document.
    pub document_title: String,
    /// The text; empty for an uploaded one.
    pub content: Content,
    /// Step times against the published limits, by case.
    pub times: Vec<CaseTime>,
    /// Its files.
    pub files: Vec<RevisionFile>,
    /// Everybody who saved the text.
    pub author_ids: Vec<PersonId>,
    /// Why author or approver may review it.
    pub exception_reason: Option<String>,
    /// Its route.
    pub route: Vec<RouteStop>,
    /// Whom it is for.
    pub audience: Vec<AudienceRule>,
    /// What the caller may do now.
    pub available: Vec<RevisionVerb>,
}

impl From<Read> for Revision {
    fn from(read: Read) -> Self {
        let Read { case, content, times, files, audience, available } = read;
        let file = |row: entities::evidence::Model| RevisionFile {
            id: row.id,
            name: row.file_name,
            size: row.size,
            sha256: row.blob_sha256,
        };
        Self {
            document_code: case.document.code,
            document_title: case.document.title,
            content,
            times: times.into_iter().map(CaseTime::from).collect(),
            files: files.into_iter().map(file).collect(),
            author_ids: authors(&case.row),
            exception_reason: case.row.exception_reason.clone(),
            route: case.route.into_iter().map(RouteStop::from).collect(),
            audience: audience.into_iter().map(AudienceRule::from).collect(),
            available,
            revision: RevisionRow::from(case.row),
        }
    }
}

/// Step times of a case against its published limit, in hundredths of the same unit.
#[derive(Debug, Object)]
pub struct CaseTime {
    /// The case; empty when there is one only.
    pub case: String,
    /// Hours for working time, days for calendar days.
    pub unit: TimeUnit,
    /// The published limit, in hundredths.
    pub limit: i64,
    /// The sum of the steps, in hundredths; none when they are not all of this unit.
    pub total: Option<i64>,
    /// What follows.
    pub verdict: TimeVerdict,
}

impl From<domain::document::content::TimeCheck> for CaseTime {
    fn from(check: domain::document::content::TimeCheck) -> Self {
        let domain::document::content::TimeCheck { case, unit, limit, total, verdict } = check;
        Self { case, unit, limit, total, verdict }
    }
}

/// A file of a revision; its bytes are under `/evidence/{id}/content`.
#[derive(Debug, Object)]
pub struct RevisionFile {
    /// The piece of evidence.
    pub id: EvidenceId,
    /// File name.
    pub name: String,
    /// Bytes.
    pub size: i64,
    /// SHA-256.
    pub sha256: String,
}

/// A step of a route with what was said on it.
#[derive(Debug, Object)]
pub struct RouteStop {
    /// What its people do.
    pub act: StepAct,
    /// Whose agreement it needs.
    pub rule: StepRule,
    /// How many must agree.
    pub quorum: i32,
    /// Its people.
    pub people: Vec<PersonId>,
    /// What was said of the present submission.
    pub words: Vec<RouteWord>,
}

impl From<Stop> for RouteStop {
    fn from(Stop { step, people, words }: Stop) -> Self {
        let word = |word: entities::route_word::Model| RouteWord {
            person_id: word.person_id,
            agreed: word.agreed,
            remark: word.remark,
            content_hash: word.content_hash,
            at: word.at,
        };
        Self { act: step.act, rule: step.rule, quorum: step.quorum, people, words: words.into_iter().map(word).collect() }
    }
}

/// A word on a step.
#[derive(Debug, Object)]
pub struct RouteWord {
    /// Who.
    pub person_id: PersonId,
    /// False: returned for changes.
    pub agreed: bool,
    /// With which remark.
    pub remark: Option<String>,
    /// What was before them.
    pub content_hash: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// A step of a route to be set.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct NewStep {
    /// What its people do.
    pub act: StepAct,
    /// Whose agreement it needs.
    pub rule: StepRule,
    /// How many, for a quorum.
    pub quorum: Option<u32>,
    /// Its people.
    pub people: Vec<PersonId>,
}

/// A route to be set: reviewing steps, then approving ones.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct NewRoute {
    /// The steps in order.
    pub steps: Vec<NewStep>,
}

/// A rule of an audience.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct AudienceRule {
    /// Whom it names.
    pub kind: AudienceKind,
    /// The unit, with everything below it.
    pub unit_id: Option<UnitId>,
    /// The role.
    pub role: Option<Role>,
    /// The person.
    pub person_id: Option<PersonId>,
}

impl From<audience::Model> for AudienceRule {
    fn from(row: audience::Model) -> Self {
        Self { kind: row.kind, unit_id: row.unit_id, role: row.role, person_id: row.person_id }
    }
}

/// Whom a revision is for.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct NewAudience {
    /// The rules.
    pub audience: Vec<AudienceRule>,
}

/// A draft to be begun without a request.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct NewRevision {
    /// Who drafts.
    pub drafter_id: PersonId,
    /// Until when.
    pub due_on: Option<NaiveDate>,
    /// How the text is kept.
    pub form: TextForm,
    /// A new issue rather than an amendment.
    pub new_issue: Option<bool>,
    /// What it was asked for.
    pub source: RequestSource,
    /// The paper or record behind it.
    pub source_ref: Option<String>,
    /// Why.
    pub reason: String,
    /// Trang, phần liên quan.
    pub changed_part: Option<String>,
    /// Mô tả nội dung sửa đổi.
    pub summary: Option<String>,
}

/// The text of a draft as it is saved.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct RevisionChange {
    /// The text; left out it stays.
    pub content: Option<Content>,
    /// Why.
    pub reason: Option<String>,
    /// Trang, phần liên quan.
    pub changed_part: Option<String>,
    /// Mô tả nội dung sửa đổi.
    pub summary: Option<String>,
}

/// A change request: of a document there is, or of a new one.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct NewChangeRequest {
    /// The document to be changed; left out for a new one.
    pub document_id: Option<DocumentId>,
    /// The unit of a new one; may be left out by who works for one unit only.
    pub unit_id: Option<UnitId>,
    /// Kind of a new one.
    pub kind: Option<DocumentKind>,
    /// Title of a new one.
    pub title: Option<String>,
    /// What it is asked for.
    pub source: RequestSource,
    /// The paper or record behind it.
    pub source_ref: Option<String>,
    /// Why.
    pub reason: String,
    /// Trang, phần liên quan.
    pub changed_part: Option<String>,
    /// Mô tả nội dung sửa đổi.
    pub summary: Option<String>,
}

/// A change request in a list.
#[derive(Debug, Object)]
pub struct ChangeRequest {
    /// The revision that began with it.
    pub revision: RevisionRow,
    /// Code of the document.
    pub document_code: Option<String>,
    /// Title of the document.
    pub document_title: Option<String>,
}

/// Who drafts what was asked for.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct Acceptance {
    /// Who drafts.
    pub drafter_id: PersonId,
    /// Until when.
    pub due_on: Option<NaiveDate>,
    /// How the text is kept; written unless said.
    pub form: Option<TextForm>,
    /// A new issue rather than an amendment.
    pub new_issue: Option<bool>,
    /// Code of a new document; left out, the next of the unit's pattern.
    pub code: Option<String>,
}

/// Who drafts from now on.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct RevisionDrafter {
    /// Who drafts.
    pub drafter_id: PersonId,
    /// Until when.
    pub due_on: Option<NaiveDate>,
}

/// Why.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct RevisionReason {
    /// Why.
    pub reason: String,
}

/// What is said to it.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct RevisionRemark {
    /// What is said to it.
    pub remark: Option<String>,
}

/// A withdrawal.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct WithdrawalBody {
    /// The paper: số, ký hiệu, ngày.
    pub decision: String,
    /// Why.
    pub reason: String,
    /// The document in its place, where it still serves a procedure.
    pub replaced_by_id: Option<DocumentId>,
}

/// Two revisions compared in words.
#[derive(Debug, Object)]
pub struct RevisionDiff {
    /// The older.
    pub from: RevisionRow,
    /// The newer.
    pub to: RevisionRow,
    /// Part by part; files of uploaded texts are not read.
    pub parts: Vec<PartOfDiff>,
}

/// A part of two texts.
#[derive(Debug, Object)]
pub struct PartOfDiff {
    /// Its name: a field of the procedure, or a heading.
    pub name: String,
    /// Whether anything differs.
    pub changed: bool,
    /// Runs of words in reading order.
    pub runs: Vec<RunOfWords>,
}

/// A run of words.
#[derive(Debug, Object)]
pub struct RunOfWords {
    /// What happened to it.
    pub change: Change,
    /// The words.
    pub text: String,
}

impl From<Compared> for RevisionDiff {
    fn from(Compared { from, to, parts }: Compared) -> Self {
        let run = |run: domain::document::diff::Run| RunOfWords { change: run.change, text: run.text };
        let part = |part: domain::document::diff::PartDiff| PartOfDiff {
            changed: part.changed(),
            name: part.name,
            runs: part.runs.into_iter().map(run).collect(),
        };
        Self { from: from.into(), to: to.into(), parts: parts.into_iter().map(part).collect() }
    }
}

/// A revision in a decision.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct IssuedRevision {
    /// The revision.
    pub revision_id: RevisionId,
    /// Its first day in force; the signing day unless said.
    pub effective_from: Option<NaiveDate>,
}

/// A decision to be recorded.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct NewIssueDecision {
    /// The unit whose head signed; may be left out by who acts for one unit only.
    pub unit_id: Option<UnitId>,
    /// Số, ký hiệu.
    pub number: String,
    /// The day it was signed.
    pub signed_on: NaiveDate,
    /// Trích yếu.
    pub title: String,
    /// What it issues.
    pub revisions: Vec<IssuedRevision>,
}

/// A decision that issues revisions.
#[derive(Debug, Object)]
pub struct IssueDecision {
    /// Id.
    pub id: IssueDecisionId,
    /// The unit.
    pub unit_id: UnitId,
    /// Số, ký hiệu.
    pub number: String,
    /// The day it was signed.
    pub signed_on: NaiveDate,
    /// Trích yếu.
    pub title: String,
    /// Who recorded it.
    pub recorded_by_id: PersonId,
    /// When.
    pub created_at: DateTime<Utc>,
    /// What it issues; only when one is asked for.
    #[oai(skip_serializing_if_is_none)]
    pub revisions: Option<Vec<RevisionRow>>,
}

impl From<issue_decision::Model> for IssueDecision {
    fn from(row: issue_decision::Model) -> Self {
        Self {
            id: row.id,
            unit_id: row.unit_id,
            number: row.number,
            signed_on: row.signed_on,
            title: row.title,
            recorded_by_id: row.recorded_by_id,
            created_at: row.created_at,
            revisions: None,
        }
    }
}

/// A revision given to a person.
#[derive(Debug, Object)]
pub struct Distribution {
    /// Id.
    pub id: DistributionId,
    /// The revision.
    pub revision_id: RevisionId,
    /// Its document.
    pub document_id: Option<DocumentId>,
    /// Code of the document.
    pub document_code: Option<String>,
    /// Title of the document.
    pub document_title: Option<String>,
    /// To whom.
    pub person_id: PersonId,
    /// Their name.
    pub person_name: String,
    /// Why.
    pub cause: OfferCause,
    /// Acknowledge until.
    pub due_on: NaiveDate,
    /// Where it stands today.
    pub state: OfferState,
    /// When it was sent.
    pub sent_at: Option<DateTime<Utc>>,
    /// When it was first opened.
    pub opened_at: Option<DateTime<Utc>>,
    /// When it was acknowledged.
    pub acknowledged_at: Option<DateTime<Utc>>,
    /// The sentence acknowledged.
    pub statement: Option<String>,
    /// Why nothing is asked any more.
    pub void_reason: Option<String>,
}

impl From<Offer> for Distribution {
    fn from(Offer { row, person_name, document, receipts, state }: Offer) -> Self {
        let of = |fact: ReceiptFact| receipts.iter().find(|one| one.fact == fact);
        Self {
            id: row.id,
            revision_id: row.revision_id,
            document_id: document.as_ref().map(|parent| parent.id),
            document_code: document.as_ref().and_then(|parent| parent.code.clone()),
            document_title: document.map(|parent| parent.title),
            person_id: row.person_id,
            person_name,
            cause: row.cause,
            due_on: row.due_on,
            state,
            sent_at: of(ReceiptFact::Sent).map(|one| one.at),
            opened_at: of(ReceiptFact::Opened).map(|one| one.at),
            acknowledged_at: of(ReceiptFact::Acknowledged).map(|one| one.at),
            statement: of(ReceiptFact::Acknowledged).and_then(|one| one.statement.clone()),
            void_reason: row.void_reason,
        }
    }
}

/// The sentence a person acknowledges.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct AcknowledgementBody {
    /// The sentence that was shown and agreed to.
    pub statement: String,
}

/// A link of a document.
#[derive(Debug, Object)]
pub struct Link {
    /// Id.
    pub id: DocumentLinkId,
    /// The document.
    pub document_id: DocumentId,
    /// With what.
    pub kind: LinkKind,
    /// The record.
    pub target_id: Option<Uuid>,
    /// The clause.
    pub target_code: Option<String>,
    /// First day.
    pub valid_from: NaiveDate,
    /// Last day.
    pub valid_to: Option<NaiveDate>,
}

impl From<document_link::Model> for Link {
    fn from(row: document_link::Model) -> Self {
        Self {
            id: row.id,
            document_id: row.document_id,
            kind: row.kind,
            target_id: row.target_id,
            target_code: row.target_code,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
        }
    }
}

/// Links of a document.
#[derive(Debug, Object)]
pub struct Links {
    /// The oldest first.
    pub items: Vec<Link>,
}

/// A link to be made.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct NewLink {
    /// With what.
    pub kind: LinkKind,
    /// The record.
    pub target_id: Option<Uuid>,
    /// The clause.
    pub target_code: Option<String>,
}

/// A periodic review.
#[derive(Debug, Object)]
pub struct DocumentReview {
    /// Id.
    pub id: DocumentReviewId,
    /// The document.
    pub document_id: DocumentId,
    /// The revision that was looked at.
    pub revision_id: RevisionId,
    /// What was found.
    pub outcome: ReviewOutcome,
    /// In words.
    pub note: String,
    /// By whom.
    pub reviewed_by_id: PersonId,
    /// When.
    pub reviewed_on: NaiveDate,
}

impl From<document_review::Model> for DocumentReview {
    fn from(row: document_review::Model) -> Self {
        Self {
            id: row.id,
            document_id: row.document_id,
            revision_id: row.revision_id,
            outcome: row.outcome,
            note: row.note,
            reviewed_by_id: row.reviewed_by_id,
            reviewed_on: row.reviewed_on,
        }
    }
}

/// Periodic reviews of a document.
#[derive(Debug, Object)]
pub struct DocumentReviews {
    /// The latest first.
    pub items: Vec<DocumentReview>,
}

/// A periodic review to be recorded.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct NewReview {
    /// What was found.
    pub outcome: ReviewOutcome,
    /// In words; of «revise» it is the reason of the request.
    pub note: String,
}
