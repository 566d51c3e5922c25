//! Quyết định công bố, bản công bố, phụ lục: asked for, set by a job from frozen data, fetched.

use domain::conformity::{DeclarationKind, DeclarationPart, DeclarationReason, ScopeChange, ScopeLine};
use domain::id::{ConformityDeclarationId, ConformityPaperId, PersonId, StandardId, UnitId};
use domain::permission::Role;
use domain::record::{ReportState, Subject};
use domain::rule::Refused;
use entities::{conformity_declaration as declaration, conformity_paper as paper, membership, person, standard, unit};
use render::papers::{AnnexLine, Declaration, Layout, Letterhead, Paper, Sheet, Signatory, Signing};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};
use serde_json::json;

use super::access;
use super::scope::{self, Scope};
use crate::app::App;
use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::http::Download;
use crate::jobs::{Outcome, Work};
use crate::reports::{Pressed, agency, agency_symbol, civil, is_committee, long_date, place_name, press, units_above};
use crate::store::{Event, Tx, Writer};

/// The kind of the job that renders.
pub const RENDER: &str = "conformity.render";
/// Decisions: NĐ 30/2020/NĐ-CP, phụ lục III.
pub const PREFIX: &str = "QĐ";

/// The symbol a decision of this unit has when the registrar gives no other: `QĐ-UBND`.
#[must_use]
pub fn usual_symbol(unit: &unit::Model) -> String {
    format!("{PREFIX}-{}", agency_symbol(unit))
}

/// The capacity a head signs in, by the position the membership names: «Phó Chủ tịch UBND xã» signs
/// KT. CHỦ TỊCH (NĐ 30/2020/NĐ-CP, phụ lục I, mục II khoản 7).
#[must_use]
fn capacity(position: &str) -> Vec<String> {
    let bare = ["UBND", "Ủy ban nhân dân", "Uỷ ban nhân dân"].iter().find_map(|word| position.split_once(word));
    let bare = bare.map_or(position, |(title, _)| title).trim();
    match bare.strip_prefix("Phó ") {
        Some(chief) => vec![format!("KT. {chief}"), bare.to_owned()],
        None if bare.is_empty() => vec!["Người đứng đầu".to_owned()],
        None => vec![bare.to_owned()],
    }
}

/// Name and position of who signs for a unit today.
///
/// # Errors
/// The database's.
pub async fn signer(db: &impl ConnectionTrait, id: PersonId, unit: UnitId, on: chrono::NaiveDate) -> Result<(String, String)> {
    let name = person::Entity::find_by_id(id).one(db).await?.ok_or(Error::NotFound)?.full_name;
    let homes = membership::Entity::find()
        .filter(membership::Column::PersonId.eq(id))
        .filter(membership::Column::ValidFrom.lte(on))
        .filter(Condition::any().add(membership::Column::ValidTo.is_null()).add(membership::Column::ValidTo.gte(on)))
        .order_by_desc(membership::Column::ValidFrom)
        .all(db)
        .await?;
    let own = homes.iter().find(|home| home.unit_id == unit).or(homes.first());
    Ok((name, own.and_then(|home| home.position.clone()).unwrap_or_default()))
}

/// Everything the papers of a declaration are made of.
#[derive(Debug)]
struct Facts {
    row: declaration::Model,
    scope: Scope,
    unit: unit::Model,
    superior: Option<unit::Model>,
    place_name: String,
    standard: String,
    replaces: Option<String>,
    signer: Option<(String, String)>,
}

async fn read(db: &impl ConnectionTrait, row: declaration::Model, on: chrono::NaiveDate) -> Result<Facts> {
    let scope = scope::of(db, &row, on).await?;
    let above = units_above(db, row.unit_id).await?;
    let unit = above.first().cloned().ok_or(Error::NotFound)?;
    let standard = crate::standards::title_of(&standard_of(db, row.standard_id).await?);
    let before = if row.state.is_frozen() {
        match row.predecessor_id {
            Some(id) => declaration::Entity::find_by_id(id).one(db).await?,
            None => None,
        }
    } else {
        scope::in_force(db, row.unit_id).await?
    };
    let signer = match (&row.signer_name, head_of(db, row.unit_id, on).await?) {
        (Some(name), _) => Some((name.clone(), row.signer_title.clone().unwrap_or_default())),
        (None, Some(head)) => Some(signer(db, head, row.unit_id, on).await?),
        (None, None) => None,
    };
    Ok(Facts {
        replaces: before.as_ref().and_then(called).or_else(|| row.earlier_decision.clone()),
        place_name: place_name(&above),
        superior: above.get(1).cloned(),
        standard,
        row,
        scope,
        unit,
        signer,
    })
}

