//! From the request to the approved text: `people` who is named on it, `reading` how it is read.

mod people;
mod reading;

use chrono::{Datelike as _, NaiveDate};
use domain::document::content::Content;
use domain::document::revision::{RevisionVerb, advance};
use domain::document::{DocumentKind, Numbers, RequestSource, RevisionState, TextForm};
use domain::draft::Problems;
use domain::id::{DocumentId, PersonId, RevisionId, RouteStepId, UnitId};
use domain::permission::Permission;
use domain::record::Subject;
use domain::rule::require;
use entities::{document, evidence, person, revision, route_word};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::access::{self, Case, authors, begin, content_of};
use super::{Texts, give_code, insert as insert_document};
use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::http::Version;
use crate::store::{Event, Store, Tx};

pub use people::{Rule, audience_of, set_audience, set_route};
pub use reading::{Compared, Read, Requests, compare, in_force_on, list, people_of, read, requests, under_revision};

/// Why a revision is wanted.
#[derive(Clone, Debug)]
pub struct Ground {
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

impl Ground {
    fn check(self, problems: &mut Problems) -> Self {
        let Self { source, source_ref, reason, changed_part, summary } = self;
        Self {
            source,
            source_ref: problems.optional_text("source_ref", source_ref.as_deref(), 300),
            reason: problems.text("reason", &reason, 2_000),
            changed_part: problems.optional_text("changed_part", changed_part.as_deref(), 500),
            summary: problems.optional_text("summary", summary.as_deref(), 4_000),
        }
    }
}

/// What a change request is about.
#[derive(Clone, Debug)]
pub enum Wanted {
    /// A document there is.
    Revised(DocumentId),
    /// A document that is not there yet.
    New {
        /// For which unit; may be left out by who works for one unit only.
        unit_id: Option<UnitId>,
        /// Of which kind.
        kind: DocumentKind,
        /// Its title.
        title: String,
    },
}

/// Who drafts, until when, in which form.
#[derive(Clone, Copy, Debug)]
pub struct Task {
    /// Who drafts.
    pub drafter_id: PersonId,
    /// Until when.
    pub due_on: Option<NaiveDate>,
    /// How the text is kept.
    pub form: TextForm,
    /// A new issue rather than an amendment.
    pub new_issue: bool,
}

/// Asks for a document to be changed or made: any of its unit's staff may.
///
/// # Errors
/// 404, wrong fields.
pub async fn propose(store: &Store, caller: &Caller, wanted: Wanted, ground: Ground) -> Result<revision::Model> {
    let mut problems = Problems::new();
    let ground = ground.check(&mut problems);
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let parent = match wanted {
                Wanted::Revised(id) => {
                    problems.finish()?;
                    access::find_document(tx.db(), &who, id, true).await?
                }
                Wanted::New { unit_id, kind, title } => {
                    let texts = Texts { title, ..Texts::default() }.check(&mut problems);
                    let unit = crate::inspections::plan::own_unit(tx.db(), &who, Permission::WorkOnDocuments, unit_id).await?;
                    let unit = unit.map_err(|code| problems.add("unit_id", code));
                    problems.finish()?;
                    insert_document(&tx, &who, unit.map_err(|()| Error::NotFound)?, kind, texts, None, (None, None)).await?
                }
            };
            request(&tx, &parent, who.person, ground).await
        })
        .await
}

/// Puts a change request in.
pub(super) async fn request(tx: &Tx, parent: &document::Model, by: PersonId, ground: Ground) -> Result<revision::Model> {
    let year = tx.today().year();
    let number = tx.next_number(&format!("change_request:{}:{year}", parent.unit_id)).await?;
    let row = revision::ActiveModel {
        request_code: Set(Some(format!("YC-{year}-{number:04}"))),
        state: Set(RevisionState::Proposed),
        form: Set(TextForm::Written),
        ..blank(tx, parent, by, ground)?
    };
    let row = row.insert(tx.db()).await?;
    tx.record(Event::on("revision.proposed", Subject::Revision, row.id.0).unit(parent.unit_id).after(&row));
    Ok(row)
}

