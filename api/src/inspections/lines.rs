//! The lines of an inspection: answers come as append-only operations, the present one is their fold.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use domain::checklist::{AnswerOp, Current, Value, Verdict, Warning};
use domain::draft::{FieldError, Problems};
use domain::finding::{FindingState, Grade};
use domain::id::{AnswerId, FindingId, InspectionId, LineId, PersonId};
use domain::inspection::{By, InspectionState, TeamRole, may_answer, may_correct};
use domain::record::Subject;
use domain::rule::{Refused, require};
use entities::{answer, evidence, finding, inspection, inspection_line};
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use serde::{Deserialize, Serialize};

use super::{access, plan, team};
use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::http::{Version, seen};
use crate::store::{Event, Store, Tx, names_of_people};

/// Most operations of one batch.
pub const MAX_OPERATIONS: usize = 200;

/// A line with everything that stands beside it.
#[derive(Clone, Debug)]
pub struct Line {
    /// The line and its present answer.
    pub row: inspection_line::Model,
    /// Its value.
    pub value: Option<Value>,
    /// What is odd about the value.
    pub warnings: Vec<Warning>,
    /// Who answered last.
    pub answered_by: Option<String>,
    /// The same line at the last visit.
    pub previous: Option<Previous>,
    /// Pieces of evidence attached to it.
    pub evidence_count: u64,
    /// The findings on it.
    pub findings: Vec<FindingOnLine>,
}

/// A line at the last visit.
#[derive(Clone, Debug)]
pub struct Previous {
    /// The line then.
    pub row: inspection_line::Model,
    /// Its value then.
    pub value: Option<Value>,
    /// What was found then, and what became of it.
    pub findings: Vec<FindingOnLine>,
}

/// A finding as it stands beside a line.
#[derive(Clone, Debug)]
pub struct FindingOnLine {
    /// Id.
    pub id: FindingId,
    /// Number for people.
    pub code: String,
    /// How grave.
    pub grade: Grade,
    /// Where it stands.
    pub state: FindingState,
}

/// The lines of an inspection with last visit, evidence and findings, in a constant number of statements.
/// The inspected unit reads the answers once the field work is done.
///
/// # Errors
/// 404 outside the caller's sight, or the database's.
pub async fn list(db: &impl ConnectionTrait, caller: &Caller, id: InspectionId) -> Result<(inspection::Model, Vec<Line>)> {
    let visit = access::find(db, caller, id).await?;
    let by = access::by(db, caller, &visit).await?;
    let shown = access::inspects(db, caller, &visit, &by).await? || !matches!(visit.state, InspectionState::InProgress);
    let rows = rows_of(db, visit.id).await?;
    let before = match visit.previous_id {
        Some(previous) => rows_of(db, previous).await?,
        None => Vec::new(),
    };
    let inspections: Vec<InspectionId> = std::iter::once(visit.id).chain(visit.previous_id).collect();
    let mut findings = findings_by_line(db, &inspections, shown).await?;
    let mut evidence = if shown { evidence_counts(db, visit.id).await? } else { BTreeMap::new() };
    let names = names_of_people(db, rows.iter().filter_map(|row| row.answered_by_id)).await?;
    let mut before: BTreeMap<LineId, inspection_line::Model> = before.into_iter().map(|row| (row.id, row)).collect();
    let lines = rows.into_iter().map(|row| {
        let row = if shown { row } else { unanswered(row) };
        let value = value_of(&row);
        let previous = row.previous_line_id.and_then(|previous| before.remove(&previous)).map(|then| Previous {
            value: value_of(&then),
            findings: findings.remove(&then.id).unwrap_or_default(),
            row: then,
        });
        Line {
            warnings: value.as_ref().map(Value::warnings).unwrap_or_default(),
            answered_by: row.answered_by_id.and_then(|person| names.get(&person).cloned()),
            previous,
            evidence_count: evidence.remove(&row.id).unwrap_or(0),
            findings: findings.remove(&row.id).unwrap_or_default(),
            value,
            row,
        }
    });
    let lines = lines.collect();
    Ok((visit, lines))
}

fn unanswered(row: inspection_line::Model) -> inspection_line::Model {
    inspection_line::Model {
        value: None,
        verdict: None,
        note: None,
        reason: None,
        conflicted: false,
        answered_by_id: None,
        answered_at: None,
        ..row
    }
}

/// The value of a line.
#[must_use]
pub fn value_of(row: &inspection_line::Model) -> Option<Value> {
    row.value.clone().and_then(|json| serde_json::from_value(json).ok())
}

