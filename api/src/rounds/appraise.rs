//! The panel's and the council's side: one criterion over all units, and values from elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use domain::draft::Problems;
use domain::id::{PersonId, RoundId, UnitId};
use domain::permission::Permission;
use domain::record::Subject;
use domain::round::{Appraising, Layer, RoundState, ScoreVerdict, may_appraise};
use domain::rule::Refused;
use domain::scoring::{self, Adjustment, CriteriaSet, Exact, Placed, ScoreSource, Unit, Value, file};
use entities::{round, score_entry, sheet};
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _};
use serde_json::Value as Json;

use super::access::{self, By};
use super::deductions::{self, Proposed};
use super::standing::{self, Said, Sheet, Stage};
use super::{set_of, sheets};
use crate::auth::Caller;
use crate::criteria::yaml;
use crate::error::{Error, Result};
use crate::store::{Event, Store};

/// One criterion of every unit, as an appraiser sees it.
#[derive(Debug)]
pub struct CriterionView {
    /// The round.
    pub round: round::Model,
    /// What the caller is to it.
    pub by: By,
    /// The set.
    pub set: CriteriaSet,
    /// The code of the criterion.
    pub code: String,
    /// A row a unit, by unit code.
    pub rows: Vec<Row>,
}

/// A unit's row.
#[derive(Debug)]
pub struct Row {
    /// The sheet.
    pub sheet: sheet::Model,
    /// The line with its entries; none of one's own unit, whose values are not shown.
    pub said: Option<Said>,
    /// The self-score by the engine.
    pub own: Option<scoring::Line>,
    /// What counts now, by the engine; none before anything was said.
    pub now: Option<scoring::Line>,
    /// The caller belongs to this unit, or left it less than 12 months ago.
    pub own_unit: bool,
    /// Which layer the caller would write to.
    pub layer: Option<Layer>,
    /// Deductions that findings of inspections propose.
    pub proposed: Vec<Proposed>,
    /// Figures that look odd beside last year's or another unit's.
    pub odd: Vec<scoring::Said>,
}

impl Row {
    /// What is odd about the declared figures: by the rule, against last year, beside other units.
    pub fn warnings(&self) -> impl Iterator<Item = &scoring::Said> {
        let own = self.own.iter().filter(|line| line.missing.is_none());
        own.flat_map(|line| &line.result.warnings).map(|warning| &warning.said).chain(&self.odd)
    }
}

/// Whether the caller sees the appraisal of a criterion: on its panel, or the secretary.
fn sees(by: &By, placed: Placed<'_>) -> bool {
    by.secretary || by.appraises(placed.leaf.appraiser_group.as_deref())
}

/// A criterion over all units: a constant number of statements.
///
/// # Errors
/// 404 for a criterion that is not the caller's, or before self-scoring is closed.
pub async fn criterion(db: &impl ConnectionTrait, caller: &Caller, id: RoundId, code: &str) -> Result<CriterionView> {
    let round = access::find(db, caller, id, false).await?;
    let by = access::by(db, caller, &round).await?;
    let (_, set) = set_of(db, round.set_id).await?;
    let placed = set.leaf(code).ok_or(Error::NotFound)?;
    if !sees(&by, placed) || matches!(round.state, RoundState::Draft | RoundState::SelfScoring) {
        return Err(Error::NotFound);
    }
    let mut standing = standing::load_criterion(db, &round, code).await?;
    if round.state.is_public() && !by.secretary {
        let published_at = super::publish::published_at(db, id).await?;
        let lines = standing.sheets.iter_mut().flat_map(|sheet| sheet.lines.values_mut());
        lines.for_each(|said| said.entries.retain(|entry| !sheets::pending(entry, published_at)));
    }
    let units: Vec<UnitId> = standing.sheets.iter().map(|sheet| sheet.row.unit_id).collect();
    let barred = access::barred(db, caller, &units).await?;
    let mut deductions = deductions::of_criterion(db, id, code).await?;
    let mut rows: Vec<Row> = Vec::new();
    for sheet in standing.sheets {
        let proposed = deductions.remove(&sheet.row.unit_id).unwrap_or_default();
        let row = row(&set, &round, &by, &barred, caller.person, placed, sheet);
        rows.push(if row.own_unit { row } else { Row { proposed, ..row } });
    }
    look_odd(db, &round, placed, &mut rows).await?;
    let code = code.to_owned();
    Ok(CriterionView { round, by, set, code, rows })
}

