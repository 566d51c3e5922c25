//! Declarations as the API shows and takes them.

use chrono::{DateTime, NaiveDate, Utc};
use domain::conformity::{
    DeclarationFact, DeclarationKind, DeclarationPart, DeclarationReason, DeclarationState, DeclarationVerb, Difference,
    ScopeChange, ScopeLine,
};
use domain::id::{
    ConformityCertificateId, ConformityDeclarationId, ConformityFactId, ConformityPaperId, DocumentId, PersonId, RevisionId,
    StandardId, UnitId,
};
use domain::record::ReportState;
use entities::{conformity_certificate, conformity_fact, conformity_paper};
use poem_openapi::Object;

use crate::conformity::overview::{Standing, Whole};
use crate::conformity::scope::{LeftOut, Moved, Scope};
use crate::conformity::{Listed, NewFact, Read, Texts, bases, certificates};

/// A declaration in a list.
#[derive(Debug, Object)]
pub struct ConformityDeclarationRow {
    /// Id.
    pub id: ConformityDeclarationId,
    /// The unit that declares.
    pub unit_id: UnitId,
    /// The agency as the papers name it.
    pub unit_name: String,
    /// First or again.
    pub kind: DeclarationKind,
    /// Why again.
    pub reason: Option<DeclarationReason>,
    /// Where it stands.
    pub state: DeclarationState,
    /// The edition.
    pub standard_id: StandardId,
    /// The edition as papers name it.
    pub standard: String,
    /// Procedures in its frozen annex; 0 before the signature.
    pub line_count: i32,
    /// When it was signed.
    pub signed_at: Option<DateTime<Utc>>,
    /// Number of the decision.
    pub number: Option<i32>,
    /// What follows the number.
    pub symbol: Option<String>,
    /// Date of the decision, from which it is in force.
    pub issued_on: Option<NaiveDate>,
    /// Last day in force.
    pub ended_on: Option<NaiveDate>,
    /// Version for `If-Match`.
    pub version: i64,
}

impl From<Listed> for ConformityDeclarationRow {
    fn from(one: Listed) -> Self {
        let row = one.row;
        Self {
            id: row.id,
            unit_id: row.unit_id,
            unit_name: row.unit_name,
            kind: row.kind,
            reason: row.reason,
            state: row.state,
            standard_id: row.standard_id,
            standard: one.standard,
            line_count: row.line_count,
            signed_at: row.signed_at,
            number: row.number,
            symbol: row.symbol,
            issued_on: row.issued_on,
            ended_on: row.ended_on,
            version: row.version,
        }
    }
}

/// A legal basis with what is known of it.
#[derive(Debug, Object)]
pub struct DeclarationGround {
    /// The line.
    pub text: String,
    /// How far it is verified; absent for a line in the preparer's own words.
    pub trust: Option<String>,
    /// Where it was seen.
    pub source: Option<String>,
    /// The data says that it does not hold any more.
    pub ended: bool,
}

/// Something done with a declaration in force.
#[derive(Debug, Object)]
pub struct ConformityFact {
    /// Id.
    pub id: ConformityFactId,
    /// What.
    pub fact: DeclarationFact,
    /// On which day.
    pub on: NaiveDate,
    /// Address on the web.
    pub address: Option<String>,
    /// To whom it was sent.
    pub recipient: Option<String>,
    /// Number of the covering letter.
    pub number: Option<String>,
    /// Who recorded it.
    pub recorded_by_id: PersonId,
    /// When.
    pub recorded_at: DateTime<Utc>,
}

impl From<conformity_fact::Model> for ConformityFact {
    fn from(row: conformity_fact::Model) -> Self {
        Self {
            id: row.id,
            fact: row.fact,
            on: row.on_date,
            address: row.address,
            recipient: row.recipient,
            number: row.number,
            recorded_by_id: row.recorded_by_id,
            recorded_at: row.created_at,
        }
    }
}

