//! Inspections: plan, team, the walk through the states, lines.

use serde_json::{Value as Json, json};
use tests::{Answer, Client, TestApp};

use crate::checklists::checklist;

/// Plans a CCHC inspection of a unit as the department's ISO secretary.
pub async fn plan(app: &TestApp, unit: &str, more: Json) -> Answer {
    let client = app.sign_in("thukyiso").await;
    let mut body = json!({
        "kind": "cchc",
        "unit_id": app.unit(unit).await,
        "checklist_id": checklist(&client, "KT-CCHC-XA").await,
        "planned_on": "2026-11-24",
    });
    for (key, value) in more.as_object().unwrap() {
        body[key] = value.clone();
    }
    client.post("/api/v1/inspections", body).await.expect(201)
}

async fn member(app: &TestApp, login: &str, role: &str) -> Json {
    json!({"person_id": app.person(login).await, "team_role": role})
}

/// Lead, member and secretary of the department.
async fn usual_team(app: &TestApp) -> Vec<Json> {
    vec![
        member(app, "truongdoan", "lead_inspector").await,
        member(app, "thanhvien", "inspector").await,
        member(app, "thukydoan", "team_secretary").await,
    ]
}

/// An inspection whose acts are done by those whose they are.
pub struct Visit<'a> {
    pub app: &'a TestApp,
    pub id: String,
}

impl Visit<'_> {
    pub async fn planned<'a>(app: &'a TestApp, unit: &str) -> Visit<'a> {
        Visit { app, id: plan(app, unit, json!({})).await.id() }
    }

    /// With a team, told, begun.
    pub async fn begun<'a>(app: &'a TestApp, unit: &str) -> Visit<'a> {
        let visit = Visit::planned(app, unit).await;
        visit.act("lanhdao", "set_team", json!({"members": usual_team(app).await})).await.expect(200);
        visit.act("truongdoan", "notify", json!({})).await.expect(200);
        visit.act("truongdoan", "start", json!({})).await.expect(200);
        visit
    }

    pub fn path(&self) -> String {
        format!("/api/v1/inspections/{}", self.id)
    }

    pub async fn etag(&self) -> String {
        self.app.sign_in("thukyiso").await.get(&self.path()).await.expect(200).etag()
    }

    pub async fn act(&self, login: &str, verb: &str, body: Json) -> Answer {
        let etag = self.etag().await;
        self.app.sign_in(login).await.post_at(&format!("{}/{verb}", self.path()), &etag, body).await
    }

    pub async fn get(&self, login: &str) -> Json {
        self.app.sign_in(login).await.get(&self.path()).await.expect(200).json()
    }

    pub async fn lines(&self, login: &str) -> Vec<Json> {
        let path = format!("{}/lines", self.path());
        self.app.sign_in(login).await.get(&path).await.expect(200).json()["items"].as_array().unwrap().clone()
    }

    pub async fn line(&self, code: &str) -> Json {
        let lines = self.lines("truongdoan").await;
        lines.into_iter().find(|line| line["code"] == code).unwrap_or_else(|| panic!("no line {code}"))
    }

    pub async fn answer(&self, client: &Client, operations: Json) -> Answer {
        client.put(&format!("{}/lines", self.path()), json!({"operations": operations})).await
    }

    /// Every line conforms.
    pub async fn answer_all(&self) {
        let lines = self.lines("truongdoan").await;
        let operations: Vec<Json> = lines
            .iter()
            .filter(|line| line["verdict"].is_null())
            .map(|line| op(line, "all", json!({"verdict": "conform"})))
            .collect();
        let lead = self.app.sign_in("truongdoan").await;
        self.answer(&lead, json!(operations)).await.expect(200);
    }
}

/// An answer on the line as it was read.
fn op(line: &Json, client_id: &str, more: Json) -> Json {
    let mut op = json!({"client_id": client_id, "line_id": line["id"], "base_version": line["version"]});
    for (key, value) in more.as_object().unwrap() {
        op[key] = value.clone();
    }
    op
}

fn errors(answer: &Answer) -> Vec<(String, String)> {
    let text = |error: &Json, key: &str| error[key].as_str().unwrap().to_owned();
    answer.json()["errors"].as_array().unwrap().iter().map(|error| (text(error, "pointer"), text(error, "code"))).collect()
}

fn texts(json: &Json) -> Vec<&str> {
    json.as_array().unwrap().iter().filter_map(Json::as_str).collect()
}

#[tokio::test]
async fn an_inspection_gets_its_number_and_remembers_the_last_visit() {
    let app = TestApp::start().await;
    let first = plan(&app, "MAU-02", json!({"planned_on": "2025-11-20"})).await;
    let second = plan(&app, "MAU-02", json!({})).await;
    let third = plan(&app, "MAU-01", json!({})).await;
    assert_eq!((first.json()["code"].as_str(), first.json()["state"].as_str()), (Some("KT-2025-001"), Some("planned")));
    assert_eq!(
        (second.json()["code"].as_str(), second.json()["previous_id"].as_str()),
        (Some("KT-2026-001"), Some(first.id().as_str()))
    );
    assert_eq!((third.json()["code"].as_str(), third.json()["previous_id"].is_null()), (Some("KT-2026-002"), true));
    let commune = app.sign_in("thukyiso.an").await;
    let audit = json!({
        "kind": "internal_audit", "unit_id": app.unit("MAU-01-HCC").await,
        "checklist_id": checklist(&commune, "DG-ISO9001").await, "planned_on": "2026-12-01",
    });
    assert_eq!(commune.post("/api/v1/inspections", audit).await.expect(201).json()["code"], "DG-2026-001");
}

