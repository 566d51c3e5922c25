//! The unit's side: fill in the sheet, submit it, take it back, explain.

use std::collections::{BTreeMap, BTreeSet};

use domain::draft::Problems;
use domain::id::{ScoreEntryId, SheetId, SheetLineId};
use domain::permission::Permission;
use domain::record::Subject;
use domain::round::{
    Layer, RoundState, ScoreVerdict, SheetState, may_draft, may_draft_line, may_explain, may_submit, may_withdraw,
};
use domain::scoring::{self, CriteriaSet, Line, Placed, Reach, UnitScore, Value, file};
use entities::{round, score_entry, sheet, sheet_line};
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _};
use serde_json::Value as Json;

use super::access::{self, Seen};
use super::counted::{self, counted};
use super::standing::{self, Said, Sheet, Stage};
use super::{deadline_now, set_of};
use crate::auth::Caller;
use crate::criteria::yaml;
use crate::error::{Error, Result};
use crate::http::{Version, seen};
use crate::store::{Event, Store, Tx};

/// What a unit writes on a line.
#[derive(Clone, Debug)]
pub struct LineInput {
    /// The criterion.
    pub code: String,
    /// The version of the line that was seen; none takes whatever is there (a first entry, an import).
    pub version: Option<i64>,
    /// The declared value as files carry it; `null` takes it back.
    pub value: Json,
    /// Written explanation, page of the evidence.
    pub note: Option<String>,
    /// Why it differs from what was counted.
    pub override_reason: Option<String>,
}

/// A sheet as one of the unit, or the secretary, sees it.
#[derive(Debug)]
pub struct SheetView {
    /// The sheet, its round, who looks.
    pub seen: Seen,
    /// The set.
    pub set: CriteriaSet,
    /// The lines with what may be seen of their entries.
    pub lines: BTreeMap<String, Said>,
    /// The score of what the unit declares itself; live while it is being written.
    pub own: UnitScore,
    /// How many files each line has.
    pub files: BTreeMap<SheetLineId, u32>,
    /// Figures that jumped against the unit's own of last year, by criterion.
    pub odd: BTreeMap<String, Vec<scoring::Said>>,
}

/// A sheet. Appraised values are there from the explanation on, of one's own unit.
///
/// # Errors
/// 404.
pub async fn view(db: &impl ConnectionTrait, caller: &Caller, id: SheetId) -> Result<SheetView> {
    let seen = access::sheet(db, caller, id, false).await?;
    let (_, set) = set_of(db, seen.round.set_id).await?;
    let mut lines = standing::load_sheet(db, seen.sheet.clone()).await?.lines;
    let ids = sea_orm::sea_query::Query::select()
        .column(sheet_line::Column::Id)
        .from(sheet_line::Entity)
        .and_where(sheet_line::Column::SheetId.eq(id))
        .to_owned();
    let evidence: Vec<uuid::Uuid> = {
        use sea_orm::QuerySelect as _;
        entities::evidence::Entity::find()
            .select_only()
            .column(entities::evidence::Column::SubjectId)
            .filter(entities::evidence::Column::Subject.eq(Subject::SheetLine))
            .filter(entities::evidence::Column::SubjectId.in_subquery(ids))
            .filter(entities::evidence::Column::RemovedAt.is_null())
            .into_tuple()
            .all(db)
            .await?
    };
    let mut files: BTreeMap<SheetLineId, u32> = BTreeMap::new();
    for line in evidence {
        *files.entry(SheetLineId(line)).or_default() += 1;
    }
    let published_at = match seen.by.secretary || !seen.round.state.is_public() {
        true => None,
        false => super::publish::published_at(db, seen.round.id).await?,
    };
    for said in lines.values_mut() {
        said.entries.retain(|entry| shown(&seen, entry.layer) && !pending(entry, published_at));
    }
    let odd = jumps(db, &seen, &set, &lines).await?;
    let own = own_score(&set, &seen.round, &seen.sheet, &lines);
    Ok(SheetView { seen, set, lines, own, files, odd })
}

/// A correction by the council that no erratum has published yet.
pub(super) fn pending(entry: &score_entry::Model, published_at: Option<chrono::DateTime<chrono::Utc>>) -> bool {
    entry.layer == Layer::Council && published_at.is_some_and(|at| entry.created_at > at)
}

