//! Findings in scoring: a deduction from the line of a checklist to the points, lost points that
//! become corrective actions, errata with what they change.

use domain::checklist::InspectionKind;
use domain::record::Subject;
use serde_json::{Value as Json, json};
use tests::{Client, TestApp};

use crate::findings::{pointers, raised, refused};
use crate::rounds::{COMMUNES, act, appraise_all, enter_the_rest, prepared, self_score};
use crate::support::{Visit, prove, visit};

/// An open round in which three communes have handed in their sheets.
async fn scored(app: &TestApp) -> (Client, String) {
    let (secretary, round) = prepared(app).await;
    act(&secretary, &round, "open").await.expect(200);
    for (_, officer, head) in COMMUNES {
        self_score(app, &round, (officer, head), &[]).await;
    }
    enter_the_rest(app, &secretary, &round).await;
    (secretary, round)
}

async fn close(app: &TestApp, round: &str) {
    app.set_time("2026-11-30T10:00:00Z");
    act(&app.sign_in("thukyhoidong").await, round, "close_self_scoring").await.expect(200);
}

fn id_of(round: &str) -> &str {
    round.rsplit('/').next().unwrap()
}

async fn found_in(app: &TestApp) -> (Visit, String) {
    let visit = visit(app, InspectionKind::Cchc, "MAU-01").await;
    let finding = raised(app, &visit, "MAU-01").await;
    (visit, finding)
}

fn proposal(round: &str, points: &str) -> Json {
    json!({"round_id": id_of(round), "code": "1.1.2", "points": points, "reason": "3 hồ sơ trễ hạn không có thư xin lỗi."})
}

/// What counts now on the line of xã An Mẫu, as the appraiser sees it.
async fn now(appraiser: &Client, round: &str) -> Json {
    let rows = appraiser.get(&format!("{round}/criteria/1.1.2")).await.expect(200).json();
    rows["rows"].as_array().unwrap().iter().find(|row| row["unit_name"] == "Xã An Mẫu").unwrap()["points"].clone()
}

