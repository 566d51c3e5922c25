//! What must not happen to documents over the years: texts that come back, numbers that stand still, people who left.

use domain::record::Subject;
use entities::{assignment, membership};
use poem::http::Method;
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::{Value as Json, json};
use tests::{Client, TestApp};

use crate::documents::{
    HEAD, SECRETARY, act, amend, decision, document_of, draft, in_approval, in_force, path, put, revision_of, state, usual_route,
};
use crate::evidence::upload;
use crate::findings::refused;
use crate::support::person_id;

const DRAFTER: &str = "congchuc.an";
const REVIEWER: &str = "daumoi.an";
const ISSUES: &str = "/api/v1/issue-decisions";

async fn on(app: &TestApp, day: &str) {
    app.set_time(&format!("{day}T02:00:00Z"));
    api::jobs::plan(&app.app).await.unwrap();
}

async fn state_of(app: &TestApp, id: &str) -> String {
    state(&app.sign_in(HEAD).await.get(&path(id)).await.expect(200))
}

#[tokio::test]
async fn a_text_issued_for_a_later_day_does_not_bring_a_withdrawn_document_back() {
    let app = TestApp::start().await;
    let (document, first) = in_force(&app, "Đăng ký khai sinh").await;
    let issued = amend(&app, &document, "Trung tâm và điểm lưu động.").await;
    let begun = draft(&app, &document).await;
    let head = app.sign_in(HEAD).await;
    head.post(ISSUES, decision("77/QĐ-UBND", "2026-11-16", &[(&issued, "2026-12-01")])).await.expect(200);
    act(&head, &first, "withdraw", json!({"decision": "78/QĐ-UBND", "reason": "Bãi bỏ."})).await.expect(200);
    for id in [&issued, &begun] {
        let ended = head.get(&path(id)).await.expect(200);
        assert_eq!(state(&ended), "cancelled");
        assert!(ended.text().contains("78/QĐ-UBND"), "it says with which paper: {}", ended.text());
    }
    on(&app, "2026-12-01").await;
    let now = app.sign_in(HEAD).await.get(&format!("/api/v1/procedures/{document}")).await.expect(200).json();
    assert_eq!(now["state"], "withdrawn", "{now}");
    assert_eq!(state_of(&app, &issued).await, "cancelled");
}

#[tokio::test]
async fn a_text_with_an_older_number_never_replaces_a_newer_one_and_an_issued_one_is_annulled_before_its_day() {
    let app = TestApp::start().await;
    let (document, _) = in_force(&app, "Đăng ký khai sinh").await;
    let slow = amend(&app, &document, "Bản dự kiến từ tháng 3.").await;
    let urgent = amend(&app, &document, "Bản khẩn từ tháng 2.").await;
    let head = app.sign_in(HEAD).await;
    head.post(ISSUES, decision("71/QĐ-UBND", "2026-11-16", &[(&slow, "2027-03-01")])).await.expect(200);
    head.post(ISSUES, decision("72/QĐ-UBND", "2026-11-16", &[(&urgent, "2027-02-01")])).await.expect(200);
    on(&app, "2027-02-01").await;
    assert_eq!((state_of(&app, &urgent).await.as_str(), state_of(&app, &slow).await.as_str()), ("effective", "cancelled"));
    on(&app, "2027-03-01").await;
    assert_eq!(state_of(&app, &urgent).await, "effective", "the urgent change is not undone");

    // One that was approved before and not issued is refused by its number.
    let (older, newer) = (amend(&app, &document, "Bản thứ ba.").await, amend(&app, &document, "Bản thứ tư.").await);
    let head = app.sign_in(HEAD).await;
    head.post(ISSUES, decision("73/QĐ-UBND", "2027-03-01", &[(&newer, "2027-03-01")])).await.expect(200);
    let late = head.post(ISSUES, decision("74/QĐ-UBND", "2027-03-01", &[(&older, "2027-03-01")])).await;
    refused(late, "newer_text_in_force");

    // Before its day the head takes back what was issued; nobody else does.
    let annulled = amend(&app, &document, "Bản thứ năm.").await;
    let head = app.sign_in(HEAD).await;
    head.post(ISSUES, decision("75/QĐ-UBND", "2027-03-01", &[(&annulled, "2027-04-01")])).await.expect(200);
    refused(act(&app.sign_in(SECRETARY).await, &annulled, "cancel", json!({"reason": "Quyết định 76 thay."})).await, "head_only");
    act(&head, &annulled, "cancel", json!({"reason": "Quyết định 76/QĐ-UBND bãi bỏ quyết định 75."})).await.expect(200);
    on(&app, "2027-04-01").await;
    assert_eq!((state_of(&app, &annulled).await.as_str(), state_of(&app, &newer).await.as_str()), ("cancelled", "effective"));
}

