//! Management reviews: planned, inputs from live data, held, signed, numbered; decisions followed up; nothing leaks early.

use domain::id::ManagementReviewId;
use domain::management_review::{DecisionKind, DecisionState, ReviewState};
use domain::record::ReportState;
use entities::{management_review, review_decision, review_paper};
use poem::http::Method;
use sea_orm::{ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _};
use serde_json::{Value as Json, json};
use tests::{Answer, Client, TestApp};

use crate::findings::{pointers, raised, refused};
use crate::rounds::{COMMUNES, act, appraise_all, enter_the_rest, prepared, self_score};
use crate::support::{person_id, unit_id, visit};

const API: &str = "/api/v1/management-reviews";

/// One more concluded review of xã An Mẫu with a decision, and a paper of the first one, whose id it answers.
pub async fn one_more(app: &TestApp, n: usize) -> ManagementReviewId {
    let (db, now) = (app.app.store.read(), app.clock.now());
    let (unit, secretary) = (unit_id(app, "MAU-01").await, person_id(app, "thukyiso.an").await);
    let row = management_review::Model {
        id: app.clock.id().into(),
        code: format!("XX-2026-9{n:03}"),
        unit_id: unit,
        year: 2026,
        state: ReviewState::Concluded,
        edition: "tcvn-iso-9001-2015".to_owned(),
        on_date: "2026-11-12".parse().unwrap(),
        place: None,
        chair_id: person_id(app, "chutich.an").await,
        secretary_id: secretary,
        others: None,
        period_from: "2026-01-01".parse().unwrap(),
        inputs_on: Some("2026-11-12".parse().unwrap()),
        inputs_by_id: Some(secretary),
        opened: Some("08:00".to_owned()),
        closed: Some("11:00".to_owned()),
        discussion: Some("Thống nhất.".to_owned()),
        conclusion: Some("Thích hợp.".to_owned()),
        signed_at: Some(now),
        number: None,
        symbol: None,
        issued_on: None,
        registered_by_id: None,
        cancel_reason: None,
        previous_id: None,
        search_text: "xem xet".to_owned(),
        created_by_id: secretary,
        version: 1,
        created_at: now,
        changed_at: now,
    };
    let row = row.into_active_model().insert(db).await.unwrap();
    let decision = review_decision::Model {
        id: app.clock.id().into(),
        review_id: row.id,
        position: 1,
        kind: DecisionKind::Resources,
        content: format!("Quyết định thử {n}"),
        unit_id: unit,
        owner_id: person_id(app, "congchuc.an").await,
        due_on: "2026-11-20".parse().unwrap(),
        resources: None,
        state: DecisionState::Open,
        done_note: None,
        reported_by_id: None,
        reported_at: None,
        confirmed_by_id: None,
        confirmed_at: None,
        return_reason: None,
        version: 1,
    };
    decision.into_active_model().insert(db).await.unwrap();
    let first = management_review::Entity::find().filter(management_review::Column::Code.eq("XX-2026-9001"));
    let first = first.one(db).await.unwrap().unwrap().id;
    let paper = review_paper::Model {
        id: app.clock.id().into(),
        review_id: first,
        state: ReportState::Failed,
        draft: true,
        data: json!({}),
        template_version: None,
        font_hash: None,
        pages: None,
        blob_sha256: None,
        error: Some("thử".to_owned()),
        requested_by_id: secretary,
        requested_at: now,
        ready_at: None,
    };
    paper.into_active_model().insert(db).await.unwrap();
    first
}

async fn plan_body(app: &TestApp, secretary: &str, head: &str) -> Json {
    json!({"on_date": "2026-11-16", "place": "Phòng họp số 1", "chair_id": app.person(head).await, "secretary_id": app.person(secretary).await,
        "participant_ids": [], "others": "Ông Nguyễn Văn Bảy, Trưởng Công an xã"})
}

async fn planned(app: &TestApp) -> (Client, String) {
    let secretary = app.sign_in("thukyiso.an").await;
    let mut body = plan_body(app, "thukyiso.an", "chutich.an").await;
    body["participant_ids"] = json!([app.person("daumoi.an").await]);
    let made = secretary.post(API, body).await.expect(201);
    (secretary, format!("{API}/{}", made.id()))
}

/// An act at the present version.
async fn at(client: &Client, path: &str, word: &str, body: Json) -> Answer {
    let etag = client.get(path).await.expect(200).etag();
    client.post_at(&format!("{path}/{word}"), &etag, body).await
}

async fn put(client: &Client, path: &str, word: &str, body: Json) -> Answer {
    let etag = client.get(path).await.expect(200).etag();
    client.json(Method::PUT, &format!("{path}/{word}"), &[("if-match", &etag)], body).await
}

fn remarks() -> Json {
    json!({"remarks": [
        {"topic": "providers", "remark": "Không thuê ngoài."}, {"topic": "resources", "remark": "Thiếu 01 máy quét."},
        {"topic": "risks", "remark": "Đã kiểm soát."}]})
}

fn meeting() -> Json {
    json!({"held_on": "2026-11-16", "opened": "08:00", "closed": "11:00"})
}

async fn minutes(app: &TestApp, unit: &str, owners: [&str; 2]) -> Json {
    let unit = app.unit(unit).await;
    json!({"discussion": "Các ý kiến thống nhất.", "conclusion": "Hệ thống vẫn thích hợp.", "decisions": [
        {"kind": "resources", "content": "Mua 01 máy quét", "unit_id": unit, "owner_id": app.person(owners[0]).await, "due_on": "2026-11-20", "resources": "12 triệu đồng"},
        {"kind": "system_change", "content": "Rà soát quy trình đất đai", "unit_id": unit, "owner_id": app.person(owners[1]).await, "due_on": "2026-12-31"}]})
}

