//! Decisions that change the TTHC catalogue: taken over on their day, asked of each unit, ticked by what is in force.

use domain::permission::Span;
use entities::{administrative_procedure, procedure_change_list, revision};
use poem::http::Method;
use render::sheets::{Cell, Head, Sheet, write};
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _};
use serde_json::{Value as Json, json};
use tests::{Answer, Client, TestApp};

use crate::documents::{HEAD, SECRETARY, act, amend, decision, in_force, keeps};
use crate::support::person_id;

const LISTS: &str = "/api/v1/procedure-change-lists";
const PROVINCE: &str = "thukyiso";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The province with a catalogue of three procedures, and a commune with a procedure in force for each.
struct World {
    app: TestApp,
    province: Client,
    root: String,
    /// Procedures of An Mẫu, in the order of their codes.
    documents: Vec<String>,
}

const CODES: [(&str, &str); 3] =
    [("1.001193", "Đăng ký khai sinh"), ("1.001194", "Đăng ký kết hôn"), ("1.001195", "Đăng ký khai tử")];

async fn world() -> World {
    let app = TestApp::start().await;
    keeps(&app, PROVINCE, "MAU", Span::Subtree).await;
    let (province, secretary) = (app.sign_in(PROVINCE).await, app.sign_in(SECRETARY).await);
    let root = app.unit("MAU").await;
    let mut documents = Vec::new();
    for (code, title) in CODES {
        let entry = json!({"unit_id": root, "code": code, "title": title, "field_name": "Hộ tịch", "level_code": "commune",
            "time_limit": "03 ngày làm việc", "valid_from": "2026-07-01", "last_change": "new", "changed_on": "2026-07-01"});
        let entry = province.post("/api/v1/administrative-procedures", entry).await.expect(201).id();
        let (document, _) = in_force(&app, title).await;
        let link = json!({"kind": "administrative_procedure", "target_id": entry});
        secretary.post(&format!("/api/v1/procedures/{document}/links"), link).await.expect(200);
        documents.push(document);
    }
    World { app, province, root, documents }
}

/// One amended, one abolished, one replaced by a new one, one new.
fn body(root: &str) -> Json {
    let new = |code: &str, title: &str| json!({"code": code, "change": "new", "title": title, "field_name": "Hộ tịch", "level": "Cấp xã"});
    json!({"unit_id": root, "decision": "1234/QĐ-UBND", "decided_on": "2026-11-16", "effective_on": "2026-11-20", "revise_days": 10,
        "changes": [
            {"code": "1.001193.000.00.00.H55", "change": "amended", "time_limit": "01 ngày làm việc"},
            {"code": "1.001194", "change": "abolished"},
            {"code": "1.001195", "change": "replaced", "replaced_by": "1.009001"},
            new("1.009001", "Đăng ký khai tử lưu động"), new("1.009002", "Xác nhận thông tin hộ tịch")]})
}

/// What is asked of a unit: code, task, whether done, whether asked for.
async fn tasks(client: &Client, id: &str, query: &str) -> Vec<(String, String, bool, bool)> {
    let found = client.get(&format!("{LISTS}/{id}/tasks{query}")).await.expect(200).json();
    let text = |value: &Json| value.as_str().unwrap().to_owned();
    let one = |row: &Json| {
        (text(&row["national_code"]), text(&row["task"]), row["done"].as_bool().unwrap(), !row["revision_id"].is_null())
    };
    found["items"].as_array().unwrap().iter().map(one).collect()
}

fn expected(rows: &[(&str, &str, bool, bool)]) -> Vec<(String, String, bool, bool)> {
    rows.iter().map(|(code, task, done, asked)| ((*code).to_owned(), (*task).to_owned(), *done, *asked)).collect()
}

async fn entry(client: &Client, code: &str) -> Option<Json> {
    let found = client.get(&format!("/api/v1/administrative-procedures?q={code}")).await.expect(200).json();
    found["items"].as_array().unwrap().first().cloned()
}

/// Moves the clock and does what falls due by itself.
async fn on(app: &TestApp, instant: &str) {
    app.set_time(instant);
    api::jobs::plan(&app.app).await.unwrap();
}

