//! Reminders and the mail ledger: planned from state, one mail a person and day.

pub mod http;
pub mod pages;

use entities::mail;

use crate::app::App;
use crate::error::Result;
use crate::mail::Letter;

/// The words and address of a mail as things stand now; `None` when it is not needed any more.
///
/// # Errors
/// The database's.
pub async fn letter(_app: &App, _row: &mail::Model) -> Result<Option<Letter>> {
    Ok(None)
}