async fn rows_of(db: &impl ConnectionTrait, id: InspectionId) -> Result<Vec<inspection_line::Model>> {
    Ok(inspection_line::Entity::find()
        .filter(inspection_line::Column::InspectionId.eq(id))
        .order_by_asc(inspection_line::Column::Position)
        .all(db)
        .await?)
}

async fn findings_by_line(
    db: &impl ConnectionTrait,
    ids: &[InspectionId],
    drafts: bool,
) -> Result<BTreeMap<LineId, Vec<FindingOnLine>>> {
    use finding::Column;
    let hidden = Condition::all().add_option((!drafts).then(|| Column::State.ne(FindingState::Draft)));
    let rows: Vec<(FindingId, Option<LineId>, String, Grade, FindingState)> = finding::Entity::find()
        .select_only()
        .columns([Column::Id, Column::LineId, Column::Code, Column::Grade, Column::State])
        .filter(Column::InspectionId.is_in(ids.iter().copied()))
        .filter(hidden)
        .order_by_asc(Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    let mut found: BTreeMap<LineId, Vec<FindingOnLine>> = BTreeMap::new();
    for (id, line, code, grade, state) in rows {
        if let Some(line) = line {
            found.entry(line).or_default().push(FindingOnLine { id, code, grade, state });
        }
    }
    Ok(found)
}

fn lines_query(id: InspectionId) -> SelectStatement {
    Query::select()
        .column(inspection_line::Column::Id)
        .from(inspection_line::Entity)
        .and_where(inspection_line::Column::InspectionId.eq(id))
        .to_owned()
}

async fn evidence_counts(db: &impl ConnectionTrait, id: InspectionId) -> Result<BTreeMap<LineId, u64>> {
    use evidence::Column;
    let rows: Vec<(uuid::Uuid, i64)> = evidence::Entity::find()
        .select_only()
        .column(Column::SubjectId)
        .column_as(Column::Id.count(), "pieces")
        .filter(Column::Subject.eq(Subject::InspectionLine))
        .filter(Column::SubjectId.in_subquery(lines_query(id)))
        .filter(Column::RemovedAt.is_null())
        .group_by(Column::SubjectId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|(line, pieces)| (LineId(line), u64::try_from(pieces).unwrap_or(0))).collect())
}

/// One answer as sent.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Id given by the client: the same id is the same operation.
    pub client_id: String,
    /// The line.
    pub line_id: LineId,
    /// Version of the line it was written on.
    pub base_version: i64,
    /// Time of the device.
    pub device_at: Option<DateTime<Utc>>,
    /// The value, or what is wrong with it by its own field names.
    pub value: Result<Option<Value>, Vec<FieldError>>,
    /// The verdict.
    pub verdict: Option<Verdict>,
    /// The note.
    pub note: Option<String>,
    /// Why the line was not audited, has no finding, or is corrected late.
    pub reason: Option<String>,
}

/// What became of an operation.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Outcome {
    /// The client's id.
    pub client_id: String,
    /// The line.
    pub line_id: LineId,
    /// The line's version now.
    pub version: i64,
    /// It met another answer it had not seen: both are kept, the lead decides.
    pub conflict: bool,
    /// It had come before; nothing was done.
    pub repeated: bool,
}

/// Who answers, for one batch.
struct Answering {
    visit: inspection::Model,
    by: By,
    person: PersonId,
    /// `None`: all.
    areas: Option<BTreeSet<String>>,
}

impl Answering {
    async fn begin(tx: &Tx, caller: &Caller, id: InspectionId) -> Result<Self> {
        let visit = plan::lock(tx, caller, id).await?;
        let by = access::by(tx.db(), caller, &visit).await?;
        require(by.team_role.is_some(), "team_only")?;
        let members = team::members(tx.db(), id).await?;
        let own = members.iter().find(|member| member.person_id == caller.person).map(team::areas_of).unwrap_or_default();
        let limited = by.team_role != Some(TeamRole::LeadInspector) && !own.is_empty();
        Ok(Self { visit, by, person: caller.person, areas: limited.then(|| own.into_iter().collect()) })
    }

    /// Whether answers are taken now at all; `true` when only as late corrections.
    fn late(&self) -> Result<bool, Refused> {
        match may_answer(self.visit.state, &self.by, false) {
            Ok(()) => Ok(false),
            Err(_locked) => may_correct(self.visit.state, &self.by).map(|()| true),
        }
    }

