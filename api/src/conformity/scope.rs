//! The procedures a declaration is about: live while it is drafted, frozen once it is signed; and how
//! the procedures in force have moved away from a declaration since.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use domain::conformity::{DeclarationState, Difference, ScopeChange, ScopeLine, compare};
use domain::document::control::LinkKind;
use domain::document::{DocumentKind, DocumentState, RevisionState};
use domain::id::{AdministrativeProcedureId, ConformityDeclarationId, ConformityLineId, DocumentId, UnitId};
use domain::time::vn_date;
use entities::{
    administrative_procedure, conformity_declaration as declaration, conformity_line as line, document, document_link, revision,
    unit, unit_kind, unit_path,
};
use sea_orm::sea_query::{Alias, Cond, Expr, ExprTrait as _, Query, SelectStatement};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, FromQueryResult, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};

use crate::auth::session::sha256_hex;
use crate::documents::revisions::numbers_of;
use crate::error::Result;
use crate::inspections::unit_names;
use crate::store::Tx;

/// The level of units that are parts of an agency and declare nothing of their own.
pub const DIVISION: &str = "division";
/// How many ids one `IN` takes.
const CHUNK: usize = 2_000;

/// A procedure left out of the scope, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The procedure.
    pub document: DocumentId,
    /// Its code.
    pub code: String,
    /// Its title.
    pub title: String,
    /// Why.
    pub reason: String,
}

/// The scope of a declaration.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// The procedures in it, in the order of the annex.
    pub lines: Vec<ScopeLine>,
    /// Procedures in force that are left out.
    pub left_out: Vec<LeftOut>,
    /// How it differs from the declaration it replaces; empty when it replaces none.
    pub differences: Vec<Difference>,
    /// Whether it replaces one of this system.
    pub compared: bool,
}

impl Scope {
    /// How a line of it differs from the declaration before.
    #[must_use]
    pub fn change_of(&self, document: DocumentId) -> Option<ScopeChange> {
        self.differences.iter().find(|one| one.line.document == document).map(|one| one.change)
    }

    /// The procedures of the declaration before that are not in it any more.
    pub fn gone(&self) -> impl Iterator<Item = &ScopeLine> {
        self.differences.iter().filter(|one| one.change == ScopeChange::Removed).map(|one| &one.line)
    }

    /// SHA-256 of what is declared: the same lines give the same hash, whatever was done in between.
    #[must_use]
    pub fn hash(&self) -> String {
        let lines: Vec<_> = self
            .lines
            .iter()
            .map(|one| {
                let ScopeLine { document, revision, code, title, field, unit, national_codes, number } = one;
                serde_json::json!([document, revision, code, title, field, unit, national_codes, number])
            })
            .collect();
        let out: Vec<_> = self.left_out.iter().map(|one| serde_json::json!([one.document, one.reason])).collect();
        sha256_hex(serde_json::json!([lines, out]).to_string().as_bytes())
    }
}

