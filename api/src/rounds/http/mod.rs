//! `/rounds`, `/sheets`, `/publications`.

pub mod findings;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use domain::id::{CriteriaSetId, PersonId, PublicationId, RoundId, ScoreEntryId, SheetId, SheetLineId, UnitId};
use domain::round::{EditionChange, Layer, PublicationState, RoundState, RoundVerb, ScoreVerdict, SheetState, next_verb};
use domain::scoring::Exact;
use entities::{publication, publication_approval, round, score_entry, sheet};
use poem::web::Data;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use render::Lang;
use sea_orm::ConnectionTrait;
use serde_json::Value;

use super::appraise::{self, Given, Judgement};
use super::sheets::{self, LineInput, SheetView};
use super::standing::Said;
use super::{Dates, Decision, Filter, access, publish};
use crate::app::App;
use crate::auth::{Auth, Caller, can};
use crate::criteria::report;
use crate::error::{Error, Result};
use crate::http::{One, Page, Slice, Version, link};

/// Scoring rounds and their publication.
#[derive(Debug)]
pub struct RoundsApi;

/// Sheets and the appraisal of their lines.
#[derive(Debug)]
pub struct SheetsApi;

/// A scoring round.
#[derive(Debug, Object)]
pub struct Round {
    /// Id.
    pub id: RoundId,
    /// Code.
    pub code: String,
    /// Title.
    pub title: String,
    /// The year scored.
    pub year: i32,
    /// The criteria set.
    pub set_id: CriteriaSetId,
    /// The unit that scores.
    pub owner_unit_id: UnitId,
    /// Where it stands.
    pub state: RoundState,
    /// The day whose units are scored.
    pub as_of: NaiveDate,
    /// Whether a survey is held.
    pub survey_held: bool,
    /// Self-scoring ends at this instant.
    pub self_due_at: DateTime<Utc>,
    /// Working days of the explanation window.
    pub explanation_days: i32,
    /// The window ends at this instant.
    pub explanation_due_at: Option<DateTime<Utc>>,
    /// The day by which appraisal should be done.
    pub appraisal_due_on: NaiveDate,
    /// Persons who approve a publication.
    pub approvals_required: i32,
    /// The council's decision.
    pub decision: Option<String>,
    /// Its date.
    pub decided_on: Option<NaiveDate>,
    /// Last year's round.
    pub previous_id: Option<RoundId>,
    /// The verb that comes next, for its secretary.
    pub next_verb: Option<RoundVerb>,
    /// Version.
    pub version: i64,
}

impl From<round::Model> for Round {
    fn from(row: round::Model) -> Self {
        Self {
            id: row.id,
            code: row.code,
            title: row.title,
            year: row.year,
            set_id: row.set_id,
            owner_unit_id: row.owner_unit_id,
            state: row.state,
            as_of: row.as_of,
            survey_held: row.survey_held,
            self_due_at: row.self_due_at,
            explanation_days: row.explanation_days,
            explanation_due_at: row.explanation_due_at,
            appraisal_due_on: row.appraisal_due_on,
            approvals_required: row.approvals_required,
            decision: row.decision,
            decided_on: row.decided_on,
            previous_id: row.previous_id,
            next_verb: next_verb(row.state),
            version: row.version,
        }
    }
}

/// A round to be prepared.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct NewRound {
    /// Title.
    pub title: String,
    /// The year scored.
    pub year: i32,
    /// The criteria set.
    pub set_id: CriteriaSetId,
    /// The unit that scores; may be left out by who runs rounds for one unit only.
    pub owner_unit_id: Option<UnitId>,
    /// The day whose units are scored.
    pub as_of: NaiveDate,
    /// Whether a survey is held.
    pub survey_held: bool,
    /// The units; left out or empty: every commune-level unit directly below the owner.
    pub unit_ids: Option<Vec<UnitId>>,
    /// Self-scoring ends at this instant.
    pub self_due_at: DateTime<Utc>,
    /// Working days of the explanation window.
    pub explanation_days: i32,
    /// The day by which appraisal should be done.
    pub appraisal_due_on: NaiveDate,
    /// Persons who approve a publication; two unless said.
    pub approvals_required: Option<i32>,
    /// Last year's round.
    pub previous_id: Option<RoundId>,
}

/// What may change about a round before its appraisal.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct RoundChange {
    /// Title.
    pub title: Option<String>,
    /// Self-scoring ends at this instant.
    pub self_due_at: Option<DateTime<Utc>>,
    /// Working days of the explanation window.
    pub explanation_days: Option<i32>,
    /// The day by which appraisal should be done.
    pub appraisal_due_on: Option<NaiveDate>,
}

/// A seat on the panel.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct Seat {
    /// Who.
    pub person_id: PersonId,
    /// An appraiser group of the set; empty means all.
    pub group: String,
}

/// The panel of a round.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct Panel {
    /// Its seats.
    pub seats: Vec<Seat>,
}

/// The council's decision.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct CouncilDecision {
    /// Number and title of the paper.
    pub decision: String,
    /// Its date; today unless said.
    pub decided_on: Option<NaiveDate>,
}

