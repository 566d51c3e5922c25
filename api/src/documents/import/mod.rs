//! A whole catalogue from one spreadsheet: TTHC entries, their procedures, and a draft of each text.
//! Every wrong cell is named, and nothing is written unless the whole file is good. The national code
//! says what is there already, so that a file can be sent again.

mod save;
pub(super) mod sheets;

use std::collections::{BTreeMap, BTreeSet};

use domain::document::content::{self, Content};
use domain::document::control::{LinkKind, NationalCode, ProcedureChange};
use domain::document::{DocumentKind, RevisionState, TextForm};
use domain::draft::{FieldError, Problems};
use domain::id::{AdministrativeProcedureId, DocumentId, ExternalDocumentId, PersonId, UnitId};
use domain::permission::Permission;
use domain::record::Subject;
use entities::{administrative_procedure, document, document_link, external_document, revision, unit_level};
use render::{Catalogue, Lang};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use serde::{Deserialize, Serialize};

pub use sheets::{File, read, template};

use self::sheets::{BasisNumber, CODE, Cell, MAIN, MAX_ERRORS, Row, Sheets, Text};
use super::registers::{self, TthcInput};
use super::{Texts, clean_code};
use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::store::{Event, Store};

/// What happens to a row of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It is new.
    Created,
    /// It was there and says something else now.
    Updated,
    /// The same is there.
    Unchanged,
}

/// What an import did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    /// New entries of the TTHC catalogue.
    pub created: u64,
    /// Changed entries.
    pub updated: u64,
    /// Entries that stay.
    pub unchanged: u64,
    /// New controlled documents.
    pub documents: u64,
    /// Drafts begun.
    pub drafts_begun: u64,
    /// Drafts whose text was replaced.
    pub drafts_saved: u64,
    /// Texts that are the same already.
    pub texts_unchanged: u64,
    /// Procedure by procedure, in the order of the file.
    pub lines: Vec<Line>,
}

/// A procedure of the file, and what happens to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Its row on the first sheet.
    pub row: u64,
    /// National code.
    pub code: String,
    /// Title.
    pub title: String,
    /// What happens to the entry of the catalogue.
    pub outcome: Outcome,
    /// What happens to its text.
    pub text: TextOutcome,
}

/// What happens to the text of a procedure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TextOutcome {
    /// A new document with its first draft.
    Document,
    /// A new draft.
    Draft,
    /// The open draft is replaced.
    Replaced,
    /// The same is there.
    Same,
    /// The file says nothing of it.
    None,
}

/// For whom a file is imported.
#[derive(Clone, Copy, Debug, Default)]
pub struct Target {
    /// The unit that keeps the catalogue; may be left out by who keeps one only.
    pub unit_id: Option<UnitId>,
    /// Who drafts the texts; whoever imports unless said.
    pub drafter_id: Option<PersonId>,
}

/// A procedure of the file.
#[derive(Debug)]
struct Entry {
    row: Row,
    code: NationalCode,
    input: TthcInput,
    replaced_by: Option<String>,
    document_code: Option<String>,
    texts: Texts,
    text: Option<(Content, Vec<BasisNumber>)>,
}

/// What becomes of the text of a procedure.
#[derive(Debug)]
enum Writing {
    /// A new document with its first draft.
    Document,
    /// A new draft of a document whose last revision is done with.
    Begin(Box<document::Model>),
    /// The open draft gets this text.
    Replace(Box<document::Model>, Box<revision::Model>),
    /// Nothing to write.
    Same,
}

/// An entry with what is there already.
#[derive(Debug)]
struct Planned {
    entry: Entry,
    there: Option<administrative_procedure::Model>,
    /// What replaced it, when that is in the catalogue already.
    replaced_by: Option<AdministrativeProcedureId>,
    outcome: Outcome,
    writing: Writing,
}

