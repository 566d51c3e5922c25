//! The pages of what documents rest on, as the people who keep them see them: nothing is wider than the screen.

use serde_json::json;
use tests::TestApp;
use tests::browser::{DESK, PHONE, Served, Window};

const SECRETARY: &str = "thukyiso.an";
const LONG: &str = "Nghị định về việc thực hiện thủ tục hành chính theo cơ chế một cửa, một cửa liên thông tại Bộ phận Một cửa và Cổng Dịch vụ công quốc gia";

/// Laws, entries and a document that is linked with them; gives the pages to look at.
async fn world(app: &TestApp) -> Vec<String> {
    let secretary = app.sign_in(SECRETARY).await;
    let law = |number: &str, to: Option<&str>| json!({"number": number, "title": LONG, "type_name": "Nghị định", "issuer": "Chính phủ", "effective_from": "2018-06-21", "effective_to": to});
    let old = secretary.post("/api/v1/external-documents", law("61/2018/NĐ-CP", Some("2025-06-30"))).await.expect(201).id();
    secretary.post("/api/v1/external-documents", law("118/2025/NĐ-CP", None)).await.expect(201);
    let entry = json!({"code": "1.001193.000.00.00.H55", "title": LONG, "field_name": "Hộ tịch", "level_code": "commune",
        "valid_from": "2025-07-01", "last_change": "amended", "changed_on": "2026-11-01", "decision": "1500/QĐ-UBND ngày 25/10/2026"});
    let entry = secretary.post("/api/v1/administrative-procedures", entry).await.expect(201).id();
    let document = json!({"kind": "procedure", "title": LONG, "field_code": "HT", "field_name": "Hộ tịch"});
    let document = secretary.post("/api/v1/procedures", document).await.expect(201).id();
    for link in [
        json!({"kind": "external_document", "target_id": old}),
        json!({"kind": "administrative_procedure", "target_id": entry}),
        json!({"kind": "clause", "target_code": "8.5.1"}),
    ] {
        secretary.post(&format!("/api/v1/procedures/{document}/links"), link).await.expect(200);
    }
    let registers = "/quy-trinh";
    vec![
        registers.to_owned(),
        format!("{registers}/van-ban-ngoai"),
        format!("{registers}/van-ban-ngoai/moi"),
        format!("{registers}/van-ban-ngoai/{old}"),
        format!("{registers}/van-ban-ngoai/{old}/sua"),
        format!("{registers}/thu-tuc-hanh-chinh"),
        format!("{registers}/thu-tuc-hanh-chinh/{entry}"),
        format!("{registers}/thu-tuc-hanh-chinh/{entry}/sua"),
        format!("{registers}/{document}"),
        format!("{registers}/{document}/lien-ket?loai=checklist_line"),
        format!("{registers}/{document}/ra-soat"),
        format!("{registers}/ra-soat"),
        format!("{registers}/thiet-lap"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_of_the_registers_is_wider_than_a_phone_or_a_desk() {
    let app = TestApp::start().await;
    let pages = world(&app).await;
    let served = Served::start(app).await;
    for (name, size) in [("registers-phone", PHONE), ("registers-desk", DESK)] {
        let window = Window::open(&served, name, size).await;
        window.sign_in(SECRETARY).await;
        for (n, path) in pages.iter().enumerate() {
            window.go(path).await;
            window.find("main h1").await;
            assert!(!window.text().await.contains("Không tìm thấy"), "{path}");
            window.fits().await;
            window.shot(&format!("{n:02}")).await;
        }
        window.close().await;
    }
}
