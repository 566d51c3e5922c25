//! The schema's history: forward only, each step in a transaction, frozen once released.
//!
//! Knows neither `entities` nor `domain`: history must not change when a struct does.

pub use sea_orm_migration::{MigrationTrait, MigratorTrait};

mod ddl;
mod m20261122_000001_reference;
mod m20261122_000002_people;
mod m20261122_000003_ground;
mod m20261122_000004_checklists;
mod m20261122_000005_inspections;
mod m20261122_000006_findings;
mod m20261122_000007_corrective_actions;
mod m20261122_000008_evidence;
mod m20261122_000009_reports;
mod m20261122_000010_dossiers;
mod m20261122_000011_year_work;
mod m20261122_000012_scores;
mod m20261122_000013_index_results;
mod m20261122_000014_lost_points;
mod m20261122_000015_documents;
mod m20261122_000016_cited;
mod m20261122_000017_conformity;
mod m20261122_000018_reviews;
mod m20261122_000019_change_lists;
mod m20261122_000020_editions;
mod m20261122_000021_document_links;

/// All steps, oldest first.
#[derive(Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261122_000001_reference::Migration),
            Box::new(m20261122_000002_people::Migration),
            Box::new(m20261122_000003_ground::Migration),
            Box::new(m20261122_000004_checklists::Migration),
            Box::new(m20261122_000005_inspections::Migration),
            Box::new(m20261122_000006_findings::Migration),
            Box::new(m20261122_000007_corrective_actions::Migration),
            Box::new(m20261122_000008_evidence::Migration),
            Box::new(m20261122_000009_reports::Migration),
            Box::new(m20261122_000010_dossiers::Migration),
            Box::new(m20261122_000011_year_work::Migration),
            Box::new(m20261122_000012_scores::Migration),
            Box::new(m20261122_000013_index_results::Migration),
            Box::new(m20261122_000014_lost_points::Migration),
            Box::new(m20261122_000015_documents::Migration),
            Box::new(m20261122_000016_cited::Migration),
            Box::new(m20261122_000017_conformity::Migration),
            Box::new(m20261122_000018_reviews::Migration),
            Box::new(m20261122_000019_change_lists::Migration),
            Box::new(m20261122_000020_editions::Migration),
            Box::new(m20261122_000021_document_links::Migration),
        ]
    }
}
