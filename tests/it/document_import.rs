//! A catalogue from one spreadsheet: wrong cells named and nothing written, all of it or none, and the same file again.

use entities::{administrative_procedure, document, document_link, revision};
use poem::http::Method;
use render::sheets::{Cell, Head, Sheet, write};
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use serde_json::{Value as Json, json};
use tests::{Answer, Client, TestApp};

const IMPORT: &str = "/api/v1/administrative-procedures/import";
const SECRETARY: &str = "thukyiso.an";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// Procedures of the big file.
const MANY: u32 = 320;

/// The catalogue of a commune as a person fills it in: some heads as in the template, some by code.
pub fn catalogue(count: u32) -> Vec<Sheet> {
    let code = |number: u32| Cell::text(format!("1.{:06}.000.00.00.H55", 1000 + number));
    let day = |text: &str| Cell::Date(text.parse().unwrap());
    let each = |row: &dyn Fn(u32) -> Vec<Cell>| (0..count).map(row).collect::<Vec<_>>();
    let sheet = |name: &str, heads: &[&str], rows: Vec<Vec<Cell>>| Sheet {
        name: name.to_owned(),
        heads: heads.iter().map(|head| Head::new(*head, 20)).collect(),
        rows,
        ..Sheet::default()
    };
    let text = |text: &str| Cell::text(text);
    let steps = (0..count).flat_map(|number| {
        [
            vec![
                code(number),
                Cell::count(1),
                text("Tiếp nhận hồ sơ"),
                text("Công chức tiếp nhận"),
                text("0,5"),
                text("giờ làm việc"),
                text("BM 01"),
            ],
            vec![
                code(number),
                Cell::count(2),
                text("Thẩm định, trả kết quả"),
                text("Công chức tư pháp"),
                Cell::Number(7.5),
                text("hour"),
                Cell::Empty,
            ],
        ]
    });
    vec![
        sheet(
            "Thủ tục",
            &[
                "Mã thủ tục",
                "title",
                "Lĩnh vực",
                "field_code",
                "Cấp thực hiện",
                "Thời hạn công bố",
                "fee",
                "Hiệu lực từ",
                "last_change",
                "decision",
                "Mục đích",
                "scope",
            ],
            each(&|number| {
                vec![
                    code(number),
                    Cell::text(format!("Thủ tục số {number}")),
                    text("Hộ tịch"),
                    text("HT"),
                    text("Cấp xã"),
                    text("01 ngày làm việc"),
                    text("8.000 đồng"),
                    day("2026-07-01"),
                    text("Ban hành mới"),
                    text("12/QĐ-UBND"),
                    text("Thống nhất cách giải quyết."),
                    text("Trung tâm Phục vụ hành chính công."),
                ]
            }),
        ),
        sheet(
            "time_limits",
            &["code", "case", "amount", "unit"],
            each(&|number| vec![code(number), Cell::Empty, Cell::Number(1.0), text("Ngày làm việc")]),
        ),
        sheet(
            "Phí, lệ phí",
            &["code", "fee_amount", "online_amount"],
            each(&|number| vec![code(number), text("8.000"), Cell::Number(0.0)]),
        ),
        sheet(
            "Thành phần hồ sơ",
            &["code", "component", "Bản chính"],
            each(&|number| vec![code(number), text("Tờ khai"), Cell::Number(1.0)]),
        ),
        sheet("places", &["code", "channel", "address"], each(&|number| vec![code(number), text("Trực tiếp"), text("Một cửa")])),
        sheet("Trình tự", &["code", "step_number", "step", "role", "amount", "unit", "forms"], steps.collect()),
        sheet(
            "forms",
            &["code", "form_code", "form_name"],
            each(&|number| vec![code(number), text("BM 01"), text("Giấy tiếp nhận")]),
        ),
        sheet(
            "records",
            &["code", "record", "years"],
            each(&|number| vec![code(number), text("Hồ sơ đăng ký"), Cell::Number(5.0)]),
        ),
    ]
}

async fn send(client: &Client, query: &str, file: &[Sheet]) -> Answer {
    client.send(Method::POST, &format!("{IMPORT}{query}"), &[("content-type", XLSX)], write(file).unwrap()).await
}

fn faults(answer: &Answer) -> Vec<(String, String)> {
    let text = |value: &Json| value.as_str().unwrap().to_owned();
    answer.json()["errors"].as_array().unwrap().iter().map(|one| (text(&one["pointer"]), text(&one["code"]))).collect()
}

