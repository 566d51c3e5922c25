//! A decision as it is entered: checked as a whole, told what it will ask for, saved in one act.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use domain::calendar::{DeadlineKind, DeadlineUnit};
use domain::document::control::{NationalCode, ProcedureChange};
use domain::draft::{FieldError, Problems};
use domain::id::{PersonId, ProcedureChangeId, ProcedureChangeListId, UnitId};
use domain::permission::Permission;
use domain::record::Subject;
use domain::time::vn_day;
use entities::{administrative_procedure, procedure_change, procedure_change_list, unit_level};
use sea_orm::{ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use super::tasks::{self, Totals};
use crate::auth::Caller;
use crate::documents::lists::reference::revise_days;
use crate::documents::registers;
use crate::error::{Error, Result};
use crate::store::{Event, Store};

/// Most changes of one decision.
const MOST_CHANGES: usize = 1_000;
/// Most working days for the procedures to follow.
const MOST_DAYS: i32 = 120;

/// One change as it is entered. What is known of a procedure of the catalogue may be left blank.
#[derive(Clone, Debug, Default)]
pub struct NewChange {
    /// National code, the local suffix with it or not.
    pub code: String,
    /// What is done to it.
    pub change: Option<ProcedureChange>,
    /// Title.
    pub title: String,
    /// Lĩnh vực.
    pub field_name: String,
    /// Code or name of the level that decides.
    pub level: String,
    /// National code of what replaces it.
    pub replaced_by: Option<String>,
    /// Published time limit in words.
    pub time_limit: Option<String>,
    /// Published fee in words.
    pub fee: Option<String>,
}

/// A decision as it is entered.
#[derive(Clone, Debug)]
pub struct NewList {
    /// The unit whose catalogue it changes; may be left out by who keeps one only.
    pub unit_id: Option<UnitId>,
    /// Số, ký hiệu.
    pub decision: String,
    /// The day it was signed.
    pub decided_on: NaiveDate,
    /// The day from which it holds.
    pub effective_on: NaiveDate,
    /// Working days for the procedures to follow, counted from the day it holds; the usual number
    /// unless said.
    pub revise_days: Option<i32>,
    /// A remark.
    pub note: Option<String>,
    /// Its changes, in their order.
    pub changes: Vec<NewChange>,
}

/// What a decision would ask for.
#[derive(Clone, Copy, Debug)]
pub struct Checked {
    /// Its changes.
    pub changes: usize,
    /// The last day for the procedures.
    pub due_on: NaiveDate,
    /// What it asks of the units below.
    pub totals: Totals,
}

/// A decision that is good, as it would be stored.
struct Good {
    list: procedure_change_list::Model,
    changes: Vec<procedure_change::Model>,
}

/// Checks a decision and says what it would ask for; nothing is written.
///
/// # Errors
/// Everything wrong: `decision`, `changes/0/code`, …
pub async fn preview(db: &impl ConnectionTrait, caller: &Caller, new: &NewList) -> Result<Checked> {
    let good = check(db, caller, new, caller.today).await?;
    let found =
        tasks::of(db, caller.today, std::slice::from_ref(&good.list), &good.changes, &tasks::Whose::Below(good.list.unit_id))
            .await?;
    Ok(Checked { changes: good.changes.len(), due_on: good.list.due_on, totals: Totals::of(&found) })
}

/// Enters a decision. The catalogue takes it over at once when its day has come, else on its day.
///
/// # Errors
/// As [`preview`].
pub async fn create(store: &Store, caller: &Caller, new: NewList) -> Result<procedure_change_list::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let Good { list, changes } = check(tx.db(), &who, &new, tx.today()).await?;
            let id = tx.id::<ProcedureChangeListId>();
            let list = procedure_change_list::Model { id, created_by_id: who.person, created_at: tx.now(), ..list };
            let unit = list.unit_id;
            let list = sea_orm::IntoActiveModel::into_active_model(list).insert(tx.db()).await?;
            for change in &changes {
                let row = procedure_change::Model { id: tx.id::<ProcedureChangeId>(), list_id: id, ..change.clone() };
                sea_orm::IntoActiveModel::into_active_model(row).insert(tx.db()).await?;
            }
            let said = serde_json::json!({"list": list, "changes": changes.len()});
            tx.record(Event::on("procedure_changes.entered", Subject::ProcedureChangeList, id.0).unit(unit).after(&said));
            if list.effective_on <= tx.today() { super::apply::apply(&tx, list).await } else { Ok(list) }
        })
        .await
}