#[tokio::test]
async fn a_text_cannot_be_issued_for_days_on_which_a_withdrawn_one_was_in_force() {
    let app = TestApp::start().await;
    let (document, first) = in_force(&app, "Đăng ký khai sinh").await;
    app.set_time("2026-11-18T02:00:00Z");
    act(&app.sign_in(HEAD).await, &first, "withdraw", json!({"decision": "78/QĐ-UBND", "reason": "Bãi bỏ."})).await.expect(200);
    let again = amend(&app, &document, "Ban hành lại.").await;
    app.set_time("2026-11-20T02:00:00Z");
    let head = app.sign_in(HEAD).await;
    refused(head.post(ISSUES, decision("79/QĐ-UBND", "2026-11-18", &[(&again, "2026-11-18")])).await, "in_force_until");
    head.post(ISSUES, decision("79/QĐ-UBND", "2026-11-18", &[(&again, "2026-11-19")])).await.expect(200);
    let then = head.get(&format!("/api/v1/procedures/{document}/in-force?on=2026-11-18")).await.expect(200);
    assert_eq!(then.id(), first, "one text a day");
}

#[tokio::test]
async fn a_number_is_given_again_in_another_year_and_not_twice_in_one() {
    let app = TestApp::start().await;
    let (document, _) = in_force(&app, "Đăng ký khai sinh").await;
    let next = amend(&app, &document, "Lần một.").await;
    let head = app.sign_in(HEAD).await;
    head.post(ISSUES, decision("05/QĐ-UBND", "2026-11-16", &[(&next, "2026-11-16")])).await.expect(200);
    let next = amend(&app, &document, "Lần hai.").await;
    let head = app.sign_in(HEAD).await;
    let twice = head.post(ISSUES, decision("05/QĐ-UBND", "2026-11-16", &[(&next, "2026-11-17")])).await.expect(422).json();
    assert_eq!((&twice["errors"][0]["pointer"], &twice["errors"][0]["code"]), (&json!("/number"), &json!("taken")));
    app.set_time("2027-01-05T02:00:00Z");
    app.sign_in(HEAD).await.post(ISSUES, decision("05/QĐ-UBND", "2027-01-04", &[(&next, "2027-01-05")])).await.expect(200);

    let secretary = app.sign_in(SECRETARY).await;
    let law = |issued_on: &str| json!({"number": "15/QĐ-UBND", "title": "Danh mục thủ tục", "type_name": "Quyết định", "issuer": "UBND tỉnh", "issued_on": issued_on});
    secretary.post("/api/v1/external-documents", law("2025-02-01")).await.expect(201);
    secretary.post("/api/v1/external-documents", law("2026-02-01")).await.expect(201);
    let twice = secretary.post("/api/v1/external-documents", law("2026-05-01")).await.expect(422).json();
    assert_eq!(twice["errors"][0]["code"], "taken");
}

#[tokio::test]
async fn archiving_keeps_who_withdrew_a_text_and_why() {
    let app = TestApp::start().await;
    let (_, id) = in_force(&app, "Đăng ký khai sinh").await;
    let head = app.sign_in(HEAD).await;
    act(&head, &id, "withdraw", json!({"decision": "78/QĐ-UBND", "reason": "Thủ tục bị bãi bỏ."})).await.expect(200);
    let archived = act(&app.sign_in(SECRETARY).await, &id, "archive", json!({"reason": "Đã thu hồi đủ bản giấy."})).await;
    let row = archived.expect(200).json()["revision"].clone();
    assert_eq!((row["state"].as_str(), row["end_reason"].as_str()), (Some("archived"), Some("Thủ tục bị bãi bỏ.")), "{row}");
    let page = app.browse(SECRETARY).await.get(&format!("/quy-trinh/lan/{id}")).await.expect(200).text();
    assert!(page.contains("Đã thu hồi đủ bản giấy."), "why it was archived is in its history: {page}");
}

