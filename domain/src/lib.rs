//! The rules of Chuẩn: pure, exact and table-tested. No async, no clock, no database, no HTTP.
//!
//! Ids, codes and states are declared here once. The features `orm` and `openapi` only add
//! derives, so that rows, API values and templates speak of the same types.

#![deny(clippy::float_arithmetic, missing_docs)]

#[macro_use]
mod code;

pub mod calendar;
pub mod checklist;
pub mod conformity;
pub mod corrective_action;
pub mod document;
pub mod dossier;
pub mod draft;
pub mod edition;
pub mod evidence;
pub mod finding;
pub mod id;
pub mod independence;
pub mod index;
pub mod inspection;
pub mod management_review;
pub mod objective;
pub mod paper;
pub mod permission;
pub mod record;
pub mod reminder;
pub mod round;
pub mod rule;
pub mod scoring;
pub mod succession;
pub mod survey;
pub mod text;
pub mod time;
pub mod year_work;

#[cfg(test)]
mod messages;