/// Tells of figures that jumped against the published round before, and of units that declared the same.
/// Of one's own unit nothing is said, to nobody else about it either.
async fn look_odd(db: &impl ConnectionTrait, round: &round::Model, placed: Placed<'_>, rows: &mut [Row]) -> Result<()> {
    let shown: Vec<(UnitId, Value)> = rows
        .iter()
        .filter(|row| !row.own_unit)
        .filter_map(|row| {
            let said = row.said.as_ref()?.latest(Layer::SelfScore)?;
            Some((row.sheet.unit_id, standing::value_of(placed.leaf, said.value.as_ref())?))
        })
        .collect();
    let mut odd: BTreeMap<UnitId, Vec<scoring::Said>> = BTreeMap::new();
    if let Some(before) = standing::before(db, round).await? {
        let units: Vec<UnitId> = shown.iter().map(|(unit, _)| *unit).collect();
        let selves = standing::earlier_selves(db, &units).await?;
        let last = standing::load_criterion(db, &before, &placed.node.code).await?;
        let last: BTreeMap<UnitId, Value> = last
            .sheets
            .iter()
            .filter_map(|sheet| Some((sheet.row.unit_id, standing::judged(placed.leaf, sheet.lines.get(&placed.node.code)?)?)))
            .collect();
        for (unit, now) in &shown {
            if let Some(then) = selves.get(unit).and_then(|then| last.get(then)) {
                odd.entry(*unit).or_default().extend(scoring::jumps(placed.leaf, now, then));
            }
        }
    }
    let name = |unit: &UnitId| rows.iter().find(|row| row.sheet.unit_id == *unit).map(|row| row.sheet.unit_name.as_str());
    let named: Vec<(&str, &Value)> = shown.iter().filter_map(|(unit, value)| Some((name(unit)?, value))).collect();
    let same = scoring::same_figures(&named);
    let mut told: BTreeMap<UnitId, scoring::Said> =
        shown.iter().filter_map(|(unit, _)| Some((*unit, same.get(name(unit)?)?.clone()))).collect();
    for row in rows {
        row.odd = odd.remove(&row.sheet.unit_id).unwrap_or_default();
        row.odd.extend(told.remove(&row.sheet.unit_id));
    }
    Ok(())
}

fn row(
    set: &CriteriaSet,
    round: &round::Model,
    by: &By,
    barred: &BTreeSet<UnitId>,
    person: PersonId,
    placed: Placed<'_>,
    mut sheet: Sheet,
) -> Row {
    let own_unit = barred.contains(&sheet.row.unit_id);
    let said = sheet.lines.remove(&placed.node.code);
    let line = |stage: Stage| {
        let entry = standing::effective(placed.leaf, said.as_ref()?, stage)?;
        let unit = Unit {
            id: sheet.row.unit_code.clone(),
            kind: Some(sheet.row.kind.clone()),
            group: sheet.row.peer_group.clone(),
            survey_held: round.survey_held,
            entries: [(placed.node.code.clone(), entry)].into(),
        };
        Some(scoring::line(set, &unit, placed))
    };
    let (own, now) = (line(Stage::SelfScore), line(Stage::Final));
    let layer = said
        .as_ref()
        .and_then(|said| may_appraise(round.state, &appraising(by, placed, said, own_unit, person), ScoreVerdict::Changed).ok());
    if own_unit {
        return Row {
            sheet: sheet.row,
            said: None,
            own: None,
            now: None,
            own_unit,
            layer: None,
            proposed: Vec::new(),
            odd: Vec::new(),
        };
    }
    Row { sheet: sheet.row, said, own, now, own_unit, layer, proposed: Vec::new(), odd: Vec::new() }
}

pub(super) fn appraising(by: &By, placed: Placed<'_>, said: &Said, own_unit: bool, person: PersonId) -> Appraising {
    Appraising {
        on_panel: by.appraises(placed.leaf.appraiser_group.as_deref()) && placed.leaf.source == ScoreSource::Appraisal,
        secretary: by.secretary,
        own_unit,
        made_first: said.latest(Layer::Appraisal1).is_some_and(|entry| entry.person_id == person),
        contested: said.contested(),
        declared: said.latest(Layer::SelfScore).is_some_and(|entry| entry.value.is_some() || entry.points.is_some())
            || said.latest(Layer::Explanation).is_some_and(|entry| entry.value.is_some()),
    }
}

