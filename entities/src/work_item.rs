//! A row of the register of the year's work: what it is and which columns it has is in `domain::year_work`.

use domain::id::{PersonId, UnitId, WorkItemId};
use domain::year_work::{Attribution, Facts, Item, ReportPeriod, WorkKind, WorkOrigin, WorkState};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A row of the register of the year's work.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "work_item")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WorkItemId,
    /// The unit whose register it is in.
    pub unit_id: UnitId,
    /// The year it counts in.
    pub year: i32,
    pub kind: WorkKind,
    pub origin: WorkOrigin,
    /// The superior unit that gave the task.
    pub assigned_by_unit_id: Option<UnitId>,
    pub state: WorkState,
    #[sea_orm(column_type = "Text")]
    pub title: String,
    /// Code of the dossier, petition or procedure.
    #[sea_orm(column_type = "Text", nullable)]
    pub code: Option<String>,
    pub period: Option<ReportPeriod>,
    pub owner_id: Option<PersonId>,
    #[sea_orm(column_type = "Text", nullable)]
    pub owner_text: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub product: Option<String>,
    pub received_on: Option<Date>,
    pub due_on: Option<Date>,
    /// Done, sent, answered, signed, held.
    pub done_on: Option<Date>,
    pub attribution: Option<Attribution>,
    #[sea_orm(column_type = "Text", nullable)]
    pub number: Option<String>,
    pub numbered_on: Option<Date>,
    pub people_count: Option<i32>,
    pub found_count: Option<i32>,
    pub fixed_count: Option<i32>,
    #[sea_orm(column_type = "Text", nullable)]
    pub result: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub cancel_reason: Option<String>,
    /// Last day, else the day it was done: the order of the register.
    pub order_on: Date,
    /// Folded title, code and number.
    #[sea_orm(column_type = "Text")]
    pub search_text: String,
    pub created_by_id: PersonId,
    /// Optimistic lock: 1 at insert, +1 with every update. Shown as the `ETag`.
    pub version: i64,
    pub created_at: DateTimeUtc,
}

impl Model {
    /// What of it is counted.
    #[must_use]
    pub fn item(&self) -> Item {
        Item {
            kind: self.kind,
            origin: self.origin,
            state: self.state,
            due_on: self.due_on,
            done_on: self.done_on,
            attribution: self.attribution,
            numbered: self.number.is_some(),
            people_count: self.people_count.unwrap_or_default(),
            found_count: self.found_count.unwrap_or_default(),
            fixed_count: self.fixed_count.unwrap_or_default(),
        }
    }

    /// Its facts.
    #[must_use]
    pub fn facts(&self) -> Facts {
        Facts {
            kind: self.kind,
            year: self.year,
            title: self.title.clone(),
            code: self.code.clone(),
            period: self.period,
            owner_id: self.owner_id,
            owner_text: self.owner_text.clone(),
            product: self.product.clone(),
            received_on: self.received_on,
            due_on: self.due_on,
            done_on: self.done_on,
            attribution: self.attribution,
            number: self.number.clone(),
            numbered_on: self.numbered_on,
            people_count: self.people_count,
            found_count: self.found_count,
            fixed_count: self.fixed_count,
            result: self.result.clone(),
        }
    }
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
