//! Standards: editions with the numbers and titles of their clauses, never their text; where a clause of one edition
//! stands in the next; by which edition an agency works.

pub mod http;
pub mod pages;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::draft::Problems;
use domain::edition::{Moved, Use, in_use, renumbered};
use domain::id::{StandardId, StandardUseId, UnitId};
use domain::permission::Permission;
use domain::record::Subject;
use entities::{clause, clause_move, standard, standard_use};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _,
};
use serde::Deserialize;

use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::store::{Event, Store, Tx, Writer};

const EMBEDDED: &str = include_str!("../../../data/iso9001-clauses.yaml");

/// Every edition, by code.
///
/// # Errors
/// The database's.
pub async fn list(db: &impl ConnectionTrait) -> Result<Vec<standard::Model>> {
    Ok(standard::Entity::find().order_by_asc(standard::Column::Code).all(db).await?)
}

/// The clauses of an edition, in its order.
///
/// # Errors
/// 404 when there is no such edition.
pub async fn clauses(db: &impl ConnectionTrait, id: StandardId) -> Result<Vec<clause::Model>> {
    standard::Entity::find_by_id(id).one(db).await?.ok_or(Error::NotFound)?;
    let rows =
        clause::Entity::find().filter(clause::Column::StandardId.eq(id)).order_by_asc(clause::Column::Position).all(db).await?;
    Ok(rows)
}

/// Where the clauses of one edition stand in a newer one, in the order of the source. Empty when nobody has said.
///
/// # Errors
/// 404 when either is no edition.
pub async fn mapping(db: &impl ConnectionTrait, from: StandardId, to: StandardId) -> Result<Vec<Moved>> {
    for id in [from, to] {
        standard::Entity::find_by_id(id).one(db).await?.ok_or(Error::NotFound)?;
    }
    let rows = clause_move::Entity::find()
        .filter(clause_move::Column::FromStandardId.eq(from))
        .filter(clause_move::Column::ToStandardId.eq(to))
        .order_by_asc(clause_move::Column::Position)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(moved).collect())
}

/// The edition that a unit works by.
#[derive(Clone, Debug)]
pub struct InUse {
    /// The edition.
    pub standard: standard::Model,
    /// Since when.
    pub valid_from: NaiveDate,
    /// Whether the unit has said so itself; else it is what holds for all agencies.
    pub own: bool,
    /// On what ground.
    pub ground: String,
}

/// Uses that bear on a unit, in the order they were recorded.
async fn uses(db: &impl ConnectionTrait, unit: UnitId) -> Result<Vec<standard_use::Model>> {
    let bears = Condition::any().add(standard_use::Column::UnitId.is_null()).add(standard_use::Column::UnitId.eq(unit));
    Ok(standard_use::Entity::find().filter(bears).order_by_asc(standard_use::Column::Id).all(db).await?)
}

/// The editions as one unit sees them: read once, asked for many clauses and days.
#[derive(Clone, Debug)]
pub struct Editions {
    editions: Vec<standard::Model>,
    uses: Vec<standard_use::Model>,
    moves: Vec<clause_move::Model>,
}

impl Editions {
    /// Three statements.
    ///
    /// # Errors
    /// The database's.
    pub async fn read(db: &impl ConnectionTrait, unit: UnitId) -> Result<Self> {
        let moves = clause_move::Entity::find().order_by_asc(clause_move::Column::Position).all(db).await?;
        Ok(Self { editions: list(db).await?, uses: uses(db, unit).await?, moves })
    }

    /// The edition the unit works by on a day; `None` before any edition held.
    #[must_use]
    pub fn on(&self, day: NaiveDate) -> Option<InUse> {
        let said = self.uses.iter().enumerate();
        let said: Vec<Use<usize>> =
            said.map(|(place, row)| Use { standard: place, valid_from: row.valid_from, own: row.unit_id.is_some() }).collect();
        let row = self.uses.get(in_use(&said, day)?.standard)?;
        let standard = self.editions.iter().find(|one| one.id == row.standard_id)?.clone();
        Some(InUse { standard, valid_from: row.valid_from, own: row.unit_id.is_some(), ground: row.ground.clone() })
    }

