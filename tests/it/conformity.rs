//! Declarations of conformity: from the draft to the announced decision, and what must never happen.

use domain::conformity::{DeclarationFact, DeclarationKind, DeclarationState};
use domain::document::{DocumentKind, DocumentState, RequestSource, RevisionState, TextForm};
use domain::permission::{Role, Span};
use entities::{conformity_certificate, conformity_declaration, conformity_fact, conformity_line, document, event, revision};
use poem::http::Method;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _,
};
use serde_json::{Value as Json, json};
use tests::{Answer, Client, TestApp};

use crate::documents::{HEAD, SECRETARY, act as on_revision, amend, decision, in_force as procedure};
use crate::support::{person_id, unit_id};

const LIST: &str = "/api/v1/conformity-declarations";

fn path(id: &str) -> String {
    format!("{LIST}/{id}")
}

/// What is wrong: places and codes.
fn faults(answer: &Answer) -> String {
    let errors = answer.json()["errors"].as_array().cloned().unwrap_or_default();
    let said = |one: &Json| format!("{} {}", one["pointer"].as_str().unwrap(), one["code"].as_str().unwrap());
    errors.iter().map(said).collect::<Vec<_>>().join(", ")
}

async fn begin(app: &TestApp) -> String {
    app.sign_in(SECRETARY).await.post(LIST, json!({})).await.expect(201).id()
}

async fn act(client: &Client, id: &str, verb: &str, body: Json) -> Answer {
    let etag = client.get(&path(id)).await.expect(200).etag();
    client.post_at(&format!("{}/{verb}", path(id)), &etag, body).await
}

async fn put(client: &Client, id: &str, what: &str, body: Json) -> Answer {
    let etag = client.get(&path(id)).await.expect(200).etag();
    client.json(Method::PUT, &format!("{}{what}", path(id)), &[("if-match", &etag)], body).await
}

/// The texts of a declaration as they are, with some changed.
async fn texts(client: &Client, id: &str, change: &[(&str, Json)]) -> Json {
    let now = client.get(&path(id)).await.expect(200).json();
    let grounds: Vec<&Json> = now["grounds"].as_array().unwrap().iter().map(|one| &one["text"]).collect();
    let mut body = json!({
        "kind": now["kind"], "reason": now["reason"], "standard_id": now["standard_id"], "unit_name": now["unit_name"],
        "address": "Số 01 đường Mẫu, xã An Mẫu", "statement": now["statement"], "grounds": grounds});
    for (name, value) in change {
        body[*name] = value.clone();
    }
    body
}

async fn submitted(app: &TestApp) -> String {
    let id = begin(app).await;
    let secretary = app.sign_in(SECRETARY).await;
    put(&secretary, &id, "", texts(&secretary, &id, &[]).await).await.expect(200);
    act(&secretary, &id, "submit", json!({})).await.expect(200);
    id
}

async fn signed(app: &TestApp) -> String {
    let id = submitted(app).await;
    act(&app.sign_in(HEAD).await, &id, "sign", json!({})).await.expect(200);
    id
}

fn today(app: &TestApp) -> String {
    domain::time::vn_date(app.clock.now()).to_string()
}

async fn declared(app: &TestApp, number: i32) -> String {
    let id = signed(app).await;
    let body = json!({"number": number, "symbol": "UBND", "issued_on": today(app)});
    act(&app.sign_in(HEAD).await, &id, "register", body).await.expect(200);
    id
}

async fn announce(app: &TestApp, id: &str) {
    let body = json!({"fact": "announced", "on": today(app), "address": "https://anmau.example.vn/cong-bo"});
    app.sign_in(SECRETARY).await.post(&format!("{}/facts", path(id)), body).await.expect(200);
}

async fn withdrawn(app: &TestApp, revision: &str) {
    let gone = json!({"decision": "41/QĐ-UBND", "reason": "Bãi bỏ thủ tục."});
    on_revision(&app.sign_in(HEAD).await, revision, "withdraw", gone).await.expect(200);
}

async fn scope(client: &Client, id: &str) -> Json {
    client.get(&format!("{}/scope", path(id))).await.expect(200).json()
}

fn titles(list: &Json) -> Vec<String> {
    list.as_array().unwrap().iter().map(|one| one["title"].as_str().unwrap().to_owned()).collect()
}

async fn standing(app: &TestApp) -> Json {
    let unit = app.unit("MAU-01").await;
    app.sign_in(SECRETARY).await.get(&format!("/api/v1/conformity-units/{unit}")).await.expect(200).json()
}

/// `change title since` of what has moved.
fn moved(standing: &Json) -> Vec<String> {
    let said = |one: &Json| {
        format!("{} {} {}", one["change"].as_str().unwrap(), one["title"].as_str().unwrap(), one["since"].as_str().unwrap())
    };
    standing["moved"].as_array().unwrap().iter().map(said).collect()
}