/// The edition of a standard.
///
/// # Errors
/// 404 when there is none.
pub async fn standard_of(db: &impl ConnectionTrait, id: StandardId) -> Result<standard::Model> {
    standard::Entity::find_by_id(id).one(db).await?.ok_or(Error::NotFound)
}

async fn head_of(db: &impl ConnectionTrait, unit: UnitId, on: chrono::NaiveDate) -> Result<Option<PersonId>> {
    let held = crate::work::duties::holders(db, &[Role::Head], &[unit].into(), on).await?;
    Ok(held.get(&unit).and_then(|people| people.first().copied()))
}

/// «Quyết định số 05/QĐ-UBND ngày 05 tháng 3 năm 2026».
#[must_use]
pub fn called(row: &declaration::Model) -> Option<String> {
    let (number, symbol, on) = (row.number?, row.symbol.as_deref()?, row.issued_on?);
    Some(format!("Quyết định số {number:02}/{symbol} {}", long_date(on)))
}

/// `05/QĐ-UBND`.
#[must_use]
pub fn short_number(row: &declaration::Model) -> Option<String> {
    Some(format!("{:02}/{}", row.number?, row.symbol.as_deref()?))
}

impl Facts {
    fn paper(&self, part: DeclarationPart) -> Paper {
        let row = &self.row;
        let again = row.kind == DeclarationKind::Again;
        let issuer = row.unit_name.clone();
        let symbol = row.symbol.clone().unwrap_or_else(|| usual_symbol(&self.unit));
        let subject = format!("hệ thống quản lý chất lượng phù hợp tiêu chuẩn {}", self.standard);
        let subject = match (part, again) {
            (DeclarationPart::Statement, _) => format!("H{}", subject.trim_start_matches('h')),
            (_, false) => format!("Về việc công bố {subject}"),
            (_, true) => format!("Về việc công bố lại {subject}"),
        };
        let committee = is_committee(&self.unit);
        let title = self.signer.as_ref().map(|(_, title)| title.clone()).unwrap_or_default();
        let capacity = capacity(&title);
        let authority = if committee { format!("Chủ tịch {issuer}") } else { format!("Người đứng đầu {issuer}") };
        let confirmed = row.signed_at.filter(|_| row.state.is_frozen());
        Paper::Declaration(Box::new(Declaration {
            sheet: Sheet {
                layout: Layout::default(),
                letterhead: Letterhead {
                    superior: if committee { None } else { self.superior.as_ref().map(agency) },
                    agency: issuer.clone(),
                    issuer: issuer.clone(),
                    number: row.number.and_then(|number| u32::try_from(number).ok()),
                    symbol: symbol.strip_prefix(&format!("{PREFIX}-")).unwrap_or(&symbol).to_owned(),
                },
                subject,
                draft: !is_signed(row),
                prepared_at: civil(row.signed_at.or(row.submitted_at).unwrap_or(row.created_at)),
            },
            part,
            place_name: self.place_name.clone(),
            issued_on: row.issued_on,
            authority,
            agency: issuer,
            address: row.address.clone(),
            standard: self.standard.clone(),
            again,
            reason: row.reason.filter(|_| again).map(|reason| worded(reason, row.reason_note.as_deref())),
            grounds: super::grounds_of(row),
            statement: row.statement.clone(),
            replaces: self.replaces.clone().filter(|_| again),
            lines: self.scope.lines.iter().map(|line| self.line(line)).collect(),
            gone: self.scope.gone().map(|line| AnnexLine { note: "Đưa ra".to_owned(), ..annex_line(line) }).collect(),
            recipients: self.recipients(part),
            signature: Signatory {
                capacity,
                office_title: None,
                name: self.signer.as_ref().map(|(name, _)| name.clone()),
                signing: confirmed.map_or(Signing::Pending, |at| Signing::Confirmed { at: civil(at) }),
            },
        }))
    }

    fn line(&self, line: &ScopeLine) -> AnnexLine {
        let note = match self.scope.change_of(line.document) {
            Some(ScopeChange::Added) => "Mới",
            Some(ScopeChange::Changed | ScopeChange::Revised) => "Sửa đổi",
            Some(ScopeChange::Removed) | None => "",
        };
        AnnexLine { note: note.to_owned(), ..annex_line(line) }
    }

    fn recipients(&self, part: DeclarationPart) -> Vec<String> {
        let first = if part == DeclarationPart::Statement { "Niêm yết tại trụ sở" } else { "Như Điều 4" };
        let above = self.superior.as_ref().map(|unit| format!("{} (để báo cáo)", agency(unit)));
        let standards = "Cơ quan quản lý tiêu chuẩn, đo lường, chất lượng cấp trên".to_owned();
        [first.to_owned()].into_iter().chain(above).chain([standards, "Lưu: VT, hồ sơ ISO".to_owned()]).collect()
    }
}

fn is_signed(row: &declaration::Model) -> bool {
    row.signed_at.is_some() && row.state.is_frozen() && row.state != domain::conformity::DeclarationState::Cancelled
}