    /// The edition of this code, international or national.
    fn named(&self, code: &str) -> Option<&standard::Model> {
        self.editions.iter().find(|row| row.code == code || row.national_code.as_deref() == Some(code))
    }

    /// A clause cited by an edition, with its place in the edition the unit works by on a day.
    #[must_use]
    pub fn cited(&self, clause: &str, edition: Option<&str>, day: NaiveDate) -> Cited {
        let by = edition.and_then(|code| self.named(code));
        let mut cited =
            Cited { clause: clause.to_owned(), edition: by.map(title_of).or_else(|| edition.map(str::to_owned)), now: None };
        let (Some(by), Some(used)) = (by, self.on(day)) else { return cited };
        let between = |row: &&clause_move::Model| row.from_standard_id == by.id && row.to_standard_id == used.standard.id;
        let moves: Vec<Moved> = self.moves.iter().filter(between).cloned().map(moved).collect();
        if by.id != used.standard.id && !moves.is_empty() {
            cited.now = Some(NowStands { clause: renumbered(&moves, clause), edition: title_of(&used.standard) });
        }
        cited
    }

    /// The edition a checklist asks by and the one the unit works by on a day, as papers name them, where they differ.
    #[must_use]
    pub fn differs(&self, edition: Option<&str>, day: NaiveDate) -> Option<(String, String)> {
        let (asked, used) = (self.named(edition?)?, self.on(day)?);
        (asked.id != used.standard.id).then(|| (title_of(asked), title_of(&used.standard)))
    }
}

fn moved(row: clause_move::Model) -> Moved {
    Moved { from: row.from_code, to: row.to_code, change: row.change }
}

/// The edition a unit works by on a day; `None` before any edition held.
///
/// # Errors
/// The database's.
pub async fn used_by(db: &impl ConnectionTrait, unit: UnitId, on: NaiveDate) -> Result<Option<InUse>> {
    Ok(Editions::read(db, unit).await?.on(on))
}

/// A clause as it was cited, and where it stands in the edition the unit works by now.
#[derive(Clone, Debug)]
pub struct Cited {
    /// The number as cited.
    pub clause: String,
    /// The edition it was cited by, as papers name it; none where nobody said.
    pub edition: Option<String>,
    /// The newer edition the unit works by now, if it does.
    pub now: Option<NowStands>,
}

/// Where a cited clause stands in a newer edition.
#[derive(Clone, Debug)]
pub struct NowStands {
    /// The newer edition.
    pub edition: String,
    /// The number in it; none when the clause is gone.
    pub clause: Option<String>,
}

/// How papers and pages name an edition: by the national code, where there is one.
#[must_use]
pub fn title_of(row: &standard::Model) -> String {
    row.national_code.clone().unwrap_or_else(|| row.code.clone())
}

/// An edition as papers name it, from any of its codes.
///
/// # Errors
/// The database's.
pub async fn name_of(db: &impl ConnectionTrait, code: &str) -> Result<Option<String>> {
    let rows = list(db).await?;
    let found = rows.iter().find(|row| row.code == code || row.national_code.as_deref() == Some(code));
    Ok(found.map(title_of))
}

/// What has been said of the edition a unit works by: for all agencies and by itself, last said first.
///
/// # Errors
/// 404 when the caller does not read the unit's documents.
pub async fn history(db: &impl ConnectionTrait, caller: &Caller, unit: UnitId) -> Result<Vec<standard_use::Model>> {
    if !caller.reading_scope(Permission::ReadDocuments).contains(db, unit).await? {
        return Err(Error::NotFound);
    }
    let mut rows = uses(db, unit).await?;
    rows.reverse();
    Ok(rows)
}

