//! Documents of one unit as drafts of others: a framework set copied to many units, and what merged
//! units had in force taken over by their heir. Each is one act; whatever was taken over already is
//! left alone, so that the act can be done again when the set has grown.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use domain::document::control::{CopyOutcome, LinkKind};
use domain::document::{RequestSource, RevisionState};
use domain::draft::{FieldError, Problems};
use domain::id::{DocumentId, PersonId, RevisionId, UnitId};
use domain::permission::{Permission, Role};
use domain::record::Subject;
use entities::{administrative_procedure, assignment, document, document_link, evidence, revision, unit, unit_succession};
use sea_orm::sea_query::{LockType, Query};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};
use serde::{Deserialize, Serialize};

use super::registers::{NewLink, holding, put_link};
use super::revisions::{Ground, Task, begin_draft, check_drafter};
use super::{Texts, access, give_code, insert};
use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::store::{Event, Store, Tx};

/// Most documents of one act.
const MAX_DOCUMENTS: usize = 500;
/// Most units of one act.
const MAX_UNITS: usize = 500;
/// Most drafts of one act.
const MAX_DRAFTS: usize = 5_000;
/// How many mergers back an heir takes documents over from.
const GENERATIONS: usize = 5;

/// A document that was copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copy {
    /// The document it was copied from.
    pub source_id: DocumentId,
    /// The unit that has it now.
    pub unit_id: UnitId,
    /// The new document.
    pub document_id: DocumentId,
    /// Its first draft.
    pub revision_id: RevisionId,
}

/// What an act made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copied {
    /// New drafts.
    pub made: Vec<Copy>,
    /// Documents that the units had taken over before.
    pub already: u64,
    /// Documents left out because another unit's for the same administrative procedure was taken.
    pub left_out: Vec<DocumentId>,
}

/// Copies documents in force to units, each as a draft of the unit with a link to its source. The
/// drafter is the unit's ISO secretary.
///
/// # Errors
/// Every document and unit that cannot be: `documents/<n>`, `units/<n>`.
pub async fn copy(
    store: &Store,
    caller: &Caller,
    documents: Vec<DocumentId>,
    units: Vec<UnitId>,
    reason: String,
) -> Result<Copied> {
    let mut problems = Problems::new();
    let reason = problems.text("reason", &reason, 2_000);
    check_size(documents.len(), units.len(), &mut problems);
    problems.finish()?;
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let mut problems = Problems::new();
            let sources = sources(tx.db(), &who, &documents, &mut problems).await?;
            let drafters = drafters(tx.db(), &who, &units, &mut problems).await?;
            problems.finish()?;
            let copied = take_over(&tx, &who, sources, &drafters, &reason).await?;
            tx.record(Event::on("documents.copied", Subject::Person, who.person.0).after(&copied).reason(Some(&reason)));
            Ok(copied)
        })
        .await
}

fn check_size(documents: usize, units: usize, problems: &mut Problems) {
    problems.check(documents == 0, "documents", "required");
    problems.check(units == 0, "units", "required");
    problems.at_most("documents", documents, MAX_DOCUMENTS);
    problems.at_most("units", units, MAX_UNITS);
    problems.at_most("units", documents.saturating_mul(units), MAX_DRAFTS);
}

/// A document that is to be copied to a unit.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The document.
    pub source: document::Model,
    /// The unit.
    pub unit_id: UnitId,
    /// What becomes of it.
    pub outcome: CopyOutcome,
}

/// What [`copy`] would do with each document and unit: a constant number of statements.
///
/// # Errors
/// Documents or units the caller does not see.
pub async fn preview(
    db: &impl ConnectionTrait,
    caller: &Caller,
    documents: &[DocumentId],
    units: &[UnitId],
) -> Result<Vec<Planned>> {
    let mut problems = Problems::new();
    check_size(documents.len(), units.len(), &mut problems);
    problems.finish()?;
    let mut wrong = Problems::new();
    let found = sources(db, caller, documents, &mut wrong).await?;
    let drafters = drafters(db, caller, units, &mut wrong).await?;
    only_left_out(wrong)?;
    let there = taken_over(db, &found, units.iter().copied()).await?;
    let rows = document::Entity::find().filter(document::Column::Id.is_in(documents.iter().copied())).all(db).await?;
    let in_force = |id: DocumentId| found.iter().any(|one| one.document.id == id);
    let rows: Vec<&document::Model> = documents.iter().filter_map(|id| rows.iter().find(|row| row.id == *id)).collect();
    let planned = |unit: UnitId, row: &document::Model| Planned {
        outcome: match () {
            () if row.unit_id == unit => CopyOutcome::Own,
            () if !in_force(row.id) => CopyOutcome::NothingInForce,
            () if there.contains_key(&(unit, row.id)) => CopyOutcome::TakenOver,
            () if !drafters.contains_key(&unit) => CopyOutcome::NobodyToDraft,
            () => CopyOutcome::Made,
        },
        source: row.clone(),
        unit_id: unit,
    };
    Ok(units.iter().flat_map(|unit| rows.iter().map(|row| planned(*unit, row))).collect())
}

