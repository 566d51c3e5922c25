//! Whole sets on pages: a catalogue from a file, a framework set for many units, what an heir takes over.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use domain::document::control::CopyOutcome;
use domain::document::{DocumentState, RevisionState};
use domain::id::{DocumentId, UnitId};
use domain::permission::Permission;
use entities::{document, revision, unit, unit_kind, unit_level};
use poem::http::StatusCode;
use poem::web::{Data, Query};
use poem::{IntoResponse as _, Request, Response, handler};
use render::Form;
use render::views::document_sets as view;
use render::views::dossiers::CellError;
use render::views::part::{Chip, Choice, Tone};
use sea_orm::sea_query::Query as Sql;
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::super::copy::{self, Planned};
use super::super::import::{self, Imported, Outcome, Target, TextOutcome};
use super::lists::blank_is_none;
use super::words::{name_of, staff};
use crate::app::App;
use crate::auth::{Caller, can};
use crate::error::{Error, Result};
use crate::http::{Download, edge, link};
use crate::inspections::unit_names;
use crate::programmes::pages::own_units;
use crate::web::{self, Login, Posted, say};

/// Wrong cells, procedures and left-out documents shown at once.
const SHOWN: usize = 50;
/// Documents and units to choose from.
const MOST: u64 = 500;
/// The level copies usually go to.
const COMMUNE: &str = "commune";

async fn blank_file(app: &App, caller: &Caller, form: Form) -> Result<view::CatalogueFile> {
    let db = app.store.read();
    let own = crate::inspections::plan::own_unit(db, caller, Permission::ControlDocuments, None).await?;
    Ok(view::CatalogueFile {
        form: form.with_id("file"),
        units: own_units(app, caller, Permission::ControlDocuments).await?,
        drafters: match own {
            Ok(unit) => staff(db, caller, unit).await?,
            Err(_) => Vec::new(),
        },
        errors: Vec::new(),
        more: 0,
        preview: None,
    })
}

#[handler]
pub async fn file_page(app: Data<&App>, caller: Login<can::ControlDocuments>, request: &Request) -> Result<Response> {
    let view = blank_file(&app, &caller, web::fresh_form(None)).await?;
    web::page(&app, &caller, say(&app, "sets.import", &[]), &web::path_of(request), &view).await
}

#[handler]
pub async fn template(app: Data<&App>, _caller: Login<can::ControlDocuments>) -> Result<Response> {
    let bytes = import::template(app.renderer.catalogue())?;
    Ok(Download::spreadsheet("danh-muc-thu-tuc.xlsx", bytes).into_response())
}

/// The file is checked and shown; the same file, sent back from the preview, is written.
#[handler]
pub async fn file(app: Data<&App>, posted: Posted<can::ControlDocuments>, request: &Request) -> Result<Response> {
    let Posted { caller, form, mut files, .. } = posted;
    let saves = form.value("act") == "save";
    let bytes = match saves {
        true => BASE64.decode(form.value("book")).ok(),
        false => files.pop().map(|file| file.bytes),
    };
    let title = say(&app, "sets.import", &[]);
    let path = web::path_of(request);
    match checked(&app, &caller, &form, bytes, !saves).await {
        Ok(_) if saves => Ok(web::done("/quy-trinh", "catalogue_imported")),
        Ok((bytes, imported)) => {
            let preview = Some(preview(&form, &bytes, imported));
            let view = view::CatalogueFile { preview, ..blank_file(&app, &caller, form).await? };
            web::page(&app, &caller, title, &path, &view).await
        }
        Err(Error::Invalid(wrong)) => {
            let (own, cells): (Vec<_>, Vec<_>) =
                wrong.into_iter().partition(|error| matches!(error.field.as_str(), "unit_id" | "drafter_id"));
            let mut form = form;
            form.refuse(app.renderer.catalogue(), render::Lang::Vi, &own);
            let more = cells.len().saturating_sub(SHOWN);
            let errors = cells.iter().take(SHOWN).map(|error| cell_error(&app, error)).collect();
            let view = view::CatalogueFile { errors, more, ..blank_file(&app, &caller, form).await? };
            let mut page = web::page(&app, &caller, title, &path, &view).await?;
            page.set_status(StatusCode::UNPROCESSABLE_ENTITY);
            Ok(page)
        }
        Err(error) => Err(error),
    }
}