/// Pairs of an agency and a unit whose procedures are the agency's: itself, and the divisions below
/// it that belong to no nearer agency.
fn members(on: NaiveDate) -> SelectStatement {
    let (path, own, kind) = (Alias::new("m_path"), Alias::new("m_unit"), Alias::new("m_kind"));
    let (near, above, its) = (Alias::new("n_path"), Alias::new("n_unit"), Alias::new("n_kind"));
    let nearer = Query::select()
        .expr(Expr::val(1))
        .from_as(unit_path::Entity, near.clone())
        .join_as(
            sea_orm::JoinType::InnerJoin,
            unit::Entity,
            above.clone(),
            Expr::col((above.clone(), unit::Column::Id)).equals((near.clone(), unit_path::Column::AncestorId)),
        )
        .join_as(
            sea_orm::JoinType::InnerJoin,
            unit_kind::Entity,
            its.clone(),
            Expr::col((its.clone(), unit_kind::Column::Code)).equals((above, unit::Column::KindCode)),
        )
        .and_where(
            Expr::col((near.clone(), unit_path::Column::DescendantId)).equals((path.clone(), unit_path::Column::DescendantId)),
        )
        .and_where(Expr::col((near.clone(), unit_path::Column::Depth)).gt(0))
        .and_where(Expr::col((near, unit_path::Column::Depth)).lt(Expr::col((path.clone(), unit_path::Column::Depth))))
        .and_where(Expr::col((its, unit_kind::Column::LevelCode)).ne(DIVISION))
        .to_owned();
    let part =
        Cond::all().add(Expr::col((kind.clone(), unit_kind::Column::LevelCode)).eq(DIVISION)).add(Expr::exists(nearer).not());
    Query::select()
        .expr_as(Expr::col((path.clone(), unit_path::Column::AncestorId)), Alias::new("agency_id"))
        .expr_as(Expr::col((path.clone(), unit_path::Column::DescendantId)), Alias::new("member_id"))
        .from_as(unit_path::Entity, path.clone())
        .join_as(
            sea_orm::JoinType::InnerJoin,
            unit::Entity,
            own.clone(),
            Expr::col((own.clone(), unit::Column::Id)).equals((path.clone(), unit_path::Column::DescendantId)),
        )
        .join_as(
            sea_orm::JoinType::InnerJoin,
            unit_kind::Entity,
            kind.clone(),
            Expr::col((kind, unit_kind::Column::Code)).equals((own, unit::Column::KindCode)),
        )
        .and_where(Expr::col((path.clone(), unit_path::Column::ValidFrom)).lte(on))
        .cond_where(
            Cond::any()
                .add(Expr::col((path.clone(), unit_path::Column::ValidTo)).is_null())
                .add(Expr::col((path.clone(), unit_path::Column::ValidTo)).gte(on)),
        )
        .cond_where(Cond::any().add(Expr::col((path, unit_path::Column::Depth)).eq(0)).add(part))
        .to_owned()
}

/// Procedures in force.
fn procedures() -> Condition {
    Condition::all()
        .add(document::Column::Kind.eq(DocumentKind::Procedure))
        .add(document::Column::State.eq(DocumentState::InForce))
}

/// The procedures in force of an agency, in the order of an annex.
///
/// # Errors
/// The database's.
pub async fn live(db: &impl ConnectionTrait, unit: UnitId, on: NaiveDate) -> Result<Vec<ScopeLine>> {
    let units = Query::select()
        .column(Alias::new("member_id"))
        .from_subquery(members(on), Alias::new("members"))
        .and_where(Expr::col(Alias::new("agency_id")).eq(unit))
        .to_owned();
    let rows = document::Entity::find().filter(procedures()).filter(document::Column::UnitId.in_subquery(units)).all(db).await?;
    lines_of(db, rows, on).await
}

/// Documents in force as lines: revision, TTHC, unit.
async fn lines_of(db: &impl ConnectionTrait, rows: Vec<document::Model>, on: NaiveDate) -> Result<Vec<ScopeLine>> {
    let ids: Vec<DocumentId> = rows.iter().map(|row| row.id).collect();
    let (mut revisions, mut codes) = (BTreeMap::new(), BTreeMap::new());
    for chunk in ids.chunks(CHUNK) {
        let found = revision::Entity::find()
            .filter(revision::Column::DocumentId.is_in(chunk.iter().copied()))
            .filter(revision::Column::State.eq(RevisionState::Effective))
            .all(db)
            .await?;
        revisions.extend(found.into_iter().map(|row| (row.document_id, row)));
        for (document, code) in national_codes(db, chunk, on).await? {
            codes.entry(document).or_insert_with(BTreeSet::new).insert(code);
        }
    }
    let names = unit_names(db, rows.iter().map(|row| row.unit_id)).await?;
    let mut lines: Vec<ScopeLine> = rows
        .into_iter()
        .filter_map(|row| {
            let current = revisions.get(&row.id)?;
            Some(ScopeLine {
                document: row.id,
                revision: current.id,
                code: row.code.unwrap_or_default(),
                title: row.title,
                field: row.field_name,
                unit: names.get(&row.unit_id).cloned().unwrap_or_default(),
                national_codes: codes.remove(&row.id).unwrap_or_default().into_iter().collect(),
                number: numbers_of(current).map(|numbers| numbers.to_string()).unwrap_or_default(),
            })
        })
        .collect();
    lines.sort_by_cached_key(ScopeLine::order);
    Ok(lines)
}

