//! Where every unit of a round stands: the values that count, scores, ranks.
//!
//! Totals and ranks are computed here only, and only from the council on: what is not computed
//! cannot leak.

use std::collections::BTreeMap;

use domain::draft::Problems;
use domain::id::{RoundId, UnitId};
use domain::record::SuccessionKind;
use domain::round::{Facts, Layer, ScoreVerdict, SheetState, may_rank};
use domain::scoring::{self, CriteriaSet, Entry, Exact, Leaf, Place, ScoreSource, Unit, UnitScore, Value, file};
use entities::{round, score_entry, sheet, sheet_line};
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use serde_json::Value as Json;

use super::access::OF_UNIT;
use super::{entries_of, latest};
use crate::auth::Caller;
use crate::criteria::yaml;
use crate::error::Result;

/// A line with everything ever said about it.
#[derive(Clone, Debug)]
pub struct Said {
    /// The line.
    pub line: sheet_line::Model,
    /// Its entries, the earliest first.
    pub entries: Vec<score_entry::Model>,
}

impl Said {
    /// The latest entry of a layer.
    #[must_use]
    pub fn latest(&self, layer: Layer) -> Option<&score_entry::Model> {
        latest(&self.entries, layer)
    }

    /// Whether the first appraisal changed it or asked about it.
    #[must_use]
    pub fn contested(&self) -> bool {
        self.latest(Layer::Appraisal1).is_some_and(|entry| matches!(entry.verdict, ScoreVerdict::Changed | ScoreVerdict::Asked))
    }

    /// Whether a second appraisal is owed: it was explained, or only asked about.
    #[must_use]
    pub fn awaits_decision(&self) -> bool {
        let asked = self.latest(Layer::Appraisal1).is_some_and(|entry| entry.verdict == ScoreVerdict::Asked);
        (asked || (self.contested() && self.latest(Layer::Explanation).is_some())) && self.latest(Layer::Appraisal2).is_none()
    }
}

/// A unit's sheet with its lines.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// The sheet.
    pub row: sheet::Model,
    /// Lines by the code of the criterion.
    pub lines: BTreeMap<String, Said>,
}

/// Everything declared and appraised in a round.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The round.
    pub round: round::Model,
    /// Sheets by unit code.
    pub sheets: Vec<Sheet>,
}

/// Reads a whole round: three statements, whatever its size.
///
/// # Errors
/// The database's.
pub async fn load(db: &impl ConnectionTrait, round: &round::Model) -> Result<Standing> {
    load_some(db, round, None).await
}

/// Reads one criterion of every sheet.
///
/// # Errors
/// The database's.
pub async fn load_criterion(db: &impl ConnectionTrait, round: &round::Model, code: &str) -> Result<Standing> {
    load_some(db, round, Some(code)).await
}

async fn load_some(db: &impl ConnectionTrait, round: &round::Model, code: Option<&str>) -> Result<Standing> {
    let sheets = units(db, round.id).await?;
    let wanted = |column: sheet_line::Column| {
        let of_round = Query::select()
            .column(sheet::Column::Id)
            .from(sheet::Entity)
            .and_where(sheet::Column::RoundId.eq(round.id))
            .to_owned();
        Condition::all().add(column.in_subquery(of_round)).add_option(code.map(|code| sheet_line::Column::Code.eq(code)))
    };
    let lines = sheet_line::Entity::find().filter(wanted(sheet_line::Column::SheetId)).all(db).await?;
    let ids = Query::select()
        .column(sheet_line::Column::Id)
        .from(sheet_line::Entity)
        .cond_where(wanted(sheet_line::Column::SheetId))
        .to_owned();
    let mut entries = entries_of(db, Condition::all().add(score_entry::Column::LineId.in_subquery(ids))).await?;
    let mut by_sheet: BTreeMap<_, BTreeMap<String, Said>> = BTreeMap::new();
    for line in lines {
        let entries = entries.remove(&line.id).unwrap_or_default();
        by_sheet.entry(line.sheet_id).or_default().insert(line.code.clone(), Said { line, entries });
    }
    let sheets = sheets.into_iter().map(|row| Sheet { lines: by_sheet.remove(&row.id).unwrap_or_default(), row }).collect();
    Ok(Standing { round: round.clone(), sheets })
}

/// Reads one sheet.
///
/// # Errors
/// The database's.
pub async fn load_sheet(db: &impl ConnectionTrait, row: sheet::Model) -> Result<Sheet> {
    let lines = sheet_line::Entity::find().filter(sheet_line::Column::SheetId.eq(row.id)).all(db).await?;
    let ids = Query::select()
        .column(sheet_line::Column::Id)
        .from(sheet_line::Entity)
        .and_where(sheet_line::Column::SheetId.eq(row.id))
        .to_owned();
    let mut entries = entries_of(db, Condition::all().add(score_entry::Column::LineId.in_subquery(ids))).await?;
    let said =
        |line: sheet_line::Model| (line.code.clone(), Said { entries: entries.remove(&line.id).unwrap_or_default(), line });
    Ok(Sheet { lines: lines.into_iter().map(said).collect(), row })
}