#[tokio::test]
async fn wrong_plans_are_told_everything_at_once() {
    let app = TestApp::start().await;
    let commune = app.sign_in("thukyiso.an").await;
    let wrong = json!({
        "kind": "cchc", "unit_id": app.unit("MAU-02").await, "checklist_id": checklist(&commune, "DG-ISO9001").await,
        "planned_on": "2026-12-01", "period_from": "2026-06-30", "period_to": "2026-01-01",
        "programme_id": "01930000-0000-7000-8000-000000000000",
    });
    let answer = commune.post("/api/v1/inspections", wrong).await.expect(422);
    let found = errors(&answer);
    let codes: Vec<&str> = found.iter().map(|(_, code)| code.as_str()).collect();
    assert_eq!(codes, ["period_reversed", "unknown_unit", "checklist_of_other_kind", "unknown_programme"]);
    assert_eq!(app.sign_in("chutich.an").await.post("/api/v1/inspections", json!({})).await.status.as_u16() / 100, 4);
}

#[tokio::test]
async fn a_member_of_the_unit_and_one_who_left_it_five_months_ago_are_refused_by_name() {
    let app = TestApp::start().await;
    let visit = Visit::planned(&app, "MAU-02").await;
    let mut team = usual_team(&app).await;
    team.push(member(&app, "congchuc.binh", "inspector").await);
    team.push(member(&app, "chuyencongtac", "inspector").await);
    let refused = visit.act("lanhdao", "set_team", json!({"members": team})).await.expect(422);
    assert_eq!(
        errors(&refused),
        [
            ("/members/3/person_id".to_owned(), "person_in_unit".to_owned()),
            ("/members/4/person_id".to_owned(), "person_left_unit".to_owned())
        ]
    );
    let sentence = refused.json()["errors"][1]["detail"].as_str().unwrap().to_owned();
    assert!(
        sentence.contains("Chuyên viên mới chuyển từ xã Bình Mẫu")
            && sentence.contains("16/06/2026")
            && sentence.contains("16/06/2027"),
        "{sentence}"
    );
    assert!(visit.get("thukyiso").await["team"].as_array().unwrap().is_empty());
    // Of a unit below the inspected one is as much a member.
    let center = Visit::planned(&app, "MAU-01").await;
    let mut team = usual_team(&app).await;
    team.push(member(&app, "daumoi.an", "inspector").await);
    assert_eq!(center.act("lanhdao", "set_team", json!({"members": team})).await.expect(422).code(), "invalid");
}

#[tokio::test]
async fn an_exception_is_the_ordering_authoritys_word_with_a_reason_and_stays_visible() {
    let app = TestApp::start().await;
    let visit = Visit::planned(&app, "MAU-02").await;
    let mut team = usual_team(&app).await;
    let mut moved = member(&app, "chuyencongtac", "inspector").await;
    moved["exception_reason"] = json!("Người duy nhất thạo phần mềm một cửa");
    team.push(moved);
    let members = json!({"members": team});
    let refused = visit.act("thukyiso", "set_team", members.clone()).await.expect(422);
    let found = errors(&refused);
    let codes: Vec<&str> = found.iter().map(|(_, code)| code.as_str()).collect();
    assert_eq!(codes, ["exception_by_authority", "person_left_unit"]);
    let set = visit.act("lanhdao", "set_team", members.clone()).await.expect(200).json();
    let excepted = set["team"].as_array().unwrap().iter().find(|member| !member["exception_reason"].is_null()).unwrap();
    assert_eq!(excepted["conflict"]["kind"], "former_member");
    assert_eq!(excepted["conflict"]["free_on"], "2027-06-16");
    assert_eq!(
        (excepted["exception_by"].as_str(), excepted["name"].as_str()),
        (Some("Giám đốc Sở Nội vụ"), Some("Chuyên viên mới chuyển từ xã Bình Mẫu"))
    );
    assert!(visit.get("thukyiso").await["team"].to_string().contains("Người duy nhất thạo phần mềm một cửa"));
    visit.act("truongdoan", "notify", json!({})).await.expect(200);
}

#[tokio::test]
async fn in_an_internal_audit_the_planner_names_the_team_but_excepts_nobody() {
    let app = TestApp::start().await;
    let commune = app.sign_in("thukyiso.an").await;
    let audit = commune
        .post(
            "/api/v1/inspections",
            json!({"kind": "internal_audit", "unit_id": app.unit("MAU-01").await,
                   "checklist_id": checklist(&commune, "DG-ISO9001").await, "planned_on": "2026-12-01"}),
        )
        .await
        .expect(201);
    let path = format!("/api/v1/inspections/{}", audit.id());
    let mut lead = member(&app, "daumoi.an", "lead_inspector").await;
    lead["exception_reason"] = json!("Xã ít người");
    let refused =
        commune.post_at(&format!("{path}/set_team"), &audit.etag(), json!({"members": [lead.clone()]})).await.expect(422);
    assert_eq!(errors(&refused)[0].1, "exception_by_authority");
    let set = app
        .sign_in("chutich.an")
        .await
        .post_at(&format!("{path}/set_team"), &audit.etag(), json!({"members": [lead]}))
        .await
        .expect(200);
    assert_eq!(set.json()["team"][0]["exception_reason"], "Xã ít người");
}

