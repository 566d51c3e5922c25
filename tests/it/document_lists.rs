//! The lists to show: on pages, as spreadsheets and official papers; the records list; sets handled on pages.

use calamine::{Data, Reader as _, Xlsx};
use domain::permission::Span;
use entities::{administrative_procedure, document, kept_record};
use poem::http::Method;
use render::sheets::write;
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use serde_json::{Value as Json, json};
use tests::{Answer, Client, TestApp};

use crate::document_import::catalogue;
use crate::documents::{HEAD, SECRETARY, act, amend, decision, document_of, in_force, keeps};

/// The lists, and a word of each one's file name.
const LISTS: [(&str, &str); 6] = [
    ("master", "noi-bo"),
    ("external", "ben-ngoai"),
    ("records", "ho-so"),
    ("distribution", "phan-phoi"),
    ("requests", "de-nghi"),
    ("ended", "het-hieu-luc"),
];

/// The rows of the first sheet.
fn rows(answer: &Answer) -> Vec<Vec<Data>> {
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(std::io::Cursor::new(answer.bytes.clone())).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    sheet.rows().map(<[Data]>::to_vec).collect()
}

fn cell(text: &str) -> Data {
    Data::String(text.to_owned())
}

/// A world with something in each list; gives the request's revision.
async fn world(app: &TestApp) -> String {
    let secretary = app.sign_in(SECRETARY).await;
    let (document, _) = in_force(app, "Đăng ký khai sinh").await;
    let ask = json!({"document_id": document, "source": "suggestion", "reason": "Rút ngắn thời gian.", "changed_part": "Mục 5.8, bước 2",
        "summary": "Thẩm định trong 4 giờ."});
    let asked = app.sign_in("congchuc.an").await.post("/api/v1/change-requests", ask).await.expect(201);
    let law = json!({"number": "60/2014/QH13", "title": "Luật Hộ tịch", "type_name": "Luật", "issuer": "Quốc hội", "effective_from": "2016-01-01"});
    let law = secretary.post("/api/v1/external-documents", law).await.expect(201).id();
    let link = json!({"kind": "external_document", "target_id": law});
    secretary.post(&format!("/api/v1/procedures/{document}/links"), link).await.expect(200);
    crate::documents::revision_of(&asked)
}

#[tokio::test]
async fn each_list_is_a_page_a_spreadsheet_and_the_same_official_paper_twice() {
    let app = TestApp::start().await;
    world(&app).await;
    let (api, browser) = (app.sign_in(SECRETARY).await, app.browse(SECRETARY).await);
    let unit = app.unit("MAU-01").await;
    let hub = browser.get("/quy-trinh/danh-muc").await.expect(200).text();
    assert!(browser.get("/quy-trinh").await.expect(200).text().contains("href=\"/quy-trinh/danh-muc\""), "reached from the list");
    for (list, word) in LISTS {
        for way in ["", "/pdf", "/xlsx"] {
            assert!(hub.contains(&format!("/quy-trinh/danh-muc/{list}{way}?don_vi={unit}")), "{list}{way}\n{hub}");
        }
        let page = browser.get(&format!("/quy-trinh/danh-muc/{list}?don_vi={unit}")).await.expect(200).text();
        let pdf = format!("/api/v1/document-lists/{list}?format=pdf&unit_id={unit}");
        let paper = api.get(&pdf).await.expect(200);
        assert!(paper.bytes.starts_with(b"%PDF-1.7"), "{list}");
        assert!(
            paper.header("content-disposition").contains(word) && paper.header("content-type") == "application/pdf",
            "{list}"
        );
        assert_eq!(api.get(&pdf).await.expect(200).bytes, paper.bytes, "{list}: rendered again");
        let same = browser.get(&format!("/quy-trinh/danh-muc/{list}/pdf?don_vi={unit}")).await.expect(200);
        assert_eq!(same.bytes, paper.bytes, "{list}: the page's link gives the same paper");
        if let Some(folder) = std::env::var_os("CHUAN_PAPERS") {
            std::fs::write(std::path::Path::new(&folder).join(format!("{list}.pdf")), &paper.bytes).unwrap();
        }
        let sheet = browser.get(&format!("/quy-trinh/danh-muc/{list}/xlsx?don_vi={unit}")).await.expect(200);
        assert_eq!(
            sheet.bytes,
            api.get(&format!("/api/v1/document-lists/{list}?unit_id={unit}")).await.expect(200).bytes,
            "{list}"
        );
        assert!(rows(&sheet).len() > 3, "{list}");
        let shown = match list {
            "external" => "60/2014/QH13",
            "records" => "Hồ sơ đăng ký",
            "distribution" | "ended" => "Chưa có dòng nào",
            _ => "Đăng ký khai sinh",
        };
        assert!(page.contains(shown), "{list}\n{page}");
    }
    let master = browser.get("/quy-trinh/danh-muc/master").await.expect(200).text();
    assert!(master.contains("01/00") && master.contains("16/11/2026"), "numbers and days as in the office: {master}");
    let external = rows(&api.get(&format!("/api/v1/document-lists/external?unit_id={unit}")).await.expect(200));
    assert!(external.iter().any(|row| row[1] == cell("60/2014/QH13") && row[12] == cell("QT-HT-01")), "where used: {external:?}");
}

