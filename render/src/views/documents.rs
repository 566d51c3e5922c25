//! Controlled documents: the list, a document, a revision with its text and acts, the forms.

use chrono::NaiveDate;
use domain::document::content::{Content, Procedure, TimeUnit, TimeVerdict};
use domain::document::control::OfferState;
use domain::document::diff::Run;
use domain::document::revision::{RevisionVerb, StepAct, StepRule};
use domain::document::{DocumentKind, DocumentState, RevisionState, TextForm};
use serde::Serialize;

use super::findings::Link;
use super::part::{Chip, Choice, EvidenceFile, Listing, Stage, TimelineItem, Tone};
use crate::{Form, View};

mod registers;
mod reviews;
mod samples;

pub use registers::{
    CatalogueForm, CatalogueList, CataloguePage, CatalogueRow, DependentRow, ExternalForm, ExternalList, ExternalPage,
    ExternalRow, LinkGroup, LinkPicker, LinkShown,
};
pub use reviews::{CitedPage, DocumentSettingsForm, PatternField, ReviewList, ReviewPage, ReviewRow, ReviewShown};
pub use samples::sample_text;

/// A document in a list.
#[derive(Clone, Debug, Serialize)]
pub struct DocumentRow {
    /// Its page.
    pub href: String,
    /// Its code, once it has one.
    pub code: Option<String>,
    /// Its title.
    pub title: String,
    /// Its unit.
    pub unit: String,
    /// Its kind.
    pub kind: DocumentKind,
    /// Its field.
    pub field: Option<String>,
    /// Where it stands.
    pub state: DocumentState,
    /// How urgently it wants attention.
    pub tone: Tone,
    /// Number of the revision in force, `01/00`.
    pub number: Option<String>,
    /// First day of the revision in force.
    pub effective_from: Option<NaiveDate>,
    /// Something it rests on has changed or ended.
    pub needs_review: bool,
}

/// The documents the person may see.
#[derive(Clone, Debug, Serialize)]
pub struct DocumentList {
    /// The list, filtered by state.
    pub list: Listing<DocumentRow>,
    /// Filters by kind.
    pub kinds: Vec<Chip>,
    /// Filters by field.
    pub fields: Vec<Chip>,
    /// Where a new one is entered.
    pub new_href: Option<String>,
    /// Where a new one is asked for.
    pub propose_href: Option<String>,
    /// Where decisions are recorded.
    pub issue_href: Option<String>,
    /// What was given to the person.
    pub offers_href: String,
    /// The public list.
    pub public_href: String,
    /// The registers beside it.
    pub registers: Vec<Link>,
}

/// The form of a document: entered, or asked for.
#[derive(Clone, Debug, Serialize)]
pub struct DocumentForm {
    /// The form. Fields: `unit_id`, `kind`, `document_title`, then either what is said of a document
    /// (`code`, `field_code`, `field_name`, `review_months`, `retention`) or the ground of a request
    /// (`request_source`, `source_ref`, `reason`, `wanted_content`).
    pub form: Form,
    /// Where it is sent.
    pub action: String,
    /// What it is for.
    pub purpose: DocumentFormPurpose,
    /// Units to choose from; empty when there is only one.
    pub units: Vec<Choice>,
    /// Kinds to choose from.
    pub kinds: Vec<Choice>,
    /// Grounds to choose from.
    pub sources: Vec<Choice>,
    /// The document a form belongs to.
    pub parent: Option<Link>,
}

/// What the form of a document is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DocumentFormPurpose {
    /// A document is entered.
    Enter,
    /// What is said of one is changed.
    Change,
    /// A new one is asked for.
    Propose,
}

/// A revision of a document, in its list.
#[derive(Clone, Debug, Serialize)]
pub struct RevisionRow {
    /// Its page.
    pub href: String,
    /// `01/00`, or the code of the request.
    pub number: String,
    /// Where it stands.
    pub state: RevisionState,
    /// How urgently it wants attention.
    pub tone: Tone,
    /// First day in force.
    pub effective_from: Option<NaiveDate>,
    /// Last day in force.
    pub effective_to: Option<NaiveDate>,
    /// What changed.
    pub summary: Option<String>,
}

