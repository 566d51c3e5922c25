//! The calendar, deadlines, standards.

use serde_json::{Value as Json, json};
use tests::{Client, TestApp};

async fn due(client: &Client, query: &str) -> Json {
    client.get(&format!("/api/v1/calendar/deadline?{query}")).await.expect(200).json()
}

#[tokio::test]
async fn the_worked_examples_come_out_of_the_loaded_calendar() {
    let app = TestApp::start().await;
    let client = app.sign_in("congchuc.an").await;
    for (query, expected) in [
        ("from=2026-11-05&n=15&unit=day", "2026-11-20"),
        ("from=2026-11-16&n=10&unit=working_day", "2026-12-01"),
        ("from=2026-02-09&n=15&unit=working_day", "2026-03-09"),
        ("from=2026-08-20&n=3&unit=working_day", "2026-08-24"),
        ("from=2025-12-31&n=3&unit=working_day", "2026-01-07"),
        ("from=2025-12-31&n=3&unit=working_day&known_on=2025-12-24", "2026-01-06"),
        ("from=2027-01-31&n=1&unit=month", "2027-03-01"),
        ("from=2026-10-30&n=6&unit=month", "2027-05-04"),
        ("from=2026-11-05&n=15&unit=day&kind=before", "2026-11-19"),
    ] {
        assert_eq!(due(&client, query).await["due"], expected, "{query}");
    }
}

#[tokio::test]
async fn a_count_into_a_year_without_an_official_list_is_provisional_until_the_year_is_published() {
    let app = TestApp::start().await;
    let client = app.sign_in("quantri").await;
    assert_eq!(due(&client, "from=2026-11-16&n=10&unit=working_day").await["provisional"], false);
    let query = "from=2026-12-28&n=10&unit=working_day";
    let counted = due(&client, query).await;
    assert_eq!(counted["provisional"], true);
    assert!(counted["explanation"].as_str().unwrap().contains("Tạm tính"), "{counted}");
    client.put("/api/v1/calendar/years/2027", json!({"published": true, "source": "Thông báo thử"})).await.expect(204);
    assert_eq!(due(&client, query).await["provisional"], false);
}

#[tokio::test]
async fn days_keep_their_source_and_trust() {
    let app = TestApp::start().await;
    let client = app.sign_in("congchuc.an").await;
    let year = client.get("/api/v1/calendar/days?year=2026").await.expect(200).json();
    assert_eq!((year["published"].clone(), year["items"].as_array().unwrap().len()), (json!(true), 17));
    let swap = year["items"].as_array().unwrap().iter().find(|day| day["on_date"] == "2026-01-02").unwrap().clone();
    assert_eq!(
        (swap["kind"].clone(), swap["trust"].clone(), swap["published_on"].clone()),
        (json!("swap_off"), json!("verified_secondary"), json!("2025-12-25"))
    );
    assert_eq!(client.get("/api/v1/calendar/days?year=2027").await.expect(200).json()["published"], false);
}

#[tokio::test]
async fn the_keeper_adds_changes_and_removes_a_day_and_an_upgrade_does_not_bring_it_back() {
    let app = TestApp::start().await;
    let client = app.sign_in("quantri").await;
    let day = json!({"on_date": "2026-12-07", "kind": "holiday", "name": "Nghỉ bão", "source": "Công điện thử", "published_on": "2026-12-05"});
    let made = client.post("/api/v1/calendar/days", day.clone()).await.expect(201);
    assert_eq!(due(&client, "from=2026-12-04&n=1&unit=working_day").await["due"], "2026-12-08");
    client.post("/api/v1/calendar/days", day.clone()).await.expect(422);
    let path = format!("/api/v1/calendar/days/{}", made.id());
    let mut moved = day;
    moved["on_date"] = json!("2026-12-08");
    client.patch(&path, &made.etag(), moved).await.expect(200);
    assert_eq!(due(&client, "from=2026-12-04&n=1&unit=working_day").await["due"], "2026-12-07");
    client.send(poem::http::Method::DELETE, &path, &[("if-match", &made.etag())], "").await.expect(412);
    client.send(poem::http::Method::DELETE, &path, &[("if-match", "\"2\"")], "").await.expect(204);
    client.get(&path).await.expect(404);

    let year = client.get("/api/v1/calendar/days?year=2026").await.expect(200).json();
    let culture = year["items"].as_array().unwrap().iter().find(|day| day["on_date"] == "2026-11-24").unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    client
        .send(poem::http::Method::DELETE, &format!("/api/v1/calendar/days/{culture}"), &[("if-match", "\"1\"")], "")
        .await
        .expect(204);
    app.app
        .store
        .write(api::store::Writer::Cli, |tx| async move {
            api::installation::set(tx.db(), "calendar.loaded", "an older list".into()).await
        })
        .await
        .unwrap();
    api::installation::load_reference(&app.app.store).await.unwrap();
    let days = client.get("/api/v1/calendar/days?year=2026").await.expect(200).json();
    assert!(days["items"].as_array().unwrap().iter().all(|day| day["on_date"] != "2026-11-24"));
}

