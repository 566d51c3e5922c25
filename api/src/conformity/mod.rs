//! Declarations that a unit's quality system conforms to a standard: prepared, signed, in force,
//! posted, announced, sent; and when the procedures in force have moved away from one.
//!
//! `scope` is the annex, live or frozen; `papers` prints it; `overview` says who has declared;
//! `waiting` what is to be done; `public` what everybody reads. `access` says who sees what.

pub mod access;
mod acts;
pub mod bases;
pub mod certificates;
pub mod http;
pub mod overview;
pub mod pages;
pub mod papers;
pub mod public;
pub mod scope;
pub mod waiting;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::conformity::{
    By, DeclarationKind, DeclarationReason, DeclarationState, DeclarationVerb, Facts, MOST_GROUNDS, available, may_begin,
    proposed_reason,
};
use domain::draft::Problems;
use domain::id::{ConformityDeclarationId, StandardId, UnitId};
use domain::permission::Permission;
use domain::record::Subject;
use entities::{conformity_declaration as declaration, conformity_fact as fact, standard, unit, unit_kind};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};

use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::http::Slice;
use crate::inspections::unit_names;
use crate::standards;
use crate::store::{Event, Store, is_unique_violation};
use scope::Scope;

pub(crate) use acts::has_number;
pub use acts::{NewFact, Registration, cancel, give_back, leave_out, note, register, save, sign, submit, withdraw};
pub use waiting::duties;

/// Which declarations are asked for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this unit or any below it.
    pub unit_id: Option<UnitId>,
    /// Standing there.
    pub state: Option<DeclarationState>,
}

/// A declaration in a list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The declaration.
    pub row: declaration::Model,
    /// Name of its unit today.
    pub unit_name: String,
    /// The standard as papers name it.
    pub standard: String,
}

/// The declarations the caller sees, newest first: three statements, whatever the size.
///
/// # Errors
/// The database's.
pub async fn list(db: &impl ConnectionTrait, caller: &Caller, filter: &Filter, slice: &Slice) -> Result<Vec<Listed>> {
    use declaration::Column;
    let below = filter.unit_id.map(|unit| Column::UnitId.in_subquery(crate::documents::below(unit)));
    let wanted = Condition::all().add_option(below).add_option(filter.state.map(|state| Column::State.eq(state)));
    let rows = declaration::Entity::find()
        .filter(access::visible(caller))
        .filter(wanted)
        .filter(slice.after(Column::CreatedAt, Column::Id, true))
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .limit(slice.fetch())
        .all(db)
        .await?;
    listed(db, rows).await
}

async fn listed(db: &impl ConnectionTrait, rows: Vec<declaration::Model>) -> Result<Vec<Listed>> {
    let names = unit_names(db, rows.iter().map(|row| row.unit_id)).await?;
    let standards = standard_names(db).await?;
    let show = |row: declaration::Model| Listed {
        unit_name: names.get(&row.unit_id).cloned().unwrap_or_default(),
        standard: standards.get(&row.standard_id).cloned().unwrap_or_default(),
        row,
    };
    Ok(rows.into_iter().map(show).collect())
}

/// Every standard as papers name it.
///
/// # Errors
/// The database's.
pub async fn standard_names(db: &impl ConnectionTrait) -> Result<BTreeMap<StandardId, String>> {
    Ok(standards::list(db).await?.iter().map(|row| (row.id, standards::title_of(row))).collect())
}

/// A declaration with everything its page shows.
#[derive(Clone, Debug)]
pub struct Read {
    /// The declaration, its unit and standard.
    pub listed: Listed,
    /// Its scope.
    pub scope: Scope,
    /// What was done with it, the oldest first.
    pub facts: Vec<fact::Model>,
    /// What the caller is to it.
    pub by: By,
    /// The annex is another one than when it was submitted.
    pub scope_moved: bool,
    /// What the caller may do now.
    pub available: Vec<DeclarationVerb>,
    /// The reason that the comparison speaks for.
    pub proposed_reason: Option<DeclarationReason>,
    /// The declaration that it replaces, or that was in force when it was signed.
    pub predecessor: Option<declaration::Model>,
    /// The declaration that came after it.
    pub successor: Option<declaration::Model>,
}

