//! What a round waits for, and from whom: for the work list and the reminders. Counts and dates only,
//! never a value or a point: nothing of it can tell a score before its time.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use domain::id::{PersonId, PublicationId, RoundId, SheetId, UnitId};
use domain::permission::Role;
use domain::record::{Duty as Kind, Subject};
use domain::reminder::{NOTICE_DAYS, News, notice_is_fresh};
use domain::round::{Layer, PublicationState, RoundState, ScoreVerdict, SheetState};
use domain::time::vn_date;
use entities::{publication, round, score_entry, sheet, sheet_line};
use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, Query, SimpleExpr};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, FromQueryResult, JoinType, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, RelationDef, Select,
};

use crate::error::Result;
use crate::reminders::Notice;
use crate::web::link_to;
use crate::work::duties::{Duty, holders};

/// Who of a unit writes and signs its sheet.
const OF_UNIT: [Role; 2] = [Role::Head, Role::DataOfficer];

/// The last day of an instant that ends one: midnight belongs to the day before.
#[must_use]
pub fn last_day(end: DateTime<Utc>) -> NaiveDate {
    vn_date(end - chrono::Duration::seconds(1))
}

/// A sheet whose unit has something to do with it: to hand it in, or to explain.
#[derive(Clone, Debug, FromQueryResult)]
pub struct OpenSheet {
    /// The sheet.
    pub id: SheetId,
    /// Its unit.
    pub unit_id: UnitId,
    /// Its unit's name on the round's day.
    pub unit_name: String,
    /// Code of the round.
    pub code: String,
    /// Title of the round.
    pub title: String,
    /// Where the round stands: self-scoring or explanation.
    pub round_state: RoundState,
    /// Self-scoring ends.
    pub self_due_at: DateTime<Utc>,
    /// The explanation window ends.
    pub explanation_due_at: Option<DateTime<Utc>>,
    /// The asker fills it in.
    pub drafts: bool,
    /// The asker signs it.
    pub heads: bool,
}

/// Whose sheets: those the asker writes on, and those the asker signs.
#[derive(Clone, Debug)]
pub struct Mine {
    /// Units whose sheets the asker fills in.
    pub drafts: Condition,
    /// Units whose sheets the asker signs.
    pub heads: Condition,
}

fn to_round() -> RelationDef {
    sheet::Entity::belongs_to(round::Entity).from(sheet::Column::RoundId).to(round::Column::Id).into()
}

fn to_sheet() -> RelationDef {
    sheet_line::Entity::belongs_to(sheet::Entity).from(sheet_line::Column::SheetId).to(sheet::Column::Id).into()
}

fn to_line() -> RelationDef {
    score_entry::Entity::belongs_to(sheet_line::Entity).from(score_entry::Column::LineId).to(sheet_line::Column::Id).into()
}

/// Sheets not handed in while their round scores itself, and sheets handed in while theirs explains; of one person, or all.
///
/// # Errors
/// The database's.
pub async fn open_sheets(db: &impl ConnectionTrait, mine: Option<Mine>) -> Result<Vec<OpenSheet>> {
    let scoring =
        Condition::all().add(round::Column::State.eq(RoundState::SelfScoring)).add(sheet::Column::State.eq(SheetState::Open));
    let explaining = Condition::all()
        .add(round::Column::State.eq(RoundState::Explanation))
        .add(sheet::Column::State.eq(SheetState::Submitted));
    let whose = mine.clone().map(|mine| Condition::any().add(mine.drafts).add(mine.heads));
    let flag = |condition: Option<Condition>| condition.map_or_else(|| Expr::value(true), SimpleExpr::from);
    let (drafts, heads) = mine.map_or((None, None), |mine| (Some(mine.drafts), Some(mine.heads)));
    Ok(sheet::Entity::find()
        .select_only()
        .columns([sheet::Column::Id, sheet::Column::UnitId, sheet::Column::UnitName])
        .columns([round::Column::Code, round::Column::Title, round::Column::SelfDueAt, round::Column::ExplanationDueAt])
        .column_as(round::Column::State, "round_state")
        .column_as(flag(drafts), "drafts")
        .column_as(flag(heads), "heads")
        .join(JoinType::InnerJoin, to_round())
        .filter(Condition::any().add(scoring).add(explaining))
        .filter(Condition::all().add_option(whose))
        .order_by_asc(round::Column::SelfDueAt)
        .order_by_asc(sheet::Column::Id)
        .into_model()
        .all(db)
        .await?)
}

