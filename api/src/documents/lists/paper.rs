//! Lists and change requests as official papers. Their sentences are Vietnamese only, as those of all
//! papers, and stand here.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveTime};
use domain::document::control::DocumentList;
use domain::document::{RequestSource, RevisionState};
use domain::id::{PersonId, RevisionId, UnitId};
use domain::permission::{Permission, Role};
use domain::rule::Refused;
use domain::time::{vn_date, vn_day};
use entities::{assignment, membership, person, revision, unit};
use render::papers::{Column, Fact, Layout, Letterhead, List, Paper, Sheet, Signatory, Signing};
use render::{Catalogue, Lang};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _};

use super::{Ask, entries, heads, kept, picked, printed, reference, rows, unit_of};
use crate::app::App;
use crate::auth::Caller;
use crate::documents::access;
use crate::documents::revisions::numbers_of;
use crate::error::{Error, Result};
use crate::http::Download;
use crate::reports::{agency, is_committee, place_name, units_above};
use crate::store::names_of_people;

/// Most rows of a paper: longer ones are spreadsheets.
const MOST_PRINTED: usize = 2_000;

/// A list of a unit, with everything below it, as an official paper of today. The same data gives the
/// same bytes on the same day.
///
/// # Errors
/// 404 for a unit whose documents the caller does not read, `required` where the caller reads several
/// and names none, 409 for a list too long for paper, 422 for a letter that cannot be printed.
pub async fn list(app: &App, caller: &Caller, list: DocumentList, unit_id: Option<UnitId>) -> Result<Download> {
    let db = app.store.read();
    let words = app.renderer.catalogue();
    let unit = match unit_id {
        Some(id) => id,
        None => crate::inspections::plan::own_unit(db, caller, Permission::ReadDocuments, None)
            .await?
            .map_err(|code| Error::field("unit_id", code))?,
    };
    unit_of(db, caller, Some(unit)).await?;
    let ask = Ask { db, caller, words, unit_id: Some(unit), slice: None };
    let found = entries(&ask, list).await?.into_iter().flat_map(|entry| entry.rows);
    // The master list on paper is what is in force; the spreadsheet has the rest with its state.
    let found = found.filter(|row| list != DocumentList::Master || rows::is_in_force(row));
    let lines: Vec<Vec<String>> = found.map(|row| picked(list, &row)).collect();
    if lines.len() > MOST_PRINTED {
        return Err(Refused::new("list_too_long_for_paper").with("max", MOST_PRINTED).into());
    }
    let head = heading(db, unit, caller.today).await?;
    let name = words.get(Lang::Vi, &format!("{}.{}", DocumentList::KEY, list.code()), &[]);
    let column = |((_, share, centred), head): (&(&str, u16, bool), String)| Column { head, share: *share, centred: *centred };
    let unchecked = lines.iter().flatten().any(|cell| cell.contains("chưa kiểm chứng"));
    let note = "Căn cứ ghi «chưa kiểm chứng» phải được đối chiếu với văn bản đang có hiệu lực trước khi phê duyệt";
    let paper = List {
        sheet: head.sheet(format!("{}, tính đến ngày {}", head.agency, vn_day(caller.today)), caller.today),
        name: name.to_uppercase(),
        place: head.place.clone(),
        dated_on: None,
        landscape: true,
        grounds: reference::grounds(list).map(str::to_owned).collect(),
        facts: Vec::new(),
        columns: printed(list).iter().zip(heads(&ask, list)).map(column).collect(),
        rows: lines,
        notes: (unchecked && list == DocumentList::Records).then(|| note.to_owned()).into_iter().collect(),
        signatures: vec![head.secretary.sign("NGƯỜI LẬP"), head.head.sign("PHÊ DUYỆT")],
    };
    download(paper, &format!("{}.pdf", super::file_name(list, caller.today))).await
}

/// Whether no text of its document had been in force when a revision was asked for: then a document is asked for, not
/// a change of one.
///
/// # Errors
/// The database's.
pub async fn is_first(db: &impl ConnectionTrait, row: &revision::Model) -> Result<bool> {
    use revision::Column;
    let before = revision::Entity::find()
        .filter(Column::DocumentId.eq(row.document_id))
        .filter(Column::State.is_in(access::IN_FORCE_ONCE))
        .filter(Column::EffectiveFrom.lte(vn_date(row.created_at)))
        .filter(Column::Id.ne(row.id));
    Ok(before.count(db).await? == 0)
}