/// A unit's sheet in a list: no points.
#[derive(Debug, Object)]
pub struct SheetRow {
    /// Id.
    pub id: SheetId,
    /// The unit.
    pub unit_id: UnitId,
    /// Its code on the round's day.
    pub unit_code: String,
    /// Its name on the round's day.
    pub unit_name: String,
    /// Peer group.
    pub peer_group: Option<String>,
    /// Where it stands.
    pub state: SheetState,
    /// When it was handed in.
    pub submitted_at: Option<DateTime<Utc>>,
    /// Version.
    pub version: i64,
}

impl From<sheet::Model> for SheetRow {
    fn from(row: sheet::Model) -> Self {
        Self {
            id: row.id,
            unit_id: row.unit_id,
            unit_code: row.unit_code,
            unit_name: row.unit_name,
            peer_group: row.peer_group,
            state: row.state,
            submitted_at: row.submitted_at,
            version: row.version,
        }
    }
}

/// Sheets of a round.
#[derive(Debug, Object)]
pub struct SheetRows {
    /// By unit code.
    pub items: Vec<SheetRow>,
}

/// A unit's sheet.
#[derive(Debug, Object)]
pub struct Sheet {
    /// The sheet.
    pub sheet: SheetRow,
    /// Its round.
    pub round_id: RoundId,
    /// Points the unit gives itself, live.
    pub own_points: String,
    /// The most it could give itself.
    pub own_maximum: String,
    /// Criteria that keep it from being submitted.
    pub missing: Vec<String>,
    /// What could still be gained before the lock.
    pub within_reach: Vec<ReachStep>,
    /// Every criterion.
    pub lines: Vec<SheetLine>,
    /// Version.
    pub version: i64,
}

/// A step that would gain points.
#[derive(Debug, Object)]
pub struct ReachStep {
    /// The criterion.
    pub code: String,
    /// The value as it would be.
    pub value: Value,
    /// Points of the criterion then.
    pub points: String,
    /// What the score gains.
    pub gain: String,
}

/// A line of a sheet.
#[derive(Debug, Object)]
pub struct SheetLine {
    /// Id, for evidence.
    pub id: SheetLineId,
    /// The criterion.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Maximum points.
    pub max: String,
    /// Whether the unit scores itself on it.
    pub self_scored: bool,
    /// Whether it needs evidence or a written explanation.
    pub evidence_required: bool,
    /// Declared value, as files carry it.
    pub value: Option<Value>,
    /// Written explanation.
    pub note: Option<String>,
    /// Why it differs from what was counted.
    pub override_reason: Option<String>,
    /// Files attached.
    pub files: u32,
    /// Points the unit gives itself; none while something is missing or it left the maximum.
    pub own_points: Option<String>,
    /// The rule in words with this unit's numbers.
    pub how: String,
    /// What is odd about the figures.
    pub warnings: Vec<String>,
    /// What others said, as far as the caller may see it now.
    pub entries: Vec<ScoreEntry>,
    /// Version of the line.
    pub version: i64,
}

/// A value of a layer.
#[derive(Debug, Object)]
pub struct ScoreEntry {
    /// Id.
    pub id: ScoreEntryId,
    /// Whose.
    pub layer: Layer,
    /// What it says.
    pub verdict: ScoreVerdict,
    /// A value the rule is applied to.
    pub value: Option<Value>,
    /// Points set by hand.
    pub points: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// When.
    pub created_at: DateTime<Utc>,
}

impl From<&score_entry::Model> for ScoreEntry {
    fn from(row: &score_entry::Model) -> Self {
        Self {
            id: row.id,
            layer: row.layer,
            verdict: row.verdict,
            value: row.value.clone(),
            points: row.points.map(|points| Exact::from_stored(points).fixed(4)),
            reason: row.reason.clone(),
            created_at: row.created_at,
        }
    }
}

fn entries(said: &Said) -> Vec<ScoreEntry> {
    said.entries.iter().map(ScoreEntry::from).collect()
}

/// A figure counted for an input.
#[derive(Debug, Object)]
pub struct CountedFigure {
    /// The criterion.
    pub code: String,
    /// The input.
    pub input: String,
    /// What it is bound to.
    pub bind: String,
    /// The number.
    pub value: i64,
    /// Pages of the rows it was counted from.
    pub rows: Vec<String>,
}

/// A line to be written.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct LineWrite {
    /// The criterion.
    pub code: String,
    /// The version that was seen; another one now is 412. Left out, the line is written whatever it holds.
    pub version: Option<i64>,
    /// Declared value as files carry it (`true`, `"key"`, `{"done": 21, "planned": 25}`, `"NA"`); `null` takes it back.
    pub value: Option<Value>,
    /// Written explanation.
    pub note: Option<String>,
    /// Why it differs from what was counted.
    pub override_reason: Option<String>,
}

/// Lines to be written: all or none.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct LinesWrite {
    /// The lines.
    pub lines: Vec<LineWrite>,
}