#[tokio::test]
async fn a_conflict_that_comes_with_a_new_day_needs_its_own_exception() {
    let app = TestApp::start().await;
    // Planned after the year is over: free. Moved into it: not free any more.
    let visit = Visit { app: &app, id: plan(&app, "MAU-02", json!({"planned_on": "2027-07-01"})).await.id() };
    let team = json!({"members": [member(&app, "truongdoan", "lead_inspector").await, member(&app, "chuyencongtac", "inspector").await]});
    let set = visit.act("lanhdao", "set_team", team).await.expect(200).json();
    assert!(set["team"].as_array().unwrap().iter().all(|member| member["conflict"].is_null()));
    let person = app.person("chuyencongtac").await;
    let exception = format!("members/{person}/exception");
    assert_eq!(visit.act("lanhdao", &exception, json!({"reason": "x"})).await.expect(409).code(), "no_conflict");
    visit.act("thukyiso", "reschedule", json!({"planned_on": "2026-11-30", "reason": ""})).await.expect(422);
    visit.act("thukyiso", "reschedule", json!({"planned_on": "2026-11-30", "reason": "Theo lịch của tỉnh"})).await.expect(200);
    let stuck = visit.act("truongdoan", "notify", json!({})).await.expect(409);
    assert_eq!(stuck.code(), "team_not_independent");
    visit.act("thukyiso", &exception, json!({"reason": "Thiếu người"})).await.expect(403);
    visit.act("lanhdao", &exception, json!({"reason": "Thiếu người"})).await.expect(200);
    visit.act("truongdoan", "notify", json!({})).await.expect(200);
}

#[tokio::test]
async fn a_team_has_one_lead_known_people_and_known_areas() {
    let app = TestApp::start().await;
    let visit = Visit::planned(&app, "MAU-02").await;
    let mut twice = member(&app, "thanhvien", "inspector").await;
    twice["areas"] = json!(["0", "99"]);
    let nobody = json!({"person_id": "01930000-0000-7000-8000-000000000000", "team_role": "inspector"});
    let team = json!({"members": [member(&app, "thanhvien", "inspector").await, twice, nobody]});
    let refused = visit.act("lanhdao", "set_team", team).await.expect(422);
    let found = errors(&refused);
    let codes: Vec<(&str, &str)> = found.iter().map(|(pointer, code)| (pointer.as_str(), code.as_str())).collect();
    assert_eq!(
        codes,
        [
            ("/members", "one_lead"),
            ("/members/1/person_id", "member_twice"),
            ("/members/1/areas/1", "unknown_area"),
            ("/members/2/person_id", "unknown_person")
        ]
    );
}

#[tokio::test]
async fn the_inspected_unit_sees_the_inspection_once_it_is_told_and_other_communes_never() {
    let app = TestApp::start().await;
    let visit = Visit::planned(&app, "MAU-02").await;
    let (head, other) = (app.sign_in("chutich.binh").await, app.sign_in("chutich.an").await);
    let seen = |client: Client| {
        let path = visit.path();
        async move { client.get(&path).await.status.as_u16() }
    };
    assert_eq!((seen(head.clone()).await, seen(other.clone()).await), (404, 404));
    visit.act("lanhdao", "set_team", json!({"members": usual_team(&app).await})).await.expect(200);
    assert_eq!(seen(head.clone()).await, 404);
    visit.act("thukydoan", "notify", json!({})).await.expect(200);
    assert_eq!((seen(head.clone()).await, seen(other.clone()).await), (200, 404));
    assert_eq!(head.get("/api/v1/inspections").await.expect(200).json()["items"].as_array().unwrap().len(), 1);
    assert_eq!(other.get("/api/v1/inspections").await.expect(200).json()["items"].as_array().unwrap().len(), 0);
    assert_eq!(other.get(&format!("{}/lines", visit.path())).await.status.as_u16(), 404);
}

#[tokio::test]
async fn changes_name_the_version_they_saw() {
    let app = TestApp::start().await;
    let visit = Visit::planned(&app, "MAU-02").await;
    let secretary = app.sign_in("thukyiso").await;
    let cancel = format!("{}/cancel", visit.path());
    assert_eq!(secretary.post(&cancel, json!({"reason": "x"})).await.expect(428).code(), "precondition_required");
    secretary.patch(&visit.path(), "\"1\"", json!({"place": "Trụ sở UBND xã"})).await.expect(200);
    assert_eq!(secretary.post_at(&cancel, "\"1\"", json!({"reason": "x"})).await.expect(412).code(), "stale");
    let done = secretary.post_at(&cancel, "\"2\"", json!({"reason": "Trùng lịch"})).await.expect(200).json();
    assert_eq!((done["state"].as_str(), done["cancel_reason"].as_str()), (Some("cancelled"), Some("Trùng lịch")));
    assert!(texts(&done["available"]).is_empty());
}

