//! Criteria sets and imported results of an index.

use entities::{criteria_set, index_result};
use poem::http::Method;
use sea_orm::{ActiveModelTrait as _, EntityTrait as _, IntoActiveModel as _};
use serde_json::{Value as Json, json};
use tests::{Answer, Client, TestApp};

use crate::support::unit_id;

const SET: &str = include_str!("../../data/criteria-commune-sample.yaml");
const UNITS: &str = include_str!("../../data/sample-units.yaml");
const READING: &str = include_str!("../../data/gia-lai-766-communes-2026-10-10.csv");

/// One more set and one more result, for the test of lists.
pub async fn one_more(app: &TestApp, n: usize) {
    let db = app.app.store.read();
    let sample = criteria_set::Entity::find().one(db).await.unwrap().unwrap();
    let set = criteria_set::Model { id: app.clock.id().into(), code: format!("bo-{n}"), ..sample };
    set.into_active_model().insert(db).await.unwrap();
    let result = index_result::Model {
        id: app.clock.id().into(),
        index_code: domain::index::IndexCode::Qd766,
        unit_name: format!("UBND xã số {n}"),
        unit_code: format!("H99.{n}"),
        unit_id: Some(unit_id(app, "MAU-01").await),
        period_kind: domain::index::IndexPeriodKind::Year,
        period_year: 2026,
        period_number: 0,
        snapshot_at: "2026-10-10T07:00:13Z".parse().unwrap(),
        total: 700_000 + i64::try_from(n).unwrap(),
        parts: json!({"ckmb": 117_900}),
        published_rank: None,
        source: "thử".to_owned(),
        created_at: app.clock.now(),
    };
    result.into_active_model().insert(db).await.unwrap();
}

/// The sample set under another code.
fn file(code: &str) -> String {
    SET.replace("id: sample-commune-2025", &format!("id: {code}\nyear: 2026")).replace("status: constructed", "status: thử")
}

fn pointers(problem: &Json) -> Vec<(String, String)> {
    let text = |error: &Json, key: &str| error[key].as_str().unwrap().to_owned();
    problem["errors"].as_array().unwrap().iter().map(|error| (text(error, "pointer"), text(error, "code"))).collect()
}

/// Sends the form of a page with a file in its field `file`.
async fn send_file(client: &Client, page: &str, action: &str, file: Option<&str>) -> Answer {
    let html = client.get(page).await.expect(200).text();
    let form = html
        .split("<form")
        .find(|form| form.contains(&format!("action=\"{action}\"")) && form.contains("name=\"csrf\""))
        .unwrap();
    let hidden = |name: &str| {
        let value = form.split(&format!("name=\"{name}\" value=\"")).nth(1);
        value.and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
    };
    let mut body = String::new();
    for (name, value) in ["csrf", "once", "version"].map(|name| (name, hidden(name))) {
        body += &format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    }
    if let Some(text) = file {
        let head = "Content-Disposition: form-data; name=\"file\"; filename=\"bo.yaml\"\r\nContent-Type: application/yaml";
        body += &format!("--XX\r\n{head}\r\n\r\n{text}\r\n");
    }
    body += "--XX--\r\n";
    client.send(Method::POST, action, &[("content-type", "multipart/form-data; boundary=XX")], body).await
}

