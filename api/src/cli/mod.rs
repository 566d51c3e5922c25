//! The commands beside `serve`, one file each.

pub mod admin;
pub mod deadline;
pub mod doctor;
pub mod import;
pub mod score;

use api::clock::Clock;
use api::config::Config;
use api::error::{Error, Result};
use api::store::Store;

/// The database on a schema that is up to date, for commands that need nothing else.
pub async fn store(config: &Config) -> anyhow::Result<Store> {
    let store = Store::open(config, Clock::system()).await?;
    if config.embedded() {
        store.migrate().await?;
        api::installation::load_reference(&store).await?;
    }
    let pending = store.pending_migrations().await?;
    anyhow::ensure!(pending == 0, "{pending} migrations are pending; run `chuan migrate` first");
    Ok(store)
}

/// A refusal in the words of the catalogue; wrong fields all at once.
pub fn said<T>(outcome: Result<T>) -> anyhow::Result<T> {
    outcome.map_err(|error| {
        let words = match render::Catalogue::embedded() {
            Ok(words) => words,
            Err(broken) => return broken.into(),
        };
        let say = |key: String, params: &[(&'static str, String)]| words.get(render::Lang::Vi, &key, params);
        match &error {
            Error::Rule(refused) => anyhow::anyhow!(say(format!("rule.{}", refused.code), &refused.params)),
            Error::Invalid(fields) => {
                let lines = fields
                    .iter()
                    .map(|wrong| format!("{}: {}", wrong.field, say(format!("error.{}", wrong.code), &wrong.params)));
                anyhow::anyhow!(lines.collect::<Vec<_>>().join("\n"))
            }
            _ => error.into(),
        }
    })
}
