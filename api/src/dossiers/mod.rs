//! Dossier figures of the one-stop desk, by unit, period, field and source: kept as declared, warned about where they do
//! not add up, added up by one rule for whoever scores with them.

pub mod http;
pub mod import;
pub mod pages;

use chrono::NaiveDate;
use domain::dossier::{self, Candidate, Figures, Period, Source, Warning};
use domain::draft::Problems;
use domain::id::{DossierReportId, UnitId};
use domain::permission::Permission;
use domain::record::Subject;
use entities::{dossier_report, unit};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, DbErr, EntityTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::http::{Slice, Version, seen};
use crate::inspections::plan::own_unit;
use crate::store::{Event, Store, Tx, is_unique_violation};

/// What a report says, all but whose it is.
#[derive(Clone, Debug)]
pub struct Report {
    /// Its period.
    pub period: Period,
    /// Lĩnh vực; blank for all fields.
    pub field: String,
    /// Where the figures come from.
    pub source: Source,
    /// The figures as declared.
    pub figures: Figures,
    /// Whose step made dossiers late.
    pub attribution: Option<String>,
    /// Note.
    pub note: Option<String>,
}

/// Which reports are asked for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this unit.
    pub unit_id: Option<UnitId>,
    /// Of this source.
    pub source: Option<Source>,
    /// Whose period ends on this day or later.
    pub from: Option<NaiveDate>,
    /// Whose period begins on this day or before.
    pub to: Option<NaiveDate>,
    /// Words of the field, note or unit.
    pub q: Option<String>,
}

/// The figures of a row.
///
/// # Errors
/// The row holds something else.
pub fn figures(row: &dossier_report::Model) -> Result<Figures> {
    Ok(serde_json::from_value(row.figures.clone())?)
}

/// The period of a row.
#[must_use]
pub fn period(row: &dossier_report::Model) -> Period {
    Period { kind: row.period_kind, from: row.period_from, to: row.period_to }
}

/// Reports in the caller's scope, the latest period first; one more than asked for when there are more.
///
/// # Errors
/// The database's.
pub async fn list(
    db: &impl ConnectionTrait,
    caller: &Caller,
    filter: &Filter,
    slice: &Slice,
) -> Result<Vec<dossier_report::Model>> {
    use dossier_report::Column;
    let q = filter.q.as_deref().map(domain::text::fold).filter(|q| !q.is_empty());
    let wanted = Condition::all()
        .add_option(filter.unit_id.map(|unit| Column::UnitId.eq(unit)))
        .add_option(filter.source.map(|source| Column::Source.eq(source)))
        .add_option(filter.from.map(|from| Column::PeriodTo.gte(from)))
        .add_option(filter.to.map(|to| Column::PeriodFrom.lte(to)))
        .add_option(q.map(|q| Column::SearchText.contains(q)));
    Ok(dossier_report::Entity::find()
        .filter(caller.scope(Permission::ReadFigures).covers(Column::UnitId))
        .filter(Column::RemovedAt.is_null())
        .filter(wanted)
        .filter(slice.after(Column::PeriodTo, Column::Id, true))
        .order_by_desc(Column::PeriodTo)
        .order_by_desc(Column::Id)
        .limit(slice.fetch())
        .all(db)
        .await?)
}

/// A report in the caller's scope.
///
/// # Errors
/// 404 when there is none.
pub async fn find(db: &impl ConnectionTrait, caller: &Caller, id: DossierReportId) -> Result<dossier_report::Model> {
    use dossier_report::Column;
    dossier_report::Entity::find_by_id(id)
        .filter(caller.scope(Permission::ReadFigures).covers(Column::UnitId))
        .filter(Column::RemovedAt.is_null())
        .one(db)
        .await?
        .ok_or(Error::NotFound)
}

/// Whether the caller may change this report.
///
/// # Errors
/// The database's.
pub async fn may_edit(db: &impl ConnectionTrait, caller: &Caller, row: &dossier_report::Model) -> Result<bool> {
    caller.scope(Permission::EditFigures).contains(db, row.unit_id).await
}

/// Everything about a report that does not add up, in itself and, of all fields, with the single fields beside it.
///
/// # Errors
/// The database's.
pub async fn warnings(db: &impl ConnectionTrait, row: &dossier_report::Model) -> Result<Vec<Warning>> {
    use dossier_report::Column;
    let own = figures(row)?;
    let mut found = own.warnings();
    if row.field.is_empty() {
        let fields = dossier_report::Entity::find()
            .filter(Column::UnitId.eq(row.unit_id))
            .filter(Column::PeriodFrom.eq(row.period_from))
            .filter(Column::PeriodTo.eq(row.period_to))
            .filter(Column::Source.eq(row.source))
            .filter(Column::Field.ne(""))
            .filter(Column::RemovedAt.is_null())
            .all(db)
            .await?;
        let fields: Vec<Figures> = fields.iter().map(figures).collect::<Result<_>>()?;
        found.extend(dossier::compare_fields(&own, &fields));
    }
    Ok(found)
}