async fn sample_id(app: &TestApp) -> String {
    let found = app.sign_in("thukyhoidong").await.get("/api/v1/criteria-sets?q=bo%20mau").await.expect(200).json();
    let sample = found["items"].as_array().unwrap().iter().find(|set| set["code"] == "sample-commune-2025").unwrap();
    sample["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_sample_set_is_there_published_and_called_a_sample() {
    let app = TestApp::start().await;
    let reader = app.sign_in("chutich.an").await;
    let list = reader.get("/api/v1/criteria-sets?q=bo%20mau&state=published").await.expect(200).json();
    let found = &list["items"][0];
    assert_eq!(
        (found["code"].as_str(), &found["edition"], &found["sample"]),
        (Some("sample-commune-2025"), &json!(1), &json!(true))
    );
    assert_eq!(found["owner_unit_id"], app.unit("MAU").await);
    let got = reader.get(&format!("/api/v1/criteria-sets/{}", found["id"].as_str().unwrap())).await.expect(200).json();
    assert_eq!(got["document"]["nodes"][0]["children"][0]["code"], "1.1");
    let labelled = &got["document"]["nodes"][0]["children"][0]["children"][2]["inputs"][0];
    assert_eq!(labelled, &json!({"name": "done", "label": "số đã thực hiện", "bind": "tasks.done"}));
    assert_eq!((&got["faults"], &got["available"]), (&json!([]), &json!([])));
    for nothing in ["q=khong-co", "state=draft", "year=1999"] {
        let list = reader.get(&format!("/api/v1/criteria-sets?{nothing}")).await.expect(200).json();
        assert_eq!(list["items"], json!([]), "{nothing}");
    }
}

#[tokio::test]
async fn a_set_goes_from_a_file_to_a_frozen_publication_its_next_edition_and_retirement() {
    let app = TestApp::start().await;
    let secretary = app.sign_in("thukyhoidong").await;
    let body = json!({"file": file("cchc-xa")});
    let key = [("idempotency-key", "mot-lan")];
    let made = secretary.json(Method::POST, "/api/v1/criteria-sets", &key, body.clone()).await.expect(201);
    let again = secretary.json(Method::POST, "/api/v1/criteria-sets", &key, body).await.expect(201);
    assert_eq!(made.id(), again.id());
    assert_eq!(
        (&made.json()["state"], &made.json()["year"], &made.json()["sample"]),
        (&json!("draft"), &json!(2026), &json!(false))
    );
    let path = format!("/api/v1/criteria-sets/{}", made.id());

    let renamed = file("cchc-xa").replace("Kế hoạch CCHC năm\n", "Kế hoạch cải cách hành chính năm\n");
    secretary.json(Method::PUT, &path, &[("if-match", "\"9\"")], json!({"file": renamed})).await.expect(412);
    let other = secretary.json(Method::PUT, &path, &[("if-match", &made.etag())], json!({"file": file("khac")})).await;
    assert_eq!(pointers(&other.expect(422).json()), [("/file/id".to_owned(), "set_code_differs".to_owned())]);
    let replaced = secretary.json(Method::PUT, &path, &[("if-match", &made.etag())], json!({"file": renamed})).await.expect(200);
    assert_ne!(replaced.json()["digest"], made.json()["digest"]);

    let published = secretary.post_at(&format!("{path}/publish"), &replaced.etag(), json!({})).await.expect(200);
    assert_eq!((&published.json()["state"], &published.json()["available"]), (&json!("published"), &json!(["retire", "copy"])));
    let frozen = secretary.json(Method::PUT, &path, &[("if-match", &published.etag())], json!({"file": renamed})).await;
    assert_eq!(frozen.expect(409).code(), "criteria_set_not_draft");

    let copy = secretary.post(&format!("{path}/copy"), json!({"year": 2027})).await.expect(201);
    assert_eq!((&copy.json()["code"], &copy.json()["edition"]), (&json!("cchc-xa"), &json!(2)));
    assert_eq!((&copy.json()["year"], &copy.json()["copied_from_id"]), (&json!(2027), &json!(made.id())));
    let renamed = secretary.post(&format!("{path}/copy"), json!({"code": "cchc-phuong"})).await.expect(201).json();
    assert_eq!((&renamed["code"], &renamed["edition"]), (&json!("cchc-phuong"), &json!(1)));
    let wrong = secretary.post(&format!("{path}/copy"), json!({"year": 1})).await.expect(422).json();
    assert_eq!(pointers(&wrong), [("/year".to_owned(), "out_of_range".to_owned())]);

    let retired = secretary.post_at(&format!("{path}/retire"), &published.etag(), json!({})).await.expect(200);
    assert_eq!(retired.json()["state"], "retired");
    let twice = secretary.post_at(&format!("{path}/retire"), &retired.etag(), json!({})).await;
    assert_eq!(twice.expect(409).code(), "criteria_set_not_published");

    let sample = sample_id(&app).await;
    let diff = secretary.get(&format!("{path}/diff?with={sample}")).await.expect(200).json();
    assert_eq!(diff["items"].as_array().unwrap().len(), 1);
    assert_eq!((&diff["items"][0]["code"], &diff["items"][0]["aspects"]), (&json!("1.1"), &json!(["name"])));
    assert_eq!(secretary.get(&format!("{path}/diff?with={}", made.id())).await.expect(200).json()["items"], json!([]));
    let events = app.sign_in("giamsat").await.get("/api/v1/events?kind=criteria_set.&limit=100").await.expect(200).text();
    for kind in ["imported", "replaced", "published", "copied", "retired"] {
        assert!(events.contains(&format!("criteria_set.{kind}")), "{kind}");
    }
}

#[tokio::test]
async fn a_draft_with_faults_is_kept_and_told_of_but_never_published() {
    let app = TestApp::start().await;
    let secretary = app.sign_in("thukyhoidong").await;
    let off = file("lech").replace("  max: 12\n", "  max: 12.5\n");
    let made = secretary.post("/api/v1/criteria-sets", json!({"file": off})).await.expect(201);
    let faults = made.json()["faults"].as_array().unwrap().clone();
    let of_node = faults.iter().find(|fault| fault["place"] == "nodes/1").unwrap();
    assert_eq!(
        of_node["detail"],
        "Mục 1: tổng điểm tối đa của các mục con là 12, điểm tối đa của mục là 12,5. Sửa cho hai số bằng nhau."
    );
    let path = format!("/api/v1/criteria-sets/{}", made.id());
    let refused = secretary.post_at(&format!("{path}/publish"), &made.etag(), json!({})).await.expect(422).json();
    assert!(pointers(&refused).contains(&("/nodes/1".to_owned(), "children_do_not_add_up".to_owned())), "{refused}");
    secretary.post(&format!("{path}/try"), json!({"inputs": UNITS})).await.expect(422);
    let mended =
        secretary.json(Method::PUT, &path, &[("if-match", &made.etag())], json!({"file": file("lech")})).await.expect(200);
    secretary.post_at(&format!("{path}/publish"), &mended.etag(), json!({})).await.expect(200);
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_refused_with_everything_that_is_wrong() {
    let app = TestApp::start().await;
    let secretary = app.sign_in("thukyhoidong").await;
    let wrong = file("sai")
        .replace("- code: \"1.1\"", "- code: 1.1")
        .replace("rule: {type: boolean}, evidence: [Kế hoạch CCHC năm; dự toán]", "rule: {type: la}, evidence: [x], mau: đỏ");
    let refused = secretary.post("/api/v1/criteria-sets", json!({"file": wrong})).await.expect(422).json();
    let found = pointers(&refused);
    for (pointer, code) in
        [("/file/nodes/1/children/0/code", "code_must_be_quoted"), ("/file/nodes/1.1.2/rule/type", "file_unknown_word")]
    {
        assert!(found.contains(&(pointer.to_owned(), code.to_owned())), "{pointer}: {refused}");
    }
    let broken = secretary.post("/api/v1/criteria-sets", json!({"file": "id: [1"})).await.expect(422).json();
    assert_eq!(pointers(&broken), [("/file".to_owned(), "file_broken".to_owned())]);
    let outside = json!({"file": file("sai"), "owner_unit_id": "01930000-0000-7000-8000-000000000000"});
    let outside = secretary.post("/api/v1/criteria-sets", outside).await.expect(422).json();
    assert_eq!(pointers(&outside), [("/owner_unit_id".to_owned(), "unknown_unit".to_owned())]);
}

#[tokio::test]
async fn drafts_are_for_who_issues_criteria_and_sets_for_the_units_below() {
    let app = TestApp::start().await;
    let (secretary, an, binh) =
        (app.sign_in("thukyhoidong").await, app.sign_in("chutich.an").await, app.sign_in("chutich.binh").await);
    let body = json!({"file": file("rieng-binh"), "owner_unit_id": app.unit("MAU-02").await});
    an.post("/api/v1/criteria-sets", body.clone()).await.expect(403);
    let made = secretary.post("/api/v1/criteria-sets", body).await.expect(201);
    let path = format!("/api/v1/criteria-sets/{}", made.id());
    for reader in [&an, &binh] {
        reader.get(&path).await.expect(404);
        reader.post_at(&format!("{path}/publish"), &made.etag(), json!({})).await.expect(403);
    }
    secretary.post_at(&format!("{path}/publish"), &made.etag(), json!({})).await.expect(200);
    // The control: the same address is there for the unit it is for, and stays absent for another.
    binh.get(&path).await.expect(200);
    binh.get(&format!("{path}/file")).await.expect(200);
    an.get(&path).await.expect(404);
    an.get(&format!("{path}/file")).await.expect(404);
    an.post(&format!("{path}/try"), json!({"inputs": UNITS})).await.expect(404);
    let sample = sample_id(&app).await;
    an.get(&format!("/api/v1/criteria-sets/{sample}/diff?with={}", made.id())).await.expect(404);
    binh.get(&format!("/api/v1/criteria-sets/{sample}/diff?with={}", made.id())).await.expect(200);
    app.sign_in("congchuc.an").await.get("/api/v1/criteria-sets").await.expect(403);
    app.client().get("/api/v1/criteria-sets").await.expect(401);
}

/// What the inputs file expects, as its independent evaluator wrote it.
fn expected() -> Json {
    let tree = api::criteria::yaml::to_json(&api::criteria::yaml::read(UNITS).unwrap());
    tree["units"][0]["expected"].clone()
}

#[tokio::test]
async fn trying_the_sample_set_gives_exactly_what_an_independent_evaluator_found() {
    let app = TestApp::start().await;
    let path = format!("/api/v1/criteria-sets/{}/try", sample_id(&app).await);
    let found = app.sign_in("chutich.an").await.post(&path, json!({"inputs": UNITS})).await.expect(200).json();
    let scored = &found["units"][0];
    for (key, value) in expected().as_object().unwrap() {
        assert_eq!(&scored[key], value, "{key}");
    }
    assert_eq!((&scored["id"], &scored["rank"]), (&json!("xa-a"), &json!(1)));
    assert!(found.get("moves").is_none());
    let wrong = UNITS.replace("{done: 21, planned: 25}", "{done: 21}");
    let refused = app.sign_in("chutich.an").await.post(&path, json!({"inputs": wrong})).await.expect(422).json();
    assert_eq!(pointers(&refused), [("/inputs/units/xa-a/1.1.3".to_owned(), "score_input_missing".to_owned())]);
}

#[tokio::test]
async fn a_trial_against_another_set_tells_whose_rank_moves_and_which_criteria_are_odd() {
    let app = TestApp::start().await;
    let secretary = app.sign_in("thukyhoidong").await;
    let small = |points: &str, other: &str| {
        format!(
            "id: nho\ntitle: Bộ nhỏ\nstatus: thử\nlevel: commune\nscale: 10\nrounding: {{sub_score: {{places: 2}}}}\nnodes:\n\
             - {{code: \"1\", name: Một, max: {points}, score_source: appraisal, inputs: [a, b], rule: {{type: linear, num: a, den: b}}}}\n\
             - {{code: \"2\", name: Hai, max: {other}, score_source: appraisal, rule: {{type: boolean}}}}\n\
             - {{code: \"3\", name: Ba, max: 1, score_source: appraisal, rule: {{type: boolean}}}}\n"
        )
    };
    let old = secretary.post("/api/v1/criteria-sets", json!({"file": small("8", "1")})).await.expect(201);
    let new = secretary.post("/api/v1/criteria-sets", json!({"file": small("1", "8")})).await.expect(201);
    let inputs = "units:\n- {id: x, values: {\"1\": {a: 9, b: 10}, \"2\": false, \"3\": true}}\n\
                  - {id: y, values: {\"1\": {a: 1, b: 10}, \"2\": true, \"3\": true}}\n";
    let path = format!("/api/v1/criteria-sets/{}/try", new.id());
    let found = secretary.post(&path, json!({"inputs": inputs, "with": old.id()})).await.expect(200).json();
    assert_eq!(found["moves"], json!([{"id": "x", "before": 1, "after": 2}, {"id": "y", "before": 2, "after": 1}]));
    assert_eq!(found["odd"], json!([{"code": "3", "why": "dead", "mean_percent": "100.00"}]));
    assert_eq!(found["missing_in_other"], 0);
    let alone = secretary.post(&path, json!({"inputs": inputs})).await.expect(200).json();
    assert!(alone.get("moves").is_none());
}

#[tokio::test]
async fn an_exported_file_is_the_same_set_when_it_comes_back() {
    let app = TestApp::start().await;
    let secretary = app.sign_in("thukyhoidong").await;
    let path = format!("/api/v1/criteria-sets/{}", sample_id(&app).await);
    let digest = secretary.get(&path).await.expect(200).json()["digest"].clone();
    for format in ["yaml", "json"] {
        let sent = secretary.get(&format!("{path}/file?format={format}")).await.expect(200);
        let name = sent.header("content-disposition");
        assert!(name.contains(&format!("filename*=UTF-8''sample-commune-2025%20-%20b%E1%BA%A3n%201.{format}")), "{name}");
        let back = secretary.post("/api/v1/criteria-sets", json!({"file": sent.text()})).await.expect(201).json();
        assert_eq!((&back["digest"], &back["faults"], &back["sample"]), (&digest, &json!([]), &json!(true)), "{format}");
    }
}

#[tokio::test]
async fn people_load_read_try_compare_and_issue_a_set_on_pages() {
    let app = TestApp::start().await;
    let secretary = app.browse("thukyhoidong").await;
    let broken = send_file(&secretary, "/bo-tieu-chi", "/bo-tieu-chi", Some("id: x\nmau: 1\n")).await;
    let said = broken.expect(422).text();
    assert!(said.contains("Khóa «mau» không thuộc định dạng tệp") && said.contains("title"), "{said}");
    let none = send_file(&secretary, "/bo-tieu-chi", "/bo-tieu-chi", None).await;
    assert!(none.expect(422).text().contains("Chọn tệp"));

    let off = file("cchc-xa").replace("  max: 12\n", "  max: 12.5\n");
    let made = send_file(&secretary, "/bo-tieu-chi", "/bo-tieu-chi", Some(&off)).await.expect(303);
    let page = made.header("location").split('?').next().unwrap().to_owned();
    let draft = secretary.get(&page).await.expect(200).text();
    assert!(draft.contains("Mục 1: tổng điểm tối đa của các mục con là 12, điểm tối đa của mục là 12,5."), "{draft}");
    assert!(!draft.contains("/ban-hanh"), "a draft with faults has no button to issue it");
    let good = file("cchc-xa").replace("Kế hoạch CCHC năm\n", "Kế hoạch năm\n");
    send_file(&secretary, &page, &format!("{page}/thay"), Some(&good)).await.expect(303);
    secretary.fill(&page, &format!("{page}/ban-hanh"), &[]).await.expect(303);

    let reader = app.browse("chutich.an").await;
    let shown = reader.get(&page).await.expect(200).text();
    for words in [
        "Theo tỷ lệ số hồ sơ trên phần mềm/số hồ sơ theo sổ, không có điểm dưới 90 %.",
        "Kịp thời: 1 điểm.",
        "Không phát sinh (mẫu số bằng 0): loại khỏi điểm tối đa.",
        "Điều tra xã hội học",
        "Báo cáo kết quả thực hiện kế hoạch",
        "điểm phạt",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert!(!shown.contains("bộ mẫu do phần mềm dựng") && !shown.contains("/sao"));
    let list = reader.get("/bo-tieu-chi?q=kiem%20thu").await.expect(200).text();
    assert!(list.contains("cchc-xa") && list.contains("bộ mẫu") && !list.contains("Nạp thành dự thảo"), "{list}");
    let sample = sample_id(&app).await;
    assert!(reader.get(&format!("/bo-tieu-chi/{sample}")).await.expect(200).text().contains("bộ mẫu do phần mềm dựng"));

    let tried = reader.fill(&format!("{page}/thu"), &format!("{page}/thu"), &[("inputs", UNITS), ("with", &sample)]).await;
    let tried = tried.expect(200).text();
    for words in ["86,04", "484/482", "Không đơn vị nào đổi hạng.", "Diễn giải"] {
        assert!(tried.contains(words), "{words}: {tried}");
    }
    let wrong = reader.fill(&format!("{page}/thu"), &format!("{page}/thu"), &[("inputs", "units: [{id: a, values: {}}]")]).await;
    assert!(wrong.expect(422).text().contains("chưa khai số liệu"));
    let compared = reader.get(&format!("{page}/so-sanh?voi={sample}")).await.expect(200).text();
    assert!(compared.contains("Kế hoạch năm (4 điểm)") && compared.contains("Có thay đổi: Tên"), "{compared}");

    let copied = secretary.fill(&page, &format!("{page}/sao"), &[("code", ""), ("year", "2027")]).await.expect(303);
    let copy = copied.header("location").split('?').next().unwrap().to_owned();
    assert!(secretary.get(&copy).await.expect(200).text().contains("cchc-xa, bản 1"));
    secretary.fill(&page, &format!("{page}/sao"), &[("year", "nay")]).await.expect(422);
    reader.get(&copy).await.expect(404);
    reader.force(&format!("{page}/thu"), &format!("{page}/het-hieu-luc"), &[]).await.expect(403);
    secretary.fill(&page, &format!("{page}/het-hieu-luc"), &[]).await.expect(303);
}

fn reading(file: &str) -> Json {
    json!({"index": "qd766", "period": "2026", "snapshot_at": "2026-10-10T07:00:13Z", "file": file})
}

#[tokio::test]
async fn the_135_communes_are_imported_ranked_again_and_their_ties_shown() {
    let app = TestApp::start().await;
    let secretary = app.sign_in("thukyhoidong").await;
    let reader = app.sign_in("chutich.an").await;
    assert_eq!(reader.get("/api/v1/index-results?index=qd766").await.expect(200).json()["items"], json!([]));
    reader.post("/api/v1/index-results/import", reading(READING)).await.expect(403);
    let done = secretary.post("/api/v1/index-results/import", reading(READING)).await.expect(200).json();
    assert_eq!((&done["created"], &done["unchanged"]), (&json!(135), &json!(0)));
    assert_eq!((&done["incomplete"], &done["differing"]), (&json!(["H21.206"]), &json!([])));
    let again = secretary.post("/api/v1/index-results/import", reading(READING)).await.expect(200).json();
    assert_eq!((&again["created"], &again["unchanged"]), (&json!(0), &json!(135)));

    let (mut rows, mut next) = (Vec::new(), Some("/api/v1/index-results?index=qd766&limit=50".to_owned()));
    while let Some(path) = next {
        let page = reader.get(&path).await.expect(200).json();
        rows.extend(page["items"].as_array().unwrap().clone());
        next = page["next"].as_str().map(str::to_owned);
    }
    assert_eq!(rows.len(), 135);
    let first = &rows[0];
    assert_eq!((&first["unit_code"], &first["total"], &first["rank"]), (&json!("H21.227"), &json!("75.34"), &json!(1)));
    assert_eq!((&first["snapshot_at"], &first["period"]), (&json!("2026-10-10T07:00:13+00:00"), &json!("2026")));
    assert!(first["source"].as_str().unwrap().contains("github.com/duynghiaqn/Crawler-766"), "{first}");
    let of = |code: &str| rows.iter().find(|row| row["unit_code"] == code).unwrap();
    // 73.29 twice: the portal says 12 and 13, both are 12; the next is 14.
    assert_eq!((&of("H21.195")["rank"], &of("H21.146")["rank"], &of("H21.232")["rank"]), (&json!(12), &json!(12), &json!(14)));
    assert_eq!((&of("H21.195")["published_rank"], &of("H21.146")["published_rank"]), (&json!(12), &json!(13)));
    // Eleven totals are shared by two communes and one by three: the portal splits 13 times what is equal.
    let tied = rows.iter().filter(|row| row["tied"] == json!(true)).count();
    let split = rows.windows(2).filter(|pair| pair[0]["total"] == pair[1]["total"]).count();
    assert_eq!((tied, split), (25, 13));
    let last = of("H21.206");
    assert_eq!((&last["missing_parts"], last["parts"][3].get("points")), (&json!(3), Some(&Json::Null)));

    let page = app.browse("chutich.an").await.get("/chi-so-766").await.expect(200).text();
    for words in
        ["12 nhóm bằng điểm, gồm 25 đơn vị", "14:00 10/10/2026", "Crawler-766", "đồng hạng", "UBND xã Vân Canh", "135 đơn vị"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    let snapshots = reader.get("/api/v1/index-snapshots?index=qd766").await.expect(200).json();
    assert_eq!(snapshots["items"][0]["units"], 135);
}

#[tokio::test]
async fn a_reading_with_wrong_cells_comes_in_not_at_all() {
    let app = TestApp::start().await;
    let secretary = app.sign_in("thukyhoidong").await;
    let send = async |body: Json| secretary.post("/api/v1/index-results/import", body).await;
    let head = "name,code,total,ckmb,tdgq,online,tttt,mdsh,mdhl,rank";
    let wrong =
        format!("# Source: thử\n{head}\nXã A,A1,\"70,5\",1,x,1,1,1,1,1\nXã B,A1,70,1,1,1,1,1,1.00001,hai\n,B2,,1,1,1,1,1,1,\n");
    let found = pointers(&send(reading(&wrong)).await.expect(422).json());
    let expected = [
        ("/file/3/total", "index_number"),
        ("/file/3/tdgq", "index_number"),
        ("/file/4/code", "index_unit_twice"),
        ("/file/4/mdhl", "index_number"),
        ("/file/4/rank", "index_number"),
        ("/file/5/name", "required"),
        ("/file/5/total", "required"),
    ];
    assert_eq!(found, expected.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())));
    let columns = pointers(&send(reading("name,code,total,mau\n")).await.expect(422).json());
    assert!(columns.contains(&("/source".to_owned(), "required".to_owned())), "{columns:?}");
    assert!(columns.contains(&("/file".to_owned(), "csv_column_unknown".to_owned())), "{columns:?}");
    let mut body = reading(READING);
    body["period"] = json!("2026-13");
    assert_eq!(pointers(&send(body).await.expect(422).json()), [("/period".to_owned(), "period_wrong".to_owned())]);
    assert_eq!(send(reading(&format!("# Source: thử\n{head}\n"))).await.expect(409).code(), "index_snapshot_empty");

    // A total that is not the sum of its parts stays, and is told of; another one for the same reading is refused.
    let off = format!("# Source: thử\n{head}\nXã An Mẫu,A1,86.94,15.3,16.39,14.31,17.88,19.75,0,1\n");
    let done = send(reading(&off)).await.expect(200).json();
    assert_eq!((&done["created"], &done["matched"], &done["differing"]), (&json!(1), &json!(1), &json!(["A1"])));
    let row = secretary.get("/api/v1/index-results?index=qd766").await.expect(200).json()["items"][0].clone();
    assert_eq!(
        (&row["total"], &row["difference"], &row["unit_id"]),
        (&json!("86.94"), &json!("3.31"), &json!(app.unit("MAU-01").await))
    );
    let changed = send(reading(&off.replace("86.94", "83.63"))).await.expect(422).json();
    assert_eq!(pointers(&changed), [("/file".to_owned(), "index_result_differs".to_owned())]);
}
