//! Official papers: their data, rendering as jobs, registration of numbers.

pub mod http;
pub mod pages;
