//! Published rankings, for everybody: from snapshots only.

use domain::id::RoundId;
use domain::scoring::{Exact, RoundingMode};
use poem::http::{StatusCode, header};
use poem::web::{Data, Path};
use poem::{Request, Response, Route, get, handler};
use render::Lang;
use render::ranking_file::{self, RankingFile, RankingFileRow};
use render::views::findings::Link;
use render::views::part::Choice;
use render::views::rounds as view;

use super::super::publish::{self, Snapshot, UnitPart};
use super::{ranking, unit_id};
use crate::app::App;
use crate::error::{Error, Result};
use crate::web::{self, say};

pub fn routes(tree: Route) -> Route {
    tree.at("/cong-khai/xep-hang", get(list_page))
        .at("/cong-khai/xep-hang/:round_id", get(show_page))
        .at("/cong-khai/xep-hang/:round_id/tep.xlsx", get(file))
        .at("/cong-khai/xep-hang/:round_id/:unit_id", get(unit_page))
}

/// The public page of a round's ranking.
pub fn page_of(id: RoundId) -> String {
    format!("/cong-khai/xep-hang/{id}")
}

async fn latest(app: &App, id: RoundId) -> Result<(entities::publication::Model, Snapshot)> {
    publish::published(app.store.read(), id).await?.ok_or(Error::NotFound)
}

#[handler]
async fn list_page(app: Data<&App>, request: &Request) -> Result<Response> {
    let mut seen = std::collections::BTreeSet::new();
    let mut rows = Vec::new();
    for row in publish::list_published(app.store.read()).await? {
        // The latest edition of each round stands first.
        if !seen.insert(row.round_id) {
            continue;
        }
        let snapshot: Snapshot = serde_json::from_str(&row.document)?;
        rows.push(view::PublishedRow {
            href: page_of(row.round_id),
            title: snapshot.round.title,
            year: snapshot.round.year.to_string(),
            units: snapshot.units.len(),
            at: row.published_at,
            sample: snapshot.set.sample,
        });
    }
    let title = say(&app, "ranking.published_title", &[]);
    web::open_page(&app, StatusCode::OK, &title, &web::path_of(request), &view::PublishedList { rows }).await
}

#[handler]
async fn show_page(app: Data<&App>, request: &Request, Path(id): Path<RoundId>) -> Result<Response> {
    let (row, snapshot) = latest(&app, id).await?;
    let editions = publish::editions(app.store.read(), id).await?;
    let mut changes = publish::changes_of(&editions)?;
    let href = page_of(id);
    let unit_href = |unit: &UnitPart| format!("{href}/{}", unit.unit_id);
    let scored = scored_criteria(&snapshot);
    let view = view::PublishedRanking {
        year: snapshot.round.year.to_string(),
        as_of: snapshot.round.as_of,
        ranking: ranking::table(&app, &snapshot, unit_href),
        digest: row.digest,
        edition: row.edition.to_string(),
        at: row.published_at,
        file_href: format!("{href}/tep.xlsx"),
        list_href: "/cong-khai/xep-hang".to_owned(),
        errata: editions
            .into_iter()
            .filter(|edition| edition.edition > 1)
            .map(|edition| view::Erratum {
                edition: edition.edition.to_string(),
                at: edition.published_at,
                reason: edition.reason.unwrap_or_default(),
                digest: edition.digest,
                changes: ranking::shown_changes(&app, changes.remove(&edition.id).unwrap_or_default()),
            })
            .collect(),
        heads: scored.iter().map(|(code, name, _)| Choice::new(code.clone(), name.clone())).collect(),
        heat: snapshot.units.iter().map(|unit| heat(&scored, unit, unit_href(unit))).collect(),
    };
    web::open_page(&app, StatusCode::OK, &snapshot.round.title, &web::path_of(request), &view).await
}

/// Criteria of the scale: bonus and penalty have no share of a maximum.
fn scored_criteria(snapshot: &Snapshot) -> Vec<&(String, String, String)> {
    let inside =
        |code: &str| {
            snapshot.set.fields.iter().any(|(field, _, _)| {
                code.strip_prefix(field.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            })
        };
    snapshot.set.criteria.iter().filter(|(code, _, _)| inside(code)).collect()
}

fn heat(criteria: &[&(String, String, String)], unit: &UnitPart, href: String) -> view::HeatRow {
    let cell = |(code, _, max): &&(String, String, String)| {
        let points = unit.lines.get(code).and_then(|line| line.points.as_ref()).and_then(|points| points.parse::<Exact>().ok());
        let (Some(points), Ok(max)) = (points, max.parse::<Exact>()) else { return view::HeatCell::of("–".to_owned(), None) };
        let share = Exact::ratio(&(&points * &Exact::from(1000)), &max);
        let share = share.and_then(|share| share.round(0, RoundingMode::Down).whole());
        view::HeatCell::of(format!("{}/{}", points.vn_short(), max.vn_short()), share)
    };
    view::HeatRow { unit: unit.name.clone(), href, cells: criteria.iter().map(cell).collect() }
}

#[handler]
async fn unit_page(app: Data<&App>, request: &Request, Path((id, unit)): Path<(RoundId, String)>) -> Result<Response> {
    let (_, snapshot) = latest(&app, id).await?;
    let wanted = unit_id(&unit)?;
    let part = snapshot.units.iter().find(|part| part.unit_id == wanted).ok_or(Error::NotFound)?;
    let back = Link { href: page_of(id), text: snapshot.round.title.clone() };
    let view = ranking::points_of(&snapshot, part, back, |_| None);
    let title = say(&app, "ranking.unit_title", &[("unit", part.name.clone())]);
    web::open_page(&app, StatusCode::OK, &title, &web::path_of(request), &view).await
}

#[handler]
async fn file(app: Data<&App>, Path(id): Path<RoundId>) -> Result<Response> {
    let (row, snapshot) = latest(&app, id).await?;
    let mut notes = vec![
        format!("{} {}", say(&app, "ranking.set", &[]), snapshot.set.title),
        format!("{} {}", say(&app, "publication.edition", &[("n", row.edition.to_string())]), row.digest),
    ];
    if snapshot.set.sample {
        notes.push(say(&app, "ranking.sample", &[]));
    }
    let criteria: Vec<String> = snapshot.set.criteria.iter().map(|(code, _, _)| code.clone()).collect();
    let rows = snapshot.units.iter().map(|unit| RankingFileRow {
        rank: unit.rank,
        code: unit.code.clone(),
        unit: unit.name.clone(),
        points: [
            unit.self_points.clone(),
            unit.appraised_points.clone(),
            unit.base.clone(),
            unit.bonus.clone(),
            unit.penalty.clone(),
            unit.total.clone(),
        ],
        previous: unit.previous.as_ref().and_then(|previous| previous.total.clone()),
        grade: ranking::grade(&snapshot, unit),
        lines: criteria.iter().map(|code| unit.lines.get(code).and_then(|line| line.points.clone())).collect(),
    });
    let file = RankingFile { title: snapshot.round.title.clone(), notes, rows: rows.collect(), criteria: criteria.clone() };
    let bytes = ranking_file::write(&file, app.renderer.catalogue(), Lang::Vi).map_err(|error| Error::Internal(error.into()))?;
    let name = format!("xep-hang-{}-{}.xlsx", snapshot.round.year, row.edition);
    Ok(Response::builder()
        .header(header::CONTENT_TYPE, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        .header(header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""))
        .body(bytes))
}
