//! Units in time: the tree as of a day, import, succession.

use std::fmt::Write as _;

use api::units::import::{self, Report, Span};
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, EntityTrait as _, PaginatorTrait as _};
use serde_json::{Value as Json, json};
use tests::{Client, TestApp};

const UNITS_2025: &[u8] = include_bytes!("../../data/units-2025.csv");
const UNITS_BEFORE: &[u8] = include_bytes!("../../data/units-pre-2025.csv");

fn span(from: &str, to: Option<&str>) -> Span {
    Span { from: from.parse().unwrap(), to: to.map(|day| day.parse().unwrap()) }
}

async fn import_both(app: &TestApp) -> (Report, Report) {
    let now = import::units(&app.app.store, UNITS_2025, span("2025-07-01", None), "units-2025.csv").await.unwrap();
    let before =
        import::units(&app.app.store, UNITS_BEFORE, span("2004-01-01", Some("2025-06-30")), "units-pre-2025.csv").await.unwrap();
    (now, before)
}

/// Every item of a list, page by page.
async fn all(client: &Client, path: &str) -> Vec<Json> {
    let (mut items, mut next) = (Vec::new(), Some(format!("{path}&limit=100")));
    while let Some(path) = next {
        let page = client.get(&path).await.expect(200).json();
        items.extend(page["items"].as_array().unwrap().clone());
        next = page["next"].as_str().map(str::to_owned);
    }
    items
}

async fn one(client: &Client, path: &str) -> Json {
    let page = client.get(path).await.expect(200).json();
    assert_eq!(page["items"].as_array().unwrap().len(), 1, "{path}: {page}");
    page["items"][0].clone()
}

#[tokio::test]
async fn the_official_lists_come_in_whole_and_the_tree_changes_on_the_first_of_july_2025() {
    let app = TestApp::start().await;
    let (now, before) = import_both(&app).await;
    assert_eq!((now.created, before.created), (34 + 3_321, 63 + 696 + 10_051));
    let client = app.sign_in("quantri").await;
    for (on, level, expected) in [
        ("2025-06-30", "province", 63),
        ("2025-06-30", "district", 696),
        ("2025-07-01", "province", 34 + 1), // tỉnh Mẫu begins then too
        ("2025-07-01", "district", 0),
    ] {
        assert_eq!(all(&client, &format!("/api/v1/units?on={on}&level={level}")).await.len(), expected, "{on} {level}");
    }
    let communes = all(&client, "/api/v1/units?on=2025-07-01&kind=dac_khu").await;
    assert_eq!(communes.len(), 13);
    let ba_dinh = one(&client, "/api/v1/units?on=2025-06-30&q=quan%20ba%20dinh").await;
    let detail = client.get(&format!("/api/v1/units/{}", ba_dinh["id"].as_str().unwrap())).await.expect(200).json();
    assert_eq!(detail["path"][0]["name"], "Thành phố Hà Nội");
    assert_eq!(detail["valid_to"], "2025-06-30");
    assert_eq!(all(&client, &format!("/api/v1/units?on=2025-06-30&parent={}", ba_dinh["id"].as_str().unwrap())).await.len(), 13);
}

#[tokio::test]
async fn a_code_of_both_periods_is_two_units_that_nothing_links() {
    let app = TestApp::start().await;
    import_both(&app).await;
    let client = app.sign_in("quantri").await;
    let on = async |day: &str| one(&client, &format!("/api/v1/units?on={day}&q=thanh%20pho%20ha%20noi&level=province")).await;
    let (old, new) = (on("2025-06-30").await, on("2025-07-01").await);
    assert_eq!(old["code"], new["code"]);
    assert_ne!(old["id"], new["id"]);
    for unit in [old, new] {
        let links = client.get(&format!("/api/v1/units/{}/successions", unit["id"].as_str().unwrap())).await.expect(200).json();
        assert_eq!(links, json!([]));
    }
}

