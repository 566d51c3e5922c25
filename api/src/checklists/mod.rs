//! Versioned checklist templates: what an inspection asks. A published version never changes.

pub mod http;
pub mod pages;
mod reference;

use std::collections::BTreeSet;

use domain::checklist::{AnswerType, InspectionKind};
use domain::draft::{FieldError, Problems};
use domain::id::ChecklistId;
use domain::record::{ChecklistState, Subject};
use domain::rule::Refused;
use entities::{checklist, checklist_line};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use serde::{Deserialize, Serialize};

use crate::auth::Caller;
use crate::error::{Error, Result, unique};
use crate::http::{Slice, Version, seen};
use crate::store::{Event, Store, Tx};

pub use reference::{import, load_reference};

/// Most lines of one checklist.
pub const MAX_LINES: usize = 500;

/// What a version of a checklist is called.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// Code shared by all its versions.
    pub code: String,
    /// What kind of visit it serves.
    pub kind: InspectionKind,
    /// Title.
    pub title: String,
    /// Edition of the standard it asks about.
    #[serde(default)]
    pub edition: Option<String>,
    /// What a reader must know about it.
    #[serde(default)]
    pub note: Option<String>,
    /// Where it comes from.
    #[serde(default)]
    pub source: Option<String>,
}

/// A line as written.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineInput {
    /// Code, unique in its checklist.
    pub code: String,
    /// Code of the group it stands in.
    pub area_code: String,
    /// Name of the group.
    pub area_name: String,
    /// Clause of the standard.
    #[serde(default)]
    pub clause: Option<String>,
    /// The question.
    pub question: String,
    /// The question in English.
    #[serde(default)]
    pub question_en: Option<String>,
    /// Documents to look at.
    #[serde(default)]
    pub evidence: Vec<String>,
    /// The type of its value.
    pub answer_type: AnswerType,
    /// What a ratio divides by what.
    #[serde(default)]
    pub metric: Option<String>,
    /// Standard texts for a finding on this line.
    #[serde(default)]
    pub phrases: Vec<String>,
    /// Where it comes from.
    #[serde(default)]
    pub source: Option<String>,
}

/// Which checklists are asked for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this kind.
    pub kind: Option<InspectionKind>,
    /// In this state.
    pub state: Option<ChecklistState>,
    /// All versions of this code.
    pub code: Option<String>,
}

impl Filter {
    fn condition(&self) -> Condition {
        use checklist::Column;
        Condition::all()
            .add_option(self.kind.map(|kind| Column::Kind.eq(kind)))
            .add_option(self.state.map(|state| Column::State.eq(state)))
            .add_option(self.code.as_ref().map(|code| Column::Code.eq(code.clone())))
    }
}

/// Checklists, newest first; one row more than asked for when there are more.
///
/// # Errors
/// The database's.
pub async fn list(db: &impl ConnectionTrait, filter: &Filter, slice: &Slice) -> Result<Vec<checklist::Model>> {
    Ok(checklist::Entity::find()
        .filter(filter.condition())
        .filter(slice.after(checklist::Column::CreatedAt, checklist::Column::Id, true))
        .order_by_desc(checklist::Column::CreatedAt)
        .order_by_desc(checklist::Column::Id)
        .limit(slice.fetch())
        .all(db)
        .await?)
}

/// A checklist.
///
/// # Errors
/// 404 when there is none.
pub async fn find(db: &impl ConnectionTrait, id: ChecklistId) -> Result<checklist::Model> {
    checklist::Entity::find_by_id(id).one(db).await?.ok_or(Error::NotFound)
}

/// The lines of a checklist in order.
///
/// # Errors
/// The database's.
pub async fn lines(db: &impl ConnectionTrait, id: ChecklistId) -> Result<Vec<checklist_line::Model>> {
    Ok(checklist_line::Entity::find()
        .filter(checklist_line::Column::ChecklistId.eq(id))
        .order_by_asc(checklist_line::Column::Position)
        .all(db)
        .await?)
}

/// Begins a checklist of one's own: a draft of version 1.
///
/// # Errors
/// Wrong fields, the code taken among them.
pub async fn create(store: &Store, caller: &Caller, head: Head) -> Result<checklist::Model> {
    let head = check_head(head)?;
    store
        .write(caller, move |tx| async move {
            let taken = checklist::Entity::find().filter(checklist::Column::Code.eq(&head.code)).count(tx.db()).await? > 0;
            if taken {
                return Err(Error::field("code", "taken"));
            }
            insert(&tx, head, 1, ChecklistState::Draft).await
        })
        .await
}

