//! The minutes of a management review as a paper: asked for, set by a job from frozen data, fetched, given a number.

use std::collections::BTreeSet;

use chrono::{Datelike as _, NaiveDate, NaiveTime};
use domain::draft::Problems;
use domain::id::{ManagementReviewId, ReviewPaperId, UnitId};
use domain::management_review::{is_signed, may_render};
use domain::permission::{Permission, Role};
use domain::record::{ReportState, Subject};
use domain::rule::{Refused, require};
use domain::time::{vn_date, vn_day};
use entities::{inspection, management_review, paper, review_paper, unit};
use render::papers::{
    Layout, Letterhead, Paper, Participant, ReviewDecision, ReviewInput, ReviewMinutes, Sheet, Signatory, Signing,
};
use render::{Catalogue, Lang};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, IntoActiveModel as _, JoinType,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use serde_json::json;

use super::{access, chaired_by, decisions, editions, participants, read_facts, save};
use crate::app::App;
use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::http::{Download, Version, seen};
use crate::inspections::unit_names;
use crate::jobs::{Outcome, Work};
use crate::reports::{
    Known, Pressed, Registration, agency, agency_symbol, civil, is_committee, paragraphs, people, press, units_above,
};
use crate::store::{Event, Tx, Writer};
use crate::work::duties::holders;

/// The kind of the job that sets the minutes of a review.
pub const RENDER: &str = "review_paper.render";
/// The abbreviation of minutes (NĐ 30/2020/NĐ-CP, phụ lục III).
const PREFIX: &str = "BB";

/// The symbol minutes of this unit have when the registrar gives no other: `BB-UBND`.
#[must_use]
pub fn usual_symbol(unit: &unit::Model) -> String {
    format!("{PREFIX}-{}", agency_symbol(unit))
}

/// The paper as its data stands.
async fn minutes(db: &impl ConnectionTrait, row: &management_review::Model) -> Result<Paper> {
    let catalogue = Catalogue::embedded().map_err(|error| Error::Internal(error.into()))?;
    let above = units_above(db, row.unit_id).await?;
    let unit = above.first().cloned().ok_or(Error::NotFound)?;
    let inputs = entities::review_input::Entity::find()
        .filter(entities::review_input::Column::ReviewId.eq(row.id))
        .order_by_asc(entities::review_input::Column::Position)
        .all(db)
        .await?;
    let decided = decisions::of_review(db, row.id).await?;
    let table = participants(db, row.id).await?;
    let (chair, signer) = (chaired_by(db, row).await?, row.chair_id);
    let mentioned = table.iter().copied().chain([chair, signer, row.secretary_id]);
    let named: BTreeSet<_> = mentioned.chain(decided.iter().map(|one| one.owner_id)).collect();
    let known = people(db, named, row.on_date).await?;
    let who = |id| known.get(&id).cloned().unwrap_or_else(|| Known { name: "……".to_owned(), position: String::new() });
    let present = |id| {
        let Known { name, position } = who(id);
        Participant { name, position, role: None }
    };
    let units = unit_names(db, decided.iter().map(|one| one.unit_id)).await?;
    let edition = editions::named(Some(&row.edition))?.ok_or(Error::NotFound)?;
    let signed = is_signed(row.state);
    let told = |(input, n): (&entities::review_input::Model, usize)| {
        let facts = read_facts(&input.facts)?;
        Ok(ReviewInput {
            code: input.letter.clone().unwrap_or_else(|| n.to_string()),
            title: input.title.clone(),
            facts: facts.iter().map(|fact| fact.worded(&catalogue)).collect(),
            remark: paragraphs(input.remark.as_deref()),
        })
    };
    let decision = |one: &entities::review_decision::Model| ReviewDecision {
        text: one.content.clone(),
        kind: catalogue.get(Lang::Vi, &format!("decision_kind.{}", one.kind), &[]),
        unit: units.get(&one.unit_id).cloned().unwrap_or_default(),
        owner: who(one.owner_id).name,
        due_on: one.due_on,
        resources: one.resources.clone().unwrap_or_default(),
    };
    let at = |time: &Option<String>| {
        let time = NaiveTime::parse_from_str(time.as_deref()?, "%H:%M").ok()?;
        Some(row.on_date.and_time(time))
    };
    let signing = match row.signed_at {
        Some(at) if signed => Signing::Confirmed { at: civil(at) },
        _ => Signing::Pending,
    };
    let signatory = |id, capacity: &str, signing| {
        let Known { name, position } = who(id);
        let office_title = position.split(',').next().map(str::trim).filter(|title| !title.is_empty()).map(str::to_owned);
        Signatory { capacity: vec![capacity.to_owned()], office_title, name: Some(name), signing }
    };
    let period = row.inputs_on.map(|to| format!("từ ngày {} đến ngày {}", vn_day(row.period_from), vn_day(to)));
    Ok(Paper::ReviewMinutes(Box::new(ReviewMinutes {
        sheet: sheet(row, &unit, above.get(1)),
        grounds: vec![format!("Căn cứ {}, điều khoản {}", edition.title, edition.clause)],
        on: row.on_date,
        opened_at: at(&row.opened),
        closed_at: at(&row.closed),
        place: row.place.clone(),
        unit: agency(&unit),
        period,
        chair: present(chair),
        secretary: present(row.secretary_id),
        participants: table.into_iter().filter(|id| *id != chair && *id != row.secretary_id).map(present).collect(),
        others: paragraphs(row.others.as_deref()),
        inputs: inputs.iter().zip(1..).map(told).collect::<Result<_>>()?,
        discussion: paragraphs(row.discussion.as_deref()),
        conclusion: paragraphs(row.conclusion.as_deref()),
        decisions: decided.iter().map(decision).collect(),
        copies: 2,
        secretary_signature: signatory(row.secretary_id, "Thư ký", Signing::Pending),
        chair_signature: signatory(signer, if signer == chair { "Chủ tọa" } else { "Người đứng đầu đơn vị" }, signing),
        recipients: vec!["Thành viên dự họp".to_owned(), "Lưu: VT, hồ sơ ISO".to_owned()],
    })))
}

