//! From the council's ranking to a published one: a snapshot, two people on one digest, one
//! transaction. Readers of published results read snapshots only.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use domain::draft::Problems;
use domain::id::{PublicationId, RoundId, UnitId};
use domain::record::Subject;
use domain::round::{EditionChange, Proposal, PublicationState, RoundState, may_approve, may_publish, may_rank};
use domain::rule::{Refused, require};
use domain::scoring::{CriteriaSet, ENGINE};
use entities::{criteria_set, publication, publication_approval, round};
use render::{Catalogue, Lang};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::access;
use super::standing::{self, Ranked, Standing};
use super::{deadline_now, set_of};
use crate::auth::Caller;
use crate::criteria::report;
use crate::error::{Error, Result};
use crate::http::{Version, seen};
use crate::store::{Event, Store};

/// A ranking as it is published: everything that is needed to check it, and nothing that changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The version of the arithmetic.
    pub engine: u32,
    /// The round.
    pub round: RoundPart,
    /// The set.
    pub set: SetPart,
    /// Units: the best of each group first.
    pub units: Vec<UnitPart>,
}

/// The round in a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundPart {
    /// Its id.
    pub id: RoundId,
    /// Code.
    pub code: String,
    /// Title.
    pub title: String,
    /// The year scored.
    pub year: i32,
    /// The day whose units are scored.
    pub as_of: NaiveDate,
    /// Whether a survey was held.
    pub survey_held: bool,
    /// The council's decision.
    pub decision: Option<String>,
    /// Its date.
    pub decided_on: Option<NaiveDate>,
}

/// The set in a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetPart {
    /// Code.
    pub code: String,
    /// Edition.
    pub edition: i32,
    /// Title.
    pub title: String,
    /// A constructed sample.
    pub sample: bool,
    /// SHA-256 of its document.
    pub digest: String,
    /// How ties are ranked.
    pub tie_policy: String,
    /// What splits ties.
    pub tie_breakers: Vec<String>,
    /// Fields: code, name, maximum.
    pub fields: Vec<(String, String, String)>,
    /// Criteria: code, name, maximum.
    pub criteria: Vec<(String, String, String)>,
    /// Grades: code and name.
    pub grades: Vec<(String, String)>,
}

/// A unit in a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitPart {
    /// The unit.
    pub unit_id: UnitId,
    /// Its code on the round's day.
    pub code: String,
    /// Its name on the round's day.
    pub name: String,
    /// Peer group.
    pub group: Option<String>,
    /// Rank within its group.
    pub rank: u32,
    /// Others have the same score and nothing told them apart.
    pub tied: bool,
    /// The tie-breaker that did.
    pub split_by: Option<String>,
    /// Points it gave itself, of what it scores itself.
    pub self_points: String,
    /// Points of the same criteria after appraisal and council.
    pub appraised_points: String,
    /// Points of the scale.
    pub achieved: String,
    /// What could be achieved.
    pub maximum: String,
    /// On the scale.
    pub base: String,
    /// Bonus.
    pub bonus: String,
    /// Penalty.
    pub penalty: String,
    /// The final score.
    pub total: String,
    /// Code of the grade.
    pub grade: Option<String>,
    /// Last year's rank and score.
    pub previous: Option<Previous>,
    /// Of each field: points, maximum, percent.
    pub fields: BTreeMap<String, [Option<String>; 3]>,
    /// Of each criterion.
    pub lines: BTreeMap<String, LinePart>,
}

/// A criterion of a unit in a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinePart {
    /// Points; none where it left the maximum.
    pub points: Option<String>,
    /// Points the unit gave itself.
    pub own: Option<String>,
    /// Points lost.
    pub lost: String,
    /// The rule in words with this unit's numbers.
    pub how: String,
    /// Reasons of those who changed it.
    pub reasons: Vec<String>,
}

/// Last year's result, or that none can be compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Previous {
    /// Whether it is the same unit: not after a merger or a split.
    pub comparable: bool,
    /// Its rank then.
    pub rank: Option<u32>,
    /// Its final score then.
    pub total: Option<String>,
}

