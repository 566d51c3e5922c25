//! What waits for whom, and the first pages.

use domain::checklist::InspectionKind::{Cchc, InternalAudit};
use domain::inspection::InspectionState as S;
use domain::record::PaperKind;
use tests::{Client, TestApp};

use crate::visit::{set_state, sign, visit};

/// Verb and number of everything that waits.
async fn waiting(client: &Client) -> Vec<(String, String)> {
    let list = client.get("/api/v1/work").await.expect(200).json();
    let text = |item: &serde_json::Value, field: &str| item[field].as_str().unwrap().to_owned();
    list["items"].as_array().unwrap().iter().map(|item| (text(item, "verb"), text(item, "code"))).collect()
}

fn verbs(list: &[(String, String)]) -> Vec<&str> {
    list.iter().map(|(verb, _)| verb.as_str()).collect()
}

/// The unit accepts the finding.
async fn answer(app: &TestApp, visit: &crate::visit::Visit) {
    use sea_orm::{ActiveModelTrait as _, Set};
    let state = Set(domain::finding::FindingState::Accepted);
    let change = entities::finding::ActiveModel { id: Set(visit.finding), state, ..Default::default() };
    change.update(app.app.store.read()).await.unwrap();
}

#[tokio::test]
async fn an_inspection_waits_for_whose_turn_it_is() {
    let app = TestApp::start().await;
    let cases = [
        (Cchc, S::Planned, "lanhdao", "set_team"),
        (InternalAudit, S::Planned, "thukyiso", "set_team"),
        (Cchc, S::TeamSet, "truongdoan", "notify"),
        (Cchc, S::SelfReport, "truongdoan", "start"),
        (Cchc, S::InProgress, "truongdoan", "finish"),
        (Cchc, S::InProgress, "thanhvien", "answer"),
        (Cchc, S::FieldworkDone, "thukydoan", "sign_minutes"),
        (Cchc, S::MinutesSigned, "truongdoan", "report"),
        (Cchc, S::Reported, "lanhdao", "conclude"),
    ];
    for (index, (kind, state, login, verb)) in (1..).zip(cases) {
        let visit = visit(&app, index, kind, S::Planned).await;
        set_state(&app, &visit, state).await;
        if state == S::MinutesSigned {
            answer(&app, &visit).await;
        }
        let code = format!("KT-2026-{index:03}");
        let list = waiting(&app.sign_in(login).await).await;
        assert!(list.contains(&(verb.to_owned(), code.clone())), "{state} {login}: {list:?}");
        let other = waiting(&app.sign_in("chutich.binh").await).await;
        assert!(other.is_empty(), "{other:?}");
    }
}

#[tokio::test]
async fn findings_and_actions_wait_for_their_side() {
    let app = TestApp::start().await;
    let visit = visit(&app, 1, Cchc, S::FieldworkDone).await;
    let head = waiting(&app.sign_in("chutich.an").await).await;
    assert_eq!(verbs(&head), ["accept", "plan_review"]);
    let doer = waiting(&app.sign_in("congchuc.an").await).await;
    assert_eq!(doer, [("do_step".to_owned(), "KP-2026-001".to_owned())]);
    let lead = waiting(&app.sign_in("truongdoan").await).await;
    assert_eq!(verbs(&lead), ["sign_minutes"]);
    let verifier_sees = app.sign_in("truongdoan").await.get("/api/v1/work").await.expect(200).json();
    assert_eq!(verifier_sees["items"][0]["href"], format!("/kiem-tra/{}", visit.inspection));
    // The unit's time to answer passes: now it is the lead's turn too.
    app.set_time("2026-11-23T02:00:00Z");
    let lead = app.sign_in("truongdoan").await.get("/api/v1/work").await.expect(200).json();
    assert_eq!((lead["items"][0]["verb"].as_str(), lead["items"][0]["overdue"].as_bool()), (Some("deem_accepted"), Some(true)));
    assert_eq!(lead["items"][0]["days_left"], -1);
}

#[tokio::test]
async fn a_signed_paper_waits_for_its_registrar_until_the_next_working_day() {
    let app = TestApp::start().await;
    let visit = visit(&app, 1, Cchc, S::MinutesSigned).await;
    sign(&app, &visit, PaperKind::Minutes, "2026-11-13T10:00:00Z").await;
    let clerk = app.sign_in("vanthu").await;
    let list = clerk.get("/api/v1/work").await.expect(200).json();
    assert_eq!(list["items"][0]["verb"], "register_minutes");
    assert_eq!(list["items"][0]["due_on"], "2026-11-16", "signed on a Friday");
    let body = serde_json::json!({"number": 1, "symbol": "ĐKT", "issued_on": "2026-11-16"});
    clerk.post_at(&format!("/api/v1/inspections/{}/papers/minutes/register", visit.inspection), "\"1\"", body).await.expect(200);
    assert_eq!(waiting(&clerk).await, []);
}

#[tokio::test]
async fn the_first_page_shows_the_work_or_leads_to_sign_in() {
    let app = TestApp::start().await;
    assert_eq!(app.client().get("/").await.expect(303).header("location"), "/dang-nhap?tiep=%2F");
    let browser = app.browse("chutich.binh").await;
    let empty = browser.get("/").await.expect(200).text();
    assert!(empty.contains("Không có việc nào đang chờ."), "{empty}");
    visit(&app, 1, Cchc, S::FieldworkDone).await;
    let page = app.browse("chutich.an").await.get("/").await.expect(200).text();
    assert!(page.contains("Trả lời phát hiện") && page.contains("PH-2026-001 · Hồ sơ trễ hạn không có thư xin lỗi."), "{page}");
    for path in ["/them", "/gioi-thieu", "/problems/stale", "/problems/paper_not_signed"] {
        browser.get(path).await.expect(200);
    }
    let places = browser.get("/them").await.text();
    assert!(places.contains("href=\"/lich\"") && places.contains("href=\"/tai-khoan\""), "{places}");
    let bar = page.split("<nav class=\"bottom\"").nth(1).unwrap();
    assert!(!bar.contains("/lich") && !bar.contains("/tai-khoan"), "the phone's bar keeps to three places: {bar}");
    assert!(page.split("me-menu").nth(1).unwrap().split("</details>").next().unwrap().contains("/tai-khoan"), "{page}");
    browser.get("/problems/khong-co").await.expect(404);
    app.client().get("/gioi-thieu").await.expect(200);
    assert_eq!(app.client().get("/them").await.expect(303).header("location"), "/dang-nhap?tiep=%2Fthem");
}

#[tokio::test]
async fn an_installation_without_people_explains_the_first_step() {
    use sea_orm::ConnectionTrait as _;
    let app = TestApp::start().await;
    for table in ["session", "account"] {
        app.app.store.read().execute_unprepared(&format!("DELETE FROM {table}")).await.unwrap();
    }
    let page = app.client().get("/").await.expect(200).text();
    assert!(page.contains("chuan admin create-person"), "{page}");
}