#[tokio::test]
async fn a_finding_proposes_a_deduction_and_the_appraiser_decides_with_its_path_before_them() {
    let app = TestApp::start().await;
    let (_, round) = scored(&app).await;
    let (visit, finding) = found_in(&app).await;
    prove(&app, Subject::Finding, &finding, "truongdoan", "MAU-01").await;
    let path = format!("/api/v1/findings/{finding}");
    let lead = app.sign_in("truongdoan").await;

    // Wrong figures are named, all at once; nothing is written.
    let wrong = json!({"round_id": id_of(&round), "code": "1.6", "points": "99"});
    let answer = lead.post(&format!("{path}/deductions"), wrong).await.expect(422);
    assert_eq!(pointers(&answer), ["/code", "/points"]);
    lead.post(&format!("{path}/deductions"), json!({"round_id": id_of(&round), "code": "1.1.2", "points": "0"}))
        .await
        .expect(422);
    let made = lead.post(&format!("{path}/deductions"), proposal(&round, "0.25")).await.expect(201);
    let again = lead.post(&format!("{path}/deductions"), proposal(&round, "0.5")).await.expect(422);
    assert_eq!(pointers(&again), ["/code"]);
    // The unit reads its finding and learns nothing of what is proposed about its points.
    let head = app.sign_in("chutich.an").await;
    assert_eq!(head.get(&format!("{path}/deductions")).await.expect(200).json()["items"], json!([]));
    refused(head.post(&format!("{path}/deductions"), proposal(&round, "0.25")).await, "team_only");
    assert!(!head.get(&path).await.expect(200).text().contains("deduction"));
    app.sign_in("chutich.binh").await.get(&format!("{path}/deductions")).await.expect(404);

    // The appraiser sees the finding, its line and its files, and no other finding.
    let (_, other) = found_in(&app).await;
    close(&app, &round).await;
    let appraiser = app.sign_in("thamdinh1").await;
    let all = appraiser.get(&format!("{round}/deductions")).await.expect(200).json();
    let one = &all["items"][0];
    assert_eq!(
        (one["finding_code"].as_str(), one["line_code"].as_str(), one["files"].as_u64(), one["points"].as_str()),
        (Some("PH-2026-0001"), Some("B1.1"), Some(2), Some("0.25"))
    );
    appraiser.get(&path).await.expect(200);
    appraiser.get(&format!("/api/v1/findings/{other}")).await.expect(404);
    let files = |line: &str| format!("/api/v1/evidence?subject=inspection_line&subject_id={line}");
    assert_eq!(appraiser.get(&files(&visit.line)).await.expect(200).json()["items"].as_array().unwrap().len(), 1);
    app.sign_in("congbo1").await.get(&format!("{round}/deductions")).await.expect(403);

    // Undecided, it holds the release; declining wants a reason; the unit's own people may not decide.
    appraise_all(&app, "thamdinh1", &round, &[]).await;
    refused(act(&app.sign_in("thukyhoidong").await, &round, "release").await, "deductions_not_decided");
    let decide = format!("/api/v1/deductions/{}", made.id());
    let answer = appraiser.post_at(&format!("{decide}/decline"), &made.etag(), json!({})).await.expect(422);
    assert_eq!(pointers(&answer), ["/reason"]);
    let head = app.sign_in("chutich.an").await;
    head.post_at(&format!("{decide}/accept"), &made.etag(), json!({})).await.expect(403);
    let before = now(&appraiser, &round).await;
    let accepted = appraiser.post_at(&format!("{decide}/accept"), &made.etag(), json!({})).await.expect(200).json();
    assert_eq!(accepted["state"], "accepted");
    let after = now(&appraiser, &round).await;
    assert_eq!((before.as_str(), after.as_str()), (Some("1.00"), Some("0.75")));
    refused(
        appraiser.post_at(&format!("{decide}/decline"), &format!("\"{}\"", accepted["version"]), json!({"reason": "Thôi"})).await,
        "deduction_decided",
    );
    act(&app.sign_in("thukyhoidong").await, &round, "release").await.expect(200);

    // From the release on the unit reads it as the reason of its changed line, and may explain.
    let officer = app.sign_in("daumoi.an").await;
    let sheet = crate::rounds::sheet_of(&officer, &round).await;
    let text = officer.get(&sheet).await.expect(200).text();
    assert!(text.contains("Trừ 0,25 điểm theo phát hiện PH-2026-0001: 3 hồ sơ trễ hạn"), "{text}");
    officer.post(&format!("{sheet}/explain"), json!({"code": "1.1.2", "text": "Thư đã gửi ngày 02/11."})).await.expect(200);
    let lead = app.sign_in("truongdoan").await;
    refused(lead.post(&format!("/api/v1/findings/{other}/deductions"), proposal(&round, "0.25")).await, "deduction_too_late");
}

#[tokio::test]
async fn a_withdrawn_finding_takes_its_undecided_deduction_with_it() {
    let app = TestApp::start().await;
    let (_, round) = scored(&app).await;
    let (_, finding) = found_in(&app).await;
    let path = format!("/api/v1/findings/{finding}");
    let lead = app.sign_in("truongdoan").await;
    lead.post(&format!("{path}/deductions"), proposal(&round, "0.25")).await.expect(201);
    crate::findings::act(&lead, &path, "withdraw", json!({"reason": "Nhầm đơn vị."})).await.expect(200);
    close(&app, &round).await;
    let found = app.sign_in("thamdinh1").await.get(&format!("{round}/deductions")).await.expect(200).json();
    assert_eq!((found["items"][0]["state"].as_str(), found["items"][0]["stands"].as_bool()), (Some("dropped"), Some(false)));
    appraise_all(&app, "thamdinh1", &round, &[]).await;
    act(&app.sign_in("thukyhoidong").await, &round, "release").await.expect(200);
}