/// A judgement of one unit's line.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// The unit.
    pub unit_id: UnitId,
    /// Accept, change or ask.
    pub verdict: ScoreVerdict,
    /// The value the rule is applied to instead, or …
    pub value: Option<Json>,
    /// … points set by hand.
    pub points: Option<Exact>,
    /// Why; demanded when it changes or asks.
    pub reason: Option<String>,
}

/// Judges a criterion for any number of units: all or none.
///
/// # Errors
/// 404; who-rules and state rules of the machine; wrong fields under `judgements/<index>`.
pub async fn appraise(store: &Store, caller: &Caller, id: RoundId, code: String, judgements: Vec<Judgement>) -> Result<usize> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let round = access::find(tx.db(), &who, id, true).await?;
            let by = access::by(tx.db(), &who, &round).await?;
            let (_, set) = set_of(tx.db(), round.set_id).await?;
            let placed = set.leaf(&code).ok_or(Error::NotFound)?;
            if !sees(&by, placed) {
                return Err(Refused::new("not_your_criteria").into());
            }
            let mut standing = standing::load_criterion(tx.db(), &round, &code).await?;
            let mut sheets: BTreeMap<UnitId, Sheet> = standing.sheets.drain(..).map(|sheet| (sheet.row.unit_id, sheet)).collect();
            let units: Vec<UnitId> = judgements.iter().map(|judgement| judgement.unit_id).collect();
            let barred = access::barred(tx.db(), &who, &units).await?;
            let mut problems = Problems::new();
            let mut done = 0;
            for (index, judgement) in judgements.into_iter().enumerate() {
                let place = format!("judgements/{index}");
                let Some(mut sheet) = sheets.remove(&judgement.unit_id) else {
                    problems.add(format!("{place}/unit_id"), "unknown_unit");
                    continue;
                };
                let said = sheet.lines.remove(&code).ok_or(Error::NotFound)?;
                let facts = appraising(&by, placed, &said, barred.contains(&judgement.unit_id), who.person);
                let layer = may_appraise(round.state, &facts, judgement.verdict)?;
                let reason = problems.optional_text(&format!("{place}/reason"), judgement.reason.as_deref(), 4_000);
                let silent = judgement.verdict != ScoreVerdict::Accepted && reason.is_none();
                problems.check(silent, &format!("{place}/reason"), "required");
                let changes = judgement.verdict == ScoreVerdict::Changed;
                let (value, points) =
                    if changes { new_value(&set, placed, &sheet.row, &judgement, &place, &mut problems) } else { (None, None) };
                if !problems.is_empty() {
                    continue;
                }
                // No penalty takes nothing from the unit: there is nothing to explain.
                let harmless =
                    placed.leaf.adjustment == Adjustment::Penalty && gives_nothing(&set, placed, &sheet.row, &value, points);
                let verdict = if harmless && changes { ScoreVerdict::Given } else { judgement.verdict };
                let entry = sheets::append(&tx, &said.line, layer, verdict, value, points, reason.clone(), who.person).await?;
                tx.record(
                    Event::on("score.appraised", Subject::SheetLine, said.line.id.0)
                        .unit(round.owner_unit_id)
                        .after(&entry)
                        .reason(reason.as_deref()),
                );
                done += 1;
            }
            problems.finish()?;
            Ok(done)
        })
        .await
}

/// Whether a line with this value, or these points, gives no points.
fn gives_nothing(set: &CriteriaSet, placed: Placed<'_>, sheet: &sheet::Model, value: &Option<Json>, points: Option<i64>) -> bool {
    let entry = match points {
        Some(points) => scoring::Entry::set(Exact::from_stored(points)),
        None => scoring::Entry { value: standing::value_of(placed.leaf, value.as_ref()), points: None },
    };
    let unit = Unit {
        id: sheet.unit_code.clone(),
        kind: Some(sheet.kind.clone()),
        group: sheet.peer_group.clone(),
        survey_held: true,
        entries: [(placed.node.code.clone(), entry)].into(),
    };
    scoring::line(set, &unit, placed).result.points.is_some_and(|points| points == Exact::zero())
}