/// A declaration the caller sees.
///
/// # Errors
/// 404 otherwise.
pub async fn read(db: &impl ConnectionTrait, caller: &Caller, id: ConformityDeclarationId) -> Result<Read> {
    let row = access::find(db, caller, id, false).await?;
    let by = access::by(db, caller, &row).await?;
    let scope = scope::of(db, &row, caller.today).await?;
    let known = facts_of(&row, &scope);
    let predecessor = match row.predecessor_id {
        Some(id) => declaration::Entity::find_by_id(id).one(db).await?,
        None if row.state.is_open() => scope::in_force(db, row.unit_id).await?,
        None => None,
    };
    let facts = facts_about(db, id).await?;
    let successor = successor(db, id).await?;
    Ok(Read {
        available: available(row.state, &by, &known),
        proposed_reason: proposed_reason(&scope.differences),
        scope_moved: known.scope_moved,
        listed: listed(db, vec![row]).await?.pop().ok_or(Error::NotFound)?,
        scope,
        facts,
        by,
        predecessor,
        successor,
    })
}

/// What was done with a declaration, the oldest first.
///
/// # Errors
/// The database's.
pub async fn facts_about(db: &impl ConnectionTrait, id: ConformityDeclarationId) -> Result<Vec<fact::Model>> {
    let query = fact::Entity::find().filter(fact::Column::DeclarationId.eq(id));
    Ok(query.order_by_asc(fact::Column::Id).all(db).await?)
}

/// The declaration that replaced it.
async fn successor(db: &impl ConnectionTrait, id: ConformityDeclarationId) -> Result<Option<declaration::Model>> {
    Ok(declaration::Entity::find()
        .filter(declaration::Column::PredecessorId.eq(id))
        .filter(declaration::Column::State.is_in(access::IN_FORCE_ONCE))
        .order_by_desc(declaration::Column::Id)
        .one(db)
        .await?)
}

/// The lines of căn cứ.
#[must_use]
pub fn grounds_of(row: &declaration::Model) -> Vec<String> {
    serde_json::from_value(row.grounds.clone()).unwrap_or_default()
}

fn facts_of(row: &declaration::Model, scope: &Scope) -> Facts {
    let handed_in = row.state == DeclarationState::Submitted;
    Facts {
        lines: u32::try_from(scope.lines.len()).unwrap_or(u32::MAX),
        scope_moved: handed_in && row.scope_hash.as_deref() != Some(scope.hash().as_str()),
    }
}

/// What can be said of a declaration while it is drafted.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    /// First or again.
    pub kind: Option<DeclarationKind>,
    /// Why again.
    pub reason: Option<DeclarationReason>,
    /// More about why.
    pub reason_note: Option<String>,
    /// The edition of the standard.
    pub standard_id: Option<StandardId>,
    /// The agency as the papers name it.
    pub unit_name: String,
    /// Where it is.
    pub address: String,
    /// What is stated.
    pub statement: String,
    /// Căn cứ, a line each.
    pub grounds: Vec<String>,
    /// The decision of before this system that it replaces.
    pub earlier_decision: Option<String>,
}

/// What a new declaration of a unit would say unless somebody says otherwise.
///
/// # Errors
/// 404 for a unit whose documents the caller does not keep.
pub async fn proposal(db: &impl ConnectionTrait, caller: &Caller, unit: UnitId) -> Result<Texts> {
    if !caller.scope(Permission::ControlDocuments).contains(db, unit).await? {
        return Err(Error::NotFound);
    }
    proposed(db, unit, caller.today).await
}

async fn proposed(db: &impl ConnectionTrait, id: UnitId, on: NaiveDate) -> Result<Texts> {
    let row = unit::Entity::find_by_id(id).one(db).await?.ok_or(Error::NotFound)?;
    let before = scope::in_force(db, id).await?;
    let differences = match &before {
        Some(before) => scope::since(db, before, on).await?,
        None => Vec::new(),
    };
    let used = standards::used_by(db, id, on).await?;
    let standard = used.as_ref().map(|used| used.standard.id);
    let name = crate::reports::agency(&row);
    let edition = used.map(|used| standards::title_of(&used.standard));
    Ok(Texts {
        kind: Some(if before.is_some() { DeclarationKind::Again } else { DeclarationKind::First }),
        reason: proposed_reason(&differences),
        reason_note: None,
        standard_id: standard,
        statement: format!(
            "{name} công bố Hệ thống quản lý chất lượng của cơ quan phù hợp tiêu chuẩn {} đối với các quy trình, thủ tục hành chính thuộc phạm vi áp dụng.",
            edition.unwrap_or_default()
        ),
        address: before.as_ref().map(|row| row.address.clone()).unwrap_or_default(),
        grounds: bases::proposed(on),
        earlier_decision: None,
        unit_name: name,
    })
}

struct Checked {
    kind: DeclarationKind,
    reason: Option<DeclarationReason>,
    reason_note: Option<String>,
    standard_id: StandardId,
    unit_name: String,
    address: String,
    statement: String,
    grounds: Vec<String>,
    earlier_decision: Option<String>,
}