#[tokio::test]
async fn a_list_on_paper_is_of_one_unit_and_what_is_only_drafted_is_not_printed_as_in_force() {
    let app = TestApp::start().await;
    let secretary = app.sign_in(SECRETARY).await;
    let paper = async |client: &Client| client.get("/api/v1/document-lists/master?format=pdf").await;
    let empty = paper(&secretary).await.expect(200).bytes;
    document_of(&app, "Chưa có hiệu lực").await;
    assert_eq!(paper(&secretary).await.expect(200).bytes, empty, "a document without a text in force changes nothing on paper");
    let sheet = rows(&secretary.get("/api/v1/document-lists/master").await.expect(200));
    assert!(sheet.iter().any(|row| row[2] == cell("Chưa có hiệu lực")), "the spreadsheet has it with its state");
    in_force(&app, "Đăng ký khai sinh").await;
    assert_ne!(paper(&secretary).await.expect(200).bytes, empty, "the control: one in force does");
    // Who works for several units says which; out of scope is as if absent.
    keeps(&app, "thukyiso", "MAU", Span::Subtree).await;
    let several = app.sign_in("thukyiso").await;
    let refused = paper(&several).await.expect(422).json();
    assert_eq!(refused["errors"][0]["pointer"], "/unit_id");
    let own = app.unit("MAU-01").await;
    several.get(&format!("/api/v1/document-lists/master?format=pdf&unit_id={own}")).await.expect(200);
    let other = app.unit("MAU-02").await;
    for way in ["", "&format=pdf"] {
        secretary.get(&format!("/api/v1/document-lists/records?unit_id={other}{way}")).await.expect(404);
    }
    app.browse(SECRETARY).await.get(&format!("/quy-trinh/danh-muc/records/pdf?don_vi={other}")).await.expect(404);
}

