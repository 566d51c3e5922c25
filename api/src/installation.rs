//! Facts about this installation, kept as settings.

use entities::setting;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};

use crate::error::Result;
use crate::store::{Store, Writer};

/// Whether the sample world is loaded.
pub const SAMPLE_WORLD: &str = "sample_world";

/// A yes-or-no setting; absent is no.
///
/// # Errors
/// The database's.
pub async fn flag(db: &impl ConnectionTrait, key: &str) -> Result<bool> {
    let row = setting::Entity::find_by_id(key).one(db).await?;
    Ok(row.is_some_and(|row| row.value == serde_json::Value::Bool(true)))
}

/// Whether nobody is registered yet.
///
/// # Errors
/// The database's.
pub async fn is_empty(db: &impl ConnectionTrait) -> Result<bool> {
    Ok(entities::person::Entity::find().one(db).await?.is_none())
}

/// Sets a setting.
///
/// # Errors
/// The database's.
pub async fn set(db: &impl ConnectionTrait, key: &str, value: serde_json::Value) -> Result<()> {
    let row = setting::ActiveModel { key: Set(key.to_owned()), value: Set(value) };
    setting::Entity::insert(row)
        .on_conflict(OnConflict::column(setting::Column::Key).update_column(setting::Column::Value).to_owned())
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// Loads the reference data that comes with the program: kinds of units and what other areas bring.
/// Runs after every migration; what is there already stays or is brought up to date.
///
/// # Errors
/// A broken data file, or the database's.
pub async fn load_reference(store: &Store) -> Result<()> {
    store
        .write(Writer::Cli, |tx| async move {
            crate::units::load_reference(&tx).await?;
            crate::calendar::data::load_reference(&tx).await?;
            crate::standards::load_reference(&tx).await?;
            crate::checklists::load_reference(&tx).await?;
            Ok(())
        })
        .await
}
