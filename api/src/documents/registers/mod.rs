//! What documents rest on: the registers of external documents and of the TTHC catalogue, and the links to them.

mod links;

use chrono::NaiveDate;
use domain::document::control::{EXPIRING_DAYS, NationalCode, ProcedureChange, Validity, validity};
use domain::draft::Problems;
use domain::id::{AdministrativeProcedureId, ExternalDocumentId, PersonId, UnitId};
use domain::permission::Permission;
use domain::record::Subject;
use domain::rule::require;
use domain::time::vn_day;
use entities::{administrative_procedure, external_document, unit_path};
use sea_orm::sea_query::Query;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::http::{Slice, Version, seen};
use crate::store::{Event, Store, Tx, is_unique_violation};

pub use links::{NewLink, confirm, link, link_all, links, overtaken, unlink};
pub(super) use links::{active_links, holding, link_basis, put_link, same_link};

/// Registers are read by the unit that keeps them and by everything below it: the province's
/// catalogue serves its communes.
pub(crate) fn above(caller: &Caller, column: impl sea_orm::ColumnTrait) -> Condition {
    let scope = caller.scope(Permission::ReadDocuments);
    let over = Query::select()
        .column(unit_path::Column::AncestorId)
        .from(unit_path::Entity)
        .cond_where(scope.covers(unit_path::Column::DescendantId))
        .to_owned();
    Condition::any().add(scope.covers(column)).add(column.in_subquery(over))
}

/// The condition «the register serves this unit»: its own, or of a unit above or below it.
pub(crate) fn kept_for(column: impl sea_orm::ColumnTrait, unit: UnitId) -> Condition {
    let over = Query::select()
        .column(unit_path::Column::AncestorId)
        .from(unit_path::Entity)
        .and_where(unit_path::Column::DescendantId.eq(unit))
        .to_owned();
    Condition::any().add(column.in_subquery(super::below(unit))).add(column.in_subquery(over))
}

/// The caller keeps the registers of this unit.
pub(super) async fn keeps(tx: &Tx, caller: &Caller, unit: UnitId) -> Result<()> {
    let keeps = caller.scope(Permission::ControlDocuments).contains(tx.db(), unit).await?;
    Ok(require(keeps, "document_control_only")?)
}

/// Which entries of a register are asked for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Words; diacritics do not matter.
    pub q: Option<String>,
    /// Only those that hold today, or only those that do not.
    pub in_force: Option<bool>,
    /// Only those that stand so today.
    pub validity: Option<Validity>,
}

impl Filter {
    fn words(&self) -> Option<String> {
        self.q.as_deref().map(domain::text::fold).filter(|words| !words.is_empty())
    }

    /// The condition on a span that begins and ends there; as [`validity`] reads it.
    fn span(
        &self,
        from: impl sea_orm::ColumnTrait,
        to: impl sea_orm::ColumnTrait,
        replaced: impl sea_orm::ColumnTrait,
        today: NaiveDate,
    ) -> Condition {
        let until = today.checked_add_signed(chrono::TimeDelta::days(EXPIRING_DAYS)).unwrap_or(today);
        let begun = || Condition::any().add(from.is_null()).add(from.lte(today));
        let open = |least: NaiveDate| Condition::any().add(to.is_null()).add(to.gte(least));
        let held = self.in_force.map(|holds| {
            if holds {
                Condition::all().add(begun()).add(open(today))
            } else {
                Condition::any().add(from.gt(today)).add(to.lt(today))
            }
        });
        let stands = self.validity.map(|wanted| match wanted {
            Validity::NotYet => Condition::all().add(from.gt(today)).add(open(today)),
            Validity::InForce => Condition::all().add(begun()).add(Condition::any().add(to.is_null()).add(to.gt(until))),
            Validity::Expiring => Condition::all().add(begun()).add(to.gte(today)).add(to.lte(until)),
            Validity::Expired => Condition::all().add(to.lt(today)).add(replaced.is_null()),
            Validity::Replaced => Condition::all().add(to.lt(today)).add(replaced.is_not_null()),
        });
        Condition::all().add_option(held).add_option(stands)
    }
}