/// The waiting thing about the decision, of a person's work list.
async fn waiting(client: &Client) -> Option<Json> {
    let found = client.get("/api/v1/work").await.expect(200).json();
    found["items"].as_array().unwrap().iter().find(|item| item["verb"] == "revise_procedures").cloned()
}

#[tokio::test]
async fn a_decision_changes_the_catalogue_on_its_day_and_not_before() {
    let World { app, province, root, .. } = world().await;
    let made = province.post(LISTS, body(&root)).await.expect(201).json();
    assert_eq!(
        (made["due_on"].as_str(), made["applied"].as_bool()),
        (Some("2026-12-07"), Some(false)),
        "ten working days, the holiday of 24/11 among them: {made}"
    );
    on(&app, "2026-11-19T10:00:00Z").await;
    let province = app.sign_in(PROVINCE).await;
    let before = entry(&province, "1.001194").await.unwrap();
    assert_eq!((before["valid_to"].is_null(), before["last_change"].as_str()), (true, Some("new")), "{before}");
    assert!(entry(&province, "1.009001").await.is_none());

    on(&app, "2026-11-20T00:30:00Z").await;
    let province = app.sign_in(PROVINCE).await;
    let amended = entry(&province, "1.001193").await.unwrap();
    assert_eq!(
        (
            amended["last_change"].as_str(),
            amended["changed_on"].as_str(),
            amended["time_limit"].as_str(),
            amended["title"].as_str()
        ),
        (Some("amended"), Some("2026-11-20"), Some("01 ngày làm việc"), Some("Đăng ký khai sinh")),
        "what the decision does not say stays"
    );
    assert_eq!(amended["decision"], "1234/QĐ-UBND ngày 16/11/2026");
    let abolished = entry(&province, "1.001194").await.unwrap();
    assert_eq!((abolished["valid_to"].as_str(), abolished["last_change"].as_str()), (Some("2026-11-19"), Some("abolished")));
    let new = entry(&province, "1.009001").await.unwrap();
    assert_eq!((new["valid_from"].as_str(), new["level_code"].as_str()), (Some("2026-11-20"), Some("commune")));
    let replaced = entry(&province, "1.001195").await.unwrap();
    assert_eq!((replaced["valid_to"].as_str(), replaced["replaced_by_id"].as_str()), (Some("2026-11-19"), new["id"].as_str()));
    // The plan again changes nothing more.
    let count = administrative_procedure::Entity::find().count(app.app.store.read()).await.unwrap();
    on(&app, "2026-11-21T00:30:00Z").await;
    assert_eq!(administrative_procedure::Entity::find().count(app.app.store.read()).await.unwrap(), count);
    assert_eq!(entry(&app.sign_in(PROVINCE).await, "1.001194").await.unwrap()["version"], abolished["version"]);
}

#[tokio::test]
async fn a_decision_whose_day_has_come_is_taken_over_at_once() {
    let World { province, root, .. } = world().await;
    let mut today = body(&root);
    today["effective_on"] = json!("2026-11-16");
    let made = province.post(LISTS, today).await.expect(201).json();
    assert_eq!(made["applied"], true);
    assert_eq!(entry(&province, "1.001194").await.unwrap()["valid_to"], "2026-11-15");
}

