//! Controlled documents: from the request to the acknowledged revision, and what must never happen.

use domain::document::control::{OfferCause, ReceiptFact};
use domain::document::{DocumentKind, DocumentState, RequestSource, RevisionState, TextForm};
use domain::id::DocumentId;
use domain::permission::{Role, Span};
use domain::record::Subject;
use entities::{
    administrative_procedure, distribution, document, external_document, issue_decision, kept_record, procedure_change,
    procedure_change_list, receipt, revision,
};
use poem::http::Method;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _,
};
use serde_json::{Value as Json, json};
use tests::{Answer, Client, TestApp};

use crate::evidence::{begin, metadata, upload, upload_answer};
use crate::support::{person_id, unit_id};

const DRAFTER: &str = "congchuc.an";
const REVIEWER: &str = "daumoi.an";
pub const HEAD: &str = "chutich.an";
pub const SECRETARY: &str = "thukyiso.an";
const SENTENCE: &str = "Tôi đã đọc, hiểu và thực hiện theo tài liệu này.";

/// A complete procedure whose steps take as long as published.
pub fn content() -> Json {
    json!({"sections": [], "procedure": {
        "purpose": "Thống nhất cách giải quyết.", "scope": "Trung tâm Phục vụ hành chính công xã.",
        "components": [{"name": "Tờ khai đăng ký khai sinh", "originals": 1, "copies": 0}],
        "time_limits": [{"case": "", "amount": "1", "unit": "working_day"}],
        "fees": [{"case": "", "amount": 8000, "online_amount": 0}],
        "places": [{"channel": "direct", "address": "Trung tâm Phục vụ hành chính công"}],
        "steps": [
            {"name": "Tiếp nhận hồ sơ", "role": "Công chức tiếp nhận", "times": [{"case": "", "amount": "0.5", "unit": "hour"}], "forms": ["BM 01"]},
            {"name": "Thẩm định, ký, trả kết quả", "role": "Công chức tư pháp", "times": [{"case": "", "amount": "7,5", "unit": "hour"}], "forms": []}],
        "forms": [{"code": "BM 01", "name": "Giấy tiếp nhận hồ sơ và hẹn trả kết quả"}],
        "records": [{"name": "Hồ sơ đăng ký", "years": 5}]}})
}

pub fn path(id: &str) -> String {
    format!("/api/v1/revisions/{id}")
}

/// The id of the revision in an answer.
pub fn revision_of(answer: &Answer) -> String {
    answer.json()["revision"]["id"].as_str().unwrap_or_else(|| panic!("{}", answer.text())).to_owned()
}

pub fn state(answer: &Answer) -> String {
    answer.json()["revision"]["state"].as_str().unwrap_or_else(|| panic!("{}", answer.text())).to_owned()
}

fn faults(answer: &Answer) -> Vec<(String, String)> {
    let errors = answer.json()["errors"].clone();
    let text = |value: &Json| value.as_str().unwrap().to_owned();
    errors.as_array().unwrap().iter().map(|error| (text(&error["pointer"]), text(&error["code"]))).collect()
}

/// One act on a revision at its present version.
pub async fn act(client: &Client, id: &str, verb: &str, body: Json) -> Answer {
    let etag = client.get(&path(id)).await.expect(200).etag();
    client.post_at(&format!("{}/{verb}", path(id)), &etag, body).await
}

pub async fn put(client: &Client, id: &str, what: &str, body: Json) -> Answer {
    let etag = client.get(&path(id)).await.expect(200).etag();
    client.json(Method::PUT, &format!("{}/{what}", path(id)), &[("if-match", &etag)], body).await
}

pub async fn save(client: &Client, id: &str, body: Json) -> Answer {
    let etag = client.get(&path(id)).await.expect(200).etag();
    client.patch(&path(id), &etag, body).await
}

pub async fn document_of(app: &TestApp, title: &str) -> String {
    let body = json!({"kind": "procedure", "title": title, "field_code": "HT", "field_name": "Hộ tịch"});
    app.sign_in(SECRETARY).await.post("/api/v1/procedures", body).await.expect(201).id()
}

/// A draft of a document without any text.
async fn draft_of(app: &TestApp, document: &str, form: &str) -> String {
    let body =
        json!({"drafter_id": app.person(DRAFTER).await, "form": form, "source": "first_issue", "reason": "Biên soạn lần đầu."});
    let made = app.sign_in(SECRETARY).await.post(&format!("/api/v1/procedures/{document}/revisions"), body).await.expect(201);
    revision_of(&made)
}

/// A draft of a document with its text, not handed in.
pub async fn draft(app: &TestApp, document: &str) -> String {
    let id = draft_of(app, document, "written").await;
    save(&app.sign_in(DRAFTER).await, &id, json!({"content": content()})).await.expect(200);
    id
}

pub async fn usual_route(app: &TestApp) -> Json {
    json!({"steps": [
        {"act": "review", "rule": "any", "people": [app.person(REVIEWER).await]},
        {"act": "approve", "rule": "any", "people": [app.person(HEAD).await]}]})
}

/// A draft taken to its approver.
pub async fn in_approval(app: &TestApp, id: &str) {
    let drafter = app.sign_in(DRAFTER).await;
    put(&drafter, id, "route", usual_route(app).await).await.expect(200);
    act(&drafter, id, "submit", json!({})).await.expect(200);
    act(&app.sign_in(REVIEWER).await, id, "review", json!({})).await.expect(200);
}

async fn approved(app: &TestApp, document: &str) -> String {
    let id = draft(app, document).await;
    in_approval(app, &id).await;
    act(&app.sign_in(HEAD).await, &id, "approve", json!({})).await.expect(200);
    id
}

pub fn decision(number: &str, signed_on: &str, revisions: &[(&str, &str)]) -> Json {
    let revisions: Vec<Json> = revisions.iter().map(|(id, from)| json!({"revision_id": id, "effective_from": from})).collect();
    json!({"number": number, "signed_on": signed_on, "title": "Về việc ban hành quy trình", "revisions": revisions})
}

pub async fn in_force(app: &TestApp, title: &str) -> (String, String) {
    let document = document_of(app, title).await;
    let id = approved(app, &document).await;
    let body = decision(&format!("QĐ {title}"), "2026-11-16", &[(&id, "2026-11-16")]);
    app.sign_in(HEAD).await.post("/api/v1/issue-decisions", body).await.expect(200);
    (document, id)
}

/// The next revision of a document with another scope, approved.
pub async fn amend(app: &TestApp, document: &str, scope: &str) -> String {
    let id = draft(app, document).await;
    let mut changed = content();
    changed["procedure"]["scope"] = json!(scope);
    save(&app.sign_in(DRAFTER).await, &id, json!({ "content": changed })).await.expect(200);
    in_approval(app, &id).await;
    act(&app.sign_in(HEAD).await, &id, "approve", json!({})).await.expect(200);
    id
}

/// Makes somebody ISO secretary of a unit, or of everything below it.
pub async fn keeps(app: &TestApp, login: &str, unit: &str, span: Span) {
    holds(app, login, Role::IsoSecretary, unit, span).await;
}

/// Gives somebody a role at a unit, or at everything below it.
async fn holds(app: &TestApp, login: &str, role: Role, unit: &str, span: Span) {
    let row = entities::assignment::ActiveModel {
        id: Set(app.clock.id().into()),
        person_id: Set(person_id(app, login).await),
        role: Set(role),
        unit_id: Set(unit_id(app, unit).await),
        span: Set(span),
        valid_from: Set("2026-01-01".parse().unwrap()),
        valid_to: Set(None),
        granted_by_id: Set(None),
        reason: Set(None),
        version: Set(1),
        created_at: Set(app.clock.now()),
    };
    row.insert(app.app.store.read()).await.unwrap();
}

async fn effective_of(app: &TestApp, document: &str) -> u64 {
    let id: DocumentId = document.parse().unwrap();
    let query = revision::Entity::find().filter(revision::Column::DocumentId.eq(id));
    query.filter(revision::Column::State.eq(RevisionState::Effective)).count(app.app.store.read()).await.unwrap()
}

