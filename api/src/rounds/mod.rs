//! Scoring rounds: one year, one criteria set, a group of units as they stand on a day.
//!
//! `sheets` is the unit's side, `appraise` the panel's and the council's, `standing` computes totals
//! and ranks (never before the council), `publish` makes an immutable snapshot of them.

pub mod access;
pub mod appraise;
pub mod counted;
pub mod deductions;
pub mod http;
pub mod owed;
pub mod pages;
pub mod publish;
pub mod remedy;
pub mod sheets;
pub mod standing;

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use domain::calendar::{DeadlineKind, DeadlineUnit};
use domain::draft::Problems;
use domain::id::{CriteriaSetId, PersonId, RoundId, SheetId, SheetLineId, UnitId};
use domain::permission::{Permission, Role};
use domain::record::{CriteriaSetState, Subject};
use domain::round::{Facts, Layer, RoundState, RoundVerb, SheetState, advance};
use domain::scoring::{CriteriaSet, file};
use entities::{criteria_set, person, round, round_appraiser, score_entry, sheet, sheet_line, unit, unit_path};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, DatabaseBackend, EntityTrait as _,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use serde_json::json;

use crate::auth::Caller;
use crate::criteria::yaml;
use crate::error::{Error, Result};
use crate::http::{Slice, Version, seen};
use crate::store::{Event, Store, Tx};

pub use standing::Standing;

/// A round to be prepared.
#[derive(Clone, Debug)]
pub struct NewRound {
    /// Title.
    pub title: String,
    /// The year that is scored.
    pub year: i32,
    /// The set.
    pub set_id: CriteriaSetId,
    /// The unit that scores; may be left out by who runs rounds for one unit only.
    pub owner_unit_id: Option<UnitId>,
    /// The day whose units are scored.
    pub as_of: NaiveDate,
    /// Whether a survey is held.
    pub survey_held: bool,
    /// Units; none means every unit of the set's kind directly below the owner.
    pub unit_ids: Vec<UnitId>,
    /// Dates.
    pub dates: Dates,
    /// How many persons approve a publication.
    pub approvals_required: i32,
    /// Last year's round.
    pub previous_id: Option<RoundId>,
}

/// The dates of a round.
#[derive(Clone, Copy, Debug)]
pub struct Dates {
    /// Self-scoring ends at this instant.
    pub self_due_at: DateTime<Utc>,
    /// Working days of the explanation window.
    pub explanation_days: i32,
    /// The day by which appraisal should be done.
    pub appraisal_due_on: NaiveDate,
}

/// Which rounds are asked for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this year.
    pub year: Option<i32>,
    /// In this state.
    pub state: Option<RoundState>,
}

/// Rounds the caller sees, the latest year first.
///
/// # Errors
/// The database's.
pub async fn list(db: &impl ConnectionTrait, caller: &Caller, filter: &Filter, slice: &Slice) -> Result<Vec<round::Model>> {
    let wanted = Condition::all()
        .add_option(filter.year.map(|year| round::Column::Year.eq(year)))
        .add_option(filter.state.map(|state| round::Column::State.eq(state)));
    Ok(round::Entity::find()
        .filter(access::visible(caller))
        .filter(wanted)
        .filter(slice.after(round::Column::Year, round::Column::Id, true))
        .order_by_desc(round::Column::Year)
        .order_by_desc(round::Column::Id)
        .limit(slice.fetch())
        .all(db)
        .await?)
}

/// The set of a round, ready to score with.
///
/// # Errors
/// 404, or a document that cannot be read any more.
pub async fn set_of(db: &impl ConnectionTrait, id: CriteriaSetId) -> Result<(criteria_set::Model, CriteriaSet)> {
    let row = criteria_set::Entity::find_by_id(id).one(db).await?.ok_or(Error::NotFound)?;
    let set = read_set(&row)?;
    Ok((row, set))
}

/// A set as the engine takes it.
///
/// # Errors
/// A document that cannot be read any more.
pub fn read_set(row: &criteria_set::Model) -> Result<CriteriaSet> {
    let tree = yaml::read(&row.document).map_err(|broken| Error::Internal(broken.into()))?;
    Ok(file::read_set(&tree)?)
}

