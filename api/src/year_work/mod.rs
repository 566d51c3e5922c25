//! The register of the year's work: what a unit plans, reports, answers, and what of it the yearly score counts.

pub mod counts;
pub mod http;
pub mod pages;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use domain::draft::Problems;
use domain::id::{UnitId, WorkItemId};
use domain::permission::Permission;
use domain::record::Subject;
use domain::rule::require;
use domain::year_work::{By, Facts, MOST_UNITS, WorkKind, WorkOrigin, WorkState, WorkVerb, advance};
use entities::{person, unit_path, work_item};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, ConnectionTrait, DbErr, EntityTrait as _, ExprTrait as _,
    IntoActiveModel as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::http::{Slice, Version, seen};
use crate::inspections::plan::own_unit;
use crate::store::{Event, Store, Tx, is_unique_violation};

pub use counts::{Counted, counts};

/// Which rows are asked for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this unit.
    pub unit_id: Option<UnitId>,
    /// Of this year.
    pub year: Option<i32>,
    /// Of this kind.
    pub kind: Option<WorkKind>,
    /// In this state.
    pub state: Option<WorkState>,
    /// Late today.
    pub late: Option<bool>,
    /// Words of title, code or number, without diacritics.
    pub q: Option<String>,
}

impl Filter {
    fn condition(&self, today: NaiveDate) -> Condition {
        use work_item::Column;
        let late = || {
            let open = Condition::all().add(Column::DoneOn.is_null()).add(Column::DueOn.lt(today));
            let after = Expr::col(Column::DoneOn.as_column_ref()).gt(Expr::col(Column::DueOn.as_column_ref()));
            Condition::all().add(Column::State.ne(WorkState::Cancelled)).add(Condition::any().add(open).add(after))
        };
        let on_time = || {
            let in_time = Expr::col(Column::DoneOn.as_column_ref()).lte(Expr::col(Column::DueOn.as_column_ref()));
            let open = Condition::all().add(Column::DoneOn.is_null()).add(Column::DueOn.gte(today));
            Condition::any().add(Column::State.eq(WorkState::Cancelled)).add(Column::DueOn.is_null()).add(open).add(in_time)
        };
        let words = self.q.as_deref().map(domain::text::fold).filter(|words| !words.is_empty());
        Condition::all()
            .add_option(self.unit_id.map(|unit| Column::UnitId.eq(unit)))
            .add_option(self.year.map(|year| Column::Year.eq(year)))
            .add_option(self.kind.map(|kind| Column::Kind.eq(kind)))
            .add_option(self.state.map(|state| Column::State.eq(state)))
            .add_option(self.late.map(|wanted| if wanted { late() } else { on_time() }))
            .add_option(words.map(|words| Column::SearchText.contains(words)))
    }
}

/// Rows in the caller's scope by day; one more than asked for when there are more.
///
/// # Errors
/// The database's.
pub async fn list(db: &impl ConnectionTrait, caller: &Caller, filter: &Filter, slice: &Slice) -> Result<Vec<work_item::Model>> {
    use work_item::Column;
    Ok(work_item::Entity::find()
        .filter(caller.scope(Permission::ReadFigures).covers(Column::UnitId))
        .filter(filter.condition(caller.today))
        .filter(slice.after(Column::OrderOn, Column::Id, false))
        .order_by_asc(Column::OrderOn)
        .order_by_asc(Column::Id)
        .limit(slice.fetch())
        .all(db)
        .await?)
}

/// How many rows of each kind are done, and how many there are, cancelled ones aside: one grouped statement.
///
/// # Errors
/// The database's.
pub async fn progress(
    db: &impl ConnectionTrait,
    caller: &Caller,
    unit: Option<UnitId>,
    year: i32,
) -> Result<BTreeMap<WorkKind, (u64, u64)>> {
    use work_item::Column;
    let rows: Vec<(WorkKind, WorkState, i64)> = work_item::Entity::find()
        .select_only()
        .columns([Column::Kind, Column::State])
        .column_as(Column::Id.count(), "count")
        .filter(caller.scope(Permission::ReadFigures).covers(Column::UnitId))
        .filter(Filter { unit_id: unit, year: Some(year), ..Filter::default() }.condition(caller.today))
        .filter(Column::State.ne(WorkState::Cancelled))
        .group_by(Column::Kind)
        .group_by(Column::State)
        .into_tuple()
        .all(db)
        .await?;
    let mut found = BTreeMap::new();
    for (kind, state, count) in rows {
        let count = u64::try_from(count).unwrap_or_default();
        let entry: &mut (u64, u64) = found.entry(kind).or_default();
        entry.1 += count;
        if state == WorkState::Done {
            entry.0 += count;
        }
    }
    Ok(found)
}

