//! `/work`: what waits for me.

use chrono::NaiveDate;
use domain::record::Subject;
use poem::web::Data;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use super::Item;
use crate::app::App;
use crate::auth::{Auth, can};
use crate::error::Result;

/// Operations of this area.
#[derive(Debug)]
pub struct WorkApi;

/// One thing to do.
#[derive(Debug, Object)]
pub struct WorkRecord {
    /// The act.
    pub verb: String,
    /// What kind of record it is.
    pub kind: String,
    /// What it is about.
    pub subject: Subject,
    /// Its id.
    pub subject_id: Uuid,
    /// Its number.
    pub code: String,
    /// What it is about, in a few words.
    pub title: String,
    /// How many lines or criteria, where the act is about several.
    pub count: Option<u32>,
    /// Name of the unit concerned.
    pub unit_name: String,
    /// By when.
    pub due_on: Option<NaiveDate>,
    /// Working days left; negative when past.
    pub days_left: Option<i64>,
    /// Whether the day has passed.
    pub overdue: bool,
    /// The page where it is done.
    pub href: String,
}

/// Everything that waits.
#[derive(Debug, Object)]
pub struct WorkList {
    /// Today in Vietnam.
    pub today: NaiveDate,
    /// The things, by time left, those without a day last.
    pub items: Vec<WorkRecord>,
}

impl From<Item> for WorkRecord {
    fn from(item: Item) -> Self {
        Self {
            verb: item.verb.to_owned(),
            kind: item.kind.to_owned(),
            subject: item.subject,
            subject_id: item.subject_id,
            code: item.code,
            title: item.title,
            count: item.count,
            unit_name: item.unit_name,
            due_on: item.due_on,
            days_left: item.days_left,
            overdue: item.overdue,
            href: item.href,
        }
    }
}

#[OpenApi]
impl WorkApi {
    /// What waits for me
    ///
    /// Over all areas, the most pressing first.
    #[oai(path = "/work", method = "get", operation_id = "list_work")]
    async fn list_work(&self, auth: Auth<can::UseOwnAccount>, app: Data<&App>) -> Result<Json<WorkList>> {
        let waiting = super::waiting(app.store.read(), &auth, app.store.clock().now()).await?;
        Ok(Json(WorkList { today: auth.today, items: waiting.items.into_iter().map(Into::into).collect() }))
    }
}