/// The instant that deadlines are judged by: the database's clock, so that replicas cannot disagree.
///
/// # Errors
/// The database's.
pub async fn deadline_now(tx: &Tx) -> Result<DateTime<Utc>> {
    if tx.clock().is_fixed() || tx.db().get_database_backend() != DatabaseBackend::Postgres {
        return Ok(tx.now());
    }
    let row = tx
        .db()
        .query_one_raw(sea_orm::Statement::from_string(DatabaseBackend::Postgres, "SELECT clock_timestamp() AS now"))
        .await?;
    Ok(row.map(|row| row.try_get("", "now")).transpose()?.unwrap_or_else(|| tx.now()))
}

/// Prepares a round: the units and their names are those of its day.
///
/// # Errors
/// Wrong fields; an owner the caller does not run rounds for.
pub async fn create(store: &Store, caller: &Caller, new: NewRound) -> Result<round::Model> {
    let mut problems = Problems::new();
    let title = problems.line("title", &new.title, 300);
    check_dates(&new.dates, &mut problems);
    if !(2000..=2100).contains(&new.year) {
        problems.add_with("year", "out_of_range", vec![("min", "2000".to_owned()), ("max", "2100".to_owned())]);
    }
    if !(1..=9).contains(&new.approvals_required) {
        problems.add_with("approvals_required", "out_of_range", vec![("min", "1".to_owned()), ("max", "9".to_owned())]);
    }
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let owner = crate::inspections::plan::own_unit(tx.db(), &who, Permission::ManageRounds, new.owner_unit_id).await?;
            let owner = owner.map_err(|code| problems.add("owner_unit_id", code));
            let set = criteria_set::Entity::find_by_id(new.set_id).one(tx.db()).await?;
            problems.check(set.is_none(), "set_id", "unknown_record");
            if let Some(previous) = new.previous_id {
                let known = round::Entity::find_by_id(previous).filter(access::visible(&who)).count(tx.db()).await?;
                problems.check(known == 0, "previous_id", "unknown_record");
            }
            let units = match owner {
                Ok(owner) => units_of(&tx, owner, &new, &mut problems).await?,
                Err(()) => Vec::new(),
            };
            problems.finish()?;
            let owner = owner.map_err(|()| Error::NotFound)?;
            let number = tx.next_number(&format!("round:{owner}:{}", new.year)).await?;
            let row = round::ActiveModel {
                id: Set(tx.id::<RoundId>()),
                code: Set(format!("DCD-{}-{number:02}", new.year)),
                title: Set(title),
                year: Set(new.year),
                set_id: Set(new.set_id),
                owner_unit_id: Set(owner),
                state: Set(RoundState::Draft),
                as_of: Set(new.as_of),
                survey_held: Set(new.survey_held),
                self_due_at: Set(new.dates.self_due_at),
                explanation_days: Set(new.dates.explanation_days),
                explanation_due_at: Set(None),
                appraisal_due_on: Set(new.dates.appraisal_due_on),
                approvals_required: Set(new.approvals_required),
                decision: Set(None),
                decided_on: Set(None),
                previous_id: Set(new.previous_id),
                created_by_id: Set(who.person),
                version: Set(1),
                created_at: Set(tx.now()),
            }
            .insert(tx.db())
            .await?;
            for unit in units {
                sheet::ActiveModel {
                    id: Set(tx.id::<SheetId>()),
                    round_id: Set(row.id),
                    unit_id: Set(unit.id),
                    unit_code: Set(unit.code),
                    unit_name: Set(unit.name),
                    kind: Set(unit.kind_code),
                    peer_group: Set(None),
                    state: Set(SheetState::Open),
                    submitted_at: Set(None),
                    submitted_by_id: Set(None),
                    version: Set(1),
                    created_at: Set(tx.now()),
                }
                .insert(tx.db())
                .await?;
            }
            tx.record(Event::on("round.created", Subject::Round, row.id.0).unit(owner).after(&row));
            Ok(row)
        })
        .await
}

fn check_dates(dates: &Dates, problems: &mut Problems) {
    if !(1..=60).contains(&dates.explanation_days) {
        problems.add_with("explanation_days", "out_of_range", vec![("min", "1".to_owned()), ("max", "60".to_owned())]);
    }
    let early = dates.appraisal_due_on < domain::time::vn_date(dates.self_due_at);
    problems.check(early, "appraisal_due_on", "before_start");
}

