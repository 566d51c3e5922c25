//! Management reviews: planned, inputs taken from live data, held, concluded by the chair; decisions are followed up. When
//! the chair is head no more, the head of that day concludes.

pub mod access;
pub mod decisions;
pub mod editions;
pub mod facts;
pub mod http;
pub mod owed;
pub mod pages;
pub mod paper;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike as _, NaiveDate, NaiveTime};
use domain::draft::Problems;
use domain::id::{ManagementReviewId, PersonId, ReviewInputId, UnitId};
use domain::management_review::{
    DecisionDraft, DecisionState, ReviewState, ReviewTopic, ReviewVerb, advance, check_decisions, check_meeting, check_people,
    check_planned_on, is_signed,
};
use domain::permission::{Permission, Role};
use domain::record::Subject;
use entities::{event, management_review, person, review_decision, review_input, review_participant, unit_path};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _,
    IntoActiveModel as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::http::{Slice, Version};
use crate::inspections::plan::own_unit;
use crate::store::{Event, Store, Tx};
use crate::work::duties::holders;
use access::{Case, begin, visible};
use facts::{Change, Fact, Span};

/// Which reviews are asked for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this unit, or any below it.
    pub unit_id: Option<UnitId>,
    /// Of this year.
    pub year: Option<i32>,
    /// In this state.
    pub state: Option<ReviewState>,
    /// Words of code or place; diacritics do not matter.
    pub q: Option<String>,
}

/// Reviews the caller sees, the latest day first; one more than asked for when there are more.
///
/// # Errors
/// The database's.
pub async fn list(
    db: &impl ConnectionTrait,
    caller: &Caller,
    filter: &Filter,
    slice: &Slice,
) -> Result<Vec<management_review::Model>> {
    use management_review::Column;
    let Filter { unit_id, year, state, q } = filter;
    let words = q.as_deref().map(domain::text::fold).filter(|words| !words.is_empty());
    Ok(management_review::Entity::find()
        .filter(visible(caller))
        .filter(
            Condition::all()
                .add_option(unit_id.map(|unit| Column::UnitId.in_subquery(crate::findings::read::below(unit))))
                .add_option(year.map(|year| Column::Year.eq(year)))
                .add_option(state.map(|state| Column::State.eq(state)))
                .add_option(words.map(|words| Column::SearchText.contains(words))),
        )
        .filter(slice.after(Column::OnDate, Column::Id, true))
        .order_by_desc(Column::OnDate)
        .order_by_desc(Column::Id)
        .limit(slice.fetch())
        .all(db)
        .await?)
}

/// When, where and with whom a review is to be held.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The day.
    pub on_date: NaiveDate,
    /// The place.
    pub place: Option<String>,
    /// Who chairs: a head of the unit.
    pub chair_id: PersonId,
    /// Who keeps the minutes: an ISO secretary of the unit.
    pub secretary_id: PersonId,
    /// Who else takes part.
    pub participant_ids: Vec<PersonId>,
    /// People without a login, one a line.
    pub others: Option<String>,
    /// First day its inputs speak of; after the last review's when not said.
    pub period_from: Option<NaiveDate>,
}

