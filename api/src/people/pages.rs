//! Sign-in, sign-out; the desk of people is in `desk.rs`.

use domain::record::SessionKind;
use poem::http::{StatusCode, header};
use poem::web::{Data, Query};
use poem::{IntoResponse as _, Request, Response, Route, get, handler, post};
use render::Form;

use super::desk;
use crate::app::App;
use crate::auth::{COOKIE, can, session};
use crate::error::{Error, Result};
use crate::http::edge;
use crate::web::{self, Posted};

/// `/dang-nhap`, `/dang-xuat`
#[must_use]
pub fn routes(tree: Route) -> Route {
    desk::routes(tree).at("/dang-nhap", get(sign_in_page).post(sign_in)).at("/dang-xuat", post(sign_out))
}

/// Where to go after sign-in.
#[derive(Debug, serde::Deserialize)]
struct Next {
    tiep: Option<String>,
    /// A form was sent after the session had ended.
    het_phien: Option<String>,
}

/// Only a path of our own: `//host`, `\` and control characters are refused.
fn safe_path(path: Option<&str>) -> String {
    path.filter(|path| path.starts_with('/') && !path.starts_with("//") && !path.contains(['\\', '\r', '\n', '\0']))
        .unwrap_or("/")
        .to_owned()
}

#[handler]
async fn sign_in_page(app: Data<&App>, Query(next): Query<Next>) -> Result<Response> {
    let mut form = Form::default();
    form.set("next", safe_path(next.tiep.as_deref()));
    if next.het_phien.is_some() {
        form.set("ended", "yes");
    }
    show(&app, StatusCode::OK, form).await
}

async fn show(app: &App, status: StatusCode, form: Form) -> Result<Response> {
    let title = web::say(app, "sign_in.title", &[]);
    let next = form.value("next").to_owned();
    let samples = if app.sample_world().await? { crate::sample::logins() } else { Vec::new() };
    let view = render::views::entry::SignIn { ended: form.value("ended") == "yes", form, next: Some(next), samples };
    web::open_page(app, status, &title, "/dang-nhap", &view).await
}

#[handler]
async fn sign_in(app: Data<&App>, request: &Request, body: poem::web::Form<Vec<(String, String)>>) -> Result<Response> {
    same_origin(&app, request)?;
    let mut form = Form::from_pairs(body.0);
    let address = super::http::address_of(&app, request);
    match session::sign_in(&app, form.value("login"), form.value("password"), &address, SessionKind::Page).await {
        Ok(opened) => {
            let secure = if app.config.secure_cookies() { "; Secure" } else { "" };
            let cookie = format!("{COOKIE}={}; Path=/; HttpOnly; SameSite=Lax{secure}", opened.token);
            let next = if opened.one_time { "/tai-khoan".to_owned() } else { safe_path(Some(form.value("next"))) };
            let response = web::redirect(&next);
            Ok(response.with_header(header::SET_COOKIE, cookie).into_response())
        }
        Err(error @ (Error::WrongCredentials | Error::RateLimited(_))) => {
            let status = error.status();
            form.error("", edge::sentences(&app, render::Lang::Vi, &error).1);
            form.set("password", "");
            show(&app, status, form).await
        }
        Err(error) => Err(error),
    }
}

/// There is no session to tie a token to yet: the browser's own word on where the form came from counts.
fn same_origin(app: &App, request: &Request) -> Result<()> {
    let site = request.headers().get("Sec-Fetch-Site").and_then(|value| value.to_str().ok());
    let origin = request.headers().get(header::ORIGIN).and_then(|value| value.to_str().ok());
    let host = request.headers().get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let own = origin.is_none_or(|origin| {
        origin == app.config.server.public_url.trim_end_matches('/')
            || origin.split_once("://").is_some_and(|(_, rest)| rest == host)
    });
    if own && site.is_none_or(|site| matches!(site, "same-origin" | "none" | "same-site")) {
        Ok(())
    } else {
        Err(Error::CrossSite)
    }
}

#[handler]
async fn sign_out(app: Data<&App>, posted: Posted<can::UseOwnAccount>) -> Result<Response> {
    session::sign_out(&app, &posted.caller).await?;
    let cookie = format!("{COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    Ok(web::redirect("/dang-nhap").with_header(header::SET_COOKIE, cookie).into_response())
}