/// Where a cell stands, as spreadsheets name it, and what is wrong with it.
pub fn cell_error(app: &App, error: &domain::draft::FieldError) -> CellError {
    let mut parts = error.field.split('/').skip(2).filter(|part| *part != "rows");
    let cell = match (parts.next(), parts.next()) {
        (Some(row), Some(column)) => format!("{column}{row}"),
        _ => String::new(),
    };
    CellError { cell, text: edge::field_sentence(app, render::Lang::Vi, error) }
}

async fn checked(app: &App, caller: &Caller, form: &Form, bytes: Option<Vec<u8>>, dry_run: bool) -> Result<(Vec<u8>, Imported)> {
    let bytes = bytes.ok_or_else(|| Error::field("file", "file_missing"))?;
    let book = import::read(bytes.clone()).await?;
    let target = Target { unit_id: form.value("unit_id").parse().ok(), drafter_id: form.value("drafter_id").parse().ok() };
    let imported = import::run(&app.store, caller, app.renderer.catalogue(), &book, target, dry_run).await?;
    Ok((bytes, imported))
}

fn preview(form: &Form, bytes: &[u8], imported: Imported) -> view::FilePreview {
    let Imported { created, updated, unchanged, documents, drafts_begun, drafts_saved, texts_unchanged: _, lines } = imported;
    let mut save = web::fresh_form(None).with_id("save");
    save.set("book", BASE64.encode(bytes));
    for field in ["unit_id", "drafter_id"] {
        save.set(field, form.value(field));
    }
    let more = lines.len().saturating_sub(SHOWN);
    let row = |line: import::Line| view::FileRow {
        row: line.row,
        code: line.code,
        title: line.title,
        outcome: match line.outcome {
            Outcome::Created => "created",
            Outcome::Updated => "updated",
            Outcome::Unchanged => "unchanged",
        }
        .to_owned(),
        text: match line.text {
            TextOutcome::Document => "document",
            TextOutcome::Draft => "draft",
            TextOutcome::Replaced => "replaced",
            TextOutcome::Same => "same",
            TextOutcome::None => "none",
        }
        .to_owned(),
    };
    view::FilePreview {
        created,
        updated,
        unchanged,
        documents,
        drafts: drafts_begun,
        replaced: drafts_saved,
        rows: lines.into_iter().take(SHOWN).map(row).collect(),
        more,
        form: save,
    }
}

/// What the address of the copy page says.
#[derive(Clone, Debug, Default, serde::Deserialize)]
pub struct Asked {
    #[serde(default, deserialize_with = "blank_is_none")]
    tu: Option<UnitId>,
    cap: Option<String>,
}

/// Units with documents in force that the caller reads, by name.
async fn sources(db: &impl ConnectionTrait, caller: &Caller) -> Result<Vec<unit::Model>> {
    let with_set = Sql::select()
        .column(document::Column::UnitId)
        .from(document::Entity)
        .and_where(document::Column::State.eq(DocumentState::InForce))
        .to_owned();
    Ok(unit::Entity::find()
        .filter(caller.reading_scope(Permission::ReadDocuments).covers(unit::Column::Id))
        .filter(unit::Column::Id.in_subquery(with_set))
        .order_by_asc(unit::Column::Name)
        .order_by_asc(unit::Column::Id)
        .limit(MOST)
        .all(db)
        .await?)
}

/// Documents in force of a unit, by code.
async fn in_force(db: &impl ConnectionTrait, caller: &Caller, unit: UnitId) -> Result<Vec<document::Model>> {
    let effective = Sql::select()
        .column(revision::Column::DocumentId)
        .from(revision::Entity)
        .and_where(revision::Column::State.eq(RevisionState::Effective))
        .to_owned();
    Ok(document::Entity::find()
        .filter(super::super::access::visible(caller))
        .filter(document::Column::UnitId.eq(unit))
        .filter(document::Column::Id.in_subquery(effective))
        .order_by_asc(document::Column::Code)
        .order_by_asc(document::Column::Id)
        .limit(MOST)
        .all(db)
        .await?)
}