#[tokio::test]
async fn an_inspection_walks_from_plan_to_closing() {
    let app = TestApp::start().await;
    let visit = Visit::planned(&app, "MAU-02").await;
    assert_eq!(visit.get("thukyiso").await["turn"], "team_naming");
    assert_eq!(texts(&visit.get("lanhdao").await["available"]), ["set_team", "cancel", "reschedule"]);
    visit.act("lanhdao", "set_team", json!({"members": usual_team(&app).await})).await.expect(200);
    assert_eq!(visit.act("truongdoan", "start", json!({})).await.expect(409).code(), "not_notified");
    visit.act("truongdoan", "notify", json!({"self_report_due_on": "2026-11-20"})).await.expect(200);
    assert_eq!(visit.act("truongdoan", "start", json!({})).await.expect(409).code(), "self_report_awaited");
    assert_eq!(visit.get("chutich.binh").await["turn"], "self_report");
    visit.act("daumoi.binh", "submit_self_report", json!({"text": "Báo cáo"})).await.expect(403);
    visit.act("chutich.binh", "submit_self_report", json!({"text": ""})).await.expect(422);
    visit.act("chutich.binh", "submit_self_report", json!({"text": "Báo cáo tự kiểm tra"})).await.expect(200);
    visit.act("thukydoan", "return_self_report", json!({"reason": "Thiếu phụ lục"})).await.expect(200);
    visit.act("chutich.binh", "submit_self_report", json!({"text": "Báo cáo kèm phụ lục"})).await.expect(200);
    visit.act("thanhvien", "start", json!({})).await.expect(403);
    let begun = visit.act("truongdoan", "start", json!({})).await.expect(200).json();
    assert_eq!((begun["state"].as_str(), begun["verdicts"][0]["lines"].as_i64()), (Some("in_progress"), Some(71)));

    let lead = visit.get("truongdoan").await;
    assert_eq!(
        (lead["blocked"][0]["verb"].as_str(), lead["blocked"][0]["code"].as_str()),
        (Some("finish"), Some("lines_without_verdict"))
    );
    let open = visit.act("truongdoan", "finish", json!({})).await.expect(409);
    assert!(open.json()["detail"].as_str().unwrap().contains("71"), "{}", open.text());
    visit.answer_all().await;
    visit.act("truongdoan", "finish", json!({})).await.expect(200);

    let texts = json!({"strengths": "Niêm yết đầy đủ", "limitations": "Không", "requests": "Duy trì"});
    app.sign_in("truongdoan").await.patch(&visit.path(), &visit.etag().await, texts).await.expect(200);
    app.sign_in("chutich.binh")
        .await
        .patch(&visit.path(), &visit.etag().await, json!({"unit_opinion": "Nhất trí"}))
        .await
        .expect(200);
    app.sign_in("chutich.binh")
        .await
        .patch(&visit.path(), &visit.etag().await, json!({"strengths": "Rất tốt"}))
        .await
        .expect(403);
    visit.act("truongdoan", "sign_minutes", json!({"unit_signed": false})).await.expect(422);
    let signed = visit.act("thukydoan", "sign_minutes", json!({"unit_signed": true})).await.expect(200).json();
    assert_eq!((signed["papers"][0]["kind"].as_str(), signed["papers"][0]["signed_at"].is_null()), (Some("minutes"), false));
    visit.act("truongdoan", "report", json!({})).await.expect(200);
    visit.act("truongdoan", "conclude", json!({"conclusion": "Đạt"})).await.expect(403);
    visit.act("lanhdao", "conclude", json!({})).await.expect(422);
    let concluded = visit.act("lanhdao", "conclude", json!({"conclusion": "Xã thực hiện tốt"})).await.expect(200).json();
    assert_eq!((concluded["state"].as_str(), concluded["turn"].as_str()), (Some("concluded"), Some("closing")));
    let closed = visit.act("thukyiso", "close", json!({})).await.expect(200).json();
    assert_eq!((closed["state"].as_str(), closed["turn"].is_null()), (Some("closed"), true));
}

#[tokio::test]
async fn a_refusal_to_sign_is_recorded_and_the_case_moves_on() {
    let app = TestApp::start().await;
    let visit = Visit::begun(&app, "MAU-02").await;
    visit.answer_all().await;
    visit.act("truongdoan", "finish", json!({})).await.expect(200);
    let signed = visit
        .act("truongdoan", "sign_minutes", json!({"unit_signed": false, "refusal_reason": "Không nhất trí mục 2"}))
        .await
        .expect(200)
        .json();
    assert_eq!(
        (signed["state"].as_str(), signed["refusal_reason"].as_str()),
        (Some("minutes_signed"), Some("Không nhất trí mục 2"))
    );
}

#[tokio::test]
async fn a_surprise_visit_begins_without_notice() {
    let app = TestApp::start().await;
    let visit = Visit { app: &app, id: plan(&app, "MAU-02", json!({"surprise": true})).await.id() };
    visit.act("lanhdao", "set_team", json!({"members": usual_team(&app).await})).await.expect(200);
    assert_eq!(visit.act("truongdoan", "notify", json!({})).await.expect(409).code(), "surprise_not_notified");
    app.sign_in("chutich.binh").await.get(&visit.path()).await.expect(404);
    visit.act("truongdoan", "start", json!({})).await.expect(200);
    app.sign_in("chutich.binh").await.get(&visit.path()).await.expect(200);
}

#[tokio::test]
async fn a_share_above_one_is_kept_as_declared_and_warned_about() {
    let app = TestApp::start().await;
    let visit = Visit::begun(&app, "MAU-02").await;
    let lead = app.sign_in("truongdoan").await;
    let line = visit.line("KT-0.02").await;
    let value = json!({"type": "ratio", "numerator": 484, "denominator": 482});
    visit.answer(&lead, json!([op(&line, "a", json!({"value": value, "verdict": "conform"}))])).await.expect(200);
    let line = visit.line("KT-0.02").await;
    assert_eq!(line["value"], value);
    assert_eq!(line["warnings"][0]["code"], "ratio_above_one");
    assert!(line["warnings"][0]["detail"].as_str().unwrap().contains("484"), "{line}");
    assert_eq!((line["version"].as_i64(), line["answered_by"].as_str()), (Some(2), Some("Trưởng đoàn kiểm tra")));
}

