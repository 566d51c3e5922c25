//! Trying a set on figures, without keeping anything: scores, ranks, what moves against another set.

use domain::draft::Problems;
use domain::id::RoundId;
use domain::scoring::{self, CriteriaSet, Move, Odd, UnitScore};
use sea_orm::ConnectionTrait;

use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::rounds;

/// What a set makes of figures.
#[derive(Clone, Debug)]
pub struct Trial {
    /// Scores in the order of the inputs.
    pub scores: Vec<UnitScore>,
    /// Ranks in the same order.
    pub ranks: Vec<u32>,
    /// Criteria that want a look.
    pub odd: Vec<Odd>,
    /// Against another set.
    pub against: Option<Against>,
    /// How many lines have no figures and count as nothing; only on a round's figures.
    pub missing: usize,
}

/// The same figures by another set.
#[derive(Clone, Debug)]
pub struct Against {
    /// Units whose rank is not the same.
    pub moves: Vec<Move>,
    /// How many lines of the other set have no figures and count as nothing.
    pub missing: usize,
}

/// Scores an inputs text by a set that adds up, and by another one beside it.
///
/// # Errors
/// The set's faults; everything missing or wrong in the figures, under `inputs`.
pub async fn run(set: CriteriaSet, other: Option<CriteriaSet>, text: String) -> Result<(CriteriaSet, Trial)> {
    let work = move || {
        let trial = score(&set, other.as_ref(), &text)?;
        Ok((set, trial))
    };
    // Some hundred units of some sixty exact numbers each: not on a thread that answers requests.
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::Internal(error.into()))?
}

fn score(set: &CriteriaSet, other: Option<&CriteriaSet>, text: &str) -> Result<Trial> {
    scoring::check(set)?;
    let under = |errors| {
        let mut problems = Problems::new();
        problems.append("inputs", errors);
        problems.finish().err().unwrap_or_default()
    };
    let tree = super::tree("inputs", text)?;
    let units = scoring::file::read_inputs(set, &tree).map_err(under)?;
    let units: Vec<_> = units.into_iter().map(|(unit, _)| unit).collect();
    let scores = super::score_all(set, &units).map_err(under)?;
    let groups: Vec<_> = units.iter().map(|unit| unit.group.clone()).collect();
    let ranks = super::ranks(set, &scores, &groups);
    let odd = scoring::odd_criteria(set, &scores);
    let against = other.map(|other| {
        let there: Vec<_> = units.iter().map(|unit| scoring::preview(other, unit)).collect();
        let before = super::ranks(other, &there, &groups);
        Against {
            moves: scoring::moves(&named(&there, &before), &named(&scores, &ranks)),
            missing: there.iter().map(|score| score.missing().count()).sum(),
        }
    });
    Ok(Trial { scores, ranks, odd, against, missing: 0 })
}

/// Scores the units of an earlier round by a set, on the figures as they were judged in the end,
/// beside another set, by default the round's own. What the round has no figures for counts as nothing.
///
/// # Errors
/// 404; `ranking_not_yet` for a round whose totals the caller may not see; the set's faults.
pub async fn on_round(
    db: &impl ConnectionTrait,
    caller: &Caller,
    set: CriteriaSet,
    other: Option<CriteriaSet>,
    id: RoundId,
) -> Result<(CriteriaSet, Trial)> {
    let round = rounds::access::find(db, caller, id, false).await?;
    let by = rounds::access::by(db, caller, &round).await?;
    domain::rule::require(round.state.is_public() || (by.secretary && round.state.is_ranked()), "ranking_not_yet")?;
    let other = match other {
        Some(other) => other,
        None => rounds::set_of(db, round.set_id).await?.1,
    };
    let standing = rounds::standing::load(db, &round).await?;
    let work = move || {
        scoring::check(&set)?;
        let by = |set: &CriteriaSet| -> Vec<UnitScore> {
            let unit = |sheet| rounds::standing::unit_of(set, &round, sheet, rounds::standing::Stage::Final);
            standing.sheets.iter().map(|sheet| scoring::preview(set, &unit(sheet))).collect()
        };
        let groups: Vec<_> = standing.sheets.iter().map(|sheet| sheet.row.peer_group.clone()).collect();
        let (scores, there) = (by(&set), by(&other));
        let (ranks, before) = (super::ranks(&set, &scores, &groups), super::ranks(&other, &there, &groups));
        let against = Against {
            moves: scoring::moves(&named(&there, &before), &named(&scores, &ranks)),
            missing: there.iter().map(|score| score.missing().count()).sum(),
        };
        let missing = scores.iter().map(|score| score.missing().count()).sum();
        let odd = scoring::odd_criteria(&set, &scores);
        Ok((set, Trial { scores, ranks, odd, against: Some(against), missing }))
    };
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::Internal(error.into()))?
}

fn named<'a>(scores: &'a [UnitScore], ranks: &[u32]) -> Vec<(&'a str, u32)> {
    scores.iter().map(|score| score.id.as_str()).zip(ranks.iter().copied()).collect()
}