fn blank(tx: &Tx, parent: &document::Model, by: PersonId, ground: Ground) -> Result<revision::ActiveModel> {
    Ok(revision::ActiveModel {
        id: Set(tx.id::<RevisionId>()),
        document_id: Set(parent.id),
        source: Set(ground.source),
        source_ref: Set(ground.source_ref),
        reason: Set(ground.reason),
        changed_part: Set(ground.changed_part),
        summary: Set(ground.summary),
        requested_by_id: Set(by),
        author_ids: Set(json!([])),
        content: Set(serde_json::to_value(Content::default())?),
        submission: Set(0),
        route_no: Set(0),
        version: Set(1),
        created_at: Set(tx.now()),
        ..Default::default()
    })
}

/// Accepts a change request: the drafter is named, a new document gets its code.
///
/// # Errors
/// 404, stale, wrong fields, who and when of the machine.
pub async fn accept(
    store: &Store,
    caller: &Caller,
    id: RevisionId,
    version: Version,
    task: Task,
    code: Option<String>,
) -> Result<revision::Model> {
    let mut problems = Problems::new();
    let code = code.filter(|code| !code.trim().is_empty()).map(|code| super::clean_code("code", &code, &mut problems));
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let case = begin(&tx, &who, id, version).await?;
            let state = advance(case.row.state, RevisionVerb::Accept, &case.by, &case.facts)?;
            check_drafter(&tx, task, &mut problems).await?;
            problems.finish()?;
            let parent = &case.document;
            if parent.code.is_none() {
                let field = parent.field_code.as_deref();
                let code = give_code(&tx, parent.unit_id, parent.kind, field, None, code).await?;
                let row = document::ActiveModel {
                    search_text: Set(super::search_text(Some(&code), &parent.title, parent.field_name.as_deref())),
                    code: Set(Some(code)),
                    ..Default::default()
                };
                let named = super::save(&tx, parent, row).await?;
                tx.record(
                    Event::on("document.coded", Subject::Document, parent.id.0).unit(parent.unit_id).change(parent, &named),
                );
            }
            let numbers = next_numbers(&tx, parent.id, task.new_issue).await?;
            let row = revision::ActiveModel { state: Set(state), ..tasked(task, numbers) };
            save(&tx, &case, "revision.accepted", row, None).await
        })
        .await
}

fn tasked(task: Task, numbers: Numbers) -> revision::ActiveModel {
    revision::ActiveModel {
        issue_no: Set(Some(numbers.issue)),
        amendment_no: Set(Some(numbers.amendment)),
        form: Set(task.form),
        drafter_id: Set(Some(task.drafter_id)),
        draft_due_on: Set(task.due_on),
        author_ids: Set(json!([task.drafter_id])),
        ..Default::default()
    }
}

/// A drafter is somebody who works on documents and can sign in.
pub(super) async fn check_drafter(tx: &Tx, task: Task, problems: &mut Problems) -> Result<()> {
    let known = person::Entity::find_by_id(task.drafter_id).one(tx.db()).await?.is_some_and(|row| row.disabled_at.is_none());
    let held = crate::auth::held(tx.db(), task.drafter_id, tx.today()).await?;
    let works = held.iter().any(|held| held.role.grants(Permission::WorkOnDocuments));
    problems.check(!known || !works, "drafter_id", "unknown_person");
    problems.check(task.due_on.is_some_and(|due_on| due_on < tx.today()), "due_on", "in_the_past");
    Ok(())
}

/// The numbers after the last live revision of the document.
async fn next_numbers(tx: &Tx, document: DocumentId, new_issue: bool) -> Result<Numbers> {
    let last = revision::Entity::find()
        .filter(revision::Column::DocumentId.eq(document))
        .filter(revision::Column::State.ne(RevisionState::Cancelled))
        .filter(revision::Column::IssueNo.is_not_null())
        .order_by_desc(revision::Column::IssueNo)
        .order_by_desc(revision::Column::AmendmentNo)
        .one(tx.db())
        .await?;
    Ok(Numbers::after(last.as_ref().and_then(numbers_of), new_issue))
}

/// Issue and amendment number of a revision that has them.
#[must_use]
pub fn numbers_of(row: &revision::Model) -> Option<Numbers> {
    Some(Numbers { issue: row.issue_no?, amendment: row.amendment_no? })
}