/// Copies a version into a draft of the next one, lines included.
///
/// # Errors
/// 404; a draft of the code is already being written.
pub async fn copy(store: &Store, caller: &Caller, id: ChecklistId) -> Result<checklist::Model> {
    store
        .write(caller, move |tx| async move {
            let from = find(tx.db(), id).await?;
            let drafts = checklist::Entity::find()
                .filter(checklist::Column::Code.eq(&from.code))
                .filter(checklist::Column::State.eq(ChecklistState::Draft));
            if drafts.count(tx.db()).await? > 0 {
                return Err(Refused::new("checklist_draft_open").into());
            }
            let number = next_number_of(&tx, &from.code).await?;
            let checklist::Model { code, kind, title, edition, note, source, .. } = from;
            let row = insert(&tx, Head { code, kind, title, edition, note, source }, number, ChecklistState::Draft).await?;
            let old = lines(tx.db(), id).await?;
            add_lines(&tx, row.id, old.into_iter().map(written).collect()).await?;
            Ok(row)
        })
        .await
}

/// Replaces title, note, source and edition of a draft.
///
/// # Errors
/// 404, stale, wrong fields, `checklist_published`.
pub async fn update(store: &Store, caller: &Caller, id: ChecklistId, version: Version, head: Head) -> Result<checklist::Model> {
    let head = check_head(head)?;
    change(store, caller, id, version, "checklist.updated", move |_tx, _before, row| {
        Box::pin(async move {
            let Head { code: _, kind: _, title, edition, note, source } = head;
            Ok(checklist::ActiveModel { title: Set(title), edition: Set(edition), note: Set(note), source: Set(source), ..row })
        })
    })
    .await
}

/// Replaces all lines of a draft.
///
/// # Errors
/// 404, stale, wrong fields of every line at once, `checklist_published`.
pub async fn put_lines(
    store: &Store,
    caller: &Caller,
    id: ChecklistId,
    version: Version,
    new: Vec<LineInput>,
) -> Result<checklist::Model> {
    let new = check_lines(new)?;
    change(store, caller, id, version, "checklist.lines_written", move |tx, _before, row| {
        Box::pin(async move {
            checklist_line::Entity::delete_many().filter(checklist_line::Column::ChecklistId.eq(id)).exec(tx.db()).await?;
            add_lines(tx, id, new).await?;
            Ok(row)
        })
    })
    .await
}

/// Publishes a draft: from now on it never changes.
///
/// # Errors
/// 404, stale, `checklist_published`, `checklist_empty`.
pub async fn publish(store: &Store, caller: &Caller, id: ChecklistId, version: Version) -> Result<checklist::Model> {
    change(store, caller, id, version, "checklist.published", move |tx, _before, row| {
        Box::pin(async move {
            let count = checklist_line::Entity::find().filter(checklist_line::Column::ChecklistId.eq(id)).count(tx.db()).await?;
            if count == 0 {
                return Err(Refused::new("checklist_empty").into());
            }
            Ok(checklist::ActiveModel { state: Set(ChecklistState::Published), ..row })
        })
    })
    .await
}

type Changed<'a> = std::pin::Pin<Box<dyn Future<Output = Result<checklist::ActiveModel>> + Send + 'a>>;

/// One change of a draft: version checked and raised, event written.
async fn change(
    store: &Store,
    caller: &Caller,
    id: ChecklistId,
    version: Version,
    event: &'static str,
    work: impl for<'a> FnOnce(&'a Tx, &'a checklist::Model, checklist::ActiveModel) -> Changed<'a> + Send + 'static,
) -> Result<checklist::Model> {
    store
        .write(caller, move |tx| async move {
            let before = checklist::Entity::find_by_id(id).lock_exclusive().one(tx.db()).await?.ok_or(Error::NotFound)?;
            seen(version, before.version)?;
            if before.state == ChecklistState::Published {
                return Err(Refused::new("checklist_published").into());
            }
            let row = checklist::ActiveModel { id: Set(id), version: Set(before.version + 1), ..Default::default() };
            let row = work(&tx, &before, row).await?;
            let after = checklist::Entity::update(row)
                .validate()?
                .filter(checklist::Column::Version.eq(before.version))
                .exec(tx.db())
                .await?;
            tx.record(Event::on(event, Subject::Checklist, id.0).change(&before, &after));
            Ok(after)
        })
        .await
}

async fn next_number_of(tx: &Tx, code: &str) -> Result<i32> {
    let last: Option<i32> = checklist::Entity::find()
        .select_only()
        .column_as(checklist::Column::VersionNo.max(), "last")
        .filter(checklist::Column::Code.eq(code))
        .into_tuple::<Option<i32>>()
        .one(tx.db())
        .await?
        .flatten();
    Ok(last.unwrap_or(0) + 1)
}

async fn insert(tx: &Tx, head: Head, number: i32, state: ChecklistState) -> Result<checklist::Model> {
    let Head { code, kind, title, edition, note, source } = head;
    let row = checklist::ActiveModel {
        id: Set(tx.id::<ChecklistId>()),
        code: Set(code),
        kind: Set(kind),
        title: Set(title),
        edition: Set(edition),
        note: Set(note),
        source: Set(source),
        sample: Set(false),
        version_no: Set(number),
        state: Set(state),
        version: Set(1),
        created_at: Set(tx.now()),
    }
    .insert(tx.db())
    .await
    .map_err(unique("checklist", "code", "code"))?;
    tx.record(Event::on("checklist.created", Subject::Checklist, row.id.0).after(&row));
    Ok(row)
}