#[tokio::test]
async fn each_unit_is_asked_what_it_has_and_what_is_done_ticks_itself() {
    let World { app, province, root, documents } = world().await;
    let looked = province.post(&format!("{LISTS}/preview"), body(&root)).await.expect(200).json();
    assert_eq!(looked["totals"], json!({"units": 1, "write": 1, "revise": 2, "withdraw": 1, "done": 0, "asked": 0}));
    assert_eq!(procedure_change_list::Entity::find().count(app.app.store.read()).await.unwrap(), 0, "looking writes nothing");
    let id = province.post(LISTS, body(&root)).await.expect(201).id();
    let open = expected(&[
        ("1.001193", "revise", false, false),
        ("1.001194", "withdraw", false, false),
        ("1.001195", "revise", false, false),
        ("1.009002", "write", false, false),
    ]);
    let secretary = app.sign_in(SECRETARY).await;
    assert_eq!(tasks(&secretary, &id, "").await, open, "the new one that replaces an old one is not written twice");
    assert_eq!(tasks(&province, &id, "").await, open, "a commune without procedures is not asked");
    let item = waiting(&secretary).await.unwrap();
    assert_eq!((item["due_on"].as_str(), item["count"].as_u64()), (Some("2026-12-07"), Some(4)), "{item}");
    assert!(waiting(&province).await.is_none(), "the province keeps none of its own for them");
    assert!(waiting(&app.sign_in("congchuc.an").await).await.is_none());

    // Page by page, by the links given: nothing twice, nothing left out.
    let (mut seen, mut next) = (Vec::new(), Some(format!("{LISTS}/{id}/tasks?limit=3")));
    while let Some(page) = next {
        let found = secretary.get(&page).await.expect(200).json();
        assert_eq!(found["totals"]["revise"], 2, "the totals are of all pages");
        let items = found["items"].as_array().unwrap();
        assert!(items.len() <= 3);
        seen.extend(items.iter().map(|item| item["national_code"].as_str().unwrap().to_owned()));
        next = found["next"].as_str().map(str::to_owned);
    }
    assert_eq!(seen, open.iter().map(|(code, ..)| code.clone()).collect::<Vec<_>>());

    // One act opens all requests, and only once.
    let unit = app.unit("MAU-01").await;
    let requests = format!("{LISTS}/{id}/requests");
    let revisions = async || revision::Entity::find().count(app.app.store.read()).await.unwrap();
    let before = revisions().await;
    let opened = secretary.post(&requests, json!({"unit_id": unit})).await.expect(200).json();
    assert_eq!(opened, json!({"requests": 4, "units": 1}));
    assert_eq!(revisions().await, before + 4);
    assert_eq!(secretary.post(&requests, json!({})).await.expect(409).code(), "nothing_to_request");
    assert_eq!(revisions().await, before + 4);
    assert!(tasks(&secretary, &id, "").await.iter().all(|(.., done, asked)| *asked && !*done));
    let asked = secretary.get("/api/v1/change-requests").await.expect(200).json();
    let about = |row: &&Json| row["revision"]["reason"].as_str().is_some_and(|reason| reason.contains("1.001193"));
    let one = asked["items"].as_array().unwrap().iter().find(about).unwrap_or_else(|| panic!("{asked}"))["revision"].clone();
    assert_eq!(
        (one["source"].as_str(), one["source_ref"].as_str()),
        (Some("procedure_change"), Some("1234/QĐ-UBND ngày 16/11/2026"))
    );

    // The amended one is revised from the day on, the abolished one withdrawn: each ticks itself.
    on(&app, "2026-11-20T02:00:00Z").await;
    let head = app.sign_in(HEAD).await;
    let revised = amend(&app, &documents[0], "Trung tâm và các điểm lưu động.").await;
    head.post("/api/v1/issue-decisions", decision("QĐ 77", "2026-11-20", &[(&revised, "2026-11-20")])).await.expect(200);
    let current = head.get(&format!("/api/v1/procedures/{}/in-force", documents[1])).await.expect(200).id();
    act(&head, &current, "withdraw", json!({"decision": "QĐ 78/QĐ-UBND", "reason": "Thủ tục bị bãi bỏ."})).await.expect(200);
    let secretary = app.sign_in(SECRETARY).await;
    let now = tasks(&secretary, &id, &format!("?unit_id={unit}")).await;
    let done: Vec<(&str, bool)> = now.iter().map(|(code, _, done, _)| (code.as_str(), *done)).collect();
    assert_eq!(done, [("1.001193", true), ("1.001194", true), ("1.001195", false), ("1.009002", false)]);
    assert_eq!(waiting(&secretary).await.unwrap()["count"], 2);
    let asked = secretary.get("/api/v1/change-requests?state=cancelled").await.expect(200).json();
    let ended: Vec<&Json> = asked["items"].as_array().unwrap().iter().map(|row| &row["revision"]).collect();
    let [request] = ended.as_slice() else { panic!("the request to withdraw ends with the withdrawal, no other: {asked}") };
    assert!(request["reason"].as_str().unwrap().contains("1.001194"), "{request}");
    assert!(request["end_reason"].as_str().unwrap().contains("QĐ 78/QĐ-UBND"), "{request}");
}

