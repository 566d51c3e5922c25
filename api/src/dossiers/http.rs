//! The JSON API of this area: a thin adapter over its use cases.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use domain::dossier::{Bound, Counter, Figure, Figures, MAX_COUNT, Period, PeriodKind, Source, Warning};
use domain::draft::Problems;
use domain::id::{DossierReportId, PersonId, UnitId};
use entities::dossier_report;
use poem::web::Data;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::{Binary, Json};
use poem_openapi::{Object, OpenApi};
use render::{Catalogue, Lang};

use super::import::{self, Importer};
use super::{Filter, Report};
use crate::app::App;
use crate::auth::{Auth, Caller, can};
use crate::error::{Error, Result};
use crate::http::{Done, One, Page, Slice, Version, link};

/// Operations of this area.
#[derive(Debug)]
pub struct DossiersApi;

/// Dossier figures of one unit, period, field and source.
#[derive(Debug, Object)]
pub struct DossierReport {
    /// Id.
    pub id: DossierReportId,
    /// The unit.
    pub unit_id: UnitId,
    /// Kind of the period.
    pub period_kind: PeriodKind,
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
    /// Lĩnh vực; absent for all fields.
    pub field: Option<String>,
    /// Where the figures come from.
    pub source: Source,
    /// The stated counters, as declared. What is absent is not stated, which is not zero.
    pub figures: BTreeMap<String, u64>,
    /// The counters that are no exact numbers, with what they are.
    pub bounds: BTreeMap<String, Bound>,
    /// Whose step made dossiers late.
    pub attribution: Option<String>,
    /// Note.
    pub note: Option<String>,
    /// Resolved dossiers that are neither early, on time nor late, where it can be told.
    pub unclassified: Option<u64>,
    /// The shares that can be worked out.
    pub measures: Vec<Measured>,
    /// What does not add up. In lists without the comparison of single fields.
    pub warnings: Vec<Doubt>,
    /// Who entered it.
    pub created_by_id: Option<PersonId>,
    /// When.
    pub created_at: DateTime<Utc>,
    /// Version for `If-Match`.
    pub version: i64,
}

/// A share with its two parts.
#[derive(Debug, Object)]
pub struct Measured {
    /// Which.
    pub code: domain::dossier::Measure,
    /// The part.
    pub numerator: u64,
    /// The whole.
    pub denominator: u64,
    /// Percent, two places, rounded half up; above 100 when the part is above the whole.
    pub percent: String,
    /// Whether every figure in it is exact.
    pub exact: bool,
}

/// Something that does not add up.
#[derive(Debug, Object)]
pub struct Doubt {
    /// Stable code.
    pub code: String,
    /// The counter or measure it is about, where the code does not say.
    pub subject: Option<String>,
    /// One side.
    pub left: u64,
    /// The other.
    pub right: u64,
    /// A sentence, Vietnamese.
    pub detail: String,
}

/// Figures to be recorded.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct NewDossierReport {
    /// The unit; may be left out by who enters figures for one unit only.
    pub unit_id: Option<UnitId>,
    /// Kind of the period.
    pub period_kind: PeriodKind,
    /// First day.
    pub from: NaiveDate,
    /// Last day; may be left out of a month, quarter or year.
    pub to: Option<NaiveDate>,
    /// Lĩnh vực; absent for all fields.
    pub field: Option<String>,
    /// Where the figures come from.
    pub source: Source,
    /// The stated counters.
    pub figures: BTreeMap<String, i64>,
    /// The counters that are no exact numbers.
    pub bounds: Option<BTreeMap<String, Bound>>,
    /// Whose step made dossiers late.
    pub attribution: Option<String>,
    /// Note.
    pub note: Option<String>,
}

/// What may change; what is left out stays. `figures` and `bounds` are replaced together.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct DossierReportChange {
    /// Kind of the period.
    pub period_kind: Option<PeriodKind>,
    /// First day.
    pub from: Option<NaiveDate>,
    /// Last day.
    pub to: Option<NaiveDate>,
    /// Lĩnh vực; empty for all fields.
    pub field: Option<String>,
    /// Where the figures come from.
    pub source: Option<Source>,
    /// The stated counters.
    pub figures: Option<BTreeMap<String, i64>>,
    /// The counters that are no exact numbers.
    pub bounds: Option<BTreeMap<String, Bound>>,
    /// Whose step made dossiers late; empty for none.
    pub attribution: Option<String>,
    /// Note; empty for none.
    pub note: Option<String>,
}

/// Why a report is removed.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct DossierReportRemoval {
    /// The reason, for the trail.
    pub reason: String,
}

/// What an import did, or with `dry_run` would do.
#[derive(Debug, Object)]
pub struct DossierImport {
    /// Whether nothing was written.
    pub dry_run: bool,
    /// New reports.
    pub created: u64,
    /// Changed reports.
    pub updated: u64,
    /// Reports that stay.
    pub unchanged: u64,
}