#[tokio::test]
async fn the_pages_propose_and_decide_a_deduction() {
    let app = TestApp::start().await;
    let (_, round) = scored(&app).await;
    let (_, finding) = found_in(&app).await;
    let page = format!("/phat-hien/{finding}");
    let lead = app.browse("truongdoan").await;
    let code = format!("{} 1.1.2", id_of(&round));
    let refused = lead.fill(&page, &format!("{page}/tru-diem"), &[("code", &code), ("points", "abc")]).await.expect(422).text();
    assert!(refused.contains("abc"), "what was typed stays");
    lead.fill(&page, &format!("{page}/tru-diem"), &[("code", &code), ("points", "0,25"), ("reason", "")]).await.expect(303);
    let shown = lead.get(&page).await.expect(200).text();
    assert!(shown.contains("trừ 0,25 điểm") && shown.contains("Chờ thẩm định xem xét"));
    assert!(!app.browse("chutich.an").await.get(&page).await.expect(200).text().contains("trừ 0,25 điểm"));
    close(&app, &round).await;
    let appraiser = app.browse("thamdinh1").await;
    let criterion = format!("/dot-cham-diem/{}/tieu-chi/1.1.2", id_of(&round));
    let text = appraiser.get(&criterion).await.expect(200).text();
    assert!(text.contains("PH-2026-0001") && text.contains("B1.1 Hồ sơ trễ hạn có thư xin lỗi không?"));
    appraiser.get(&page).await.expect(200);
    let id = app.sign_in("thamdinh1").await.get(&format!("{round}/deductions")).await.expect(200).json();
    let id = id["items"][0]["id"].as_str().unwrap().to_owned();
    appraiser.fill(&criterion, &format!("/tru-diem/{id}/khong-tru"), &[("reason", "")]).await.expect(422);
    appraiser.fill(&criterion, &format!("/tru-diem/{id}/tru"), &[("reason", "Đã kiểm tra ảnh.")]).await.expect(303);
    let text = appraiser.get(&criterion).await.expect(200).text();
    assert!(text.contains("Đã trừ điểm") && text.contains("Trừ 0,25 điểm theo phát hiện PH-2026-0001"));
}

/// A published round.
async fn published(app: &TestApp) -> (Client, String) {
    let (_, round) = scored(app).await;
    close(app, &round).await;
    let special = [("MAU-02", "1.1.2", json!({"verdict": "changed", "points": "0.25", "reason": "Kế hoạch thiếu kinh phí."}))];
    appraise_all(app, "thamdinh1", &round, &special).await;
    for (verb, at) in
        [("release", "2026-11-30T11:00:00Z"), ("final_appraise", "2026-12-07T17:00:00Z"), ("convene", "2026-12-08T02:00:00Z")]
    {
        app.set_time(at);
        act(&app.sign_in("thukyhoidong").await, &round, verb).await.expect(200);
    }
    let secretary = app.sign_in("thukyhoidong").await;
    let etag = secretary.get(&round).await.expect(200).etag();
    let approved = secretary.post_at(&format!("{round}/approve"), &etag, json!({"decision": "Biên bản số 01"})).await.expect(200);
    publish(app, &secretary, &round, &approved.etag(), json!({})).await;
    (secretary, round)
}

async fn publish(app: &TestApp, secretary: &Client, round: &str, etag: &str, body: Json) -> Json {
    let proposed = secretary.post_at(&format!("{round}/publications"), etag, body).await.expect(200).json();
    for login in ["congbo1", "congbo2"] {
        let path = format!("/api/v1/publications/{}/approve", proposed["id"].as_str().unwrap());
        app.sign_in(login).await.post(&path, json!({"digest": proposed["digest"]})).await.expect(200);
    }
    proposed
}

fn lost_of<'a>(ranking: &'a Json, unit: &str) -> Vec<&'a str> {
    let units = ranking["snapshot"]["units"].as_array().unwrap();
    let lines = units.iter().find(|one| one["code"] == unit).unwrap()["lines"].as_object().unwrap();
    let lost = |line: &Json| line["lost"].as_str().unwrap().parse::<f64>().unwrap() > 0.0;
    lines.iter().filter(|(_, line)| lost(line)).map(|(code, _)| code.as_str()).collect()
}