/// The national codes that documents serve on a day, each with its suffix.
async fn national_codes(db: &impl ConnectionTrait, documents: &[DocumentId], on: NaiveDate) -> Result<Vec<(DocumentId, String)>> {
    let links = document_link::Entity::find()
        .filter(document_link::Column::DocumentId.is_in(documents.iter().copied()))
        .filter(document_link::Column::Kind.eq(LinkKind::AdministrativeProcedure))
        .filter(document_link::Column::ValidFrom.lte(on))
        .filter(Condition::any().add(document_link::Column::ValidTo.is_null()).add(document_link::Column::ValidTo.gte(on)))
        .all(db)
        .await?;
    let targets: BTreeSet<AdministrativeProcedureId> =
        links.iter().filter_map(|link| link.target_id).map(AdministrativeProcedureId).collect();
    let known: BTreeMap<AdministrativeProcedureId, String> = administrative_procedure::Entity::find()
        .filter(administrative_procedure::Column::Id.is_in(targets))
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.id, row.suffix.map_or(row.national_code.clone(), |suffix| format!("{}.{suffix}", row.national_code))))
        .collect();
    let code = |link: document_link::Model| {
        let code = known.get(&AdministrativeProcedureId(link.target_id?))?;
        Some((link.document_id, code.clone()))
    };
    Ok(links.into_iter().filter_map(code).collect())
}

fn of_row(row: line::Model) -> Option<ScopeLine> {
    Some(ScopeLine {
        document: row.document_id,
        revision: row.revision_id?,
        code: row.code,
        title: row.title,
        field: row.field_name,
        unit: row.unit_name,
        national_codes: serde_json::from_value(row.national_codes).unwrap_or_default(),
        number: row.number,
    })
}

fn left_out_of(row: line::Model) -> LeftOut {
    LeftOut { document: row.document_id, code: row.code, title: row.title, reason: row.reason.unwrap_or_default() }
}

/// The kept lines of a declaration: those in scope, those left out.
async fn kept(db: &impl ConnectionTrait, id: ConformityDeclarationId) -> Result<(Vec<ScopeLine>, Vec<LeftOut>)> {
    let rows = line::Entity::find()
        .filter(line::Column::DeclarationId.eq(id))
        .order_by_asc(line::Column::Position)
        .order_by_asc(line::Column::Code)
        .all(db)
        .await?;
    let (inside, outside): (Vec<line::Model>, Vec<line::Model>) = rows.into_iter().partition(|row| row.included);
    Ok((inside.into_iter().filter_map(of_row).collect(), outside.into_iter().map(left_out_of).collect()))
}

/// The declaration in force of a unit.
///
/// # Errors
/// The database's.
pub async fn in_force(db: &impl ConnectionTrait, unit: UnitId) -> Result<Option<declaration::Model>> {
    Ok(declaration::Entity::find()
        .filter(declaration::Column::UnitId.eq(unit))
        .filter(declaration::Column::State.eq(DeclarationState::InForce))
        .one(db)
        .await?)
}

