//! What changes ask of the procedures of units, computed from what is there now: a constant number of
//! statements, however many units and changes. Nothing of it is stored, so a task ticks itself.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use domain::document::change::{ProcedureTask, Standing, task};
use domain::document::control::{LinkKind, ProcedureChange};
use domain::document::{DocumentKind, DocumentState, RequestSource, RevisionState};
use domain::id::{DocumentId, ProcedureChangeListId, RevisionId, UnitId};
use domain::permission::Permission;
use entities::{
    administrative_procedure, document, document_link, procedure_change, procedure_change_list, revision, unit, unit_kind,
};
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, FromQueryResult, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use uuid::Uuid;

use super::reference;
use crate::auth::Caller;
use crate::documents::below;
use crate::error::{Error, Result};

/// Whose procedures are looked at.
#[derive(Clone, Debug)]
pub enum Whose {
    /// Of a unit and everything below it.
    Below(UnitId),
    /// Of these units.
    Units(BTreeSet<UnitId>),
}

/// What a unit must do because of a change.
#[derive(Clone, Debug)]
pub struct Task {
    /// The change.
    pub change: procedure_change::Model,
    /// The unit.
    pub unit_id: UnitId,
    /// What is to be done.
    pub task: ProcedureTask,
    /// Whether it is done.
    pub done: bool,
    /// The procedure it is about; none where one is still to be asked for.
    pub document: Option<Concerned>,
    /// The revision that was asked for because of the decision and is under way.
    pub asked: Option<Asked>,
}

/// A procedure that a change is about.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Concerned {
    /// Its id.
    pub id: DocumentId,
    /// Its unit.
    pub unit_id: UnitId,
    /// Its code, once it has one.
    pub code: Option<String>,
    /// Its title.
    pub title: String,
}

/// A revision under way.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Its id.
    pub id: RevisionId,
    /// Where it stands.
    pub state: RevisionState,
    /// Its request's code.
    pub code: Option<String>,
}

/// How many tasks of each kind there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Units that must do something or have done it.
    pub units: usize,
    /// Procedures to write.
    pub write: usize,
    /// Procedures to revise.
    pub revise: usize,
    /// Procedures to withdraw.
    pub withdraw: usize,
    /// Of all these, done.
    pub done: usize,
    /// Of those not done, asked for already.
    pub asked: usize,
}

impl Totals {
    /// Counts tasks.
    #[must_use]
    pub fn of(tasks: &[Task]) -> Self {
        let count = |is: &dyn Fn(&&Task) -> bool| tasks.iter().filter(is).count();
        Self {
            units: tasks.iter().map(|one| one.unit_id).collect::<BTreeSet<_>>().len(),
            write: count(&|one| one.task == ProcedureTask::Write),
            revise: count(&|one| one.task == ProcedureTask::Revise),
            withdraw: count(&|one| one.task == ProcedureTask::Withdraw),
            done: count(&|one| one.done),
            asked: count(&|one| !one.done && one.asked.is_some()),
        }
    }

    /// All of them.
    #[must_use]
    pub const fn all(&self) -> usize {
        self.write + self.revise + self.withdraw
    }

    /// Those that are not done.
    #[must_use]
    pub const fn open(&self) -> usize {
        self.all() - self.done
    }
}

/// Documents of a unit and everything below it.
pub(super) fn documents_below(unit: UnitId) -> SelectStatement {
    Query::select()
        .column(document::Column::Id)
        .from(document::Entity)
        .and_where(document::Column::UnitId.in_subquery(below(unit)))
        .to_owned()
}

/// The units below a decision's unit whose procedures the caller keeps or approves, one of them or all.
///
/// # Errors
/// 404 for a unit that is none of them.
pub async fn kept_units(
    db: &impl ConnectionTrait,
    caller: &Caller,
    list: &procedure_change_list::Model,
    asked: Option<UnitId>,
    permissions: &[Permission],
) -> Result<BTreeSet<UnitId>> {
    let covers = |any: Condition, permission: &Permission| any.add(caller.scope(*permission).covers(unit::Column::Id));
    let keeps = permissions.iter().fold(Condition::any(), covers);
    let found: Vec<UnitId> = unit::Entity::find()
        .select_only()
        .column(unit::Column::Id)
        .filter(keeps)
        .filter(unit::Column::Id.in_subquery(below(list.unit_id)))
        .filter(Condition::all().add_option(asked.map(|id| unit::Column::Id.eq(id))))
        .into_tuple()
        .all(db)
        .await?;
    if asked.is_some() && found.is_empty() {
        return Err(Error::NotFound);
    }
    Ok(found.into_iter().collect())
}