#[tokio::test]
async fn an_answer_sent_again_has_no_second_effect_even_after_the_field_work() {
    let app = TestApp::start().await;
    let visit = Visit::begun(&app, "MAU-02").await;
    let lead = app.sign_in("truongdoan").await;
    let line = visit.line("KT-0.01").await;
    let batch = json!([op(&line, "phone-1", json!({"verdict": "partial", "note": " Ban hành chậm "}))]);
    let first = visit.answer(&lead, batch.clone()).await.expect(200).json();
    let again = visit.answer(&lead, batch.clone()).await.expect(200).json();
    assert_eq!((first["results"][0]["version"].as_i64(), first["results"][0]["repeated"].as_bool()), (Some(2), Some(false)));
    assert_eq!((again["results"][0]["version"].as_i64(), again["results"][0]["repeated"].as_bool()), (Some(2), Some(true)));
    // Beside a new one the old one is skipped as well.
    let other = visit.line("KT-0.03").await;
    let mixed = json!([batch[0], op(&other, "phone-2", json!({"verdict": "conform"}))]);
    let mixed = visit.answer(&lead, mixed).await.expect(200).json();
    assert_eq!((mixed["results"][0]["repeated"].as_bool(), mixed["results"][1]["repeated"].as_bool()), (Some(true), Some(false)));
    visit.answer_all().await;
    visit.act("truongdoan", "finish", json!({})).await.expect(200);
    visit.answer(&lead, batch).await.expect(200);
    let history = lead.get(&format!("{}/lines/{}/answers", visit.path(), line["id"].as_str().unwrap())).await.expect(200).json();
    assert_eq!(history["items"].as_array().unwrap().len(), 1);
    assert_eq!(history["items"][0]["note"], "Ban hành chậm");
}

#[tokio::test]
async fn two_devices_over_each_other_are_both_kept_and_the_lead_decides() {
    let app = TestApp::start().await;
    let visit = Visit::begun(&app, "MAU-02").await;
    let (lead, inspector) = (app.sign_in("truongdoan").await, app.sign_in("thanhvien").await);
    let line = visit.line("KT-0.01").await;
    visit.answer(&lead, json!([op(&line, "a", json!({"verdict": "conform"}))])).await.expect(200);
    let met = visit
        .answer(
            &inspector,
            json!([op(&line, "b", json!({"verdict": "nonconform", "note": "Chậm 2 tháng", "reason": "Đã nhắc"}))]),
        )
        .await
        .expect(200)
        .json();
    assert_eq!((met["results"][0]["conflict"].as_bool(), met["results"][0]["version"].as_i64()), (Some(true), Some(3)));
    let now = visit.line("KT-0.01").await;
    assert_eq!((now["conflicted"].as_bool(), now["verdict"].as_str()), (Some(true), Some("nonconform")));
    let settle = visit.answer(&inspector, json!([op(&now, "c", json!({"verdict": "conform"}))])).await.expect(422);
    assert_eq!(errors(&settle), [("/operations/0/line_id".to_owned(), "conflict_for_lead".to_owned())]);
    visit.answer_all().await;
    assert_eq!(visit.act("truongdoan", "finish", json!({})).await.expect(409).code(), "lines_in_conflict");

    let base = format!("{}/lines/{}", visit.path(), line["id"].as_str().unwrap());
    let history = lead.get(&format!("{base}/answers")).await.expect(200).json();
    let chosen = json!({"answer_id": history["items"][0]["id"]});
    inspector.post_at(&format!("{base}/resolve"), "\"3\"", chosen.clone()).await.expect(403);
    lead.post_at(&format!("{base}/resolve"), "\"2\"", chosen.clone()).await.expect(412);
    lead.post_at(&format!("{base}/resolve"), "\"3\"", chosen).await.expect(200);
    let now = visit.line("KT-0.01").await;
    assert_eq!((now["conflicted"].as_bool(), now["verdict"].as_str()), (Some(false), Some("conform")));
    visit.act("truongdoan", "finish", json!({})).await.expect(200);
}

#[tokio::test]
async fn a_batch_with_a_wrong_answer_is_refused_whole_with_every_field_named() {
    let app = TestApp::start().await;
    let visit = Visit::begun(&app, "MAU-02").await;
    let lead = app.sign_in("truongdoan").await;
    let (good, ratio) = (visit.line("KT-0.01").await, visit.line("KT-0.02").await);
    let batch = json!([
        op(&good, "a", json!({"verdict": "conform"})),
        op(&ratio, "b", json!({"value": {"type": "ratio", "numerator": -1, "denominator": 3}})),
        op(&ratio, "c", json!({"value": {"type": "ratio", "numerator": 1}})),
        op(&ratio, "d", json!({"value": {"type": "yes_no", "value": true}})),
        {"client_id": "e", "line_id": "01930000-0000-7000-8000-000000000000", "base_version": 1},
        op(&ratio, "", json!({"base_version": 9})),
    ]);
    let refused = visit.answer(&lead, batch).await.expect(422);
    let found = errors(&refused);
    let found: Vec<(&str, &str)> = found.iter().map(|(pointer, code)| (pointer.as_str(), code.as_str())).collect();
    assert_eq!(
        found,
        [
            ("/operations/1/value/numerator", "negative"),
            ("/operations/2/value/denominator", "required"),
            ("/operations/3/value/type", "wrong_type"),
            ("/operations/4/line_id", "unknown_line"),
            ("/operations/5/client_id", "required"),
            ("/operations/5/base_version", "version_ahead"),
        ]
    );
    assert!(visit.line("KT-0.01").await["verdict"].is_null(), "nothing is half-written");
}

