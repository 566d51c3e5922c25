//! Quality objectives: written, approved, measured, evaluated; bound to what is counted anyway.

use domain::objective::{Direction, Frequency, ObjectiveState};
use entities::{objective_step, quality_objective};
use poem::http::Method;
use sea_orm::{ActiveModelTrait as _, IntoActiveModel as _};
use serde_json::{Value as Json, json};
use tests::{Answer, Client, TestApp};

use crate::findings::{pointers, refused};
use crate::support::{person_id, unit_id};

const API: &str = "/api/v1/quality-objectives";

/// One more approved objective of xã An Mẫu, with a step of its official.
pub async fn one_more(app: &TestApp, n: usize) {
    let (db, now) = (app.app.store.read(), app.clock.now());
    let (unit, owner) = (unit_id(app, "MAU-01").await, person_id(app, "congchuc.an").await);
    let row = quality_objective::Model {
        id: app.clock.id().into(),
        code: format!("MT-2026-9{n:03}"),
        unit_id: unit,
        year: 2026,
        state: ObjectiveState::Approved,
        goal: format!("Mục tiêu thử {n}"),
        measure: "Tỷ lệ".to_owned(),
        measure_unit: "%".to_owned(),
        direction: Direction::AtLeast,
        target: "98".to_owned(),
        baseline: None,
        frequency: Frequency::Quarter,
        bind: None,
        created_by_id: person_id(app, "thukyiso.an").await,
        approved_by_id: Some(person_id(app, "chutich.an").await),
        approved_at: Some(now),
        met: None,
        result_id: None,
        explanation: None,
        evaluated_by_id: None,
        evaluated_at: None,
        cancel_reason: None,
        search_text: "muc tieu".to_owned(),
        version: 1,
        created_at: now,
    };
    let row = row.into_active_model().insert(db).await.unwrap();
    let step = objective_step::Model {
        id: app.clock.id().into(),
        objective_id: row.id,
        position: 1,
        action: format!("Việc thử {n}"),
        owner_id: Some(owner),
        owner_text: None,
        due_on: "2026-11-20".parse().unwrap(),
        done_on: None,
        done_by_id: None,
        note: None,
    };
    step.into_active_model().insert(db).await.unwrap();
}

fn objective(owner: &str) -> Json {
    json!({
        "year": 2026, "goal": "Hồ sơ được giải quyết đúng hạn và trước hạn", "measure": "Tỷ lệ hồ sơ đúng hạn", "measure_unit": "%",
        "direction": "at_least", "target": "98.50", "baseline": "97.2", "frequency": "quarter",
        "steps": [{"action": "Rà soát hồ sơ sắp đến hạn mỗi sáng", "owner_id": owner, "due_on": "2026-11-20"}],
    })
}

async fn written(app: &TestApp) -> (Client, Answer) {
    let secretary = app.sign_in("thukyiso.an").await;
    let owner = app.person("congchuc.an").await;
    let made = secretary.post(API, objective(&owner)).await.expect(201);
    (secretary, made)
}

async fn approved(app: &TestApp) -> (Client, String) {
    let (secretary, made) = written(app).await;
    let path = format!("{API}/{}", made.id());
    app.sign_in("chutich.an").await.post_at(&format!("{path}/approve"), &made.etag(), json!({})).await.expect(200);
    (secretary, path)
}

async fn at(client: &Client, path: &str, act: &str, body: Json) -> Answer {
    let etag = client.get(path).await.expect(200).etag();
    client.post_at(&format!("{path}/{act}"), &etag, body).await
}

async fn count(client: &Client) -> usize {
    client.get(API).await.expect(200).json()["items"].as_array().unwrap().len()
}

