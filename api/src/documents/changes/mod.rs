//! Decisions that change the TTHC catalogue: entered by hand or from a file, taken over by the
//! catalogue on their day, and what they ask of the procedures of every unit below.
//!
//! `entry` checks what is entered, `file` reads it from a spreadsheet, `tasks` says what each unit must
//! do, `requests` opens the change requests, `owed` what is still to be done,
//! `apply` writes the catalogue.

mod apply;
mod entry;
pub mod file;
pub mod owed;
mod requests;
pub mod tasks;

use domain::id::{ProcedureChangeListId, UnitId};
use domain::permission::Permission;
use domain::record::Subject;
use domain::rule::{Refused, require};
use entities::{procedure_change, procedure_change_list, revision};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::registers;
use crate::app::App;
use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::http::{Slice, Version, seen};
use crate::store::{Event, Store, Tx};

pub use apply::fall_due;
pub use entry::{Checked, NewChange, NewList, create, preview};
pub use requests::{Opened, open};

/// What papers and requests call a decision: its number and date.
#[must_use]
pub fn reference(list: &procedure_change_list::Model) -> String {
    format!("{} ngày {}", list.decision, domain::time::vn_day(list.decided_on))
}

/// Decisions the caller reads, newest first: those of one's units and of the units above.
///
/// # Errors
/// The database's.
pub async fn list(db: &impl ConnectionTrait, caller: &Caller, slice: &Slice) -> Result<Vec<procedure_change_list::Model>> {
    use procedure_change_list::Column;
    Ok(procedure_change_list::Entity::find()
        .filter(registers::above(caller, Column::UnitId))
        .filter(slice.after(Column::CreatedAt, Column::Id, true))
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .limit(slice.fetch())
        .all(db)
        .await?)
}

/// A decision the caller reads, with its changes in their order.
///
/// # Errors
/// 404 otherwise.
pub async fn find(
    db: &impl ConnectionTrait,
    caller: &Caller,
    id: ProcedureChangeListId,
) -> Result<(procedure_change_list::Model, Vec<procedure_change::Model>)> {
    let query = procedure_change_list::Entity::find_by_id(id);
    let query = query.filter(registers::above(caller, procedure_change_list::Column::UnitId));
    let list = query.one(db).await?.ok_or(Error::NotFound)?;
    Ok((list, changes_of(db, id).await?))
}

async fn changes_of(db: &impl ConnectionTrait, id: ProcedureChangeListId) -> Result<Vec<procedure_change::Model>> {
    let query = procedure_change::Entity::find().filter(procedure_change::Column::ListId.eq(id));
    Ok(query.order_by_asc(procedure_change::Column::Position).all(db).await?)
}

/// A decision held still, at the version the caller saw.
async fn held(tx: &Tx, caller: &Caller, id: ProcedureChangeListId, version: Version) -> Result<procedure_change_list::Model> {
    find(tx.db(), caller, id).await?;
    let query = procedure_change_list::Entity::find_by_id(id).lock_exclusive();
    let row = query.one(tx.db()).await?.ok_or(Error::NotFound)?;
    seen(version, row.version)?;
    Ok(row)
}

/// Saves a decision over the version it was read at.
async fn save(
    tx: &Tx,
    before: &procedure_change_list::Model,
    row: procedure_change_list::ActiveModel,
) -> Result<procedure_change_list::Model> {
    use sea_orm::ActiveValue::Set;
    let row = procedure_change_list::ActiveModel { id: Set(before.id), version: Set(before.version + 1), ..row };
    let query = procedure_change_list::Entity::update(row).validate()?;
    Ok(query.filter(procedure_change_list::Column::Version.eq(before.version)).exec(tx.db()).await?)
}

/// Takes a decision back before the catalogue has taken it over and before anybody works on it.
///
/// # Errors
/// 404, stale, no reason, `document_control_only`, `change_list_in_effect`, `change_list_cancelled`,
/// `change_list_in_use`.
pub async fn cancel(
    store: &Store,
    caller: &Caller,
    id: ProcedureChangeListId,
    version: Version,
    reason: String,
) -> Result<procedure_change_list::Model> {
    use sea_orm::ActiveValue::Set;
    let mut problems = domain::draft::Problems::new();
    let reason = problems.text("reason", &reason, 2_000);
    problems.finish()?;
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let before = held(&tx, &who, id, version).await?;
            let keeps = who.scope(Permission::ControlDocuments).contains(tx.db(), before.unit_id).await?;
            require(keeps, "document_control_only")?;
            require(before.cancelled_at.is_none(), "change_list_cancelled")?;
            require(before.applied_at.is_none(), "change_list_in_effect")?;
            let asked = revision::Entity::find()
                .filter(revision::Column::SourceRef.eq(reference(&before)))
                .filter(revision::Column::State.ne(domain::document::RevisionState::Cancelled))
                .filter(revision::Column::DocumentId.in_subquery(tasks::documents_below(before.unit_id)))
                .count(tx.db())
                .await?;
            if asked > 0 {
                return Err(Refused::new("change_list_in_use").with("n", asked).into());
            }
            apply::undo(&tx, &before).await?;
            let row = procedure_change_list::ActiveModel {
                cancelled_at: Set(Some(tx.now())),
                cancel_reason: Set(Some(reason.clone())),
                ..Default::default()
            };
            let after = save(&tx, &before, row).await?;
            let event = Event::on("procedure_changes.cancelled", Subject::ProcedureChangeList, id.0).unit(before.unit_id);
            tx.record(event.change(&before, &after).reason(Some(&reason)));
            Ok(after)
        })
        .await
}

/// Enters a decision whose changes are in a file, or only says what it would ask for. `head` has all but
/// the changes.
///
/// # Errors
/// Every wrong cell (`sheets/changes/rows/<row>/<column>`), and what is wrong with the head.
pub async fn from_file(
    app: &App,
    caller: &Caller,
    head: NewList,
    book: &super::import::File,
    dry_run: bool,
) -> Result<(Checked, Option<ProcedureChangeListId>)> {
    let read = file::read(app.renderer.catalogue(), book)?;
    let new = NewList { changes: read.changes.clone(), ..head };
    let checked = match preview(app.store.read(), caller, &new).await {
        Ok(checked) => checked,
        Err(error) => return Err(read.told(error)),
    };
    read.checked()?;
    if dry_run {
        return Ok((checked, None));
    }
    let row = create(&app.store, caller, new).await?;
    Ok((checked, Some(row.id)))
}

/// What a decision asks of the units whose documents the caller keeps or approves: nothing for who only
/// reads, since drafts are not theirs to see.
///
/// # Errors
/// 404 for a decision the caller does not read, or a unit that is none of theirs.
pub async fn tasks_for(
    db: &impl ConnectionTrait,
    caller: &Caller,
    id: ProcedureChangeListId,
    unit: Option<UnitId>,
) -> Result<Vec<tasks::Task>> {
    let (list, changes) = find(db, caller, id).await?;
    let units = tasks::kept_units(db, caller, &list, unit, &[Permission::ControlDocuments, Permission::ApproveDocuments]).await?;
    tasks::of(db, caller.today, std::slice::from_ref(&list), &changes, &tasks::Whose::Units(units)).await
}
