//! The audit trail, read: who did what to which record, when; the values only for who may see them.

pub mod http;
pub mod pages;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::id::{PersonId, UnitId};
use domain::permission::Permission;
use domain::record::Subject;
use entities::event;
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use uuid::Uuid;

use crate::auth::Caller;
use crate::error::Result;
use crate::http::Slice;

/// Which events a list shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// About this kind of record.
    pub subject: Option<Subject>,
    /// About this record.
    pub subject_id: Option<Uuid>,
    /// By this person.
    pub actor: Option<PersonId>,
    /// Of this unit.
    pub unit: Option<UnitId>,
    /// This verb, or with a final dot everything of its area: `finding.`.
    pub kind: Option<String>,
    /// From this day in Vietnam.
    pub from: Option<NaiveDate>,
    /// To this day in Vietnam, inclusive.
    pub to: Option<NaiveDate>,
}

/// Records whose whole trail their unit may read. Inspections, findings and what hangs on them are not among them: their
/// trail knows drafts and notes before the unit is told. What of it a reader may know stands on the record's own page.
const OPEN_TO_THE_UNIT: [Subject; 1] = [Subject::Unit];

/// Records that business administration keeps.
const ADMINISTRATION: [Subject; 4] = [Subject::Unit, Subject::Person, Subject::Assignment, Subject::CalendarDay];

/// Events the caller may see, newest first. One's own acts always; business roles those of their
/// units; the security auditor all of them, but without values.
///
/// # Errors
/// The database's.
pub async fn list(db: &impl ConnectionTrait, caller: &Caller, filter: &Filter, slice: &Slice) -> Result<Vec<event::Model>> {
    let mut query = event::Entity::find().filter(visible(caller));
    if let Some(subject) = filter.subject {
        query = query.filter(event::Column::Subject.eq(subject));
    }
    if let Some(id) = filter.subject_id {
        query = query.filter(event::Column::SubjectId.eq(id));
    }
    if let Some(actor) = filter.actor {
        query = query.filter(event::Column::ActorId.eq(actor));
    }
    if let Some(unit) = filter.unit {
        query = query.filter(event::Column::UnitId.eq(unit));
    }
    if let Some(kind) = &filter.kind {
        query = query.filter(if kind.ends_with('.') {
            event::Column::Kind.starts_with(kind.as_str())
        } else {
            event::Column::Kind.eq(kind)
        });
    }
    if let Some(from) = filter.from.and_then(midnight) {
        query = query.filter(event::Column::At.gte(from));
    }
    if let Some(end) = filter.to.and_then(|day| midnight(day + TimeDelta::days(1))) {
        query = query.filter(event::Column::At.lt(end));
    }
    let rows = query
        .filter(slice.after(event::Column::Id, event::Column::Id, true))
        .order_by_desc(event::Column::Id)
        .limit(slice.fetch())
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| shown_to(caller, row)).collect())
}

/// The instant a day begins in Vietnam.
fn midnight(day: NaiveDate) -> Option<DateTime<Utc>> {
    day.and_hms_opt(0, 0, 0)?.and_local_timezone(domain::time::vietnam()).single().map(|at| at.with_timezone(&Utc))
}

fn visible(caller: &Caller) -> Condition {
    if caller.may(Permission::ReadEvents) {
        return Condition::all();
    }
    let of = |subjects: &[Subject], permission: Permission| {
        Condition::all()
            .add(event::Column::Subject.is_in(subjects.iter().copied()))
            .add(caller.scope(permission).covers(event::Column::UnitId))
    };
    Condition::any()
        .add(event::Column::ActorId.eq(caller.person))
        .add(of(&OPEN_TO_THE_UNIT, Permission::ReadFindings))
        .add(of(&ADMINISTRATION, Permission::ManagePeople))
}

/// The auditor sees who, what and when; what a record said is none of their business (SOD-8).
fn shown_to(caller: &Caller, row: event::Model) -> event::Model {
    if !caller.may(Permission::ReadEvents) || row.actor_id == Some(caller.person) {
        return row;
    }
    event::Model { before: None, after: None, reason: None, ..row }
}