/// A document.
#[derive(Clone, Debug, Serialize)]
pub struct DocumentPage {
    /// Its page.
    pub href: String,
    /// Its code.
    pub code: Option<String>,
    /// Its kind.
    pub kind: DocumentKind,
    /// Where it stands.
    pub state: DocumentState,
    /// How urgently it wants attention.
    pub tone: Tone,
    /// Its unit.
    pub unit: String,
    /// Its field.
    pub field: Option<String>,
    /// The document a form belongs to.
    pub parent: Option<Link>,
    /// The revision in force.
    pub current: Option<Link>,
    /// The next periodic review.
    pub next_review_on: Option<NaiveDate>,
    /// How long it is kept.
    pub retention: Option<String>,
    /// No term can be told from that.
    pub retention_unread: bool,
    /// Something it rests on has changed or ended.
    pub needs_review: bool,
    /// What it is linked with.
    pub links: Vec<LinkGroup>,
    /// Its periodic reviews, while it is in force.
    pub review_href: Option<String>,
    /// How its unit controls documents.
    pub settings_href: Option<String>,
    /// Its page for everybody.
    pub public_href: Option<String>,
    /// Its revisions, newest first.
    pub revisions: Vec<RevisionRow>,
    /// Where it is changed.
    pub edit_href: Option<String>,
    /// Where a form of it is entered.
    pub new_form_href: Option<String>,
    /// Begins a draft. Fields: `drafter_id`, `draft_due_on`, `text_form`, `new_issue`, `request_source`,
    /// `source_ref`, `reason`, `summary`.
    pub draft: Option<Form>,
    /// Who may draft.
    pub drafters: Vec<Choice>,
    /// How a text is kept.
    pub forms: Vec<Choice>,
    /// Asks for a change. Fields: `request_source`, `source_ref`, `reason`, `changed_part`, `summary`.
    pub propose: Option<Form>,
    /// Grounds to choose from.
    pub sources: Vec<Choice>,
    /// What happened, newest first.
    pub history: Vec<TimelineItem>,
}

/// The sum of the steps beside the published limit of a case.
#[derive(Clone, Debug, Serialize)]
pub struct TimeShown {
    /// The case; empty when there is one only.
    pub case: String,
    /// Of what the two numbers are.
    pub unit: TimeUnit,
    /// The published limit, a decimal number.
    pub limit: String,
    /// The sum of the steps; `None` when they do not add up.
    pub total: Option<String>,
    /// What follows.
    pub verdict: TimeVerdict,
    /// Whether it wants attention.
    pub tone: Tone,
}

/// A step of the route.
#[derive(Clone, Debug, Serialize)]
pub struct StopShown {
    /// What its people do.
    pub act: StepAct,
    /// Whose agreement it needs.
    pub rule: StepRule,
    /// How many agreements are enough.
    pub needed: i32,
    /// Its people.
    pub people: Vec<String>,
    /// What was said of the present submission.
    pub words: Vec<WordShown>,
    /// Whether its turn is now.
    pub open: bool,
}

/// A word on a step.
#[derive(Clone, Debug, Serialize)]
pub struct WordShown {
    /// Who.
    pub who: String,
    /// Agreed, or returned.
    pub agreed: bool,
    /// With which remark.
    pub remark: Option<String>,
    /// When.
    pub at: chrono::DateTime<chrono::Utc>,
}

/// An act on a revision.
#[derive(Clone, Debug, Serialize)]
pub struct RevisionAct {
    /// What it does.
    pub verb: RevisionVerb,
    /// Where it is sent.
    pub action: String,
    /// Its form: `reason` or `remark`; a withdrawal has `end_decision` and `replaced_by_id`, an acceptance
    /// `drafter_id`, `draft_due_on`, `text_form`, `new_issue`, `document_code`.
    pub form: Form,
}

/// What was given to the person who looks.
#[derive(Clone, Debug, Serialize)]
pub struct OfferShown {
    /// Where it stands.
    pub state: OfferState,
    /// Acknowledge until.
    pub due_on: NaiveDate,
    /// When it was acknowledged.
    pub acknowledged_at: Option<chrono::DateTime<chrono::Utc>>,
    /// The sentence to be agreed to.
    pub statement: String,
    /// Acknowledges, while it is open.
    pub form: Option<Form>,
    /// Where that is sent.
    pub action: String,
}