/// A row in the caller's scope.
///
/// # Errors
/// 404 when there is none.
pub async fn find(db: &impl ConnectionTrait, caller: &Caller, id: WorkItemId) -> Result<work_item::Model> {
    let scope = caller.scope(Permission::ReadFigures);
    work_item::Entity::find_by_id(id).filter(scope.covers(work_item::Column::UnitId)).one(db).await?.ok_or(Error::NotFound)
}

/// What the caller is to a row.
///
/// # Errors
/// The database's.
pub async fn by(db: &impl ConnectionTrait, caller: &Caller, row: &work_item::Model) -> Result<By> {
    let superior = match row.assigned_by_unit_id {
        Some(above) => caller.scope(Permission::AssignTasks).contains(db, above).await?,
        None => false,
    };
    Ok(By { of_unit: caller.scope(Permission::EditFigures).contains(db, row.unit_id).await?, superior })
}

/// The verbs this person has now.
#[must_use]
pub fn verbs(row: &work_item::Model, by: By) -> Vec<WorkVerb> {
    let may = |verb: &&WorkVerb| advance(row.kind, row.origin, row.state, **verb, by).is_ok();
    WorkVerb::ALL.iter().filter(may).copied().collect()
}

/// Enters a row of one's own unit.
///
/// # Errors
/// Wrong fields, all at once; a unit the caller does not enter figures for; a dossier that has its apology.
pub async fn create(store: &Store, caller: &Caller, unit_id: Option<UnitId>, facts: Facts) -> Result<work_item::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let mut problems = Problems::new();
            let facts = check(&tx, facts, &mut problems).await?;
            let unit = own_unit(tx.db(), &who, Permission::EditFigures, unit_id).await?;
            let unit = unit.map_err(|code| problems.add("unit_id", code));
            problems.finish()?;
            let row = row(&tx, &who, unit.map_err(|()| Error::NotFound)?, None, facts);
            let row = row.into_active_model().insert(tx.db()).await.map_err(taken)?;
            tx.record(Event::on("work_item.created", Subject::WorkItem, row.id.0).unit(row.unit_id).after(&row));
            Ok(row)
        })
        .await
}

async fn check(tx: &Tx, facts: Facts, problems: &mut Problems) -> Result<Facts> {
    let facts = facts.check(tx.today(), problems);
    if let Some(owner) = facts.owner_id {
        problems.check(person::Entity::find_by_id(owner).one(tx.db()).await?.is_none(), "owner_id", "unknown_person");
    }
    Ok(facts)
}

fn taken(error: DbErr) -> Error {
    if is_unique_violation(&error) { Error::field("code", "dossier_taken") } else { error.into() }
}

fn row(tx: &Tx, caller: &Caller, unit: UnitId, above: Option<UnitId>, facts: Facts) -> work_item::Model {
    let row = work_item::Model {
        id: tx.id(),
        unit_id: unit,
        year: facts.year,
        kind: facts.kind,
        origin: if above.is_some() { WorkOrigin::Superior } else { WorkOrigin::Own },
        assigned_by_unit_id: above,
        state: facts.first_state(),
        title: String::new(),
        code: None,
        period: None,
        owner_id: None,
        owner_text: None,
        product: None,
        received_on: None,
        due_on: None,
        done_on: None,
        attribution: None,
        number: None,
        numbered_on: None,
        people_count: None,
        found_count: None,
        fixed_count: None,
        result: None,
        cancel_reason: None,
        order_on: tx.today(),
        search_text: String::new(),
        created_by_id: caller.person,
        version: 1,
        created_at: tx.now(),
    };
    with_facts(row, facts)
}

