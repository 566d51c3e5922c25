//! CCHC scores: exact, explained, reproducible. No floats, no clock, no database.
//!
//! A [`CriteriaSet`] is read from a file ([`mod@file`]), checked ([`fn@check`]), and turns a [`Unit`]'s
//! declared values into a [`UnitScore`] whose every line explains itself. Ranks ([`fn@rank`]) compare
//! exact numbers.

mod check;
mod diff;
mod exact;
mod expr;
pub mod file;
mod inputs;
mod plausible;
mod rank;
mod reach;
mod rule;
mod score;
mod set;
#[cfg(test)]
mod tests;
mod tree;
mod words;

pub use check::check;
pub use diff::{Aspect, Difference, Fate, HARSH_BELOW_PERCENT, Move, Odd, Oddity, diff, moves, odd_criteria};
pub use exact::{Exact, NotANumber, RoundingMode, STORED_PLACES};
pub use expr::{Expr, NoValue, NotUnderstood};
pub use inputs::{Entry, Unit, Value};
pub use plausible::{JUMP_FACTOR, JUMP_LEAST, SAME_FROM, jumps, same_figures};
pub use rank::{Contender, Place, breakers, rank};
pub use reach::{Change, Reach, within_reach};
pub use rule::{HOW_CODES, Points, Said, WARNING_CODES, Warning, Word};
pub use score::{ENGINE, FieldSum, Line, UnitScore, add_up, line, preview, score};
pub use set::*;
pub use tree::{Scalar, Tree};
pub use words::{RULE_CODES, rule_words};

/// Every field code of this module.
pub const FIELD_CODES: &[&[&str]] = &[file::FIELD_CODES, check::FIELD_CODES, rule::FIELD_CODES];
