//! Deductions that findings of inspections propose on a line of a round: the team proposes with the
//! finding as its ground, an appraiser of the criterion decides, before the units explain.

use std::collections::BTreeMap;

use domain::draft::Problems;
use domain::finding::FindingState;
use domain::id::{DeductionId, FindingId, PersonId, RoundId, UnitId};
use domain::permission::Role;
use domain::record::Subject;
use domain::round::{
    Appraising, DeductionState, RoundState, ScoreVerdict, deducted, may_decide_deduction, may_propose_deduction,
};
use domain::scoring::{self, CriteriaSet, Exact, Placed, ScoreSource, Unit};
use entities::{deduction, evidence, finding, inspection, inspection_line, round, round_appraiser, sheet, sheet_line};
use render::{Catalogue, Lang};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query, SelectStatement};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _,
    IntoActiveModel as _, JoinType, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::standing::{self, Said, Stage};
use super::{access, appraise, set_of, sheets};
use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::findings;
use crate::http::{Version, seen};
use crate::store::{Event, Store, Tx};

/// A deduction to be proposed.
#[derive(Clone, Debug)]
pub struct NewDeduction {
    /// The round that scores the unit.
    pub round_id: RoundId,
    /// The criterion.
    pub code: String,
    /// Points to take away; of a penalty, to add.
    pub points: Exact,
    /// Why; by default what the finding states.
    pub reason: Option<String>,
}

/// A proposed deduction with its path: the finding, the line it was found on, its files.
#[derive(Clone, Debug)]
pub struct Proposed {
    /// The proposal.
    pub row: deduction::Model,
    /// The round.
    pub round_id: RoundId,
    /// The unit.
    pub unit_id: UnitId,
    /// The criterion.
    pub code: String,
    /// The finding.
    pub finding: finding::Model,
    /// Code of its inspection.
    pub inspection_code: String,
    /// The line it was found on: code and question.
    pub line: Option<(String, String)>,
    /// How many files prove it: its own and those of its line.
    pub files: u32,
}

impl Proposed {
    /// Whether the finding still stands.
    #[must_use]
    pub fn stands(&self) -> bool {
        confirmed(&self.finding)
    }
}

fn confirmed(row: &finding::Model) -> bool {
    row.confirmed_at.is_some() && !matches!(row.state, FindingState::Draft | FindingState::Withdrawn)
}

/// Findings that propose a deduction to the panel on which the person sits, as a subquery.
#[must_use]
pub fn proposed_to(person: PersonId) -> SelectStatement {
    Query::select()
        .column((deduction::Entity, deduction::Column::FindingId))
        .from(deduction::Entity)
        .inner_join(
            sheet_line::Entity,
            Expr::col((sheet_line::Entity, sheet_line::Column::Id)).equals((deduction::Entity, deduction::Column::LineId)),
        )
        .inner_join(
            sheet::Entity,
            Expr::col((sheet::Entity, sheet::Column::Id)).equals((sheet_line::Entity, sheet_line::Column::SheetId)),
        )
        .inner_join(
            round_appraiser::Entity,
            Expr::col((round_appraiser::Entity, round_appraiser::Column::RoundId))
                .equals((sheet::Entity, sheet::Column::RoundId)),
        )
        .and_where(Expr::col((round_appraiser::Entity, round_appraiser::Column::PersonId)).eq(person.0))
        .to_owned()
}

/// Whether the caller stands on the side that may propose: the team, who ordered or planned the
/// inspection, a secretary of the round.
async fn theirs(db: &impl ConnectionTrait, caller: &Caller, found: &finding::Model, owner: Option<UnitId>) -> Result<bool> {
    let source = findings::source::of(db, found).await?;
    let by = findings::access::by(db, caller, found, &source).await?;
    if by.team_role.is_some() || by.ordering_authority || by.planner {
        return Ok(true);
    }
    match owner {
        Some(owner) => caller.holds_at(db, &[Role::CouncilSecretary], owner).await,
        None => Ok(false),
    }
}

/// A criterion of an open round on which a finding may propose a deduction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The round.
    pub round_id: RoundId,
    /// Its title.
    pub round: String,
    /// The criterion.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its maximum.
    pub max: Exact,
}