/// The row with these facts; a field of the facts that is not kept does not compile.
fn with_facts(row: work_item::Model, facts: Facts) -> work_item::Model {
    let order_on = facts.order_on(row.order_on);
    let Facts {
        kind,
        year,
        title,
        code,
        period,
        owner_id,
        owner_text,
        product,
        received_on,
        due_on,
        done_on,
        attribution,
        number,
        numbered_on,
        people_count,
        found_count,
        fixed_count,
        result,
    } = facts;
    let words = [Some(title.as_str()), code.as_deref(), number.as_deref()];
    let search_text = domain::text::fold(&words.into_iter().flatten().collect::<Vec<_>>().join(" "));
    work_item::Model {
        kind,
        year,
        title,
        code,
        period,
        owner_id,
        owner_text,
        product,
        received_on,
        due_on,
        done_on,
        attribution,
        number,
        numbered_on,
        people_count,
        found_count,
        fixed_count,
        result,
        order_on,
        search_text,
        ..row
    }
}

/// Replaces the facts of a row; its kind stays, and the day something followed was done is the verbs'.
///
/// # Errors
/// 404, stale, wrong fields, `wrong_state`, `unit_only`, `superior_only`.
pub async fn update(store: &Store, caller: &Caller, id: WorkItemId, version: Version, facts: Facts) -> Result<work_item::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let before = locked(&tx, &who, id, version).await?;
            let by = by(tx.db(), &who, &before).await?;
            advance(before.kind, before.origin, before.state, WorkVerb::Update, by)?;
            let done_on = if before.kind.is_followed() { before.done_on } else { facts.done_on };
            let mut problems = Problems::new();
            let facts = check(&tx, Facts { kind: before.kind, done_on, ..facts }, &mut problems).await?;
            problems.finish()?;
            let own_part = before.facts().differ_only_in_own_part(&facts);
            require(before.origin == WorkOrigin::Own || by.superior || own_part, "superior_only")?;
            let after = with_facts(before.clone(), facts);
            save(&tx, "work_item.updated", &before, after, None).await
        })
        .await
}

/// What is done with a row, with what it needs.
#[derive(Clone, Debug)]
pub enum Act {
    /// Work on it begins.
    Start,
    /// Done, sent, answered.
    Complete {
        /// On which day; today when not said.
        done_on: Option<NaiveDate>,
        /// What came of it; as it is when not said.
        result: Option<String>,
    },
    /// It was not done after all.
    Reopen {
        /// Why.
        reason: String,
    },
    /// Off the register.
    Cancel {
        /// Why.
        reason: String,
    },
}

impl Act {
    const fn verb(&self) -> WorkVerb {
        match self {
            Self::Start => WorkVerb::Start,
            Self::Complete { .. } => WorkVerb::Complete,
            Self::Reopen { .. } => WorkVerb::Reopen,
            Self::Cancel { .. } => WorkVerb::Cancel,
        }
    }

    const fn event(&self) -> &'static str {
        match self {
            Self::Start => "work_item.started",
            Self::Complete { .. } => "work_item.completed",
            Self::Reopen { .. } => "work_item.reopened",
            Self::Cancel { .. } => "work_item.cancelled",
        }
    }
}

/// Moves a row.
///
/// # Errors
/// 404, stale, wrong fields, `wrong_state`, `unit_only`, `superior_only`.
pub async fn act(store: &Store, caller: &Caller, id: WorkItemId, version: Version, act: Act) -> Result<work_item::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let before = locked(&tx, &who, id, version).await?;
            let by = by(tx.db(), &who, &before).await?;
            let state = advance(before.kind, before.origin, before.state, act.verb(), by)?;
            let (event, mut problems) = (act.event(), Problems::new());
            let mut facts = before.facts();
            let reason = match act {
                Act::Start => None,
                Act::Complete { done_on, result } => {
                    facts.done_on = Some(done_on.unwrap_or_else(|| tx.today()));
                    facts.result = result.filter(|text| !text.trim().is_empty()).or(facts.result);
                    facts = facts.check(tx.today(), &mut problems);
                    None
                }
                Act::Reopen { reason } => {
                    facts.done_on = None;
                    Some(problems.text("reason", &reason, 2_000))
                }
                Act::Cancel { reason } => Some(problems.text("reason", &reason, 2_000)),
            };
            problems.finish()?;
            let cancel_reason = reason.clone().filter(|_| state == WorkState::Cancelled);
            let after = work_item::Model { state, cancel_reason, ..with_facts(before.clone(), facts) };
            save(&tx, event, &before, after, reason.as_deref()).await
        })
        .await
}

