//! The one integration binary: every test goes through the whole HTTP stack.

mod calendar;
mod checklists;
mod corrective_actions;
mod criteria;
mod events;
mod evidence;
mod faults;
mod findings;
mod inspections;
mod jobs;
mod journey;
mod lists;
mod mail;
mod openapi;
mod people;
mod programmes;
mod reminders;
mod reports;
mod s3;
mod sample;
mod store;
mod support;
mod units;
mod visit;
mod work;
