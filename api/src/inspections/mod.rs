//! Inspections: plan, team, visit, lines, minutes, report, conclusion.

pub mod access;
pub mod facts;
pub mod http;
pub mod lines;
pub mod pages;
pub mod plan;
mod sheet;
pub mod team;
pub mod verbs;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike as _, NaiveDate};
use domain::checklist::{InspectionKind, Verdict};
use domain::id::{InspectionId, PersonId, UnitId};
use domain::inspection::{By, Facts, InspectionState, InspectionVerb, Turn, available, blocked, turn};
use domain::rule::Refused;
use entities::{checklist, finding, inspection, inspection_line, inspection_member, paper, programme, unit};
use sea_orm::sea_query::Query;
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::http::Slice;
use crate::store::names_of_people;

pub use team::KeptConflict;

/// Which inspections are asked for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// In this state.
    pub state: Option<InspectionState>,
    /// Of this kind.
    pub kind: Option<InspectionKind>,
    /// Of this inspected unit.
    pub unit_id: Option<UnitId>,
    /// Planned in this year.
    pub year: Option<i32>,
    /// With the caller in the team.
    pub mine: bool,
    /// Words of the unit's name or the inspection's number, without diacritics.
    pub q: Option<String>,
}

impl Filter {
    fn condition(&self, caller: &Caller) -> Condition {
        use inspection::Column;
        let year =
            self.year.and_then(|year| Some((NaiveDate::from_ymd_opt(year, 1, 1)?, NaiveDate::from_ymd_opt(year, 12, 31)?)));
        Condition::all()
            .add_option(self.state.map(|state| Column::State.eq(state)))
            .add_option(self.kind.map(|kind| Column::Kind.eq(kind)))
            .add_option(self.unit_id.map(|unit| Column::UnitId.eq(unit)))
            .add_option(year.map(|(first, last)| Column::PlannedOn.between(first, last)))
            .add_option(self.mine.then(|| access::in_team(caller.person)))
            .add_option(self.q.as_deref().map(domain::text::fold).filter(|q| !q.is_empty()).map(|q| searched(&q)))
    }
}

fn searched(q: &str) -> Condition {
    let units =
        Query::select().column(unit::Column::Id).from(unit::Entity).and_where(unit::Column::SearchText.contains(q)).to_owned();
    Condition::any().add(inspection::Column::UnitId.in_subquery(units)).add(inspection::Column::Code.contains(q.to_uppercase()))
}

/// An inspection as lists show it.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The row.
    pub row: inspection::Model,
    /// Name of the inspected unit.
    pub unit_name: String,
    /// Name of the inspecting unit.
    pub owner_name: String,
    /// Lines of its checklist snapshot.
    pub lines: u64,
    /// Lines with a verdict.
    pub answered: u64,
}

/// Inspections the caller sees, the latest day first; one more than asked for when there are more.
///
/// # Errors
/// The database's.
pub async fn list(db: &impl ConnectionTrait, caller: &Caller, filter: &Filter, slice: &Slice) -> Result<Vec<Listed>> {
    use inspection::Column;
    let rows = inspection::Entity::find()
        .filter(access::visible(caller))
        .filter(filter.condition(caller))
        .filter(slice.after(Column::PlannedOn, Column::Id, true))
        .order_by_desc(Column::PlannedOn)
        .order_by_desc(Column::Id)
        .limit(slice.fetch())
        .all(db)
        .await?;
    listed(db, rows).await
}

/// Names and progress of these rows, in two statements.
///
/// # Errors
/// The database's.
pub async fn listed(db: &impl ConnectionTrait, rows: Vec<inspection::Model>) -> Result<Vec<Listed>> {
    let names = unit_names(db, rows.iter().flat_map(|row| [row.unit_id, row.owner_unit_id])).await?;
    let progress = progress(db, rows.iter().map(|row| row.id)).await?;
    let name = |unit| names.get(&unit).cloned().unwrap_or_default();
    Ok(rows
        .into_iter()
        .map(|row| {
            let (lines, answered) = progress.get(&row.id).copied().unwrap_or_default();
            Listed { unit_name: name(row.unit_id), owner_name: name(row.owner_unit_id), lines, answered, row }
        })
        .collect())
}

async fn progress(
    db: &impl ConnectionTrait,
    ids: impl Iterator<Item = InspectionId>,
) -> Result<BTreeMap<InspectionId, (u64, u64)>> {
    use inspection_line::Column;
    let rows: Vec<(InspectionId, i64, i64)> = inspection_line::Entity::find()
        .select_only()
        .column(Column::InspectionId)
        .column_as(Column::Id.count(), "lines")
        .column_as(Column::Verdict.count(), "answered")
        .filter(Column::InspectionId.is_in(ids))
        .group_by(Column::InspectionId)
        .into_tuple()
        .all(db)
        .await?;
    let number = |count: i64| u64::try_from(count).unwrap_or(0);
    Ok(rows.into_iter().map(|(id, lines, answered)| (id, (number(lines), number(answered)))).collect())
}

/// Names of units, in one statement.
///
/// # Errors
/// The database's.
pub async fn unit_names(db: &impl ConnectionTrait, ids: impl IntoIterator<Item = UnitId>) -> Result<BTreeMap<UnitId, String>> {
    let ids: BTreeSet<UnitId> = ids.into_iter().collect();
    let rows: Vec<(UnitId, String)> = unit::Entity::find()
        .select_only()
        .columns([unit::Column::Id, unit::Column::Name])
        .filter(unit::Column::Id.is_in(ids))
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}