/// What is left out is an outcome; anything else wrong is an error.
fn only_left_out(wrong: Problems) -> Result<()> {
    let wrong = wrong.finish().err().unwrap_or_default();
    let hard: Vec<FieldError> =
        wrong.into_iter().filter(|error| !matches!(error.code, "nothing_in_force" | "nobody_to_draft")).collect();
    if hard.is_empty() { Ok(()) } else { Err(Error::Invalid(hard)) }
}

/// What [`reissue`] would do with each document that merged units had in force.
///
/// # Errors
/// `unit_id`: out of scope, nothing was merged into it.
pub async fn preview_reissue(db: &impl ConnectionTrait, caller: &Caller, heir: UnitId) -> Result<Vec<Planned>> {
    let mut wrong = Problems::new();
    let drafters = drafters(db, caller, &[heir], &mut wrong).await?;
    only_left_out(wrong)?;
    let former = merged_into(db, heir).await?;
    if former.is_empty() {
        return Err(Error::field("unit_id", "nothing_merged"));
    }
    let ids = in_force_of(db, caller, &former).await?;
    let found = sources(db, caller, &ids, &mut Problems::new()).await?;
    let there = taken_over(db, &found, std::iter::once(heir)).await?;
    let (kept, left) = one_each(db, found, caller.today).await?;
    let mut planned: Vec<Planned> = kept
        .into_iter()
        .map(|one| Planned {
            outcome: match () {
                () if there.contains_key(&(heir, one.document.id)) => CopyOutcome::TakenOver,
                () if !drafters.contains_key(&heir) => CopyOutcome::NobodyToDraft,
                () => CopyOutcome::Made,
            },
            source: one.document,
            unit_id: heir,
        })
        .collect();
    let younger = document::Entity::find().filter(document::Column::Id.is_in(left)).all(db).await?;
    planned.extend(younger.into_iter().map(|source| Planned { source, unit_id: heir, outcome: CopyOutcome::YoungerTaken }));
    planned.sort_by(|a, b| (&a.source.code, a.source.id).cmp(&(&b.source.code, b.source.id)));
    Ok(planned)
}

/// The units of the caller that others passed into, by name: where [`reissue`] has something to do.
///
/// # Errors
/// The database's.
pub async fn heirs(db: &impl ConnectionTrait, caller: &Caller) -> Result<Vec<unit::Model>> {
    let passed = Query::select().column(unit_succession::Column::ToUnitId).from(unit_succession::Entity).to_owned();
    Ok(unit::Entity::find()
        .filter(caller.scope(Permission::ControlDocuments).covers(unit::Column::Id))
        .filter(unit::Column::Id.in_subquery(passed))
        .filter(crate::units::alive(unit::Column::ValidFrom, unit::Column::ValidTo, caller.today))
        .order_by_asc(unit::Column::Name)
        .order_by_asc(unit::Column::Id)
        .all(db)
        .await?)
}

/// Takes what the units merged into this one had in force over as its drafts: all of it, or what is
/// named. Of several documents for one administrative procedure the youngest is taken.
///
/// # Errors
/// `unit_id`: out of scope, nothing was merged into it, nobody to draft; `documents/<n>`.
pub async fn reissue(
    store: &Store,
    caller: &Caller,
    heir: UnitId,
    documents: Option<Vec<DocumentId>>,
    reason: String,
) -> Result<Copied> {
    let mut problems = Problems::new();
    let reason = problems.text("reason", &reason, 2_000);
    problems.at_most("documents", documents.as_ref().map_or(0, Vec::len), MAX_DOCUMENTS);
    problems.finish()?;
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let mut problems = Problems::new();
            let former = merged_into(tx.db(), heir).await?;
            problems.check(former.is_empty(), "unit_id", "nothing_merged");
            let chosen = match &documents {
                Some(ids) => ids.clone(),
                None => in_force_of(tx.db(), &who, &former).await?,
            };
            problems.at_most("documents", chosen.len(), MAX_DOCUMENTS);
            let found = sources(tx.db(), &who, &chosen, &mut problems).await?;
            for (place, id) in chosen.iter().enumerate() {
                let foreign = found.iter().any(|one| one.document.id == *id && !former.contains(&one.document.unit_id));
                problems.check(foreign, &format!("documents/{place}"), "not_of_a_former_unit");
            }
            let drafters = drafters(tx.db(), &who, &[heir], &mut problems).await?;
            problems.finish()?;
            let (found, left_out) = match documents {
                Some(_) => (found, Vec::new()),
                None => one_each(tx.db(), found, tx.today()).await?,
            };
            let copied = Copied { left_out, ..take_over(&tx, &who, found, &drafters, &reason).await? };
            tx.record(Event::on("documents.reissued", Subject::Unit, heir.0).unit(heir).after(&copied).reason(Some(&reason)));
            Ok(copied)
        })
        .await
}