/// An explanation of a line.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct ExplanationBody {
    /// The criterion.
    pub code: String,
    /// The explanation.
    pub text: String,
    /// A new value, when the unit corrects itself.
    pub value: Option<Value>,
}

/// How far the panel is with a criterion.
#[derive(Debug, Object)]
pub struct CriterionProgress {
    /// The criterion.
    pub code: String,
    /// Lines done.
    pub done: u32,
    /// Lines in all.
    pub total: u32,
}

/// A criterion over all units.
#[derive(Debug, Object)]
pub struct Criterion {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Maximum points.
    pub max: String,
    /// A row a unit, by unit code.
    pub rows: Vec<CriterionRow>,
}

/// A unit's line of a criterion.
#[derive(Debug, Object)]
pub struct CriterionRow {
    /// The unit.
    pub unit_id: UnitId,
    /// Its name.
    pub unit_name: String,
    /// Whether the sheet was handed in.
    pub state: SheetState,
    /// The caller belongs to it, or left it less than 12 months ago: nothing of it is shown.
    pub own_unit: bool,
    /// The line, for evidence.
    pub line_id: Option<SheetLineId>,
    /// Points the unit gives itself.
    pub own_points: Option<String>,
    /// Points that count now, after what was appraised.
    pub points: Option<String>,
    /// How they came about.
    pub how: Option<String>,
    /// What is odd about the figures.
    pub warnings: Vec<String>,
    /// Everything said about it.
    pub entries: Vec<ScoreEntry>,
    /// Which layer the caller would write to now.
    pub layer: Option<Layer>,
}

/// A judgement of a unit's line.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct JudgementBody {
    /// The unit.
    pub unit_id: UnitId,
    /// `accepted`, `changed` or `asked`.
    pub verdict: ScoreVerdict,
    /// A changed value the rule is applied to, or …
    pub value: Option<Value>,
    /// … points, as a decimal string.
    pub points: Option<String>,
    /// Why; demanded when it changes or asks.
    pub reason: Option<String>,
}

/// Judgements of a criterion: all or none.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct JudgementsBody {
    /// One a unit.
    pub judgements: Vec<JudgementBody>,
}

/// A value from elsewhere.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct GivenBody {
    /// The unit.
    pub unit_id: UnitId,
    /// The criterion.
    pub code: String,
    /// The value as files carry it.
    pub value: Value,
    /// Where it comes from.
    pub reason: Option<String>,
}

/// Values from elsewhere: all or none.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct GivenValues {
    /// The values.
    pub values: Vec<GivenBody>,
}

/// A unit and its peer group.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct UnitGroup {
    /// The unit.
    pub unit_id: UnitId,
    /// A peer group of the set; none takes it out.
    pub group: Option<String>,
}

/// Units and their peer groups.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct UnitGroups {
    /// The units.
    pub groups: Vec<UnitGroup>,
}

/// How many lines were written.
#[derive(Debug, Object)]
pub struct Written {
    /// How many.
    pub written: u32,
}

fn written(count: usize) -> Json<Written> {
    Json(Written { written: u32::try_from(count).unwrap_or(u32::MAX) })
}

/// A proposal of a publication.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct NewPublication {
    /// Not published before this instant.
    pub not_before: Option<DateTime<Utc>>,
    /// Why an erratum is needed; demanded once the round is published.
    pub reason: Option<String>,
}

/// An approval of the digest that was seen.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct DigestSeen {
    /// SHA-256 of the snapshot.
    pub digest: String,
}

/// A proposed or published edition.
#[derive(Debug, Object)]
pub struct Publication {
    /// Id.
    pub id: PublicationId,
    /// The round.
    pub round_id: RoundId,
    /// Edition, from 1; later ones are errata.
    pub edition: i32,
    /// Where it stands.
    pub state: PublicationState,
    /// SHA-256 of the snapshot.
    pub digest: String,
    /// Why an erratum was needed.
    pub reason: Option<String>,
    /// Not published before this instant.
    pub not_before: Option<DateTime<Utc>>,
    /// Who proposed it.
    pub proposed_by_id: PersonId,
    /// When it was published.
    pub published_at: Option<DateTime<Utc>>,
    /// Who approved it.
    pub approved_by: Vec<PersonId>,
    /// Of an erratum: what differs from the published edition before it.
    pub changes: Vec<EditionDifference>,
}

/// A difference between two editions.
#[derive(Debug, Object)]
pub struct EditionDifference {
    /// The unit.
    pub unit_id: UnitId,
    /// Its name.
    pub unit: String,
    /// What differs.
    pub what: EditionChange,
    /// The criterion, of points.
    pub code: Option<String>,
    /// What it was.
    pub before: Option<String>,
    /// What it is.
    pub after: Option<String>,
}

impl From<publish::Change> for EditionDifference {
    fn from(one: publish::Change) -> Self {
        let publish::Change { unit_id, unit, what, code, before, after } = one;
        Self { unit_id, unit, what, code, before, after }
    }
}

type Edition = (publication::Model, Vec<publication_approval::Model>);

