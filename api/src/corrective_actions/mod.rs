//! Corrective actions: plan, doing, verification, effect, later dates.

pub mod http;
pub mod pages;