#[derive(Debug, FromQueryResult)]
struct Span {
    id: RevisionId,
    document_id: DocumentId,
    state: RevisionState,
    source: RequestSource,
    source_ref: Option<String>,
    request_code: Option<String>,
    effective_from: Option<NaiveDate>,
    effective_to: Option<NaiveDate>,
}

/// Everything that decides about tasks, read once.
struct Facts {
    today: NaiveDate,
    /// Entries of the catalogues: code, and whether it is over.
    entries: BTreeMap<Uuid, (String, bool)>,
    links: BTreeMap<DocumentId, Vec<document_link::Model>>,
    documents: BTreeMap<UnitId, Vec<Concerned>>,
    revisions: BTreeMap<DocumentId, Vec<Span>>,
    levels: BTreeMap<UnitId, String>,
    /// Units with procedures in force of their own.
    keeping: BTreeSet<UnitId>,
}

/// What the changes ask of the units, in the order of units and changes.
///
/// # Errors
/// The database's.
pub async fn of(
    db: &impl ConnectionTrait,
    today: NaiveDate,
    lists: &[procedure_change_list::Model],
    changes: &[procedure_change::Model],
    whose: &Whose,
) -> Result<Vec<Task>> {
    let facts = Facts::read(db, today, changes, whose).await?;
    let list_of = |change: &procedure_change::Model| {
        let own = lists.iter().find(|list| list.id == change.list_id);
        // Of a decision that is only looked at, neither has an id.
        own.or_else(|| lists.first().filter(|_| change.list_id == ProcedureChangeListId(Uuid::nil())))
    };
    let mut found = Vec::new();
    for unit in facts.levels.keys() {
        for change in changes {
            if let Some(list) = list_of(change).filter(|list| list.cancelled_at.is_none()) {
                let own = changes.iter().filter(|other| other.list_id == change.list_id);
                facts.tasks(*unit, list, change, own, &mut found);
            }
        }
    }
    Ok(found)
}

impl Facts {
    async fn read(
        db: &impl ConnectionTrait,
        today: NaiveDate,
        changes: &[procedure_change::Model],
        whose: &Whose,
    ) -> Result<Self> {
        let inside = |column: fn() -> document::Column| match whose {
            Whose::Below(unit) => column().in_subquery(below(*unit)),
            Whose::Units(units) => column().is_in(units.iter().copied()),
        };
        let codes: BTreeSet<&str> = changes
            .iter()
            .flat_map(|change| [Some(change.national_code.as_str()), change.replaced_by.as_deref()])
            .flatten()
            .collect();
        let entries_of = Query::select()
            .column(administrative_procedure::Column::Id)
            .from(administrative_procedure::Entity)
            .and_where(administrative_procedure::Column::NationalCode.is_in(codes))
            .to_owned();
        let linked = Query::select()
            .column(document_link::Column::DocumentId)
            .from(document_link::Entity)
            .and_where(document_link::Column::Kind.eq(LinkKind::AdministrativeProcedure))
            .and_where(document_link::Column::TargetId.in_subquery(entries_of))
            .to_owned();
        let concerned = Query::select()
            .column(document::Column::Id)
            .from(document::Entity)
            .and_where(document::Column::Id.in_subquery(linked.clone()))
            .and_where(inside(|| document::Column::UnitId))
            .to_owned();
        let documents = document::Entity::find()
            .select_only()
            .columns([document::Column::Id, document::Column::UnitId, document::Column::Code, document::Column::Title])
            .filter(document::Column::Id.in_subquery(concerned.clone()))
            .order_by_asc(document::Column::Id)
            .into_model::<Concerned>()
            .all(db)
            .await?;
        let links = document_link::Entity::find()
            .filter(document_link::Column::DocumentId.in_subquery(concerned.clone()))
            .filter(document_link::Column::Kind.eq(LinkKind::AdministrativeProcedure))
            .order_by_asc(document_link::Column::Id)
            .all(db)
            .await?;
        let targets: BTreeSet<Uuid> = links.iter().filter_map(|link| link.target_id).collect();
        let entries =
            administrative_procedure::Entity::find().filter(administrative_procedure::Column::Id.is_in(targets)).all(db).await?;
        let revisions = revision::Entity::find()
            .select_only()
            .columns([
                revision::Column::Id,
                revision::Column::DocumentId,
                revision::Column::State,
                revision::Column::Source,
                revision::Column::SourceRef,
                revision::Column::RequestCode,
                revision::Column::EffectiveFrom,
                revision::Column::EffectiveTo,
            ])
            .filter(revision::Column::DocumentId.in_subquery(concerned))
            .filter(revision::Column::State.ne(RevisionState::Cancelled))
            .order_by_asc(revision::Column::Id)
            .into_model::<Span>()
            .all(db)
            .await?;
        let mut own: BTreeMap<DocumentId, Vec<Span>> = BTreeMap::new();
        for row in revisions {
            own.entry(row.document_id).or_default().push(row);
        }
        let mut of_document: BTreeMap<DocumentId, Vec<document_link::Model>> = BTreeMap::new();
        for link in links {
            of_document.entry(link.document_id).or_default().push(link);
        }
        let mut by_unit: BTreeMap<UnitId, Vec<Concerned>> = BTreeMap::new();
        for row in documents {
            by_unit.entry(row.unit_id).or_default().push(row);
        }
        let over = |row: &administrative_procedure::Model| row.valid_to.is_some_and(|to| to < today);
        Ok(Self {
            today,
            entries: entries.into_iter().map(|row| (row.id.0, (row.national_code.clone(), over(&row)))).collect(),
            links: of_document,
            documents: by_unit,
            revisions: own,
            levels: levels(db, today, whose).await?,
            keeping: keeping(db, whose).await?,
        })
    }

