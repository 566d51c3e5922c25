//! Who sees a declaration, and what they are to one.

use domain::conformity::{By, DeclarationState};
use domain::id::{ConformityDeclarationId, PersonId};
use domain::permission::{Permission, Role};
use entities::conformity_declaration as declaration;
use sea_orm::{ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QuerySelect as _};

use crate::auth::Caller;
use crate::error::{Error, Result};

/// States that readers of the unit's documents see.
pub(super) const IN_FORCE_ONCE: [DeclarationState; 3] =
    [DeclarationState::InForce, DeclarationState::Replaced, DeclarationState::Withdrawn];

/// The condition «the caller sees this declaration»: drafts are of who prepares and who signs, signed
/// ones also of who gives them their number, what was in force of every reader of the unit.
#[must_use]
pub fn visible(caller: &Caller) -> Condition {
    use declaration::Column;
    let once = Condition::all()
        .add(Column::State.is_in(IN_FORCE_ONCE))
        .add(caller.reading_scope(Permission::ReadDocuments).covers(Column::UnitId));
    let signed = Condition::all()
        .add(Column::State.eq(DeclarationState::Signed))
        .add(caller.scope(Permission::RegisterPapers).covers(Column::UnitId));
    Condition::any()
        .add(caller.scope(Permission::ControlDocuments).covers(Column::UnitId))
        .add(caller.scope(Permission::ApproveDocuments).covers(Column::UnitId))
        .add(signed)
        .add(once)
}

/// A declaration the caller sees; with `lock` it is held still until the write ends.
///
/// # Errors
/// 404 otherwise.
pub async fn find(
    db: &impl ConnectionTrait,
    caller: &Caller,
    id: ConformityDeclarationId,
    lock: bool,
) -> Result<declaration::Model> {
    caller.require(Permission::ReadDocuments)?;
    let query = declaration::Entity::find_by_id(id).filter(visible(caller));
    let query = if lock { query.lock_exclusive() } else { query };
    query.one(db).await?.ok_or(Error::NotFound)
}

/// Everybody who began or saved it.
#[must_use]
pub fn authors(row: &declaration::Model) -> Vec<PersonId> {
    let mut found: Vec<PersonId> = serde_json::from_value(row.author_ids.clone()).unwrap_or_default();
    if !found.contains(&row.created_by_id) {
        found.push(row.created_by_id);
    }
    found
}

/// What the caller is to it.
///
/// # Errors
/// The database's.
pub async fn by(db: &impl ConnectionTrait, caller: &Caller, row: &declaration::Model) -> Result<By> {
    let unit = row.unit_id;
    Ok(By {
        control: caller.scope(Permission::ControlDocuments).contains(db, unit).await?,
        head: caller.may(Permission::ApproveDocuments) && caller.holds_at(db, &[Role::Head], unit).await?,
        registrar: caller.may(Permission::RegisterPapers) && caller.holds_at(db, &[Role::Registrar], unit).await?,
        prepared: authors(row).contains(&caller.person),
    })
}