/// «From this day on we work by this edition.»
#[derive(Clone, Debug)]
pub struct NewUse {
    /// The unit.
    pub unit_id: UnitId,
    /// The edition.
    pub standard_id: StandardId,
    /// The first day.
    pub valid_from: NaiveDate,
    /// The decision or letter it rests on.
    pub ground: String,
}

/// Records by which edition a unit works from a day on. Nothing said before is changed: of two for one day the last
/// counts, so a mistake is put right by saying it again.
///
/// # Errors
/// 404 when the caller does not control the unit's documents; wrong fields.
pub async fn adopt(store: &Store, caller: &Caller, new: NewUse) -> Result<standard_use::Model> {
    let mut problems = Problems::new();
    let ground = problems.text("ground", &new.ground, 500);
    problems.finish()?;
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            if !who.scope(Permission::ControlDocuments).contains(tx.db(), new.unit_id).await? {
                return Err(Error::NotFound);
            }
            if standard::Entity::find_by_id(new.standard_id).one(tx.db()).await?.is_none() {
                return Err(Error::field("standard_id", "required"));
            }
            let row = standard_use::ActiveModel {
                id: Set(tx.id::<StandardUseId>()),
                unit_id: Set(Some(new.unit_id)),
                standard_id: Set(new.standard_id),
                valid_from: Set(new.valid_from),
                ground: Set(ground),
                trust: Set(None),
                recorded_by_id: Set(Some(who.person)),
                recorded_at: Set(tx.now()),
            };
            let row = row.insert(tx.db()).await?;
            tx.record(Event::on("standard.adopted", Subject::Unit, new.unit_id.0).unit(new.unit_id).after(&row));
            Ok(row)
        })
        .await
}

#[derive(Debug, Deserialize)]
struct File {
    editions: Vec<Edition>,
    agencies: Vec<ForAgencies>,
    clauses: Vec<Line>,
}

/// An edition as a whole.
#[derive(Debug, Deserialize)]
struct Edition {
    code: String,
    edition: String,
    title: String,
    title_en: String,
    national_code: Option<String>,
    published_on: Option<NaiveDate>,
    note: Option<String>,
    trust: String,
}

/// From which day agencies work by which edition, where they say nothing else.
#[derive(Debug, Deserialize)]
struct ForAgencies {
    edition: String,
    valid_from: NaiveDate,
    ground: String,
    trust: String,
}

/// A clause in the edition of 2015 and where the edition of 2026 has it.
#[derive(Debug, Deserialize)]
struct Line {
    number: String,
    #[serde(default)]
    title_en: Option<String>,
    #[serde(default)]
    title_vi: Option<String>,
    #[serde(default)]
    title_vi_source: Option<String>,
    #[serde(default)]
    exists_in_2015: Option<bool>,
    iso9001_2026: Next,
}

#[derive(Debug, Deserialize)]
struct Next {
    number: Option<String>,
    #[serde(default)]
    title_en: Option<String>,
    #[serde(default)]
    change: Option<String>,
}

/// A clause of one edition.
#[derive(Clone, Debug)]
struct Clause {
    code: String,
    title: String,
    title_en: Option<String>,
    trust: &'static str,
}

impl File {
    fn parse(text: &str) -> Result<Self> {
        serde_saphyr::from_str(text).map_err(|error| Error::Internal(anyhow::anyhow!("điều khoản tiêu chuẩn: {error}")))
    }

    fn edition_2015(&self) -> Vec<Clause> {
        let lines = self.clauses.iter().filter(|line| line.exists_in_2015 != Some(false));
        lines
            .map(|line| Clause {
                code: line.number.clone(),
                title: line.title_vi(),
                title_en: line.title_en(),
                trust: line.trust(),
            })
            .collect()
    }

