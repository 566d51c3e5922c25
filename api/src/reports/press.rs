//! Where papers are set: one at a time, from frozen data, into storage. Every job that renders ends here.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use render::papers::{Paper, PaperError, Pdf};
use serde_json::{Value as Json, json};
use tokio::sync::Semaphore;

use crate::app::App;
use crate::error::{Error, Result};
use crate::evidence::Stored;
use crate::jobs::{TRIES, Work};

/// Setting a paper takes the processor and much memory: one at a time in a process.
static DESK: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(1));

/// A paper that was set and stored.
#[derive(Debug)]
pub(crate) struct Pressed {
    /// The file, with what must be recorded beside it.
    pub pdf: Pdf,
    /// Where its bytes are.
    pub stored: Stored,
}

impl Pressed {
    /// What the trail keeps of it.
    pub(crate) fn facts(&self) -> BTreeMap<&'static str, Json> {
        let Self { pdf, stored } = self;
        BTreeMap::from([
            ("sha256", json!(stored.sha256)),
            ("pages", json!(pdf.pages)),
            ("template_version", json!(pdf.template_version)),
            ("font_hash", json!(pdf.font_hash)),
        ])
    }
}

/// Sets the paper of frozen data and stores it; the inner error says why it can never be made.
///
/// # Errors
/// Storage away, or the process going down: the job tries again.
pub(crate) async fn press(app: &App, data: &Json, work: &Work) -> Result<std::result::Result<Pressed, String>> {
    let paper: Paper = match serde_json::from_value(data.clone()) {
        Ok(paper) => paper,
        Err(error) => return Ok(Err(format!("data: {error}"))),
    };
    let pdf = match set(paper).await? {
        Ok(pdf) => pdf,
        Err(error) => return Ok(Err(error.to_string())),
    };
    match app.blobs.put(pdf.bytes.clone()).await {
        Ok(stored) => Ok(Ok(Pressed { pdf, stored })),
        Err(error) if work.attempt >= TRIES => Ok(Err(error.to_string())),
        Err(error) => Err(error),
    }
}

/// Sets a paper, one at a time in a process.
///
/// # Errors
/// The process is going down; what is wrong with the paper itself is in the inner result.
pub(crate) async fn set(paper: Paper) -> Result<std::result::Result<Pdf, PaperError>> {
    let _alone = DESK.acquire().await.map_err(|error| Error::Internal(error.into()))?;
    tokio::task::spawn_blocking(move || render::papers::render(&paper)).await.map_err(|error| Error::Internal(error.into()))
}
