//! What waits for the caller: one list over all areas.

pub mod duties;
pub mod http;
pub mod pages;