#[tokio::test]
async fn a_unit_declares_from_the_proposal_to_the_announced_decision() {
    let app = TestApp::start().await;
    procedure(&app, "Đăng ký khai sinh").await;
    let (left_out, _) = procedure(&app, "Chứng thực bản sao").await;
    let (secretary, head) = (app.sign_in(SECRETARY).await, app.sign_in(HEAD).await);
    head.post(LIST, json!({})).await.expect(403);
    let made = secretary.post(LIST, json!({})).await.expect(201);
    let (id, found) = (made.id(), made.json());
    assert_eq!((found["kind"].as_str(), found["standard"].as_str()), (Some("first"), Some("TCVN ISO 9001:2015")));
    assert_eq!((found["state"].as_str(), found["lines"].as_u64()), (Some("draft"), Some(2)));
    assert_eq!(found["unit_name"], "Ủy ban nhân dân xã An Mẫu");
    let trust: Vec<&str> = found["grounds"].as_array().unwrap().iter().map(|one| one["trust"].as_str().unwrap()).collect();
    assert!(trust.contains(&"unverified") && trust.contains(&"verified_secondary"), "{trust:?}");
    assert_eq!(secretary.post(LIST, json!({})).await.expect(409).code(), "declaration_open");

    // Gaps are named at once, on submitting.
    let gaps = texts(&secretary, &id, &[("address", json!(" ")), ("statement", json!("")), ("grounds", json!([]))]).await;
    put(&secretary, &id, "", gaps).await.expect(200);
    let refused = act(&secretary, &id, "submit", json!({})).await.expect(422);
    assert_eq!(faults(&refused), "/address required, /statement required, /grounds required");
    let again =
        texts(&secretary, &id, &[("kind", json!("again")), ("statement", json!("Phù hợp.")), ("grounds", json!(["Căn cứ"]))])
            .await;
    put(&secretary, &id, "", again).await.expect(200);
    let refused = act(&secretary, &id, "submit", json!({})).await.expect(422);
    assert_eq!(faults(&refused), "/reason required, /earlier_decision required");
    put(&secretary, &id, "", texts(&secretary, &id, &[("kind", json!("first"))]).await).await.expect(200);

    // A procedure is left out with a reason.
    let wrong = json!({"left_out": [{"document_id": left_out, "reason": " "}, {"document_id": found["id"], "reason": "x"}]});
    let refused = put(&secretary, &id, "/left-out", wrong).await.expect(422);
    assert_eq!(faults(&refused), "/left_out/0/reason required, /left_out/1/document_id not_in_scope");
    let out = json!({"left_out": [{"document_id": left_out, "reason": "Chuyển cho văn phòng công chứng."}]});
    let fresh = put(&secretary, &id, "/left-out", out).await.expect(200);
    assert_eq!(fresh.json()["lines"], 1);
    let seen = scope(&secretary, &id).await;
    assert_eq!(
        (titles(&seen["items"]), titles(&seen["left_out"])),
        (vec!["Đăng ký khai sinh".to_owned()], vec!["Chứng thực bản sao".to_owned()])
    );

    // Handed in, given back, handed in, signed by another person.
    act(&secretary, &id, "submit", json!({})).await.expect(200);
    put(&secretary, &id, "", texts(&secretary, &id, &[]).await).await.expect(409);
    act(&secretary, &id, "sign", json!({})).await.expect(403);
    assert_eq!(faults(&act(&head, &id, "return", json!({"reason": " "})).await.expect(422)), "/reason required");
    let back = act(&head, &id, "return", json!({"reason": "Thiếu căn cứ của tỉnh."})).await.expect(200);
    assert_eq!(back.json()["state"], "draft");
    act(&secretary, &id, "submit", json!({})).await.expect(200);
    let stale = head.post_at(&format!("{}/sign", path(&id)), "\"1\"", json!({})).await.expect(412);
    assert_eq!(stale.code(), "stale");
    let done = act(&head, &id, "sign", json!({})).await.expect(200).json();
    assert_eq!((done["state"].as_str(), done["line_count"].as_i64()), (Some("signed"), Some(1)));

    // The number makes it hold; it is of the same series as the decisions that issue documents.
    app.sign_in("vanthu").await.get(&path(&id)).await.expect(404);
    let number = |number: i32, on: &str| json!({"number": number, "symbol": "UBND", "issued_on": on});
    assert_eq!(
        faults(&act(&head, &id, "register", number(0, "2026-11-15")).await.expect(422)),
        "/number number_out_of_range, /issued_on before_signing"
    );
    let (_, other) = procedure(&app, "Đăng ký giám hộ").await;
    let _ = other;
    let issued = amend(&app, &left_out, "Phạm vi khác.").await;
    head.post("/api/v1/issue-decisions", decision("05/QĐ-UBND", "2026-11-16", &[(&issued, "2026-12-16")])).await.expect(200);
    assert_eq!(faults(&act(&head, &id, "register", number(5, "2026-11-16")).await.expect(422)), "/number number_taken");
    let done = act(&head, &id, "register", number(6, "2026-11-16")).await.expect(200).json();
    assert_eq!((done["state"].as_str(), done["symbol"].as_str()), (Some("in_force"), Some("QĐ-UBND")));

    // What has to be done with it, each on its day.
    let facts = format!("{}/facts", path(&id));
    let early = json!({"fact": "posted", "on": "2026-11-15"});
    assert_eq!(faults(&secretary.post(&facts, early).await.expect(422)), "/on before_decision");
    let wrong = json!({"fact": "announced", "on": "2026-11-17", "address": "anmau.example.vn"});
    assert_eq!(faults(&secretary.post(&facts, wrong).await.expect(422)), "/on not_yet_happened, /address web_address_form");
    assert_eq!(
        faults(&secretary.post(&facts, json!({"fact": "sent", "on": "2026-11-16"})).await.expect(422)),
        "/recipient required, /number required"
    );
    let waiting = async || {
        let list = app.sign_in(SECRETARY).await.get("/api/v1/work").await.expect(200).json();
        let verbs = list["items"].as_array().unwrap().iter().filter(|one| one["kind"] == "conformity_declaration");
        verbs.map(|one| one["verb"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(waiting().await, ["renew_declaration", "announce_declaration", "post_declaration", "send_declaration"]);
    announce(&app, &id).await;
    secretary.post(&facts, json!({"fact": "posted", "on": "2026-11-16"})).await.expect(200);
    let sent = json!({"fact": "sent", "on": "2026-11-16", "recipient": "Sở Khoa học và Công nghệ", "number": "45/UBND"});
    let kept = secretary.post(&facts, sent).await.expect(200).json();
    assert_eq!(kept["recorded_by_id"].as_str(), Some(app.person(SECRETARY).await.as_str()));
    // A procedure came into force before the number was given: that is what still waits.
    assert_eq!(waiting().await, ["renew_declaration"]);
    let kinds: Vec<String> = event::Entity::find()
        .filter(event::Column::SubjectId.eq(id.parse::<uuid::Uuid>().unwrap()))
        .all(app.app.store.read())
        .await
        .unwrap()
        .into_iter()
        .map(|one| one.kind)
        .collect();
    for kind in ["created", "saved", "scoped", "submitted", "returned", "signed", "in_force", "announced", "posted", "sent"] {
        assert!(kinds.contains(&format!("conformity.{kind}")), "{kind} in {kinds:?}");
    }
}

#[tokio::test]
async fn the_annex_is_live_until_it_is_handed_in_and_frozen_once_it_is_signed() {
    let app = TestApp::start().await;
    procedure(&app, "Đăng ký khai sinh").await;
    let id = submitted(&app).await;
    let (secretary, head) = (app.sign_in(SECRETARY).await, app.sign_in(HEAD).await);
    procedure(&app, "Đăng ký kết hôn").await;
    let seen = secretary.get(&path(&id)).await.expect(200).json();
    assert_eq!((seen["lines"].as_u64(), seen["scope_moved"].as_bool()), (Some(2), Some(true)));
    assert_eq!(act(&head, &id, "sign", json!({})).await.expect(409).code(), "scope_moved");
    act(&head, &id, "return", json!({"reason": "Có quy trình mới."})).await.expect(200);
    act(&secretary, &id, "submit", json!({})).await.expect(200);
    act(&head, &id, "sign", json!({})).await.expect(200);
    let (first, _) = procedure(&app, "Đăng ký khai tử").await;
    let frozen = scope(&secretary, &id).await;
    assert_eq!(titles(&frozen["items"]), ["Đăng ký khai sinh", "Đăng ký kết hôn"]);
    let out = json!({"left_out": [{"document_id": first, "reason": "Không áp dụng."}]});
    assert_eq!(put(&secretary, &id, "/left-out", out).await.expect(409).code(), "wrong_state");
    put(&secretary, &id, "", texts(&secretary, &id, &[]).await).await.expect(409);
    assert_eq!(scope(&secretary, &id).await, frozen);
}

#[tokio::test]
async fn who_prepared_a_declaration_does_not_sign_it() {
    let app = TestApp::start().await;
    procedure(&app, "Đăng ký khai sinh").await;
    crate::documents::keeps(&app, HEAD, "MAU-01", Span::Subtree).await;
    let id = begin(&app).await;
    let (secretary, head) = (app.sign_in(SECRETARY).await, app.sign_in(HEAD).await);
    // The head saves it once: that makes them an author, whoever hands it in.
    put(&head, &id, "", texts(&head, &id, &[]).await).await.expect(200);
    act(&secretary, &id, "submit", json!({})).await.expect(200);
    assert_eq!(act(&head, &id, "sign", json!({})).await.expect(403).code(), "own_text");
    // The control: a declaration they had no hand in.
    act(&head, &id, "cancel", json!({"reason": "Soạn lại."})).await.expect(200);
    signed(&app).await;
}

#[tokio::test]
async fn a_unit_has_one_declaration_in_force_whatever_happens_at_once() {
    let app = TestApp::start().await;
    let (_, revision) = procedure(&app, "Đăng ký khai sinh").await;
    let first = declared(&app, 5).await;
    procedure(&app, "Đăng ký kết hôn").await;
    let second = submitted(&app).await;
    let head = app.sign_in(HEAD).await;
    let etag = head.get(&path(&second)).await.expect(200).etag();
    let at_once = async |verb: &str, etag: &str, body: Json| {
        let at = format!("{}/{verb}", path(&second));
        let (one, two) = tokio::join!(head.post_at(&at, etag, body.clone()), head.post_at(&at, etag, body.clone()));
        let mut found = [one.status.as_u16(), two.status.as_u16()];
        found.sort_unstable();
        found
    };
    assert_eq!(at_once("sign", &etag, json!({})).await, [200, 412]);
    let lines =
        conformity_line::Entity::find().filter(conformity_line::Column::DeclarationId.eq(second.parse::<uuid::Uuid>().unwrap()));
    assert_eq!(lines.count(app.app.store.read()).await.unwrap(), 2, "frozen once");
    let etag = head.get(&path(&second)).await.expect(200).etag();
    let body = json!({"number": 9, "symbol": "QĐ-UBND", "issued_on": "2026-11-16"});
    assert_eq!(at_once("register", &etag, body).await, [200, 412]);
    let (old, new) = (head.get(&path(&first)).await.json(), head.get(&path(&second)).await.json());
    assert_eq!((old["state"].as_str(), new["state"].as_str()), (Some("replaced"), Some("in_force")));
    assert_eq!((old["successor_id"].as_str(), new["predecessor_id"].as_str()), (Some(second.as_str()), Some(first.as_str())));
    assert_eq!(new["reason"], "wider", "as the comparison proposed");

    // The database itself refuses a second, whatever the program does; and nothing else.
    let db = app.app.store.read();
    let set = async |state: &str| {
        let statement = format!("UPDATE conformity_declaration SET state = '{state}' WHERE state = 'replaced'");
        db.execute_unprepared(&statement).await.is_ok()
    };
    assert!(!set("in_force").await);
    assert!(set("withdrawn").await, "the control: another state is no matter of the index");
    let open = begin(&app).await;
    let copy = conformity_declaration::Entity::find_by_id(open.parse::<domain::id::ConformityDeclarationId>().unwrap());
    let copy = copy.one(db).await.unwrap().unwrap();
    let another = |unit| {
        let row = conformity_declaration::Model { id: app.clock.id().into(), unit_id: unit, ..copy.clone() };
        sea_orm::IntoActiveModel::into_active_model(row).reset_all().insert(db)
    };
    assert!(another(copy.unit_id).await.is_err(), "one on its way");
    assert!(another(unit_id(&app, "MAU-02").await).await.is_ok(), "the control: of another unit");

    // Withdrawn, the unit has none.
    let gone = json!({"decision": "50/QĐ-UBND ngày 16/11/2026", "reason": "Đơn vị giải thể."});
    assert_eq!(
        faults(&act(&head, &second, "withdraw", json!({"decision": "", "reason": ""})).await.expect(422)),
        "/decision required, /reason required"
    );
    act(&app.sign_in(SECRETARY).await, &second, "withdraw", gone.clone()).await.expect(403);
    act(&head, &second, "withdraw", gone).await.expect(200);
    assert_eq!(standing(&app).await["declaration_id"], Json::Null);
    withdrawn(&app, &revision).await;
}

#[tokio::test]
async fn the_scope_is_compared_with_the_declaration_in_force() {
    let app = TestApp::start().await;
    let secretary = app.sign_in(SECRETARY).await;
    let (birth, _) = procedure(&app, "Đăng ký khai sinh").await;
    let (_, marriage) = procedure(&app, "Đăng ký kết hôn").await;
    let (guard, _) = procedure(&app, "Đăng ký giám hộ").await;
    let tthc = |code: &str| {
        json!({"code": code, "title": "Đăng ký khai sinh", "field_name": "Hộ tịch", "level_code": "commune",
            "valid_from": "2025-07-01", "last_change": "new", "changed_on": "2025-07-01"})
    };
    let link = async |document: &str, code: &str| {
        let secretary = app.sign_in(SECRETARY).await;
        let made = secretary.post("/api/v1/administrative-procedures", tthc(code)).await.expect(201).id();
        let body = json!({"kind": "administrative_procedure", "target_id": made});
        secretary.post(&format!("/api/v1/procedures/{document}/links"), body).await.expect(200).id()
    };
    link(&birth, "1.001193.000.00.00.H55").await;
    let first = declared(&app, 5).await;
    let lines = scope(&secretary, &first).await;
    assert_eq!(lines["items"][0]["national_codes"], json!(["1.001193.000.00.00.H55"]));
    assert_eq!(moved(&standing(&app).await), Vec::<String>::new());

    // A revision is said but moves nothing; another TTHC, an addition and a removal do.
    app.set_time("2026-11-18T02:00:00Z");
    let revised = amend(&app, &guard, "Trung tâm Phục vụ hành chính công phường.").await;
    let head = app.sign_in(HEAD).await;
    head.post("/api/v1/issue-decisions", decision("12/QĐ-UBND", "2026-11-18", &[(&revised, "2026-11-18")])).await.expect(200);
    let now = standing(&app).await;
    assert_eq!((moved(&now).len(), titles(&now["revised"])), (0, vec!["Đăng ký giám hộ".to_owned()]));
    app.set_time("2026-11-19T02:00:00Z");
    link(&birth, "1.000894").await;
    assert_eq!(moved(&standing(&app).await), ["changed Đăng ký khai sinh 2026-11-19"]);
    app.set_time("2026-11-20T02:00:00Z");
    withdrawn(&app, &marriage).await;
    procedure_on(&app, "Đăng ký khai tử", "2026-11-20").await;
    let now = standing(&app).await;
    let expected =
        ["changed Đăng ký khai sinh 2026-11-19", "removed Đăng ký kết hôn 2026-11-20", "added Đăng ký khai tử 2026-11-20"];
    assert_eq!(moved(&now), expected);

    // The draft says the same of itself, with the reason it speaks for.
    let id = begin(&app).await;
    let draft = app.sign_in(SECRETARY).await.get(&path(&id)).await.expect(200).json();
    assert_eq!((draft["kind"].as_str(), draft["reason"].as_str()), (Some("again"), Some("adjusted")));
    assert_eq!(draft["proposed_reason"], "adjusted");
    let seen = scope(&app.sign_in(SECRETARY).await, &id).await;
    let changes: Vec<&str> = seen["items"].as_array().unwrap().iter().map(|one| one["change"].as_str().unwrap_or("-")).collect();
    assert_eq!((changes, titles(&seen["removed"])), (vec!["changed", "revised", "added"], vec!["Đăng ký kết hôn".to_owned()]));

    // What is left out of it on purpose moves nothing afterwards.
    let secretary = app.sign_in(SECRETARY).await;
    let added = seen["items"][2]["document_id"].clone();
    let out = json!({"left_out": [{"document_id": added, "reason": "Chưa đủ điều kiện."}]});
    put(&secretary, &id, "/left-out", out).await.expect(200);
    // A reason that the comparison contradicts is not handed in.
    put(&secretary, &id, "", texts(&secretary, &id, &[("reason", json!("wider"))]).await).await.expect(200);
    assert_eq!(faults(&act(&secretary, &id, "submit", json!({})).await.expect(422)), "/reason reason_against_scope");
    put(&secretary, &id, "", texts(&secretary, &id, &[("reason", json!("adjusted"))]).await).await.expect(200);
    act(&secretary, &id, "submit", json!({})).await.expect(200);
    let head = app.sign_in(HEAD).await;
    act(&head, &id, "sign", json!({})).await.expect(200);
    act(&head, &id, "register", json!({"number": 6, "symbol": "UBND", "issued_on": "2026-11-20"})).await.expect(200);
    assert_eq!(moved(&standing(&app).await), Vec::<String>::new());
    // The old one keeps its own annex.
    assert_eq!(scope(&secretary, &first).await["items"], lines["items"]);
}

/// A procedure in force from a day that is not the first of the tests.
async fn procedure_on(app: &TestApp, title: &str, on: &str) -> (String, String) {
    let document = crate::documents::document_of(app, title).await;
    let id = amend(app, &document, "Trung tâm Phục vụ hành chính công xã.").await;
    let body = decision(&format!("QĐ {title}"), on, &[(&id, on)]);
    app.sign_in(HEAD).await.post("/api/v1/issue-decisions", body).await.expect(200);
    (document, id)
}

#[tokio::test]
async fn a_moved_scope_is_work_and_is_reminded_of_when_it_moves_on_its_day_and_weekly() {
    let app = TestApp::start().await;
    procedure(&app, "Đăng ký khai sinh").await;
    declared(&app, 5).await;
    app.run_jobs().await;
    procedure(&app, "Đăng ký kết hôn").await;
    let work = async |login: &str| {
        let list = app.sign_in(login).await.get("/api/v1/work").await.expect(200).json();
        let rows = list["items"].as_array().unwrap().clone();
        rows.into_iter().find(|one| one["verb"] == "renew_declaration")
    };
    let row = work(SECRETARY).await.unwrap();
    assert_eq!((row["due_on"].as_str(), row["count"].as_i64()), (Some("2026-12-01"), Some(1)), "ten working days, 24/11 is off");
    assert!(work(HEAD).await.is_some() && work("congchuc.an").await.is_none() && work("chutich.binh").await.is_none());
    let secretary = person_id(&app, SECRETARY).await;
    let mut expected = Vec::new();
    for (on, stage) in [
        ("2026-11-16", "before_10"),
        ("2026-11-20", ""),
        ("2026-12-01", "due"),
        ("2026-12-03", ""),
        ("2026-12-08", "overdue_5"),
        ("2026-12-15", "overdue_10"),
    ] {
        app.set_time(&format!("{on}T02:00:00Z"));
        api::jobs::plan(&app.app).await.unwrap();
        app.run_jobs().await;
        expected.extend((!stage.is_empty()).then_some(stage.to_owned()));
        let rows = entities::reminder::Entity::find()
            .filter(entities::reminder::Column::Rule.eq("renew_declaration"))
            .filter(entities::reminder::Column::PersonId.eq(secretary))
            .all(app.app.store.read())
            .await
            .unwrap();
        let mut found: Vec<String> = rows.into_iter().map(|row| row.stage).collect();
        found.sort_by_key(|stage| expected.iter().position(|known| known == stage));
        assert_eq!(found, expected, "{on}");
    }
    let head = person_id(&app, HEAD).await;
    let late = api::conformity::duties(app.app.store.read(), "2026-12-08".parse().unwrap()).await.unwrap();
    assert!(late[0].people.contains(&head) && late[0].people.contains(&secretary), "the head once it is late");
    let early = api::conformity::duties(app.app.store.read(), "2026-11-20".parse().unwrap()).await.unwrap();
    assert_eq!(early[0].people, [secretary]);
    // Declared again, it is over.
    declared(&app, 6).await;
    assert!(api::conformity::duties(app.app.store.read(), "2026-12-15".parse().unwrap()).await.unwrap().is_empty());
    assert!(work(SECRETARY).await.is_none());
}

async fn paper(app: &TestApp, client: &Client, id: &str, part: &str) -> Json {
    let asked = client.post(&format!("{}/papers", path(id)), json!({"part": part})).await.expect(201);
    assert_eq!(asked.json()["state"], "queued");
    client.get(&format!("/api/v1/conformity-papers/{}/content", asked.id())).await.expect(409);
    app.run_jobs().await;
    let paper = client.get(&format!("/api/v1/conformity-papers/{}", asked.id())).await.expect(200).json();
    assert_eq!(paper["state"], "ready", "{paper}");
    paper
}

#[tokio::test]
async fn papers_are_drafts_until_the_signature_and_the_same_bytes_ever_after() {
    let app = TestApp::start().await;
    procedure(&app, "Đăng ký khai sinh").await;
    let id = submitted(&app).await;
    let (secretary, head) = (app.sign_in(SECRETARY).await, app.sign_in(HEAD).await);
    let draft = paper(&app, &secretary, &id, "decision").await;
    assert_eq!(draft["draft"], true);
    act(&head, &id, "sign", json!({})).await.expect(200);
    let unnumbered = paper(&app, &secretary, &id, "decision").await;
    assert_eq!(unnumbered["draft"], false);
    act(&head, &id, "register", json!({"number": 5, "symbol": "UBND", "issued_on": "2026-11-16"})).await.expect(200);
    app.run_jobs().await;
    let list = secretary.get(&format!("{}/papers", path(&id))).await.expect(200).json();
    let newest: Vec<(&str, &str)> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .take(3)
        .map(|one| (one["part"].as_str().unwrap(), one["state"].as_str().unwrap()))
        .collect();
    assert_eq!(newest, [("annex", "ready"), ("statement", "ready"), ("decision", "ready")], "set with the number by themselves");
    let numbered = list["items"][2]["sha256"].clone();
    assert!(numbered != draft["sha256"] && numbered != unnumbered["sha256"]);
    // A month later, under another name of the unit, the same bytes.
    app.set_time("2026-12-16T02:00:00Z");
    let renamed = entities::unit::ActiveModel {
        id: Set(unit_id(&app, "MAU-01").await),
        name: Set("Xã An Mẫu Mới".to_owned()),
        ..Default::default()
    };
    renamed.update(app.app.store.read()).await.unwrap();
    let again = paper(&app, &app.sign_in(SECRETARY).await, &id, "decision").await;
    assert_eq!(again["sha256"], numbered);

    // Readers of the unit fetch what is signed; drafts and other units' stay where they are.
    let reader = app.sign_in("congchuc.an").await;
    let content = |one: &Json| format!("/api/v1/conformity-papers/{}/content", one["id"].as_str().unwrap());
    let file = reader.get(&content(&again)).await.expect(200);
    assert!(file.bytes.starts_with(b"%PDF") && file.header("content-type") == "application/pdf");
    reader.get(&content(&draft)).await.expect(404);
    reader.post(&format!("{}/papers", path(&id)), json!({"part": "annex"})).await.expect(404);
    app.sign_in("chutich.binh").await.get(&content(&again)).await.expect(404);
    app.sign_in("hethong").await.get(&content(&again)).await.expect(403);
}

#[tokio::test]
async fn everybody_reads_what_was_announced_and_nothing_else() {
    let app = TestApp::start().await;
    procedure(&app, "Đăng ký khai sinh").await;
    let nobody = app.client();
    let first = declared(&app, 5).await;
    app.run_jobs().await;
    let (list, at) = ("/cong-khai/cong-bo", |id: &str| format!("/cong-khai/cong-bo/{id}"));
    nobody.get(&at(&first)).await.expect(404);
    assert!(!nobody.get(list).await.expect(200).text().contains(&first), "in force and not announced");
    announce(&app, &first).await;
    let page = nobody.get(&at(&first)).await.expect(200).text();
    assert!(page.contains("05/QĐ-UBND") && page.contains("Đăng ký khai sinh") && page.contains("TCVN ISO 9001:2015"), "{page}");
    for part in ["decision", "statement", "annex"] {
        let file = nobody.get(&format!("{}/{part}.pdf", at(&first))).await.expect(200);
        assert!(file.bytes.starts_with(b"%PDF"), "{part}");
    }
    nobody.get(&format!("{}/other.pdf", at(&first))).await.expect(404);
    for (q, found) in [("an%20mau", true), ("An+M%E1%BA%ABu", true), ("binh%20mau", false)] {
        let answer = nobody.get(&format!("{list}?q={q}")).await.expect(200).text();
        assert_eq!(answer.contains(&first), found, "{q}");
    }

    // A second one on its way is nobody's business; once it is announced, the first leads to it.
    procedure(&app, "Đăng ký kết hôn").await;
    let second = begin(&app).await;
    let secretary = app.sign_in(SECRETARY).await;
    let secret = [("address", json!("Địa chỉ CANARY-7391")), ("statement", json!("Nội dung CANARY-7391"))];
    put(&secretary, &second, "", texts(&secretary, &second, &secret).await).await.expect(200);
    let seen = async || {
        let mut all = String::new();
        for place in [list.to_owned(), at(&first), at(&second)] {
            all.push_str(&nobody.get(&place).await.text());
        }
        all
    };
    assert!(!seen().await.contains("CANARY-7391"));
    act(&secretary, &second, "submit", json!({})).await.expect(200);
    let head = app.sign_in(HEAD).await;
    act(&head, &second, "sign", json!({})).await.expect(200);
    assert!(!seen().await.contains("CANARY-7391"));
    act(&head, &second, "register", json!({"number": 6, "symbol": "UBND", "issued_on": "2026-11-16"})).await.expect(200);
    assert!(!seen().await.contains("CANARY-7391"), "not before it is announced");
    let old = nobody.get(&at(&first)).await.expect(200).text();
    assert!(old.contains("đã được thay thế") && !old.contains(&second), "{old}");
    assert!(old.contains("đã được thay thế. Bản này có hiệu lực đến hết ngày 15/11/2026.</p>"), "whole sentences: {old}");
    assert!(old.contains("Bản thay thế chưa được thông báo"), "{old}");
    let listed = nobody.get(list).await.expect(200).text();
    assert!(
        listed.contains(&first) && listed.contains("bản mới chưa thông báo"),
        "the last announced one is still listed: {listed}"
    );
    announce(&app, &second).await;
    assert!(seen().await.contains("CANARY-7391"), "the control");
    let old = nobody.get(&at(&first)).await.expect(200).text();
    assert!(old.contains(&at(&second)) && !old.contains("Bản thay thế chưa được thông báo"), "{old}");
    assert!(!nobody.get(list).await.expect(200).text().contains(&first), "the list has what is in force");
    let gone = json!({"decision": "50/QĐ-UBND", "reason": "Rà soát."});
    act(&app.sign_in(HEAD).await, &second, "withdraw", gone).await.expect(200);
    assert!(nobody.get(&at(&second)).await.expect(200).text().contains("đã được thu hồi"));
}

#[tokio::test]
async fn another_unit_sees_none_of_it_and_its_own_people_see_what_is_theirs() {
    let app = TestApp::start().await;
    procedure(&app, "Đăng ký khai sinh").await;
    let id = submitted(&app).await;
    let unit = app.unit("MAU-01").await;
    for (login, status) in [
        (SECRETARY, 200),
        (HEAD, 200),
        ("congchuc.an", 404),
        ("daumoi.an", 404),
        ("chutich.binh", 404),
        ("vanthu", 404),
        ("hethong", 403),
    ] {
        let client = app.sign_in(login).await;
        for at in [path(&id), format!("{}/scope", path(&id)), format!("{}/papers", path(&id))] {
            client.get(&at).await.expect(status);
        }
    }
    let other = app.sign_in("chutich.binh").await;
    for verb in ["sign", "return", "withdraw", "cancel", "register"] {
        let body = json!({"reason": "x", "decision": "x", "number": 1, "symbol": "UBND", "issued_on": "2026-11-16"});
        let body = match verb {
            "sign" => json!({}),
            "withdraw" => json!({"reason": "x", "decision": "x"}),
            "register" => json!({"number": body["number"], "symbol": body["symbol"], "issued_on": body["issued_on"]}),
            _ => json!({"reason": "x"}),
        };
        other.post_at(&format!("{}/{verb}", path(&id)), "\"1\"", body).await.expect(404);
    }
    other.get(&format!("/api/v1/conformity-units/{unit}")).await.expect(404);
    assert!(!other.get(LIST).await.expect(200).text().contains(&id));
    // A registrar of the unit sees it from the signature on, to give it its number.
    assign(&app, "congchuc.an", Role::Registrar, "MAU-01").await;
    let registrar = app.sign_in("congchuc.an").await;
    registrar.get(&path(&id)).await.expect(404);
    act(&app.sign_in(HEAD).await, &id, "sign", json!({})).await.expect(200);
    assert_eq!(registrar.get(&path(&id)).await.expect(200).json()["available"], json!(["register"]));
    let list = registrar.get("/api/v1/work").await.expect(200).json();
    let row = list["items"].as_array().unwrap().iter().find(|one| one["verb"] == "register_declaration").unwrap();
    assert_eq!(row["due_on"], "2026-11-17");
    act(&registrar, &id, "register", json!({"number": 5, "symbol": "UBND", "issued_on": "2026-11-16"})).await.expect(200);
    for login in ["congchuc.an", "daumoi.an", "quantri"] {
        app.sign_in(login).await.get(&path(&id)).await.expect(200);
    }
    app.sign_in("chutich.binh").await.get(&path(&id)).await.expect(404);
}

async fn assign(app: &TestApp, login: &str, role: Role, unit: &str) {
    let row = entities::assignment::ActiveModel {
        id: Set(app.clock.id().into()),
        person_id: Set(person_id(app, login).await),
        role: Set(role),
        unit_id: Set(unit_id(app, unit).await),
        span: Set(Span::Own),
        valid_from: Set("2026-01-01".parse().unwrap()),
        valid_to: Set(None),
        granted_by_id: Set(None),
        reason: Set(None),
        version: Set(1),
        created_at: Set(app.clock.now()),
    };
    row.insert(app.app.store.read()).await.unwrap();
}

#[tokio::test]
async fn a_superior_sees_who_has_declared_and_whose_scope_has_moved() {
    let app = TestApp::start().await;
    procedure(&app, "Đăng ký khai sinh").await;
    declared(&app, 5).await;
    let superior = app.sign_in("quantri").await;
    let row = async |query: &str, code: &str| {
        let list = superior.get(&format!("/api/v1/conformity-units?limit=100{query}")).await.expect(200).json();
        list["items"].as_array().unwrap().iter().find(|one| one["code"] == code).cloned()
    };
    let own = row("", "MAU-01").await.unwrap();
    assert_eq!((own["standard"].as_str(), own["decision"].as_str()), (Some("TCVN ISO 9001:2015"), Some("05/QĐ-UBND")));
    assert_eq!((own["issued_on"].as_str(), own["moved"].clone()), (Some("2026-11-16"), json!([])));
    assert_eq!(row("", "MAU-02").await.unwrap()["declaration_id"], Json::Null);
    assert!(row("", "MAU-01-VP").await.is_none(), "parts of an agency declare nothing");
    assert!(row("&declared=true", "MAU-02").await.is_none() && row("&declared=false", "MAU-02").await.is_some());
    assert!(row("&q=an%20mau", "MAU-01").await.is_some() && row("&q=an%20mau", "MAU-02").await.is_none());
    procedure(&app, "Đăng ký kết hôn").await;
    assert_eq!(row("", "MAU-01").await.unwrap()["moved"][0]["title"], "Đăng ký kết hôn");
    let page = app.browse("quantri").await.get("/cong-bo").await.expect(200).text();
    assert!(page.contains("Đã thay đổi: 1 quy trình") && page.contains("Chưa công bố"), "{page}");
    let below = app.sign_in("congchuc.an").await.get("/api/v1/conformity-units").await.expect(200).json();
    assert_eq!(below["items"].as_array().unwrap().len(), 1, "one's own unit only");
}

#[tokio::test]
async fn procedures_of_divisions_belong_to_their_agency_and_to_no_other() {
    let app = TestApp::start().await;
    let secretary = app.sign_in(SECRETARY).await;
    let (document, _) = procedure(&app, "Đăng ký khai sinh").await;
    let change = document::ActiveModel {
        id: Set(document.parse().unwrap()),
        unit_id: Set(unit_id(&app, "MAU-01-HCC").await),
        ..Default::default()
    };
    change.update(app.app.store.read()).await.unwrap();
    let id = begin(&app).await;
    assert_eq!(titles(&scope(&secretary, &id).await["items"]), ["Đăng ký khai sinh"]);
    // The province above does not take it for its own.
    assign(&app, "congchuc.binh", Role::IsoSecretary, "MAU").await;
    let province = app.sign_in("congchuc.binh").await;
    let unit = app.unit("MAU").await;
    let made = province.post(LIST, json!({"unit_id": unit})).await.expect(201);
    assert_eq!(made.json()["lines"], 0);
    assert_eq!(act(&province, &made.id(), "submit", json!({})).await.expect(409).code(), "scope_empty");
    let part = app.unit("MAU-01-VP").await;
    assert_eq!(faults(&secretary.post(LIST, json!({"unit_id": part})).await.expect(422)), "/unit_id unknown_unit");
}

#[tokio::test]
async fn a_certificate_is_recorded_corrected_and_runs_out() {
    let app = TestApp::start().await;
    let secretary = app.sign_in(SECRETARY).await;
    let standards = secretary.get("/api/v1/standards").await.expect(200).json();
    let standard = standards["items"].as_array().or(standards.as_array()).unwrap()[0]["id"].clone();
    let body = |number: &str, to: &str| json!({"standard_id": standard, "body": "Trung tâm Chứng nhận Mẫu", "number": number, "valid_from": "2024-01-01", "valid_to": to});
    let at = "/api/v1/conformity-certificates";
    assert_eq!(
        faults(&secretary.post(at, body(" ", "2023-01-01")).await.expect(422)),
        "/valid_to before_start, /number required"
    );
    let made = secretary.post(at, body("VN-01", "2026-12-31")).await.expect(201);
    assert_eq!(faults(&secretary.post(at, body("VN-01", "2026-12-31")).await.expect(422)), "/number taken");
    let one = format!("{at}/{}", made.id());
    let mended = secretary.json(Method::PUT, &one, &[("if-match", &made.etag())], body("VN-02", "2026-11-20")).await.expect(200);
    assert_eq!(mended.json()["number"], "VN-02");
    secretary.json(Method::PUT, &one, &[("if-match", &made.etag())], body("VN-03", "2026-11-20")).await.expect(412);
    app.sign_in(HEAD).await.post(at, body("VN-09", "2026-12-31")).await.expect(403);
    assert_eq!(standing(&app).await["certified_until"], "2026-11-20");
    app.set_time("2026-11-21T02:00:00Z");
    assert_eq!(standing(&app).await["certified_until"], Json::Null);
    let page = format!("/cong-bo/don-vi/{}", app.unit("MAU-01").await);
    let browser = app.browse(SECRETARY).await;
    assert!(browser.get(&page).await.expect(200).text().contains("Hết hạn"));
    let fields = [
        ("standard_edition", standard.as_str().unwrap()),
        ("cert_body", "TQC"),
        ("cert_number", "VN-05"),
        ("cert_from", ""),
        ("cert_to", ""),
    ];
    let action = format!("{page}/chung-nhan");
    assert!(browser.fill(&page, &action, &fields).await.expect(422).text().contains("Hiệu lực đến ngày"));
    let mut odd = fields;
    odd[4].1 = "31/12";
    let odd = browser.fill(&page, &action, &odd).await.expect(422).text();
    assert!(odd.contains("Hiệu lực đến ngày: Ngày cần có dạng ngày/tháng/năm"), "{odd}");
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (*name, if *name == "cert_to" { "2027-01-01" } else { value })).collect();
    browser.fill(&page, &action, &fields).await.expect(303);
    assert!(browser.get(&page).await.expect(200).text().contains("VN-05"));
}

#[tokio::test]
async fn a_declaration_is_made_by_plain_forms() {
    let app = TestApp::start().await;
    let (document, _) = procedure(&app, "Đăng ký khai sinh").await;
    procedure(&app, "Đăng ký kết hôn").await;
    let (secretary, head) = (app.browse(SECRETARY).await, app.browse(HEAD).await);
    assert!(secretary.get("/cong-bo").await.expect(200).text().contains("/cong-bo/moi"));
    let begun = secretary.fill("/cong-bo/moi", "/cong-bo/moi", &[]).await.expect(303).header("location");
    let page = begun.split("/sua").next().unwrap().to_owned();
    let edit = format!("{page}/sua");
    let form = secretary.get(&edit).await.expect(200).text();
    assert!(form.contains("TCVN ISO 9001:2015") && form.contains("101/QĐ-BKHCN") && form.contains("Chưa kiểm chứng"), "{form}");
    assert!(
        !form.contains("S20") && !form.contains("(M:") && !form.contains("trí nhớ"),
        "notes of research stay in the data: {form}"
    );
    let standard = form.split("name=\"standard_edition\"").nth(1).unwrap().split("<option value=\"").skip(1);
    let standard = standard.map(|rest| rest.split('"').next().unwrap()).find(|value| !value.is_empty()).unwrap().to_owned();
    let refused = secretary.fill(&page, &format!("{page}/viec/submit"), &[]).await.expect(422).text();
    assert!(refused.contains("Địa chỉ: Chưa nhập"), "{refused}");
    let fields = [
        ("kind", "first"),
        ("declaration_reason", ""),
        ("standard_edition", standard.as_str()),
        ("agency_name", "Ủy ban nhân dân xã An Mẫu"),
        ("address", "Số 01 đường Mẫu"),
        ("declared_text", "Phù hợp tiêu chuẩn."),
        ("legal_grounds", "Căn cứ Quyết định số 19/2014/QĐ-TTg\r\n\r\nCăn cứ kết quả đánh giá nội bộ"),
    ];
    let mut odd = fields;
    odd[1].1 = "wider";
    let refused = secretary.fill(&edit, &edit, &odd).await.expect(422).text();
    assert!(refused.contains("Công bố lần đầu không có lý do"), "a reason is not dropped in silence: {refused}");
    secretary.fill(&edit, &edit, &fields).await.expect(303);
    assert!(secretary.get(&page).await.expect(200).text().contains("Hủy bản đang soạn"));
    let scope = format!("{page}/pham-vi");
    let refused = secretary.fill(&scope, &scope, &[("left_document", ""), ("reason", "")]).await.expect(422).text();
    assert!(refused.contains("Quy trình để ngoài phạm vi") && refused.contains("Lý do"), "{refused}");
    secretary.fill(&scope, &scope, &[("left_document", &document), ("reason", "Chưa áp dụng.")]).await.expect(303);
    assert!(secretary.get(&scope).await.expect(200).text().contains("Chưa áp dụng."));
    secretary.fill(&scope, &format!("{scope}/dua-vao/{document}"), &[]).await.expect(303);
    assert!(!secretary.get(&scope).await.expect(200).text().contains("Chưa áp dụng."));
    secretary.fill(&page, &format!("{page}/viec/submit"), &[]).await.expect(303);
    assert!(head.get("/").await.expect(200).text().contains("Ký công bố phù hợp tiêu chuẩn"));
    let submitted = head.get(&page).await.expect(200).text();
    assert!(submitted.contains("Hủy bản đã trình ký") && !submitted.contains("Hủy bản đang soạn"), "{submitted}");
    head.fill(&page, &format!("{page}/viec/sign"), &[]).await.expect(303);
    let number = format!("{page}/vao-so");
    let wrong = head.fill(&page, &number, &[("number", "x"), ("symbol", ""), ("issued_on", "")]).await.expect(422).text();
    assert!(wrong.contains("error-summary"), "{wrong}");
    head.fill(&page, &number, &[("number", "5"), ("symbol", "QĐ-UBND"), ("issued_on", "2026-11-16")]).await.expect(303);
    app.run_jobs().await;
    let html = secretary.get(&page).await.expect(200).text();
    assert!(html.contains("05/QĐ-UBND") && html.contains("Còn phải làm"), "{html}");
    let file = html.split("href=\"/cong-bo/van-ban/").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
    assert!(secretary.get(&format!("/cong-bo/van-ban/{file}")).await.expect(200).bytes.starts_with(b"%PDF"));
    let unit = format!("/cong-bo/don-vi/{}", app.unit("MAU-01").await);
    let hidden = "Danh sách công khai chưa có bản này";
    assert!(secretary.get(&unit).await.expect(200).text().contains(hidden));
    let announced = format!("{page}/ghi/announced");
    let wrong = secretary.fill(&page, &announced, &[("done_on", "2026-11-16"), ("web_address", "xa")]).await.expect(422).text();
    assert!(wrong.contains("https://xa.example.vn/cong-bo"), "{wrong}");
    secretary
        .fill(&page, &announced, &[("done_on", "2026-11-16"), ("web_address", "https://anmau.example.vn")])
        .await
        .expect(303);
    let html = secretary.get(&page).await.expect(200).text();
    assert!(!secretary.get(&unit).await.expect(200).text().contains(hidden));
    assert!(html.contains("/cong-khai/cong-bo/") && html.contains("href=\"https://anmau.example.vn\""), "{html}");
    secretary.fill(&page, &format!("{page}/lap/annex"), &[]).await.expect(303);
    assert!(app.browse("congchuc.an").await.get(&page).await.expect(200).text().contains("05/QĐ-UBND"));
    app.browse("chutich.binh").await.get(&page).await.expect(404);
    app.browse("chutich.binh").await.get(&scope).await.expect(404);
    let list = secretary.get("/cong-bo/danh-sach?tinh_trang=in_force").await.expect(200).text();
    assert!(list.contains("05/QĐ-UBND"));
}

#[tokio::test]
async fn four_hundred_procedures_are_declared_and_printed() {
    let app = TestApp::start().await;
    for n in 1..=400 {
        crate::documents::one_more(&app, n).await;
    }
    // The decisions that issued them have the numbers up to 400.
    let id = declared(&app, 401).await;
    let secretary = app.sign_in(SECRETARY).await;
    assert_eq!(scope(&secretary, &id).await["items"].as_array().unwrap().len(), 400);
    assert!(
        app.browse(SECRETARY).await.get(&format!("/cong-bo/{id}/pham-vi")).await.expect(200).text().contains("400 quy trình")
    );
    app.run_jobs().await;
    let list = secretary.get(&format!("{}/papers", path(&id))).await.expect(200).json();
    assert!(list["items"][0]["pages"].as_i64().unwrap() >= 12, "{list}");
    assert_eq!(moved(&standing(&app).await), Vec::<String>::new());
}

#[tokio::test]
async fn the_sample_world_goes_with_its_declarations() {
    let app = TestApp::start().await;
    procedure(&app, "Đăng ký khai sinh").await;
    let first = declared(&app, 5).await;
    announce(&app, &first).await;
    procedure(&app, "Đăng ký kết hôn").await;
    declared(&app, 6).await;
    one_more(&app, 1, "MAU-02").await;
    app.run_jobs().await;
    api::sample::remove(&app.app.store).await.unwrap();
    assert_eq!(conformity_declaration::Entity::find().count(app.app.store.read()).await.unwrap(), 0);
    api::sample::load_base(&app.app.store).await.unwrap();
    procedure(&app, "Đăng ký khai sinh").await;
    let again = declared(&app, 5).await;
    announce(&app, &again).await;
    assert!(app.app.store.read().execute_unprepared("DELETE FROM conformity_fact").await.is_err(), "facts are kept again");
}

/// One more of everything the lists of this area show, the `n`-th: declarations and certificates of
/// MAU-01 that are over, and one in force and announced of another unit whose scope has moved.
pub async fn one_more(app: &TestApp, n: usize, unit: &str) {
    let db = app.app.store.read();
    let now = app.clock.now();
    let secretary = person_id(app, SECRETARY).await;
    let standard = entities::standard::Entity::find().one(db).await.unwrap().unwrap().id;
    let on: chrono::NaiveDate = "2026-11-01".parse().unwrap();
    for (of, state) in [("MAU-01", DeclarationState::Replaced), (unit, DeclarationState::InForce)] {
        let row = conformity_declaration::ActiveModel {
            id: Set(app.clock.id().into()),
            unit_id: Set(unit_id(app, of).await),
            standard_id: Set(standard),
            kind: Set(DeclarationKind::First),
            state: Set(state),
            unit_name: Set(format!("Ủy ban nhân dân {of} {n}")),
            address: Set("Trụ sở".to_owned()),
            statement: Set("Phù hợp.".to_owned()),
            grounds: Set(json!([])),
            author_ids: Set(json!([])),
            line_count: Set(0),
            signed_at: Set(Some(now)),
            number: Set(Some(i32::try_from(n).unwrap())),
            symbol: Set(Some("QĐ-UBND".to_owned())),
            issued_on: Set(Some(on)),
            created_by_id: Set(secretary),
            version: Set(1),
            created_at: Set(now),
            ..Default::default()
        };
        let row = row.insert(db).await.unwrap();
        let fact = conformity_fact::ActiveModel {
            id: Set(app.clock.id().into()),
            declaration_id: Set(row.id),
            fact: Set(DeclarationFact::Announced),
            on_date: Set(on),
            address: Set(Some("https://mau.example.vn".to_owned())),
            recipient: Set(None),
            number: Set(None),
            recorded_by_id: Set(secretary),
            created_at: Set(now),
        };
        fact.insert(db).await.unwrap();
    }
    let certificate = conformity_certificate::ActiveModel {
        id: Set(app.clock.id().into()),
        unit_id: Set(unit_id(app, "MAU-01").await),
        standard_id: Set(standard),
        body: Set("Tổ chức chứng nhận".to_owned()),
        number: Set(format!("VN-{n}")),
        valid_from: Set(None),
        valid_to: Set(on),
        note: Set(None),
        recorded_by_id: Set(secretary),
        version: Set(1),
        created_at: Set(now),
    };
    certificate.insert(db).await.unwrap();
    let added = document::ActiveModel {
        id: Set(app.clock.id().into()),
        unit_id: Set(unit_id(app, unit).await),
        code: Set(Some(format!("QT-X-{n}"))),
        kind: Set(DocumentKind::Procedure),
        title: Set(format!("Quy trình bổ sung {n}")),
        state: Set(DocumentState::InForce),
        review_months: Set(12),
        search_text: Set("quy trinh".to_owned()),
        created_by_id: Set(secretary),
        version: Set(1),
        created_at: Set(now),
        ..Default::default()
    };
    let added = added.insert(db).await.unwrap();
    let row = revision::ActiveModel {
        id: Set(app.clock.id().into()),
        document_id: Set(added.id),
        issue_no: Set(Some(1)),
        amendment_no: Set(Some(0)),
        state: Set(RevisionState::Effective),
        form: Set(TextForm::Written),
        source: Set(RequestSource::FirstIssue),
        reason: Set("Lần đầu".to_owned()),
        requested_by_id: Set(secretary),
        author_ids: Set(json!([])),
        content: Set(json!({})),
        submission: Set(1),
        route_no: Set(0),
        effective_from: Set(Some(on)),
        version: Set(1),
        created_at: Set(now),
        ..Default::default()
    };
    row.insert(db).await.unwrap();
}