#[tokio::test]
async fn the_same_list_again_changes_nothing_but_names() {
    let app = TestApp::start().await;
    let list = "code,name,kind,parent_code\n90001,Xã Kiểu,xã,90\n90,Tỉnh Thử,tỉnh,\n";
    let first = import::units(&app.app.store, list.as_bytes(), span("2025-07-01", None), "thử").await.unwrap();
    assert_eq!(first, Report { created: 2, updated: 0, unchanged: 0 });
    let again =
        import::units(&app.app.store, list.replace("Kiểu", "Kiều").as_bytes(), span("2025-07-01", None), "thử").await.unwrap();
    assert_eq!(again, Report { created: 0, updated: 1, unchanged: 1 });
    let client = app.sign_in("quantri").await;
    assert_eq!(one(&client, "/api/v1/units?q=90001").await["name"], "Xã Kiều");
}

#[tokio::test]
async fn a_wrong_list_names_every_line_and_leaves_nothing() {
    let app = TestApp::start().await;
    let list = "code,name,kind,parent_code\n90,Tỉnh Thử,tỉnh,\n90001,Xã A,làng,90\n90,Xã B,xã,90\n";
    let refusal = import::units(&app.app.store, list.as_bytes(), span("2025-07-01", None), "thử").await.unwrap_err();
    assert_eq!(refusal.to_string(), "dòng 3: không có loại đơn vị «làng»\ndòng 4: mã 90 đã có ở dòng 2");
    let orphan = "code,name,kind,parent_code\n90,Tỉnh Thử,tỉnh,\n90001,Xã A,xã,91\n";
    let refusal = import::units(&app.app.store, orphan.as_bytes(), span("2025-07-01", None), "thử").await.unwrap_err();
    assert!(refusal.to_string().starts_with("dòng 3: "), "{refusal}");
    let count = entities::unit::Entity::find().count(app.app.store.read()).await.unwrap();
    assert_eq!(count, api::sample::UNITS.len() as u64);
}

#[tokio::test]
async fn successions_come_in_by_code_and_first_day_and_only_once() {
    let app = TestApp::start().await;
    let before = "code,name,kind,parent_code\n80,Tỉnh Cũ,tỉnh,\n80001,Xã Một,xã,80\n80002,Xã Hai,xã,80\n";
    let now = "code,name,kind,parent_code\n80,Tỉnh Cũ,tỉnh,\n80001,Xã Một Hai,xã,80\n";
    import::units(&app.app.store, before.as_bytes(), span("2004-01-01", Some("2025-06-30")), "thử").await.unwrap();
    import::units(&app.app.store, now.as_bytes(), span("2025-07-01", None), "thử").await.unwrap();
    let mut list = "from_code,from_valid_from,to_code,to_valid_from,kind,on,ground\n".to_owned();
    for code in ["80001", "80002"] {
        writeln!(list, "{code},2004-01-01,80001,2025-07-01,merge,2025-07-01,Nghị quyết thử").unwrap();
    }
    let first = import::successions(&app.app.store, list.as_bytes()).await.unwrap();
    assert_eq!((first.created, first.unchanged), (2, 0));
    let again = import::successions(&app.app.store, list.as_bytes()).await.unwrap();
    assert_eq!((again.created, again.unchanged), (0, 2));
    let client = app.sign_in("quantri").await;
    let heir = one(&client, "/api/v1/units?q=mot%20hai").await;
    let detail = client.get(&format!("/api/v1/units/{}", heir["id"].as_str().unwrap())).await.expect(200).json();
    let names: Vec<_> =
        detail["predecessors"].as_array().unwrap().iter().map(|link| link["from"]["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Xã Một", "Xã Hai"]);
    let wrong = "from_code,from_valid_from,to_code,to_valid_from,kind,on,ground\n80001,2004-01-02,,,abolish,2025-07-01,x\n";
    let refusal = import::successions(&app.app.store, wrong.as_bytes()).await.unwrap_err();
    assert_eq!(refusal.to_string(), "dòng 2: không có đơn vị mã 80001 bắt đầu từ 2004-01-02");
}

