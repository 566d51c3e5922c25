//! What scoring rounds wait for from the caller: as one of a unit, of the panel, as secretary, as publisher. Numbers
//! of lines and criteria, never a point.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use domain::id::{CriteriaSetId, PublicationId, RoundId, UnitId};
use domain::permission::Permission;
use domain::record::{CriteriaSetState, Subject};
use domain::round::{Facts, Layer, PublicationState, RoundState, RoundVerb, SheetState, advance, next_verb};
use domain::scoring::{self, CriteriaSet, Placed, ScoreSource};
use entities::{criteria_set, publication, publication_approval, round, round_appraiser, sheet, unit};
use sea_orm::sea_query::{Query, SimpleExpr};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, FromQueryResult, JoinType, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, RelationDef,
};

use super::{Item, waiting::item};
use crate::auth::Caller;
use crate::error::Result;
use crate::rounds::access;
use crate::rounds::owed::{self, Lacking, Mine, OpenSheet, last_day};
use crate::web::link_to;

/// Rounds looked at; more than that is not a day's list.
const MOST: u64 = 100;

/// Everything rounds wait for from the caller: a constant number of statements.
pub(super) async fn rounds(db: &impl ConnectionTrait, caller: &Caller, now: DateTime<Utc>) -> Result<Vec<Item>> {
    let mut items = sheets(db, caller, now).await?;
    items.extend(moving(db, caller, now).await?);
    items.extend(publications(db, caller, now).await?);
    Ok(items)
}

/// Sheets of the caller's units: to be filled in, handed in, explained.
async fn sheets(db: &impl ConnectionTrait, caller: &Caller, now: DateTime<Utc>) -> Result<Vec<Item>> {
    let of = |permission| caller.scope(permission).covers(sheet::Column::UnitId);
    let mine = Mine { drafts: of(Permission::DraftScores), heads: of(Permission::SignForUnit) };
    let whose = Condition::any().add(mine.drafts.clone()).add(mine.heads.clone());
    let rows = owed::open_sheets(db, Some(mine)).await?;
    let unexplained = owed::unexplained(db, whose).await?;
    let lines = |row: &OpenSheet| unexplained.iter().find(|((_, sheet), _)| *sheet == row.id).map(|(_, lines)| *lines);
    Ok(rows.iter().filter_map(|row| sheet_item(row, lines(row), now)).collect())
}

fn sheet_item(row: &OpenSheet, unexplained: Option<u32>, now: DateTime<Utc>) -> Option<Item> {
    let (verb, end) = match row.round_state {
        RoundState::SelfScoring if now >= row.self_due_at => ("self_score_over", row.self_due_at),
        RoundState::SelfScoring if row.drafts => ("self_score", row.self_due_at),
        RoundState::SelfScoring => ("submit_sheet", row.self_due_at),
        _ => ("explain", row.explanation_due_at.filter(|end| now < *end)?),
    };
    let count = if verb == "explain" { Some(unexplained?) } else { None };
    let title = format!("{} · {}", row.code, row.title);
    let due_on = Some(last_day(end));
    Some(Item { count, ..item(verb, "sheet", Subject::Sheet, row.id.0, &row.code, title, &row.unit_name, due_on) })
}

#[derive(Debug, FromQueryResult)]
struct Moving {
    id: RoundId,
    code: String,
    title: String,
    state: RoundState,
    set_id: CriteriaSetId,
    survey_held: bool,
    self_due_at: DateTime<Utc>,
    explanation_due_at: Option<DateTime<Utc>>,
    appraisal_due_on: NaiveDate,
    unit_name: String,
    secretary: bool,
}

impl Moving {
    fn item(&self, verb: &'static str, due_on: Option<NaiveDate>) -> Item {
        let title = format!("{} · {}", self.code, self.title);
        item(verb, "round", Subject::Round, self.id.0, &self.code, title, &self.unit_name, due_on)
    }
}

fn to_owner() -> RelationDef {
    round::Entity::belongs_to(unit::Entity).from(round::Column::OwnerUnitId).to(unit::Column::Id).into()
}

