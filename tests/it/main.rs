//! The one integration binary: every test goes through the whole HTTP stack.

mod openapi;
mod people;
mod reports;
mod sample;
mod evidence;
mod visit;