/// The document of a snapshot and its digest. The same values give the same bytes.
///
/// # Errors
/// Never in practice: a snapshot is plain data.
pub fn sealed(snapshot: &Snapshot) -> Result<(String, String)> {
    let document = serde_json::to_string(snapshot)?;
    let digest = crate::auth::session::hex(&Sha256::digest(document.as_bytes()));
    Ok((document, digest))
}

/// What would be published at this moment.
///
/// # Errors
/// `ranking_not_yet` before the council; the database's.
pub async fn snapshot(db: &impl ConnectionTrait, round: &round::Model) -> Result<Snapshot> {
    may_rank(round.state)?;
    let (row, set) = set_of(db, round.set_id).await?;
    let standing = standing::load(db, round).await?;
    let before = previous(db, round, &standing).await?;
    let round = round.clone();
    // Some thousand units of a hundred exact numbers each: not on a thread that answers requests.
    let work = move || told(&round, row, &set, &standing, &before);
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::Internal(error.into()))?
}

/// The snapshot of what was read.
fn told(
    round: &round::Model,
    row: criteria_set::Model,
    set: &CriteriaSet,
    standing: &Standing,
    before: &BTreeMap<UnitId, Previous>,
) -> Result<Snapshot> {
    let ranked = standing.rank(set)?;
    let catalogue = Catalogue::embedded().map_err(|error| Error::Internal(error.into()))?;
    let names = |nodes: Vec<&domain::scoring::Node>| {
        nodes.into_iter().map(|node| (node.code.clone(), node.name.clone(), node.max.fixed(set.places()))).collect()
    };
    let units = ranked.iter().map(|one| unit_part(set, standing, one, before, &catalogue)).collect::<Result<Vec<_>>>()?;
    Ok(Snapshot {
        engine: ENGINE,
        round: RoundPart {
            id: round.id,
            code: round.code.clone(),
            title: round.title.clone(),
            year: round.year,
            as_of: round.as_of,
            survey_held: round.survey_held,
            decision: round.decision.clone(),
            decided_on: round.decided_on,
        },
        set: SetPart {
            code: row.code,
            edition: row.edition,
            title: row.title,
            sample: row.sample,
            digest: row.digest,
            tie_policy: set.tie_policy.code().to_owned(),
            tie_breakers: set.tie_breakers.iter().map(breaker_name).collect(),
            fields: names(set.nodes.iter().filter(|node| !node.is_adjustments()).collect()),
            criteria: names(set.leaves().into_iter().map(|placed| placed.node).collect()),
            grades: set.grades.iter().map(|grade| (grade.code.clone(), grade.name.clone())).collect(),
        },
        units,
    })
}

fn breaker_name(breaker: &domain::scoring::TieBreaker) -> String {
    match breaker {
        domain::scoring::TieBreaker::By(measure) => measure.code().to_owned(),
        domain::scoring::TieBreaker::Node(node) => format!("node:{node}"),
    }
}