/// Rounds that the caller appraises in or moves on.
async fn moving(db: &impl ConnectionTrait, caller: &Caller, now: DateTime<Utc>) -> Result<Vec<Item>> {
    use round::Column;
    let moves = caller.scope(Permission::ManageRounds).covers(Column::OwnerUnitId);
    let seated = Query::select()
        .column(round_appraiser::Column::RoundId)
        .from(round_appraiser::Entity)
        .and_where(round_appraiser::Column::PersonId.eq(caller.person))
        .to_owned();
    let judges = Condition::all()
        .add(caller.scope(Permission::AppraiseScores).covers(Column::OwnerUnitId))
        .add(Column::State.is_in([RoundState::Appraisal, RoundState::FinalAppraisal]))
        .add(Column::Id.in_subquery(seated));
    let rows: Vec<Moving> = round::Entity::find()
        .select_only()
        .columns([
            Column::Id,
            Column::Code,
            Column::Title,
            Column::State,
            Column::SetId,
            Column::SurveyHeld,
            Column::SelfDueAt,
            Column::ExplanationDueAt,
            Column::AppraisalDueOn,
        ])
        .column_as(unit::Column::Name, "unit_name")
        .column_as(SimpleExpr::from(moves.clone()), "secretary")
        .join(JoinType::InnerJoin, to_owner())
        .filter(Column::State.is_not_in([RoundState::Published, RoundState::Archived]))
        .filter(Condition::any().add(moves).add(judges))
        .order_by_desc(Column::Id)
        .limit(MOST)
        .into_model()
        .all(db)
        .await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let owed = Owed::load(db, caller, &rows).await?;
    Ok(rows.iter().flat_map(|row| [owed.for_panel(row), owed.for_secretary(row, now)]).flatten().collect())
}

/// What the rounds of one look lack.
struct Owed {
    /// The caller's criterion groups by round; the empty one means all.
    groups: BTreeMap<RoundId, BTreeSet<String>>,
    seats: BTreeMap<RoundId, usize>,
    sheets: Vec<(RoundId, SheetState, i64)>,
    /// Published or not, and the set itself where a round appraises.
    sets: BTreeMap<CriteriaSetId, (CriteriaSetState, Option<CriteriaSet>)>,
    /// Rounds with a proposal that is open.
    proposed: BTreeSet<RoundId>,
    unappraised: Vec<Lacking>,
    /// Without those of units the caller may not judge.
    unappraised_by_me: Vec<Lacking>,
    /// Without a value from a survey, the leadership or elsewhere.
    ungiven: Vec<Lacking>,
    unexplained: BTreeMap<RoundId, u32>,
    undecided: BTreeMap<(RoundId, String), u32>,
    undecided_by_me: BTreeMap<(RoundId, String), u32>,
    /// Deductions that findings propose and nobody has decided, by criterion.
    deductions: BTreeMap<(RoundId, String), u32>,
}