/// Records the figures of a period.
///
/// # Errors
/// Wrong fields; a unit the caller enters no figures for; figures that are there already.
pub async fn record(store: &Store, caller: &Caller, unit_id: Option<UnitId>, report: Report) -> Result<dossier_report::Model> {
    let mut problems = Problems::new();
    let report = check(report, &mut problems);
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let unit = own_unit(tx.db(), &who, Permission::EditFigures, unit_id).await?;
            let unit = unit.map_err(|code| problems.add("unit_id", code));
            problems.finish()?;
            let unit = unit.map_err(|()| Error::NotFound)?;
            let words = unit_words(tx.db(), unit).await?;
            unless_there(&tx, unit, &report, None).await?;
            let row = row_of(&tx, unit, &words, report, Some(&who))?.insert(tx.db()).await.map_err(there_already)?;
            tx.record(Event::on("dossier_report.recorded", Subject::DossierReport, row.id.0).unit(unit).after(&row));
            Ok(row)
        })
        .await
}

/// Replaces what a report says; its unit stays.
///
/// # Errors
/// 404, stale, wrong fields, figures that are there already.
pub async fn change(
    store: &Store,
    caller: &Caller,
    id: DossierReportId,
    version: Version,
    report: Report,
) -> Result<dossier_report::Model> {
    let mut problems = Problems::new();
    let report = check(report, &mut problems);
    problems.finish()?;
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let before = locked(&tx, &who, id, version).await?;
            unless_there(&tx, before.unit_id, &report, Some(id)).await?;
            let words = unit_words(tx.db(), before.unit_id).await?;
            save(&tx, &before, &words, report).await
        })
        .await
}

/// Takes a report out of every list and sum; the row and the reason stay.
///
/// # Errors
/// 404, stale, no reason.
pub async fn remove(store: &Store, caller: &Caller, id: DossierReportId, version: Version, reason: &str) -> Result<()> {
    let mut problems = Problems::new();
    let reason = problems.text("reason", reason, 2_000);
    problems.finish()?;
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let before = locked(&tx, &who, id, version).await?;
            let row = dossier_report::ActiveModel {
                removed_at: Set(Some(tx.now())),
                remove_reason: Set(Some(reason.clone())),
                ..next(&before)
            };
            let after = update(&tx, &before, row).await?;
            let event = Event::on("dossier_report.removed", Subject::DossierReport, id.0).unit(after.unit_id);
            tx.record(event.change(&before, &after).reason(Some(&reason)));
            Ok(())
        })
        .await
}

/// What the reports of a unit come to within a span of time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// The sums.
    pub figures: Figures,
    /// The reports that were counted, in the order of time.
    pub counted: Vec<DossierReportId>,
    /// Days no counted report speaks of.
    pub gaps: Vec<(NaiveDate, NaiveDate)>,
    /// First and last day that the counted reports speak of.
    pub covered: Option<(NaiveDate, NaiveDate)>,
}

/// Adds up the reports of a unit within a span, by the rule of [`dossier::total`]: never a day twice.
///
/// # Errors
/// The database's.
pub async fn totals(db: &impl ConnectionTrait, unit: UnitId, from: NaiveDate, to: NaiveDate) -> Result<Totals> {
    use dossier_report::Column;
    let rows = dossier_report::Entity::find()
        .filter(Column::UnitId.eq(unit))
        .filter(Column::PeriodFrom.gte(from))
        .filter(Column::PeriodTo.lte(to))
        .filter(Column::RemovedAt.is_null())
        .order_by_asc(Column::PeriodFrom)
        .order_by_asc(Column::Id)
        .all(db)
        .await?;
    let candidate = |row: &dossier_report::Model| {
        Ok(Candidate { period: period(row), all_fields: row.field.is_empty(), source: row.source, figures: figures(row)? })
    };
    let candidates: Vec<Candidate> = rows.iter().map(candidate).collect::<Result<_>>()?;
    let dossier::Total { figures, counted, gaps } = dossier::total(&candidates, from, to);
    let counted: Vec<&dossier_report::Model> = counted.into_iter().filter_map(|place| rows.get(place)).collect();
    let first = counted.iter().map(|row| row.period_from).min();
    let covered = first.zip(counted.iter().map(|row| row.period_to).max());
    Ok(Totals { figures, counted: counted.iter().map(|row| row.id).collect(), gaps, covered })
}

