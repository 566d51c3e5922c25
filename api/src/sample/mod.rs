//! The sample world (thế giới mẫu): loaded and removed by one command each. Everything invented
//! stands on the fictional tỉnh Mẫu; people are named by their function.

mod base;
mod documents;
mod figures;
mod remove;
mod review;
mod rounds;
mod story;
mod year;

use std::collections::BTreeMap;

use domain::id::{PersonId, UnitId};

use crate::app::App;
use crate::error::{Error, Result};
use crate::installation::{SAMPLE_WORLD, set};
use crate::store::{Store, Writer};

pub use base::{LOGINS, PASSWORD, UNITS};
pub use remove::remove;

/// Units and people of the sample world by code and login.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct World {
    /// Units by code.
    pub units: BTreeMap<String, UnitId>,
    /// People by login.
    pub people: BTreeMap<String, PersonId>,
}

/// Loads the sample world into an empty installation: people and units, and the story of their year, told with the
/// application's clock (which must be a fixed one) moving through the past months.
///
/// # Errors
/// 409 when there are people already.
pub async fn load(app: &App) -> Result<()> {
    let world = load_base(&app.store).await?;
    // The one-stop desk's figures first: sheets count them.
    figures::tell(app, &world).await?;
    story::tell(app, &world).await
}

/// Units, people, roles and the published sample set of criteria only: what tests start from.
///
/// # Errors
/// 409 when there are people already.
pub async fn load_base(store: &Store) -> Result<World> {
    let hash = crate::auth::password::hash(PASSWORD).await?;
    store
        .write(Writer::Cli, move |tx| async move {
            let world = base::load(&tx, &hash).await?;
            crate::criteria::sets::publish_sample(&tx, unit_of(&world, "MAU")?).await?;
            set(tx.db(), SAMPLE_WORLD, true.into()).await?;
            Ok(world)
        })
        .await
}

/// The logins of the sample world, for the sign-in page and `make run`.
#[must_use]
pub fn logins() -> Vec<render::views::entry::SampleLogin> {
    LOGINS
        .iter()
        .filter(|person| person.show)
        .map(|person| render::views::entry::SampleLogin {
            login: person.login.to_owned(),
            password: PASSWORD.to_owned(),
            who: person.name.to_owned(),
        })
        .collect()
}

/// The unit of a sample code.
///
/// # Errors
/// No such code.
pub fn unit_of(world: &World, code: &str) -> Result<UnitId> {
    world.units.get(code).copied().ok_or(Error::NotFound)
}
