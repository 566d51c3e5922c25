//! Dossier figures of the one-stop desk.

use std::io::Write as _;

use poem::http::Method;
use serde_json::{Value as Json, json};
use tests::{Answer, Client, TestApp};

const API: &str = "/api/v1/dossier-reports";

/// The land dossiers of the first seed article, made whole: 36 = 27 + 3 + 2 + 4.
fn land() -> Json {
    json!({
        "period_kind": "custom", "from": "2026-01-01", "to": "2026-07-15", "field": "Đất đai", "source": "software",
        "attribution": "Nguyên nhân không phải do phường",
        "figures": {
            "carried_over": 0, "received": 36, "early": 27, "on_time": 3, "overdue_done": 2, "refused": 0, "withdrawn": 4,
            "in_process_due": 0, "in_process_overdue": 0,
        },
    })
}

fn percent(report: &Json, measure: &str) -> Option<String> {
    let found = report["measures"].as_array().unwrap().iter().find(|one| one["code"] == measure);
    found.map(|one| format!("{}/{} {}", one["numerator"], one["denominator"], one["percent"].as_str().unwrap()))
}

fn warned(report: &Json) -> Vec<String> {
    report["warnings"].as_array().unwrap().iter().map(|one| one["detail"].as_str().unwrap().to_owned()).collect()
}

async fn send(client: &Client, path: &str, bytes: impl Into<Vec<u8>>) -> Answer {
    let bytes: Vec<u8> = bytes.into();
    let kind = if bytes.starts_with(b"PK") {
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    } else {
        "text/csv; charset=utf-8"
    };
    client.send(Method::POST, path, &[("content-type", kind)], bytes).await
}

async fn count(client: &Client) -> usize {
    client.get(API).await.expect(200).json()["items"].as_array().unwrap().len()
}