fn stated(figures: &BTreeMap<String, i64>, bounds: Option<&BTreeMap<String, Bound>>) -> Result<Figures> {
    let (mut problems, mut found) = (Problems::new(), Figures::default());
    for (code, value) in figures {
        let Ok(counter) = code.parse::<Counter>() else {
            problems.add(format!("figures/{code}"), "unknown_counter");
            continue;
        };
        let bound = bounds.and_then(|bounds| bounds.get(code)).copied().unwrap_or(Bound::Exact);
        match u64::try_from(*value) {
            Ok(value) if value <= MAX_COUNT => found.set(counter, Some(Figure { value, bound })),
            Ok(_) => {
                problems.add_with(format!("figures/{code}"), "too_large", vec![("max", domain::dossier::grouped(MAX_COUNT))])
            }
            Err(_below_zero) => problems.add(format!("figures/{code}"), "negative"),
        }
    }
    for code in bounds.into_iter().flat_map(BTreeMap::keys).filter(|code| !figures.contains_key(*code)) {
        problems.add(format!("bounds/{code}"), "unknown_counter");
    }
    problems.finish()?;
    Ok(found)
}

/// The sentence of a warning, with its numbers as people read them.
pub(super) fn sentence(words: &Catalogue, warning: &Warning) -> String {
    let label = |code: &str| {
        let keys = [Counter::KEY, domain::dossier::Measure::KEY].map(|list| format!("{list}.{code}"));
        keys.into_iter().find(|key| words.has(key)).map(|key| words.get(Lang::Vi, &key, &[])).unwrap_or_default()
    };
    let params = [
        ("left", domain::dossier::grouped(warning.left)),
        ("right", domain::dossier::grouped(warning.right)),
        ("subject", warning.subject.map(label).unwrap_or_default()),
    ];
    words.get(Lang::Vi, &format!("warning.{}", warning.code), &params)
}

fn shown(words: &Catalogue, row: dossier_report::Model, warnings: Option<Vec<Warning>>) -> Result<DossierReport> {
    let figures = super::figures(&row)?;
    let warnings = warnings.unwrap_or_else(|| figures.warnings());
    let doubt = |warning: Warning| Doubt {
        code: warning.code.to_owned(),
        subject: warning.subject.map(str::to_owned),
        left: warning.left,
        right: warning.right,
        detail: sentence(words, &warning),
    };
    let measured = |share: domain::dossier::Share| Measured {
        code: share.measure,
        numerator: share.numerator,
        denominator: share.denominator,
        percent: share.percent(),
        exact: share.exact,
    };
    Ok(DossierReport {
        id: row.id,
        unit_id: row.unit_id,
        period_kind: row.period_kind,
        from: row.period_from,
        to: row.period_to,
        field: (!row.field.is_empty()).then_some(row.field),
        source: row.source,
        figures: figures.iter().map(|(counter, figure)| (counter.code().to_owned(), figure.value)).collect(),
        bounds: figures
            .iter()
            .filter(|(_, figure)| figure.bound != Bound::Exact)
            .map(|(counter, figure)| (counter.code().to_owned(), figure.bound))
            .collect(),
        attribution: row.attribution,
        note: row.note,
        unclassified: figures.unclassified(),
        measures: figures.shares().into_iter().map(measured).collect(),
        warnings: warnings.into_iter().map(doubt).collect(),
        created_by_id: row.created_by_id,
        created_at: row.created_at,
        version: row.version,
    })
}

async fn full(app: &App, row: dossier_report::Model) -> Result<DossierReport> {
    let warnings = super::warnings(app.store.read(), &row).await?;
    shown(app.renderer.catalogue(), row, Some(warnings))
}

/// A period whose end may be left to its kind.
fn period(kind: PeriodKind, from: NaiveDate, to: Option<NaiveDate>) -> Result<Period> {
    match to.or_else(|| Period::around(kind, from).map(|whole| whole.to)) {
        Some(to) => Ok(Period { kind, from, to }),
        None => Err(Error::field("to", "required")),
    }
}

fn changed(now: &dossier_report::Model, change: DossierReportChange) -> Result<Report> {
    let DossierReportChange { period_kind, from, to, field, source, figures, bounds, attribution, note } = change;
    let figures = match figures {
        Some(figures) => stated(&figures, bounds.as_ref())?,
        None if bounds.is_some() => return Err(Error::field("figures", "required")),
        None => super::figures(now)?,
    };
    Ok(Report {
        period: Period {
            kind: period_kind.unwrap_or(now.period_kind),
            from: from.unwrap_or(now.period_from),
            to: to.unwrap_or(now.period_to),
        },
        field: field.unwrap_or_else(|| now.field.clone()),
        source: source.unwrap_or(now.source),
        figures,
        attribution: attribution.or_else(|| now.attribution.clone()),
        note: note.or_else(|| now.note.clone()),
    })
}

fn importer(caller: &Caller) -> Importer {
    Importer::Caller(Box::new(caller.clone()))
}