fn unit_part(
    set: &CriteriaSet,
    standing: &Standing,
    ranked: &Ranked,
    before: &BTreeMap<UnitId, Previous>,
    catalogue: &Catalogue,
) -> Result<UnitPart> {
    let sheet = standing.sheets.get(ranked.sheet).ok_or(Error::NotFound)?;
    let scored = report::scored(set, &ranked.score, Some(ranked.place.rank), catalogue, Lang::Vi);
    let places = set.places();
    let mine = |score: &domain::scoring::UnitScore| -> domain::scoring::Exact {
        let lines = score.lines.iter().filter(|line| {
            line.adjustment == domain::scoring::Adjustment::None
                && set.leaf(&line.code).is_some_and(|placed| placed.leaf.self_scored)
        });
        lines.filter(|line| line.missing.is_none()).filter_map(|line| line.result.points.as_ref()).sum()
    };
    let lines = ranked.score.lines.iter().map(|line| {
        let own = ranked.own.line(&line.code).filter(|own| own.missing.is_none());
        let own = own.and_then(|own| own.result.points.as_ref()).map(|points| points.fixed(places));
        let lost = line.result.points.as_ref().filter(|_| line.adjustment == domain::scoring::Adjustment::None);
        let reasons = sheet.lines.get(&line.code).map(|said| {
            let layers = [domain::round::Layer::Appraisal1, domain::round::Layer::Appraisal2, domain::round::Layer::Council];
            let changed = layers.into_iter().filter_map(|layer| said.latest(layer));
            changed
                .filter(|entry| entry.verdict == domain::round::ScoreVerdict::Changed)
                .filter_map(|entry| entry.reason.clone())
                .collect()
        });
        let part = LinePart {
            points: line.result.points.as_ref().map(|points| points.fixed(places)),
            own,
            lost: lost.map_or_else(domain::scoring::Exact::zero, |points| &line.max - points).fixed(places),
            how: report::words(catalogue, Lang::Vi, &line.result.how),
            reasons: reasons.unwrap_or_default(),
        };
        (line.code.clone(), part)
    });
    Ok(UnitPart {
        unit_id: sheet.row.unit_id,
        code: sheet.row.unit_code.clone(),
        name: sheet.row.unit_name.clone(),
        group: sheet.row.peer_group.clone(),
        rank: ranked.place.rank,
        tied: ranked.place.tied,
        split_by: ranked.place.split_by.and_then(|index| set.tie_breakers.get(index)).map(breaker_name),
        self_points: mine(&ranked.own).fixed(places),
        appraised_points: mine(&ranked.score).fixed(places),
        achieved: scored.achieved,
        maximum: scored.maximum,
        base: scored.base,
        bonus: scored.bonus,
        penalty: scored.penalty,
        total: scored.total,
        grade: scored.grade,
        previous: before.get(&sheet.row.unit_id).cloned(),
        fields: scored.fields,
        lines: lines.collect(),
    })
}

/// Last year's published results of the units, by the successor links: a unit that was renamed or
/// moved is the same, one that was merged or split is not comparable.
async fn previous(db: &impl ConnectionTrait, round: &round::Model, standing: &Standing) -> Result<BTreeMap<UnitId, Previous>> {
    let Some(id) = round.previous_id else { return Ok(BTreeMap::new()) };
    let Some((_, last)) = published(db, id).await? else { return Ok(BTreeMap::new()) };
    let units: Vec<UnitId> = standing.sheets.iter().map(|sheet| sheet.row.unit_id).collect();
    let selves = standing::earlier_selves(db, &units).await?;
    let of = |unit: UnitId| last.units.iter().find(|part| part.unit_id == unit);
    let found = units.into_iter().filter_map(|unit| {
        let same = |part: &UnitPart| Previous { comparable: true, rank: Some(part.rank), total: Some(part.total.clone()) };
        let part = of(unit).or_else(|| of(*selves.get(&unit)?));
        match part {
            Some(part) => Some((unit, same(part))),
            None if selves.contains_key(&unit) => None,
            None => Some((unit, Previous { comparable: false, rank: None, total: None })),
        }
    });
    Ok(found.collect())
}

/// The ranking as the secretary and the publishers see it before publication.
///
/// # Errors
/// 404, `ranking_not_yet`; 403 for anybody else.
pub async fn ranking(db: &impl ConnectionTrait, caller: &Caller, id: RoundId) -> Result<(round::Model, Snapshot)> {
    let round = access::find(db, caller, id, false).await?;
    if round.state.is_public() {
        let (_, snapshot) = published(db, id).await?.ok_or(Error::NotFound)?;
        return Ok((round, snapshot));
    }
    let by = access::by(db, caller, &round).await?;
    if !by.secretary && !by.publisher {
        // Who may not see it learns nothing from when it would exist.
        return Err(Refused::new("secretary_only").into());
    }
    let snapshot = snapshot(db, &round).await?;
    Ok((round, snapshot))
}

/// The latest published edition of a round.
///
/// # Errors
/// The database's.
pub async fn published(db: &impl ConnectionTrait, id: RoundId) -> Result<Option<(publication::Model, Snapshot)>> {
    let row = publication::Entity::find()
        .filter(publication::Column::RoundId.eq(id))
        .filter(publication::Column::State.eq(PublicationState::Published))
        .order_by_desc(publication::Column::Edition)
        .one(db)
        .await?;
    row.map(|row| Ok((row.clone(), serde_json::from_str(&row.document)?))).transpose()
}