/// A concluded review of xã An Mẫu with two decisions.
async fn concluded(app: &TestApp) -> (Client, String) {
    let (secretary, path) = planned(app).await;
    at(&secretary, &path, "take-inputs", json!({})).await.expect(200);
    put(&secretary, &path, "remarks", remarks()).await.expect(200);
    at(&secretary, &path, "hold", meeting()).await.expect(200);
    put(&secretary, &path, "minutes", minutes(app, "MAU-01", ["congchuc.an", "daumoi.an"]).await).await.expect(200);
    at(&app.sign_in("chutich.an").await, &path, "conclude", json!({})).await.expect(200);
    (secretary, path)
}

fn input<'a>(review: &'a Json, topic: &str) -> &'a Json {
    review["inputs"].as_array().unwrap().iter().find(|one| one["topic"] == topic).unwrap_or_else(|| panic!("no {topic}"))
}

fn fact<'a>(review: &'a Json, topic: &str, key: &str) -> &'a Json {
    let facts = input(review, topic)["facts"].as_array().unwrap();
    facts.iter().find(|one| one["key"] == key).unwrap_or_else(|| panic!("no {key} in {topic}: {facts:?}"))
}

#[tokio::test]
async fn a_review_goes_from_its_plan_to_signed_minutes_and_each_wrong_step_says_why() {
    let app = TestApp::start().await;
    let secretary = app.sign_in("thukyiso.an").await;
    // Who chairs heads the unit, who writes is its ISO secretary, and they are two.
    let mut wrong = plan_body(&app, "daumoi.an", "daumoi.an").await;
    wrong["edition"] = "iso-9001-1987".into();
    wrong["period_from"] = "2026-12-01".into();
    let answer = secretary.post(API, wrong).await.expect(422);
    let mut named = pointers(&answer);
    named.sort();
    assert_eq!(named, ["/chair_id", "/edition", "/period_from", "/secretary_id", "/secretary_id"]);
    app.sign_in("daumoi.an").await.post(API, plan_body(&app, "thukyiso.an", "chutich.an").await).await.expect(403);
    // A year that is long gone is a mistake of the keyboard; the last one may still be written down.
    let mut old = plan_body(&app, "thukyiso.an", "chutich.an").await;
    for (on, status) in [("2020-01-01", 422), ("2024-12-31", 422), ("2025-01-01", 201)] {
        old["on_date"] = on.into();
        let answer = secretary.post(API, old.clone()).await.expect(status);
        if status == 422 {
            assert_eq!(pointers(&answer), ["/on_date"], "{on}");
        }
    }

    let (secretary, path) = planned(&app).await;
    let review = secretary.get(&path).await.expect(200).json();
    assert_eq!((review["code"].as_str(), review["period_from"].as_str()), (Some("XX-2026-01"), Some("2026-01-01")));
    assert_eq!(review["edition"], "tcvn-iso-9001-2015");
    refused(at(&secretary, &path, "hold", meeting()).await, "wrong_state");
    let taken = at(&secretary, &path, "take-inputs", json!({})).await.expect(200).json();
    assert_eq!((taken["state"].as_str(), taken["inputs_on"].as_str()), (Some("inputs_taken"), Some("2026-11-16")));
    let topics: Vec<&str> = taken["inputs"].as_array().unwrap().iter().map(|one| one["letter"].as_str().unwrap()).collect();
    assert_eq!(topics, ["a", "b", "c1", "c2", "c3", "c4", "c5", "c6", "c7", "d", "e", "f"]);
    fact(&taken, "previous_actions", "no_previous_review");

    // What no figure speaks of needs the secretary's words before the meeting.
    refused(at(&secretary, &path, "hold", meeting()).await, "inputs_without_remark");
    let strange = json!({"remarks": [{"topic": "interested_parties", "remark": "Không có trong danh mục này"}]});
    assert_eq!(pointers(&put(&secretary, &path, "remarks", strange).await.expect(422)), ["/remarks/interested_parties"]);
    put(&secretary, &path, "remarks", remarks()).await.expect(200);
    let wrong = json!({"held_on": "2026-11-17", "opened": "11:00", "closed": "08:00"});
    assert_eq!(pointers(&at(&secretary, &path, "hold", wrong).await.expect(422)), ["/held_on", "/closed"]);
    let wrong = json!({"held_on": "2026-11-16", "opened": "sáng", "closed": ""});
    assert_eq!(pointers(&at(&secretary, &path, "hold", wrong).await.expect(422)), ["/opened", "/closed"]);
    at(&secretary, &path, "hold", meeting()).await.expect(200);

    let head = app.sign_in("chutich.an").await;
    refused(at(&head, &path, "conclude", json!({})).await, "minutes_not_written");
    let stray = json!({"discussion": "", "decisions": [
        {"kind": "improvement", "content": "x", "unit_id": app.unit("MAU-02").await, "owner_id": app.unit("MAU-02").await, "due_on": "2026-11-01"}]});
    let mut named = pointers(&put(&secretary, &path, "minutes", stray).await.expect(422));
    named.sort();
    assert_eq!(named, ["/decisions/0/due_on", "/decisions/0/owner_id", "/decisions/0/unit_id"]);
    put(&secretary, &path, "minutes", minutes(&app, "MAU-01", ["congchuc.an", "daumoi.an"]).await).await.expect(200);
    secretary.post_at(&format!("{path}/conclude"), "\"9\"", json!({})).await.expect(403);
    let decision = secretary.get(&path).await.expect(200).json()["decisions"][0].clone();
    let report = format!("/api/v1/review-decisions/{}/report", decision["id"].as_str().unwrap());
    // Before the signature a decision binds nobody: its owner does not even see the review.
    app.sign_in("congchuc.an").await.post_at(&report, "\"1\"", json!({"note": "Đã mua"})).await.expect(404);
    let signed = at(&head, &path, "conclude", json!({})).await.expect(200).json();
    assert_eq!((signed["state"].as_str(), signed["signed_at"].is_string()), (Some("concluded"), true));
    refused(put(&secretary, &path, "minutes", json!({"decisions": []})).await, "wrong_state");
    refused(at(&secretary, &path, "take-inputs", json!({})).await, "wrong_state");
}