#[OpenApi]
impl DossiersApi {
    /// List dossier figures
    ///
    /// The latest period first. `from` and `to` find reports whose period touches the span.
    #[oai(path = "/dossier-reports", method = "get", operation_id = "list_dossier_reports")]
    #[expect(clippy::too_many_arguments, reason = "query parameters")]
    async fn list_dossier_reports(
        &self,
        auth: Auth<can::ReadFigures>,
        app: Data<&App>,
        unit_id: Query<Option<UnitId>>,
        source: Query<Option<Source>>,
        from: Query<Option<NaiveDate>>,
        to: Query<Option<NaiveDate>>,
        q: Query<Option<String>>,
        limit: Query<Option<u64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<DossierReport>>> {
        let slice = Slice::new(limit.0, cursor.0.as_deref())?;
        let filter = Filter { unit_id: unit_id.0, source: source.0, from: from.0, to: to.0, q: q.0 };
        let path = link(
            "/api/v1/dossier-reports",
            &[
                ("unit_id", filter.unit_id.map(|unit| unit.to_string())),
                ("source", filter.source.map(|source| source.to_string())),
                ("from", filter.from.map(|from| from.to_string())),
                ("to", filter.to.map(|to| to.to_string())),
                ("q", filter.q.clone()),
            ],
        );
        let rows = super::list(app.store.read(), &auth, &filter, &slice).await?;
        let key = |row: &dossier_report::Model| (row.period_to.to_string().into(), row.id.0);
        let (items, next) = slice.page(rows, &path, key, |row| shown(app.renderer.catalogue(), row, None));
        Ok(Json(Page { items: items.into_iter().collect::<Result<_>>()?, next }))
    }

    /// Get dossier figures with their measures and warnings
    #[oai(path = "/dossier-reports/:id", method = "get", operation_id = "get_dossier_report")]
    async fn get_dossier_report(
        &self,
        auth: Auth<can::ReadFigures>,
        app: Data<&App>,
        id: Path<DossierReportId>,
    ) -> Result<One<DossierReport>> {
        let row = super::find(app.store.read(), &auth, id.0).await?;
        let version = row.version;
        Ok(One::found(full(&app, row).await?, version))
    }

    /// Record dossier figures
    ///
    /// What does not add up is kept as declared and comes back as a warning.
    #[oai(path = "/dossier-reports", method = "post", operation_id = "create_dossier_report")]
    async fn create_dossier_report(
        &self,
        auth: Auth<can::EditFigures>,
        app: Data<&App>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
        body: Json<NewDossierReport>,
    ) -> Result<One<DossierReport>> {
        let NewDossierReport { unit_id, period_kind, from, to, field, source, figures, bounds, attribution, note } = body.0;
        let report = Report {
            period: period(period_kind, from, to)?,
            field: field.unwrap_or_default(),
            source,
            figures: stated(&figures, bounds.as_ref())?,
            attribution,
            note,
        };
        let row = super::record(&app.store, &auth, unit_id, report).await?;
        let version = row.version;
        Ok(One::made(full(&app, row).await?, version))
    }

    /// Change dossier figures
    #[oai(path = "/dossier-reports/:id", method = "patch", operation_id = "update_dossier_report")]
    async fn update_dossier_report(
        &self,
        auth: Auth<can::EditFigures>,
        app: Data<&App>,
        id: Path<DossierReportId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<DossierReportChange>,
    ) -> Result<One<DossierReport>> {
        let now = super::find(app.store.read(), &auth, id.0).await?;
        let row = super::change(&app.store, &auth, id.0, seen.0, changed(&now, body.0)?).await?;
        let version = row.version;
        Ok(One::found(full(&app, row).await?, version))
    }

    /// Remove dossier figures
    ///
    /// They leave every list and sum; the reason and the figures stay in the trail.
    #[oai(path = "/dossier-reports/:id/remove", method = "post", operation_id = "remove_dossier_report")]
    async fn remove_dossier_report(
        &self,
        auth: Auth<can::EditFigures>,
        app: Data<&App>,
        id: Path<DossierReportId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<DossierReportRemoval>,
    ) -> Result<Done> {
        super::remove(&app.store, &auth, id.0, seen.0, &body.0.reason).await?;
        Ok(Done::Done)
    }

    /// Import dossier figures from a file
    ///
    /// CSV (UTF-8; commas, semicolons or tabs) or XLSX (its first sheet), told apart by content, whatever media type it is sent as.
    /// Figures that are there already are changed. With a single wrong cell nothing is written; every wrong cell is told
    /// (`/rows/<row>/<column letter>`). `dry_run=true` checks only.
    #[oai(path = "/dossier-reports/import", method = "post", operation_id = "import_dossier_reports")]
    async fn import_dossier_reports(
        &self,
        auth: Auth<can::EditFigures>,
        app: Data<&App>,
        dry_run: Query<Option<bool>>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
        file: Binary<Vec<u8>>,
    ) -> Result<Json<DossierImport>> {
        let table = import::read(file.0).await?;
        let dry_run = dry_run.0.unwrap_or(false);
        let done = import::run(&app.store, importer(&auth), app.renderer.catalogue(), &table, dry_run).await?;
        Ok(Json(DossierImport { dry_run, created: done.created, updated: done.updated, unchanged: done.unchanged }))
    }
}
