//! Evidence: content-addressed bytes on disk (or S3), and the rows that attach them to records.

mod blobs;
pub mod http;
pub mod pages;

pub use blobs::{Blobs, Stored};