/// First appraisals that no later one of the same line has replaced, with their line and its sheet.
fn first_appraisals() -> Select<score_entry::Entity> {
    use score_entry::Column;
    let later = Alias::new("later");
    let of = |column: Column| Expr::col((later.clone(), column));
    let here = |column: Column| Expr::col((score_entry::Entity, column));
    let after = Condition::any()
        .add(of(Column::CreatedAt).gt(here(Column::CreatedAt)))
        .add(Condition::all().add(of(Column::CreatedAt).eq(here(Column::CreatedAt))).add(of(Column::Id).gt(here(Column::Id))));
    let replaced = Query::select()
        .expr(Expr::val(1))
        .from_as(score_entry::Entity, later.clone())
        .and_where(of(Column::LineId).eq(here(Column::LineId)))
        .and_where(of(Column::Layer).eq(Layer::Appraisal1.code()))
        .cond_where(after)
        .to_owned();
    score_entry::Entity::find()
        .select_only()
        .join(JoinType::InnerJoin, to_line())
        .join(JoinType::InnerJoin, to_sheet())
        .filter(Column::Layer.eq(Layer::Appraisal1))
        .filter(Expr::exists(replaced).not())
}

/// The line has an entry of one of these layers.
fn has(layers: &[Layer]) -> SimpleExpr {
    use score_entry::Column;
    let other = Alias::new("other");
    let entries = Query::select()
        .expr(Expr::val(1))
        .from_as(score_entry::Entity, other.clone())
        .and_where(Expr::col((other.clone(), Column::LineId)).equals((sheet_line::Entity, sheet_line::Column::Id)))
        .and_where(Expr::col((other, Column::Layer)).is_in(layers.iter().map(|layer| layer.code())))
        .to_owned();
    Expr::exists(entries)
}

fn count(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// How many lines of each sheet were changed or asked about and are not explained yet, in rounds that explain.
/// `of` narrows the sheets and the lines.
///
/// # Errors
/// The database's.
pub async fn unexplained(db: &impl ConnectionTrait, of: Condition) -> Result<BTreeMap<(RoundId, SheetId), u32>> {
    let rows: Vec<(RoundId, SheetId, i64)> = first_appraisals()
        .column(sheet::Column::RoundId)
        .column(sheet_line::Column::SheetId)
        .column_as(score_entry::Column::Id.count(), "lines")
        .join(JoinType::InnerJoin, to_round())
        .filter(round::Column::State.eq(RoundState::Explanation))
        .filter(sheet::Column::State.eq(SheetState::Submitted))
        .filter(score_entry::Column::Verdict.is_in([ScoreVerdict::Changed, ScoreVerdict::Asked]))
        .filter(has(&[Layer::Explanation]).not())
        .filter(of)
        .group_by(sheet::Column::RoundId)
        .group_by(sheet_line::Column::SheetId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|(round, sheet, lines)| ((round, sheet), count(lines))).collect())
}

/// Lines of one criterion on the sheets of one round that are alike for the engine, and still lack something.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Lacking {
    /// The round.
    pub round_id: RoundId,
    /// The criterion.
    pub code: String,
    /// Kind of the units.
    pub kind: String,
    /// Peer group of the units.
    pub peer_group: Option<String>,
    /// How many.
    pub lines: i64,
}