/// What a change says: exactly one of a value and points, within what the rule can give.
fn new_value(
    set: &CriteriaSet,
    placed: Placed<'_>,
    sheet: &sheet::Model,
    judgement: &Judgement,
    place: &str,
    problems: &mut Problems,
) -> (Option<Json>, Option<i64>) {
    let value = judgement.value.as_ref().filter(|value| !value.is_null());
    let entry = match (value, &judgement.points) {
        (Some(value), None) => {
            let read = file::read_value(placed.leaf, &yaml::from_json(value), &format!("{place}/value"), problems);
            read.map(scoring::Entry::declared)
        }
        (None, Some(points)) => Some(scoring::Entry::set(points.clone())),
        _ => {
            problems.add(format!("{place}/points"), "value_or_points");
            None
        }
    };
    let Some(entry) = entry else { return (None, None) };
    let unit = Unit {
        id: sheet.unit_code.clone(),
        kind: Some(sheet.kind.clone()),
        group: sheet.peer_group.clone(),
        survey_held: true,
        entries: [(placed.node.code.clone(), entry.clone())].into(),
    };
    if let Some(wrong) = scoring::line(set, &unit, placed).missing {
        let field = if entry.points.is_some() { "points" } else { "value" };
        problems.add_with(format!("{place}/{field}"), wrong.code, wrong.params);
    }
    let stored = entry.points.as_ref().and_then(Exact::to_stored);
    let exact = entry.points.as_ref().is_none_or(|points| stored.map(Exact::from_stored).as_ref() == Some(points));
    if !exact {
        problems.add_with(format!("{place}/points"), "too_many_decimals", vec![("max", scoring::STORED_PLACES.to_string())]);
    }
    (entry.value.map(|value| yaml::to_json(&file::write_value(&value))), stored)
}

/// A value that comes from elsewhere: a survey, the leadership, another index, or a penalty.
#[derive(Clone, Debug)]
pub struct Given {
    /// The unit.
    pub unit_id: UnitId,
    /// The criterion.
    pub code: String,
    /// The value as files carry it.
    pub value: Json,
    /// Where it comes from.
    pub reason: Option<String>,
}

/// Enters values that no unit scores itself, at any time between the opening and the council. Each
/// entry stays; the latest counts.
///
/// # Errors
/// 404, `secretary_only`, `wrong_state`, wrong fields under `values/<index>`.
pub async fn enter(store: &Store, caller: &Caller, id: RoundId, values: Vec<Given>) -> Result<usize> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let round = access::find(tx.db(), &who, id, true).await?;
            let by = access::by(tx.db(), &who, &round).await?;
            domain::rule::require(by.secretary, "secretary_only")?;
            let open = matches!(
                round.state,
                RoundState::SelfScoring | RoundState::Appraisal | RoundState::Explanation | RoundState::FinalAppraisal
            );
            if !open {
                return Err(Refused::new("wrong_state").with("state", round.state).with("verb", ScoreVerdict::Given).into());
            }
            let (_, set) = set_of(tx.db(), round.set_id).await?;
            let standing = standing::load(tx.db(), &round).await?;
            let by_unit: BTreeMap<UnitId, &Sheet> = standing.sheets.iter().map(|sheet| (sheet.row.unit_id, sheet)).collect();
            let mut problems = Problems::new();
            let mut entries = Vec::new();
            for (index, given) in values.iter().enumerate() {
                let place = format!("values/{index}");
                let Some(sheet) = by_unit.get(&given.unit_id) else {
                    problems.add(format!("{place}/unit_id"), "unknown_unit");
                    continue;
                };
                let (Some(placed), Some(said)) = (set.leaf(&given.code), sheet.lines.get(&given.code)) else {
                    problems.add_with(format!("{place}/code"), "inputs_unknown_criterion", vec![("code", given.code.clone())]);
                    continue;
                };
                let layer = match placed.leaf.source {
                    ScoreSource::Survey => Layer::Survey,
                    ScoreSource::Leadership => Layer::Leadership,
                    ScoreSource::External => Layer::External,
                    ScoreSource::Appraisal => {
                        problems.add(format!("{place}/code"), "line_is_appraised");
                        continue;
                    }
                };
                let reason = problems.optional_text(&format!("{place}/reason"), given.reason.as_deref(), 2_000);
                let judgement = Judgement {
                    unit_id: given.unit_id,
                    verdict: ScoreVerdict::Changed,
                    value: Some(given.value.clone()),
                    points: None,
                    reason: None,
                };
                let (value, _) = new_value(&set, placed, &sheet.row, &judgement, &place, &mut problems);
                entries.push((said.line.clone(), layer, value, reason));
            }
            problems.finish()?;
            for (line, layer, value, reason) in &entries {
                let entry =
                    sheets::append(&tx, line, *layer, ScoreVerdict::Given, value.clone(), None, reason.clone(), who.person)
                        .await?;
                tx.record(Event::on("score.entered", Subject::SheetLine, line.id.0).unit(round.owner_unit_id).after(&entry));
            }
            Ok(entries.len())
        })
        .await
}