/// Figures that jumped against the published round before, of the same unit.
async fn jumps(
    db: &impl ConnectionTrait,
    seen: &Seen,
    set: &CriteriaSet,
    lines: &BTreeMap<String, Said>,
) -> Result<BTreeMap<String, Vec<scoring::Said>>> {
    let Some(before) = standing::before(db, &seen.round).await? else { return Ok(BTreeMap::new()) };
    let unit = seen.sheet.unit_id;
    let Some(then) = standing::earlier_selves(db, &[unit]).await?.remove(&unit) else { return Ok(BTreeMap::new()) };
    let query = sheet::Entity::find().filter(sheet::Column::RoundId.eq(before.id)).filter(sheet::Column::UnitId.eq(then));
    let Some(row) = query.one(db).await? else { return Ok(BTreeMap::new()) };
    let last = standing::load_sheet(db, row).await?;
    let told = set.leaves().into_iter().filter_map(|placed| {
        let code = &placed.node.code;
        let now = standing::value_of(placed.leaf, lines.get(code)?.line.value.as_ref())?;
        let before = standing::judged(placed.leaf, last.lines.get(code)?)?;
        Some((code.clone(), scoring::jumps(placed.leaf, &now, &before))).filter(|(_, found)| !found.is_empty())
    });
    Ok(told.collect())
}

/// Whether this caller may read a layer now.
fn shown(seen: &Seen, layer: Layer) -> bool {
    let state = seen.round.state;
    match layer {
        Layer::SelfScore | Layer::Explanation => true,
        Layer::Appraisal1 => seen.by.secretary || state.is_released(),
        Layer::Appraisal2 | Layer::Council | Layer::Survey | Layer::Leadership | Layer::External => {
            seen.by.secretary || state.is_public()
        }
    }
}

/// The score of what the unit declares, whether or not it is handed in yet.
fn own_score(set: &CriteriaSet, round: &round::Model, row: &sheet::Model, lines: &BTreeMap<String, Said>) -> UnitScore {
    let mut unit = standing::unit_of(set, round, &Sheet { row: row.clone(), lines: BTreeMap::new() }, Stage::SelfScore);
    unit.survey_held = true;
    for placed in set.leaves().into_iter().filter(|placed| placed.leaf.self_scored) {
        let declared = lines.get(&placed.node.code).and_then(|said| standing::value_of(placed.leaf, said.line.value.as_ref()));
        if let Some(value) = declared {
            unit.entries.insert(placed.node.code.clone(), scoring::Entry::declared(value));
        }
    }
    scoring::preview(set, &unit)
}

/// Why a line keeps the sheet from being submitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfinished {
    /// It is not scored and not explained.
    NotScored,
    /// It lacks the evidence or the written explanation it needs.
    NoEvidence,
}

impl SheetView {
    /// Puts lines as they are typed in place of what is kept, and scores that. Nothing is written; a
    /// value that is not understood is none.
    pub fn try_lines(&mut self, inputs: &[LineInput]) {
        for input in inputs {
            let (Some(placed), Some(said)) = (self.set.leaf(&input.code), self.lines.get_mut(&input.code)) else { continue };
            let mut problems = Problems::new();
            let value = checked(&self.set, placed, input, &input.code, &mut problems);
            said.line.value = value.filter(|_| problems.is_empty());
            said.line.note = problems.optional_text("note", input.note.as_deref(), 4_000);
        }
        self.own = own_score(&self.set, &self.seen.round, &self.seen.sheet, &self.lines);
    }

    /// Points the unit gives itself, and the most it could.
    #[must_use]
    pub fn own_points(&self) -> (scoring::Exact, scoring::Exact) {
        let own = |line: &&Line| {
            line.adjustment == scoring::Adjustment::None
                && self.set.leaf(&line.code).is_some_and(|placed| placed.leaf.self_scored)
        };
        let lines: Vec<&Line> = self.own.lines.iter().filter(own).collect();
        let counted = |line: &&&Line| line.result.points.is_some();
        (
            lines.iter().filter_map(|line| line.result.points.as_ref()).sum(),
            lines.iter().filter(counted).map(|line| &line.max).sum(),
        )
    }

    /// What is odd about a line's figures: by the rule, and against last year.
    #[must_use]
    pub fn warnings(&self, code: &str) -> Vec<&scoring::Said> {
        let own = self.own.line(code).filter(|line| line.missing.is_none());
        let by_rule = own.into_iter().flat_map(|line| &line.result.warnings).map(|warning| &warning.said);
        by_rule.chain(self.odd.get(code).into_iter().flatten()).collect()
    }