/// Plans a review for a unit.
///
/// # Errors
/// Wrong fields, all at once; a unit the caller does not prepare reviews for.
pub async fn plan(
    store: &Store,
    caller: &Caller,
    unit_id: Option<UnitId>,
    edition: Option<String>,
    plan: Plan,
) -> Result<management_review::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let mut problems = Problems::new();
            let unit = own_unit(tx.db(), &who, Permission::PrepareReviews, unit_id).await?;
            let unit = unit.map_err(|code| problems.add("unit_id", code)).ok();
            let edition = match (edition, unit) {
                (None, Some(unit)) => editions::usual(tx.db(), unit, tx.today()).await?,
                (code, _) => editions::named(code.as_deref())?,
            };
            problems.check(edition.is_none(), "edition", "unknown_edition");
            let plan = check(&tx, unit, plan, &mut problems).await?;
            problems.finish()?;
            let (Some(unit), Some(edition)) = (unit, edition) else { return Err(Error::NotFound) };
            let previous = previous(tx.db(), unit).await?;
            let after = previous.as_ref().and_then(|row| row.inputs_on).and_then(|day| day.succ_opt());
            let first = NaiveDate::from_ymd_opt(plan.on_date.year(), 1, 1).unwrap_or(plan.on_date);
            let year = plan.on_date.year();
            let number = tx.next_number(&format!("XX-{year}-{unit}")).await?;
            let row = management_review::Model {
                id: tx.id(),
                code: format!("XX-{year}-{number:02}"),
                unit_id: unit,
                year,
                state: ReviewState::Planned,
                edition: edition.code.clone(),
                on_date: plan.on_date,
                place: None,
                chair_id: plan.chair_id,
                secretary_id: plan.secretary_id,
                others: None,
                period_from: plan.period_from.or(after).unwrap_or(first),
                inputs_on: None,
                inputs_by_id: None,
                opened: None,
                closed: None,
                discussion: None,
                conclusion: None,
                signed_at: None,
                number: None,
                symbol: None,
                issued_on: None,
                registered_by_id: None,
                cancel_reason: None,
                previous_id: previous.map(|row| row.id),
                search_text: String::new(),
                created_by_id: who.person,
                version: 1,
                created_at: tx.now(),
                changed_at: tx.now(),
            };
            let people = plan.participant_ids.clone();
            let row = planned(row, plan).into_active_model().insert(tx.db()).await?;
            seat(&tx, row.id, &people).await?;
            tx.record(Event::on("management_review.planned", Subject::ManagementReview, row.id.0).unit(unit).after(&row));
            Ok(row)
        })
        .await
}

/// The concluded review of a unit held last.
async fn previous(db: &impl ConnectionTrait, unit: UnitId) -> Result<Option<management_review::Model>> {
    Ok(management_review::Entity::find()
        .filter(management_review::Column::UnitId.eq(unit))
        .filter(management_review::Column::State.eq(ReviewState::Concluded))
        .order_by_desc(management_review::Column::OnDate)
        .order_by_desc(management_review::Column::Id)
        .one(db)
        .await?)
}

fn planned(row: management_review::Model, plan: Plan) -> management_review::Model {
    let Plan { on_date, place, chair_id, secretary_id, participant_ids: _, others, period_from } = plan;
    let search_text = domain::text::fold(&format!("{} {}", row.code, place.as_deref().unwrap_or_default()));
    management_review::Model {
        on_date,
        place,
        chair_id,
        secretary_id,
        others,
        period_from: period_from.unwrap_or(row.period_from),
        search_text,
        ..row
    }
}

async fn check(tx: &Tx, unit: Option<UnitId>, plan: Plan, problems: &mut Problems) -> Result<Plan> {
    let Plan { on_date, place, chair_id, secretary_id, participant_ids, others, period_from } = plan;
    if let Some(unit) = unit {
        let units = BTreeSet::from([unit]);
        let heads = holders(tx.db(), &[Role::Head], &units, tx.today()).await?;
        let keepers = holders(tx.db(), &[Role::IsoSecretary], &units, tx.today()).await?;
        let holds = |held: &BTreeMap<UnitId, Vec<PersonId>>, person| held.get(&unit).is_some_and(|held| held.contains(&person));
        let (head, keeper) = (holds(&heads, chair_id), holds(&keepers, secretary_id));
        check_people(chair_id, head, secretary_id, keeper, participant_ids.len(), problems);
    }
    check_known(tx, &participant_ids, problems).await?;
    check_planned_on(on_date, tx.today(), problems);
    problems.check(period_from.is_some_and(|from| from > on_date), "period_from", "period_after_review");
    Ok(Plan {
        place: problems.optional_text("place", place.as_deref(), 300),
        others: problems.optional_text("others", others.as_deref(), 2_000),
        on_date,
        chair_id,
        secretary_id,
        participant_ids,
        period_from,
    })
}

async fn check_known(tx: &Tx, people: &[PersonId], problems: &mut Problems) -> Result<()> {
    let known: Vec<PersonId> = person::Entity::find()
        .select_only()
        .column(person::Column::Id)
        .filter(person::Column::Id.is_in(people.iter().copied()))
        .into_tuple()
        .all(tx.db())
        .await?;
    for (n, person) in people.iter().enumerate() {
        problems.check(!known.contains(person), &format!("participant_ids/{n}"), "unknown_person");
    }
    Ok(())
}