/// Editions with what each changes.
fn editions(all: Vec<Edition>) -> Result<Vec<Publication>> {
    let rows: Vec<publication::Model> = all.iter().map(|(row, _)| row.clone()).collect();
    let mut changes = publish::changes_of(&rows)?;
    let shown = |(row, approvals): Edition| {
        let changes = changes.remove(&row.id).unwrap_or_default();
        edition(row, approvals, changes.into_iter().map(EditionDifference::from).collect())
    };
    Ok(all.into_iter().map(shown).collect())
}

fn edition(row: publication::Model, approvals: Vec<publication_approval::Model>, changes: Vec<EditionDifference>) -> Publication {
    Publication {
        id: row.id,
        round_id: row.round_id,
        edition: row.edition,
        state: row.state,
        digest: row.digest,
        reason: row.reason,
        not_before: row.not_before,
        proposed_by_id: row.proposed_by_id,
        published_at: row.published_at,
        approved_by: approvals.into_iter().map(|approval| approval.person_id).collect(),
        changes,
    }
}

/// Editions of a round.
#[derive(Debug, Object)]
pub struct Publications {
    /// The latest first.
    pub items: Vec<Publication>,
}

/// A ranking.
#[derive(Debug, Object)]
pub struct Ranking {
    /// SHA-256 of the snapshot.
    pub digest: String,
    /// The snapshot: round, set, units with ranks, points and explanations.
    pub snapshot: Value,
}

async fn one(app: &App, id: PublicationId, round: RoundId) -> Result<Json<Publication>> {
    let all = publish::proposals(app.store.read(), round).await?;
    Ok(Json(editions(all)?.into_iter().find(|one| one.id == id).ok_or(Error::NotFound)?))
}

fn shown(app: &App, view: &SheetView) -> Sheet {
    let words = app.renderer.catalogue();
    let places = view.set.places();
    let (own_points, own_maximum) = view.own_points();
    let lines = view.set.leaves().into_iter().filter_map(|placed| {
        let said = view.lines.get(&placed.node.code)?;
        let own = view.own.line(&placed.node.code).filter(|_| placed.leaf.self_scored)?;
        Some((placed, said, own))
    });
    let lines = lines.map(|(placed, said, own)| SheetLine {
        id: said.line.id,
        code: placed.node.code.clone(),
        name: placed.node.name.clone(),
        max: placed.node.max.fixed(places),
        self_scored: placed.leaf.self_scored,
        evidence_required: placed.leaf.evidence_required,
        value: said.line.value.clone(),
        note: said.line.note.clone(),
        override_reason: said.line.override_reason.clone(),
        files: view.files.get(&said.line.id).copied().unwrap_or_default(),
        own_points: own.result.points.as_ref().filter(|_| own.missing.is_none()).map(|points| points.fixed(places)),
        how: report::words(words, Lang::Vi, &own.result.how),
        warnings: view.warnings(&placed.node.code).iter().map(|said| report::warning(words, Lang::Vi, said)).collect(),
        entries: entries(said),
        version: said.line.version,
    });
    let reach = view.reach().into_iter().map(|step| ReachStep {
        code: step.code,
        value: crate::criteria::yaml::to_json(&domain::scoring::file::write_value(&step.value)),
        points: step.points.fixed(places),
        gain: step.gain.fixed(places),
    });
    Sheet {
        sheet: view.seen.sheet.clone().into(),
        round_id: view.seen.round.id,
        own_points: own_points.fixed(places),
        own_maximum: own_maximum.fixed(places),
        missing: view.unfinished().into_keys().collect(),
        within_reach: reach.collect(),
        lines: lines.collect(),
        version: view.seen.sheet.version,
    }
}

async fn sheet_of(app: &App, caller: &Caller, id: SheetId) -> Result<One<Sheet>> {
    let view = sheets::view(app.store.read(), caller, id).await?;
    let version = view.seen.sheet.version;
    Ok(One::found(shown(app, &view), version))
}

async fn act(app: &App, caller: &Caller, id: RoundId, seen: Version, verb: RoundVerb) -> Result<One<Round>> {
    let row = super::act(&app.store, caller, id, seen, verb, Decision::default()).await?;
    let version = row.version;
    Ok(One::found(row.into(), version))
}

async fn rows_of(db: &impl ConnectionTrait, caller: &Caller, id: RoundId) -> Result<Vec<sheet::Model>> {
    let round = access::find(db, caller, id, false).await?;
    let by = access::by(db, caller, &round).await?;
    if by.secretary {
        return super::standing::units(db, id).await;
    }
    super::standing::own_units(db, caller, id).await
}