    /// What is still missing, by criterion.
    #[must_use]
    pub fn unfinished(&self) -> BTreeMap<String, Unfinished> {
        let mut found = BTreeMap::new();
        for placed in self.set.leaves().into_iter().filter(|placed| placed.leaf.self_scored) {
            let code = &placed.node.code;
            let Some(said) = self.lines.get(code) else { continue };
            let scored = self.own.line(code).is_some_and(|line| line.missing.is_none());
            let noted = said.line.note.is_some();
            let filed = self.files.get(&said.line.id).is_some_and(|count| *count > 0);
            if !scored {
                found.insert(code.clone(), Unfinished::NotScored);
            } else if placed.leaf.evidence_required && !noted && !filed {
                found.insert(code.clone(), Unfinished::NoEvidence);
            }
        }
        found
    }

    /// Points within reach before the lock; empty once the sheet cannot be changed.
    #[must_use]
    pub fn reach(&self) -> Vec<Reach> {
        if self.seen.round.state != RoundState::SelfScoring {
            return Vec::new();
        }
        let mut unit = standing::unit_of(
            &self.set,
            &self.seen.round,
            &Sheet { row: self.seen.sheet.clone(), lines: BTreeMap::new() },
            Stage::SelfScore,
        );
        unit.survey_held = true;
        for placed in self.set.leaves() {
            let kept =
                self.lines.get(&placed.node.code).and_then(|said| standing::value_of(placed.leaf, said.line.value.as_ref()));
            if let Some(value) = kept {
                unit.entries.insert(placed.node.code.clone(), scoring::Entry::declared(value));
            }
        }
        scoring::within_reach(&self.set, &unit)
    }

    /// Whether the caller may write on it now; the deadline is asked again inside each write.
    #[must_use]
    pub fn may_draft(&self, now: chrono::DateTime<chrono::Utc>) -> bool {
        let over = now >= self.seen.round.self_due_at;
        self.seen.of_unit.drafts && may_draft(self.seen.round.state, self.seen.sheet.state, over).is_ok()
    }
}

/// The locked sheet of the caller's own unit.
async fn own(tx: &Tx, caller: &Caller, id: SheetId) -> Result<(Seen, bool)> {
    let found = access::sheet(tx.db(), caller, id, true).await?;
    let over = deadline_now(tx).await? >= found.round.self_due_at;
    Ok((found, over))
}

/// Writes lines: all of them or none.
///
/// # Errors
/// 404, stale (naming the line), `self_scoring_over`, `sheet_not_open`, `line_not_self_scored`,
/// values that are not understood, each under `lines/<code>`.
pub async fn write(store: &Store, caller: &Caller, id: SheetId, lines: Vec<LineInput>) -> Result<sheet::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let (found, over) = own(&tx, &who, id).await?;
            if !found.of_unit.drafts {
                return Err(Error::Forbidden(Permission::DraftScores));
            }
            let (_, set) = set_of(tx.db(), found.round.set_id).await?;
            may_draft(found.round.state, found.sheet.state, over)?;
            let mut problems = Problems::new();
            let rows = sheet_line::Entity::find().filter(sheet_line::Column::SheetId.eq(id)).all(tx.db()).await?;
            let rows: BTreeMap<String, sheet_line::Model> = rows.into_iter().map(|row| (row.code.clone(), row)).collect();
            let counted = counted(tx.db(), &set, found.sheet.unit_id, found.round.year, tx.today()).await?;
            let mut changes = Vec::new();
            let mut codes = BTreeSet::new();
            for input in &lines {
                let place = format!("lines/{}", input.code);
                let (Some(placed), Some(row)) = (set.leaf(&input.code), rows.get(&input.code)) else {
                    problems.add_with(place, "inputs_unknown_criterion", vec![("code", input.code.clone())]);
                    continue;
                };
                problems.check(!codes.insert(input.code.clone()), &place, "file_duplicate_key");
                may_draft_line(found.round.state, found.sheet.state, over, placed.leaf.self_scored)?;
                if input.version.is_some_and(|version| version != row.version) {
                    return Err(Error::Stale);
                }
                let value = checked(&set, placed, input, &place, &mut problems);
                let note = problems.optional_text(&format!("{place}/note"), input.note.as_deref(), 4_000);
                let reason = problems.optional_text(&format!("{place}/override_reason"), input.override_reason.as_deref(), 2_000);
                let declared = standing::value_of(placed.leaf, value.as_ref());
                counted::check(placed, declared.as_ref(), reason.as_deref(), counted.get(&input.code), &place, &mut problems);
                if row.value != value || row.note != note || row.override_reason != reason {
                    changes.push((row.clone(), value, note, reason));
                }
            }
            problems.finish()?;
            for (before, value, note, reason) in changes {
                let after = sheet_line::ActiveModel {
                    id: Set(before.id),
                    value: Set(value),
                    note: Set(note),
                    override_reason: Set(reason.clone()),
                    edited_by_id: Set(Some(who.person)),
                    edited_at: Set(Some(tx.now())),
                    version: Set(before.version + 1),
                    ..Default::default()
                }
                .update(tx.db())
                .await?;
                tx.record(
                    Event::on("sheet.line_written", Subject::SheetLine, after.id.0)
                        .unit(found.sheet.unit_id)
                        .change(&before, &after)
                        .reason(reason.as_deref()),
                );
            }
            let sheet = touch(&tx, &found.sheet).await?;
            tx.record(Event::on("sheet.written", Subject::Sheet, id.0).unit(found.sheet.unit_id));
            Ok(sheet)
        })
        .await
}