/// Checks a file as a whole and, unless it is a rehearsal, writes it in one transaction.
///
/// # Errors
/// Every wrong cell (`sheets/<sheet>/rows/<row>/<column>`); nothing is written then.
pub async fn run(
    store: &Store,
    caller: &Caller,
    words: &Catalogue,
    file: &File,
    target: Target,
    dry_run: bool,
) -> Result<Imported> {
    let mut reading = Sheets::of(words, file);
    // With a wrong head every row is wrong for the same reason: said once.
    let entries = if reading.wrong.is_empty() { entries(&mut reading) } else { Vec::new() };
    let unit = own(store.read(), caller, target).await?;
    let found = plan(store.read(), caller, unit, &mut reading, entries).await?;
    if !reading.wrong.is_empty() {
        return Err(refused(reading.wrong));
    }
    if dry_run {
        return Ok(counted(&found));
    }
    let entries: Vec<Entry> = found.into_iter().map(|planned| planned.entry).collect();
    let reason = words.get(Lang::Vi, "catalogue_file.reason", &[]);
    let (who, words, file) = (caller.clone(), words.clone(), file.clone());
    store
        .write(caller, move |tx| async move {
            let mut reading = Sheets::of(&words, &file);
            let unit = own(tx.db(), &who, target).await?;
            // What is there is read again under the lock of the catalogue's unit.
            crate::units::locked(&tx, unit).await?;
            let planned = plan(tx.db(), &who, unit, &mut reading, entries).await?;
            if !reading.wrong.is_empty() {
                return Err(refused(reading.wrong));
            }
            let report = counted(&planned);
            let drafter = target.drafter_id.unwrap_or(who.person);
            save::carry_out(&tx, &who, &save::Into { unit, drafter, reason }, planned).await?;
            let event = Event::on("administrative_procedures.imported", Subject::Unit, unit.0).unit(unit);
            // The trail says how many; the rows are in the records themselves.
            tx.record(event.after(&Imported { lines: Vec::new(), ..report.clone() }));
            Ok(report)
        })
        .await
}

fn refused(mut wrong: Vec<FieldError>) -> Error {
    wrong.truncate(MAX_ERRORS);
    Error::Invalid(wrong)
}

/// The unit whose catalogue it is.
async fn own(db: &impl ConnectionTrait, caller: &Caller, target: Target) -> Result<UnitId> {
    let unit = crate::inspections::plan::own_unit(db, caller, Permission::ControlDocuments, target.unit_id).await?;
    unit.map_err(|code| Error::field("unit_id", code))
}

/// The procedures of the file, each by itself. What is wrong is in `reading.wrong`.
fn entries(reading: &mut Sheets<'_>) -> Vec<Entry> {
    reading.require();
    let rows = reading.rows.get(MAIN).cloned().unwrap_or_default();
    let mut known: BTreeMap<String, u64> = BTreeMap::new();
    let mut mains = Vec::new();
    for row in rows {
        let Some(code) = reading.code(&row) else { continue };
        match known.get(&code.code) {
            Some(first) => reading.cell(row.at(CODE), "sheet_repeated", &code.code, Some(("first", first.to_string()))),
            None => {
                known.insert(code.code.clone(), row.number());
                mains.push((row, code));
            }
        }
    }
    let mut belonging = reading.belonging(&known);
    let entry = |(row, code): (Row, NationalCode)| {
        let own = belonging.remove(&code.code).unwrap_or_default();
        entry(reading, row, code, &own)
    };
    mains.into_iter().filter_map(entry).collect()
}

fn entry(reading: &mut Sheets<'_>, row: Row, code: NationalCode, own: &[Row]) -> Option<Entry> {
    let (valid_from, valid_to) = (reading.date(&row, "valid_from"), reading.date(&row, "valid_to"));
    let changed_on = reading.date(&row, "changed_on");
    let last_change = reading.choice(&row, "last_change", ProcedureChange::ALL, ProcedureChange::KEY, |change| change.code());
    let optional = |column: &str| Some(row.get(column).to_owned()).filter(|text| !text.is_empty());
    let review_months = reading.number(&row, "review_months");
    let text = reading.text(&row, own);
    let valid_from = valid_from?;
    let mut problems = Problems::new();
    let input = TthcInput {
        code: code.to_string(),
        title: row.get("title").to_owned(),
        field_name: row.get("field_name").to_owned(),
        level_code: row.get("level_code").to_owned(),
        time_limit: optional("time_limit"),
        fee: optional("fee"),
        valid_from,
        valid_to,
        last_change: last_change.unwrap_or(ProcedureChange::New),
        changed_on: changed_on.unwrap_or(valid_from),
        decision: optional("decision"),
        replaced_by_id: None,
    };
    let (input, _) = input.check(&mut problems);
    let texts = Texts {
        title: input.title.chars().take(300).collect(),
        field_code: optional("field_code"),
        field_name: Some(input.field_name.clone()),
        review_months,
        retention: optional("retention"),
    };
    let texts = texts.check(&mut problems);
    let document_code = optional("document_code").map(|code| clean_code("document_code", &code, &mut problems));
    let replaced_by = optional("replaced_by").map(|code| {
        let read = NationalCode::parse(&code).map(|code| code.code);
        read.unwrap_or_else(|wrong| {
            problems.add("replaced_by", wrong);
            code
        })
    });
    for error in problems.finish().err().unwrap_or_default() {
        if let Some(column) = column_of(&error.field) {
            told(reading, row.at(column), &error, row.get(column));
        }
    }
    let text = text.map(|text| checked(reading, &row, text));
    Some(Entry { row, code, input, replaced_by, document_code, texts, text })
}

