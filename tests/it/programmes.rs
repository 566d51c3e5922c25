//! Yearly programmes.

use serde_json::json;
use tests::TestApp;

#[tokio::test]
async fn the_secretary_writes_a_programme_and_the_ordering_authority_approves_it() {
    let app = TestApp::start().await;
    let secretary = app.sign_in("thukyiso").await;
    let made =
        secretary.post("/api/v1/programmes", json!({"year": 2026, "title": "Kế hoạch kiểm tra CCHC năm 2026"})).await.expect(201);
    let path = format!("/api/v1/programmes/{}", made.id());
    assert_eq!((made.json()["code"].as_str(), made.json()["state"].as_str()), (Some("CT-2026-01"), Some("draft")));
    assert_eq!(made.json()["unit_id"].as_str().unwrap(), app.unit("MAU-SNV").await);
    secretary.post_at(&format!("{path}/approve"), &made.etag(), json!({})).await.expect(403);
    secretary.patch(&path, "\"7\"", json!({"title": "x"})).await.expect(412);
    let changed = secretary.patch(&path, &made.etag(), json!({"objective": "Đánh giá việc thực hiện"})).await.expect(200);

    let authority = app.sign_in("lanhdao").await;
    let approved = authority.post_at(&format!("{path}/approve"), &changed.etag(), json!({})).await.expect(200);
    assert_eq!(approved.json()["state"], "approved");
    assert_eq!(secretary.patch(&path, &approved.etag(), json!({"title": "x"})).await.expect(409).code(), "programme_not_draft");
    let closed = secretary.post_at(&format!("{path}/close"), &approved.etag(), json!({})).await.expect(200);
    assert_eq!(closed.json()["state"], "closed");
}

#[tokio::test]
async fn other_units_do_not_see_a_programme_or_write_one_for_it() {
    let app = TestApp::start().await;
    let made =
        app.sign_in("thukyiso").await.post("/api/v1/programmes", json!({"year": 2026, "title": "Kế hoạch"})).await.expect(201);
    let other = app.sign_in("thukyiso.an").await;
    other.get(&format!("/api/v1/programmes/{}", made.id())).await.expect(404);
    assert_eq!(other.get("/api/v1/programmes").await.expect(200).json()["items"].as_array().unwrap().len(), 0);
    let wrong = other
        .post("/api/v1/programmes", json!({"year": 2026, "title": "", "unit_id": app.unit("MAU-SNV").await}))
        .await
        .expect(422)
        .json();
    let pointers: Vec<&str> = wrong["errors"].as_array().unwrap().iter().map(|e| e["pointer"].as_str().unwrap()).collect();
    assert_eq!(pointers, ["/title", "/unit_id"]);
}

#[tokio::test]
async fn a_programme_with_open_inspections_is_not_closed() {
    let app = TestApp::start().await;
    let secretary = app.sign_in("thukyiso").await;
    let made = secretary.post("/api/v1/programmes", json!({"year": 2026, "title": "Kế hoạch"})).await.expect(201);
    let path = format!("/api/v1/programmes/{}", made.id());
    let approved = app.sign_in("lanhdao").await.post_at(&format!("{path}/approve"), &made.etag(), json!({})).await.expect(200);
    let visit = crate::inspections::plan(&app, "MAU-01", json!({"programme_id": made.id()})).await;
    assert_eq!(visit.json()["programme_id"].as_str().unwrap(), made.id());
    assert_eq!(
        secretary.post_at(&format!("{path}/close"), &approved.etag(), json!({})).await.expect(409).code(),
        "programme_inspections_open"
    );
    let shown = secretary.get(&path).await.expect(200).json();
    assert_eq!(shown["inspections"][0]["code"], "KT-2026-001");
}

#[tokio::test]
async fn a_programme_is_written_approved_and_shown_by_month_on_pages() {
    let app = TestApp::start().await;
    let secretary = app.browse("thukyiso").await;
    let made = secretary
        .fill("/chuong-trinh/moi", "/chuong-trinh/moi", &[("year", "2026"), ("title", "Kế hoạch năm")])
        .await
        .expect(303);
    let page = made.header("location").split('?').next().unwrap().to_owned();
    secretary.fill(&format!("{page}/sua"), &format!("{page}/sua"), &[("title", "Kế hoạch kiểm tra năm 2026")]).await.expect(303);
    let id = page.rsplit('/').next().unwrap().to_owned();
    crate::inspections::plan(&app, "MAU-01", json!({"programme_id": id})).await;
    app.browse("lanhdao").await.fill(&page, &format!("{page}/phe-duyet"), &[]).await.expect(303);
    let shown = secretary.get(&page).await.expect(200).text();
    assert!(shown.contains("Tháng 11/2026") && shown.contains("Xã An Mẫu") && shown.contains("Giám đốc Sở Nội vụ"), "{shown}");
    assert!(secretary.get("/chuong-trinh").await.expect(200).text().contains("CT-2026-01"));
}
