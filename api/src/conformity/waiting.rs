//! What of declarations waits for a person, and the duty to declare again once the scope has moved.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use domain::calendar::{Calendar, DeadlineKind, DeadlineUnit};
use domain::conformity::{DeclarationFact, DeclarationState, RENEW_DAYS, missing};
use domain::id::{ConformityDeclarationId, PersonId, UnitId};
use domain::permission::Role;
use domain::record::{Duty as Kind, Subject};
use domain::time::vn_date;
use entities::{conformity_declaration as declaration, conformity_fact as fact};
use sea_orm::sea_query::Query;
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::scope::{self, Moved};
use crate::auth::Caller;
use crate::error::Result;
use crate::inspections::unit_names;
use crate::web::link_to;
use crate::work::Item;
use crate::work::duties::{Duty, holders};

/// Rows looked at; more than that is not a day's list.
const MOST: u64 = 500;

/// What waits for the caller: a bounded number of statements.
///
/// # Errors
/// The database's.
pub async fn items(db: &impl ConnectionTrait, caller: &Caller, calendar: &Calendar) -> Result<Vec<Item>> {
    use declaration::Column;
    let keeps = caller.scope_of(&[Role::IsoSecretary]).covers(Column::UnitId);
    let heads = caller.scope_of(&[Role::Head]).covers(Column::UnitId);
    let registers = caller.scope_of(&[Role::Registrar]).covers(Column::UnitId);
    if ![Role::IsoSecretary, Role::Head, Role::Registrar].iter().any(|role| caller.holds(*role)) {
        return Ok(Vec::new());
    }
    let mine = |state: DeclarationState, whose: Condition| Condition::all().add(Column::State.eq(state)).add(whose);
    let rows = declaration::Entity::find()
        .filter(
            Condition::any()
                .add(mine(DeclarationState::Draft, keeps.clone()))
                .add(mine(DeclarationState::InForce, keeps.clone()))
                .add(mine(DeclarationState::Submitted, heads.clone()))
                .add(mine(DeclarationState::Signed, registers)),
        )
        .order_by_asc(Column::Id)
        .limit(MOST)
        .all(db)
        .await?;
    let done = done(db, &rows).await?;
    let moved = scope::moved(db, Condition::any().add(keeps).add(heads), caller.today).await?;
    let names = unit_names(db, rows.iter().chain(moved.iter().map(|(row, _)| row)).map(|row| row.unit_id)).await?;
    let name = |row: &declaration::Model| names.get(&row.unit_id).cloned().unwrap_or_default();
    let mut found = Vec::new();
    for row in &rows {
        match row.state {
            DeclarationState::Draft => found.push(item("finish_declaration", row, name(row), None)),
            DeclarationState::Submitted if !super::access::authors(row).contains(&caller.person) => {
                found.push(item("sign_declaration", row, name(row), None));
            }
            DeclarationState::Signed => {
                let next = row.signed_at.and_then(|at| vn_date(at).succ_opt());
                let due_on = next.map(|next| calendar.next_working_day_on_or_after(next));
                found.push(item("register_declaration", row, name(row), due_on));
            }
            DeclarationState::InForce => {
                let known = done.get(&row.id).map(Vec::as_slice).unwrap_or_default();
                let verbs = missing(known).into_iter().map(|fact| match fact {
                    DeclarationFact::Posted => "post_declaration",
                    DeclarationFact::Announced => "announce_declaration",
                    DeclarationFact::Sent => "send_declaration",
                });
                found.extend(verbs.map(|verb| item(verb, row, name(row), None)));
            }
            _ => {}
        }
    }
    let under_way = under_way(db, moved.iter().map(|(row, _)| row.unit_id)).await?;
    for (row, moved) in &moved {
        // Once it is handed in, the work is the head's: the row that says so is there already.
        if !under_way.contains(&row.unit_id) {
            found.push(Item {
                href: unit_page(row.unit_id),
                count: u32::try_from(moved.len()).ok(),
                ..item("renew_declaration", row, name(row), due_of(moved, calendar))
            });
        }
    }
    Ok(found)
}

/// The page of a unit, which says what has moved.
#[must_use]
pub fn unit_page(unit: UnitId) -> String {
    format!("/cong-bo/don-vi/{unit}")
}