async fn uploaded(app: &TestApp) -> (String, uuid::Uuid) {
    let document = document_of(app, "Quy chế tiếp công dân").await;
    let body = json!({"drafter_id": app.person(DRAFTER).await, "form": "uploaded", "source": "first_issue", "reason": "Biên soạn lần đầu."});
    let made = app.sign_in(SECRETARY).await.post(&format!("/api/v1/procedures/{document}/revisions"), body).await.expect(201);
    let id = revision_of(&made);
    let about = id.parse().unwrap();
    (id, about)
}

#[tokio::test]
async fn whoever_brings_a_file_of_a_draft_is_its_author_and_does_not_review_it() {
    let app = TestApp::start().await;
    let (id, about) = uploaded(&app).await;
    let (drafter, secretary) = (app.sign_in(DRAFTER).await, app.sign_in(SECRETARY).await);
    let mut route = usual_route(&app).await;
    route["steps"][0]["people"] = json!([app.person(SECRETARY).await]);
    put(&drafter, &id, "route", route).await.expect(200);
    upload(&drafter, "Quy chế.pdf", "application/pdf", Subject::Revision, about, b"%PDF-1.7 cua nguoi soan").await;
    let seen = drafter.get(&path(&id)).await.expect(200).etag();
    upload(&secretary, "Chèn.pdf", "application/pdf", Subject::Revision, about, b"%PDF-1.7 cua thu ky").await;
    let stale = drafter.post_at(&format!("{}/submit", path(&id)), &seen, json!({})).await;
    stale.expect(412);
    // The route names an author now: it has to be mended before anybody is asked.
    let again = act(&drafter, &id, "submit", json!({})).await;
    if again.status.is_success() {
        refused(act(&secretary, &id, "review", json!({})).await, "own_text");
    } else {
        refused(again, "route_missing");
    }
}

#[tokio::test]
async fn a_draft_goes_on_with_another_drafter_and_a_stuck_route_is_called_back_with_a_reason() {
    let app = TestApp::start().await;
    let document = document_of(&app, "Đăng ký khai sinh").await;
    let id = draft(&app, &document).await;
    let secretary = app.sign_in(SECRETARY).await;
    let give = |to: String| json!({"drafter_id": to, "due_on": "2026-11-30"});
    let foreign = give(app.person("quantri").await);
    put(&secretary, &id, "drafter", foreign).await.expect(422);
    refused(put(&app.sign_in(DRAFTER).await, &id, "drafter", give(app.person(SECRETARY).await)).await, "document_control_only");
    let given = put(&secretary, &id, "drafter", give(app.person(SECRETARY).await)).await.expect(200).json();
    assert_eq!(
        (&given["revision"]["drafter_id"], &given["revision"]["state"]),
        (&json!(app.person(SECRETARY).await), &json!("draft"))
    );
    app.sign_in(DRAFTER).await.get(&path(&id)).await.expect(404);
    put(&secretary, &id, "route", usual_route(&app).await).await.expect(200);
    act(&secretary, &id, "submit", json!({})).await.expect(200);
    act(&app.sign_in(REVIEWER).await, &id, "review", json!({})).await.expect(200);

    // The approver is away: who keeps the documents calls it back, with a reason; the words stay.
    act(&secretary, &id, "recall", json!({"reason": " "})).await.expect(422);
    refused(act(&app.sign_in(REVIEWER).await, &id, "recall", json!({"reason": "Nhầm."})).await, "document_control_only");
    let back = act(&secretary, &id, "recall", json!({"reason": "Người phê duyệt đã chuyển công tác."})).await.expect(200);
    assert_eq!(state(&back), "draft");
    // The one who wrote before stays an author: not a reviewer of it.
    let mut own = usual_route(&app).await;
    own["steps"][0]["people"] = json!([app.person(DRAFTER).await]);
    put(&secretary, &id, "route", own).await.expect(422);

    // On pages the same two acts.
    let browser = app.browse(SECRETARY).await;
    let page = format!("/quy-trinh/lan/{id}");
    let html = browser.get(&page).await.expect(200).text();
    assert!(html.contains("Giao người khác soạn") && !html.contains("/viec/recall"), "{html}");
    let to = app.person(DRAFTER).await;
    browser
        .fill(&page, &format!("{page}/viec/reassign"), &[("drafter_id", to.as_str()), ("draft_due_on", "2026-12-01")])
        .await
        .expect(303);
    assert_eq!(state_of(&app, &id).await, "draft");
    in_approval(&app, &id).await;
    browser.fill(&page, &format!("{page}/viec/recall"), &[("reason", "Sửa căn cứ.")]).await.expect(303);
    let html = browser.get(&page).await.expect(200).text();
    assert!(html.contains("Sửa căn cứ."), "the history says why: {html}");
}