fn sheet(row: &management_review::Model, unit: &unit::Model, parent: Option<&unit::Model>) -> Sheet {
    let symbol = row.symbol.clone().unwrap_or_else(|| usual_symbol(unit));
    let symbol = symbol.strip_prefix(&format!("{PREFIX}-")).map_or(symbol.clone(), str::to_owned);
    let committee = is_committee(unit);
    Sheet {
        layout: Layout::default(),
        letterhead: Letterhead {
            superior: parent.filter(|_| !committee).map(agency),
            agency: agency(unit),
            issuer: agency(unit),
            number: row.number.and_then(|number| u32::try_from(number).ok()),
            symbol,
        },
        subject: format!("Xem xét của lãnh đạo đối với hệ thống quản lý chất lượng năm {}", row.year),
        draft: !is_signed(row.state),
        prepared_at: civil(row.changed_at),
    }
}

/// Asks for the minutes: their data is gathered and frozen now, a job sets them.
///
/// # Errors
/// 404 for a review the caller does not see, 409 before its inputs were taken.
pub async fn request(app: &App, caller: &Caller, id: ManagementReviewId) -> Result<review_paper::Model> {
    let db = crate::reports::snapshot(app).await?;
    let row = access::find(&db, caller, id).await?;
    require(may_render(row.state), "paper_too_early")?;
    let frozen = serde_json::to_value(minutes(&db, &row).await?)?;
    db.rollback().await?;
    let (person, unit, draft) = (caller.person, row.unit_id, !is_signed(row.state));
    app.store
        .write(caller, move |tx| async move {
            let row = review_paper::Model {
                id: tx.id(),
                review_id: id,
                state: ReportState::Queued,
                draft,
                data: frozen,
                template_version: None,
                font_hash: None,
                pages: None,
                blob_sha256: None,
                error: None,
                requested_by_id: person,
                requested_at: tx.now(),
                ready_at: None,
            };
            let row = row.into_active_model().insert(tx.db()).await?;
            let said = json!({"paper_id": row.id, "draft": draft});
            let event = Event::on("management_review.paper_requested", Subject::ManagementReview, id.0).unit(unit);
            tx.record(event.after(&said));
            tx.enqueue(RENDER, json!({"paper_id": row.id}), tx.now(), Some(format!("{RENDER}:{}", row.id)));
            Ok(row)
        })
        .await
}