/// Begins a draft without a request: the act of who keeps the documents.
///
/// # Errors
/// 404, wrong fields, `document_control_only`.
pub async fn draft(store: &Store, caller: &Caller, id: DocumentId, task: Task, ground: Ground) -> Result<revision::Model> {
    let mut problems = Problems::new();
    let ground = ground.check(&mut problems);
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let parent = access::find_document(tx.db(), &who, id, true).await?;
            let keeps = who.scope(Permission::ControlDocuments).contains(tx.db(), parent.unit_id).await?;
            require(keeps, "document_control_only")?;
            // What is only asked for gets its code with its request.
            problems.check(parent.code.is_none(), "code", "required");
            check_drafter(&tx, task, &mut problems).await?;
            problems.finish()?;
            begin_draft(&tx, &parent, who.person, task, ground, &Content::default()).await
        })
        .await
}

/// Puts a draft in, with the next numbers of its document.
pub(super) async fn begin_draft(
    tx: &Tx,
    parent: &document::Model,
    by: PersonId,
    task: Task,
    ground: Ground,
    content: &Content,
) -> Result<revision::Model> {
    let numbers = next_numbers(tx, parent.id, task.new_issue).await?;
    let given = tasked(task, numbers);
    let row = revision::ActiveModel {
        state: Set(RevisionState::Draft),
        issue_no: given.issue_no,
        amendment_no: given.amendment_no,
        form: given.form,
        drafter_id: given.drafter_id,
        draft_due_on: given.draft_due_on,
        author_ids: given.author_ids,
        content: Set(serde_json::to_value(content)?),
        ..blank(tx, parent, by, ground)?
    };
    let row = row.insert(tx.db()).await?;
    tx.record(Event::on("revision.drafted", Subject::Revision, row.id.0).unit(parent.unit_id).after(&row));
    Ok(row)
}

/// Saves the text of a draft; whoever saves it is an author from then on.
///
/// # Errors
/// 404, stale, too long or forged texts, who and when of the machine.
pub async fn write(
    store: &Store,
    caller: &Caller,
    id: RevisionId,
    version: Version,
    mut content: Content,
    ground: Ground,
) -> Result<revision::Model> {
    let mut problems = Problems::new();
    let ground = ground.check(&mut problems);
    content.clean(&mut problems);
    problems.finish()?;
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let case = begin(&tx, &who, id, version).await?;
            advance(case.row.state, RevisionVerb::Save, &case.by, &case.facts)?;
            let row = revision::ActiveModel {
                source: Set(ground.source),
                source_ref: Set(ground.source_ref),
                reason: Set(ground.reason),
                changed_part: Set(ground.changed_part),
                summary: Set(ground.summary),
                content: Set(serde_json::to_value(&content)?),
                author_ids: Set(with_author(&case.row, who.person)),
                ..Default::default()
            };
            save(&tx, &case, "revision.saved", row, None).await
        })
        .await
}

/// Records that author or approver may review this revision: a unit too small for three people.
///
/// # Errors
/// 404, stale, no reason, who and when of the machine.
pub async fn except(store: &Store, caller: &Caller, id: RevisionId, version: Version, reason: String) -> Result<revision::Model> {
    let who = caller.clone();
    act(store, caller, (id, version), RevisionVerb::Except, "revision.excepted", Some(reason), move |tx, reason| {
        revision::ActiveModel {
            exception_reason: Set(reason.map(str::to_owned)),
            exception_by_id: Set(Some(who.person)),
            exception_at: Set(Some(tx.now())),
            ..Default::default()
        }
    })
    .await
}

/// Cancels a request or a draft. It stays, with the reason.
///
/// # Errors
/// 404, stale, no reason, who and when of the machine.
pub async fn cancel(store: &Store, caller: &Caller, id: RevisionId, version: Version, reason: String) -> Result<revision::Model> {
    let who = caller.person;
    act(store, caller, (id, version), RevisionVerb::Cancel, "revision.cancelled", Some(reason), move |_, reason| {
        ended(who, reason)
    })
    .await
}

/// Calls a text back that cannot go on: somebody of its route has left, or something must change first. What was said
/// stays; the route begins anew when it is handed in again.
///
/// # Errors
/// 404, stale, no reason, who and when of the machine.
pub async fn recall(store: &Store, caller: &Caller, id: RevisionId, version: Version, reason: String) -> Result<revision::Model> {
    act(store, caller, (id, version), RevisionVerb::Recall, "revision.recalled", Some(reason), |_, _| Default::default()).await
}

