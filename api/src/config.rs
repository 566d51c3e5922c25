//! Configuration: `defaults.toml`, then a file, then `CHUAN__SECTION__KEY`. Unknown keys are errors.

use std::path::Path;

use figment::{
    Figment,
    providers::{Env, Format, Toml},
};
use serde::Deserialize;

/// All settings, each documented in `api/defaults.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Listening, addresses, limits.
    pub server: Server,
    /// The database.
    pub database: Database,
    /// Where evidence is kept.
    pub evidence: Evidence,
    /// How mail leaves.
    pub mail: Mail,
    /// Background work.
    pub jobs: Jobs,
    /// Sessions and limits.
    pub sign_in: SignIn,
    /// What kind of installation this is.
    pub install: Install,
}

/// `[server]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    pub listen: String,
    pub public_url: String,
    pub max_body_bytes: usize,
    pub request_timeout_s: u64,
    pub trusted_proxy: String,
}

/// `[database]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    pub url: String,
    pub max_connections: u32,
    pub url_file: String,
    pub unsafe_durability: bool,
}

/// `[evidence]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    pub storage: Storage,
    pub folder: String,
    pub max_bytes: u64,
    pub upload_folder: String,
    pub s3_endpoint: String,
    pub s3_bucket: String,
    pub s3_region: String,
    pub s3_access_key: String,
    pub s3_secret_key_file: String,
}

/// Kinds of evidence storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Storage {
    File,
    S3,
}

/// `[mail]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    pub transport: Transport,
    pub folder: String,
    pub from: String,
    pub smtp_host: String,
    pub smtp_port: u16,
    pub smtp_tls: Tls,
    pub smtp_user: String,
    pub smtp_password_file: String,
    pub timeout_s: u64,
}

/// Kinds of mail transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transport {
    Smtp,
    Folder,
}

/// How the SMTP connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tls {
    None,
    Starttls,
    Tls,
}

/// `[jobs]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Jobs {
    pub workers: usize,
    pub lease_s: i64,
    pub poll_ms: u64,
}

/// `[sign_in]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    pub idle_minutes: i64,
    pub absolute_hours: i64,
    pub failures_per_quarter_hour: u64,
    pub attempts_per_minute_and_address: u64,
}

/// `[install]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Install {
    pub production: bool,
    pub sample_world_beyond_loopback: bool,
}

impl Config {
    /// Reads the defaults, `file` if given, and the environment.
    ///
    /// # Errors
    /// An unreadable file, an unknown key, a value of the wrong type, or a combination that
    /// production refuses; the message names the key.
    pub fn load(file: Option<&Path>) -> anyhow::Result<Self> {
        let mut figment = Figment::from(Toml::string(include_str!("../defaults.toml")));
        if let Some(file) = file {
            anyhow::ensure!(file.exists(), "configuration file {} does not exist", file.display());
            figment = figment.merge(Toml::file_exact(file));
        }
        let mut config: Self = figment
            .merge(Env::prefixed("CHUAN__").split("__"))
            .extract()
            .map_err(|error| anyhow::anyhow!("configuration: {error}"))?;
        if let Some(url) = secret(&config.database.url_file, "database.url_file")? {
            config.database.url = url;
        }
        anyhow::ensure!(
            !(config.install.production && config.mail.transport != Transport::Smtp),
            "configuration: mail.transport must be smtp when install.production is true"
        );
        Ok(config)
    }

    /// Whether the database is the embedded one.
    #[must_use]
    pub fn embedded(&self) -> bool {
        self.database.url.starts_with("sqlite:")
    }

    /// Whether cookies may only travel over TLS.
    #[must_use]
    pub fn secure_cookies(&self) -> bool {
        self.server.public_url.starts_with("https://")
    }
}

/// The content of a secret file, `None` when no file is configured.
///
/// # Errors
/// The file cannot be read; the message names the key.
pub fn secret(path: &str, key: &str) -> anyhow::Result<Option<String>> {
    if path.is_empty() {
        return Ok(None);
    }
    std::fs::read_to_string(path)
        .map(|text| Some(text.trim().to_owned()))
        .map_err(|error| anyhow::anyhow!("configuration: {key}: {path}: {error}"))
}