#[tokio::test]
async fn a_name_is_mended_by_who_saw_its_present_version() {
    let app = TestApp::start().await;
    let client = app.sign_in("quantri").await;
    let path = format!("/api/v1/units/{}", app.unit("MAU-02").await);
    let etag = client.get(&path).await.expect(200).etag();
    client.json(poem::http::Method::PATCH, &path, &[], json!({"name": "Xã Bình Mẫu mới"})).await.expect(428);
    client.patch(&path, &etag, json!({"name": " "})).await.expect(422);
    client.patch(&path, &etag, json!({"name": "Xã Bình Mẫu Đông"})).await.expect(200);
    client.patch(&path, &etag, json!({"name": "Xã khác"})).await.expect(412);
    assert_eq!(one(&client, "/api/v1/units?q=binh%20mau%20dong").await["code"], "MAU-02");
    app.sign_in("truongdoan").await.patch(&path, "\"2\"", json!({"name": "Xã khác"})).await.expect(403);
}

#[tokio::test]
async fn a_unit_is_added_below_one_in_scope_with_all_wrong_fields_told_at_once() {
    let app = TestApp::start().await;
    let client = app.sign_in("quantri").await;
    let parent = app.unit("MAU-02").await;
    let bad = json!({"code": "", "kind": "lang", "name": "", "parent_id": app.person("quantri").await});
    let wrong = client.post("/api/v1/units", bad).await.expect(422).json();
    let fields: Vec<_> = wrong["errors"].as_array().unwrap().iter().map(|e| e["pointer"].as_str().unwrap().to_owned()).collect();
    assert_eq!(fields, ["/parent_id", "/code", "/name", "/kind"]);
    let body = json!({"code": "MAU-02-VP", "kind": "phong", "name": "Văn phòng xã Bình Mẫu", "parent_id": parent});
    let made = client.post("/api/v1/units", body.clone()).await.expect(201);
    let path = client.get(&format!("/api/v1/units/{}", made.id())).await.expect(200).json()["path"].clone();
    assert_eq!(path.as_array().unwrap().len(), 2);
    let taken = client.post("/api/v1/units", body).await.expect(422).json();
    assert_eq!(taken["errors"][0]["code"], "taken");
}

/// A finding and a corrective action of a unit, put straight into the tables: their own areas make them.
async fn duties(app: &TestApp, unit: &str, suffix: &str, open: bool) -> (String, String) {
    use domain::{
        corrective_action::CorrectiveActionState,
        finding::{FindingState, Grade},
    };
    let db = app.app.store.read();
    let (unit, owner, person) = (app.unit(unit).await, app.unit("MAU-SNV").await, app.person("truongdoan").await);
    let clock = app.clock.clone();
    let unit_id: domain::id::UnitId = unit.parse().unwrap();
    let inspection_id = domain::id::InspectionId(clock.id());
    tests_support::inspection(db, inspection_id, unit_id, owner.parse().unwrap(), person.parse().unwrap(), suffix, clock.now())
        .await;
    let finding = entities::finding::ActiveModel {
        id: Set(clock.id().into()),
        code: Set(format!("PH-{suffix}")),
        search_text: Set(format!("ph-{suffix}")),
        kind: Set(domain::checklist::InspectionKind::Cchc),
        inspection_id: Set(Some(inspection_id)),
        owner_unit_id: Set(owner.parse().unwrap()),
        unit_id: Set(unit_id),
        grade: Set(Grade::ALL[0]),
        raised_at: Set(Some(clock.now())),
        state: Set(if open { FindingState::ActionRequired } else { FindingState::Closed }),
        created_by_id: Set(person.parse().unwrap()),
        version: Set(1),
        created_at: Set(clock.now()),
        ..Default::default()
    }
    .insert(db)
    .await
    .unwrap();
    let action = entities::corrective_action::ActiveModel {
        id: Set(clock.id().into()),
        code: Set(format!("KP-{suffix}")),
        finding_id: Set(finding.id),
        owner_unit_id: Set(owner.parse().unwrap()),
        unit_id: Set(unit_id),
        state: Set(if open { CorrectiveActionState::InExecution } else { CorrectiveActionState::ClosedEffective }),
        whys: Set(json!([])),
        plan_due_on: Set("2026-12-01".parse().unwrap()),
        effectiveness_months: Set(6),
        return_count: Set(0),
        version: Set(1),
        created_at: Set(clock.now()),
        ..Default::default()
    }
    .insert(db)
    .await
    .unwrap();
    (finding.id.to_string(), action.id.to_string())
}

