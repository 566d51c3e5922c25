//! Papers of an inspection: rendered, fetched, given a number.

use domain::checklist::InspectionKind::{Cchc, InternalAudit};
use domain::inspection::InspectionState;
use domain::record::PaperKind;
use serde_json::json;
use tests::{Answer, Client, TestApp};

use crate::visit::{Visit, events, set_state, sign, visit};

/// Asks for a paper, lets the job run, and gives what it became.
async fn render(app: &TestApp, client: &Client, visit: &Visit, kind: &str) -> serde_json::Value {
    let asked =
        client.post(&format!("/api/v1/inspections/{}/papers/{kind}/render", visit.inspection), json!({})).await.expect(201);
    assert_eq!(asked.json()["state"], "queued");
    app.run_jobs().await;
    let report = client.get(&format!("/api/v1/reports/{}", asked.id())).await.expect(200).json();
    assert_eq!(report["state"], "ready", "{report}");
    report
}

async fn register(client: &Client, visit: &Visit, kind: &str, version: &str, number: i32, symbol: &str, on: &str) -> Answer {
    let body = json!({"number": number, "symbol": symbol, "issued_on": on});
    client.post_at(&format!("/api/v1/inspections/{}/papers/{kind}/register", visit.inspection), version, body).await
}

#[tokio::test]
async fn the_same_data_gives_the_same_bytes() {
    let app = TestApp::start().await;
    for (index, kind) in [(1, Cchc), (2, InternalAudit)] {
        let visit = visit(&app, index, kind, InspectionState::Reported).await;
        for paper in ["minutes", "inspection_report"] {
            let client = app.sign_in("truongdoan").await;
            let first = render(&app, &client, &visit, paper).await;
            app.set_time(if index == 1 { "2026-11-17T02:00:00Z" } else { "2026-11-18T02:00:00Z" });
            let client = app.sign_in("truongdoan").await;
            let second = render(&app, &client, &visit, paper).await;
            assert_eq!(first["sha256"], second["sha256"], "{kind} {paper}");
            assert!(first["sha256"].as_str().unwrap().len() == 64 && first["pages"].as_i64().unwrap() > 0);
            let file = client.get(&format!("/api/v1/reports/{}/content", second["id"].as_str().unwrap())).await.expect(200);
            assert!(file.bytes.starts_with(b"%PDF"));
            assert_eq!(api::auth::session::sha256_hex(&file.bytes), second["sha256"].as_str().unwrap());
            assert_eq!(file.header("content-type"), "application/pdf");
            assert!(file.header("content-disposition").starts_with("attachment"));
        }
    }
}

#[tokio::test]
async fn a_paper_is_a_draft_until_it_is_signed() {
    let app = TestApp::start().await;
    let visit = visit(&app, 1, Cchc, InspectionState::FieldworkDone).await;
    let client = app.sign_in("truongdoan").await;
    let draft = render(&app, &client, &visit, "minutes").await;
    assert_eq!(draft["draft"], true);
    set_state(&app, &visit, InspectionState::MinutesSigned).await;
    sign(&app, &visit, PaperKind::Minutes, "2026-11-16T10:00:00Z").await;
    let signed = render(&app, &client, &visit, "minutes").await;
    assert_eq!(signed["draft"], false);
    assert_ne!(signed["sha256"], draft["sha256"]);
    assert_eq!(render(&app, &client, &visit, "inspection_report").await["draft"], true);
    assert_eq!(events(&app, "report.ready").await, 3);
}

#[tokio::test]
async fn nothing_is_rendered_before_the_visit() {
    let app = TestApp::start().await;
    let visit = visit(&app, 1, Cchc, InspectionState::Notified).await;
    let client = app.sign_in("truongdoan").await;
    let early = client.post("/api/v1/reports", json!({"kind": "minutes", "inspection_id": visit.inspection})).await.expect(409);
    assert_eq!(early.code(), "paper_too_early");
}