async fn seat(tx: &Tx, id: ManagementReviewId, people: &[PersonId]) -> Result<()> {
    review_participant::Entity::delete_many().filter(review_participant::Column::ReviewId.eq(id)).exec(tx.db()).await?;
    let people: BTreeSet<PersonId> = people.iter().copied().collect();
    let rows: Vec<_> =
        people.into_iter().map(|person_id| review_participant::Model { review_id: id, person_id }.into_active_model()).collect();
    if !rows.is_empty() {
        review_participant::Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
    }
    Ok(())
}

/// Changes day, place and people before the meeting.
///
/// # Errors
/// 404, stale, wrong fields, `review_secretary_only`, `wrong_state`.
pub async fn update(
    store: &Store,
    caller: &Caller,
    id: ManagementReviewId,
    version: Version,
    plan: Plan,
) -> Result<management_review::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let Case { row: before, by, facts, .. } = begin(&tx, &who, id, version).await?;
            advance(before.state, ReviewVerb::Update, by, &facts)?;
            let mut problems = Problems::new();
            let plan = check(&tx, Some(before.unit_id), plan, &mut problems).await?;
            problems.finish()?;
            seat(&tx, id, &plan.participant_ids).await?;
            save(&tx, "management_review.updated", &before, planned(before.clone(), plan), None).await
        })
        .await
}

/// Takes the inputs from live data, or takes them anew: the snapshot is replaced, remarks stay, and each input says what
/// changed since it was taken before.
///
/// # Errors
/// 404, stale, `review_secretary_only`, `wrong_state`.
pub async fn take_inputs(
    store: &Store,
    caller: &Caller,
    id: ManagementReviewId,
    version: Version,
) -> Result<management_review::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let Case { row: before, inputs: old, by, facts, .. } = begin(&tx, &who, id, version).await?;
            let state = advance(before.state, ReviewVerb::TakeInputs, by, &facts)?;
            let edition = editions::named(Some(&before.edition))?.ok_or(Error::NotFound)?;
            let (unit, year, from) = (before.unit_id, before.year, before.period_from);
            let span = Span { review: id, unit, year, from, to: tx.today() };
            let again = before.inputs_on.is_some();
            let mut changed = 0;
            for (input, position) in edition.inputs.iter().zip(1..) {
                let facts = facts::collect(tx.db(), input.topic, &span).await?;
                let known = old.iter().find(|row| row.topic == input.topic);
                let were: Vec<Fact> = known.map(|row| read_facts(&row.facts)).transpose()?.unwrap_or_default();
                let differs = if again { facts::changes(&were, &facts) } else { Vec::new() };
                changed += differs.len();
                let row = review_input::Model {
                    id: known.map_or_else(|| tx.id::<ReviewInputId>(), |row| row.id),
                    review_id: id,
                    position,
                    topic: input.topic,
                    letter: input.letter.clone(),
                    title: input.title.clone(),
                    facts: serde_json::to_value(&facts)?,
                    changes: serde_json::to_value(&differs)?,
                    remark: known.and_then(|row| row.remark.clone()),
                };
                if known.is_some() {
                    review_input::Entity::update(row.into_active_model().reset_all()).exec(tx.db()).await?;
                } else {
                    row.into_active_model().insert(tx.db()).await?;
                }
            }
            let row = management_review::Model {
                state,
                inputs_on: Some(tx.today()),
                inputs_by_id: Some(who.person),
                changed_at: tx.now(),
                ..before.clone()
            };
            let after = stored(&tx, &before, row).await?;
            let event = Event::on("management_review.inputs_taken", Subject::ManagementReview, id.0).unit(after.unit_id);
            tx.record(event.after(&serde_json::json!({"on": tx.today(), "again": again, "changed": changed})));
            Ok(after)
        })
        .await
}

/// The facts an input keeps.
///
/// # Errors
/// The row holds something else.
pub fn read_facts(kept: &serde_json::Value) -> Result<Vec<Fact>> {
    Ok(serde_json::from_value(kept.clone())?)
}

/// What an input says changed when it was taken last.
///
/// # Errors
/// The row holds something else.
pub fn read_changes(kept: &serde_json::Value) -> Result<Vec<Change>> {
    Ok(serde_json::from_value(kept.clone())?)
}