/// Where a finding may propose a deduction now; nothing for who may not.
///
/// # Errors
/// The database's.
pub async fn targets(db: &impl ConnectionTrait, caller: &Caller, found: &finding::Model) -> Result<Vec<Target>> {
    if found.inspection_id.is_none() || !confirmed(found) || !theirs(db, caller, found, None).await? {
        return Ok(Vec::new());
    }
    let scoring = Query::select()
        .column(sheet::Column::RoundId)
        .from(sheet::Entity)
        .and_where(sheet::Column::UnitId.eq(found.unit_id))
        .to_owned();
    let rounds = round::Entity::find()
        .filter(round::Column::State.is_in([RoundState::SelfScoring, RoundState::Appraisal]))
        .filter(round::Column::Id.in_subquery(scoring))
        .order_by_desc(round::Column::Year)
        .limit(5)
        .all(db)
        .await?;
    let mut targets = Vec::new();
    for round in rounds {
        let (_, set) = set_of(db, round.set_id).await?;
        let appraised = set.leaves().into_iter().filter(|placed| placed.leaf.source == ScoreSource::Appraisal);
        targets.extend(appraised.map(|placed| Target {
            round_id: round.id,
            round: round.title.clone(),
            code: placed.node.code.clone(),
            name: placed.node.name.clone(),
            max: placed.node.max.clone(),
        }));
    }
    Ok(targets)
}

/// What a finding has proposed, for those who may propose.
///
/// # Errors
/// 404 outside the caller's findings.
pub async fn of_finding(db: &impl ConnectionTrait, caller: &Caller, id: FindingId) -> Result<Vec<Proposed>> {
    let found = findings::access::find(db, caller, id).await?;
    if !theirs(db, caller, &found, None).await? {
        return Ok(Vec::new());
    }
    proposed(db, Condition::all().add(deduction::Column::FindingId.eq(id))).await
}

/// Every deduction proposed in a round on criteria the caller appraises, or all for its secretary.
///
/// # Errors
/// 404; 403 for who neither appraises nor keeps the round.
pub async fn of_round(db: &impl ConnectionTrait, caller: &Caller, id: RoundId) -> Result<Vec<Proposed>> {
    let round = access::find(db, caller, id, false).await?;
    let by = access::by(db, caller, &round).await?;
    if !by.secretary && by.groups.is_empty() {
        return Err(Error::Forbidden(domain::permission::Permission::AppraiseScores));
    }
    let (_, set) = set_of(db, round.set_id).await?;
    let found = proposed(db, in_round(id, None)).await?;
    let units: Vec<UnitId> = found.iter().map(|one| one.unit_id).collect();
    let barred = access::barred(db, caller, &units).await?;
    let theirs = |one: &Proposed| {
        let group = set.leaf(&one.code).and_then(|placed| placed.leaf.appraiser_group.as_deref());
        (by.secretary || by.appraises(group)) && !barred.contains(&one.unit_id)
    };
    Ok(found.into_iter().filter(theirs).collect())
}

/// The condition «proposed in this round», on this criterion.
fn in_round(id: RoundId, code: Option<&str>) -> Condition {
    let sheets =
        Query::select().column(sheet::Column::Id).from(sheet::Entity).and_where(sheet::Column::RoundId.eq(id)).to_owned();
    let lines = Query::select()
        .column(sheet_line::Column::Id)
        .from(sheet_line::Entity)
        .and_where(sheet_line::Column::SheetId.in_subquery(sheets))
        .and_where_option(code.map(|code| sheet_line::Column::Code.eq(code)))
        .to_owned();
    Condition::all().add(deduction::Column::LineId.in_subquery(lines))
}

/// The deductions proposed on one criterion of a round, by unit.
///
/// # Errors
/// The database's.
pub async fn of_criterion(db: &impl ConnectionTrait, id: RoundId, code: &str) -> Result<BTreeMap<UnitId, Vec<Proposed>>> {
    let mut by_unit: BTreeMap<UnitId, Vec<Proposed>> = BTreeMap::new();
    for one in proposed(db, in_round(id, Some(code))).await? {
        by_unit.entry(one.unit_id).or_default().push(one);
    }
    Ok(by_unit)
}