#[tokio::test]
async fn whoever_prepared_the_review_does_not_sign_it() {
    let app = TestApp::start().await;
    let root = app.sign_in("quantri").await;
    let body = json!({"person_id": app.person("chutich.an").await, "role": "iso_secretary", "unit_id": app.unit("MAU-01").await, "span": "own", "reason": "Thử"});
    root.post("/api/v1/assignments", body).await.expect(201);
    let (secretary, path) = planned(&app).await;
    let head = app.sign_in("chutich.an").await;
    at(&head, &path, "take-inputs", json!({})).await.expect(200);
    put(&secretary, &path, "remarks", remarks()).await.expect(200);
    at(&secretary, &path, "hold", meeting()).await.expect(200);
    put(&secretary, &path, "minutes", minutes(&app, "MAU-01", ["congchuc.an", "daumoi.an"]).await).await.expect(200);
    refused(at(&head, &path, "conclude", json!({})).await, "prepared_it_yourself");
    // The control: the same review, prepared by the secretary alone, is signed in the other tests.
    assert_eq!(head.get(&path).await.expect(200).json()["state"], "held");
}

#[tokio::test]
async fn a_review_is_the_units_own_until_it_is_signed_and_then_read_from_above() {
    let app = TestApp::start().await;
    let (_, path) = planned(&app).await;
    for login in ["chutich.an", "daumoi.an"] {
        app.sign_in(login).await.get(&path).await.expect(200);
    }
    for login in ["thukyhoidong", "congchuc.an", "chutich.binh", "thukyiso"] {
        app.sign_in(login).await.get(&path).await.expect(404);
    }
    let (_, path) = concluded(&app).await;
    for login in ["thukyhoidong", "congchuc.an", "daumoi.an"] {
        app.sign_in(login).await.get(&path).await.expect(200);
    }
    for login in ["chutich.binh", "thukyiso", "congchuc.binh"] {
        app.sign_in(login).await.get(&path).await.expect(404);
    }
    let outside = app.sign_in("chutich.binh").await;
    outside.post_at(&format!("{path}/conclude"), "\"7\"", json!({})).await.expect(404);
}

#[tokio::test]
async fn inputs_are_counted_from_live_data_with_rows_for_who_may_read_them() {
    let app = TestApp::start().await;
    let officer = app.sign_in("daumoi.an").await;
    let dossiers = json!({"period_kind": "quarter", "from": "2026-07-01", "to": "2026-09-30", "field": "", "source": "software",
        "figures": {"early": 10, "on_time": 88, "overdue_done": 2, "in_process_overdue": 1}});
    officer.post("/api/v1/dossier-reports", dossiers).await.expect(201);
    let petition = json!({"kind": "petition", "year": 2026, "title": "Chậm trả", "received_on": "2026-05-04", "due_on": "2026-05-20", "done_on": "2026-05-18"});
    officer.post("/api/v1/work-items", petition).await.expect(201);
    let audit = visit(&app, domain::checklist::InspectionKind::InternalAudit, "MAU-01").await;
    raised(&app, &audit, "MAU-01").await;
    let (secretary, path) = planned(&app).await;
    let review = at(&secretary, &path, "take-inputs", json!({})).await.expect(200).json();
    let dossiers = fact(&review, "conformity", "dossiers");
    assert_eq!(
        (
            dossiers["numbers"]["resolved"].as_str(),
            dossiers["numbers"]["percent"].as_str(),
            dossiers["numbers"]["pending_late"].as_str()
        ),
        (Some("100"), Some("98.00"), Some("1"))
    );
    assert!(dossiers["sentence"].as_str().unwrap().contains("98 hồ sơ đúng hạn và trước hạn (98%)"), "{dossiers}");
    assert_eq!(dossiers["rows"].as_array().unwrap().len(), 1);
    assert!(dossiers["sentence"].as_str().unwrap().ends_with("(tính từ 01/07/2026 đến 30/09/2026)"), "{dossiers}");
    let petitions = fact(&review, "satisfaction", "petitions");
    assert_eq!(petitions["numbers"]["on_time"], "1");
    assert!(petitions["sentence"].as_str().unwrap().ends_with("(tính từ 01/01/2026 đến 16/11/2026)"), "{petitions}");
    // A shorter review counts its own days, and says so; reports of quarters say theirs.
    let mut short = plan_body(&app, "thukyiso.an", "chutich.an").await;
    short["period_from"] = "2026-08-15".into();
    let short = format!("{API}/{}", secretary.post(API, short).await.expect(201).id());
    let short = at(&secretary, &short, "take-inputs", json!({})).await.expect(200).json();
    let said = |topic: &str, key: &str| fact(&short, topic, key)["sentence"].as_str().unwrap().to_owned();
    let petitions = said("satisfaction", "petitions");
    assert!(petitions.contains("tiếp nhận 0") && petitions.ends_with("(tính từ 15/08/2026 đến 16/11/2026)"), "{petitions}");
    assert!(said("conformity", "dossiers").ends_with("(tính từ 01/07/2026 đến 30/09/2026)"));
    let findings = fact(&review, "nonconformities", "findings");
    assert_eq!((findings["numbers"]["total"].as_str(), findings["rows"].as_array().unwrap().len()), (Some("1"), 1));
    fact(&review, "objectives", "no_objectives");
    // Who takes part without a right to the figures reads the sentence and learns no record.
    let mut body = json!({"on_date": "2026-11-16", "chair_id": app.person("chutich.an").await, "secretary_id": app.person("thukyiso.an").await});
    body["participant_ids"] = json!([app.person("congchuc.an").await]);
    let etag = secretary.get(&path).await.expect(200).etag();
    secretary.json(Method::PUT, &path, &[("if-match", &etag)], body).await.expect(200);
    let seen = app.sign_in("congchuc.an").await.get(&path).await.expect(200).json();
    let dossiers = fact(&seen, "conformity", "dossiers");
    assert_eq!((dossiers["numbers"]["resolved"].as_str(), dossiers["rows"].as_array().unwrap().len()), (Some("100"), 0));

    // Taken anew: the snapshot is replaced, the remark stays, and what changed is said.
    put(&secretary, &path, "remarks", json!({"remarks": [{"topic": "conformity", "remark": "Do đất đai."}]})).await.expect(200);
    let more = json!({"period_kind": "quarter", "from": "2026-04-01", "to": "2026-06-30", "field": "", "source": "software",
        "figures": {"early": 0, "on_time": 100, "overdue_done": 0}});
    officer.post("/api/v1/dossier-reports", more).await.expect(201);
    let before = secretary.get(&path).await.expect(200).json();
    assert_eq!(fact(&before, "conformity", "dossiers")["numbers"]["resolved"], "100", "a snapshot does not move");
    let again = at(&secretary, &path, "take-inputs", json!({})).await.expect(200).json();
    let conformity = input(&again, "conformity");
    assert_eq!(
        (fact(&again, "conformity", "dossiers")["numbers"]["resolved"].as_str(), conformity["remark"].as_str()),
        (Some("200"), Some("Do đất đai."))
    );
    let change = conformity["changes"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["before"].is_string() && one["after"].is_string())
        .unwrap();
    assert!(
        change["before"].as_str().unwrap().contains("Đã giải quyết 100 hồ sơ")
            && change["after"].as_str().unwrap().contains("Đã giải quyết 200 hồ sơ")
    );
    assert_eq!(input(&again, "audits")["changes"], json!([]), "what is alike is not named");
}