/// Fills counted figures into the lines of the sheet where nothing stands yet. What was typed stays.
///
/// # Errors
/// As [`fn@write`].
pub async fn prefill(store: &Store, caller: &Caller, id: SheetId) -> Result<sheet::Model> {
    let db = store.read();
    let view = view(db, caller, id).await?;
    let (unit, year) = (view.seen.sheet.unit_id, view.seen.round.year);
    let counted = counted(db, &view.set, unit, year, caller.today).await?;
    let lines = counted.iter().filter_map(|(code, inputs)| {
        let placed = view.set.leaf(code).filter(|placed| placed.leaf.self_scored)?;
        let said = view.lines.get(code)?;
        let value = counted::filled(declared(placed, said), inputs)?;
        Some(LineInput {
            code: code.clone(),
            version: Some(said.line.version),
            value: yaml::to_json(&file::write_value(&value)),
            note: said.line.note.clone(),
            override_reason: said.line.override_reason.clone(),
        })
    });
    write(store, caller, id, lines.collect()).await
}

/// The value as it is kept, or what is wrong with it. Inputs may still be missing; what is there
/// must be understood.
fn checked(set: &CriteriaSet, placed: Placed<'_>, input: &LineInput, place: &str, problems: &mut Problems) -> Option<Json> {
    if input.value.is_null() {
        return None;
    }
    let value = file::read_value(placed.leaf, &yaml::from_json(&input.value), place, problems)?;
    let unit = scoring::Unit {
        entries: [(placed.node.code.clone(), scoring::Entry::declared(value.clone()))].into(),
        survey_held: true,
        ..Default::default()
    };
    if let Some(wrong) = scoring::line(set, &unit, placed).missing {
        // A figure not yet typed is no mistake; anything else is said at once.
        if !matches!(wrong.code, "score_input_missing" | "score_value_missing" | "score_zero_denominator") {
            problems.add_with(place, wrong.code, wrong.params);
        }
    }
    Some(yaml::to_json(&file::write_value(&value)))
}

async fn touch(tx: &Tx, before: &sheet::Model) -> Result<sheet::Model> {
    let row = sheet::ActiveModel { id: Set(before.id), version: Set(before.version + 1), ..Default::default() };
    Ok(row.update(tx.db()).await?)
}

/// Hands the sheet in: from here on the self-score is a layer of its own.
///
/// # Errors
/// 404, stale, `sheet_incomplete`, `scored_it_yourself`, `self_scoring_over`, `sheet_not_open`.
pub async fn submit(store: &Store, caller: &Caller, id: SheetId, version: Version) -> Result<sheet::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let (found, over) = own(&tx, &who, id).await?;
            seen(version, found.sheet.version)?;
            domain::rule::require(found.of_unit.head, "head_only")?;
            let view = view(tx.db(), &who, id).await?;
            let unfinished = u32::try_from(view.unfinished().len()).unwrap_or(u32::MAX);
            let by_head = view.lines.values().any(|said| said.line.edited_by_id == Some(who.person));
            may_submit(found.round.state, found.sheet.state, over, unfinished, by_head)?;
            for placed in view.set.leaves().into_iter().filter(|placed| placed.leaf.self_scored) {
                let Some(said) = view.lines.get(&placed.node.code) else { continue };
                let person = said.line.edited_by_id.unwrap_or(who.person);
                append(
                    &tx,
                    &said.line,
                    Layer::SelfScore,
                    ScoreVerdict::Given,
                    said.line.value.clone(),
                    None,
                    said.line.note.clone(),
                    person,
                )
                .await?;
            }
            let after = sheet::ActiveModel {
                id: Set(id),
                state: Set(SheetState::Submitted),
                submitted_at: Set(Some(tx.now())),
                submitted_by_id: Set(Some(who.person)),
                version: Set(found.sheet.version + 1),
                ..Default::default()
            }
            .update(tx.db())
            .await?;
            tx.record(Event::on("sheet.submitted", Subject::Sheet, id.0).unit(after.unit_id).change(&found.sheet, &after));
            Ok(after)
        })
        .await
}

