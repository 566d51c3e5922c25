//! `/so-lieu`: dossier figures by unit and period, their rates and what does not add up; entry by hand and by file.

use chrono::{Datelike as _, NaiveDate};
use domain::dossier::{
    Counter, Figures, MAX_COUNT, Measure, Period, PeriodKind, Share, Source, Warning, grouped, read_figure, write_figure,
};
use domain::draft::Problems;
use domain::id::{DossierReportId, UnitId};
use domain::permission::Permission;
use entities::dossier_report;
use poem::http::{StatusCode, header};
use poem::web::{Data, Path, Query};
use poem::{Request, Response, Route, get, handler, post};
use render::Form;
use render::views::dossiers as view;
use render::views::part::{Chip, Choice, Listing, Pager, Search, Tone};

use super::import::{self, Imported, Importer, Outcome};
use super::{Filter, Report};
use crate::app::App;
use crate::auth::{Caller, can};
use crate::error::{Error, Result};
use crate::http::{Slice, edge, link, percent};
use crate::inspections::unit_names;
use crate::programmes::pages::own_units;
use crate::web::{self, Login, Posted};

/// Wrong cells shown at once.
const SHOWN_ERRORS: usize = 50;

/// Adds the pages of this area.
#[must_use]
pub fn routes(tree: Route) -> Route {
    tree.at("/so-lieu", get(list))
        .at("/so-lieu/moi", get(new_page).post(create))
        .at("/so-lieu/nhap", get(import_page).post(import_file))
        .at("/so-lieu/mau", get(template))
        .at("/so-lieu/:id", get(show_page))
        .at("/so-lieu/:id/sua", get(edit_page).post(update))
        .at("/so-lieu/:id/go-bo", post(remove))
}

#[derive(Debug, serde::Deserialize)]
struct ListQuery {
    q: Option<String>,
    nam: Option<i32>,
    don_vi: Option<UnitId>,
    cursor: Option<String>,
}

fn period_shown(period: Period) -> view::PeriodShown {
    view::PeriodShown { kind: period.kind, from: period.from, to: period.to }
}

fn measure(share: Share) -> view::MeasureShown {
    view::MeasureShown {
        code: share.measure,
        numerator: grouped(share.numerator),
        denominator: grouped(share.denominator),
        percent: share.percent(),
        exact: share.exact,
    }
}

fn field_shown(field: String) -> Option<String> {
    (!field.is_empty()).then_some(field)
}

#[handler]
async fn list(
    app: Data<&App>,
    caller: Login<can::ReadFigures>,
    request: &Request,
    Query(query): Query<ListQuery>,
) -> Result<Response> {
    let slice = Slice::new(None, query.cursor.as_deref())?;
    let q = query.q.clone().filter(|q| !q.trim().is_empty());
    let year = |year: i32, month, day| NaiveDate::from_ymd_opt(year, month, day);
    let filter = Filter {
        unit_id: query.don_vi,
        source: None,
        from: query.nam.and_then(|nam| year(nam, 1, 1)),
        to: query.nam.and_then(|nam| year(nam, 12, 31)),
        q: q.clone(),
    };
    let rows = super::list(app.store.read(), &caller, &filter, &slice).await?;
    let names = unit_names(app.store.read(), rows.iter().map(|row| row.unit_id)).await?;
    let here = |nam: Option<i32>| {
        let parameters =
            [("nam", nam.map(|nam| nam.to_string())), ("q", q.clone()), ("don_vi", query.don_vi.map(|id| id.to_string()))];
        link("/so-lieu", &parameters)
    };
    let path = here(query.nam);
    let show = |row: dossier_report::Model| item(&names, row);
    let (rows, next) = slice.page(rows, &path, |row| (row.period_to.to_string().into(), row.id.0), show);
    let chip = |nam: i32| {
        let active = query.nam == Some(nam);
        let label = web::say(&app, "dossier.filter_year", &[("year", nam.to_string())]);
        Chip { label, href: here((!active).then_some(nam)), active, count: None }
    };
    let this_year = caller.today.year();
    let filtered = q.is_some() || query.nam.is_some() || query.don_vi.is_some();
    let keep = [("nam", query.nam.map(|nam| nam.to_string())), ("don_vi", query.don_vi.map(|id| id.to_string()))];
    let list = Listing {
        rows: rows.into_iter().collect::<Result<_>>()?,
        pager: Pager { next, first: query.cursor.map(|_| path) },
        chips: vec![chip(this_year), chip(this_year - 1)],
        search: Some(Search {
            action: "/so-lieu".to_owned(),
            q: q.unwrap_or_default(),
            keep: keep.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect(),
        }),
        clear: filtered.then(|| "/so-lieu".to_owned()),
    };
    let may = caller.may(Permission::EditFigures);
    let page = view::DossierList {
        list,
        new_href: may.then(|| "/so-lieu/moi".to_owned()),
        import_href: may.then(|| "/so-lieu/nhap".to_owned()),
    };
    web::page(&app, &caller, web::say(&app, "dossier.page_title", &[]), &web::path_of(request), &page).await
}

