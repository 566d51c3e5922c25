//! The register of the year's work.

use serde_json::{Value as Json, json};
use tests::{Answer, Client, TestApp};

fn pointers(answer: &Answer) -> Vec<String> {
    let errors = answer.json()["errors"].clone();
    errors.as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap().to_owned()).collect()
}

fn task(title: &str) -> Json {
    json!({"kind": "task", "year": 2026, "title": title, "due_on": "2026-12-15"})
}

async fn enter(client: &Client, body: Json) -> Answer {
    client.post("/api/v1/work-items", body).await.expect(201)
}

async fn count(client: &Client, unit: &str, name: &str) -> (i64, usize) {
    let counts = client.get(&format!("/api/v1/work-counts?unit_id={unit}&year=2026")).await.expect(200).json();
    let counts = counts["counts"].as_array().unwrap();
    let found = counts.iter().find(|one| one["name"] == name).unwrap_or_else(|| panic!("no count {name}"));
    (found["value"].as_i64().unwrap(), found["item_ids"].as_array().unwrap().len())
}

#[tokio::test]
async fn a_task_is_entered_started_done_reopened_and_counted_with_its_rows() {
    let app = TestApp::start().await;
    let officer = app.sign_in("daumoi.an").await;
    let unit = app.unit("MAU-01").await;
    let made = enter(&officer, task("Rà soát thủ tục hành chính")).await;
    assert_eq!((made.json()["state"].as_str(), made.json()["origin"].as_str()), (Some("not_started"), Some("own")));
    assert_eq!(made.json()["unit_id"].as_str().unwrap(), unit);
    let path = format!("/api/v1/work-items/{}", made.id());
    officer.post_at(&format!("{path}/complete"), "\"7\"", json!({})).await.expect(412);
    let begun = officer.post_at(&format!("{path}/start"), &made.etag(), json!({})).await.expect(200);
    assert_eq!(count(&officer, &unit, "tasks.in_progress").await, (1, 1));
    let body = json!({"done_on": "2026-11-10", "result": "Đã rà soát 112 thủ tục."});
    let done = officer.post_at(&format!("{path}/complete"), &begun.etag(), body).await.expect(200);
    assert_eq!((done.json()["state"].as_str(), done.json()["done_on"].as_str()), (Some("done"), Some("2026-11-10")));
    assert_eq!(count(&officer, &unit, "tasks.done_on_time").await, (1, 1));
    let again = officer.post_at(&format!("{path}/start"), &done.etag(), json!({})).await.expect(409);
    assert_eq!(again.code(), "wrong_state");
    let open = officer.post_at(&format!("{path}/reopen"), &done.etag(), json!({"reason": "Còn thiếu biểu"})).await.expect(200);
    assert_eq!((open.json()["state"].as_str(), open.json()["done_on"].is_null()), (Some("in_progress"), true));
    let gone = officer.post_at(&format!("{path}/cancel"), &open.etag(), json!({"reason": "Ghi nhầm"})).await.expect(200);
    assert_eq!(gone.json()["cancel_reason"], "Ghi nhầm");
    assert_eq!(count(&officer, &unit, "tasks.planned").await, (0, 0), "a cancelled row counts nowhere");
    assert_eq!(officer.get(&path).await.expect(200).json()["state"], "cancelled", "and is not gone");
}