#[tokio::test]
async fn what_is_not_in_force_any_more_is_listed_with_its_term_and_stays() {
    let app = TestApp::start().await;
    let (document, old) = in_force(&app, "Đăng ký khai sinh").await;
    let (_, gone) = in_force(&app, "Đăng ký kết hôn").await;
    let secretary = app.sign_in(SECRETARY).await;
    let etag = secretary.get(&format!("/api/v1/procedures/{document}")).await.expect(200).etag();
    secretary
        .patch(&format!("/api/v1/procedures/{document}"), &etag, json!({"retention": "5 năm sau khi bị thay thế"}))
        .await
        .expect(200);
    app.set_time("2026-11-20T02:00:00Z");
    let head = app.sign_in(HEAD).await;
    let newer = amend(&app, &document, "Trung tâm và các điểm lưu động.").await;
    head.post("/api/v1/issue-decisions", decision("QĐ 77", "2026-11-20", &[(&newer, "2026-11-20")])).await.expect(200);
    act(&head, &gone, "withdraw", json!({"decision": "78/QĐ-UBND", "reason": "Thủ tục bị bãi bỏ."})).await.expect(200);
    let list = async || {
        let secretary = app.sign_in(SECRETARY).await;
        rows(&secretary.get("/api/v1/document-lists/ended").await.expect(200))
    };
    let of = |all: &[Vec<Data>], title: &str| all.iter().find(|row| row[2] == cell(title)).unwrap().clone();
    let all = list().await;
    let (superseded, withdrawn) = (of(&all, "Đăng ký khai sinh"), of(&all, "Đăng ký kết hôn"));
    assert_eq!((&superseded[9], &superseded[10]), (&cell("Bị thay thế"), &cell("01/01")), "{superseded:?}");
    assert_eq!((&superseded[13], &superseded[15]), (&cell("5 năm sau khi bị thay thế"), &cell("Còn trong thời hạn lưu")));
    assert_eq!((&withdrawn[11], &withdrawn[15]), (&cell("78/QĐ-UBND"), &cell("Chưa rõ thời hạn lưu")), "{withdrawn:?}");
    assert!(
        !all.iter().any(|row| row[2] == cell("Đăng ký khai sinh") && row[5] == Data::Float(1.0) && row[6] == Data::Float(1.0))
    );

    // Counted from the year it ended in; afterwards it is told, and it is still there to be read.
    app.set_time("2031-12-31T02:00:00Z");
    assert_eq!(of(&list().await, "Đăng ký khai sinh")[15], cell("Còn trong thời hạn lưu"));
    app.set_time("2032-01-01T02:00:00Z");
    api::jobs::plan(&app.app).await.unwrap();
    app.run_jobs().await;
    assert_eq!(of(&list().await, "Đăng ký khai sinh")[15], cell("Đã hết thời hạn lưu"));
    let kept = app.sign_in(SECRETARY).await.get(&format!("/api/v1/revisions/{old}")).await.expect(200).text();
    assert!(kept.contains("Trung tâm Phục vụ hành chính công xã."), "nothing deletes itself: {kept}");
    let page = app.browse(SECRETARY).await.get("/quy-trinh/danh-muc/ended").await.expect(200).text();
    assert!(page.contains("Đã hết thời hạn lưu") && page.contains("31/12/2031"), "{page}");
}

#[tokio::test]
async fn the_records_list_comes_from_procedures_in_force_and_from_lines_a_unit_adds() {
    let app = TestApp::start().await;
    let secretary = app.sign_in(SECRETARY).await;
    in_force(&app, "Đăng ký khai sinh").await;
    let line = json!({"record": {"name": "Sổ văn bản đến", "form_code": "BM-05", "made_by": "Văn thư", "place": "Văn phòng",
        "medium": "both", "years": 5, "basis": "Thông tư 10/2022/TT-BNV", "disposal": "Hủy giấy theo quyết định"}});
    let made = secretary.post("/api/v1/kept-records", line.clone()).await.expect(201);
    let (id, etag) = (made.id(), made.etag());
    let list = async || rows(&secretary.get("/api/v1/document-lists/records").await.expect(200));
    let all = list().await;
    let generated = all.iter().find(|row| row[1] == cell("Hồ sơ đăng ký")).unwrap();
    assert_eq!((&generated[6], &generated[9]), (&cell("5 năm"), &cell("QT-HT-01")), "{generated:?}");
    let added = all.iter().find(|row| row[1] == cell("Sổ văn bản đến")).unwrap();
    assert_eq!(
        added[2..=8],
        [
            cell("BM-05"),
            cell("Văn thư"),
            cell("Văn phòng"),
            cell("Giấy và điện tử"),
            cell("5 năm"),
            cell("Thông tư 10/2022/TT-BNV, chưa kiểm chứng"),
            cell("Hủy giấy theo quyết định")
        ],
        "a ground from memory stays marked"
    );

    // A ground of the unit's own is not marked; wrong fields are all told at once.
    let mut own = line.clone();
    own["record"]["basis"] = json!("Quyết định 12/QĐ-UBND");
    own["record"]["years"] = Json::Null;
    let change = json!({"record": own["record"]});
    let path = format!("/api/v1/kept-records/{id}");
    secretary.json(Method::PUT, &path, &[("if-match", "\"9\"")], change.clone()).await.expect(412);
    let changed = secretary.json(Method::PUT, &path, &[("if-match", &etag)], change).await.expect(200);
    let added = list().await.into_iter().find(|row| row[1] == cell("Sổ văn bản đến")).unwrap();
    assert_eq!((&added[6], &added[7]), (&cell("Vĩnh viễn"), &cell("Quyết định 12/QĐ-UBND")));
    let wrong =
        json!({"record": {"name": " ", "years": 4000, "place": "x".repeat(501)}, "document_id": app.unit("MAU-02").await});
    let wrong = secretary.post("/api/v1/kept-records", wrong).await.expect(422).json();
    let mut fields: Vec<&str> = wrong["errors"].as_array().unwrap().iter().map(|one| one["pointer"].as_str().unwrap()).collect();
    fields.sort_unstable();
    assert_eq!(fields, ["/document_id", "/name", "/place", "/years"]);

    secretary.send(Method::DELETE, &path, &[("if-match", &changed.etag())], "").await.expect(204);
    assert!(!list().await.iter().any(|row| row[1] == cell("Sổ văn bản đến")));
    secretary.get(&path).await.expect(404);
    // What its procedure says goes with its procedure.
    let rules = secretary.get("/api/v1/retention-rules").await.expect(200).json();
    assert!(rules["items"].as_array().unwrap().iter().all(|rule| rule["checked"] == false && rule["source"] != ""), "{rules}");
}