/// A round whose council has sat: totals exist, nothing is published.
async fn decided_round(app: &TestApp) -> String {
    let (secretary, round) = prepared(app).await;
    act(&secretary, &round, "open").await.expect(200);
    for (_, officer, head) in COMMUNES {
        self_score(app, &round, (officer, head), &[]).await;
    }
    enter_the_rest(app, &secretary, &round).await;
    app.set_time("2026-11-30T10:00:00Z");
    act(&app.sign_in("thukyhoidong").await, &round, "close_self_scoring").await.expect(200);
    // One line is changed, so that there is something to be explained.
    let special = [("MAU-02", "1.1.2", json!({"verdict": "changed", "points": "0.25", "reason": "Kế hoạch thiếu kinh phí."}))];
    appraise_all(app, "thamdinh1", &round, &special).await;
    for (verb, on) in
        [("release", "2026-11-30T11:00:00Z"), ("final_appraise", "2026-12-07T17:00:00Z"), ("convene", "2026-12-08T02:00:00Z")]
    {
        app.set_time(on);
        act(&app.sign_in("thukyhoidong").await, &round, verb).await.expect(200);
    }
    round
}

#[tokio::test]
async fn an_unpublished_score_is_in_no_input_and_a_published_one_is() {
    let app = TestApp::start().await;
    let round = decided_round(&app).await;
    let council = app.sign_in("thukyhoidong").await;
    let ranking = council.get(&format!("{round}/ranking")).await.expect(200).json();
    let own = ranking["snapshot"]["units"].as_array().unwrap().iter().find(|unit| unit["code"] == "MAU-01").unwrap().clone();
    let score = own["total"].as_str().unwrap().to_owned();
    let (secretary, path) = planned(&app).await;
    let before = at(&secretary, &path, "take-inputs", json!({})).await.expect(200);
    let said = score.replace('.', ",");
    assert!(!before.text().contains(&score) && !before.text().contains(&said), "{}", before.text());
    fact(&before.json(), "measurements", "no_published_score");
    // Approved by the council, proposed, approved by one publisher: still nothing.
    let etag = council.get(&round).await.expect(200).etag();
    let approved = council.post_at(&format!("{round}/approve"), &etag, json!({"decision": "Biên bản số 01"})).await.expect(200);
    let proposed = council.post_at(&format!("{round}/publications"), &approved.etag(), json!({})).await.expect(200).json();
    let publish = format!("/api/v1/publications/{}/approve", proposed["id"].as_str().unwrap());
    app.sign_in("congbo1").await.post(&publish, json!({"digest": proposed["digest"]})).await.expect(200);
    let halfway = at(&secretary, &path, "take-inputs", json!({})).await.expect(200);
    assert!(!halfway.text().contains(&score) && !halfway.text().contains(&said));
    // The control: published, the same act takes it, and says that it is new.
    app.sign_in("congbo2").await.post(&publish, json!({"digest": proposed["digest"]})).await.expect(200);
    let after = at(&secretary, &path, "take-inputs", json!({})).await.expect(200).json();
    let published = fact(&after, "measurements", "published_score");
    assert_eq!(
        (published["numbers"]["score"].as_str(), published["numbers"]["units"].as_str()),
        (Some(score.as_str()), Some("4"))
    );
    assert_eq!(published["numbers"]["rank"].as_str().unwrap(), own["rank"].to_string());
    assert!(input(&after, "measurements")["changes"].to_string().contains(&said));
}