#[tokio::test]
async fn every_kind_is_entered_and_counted() {
    let app = TestApp::start().await;
    let officer = app.sign_in("daumoi.an").await;
    let unit = app.unit("MAU-01").await;
    let rows = [
        json!({"kind": "report", "year": 2026, "title": "Báo cáo quý I", "period": "quarter_1", "due_on": "2026-03-15", "done_on": "2026-03-16"}),
        json!({"kind": "report", "year": 2026, "title": "Báo cáo 9 tháng", "period": "nine_months", "due_on": "2026-09-15"}),
        json!({"kind": "petition", "year": 2026, "title": "Chậm trả kết quả", "received_on": "2026-05-04", "due_on": "2026-05-20", "done_on": "2026-05-18"}),
        json!({"kind": "apology", "year": 2026, "code": "H01-0007", "done_on": "2026-05-20", "attribution": "other_agency"}),
        json!({"kind": "proposal", "year": 2026, "title": "Giảm thời gian đăng ký hộ kinh doanh", "done_on": "2026-06-01"}),
        json!({"kind": "initiative", "year": 2026, "title": "Thứ Sáu không viết", "done_on": "2026-02-02", "number": "15/QĐ-UBND", "numbered_on": "2026-03-01"}),
        json!({"kind": "training", "year": 2026, "title": "Kỹ năng số", "done_on": "2026-04-10", "people_count": 45}),
        json!({"kind": "self_check", "year": 2026, "title": "Văn phòng", "done_on": "2026-07-10", "found_count": 5, "fixed_count": 4}),
    ];
    for row in rows {
        enter(&officer, row).await;
    }
    let expected = [
        ("reports.planned", (2, 2)),
        ("reports.late", (1, 1)),
        ("reports.missing", (1, 1)),
        ("petitions.answered_on_time", (1, 1)),
        ("apologies", (1, 1)),
        ("apologies.other_agency", (1, 1)),
        ("proposals", (1, 1)),
        ("initiatives.recognised", (1, 1)),
        ("trained", (45, 1)),
        ("self_checks.found", (5, 1)),
        ("self_checks.fixed", (4, 1)),
    ];
    for (name, value) in expected {
        assert_eq!(count(&officer, &unit, name).await, value, "{name}");
    }
    let late = officer.get("/api/v1/work-items?year=2026&late=true").await.expect(200).json();
    let titles: Vec<&str> = late["items"].as_array().unwrap().iter().map(|row| row["title"].as_str().unwrap()).collect();
    assert_eq!(titles, ["Báo cáo quý I", "Báo cáo 9 tháng"]);
    let found = officer.get("/api/v1/work-items?q=ky%20nang%20so").await.expect(200).json();
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_missing_is_named_in_vietnamese_all_at_once() {
    let app = TestApp::start().await;
    let officer = app.sign_in("daumoi.an").await;
    let wrong =
        officer.post("/api/v1/work-items", json!({"kind": "training", "year": 2026, "due_on": "2026-05-01"})).await.expect(422);
    assert_eq!(pointers(&wrong), ["/title", "/due_on", "/done_on", "/people_count"]);
    assert_eq!(wrong.json()["errors"][0]["detail"], "Chưa nhập nội dung này. Hãy bổ sung.");
    let wrong = officer.post("/api/v1/work-items", json!({"year": 2026})).await.expect(422);
    assert_eq!(pointers(&wrong), ["/kind"]);
}

#[tokio::test]
async fn a_late_dossier_has_one_apology_until_it_is_cancelled() {
    let app = TestApp::start().await;
    let officer = app.sign_in("daumoi.an").await;
    let body = json!({"kind": "apology", "year": 2026, "code": "H01-0007", "done_on": "2026-05-20", "attribution": "this_unit"});
    let made = enter(&officer, body.clone()).await;
    let second = officer.post("/api/v1/work-items", body.clone()).await.expect(422);
    assert_eq!(
        (pointers(&second), second.json()["errors"][0]["code"].as_str()),
        (vec!["/code".to_owned()], Some("dossier_taken"))
    );
    enter(&app.sign_in("daumoi.binh").await, body.clone()).await;
    let path = format!("/api/v1/work-items/{}/cancel", made.id());
    officer.post_at(&path, &made.etag(), json!({"reason": "Ghi nhầm"})).await.expect(200);
    enter(&officer, body).await;
}

#[tokio::test]
async fn another_units_row_is_not_there_and_who_only_reads_does_not_write() {
    let app = TestApp::start().await;
    let officer = app.sign_in("daumoi.an").await;
    let made = enter(&officer, task("Rà soát")).await;
    let path = format!("/api/v1/work-items/{}", made.id());
    let other = app.sign_in("daumoi.binh").await;
    other.get(&path).await.expect(404);
    other.post_at(&format!("{path}/start"), &made.etag(), json!({})).await.expect(404);
    other.patch(&path, &made.etag(), json!({"title": "x"})).await.expect(404);
    let unit = app.unit("MAU-01").await;
    other.get(&format!("/api/v1/work-counts?unit_id={unit}&year=2026")).await.expect(404);
    assert_eq!(other.get("/api/v1/work-items").await.expect(200).json()["items"], json!([]));
    let elsewhere = other
        .post("/api/v1/work-items", json!({"kind": "task", "year": 2026, "title": "x", "due_on": "2026-12-01", "unit_id": unit}))
        .await;
    assert_eq!(pointers(&elsewhere.expect(422)), ["/unit_id"]);
    // The control: the head of the same commune and the council's secretary see it; the head does not write.
    let head = app.sign_in("chutich.an").await;
    head.get(&path).await.expect(200);
    head.post_at(&format!("{path}/start"), &made.etag(), json!({})).await.expect(403);
    assert_eq!(head.patch(&path, &made.etag(), json!({"title": "x"})).await.expect(403).code(), "unit_only");
    app.sign_in("thukyhoidong").await.get(&path).await.expect(200);
    app.sign_in("congchuc.an").await.get(&path).await.expect(403);
    officer.post_at(&format!("{path}/start"), &made.etag(), json!({})).await.expect(200);
}

#[tokio::test]
async fn a_task_is_given_to_many_units_in_one_act_and_stays_the_superiors() {
    let app = TestApp::start().await;
    let secretary = app.sign_in("thukyhoidong").await;
    let units = [app.unit("MAU-01").await, app.unit("MAU-02").await, app.unit("MAU-03").await];
    let body = json!({"unit_ids": units, "year": 2026, "title": "Niêm yết thủ tục hành chính", "product": "Báo cáo", "due_on": "2026-11-30", "number": "12/KH-UBND"});
    let given = secretary.post("/api/v1/work-items/assign", body.clone()).await.expect(201).json();
    assert_eq!(given["items"].as_array().unwrap().len(), 3);
    app.sign_in("daumoi.an").await.post("/api/v1/work-items/assign", body).await.expect(403);

    let officer = app.sign_in("daumoi.an").await;
    let row = officer.get("/api/v1/work-items?kind=task").await.expect(200).json()["items"][0].clone();
    assert_eq!(
        (row["origin"].as_str(), row["assigned_by_unit_id"].as_str().unwrap()),
        (Some("superior"), app.unit("MAU").await.as_str())
    );
    let path = format!("/api/v1/work-items/{}", row["id"].as_str().unwrap());
    assert_eq!(officer.patch(&path, "\"1\"", json!({"due_on": "2026-12-31"})).await.expect(403).code(), "superior_only");
    assert_eq!(
        officer.post_at(&format!("{path}/cancel"), "\"1\"", json!({"reason": "x"})).await.expect(403).code(),
        "superior_only"
    );
    let own = officer.patch(&path, "\"1\"", json!({"owner_text": "Văn phòng"})).await.expect(200);
    let done = officer.post_at(&format!("{path}/complete"), &own.etag(), json!({})).await.expect(200);
    assert_eq!(done.json()["available"], json!(["update", "reopen"]));
    assert_eq!(count(&officer, &units[0], "tasks.assigned_on_time").await, (1, 1));
    assert_eq!(count(&secretary, &units[1], "tasks.assigned_on_time").await, (0, 0));
    secretary.patch(&path, &done.etag(), json!({"due_on": "2026-12-31"})).await.expect(200);
    // A superior's role at the unit itself is not the superior that gave the task.
    let head = app.sign_in("chutich.an").await;
    assert_eq!(
        head.post_at(&format!("{path}/cancel"), "\"4\"", json!({"reason": "x"})).await.expect(403).code(),
        "superior_only"
    );
}

#[tokio::test]
async fn units_that_are_not_below_are_named_and_nothing_is_given() {
    let app = TestApp::start().await;
    let secretary = app.sign_in("thukyhoidong").await;
    let (root, unit) = (app.unit("MAU").await, app.unit("MAU-01").await);
    let nobody = "01930000-0000-7000-8000-000000000000";
    let body = json!({"unit_ids": [unit, nobody, root], "year": 2026, "title": "Việc", "due_on": "2026-12-01"});
    let wrong = secretary.post("/api/v1/work-items/assign", body).await.expect(422);
    assert_eq!(pointers(&wrong), ["/unit_ids/1", "/unit_ids/2"]);
    let wrong = secretary.post("/api/v1/work-items/assign", json!({"unit_ids": [], "year": 2026})).await.expect(422);
    assert_eq!(pointers(&wrong), ["/title", "/due_on", "/unit_ids"]);
    assert_eq!(secretary.get("/api/v1/work-items").await.expect(200).json()["items"], json!([]));
}

/// The figures of Tú Sơn (2023): 70 given, 25 own, of these 21 done and 4 running.
#[tokio::test]
async fn the_articles_figures_come_out_of_the_register_and_a_key_sent_twice_enters_once() {
    let app = TestApp::start().await;
    let (secretary, officer) = (app.sign_in("thukyhoidong").await, app.sign_in("daumoi.an").await);
    let unit = app.unit("MAU-01").await;
    for n in 1..=70 {
        let body = json!({"unit_ids": [unit], "year": 2026, "title": format!("Nhiệm vụ {n}"), "due_on": "2026-12-31"});
        secretary.post("/api/v1/work-items/assign", body).await.expect(201);
    }
    for n in 1..=25 {
        let mut body = task(&format!("Việc của xã {n}"));
        if n <= 21 {
            body["done_on"] = "2026-10-30".into();
        }
        let headers = [("idempotency-key", format!("viec-{n}"))];
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        for _ in 0..2 {
            officer.json(poem::http::Method::POST, "/api/v1/work-items", &headers, body.clone()).await.expect(201);
        }
    }
    for (name, value) in [("tasks.planned", 95), ("tasks.assigned", 70), ("tasks.own", 25), ("tasks.own_done", 21)] {
        let rows = usize::try_from(value).unwrap();
        assert_eq!(count(&officer, &unit, name).await, (value, rows), "{name}");
    }
    let mut next = Some("/api/v1/work-items?kind=task&limit=40".to_owned());
    let mut seen = 0;
    while let Some(path) = next {
        let page = officer.get(&path).await.expect(200).json();
        seen += page["items"].as_array().unwrap().len();
        next = page["next"].as_str().map(str::to_owned);
    }
    assert_eq!(seen, 95);
    let page = app.browse("daumoi.an").await.get("/viec-trong-nam?nam=2026").await.expect(200).text();
    assert!(page.contains("Nhiệm vụ kế hoạch: 21/95 đã xong"), "{page}");
    assert!(page.contains("Số nhiệm vụ của đơn vị tự đề ra đã hoàn thành"));
}

#[tokio::test]
async fn evidence_is_attached_to_a_row_by_its_unit() {
    let app = TestApp::start().await;
    let made = enter(&app.sign_in("daumoi.an").await, task("Rà soát")).await;
    let page = format!("/minh-chung/work_item/{}", made.id());
    let shown = app.browse("daumoi.an").await.get(&page).await.expect(200).text();
    assert!(shown.contains("Rà soát") && shown.contains("enctype=\"multipart/form-data\""), "{shown}");
    app.browse("daumoi.binh").await.get(&page).await.expect(404);
    let head = app.browse("thukyhoidong").await.get(&page).await.expect(200).text();
    assert!(!head.contains("enctype=\"multipart/form-data\""));
}

#[tokio::test]
async fn a_row_is_entered_changed_done_and_cancelled_on_pages() {
    let app = TestApp::start().await;
    let officer = app.browse("daumoi.an").await;
    for kind in ["task", "report", "petition", "apology", "proposal", "initiative", "training", "self_check"] {
        officer.get(&format!("/viec-trong-nam/moi/{kind}")).await.expect(200);
    }
    officer.get("/viec-trong-nam/moi/other").await.expect(404);
    let new = "/viec-trong-nam/moi/task";
    let refused =
        officer.fill(new, new, &[("year", "2026"), ("title", "Rà soát thủ tục"), ("due_on", "")]).await.expect(422).text();
    assert!(refused.contains("Rà soát thủ tục") && refused.contains("Hạn"), "{refused}");
    let fields = [("year", "2026"), ("title", "Rà soát thủ tục"), ("due_on", "2026-11-30"), ("owner_text", "Văn phòng")];
    let made = officer.fill(new, new, &fields).await.expect(303);
    let page = made.header("location").split('?').next().unwrap().to_owned();
    let edit = format!("{page}/sua");
    let fields = [("year", "2026"), ("title", "Rà soát, niêm yết thủ tục"), ("due_on", "2026-11-30")];
    officer.fill(&edit, &edit, &fields).await.expect(303);
    officer.fill(&page, &format!("{page}/bat-dau"), &[]).await.expect(303);
    let complete = format!("{page}/hoan-thanh");
    let refused = officer.fill(&page, &complete, &[("done_on", "2027-01-01")]).await.expect(422).text();
    assert!(refused.contains("Ngày này chưa đến."), "{refused}");
    officer.fill(&page, &complete, &[("done_on", "2026-11-16"), ("result", "Đã niêm yết")]).await.expect(303);
    let shown = officer.get(&page).await.expect(200).text();
    assert!(
        shown.contains("Rà soát, niêm yết thủ tục") && shown.contains("Hoàn thành") && shown.contains("Đã niêm yết"),
        "{shown}"
    );
    officer.fill(&page, &format!("{page}/huy"), &[("reason", "Ghi trùng")]).await.expect(303);
    assert!(officer.get(&page).await.expect(200).text().contains("Ghi trùng"));
    let list = officer.get("/viec-trong-nam").await.expect(200).text();
    assert!(list.contains("Nhiệm vụ kế hoạch: 0/0 đã xong"), "{list}");
    let reader = app.browse("chutich.an").await.get("/viec-trong-nam?loai=report").await.expect(200).text();
    assert!(reader.contains("Sổ chưa có việc nào thuộc mục này.") && !reader.contains("/viec-trong-nam/moi/"));
}

#[tokio::test]
async fn a_task_is_given_on_a_page_and_the_units_own_part_is_all_it_changes() {
    let app = TestApp::start().await;
    let secretary = app.browse("thukyhoidong").await;
    let boxes = [format!("unit_ids/{}", app.unit("MAU-01").await), format!("unit_ids/{}", app.unit("MAU-02").await)];
    let path = "/viec-trong-nam/giao";
    let common = [("year", "2026"), ("title", "Công khai thủ tục"), ("due_on", "2026-12-15")];
    secretary.fill(path, path, &common).await.expect(422);
    let mut fields = common.to_vec();
    fields.extend(boxes.iter().map(|name| (name.as_str(), "yes")));
    let sent = secretary.fill(path, path, &fields).await.expect(303).header("location");
    let list = secretary.get(&sent).await.expect(200).text();
    assert!(list.contains("Xã An Mẫu") && list.contains("Xã Bình Mẫu") && list.contains("Cấp trên giao"), "{list}");
    let officer = app.sign_in("daumoi.an").await;
    let row = officer.get("/api/v1/work-items?kind=task").await.expect(200).json()["items"][0]["id"].as_str().unwrap().to_owned();
    let page = format!("/viec-trong-nam/{row}");
    let own = app.browse("daumoi.an").await;
    let form = own.get(&format!("{page}/sua")).await.expect(200).text();
    assert!(form.contains("name=\"owner_text\"") && !form.contains("name=\"due_on\""), "{form}");
    own.fill(&format!("{page}/sua"), &format!("{page}/sua"), &[("owner_text", "Văn phòng"), ("result", "")]).await.expect(303);
    let shown = own.get(&page).await.expect(200).text();
    assert!(shown.contains("Văn phòng") && shown.contains("Tỉnh Mẫu") && !shown.contains(&format!("{page}/huy")), "{shown}");
}