#[tokio::test]
async fn a_decision_is_reminded_of_before_its_last_day_by_the_units_own_secretary_and_when_late_by_the_head() {
    let World { app, province, root, .. } = world().await;
    let id = province.post(LISTS, body(&root)).await.expect(201).id();
    let (secretary, above) = (person_id(&app, SECRETARY).await, person_id(&app, PROVINCE).await);
    let head = person_id(&app, HEAD).await;
    let stages = async |person: domain::id::PersonId| {
        let rows = entities::reminder::Entity::find()
            .filter(entities::reminder::Column::Rule.eq("revise_procedures"))
            .filter(entities::reminder::Column::PersonId.eq(person))
            .order_by_asc(entities::reminder::Column::Id)
            .all(app.app.store.read())
            .await
            .unwrap();
        rows.into_iter().map(|row| row.stage).collect::<Vec<_>>()
    };
    let mut expected = Vec::new();
    for (day, stage) in [("11-25", ""), ("11-26", "before_7"), ("12-02", "before_3"), ("12-07", "due"), ("12-09", "overdue_2")] {
        on(&app, &format!("2026-{day}T02:00:00Z")).await;
        app.run_jobs().await;
        expected.extend((!stage.is_empty()).then_some(stage.to_owned()));
        assert_eq!(stages(secretary).await, expected, "{day}");
    }
    assert_eq!(stages(head).await, ["overdue_2"], "the head once it is late");
    assert!(stages(above).await.is_empty(), "who keeps the documents of the province sees them on the page");
    let told = app.sign_in(SECRETARY).await.get("/api/v1/reminders/preview?on=2026-12-09").await.expect(200).json();
    assert!(told.to_string().contains("1234/QĐ-UBND ngày 16/11/2026"), "{told}");

    let owed = async |day: &str| api::documents::changes::owed::duties(app.app.store.read(), day.parse().unwrap()).await.unwrap();
    let [duty] =
        owed("2026-12-09").await.try_into().unwrap_or_else(|many| panic!("one a unit, however many procedures: {many:?}"));
    assert_eq!((duty.code.as_str(), duty.unit_name.as_str()), ("1234/QĐ-UBND", "Xã An Mẫu"));
    assert!(duty.link.ends_with(&format!("/{id}?don_vi={}", app.unit("MAU-01").await)), "{}", duty.link);
    assert!(
        owed("2026-10-30").await.is_empty() && owed("2027-03-01").await.is_empty(),
        "long before and long after nobody is reminded"
    );
}

#[tokio::test]
async fn a_decision_is_entered_whole_or_not_and_everything_wrong_is_told_at_once() {
    let World { app, province, root, .. } = world().await;
    let wrong = json!({"unit_id": root, "decision": " ", "decided_on": "2026-11-17", "effective_on": "2026-11-01", "revise_days": 0, "changes": [
        {"code": "1.00119", "change": "amended"},
        {"code": "1.008888", "change": "abolished"},
        {"code": "1.001193", "change": "new", "title": "Có rồi", "field_name": "Hộ tịch", "level": "Cấp trời"},
        {"code": "1.001194", "change": "replaced"},
        {"code": "1.001195", "change": "replaced", "replaced_by": "1.001195"},
        {"code": "1.001195", "change": "amended", "replaced_by": "1.007777"},
        {"code": "1.007001", "change": "new"}]});
    for path in [LISTS.to_owned(), format!("{LISTS}/preview")] {
        let refused = province.post(&path, wrong.clone()).await.expect(422).json();
        let text = |value: &Json| value.as_str().unwrap().to_owned();
        let mut found: Vec<(String, String)> =
            refused["errors"].as_array().unwrap().iter().map(|one| (text(&one["pointer"]), text(&one["code"]))).collect();
        found.sort();
        let wanted = [
            ("/changes/0/code", "national_code_form"),
            ("/changes/1/code", "not_in_catalogue"),
            ("/changes/2/code", "in_catalogue_already"),
            ("/changes/2/level", "unknown_level"),
            ("/changes/3/replaced_by", "required"),
            ("/changes/4/replaced_by", "replaced_by_itself"),
            ("/changes/5/code", "changed_twice"),
            ("/changes/5/replaced_by", "not_in_catalogue"),
            ("/changes/5/replaced_by", "replaced_only"),
            ("/changes/6/field_name", "required"),
            ("/changes/6/level", "required"),
            ("/changes/6/title", "required"),
            ("/decided_on", "after_today"),
            ("/decision", "required"),
            ("/effective_on", "before_start"),
            ("/revise_days", "out_of_range"),
        ];
        assert_eq!(found, wanted.map(|(at, code)| (at.to_owned(), code.to_owned())));
    }
    assert_eq!(procedure_change_list::Entity::find().count(app.app.store.read()).await.unwrap(), 0);
    province.post(LISTS, body(&root)).await.expect(201);
}