#[tokio::test]
async fn lost_points_of_a_published_round_become_corrective_actions_in_one_act() {
    let app = TestApp::start().await;
    let (_, round) = published(&app).await;
    let unit = app.unit("MAU-02").await;
    let path = format!("{round}/corrective-actions");
    let head = app.sign_in("chutich.binh").await;
    for (login, code) in [("daumoi.binh", "head_only"), ("chutich.an", "head_only"), ("thamdinh1", "head_only")] {
        refused(app.sign_in(login).await.post(&path, json!({"unit_id": unit})).await, code);
    }
    // All wrong codes are named, and nothing is opened.
    let wrong = head.post(&path, json!({"unit_id": unit, "codes": ["1.1.2", "9.9", "1.1.1"]})).await.expect(422);
    assert_eq!(pointers(&wrong), ["/codes/1", "/codes/2"]);
    let made = head.post(&path, json!({"unit_id": unit, "codes": ["1.1.2"]})).await.expect(200).json();
    let one = &made["items"][0];
    let finding = head.get(&format!("/api/v1/findings/{}", one["finding_id"].as_str().unwrap())).await.expect(200).json();
    assert_eq!((finding["state"].as_str(), finding["inspection_id"].is_null()), (Some("action_required"), true));
    assert_eq!((finding["source_code"].as_str(), finding["grade"].as_str()), (Some("DCD-2026-01"), Some("limitation")));
    let statement = finding["statement"].as_str().unwrap();
    assert!(statement.starts_with("Mất 0,75/1 điểm.") && statement.contains("Kế hoạch thiếu kinh phí."), "{statement}");
    let again = head.post(&path, json!({"unit_id": unit, "codes": ["1.1.2"]})).await.expect(422);
    assert!(again.text().contains(one["corrective_action_code"].as_str().unwrap()));
    // None named: everything else on which points were lost.
    let ranking = head.get(&format!("{round}/ranking")).await.expect(200).json();
    let rest = head.post(&path, json!({ "unit_id": unit })).await.expect(200).json();
    assert_eq!(rest["items"].as_array().unwrap().len() + 1, lost_of(&ranking, "MAU-02").len());
    head.post(&path, json!({ "unit_id": unit })).await.expect(422);

    // The unit files its plan; the secretary who proposed the publication verifies.
    let action = format!("/api/v1/corrective-actions/{}", one["corrective_action_id"].as_str().unwrap());
    let shown = head.get(&action).await.expect(200).json();
    assert_eq!((shown["state"].as_str(), shown["plan_due_on"].is_string()), (Some("issued"), true));
    let officer = app.sign_in("daumoi.binh").await;
    let plan = json!({"correction": "Bổ sung dự toán.", "whys": ["Thiếu kinh phí"], "cause_group": "resources", "cause_origin": "internal",
        "steps": [{"action": "Ban hành kế hoạch có kinh phí", "owner_id": app.person("daumoi.binh").await, "due_on": "2027-01-15", "expected_evidence": "Kế hoạch"}]});
    let etag = officer.get(&action).await.expect(200).etag();
    let written =
        officer.json(poem::http::Method::PUT, &format!("{action}/plan"), &[("if-match", &etag)], plan).await.expect(200);
    let submitted = head.post_at(&format!("{action}/submit_plan"), &written.etag(), json!({})).await.expect(200);
    let secretary = app.sign_in("thukyhoidong").await;
    secretary.post_at(&format!("{action}/approve_plan"), &submitted.etag(), json!({})).await.expect(200);

    // The pages: of the finding, of the action, of the unit's points.
    let browser = app.browse("chutich.binh").await;
    let page = browser.get(&format!("/phat-hien/{}", one["finding_id"].as_str().unwrap())).await.expect(200).text();
    assert!(page.contains("DCD-2026-01") && page.contains(&format!("/dot-cham-diem/{}", id_of(&round))));
    browser.get(&format!("/khac-phuc/{}", one["corrective_action_id"].as_str().unwrap())).await.expect(200);
    let points = browser.get(&format!("/dot-cham-diem/{}/xep-hang/don-vi/{unit}", id_of(&round))).await.expect(200).text();
    assert!(points.contains(one["corrective_action_code"].as_str().unwrap()));
    let code = one["finding_code"].as_str().unwrap();
    assert!(browser.get(&format!("/phat-hien?q={code}")).await.expect(200).text().contains(code));
}