/// Gives a draft to another drafter, who is its author from then on beside those before.
///
/// # Errors
/// 404, stale, wrong fields, who and when of the machine.
pub async fn reassign(
    store: &Store,
    caller: &Caller,
    id: RevisionId,
    version: Version,
    drafter_id: PersonId,
    due_on: Option<NaiveDate>,
) -> Result<revision::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let case = begin(&tx, &who, id, version).await?;
            let state = advance(case.row.state, RevisionVerb::Reassign, &case.by, &case.facts)?;
            let mut problems = Problems::new();
            let task = Task { drafter_id, due_on, form: case.row.form, new_issue: false };
            check_drafter(&tx, task, &mut problems).await?;
            problems.finish()?;
            let row = revision::ActiveModel {
                state: Set(state),
                drafter_id: Set(Some(drafter_id)),
                draft_due_on: Set(due_on),
                author_ids: Set(with_author(&case.row, drafter_id)),
                ..Default::default()
            };
            save(&tx, &case, "revision.reassigned", row, None).await
        })
        .await
}

/// The authors of a revision and one more.
fn with_author(row: &revision::Model, person: PersonId) -> serde_json::Value {
    let mut people = authors(row);
    if !people.contains(&person) {
        people.push(person);
    }
    json!(people)
}

/// Notes that somebody brought a file of a draft or took one out: from then on an author of it. Its version moves, so
/// that nobody hands in a text over files they did not see.
///
/// # Errors
/// 404, the database's.
pub(crate) async fn file_changed(tx: &Tx, caller: &Caller, id: RevisionId) -> Result<()> {
    let before = revision::Entity::find_by_id(id).lock_exclusive().one(tx.db()).await?.ok_or(Error::NotFound)?;
    let row = revision::ActiveModel { author_ids: Set(with_author(&before, caller.person)), ..Default::default() };
    write_over(tx, &before, row).await?;
    Ok(())
}

/// Puts a text that is not in force any more into the archive.
///
/// # Errors
/// 404, stale, no reason, who and when of the machine.
pub async fn archive(
    store: &Store,
    caller: &Caller,
    id: RevisionId,
    version: Version,
    reason: String,
) -> Result<revision::Model> {
    // Why and by whom it was withdrawn stays with it; why it was archived is in the trail.
    act(store, caller, (id, version), RevisionVerb::Archive, "revision.archived", Some(reason), |_, _| Default::default()).await
}

fn ended(by: PersonId, reason: Option<&str>) -> revision::ActiveModel {
    revision::ActiveModel { end_reason: Set(reason.map(str::to_owned)), ended_by_id: Set(Some(by)), ..Default::default() }
}

/// An act that changes the state and little else.
async fn act(
    store: &Store,
    caller: &Caller,
    (id, version): (RevisionId, Version),
    verb: RevisionVerb,
    event: &'static str,
    reason: Option<String>,
    change: impl FnOnce(&Tx, Option<&str>) -> revision::ActiveModel + Send + 'static,
) -> Result<revision::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let case = begin(&tx, &who, id, version).await?;
            let state = advance(case.row.state, verb, &case.by, &case.facts)?;
            let mut problems = Problems::new();
            let reason = problems.optional_text("reason", reason.as_deref(), 2_000);
            problems.check(verb.needs_reason() && reason.is_none(), "reason", "required");
            problems.finish()?;
            let row = revision::ActiveModel { state: Set(state), ..change(&tx, reason.as_deref()) };
            save(&tx, &case, event, row, reason.as_deref()).await
        })
        .await
}

/// Hands the draft in: what is before the reviewers is sealed with a hash over text and files.
///
/// # Errors
/// 404, stale, every place of the text that is missing or wrong, who and when of the machine.
pub async fn submit(store: &Store, caller: &Caller, id: RevisionId, version: Version) -> Result<revision::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let case = begin(&tx, &who, id, version).await?;
            let state = match advance(case.row.state, RevisionVerb::Submit, &case.by, &case.facts) {
                Err(refused) if refused.code == "revision_incomplete" => return Err(case.faults.into()),
                other => other?,
            };
            let row = revision::ActiveModel {
                state: Set(state),
                submission: Set(case.row.submission + 1),
                submitted_at: Set(Some(tx.now())),
                content_hash: Set(Some(seal(tx.db(), &case.row).await?)),
                ..Default::default()
            };
            save(&tx, &case, "revision.submitted", row, None).await
        })
        .await
}