#[tokio::test]
async fn a_decision_is_reported_by_its_owner_and_confirmed_by_somebody_else() {
    let app = TestApp::start().await;
    let (secretary, path) = concluded(&app).await;
    let review = secretary.get(&path).await.expect(200).json();
    let id = review["decisions"][0]["id"].as_str().unwrap().to_owned();
    let decision = format!("/api/v1/review-decisions/{id}");
    let owner = app.sign_in("congchuc.an").await;
    let work = owner.get("/api/v1/work").await.expect(200).json();
    let item =
        work["items"].as_array().unwrap().iter().find(|item| item["verb"] == "do_decision").expect("on the work list").clone();
    assert_eq!((item["due_on"].as_str(), item["code"].as_str()), (Some("2026-11-20"), Some("XX-2026-01")));
    api::jobs::plan(&app.app).await.unwrap();
    let reminders = owner.get("/api/v1/reminders").await.expect(200).json();
    assert_eq!(reminders["items"][0]["rule"], "do_decision");
    refused(secretary.post_at(&format!("{decision}/report"), "\"1\"", json!({"note": "x"})).await, "doer_only");
    assert_eq!(
        pointers(&owner.post_at(&format!("{decision}/report"), "\"1\"", json!({"note": " "})).await.expect(422)),
        ["/note"]
    );
    refused(secretary.post_at(&format!("{decision}/confirm"), "\"1\"", json!({})).await, "wrong_state");
    let reported = owner.post_at(&format!("{decision}/report"), "\"1\"", json!({"note": "Đã mua máy quét."})).await.expect(200);
    assert_eq!(reported.json()["state"], "reported");
    owner.post_at(&format!("{decision}/confirm"), &reported.etag(), json!({})).await.expect(403);
    let returned =
        secretary.post_at(&format!("{decision}/return"), &reported.etag(), json!({"reason": "Thiếu hóa đơn"})).await.expect(200);
    assert_eq!(
        (returned.json()["state"].as_str(), returned.json()["return_reason"].as_str()),
        (Some("open"), Some("Thiếu hóa đơn"))
    );
    let again = owner.post_at(&format!("{decision}/report"), &returned.etag(), json!({"note": "Có hóa đơn."})).await.expect(200);
    let work = secretary.get("/api/v1/work").await.expect(200).json();
    assert!(work["items"].as_array().unwrap().iter().any(|item| item["verb"] == "confirm_decision"), "{work}");
    let done = secretary.post_at(&format!("{decision}/confirm"), &again.etag(), json!({})).await.expect(200).json();
    assert_eq!(
        (done["state"].as_str(), done["confirmed_by_id"].as_str()),
        (Some("confirmed"), Some(app.person("thukyiso.an").await.as_str()))
    );
    refused(
        owner.post_at(&format!("{decision}/report"), &format!("\"{}\"", done["version"]), json!({"note": "x"})).await,
        "wrong_state",
    );
    app.sign_in("congchuc.binh").await.post_at(&format!("{decision}/report"), "\"1\"", json!({"note": "x"})).await.expect(404);
}

#[tokio::test]
async fn a_decision_becomes_a_corrective_action_that_leads_back_and_the_next_review_says_how_it_stands() {
    let app = TestApp::start().await;
    let (secretary, path) = concluded(&app).await;
    let review = secretary.get(&path).await.expect(200).json();
    let id = review["decisions"][1]["id"].as_str().unwrap().to_owned();
    let remedy = format!("/api/v1/review-decisions/{id}/remedy");
    app.sign_in("daumoi.an").await.post_at(&remedy, "\"1\"", json!({})).await.expect(403);
    let made = secretary.post_at(&remedy, "\"1\"", json!({})).await.expect(200).json();
    secretary.post_at(&remedy, "\"1\"", json!({})).await.expect(412);
    let after = secretary.get(&path).await.expect(200).json();
    assert_eq!(
        (after["decisions"][1]["state"].as_str(), after["decisions"][1]["finding_id"].as_str()),
        (Some("remedied"), made["finding_id"].as_str())
    );
    // The finding says the decision, is no nonconformity, and comes from the review.
    let head = app.sign_in("chutich.an").await;
    let finding = head.get(&format!("/api/v1/findings/{}", made["finding_id"].as_str().unwrap())).await.expect(200).json();
    assert_eq!(
        (
            finding["grade"].as_str(),
            finding["source_code"].as_str(),
            finding["review_decision_id"].as_str(),
            finding["state"].as_str()
        ),
        (Some("observation"), Some("XX-2026-01"), Some(id.as_str()), Some("action_required"))
    );
    assert_eq!(finding["clause"], "9.3.3");
    let list = head.get("/api/v1/findings").await.expect(200).json();
    assert_eq!(list["items"][0]["source_code"], "XX-2026-01");
    let review_page = path.replace("/api/v1/management-reviews/", "/xem-xet-lanh-dao/");
    let action = made["corrective_action_id"].as_str().unwrap();
    let page =
        app.browse("chutich.an").await.get(&format!("/khac-phuc/{action}")).await.expect(200).text().replace("&#x2f;", "/");
    assert!(page.contains(&format!("href=\"{review_page}\"")) && page.contains("Cuộc xem xét của lãnh đạo"), "{page}");
    // The engine takes it on: the unit plans, the review's secretary approves.
    let path_of_action = format!("/api/v1/corrective-actions/{action}");
    let etag = head.get(&path_of_action).await.expect(200).etag();
    let plan = json!({"correction": "Rà soát ngay.", "whys": ["Chưa cập nhật"], "cause_group": "procedure", "cause_origin": "internal", "extent": "Không",
        "steps": [{"action": "Ban hành lại", "owner_id": app.person("congchuc.an").await, "due_on": "2026-12-20", "expected_evidence": "Quyết định"}]});
    let saved = head.json(Method::PUT, &format!("{path_of_action}/plan"), &[("if-match", &etag)], plan).await.expect(200);
    let submitted = head.post_at(&format!("{path_of_action}/submit_plan"), &saved.etag(), json!({})).await.expect(200);
    secretary.post_at(&format!("{path_of_action}/approve_plan"), &submitted.etag(), json!({})).await.expect(200);
    // The finding of a decision is not counted as a fault; the next review tells both decisions.
    app.set_time("2027-02-01T02:00:00Z");
    let secretary = app.sign_in("thukyiso.an").await;
    let mut body = plan_body(&app, "thukyiso.an", "chutich.an").await;
    body["on_date"] = "2027-02-01".into();
    let next = secretary.post(API, body).await.expect(201);
    assert_eq!(next.json()["period_from"], "2026-11-17", "from the day after the last inputs");
    let next = format!("{API}/{}", next.id());
    let taken = at(&secretary, &next, "take-inputs", json!({})).await.expect(200).json();
    let head_line = fact(&taken, "previous_actions", "previous_decisions");
    let number = |name: &str| head_line["numbers"][name].as_str().unwrap().to_owned();
    assert_eq!((number("total"), number("late"), number("in_action")), ("2".to_owned(), "1".to_owned(), "1".to_owned()));
    let told = fact(&taken, "previous_actions", "decision_in_action");
    assert!(told["sentence"].as_str().unwrap().contains(made["corrective_action_code"].as_str().unwrap()), "{told}");
    assert_eq!(fact(&taken, "nonconformities", "findings")["numbers"]["total"], "0");
}