/// The scope of a declaration as it stands: what is in force now less what is left out, until it is
/// signed; then what it was when it was signed.
///
/// # Errors
/// The database's.
pub async fn of(db: &impl ConnectionTrait, row: &declaration::Model, on: NaiveDate) -> Result<Scope> {
    let (stored, mut left_out) = kept(db, row.id).await?;
    let (lines, before) = if row.state.is_frozen() {
        (stored, row.predecessor_id)
    } else {
        let all = live(db, row.unit_id, on).await?;
        left_out.retain(|one| all.iter().any(|line| line.document == one.document));
        let inside = all.into_iter().filter(|line| left_out.iter().all(|one| one.document != line.document));
        (inside.collect(), in_force(db, row.unit_id).await?.map(|row| row.id))
    };
    let differences = match before {
        Some(id) => compare(&kept(db, id).await?.0, &lines),
        None => Vec::new(),
    };
    Ok(Scope { lines, left_out, differences, compared: before.is_some() })
}

/// How the procedures in force differ from a declaration in force, new revisions included.
///
/// # Errors
/// The database's.
pub async fn since(db: &impl ConnectionTrait, row: &declaration::Model, on: NaiveDate) -> Result<Vec<Difference>> {
    let (declared, left_out) = kept(db, row.id).await?;
    let mut now = live(db, row.unit_id, on).await?;
    now.retain(|line| left_out.iter().all(|one| one.document != line.document));
    Ok(compare(&declared, &now))
}

/// Freezes the annex of a declaration that is being signed.
///
/// # Errors
/// The database's.
pub(super) async fn freeze(tx: &Tx, id: ConformityDeclarationId, scope: &Scope) -> Result<()> {
    // What was left out and is not in force any more was never part of the choice.
    let chosen: Vec<DocumentId> = scope.left_out.iter().map(|one| one.document).collect();
    line::Entity::delete_many()
        .filter(line::Column::DeclarationId.eq(id))
        .filter(line::Column::DocumentId.is_not_in(chosen))
        .exec(tx.db())
        .await?;
    let rows: Vec<line::ActiveModel> = scope
        .lines
        .iter()
        .zip(1..)
        .map(|(one, position)| line::ActiveModel {
            id: Set(tx.id::<ConformityLineId>()),
            declaration_id: Set(id),
            document_id: Set(one.document),
            revision_id: Set(Some(one.revision)),
            position: Set(position),
            included: Set(true),
            reason: Set(None),
            code: Set(one.code.clone()),
            title: Set(one.title.clone()),
            field_name: Set(one.field.clone()),
            unit_name: Set(one.unit.clone()),
            national_codes: Set(serde_json::json!(one.national_codes)),
            number: Set(one.number.clone()),
        })
        .collect();
    for chunk in rows.chunks(500) {
        line::Entity::insert_many(chunk.to_vec()).exec_without_returning(tx.db()).await?;
    }
    Ok(())
}

/// A difference that makes a declaration stand for another scope, and since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// How.
    pub change: ScopeChange,
    /// Code of the procedure.
    pub code: String,
    /// Its title.
    pub title: String,
    /// The day it came about.
    pub since: NaiveDate,
}

#[derive(Debug, FromQueryResult)]
struct New {
    document_id: DocumentId,
    declaration_id: ConformityDeclarationId,
}

