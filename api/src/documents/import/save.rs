//! Writing what an import has planned.

use std::collections::BTreeMap;

use domain::document::control::LinkKind;
use domain::document::{DocumentKind, RequestSource, TextForm};
use domain::id::{AdministrativeProcedureId, PersonId, UnitId};
use domain::record::Subject;
use entities::{administrative_procedure, document, revision};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::json;

use super::{Entry, Outcome, Planned, Writing};
use crate::auth::Caller;
use crate::documents::registers::{NewLink, put_link, same_link};
use crate::documents::revisions::{Ground, Task, begin_draft, check_drafter, write_over};
use crate::documents::{access, give_code, insert};
use crate::error::{Error, Result};
use crate::store::{Event, Tx};

/// Rows of one INSERT.
const CHUNK: usize = 500;

/// Where an import goes.
pub(super) struct Into {
    /// The unit that keeps the catalogue.
    pub unit: UnitId,
    /// Who drafts.
    pub drafter: PersonId,
    /// Why the drafts were begun.
    pub reason: String,
}

/// Whether the catalogue says what the file says.
pub(super) fn says_the_same(
    row: &administrative_procedure::Model,
    entry: &Entry,
    replaced_by: Option<AdministrativeProcedureId>,
) -> bool {
    let input = &entry.input;
    row.suffix == entry.code.suffix
        && row.title == input.title
        && row.field_name == input.field_name
        && row.level_code == input.level_code
        && row.time_limit == input.time_limit
        && row.fee == input.fee
        && (row.valid_from, row.valid_to) == (input.valid_from, input.valid_to)
        && (row.last_change, row.changed_on) == (input.last_change, input.changed_on)
        && row.decision == input.decision
        && (entry.replaced_by.is_none() || (replaced_by.is_some() && row.replaced_by_id == replaced_by))
}

pub(super) async fn carry_out(tx: &Tx, caller: &Caller, into: &Into, planned: Vec<Planned>) -> Result<()> {
    let task = Task { drafter_id: into.drafter, due_on: None, form: TextForm::Written, new_issue: false };
    let mut problems = domain::draft::Problems::new();
    check_drafter(tx, task, &mut problems).await?;
    problems.finish()?;
    let ids = catalogue(tx, caller, into.unit, &planned).await?;
    for one in planned {
        let id = ids.get(&one.entry.code.code).copied().ok_or(Error::NotFound)?;
        text(tx, caller, into, task, id, one).await?;
    }
    Ok(())
}

/// Writes the entries of the catalogue; their ids by national code.
async fn catalogue(
    tx: &Tx,
    caller: &Caller,
    unit: UnitId,
    planned: &[Planned],
) -> Result<BTreeMap<String, AdministrativeProcedureId>> {
    let mut ids = BTreeMap::new();
    let mut new = Vec::new();
    for one in planned {
        let Planned { entry, there, outcome, replaced_by, .. } = one;
        let row = administrative_procedure::ActiveModel {
            replaced_by_id: Set(*replaced_by),
            ..entry.input.clone().row(entry.code.clone())
        };
        let id = match (outcome, there) {
            (Outcome::Created, _) | (_, None) => {
                let id = tx.id::<AdministrativeProcedureId>();
                let row = administrative_procedure::ActiveModel {
                    id: Set(id),
                    unit_id: Set(unit),
                    created_by_id: Set(caller.person),
                    version: Set(1),
                    created_at: Set(tx.now()),
                    ..row
                };
                let made: administrative_procedure::Model = row.clone().try_into()?;
                let event = Event::on("administrative_procedure.created", Subject::AdministrativeProcedure, id.0);
                tx.record(event.unit(unit).after(&made));
                new.push(row);
                id
            }
            (Outcome::Updated, Some(before)) => {
                // What replaced it may come with this file: that is written below.
                let kept = if entry.replaced_by.is_some() { *replaced_by } else { before.replaced_by_id };
                let row = administrative_procedure::ActiveModel { replaced_by_id: Set(kept), ..row };
                update(tx, before, row).await?;
                before.id
            }
            (Outcome::Unchanged, Some(before)) => before.id,
        };
        ids.insert(entry.code.code.clone(), id);
    }
    for chunk in new.chunks(CHUNK) {
        administrative_procedure::Entity::insert_many(chunk.to_vec()).exec_without_returning(tx.db()).await?;
    }
    for one in planned.iter().filter(|one| one.replaced_by.is_none()) {
        let Some(heir) = one.entry.replaced_by.as_ref().and_then(|code| ids.get(code)) else { continue };
        let Some(id) = ids.get(&one.entry.code.code) else { continue };
        let row = administrative_procedure::ActiveModel { id: Set(*id), replaced_by_id: Set(Some(*heir)), ..Default::default() };
        administrative_procedure::Entity::update(row).exec(tx.db()).await?;
    }
    Ok(ids)
}