async fn locked(tx: &Tx, caller: &Caller, id: WorkItemId, version: Version) -> Result<work_item::Model> {
    find(tx.db(), caller, id).await?;
    let row = work_item::Entity::find_by_id(id).lock_exclusive().one(tx.db()).await?.ok_or(Error::NotFound)?;
    seen(version, row.version)?;
    Ok(row)
}

async fn save(
    tx: &Tx,
    event: &'static str,
    before: &work_item::Model,
    after: work_item::Model,
    reason: Option<&str>,
) -> Result<work_item::Model> {
    let after = work_item::Model { version: before.version + 1, ..after };
    let update = work_item::Entity::update(after.into_active_model().reset_all());
    let update = update.validate()?.filter(work_item::Column::Version.eq(before.version));
    let after = update.exec(tx.db()).await.map_err(taken)?;
    let event = Event::on(event, Subject::WorkItem, after.id.0).unit(after.unit_id).change(before, &after);
    tx.record(event.reason(reason));
    Ok(after)
}

/// One task, or one report to be sent, for many units.
#[derive(Clone, Debug)]
pub struct Assignment {
    /// The unit that gives it; may be left out by who assigns for one unit only.
    pub from_unit_id: Option<UnitId>,
    /// The units that get it: below the giving one.
    pub unit_ids: Vec<UnitId>,
    /// What it is.
    pub facts: Facts,
}

/// Gives one task to many units in one act: a row of its own for each.
///
/// # Errors
/// Wrong fields; units that are not below the giving one or out of the caller's scope, each named.
pub async fn assign(store: &Store, caller: &Caller, assignment: Assignment) -> Result<Vec<work_item::Model>> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let Assignment { from_unit_id, unit_ids, facts } = assignment;
            let mut problems = Problems::new();
            problems.check(!matches!(facts.kind, WorkKind::Task | WorkKind::Report), "kind", "not_of_kind");
            problems.check(facts.done_on.is_some(), "done_on", "not_of_kind");
            let facts = check(&tx, facts, &mut problems).await?;
            let from = own_unit(tx.db(), &who, Permission::AssignTasks, from_unit_id).await?;
            let from = from.map_err(|code| problems.add("from_unit_id", code)).ok();
            if unit_ids.is_empty() {
                problems.add("unit_ids", "required");
            } else if unit_ids.len() > MOST_UNITS {
                problems.add_with("unit_ids", "too_many_units", vec![("max", MOST_UNITS.to_string())]);
            } else if let Some(from) = from {
                check_targets(&tx, &who, from, &unit_ids, &mut problems).await?;
            }
            problems.finish()?;
            let units: BTreeSet<UnitId> = unit_ids.into_iter().collect();
            let rows: Vec<_> = units.into_iter().map(|unit| row(&tx, &who, unit, from, facts.clone())).collect();
            for chunk in rows.chunks(50) {
                let chunk = chunk.iter().cloned().map(sea_orm::IntoActiveModel::into_active_model);
                work_item::Entity::insert_many(chunk).exec_without_returning(tx.db()).await?;
            }
            for row in &rows {
                tx.record(Event::on("work_item.assigned", Subject::WorkItem, row.id.0).unit(row.unit_id).after(row));
            }
            Ok(rows)
        })
        .await
}

async fn check_targets(tx: &Tx, caller: &Caller, from: UnitId, units: &[UnitId], problems: &mut Problems) -> Result<()> {
    let below: BTreeSet<UnitId> = targets(caller, from)
        .filter(unit_path::Column::DescendantId.is_in(units.iter().copied()))
        .into_tuple()
        .all(tx.db())
        .await?
        .into_iter()
        .collect();
    for (i, unit) in units.iter().enumerate() {
        problems.check(!below.contains(unit), &format!("unit_ids/{i}"), "unknown_unit");
    }
    Ok(())
}

/// The units below this one that the caller may give tasks to, today.
pub(crate) fn targets(caller: &Caller, from: UnitId) -> sea_orm::Select<unit_path::Entity> {
    use unit_path::Column;
    unit_path::Entity::find()
        .select_only()
        .column(Column::DescendantId)
        .filter(Column::AncestorId.eq(from))
        .filter(Column::Depth.gt(0))
        .filter(crate::units::alive(Column::ValidFrom, Column::ValidTo, caller.today))
        .filter(caller.scope(Permission::AssignTasks).covers(Column::DescendantId))
}