/// Asks for the paper, lets the job run, and gives what it became.
async fn printed(app: &TestApp, client: &Client, path: &str) -> Json {
    let asked = client.post(&format!("{path}/papers"), json!({})).await.expect(201);
    assert_eq!(asked.json()["state"], "queued");
    app.run_jobs().await;
    let paper = client.get(&format!("/api/v1/review-papers/{}", asked.id())).await.expect(200).json();
    assert_eq!(paper["state"], "ready", "{paper}");
    paper
}

#[tokio::test]
async fn the_minutes_are_a_draft_until_signed_numbered_once_and_the_same_bytes_again() {
    let app = TestApp::start().await;
    // Sở Nội vụ has a registrar.
    let secretary = app.sign_in("thukyiso").await;
    let made = secretary.post(API, plan_body(&app, "thukyiso", "lanhdao").await).await.expect(201);
    let path = format!("{API}/{}", made.id());
    refused(secretary.post(&format!("{path}/papers"), json!({})).await, "paper_too_early");
    at(&secretary, &path, "take-inputs", json!({})).await.expect(200);
    put(&secretary, &path, "remarks", remarks()).await.expect(200);
    let draft = printed(&app, &secretary, &path).await;
    assert_eq!(draft["draft"], true);
    at(&secretary, &path, "hold", meeting()).await.expect(200);
    put(&secretary, &path, "minutes", minutes(&app, "MAU-SNV", ["thanhvien", "thukydoan"]).await).await.expect(200);
    let registrar = app.sign_in("vanthu").await;
    let register = json!({"number": 21, "symbol": "SNV", "issued_on": "2026-11-16"});
    registrar.post_at(&format!("{path}/register"), "\"6\"", register.clone()).await.expect(404);
    at(&app.sign_in("lanhdao").await, &path, "conclude", json!({})).await.expect(200);
    let first = printed(&app, &secretary, &path).await;
    app.set_time("2026-11-17T02:00:00Z");
    let secretary = app.sign_in("thukyiso").await;
    let second = printed(&app, &secretary, &path).await;
    assert_eq!((first["draft"].as_bool(), first["sha256"].as_str()), (Some(false), second["sha256"].as_str()));
    assert_ne!(first["sha256"], draft["sha256"]);
    let file = secretary.get(&format!("/api/v1/review-papers/{}/content", first["id"].as_str().unwrap())).await.expect(200);
    assert!(file.bytes.starts_with(b"%PDF"));
    assert_eq!(api::auth::session::sha256_hex(&file.bytes), first["sha256"].as_str().unwrap());

    // The registrar sees the signed paper and no draft, and gives the number once.
    let registrar = app.sign_in("vanthu").await;
    let papers = registrar.get(&format!("{path}/papers")).await.expect(200).json();
    assert!(papers["items"].as_array().unwrap().iter().all(|paper| paper["draft"] == false), "{papers}");
    registrar.get(&format!("/api/v1/review-papers/{}", draft["id"].as_str().unwrap())).await.expect(404);
    let work = registrar.get("/api/v1/work").await.expect(200).json();
    assert!(
        work["items"].as_array().unwrap().iter().any(|item| item["verb"] == "register_minutes" && item["code"] == "XX-2026-01"),
        "{work}"
    );
    secretary.post_at(&format!("{path}/register"), "\"7\"", register.clone()).await.expect(403);
    let early = json!({"number": 0, "symbol": "SNV", "issued_on": "2026-11-15"});
    assert_eq!(pointers(&at(&registrar, &path, "register", early).await.expect(422)), ["/number", "/issued_on"]);
    let numbered = at(&registrar, &path, "register", register.clone()).await.expect(200).json();
    assert_eq!((numbered["number"].as_i64(), numbered["symbol"].as_str()), (Some(21), Some("BB-SNV")));
    refused(at(&registrar, &path, "register", register).await, "paper_registered");
    app.run_jobs().await;
    let third = registrar.get(&format!("{path}/papers")).await.expect(200).json()["items"][0].clone();
    assert_eq!(
        (third["state"].as_str(), third["sha256"] == first["sha256"]),
        (Some("ready"), false),
        "set again with its number"
    );
}