    fn tasks<'a>(
        &self,
        unit: UnitId,
        list: &procedure_change_list::Model,
        change: &procedure_change::Model,
        mut own_list: impl Iterator<Item = &'a procedure_change::Model>,
        found: &mut Vec<Task>,
    ) {
        let level = self.levels.get(&unit).map(String::as_str);
        let concerned = level == Some(change.level_code.as_str()) && self.keeping.contains(&unit);
        let linked = |code: &str| -> Vec<&Concerned> {
            self.documents_of(unit).filter(|row| self.was_linked(row.id, code, list)).collect()
        };
        let own = linked(&change.national_code);
        let mut judged = |document: Option<&Concerned>, standing: Standing| {
            if let Some((task, done)) = task(change.change, list.effective_on, &standing) {
                let asked = document.and_then(|row| self.asked(row.id, list)).filter(|_| !done);
                let document = document.cloned();
                found.push(Task { change: change.clone(), unit_id: unit, task, done, document, asked });
            }
        };
        if change.change == ProcedureChange::New {
            // One procedure is enough: the one in force before those that are only begun.
            let best = own.iter().max_by_key(|row| (self.in_force(row.id, &change.national_code).is_some(), row.id)).copied();
            let standing = best.map(|row| self.standing(row, list, change)).unwrap_or_default();
            let replaces = |other: &procedure_change::Model| other.replaced_by.as_deref() == Some(change.national_code.as_str());
            let continued = own_list.any(|other| replaces(other) && !linked(&other.national_code).is_empty());
            return judged(best, Standing { concerned, continued, ..standing });
        }
        for row in own {
            judged(Some(row), Standing { concerned, ..self.standing(row, list, change) });
        }
    }

    fn documents_of(&self, unit: UnitId) -> impl Iterator<Item = &Concerned> {
        self.documents.get(&unit).into_iter().flatten()
    }

    /// Whether the document was linked with the procedure when the decision was signed, or later.
    fn was_linked(&self, document: DocumentId, code: &str, list: &procedure_change_list::Model) -> bool {
        let on = |link: &&document_link::Model| link.valid_to.is_none_or(|to| to >= list.decided_on);
        self.codes(document, on).any(|found| found == code)
    }

    /// The codes a document is linked with, of the links that `keep` leaves.
    fn codes<'a>(
        &'a self,
        document: DocumentId,
        keep: impl Fn(&&document_link::Model) -> bool + 'a,
    ) -> impl Iterator<Item = &'a str> {
        let links = self.links.get(&document).map_or(&[] as &[_], Vec::as_slice);
        let entry = |link: &document_link::Model| self.entries.get(&link.target_id?);
        links.iter().filter(keep).filter_map(entry).map(|(code, _)| code.as_str())
    }

    fn holds(&self, link: &document_link::Model) -> bool {
        link.valid_from <= self.today && link.valid_to.is_none_or(|to| to >= self.today)
    }

    /// The revision of a document that is in force for a procedure now.
    fn in_force(&self, document: DocumentId, code: &str) -> Option<&Span> {
        let linked = self.codes(document, |link| self.holds(link)).any(|found| found == code);
        let rows = self.revisions.get(&document).filter(|_| linked)?;
        rows.iter().find(|row| row.state == RevisionState::Effective)
    }

    fn standing(&self, row: &Concerned, list: &procedure_change_list::Model, change: &procedure_change::Model) -> Standing {
        let code = change.national_code.as_str();
        let now = self.in_force(row.id, code);
        let rows = self.revisions.get(&row.id).map_or(&[] as &[_], Vec::as_slice);
        let signed = |one: &Span| {
            let began = one.effective_from.is_some_and(|from| from <= list.decided_on);
            began && one.effective_to.is_none_or(|to| to >= list.decided_on) && one.state.was_in_force()
        };
        let holding = |link: &&document_link::Model| {
            let live = link.target_id.and_then(|id| self.entries.get(&id)).is_some_and(|(_, over)| !over);
            live && self.holds(link)
        };
        let heir = change.replaced_by.as_deref();
        let mut heirs = self.documents_of(row.unit_id).filter(|other| other.id != row.id);
        Standing {
            concerned: false,
            continued: false,
            had: rows.iter().any(signed),
            now: now.and_then(|one| one.effective_from),
            by_this: now.is_some_and(|one| came_of(one, list)),
            shared: self.codes(row.id, holding).any(|other| other != code && Some(other) != heir),
            heir_elsewhere: heir.is_some_and(|heir| heirs.any(|other| self.in_force(other.id, heir).is_some())),
        }
    }

    /// What was asked for because of the decision and is under way.
    fn asked(&self, document: DocumentId, list: &procedure_change_list::Model) -> Option<Asked> {
        let open = |one: &&Span| !one.state.was_in_force() && came_of(one, list);
        let one = self.revisions.get(&document)?.iter().rfind(open)?;
        Some(Asked { id: one.id, state: one.state, code: one.request_code.clone() })
    }
}