fn item(verb: &'static str, row: &declaration::Model, unit_name: String, due_on: Option<NaiveDate>) -> Item {
    Item {
        verb,
        kind: "conformity_declaration",
        subject: Subject::ConformityDeclaration,
        subject_id: row.id.0,
        code: super::papers::short_number(row).unwrap_or_default(),
        title: unit_name.clone(),
        count: None,
        unit_name,
        due_on,
        days_left: None,
        overdue: false,
        href: link_to(Subject::ConformityDeclaration, row.id.0),
    }
}

/// What was done with those in force.
async fn done(
    db: &impl ConnectionTrait,
    rows: &[declaration::Model],
) -> Result<BTreeMap<ConformityDeclarationId, Vec<DeclarationFact>>> {
    let ids = rows.iter().filter(|row| row.state == DeclarationState::InForce).map(|row| row.id);
    let facts = fact::Entity::find().filter(fact::Column::DeclarationId.is_in(ids)).all(db).await?;
    let mut found: BTreeMap<ConformityDeclarationId, Vec<DeclarationFact>> = BTreeMap::new();
    for one in facts {
        found.entry(one.declaration_id).or_default().push(one.fact);
    }
    Ok(found)
}

/// Units with a declaration that has been handed in or signed.
async fn under_way(db: &impl ConnectionTrait, units: impl Iterator<Item = UnitId>) -> Result<BTreeSet<UnitId>> {
    let rows: Vec<UnitId> = declaration::Entity::find()
        .select_only()
        .column(declaration::Column::UnitId)
        .filter(declaration::Column::UnitId.is_in(units))
        .filter(declaration::Column::State.is_in([DeclarationState::Submitted, DeclarationState::Signed]))
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Ten working days after the first procedure moved the scope.
pub(super) fn due_of(moved: &[Moved], calendar: &Calendar) -> Option<NaiveDate> {
    let first = moved.iter().map(|one| one.since).min()?;
    calendar.deadline(first, RENEW_DAYS, DeadlineUnit::WorkingDay, DeadlineKind::By).ok().map(|deadline| deadline.due)
}

/// The duty to declare again, of the secretary and once it is late also of the head: for units whose
/// scope has moved, until a new declaration is in force.
///
/// # Errors
/// The database's.
pub async fn duties(db: &impl ConnectionTrait, today: NaiveDate) -> Result<Vec<Duty>> {
    let ended = Query::select()
        .column(entities::unit::Column::Id)
        .from(entities::unit::Entity)
        .and_where(entities::unit::Column::ValidTo.lt(today))
        .to_owned();
    let standing = Condition::all().add(declaration::Column::UnitId.not_in_subquery(ended));
    let moved = scope::moved(db, standing, today).await?;
    if moved.is_empty() {
        return Ok(Vec::new());
    }
    let calendar = crate::calendar::load(db).await?;
    let units: BTreeSet<UnitId> = moved.iter().map(|(row, _)| row.unit_id).collect();
    let keepers = holders(db, &[Role::IsoSecretary], &units, today).await?;
    let heads = holders(db, &[Role::Head], &units, today).await?;
    let names = unit_names(db, units.iter().copied()).await?;
    let people_of = |held: &BTreeMap<UnitId, Vec<PersonId>>, unit: UnitId| held.get(&unit).cloned().unwrap_or_default();
    let duty = |(row, moved): (declaration::Model, Vec<Moved>)| {
        let due_on = due_of(&moved, &calendar)?;
        let mut people = people_of(&keepers, row.unit_id);
        if due_on < today || people.is_empty() {
            people.extend(people_of(&heads, row.unit_id));
        }
        people.sort_unstable();
        people.dedup();
        let unit_name = names.get(&row.unit_id).cloned().unwrap_or_default();
        Some(Duty {
            duty: Kind::RenewDeclaration,
            verb: "renew_declaration",
            subject: Subject::ConformityDeclaration,
            subject_id: row.id.0,
            code: super::papers::short_number(&row).unwrap_or_default(),
            title: moved.iter().map(|one| one.code.as_str()).take(3).collect::<Vec<_>>().join(", "),
            unit_id: row.unit_id,
            unit_name,
            due_on,
            people,
            link: unit_page(row.unit_id),
        })
    };
    Ok(moved.into_iter().filter_map(duty).collect())
}