/// Units the caller keeps documents of, with their level, by name.
async fn targets(db: &impl ConnectionTrait, caller: &Caller) -> Result<Vec<(unit::Model, String)>> {
    let rows = unit::Entity::find()
        .filter(caller.scope(Permission::ControlDocuments).covers(unit::Column::Id))
        .filter(crate::units::alive(unit::Column::ValidFrom, unit::Column::ValidTo, caller.today))
        .order_by_asc(unit::Column::Name)
        .order_by_asc(unit::Column::Id)
        .all(db)
        .await?;
    let levels: BTreeMap<String, String> =
        unit_kind::Entity::find().all(db).await?.into_iter().map(|kind| (kind.code, kind.level_code)).collect();
    let with = |row: unit::Model| {
        let level = levels.get(&row.kind_code).cloned().unwrap_or_default();
        (row, level)
    };
    Ok(rows.into_iter().map(with).collect())
}

fn copy_path(asked: &Asked) -> String {
    link("/quy-trinh/sao-chep", &[("tu", asked.tu.map(|id| id.to_string())), ("cap", asked.cap.clone())])
}

async fn copy_view(app: &App, caller: &Caller, asked: &Asked, form: Form) -> Result<view::CopyForm> {
    let db = app.store.read();
    let sources = sources(db, caller).await?;
    let source = asked.tu.or_else(|| sources.first().map(|row| row.id));
    if source.is_some_and(|id| asked.tu.is_some() && !sources.iter().any(|row| row.id == id)) {
        return Err(Error::NotFound);
    }
    let documents = match source {
        Some(id) => in_force(db, caller, id).await?,
        None => Vec::new(),
    };
    let targets: Vec<_> = targets(db, caller).await?.into_iter().filter(|(row, _)| Some(row.id) != source).collect();
    let names = unit_level::Entity::find().order_by_asc(unit_level::Column::Rank).all(db).await?;
    let there = |code: &str| targets.iter().any(|(_, level)| level == code);
    let level = asked.cap.clone().filter(|code| there(code)).or_else(|| there(COMMUNE).then(|| COMMUNE.to_owned()));
    let level = level.or_else(|| targets.first().map(|(_, level)| level.clone())).unwrap_or_default();
    let chip = |row: unit_level::Model| Chip {
        active: row.code == level,
        href: copy_path(&Asked { tu: source, cap: Some(row.code) }),
        label: row.name,
        count: None,
    };
    let units = targets.iter().filter(|(_, of)| *of == level).take(usize::try_from(MOST).unwrap_or(usize::MAX));
    Ok(view::CopyForm {
        form: form.with_id("choose"),
        source_id: source.map(|id| id.to_string()).unwrap_or_default(),
        sources: sources.into_iter().map(|row| Choice::new(row.id.to_string(), row.name)).collect(),
        documents: documents.iter().map(|row| Choice::new(row.id.to_string(), name_of(row))).collect(),
        units: units.map(|(row, _)| Choice::new(row.id.to_string(), row.name.clone())).collect(),
        levels: names.into_iter().filter(|row| there(&row.code)).map(chip).collect(),
        preview: None,
        action: copy_path(&Asked { tu: source, cap: Some(level) }),
    })
}

#[handler]
pub async fn copy_page(
    app: Data<&App>,
    caller: Login<can::ControlDocuments>,
    request: &Request,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let view = copy_view(&app, &caller, &asked, web::fresh_form(None)).await?;
    web::page(&app, &caller, say(&app, "sets.copy", &[]), &web::path_of(request), &view).await
}

/// The ids ticked in a group of boxes; all that are offered with the box above them.
fn ticked<T: std::str::FromStr>(form: &Form, group: &str, offered: &[Choice]) -> Vec<T> {
    let all = form.value(&format!("all_{group}")) == "yes";
    let on = |id: &str| all || form.value(&format!("{group}/{id}")) == "yes";
    offered.iter().filter(|choice| on(&choice.value)).filter_map(|choice| choice.value.parse().ok()).collect()
}

