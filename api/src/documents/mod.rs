//! Controlled documents: what is in force, who approved it, who knows it.
//!
//! `revisions` takes a text from request to approval, `issue` brings it into force and takes it out
//! again, `distribution` gives it to people, `registers` keeps what it rests on outside: laws, the
//! TTHC catalogue, links and periodic reviews. `resting` reads what rests on what, `reviews` what is
//! due. `access` says who sees what.

pub mod access;
pub mod changes;
pub mod citing;
pub mod copy;
pub mod distribution;
pub mod http;
pub mod import;
pub mod issue;
pub mod lists;
pub mod pages;
pub mod public;
pub mod registers;
pub mod resting;
pub mod reviews;
pub mod revisions;
pub mod waiting;

use std::collections::{BTreeMap, BTreeSet};

use domain::document::content::HOURS_PER_DAY;
use domain::document::control::{ACKNOWLEDGE_DAYS, LinkKind, REVIEW_MONTHS, TURN_DAYS};
use domain::document::{CodeParts, CodePattern, DocumentKind, DocumentState, RevisionState, clean_code};
use domain::draft::Problems;
use domain::id::{DocumentId, RevisionId, UnitId};
use domain::permission::Permission;
use domain::record::Subject;
use entities::{document, document_setting, revision, unit, unit_path};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::http::{Slice, Version, seen};
use crate::store::{Event, Store, Tx, is_unique_violation};

pub use distribution::duties;
pub use issue::fall_due;

/// How a unit controls its documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Pattern of codes by kind, where the unit has its own.
    pub code_patterns: BTreeMap<DocumentKind, String>,
    /// Working days to acknowledge.
    pub acknowledge_days: i32,
    /// Months between periodic reviews of new documents.
    pub review_months: i32,
    /// Working hours of a working day.
    pub hours_per_day: i32,
    /// Working days for each step of reviewing and approving.
    pub turn_days: i32,
    /// Version; 0 before the unit has set anything.
    pub version: i64,
}

impl Settings {
    /// Adds what is wrong: a pattern that gives no codes, a number out of its range.
    fn check(&self, problems: &mut Problems) {
        for (kind, pattern) in &self.code_patterns {
            if let Err(code) = CodePattern::parse(pattern) {
                problems.add(format!("code_patterns/{kind}"), code);
            }
        }
        for (field, value, most) in [
            ("acknowledge_days", self.acknowledge_days, 60),
            ("review_months", self.review_months, 84),
            ("hours_per_day", self.hours_per_day, 24),
            ("turn_days", self.turn_days, 60),
        ] {
            out_of_range(problems, field, value, 1, most);
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            code_patterns: BTreeMap::new(),
            acknowledge_days: ACKNOWLEDGE_DAYS,
            review_months: REVIEW_MONTHS,
            hours_per_day: HOURS_PER_DAY,
            turn_days: TURN_DAYS,
            version: 0,
        }
    }
}

impl From<document_setting::Model> for Settings {
    fn from(row: document_setting::Model) -> Self {
        Self {
            code_patterns: serde_json::from_value(row.code_patterns).unwrap_or_default(),
            acknowledge_days: row.acknowledge_days,
            review_months: row.review_months,
            hours_per_day: row.hours_per_day,
            turn_days: row.turn_days,
            version: row.version,
        }
    }
}

/// The settings of a unit; the usual ones where it has set none.
///
/// # Errors
/// The database's.
pub async fn settings_of(db: &impl ConnectionTrait, unit: UnitId) -> Result<Settings> {
    let row = document_setting::Entity::find_by_id(unit).one(db).await?;
    Ok(row.map(Settings::from).unwrap_or_default())
}

/// The settings of a unit whose documents the caller reads.
///
/// # Errors
/// 404 otherwise.
pub async fn settings(db: &impl ConnectionTrait, caller: &Caller, unit: UnitId) -> Result<Settings> {
    if !caller.scope(Permission::ReadDocuments).contains(db, unit).await? {
        return Err(Error::NotFound);
    }
    settings_of(db, unit).await
}

/// Sets how a unit controls its documents.
///
/// # Errors
/// 404 out of scope, stale, wrong fields.
pub async fn set_settings(store: &Store, caller: &Caller, unit: UnitId, version: Version, new: Settings) -> Result<()> {
    let mut problems = Problems::new();
    new.check(&mut problems);
    problems.finish()?;
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            if !who.scope(Permission::ControlDocuments).contains(tx.db(), unit).await? {
                return Err(Error::NotFound);
            }
            let before = document_setting::Entity::find_by_id(unit).lock_exclusive().one(tx.db()).await?;
            seen(version, before.as_ref().map_or(0, |row| row.version))?;
            let row = document_setting::ActiveModel {
                unit_id: Set(unit),
                code_patterns: Set(serde_json::to_value(&new.code_patterns)?),
                acknowledge_days: Set(new.acknowledge_days),
                review_months: Set(new.review_months),
                hours_per_day: Set(new.hours_per_day),
                turn_days: Set(new.turn_days),
                version: Set(version.0 + 1),
            };
            let after = match &before {
                Some(_) => row.update(tx.db()).await?,
                None => row
                    .insert(tx.db())
                    .await
                    .map_err(|error| if is_unique_violation(&error) { Error::Stale } else { error.into() })?,
            };
            tx.record(Event::on("document.settings_changed", Subject::Unit, unit.0).unit(unit).change(&before, &after));
            Ok(())
        })
        .await
}

