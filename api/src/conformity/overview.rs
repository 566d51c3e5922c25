//! Who has declared, on which edition, since when, and whether the scope still holds: over the units
//! a superior sees, and of one unit.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::conformity::{DeclarationState, Difference};
use domain::id::UnitId;
use domain::permission::Permission;
use entities::{conformity_certificate as certificate, conformity_declaration as declaration, unit, unit_kind};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query, SelectStatement};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::scope::{self, Moved};
use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::http::Slice;

/// Which units are asked for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// This unit or any below it.
    pub unit_id: Option<UnitId>,
    /// Only those that have declared, or only those that have not.
    pub declared: Option<bool>,
    /// Words of the name; diacritics do not matter.
    pub q: Option<String>,
}

/// Where a unit stands with its declaration.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The unit.
    pub unit: unit::Model,
    /// The declaration in force.
    pub declaration: Option<declaration::Model>,
    /// The standard as papers name it.
    pub standard: Option<String>,
    /// The procedures that have moved its scope; empty when it holds.
    pub moved: Vec<Moved>,
    /// The last certificate that holds today.
    pub certificate: Option<certificate::Model>,
}

/// Units that declare for themselves on a day.
fn agencies(on: NaiveDate) -> Condition {
    let parts = Query::select()
        .column(unit_kind::Column::Code)
        .from(unit_kind::Entity)
        .and_where(Expr::col(unit_kind::Column::LevelCode).eq(scope::DIVISION))
        .to_owned();
    Condition::all()
        .add(unit::Column::KindCode.not_in_subquery(parts))
        .add(unit::Column::ValidFrom.lte(on))
        .add(Condition::any().add(unit::Column::ValidTo.is_null()).add(unit::Column::ValidTo.gte(on)))
}

fn declared() -> SelectStatement {
    Query::select()
        .column(declaration::Column::UnitId)
        .from(declaration::Entity)
        .and_where(declaration::Column::State.eq(DeclarationState::InForce))
        .to_owned()
}

/// The agencies whose documents the caller reads, by name: a bounded number of statements.
///
/// # Errors
/// The database's.
pub async fn list(db: &impl ConnectionTrait, caller: &Caller, filter: &Filter, slice: &Slice) -> Result<Vec<Standing>> {
    use unit::Column;
    let words = filter.q.as_deref().map(domain::text::fold).filter(|words| !words.is_empty());
    let wanted = Condition::all()
        .add_option(filter.unit_id.map(|unit| Column::Id.in_subquery(crate::documents::below(unit))))
        .add_option(
            filter
                .declared
                .map(|yes| if yes { Column::Id.in_subquery(declared()) } else { Column::Id.not_in_subquery(declared()) }),
        )
        .add_option(words.map(|words| Column::SearchText.contains(words)));
    let rows = unit::Entity::find()
        .filter(caller.scope(Permission::ReadDocuments).covers(Column::Id))
        .filter(agencies(caller.today))
        .filter(wanted)
        .filter(slice.after(Column::Name, Column::Id, false))
        .order_by_asc(Column::Name)
        .order_by_asc(Column::Id)
        .limit(slice.fetch())
        .all(db)
        .await?;
    standings(db, rows, caller.today).await
}

async fn standings(db: &impl ConnectionTrait, rows: Vec<unit::Model>, on: NaiveDate) -> Result<Vec<Standing>> {
    let ids: Vec<UnitId> = rows.iter().map(|row| row.id).collect();
    let of_these = || Condition::all().add(declaration::Column::UnitId.is_in(ids.iter().copied()));
    let in_force = declaration::Entity::find()
        .filter(declaration::Column::State.eq(DeclarationState::InForce))
        .filter(of_these())
        .all(db)
        .await?;
    let mut in_force: BTreeMap<UnitId, declaration::Model> = in_force.into_iter().map(|row| (row.unit_id, row)).collect();
    let moved = scope::moved(db, of_these(), on).await?;
    let mut moved: BTreeMap<UnitId, Vec<Moved>> = moved.into_iter().map(|(row, moved)| (row.unit_id, moved)).collect();
    let holding = certificate::Entity::find()
        .filter(certificate::Column::UnitId.is_in(ids.iter().copied()))
        .filter(certificate::Column::ValidTo.gte(on))
        .order_by_asc(certificate::Column::ValidTo)
        .all(db)
        .await?;
    let mut certificates: BTreeMap<UnitId, certificate::Model> = holding.into_iter().map(|row| (row.unit_id, row)).collect();
    let standards = super::standard_names(db).await?;
    let standing = |unit: unit::Model| {
        let declaration = in_force.remove(&unit.id);
        Standing {
            standard: declaration.as_ref().and_then(|row| standards.get(&row.standard_id).cloned()),
            declaration,
            moved: moved.remove(&unit.id).unwrap_or_default(),
            certificate: certificates.remove(&unit.id),
            unit,
        }
    };
    Ok(rows.into_iter().map(standing).collect())
}

/// Where one unit stands, with every difference to its declaration, new revisions included.
#[derive(Clone, Debug)]
pub struct Whole {
    /// In short.
    pub standing: Standing,
    /// Every difference.
    pub differences: Vec<Difference>,
    /// The declaration on its way, if the caller sees it.
    pub open: Option<declaration::Model>,
}

/// One agency the caller sees.
///
/// # Errors
/// 404 otherwise.
pub async fn find(db: &impl ConnectionTrait, caller: &Caller, id: UnitId) -> Result<Whole> {
    let row = unit::Entity::find_by_id(id)
        .filter(caller.reading_scope(Permission::ReadDocuments).covers(unit::Column::Id))
        .one(db)
        .await?
        .ok_or(Error::NotFound)?;
    let standing = standings(db, vec![row], caller.today).await?.pop().ok_or(Error::NotFound)?;
    let differences = match &standing.declaration {
        Some(row) => scope::since(db, row, caller.today).await?,
        None => Vec::new(),
    };
    let open = declaration::Entity::find()
        .filter(super::access::visible(caller))
        .filter(declaration::Column::UnitId.eq(id))
        .filter(declaration::Column::State.is_in([
            DeclarationState::Draft,
            DeclarationState::Submitted,
            DeclarationState::Signed,
        ]))
        .one(db)
        .await?;
    Ok(Whole { standing, differences, open })
}
