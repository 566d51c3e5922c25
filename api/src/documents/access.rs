//! Who sees a document and its revisions, and what they are to one.

use std::collections::BTreeMap;

use domain::document::content::{self, Content};
use domain::document::control::validity;
use domain::document::revision::{RouteStep, Word, check_route, open_step, state_of};
use domain::document::{By, DocumentKind, DocumentState, Facts, RevisionState, TextForm};
use domain::draft::{FieldError, Problems};
use domain::id::{DocumentId, ExternalDocumentId, PersonId, RevisionId, RouteStepId};
use domain::permission::{Permission, Role};
use domain::record::Subject;
use entities::{
    distribution, document, external_document, inspection, inspection_member, revision, route_person, route_step, route_word,
};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query, SelectStatement};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::http::{Version, seen};
use crate::store::Tx;

/// States that readers of the unit's documents see.
pub(crate) const IN_FORCE_ONCE: [RevisionState; 4] =
    [RevisionState::Effective, RevisionState::Superseded, RevisionState::Withdrawn, RevisionState::Archived];

/// The condition «the caller keeps or approves documents of this unit»: they see drafts too.
fn keeps(caller: &Caller) -> Condition {
    Condition::any()
        .add(caller.scope(Permission::ControlDocuments).covers(document::Column::UnitId))
        .add(caller.scope(Permission::ApproveDocuments).covers(document::Column::UnitId))
}

/// The condition «documents of this unit are the caller's to read once they have been in force»: in
/// scope, or of a unit they inspect.
fn reads(caller: &Caller) -> Condition {
    let inspected = Query::select()
        .column((inspection::Entity, inspection::Column::UnitId))
        .from(inspection::Entity)
        .inner_join(
            inspection_member::Entity,
            Expr::col((inspection_member::Entity, inspection_member::Column::InspectionId))
                .equals((inspection::Entity, inspection::Column::Id)),
        )
        .and_where(inspection_member::Column::PersonId.eq(caller.person))
        .to_owned();
    Condition::any()
        .add(caller.reading_scope(Permission::ReadDocuments).covers(document::Column::UnitId))
        .add(document::Column::UnitId.in_subquery(inspected))
}

/// The condition «the caller has a part in this revision»: asked for it, drafts it, is on the route that counts, or has
/// spoken on it. Who was taken off the route before saying anything has none any more.
fn takes_part(caller: &Caller) -> Condition {
    let counts =
        Expr::col((revision::Entity, revision::Column::RouteNo)).equals((route_step::Entity, route_step::Column::RouteNo));
    let on_route = Query::select()
        .column((route_step::Entity, route_step::Column::RevisionId))
        .from(route_step::Entity)
        .inner_join(
            route_person::Entity,
            Expr::col((route_person::Entity, route_person::Column::StepId)).equals((route_step::Entity, route_step::Column::Id)),
        )
        .inner_join(
            revision::Entity,
            Expr::col((revision::Entity, revision::Column::Id))
                .equals((route_step::Entity, route_step::Column::RevisionId))
                .and(counts),
        )
        .and_where(route_person::Column::PersonId.eq(caller.person))
        .to_owned();
    let spoke = Query::select()
        .column(route_word::Column::RevisionId)
        .from(route_word::Entity)
        .and_where(route_word::Column::PersonId.eq(caller.person))
        .to_owned();
    Condition::any()
        .add(revision::Column::DrafterId.eq(caller.person))
        .add(revision::Column::RequestedById.eq(caller.person))
        .add(revision::Column::Id.in_subquery(on_route))
        .add(revision::Column::Id.in_subquery(spoke))
}

/// Revisions given to the caller.
fn offered(caller: &Caller) -> SelectStatement {
    Query::select()
        .column(distribution::Column::RevisionId)
        .from(distribution::Entity)
        .and_where(distribution::Column::PersonId.eq(caller.person))
        .to_owned()
}

/// Documents for which a condition on them holds.
fn documents_where(condition: Condition) -> SelectStatement {
    Query::select().column(document::Column::Id).from(document::Entity).cond_where(condition).to_owned()
}

/// The condition «the caller sees this revision».
#[must_use]
pub fn visible_revision(caller: &Caller) -> Condition {
    let once = revision::Column::State.is_in(IN_FORCE_ONCE);
    let readable = Condition::any()
        .add(revision::Column::DocumentId.in_subquery(documents_where(reads(caller))))
        .add(revision::Column::Id.in_subquery(offered(caller)));
    // Văn thư sees what is approved, to put number and date to it.
    let registers = caller.scope(Permission::RegisterPapers).covers(document::Column::UnitId);
    let to_issue = Condition::all()
        .add(revision::Column::State.eq(RevisionState::Approved))
        .add(revision::Column::DocumentId.in_subquery(documents_where(registers)));
    Condition::any()
        .add(to_issue)
        .add(revision::Column::DocumentId.in_subquery(documents_where(keeps(caller))))
        .add(Condition::all().add(once).add(readable))
        .add(takes_part(caller))
}