#[OpenApi]
impl RoundsApi {
    /// List rounds
    #[oai(path = "/rounds", method = "get", operation_id = "list_rounds")]
    async fn list_rounds(
        &self,
        auth: Auth<can::ReadScores>,
        app: Data<&App>,
        year: Query<Option<i32>>,
        state: Query<Option<RoundState>>,
        limit: Query<Option<u64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<Round>>> {
        let slice = Slice::new(limit.0, cursor.0.as_deref())?;
        let filter = Filter { year: year.0, state: state.0 };
        let rows = super::list(app.store.read(), &auth, &filter, &slice).await?;
        let path = link(
            "/api/v1/rounds",
            &[("year", filter.year.map(|year| year.to_string())), ("state", filter.state.map(|state| state.to_string()))],
        );
        let (items, next) = slice.page(rows, &path, |row| (row.year.into(), row.id.0), Round::from);
        Ok(Json(Page { items, next }))
    }

    /// Get a round
    #[oai(path = "/rounds/:id", method = "get", operation_id = "get_round")]
    async fn get_round(&self, auth: Auth<can::ReadScores>, app: Data<&App>, id: Path<RoundId>) -> Result<One<Round>> {
        let row = access::find(app.store.read(), &auth, id.0, false).await?;
        let version = row.version;
        Ok(One::found(row.into(), version))
    }

    /// Prepare a round
    ///
    /// Units and their names are those of its day.
    #[oai(path = "/rounds", method = "post", operation_id = "create_round")]
    async fn create_round(
        &self,
        auth: Auth<can::ManageRounds>,
        app: Data<&App>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
        body: Json<NewRound>,
    ) -> Result<One<Round>> {
        let body = body.0;
        let new = super::NewRound {
            title: body.title,
            year: body.year,
            set_id: body.set_id,
            owner_unit_id: body.owner_unit_id,
            as_of: body.as_of,
            survey_held: body.survey_held,
            unit_ids: body.unit_ids.unwrap_or_default(),
            dates: Dates {
                self_due_at: body.self_due_at,
                explanation_days: body.explanation_days,
                appraisal_due_on: body.appraisal_due_on,
            },
            approvals_required: body.approvals_required.unwrap_or(2),
            previous_id: body.previous_id,
        };
        let row = super::create(&app.store, &auth, new).await?;
        let version = row.version;
        Ok(One::made(row.into(), version))
    }

    /// Change title and dates
    #[oai(path = "/rounds/:id", method = "patch", operation_id = "update_round")]
    async fn update_round(
        &self,
        auth: Auth<can::ManageRounds>,
        app: Data<&App>,
        id: Path<RoundId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<RoundChange>,
    ) -> Result<One<Round>> {
        let now = access::find(app.store.read(), &auth, id.0, false).await?;
        let body = body.0;
        let dates = Dates {
            self_due_at: body.self_due_at.unwrap_or(now.self_due_at),
            explanation_days: body.explanation_days.unwrap_or(now.explanation_days),
            appraisal_due_on: body.appraisal_due_on.unwrap_or(now.appraisal_due_on),
        };
        let row = super::update(&app.store, &auth, id.0, seen.0, body.title.unwrap_or(now.title), dates).await?;
        let version = row.version;
        Ok(One::found(row.into(), version))
    }

    /// The panel of a round
    #[oai(path = "/rounds/:id/panel", method = "get", operation_id = "get_round_panel")]
    async fn get_round_panel(&self, auth: Auth<can::ManageRounds>, app: Data<&App>, id: Path<RoundId>) -> Result<Json<Panel>> {
        let round = access::find(app.store.read(), &auth, id.0, false).await?;
        let seats = super::panel(app.store.read(), round.id).await?;
        Ok(Json(Panel { seats: seats.into_iter().map(|seat| Seat { person_id: seat.person_id, group: seat.group }).collect() }))
    }

    /// Name the panel anew
    #[oai(path = "/rounds/:id/panel", method = "put", operation_id = "set_round_panel")]
    async fn set_round_panel(
        &self,
        auth: Auth<can::ManageRounds>,
        app: Data<&App>,
        id: Path<RoundId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<Panel>,
    ) -> Result<One<Round>> {
        let seats = body.0.seats.into_iter().map(|seat| super::Seat { person_id: seat.person_id, group: seat.group }).collect();
        let row = super::set_panel(&app.store, &auth, id.0, seen.0, seats).await?;
        let version = row.version;
        Ok(One::found(row.into(), version))
    }

    /// Open self-scoring
    #[oai(path = "/rounds/:id/open", method = "post", operation_id = "open_round")]
    async fn open_round(
        &self,
        auth: Auth<can::ManageRounds>,
        app: Data<&App>,
        id: Path<RoundId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
    ) -> Result<One<Round>> {
        act(&app, &auth, id.0, seen.0, RoundVerb::Open).await
    }

    /// Lock self-scoring and begin the first appraisal
    #[oai(path = "/rounds/:id/close_self_scoring", method = "post", operation_id = "close_self_scoring")]
    async fn close_self_scoring(
        &self,
        auth: Auth<can::ManageRounds>,
        app: Data<&App>,
        id: Path<RoundId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
    ) -> Result<One<Round>> {
        act(&app, &auth, id.0, seen.0, RoundVerb::CloseSelfScoring).await
    }

    /// Release the first appraisal to the units
    ///
    /// The explanation window is counted in working days from today.
    #[oai(path = "/rounds/:id/release", method = "post", operation_id = "release_round")]
    async fn release_round(
        &self,
        auth: Auth<can::ManageRounds>,
        app: Data<&App>,
        id: Path<RoundId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
    ) -> Result<One<Round>> {
        act(&app, &auth, id.0, seen.0, RoundVerb::Release).await
    }

    /// End the explanations and begin the second appraisal
    #[oai(path = "/rounds/:id/final_appraise", method = "post", operation_id = "final_appraise_round")]
    async fn final_appraise_round(
        &self,
        auth: Auth<can::ManageRounds>,
        app: Data<&App>,
        id: Path<RoundId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
    ) -> Result<One<Round>> {
        act(&app, &auth, id.0, seen.0, RoundVerb::FinalAppraise).await
    }

    /// Submit to the council
    ///
    /// Totals and ranks exist from here on.
    #[oai(path = "/rounds/:id/convene", method = "post", operation_id = "convene_round")]
    async fn convene_round(
        &self,
        auth: Auth<can::ManageRounds>,
        app: Data<&App>,
        id: Path<RoundId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
    ) -> Result<One<Round>> {
        act(&app, &auth, id.0, seen.0, RoundVerb::Convene).await
    }

    /// Record the council's approval
    #[oai(path = "/rounds/:id/approve", method = "post", operation_id = "approve_round")]
    async fn approve_round(
        &self,
        auth: Auth<can::ManageRounds>,
        app: Data<&App>,
        id: Path<RoundId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<CouncilDecision>,
    ) -> Result<One<Round>> {
        let CouncilDecision { decision, decided_on } = body.0;
        let decision = Decision { decision: Some(decision), decided_on };
        let row = super::act(&app.store, &auth, id.0, seen.0, RoundVerb::Approve, decision).await?;
        let version = row.version;
        Ok(One::found(row.into(), version))
    }

    /// Archive a published round
    #[oai(path = "/rounds/:id/archive", method = "post", operation_id = "archive_round")]
    async fn archive_round(
        &self,
        auth: Auth<can::ManageRounds>,
        app: Data<&App>,
        id: Path<RoundId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
    ) -> Result<One<Round>> {
        act(&app, &auth, id.0, seen.0, RoundVerb::Archive).await
    }

    /// The sheets of a round
    ///
    /// Every unit's for the secretary, else those of the caller's own units. No points.
    #[oai(path = "/rounds/:id/sheets", method = "get", operation_id = "list_sheets")]
    async fn list_sheets(&self, auth: Auth<can::ReadScores>, app: Data<&App>, id: Path<RoundId>) -> Result<Json<SheetRows>> {
        let rows = rows_of(app.store.read(), &auth, id.0).await?;
        Ok(Json(SheetRows { items: rows.into_iter().map(SheetRow::from).collect() }))
    }

    /// Enter values that no unit scores itself
    ///
    /// Surveys, the leadership's points, other indices. Every entry stays; the latest counts.
    #[oai(path = "/rounds/:id/values", method = "post", operation_id = "enter_round_values")]
    async fn enter_round_values(
        &self,
        auth: Auth<can::ManageRounds>,
        app: Data<&App>,
        id: Path<RoundId>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
        body: Json<GivenValues>,
    ) -> Result<Json<Written>> {
        let given = |body: GivenBody| Given { unit_id: body.unit_id, code: body.code, value: body.value, reason: body.reason };
        let values = body.0.values.into_iter().map(given).collect();
        Ok(written(appraise::enter(&app.store, &auth, id.0, values).await?))
    }

    /// Put units into peer groups
    #[oai(path = "/rounds/:id/groups", method = "put", operation_id = "set_round_groups")]
    async fn set_round_groups(
        &self,
        auth: Auth<can::ManageRounds>,
        app: Data<&App>,
        id: Path<RoundId>,
        body: Json<UnitGroups>,
    ) -> Result<Json<Written>> {
        let groups: BTreeMap<UnitId, Option<String>> =
            body.0.groups.into_iter().map(|group| (group.unit_id, group.group)).collect();
        Ok(written(appraise::set_groups(&app.store, &auth, id.0, groups).await?))
    }

    /// The ranking
    ///
    /// From the council on for the secretary and the publishers, from publication for everybody.
    #[oai(path = "/rounds/:id/ranking", method = "get", operation_id = "get_round_ranking")]
    async fn get_round_ranking(&self, auth: Auth<can::ReadScores>, app: Data<&App>, id: Path<RoundId>) -> Result<Json<Ranking>> {
        let (_, snapshot) = publish::ranking(app.store.read(), &auth, id.0).await?;
        let (_, digest) = publish::sealed(&snapshot)?;
        Ok(Json(Ranking { digest, snapshot: serde_json::to_value(snapshot)? }))
    }

    /// Editions proposed and published
    #[oai(path = "/rounds/:id/publications", method = "get", operation_id = "list_publications")]
    async fn list_publications(
        &self,
        auth: Auth<can::ReadScores>,
        app: Data<&App>,
        id: Path<RoundId>,
    ) -> Result<Json<Publications>> {
        let db = app.store.read();
        let round = access::find(db, &auth, id.0, false).await?;
        let by = access::by(db, &auth, &round).await?;
        let inside = by.secretary || by.publisher;
        let all = publish::proposals(db, round.id).await?;
        let seen = all.into_iter().filter(|(row, _)| inside || row.state == PublicationState::Published);
        Ok(Json(Publications { items: editions(seen.collect())? }))
    }

    /// Propose a publication
    ///
    /// Of what stands now; once the round is published, an erratum with its reason.
    #[oai(path = "/rounds/:id/publications", method = "post", operation_id = "propose_publication")]
    async fn propose_publication(
        &self,
        auth: Auth<can::ManageRounds>,
        app: Data<&App>,
        id: Path<RoundId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
        body: Json<NewPublication>,
    ) -> Result<Json<Publication>> {
        let row = publish::propose(&app.store, &auth, id.0, seen.0, body.0.not_before, body.0.reason).await?;
        one(&app, row.id, row.round_id).await
    }

    /// Approve a publication
    ///
    /// On the digest that was seen. The last approval needed publishes it.
    #[oai(path = "/publications/:id/approve", method = "post", operation_id = "approve_publication")]
    async fn approve_publication(
        &self,
        auth: Auth<can::ApprovePublication>,
        app: Data<&App>,
        id: Path<PublicationId>,
        body: Json<DigestSeen>,
    ) -> Result<Json<Publication>> {
        let row = publish::approve(&app.store, &auth, id.0, body.0.digest).await?;
        one(&app, row.id, row.round_id).await
    }

    /// Publish an approved edition whose time has come
    #[oai(path = "/publications/:id/publish", method = "post", operation_id = "publish_publication")]
    async fn publish_publication(
        &self,
        auth: Auth<crate::auth::Either<can::ManageRounds, can::ApprovePublication>>,
        app: Data<&App>,
        id: Path<PublicationId>,
    ) -> Result<Json<Publication>> {
        let row = publish::release(&app.store, &auth, id.0).await?;
        one(&app, row.id, row.round_id).await
    }
}

#[OpenApi]
impl SheetsApi {
    /// Get a sheet
    ///
    /// Appraised values are there from the explanation on, of one's own unit.
    #[oai(path = "/sheets/:id", method = "get", operation_id = "get_sheet")]
    async fn get_sheet(&self, auth: Auth<can::ReadScores>, app: Data<&App>, id: Path<SheetId>) -> Result<One<Sheet>> {
        sheet_of(&app, &auth, id.0).await
    }