/// Lines of these rounds without an entry in any of these layers, but for those of the units left out.
///
/// # Errors
/// The database's.
pub async fn lacking(
    db: &impl ConnectionTrait,
    rounds: &[RoundId],
    layers: &[Layer],
    left_out: &BTreeSet<UnitId>,
) -> Result<Vec<Lacking>> {
    if rounds.is_empty() {
        return Ok(Vec::new());
    }
    Ok(sheet_line::Entity::find()
        .select_only()
        .column(sheet::Column::RoundId)
        .column(sheet_line::Column::Code)
        .columns([sheet::Column::Kind, sheet::Column::PeerGroup])
        .column_as(sheet_line::Column::Id.count(), "lines")
        .join(JoinType::InnerJoin, to_sheet())
        .filter(sheet::Column::RoundId.is_in(rounds.iter().copied()))
        .filter(sheet::Column::UnitId.is_not_in(left_out.iter().copied()))
        .filter(has(layers).not())
        .group_by(sheet::Column::RoundId)
        .group_by(sheet_line::Column::Code)
        .group_by(sheet::Column::Kind)
        .group_by(sheet::Column::PeerGroup)
        .into_model()
        .all(db)
        .await?)
}

/// Lines of these rounds that owe a second appraisal: by round and criterion. With `judge`: those this person may judge,
/// that is, not of the units left out and not first appraised by them.
///
/// # Errors
/// The database's.
pub async fn undecided(
    db: &impl ConnectionTrait,
    rounds: &[RoundId],
    judge: Option<(PersonId, &BTreeSet<UnitId>)>,
) -> Result<BTreeMap<(RoundId, String), u32>> {
    use score_entry::Column;
    if rounds.is_empty() {
        return Ok(BTreeMap::new());
    }
    let explained = Condition::all().add(Column::Verdict.eq(ScoreVerdict::Changed)).add(has(&[Layer::Explanation]));
    let owes = Condition::any().add(Column::Verdict.eq(ScoreVerdict::Asked)).add(explained);
    let others = judge.map(|(person, left_out)| {
        Condition::all().add(Column::PersonId.ne(person)).add(sheet::Column::UnitId.is_not_in(left_out.iter().copied()))
    });
    let rows: Vec<(RoundId, String, i64)> = first_appraisals()
        .column(sheet::Column::RoundId)
        .column(sheet_line::Column::Code)
        .column_as(Column::Id.count(), "lines")
        .filter(sheet::Column::RoundId.is_in(rounds.iter().copied()))
        .filter(owes)
        .filter(has(&[Layer::Appraisal2]).not())
        .filter(Condition::all().add_option(others))
        .group_by(sheet::Column::RoundId)
        .group_by(sheet_line::Column::Code)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|(round, code, lines)| ((round, code), count(lines))).collect())
}

/// What units owe to rounds: their own scores until the deadline, and their explanations within the window. A sheet that
/// was not handed in stays a duty while its round scores itself: the deadline may still be moved.
///
/// # Errors
/// The database's.
pub async fn duties(db: &impl ConnectionTrait, today: NaiveDate) -> Result<Vec<Duty>> {
    let sheets = open_sheets(db, None).await?;
    if sheets.is_empty() {
        return Ok(Vec::new());
    }
    let owed = unexplained(db, Condition::all()).await?;
    let owed: BTreeSet<SheetId> = owed.into_keys().map(|(_, sheet)| sheet).collect();
    let people = holders(db, &OF_UNIT, &sheets.iter().map(|sheet| sheet.unit_id).collect(), today).await?;
    let duty = |sheet: OpenSheet| {
        let (duty, verb, due_on) = match sheet.round_state {
            RoundState::SelfScoring => (Kind::SelfScore, "self_score", last_day(sheet.self_due_at)),
            _ => {
                let until = sheet.explanation_due_at.map(last_day).filter(|until| today <= *until)?;
                owed.contains(&sheet.id).then_some((Kind::ExplainScores, "explain", until))?
            }
        };
        Some(Duty {
            duty,
            verb,
            subject: Subject::Sheet,
            subject_id: sheet.id.0,
            code: sheet.code,
            title: sheet.title,
            unit_id: sheet.unit_id,
            unit_name: sheet.unit_name,
            due_on,
            people: people.get(&sheet.unit_id).cloned().unwrap_or_default(),
            link: link_to(Subject::Sheet, sheet.id.0),
        })
    };
    Ok(sheets.into_iter().filter_map(duty).collect())
}

#[derive(Debug, FromQueryResult)]
struct Released {
    id: SheetId,
    unit_id: UnitId,
    unit_name: String,
    code: String,
    title: String,
    explanation_due_at: Option<DateTime<Utc>>,
}