#[tokio::test]
async fn a_member_answers_in_their_areas_only_and_outsiders_not_at_all() {
    let app = TestApp::start().await;
    let visit = Visit::planned(&app, "MAU-02").await;
    let mut inspector = member(&app, "thanhvien", "inspector").await;
    inspector["areas"] = json!(["2"]);
    visit
        .act("lanhdao", "set_team", json!({"members": [member(&app, "truongdoan", "lead_inspector").await, inspector]}))
        .await
        .expect(200);
    visit.act("truongdoan", "notify", json!({})).await.expect(200);
    visit.act("truongdoan", "start", json!({})).await.expect(200);
    let line = visit.line("KT-0.01").await;
    let batch = json!([op(&line, "a", json!({"verdict": "conform"}))]);
    let refused = visit.answer(&app.sign_in("thanhvien").await, batch.clone()).await.expect(422);
    assert_eq!(errors(&refused), [("/operations/0/line_id".to_owned(), "not_your_area".to_owned())]);
    assert_eq!(visit.answer(&app.sign_in("thukydoan").await, batch.clone()).await.expect(403).code(), "forbidden");
    // In a team, but of another visit.
    let other = Visit::planned(&app, "MAU-01").await;
    other.act("lanhdao", "set_team", json!({"members": [member(&app, "thukydoan", "lead_inspector").await]})).await.expect(200);
    visit.answer(&app.sign_in("thukydoan").await, batch.clone()).await.expect(404);
    let own = visit.lines("truongdoan").await.into_iter().find(|line| line["area_code"] == "2").unwrap();
    visit.answer(&app.sign_in("thanhvien").await, json!([op(&own, "b", json!({"verdict": "conform"}))])).await.expect(200);
}

#[tokio::test]
async fn after_the_field_work_only_the_lead_corrects_and_says_why() {
    let app = TestApp::start().await;
    let visit = Visit::begun(&app, "MAU-02").await;
    visit.answer_all().await;
    visit.act("truongdoan", "finish", json!({})).await.expect(200);
    let line = visit.line("KT-0.01").await;
    let lead = app.sign_in("truongdoan").await;
    let without = visit.answer(&lead, json!([op(&line, "late", json!({"verdict": "partial"}))])).await.expect(422);
    assert_eq!(errors(&without), [("/operations/0/reason".to_owned(), "required".to_owned())]);
    let with = json!([op(&line, "late", json!({"verdict": "partial", "reason": "Ghi nhầm dòng"}))]);
    assert_eq!(visit.answer(&app.sign_in("thanhvien").await, with.clone()).await.expect(403).code(), "lead_only");
    visit.answer(&lead, with.clone()).await.expect(200);
    visit.act("truongdoan", "sign_minutes", json!({"unit_signed": true})).await.expect(200);
    visit.act("truongdoan", "report", json!({})).await.expect(200);
    let line = visit.line("KT-0.01").await;
    let later = json!([op(&line, "later", json!({"verdict": "conform", "reason": "Đổi ý"}))]);
    assert_eq!(visit.answer(&lead, later).await.expect(409).code(), "answers_locked");
}

#[tokio::test]
async fn the_last_visits_answer_stands_beside_the_line() {
    let app = TestApp::start().await;
    let first = Visit::begun(&app, "MAU-02").await;
    let line = first.line("KT-0.01").await;
    let lead = app.sign_in("truongdoan").await;
    first
        .answer(
            &lead,
            json!([op(&line, "a", json!({"verdict": "partial", "note": "Chậm", "value": {"type": "yes_no", "value": true}}))]),
        )
        .await
        .expect(200);
    let second = Visit { app: &app, id: plan(&app, "MAU-02", json!({"planned_on": "2026-12-24"})).await.id() };
    second.act("lanhdao", "set_team", json!({"members": usual_team(&app).await})).await.expect(200);
    second.act("truongdoan", "notify", json!({})).await.expect(200);
    second.act("truongdoan", "start", json!({})).await.expect(200);
    let line = second.line("KT-0.01").await;
    assert_eq!((line["previous"]["verdict"].as_str(), line["previous"]["note"].as_str()), (Some("partial"), Some("Chậm")));
    assert_eq!((line["previous"]["inspection_id"].as_str(), &line["verdict"]), (Some(first.id.as_str()), &Json::Null));
}

#[tokio::test]
async fn the_inspected_unit_reads_answers_only_once_the_field_work_is_done() {
    let app = TestApp::start().await;
    let visit = Visit::begun(&app, "MAU-02").await;
    visit.answer_all().await;
    assert!(visit.lines("chutich.binh").await.iter().all(|line| line["verdict"].is_null()));
    assert!(visit.get("chutich.binh").await["verdicts"].as_array().unwrap().is_empty());
    visit.act("truongdoan", "finish", json!({})).await.expect(200);
    assert!(visit.lines("chutich.binh").await.iter().all(|line| line["verdict"] == "conform"));
}

#[tokio::test]
async fn lists_are_filtered_searched_without_diacritics_and_paged() {
    let app = TestApp::start().await;
    for unit in ["MAU-01", "MAU-02", "MAU-03"] {
        plan(&app, unit, json!({})).await;
    }
    let visit = Visit::begun(&app, "MAU-04").await;
    let client = app.sign_in("thukyiso").await;
    let codes = |path: &str| {
        let (client, path) = (client.clone(), path.to_owned());
        async move {
            let list = client.get(&path).await.expect(200).json();
            let codes: Vec<String> =
                list["items"].as_array().unwrap().iter().map(|row| row["code"].as_str().unwrap().to_owned()).collect();
            (codes, list["next"].as_str().map(str::to_owned))
        }
    };
    assert_eq!(codes("/api/v1/inspections?q=binh%20mau").await.0, ["KT-2026-002"]);
    assert_eq!(codes("/api/v1/inspections?q=kt-2026-003").await.0, ["KT-2026-003"]);
    assert_eq!(codes("/api/v1/inspections?state=in_progress").await.0, ["KT-2026-004"]);
    assert_eq!(codes("/api/v1/inspections?year=2025").await.0.len(), 0);
    assert_eq!(codes("/api/v1/inspections?kind=iso_check").await.0.len(), 0);
    let (first, next) = codes("/api/v1/inspections?limit=3&year=2026").await;
    let (second, end) = codes(&next.unwrap()).await;
    assert_eq!((first.len(), second.len(), end), (3, 1, None));
    let mine = app.sign_in("truongdoan").await.get("/api/v1/inspections?mine=true").await.expect(200).json();
    assert_eq!(mine["items"][0]["id"].as_str(), Some(visit.id.as_str()));
    assert_eq!((mine["items"][0]["lines"].as_i64(), mine["items"][0]["answered"].as_i64()), (Some(71), Some(0)));
}

