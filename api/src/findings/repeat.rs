//! Whether a finding repeats an earlier one of the same unit, or of a unit it came from.

use chrono::{Months, NaiveDate};
use domain::finding::{FindingState, Grade, REPEAT_MONTHS, is_repeat};
use domain::id::{FindingId, UnitId};
use domain::time::vn_date;
use entities::{finding, unit_succession};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::error::Result;

/// How many reorganisations are looked back through.
const GENERATIONS: usize = 3;

/// The latest earlier finding on the same line or clause within twelve months, of another inspection.
///
/// # Errors
/// The database's.
pub(super) async fn of(db: &impl ConnectionTrait, row: &finding::Model, raised_on: NaiveDate) -> Result<Option<FindingId>> {
    use finding::Column;
    let same = [(Column::LineCode, &row.line_code), (Column::Clause, &row.clause)]
        .into_iter()
        .filter_map(|(column, value)| value.as_ref().map(|value| column.eq(value.clone())))
        .fold(Condition::any(), Condition::add);
    if same.is_empty() || row.grade == Grade::GoodPractice {
        return Ok(None);
    }
    let earliest = raised_on.checked_sub_months(Months::new(REPEAT_MONTHS)).unwrap_or(NaiveDate::MIN);
    let since = earliest.pred_opt().unwrap_or(earliest).and_time(chrono::NaiveTime::MIN).and_utc();
    let earlier = finding::Entity::find()
        .filter(Column::UnitId.is_in(with_predecessors(db, row.unit_id).await?))
        .filter(same)
        .filter(Column::InspectionId.ne(row.inspection_id))
        .filter(Column::State.is_not_in([FindingState::Draft, FindingState::Withdrawn]))
        .filter(Column::Grade.ne(Grade::GoodPractice))
        .filter(Column::RaisedAt.gte(since))
        .order_by_desc(Column::RaisedAt)
        .limit(20)
        .all(db)
        .await?;
    let repeats = |earlier: &finding::Model| earlier.raised_at.is_some_and(|at| is_repeat(vn_date(at), raised_on));
    Ok(earlier.into_iter().find(repeats).map(|earlier| earlier.id))
}

async fn with_predecessors(db: &impl ConnectionTrait, unit: UnitId) -> Result<Vec<UnitId>> {
    let (mut all, mut latest) = (vec![unit], vec![unit]);
    for _ in 0..GENERATIONS {
        let links = unit_succession::Entity::find().filter(unit_succession::Column::ToUnitId.is_in(latest)).all(db).await?;
        latest = links.into_iter().map(|link| link.from_unit_id).filter(|from| !all.contains(from)).collect();
        if latest.is_empty() {
            break;
        }
        all.extend(latest.iter().copied());
    }
    Ok(all)
}