#[handler]
pub async fn copy_act(
    app: Data<&App>,
    posted: Posted<can::ControlDocuments>,
    request: &Request,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let title = say(&app, "sets.copy", &[]);
    let path = web::path_of(request);
    let view = copy_view(&app, &caller, &asked, form.clone()).await?;
    let documents: Vec<DocumentId> = ticked(&form, "documents", &view.documents);
    let units: Vec<UnitId> = ticked(&form, "units", &view.units);
    let reason = form.value("reason").to_owned();
    let outcome = async {
        if form.value("act") == "copy" {
            copy::copy(&app.store, &caller, documents, units, reason.clone()).await.map(|_| None)
        } else {
            let mut problems = domain::draft::Problems::new();
            problems.text("reason", &reason, 2_000);
            let planned = copy::preview(app.store.read(), &caller, &documents, &units).await;
            match (planned, problems.finish()) {
                (Ok(planned), Ok(())) => Ok(Some(planned)),
                (Err(Error::Invalid(mut wrong)), Err(own)) => {
                    wrong.extend(own);
                    Err(Error::Invalid(wrong))
                }
                (Err(error), _) => Err(error),
                (Ok(_), Err(own)) => Err(Error::Invalid(own)),
            }
        }
    };
    match outcome.await {
        Ok(None) => Ok(web::done("/quy-trinh", "documents_copied")),
        Ok(Some(planned)) => {
            let preview = Some(copy_preview(&app, planned, reason).await?);
            let mut form = form;
            form.once = crate::auth::session::form_key();
            let view = view::CopyForm { preview, form: form.with_id("choose"), ..view };
            web::page(&app, &caller, title, &path, &view).await
        }
        Err(error) => {
            let error = super::renamed(error, |field| field.split('/').next().unwrap_or_default().to_owned());
            let draw = async |form| copy_view(&app, &caller, &asked, form).await;
            web::again(&app, &caller, title, &path, form, error, draw).await
        }
    }
}

const fn tone(outcome: CopyOutcome) -> Tone {
    match outcome {
        CopyOutcome::Made => Tone::Good,
        CopyOutcome::TakenOver | CopyOutcome::Own => Tone::Neutral,
        CopyOutcome::YoungerTaken => Tone::Info,
        CopyOutcome::NothingInForce | CopyOutcome::NobodyToDraft => Tone::Warn,
    }
}

async fn rows(app: &App, planned: &[&Planned]) -> Result<Vec<view::CopyRow>> {
    let names = unit_names(app.store.read(), planned.iter().map(|one| one.unit_id)).await?;
    let row = |one: &&Planned| view::CopyRow {
        document: name_of(&one.source),
        unit: names.get(&one.unit_id).cloned().unwrap_or_default(),
        outcome: one.outcome,
        tone: tone(one.outcome),
    };
    Ok(planned.iter().map(row).collect())
}

/// What would be made, and a form that holds only what can be.
async fn copy_preview(app: &App, planned: Vec<Planned>, reason: String) -> Result<view::CopyPreview> {
    let (made, left): (Vec<&Planned>, Vec<&Planned>) = planned.iter().partition(|one| one.outcome.is_made());
    let mut form = web::fresh_form(None).with_id("copy");
    let mut names: std::collections::BTreeSet<String> = std::collections::BTreeSet::new();
    for one in &made {
        names.insert(format!("documents/{}", one.source.id));
        names.insert(format!("units/{}", one.unit_id));
    }
    for name in &names {
        form.set(name.clone(), "yes");
    }
    form.set("reason", reason);
    names.insert("reason".to_owned());
    let units: std::collections::BTreeSet<UnitId> = made.iter().map(|one| one.unit_id).collect();
    let shown: Vec<&Planned> = left.iter().take(SHOWN).copied().collect();
    Ok(view::CopyPreview {
        made: made.len(),
        units: units.len(),
        left_out: rows(app, &shown).await?,
        more: left.len().saturating_sub(SHOWN),
        form: (!made.is_empty()).then_some(form),
        hidden: names.into_iter().collect(),
    })
}

