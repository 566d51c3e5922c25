//! What management reviews wait for: a plan for the year, inputs, the meeting, the signature, the number, decisions.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike as _, NaiveDate};
use domain::id::UnitId;
use domain::management_review::{DecisionState, ReviewState, UNPLANNED_DAYS, planned_from};
use domain::permission::{Permission, Role};
use domain::record::{Duty as Kind, Subject};
use domain::reminder::{News, notice_is_fresh};
use domain::time::vn_date;
use entities::{assignment, management_review, review_decision};
use sea_orm::sea_query::Query;
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::{access, paper};
use crate::auth::Caller;
use crate::error::Result;
use crate::findings::read::shortened;
use crate::inspections::unit_names;
use crate::reminders::Notice;
use crate::web::link_to;
use crate::work::Item;
use crate::work::duties::{Duty, holders};

/// Rows looked at; more than that is not a day's list.
const MOST: u64 = 200;
/// Where a review is planned.
const NEW: &str = "/xem-xet-lanh-dao/moi";

/// Units with an ISO secretary of their own and no review planned or held in the year of a day, from September on.
async fn unplanned(db: &impl ConnectionTrait, today: NaiveDate) -> Result<BTreeSet<UnitId>> {
    if planned_from(today.year()).is_none_or(|from| today < from) {
        return Ok(BTreeSet::new());
    }
    let planned = Query::select()
        .column(management_review::Column::UnitId)
        .from(management_review::Entity)
        .and_where(management_review::Column::Year.eq(today.year()))
        .and_where(management_review::Column::State.ne(ReviewState::Cancelled))
        .to_owned();
    let rows: Vec<UnitId> = assignment::Entity::find()
        .select_only()
        .column(assignment::Column::UnitId)
        .filter(assignment::Column::Role.eq(Role::IsoSecretary))
        .filter(assignment::Column::ValidFrom.lte(today))
        .filter(Condition::any().add(assignment::Column::ValidTo.is_null()).add(assignment::Column::ValidTo.gte(today)))
        .filter(assignment::Column::UnitId.not_in_subquery(planned))
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}

/// The latest of the days on which the head is told, as of today.
fn told_on(today: NaiveDate) -> Option<NaiveDate> {
    let mut days = UNPLANNED_DAYS.iter().filter_map(|(month, day)| NaiveDate::from_ymd_opt(today.year(), *month, *day));
    days.rfind(|day| *day <= today)
}

/// The heads of units without a review planned for the year are told so on 1 September, 1 October and 1 November.
///
/// # Errors
/// The database's.
pub async fn notices(db: &impl ConnectionTrait, today: NaiveDate) -> Result<Vec<Notice>> {
    let Some(on) = told_on(today).filter(|on| notice_is_fresh(*on, today)) else { return Ok(Vec::new()) };
    let units = unplanned(db, today).await?;
    let names = unit_names(db, units.iter().copied()).await?;
    let heads = holders(db, &[Role::Head], &units, today).await?;
    let notice = |unit: UnitId| Notice {
        notice: News::ReviewNotPlanned,
        subject: Subject::Unit,
        subject_id: unit.0,
        code: today.year().to_string(),
        title: names.get(&unit).cloned().unwrap_or_default(),
        unit_name: names.get(&unit).cloned(),
        on,
        until: None,
        people: heads.get(&unit).cloned().unwrap_or_default(),
        link: "/xem-xet-lanh-dao".to_owned(),
    };
    Ok(units.into_iter().map(notice).collect())
}

/// Decisions of concluded reviews that are still to be done.
async fn open_decisions(
    db: &impl ConnectionTrait,
    which: Condition,
    limit: Option<u64>,
) -> Result<Vec<(review_decision::Model, management_review::Model)>> {
    let concluded = Query::select()
        .column(management_review::Column::Id)
        .from(management_review::Entity)
        .and_where(management_review::Column::State.eq(ReviewState::Concluded))
        .to_owned();
    let query = review_decision::Entity::find()
        .filter(review_decision::Column::ReviewId.in_subquery(concluded))
        .filter(which)
        .order_by_asc(review_decision::Column::DueOn)
        .order_by_asc(review_decision::Column::Id);
    let rows = if let Some(limit) = limit { query.limit(limit) } else { query }.all(db).await?;
    let ids: BTreeSet<_> = rows.iter().map(|row| row.review_id).collect();
    let reviews = management_review::Entity::find().filter(management_review::Column::Id.is_in(ids)).all(db).await?;
    let reviews: BTreeMap<_, _> = reviews.into_iter().map(|row| (row.id, row)).collect();
    Ok(rows.into_iter().filter_map(|row| Some((row.clone(), reviews.get(&row.review_id)?.clone()))).collect())
}

