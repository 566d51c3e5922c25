//! Sign-in, sessions, who am I.

use serde_json::json;
use tests::TestApp;

#[tokio::test]
async fn a_wrong_password_and_an_unknown_login_get_the_same_answer() {
    let app = TestApp::start().await;
    let client = app.client();
    let wrong = client.post("/api/v1/sessions", json!({"login": "truongdoan", "password": "khong-phai-mat-khau"})).await.expect(401);
    let unknown = client.post("/api/v1/sessions", json!({"login": "khong-ai", "password": "khong-phai-mat-khau"})).await.expect(401);
    assert_eq!((wrong.code(), unknown.code()), ("wrong_credentials".into(), "wrong_credentials".into()));
    assert_eq!(wrong.json()["detail"], unknown.json()["detail"]);
}

#[tokio::test]
async fn me_tells_the_roles_held_today() {
    let app = TestApp::start().await;
    let me = app.sign_in("chutich.an").await.get("/api/v1/me").await.expect(200).json();
    assert_eq!(me["full_name"], "Chủ tịch UBND xã An Mẫu");
    assert_eq!(me["assignments"][0]["unit_name"], "Xã An Mẫu");
}

#[tokio::test]
async fn a_session_ends_when_its_person_signs_out() {
    let app = TestApp::start().await;
    let client = app.sign_in("truongdoan").await;
    client.get("/api/v1/me").await.expect(200);
    client.send(poem::http::Method::DELETE, "/api/v1/sessions/current", &[], "").await.expect(204);
    assert_eq!(client.get("/api/v1/me").await.expect(401).code(), "unauthenticated");
}

#[tokio::test]
async fn the_sign_in_page_leads_to_the_page_asked_for_and_never_off_site() {
    let app = TestApp::start().await;
    let login = [("login", "truongdoan"), ("password", api::sample::PASSWORD)];
    for (next, expected) in [("/kiem-tra", "/kiem-tra"), ("//evil.example", "/"), ("https://evil.example", "/"), ("/\\evil", "/")] {
        let answer = app.client().form("/dang-nhap", &[login[0], login[1], ("next", next)]).await.expect(303);
        assert_eq!(answer.header("location"), expected, "{next}");
    }
}

#[tokio::test]
async fn a_body_that_does_not_fit_gets_all_its_fields_named_at_once() {
    let app = TestApp::start().await;
    let answer = app.client().post("/api/v1/sessions", json!({"login": 5, "extra": true})).await.expect(422);
    let mut pointers: Vec<String> = answer.json()["errors"].as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap().to_owned()).collect();
    pointers.sort();
    assert_eq!(pointers, ["/extra", "/login", "/password"]);
    app.client().send(poem::http::Method::POST, "/api/v1/sessions", &[("content-type", "application/json")], "{broken").await.expect(400);
}