impl Owed {
    async fn load(db: &impl ConnectionTrait, caller: &Caller, rows: &[Moving]) -> Result<Self> {
        let ids: Vec<RoundId> = rows.iter().map(|row| row.id).collect();
        let at = |state: RoundState| rows.iter().filter(|row| row.state == state).map(|row| row.id).collect::<Vec<_>>();
        let (first, second) = (at(RoundState::Appraisal), at(RoundState::FinalAppraisal));
        let seats = round_appraiser::Entity::find().filter(round_appraiser::Column::RoundId.is_in(ids.clone())).all(db).await?;
        let sheets: Vec<(RoundId, SheetState, i64)> = sheet::Entity::find()
            .select_only()
            .columns([sheet::Column::RoundId, sheet::Column::State])
            .column_as(sheet::Column::Id.count(), "sheets")
            .filter(sheet::Column::RoundId.is_in(ids.clone()))
            .group_by(sheet::Column::RoundId)
            .group_by(sheet::Column::State)
            .into_tuple()
            .all(db)
            .await?;
        let proposed: Vec<RoundId> = publication::Entity::find()
            .select_only()
            .column(publication::Column::RoundId)
            .filter(publication::Column::RoundId.is_in(ids.clone()))
            .filter(publication::Column::State.eq(PublicationState::Proposed))
            .into_tuple()
            .all(db)
            .await?;
        let whose = Condition::all().add(sheet::Column::RoundId.is_in(ids));
        let mut unexplained = BTreeMap::new();
        for ((round, _), lines) in owed::unexplained(db, whose).await? {
            *unexplained.entry(round).or_default() += lines;
        }
        let barred = barred(db, caller, first.iter().chain(&second)).await?;
        let none = BTreeSet::new();
        let given = [Layer::Survey, Layer::Leadership, Layer::External];
        let mut found = Self {
            groups: BTreeMap::new(),
            seats: BTreeMap::new(),
            sheets,
            sets: sets(db, rows).await?,
            proposed: proposed.into_iter().collect(),
            unappraised: owed::lacking(db, &first, &[Layer::Appraisal1], &none).await?,
            unappraised_by_me: owed::lacking(db, &first, &[Layer::Appraisal1], &barred).await?,
            ungiven: owed::lacking(db, &second, &given, &none).await?,
            unexplained,
            undecided: owed::undecided(db, &second, None).await?,
            undecided_by_me: owed::undecided(db, &second, Some((caller.person, &barred))).await?,
            deductions: crate::rounds::deductions::waiting(db, &first).await?,
        };
        for seat in seats {
            *found.seats.entry(seat.round_id).or_default() += 1;
            if seat.person_id == caller.person && caller.may(Permission::AppraiseScores) {
                found.groups.entry(seat.round_id).or_default().insert(seat.criterion_group);
            }
        }
        Ok(found)
    }

    fn set(&self, row: &Moving) -> Option<&CriteriaSet> {
        self.sets.get(&row.set_id).and_then(|(_, set)| set.as_ref())
    }

    /// Whether a criterion is the caller's to appraise.
    fn judges(&self, row: &Moving, placed: Placed<'_>) -> bool {
        let Some(groups) = self.groups.get(&row.id) else { return false };
        let group = placed.leaf.appraiser_group.as_deref();
        placed.leaf.source == ScoreSource::Appraisal && (groups.contains("") || group.is_some_and(|group| groups.contains(group)))
    }

    /// Criteria that await the caller's appraisal.
    fn for_panel(&self, row: &Moving) -> Option<Item> {
        let set = self.set(row)?;
        let (verb, codes): (_, BTreeSet<&str>) = match row.state {
            RoundState::Appraisal => {
                let lacking = self.unappraised_by_me.iter().filter(|lacking| lacking.round_id == row.id);
                let mine = lacking.filter(|lacking| {
                    set.leaf(&lacking.code).is_some_and(|placed| self.judges(row, placed) && applies(set, row, lacking, placed))
                });
                let proposed = self.deductions.keys().filter(|(round, _)| *round == row.id).map(|(_, code)| code.as_str());
                let proposed = proposed.filter(|code| set.leaf(code).is_some_and(|placed| self.judges(row, placed)));
                ("appraise", mine.map(|lacking| lacking.code.as_str()).chain(proposed).collect())
            }
            RoundState::FinalAppraisal => {
                let owed = self.undecided_by_me.keys().filter(|(round, _)| *round == row.id).map(|(_, code)| code.as_str());
                let mine = owed.filter(|code| row.secretary || set.leaf(code).is_some_and(|placed| self.judges(row, placed)));
                ("appraise_again", mine.collect())
            }
            _ => return None,
        };
        let count = u32::try_from(codes.len()).ok().filter(|count| *count > 0)?;
        Some(Item { count: Some(count), ..row.item(verb, Some(row.appraisal_due_on)) })
    }

