//! What is shown of findings: lists, one with everything around it, open duties.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use domain::checklist::InspectionKind;
use domain::finding::{FindingState, FindingVerb, Grade, available};
use domain::id::{FindingId, InspectionId, PersonId, ReviewDecisionId, SheetLineId, UnitId};
use domain::permission::Role;
use domain::record::{Duty as Kind, Subject};
use entities::{
    checklist, corrective_action, event, evidence, finding, inspection, inspection_line, management_review, review_decision,
    round, sheet, sheet_line, unit, unit_path,
};
use sea_orm::sea_query::Query;
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, JoinType, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use uuid::Uuid;

use super::access::{self, find, visible};
use super::source::Source;
use crate::auth::Caller;
use crate::documents::citing::{self, Cited};
use crate::error::Result;
use crate::http::Slice;
use crate::standards;
use crate::store::names_of_people;
use crate::work::duties::{Duty, holders};

/// What a list of findings is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Where they stand.
    pub state: Option<FindingState>,
    /// The unit concerned, or any below it.
    pub unit_id: Option<UnitId>,
    /// Their inspection.
    pub inspection_id: Option<InspectionId>,
    /// Kind of inspection.
    pub kind: Option<InspectionKind>,
    /// How grave.
    pub grade: Option<Grade>,
    /// Only repeats, or only those that are none.
    pub repeat: Option<bool>,
    /// Only those whose answer is overdue.
    pub overdue: bool,
    /// Words in code, statement or criterion; diacritics do not matter.
    pub q: Option<String>,
}

/// A row of a list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The finding.
    pub row: finding::Model,
    /// Name of its unit.
    pub unit_name: String,
    /// Code of what it comes from: its inspection, the published round, or the management review.
    pub source_code: String,
    /// The unit's time to answer has passed.
    pub overdue: bool,
}

/// The findings the caller may see, newest first: five statements at most, whatever the size.
///
/// # Errors
/// The database's.
pub async fn list(db: &impl ConnectionTrait, caller: &Caller, filter: &Filter, slice: &Slice) -> Result<Vec<Listed>> {
    let rows = finding::Entity::find()
        .filter(visible(caller))
        .filter(narrowed(filter, caller.today))
        .filter(slice.after(finding::Column::CreatedAt, finding::Column::Id, true))
        .order_by_desc(finding::Column::CreatedAt)
        .order_by_desc(finding::Column::Id)
        .limit(slice.fetch())
        .all(db)
        .await?;
    let units = unit_names(db, rows.iter().map(|row| row.unit_id)).await?;
    let visits = inspection_codes(db, rows.iter().filter_map(|row| row.inspection_id)).await?;
    let rounds = round_codes(db, rows.iter().filter_map(|row| row.sheet_line_id)).await?;
    let reviews = review_codes(db, rows.iter().filter_map(|row| row.review_decision_id)).await?;
    let listed = |row: finding::Model| Listed {
        unit_name: units.get(&row.unit_id).cloned().unwrap_or_default(),
        source_code: source_code(&row, &visits, &rounds, &reviews),
        overdue: access::is_overdue(&row, caller.today),
        row,
    };
    Ok(rows.into_iter().map(listed).collect())
}

fn narrowed(filter: &Filter, today: NaiveDate) -> Condition {
    use finding::Column;
    let Filter { state, unit_id, inspection_id, kind, grade, repeat, overdue, q } = filter;
    let words = q.as_deref().map(domain::text::fold).filter(|words| !words.is_empty());
    let late = || Condition::all().add(Column::State.eq(FindingState::Raised)).add(Column::AnswerDueOn.lt(today));
    Condition::all()
        .add_option(state.map(|state| Column::State.eq(state)))
        .add_option(unit_id.map(|unit| Column::UnitId.in_subquery(below(unit))))
        .add_option(inspection_id.map(|id| Column::InspectionId.eq(id)))
        .add_option(kind.map(|kind| Column::Kind.eq(kind)))
        .add_option(grade.map(|grade| Column::Grade.eq(grade)))
        .add_option(repeat.map(|yes| if yes { Column::RepeatOfId.is_not_null() } else { Column::RepeatOfId.is_null() }))
        .add_option(overdue.then(late))
        .add_option(words.map(|words| Column::SearchText.contains(words)))
}

/// The unit and every unit below it, as a subquery.
pub(crate) fn below(unit: UnitId) -> sea_orm::sea_query::SelectStatement {
    Query::select()
        .column(unit_path::Column::DescendantId)
        .from(unit_path::Entity)
        .and_where(unit_path::Column::AncestorId.eq(unit))
        .to_owned()
}

/// Names of units by id, in one statement.
pub(crate) async fn unit_names(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = UnitId>,
) -> Result<BTreeMap<UnitId, String>> {
    let ids: BTreeSet<UnitId> = ids.into_iter().collect();
    let rows: Vec<(UnitId, String)> = unit::Entity::find()
        .select_only()
        .column(unit::Column::Id)
        .column(unit::Column::Name)
        .filter(unit::Column::Id.is_in(ids))
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}