fn check(report: Report, problems: &mut Problems) -> Report {
    let Report { period, field, source, figures, attribution, note } = report;
    period.check(problems);
    figures.check(problems);
    let field = problems.optional_text("field", Some(&field), 200).unwrap_or_default();
    problems.check(field.contains(['\n', '\t']), "field", "forbidden_characters");
    Report {
        period,
        field,
        source,
        figures,
        attribution: problems.optional_text("attribution", attribution.as_deref(), 2_000),
        note: problems.optional_text("note", note.as_deref(), 2_000),
    }
}

/// Name and code of a unit, for the search.
async fn unit_words(db: &impl ConnectionTrait, id: UnitId) -> Result<String> {
    let unit = unit::Entity::find_by_id(id).one(db).await?.ok_or(Error::NotFound)?;
    Ok(format!("{} {}", unit.name, unit.code))
}

fn search_text(report: &Report, unit: &str) -> String {
    domain::text::fold(&format!("{} {} {unit}", report.field, report.note.as_deref().unwrap_or_default()))
}

fn row_of(tx: &Tx, unit: UnitId, words: &str, report: Report, who: Option<&Caller>) -> Result<dossier_report::ActiveModel> {
    let search_text = search_text(&report, words);
    let Report { period, field, source, figures, attribution, note } = report;
    Ok(dossier_report::ActiveModel {
        id: Set(tx.id::<DossierReportId>()),
        unit_id: Set(unit),
        period_kind: Set(period.kind),
        period_from: Set(period.from),
        period_to: Set(period.to),
        field: Set(field),
        source: Set(source),
        figures: Set(serde_json::to_value(&figures)?),
        attribution: Set(attribution),
        note: Set(note),
        search_text: Set(search_text),
        created_by_id: Set(who.map(|who| who.person)),
        created_at: Set(tx.now()),
        removed_at: Set(None),
        remove_reason: Set(None),
        version: Set(1),
    })
}

/// Writes what a report says now over what it said before.
async fn save(tx: &Tx, before: &dossier_report::Model, words: &str, report: Report) -> Result<dossier_report::Model> {
    let search_text = search_text(&report, words);
    let Report { period, field, source, figures, attribution, note } = report;
    let row = dossier_report::ActiveModel {
        period_kind: Set(period.kind),
        period_from: Set(period.from),
        period_to: Set(period.to),
        field: Set(field),
        source: Set(source),
        figures: Set(serde_json::to_value(&figures)?),
        attribution: Set(attribution),
        note: Set(note),
        search_text: Set(search_text),
        ..next(before)
    };
    let after = update(tx, before, row).await?;
    let event = Event::on("dossier_report.changed", Subject::DossierReport, after.id.0).unit(after.unit_id);
    tx.record(event.change(before, &after));
    Ok(after)
}

/// Refuses figures of a unit, period, field and source that are there already.
async fn unless_there(tx: &Tx, unit: UnitId, report: &Report, own: Option<DossierReportId>) -> Result<()> {
    use dossier_report::Column;
    let other = dossier_report::Entity::find()
        .filter(Column::UnitId.eq(unit))
        .filter(Column::PeriodFrom.eq(report.period.from))
        .filter(Column::PeriodTo.eq(report.period.to))
        .filter(Column::Field.eq(&report.field))
        .filter(Column::Source.eq(report.source))
        .filter(Column::RemovedAt.is_null())
        .one(tx.db())
        .await?;
    if other.is_some_and(|other| Some(other.id) != own) { Err(Error::field("from", "dossier_report_exists")) } else { Ok(()) }
}

/// The same refusal when another writer was first.
fn there_already(error: DbErr) -> Error {
    if is_unique_violation(&error) { Error::field("from", "dossier_report_exists") } else { error.into() }
}

async fn locked(tx: &Tx, caller: &Caller, id: DossierReportId, version: Version) -> Result<dossier_report::Model> {
    find(tx.db(), caller, id).await?;
    let row = dossier_report::Entity::find_by_id(id).lock_exclusive().one(tx.db()).await?.ok_or(Error::NotFound)?;
    if !may_edit(tx.db(), caller, &row).await? {
        return Err(Error::Forbidden(Permission::EditFigures));
    }
    seen(version, row.version)?;
    Ok(row)
}

fn next(before: &dossier_report::Model) -> dossier_report::ActiveModel {
    dossier_report::ActiveModel { id: Set(before.id), version: Set(before.version + 1), ..Default::default() }
}

async fn update(tx: &Tx, before: &dossier_report::Model, row: dossier_report::ActiveModel) -> Result<dossier_report::Model> {
    dossier_report::Entity::update(row)
        .validate()?
        .filter(dossier_report::Column::Version.eq(before.version))
        .filter(dossier_report::Column::RemovedAt.is_null())
        .exec(tx.db())
        .await
        .map_err(there_already)
}