#[tokio::test]
async fn a_procedure_goes_from_a_request_to_an_acknowledged_revision() {
    let app = TestApp::start().await;
    let (drafter, secretary, reviewer, head) =
        (app.sign_in(DRAFTER).await, app.sign_in(SECRETARY).await, app.sign_in(REVIEWER).await, app.sign_in(HEAD).await);
    let asked = drafter
        .post(
            "/api/v1/change-requests",
            json!({"kind": "procedure", "title": "Đăng ký khai sinh", "source": "procedure_change", "source_ref": "QĐ 12/QĐ-UBND", "reason": "Thủ tục mới công bố."}),
        )
        .await
        .expect(201);
    let id = revision_of(&asked);
    assert_eq!((state(&asked).as_str(), asked.json()["revision"]["request_code"].as_str()), ("proposed", Some("YC-2026-0001")));
    assert_eq!(asked.json()["document_code"], Json::Null, "what is only asked for burns no code");
    app.sign_in("daumoi.binh").await.get(&path(&id)).await.expect(404);
    let task = json!({"drafter_id": app.person(DRAFTER).await, "due_on": "2026-11-30"});
    let accept = format!("/api/v1/change-requests/{id}/accept");
    drafter.post_at(&accept, &asked.etag(), task.clone()).await.expect(403);
    let accepted = secretary.post_at(&accept, &asked.etag(), task).await.expect(200);
    assert_eq!((state(&accepted).as_str(), accepted.json()["document_code"].as_str()), ("draft", Some("QT-01")));
    assert_eq!(accepted.json()["revision"]["number"], "01/00");

    // The text, incomplete first: every place is named at once.
    let mut wrong = content();
    wrong["procedure"]["scope"] = json!("");
    wrong["procedure"]["steps"][1]["role"] = json!(" ");
    wrong["procedure"]["steps"][0]["forms"] = json!(["BM 09"]);
    save(&drafter, &id, json!({ "content": wrong })).await.expect(200);
    assert_eq!(act(&drafter, &id, "submit", json!({})).await.expect(409).code(), "route_missing");
    let alone = json!({"steps": [{"act": "review", "rule": "any", "people": [app.person(DRAFTER).await]}, {"act": "approve", "rule": "any", "people": [app.person(REVIEWER).await]}]});
    let refused = put(&drafter, &id, "route", alone).await.expect(422);
    let expected = [("/steps/0/people", "author_on_route"), ("/steps/1/people", "not_approver")];
    assert_eq!(faults(&refused), expected.map(|(at, code)| (at.to_owned(), code.to_owned())));
    put(&drafter, &id, "route", usual_route(&app).await).await.expect(200);
    let unit = app.unit("MAU-01").await;
    put(&drafter, &id, "audience", json!({"audience": [{"kind": "unit", "unit_id": unit}]})).await.expect(200);
    let refused = act(&drafter, &id, "submit", json!({})).await.expect(422);
    let expected = [
        ("/procedure/scope", "required"),
        ("/procedure/steps/0/forms/0", "unknown_form"),
        ("/procedure/steps/1/role", "required"),
    ];
    assert_eq!(faults(&refused), expected.map(|(at, code)| (at.to_owned(), code.to_owned())));
    let saved = save(&drafter, &id, json!({"content": content()})).await.expect(200).json();
    assert_eq!((saved["times"][0]["verdict"].as_str(), saved["times"][0]["total"].as_i64()), (Some("equal"), Some(800)));

    // Review, return, review again, approve; each in turn.
    let submitted = act(&drafter, &id, "submit", json!({})).await.expect(200);
    assert_eq!((state(&submitted).as_str(), submitted.json()["available"].clone()), ("in_review", json!(["cancel"])));
    assert_eq!(act(&head, &id, "approve", json!({})).await.expect(403).code(), "not_your_step");
    assert_eq!(
        faults(&act(&reviewer, &id, "return", json!({})).await.expect(422)),
        [("/remark".to_owned(), "required".to_owned())]
    );
    let returned = act(&reviewer, &id, "return", json!({"remark": "Thiếu nơi lưu hồ sơ."})).await.expect(200);
    assert_eq!(state(&returned), "draft");
    let mut mended = content();
    mended["procedure"]["records"][0]["place"] = json!("Văn phòng");
    save(&drafter, &id, json!({ "content": mended })).await.expect(200);
    let again = act(&drafter, &id, "submit", json!({})).await.expect(200).json();
    assert_ne!(again["revision"]["content_hash"], submitted.json()["revision"]["content_hash"]);
    assert_eq!(act(&drafter, &id, "review", json!({})).await.expect(403).code(), "not_your_step");
    assert_eq!(state(&act(&reviewer, &id, "review", json!({"remark": "Đã đủ."})).await.expect(200)), "in_approval");
    let done = act(&head, &id, "approve", json!({})).await.expect(200);
    assert_eq!(state(&done), "approved");
    assert_eq!(done.json()["route"][1]["words"][0]["content_hash"], again["revision"]["content_hash"]);
    assert_eq!(save(&drafter, &id, json!({"content": content()})).await.expect(409).code(), "wrong_state");

    // Nobody reads it as if it were in force; then it is, and everybody of the unit has it.
    let document = done.json()["revision"]["document_id"].as_str().unwrap().to_owned();
    app.sign_in("vanthu").await.get(&path(&id)).await.expect(404);
    let early = decision("05/QĐ-UBND", "2026-11-16", &[(&id, "2026-11-15")]);
    let refused = head.post("/api/v1/issue-decisions", early).await.expect(422);
    assert_eq!(faults(&refused), [("/revisions/0/effective_from".to_owned(), "effective_before_approval".to_owned())]);
    drafter.post("/api/v1/issue-decisions", decision("05/QĐ-UBND", "2026-11-16", &[(&id, "2026-11-16")])).await.expect(403);
    let issued =
        head.post("/api/v1/issue-decisions", decision("05/QĐ-UBND", "2026-11-16", &[(&id, "2026-11-16")])).await.expect(200);
    assert_eq!(issued.json()["revisions"][0]["state"], "effective");
    let listed = drafter.get(&format!("/api/v1/procedures/{document}")).await.expect(200).json();
    assert_eq!((listed["state"].as_str(), listed["current"]["number"].as_str()), (Some("in_force"), Some("01/00")));
    assert_eq!(listed["next_review_on"], "2027-11-16");

    // Sent, opened, acknowledged are three facts.
    let book = secretary.get(&format!("/api/v1/distributions?revision_id={id}")).await.expect(200).json();
    assert_eq!(book["items"].as_array().unwrap().len(), 4, "everybody of the commune: {book}");
    let own = drafter.get("/api/v1/distributions?open=true").await.expect(200).json()["items"][0].clone();
    assert_eq!((own["state"].as_str(), own["due_on"].as_str()), (Some("pending"), Some("2026-11-23")));
    assert!(own["sent_at"].is_string() && own["opened_at"].is_null() && own["acknowledged_at"].is_null());
    let offer = format!("/api/v1/distributions/{}", own["id"].as_str().unwrap());
    secretary.post(&format!("{offer}/acknowledge"), json!({"statement": SENTENCE})).await.expect(404);
    let opened = drafter.post(&format!("{offer}/open"), json!({})).await.expect(200).json();
    assert!(opened["opened_at"].is_string() && opened["acknowledged_at"].is_null());
    let known = drafter.post(&format!("{offer}/acknowledge"), json!({"statement": SENTENCE})).await.expect(200).json();
    assert_eq!((known["state"].as_str(), known["statement"].as_str()), (Some("acknowledged"), Some(SENTENCE)));
    assert_eq!(
        drafter.post(&format!("{offer}/acknowledge"), json!({"statement": SENTENCE})).await.expect(409).code(),
        "acknowledged_already"
    );
    assert_eq!(drafter.get("/api/v1/distributions?open=true").await.expect(200).json()["items"], json!([]));
}