async fn inspection_codes(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = InspectionId>,
) -> Result<BTreeMap<InspectionId, String>> {
    let ids: BTreeSet<InspectionId> = ids.into_iter().collect();
    let rows: Vec<(InspectionId, String)> = inspection::Entity::find()
        .select_only()
        .column(inspection::Column::Id)
        .column(inspection::Column::Code)
        .filter(inspection::Column::Id.is_in(ids))
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Codes of the rounds of sheet lines, in one statement; none when there is no such line.
async fn round_codes(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = SheetLineId>,
) -> Result<BTreeMap<SheetLineId, String>> {
    let ids: BTreeSet<SheetLineId> = ids.into_iter().collect();
    let to_sheet = sheet_line::Entity::belongs_to(sheet::Entity).from(sheet_line::Column::SheetId).to(sheet::Column::Id);
    let to_round = sheet::Entity::belongs_to(round::Entity).from(sheet::Column::RoundId).to(round::Column::Id);
    let rows: Vec<(SheetLineId, String)> = sheet_line::Entity::find()
        .select_only()
        .column(sheet_line::Column::Id)
        .join(JoinType::InnerJoin, to_sheet.into())
        .join(JoinType::InnerJoin, to_round.into())
        .column(round::Column::Code)
        .filter(sheet_line::Column::Id.is_in(ids))
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Codes of the management reviews of decisions, in one statement.
async fn review_codes(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = ReviewDecisionId>,
) -> Result<BTreeMap<ReviewDecisionId, String>> {
    let ids: BTreeSet<ReviewDecisionId> = ids.into_iter().collect();
    let to_review = review_decision::Entity::belongs_to(management_review::Entity)
        .from(review_decision::Column::ReviewId)
        .to(management_review::Column::Id);
    let rows: Vec<(ReviewDecisionId, String)> = review_decision::Entity::find()
        .select_only()
        .column(review_decision::Column::Id)
        .join(JoinType::InnerJoin, to_review.into())
        .column(management_review::Column::Code)
        .filter(review_decision::Column::Id.is_in(ids))
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}

fn source_code(
    row: &finding::Model,
    visits: &BTreeMap<InspectionId, String>,
    rounds: &BTreeMap<SheetLineId, String>,
    reviews: &BTreeMap<ReviewDecisionId, String>,
) -> String {
    let visit = row.inspection_id.and_then(|id| visits.get(&id));
    let round = row.sheet_line_id.and_then(|id| rounds.get(&id));
    let review = row.review_decision_id.and_then(|id| reviews.get(&id));
    visit.or(round).or(review).cloned().unwrap_or_default()
}

/// A finding with everything a reader asks about it.
#[derive(Clone, Debug)]
pub struct Detail {
    /// The finding.
    pub row: finding::Model,
    /// What it comes from.
    pub source: Source,
    /// The revision of the document its line cites, in force when it was raised.
    pub cited: Option<Cited>,
    /// The clause it cites, with its edition.
    pub clause: Option<standards::Cited>,
    /// The line it was found on.
    pub line: Option<inspection_line::Model>,
    /// Name of the unit concerned.
    pub unit_name: String,
    /// Name of the unit that inspects.
    pub owner_unit_name: String,
    /// What the caller may do now.
    pub verbs: Vec<FindingVerb>,
    /// An appeal waits for its decision.
    pub appeal_open: bool,
    /// The caller may change the draft.
    pub editable: bool,
    /// The unit's time to answer has passed.
    pub overdue: bool,
    /// What proves it: its own files and those of its line.
    pub evidence: Vec<evidence::Model>,
    /// What happened, oldest first.
    pub history: Vec<event::Model>,
    /// Earlier findings it repeats, latest first, as far as the caller may see them.
    pub repeats: Vec<finding::Model>,
    /// Its corrective actions.
    pub actions: Vec<corrective_action::Model>,
    /// Names of everyone mentioned.
    pub people: BTreeMap<PersonId, String>,
}

/// One finding with everything around it.
///
/// # Errors
/// 404 outside the caller's scope.
pub async fn detail(db: &impl ConnectionTrait, caller: &Caller, id: FindingId) -> Result<Detail> {
    let super::Case { row, source, by, facts } = super::case(db, caller, find(db, caller, id).await?).await?;
    let line = match row.line_id {
        Some(line) => inspection_line::Entity::find_by_id(line).one(db).await?,
        None => None,
    };
    let mut units = unit_names(db, [row.unit_id, row.owner_unit_id]).await?;
    let evidence = evidence_of(db, access::proof_of(&row)).await?;
    let history = history_of(db, id.0).await?;
    let actions = corrective_action::Entity::find()
        .filter(corrective_action::Column::FindingId.eq(id))
        .order_by_asc(corrective_action::Column::Id)
        .all(db)
        .await?;
    let mentioned = history.iter().filter_map(|one| one.actor_id).chain(evidence.iter().map(|one| one.uploaded_by_id));
    let people = names_of_people(db, mentioned.chain(row.confirmed_by_id)).await?;
    Ok(Detail {
        clause: clause_of(db, &row, &source, caller.today).await?,
        cited: citing::of_finding(db, &row).await?,
        repeats: chain(db, caller, &row).await?,
        overdue: access::is_overdue(&row, caller.today),
        editable: row.state == FindingState::Draft && available(row.state, &by, &facts).contains(&FindingVerb::Raise),
        verbs: available(row.state, &by, &facts),
        appeal_open: facts.appeal == domain::finding::Appeal::Open,
        unit_name: units.remove(&row.unit_id).unwrap_or_default(),
        owner_unit_name: units.remove(&row.owner_unit_id).unwrap_or_default(),
        line,
        source,
        evidence,
        history,
        actions,
        people,
        row,
    })
}

/// The clause a finding cites: by the edition its checklist asks by.
async fn clause_of(
    db: &impl ConnectionTrait,
    row: &finding::Model,
    source: &Source,
    today: NaiveDate,
) -> Result<Option<standards::Cited>> {
    let Some(clause) = &row.clause else { return Ok(None) };
    let list = match source.visit() {
        Some(visit) => checklist::Entity::find_by_id(visit.checklist_id).one(db).await?,
        None => None,
    };
    let edition = list.and_then(|list| list.edition);
    let editions = standards::Editions::read(db, row.unit_id).await?;
    Ok(Some(editions.cited(clause, edition.as_deref(), today)))
}

/// The live evidence that meets a condition, oldest first.
pub(crate) async fn evidence_of(db: &impl ConnectionTrait, which: Condition) -> Result<Vec<evidence::Model>> {
    let rows = evidence::Entity::find().filter(which).filter(evidence::Column::RemovedAt.is_null());
    Ok(rows.order_by_asc(evidence::Column::Id).all(db).await?)
}

/// What happened to a record, oldest first.
pub(crate) async fn history_of(db: &impl ConnectionTrait, id: Uuid) -> Result<Vec<event::Model>> {
    let rows = event::Entity::find().filter(event::Column::SubjectId.eq(id)).order_by_asc(event::Column::At);
    Ok(rows.order_by_asc(event::Column::Id).all(db).await?)
}

/// How far back a chain of repeats is shown.
const CHAIN: usize = 5;

async fn chain(db: &impl ConnectionTrait, caller: &Caller, row: &finding::Model) -> Result<Vec<finding::Model>> {
    let (mut found, mut next) = (Vec::new(), row.repeat_of_id);
    while let Some(id) = next.filter(|_| found.len() < CHAIN) {
        let Some(earlier) = finding::Entity::find_by_id(id).filter(visible(caller)).one(db).await? else { break };
        next = earlier.repeat_of_id;
        found.push(earlier);
    }
    Ok(found)
}

/// Findings that wait for their unit's answer, with the heads who must give it.
///
/// # Errors
/// The database's.
pub async fn duties(db: &impl ConnectionTrait, today: NaiveDate) -> Result<Vec<Duty>> {
    let rows = finding::Entity::find()
        .filter(finding::Column::State.eq(FindingState::Raised))
        .filter(finding::Column::AnswerDueOn.is_not_null())
        .order_by_asc(finding::Column::AnswerDueOn)
        .all(db)
        .await?;
    let units: BTreeSet<UnitId> = rows.iter().map(|row| row.unit_id).collect();
    let names = unit_names(db, units.iter().copied()).await?;
    let heads = holders(db, &[Role::Head], &units, today).await?;
    let duty = |row: finding::Model| {
        Some(Duty {
            duty: Kind::AnswerFinding,
            verb: FindingVerb::Accept.code(),
            subject: Subject::Finding,
            subject_id: row.id.0,
            title: title(&row),
            unit_id: row.unit_id,
            unit_name: names.get(&row.unit_id).cloned().unwrap_or_default(),
            due_on: row.answer_due_on?,
            people: heads.get(&row.unit_id).cloned().unwrap_or_default(),
            link: crate::web::link_to(Subject::Finding, row.id.0),
            code: row.code,
        })
    };
    Ok(rows.into_iter().filter_map(duty).collect())
}

/// A finding in a few words: the beginning of its statement, else of its criterion.
pub(crate) fn title(row: &finding::Model) -> String {
    let text = row.statement.as_deref().or(row.criterion.as_deref()).unwrap_or_default();
    shortened(text, 120)
}

/// At most `most` characters, cut with an ellipsis.
pub(crate) fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most).chain(['…']).collect()
}
