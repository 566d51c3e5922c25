//! The chain, end to end, through the API: from a checklist line to a closed, verified finding.

use domain::record::Subject;
use serde_json::{Value as Json, json};
use tests::{Client, TestApp};

use crate::evidence::upload;
use crate::inspections::{Visit, plan};

/// An action of a record's page in the API, with the version as it is now.
async fn act(client: &Client, record: &str, verb: &str, body: Json) -> tests::Answer {
    let etag = client.get(record).await.expect(200).etag();
    client.post_at(&format!("{record}/{verb}"), &etag, body).await
}

fn codes(answer: &tests::Answer) -> Vec<String> {
    answer.json()["errors"].as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn from_a_checklist_line_to_a_closed_and_verified_finding() {
    let app = TestApp::start().await;
    let (secretary, authority) = (app.sign_in("thukyiso").await, app.sign_in("lanhdao").await);

    // 1. The secretary sees the programme, plans a visit, names the team.
    let programme =
        secretary.post("/api/v1/programmes", json!({"year": 2026, "title": "Kế hoạch kiểm tra năm 2026"})).await.expect(201).id();
    act(&authority, &format!("/api/v1/programmes/{programme}"), "approve", json!({})).await.expect(200);
    let id = plan(&app, "MAU-02", json!({"programme_id": programme})).await.id();
    let record = format!("/api/v1/inspections/{id}");
    let named = |login: &'static str, role: &'static str, reason: Option<&'static str>| {
        let app = &app;
        async move { json!({"person_id": app.person(login).await, "team_role": role, "exception_reason": reason}) }
    };
    let lead = named("truongdoan", "lead_inspector", None).await;
    for (login, why) in [("daumoi.binh", "a member of the unit"), ("chuyencongtac", "one who left five months ago")] {
        let members = json!({"members": [lead, named(login, "inspector", None).await]});
        assert_eq!(codes(&act(&secretary, &record, "set_team", members).await.expect(422)).len(), 1, "{why}");
    }
    let reason = Some("Không còn ai khác am hiểu hồ sơ đất đai.");
    let excepted = json!({"members": [lead, named("chuyencongtac", "inspector", reason).await, named("thukydoan", "team_secretary", None).await]});
    act(&authority, &record, "set_team", excepted).await.expect(200);
    let leader = app.sign_in("truongdoan").await;
    act(&leader, &record, "notify", json!({})).await.expect(200);

    // 2. The inspector opens the visit: the real checklist, line by line.
    act(&leader, &record, "start", json!({})).await.expect(200);
    let visit = Visit { app: &app, id: id.clone() };
    let lines = visit.lines("truongdoan").await;
    assert_eq!(lines.len(), 71);
    let ratio = lines.iter().find(|line| line["answer_type"] == "ratio").unwrap();
    let found = lines.iter().find(|line| line["answer_type"] == "yes_no").unwrap();
    let declared = json!([
        {"client_id": "1", "line_id": ratio["id"], "base_version": 1, "verdict": "conform", "value": {"type": "ratio", "numerator": 484, "denominator": 482}},
        {"client_id": "2", "line_id": found["id"], "base_version": 1, "verdict": "nonconform", "value": {"type": "yes_no", "value": false}, "note": "Chưa ban hành kế hoạch năm."},
    ]);
    visit.answer(&leader, declared).await.expect(200);
    let ratio = visit.line(ratio["code"].as_str().unwrap()).await;
    assert_eq!(
        (ratio["value"]["numerator"].as_i64(), ratio["warnings"][0]["code"].as_str()),
        (Some(484), Some("ratio_above_one"))
    );
    visit.answer_all().await;

    // 3. One action raises a finding, prefilled; without evidence it is refused.
    let draft = leader.post("/api/v1/findings", json!({"inspection_id": id, "line_id": found["id"]})).await.expect(201);
    assert_eq!(
        (draft.json()["statement"].as_str(), draft.json()["line_code"].as_str()),
        (Some("Chưa ban hành kế hoạch năm."), found["code"].as_str())
    );
    let finding = format!("/api/v1/findings/{}", draft.id());
    assert_eq!(act(&leader, &finding, "raise", json!({})).await.expect(422).code(), "invalid");
    let told = app.sign_in("chutich.binh").await;
    told.get(&finding).await.expect(404);
    let trail = told.get("/api/v1/events?limit=100").await.expect(200).text();
    assert!(!trail.contains("Chưa ban hành kế hoạch năm."), "a draft is nobody's but the team's: {trail}");
    let evidence = format!("/api/v1/evidence?subject=inspection_line&subject_id={}", found["id"].as_str().unwrap());
    told.get(&evidence).await.expect(404);
    leader.get(&evidence).await.expect(200);
    upload(
        &leader,
        "anh.jpg",
        "image/jpeg",
        Subject::InspectionLine,
        found["id"].as_str().unwrap().parse().unwrap(),
        b"anh chup so",
    )
    .await;
    assert_eq!(act(&leader, &finding, "raise", json!({})).await.expect(200).json()["state"], "raised");
    let words = json!({"limitations": "Chậm ban hành kế hoạch."});
    let etag = leader.get(&record).await.expect(200).etag();
    leader.patch(&record, &etag, words).await.expect(200);
    assert!(told.get(&record).await.expect(200).json()["limitations"].is_null(), "the team's words before the end of field work");
    act(&leader, &record, "finish", json!({})).await.expect(200);
    assert_eq!(told.get(&record).await.expect(200).json()["limitations"], "Chậm ban hành kế hoạch.");
    act(&app.sign_in("thukydoan").await, &record, "sign_minutes", json!({"unit_signed": true})).await.expect(200);

    // 4. The unit accepts and files its plan; the head submits, nobody else.
    let (head, officer, clerk) =
        (app.sign_in("chutich.binh").await, app.sign_in("daumoi.binh").await, app.sign_in("congchuc.binh").await);
    act(&head, &finding, "accept", json!({})).await.expect(200);
    let open = officer.get("/api/v1/corrective-actions").await.expect(200).json();
    let action = format!("/api/v1/corrective-actions/{}", open["items"][0]["id"].as_str().unwrap());
    let plan = json!({
        "correction": "Ban hành ngay kế hoạch cải cách hành chính năm.",
        "whys": ["Không ai theo dõi hạn ban hành.", "Phân công chưa rõ người chịu trách nhiệm."],
        "cause_group": "people", "cause_origin": "internal",
        "steps": [{"action": "Phân công người theo dõi", "owner_id": app.person("congchuc.binh").await, "due_on": "2026-12-10", "expected_evidence": "Thông báo phân công"}],
    });
    let save = |body: Json| {
        let (officer, action) = (officer.clone(), action.clone());
        async move {
            let etag = officer.get(&action).await.expect(200).etag();
            officer.json(poem::http::Method::PUT, &format!("{action}/plan"), &[("if-match", &etag)], body).await
        }
    };
    save(json!({"correction": "Mới ghi được một nửa."})).await.expect(200);
    assert!(codes(&act(&head, &action, "submit_plan", json!({})).await.expect(422)).contains(&"/steps".to_owned()));
    save(plan).await.expect(200);
    act(&officer, &action, "submit_plan", json!({})).await.expect(403);
    act(&head, &action, "submit_plan", json!({})).await.expect(200);

    // 5. Returned with a remark on the row, mended, approved, done, verified by another, its effect proven.
    let step = head.get(&action).await.expect(200).json()["steps"][0]["id"].as_str().unwrap().to_owned();
    act(&leader, &action, "return", json!({"rows": [{"step_id": step, "remark": "Ghi rõ theo dõi hằng tuần."}]}))
        .await
        .expect(200);
    assert_eq!(officer.get(&action).await.expect(200).json()["steps"][0]["remark"], "Ghi rõ theo dõi hằng tuần.");
    act(&head, &action, "submit_plan", json!({})).await.expect(200);
    act(&leader, &action, "approve_plan", json!({})).await.expect(200);
    act(&clerk, &action, &format!("steps/{step}/report_done"), json!({"result": "Đã phân công."})).await.expect(409);
    upload(&clerk, "thong-bao.pdf", "application/pdf", Subject::Step, step.parse().unwrap(), b"thong bao phan cong").await;
    act(&clerk, &action, &format!("steps/{step}/report_done"), json!({"result": "Đã phân công."})).await.expect(200);
    act(&clerk, &action, "verify", json!({"accepted": true, "note": "Tự xác nhận."})).await.expect(403);
    let verified = act(&leader, &action, "verify", json!({"accepted": true, "note": "Đã xem thông báo phân công."}))
        .await
        .expect(200)
        .json();
    assert_eq!(
        (verified["state"].as_str(), verified["effectiveness_due_on"].as_str()),
        (Some("implemented"), Some("2027-02-16"))
    );
    act(&leader, &record, "report", json!({})).await.expect(200);
    act(&authority, &record, "conclude", json!({"conclusion": "Đơn vị đã khắc phục."})).await.expect(200);

    // 6. The papers: numbered by the clerk after signature, the same bytes from the same data.
    for kind in ["minutes", "inspection_report"] {
        let papers = leader.get(&format!("{record}/papers")).await.expect(200).json();
        let paper = papers["items"].as_array().unwrap().iter().find(|paper| paper["kind"] == kind).unwrap().clone();
        let numbered = json!({"number": 5, "symbol": "ĐKT", "issued_on": "2026-11-16"});
        let etag = format!("\"{}\"", paper["version"]);
        app.sign_in("vanthu").await.post_at(&format!("{record}/papers/{kind}/register"), &etag, numbered).await.expect(200);
        let mut hashes = Vec::new();
        for _ in 0..2 {
            let report = leader.post(&format!("{record}/papers/{kind}/render"), json!({})).await.expect(201).id();
            app.run_jobs().await;
            let file = leader.get(&format!("/api/v1/reports/{report}/content")).await.expect(200);
            assert!(file.bytes.starts_with(b"%PDF-"));
            hashes.push(api::auth::session::sha256_hex(&file.bytes));
        }
        assert_eq!(hashes[0], hashes[1], "{kind}");
    }

    // 7. A mail reminds the verifier of the effectiveness check; only that check closes the action.
    app.set_time("2027-02-16T01:00:00Z");
    let (leader, secretary) = (app.sign_in("truongdoan").await, app.sign_in("thukyiso").await);
    api::jobs::plan(&app.app).await.unwrap();
    app.run_jobs().await;
    let mails = app.app.mailer.taken();
    assert_eq!(mails.iter().filter(|mail| mail.contains("truongdoan@mau.example")).count(), 1, "{mails:#?}");
    let closed =
        act(&leader, &action, "check_effectiveness", json!({"effective": true, "note": "Kế hoạch năm 2027 ban hành đúng hạn."}))
            .await
            .expect(200);
    assert_eq!(closed.json()["state"], "closed_effective");
    assert_eq!(leader.get(&finding).await.expect(200).json()["state"], "closed");
    assert_eq!(act(&secretary, &record, "close", json!({})).await.expect(200).json()["state"], "closed");
}
