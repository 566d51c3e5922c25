//! Checklists: what comes with the program, versions, publishing.

use serde_json::{Value as Json, json};
use tests::{Client, TestApp};

/// The id of the published checklist of a code.
pub async fn checklist(client: &Client, code: &str) -> String {
    let list = client.get(&format!("/api/v1/checklists?code={code}&state=published")).await.expect(200).json();
    list["items"][0]["id"].as_str().unwrap_or_else(|| panic!("no checklist {code}")).to_owned()
}

async fn lines(client: &Client, code: &str) -> Vec<Json> {
    let id = checklist(client, code).await;
    client.get(&format!("/api/v1/checklists/{id}")).await.expect(200).json()["lines"].as_array().unwrap().clone()
}

#[tokio::test]
async fn three_checklists_come_with_the_program_and_say_that_they_are_not_official() {
    let app = TestApp::start().await;
    let client = app.sign_in("congchuc.an").await;
    let list = client.get("/api/v1/checklists").await.expect(200).json();
    assert_eq!(list["items"].as_array().unwrap().len(), 3);
    for row in list["items"].as_array().unwrap() {
        assert!(row["note"].as_str().unwrap().contains("Không phải danh mục chính thức"), "{row}");
        assert!(row["source"].is_string() && row["state"] == "published" && row["version_no"] == 1, "{row}");
    }
    let inspection = lines(&client, "KT-CCHC-XA").await;
    assert_eq!(inspection.len(), 71);
    assert_eq!(
        (inspection[0]["code"].as_str(), inspection[0]["area_name"].as_str()),
        (Some("KT-0.01"), Some("Chỉ đạo, điều hành CCHC"))
    );
    assert_eq!(
        (inspection[1]["answer_type"].as_str(), inspection[1]["metric"].as_str()),
        (Some("ratio"), Some("tasks_done / tasks_total"))
    );
    assert_eq!(inspection[0]["phrases"][0], "Kế hoạch ban hành chậm, nội dung chung chung");
    let types: std::collections::BTreeSet<&str> = inspection.iter().map(|line| line["answer_type"].as_str().unwrap()).collect();
    assert_eq!(types.into_iter().collect::<Vec<_>>(), ["amount", "count", "ratio", "sample", "text", "yes_no"]);
    for code in ["DG-ISO9001", "KT-ISO9001"] {
        let audit = lines(&client, code).await;
        assert_eq!(audit.len(), 74, "{code}");
        assert_eq!((audit[0]["area_code"].as_str(), audit[0]["area_name"].as_str()), (Some("4"), Some("Bối cảnh của tổ chức")));
    }
}