/// The condition «the caller sees this document».
#[must_use]
pub fn visible(caller: &Caller) -> Condition {
    let part = Condition::any().add(takes_part(caller)).add(revision::Column::Id.in_subquery(offered(caller)));
    let own = Query::select().column(revision::Column::DocumentId).from(revision::Entity).cond_where(part).to_owned();
    Condition::any()
        .add(keeps(caller))
        .add(Condition::all().add(document::Column::State.ne(DocumentState::Preparing)).add(reads(caller)))
        .add(document::Column::Id.in_subquery(own))
}

/// A document the caller sees; with `lock` it is held still until the write ends.
///
/// # Errors
/// 404 otherwise.
pub async fn find_document(db: &impl ConnectionTrait, caller: &Caller, id: DocumentId, lock: bool) -> Result<document::Model> {
    caller.require(Permission::ReadDocuments)?;
    let query = document::Entity::find_by_id(id).filter(visible(caller));
    let query = if lock { query.lock_exclusive() } else { query };
    query.one(db).await?.ok_or(Error::NotFound)
}

/// A revision the caller sees, with its document. With `lock` both are held still, the document
/// first: the same order everywhere, so that no two writes wait for each other.
///
/// # Errors
/// 404 otherwise.
pub async fn find(
    db: &impl ConnectionTrait,
    caller: &Caller,
    id: RevisionId,
    lock: bool,
) -> Result<(document::Model, revision::Model)> {
    caller.require(Permission::ReadDocuments)?;
    let query = || revision::Entity::find_by_id(id).filter(visible_revision(caller));
    let found = query().one(db).await?.ok_or(Error::NotFound)?;
    let parent = document::Entity::find_by_id(found.document_id);
    if !lock {
        return Ok((parent.one(db).await?.ok_or(Error::NotFound)?, found));
    }
    let document = parent.lock_exclusive().one(db).await?.ok_or(Error::NotFound)?;
    let revision = query().lock_exclusive().one(db).await?.ok_or(Error::NotFound)?;
    Ok((document, revision))
}

/// A step of the route that counts, with its people and what they said of the present submission.
#[derive(Clone, Debug)]
pub struct Stop {
    /// The step.
    pub step: route_step::Model,
    /// Its people.
    pub people: Vec<PersonId>,
    /// What was said, the oldest first.
    pub words: Vec<route_word::Model>,
}

/// The route of a revision as it counts now: three statements.
///
/// # Errors
/// The database's.
pub async fn route(db: &impl ConnectionTrait, row: &revision::Model) -> Result<Vec<Stop>> {
    let steps = route_step::Entity::find()
        .filter(route_step::Column::RevisionId.eq(row.id))
        .filter(route_step::Column::RouteNo.eq(row.route_no))
        .order_by_asc(route_step::Column::Position)
        .all(db)
        .await?;
    let ids: Vec<RouteStepId> = steps.iter().map(|step| step.id).collect();
    let people = route_person::Entity::find().filter(route_person::Column::StepId.is_in(ids)).all(db).await?;
    let words = route_word::Entity::find()
        .filter(route_word::Column::RevisionId.eq(row.id))
        .filter(route_word::Column::Submission.eq(row.submission))
        .order_by_asc(route_word::Column::Id)
        .all(db)
        .await?;
    let mut of_step: BTreeMap<RouteStepId, Vec<PersonId>> = BTreeMap::new();
    for one in people {
        of_step.entry(one.step_id).or_default().push(one.person_id);
    }
    let stop = |step: route_step::Model| Stop {
        people: of_step.remove(&step.id).unwrap_or_default(),
        words: words.iter().filter(|word| word.step_id == step.id).cloned().collect(),
        step,
    };
    Ok(steps.into_iter().map(stop).collect())
}

/// The route and the agreements on it, as the rules take them.
pub(super) fn as_rules(route: &[Stop]) -> (Vec<RouteStep>, Vec<Word>) {
    let step = |stop: &Stop| RouteStep {
        act: stop.step.act,
        rule: stop.step.rule,
        quorum: usize::try_from(stop.step.quorum).unwrap_or_default(),
        people: stop.people.clone(),
    };
    let words = route.iter().enumerate().flat_map(|(index, stop)| {
        stop.words.iter().filter(|word| word.agreed).map(move |word| Word { step: index, person: word.person_id })
    });
    (route.iter().map(step).collect(), words.collect())
}

/// Everybody who saved the text, and the drafter.
#[must_use]
pub fn authors(row: &revision::Model) -> Vec<PersonId> {
    let mut found: Vec<PersonId> = serde_json::from_value(row.author_ids.clone()).unwrap_or_default();
    found.extend(row.drafter_id.filter(|drafter| !found.contains(drafter)));
    found
}

/// Whether spreadsheets may be kept with a revision: it is a form, or its text is written here and what comes with it are
/// its forms.
///
/// # Errors
/// 404 when there is no such revision.
pub async fn takes_sheets(db: &impl ConnectionTrait, id: RevisionId) -> Result<bool> {
    let row = revision::Entity::find_by_id(id).one(db).await?.ok_or(Error::NotFound)?;
    let parent = document::Entity::find_by_id(row.document_id).one(db).await?.ok_or(Error::NotFound)?;
    Ok(parent.kind == DocumentKind::Form || row.form == TextForm::Written)
}

