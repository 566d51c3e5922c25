//! The audit trail.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::part::Listing;
use crate::View;

/// Something that was done.
#[derive(Clone, Debug, Serialize)]
pub struct EventRow {
    /// When.
    pub at: DateTime<Utc>,
    /// What, in words.
    pub what: String,
    /// To which record: its page, when there is one.
    pub href: Option<String>,
    /// Who, or which job.
    pub who: String,
    /// Unit.
    pub unit: Option<String>,
    /// Fields that changed: name, old, new. Empty for who sees no values.
    pub changes: Vec<(String, String, String)>,
    /// The reason given.
    pub reason: Option<String>,
}

/// The audit trail, newest first.
#[derive(Clone, Debug, Serialize)]
pub struct Events {
    /// The list.
    pub list: Listing<EventRow>,
    /// First day shown, as typed.
    pub from: String,
    /// Last day shown, as typed.
    pub to: String,
    /// Other query parameters to keep.
    pub keep: Vec<(String, String)>,
}

impl View for Events {
    const TEMPLATE: &'static str = "events/list.html";

    fn samples() -> Vec<Self> {
        let row = EventRow {
            at: DateTime::default(),
            what: "Sửa tên đơn vị".to_owned(),
            href: Some("/don-vi/x".to_owned()),
            who: "Quản trị nghiệp vụ tỉnh Mẫu".to_owned(),
            unit: Some("Xã Bình Mẫu".to_owned()),
            changes: vec![("name".to_owned(), "Xã Bình Mẫu".to_owned(), "Xã Bình Mẫu Bắc".to_owned())],
            reason: Some("Ghi sai tên".to_owned()),
        };
        let bare = EventRow { href: None, unit: None, changes: Vec::new(), reason: None, ..row.clone() };
        let keep = vec![("loai".to_owned(), "unit".to_owned())];
        vec![
            Self { list: Listing::plain(vec![row, bare]), from: "2026-11-16".to_owned(), to: String::new(), keep },
            Self { list: Listing::plain(Vec::new()), from: String::new(), to: String::new(), keep: Vec::new() },
        ]
    }
}