#[tokio::test]
async fn a_line_of_the_records_list_is_added_changed_and_taken_out_on_pages_by_who_keeps_documents() {
    let app = TestApp::start().await;
    let browser = app.browse(SECRETARY).await;
    let list = "/quy-trinh/danh-muc/records";
    let new = "/quy-trinh/danh-muc/ho-so/moi";
    let empty = browser.get(list).await.expect(200).text();
    assert!(empty.contains("Chưa có quy trình nào đang có hiệu lực") && empty.contains("chưa kiểm chứng"), "{empty}");
    let again =
        browser.fill(new, new, &[("record_name", ""), ("years", "nhiều"), ("made_by", "Văn thư")]).await.expect(422).text();
    assert!(again.contains("value=\"Văn thư\"") && again.contains("#f-years"), "what was typed stays: {again}");
    let fields =
        [("record_name", "Sổ văn bản đến"), ("years", "5"), ("medium", "paper"), ("retention_basis", "Thông tư 10/2022/TT-BNV")];
    browser.fill(new, new, &fields).await.expect(303);
    let html = browser.get(list).await.expect(200).text();
    assert!(html.contains("Sổ văn bản đến") && html.contains("5 năm"), "{html}");
    let edit =
        html.split("href=\"/quy-trinh/danh-muc/ho-so/").find_map(|rest| rest.split('"').next().filter(|id| id.len() == 36));
    let edit = format!("/quy-trinh/danh-muc/ho-so/{}", edit.unwrap());
    browser.fill(&edit, &edit, &[("record_name", "Sổ văn bản đến năm 2026"), ("years", "")]).await.expect(303);
    let html = browser.get(list).await.expect(200).text();
    assert!(html.contains("Sổ văn bản đến năm 2026") && html.contains("Vĩnh viễn"), "{html}");
    // Others read it and are shown no way to change it; a forced form is refused.
    let reader = app.browse("congchuc.an").await;
    let seen = reader.get(list).await.expect(200).text();
    assert!(seen.contains("Sổ văn bản đến năm 2026") && !seen.contains("/quy-trinh/danh-muc/ho-so/"), "{seen}");
    reader.force("/tai-khoan", new, &[("record_name", "Chen vào")]).await.expect(403);
    keeps(&app, "daumoi.binh", "MAU-02", Span::Own).await;
    app.browse("daumoi.binh").await.get(&edit).await.expect(404);
    browser.fill(&edit, &format!("{edit}/go-bo"), &[]).await.expect(303);
    assert!(!browser.get(list).await.expect(200).text().contains("Sổ văn bản đến"));
    assert_eq!(kept_record::Entity::find().count(app.app.store.read()).await.unwrap(), 1, "the row stays for the trail");
}

