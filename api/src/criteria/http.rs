//! The JSON API of this area: a thin adapter over its use cases.

use chrono::{DateTime, Utc};
use domain::draft::FieldError;
use domain::id::{CriteriaSetId, IndexResultId, PersonId, RoundId, UnitId};
use domain::index::{IndexCode, PartsCheck, Period};
use domain::record::CriteriaSetState;
use domain::scoring::{Aspect, Difference, Exact, Fate, Oddity};
use entities::criteria_set;
use poem::web::Data;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use render::Lang;

use super::index::{self, Ranked, Reading, Snapshot};
use super::sets::{self, FileFormat, Filter, Rights};
use super::{report, trial};
use crate::app::App;
use crate::auth::{Auth, Caller, can};
use crate::error::{Error, Result};
use crate::http::{Download, One, Page, Slice, Version, edge, link};

/// Operations of this area.
#[derive(Debug)]
pub struct CriteriaApi;

/// A version of a criteria set.
#[derive(Debug, Object)]
pub struct CriteriaSetRecord {
    /// Id.
    pub id: CriteriaSetId,
    /// The set's own name, shared by its editions.
    pub code: String,
    /// Number of the edition, from 1.
    pub edition: i32,
    /// Title.
    pub title: String,
    /// The year it judges.
    pub year: Option<i32>,
    /// The level it judges.
    pub level: String,
    /// Where it stands.
    pub state: CriteriaSetState,
    /// A constructed sample, not a decision.
    pub sample: bool,
    /// Who issues it.
    pub owner_unit_id: UnitId,
    /// SHA-256 of the document.
    pub digest: String,
    /// The set it was copied from.
    pub copied_from_id: Option<CriteriaSetId>,
    /// Who published it.
    pub published_by_id: Option<PersonId>,
    /// When.
    pub published_at: Option<DateTime<Utc>>,
    /// When it came in.
    pub created_at: DateTime<Utc>,
    /// Version for `If-Match`.
    pub version: i64,
    /// The set as format 1 writes it; only when one is asked for.
    #[oai(skip_serializing_if_is_none)]
    pub document: Option<serde_json::Value>,
    /// What keeps a draft from being published; only when one is asked for.
    #[oai(skip_serializing_if_is_none)]
    pub faults: Option<Vec<Fault>>,
    /// What the caller may do now: `replace`, `publish`, `retire`, `copy`; only when one is asked for.
    #[oai(skip_serializing_if_is_none)]
    pub available: Option<Vec<String>>,
}

/// One thing of a set that does not add up.
#[derive(Debug, Object)]
pub struct Fault {
    /// Where, as `nodes/1.1.3/rule`.
    pub place: String,
    /// Stable code.
    pub code: String,
    /// What is wrong and what to do.
    pub detail: String,
}

/// A file to be kept as a draft.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct NewCriteriaSet {
    /// Who issues it; may be left out by who issues for one unit only.
    pub owner_unit_id: Option<UnitId>,
    /// The text of the file, YAML or JSON, format 1.
    pub file: String,
}

/// A file that replaces a draft.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct CriteriaSetFile {
    /// The text of the file, YAML or JSON, format 1.
    pub file: String,
}

/// What a copy is called; what is left out stays.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct CriteriaSetCopy {
    /// Code; the same one makes the next edition.
    pub code: Option<String>,
    /// The year it judges.
    pub year: Option<i32>,
    /// Title.
    pub title: Option<String>,
    /// Who issues it.
    pub owner_unit_id: Option<UnitId>,
}

/// A criterion that two sets do not have alike.
#[derive(Debug, Object)]
pub struct CriterionDifference {
    /// Code.
    pub code: String,
    /// How it stands.
    pub fate: Fate,
    /// What is not the same.
    pub aspects: Vec<Aspect>,
    /// Name before.
    pub name_before: Option<String>,
    /// Maximum before.
    pub max_before: Option<String>,
    /// Name now.
    pub name: Option<String>,
    /// Maximum now.
    pub max: Option<String>,
}