async fn update(tx: &Tx, before: &administrative_procedure::Model, row: administrative_procedure::ActiveModel) -> Result<()> {
    let row = administrative_procedure::ActiveModel { id: Set(before.id), version: Set(before.version + 1), ..row };
    let query = administrative_procedure::Entity::update(row).validate()?;
    let after = query.filter(administrative_procedure::Column::Version.eq(before.version)).exec(tx.db()).await?;
    let event = Event::on("administrative_procedure.updated", Subject::AdministrativeProcedure, before.id.0);
    tx.record(event.unit(after.unit_id).change(before, &after));
    Ok(())
}

/// Writes the text of one procedure as a draft, and links its document with the catalogue.
async fn text(tx: &Tx, caller: &Caller, into: &Into, task: Task, id: AdministrativeProcedureId, one: Planned) -> Result<()> {
    let Planned { entry, writing, .. } = one;
    let Some((content, _)) = entry.text else { return Ok(()) };
    let ground = Ground {
        source: RequestSource::ProcedureChange,
        source_ref: entry.input.decision.clone(),
        reason: into.reason.clone(),
        changed_part: None,
        summary: None,
    };
    match writing {
        Writing::Document => {
            let kind = DocumentKind::Procedure;
            let code = give_code(tx, into.unit, kind, entry.texts.field_code.as_deref(), None, entry.document_code).await?;
            let parent = insert(tx, caller, into.unit, kind, entry.texts, Some(code), (None, None)).await?;
            link(tx, caller, &parent, id).await?;
            begin_draft(tx, &parent, caller.person, task, ground, &content).await?;
        }
        Writing::Begin(parent) => {
            link(tx, caller, &parent, id).await?;
            begin_draft(tx, &parent, caller.person, task, ground, &content).await?;
        }
        Writing::Replace(parent, before) => {
            link(tx, caller, &parent, id).await?;
            replace(tx, caller, &parent, &before, &content).await?;
        }
        Writing::Same => {}
    }
    Ok(())
}

async fn link(tx: &Tx, caller: &Caller, parent: &document::Model, id: AdministrativeProcedureId) -> Result<()> {
    let new = NewLink { kind: LinkKind::AdministrativeProcedure, target_id: Some(id.0), target_code: None };
    if same_link(tx, parent.id, &new).await?.is_none() {
        put_link(tx, parent, caller.person, new, tx.today()).await?;
    }
    Ok(())
}

/// Puts another text into an open draft; whoever imports it is one of its authors.
async fn replace(
    tx: &Tx,
    caller: &Caller,
    parent: &document::Model,
    before: &revision::Model,
    content: &domain::document::content::Content,
) -> Result<()> {
    let mut people = access::authors(before);
    if !people.contains(&caller.person) {
        people.push(caller.person);
    }
    let row = revision::ActiveModel {
        content: Set(serde_json::to_value(content)?),
        author_ids: Set(json!(people)),
        ..Default::default()
    };
    let after = write_over(tx, before, row).await?;
    let event = Event::on("revision.saved", Subject::Revision, after.id.0).unit(parent.unit_id);
    tx.record(event.change(before, &after));
    Ok(())
}