/// A revision.
#[derive(Clone, Debug, Serialize)]
pub struct RevisionPage {
    /// Its page.
    pub href: String,
    /// Where it stands and whose turn it is.
    pub stage: Stage,
    /// Its document.
    pub document: Link,
    /// `01/00`.
    pub number: Option<String>,
    /// Code of the request.
    pub request_code: Option<String>,
    /// Where it stands.
    pub state: RevisionState,
    /// How urgently that wants attention.
    pub tone: Tone,
    /// How the text is kept.
    pub text_form: TextForm,
    /// What it was asked for.
    pub source: domain::document::RequestSource,
    /// The paper behind it.
    pub source_ref: Option<String>,
    /// Why.
    pub reason: String,
    /// Trang, phần liên quan.
    pub changed_part: Option<String>,
    /// Mô tả nội dung sửa đổi.
    pub summary: Option<String>,
    /// Who drafts.
    pub drafter: Option<String>,
    /// The decision that issued it: number and day.
    pub decision: Option<(String, NaiveDate)>,
    /// First day in force.
    pub effective_from: Option<NaiveDate>,
    /// Last day in force.
    pub effective_to: Option<NaiveDate>,
    /// The paper that ended it.
    pub end_decision: Option<String>,
    /// Why it ended.
    pub end_reason: Option<String>,
    /// The document in its place.
    pub replaced_by: Option<Link>,
    /// Why separation of duties was excepted.
    pub exception_reason: Option<String>,
    /// SHA-256 of what is before the reviewers.
    pub content_hash: Option<String>,
    /// The written text.
    pub text: Text,
    /// Step times against the published limits.
    pub times: Vec<TimeShown>,
    /// The files of an uploaded text.
    pub files: Vec<EvidenceFile>,
    /// Where files are brought.
    pub files_href: String,
    /// What is still missing, in words, each with where it is mended; only for those who draft.
    pub faults: Vec<Link>,
    /// Asked for as a document of which no text had been in force.
    pub is_first: bool,
    /// The route.
    pub route: Vec<StopShown>,
    /// Who must know it, in words.
    pub audience: Vec<String>,
    /// What was given to the person.
    pub offer: Option<OfferShown>,
    /// Where the text is written.
    pub edit_href: Option<String>,
    /// Where the route is set.
    pub route_href: Option<String>,
    /// Where the audience is set.
    pub audience_href: Option<String>,
    /// Where it is issued.
    pub issue_href: Option<String>,
    /// Compared with the one before it.
    pub diff_href: Option<String>,
    /// Who has it.
    pub book_href: Option<String>,
    /// Acts that are a button.
    pub buttons: Vec<RevisionAct>,
    /// Agreements, with a remark or without.
    pub opinions: Vec<RevisionAct>,
    /// Acts that want words.
    pub acts: Vec<RevisionAct>,
    /// Documents that may stand in its place.
    pub replacements: Vec<Choice>,
    /// Who may draft.
    pub drafters: Vec<Choice>,
    /// How a text is kept.
    pub forms: Vec<Choice>,
    /// What happened, newest first.
    pub history: Vec<TimelineItem>,
}

/// A written text, as pages and papers show it.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Text {
    /// The structured procedure.
    pub procedure: Option<Procedure>,
    /// Free sections, as paragraphs.
    pub sections: Vec<SectionShown>,
}

/// A section in paragraphs.
#[derive(Clone, Debug, Serialize)]
pub struct SectionShown {
    /// Its heading.
    pub heading: String,
    /// Its paragraphs.
    pub paragraphs: Vec<String>,
}

impl From<Content> for Text {
    fn from(content: Content) -> Self {
        let Content { sections, procedure } = content;
        let shown = |section: domain::document::content::Section| SectionShown {
            heading: section.heading,
            paragraphs: section.text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect(),
        };
        Self { procedure, sections: sections.into_iter().map(shown).collect() }
    }
}

/// A case of the published limits, for the times of the steps.
#[derive(Clone, Debug, Serialize)]
pub struct CaseField {
    /// Number of its field group.
    pub n: usize,
    /// Its words.
    pub label: String,
    /// Its name in the text: a case that leaves the limits is kept under it. Empty for all others.
    pub name: String,
}