#[tokio::test]
async fn an_objective_is_written_approved_measured_and_evaluated_with_a_reason_when_missed() {
    let app = TestApp::start().await;
    let (secretary, made) = written(&app).await;
    let path = format!("{API}/{}", made.id());
    let record = made.json();
    assert_eq!(
        (record["code"].as_str(), record["target"].as_str(), record["state"].as_str()),
        (Some("MT-2026-01"), Some("98.5"), Some("draft"))
    );
    assert_eq!(record["unit_id"].as_str().unwrap(), app.unit("MAU-01").await);
    // Everything wrong at once.
    let wrong = json!({"year": 1999, "goal": " ", "measure": "x", "direction": "at_least", "target": "nhiều", "frequency": "month",
        "steps": [{"action": "", "due_on": "2026-12-31"}]});
    let answer = secretary.post(API, wrong).await.expect(422);
    let named = pointers(&answer);
    for field in ["/year", "/goal", "/target", "/measure_unit", "/steps/0/action", "/steps/0/owner_id", "/steps/0/due_on"] {
        assert!(named.iter().any(|one| one == field), "{field} in {named:?}");
    }
    // A draft is changed by who keeps it, and approved by the head only, with a plan.
    let head = app.sign_in("chutich.an").await;
    let bare = json!({"goal": "Giảm hồ sơ bổ sung", "measure": "Số hồ sơ", "measure_unit": "hồ sơ", "direction": "at_most", "target": "12",
        "frequency": "year", "steps": []});
    let changed = secretary.json(Method::PUT, &path, &[("if-match", &made.etag())], bare).await.expect(200);
    secretary.json(Method::PUT, &path, &[("if-match", &made.etag())], json!({})).await.expect(422);
    refused(head.post_at(&format!("{path}/approve"), &changed.etag(), json!({})).await, "objective_without_plan");
    let again = secretary
        .json(Method::PUT, &path, &[("if-match", &changed.etag())], {
            let mut body = objective(&app.person("congchuc.an").await);
            body.as_object_mut().unwrap().remove("year");
            body
        })
        .await
        .expect(200);
    assert_eq!(again.json()["steps"].as_array().unwrap().len(), 1);
    secretary.post_at(&format!("{path}/approve"), &again.etag(), json!({})).await.expect(403);
    let approved = head.post_at(&format!("{path}/approve"), &again.etag(), json!({})).await.expect(200);
    assert_eq!(approved.json()["state"], "approved");
    head.post_at(&format!("{path}/approve"), &again.etag(), json!({})).await.expect(412);

    // Results are dated, never changed, and the last day counts; what is no number or not of the year is refused.
    let officer = app.sign_in("daumoi.an").await;
    let answer = at(&officer, &path, "results", json!({"value": "nhiều", "measured_on": "2025-12-31"})).await.expect(422);
    assert_eq!(pointers(&answer), ["/measured_on", "/value"]);
    let answer = at(&officer, &path, "results", json!({"value": "99", "measured_on": "2026-11-17"})).await.expect(422);
    assert_eq!(pointers(&answer), ["/measured_on"]);
    at(&officer, &path, "results", json!({"value": "99.25", "measured_on": "2026-09-30"})).await.expect(201);
    let second = at(&officer, &path, "results", json!({"value": "98", "measured_on": "2026-06-30"})).await.expect(201).json();
    assert_eq!((second["results"][0]["value"].as_str(), second["on_target"].as_bool()), (Some("99.25"), Some(true)));
    // What cannot be is refused or explained; of one day the later one counts, with its reason.
    for value in ["-1", "150"] {
        let answer = at(&officer, &path, "results", json!({"value": value, "measured_on": "2026-10-31"})).await.expect(422);
        assert_eq!(pointers(&answer), ["/note"], "{value}: a percentage beyond 0 to 100 is explained");
    }
    let answer = at(&officer, &path, "results", json!({"value": "99.2", "measured_on": "2026-09-30"})).await.expect(422);
    assert_eq!(pointers(&answer), ["/note"]);
    let again = json!({"value": "99.2", "measured_on": "2026-09-30", "note": "Ghi nhầm số."});
    let again = at(&officer, &path, "results", again).await.expect(201).json();
    assert_eq!(again["results"][0]["value"], "99.2", "the later one counts");
    let third = at(&officer, &path, "results", json!({"value": "98.4999", "measured_on": "2026-11-10"})).await.expect(201).json();
    assert_eq!(third["on_target"], false, "exact numbers, nothing is rounded up");

    // The year is evaluated in December; a missed objective needs its reason, a met one takes none.
    refused(at(&secretary, &path, "evaluate", json!({})).await, "evaluation_too_early");
    app.set_time("2026-12-15T02:00:00Z");
    let secretary = app.sign_in("thukyiso.an").await;
    assert_eq!(pointers(&at(&secretary, &path, "evaluate", json!({})).await.expect(422)), ["/explanation"]);
    let body = json!({"explanation": "Phần mềm một cửa dừng 5 ngày."});
    let done = at(&secretary, &path, "evaluate", body).await.expect(200).json();
    assert_eq!((done["state"].as_str(), done["met"].as_bool()), (Some("evaluated"), Some(false)));
    assert_eq!(done["explanation"], "Phần mềm một cửa dừng 5 ngày.");
    let officer = app.sign_in("daumoi.an").await;
    refused(at(&officer, &path, "results", json!({"value": "100"})).await, "wrong_state");
}

