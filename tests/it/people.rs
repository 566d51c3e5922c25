//! Sign-in, sessions, who am I.

use serde_json::json;
use tests::TestApp;

#[tokio::test]
async fn a_wrong_password_and_an_unknown_login_get_the_same_answer() {
    let app = TestApp::start().await;
    let client = app.client();
    let wrong =
        client.post("/api/v1/sessions", json!({"login": "truongdoan", "password": "khong-phai-mat-khau"})).await.expect(401);
    let unknown =
        client.post("/api/v1/sessions", json!({"login": "khong-ai", "password": "khong-phai-mat-khau"})).await.expect(401);
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
    for (next, expected) in [("/kiem-tra", "/kiem-tra"), ("//evil.example", "/"), ("https://evil.example", "/"), ("/\\evil", "/")]
    {
        let answer = app.client().form("/dang-nhap", &[login[0], login[1], ("next", next)]).await.expect(303);
        assert_eq!(answer.header("location"), expected, "{next}");
    }
}

#[tokio::test]
async fn a_body_that_does_not_fit_gets_all_its_fields_named_at_once() {
    let app = TestApp::start().await;
    let answer = app.client().post("/api/v1/sessions", json!({"login": 5, "extra": true})).await.expect(422);
    let mut pointers: Vec<String> =
        answer.json()["errors"].as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap().to_owned()).collect();
    pointers.sort();
    assert_eq!(pointers, ["/extra", "/login", "/password"]);
    app.client()
        .send(poem::http::Method::POST, "/api/v1/sessions", &[("content-type", "application/json")], "{broken")
        .await
        .expect(400);
}

async fn one_person(client: &tests::Client, q: &str) -> serde_json::Value {
    let page = client.get(&format!("/api/v1/people?q={q}")).await.expect(200).json();
    assert_eq!(page["items"].as_array().unwrap().len(), 1, "{q}: {page}");
    page["items"][0].clone()
}

/// Signs in with any password and gives the answer.
async fn try_sign_in(app: &TestApp, login: &str, password: &str) -> tests::Answer {
    app.client().post("/api/v1/sessions", json!({"login": login, "password": password})).await
}

