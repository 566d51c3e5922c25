//! Standards: editions with the numbers and titles of their clauses, never their text.

use std::collections::BTreeMap;

use domain::id::StandardId;
use domain::record::Subject;
use entities::{clause, standard};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use serde::Deserialize;

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

#[derive(Debug, Deserialize)]
struct File {
    clauses: Vec<Line>,
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
    let title = "Hệ thống quản lý chất lượng – Các yêu cầu";
    let source = "data/iso9001-clauses.yaml";
    let older = edition(tx, "ISO 9001:2015", "2015", title, source).await?;
    let newer = edition(tx, "ISO 9001:2026", "2026", title, source).await?;
    let (first, second) = (file.edition_2015(), file.edition_2026());
    let count = first.len() + second.len();
    keep(tx, older, first).await?;
    keep(tx, newer, second).await?;
    Ok(count)
}

/// The row of an edition, made when missing.
async fn edition(tx: &Tx, code: &str, edition: &str, title: &str, source: &str) -> Result<StandardId> {
    let row = standard::ActiveModel {
        id: Set(tx.id()),
        code: Set(code.to_owned()),
        title: Set(title.to_owned()),
        title_en: Set(Some("Quality management systems – Requirements".to_owned())),
        edition: Set(edition.to_owned()),
        source: Set(Some(source.to_owned())),
    };
    let known = OnConflict::column(standard::Column::Code)
        .update_columns([standard::Column::Title, standard::Column::TitleEn, standard::Column::Source])
        .to_owned();
    standard::Entity::insert(row).on_conflict(known).exec_without_returning(tx.db()).await?;
    let row = standard::Entity::find().filter(standard::Column::Code.eq(code)).one(tx.db()).await?;
    row.map(|row| row.id).ok_or(Error::NotFound)
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