/// The declarations in force among these whose scope has moved, with the procedures that moved it: a
/// bounded number of statements, whatever the number of units. The database only chooses which
/// procedures to look at; what a change is, the same rule says as everywhere.
///
/// # Errors
/// The database's.
pub async fn moved(db: &impl ConnectionTrait, among: Condition, on: NaiveDate) -> Result<Vec<(declaration::Model, Vec<Moved>)>> {
    let wanted = Condition::all().add(declaration::Column::State.eq(DeclarationState::InForce)).add(among);
    let rows = declaration::Entity::find().filter(wanted.clone()).order_by_asc(declaration::Column::Id).all(db).await?;
    let of_these =
        Query::select().column(declaration::Column::Id).from(declaration::Entity).cond_where(wanted.clone()).to_owned();
    let suspects = line::Entity::find()
        .filter(line::Column::DeclarationId.in_subquery(of_these))
        .filter(line::Column::Included.eq(true))
        .filter(
            Condition::any()
                .add(line::Column::DocumentId.in_subquery(not_in_force()))
                .add(line::Column::DocumentId.in_subquery(relinked())),
        )
        .all(db)
        .await?;
    let fresh = New::find_by_statement_of(db, undeclared(wanted, on)).await?;
    let ids: BTreeSet<DocumentId> =
        suspects.iter().map(|row| row.document_id).chain(fresh.iter().map(|one| one.document_id)).collect();
    let ids: Vec<DocumentId> = ids.into_iter().collect();
    let mut documents = Vec::new();
    let mut days = Days::default();
    for chunk in ids.chunks(CHUNK) {
        let found = document::Entity::find().filter(procedures()).filter(document::Column::Id.is_in(chunk.iter().copied()));
        documents.extend(found.all(db).await?);
        days.read(db, chunk).await?;
    }
    let now: BTreeMap<DocumentId, ScopeLine> =
        lines_of(db, documents, on).await?.into_iter().map(|line| (line.document, line)).collect();
    let mut before: BTreeMap<ConformityDeclarationId, Vec<ScopeLine>> = BTreeMap::new();
    for row in suspects {
        let of = row.declaration_id;
        before.entry(of).or_default().extend(of_row(row));
    }
    let mut added: BTreeMap<ConformityDeclarationId, Vec<DocumentId>> = BTreeMap::new();
    for one in fresh {
        added.entry(one.declaration_id).or_default().push(one.document_id);
    }
    let mut found = Vec::new();
    for row in rows {
        let was = before.remove(&row.id).unwrap_or_default();
        let looked_at = was.iter().map(|line| line.document).chain(added.remove(&row.id).unwrap_or_default());
        let is: Vec<ScopeLine> = looked_at.filter_map(|id| now.get(&id).cloned()).collect();
        let differences = compare(&was, &is).into_iter().filter(|one| one.change.moves_scope());
        let moved: Vec<Moved> = differences.map(|one| dated(&row, one, &days, on)).collect();
        if !moved.is_empty() {
            found.push((row, moved));
        }
    }
    Ok(found)
}

fn dated(row: &declaration::Model, one: Difference, days: &Days, on: NaiveDate) -> Moved {
    let since = row.signed_at.and_then(|signed| days.of(one.change, one.line.document, signed)).unwrap_or(on);
    Moved {
        change: one.change,
        code: one.line.code,
        title: one.line.title,
        since: row.issued_on.map_or(since, |issued| std::cmp::max(issued, since)),
    }
}

fn not_in_force() -> SelectStatement {
    Query::select()
        .column(document::Column::Id)
        .from(document::Entity)
        .and_where(document::Column::State.ne(DocumentState::InForce))
        .to_owned()
}

/// Documents whose links with the catalogue ended or began after some declaration was signed.
fn relinked() -> SelectStatement {
    let first = Query::select()
        .expr(Expr::col((declaration::Entity, declaration::Column::SignedAt)).min())
        .from(declaration::Entity)
        .and_where(declaration::Column::State.eq(DeclarationState::InForce))
        .to_owned();
    let later = Expr::col((document_link::Entity, document_link::Column::CreatedAt))
        .gte(sea_orm::sea_query::SimpleExpr::SubQuery(None, Box::new(first.into())));
    Query::select()
        .column(document_link::Column::DocumentId)
        .from(document_link::Entity)
        .and_where(document_link::Column::Kind.eq(LinkKind::AdministrativeProcedure))
        .cond_where(Cond::any().add(document_link::Column::ValidTo.is_not_null()).add(later))
        .to_owned()
}

