//! Satisfaction surveys: held by a unit for itself and everything below, with anonymous forms.
//!
//! What may be seen of the forms is decided by [`domain::survey::outcome`] alone; answers are in no event, no list and
//! no kept answer of a request.

pub mod http;
pub mod pages;

use std::collections::{BTreeMap, BTreeSet};

use domain::draft::Problems;
use domain::id::{SurveyFormId, SurveyId, UnitId};
use domain::permission::Permission;
use domain::record::Subject;
use domain::rule::{Refused, require};
use domain::survey::{Answers, Instrument, Outcome, SurveyChannel, SurveyState, Unseen, is_code, outcome};
use domain::year_work::YEARS;
use entities::{survey, survey_form, unit, unit_path};
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, ExprTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::http::{Slice, Version, seen};
use crate::inspections::plan::own_unit;
use crate::store::{Event, Store, Tx, is_unique_violation};
use crate::year_work::counts::{Counted, OfSurvey};

/// Units to choose from when forms are entered.
const MOST_JUDGED: u64 = 500;

/// Which surveys are asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    /// Of this year.
    pub year: Option<i32>,
    /// In this state.
    pub state: Option<SurveyState>,
}

/// The surveys that reach a unit the caller sees: held by it, above it or below it.
pub(crate) fn visible(caller: &Caller) -> Condition {
    let column = unit_path::Column::DescendantId;
    let above = Query::select()
        .column(unit_path::Column::AncestorId)
        .from(unit_path::Entity)
        .cond_where(caller.scope(Permission::ReadFigures).covers(column))
        .to_owned();
    Condition::all().add(Expr::col((survey::Entity, survey::Column::UnitId)).in_subquery(above))
}

/// Surveys the caller sees, the latest year first; one more than asked for when there are more.
///
/// # Errors
/// The database's.
pub async fn list(db: &impl ConnectionTrait, caller: &Caller, filter: &Filter, slice: &Slice) -> Result<Vec<survey::Model>> {
    use survey::Column;
    Ok(survey::Entity::find()
        .filter(visible(caller))
        .filter(
            Condition::all()
                .add_option(filter.year.map(|year| Column::Year.eq(year)))
                .add_option(filter.state.map(|state| Column::State.eq(state))),
        )
        .filter(slice.after(Column::Year, Column::Id, true))
        .order_by_desc(Column::Year)
        .order_by_desc(Column::Id)
        .limit(slice.fetch())
        .all(db)
        .await?)
}

/// A survey the caller sees.
///
/// # Errors
/// 404 when there is none.
pub async fn find(db: &impl ConnectionTrait, caller: &Caller, id: SurveyId) -> Result<survey::Model> {
    survey::Entity::find_by_id(id).filter(visible(caller)).one(db).await?.ok_or(Error::NotFound)
}

/// What is asked in a survey.
///
/// # Errors
/// A row that does not read, which would be a bug.
pub fn instrument(row: &survey::Model) -> Result<Instrument> {
    Ok(serde_json::from_value(row.instrument.clone())?)
}

/// A survey to be held.
#[derive(Clone, Debug)]
pub struct NewSurvey {
    /// The unit that holds it; may be left out by who does so for one unit only.
    pub unit_id: Option<UnitId>,
    /// The year.
    pub year: i32,
    /// Code of the instrument.
    pub code: String,
    /// Title.
    pub title: String,
    /// What is asked.
    pub instrument: Instrument,
}

/// Opens a survey for a unit and everything below it.
///
/// # Errors
/// Wrong fields; the code is taken in that year.
pub async fn open(store: &Store, caller: &Caller, new: NewSurvey) -> Result<survey::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let NewSurvey { unit_id, year, code, title, instrument } = new;
            let mut problems = Problems::new();
            let code = problems.text("code", &code, 20);
            problems.check(!code.is_empty() && !is_code(&code), "code", "code_form");
            let title = problems.line("title", &title, 300);
            if !YEARS.contains(&year) {
                let limits = vec![("min", YEARS.start().to_string()), ("max", YEARS.end().to_string())];
                problems.add_with("year", "out_of_range", limits);
            }
            let instrument = instrument.check(&mut problems);
            let unit = own_unit(tx.db(), &who, Permission::AssignTasks, unit_id).await?;
            let unit = unit.map_err(|code| problems.add("unit_id", code));
            problems.finish()?;
            let row = survey::ActiveModel {
                id: Set(tx.id()),
                unit_id: Set(unit.map_err(|()| Error::NotFound)?),
                year: Set(year),
                code: Set(code),
                title: Set(title),
                instrument: Set(serde_json::to_value(&instrument)?),
                state: Set(SurveyState::Open),
                created_by_id: Set(who.person),
                version: Set(1),
                created_at: Set(tx.now()),
            };
            let row = row.insert(tx.db()).await;
            let row =
                row.map_err(|error| if is_unique_violation(&error) { Error::field("code", "taken") } else { error.into() })?;
            tx.record(Event::on("survey.opened", Subject::Survey, row.id.0).unit(row.unit_id).after(&row));
            Ok(row)
        })
        .await
}