#[tokio::test]
async fn who_reads_a_paper_depends_on_their_side_and_its_signature() {
    let app = TestApp::start().await;
    let visit = visit(&app, 1, Cchc, InspectionState::FieldworkDone).await;
    let lead = app.sign_in("truongdoan").await;
    let draft = render(&app, &lead, &visit, "minutes").await;
    let (unit, other) = (app.sign_in("chutich.an").await, app.sign_in("chutich.binh").await);
    let draft_path = format!("/api/v1/reports/{}", draft["id"].as_str().unwrap());
    let ask = json!({"kind": "minutes", "inspection_id": visit.inspection});
    unit.get(&draft_path).await.expect(404);
    unit.get(&format!("{draft_path}/content")).await.expect(404);
    unit.post("/api/v1/reports", ask.clone()).await.expect(404);
    other.post("/api/v1/reports", ask.clone()).await.expect(404);
    other.get(&format!("/api/v1/inspections/{}/papers", visit.inspection)).await.expect(404);
    app.sign_in("hethong").await.post("/api/v1/reports", ask.clone()).await.expect(403);

    set_state(&app, &visit, InspectionState::MinutesSigned).await;
    let signed = render(&app, &unit, &visit, "minutes").await;
    unit.get(&format!("/api/v1/reports/{}/content", signed["id"].as_str().unwrap())).await.expect(200);
    unit.get(&draft_path).await.expect(404);
    other.get(&format!("/api/v1/reports/{}", signed["id"].as_str().unwrap())).await.expect(404);
    let seen = |client: Client| async move {
        let list = client.get(&format!("/api/v1/reports?inspection_id={}", visit.inspection)).await.expect(200).json();
        list["items"].as_array().unwrap().len()
    };
    assert_eq!((seen(unit.clone()).await, seen(lead.clone()).await), (1, 2));
    unit.post("/api/v1/reports", json!({"kind": "inspection_report", "inspection_id": visit.inspection})).await.expect(404);
    let papers = unit.get(&format!("/api/v1/inspections/{}/papers", visit.inspection)).await.expect(200).json();
    assert_eq!(papers["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_paper_that_is_not_ready_cannot_be_fetched() {
    let app = TestApp::start().await;
    let visit = visit(&app, 1, Cchc, InspectionState::FieldworkDone).await;
    let lead = app.sign_in("truongdoan").await;
    let asked = lead
        .post("/api/v1/reports", json!({"kind": "minutes", "inspection_id": visit.inspection, "format": "pdf"}))
        .await
        .expect(201);
    let early = lead.get(&format!("/api/v1/reports/{}/content", asked.id())).await.expect(409);
    assert_eq!(early.code(), "report_not_ready");
    lead.post("/api/v1/reports", json!({"kind": "minutes", "inspection_id": visit.inspection, "format": "docx"}))
        .await
        .expect(422);
}

#[tokio::test]
async fn a_letter_that_cannot_be_printed_is_named() {
    use sea_orm::{ActiveModelTrait as _, Set};
    let app = TestApp::start().await;
    let visit = visit(&app, 1, Cchc, InspectionState::FieldworkDone).await;
    let change = entities::inspection::ActiveModel {
        id: Set(visit.inspection),
        strengths: Set(Some("Tốt 🦄".into())),
        ..Default::default()
    };
    change.update(app.app.store.read()).await.unwrap();
    let lead = app.sign_in("truongdoan").await;
    let asked = lead.post("/api/v1/reports", json!({"kind": "minutes", "inspection_id": visit.inspection})).await.expect(201);
    app.run_jobs().await;
    let report = lead.get(&format!("/api/v1/reports/{}", asked.id())).await.expect(200).json();
    assert_eq!(report["state"], "failed");
    assert!(report["error"].as_str().unwrap().contains('🦄'));
    let refused = lead.get(&format!("/api/v1/reports/{}/content", asked.id())).await.expect(409);
    assert_eq!(refused.code(), "report_failed");
}

#[tokio::test]
async fn a_number_is_given_after_the_signature_by_the_registrar_of_the_inspecting_unit() {
    let app = TestApp::start().await;
    let visit = visit(&app, 1, Cchc, InspectionState::FieldworkDone).await;
    let clerk = app.sign_in("vanthu").await;
    let lead = app.sign_in("truongdoan").await;
    assert_eq!(
        register(&clerk, &visit, "minutes", "\"0\"", 5, "BB-ĐKT", "2026-11-16").await.expect(409).code(),
        "paper_not_signed"
    );
    set_state(&app, &visit, InspectionState::MinutesSigned).await;
    sign(&app, &visit, PaperKind::Minutes, "2026-11-16T10:00:00Z").await;
    app.set_time("2026-11-18T02:00:00Z");
    let (clerk, lead) = (app.sign_in("vanthu").await, {
        drop(lead);
        app.sign_in("truongdoan").await
    });
    register(&lead, &visit, "minutes", "\"1\"", 5, "BB-ĐKT", "2026-11-17").await.expect(403);
    register(&app.sign_in("chutich.an").await, &visit, "minutes", "\"1\"", 5, "BB-ĐKT", "2026-11-17").await.expect(403);
    register(&clerk, &visit, "minutes", "\"9\"", 5, "BB-ĐKT", "2026-11-17").await.expect(412);
    let wrong = register(&clerk, &visit, "minutes", "\"1\"", 0, "", "2026-11-15").await.expect(422).json();
    let pointers: Vec<_> = wrong["errors"].as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect();
    assert_eq!(pointers, ["/number", "/issued_on", "/symbol"]);
    let future = register(&clerk, &visit, "minutes", "\"1\"", 5, "ĐKT", "2026-11-19").await.expect(422).json();
    assert_eq!(future["errors"][0]["code"], "after_today");
    let before = render(&app, &lead, &visit, "minutes").await;
    let done = register(&clerk, &visit, "minutes", "\"1\"", 5, "đkt", "2026-11-17").await.expect(200);
    assert_eq!((done.json()["symbol"].as_str(), done.etag().as_str()), (Some("BB-ĐKT"), "\"2\""));
    app.run_jobs().await;
    let list = lead.get(&format!("/api/v1/reports?inspection_id={}", visit.inspection)).await.expect(200).json();
    assert_eq!(list["items"][0]["state"], "ready");
    assert_ne!(list["items"][0]["sha256"], before["sha256"], "the number is on the paper");
    assert_eq!(
        register(&clerk, &visit, "minutes", "\"2\"", 6, "BB-ĐKT", "2026-11-17").await.expect(409).code(),
        "paper_registered"
    );
    assert_eq!(events(&app, "paper.registered").await, 1);
}

#[tokio::test]
async fn a_number_is_one_papers_in_its_agency_year_and_series() {
    let app = TestApp::start().await;
    let (one, other) =
        (visit(&app, 1, Cchc, InspectionState::MinutesSigned).await, visit(&app, 2, Cchc, InspectionState::MinutesSigned).await);
    for visit in [&one, &other] {
        sign(&app, visit, PaperKind::Minutes, "2026-11-16T01:00:00Z").await;
    }
    let clerk = app.sign_in("vanthu").await;
    register(&clerk, &one, "minutes", "\"1\"", 5, "BB-ĐKT", "2026-11-16").await.expect(200);
    let taken = register(&clerk, &other, "minutes", "\"1\"", 5, "BB-ĐKT", "2026-11-16").await.expect(422).json();
    assert_eq!(
        (taken["errors"][0]["pointer"].as_str(), taken["errors"][0]["code"].as_str()),
        (Some("/number"), Some("number_taken"))
    );
    register(&clerk, &other, "minutes", "\"1\"", 5, "BB-SNV", "2026-11-16").await.expect(200);
}

#[tokio::test]
async fn papers_are_made_fetched_and_numbered_by_plain_forms() {
    let app = TestApp::start().await;
    let visit = visit(&app, 1, Cchc, InspectionState::MinutesSigned).await;
    sign(&app, &visit, PaperKind::Minutes, "2026-11-16T01:00:00Z").await;
    let page = format!("/kiem-tra/{}/van-ban", visit.inspection);
    let lead = app.browse("truongdoan").await;
    lead.fill(&page, &format!("{page}/minutes/lap"), &[]).await.expect(303);
    assert!(lead.get(&page).await.expect(200).text().contains("Đang chờ lập"));
    app.run_jobs().await;
    let html = lead.get(&page).await.expect(200).text();
    let href = html.split("href=\"/van-ban/").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
    assert!(lead.get(&format!("/van-ban/{href}")).await.expect(200).bytes.starts_with(b"%PDF"));
    assert!(!html.contains("/minutes/cap-so"), "only the registrar gives numbers");
    let clerk = app.browse("vanthu").await;
    let action = format!("{page}/minutes/cap-so");
    let wrong = clerk.fill(&page, &action, &[("number", "x"), ("symbol", "BB-ĐKT"), ("issued_on", "")]).await.expect(422).text();
    assert!(wrong.contains("error-summary"), "{wrong}");
    clerk.fill(&page, &action, &[("number", "5"), ("symbol", "BB-ĐKT"), ("issued_on", "2026-11-16")]).await.expect(303);
    let html = clerk.get(&page).await.expect(200).text();
    assert!(html.contains("05/BB-ĐKT") && !html.contains(&action), "{html}");
    app.browse("chutich.binh").await.get(&page).await.expect(404);
}
