//! The versions of criteria sets: drafts from files and copies, published once, then frozen.

use domain::draft::{FieldError, Problems};
use domain::id::{CriteriaSetId, PersonId, UnitId};
use domain::permission::Permission;
use domain::record::{CriteriaSetState, Subject};
use domain::rule::{Refused, require};
use domain::scoring::{self, CriteriaSet, Difference, file};
use entities::{criteria_set, unit, unit_path};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, QueryTrait as _, SqlErr,
};
use serde::Serialize;

use super::yaml;
use crate::auth::Caller;
use crate::auth::session::sha256_hex;
use crate::error::{Error, Result};
use crate::http::{Download, Slice, Version, seen};
use crate::store::{Event, Store, Tx, Writer};

/// Which sets are asked for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// For this year.
    pub year: Option<i32>,
    /// In this state.
    pub state: Option<CriteriaSetState>,
    /// Words of code or title, diacritics or not.
    pub q: Option<String>,
}

/// The form of an exported file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, poem_openapi::Enum)]
#[oai(rename_all = "snake_case")]
pub enum FileFormat {
    /// YAML.
    #[default]
    Yaml,
    /// JSON.
    Json,
}

/// What a copy is called; what is left out stays.
#[derive(Clone, Debug, Default)]
pub struct Copy {
    /// Code; the same one makes the next edition.
    pub code: Option<String>,
    /// The year it judges.
    pub year: Option<i32>,
    /// Title.
    pub title: Option<String>,
    /// Who issues it.
    pub owner_unit_id: Option<UnitId>,
}

/// What the caller may do with a set now.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rights {
    /// Replace the document of the draft.
    pub replace: bool,
    /// Publish the draft.
    pub publish: bool,
    /// Retire the published set.
    pub retire: bool,
    /// Copy it.
    pub copy: bool,
}

/// What the trail keeps of a set: its document is known by its digest.
#[derive(Serialize)]
struct Brief<'a> {
    code: &'a str,
    edition: i32,
    title: &'a str,
    year: Option<i32>,
    state: CriteriaSetState,
    digest: &'a str,
    copied_from_id: Option<CriteriaSetId>,
}

impl<'a> Brief<'a> {
    fn of(row: &'a criteria_set::Model) -> Self {
        Self {
            code: &row.code,
            edition: row.edition,
            title: &row.title,
            year: row.year,
            state: row.state,
            digest: &row.digest,
            copied_from_id: row.copied_from_id,
        }
    }
}

/// The sets a caller sees: drafts of the units whose criteria they manage; published and retired
/// ones also of every unit above (or at) one whose scores they read.
#[must_use]
pub fn visible(caller: &Caller) -> Condition {
    use criteria_set::Column;
    let above = unit_path::Entity::find()
        .select_only()
        .column(unit_path::Column::AncestorId)
        .filter(caller.scope(Permission::ReadScores).covers(unit_path::Column::DescendantId))
        .into_query();
    let issued = Condition::all().add(Column::State.ne(CriteriaSetState::Draft)).add(Column::OwnerUnitId.in_subquery(above));
    Condition::any().add(issued).add(caller.scope(Permission::ManageCriteria).covers(Column::OwnerUnitId))
}

/// Sets the caller sees, newest first; one more than asked for when there are more.
///
/// # Errors
/// The database's.
pub async fn list(
    db: &impl ConnectionTrait,
    caller: &Caller,
    filter: &Filter,
    slice: &Slice,
) -> Result<Vec<criteria_set::Model>> {
    use criteria_set::Column;
    let Filter { year, state, q } = filter;
    let words = q.as_deref().map(domain::text::fold).filter(|words| !words.is_empty());
    Ok(criteria_set::Entity::find()
        .filter(visible(caller))
        .filter(
            Condition::all()
                .add_option(year.map(|year| Column::Year.eq(year)))
                .add_option(state.map(|state| Column::State.eq(state)))
                .add_option(words.map(|words| Column::SearchText.contains(words))),
        )
        .filter(slice.after(Column::CreatedAt, Column::Id, true))
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .limit(slice.fetch())
        .all(db)
        .await?)
}

/// A set the caller sees.
///
/// # Errors
/// 404 when there is none.
pub async fn find(db: &impl ConnectionTrait, caller: &Caller, id: CriteriaSetId) -> Result<criteria_set::Model> {
    criteria_set::Entity::find_by_id(id).filter(visible(caller)).one(db).await?.ok_or(Error::NotFound)
}

