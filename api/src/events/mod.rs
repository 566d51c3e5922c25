//! The audit trail, read.

pub mod http;
pub mod pages;
