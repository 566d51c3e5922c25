//! The catalogue takes a decision over on its day.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::document::control::ProcedureChange;
use domain::id::{AdministrativeProcedureId, ProcedureChangeListId, UnitId};
use domain::record::Subject;
use entities::{administrative_procedure, procedure_change, procedure_change_list};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use super::{changes_of, reference, save};
use crate::documents::below;
use crate::error::{Error, Result};
use crate::store::{Event, Store, Tx, Writer};

/// Decisions taken over in one go.
const MOST: u64 = 200;

/// Lets the catalogue take over what holds from today or earlier, each decision in a write of its own.
/// Planned with the other recurring work, from state: a missed day is caught up. Gives how many.
///
/// # Errors
/// The first failure, after the others were tried.
pub async fn fall_due(store: &Store, today: NaiveDate) -> Result<usize> {
    use procedure_change_list::Column;
    let due: Vec<ProcedureChangeListId> = procedure_change_list::Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::AppliedAt.is_null())
        .filter(Column::CancelledAt.is_null())
        .filter(Column::EffectiveOn.lte(today))
        .order_by_asc(Column::EffectiveOn)
        .order_by_asc(Column::Id)
        .limit(MOST)
        .into_tuple()
        .all(store.read())
        .await?;
    let mut outcome = Ok(0);
    for id in due {
        let moved = store.write(Writer::Job("documents"), move |tx| async move { take_over(&tx, id).await }).await;
        outcome = match (outcome, moved) {
            (Ok(count), Ok(moved)) => Ok(count + usize::from(moved)),
            (Ok(_), Err(error)) | (Err(error), _) => Err(error),
        };
    }
    outcome
}

/// One decision, unless another replica was faster or somebody took it back.
async fn take_over(tx: &Tx, id: ProcedureChangeListId) -> Result<bool> {
    let query = procedure_change_list::Entity::find_by_id(id).lock_exclusive();
    let row = query.one(tx.db()).await?.ok_or(Error::NotFound)?;
    let waits = row.applied_at.is_none() && row.cancelled_at.is_none();
    if waits {
        apply(tx, row).await?;
    }
    Ok(waits)
}

/// Writes a decision into the catalogues of its unit and below.
pub(super) async fn apply(tx: &Tx, list: procedure_change_list::Model) -> Result<procedure_change_list::Model> {
    let changes = changes_of(tx.db(), list.id).await?;
    // What replaces others comes first: they point at it.
    for change in changes.iter().filter(|change| change.change == ProcedureChange::New) {
        ensure(tx, &list, change).await?;
    }
    let heirs = heirs(tx, &list, &changes).await?;
    for change in changes.iter().filter(|change| change.change != ProcedureChange::New) {
        let heir = change.replaced_by.as_ref().and_then(|code| heirs.get(code)).copied();
        for row in spans(tx, &list, &change.national_code).await? {
            update(tx, &list, change, heir, row).await?;
        }
    }
    let row = procedure_change_list::ActiveModel { applied_at: Set(Some(tx.now())), ..Default::default() };
    let after = save(tx, &list, row).await?;
    let event = Event::on("procedure_changes.applied", Subject::ProcedureChangeList, list.id.0).unit(list.unit_id);
    tx.record(event.change(&list, &after));
    Ok(after)
}

/// Spans of a code, in the catalogues of the decision's unit and below, that the change ends or amends.
async fn spans(tx: &Tx, list: &procedure_change_list::Model, code: &str) -> Result<Vec<administrative_procedure::Model>> {
    use administrative_procedure::Column;
    let rows = administrative_procedure::Entity::find()
        .filter(Column::UnitId.in_subquery(below(list.unit_id)))
        .filter(Column::NationalCode.eq(code))
        .order_by_asc(Column::ValidFrom)
        .lock_exclusive()
        .all(tx.db())
        .await?;
    let mut newest: BTreeMap<UnitId, administrative_procedure::Model> = BTreeMap::new();
    // What began or changed later is not undone by a decision that was entered late.
    let concerned = |row: &administrative_procedure::Model| {
        let earlier = row.valid_from <= list.effective_on && row.changed_on <= list.effective_on;
        earlier && row.valid_to.is_none_or(|to| to >= list.effective_on)
    };
    for row in rows.into_iter().filter(concerned) {
        newest.insert(row.unit_id, row);
    }
    Ok(newest.into_values().collect())
}

async fn heirs(
    tx: &Tx,
    list: &procedure_change_list::Model,
    changes: &[procedure_change::Model],
) -> Result<BTreeMap<String, AdministrativeProcedureId>> {
    use administrative_procedure::Column;
    let codes = changes.iter().filter_map(|change| change.replaced_by.as_deref());
    let rows = administrative_procedure::Entity::find()
        .filter(crate::documents::registers::kept_for(Column::UnitId, list.unit_id))
        .filter(Column::NationalCode.is_in(codes))
        .order_by_asc(Column::ValidFrom)
        .all(tx.db())
        .await?;
    Ok(rows.into_iter().map(|row| (row.national_code, row.id)).collect())
}