/// The figures of a line as they were judged in the end: what last year's are compared by.
#[must_use]
pub fn judged(leaf: &Leaf, said: &Said) -> Option<Value> {
    effective(leaf, said, Stage::Final).and_then(|entry| entry.value)
}

/// A kept value, as its criterion reads it.
#[must_use]
pub fn value_of(leaf: &Leaf, kept: Option<&Json>) -> Option<Value> {
    let mut problems = Problems::new();
    file::read_value(leaf, &yaml::from_json(kept?), "value", &mut problems)
}

/// What an entry says: points set by hand, or a value for the rule.
fn entry_of(leaf: &Leaf, said: &score_entry::Model) -> Entry {
    match said.points {
        Some(points) => Entry::set(Exact::from_stored(points)),
        None => Entry { value: value_of(leaf, said.value.as_ref()), points: None },
    }
}

/// Up to which layer values count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// As the unit scored itself.
    SelfScore,
    /// With every appraisal and the council.
    Final,
}

/// What counts for a line, if anything yet.
#[must_use]
pub fn effective(leaf: &Leaf, said: &Said, stage: Stage) -> Option<Entry> {
    let own = || said.latest(Layer::SelfScore).map(|entry| entry_of(leaf, entry));
    let given = |layer: Layer| said.latest(layer).map(|entry| entry_of(leaf, entry));
    if stage == Stage::SelfScore {
        return if leaf.self_scored { own() } else { None };
    }
    if let Some(council) = said.latest(Layer::Council) {
        return if council.verdict == ScoreVerdict::Accepted {
            before_council(leaf, said)
        } else {
            Some(entry_of(leaf, council))
        };
    }
    match leaf.source {
        ScoreSource::Survey => given(Layer::Survey),
        ScoreSource::Leadership => given(Layer::Leadership),
        ScoreSource::External => given(Layer::External),
        ScoreSource::Appraisal => before_council(leaf, said),
    }
}

/// What counts before the council said anything: the second appraisal, else the first, else nothing.
fn before_council(leaf: &Leaf, said: &Said) -> Option<Entry> {
    let own = || said.latest(Layer::SelfScore).map(|entry| entry_of(leaf, entry));
    let explained = || {
        let entry = said.latest(Layer::Explanation).map(|entry| entry_of(leaf, entry));
        entry.filter(|entry| entry.value.is_some() || entry.points.is_some())
    };
    match (said.latest(Layer::Appraisal2), said.latest(Layer::Appraisal1)) {
        (Some(second), _) if second.verdict == ScoreVerdict::Accepted => explained().or_else(own),
        (Some(second), _) => Some(entry_of(leaf, second)),
        (None, Some(first)) => match first.verdict {
            ScoreVerdict::Accepted => own(),
            ScoreVerdict::Changed | ScoreVerdict::Given => Some(entry_of(leaf, first)),
            ScoreVerdict::Asked => None,
        },
        (None, None) => None,
    }
}

/// A sheet as the engine takes it.
#[must_use]
pub fn unit_of(set: &CriteriaSet, round: &round::Model, sheet: &Sheet, stage: Stage) -> Unit {
    let entries = set.leaves().into_iter().filter_map(|placed| {
        let said = sheet.lines.get(&placed.node.code)?;
        effective(placed.leaf, said, stage).map(|entry| (placed.node.code.clone(), entry))
    });
    Unit {
        id: sheet.row.unit_code.clone(),
        kind: Some(sheet.row.kind.clone()),
        group: sheet.row.peer_group.clone(),
        survey_held: round.survey_held,
        entries: entries.collect(),
    }
}

/// Whether a criterion has to be appraised on this sheet: it applies to the unit and is not scored
/// from elsewhere.
fn appraised(set: &CriteriaSet, unit: &Unit, placed: scoring::Placed<'_>) -> bool {
    placed.leaf.source == ScoreSource::Appraisal && scoring::line(set, unit, placed).result.how.code != "not_applicable_to_unit"
}

/// A unit's place in the ranking.
#[derive(Clone, Debug)]
pub struct Ranked {
    /// Index of the sheet.
    pub sheet: usize,
    /// Its own score of itself, of what it scores itself.
    pub own: UnitScore,
    /// The final score.
    pub score: UnitScore,
    /// Its place.
    pub place: Place,
}