    /// The secretary's next step, when nothing holds it any more.
    fn for_secretary(&self, row: &Moving, now: DateTime<Utc>) -> Option<Item> {
        if !row.secretary {
            return None;
        }
        if row.state == RoundState::Approved {
            return (!self.proposed.contains(&row.id))
                .then(|| Item { href: ranking(row.id), ..row.item("propose_publication", None) });
        }
        let verb = next_verb(row.state)?;
        advance(row.state, verb, true, &self.facts(row, now)).ok()?;
        let due_on = matches!(verb, RoundVerb::Release | RoundVerb::Convene).then_some(row.appraisal_due_on);
        Some(row.item(verb.code(), due_on))
    }

    fn facts(&self, row: &Moving, now: DateTime<Utc>) -> Facts {
        let sheets = |wanted: &dyn Fn(SheetState) -> bool| {
            let of = self.sheets.iter().filter(|(round, state, _)| *round == row.id && wanted(*state));
            of.map(|(.., sheets)| u32::try_from(*sheets).unwrap_or(u32::MAX)).sum()
        };
        let deductions = self.deductions.iter().filter(|((round, _), _)| *round == row.id);
        let undecided = self.undecided.iter().filter(|((round, _), _)| *round == row.id);
        Facts {
            set_published: self.sets.get(&row.set_id).is_some_and(|(state, _)| *state == CriteriaSetState::Published),
            sheets: sheets(&|_| true),
            open_sheets: sheets(&|state| state == SheetState::Open),
            appraisers: self.seats.get(&row.id).and_then(|seats| u32::try_from(*seats).ok()).unwrap_or_default(),
            self_scoring_over: now >= row.self_due_at,
            explanation_over: row.explanation_due_at.is_some_and(|due| now >= due),
            not_appraised: self.lines(row, &self.unappraised, |set, lacking, placed| {
                placed.leaf.source == ScoreSource::Appraisal && applies(set, row, lacking, placed)
            }),
            not_explained: self.unexplained.get(&row.id).copied().unwrap_or_default(),
            not_decided: undecided.map(|(_, lines)| *lines).sum(),
            open_deductions: deductions.map(|(_, open)| *open).sum(),
            without_points: self.lines(row, &self.ungiven, |set, lacking, placed| {
                placed.leaf.source != ScoreSource::Appraisal && scoring::line(set, &alike(row, lacking), placed).missing.is_some()
            }),
        }
    }

    fn lines(&self, row: &Moving, of: &[Lacking], counts: impl Fn(&CriteriaSet, &Lacking, Placed<'_>) -> bool) -> u32 {
        let Some(set) = self.set(row) else { return 0 };
        let here = of.iter().filter(|lacking| lacking.round_id == row.id);
        let counted = here.filter(|lacking| set.leaf(&lacking.code).is_some_and(|placed| counts(set, lacking, placed)));
        counted.map(|lacking| u32::try_from(lacking.lines).unwrap_or(u32::MAX)).sum()
    }
}

/// A unit of which nothing is known but what decides whether a criterion applies.
fn alike(row: &Moving, lacking: &Lacking) -> scoring::Unit {
    scoring::Unit {
        kind: Some(lacking.kind.clone()),
        group: lacking.peer_group.clone(),
        survey_held: row.survey_held,
        ..scoring::Unit::default()
    }
}

fn applies(set: &CriteriaSet, row: &Moving, lacking: &Lacking, placed: Placed<'_>) -> bool {
    scoring::line(set, &alike(row, lacking), placed).result.how.code != "not_applicable_to_unit"
}

/// Units of these rounds that the caller may not judge.
async fn barred<'a>(
    db: &impl ConnectionTrait,
    caller: &Caller,
    rounds: impl Iterator<Item = &'a RoundId>,
) -> Result<BTreeSet<UnitId>> {
    let units: Vec<UnitId> = sheet::Entity::find()
        .select_only()
        .column(sheet::Column::UnitId)
        .distinct()
        .filter(sheet::Column::RoundId.is_in(rounds.copied()))
        .into_tuple()
        .all(db)
        .await?;
    access::barred(db, caller, &units).await
}