fn out_of_range(problems: &mut Problems, field: &str, value: i32, least: i32, most: i32) {
    if !(least..=most).contains(&value) {
        problems.add_with(field, "out_of_range", vec![("min", least.to_string()), ("max", most.to_string())]);
    }
}

/// Which documents are asked for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this unit or any below it.
    pub unit_id: Option<UnitId>,
    /// Of this kind.
    pub kind: Option<DocumentKind>,
    /// Standing there.
    pub state: Option<DocumentState>,
    /// Of this field.
    pub field: Option<String>,
    /// Only those that something outside has overtaken.
    pub needs_review: bool,
    /// Only those whose periodic review is due.
    pub review_due: bool,
    /// Only those that are linked with all of these records today.
    pub rests_on: Vec<(LinkKind, uuid::Uuid)>,
    /// Words in code, title or field, or the national code of a TTHC; diacritics do not matter.
    pub q: Option<String>,
}

/// A row of the master list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The document.
    pub row: document::Model,
    /// Name of its unit.
    pub unit_name: String,
    /// The revision in force.
    pub current: Option<revision::Model>,
    /// Something it rests on has changed or ended.
    pub needs_review: bool,
}

/// The documents the caller sees, newest first: four statements, whatever the size.
///
/// # Errors
/// The database's.
pub async fn list(db: &impl ConnectionTrait, caller: &Caller, filter: &Filter, slice: &Slice) -> Result<Vec<Listed>> {
    use document::Column;
    let words = filter.q.as_deref().map(domain::text::fold).filter(|words| !words.is_empty());
    let below = filter.unit_id.map(|unit| Column::UnitId.in_subquery(below(unit)));
    let due = filter
        .review_due
        .then(|| Condition::all().add(Column::State.eq(DocumentState::InForce)).add(Column::NextReviewOn.lte(caller.today)));
    let flagged = filter.needs_review.then(|| {
        let overtaken = Column::Id.in_subquery(registers::overtaken(caller.today));
        Condition::all().add(Column::State.ne(DocumentState::Withdrawn)).add(overtaken)
    });
    let resting = filter.rests_on.iter().map(|(kind, target)| Column::Id.in_subquery(resting::on(*kind, *target, caller.today)));
    let wanted = Condition::all()
        .add_option(below)
        .add_option(filter.kind.map(|kind| Column::Kind.eq(kind)))
        .add_option(filter.state.map(|state| Column::State.eq(state)))
        .add_option(filter.field.as_ref().map(|field| Column::FieldName.eq(field)))
        .add_option(due)
        .add_option(flagged)
        .add(resting.fold(Condition::all(), Condition::add))
        .add_option(words.map(|words| worded(&words, caller.today)));
    let rows = document::Entity::find()
        .filter(access::visible(caller))
        .filter(wanted)
        .filter(slice.after(Column::CreatedAt, Column::Id, true))
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .limit(slice.fetch())
        .all(db)
        .await?;
    listed(db, caller, rows).await
}

/// The condition «these folded words are of this document»: its own, or of a TTHC it serves.
fn worded(words: &str, today: chrono::NaiveDate) -> Condition {
    Condition::any()
        .add(document::Column::SearchText.contains(words))
        .add(document::Column::Id.in_subquery(resting::serving(words, today)))
}

/// A unit and everything below it.
pub(crate) fn below(unit: UnitId) -> sea_orm::sea_query::SelectStatement {
    sea_orm::sea_query::Query::select()
        .column(unit_path::Column::DescendantId)
        .from(unit_path::Entity)
        .and_where(unit_path::Column::AncestorId.eq(unit))
        .to_owned()
}

