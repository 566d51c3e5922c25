//! Yearly programmes of inspections.

pub mod http;
pub mod pages;