/// Whether the caller may close it.
///
/// # Errors
/// The database's.
pub async fn may_close(db: &impl ConnectionTrait, caller: &Caller, row: &survey::Model) -> Result<bool> {
    Ok(row.state == SurveyState::Open && caller.scope(Permission::AssignTasks).contains(db, row.unit_id).await?)
}

/// Closes a survey: no more forms, results may be seen.
///
/// # Errors
/// 404, stale, `superior_only`, `survey_closed`.
pub async fn close(store: &Store, caller: &Caller, id: SurveyId, version: Version) -> Result<survey::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let before = locked(&tx, &who, id).await?;
            seen(version, before.version)?;
            require(who.scope(Permission::AssignTasks).contains(tx.db(), before.unit_id).await?, "superior_only")?;
            require(before.state == SurveyState::Open, "survey_closed")?;
            let row = survey::ActiveModel {
                id: Set(id),
                state: Set(SurveyState::Closed),
                version: Set(before.version + 1),
                ..Default::default()
            };
            let update = survey::Entity::update(row).validate()?.filter(survey::Column::Version.eq(before.version));
            let after = update.exec(tx.db()).await?;
            tx.record(Event::on("survey.closed", Subject::Survey, id.0).unit(after.unit_id).change(&before, &after));
            Ok(after)
        })
        .await
}

/// Locked, so that no form comes in while it closes.
async fn locked(tx: &Tx, caller: &Caller, id: SurveyId) -> Result<survey::Model> {
    find(tx.db(), caller, id).await?;
    survey::Entity::find_by_id(id).lock_exclusive().one(tx.db()).await?.ok_or(Error::NotFound)
}

/// Forms to be entered: one filled form, or counts from paper.
#[derive(Clone, Debug)]
pub struct NewForms {
    /// The unit that was judged; may be left out by who enters for one unit only.
    pub unit_id: Option<UnitId>,
    /// How they came in.
    pub channel: SurveyChannel,
    /// The answers.
    pub answers: Answers,
}

/// An entry as it may be shown: what it says is not.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Entry {
    /// Its id, to take it back.
    pub id: SurveyFormId,
    /// The unit that was judged.
    pub unit_id: UnitId,
    /// How many forms it stands for.
    pub forms: u32,
}

/// Enters forms. The event says that forms came in, never what they say.
///
/// # Errors
/// Wrong fields, `survey_closed`; a unit the survey does not reach.
pub async fn enter(store: &Store, caller: &Caller, id: SurveyId, new: NewForms) -> Result<Entry> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let row = locked(&tx, &who, id).await?;
            require(row.state == SurveyState::Open, "survey_closed")?;
            let NewForms { unit_id, channel, answers } = new;
            let answers = said(answers);
            let mut problems = Problems::new();
            let forms = instrument(&row)?.forms(&answers, &mut problems);
            let unit = own_unit(tx.db(), &who, Permission::EnterSurveyForms, unit_id).await?;
            let unit = unit.map_err(|code| problems.add("unit_id", code)).ok();
            if let Some(unit) = unit {
                problems.check(!reaches(&tx, &row, unit).await?, "unit_id", "unknown_unit");
            }
            problems.finish()?;
            let unit = unit.ok_or(Error::NotFound)?;
            let entry = Entry { id: tx.id(), unit_id: unit, forms };
            insert(&tx, &row, &entry, channel, serde_json::to_value(&answers)?, None).await?;
            let event = Event::on("survey.forms_entered", Subject::Survey, id.0).unit(unit);
            tx.record(event.after(&serde_json::json!({"forms": forms, "channel": channel})));
            Ok(entry)
        })
        .await
}

/// Without the options nobody chose.
fn said(answers: Answers) -> Answers {
    let chosen = |options: BTreeMap<String, u32>| options.into_iter().filter(|(_, count)| *count > 0).collect();
    answers.into_iter().map(|(question, options)| (question, chosen(options))).collect()
}

