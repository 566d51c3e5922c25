//! Findings: raised with proof, answered by the head, decided by others, repeats recognised.

use domain::checklist::InspectionKind;
use domain::inspection::{InspectionState, TeamRole};
use domain::record::Subject;
use poem::http::Method;
use serde_json::{Value as Json, json};
use tests::{Answer, Client, TestApp};

use crate::support::{Visit, join, move_visit, prove, visit};

/// Drafts a finding on the visit's line.
pub async fn draft(client: &Client, visit: &Visit) -> Answer {
    client.post("/api/v1/findings", json!({"inspection_id": visit.id, "line_id": visit.line})).await.expect(201)
}

/// Does an act on a record at its present version.
pub async fn act(client: &Client, path: &str, verb: &str, body: Json) -> Answer {
    let etag = client.get(path).await.expect(200).etag();
    act_at(client, path, verb, &etag, body).await
}

pub async fn act_at(client: &Client, path: &str, verb: &str, etag: &str, body: Json) -> Answer {
    client.post_at(&format!("{path}/{verb}"), etag, body).await
}

pub fn path(id: &str) -> String {
    format!("/api/v1/findings/{id}")
}

/// A finding raised by the lead: confirmed, the unit is to answer.
pub async fn raised(app: &TestApp, visit: &Visit, unit: &str) -> String {
    let lead = app.sign_in("truongdoan").await;
    prove(app, Subject::InspectionLine, &visit.line, "truongdoan", unit).await;
    let id = draft(&lead, visit).await.id();
    act(&lead, &path(&id), "raise", json!({})).await.expect(200);
    id
}

/// A rule about the person or the moment stood against it.
pub fn refused(answer: Answer, code: &str) {
    assert!(matches!(answer.status.as_u16(), 403 | 409), "{}: {}", answer.status, answer.text());
    assert_eq!(answer.code(), code);
}