/// How many deductions nobody has decided in these rounds, by criterion: one statement.
///
/// # Errors
/// The database's.
pub async fn waiting(db: &impl ConnectionTrait, rounds: &[RoundId]) -> Result<BTreeMap<(RoundId, String), u32>> {
    let to_line = deduction::Entity::belongs_to(sheet_line::Entity).from(deduction::Column::LineId).to(sheet_line::Column::Id);
    let to_sheet = sheet_line::Entity::belongs_to(sheet::Entity).from(sheet_line::Column::SheetId).to(sheet::Column::Id);
    let rows: Vec<(RoundId, String, i64)> = deduction::Entity::find()
        .select_only()
        .column(sheet::Column::RoundId)
        .column(sheet_line::Column::Code)
        .column_as(deduction::Column::Id.count(), "open")
        .join(JoinType::InnerJoin, to_line.into())
        .join(JoinType::InnerJoin, to_sheet.into())
        .filter(sheet::Column::RoundId.is_in(rounds.iter().copied()))
        .filter(deduction::Column::State.eq(DeductionState::Proposed))
        .group_by(sheet::Column::RoundId)
        .group_by(sheet_line::Column::Code)
        .into_tuple()
        .all(db)
        .await?;
    let counted = |(round, code, open): (RoundId, String, i64)| ((round, code), u32::try_from(open).unwrap_or(u32::MAX));
    Ok(rows.into_iter().map(counted).collect())
}

/// How many deductions of a round nobody has decided.
///
/// # Errors
/// The database's.
pub async fn undecided(db: &impl ConnectionTrait, id: RoundId) -> Result<u32> {
    use sea_orm::PaginatorTrait as _;
    let open = deduction::Entity::find().filter(in_round(id, None)).filter(deduction::Column::State.eq(DeductionState::Proposed));
    Ok(u32::try_from(open.count(db).await?).unwrap_or(u32::MAX))
}

/// One proposal with its path, after an act on it.
///
/// # Errors
/// 404.
pub(super) async fn one(db: &impl ConnectionTrait, id: DeductionId) -> Result<Proposed> {
    let found = proposed(db, Condition::all().add(deduction::Column::Id.eq(id))).await?;
    found.into_iter().next().ok_or(Error::NotFound)
}

/// One proposal, for those who appraise in its round or keep it.
///
/// # Errors
/// 404 for anybody else.
pub async fn of_panel(db: &impl ConnectionTrait, caller: &Caller, id: DeductionId) -> Result<Proposed> {
    let found = one(db, id).await?;
    let round = access::find(db, caller, found.round_id, false).await?;
    let by = access::by(db, caller, &round).await?;
    if by.secretary || !by.groups.is_empty() { Ok(found) } else { Err(Error::NotFound) }
}