/// A difference between two editions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The unit.
    pub unit_id: UnitId,
    /// Its name.
    pub unit: String,
    /// What differs.
    pub what: EditionChange,
    /// The criterion, of points.
    pub code: Option<String>,
    /// What it was.
    pub before: Option<String>,
    /// What it is.
    pub after: Option<String>,
}

/// What differs between two editions: unit by unit, in the order of the later one.
#[must_use]
pub fn changes(before: &Snapshot, after: &Snapshot) -> Vec<Change> {
    let of = |units: &[UnitPart], id: UnitId| units.iter().find(|part| part.unit_id == id).cloned();
    let mut found = Vec::new();
    for new in &after.units {
        let mut tell = |what, code: Option<&String>, before: Option<String>, after: Option<String>| {
            if before != after {
                let (unit_id, unit) = (new.unit_id, new.name.clone());
                found.push(Change { unit_id, unit, what, code: code.cloned(), before, after });
            }
        };
        let Some(old) = of(&before.units, new.unit_id) else {
            tell(EditionChange::Added, None, None, Some(new.rank.to_string()));
            continue;
        };
        tell(EditionChange::Rank, None, Some(old.rank.to_string()), Some(new.rank.to_string()));
        tell(EditionChange::Total, None, Some(old.total.clone()), Some(new.total.clone()));
        tell(EditionChange::Grade, None, old.grade.clone(), new.grade.clone());
        for (code, ..) in &after.set.criteria {
            let points = |part: &UnitPart| part.lines.get(code).and_then(|line| line.points.clone());
            tell(EditionChange::Points, Some(code), points(&old), points(new));
        }
    }
    for old in before.units.iter().filter(|old| of(&after.units, old.unit_id).is_none()) {
        let (what, before) = (EditionChange::Removed, Some(old.rank.to_string()));
        found.push(Change { unit_id: old.unit_id, unit: old.name.clone(), what, code: None, before, after: None });
    }
    found
}

/// What each edition changes in the published one before it; nothing for the first.
///
/// # Errors
/// A document that cannot be read any more.
pub fn changes_of(rows: &[publication::Model]) -> Result<BTreeMap<PublicationId, Vec<Change>>> {
    let read = |row: &publication::Model| serde_json::from_str::<Snapshot>(&row.document);
    let mut found = BTreeMap::new();
    for row in rows {
        let earlier = rows.iter().filter(|other| other.state == PublicationState::Published && other.edition < row.edition);
        if let Some(earlier) = earlier.max_by_key(|other| other.edition) {
            found.insert(row.id, changes(&read(earlier)?, &read(row)?));
        }
    }
    Ok(found)
}

/// What an erratum would change in the published edition at this moment; for the secretary and the
/// publishers of a published round, nothing for anybody else.
///
/// # Errors
/// The database's.
pub async fn pending(db: &impl ConnectionTrait, caller: &Caller, round: &round::Model) -> Result<Vec<Change>> {
    let by = access::by(db, caller, round).await?;
    if round.state != RoundState::Published || !(by.secretary || by.publisher) {
        return Ok(Vec::new());
    }
    let Some((_, last)) = published(db, round.id).await? else { return Ok(Vec::new()) };
    Ok(changes(&last, &snapshot(db, round).await?))
}

/// When the latest edition was published: the council's later words are corrections not yet published.
///
/// # Errors
/// The database's.
pub async fn published_at(db: &impl ConnectionTrait, id: RoundId) -> Result<Option<DateTime<Utc>>> {
    let found: Option<Option<DateTime<Utc>>> = publication::Entity::find()
        .select_only()
        .column(publication::Column::PublishedAt)
        .filter(publication::Column::RoundId.eq(id))
        .filter(publication::Column::State.eq(PublicationState::Published))
        .order_by_desc(publication::Column::Edition)
        .into_tuple()
        .one(db)
        .await?;
    Ok(found.flatten())
}

/// Every published edition of a round, the latest first.
///
/// # Errors
/// The database's.
pub async fn editions(db: &impl ConnectionTrait, id: RoundId) -> Result<Vec<publication::Model>> {
    Ok(publication::Entity::find()
        .filter(publication::Column::RoundId.eq(id))
        .filter(publication::Column::State.eq(PublicationState::Published))
        .order_by_desc(publication::Column::Edition)
        .all(db)
        .await?)
}

