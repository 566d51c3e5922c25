//! Who sees a round and its sheets, and what they are to it.

use std::collections::{BTreeMap, BTreeSet};

use domain::id::{RoundId, SheetId, UnitId};
use domain::independence::{self, LOOK_BACK_MONTHS, Membership};
use domain::permission::{Permission, Role};
use domain::round::RoundState;
use entities::{membership, round, round_appraiser, sheet, unit_path};
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QuerySelect as _};

use crate::auth::Caller;
use crate::error::{Error, Result};

/// Roles that look at a round from above.
const ABOVE: [Role; 3] = [Role::CouncilSecretary, Role::Publisher, Role::Appraiser];
/// Roles that see the sheet of their own unit.
pub(super) const OF_UNIT: [Role; 4] = [Role::Head, Role::DataOfficer, Role::IsoSecretary, Role::ServiceAccount];

/// Rounds the caller sees: from above those of their scope, from below those their unit is scored in.
#[must_use]
pub fn visible(caller: &Caller) -> Condition {
    let own = Query::select()
        .column(sheet::Column::RoundId)
        .from(sheet::Entity)
        .cond_where(caller.scope_of(&OF_UNIT).covers(sheet::Column::UnitId))
        .to_owned();
    let drafts = caller.scope_of(&[Role::CouncilSecretary]).covers(round::Column::OwnerUnitId);
    let above = caller.scope_of(&ABOVE).covers(round::Column::OwnerUnitId);
    let opened = Condition::any().add(above).add(round::Column::Id.in_subquery(own));
    Condition::any().add(drafts).add(Condition::all().add(round::Column::State.ne(RoundState::Draft)).add(opened))
}

/// A round the caller sees; with `lock` it is held still until the write ends.
///
/// # Errors
/// 404 otherwise.
pub async fn find(db: &impl ConnectionTrait, caller: &Caller, id: RoundId, lock: bool) -> Result<round::Model> {
    caller.require(Permission::ReadScores)?;
    let query = round::Entity::find_by_id(id).filter(visible(caller));
    let query = if lock { query.lock_exclusive() } else { query };
    query.one(db).await?.ok_or(Error::NotFound)
}

/// What the caller is to a round.
#[derive(Clone, Debug, Default)]
pub struct By {
    /// Thư ký hội đồng.
    pub secretary: bool,
    /// Người duyệt công bố.
    pub publisher: bool,
    /// Criterion groups given to them; the empty one means all.
    pub groups: BTreeSet<String>,
}

impl By {
    /// Whether a criterion of this group is theirs to appraise.
    #[must_use]
    pub fn appraises(&self, group: Option<&str>) -> bool {
        self.groups.contains("") || group.is_some_and(|group| self.groups.contains(group))
    }
}

/// What the caller is to this round.
///
/// # Errors
/// The database's.
pub async fn by(db: &impl ConnectionTrait, caller: &Caller, row: &round::Model) -> Result<By> {
    let may = |permission| caller.may(permission);
    let secretary = may(Permission::ManageRounds) && caller.holds_at(db, &[Role::CouncilSecretary], row.owner_unit_id).await?;
    let publisher = may(Permission::ApprovePublication) && caller.holds_at(db, &[Role::Publisher], row.owner_unit_id).await?;
    let mut groups = BTreeSet::new();
    if may(Permission::AppraiseScores) {
        let rows = round_appraiser::Entity::find()
            .filter(round_appraiser::Column::RoundId.eq(row.id))
            .filter(round_appraiser::Column::PersonId.eq(caller.person))
            .all(db)
            .await?;
        groups = rows.into_iter().map(|row| row.criterion_group).collect();
    }
    Ok(By { secretary, publisher, groups })
}

/// What the caller is to the unit of a sheet.
#[derive(Clone, Copy, Debug, Default)]
pub struct OfUnit {
    /// May fill it in.
    pub drafts: bool,
    /// Người đứng đầu.
    pub head: bool,
    /// Sees it as one of the unit.
    pub reads: bool,
}

/// What the caller is to a unit.
///
/// # Errors
/// The database's.
pub async fn of_unit(db: &impl ConnectionTrait, caller: &Caller, unit: UnitId) -> Result<OfUnit> {
    Ok(OfUnit {
        drafts: caller.scope(Permission::DraftScores).contains(db, unit).await?,
        head: caller.may(Permission::SignForUnit) && caller.holds_at(db, &[Role::Head], unit).await?,
        reads: caller.holds_at(db, &OF_UNIT, unit).await?,
    })
}

/// A sheet with its round, as the caller sees it: their own unit's, or any as the secretary.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The sheet.
    pub sheet: sheet::Model,
    /// Its round.
    pub round: round::Model,
    /// What the caller is to the round.
    pub by: By,
    /// What the caller is to the unit.
    pub of_unit: OfUnit,
}

/// A sheet the caller sees.
///
/// # Errors
/// 404 otherwise: as if it were not there.
pub async fn sheet(db: &impl ConnectionTrait, caller: &Caller, id: SheetId, lock: bool) -> Result<Seen> {
    let found = sheet::Entity::find_by_id(id).one(db).await?.ok_or(Error::NotFound)?;
    // The round first, then the sheet: the same order everywhere, so that no two writes wait for each other.
    let round = find(db, caller, found.round_id, lock).await?;
    let query = sheet::Entity::find_by_id(id);
    let query = if lock { query.lock_exclusive() } else { query };
    let sheet = query.one(db).await?.ok_or(Error::NotFound)?;
    let by = by(db, caller, &round).await?;
    let of_unit = of_unit(db, caller, sheet.unit_id).await?;
    if !of_unit.reads && !by.secretary {
        return Err(Error::NotFound);
    }
    Ok(Seen { sheet, round, by, of_unit })
}

/// The units a person may not appraise: where they belong, or which they left less than 12 months ago.
///
/// # Errors
/// The database's.
pub async fn barred(db: &impl ConnectionTrait, caller: &Caller, units: &[UnitId]) -> Result<BTreeSet<UnitId>> {
    let held = membership::Entity::find().filter(membership::Column::PersonId.eq(caller.person)).all(db).await?;
    if held.is_empty() {
        return Ok(BTreeSet::new());
    }
    // Belonging to any unit below counts as belonging to the unit that is scored.
    let own: Vec<UnitId> = held.iter().map(|one| one.unit_id).collect();
    let above: Vec<(UnitId, UnitId)> = unit_path::Entity::find()
        .select_only()
        .column(unit_path::Column::AncestorId)
        .column(unit_path::Column::DescendantId)
        .filter(unit_path::Column::DescendantId.is_in(own))
        .into_tuple()
        .all(db)
        .await?;
    let mut below: BTreeMap<UnitId, Vec<UnitId>> = BTreeMap::new();
    for (ancestor, descendant) in above {
        below.entry(ancestor).or_default().push(descendant);
    }
    let memberships: Vec<Membership> =
        held.iter().map(|one| Membership { unit: one.unit_id, from: one.valid_from, to: one.valid_to }).collect();
    let barred = |unit: &UnitId| {
        let parts = below.get(unit).cloned().unwrap_or_default();
        independence::check(&memberships, &parts, caller.today, LOOK_BACK_MONTHS).is_err()
    };
    Ok(units.iter().copied().filter(barred).collect())
}