fn pointers(answer: &Json) -> Vec<String> {
    answer["errors"].as_array().unwrap().iter().map(|one| one["pointer"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn figures_are_recorded_with_their_rates_changed_and_removed() {
    let app = TestApp::start().await;
    let officer = app.sign_in("daumoi.an").await;
    let made = officer.post(API, land()).await.expect(201);
    let report = made.json();
    assert_eq!(report["unit_id"].as_str().unwrap(), app.unit("MAU-01").await, "the one unit of the officer");
    assert_eq!(percent(&report, "on_time_of_resolved").unwrap(), "30/32 93.75");
    assert_eq!(percent(&report, "on_time_of_received").unwrap(), "30/36 83.33");
    assert_eq!(percent(&report, "online_rate"), None, "not stated is not zero");
    assert_eq!(warned(&report), [""; 0]);

    let path = format!("{API}/{}", made.id());
    officer.patch(&path, "\"9\"", json!({"note": "x"})).await.expect(412);
    let moved = json!({"figures": {"received": 4400, "on_time": 4300, "overdue_done": 2}, "bounds": {"received": "at_least", "on_time": "at_least"}});
    let changed = officer.patch(&path, &made.etag(), moved).await.expect(200);
    assert_eq!(changed.etag(), "\"2\"");
    assert_eq!(changed.json()["bounds"], json!({"received": "at_least", "on_time": "at_least"}));
    assert_eq!(changed.json()["attribution"], "Nguyên nhân không phải do phường", "what is left out stays");
    assert_eq!(changed.json()["measures"][0]["exact"], false);

    assert_eq!(
        pointers(&officer.post_at(&format!("{path}/remove"), "\"2\"", json!({"reason": " "})).await.expect(422).json()),
        ["/reason"]
    );
    officer.post_at(&format!("{path}/remove"), "\"1\"", json!({"reason": "Nhập nhầm kỳ"})).await.expect(412);
    officer.post_at(&format!("{path}/remove"), "\"2\"", json!({"reason": "Nhập nhầm kỳ"})).await.expect(204);
    officer.get(&path).await.expect(404);
    assert_eq!(count(&officer).await, 0);
    officer.post(API, land()).await.expect(201);

    let trail = app.sign_in("giamsat").await.get("/api/v1/events?subject=dossier_report").await.expect(200).json();
    let kinds: Vec<&str> = trail["items"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap()).collect();
    for kind in ["dossier_report.recorded", "dossier_report.changed", "dossier_report.removed"] {
        assert!(kinds.contains(&kind), "{kind}: {kinds:?}");
    }
}

#[tokio::test]
async fn wrong_fields_come_all_at_once_and_the_same_period_only_once() {
    let app = TestApp::start().await;
    let officer = app.sign_in("daumoi.an").await;
    let wrong = json!({
        "period_kind": "quarter", "from": "2026-02-01", "to": "2026-04-30", "source": "software",
        "figures": {"received": -1, "on_time": 3, "bogus": 1},
    });
    assert_eq!(pointers(&officer.post(API, wrong).await.expect(422).json()), ["/figures/bogus", "/figures/received"]);
    let wrong = json!({"period_kind": "quarter", "from": "2026-02-01", "to": "2026-04-30", "source": "software", "figures": {}});
    assert_eq!(pointers(&officer.post(API, wrong).await.expect(422).json()), ["/to", "/figures"]);
    let quarter = json!({"period_kind": "quarter", "from": "2026-04-01", "source": "software", "figures": {"received": 5}});
    assert_eq!(officer.post(API, quarter.clone()).await.expect(201).json()["to"], "2026-06-30");
    let again = officer.post(API, quarter).await.expect(422).json();
    assert_eq!(again["errors"][0]["code"], "dossier_report_exists");
    let paper = json!({"period_kind": "quarter", "from": "2026-04-01", "source": "paper", "figures": {"received": 7}});
    officer.post(API, paper).await.expect(201);
}

#[tokio::test]
async fn what_does_not_add_up_is_told_with_both_sums_and_kept_as_declared() {
    let app = TestApp::start().await;
    let officer = app.sign_in("daumoi.an").await;
    let year = |field: &str, figures: Json| json!({"period_kind": "year", "from": "2025-01-01", "field": field, "source": "software", "figures": figures});
    let figures = json!({"received": 1774, "online": 1800, "direct": 0, "postal": 0});
    let made = officer.post(API, year("", figures.clone())).await.expect(201);
    assert_eq!(made.json()["figures"], figures);
    assert_eq!(percent(&made.json(), "online_rate").unwrap(), "1800/1774 101.47");
    let said = warned(&made.json());
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].contains("1.774") && said[0].contains("1.800"), "{said:?}");

    for (field, received) in [("Tư pháp", 1769), ("Chính sách xã hội", 1)] {
        officer.post(API, year(field, json!({"received": received}))).await.expect(201);
    }
    let path = format!("{API}/{}", made.id());
    let said = warned(&officer.get(&path).await.expect(200).json());
    assert!(said.iter().any(|text| text.contains("Tiếp nhận trong kỳ") && text.contains("1.770")), "{said:?}");
    officer.post(API, year("Thi đua khen thưởng", json!({"received": 4}))).await.expect(201);
    assert_eq!(warned(&officer.get(&path).await.expect(200).json()).len(), 2, "1.769 + 1 + 4 = 1.774");
}

#[tokio::test]
async fn other_communes_do_not_see_figures_and_readers_do_not_change_them() {
    let app = TestApp::start().await;
    let officer = app.sign_in("daumoi.an").await;
    let made = officer.post(API, land()).await.expect(201);
    let path = format!("{API}/{}", made.id());
    let other = app.sign_in("daumoi.binh").await;
    for answer in [
        other.get(&path).await,
        other.patch(&path, &made.etag(), json!({"note": "x"})).await,
        other.post_at(&format!("{path}/remove"), &made.etag(), json!({"reason": "x"})).await,
    ] {
        answer.expect(404);
    }
    assert_eq!((count(&officer).await, count(&other).await), (1, 0));
    let mut elsewhere = land();
    elsewhere["unit_id"] = json!(app.unit("MAU-02").await);
    assert_eq!(pointers(&officer.post(API, elsewhere.clone()).await.expect(422).json()), ["/unit_id"]);
    other.post(API, elsewhere).await.expect(201);

    let head = app.sign_in("chutich.an").await;
    assert_eq!(head.get(&path).await.expect(200).id(), made.id());
    head.patch(&path, &made.etag(), json!({"note": "x"})).await.expect(403);
    head.post(API, land()).await.expect(403);
    send(&head, &format!("{API}/import"), "x").await.expect(403);
    app.sign_in("congchuc.an").await.get(API).await.expect(403);
    let council = app.sign_in("thukyhoidong").await;
    assert_eq!(count(&council).await, 2, "the whole province");
    council.patch(&path, &made.etag(), json!({"note": "x"})).await.expect(403);
}

#[tokio::test]
async fn lists_are_filtered_by_unit_period_and_words_and_paged() {
    let app = TestApp::start().await;
    let officer = app.sign_in("daumoi.an").await;
    for month in 1..=4 {
        let report = json!({
            "period_kind": "month", "from": format!("2026-{month:02}-01"), "source": "software",
            "field": if month == 2 { "Đất đai" } else { "" }, "figures": {"received": month},
        });
        officer.post(API, report).await.expect(201);
    }
    let items = async |query: &str| {
        let page = officer.get(&format!("{API}?{query}")).await.expect(200).json();
        page["items"].as_array().unwrap().iter().map(|one| one["figures"]["received"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(items("limit=9").await, [4, 3, 2, 1]);
    assert_eq!(items("q=dat+dai").await, [2]);
    assert_eq!(items("q=mau-01").await.len(), 4);
    assert_eq!(items("from=2026-03-15").await, [4, 3]);
    assert_eq!(items("from=2026-02-10&to=2026-03-10").await, [3, 2]);
    assert_eq!(items(&format!("unit_id={}", app.unit("MAU-02").await)).await, [0; 0]);
    let first = officer.get(&format!("{API}?limit=3")).await.expect(200).json();
    let second = officer.get(first["next"].as_str().unwrap()).await.expect(200).json();
    assert_eq!((second["items"].as_array().unwrap().len(), second["next"].as_str()), (1, None));
}

const GOOD: &str = "\u{feff}Mã đơn vị;Loại kỳ;Từ ngày;Đến ngày;Lĩnh vực;Nguồn;Tiếp nhận trong kỳ;on_time;Giải quyết quá hạn;Ghi chú\n\
    MAU-01;Quý;01/04/2026;;;Phần mềm một cửa;1.774;trên 1.700;2;\n\
    \n\
    MAU-01;;2026-04-01;2026-06-30;Hộ tịch;software;503;503;0;\"nhiều\ndòng\"\n";

#[tokio::test]
async fn a_csv_file_is_rehearsed_imported_and_imported_again() {
    let app = TestApp::start().await;
    let officer = app.sign_in("daumoi.an").await;
    let path = format!("{API}/import");
    let dry = send(&officer, &format!("{path}?dry_run=true"), GOOD).await.expect(200).json();
    assert_eq!(dry, json!({"dry_run": true, "created": 2, "updated": 0, "unchanged": 0}));
    assert_eq!(count(&officer).await, 0, "a rehearsal writes nothing");
    assert_eq!(send(&officer, &path, GOOD).await.expect(200).json()["created"], 2);
    let list = officer.get(&format!("{API}?q=ho+tich")).await.expect(200).json();
    assert_eq!(list["items"][0]["figures"], json!({"received": 503, "on_time": 503, "overdue_done": 0}));
    assert_eq!(list["items"][0]["period_kind"], "quarter");
    let all = officer.get(API).await.expect(200).json();
    let whole = all["items"].as_array().unwrap().iter().find(|one| one["field"].is_null()).unwrap().clone();
    assert_eq!((whole["figures"]["received"].as_i64(), &whole["bounds"]), (Some(1774), &json!({"on_time": "at_least"})));
    let again = send(&officer, &path, GOOD).await.expect(200).json();
    assert_eq!((again["created"].as_i64(), again["unchanged"].as_i64()), (Some(0), Some(2)));
    let changed = send(&officer, &path, GOOD.replace("503;503", "503;496")).await.expect(200).json();
    assert_eq!((changed["updated"].as_i64(), changed["unchanged"].as_i64()), (Some(1), Some(1)));
}

#[tokio::test]
async fn three_bad_cells_are_named_and_nothing_is_written() {
    let app = TestApp::start().await;
    let officer = app.sign_in("daumoi.an").await;
    let file = "unit_code,from,to,source,received,on_time\n\
        MAU-01,01/01/2026,31/01/2026,software,10,10\n\
        MAU-01,01/02/2026,31/02/2026,software,10,10\n\
        MAU-01,01/03/2026,31/03/2026,giấy tờ,10,\"1,5\"\n";
    let wrong = send(&officer, &format!("{API}/import"), file).await.expect(422).json();
    assert_eq!(pointers(&wrong), ["/rows/3/C", "/rows/4/D", "/rows/4/F"]);
    let details: Vec<&str> = wrong["errors"].as_array().unwrap().iter().map(|one| one["detail"].as_str().unwrap()).collect();
    assert!(details[0].contains("Dòng 3, cột C") && details[0].contains("31/02/2026"), "{details:?}");
    assert!(details[1].contains("Sổ giấy"), "{details:?}");
    assert!(details[2].contains("1,5") && details[2].contains("1.774"), "{details:?}");
    assert_eq!(count(&officer).await, 0, "not even the good row");

    let cases = [
        ("unit_code,from,to,source,received\nMAU-02,2026-01-01,2026-01-31,software,1\n", "/rows/2/A", "cell_unit"),
        ("unit_code,from,to,source,receivd\nMAU-01,2026-01-01,2026-01-31,software,1\n", "/rows/1/E", "cell_column_unknown"),
        ("unit_code,from,to,received\nMAU-01,2026-01-01,2026-01-31,1\n", "/rows/1", "cell_column_missing"),
        ("unit_code,from,to,source,received\nMAU-01,2026-01-01,2026-01-31,software,\n", "/rows/2", "cell_no_figures"),
        ("unit_code,from,to,source,received\nMAU-01,2026-02-01,2026-01-31,software,1\n", "/rows/2/C", "cell_period_end"),
        ("unit_code,from,to,source,received\nMAU-01,2026-01-01,,software,1\n", "/rows/2/C", "cell_required"),
        (
            "unit_code,from,to,source,received\nMAU-01,2026-01-01,2026-01-31,software,1\nMAU-01,01/01/2026,31/01/2026,Phần mềm một cửa,2\n",
            "/rows/3",
            "cell_repeated",
        ),
        ("unit_code,from\n", "/file", "file_no_rows"),
        ("PK\u{3}\u{4}no archive", "/file", "file_unreadable"),
    ];
    for (file, pointer, code) in cases {
        let wrong = send(&officer, &format!("{API}/import?dry_run=true"), file).await.expect(422).json();
        assert_eq!(pointers(&wrong), [pointer], "{file}: {wrong}");
        assert_eq!(wrong["errors"][0]["code"], code);
    }
}

/// A spreadsheet as office programs write it: shared and inline strings, numbers, a date by its format.
fn spreadsheet(sheet: &str) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let rels = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006";
    let strings = ["Mã đơn vị", "Từ ngày", "Loại kỳ", "Nguồn", "Tiếp nhận trong kỳ", "Giải quyết đúng hạn", "MAU-01", "Tháng"];
    let strings: String = strings.iter().map(|text| format!("<si><t>{text}</t></si>")).collect();
    let files = [
        (
            "[Content_Types].xml",
            format!(
                "<Types xmlns=\"{package}/content-types\"><Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>"
            ),
        ),
        (
            "_rels/.rels",
            format!(
                "<Relationships xmlns=\"{package}/relationships\"><Relationship Id=\"r1\" Type=\"{rels}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns=\"{main}\" xmlns:r=\"{rels}\"><sheets><sheet name=\"Số liệu\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "<Relationships xmlns=\"{package}/relationships\"><Relationship Id=\"r1\" Type=\"{rels}/worksheet\" Target=\"worksheets/sheet1.xml\"/>\
                 <Relationship Id=\"r2\" Type=\"{rels}/sharedStrings\" Target=\"sharedStrings.xml\"/><Relationship Id=\"r3\" Type=\"{rels}/styles\" Target=\"styles.xml\"/></Relationships>"
            ),
        ),
        ("xl/sharedStrings.xml", format!("<sst xmlns=\"{main}\">{strings}</sst>")),
        (
            "xl/styles.xml",
            format!(
                "<styleSheet xmlns=\"{main}\"><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>"
            ),
        ),
        ("xl/worksheets/sheet1.xml", format!("<worksheet xmlns=\"{main}\">{sheet}</worksheet>")),
    ];
    for (name, text) in files {
        archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

const HEAD: &str = "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c><c r=\"C1\" t=\"s\"><v>2</v></c><c r=\"D1\" t=\"s\"><v>3</v></c><c r=\"E1\" t=\"s\"><v>4</v></c><c r=\"F1\" t=\"s\"><v>5</v></c></row>";

/// 46023 is 01/01/2026.
fn row(received: &str) -> String {
    format!(
        "<row r=\"3\"><c r=\"A3\" t=\"s\"><v>6</v></c><c r=\"B3\" s=\"1\"><v>46023</v></c><c r=\"C3\" t=\"s\"><v>7</v></c>\
         <c r=\"D3\" t=\"inlineStr\"><is><t>Sổ giấy</t></is></c>{received}<c r=\"F3\" t=\"inlineStr\"><is><t>hơn 1.700</t></is></c></row>"
    )
}

#[tokio::test]
async fn a_spreadsheet_is_imported_and_its_wrong_cells_are_named() {
    let app = TestApp::start().await;
    let officer = app.sign_in("daumoi.an").await;
    let good = spreadsheet(&format!("<sheetData>{HEAD}{}</sheetData>", row("<c r=\"E3\"><v>1774</v></c>")));
    assert_eq!(send(&officer, &format!("{API}/import"), good).await.expect(200).json()["created"], 1);
    let made = officer.get(API).await.expect(200).json()["items"][0].clone();
    assert_eq!((made["from"].as_str(), made["to"].as_str()), (Some("2026-01-01"), Some("2026-01-31")));
    assert_eq!((&made["source"], &made["figures"]), (&json!("paper"), &json!({"received": 1774, "on_time": 1700})));
    assert_eq!(made["bounds"], json!({"on_time": "at_least"}));
    let wrong = spreadsheet(&format!("<sheetData>{HEAD}{}</sheetData>", row("<c r=\"E3\"><v>1.774</v></c>")));
    let wrong = send(&officer, &format!("{API}/import"), wrong).await.expect(422).json();
    assert_eq!(pointers(&wrong), ["/rows/3/E"], "a number below its point is no count: {wrong}");
    // Corners that claim seventeen thousand million cells, and a cell in the last of them.
    let far = format!(
        "<dimension ref=\"A1:XFD1048576\"/><sheetData>{HEAD}<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row></sheetData>"
    );
    send(&officer, &format!("{API}/import"), spreadsheet(&far)).await.expect(422);
    let bomb = spreadsheet(&format!("<sheetData>{HEAD}</sheetData>{}", " ".repeat(70 * 1024 * 1024)));
    let refused = send(&officer, &format!("{API}/import"), bomb).await.expect(422).json();
    assert_eq!(refused["errors"][0]["code"], "file_unreadable");
}

#[tokio::test]
async fn figures_are_entered_shown_changed_and_removed_on_pages() {
    let app = TestApp::start().await;
    let officer = app.browse("daumoi.an").await;
    let empty = officer.get("/so-lieu").await.expect(200).text();
    assert!(empty.contains("Chưa có số liệu hồ sơ nào") && empty.contains("/so-lieu/moi"), "{empty}");
    let wrong = [("period_kind", "quarter"), ("from", "2026-04-01"), ("source", "software"), ("figures/received", "1,5")];
    let again = officer.fill("/so-lieu/moi", "/so-lieu/moi", &wrong).await.expect(422).text();
    assert!(again.contains("1,5") && again.contains("Hãy nhập số nguyên"), "{again}");
    let typed = [
        ("period_kind", "quarter"),
        ("from", "2026-04-01"),
        ("source", "software"),
        ("figures/received", "1.711"),
        ("figures/online", "1.774"),
        ("figures/on_time", "trên 1.600"),
        ("figures/overdue_done", "0"),
    ];
    let made = officer.fill("/so-lieu/moi", "/so-lieu/moi", &typed).await.expect(303);
    let page = made.header("location").split('?').next().unwrap().to_owned();
    let shown = officer.get(&page).await.expect(200).text();
    for words in
        ["Xã An Mẫu", "103,68%", "1.774/1.711", "tính trên số gần đúng", "trực tuyến, trực tiếp và bưu chính", "trên 1.600"]
    {
        assert!(shown.replace("&#x2f;", "/").contains(words), "{words}: {shown}");
    }
    let list = officer.get("/so-lieu?nam=2026&q=an+mau").await.expect(200).text();
    assert!(list.contains("2 điểm cần xem lại") && list.contains("01/04/2026"), "{list}");
    assert!(officer.get("/so-lieu?nam=2025").await.expect(200).text().contains("/so-lieu\""));
    let edit = officer.get(&format!("{page}/sua")).await.expect(200).text();
    assert!(edit.contains("value=\"trên 1.600\""), "{edit}");
    let mended = [
        ("period_kind", "quarter"),
        ("from", "2026-04-01"),
        ("to", "2026-06-30"),
        ("source", "software"),
        ("figures/received", "1774"),
    ];
    officer.fill(&format!("{page}/sua"), &format!("{page}/sua"), &mended).await.expect(303);
    assert!(!officer.get(&page).await.expect(200).text().contains("Cần xem lại"));
    let head = app.browse("chutich.an").await.get(&page).await.expect(200).text();
    assert!(!head.contains("/sua") && !head.contains("/go-bo"), "a reader has no buttons");
    app.browse("daumoi.binh").await.get(&page).await.expect(404);
    officer.fill(&page, &format!("{page}/go-bo"), &[("reason", "")]).await.expect(422);
    officer.fill(&page, &format!("{page}/go-bo"), &[("reason", "Nhập nhầm")]).await.expect(303);
    officer.get(&page).await.expect(404);
}

/// Sends a file with the upload form of the page.
async fn upload(client: &Client, file: &str) -> Answer {
    let html = client.get("/so-lieu/nhap").await.expect(200).text();
    let csrf = html.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let body = format!(
        "--mark\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n--mark\r\nContent-Disposition: form-data; \
         name=\"file\"; filename=\"so-lieu.csv\"\r\nContent-Type: text/csv\r\n\r\n{file}\r\n--mark--\r\n"
    );
    client.send(Method::POST, "/so-lieu/nhap", &[("content-type", "multipart/form-data; boundary=mark")], body).await
}

#[tokio::test]
async fn a_file_is_checked_on_the_page_and_saved_after_the_preview() {
    let app = TestApp::start().await;
    let officer = app.browse("daumoi.an").await;
    let template = officer.get("/so-lieu/mau").await.expect(200);
    assert!(template.text().starts_with("\u{feff}Mã đơn vị,Loại kỳ,Từ ngày"), "{}", template.text());
    let known =
        send(&app.sign_in("daumoi.an").await, &format!("{API}/import"), template.text() + "MAU-09\n").await.expect(422).json();
    assert!(!known.to_string().contains("cell_column"), "the template knows all its columns: {known}");

    let wrong = upload(&officer, "unit_code,from,to,source,received\nMAU-01,2026-01-01,2026-01-31,software,nhiều\n")
        .await
        .expect(422)
        .text();
    assert!(wrong.contains("E2") && wrong.contains("nhiều"), "{wrong}");
    let file = "unit_code,period_kind,from,source,received\nMAU-01,month,2026-01-01,software,1774\n";
    let preview = upload(&officer, file).await.expect(200).text();
    assert!(preview.contains("Sẽ lưu 1 kỳ mới") && preview.contains("Xã An Mẫu"), "{preview}");
    let reader = app.sign_in("daumoi.an").await;
    assert_eq!(count(&reader).await, 0, "a preview writes nothing");
    let field = |name: &str| {
        let form = preview.split("name=\"table\"").next().unwrap().rsplit("<form").next().unwrap().to_owned();
        form.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap().split('"').next().unwrap().to_owned()
    };
    let (csrf, once) = (field("csrf"), field("once"));
    let fields = [("csrf", csrf.as_str()), ("once", once.as_str()), ("table", file), ("act", "save")];
    officer.form("/so-lieu/nhap", &fields).await.expect(303);
    officer.form("/so-lieu/nhap", &fields).await.expect(303);
    assert_eq!(count(&reader).await, 1, "a double click saves once");
}

#[tokio::test]
async fn totals_count_each_day_once_and_name_the_reports_they_are_made_of() {
    let app = TestApp::start().await;
    let officer = app.sign_in("daumoi.an").await;
    let report = |kind: &str, from: &str, field: &str, received: i64| json!({"period_kind": kind, "from": from, "field": field, "source": "software", "figures": {"received": received}});
    officer.post(API, report("month", "2026-01-01", "", 9)).await.expect(201);
    let first = officer.post(API, report("quarter", "2026-01-01", "", 30)).await.expect(201).id();
    officer.post(API, report("quarter", "2026-01-01", "Hộ tịch", 20)).await.expect(201);
    let second = officer.post(API, report("quarter", "2026-04-01", "Hộ tịch", 25)).await.expect(201).id();
    let third = officer.post(API, report("quarter", "2026-04-01", "Đất đai", 15)).await.expect(201).id();
    let removed = officer.post(API, report("year", "2026-01-01", "", 99)).await.expect(201);
    officer.post_at(&format!("{API}/{}/remove", removed.id()), &removed.etag(), json!({"reason": "Ước"})).await.expect(204);
    let unit = app.unit("MAU-01").await.parse().unwrap();
    let (from, to) = ("2026-01-01".parse().unwrap(), "2026-12-31".parse().unwrap());
    let totals = api::dossiers::totals(app.app.store.read(), unit, from, to).await.unwrap();
    assert_eq!(totals.figures.get(domain::dossier::Counter::Received), Some(domain::dossier::Figure::exact(70)));
    assert_eq!(totals.counted.iter().map(ToString::to_string).collect::<Vec<_>>(), [first, second, third]);
    assert_eq!(totals.gaps, [("2026-07-01".parse().unwrap(), to)]);
}

#[tokio::test]
async fn the_sample_world_has_figures_and_takes_them_away() {
    let app = TestApp::start().await;
    api::sample::remove(&app.app.store).await.unwrap();
    api::sample::load(&app.app).await.unwrap();
    let list = app.sign_in("thukyhoidong").await.get(&format!("{API}?limit=100")).await.expect(200).json();
    let items = list["items"].as_array().unwrap().clone();
    assert!(items.len() >= 10 && items.iter().any(|one| one["from"].as_str().unwrap().starts_with("2025")));
    let whole = items.iter().filter(|one| one["field"].is_null() && one["figures"]["carried_over"].is_i64());
    assert_eq!(whole.clone().count(), 4);
    for one in whole {
        assert_eq!(one["warnings"], json!([]), "those that are whole add up");
    }
    assert!(items.iter().any(|one| one["warnings"] != json!([])), "and one that does not is there to be seen");
    api::sample::remove(&app.app.store).await.unwrap();
}