fn item(names: &std::collections::BTreeMap<UnitId, String>, row: dossier_report::Model) -> Result<view::DossierItem> {
    let figures = super::figures(&row)?;
    let warnings = figures.warnings().len();
    Ok(view::DossierItem {
        href: format!("/so-lieu/{}", row.id),
        unit: names.get(&row.unit_id).cloned().unwrap_or_default(),
        period: period_shown(super::period(&row)),
        field: field_shown(row.field),
        source: row.source,
        received: figures.get(Counter::Received).map(write_figure),
        on_time: figures.share(Measure::OnTimeOfResolved).map(measure),
        online: figures.share(Measure::OnlineRate).map(measure),
        warnings,
        tone: if warnings == 0 { Tone::Neutral } else { Tone::Warn },
    })
}

fn choices<T: Copy>(app: &App, key: &str, all: &[T], code: fn(T) -> &'static str) -> Vec<Choice> {
    all.iter().map(|one| Choice::new(code(*one), web::say(app, &format!("{key}.{}", code(*one)), &[]))).collect()
}

fn form_of(app: &App, action: String, form: Form, units: Vec<Choice>) -> view::DossierForm {
    view::DossierForm {
        action,
        form,
        units,
        kinds: choices(app, PeriodKind::KEY, PeriodKind::ALL, PeriodKind::code),
        sources: choices(app, Source::KEY, Source::ALL, Source::code),
        groups: view::groups(|_| None),
    }
}

async fn blank(app: &App, caller: &Caller, form: Form) -> Result<view::DossierForm> {
    let units = own_units(app, caller, Permission::EditFigures).await?;
    Ok(form_of(app, "/so-lieu/moi".to_owned(), form, units))
}

#[handler]
async fn new_page(app: Data<&App>, caller: Login<can::EditFigures>, request: &Request) -> Result<Response> {
    let mut form = web::fresh_form(None);
    form.set("source", Source::Software.code());
    let view = blank(&app, &caller, form).await?;
    web::page(&app, &caller, web::say(&app, "dossier.new_title", &[]), &web::path_of(request), &view).await
}

/// The report a form says; all its wrong fields at once.
fn report_of(form: &Form) -> Result<Report> {
    let mut problems = Problems::new();
    let code = |name: &str| form.value(name).trim().to_owned();
    let kind = code("period_kind").parse::<PeriodKind>().map_err(|_wrong| problems.add("period_kind", "required")).ok();
    let source = code("source").parse::<Source>().map_err(|_wrong| problems.add("source", "required")).ok();
    let from = code("from").parse::<NaiveDate>().map_err(|_wrong| problems.add("from", "required")).ok();
    let whole = kind.zip(from).and_then(|(kind, from)| Period::around(kind, from)).map(|whole| whole.to);
    let to = match code("to") {
        typed if typed.is_empty() && kind != Some(PeriodKind::Custom) => whole,
        typed => typed.parse::<NaiveDate>().map_err(|_wrong| problems.add("to", "required")).ok(),
    };
    let mut figures = Figures::default();
    for counter in Counter::ALL {
        let name = format!("figures/{}", counter.code());
        match read_figure(form.value(&name)) {
            Ok(figure) => figures.set(*counter, figure),
            Err("too_large") => problems.add_with(name, "too_large", vec![("max", grouped(MAX_COUNT))]),
            Err(code) => problems.add(name, code),
        }
    }
    if problems.is_empty() {
        figures.check(&mut problems);
    }
    problems.finish()?;
    let text = |name: &str| Some(form.value(name).to_owned());
    let missing = || Error::field("from", "required");
    Ok(Report {
        period: Period { kind: kind.ok_or_else(missing)?, from: from.ok_or_else(missing)?, to: to.ok_or_else(missing)? },
        field: form.value("field").to_owned(),
        source: source.ok_or_else(missing)?,
        figures,
        attribution: text("attribution"),
        note: text("note"),
    })
}