/// What is not alike between two sets.
#[derive(Debug, Object)]
pub struct CriteriaSetDiff {
    /// The set.
    pub id: CriteriaSetId,
    /// What it was compared with.
    pub with: CriteriaSetId,
    /// By code.
    pub items: Vec<CriterionDifference>,
}

/// Figures to try a set on.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct TrialInput {
    /// The text of an inputs file, YAML or JSON, format 1; or …
    pub inputs: Option<String>,
    /// … an earlier round, on whose figures the set is tried: its published result, or as its secretary.
    pub round_id: Option<RoundId>,
    /// Another set, last year's say, whose ranks are compared.
    pub with: Option<CriteriaSetId>,
}

/// What a set makes of figures; nothing of it is kept.
#[derive(Debug, Object)]
pub struct TrialResult {
    /// Each unit's score as `chuan score` gives it.
    pub units: Vec<serde_json::Value>,
    /// Criteria that tell nobody apart, or that nobody or hardly anybody gets points for.
    pub odd: Vec<OddCriterion>,
    /// Units whose rank is not the one of the other set; only when one was named.
    #[oai(skip_serializing_if_is_none)]
    pub moves: Option<Vec<RankMove>>,
    /// Lines without figures, counted as nothing; only on a round's figures.
    pub missing: u64,
    /// Lines of the other set without figures, counted as nothing.
    #[oai(skip_serializing_if_is_none)]
    pub missing_in_other: Option<u64>,
}

/// A criterion that wants a look.
#[derive(Debug, Object)]
pub struct OddCriterion {
    /// Code.
    pub code: String,
    /// Why.
    pub why: Oddity,
    /// Mean in percent of the maximum.
    pub mean_percent: String,
}

/// A unit whose rank is not the same by another set.
#[derive(Debug, Object)]
pub struct RankMove {
    /// The unit.
    pub id: String,
    /// Rank by the other set.
    pub before: u32,
    /// Rank by this set.
    pub after: u32,
}

/// A reading of an index published elsewhere.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct IndexReading {
    /// The index.
    pub index: IndexCode,
    /// `2026`, `2026-Q3` or `2026-10`.
    pub period: String,
    /// When the source was read.
    pub snapshot_at: DateTime<Utc>,
    /// Where from; the file's own `# Source` line when left out.
    pub source: Option<String>,
    /// CSV: `name, code, total`, the index's parts, perhaps `rank`; lines starting with `#` are skipped.
    pub file: String,
}

/// What an import did.
#[derive(Debug, Object)]
pub struct IndexImport {
    /// Results that are new.
    pub created: u64,
    /// Known already, alike.
    pub unchanged: u64,
    /// Results whose unit is one of this installation.
    pub matched: u64,
    /// Codes of units whose parts are not all there; their total is kept.
    pub incomplete: Vec<String>,
    /// Codes of units whose parts do not sum to the total; nothing was corrected.
    pub differing: Vec<String>,
}

/// A part of a result.
#[derive(Debug, Object)]
pub struct IndexPart {
    /// Code.
    pub code: String,
    /// Points; absent where the source had none.
    pub points: Option<String>,
}

/// The result of a unit in a reading.
#[derive(Debug, Object)]
pub struct IndexResult {
    /// Id.
    pub id: IndexResultId,
    /// The index.
    pub index: IndexCode,
    /// The period.
    pub period: String,
    /// When the source was read.
    pub snapshot_at: DateTime<Utc>,
    /// Where from.
    pub source: String,
    /// Name as published.
    pub unit_name: String,
    /// Code as published.
    pub unit_code: String,
    /// The unit of this installation, where known.
    pub unit_id: Option<UnitId>,
    /// Total.
    pub total: String,
    /// Parts.
    pub parts: Vec<IndexPart>,
    /// How many parts are missing.
    pub missing_parts: u64,
    /// Total minus the sum of the parts, where they differ.
    pub difference: Option<String>,
    /// The rank the source gives.
    pub published_rank: Option<i32>,
    /// Competition rank by the exact total.
    pub rank: u32,
    /// Whether others have the same total.
    pub tied: bool,
}

