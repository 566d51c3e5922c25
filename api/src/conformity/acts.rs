//! The machine's acts on a declaration: saved, handed in, signed, in force, over.

use chrono::{Datelike as _, NaiveDate};
use domain::conformity::{
    By, DeclarationFact, DeclarationKind, DeclarationPart, DeclarationState, DeclarationVerb, FactInput, Facts, advance,
    check_fact, check_kind, check_reason,
};
use domain::draft::Problems;
use domain::id::{ConformityDeclarationId, ConformityFactId, DocumentId, PersonId, UnitId};
use domain::record::Subject;
use domain::rule::Refused;
use domain::time::vn_date;
use entities::{conformity_declaration as declaration, conformity_fact as fact, conformity_line as line, issue_decision};
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _};

use super::scope::{self, Scope};
use super::{Texts, access, check, facts_of, grounds_of, papers};
use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::http::{Version, seen};
use crate::store::{Event, Store, Tx};

/// A declaration that is being acted on: locked, seen at its present version, with what decides.
struct Case {
    row: declaration::Model,
    by: By,
    scope: Scope,
    facts: Facts,
}

async fn begin(tx: &Tx, caller: &Caller, id: ConformityDeclarationId, version: Version) -> Result<Case> {
    let row = access::find(tx.db(), caller, id, false).await?;
    // The unit first: «one in force» spans the declarations of a unit.
    crate::units::locked(tx, row.unit_id).await?;
    let row = access::find(tx.db(), caller, id, true).await?;
    seen(version, row.version)?;
    let by = access::by(tx.db(), caller, &row).await?;
    let scope = scope::of(tx.db(), &row, tx.today()).await?;
    let facts = facts_of(&row, &scope);
    Ok(Case { row, by, scope, facts })
}

impl Case {
    fn advance(&self, verb: DeclarationVerb) -> Result<DeclarationState, Refused> {
        advance(self.row.state, verb, &self.by, &self.facts)
    }

    async fn save(
        &self,
        tx: &Tx,
        kind: &'static str,
        reason: Option<&str>,
        change: declaration::ActiveModel,
    ) -> Result<declaration::Model> {
        let after = write_over(tx, &self.row, change).await?;
        let event = Event::on(kind, Subject::ConformityDeclaration, after.id.0).unit(after.unit_id);
        tx.record(event.change(&self.row, &after).reason(reason));
        Ok(after)
    }
}

async fn write_over(tx: &Tx, before: &declaration::Model, change: declaration::ActiveModel) -> Result<declaration::Model> {
    let row = declaration::ActiveModel { id: Set(before.id), version: Set(before.version + 1), ..change };
    let query = declaration::Entity::update(row).validate()?.filter(declaration::Column::Version.eq(before.version));
    Ok(query.exec(tx.db()).await?)
}

/// The authors with one more.
fn with_author(row: &declaration::Model, person: PersonId) -> serde_json::Value {
    let mut authors = access::authors(row);
    if !authors.contains(&person) {
        authors.push(person);
    }
    serde_json::json!(authors)
}

/// Saves a draft.
///
/// # Errors
/// 404, stale, wrong fields, who and when of the machine.
pub async fn save(
    store: &Store,
    caller: &Caller,
    id: ConformityDeclarationId,
    version: Version,
    texts: Texts,
) -> Result<declaration::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let case = begin(&tx, &who, id, version).await?;
            case.advance(DeclarationVerb::Save)?;
            let mut problems = Problems::new();
            let checked = check(tx.db(), texts, &mut problems).await?;
            problems.finish()?;
            let row = checked.ok_or(Error::NotFound)?.row();
            let authors = with_author(&case.row, who.person);
            case.save(&tx, "conformity.saved", None, declaration::ActiveModel { author_ids: Set(authors), ..row }).await
        })
        .await
}