/// Reads proposals with their paths: six statements, however many.
async fn proposed(db: &impl ConnectionTrait, which: Condition) -> Result<Vec<Proposed>> {
    let rows = deduction::Entity::find()
        .filter(which)
        .order_by_asc(deduction::Column::ProposedAt)
        .order_by_asc(deduction::Column::Id)
        .all(db)
        .await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let lines = sheet_line::Entity::find().filter(sheet_line::Column::Id.is_in(rows.iter().map(|row| row.line_id)));
    let lines: BTreeMap<_, _> = lines.all(db).await?.into_iter().map(|line| (line.id, line)).collect();
    let sheets = sheet::Entity::find().filter(sheet::Column::Id.is_in(lines.values().map(|line| line.sheet_id)));
    let sheets: BTreeMap<_, _> = sheets.all(db).await?.into_iter().map(|sheet| (sheet.id, sheet)).collect();
    let found = finding::Entity::find().filter(finding::Column::Id.is_in(rows.iter().map(|row| row.finding_id)));
    let found: BTreeMap<_, _> = found.all(db).await?.into_iter().map(|row| (row.id, row)).collect();
    let visits =
        inspection::Entity::find().filter(inspection::Column::Id.is_in(found.values().filter_map(|row| row.inspection_id)));
    let visits: BTreeMap<_, _> = visits.all(db).await?.into_iter().map(|visit| (visit.id, visit.code)).collect();
    let on =
        inspection_line::Entity::find().filter(inspection_line::Column::Id.is_in(found.values().filter_map(|row| row.line_id)));
    let on: BTreeMap<_, _> = on.all(db).await?.into_iter().map(|line| (line.id, (line.code, line.question))).collect();
    let proofs = found.values().fold(Condition::any(), |any, row| any.add(findings::access::proof_of(row)));
    let files: Vec<uuid::Uuid> = evidence::Entity::find()
        .select_only()
        .column(evidence::Column::SubjectId)
        .filter(proofs)
        .filter(evidence::Column::RemovedAt.is_null())
        .into_tuple()
        .all(db)
        .await?;
    let shown = |row: deduction::Model| {
        let line = lines.get(&row.line_id)?;
        let sheet = sheets.get(&line.sheet_id)?;
        let finding = found.get(&row.finding_id)?.clone();
        let of = |id: &&uuid::Uuid| **id == finding.id.0 || finding.line_id.is_some_and(|line| **id == line.0);
        Some(Proposed {
            round_id: sheet.round_id,
            unit_id: sheet.unit_id,
            code: line.code.clone(),
            inspection_code: finding.inspection_id.and_then(|id| visits.get(&id)).cloned().unwrap_or_default(),
            line: finding.line_id.and_then(|id| on.get(&id)).cloned(),
            files: u32::try_from(files.iter().filter(of).count()).unwrap_or(u32::MAX),
            finding,
            row,
        })
    };
    Ok(rows.into_iter().filter_map(shown).collect())
}

/// Proposes a deduction on the ground of a finding.
///
/// # Errors
/// 404 outside the caller's findings; `team_only`, `finding_not_confirmed`, `deduction_too_late`;
/// wrong fields.
pub async fn propose(store: &Store, caller: &Caller, id: FindingId, new: NewDeduction) -> Result<deduction::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let round = round::Entity::find_by_id(new.round_id).lock_exclusive().one(tx.db()).await?;
            let found = findings::access::lock(tx.db(), &who, id).await?;
            let scored = match &round {
                Some(round) if round.state != RoundState::Draft => sheet_of(tx.db(), round.id, found.unit_id).await?,
                _ => None,
            };
            let (Some(round), Some(sheet)) = (round, scored) else {
                return Err(Error::field("round_id", "unknown_record"));
            };
            let theirs = theirs(tx.db(), &who, &found, Some(round.owner_unit_id)).await?;
            may_propose_deduction(round.state, theirs, found.inspection_id.is_some() && confirmed(&found))?;
            let (_, set) = set_of(tx.db(), round.set_id).await?;
            let (line, points, reason) = checked(&tx, &set, &sheet, &found, &new).await?;
            let row = deduction::ActiveModel {
                id: Set(tx.id::<DeductionId>()),
                finding_id: Set(id),
                line_id: Set(line.id),
                points: Set(points),
                reason: Set(reason.clone()),
                proposed_by_id: Set(who.person),
                proposed_at: Set(tx.now()),
                state: Set(DeductionState::Proposed),
                decided_by_id: Set(None),
                decided_at: Set(None),
                decision_reason: Set(None),
                entry_id: Set(None),
                version: Set(1),
            }
            .insert(tx.db())
            .await?;
            // On the round's line, not on the finding: the unit reads its findings, not what is proposed about its points.
            let event = Event::on("deduction.proposed", Subject::SheetLine, line.id.0).unit(round.owner_unit_id);
            tx.record(event.after(&row).reason(Some(&reason)));
            Ok(row)
        })
        .await
}

async fn sheet_of(db: &impl ConnectionTrait, round: RoundId, unit: UnitId) -> Result<Option<sheet::Model>> {
    Ok(sheet::Entity::find().filter(sheet::Column::RoundId.eq(round)).filter(sheet::Column::UnitId.eq(unit)).one(db).await?)
}