#[tokio::test]
async fn a_revision_takes_effect_by_itself_at_its_date_and_supersedes_the_former() {
    let app = TestApp::start().await;
    let (document, first) = in_force(&app, "Đăng ký kết hôn").await;
    let second = draft(&app, &document).await;
    let mut changed = content();
    changed["procedure"]["scope"] = json!("Trung tâm Phục vụ hành chính công phường.");
    let drafter = app.sign_in(DRAFTER).await;
    save(&drafter, &second, json!({"content": changed, "summary": "Đổi phạm vi."})).await.expect(200);
    put(
        &drafter,
        &second,
        "audience",
        json!({"audience": [{"kind": "role", "role": "employee", "unit_id": app.unit("MAU-01").await}]}),
    )
    .await
    .expect(200);
    in_approval(&app, &second).await;
    act(&app.sign_in(HEAD).await, &second, "approve", json!({})).await.expect(200);
    let body = decision("09/QĐ-UBND", "2026-11-16", &[(&second, "2026-12-01")]);
    app.sign_in(HEAD).await.post("/api/v1/issue-decisions", body).await.expect(200);
    let in_force_on = async |on: &str| {
        let answer =
            app.sign_in(SECRETARY).await.get(&format!("/api/v1/procedures/{document}/in-force?on={on}")).await.expect(200).json();
        (answer["id"].as_str().unwrap().to_owned(), answer["number"].as_str().unwrap().to_owned())
    };
    app.set_time("2026-11-30T16:59:59Z");
    api::jobs::plan(&app.app).await.unwrap();
    assert_eq!(effective_of(&app, &document).await, 1);
    assert_eq!(in_force_on("2026-12-01").await, (first.clone(), "01/00".to_owned()), "not before its day");
    app.set_time("2026-11-30T17:00:00Z");
    api::jobs::plan(&app.app).await.unwrap();
    api::jobs::plan(&app.app).await.unwrap();
    assert_eq!(effective_of(&app, &document).await, 1);
    assert_eq!(in_force_on("2026-11-30").await, (first.clone(), "01/00".to_owned()));
    assert_eq!(in_force_on("2026-12-01").await, (second.clone(), "01/01".to_owned()));
    let secretary = app.sign_in(SECRETARY).await;
    secretary.get(&format!("/api/v1/procedures/{document}/in-force?on=2026-11-15")).await.expect(404);

    let all = secretary.get(&format!("/api/v1/procedures/{document}/revisions")).await.expect(200).json();
    let numbers: Vec<&str> = all["items"].as_array().unwrap().iter().map(|row| row["number"].as_str().unwrap()).collect();
    assert_eq!(numbers, ["01/01", "01/00"]);

    // The old text stays readable, and the two are compared in words.
    let old = secretary.get(&path(&first)).await.expect(200).json();
    assert_eq!(
        (old["revision"]["state"].as_str(), old["revision"]["effective_to"].as_str()),
        (Some("superseded"), Some("2026-11-30"))
    );
    assert_eq!(old["content"]["procedure"]["scope"], "Trung tâm Phục vụ hành chính công xã.");
    let diff = secretary.get(&format!("{}/diff", path(&second))).await.expect(200).json();
    assert_eq!(diff["from"]["id"].as_str(), Some(first.as_str()));
    let changed: Vec<&Json> = diff["parts"].as_array().unwrap().iter().filter(|part| part["changed"] == true).collect();
    assert_eq!(changed.len(), 1, "{diff}");
    let runs: Vec<(&str, &str)> = changed[0]["runs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|run| (run["change"].as_str().unwrap(), run["text"].as_str().unwrap()))
        .collect();
    assert_eq!(runs, [("same", "Trung tâm Phục vụ hành chính công "), ("removed", "xã."), ("added", "phường.")]);

    // Whoever joins later gets it too; once.
    let book = async || {
        let rows =
            app.sign_in(SECRETARY).await.get(&format!("/api/v1/distributions?revision_id={second}")).await.expect(200).json();
        rows["items"].as_array().unwrap().iter().map(|row| (row["person_id"].clone(), row["cause"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(book().await, [(json!(app.person(DRAFTER).await), json!("issue"))]);
    let joiner = person_id(&app, "chuyencongtac").await;
    let role = entities::assignment::ActiveModel {
        id: Set(app.clock.id().into()),
        person_id: Set(joiner),
        role: Set(domain::permission::Role::Employee),
        unit_id: Set(unit_id(&app, "MAU-01-VP").await),
        span: Set(Span::Own),
        valid_from: Set("2026-12-01".parse().unwrap()),
        valid_to: Set(None),
        granted_by_id: Set(None),
        reason: Set(None),
        version: Set(1),
        created_at: Set(app.clock.now()),
    };
    role.insert(app.app.store.read()).await.unwrap();
    api::jobs::plan(&app.app).await.unwrap();
    api::jobs::plan(&app.app).await.unwrap();
    let mut given = book().await;
    given.sort_by_key(|(_, cause)| cause.to_string());
    assert_eq!(given, [(json!(app.person(DRAFTER).await), json!("issue")), (json!(joiner), json!("joined"))]);
}

#[tokio::test]
async fn a_superseded_revision_is_not_asked_for_any_more() {
    let app = TestApp::start().await;
    let (document, first) = in_force(&app, "Chứng thực chữ ký").await;
    let unit = unit_id(&app, "MAU-01").await;
    // What was issued without an audience gets one by hand: the rules are open until it is in force.
    let refused =
        put(&app.sign_in(SECRETARY).await, &first, "audience", json!({"audience": [{"kind": "unit", "unit_id": unit}]})).await;
    assert_eq!(refused.expect(409).code(), "wrong_state");
    let offer = distribution::ActiveModel {
        id: Set(app.clock.id().into()),
        revision_id: Set(first.parse().unwrap()),
        person_id: Set(person_id(&app, DRAFTER).await),
        cause: Set(OfferCause::Issue),
        due_on: Set("2026-11-20".parse().unwrap()),
        offered_at: Set(app.clock.now()),
        voided_at: Set(None),
        void_reason: Set(None),
    };
    let offer = offer.insert(app.app.store.read()).await.unwrap();
    let second = approved(&app, &document).await;
    let body = decision("10/QĐ-UBND", "2026-11-16", &[(&second, "2026-11-16")]);
    app.sign_in(HEAD).await.post("/api/v1/issue-decisions", body).await.expect(200);
    let drafter = app.sign_in(DRAFTER).await;
    let answer = drafter.post(&format!("/api/v1/distributions/{}/acknowledge", offer.id), json!({"statement": SENTENCE})).await;
    assert_eq!(answer.expect(409).code(), "distribution_over");
    assert_eq!(drafter.get("/api/v1/distributions").await.expect(200).json()["items"][0]["state"], "void");
}

/// Two revisions of one document, approved and issued at the same moment by the same person twice.
#[tokio::test]
async fn two_revisions_approved_and_issued_at_once_leave_one_in_force() {
    let app = TestApp::start().await;
    let other = if tests::on_postgres() { Some(app.replica().await) } else { None };
    let document = document_of(&app, "Đăng ký khai tử").await;
    let (one, two) = (draft(&app, &document).await, draft(&app, &document).await);
    for id in [&one, &two] {
        in_approval(&app, id).await;
    }
    let head = app.sign_in(HEAD).await;
    let second = other.as_ref().map_or_else(|| head.clone(), |replica| head.on(replica));
    let etags = [head.get(&path(&one)).await.etag(), head.get(&path(&two)).await.etag()];
    let approve = |client: Client, id: String, etag: String| async move {
        client.post_at(&format!("{}/approve", path(&id)), &etag, json!({})).await
    };
    let (a, b) = tokio::join!(
        approve(head.clone(), one.clone(), etags[0].clone()),
        approve(second.clone(), two.clone(), etags[1].clone())
    );
    assert_eq!((state(&a.expect(200)).as_str(), state(&b.expect(200)).as_str()), ("approved", "approved"));
    let issue = |client: Client, number: &'static str, id: String| async move {
        client.post("/api/v1/issue-decisions", decision(number, "2026-11-16", &[(&id, "2026-11-16")])).await
    };
    let (a, b) = tokio::join!(issue(head.clone(), "11/QĐ-UBND", one.clone()), issue(second.clone(), "12/QĐ-UBND", two.clone()));
    b.expect(200);
    assert_eq!(effective_of(&app, &document).await, 1);
    let states = (state(&head.get(&path(&one)).await), state(&head.get(&path(&two)).await));
    if a.status.is_success() {
        assert_eq!((states.0.as_str(), states.1.as_str()), ("superseded", "effective"));
    } else {
        assert_eq!(a.code(), "newer_text_in_force", "the newer one was first, whatever the order of the acts");
        assert_eq!((states.0.as_str(), states.1.as_str()), ("approved", "effective"));
    }

    // The same act twice at once is one act.
    let third = draft(&app, &document).await;
    in_approval(&app, &third).await;
    let etag = head.get(&path(&third)).await.etag();
    let (a, b) = tokio::join!(approve(head.clone(), third.clone(), etag.clone()), approve(second.clone(), third.clone(), etag));
    let mut seen = [a.status.as_u16(), b.status.as_u16()];
    seen.sort_unstable();
    assert_eq!(seen, [200, 412]);

    // The database itself refuses a second one in force …
    let set =
        revision::ActiveModel { id: Set(third.parse().unwrap()), state: Set(RevisionState::Effective), ..Default::default() };
    let refused = revision::Entity::update(set.clone()).exec(app.app.store.read()).await.unwrap_err();
    assert!(api::store::is_unique_violation(&refused), "{refused}");
    // … and the control: without its index the count of this test would see two.
    app.app.store.read().execute_unprepared("DROP INDEX uq_revision_in_force").await.unwrap();
    revision::Entity::update(set).exec(app.app.store.read()).await.unwrap();
    assert_eq!(effective_of(&app, &document).await, 2);
}

#[tokio::test]
async fn one_decision_issues_many_revisions_or_none() {
    let app = TestApp::start().await;
    let mut issued = Vec::new();
    for title in ["Quy trình thứ nhất", "Quy trình thứ hai", "Quy trình thứ ba"] {
        let document = document_of(&app, title).await;
        issued.push(approved(&app, &document).await);
    }
    let head = app.sign_in(HEAD).await;
    let unfinished = draft(&app, &document_of(&app, "Quy trình thứ tư").await).await;
    let with_draft: Vec<(&str, &str)> = issued.iter().chain([&unfinished]).map(|id| (id.as_str(), "2026-11-16")).collect();
    let refused = head.post("/api/v1/issue-decisions", decision("20/QĐ-UBND", "2026-11-16", &with_draft)).await.expect(409);
    assert_eq!(refused.code(), "wrong_state");
    assert_eq!(state(&head.get(&path(&issued[0])).await), "approved", "all or none");
    let all: Vec<(&str, &str)> = issued.iter().map(|id| (id.as_str(), "2026-11-16")).collect();
    let made = head.post("/api/v1/issue-decisions", decision("20/QĐ-UBND", "2026-11-16", &all)).await.expect(200).json();
    assert_eq!(made["revisions"].as_array().unwrap().len(), 3);
    let read = app.sign_in(DRAFTER).await.get(&format!("/api/v1/issue-decisions/{}", made["id"].as_str().unwrap())).await;
    assert_eq!(read.expect(200).json()["revisions"].as_array().unwrap().len(), 3);
    let again = head.post("/api/v1/issue-decisions", decision("21/QĐ-UBND", "2026-11-17", &all[..1])).await.expect(422);
    assert!(faults(&again).contains(&("/signed_on".to_owned(), "after_today".to_owned())), "{}", again.text());
}

#[tokio::test]
async fn the_registrar_puts_number_and_date_to_what_is_approved() {
    let app = TestApp::start().await;
    let (secretary, head) = (app.sign_in("thukyiso").await, app.sign_in("lanhdao").await);
    let made =
        secretary.post("/api/v1/procedures", json!({"kind": "policy", "title": "Chính sách chất lượng"})).await.expect(201);
    let body = json!({"drafter_id": app.person("truongdoan").await, "form": "written", "source": "first_issue", "reason": "Biên soạn lần đầu."});
    let id = revision_of(&secretary.post(&format!("/api/v1/procedures/{}/revisions", made.id()), body).await.expect(201));
    let drafter = app.sign_in("truongdoan").await;
    let text = json!({"sections": [{"heading": "Cam kết", "text": "Đúng luật, đúng hẹn."}]});
    save(&drafter, &id, json!({ "content": text })).await.expect(200);
    let route = json!({"steps": [
        {"act": "review", "rule": "any", "people": [app.person("thanhvien").await]},
        {"act": "approve", "rule": "any", "people": [app.person("lanhdao").await]}]});
    put(&drafter, &id, "route", route).await.expect(200);
    act(&drafter, &id, "submit", json!({})).await.expect(200);
    let registrar = app.sign_in("vanthu").await;
    registrar.get(&path(&id)).await.expect(404);
    act(&app.sign_in("thanhvien").await, &id, "review", json!({})).await.expect(200);
    act(&head, &id, "approve", json!({})).await.expect(200);
    assert_eq!(registrar.get(&path(&id)).await.expect(200).json()["available"], json!(["issue"]));
    let issued = registrar.post("/api/v1/issue-decisions", decision("15/QĐ-SNV", "2026-11-16", &[(&id, "2026-11-16")])).await;
    assert_eq!(issued.expect(200).json()["revisions"][0]["state"], "effective");
}

#[tokio::test]
async fn author_reviewer_and_approver_are_three_people_or_it_is_written_why_not() {
    let app = TestApp::start().await;
    let document = document_of(&app, "Xác nhận cư trú").await;
    let id = draft(&app, &document).await;
    let (drafter, secretary, head) = (app.sign_in(DRAFTER).await, app.sign_in(SECRETARY).await, app.sign_in(HEAD).await);
    // The secretary saves the text once: from then on they are an author.
    save(&secretary, &id, json!({"content": content(), "summary": "Bổ sung."})).await.expect(200);
    let route = json!({"steps": [
        {"act": "review", "rule": "any", "people": [app.person(SECRETARY).await]},
        {"act": "approve", "rule": "any", "people": [app.person(HEAD).await]}]});
    let refused = put(&drafter, &id, "route", route.clone()).await.expect(422);
    assert_eq!(faults(&refused), [("/steps/0/people".to_owned(), "author_on_route".to_owned())]);
    act(&secretary, &id, "except", json!({"reason": "Xã chỉ có ba công chức."})).await.expect(403);
    assert_eq!(
        faults(&act(&head, &id, "except", json!({"reason": " "})).await.expect(422)),
        [("/reason".to_owned(), "required".to_owned())]
    );
    act(&head, &id, "except", json!({"reason": "Xã chỉ có ba công chức."})).await.expect(200);
    put(&drafter, &id, "route", route).await.expect(200);
    act(&drafter, &id, "submit", json!({})).await.expect(200);
    act(&secretary, &id, "review", json!({})).await.expect(200);
    let done = act(&head, &id, "approve", json!({})).await.expect(200).json();
    assert_eq!(done["exception_reason"], "Xã chỉ có ba công chức.");

    // No exception lets anybody approve their own text.
    let body = json!({"drafter_id": app.person(HEAD).await, "form": "written", "source": "suggestion", "reason": "Tự soạn."});
    let own = revision_of(&secretary.post(&format!("/api/v1/procedures/{document}/revisions"), body).await.expect(201));
    assert_eq!(act(&head, &own, "except", json!({"reason": "Thiếu người."})).await.expect(403).code(), "own_text");
    let refused = put(&head, &own, "route", usual_route(&app).await).await.expect(422);
    assert_eq!(faults(&refused), [("/steps/1/people".to_owned(), "author_on_route".to_owned())]);
}

#[tokio::test]
async fn a_route_waits_for_all_or_enough_of_a_step() {
    let app = TestApp::start().await;
    let id = draft(&app, &document_of(&app, "Hộ nghèo").await).await;
    let (drafter, head) = (app.sign_in(DRAFTER).await, app.sign_in(HEAD).await);
    let route = json!({"steps": [
        {"act": "review", "rule": "all", "people": [app.person(REVIEWER).await, app.person(SECRETARY).await]},
        {"act": "review", "rule": "quorum", "quorum": 1, "people": [app.person("daumoi.binh").await, app.person("lanhdao").await]},
        {"act": "approve", "rule": "any", "people": [app.person(HEAD).await]}]});
    put(&drafter, &id, "route", route).await.expect(200);
    act(&drafter, &id, "submit", json!({})).await.expect(200);
    assert_eq!(act(&app.sign_in("lanhdao").await, &id, "review", json!({})).await.expect(403).code(), "not_your_step");
    let reviewer = app.sign_in(REVIEWER).await;
    assert_eq!(state(&act(&reviewer, &id, "review", json!({})).await.expect(200)), "in_review");
    assert_eq!(act(&reviewer, &id, "review", json!({})).await.expect(409).code(), "decided_already");
    assert_eq!(state(&act(&app.sign_in(SECRETARY).await, &id, "review", json!({})).await.expect(200)), "in_review");
    assert_eq!(state(&act(&app.sign_in("lanhdao").await, &id, "review", json!({})).await.expect(200)), "in_approval");
    assert_eq!(state(&act(&head, &id, "return", json!({"remark": "Sửa lệ phí."})).await.expect(200)), "draft");
    // A new submission begins the route anew; what was said stays with the old one.
    let again = act(&drafter, &id, "submit", json!({})).await.expect(200).json();
    assert_eq!(again["route"][0]["words"], json!([]));
}

#[tokio::test]
async fn an_uploaded_word_and_pdf_go_the_same_way_and_stay_as_they_were() {
    let app = TestApp::start().await;
    let document = document_of(&app, "Quy chế tiếp công dân").await;
    let (drafter, secretary, head) = (app.sign_in(DRAFTER).await, app.sign_in(SECRETARY).await, app.sign_in(HEAD).await);
    let body = json!({"drafter_id": app.person(DRAFTER).await, "form": "uploaded", "source": "first_issue", "reason": "Biên soạn lần đầu."});
    let id = revision_of(&secretary.post(&format!("/api/v1/procedures/{document}/revisions"), body).await.expect(201));
    put(&drafter, &id, "route", usual_route(&app).await).await.expect(200);
    assert_eq!(act(&drafter, &id, "submit", json!({})).await.expect(409).code(), "revision_files_missing");
    let about: uuid::Uuid = id.parse().unwrap();
    let word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    let docx = upload(&drafter, "Quy chế.docx", word, Subject::Revision, about, b"PK\x03\x04 noi dung").await;
    upload(&drafter, "Quy chế.pdf", "application/pdf", Subject::Revision, about, b"%PDF-1.7 noi dung").await;
    let slipped = metadata("chen.pdf", "application/pdf", Subject::Revision, about);
    assert_eq!(begin(&app.sign_in(REVIEWER).await, 1, &slipped).await.expect(403).code(), "drafter_only");
    begin(&app.sign_in("congchuc.binh").await, 1, &slipped).await.expect(404);
    let sealed = act(&drafter, &id, "submit", json!({})).await.expect(200).json();
    assert_eq!(sealed["files"].as_array().unwrap().len(), 2);
    assert_eq!(begin(&drafter, 1, &slipped).await.expect(409).code(), "evidence_closed");
    // No program comes in by this door either, whatever it is called.
    let next = draft_of(&app, &document, "uploaded").await;
    let about: uuid::Uuid = next.parse().unwrap();
    let program = metadata("a.exe", "application/octet-stream", Subject::Revision, about);
    let refused = begin(&drafter, 2, &program).await.expect(422);
    assert_eq!(faults(&refused), [("/filename".to_owned(), "text_file_type".to_owned())]);
    let refused = upload_answer(&drafter, "a.pdf", "application/pdf", Subject::Revision, about, b"MZ").await.expect(422);
    assert_eq!(faults(&refused), [("/filename".to_owned(), "file_not_as_named".to_owned())]);
    let etag = drafter.get(&format!("/api/v1/evidence/{docx}")).await.expect(200).etag();
    let gone = drafter.post_at(&format!("/api/v1/evidence/{docx}/remove"), &etag, json!({"reason": "Đổi tệp."})).await;
    assert_eq!(gone.expect(409).code(), "evidence_settled");
    act(&app.sign_in(REVIEWER).await, &id, "review", json!({})).await.expect(200);
    let done = act(&head, &id, "approve", json!({})).await.expect(200).json();
    assert_eq!(done["revision"]["content_hash"], sealed["revision"]["content_hash"]);
    head.post("/api/v1/issue-decisions", decision("30/QĐ-UBND", "2026-11-16", &[(&id, "2026-11-16")])).await.expect(200);
    let file = app.sign_in(DRAFTER).await.get(&format!("/api/v1/evidence/{docx}/content")).await.expect(200);
    assert_eq!(file.bytes, b"PK\x03\x04 noi dung");
}

#[tokio::test]
async fn codes_follow_the_units_pattern_and_are_never_given_twice() {
    let app = TestApp::start().await;
    let secretary = app.sign_in(SECRETARY).await;
    let unit = app.unit("MAU-01").await;
    let settings = format!("/api/v1/document-settings/{unit}");
    let usual = secretary.get(&settings).await.expect(200);
    let patterns = |pattern: &str| json!({"code_patterns": [{"kind": "procedure", "pattern": pattern}], "acknowledge_days": 3, "review_months": 24, "hours_per_day": 8});
    let wrong = secretary.json(Method::PUT, &settings, &[("if-match", &usual.etag())], patterns("{kind}")).await.expect(422);
    assert_eq!(faults(&wrong)[0].1, "code_pattern_without_number");
    let set = secretary
        .json(Method::PUT, &settings, &[("if-match", &usual.etag())], patterns("QT {number:03}/{field}"))
        .await
        .expect(200);
    secretary.json(Method::PUT, &settings, &[("if-match", &usual.etag())], patterns("{number}")).await.expect(412);
    assert_eq!(set.json()["acknowledge_days"], 3);
    let make = async |code: Option<&str>| {
        let mut body = json!({"kind": "procedure", "title": "Chứng thực bản sao", "field_code": "CX"});
        if let Some(code) = code {
            body["code"] = json!(code);
        }
        secretary.post("/api/v1/procedures", body).await
    };
    let first = make(None).await.expect(201).json();
    assert_eq!((first["code"].as_str(), first["review_months"].as_i64()), (Some("QT 001/CX"), Some(24)));
    make(Some("QT 002/CX")).await.expect(201);
    assert_eq!(make(None).await.expect(201).json()["code"], "QT 003/CX", "a number used by hand is passed over");
    assert_eq!(faults(&make(Some("QT 001/CX")).await.expect(422)), [("/code".to_owned(), "taken".to_owned())]);

    // Also when the document is withdrawn; the database keeps the row and its code.
    let db = app.app.store.read();
    let id = first["id"].as_str().unwrap();
    let row = document::ActiveModel { id: Set(id.parse().unwrap()), state: Set(DocumentState::Withdrawn), ..Default::default() };
    row.update(db).await.unwrap();
    assert_eq!(faults(&make(Some("QT 001/CX")).await.expect(422))[0].1, "taken");
    assert!(db.execute_unprepared("DELETE FROM document").await.is_err());
    assert!(db.execute_unprepared("UPDATE document SET code = 'QT 999/CX'").await.is_err());
    // The same code in another commune is another document.
    let dong = app
        .sign_in("thukyiso")
        .await
        .post("/api/v1/procedures", json!({"kind": "procedure", "title": "Khác", "code": "QT 001/CX"}))
        .await;
    dong.expect(201);
}

#[tokio::test]
async fn who_said_what_and_who_knew_it_cannot_be_rewritten() {
    let app = TestApp::start().await;
    let (_, id) = in_force(&app, "Cấp bản sao").await;
    let offer = distribution::ActiveModel {
        id: Set(app.clock.id().into()),
        revision_id: Set(id.parse().unwrap()),
        person_id: Set(person_id(&app, DRAFTER).await),
        cause: Set(OfferCause::Issue),
        due_on: Set("2026-11-20".parse().unwrap()),
        offered_at: Set(app.clock.now()),
        voided_at: Set(None),
        void_reason: Set(None),
    };
    let db = app.app.store.read();
    let offer = offer.insert(db).await.unwrap();
    app.sign_in(DRAFTER).await.post(&format!("/api/v1/distributions/{}/open", offer.id), json!({})).await.expect(200);
    for table in ["route_word", "receipt", "issue_decision"] {
        for act in [format!("DELETE FROM {table}"), format!("UPDATE {table} SET id = id")] {
            assert!(db.execute_unprepared(&act).await.is_err(), "{act}");
        }
    }
}

#[tokio::test]
async fn drafts_are_for_their_people_and_documents_for_their_unit() {
    let app = TestApp::start().await;
    let (document, id) = in_force(&app, "Đăng ký lại khai sinh").await;
    let hidden = draft(&app, &document_of(&app, "Đăng ký giám hộ").await).await;
    let titles = async |login: &str, query: &str| {
        let page = app.sign_in(login).await.get(&format!("/api/v1/procedures{query}")).await.expect(200).json();
        page["items"].as_array().unwrap().iter().map(|row| row["title"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(titles(SECRETARY, "").await.len(), 2);
    assert_eq!(titles(SECRETARY, "?q=KHAI%20sinh").await, ["Đăng ký lại khai sinh"], "found without diacritics");
    assert_eq!(titles(SECRETARY, "?state=preparing").await, ["Đăng ký giám hộ"]);
    // The reviewer has no part in the draft yet and does not keep documents.
    assert_eq!(titles(REVIEWER, "").await, ["Đăng ký lại khai sinh"]);
    app.sign_in(REVIEWER).await.get(&path(&hidden)).await.expect(404);
    for stranger in ["chutich.binh", "thukyiso", "daumoi.chau"] {
        let client = app.sign_in(stranger).await;
        client.get(&format!("/api/v1/procedures/{document}")).await.expect(404);
        client.get(&path(&id)).await.expect(404);
        client.get(&format!("{}/diff?with={hidden}", path(&id))).await.expect(404);
        let etag = "\"1\"";
        client.post_at(&format!("{}/submit", path(&hidden)), etag, json!({})).await.expect(404);
    }
    let first = app.sign_in(SECRETARY).await.get("/api/v1/procedures?limit=1").await.expect(200).json();
    let rest = app.sign_in(SECRETARY).await.get(first["next"].as_str().unwrap()).await.expect(200).json();
    assert_ne!(first["items"][0]["id"], rest["items"][0]["id"]);
    assert_eq!(rest["next"], Json::Null);
}

fn law(number: &str, to: Option<&str>) -> Json {
    json!({"number": number, "title": "Luật Hộ tịch", "type_name": "Luật", "issuer": "Quốc hội", "effective_from": "2016-01-01", "effective_to": to})
}

fn tthc(change: &str, changed_on: &str) -> Json {
    json!({"code": "1.001193.000.00.00.H55", "title": "Đăng ký khai sinh", "field_name": "Hộ tịch", "level_code": "commune",
        "valid_from": "2025-07-01", "last_change": change, "changed_on": changed_on})
}

#[tokio::test]
async fn what_a_document_rests_on_flags_it_when_it_ends_or_changes() {
    let app = TestApp::start().await;
    let secretary = app.sign_in(SECRETARY).await;
    let entered = secretary.post("/api/v1/external-documents", law("60/2014/QH13", None)).await.expect(201);
    assert_eq!(
        secretary.post("/api/v1/external-documents", law("60/2014/QH13", None)).await.expect(422).json()["errors"][0]["code"],
        "taken"
    );
    let document = document_of(&app, "Đăng ký khai sinh").await;
    let id = draft(&app, &document).await;
    let mut text = content();
    text["procedure"]["legal_basis"] = json!([{"text": "Luật Hộ tịch số 60/2014/QH13", "external_document_id": entered.id()}]);
    save(&app.sign_in(DRAFTER).await, &id, json!({ "content": text })).await.expect(200);
    in_approval(&app, &id).await;
    act(&app.sign_in(HEAD).await, &id, "approve", json!({})).await.expect(200);
    app.sign_in(HEAD)
        .await
        .post("/api/v1/issue-decisions", decision("40/QĐ-UBND", "2026-11-16", &[(&id, "2026-11-16")]))
        .await
        .expect(200);
    let flagged = async || {
        let rows = app.sign_in(SECRETARY).await.get("/api/v1/procedures?needs_review=true").await.expect(200).json();
        let one = app.sign_in(SECRETARY).await.get(&format!("/api/v1/procedures/{document}")).await.expect(200).json();
        assert_eq!(one["needs_review"].as_bool(), Some(rows["items"].as_array().unwrap().len() == 1));
        one["needs_review"].as_bool().unwrap()
    };
    assert!(!flagged().await);
    let at = format!("/api/v1/external-documents/{}", entered.id());
    let ended = secretary
        .json(Method::PUT, &at, &[("if-match", &entered.etag())], law("60/2014/QH13", Some("2026-11-15")))
        .await
        .expect(200);
    assert_eq!(ended.json()["validity"], "expired");
    assert!(flagged().await, "its legal basis was linked when it took effect");
    // A draft that rests on it cannot be handed in.
    let next = draft(&app, &document).await;
    let drafter = app.sign_in(DRAFTER).await;
    save(&drafter, &next, json!({ "content": text })).await.expect(200);
    put(&drafter, &next, "route", usual_route(&app).await).await.expect(200);
    let refused = act(&drafter, &next, "submit", json!({})).await.expect(422);
    assert_eq!(faults(&refused), [("/procedure/legal_basis/0/external_document_id".to_owned(), "basis_not_in_force".to_owned())]);
    secretary.json(Method::PUT, &at, &[("if-match", &ended.etag())], law("60/2014/QH13", None)).await.expect(200);
    assert!(!flagged().await);

    // The catalogue: code and suffix apart; a change after the effect flags, an end asks for a replacement.
    let wrong = json!({"code": "9.1", "title": "", "field_name": "Hộ tịch", "level_code": "khong-co", "valid_from": "2025-07-01", "last_change": "abolished"});
    let codes: Vec<String> = faults(&secretary.post("/api/v1/administrative-procedures", wrong).await.expect(422))
        .into_iter()
        .map(|(at, _)| at)
        .collect();
    assert_eq!(codes, ["/code", "/valid_to", "/title", "/level_code"]);
    let made = secretary.post("/api/v1/administrative-procedures", tthc("new", "2025-07-01")).await.expect(201);
    assert_eq!(
        (made.json()["national_code"].as_str(), made.json()["suffix"].as_str()),
        (Some("1.001193"), Some("000.00.00.H55"))
    );
    let twice = secretary.post("/api/v1/administrative-procedures", tthc("new", "2026-07-01")).await.expect(422);
    assert_eq!(faults(&twice), [("/code".to_owned(), "in_catalogue_already".to_owned())]);
    let link = json!({"kind": "administrative_procedure", "target_id": made.id()});
    secretary.post(&format!("/api/v1/procedures/{document}/links"), link).await.expect(200);
    assert!(!flagged().await);
    let head = app.sign_in(HEAD).await;
    let gone = json!({"decision": "41/QĐ-UBND ngày 16/11/2026", "reason": "Bãi bỏ."});
    assert_eq!(act(&head, &id, "withdraw", gone.clone()).await.expect(409).code(), "replacement_missing");
    let at = format!("/api/v1/administrative-procedures/{}", made.id());
    secretary.json(Method::PUT, &at, &[("if-match", &made.etag())], tthc("amended", "2026-11-20")).await.expect(200);
    assert!(flagged().await);
    let (instead, _) = in_force(&app, "Quy trình thay thế").await;
    let mut named = gone;
    named["replaced_by_id"] = json!(instead);
    let withdrawn = act(&head, &id, "withdraw", named).await.expect(200);
    assert_eq!(state(&withdrawn), "withdrawn");
    assert_eq!(secretary.get(&format!("/api/v1/procedures/{document}")).await.expect(200).json()["state"], "withdrawn");
    assert_eq!(
        state(&act(&secretary, &id, "archive", json!({"reason": "Đã thu hồi đủ bản giấy."})).await.expect(200)),
        "archived"
    );
}

#[tokio::test]
async fn a_periodic_review_is_recorded_and_may_ask_for_a_change() {
    let app = TestApp::start().await;
    let (document, _) = in_force(&app, "Cấp giấy xác nhận").await;
    app.set_time("2027-11-20T02:00:00Z");
    let due = app.sign_in(SECRETARY).await.get("/api/v1/procedures?review_due=true").await.expect(200).json();
    assert_eq!(due["items"].as_array().unwrap().len(), 1);
    let secretary = app.sign_in(SECRETARY).await;
    let at = format!("/api/v1/procedures/{document}");
    let review = async |outcome: &str| {
        let etag = secretary.get(&at).await.expect(200).etag();
        secretary.post_at(&format!("{at}/reviews"), &etag, json!({"outcome": outcome, "note": "Đã rà soát."})).await.expect(200);
        secretary.get(&at).await.expect(200).json()["next_review_on"].as_str().unwrap().to_owned()
    };
    assert_eq!(review("still_valid").await, "2028-11-20");
    assert_eq!(secretary.get("/api/v1/change-requests").await.expect(200).json()["items"], json!([]));
    review("revise").await;
    let asked = secretary.get("/api/v1/change-requests?state=proposed").await.expect(200).json();
    assert_eq!(
        (asked["items"][0]["revision"]["source"].as_str(), asked["items"][0]["document_code"].as_str()),
        (Some("periodic_review"), Some("QT-HT-01"))
    );
    assert_eq!(secretary.get(&format!("{at}/reviews")).await.expect(200).json()["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn what_is_not_acknowledged_is_a_duty_of_its_person() {
    let app = TestApp::start().await;
    let document = document_of(&app, "Trả kết quả").await;
    let id = draft(&app, &document).await;
    let person = app.person(DRAFTER).await;
    put(&app.sign_in(DRAFTER).await, &id, "audience", json!({"audience": [{"kind": "person", "person_id": person}]}))
        .await
        .expect(200);
    in_approval(&app, &id).await;
    let head = app.sign_in(HEAD).await;
    act(&head, &id, "approve", json!({})).await.expect(200);
    head.post("/api/v1/issue-decisions", decision("50/QĐ-UBND", "2026-11-16", &[(&id, "2026-11-16")])).await.expect(200);
    let owed = async || {
        let all = api::documents::duties(app.app.store.read(), "2026-11-16".parse().unwrap()).await.unwrap();
        all.into_iter().map(|duty| (duty.duty.code(), duty.code, duty.people.len(), duty.due_on.to_string())).collect::<Vec<_>>()
    };
    assert_eq!(owed().await, [("acknowledge_document", "QT-HT-01".to_owned(), 1, "2026-11-23".to_owned())]);
    let drafter = app.sign_in(DRAFTER).await;
    let own = drafter.get("/api/v1/distributions").await.expect(200).json()["items"][0]["id"].as_str().unwrap().to_owned();
    drafter.post(&format!("/api/v1/distributions/{own}/acknowledge"), json!({"statement": SENTENCE})).await.expect(200);
    assert_eq!(owed().await, []);
}

#[tokio::test]
async fn the_sample_world_goes_with_its_documents() {
    let app = TestApp::start().await;
    let (document, first) = in_force(&app, "Đăng ký tạm trú").await;
    one_more(&app, 1).await;
    let second = approved(&app, &document).await;
    let head = app.sign_in(HEAD).await;
    head.post("/api/v1/issue-decisions", decision("60/QĐ-UBND", "2026-11-16", &[(&second, "2026-11-16")])).await.expect(200);
    assert_eq!(state(&head.get(&path(&first)).await), "superseded");
    api::sample::remove(&app.app.store).await.unwrap();
    assert_eq!(document::Entity::find().count(app.app.store.read()).await.unwrap(), 0);
    // The triggers are back: a new world's documents are kept again.
    api::sample::load_base(&app.app.store).await.unwrap();
    in_force(&app, "Đăng ký tạm trú").await;
    assert!(app.app.store.read().execute_unprepared("DELETE FROM document").await.is_err());
}

/// One more of everything the lists of this area show, the `n`-th, for who keeps documents of MAU-01.
pub async fn one_more(app: &TestApp, n: usize) {
    let db = app.app.store.read();
    let (unit, now) = (unit_id(app, "MAU-01").await, app.clock.now());
    let secretary = person_id(app, SECRETARY).await;
    let on: chrono::NaiveDate = "2026-11-01".parse().unwrap();
    let parent = document::ActiveModel {
        id: Set(app.clock.id().into()),
        unit_id: Set(unit),
        code: Set(Some(format!("QT-{n}"))),
        kind: Set(DocumentKind::Procedure),
        title: Set(format!("Quy trình {n}")),
        field_name: Set(Some("Hộ tịch".to_owned())),
        state: Set(DocumentState::InForce),
        review_months: Set(12),
        next_review_on: Set(Some(on)),
        search_text: Set(format!("qt-{n} quy trinh {n}")),
        created_by_id: Set(secretary),
        version: Set(1),
        created_at: Set(now),
        ..Default::default()
    };
    let parent = parent.insert(db).await.unwrap();
    let decided = issue_decision::ActiveModel {
        id: Set(app.clock.id().into()),
        unit_id: Set(unit),
        number: Set(format!("{n}/QĐ-UBND")),
        signed_on: Set(on),
        title: Set("Ban hành".to_owned()),
        recorded_by_id: Set(secretary),
        created_at: Set(now),
    };
    let decided = decided.insert(db).await.unwrap();
    let row = revision::ActiveModel {
        id: Set(app.clock.id().into()),
        document_id: Set(parent.id),
        issue_no: Set(Some(1)),
        amendment_no: Set(Some(0)),
        state: Set(RevisionState::Effective),
        form: Set(TextForm::Written),
        source: Set(RequestSource::FirstIssue),
        reason: Set("Lần đầu".to_owned()),
        request_code: Set(Some(format!("YC-2026-9{n:03}"))),
        requested_by_id: Set(secretary),
        author_ids: Set(json!([])),
        content: Set(json!({})),
        submission: Set(1),
        route_no: Set(0),
        decision_id: Set(Some(decided.id)),
        effective_from: Set(Some(on)),
        version: Set(1),
        created_at: Set(now),
        ..Default::default()
    };
    let row = row.insert(db).await.unwrap();
    let offer = distribution::ActiveModel {
        id: Set(app.clock.id().into()),
        revision_id: Set(row.id),
        person_id: Set(secretary),
        cause: Set(OfferCause::Issue),
        due_on: Set(on),
        offered_at: Set(now),
        voided_at: Set(None),
        void_reason: Set(None),
    };
    let offer = offer.insert(db).await.unwrap();
    let sent = receipt::ActiveModel {
        id: Set(app.clock.id().into()),
        distribution_id: Set(offer.id),
        fact: Set(ReceiptFact::Sent),
        statement: Set(None),
        content_hash: Set(None),
        at: Set(now),
    };
    sent.insert(db).await.unwrap();
    registers(app, n).await;
}

async fn registers(app: &TestApp, n: usize) {
    let db = app.app.store.read();
    let (unit, now) = (unit_id(app, "MAU-01").await, app.clock.now());
    let secretary = person_id(app, SECRETARY).await;
    let on: chrono::NaiveDate = "2026-11-01".parse().unwrap();
    let outside = external_document::ActiveModel {
        id: Set(app.clock.id().into()),
        unit_id: Set(unit),
        number: Set(format!("{n}/2026/NĐ-CP")),
        title: Set("Nghị định".to_owned()),
        type_name: Set("Nghị định".to_owned()),
        issuer: Set("Chính phủ".to_owned()),
        search_text: Set("nghi dinh".to_owned()),
        created_by_id: Set(secretary),
        version: Set(1),
        created_at: Set(now),
        ..Default::default()
    };
    outside.insert(db).await.unwrap();
    let entry = administrative_procedure::ActiveModel {
        id: Set(app.clock.id().into()),
        unit_id: Set(unit),
        national_code: Set(format!("1.{n:06}")),
        title: Set("Thủ tục".to_owned()),
        field_name: Set("Hộ tịch".to_owned()),
        level_code: Set("commune".to_owned()),
        valid_from: Set(on),
        last_change: Set(domain::document::control::ProcedureChange::New),
        changed_on: Set(on),
        search_text: Set("thu tuc".to_owned()),
        created_by_id: Set(secretary),
        version: Set(1),
        created_at: Set(now),
        ..Default::default()
    };
    entry.insert(db).await.unwrap();
    let line = kept_record::ActiveModel {
        id: Set(app.clock.id().into()),
        unit_id: Set(unit),
        record: Set(json!({"name": format!("Hồ sơ {n}")})),
        created_by_id: Set(secretary),
        version: Set(1),
        created_at: Set(now),
        ..Default::default()
    };
    line.insert(db).await.unwrap();
    let decided = procedure_change_list::ActiveModel {
        id: Set(app.clock.id().into()),
        unit_id: Set(unit),
        decision: Set(format!("{n}/QĐ-UBND")),
        decided_on: Set(on),
        effective_on: Set(on),
        revise_days: Set(10),
        due_on: Set(on),
        created_by_id: Set(secretary),
        version: Set(1),
        created_at: Set(now),
        ..Default::default()
    };
    let decided = decided.insert(db).await.unwrap();
    // An open task a decision, so that the work list has one more line.
    let change = procedure_change::ActiveModel {
        id: Set(app.clock.id().into()),
        list_id: Set(decided.id),
        position: Set(1),
        national_code: Set(format!("2.{n:06}")),
        change: Set(domain::document::control::ProcedureChange::New),
        title: Set(format!("Thủ tục mới {n}")),
        field_name: Set("Hộ tịch".to_owned()),
        level_code: Set("commune".to_owned()),
        ..Default::default()
    };
    change.insert(db).await.unwrap();
}

/// The lists of this area, for the test that counts statements.
pub const LISTS: [&str; 8] = [
    "procedures",
    "change-requests",
    "issue-decisions",
    "distributions",
    "external-documents",
    "administrative-procedures",
    "kept-records",
    "procedure-change-lists",
];

#[tokio::test]
async fn who_is_taken_off_a_route_without_having_spoken_sees_the_draft_no_more() {
    let app = TestApp::start().await;
    let document = document_of(&app, "Đăng ký nhận cha, mẹ, con").await;
    let id = draft(&app, &document).await;
    let other = app.sign_in("daumoi.binh").await;
    let (drafter, reviewer) = (app.sign_in(DRAFTER).await, app.sign_in(REVIEWER).await);
    let route = async |login: &str| {
        json!({"steps": [
            {"act": "review", "rule": "any", "people": [app.person(login).await]},
            {"act": "approve", "rule": "any", "people": [app.person(HEAD).await]}]})
    };
    let sees = async |client: &Client, status: u16| {
        client.get(&path(&id)).await.expect(status);
        client.get(&format!("/api/v1/procedures/{document}")).await.expect(status);
    };
    put(&drafter, &id, "route", route(REVIEWER).await).await.expect(200);
    sees(&reviewer, 200).await;
    sees(&other, 404).await;
    put(&drafter, &id, "route", route("daumoi.binh").await).await.expect(200);
    sees(&reviewer, 404).await;
    // The control: whoever is on the route that counts sees it, and goes on doing so once they have said something.
    sees(&other, 200).await;
    act(&drafter, &id, "submit", json!({})).await.expect(200);
    act(&other, &id, "review", json!({})).await.expect(200);
    act(&app.sign_in(HEAD).await, &id, "return", json!({"remark": "Sửa lệ phí."})).await.expect(200);
    put(&drafter, &id, "route", route(REVIEWER).await).await.expect(200);
    sees(&other, 200).await;
    sees(&reviewer, 200).await;
}

#[tokio::test]
async fn a_request_and_an_approved_text_wait_for_those_who_may_act_on_them_at_their_own_unit() {
    let app = TestApp::start().await;
    // Who keeps everything below the province is not told of each commune's requests.
    keeps(&app, "thukyiso", "MAU", Span::Subtree).await;
    keeps(&app, "daumoi.binh", "MAU-02", Span::Own).await;
    holds(&app, "vanthu", Role::Registrar, "MAU-01", Span::Own).await;
    let mut everybody = Vec::new();
    for login in [DRAFTER, SECRETARY, HEAD, "vanthu", "thukyiso", "daumoi.binh"] {
        everybody.push((login, app.sign_in(login).await));
    }
    let waiting = async |verb: &str| {
        let mut found = Vec::new();
        for (login, client) in &everybody {
            let list = client.get("/api/v1/work").await.expect(200).json();
            for item in list["items"].as_array().unwrap().iter().filter(|item| item["verb"] == verb) {
                let text = |field: &str| item[field].as_str().unwrap().to_owned();
                found.push((*login, text("code"), text("href")));
            }
        }
        found
    };
    let ask = json!({"kind": "procedure", "title": "Đăng ký khai sinh", "source": "suggestion", "reason": "Chưa có."});
    let asked = app.sign_in(DRAFTER).await.post("/api/v1/change-requests", ask).await.expect(201);
    let id = revision_of(&asked);
    let at = |login: &'static str| (login, "YC-2026-0001".to_owned(), format!("/quy-trinh/lan/{id}"));
    assert_eq!(waiting("decide_request").await, [at(SECRETARY), at(HEAD)]);
    let today = app.browse(SECRETARY).await.get("/").await.expect(200).text();
    assert!(today.contains("Quyết định đề nghị về tài liệu"), "{today}");
    let task = json!({"drafter_id": app.person(DRAFTER).await});
    let accept = format!("/api/v1/change-requests/{id}/accept");
    app.sign_in(SECRETARY).await.post_at(&accept, &asked.etag(), task).await.expect(200);
    assert_eq!(waiting("decide_request").await, []);

    save(&app.sign_in(DRAFTER).await, &id, json!({"content": content()})).await.expect(200);
    in_approval(&app, &id).await;
    assert_eq!(waiting("issue_document").await, []);
    act(&app.sign_in(HEAD).await, &id, "approve", json!({})).await.expect(200);
    let at = |login: &'static str| (login, "QT-01".to_owned(), "/quy-trinh/ban-hanh".to_owned());
    assert_eq!(waiting("issue_document").await, [at(HEAD), at("vanthu")]);
    let body = decision("05/QĐ-UBND", "2026-11-16", &[(&id, "2026-12-01")]);
    app.sign_in(HEAD).await.post("/api/v1/issue-decisions", body).await.expect(200);
    assert_eq!(waiting("issue_document").await, [], "decided, though not in force yet");
}