/// The units to be scored, as they stood on the round's day: those named, else every commune-level
/// unit directly below the owner.
async fn units_of(tx: &Tx, owner: UnitId, new: &NewRound, problems: &mut Problems) -> Result<Vec<unit::Model>> {
    let alive = crate::units::alive(unit::Column::ValidFrom, unit::Column::ValidTo, new.as_of);
    let query = unit::Entity::find().filter(alive);
    let below = sea_orm::sea_query::Query::select()
        .column(unit_path::Column::DescendantId)
        .from(unit_path::Entity)
        .and_where(unit_path::Column::AncestorId.eq(owner))
        .and_where(unit_path::Column::Depth.gt(0))
        .to_owned();
    let query = if new.unit_ids.is_empty() {
        let kinds =
            entities::unit_kind::Entity::find().filter(entities::unit_kind::Column::LevelCode.eq("commune")).all(tx.db()).await?;
        let kinds: Vec<String> = kinds.into_iter().map(|kind| kind.code).collect();
        query.filter(unit::Column::ParentId.eq(owner)).filter(unit::Column::KindCode.is_in(kinds))
    } else {
        query.filter(unit::Column::Id.is_in(new.unit_ids.iter().copied()))
    };
    let found = query
        .filter(unit::Column::Id.in_subquery(below))
        .order_by_asc(unit::Column::Code)
        .order_by_asc(unit::Column::Id)
        .all(tx.db())
        .await?;
    let wanted: BTreeSet<UnitId> = new.unit_ids.iter().copied().collect();
    problems.check(!wanted.is_empty() && found.len() < wanted.len(), "unit_ids", "unknown_record");
    Ok(found)
}

/// Changes title and dates while the round may still be changed: all in draft, later only the dates
/// that lie ahead.
///
/// # Errors
/// 404, stale, wrong fields, `secretary_only`, `wrong_state`.
pub async fn update(
    store: &Store,
    caller: &Caller,
    id: RoundId,
    version: Version,
    title: String,
    dates: Dates,
) -> Result<round::Model> {
    let mut problems = Problems::new();
    let title = problems.line("title", &title, 300);
    check_dates(&dates, &mut problems);
    problems.finish()?;
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let before = open_to_secretary(&tx, &who, id, version).await?;
            let early = matches!(before.state, RoundState::Draft | RoundState::SelfScoring);
            domain::rule::require(early, "sheet_not_open")?;
            let after = round::ActiveModel {
                id: Set(id),
                title: Set(title),
                self_due_at: Set(dates.self_due_at),
                explanation_days: Set(dates.explanation_days),
                appraisal_due_on: Set(dates.appraisal_due_on),
                version: Set(before.version + 1),
                ..Default::default()
            }
            .update(tx.db())
            .await?;
            tx.record(Event::on("round.updated", Subject::Round, id.0).unit(after.owner_unit_id).change(&before, &after));
            Ok(after)
        })
        .await
}

/// The locked round at the version the caller saw, for its secretary only.
async fn open_to_secretary(tx: &Tx, caller: &Caller, id: RoundId, version: Version) -> Result<round::Model> {
    let row = access::find(tx.db(), caller, id, true).await?;
    seen(version, row.version)?;
    let by = access::by(tx.db(), caller, &row).await?;
    domain::rule::require(by.secretary, "secretary_only")?;
    Ok(row)
}

/// A seat on the panel.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seat {
    /// Who.
    pub person_id: PersonId,
    /// Which criteria: an appraiser group of the set; empty means all.
    pub group: String,
}

/// The panel of a round.
///
/// # Errors
/// The database's.
pub async fn panel(db: &impl ConnectionTrait, id: RoundId) -> Result<Vec<Seat>> {
    let rows = round_appraiser::Entity::find().filter(round_appraiser::Column::RoundId.eq(id)).all(db).await?;
    let mut seats: Vec<Seat> =
        rows.into_iter().map(|row| Seat { person_id: row.person_id, group: row.criterion_group }).collect();
    seats.sort();
    Ok(seats)
}