#[handler]
async fn create(app: Data<&App>, posted: Posted<can::EditFigures>, request: &Request) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let made = match report_of(&form) {
        Ok(report) => super::record(&app.store, &caller, form.value("unit_id").parse().ok(), report).await,
        Err(error) => Err(error),
    };
    match made {
        Ok(row) => Ok(web::done(&format!("/so-lieu/{}", row.id), "dossier_report_saved")),
        Err(error) => {
            let title = web::say(&app, "dossier.new_title", &[]);
            web::again(&app, &caller, title, &web::path_of(request), form, error, async |form| blank(&app, &caller, form).await)
                .await
        }
    }
}

#[handler]
async fn show_page(
    app: Data<&App>,
    caller: Login<can::ReadFigures>,
    request: &Request,
    Path(id): Path<DossierReportId>,
) -> Result<Response> {
    let row = super::find(app.store.read(), &caller, id).await?;
    let (title, view) = shown(&app, &caller, row, None).await?;
    web::page(&app, &caller, title, &web::path_of(request), &view).await
}

async fn shown(
    app: &App,
    caller: &Caller,
    row: dossier_report::Model,
    again: Option<Form>,
) -> Result<(String, view::DossierPage)> {
    let db = app.store.read();
    let figures = super::figures(&row)?;
    let found: Vec<Warning> = super::warnings(db, &row).await?;
    let may = super::may_edit(db, caller, &row).await?;
    let unit = unit_names(db, [row.unit_id]).await?.remove(&row.unit_id).unwrap_or_default();
    let period = super::period(&row);
    let words = app.renderer.catalogue();
    let kind = web::say(app, &format!("{}.{}", PeriodKind::KEY, period.kind), &[]);
    let day = |date: NaiveDate| date.format("%d/%m/%Y").to_string();
    let span = web::say(app, "dossier.period_of", &[("kind", kind), ("from", day(period.from)), ("to", day(period.to))]);
    let title = web::say(app, "dossier.title_of", &[("unit", unit.clone()), ("period", span)]);
    let href = format!("/so-lieu/{}", row.id);
    let form = again.unwrap_or_else(|| web::fresh_form(Some(row.version)));
    let view = view::DossierPage {
        unit,
        field: field_shown(row.field),
        period: period_shown(period),
        source: row.source,
        warnings: found.iter().map(|warning| super::http::sentence(words, warning)).collect(),
        unclassified: figures.unclassified().map(grouped),
        measures: figures.shares().into_iter().map(measure).collect(),
        groups: view::groups(|counter| figures.get(counter).map(write_figure)),
        attribution: row.attribution,
        note: row.note,
        edit_href: may.then(|| format!("{href}/sua")),
        remove: may.then(|| form.with_id("remove")),
        href,
    };
    Ok((title, view))
}

fn editing(app: &App, id: DossierReportId, form: Form) -> view::DossierForm {
    form_of(app, format!("/so-lieu/{id}/sua"), form, Vec::new())
}

#[handler]
async fn edit_page(
    app: Data<&App>,
    caller: Login<can::EditFigures>,
    request: &Request,
    Path(id): Path<DossierReportId>,
) -> Result<Response> {
    let form = written(&app, &caller, id).await?;
    web::page(&app, &caller, web::say(&app, "dossier.edit_title", &[]), &web::path_of(request), &editing(&app, id, form)).await
}

/// The form as the report is now.
async fn written(app: &App, caller: &Caller, id: DossierReportId) -> Result<Form> {
    let row = super::find(app.store.read(), caller, id).await?;
    let mut form = web::fresh_form(Some(row.version));
    for (counter, figure) in super::figures(&row)?.iter() {
        form.set(format!("figures/{}", counter.code()), write_figure(figure));
    }
    form.set("period_kind", row.period_kind.code());
    form.set("from", row.period_from.to_string());
    form.set("to", row.period_to.to_string());
    form.set("field", row.field);
    form.set("source", row.source.code());
    form.set("attribution", row.attribution.unwrap_or_default());
    form.set("note", row.note.unwrap_or_default());
    Ok(form)
}

#[handler]
async fn update(
    app: Data<&App>,
    posted: Posted<can::EditFigures>,
    request: &Request,
    Path(id): Path<DossierReportId>,
) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let changed = match report_of(&form) {
        Ok(report) => super::change(&app.store, &caller, id, web::seen(&form)?, report).await,
        Err(error) => Err(error),
    };
    match changed {
        Ok(_) => Ok(web::done(&format!("/so-lieu/{id}"), "dossier_report_saved")),
        Err(error) => {
            let title = web::say(&app, "dossier.edit_title", &[]);
            let path = web::path_of(request);
            let view = async |form: Form| Ok(editing(&app, id, form.compare(&written(&app, &caller, id).await?)));
            web::again(&app, &caller, title, &path, form, error, view).await
        }
    }
}

