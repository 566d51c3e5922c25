//! What of documents waits for a person: requests to be decided, drafts, turns on a route, approved texts to be issued,
//! revisions to be acknowledged, periodic reviews.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use domain::calendar::{Calendar, DeadlineKind, DeadlineUnit};
use domain::document::RevisionState;
use domain::document::control::TURN_DAYS;
use domain::document::revision::{RouteStep, Word, open_step};
use domain::id::{DocumentId, RevisionId, UnitId};
use domain::permission::{Permission, Role};
use domain::record::Subject;
use domain::time::vn_date;
use entities::{document, document_setting, revision, route_person, route_step, route_word};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::access::Case;
use super::{distribution, reviews};
use crate::auth::Caller;
use crate::error::Result;
use crate::findings::read::shortened;
use crate::http::{MOST, Slice};
use crate::inspections::unit_names;
use crate::work::Item;

/// Where approved texts are put under a decision.
const ISSUE: &str = "/quy-trinh/ban-hanh";
/// Most revisions looked at.
const MOST_REVISIONS: u64 = 500;

/// What waits for the caller: a constant number of statements.
///
/// # Errors
/// The database's.
pub async fn items(db: &impl ConnectionTrait, caller: &Caller) -> Result<Vec<Item>> {
    if !caller.may(Permission::WorkOnDocuments) {
        return Ok(Vec::new());
    }
    let offers =
        distribution::list(db, caller, distribution::Filter { revision_id: None, open: true }, &Slice::new(Some(MOST), None)?)
            .await?;
    let rows = concerning(db, caller).await?;
    let turns = turns(db, caller, &rows).await?;
    let reviews = reviews::own(db, caller).await?;
    let ids = rows.iter().map(|row| row.document_id);
    let parents = document::Entity::find().filter(document::Column::Id.is_in(ids)).all(db).await?;
    let parents: BTreeMap<DocumentId, document::Model> = parents.into_iter().map(|row| (row.id, row)).collect();
    let units =
        parents.values().map(|row| row.unit_id).chain(offers.iter().filter_map(|offer| Some(offer.document.as_ref()?.unit_id)));
    let units = units.chain(reviews.iter().map(|row| row.unit_id));
    let days = TurnDays::read(db, parents.values().map(|row| row.unit_id)).await?;
    let names = unit_names(db, units).await?;
    let item = |verb: &'static str, parent: &document::Model, subject: Subject, id: uuid::Uuid, due_on| Item {
        verb,
        kind: "document",
        subject,
        subject_id: id,
        code: parent.code.clone().unwrap_or_default(),
        title: shortened(&parent.title, 120),
        count: None,
        unit_name: names.get(&parent.unit_id).cloned().unwrap_or_default(),
        due_on,
        days_left: None,
        overdue: false,
        href: crate::web::link_to(subject, id),
    };
    let mut found: Vec<Item> = super::changes::owed::items(db, caller).await?;
    for offer in &offers {
        if let Some(parent) = &offer.document {
            found.push(item("acknowledge", parent, Subject::Distribution, offer.row.id.0, Some(offer.row.due_on)));
        }
    }
    for row in &rows {
        let Some(parent) = parents.get(&row.document_id) else { continue };
        let verb = match row.state {
            RevisionState::Proposed => "decide_request",
            RevisionState::Draft => "write_document",
            RevisionState::Approved => "issue_document",
            RevisionState::InReview if turns.contains_key(&row.id) => "review_document",
            RevisionState::InApproval if turns.contains_key(&row.id) => "approve_document",
            _ => continue,
        };
        let due_on = match turns.get(&row.id) {
            Some(since) => days.due(parent.unit_id, *since),
            None => row.draft_due_on.filter(|_| row.state == RevisionState::Draft),
        };
        let waits = item(verb, parent, Subject::Revision, row.id.0, due_on);
        found.push(match row.state {
            // A document that is only asked for has no code yet.
            RevisionState::Proposed => Item { code: row.request_code.clone().unwrap_or_default(), ..waits },
            RevisionState::Approved => Item { href: ISSUE.to_owned(), ..waits },
            _ => waits,
        });
    }
    for row in &reviews {
        let due = item("hold_document_review", row, Subject::Document, row.id.0, row.next_review_on);
        found.push(Item { href: reviews::page_of(row.id), ..due });
    }
    Ok(found)
}

/// How many working days a step has at each unit.
struct TurnDays {
    calendar: Calendar,
    of: BTreeMap<UnitId, i32>,
}

impl TurnDays {
    async fn read(db: &impl ConnectionTrait, units: impl Iterator<Item = UnitId>) -> Result<Self> {
        let rows = document_setting::Entity::find()
            .filter(document_setting::Column::UnitId.is_in(units.collect::<BTreeSet<_>>()))
            .all(db)
            .await?;
        let of = rows.into_iter().map(|row| (row.unit_id, row.turn_days)).collect();
        Ok(Self { calendar: crate::calendar::load(db).await?, of })
    }

    /// The last day of a turn that began then.
    fn due(&self, unit: UnitId, since: DateTime<Utc>) -> Option<NaiveDate> {
        let days = u32::try_from(self.of.get(&unit).copied().unwrap_or(TURN_DAYS)).ok()?;
        let due = self.calendar.deadline(vn_date(since), days, DeadlineUnit::WorkingDay, DeadlineKind::By).ok()?;
        Some(due.due)
    }
}

