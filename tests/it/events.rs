//! The audit trail.

use sea_orm::ConnectionTrait as _;
use serde_json::{Value as Json, json};
use tests::{Client, TestApp};

async fn events(client: &Client, query: &str) -> Vec<Json> {
    client.get(&format!("/api/v1/events?limit=100{query}")).await.expect(200).json()["items"].as_array().unwrap().clone()
}

/// Renames a unit and gives a role as the business administration.
async fn acts(app: &TestApp) {
    let admin = app.sign_in("quantri").await;
    admin
        .patch(&format!("/api/v1/units/{}", app.unit("MAU-02").await), "\"1\"", json!({"name": "Xã Bình Mẫu Bắc"}))
        .await
        .expect(200);
    let body = json!({"person_id": app.person("congchuc.an").await, "role": "registrar", "unit_id": app.unit("MAU-01").await, "span": "own", "reason": "Phân công mới"});
    admin.post("/api/v1/assignments", body).await.expect(201);
}

#[tokio::test]
async fn the_auditor_sees_who_did_what_when_but_no_values() {
    let app = TestApp::start().await;
    acts(&app).await;
    let client = app.sign_in("giamsat").await;
    let found = events(&client, "&kind=assignment.granted&subject=assignment").await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["actor_name"], "Quản trị nghiệp vụ tỉnh Mẫu");
    assert_eq!(found[0]["unit_name"], "Xã An Mẫu");
    for field in ["before", "after", "reason"] {
        assert!(found[0].get(field).is_none_or(Json::is_null), "{field}: {}", found[0]);
    }
}

#[tokio::test]
async fn everyone_sees_their_own_acts_and_business_roles_those_of_their_units() {
    let app = TestApp::start().await;
    acts(&app).await;
    let admin = app.sign_in("quantri").await;
    let own = events(&admin, "&kind=unit.corrected").await;
    assert_eq!(own[0]["before"]["name"], "Xã Bình Mẫu");
    assert_eq!(own[0]["after"]["name"], "Xã Bình Mẫu Bắc");
    assert_eq!(events(&app.sign_in("chutich.binh").await, "&kind=unit.corrected").await[0]["after"]["name"], "Xã Bình Mẫu Bắc");
    assert!(events(&app.sign_in("chutich.dong").await, "&kind=unit.corrected").await.is_empty(), "another unit's");
    assert!(events(&app.sign_in("congchuc.binh").await, "&kind=unit.").await.is_empty(), "an employee sees their own only");
}

#[tokio::test]
async fn the_trail_is_paged_by_id_newest_first_and_filtered_by_day() {
    let app = TestApp::start().await;
    acts(&app).await;
    let client = app.sign_in("giamsat").await;
    let whole = events(&client, "").await;
    let (mut paged, mut next) = (Vec::new(), Some("/api/v1/events?limit=7".to_owned()));
    while let (Some(path), true) = (next, paged.len() < whole.len()) {
        let page = client.get(&path).await.expect(200).json();
        paged.extend(page["items"].as_array().unwrap().clone());
        next = page["next"].as_str().map(str::to_owned);
    }
    let ids = |rows: &[Json]| rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(ids(&paged), ids(&whole));
    assert!(ids(&whole).is_sorted_by(|a, b| a > b));
    assert!(events(&client, "&from=2026-11-17").await.is_empty());
    assert_eq!(events(&client, "&from=2026-11-16&to=2026-11-16").await.len(), whole.len());
}

#[tokio::test]
async fn the_trail_can_be_added_to_and_nothing_else() {
    let app = TestApp::start().await;
    for statement in ["UPDATE event SET principal = 'x'", "DELETE FROM event"] {
        let refused = app.app.store.read().execute_unprepared(statement).await.unwrap_err();
        assert!(refused.to_string().contains("append-only"), "{statement}: {refused}");
    }
}

#[tokio::test]
async fn the_page_of_the_trail_tells_acts_in_words_and_values_only_to_who_may_see_them() {
    let app = TestApp::start().await;
    acts(&app).await;
    let own = app.browse("quantri").await.get("/nhat-ky?loai=unit").await.expect(200).text();
    assert!(own.contains("Sửa tên đơn vị") && own.contains("Xã Bình Mẫu Bắc"), "{own}");
    let auditor = app.browse("giamsat").await.get("/nhat-ky?loai=assignment&tu=2026-11-16").await.expect(200).text();
    assert!(auditor.contains("Giao vai trò") && !auditor.contains("Phân công mới"), "{auditor}");
}