/// The column of the first sheet for a field of the catalogue's or the document's own form.
fn column_of(field: &str) -> Option<&'static str> {
    const COLUMNS: [&str; 14] = [
        "title",
        "field_name",
        "field_code",
        "level_code",
        "time_limit",
        "fee",
        "valid_from",
        "valid_to",
        "decision",
        "replaced_by",
        "document_code",
        "review_months",
        "retention",
        "code",
    ];
    COLUMNS.into_iter().find(|column| *column == field)
}

/// The text with its own rules: wrong is what is written, not what a draft still lacks.
fn checked(reading: &mut Sheets<'_>, row: &Row, text: Text) -> (Content, Vec<BasisNumber>) {
    let Text { mut content, places, numbers } = text;
    let mut problems = Problems::new();
    content.clean(&mut problems);
    let mut wrong = problems.finish().err().unwrap_or_default();
    wrong.extend(content::check(DocumentKind::Procedure, TextForm::Written, &content, &[]).err().unwrap_or_default());
    for error in wrong {
        match places.get(&error.field) {
            // A blank the file's own column needs was named with the columns.
            Some(at) if error.code == "required" && at.needed() => {}
            // A draft may still lack its purpose or scope.
            Some(at) if error.code == "required" && at.sheet == MAIN => {}
            Some(at) => told(reading, *at, &error, ""),
            None if error.code == "required" => {}
            None => told(reading, row.at(CODE), &error, row.get(CODE)),
        }
    }
    (content, numbers)
}

/// A rule's word, said of the cell it is about.
fn told(reading: &mut Sheets<'_>, at: Cell, error: &FieldError, value: &str) {
    let code = match error.code {
        "required" if at.needed() => return,
        "required" => "sheet_required",
        "time_form" => "sheet_time",
        "case_twice" => "sheet_case_twice",
        "unknown_case" => "sheet_unknown_case",
        "unknown_form" => "sheet_unknown_form",
        "before_start" => "sheet_before_start",
        "national_code_form" | "suffix_form" => "sheet_code",
        "out_of_range" => "sheet_number",
        "too_many" => "sheet_too_many",
        _ => "sheet_text",
    };
    let typed = if value.is_empty() { reading.typed(at) } else { value.to_owned() };
    reading.cell(at, code, &typed, None);
}

/// What is there already, of everything the file names: a constant number of statements.
struct There {
    levels: Vec<unit_level::Model>,
    catalogue: Vec<administrative_procedure::Model>,
    laws: Vec<external_document::Model>,
    /// By national code.
    documents: BTreeMap<String, document::Model>,
    /// The last revision of each document that was not cancelled.
    last: BTreeMap<DocumentId, revision::Model>,
    /// Codes used in the unit.
    used: BTreeSet<String>,
}