async fn reaches(tx: &Tx, row: &survey::Model, unit: UnitId) -> Result<bool> {
    Ok(unit_path::Entity::find_by_id((row.unit_id, unit)).one(tx.db()).await?.is_some())
}

async fn insert(
    tx: &Tx,
    row: &survey::Model,
    entry: &Entry,
    channel: SurveyChannel,
    answers: serde_json::Value,
    cancels: Option<SurveyFormId>,
) -> Result<()> {
    let form = survey_form::ActiveModel {
        id: Set(entry.id),
        survey_id: Set(row.id),
        unit_id: Set(entry.unit_id),
        channel: Set(channel),
        forms: Set(i32::try_from(entry.forms).unwrap_or_default()),
        answers: Set(answers),
        cancels_id: Set(cancels),
    };
    survey_form::Entity::insert(form).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// An entry as it is listed: what it says is not shown.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The entry.
    pub entry: Entry,
    /// How it came in.
    pub channel: SurveyChannel,
    /// Another entry has taken it back.
    pub taken_back: bool,
}

/// Entries of a survey for the units the caller enters for, the latest first. Two statements.
///
/// # Errors
/// The database's.
pub async fn entries(db: &impl ConnectionTrait, caller: &Caller, id: SurveyId, slice: &Slice) -> Result<Vec<Listed>> {
    use survey_form::Column;
    let rows = survey_form::Entity::find()
        .filter(Column::SurveyId.eq(id))
        .filter(Column::CancelsId.is_null())
        .filter(caller.scope(Permission::EnterSurveyForms).covers(Column::UnitId))
        .filter(slice.after(Column::SurveyId, Column::Id, true))
        .order_by_desc(Column::Id)
        .limit(slice.fetch())
        .all(db)
        .await?;
    let gone: Vec<Option<SurveyFormId>> = survey_form::Entity::find()
        .select_only()
        .column(Column::CancelsId)
        .filter(Column::CancelsId.is_in(rows.iter().map(|row| row.id)))
        .into_tuple()
        .all(db)
        .await?;
    let listed = |row: survey_form::Model| Listed {
        taken_back: gone.contains(&Some(row.id)),
        channel: row.channel,
        entry: Entry { id: row.id, unit_id: row.unit_id, forms: u32::try_from(row.forms).unwrap_or_default() },
    };
    Ok(rows.into_iter().map(listed).collect())
}

/// The units below the holder of a survey that the caller enters forms for, by code.
///
/// # Errors
/// The database's.
pub async fn judged(db: &impl ConnectionTrait, caller: &Caller, row: &survey::Model) -> Result<Vec<unit::Model>> {
    let below = Query::select()
        .column(unit_path::Column::DescendantId)
        .from(unit_path::Entity)
        .and_where(unit_path::Column::AncestorId.eq(row.unit_id))
        .to_owned();
    Ok(unit::Entity::find()
        .filter(crate::units::alive(unit::Column::ValidFrom, unit::Column::ValidTo, caller.today))
        .filter(unit::Column::Id.in_subquery(below))
        .filter(caller.scope(Permission::EnterSurveyForms).covers(unit::Column::Id))
        .order_by_asc(unit::Column::Code)
        .limit(MOST_JUDGED)
        .all(db)
        .await?)
}

/// Takes an entry back by a row of its own: nothing is deleted.
///
/// # Errors
/// 404, `survey_closed`, `survey_entry_cancelled`; no reason.
pub async fn take_back(store: &Store, caller: &Caller, id: SurveyId, form: SurveyFormId, reason: String) -> Result<Entry> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let row = locked(&tx, &who, id).await?;
            let wrong = survey_form::Entity::find_by_id(form)
                .filter(survey_form::Column::SurveyId.eq(id))
                .filter(survey_form::Column::CancelsId.is_null())
                .filter(who.scope(Permission::EnterSurveyForms).covers(survey_form::Column::UnitId))
                .one(tx.db())
                .await?
                .ok_or(Error::NotFound)?;
            require(row.state == SurveyState::Open, "survey_closed")?;
            let mut problems = Problems::new();
            let reason = problems.text("reason", &reason, 2_000);
            problems.finish()?;
            let again = survey_form::Entity::find().filter(survey_form::Column::CancelsId.eq(form)).one(tx.db()).await?;
            if again.is_some() {
                return Err(Refused::new("survey_entry_cancelled").into());
            }
            let entry = Entry { id: tx.id(), unit_id: wrong.unit_id, forms: 0 };
            insert(&tx, &row, &entry, wrong.channel, serde_json::json!({}), Some(form)).await?;
            let event = Event::on("survey.forms_taken_back", Subject::Survey, id.0).unit(wrong.unit_id).reason(Some(&reason));
            tx.record(event.after(&serde_json::json!({"forms": wrong.forms})));
            Ok(entry)
        })
        .await
}