    fn check(&self, line: &inspection_line::Model, op: &AnswerOp, late: bool, problems: &mut Problems) {
        let outside = self.areas.as_ref().is_some_and(|areas| !areas.contains(&line.area_code));
        problems.check(outside, "line_id", "not_your_area");
        problems.check(op.base_version > line.version, "base_version", "version_ahead");
        let settles = line.conflicted && op.base_version == line.version;
        problems.check(settles && !self.by.is_lead(), "line_id", "conflict_for_lead");
        problems.check(late && op.reason.is_none(), "reason", "required");
        problems.check(late && op.verdict.is_none(), "verdict", "required");
    }
}

/// Takes a batch of answers: all of them or, when one is wrong, none.
///
/// # Errors
/// 404, not in the team, not the time to answer, wrong fields as `operations/3/value/numerator`.
pub async fn answer(store: &Store, caller: &Caller, id: InspectionId, operations: Vec<Operation>) -> Result<Vec<Outcome>> {
    if operations.is_empty() {
        return Err(Error::field("operations", "required"));
    }
    if operations.len() > MAX_OPERATIONS {
        let params = vec![("max", MAX_OPERATIONS.to_string())];
        return Err(Error::Invalid(vec![FieldError { field: "operations".into(), code: "too_many", params }]));
    }
    if let Some(known) = all_repeated(store, caller, id, &operations).await? {
        return Ok(known);
    }
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let answering = Answering::begin(&tx, &who, id).await?;
            take(&tx, &answering, operations).await
        })
        .await
}

/// The outcomes when the whole batch has come before: a retry that needs no writing.
async fn all_repeated(
    store: &Store,
    caller: &Caller,
    id: InspectionId,
    operations: &[Operation],
) -> Result<Option<Vec<Outcome>>> {
    let db = store.read();
    let visit = access::find(db, caller, id).await?;
    require(access::part(db, visit.id, caller.person).await?.is_some(), "team_only")?;
    let known = known_answers(db, id, operations).await?;
    if operations.iter().any(|op| !known.contains_key(&(op.line_id, op.client_id.trim().to_owned()))) {
        return Ok(None);
    }
    let lines = lines_by_id(db, id, operations).await?;
    Ok(Some(operations.iter().filter_map(|op| repeated(op, &known, &lines)).collect()))
}

fn repeated(
    op: &Operation,
    known: &BTreeMap<(LineId, String), bool>,
    lines: &BTreeMap<LineId, inspection_line::Model>,
) -> Option<Outcome> {
    let client_id = op.client_id.trim().to_owned();
    let conflict = *known.get(&(op.line_id, client_id.clone()))?;
    Some(Outcome { client_id, line_id: op.line_id, version: lines.get(&op.line_id)?.version, conflict, repeated: true })
}

async fn known_answers(
    db: &impl ConnectionTrait,
    id: InspectionId,
    operations: &[Operation],
) -> Result<BTreeMap<(LineId, String), bool>> {
    use answer::Column;
    let rows: Vec<(LineId, String, bool)> = answer::Entity::find()
        .select_only()
        .columns([Column::LineId, Column::ClientId, Column::Conflict])
        .filter(Column::LineId.in_subquery(lines_query(id)))
        .filter(Column::ClientId.is_in(operations.iter().map(|op| op.client_id.trim())))
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|(line, client, conflict)| ((line, client), conflict)).collect())
}