    /// Write lines
    ///
    /// All or none. A line whose version was seen and has changed since is 412.
    #[oai(path = "/sheets/:id/lines", method = "put", operation_id = "write_sheet_lines")]
    async fn write_sheet_lines(
        &self,
        auth: Auth<can::DraftScores>,
        app: Data<&App>,
        id: Path<SheetId>,
        body: Json<LinesWrite>,
    ) -> Result<One<Sheet>> {
        let line = |line: LineWrite| LineInput {
            code: line.code,
            version: line.version,
            value: line.value.unwrap_or(Value::Null),
            note: line.note,
            override_reason: line.override_reason,
        };
        sheets::write(&app.store, &auth, id.0, body.0.lines.into_iter().map(line).collect()).await?;
        sheet_of(&app, &auth, id.0).await
    }

    /// Fill counted figures into a sheet
    ///
    /// Inputs bound to the one-stop desk's figures or to the year's work, where nothing stands yet.
    #[oai(path = "/sheets/:id/prefill", method = "post", operation_id = "prefill_sheet")]
    async fn prefill_sheet(&self, auth: Auth<can::DraftScores>, app: Data<&App>, id: Path<SheetId>) -> Result<One<Sheet>> {
        sheets::prefill(&app.store, &auth, id.0).await?;
        sheet_of(&app, &auth, id.0).await
    }