/// The line, the points as they are kept, and the reason, or everything that is wrong.
async fn checked(
    tx: &Tx,
    set: &CriteriaSet,
    sheet: &sheet::Model,
    found: &finding::Model,
    new: &NewDeduction,
) -> Result<(sheet_line::Model, i64, String)> {
    let mut problems = Problems::new();
    let line = sheet_line::Entity::find()
        .filter(sheet_line::Column::SheetId.eq(sheet.id))
        .filter(sheet_line::Column::Code.eq(&new.code))
        .one(tx.db())
        .await?;
    let (placed, line) = match (set.leaf(&new.code), line) {
        (Some(placed), Some(line)) => (placed, line),
        _ => {
            problems.add_with("code", "inputs_unknown_criterion", vec![("code", new.code.clone())]);
            return Err(problems.finish().err().map_or(Error::NotFound, Error::from));
        }
    };
    problems.check(placed.leaf.source != ScoreSource::Appraisal, "code", "line_not_appraised");
    let same = deduction::Entity::find()
        .filter(deduction::Column::FindingId.eq(found.id))
        .filter(deduction::Column::LineId.eq(line.id))
        .one(tx.db())
        .await?;
    problems.check(same.is_some(), "code", "already_proposed");
    let most = &placed.node.max - &placed.leaf.lowest();
    let params = || vec![("min", "0".to_owned()), ("max", most.vn_short())];
    if new.points <= Exact::zero() || new.points > most {
        problems.add_with("points", "deduction_out_of_range", params());
    }
    let stored = new.points.to_stored().filter(|stored| Exact::from_stored(*stored) == new.points);
    if stored.is_none() {
        problems.add_with("points", "too_many_decimals", vec![("max", scoring::STORED_PLACES.to_string())]);
    }
    let reason = problems.optional_text("reason", new.reason.as_deref(), 2_000);
    let reason = reason.or_else(|| found.statement.clone());
    problems.check(reason.is_none(), "reason", "required");
    problems.finish()?;
    Ok((line, stored.unwrap_or_default(), reason.unwrap_or_default()))
}

/// Decides a proposed deduction. Accepted, it becomes a value of the first appraisal: the points the
/// line has now, less those proposed. Declining wants a reason.
///
/// # Errors
/// 404, stale; the who-rules of appraising, `deduction_decided`, `finding_not_confirmed`,
/// `nothing_to_deduct`; wrong fields.
pub async fn decide(
    store: &Store,
    caller: &Caller,
    id: DeductionId,
    version: Version,
    accept: bool,
    reason: Option<String>,
) -> Result<deduction::Model> {
    let mut problems = Problems::new();
    let reason = problems.optional_text("reason", reason.as_deref(), 2_000);
    problems.check(!accept && reason.is_none(), "reason", "required");
    problems.finish()?;
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let (round, sheet, line) = place_of(&tx, &who, id).await?;
            let before = deduction::Entity::find_by_id(id).lock_exclusive().one(tx.db()).await?.ok_or(Error::NotFound)?;
            seen(version, before.version)?;
            let by = access::by(tx.db(), &who, &round).await?;
            let (_, set) = set_of(tx.db(), round.set_id).await?;
            let placed = set.leaf(&line.code).ok_or(Error::NotFound)?;
            let found = finding::Entity::find_by_id(before.finding_id).one(tx.db()).await?.ok_or(Error::NotFound)?;
            let barred = access::barred(tx.db(), &who, &[sheet.unit_id]).await?;
            let said = standing::said(tx.db(), line).await?;
            let facts = appraise::appraising(&by, placed, &said, barred.contains(&sheet.unit_id), who.person);
            let layer = may_decide_deduction(round.state, &facts, before.state, confirmed(&found))?;
            let mut row = deduction::Model {
                state: if accept { DeductionState::Accepted } else { DeductionState::Declined },
                decided_by_id: Some(who.person),
                decided_at: Some(tx.now()),
                decision_reason: reason.clone(),
                version: before.version + 1,
                ..before.clone()
            };
            if accept {
                let points = left(&set, &round, &sheet, placed, &said, before.points)?;
                let ground = ground(&found, before.points, &before.reason, reason.as_deref())?;
                let entry = sheets::append(
                    &tx,
                    &said.line,
                    layer,
                    ScoreVerdict::Changed,
                    None,
                    points.to_stored(),
                    Some(ground),
                    who.person,
                )
                .await?;
                row.entry_id = Some(entry.id);
            }
            let change = row.into_active_model().reset_all();
            let after = deduction::Entity::update(change)
                .validate()?
                .filter(deduction::Column::Version.eq(before.version))
                .exec(tx.db())
                .await?;
            let kind = if accept { "deduction.accepted" } else { "deduction.declined" };
            let event = Event::on(kind, Subject::SheetLine, said.line.id.0).unit(round.owner_unit_id);
            tx.record(event.change(&before, &after).reason(reason.as_deref()));
            Ok(after)
        })
        .await
}