/// The last day of the turn that is open on a revision, of whoever's turn it is; none while it is nobody's.
///
/// # Errors
/// The database's.
pub(super) async fn turn_due(db: &impl ConnectionTrait, case: &Case) -> Result<Option<NaiveDate>> {
    let handed_in = matches!(case.row.state, RevisionState::InReview | RevisionState::InApproval);
    let Some(open) = case.open().filter(|_| handed_in) else { return Ok(None) };
    let before = case.route.iter().take_while(|stop| stop.step.id != open.step.id).last();
    let agreed = before.into_iter().flat_map(|stop| &stop.words).filter(|word| word.agreed);
    let Some(since) = agreed.map(|word| word.at).max().or(case.row.submitted_at) else { return Ok(None) };
    let unit = case.document.unit_id;
    Ok(TurnDays::read(db, std::iter::once(unit)).await?.due(unit, since))
}

/// The units where a person themselves holds a role of these, not those below them: whose work it is.
fn own_units(caller: &Caller, of: impl Fn(Role) -> bool) -> BTreeSet<UnitId> {
    caller.grants.iter().filter(|held| of(held.role)).filter_map(|held| held.unit).collect()
}

/// Revisions in a state, of documents of these units.
fn standing(state: RevisionState, units: BTreeSet<UnitId>) -> Condition {
    let documents = Query::select()
        .column(document::Column::Id)
        .from(document::Entity)
        .and_where(document::Column::UnitId.is_in(units))
        .to_owned();
    Condition::all().add(revision::Column::State.eq(state)).add(revision::Column::DocumentId.in_subquery(documents))
}

/// Drafts of the caller, what is on its way with the caller named on its present route, what is asked for or approved at
/// a unit where the caller decides or issues it.
async fn concerning(db: &impl ConnectionTrait, caller: &Caller) -> Result<Vec<revision::Model>> {
    use revision::Column;
    let named = Query::select()
        .column((route_step::Entity, route_step::Column::RevisionId))
        .from(route_step::Entity)
        .inner_join(
            route_person::Entity,
            Expr::col((route_person::Entity, route_person::Column::StepId)).equals((route_step::Entity, route_step::Column::Id)),
        )
        .and_where(route_person::Column::PersonId.eq(caller.person))
        .to_owned();
    let mine = Condition::all().add(Column::State.eq(RevisionState::Draft)).add(Column::DrafterId.eq(caller.person));
    let on_route = Condition::all()
        .add(Column::State.is_in([RevisionState::InReview, RevisionState::InApproval]))
        .add(Column::Id.in_subquery(named));
    let keepers = own_units(caller, |role| role == Role::Head || role.grants(Permission::ControlDocuments));
    let issuers = own_units(caller, |role| matches!(role, Role::Head | Role::Registrar));
    let asked = standing(RevisionState::Proposed, keepers);
    let approved = standing(RevisionState::Approved, issuers).add(Column::DecisionId.is_null());
    Ok(revision::Entity::find()
        .filter(Condition::any().add(mine).add(on_route).add(asked).add(approved))
        .order_by_asc(Column::Id)
        .limit(MOST_REVISIONS)
        .all(db)
        .await?)
}

/// Those of the revisions on whose open step the caller is named and has not spoken, with the instant
/// from which the step is open: three statements.
async fn turns(
    db: &impl ConnectionTrait,
    caller: &Caller,
    rows: &[revision::Model],
) -> Result<BTreeMap<RevisionId, DateTime<Utc>>> {
    let handed_in = rows.iter().filter(|row| matches!(row.state, RevisionState::InReview | RevisionState::InApproval));
    let ids: Vec<RevisionId> = handed_in.map(|row| row.id).collect();
    let steps = route_step::Entity::find()
        .filter(route_step::Column::RevisionId.is_in(ids.iter().copied()))
        .order_by_asc(route_step::Column::Position)
        .all(db)
        .await?;
    let people =
        route_person::Entity::find().filter(route_person::Column::StepId.is_in(steps.iter().map(|step| step.id))).all(db).await?;
    let words = route_word::Entity::find().filter(route_word::Column::RevisionId.is_in(ids)).all(db).await?;
    let waits = |row: &revision::Model| {
        let route: Vec<&route_step::Model> =
            steps.iter().filter(|step| step.revision_id == row.id && step.route_no == row.route_no).collect();
        let rule = |step: &&route_step::Model| RouteStep {
            act: step.act,
            rule: step.rule,
            quorum: usize::try_from(step.quorum).unwrap_or_default(),
            people: people.iter().filter(|one| one.step_id == step.id).map(|one| one.person_id).collect(),
        };
        let rules: Vec<RouteStep> = route.iter().map(rule).collect();
        let agreed =
            || words.iter().filter(|word| word.revision_id == row.id && word.submission == row.submission && word.agreed);
        let said: Vec<Word> = agreed()
            .filter_map(|word| {
                let step = route.iter().position(|step| step.id == word.step_id)?;
                Some(Word { step, person: word.person_id })
            })
            .collect();
        let open = open_step(&rules, &said);
        let named = open.and_then(|index| rules.get(index)).is_some_and(|step| step.people.contains(&caller.person));
        let waits = named && !said.iter().any(|word| Some(word.step) == open && word.person == caller.person);
        // A step opens with the last word on the one before it, the first with the submission.
        let before = open?.checked_sub(1).and_then(|index| route.get(index)).map(|step| step.id);
        let since = agreed().filter(|word| Some(word.step_id) == before).map(|word| word.at).max();
        since.or(row.submitted_at).filter(|_| waits).map(|since| (row.id, since))
    };
    Ok(rows.iter().filter_map(waits).collect())
}
