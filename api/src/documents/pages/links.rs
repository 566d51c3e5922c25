//! What a document is linked with, what rests on a record, and the page that records are chosen on.

use chrono::NaiveDate;
use domain::document::control::LinkKind;
use domain::document::{DocumentKind, DocumentState};
use domain::id::{DocumentId, DocumentLinkId, UnitId};
use domain::permission::Permission;
use domain::record::{ChecklistState, Subject};
use entities::{administrative_procedure, checklist, checklist_line, document, external_document, finding};
use poem::web::{Data, Path, Query};
use poem::{Request, Response, handler};
use render::Form;
use render::views::documents as view;
use render::views::findings::Link;
use render::views::part::{Choice, Listing, Pager, Search, Tone};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use uuid::Uuid;

use super::super::registers::{self, NewLink};
use super::super::resting::{self, Linked, Target};
use super::super::revisions::numbers_of;
use super::super::{Filter, Listed, access};
use super::words::{document_link, number_of, tone, validity_tone};
use super::{catalogue, external, renamed};
use crate::app::App;
use crate::auth::{Caller, can};
use crate::error::{Error, Result};
use crate::http::{Slice, link};
use crate::standards;
use crate::standards::pages::cited_text;
use crate::web::{self, Login, Posted, say};

/// The documents that rest on a record, with the revision on its way of each.
pub async fn dependents(
    app: &App,
    caller: &Caller,
    target: (LinkKind, Uuid),
    here: &str,
    cursor: Option<String>,
) -> Result<Listing<view::DependentRow>> {
    let db = app.store.read();
    let slice = Slice::new(None, cursor.as_deref())?;
    let rows = super::super::list(db, caller, &Filter { rests_on: vec![target], ..Filter::default() }, &slice).await?;
    let under_way = resting::under_way(db, caller, rows.iter().map(|one| one.row.id)).await?;
    let show = |one: Listed| {
        let Listed { row, unit_name, current, needs_review } = one;
        let way = under_way.get(&row.id).map(|revision| {
            let state = say(app, &format!("revision_state.{}", revision.state), &[]);
            let text = say(app, "external.way", &[("number", number_of(revision)), ("state", state)]);
            Link { href: web::link_to(Subject::Revision, revision.id.0), text }
        });
        view::DependentRow {
            href: web::link_to(Subject::Document, row.id.0),
            code: row.code,
            title: row.title,
            unit: unit_name,
            number: current.as_ref().and_then(numbers_of).map(|numbers| numbers.to_string()),
            state: row.state,
            tone: tone(row.state),
            needs_review,
            under_way: way,
        }
    };
    let key = |one: &Listed| (serde_json::json!(one.row.created_at), one.row.id.0);
    let (rows, next) = slice.page(rows, here, key, show);
    Ok(Listing { pager: Pager { next, first: cursor.map(|_| here.to_owned()) }, ..Listing::plain(rows) })
}

fn picker_of(id: DocumentId, kind: LinkKind, q: Option<String>) -> String {
    link(&format!("{}/lien-ket", web::link_to(Subject::Document, id.0)), &[("loai", Some(kind.to_string())), ("q", q)])
}

/// The links of a document by kind; `acts` for who keeps it.
pub async fn groups(app: &App, caller: &Caller, row: &document::Model, acts: bool) -> Result<Vec<view::LinkGroup>> {
    let linked = resting::linked(app.store.read(), caller, row.id).await?;
    let instead = instead(app.store.read(), &linked).await?;
    let acts = acts && row.state != DocumentState::Withdrawn;
    let mut groups = Vec::new();
    for kind in LinkKind::ALL {
        let of_kind = linked.iter().filter(|one| one.link.kind == *kind);
        let links: Vec<view::LinkShown> = of_kind.map(|one| shown(app, one, &instead, acts)).collect();
        let offered = row.kind == DocumentKind::Procedure || *kind != LinkKind::AdministrativeProcedure;
        let add_href = (acts && offered).then(|| picker_of(row.id, *kind, None));
        if !links.is_empty() || add_href.is_some() {
            groups.push(view::LinkGroup { kind: *kind, links, add_href });
        }
    }
    Ok(groups)
}