/// A declaration of conformity.
#[derive(Debug, Object)]
pub struct ConformityDeclaration {
    /// In short.
    #[oai(flatten)]
    pub row: ConformityDeclarationRow,
    /// More about why again.
    pub reason_note: Option<String>,
    /// The reason that the comparison with the declaration before speaks for.
    pub proposed_reason: Option<DeclarationReason>,
    /// Where the agency is.
    pub address: String,
    /// What is stated.
    pub statement: String,
    /// Căn cứ.
    pub grounds: Vec<DeclarationGround>,
    /// The decision of before this system that it replaces.
    pub earlier_decision: Option<String>,
    /// The declaration it replaces.
    pub predecessor_id: Option<ConformityDeclarationId>,
    /// The declaration that replaced it.
    pub successor_id: Option<ConformityDeclarationId>,
    /// Procedures in scope.
    pub lines: u64,
    /// The annex is another one than when it was submitted: it cannot be signed.
    pub scope_moved: bool,
    /// Who signed.
    pub signed_by_id: Option<PersonId>,
    /// The paper that ended it.
    pub end_decision: Option<String>,
    /// Why it ended.
    pub end_reason: Option<String>,
    /// What was done with it, the oldest first.
    pub facts: Vec<ConformityFact>,
    /// What the caller may do now.
    pub available: Vec<DeclarationVerb>,
}

impl From<Read> for ConformityDeclaration {
    fn from(read: Read) -> Self {
        let row = &read.listed.row;
        let on = row.issued_on.or(row.signed_at.map(domain::time::vn_date)).unwrap_or(domain::time::vn_date(row.created_at));
        let ground = |text: &String| {
            let bases::Ground { text, trust, source, ended } = bases::ground(text, on);
            DeclarationGround { text, trust, source, ended }
        };
        Self {
            reason_note: row.reason_note.clone(),
            proposed_reason: read.proposed_reason,
            address: row.address.clone(),
            statement: row.statement.clone(),
            grounds: crate::conformity::grounds_of(row).iter().map(ground).collect(),
            earlier_decision: row.earlier_decision.clone(),
            predecessor_id: read.predecessor.as_ref().map(|row| row.id),
            successor_id: read.successor.as_ref().map(|row| row.id),
            lines: read.scope.lines.len() as u64,
            scope_moved: read.scope_moved,
            signed_by_id: row.signed_by_id,
            end_decision: row.end_decision.clone(),
            end_reason: row.end_reason.clone(),
            facts: read.facts.into_iter().map(Into::into).collect(),
            available: read.available,
            row: read.listed.into(),
        }
    }
}

/// A procedure in scope.
#[derive(Debug, Object)]
pub struct DeclarationLine {
    /// The procedure.
    pub document_id: DocumentId,
    /// Its revision.
    pub revision_id: RevisionId,
    /// Its code.
    pub code: String,
    /// Its title.
    pub title: String,
    /// Lĩnh vực.
    pub field_name: Option<String>,
    /// Who carries it out.
    pub unit: String,
    /// National codes of its administrative procedures, each with its suffix.
    pub national_codes: Vec<String>,
    /// Issue and amendment, as `01/00`.
    pub number: String,
    /// How it differs from the declaration before.
    pub change: Option<ScopeChange>,
}

fn line(one: ScopeLine, change: Option<ScopeChange>) -> DeclarationLine {
    DeclarationLine {
        document_id: one.document,
        revision_id: one.revision,
        code: one.code,
        title: one.title,
        field_name: one.field,
        unit: one.unit,
        national_codes: one.national_codes,
        number: one.number,
        change,
    }
}

/// A procedure left out of the scope.
#[derive(Debug, Object)]
pub struct DeclarationLeftOut {
    /// The procedure.
    pub document_id: DocumentId,
    /// Its code.
    pub code: String,
    /// Its title.
    pub title: String,
    /// Why.
    pub reason: String,
}

impl From<LeftOut> for DeclarationLeftOut {
    fn from(one: LeftOut) -> Self {
        Self { document_id: one.document, code: one.code, title: one.title, reason: one.reason }
    }
}

/// The scope of a declaration.
#[derive(Debug, Object)]
pub struct DeclarationScope {
    /// Procedures in it, in the order of the annex.
    pub items: Vec<DeclarationLine>,
    /// Procedures of the declaration before that are not in it any more.
    pub removed: Vec<DeclarationLine>,
    /// Procedures in force that are left out.
    pub left_out: Vec<DeclarationLeftOut>,
    /// The reason to declare again that the differences speak for.
    pub proposed_reason: Option<DeclarationReason>,
}

impl From<Scope> for DeclarationScope {
    fn from(scope: Scope) -> Self {
        let removed = scope.gone().cloned().map(|one| line(one, Some(ScopeChange::Removed))).collect();
        let items = scope.lines.iter().cloned().map(|one| {
            let change = scope.change_of(one.document);
            line(one, change)
        });
        Self {
            items: items.collect(),
            removed,
            proposed_reason: domain::conformity::proposed_reason(&scope.differences),
            left_out: scope.left_out.into_iter().map(Into::into).collect(),
        }
    }
}