/// A reading that is here.
#[derive(Debug, Object)]
pub struct IndexSnapshot {
    /// The index.
    pub index: IndexCode,
    /// The period.
    pub period: String,
    /// When the source was read.
    pub snapshot_at: DateTime<Utc>,
    /// Where from.
    pub source: String,
    /// How many results.
    pub units: i64,
}

/// The readings of an index.
#[derive(Debug, Object)]
pub struct IndexSnapshots {
    /// The latest first.
    pub items: Vec<IndexSnapshot>,
}

impl From<criteria_set::Model> for CriteriaSetRecord {
    fn from(row: criteria_set::Model) -> Self {
        let criteria_set::Model {
            id,
            code,
            edition,
            title,
            search_text: _,
            year,
            level,
            state,
            sample,
            owner_unit_id,
            document: _,
            digest,
            copied_from_id,
            created_by_id: _,
            published_by_id,
            published_at,
            version,
            created_at,
        } = row;
        Self {
            id,
            code,
            edition,
            title,
            year,
            level,
            state,
            sample,
            owner_unit_id,
            digest,
            copied_from_id,
            published_by_id,
            published_at,
            created_at,
            version,
            document: None,
            faults: None,
            available: None,
        }
    }
}

impl From<Difference> for CriterionDifference {
    fn from(found: Difference) -> Self {
        let Difference { code, fate, aspects, before, after } = found;
        let (name_before, max_before) = before.map(|(name, max)| (name, max.to_string())).unzip();
        let (name, max) = after.map(|(name, max)| (name, max.to_string())).unzip();
        Self { code, fate, aspects, name_before, max_before, name, max }
    }
}

impl From<Ranked> for IndexResult {
    fn from(ranked: Ranked) -> Self {
        let Ranked { row, rank, tied, check } = ranked;
        let text = |stored: i64| Exact::from_stored(stored).shortest(4);
        let parts = index::parts_of(&row).into_iter();
        Self {
            id: row.id,
            index: row.index_code,
            period: Period { kind: row.period_kind, year: row.period_year, number: row.period_number }.to_string(),
            snapshot_at: row.snapshot_at,
            total: Exact::from_stored(row.total).fixed(2),
            parts: parts.map(|(code, points)| IndexPart { code: code.to_owned(), points: points.map(text) }).collect(),
            missing_parts: if let PartsCheck::Missing(count) = check { count as u64 } else { 0 },
            difference: if let PartsCheck::Differ(off) = check { Some(text(off)) } else { None },
            source: row.source,
            unit_name: row.unit_name,
            unit_code: row.unit_code,
            unit_id: row.unit_id,
            published_rank: row.published_rank,
            rank,
            tied,
        }
    }
}

impl From<Snapshot> for IndexSnapshot {
    fn from(snapshot: Snapshot) -> Self {
        let Snapshot { index, period, at, source, units } = snapshot;
        Self { index, period: period.to_string(), snapshot_at: at, source, units }
    }
}

fn verbs(rights: Rights) -> Vec<String> {
    let Rights { replace, publish, retire, copy } = rights;
    let all = [(replace, "replace"), (publish, "publish"), (retire, "retire"), (copy, "copy")];
    all.into_iter().filter(|(may, _)| *may).map(|(_, verb)| verb.to_owned()).collect()
}

async fn full(app: &App, caller: &Caller, row: criteria_set::Model) -> Result<CriteriaSetRecord> {
    let rights = sets::rights(app.store.read(), caller, &row).await?;
    let fault = |error: FieldError| Fault {
        detail: edge::field_sentence(app, Lang::Vi, &error),
        code: error.code.to_owned(),
        place: error.field,
    };
    let faults = sets::faults(&sets::read(&row)?).into_iter().map(fault).collect();
    let document = serde_json::from_str(&row.document)?;
    Ok(CriteriaSetRecord {
        document: Some(document),
        faults: Some(faults),
        available: Some(verbs(rights)),
        ..CriteriaSetRecord::from(row)
    })
}