async fn check(db: &impl ConnectionTrait, caller: &Caller, new: &NewList, today: NaiveDate) -> Result<Good> {
    let mut problems = Problems::new();
    let unit = crate::inspections::plan::own_unit(db, caller, Permission::ControlDocuments, new.unit_id).await?;
    let unit = unit.map_err(|code| problems.add("unit_id", code));
    let decision = problems.line("decision", &new.decision, 100);
    if new.decided_on > today {
        problems.add_with("decided_on", "after_today", vec![("date", vn_day(today))]);
    }
    problems.check(new.effective_on < new.decided_on, "effective_on", "before_start");
    let days = new.revise_days.or_else(|| revise_days().map(|usual| usual.days)).unwrap_or(MOST_DAYS);
    if !(1..=MOST_DAYS).contains(&days) {
        problems.add_with("revise_days", "out_of_range", vec![("min", "1".to_owned()), ("max", MOST_DAYS.to_string())]);
    }
    let note = problems.optional_text("note", new.note.as_deref(), 1_000);
    problems.check(new.changes.is_empty(), "changes", "required");
    problems.at_most("changes", new.changes.len(), MOST_CHANGES);
    let Ok(unit) = unit else {
        problems.finish()?;
        return Err(Error::NotFound);
    };
    let known = Known::read(db, unit, &new.changes).await?;
    let mut changes = Vec::new();
    let mut codes: BTreeSet<String> = BTreeSet::new();
    let fresh: BTreeSet<String> = new
        .changes
        .iter()
        .filter(|one| one.change == Some(ProcedureChange::New))
        .filter_map(|one| Some(NationalCode::parse(&one.code).ok()?.code))
        .collect();
    for (place, one) in new.changes.iter().take(MOST_CHANGES).enumerate() {
        let mut own = Problems::new();
        let row = known.change(one, place, &fresh, &mut own);
        known.check_order(one, new.effective_on, &mut own);
        if let Some(row) = row {
            own.check(!codes.insert(row.national_code.clone()), "code", "changed_twice");
            changes.push(row);
        }
        problems.append(&format!("changes/{place}"), own.finish().err().unwrap_or_default());
    }
    problems.finish()?;
    let term = u32::try_from(days).unwrap_or_default();
    let calendar = crate::calendar::load(db).await?;
    let due_on = calendar.deadline(new.effective_on, term, DeadlineUnit::WorkingDay, DeadlineKind::By)?.due;
    let list = procedure_change_list::Model {
        id: ProcedureChangeListId(uuid::Uuid::nil()),
        unit_id: unit,
        decision,
        decided_on: new.decided_on,
        effective_on: new.effective_on,
        revise_days: days,
        due_on,
        note,
        applied_at: None,
        cancelled_at: None,
        cancel_reason: None,
        created_by_id: PersonId(caller.person.0),
        version: 1,
        created_at: chrono::DateTime::UNIX_EPOCH,
    };
    Ok(Good { list, changes })
}

/// What the catalogues that serve a unit know.
struct Known {
    levels: Vec<unit_level::Model>,
    /// The newest span of each code.
    catalogue: BTreeMap<String, administrative_procedure::Model>,
}

impl Known {
    async fn read(db: &impl ConnectionTrait, unit: UnitId, changes: &[NewChange]) -> Result<Self> {
        use administrative_procedure::Column;
        let parsed = |text: &str| NationalCode::parse(text).ok().map(|code| code.code);
        let codes: BTreeSet<String> =
            changes.iter().flat_map(|one| [parsed(&one.code), one.replaced_by.as_deref().and_then(parsed)]).flatten().collect();
        let rows = administrative_procedure::Entity::find()
            .filter(registers::kept_for(Column::UnitId, unit))
            .filter(Column::NationalCode.is_in(codes))
            .order_by_asc(Column::ValidFrom)
            .all(db)
            .await?;
        Ok(Self {
            levels: unit_level::Entity::find().order_by_asc(unit_level::Column::Rank).all(db).await?,
            catalogue: rows.into_iter().map(|row| (row.national_code.clone(), row)).collect(),
        })
    }