/// An inspection with everything its page shows.
#[derive(Clone, Debug)]
pub struct Record {
    /// The row.
    pub row: inspection::Model,
    /// Name of the inspected unit.
    pub unit_name: String,
    /// Name of the inspecting unit.
    pub owner_name: String,
    /// The programme it belongs to.
    pub programme: Option<programme::Model>,
    /// The checklist it asks by.
    pub checklist: checklist::Model,
    /// The last visit of the same unit and kind.
    pub previous: Option<inspection::Model>,
    /// The team, the lead first.
    pub team: Vec<Member>,
    /// Lines by verdict; `None` is no verdict yet.
    pub verdicts: BTreeMap<Option<Verdict>, u64>,
    /// Findings that the caller may see.
    pub findings: u64,
    /// Its papers.
    pub papers: Vec<paper::Model>,
    /// What the caller is to it.
    pub by: By,
    /// Whether the caller stands on the inspecting side.
    pub inspects: bool,
    /// What the machine knows.
    pub facts: Facts,
}

/// A member of the team with names.
#[derive(Clone, Debug)]
pub struct Member {
    /// The row.
    pub row: inspection_member::Model,
    /// Full name.
    pub name: String,
    /// Why they are not independent.
    pub conflict: Option<KeptConflict>,
    /// Who excepted them.
    pub exception_by: Option<String>,
}

impl Record {
    /// What the caller may do now.
    #[must_use]
    pub fn available(&self) -> Vec<InspectionVerb> {
        available(self.row.state, &self.by, &self.facts)
    }

    /// What would be the caller's to do, and what it lacks.
    #[must_use]
    pub fn blocked(&self) -> Vec<(InspectionVerb, Refused)> {
        blocked(self.row.state, &self.by, &self.facts)
    }

    /// Whose turn it is.
    #[must_use]
    pub fn turn(&self) -> Option<Turn> {
        turn(self.row.state, &self.facts)
    }
}

/// An inspection the caller may see, with everything its page shows.
///
/// # Errors
/// 404 when there is none.
pub async fn get(db: &impl ConnectionTrait, caller: &Caller, id: InspectionId) -> Result<Record> {
    let row = access::find(db, caller, id).await?;
    let by = access::by(db, caller, &row).await?;
    let inspects = access::inspects(db, caller, &row, &by).await?;
    let names = unit_names(db, [row.unit_id, row.owner_unit_id]).await?;
    let programme = match row.programme_id {
        Some(id) => programme::Entity::find_by_id(id).one(db).await?,
        None => None,
    };
    let previous = match row.previous_id {
        Some(id) => inspection::Entity::find_by_id(id).filter(access::visible(caller)).one(db).await?,
        None => None,
    };
    let unseen = !inspects && row.state == InspectionState::InProgress;
    Ok(Record {
        unit_name: names.get(&row.unit_id).cloned().unwrap_or_default(),
        owner_name: names.get(&row.owner_unit_id).cloned().unwrap_or_default(),
        programme,
        checklist: checklist::Entity::find_by_id(row.checklist_id).one(db).await?.ok_or(Error::NotFound)?,
        previous,
        team: team_of(db, &row).await?,
        verdicts: if unseen { BTreeMap::new() } else { verdicts(db, id).await? },
        findings: findings(db, id, inspects).await?,
        papers: paper::Entity::find().filter(paper::Column::InspectionId.eq(id)).all(db).await?,
        by,
        inspects,
        facts: facts::of(db, &row, caller.today).await?,
        row: if inspects { row } else { told(row) },
    })
}

/// An inspection as the inspected unit knows it: the team's words from the end of field work, the conclusion once issued.
fn told(row: inspection::Model) -> inspection::Model {
    let row = if row.finished_at.is_some() {
        row
    } else {
        inspection::Model { strengths: None, limitations: None, causes: None, requests: None, ..row }
    };
    if row.concluded_at.is_some() { row } else { inspection::Model { conclusion: None, ..row } }
}

async fn team_of(db: &impl ConnectionTrait, visit: &inspection::Model) -> Result<Vec<Member>> {
    let rows = team::members(db, visit.id).await?;
    let people: BTreeSet<PersonId> = rows.iter().map(|row| row.person_id).collect();
    let now = team::judge(db, visit, &people).await?;
    let names =
        names_of_people(db, rows.iter().flat_map(|row| std::iter::once(row.person_id).chain(row.exception_by_id))).await?;
    let name = |person: PersonId| names.get(&person).cloned().unwrap_or_default();
    Ok(rows
        .into_iter()
        .map(|row| Member {
            name: name(row.person_id),
            conflict: team::conflict_of(&row).or_else(|| now.get(&row.person_id).cloned()),
            exception_by: row.exception_by_id.map(name),
            row,
        })
        .collect())
}

async fn verdicts(db: &impl ConnectionTrait, id: InspectionId) -> Result<BTreeMap<Option<Verdict>, u64>> {
    use inspection_line::Column;
    let rows: Vec<(Option<Verdict>, i64)> = inspection_line::Entity::find()
        .select_only()
        .column(Column::Verdict)
        .column_as(Column::Id.count(), "lines")
        .filter(Column::InspectionId.eq(id))
        .group_by(Column::Verdict)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|(verdict, lines)| (verdict, u64::try_from(lines).unwrap_or(0))).collect())
}

async fn findings(db: &impl ConnectionTrait, id: InspectionId, drafts: bool) -> Result<u64> {
    let hidden = (!drafts).then(|| finding::Column::State.ne(domain::finding::FindingState::Draft));
    let mine = finding::Entity::find().filter(finding::Column::InspectionId.eq(id));
    Ok(mine.filter(Condition::all().add_option(hidden)).count(db).await?)
}

/// The year a list begins with: this one.
#[must_use]
pub fn this_year(caller: &Caller) -> i32 {
    caller.today.year()
}