/// Sets which procedures in force are left out, each with its reason; the others are in.
///
/// # Errors
/// 404, stale, wrong fields, who and when of the machine.
pub async fn leave_out(
    store: &Store,
    caller: &Caller,
    id: ConformityDeclarationId,
    version: Version,
    wanted: Vec<(DocumentId, String)>,
) -> Result<declaration::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let case = begin(&tx, &who, id, version).await?;
            case.advance(DeclarationVerb::Save)?;
            let all = scope::live(tx.db(), case.row.unit_id, tx.today()).await?;
            let mut problems = Problems::new();
            let mut rows = Vec::new();
            for (index, (document, reason)) in wanted.iter().enumerate() {
                let at = |name: &str| format!("left_out/{index}/{name}");
                let reason = problems.text(&at("reason"), reason, 1_000);
                let twice = wanted.iter().take(index).any(|(other, _)| other == document);
                match all.iter().find(|line| line.document == *document) {
                    Some(found) if !twice => rows.push(left_out_row(&tx, id, found, reason)),
                    _ => problems.add(at("document_id"), "not_in_scope"),
                }
            }
            problems.finish()?;
            line::Entity::delete_many().filter(line::Column::DeclarationId.eq(id)).exec(tx.db()).await?;
            for chunk in rows.chunks(500) {
                line::Entity::insert_many(chunk.to_vec()).exec_without_returning(tx.db()).await?;
            }
            let authors = with_author(&case.row, who.person);
            let change = declaration::ActiveModel { author_ids: Set(authors), ..Default::default() };
            let after = write_over(&tx, &case.row, change).await?;
            let said: Vec<_> = wanted.iter().map(|(document, reason)| serde_json::json!([document, reason])).collect();
            let event = Event::on("conformity.scoped", Subject::ConformityDeclaration, id.0).unit(after.unit_id);
            tx.record(event.after(&said));
            Ok(after)
        })
        .await
}

fn left_out_row(
    tx: &Tx,
    id: ConformityDeclarationId,
    found: &domain::conformity::ScopeLine,
    reason: String,
) -> line::ActiveModel {
    line::ActiveModel {
        id: Set(tx.id()),
        declaration_id: Set(id),
        document_id: Set(found.document),
        revision_id: Set(Some(found.revision)),
        position: Set(0),
        included: Set(false),
        reason: Set(Some(reason)),
        code: Set(found.code.clone()),
        title: Set(found.title.clone()),
        field_name: Set(found.field.clone()),
        unit_name: Set(found.unit.clone()),
        national_codes: Set(serde_json::json!(found.national_codes)),
        number: Set(found.number.clone()),
    }
}

/// Hands a declaration to the head.
///
/// # Errors
/// 404, stale, every gap of the draft, who and when of the machine.
pub async fn submit(store: &Store, caller: &Caller, id: ConformityDeclarationId, version: Version) -> Result<declaration::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let case = begin(&tx, &who, id, version).await?;
            let state = case.advance(DeclarationVerb::Submit)?;
            let row = &case.row;
            let mut problems = Problems::new();
            for (field, text) in [("unit_name", &row.unit_name), ("address", &row.address), ("statement", &row.statement)] {
                problems.check(text.is_empty(), field, "required");
            }
            problems.check(grounds_of(row).is_empty(), "grounds", "required");
            check_kind(row.kind, row.reason, case.scope.compared, row.earlier_decision.is_some(), &mut problems);
            if let Some(reason) = row.reason.filter(|_| row.kind == DeclarationKind::Again && case.scope.compared) {
                check_reason(reason, &case.scope.differences, &mut problems);
            }
            problems.finish()?;
            let change = declaration::ActiveModel {
                state: Set(state),
                scope_hash: Set(Some(case.scope.hash())),
                submitted_at: Set(Some(tx.now())),
                ..Default::default()
            };
            case.save(&tx, "conformity.submitted", None, change).await
        })
        .await
}

/// Gives a declaration back to be mended.
///
/// # Errors
/// 404, stale, no reason, who and when of the machine.
pub async fn give_back(
    store: &Store,
    caller: &Caller,
    id: ConformityDeclarationId,
    version: Version,
    reason: String,
) -> Result<declaration::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let case = begin(&tx, &who, id, version).await?;
            let state = case.advance(DeclarationVerb::Return)?;
            let reason = said(&reason)?;
            let change = declaration::ActiveModel { state: Set(state), scope_hash: Set(None), ..Default::default() };
            case.save(&tx, "conformity.returned", Some(&reason), change).await
        })
        .await
}

fn said(reason: &str) -> Result<String> {
    let mut problems = Problems::new();
    let reason = problems.text("reason", reason, 2_000);
    problems.finish()?;
    Ok(reason)
}

/// Signs a declaration: from now on its text and its annex are what they are.
///
/// # Errors
/// 404, stale, who and when of the machine, `scope_moved` when the annex is not what was handed in.
pub async fn sign(store: &Store, caller: &Caller, id: ConformityDeclarationId, version: Version) -> Result<declaration::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let case = begin(&tx, &who, id, version).await?;
            let state = case.advance(DeclarationVerb::Sign)?;
            let before = scope::in_force(tx.db(), case.row.unit_id).await?;
            let (name, title) = papers::signer(tx.db(), who.person, case.row.unit_id, tx.today()).await?;
            scope::freeze(&tx, id, &case.scope).await?;
            let change = declaration::ActiveModel {
                state: Set(state),
                line_count: Set(i32::try_from(case.scope.lines.len()).unwrap_or(i32::MAX)),
                signed_at: Set(Some(tx.now())),
                signed_by_id: Set(Some(who.person)),
                signer_name: Set(Some(name)),
                signer_title: Set(Some(title)),
                predecessor_id: Set(before.map(|row| row.id)),
                ..Default::default()
            };
            case.save(&tx, "conformity.signed", None, change).await
        })
        .await
}