/// The set of a stored document.
///
/// # Errors
/// The document is not what was written, which would be a bug.
pub fn read(row: &criteria_set::Model) -> Result<CriteriaSet> {
    let document: serde_json::Value = serde_json::from_str(&row.document)?;
    Ok(file::read_set(&yaml::from_json(&document))?)
}

/// What keeps a set from being published; computed again whenever it is asked for.
#[must_use]
pub fn faults(set: &CriteriaSet) -> Vec<FieldError> {
    scoring::check(set).err().unwrap_or_default()
}

/// What the caller may do with this set now.
///
/// # Errors
/// The database's.
pub async fn rights(db: &impl ConnectionTrait, caller: &Caller, row: &criteria_set::Model) -> Result<Rights> {
    let manages = caller.scope(Permission::ManageCriteria).contains(db, row.owner_unit_id).await?;
    let draft = row.state == CriteriaSetState::Draft;
    Ok(Rights {
        replace: manages && draft,
        publish: manages && draft,
        retire: manages && row.state == CriteriaSetState::Published,
        copy: caller.may(Permission::ManageCriteria),
    })
}

/// Reads a file as a draft may be: what does not add up is kept and shown, what is not understood is refused.
fn readable(text: &str) -> Result<CriteriaSet> {
    let tree = super::tree("file", text)?;
    let mut problems = Problems::new();
    match file::read_set(&tree) {
        Ok(mut set) => {
            super::label_inputs(&mut set);
            check_head(&set, "file/", &mut problems);
            problems.finish()?;
            Ok(set)
        }
        Err(errors) => {
            problems.append("file", errors);
            Err(Error::Invalid(problems.finish().err().unwrap_or_default()))
        }
    }
}

fn check_head(set: &CriteriaSet, at: &str, problems: &mut Problems) {
    problems.line(&format!("{at}id"), &set.id, 60);
    problems.line(&format!("{at}title"), &set.title, 300);
    if set.year.is_some_and(|year| !(2000..=2100).contains(&year)) {
        problems.add_with(format!("{at}year"), "out_of_range", vec![("min", "2000".to_owned()), ("max", "2100".to_owned())]);
    }
}

/// Keeps a file (format 1) as a draft of the next edition of its code.
///
/// # Errors
/// Everything of the file that is not understood; a unit the caller issues no criteria for.
pub async fn import(store: &Store, caller: &Caller, owner: Option<UnitId>, text: &str) -> Result<criteria_set::Model> {
    let outcome = readable(text);
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let owner = own_unit(&tx, &who, owner).await;
            // Both the unit and the file are told of at once.
            let (set, owner) = match (outcome, owner) {
                (Ok(set), Ok(owner)) => (set, owner),
                (Err(Error::Invalid(mut errors)), Err(Error::Invalid(others))) => {
                    errors.extend(others);
                    return Err(Error::Invalid(errors));
                }
                (Err(error), _) | (_, Err(error)) => return Err(error),
            };
            insert(&tx, owner, &set, None, Some(who.person)).await
        })
        .await
}

async fn own_unit(tx: &Tx, caller: &Caller, asked: Option<UnitId>) -> Result<UnitId> {
    let found = crate::inspections::plan::own_unit(tx.db(), caller, Permission::ManageCriteria, asked).await?;
    found.map_err(|code| Error::field("owner_unit_id", code))
}

/// Keeps a file as a draft of the root unit, from the command line.
///
/// # Errors
/// Everything of the file that is not understood; no such unit.
pub async fn import_on_console(store: &Store, owner_code: Option<&str>, text: &str) -> Result<criteria_set::Model> {
    let set = readable(text)?;
    let code = owner_code.map(str::to_owned);
    store
        .write(Writer::Cli, move |tx| async move {
            let wanted = match &code {
                Some(code) => unit::Column::Code.eq(code),
                None => unit::Column::ParentId.is_null(),
            };
            let owner = unit::Entity::find().filter(wanted).order_by_desc(unit::Column::ValidFrom).one(tx.db()).await?;
            let owner = owner.ok_or_else(|| Error::field("unit", "unknown_unit"))?;
            insert(&tx, owner.id, &set, None, None).await
        })
        .await
}

/// The sample set, published, for the sample world.
///
/// # Errors
/// The database's.
pub async fn publish_sample(tx: &Tx, owner: UnitId) -> Result<criteria_set::Model> {
    let set = readable(include_str!("../../../data/criteria-commune-sample.yaml"))?;
    let draft = insert(tx, owner, &set, None, None).await?;
    let row =
        criteria_set::ActiveModel { state: Set(CriteriaSetState::Published), published_at: Set(Some(tx.now())), ..next(&draft) };
    save(tx, "criteria_set.published", &draft, row).await
}

