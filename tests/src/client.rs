//! A client of the whole route tree, without a socket.

use std::sync::Arc;

use api::app::App;
use poem::endpoint::BoxEndpoint;
use poem::http::{HeaderMap, Method, StatusCode, header};
use poem::{Body, Endpoint as _, Request, Response};
use serde_json::Value as Json;

use crate::words::{unworded, without_tags};

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// Status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub bytes: Vec<u8>,
}

impl Answer {
    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> Json {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The same answer, when it has this status; else the test stops with the body.
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        self
    }

    /// Stops the test when a page or a problem shows the key of a message instead of its words.
    fn is_worded(&self, path: &str) {
        // The log names events by their codes.
        if path.starts_with("/nhat-ky") {
            return;
        }
        let kind = self.header("content-type");
        let shown = match kind.split(';').next() {
            Some("text/html") => without_tags(&self.text()),
            Some("application/problem+json") => self.text(),
            _ => return,
        };
        let key = unworded(&shown);
        assert!(key.is_none(), "no words for «{}» at {path}", key.unwrap_or_default());
    }

    /// The stable code of a problem.
    #[must_use]
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    /// A header.
    #[must_use]
    pub fn header(&self, name: &str) -> String {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
    }

    /// The hidden fields of the form on this page with this action, as a browser that shows it would send them.
    #[must_use]
    pub fn hidden(&self, action: &str) -> Vec<(String, String)> {
        hidden_fields(&self.text(), action)
    }

    /// The ETag, to be sent back as `If-Match`.
    #[must_use]
    pub fn etag(&self) -> String {
        self.header("etag")
    }

    /// The id in the body.
    #[must_use]
    pub fn id(&self) -> String {
        self.json()["id"].as_str().unwrap_or_else(|| panic!("no id: {}", self.text())).to_owned()
    }
}

/// The route tree of one application.
pub(crate) type Routes = Arc<BoxEndpoint<'static, Response>>;

/// Sends requests as one person.
#[derive(Clone)]
pub struct Client {
    routes: Routes,
    credentials: Vec<(&'static str, String)>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Client")
    }
}

impl Client {
    /// Nobody yet.
    #[must_use]
    pub fn new(app: &App) -> Self {
        Self::over(Arc::new(api::app::routes(app)))
    }

    /// Nobody yet, over routes that are there: building them takes as long as a dozen requests.
    pub(crate) fn over(routes: Routes) -> Self {
        Self { routes, credentials: Vec::new() }
    }

    /// Signs in through the API; later requests carry the bearer token.
    pub async fn sign_in(mut self, login: &str) -> Self {
        let body = serde_json::json!({"login": login, "password": api::sample::PASSWORD});
        let answer = self.post("/api/v1/sessions", body).await.expect(200);
        self.credentials = vec![("authorization", format!("Bearer {}", answer.json()["token"].as_str().unwrap()))];
        self
    }

    /// Signs in through the page; later requests carry the cookie.
    pub async fn sign_in_page(mut self, login: &str) -> Self {
        let answer = self.form("/dang-nhap", &[("login", login), ("password", api::sample::PASSWORD)]).await.expect(303);
        let cookie = answer.header("set-cookie");
        self.credentials = vec![("cookie", cookie.split(';').next().unwrap().to_owned())];
        self
    }

    /// The bearer token it carries.
    #[must_use]
    pub fn token(&self) -> String {
        self.credentials.iter().find_map(|(_, value)| value.strip_prefix("Bearer ")).unwrap_or_default().to_owned()
    }

    /// The same person at another replica.
    #[must_use]
    pub fn on(&self, app: &App) -> Self {
        Self { credentials: self.credentials.clone(), ..Self::new(app) }
    }

    /// A bearer token of one's own.
    #[must_use]
    pub fn with_token(mut self, token: &str) -> Self {
        self.credentials = vec![("authorization", format!("Bearer {token}"))];
        self
    }

