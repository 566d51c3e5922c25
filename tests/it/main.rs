//! The one integration binary: every test goes through the whole HTTP stack.

mod calendar;
mod events;
mod openapi;
mod people;
mod reports;
mod sample;
mod evidence;
mod visit;
mod work;
mod jobs;
mod mail;
mod store;
mod units;
