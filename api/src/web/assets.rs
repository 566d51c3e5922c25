//! Styles and scripts, served by us: government networks have no internet.

use poem::http::{StatusCode, header};
use poem::web::Path;
use poem::{Response, Route, get, handler};

use crate::error::{Error, Result};

/// `/assets/<hash>/<name>`
#[must_use]
pub fn routes(tree: Route) -> Route {
    tree.at("/assets/:hash/*name", get(asset))
}

#[handler]
fn asset(Path((_, name)): Path<(String, String)>) -> Result<Response> {
    let asset = render::assets::get(&name).ok_or(Error::NotFound)?;
    Ok(Response::builder()
        .status(StatusCode::OK)
        .header(header::CONTENT_TYPE, asset.mime)
        .header(header::CACHE_CONTROL, "public, max-age=31536000, immutable")
        .body(asset.bytes.into_owned()))
}
