//! Declarations that were announced, for everybody and without sign-in. Nothing else is shown: not
//! that a unit prepares one, not what has moved since.

use domain::conformity::{DeclarationFact, DeclarationPart, DeclarationState};
use domain::id::ConformityDeclarationId;
use entities::{conformity_declaration as declaration, conformity_fact as fact, unit};
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    QueryTrait as _,
};

use super::scope::{self, Scope};
use super::{Listed, access, papers};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Download, Slice};

fn announced() -> SelectStatement {
    Query::select()
        .column(fact::Column::DeclarationId)
        .from(fact::Entity)
        .and_where(fact::Column::Fact.eq(DeclarationFact::Announced))
        .to_owned()
}

/// Declarations that everybody may read.
fn public() -> Condition {
    Condition::all()
        .add(declaration::Column::State.is_in(access::IN_FORCE_ONCE))
        .add(declaration::Column::Id.in_subquery(announced()))
}

/// Declarations that one in force has replaced which is not announced yet: until it is, they are the last that
/// everybody was told of.
fn awaiting() -> Condition {
    let unannounced = Query::select()
        .column(declaration::Column::PredecessorId)
        .from(declaration::Entity)
        .and_where(declaration::Column::State.eq(DeclarationState::InForce))
        .and_where(declaration::Column::PredecessorId.is_not_null())
        .and_where(declaration::Column::Id.not_in_subquery(announced()))
        .to_owned();
    Condition::all()
        .add(declaration::Column::State.eq(DeclarationState::Replaced))
        .add(declaration::Column::Id.in_subquery(unannounced))
}

/// Declarations in force by the agency's name, and those whose successor is not announced yet: three statements,
/// whatever the size.
///
/// # Errors
/// The database's.
pub async fn list(db: &impl ConnectionTrait, q: Option<&str>, slice: &Slice) -> Result<Vec<Listed>> {
    use declaration::Column;
    let words = q.map(domain::text::fold).filter(|words| !words.is_empty());
    let named = words.map(|words| {
        let units = unit::Entity::find().select_only().column(unit::Column::Id).filter(unit::Column::SearchText.contains(words));
        Column::UnitId.in_subquery(units.into_query())
    });
    let rows = declaration::Entity::find()
        .filter(public())
        .filter(Condition::any().add(Column::State.eq(DeclarationState::InForce)).add(awaiting()))
        .filter(Condition::all().add_option(named))
        .filter(slice.after(Column::UnitName, Column::Id, false))
        .order_by_asc(Column::UnitName)
        .order_by_asc(Column::Id)
        .limit(slice.fetch())
        .all(db)
        .await?;
    super::listed(db, rows).await
}

/// A declaration as everybody reads it.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The declaration.
    pub listed: Listed,
    /// Its annex.
    pub scope: Scope,
    /// The announced declaration that holds in its place.
    pub instead: Option<declaration::Model>,
    /// What holds in its place is not announced yet.
    pub awaits: bool,
    /// The papers that can be fetched.
    pub files: Vec<DeclarationPart>,
}

/// An announced declaration at its lasting address.
///
/// # Errors
/// 404 for any other.
pub async fn find(db: &impl ConnectionTrait, id: ConformityDeclarationId) -> Result<Shown> {
    let row = declaration::Entity::find_by_id(id).filter(public()).one(db).await?.ok_or(Error::NotFound)?;
    let scope = scope::of(db, &row, row.issued_on.ok_or(Error::NotFound)?).await?;
    let instead = declaration::Entity::find()
        .filter(public())
        .filter(declaration::Column::UnitId.eq(row.unit_id))
        .filter(declaration::Column::State.eq(DeclarationState::InForce))
        .filter(declaration::Column::Id.ne(id))
        .one(db)
        .await?;
    let awaits = declaration::Entity::find_by_id(id).filter(awaiting()).one(db).await?.is_some();
    let mut files = Vec::new();
    for part in DeclarationPart::ALL {
        if papers::final_of(db, &row, *part).await?.is_some() {
            files.push(*part);
        }
    }
    Ok(Shown { scope, instead, awaits, files, listed: super::listed(db, vec![row]).await?.pop().ok_or(Error::NotFound)? })
}

/// A paper of an announced declaration, with its number.
///
/// # Errors
/// 404 for any other, damaged storage.
pub async fn file(app: &App, id: ConformityDeclarationId, part: DeclarationPart) -> Result<Download> {
    let db = app.store.read();
    let row = declaration::Entity::find_by_id(id).filter(public()).one(db).await?.ok_or(Error::NotFound)?;
    let paper = papers::final_of(db, &row, part).await?.ok_or(Error::NotFound)?;
    papers::download(app, paper).await
}