/// A document as it is stored: the text and its SHA-256.
fn document_of(set: &CriteriaSet) -> (String, String) {
    let text = yaml::to_json(&file::write_set(set)).to_string();
    let digest = sha256_hex(text.as_bytes());
    (text, digest)
}

fn search_text(set: &CriteriaSet) -> String {
    domain::text::fold(&format!("{} {}", set.id, set.title))
}

async fn insert(
    tx: &Tx,
    owner: UnitId,
    set: &CriteriaSet,
    copied_from: Option<CriteriaSetId>,
    by: Option<PersonId>,
) -> Result<criteria_set::Model> {
    let last: Option<i32> = criteria_set::Entity::find()
        .select_only()
        .column_as(criteria_set::Column::Edition.max(), "last")
        .filter(criteria_set::Column::OwnerUnitId.eq(owner))
        .filter(criteria_set::Column::Code.eq(&set.id))
        .into_tuple::<Option<i32>>()
        .one(tx.db())
        .await?
        .flatten();
    let (document, digest) = document_of(set);
    let row = criteria_set::ActiveModel {
        id: Set(tx.id::<CriteriaSetId>()),
        code: Set(set.id.clone()),
        edition: Set(last.unwrap_or(0) + 1),
        title: Set(set.title.clone()),
        search_text: Set(search_text(set)),
        year: Set(set.year),
        level: Set(set.level.clone()),
        state: Set(CriteriaSetState::Draft),
        sample: Set(set.is_sample()),
        owner_unit_id: Set(owner),
        document: Set(document),
        digest: Set(digest),
        copied_from_id: Set(copied_from),
        created_by_id: Set(by),
        published_by_id: Set(None),
        published_at: Set(None),
        version: Set(1),
        created_at: Set(tx.now()),
    };
    let row = row.insert(tx.db()).await.map_err(|error| match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => Refused::new("criteria_set_busy").into(),
        _ => Error::from(error),
    })?;
    let kind = if copied_from.is_some() { "criteria_set.copied" } else { "criteria_set.imported" };
    tx.record(Event::on(kind, Subject::CriteriaSet, row.id.0).unit(owner).after(&Brief::of(&row)));
    Ok(row)
}

/// Replaces the document of a draft by a file. The code stays: another one is another set.
///
/// # Errors
/// 404, stale, published already, everything of the file that is not understood, another code.
pub async fn replace(
    store: &Store,
    caller: &Caller,
    id: CriteriaSetId,
    version: Version,
    text: &str,
) -> Result<criteria_set::Model> {
    let set = readable(text)?;
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let before = locked(&tx, &who, id, version).await?;
            require(before.state == CriteriaSetState::Draft, "criteria_set_not_draft")?;
            if set.id != before.code {
                return Err(Error::Invalid(vec![FieldError {
                    field: "file/id".to_owned(),
                    code: "set_code_differs",
                    params: vec![("code", before.code)],
                }]));
            }
            let (document, digest) = document_of(&set);
            let row = criteria_set::ActiveModel {
                title: Set(set.title.clone()),
                search_text: Set(search_text(&set)),
                year: Set(set.year),
                level: Set(set.level.clone()),
                sample: Set(set.is_sample()),
                document: Set(document),
                digest: Set(digest),
                ..next(&before)
            };
            save(&tx, "criteria_set.replaced", &before, row).await
        })
        .await
}

/// Publishes a draft that adds up: from now on it never changes.
///
/// # Errors
/// 404, stale, published already; every fault, naming its node and both sums.
pub async fn publish(store: &Store, caller: &Caller, id: CriteriaSetId, version: Version) -> Result<criteria_set::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let before = locked(&tx, &who, id, version).await?;
            require(before.state == CriteriaSetState::Draft, "criteria_set_not_draft")?;
            scoring::check(&read(&before)?)?;
            let row = criteria_set::ActiveModel {
                state: Set(CriteriaSetState::Published),
                published_by_id: Set(Some(who.person)),
                published_at: Set(Some(tx.now())),
                ..next(&before)
            };
            save(&tx, "criteria_set.published", &before, row).await
        })
        .await
}