/// Limits of the texts; a draft may have gaps, which `submit` names.
async fn check(db: &impl ConnectionTrait, texts: Texts, problems: &mut Problems) -> Result<Option<Checked>> {
    let Texts { kind, reason, reason_note, standard_id, unit_name, address, statement, grounds, earlier_decision } = texts;
    problems.check(kind.is_none(), "kind", "required");
    let known = match standard_id {
        Some(id) => standard::Entity::find_by_id(id).one(db).await?.map(|row| row.id),
        None => None,
    };
    problems.check(standard_id.is_none(), "standard_id", "required");
    problems.check(standard_id.is_some() && known.is_none(), "standard_id", "unknown_record");
    let mut optional = |field: &str, text: &str, most: usize| problems.optional_text(field, Some(text), most).unwrap_or_default();
    let unit_name = optional("unit_name", &unit_name, 300);
    let address = optional("address", &address, 500);
    let statement = optional("statement", &statement, 4_000);
    let reason_note = problems.optional_text("reason_note", reason_note.as_deref(), 1_000);
    let earlier_decision = problems.optional_text("earlier_decision", earlier_decision.as_deref(), 300);
    problems.at_most("grounds", grounds.len(), MOST_GROUNDS);
    let mut lines = Vec::new();
    for (index, ground) in grounds.iter().take(MOST_GROUNDS).enumerate() {
        lines.extend(problems.optional_text(&format!("grounds/{index}"), Some(ground), 1_000));
    }
    let (Some(kind), Some(standard_id)) = (kind, known) else { return Ok(None) };
    let first = kind == DeclarationKind::First;
    problems.check(first && reason.is_some(), "reason", "first_without_reason");
    problems.check(first && earlier_decision.is_some(), "kind", "first_but_declared");
    Ok(Some(Checked { kind, reason, reason_note, standard_id, unit_name, address, statement, grounds: lines, earlier_decision }))
}

/// Begins a declaration of a unit. What is left out is proposed.
///
/// # Errors
/// Wrong fields, a unit whose documents the caller does not keep, `declaration_open`.
pub async fn create(store: &Store, caller: &Caller, unit_id: Option<UnitId>, given: Option<Texts>) -> Result<declaration::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let mut problems = Problems::new();
            let unit = crate::inspections::plan::own_unit(tx.db(), &who, Permission::ControlDocuments, unit_id).await?;
            let unit = match unit {
                Ok(unit) if declares(tx.db(), unit).await? => Ok(unit),
                Ok(_) => Err("unknown_unit"),
                Err(code) => Err(code),
            };
            let Ok(unit) = unit.map_err(|code| problems.add("unit_id", code)) else {
                return Err(problems.finish().err().map_or(Error::NotFound, Error::Invalid));
            };
            let texts = match given {
                Some(texts) => texts,
                None => proposed(tx.db(), unit, tx.today()).await?,
            };
            let checked = check(tx.db(), texts, &mut problems).await?;
            problems.finish()?;
            let checked = checked.ok_or(Error::NotFound)?;
            let row = declaration::ActiveModel {
                id: Set(tx.id::<ConformityDeclarationId>()),
                unit_id: Set(unit),
                state: Set(DeclarationState::Draft),
                author_ids: Set(serde_json::json!([who.person])),
                line_count: Set(0),
                created_by_id: Set(who.person),
                version: Set(1),
                created_at: Set(tx.now()),
                ..checked.row()
            };
            let row = row.insert(tx.db()).await.map_err(open_already)?;
            tx.record(Event::on("conformity.created", Subject::ConformityDeclaration, row.id.0).unit(unit).after(&row));
            Ok(row)
        })
        .await
}

/// Parts of an agency declare nothing of their own.
async fn declares(db: &impl ConnectionTrait, id: UnitId) -> Result<bool> {
    let row = unit::Entity::find_by_id(id).one(db).await?.ok_or(Error::NotFound)?;
    let kind = unit_kind::Entity::find_by_id(&row.kind_code).one(db).await?;
    Ok(kind.is_some_and(|kind| kind.level_code != scope::DIVISION))
}

fn open_already(error: sea_orm::DbErr) -> Error {
    match may_begin(is_unique_violation(&error)) {
        Err(refused) => refused.into(),
        Ok(()) => error.into(),
    }
}

impl Checked {
    fn row(self) -> declaration::ActiveModel {
        declaration::ActiveModel {
            kind: Set(self.kind),
            reason: Set(self.reason),
            reason_note: Set(self.reason_note),
            standard_id: Set(self.standard_id),
            unit_name: Set(self.unit_name),
            address: Set(self.address),
            statement: Set(self.statement),
            grounds: Set(serde_json::json!(self.grounds)),
            earlier_decision: Set(self.earlier_decision),
            ..Default::default()
        }
    }
}