fn worded(reason: DeclarationReason, note: Option<&str>) -> String {
    let said = match reason {
        DeclarationReason::Wider => "mở rộng phạm vi áp dụng",
        DeclarationReason::Narrower => "thu hẹp phạm vi áp dụng",
        DeclarationReason::Adjusted => "điều chỉnh phạm vi áp dụng",
    };
    note.map_or_else(|| said.to_owned(), |note| format!("{said}; {note}"))
}

fn annex_line(line: &ScopeLine) -> AnnexLine {
    AnnexLine {
        group: line
            .field
            .as_ref()
            .map_or_else(|| "Quy trình nội bộ, quy trình hệ thống".to_owned(), |field| format!("Lĩnh vực {field}")),
        title: line.title.clone(),
        national_codes: line.national_codes.clone(),
        code: line.code.clone(),
        unit: line.unit.clone(),
        note: String::new(),
    }
}

/// Asks for a paper: its data is gathered and frozen now, a job sets it.
///
/// # Errors
/// 404 for a declaration the caller does not see.
pub async fn request(app: &App, caller: &Caller, id: ConformityDeclarationId, part: DeclarationPart) -> Result<paper::Model> {
    let who = caller.clone();
    app.store
        .write(caller, move |tx| async move {
            let row = access::find(tx.db(), &who, id, false).await?;
            if !prepares(&tx, &who, &row).await? {
                return Err(Error::NotFound);
            }
            let mut made = ask(&tx, &who, row, &[part]).await?;
            made.pop().ok_or(Error::NotFound)
        })
        .await
}

/// Readers of the unit fetch what was made; drafts and new files are for who works on it.
async fn prepares(tx: &Tx, caller: &Caller, row: &declaration::Model) -> Result<bool> {
    let by = access::by(tx.db(), caller, row).await?;
    Ok(by.control || by.head || by.registrar)
}

/// As [`request`], within a write that changed the declaration.
pub(super) async fn ask(
    tx: &Tx,
    caller: &Caller,
    row: declaration::Model,
    parts: &[DeclarationPart],
) -> Result<Vec<paper::Model>> {
    let (id, unit, draft) = (row.id, row.unit_id, !is_signed(&row));
    let facts = read(tx.db(), row, tx.today()).await?;
    let mut made = Vec::new();
    for part in parts.iter().copied() {
        let row = paper::ActiveModel {
            id: Set(tx.id::<ConformityPaperId>()),
            declaration_id: Set(id),
            part: Set(part),
            state: Set(ReportState::Queued),
            draft: Set(draft),
            data: Set(match numbered(tx.db(), &facts.row, part).await?.pop() {
                Some(printed) => printed.data,
                None => serde_json::to_value(facts.paper(part))?,
            }),
            template_version: Set(None),
            font_hash: Set(None),
            pages: Set(None),
            blob_sha256: Set(None),
            error: Set(None),
            requested_by_id: Set(caller.person),
            requested_at: Set(tx.now()),
            ready_at: Set(None),
        };
        let row = row.insert(tx.db()).await?;
        let said = json!({"part": part, "paper_id": row.id, "draft": draft});
        tx.record(Event::on("conformity.paper_requested", Subject::ConformityDeclaration, id.0).unit(unit).after(&said));
        tx.enqueue(RENDER, json!({"paper_id": row.id}), tx.now(), Some(format!("{RENDER}:{}", row.id)));
        made.push(row);
    }
    Ok(made)
}