/// What stands in the place of what is over: two statements.
async fn instead(db: &impl ConnectionTrait, linked: &[Linked]) -> Result<Vec<(Uuid, Link)>> {
    let named = |one: &Linked| match &one.target {
        Target::External(row, _) => row.replaced_by_id.map(|id| id.0),
        Target::Catalogue(row, _) => row.replaced_by_id.map(|id| id.0),
        _ => None,
    };
    let ids: Vec<Uuid> = linked.iter().filter_map(named).collect();
    let laws = external_document::Entity::find().filter(external_document::Column::Id.is_in(ids.clone())).all(db).await?;
    let entries =
        administrative_procedure::Entity::find().filter(administrative_procedure::Column::Id.is_in(ids)).all(db).await?;
    let laws = laws.iter().map(|row| (row.id.0, external::link_of(row)));
    Ok(laws.chain(entries.iter().map(|row| (row.id.0, catalogue::link_of(row)))).collect())
}

fn shown(app: &App, one: &Linked, instead: &[(Uuid, Link)], acts: bool) -> view::LinkShown {
    let action = |act: &str| format!("/quy-trinh/lien-ket/{}/{act}", one.link.id);
    let of = |id: Option<Uuid>| instead.iter().find(|(there, _)| Some(*there) == id).map(|(_, link)| link.clone());
    let blank = view::LinkShown {
        href: None,
        text: String::new(),
        validity: None,
        tone: Tone::Neutral,
        note: None,
        instead: None,
        flagged: one.flagged,
        confirm: (acts && one.confirmable).then(|| web::fresh_form(None)),
        confirm_action: action("xem-lai"),
        remove: acts.then(|| web::fresh_form(None)),
        remove_action: action("bo"),
    };
    match &one.target {
        Target::External(row, validity) => view::LinkShown {
            href: Some(web::link_to(Subject::ExternalDocument, row.id.0)),
            text: external::name_of(row),
            validity: Some(*validity),
            tone: validity_tone(*validity),
            instead: of(row.replaced_by_id.map(|id| id.0)),
            ..blank
        },
        Target::Catalogue(row, validity) => {
            let change = say(app, &format!("procedure_change.{}", row.last_change), &[]);
            let since = [("change", change), ("date", domain::time::vn_day(row.changed_on))];
            view::LinkShown {
                href: Some(web::link_to(Subject::AdministrativeProcedure, row.id.0)),
                text: catalogue::name_of(row),
                validity: Some(*validity),
                tone: validity_tone(*validity),
                note: one.confirmable.then(|| say(app, "document_link.changed_since", &since)),
                instead: of(row.replaced_by_id.map(|id| id.0)),
                ..blank
            }
        }
        Target::Clause(cited, title) => view::LinkShown { text: format!("{} {title}", cited_text(app, cited)), ..blank },
        Target::Line(list, line) => view::LinkShown {
            href: Some(web::link_to(Subject::Checklist, list.id.0)),
            text: line_name(app, list, line),
            note: one.flagged.then(|| say(app, "document_link.revised_since", &[])),
            ..blank
        },
        Target::Finding(row) => {
            view::LinkShown { href: Some(web::link_to(Subject::Finding, row.id.0)), text: finding_name(row), ..blank }
        }
    }
}

fn finding_name(row: &finding::Model) -> String {
    format!("{} {}", row.code, crate::findings::read::title(row))
}

fn line_name(app: &App, list: &checklist::Model, line: &checklist_line::Model) -> String {
    let question = crate::findings::read::shortened(&line.question, 160);
    say(app, "document_link.line_of", &[("list", list.code.clone()), ("code", line.code.clone()), ("question", question)])
}

/// What is chosen, and from which words.
#[derive(Debug, serde::Deserialize)]
pub struct Asked {
    loai: LinkKind,
    q: Option<String>,
}

/// Most choices shown at once: more are found by searching.
const MOST_SHOWN: usize = 50;

/// A document whose links the caller keeps.
async fn kept(app: &App, caller: &Caller, id: DocumentId) -> Result<document::Model> {
    let row = access::find_document(app.store.read(), caller, id, false).await?;
    let keeps = caller.scope(Permission::ControlDocuments).contains(app.store.read(), row.unit_id).await?;
    if keeps { Ok(row) } else { Err(domain::rule::Refused::new("document_control_only").into()) }
}