/// Procedures in force that a declaration in force neither names nor leaves out.
fn undeclared(wanted: Condition, on: NaiveDate) -> SelectStatement {
    let (own, agency) = (Alias::new("members"), Alias::new("agency_id"));
    let named = Query::select()
        .expr(Expr::val(1))
        .from(line::Entity)
        .and_where(Expr::col((line::Entity, line::Column::DeclarationId)).equals((declaration::Entity, declaration::Column::Id)))
        .and_where(Expr::col((line::Entity, line::Column::DocumentId)).equals((document::Entity, document::Column::Id)))
        .to_owned();
    Query::select()
        .expr_as(Expr::col((document::Entity, document::Column::Id)), Alias::new("document_id"))
        .expr_as(Expr::col((declaration::Entity, declaration::Column::Id)), Alias::new("declaration_id"))
        .from(document::Entity)
        .join_subquery(
            sea_orm::JoinType::InnerJoin,
            members(on),
            own.clone(),
            Expr::col((own.clone(), Alias::new("member_id"))).equals((document::Entity, document::Column::UnitId)),
        )
        .join(
            sea_orm::JoinType::InnerJoin,
            declaration::Entity,
            Expr::col((declaration::Entity, declaration::Column::UnitId)).equals((own, agency)),
        )
        .cond_where(procedures())
        .cond_where(wanted)
        .and_where(Expr::exists(named).not())
        .to_owned()
}

impl New {
    async fn find_by_statement_of(db: &impl ConnectionTrait, statement: SelectStatement) -> Result<Vec<Self>> {
        let rows = db.query_all(&statement).await?;
        Ok(rows.iter().map(|row| Self::from_query_result(row, "")).collect::<std::result::Result<_, _>>()?)
    }
}

/// When procedures came into force, went out of it, or were linked with other TTHC.
#[derive(Debug, Default)]
struct Days {
    revisions: BTreeMap<DocumentId, Vec<(NaiveDate, Option<NaiveDate>)>>,
    links: BTreeMap<DocumentId, Vec<document_link::Model>>,
}

impl Days {
    async fn read(&mut self, db: &impl ConnectionTrait, documents: &[DocumentId]) -> Result<()> {
        let rows: Vec<(DocumentId, Option<NaiveDate>, Option<NaiveDate>)> = revision::Entity::find()
            .select_only()
            .columns([revision::Column::DocumentId, revision::Column::EffectiveFrom, revision::Column::EffectiveTo])
            .filter(revision::Column::DocumentId.is_in(documents.iter().copied()))
            .filter(revision::Column::State.is_in(crate::documents::access::IN_FORCE_ONCE))
            .into_tuple()
            .all(db)
            .await?;
        for (document, from, to) in rows {
            self.revisions.entry(document).or_default().extend(from.map(|from| (from, to)));
        }
        let rows = document_link::Entity::find()
            .filter(document_link::Column::DocumentId.is_in(documents.iter().copied()))
            .filter(document_link::Column::Kind.eq(LinkKind::AdministrativeProcedure))
            .all(db)
            .await?;
        for row in rows {
            self.links.entry(row.document_id).or_default().push(row);
        }
        Ok(())
    }

    /// The first day after the signature that a change can be seen from.
    fn of(&self, change: ScopeChange, document: DocumentId, signed_at: DateTime<Utc>) -> Option<NaiveDate> {
        let signed = vn_date(signed_at);
        let spans = self.revisions.get(&document).map(Vec::as_slice).unwrap_or_default();
        match change {
            ScopeChange::Added | ScopeChange::Revised => {
                let after = spans.iter().map(|(from, _)| *from).filter(|from| *from >= signed).min();
                after.or_else(|| spans.iter().map(|(from, _)| *from).max())
            }
            ScopeChange::Removed => spans.iter().filter_map(|(_, to)| *to).max(),
            ScopeChange::Changed => {
                let links = self.links.get(&document).map(Vec::as_slice).unwrap_or_default();
                let begun = links.iter().filter(|link| link.created_at > signed_at).map(|link| link.valid_from);
                let ended = links.iter().filter_map(|link| link.valid_to).filter(|day| *day >= signed);
                begun.chain(ended).min()
            }
        }
    }
}
