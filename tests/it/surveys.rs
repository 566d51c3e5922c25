//! Satisfaction surveys: nobody's answer can be told.

use serde_json::{Value as Json, json};
use tests::{Answer, Client, TestApp};

async fn open(app: &TestApp) -> Answer {
    let body = json!({"year": 2026, "code": "HL-2026", "title": "Khảo sát sự hài lòng năm 2026"});
    app.sign_in("thukyhoidong").await.post("/api/v1/surveys", body).await.expect(201)
}

async fn fill(client: &Client, survey: &str, option: &str, count: u32) -> Answer {
    let body = json!({"channel": "paper", "answers": [{"option": option, "count": count}]});
    client.post(&format!("/api/v1/surveys/{survey}/forms"), body).await
}

async fn close(app: &TestApp, survey: &str) {
    let secretary = app.sign_in("thukyhoidong").await;
    secretary.post_at(&format!("/api/v1/surveys/{survey}/close"), "\"1\"", json!({})).await.expect(200);
}

/// Everything that speaks of a survey to this person: API, counts, pages.
async fn looks(app: &TestApp, login: &str, survey: &str, unit: &str) -> (Json, Vec<String>, String) {
    let client = app.sign_in(login).await;
    let results = client.get(&format!("/api/v1/surveys/{survey}/results")).await.expect(200).json();
    let counts = client.get(&format!("/api/v1/work-counts?unit_id={unit}&year=2026")).await.expect(200).json();
    let names = counts["counts"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned());
    let names = names.filter(|name| name.starts_with("survey.")).collect();
    let browser = app.browse(login).await;
    let page = browser.get(&format!("/khao-sat/{survey}")).await.expect(200).text();
    let register = browser.get(&format!("/viec-trong-nam?nam=2026&don_vi={unit}")).await.expect(200).text();
    (results, names, format!("{page}{register}"))
}

#[tokio::test]
async fn four_forms_show_no_figure_to_anybody_and_five_do() {
    let app = TestApp::start().await;
    let survey = open(&app).await.id();
    let (an, binh) = (app.sign_in("daumoi.an").await, app.sign_in("daumoi.binh").await);
    for _ in 0..4 {
        fill(&an, &survey, "A", 1).await.expect(201);
        fill(&binh, &survey, "A", 1).await.expect(201);
    }
    fill(&binh, &survey, "D", 1).await.expect(201);
    close(&app, &survey).await;
    let (four, five) = (app.unit("MAU-01").await, app.unit("MAU-02").await);
    for login in ["daumoi.an", "chutich.an", "thukyhoidong"] {
        let (results, counts, pages) = looks(&app, login, &survey, &four).await;
        let own = results["items"].as_array().unwrap().iter().find(|one| one["unit_id"] == four.as_str()).unwrap().clone();
        assert_eq!(
            (own["hidden"].as_str(), own.get("options").is_none_or(Json::is_null)),
            (Some("too_few"), true),
            "{login}: {own}"
        );
        assert!(own.get("mean_percent").is_none_or(Json::is_null), "{login}: {own}");
        assert!(counts.is_empty(), "{login}: {counts:?}");
        assert!(pages.contains("Chưa đủ 5 phiếu"), "{login}");
        assert!(!pages.contains("100,00%") && !pages.contains("số ý kiến"), "{login}: {pages}");
    }
    // The control: five forms of the other commune are shown, to it and to those above.
    for login in ["daumoi.binh", "thukyhoidong"] {
        let (results, counts, pages) = looks(&app, login, &survey, &five).await;
        let own = results["items"].as_array().unwrap().iter().find(|one| one["unit_id"] == five.as_str()).unwrap().clone();
        assert_eq!(own["mean_percent"], "80.00", "{login}");
        assert_eq!(own["options"][0], json!({"option": "A", "count": 4}));
        assert_eq!(counts, ["survey.HL-2026.A", "survey.HL-2026.B", "survey.HL-2026.C", "survey.HL-2026.D"]);
        assert!(pages.contains("80,00%") && pages.contains("Rất hài lòng"), "{login}: {pages}");
    }
    let seen_by_an = an.get(&format!("/api/v1/surveys/{survey}/results")).await.expect(200).json();
    assert_eq!(seen_by_an["items"].as_array().unwrap().len(), 1, "a unit sees its own result only");
}