#[tokio::test]
async fn a_draft_is_the_units_own_an_approved_one_is_read_by_its_people_and_from_above() {
    let app = TestApp::start().await;
    let (_, made) = written(&app).await;
    let path = format!("{API}/{}", made.id());
    for login in ["congchuc.an", "thukyhoidong", "daumoi.binh", "chutich.binh"] {
        app.sign_in(login).await.get(&path).await.expect(404);
        assert_eq!(count(&app.sign_in(login).await).await, 0, "{login}");
    }
    for login in ["chutich.an", "daumoi.an"] {
        assert_eq!(count(&app.sign_in(login).await).await, 1, "{login}");
    }
    app.sign_in("chutich.an").await.post_at(&format!("{path}/approve"), &made.etag(), json!({})).await.expect(200);
    for login in ["congchuc.an", "thukyhoidong"] {
        app.sign_in(login).await.get(&path).await.expect(200);
        assert_eq!(count(&app.sign_in(login).await).await, 1, "{login}");
    }
    let outside = app.sign_in("daumoi.binh").await;
    outside.get(&path).await.expect(404);
    outside.post_at(&format!("{path}/results"), "\"2\"", json!({"value": "1"})).await.expect(404);
    // The author does not approve their own text, even as head.
    let root = app.sign_in("quantri").await;
    let body = json!({"person_id": app.person("thukyiso.an").await, "role": "head", "unit_id": app.unit("MAU-01").await, "span": "own", "reason": "Phụ trách"});
    root.post("/api/v1/assignments", body).await.expect(201);
    let secretary = app.sign_in("thukyiso.an").await;
    let own = secretary.post(API, objective(&app.person("congchuc.an").await)).await.expect(201);
    refused(secretary.post_at(&format!("{API}/{}/approve", own.id()), &own.etag(), json!({})).await, "own_text");
}

async fn enter_dossiers(officer: &Client, on_time: u32, late: u32) {
    let body = json!({
        "period_kind": "quarter", "from": "2026-07-01", "to": "2026-09-30", "field": "", "source": "software",
        "figures": {"early": 0, "on_time": on_time, "overdue_done": late},
    });
    officer.post("/api/v1/dossier-reports", body).await.expect(201);
}

