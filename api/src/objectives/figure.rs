//! The figure an objective is bound to: read from what other areas count anyway, with the rows behind it.

use chrono::NaiveDate;
use domain::id::UnitId;
use domain::objective::{Bind, Counted, percent};
use domain::record::Subject;
use domain::scoring::Exact;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::error::Result;

/// A counted share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// The part.
    pub part: i64,
    /// The whole, never zero.
    pub whole: i64,
    /// The share in percent, exact.
    pub value: Exact,
    /// The records it was counted from.
    pub rows: Vec<(Subject, Uuid)>,
}

/// The share a unit has now in a year; `None` when nothing of its kind was entered.
///
/// Not limited to anybody's scope: the caller of this function answers for who sees it.
///
/// # Errors
/// The database's.
pub async fn live(db: &impl ConnectionTrait, bind: Bind, unit: UnitId, year: i32, today: NaiveDate) -> Result<Option<Figure>> {
    let (Some(first), Some(last)) = (NaiveDate::from_ymd_opt(year, 1, 1), NaiveDate::from_ymd_opt(year, 12, 31)) else {
        return Ok(None);
    };
    let (part, whole, rows) = match bind.counted() {
        Counted::Dossiers(measure) => {
            let totals = crate::dossiers::totals(db, unit, first, last).await?;
            let Some(share) = totals.figures.share(measure).filter(|share| share.exact) else { return Ok(None) };
            let rows = totals.counted.into_iter().map(|id| (Subject::DossierReport, id.0)).collect();
            (whole_number(share.numerator), whole_number(share.denominator), rows)
        }
        Counted::Work(part, whole) => {
            let counts = crate::year_work::counts(db, unit, year, today).await?;
            let find = |name: &str| counts.iter().find(|count| count.name == name && count.kept);
            let (Some(part), Some(whole)) = (find(part), find(whole)) else { return Ok(None) };
            (part.value, whole.value, whole.rows.iter().map(|id| (Subject::WorkItem, id.0)).collect())
        }
        Counted::Surveys => {
            let outcomes = crate::surveys::outcomes(db, unit, year).await?;
            let rows = outcomes.iter().map(|(row, ..)| (Subject::Survey, row.id.0)).collect();
            let mean = outcomes.iter().map(|(.., seen)| seen.mean());
            let (percents, answers) = mean.fold((0, 0), |(p, a), (percents, answers)| (p + percents, a + answers));
            // The mean is a percent already.
            (whole_number(percents), whole_number(answers.saturating_mul(100)), rows)
        }
        Counted::Actions => {
            let tally = crate::corrective_actions::tally::due_within(db, unit, first, last.min(today)).await?;
            let rows = tally.due.iter().map(|id| (Subject::CorrectiveAction, id.0)).collect();
            let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
            (count(tally.done_on_time.len()), count(tally.due.len()), rows)
        }
    };
    Ok(percent(part, whole).map(|value| Figure { part, whole, value, rows }))
}

fn whole_number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