    /// Where a title has changed it stands in English: no Vietnamese edition is out.
    fn edition_2026(&self) -> Vec<Clause> {
        let mut clauses: BTreeMap<Vec<u32>, Clause> = BTreeMap::new();
        for line in &self.clauses {
            let Some(number) = &line.iso9001_2026.number else { continue };
            let clause = match &line.iso9001_2026.title_en {
                Some(title) => {
                    Clause { code: number.clone(), title: title.clone(), title_en: Some(title.clone()), trust: "draft_numbering" }
                }
                None => {
                    Clause { code: number.clone(), title: line.title_vi(), title_en: line.title_en(), trust: "draft_numbering" }
                }
            };
            let order = number.split('.').map(|part| part.parse().unwrap_or(u32::MAX)).collect();
            clauses.entry(order).or_insert(clause);
        }
        clauses.into_values().collect()
    }
}

impl File {
    fn moves(&self) -> Vec<Moved> {
        let row = |line: &Line| Moved {
            from: (line.exists_in_2015 != Some(false)).then(|| line.number.clone()),
            to: line.iso9001_2026.number.clone(),
            change: line.iso9001_2026.change.clone(),
        };
        self.clauses.iter().map(row).collect()
    }
}

impl Line {
    fn has_title(&self) -> bool {
        self.title_vi_source.as_deref() != Some("-")
    }

    fn title_vi(&self) -> String {
        self.title_vi.clone().filter(|_| self.has_title()).unwrap_or_default()
    }

    fn title_en(&self) -> Option<String> {
        self.title_en.clone().filter(|title| !title.starts_with('('))
    }

    /// How far the Vietnamese title is verified.
    fn trust(&self) -> &'static str {
        match self.title_vi_source.as_deref() {
            Some("A") => "contents_page",
            Some("B") => "secondary",
            Some("-") => "untitled",
            _ => "unverified",
        }
    }
}

/// Loads the clauses that come with the program; known ones are kept up to date.
///
/// # Errors
/// The data file is broken, or the database's.
pub(crate) async fn load_reference(tx: &Tx) -> Result<()> {
    apply(tx, &File::parse(EMBEDDED)?).await?;
    Ok(())
}

/// Imports a file of clauses. Gives how many there are in all editions.
///
/// # Errors
/// The file is broken, or the database's.
pub async fn import(store: &Store, text: &str) -> Result<usize> {
    let file = File::parse(text)?;
    store
        .write(Writer::Cli, move |tx| async move {
            let count = apply(&tx, &file).await?;
            tx.record(Event {
                kind: "standards.imported",
                subject: Subject::Installation,
                subject_id: None,
                unit_id: None,
                before: None,
                after: Some(serde_json::json!({ "clauses": count })),
                reason: None,
            });
            Ok(count)
        })
        .await
}

async fn apply(tx: &Tx, file: &File) -> Result<usize> {
    let mut editions = BTreeMap::new();
    for one in &file.editions {
        editions.insert(one.edition.as_str(), edition(tx, one).await?);
    }
    let named = |edition: &str| {
        let missing = || Error::Internal(anyhow::anyhow!("điều khoản tiêu chuẩn: thiếu bản {edition} trong `editions`"));
        editions.get(edition).copied().ok_or_else(missing)
    };
    let (older, newer) = (named("2015")?, named("2026")?);
    let (first, second) = (file.edition_2015(), file.edition_2026());
    let count = first.len() + second.len();
    keep(tx, older, first).await?;
    keep(tx, newer, second).await?;
    keep_moves(tx, older, newer, file.moves()).await?;
    for one in &file.agencies {
        hold_for_all(tx, named(&one.edition)?, one).await?;
    }
    Ok(count)
}