/// The form of a request: of a change (phiếu yêu cầu sửa đổi tài liệu) or of a document that is not there yet (phiếu đề
/// nghị ban hành tài liệu). Who asks for what and why, what the reviewers said, what was decided.
///
/// # Errors
/// 404 for a revision the caller does not see, or that nobody asked for.
pub async fn change_request(app: &App, caller: &Caller, id: RevisionId) -> Result<Download> {
    let db = app.store.read();
    let (parent, row) = access::find(db, caller, id, false).await?;
    let code = row.request_code.clone().ok_or(Error::NotFound)?;
    let route = access::route(db, &row).await?;
    let said: Vec<_> = route.iter().flat_map(|stop| &stop.words).collect();
    let mentioned = [Some(row.requested_by_id), row.drafter_id, row.ended_by_id].into_iter().flatten();
    let people = names_of_people(db, mentioned.chain(said.iter().map(|word| word.person_id))).await?;
    let name = |id: PersonId| people.get(&id).cloned().unwrap_or_default();
    let opinions = said.iter().map(|word| {
        let verdict = if word.agreed { "đồng ý" } else { "trả lại" };
        let remark = word.remark.as_ref().map(|remark| format!(": {remark}")).unwrap_or_default();
        format!("{} ({}) {verdict}{remark}", name(word.person_id), vn_day(vn_date(word.at)))
    });
    let words = app.renderer.catalogue();
    let label = |key: &str, code: &str| words.get(Lang::Vi, &format!("{key}.{code}"), &[]);
    let source = match &row.source_ref {
        Some(paper) => format!("{} ({paper})", label(RequestSource::KEY, row.source.code())),
        None => label(RequestSource::KEY, row.source.code()),
    };
    let numbers = numbers_of(&row).map(|numbers| numbers.to_string());
    let fact = |name: &str, text: String| Fact { name: name.to_owned(), text };
    let head = heading(db, parent.unit_id, caller.today).await?;
    let is_first = is_first(db, &row).await?;
    let (name_of_paper, wanted) = match is_first {
        true => ("PHIẾU ĐỀ NGHỊ BAN HÀNH TÀI LIỆU", "Nội dung đề nghị"),
        false => ("PHIẾU YÊU CẦU SỬA ĐỔI TÀI LIỆU", "Nội dung đề nghị sửa đổi"),
    };
    // What is not there yet has no pages that are changed.
    let changed_part = fact("Trang, phần hiện hành", row.changed_part.clone().unwrap_or_default());
    let mut facts = vec![
        fact("Người yêu cầu", name(row.requested_by_id)),
        fact("Tài liệu", [parent.code.clone(), Some(parent.title.clone())].into_iter().flatten().collect::<Vec<_>>().join(" ")),
        fact("Nguồn yêu cầu", source),
        fact("Lý do", row.reason.clone()),
    ];
    facts.extend((!is_first).then_some(changed_part));
    facts.extend([
        fact(wanted, row.summary.clone().unwrap_or_default()),
        fact("Người soạn thảo, hạn", drafted(&row, name)),
        fact("Ý kiến người xem xét", opinions.collect::<Vec<_>>().join("\n")),
        fact("Quyết định", decided(&row, numbers, label(RevisionState::KEY, row.state.code()))),
    ]);
    let paper = List {
        sheet: head.sheet(format!("Số {code}"), vn_date(row.created_at)),
        name: name_of_paper.to_owned(),
        place: head.place.clone(),
        dated_on: Some(vn_date(row.created_at)),
        landscape: false,
        grounds: Vec::new(),
        facts,
        columns: Vec::new(),
        rows: Vec::new(),
        notes: Vec::new(),
        signatures: vec![named("NGƯỜI YÊU CẦU", Some(name(row.requested_by_id))), head.head.sign("PHÊ DUYỆT")],
    };
    download(paper, &format!("phieu-yeu-cau-{code}.pdf")).await
}

fn drafted(row: &revision::Model, name: impl Fn(PersonId) -> String) -> String {
    match (row.drafter_id, row.draft_due_on) {
        (Some(person), Some(due)) => format!("{}, hạn {}", name(person), vn_day(due)),
        (Some(person), None) => name(person),
        (None, _) => String::new(),
    }
}

/// What became of a request; nothing while nobody has decided.
fn decided(row: &revision::Model, numbers: Option<String>, state: String) -> String {
    match row.state {
        RevisionState::Proposed => String::new(),
        RevisionState::Cancelled => format!("Không chấp nhận. {}", row.end_reason.clone().unwrap_or_default()),
        _ => format!("Chấp nhận, lần ban hành {}; hiện nay: {}", numbers.unwrap_or_default(), state.to_lowercase()),
    }
}