/// Number and date of the decision, as the registrar enters them.
#[derive(Clone, Debug)]
pub struct Registration {
    /// The number.
    pub number: i32,
    /// What follows it: `QĐ-UBND`, or `UBND` alone.
    pub symbol: String,
    /// Its date.
    pub issued_on: NaiveDate,
}

/// Gives the signed decision number and date: with them it is in force, in place of the one before.
/// Its papers are set with the number.
///
/// # Errors
/// 404, stale, who and when of the machine, a number that is taken, a date before the signature or
/// after today.
pub async fn register(
    store: &Store,
    caller: &Caller,
    id: ConformityDeclarationId,
    version: Version,
    input: Registration,
) -> Result<declaration::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let case = begin(&tx, &who, id, version).await?;
            let state = case.advance(DeclarationVerb::Register)?;
            let mut problems = Problems::new();
            let signed = case.row.signed_at.map(vn_date);
            let Registration { number, symbol, issued_on } = input;
            let symbol =
                domain::paper::check_registration(papers::PREFIX, number, &symbol, issued_on, signed, tx.today(), &mut problems);
            let taken = problems.is_empty() && taken(tx.db(), &case.row, &symbol, number, issued_on.year()).await?;
            problems.check(taken, "number", "number_taken");
            problems.finish()?;
            replace(&tx, &case.row, issued_on).await?;
            let change = declaration::ActiveModel {
                state: Set(state),
                number: Set(Some(number)),
                symbol: Set(Some(symbol)),
                issued_on: Set(Some(issued_on)),
                registered_by_id: Set(Some(who.person)),
                ..Default::default()
            };
            let after = case.save(&tx, "conformity.in_force", None, change).await?;
            papers::ask(&tx, &who, after.clone(), DeclarationPart::ALL).await?;
            Ok(after)
        })
        .await
}

/// The declaration in force gives way.
async fn replace(tx: &Tx, row: &declaration::Model, on: NaiveDate) -> Result<()> {
    let Some(before) = scope::in_force(tx.db(), row.unit_id).await? else { return Ok(()) };
    let end = declaration::ActiveModel {
        state: Set(DeclarationState::Replaced),
        ended_on: Set(Some(on.pred_opt().unwrap_or(on))),
        ..Default::default()
    };
    let after = write_over(tx, &before, end).await?;
    let event = Event::on("conformity.replaced", Subject::ConformityDeclaration, before.id.0).unit(before.unit_id);
    tx.record(event.change(&before, &after));
    Ok(())
}

/// Whether another decision of the unit has the number in that year's series.
async fn taken(db: &impl ConnectionTrait, row: &declaration::Model, symbol: &str, number: i32, year: i32) -> Result<bool> {
    let (Some(first), Some(last)) = (NaiveDate::from_ymd_opt(year, 1, 1), NaiveDate::from_ymd_opt(year, 12, 31)) else {
        return Ok(false);
    };
    use declaration::Column;
    let other = declaration::Entity::find()
        .filter(Column::UnitId.eq(row.unit_id))
        .filter(Column::Id.ne(row.id))
        .filter(Column::Number.eq(number))
        .filter(Column::Symbol.eq(symbol))
        .filter(Column::IssuedOn.between(first, last))
        .one(db)
        .await?;
    // Decisions that issue documents are of the same series.
    let written = [format!("{number}/{symbol}"), format!("{number:02}/{symbol}")];
    let issued = issue_decision::Entity::find()
        .filter(issue_decision::Column::UnitId.eq(row.unit_id))
        .filter(issue_decision::Column::Number.is_in(written))
        .filter(issue_decision::Column::SignedOn.between(first, last))
        .one(db)
        .await?;
    Ok(other.is_some() || issued.is_some())
}