#[tokio::test]
async fn while_a_survey_is_open_no_two_looks_tell_a_form_and_the_trail_has_no_answers() {
    let app = TestApp::start().await;
    let survey = open(&app).await.id();
    let officer = app.sign_in("daumoi.an").await;
    let unit = app.unit("MAU-01").await;
    fill(&officer, &survey, "A", 20).await.expect(201);
    let before = looks(&app, "daumoi.an", &survey, &unit).await;
    fill(&officer, &survey, "D", 1).await.expect(201);
    let after = looks(&app, "daumoi.an", &survey, &unit).await;
    for (results, counts, pages) in [before, after] {
        assert_eq!(results["items"][0]["hidden"], "open");
        assert!(counts.is_empty() && pages.contains("Có khi khảo sát kết thúc"));
    }
    let trail = app.sign_in("giamsat").await.get("/api/v1/events?limit=100").await.expect(200).text();
    assert!(trail.contains("survey.forms_entered") && !trail.contains("\"answers\"") && !trail.contains("chung"), "{trail}");
    close(&app, &survey).await;
    let (results, ..) = looks(&app, "daumoi.an", &survey, &unit).await;
    assert_eq!((results["items"][0]["forms"].as_u64(), results["items"][0]["mean_percent"].as_str()), (Some(21), Some("95.24")));
    assert_eq!(fill(&officer, &survey, "A", 1).await.expect(409).code(), "survey_closed");
}

#[tokio::test]
async fn a_wrong_entry_is_taken_back_once_with_a_reason() {
    let app = TestApp::start().await;
    let survey = open(&app).await.id();
    let officer = app.sign_in("daumoi.an").await;
    let wrong = fill(&officer, &survey, "D", 50).await.expect(201).id();
    fill(&officer, &survey, "A", 6).await.expect(201);
    let path = format!("/api/v1/surveys/{survey}/forms/{wrong}/take-back");
    app.sign_in("daumoi.binh").await.post(&path, json!({"reason": "x"})).await.expect(404);
    officer.post(&path, json!({"reason": ""})).await.expect(422);
    officer.post(&path, json!({"reason": "Nhập nhầm xã"})).await.expect(201);
    assert_eq!(officer.post(&path, json!({"reason": "x"})).await.expect(409).code(), "survey_entry_cancelled");
    close(&app, &survey).await;
    let results = officer.get(&format!("/api/v1/surveys/{survey}/results")).await.expect(200).json();
    assert_eq!((results["items"][0]["forms"].as_u64(), results["items"][0]["mean_percent"].as_str()), (Some(6), Some("100.00")));
}

#[tokio::test]
async fn answers_are_checked_and_a_survey_reaches_only_the_units_below() {
    let app = TestApp::start().await;
    let secretary = app.sign_in("thukyhoidong").await;
    let body = json!({"year": 2026, "code": "C2", "title": "Hai câu",
        "questions": [{"code": "q1", "text": "Thái độ"}, {"code": "q2", "text": "Thời gian"}]});
    let survey = secretary.post("/api/v1/surveys", body.clone()).await.expect(201).id();
    assert_eq!(secretary.post("/api/v1/surveys", body).await.expect(422).json()["errors"][0]["code"], "taken");
    let forms = format!("/api/v1/surveys/{survey}/forms");
    let officer = app.sign_in("daumoi.an").await;
    let given = |answers: Json| json!({"channel": "online", "answers": answers});
    let wrong = officer.post(&forms, given(json!([{"question": "q1", "option": "E"}]))).await.expect(422).json();
    let codes: Vec<&str> = wrong["errors"].as_array().unwrap().iter().map(|error| error["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["unknown_option", "no_forms"]);
    officer.post(&forms, given(json!([{"question": "q1", "option": "A"}, {"question": "q2", "option": "B"}]))).await.expect(201);
    // A survey of one commune is not there for another, nor for its forms.
    let own = json!({"year": 2026, "code": "RIENG", "title": "Khảo sát của xã", "unit_id": app.unit("MAU-01").await});
    let own = secretary.post("/api/v1/surveys", own).await.expect(201).id();
    app.sign_in("daumoi.binh").await.get(&format!("/api/v1/surveys/{own}")).await.expect(404);
    assert_eq!(fill(&app.sign_in("daumoi.binh").await, &own, "A", 1).await.status, 404);
    officer.get(&format!("/api/v1/surveys/{own}")).await.expect(200);
    officer.post("/api/v1/surveys", json!({"year": 2026, "code": "X", "title": "X"})).await.expect(403);
    let chairman = app.sign_in("chutich.an").await;
    chairman.post(&forms, given(json!([]))).await.expect(403);
}

#[tokio::test]
async fn who_holds_a_survey_enters_forms_for_its_units_and_none_of_their_other_figures() {
    let app = TestApp::start().await;
    let survey = open(&app).await.id();
    let (secretary, unit) = (app.sign_in("thukyhoidong").await, app.unit("MAU-01").await);
    let forms = format!("/api/v1/surveys/{survey}/forms");
    let body = json!({"unit_id": unit, "channel": "paper", "answers": [{"option": "A", "count": 7}]});
    let made = secretary.post(&forms, body).await.expect(201).json();
    assert_eq!((made["unit_id"].as_str(), made["forms"].as_u64()), (Some(unit.as_str()), Some(7)));
    let page = app.browse("thukyhoidong").await.get(&format!("/khao-sat/{survey}/phieu")).await.expect(200).text();
    assert!(page.contains("Xã An Mẫu (MAU-01)") && page.contains("Phường Châu Mẫu"), "the units to choose from: {page}");
    let figures =
        json!({"unit_id": unit, "period_kind": "year", "from": "2026-01-01", "source": "software", "figures": {"received": 5}});
    secretary.post("/api/v1/dossier-reports", figures).await.expect(403);
    let item = json!({"unit_id": unit, "kind": "proposal", "year": 2026, "title": "Đề xuất", "done_on": "2026-05-04"});
    secretary.post("/api/v1/work-items", item).await.expect(403);
}

#[tokio::test]
async fn a_wrong_entry_is_taken_back_on_its_page_with_a_reason_and_shows_no_answer() {
    let app = TestApp::start().await;
    let survey = open(&app).await.id();
    let officer = app.sign_in("daumoi.an").await;
    let wrong = fill(&officer, &survey, "D", 3).await.expect(201).id();
    fill(&officer, &survey, "A", 6).await.expect(201);
    fill(&app.sign_in("daumoi.binh").await, &survey, "B", 9).await.expect(201);
    let browser = app.browse("daumoi.an").await;
    let entry = format!("/khao-sat/{survey}/phieu");
    assert!(browser.get(&entry).await.expect(200).text().contains("rút phiếu nhập sai"));
    let page = format!("/khao-sat/{survey}/da-nhap");
    let shown = browser.get(&page).await.expect(200).text();
    assert!(shown.contains("Xã An Mẫu") && !shown.contains("Xã Bình Mẫu") && !shown.contains("Không hài lòng"), "{shown}");
    let action = format!("{page}/{wrong}/rut");
    let refused = browser.fill(&page, &action, &[("reason", " ")]).await.expect(422).text();
    assert!(refused.contains(&format!("href=\"#f-{wrong}-reason\"")), "{refused}");
    app.browse("daumoi.binh").await.force(&page, &action, &[("reason", "x")]).await.expect(404);
    browser.fill(&page, &action, &[("reason", "Nhập nhầm xã")]).await.expect(303);
    let after = browser.get(&page).await.expect(200).text();
    assert!(after.contains("Đã rút") && !after.replace("&#x2f;", "/").contains(&action), "{after}");
    browser.force(&page, &action, &[("reason", "x")]).await.expect(409);
    let list = officer.get(&format!("/api/v1/surveys/{survey}/forms")).await.expect(200).json();
    let rows: Vec<(u64, bool)> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["forms"].as_u64().unwrap(), one["taken_back"].as_bool().unwrap()))
        .collect();
    assert_eq!(rows, [(6, false), (3, true)]);
    close(&app, &survey).await;
    let results = officer.get(&format!("/api/v1/surveys/{survey}/results")).await.expect(200).json();
    assert_eq!(results["items"][0]["forms"].as_u64(), Some(6));
    assert!(browser.get(&page).await.expect(200).text().contains("Khảo sát đã kết thúc"));
}