/// An external document as it is entered.
#[derive(Clone, Debug)]
pub struct ExternalInput {
    /// Số, ký hiệu.
    pub number: String,
    /// Its title.
    pub title: String,
    /// Loại văn bản.
    pub type_name: String,
    /// Who issued it.
    pub issuer: String,
    /// When.
    pub issued_on: Option<NaiveDate>,
    /// First day in force.
    pub effective_from: Option<NaiveDate>,
    /// Last day in force.
    pub effective_to: Option<NaiveDate>,
    /// What replaced it.
    pub replaced_by_id: Option<ExternalDocumentId>,
    /// Who watches it.
    pub watcher_id: Option<PersonId>,
    /// When it was last looked up.
    pub checked_on: Option<NaiveDate>,
}

impl From<external_document::Model> for ExternalInput {
    fn from(row: external_document::Model) -> Self {
        Self {
            number: row.number,
            title: row.title,
            type_name: row.type_name,
            issuer: row.issuer,
            issued_on: row.issued_on,
            effective_from: row.effective_from,
            effective_to: row.effective_to,
            replaced_by_id: row.replaced_by_id,
            watcher_id: row.watcher_id,
            checked_on: row.checked_on,
        }
    }
}

impl ExternalInput {
    pub(super) fn check(self, problems: &mut Problems) -> Self {
        let before = |from: Option<NaiveDate>, to: Option<NaiveDate>| from.zip(to).is_some_and(|(from, to)| to < from);
        problems.check(before(self.effective_from, self.effective_to), "effective_to", "before_start");
        problems.check(self.replaced_by_id.is_some() && self.effective_to.is_none(), "effective_to", "required");
        Self {
            number: problems.line("number", &self.number, 100),
            title: problems.text("title", &self.title, 1_000),
            type_name: problems.line("type_name", &self.type_name, 100),
            issuer: problems.line("issuer", &self.issuer, 200),
            ..self
        }
    }

    fn row(self) -> external_document::ActiveModel {
        let search = [&self.number, &self.title, &self.type_name, &self.issuer].map(String::as_str).join(" ");
        external_document::ActiveModel {
            search_text: Set(domain::text::fold(&search)),
            number: Set(self.number),
            title: Set(self.title),
            type_name: Set(self.type_name),
            issuer: Set(self.issuer),
            issued_on: Set(self.issued_on),
            effective_from: Set(self.effective_from),
            effective_to: Set(self.effective_to),
            replaced_by_id: Set(self.replaced_by_id),
            watcher_id: Set(self.watcher_id),
            checked_on: Set(self.checked_on),
            ..Default::default()
        }
    }
}

/// Whether an external document holds on a day.
#[must_use]
pub fn validity_of(row: &external_document::Model, today: NaiveDate) -> Validity {
    validity(row.effective_from, row.effective_to, row.replaced_by_id.is_some(), today)
}

/// External documents the caller reads, newest first.
///
/// # Errors
/// The database's.
pub async fn list_external(
    db: &impl ConnectionTrait,
    caller: &Caller,
    filter: &Filter,
    slice: &Slice,
) -> Result<Vec<external_document::Model>> {
    use external_document::Column;
    Ok(external_document::Entity::find()
        .filter(above(caller, Column::UnitId))
        .filter(filter.span(Column::EffectiveFrom, Column::EffectiveTo, Column::ReplacedById, caller.today))
        .filter(Condition::all().add_option(filter.words().map(|words| Column::SearchText.contains(words))))
        .filter(slice.after(Column::CreatedAt, Column::Id, true))
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .limit(slice.fetch())
        .all(db)
        .await?)
}