/// The hidden version of a line on the sheet and the whole form of its group.
fn field_name(line: &Json, name: &str) -> String {
    format!("lines/{}/{name}", line["id"].as_str().unwrap())
}

#[tokio::test]
async fn an_inspection_is_planned_and_run_on_pages_without_scripts() {
    let app = TestApp::start().await;
    let secretary = app.browse("thukyiso").await;
    let list = checklist(&app.sign_in("thukyiso").await, "KT-CCHC-XA").await;
    let unit = app.unit("MAU-02").await;
    let fields = [("kind", "cchc"), ("unit_id", unit.as_str()), ("checklist_id", list.as_str()), ("place", "Trụ sở UBND xã")];
    let wrong = secretary.fill("/kiem-tra/moi", "/kiem-tra/moi", &fields).await.expect(422).text();
    assert!(wrong.contains("Trụ sở UBND xã"), "what was typed stays");
    let planned = [fields.as_slice(), &[("planned_on", "2026-11-24")]].concat();
    let made = secretary.fill("/kiem-tra/moi", "/kiem-tra/moi", &planned).await.expect(303).header("location");
    let page = made.split('?').next().unwrap().to_owned();
    let id = page.rsplit('/').next().unwrap().to_owned();
    assert!(secretary.get("/kiem-tra").await.expect(200).text().contains("KT-2026-001"));

    let (lead, binh) = (app.person("truongdoan").await, app.person("congchuc.binh").await);
    let team = [
        ("members/0/person_id", lead.as_str()),
        ("members/0/team_role", "lead_inspector"),
        ("members/2/person_id", binh.as_str()),
        ("members/2/team_role", "inspector"),
    ];
    let refused = secretary.fill(&page, &format!("{page}/doan"), &team).await.expect(422).text();
    assert!(refused.contains("Công chức xã Bình Mẫu đang thuộc đơn vị được kiểm tra"), "{refused}");
    secretary.fill(&page, &format!("{page}/doan"), &team[..2]).await.expect(303);
    let browser = app.browse("truongdoan").await;
    browser.fill(&page, &format!("{page}/buoc/notify"), &[("self_report_due_on", "")]).await.expect(303);
    let begun = browser.fill(&page, &format!("{page}/buoc/start"), &[]).await.expect(303);
    assert!(begun.header("location").starts_with(&format!("{page}/phieu")));
    let blocked = browser.get(&page).await.expect(200).text();
    assert!(blocked.contains("Còn 71 dòng chưa có kết luận"));
    app.browse("chutich.binh").await.get(&page).await.expect(200);
    app.browse("chutich.an").await.get(&page).await.expect(404);
    assert_eq!(Visit { app: &app, id }.get("truongdoan").await["state"], "in_progress");
}

#[tokio::test]
async fn the_sheet_saves_what_changed_in_a_group_and_keeps_what_was_typed_on_errors() {
    let app = TestApp::start().await;
    let visit = Visit::begun(&app, "MAU-02").await;
    let sheet = format!("/kiem-tra/{}/phieu", visit.id);
    let browser = app.browse("truongdoan").await;
    let (first, ratio) = (visit.line("KT-0.01").await, visit.line("KT-0.02").await);
    let names = [
        field_name(&first, "version"),
        field_name(&first, "verdict"),
        field_name(&first, "note"),
        field_name(&ratio, "version"),
        field_name(&ratio, "verdict"),
        field_name(&ratio, "numerator"),
        field_name(&ratio, "denominator"),
    ];
    let typed = |numerator: &'static str, more: (&'static str, &'static str)| {
        let values = ["1", "partial", "Ban hành chậm", "1", "conform", numerator, "482"];
        let mut fields: Vec<(String, String)> = names.iter().cloned().zip(values.map(str::to_owned)).collect();
        fields.extend([("area".to_owned(), "0".to_owned()), (more.0.to_owned(), more.1.to_owned())]);
        fields
    };
    let send = |fields: Vec<(String, String)>| {
        let (browser, sheet) = (browser.clone(), sheet.clone());
        async move {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            browser.fill(&sheet, &sheet, &fields).await
        }
    };
    let wrong = send(typed("-3", ("line", "KT-0.02"))).await.expect(422).text();
    assert!(wrong.contains("Ban hành chậm") && wrong.contains("value=\"-3\""), "{wrong}");
    assert!(visit.line("KT-0.01").await["verdict"].is_null());

    let saved = send(typed("484", ("line", "KT-0.02"))).await.expect(303).header("location");
    assert_eq!(saved, format!("{sheet}?xong=lines_saved#dong-KT-0.02"));
    let shown = browser.get(&sheet).await.expect(200).text();
    assert!(shown.contains("484/482 (100,41 %)") && shown.contains("Tử số (484) lớn hơn mẫu số (482)"), "kept and warned about");
    let (now, unchanged) = (visit.line("KT-0.01").await, visit.line("KT-0.03").await);
    assert_eq!(
        (now["verdict"].as_str(), now["note"].as_str(), now["version"].as_i64()),
        (Some("partial"), Some("Ban hành chậm"), Some(2))
    );
    assert_eq!(unchanged["version"].as_i64(), Some(1));

    let open = visit.lines("truongdoan").await;
    let open: Vec<(String, String)> = open
        .iter()
        .filter(|line| line["area_code"] == "0")
        .flat_map(|line| {
            [
                (field_name(line, "version"), line["version"].to_string()),
                (field_name(line, "verdict"), line["verdict"].as_str().unwrap_or("none").to_owned()),
                (field_name(line, "note"), line["note"].as_str().unwrap_or_default().to_owned()),
                (field_name(line, "numerator"), line["value"]["numerator"].as_i64().map(|n| n.to_string()).unwrap_or_default()),
                (
                    field_name(line, "denominator"),
                    line["value"]["denominator"].as_i64().map(|n| n.to_string()).unwrap_or_default(),
                ),
            ]
        })
        .chain([("area".to_owned(), "0".to_owned()), ("act".to_owned(), "rest".to_owned())])
        .collect();
    send(open).await.expect(303);
    let lines = visit.lines("truongdoan").await;
    let group: Vec<&Json> = lines.iter().filter(|line| line["area_code"] == "0").collect();
    assert!(group.iter().all(|line| !line["verdict"].is_null()));
    assert_eq!(
        (group[0]["verdict"].as_str(), group[0]["version"].as_i64()),
        (Some("partial"), Some(2)),
        "answered lines are not touched"
    );
    assert!(lines.iter().filter(|line| line["area_code"] != "0").all(|line| line["verdict"].is_null()));
    let left = browser.get(&format!("{sheet}?loc=open")).await.expect(200).text();
    assert!(!left.contains("id=\"dong-KT-0.01\"") && left.contains("id=\"dong-KT-1.01\""));
}