/// A declaration to be begun. What is left out is proposed by the system.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct NewConformityDeclaration {
    /// The unit; may be left out by who keeps documents of one unit only.
    pub unit_id: Option<UnitId>,
    /// What it says; all of it is proposed when absent.
    pub texts: Option<DeclarationTexts>,
}

/// What a declaration says while it is drafted.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct DeclarationTexts {
    /// First or again.
    pub kind: DeclarationKind,
    /// Why again.
    pub reason: Option<DeclarationReason>,
    /// More about why.
    pub reason_note: Option<String>,
    /// The edition.
    pub standard_id: StandardId,
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

impl From<DeclarationTexts> for Texts {
    fn from(body: DeclarationTexts) -> Self {
        let DeclarationTexts { kind, reason, reason_note, standard_id, unit_name, address, statement, grounds, earlier_decision } =
            body;
        Self {
            kind: Some(kind),
            reason,
            reason_note,
            standard_id: Some(standard_id),
            unit_name,
            address,
            statement,
            grounds,
            earlier_decision,
        }
    }
}

/// Procedures left out, all of them; the others are in.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct LeftOutBody {
    /// Each with its reason.
    pub left_out: Vec<LeftOutLine>,
}

/// One procedure left out.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct LeftOutLine {
    /// The procedure.
    pub document_id: DocumentId,
    /// Why.
    pub reason: String,
}

/// Why.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct DeclarationReasonBody {
    /// The reason.
    pub reason: String,
}

/// Number and date of the decision.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct RegisterDeclaration {
    /// The number, from 1 each year.
    pub number: i32,
    /// What follows it: `QĐ-UBND`, or `UBND` alone.
    pub symbol: String,
    /// Its date, not before the signature; from it the declaration is in force.
    pub issued_on: NaiveDate,
}

/// The end of a declaration.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct WithdrawDeclaration {
    /// The paper: số, ký hiệu, ngày.
    pub decision: String,
    /// Why.
    pub reason: String,
}

/// Something done with a declaration in force.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct NewConformityFact {
    /// What.
    pub fact: DeclarationFact,
    /// On which day.
    pub on: NaiveDate,
    /// Address on the web; for `announced`.
    pub address: Option<String>,
    /// To whom it was sent; for `sent`.
    pub recipient: Option<String>,
    /// Number of the covering letter; for `sent`.
    pub number: Option<String>,
}

impl From<NewConformityFact> for NewFact {
    fn from(body: NewConformityFact) -> Self {
        let NewConformityFact { fact, on, address, recipient, number } = body;
        Self {
            fact,
            on,
            address: address.unwrap_or_default(),
            recipient: recipient.unwrap_or_default(),
            number: number.unwrap_or_default(),
        }
    }
}

/// Which paper.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct NewConformityPaper {
    /// Which one.
    pub part: DeclarationPart,
}

/// A paper of a declaration, asked for. The same data gives the same bytes.
#[derive(Debug, Object)]
pub struct ConformityPaper {
    /// Id.
    pub id: ConformityPaperId,
    /// Of which declaration.
    pub declaration_id: ConformityDeclarationId,
    /// Which one.
    pub part: DeclarationPart,
    /// Where it stands.
    pub state: ReportState,
    /// Marked «DỰ THẢO»: it was not signed yet.
    pub draft: bool,
    /// SHA-256 of the file, once ready.
    pub sha256: Option<String>,
    /// Pages.
    pub pages: Option<i32>,
    /// Edition and hash of the templates.
    pub template_version: Option<String>,
    /// Why it failed.
    pub error: Option<String>,
    /// When it was asked for.
    pub requested_at: DateTime<Utc>,
}

impl From<conformity_paper::Model> for ConformityPaper {
    fn from(row: conformity_paper::Model) -> Self {
        Self {
            id: row.id,
            declaration_id: row.declaration_id,
            part: row.part,
            state: row.state,
            draft: row.draft,
            sha256: row.blob_sha256,
            pages: row.pages,
            template_version: row.template_version,
            error: row.error,
            requested_at: row.requested_at,
        }
    }
}

/// Papers of a declaration.
#[derive(Debug, Object)]
pub struct ConformityPapers {
    /// Those the caller reads, newest first.
    pub items: Vec<ConformityPaper>,
}