fn came_of(one: &Span, list: &procedure_change_list::Model) -> bool {
    one.source == RequestSource::ProcedureChange && one.source_ref.as_deref() == Some(reference(list).as_str())
}

/// The level of each unit that is alive.
async fn levels(db: &impl ConnectionTrait, today: NaiveDate, whose: &Whose) -> Result<BTreeMap<UnitId, String>> {
    let inside = match whose {
        Whose::Below(id) => unit::Column::Id.in_subquery(below(*id)),
        Whose::Units(units) => unit::Column::Id.is_in(units.iter().copied()),
    };
    let kinds: BTreeMap<String, String> =
        unit_kind::Entity::find().all(db).await?.into_iter().map(|kind| (kind.code, kind.level_code)).collect();
    let rows: Vec<(UnitId, String)> = unit::Entity::find()
        .select_only()
        .column(unit::Column::Id)
        .column(unit::Column::KindCode)
        .filter(inside)
        .filter(crate::units::alive(unit::Column::ValidFrom, unit::Column::ValidTo, today))
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|(id, kind)| (id, kinds.get(&kind).cloned().unwrap_or_default())).collect())
}

/// Units with procedures in force of their own: those who have none yet keep no quality system to follow.
async fn keeping(db: &impl ConnectionTrait, whose: &Whose) -> Result<BTreeSet<UnitId>> {
    let inside = match whose {
        Whose::Below(id) => document::Column::UnitId.in_subquery(below(*id)),
        Whose::Units(units) => document::Column::UnitId.is_in(units.iter().copied()),
    };
    let rows: Vec<UnitId> = document::Entity::find()
        .select_only()
        .column(document::Column::UnitId)
        .distinct()
        .filter(inside)
        .filter(document::Column::Kind.eq(DocumentKind::Procedure))
        .filter(document::Column::State.eq(DocumentState::InForce))
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}