/// What may be seen of one unit in one survey.
#[derive(Clone, Debug)]
pub struct UnitResult {
    /// The unit.
    pub unit_id: UnitId,
    /// Forms entered.
    pub forms: u64,
    /// The result, or why there is none to see.
    pub outcome: Result<Outcome, Unseen>,
}

/// The results of a survey by unit, of the units in the caller's scope that have forms. No sums over units: with one
/// unit hidden, a sum would tell it.
///
/// # Errors
/// The database's.
pub async fn results(db: &impl ConnectionTrait, caller: &Caller, row: &survey::Model) -> Result<Vec<UnitResult>> {
    let forms = survey_form::Entity::find()
        .filter(survey_form::Column::SurveyId.eq(row.id))
        .filter(caller.scope(Permission::ReadFigures).covers(survey_form::Column::UnitId))
        .all(db)
        .await?;
    let asked = instrument(row)?;
    by_unit(forms)?
        .into_iter()
        .map(|(unit_id, entries)| {
            let forms = entries.iter().map(|(forms, _)| u64::from(*forms)).sum();
            Ok(UnitResult { unit_id, forms, outcome: outcome(row.state, &asked, &entries) })
        })
        .collect()
}

/// The entries of each unit that were not taken back.
fn by_unit(forms: Vec<survey_form::Model>) -> Result<BTreeMap<UnitId, Vec<(u32, Answers)>>> {
    let gone: BTreeSet<SurveyFormId> = forms.iter().filter_map(|form| form.cancels_id).collect();
    let mut units: BTreeMap<UnitId, Vec<(u32, Answers)>> = BTreeMap::new();
    for form in forms.into_iter().filter(|form| form.cancels_id.is_none() && !gone.contains(&form.id)) {
        let entry = (u32::try_from(form.forms).unwrap_or_default(), serde_json::from_value(form.answers)?);
        units.entry(form.unit_id).or_default().push(entry);
    }
    Ok(units)
}

/// The results of a unit in the closed surveys of a year that have enough forms of it: two statements.
///
/// # Errors
/// The database's.
pub(crate) async fn outcomes(
    db: &impl ConnectionTrait,
    unit: UnitId,
    year: i32,
) -> Result<Vec<(survey::Model, Instrument, Outcome)>> {
    let held = Query::select()
        .column(survey_form::Column::SurveyId)
        .from(survey_form::Entity)
        .and_where(survey_form::Column::UnitId.eq(unit))
        .to_owned();
    let rows = survey::Entity::find()
        .filter(survey::Column::Year.eq(year))
        .filter(survey::Column::State.eq(SurveyState::Closed))
        .filter(survey::Column::Id.in_subquery(held))
        .order_by_asc(survey::Column::Id)
        .all(db)
        .await?;
    let forms = survey_form::Entity::find()
        .filter(survey_form::Column::UnitId.eq(unit))
        .filter(survey_form::Column::SurveyId.is_in(rows.iter().map(|row| row.id)))
        .all(db)
        .await?;
    let mut found = Vec::new();
    for row in rows {
        let asked = instrument(&row)?;
        let own = forms.iter().filter(|form| form.survey_id == row.id).cloned().collect();
        let entries = by_unit(own)?.remove(&unit).unwrap_or_default();
        if let Ok(seen) = outcome(row.state, &asked, &entries) {
            found.push((row, asked, seen));
        }
    }
    Ok(found)
}

/// The counts `survey.<code>.<option>` of a unit's year: closed surveys with enough forms of that unit.
///
/// # Errors
/// The database's.
pub(crate) async fn counted(db: &impl ConnectionTrait, unit: UnitId, year: i32) -> Result<Vec<Counted>> {
    let mut counted = Vec::new();
    for (row, asked, seen) in outcomes(db, unit, year).await? {
        for ((code, count), option) in seen.options.into_iter().zip(asked.options) {
            let of = OfSurvey { id: row.id, title: row.title.clone(), option: option.label };
            let value = i64::try_from(count).unwrap_or(i64::MAX);
            counted.push(Counted {
                name: format!("survey.{}.{code}", row.code),
                value,
                rows: Vec::new(),
                kept: true,
                survey: Some(of),
            });
        }
    }
    Ok(counted)
}