mod tests_support {
    //! Rows of other areas that a succession moves.
    use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, DatabaseConnection};

    pub async fn inspection(
        db: &DatabaseConnection,
        id: domain::id::InspectionId,
        unit: domain::id::UnitId,
        owner: domain::id::UnitId,
        person: domain::id::PersonId,
        suffix: &str,
        now: chrono::DateTime<chrono::Utc>,
    ) {
        let checklist = entities::checklist::ActiveModel {
            id: Set(domain::id::ChecklistId(id.0)),
            code: Set(format!("BK-{suffix}")),
            kind: Set(domain::checklist::InspectionKind::Cchc),
            title: Set("Bảng kiểm thử".to_owned()),
            sample: Set(true),
            version_no: Set(1),
            state: Set(domain::record::ChecklistState::Published),
            version: Set(1),
            created_at: Set(now),
            ..Default::default()
        };
        let checklist = checklist.insert(db).await.unwrap();
        let inspection = entities::inspection::ActiveModel {
            id: Set(id),
            code: Set(format!("KT-{suffix}")),
            kind: Set(domain::checklist::InspectionKind::Cchc),
            owner_unit_id: Set(owner),
            unit_id: Set(unit),
            checklist_id: Set(checklist.id),
            state: Set(domain::inspection::InspectionState::FollowUp),
            surprise: Set(false),
            planned_on: Set("2026-10-01".parse().unwrap()),
            copies: Set(2),
            created_by_id: Set(person),
            version: Set(1),
            created_at: Set(now),
            ..Default::default()
        };
        inspection.insert(db).await.unwrap();
    }
}

async fn unit_of(app: &TestApp, action: &str) -> String {
    let id: domain::id::CorrectiveActionId = action.parse().unwrap();
    entities::corrective_action::Entity::find_by_id(id).one(app.app.store.read()).await.unwrap().unwrap().unit_id.to_string()
}

async fn unit_of_finding(app: &TestApp, finding: &str) -> String {
    let id: domain::id::FindingId = finding.parse().unwrap();
    entities::finding::Entity::find_by_id(id).one(app.app.store.read()).await.unwrap().unwrap().unit_id.to_string()
}

#[tokio::test]
async fn a_merged_units_open_duties_go_to_the_heir_and_its_closed_ones_stay() {
    let app = TestApp::start().await;
    let (old, heir) = (app.unit("MAU-02").await, app.unit("MAU-03").await);
    let (open_finding, open_action) = duties(&app, "MAU-02", "1", true).await;
    let (closed_finding, closed_action) = duties(&app, "MAU-02", "2", false).await;
    let client = app.sign_in("quantri").await;
    let body = json!({"kind": "merge", "to": [{"unit_id": heir}], "on": "2026-11-20", "ground": "Nghị quyết 01/NQ-HĐND"});
    let path = format!("/api/v1/units/{old}/succession");
    client.post(&path, body.clone()).await.expect(428);
    let done = client.post_at(&path, "\"1\"", body).await.expect(200).json();
    assert_eq!((done["moved_findings"].clone(), done["moved_corrective_actions"].clone()), (json!(1), json!(1)));
    assert_eq!(done["from"]["valid_to"], "2026-11-19");
    assert_eq!((unit_of_finding(&app, &open_finding).await, unit_of(&app, &open_action).await), (heir.clone(), heir.clone()));
    assert_eq!((unit_of_finding(&app, &closed_finding).await, unit_of(&app, &closed_action).await), (old.clone(), old.clone()));
    let center = one(&client, "/api/v1/units?q=mau-02-hcc&on=2026-11-20").await;
    assert_eq!(center["parent_id"], heir, "what lies below goes on under the heir");
    let events = entities::event::Entity::find().all(app.app.store.read()).await.unwrap();
    for kind in ["unit.succeeded", "finding.transferred", "corrective_action.transferred"] {
        assert!(
            events.iter().any(|event| event.kind == kind && event.reason.as_deref() == Some("Nghị quyết 01/NQ-HĐND")),
            "{kind}"
        );
    }
}