#[tokio::test]
async fn people_are_seen_within_ones_units_and_found_without_diacritics() {
    let app = TestApp::start().await;
    let head = app.sign_in("chutich.an").await;
    let names: Vec<String> = head.get("/api/v1/people?limit=100").await.expect(200).json()["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["full_name"].as_str().unwrap().to_owned())
        .collect();
    assert!(names.iter().all(|name| name.contains("An Mẫu") || name.contains("xã An")), "{names:?}");
    assert_eq!(one_person(&head, "CAN%20bo%20dau").await["full_name"], "Cán bộ đầu mối xã An Mẫu");
}

#[tokio::test]
async fn a_person_out_of_scope_looks_absent_and_everyone_sees_themselves() {
    let app = TestApp::start().await;
    let (head, other) = (app.sign_in("chutich.an").await, app.person("chutich.binh").await);
    assert_eq!(head.get(&format!("/api/v1/people/{other}")).await.expect(404).code(), "not_found");
    let own = app.person("congchuc.an").await;
    let me = app.sign_in("congchuc.an").await.get(&format!("/api/v1/people/{own}")).await.expect(200).json();
    assert_eq!((me["login"].clone(), me["memberships"][0]["unit_name"].clone()), (json!("congchuc.an"), json!("Xã An Mẫu")));
}

#[tokio::test]
async fn a_new_persons_one_time_password_is_good_for_choosing_another_only() {
    let app = TestApp::start().await;
    let admin = app.sign_in("quantri").await;
    let body = json!({"full_name": "Cán bộ mới xã Đông Mẫu", "email": "moi@mau.example", "unit_id": app.unit("MAU-04").await, "position": "Chuyên viên", "login": "Moi.Dong"});
    let made = admin.post("/api/v1/people", body.clone()).await.expect(201).json();
    let password = made["one_time_password"].as_str().unwrap().to_owned();
    assert_eq!(made["login"], "moi.dong");
    assert_eq!(admin.post("/api/v1/people", body).await.expect(422).json()["errors"][0]["code"], "taken");
    let token = try_sign_in(&app, "moi.dong", &password).await.expect(200).json()["token"].as_str().unwrap().to_owned();
    let person = app.client().with_token(&token);
    assert_eq!(person.get("/api/v1/me").await.expect(200).json()["permissions"], json!(["use_own_account"]));
    person.get("/api/v1/units").await.expect(403);
    let short = person.post("/api/v1/me/password", json!({"password": "sai", "new_password": "ngan"})).await.expect(422).json();
    let codes: Vec<_> = short["errors"].as_array().unwrap().iter().map(|e| e["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["password_too_short", "wrong_password"]);
    person.post("/api/v1/me/password", json!({"password": password, "new_password": "mat-khau-rieng-2026"})).await.expect(204);
    person.get("/api/v1/units").await.expect(200);
    try_sign_in(&app, "moi.dong", &password).await.expect(401);
    try_sign_in(&app, "moi.dong", "mat-khau-rieng-2026").await.expect(200);
}

#[tokio::test]
async fn a_repeated_request_does_not_repeat_the_password() {
    let app = TestApp::start().await;
    let admin = app.sign_in("quantri").await;
    let path = format!("/api/v1/people/{}/reset-password", app.person("congchuc.an").await);
    let ask =
        async || admin.json(poem::http::Method::POST, &path, &[("idempotency-key", "k1")], json!({})).await.expect(200).json();
    let (first, second) = (ask().await, ask().await);
    assert!(first["one_time_password"].is_string());
    assert!(second.get("one_time_password").is_none_or(serde_json::Value::is_null), "{second}");
    try_sign_in(&app, "congchuc.an", first["one_time_password"].as_str().unwrap()).await.expect(200);
}

#[tokio::test]
async fn a_disabled_person_is_out_with_the_next_request() {
    let app = TestApp::start().await;
    let (admin, person) = (app.sign_in("quantri").await, app.sign_in("congchuc.an").await);
    let path = format!("/api/v1/people/{}", app.person("congchuc.an").await);
    person.get("/api/v1/me").await.expect(200);
    admin.patch(&path, "\"1\"", json!({"disabled": true})).await.expect(200);
    person.get("/api/v1/me").await.expect(401);
    try_sign_in(&app, "congchuc.an", api::sample::PASSWORD).await.expect(401);
    admin.patch(&path, "\"2\"", json!({"disabled": false})).await.expect(200);
    try_sign_in(&app, "congchuc.an", api::sample::PASSWORD).await.expect(200);
    let own = format!("/api/v1/people/{}", app.person("quantri").await);
    assert_eq!(admin.patch(&own, "\"1\"", json!({"disabled": true})).await.expect(409).code(), "disable_self");
}

/// A body that gives a role.
async fn grant(app: &TestApp, login: &str, role: &str, unit: &str) -> serde_json::Value {
    json!({"person_id": app.person(login).await, "role": role, "unit_id": app.unit(unit).await, "span": "subtree", "reason": "Phân công"})
}

#[tokio::test]
async fn roles_are_given_below_the_ceiling_never_to_oneself_and_never_against_separation() {
    let app = TestApp::start().await;
    let root = app.sign_in("quantri").await;
    for (login, role, unit, code) in [
        ("congchuc.an", "verifier", "MAU-01", "role_not_assignable"),
        ("quantri", "head", "MAU-01", "grant_to_self"),
        ("hethong", "head", "MAU-01", "roles_incompatible"),
        ("chutich.an", "system_admin", "MAU", "roles_incompatible"),
        ("chutich.an", "head", "MAU-01", "role_held_already"),
    ] {
        assert_eq!(
            root.post("/api/v1/assignments", grant(&app, login, role, unit).await).await.expect(409).code(),
            code,
            "{login} {role}"
        );
    }
    // A commune's own administration, made by the root's.
    let body = json!({"full_name": "Quản trị xã An Mẫu", "unit_id": app.unit("MAU-01").await, "login": "quantri.an"});
    let made = root.post("/api/v1/people", body).await.expect(201).json();
    let new = json!({"person_id": made["id"], "role": "business_admin", "unit_id": app.unit("MAU-01").await, "span": "subtree", "reason": "Giao quản trị"});
    root.post("/api/v1/assignments", new).await.expect(201);
    let token = try_sign_in(&app, "quantri.an", made["one_time_password"].as_str().unwrap()).await.expect(200).json()["token"]
        .as_str()
        .unwrap()
        .to_owned();
    let commune = app.client().with_token(&token);
    let own = json!({"password": made["one_time_password"], "new_password": "mat-khau-quan-tri-an"});
    commune.post("/api/v1/me/password", own).await.expect(204);

    assert_eq!(
        commune
            .post("/api/v1/assignments", grant(&app, "congchuc.an", "ordering_authority", "MAU-01").await)
            .await
            .expect(409)
            .code(),
        "grant_above_ceiling"
    );
    commune.post("/api/v1/assignments", grant(&app, "congchuc.an", "registrar", "MAU-02").await).await.expect(422);
    commune.post("/api/v1/assignments", grant(&app, "congchuc.binh", "registrar", "MAU-01").await).await.expect(422);
    let given = commune.post("/api/v1/assignments", grant(&app, "congchuc.an", "registrar", "MAU-01").await).await.expect(201);
    // The head also orders inspections: above this administration's ceiling, so is their password.
    let reset = format!("/api/v1/people/{}/reset-password", app.person("chutich.an").await);
    assert_eq!(commune.post(&reset, json!({})).await.expect(409).code(), "grant_above_ceiling");

    let clerk = app.sign_in("congchuc.an").await;
    clerk.get("/api/v1/me").await.expect(200);
    let end = format!("/api/v1/assignments/{}/end", given.id());
    commune.post_at(&end, &given.etag(), json!({"reason": " "})).await.expect(422);
    commune.post_at(&end, &given.etag(), json!({"reason": "Chuyển công tác"})).await.expect(200);
    let me = clerk.get("/api/v1/me").await.expect(200).json();
    assert!(
        me["assignments"].as_array().unwrap().iter().all(|held| held["role"] != "registrar"),
        "ended roles stop with the next request"
    );
    commune.post_at(&end, &given.etag(), json!({"reason": "Lần nữa"})).await.expect(412);
}

#[tokio::test]
async fn memberships_are_added_within_scope_and_ended_with_a_last_day() {
    let app = TestApp::start().await;
    let admin = app.sign_in("quantri").await;
    let path = format!("/api/v1/people/{}/memberships", app.person("congchuc.an").await);
    let body = json!({"unit_id": app.unit("MAU-04").await, "position": "Biệt phái", "valid_from": "2026-12-01"});
    let made = admin.post(&path, body.clone()).await.expect(201);
    assert_eq!(made.json()["unit_name"], "Xã Đông Mẫu");
    assert_eq!(admin.post(&path, body).await.expect(422).json()["errors"][0]["code"], "belongs_already");
    let end = format!("/api/v1/memberships/{}/end", made.id());
    admin.post_at(&end, "\"1\"", json!({"last_day": "2026-11-30"})).await.expect(422);
    let ended = admin.post_at(&end, "\"1\"", json!({"last_day": "2027-01-31"})).await.expect(200).json();
    assert_eq!(ended["valid_to"], "2027-01-31");
    app.sign_in("chutich.an").await.post(&path, json!({"unit_id": app.unit("MAU-01").await})).await.expect(403);
}

#[tokio::test]
async fn a_token_may_less_than_its_owner_and_shows_its_secret_once() {
    let app = TestApp::start().await;
    let client = app.sign_in("truongdoan").await;
    let ask = |permissions: serde_json::Value, days: u32| json!({"name": "Kịch bản", "permissions": permissions, "days": days});
    let wrong = client.post("/api/v1/tokens", ask(json!(["manage_units"]), 366)).await.expect(422).json();
    let codes: Vec<_> = wrong["errors"].as_array().unwrap().iter().map(|e| e["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["beyond_own", "out_of_range"]);
    let made = client.post("/api/v1/tokens", ask(json!(["read_reference"]), 30)).await.expect(201);
    let secret = made.json()["secret"].as_str().unwrap().to_owned();
    assert!(secret.starts_with("chuan_"));
    let script = app.client().with_token(&secret);
    script.get("/api/v1/units").await.expect(200);
    script.get("/api/v1/me").await.expect(403);
    let listed = client.get("/api/v1/tokens").await.expect(200).text();
    assert!(!listed.contains(&secret));
    client.post(&format!("/api/v1/tokens/{}/revoke", made.id()), json!({})).await.expect(204);
    script.get("/api/v1/units").await.expect(401);
    let later = client.post("/api/v1/tokens", ask(json!(["read_reference"]), 1)).await.expect(201).json()["secret"]
        .as_str()
        .unwrap()
        .to_owned();
    app.set_time("2026-11-17T02:00:01Z");
    app.client().with_token(&later).get("/api/v1/units").await.expect(401);
}

#[tokio::test]
async fn ten_wrong_passwords_stop_a_login_for_a_quarter_of_an_hour() {
    let app = TestApp::start().await;
    for _ in 0..10 {
        try_sign_in(&app, "thanhvien", "sai-mat-khau").await.expect(401);
    }
    let refused = try_sign_in(&app, "thanhvien", api::sample::PASSWORD).await.expect(429);
    assert_eq!((refused.code(), refused.header("retry-after")), ("rate_limited".into(), "900".into()));
    try_sign_in(&app, "truongdoan", api::sample::PASSWORD).await.expect(200);
    app.set_time("2026-11-16T02:15:01Z");
    try_sign_in(&app, "thanhvien", api::sample::PASSWORD).await.expect(200);
}

#[tokio::test]
async fn the_desk_adds_a_person_gives_a_role_and_shows_the_password_once() {
    let app = TestApp::start().await;
    let admin = app.browse("quantri").await;
    let unit = app.unit("MAU-04").await;
    let fields = [("full_name", "Cán bộ mới"), ("unit_id", unit.as_str()), ("login", "moi")];
    let shown = admin.fill("/nhan-su/moi", "/nhan-su", &fields).await.expect(200).text();
    assert!(shown.contains("Mật khẩu dùng một lần"), "{shown}");
    let again = admin.fill("/nhan-su/moi", "/nhan-su", &[("full_name", ""), ("email", "x")]).await.expect(422).text();
    assert!(again.contains("Chưa nhập") && again.contains("thư điện tử"), "{again}");
    let id = app.person("moi").await;
    let (page, act) = (format!("/nhan-su/{id}"), format!("/nhan-su/{id}/vai-tro"));
    admin.fill(&page, &act, &[("role", "head"), ("unit_id", &unit), ("span", "own")]).await.expect(422);
    admin.fill(&page, &act, &[("role", "head"), ("unit_id", &unit), ("span", "own"), ("reason", "Bổ nhiệm")]).await.expect(303);
    let html = admin.get(&page).await.expect(200).text();
    assert!(html.contains("Người đứng đầu") && !html.contains("Mật khẩu dùng một lần"), "{html}");
    assert!(admin.get("/nhan-su?q=can%20bo%20moi").await.expect(200).text().contains("Cán bộ mới"));
    app.browse("congchuc.an").await.get("/nhan-su").await.expect(403);
}

#[tokio::test]
async fn ones_own_account_page_changes_the_password_and_makes_a_token() {
    let app = TestApp::start().await;
    let client = app.browse("truongdoan").await;
    let wrong = client
        .fill("/tai-khoan", "/tai-khoan/mat-khau", &[("password", "sai"), ("new_password", "ngan")])
        .await
        .expect(422)
        .text();
    assert!(wrong.contains("Mật khẩu hiện tại không đúng") && !wrong.contains("value=\"sai\""), "{wrong}");
    let made = client
        .fill("/tai-khoan", "/tai-khoan/ma", &[("name", "Thử"), ("days", "30"), ("permissions/read_reference", "yes")])
        .await
        .expect(200)
        .text();
    assert!(made.contains("chuan_"));
    let new = [("password", api::sample::PASSWORD), ("new_password", "mat-khau-moi-2026")];
    client.fill("/tai-khoan", "/tai-khoan/mat-khau", &new).await.expect(303);
    client.get("/tai-khoan").await.expect(200);
}

#[tokio::test]
async fn the_command_line_makes_the_first_administrator_and_an_installation_knows_that_nobody_is_there_yet() {
    use api::people::founding::{self, Founder};
    use domain::permission::Role;
    let app = TestApp::start().await;
    assert!(!api::people::nobody_yet(app.app.store.read()).await.unwrap());
    let founder = |login: &str, role| Founder {
        login: login.to_owned(),
        name: "Người đầu tiên".to_owned(),
        email: None,
        password: None,
        role: Some(role),
        unit: Some("MAU".to_owned()),
    };
    let password = founding::create_person(&app.app.store, founder("dautien", Role::BusinessAdmin)).await.unwrap().unwrap();
    let answer =
        app.client().form("/dang-nhap", &[("login", "dautien"), ("password", &password), ("next", "/don-vi")]).await.expect(303);
    assert_eq!(answer.header("location"), "/tai-khoan", "a password someone else knows is changed first");
    assert!(
        founding::grant(&app.app.store, "dautien", Role::SystemAdmin, "MAU", None).await.is_err(),
        "separation of duties holds here too"
    );
    assert!(founding::create_person(&app.app.store, founder("dautien", Role::BusinessAdmin)).await.is_err(), "taken");
}