/// Every decision to be done, with its owner.
///
/// # Errors
/// The database's.
pub async fn duties(db: &impl ConnectionTrait, _today: NaiveDate) -> Result<Vec<Duty>> {
    let open = Condition::all().add(review_decision::Column::State.eq(DecisionState::Open));
    let rows = open_decisions(db, open, None).await?;
    let names = unit_names(db, rows.iter().map(|(row, _)| row.unit_id)).await?;
    let duty = |(row, review): (review_decision::Model, management_review::Model)| Duty {
        duty: Kind::DoDecision,
        verb: "report",
        subject: Subject::ReviewDecision,
        subject_id: row.id.0,
        code: review.code,
        title: shortened(&row.content, 120),
        unit_id: row.unit_id,
        unit_name: names.get(&row.unit_id).cloned().unwrap_or_default(),
        due_on: row.due_on,
        people: vec![row.owner_id],
        link: link_to(Subject::ManagementReview, review.id.0),
    };
    Ok(rows.into_iter().map(duty).collect())
}

/// What reviews wait for from the caller: a constant number of statements.
///
/// # Errors
/// The database's.
pub async fn items(db: &impl ConnectionTrait, caller: &Caller) -> Result<Vec<Item>> {
    let calendar = crate::calendar::load(db).await?;
    let moving = moving(db, caller).await?;
    let signers = access::signers(db, &moving, caller.today).await?;
    let unnumbered = paper::unnumbered(db, caller, MOST).await?;
    let follows = follows(caller);
    let mine = Condition::any()
        .add(
            Condition::all()
                .add(review_decision::Column::State.eq(DecisionState::Open))
                .add(review_decision::Column::OwnerId.eq(caller.person)),
        )
        .add(Condition::all().add(review_decision::Column::State.eq(DecisionState::Reported)).add(follows));
    let decisions = open_decisions(db, mine, Some(MOST)).await?;
    let unplanned = own_unplanned(db, caller).await?;
    let units = moving.iter().chain(&unnumbered).map(|row| row.unit_id);
    let units = units.chain(decisions.iter().map(|(row, _)| row.unit_id)).chain(unplanned.iter().copied());
    let names = unit_names(db, units).await?;
    let name = |unit: UnitId| names.get(&unit).cloned().unwrap_or_default();
    let item = |verb, row: &management_review::Model, due_on| Item {
        verb,
        kind: "management_review",
        subject: Subject::ManagementReview,
        subject_id: row.id.0,
        code: row.code.clone(),
        title: format!("{} · {}", row.code, name(row.unit_id)),
        count: None,
        unit_name: name(row.unit_id),
        due_on,
        days_left: None,
        overdue: false,
        href: link_to(Subject::ManagementReview, row.id.0),
    };
    let mut found = Vec::new();
    for row in &moving {
        let signs = signers.get(&row.id).is_some_and(|people| people.contains(&caller.person));
        found.extend(moved_by(row, caller, signs).map(|(verb, due_on)| item(verb, row, due_on)));
    }
    for row in &unnumbered {
        // By the next working day (NĐ 30/2020/NĐ-CP, điều 15).
        let next = row.signed_at.map(vn_date).and_then(|on| on.succ_opt());
        found.push(item("register_minutes", row, next.map(|next| calendar.next_working_day_on_or_after(next))));
    }
    for (row, review) in &decisions {
        if row.state == DecisionState::Reported && (row.owner_id == caller.person || row.reported_by_id == Some(caller.person)) {
            continue;
        }
        let verb = if row.state == DecisionState::Open { "do_decision" } else { "confirm_decision" };
        let due_on = (row.state == DecisionState::Open).then_some(row.due_on);
        found.push(Item {
            subject: Subject::ReviewDecision,
            subject_id: row.id.0,
            title: format!("{} · {}", review.code, shortened(&row.content, 120)),
            unit_name: name(row.unit_id),
            ..item(verb, review, due_on)
        });
    }
    for unit in unplanned {
        found.push(Item {
            verb: "plan_review",
            kind: "management_review",
            subject: Subject::Unit,
            subject_id: unit.0,
            code: caller.today.year().to_string(),
            title: format!("{} · {}", caller.today.year(), name(unit)),
            count: None,
            unit_name: name(unit),
            due_on: NaiveDate::from_ymd_opt(caller.today.year(), 12, 31),
            days_left: None,
            overdue: false,
            href: if caller.may(Permission::PrepareReviews) { NEW } else { "/xem-xet-lanh-dao" }.to_owned(),
        });
    }
    Ok(found)
}