/// Writes the secretary's remarks; topics left out keep theirs.
///
/// # Errors
/// 404, stale, wrong fields, `review_secretary_only`, `wrong_state`.
pub async fn remark(
    store: &Store,
    caller: &Caller,
    id: ManagementReviewId,
    version: Version,
    remarks: BTreeMap<ReviewTopic, Option<String>>,
) -> Result<management_review::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let Case { row: before, inputs, by, facts, .. } = begin(&tx, &who, id, version).await?;
            advance(before.state, ReviewVerb::Remark, by, &facts)?;
            let mut problems = Problems::new();
            let mut said = Vec::new();
            for (topic, remark) in remarks {
                let field = format!("remarks/{topic}");
                let remark = problems.optional_text(&field, remark.as_deref(), 4_000);
                match inputs.iter().find(|row| row.topic == topic) {
                    Some(input) if input.remark != remark => said.push((input.id, topic, remark)),
                    Some(_) => {}
                    None => problems.add(field, "unknown_input"),
                }
            }
            problems.finish()?;
            for (input, _, remark) in &said {
                let change = review_input::ActiveModel { id: Set(*input), remark: Set(remark.clone()), ..Default::default() };
                change.update(tx.db()).await?;
            }
            let row = management_review::Model { changed_at: tx.now(), ..before.clone() };
            let after = stored(&tx, &before, row).await?;
            let said: BTreeMap<String, Option<String>> =
                said.into_iter().map(|(_, topic, remark)| (topic.to_string(), remark)).collect();
            tx.record(Event::on("management_review.remarked", Subject::ManagementReview, id.0).unit(after.unit_id).after(&said));
            Ok(after)
        })
        .await
}

/// How the meeting was held.
#[derive(Clone, Debug)]
pub struct Meeting {
    /// The day.
    pub held_on: NaiveDate,
    /// When it began, `08:00`.
    pub opened: String,
    /// When it ended.
    pub closed: String,
    /// Where; as planned when not said.
    pub place: Option<String>,
    /// Who was there; as planned when not said.
    pub participant_ids: Option<Vec<PersonId>>,
    /// People without a login, one a line; as planned when not said.
    pub others: Option<String>,
}

/// Records that the meeting was held.
///
/// # Errors
/// 404, stale, wrong fields, `review_secretary_only`, `wrong_state`, `inputs_without_remark`.
pub async fn hold(
    store: &Store,
    caller: &Caller,
    id: ManagementReviewId,
    version: Version,
    meeting: Meeting,
) -> Result<management_review::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let Case { row: before, by, facts, .. } = begin(&tx, &who, id, version).await?;
            let state = advance(before.state, ReviewVerb::Hold, by, &facts)?;
            let Meeting { held_on, opened, closed, place, participant_ids, others } = meeting;
            let mut problems = Problems::new();
            let hour = |field: &str, typed: &str, problems: &mut Problems| {
                let parsed = NaiveTime::parse_from_str(typed.trim(), "%H:%M").ok();
                problems.check(parsed.is_none(), field, if typed.trim().is_empty() { "required" } else { "not_a_time" });
                parsed
            };
            let hours = (hour("opened", &opened, &mut problems), hour("closed", &closed, &mut problems));
            if let (Some(opened), Some(closed)) = hours {
                check_meeting(held_on, (opened, closed), before.inputs_on, tx.today(), &mut problems);
            }
            let place = problems.optional_text("place", place.as_deref(), 300);
            let others = problems.optional_text("others", others.as_deref(), 2_000);
            if let Some(people) = &participant_ids {
                problems.at_most("participant_ids", people.len(), domain::management_review::MOST_PARTICIPANTS);
                check_known(&tx, people, &mut problems).await?;
            }
            problems.finish()?;
            if let Some(people) = &participant_ids {
                seat(&tx, id, people).await?;
            }
            let at = |time: Option<NaiveTime>| time.map(|time| time.format("%H:%M").to_string());
            let row = management_review::Model {
                state,
                on_date: held_on,
                opened: at(hours.0),
                closed: at(hours.1),
                place: place.or_else(|| before.place.clone()),
                others: others.or_else(|| before.others.clone()),
                changed_at: tx.now(),
                ..before.clone()
            };
            save(&tx, "management_review.held", &before, row, None).await
        })
        .await
}