/// An external document the caller reads.
///
/// # Errors
/// 404 otherwise.
pub async fn find_external(
    db: &impl ConnectionTrait,
    caller: &Caller,
    id: ExternalDocumentId,
) -> Result<external_document::Model> {
    let query = external_document::Entity::find_by_id(id).filter(above(caller, external_document::Column::UnitId));
    query.one(db).await?.ok_or(Error::NotFound)
}

/// Enters an external document.
///
/// # Errors
/// Wrong fields.
pub async fn create_external(
    store: &Store,
    caller: &Caller,
    unit_id: Option<UnitId>,
    input: ExternalInput,
) -> Result<external_document::Model> {
    let mut problems = Problems::new();
    let input = input.check(&mut problems);
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let unit = crate::inspections::plan::own_unit(tx.db(), &who, Permission::ControlDocuments, unit_id).await?;
            let unit = unit.map_err(|code| problems.add("unit_id", code));
            check_external(&tx, &who, &input, &mut problems).await?;
            problems.finish()?;
            let unit = unit.map_err(|()| Error::NotFound)?;
            let row = external_document::ActiveModel {
                id: Set(tx.id::<ExternalDocumentId>()),
                unit_id: Set(unit),
                created_by_id: Set(who.person),
                version: Set(1),
                created_at: Set(tx.now()),
                ..input.row()
            };
            let row = row.insert(tx.db()).await.map_err(|error| taken(error, "number"))?;
            tx.record(Event::on("external_document.created", Subject::ExternalDocument, row.id.0).unit(unit).after(&row));
            Ok(row)
        })
        .await
}

fn taken(error: sea_orm::DbErr, field: &str) -> Error {
    if is_unique_violation(&error) { Error::field(field, "taken") } else { error.into() }
}

async fn check_external(tx: &Tx, caller: &Caller, input: &ExternalInput, problems: &mut Problems) -> Result<()> {
    if input.checked_on.is_some_and(|on| on > tx.today()) {
        problems.add_with("checked_on", "after_today", vec![("date", vn_day(tx.today()))]);
    }
    if let Some(id) = input.replaced_by_id {
        problems.check(find_external(tx.db(), caller, id).await.is_err(), "replaced_by_id", "unknown_record");
    }
    if let Some(id) = input.watcher_id {
        let known = entities::person::Entity::find_by_id(id).one(tx.db()).await?.is_some_and(|row| row.disabled_at.is_none());
        problems.check(!known, "watcher_id", "unknown_person");
    }
    Ok(())
}

/// Changes what is known of an external document.
///
/// # Errors
/// 404, stale, wrong fields, `document_control_only`.
pub async fn update_external(
    store: &Store,
    caller: &Caller,
    id: ExternalDocumentId,
    version: Version,
    input: ExternalInput,
) -> Result<external_document::Model> {
    let mut problems = Problems::new();
    let input = input.check(&mut problems);
    problems.check(input.replaced_by_id == Some(id), "replaced_by_id", "unknown_record");
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let before = find_external(tx.db(), &who, id).await?;
            seen(version, before.version)?;
            keeps(&tx, &who, before.unit_id).await?;
            check_external(&tx, &who, &input, &mut problems).await?;
            problems.finish()?;
            let row = external_document::ActiveModel { id: Set(id), version: Set(before.version + 1), ..input.row() };
            let query = external_document::Entity::update(row).validate()?;
            let query = query.filter(external_document::Column::Version.eq(before.version));
            let after = query.exec(tx.db()).await.map_err(|error| taken(error, "number"))?;
            let event = Event::on("external_document.updated", Subject::ExternalDocument, id.0).unit(after.unit_id);
            tx.record(event.change(&before, &after));
            Ok(after)
        })
        .await
}