#[tokio::test]
async fn a_decision_is_taken_back_before_its_day_and_before_anybody_works_on_it() {
    let World { app, province, root, .. } = world().await;
    let made = province.post(LISTS, body(&root)).await.expect(201);
    let (id, etag) = (made.id(), made.etag());
    let cancel = format!("{LISTS}/{id}/cancel");
    province.post_at(&cancel, &etag, json!({"reason": " "})).await.expect(422);
    province.post_at(&cancel, "\"7\"", json!({"reason": "Nhập nhầm."})).await.expect(412);
    let secretary = app.sign_in(SECRETARY).await;
    assert_eq!(
        secretary.post_at(&cancel, &etag, json!({"reason": "Nhập nhầm."})).await.expect(403).code(),
        "document_control_only"
    );
    secretary.post(&format!("{LISTS}/{id}/requests"), json!({})).await.expect(200);
    assert_eq!(province.post_at(&cancel, &etag, json!({"reason": "Nhập nhầm."})).await.expect(409).code(), "change_list_in_use");

    // What was asked for as new is in the catalogue now, from its day on.
    let mut other = body(&root);
    other["decision"] = json!("99/QĐ-UBND");
    let again = province.post(LISTS, other.clone()).await.expect(422).json();
    assert!(again["errors"].as_array().unwrap().iter().all(|one| one["code"] == "in_catalogue_already"), "{again}");
    other["changes"] = json!([{"code": "1.001193", "change": "abolished"}]);
    let made = province.post(LISTS, other).await.expect(201);
    let (second, etag) = (made.id(), made.etag());
    province.post_at(&format!("{LISTS}/{second}/cancel"), &etag, json!({"reason": "Nhập nhầm."})).await.expect(200);
    assert!(tasks(&secretary, &second, "").await.is_empty());
    assert_eq!(
        secretary.post(&format!("{LISTS}/{second}/requests"), json!({})).await.expect(409).code(),
        "change_list_cancelled"
    );
    // On its day the first is taken over, the cancelled one is not.
    on(&app, "2026-11-20T02:00:00Z").await;
    let province = app.sign_in(PROVINCE).await;
    let first = province.get(&format!("{LISTS}/{id}")).await.expect(200);
    assert_eq!(first.json()["applied"], true);
    assert_eq!(province.get(&format!("{LISTS}/{second}")).await.expect(200).json()["applied"], false);
    let late = province.post_at(&cancel, &first.etag(), json!({"reason": "Nhập nhầm."})).await.expect(409);
    assert_eq!(late.code(), "change_list_in_effect");
}

#[tokio::test]
async fn a_decision_taken_back_leaves_nothing_in_the_catalogue() {
    let World { app, province, root, .. } = world().await;
    let made = province.post(LISTS, body(&root)).await.expect(201);
    let (id, etag) = (made.id(), made.etag());
    let secretary = app.sign_in(SECRETARY).await;
    secretary.post(&format!("{LISTS}/{id}/requests"), json!({})).await.expect(200);
    let asked = secretary.get("/api/v1/change-requests").await.expect(200).json();
    for row in asked["items"].as_array().unwrap() {
        act(&secretary, row["revision"]["id"].as_str().unwrap(), "cancel", json!({"reason": "Quyết định nhập nhầm."}))
            .await
            .expect(200);
    }
    province.post_at(&format!("{LISTS}/{id}/cancel"), &etag, json!({"reason": "Nhập nhầm."})).await.expect(200);
    on(&app, "2026-11-20T02:00:00Z").await;
    let province = app.sign_in(PROVINCE).await;
    let ahead = entry(&province, "1.009002").await.unwrap();
    assert!(ahead["valid_to"].as_str().unwrap() < ahead["valid_from"].as_str().unwrap(), "it never began: {ahead}");
    let mut right = body(&root);
    right["decision"] = json!("99/QĐ-UBND");
    province.post(LISTS, right).await.expect(201);
    let again = entry(&province, "1.009002").await.unwrap();
    assert_eq!((again["valid_to"].is_null(), again["decision"].as_str()), (true, Some("99/QĐ-UBND ngày 16/11/2026")), "{again}");
}