/// Names the panel anew. Everybody on it holds the appraiser's role over the round's owner.
///
/// # Errors
/// 404, stale, wrong fields, `secretary_only`.
pub async fn set_panel(store: &Store, caller: &Caller, id: RoundId, version: Version, seats: Vec<Seat>) -> Result<round::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let before = open_to_secretary(&tx, &who, id, version).await?;
            domain::rule::require(!before.state.is_ranked(), "sheet_not_open")?;
            let (_, set) = set_of(tx.db(), before.set_id).await?;
            let groups: BTreeSet<String> =
                set.leaves().iter().filter_map(|placed| placed.leaf.appraiser_group.clone()).chain([String::new()]).collect();
            let mut problems = Problems::new();
            for (index, seat) in seats.iter().enumerate() {
                problems.check(!groups.contains(&seat.group), &format!("seats/{index}/group"), "unknown_record");
                let known = person::Entity::find_by_id(seat.person_id).one(tx.db()).await?.is_some_and(|row| row.disabled_at.is_none());
                let held = crate::auth::held(tx.db(), seat.person_id, tx.today()).await?;
                let appraises = held.iter().any(|held| held.role == Role::Appraiser);
                problems.check(!known || !appraises, &format!("seats/{index}/person_id"), "not_an_appraiser");
            }
            problems.finish()?;
            let old = panel(tx.db(), id).await?;
            round_appraiser::Entity::delete_many().filter(round_appraiser::Column::RoundId.eq(id)).exec(tx.db()).await?;
            for seat in seats.into_iter().collect::<BTreeSet<_>>() {
                round_appraiser::ActiveModel {
                    round_id: Set(id),
                    person_id: Set(seat.person_id),
                    criterion_group: Set(seat.group),
                }
                .insert(tx.db())
                .await?;
            }
            let after = touch(&tx, &before).await?;
            let new = panel(tx.db(), id).await?;
            let said = |seats: &[Seat]| json!({"panel": seats.iter().map(|seat| json!([seat.person_id, seat.group])).collect::<Vec<_>>()});
            tx.record(Event::on("round.panel_set", Subject::Round, id.0).unit(after.owner_unit_id).change(&said(&old), &said(&new)));
            Ok(after)
        })
        .await
}

/// The round with its version one higher.
async fn touch(tx: &Tx, before: &round::Model) -> Result<round::Model> {
    let row = round::ActiveModel { id: Set(before.id), version: Set(before.version + 1), ..Default::default() };
    Ok(row.update(tx.db()).await?)
}

/// The council's decision, given with [`RoundVerb::Approve`].
#[derive(Clone, Debug, Default)]
pub struct Decision {
    /// Number and title of the paper.
    pub decision: Option<String>,
    /// Its date.
    pub decided_on: Option<NaiveDate>,
}

/// Moves a round.
///
/// # Errors
/// 404, stale, a rule of the machine, wrong fields.
pub async fn act(
    store: &Store,
    caller: &Caller,
    id: RoundId,
    version: Version,
    verb: RoundVerb,
    decision: Decision,
) -> Result<round::Model> {
    let mut problems = Problems::new();
    let text = problems.optional_text("decision", decision.decision.as_deref(), 500);
    problems.check(verb == RoundVerb::Approve && text.is_none(), "decision", "required");
    problems.finish()?;
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let before = access::find(tx.db(), &who, id, true).await?;
            seen(version, before.version)?;
            let by = access::by(tx.db(), &who, &before).await?;
            let now = deadline_now(&tx).await?;
            let facts = facts(tx.db(), &before, now).await?;
            let state = advance(before.state, verb, by.secretary, &facts)?;
            let mut row =
                round::ActiveModel { id: Set(id), state: Set(state), version: Set(before.version + 1), ..Default::default() };
            match verb {
                RoundVerb::Open => open(&tx, &before).await?,
                RoundVerb::CloseSelfScoring => close_sheets(&tx, &before).await?,
                RoundVerb::Release => row.explanation_due_at = Set(Some(explanation_end(&tx, &before).await?)),
                RoundVerb::Approve => {
                    row.decision = Set(text);
                    row.decided_on = Set(decision.decided_on.or(Some(tx.today())));
                }
                RoundVerb::FinalAppraise | RoundVerb::Convene | RoundVerb::Archive => {}
            }
            let after = row.update(tx.db()).await?;
            let event = match verb {
                RoundVerb::Open => "round.opened",
                RoundVerb::CloseSelfScoring => "round.self_scoring_closed",
                RoundVerb::Release => "round.released",
                RoundVerb::FinalAppraise => "round.final_appraisal_begun",
                RoundVerb::Convene => "round.convened",
                RoundVerb::Approve => "round.approved",
                RoundVerb::Archive => "round.archived",
            };
            tx.record(Event::on(event, Subject::Round, id.0).unit(after.owner_unit_id).change(&before, &after));
            Ok(after)
        })
        .await
}