/// Takes the sheet back before the deadline, to mend it.
///
/// # Errors
/// 404, stale, `sheet_not_open`, `self_scoring_over`, `head_only`.
pub async fn withdraw(store: &Store, caller: &Caller, id: SheetId, version: Version) -> Result<sheet::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let (found, over) = own(&tx, &who, id).await?;
            seen(version, found.sheet.version)?;
            domain::rule::require(found.of_unit.head, "head_only")?;
            may_withdraw(found.round.state, found.sheet.state, over)?;
            let after = sheet::ActiveModel {
                id: Set(id),
                state: Set(SheetState::Open),
                version: Set(found.sheet.version + 1),
                ..Default::default()
            }
            .update(tx.db())
            .await?;
            tx.record(Event::on("sheet.withdrawn", Subject::Sheet, id.0).unit(after.unit_id).change(&found.sheet, &after));
            Ok(after)
        })
        .await
}

/// Answers a line that the first appraisal changed or asked about; a new value may come with it.
///
/// # Errors
/// 404, `explanation_over`, `line_not_changed`, wrong fields.
pub async fn explain(
    store: &Store,
    caller: &Caller,
    id: SheetId,
    code: String,
    text: String,
    value: Option<Json>,
) -> Result<sheet::Model> {
    let mut problems = Problems::new();
    let text = problems.text("text", &text, 4_000);
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let found = access::sheet(tx.db(), &who, id, true).await?;
            if !found.of_unit.drafts && !found.of_unit.head {
                return Err(Error::Forbidden(Permission::DraftScores));
            }
            let now = deadline_now(&tx).await?;
            let over = found.round.explanation_due_at.is_none_or(|due| now >= due);
            let (_, set) = set_of(tx.db(), found.round.set_id).await?;
            let said = line_of(tx.db(), &found.sheet, &code).await?;
            may_explain(found.round.state, over, said.contested())?;
            let placed = set.leaf(&code).ok_or(Error::NotFound)?;
            let value = value.filter(|value| !value.is_null());
            let kept = value.map(|value| {
                let input = LineInput { code: code.clone(), version: None, value, note: None, override_reason: None };
                checked(&set, placed, &input, "value", &mut problems)
            });
            problems.finish()?;
            append(
                &tx,
                &said.line,
                Layer::Explanation,
                ScoreVerdict::Given,
                kept.flatten(),
                None,
                Some(text.clone()),
                who.person,
            )
            .await?;
            let after = touch(&tx, &found.sheet).await?;
            tx.record(Event::on("sheet.explained", Subject::SheetLine, said.line.id.0).unit(after.unit_id).reason(Some(&text)));
            Ok(after)
        })
        .await
}

/// A line of a sheet by its criterion.
///
/// # Errors
/// 404.
pub async fn line_of(db: &impl ConnectionTrait, sheet: &sheet::Model, code: &str) -> Result<Said> {
    let row = sheet_line::Entity::find()
        .filter(sheet_line::Column::SheetId.eq(sheet.id))
        .filter(sheet_line::Column::Code.eq(code))
        .one(db)
        .await?
        .ok_or(Error::NotFound)?;
    standing::said(db, row).await
}

/// Adds an entry to a layer. Nothing is ever overwritten.
#[expect(clippy::too_many_arguments, reason = "the columns of an entry")]
pub(super) async fn append(
    tx: &Tx,
    line: &sheet_line::Model,
    layer: Layer,
    verdict: ScoreVerdict,
    value: Option<Json>,
    points: Option<i64>,
    reason: Option<String>,
    person: domain::id::PersonId,
) -> Result<score_entry::Model> {
    Ok(score_entry::ActiveModel {
        id: Set(tx.id::<ScoreEntryId>()),
        line_id: Set(line.id),
        layer: Set(layer),
        verdict: Set(verdict),
        value: Set(value),
        points: Set(points),
        reason: Set(reason),
        person_id: Set(person),
        created_at: Set(tx.now()),
    }
    .insert(tx.db())
    .await?)
}

/// The declared value for the page, as its rule reads it.
#[must_use]
pub fn declared(placed: Placed<'_>, said: &Said) -> Option<Value> {
    standing::value_of(placed.leaf, said.line.value.as_ref())
}