#[tokio::test]
async fn a_decision_entered_late_does_not_undo_what_came_since() {
    let World { app, province, root, .. } = world().await;
    let decision = |number: &str, effective_on: &str, time: &str| {
        json!({"unit_id": root, "decision": number, "decided_on": effective_on,
        "effective_on": effective_on, "revise_days": 10, "changes": [{"code": "1.001193", "change": "amended", "time_limit": time}]})
    };
    province.post(LISTS, decision("20/QĐ-UBND", "2026-11-10", "02 ngày làm việc")).await.expect(201);
    let late = province.post(LISTS, decision("19/QĐ-UBND", "2026-11-05", "05 ngày làm việc")).await.expect(422).json();
    assert_eq!(
        (&late["errors"][0]["pointer"], &late["errors"][0]["code"]),
        (&json!("/changes/0/code"), &json!("changed_later")),
        "{late}"
    );
    let now = entry(&province, "1.001193").await.unwrap();
    assert_eq!((now["time_limit"].as_str(), now["changed_on"].as_str()), (Some("02 ngày làm việc"), Some("2026-11-10")));
    province.post(LISTS, decision("21/QĐ-UBND", "2026-11-10", "03 ngày làm việc")).await.expect(201);
    assert_eq!(entry(&app.sign_in(PROVINCE).await, "1.001193").await.unwrap()["time_limit"], "03 ngày làm việc", "the control");
}

#[tokio::test]
async fn who_only_reads_sees_the_decision_and_no_drafts_and_nobody_asks_for_another_unit() {
    let World { app, province, root, .. } = world().await;
    let id = province.post(LISTS, body(&root)).await.expect(201).id();
    let reader = app.sign_in("congchuc.an").await;
    let seen = reader.get(&format!("{LISTS}/{id}")).await.expect(200).json();
    assert_eq!(seen["changes"].as_array().unwrap().len(), 5);
    assert!(tasks(&reader, &id, "").await.is_empty());
    reader.post(&format!("{LISTS}/{id}/requests"), json!({})).await.expect(403);
    reader.post(LISTS, body(&root)).await.expect(403);
    keeps(&app, "daumoi.binh", "MAU-02", Span::Own).await;
    let neighbour = app.sign_in("daumoi.binh").await;
    let an = app.unit("MAU-01").await;
    neighbour.get(&format!("{LISTS}/{id}/tasks?unit_id={an}")).await.expect(404);
    neighbour.post(&format!("{LISTS}/{id}/requests"), json!({"unit_id": an})).await.expect(404);
    assert!(tasks(&neighbour, &id, "").await.is_empty());
    assert_eq!(neighbour.post(&format!("{LISTS}/{id}/requests"), json!({})).await.expect(409).code(), "nothing_to_request");
    // A decision of one commune is not its neighbour's to see.
    let own = json!({"decision": "5/QĐ-UBND", "decided_on": "2026-11-16", "effective_on": "2026-11-20",
        "changes": [{"code": "1.001193", "change": "amended"}]});
    let own = app.sign_in(SECRETARY).await.post(LISTS, own).await.expect(201).id();
    neighbour.get(&format!("{LISTS}/{own}")).await.expect(404);
    app.sign_in(HEAD).await.get(&format!("{LISTS}/{own}")).await.expect(200);
}