/// Sets a paper and keeps it: the handler of [`RENDER`].
///
/// # Errors
/// Storage or database away: tried again.
pub async fn render(app: &App, work: Work) -> Result<Outcome> {
    let Some(id) = work.payload.get("paper_id").and_then(|id| id.as_str()).and_then(|id| id.parse::<ConformityPaperId>().ok())
    else {
        return Ok(Outcome::Fail("no paper_id".into()));
    };
    let Some(row) = paper::Entity::find_by_id(id).one(app.store.read()).await? else { return Ok(Outcome::Done) };
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

async fn keep(app: &App, row: &paper::Model, pressed: Pressed) -> Result<()> {
    let (id, about) = (row.id, row.declaration_id);
    app.store
        .write(Writer::Job(RENDER), move |tx| async move {
            let mut said = pressed.facts();
            said.insert("paper_id", json!(id));
            let Pressed { pdf, stored } = pressed;
            crate::evidence::note_blob(&tx, &stored).await?;
            let change = paper::ActiveModel {
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
            tx.record(Event::on("conformity.paper_ready", Subject::ConformityDeclaration, about.0).after(&said));
            Ok(())
        })
        .await
}

/// The same data would fail again: the paper says why.
async fn give_up(app: &App, row: &paper::Model, error: String) -> Result<Outcome> {
    let (id, about, said) = (row.id, row.declaration_id, error.clone());
    app.store
        .write(Writer::Job(RENDER), move |tx| async move {
            let change = paper::ActiveModel {
                id: Set(id),
                state: Set(ReportState::Failed),
                error: Set(Some(error.clone())),
                ..Default::default()
            };
            change.update(tx.db()).await?;
            tx.record(Event::on("conformity.paper_failed", Subject::ConformityDeclaration, about.0).reason(Some(&error)));
            Ok(())
        })
        .await?;
    Ok(Outcome::Fail(said))
}

/// The latest files of a declaration, newest first; drafts only for who works on it.
///
/// # Errors
/// 404 for a declaration the caller does not see.
pub async fn list(app: &App, caller: &Caller, id: ConformityDeclarationId, limit: u64) -> Result<Vec<paper::Model>> {
    let db = app.store.read();
    let row = access::find(db, caller, id, false).await?;
    let by = access::by(db, caller, &row).await?;
    let mut query = paper::Entity::find().filter(paper::Column::DeclarationId.eq(id));
    if !(by.control || by.head || by.registrar) {
        query = query.filter(paper::Column::Draft.eq(false));
    }
    Ok(query.order_by_desc(paper::Column::Id).limit(limit).all(db).await?)
}

/// A file the caller may see, with its declaration.
///
/// # Errors
/// 404 when there is none.
pub async fn find(app: &App, caller: &Caller, id: ConformityPaperId) -> Result<paper::Model> {
    let db = app.store.read();
    let row = paper::Entity::find_by_id(id).one(db).await?.ok_or(Error::NotFound)?;
    let about = access::find(db, caller, row.declaration_id, false).await?;
    let by = access::by(db, caller, &about).await?;
    if !row.draft || by.control || by.head || by.registrar { Ok(row) } else { Err(Error::NotFound) }
}

/// The bytes of a file, checked against their hash.
///
/// # Errors
/// 404 as [`find`], 409 while it is not ready, 500 when the bytes are not what was stored.
pub async fn content(app: &App, caller: &Caller, id: ConformityPaperId) -> Result<Download> {
    let row = find(app, caller, id).await?;
    download(app, row).await
}

/// The last file of a part that was set after the number was given.
///
/// # Errors
/// The database's.
pub async fn final_of(
    db: &impl ConnectionTrait,
    row: &declaration::Model,
    part: DeclarationPart,
) -> Result<Option<paper::Model>> {
    let rows = numbered(db, row, part).await?;
    Ok(rows.into_iter().rev().find(|one| one.state == ReportState::Ready))
}

/// What was asked for of a part with the number on it, the oldest first: it is printed again from
/// the same data, whatever units and people are called by then.
async fn numbered(db: &impl ConnectionTrait, row: &declaration::Model, part: DeclarationPart) -> Result<Vec<paper::Model>> {
    let Some(number) = row.number else { return Ok(Vec::new()) };
    let query = paper::Entity::find()
        .filter(paper::Column::DeclarationId.eq(row.id))
        .filter(paper::Column::Part.eq(part))
        .filter(paper::Column::Draft.eq(false));
    let mut rows = query.order_by_asc(paper::Column::Id).all(db).await?;
    rows.retain(|one| one.data.pointer("/sheet/letterhead/number") == Some(&json!(number)));
    Ok(rows)
}

pub(super) async fn download(app: &App, row: paper::Model) -> Result<Download> {
    let sha256 = match (row.state, row.blob_sha256) {
        (ReportState::Ready, Some(sha256)) => sha256,
        (ReportState::Failed, _) => {
            return Err(Refused::new("report_failed").with("error", row.error.unwrap_or_default()).into());
        }
        _ => return Err(Refused::new("report_not_ready").into()),
    };
    let bytes = app.blobs.get(&sha256).await?;
    let name = match row.part {
        DeclarationPart::Decision => "Quyết định công bố",
        DeclarationPart::Statement => "Bản công bố",
        DeclarationPart::Annex => "Phụ lục công bố",
    };
    let draft = if row.draft { " (dự thảo)" } else { "" };
    Ok(Download { body: bytes.into(), media_type: "application/pdf".to_owned(), file_name: format!("{name}{draft}.pdf"), sha256 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_signs_in_the_capacity_of_the_position() {
        for (position, expected) in [
            ("Chủ tịch UBND xã", "Chủ tịch"),
            ("Chủ tịch Ủy ban nhân dân phường Châu Mẫu", "Chủ tịch"),
            ("Phó Chủ tịch UBND xã", "KT. Chủ tịch|Phó Chủ tịch"),
            ("Giám đốc Sở", "Giám đốc Sở"),
            ("", "Người đứng đầu"),
        ] {
            assert_eq!(capacity(position).join("|"), expected, "{position}");
        }
    }
}