/// Reviews under way that the caller prepares or chairs, and minutes that wait for a head of the unit.
async fn moving(db: &impl ConnectionTrait, caller: &Caller) -> Result<Vec<management_review::Model>> {
    use management_review::Column;
    Ok(management_review::Entity::find()
        .filter(Column::State.is_in([ReviewState::Planned, ReviewState::InputsTaken, ReviewState::Held]))
        .filter(
            Condition::any()
                .add(caller.scope(Permission::PrepareReviews).covers(Column::UnitId))
                .add(Column::ChairId.eq(caller.person))
                .add(
                    Condition::all()
                        .add(Column::Discussion.is_not_null())
                        .add(Column::Conclusion.is_not_null())
                        .add(caller.scope(Permission::SignForUnit).covers(Column::UnitId)),
                ),
        )
        .order_by_asc(Column::OnDate)
        .limit(MOST)
        .all(db)
        .await?)
}

/// The act of this caller that moves a review on; `signs` when its minutes wait for their signature.
fn moved_by(row: &management_review::Model, caller: &Caller, signs: bool) -> Option<(&'static str, Option<NaiveDate>)> {
    let keeps = caller.may(Permission::PrepareReviews) && row.chair_id != caller.person;
    let prepared = row.secretary_id == caller.person || row.inputs_by_id == Some(caller.person);
    let written = row.discussion.is_some() && row.conclusion.is_some();
    match row.state {
        ReviewState::Planned if keeps => Some(("take_inputs", Some(row.on_date))),
        ReviewState::InputsTaken if keeps => Some(("hold_review", Some(row.on_date))),
        ReviewState::Held if keeps && !written => Some(("write_review", None)),
        ReviewState::Held if written && signs && !prepared => Some(("conclude_review", None)),
        _ => None,
    }
}

/// The condition «the caller follows the decisions of this review».
fn follows(caller: &Caller) -> Condition {
    use management_review::Column;
    let own = Condition::any()
        .add(caller.scope(Permission::PrepareReviews).covers(Column::UnitId))
        .add(caller.scope(Permission::SignForUnit).covers(Column::UnitId));
    let reviews = Query::select().column(Column::Id).from(management_review::Entity).cond_where(own).to_owned();
    Condition::all().add(review_decision::Column::ReviewId.in_subquery(reviews))
}

/// Units without a planned review at which the caller themselves is head or ISO secretary: not those of a wide span.
async fn own_unplanned(db: &impl ConnectionTrait, caller: &Caller) -> Result<Vec<UnitId>> {
    let own: BTreeSet<UnitId> = caller
        .grants
        .iter()
        .filter(|held| matches!(held.role, Role::Head | Role::IsoSecretary))
        .filter_map(|held| held.unit)
        .collect();
    if own.is_empty() {
        return Ok(Vec::new());
    }
    Ok(unplanned(db, caller.today).await?.into_iter().filter(|unit| own.contains(unit)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_is_told_on_the_first_of_september_october_and_november() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let cases = [
            ("2026-08-31", None),
            ("2026-09-01", Some("2026-09-01")),
            ("2026-09-30", Some("2026-09-01")),
            ("2026-10-01", Some("2026-10-01")),
            ("2026-12-31", Some("2026-11-01")),
        ];
        for (today, expected) in cases {
            assert_eq!(told_on(day(today)), expected.map(day), "{today}");
        }
    }
}