async fn offers(client: &Client) -> Vec<Json> {
    client.get("/api/v1/distributions").await.expect(200).json()["items"].as_array().unwrap().clone()
}

/// Ends or resumes everything a person is at their units.
async fn leaves(app: &TestApp, login: &str, to: Option<&str>) {
    let (db, person) = (app.app.store.read(), person_id(app, login).await);
    let to = to.map(|day| day.parse::<chrono::NaiveDate>().unwrap());
    let row = membership::ActiveModel { valid_to: Set(to), ..Default::default() };
    membership::Entity::update_many().set(row).filter(membership::Column::PersonId.eq(person)).exec(db).await.unwrap();
    let row = assignment::ActiveModel { valid_to: Set(to), ..Default::default() };
    assignment::Entity::update_many().set(row).filter(assignment::Column::PersonId.eq(person)).exec(db).await.unwrap();
}

#[tokio::test]
async fn whoever_leaves_is_not_asked_any_more_and_is_asked_again_on_coming_back() {
    let app = TestApp::start().await;
    let document = document_of(&app, "Trả kết quả").await;
    let id = draft(&app, &document).await;
    let audience = json!({"audience": [{"kind": "unit", "unit_id": app.unit("MAU-01").await}]});
    put(&app.sign_in(DRAFTER).await, &id, "audience", audience).await.expect(200);
    in_approval(&app, &id).await;
    let head = app.sign_in(HEAD).await;
    act(&head, &id, "approve", json!({})).await.expect(200);
    head.post(ISSUES, decision("50/QĐ-UBND", "2026-11-16", &[(&id, "2026-11-16")])).await.expect(200);
    let book = async |state: &str| {
        let all = app.sign_in(SECRETARY).await.get(&format!("/api/v1/distributions?revision_id={id}&limit=100")).await;
        let rows = all.expect(200).json()["items"].as_array().unwrap().clone();
        rows.iter()
            .filter(|row| row["state"] == state)
            .map(|row| row["person_id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let (gone, asked) = (app.person(REVIEWER).await, book("pending").await.len());
    assert!(asked > 2 && book("pending").await.contains(&gone), "the control");
    on(&app, "2026-11-17").await;
    assert_eq!(book("pending").await.len(), asked, "nobody has left");

    leaves(&app, REVIEWER, Some("2026-11-17")).await;
    on(&app, "2026-11-18").await;
    assert_eq!(book("void").await, std::slice::from_ref(&gone));
    assert_eq!(book("pending").await.len(), asked - 1);
    leaves(&app, REVIEWER, None).await;
    on(&app, "2026-11-19").await;
    assert!(book("void").await.is_empty() && book("pending").await.contains(&gone), "asked again");
    let own = offers(&app.sign_in(REVIEWER).await).await;
    assert_eq!(own.len(), 1, "one offer, not two: {own:?}");
    let back = app.sign_in(REVIEWER).await;
    let acknowledge = format!("/api/v1/distributions/{}/acknowledge", own[0]["id"].as_str().unwrap());
    back.send(Method::POST, &format!("/api/v1/distributions/{}/open", own[0]["id"].as_str().unwrap()), &[], "").await;
    let sentence = json!({"statement": "Tôi đã đọc, hiểu và thực hiện theo tài liệu này."});
    back.post(&acknowledge, sentence).await.expect(200);
    on(&app, "2026-11-20").await;
    leaves(&app, REVIEWER, Some("2026-11-20")).await;
    on(&app, "2026-11-21").await;
    assert_eq!(book("acknowledged").await, [gone], "what was acknowledged stays so");
}
