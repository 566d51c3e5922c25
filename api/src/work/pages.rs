//! «Hôm nay», «Thêm», about, and what an error code means.

use entities::{account, unit};
use poem::http::StatusCode;
use poem::web::{Data, Path};
use poem::{Request, Response, Route, get, handler};
use render::Lang;
use render::views::entry::FirstStart;
use render::views::system::{About, More, ProblemType};
use render::views::today::{Nearest, Today, WorkItem};
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _};

use super::Item;
use crate::app::App;
use crate::auth::{authenticate, can};
use crate::error::{Error, Result};
use crate::web::{self, Login};

/// `/`, `/them`, `/gioi-thieu`, `/problems/:code`
#[must_use]
pub fn routes(tree: Route) -> Route {
    tree.at("/", get(today)).at("/them", get(more)).at("/gioi-thieu", get(about)).at("/problems/:code", get(problem))
}

#[handler]
async fn today(app: Data<&App>, request: &Request) -> Result<Response> {
    let caller = match authenticate(request).await {
        Ok(caller) => caller,
        Err(Error::Unauthenticated) if account::Entity::find().count(app.store.read()).await? == 0 => {
            return first_start(&app).await;
        }
        Err(error) => return Err(error),
    };
    let waiting = super::waiting(app.store.read(), &caller, app.store.clock().now()).await?;
    let nearest = waiting.ahead.map(|(title, on, href)| Nearest { title, on, href });
    let view = Today::new(caller.today, waiting.items.into_iter().map(|item| drawn(&app, item)).collect(), nearest);
    let title = web::say(&app, "today.title", &[]);
    web::page(&app, &caller, title, &web::path_of(request), &view).await
}

async fn first_start(app: &App) -> Result<Response> {
    let title = web::say(app, "first_start.title", &[]);
    web::open_page(app, StatusCode::OK, &title, "/", &FirstStart::default()).await
}

fn drawn(app: &App, item: Item) -> WorkItem {
    let count = |n: u32| web::say(app, &format!("work_count.{}", item.verb), &[("n", n.to_string())]);
    WorkItem {
        count: item.count.map(count),
        verb: item.verb.to_owned(),
        title: item.title,
        unit: item.unit_name,
        due_on: item.due_on,
        days_left: item.days_left,
        overdue: item.overdue,
        href: item.href,
        kind: item.kind.to_owned(),
    }
}

#[handler]
async fn more(app: Data<&App>, caller: Login<can::UseOwnAccount>, request: &Request) -> Result<Response> {
    web::page(&app, &caller, web::say(&app, "more.title", &[]), &web::path_of(request), &More {}).await
}

#[handler]
async fn about(app: Data<&App>) -> Result<Response> {
    let root = unit::Entity::find()
        .filter(unit::Column::ParentId.is_null())
        .order_by_desc(unit::Column::ValidFrom)
        .one(app.store.read())
        .await?;
    let view = About {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        root_unit: root.map(|root| root.name),
        commit: option_env!("CHUAN_COMMIT").map(str::to_owned),
    };
    web::open_page(&app, StatusCode::OK, &web::say(&app, "about.title", &[]), "/gioi-thieu", &view).await
}

#[handler]
async fn problem(app: Data<&App>, Path(code): Path<String>) -> Result<Response> {
    let view = ProblemType::of(app.renderer.catalogue(), Lang::Vi, &code).ok_or(Error::NotFound)?;
    let title = view.title.clone();
    web::open_page(&app, StatusCode::OK, &title, &format!("/problems/{code}"), &view).await
}
