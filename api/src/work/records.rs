//! Records that stand behind a figure: named and linked for whoever may read them, and for nobody else.

use std::collections::{BTreeMap, BTreeSet};

use domain::permission::Permission;
use domain::record::Subject;
use domain::round::RoundState;
use domain::time::vn_day;
use entities::{
    administrative_procedure, corrective_action, dossier_report, external_document, finding, inspection, management_review,
    quality_objective, round, survey, unit, work_item,
};
use sea_orm::{ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _};
use uuid::Uuid;

use crate::auth::Caller;
use crate::documents::registers::above;
use crate::error::Result;
use crate::findings::read::shortened;
use crate::web::link_to;

/// A record as it is named on a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its code or title.
    pub text: String,
    /// Its page; none where it has none.
    pub href: Option<String>,
}

/// Records by kind and id.
pub type Names = BTreeMap<(Subject, Uuid), Named>;

macro_rules! read {
    ($db:ident, $wanted:ident, $found:ident, $subject:ident, $entity:ident, $visible:expr, |$row:ident| $text:expr) => {
        let ids = of(&$wanted, Subject::$subject);
        if !ids.is_empty() {
            let query = $entity::Entity::find().filter($entity::Column::Id.is_in(ids)).filter($visible);
            for $row in query.all($db).await? {
                let text = $text;
                $found.insert((Subject::$subject, $row.id.0), named(Subject::$subject, $row.id.0, text));
            }
        }
    };
}

/// The names of those of the records that the caller may read: one statement for each kind.
///
/// # Errors
/// The database's.
pub async fn readable(
    db: &impl ConnectionTrait,
    caller: &Caller,
    records: impl IntoIterator<Item = (Subject, Uuid)>,
) -> Result<Names> {
    let wanted: BTreeSet<(Subject, Uuid)> = records.into_iter().collect();
    let mut found = Names::new();
    let figures = caller.scope(Permission::ReadFigures);
    read!(db, wanted, found, Finding, finding, crate::findings::access::visible(caller), |row| row.code.clone());
    read!(db, wanted, found, CorrectiveAction, corrective_action, crate::corrective_actions::access::visible(caller), |row| row
        .code
        .clone());
    read!(db, wanted, found, Inspection, inspection, crate::inspections::access::visible(caller), |row| row.code.clone());
    read!(db, wanted, found, WorkItem, work_item, figures.covers(work_item::Column::UnitId), |row| shortened(&row.title, 80));
    read!(db, wanted, found, DossierReport, dossier_report, figures.covers(dossier_report::Column::UnitId), |row| format!(
        "{}–{}",
        vn_day(row.period_from),
        vn_day(row.period_to)
    ));
    read!(db, wanted, found, Survey, survey, crate::surveys::visible(caller), |row| shortened(&row.title, 80));
    read!(db, wanted, found, QualityObjective, quality_objective, crate::objectives::access::visible(caller), |row| row
        .code
        .clone());
    read!(db, wanted, found, ManagementReview, management_review, crate::management_reviews::access::visible(caller), |row| row
        .code
        .clone());
    read!(db, wanted, found, ExternalDocument, external_document, above(caller, external_document::Column::UnitId), |row| row
        .number
        .clone());
    read!(
        db,
        wanted,
        found,
        AdministrativeProcedure,
        administrative_procedure,
        above(caller, administrative_procedure::Column::UnitId),
        |row| format!("{} {}", row.national_code, shortened(&row.title, 60))
    );
    read!(db, wanted, found, Unit, unit, Condition::all(), |row| row.name.clone());
    // Only published rounds stand behind a figure of a review: their ranking is everybody's.
    let rounds = of(&wanted, Subject::Round);
    if !rounds.is_empty() {
        let published = round::Entity::find().filter(round::Column::Id.is_in(rounds));
        let published = published.filter(round::Column::State.is_in([RoundState::Published, RoundState::Archived]));
        for row in published.all(db).await? {
            let href = Some(format!("/cong-khai/xep-hang/{}", row.id));
            found.insert((Subject::Round, row.id.0), Named { text: row.code, href });
        }
    }
    Ok(found)
}

fn of(wanted: &BTreeSet<(Subject, Uuid)>, subject: Subject) -> Vec<Uuid> {
    wanted.iter().filter(|(kind, _)| *kind == subject).map(|(_, id)| *id).collect()
}

fn named(subject: Subject, id: Uuid, text: String) -> Named {
    Named { text, href: Some(link_to(subject, id)).filter(|href| href != "/") }
}