/// The units that passed into this one, also over several mergers.
async fn merged_into(db: &impl ConnectionTrait, heir: UnitId) -> Result<BTreeSet<UnitId>> {
    let (mut found, mut next) = (BTreeSet::new(), BTreeSet::from([heir]));
    for _ in 0..GENERATIONS {
        let rows = unit_succession::Entity::find().filter(unit_succession::Column::ToUnitId.is_in(next)).all(db).await?;
        next = rows.into_iter().map(|row| row.from_unit_id).filter(|id| *id != heir && !found.contains(id)).collect();
        if next.is_empty() {
            break;
        }
        found.extend(next.iter().copied());
    }
    Ok(found)
}

/// What the units had in force, forms after the documents they belong to.
async fn in_force_of(db: &impl ConnectionTrait, caller: &Caller, units: &BTreeSet<UnitId>) -> Result<Vec<DocumentId>> {
    let in_force = Query::select()
        .column(revision::Column::DocumentId)
        .from(revision::Entity)
        .and_where(revision::Column::State.eq(RevisionState::Effective))
        .to_owned();
    let rows = document::Entity::find()
        .filter(access::visible(caller))
        .filter(document::Column::UnitId.is_in(units.iter().copied()))
        .filter(document::Column::Id.in_subquery(in_force))
        .order_by_asc(document::Column::Code)
        .order_by_asc(document::Column::Id)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// A document with its revision in force.
struct Source {
    document: document::Model,
    revision: revision::Model,
    links: Vec<document_link::Model>,
    files: Vec<evidence::Model>,
}

/// The documents asked for, parents before what belongs to them.
async fn sources(db: &impl ConnectionTrait, caller: &Caller, ids: &[DocumentId], problems: &mut Problems) -> Result<Vec<Source>> {
    let documents = document::Entity::find()
        .filter(access::visible(caller))
        .filter(document::Column::Id.is_in(ids.iter().copied()))
        .all(db)
        .await?;
    let revisions = revision::Entity::find()
        .filter(access::visible_revision(caller))
        .filter(revision::Column::DocumentId.is_in(ids.iter().copied()))
        .filter(revision::Column::State.eq(RevisionState::Effective))
        .all(db)
        .await?;
    let files = evidence::Entity::find()
        .filter(evidence::Column::SubjectId.is_in(revisions.iter().map(|row| row.id.0)))
        .filter(evidence::Column::Subject.eq(Subject::Revision))
        .filter(evidence::Column::RemovedAt.is_null())
        .order_by_asc(evidence::Column::Id)
        .all(db)
        .await?;
    let links = document_link::Entity::find()
        .filter(document_link::Column::DocumentId.is_in(ids.iter().copied()))
        .filter(holding(caller.today))
        .order_by_asc(document_link::Column::Id)
        .all(db)
        .await?;
    let mut found = Vec::new();
    for (place, id) in ids.iter().enumerate() {
        let field = format!("documents/{place}");
        problems.check(ids.iter().take(place).any(|other| other == id), &field, "taken");
        let Some(document) = documents.iter().find(|row| row.id == *id) else {
            problems.add(field, "unknown_record");
            continue;
        };
        let Some(revision) = revisions.iter().find(|row| row.document_id == *id) else {
            problems.add(field, "nothing_in_force");
            continue;
        };
        found.push(Source {
            links: links.iter().filter(|link| link.document_id == *id).cloned().collect(),
            files: files.iter().filter(|file| file.subject_id == revision.id.0).cloned().collect(),
            document: document.clone(),
            revision: revision.clone(),
        });
    }
    found.sort_by_key(|one| one.document.parent_id.is_some());
    Ok(found)
}

/// Who drafts in each unit: its ISO secretary. Units out of scope, closed or without one are wrong.
async fn drafters(
    db: &impl ConnectionTrait,
    caller: &Caller,
    units: &[UnitId],
    problems: &mut Problems,
) -> Result<BTreeMap<UnitId, PersonId>> {
    let asked: BTreeSet<UnitId> = units.iter().copied().collect();
    let scope = caller.scope(Permission::ControlDocuments);
    let alive: BTreeSet<UnitId> = unit::Entity::find()
        .filter(unit::Column::Id.is_in(asked.iter().copied()))
        .filter(scope.covers(unit::Column::Id))
        .filter(crate::units::alive(unit::Column::ValidFrom, unit::Column::ValidTo, caller.today))
        .all(db)
        .await?
        .into_iter()
        .map(|row| row.id)
        .collect();
    let secretaries = crate::work::duties::holders(db, &[Role::IsoSecretary], &asked, caller.today).await?;
    let own: BTreeMap<UnitId, PersonId> = assignment::Entity::find()
        .filter(assignment::Column::Role.eq(Role::IsoSecretary))
        .filter(assignment::Column::UnitId.is_in(asked.iter().copied()))
        .filter(crate::units::alive(assignment::Column::ValidFrom, assignment::Column::ValidTo, caller.today))
        .order_by_desc(assignment::Column::Id)
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.unit_id, row.person_id))
        .collect();
    let mut found = BTreeMap::new();
    for (place, id) in units.iter().enumerate() {
        let field = if units.len() == 1 { "unit_id".to_owned() } else { format!("units/{place}") };
        // The unit's own before somebody who keeps documents of everything above it.
        let held = secretaries.get(id);
        let drafter = own.get(id).filter(|person| held.is_some_and(|held| held.contains(person)));
        let drafter = drafter.or_else(|| held.and_then(|held| held.first()));
        match drafter {
            _ if !alive.contains(id) => problems.add(field, "unknown_unit"),
            None => problems.add(field, "nobody_to_draft"),
            Some(person) => {
                found.insert(*id, *person);
            }
        }
    }
    Ok(found)
}