/// The entry of a new procedure in the catalogue of the decision's unit; made when it is not there.
pub(super) async fn ensure(
    tx: &Tx,
    list: &procedure_change_list::Model,
    change: &procedure_change::Model,
) -> Result<AdministrativeProcedureId> {
    use administrative_procedure::Column;
    let there = administrative_procedure::Entity::find()
        .filter(Column::UnitId.eq(list.unit_id))
        .filter(Column::NationalCode.eq(&change.national_code))
        .order_by_desc(Column::ValidFrom)
        .one(tx.db())
        .await?;
    if let Some(row) = there.as_ref().filter(|row| row.valid_to.is_none_or(|to| to >= list.effective_on)) {
        return Ok(row.id);
    }
    // One that was made for the same day and taken back before it began is made again.
    let taken_back = there.filter(|row| row.valid_from == list.effective_on);
    let id = taken_back.as_ref().map_or_else(|| tx.id::<AdministrativeProcedureId>(), |row| row.id);
    let row = administrative_procedure::ActiveModel {
        id: Set(id),
        unit_id: Set(list.unit_id),
        national_code: Set(change.national_code.clone()),
        suffix: Set(change.suffix.clone()),
        title: Set(change.title.clone()),
        field_name: Set(change.field_name.clone()),
        level_code: Set(change.level_code.clone()),
        time_limit: Set(change.time_limit.clone()),
        fee: Set(change.fee.clone()),
        valid_from: Set(list.effective_on),
        valid_to: Set(None),
        last_change: Set(ProcedureChange::New),
        changed_on: Set(list.effective_on),
        decision: Set(Some(reference(list))),
        replaced_by_id: Set(None),
        search_text: Set(search_text(change)),
        created_by_id: Set(list.created_by_id),
        version: Set(taken_back.as_ref().map_or(1, |row| row.version + 1)),
        created_at: Set(taken_back.as_ref().map_or_else(|| tx.now(), |row| row.created_at)),
    };
    if let Some(before) = taken_back {
        let query = administrative_procedure::Entity::update(row).validate()?;
        let after = query.filter(Column::Version.eq(before.version)).exec(tx.db()).await?;
        let event = Event::on("administrative_procedure.updated", Subject::AdministrativeProcedure, id.0);
        tx.record(event.unit(list.unit_id).change(&before, &after));
        return Ok(id);
    }
    let row = row.insert(tx.db()).await?;
    let event = Event::on("administrative_procedure.created", Subject::AdministrativeProcedure, id.0);
    tx.record(event.unit(list.unit_id).after(&row));
    Ok(id)
}

/// Entries that were made ahead for a decision which is taken back never begin: they end the day before.
pub(super) async fn undo(tx: &Tx, list: &procedure_change_list::Model) -> Result<()> {
    use administrative_procedure::Column;
    let made = administrative_procedure::Entity::find()
        .filter(Column::UnitId.eq(list.unit_id))
        .filter(Column::Decision.eq(reference(list)))
        .filter(Column::LastChange.eq(ProcedureChange::New))
        .filter(Column::ValidFrom.eq(list.effective_on))
        .filter(Column::ValidFrom.gt(tx.today()))
        .filter(Column::ValidTo.is_null())
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .all(tx.db())
        .await?;
    for before in made {
        let row = administrative_procedure::ActiveModel {
            id: Set(before.id),
            valid_to: Set(list.effective_on.pred_opt()),
            version: Set(before.version + 1),
            ..Default::default()
        };
        let query = administrative_procedure::Entity::update(row).validate()?;
        let after = query.filter(Column::Version.eq(before.version)).exec(tx.db()).await?;
        let event = Event::on("administrative_procedure.updated", Subject::AdministrativeProcedure, before.id.0);
        tx.record(event.unit(before.unit_id).change(&before, &after));
    }
    Ok(())
}

/// The newest entry of a code in the catalogues that serve the decision's unit.
pub(super) async fn known(tx: &Tx, list: &procedure_change_list::Model, code: &str) -> Result<Option<AdministrativeProcedureId>> {
    use administrative_procedure::Column;
    let query = administrative_procedure::Entity::find()
        .filter(crate::documents::registers::kept_for(Column::UnitId, list.unit_id))
        .filter(Column::NationalCode.eq(code))
        .order_by_desc(Column::ValidFrom);
    Ok(query.one(tx.db()).await?.map(|row| row.id))
}

fn search_text(change: &procedure_change::Model) -> String {
    domain::text::fold(&format!("{} {} {}", change.national_code, change.title, change.field_name))
}

async fn update(
    tx: &Tx,
    list: &procedure_change_list::Model,
    change: &procedure_change::Model,
    heir: Option<AdministrativeProcedureId>,
    before: administrative_procedure::Model,
) -> Result<()> {
    let mut row = administrative_procedure::ActiveModel {
        id: Set(before.id),
        last_change: Set(change.change),
        changed_on: Set(list.effective_on),
        decision: Set(Some(reference(list))),
        version: Set(before.version + 1),
        ..Default::default()
    };
    if change.change == ProcedureChange::Amended {
        row.title = Set(change.title.clone());
        row.field_name = Set(change.field_name.clone());
        row.level_code = Set(change.level_code.clone());
        row.search_text = Set(search_text(change));
        // What a decision does not say stays as it is.
        row.time_limit = Set(change.time_limit.clone().or_else(|| before.time_limit.clone()));
        row.fee = Set(change.fee.clone().or_else(|| before.fee.clone()));
    } else {
        let last = list.effective_on.pred_opt().unwrap_or(list.effective_on);
        row.valid_to = Set(Some(std::cmp::max(last, before.valid_from)));
        row.replaced_by_id = Set(heir.filter(|heir| *heir != before.id).or(before.replaced_by_id));
    }
    let query = administrative_procedure::Entity::update(row).validate()?;
    let after = query.filter(administrative_procedure::Column::Version.eq(before.version)).exec(tx.db()).await?;
    let event = Event::on("administrative_procedure.updated", Subject::AdministrativeProcedure, before.id.0);
    tx.record(event.unit(before.unit_id).change(&before, &after));
    Ok(())
}