#[tokio::test]
async fn loading_the_reference_again_changes_nothing() {
    let app = TestApp::start().await;
    api::installation::load_reference(&app.app.store).await.unwrap();
    let list = app.sign_in("thukyiso").await.get("/api/v1/checklists").await.expect(200).json();
    assert_eq!(list["items"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_copy_is_a_draft_of_the_next_version_and_is_frozen_once_published() {
    let app = TestApp::start().await;
    let client = app.sign_in("thukyiso").await;
    let from = checklist(&client, "KT-CCHC-XA").await;
    let copy = client.post(&format!("/api/v1/checklists/{from}/copy"), json!({})).await.expect(201);
    let (id, etag) = (copy.id(), copy.etag());
    assert_eq!((copy.json()["version_no"].as_i64(), copy.json()["state"].as_str()), (Some(2), Some("draft")));
    assert_eq!(
        client.post(&format!("/api/v1/checklists/{from}/copy"), json!({})).await.expect(409).code(),
        "checklist_draft_open"
    );

    let line = |code: &str| json!({"code": code, "area_code": "0", "area_name": "Chỉ đạo", "question": "Có kế hoạch không?", "answer_type": "yes_no"});
    let put = |etag: String, lines: Json| {
        let (client, path) = (client.clone(), format!("/api/v1/checklists/{id}/lines"));
        async move { client.json(poem::http::Method::PUT, &path, &[("if-match", &etag)], json!({"lines": lines})).await }
    };
    let wrong = put(etag.clone(), json!([line("A"), line("A"), line("")])).await.expect(422).json();
    let pointers: Vec<&str> = wrong["errors"].as_array().unwrap().iter().map(|e| e["pointer"].as_str().unwrap()).collect();
    assert_eq!(pointers, ["/lines/1/code", "/lines/2/code"]);
    let etag = put(etag.clone(), json!([])).await.expect(200).etag();
    assert_eq!(
        client.post_at(&format!("/api/v1/checklists/{id}/publish"), &etag, json!({})).await.expect(409).code(),
        "checklist_empty"
    );
    let etag = put(etag, json!([line("A"), line("B")])).await.expect(200).etag();
    assert_eq!(put("\"1\"".into(), json!([line("A")])).await.expect(412).code(), "stale");
    let etag = client.post_at(&format!("/api/v1/checklists/{id}/publish"), &etag, json!({})).await.expect(200).etag();
    assert_eq!(put(etag, json!([line("A")])).await.expect(409).code(), "checklist_published");
    client.get(&format!("/api/v1/checklists/{from}")).await.expect(200);
}

#[tokio::test]
async fn only_who_manages_checklists_writes_them() {
    let app = TestApp::start().await;
    let new = json!({"code": "RIENG", "kind": "cchc", "title": "Của riêng"});
    assert_eq!(app.sign_in("chutich.an").await.post("/api/v1/checklists", new.clone()).await.expect(403).code(), "forbidden");
    let client = app.sign_in("thukyiso").await;
    client.post("/api/v1/checklists", new.clone()).await.expect(201);
    let taken = client.post("/api/v1/checklists", new).await.expect(422).json();
    assert_eq!(taken["errors"][0]["pointer"], "/code");
}

#[tokio::test]
async fn a_checklist_file_is_taken_in_as_a_draft() {
    let app = TestApp::start().await;
    let yaml = "meta: {code: XA-RIENG, kind: cchc, title: Danh mục của xã}\n\
                lines:\n- {code: A1, area_code: a, area_name: Nhóm, question: 'Có không?', answer_type: yes_no}\n";
    let row = api::checklists::import(&app.app.store, yaml).await.unwrap();
    let next = api::checklists::import(&app.app.store, yaml).await.unwrap();
    assert_eq!((row.version_no, next.version_no, row.state.code()), (1, 2, "draft"));
    let wrong = api::checklists::import(&app.app.store, &yaml.replace("'Có không?'", "''")).await.unwrap_err();
    assert_eq!(wrong.code(), "invalid");
}

#[tokio::test]
async fn a_checklist_is_written_line_by_line_on_its_page() {
    let app = TestApp::start().await;
    let browser = app.browse("thukyiso").await;
    let made = browser
        .fill("/danh-muc/moi", "/danh-muc/moi", &[("code", "RIENG"), ("kind", "cchc"), ("title", "Danh mục riêng")])
        .await
        .expect(303);
    let page = made.header("location").split('?').next().unwrap().to_owned();
    let line = [
        ("code", "A1"),
        ("area_code", "a"),
        ("area_name", "Nhóm"),
        ("question", "Có không?"),
        ("answer_type", "yes_no"),
        ("phrases", "Chậm\nThiếu"),
    ];
    let wrong =
        browser.fill(&page, &format!("{page}/them-dong"), &[("code", "A1"), ("answer_type", "yes_no")]).await.expect(422).text();
    assert!(wrong.contains("value=\"A1\""), "what was typed stays");
    browser.fill(&page, &format!("{page}/them-dong"), &line).await.expect(303);
    browser.fill(&page, &format!("{page}/ban-hanh"), &[]).await.expect(303);
    let shown = browser.get(&page).await.expect(200).text();
    assert!(shown.contains("Có không?") && !shown.contains("them-dong"));
    let reader = app.browse("congchuc.an").await.get("/danh-muc").await.expect(200).text();
    assert!(reader.contains("RIENG") && reader.contains("KT-CCHC-XA"));
}