/// Of several documents for one administrative procedure the youngest; the others are left out.
async fn one_each(db: &impl ConnectionTrait, found: Vec<Source>, today: NaiveDate) -> Result<(Vec<Source>, Vec<DocumentId>)> {
    let targets: BTreeSet<uuid::Uuid> = found.iter().flat_map(|one| &one.links).filter_map(catalogue_entry).collect();
    let codes: BTreeMap<uuid::Uuid, String> = administrative_procedure::Entity::find()
        .filter(administrative_procedure::Column::Id.is_in(targets))
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.id.0, row.national_code))
        .collect();
    let code = |one: &Source| one.links.iter().filter_map(catalogue_entry).find_map(|target| codes.get(&target).cloned());
    let since = |one: &Source| (one.revision.effective_from.unwrap_or(today), one.revision.id);
    let mut youngest: BTreeMap<String, (NaiveDate, RevisionId)> = BTreeMap::new();
    for one in &found {
        if let Some(code) = code(one) {
            let best = youngest.entry(code).or_insert_with(|| since(one));
            *best = std::cmp::max(*best, since(one));
        }
    }
    let best = |one: &Source| code(one).is_none_or(|code| youngest.get(&code) == Some(&since(one)));
    let (kept, left): (Vec<Source>, Vec<Source>) = found.into_iter().partition(best);
    Ok((kept, left.into_iter().map(|one| one.document.id).collect()))
}

fn catalogue_entry(link: &document_link::Model) -> Option<uuid::Uuid> {
    link.target_id.filter(|_| link.kind == LinkKind::AdministrativeProcedure)
}

/// Which documents the units have taken over already: unit and source document, with their own.
async fn taken_over(
    db: &impl ConnectionTrait,
    sources: &[Source],
    units: impl Iterator<Item = UnitId>,
) -> Result<BTreeMap<(UnitId, DocumentId), DocumentId>> {
    let of_sources = Query::select()
        .column(revision::Column::Id)
        .from(revision::Entity)
        .and_where(revision::Column::DocumentId.is_in(sources.iter().map(|one| one.document.id)))
        .to_owned();
    let rows = document::Entity::find()
        .filter(document::Column::UnitId.is_in(units))
        .filter(document::Column::SourceRevisionId.in_subquery(of_sources.clone()))
        .all(db)
        .await?;
    let revisions = revision::Entity::find().filter(revision::Column::Id.in_subquery(of_sources)).all(db).await?;
    let parent = |id: Option<RevisionId>| revisions.iter().find(|row| Some(row.id) == id).map(|row| row.document_id);
    Ok(rows.into_iter().filter_map(|row| Some(((row.unit_id, parent(row.source_revision_id)?), row.id))).collect())
}

