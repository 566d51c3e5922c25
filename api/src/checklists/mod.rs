//! Versioned checklist templates: import, copy, publish.

pub mod http;
pub mod pages;