fn counts(answer: Answer) -> [u64; 7] {
    let found = answer.expect(200).json();
    ["created", "updated", "unchanged", "documents", "drafts_begun", "drafts_saved", "texts_unchanged"]
        .map(|name| found[name].as_u64().unwrap())
}

async fn stored(app: &TestApp) -> [u64; 4] {
    let db = app.app.store.read();
    [
        administrative_procedure::Entity::find().count(db).await.unwrap(),
        document::Entity::find().count(db).await.unwrap(),
        revision::Entity::find().count(db).await.unwrap(),
        document_link::Entity::find().count(db).await.unwrap(),
    ]
}

#[tokio::test]
async fn of_320_procedures_three_bad_cells_are_named_and_nothing_is_written_until_they_are_mended() {
    let app = TestApp::start().await;
    let secretary = app.sign_in(SECRETARY).await;
    let empty = stored(&app).await;
    let good = catalogue(MANY);
    let mut bad = good.clone();
    bad[0].rows[17][7] = Cell::text("31/02/2026");
    bad[1].rows[200][2] = Cell::text("một");
    bad[5].rows[639][6] = Cell::text("BM 09");
    let three = [
        ("/sheets/procedures/rows/19/H", "sheet_date"),
        ("/sheets/time_limits/rows/202/C", "sheet_time"),
        ("/sheets/steps/rows/641/G", "sheet_unknown_form"),
    ]
    .map(|(at, code)| (at.to_owned(), code.to_owned()));
    for query in ["?dry_run=true", ""] {
        let refused = send(&secretary, query, &bad).await.expect(422);
        let mut found = faults(&refused);
        found.sort();
        let mut wanted = three.to_vec();
        wanted.sort();
        assert_eq!(found, wanted);
        let words: Vec<String> = refused.json()["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["detail"].as_str().unwrap_or_default().to_owned())
            .collect();
        let named = "Trang «Thủ tục», dòng 19, cột H (Hiệu lực từ): «31/02/2026» không phải ngày.";
        assert!(words.iter().any(|word| word.starts_with(named)), "{words:?}");
        assert_eq!(stored(&app).await, empty, "nothing is written");
    }

    let many = u64::from(MANY);
    assert_eq!(counts(send(&secretary, "?dry_run=true", &good).await), [many, 0, 0, many, many, 0, 0]);
    assert_eq!(stored(&app).await, empty, "a rehearsal writes nothing");
    assert_eq!(counts(send(&secretary, "", &good).await), [many, 0, 0, many, many, 0, 0]);
    assert_eq!(stored(&app).await, [empty[0] + many, empty[1] + many, empty[2] + many, empty[3] + many]);

    // The same file again changes nothing.
    let all = stored(&app).await;
    assert_eq!(counts(send(&secretary, "", &good).await), [0, 0, many, 0, 0, 0, many]);
    assert_eq!(stored(&app).await, all);

    // One text and one title changed: one draft replaced, one entry updated.
    let mut changed = good.clone();
    changed[0].rows[3][1] = Cell::text("Thủ tục đổi tên");
    changed[5].rows[8][2] = Cell::text("Tiếp nhận, kiểm tra hồ sơ");
    assert_eq!(counts(send(&secretary, "", &changed).await), [0, 1, many - 1, 0, 0, 1, many - 1]);
    assert_eq!(stored(&app).await, all, "the draft is replaced, not doubled");
}

#[tokio::test]
async fn an_imported_procedure_is_a_draft_with_all_its_fields_that_can_be_handed_in() {
    let app = TestApp::start().await;
    let secretary = app.sign_in(SECRETARY).await;
    let drafter = app.person("congchuc.an").await;
    send(&secretary, &format!("?drafter_id={drafter}"), &catalogue(1)).await.expect(200);
    let entry = secretary.get("/api/v1/administrative-procedures?q=thu+tuc+so+0").await.expect(200).json()["items"][0].clone();
    assert_eq!((entry["national_code"].as_str(), entry["suffix"].as_str()), (Some("1.001000"), Some("000.00.00.H55")));
    assert_eq!((entry["level_code"].as_str(), entry["last_change"].as_str()), (Some("commune"), Some("new")));
    let row = secretary.get("/api/v1/procedures?q=thu+tuc+so+0").await.expect(200).json()["items"][0].clone();
    let revisions =
        secretary.get(&format!("/api/v1/procedures/{}/revisions", row["id"].as_str().unwrap())).await.expect(200).json();
    let id = revisions["items"][0]["id"].as_str().unwrap().to_owned();
    let draft = app.sign_in("congchuc.an").await.get(&format!("/api/v1/revisions/{id}")).await.expect(200).json();
    assert_eq!(
        (draft["revision"]["state"].as_str(), draft["revision"]["drafter_id"].as_str()),
        (Some("draft"), Some(drafter.as_str()))
    );
    let procedure = &draft["content"]["procedure"];
    assert_eq!(procedure["fees"], json!([{"case": "", "amount": 8000, "online_amount": 0, "basis": null}]));
    assert_eq!(procedure["steps"][0]["times"], json!([{"case": "", "amount": "0,5", "unit": "hour"}]));
    assert_eq!((&procedure["steps"][0]["forms"], &procedure["records"][0]["years"]), (&json!(["BM 01"]), &json!(5)));
    assert_eq!(draft["times"][0]["verdict"], "equal", "7,5 hours typed as a number and 0,5 as text make a day of 8");
    crate::documents::in_approval(&app, &id).await;
    let reviewed = secretary.get(&format!("/api/v1/revisions/{id}")).await.expect(200).json();
    assert_eq!(reviewed["revision"]["state"], "in_approval", "nothing was missing when it was handed in");
}

#[tokio::test]
async fn the_template_is_understood_and_a_wrong_sheet_or_column_is_said_once() {
    let app = TestApp::start().await;
    let secretary = app.sign_in(SECRETARY).await;
    let template = secretary.get("/api/v1/administrative-procedures/template").await.expect(200);
    assert!(template.header("content-disposition").contains("danh-muc-thu-tuc.xlsx"));
    let again = secretary.send(Method::POST, IMPORT, &[("content-type", XLSX)], template.bytes.clone()).await.expect(422);
    assert_eq!(faults(&again), [("/file".to_owned(), "sheet_empty".to_owned())], "nothing but that it has no row");
    let mut wrong = catalogue(2);
    wrong[0].heads[1].text = "Tên gọi".to_owned();
    wrong[3].name = "Hồ sơ gì đó".to_owned();
    let mut found = faults(&send(&secretary, "", &wrong).await.expect(422));
    found.sort();
    let expected = [
        ("/file", "sheet_unknown"),
        ("/sheets/procedures/rows/1", "sheet_column_missing"),
        ("/sheets/procedures/rows/1/B", "sheet_column_unknown"),
    ];
    assert_eq!(found, expected.map(|(at, code)| (at.to_owned(), code.to_owned())));
    app.sign_in("congchuc.an").await.get("/api/v1/administrative-procedures/template").await.expect(403);
}

#[tokio::test]
async fn a_spreadsheet_that_took_a_code_for_a_number_and_rows_of_nobody_are_seen() {
    let app = TestApp::start().await;
    let secretary = app.sign_in(SECRETARY).await;
    let mut file = catalogue(1);
    for sheet in &mut file {
        for row in &mut sheet.rows {
            row[0] = Cell::Number(1.00119);
        }
    }
    send(&secretary, "", &file).await.expect(200);
    let entry = secretary.get("/api/v1/administrative-procedures?q=thu+tuc+so+0").await.expect(200).json()["items"][0].clone();
    assert_eq!(entry["national_code"], "1.001190");
    let mut lost = catalogue(2);
    lost[3].rows[1][0] = Cell::text("1.009999");
    lost[0].rows[1][0] = lost[0].rows[0][0].clone();
    lost[0].rows[0][4] = Cell::text("Cấp trời");
    let mut found = faults(&send(&secretary, "", &lost).await.expect(422));
    found.retain(|(at, _)| at.starts_with("/sheets/procedures") || at.starts_with("/sheets/components"));
    found.sort();
    let expected = [
        ("/sheets/components/rows/3/A", "sheet_no_procedure"),
        ("/sheets/procedures/rows/2/E", "sheet_choice"),
        ("/sheets/procedures/rows/3/A", "sheet_repeated"),
    ];
    assert_eq!(found, expected.map(|(at, code)| (at.to_owned(), code.to_owned())));
}