/// Puts units into peer groups, which are ranked apart.
///
/// # Errors
/// 404, `secretary_only`, `sheet_not_open`, a group the set does not have.
pub async fn set_groups(store: &Store, caller: &Caller, id: RoundId, groups: BTreeMap<UnitId, Option<String>>) -> Result<usize> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let round = access::find(tx.db(), &who, id, true).await?;
            let by = access::by(tx.db(), &who, &round).await?;
            domain::rule::require(by.secretary, "secretary_only")?;
            domain::rule::require(!round.state.is_ranked(), "sheet_not_open")?;
            let (_, set) = set_of(tx.db(), round.set_id).await?;
            let rows = sheet::Entity::find().filter(sheet::Column::RoundId.eq(id)).all(tx.db()).await?;
            let mut problems = Problems::new();
            let mut changed = 0;
            for (unit, group) in groups {
                let known = group.as_ref().is_none_or(|group| set.peer_groups.iter().any(|peer| peer.code == *group));
                problems.check(!known, &format!("groups/{unit}"), "unknown_record");
                let Some(row) = rows.iter().find(|row| row.unit_id == unit) else {
                    problems.add(format!("groups/{unit}"), "unknown_unit");
                    continue;
                };
                if !known || row.peer_group == group {
                    continue;
                }
                let after = sheet::ActiveModel {
                    id: Set(row.id),
                    peer_group: Set(group),
                    version: Set(row.version + 1),
                    ..Default::default()
                }
                .update(tx.db())
                .await?;
                tx.record(Event::on("sheet.grouped", Subject::Sheet, row.id.0).unit(round.owner_unit_id).change(row, &after));
                changed += 1;
            }
            problems.finish()?;
            tx.record(Event::on("round.grouped", Subject::Round, id.0).unit(round.owner_unit_id));
            Ok(changed)
        })
        .await
}

/// How far the panel is with each criterion: code, lines appraised, lines in all. No points.
///
/// # Errors
/// 404.
pub async fn progress(db: &impl ConnectionTrait, caller: &Caller, id: RoundId) -> Result<Vec<(String, u32, u32)>> {
    let round = access::find(db, caller, id, false).await?;
    let by = access::by(db, caller, &round).await?;
    if !by.secretary && by.groups.is_empty() {
        return Err(Error::Forbidden(Permission::AppraiseScores));
    }
    let (_, set) = set_of(db, round.set_id).await?;
    let standing = standing::load(db, &round).await?;
    let wanted = if round.state == RoundState::FinalAppraisal { Layer::Appraisal2 } else { Layer::Appraisal1 };
    let theirs = |placed: &Placed<'_>| placed.leaf.source == ScoreSource::Appraisal && sees(&by, *placed);
    Ok(set
        .leaves()
        .into_iter()
        .filter(theirs)
        .map(|placed| {
            let lines = standing.sheets.iter().filter_map(|sheet| sheet.lines.get(&placed.node.code));
            let owed: Vec<&Said> = lines.filter(|said| wanted == Layer::Appraisal1 || said.contested()).collect();
            let done = owed.iter().filter(|said| said.latest(wanted).is_some()).count();
            let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
            (placed.node.code.clone(), count(done), count(owed.len()))
        })
        .collect())
}

/// The entries of a line in words for a page: the latest of each layer, in order.
#[must_use]
pub fn layers(said: &Said) -> Vec<&score_entry::Model> {
    Layer::ALL.iter().filter_map(|layer| said.latest(*layer)).collect()
}