#[tokio::test]
async fn only_the_business_administration_of_the_root_keeps_the_calendar() {
    let app = TestApp::start().await;
    let day = json!({"on_date": "2026-12-07", "kind": "holiday", "name": "Nghỉ", "source": "Thử"});
    for login in ["truongdoan", "chutich.an", "hethong"] {
        app.sign_in(login).await.post("/api/v1/calendar/days", day.clone()).await.expect(403);
    }
    let client = app.sign_in("quantri").await;
    let wrong = client
        .post("/api/v1/calendar/days", json!({"on_date": "2026-12-07", "kind": "make_up_workday", "name": "", "source": ""}))
        .await
        .expect(422);
    let codes: Vec<_> =
        wrong.json()["errors"].as_array().unwrap().iter().map(|e| e["code"].as_str().unwrap().to_owned()).collect();
    assert_eq!(codes, ["required", "required", "make_up_needs_weekend"]);
}

#[tokio::test]
async fn a_file_of_holidays_is_imported_over_what_is_there() {
    let app = TestApp::start().await;
    let file = "years:\n  2027:\n  - {date: '2027-02-04', name_vi: Tết (chính thức), kind: holiday, status: verified_secondary, source: thử}\n";
    let report = api::calendar::data::import(&app.app.store, file).await.unwrap();
    assert_eq!((report.created, report.updated), (0, 1));
    let again = api::calendar::data::import(&app.app.store, file).await.unwrap();
    assert_eq!(again.unchanged, 1);
    assert!(
        api::calendar::data::import(
            &app.app.store,
            "years:\n  2027:\n  - {date: '2026-02-04', name_vi: x, kind: holiday, status: y}\n"
        )
        .await
        .is_err()
    );
}

#[test]
fn a_deadline_is_counted_without_any_database() {
    use domain::calendar::{DeadlineKind, DeadlineUnit};
    let calendar = api::calendar::data::embedded(None).unwrap();
    let found = calendar.deadline("2025-12-31".parse().unwrap(), 8, DeadlineUnit::WorkingDay, DeadlineKind::By).unwrap();
    assert_eq!((found.due.to_string(), found.provisional), ("2026-01-13".to_owned(), false));
}

#[tokio::test]
async fn the_page_counts_a_deadline_and_the_keeper_adds_a_day_there() {
    let app = TestApp::start().await;
    let client = app.browse("quantri").await;
    let html = client.get("/lich?from=2026-11-16&n=10&unit=working_day").await.expect(200).text();
    assert!(html.contains("01/12/2026") && html.contains("Ngày Văn hóa Việt Nam"), "{html}");
    assert!(client.get("/lich?nam=2027").await.expect(200).text().contains("Chưa có lịch nghỉ chính thức"));
    client.get("/lich?from=x&n=y&unit=z").await.expect(200);
    client.fill("/lich", "/lich/ngay", &[("on_date", "2026-12-07")]).await.expect(422);
    let day = [("on_date", "2026-12-07"), ("kind", "holiday"), ("name", "Nghỉ bão"), ("source", "Công điện")];
    client.fill("/lich", "/lich/ngay", &day).await.expect(303);
    assert!(client.get("/lich?nam=2026").await.expect(200).text().contains("Nghỉ bão"));
}

#[tokio::test]
async fn the_keeper_publishes_a_year_on_its_page_and_nobody_else_does() {
    let app = TestApp::start().await;
    let keeper = app.browse("quantri").await;
    let html = keeper.get("/lich").await.expect(200).text();
    assert!(html.contains("/lich?nam=2027") || html.contains("lich?nam=2027"), "the year to come is one step away: {html}");
    let wrong = keeper.fill("/lich?nam=2027", "/lich/nam/2027", &[("published", "yes"), ("source", "")]).await.expect(422).text();
    assert!(wrong.contains("#f-publish-source") && wrong.contains("checked"), "{wrong}");
    keeper.fill("/lich?nam=2027", "/lich/nam/2027", &[("published", "yes"), ("source", "Thông báo 99/TB-BNV")]).await.expect(303);
    let html = keeper.get("/lich?nam=2027").await.expect(200).text();
    assert!(!html.contains("Chưa có lịch nghỉ chính thức") && html.contains("Thông báo 99"), "{html}");

    let reader = app.browse("truongdoan").await;
    let html = reader.get("/lich?nam=2027").await.expect(200).text();
    assert!(!html.contains("/lich/nam/") && !html.contains("&#x2f;lich&#x2f;nam"), "{html}");
    let sent = [("published", "no"), ("source", "Thu hồi thông báo")];
    reader.force("/lich", "/lich/nam/2027", &sent).await.expect(403);
    reader.force("/lich", "/lich/ngay", &[("on_date", "2027-12-07")]).await.expect(403);
    keeper.force("/lich", "/lich/nam/2027", &sent).await.expect(303);
}