#[OpenApi]
impl CriteriaApi {
    /// List criteria sets
    ///
    /// Published and retired ones of every unit above one whose scores the caller reads; drafts where the caller
    /// issues criteria. `q` searches code and title without diacritics.
    #[oai(path = "/criteria-sets", method = "get", operation_id = "list_criteria_sets")]
    #[expect(clippy::too_many_arguments, reason = "query parameters")]
    async fn list_criteria_sets(
        &self,
        auth: Auth<can::ReadScores>,
        app: Data<&App>,
        year: Query<Option<i32>>,
        state: Query<Option<CriteriaSetState>>,
        q: Query<Option<String>>,
        limit: Query<Option<u64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<CriteriaSetRecord>>> {
        let slice = Slice::new(limit.0, cursor.0.as_deref())?;
        let filter = Filter { year: year.0, state: state.0, q: q.0 };
        let path = link(
            "/api/v1/criteria-sets",
            &[
                ("year", filter.year.map(|year| year.to_string())),
                ("state", filter.state.map(|state| state.to_string())),
                ("q", filter.q.clone()),
            ],
        );
        let rows = sets::list(app.store.read(), &auth, &filter, &slice).await?;
        let key = |row: &criteria_set::Model| (row.created_at.to_rfc3339().into(), row.id.0);
        let (items, next) = slice.page(rows, &path, key, CriteriaSetRecord::from);
        Ok(Json(Page { items, next }))
    }

    /// Get a criteria set with its tree
    #[oai(path = "/criteria-sets/:id", method = "get", operation_id = "get_criteria_set")]
    async fn get_criteria_set(
        &self,
        auth: Auth<can::ReadScores>,
        app: Data<&App>,
        id: Path<CriteriaSetId>,
    ) -> Result<One<CriteriaSetRecord>> {
        let row = sets::find(app.store.read(), &auth, id.0).await?;
        let version = row.version;
        Ok(One::found(full(&app, &auth, row).await?, version))
    }

    /// Import a criteria set
    ///
    /// Kept as a draft of the next edition of its code. A draft may have faults, which are told; what cannot be read
    /// at all is refused with everything that is wrong, naming the node.
    #[oai(path = "/criteria-sets", method = "post", operation_id = "create_criteria_set")]
    async fn create_criteria_set(
        &self,
        auth: Auth<can::ManageCriteria>,
        app: Data<&App>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
        body: Json<NewCriteriaSet>,
    ) -> Result<One<CriteriaSetRecord>> {
        let NewCriteriaSet { owner_unit_id, file } = body.0;
        let row = sets::import(&app.store, &auth, owner_unit_id, &file).await?;
        let version = row.version;
        Ok(One::made(full(&app, &auth, row).await?, version))
    }

    /// Replace the document of a draft
    #[oai(path = "/criteria-sets/:id", method = "put", operation_id = "replace_criteria_set")]
    async fn replace_criteria_set(
        &self,
        auth: Auth<can::ManageCriteria>,
        app: Data<&App>,
        id: Path<CriteriaSetId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<CriteriaSetFile>,
    ) -> Result<One<CriteriaSetRecord>> {
        let row = sets::replace(&app.store, &auth, id.0, seen.0, &body.file).await?;
        let version = row.version;
        Ok(One::found(full(&app, &auth, row).await?, version))
    }

    /// Publish a draft
    ///
    /// Refused while anything does not add up, naming the node and both sums. From now on it never changes.
    #[oai(path = "/criteria-sets/:id/publish", method = "post", operation_id = "publish_criteria_set")]
    async fn publish_criteria_set(
        &self,
        auth: Auth<can::ManageCriteria>,
        app: Data<&App>,
        id: Path<CriteriaSetId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
    ) -> Result<One<CriteriaSetRecord>> {
        let row = sets::publish(&app.store, &auth, id.0, seen.0).await?;
        let version = row.version;
        Ok(One::found(full(&app, &auth, row).await?, version))
    }

    /// Copy into a draft
    ///
    /// The next edition of the same code, or another code or year.
    #[oai(path = "/criteria-sets/:id/copy", method = "post", operation_id = "copy_criteria_set")]
    async fn copy_criteria_set(
        &self,
        auth: Auth<can::ManageCriteria>,
        app: Data<&App>,
        id: Path<CriteriaSetId>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
        body: Json<CriteriaSetCopy>,
    ) -> Result<One<CriteriaSetRecord>> {
        let CriteriaSetCopy { code, year, title, owner_unit_id } = body.0;
        let row = sets::copy(&app.store, &auth, id.0, sets::Copy { code, year, title, owner_unit_id }).await?;
        let version = row.version;
        Ok(One::made(full(&app, &auth, row).await?, version))
    }

    /// Retire a published set
    #[oai(path = "/criteria-sets/:id/retire", method = "post", operation_id = "retire_criteria_set")]
    async fn retire_criteria_set(
        &self,
        auth: Auth<can::ManageCriteria>,
        app: Data<&App>,
        id: Path<CriteriaSetId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
    ) -> Result<One<CriteriaSetRecord>> {
        let row = sets::retire(&app.store, &auth, id.0, seen.0).await?;
        let version = row.version;
        Ok(One::found(full(&app, &auth, row).await?, version))
    }

    /// Try a set on figures
    ///
    /// Scores the units of an inputs file, or of an earlier round; nothing is kept. With another set (of a
    /// round: its own, unless another is named), tells whose rank moves.
    #[oai(path = "/criteria-sets/:id/try", method = "post", operation_id = "try_criteria_set")]
    async fn try_criteria_set(
        &self,
        auth: Auth<can::ReadScores>,
        app: Data<&App>,
        id: Path<CriteriaSetId>,
        body: Json<TrialInput>,
    ) -> Result<Json<TrialResult>> {
        let TrialInput { inputs, round_id, with } = body.0;
        let set = sets::read(&sets::find(app.store.read(), &auth, id.0).await?)?;
        let other = match with {
            Some(with) => Some(sets::read(&sets::find(app.store.read(), &auth, with).await?)?),
            None => None,
        };
        let (set, found) = match (inputs, round_id) {
            (Some(inputs), None) => trial::run(set, other, inputs).await?,
            (None, Some(round)) => trial::on_round(app.store.read(), &auth, set, other, round).await?,
            _ => return Err(Error::field("inputs", "inputs_or_round")),
        };
        let in_set = found.missing as u64;
        let scored =
            |(score, rank)| serde_json::to_value(report::scored(&set, score, Some(rank), app.renderer.catalogue(), Lang::Vi));
        let units = found.scores.iter().zip(found.ranks).map(scored).collect::<Result<_, _>>()?;
        let odd =
            |odd: domain::scoring::Odd| OddCriterion { code: odd.code, why: odd.why, mean_percent: odd.mean_percent.fixed(2) };
        let moved = |moved: domain::scoring::Move| RankMove { id: moved.id, before: moved.before, after: moved.after };
        let (moves, missing) = found.against.map(|against| (against.moves, against.missing as u64)).unzip();
        Ok(Json(TrialResult {
            units,
            odd: found.odd.into_iter().map(odd).collect(),
            missing: in_set,
            moves: moves.map(|moves| moves.into_iter().map(moved).collect()),
            missing_in_other: missing,
        }))
    }

    /// The file of a set
    ///
    /// The same set comes back when it is imported.
    #[oai(path = "/criteria-sets/:id/file", method = "get", operation_id = "get_criteria_set_file")]
    async fn get_criteria_set_file(
        &self,
        auth: Auth<can::ReadScores>,
        app: Data<&App>,
        id: Path<CriteriaSetId>,
        format: Query<Option<FileFormat>>,
    ) -> Result<Download> {
        let row = sets::find(app.store.read(), &auth, id.0).await?;
        sets::file_of(&row, format.0.unwrap_or_default())
    }

    /// Compare two sets
    ///
    /// By code, against an older set: what is new, gone or changed.
    #[oai(path = "/criteria-sets/:id/diff", method = "get", operation_id = "diff_criteria_sets")]
    async fn diff_criteria_sets(
        &self,
        auth: Auth<can::ReadScores>,
        app: Data<&App>,
        id: Path<CriteriaSetId>,
        with: Query<CriteriaSetId>,
    ) -> Result<Json<CriteriaSetDiff>> {
        let (new, old, found) = sets::diff(app.store.read(), &auth, id.0, with.0).await?;
        Ok(Json(CriteriaSetDiff { id: new.id, with: old.id, items: found.into_iter().map(Into::into).collect() }))
    }

    /// Import results of an index
    ///
    /// A reading of a source at an instant: all of it or nothing. Imported results never change; the same reading
    /// again changes nothing.
    #[oai(path = "/index-results/import", method = "post", operation_id = "import_index_results")]
    async fn import_index_results(
        &self,
        auth: Auth<can::ManageCriteria>,
        app: Data<&App>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
        body: Json<IndexReading>,
    ) -> Result<Json<IndexImport>> {
        let IndexReading { index, period, snapshot_at, source, file } = body.0;
        let reading = Reading { index, period, snapshot_at, source, file };
        let index::Report { created, unchanged, matched, incomplete, differing } =
            index::import(&app.store, &auth, reading).await?;
        let (created, unchanged, matched) = (created as u64, unchanged as u64, matched as u64);
        Ok(Json(IndexImport { created, unchanged, matched, incomplete, differing }))
    }

    /// List results of an index
    ///
    /// Of one reading (the latest that fits), the best first, with the source's rank beside ours.
    #[oai(path = "/index-results", method = "get", operation_id = "list_index_results")]
    #[expect(clippy::too_many_arguments, reason = "query parameters")]
    async fn list_index_results(
        &self,
        _auth: Auth<can::ReadScores>,
        app: Data<&App>,
        index: Query<IndexCode>,
        period: Query<Option<String>>,
        snapshot_at: Query<Option<DateTime<Utc>>>,
        limit: Query<Option<u64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<IndexResult>>> {
        let slice = Slice::new(limit.0, cursor.0.as_deref())?;
        let wanted = period.0.as_deref().map(str::parse::<Period>).transpose();
        let wanted = wanted.map_err(|_unknown| Error::field("period", "period_wrong"))?;
        let all = index::snapshots(app.store.read(), index.0).await?;
        let Some(snapshot) = index::choose(&all, wanted, snapshot_at.0) else {
            return Ok(Json(Page { items: Vec::new(), next: None }));
        };
        let path = link(
            "/api/v1/index-results",
            &[
                ("index", Some(index.0.to_string())),
                ("period", Some(snapshot.period.to_string())),
                ("snapshot_at", Some(snapshot.at.to_rfc3339())),
            ],
        );
        let (rows, _) = index::ranking(app.store.read(), snapshot, &slice).await?;
        let key = |ranked: &Ranked| (ranked.row.total.into(), ranked.row.id.0);
        let (items, next) = slice.page(rows, &path, key, IndexResult::from);
        Ok(Json(Page { items, next }))
    }

    /// List readings of an index
    #[oai(path = "/index-snapshots", method = "get", operation_id = "list_index_snapshots")]
    async fn list_index_snapshots(
        &self,
        _auth: Auth<can::ReadScores>,
        app: Data<&App>,
        index: Query<IndexCode>,
    ) -> Result<Json<IndexSnapshots>> {
        let all = index::snapshots(app.store.read(), index.0).await?;
        Ok(Json(IndexSnapshots { items: all.into_iter().map(Into::into).collect() }))
    }
}