#[tokio::test]
async fn a_bound_objective_takes_the_counted_figure_with_its_rows_and_keeps_what_was_recorded() {
    let app = TestApp::start().await;
    let secretary = app.sign_in("thukyiso.an").await;
    let mut body = objective(&app.person("congchuc.an").await);
    body["bind"] = "dossiers_on_time".into();
    body["target"] = "100".into();
    body["direction"] = "exactly".into();
    let made = secretary.post(API, body).await.expect(201);
    let path = format!("{API}/{}", made.id());
    app.sign_in("chutich.an").await.post_at(&format!("{path}/approve"), &made.etag(), json!({})).await.expect(200);
    let officer = app.sign_in("daumoi.an").await;
    let figure = officer.get(&format!("{path}/figure")).await.expect(200).json();
    assert!(figure["value"].is_null() && figure["rows"].as_array().unwrap().is_empty());
    assert_eq!(pointers(&at(&officer, &path, "results", json!({})).await.expect(422)), ["/value"]);

    enter_dossiers(&officer, 2_999_999, 1).await;
    let figure = officer.get(&format!("{path}/figure")).await.expect(200).json();
    assert_eq!((figure["part"].as_i64(), figure["whole"].as_i64()), (Some(2_999_999), Some(3_000_000)));
    assert_eq!(figure["rows"][0]["subject"], "dossier_report");
    let recorded = at(&officer, &path, "results", json!({})).await.expect(201).json();
    assert_eq!(recorded["results"][0]["value"], "100", "rounded to four places to be read");
    assert_eq!(recorded["on_target"], false, "and judged by the exact share");
    assert_eq!(pointers(&at(&officer, &path, "results", json!({"value": "150", "note": "x"})).await.expect(422)), ["/value"]);
    // Who may not read the figures learns the number, not the records.
    let employee = app.sign_in("congchuc.an").await.get(&format!("{path}/figure")).await.expect(200).json();
    assert_eq!((employee["whole"].as_i64(), employee["rows"].as_array().unwrap().len()), (Some(3_000_000), 0));
}

#[tokio::test]
async fn every_bound_figure_is_the_number_its_own_area_counts() {
    let app = TestApp::start().await;
    let (secretary, officer) = (app.sign_in("thukyiso.an").await, app.sign_in("daumoi.an").await);
    let done = json!({"kind": "task", "year": 2026, "title": "Rà soát", "due_on": "2026-10-01", "done_on": "2026-09-30"});
    officer.post("/api/v1/work-items", done).await.expect(201);
    let late = json!({"kind": "task", "year": 2026, "title": "Niêm yết", "due_on": "2026-10-01"});
    officer.post("/api/v1/work-items", late).await.expect(201);
    let petition = json!({"kind": "petition", "year": 2026, "title": "Chậm trả", "received_on": "2026-05-04", "due_on": "2026-05-20", "done_on": "2026-05-18"});
    officer.post("/api/v1/work-items", petition).await.expect(201);
    let expected = [
        ("tasks_on_time", Some((1, 2))),
        ("petitions_on_time", Some((1, 1))),
        ("reports_on_time", None),
        ("satisfaction", None),
        ("actions_on_time", None),
    ];
    for (bind, share) in expected {
        let mut body = objective(&app.person("congchuc.an").await);
        body["bind"] = bind.into();
        let made = secretary.post(API, body).await.expect(201);
        let figure = secretary.get(&format!("{API}/{}/figure", made.id())).await.expect(200).json();
        assert_eq!(figure["part"].as_i64().zip(figure["whole"].as_i64()), share, "{bind}");
    }
}