async fn there(db: &impl ConnectionTrait, caller: &Caller, unit: UnitId, entries: &[Entry]) -> Result<There> {
    use administrative_procedure::Column;
    let codes: BTreeSet<&str> =
        entries.iter().flat_map(|entry| [Some(entry.code.code.as_str()), entry.replaced_by.as_deref()]).flatten().collect();
    let catalogue = administrative_procedure::Entity::find()
        .filter(Column::UnitId.eq(unit))
        .filter(Column::NationalCode.is_in(codes))
        .order_by_asc(Column::ValidFrom)
        .all(db)
        .await?;
    let numbers = entries.iter().filter_map(|entry| entry.text.as_ref()).flat_map(|(_, numbers)| numbers);
    let numbers: BTreeSet<&str> = numbers.map(|(_, number, _)| number.as_str()).collect();
    let laws = external_document::Entity::find()
        .filter(registers::above(caller, external_document::Column::UnitId))
        .filter(external_document::Column::Number.is_in(numbers))
        .order_by_asc(external_document::Column::Id)
        .all(db)
        .await?;
    let links: Vec<(DocumentId, uuid::Uuid)> = document_link::Entity::find()
        .select_only()
        .column(document_link::Column::DocumentId)
        .column(document_link::Column::TargetId)
        .filter(document_link::Column::Kind.eq(LinkKind::AdministrativeProcedure))
        .filter(document_link::Column::TargetId.is_in(catalogue.iter().map(|row| row.id.0)))
        .filter(registers::holding(caller.today))
        .order_by_desc(document_link::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    let rows = document::Entity::find()
        .filter(document::Column::UnitId.eq(unit))
        .filter(document::Column::Kind.eq(DocumentKind::Procedure))
        .filter(document::Column::Id.is_in(links.iter().map(|(id, _)| *id)))
        .all(db)
        .await?;
    let revisions = revision::Entity::find()
        .filter(revision::Column::DocumentId.is_in(rows.iter().map(|row| row.id)))
        .filter(revision::Column::State.ne(RevisionState::Cancelled))
        .order_by_asc(revision::Column::Id)
        .all(db)
        .await?;
    let asked: BTreeSet<&str> = entries.iter().filter_map(|entry| entry.document_code.as_deref()).collect();
    let used = document::Entity::find()
        .select_only()
        .column(document::Column::Code)
        .filter(document::Column::UnitId.eq(unit))
        .filter(document::Column::Code.is_in(asked))
        .into_tuple::<String>()
        .all(db)
        .await?;
    let code_of = |target: uuid::Uuid| catalogue.iter().find(|row| row.id.0 == target).map(|row| row.national_code.clone());
    let document_of =
        |(id, target): (DocumentId, uuid::Uuid)| Some((code_of(target)?, rows.iter().find(|row| row.id == id)?.clone()));
    Ok(There {
        documents: links.into_iter().filter_map(document_of).collect(),
        last: revisions.into_iter().map(|row| (row.document_id, row)).collect(),
        levels: unit_level::Entity::find().all(db).await?,
        used: used.into_iter().collect(),
        catalogue,
        laws,
    })
}

async fn plan(
    db: &impl ConnectionTrait,
    caller: &Caller,
    unit: UnitId,
    reading: &mut Sheets<'_>,
    mut entries: Vec<Entry>,
) -> Result<Vec<Planned>> {
    let there = there(db, caller, unit, &entries).await?;
    let in_file: BTreeSet<String> = entries.iter().map(|entry| entry.code.code.clone()).collect();
    let mut asked: BTreeMap<String, u64> = BTreeMap::new();
    let mut planned = Vec::new();
    for entry in &mut entries {
        level(reading, &there.levels, entry);
        laws(reading, &there.laws, caller.today, entry);
    }
    for entry in entries {
        let replaced_by = there.of(entry.replaced_by.as_deref()).map(|row| row.id);
        if let Some(code) = entry.replaced_by.as_ref().filter(|code| replaced_by.is_none() && !in_file.contains(*code)) {
            let code = code.clone();
            reading.cell(entry.row.at("replaced_by"), "sheet_unknown_code", &code, None);
        }
        let span = there.span(&entry);
        let outcome = match &span {
            None => Outcome::Created,
            Some(row) if save::says_the_same(row, &entry, replaced_by) => Outcome::Unchanged,
            Some(_) => Outcome::Updated,
        };
        let writing = there.writing(reading, &entry, &mut asked)?;
        planned.push(Planned { there: span, replaced_by, outcome, writing, entry });
    }
    Ok(planned)
}

/// A level may be named by its code or by its name.
fn level(reading: &mut Sheets<'_>, levels: &[unit_level::Model], entry: &mut Entry) {
    let typed = domain::text::fold(&entry.input.level_code);
    if typed.is_empty() {
        return;
    }
    match levels.iter().find(|level| level.code == typed || domain::text::fold(&level.name) == typed) {
        Some(level) => level.code.clone_into(&mut entry.input.level_code),
        None => {
            let choices = levels.iter().map(|level| level.name.as_str()).collect::<Vec<_>>().join(", ");
            let typed = entry.input.level_code.clone();
            reading.cell(entry.row.at("level_code"), "sheet_choice", &typed, Some(("choices", choices)));
        }
    }
}

/// The register's entries of the laws a text names by number.
fn laws(reading: &mut Sheets<'_>, laws: &[external_document::Model], today: chrono::NaiveDate, entry: &mut Entry) {
    let Some((content, numbers)) = &mut entry.text else { return };
    for (index, number, at) in numbers {
        // The same number may be of several years or issuers: what is in force is meant, or it must be told apart.
        let named: Vec<&external_document::Model> = laws.iter().filter(|law| law.number == *number).collect();
        let valid: Vec<&external_document::Model> =
            named.iter().copied().filter(|law| law.effective_to.is_none_or(|to| to >= today)).collect();
        let law: Option<ExternalDocumentId> = match (named.as_slice(), valid.as_slice()) {
            ([only], _) | (_, [only]) => Some(only.id),
            ([], _) => {
                reading.cell(*at, "sheet_unknown_law", number, None);
                None
            }
            _ => {
                reading.cell(*at, "sheet_several_laws", number, None);
                None
            }
        };
        if let Some(basis) = content.procedure.as_mut().and_then(|procedure| procedure.legal_basis.get_mut(*index)) {
            basis.external_document_id = law;
        }
    }
}

impl There {
    /// The newest span of a national code.
    fn of(&self, code: Option<&str>) -> Option<&administrative_procedure::Model> {
        self.catalogue.iter().rfind(|row| Some(row.national_code.as_str()) == code)
    }

    /// The span an entry of the file speaks of: the one that begins on its day, else the newest that
    /// had not ended by then.
    fn span(&self, entry: &Entry) -> Option<administrative_procedure::Model> {
        let own = || self.catalogue.iter().filter(|row| row.national_code == entry.code.code);
        let from = entry.input.valid_from;
        let same = own().find(|row| row.valid_from == from);
        same.or_else(|| own().rfind(|row| row.valid_to.is_none_or(|to| to >= from))).cloned()
    }

    fn writing(&self, reading: &mut Sheets<'_>, entry: &Entry, asked: &mut BTreeMap<String, u64>) -> Result<Writing> {
        let document = self.documents.get(&entry.code.code);
        if let Some(code) = &entry.document_code {
            let own = document.is_some_and(|row| row.code.as_deref() == Some(code));
            let again = asked.insert(code.clone(), entry.row.number()).is_some();
            if again || (!own && (document.is_some() || self.used.contains(code))) {
                reading.cell(entry.row.at("document_code"), "sheet_taken", code, None);
            }
        }
        let Some((content, _)) = &entry.text else { return Ok(Writing::Same) };
        let Some(document) = document else { return Ok(Writing::Document) };
        let Some(last) = self.last.get(&document.id) else { return Ok(Writing::Begin(Box::new(document.clone()))) };
        if super::access::content_of(last)? == *content {
            return Ok(Writing::Same);
        }
        Ok(match last.state {
            RevisionState::Draft => Writing::Replace(Box::new(document.clone()), Box::new(last.clone())),
            state if state.was_in_force() => Writing::Begin(Box::new(document.clone())),
            _ => {
                let code = document.code.clone().unwrap_or_default();
                reading.cell(entry.row.at(CODE), "sheet_revision_open", &code, None);
                Writing::Same
            }
        })
    }
}

fn counted(planned: &[Planned]) -> Imported {
    let outcome = |outcome| planned.iter().filter(|one| one.outcome == outcome).count() as u64;
    let writing = |is: fn(&Writing) -> bool| planned.iter().filter(|one| is(&one.writing)).count() as u64;
    Imported {
        created: outcome(Outcome::Created),
        updated: outcome(Outcome::Updated),
        unchanged: outcome(Outcome::Unchanged),
        documents: writing(|one| matches!(one, Writing::Document)),
        drafts_begun: writing(|one| matches!(one, Writing::Document | Writing::Begin(_))),
        drafts_saved: writing(|one| matches!(one, Writing::Replace(..))),
        texts_unchanged: planned.iter().filter(|one| one.entry.text.is_some() && matches!(one.writing, Writing::Same)).count()
            as u64,
        lines: planned.iter().map(line).collect(),
    }
}

fn line(one: &Planned) -> Line {
    Line {
        row: one.entry.row.number(),
        code: one.entry.code.to_string(),
        title: one.entry.input.title.clone(),
        outcome: one.outcome,
        text: match &one.writing {
            Writing::Document => TextOutcome::Document,
            Writing::Begin(_) => TextOutcome::Draft,
            Writing::Replace(..) => TextOutcome::Replaced,
            Writing::Same if one.entry.text.is_some() => TextOutcome::Same,
            Writing::Same => TextOutcome::None,
        },
    }
}
