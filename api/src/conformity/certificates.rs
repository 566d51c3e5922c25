//! Certificates of conformity bought from certification bodies: a record beside the declaration.

use chrono::NaiveDate;
use domain::draft::Problems;
use domain::id::{ConformityCertificateId, StandardId, UnitId};
use domain::permission::Permission;
use domain::record::Subject;
use entities::{conformity_certificate as certificate, standard};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};

use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::http::{Slice, Version, seen};
use crate::store::{Event, Store, Tx, is_unique_violation};

/// A certificate as it is entered.
#[derive(Clone, Debug)]
pub struct Input {
    /// The edition it is for.
    pub standard_id: StandardId,
    /// Tổ chức chứng nhận.
    pub body: String,
    /// Its number.
    pub number: String,
    /// First day.
    pub valid_from: Option<NaiveDate>,
    /// Last day.
    pub valid_to: NaiveDate,
    /// Anything else.
    pub note: Option<String>,
}

async fn check(tx: &Tx, input: Input, problems: &mut Problems) -> Result<certificate::ActiveModel> {
    let Input { standard_id, body, number, valid_from, valid_to, note } = input;
    let known = standard::Entity::find_by_id(standard_id).one(tx.db()).await?.is_some();
    problems.check(!known, "standard_id", "unknown_record");
    problems.check(valid_from.is_some_and(|from| valid_to < from), "valid_to", "before_start");
    Ok(certificate::ActiveModel {
        standard_id: Set(standard_id),
        body: Set(problems.line("body", &body, 300)),
        number: Set(problems.line("number", &number, 100)),
        valid_from: Set(valid_from),
        valid_to: Set(valid_to),
        note: Set(problems.optional_text("note", note.as_deref(), 1_000)),
        ..Default::default()
    })
}

fn taken(error: sea_orm::DbErr) -> Error {
    if is_unique_violation(&error) { Error::field("number", "taken") } else { error.into() }
}

/// Certificates of units whose documents the caller reads, newest first.
///
/// # Errors
/// The database's.
pub async fn list(
    db: &impl ConnectionTrait,
    caller: &Caller,
    unit: Option<UnitId>,
    slice: &Slice,
) -> Result<Vec<certificate::Model>> {
    use certificate::Column;
    Ok(certificate::Entity::find()
        .filter(caller.reading_scope(Permission::ReadDocuments).covers(Column::UnitId))
        .filter(Condition::all().add_option(unit.map(|unit| Column::UnitId.eq(unit))))
        .filter(slice.after(Column::CreatedAt, Column::Id, true))
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .limit(slice.fetch())
        .all(db)
        .await?)
}

/// Enters a certificate of a unit.
///
/// # Errors
/// Wrong fields, a unit whose documents the caller does not keep, a number that is entered already.
pub async fn create(store: &Store, caller: &Caller, unit_id: Option<UnitId>, input: Input) -> Result<certificate::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let mut problems = Problems::new();
            let unit = crate::inspections::plan::own_unit(tx.db(), &who, Permission::ControlDocuments, unit_id).await?;
            let unit = unit.map_err(|code| problems.add("unit_id", code));
            let row = check(&tx, input, &mut problems).await?;
            problems.finish()?;
            let unit = unit.map_err(|()| Error::NotFound)?;
            let row = certificate::ActiveModel {
                id: Set(tx.id::<ConformityCertificateId>()),
                unit_id: Set(unit),
                recorded_by_id: Set(who.person),
                version: Set(1),
                created_at: Set(tx.now()),
                ..row
            };
            let row = row.insert(tx.db()).await.map_err(taken)?;
            tx.record(Event::on("certificate.recorded", Subject::ConformityCertificate, row.id.0).unit(unit).after(&row));
            Ok(row)
        })
        .await
}

/// Corrects a certificate.
///
/// # Errors
/// 404 out of scope, stale, wrong fields.
pub async fn update(
    store: &Store,
    caller: &Caller,
    id: ConformityCertificateId,
    version: Version,
    input: Input,
) -> Result<certificate::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let mine = who.scope(Permission::ControlDocuments).covers(certificate::Column::UnitId);
            let before = certificate::Entity::find_by_id(id).filter(mine).lock_exclusive().one(tx.db()).await?;
            let before = before.ok_or(Error::NotFound)?;
            seen(version, before.version)?;
            let mut problems = Problems::new();
            let row = check(&tx, input, &mut problems).await?;
            problems.finish()?;
            let row = certificate::ActiveModel { id: Set(id), version: Set(before.version + 1), ..row };
            let query = certificate::Entity::update(row).validate()?.filter(certificate::Column::Version.eq(before.version));
            let after = query.exec(tx.db()).await.map_err(taken)?;
            let event = Event::on("certificate.corrected", Subject::ConformityCertificate, id.0).unit(after.unit_id);
            tx.record(event.change(&before, &after));
            Ok(after)
        })
        .await
}