async fn lines_by_id(
    db: &impl ConnectionTrait,
    id: InspectionId,
    operations: &[Operation],
) -> Result<BTreeMap<LineId, inspection_line::Model>> {
    let ids: BTreeSet<LineId> = operations.iter().map(|op| op.line_id).collect();
    let rows = inspection_line::Entity::find()
        .filter(inspection_line::Column::InspectionId.eq(id))
        .filter(inspection_line::Column::Id.is_in(ids))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

async fn take(tx: &Tx, answering: &Answering, operations: Vec<Operation>) -> Result<Vec<Outcome>> {
    let id = answering.visit.id;
    let mut lines = lines_by_id(tx.db(), id, &operations).await?;
    let mut known = known_answers(tx.db(), id, &operations).await?;
    let before = lines.clone();
    let mut problems = Problems::new();
    let (mut outcomes, mut rows) = (Vec::new(), Vec::new());
    for (place, op) in operations.into_iter().enumerate() {
        if let Some(outcome) = repeated(&op, &known, &lines) {
            outcomes.push(outcome);
            continue;
        }
        let late = answering.late()?;
        let mut own = Problems::new();
        let line = lines.get_mut(&op.line_id);
        let taken = match line {
            Some(line) => append(tx, answering, line, op, late, &mut own),
            None => {
                own.add("line_id", "unknown_line");
                None
            }
        };
        if let Err(errors) = own.finish() {
            problems.append(&format!("operations/{place}"), errors);
        }
        if let Some((outcome, row)) = taken {
            known.insert((outcome.line_id, outcome.client_id.clone()), outcome.conflict);
            outcomes.push(outcome);
            rows.push(row);
        }
    }
    problems.finish()?;
    write(tx, answering, &before, lines, rows).await?;
    Ok(outcomes)
}

fn append(
    tx: &Tx,
    answering: &Answering,
    line: &mut inspection_line::Model,
    op: Operation,
    late: bool,
    problems: &mut Problems,
) -> Option<(Outcome, answer::ActiveModel)> {
    let Operation { client_id, line_id: _, base_version, device_at, value, verdict, note, reason } = op;
    let value = value.unwrap_or_else(|errors| {
        problems.append("value", errors);
        None
    });
    let mut op = AnswerOp { client_id, base_version, at: device_at.unwrap_or_else(|| tx.now()), value, verdict, note, reason };
    op.clean(line.answer_type, problems);
    answering.check(line, &op, late, problems);
    if !problems.is_empty() {
        return None;
    }
    let mut current = Current {
        version: line.version,
        value: value_of(line),
        verdict: line.verdict,
        note: line.note.clone(),
        reason: line.reason.clone(),
        conflicted: line.conflicted,
    };
    let seq = current.version;
    let conflict = current.append(&op);
    let row = answer_row(tx, answering.person, line.id, seq, device_at, &op, conflict);
    line.version = current.version;
    line.value = op.value.as_ref().and_then(|value| serde_json::to_value(value).ok());
    line.verdict = current.verdict;
    line.note = current.note;
    line.reason = current.reason;
    line.conflicted = current.conflicted;
    line.answered_by_id = Some(answering.person);
    line.answered_at = Some(tx.now());
    Some((Outcome { client_id: op.client_id, line_id: line.id, version: line.version, conflict, repeated: false }, row))
}

fn answer_row(
    tx: &Tx,
    person: PersonId,
    line: LineId,
    seq: i64,
    device_at: Option<DateTime<Utc>>,
    op: &AnswerOp,
    conflict: bool,
) -> answer::ActiveModel {
    answer::ActiveModel {
        id: Set(tx.id::<AnswerId>()),
        line_id: Set(line),
        seq: Set(seq),
        client_id: Set(op.client_id.clone()),
        base_version: Set(op.base_version),
        device_at: Set(device_at),
        at: Set(tx.now()),
        person_id: Set(person),
        value: Set(op.value.as_ref().and_then(|value| serde_json::to_value(value).ok())),
        verdict: Set(op.verdict),
        note: Set(op.note.clone()),
        reason: Set(op.reason.clone()),
        conflict: Set(conflict),
    }
}

async fn write(
    tx: &Tx,
    answering: &Answering,
    before: &BTreeMap<LineId, inspection_line::Model>,
    lines: BTreeMap<LineId, inspection_line::Model>,
    rows: Vec<answer::ActiveModel>,
) -> Result<()> {
    if rows.is_empty() {
        tx.record(
            Event::on("inspection.answers_resent", Subject::Inspection, answering.visit.id.0).unit(answering.visit.owner_unit_id),
        );
        return Ok(());
    }
    answer::Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
    for (id, line) in lines {
        let Some(old) = before.get(&id).filter(|old| old.version != line.version) else { continue };
        let row = inspection_line::ActiveModel {
            id: Set(id),
            value: Set(line.value.clone()),
            verdict: Set(line.verdict),
            note: Set(line.note.clone()),
            reason: Set(line.reason.clone()),
            conflicted: Set(line.conflicted),
            answered_by_id: Set(line.answered_by_id),
            answered_at: Set(line.answered_at),
            version: Set(line.version),
            ..Default::default()
        };
        let same = inspection_line::Column::Version.eq(old.version);
        inspection_line::Entity::update(row).validate()?.filter(same).exec(tx.db()).await?;
        tx.record(
            Event::on("line.answered", Subject::InspectionLine, id.0).unit(answering.visit.owner_unit_id).change(old, &line),
        );
    }
    Ok(())
}

/// Settles a conflict: the lead chooses one of the answers, which is answered once more on the
/// version that shows both.
///
/// # Errors
/// 404, stale, not the lead, `line_not_in_conflict`.
pub async fn resolve(
    store: &Store,
    caller: &Caller,
    id: InspectionId,
    line: LineId,
    version: Version,
    chosen: AnswerId,
) -> Result<Outcome> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let answering = Answering::begin(&tx, &who, id).await?;
            require(answering.by.is_lead(), "lead_only")?;
            let row = access::line(tx.db(), id, line).await?;
            seen(version, row.version)?;
            require(row.conflicted, "line_not_in_conflict")?;
            let chosen = answer::Entity::find_by_id(chosen).filter(answer::Column::LineId.eq(line)).one(tx.db()).await?;
            let chosen = chosen.ok_or_else(|| Error::field("answer_id", "unknown_answer"))?;
            let operation = Operation {
                client_id: format!("resolve-{}-{}", row.version, chosen.id),
                line_id: line,
                base_version: row.version,
                device_at: None,
                value: Ok(chosen.value.and_then(|json| serde_json::from_value(json).ok())),
                verdict: chosen.verdict,
                note: chosen.note,
                reason: chosen.reason,
            };
            take(&tx, &answering, vec![operation]).await?.pop().ok_or(Error::NotFound)
        })
        .await
}