#[tokio::test]
async fn a_split_unit_names_an_heir_for_every_open_duty() {
    let app = TestApp::start().await;
    let old = app.unit("MAU-03").await;
    let (finding, action) = duties(&app, "MAU-03", "1", true).await;
    let client = app.sign_in("quantri").await;
    let path = format!("/api/v1/units/{old}/succession");
    let to = json!([
        {"code": "MAU-03A", "kind": "phuong", "name": "Phường Châu Mẫu Thượng"},
        {"code": "MAU-03B", "kind": "phuong", "name": "Phường Châu Mẫu Hạ"},
    ]);
    let body = json!({"kind": "split", "to": to, "on": "2026-12-01", "ground": "Nghị quyết 02/NQ-HĐND"});
    let refused = client.post_at(&path, "\"1\"", body.clone()).await.expect(409);
    assert_eq!(refused.code(), "duties_without_heir");
    let open = client.get(&format!("/api/v1/units/{old}/open-duties")).await.expect(200).json();
    assert_eq!(open.as_array().unwrap().len(), 2);
    let mut named = body;
    named["duties_to"] = json!([{"id": finding, "heir": 0}, {"id": action, "heir": 1}]);
    let done = client.post_at(&path, "\"1\"", named).await.expect(200).json();
    assert_eq!(unit_of_finding(&app, &finding).await, done["to"][0]["id"]);
    assert_eq!(unit_of(&app, &action).await, done["to"][1]["id"]);
    assert_eq!(all(&client, "/api/v1/units?on=2026-12-01&q=chau%20mau").await.len(), 2);
    assert_eq!(all(&client, "/api/v1/units?on=2026-11-30&q=chau%20mau").await.len(), 1);
}

#[tokio::test]
async fn a_succession_that_does_not_add_up_is_refused() {
    let app = TestApp::start().await;
    let client = app.sign_in("quantri").await;
    let (old, heir) = (app.unit("MAU-04").await, app.unit("MAU-03").await);
    let path = format!("/api/v1/units/{old}/succession");
    let ask = |kind: &str, to: Json, on: &str| json!({"kind": kind, "to": to, "on": on, "ground": "Nghị quyết"});
    for (body, status, code) in [
        (ask("merge", json!([]), "2026-12-01"), 409, "succession_heirs"),
        (ask("split", json!([{"unit_id": heir}]), "2026-12-01"), 409, "succession_heirs"),
        (ask("merge", json!([{"unit_id": heir}]), "2025-07-01"), 409, "succession_before_start"),
        (ask("merge", json!([{"unit_id": old}]), "2026-12-01"), 422, "invalid"),
        (ask("rename", json!([{"code": "", "kind": "xa", "name": ""}]), "2026-12-01"), 422, "invalid"),
    ] {
        assert_eq!(client.post_at(&path, "\"1\"", body.clone()).await.expect(status).code(), code, "{body}");
    }
}

#[tokio::test]
async fn the_pages_show_the_tree_as_of_a_day_and_mend_a_name() {
    let app = TestApp::start().await;
    let client = app.browse("quantri").await;
    let (root, unit) = (app.unit("MAU").await, app.unit("MAU-02").await);
    assert!(client.get("/don-vi").await.expect(200).text().contains("Tỉnh Mẫu"));
    assert!(!client.get("/don-vi?ngay=2025-06-30").await.expect(200).text().contains("Tỉnh Mẫu"));
    assert!(client.get(&format!("/don-vi?thuoc={root}")).await.expect(200).text().contains("Xã Bình Mẫu"));
    assert!(client.get("/don-vi?q=binh%20mau&cap=commune").await.expect(200).text().contains("Xã Bình Mẫu"));
    let (page, act) = (format!("/don-vi/{unit}"), format!("/don-vi/{unit}/sua-ten"));
    client.fill(&page, &act, &[("name", "")]).await.expect(422);
    client.fill(&page, &act, &[("name", "Xã Bình Mẫu Nam")]).await.expect(303);
    assert!(client.get(&page).await.expect(200).text().contains("Xã Bình Mẫu Nam"));
    assert!(!app.browse("truongdoan").await.get(&page).await.expect(200).text().contains("sua-ten"));
}