async fn add_lines(tx: &Tx, id: ChecklistId, lines: Vec<LineInput>) -> Result<()> {
    let rows: Vec<checklist_line::ActiveModel> =
        (1..).zip(lines).map(|(position, line)| row_of(tx, id, position, line)).collect();
    for chunk in rows.chunks(200) {
        checklist_line::Entity::insert_many(chunk.to_vec()).exec_without_returning(tx.db()).await?;
    }
    Ok(())
}

fn row_of(tx: &Tx, id: ChecklistId, position: i32, line: LineInput) -> checklist_line::ActiveModel {
    let LineInput { code, area_code, area_name, clause, question, question_en, evidence, answer_type, metric, phrases, source } =
        line;
    checklist_line::ActiveModel {
        id: Set(tx.id()),
        checklist_id: Set(id),
        position: Set(position),
        code: Set(code),
        area_code: Set(area_code),
        area_name: Set(area_name),
        clause: Set(clause),
        question: Set(question),
        question_en: Set(question_en),
        evidence: Set(evidence.into()),
        answer_type: Set(answer_type),
        metric: Set(metric),
        phrases: Set(phrases.into()),
        source: Set(source),
    }
}

/// A stored line as it was written.
#[must_use]
pub fn written(line: checklist_line::Model) -> LineInput {
    let checklist_line::Model {
        id: _,
        checklist_id: _,
        position: _,
        code,
        area_code,
        area_name,
        clause,
        question,
        question_en,
        evidence,
        answer_type,
        metric,
        phrases,
        source,
    } = line;
    let (evidence, phrases) = (texts(&evidence), texts(&phrases));
    LineInput { code, area_code, area_name, clause, question, question_en, evidence, answer_type, metric, phrases, source }
}

/// The texts of a JSON list.
#[must_use]
pub fn texts(json: &serde_json::Value) -> Vec<String> {
    json.as_array().into_iter().flatten().filter_map(|text| text.as_str().map(str::to_owned)).collect()
}

fn check_head(head: Head) -> Result<Head, Vec<FieldError>> {
    let Head { code, kind, title, edition, note, source } = head;
    let mut problems = Problems::new();
    let head = Head {
        code: problems.text("code", &code, 40),
        kind,
        title: problems.text("title", &title, 300),
        edition: problems.optional_text("edition", edition.as_deref(), 100),
        note: problems.optional_text("note", note.as_deref(), 2_000),
        source: problems.optional_text("source", source.as_deref(), 2_000),
    };
    problems.finish()?;
    Ok(head)
}

fn check_lines(lines: Vec<LineInput>) -> Result<Vec<LineInput>, Vec<FieldError>> {
    let mut problems = Problems::new();
    if lines.len() > MAX_LINES {
        problems.add_with("lines", "too_many", vec![("max", MAX_LINES.to_string())]);
    }
    let mut codes = BTreeSet::new();
    let mut checked = Vec::with_capacity(lines.len());
    for (row, line) in lines.into_iter().enumerate() {
        let mut own = Problems::new();
        let line = check_line(line, &mut own);
        own.check(!line.code.is_empty() && !codes.insert(line.code.clone()), "code", "repeated_code");
        if let Err(errors) = own.finish() {
            problems.append(&format!("lines/{row}"), errors);
        }
        checked.push(line);
    }
    problems.finish()?;
    Ok(checked)
}

fn check_line(line: LineInput, problems: &mut Problems) -> LineInput {
    let LineInput { code, area_code, area_name, clause, question, question_en, evidence, answer_type, metric, phrases, source } =
        line;
    LineInput {
        code: problems.text("code", &code, 40),
        area_code: problems.text("area_code", &area_code, 40),
        area_name: problems.text("area_name", &area_name, 300),
        clause: problems.optional_text("clause", clause.as_deref(), 40),
        question: problems.text("question", &question, 1_000),
        question_en: problems.optional_text("question_en", question_en.as_deref(), 1_000),
        evidence: check_texts("evidence", evidence, problems),
        answer_type,
        metric: problems.optional_text("metric", metric.as_deref(), 300),
        phrases: check_texts("phrases", phrases, problems),
        source: problems.optional_text("source", source.as_deref(), 300),
    }
}

fn check_texts(field: &str, texts: Vec<String>, problems: &mut Problems) -> Vec<String> {
    if texts.len() > 30 {
        problems.add_with(field, "too_many", vec![("max", "30".to_owned())]);
    }
    texts.iter().enumerate().map(|(row, text)| problems.text(&format!("{field}/{row}"), text, 500)).collect()
}