/// Lays out a line for every criterion on every sheet.
async fn open(tx: &Tx, row: &round::Model) -> Result<()> {
    let (_, set) = set_of(tx.db(), row.set_id).await?;
    let codes: Vec<String> = set.leaves().into_iter().map(|placed| placed.node.code.clone()).collect();
    let sheets = sheet::Entity::find().filter(sheet::Column::RoundId.eq(row.id)).all(tx.db()).await?;
    let mut lines = Vec::new();
    for sheet in sheets {
        for code in &codes {
            lines.push(sheet_line::ActiveModel {
                id: Set(tx.id::<SheetLineId>()),
                sheet_id: Set(sheet.id),
                code: Set(code.clone()),
                value: Set(None),
                note: Set(None),
                override_reason: Set(None),
                edited_by_id: Set(None),
                edited_at: Set(None),
                version: Set(1),
            });
        }
    }
    for chunk in lines.chunks(500) {
        sheet_line::Entity::insert_many(chunk.to_vec()).exec_without_returning(tx.db()).await?;
    }
    Ok(())
}

/// Sheets that were not submitted in time say so; nothing of theirs counts as declared.
async fn close_sheets(tx: &Tx, row: &round::Model) -> Result<()> {
    let open = sheet::Entity::find()
        .filter(sheet::Column::RoundId.eq(row.id))
        .filter(sheet::Column::State.eq(SheetState::Open))
        .all(tx.db())
        .await?;
    for sheet in open {
        let late = sheet::ActiveModel {
            id: Set(sheet.id),
            state: Set(SheetState::NotSubmitted),
            version: Set(sheet.version + 1),
            ..Default::default()
        };
        late.update(tx.db()).await?;
        tx.record(Event::on("sheet.not_submitted", Subject::Sheet, sheet.id.0).unit(sheet.unit_id));
    }
    Ok(())
}

/// The end of the last day of the explanation window, counted in working days from today.
async fn explanation_end(tx: &Tx, row: &round::Model) -> Result<DateTime<Utc>> {
    let question = crate::calendar::Question {
        from: tx.today(),
        n: u32::try_from(row.explanation_days).unwrap_or_default(),
        unit: DeadlineUnit::WorkingDay,
        kind: DeadlineKind::By,
        known_on: None,
    };
    let last = crate::calendar::count(tx.db(), question).await?.due;
    let next = last.succ_opt().unwrap_or(last).and_hms_opt(0, 0, 0).unwrap_or_default();
    let end = next.and_local_timezone(domain::time::vietnam()).single();
    Ok(end.map_or_else(|| tx.now(), |end| end.to_utc()))
}

/// What must be known of a round to move it.
///
/// # Errors
/// The database's.
pub async fn facts(db: &impl ConnectionTrait, row: &round::Model, now: DateTime<Utc>) -> Result<Facts> {
    let (set_row, set) = set_of(db, row.set_id).await?;
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let sheets = sheet::Entity::find().filter(sheet::Column::RoundId.eq(row.id)).all(db).await?;
    let mut facts = Facts {
        set_published: set_row.state == CriteriaSetState::Published,
        sheets: count(sheets.len()),
        open_sheets: count(sheets.iter().filter(|sheet| sheet.state == SheetState::Open).count()),
        appraisers: count(panel(db, row.id).await?.len()),
        self_scoring_over: now >= row.self_due_at,
        explanation_over: row.explanation_due_at.is_some_and(|due| now >= due),
        ..Facts::default()
    };
    if matches!(row.state, RoundState::Appraisal | RoundState::Explanation | RoundState::FinalAppraisal) {
        standing::load(db, row).await?.count(&set, &mut facts);
        facts.open_deductions = deductions::undecided(db, row.id).await?;
    }
    Ok(facts)
}

/// The entries of lines, by line, the earliest first.
pub(crate) async fn entries_of(
    db: &impl ConnectionTrait,
    lines: Condition,
) -> Result<std::collections::BTreeMap<SheetLineId, Vec<score_entry::Model>>> {
    let rows = score_entry::Entity::find()
        .filter(lines)
        .order_by_asc(score_entry::Column::CreatedAt)
        .order_by_asc(score_entry::Column::Id)
        .all(db)
        .await?;
    let mut found: std::collections::BTreeMap<SheetLineId, Vec<score_entry::Model>> = std::collections::BTreeMap::new();
    for row in rows {
        found.entry(row.line_id).or_default().push(row);
    }
    Ok(found)
}

/// The latest entry of a layer.
#[must_use]
pub fn latest(entries: &[score_entry::Model], layer: Layer) -> Option<&score_entry::Model> {
    entries.iter().rev().find(|entry| entry.layer == layer)
}