#[tokio::test]
async fn a_change_request_has_its_own_paper_for_those_who_see_it() {
    let app = TestApp::start().await;
    let request = world(&app).await;
    let secretary = app.sign_in(SECRETARY).await;
    let path = format!("/api/v1/revisions/{request}/change-request-paper");
    let first = secretary.get(&path).await.expect(200);
    assert!(first.bytes.starts_with(b"%PDF-1.7") && first.header("content-disposition").contains("YC-2026-0001"));
    assert_eq!(secretary.get(&path).await.expect(200).bytes, first.bytes);
    let browser = app.browse(SECRETARY).await;
    let page = browser.get(&format!("/quy-trinh/lan/{request}")).await.expect(200).text();
    let link = format!("/quy-trinh/lan/{request}/phieu-yeu-cau");
    assert!(page.contains(&link), "{page}");
    assert_eq!(browser.get(&link).await.expect(200).bytes, first.bytes);
    if let Some(folder) = std::env::var_os("CHUAN_PAPERS") {
        std::fs::write(std::path::Path::new(&folder).join("request.pdf"), &first.bytes).unwrap();
    }
    app.sign_in("daumoi.binh").await.get(&path).await.expect(404);
    // Decided: the paper says so.
    let drafter = app.person("congchuc.an").await;
    let task = json!({"drafter_id": drafter, "form": "written"});
    let seen = secretary.get(&format!("/api/v1/revisions/{request}")).await.expect(200).etag();
    secretary.post_at(&format!("/api/v1/change-requests/{request}/accept"), &seen, task).await.expect(200);
    assert_ne!(secretary.get(&path).await.expect(200).bytes, first.bytes);
    let (_, unasked) = in_force(&app, "Đăng ký kết hôn").await;
    // Nobody asked for this one.
    secretary.get(&format!("/api/v1/revisions/{unasked}/change-request-paper")).await.expect(404);
}

/// A multipart form with one file, with the hidden fields of the page it is on.
async fn send_file(client: &Client, page: &str, action: &str, fields: &[(&str, &str)], file: Option<&[u8]>) -> Answer {
    let hidden = client.get(page).await.expect(200).hidden(action);
    let mut body = Vec::new();
    let own = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).filter(|(name, _)| *name != "act");
    for (name, value) in own.chain(fields.iter().copied()) {
        body.extend_from_slice(format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").as_bytes());
    }
    if let Some(bytes) = file {
        let head = "--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"danh-muc.xlsx\"\r\nContent-Type: application/octet-stream\r\n\r\n";
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--XX--\r\n");
    client.send(Method::POST, action, &[("content-type", "multipart/form-data; boundary=XX")], body).await
}

#[tokio::test]
async fn a_catalogue_is_checked_on_a_page_first_and_written_by_a_second_act() {
    use render::sheets::Cell;
    let app = TestApp::start().await;
    let (page, action) = ("/quy-trinh/nhap", "/quy-trinh/nhap/minh-chung");
    let browser = app.browse(SECRETARY).await;
    assert!(browser.get("/quy-trinh").await.expect(200).text().contains("href=\"/quy-trinh/nhap\""));
    let template = browser.get("/quy-trinh/nhap/mau").await.expect(200);
    assert_eq!(
        template.bytes,
        app.sign_in(SECRETARY).await.get("/api/v1/administrative-procedures/template").await.expect(200).bytes
    );
    let count = async || {
        let db = app.app.store.read();
        let entries = administrative_procedure::Entity::find().count(db).await.unwrap();
        (entries, document::Entity::find().count(db).await.unwrap())
    };
    let empty = count().await;
    let good = catalogue(60);
    let mut bad = good.clone();
    bad[0].rows[17][7] = Cell::text("31/02/2026");
    bad[5].rows[3][6] = Cell::text("BM 09");
    let refused = send_file(&browser, page, action, &[], Some(&write(&bad).unwrap())).await.expect(422).text();
    assert!(refused.contains("<strong>H19</strong>") && refused.contains("«31/02/2026» không phải ngày"), "{refused}");
    assert!(refused.contains("<strong>G5</strong>") && refused.contains("2 chỗ cần sửa"), "{refused}");
    assert!(!refused.contains("name=\"book\""), "nothing to write");
    let bytes = write(&good).unwrap();
    let shown = send_file(&browser, page, action, &[], Some(&bytes)).await.expect(200);
    let html = shown.text();
    assert!(html.contains("60 thủ tục mới") && html.contains("Thủ tục số 0") && html.contains("Và 10 dòng khác"), "{html}");
    assert_eq!(count().await, empty, "looking writes nothing");
    let hidden = shown.hidden(action);
    let fields: Vec<(&str, &str)> =
        hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).chain([("act", "save")]).collect();
    let fields: Vec<(String, String)> =
        fields.into_iter().map(|(name, value)| (name.to_owned(), value.replace("&#x2f;", "/"))).collect();
    let pairs: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.form(action, &pairs).await.expect(303);
    assert_eq!(count().await, (empty.0 + 60, empty.1 + 60));
    let none = send_file(&browser, page, action, &[], None).await.expect(422).text();
    assert!(none.contains("error-summary"), "{none}");
    app.browse("congchuc.an").await.get(page).await.expect(403);
    app.browse("congchuc.an").await.force("/tai-khoan", action, &[("act", "save")]).await.expect(403);
}

