//! What is open, with whom, until when: each area lists its duties, reminders and the work list read them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use domain::id::{PersonId, UnitId};
use domain::permission::{Role, Span};
use domain::record::{Duty as Kind, Subject};
use entities::{assignment, unit_path};
use sea_orm::{ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _};
use uuid::Uuid;

use crate::error::Result;
use crate::reminders::Notice;

/// Something a person must do until a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duty {
    /// What kind of duty.
    pub duty: Kind,
    /// The act that ends it, as the domain's verb code (`submit_plan`, `approve_plan`, `verify`, …).
    pub verb: &'static str,
    /// What it is about.
    pub subject: Subject,
    /// Its id.
    pub subject_id: Uuid,
    /// Its human code, `KP-2026-0001`.
    pub code: String,
    /// What it is about, in a few words.
    pub title: String,
    /// The unit concerned.
    pub unit_id: UnitId,
    /// Its name.
    pub unit_name: String,
    /// The last day.
    pub due_on: NaiveDate,
    /// Who must act; any one of them ends it.
    pub people: Vec<PersonId>,
    /// Path of the page where it is done.
    pub link: String,
}

/// Who holds one of these roles at each of these units on a day (or above it, with a subtree).
/// Two statements, whatever the number of units.
///
/// # Errors
/// The database's.
pub async fn holders(
    db: &impl ConnectionTrait,
    roles: &[Role],
    units: &BTreeSet<UnitId>,
    today: NaiveDate,
) -> Result<BTreeMap<UnitId, Vec<PersonId>>> {
    if units.is_empty() {
        return Ok(BTreeMap::new());
    }
    let above = unit_path::Entity::find().filter(unit_path::Column::DescendantId.is_in(units.iter().copied())).all(db).await?;
    let held = assignment::Entity::find()
        .filter(assignment::Column::Role.is_in(roles.iter().copied()))
        .filter(assignment::Column::ValidFrom.lte(today))
        .filter(Condition::any().add(assignment::Column::ValidTo.is_null()).add(assignment::Column::ValidTo.gte(today)))
        .all(db)
        .await?;
    let mut found: BTreeMap<UnitId, Vec<PersonId>> = BTreeMap::new();
    for path in above {
        let reach = held.iter().filter(|row| row.unit_id == path.ancestor_id && (path.depth == 0 || row.span == Span::Subtree));
        let people = found.entry(path.descendant_id).or_default();
        for row in reach {
            if !people.contains(&row.person_id) {
                people.push(row.person_id);
            }
        }
    }
    Ok(found)
}

/// Every open duty of every area.
///
/// # Errors
/// The database's.
pub async fn all(db: &impl ConnectionTrait, today: NaiveDate) -> Result<Vec<Duty>> {
    let mut found = crate::findings::duties(db, today).await?;
    found.extend(crate::corrective_actions::duties(db, today).await?);
    found.extend(crate::rounds::owed::duties(db, today).await?);
    found.extend(crate::documents::duties(db, today).await?);
    found.extend(crate::conformity::duties(db, today).await?);
    found.extend(crate::objectives::owed::duties(db, today).await?);
    found.extend(crate::management_reviews::owed::duties(db, today).await?);
    Ok(found)
}

/// Everything that people are told of once, of every area.
///
/// # Errors
/// The database's.
pub async fn notices(db: &impl ConnectionTrait, today: NaiveDate) -> Result<Vec<Notice>> {
    let mut found = crate::rounds::owed::notices(db, today).await?;
    found.extend(crate::management_reviews::owed::notices(db, today).await?);
    Ok(found)
}
