//! Inspections: plan, team, visit, lines, minutes, report, conclusion.

pub mod access;
pub mod http;
pub mod pages;