/// The form of a draft.
#[derive(Clone, Debug, Serialize)]
pub struct DraftForm {
    /// The form. Fields as in the API (`steps/0/role`), without `procedure/` before them; lists of
    /// codes in one line; times of a step as `steps/0/times/<case>/amount`.
    pub form: Form,
    /// Where it is sent.
    pub action: String,
    /// The revision.
    pub back: Link,
    /// Whether the structured procedure is filled in.
    pub procedure: bool,
    /// Whether the text is a file.
    pub uploaded: bool,
    /// Whether spreadsheets may be brought too.
    pub sheets: bool,
    /// Files that are there.
    pub files: Vec<EvidenceFile>,
    /// The cases of the published limits; the first counts for all others.
    pub cases: Vec<CaseField>,
    /// Units of times.
    pub units: Vec<Choice>,
    /// Ways of handing in.
    pub channels: Vec<Choice>,
    /// What records are kept on.
    pub media: Vec<Choice>,
    /// Registered documents to rest on.
    pub laws: Vec<Choice>,
    /// Step times against the published limits, as last saved.
    pub times: Vec<TimeShown>,
    /// Grounds to choose from.
    pub sources: Vec<Choice>,
}

/// The form of a route.
#[derive(Clone, Debug, Serialize)]
pub struct RouteForm {
    /// The form. Fields: `steps/0/act`, `steps/0/rule`, `steps/0/quorum`, `steps/0/people/<id>`.
    pub form: Form,
    /// Where it is sent.
    pub action: String,
    /// The revision.
    pub back: Link,
    /// What people do.
    pub acts: Vec<Choice>,
    /// Whose agreement is needed.
    pub rules: Vec<Choice>,
    /// People to choose from.
    pub people: Vec<Choice>,
}

/// The form of an audience.
#[derive(Clone, Debug, Serialize)]
pub struct AudienceForm {
    /// The form. Fields: `audience/0/audience_kind`, `unit_id`, `role`, `reader_id`.
    pub form: Form,
    /// Where it is sent.
    pub action: String,
    /// The revision.
    pub back: Link,
    /// Whom a rule names.
    pub kinds: Vec<Choice>,
    /// Units to choose from.
    pub units: Vec<Choice>,
    /// Roles to choose from.
    pub roles: Vec<Choice>,
    /// People to choose from.
    pub people: Vec<Choice>,
}

/// A revision that waits for its decision.
#[derive(Clone, Debug, Serialize)]
pub struct WaitingRevision {
    /// Its id, the end of its fields.
    pub id: String,
    /// What is read.
    pub label: String,
}

/// The form of a decision.
#[derive(Clone, Debug, Serialize)]
pub struct IssueForm {
    /// The form. Fields: `unit_id`, `decision_number`, `signed_on`, `decision_title`, `revisions/<id>`,
    /// `effective_from/<id>`.
    pub form: Form,
    /// Where it is sent.
    pub action: String,
    /// Units to choose from; empty when there is only one.
    pub units: Vec<Choice>,
    /// What may be issued.
    pub waiting: Vec<WaitingRevision>,
}

/// A part of two texts.
#[derive(Clone, Debug, Serialize)]
pub struct PartShown {
    /// Its name in words.
    pub name: String,
    /// Whether anything differs.
    pub changed: bool,
    /// Runs of words.
    pub runs: Vec<Run>,
}

/// Two revisions compared.
#[derive(Clone, Debug, Serialize)]
pub struct DiffPage {
    /// The document.
    pub document: Link,
    /// The older.
    pub from: Link,
    /// The newer.
    pub to: Link,
    /// Other revisions to compare with.
    pub others: Vec<Chip>,
    /// Whether one of them is a file, which is not read.
    pub uploaded: bool,
    /// Part by part.
    pub parts: Vec<PartShown>,
}

/// Somebody who was given a revision, or something the person was given.
#[derive(Clone, Debug, Serialize)]
pub struct OfferRow {
    /// Where it leads.
    pub href: Option<String>,
    /// Who, or which document.
    pub name: String,
    /// Why.
    pub cause: domain::document::control::OfferCause,
    /// Where it stands.
    pub state: OfferState,
    /// How urgently it wants attention.
    pub tone: Tone,
    /// Acknowledge until.
    pub due_on: NaiveDate,
    /// When it was sent.
    pub sent_at: Option<chrono::DateTime<chrono::Utc>>,
    /// When it was first opened.
    pub opened_at: Option<chrono::DateTime<chrono::Utc>>,
    /// When it was acknowledged.
    pub acknowledged_at: Option<chrono::DateTime<chrono::Utc>>,
}

/// Who was given a revision, or what a person was given.
#[derive(Clone, Debug, Serialize)]
pub struct OfferList {
    /// The list.
    pub list: Listing<OfferRow>,
    /// The revision; `None` on the person's own list.
    pub revision: Option<Link>,
}