/// SHA-256 over the written text and the hashes of the files.
async fn seal(db: &impl ConnectionTrait, row: &revision::Model) -> Result<String> {
    let files = files_of(db, row.id).await?;
    let names: Vec<(&str, &str)> = files.iter().map(|file| (file.file_name.as_str(), file.blob_sha256.as_str())).collect();
    // The struct's own order of fields: the same text gives the same bytes on every database.
    let sealed = serde_json::to_vec(&(content_of(row)?, names))?;
    Ok(crate::auth::session::hex(&Sha256::digest(&sealed)))
}

/// The files of a revision, oldest first.
///
/// # Errors
/// The database's.
pub async fn files_of(db: &impl ConnectionTrait, id: RevisionId) -> Result<Vec<evidence::Model>> {
    Ok(evidence::Entity::find()
        .filter(evidence::Column::SubjectId.eq(id.0))
        .filter(evidence::Column::Subject.eq(Subject::Revision))
        .filter(evidence::Column::RemovedAt.is_null())
        .order_by_asc(evidence::Column::Id)
        .all(db)
        .await?)
}

/// A word on the step whose turn it is: agree, or return with a remark.
///
/// # Errors
/// 404, stale, a return without remark, who and when of the machine.
pub async fn say(
    store: &Store,
    caller: &Caller,
    id: RevisionId,
    version: Version,
    verb: RevisionVerb,
    remark: Option<String>,
) -> Result<revision::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let case = begin(&tx, &who, id, version).await?;
            let state = advance(case.row.state, verb, &case.by, &case.facts)?;
            let mut problems = Problems::new();
            let remark = problems.optional_text("remark", remark.as_deref(), 4_000);
            problems.check(verb.needs_reason() && remark.is_none(), "remark", "required");
            problems.finish()?;
            let step = case.open().ok_or(Error::NotFound)?.step.id;
            put_word(&tx, &case.row, step, who.person, verb != RevisionVerb::Return, remark.clone()).await?;
            let approved = state == RevisionState::Approved;
            let row = revision::ActiveModel {
                state: Set(state),
                approved_at: if approved { Set(Some(tx.now())) } else { Default::default() },
                ..Default::default()
            };
            let event = match verb {
                RevisionVerb::Return => "revision.returned",
                RevisionVerb::Approve => "revision.approved",
                _ => "revision.reviewed",
            };
            save(&tx, &case, event, row, remark.as_deref()).await
        })
        .await
}

async fn put_word(
    tx: &Tx,
    row: &revision::Model,
    step_id: RouteStepId,
    person_id: PersonId,
    agreed: bool,
    remark: Option<String>,
) -> Result<()> {
    let word = route_word::ActiveModel {
        id: Set(tx.id()),
        revision_id: Set(row.id),
        step_id: Set(step_id),
        submission: Set(row.submission),
        person_id: Set(person_id),
        agreed: Set(agreed),
        remark: Set(remark),
        content_hash: Set(row.content_hash.clone().unwrap_or_default()),
        at: Set(tx.now()),
    };
    word.insert(tx.db()).await?;
    Ok(())
}

/// Saves a revision over the version it was read at, and says so in the trail.
async fn save(
    tx: &Tx,
    case: &Case,
    event: &'static str,
    row: revision::ActiveModel,
    reason: Option<&str>,
) -> Result<revision::Model> {
    let after = write_over(tx, &case.row, row).await?;
    let event = Event::on(event, Subject::Revision, after.id.0).unit(case.document.unit_id);
    tx.record(event.change(&case.row, &after).reason(reason));
    Ok(after)
}

/// Saves a revision over the version it was read at.
pub(super) async fn write_over(tx: &Tx, before: &revision::Model, row: revision::ActiveModel) -> Result<revision::Model> {
    let row = revision::ActiveModel { id: Set(before.id), version: Set(before.version + 1), ..row };
    Ok(revision::Entity::update(row).validate()?.filter(revision::Column::Version.eq(before.version)).exec(tx.db()).await?)
}