#[tokio::test]
async fn the_head_is_told_in_autumn_that_no_review_is_planned_and_not_any_more_once_one_is() {
    let app = TestApp::start().await;
    let notices = async || {
        let reminders = app.sign_in("chutich.an").await.get("/api/v1/reminders?limit=100").await.expect(200).json();
        let all = reminders["items"].as_array().unwrap().clone();
        all.into_iter()
            .filter(|one| one["rule"] == "review_not_planned")
            .map(|one| one["due_on"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    for (on, expected) in [("2026-08-31", 0), ("2026-09-03", 1), ("2026-09-04", 1), ("2026-10-01", 2)] {
        app.set_time(&format!("{on}T01:00:00Z"));
        api::jobs::plan(&app.app).await.unwrap();
        assert_eq!(notices().await.len(), expected, "{on}");
    }
    let head = app.sign_in("chutich.an").await;
    let work = head.get("/api/v1/work").await.expect(200).json();
    assert!(work["items"].as_array().unwrap().iter().any(|item| item["verb"] == "plan_review"), "{work}");
    planned(&app).await;
    app.set_time("2026-11-02T01:00:00Z");
    api::jobs::plan(&app.app).await.unwrap();
    assert_eq!(notices().await, ["2026-10-01", "2026-09-01"], "nothing more once it is planned");
    let work = app.sign_in("chutich.an").await.get("/api/v1/work").await.expect(200).json();
    assert!(!work["items"].as_array().unwrap().iter().any(|item| item["verb"] == "plan_review"), "{work}");
    // The control: Sở Nội vụ has planned none, its head is told in November too.
    let other = app.sign_in("lanhdao").await.get("/api/v1/reminders?limit=100").await.expect(200).json();
    assert!(
        other["items"].as_array().unwrap().iter().any(|one| one["rule"] == "review_not_planned" && one["due_on"] == "2026-11-01"),
        "{other}"
    );
}

async fn page_of(client: &Client, path: &str) -> String {
    client.get(path).await.expect(200).text().replace("&#x2f;", "/")
}

#[tokio::test]
async fn a_review_is_planned_held_signed_and_followed_up_on_pages() {
    let app = TestApp::start().await;
    let secretary = app.browse("thukyiso.an").await;
    assert!(page_of(&secretary, "/xem-xet-lanh-dao").await.contains("Hãy lên kế hoạch cuộc đầu tiên."));
    let new = page_of(&secretary, "/xem-xet-lanh-dao/moi").await;
    let action = new
        .split("action=\"")
        .find_map(|part| part.strip_prefix("/xem-xet-lanh-dao/moi"))
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    let action = format!("/xem-xet-lanh-dao/moi{action}");
    let (chair, own) = (app.person("chutich.an").await, app.person("thukyiso.an").await);
    let seat = format!("participant_ids/{}", app.person("daumoi.an").await);
    let refused = secretary
        .fill("/xem-xet-lanh-dao/moi", &action, &[("on_date", ""), ("chair_id", &chair), ("secretary_id", "")])
        .await
        .expect(422)
        .text();
    assert!(refused.contains("\">Ngày họp dự kiến: Chưa nhập nội dung này."), "named as at the field: {refused}");
    let long = "x".repeat(301);
    let refused = secretary
        .fill(
            "/xem-xet-lanh-dao/moi",
            &action,
            &[("on_date", "16/11"), ("place", &long), ("chair_id", &chair), ("secretary_id", &own)],
        )
        .await
        .expect(422)
        .text();
    assert!(refused.contains("Ngày cần có dạng ngày/tháng/năm, ví dụ 22/11/2026."), "{refused}");
    let refused = secretary
        .fill(
            "/xem-xet-lanh-dao/moi",
            &action,
            &[("on_date", "2026-11-16"), ("place", &long), ("chair_id", &chair), ("secretary_id", &own)],
        )
        .await
        .expect(422)
        .text();
    assert!(refused.contains("\">Địa điểm: Không quá"), "{refused}");
    let fields = [
        ("on_date", "2026-11-16"),
        ("place", "Phòng họp số 1"),
        ("chair_id", &chair),
        ("secretary_id", &own),
        (&seat, "yes"),
        ("others", "Ông Bảy"),
        ("period_from", ""),
        ("edition", "tcvn-iso-9001-2015"),
    ];
    let made = secretary.fill("/xem-xet-lanh-dao/moi", &action, &fields).await.expect(303);
    let page = made.header("location").split('?').next().unwrap().to_owned();
    let edit = format!("{page}/sua");
    secretary.fill(&edit, &edit, &fields[..7]).await.expect(303);
    secretary.fill(&page, &format!("{page}/lay-dau-vao"), &[]).await.expect(303);
    let shown = page_of(&secretary, &page).await;
    for words in [
        "c3) Kết quả thực hiện và sự phù hợp của dịch vụ",
        "Chưa có lần xem xét nào đã kết luận trước đó",
        "Cán bộ đầu mối xã An Mẫu; Ông Bảy",
        "Lấy lại thông tin đầu vào",
    ] {
        assert!(shown.contains(words), "«{words}» in:\n{shown}");
    }
    let hold = [("held_on", "2026-11-16"), ("opened", "08:00"), ("closed", "10:30"), ("place", "Phòng họp số 1"), ("others", "")];
    assert!(shown.contains("Còn 3 nội dung đầu vào chưa có nhận xét") && !shown.contains(&format!("{page}/hop")), "{shown}");
    let said = [
        ("remarks/providers", "Không thuê ngoài."),
        ("remarks/resources", "Thiếu máy quét."),
        ("remarks/risks", "Đã kiểm soát."),
        ("remarks/conformity", "Ổn định."),
    ];
    secretary.fill(&page, &format!("{page}/nhan-xet"), &said).await.expect(303);
    secretary.fill(&page, &format!("{page}/hop"), &hold).await.expect(303);
    let write = format!("{page}/bien-ban");
    let (unit, owner) = (app.unit("MAU-01-HCC").await, app.person("congchuc.an").await);
    let mut fields = vec![
        ("discussion", "Các ý kiến thống nhất."),
        ("conclusion", "Hệ thống vẫn thích hợp."),
        ("decisions/0/content", "Mua 01 máy quét"),
        ("decisions/0/kind", "resources"),
        ("decisions/0/unit_id", &unit),
        ("decisions/0/owner_id", &owner),
        ("decisions/0/due_on", ""),
        ("decisions/0/resources", "12 triệu đồng"),
    ];
    let refused = secretary.fill(&write, &write, &fields).await.expect(422).text();
    assert!(refused.contains("Chưa nhập nội dung này.") && refused.contains("Mua 01 máy quét"), "{refused}");
    fields[5].1 = "";
    let nobody = secretary.fill(&write, &write, &fields).await.expect(422).text();
    assert!(nobody.contains("\">Dòng 1 – Người thực hiện: Chưa nhập"), "{nobody}");
    fields[5].1 = &owner;
    fields[6].1 = "2026-12-31";
    secretary.fill(&write, &write, &fields).await.expect(303);
    assert!(!page_of(&secretary, &page).await.contains(&format!("{page}/ket-luan")), "the secretary has no button to sign");
    let head = app.browse("chutich.an").await;
    head.fill(&page, &format!("{page}/ket-luan"), &[]).await.expect(303);
    // The unit has no registrar: its head numbers the minutes, and the page says so.
    let turn = page_of(&secretary, &page).await;
    assert!(turn.contains("Người đứng đầu đơn vị") && turn.contains("Cấp số biên bản"), "{turn}");
    assert!(!turn.contains(&format!("{page}/cap-so")), "not the secretary's act");
    assert!(head.get("/").await.expect(200).text().contains("XX-2026-01"), "on the list of the head");
    let number = [("number", "7"), ("symbol", "BB-UBND"), ("issued_on", "2026-11-16")];
    head.fill(&page, &format!("{page}/cap-so"), &number).await.expect(303);
    let numbered = page_of(&secretary, &page).await;
    assert!(numbered.contains("07/BB-UBND") && !numbered.contains("Cấp số biên bản"), "{numbered}");
    head.fill(&page, &format!("{page}/van-ban"), &[]).await.expect(303);
    app.run_jobs().await;
    let shown = page_of(&head, &page).await;
    let file = shown.split("href=\"/van-ban-xem-xet/").nth(1).expect("a link to the file").split('"').next().unwrap().to_owned();
    assert!(head.get(&format!("/van-ban-xem-xet/{file}")).await.expect(200).bytes.starts_with(b"%PDF"));
    // The owner reports, the secretary confirms; another one could have become a corrective action.
    let decision = shown.split("id=\"quyet-dinh-").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let acts = format!("{page}/quyet-dinh/{decision}");
    let employee = app.browse("congchuc.an").await;
    assert!(!page_of(&employee, &page).await.contains(&format!("{acts}/khac-phuc")));
    employee.fill(&page, &format!("{acts}/xong"), &[("note", "Đã mua.")]).await.expect(303);
    secretary.fill(&page, &format!("{acts}/tra-lai"), &[("reason", "Thiếu biên bản bàn giao")]).await.expect(303);
    let done = secretary.fill(&page, &format!("{acts}/khac-phuc"), &[]).await.expect(303);
    assert!(done.header("location").starts_with(&page));
    let shown = page_of(&secretary, &page).await;
    assert!(shown.contains("/khac-phuc/") && shown.contains("Theo dõi bằng hành động khắc phục"), "{shown}");
    let list = page_of(&secretary, "/xem-xet-lanh-dao?loc=concluded").await;
    assert!(list.contains("XX-2026-01") && list.contains("Đã kết luận"), "{list}");
    app.browse("chutich.binh").await.get(&page).await.expect(404);
    assert!(page_of(&app.browse("chutich.binh").await, "/xem-xet-lanh-dao").await.contains("Chưa có cuộc xem xét nào để xem."));
}

#[tokio::test]
async fn minutes_of_a_chair_who_is_head_no_more_are_signed_by_the_head_of_today() {
    let app = TestApp::start().await;
    let (secretary, path) = planned(&app).await;
    at(&secretary, &path, "take-inputs", json!({})).await.expect(200);
    put(&secretary, &path, "remarks", remarks()).await.expect(200);
    at(&secretary, &path, "hold", meeting()).await.expect(200);
    put(&secretary, &path, "minutes", minutes(&app, "MAU-01", ["congchuc.an", "daumoi.an"]).await).await.expect(200);
    let root = app.sign_in("quantri").await;
    let appoint = async |login: &str| {
        let body = json!({"person_id": app.person(login).await, "role": "head", "unit_id": app.unit("MAU-01").await, "span": "own", "reason": "Bổ nhiệm"});
        root.post("/api/v1/assignments", body).await.expect(201);
    };
    appoint("congchuc.an").await;
    let next = app.sign_in("congchuc.an").await;
    let waits = async || {
        let work = next.get("/api/v1/work").await.expect(200).json();
        work["items"].as_array().unwrap().iter().any(|item| item["verb"] == "conclude_review")
    };
    // The control: while the chair heads the unit nobody signs for them.
    refused(at(&next, &path, "conclude", json!({})).await, "chair_only");
    assert!(!waits().await);

    let (chair, signer) = (app.person("chutich.an").await, app.person("congchuc.an").await);
    let roles = root.get(&format!("/api/v1/people/{chair}")).await.expect(200).json()["assignments"].clone();
    let role = roles.as_array().unwrap().iter().find(|role| role["role"] == "head").unwrap();
    let end = format!("/api/v1/assignments/{}/end", role["id"].as_str().unwrap());
    root.post_at(&end, &format!("\"{}\"", role["version"]), json!({"reason": "Nghỉ hưu"})).await.expect(200);
    let former = app.sign_in("chutich.an").await;
    former.post_at(&format!("{path}/conclude"), "\"6\"", json!({})).await.expect(403);
    // A head who prepared the review does not sign it either.
    appoint("thukyiso.an").await;
    refused(at(&secretary, &path, "conclude", json!({})).await, "prepared_it_yourself");
    assert!(waits().await);
    let page = path.replace("/api/v1/management-reviews/", "/xem-xet-lanh-dao/");
    let browser = app.browse("congchuc.an").await;
    assert!(page_of(&browser, &page).await.contains(&format!("{page}/ket-luan")), "the head of today has the button to sign");

    let signed = at(&next, &path, "conclude", json!({})).await.expect(200).json();
    assert_eq!((signed["state"].as_str(), signed["chair_id"].as_str()), (Some("concluded"), Some(signer.as_str())));
    assert!(signed["participant_ids"].as_array().unwrap().iter().any(|id| *id == chair.as_str()), "{signed}");
    let shown = page_of(&browser, &page).await;
    let said = "Chủ tịch UBND xã An Mẫu (người đứng đầu đơn vị ký biên bản: Công chức xã An Mẫu)";
    assert!(shown.contains(said), "{shown}");
    // The minutes say who chaired and who signed, and so does the trail.
    let paper = printed(&app, &secretary, &path).await;
    let id: domain::id::ReviewPaperId = paper["id"].as_str().unwrap().parse().unwrap();
    let db = app.app.store.read();
    let data = review_paper::Entity::find_by_id(id).one(db).await.unwrap().unwrap().data;
    assert_eq!(data["chair"]["name"], "Chủ tịch UBND xã An Mẫu");
    assert_eq!(data["chair_signature"]["name"], "Công chức xã An Mẫu");
    assert_eq!(data["chair_signature"]["capacity"], json!(["Người đứng đầu đơn vị"]));
    assert!(!data["participants"].to_string().contains("Chủ tịch UBND xã An Mẫu"), "named once: {data}");
    let kept = entities::event::Entity::find().filter(entities::event::Column::Kind.eq("management_review.concluded"));
    let kept = kept.one(db).await.unwrap().unwrap();
    let (before, after) = (kept.before.unwrap(), kept.after.unwrap());
    assert_eq!((before["chair_id"].as_str(), after["chair_id"].as_str()), (Some(chair.as_str()), Some(signer.as_str())));
    assert_eq!(kept.actor_id.map(|id| id.to_string()), Some(signer));
}
