//! What goes over the wire: rounds, sheets, criteria, editions.

use chrono::{DateTime, NaiveDate, Utc};
use domain::id::{CriteriaSetId, PersonId, PublicationId, RoundId, ScoreEntryId, SheetId, SheetLineId, UnitId};
use domain::round::{EditionChange, Layer, PublicationState, RoundState, RoundVerb, ScoreVerdict, SheetState, next_verb};
use domain::scoring::Exact;
use entities::{publication, publication_approval, round, score_entry, sheet};
use poem_openapi::Object;
use poem_openapi::payload::Json;
use serde_json::Value;

use crate::error::Result;
use crate::rounds::publish;
use crate::rounds::standing::Said;

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

pub(super) fn entries(said: &Said) -> Vec<ScoreEntry> {
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

pub(super) fn written(count: usize) -> Json<Written> {
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

pub(super) type Edition = (publication::Model, Vec<publication_approval::Model>);

/// Editions with what each changes.
pub(super) fn editions(all: Vec<Edition>) -> Result<Vec<Publication>> {
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
