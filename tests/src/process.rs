//! The real program as a process of its own, to be killed.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// A running `chuan serve`; killed with this value.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// Its address, `http://127.0.0.1:…`.
    pub url: String,
}

/// The program beside the test's own executable, built now if need be.
#[must_use]
pub fn binary() -> PathBuf {
    static BUILT: std::sync::OnceLock<PathBuf> = std::sync::OnceLock::new();
    BUILT
        .get_or_init(|| {
            let own = std::env::current_exe().unwrap();
            let target = own.ancestors().nth(3).unwrap();
            let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
            // The workspace, so that features are those of the test run and nothing is built twice.
            let mut build = std::process::Command::new(cargo);
            // What cargo told this test would make some build scripts think their world had changed, and half the
            // dependencies would be built again, there and back.
            for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CARGO") && name != "CARGO_HOME") {
                build.env_remove(name);
            }
            let built = build
                .args(["build", "--quiet", "--workspace", "--bin", "chuan"])
                .env("CARGO_TARGET_DIR", target)
                .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
                .status()
                .unwrap();
            assert!(built.success(), "cargo build");
            own.ancestors().nth(2).unwrap().join("chuan")
        })
        .clone()
}

/// Settings for a process on `url` in `folder`.
#[must_use]
pub fn settings(folder: &Path, url: &str) -> Vec<(String, String)> {
    let path = |name: &str| folder.join(name).display().to_string();
    let pairs = [
        ("SERVER__LISTEN", "127.0.0.1:0".to_owned()),
        ("DATABASE__URL", url.to_owned()),
        ("DATABASE__UNSAFE_DURABILITY", "true".to_owned()),
        ("EVIDENCE__FOLDER", path("evidence")),
        ("EVIDENCE__UPLOAD_FOLDER", path("uploads")),
        ("MAIL__FOLDER", path("mail")),
        ("SIGN_IN__ATTEMPTS_PER_MINUTE_AND_ADDRESS", "10000".to_owned()),
    ];
    pairs.map(|(key, value)| (format!("CHUAN__{key}"), value)).to_vec()
}

impl Server {
    /// Starts it and waits until it listens.
    pub async fn start(settings: &[(String, String)]) -> Self {
        let mut child = Command::new(binary())
            .arg("serve")
            .envs(settings.iter().cloned())
            .env("RUST_LOG", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let url = loop {
            let line =
                tokio::time::timeout(Duration::from_secs(60), lines.next_line()).await.expect("no address within a minute");
            let line = line.unwrap().expect("ended before it listened");
            if let Some(url) = line.strip_prefix("chuan: ") {
                break url.to_owned();
            }
        };
        // Keeps the pipe open and empty.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self { child, url }
    }

    /// SIGKILL: no farewell, no flush.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }
}
