//! `/chi-so-766`: the results of index 766 as published, with the portal's rank beside ours.

use chrono::{DateTime, Utc};
use domain::index::{IndexCode, IndexPeriodKind, PartsCheck, Period};
use domain::scoring::Exact;
use poem::web::{Data, Query};
use poem::{Request, Response, Route, get, handler};
use render::views::criteria as view;
use render::views::part::{Chip, Listing, Pager};

use super::index::{self, Ranked, Snapshot};
use crate::app::App;
use crate::auth::can;
use crate::error::{Error, Result};
use crate::http::{MOST, Slice, link};
use crate::web::{self, Login};

/// Adds the page.
pub(super) fn routes(tree: Route) -> Route {
    tree.at("/chi-so-766", get(show))
}

#[derive(Debug, serde::Deserialize)]
struct ShowQuery {
    ky: Option<String>,
    luc: Option<DateTime<Utc>>,
    cursor: Option<String>,
}

/// A period as people say it.
fn words(app: &App, period: Period) -> String {
    let key = match period.kind {
        IndexPeriodKind::Year => "index.of_year",
        IndexPeriodKind::Quarter => "index.of_quarter",
        IndexPeriodKind::Month => "index.of_month",
    };
    web::say(app, key, &[("year", period.year.to_string()), ("n", period.number.to_string())])
}

fn address(snapshot: &Snapshot) -> String {
    link("/chi-so-766", &[("ky", Some(snapshot.period.to_string())), ("luc", Some(snapshot.at.to_rfc3339()))])
}

#[handler]
async fn show(
    app: Data<&App>,
    caller: Login<can::ReadScores>,
    request: &Request,
    Query(query): Query<ShowQuery>,
) -> Result<Response> {
    let db = app.store.read();
    let slice = Slice::new(Some(MOST), query.cursor.as_deref())?;
    let period = query.ky.as_deref().map(str::parse::<Period>).transpose();
    let period = period.map_err(|_unknown| Error::field("ky", "period_wrong"))?;
    let all = index::snapshots(db, IndexCode::Qd766).await?;
    let view = match index::choose(&all, period, query.luc) {
        None => view::IndexResults { list: Listing::plain(Vec::new()), reading: None },
        Some(chosen) => {
            let (rows, ties) = index::ranking(db, chosen, &slice).await?;
            let path = address(chosen);
            let (rows, next) = slice.page(rows, &path, |ranked| (ranked.row.total.into(), ranked.row.id.0), row);
            let chip = |one: &Snapshot| Chip {
                label: format!("{} · {}", words(&app, one.period), domain::time::vn_date(one.at).format("%d/%m/%Y")),
                href: address(one),
                active: one == chosen,
                count: u64::try_from(one.units).ok(),
            };
            let pager = Pager { next, first: query.cursor.map(|_| path) };
            let reading = view::IndexReading {
                period: words(&app, chosen.period),
                at: chosen.at,
                source: chosen.source.clone(),
                units: chosen.units,
                tie_groups: ties.groups,
                tied_units: ties.units,
            };
            let list = Listing { pager, chips: all.iter().map(chip).collect(), ..Listing::plain(rows) };
            view::IndexResults { list, reading: Some(reading) }
        }
    };
    web::page(&app, &caller, web::say(&app, "index.page_title", &[]), &web::path_of(request), &view).await
}

fn row(ranked: Ranked) -> view::IndexRow {
    let Ranked { row, rank, tied, check } = ranked;
    let text = |stored: i64| Exact::from_stored(stored).vn(2);
    view::IndexRow {
        parts: index::parts_of(&row).into_iter().map(|(_, part)| part.map(text)).collect(),
        name: row.unit_name,
        code: row.unit_code,
        href: row.unit_id.map(|unit| format!("/don-vi/{unit}")),
        total: text(row.total),
        published_rank: row.published_rank,
        rank,
        tied,
        missing: if let PartsCheck::Missing(count) = check { count } else { 0 },
        off: if let PartsCheck::Differ(off) = check { Some(text(off)) } else { None },
    }
}