#[tokio::test]
async fn a_succession_is_recorded_on_a_page_by_who_manages_units() {
    let app = TestApp::start().await;
    let (finding, action) = duties(&app, "MAU-03", "1", true).await;
    let old = app.unit("MAU-03").await;
    let (page, form) = (format!("/don-vi/{old}"), format!("/don-vi/{old}/ke-thua"));
    let keeper = app.browse("quantri").await;
    assert!(keeper.get(&page).await.expect(200).text().contains("ke-thua"));
    let other = app.browse("truongdoan").await;
    assert!(!other.get(&page).await.expect(200).text().contains("ke-thua"));
    other.get(&form).await.expect(403);
    let ended = [("kind", "abolish"), ("on", "2026-12-01"), ("ground", "x")];
    other.force(&page, &form, &ended).await.expect(403);
    assert!(keeper.get(&form).await.expect(200).text().contains("PH-1"), "what must move is named by number");

    let wrong =
        keeper.fill(&form, &form, &[("ground", "Nghị quyết 02"), ("to/2/name", "Phường Thượng")]).await.expect(422).text();
    for said in ["#f-kind", "#f-on", "Nghị quyết 02", "Phường Thượng"] {
        assert!(wrong.contains(said), "{said}: {wrong}");
    }
    let more = keeper.fill(&form, &form, &[("ground", "Nghị quyết 02"), ("add", "to")]).await.expect(200).text();
    assert!(more.contains("Nghị quyết 02") && more.contains("f-to-1-name"), "{more}");
    let mut split = vec![
        ("kind", "split"),
        ("on", "2026-12-01"),
        ("ground", "Nghị quyết 02"),
        // The first row was left blank: errors and heirs are counted by the rows of the form.
        ("to/0/name", ""),
        ("to/1/name", "Phường Châu Mẫu Thượng"),
        ("to/1/code", "MAU-03A"),
        ("to/1/kind", "phuong"),
        ("to/2/name", ""),
        ("to/2/code", "MAU-03B"),
        ("to/2/kind", "phuong"),
    ];
    let wrong = keeper.fill(&form, &form, &split).await.expect(422).text();
    assert!(wrong.contains("#f-to-2-name") && wrong.contains("MAU-03A"), "{wrong}");
    split[7] = ("to/2/name", "Phường Châu Mẫu Hạ");
    let (finding_field, action_field) = (format!("duties/{finding}"), format!("duties/{action}"));
    let open = keeper.fill(&form, &form, &split).await.expect(409).text();
    assert!(open.contains("MAU-03B"), "what was typed stays: {open}");
    split.extend([(finding_field.as_str(), "1"), (action_field.as_str(), "2")]);
    keeper.fill(&form, &form, &split).await.expect(303);
    let text = keeper.get(&page).await.expect(200).text();
    assert!(text.contains("Phường Châu Mẫu Thượng") && text.contains("30/11/2026"), "{text}");
    let heir = one(&app.sign_in("quantri").await, "/api/v1/units?on=2026-12-01&q=mau-03b").await;
    assert_eq!(unit_of(&app, &action).await, heir["id"].as_str().unwrap());
}

#[tokio::test]
async fn a_unit_merges_into_one_that_is_there_on_the_page() {
    let app = TestApp::start().await;
    let (_, action) = duties(&app, "MAU-02", "1", true).await;
    let (old, heir) = (app.unit("MAU-02").await, app.unit("MAU-03").await);
    let form = format!("/don-vi/{old}/ke-thua");
    let keeper = app.browse("quantri").await;
    let merge = [("kind", "merge"), ("on", "2026-11-20"), ("ground", "Nghị quyết 01/NQ-HĐND"), ("to/0/unit_id", heir.as_str())];
    keeper.fill(&form, &form, &merge).await.expect(303);
    assert_eq!(unit_of(&app, &action).await, heir);
    let nobody = app.person("quantri").await;
    let nowhere = format!("/don-vi/{nobody}/ke-thua");
    keeper.get(&nowhere).await.expect(404);
    keeper.force("/don-vi", &nowhere, &merge).await.expect(404);
}

