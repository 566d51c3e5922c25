//! What findings and checklist lines cite, the lists to show, and sets of documents copied in one act.

use calamine::{Data, Reader as _, Xlsx};
use domain::checklist::{AnswerType, InspectionKind};
use domain::permission::Span;
use entities::{checklist_line, inspection};
use sea_orm::{ActiveModelTrait as _, EntityTrait as _, IntoActiveModel as _};
use serde_json::{Value as Json, json};
use tests::{Answer, TestApp};

use crate::documents::{HEAD, SECRETARY, amend, decision, document_of, in_force, keeps, path, state};
use crate::findings::raised;
use crate::support::{Visit, visit};

/// The line `B1.1` of the visit's checklist, as the template has it.
pub async fn template_line(app: &TestApp, visit: &Visit) -> String {
    let db = app.app.store.read();
    let row =
        inspection::Entity::find_by_id(visit.id.parse::<domain::id::InspectionId>().unwrap()).one(db).await.unwrap().unwrap();
    let line = checklist_line::Model {
        id: uuid::Uuid::now_v7().into(),
        checklist_id: row.checklist_id,
        position: 0,
        code: "B1.1".into(),
        area_code: "B".into(),
        area_name: "Tiếp nhận hồ sơ".into(),
        clause: Some("8.5.1".into()),
        question: "Hồ sơ trễ hạn có thư xin lỗi không?".into(),
        question_en: None,
        evidence: json!([]),
        answer_type: AnswerType::YesNo,
        metric: None,
        phrases: json!([]),
        source: None,
    };
    line.into_active_model().insert(db).await.unwrap().id.to_string()
}

async fn cited(app: &TestApp, visit: &Visit) -> Json {
    let row = inspection::Entity::find_by_id(visit.id.parse::<domain::id::InspectionId>().unwrap());
    let row = row.one(app.app.store.read()).await.unwrap().unwrap();
    let list = app.sign_in(SECRETARY).await.get(&format!("/api/v1/checklists/{}", row.checklist_id)).await.expect(200).json();
    list["lines"][0].clone()
}

#[tokio::test]
async fn a_finding_of_the_old_revision_still_shows_its_text() {
    let app = TestApp::start().await;
    let (document, first) = in_force(&app, "Giải quyết hồ sơ trễ hạn").await;
    let visit = visit(&app, InspectionKind::InternalAudit, "MAU-01").await;
    let line = template_line(&app, &visit).await;
    let secretary = app.sign_in(SECRETARY).await;
    let link = json!({"kind": "checklist_line", "target_id": line});
    let link = secretary.post(&format!("/api/v1/procedures/{document}/links"), link).await.expect(200).id();
    assert_eq!(cited(&app, &visit).await["documents"][0]["document_id"].as_str(), Some(document.as_str()));
    assert_eq!(cited(&app, &visit).await["needs_review"], false);

    let finding = raised(&app, &visit, "MAU-01").await;
    let shown = app.sign_in("truongdoan").await.get(&format!("/api/v1/findings/{finding}")).await.expect(200).json();
    assert_eq!((shown["cited"]["id"].as_str(), shown["cited"]["number"].as_str()), (Some(first.as_str()), Some("01/00")));

    // The procedure is revised; then ten years pass.
    app.set_time("2026-12-01T02:00:00Z");
    let second = amend(&app, &document, "Trung tâm Phục vụ hành chính công phường.").await;
    let body = decision("30/QĐ-UBND", "2026-12-01", &[(&second, "2026-12-01")]);
    app.sign_in(HEAD).await.post("/api/v1/issue-decisions", body).await.expect(200);
    app.set_time("2036-11-16T02:00:00Z");
    let text = format!("/api/v1/findings/{finding}/cited-text");
    let kept = app.sign_in("truongdoan").await.get(&text).await.expect(200).json();
    assert_eq!((kept["cited"]["id"].as_str(), kept["cited"]["state"].as_str()), (Some(first.as_str()), Some("superseded")));
    assert_eq!(kept["cited"]["effective_to"], "2026-11-30");
    assert_eq!(kept["content"]["procedure"]["scope"], "Trung tâm Phục vụ hành chính công xã.");
    let now = app.sign_in(SECRETARY).await.get(&path(&second)).await.expect(200).json();
    assert_eq!(now["content"]["procedure"]["scope"], "Trung tâm Phục vụ hành chính công phường.", "the control: it did change");
    app.sign_in(HEAD).await.get(&text).await.expect(200);
    app.sign_in("chutich.binh").await.get(&text).await.expect(404);

    // The line that cites it is flagged until somebody has looked at it.
    let flagged = cited(&app, &visit).await;
    assert_eq!((&flagged["needs_review"], &flagged["documents"][0]["number"]), (&json!(true), &json!("01/01")));
    app.sign_in("congchuc.an").await.post(&format!("/api/v1/document-links/{link}/confirm"), json!({})).await.expect(403);
    app.sign_in(SECRETARY).await.post(&format!("/api/v1/document-links/{link}/confirm"), json!({})).await.expect(200);
    let looked_at = cited(&app, &visit).await;
    assert_eq!((&looked_at["needs_review"], looked_at["documents"].as_array().map(Vec::len)), (&json!(false), Some(1)));
}