#[derive(Debug, FromQueryResult)]
struct Published {
    id: PublicationId,
    round_id: RoundId,
    edition: i32,
    published_at: Option<DateTime<Utc>>,
    code: String,
    title: String,
}

/// What the people of units are told of once: that the appraisal of their sheet was sent, while they may explain, and
/// that results were published.
///
/// # Errors
/// The database's.
pub async fn notices(db: &impl ConnectionTrait, today: NaiveDate) -> Result<Vec<Notice>> {
    let mut found = released(db, today).await?;
    found.extend(published(db, today).await?);
    Ok(found)
}

async fn released(db: &impl ConnectionTrait, today: NaiveDate) -> Result<Vec<Notice>> {
    let rows: Vec<Released> = sheet::Entity::find()
        .select_only()
        .columns([sheet::Column::Id, sheet::Column::UnitId, sheet::Column::UnitName])
        .columns([round::Column::Code, round::Column::Title, round::Column::ExplanationDueAt])
        .join(JoinType::InnerJoin, to_round())
        .filter(round::Column::State.eq(RoundState::Explanation))
        .order_by_asc(sheet::Column::Id)
        .into_model()
        .all(db)
        .await?;
    let people = holders(db, &OF_UNIT, &rows.iter().map(|row| row.unit_id).collect(), today).await?;
    let notice = |row: Released| {
        let until = row.explanation_due_at.map(last_day).filter(|until| today <= *until)?;
        Some(Notice {
            notice: News::AppraisalReleased,
            subject: Subject::Sheet,
            subject_id: row.id.0,
            code: row.code,
            title: row.title,
            unit_name: Some(row.unit_name),
            on: until,
            until: Some(until),
            people: people.get(&row.unit_id).cloned().unwrap_or_default(),
            link: link_to(Subject::Sheet, row.id.0),
        })
    };
    Ok(rows.into_iter().filter_map(notice).collect())
}

async fn published(db: &impl ConnectionTrait, today: NaiveDate) -> Result<Vec<Notice>> {
    let to_round = publication::Entity::belongs_to(round::Entity).from(publication::Column::RoundId).to(round::Column::Id);
    let since = today - chrono::TimeDelta::days(NOTICE_DAYS + 1);
    let since = since.and_hms_opt(0, 0, 0).unwrap_or_default().and_utc();
    let rows: Vec<Published> = publication::Entity::find()
        .select_only()
        .columns([
            publication::Column::Id,
            publication::Column::RoundId,
            publication::Column::Edition,
            publication::Column::PublishedAt,
        ])
        .columns([round::Column::Code, round::Column::Title])
        .join(JoinType::InnerJoin, to_round.into())
        .filter(publication::Column::State.eq(PublicationState::Published))
        .filter(publication::Column::PublishedAt.gte(since))
        .order_by_asc(publication::Column::PublishedAt)
        .order_by_asc(publication::Column::Id)
        .into_model()
        .all(db)
        .await?;
    let sheets: Vec<(RoundId, UnitId)> = sheet::Entity::find()
        .select_only()
        .columns([sheet::Column::RoundId, sheet::Column::UnitId])
        .filter(sheet::Column::RoundId.is_in(rows.iter().map(|row| row.round_id)))
        .into_tuple()
        .all(db)
        .await?;
    let people = holders(db, &OF_UNIT, &sheets.iter().map(|(_, unit)| *unit).collect(), today).await?;
    let notice = |row: Published| {
        let on = row.published_at.map(vn_date).filter(|on| notice_is_fresh(*on, today))?;
        let units = sheets.iter().filter(|(round, _)| *round == row.round_id);
        let people: BTreeSet<PersonId> = units.filter_map(|(_, unit)| people.get(unit)).flatten().copied().collect();
        Some(Notice {
            notice: if row.edition > 1 { News::ResultsCorrected } else { News::ResultsPublished },
            subject: Subject::Publication,
            subject_id: row.id.0,
            code: row.code,
            title: row.title,
            unit_name: None,
            on,
            until: None,
            people: people.into_iter().collect(),
            link: super::pages::public_page(row.round_id),
        })
    };
    Ok(rows.into_iter().filter_map(notice).collect())
}