#[tokio::test]
async fn the_head_of_an_heir_reads_what_the_merged_unit_left_and_acts_on_none_of_it() {
    let app = TestApp::start().await;
    let (old, heir) = (app.unit("MAU-02").await, app.unit("MAU-03").await);
    let (finding, action) = duties(&app, "MAU-02", "2", false).await;
    let lead = app.sign_in("lanhdao").await;
    let visit = lead.get(&format!("/api/v1/findings/{finding}")).await.expect(200).json()["inspection_id"].clone();
    let visit = visit.as_str().unwrap().to_owned();
    let records =
        [("findings", "phat-hien", &finding), ("corrective-actions", "khac-phuc", &action), ("inspections", "kiem-tra", &visit)];
    let sees = async |login: &str, expected: u16| {
        let (api, browser) = (app.sign_in(login).await, app.browse(login).await);
        for (area, page, id) in records {
            api.get(&format!("/api/v1/{area}/{id}")).await.expect(expected);
            browser.get(&format!("/{page}/{id}")).await.expect(expected);
            let list = api.get(&format!("/api/v1/{area}")).await.expect(200).text();
            assert_eq!(list.contains(id.as_str()), expected == 200, "{login} {area}");
        }
    };
    sees("chutich.chau", 404).await;
    let body = json!({"kind": "merge", "to": [{"unit_id": heir}], "on": "2026-11-20", "ground": "Nghị quyết 01/NQ-HĐND"});
    let keeper = app.sign_in("quantri").await;
    keeper.post_at(&format!("/api/v1/units/{old}/succession"), "\"1\"", body).await.expect(200);
    sees("chutich.chau", 404).await; // not before its day
    app.set_time("2026-11-20T02:00:00Z");
    sees("chutich.chau", 200).await;
    sees("chutich.dong", 404).await;

    let head = app.sign_in("chutich.chau").await;
    let verbs = async |area: &str, id: &str, field: &str| {
        head.get(&format!("/api/v1/{area}/{id}")).await.expect(200).json()[field].as_array().map(Vec::len)
    };
    assert_eq!(verbs("inspections", &visit, "available").await, Some(0));
    let etag = head.get(&format!("/api/v1/inspections/{visit}")).await.etag();
    head.patch(&format!("/api/v1/inspections/{visit}"), &etag, json!({"unit_opinion": "Nhất trí"})).await.expect(403);
    let act = async |area: &str, id: &str, verb: &str| {
        let path = format!("/api/v1/{area}/{id}");
        let etag = head.get(&path).await.etag();
        head.post_at(&format!("{path}/{verb}"), &etag, json!({"reason": "x"})).await
    };
    act("findings", &finding, "dispute").await.expect(403);
    let plan = json!({"correction": "x", "steps": []});
    let path = format!("/api/v1/corrective-actions/{action}");
    let etag = head.get(&path).await.etag();
    head.json(poem::http::Method::PUT, &format!("{path}/plan"), &[("if-match", &etag)], plan).await.expect(403);

    // Read by a later heir too: successions are followed one after another.
    let rename = json!({"kind": "rename", "to": [{"code": "MAU-03M", "kind": "xa", "name": "Xã Châu Mẫu Mới"}], "on": "2026-11-21", "ground": "NQ"});
    let keeper = app.sign_in("quantri").await; // the session of four days ago has ended
    let etag = keeper.get(&format!("/api/v1/units/{heir}")).await.etag();
    let renamed = keeper.post_at(&format!("/api/v1/units/{heir}/succession"), &etag, rename).await.expect(200).json();
    let newest = renamed["to"][0]["id"].as_str().unwrap();
    let head_of_newest = json!({"person_id": app.person("chutich.dong").await, "role": "head", "unit_id": newest, "span": "own", "reason": "Phân công"});
    app.set_time("2026-11-21T02:00:00Z");
    app.sign_in("quantri").await.post("/api/v1/assignments", head_of_newest).await.expect(201);
    sees("chutich.dong", 200).await;
}