/// Where a deduction stands, the round locked first as everywhere.
async fn place_of(tx: &Tx, caller: &Caller, id: DeductionId) -> Result<(round::Model, sheet::Model, sheet_line::Model)> {
    let row = deduction::Entity::find_by_id(id).one(tx.db()).await?.ok_or(Error::NotFound)?;
    let line = sheet_line::Entity::find_by_id(row.line_id).one(tx.db()).await?.ok_or(Error::NotFound)?;
    let sheet = sheet::Entity::find_by_id(line.sheet_id).one(tx.db()).await?.ok_or(Error::NotFound)?;
    let round = access::find(tx.db(), caller, sheet.round_id, true).await?;
    let by = access::by(tx.db(), caller, &round).await?;
    if !by.secretary && by.groups.is_empty() {
        return Err(Error::NotFound);
    }
    Ok((round, sheet, line))
}

/// The points left on a line: of what was appraised, else of what the unit declares.
fn left(
    set: &CriteriaSet,
    round: &round::Model,
    sheet: &sheet::Model,
    placed: Placed<'_>,
    said: &Said,
    points: i64,
) -> Result<Exact> {
    let entry =
        standing::effective(placed.leaf, said, Stage::Final).or_else(|| standing::effective(placed.leaf, said, Stage::SelfScore));
    let now = entry.and_then(|entry| {
        let unit = Unit {
            id: sheet.unit_code.clone(),
            kind: Some(sheet.kind.clone()),
            group: sheet.peer_group.clone(),
            survey_held: round.survey_held,
            entries: [(placed.node.code.clone(), entry)].into(),
        };
        let line = scoring::line(set, &unit, placed);
        line.result.points.filter(|_| line.missing.is_none())
    });
    Ok(deducted(placed, now.as_ref(), &Exact::from_stored(points))?)
}

/// What the unit reads as the reason of its changed line.
fn ground(found: &finding::Model, points: i64, proposed: &str, decided: Option<&str>) -> Result<String> {
    let catalogue = Catalogue::embedded().map_err(|error| Error::Internal(error.into()))?;
    let params =
        [("points", Exact::from_stored(points).vn_short()), ("finding", found.code.clone()), ("reason", proposed.to_owned())];
    let text = catalogue.get(Lang::Vi, "deduction.ground", &params);
    Ok([Some(text.as_str()), decided].into_iter().flatten().collect::<Vec<_>>().join(" "))
}

/// A finding was taken back: what it proposed and nobody decided falls.
///
/// # Errors
/// The database's.
pub(crate) async fn drop_of(tx: &Tx, id: FindingId) -> Result<()> {
    let rows = deduction::Entity::find()
        .filter(deduction::Column::FindingId.eq(id))
        .filter(deduction::Column::State.eq(DeductionState::Proposed))
        .lock_exclusive()
        .all(tx.db())
        .await?;
    for before in rows {
        let row = deduction::Model { state: DeductionState::Dropped, version: before.version + 1, ..before.clone() };
        let after = row.into_active_model().reset_all().update(tx.db()).await?;
        tx.record(Event::on("deduction.dropped", Subject::SheetLine, before.line_id.0).change(&before, &after));
    }
    Ok(())
}

/// Whether the caller may decide a proposal now, for the buttons of the page.
#[must_use]
pub fn decides(round: RoundState, by: &Appraising, one: &Proposed) -> bool {
    may_decide_deduction(round, by, one.row.state, one.stands()).is_ok()
}