/// The sets of the rounds; read in full only where lines are appraised by it.
async fn sets(
    db: &impl ConnectionTrait,
    rows: &[Moving],
) -> Result<BTreeMap<CriteriaSetId, (CriteriaSetState, Option<CriteriaSet>)>> {
    let appraised: BTreeSet<CriteriaSetId> = rows
        .iter()
        .filter(|row| matches!(row.state, RoundState::Appraisal | RoundState::FinalAppraisal))
        .map(|row| row.set_id)
        .collect();
    let found = criteria_set::Entity::find()
        .filter(criteria_set::Column::Id.is_in(rows.iter().map(|row| row.set_id).collect::<BTreeSet<_>>()))
        .all(db)
        .await?;
    let read = |row: criteria_set::Model| {
        let set = appraised.contains(&row.id).then(|| crate::rounds::read_set(&row)).transpose()?;
        Ok((row.id, (row.state, set)))
    };
    found.into_iter().map(read).collect()
}

#[derive(Debug, FromQueryResult)]
struct Proposed {
    id: PublicationId,
    round_id: RoundId,
    code: String,
    title: String,
    unit_name: String,
    digest: String,
    proposed_by_id: domain::id::PersonId,
    not_before: Option<DateTime<Utc>>,
    approvals_required: i32,
    publisher: bool,
    secretary: bool,
}

/// Publications that await the caller's approval, or, approved by all, their publication.
async fn publications(db: &impl ConnectionTrait, caller: &Caller, now: DateTime<Utc>) -> Result<Vec<Item>> {
    use publication::Column;
    let publishes = caller.scope(Permission::ApprovePublication).covers(round::Column::OwnerUnitId);
    let moves = caller.scope(Permission::ManageRounds).covers(round::Column::OwnerUnitId);
    let to_round: RelationDef = publication::Entity::belongs_to(round::Entity).from(Column::RoundId).to(round::Column::Id).into();
    let rows: Vec<Proposed> = publication::Entity::find()
        .select_only()
        .columns([Column::Id, Column::RoundId, Column::Digest, Column::ProposedById, Column::NotBefore])
        .columns([round::Column::Code, round::Column::Title, round::Column::ApprovalsRequired])
        .column_as(unit::Column::Name, "unit_name")
        .column_as(SimpleExpr::from(publishes.clone()), "publisher")
        .column_as(SimpleExpr::from(moves.clone()), "secretary")
        .join(JoinType::InnerJoin, to_round)
        .join(JoinType::InnerJoin, to_owner())
        .filter(Column::State.eq(PublicationState::Proposed))
        .filter(Condition::any().add(publishes).add(moves))
        .order_by_desc(Column::Id)
        .limit(MOST)
        .into_model()
        .all(db)
        .await?;
    let approvals = publication_approval::Entity::find()
        .filter(publication_approval::Column::PublicationId.is_in(rows.iter().map(|row| row.id)))
        .all(db)
        .await?;
    let show = |row: &Proposed| {
        let of = || approvals.iter().filter(|approval| approval.publication_id == row.id);
        let valid = of().filter(|approval| approval.digest == row.digest && approval.person_id != row.proposed_by_id).count();
        let enough = valid >= usize::try_from(row.approvals_required).unwrap_or(1).max(1);
        let mine = row.proposed_by_id == caller.person || of().any(|approval| approval.person_id == caller.person);
        let due = row.not_before.is_none_or(|not_before| now >= not_before);
        let verb = match enough {
            false if row.publisher && !mine => "approve_publication",
            true if row.secretary && due => "release_publication",
            _ => return None,
        };
        let title = format!("{} · {}", row.code, row.title);
        let item = item(verb, "publication", Subject::Publication, row.id.0, &row.code, title, &row.unit_name, None);
        Some(Item { href: ranking(row.round_id), ..item })
    };
    Ok(rows.iter().filter_map(show).collect())
}

/// Where a ranking is seen, proposed and approved before it is public.
fn ranking(id: RoundId) -> String {
    format!("{}/xep-hang", link_to(Subject::Round, id.0))
}