/// Whether a declaration of the unit has this number, as it is written, in that year's series: decisions that issue
/// documents are of the same one.
///
/// # Errors
/// The database's.
pub(crate) async fn has_number(db: &impl ConnectionTrait, unit: UnitId, written: &str, year: i32) -> Result<bool> {
    use declaration::Column;
    let Some((number, symbol)) = written.split_once('/') else { return Ok(false) };
    let Ok(number) = number.trim().parse::<i32>() else { return Ok(false) };
    let (Some(first), Some(last)) = (NaiveDate::from_ymd_opt(year, 1, 1), NaiveDate::from_ymd_opt(year, 12, 31)) else {
        return Ok(false);
    };
    let found = declaration::Entity::find()
        .filter(Column::UnitId.eq(unit))
        .filter(Column::Number.eq(number))
        .filter(Column::Symbol.eq(symbol.trim()))
        .filter(Column::IssuedOn.between(first, last))
        .one(db)
        .await?;
    Ok(found.is_some())
}

/// Something done with a declaration in force.
#[derive(Clone, Debug)]
pub struct NewFact {
    /// What.
    pub fact: DeclarationFact,
    /// On which day.
    pub on: NaiveDate,
    /// Address on the web.
    pub address: String,
    /// To whom it was sent.
    pub recipient: String,
    /// Number of the covering letter.
    pub number: String,
}

/// Records that a declaration was posted, announced or sent. A later record of the same kind stands
/// beside the earlier one.
///
/// # Errors
/// 404, wrong fields, who and when of the machine.
pub async fn note(store: &Store, caller: &Caller, id: ConformityDeclarationId, new: NewFact) -> Result<fact::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let row = access::find(tx.db(), &who, id, true).await?;
            let by = access::by(tx.db(), &who, &row).await?;
            advance(row.state, DeclarationVerb::Note, &by, &Facts::default())?;
            let issued_on = row.issued_on.ok_or(Error::NotFound)?;
            let NewFact { fact, on, address, recipient, number } = new;
            let mut problems = Problems::new();
            let input = FactInput { address: &address, recipient: &recipient, number: &number };
            let kept = check_fact(fact, on, input, issued_on, tx.today(), &mut problems);
            problems.finish()?;
            let made = fact::ActiveModel {
                id: Set(tx.id::<ConformityFactId>()),
                declaration_id: Set(id),
                fact: Set(fact),
                on_date: Set(on),
                address: Set(kept.address),
                recipient: Set(kept.recipient),
                number: Set(kept.number),
                recorded_by_id: Set(who.person),
                created_at: Set(tx.now()),
            };
            let made = made.insert(tx.db()).await?;
            let kind = match fact {
                DeclarationFact::Posted => "conformity.posted",
                DeclarationFact::Announced => "conformity.announced",
                DeclarationFact::Sent => "conformity.sent",
            };
            tx.record(Event::on(kind, Subject::ConformityDeclaration, id.0).unit(row.unit_id).after(&made));
            Ok(made)
        })
        .await
}

/// Takes the declaration out of force today.
///
/// # Errors
/// 404, stale, wrong fields, who and when of the machine.
pub async fn withdraw(
    store: &Store,
    caller: &Caller,
    id: ConformityDeclarationId,
    version: Version,
    decision: String,
    reason: String,
) -> Result<declaration::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let case = begin(&tx, &who, id, version).await?;
            let state = case.advance(DeclarationVerb::Withdraw)?;
            let mut problems = Problems::new();
            let decision = problems.line("decision", &decision, 300);
            let reason = problems.text("reason", &reason, 2_000);
            problems.finish()?;
            let change = declaration::ActiveModel {
                state: Set(state),
                ended_on: Set(Some(tx.today())),
                end_decision: Set(Some(decision)),
                end_reason: Set(Some(reason.clone())),
                ended_by_id: Set(Some(who.person)),
                ..Default::default()
            };
            case.save(&tx, "conformity.withdrawn", Some(&reason), change).await
        })
        .await
}

/// Gives up a declaration that is not in force yet.
///
/// # Errors
/// 404, stale, no reason, who and when of the machine.
pub async fn cancel(
    store: &Store,
    caller: &Caller,
    id: ConformityDeclarationId,
    version: Version,
    reason: String,
) -> Result<declaration::Model> {
    let who = caller.clone();
    store
        .write(caller, move |tx| async move {
            let case = begin(&tx, &who, id, version).await?;
            let state = case.advance(DeclarationVerb::Cancel)?;
            let reason = said(&reason)?;
            let change = declaration::ActiveModel {
                state: Set(state),
                end_reason: Set(Some(reason.clone())),
                ended_on: Set(Some(tx.today())),
                ended_by_id: Set(Some(who.person)),
                ..Default::default()
            };
            case.save(&tx, "conformity.cancelled", Some(&reason), change).await
        })
        .await
}