    /// A change as it is stored; none when its code cannot be read.
    fn change(
        &self,
        one: &NewChange,
        place: usize,
        fresh: &BTreeSet<String>,
        problems: &mut Problems,
    ) -> Option<procedure_change::Model> {
        let code = NationalCode::parse(&one.code).map_err(|wrong| problems.add("code", wrong)).ok();
        problems.check(one.change.is_none(), "change", "required");
        let there = code.as_ref().and_then(|code| self.catalogue.get(&code.code));
        let is_new = one.change == Some(ProcedureChange::New);
        if code.is_some() && one.change.is_some() {
            problems.check(!is_new && there.is_none(), "code", "not_in_catalogue");
            let holds = there.is_some_and(|row| row.valid_to.is_none());
            problems.check(is_new && holds, "code", "in_catalogue_already");
        }
        let or_known = |typed: &str, known: fn(&administrative_procedure::Model) -> &String| {
            if typed.trim().is_empty() { there.map(known).cloned().unwrap_or_default() } else { typed.to_owned() }
        };
        // A code that is wrong is said once; what it would have filled in is not missing as well.
        let silent = code.is_none() || (!is_new && there.is_none());
        let mut texts = Problems::new();
        let title = texts.text("title", &or_known(&one.title, |row| &row.title), 1_000);
        let field_name = texts.line("field_name", &or_known(&one.field_name, |row| &row.field_name), 200);
        let level = texts.line("level", &or_known(&one.level, |row| &row.level_code), 100);
        let errors = texts.finish().err().unwrap_or_default();
        for FieldError { field, code, params } in errors.into_iter().filter(|error| !(silent && error.code == "required")) {
            problems.add_with(field, code, params);
        }
        let level = self.level(&level, problems);
        let replaced_by = self.replaced_by(one, code.as_ref(), fresh, problems);
        let time_limit = problems.optional_text("time_limit", one.time_limit.as_deref(), 1_000);
        let fee = problems.optional_text("fee", one.fee.as_deref(), 1_000);
        let code = code?;
        Some(procedure_change::Model {
            id: ProcedureChangeId(uuid::Uuid::nil()),
            list_id: ProcedureChangeListId(uuid::Uuid::nil()),
            position: i32::try_from(place + 1).unwrap_or(i32::MAX),
            national_code: code.code,
            suffix: code.suffix,
            change: one.change?,
            title,
            field_name,
            level_code: level,
            replaced_by,
            time_limit,
            fee,
        })
    }

    /// A change holds after everything the catalogue knows of its code: one that is entered late would undo what came
    /// since.
    fn check_order(&self, one: &NewChange, effective_on: NaiveDate, problems: &mut Problems) {
        let there = NationalCode::parse(&one.code).ok().and_then(|code| self.catalogue.get(&code.code));
        let since = there.map(|row| std::cmp::max(row.valid_from, row.changed_on));
        let changes = one.change.is_some_and(|change| change != ProcedureChange::New);
        if let Some(since) = since.filter(|since| changes && *since > effective_on) {
            problems.add_with("code", "changed_later", vec![("date", vn_day(since))]);
        }
    }

    /// A level may be named by its code or by its name.
    fn level(&self, typed: &str, problems: &mut Problems) -> String {
        let folded = domain::text::fold(typed);
        if folded.is_empty() {
            return String::new();
        }
        let found = self.levels.iter().find(|level| level.code == folded || domain::text::fold(&level.name) == folded);
        if found.is_none() {
            let choices = self.levels.iter().map(|level| level.name.as_str()).collect::<Vec<_>>().join(", ");
            problems.add_with("level", "unknown_level", vec![("choices", choices)]);
        }
        found.map(|level| level.code.clone()).unwrap_or_default()
    }

    fn replaced_by(
        &self,
        one: &NewChange,
        code: Option<&NationalCode>,
        fresh: &BTreeSet<String>,
        problems: &mut Problems,
    ) -> Option<String> {
        let typed = one.replaced_by.as_deref().map(str::trim).filter(|typed| !typed.is_empty());
        let replaced = one.change == Some(ProcedureChange::Replaced);
        problems.check(replaced && typed.is_none(), "replaced_by", "required");
        let heir = NationalCode::parse(typed?).map_err(|wrong| problems.add("replaced_by", wrong)).ok()?.code;
        problems.check(!replaced, "replaced_by", "replaced_only");
        problems.check(code.is_some_and(|code| code.code == heir), "replaced_by", "replaced_by_itself");
        let known = fresh.contains(&heir) || self.catalogue.contains_key(&heir);
        problems.check(!known, "replaced_by", "not_in_catalogue");
        Some(heir)
    }
}