async fn picker_view(app: &App, caller: &Caller, row: &document::Model, asked: &Asked, form: Form) -> Result<view::LinkPicker> {
    let q = asked.q.clone().filter(|q| !q.trim().is_empty());
    let words = q.as_deref().map(domain::text::fold).unwrap_or_default();
    let there = registers::links(app.store.read(), caller, row.id).await?;
    let there: Vec<String> = there
        .into_iter()
        .filter(|link| link.kind == asked.loai && link.valid_to.is_none_or(|to| to >= caller.today))
        .filter_map(|link| link.target_id.map(|id| id.to_string()).or(link.target_code))
        .collect();
    let mut choices = candidates(app, row, asked.loai, &words, caller).await?;
    choices.retain(|choice| !there.contains(&choice.value));
    let more = choices.len() > MOST_SHOWN;
    choices.truncate(MOST_SHOWN);
    let register = match asked.loai {
        LinkKind::ExternalDocument => Some(("/quy-trinh/van-ban-ngoai", "external.page_title")),
        LinkKind::AdministrativeProcedure => Some(("/quy-trinh/thu-tuc-hanh-chinh", "tthc.page_title")),
        _ => None,
    };
    Ok(view::LinkPicker {
        document: document_link(row),
        kind: asked.loai,
        search: Some(Search {
            action: format!("{}/lien-ket", web::link_to(Subject::Document, row.id.0)),
            q: q.clone().unwrap_or_default(),
            keep: vec![("loai".to_owned(), asked.loai.to_string())],
        }),
        action: picker_of(row.id, asked.loai, q),
        choices,
        more,
        register: register.map(|(href, key)| Link { href: href.to_owned(), text: say(app, key, &[]) }),
        form,
    })
}

/// What may be linked with a document of this unit, for folded words; as many as are shown and linked.
async fn candidates(app: &App, row: &document::Model, kind: LinkKind, words: &str, caller: &Caller) -> Result<Vec<Choice>> {
    let db = app.store.read();
    // Those linked already are taken out later.
    let most = 1_000 + u64::try_from(MOST_SHOWN).unwrap_or_default() + 1;
    let found = |text: &str| domain::text::fold(text).contains(words);
    Ok(match kind {
        LinkKind::ExternalDocument => {
            use external_document::Column;
            let rows = external_document::Entity::find()
                .filter(registers::above(caller, Column::UnitId))
                .filter(Column::UnitId.in_subquery(resting::keepers_of(row.unit_id)))
                .filter(Condition::any().add(Column::EffectiveTo.is_null()).add(Column::EffectiveTo.gte(caller.today)))
                .filter(Column::SearchText.contains(words))
                .order_by_asc(Column::Number)
                .limit(most)
                .all(db)
                .await?;
            rows.iter().map(|row| Choice::new(row.id.to_string(), external::name_of(row))).collect()
        }
        LinkKind::AdministrativeProcedure => {
            use administrative_procedure::Column;
            let rows = administrative_procedure::Entity::find()
                .filter(registers::above(caller, Column::UnitId))
                .filter(Column::UnitId.in_subquery(resting::keepers_of(row.unit_id)))
                .filter(Condition::any().add(Column::ValidTo.is_null()).add(Column::ValidTo.gte(caller.today)))
                .filter(Column::SearchText.contains(words))
                .order_by_asc(Column::NationalCode)
                .limit(most)
                .all(db)
                .await?;
            rows.iter().map(|row| Choice::new(row.id.to_string(), catalogue::name_of(row))).collect()
        }
        LinkKind::Clause => {
            clauses(db, row.unit_id, caller.today).await?.into_iter().filter(|choice| found(&choice.label)).collect()
        }
        LinkKind::ChecklistLine => {
            let lines = lines(db).await?;
            let named = lines.iter().map(|(list, line)| Choice::new(line.id.to_string(), line_name(app, list, line)));
            named.filter(|choice| found(&choice.label)).collect()
        }
        LinkKind::Finding => {
            use finding::Column;
            let rows = finding::Entity::find()
                .filter(crate::findings::access::visible(caller))
                .filter(Column::UnitId.in_subquery(super::super::below(row.unit_id)))
                .filter(Column::SearchText.contains(words))
                .order_by_desc(Column::CreatedAt)
                .order_by_desc(Column::Id)
                .limit(most)
                .all(db)
                .await?;
            rows.iter().map(|row| Choice::new(row.id.to_string(), finding_name(row))).collect()
        }
    })
}

/// The clauses of the edition that the unit works by.
async fn clauses(db: &impl ConnectionTrait, unit: UnitId, today: NaiveDate) -> Result<Vec<Choice>> {
    let Some(used) = standards::used_by(db, unit, today).await? else { return Ok(Vec::new()) };
    let rows = standards::clauses(db, used.standard.id).await?;
    let edition = standards::title_of(&used.standard);
    Ok(rows.into_iter().map(|row| Choice::new(row.code.clone(), format!("{} {} ({edition})", row.code, row.title))).collect())
}