#[tokio::test]
async fn the_head_chooses_lost_points_on_the_page() {
    let app = TestApp::start().await;
    let (_, round) = published(&app).await;
    let unit = app.unit("MAU-02").await;
    let page = format!("/dot-cham-diem/{}/xep-hang/don-vi/{unit}", id_of(&round));
    let action = format!("/dot-cham-diem/{}/khac-phuc/{unit}", id_of(&round));
    let head = app.browse("chutich.binh").await;
    head.fill(&page, &action, &[("codes/1.1.2", "yes")]).await.expect(303);
    let shown = head.get(&page).await.expect(200).text();
    assert!(shown.contains("Khắc phục:") && !shown.contains("codes/1.1.2"));
    // Whoever is not of the unit sees the points and no form.
    let other = app.browse("chutich.an").await.get(&page).await.expect(200).text();
    assert!(!other.contains(&action) && !other.contains("Khắc phục:"));
}

#[tokio::test]
async fn an_erratum_says_what_it_changes_and_nothing_before_it_is_approved() {
    let app = TestApp::start().await;
    let (_, round) = published(&app).await;
    app.set_time("2026-12-20T02:00:00Z");
    let secretary = app.sign_in("thukyhoidong").await;
    let unit = app.unit("MAU-02").await;
    let correction =
        json!({"judgements": [{"unit_id": unit, "verdict": "changed", "points": "0.5", "reason": "Kinh phí nằm ở phụ lục."}]});
    app.sign_in("thamdinh1").await.post(&format!("{round}/criteria/1.1.2/appraise"), correction.clone()).await.expect(403);
    let before = app.sign_in("chutich.binh").await.get(&format!("{round}/ranking")).await.expect(200).text();
    secretary.post(&format!("{round}/criteria/1.1.2/appraise"), correction).await.expect(200);
    // The published edition stands, for the unit and for the panel.
    let head = app.sign_in("chutich.binh").await;
    assert_eq!(head.get(&format!("{round}/ranking")).await.expect(200).text(), before);
    let sheet = crate::rounds::sheet_of(&app.sign_in("daumoi.binh").await, &round).await;
    assert!(!head.get(&sheet).await.expect(200).text().contains("phụ lục"));
    let panel = app.sign_in("thamdinh1").await.get(&format!("{round}/criteria/1.1.2")).await.expect(200).text();
    assert!(!panel.contains("phụ lục"));
    let own =
        app.browse("thukyhoidong").await.get(&format!("/dot-cham-diem/{}/xep-hang", id_of(&round))).await.expect(200).text();
    assert!(own.contains("Thay đổi chưa công bố"));

    let etag = secretary.get(&round).await.expect(200).etag();
    let erratum = publish(&app, &secretary, &round, &etag, json!({"reason": "Tính thiếu kinh phí ở phụ lục."})).await;
    assert_eq!(erratum["edition"], 2);
    let changes: Vec<(&str, &str, &str)> = erratum["changes"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["unit_id"] == json!(unit))
        .map(|one| (one["what"].as_str().unwrap(), one["before"].as_str().unwrap(), one["after"].as_str().unwrap()))
        .collect();
    assert!(changes.contains(&("points", "0.25", "0.50")), "{erratum}");
    assert!(changes.iter().any(|(what, ..)| *what == "total"), "{erratum}");
    assert!(head.get(&sheet).await.expect(200).text().contains("phụ lục"));
    let public = app.client().get(&format!("/cong-khai/xep-hang/{}", id_of(&round))).await.expect(200).text();
    assert!(public.contains("Tính thiếu kinh phí ở phụ lục.") && public.contains("Điểm tiêu chí 1.1.2"));
}
