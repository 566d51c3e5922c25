//! Trying a set on figures, without keeping anything: scores, ranks, what moves against another set.

use domain::draft::Problems;
use domain::scoring::{self, CriteriaSet, Move, Odd, UnitScore};

use crate::error::{Error, Result};

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
    Ok(Trial { scores, ranks, odd, against })
}

fn named<'a>(scores: &'a [UnitScore], ranks: &[u32]) -> Vec<(&'a str, u32)> {
    scores.iter().map(|score| score.id.as_str()).zip(ranks.iter().copied()).collect()
}