    /// Figures counted for a sheet, with their rows
    #[oai(path = "/sheets/:id/counted", method = "get", operation_id = "list_counted_figures")]
    async fn list_counted_figures(
        &self,
        auth: Auth<can::ReadScores>,
        app: Data<&App>,
        id: Path<SheetId>,
    ) -> Result<Json<Vec<CountedFigure>>> {
        let db = app.store.read();
        let view = sheets::view(db, &auth, id.0).await?;
        let (unit, year) = (view.seen.sheet.unit_id, view.seen.round.year);
        let counted = super::counted::counted(db, &view.set, unit, year, auth.today).await?;
        let figures = counted.into_iter().flat_map(|(code, inputs)| {
            inputs.into_iter().map(move |(input, counted)| CountedFigure {
                code: code.clone(),
                input,
                bind: counted.bind,
                value: counted.value,
                rows: counted.rows,
            })
        });
        Ok(Json(figures.collect()))
    }

    /// Hand a sheet in
    #[oai(path = "/sheets/:id/submit", method = "post", operation_id = "submit_sheet")]
    async fn submit_sheet(
        &self,
        auth: Auth<can::SignForUnit>,
        app: Data<&App>,
        id: Path<SheetId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
    ) -> Result<One<Sheet>> {
        sheets::submit(&app.store, &auth, id.0, seen.0).await?;
        sheet_of(&app, &auth, id.0).await
    }