/// Sets the minutes and keeps them: the handler of [`RENDER`].
///
/// # Errors
/// Storage or database away: tried again.
pub async fn render(app: &App, work: Work) -> Result<Outcome> {
    let id = work.payload.get("paper_id").and_then(|id| id.as_str()).and_then(|id| id.parse::<ReviewPaperId>().ok());
    let Some(id) = id else { return Ok(Outcome::Fail("no paper_id".into())) };
    let Some(row) = review_paper::Entity::find_by_id(id).one(app.store.read()).await? else { return Ok(Outcome::Done) };
    if row.state != ReportState::Queued {
        return Ok(Outcome::Done);
    }
    match press(app, &row.data, &work).await? {
        Ok(pressed) => {
            keep(app, &row, pressed).await?;
            Ok(Outcome::Done)
        }
        Err(error) => give_up(app, &row, error).await,
    }
}

async fn keep(app: &App, row: &review_paper::Model, pressed: Pressed) -> Result<()> {
    let (id, review) = (row.id, row.review_id);
    app.store
        .write(Writer::Job(RENDER), move |tx| async move {
            let mut said = pressed.facts();
            said.insert("paper_id", json!(id));
            let Pressed { pdf, stored } = pressed;
            crate::evidence::note_blob(&tx, &stored).await?;
            let change = review_paper::ActiveModel {
                id: Set(id),
                state: Set(ReportState::Ready),
                template_version: Set(Some(pdf.template_version)),
                font_hash: Set(Some(pdf.font_hash)),
                pages: Set(i32::try_from(pdf.pages).ok()),
                blob_sha256: Set(Some(stored.sha256)),
                error: Set(None),
                ready_at: Set(Some(tx.now())),
                ..Default::default()
            };
            change.update(tx.db()).await?;
            tx.record(Event::on("management_review.paper_ready", Subject::ManagementReview, review.0).after(&said));
            Ok(())
        })
        .await
}

/// The same data would fail again: the request says why.
async fn give_up(app: &App, row: &review_paper::Model, error: String) -> Result<Outcome> {
    let (id, review, said) = (row.id, row.review_id, error.clone());
    app.store
        .write(Writer::Job(RENDER), move |tx| async move {
            let change = review_paper::ActiveModel {
                id: Set(id),
                state: Set(ReportState::Failed),
                error: Set(Some(error.clone())),
                ..Default::default()
            };
            change.update(tx.db()).await?;
            let event = Event::on("management_review.paper_failed", Subject::ManagementReview, review.0);
            tx.record(event.reason(Some(&error)));
            Ok(())
        })
        .await?;
    Ok(Outcome::Fail(said))
}

/// The latest render requests of a review the caller sees, newest first. Drafts stay with those who prepare and hold it.
///
/// # Errors
/// 404 for a review the caller does not see.
pub async fn list(
    db: &impl ConnectionTrait,
    caller: &Caller,
    id: ManagementReviewId,
    limit: u64,
) -> Result<Vec<review_paper::Model>> {
    let row = access::find(db, caller, id).await?;
    let mut query = review_paper::Entity::find()
        .filter(review_paper::Column::ReviewId.eq(id))
        .order_by_desc(review_paper::Column::Id)
        .limit(limit);
    if !sees_drafts(db, caller, &row).await? {
        query = query.filter(review_paper::Column::Draft.eq(false));
    }
    Ok(query.all(db).await?)
}