#[tokio::test]
async fn a_survey_is_opened_filled_and_closed_on_pages() {
    let app = TestApp::start().await;
    let secretary = app.browse("thukyhoidong").await;
    assert!(secretary.get("/khao-sat").await.expect(200).text().contains("Chưa có cuộc khảo sát nào"));
    let new = "/khao-sat/moi";
    let options = [
        ("options/0/code", "A"),
        ("options/0/label", "Rất hài lòng"),
        ("options/0/percent", "100"),
        ("options/1/code", "D"),
        ("options/1/label", "Không hài lòng"),
        ("options/1/percent", "0"),
    ];
    let mut fields = vec![("year", "2026"), ("code", "HL-2026"), ("title", "")];
    fields.extend(options);
    let refused = secretary.fill(new, new, &fields).await.expect(422).text();
    assert!(refused.contains("Không hài lòng"), "{refused}");
    fields[2] = ("title", "Khảo sát năm 2026");
    let page = secretary.fill(new, new, &fields).await.expect(303).header("location").split('?').next().unwrap().to_owned();
    let officer = app.browse("daumoi.an").await;
    let entry = format!("{page}/phieu");
    officer.fill(&entry, &entry, &[("channel", "desk")]).await.expect(422);
    officer.fill(&entry, &entry, &[("channel", "desk"), ("answers/chung", "A")]).await.expect(303);
    let counts = format!("{page}/so-dem");
    let refused = officer.fill(&entry, &counts, &[("channel", "paper"), ("answers/chung/A", "nhiều")]).await.expect(422).text();
    assert!(refused.contains("nhiều") && refused.contains("số nguyên"), "{refused}");
    officer.fill(&entry, &counts, &[("channel", "paper"), ("answers/chung/A", "2"), ("answers/chung/D", "1")]).await.expect(303);
    assert!(!officer.get(&page).await.expect(200).text().contains("/ket-thuc"));
    secretary.fill(&page, &format!("{page}/ket-thuc"), &[]).await.expect(303);
    assert!(officer.get(&page).await.expect(200).text().contains("Chưa đủ 5 phiếu"));
    assert!(officer.get("/khao-sat").await.expect(200).text().contains("Đã kết thúc"));
}