/// Puts beside documents what a list shows of them.
async fn listed(db: &impl ConnectionTrait, caller: &Caller, rows: Vec<document::Model>) -> Result<Vec<Listed>> {
    let ids: Vec<DocumentId> = rows.iter().map(|row| row.id).collect();
    let units: BTreeSet<UnitId> = rows.iter().map(|row| row.unit_id).collect();
    let names: BTreeMap<UnitId, String> = unit::Entity::find()
        .select_only()
        .column(unit::Column::Id)
        .column(unit::Column::Name)
        .filter(unit::Column::Id.is_in(units))
        .into_tuple::<(UnitId, String)>()
        .all(db)
        .await?
        .into_iter()
        .collect();
    let in_force = revision::Entity::find()
        .filter(revision::Column::DocumentId.is_in(ids.iter().copied()))
        .filter(revision::Column::State.eq(RevisionState::Effective))
        .all(db)
        .await?;
    let mut current: BTreeMap<DocumentId, revision::Model> = in_force.into_iter().map(|row| (row.document_id, row)).collect();
    let overtaken: BTreeSet<DocumentId> = document::Entity::find()
        .select_only()
        .column(document::Column::Id)
        .filter(document::Column::Id.is_in(ids))
        .filter(document::Column::Id.in_subquery(registers::overtaken(caller.today)))
        .into_tuple::<DocumentId>()
        .all(db)
        .await?
        .into_iter()
        .collect();
    let show = |row: document::Model| Listed {
        unit_name: names.get(&row.unit_id).cloned().unwrap_or_default(),
        current: current.remove(&row.id),
        needs_review: overtaken.contains(&row.id) && row.state != DocumentState::Withdrawn,
        row,
    };
    Ok(rows.into_iter().map(show).collect())
}

/// One document as a list shows it.
///
/// # Errors
/// 404 when the caller does not see it.
pub async fn find(db: &impl ConnectionTrait, caller: &Caller, id: DocumentId) -> Result<Listed> {
    let row = access::find_document(db, caller, id, false).await?;
    listed(db, caller, vec![row]).await?.pop().ok_or(Error::NotFound)
}

/// A document to be entered.
#[derive(Clone, Debug, Default)]
pub struct NewDocument {
    /// The unit; may be left out by who keeps documents of one unit only.
    pub unit_id: Option<UnitId>,
    /// Its code; none for the next of the unit's pattern.
    pub code: Option<String>,
    /// What can be said of it.
    pub texts: Texts,
    /// The document a form belongs to.
    pub parent_id: Option<DocumentId>,
}

/// What can be said of a document beside its text.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    /// Title.
    pub title: String,
    /// Letters of the field.
    pub field_code: Option<String>,
    /// Name of the field.
    pub field_name: Option<String>,
    /// Months between periodic reviews; the unit's own unless said.
    pub review_months: Option<i32>,
    /// How long it is kept after its end.
    pub retention: Option<String>,
}

impl Texts {
    fn check(self, problems: &mut Problems) -> Self {
        let Self { title, field_code, field_name, review_months, retention } = self;
        if let Some(months) = review_months {
            out_of_range(problems, "review_months", months, 1, 84);
        }
        let field_code = field_code.filter(|code| !code.trim().is_empty()).map(|code| clean_code("field_code", &code, problems));
        Self {
            title: problems.line("title", &title, 300),
            field_code,
            field_name: problems.optional_text("field_name", field_name.as_deref(), 200),
            review_months,
            retention: problems.optional_text("retention", retention.as_deref(), 300),
        }
    }
}

/// Enters a document with its code. Its text comes with its first revision.
///
/// # Errors
/// Wrong fields; a unit whose documents the caller does not keep.
pub async fn create(store: &Store, caller: &Caller, kind: DocumentKind, new: NewDocument) -> Result<document::Model> {
    let NewDocument { unit_id, code, texts, parent_id } = new;
    let mut problems = Problems::new();
    let texts = texts.check(&mut problems);
    let code = code.filter(|code| !code.trim().is_empty()).map(|code| clean_code("code", &code, &mut problems));
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let unit = crate::inspections::plan::own_unit(tx.db(), &who, Permission::ControlDocuments, unit_id).await?;
            let unit = unit.map_err(|code| problems.add("unit_id", code));
            let parent = match parent_id {
                Some(id) => access::find_document(tx.db(), &who, id, false).await.ok(),
                None => None,
            };
            problems.check(parent_id.is_some() && parent.is_none(), "parent_id", "unknown_record");
            problems.finish()?;
            let unit = unit.map_err(|()| Error::NotFound)?;
            let parent_code = parent.as_ref().and_then(|row| row.code.clone());
            let code = give_code(&tx, unit, kind, texts.field_code.as_deref(), parent_code.as_deref(), code).await?;
            insert(&tx, &who, unit, kind, texts, Some(code), (parent_id, None)).await
        })
        .await
}