async fn take_over(
    tx: &Tx,
    caller: &Caller,
    sources: Vec<Source>,
    drafters: &BTreeMap<UnitId, PersonId>,
    reason: &str,
) -> Result<Copied> {
    hold(tx, drafters.keys().copied()).await?;
    let mut there = taken_over(tx.db(), &sources, drafters.keys().copied()).await?;
    let mut copied = Copied::default();
    for (unit, drafter) in drafters {
        for one in &sources {
            if there.contains_key(&(*unit, one.document.id)) || one.document.unit_id == *unit {
                copied.already += 1;
                continue;
            }
            let parent_id = one.document.parent_id.and_then(|id| there.get(&(*unit, id)).copied());
            let made = put(tx, caller, one, (*unit, *drafter), parent_id, reason).await?;
            there.insert((*unit, one.document.id), made.document_id);
            copied.made.push(made);
        }
    }
    Ok(copied)
}

/// Holds the units still until the write ends, in one order everywhere: what they have taken over is read after that, so
/// that two acts at once do not both find it missing. Not the strongest lock: whoever enters a document of the unit by then
/// has a counter of it, which this act waits for, and must not wait for the unit in turn.
async fn hold(tx: &Tx, units: impl Iterator<Item = UnitId>) -> Result<()> {
    let rows = unit::Entity::find().filter(unit::Column::Id.is_in(units)).order_by_asc(unit::Column::Id);
    rows.lock(LockType::NoKeyUpdate).all(tx.db()).await?;
    Ok(())
}

/// One document of one unit, with its draft, links and files.
async fn put(
    tx: &Tx,
    caller: &Caller,
    one: &Source,
    (unit, drafter): (UnitId, PersonId),
    parent_id: Option<DocumentId>,
    reason: &str,
) -> Result<Copy> {
    let from = &one.document;
    let texts = Texts {
        title: from.title.clone(),
        field_code: from.field_code.clone(),
        field_name: from.field_name.clone(),
        review_months: Some(from.review_months),
        retention: from.retention.clone(),
    };
    let parent_code = match parent_id {
        Some(id) => document::Entity::find_by_id(id).one(tx.db()).await?.and_then(|row| row.code),
        None => None,
    };
    let code = give_code(tx, unit, from.kind, from.field_code.as_deref(), parent_code.as_deref(), None).await?;
    let row = insert(tx, caller, unit, from.kind, texts, Some(code), (parent_id, Some(one.revision.id))).await?;
    let task = Task { drafter_id: drafter, due_on: None, form: one.revision.form, new_issue: false };
    let mut problems = Problems::new();
    check_drafter(tx, task, &mut problems).await?;
    problems.finish()?;
    let ground = Ground {
        source: RequestSource::FirstIssue,
        source_ref: from.code.clone(),
        reason: reason.to_owned(),
        changed_part: None,
        summary: None,
    };
    let draft = begin_draft(tx, &row, caller.person, task, ground, &access::content_of(&one.revision)?).await?;
    for link in one.links.iter().filter(|link| outside(link.kind)) {
        let new = NewLink { kind: link.kind, target_id: link.target_id, target_code: link.target_code.clone() };
        put_link(tx, &row, caller.person, new, tx.today()).await?;
    }
    for file in &one.files {
        attach(tx, caller, &draft, unit, file).await?;
    }
    Ok(Copy { source_id: from.id, unit_id: unit, document_id: row.id, revision_id: draft.id })
}

/// Links with what is outside hold for every unit; checklist lines and findings are the source's own.
const fn outside(kind: LinkKind) -> bool {
    matches!(kind, LinkKind::ExternalDocument | LinkKind::AdministrativeProcedure | LinkKind::Clause)
}

/// Attaches a file of the source to the draft; the bytes are not copied.
async fn attach(tx: &Tx, caller: &Caller, draft: &revision::Model, unit: UnitId, file: &evidence::Model) -> Result<()> {
    let row = evidence::ActiveModel {
        id: Set(tx.id()),
        blob_sha256: Set(file.blob_sha256.clone()),
        file_name: Set(file.file_name.clone()),
        media_type: Set(file.media_type.clone()),
        size: Set(file.size),
        caption: Set(file.caption.clone()),
        unit_id: Set(unit),
        subject: Set(Subject::Revision),
        subject_id: Set(draft.id.0),
        uploaded_by_id: Set(caller.person),
        created_at: Set(tx.now()),
        removed_at: Set(None),
        remove_reason: Set(None),
        version: Set(1),
    };
    let row = row.insert(tx.db()).await?;
    tx.record(Event::on("evidence.attached", Subject::Evidence, row.id.0).unit(unit).after(&row));
    Ok(())
}