    /// Take a sheet back before the deadline
    #[oai(path = "/sheets/:id/withdraw", method = "post", operation_id = "withdraw_sheet")]
    async fn withdraw_sheet(
        &self,
        auth: Auth<can::SignForUnit>,
        app: Data<&App>,
        id: Path<SheetId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
    ) -> Result<One<Sheet>> {
        sheets::withdraw(&app.store, &auth, id.0, seen.0).await?;
        sheet_of(&app, &auth, id.0).await
    }

    /// Explain a line that the appraisal changed or asked about
    #[oai(path = "/sheets/:id/explain", method = "post", operation_id = "explain_sheet_line")]
    async fn explain_sheet_line(
        &self,
        auth: Auth<crate::auth::Either<can::DraftScores, can::SignForUnit>>,
        app: Data<&App>,
        id: Path<SheetId>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
        body: Json<ExplanationBody>,
    ) -> Result<One<Sheet>> {
        let ExplanationBody { code, text, value } = body.0;
        sheets::explain(&app.store, &auth, id.0, code, text, value).await?;
        sheet_of(&app, &auth, id.0).await
    }

    /// How far the panel is
    #[oai(path = "/rounds/:id/criteria", method = "get", operation_id = "list_round_criteria")]
    async fn list_round_criteria(
        &self,
        auth: Auth<crate::auth::Either<can::AppraiseScores, can::ManageRounds>>,
        app: Data<&App>,
        id: Path<RoundId>,
    ) -> Result<Json<Vec<CriterionProgress>>> {
        let rows = appraise::progress(app.store.read(), &auth, id.0).await?;
        Ok(Json(rows.into_iter().map(|(code, done, total)| CriterionProgress { code, done, total }).collect()))
    }

    /// One criterion over all units
    #[oai(path = "/rounds/:id/criteria/:code", method = "get", operation_id = "get_round_criterion")]
    async fn get_round_criterion(
        &self,
        auth: Auth<crate::auth::Either<can::AppraiseScores, can::ManageRounds>>,
        app: Data<&App>,
        id: Path<RoundId>,
        code: Path<String>,
    ) -> Result<Json<Criterion>> {
        let view = appraise::criterion(app.store.read(), &auth, id.0, &code.0).await?;
        let node = view.set.leaf(&view.code).ok_or(Error::NotFound)?.node;
        let (words, places) = (app.renderer.catalogue(), view.set.places());
        let rows = view.rows.into_iter().map(|row| CriterionRow {
            unit_id: row.sheet.unit_id,
            warnings: row.warnings().map(|said| report::warning(words, Lang::Vi, said)).collect(),
            unit_name: row.sheet.unit_name,
            state: row.sheet.state,
            own_unit: row.own_unit,
            line_id: row.said.as_ref().map(|said| said.line.id),
            own_points: row.own.as_ref().and_then(|line| line.result.points.as_ref()).map(|points| points.fixed(places)),
            points: row
                .now
                .as_ref()
                .filter(|line| line.missing.is_none())
                .and_then(|line| line.result.points.as_ref())
                .map(|points| points.fixed(places)),
            how: row.own.as_ref().map(|line| report::words(words, Lang::Vi, &line.result.how)),
            entries: row.said.as_ref().map(entries).unwrap_or_default(),
            layer: row.layer,
        });
        Ok(Json(Criterion {
            code: node.code.clone(),
            name: node.name.clone(),
            max: node.max.fixed(places),
            rows: rows.collect(),
        }))
    }

    /// Judge one criterion for any number of units
    ///
    /// All or none. In the appraisal by the panel, in the second by somebody else, in the council by the secretary.
    #[oai(path = "/rounds/:id/criteria/:code/appraise", method = "post", operation_id = "appraise_criterion")]
    async fn appraise_criterion(
        &self,
        auth: Auth<crate::auth::Either<can::AppraiseScores, can::ManageRounds>>,
        app: Data<&App>,
        id: Path<RoundId>,
        code: Path<String>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
        body: Json<JudgementsBody>,
    ) -> Result<Json<Written>> {
        let mut problems = domain::draft::Problems::new();
        let judgements = body
            .0
            .judgements
            .into_iter()
            .enumerate()
            .map(|(index, judgement)| {
                let points = judgement.points.map(|text| text.parse::<Exact>());
                problems.check(
                    points.as_ref().is_some_and(std::result::Result::is_err),
                    &format!("judgements/{index}/points"),
                    "file_not_a_number",
                );
                Judgement {
                    unit_id: judgement.unit_id,
                    verdict: judgement.verdict,
                    value: judgement.value,
                    points: points.and_then(std::result::Result::ok),
                    reason: judgement.reason,
                }
            })
            .collect();
        problems.finish()?;
        Ok(written(appraise::appraise(&app.store, &auth, id.0, code.0, judgements).await?))
    }
}
