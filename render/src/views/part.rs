//! Pieces that many pages are made of; each is drawn by the partial of the same name in
//! `templates/part/`.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

/// A due date (`due.html`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Due {
    /// Last day, a civil date in Vietnam.
    pub on: NaiveDate,
    /// Working days left; negative when past; `None` when nobody counts any more.
    pub days_left: Option<i64>,
    /// Whether the day has passed with the thing undone.
    pub overdue: bool,
    /// Whether the count touches a year without a published calendar («tạm tính»).
    pub provisional: bool,
}

/// How urgently a state wants attention; always shown beside its words (`badge.html`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Tone {
    /// Nothing special.
    #[default]
    Neutral,
    /// Under way.
    Info,
    /// In order.
    Good,
    /// Wants a look.
    Warn,
    /// Wrong.
    Bad,
}

/// Where a record stands and whose turn it is (`stage.html`).
#[derive(Clone, Debug, Serialize)]
pub struct Stage {
    /// The stages in order.
    pub steps: Vec<StageStep>,
    /// Who has to act now; `None` when nobody.
    pub holder: Option<String>,
    /// By when.
    pub due: Option<Due>,
    /// What happens next, a sentence.
    pub next: Option<String>,
}

/// One stage.
#[derive(Clone, Debug, Serialize)]
pub struct StageStep {
    /// Its name.
    pub label: String,
    /// How far it is.
    pub state: StageState,
}

/// How far a stage is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum StageState {
    /// Behind us.
    Done,
    /// Here.
    Current,
    /// Ahead.
    Todo,
    /// Will not be, or was not, passed.
    Skipped,
}

/// A file of proof (`evidence.html`).
#[derive(Clone, Debug, Serialize)]
pub struct EvidenceFile {
    /// File name as uploaded.
    pub name: String,
    /// Where it is fetched.
    pub href: String,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 in lower-case hexadecimal.
    pub sha256: String,
    /// When it arrived.
    pub added_at: DateTime<Utc>,
    /// Who brought it.
    pub added_by: String,
    /// What it shows, as the person described it.
    pub note: Option<String>,
}

/// One thing that happened to a record (`timeline.html`).
#[derive(Clone, Debug, Serialize)]
pub struct TimelineItem {
    /// When.
    pub at: DateTime<Utc>,
    /// Who, or which job.
    pub who: String,
    /// What, a sentence.
    pub what: String,
    /// The reason given.
    pub reason: Option<String>,
}

/// A list of records with what steers it (`table.html`).
#[derive(Clone, Debug, Serialize)]
pub struct Listing<T> {
    /// The rows of this page.
    pub rows: Vec<T>,
    /// Ways to the other pages.
    pub pager: Pager,
    /// Quick filters above the table.
    pub chips: Vec<Chip>,
    /// The search box; `None` where nothing is searched.
    pub search: Option<Search>,
    /// Address without filters and search; `None` when there are none. Decides which text an
    /// empty list shows.
    pub clear: Option<String>,
}

impl<T> Listing<T> {
    /// A short list: all rows on one page, nothing to filter.
    #[must_use]
    pub fn plain(rows: Vec<T>) -> Self {
        Self { rows, pager: Pager::default(), chips: Vec::new(), search: None, clear: None }
    }
}

/// Ready-made links to other pages of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Pager {
    /// The following page, if there is one.
    pub next: Option<String>,
    /// The first page, if this is another.
    pub first: Option<String>,
}

/// A quick filter.
#[derive(Clone, Debug, Serialize)]
pub struct Chip {
    /// Its words.
    pub label: String,
    /// The list with this filter switched.
    pub href: String,
    /// Whether it is on.
    pub active: bool,
    /// How many rows it leaves, when known.
    pub count: Option<u64>,
}

/// A search box.
#[derive(Clone, Debug, Serialize)]
pub struct Search {
    /// The list's address without query.
    pub action: String,
    /// What was searched.
    pub q: String,
    /// Other query parameters to keep.
    pub keep: Vec<(String, String)>,
}

/// A choice of a select, radio or check field (`form.html`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
}

impl Choice {
    /// A choice.
    #[must_use]
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into() }
    }
}
