//! The one integration binary: every test goes through the whole HTTP stack.

mod people;
mod evidence;
mod visit;