/// The row of an edition, made when missing.
async fn edition(tx: &Tx, new: &Edition) -> Result<StandardId> {
    use standard::Column as C;
    let row = standard::ActiveModel {
        id: Set(tx.id()),
        code: Set(new.code.clone()),
        title: Set(new.title.clone()),
        title_en: Set(Some(new.title_en.clone())),
        edition: Set(new.edition.clone()),
        source: Set(Some("data/iso9001-clauses.yaml".to_owned())),
        national_code: Set(new.national_code.clone()),
        published_on: Set(new.published_on),
        note: Set(new.note.clone()),
        trust: Set(Some(new.trust.clone())),
    };
    let known = OnConflict::column(C::Code)
        .update_columns([C::Title, C::TitleEn, C::Source, C::NationalCode, C::PublishedOn, C::Note, C::Trust])
        .to_owned();
    standard::Entity::insert(row).on_conflict(known).exec_without_returning(tx.db()).await?;
    let row = standard::Entity::find().filter(C::Code.eq(&new.code)).one(tx.db()).await?;
    row.map(|row| row.id).ok_or(Error::NotFound)
}

/// The mapping between two editions as the file has it.
async fn keep_moves(tx: &Tx, from: StandardId, to: StandardId, moves: Vec<Moved>) -> Result<()> {
    use clause_move::Column as C;
    clause_move::Entity::delete_many().filter(C::FromStandardId.eq(from)).filter(C::ToStandardId.eq(to)).exec(tx.db()).await?;
    let row = |(moved, position): (Moved, i32)| clause_move::ActiveModel {
        from_standard_id: Set(from),
        to_standard_id: Set(to),
        position: Set(position),
        from_code: Set(moved.from),
        to_code: Set(moved.to),
        change: Set(moved.change),
    };
    let rows: Vec<_> = moves.into_iter().zip(1..).map(row).collect();
    for chunk in rows.chunks(1000) {
        clause_move::Entity::insert_many(chunk.to_vec()).exec_without_returning(tx.db()).await?;
    }
    Ok(())
}

/// What holds for all agencies from a day on; the file is the last word of that day.
async fn hold_for_all(tx: &Tx, standard: StandardId, one: &ForAgencies) -> Result<()> {
    use standard_use::Column as C;
    let known =
        standard_use::Entity::find().filter(C::UnitId.is_null()).filter(C::ValidFrom.eq(one.valid_from)).one(tx.db()).await?;
    let row = standard_use::ActiveModel {
        standard_id: Set(standard),
        ground: Set(one.ground.clone()),
        trust: Set(Some(one.trust.clone())),
        ..Default::default()
    };
    match known {
        Some(known) => {
            standard_use::ActiveModel { id: Set(known.id), ..row }.update(tx.db()).await?;
        }
        None => {
            let row = standard_use::ActiveModel {
                id: Set(tx.id::<StandardUseId>()),
                unit_id: Set(None),
                valid_from: Set(one.valid_from),
                recorded_by_id: Set(None),
                recorded_at: Set(tx.now()),
                ..row
            };
            row.insert(tx.db()).await?;
        }
    }
    Ok(())
}

async fn keep(tx: &Tx, standard: StandardId, clauses: Vec<Clause>) -> Result<()> {
    let rows: Vec<clause::ActiveModel> = clauses
        .into_iter()
        .zip(1..)
        .map(|(clause, position)| clause::ActiveModel {
            standard_id: Set(standard),
            code: Set(clause.code),
            title: Set(clause.title),
            title_en: Set(clause.title_en),
            trust: Set(clause.trust.to_owned()),
            position: Set(position),
        })
        .collect();
    let known = OnConflict::columns([clause::Column::StandardId, clause::Column::Code])
        .update_columns([clause::Column::Title, clause::Column::TitleEn, clause::Column::Trust, clause::Column::Position])
        .to_owned();
    for chunk in rows.chunks(1000) {
        clause::Entity::insert_many(chunk.to_vec()).on_conflict(known.clone()).exec_without_returning(tx.db()).await?;
    }
    Ok(())
}
