//! The one integration binary: every test goes through the whole HTTP stack.

mod calendar;
mod events;
mod corrective_actions;
mod findings;
mod journey;
mod openapi;
mod people;
mod reports;
mod s3;
mod support;
mod sample;
mod evidence;
mod visit;
mod work;
mod jobs;
mod faults;
mod mail;
mod reminders;
mod store;
mod units;
mod checklists;
mod inspections;
mod programmes;