/// Every answer a line ever got, in order, with the names of who gave them.
///
/// # Errors
/// 404, or the database's.
pub async fn history(
    db: &impl ConnectionTrait,
    caller: &Caller,
    id: InspectionId,
    line: LineId,
) -> Result<Vec<(answer::Model, String)>> {
    let visit = access::find(db, caller, id).await?;
    let by = access::by(db, caller, &visit).await?;
    if !access::inspects(db, caller, &visit, &by).await? {
        return Err(Error::NotFound);
    }
    access::line(db, id, line).await?;
    let rows = answer::Entity::find().filter(answer::Column::LineId.eq(line)).order_by_asc(answer::Column::Seq).all(db).await?;
    let names = names_of_people(db, rows.iter().map(|row| row.person_id)).await?;
    Ok(rows
        .into_iter()
        .map(|row| (names.get(&row.person_id).cloned().unwrap_or_default(), row))
        .map(|(name, row)| (row, name))
        .collect())
}

/// The answers of the lines in conflict, the latest first: what the lead chooses from.
///
/// # Errors
/// The database's.
pub async fn in_conflict(db: &impl ConnectionTrait, id: InspectionId) -> Result<Vec<(answer::Model, String)>> {
    let lines = lines_query(id).and_where(inspection_line::Column::Conflicted.eq(true)).to_owned();
    let rows = answer::Entity::find()
        .filter(answer::Column::LineId.in_subquery(lines))
        .order_by_desc(answer::Column::Seq)
        .all(db)
        .await?;
    let names = names_of_people(db, rows.iter().map(|row| row.person_id)).await?;
    Ok(rows
        .into_iter()
        .map(|row| (names.get(&row.person_id).cloned().unwrap_or_default(), row))
        .map(|(name, row)| (row, name))
        .collect())
}

/// What lines held at earlier versions, for forms that were drawn on them. The first version holds nothing.
///
/// # Errors
/// The database's.
pub async fn at_versions(
    db: &impl ConnectionTrait,
    id: InspectionId,
    versions: &[(LineId, i64)],
) -> Result<BTreeMap<LineId, answer::Model>> {
    if versions.is_empty() {
        return Ok(BTreeMap::new());
    }
    let wanted = versions.iter().fold(Condition::any(), |any, (line, version)| {
        any.add(Condition::all().add(answer::Column::LineId.eq(*line)).add(answer::Column::Seq.eq(version - 1)))
    });
    let rows = answer::Entity::find().filter(answer::Column::LineId.in_subquery(lines_query(id))).filter(wanted).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.line_id, row)).collect())
}

/// Whether the caller may answer now, and only as late corrections; and the areas given to them.
///
/// # Errors
/// The database's.
pub async fn rights(db: &impl ConnectionTrait, caller: &Caller, visit: &inspection::Model) -> Result<Rights> {
    let by = access::by(db, caller, visit).await?;
    let members = team::members(db, visit.id).await?;
    let own = members.iter().find(|member| member.person_id == caller.person).map(team::areas_of).unwrap_or_default();
    let late = by.team_role.is_some() && may_correct(visit.state, &by).is_ok();
    Ok(Rights {
        open: may_answer(visit.state, &by, false).is_ok() || late,
        late,
        lead: by.is_lead(),
        areas: (!by.is_lead() && !own.is_empty()).then(|| own.into_iter().collect()),
        inspects: access::inspects(db, caller, visit, &by).await?,
    })
}

/// What a person may do with the lines of an inspection.
#[derive(Clone, Debug, Default)]
pub struct Rights {
    /// Answer.
    pub open: bool,
    /// Only as corrections with a reason.
    pub late: bool,
    /// Settle conflicts.
    pub lead: bool,
    /// Areas given to them; `None` is all.
    pub areas: Option<BTreeSet<String>>,
    /// Stands on the inspecting side.
    pub inspects: bool,
}