/// Published rankings, the latest first: for everybody.
///
/// # Errors
/// The database's.
pub async fn list_published(db: &impl ConnectionTrait) -> Result<Vec<publication::Model>> {
    Ok(publication::Entity::find()
        .filter(publication::Column::State.eq(PublicationState::Published))
        .order_by_desc(publication::Column::PublishedAt)
        .order_by_desc(publication::Column::Id)
        .limit(100)
        .all(db)
        .await?)
}

/// Proposals of a round with their approvals, the latest first.
///
/// # Errors
/// The database's.
pub async fn proposals(
    db: &impl ConnectionTrait,
    id: RoundId,
) -> Result<Vec<(publication::Model, Vec<publication_approval::Model>)>> {
    let rows = publication::Entity::find()
        .filter(publication::Column::RoundId.eq(id))
        .order_by_desc(publication::Column::Edition)
        .order_by_desc(publication::Column::Id)
        .all(db)
        .await?;
    let ids: Vec<PublicationId> = rows.iter().map(|row| row.id).collect();
    let approvals =
        publication_approval::Entity::find().filter(publication_approval::Column::PublicationId.is_in(ids)).all(db).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let of = approvals.iter().filter(|approval| approval.publication_id == row.id).cloned().collect();
            (row, of)
        })
        .collect())
}

/// Proposes what stands now for publication; of a published round, an erratum with its reason.
///
/// # Errors
/// 404, stale, `secretary_only`, `wrong_state`, `required` for the reason of an erratum.
pub async fn propose(
    store: &Store,
    caller: &Caller,
    id: RoundId,
    version: Version,
    not_before: Option<DateTime<Utc>>,
    reason: Option<String>,
) -> Result<publication::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let round = access::find(tx.db(), &who, id, true).await?;
            seen(version, round.version)?;
            let by = access::by(tx.db(), &who, &round).await?;
            require(by.secretary, "secretary_only")?;
            if !matches!(round.state, RoundState::Approved | RoundState::Published) {
                return Err(Refused::new("ranking_not_yet").into());
            }
            let mut problems = Problems::new();
            let reason = problems.optional_text("reason", reason.as_deref(), 2_000);
            problems.check(round.state == RoundState::Published && reason.is_none(), "reason", "required");
            problems.finish()?;
            let (document, digest) = sealed(&snapshot(tx.db(), &round).await?)?;
            let earlier = publication::Entity::find().filter(publication::Column::RoundId.eq(id)).all(tx.db()).await?;
            for open in earlier.iter().filter(|row| row.state == PublicationState::Proposed) {
                let dropped = publication::ActiveModel {
                    id: Set(open.id),
                    state: Set(PublicationState::Dropped),
                    version: Set(open.version + 1),
                    ..Default::default()
                };
                dropped.update(tx.db()).await?;
                tx.record(Event::on("publication.dropped", Subject::Publication, open.id.0).unit(round.owner_unit_id));
            }
            let edition = earlier.iter().filter(|row| row.state == PublicationState::Published).map(|row| row.edition).max();
            let row = publication::ActiveModel {
                id: Set(tx.id::<PublicationId>()),
                round_id: Set(id),
                edition: Set(edition.unwrap_or_default() + 1),
                state: Set(PublicationState::Proposed),
                digest: Set(digest.clone()),
                document: Set(document),
                reason: Set(reason.clone()),
                not_before: Set(not_before),
                proposed_by_id: Set(who.person),
                proposed_at: Set(tx.now()),
                published_at: Set(None),
                version: Set(1),
            }
            .insert(tx.db())
            .await?;
            tx.record(
                Event::on("publication.proposed", Subject::Publication, row.id.0)
                    .unit(round.owner_unit_id)
                    .after(&serde_json::json!({"digest": digest, "edition": row.edition}))
                    .reason(reason.as_deref()),
            );
            Ok(row)
        })
        .await
}