/// Takes a published set out of use; rounds that use it go on.
///
/// # Errors
/// 404, stale, not published.
pub async fn retire(store: &Store, caller: &Caller, id: CriteriaSetId, version: Version) -> Result<criteria_set::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let before = locked(&tx, &who, id, version).await?;
            require(before.state == CriteriaSetState::Published, "criteria_set_not_published")?;
            let row = criteria_set::ActiveModel { state: Set(CriteriaSetState::Retired), ..next(&before) };
            save(&tx, "criteria_set.retired", &before, row).await
        })
        .await
}

/// Copies any set the caller sees into a draft: the next edition, or another code or year.
///
/// # Errors
/// 404, wrong fields, a unit the caller issues no criteria for.
pub async fn copy(store: &Store, caller: &Caller, id: CriteriaSetId, copy: Copy) -> Result<criteria_set::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let from = find(tx.db(), &who, id).await?;
            let mut set = read(&from)?;
            let Copy { code, year, title, owner_unit_id } = copy;
            let given = |text: Option<String>| text.map(|text| domain::text::clean(&text)).filter(|text| !text.is_empty());
            set.id = given(code).unwrap_or(set.id);
            set.title = given(title).unwrap_or(set.title);
            set.year = year.or(set.year);
            let mut problems = Problems::new();
            check_head(&set, "", &mut problems);
            problems.finish().map_err(|errors| renamed(errors, "id", "code"))?;
            let manages = who.scope(Permission::ManageCriteria).contains(tx.db(), from.owner_unit_id).await?;
            let asked = owner_unit_id.or_else(|| manages.then_some(from.owner_unit_id));
            let owner = own_unit(&tx, &who, asked).await?;
            insert(&tx, owner, &set, Some(from.id), Some(who.person)).await
        })
        .await
}

fn renamed(mut errors: Vec<FieldError>, from: &str, to: &str) -> Vec<FieldError> {
    for error in errors.iter_mut().filter(|error| error.field == from) {
        to.clone_into(&mut error.field);
    }
    errors
}

/// The row, locked, at the version the caller saw; acts are for who issues criteria at its unit.
async fn locked(tx: &Tx, caller: &Caller, id: CriteriaSetId, version: Version) -> Result<criteria_set::Model> {
    let row = find(tx.db(), caller, id).await?;
    if !caller.scope(Permission::ManageCriteria).contains(tx.db(), row.owner_unit_id).await? {
        return Err(Error::Forbidden(Permission::ManageCriteria));
    }
    let row = criteria_set::Entity::find_by_id(id).lock_exclusive().one(tx.db()).await?.ok_or(Error::NotFound)?;
    seen(version, row.version)?;
    Ok(row)
}

fn next(before: &criteria_set::Model) -> criteria_set::ActiveModel {
    criteria_set::ActiveModel { id: Set(before.id), version: Set(before.version + 1), ..Default::default() }
}

async fn save(
    tx: &Tx,
    event: &'static str,
    before: &criteria_set::Model,
    row: criteria_set::ActiveModel,
) -> Result<criteria_set::Model> {
    let after = criteria_set::Entity::update(row)
        .validate()?
        .filter(criteria_set::Column::Version.eq(before.version))
        .exec(tx.db())
        .await?;
    let said = Event::on(event, Subject::CriteriaSet, after.id.0).unit(after.owner_unit_id);
    tx.record(said.change(&Brief::of(before), &Brief::of(&after)));
    Ok(after)
}

/// The set as a file that imports again.
///
/// # Errors
/// The stored document is broken, which would be a bug.
pub fn file_of(row: &criteria_set::Model, format: FileFormat) -> Result<Download> {
    let document: serde_json::Value = serde_json::from_str(&row.document)?;
    let (text, media_type, extension) = match format {
        FileFormat::Yaml => (yaml::write(&yaml::from_json(&document)), "application/yaml", "yaml"),
        FileFormat::Json => (format!("{}\n", serde_json::to_string_pretty(&document)?), "application/json", "json"),
    };
    Ok(Download {
        sha256: sha256_hex(text.as_bytes()),
        body: text.into(),
        media_type: media_type.to_owned(),
        file_name: format!("{} - bản {}.{extension}", row.code, row.edition),
    })
}

/// What is not alike between a set and an older one, by code.
///
/// # Errors
/// 404 of either.
pub async fn diff(
    db: &impl ConnectionTrait,
    caller: &Caller,
    id: CriteriaSetId,
    with: CriteriaSetId,
) -> Result<(criteria_set::Model, criteria_set::Model, Vec<Difference>)> {
    let (new, old) = (find(db, caller, id).await?, find(db, caller, with).await?);
    let found = scoring::diff(&read(&old)?, &read(&new)?);
    Ok((new, old, found))
}