/// An administrative procedure as it is entered.
#[derive(Clone, Debug)]
pub struct TthcInput {
    /// National code, the local suffix with it or not.
    pub code: String,
    /// Title.
    pub title: String,
    /// Lĩnh vực.
    pub field_name: String,
    /// Code of the level that decides.
    pub level_code: String,
    /// Published time limit in words.
    pub time_limit: Option<String>,
    /// Published fee in words.
    pub fee: Option<String>,
    /// First day.
    pub valid_from: NaiveDate,
    /// Last day.
    pub valid_to: Option<NaiveDate>,
    /// What the province last did to it.
    pub last_change: ProcedureChange,
    /// From when that holds.
    pub changed_on: NaiveDate,
    /// Quyết định công bố.
    pub decision: Option<String>,
    /// What replaced it.
    pub replaced_by_id: Option<AdministrativeProcedureId>,
}

impl TthcInput {
    pub(super) fn check(self, problems: &mut Problems) -> (Self, Option<NationalCode>) {
        let code = NationalCode::parse(&self.code).map_err(|code| problems.add("code", code)).ok();
        problems.check(self.valid_to.is_some_and(|to| to < self.valid_from), "valid_to", "before_start");
        let ended = matches!(self.last_change, ProcedureChange::Abolished | ProcedureChange::Replaced);
        problems.check(ended && self.valid_to.is_none(), "valid_to", "required");
        let input = Self {
            title: problems.text("title", &self.title, 1_000),
            field_name: problems.line("field_name", &self.field_name, 200),
            level_code: problems.line("level_code", &self.level_code, 50),
            time_limit: problems.optional_text("time_limit", self.time_limit.as_deref(), 1_000),
            fee: problems.optional_text("fee", self.fee.as_deref(), 1_000),
            decision: problems.optional_text("decision", self.decision.as_deref(), 300),
            ..self
        };
        (input, code)
    }

    pub(super) fn row(self, code: NationalCode) -> administrative_procedure::ActiveModel {
        administrative_procedure::ActiveModel {
            search_text: Set(domain::text::fold(&format!("{code} {} {}", self.title, self.field_name))),
            national_code: Set(code.code),
            suffix: Set(code.suffix),
            title: Set(self.title),
            field_name: Set(self.field_name),
            level_code: Set(self.level_code),
            time_limit: Set(self.time_limit),
            fee: Set(self.fee),
            valid_from: Set(self.valid_from),
            valid_to: Set(self.valid_to),
            last_change: Set(self.last_change),
            changed_on: Set(self.changed_on),
            decision: Set(self.decision),
            replaced_by_id: Set(self.replaced_by_id),
            ..Default::default()
        }
    }
}

/// Administrative procedures the caller reads, newest first.
///
/// # Errors
/// The database's.
pub async fn list_tthc(
    db: &impl ConnectionTrait,
    caller: &Caller,
    filter: &Filter,
    slice: &Slice,
) -> Result<Vec<administrative_procedure::Model>> {
    use administrative_procedure::Column;
    Ok(administrative_procedure::Entity::find()
        .filter(above(caller, Column::UnitId))
        .filter(filter.span(Column::ValidFrom, Column::ValidTo, Column::ReplacedById, caller.today))
        .filter(Condition::all().add_option(filter.words().map(|words| Column::SearchText.contains(words))))
        .filter(slice.after(Column::CreatedAt, Column::Id, true))
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .limit(slice.fetch())
        .all(db)
        .await?)
}

/// An administrative procedure the caller reads.
///
/// # Errors
/// 404 otherwise.
pub async fn find_tthc(
    db: &impl ConnectionTrait,
    caller: &Caller,
    id: AdministrativeProcedureId,
) -> Result<administrative_procedure::Model> {
    let query = administrative_procedure::Entity::find_by_id(id).filter(above(caller, administrative_procedure::Column::UnitId));
    query.one(db).await?.ok_or(Error::NotFound)
}