impl Standing {
    /// Adds to `facts` what is missing on the lines.
    pub fn count(&self, set: &CriteriaSet, facts: &mut Facts) {
        let one = |yes: bool| u32::from(yes);
        for sheet in &self.sheets {
            let unit = unit_of(set, &self.round, sheet, Stage::Final);
            for placed in set.leaves() {
                let Some(said) = sheet.lines.get(&placed.node.code) else { continue };
                let appraised = appraised(set, &unit, placed);
                facts.not_appraised += one(appraised && said.latest(Layer::Appraisal1).is_none());
                facts.not_explained += one(said.contested()
                    && said.latest(Layer::Explanation).is_none()
                    && sheet.row.state == SheetState::Submitted);
                facts.not_decided += one(said.awaits_decision());
                facts.without_points += one(scoring::line(set, &unit, placed).missing.is_some());
            }
        }
    }

    /// Scores and ranks every unit, the best of each group first.
    ///
    /// # Errors
    /// `ranking_not_yet` before the council.
    pub fn rank(&self, set: &CriteriaSet) -> Result<Vec<Ranked>> {
        may_rank(self.round.state)?;
        let scores: Vec<(UnitScore, UnitScore)> = self
            .sheets
            .iter()
            .map(|sheet| {
                let score = |stage| scoring::preview(set, &unit_of(set, &self.round, sheet, stage));
                (score(Stage::SelfScore), score(Stage::Final))
            })
            .collect();
        let mut by_group: BTreeMap<Option<&str>, Vec<usize>> = BTreeMap::new();
        for (index, sheet) in self.sheets.iter().enumerate() {
            by_group.entry(sheet.row.peer_group.as_deref()).or_default().push(index);
        }
        let mut found = Vec::new();
        for members in by_group.into_values() {
            let of = |index: &usize| scores.get(*index).map(|(_, score)| score);
            let contenders: Vec<_> = members
                .iter()
                .filter_map(of)
                .map(|score| scoring::Contender { code: &score.id, total: &score.total, breakers: scoring::breakers(set, score) })
                .collect();
            for place in scoring::rank(set.tie_policy, &contenders) {
                let Some(index) = members.get(place.index).copied() else { continue };
                let Some((own, score)) = scores.get(index).cloned() else { continue };
                found.push(Ranked { sheet: index, own, score, place });
            }
        }
        Ok(found)
    }
}

/// The published round before this one, if it has one.
///
/// # Errors
/// The database's.
pub async fn before(db: &impl ConnectionTrait, row: &round::Model) -> Result<Option<round::Model>> {
    let Some(id) = row.previous_id else { return Ok(None) };
    Ok(round::Entity::find_by_id(id).one(db).await?.filter(|before| before.state.is_public()))
}

/// What each of these units was called in an earlier round: itself, or the one it was renamed or
/// moved from. A unit that was merged or split is nobody's continuation.
///
/// # Errors
/// The database's.
pub async fn earlier_selves(db: &impl ConnectionTrait, units: &[UnitId]) -> Result<BTreeMap<UnitId, UnitId>> {
    use entities::unit_succession::{Column, Entity};
    let links = Entity::find().filter(Column::ToUnitId.is_in(units.iter().copied())).all(db).await?;
    let mut found: BTreeMap<UnitId, UnitId> = units.iter().map(|unit| (*unit, *unit)).collect();
    for unit in units {
        let heirs: Vec<_> = links.iter().filter(|link| link.to_unit_id == Some(*unit)).collect();
        if let [one] = heirs.as_slice() {
            if matches!(one.kind, SuccessionKind::Rename | SuccessionKind::Transfer) {
                found.insert(*unit, one.from_unit_id);
            } else {
                found.remove(unit);
            }
        } else if !heirs.is_empty() {
            found.remove(unit);
        }
    }
    Ok(found)
}

/// The sheets of a round, by unit code.
///
/// # Errors
/// The database's.
pub async fn units(db: &impl ConnectionTrait, id: RoundId) -> Result<Vec<sheet::Model>> {
    sheets_where(db, Condition::all().add(sheet::Column::RoundId.eq(id))).await
}

/// The sheets of the caller's own units in a round.
///
/// # Errors
/// The database's.
pub async fn own_units(db: &impl ConnectionTrait, caller: &Caller, id: RoundId) -> Result<Vec<sheet::Model>> {
    let own = caller.scope_of(&OF_UNIT).covers(sheet::Column::UnitId);
    sheets_where(db, Condition::all().add(sheet::Column::RoundId.eq(id)).add(own)).await
}

async fn sheets_where(db: &impl ConnectionTrait, wanted: Condition) -> Result<Vec<sheet::Model>> {
    Ok(sheet::Entity::find().filter(wanted).order_by_asc(sheet::Column::UnitCode).order_by_asc(sheet::Column::Id).all(db).await?)
}

/// A line of one sheet with its entries, held still until the write ends.
///
/// # Errors
/// The database's.
pub async fn said(db: &impl ConnectionTrait, line: sheet_line::Model) -> Result<Said> {
    let mut entries = entries_of(db, Condition::all().add(score_entry::Column::LineId.eq(line.id))).await?;
    let entries = entries.remove(&line.id).unwrap_or_default();
    Ok(Said { line, entries })
}
