//! Findings: raised from lines, answered, disputed, upheld or withdrawn.

pub mod http;
pub mod pages;