async fn download(paper: List, file_name: &str) -> Result<Download> {
    let pdf = crate::reports::set(Paper::List(Box::new(paper))).await?.map_err(|error| match error {
        render::papers::PaperError::Unprintable { .. } => {
            Error::Rule(Refused::new("report_failed").with("error", error.to_string()))
        }
        other => Error::Internal(other.into()),
    })?;
    Ok(Download {
        body: pdf.bytes.into(),
        media_type: "application/pdf".to_owned(),
        file_name: file_name.to_owned(),
        sha256: pdf.sha256,
    })
}

/// Somebody who signs.
#[derive(Clone, Debug, Default)]
struct Signer {
    position: Option<String>,
    name: Option<String>,
}

impl Signer {
    fn sign(&self, capacity: &str) -> Signatory {
        Signatory { office_title: self.position.clone(), ..named(capacity, self.name.clone()) }
    }
}

fn named(capacity: &str, name: Option<String>) -> Signatory {
    Signatory { capacity: vec![capacity.to_owned()], office_title: None, name, signing: Signing::Pending }
}

/// The head of a unit's papers and who signs them.
#[derive(Debug)]
struct Heading {
    superior: Option<String>,
    agency: String,
    place: String,
    secretary: Signer,
    head: Signer,
}

impl Heading {
    fn sheet(&self, subject: String, on: NaiveDate) -> Sheet {
        Sheet {
            layout: Layout::default(),
            letterhead: Letterhead {
                superior: self.superior.clone(),
                agency: self.agency.clone(),
                issuer: self.agency.clone(),
                number: None,
                symbol: String::new(),
            },
            subject,
            draft: false,
            prepared_at: on.and_time(NaiveTime::MIN),
        }
    }
}

async fn heading(db: &impl ConnectionTrait, unit: UnitId, today: NaiveDate) -> Result<Heading> {
    let above = units_above(db, unit).await?;
    let own = above.first().ok_or(Error::NotFound)?;
    let signers = signers(db, own, today).await?;
    let of = |role: Role| signers.get(&role).cloned().unwrap_or_default();
    Ok(Heading {
        // A people's committee stands under its own name alone.
        superior: above.get(1).filter(|_| !is_committee(own)).map(agency),
        agency: agency(own),
        place: place_name(&above),
        secretary: Signer { position: None, ..of(Role::IsoSecretary) },
        head: of(Role::Head),
    })
}

/// Head and ISO secretary of the unit itself; none where there are several, since nobody can tell who
/// will sign.
async fn signers(db: &impl ConnectionTrait, unit: &unit::Model, today: NaiveDate) -> Result<BTreeMap<Role, Signer>> {
    let held = assignment::Entity::find()
        .filter(assignment::Column::UnitId.eq(unit.id))
        .filter(assignment::Column::Role.is_in([Role::Head, Role::IsoSecretary]))
        .filter(crate::units::alive(assignment::Column::ValidFrom, assignment::Column::ValidTo, today))
        .order_by_asc(assignment::Column::Id)
        .all(db)
        .await?;
    let ids: Vec<PersonId> = held.iter().map(|row| row.person_id).collect();
    let people = person::Entity::find().filter(person::Column::Id.is_in(ids.iter().copied())).all(db).await?;
    let homes = membership::Entity::find()
        .filter(membership::Column::PersonId.is_in(ids))
        .filter(membership::Column::UnitId.eq(unit.id))
        .filter(crate::units::alive(membership::Column::ValidFrom, membership::Column::ValidTo, today))
        .all(db)
        .await?;
    let mut found = BTreeMap::new();
    for role in [Role::Head, Role::IsoSecretary] {
        let of: Vec<PersonId> = held.iter().filter(|row| row.role == role).map(|row| row.person_id).collect();
        let [only] = of.as_slice() else { continue };
        let name = people.iter().find(|row| row.id == *only).map(|row| row.full_name.clone());
        let position = homes.iter().find(|home| home.person_id == *only).and_then(|home| home.position.clone());
        found.insert(role, Signer { position, name });
    }
    Ok(found)
}

/// What is said of the term of each usual kind of record, for the page.
#[must_use]
pub fn usual_terms(words: &Catalogue) -> Vec<(String, kept::Term)> {
    let term = |rule: &reference::Retention| {
        let record =
            domain::document::content::RecordKept { years: rule.years, basis: Some(rule.basis.clone()), ..Default::default() };
        (rule.name.clone(), kept::term(words, &record))
    };
    reference::retention().iter().map(term).collect()
}