    /// Any request.
    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
        let mut request = Request::builder().method(method).uri_str(path);
        for (name, value) in headers.iter().copied().chain(self.credentials.iter().map(|(name, value)| (*name, value.as_str()))) {
            request = request.header(name, value);
        }
        let response = self.routes.get_response(request.body(body.into())).await;
        let (parts, body) = response.into_parts();
        let answer = Answer { status: parts.status, headers: parts.headers, bytes: body.into_vec().await.unwrap() };
        answer.is_worded(path);
        answer
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], Body::empty()).await
    }

    /// POST of JSON.
    pub async fn post(&self, path: &str, body: Json) -> Answer {
        self.json(Method::POST, path, &[], body).await
    }

    /// POST of JSON with `If-Match`.
    pub async fn post_at(&self, path: &str, etag: &str, body: Json) -> Answer {
        self.json(Method::POST, path, &[("if-match", etag)], body).await
    }

    /// PATCH of JSON with `If-Match`.
    pub async fn patch(&self, path: &str, etag: &str, body: Json) -> Answer {
        self.json(Method::PATCH, path, &[("if-match", etag)], body).await
    }

    /// PUT of JSON.
    pub async fn put(&self, path: &str, body: Json) -> Answer {
        self.json(Method::PUT, path, &[], body).await
    }

    /// JSON with any method and headers.
    pub async fn json(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Json) -> Answer {
        let mut headers = headers.to_vec();
        headers.push((header::CONTENT_TYPE.as_str(), "application/json"));
        self.send(method, path, &headers, body.to_string()).await
    }

    /// A submitted form, as typed here.
    pub async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let pairs: Vec<String> =
            fields.iter().map(|(name, value)| format!("{}={}", api::http::percent(name), api::http::percent(value))).collect();
        let kind = [("content-type", "application/x-www-form-urlencoded")];
        self.send(Method::POST, path, &kind, pairs.join("&")).await
    }

    /// Opens a page and submits the form on it whose action is `action`: its hidden fields
    /// (csrf, once, version) are taken from the page, the others from `fields`.
    pub async fn fill(&self, page: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
        let html = self.get(page).await.expect(200).text();
        let hidden = hidden_fields(&html, action);
        let mut all: Vec<(&str, &str)> = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        all.extend_from_slice(fields);
        self.form(action, &all).await
    }

    /// Sends a form that `page` does not offer, with the session's own token: what a button would
    /// send that was not drawn.
    pub async fn force(&self, page: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
        let html = self.get(page).await.expect(200).text();
        let mut all = vec![("csrf", token_of(&html)), ("version", "1")];
        all.extend_from_slice(fields);
        self.form(action, &all).await
    }
}

/// The session's own token, as the forms of a page carry it.
fn token_of(html: &str) -> &str {
    let value = html.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    value.unwrap_or_else(|| panic!("no form with a token on the page:\n{html}"))
}

/// The hidden fields of the form with this action.
fn hidden_fields(html: &str, action: &str) -> Vec<(String, String)> {
    let form = html
        .split("<form")
        .skip(1)
        .find(|form| {
            let tag = form.split('>').next().unwrap_or_default().replace("&#x2f;", "/");
            tag.contains(&format!("action=\"{action}\""))
        })
        .unwrap_or_else(|| panic!("no form with action {action} on the page:\n{html}"));
    let form = form.split("</form>").next().unwrap_or_default();
    form.split("<input")
        .skip(1)
        .filter_map(|input| {
            let tag = input.split('>').next()?;
            let attribute = |name: &str| tag.split(&format!("{name}=\"")).nth(1).and_then(|rest| rest.split('"').next());
            (attribute("type")? == "hidden").then(|| {
                (attribute("name").unwrap_or_default().to_owned(), attribute("value").unwrap_or_default().replace("&#x2f;", "/"))
            })
        })
        .collect()
}