/// The lines of the youngest published version of every checklist: a link holds for all versions.
async fn lines(db: &impl ConnectionTrait) -> Result<Vec<(checklist::Model, checklist_line::Model)>> {
    let lists = checklist::Entity::find()
        .filter(checklist::Column::State.eq(ChecklistState::Published))
        .order_by_asc(checklist::Column::Code)
        .order_by_desc(checklist::Column::VersionNo)
        .all(db)
        .await?;
    let mut youngest: Vec<checklist::Model> = Vec::new();
    for list in lists {
        if youngest.last().is_none_or(|there| there.code != list.code) {
            youngest.push(list);
        }
    }
    let lines = checklist_line::Entity::find()
        .filter(checklist_line::Column::ChecklistId.is_in(youngest.iter().map(|list| list.id)))
        .order_by_asc(checklist_line::Column::Position)
        .all(db)
        .await?;
    let of = |list: checklist::Model| {
        let own: Vec<checklist_line::Model> = lines.iter().filter(|line| line.checklist_id == list.id).cloned().collect();
        own.into_iter().map(move |line| (list.clone(), line))
    };
    Ok(youngest.into_iter().flat_map(of).collect())
}

#[handler]
pub async fn picker(
    app: Data<&App>,
    caller: Login<can::ControlDocuments>,
    request: &Request,
    Path(id): Path<DocumentId>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let row = kept(&app, &caller, id).await?;
    let view = picker_view(&app, &caller, &row, &asked, web::fresh_form(None)).await?;
    let title = say(&app, &format!("document_link_add.{}", asked.loai), &[]);
    web::page(&app, &caller, title, &web::path_of(request), &view).await
}

/// The records that were ticked.
fn chosen(form: &Form, kind: LinkKind) -> Result<Vec<NewLink>> {
    let ticked = form.values.iter().filter(|(_, value)| value.as_str() == "yes");
    let names: Vec<&str> = ticked.filter_map(|(name, _)| name.strip_prefix("targets/")).collect();
    let new = |name: &str| match kind {
        LinkKind::Clause => Some(NewLink { kind, target_id: None, target_code: Some(name.to_owned()) }),
        _ => Some(NewLink { kind, target_id: Some(name.parse().ok()?), target_code: None }),
    };
    let wanted: Option<Vec<NewLink>> = names.into_iter().map(new).collect();
    match wanted {
        Some(wanted) if wanted.is_empty() => Err(Error::field("targets", "link_chosen")),
        Some(wanted) => Ok(wanted),
        None => Err(Error::field("targets", "unknown_record")),
    }
}

#[handler]
pub async fn add(
    app: Data<&App>,
    posted: Posted<can::ControlDocuments>,
    request: &Request,
    Path(id): Path<DocumentId>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let made = async { registers::link_all(&app.store, &caller, id, chosen(&form, asked.loai)?).await };
    match made.await.map_err(|error| renamed(error, |_| "targets".to_owned())) {
        Ok(_) => Ok(web::done(&format!("{}#can-cu", web::link_to(Subject::Document, id.0)), "document_linked")),
        Err(error) => {
            let row = kept(&app, &caller, id).await?;
            let title = say(&app, &format!("document_link_add.{}", asked.loai), &[]);
            let draw = async |form| picker_view(&app, &caller, &row, &asked, form).await;
            web::again(&app, &caller, title, &web::path_of(request), form, error, draw).await
        }
    }
}

#[handler]
pub async fn unlink(app: Data<&App>, posted: Posted<can::ControlDocuments>, Path(id): Path<DocumentLinkId>) -> Result<Response> {
    let row = registers::unlink(&app.store, &posted.caller, id).await?;
    Ok(web::done(&format!("{}#can-cu", web::link_to(Subject::Document, row.document_id.0)), "document_unlinked"))
}

#[handler]
pub async fn confirm(app: Data<&App>, posted: Posted<can::ControlDocuments>, Path(id): Path<DocumentLinkId>) -> Result<Response> {
    let row = registers::confirm(&app.store, &posted.caller, id).await?;
    Ok(web::done(&format!("{}#can-cu", web::link_to(Subject::Document, row.document_id.0)), "document_link_confirmed"))
}