pub fn pointers(answer: &Answer) -> Vec<String> {
    let errors = answer.json()["errors"].as_array().cloned().unwrap_or_default();
    errors.iter().map(|error| error["pointer"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_draft_is_prefilled_from_its_line() {
    let app = TestApp::start().await;
    let visit = visit(&app, InspectionKind::InternalAudit, "MAU-01").await;
    let member = app.sign_in("thanhvien").await;
    let found = draft(&member, &visit).await.json();
    assert_eq!(found["code"], "PH-2026-0001");
    assert_eq!(found["unit_name"], "Xã An Mẫu");
    assert_eq!((found["line_code"].as_str(), found["clause"].as_str()), (Some("B1.1"), Some("8.5.1")));
    assert_eq!(found["criterion"], "8.5.1 – Hồ sơ trễ hạn có thư xin lỗi không?");
    assert_eq!(found["statement"], "3 trong 40 hồ sơ trễ hạn không có thư xin lỗi.");
    assert_eq!(found["phrases"], json!(["Hồ sơ trễ hạn không có thư xin lỗi."]));
    assert_eq!((found["grade"].as_str(), found["vocabulary"].as_str()), (Some("minor"), Some("iso")));
    assert_eq!(draft(&member, &visit).await.json()["code"], "PH-2026-0002");
}

#[tokio::test]
async fn a_nonconformity_without_criterion_statement_and_evidence_is_refused_with_all_fields() {
    let app = TestApp::start().await;
    let visit = visit(&app, InspectionKind::Cchc, "MAU-01").await;
    let lead = app.sign_in("truongdoan").await;
    let drafted = draft(&lead, &visit).await;
    let path = path(&drafted.id());
    let edited = lead.patch(&path, &drafted.etag(), json!({"criterion": "", "statement": " "})).await.expect(200);
    let answer = act_at(&lead, &path, "raise", &edited.etag(), json!({})).await.expect(422);
    assert_eq!(pointers(&answer), ["/criterion", "/statement", "/evidence"]);
    let wrong = lead.patch(&path, &edited.etag(), json!({"grade": "major"})).await.expect(422);
    assert_eq!(wrong.json()["errors"][0]["code"], "not_in_vocabulary");
}

#[tokio::test]
async fn evidence_counts_on_the_line_and_on_the_finding() {
    let app = TestApp::start().await;
    let lead = app.sign_in("truongdoan").await;
    let on_line = visit(&app, InspectionKind::Cchc, "MAU-01").await;
    let proof = prove(&app, Subject::InspectionLine, &on_line.line, "truongdoan", "MAU-01").await;
    let id = draft(&lead, &on_line).await.id();
    let raised = act(&lead, &path(&id), "raise", json!({})).await.expect(200).json();
    assert_eq!(raised["evidence"][0]["id"], proof);
    let on_finding = visit(&app, InspectionKind::Cchc, "MAU-02").await;
    let body = json!({"inspection_id": on_finding.id, "criterion": "Nghị định", "statement": "Chưa có", "evidence_ids": [proof]});
    let foreign = lead.post("/api/v1/findings", body.clone()).await.expect(422);
    assert_eq!(pointers(&foreign), ["/evidence_ids/0"]);
    let mut body = body;
    body["evidence_ids"] = json!([prove(&app, Subject::InspectionLine, &on_finding.line, "truongdoan", "MAU-02").await]);
    let shared = lead.post("/api/v1/findings", body).await.expect(201);
    act_at(&lead, &path(&shared.id()), "raise", &shared.etag(), json!({})).await.expect(200);
}

#[tokio::test]
async fn a_members_finding_waits_for_the_lead_and_then_for_the_unit() {
    let app = TestApp::start().await;
    let visit = visit(&app, InspectionKind::Cchc, "MAU-01").await;
    prove(&app, Subject::InspectionLine, &visit.line, "thanhvien", "MAU-01").await;
    let (member, lead, head) = (app.sign_in("thanhvien").await, app.sign_in("truongdoan").await, app.sign_in("chutich.an").await);
    let id = draft(&member, &visit).await.id();
    head.get(&path(&id)).await.expect(404);
    act(&member, &path(&id), "raise", json!({})).await.expect(200);
    refused(act(&member, &path(&id), "confirm", json!({})).await, "lead_only");
    refused(act(&head, &path(&id), "accept", json!({})).await, "not_confirmed");
    let confirmed = act(&lead, &path(&id), "confirm", json!({})).await.expect(200).json();
    assert_eq!(confirmed["answer_due_on"], "2026-11-23", "five working days from Monday 16/11/2026");
    let accepted = act(&head, &path(&id), "accept", json!({})).await.expect(200).json();
    assert_eq!(accepted["state"], "action_required");
    assert_eq!(accepted["actions"][0]["code"], "KP-2026-0001");
    let kinds: Vec<&str> = accepted["history"].as_array().unwrap().iter().filter_map(|one| one["kind"].as_str()).collect();
    assert_eq!(kinds, ["finding.drafted", "finding.raised", "finding.confirmed", "finding.accepted"]);
}

#[tokio::test]
async fn only_the_head_of_that_unit_answers_and_never_from_within_the_team() {
    let app = TestApp::start().await;
    let visit = visit(&app, InspectionKind::Cchc, "MAU-01").await;
    let id = raised(&app, &visit, "MAU-01").await;
    for (login, verb, status) in [
        ("congchuc.an", "accept", 403),
        ("daumoi.an", "accept", 403),
        ("truongdoan", "accept", 403),
        ("chutich.binh", "accept", 404),
    ] {
        let client = app.sign_in(login).await;
        assert_eq!(act_at(&client, &path(&id), verb, "\"2\"", json!({})).await.status.as_u16(), status, "{login}");
    }
    app.sign_in("chutich.binh").await.get(&path(&id)).await.expect(404);
    join(&app, visit.id.parse().unwrap(), "chutich.an", TeamRole::Inspector).await;
    refused(act(&app.sign_in("chutich.an").await, &path(&id), "accept", json!({})).await, "head_only");
}

#[tokio::test]
async fn a_dispute_is_decided_by_the_lead_and_an_appeal_by_the_ordering_authority() {
    let app = TestApp::start().await;
    let visit = visit(&app, InspectionKind::InternalAudit, "MAU-01").await;
    let id = raised(&app, &visit, "MAU-01").await;
    let (lead, head, authority) =
        (app.sign_in("truongdoan").await, app.sign_in("chutich.an").await, app.sign_in("lanhdao").await);
    let path = path(&id);
    assert_eq!(pointers(&act(&head, &path, "dispute", json!({"reason": " "})).await.expect(422)), ["/reason"]);
    act(&head, &path, "dispute", json!({"reason": "Thư xin lỗi đã gửi qua bưu điện."})).await.expect(200);
    let upheld = act(&lead, &path, "uphold", json!({"reason": "Không có biên nhận."})).await.expect(200).json();
    assert_eq!((upheld["state"].as_str(), upheld["actions"].as_array().map(Vec::len)), (Some("action_required"), Some(1)));
    refused(act(&authority, &path, "decide_appeal", json!({"upheld": true, "reason": "x"})).await, "no_appeal");
    act(&head, &path, "appeal", json!({"reason": "Đề nghị xem xét lại."})).await.expect(200);
    lead.get(&path).await.expect(200);
    assert_eq!(act(&lead, &path, "decide_appeal", json!({"upheld": true, "reason": "x"})).await.status.as_u16(), 403);
    let taken_back = act(&authority, &path, "decide_appeal", json!({"upheld": false, "reason": "Có biên nhận bưu điện."}))
        .await
        .expect(200)
        .json();
    assert_eq!(
        (taken_back["state"].as_str(), taken_back["actions"][0]["state"].as_str()),
        (Some("withdrawn"), Some("cancelled"))
    );
}

#[tokio::test]
async fn a_finding_that_asks_for_no_action_opens_none() {
    let app = TestApp::start().await;
    let visit = visit(&app, InspectionKind::InternalAudit, "MAU-01").await;
    let (lead, head) = (app.sign_in("truongdoan").await, app.sign_in("chutich.an").await);
    let id = draft(&lead, &visit).await.id();
    let etag = lead.get(&path(&id)).await.etag();
    lead.patch(&path(&id), &etag, json!({"grade": "observation"})).await.expect(200);
    act(&lead, &path(&id), "raise", json!({})).await.expect(200);
    move_visit(&app, &visit, InspectionState::Reported).await;
    let accepted = act(&head, &path(&id), "accept", json!({})).await.expect(200).json();
    assert_eq!((accepted["state"].as_str(), accepted["actions"].as_array().map(Vec::len)), (Some("closed"), Some(0)));
}

#[tokio::test]
async fn silence_is_recorded_as_acceptance_only_after_the_last_day() {
    let app = TestApp::start().await;
    let visit = visit(&app, InspectionKind::Cchc, "MAU-01").await;
    let id = raised(&app, &visit, "MAU-01").await;
    refused(act(&app.sign_in("truongdoan").await, &path(&id), "deem_accepted", json!({})).await, "answer_still_possible");
    app.set_time("2026-11-24T02:00:00Z");
    let lead = app.sign_in("truongdoan").await;
    let overdue = lead.get("/api/v1/findings?overdue=true").await.expect(200).json();
    assert_eq!(overdue["items"][0]["id"], id);
    act(&lead, &path(&id), "deem_accepted", json!({})).await.expect(200);
}

#[tokio::test]
async fn a_repeat_within_twelve_months_is_recognised() {
    let app = TestApp::start().await;
    let first = raised(&app, &visit(&app, InspectionKind::Cchc, "MAU-01").await, "MAU-01").await;
    app.set_time("2027-05-17T02:00:00Z");
    let again = raised(&app, &visit(&app, InspectionKind::Cchc, "MAU-01").await, "MAU-01").await;
    let elsewhere = raised(&app, &visit(&app, InspectionKind::Cchc, "MAU-02").await, "MAU-02").await;
    let lead = app.sign_in("truongdoan").await;
    let shown = lead.get(&path(&again)).await.json();
    assert_eq!(
        (shown["repeat_of_id"].as_str(), shown["repeats"][0]["id"].as_str()),
        (Some(first.as_str()), Some(first.as_str()))
    );
    assert!(lead.get(&path(&elsewhere)).await.json()["repeat_of_id"].is_null());
    let repeats = lead.get("/api/v1/findings?repeat=true").await.json();
    assert_eq!(repeats["items"].as_array().map(Vec::len), Some(1));
    app.set_time("2028-06-19T02:00:00Z");
    let late = raised(&app, &visit(&app, InspectionKind::Cchc, "MAU-01").await, "MAU-01").await;
    assert!(app.sign_in("truongdoan").await.get(&path(&late)).await.json()["repeat_of_id"].is_null());
}

#[tokio::test]
async fn a_retried_raise_has_one_effect() {
    let app = TestApp::start().await;
    let visit = visit(&app, InspectionKind::Cchc, "MAU-01").await;
    let lead = app.sign_in("truongdoan").await;
    prove(&app, Subject::InspectionLine, &visit.line, "truongdoan", "MAU-01").await;
    let drafted = draft(&lead, &visit).await;
    let url = format!("{}/raise", path(&drafted.id()));
    let etag = drafted.etag();
    let headers = [("if-match", etag.as_str()), ("idempotency-key", "raise-1")];
    let first = lead.json(Method::POST, &url, &headers, json!({})).await.expect(200);
    let second = lead.json(Method::POST, &url, &headers, json!({})).await.expect(200);
    assert_eq!(first.json()["version"], second.json()["version"]);
    assert_eq!(lead.json(Method::POST, &url, &headers[..1], json!({})).await.expect(412).code(), "stale");
}

#[tokio::test]
async fn members_raise_only_during_the_visit_and_strangers_never() {
    let app = TestApp::start().await;
    let visit = visit(&app, InspectionKind::Cchc, "MAU-01").await;
    let body = json!({"inspection_id": visit.id, "line_id": visit.line});
    app.sign_in("congchuc.an").await.post("/api/v1/findings", body.clone()).await.expect(403);
    let member = app.sign_in("thanhvien").await;
    move_visit(&app, &visit, InspectionState::MinutesSigned).await;
    refused(member.post("/api/v1/findings", body).await, "inspection_not_open");
}

#[tokio::test]
async fn a_list_is_filtered_and_paged() {
    let app = TestApp::start().await;
    let visit = visit(&app, InspectionKind::Cchc, "MAU-01").await;
    let lead = app.sign_in("truongdoan").await;
    for _ in 0..3 {
        draft(&lead, &visit).await;
    }
    let page = lead.get("/api/v1/findings?limit=2&q=tre%20han").await.expect(200).json();
    assert_eq!(page["items"].as_array().map(Vec::len), Some(2));
    let rest = lead.get(page["next"].as_str().unwrap()).await.expect(200).json();
    assert_eq!((rest["items"].as_array().map(Vec::len), rest["items"][0]["code"].as_str()), (Some(1), Some("PH-2026-0001")));
    assert_eq!(lead.get("/api/v1/findings?state=raised").await.json()["items"], json!([]));
    assert_eq!(app.sign_in("chutich.binh").await.get("/api/v1/findings").await.json()["items"], json!([]));
    let codes = app.unit("MAU").await;
    assert_eq!(lead.get(&format!("/api/v1/findings?unit_id={codes}")).await.json()["items"].as_array().map(Vec::len), Some(3));
}

/// Sends a form with one file, as a browser does.
pub async fn send_files(client: &Client, page: &str, action: &str, fields: &[(&str, &str)], file: Option<&str>) -> Answer {
    let html = client.get(page).await.expect(200).text();
    let form =
        html.split("<form").find(|form| form.contains(&format!("action=\"{action}\""))).unwrap_or_else(|| panic!("{html}"));
    let hidden = |name: &str| {
        let value = form.split(&format!("name=\"{name}\" value=\"")).nth(1).and_then(|rest| rest.split('"').next());
        value.map(|value| (name.to_owned(), value.to_owned()))
    };
    let hidden: Vec<(String, String)> = ["csrf", "once", "version"].into_iter().filter_map(hidden).collect();
    let mut body = String::new();
    let typed = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    for (name, value) in hidden.into_iter().chain(typed) {
        body += &format!("--GIOI-HAN\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    }
    if let Some(content) = file {
        let head = "Content-Disposition: form-data; name=\"minh_chung\"; filename=\"anh.jpg\"\r\nContent-Type: image/jpeg";
        body += &format!("--GIOI-HAN\r\n{head}\r\n\r\n{content}\r\n");
    }
    body += "--GIOI-HAN--\r\n";
    let kind = [("content-type", "multipart/form-data; boundary=GIOI-HAN")];
    client.send(Method::POST, action, &kind, body).await
}

#[tokio::test]
async fn on_the_phone_a_finding_is_raised_with_its_photo_in_one_form() {
    let app = TestApp::start().await;
    let visit = visit(&app, InspectionKind::Cchc, "MAU-01").await;
    let lead = app.browse("truongdoan").await;
    let (page, action) =
        (format!("/phat-hien/moi?dong={}", visit.line), format!("/phat-hien/moi/minh-chung?dong={}", visit.line));
    let html = lead.get(&page).await.expect(200).text();
    assert!(
        html.contains("Hồ sơ trễ hạn không có thư xin lỗi.")
            && html.contains("Tồn tại, hạn chế")
            && !html.contains("Điểm không phù hợp")
    );
    let fields = [
        ("grade", "limitation"),
        ("statement", "Ba hồ sơ trễ hạn."),
        ("criterion", "Nghị định 61/2018/NĐ-CP"),
        ("phrase/0", "yes"),
        ("act", "raise"),
    ];
    let bare = send_files(&lead, &page, &action, &fields, None).await.expect(422).text();
    assert!(bare.contains("Cần ít nhất một minh chứng") && bare.contains("Ba hồ sơ trễ hạn."), "what was typed stays");
    let raised = send_files(&lead, &page, &action, &fields, Some("ảnh")).await.expect(303);
    let shown = lead.get(&raised.header("location")).await.expect(200).text();
    assert!(shown.contains("Hồ sơ trễ hạn không có thư xin lỗi. Ba hồ sơ trễ hạn.") && shown.contains("anh.jpg"), "{shown}");
    lead.get("/phat-hien?loc=cho-tra-loi").await.expect(200);
}

#[tokio::test]
async fn the_page_shows_the_acts_of_each_reader_and_keeps_what_was_typed() {
    let app = TestApp::start().await;
    let visit = visit(&app, InspectionKind::Cchc, "MAU-01").await;
    let id = raised(&app, &visit, "MAU-01").await;
    let page = format!("/phat-hien/{id}");
    let (head, officer) = (app.browse("chutich.an").await, app.browse("daumoi.an").await);
    assert!(!officer.get(&page).await.expect(200).text().contains("/dong-y\""));
    let silent = head.fill(&page, &format!("{page}/khong-dong-y"), &[("reason", " ")]).await.expect(422).text();
    assert!(silent.contains("Chưa nhập nội dung này"));
    head.fill(&page, &format!("{page}/dong-y"), &[]).await.expect(303);
    assert!(head.get(&page).await.expect(200).text().contains("KP-2026-0001"));
}