#[tokio::test]
async fn rows_of_the_plan_and_missing_results_stand_on_the_work_list_and_in_the_reminders() {
    let app = TestApp::start().await;
    let (_, path) = approved(&app).await;
    let verbs = async |login: &str| {
        let work = app.sign_in(login).await.get("/api/v1/work").await.expect(200).json();
        let items = work["items"].as_array().unwrap().clone();
        items
            .into_iter()
            .filter(|item| item["code"] == "MT-2026-01")
            .map(|item| item["verb"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(verbs("congchuc.an").await, ["do_objective_step"]);
    assert_eq!(verbs("daumoi.an").await, [""; 0], "the fourth quarter is not over");
    assert_eq!(verbs("daumoi.binh").await, [""; 0]);
    // Five working days are left: the first reminder of the ladder.
    app.set_time("2026-11-16T02:00:00Z");
    api::jobs::plan(&app.app).await.unwrap();
    let employee = app.sign_in("congchuc.an").await;
    let reminders = employee.get("/api/v1/reminders").await.expect(200).json();
    assert_eq!(
        (reminders["items"][0]["rule"].as_str(), reminders["items"][0]["stage"].as_str()),
        (Some("do_objective_step"), Some("before_7"))
    );
    let record = employee.get(&path).await.expect(200).json();
    let step = format!("{path}/steps/{}/complete", record["steps"][0]["id"].as_str().unwrap());
    let etag = format!("\"{}\"", record["version"]);
    let outside = app.sign_in("congchuc.binh").await;
    outside.post_at(&step, &etag, json!({})).await.expect(404);
    let done = employee.post_at(&step, &etag, json!({"note": "Đã rà soát"})).await.expect(200);
    assert_eq!(done.json()["steps"][0]["done_on"], "2026-11-16");
    refused(employee.post_at(&step, &done.etag(), json!({})).await, "objective_step_done");
    assert_eq!(verbs("congchuc.an").await, [""; 0]);
    // After the quarter its result is owed to the unit's officers.
    app.set_time("2027-01-04T02:00:00Z");
    assert_eq!(verbs("daumoi.an").await, ["record_result"]);
    api::jobs::plan(&app.app).await.unwrap();
    let officer = app.sign_in("daumoi.an").await;
    let reminders = officer.get("/api/v1/reminders").await.expect(200).json();
    let found = reminders["items"].as_array().unwrap().iter().find(|one| one["rule"] == "record_result").expect("a reminder");
    assert_eq!(found["due_on"], "2027-01-10");
    at(&officer, &path, "results", json!({"value": "99", "measured_on": "2026-12-31"})).await.expect(201);
    assert_eq!(verbs("daumoi.an").await, [""; 0]);
    assert_eq!(verbs("thukyiso.an").await, ["evaluate_objective"]);
}

#[tokio::test]
async fn an_objective_is_set_approved_measured_and_evaluated_on_pages() {
    let app = TestApp::start().await;
    let secretary = app.browse("thukyiso.an").await;
    let empty = secretary.get("/muc-tieu").await.expect(200).text();
    assert!(empty.contains("Hãy đặt mục tiêu đầu tiên."), "{empty}");
    let owner = app.person("congchuc.an").await;
    let fields = [
        ("year", "2026"),
        ("goal", "Hồ sơ được giải quyết đúng hạn và trước hạn"),
        ("bind", ""),
        ("measure", "Tỷ lệ hồ sơ đúng hạn"),
        ("measure_unit", "%"),
        ("direction", "at_least"),
        ("target", "98,5"),
        ("baseline", ""),
        ("frequency", "quarter"),
        ("steps/0/action", "Rà soát hồ sơ sắp đến hạn"),
        ("steps/0/owner_id", &owner),
        ("steps/0/owner_text", ""),
        ("steps/0/due_on", "2026-11-20"),
    ];
    let new = "/muc-tieu/moi";
    let wrong: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| if *name == "target" { ("target", "cao") } else { (*name, *value) }).collect();
    let again = secretary.fill(new, new_action(&secretary).await.as_str(), &wrong).await.expect(422).text();
    assert!(again.contains("Hãy nhập một số, ví dụ 98,5.") && again.contains("Rà soát hồ sơ sắp đến hạn"), "{again}");
    let mut nobody = fields.to_vec();
    (nobody[10].1, nobody[12].1) = ("", "2027-01-05");
    let again = secretary.fill(new, new_action(&secretary).await.as_str(), &nobody).await.expect(422).text();
    assert!(again.contains("\">Dòng 1 – Người thực hiện: Chưa nhập"), "named as at the field: {again}");
    assert!(again.contains("Hạn này không thuộc năm của mục tiêu"), "{again}");
    let made = secretary.fill(new, new_action(&secretary).await.as_str(), &fields).await.expect(303);
    let page = made.header("location").split('?').next().unwrap().to_owned();
    let shown = secretary.get(&page).await.expect(200).text();
    assert!(
        shown.contains("≥ 98,5 %") && shown.contains("Công chức xã An Mẫu") && !shown.contains(&format!("{page}/phe-duyet")),
        "{shown}"
    );
    let edit = format!("{page}/sua");
    let mut changed = fields.to_vec();
    changed[1].1 = "Hồ sơ được trả đúng hẹn";
    secretary.fill(&edit, &edit, &changed[1..]).await.expect(303);
    let head = app.browse("chutich.an").await;
    head.fill(&page, &format!("{page}/phe-duyet"), &[]).await.expect(303);
    let officer = app.browse("daumoi.an").await;
    let refused =
        officer.fill(&page, &format!("{page}/ket-qua"), &[("measured_on", "2026-11-10"), ("value", "")]).await.expect(422).text();
    assert!(refused.contains("Chưa nhập nội dung này."), "{refused}");
    officer
        .fill(&page, &format!("{page}/ket-qua"), &[("measured_on", "2026-11-10"), ("value", "99,24"), ("note", "Sổ theo dõi")])
        .await
        .expect(303);
    // A form that was sent already and then changed, and an address that is wrong, are told to people and not to programs.
    let html = officer.get(&page).await.expect(200).text();
    let hidden =
        |name: &str| html.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap().split('"').next().unwrap().to_owned();
    let (csrf, once, version) = (hidden("csrf"), hidden("once"), hidden("version"));
    let send = async |value: &str| {
        let fields =
            [("csrf", csrf.as_str()), ("once", &once), ("version", &version), ("measured_on", "2026-11-09"), ("value", value)];
        officer.form(&format!("{page}/ket-qua"), &fields).await
    };
    send("98,6").await.expect(303);
    let twice = send("98,7").await.expect(422).text();
    assert!(twice.contains("Biểu mẫu này đã được gửi rồi") && !twice.contains("Idempotency"), "{twice}");
    let wrong = secretary.get("/muc-tieu/moi?don_vi=abc").await.expect(400).text();
    assert!(wrong.contains("Hãy quay lại trang trước hoặc mở từ trình đơn.") && !wrong.contains("tài liệu API"), "{wrong}");
    let shown = officer.get(&page).await.expect(200).text();
    assert!(shown.contains("99,24 %") && shown.contains("Đang đạt") && shown.contains("Hồ sơ được trả đúng hẹn"), "{shown}");
    // The files of a result belong to it.
    let files = shown
        .split("/minh-chung/objective_result/")
        .nth(1)
        .or_else(|| shown.split("&#x2f;minh-chung&#x2f;objective_result&#x2f;").nth(1));
    let result = files.expect("a link to the files").split('"').next().unwrap().to_owned();
    let evidence = officer.get(&format!("/minh-chung/objective_result/{result}")).await.expect(200).text();
    assert!(evidence.contains("MT-2026-01") && evidence.contains("enctype=\"multipart/form-data\""), "{evidence}");
    app.browse("daumoi.binh").await.get(&format!("/minh-chung/objective_result/{result}")).await.expect(404);
    // The employee reports their row, and sees the unit's objectives in the list.
    let employee = app.browse("congchuc.an").await;
    let record =
        app.sign_in("congchuc.an").await.get(&format!("{API}/{}", page.rsplit('/').next().unwrap())).await.expect(200).json();
    let step = format!("{page}/viec/{}", record["steps"][0]["id"].as_str().unwrap());
    let emptied = employee.fill(&page, &step, &[("done_on", ""), ("note", "")]).await.expect(422).text();
    assert!(emptied.contains("Ngày hoàn thành: Chưa nhập"), "an emptied day is not today: {emptied}");
    employee.fill(&page, &step, &[("done_on", "2026-11-16"), ("note", "")]).await.expect(303);
    assert!(employee.get("/muc-tieu").await.expect(200).text().contains("Hồ sơ được trả đúng hẹn"));
    app.browse("daumoi.binh").await.get(&page).await.expect(404);
    app.set_time("2026-12-15T02:00:00Z");
    let secretary = app.browse("thukyiso.an").await;
    secretary.fill(&page, &format!("{page}/danh-gia"), &[("explanation", "")]).await.expect(303);
    let list = secretary.get("/muc-tieu?nam=2026").await.expect(200).text();
    assert!(list.contains("Đã đánh giá 1 mục tiêu, đạt 1.") && list.contains("Đạt"), "{list}");
}

/// The address of the form of a new objective: it names the unit.
async fn new_action(client: &Client) -> String {
    let page = client.get("/muc-tieu/moi").await.expect(200).text().replace("&#x2f;", "/");
    page.split("action=\"")
        .find_map(|part| part.strip_prefix("/muc-tieu/moi"))
        .map(|rest| format!("/muc-tieu/moi{}", rest.split('"').next().unwrap()))
        .unwrap()
}