#[tokio::test]
async fn a_finding_on_a_line_that_cites_nothing_keeps_no_revision() {
    let app = TestApp::start().await;
    in_force(&app, "Giải quyết hồ sơ trễ hạn").await;
    let visit = visit(&app, InspectionKind::InternalAudit, "MAU-01").await;
    let finding = raised(&app, &visit, "MAU-01").await;
    let lead = app.sign_in("truongdoan").await;
    assert_eq!(lead.get(&format!("/api/v1/findings/{finding}")).await.expect(200).json()["cited"], Json::Null);
    lead.get(&format!("/api/v1/findings/{finding}/cited-text")).await.expect(404);
}

/// The rows of the first sheet.
fn rows(answer: &Answer) -> Vec<Vec<Data>> {
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(std::io::Cursor::new(answer.bytes.clone())).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    sheet.rows().map(<[Data]>::to_vec).collect()
}

#[tokio::test]
async fn the_lists_to_show_come_as_spreadsheets_with_typed_cells() {
    let app = TestApp::start().await;
    let secretary = app.sign_in(SECRETARY).await;
    let unit = app.unit("MAU-01").await;
    let (document, id) = in_force(&app, "Đăng ký khai sinh").await;
    let ask = json!({"document_id": document, "source": "suggestion", "reason": "Rút ngắn thời gian."});
    app.sign_in("congchuc.an").await.post("/api/v1/change-requests", ask).await.expect(201);
    let law = json!({"number": "60/2014/QH13", "title": "Luật Hộ tịch", "type_name": "Luật", "issuer": "Quốc hội", "effective_from": "2016-01-01"});
    secretary.post("/api/v1/external-documents", law).await.expect(201);
    assert_eq!(state(&secretary.get(&path(&id)).await), "effective");

    let list = async |name: &str| secretary.get(&format!("/api/v1/document-lists/{name}?unit_id={unit}")).await.expect(200);
    let text = |text: &str| Data::String(text.to_owned());
    let master = list("master").await;
    assert!(master.header("content-disposition").contains("danh-muc-tai-lieu-noi-bo"));
    let cells = rows(&master);
    assert_eq!(cells[0][0], text("Danh mục tài liệu nội bộ"));
    let row = cells.iter().find(|row| row[2] == text("Đăng ký khai sinh")).unwrap();
    assert_eq!((&row[0], &row[6], &row[7]), (&Data::Float(1.0), &Data::Float(1.0), &Data::Float(0.0)), "numbers are numbers");
    assert!(
        matches!(&row[8], Data::DateTime(day) if day.as_datetime().is_some_and(|at| at.date().to_string() == "2026-11-16")),
        "{row:?}"
    );
    let external = rows(&list("external").await);
    let row = external.iter().find(|row| row[1] == text("60/2014/QH13")).unwrap();
    assert!(matches!(row[6], Data::DateTime(_)) && row[8] == text("Còn hiệu lực"), "{row:?}");
    let requests = rows(&list("requests").await);
    let row = requests.iter().find(|row| row[1] == text("YC-2026-0001")).unwrap();
    assert!(matches!(row[2], Data::DateTime(_)) && row[8] == text("Rút ngắn thời gian."), "{row:?}");
    assert!(rows(&list("distribution").await).iter().flatten().any(|cell| *cell == text("Ngày xác nhận")));

    // Out of scope is as if absent, and nothing of others is in one's own.
    secretary.get(&format!("/api/v1/document-lists/master?unit_id={}", app.unit("MAU-02").await)).await.expect(404);
    let other = rows(&app.sign_in("daumoi.binh").await.get("/api/v1/document-lists/master").await.expect(200));
    assert!(!other.iter().flatten().any(|cell| *cell == text("Đăng ký khai sinh")));
}

