//! Evidence in an S3 storage: a small server that speaks enough of it, on the loopback.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use api::auth::session::sha256_hex;
use api::config::Storage;
use domain::checklist::InspectionKind::Cchc;
use domain::inspection::InspectionState;
use domain::record::Subject;
use poem::http::{Method, StatusCode};
use poem::listener::{Acceptor as _, Listener as _, TcpListener};
use poem::{Body, Endpoint, Request, Response};
use tests::TestApp;

use crate::evidence::upload;
use crate::visit::visit;

/// Objects by path, and what was asked.
#[derive(Clone, Debug, Default)]
struct Bucket {
    objects: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Endpoint for Bucket {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let path = request.uri().path().to_owned();
        let header =
            |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        let (signature, condition) = (header("authorization"), header("if-none-match"));
        let method = request.method().clone();
        self.asked.lock().unwrap().push(format!("{method} {path} {condition}"));
        if !signature.starts_with("AWS4-HMAC-SHA256 Credential=khoa/") {
            return Ok(StatusCode::FORBIDDEN.into());
        }
        let body = request.take_body().into_vec().await.unwrap();
        let mut objects = self.objects.lock().unwrap();
        let found = objects.get(&path).cloned();
        let answer = |status: StatusCode, bytes: Vec<u8>| {
            Response::builder()
                .status(status)
                .header("etag", format!("\"{}\"", sha256_hex(&bytes)))
                .header("last-modified", "Mon, 16 Nov 2026 02:00:00 GMT")
                .header("content-length", bytes.len())
                .body(if method == Method::HEAD { Body::empty() } else { Body::from_vec(bytes) })
        };
        Ok(match (request.method().as_str(), found) {
            ("PUT", Some(_)) if condition == "*" => StatusCode::PRECONDITION_FAILED.into(),
            ("PUT", _) => {
                objects.insert(path, body.clone());
                Response::builder().header("etag", format!("\"{}\"", sha256_hex(&body))).finish()
            }
            ("GET" | "HEAD", Some(bytes)) => answer(StatusCode::OK, bytes),
            ("DELETE", _) => {
                objects.remove(&path);
                StatusCode::NO_CONTENT.into()
            }
            _ => StatusCode::NOT_FOUND.into(),
        })
    }
}

async fn serve() -> (Bucket, String, tokio::task::JoinHandle<()>) {
    let bucket = Bucket::default();
    let acceptor = TcpListener::bind("127.0.0.1:0").into_acceptor().await.unwrap();
    let address = acceptor.local_addr()[0].as_socket_addr().unwrap().to_string();
    let server = poem::Server::new_with_acceptor(acceptor);
    let endpoint = bucket.clone();
    let task = tokio::spawn(async move { server.run(endpoint).await.unwrap() });
    (bucket, format!("http://{address}"), task)
}

async fn start(endpoint: &str) -> TestApp {
    let secret = std::env::temp_dir().join(format!("chuan-s3-{}", std::process::id()));
    std::fs::write(&secret, "bi-mat\n").unwrap();
    TestApp::with(|config| {
        config.evidence.storage = Storage::S3;
        config.evidence.s3_endpoint = endpoint.to_owned();
        config.evidence.s3_bucket = "minh-chung".to_owned();
        config.evidence.s3_access_key = "khoa".to_owned();
        config.evidence.s3_secret_key_file = secret.display().to_string();
    })
    .await
}

#[tokio::test]
async fn evidence_lives_in_s3_as_on_disk() {
    let (bucket, endpoint, _server) = serve().await;
    let app = start(&endpoint).await;
    let visit = visit(&app, 1, Cchc, InspectionState::InProgress).await;
    let client = app.sign_in("thanhvien").await;
    let bytes = b"bang chung".as_slice();
    let id = upload(&client, "a.txt", "text/plain", Subject::InspectionLine, visit.lines[0].0, bytes).await;
    assert_eq!(client.get(&format!("/api/v1/evidence/{id}/content")).await.expect(200).bytes, bytes);
    let hash = sha256_hex(bytes);
    let place = format!("/minh-chung/{}/{hash}", &hash[..2]);
    assert_eq!(bucket.objects.lock().unwrap().keys().collect::<Vec<_>>(), [&place]);
    assert!(bucket.asked.lock().unwrap().contains(&format!("PUT {place} *")), "created, never overwritten");

    // The same bytes again are one object; a changed byte is never served and is made good by them.
    let again = upload(&client, "b.txt", "text/plain", Subject::InspectionLine, visit.lines[0].0, bytes).await;
    assert_ne!(again, id);
    assert_eq!(bucket.objects.lock().unwrap().len(), 1);
    bucket.objects.lock().unwrap().insert(place.clone(), b"bang chunG".to_vec());
    client.get(&format!("/api/v1/evidence/{id}/content")).await.expect(500);
    upload(&client, "c.txt", "text/plain", Subject::InspectionLine, visit.lines[0].0, bytes).await;
    client.get(&format!("/api/v1/evidence/{id}/content")).await.expect(200);
}

#[tokio::test]
async fn a_storage_that_is_away_is_said_so_and_nothing_is_named() {
    let (_bucket, endpoint, server) = serve().await;
    let app = start(&endpoint).await;
    let visit = visit(&app, 1, Cchc, InspectionState::InProgress).await;
    let client = app.sign_in("thanhvien").await;
    server.abort();
    let _ = server.await;
    let refused =
        crate::evidence::upload_answer(&client, "a.txt", "text/plain", Subject::InspectionLine, visit.lines[0].0, b"abc").await;
    assert_eq!(refused.expect(503).code(), "unavailable");
    let list =
        client.get(&format!("/api/v1/evidence?subject=inspection_line&subject_id={}", visit.lines[0])).await.expect(200).json();
    assert_eq!(list["items"].as_array().unwrap().len(), 0);
}

#[tokio::test]
async fn an_s3_storage_without_its_settings_is_refused_at_the_start() {
    let mut config = api::config::Config::load(None).unwrap();
    config.evidence.storage = Storage::S3;
    let error = api::evidence::Blobs::open(&config).unwrap_err().to_string();
    assert!(error.contains("evidence.s3_secret_key_file"), "{error}");
}