#[tokio::test]
async fn a_form_drawn_before_another_answer_makes_a_conflict_only_where_it_changed_something() {
    let app = TestApp::start().await;
    let visit = Visit::begun(&app, "MAU-02").await;
    let sheet = format!("/kiem-tra/{}/phieu", visit.id);
    let (first, other) = (visit.line("KT-0.01").await, visit.line("KT-0.04").await);
    let inspector = app.sign_in("thanhvien").await;
    visit
        .answer(
            &inspector,
            json!([op(&first, "a", json!({"verdict": "conform"})), op(&other, "b", json!({"verdict": "conform"}))]),
        )
        .await
        .expect(200);
    // The lead's page still shows both unanswered; only the first is answered on it.
    let names = [
        field_name(&first, "version"),
        field_name(&first, "verdict"),
        field_name(&other, "version"),
        field_name(&other, "verdict"),
    ];
    let fields: Vec<(&str, &str)> =
        names.iter().map(String::as_str).zip(["1", "partial", "1", "none"]).chain([("area", "0"), ("act", "area")]).collect();
    let browser = app.browse("truongdoan").await;
    let answer = browser.fill(&sheet, &sheet, &fields).await.expect(303);
    assert!(answer.header("location").contains("xong=line_conflict"));
    assert_eq!(
        (visit.line("KT-0.01").await["conflicted"].as_bool(), visit.line("KT-0.04").await["conflicted"].as_bool()),
        (Some(true), Some(false))
    );
    let page = browser.get(&sheet).await.expect(200).text();
    let action = page
        .split("action=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap().replace("&#x2f;", "/"))
        .find(|action| action.contains("/chon?"))
        .expect("the lead may choose");
    browser.fill(&sheet, &action, &[]).await.expect(303);
    assert_eq!(visit.line("KT-0.01").await["conflicted"].as_bool(), Some(false));
}

#[tokio::test]
async fn the_inspected_unit_reads_the_conclusion_once_it_is_issued_and_not_before() {
    const TEXT: &str = "Kết luận: xã cần chấn chỉnh ngay việc trễ hạn";
    let app = TestApp::start().await;
    let visit = Visit::begun(&app, "MAU-02").await;
    visit.answer_all().await;
    visit.act("truongdoan", "finish", json!({})).await.expect(200);
    visit.act("thukydoan", "sign_minutes", json!({"unit_signed": true})).await.expect(200);
    visit.act("truongdoan", "report", json!({})).await.expect(200);
    let authority = app.sign_in("lanhdao").await;
    authority.patch(&visit.path(), &visit.etag().await, json!({"conclusion": TEXT})).await.expect(200);

    let (record, page) = (visit.path(), format!("/kiem-tra/{}", visit.id));
    let (events, trail) = (format!("/api/v1/events?subject_id={}", visit.id), "/nhat-ky".to_owned());
    let reads = async |login: &str| {
        let (api, browser) = (app.sign_in(login).await, app.browse(login).await);
        let mut read = Vec::new();
        for (client, path) in [(&api, &record), (&browser, &page), (&api, &events), (&browser, &trail)] {
            let answer = client.get(path).await;
            // Who may not read the trail at all has no page of it.
            read.push(answer.status.is_success() && answer.text().contains(TEXT));
        }
        read
    };
    for login in ["chutich.binh", "daumoi.binh"] {
        assert_eq!(reads(login).await, [false; 4], "{login}");
        assert!(visit.get(login).await["conclusion"].is_null(), "{login}");
    }
    // The control: the text is there for who wrote it, in the record, on the page and in the trail.
    assert_eq!(reads("lanhdao").await[..3], [true; 3]);
    visit.act("lanhdao", "conclude", json!({})).await.expect(200);
    for login in ["chutich.binh", "daumoi.binh"] {
        assert_eq!(reads(login).await, [true, true, false, false], "{login}: the record tells it, the trail stays the team's");
    }
}