/// Approves a proposal on the digest that was seen; the last approval needed publishes it in the
/// same transaction, unless it is too early: then [`release`] does.
///
/// # Errors
/// 404, `publisher_only`, `own_proposal`, `approved_twice`, `digest_changed`, `publication_not_open`.
pub async fn approve(store: &Store, caller: &Caller, id: PublicationId, digest: String) -> Result<publication::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let (round, row) = open_proposal(tx.db(), &who, id).await?;
            let by = access::by(tx.db(), &who, &round).await?;
            let approvals = approvals_of(tx.db(), id).await?;
            may_approve(by.publisher, who.person, &digest, &proposal(&round, &row, &approvals))?;
            publication_approval::ActiveModel {
                publication_id: Set(id),
                person_id: Set(who.person),
                digest: Set(digest.clone()),
                approved_at: Set(tx.now()),
            }
            .insert(tx.db())
            .await?;
            tx.record(
                Event::on("publication.approved", Subject::Publication, id.0)
                    .unit(round.owner_unit_id)
                    .after(&serde_json::json!({"digest": digest})),
            );
            let approvals = approvals_of(tx.db(), id).await?;
            match try_publish(&tx, &round, &row, &approvals).await {
                Ok(published) => Ok(published),
                Err(Error::Rule(refused)) if matches!(refused.code, "approvals_missing" | "too_early") => Ok(row),
                Err(error) => Err(error),
            }
        })
        .await
}

/// Publishes an approved proposal whose time has come.
///
/// # Errors
/// 404, `secretary_only`, `approvals_missing`, `too_early`, `digest_changed`.
pub async fn release(store: &Store, caller: &Caller, id: PublicationId) -> Result<publication::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let (round, row) = open_proposal(tx.db(), &who, id).await?;
            let by = access::by(tx.db(), &who, &round).await?;
            require(by.secretary || by.publisher, "secretary_only")?;
            let approvals = approvals_of(tx.db(), id).await?;
            try_publish(&tx, &round, &row, &approvals).await
        })
        .await
}

async fn try_publish(
    tx: &crate::store::Tx,
    round: &round::Model,
    row: &publication::Model,
    approvals: &[(domain::id::PersonId, String)],
) -> Result<publication::Model> {
    let (_, now_digest) = sealed(&snapshot(tx.db(), round).await?)?;
    let early = match row.not_before {
        Some(not_before) => deadline_now(tx).await? < not_before,
        None => false,
    };
    may_publish(&proposal(round, row, approvals), &now_digest, early)?;
    let after = publication::ActiveModel {
        id: Set(row.id),
        state: Set(PublicationState::Published),
        published_at: Set(Some(tx.now())),
        version: Set(row.version + 1),
        ..Default::default()
    }
    .update(tx.db())
    .await?;
    if round.state == RoundState::Approved {
        let state = round::ActiveModel {
            id: Set(round.id),
            state: Set(RoundState::Published),
            version: Set(round.version + 1),
            ..Default::default()
        };
        state.update(tx.db()).await?;
    }
    tx.record(
        Event::on("publication.published", Subject::Publication, row.id.0)
            .unit(round.owner_unit_id)
            .after(&serde_json::json!({"digest": row.digest, "edition": row.edition})),
    );
    Ok(after)
}

async fn open_proposal(
    db: &impl ConnectionTrait,
    caller: &Caller,
    id: PublicationId,
) -> Result<(round::Model, publication::Model)> {
    let row = publication::Entity::find_by_id(id).one(db).await?.ok_or(Error::NotFound)?;
    let round = access::find(db, caller, row.round_id, true).await?;
    let by = access::by(db, caller, &round).await?;
    if !by.secretary && !by.publisher {
        return Err(Error::NotFound);
    }
    let row = publication::Entity::find_by_id(id).lock_exclusive().one(db).await?.ok_or(Error::NotFound)?;
    Ok((round, row))
}

async fn approvals_of(db: &impl ConnectionTrait, id: PublicationId) -> Result<Vec<(domain::id::PersonId, String)>> {
    let rows = publication_approval::Entity::find().filter(publication_approval::Column::PublicationId.eq(id)).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.person_id, row.digest)).collect())
}

fn proposal<'a>(
    round: &round::Model,
    row: &'a publication::Model,
    approvals: &'a [(domain::id::PersonId, String)],
) -> Proposal<'a> {
    Proposal {
        state: row.state,
        proposer: row.proposed_by_id,
        digest: &row.digest,
        approvals,
        required: usize::try_from(round.approvals_required).unwrap_or(1),
    }
}