/// A file of changes: some heads as in the template, some by code.
fn file(rows: &[[&str; 6]]) -> Vec<u8> {
    let heads = ["Mã thủ tục", "Loại thay đổi", "title", "Lĩnh vực", "Cấp thực hiện", "replaced_by"];
    let sheet = Sheet {
        name: "Thay đổi".to_owned(),
        heads: heads.map(|head| Head::new(head, 20)).to_vec(),
        rows: rows.iter().map(|row| row.iter().map(|cell| Cell::text(*cell)).collect()).collect(),
        ..Sheet::default()
    };
    write(&[sheet]).unwrap()
}

const GOOD: [[&str; 6]; 4] = [
    ["1.001193", "Sửa đổi, bổ sung", "", "", "", ""],
    ["1.001194", "abolished", "", "", "", ""],
    ["1.001195", "Thay thế", "", "", "", "1.009001"],
    ["1.009001", "Ban hành mới", "Đăng ký khai tử lưu động", "Hộ tịch", "Cấp xã", ""],
];

async fn send(client: &Client, root: &str, dry_run: bool, bytes: Vec<u8>) -> Answer {
    let path = format!(
        "{LISTS}/import?unit_id={root}&decision=1234%2FQ%C4%90-UBND&decided_on=2026-11-16&effective_on=2026-11-20&dry_run={dry_run}"
    );
    client.send(Method::POST, &path, &[("content-type", XLSX)], bytes).await
}

#[tokio::test]
async fn a_file_of_changes_is_read_cell_by_cell_and_written_whole_or_not() {
    let World { app, province, root, .. } = world().await;
    let mut bad = GOOD;
    bad[0][0] = "1.0011";
    bad[1][1] = "xóa";
    bad[2][5] = "1.008888";
    bad[3][4] = "Cấp trời";
    for dry_run in [true, false] {
        let refused = send(&province, &root, dry_run, file(&bad)).await.expect(422).json();
        let text = |value: &Json| value.as_str().unwrap().to_owned();
        let mut found: Vec<(String, String)> =
            refused["errors"].as_array().unwrap().iter().map(|one| (text(&one["pointer"]), text(&one["code"]))).collect();
        found.sort();
        let wanted = [
            ("/sheets/changes/rows/2/A", "sheet_code"),
            ("/sheets/changes/rows/3/B", "sheet_choice"),
            ("/sheets/changes/rows/4/F", "sheet_unknown_code"),
            ("/sheets/changes/rows/5/E", "sheet_choice"),
        ];
        assert_eq!(found, wanted.map(|(at, code)| (at.to_owned(), code.to_owned())), "{refused}");
        assert!(
            refused["errors"]
                .as_array()
                .unwrap()
                .iter()
                .all(|one| one["detail"].as_str().unwrap().starts_with("Trang «Thay đổi», dòng"))
        );
    }
    let looked = send(&province, &root, true, file(&GOOD)).await.expect(200).json();
    assert_eq!((looked["changes"].as_u64(), looked["id"].is_null()), (Some(4), true), "{looked}");
    assert_eq!(procedure_change_list::Entity::find().count(app.app.store.read()).await.unwrap(), 0);
    let made = send(&province, &root, false, file(&GOOD)).await.expect(200).json();
    let row = province.get(&format!("{LISTS}/{}", made["id"].as_str().unwrap())).await.expect(200).json();
    assert_eq!((row["changes"][2]["replaced_by"].as_str(), row["revise_days"].as_i64()), (Some("1.009001"), Some(10)));
    assert_eq!(row["changes"][0]["title"], "Đăng ký khai sinh", "what the catalogue knows is taken from it");
    let template = province.get(&format!("{LISTS}/template")).await.expect(200);
    let again = send(&province, &root, true, template.bytes).await.expect(422).json();
    assert_eq!(again["errors"][0]["code"], "sheet_empty");
}

