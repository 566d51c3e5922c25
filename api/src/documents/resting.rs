//! What rests on what: the documents that rest on a record outside, and what one document is linked with.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::document::control::{LinkKind, Validity, overtaken_by, validity};
use domain::document::{DocumentState, RevisionState};
use domain::id::{DocumentId, UnitId};
use entities::{
    administrative_procedure, checklist, checklist_line, clause, document, document_link, external_document, finding, revision,
    unit_path,
};
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use uuid::Uuid;

use super::access;
use super::citing::revised_since;
use super::registers::{holding, validity_of};
use crate::auth::Caller;
use crate::error::Result;
use crate::standards::{Cited, Editions};

/// Documents that are linked with a record today.
pub(super) fn on(kind: LinkKind, target: Uuid, today: NaiveDate) -> SelectStatement {
    Query::select()
        .column(document_link::Column::DocumentId)
        .from(document_link::Entity)
        .and_where(document_link::Column::Kind.eq(kind))
        .and_where(document_link::Column::TargetId.eq(target))
        .cond_where(holding(today))
        .to_owned()
}

/// A unit and everything above it: their registers are its to use.
pub(super) fn keepers_of(unit: UnitId) -> SelectStatement {
    Query::select()
        .column(unit_path::Column::AncestorId)
        .from(unit_path::Entity)
        .and_where(unit_path::Column::DescendantId.eq(unit))
        .to_owned()
}

/// How many documents that the caller sees, withdrawn ones apart, rest on each of these records: one
/// statement.
///
/// # Errors
/// The database's.
pub async fn uses(
    db: &impl ConnectionTrait,
    caller: &Caller,
    kind: LinkKind,
    targets: impl IntoIterator<Item = Uuid>,
) -> Result<BTreeMap<Uuid, u64>> {
    let seen = Query::select()
        .column(document::Column::Id)
        .from(document::Entity)
        .and_where(document::Column::State.ne(DocumentState::Withdrawn))
        .cond_where(access::visible(caller))
        .to_owned();
    let counted: Vec<(Option<Uuid>, i64)> = document_link::Entity::find()
        .select_only()
        .column(document_link::Column::TargetId)
        .column_as(document_link::Column::DocumentId.count(), "n")
        .filter(document_link::Column::Kind.eq(kind))
        .filter(document_link::Column::TargetId.is_in(targets))
        .filter(document_link::Column::DocumentId.in_subquery(seen))
        .filter(holding(caller.today))
        .group_by(document_link::Column::TargetId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(counted.into_iter().filter_map(|(target, n)| Some((target?, u64::try_from(n).ok()?))).collect())
}

/// The youngest revision on its way of each of these documents, as far as the caller sees it: one
/// statement.
///
/// # Errors
/// The database's.
pub async fn under_way(
    db: &impl ConnectionTrait,
    caller: &Caller,
    documents: impl IntoIterator<Item = DocumentId>,
) -> Result<BTreeMap<DocumentId, revision::Model>> {
    use RevisionState as S;
    let rows = revision::Entity::find()
        .filter(access::visible_revision(caller))
        .filter(revision::Column::DocumentId.is_in(documents))
        .filter(revision::Column::State.is_in([S::Proposed, S::Draft, S::InReview, S::InApproval, S::Approved]))
        .order_by_asc(revision::Column::Id)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.document_id, row)).collect())
}

/// What a link leads to.
#[derive(Clone, Debug)]
pub enum Target {
    /// A document from outside, and whether it holds.
    External(external_document::Model, Validity),
    /// An administrative procedure, and whether it holds.
    Catalogue(administrative_procedure::Model, Validity),
    /// A clause of the standard: number and title.
    Clause(Cited, String),
    /// A line of a checklist.
    Line(checklist::Model, checklist_line::Model),
    /// A finding.
    Finding(finding::Model),
}

/// A link of a document that holds today.
#[derive(Clone, Debug)]
pub struct Linked {
    /// The link.
    pub link: document_link::Model,
    /// What it leads to.
    pub target: Target,
    /// What it leads to has ended or changed, or the document was revised since a line was linked.
    pub flagged: bool,
    /// Looking at it is enough to take the flag away.
    pub confirmable: bool,
}

/// What a document is linked with today, as far as the caller may read it; the oldest first. A
/// constant number of statements.
///
/// # Errors
/// 404 when the caller does not see the document.
pub async fn linked(db: &impl ConnectionTrait, caller: &Caller, id: DocumentId) -> Result<Vec<Linked>> {
    let parent = access::find_document(db, caller, id, false).await?;
    let links = document_link::Entity::find()
        .filter(document_link::Column::DocumentId.eq(id))
        .filter(holding(caller.today))
        .order_by_asc(document_link::Column::Id)
        .all(db)
        .await?;
    let in_force = revision::Entity::find()
        .filter(revision::Column::DocumentId.eq(id))
        .filter(revision::Column::State.eq(RevisionState::Effective))
        .one(db)
        .await?;
    let known = Known::read(db, caller, parent.unit_id, &links).await?;
    let withdrawn = parent.state == DocumentState::Withdrawn;
    let shown = |link: document_link::Model| {
        let target = known.target(&link, caller.today)?;
        let (flagged, confirmable) = match &target {
            _ if withdrawn => (false, false),
            Target::External(_, validity) => (validity.needs_review(), false),
            Target::Catalogue(row, validity) => {
                let since = in_force.as_ref().and_then(|row| row.effective_from);
                let changed = overtaken_by(row.changed_on, since, link.seen_change_on);
                (validity.needs_review() && in_force.is_some() || changed, changed && !validity.needs_review())
            }
            Target::Line(..) => {
                let revised = revised_since(&link, in_force.as_ref());
                (revised, revised)
            }
            Target::Clause(..) | Target::Finding(_) => (false, false),
        };
        Some(Linked { link, target, flagged, confirmable })
    };
    Ok(links.into_iter().filter_map(shown).collect())
}

