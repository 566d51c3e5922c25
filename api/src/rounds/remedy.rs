//! Points lost in a published round become findings with a corrective action each, in one act.

use std::collections::{BTreeMap, BTreeSet};

use domain::checklist::InspectionKind;
use domain::draft::Problems;
use domain::finding::{FindingState, Grade};
use domain::id::{CorrectiveActionId, FindingId, RoundId, SheetLineId, UnitId};
use domain::record::Subject;
use domain::round::may_remedy;
use domain::scoring::Exact;
use entities::{corrective_action, finding, publication, round, sheet, sheet_line};
use render::{Catalogue, Lang};
use sea_orm::sea_query::Query;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, EntityTrait as _, IntoActiveModel as _, QueryFilter as _,
    QueryOrder as _,
};
use serde::{Deserialize, Serialize};

use super::access;
use super::publish::{self, Snapshot, UnitPart};
use crate::auth::Caller;
use crate::corrective_actions;
use crate::error::{Error, Result};
use crate::findings::{self, Source};
use crate::store::{Event, Store, Tx};

/// What remedies a criterion on which points were lost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remedy {
    /// The criterion.
    pub code: String,
    /// The finding about the lost points.
    pub finding_id: FindingId,
    /// Its code.
    pub finding_code: String,
    /// The latest corrective action.
    pub action_id: CorrectiveActionId,
    /// Its code.
    pub action_code: String,
}

/// The lines of a unit's sheet in a round, by criterion.
async fn lines_of(db: &impl ConnectionTrait, round: RoundId, unit: UnitId) -> Result<BTreeMap<String, SheetLineId>> {
    let sheets = Query::select()
        .column(sheet::Column::Id)
        .from(sheet::Entity)
        .and_where(sheet::Column::RoundId.eq(round))
        .and_where(sheet::Column::UnitId.eq(unit))
        .to_owned();
    let rows = sheet_line::Entity::find().filter(sheet_line::Column::SheetId.in_subquery(sheets)).all(db).await?;
    Ok(rows.into_iter().map(|line| (line.code, line.id)).collect())
}

/// What already remedies the lost points of a unit in a round, by criterion.
///
/// # Errors
/// The database's.
pub async fn of_unit(db: &impl ConnectionTrait, round: RoundId, unit: UnitId) -> Result<BTreeMap<String, Remedy>> {
    let lines = lines_of(db, round, unit).await?;
    let codes: BTreeMap<SheetLineId, &String> = lines.iter().map(|(code, id)| (*id, code)).collect();
    let found = finding::Entity::find()
        .filter(finding::Column::SheetLineId.is_in(codes.keys().copied()))
        .filter(finding::Column::State.ne(FindingState::Withdrawn))
        .all(db)
        .await?;
    let actions = corrective_action::Entity::find()
        .filter(corrective_action::Column::FindingId.is_in(found.iter().map(|row| row.id)))
        .order_by_asc(corrective_action::Column::Id)
        .all(db)
        .await?;
    let latest: BTreeMap<FindingId, corrective_action::Model> = actions.into_iter().map(|row| (row.finding_id, row)).collect();
    let remedy = |row: finding::Model| {
        let code = (*codes.get(&row.sheet_line_id?)?).clone();
        let action = latest.get(&row.id)?;
        let (finding_id, finding_code) = (row.id, row.code);
        Some((code.clone(), Remedy { code, finding_id, finding_code, action_id: action.id, action_code: action.code.clone() }))
    };
    Ok(found.into_iter().filter_map(remedy).collect())
}

/// Whether the caller may turn the lost points of this unit into corrective actions.
///
/// # Errors
/// The database's.
pub async fn may(db: &impl ConnectionTrait, caller: &Caller, round: &round::Model, unit: UnitId) -> Result<bool> {
    let by = access::by(db, caller, round).await?;
    let head = access::of_unit(db, caller, unit).await?.head;
    Ok(may_remedy(round.state, by.secretary, head).is_ok())
}

fn lost(part: &UnitPart, code: &str) -> Option<Exact> {
    let lost: Exact = part.lines.get(code)?.lost.parse().ok()?;
    (lost > Exact::zero()).then_some(lost)
}

/// Turns lost points of a unit into corrective actions: of the criteria named, else of every one on
/// which points were lost and nothing remedies them yet. All or none.
///
/// # Errors
/// 404; `head_only`, `not_published_yet`; wrong codes under `codes/<index>`: unknown, no points lost,
/// already remedied; `codes` when nothing is left to remedy.
pub async fn remedy(store: &Store, caller: &Caller, id: RoundId, unit: UnitId, codes: Vec<String>) -> Result<Vec<Remedy>> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let round = access::find(tx.db(), &who, id, true).await?;
            let by = access::by(tx.db(), &who, &round).await?;
            let head = access::of_unit(tx.db(), &who, unit).await?.head;
            may_remedy(round.state, by.secretary, head)?;
            let (edition, snapshot) = publish::published(tx.db(), id).await?.ok_or(Error::NotFound)?;
            let part = snapshot.units.iter().find(|part| part.unit_id == unit).ok_or(Error::NotFound)?;
            let lines = lines_of(tx.db(), id, unit).await?;
            let there = of_unit(tx.db(), id, unit).await?;
            let codes = chosen(&snapshot, part, &there, codes)?;
            let mut made = Vec::new();
            for code in codes {
                let line = *lines.get(&code).ok_or(Error::NotFound)?;
                made.push(one(&tx, &who, &round, &edition, &snapshot, part, &code, line).await?);
            }
            let event = Event::on("round.remedied", Subject::Round, id.0).unit(unit);
            tx.record(event.after(&made));
            Ok(made)
        })
        .await
}