/// Enters an administrative procedure.
///
/// # Errors
/// Wrong fields.
pub async fn create_tthc(
    store: &Store,
    caller: &Caller,
    unit_id: Option<UnitId>,
    input: TthcInput,
) -> Result<administrative_procedure::Model> {
    let mut problems = Problems::new();
    let (input, code) = input.check(&mut problems);
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let unit = crate::inspections::plan::own_unit(tx.db(), &who, Permission::ControlDocuments, unit_id).await?;
            let unit = unit.map_err(|code| problems.add("unit_id", code));
            check_tthc(&tx, &who, &input, &mut problems).await?;
            if let (Ok(unit), Some(code)) = (unit, &code) {
                problems.check(known_already(&tx, unit, code, &input).await?, "code", "in_catalogue_already");
            }
            problems.finish()?;
            let (unit, code) = (unit.map_err(|()| Error::NotFound)?, code.ok_or(Error::NotFound)?);
            let row = administrative_procedure::ActiveModel {
                id: Set(tx.id::<AdministrativeProcedureId>()),
                unit_id: Set(unit),
                created_by_id: Set(who.person),
                version: Set(1),
                created_at: Set(tx.now()),
                ..input.row(code)
            };
            let row = row.insert(tx.db()).await.map_err(|error| taken(error, "code"))?;
            let event = Event::on("administrative_procedure.created", Subject::AdministrativeProcedure, row.id.0);
            tx.record(event.unit(unit).after(&row));
            Ok(row)
        })
        .await
}

/// Whether the register of a unit has a code in force at some day of the time that is entered.
async fn known_already(tx: &Tx, unit: UnitId, code: &NationalCode, input: &TthcInput) -> Result<bool> {
    use administrative_procedure::Column;
    let there = administrative_procedure::Entity::find()
        .filter(Column::UnitId.eq(unit))
        .filter(Column::NationalCode.eq(code.code.as_str()))
        .filter(Condition::any().add(Column::ValidTo.is_null()).add(Column::ValidTo.gte(input.valid_from)))
        .filter(Condition::all().add_option(input.valid_to.map(|to| Column::ValidFrom.lte(to))));
    Ok(there.count(tx.db()).await? > 0)
}

async fn check_tthc(tx: &Tx, caller: &Caller, input: &TthcInput, problems: &mut Problems) -> Result<()> {
    if let Some(id) = input.replaced_by_id {
        problems.check(find_tthc(tx.db(), caller, id).await.is_err(), "replaced_by_id", "unknown_record");
    }
    let known = entities::unit_level::Entity::find_by_id(&input.level_code).one(tx.db()).await?.is_some();
    problems.check(!known, "level_code", "unknown_record");
    Ok(())
}

/// Changes an administrative procedure: what the province did to it, and from when.
///
/// # Errors
/// 404, stale, wrong fields, `document_control_only`.
pub async fn update_tthc(
    store: &Store,
    caller: &Caller,
    id: AdministrativeProcedureId,
    version: Version,
    input: TthcInput,
) -> Result<administrative_procedure::Model> {
    let mut problems = Problems::new();
    let (input, code) = input.check(&mut problems);
    problems.check(input.replaced_by_id == Some(id), "replaced_by_id", "unknown_record");
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let before = find_tthc(tx.db(), &who, id).await?;
            seen(version, before.version)?;
            keeps(&tx, &who, before.unit_id).await?;
            check_tthc(&tx, &who, &input, &mut problems).await?;
            if let Some(code) = code.as_ref().filter(|code| code.code != before.national_code) {
                let there = known_already(&tx, before.unit_id, code, &input).await?;
                problems.check(there, "code", "in_catalogue_already");
            }
            problems.finish()?;
            let row = input.row(code.ok_or(Error::NotFound)?);
            let row = administrative_procedure::ActiveModel { id: Set(id), version: Set(before.version + 1), ..row };
            let query = administrative_procedure::Entity::update(row).validate()?;
            let query = query.filter(administrative_procedure::Column::Version.eq(before.version));
            let after = query.exec(tx.db()).await.map_err(|error| taken(error, "code"))?;
            let event = Event::on("administrative_procedure.updated", Subject::AdministrativeProcedure, id.0);
            tx.record(event.unit(after.unit_id).change(&before, &after));
            Ok(after)
        })
        .await
}