/// The records that links lead to.
struct Known {
    external: Vec<external_document::Model>,
    catalogue: Vec<administrative_procedure::Model>,
    clauses: Vec<clause::Model>,
    editions: Editions,
    lines: Vec<checklist_line::Model>,
    lists: Vec<checklist::Model>,
    findings: Vec<finding::Model>,
}

impl Known {
    async fn read(db: &impl ConnectionTrait, caller: &Caller, unit: UnitId, links: &[document_link::Model]) -> Result<Self> {
        let of = |kind: LinkKind| {
            links.iter().filter(move |link| link.kind == kind).filter_map(|link| link.target_id).collect::<Vec<Uuid>>()
        };
        let codes = links.iter().filter_map(|link| link.target_code.clone());
        let external = external_document::Entity::find()
            .filter(external_document::Column::Id.is_in(of(LinkKind::ExternalDocument)))
            .all(db)
            .await?;
        let catalogue = administrative_procedure::Entity::find()
            .filter(administrative_procedure::Column::Id.is_in(of(LinkKind::AdministrativeProcedure)))
            .all(db)
            .await?;
        let clauses = clause::Entity::find()
            .filter(clause::Column::Code.is_in(codes))
            .order_by_asc(clause::Column::StandardId)
            .all(db)
            .await?;
        let lines =
            checklist_line::Entity::find().filter(checklist_line::Column::Id.is_in(of(LinkKind::ChecklistLine))).all(db).await?;
        let lists = checklist::Entity::find()
            .filter(checklist::Column::Id.is_in(lines.iter().map(|line| line.checklist_id)))
            .all(db)
            .await?;
        let findings = finding::Entity::find()
            .filter(crate::findings::access::visible(caller))
            .filter(finding::Column::Id.is_in(of(LinkKind::Finding)))
            .all(db)
            .await?;
        let editions = Editions::read(db, unit).await?;
        Ok(Self { external, catalogue, clauses, editions, lines, lists, findings })
    }

    fn target(&self, link: &document_link::Model, today: NaiveDate) -> Option<Target> {
        if link.kind == LinkKind::Clause {
            let code = link.target_code.as_ref()?;
            let by = self.editions.on(link.valid_from)?.standard;
            let row = self.clauses.iter().find(|row| row.standard_id == by.id && row.code == *code)?;
            return Some(Target::Clause(self.editions.cited(code, Some(&by.code), today), row.title.clone()));
        }
        let id = link.target_id?;
        match link.kind {
            LinkKind::ExternalDocument => {
                let row = self.external.iter().find(|row| row.id.0 == id)?;
                Some(Target::External(row.clone(), validity_of(row, today)))
            }
            LinkKind::AdministrativeProcedure => {
                let row = self.catalogue.iter().find(|row| row.id.0 == id)?;
                Some(Target::Catalogue(row.clone(), entry_validity(row, today)))
            }
            LinkKind::ChecklistLine => {
                let line = self.lines.iter().find(|row| row.id.0 == id)?;
                let list = self.lists.iter().find(|row| row.id == line.checklist_id)?;
                Some(Target::Line(list.clone(), line.clone()))
            }
            LinkKind::Finding => self.findings.iter().find(|row| row.id.0 == id).cloned().map(Target::Finding),
            LinkKind::Clause => None,
        }
    }
}

/// Whether an entry of the catalogue holds on a day.
#[must_use]
pub fn entry_validity(row: &administrative_procedure::Model, today: NaiveDate) -> Validity {
    validity(Some(row.valid_from), row.valid_to, row.replaced_by_id.is_some(), today)
}

/// The condition «the document serves an administrative procedure that is asked for»: by its national
/// code with or without suffix, or by words of its title. The suffix changes with mergers, so it is
/// not compared.
pub(super) fn serving(words: &str, today: NaiveDate) -> SelectStatement {
    use administrative_procedure::Column;
    let named = match domain::document::control::NationalCode::parse(&words.to_uppercase()) {
        Ok(code) => Condition::all().add(Column::NationalCode.eq(code.code)),
        Err(_) => Condition::all().add(Column::SearchText.contains(words)),
    };
    let entries = Query::select().column(Column::Id).from(administrative_procedure::Entity).cond_where(named).to_owned();
    Query::select()
        .column(document_link::Column::DocumentId)
        .from(document_link::Entity)
        .and_where(document_link::Column::Kind.eq(LinkKind::AdministrativeProcedure))
        .and_where(document_link::Column::TargetId.in_subquery(entries))
        .cond_where(holding(today))
        .to_owned()
}