/// What the minutes say of the meeting.
#[derive(Clone, Debug)]
pub struct Minutes {
    /// The discussion.
    pub discussion: Option<String>,
    /// The conclusion of the chair.
    pub conclusion: Option<String>,
    /// The decisions, in order.
    pub decisions: Vec<DecisionDraft>,
}

/// Writes the minutes of a held meeting: as often as needed until the chair signs.
///
/// # Errors
/// 404, stale, wrong fields, `review_secretary_only`, `wrong_state`.
pub async fn write(
    store: &Store,
    caller: &Caller,
    id: ManagementReviewId,
    version: Version,
    minutes: Minutes,
) -> Result<management_review::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let Case { row: before, by, facts, .. } = begin(&tx, &who, id, version).await?;
            advance(before.state, ReviewVerb::Write, by, &facts)?;
            let Minutes { discussion, conclusion, decisions } = minutes;
            let mut problems = Problems::new();
            let discussion = problems.optional_text("discussion", discussion.as_deref(), 20_000);
            let conclusion = problems.optional_text("conclusion", conclusion.as_deref(), 10_000);
            check_places(&tx, before.unit_id, &decisions, &mut problems).await?;
            let decisions = check_decisions(decisions, before.on_date, &mut problems);
            problems.finish()?;
            review_decision::Entity::delete_many().filter(review_decision::Column::ReviewId.eq(id)).exec(tx.db()).await?;
            let mut rows = Vec::new();
            for (decision, position) in decisions.into_iter().zip(1..) {
                let row = review_decision::Model {
                    id: tx.id(),
                    review_id: id,
                    position,
                    kind: decision.kind,
                    content: decision.content,
                    unit_id: decision.unit_id,
                    owner_id: decision.owner_id,
                    due_on: decision.due_on,
                    resources: decision.resources,
                    state: DecisionState::Open,
                    done_note: None,
                    reported_by_id: None,
                    reported_at: None,
                    confirmed_by_id: None,
                    confirmed_at: None,
                    return_reason: None,
                    version: 1,
                };
                rows.push(row.into_active_model().insert(tx.db()).await?);
            }
            let row = management_review::Model { discussion, conclusion, changed_at: tx.now(), ..before.clone() };
            let after = stored(&tx, &before, row).await?;
            let said = serde_json::json!({"discussion": after.discussion, "conclusion": after.conclusion, "decisions": rows});
            let event = Event::on("management_review.written", Subject::ManagementReview, id.0).unit(after.unit_id);
            tx.record(event.after(&said));
            Ok(after)
        })
        .await
}

/// Decisions are given to the unit itself or one below it, and to people there are.
async fn check_places(tx: &Tx, unit: UnitId, drafts: &[DecisionDraft], problems: &mut Problems) -> Result<()> {
    let below: Vec<UnitId> = unit_path::Entity::find()
        .select_only()
        .column(unit_path::Column::DescendantId)
        .filter(unit_path::Column::AncestorId.eq(unit))
        .filter(crate::units::alive(unit_path::Column::ValidFrom, unit_path::Column::ValidTo, tx.today()))
        .filter(unit_path::Column::DescendantId.is_in(drafts.iter().filter_map(|draft| draft.unit_id)))
        .into_tuple()
        .all(tx.db())
        .await?;
    let known: Vec<PersonId> = person::Entity::find()
        .select_only()
        .column(person::Column::Id)
        .filter(person::Column::Id.is_in(drafts.iter().filter_map(|draft| draft.owner_id)))
        .filter(person::Column::DisabledAt.is_null())
        .into_tuple()
        .all(tx.db())
        .await?;
    for (n, draft) in drafts.iter().enumerate() {
        let stray = draft.unit_id.is_some_and(|unit| !below.contains(&unit));
        problems.check(stray, &format!("decisions/{n}/unit_id"), "unknown_unit");
        let unknown = draft.owner_id.is_some_and(|owner| !known.contains(&owner));
        problems.check(unknown, &format!("decisions/{n}/owner_id"), "unknown_person");
    }
    Ok(())
}