#[tokio::test]
async fn a_framework_set_is_looked_at_and_copied_on_a_page_with_what_is_left_out_and_why() {
    let app = TestApp::start().await;
    let (one, _) = in_force(&app, "Đăng ký khai sinh").await;
    let (two, _) = in_force(&app, "Đăng ký kết hôn").await;
    keeps(&app, "thukyiso", "MAU", Span::Subtree).await;
    keeps(&app, "daumoi.binh", "MAU-02", Span::Own).await;
    let browser = app.browse("thukyiso").await;
    let source = app.unit("MAU-01").await;
    let page = format!("/quy-trinh/sao-chep?tu={source}");
    let html = browser.get(&page).await.expect(200).text();
    assert!(
        html.contains("QT-HT-01 Đăng ký khai sinh") && html.contains("Xã Bình Mẫu") && html.contains("Phường Châu Mẫu"),
        "{html}"
    );
    let action = format!("/quy-trinh/sao-chep?tu={source}&#38;cap=commune").replace("&#38;", "&amp;");
    let action = if html.contains(&format!("action=\"{action}\"")) {
        action
    } else {
        format!("/quy-trinh/sao-chep?tu={source}&cap=commune")
    };
    let post = action.replace("&amp;", "&");
    let csrf = browser.get(&page).await.expect(200).hidden(&action);
    let send = async |fields: &[(&str, &str)]| {
        let mut all: Vec<(&str, &str)> =
            csrf.iter().filter(|(name, _)| name == "csrf").map(|(n, v)| (n.as_str(), v.as_str())).collect();
        all.extend_from_slice(fields);
        browser.form(&post, &all).await
    };
    let nothing = send(&[("act", "preview")]).await.expect(422).text();
    assert!(
        nothing.contains("#f-choose-documents") && nothing.contains("#f-choose-units") && nothing.contains("#f-choose-reason"),
        "{nothing}"
    );
    let before = document::Entity::find().count(app.app.store.read()).await.unwrap();
    let look = [("act", "preview"), ("all_documents", "yes"), ("all_units", "yes"), ("reason", "Bộ khung.")];
    let seen = send(&look).await.expect(200);
    let html = seen.text();
    // Four communes: one has an own secretary, the others are drafted for by the province's.
    assert!(html.contains("Sẽ lập 6 bản soạn tại 3 đơn vị"), "{html}");
    assert_eq!(document::Entity::find().count(app.app.store.read()).await.unwrap(), before, "looking makes nothing");
    let hidden: Vec<(String, String)> = hidden_of(&html, &one, &two);
    let pairs: Vec<(&str, &str)> = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let mut copy = vec![("act", "copy")];
    copy.extend_from_slice(&pairs);
    send(&copy).await.expect(303);
    assert_eq!(document::Entity::find().count(app.app.store.read()).await.unwrap(), before + 6);
    let again = send(&look).await.expect(200).text();
    assert!(again.contains("Sẽ lập 0 bản soạn") && again.contains("Đơn vị đã nhận trước đó"), "{again}");
    assert!(!again.contains("value=\"copy\""), "nothing to copy, no button");
    app.browse("daumoi.an").await.get(&page).await.expect(403);
}