async fn sees_drafts(db: &impl ConnectionTrait, caller: &Caller, row: &management_review::Model) -> Result<bool> {
    let by = access::by(db, caller, row).await?;
    Ok(by.keeps || by.head || by.chair || by.prepared || participants(db, row.id).await?.contains(&caller.person))
}

/// A render request the caller may see, with its review.
///
/// # Errors
/// 404 when there is none.
pub async fn find(
    db: &impl ConnectionTrait,
    caller: &Caller,
    id: ReviewPaperId,
) -> Result<(review_paper::Model, management_review::Model)> {
    let row = review_paper::Entity::find_by_id(id).one(db).await?.ok_or(Error::NotFound)?;
    let review = access::find(db, caller, row.review_id).await?;
    if row.draft && !sees_drafts(db, caller, &review).await? { Err(Error::NotFound) } else { Ok((row, review)) }
}

/// The file of the minutes, its bytes checked against their hash.
///
/// # Errors
/// 404 as [`find`], 409 while it is not ready, 500 when the bytes are not what was stored.
pub async fn content(app: &App, caller: &Caller, id: ReviewPaperId) -> Result<Download> {
    let (row, review) = find(app.store.read(), caller, id).await?;
    let sha256 = match (row.state, row.blob_sha256) {
        (ReportState::Ready, Some(sha256)) => sha256,
        (ReportState::Failed, _) => {
            return Err(Refused::new("report_failed").with("error", row.error.unwrap_or_default()).into());
        }
        _ => return Err(Refused::new("report_not_ready").into()),
    };
    let bytes = app.blobs.get(&sha256).await?;
    let draft = if row.draft { " (dự thảo)" } else { "" };
    Ok(Download {
        body: bytes.into(),
        media_type: "application/pdf".to_owned(),
        file_name: format!("Biên bản xem xét của lãnh đạo {}{draft}.pdf", review.code),
        sha256,
    })
}

/// Whether the caller may give the minutes their number now.
///
/// # Errors
/// The database's.
pub async fn may_register(db: &impl ConnectionTrait, caller: &Caller, row: &management_review::Model) -> Result<bool> {
    Ok(is_signed(row.state) && row.number.is_none() && registers(db, caller, row).await?)
}

/// Whether the caller numbers papers of the unit: its registrar, or its head, who has none in many communes. As with
/// declarations.
async fn registers(db: &impl ConnectionTrait, caller: &Caller, row: &management_review::Model) -> Result<bool> {
    Ok(caller.scope(Permission::RegisterPapers).contains(db, row.unit_id).await?
        || caller.scope(Permission::SignForUnit).contains(db, row.unit_id).await?)
}

/// Whose turn it is to number the minutes: the key of the words. The head's where the unit has no registrar.
///
/// # Errors
/// The database's.
pub async fn registrar_words(db: &impl ConnectionTrait, unit: UnitId, today: NaiveDate) -> Result<&'static str> {
    let held = holders(db, &[Role::Registrar], &BTreeSet::from([unit]), today).await?;
    let nobody = held.get(&unit).is_none_or(Vec::is_empty);
    Ok(if nobody { "conformity.holder_head" } else { "conformity.holder_registrar" })
}

/// Gives the signed minutes their number, and asks for them to be set with it.
///
/// # Errors
/// 403 for whoever does not register for the unit, 409 before the signature or when they have a number, 412 when stale,
/// 422 for a number that is taken, a date before the signature or after today.
pub async fn register(
    app: &App,
    caller: &Caller,
    id: ManagementReviewId,
    version: Version,
    input: Registration,
) -> Result<management_review::Model> {
    let review = access::find(app.store.read(), caller, id).await?;
    if !registers(app.store.read(), caller, &review).await? {
        return Err(Error::Forbidden(Permission::RegisterPapers));
    }
    let by = caller.clone();
    let row = app.store.write(caller, move |tx| async move { register_in(&tx, &by, id, version, input).await }).await?;
    let mut again = caller.clone();
    again.once = None;
    request(app, &again, id).await?;
    Ok(row)
}