/// What the trail calls the signature.
const CONCLUDED: &str = "management_review.concluded";

/// The chair signs the minutes: nothing of them changes any more. When the chair is head no more, the head of today signs and
/// answers for the review from then on; the chair of the meeting stays at its table and in the trail ([`chaired_by`]).
///
/// # Errors
/// 404, stale, `chair_only`, `head_only`, `prepared_it_yourself`, `wrong_state`, `minutes_not_written`.
pub async fn conclude(
    store: &Store,
    caller: &Caller,
    id: ManagementReviewId,
    version: Version,
) -> Result<management_review::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let Case { row: before, by, facts, .. } = begin(&tx, &who, id, version).await?;
            let state = advance(before.state, ReviewVerb::Conclude, by, &facts)?;
            if before.chair_id != who.person {
                let mut table = participants(tx.db(), id).await?;
                table.push(before.chair_id);
                seat(&tx, id, &table).await?;
            }
            let row = management_review::Model {
                state,
                chair_id: who.person,
                signed_at: Some(tx.now()),
                changed_at: tx.now(),
                ..before.clone()
            };
            save(&tx, CONCLUDED, &before, row, None).await
        })
        .await
}

/// Who chaired the meeting, also where the head of a later day signed its minutes: the trail keeps both.
///
/// # Errors
/// The database's; the trail holds something else.
pub async fn chaired_by(db: &impl ConnectionTrait, row: &management_review::Model) -> Result<PersonId> {
    if !is_signed(row.state) {
        return Ok(row.chair_id);
    }
    let signature = event::Entity::find()
        .filter(event::Column::SubjectId.eq(row.id.0))
        .filter(event::Column::Subject.eq(Subject::ManagementReview))
        .filter(event::Column::Kind.eq(CONCLUDED))
        .one(db)
        .await?;
    // Only what the signature changed stands there: no chair, when the chair signed.
    let before = signature.and_then(|signature| signature.before);
    match before.as_ref().and_then(|before| before.get("chair_id")) {
        Some(chair) => Ok(serde_json::from_value(chair.clone())?),
        None => Ok(row.chair_id),
    }
}

/// Calls a review off before it is held.
///
/// # Errors
/// 404, stale, no reason, `review_secretary_only`, `wrong_state`.
pub async fn cancel(
    store: &Store,
    caller: &Caller,
    id: ManagementReviewId,
    version: Version,
    reason: String,
) -> Result<management_review::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let Case { row: before, by, facts, .. } = begin(&tx, &who, id, version).await?;
            let state = advance(before.state, ReviewVerb::Cancel, by, &facts)?;
            let mut problems = Problems::new();
            let reason = problems.text("reason", &reason, 2_000);
            problems.finish()?;
            let row = management_review::Model { state, cancel_reason: Some(reason.clone()), ..before.clone() };
            save(&tx, "management_review.cancelled", &before, row, Some(&reason)).await
        })
        .await
}

async fn stored(tx: &Tx, before: &management_review::Model, row: management_review::Model) -> Result<management_review::Model> {
    let row = management_review::Model { version: before.version + 1, ..row };
    let update = management_review::Entity::update(row.into_active_model().reset_all());
    let update = update.validate()?.filter(management_review::Column::Version.eq(before.version));
    Ok(update.exec(tx.db()).await?)
}

async fn save(
    tx: &Tx,
    event: &'static str,
    before: &management_review::Model,
    row: management_review::Model,
    reason: Option<&str>,
) -> Result<management_review::Model> {
    let after = stored(tx, before, row).await?;
    let event = Event::on(event, Subject::ManagementReview, after.id.0).unit(after.unit_id).change(before, &after);
    tx.record(event.reason(reason));
    Ok(after)
}

/// Who takes part in a review besides chair and secretary.
///
/// # Errors
/// The database's.
pub async fn participants(db: &impl ConnectionTrait, id: ManagementReviewId) -> Result<Vec<PersonId>> {
    Ok(review_participant::Entity::find()
        .select_only()
        .column(review_participant::Column::PersonId)
        .filter(review_participant::Column::ReviewId.eq(id))
        .order_by_asc(review_participant::Column::PersonId)
        .into_tuple()
        .all(db)
        .await?)
}
