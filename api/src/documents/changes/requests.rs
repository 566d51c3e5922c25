//! One act opens the change requests for everything a decision asks of units.

use domain::document::change::ProcedureTask;
use domain::document::control::LinkKind;
use domain::document::{DocumentKind, RequestSource};
use domain::id::{ProcedureChangeListId, UnitId};
use domain::permission::Permission;
use domain::record::Subject;
use domain::rule::{Refused, require};
use domain::time::vn_day;
use entities::{document, procedure_change_list};
use render::{Catalogue, Lang};
use sea_orm::{EntityTrait as _, QuerySelect as _};
use serde::{Deserialize, Serialize};

use super::tasks::{Task, Whose, kept_units};
use super::{apply, changes_of, find, reference, tasks};
use crate::auth::Caller;
use crate::documents::registers::{NewLink, put_link, same_link};
use crate::documents::revisions::{Ground, request};
use crate::documents::{Texts, insert};
use crate::error::{Error, Result};
use crate::store::{Event, Store, Tx};

/// Most requests of one act.
const MOST: usize = 5_000;

/// What an act opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// Change requests.
    pub requests: u64,
    /// Units that have some.
    pub units: u64,
}

/// Opens the change requests of one unit, or of every unit whose documents the caller keeps: one for
/// each task that is neither done nor asked for. Doing it again opens only what came since.
///
/// # Errors
/// 404, `document_control_only` for who keeps no unit below it, `change_list_cancelled`,
/// `nothing_to_request`.
pub async fn open(
    store: &Store,
    caller: &Caller,
    words: &Catalogue,
    id: ProcedureChangeListId,
    unit: Option<UnitId>,
) -> Result<Opened> {
    let (who, words) = (caller.clone(), words.clone());
    store
        .write(caller, move |tx| async move {
            find(tx.db(), &who, id).await?;
            // Two acts at once would ask for the same: one after the other.
            let list =
                procedure_change_list::Entity::find_by_id(id).lock_exclusive().one(tx.db()).await?.ok_or(Error::NotFound)?;
            require(list.cancelled_at.is_none(), "change_list_cancelled")?;
            let units = kept_units(tx.db(), &who, &list, unit, &[Permission::ControlDocuments]).await?;
            require(!units.is_empty(), "document_control_only")?;
            let changes = changes_of(tx.db(), id).await?;
            let found = tasks::of(tx.db(), tx.today(), std::slice::from_ref(&list), &changes, &Whose::Units(units)).await?;
            let open: Vec<Task> = found.into_iter().filter(|one| !one.done && one.asked.is_none()).take(MOST).collect();
            if open.is_empty() {
                return Err(Refused::new("nothing_to_request").into());
            }
            let units: std::collections::BTreeSet<UnitId> = open.iter().map(|one| one.unit_id).collect();
            let opened = Opened { requests: open.len() as u64, units: units.len() as u64 };
            for one in open {
                ask(&tx, &who, &words, &list, one).await?;
            }
            let event = Event::on("procedure_changes.requested", Subject::ProcedureChangeList, id.0).unit(list.unit_id);
            tx.record(event.after(&opened));
            Ok(opened)
        })
        .await
}

async fn ask(tx: &Tx, caller: &Caller, words: &Catalogue, list: &procedure_change_list::Model, one: Task) -> Result<()> {
    let parent = match &one.document {
        Some(row) => document::Entity::find_by_id(row.id).lock_exclusive().one(tx.db()).await?.ok_or(Error::NotFound)?,
        None => begun(tx, caller, list, &one).await?,
    };
    if one.task == ProcedureTask::Revise {
        // The text goes on under the code that replaces the old one.
        link_heir(tx, caller, list, &parent, &one).await?;
    }
    let said = [
        ("code", one.change.national_code.clone()),
        ("title", one.change.title.clone()),
        ("decision", reference(list)),
        ("date", vn_day(list.effective_on)),
        ("due", vn_day(list.due_on)),
    ];
    let reason = words.get(Lang::Vi, &format!("procedure_change_reason.{}", one.change.change), &said);
    let ground = Ground {
        source: RequestSource::ProcedureChange,
        source_ref: Some(reference(list)),
        reason: reason.chars().take(2_000).collect(),
        changed_part: None,
        summary: Some(words.get(Lang::Vi, &format!("procedure_task_summary.{}", one.task), &said)),
    };
    request(tx, &parent, caller.person, ground).await?;
    Ok(())
}

/// A procedure that is only asked for: without a code until its request is accepted.
async fn begun(tx: &Tx, caller: &Caller, list: &procedure_change_list::Model, one: &Task) -> Result<document::Model> {
    let entry = apply::ensure(tx, list, &one.change).await?;
    let texts = Texts {
        title: one.change.title.chars().take(300).collect(),
        field_name: Some(one.change.field_name.clone()),
        ..Texts::default()
    };
    let parent = insert(tx, caller, one.unit_id, DocumentKind::Procedure, texts, None, (None, None)).await?;
    let new = NewLink { kind: LinkKind::AdministrativeProcedure, target_id: Some(entry.0), target_code: None };
    put_link(tx, &parent, caller.person, new, tx.today()).await?;
    Ok(parent)
}

/// Links a procedure that is to be revised with the one that replaces its own.
async fn link_heir(
    tx: &Tx,
    caller: &Caller,
    list: &procedure_change_list::Model,
    parent: &document::Model,
    one: &Task,
) -> Result<()> {
    let Some(heir) = &one.change.replaced_by else { return Ok(()) };
    let changes = changes_of(tx.db(), list.id).await?;
    let entry = match changes
        .iter()
        .find(|change| change.national_code == *heir && change.change == domain::document::control::ProcedureChange::New)
    {
        Some(change) => Some(apply::ensure(tx, list, change).await?),
        None => apply::known(tx, list, heir).await?,
    };
    let Some(entry) = entry else { return Ok(()) };
    let new = NewLink { kind: LinkKind::AdministrativeProcedure, target_id: Some(entry.0), target_code: None };
    if same_link(tx, parent.id, &new).await?.is_none() {
        put_link(tx, parent, caller.person, new, tx.today()).await?;
    }
    Ok(())
}
