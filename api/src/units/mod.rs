//! Units in time: the tree as of any date, import, succession.

pub mod http;
pub mod pages;

use chrono::NaiveDate;
use domain::id::UnitId;
use domain::record::Subject;
use entities::{unit, unit_kind, unit_level, unit_path};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _};

use crate::error::{Error, Result, unique};
use crate::store::{Event, Tx};

/// A unit to be created for one span of validity.
#[derive(Clone, Debug)]
pub struct NewUnit {
    /// Official or own code.
    pub code: String,
    /// Code of its kind.
    pub kind_code: String,
    /// Full name.
    pub name: String,
    /// The unit above it.
    pub parent_id: Option<UnitId>,
    /// First day.
    pub valid_from: NaiveDate,
    /// Last day, inclusive.
    pub valid_to: Option<NaiveDate>,
    /// Where it comes from.
    pub source: Option<String>,
    /// Invented for the sample world.
    pub sample: bool,
}

/// Creates a unit and its lines of the closure.
///
/// # Errors
/// The same code already begins on that day.
pub async fn create(tx: &Tx, new: NewUnit) -> Result<unit::Model> {
    let row = unit::ActiveModel {
        id: Set(tx.id::<UnitId>()),
        search_text: Set(domain::text::fold(&format!("{} {}", new.name, new.code))),
        code: Set(new.code),
        kind_code: Set(new.kind_code),
        name: Set(new.name),
        parent_id: Set(new.parent_id),
        valid_from: Set(new.valid_from),
        valid_to: Set(new.valid_to),
        source: Set(new.source),
        sample: Set(new.sample),
        version: Set(1),
    }
    .insert(tx.db())
    .await
    .map_err(unique("unit", "code", "code"))?;
    let mut paths = vec![path(row.id, row.id, 0, row.valid_from, row.valid_to)];
    if let Some(parent) = row.parent_id {
        let above = unit_path::Entity::find().filter(unit_path::Column::DescendantId.eq(parent)).all(tx.db()).await?;
        paths.extend(above.into_iter().map(|up| {
            let to = [up.valid_to, row.valid_to].into_iter().flatten().min();
            path(up.ancestor_id, row.id, up.depth + 1, std::cmp::max(up.valid_from, row.valid_from), to)
        }));
    }
    unit_path::Entity::insert_many(paths).exec_without_returning(tx.db()).await?;
    tx.record(Event::on("unit.created", Subject::Unit, row.id.0).unit(row.id).after(&row));
    Ok(row)
}

fn path(ancestor: UnitId, descendant: UnitId, depth: i32, from: NaiveDate, to: Option<NaiveDate>) -> unit_path::ActiveModel {
    unit_path::ActiveModel {
        ancestor_id: Set(ancestor),
        descendant_id: Set(descendant),
        depth: Set(depth),
        valid_from: Set(from),
        valid_to: Set(to),
    }
}

/// A unit by id.
///
/// # Errors
/// 404 when there is none.
pub async fn find(db: &impl ConnectionTrait, id: UnitId) -> Result<unit::Model> {
    unit::Entity::find_by_id(id).one(db).await?.ok_or(Error::NotFound)
}

/// Levels and kinds of units (`data/unit-kinds.yaml`), loaded at every migration; known ones are kept up to date.
///
/// # Errors
/// The data file is broken, or the database's.
pub async fn load_reference(tx: &Tx) -> Result<()> {
    let data: Reference = serde_saphyr::from_str(include_str!("../../../data/unit-kinds.yaml"))
        .map_err(|error| Error::Internal(anyhow::anyhow!("data/unit-kinds.yaml: {error}")))?;
    for level in data.levels {
        let row = unit_level::ActiveModel { code: Set(level.code), name: Set(level.name), rank: Set(level.rank) };
        let known = OnConflict::column(unit_level::Column::Code)
            .update_columns([unit_level::Column::Name, unit_level::Column::Rank])
            .to_owned();
        unit_level::Entity::insert(row).on_conflict(known).exec_without_returning(tx.db()).await?;
    }
    for kind in data.kinds {
        let row = unit_kind::ActiveModel { code: Set(kind.code), name: Set(kind.name), level_code: Set(kind.level) };
        let known = OnConflict::column(unit_kind::Column::Code)
            .update_columns([unit_kind::Column::Name, unit_kind::Column::LevelCode])
            .to_owned();
        unit_kind::Entity::insert(row).on_conflict(known).exec_without_returning(tx.db()).await?;
    }
    Ok(())
}

#[derive(serde::Deserialize)]
struct Reference {
    levels: Vec<Level>,
    kinds: Vec<Kind>,
}

#[derive(serde::Deserialize)]
struct Level {
    code: String,
    name: String,
    rank: i32,
}

#[derive(serde::Deserialize)]
struct Kind {
    code: String,
    name: String,
    level: String,
}