#[tokio::test]
async fn a_framework_set_is_copied_to_units_in_one_act_and_only_once() {
    let app = TestApp::start().await;
    let (document, source) = in_force(&app, "Đăng ký khai sinh").await;
    let draft_only = document_of(&app, "Chưa có hiệu lực").await;
    keeps(&app, "thukyiso", "MAU", Span::Subtree).await;
    let (one, two) = (app.unit("MAU-02").await, app.unit("MAU-03").await);
    for (login, unit) in [("daumoi.binh", "MAU-02"), ("daumoi.chau", "MAU-03")] {
        keeps(&app, login, unit, Span::Own).await;
    }
    let keeper = app.sign_in("thukyiso").await;
    let body = json!({"documents": [draft_only], "units": [one, two], "reason": "Bộ quy trình khung."});
    let refused = keeper.post("/api/v1/document-copies", body).await.expect(422).json();
    assert_eq!(
        (refused["errors"][0]["pointer"].as_str(), refused["errors"][0]["code"].as_str()),
        (Some("/documents/0"), Some("nothing_in_force"))
    );
    let body = json!({"documents": [document], "units": [one, two], "reason": "Bộ quy trình khung."});
    app.sign_in(SECRETARY).await.post("/api/v1/document-copies", body.clone()).await.expect(422);
    let made = keeper.post("/api/v1/document-copies", body.clone()).await.expect(200).json();
    assert_eq!((made["made"].as_array().map(Vec::len), made["already"].as_u64()), (Some(2), Some(0)));
    let own = made["made"].as_array().unwrap().iter().find(|row| row["unit_id"].as_str() == Some(&one)).unwrap().clone();
    let secretary = app.sign_in("daumoi.binh").await;
    let copy = secretary.get(&format!("/api/v1/procedures/{}", own["document_id"].as_str().unwrap())).await.expect(200).json();
    assert_eq!((copy["state"].as_str(), copy["source_revision_id"].as_str()), (Some("preparing"), Some(source.as_str())));
    let draft = secretary.get(&path(own["revision_id"].as_str().unwrap())).await.expect(200).json();
    assert_eq!(draft["revision"]["state"], "draft");
    assert_eq!(draft["content"]["procedure"]["fees"][0]["amount"], 8000);
    assert_eq!(draft["revision"]["drafter_id"].as_str(), Some(app.person("daumoi.binh").await.as_str()));
    let again = keeper.post("/api/v1/document-copies", body).await.expect(200).json();
    assert_eq!((again["made"].as_array().map(Vec::len), again["already"].as_u64()), (Some(0), Some(2)));
}

#[tokio::test]
async fn after_a_merger_the_heir_takes_over_what_was_in_force_in_one_act() {
    let app = TestApp::start().await;
    let (first, _) = in_force(&app, "Đăng ký khai sinh").await;
    let (second, _) = in_force(&app, "Đăng ký kết hôn").await;
    let (old, heir) = (app.unit("MAU-01").await, app.unit("MAU-02").await);
    keeps(&app, "thukyiso", "MAU", Span::Subtree).await;
    keeps(&app, "daumoi.binh", "MAU-02", Span::Own).await;
    let keeper = app.sign_in("thukyiso").await;
    let body = json!({"unit_id": heir, "reason": "Sáp nhập."});
    let refused = keeper.post("/api/v1/document-reissues", body.clone()).await.expect(422).json();
    assert_eq!(refused["errors"][0]["code"], "nothing_merged");
    let admin = app.sign_in("quantri").await;
    let etag = admin.get(&format!("/api/v1/units/{old}")).await.expect(200).etag();
    let merger = json!({"kind": "merge", "to": [{"unit_id": heir}], "on": "2026-11-16", "ground": "Nghị quyết sáp nhập"});
    admin.post_at(&format!("/api/v1/units/{old}/succession"), &etag, merger).await.expect(200);
    let made = keeper.post("/api/v1/document-reissues", body.clone()).await.expect(200).json();
    let mut sources: Vec<&str> = made["made"].as_array().unwrap().iter().map(|row| row["source_id"].as_str().unwrap()).collect();
    let mut expected = [first.as_str(), second.as_str()];
    sources.sort_unstable();
    expected.sort_unstable();
    assert_eq!(sources, expected);
    assert!(made["made"].as_array().unwrap().iter().all(|row| row["unit_id"].as_str() == Some(&heir)));
    let again = keeper.post("/api/v1/document-reissues", body).await.expect(200).json();
    assert_eq!((again["made"].as_array().map(Vec::len), again["already"].as_u64()), (Some(0), Some(2)));
}

