//! Figures that are counted, not typed again: inputs bound to the one-stop desk's figures or to the
//! year's work, with the rows behind each.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::dossier::{Bound, Counter};
use domain::draft::Problems;
use domain::id::UnitId;
use domain::scoring::{CriteriaSet, Exact, Placed, Value};
use sea_orm::ConnectionTrait;

use crate::error::Result;

/// The prefix of bindings to the figures of the one-stop desk: `dossiers.on_time`.
const DOSSIERS: &str = "dossiers.";

/// A counted figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The binding, as the set names it.
    pub bind: String,
    /// The number.
    pub value: i64,
    /// Pages of the rows it was counted from.
    pub rows: Vec<String>,
}

/// Every bound input of a set for one unit and year: by criterion, then by input. What nobody has
/// entered, or only as a bound («trên 4.400»), is not there; nor a count of a register in which the
/// unit keeps nothing of that kind.
///
/// # Errors
/// The database's.
pub async fn counted(
    db: &impl ConnectionTrait,
    set: &CriteriaSet,
    unit: UnitId,
    year: i32,
    today: NaiveDate,
) -> Result<BTreeMap<String, BTreeMap<String, Counted>>> {
    let leaves = set.leaves();
    let bound: Vec<(&str, &str, &str)> = leaves
        .iter()
        .flat_map(|placed| placed.leaf.inputs.iter().map(move |input| (placed.node.code.as_str(), input)))
        .filter_map(|(code, input)| input.bind.as_deref().map(|bind| (code, input.name.as_str(), bind)))
        .collect();
    let mut known: BTreeMap<String, Counted> = BTreeMap::new();
    if bound.iter().any(|(.., bind)| bind.starts_with(DOSSIERS)) {
        let (first, last) = (NaiveDate::from_ymd_opt(year, 1, 1), NaiveDate::from_ymd_opt(year, 12, 31));
        let totals = crate::dossiers::totals(db, unit, first.unwrap_or_default(), last.unwrap_or_default()).await?;
        let rows: Vec<String> = totals.counted.iter().map(|id| format!("/so-lieu/{id}")).collect();
        for counter in Counter::ALL {
            let exact = totals.figures.get(*counter).filter(|figure| figure.bound == Bound::Exact);
            if let Some(value) = exact.and_then(|figure| i64::try_from(figure.value).ok()) {
                let bind = format!("{DOSSIERS}{counter}");
                known.insert(bind.clone(), Counted { bind, value, rows: rows.clone() });
            }
        }
    }
    if bound.iter().any(|(.., bind)| !bind.starts_with(DOSSIERS)) {
        for count in crate::year_work::counts(db, unit, year, today).await?.into_iter().filter(|count| count.kept) {
            let rows = count.rows.iter().map(|id| format!("/viec-trong-nam/{id}")).collect();
            known.insert(count.name.clone(), Counted { bind: count.name, value: count.value, rows });
        }
    }
    let mut found: BTreeMap<String, BTreeMap<String, Counted>> = BTreeMap::new();
    for (code, input, bind) in bound {
        if let Some(counted) = known.get(bind) {
            found.entry(code.to_owned()).or_default().insert(input.to_owned(), counted.clone());
        }
    }
    Ok(found)
}

/// A declared number that differs from what was counted needs a reason.
pub fn check(
    placed: Placed<'_>,
    value: Option<&Value>,
    reason: Option<&str>,
    counted: Option<&BTreeMap<String, Counted>>,
    place: &str,
    problems: &mut Problems,
) {
    let (Some(Value::Numbers(numbers)), Some(counted)) = (value, counted) else { return };
    for (input, counted) in counted {
        let differs = numbers.get(input).is_some_and(|declared| *declared != Exact::from(counted.value));
        if differs && reason.is_none() {
            let label = placed.leaf.input(input).and_then(|input| input.label.clone()).unwrap_or_else(|| input.clone());
            let params = vec![("input", label), ("counted", Exact::from(counted.value).vn_short())];
            problems.add_with(format!("{place}/override_reason"), "override_reason_needed", params);
        }
    }
}

/// The declared value with what was counted filled in where nothing stands yet; `None` when nothing
/// is to be filled in.
#[must_use]
pub fn filled(value: Option<Value>, counted: &BTreeMap<String, Counted>) -> Option<Value> {
    let mut numbers = match value {
        None => BTreeMap::new(),
        Some(Value::Numbers(numbers)) => numbers,
        Some(_) => return None,
    };
    let before = numbers.len();
    for (input, counted) in counted {
        numbers.entry(input.clone()).or_insert_with(|| Exact::from(counted.value));
    }
    (numbers.len() > before).then_some(Value::Numbers(numbers))
}