/// A procedure that has moved a declared scope.
#[derive(Debug, Object)]
pub struct MovedProcedure {
    /// How.
    pub change: ScopeChange,
    /// Its code.
    pub code: String,
    /// Its title.
    pub title: String,
    /// The day it came about; absent for what does not move the scope.
    pub since: Option<NaiveDate>,
}

impl From<Moved> for MovedProcedure {
    fn from(one: Moved) -> Self {
        Self { change: one.change, code: one.code, title: one.title, since: Some(one.since) }
    }
}

/// Where a unit stands with its declaration.
#[derive(Debug, Object)]
pub struct ConformityUnit {
    /// The unit.
    pub unit_id: UnitId,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The declaration in force.
    pub declaration_id: Option<ConformityDeclarationId>,
    /// The edition as papers name it.
    pub standard: Option<String>,
    /// The decision, as `05/QĐ-UBND`.
    pub decision: Option<String>,
    /// Its date.
    pub issued_on: Option<NaiveDate>,
    /// The procedures that have moved its scope; empty when it holds.
    pub moved: Vec<MovedProcedure>,
    /// Last day of a certificate that holds today.
    pub certified_until: Option<NaiveDate>,
}

impl From<Standing> for ConformityUnit {
    fn from(one: Standing) -> Self {
        Self {
            unit_id: one.unit.id,
            code: one.unit.code,
            name: one.unit.name,
            declaration_id: one.declaration.as_ref().map(|row| row.id),
            standard: one.standard,
            decision: one.declaration.as_ref().and_then(crate::conformity::papers::short_number),
            issued_on: one.declaration.as_ref().and_then(|row| row.issued_on),
            moved: one.moved.into_iter().map(Into::into).collect(),
            certified_until: one.certificate.map(|row| row.valid_to),
        }
    }
}

/// Where one unit stands, new revisions included.
#[derive(Debug, Object)]
pub struct ConformityUnitWhole {
    /// In short.
    #[oai(flatten)]
    pub unit: ConformityUnit,
    /// Procedures revised since, which does not move the scope.
    pub revised: Vec<MovedProcedure>,
    /// The declaration on its way, if the caller sees it.
    pub open_id: Option<ConformityDeclarationId>,
}

impl From<Whole> for ConformityUnitWhole {
    fn from(whole: Whole) -> Self {
        let said =
            |one: Difference| MovedProcedure { change: one.change, code: one.line.code, title: one.line.title, since: None };
        Self {
            revised: whole.differences.into_iter().filter(|one| !one.change.moves_scope()).map(said).collect(),
            open_id: whole.open.map(|row| row.id),
            unit: whole.standing.into(),
        }
    }
}

/// A certificate bought from a certification body.
#[derive(Debug, Object)]
pub struct ConformityCertificate {
    /// Id.
    pub id: ConformityCertificateId,
    /// The unit.
    pub unit_id: UnitId,
    /// The edition.
    pub standard_id: StandardId,
    /// Tổ chức chứng nhận.
    pub body: String,
    /// Its number.
    pub number: String,
    /// First day.
    pub valid_from: Option<NaiveDate>,
    /// Last day.
    pub valid_to: NaiveDate,
    /// Anything else.
    pub note: Option<String>,
    /// Who entered it.
    pub recorded_by_id: PersonId,
    /// Version for `If-Match`.
    pub version: i64,
}

impl From<conformity_certificate::Model> for ConformityCertificate {
    fn from(row: conformity_certificate::Model) -> Self {
        Self {
            id: row.id,
            unit_id: row.unit_id,
            standard_id: row.standard_id,
            body: row.body,
            number: row.number,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            note: row.note,
            recorded_by_id: row.recorded_by_id,
            version: row.version,
        }
    }
}

/// A certificate as it is entered.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct ConformityCertificateBody {
    /// The unit; may be left out by who keeps documents of one unit only, and in a change.
    pub unit_id: Option<UnitId>,
    /// The edition.
    pub standard_id: StandardId,
    /// Tổ chức chứng nhận.
    pub body: String,
    /// Its number.
    pub number: String,
    /// First day.
    pub valid_from: Option<NaiveDate>,
    /// Last day.
    pub valid_to: NaiveDate,
    /// Anything else.
    pub note: Option<String>,
}

impl ConformityCertificateBody {
    /// The unit and what is said.
    #[must_use]
    pub fn split(self) -> (Option<UnitId>, certificates::Input) {
        let Self { unit_id, standard_id, body, number, valid_from, valid_to, note } = self;
        (unit_id, certificates::Input { standard_id, body, number, valid_from, valid_to, note })
    }
}