/// The hidden fields of the preview that name documents, units and the reason.
fn hidden_of(html: &str, one: &str, two: &str) -> Vec<(String, String)> {
    let form = html.split("<section id=\"ket-qua\"").nth(1).unwrap().split("</form>").next().unwrap();
    let mut found = Vec::new();
    for input in form.split("<input type=\"hidden\" name=\"").skip(1) {
        let name = input.split('"').next().unwrap().replace("&#x2f;", "/");
        let value = input.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        if name.starts_with("documents/") || name.starts_with("units/") || name == "reason" || name == "once" {
            found.push((name, value));
        }
    }
    for id in [one, two] {
        assert!(found.iter().any(|(name, _)| *name == format!("documents/{id}")), "{found:?}");
    }
    found
}

#[tokio::test]
async fn the_api_says_before_a_copy_what_is_left_out_and_why() {
    let app = TestApp::start().await;
    let (one, _) = in_force(&app, "Đăng ký khai sinh").await;
    let draft_only = document_of(&app, "Chưa có hiệu lực").await;
    keeps(&app, "thukyiso", "MAU-01", Span::Own).await;
    keeps(&app, "daumoi.binh", "MAU-02", Span::Own).await;
    let (own, other) = (app.unit("MAU-01").await, app.unit("MAU-02").await);
    // The keeper of An Mẫu cannot give to Bình Mẫu.
    let body = json!({"documents": [one], "units": [other]});
    let refused = app.sign_in(SECRETARY).await.post("/api/v1/document-copies/preview", body).await.expect(422).json();
    assert_eq!(refused["errors"][0]["code"], "unknown_unit");
    keeps(&app, "thukyiso", "MAU", Span::Subtree).await;
    let keeper = app.sign_in("thukyiso").await;
    let body = json!({"documents": [one, draft_only], "units": [other, own]});
    let plan = keeper.post("/api/v1/document-copies/preview", body).await.expect(200).json();
    let outcomes: Vec<&str> = plan["items"].as_array().unwrap().iter().map(|row| row["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["made", "nothing_in_force", "own", "own"]);
    let nothing = keeper.post("/api/v1/document-reissues/preview", json!({"unit_id": other})).await.expect(422).json();
    assert_eq!(nothing["errors"][0]["code"], "nothing_merged");
}

#[tokio::test]
async fn after_a_merger_the_heir_chooses_on_a_page_what_it_takes_over() {
    let app = TestApp::start().await;
    in_force(&app, "Đăng ký khai sinh").await;
    let (second, _) = in_force(&app, "Đăng ký kết hôn").await;
    let (old, heir) = (app.unit("MAU-01").await, app.unit("MAU-02").await);
    keeps(&app, "daumoi.binh", "MAU-02", Span::Own).await;
    let browser = app.browse("daumoi.binh").await;
    let page = "/quy-trinh/sau-sap-nhap";
    assert!(browser.get(page).await.expect(200).text().contains("Không có đơn vị nào của bạn kế thừa"));
    let admin = app.sign_in("quantri").await;
    let etag = admin.get(&format!("/api/v1/units/{old}")).await.expect(200).etag();
    let merger = json!({"kind": "merge", "to": [{"unit_id": heir}], "on": "2026-11-16", "ground": "Nghị quyết sáp nhập"});
    admin.post_at(&format!("/api/v1/units/{old}/succession"), &etag, merger).await.expect(200);
    let html = browser.get(page).await.expect(200).text();
    assert!(html.contains("Đăng ký khai sinh · Xã An Mẫu") && html.contains("Đăng ký kết hôn"), "{html}");
    let action = format!("{page}?don_vi={heir}");
    let missing = browser.fill(page, &action, &[("reason", "")]).await.expect(422).text();
    assert!(missing.contains("#f-documents") && missing.contains("#f-reason"), "{missing}");
    let chosen = format!("documents/{second}");
    browser.fill(page, &action, &[(&chosen, "yes"), ("reason", "Sáp nhập.")]).await.expect(303);
    let html = browser.get(page).await.expect(200).text();
    assert!(
        html.contains("Đăng ký khai sinh · Xã An Mẫu") && html.contains("Đơn vị đã nhận trước đó"),
        "one is left, one was taken: {html}"
    );
    let outsider = app.browse(HEAD).await;
    outsider.get(page).await.expect(403);
    keeps(&app, "daumoi.chau", "MAU-03", Span::Own).await;
    app.browse("daumoi.chau").await.get(&format!("{page}?don_vi={heir}")).await.expect(404);
}
