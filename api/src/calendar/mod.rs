//! The public-sector calendar and deadlines counted by it; standards and their clauses.

pub mod http;
pub mod pages;