#[handler]
async fn remove(
    app: Data<&App>,
    posted: Posted<can::EditFigures>,
    request: &Request,
    Path(id): Path<DossierReportId>,
) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    match super::remove(&app.store, &caller, id, web::seen(&form)?, form.value("reason")).await {
        Ok(()) => Ok(web::done("/so-lieu", "dossier_report_removed")),
        Err(error) => {
            let row = super::find(app.store.read(), &caller, id).await?;
            let title = web::say(&app, "dossier.page_title", &[]);
            let draw = async |form| Ok(shown(&app, &caller, row, Some(form)).await?.1);
            web::again(&app, &caller, title, &web::path_of(request), form, error, draw).await
        }
    }
}

fn empty_import() -> view::DossierImport {
    view::DossierImport { form: web::fresh_form(None).with_id("file"), errors: Vec::new(), more: 0, preview: None }
}

#[handler]
async fn import_page(app: Data<&App>, caller: Login<can::EditFigures>, request: &Request) -> Result<Response> {
    web::page(&app, &caller, web::say(&app, "dossier.import_title", &[]), &web::path_of(request), &empty_import()).await
}

/// A file is checked and shown; the same cells, sent back from the preview, are saved.
#[handler]
async fn import_file(app: Data<&App>, posted: Posted<can::EditFigures>, request: &Request) -> Result<Response> {
    let Posted { caller, form, mut files, .. } = posted;
    let saves = form.value("act") == "save";
    let bytes = if saves { Some(form.value("table").as_bytes().to_vec()) } else { files.pop().map(|file| file.bytes) };
    let (title, path) = (web::say(&app, "dossier.import_title", &[]), web::path_of(request));
    match checked(&app, &caller, bytes, saves).await {
        Ok(_) if saves => Ok(web::done("/so-lieu", "dossier_reports_imported")),
        Ok((table, imported)) => {
            let view = view::DossierImport { preview: Some(preview(table, imported)), ..empty_import() };
            web::page(&app, &caller, title, &path, &view).await
        }
        Err(Error::Invalid(wrong)) => {
            let shown = wrong.iter().take(SHOWN_ERRORS).map(|error| view::CellError {
                cell: cell_of(&error.field),
                text: edge::field_sentence(&app, render::Lang::Vi, error),
            });
            let more = wrong.len().saturating_sub(SHOWN_ERRORS);
            let view = view::DossierImport { errors: shown.collect(), more, ..empty_import() };
            let mut page = web::page(&app, &caller, title, &path, &view).await?;
            page.set_status(StatusCode::UNPROCESSABLE_ENTITY);
            Ok(page)
        }
        Err(error) => Err(error),
    }
}

async fn checked(app: &App, caller: &Caller, bytes: Option<Vec<u8>>, saves: bool) -> Result<(String, Imported)> {
    let bytes = bytes.ok_or_else(|| Error::field("file", "file_missing"))?;
    let table = import::read(bytes).await?;
    let who = Importer::Caller(Box::new(caller.clone()));
    let imported = import::run(&app.store, who, app.renderer.catalogue(), &table, !saves).await?;
    Ok((table.to_csv()?, imported))
}

/// `rows/3/D` as spreadsheets name it: `D3`.
fn cell_of(field: &str) -> String {
    let mut parts = field.split('/').skip(1);
    match (parts.next(), parts.next()) {
        (Some(row), Some(column)) => format!("{column}{row}"),
        _ => String::new(),
    }
}

fn preview(table: String, imported: Imported) -> view::Preview {
    let mut form = web::fresh_form(None).with_id("save");
    form.set("table", table);
    let row = |line: import::Line| view::PreviewRow {
        row: line.row,
        unit: line.unit,
        field: field_shown(line.field),
        period: period_shown(line.period),
        source: line.source,
        outcome: match line.outcome {
            Outcome::Created => "created",
            Outcome::Updated => "updated",
            Outcome::Unchanged => "unchanged",
        }
        .to_owned(),
    };
    let Imported { created, updated, unchanged, lines } = imported;
    view::Preview { created, updated, unchanged, rows: lines.into_iter().map(row).collect(), form }
}

#[handler]
async fn template(app: Data<&App>, _caller: Login<can::EditFigures>) -> Result<Response> {
    let name = web::say(&app, "dossier.template_name", &[]);
    Ok(Response::builder()
        .header(header::CONTENT_TYPE, "text/csv; charset=utf-8")
        .header(header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"; filename*=UTF-8''{}", percent(&name)))
        .body(import::template(app.renderer.catalogue())))
}