/// Puts a document in; without a code while it is only asked for.
async fn insert(
    tx: &Tx,
    caller: &Caller,
    unit: UnitId,
    kind: DocumentKind,
    texts: Texts,
    code: Option<String>,
    (parent_id, source): (Option<DocumentId>, Option<RevisionId>),
) -> Result<document::Model> {
    let usual = settings_of(tx.db(), unit).await?.review_months;
    let row = document::ActiveModel {
        id: Set(tx.id::<DocumentId>()),
        unit_id: Set(unit),
        search_text: Set(search_text(code.as_deref(), &texts.title, texts.field_name.as_deref())),
        code: Set(code),
        kind: Set(kind),
        title: Set(texts.title),
        field_code: Set(texts.field_code),
        field_name: Set(texts.field_name),
        parent_id: Set(parent_id),
        state: Set(DocumentState::Preparing),
        review_months: Set(texts.review_months.unwrap_or(usual)),
        next_review_on: Set(None),
        retention: Set(texts.retention),
        created_by_id: Set(caller.person),
        version: Set(1),
        created_at: Set(tx.now()),
        source_revision_id: Set(source),
    };
    let row = row.insert(tx.db()).await.map_err(taken)?;
    tx.record(Event::on("document.created", Subject::Document, row.id.0).unit(unit).after(&row));
    Ok(row)
}

/// Two people gave one code at once: the database says so.
fn taken(error: sea_orm::DbErr) -> Error {
    if is_unique_violation(&error) { Error::field("code", "taken") } else { error.into() }
}

fn search_text(code: Option<&str>, title: &str, field: Option<&str>) -> String {
    domain::text::fold(&[code, Some(title), field].into_iter().flatten().collect::<Vec<_>>().join(" "))
}

/// Numbers tried before a pattern is given up: codes entered by hand lie in between.
const TRIES: usize = 1_000;

/// The code asked for if it was never used in the unit, else the next of its pattern that was not.
async fn give_code(
    tx: &Tx,
    unit: UnitId,
    kind: DocumentKind,
    field: Option<&str>,
    parent: Option<&str>,
    asked: Option<String>,
) -> Result<String> {
    if let Some(code) = asked {
        return if used(tx, unit, &code).await? { Err(Error::field("code", "taken")) } else { Ok(code) };
    }
    let unit_code = unit::Entity::find_by_id(unit).one(tx.db()).await?.ok_or(Error::NotFound)?.code;
    let settings = settings_of(tx.db(), unit).await?;
    let pattern = match (settings.code_patterns.get(&kind), parent) {
        (Some(own), _) => own.as_str(),
        (None, Some(_)) if kind == DocumentKind::Form => "{parent}/BM-{number:02}",
        (None, _) => kind.usual_pattern(),
    };
    let pattern = CodePattern::parse(pattern).map_err(|code| Error::field("code", code))?;
    let parts = CodeParts {
        kind: kind.letters(),
        unit: &unit_code,
        field: field.unwrap_or_default(),
        parent: parent.unwrap_or_default(),
    };
    let scope = format!("document:{unit}:{}", pattern.series(parts));
    for _ in 0..TRIES {
        let code = pattern.render(parts, tx.next_number(&scope).await?);
        if !used(tx, unit, &code).await? {
            return Ok(code);
        }
    }
    Err(Error::field("code", "required"))
}

async fn used(tx: &Tx, unit: UnitId, code: &str) -> Result<bool> {
    let query = document::Entity::find().filter(document::Column::UnitId.eq(unit)).filter(document::Column::Code.eq(code));
    Ok(query.count(tx.db()).await? > 0)
}

/// Changes what is said of a document beside its text. Its code never changes.
///
/// # Errors
/// 404, stale, wrong fields, `document_control_only`.
pub async fn update(store: &Store, caller: &Caller, id: DocumentId, version: Version, texts: Texts) -> Result<document::Model> {
    let mut problems = Problems::new();
    let Texts { title, field_code, field_name, review_months, retention } = texts.check(&mut problems);
    problems.finish()?;
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let before = access::find_document(tx.db(), &who, id, true).await?;
            seen(version, before.version)?;
            let keeps = who.scope(Permission::ControlDocuments).contains(tx.db(), before.unit_id).await?;
            domain::rule::require(keeps, "document_control_only")?;
            let row = document::ActiveModel {
                search_text: Set(search_text(before.code.as_deref(), &title, field_name.as_deref())),
                title: Set(title),
                field_code: Set(field_code),
                field_name: Set(field_name),
                review_months: Set(review_months.unwrap_or(before.review_months)),
                retention: Set(retention),
                ..Default::default()
            };
            let after = save(&tx, &before, row).await?;
            tx.record(Event::on("document.updated", Subject::Document, id.0).unit(after.unit_id).change(&before, &after));
            Ok(after)
        })
        .await
}

/// Saves a document over the version it was read at.
async fn save(tx: &Tx, before: &document::Model, row: document::ActiveModel) -> Result<document::Model> {
    let row = document::ActiveModel { id: Set(before.id), version: Set(before.version + 1), ..row };
    let query = document::Entity::update(row).validate()?.filter(document::Column::Version.eq(before.version));
    query.exec(tx.db()).await.map_err(taken)
}