/// Which heir is looked at.
#[derive(Clone, Copy, Debug, Default, serde::Deserialize)]
pub struct Heir {
    #[serde(default, deserialize_with = "blank_is_none")]
    don_vi: Option<UnitId>,
}

async fn reissue_view(app: &App, caller: &Caller, heir: Option<UnitId>, form: Option<Form>) -> Result<view::ReissueForm> {
    let db = app.store.read();
    let heirs = copy::heirs(db, caller).await?;
    let heir = heir.or(match heirs.as_slice() {
        [only] => Some(only.id),
        _ => None,
    });
    let planned = match heir {
        Some(id) => copy::preview_reissue(db, caller, id).await.map_err(|error| match error {
            // The address names a unit that is no heir of the caller's.
            Error::Invalid(_) => Error::NotFound,
            other => other,
        })?,
        None => Vec::new(),
    };
    let (made, left): (Vec<&Planned>, Vec<&Planned>) = planned.iter().partition(|one| one.outcome.is_made());
    let names = unit_names(db, made.iter().map(|one| one.source.unit_id)).await?;
    let choice = |one: &&Planned| {
        let unit = names.get(&one.source.unit_id).cloned().unwrap_or_default();
        Choice::new(one.source.id.to_string(), format!("{} · {unit}", name_of(&one.source)))
    };
    let left: Vec<view::CopyRow> = {
        let names = unit_names(db, left.iter().map(|one| one.source.unit_id)).await?;
        let mut rows = rows(app, &left).await?;
        // Here the unit it comes from tells them apart.
        for (row, one) in rows.iter_mut().zip(&left) {
            row.unit = names.get(&one.source.unit_id).cloned().unwrap_or_default();
        }
        rows
    };
    let fresh = || {
        let mut form = web::fresh_form(None);
        for one in &made {
            form.set(format!("documents/{}", one.source.id), "yes");
        }
        form
    };
    let form = heir.map(|id| {
        let mut form = form.unwrap_or_else(fresh);
        form.set("unit_id", id.to_string());
        form
    });
    Ok(view::ReissueForm {
        heirs: heirs.into_iter().map(|row| Choice::new(row.id.to_string(), row.name)).collect(),
        heir_id: heir.map(|id| id.to_string()).unwrap_or_default(),
        documents: made.iter().map(choice).collect(),
        left_out: left,
        form,
    })
}

#[handler]
pub async fn reissue_page(
    app: Data<&App>,
    caller: Login<can::ControlDocuments>,
    request: &Request,
    Query(heir): Query<Heir>,
) -> Result<Response> {
    let view = reissue_view(&app, &caller, heir.don_vi, None).await?;
    web::page(&app, &caller, say(&app, "sets.reissue", &[]), &web::path_of(request), &view).await
}

#[handler]
pub async fn reissue_act(app: Data<&App>, posted: Posted<can::ControlDocuments>, request: &Request) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let heir: Option<UnitId> = form.value("unit_id").parse().ok();
    let chosen = form.values.iter().filter(|(_, value)| *value == "yes");
    let chosen: Vec<DocumentId> =
        chosen.filter_map(|(name, _)| name.strip_prefix("documents/").and_then(|id| id.parse().ok())).collect();
    let outcome = async {
        let heir = heir.ok_or(Error::NotFound)?;
        if chosen.is_empty() {
            let mut problems = domain::draft::Problems::new();
            problems.text("reason", form.value("reason"), 2_000);
            problems.add("documents", "required");
            problems.finish()?;
        }
        copy::reissue(&app.store, &caller, heir, Some(chosen), form.value("reason").to_owned()).await
    };
    match outcome.await {
        Ok(_) => Ok(web::done("/quy-trinh", "documents_reissued")),
        Err(error) => {
            let error = super::renamed(error, |field| match field.split('/').next().unwrap_or_default() {
                "unit_id" => String::new(),
                other => other.to_owned(),
            });
            let title = say(&app, "sets.reissue", &[]);
            let draw = async |form| reissue_view(&app, &caller, heir, Some(form)).await;
            web::again(&app, &caller, title, &web::path_of(request), form, error, draw).await
        }
    }
}