/// The criteria to remedy, each once, or what is wrong with them.
fn chosen(snapshot: &Snapshot, part: &UnitPart, there: &BTreeMap<String, Remedy>, codes: Vec<String>) -> Result<Vec<String>> {
    let mut problems = Problems::new();
    let mut wanted = BTreeSet::new();
    for (index, code) in codes.iter().enumerate() {
        let place = format!("codes/{index}");
        if !snapshot.set.criteria.iter().any(|(known, ..)| known == code) {
            problems.add_with(place, "inputs_unknown_criterion", vec![("code", code.clone())]);
        } else if lost(part, code).is_none() {
            problems.add_with(place, "no_points_lost", vec![("code", code.clone())]);
        } else if let Some(remedy) = there.get(code) {
            problems.add_with(place, "already_remedied", vec![("code", code.clone()), ("action", remedy.action_code.clone())]);
        } else {
            wanted.insert(code.clone());
        }
    }
    if codes.is_empty() {
        let all = snapshot.set.criteria.iter().map(|(code, ..)| code);
        wanted.extend(all.filter(|code| lost(part, code).is_some() && !there.contains_key(*code)).cloned());
        problems.check(wanted.is_empty(), "codes", "nothing_to_remedy");
    }
    problems.finish()?;
    // In the order of the set.
    Ok(snapshot.set.criteria.iter().map(|(code, ..)| code).filter(|code| wanted.contains(*code)).cloned().collect())
}

/// The finding of one criterion with its corrective action.
#[expect(clippy::too_many_arguments, reason = "a line of a snapshot in its round")]
async fn one(
    tx: &Tx,
    caller: &Caller,
    round: &round::Model,
    edition: &publication::Model,
    snapshot: &Snapshot,
    part: &UnitPart,
    code: &str,
    line: SheetLineId,
) -> Result<Remedy> {
    let catalogue = Catalogue::embedded().map_err(|error| Error::Internal(error.into()))?;
    let criterion = snapshot.set.criteria.iter().find(|(known, ..)| known == code).ok_or(Error::NotFound)?;
    let said = part.lines.get(code).ok_or(Error::NotFound)?;
    let points = |text: &str| text.parse::<Exact>().map(|exact| exact.vn_short()).unwrap_or_default();
    let mut statement = catalogue.get(
        Lang::Vi,
        "remedy.statement",
        &[("lost", points(&said.lost)), ("max", points(&criterion.2)), ("how", said.how.clone())],
    );
    for reason in &said.reasons {
        statement.push(' ');
        statement.push_str(reason);
    }
    let named = catalogue.get(
        Lang::Vi,
        "remedy.criterion",
        &[("code", code.to_owned()), ("name", criterion.1.clone()), ("round", snapshot.round.title.clone())],
    );
    let row = finding::Model {
        id: tx.id(),
        code: corrective_actions::next_code(tx, "PH", round.owner_unit_id).await?,
        kind: InspectionKind::Cchc,
        inspection_id: None,
        line_id: None,
        line_code: None,
        clause: None,
        area_code: None,
        owner_unit_id: round.owner_unit_id,
        unit_id: part.unit_id,
        grade: Grade::Limitation,
        criterion: Some(named),
        statement: Some(statement),
        recommendation: None,
        state: FindingState::ActionRequired,
        created_by_id: caller.person,
        raised_at: Some(tx.now()),
        confirmed_by_id: Some(edition.proposed_by_id),
        confirmed_at: edition.published_at,
        answer_due_on: None,
        answered_by_id: None,
        answered_at: None,
        dispute_reason: None,
        decided_by_id: None,
        decision_reason: None,
        appeal_reason: None,
        appealed_at: None,
        appeal_decided_at: None,
        regrade_reason: None,
        repeat_of_id: None,
        search_text: String::new(),
        version: 1,
        created_at: tx.now(),
        sheet_line_id: Some(line),
        revision_id: None,
        review_decision_id: None,
    };
    let row = findings::searchable(row).into_active_model().insert(tx.db()).await?;
    tx.record(Event::on("finding.raised", Subject::Finding, row.id.0).unit(row.unit_id).after(&row));
    let action = corrective_actions::open(tx, &row, &Source::Round(Box::new(round.clone())), None).await?;
    Ok(Remedy {
        code: code.to_owned(),
        finding_id: row.id,
        finding_code: row.code,
        action_id: action.id,
        action_code: action.code,
    })
}
