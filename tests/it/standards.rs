//! Editions of the standard: clauses by number, where they moved, by which one a unit works.

use domain::checklist::InspectionKind;
use domain::id::{InspectionId, LineId};
use domain::permission::Span;
use entities::{checklist, inspection, inspection_line};
use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait as _;
use serde_json::{Value as Json, json};
use tests::{Client, TestApp};

use crate::documents::keeps;
use crate::findings::raised;
use crate::support::{Visit, unit_id, visit};

#[tokio::test]
async fn both_editions_of_the_standard_are_there_by_number_and_title() {
    let app = TestApp::start().await;
    let client = app.sign_in("congchuc.an").await;
    let standards = client.get("/api/v1/standards").await.expect(200).json();
    let codes: Vec<_> = standards.as_array().unwrap().iter().map(|row| row["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["ISO 9001:2015", "ISO 9001:2026"]);
    let clauses = async |index: usize| {
        let path = format!("/api/v1/standards/{}/clauses", standards[index]["id"].as_str().unwrap());
        client.get(&path).await.expect(200).json().as_array().unwrap().clone()
    };
    let (older, newer) = (clauses(0).await, clauses(1).await);
    let find = |clauses: &[Json], code: &str| clauses.iter().find(|clause| clause["code"] == code).cloned();
    assert_eq!(find(&older, "4.1").unwrap()["title"], "Hiểu tổ chức và bối cảnh của tổ chức");
    assert!(find(&older, "10.3").is_some() && find(&newer, "10.3").is_none(), "10.3 has gone into 10.1");
    assert!(find(&newer, "6.1.3").is_some() && find(&older, "6.1.3").is_none(), "6.1.3 is new");
    let order: Vec<_> = newer.iter().map(|clause| clause["code"].as_str().unwrap()).collect();
    let position = |code| order.iter().position(|found| *found == code);
    assert!(position("9.3") < position("10") && position("10") < position("10.1"), "{order:?}");
}

async fn editions(client: &Client) -> [String; 2] {
    let standards = client.get("/api/v1/standards").await.expect(200).json();
    [0, 1].map(|n| standards[n]["id"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn the_mapping_says_where_each_clause_of_2015_stands_in_2026_and_what_is_new() {
    let app = TestApp::start().await;
    let client = app.sign_in("congchuc.an").await;
    let [older, newer] = editions(&client).await;
    let moves = client.get(&format!("/api/v1/standards/{older}/mapping/{newer}")).await.expect(200).json();
    let moves = moves.as_array().unwrap();
    let of = |from: &str| moves.iter().find(|row| row["from"] == from).cloned().unwrap();
    assert_eq!(of("10.3")["to"], "10.1");
    assert_eq!(of("4.1")["to"], "4.1");
    let new: Vec<_> = moves.iter().filter(|row| row["from"].is_null()).collect();
    assert_eq!(new.len(), 1);
    assert_eq!(new[0]["to"], "6.1.3");
    // Every clause of 2015 has its place: none is forgotten, none twice.
    let clauses = client.get(&format!("/api/v1/standards/{older}/clauses")).await.expect(200).json();
    let mut known: Vec<_> = clauses.as_array().unwrap().iter().map(|row| row["code"].as_str().unwrap()).collect();
    let mut moved: Vec<_> = moves.iter().filter_map(|row| row["from"].as_str()).collect();
    known.sort_unstable();
    moved.sort_unstable();
    assert_eq!(known, moved);
    // The other way nobody has said, and an edition there is not is no edition.
    assert_eq!(client.get(&format!("/api/v1/standards/{newer}/mapping/{older}")).await.expect(200).json(), json!([]));
    client.get(&format!("/api/v1/standards/{older}/mapping/{}", uuid::Uuid::nil())).await.expect(404);
}

#[tokio::test]
async fn an_agency_works_by_the_edition_of_2015_until_it_records_another_from_a_day_on() {
    let app = TestApp::start().await;
    keeps(&app, "congchuc.an", "MAU-01", Span::Own).await;
    keeps(&app, "congchuc.binh", "MAU-02", Span::Own).await;
    let client = app.sign_in("congchuc.an").await;
    let [older, newer] = editions(&client).await;
    let unit = unit_id(&app, "MAU-01").await;
    let held = async |on: &str| client.get(&format!("/api/v1/units/{unit}/standards?on={on}")).await.expect(200).json();
    let today = held("2026-11-16").await;
    assert_eq!(today["in_use"]["national_code"], "TCVN ISO 9001:2015");
    assert_eq!(today["own"], false);
    assert!(held("2015-12-30").await["in_use"].is_null(), "before any edition held");
    assert_eq!(today["history"].as_array().unwrap().len(), 1, "what holds for all");

    let adopt = |standard: &str, from: &str, ground: &str| json!({"unit_id": unit, "standard_id": standard, "valid_from": from, "ground": ground});
    let refused = client.post("/api/v1/standard-uses", adopt(&newer, "2027-01-01", "  ")).await.expect(422).json();
    assert_eq!(refused["errors"][0]["pointer"], "/ground");
    let nowhere = adopt(&uuid::Uuid::nil().to_string(), "2027-01-01", "QĐ 12");
    client.post("/api/v1/standard-uses", nowhere).await.expect(422);
    client.post("/api/v1/standard-uses", adopt(&newer, "2027-01-01", "Quyết định số 12/QĐ-UBND")).await.expect(201);
    assert_eq!(held("2026-12-31").await["in_use"]["edition"], "2015");
    let next = held("2027-01-01").await;
    assert_eq!(next["in_use"]["edition"], "2026");
    assert_eq!(next["own"], true);
    // Another commune has said nothing.
    let other = format!("/api/v1/units/{}/standards?on=2027-01-01", unit_id(&app, "MAU-02").await);
    let other = app.sign_in("congchuc.binh").await.get(&other).await.expect(200).json();
    assert_eq!(other["in_use"]["edition"], "2015");
    // A mistake is put right by saying it again for the same day; both stay on record.
    client.post("/api/v1/standard-uses", adopt(&older, "2027-01-01", "Đính chính")).await.expect(201);
    let put_right = held("2027-06-01").await;
    assert_eq!(put_right["in_use"]["edition"], "2015");
    assert_eq!(put_right["history"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn who_does_not_control_a_units_documents_does_not_change_its_edition() {
    let app = TestApp::start().await;
    keeps(&app, "congchuc.binh", "MAU-02", Span::Own).await;
    let clerk = app.sign_in("congchuc.an").await;
    let [_, newer] = editions(&clerk).await;
    let unit = unit_id(&app, "MAU-01").await;
    let body = json!({"unit_id": unit, "standard_id": newer, "valid_from": "2027-01-01", "ground": "QĐ 12"});
    clerk.post("/api/v1/standard-uses", body.clone()).await.expect(403);
    let other = app.sign_in("congchuc.binh").await;
    other.post("/api/v1/standard-uses", body.clone()).await.expect(404);
    other.get(&format!("/api/v1/units/{unit}/standards")).await.expect(404);
    keeps(&app, "congchuc.an", "MAU-01", Span::Own).await;
    app.sign_in("congchuc.an").await.post("/api/v1/standard-uses", body).await.expect(201);
}

/// A visit whose checklist asks by the edition of 2015, on a line of clause 10.3.
async fn asked_by_2015(app: &TestApp) -> Visit {
    let visit = visit(app, InspectionKind::InternalAudit, "MAU-01").await;
    let db = app.app.store.read();
    let id: InspectionId = visit.id.parse().unwrap();
    let list = inspection::Entity::find_by_id(id).one(db).await.unwrap().unwrap().checklist_id;
    let edition = checklist::ActiveModel { id: Set(list), edition: Set(Some("ISO 9001:2015".into())), ..Default::default() };
    checklist::Entity::update(edition).exec(db).await.unwrap();
    let line: LineId = visit.line.parse().unwrap();
    let clause = inspection_line::ActiveModel { id: Set(line), clause: Set(Some("10.3".into())), ..Default::default() };
    inspection_line::Entity::update(clause).exec(db).await.unwrap();
    visit
}

#[tokio::test]
async fn a_finding_keeps_its_clause_and_says_where_it_stands_in_the_edition_the_unit_works_by_now() {
    let app = TestApp::start().await;
    let visit = asked_by_2015(&app).await;
    let finding = raised(&app, &visit, "MAU-01").await;
    let lead = app.sign_in("truongdoan").await;
    let path = format!("/api/v1/findings/{finding}");
    let shown = lead.get(&path).await.expect(200).json();
    assert_eq!((&shown["clause"], &shown["clause_edition"]), (&json!("10.3"), &json!("TCVN ISO 9001:2015")));
    assert!(shown["clause_now"].is_null(), "the unit works by the edition it was cited by");
    let page = format!("/phat-hien/{finding}");
    let browser = app.browse("truongdoan").await;
    assert!(browser.get(&page).await.expect(200).text().contains("10.3 (TCVN ISO 9001:2015)"));
    let visited = format!("/kiem-tra/{}", visit.id);
    let warned = "Bảng kiểm hỏi theo TCVN ISO 9001:2015, còn đơn vị áp dụng ISO 9001:2026";
    assert!(!browser.get(&visited).await.expect(200).text().contains(warned));

    keeps(&app, "congchuc.an", "MAU-01", Span::Own).await;
    let [_, newer] = editions(&lead).await;
    let unit = unit_id(&app, "MAU-01").await;
    let body = json!({"unit_id": unit, "standard_id": newer, "valid_from": "2026-11-16", "ground": "QĐ 12"});
    app.sign_in("congchuc.an").await.post("/api/v1/standard-uses", body).await.expect(201);
    let shown = lead.get(&path).await.expect(200).json();
    assert_eq!((&shown["clause"], &shown["clause_now"]), (&json!("10.3"), &json!("10.1")));
    let text = browser.get(&page).await.expect(200).text();
    assert!(text.contains("10.3 (TCVN ISO 9001:2015), nay là 10.1 (ISO 9001:2026)"), "{text}");
    assert!(browser.get(&visited).await.expect(200).text().contains(warned));
}

#[tokio::test]
async fn the_page_shows_the_edition_in_use_and_the_clauses_that_move_and_takes_another() {
    let app = TestApp::start().await;
    keeps(&app, "congchuc.an", "MAU-01", Span::Own).await;
    let [_, newer] = editions(&app.sign_in("congchuc.an").await).await;
    let officer = app.browse("congchuc.an").await;
    let unit = unit_id(&app, "MAU-01").await;
    let here = format!("/tieu-chuan?don_vi={unit}");
    let page = officer.get(&here).await.expect(200).text();
    for said in ["TCVN ISO 9001:2015", "chưa kiểm chứng", "Điều khoản mới", "10.3"] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let stays = "Hiểu tổ chức và bối cảnh của tổ chức";
    assert!(!page.contains(stays), "4.1 stays where it is");
    assert!(officer.get(&format!("{here}&tat_ca=1")).await.expect(200).text().contains(stays));

    let refused = officer.fill(&here, &here, &[("standard_id", &newer), ("valid_from", "2027-01-01")]).await.expect(422).text();
    assert!(refused.contains("2027-01-01"), "what was typed stays");
    let nothing = officer.fill(&here, &here, &[("ground", "x")]).await.expect(422).text();
    for named in ["\">Bản tiêu chuẩn: Chưa nhập", "\">Áp dụng từ ngày: Chưa nhập"] {
        assert!(nothing.contains(named), "«{named}» in {nothing}");
    }
    let fields = [("standard_id", newer.as_str()), ("valid_from", "2027-01-01"), ("ground", "Quyết định số 12/QĐ-UBND")];
    officer.fill(&here, &here, &fields).await.expect(303);
    let page = officer.get(&here).await.expect(200).text();
    assert!(page.contains("Quyết định số 12/QĐ-UBND") && page.contains("từ ngày 01/01/2027"), "{page}");
    assert!(!app.browse("congchuc.binh").await.get(&here).await.expect(404).text().contains("Quyết định số 12"));
}