#[tokio::test]
async fn on_pages_a_decision_is_looked_at_entered_and_its_requests_opened_by_one_button() {
    let World { app, root, .. } = world().await;
    let browser = app.browse(PROVINCE).await;
    assert!(browser.get("/quy-trinh").await.expect(200).text().contains("href=\"/quy-trinh/thay-doi-tthc\""));
    assert!(browser.get("/quy-trinh/thay-doi-tthc").await.expect(200).text().contains("Chưa có quyết định nào"));
    let new = "/quy-trinh/thay-doi-tthc/moi";
    let blank = browser.get(new).await.expect(200).text();
    assert!(
        blank.contains("chưa kiểm chứng") && blank.contains("value=\"10\""),
        "the usual days are data that nobody has checked: {blank}"
    );
    let nothing = browser.fill(new, new, &[("unit_id", root.as_str()), ("act", "preview")]).await.expect(422).text();
    assert!(nothing.contains("<a href=\"#f-changes\">Thay đổi: Chưa nhập"), "the rows as a whole have a name: {nothing}");
    assert!(nothing.contains("id=\"f-changes\""), "{nothing}");
    let wrong = [
        ("unit_id", root.as_str()),
        ("act", "preview"),
        ("revise_days", "x"),
        ("changes/0/procedure_code", "1.00"),
        ("changes/3/change", "new"),
    ];
    let html = browser.fill(new, new, &wrong).await.expect(422).text();
    for field in
        ["decision_number", "decided_on", "effective_on", "revise_days", "changes-0-procedure_code", "changes-3-procedure_code"]
    {
        assert!(html.contains(&format!("#f-{field}")), "{field}: {html}");
    }
    assert!(html.contains("Dòng 1 – Mã thủ tục:"), "the summary and the label use the same words: {html}");
    let fields = [
        ("unit_id", root.as_str()),
        ("decision_number", "1234/QĐ-UBND"),
        ("decided_on", "2026-11-16"),
        ("effective_on", "2026-11-20"),
        ("revise_days", "10"),
        ("changes/0/procedure_code", "1.001193"),
        ("changes/0/change", "amended"),
        ("changes/1/procedure_code", "1.009002"),
        ("changes/1/change", "new"),
        ("changes/1/tthc_title", "Xác nhận thông tin hộ tịch"),
        ("changes/1/field_name", "Hộ tịch"),
        ("changes/1/level", "commune"),
    ];
    let mut look = fields.to_vec();
    look.push(("act", "preview"));
    let html = browser.fill(new, new, &look).await.expect(200).text();
    assert!(html.contains("2 thay đổi, phát sinh việc tại 1 đơn vị") && html.contains("value=\"save\""), "{html}");
    assert_eq!(procedure_change_list::Entity::find().count(app.app.store.read()).await.unwrap(), 0);
    let mut save = fields.to_vec();
    save.push(("act", "save"));
    let place = browser.fill(new, new, &save).await.expect(303).header("location");
    let page = place.split('?').next().unwrap().to_owned();
    let html = browser.get(&page).await.expect(200).text();
    assert!(html.contains("1234/QĐ-UBND") && html.contains("07/12/2026") && html.contains("Chưa đến ngày hiệu lực"), "{html}");

    // The commune's secretary is led there from the work list.
    let secretary = app.browse(SECRETARY).await;
    let today = secretary.get("/").await.expect(200).text();
    assert!(today.contains("Rà soát quy trình theo thay đổi TTHC") && today.contains("2 quy trình"), "{today}");
    let own = format!("{page}?don_vi={}", app.unit("MAU-01").await);
    assert!(today.contains(&own), "{today}");
    let html = secretary.get(&own).await.expect(200).text();
    assert!(html.contains("QT-HT-01 Đăng ký khai sinh") && html.contains("Chưa làm") && html.contains("Biên soạn mới"), "{html}");
    let action = format!("{page}/de-nghi?don_vi={}", app.unit("MAU-01").await);
    secretary.fill(&own, &action, &[]).await.expect(303);
    let html = secretary.get(&own).await.expect(200).text();
    assert!(
        html.contains("Đã đề nghị") && html.contains("YC-2026-0001") && !html.contains("Chưa làm") && !html.contains(&action),
        "{html}"
    );
    // Who only reads sees the decision, no tasks and no buttons; a forced form is refused.
    let reader = app.browse("congchuc.an").await;
    let html = reader.get(&page).await.expect(200).text();
    assert!(html.contains("1.009002") && !html.contains("Việc của") && !html.contains("/de-nghi"), "{html}");
    reader.force("/tai-khoan", &action, &[]).await.expect(403);
}