#[tokio::test]
async fn two_copies_of_one_set_at_once_make_each_document_once() {
    let app = TestApp::start().await;
    let replica = if tests::on_postgres() { Some(app.replica().await) } else { None };
    let (document, _) = in_force(&app, "Đăng ký khai sinh").await;
    keeps(&app, "thukyiso", "MAU", Span::Subtree).await;
    for (login, unit) in [("daumoi.binh", "MAU-02"), ("daumoi.chau", "MAU-03")] {
        keeps(&app, login, unit, Span::Own).await;
    }
    let (one, two) = (app.unit("MAU-02").await, app.unit("MAU-03").await);
    let keeper = app.sign_in("thukyiso").await;
    let second = replica.as_ref().map_or_else(|| keeper.clone(), |replica| keeper.on(replica));
    let set = |units: [&String; 2]| json!({"documents": [document], "units": units, "reason": "Bộ quy trình khung."});
    let copies = "/api/v1/document-copies";
    let (a, b) = tokio::join!(keeper.post(copies, set([&one, &two])), second.post(copies, set([&two, &one])));
    let (a, b) = (a.expect(200).json(), b.expect(200).json());
    let made = |answer: &Json| answer["made"].as_array().unwrap().len();
    let already = |answer: &Json| answer["already"].as_u64().unwrap();
    assert_eq!((made(&a) + made(&b), already(&a) + already(&b)), (2, 2), "{a}\n{b}");
    let all = keeper.get("/api/v1/procedures?q=khai%20sinh").await.expect(200).json();
    assert_eq!(all["items"].as_array().unwrap().len(), 3, "the source and one copy for each unit: {all}");
}

#[tokio::test]
async fn a_link_confirmed_twice_at_once_stays_one_link() {
    let app = TestApp::start().await;
    let replica = if tests::on_postgres() { Some(app.replica().await) } else { None };
    let (document, _) = in_force(&app, "Đăng ký khai sinh").await;
    let secretary = app.sign_in(SECRETARY).await;
    let law = json!({"number": "60/2014/QH13", "title": "Luật Hộ tịch", "type_name": "Luật", "issuer": "Quốc hội", "effective_from": "2016-01-01"});
    let law = secretary.post("/api/v1/external-documents", law).await.expect(201).id();
    let links = format!("/api/v1/procedures/{document}/links");
    let link = secretary.post(&links, json!({"kind": "external_document", "target_id": law})).await.expect(200).id();
    app.set_time("2026-11-17T02:00:00Z");
    let secretary = app.sign_in(SECRETARY).await;
    let second = replica.as_ref().map_or_else(|| secretary.clone(), |replica| secretary.on(replica));
    let confirm = format!("/api/v1/document-links/{link}/confirm");
    let (a, b) = tokio::join!(secretary.post(&confirm, json!({})), second.post(&confirm, json!({})));
    let mut seen = [a.status.as_u16(), b.status.as_u16()];
    seen.sort_unstable();
    assert_eq!(seen, [200, 404], "the second finds the link ended by the first");
    let rows = secretary.get(&links).await.expect(200).json();
    let holding = rows["items"].as_array().unwrap().iter().filter(|row| row["valid_to"].is_null()).count();
    assert_eq!((rows["items"].as_array().unwrap().len(), holding), (2, 1), "{rows}");
}