async fn register_in(
    tx: &Tx,
    caller: &Caller,
    id: ManagementReviewId,
    version: Version,
    input: Registration,
) -> Result<management_review::Model> {
    let review = access::find(tx.db(), caller, id).await?;
    // Numbers of one agency are given one after the other.
    crate::units::locked(tx, review.unit_id).await?;
    let query = management_review::Entity::find_by_id(id).lock_exclusive();
    let before = query.one(tx.db()).await?.ok_or(Error::NotFound)?;
    seen(version, before.version)?;
    require(is_signed(before.state), "paper_not_signed")?;
    require(before.number.is_none(), "paper_registered")?;
    let mut problems = Problems::new();
    let signed_on = before.signed_at.map(vn_date);
    let Registration { number, symbol, issued_on } = input;
    let symbol = domain::paper::check_registration(PREFIX, number, &symbol, issued_on, signed_on, tx.today(), &mut problems);
    problems.check(taken(tx.db(), &before, &symbol, number, issued_on).await?, "number", "number_taken");
    problems.finish()?;
    let row = management_review::Model {
        number: Some(number),
        symbol: Some(symbol),
        issued_on: Some(issued_on),
        registered_by_id: Some(caller.person),
        ..before.clone()
    };
    save(tx, "management_review.registered", &before, row, None).await
}

/// Whether another paper of the unit has the number in that year's series: minutes of reviews and of inspections share it.
async fn taken(
    db: &impl ConnectionTrait,
    row: &management_review::Model,
    symbol: &str,
    number: i32,
    issued_on: NaiveDate,
) -> Result<bool> {
    let year = issued_on.year();
    let (Some(first), Some(last)) = (NaiveDate::from_ymd_opt(year, 1, 1), NaiveDate::from_ymd_opt(year, 12, 31)) else {
        return Ok(false);
    };
    let review = management_review::Entity::find()
        .filter(management_review::Column::UnitId.eq(row.unit_id))
        .filter(management_review::Column::Symbol.eq(symbol))
        .filter(management_review::Column::Number.eq(number))
        .filter(management_review::Column::IssuedOn.between(first, last))
        .one(db)
        .await?;
    let to_visit = paper::Entity::belongs_to(inspection::Entity).from(paper::Column::InspectionId).to(inspection::Column::Id);
    let visit = paper::Entity::find()
        .join(JoinType::InnerJoin, to_visit.into())
        .filter(inspection::Column::OwnerUnitId.eq(row.unit_id))
        .filter(paper::Column::Symbol.eq(symbol))
        .filter(paper::Column::Number.eq(number))
        .filter(paper::Column::IssuedOn.between(first, last))
        .one(db)
        .await?;
    Ok(review.is_some() || visit.is_some())
}

/// Reviews whose signed minutes wait for a number, for the registrar's list; the head's where the unit has no registrar.
///
/// # Errors
/// The database's.
pub async fn unnumbered(db: &impl ConnectionTrait, caller: &Caller, most: u64) -> Result<Vec<management_review::Model>> {
    use management_review::Column;
    let waiting = |permission: Permission| {
        management_review::Entity::find()
            .filter(Column::SignedAt.is_not_null())
            .filter(Column::Number.is_null())
            .filter(caller.scope(permission).covers(Column::UnitId))
            .order_by_asc(Column::SignedAt)
            .limit(most)
            .all(db)
    };
    let mut found = waiting(Permission::RegisterPapers).await?;
    let headed = waiting(Permission::SignForUnit).await?;
    let held = holders(db, &[Role::Registrar], &headed.iter().map(|row| row.unit_id).collect(), caller.today).await?;
    let known: BTreeSet<ManagementReviewId> = found.iter().map(|row| row.id).collect();
    let nobodys = |row: &management_review::Model| held.get(&row.unit_id).is_none_or(Vec::is_empty) && !known.contains(&row.id);
    found.extend(headed.into_iter().filter(nobodys));
    Ok(found)
}