/// The written text of a revision.
///
/// # Errors
/// It cannot be read any more, which would be damage.
pub fn content_of(row: &revision::Model) -> Result<Content> {
    Ok(serde_json::from_value(row.content.clone())?)
}

/// A revision with everything that decides about it.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its document.
    pub document: document::Model,
    /// The revision.
    pub row: revision::Model,
    /// Its route.
    pub route: Vec<Stop>,
    /// What the caller is to it.
    pub by: By,
    /// What must be known of it.
    pub facts: Facts,
    /// What is missing or wrong in its text.
    pub faults: Vec<FieldError>,
}

impl Case {
    /// The step whose turn it is.
    #[must_use]
    pub fn open(&self) -> Option<&Stop> {
        let (route, words) = as_rules(&self.route);
        open_step(&route, &words).and_then(|index| self.route.get(index))
    }
}

/// Begins an act: the revision locked, seen at its present version, with what decides about it.
///
/// # Errors
/// 404, stale.
pub(super) async fn begin(tx: &Tx, caller: &Caller, id: RevisionId, version: Version) -> Result<Case> {
    let (document, row) = find(tx.db(), caller, id, true).await?;
    seen(version, row.version)?;
    case(tx.db(), caller, document, row).await
}

/// What decides about a revision for this caller.
///
/// # Errors
/// The database's.
pub async fn case(db: &impl ConnectionTrait, caller: &Caller, document: document::Model, row: revision::Model) -> Result<Case> {
    let route = route(db, &row).await?;
    let authors = authors(&row);
    let by = by(db, caller, &document, &row, &route).await?;
    let (rules, mut words) = as_rules(&route);
    if let Some(step) = open_step(&rules, &words) {
        words.push(Word { step, person: caller.person });
    }
    let excepted = row.exception_reason.is_some();
    let mut problems = Problems::new();
    check_route(&rules, &authors, excepted, &mut problems);
    let settings = super::settings_of(db, document.unit_id).await?;
    let text = content_of(&row)?;
    let invalid = not_in_force(db, &text, caller.today).await?;
    let faults = content::check(document.kind, row.form, &text, &invalid).err().unwrap_or_default();
    let facts = Facts {
        form: row.form,
        files: crate::evidence::count_of(db, [(Subject::Revision, row.id.0)]).await?,
        route_holds: row.route_no > 0 && problems.is_empty(),
        faults: u32::try_from(faults.len()).unwrap_or(u32::MAX),
        times_unexplained: text.procedure.as_ref().map_or(0, |procedure| procedure.unexplained(settings.hours_per_day)),
        after_word: state_of(&rules, &words),
        excepted,
        issued: row.decision_id.is_some(),
        active_links: super::registers::active_links(db, document.id, caller.today).await?,
        replaced: false,
    };
    Ok(Case { document, row, route, by, facts, faults })
}

async fn by(
    db: &impl ConnectionTrait,
    caller: &Caller,
    document: &document::Model,
    row: &revision::Model,
    route: &[Stop],
) -> Result<By> {
    let works = caller.may(Permission::WorkOnDocuments);
    let unit = document.unit_id;
    let (rules, words) = as_rules(route);
    let open = open_step(&rules, &words).and_then(|index| route.get(index));
    let handed_in = matches!(row.state, RevisionState::InReview | RevisionState::InApproval);
    let open = open.filter(|_| handed_in && works);
    let reviewed = route
        .iter()
        .filter(|stop| stop.step.act == domain::document::revision::StepAct::Review)
        .any(|stop| stop.words.iter().any(|word| word.person_id == caller.person && word.agreed));
    Ok(By {
        drafter: works && row.drafter_id == Some(caller.person),
        author: authors(row).contains(&caller.person),
        control: caller.scope(Permission::ControlDocuments).contains(db, unit).await?,
        head: caller.may(Permission::ApproveDocuments) && caller.holds_at(db, &[Role::Head], unit).await?,
        registrar: caller.may(Permission::RegisterPapers) && caller.holds_at(db, &[Role::Registrar], unit).await?,
        on_step: open.is_some_and(|stop| stop.people.contains(&caller.person)),
        spoke: open.is_some_and(|stop| stop.words.iter().any(|word| word.person_id == caller.person)),
        reviewed,
    })
}

/// Documents of the legal basis that are not in force on this day.
async fn not_in_force(db: &impl ConnectionTrait, text: &Content, today: chrono::NaiveDate) -> Result<Vec<ExternalDocumentId>> {
    let basis = text.basis();
    if basis.is_empty() {
        return Ok(Vec::new());
    }
    let rows = external_document::Entity::find().filter(external_document::Column::Id.is_in(basis.clone())).all(db).await?;
    let holds = |id: &ExternalDocumentId| {
        let row = rows.iter().find(|row| row.id == *id);
        row.is_some_and(|row| validity(row.effective_from, row.effective_to, row.replaced_by_id.is_some(), today).holds())
    };
    Ok(basis.into_iter().filter(|id| !holds(id)).collect())
}
