//! Use cases, HTTP API, pages, jobs and configuration of Chuẩn.
//!
//! By area: each has `mod.rs` (use cases, plain functions) with thin adapters over it:
//! `http.rs` (JSON API), `pages.rs` (Vietnamese pages), `jobs.rs` (background work).

pub mod app;
pub mod auth;
pub mod calendar;
pub mod checklists;
pub mod clock;
pub mod config;
pub mod conformity;
pub mod corrective_actions;
pub mod criteria;
pub mod documents;
pub mod dossiers;
pub mod error;
pub mod events;
pub mod evidence;
pub mod findings;
pub mod health;
pub mod http;
pub mod inspections;
pub mod installation;
pub mod jobs;
pub mod mail;
pub mod management_reviews;
pub mod objectives;
pub mod people;
pub mod programmes;
pub mod reminders;
pub mod reports;
pub mod rounds;
pub mod sample;
pub mod server;
pub mod standards;
pub mod store;
pub mod surveys;
pub mod units;
pub mod web;
pub mod work;
pub mod year_work;

use poem::Route;

/// Every page, by area.
#[must_use]
pub fn pages() -> Route {
    let areas: [fn(Route) -> Route; 24] = [
        web::assets::routes,
        people::pages::routes,
        units::pages::routes,
        calendar::pages::routes,
        standards::pages::routes,
        checklists::pages::routes,
        criteria::pages::routes,
        programmes::pages::routes,
        inspections::pages::routes,
        findings::pages::routes,
        corrective_actions::pages::routes,
        documents::pages::routes,
        conformity::pages::routes,
        dossiers::pages::routes,
        evidence::pages::routes,
        reports::pages::routes,
        reminders::pages::routes,
        events::pages::routes,
        work::pages::routes,
        year_work::pages::routes,
        surveys::pages::routes,
        rounds::pages::routes,
        objectives::pages::routes,
        management_reviews::pages::routes,
    ];
    areas.into_iter().fold(Route::new(), |tree, area| area(tree))
}
