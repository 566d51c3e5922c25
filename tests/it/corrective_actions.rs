//! Corrective actions: planned by the unit, judged by another person, every date kept.

use domain::checklist::InspectionKind;
use domain::record::Subject;
use poem::http::Method;
use serde_json::{Value as Json, json};
use tests::{Answer, Client, TestApp};

use crate::findings::{act, act_at, pointers, raised, refused};
use crate::support::{Visit, prove, visit};

/// An action opened for xã An Mẫu.
struct Action {
    app: TestApp,
    visit: Visit,
    finding: String,
    id: String,
}

impl Action {
    async fn opened() -> Self {
        let app = TestApp::start().await;
        let visit = visit(&app, InspectionKind::InternalAudit, "MAU-01").await;
        let finding = raised(&app, &visit, "MAU-01").await;
        let accepted =
            act(&app.sign_in("chutich.an").await, &format!("/api/v1/findings/{finding}"), "accept", json!({})).await.expect(200);
        let id = accepted.json()["actions"][0]["id"].as_str().unwrap().to_owned();
        Self { app, visit, finding, id }
    }

    fn path(&self) -> String {
        format!("/api/v1/corrective-actions/{}", self.id)
    }

    async fn who(&self, login: &str) -> Client {
        self.app.sign_in(login).await
    }

    async fn see(&self) -> Json {
        self.who("truongdoan").await.get(&self.path()).await.expect(200).json()
    }

    async fn act(&self, login: &str, verb: &str, body: Json) -> Answer {
        act(&self.who(login).await, &self.path(), verb, body).await
    }

    async fn draft(&self, login: &str, body: Json) -> Answer {
        let client = self.who(login).await;
        let etag = client.get(&self.path()).await.etag();
        client.json(Method::PUT, &format!("{}/plan", self.path()), &[("if-match", &etag)], body).await
    }

    async fn plan(&self) -> Json {
        let owner = self.app.person("congchuc.an").await;
        json!({
            "correction": "Gửi thư xin lỗi cho 3 hồ sơ.", "whys": ["Quên gửi thư", "Không ai được giao"],
            "cause_group": "people", "cause_origin": "internal",
            "steps": [
                {"action": "Phân công người gửi thư", "owner_id": owner, "due_on": "2026-11-30", "expected_evidence": "Thông báo phân công"},
                {"action": "Rà soát hồ sơ quá hạn hằng tuần", "owner_id": owner, "due_on": "2026-12-15", "expected_evidence": "Danh sách rà soát"}
            ]
        })
    }

    async fn submitted() -> Self {
        let action = Self::opened().await;
        action.draft("daumoi.an", action.plan().await).await.expect(200);
        action.act("chutich.an", "submit_plan", json!({})).await.expect(200);
        action
    }

    async fn in_execution() -> Self {
        let action = Self::submitted().await;
        action.act("truongdoan", "approve_plan", json!({})).await.expect(200);
        action
    }

    async fn steps(&self) -> Vec<String> {
        let steps = self.see().await["steps"].as_array().unwrap().clone();
        steps.iter().map(|step| step["id"].as_str().unwrap().to_owned()).collect()
    }

    async fn do_step(&self, login: &str, step: &str) -> Answer {
        prove(&self.app, Subject::Step, step, login, "MAU-01").await;
        self.report(login, step).await
    }

    async fn report(&self, login: &str, step: &str) -> Answer {
        self.act(login, &format!("steps/{step}/report_done"), json!({"result": "Đã làm xong."})).await
    }

    async fn reported_done() -> Self {
        let action = Self::in_execution().await;
        for step in action.steps().await {
            action.do_step("congchuc.an", &step).await.expect(200);
        }
        action
    }

    async fn implemented() -> Self {
        let action = Self::reported_done().await;
        action.act("truongdoan", "verify", json!({"accepted": true, "note": "Đã xem 10 hồ sơ."})).await.expect(200);
        action
    }

    async fn fall_due(&self, instant: &str) {
        self.app.set_time(instant);
        api::jobs::plan(&self.app.app).await.unwrap();
    }
}

#[tokio::test]
async fn an_action_opens_with_its_date_and_its_verifier() {
    let action = Action::opened().await;
    let seen = action.see().await;
    assert_eq!((seen["state"].as_str(), seen["plan_due_on"].as_str()), (Some("issued"), Some("2026-12-01")));
    assert_eq!((seen["verifier_name"].as_str(), seen["waiting_for"].as_str()), (Some("Trưởng đoàn kiểm tra"), Some("unit")));
    assert_eq!(seen["dates"][0]["duty"], "file_plan");
    assert!(seen["dates"][0]["explanation"].as_str().unwrap().contains("10 ngày làm việc"));
}

#[tokio::test]
async fn a_draft_is_kept_though_incomplete_and_submitting_it_names_every_field() {
    let action = Action::opened().await;
    refused(action.act("chutich.an", "submit_plan", json!({})).await, "wrong_state");
    let draft = json!({"extent": "Chưa rõ", "cause_origin": "external", "steps": [{"action": "Họp rút kinh nghiệm"}]});
    let kept = action.draft("daumoi.an", draft).await.expect(200).json();
    assert_eq!((kept["state"].as_str(), kept["steps"][0]["action"].as_str()), (Some("analysing"), Some("Họp rút kinh nghiệm")));
    let answer = action.act("chutich.an", "submit_plan", json!({})).await.expect(422);
    let expected = [
        "/correction",
        "/whys",
        "/cause_group",
        "/external_agency",
        "/steps/0/owner_id",
        "/steps/0/expected_evidence",
        "/steps/0/due_on",
    ];
    assert_eq!(pointers(&answer), expected);
    assert_eq!(action.see().await["extent"], "Chưa rõ");
}

#[tokio::test]
async fn the_head_submits_and_others_may_not() {
    let action = Action::opened().await;
    action.draft("daumoi.an", action.plan().await).await.expect(200);
    for (login, status) in [("congchuc.an", 403), ("daumoi.an", 403), ("chutich.binh", 404), ("truongdoan", 403)] {
        let answer = act_at(&action.who(login).await, &action.path(), "submit_plan", "\"2\"", json!({})).await;
        assert_eq!(answer.status.as_u16(), status, "{login}");
    }
    let steps = action.steps().await;
    let mut plan = action.plan().await;
    plan["steps"] = json!([{"id": steps[1], "action": "Đổi thứ tự"}, {"action": "Việc mới", "owner_id": action.app.person("chutich.chau").await}]);
    assert_eq!(pointers(&action.draft("daumoi.an", plan.clone()).await.expect(422)), ["/steps/1/owner_id"]);
    plan["steps"][1]["owner_id"] = Json::Null;
    let kept = action.draft("daumoi.an", plan).await.expect(200).json();
    assert_eq!((kept["steps"][0]["id"].as_str(), kept["steps"].as_array().map(Vec::len)), (Some(steps[1].as_str()), Some(2)));
}

#[tokio::test]
async fn a_plan_is_returned_by_row_and_never_in_silence() {
    let action = Action::submitted().await;
    let steps = action.steps().await;
    assert_eq!(pointers(&action.act("truongdoan", "return", json!({})).await.expect(422)), ["/remark"]);
    let rows = json!({"rows": [{"step_id": steps[1], "remark": "Hạn quá dài."}]});
    let returned = action.act("truongdoan", "return", rows).await.expect(200).json();
    assert_eq!((returned["state"].as_str(), returned["return_count"].as_i64()), (Some("analysing"), Some(1)));
    assert_eq!((returned["steps"][0]["remark"].as_str(), returned["steps"][1]["remark"].as_str()), (None, Some("Hạn quá dài.")));
    let again = action.act("chutich.an", "submit_plan", json!({})).await.expect(200).json();
    assert!(again["steps"][1]["remark"].is_null());
}

#[tokio::test]
async fn an_approved_plan_sets_dates_and_steps_need_evidence() {
    let action = Action::in_execution().await;
    let seen = action.see().await;
    assert_eq!((seen["state"].as_str(), seen["due_on"].as_str()), (Some("in_execution"), Some("2026-12-15")));
    let steps = action.steps().await;
    refused(action.report("congchuc.an", &steps[0]).await, "evidence_missing");
    let done = action.do_step("congchuc.an", &steps[0]).await.expect(200).json();
    assert_eq!((done["state"].as_str(), done["steps"][0]["state"].as_str()), (Some("in_execution"), Some("done")));
    assert_eq!(done["steps"][0]["evidence_ids"].as_array().map(Vec::len), Some(1));
    action.who("congchuc.binh").await.get(&action.path()).await.expect(404);
    let done = action.do_step("daumoi.an", &steps[1]).await.expect(200).json();
    assert_eq!((done["state"].as_str(), done["waiting_for"].as_str()), (Some("reported_done"), Some("inspecting")));
}

#[tokio::test]
async fn nobody_verifies_their_own_doing() {
    let action = Action::in_execution().await;
    let steps = action.steps().await;
    action.do_step("congchuc.an", &steps[0]).await.expect(200);
    // The verifier is given a step of the plan: from then on they are a doer, whatever their role.
    let lead = action.app.person("truongdoan").await;
    use sea_orm::{ActiveValue::Set, EntityTrait as _};
    let change = entities::step::ActiveModel {
        id: Set(steps[1].parse().unwrap()),
        owner_id: Set(Some(lead.parse().unwrap())),
        ..Default::default()
    };
    entities::step::Entity::update(change).exec(action.app.app.store.read()).await.unwrap();
    action.do_step("truongdoan", &steps[1]).await.expect(200);
    refused(action.act("truongdoan", "verify", json!({"accepted": true, "note": "Đạt."})).await, "own_work");
    action
        .who("congchuc.an")
        .await
        .post_at(&format!("{}/verify", action.path()), "\"9\"", json!({"accepted": true}))
        .await
        .expect(403);
}

#[tokio::test]
async fn the_verifier_sends_single_steps_back_or_sets_the_day_of_the_check() {
    let action = Action::reported_done().await;
    let steps = action.steps().await;
    assert_eq!(pointers(&action.act("truongdoan", "verify", json!({"accepted": false})).await.expect(422)), ["/note"]);
    let word = json!({"accepted": false, "rows": [{"step_id": steps[0], "remark": "Thiếu chữ ký."}]});
    let back = action.act("truongdoan", "verify", word).await.expect(200).json();
    assert_eq!(back["state"], "in_execution");
    assert_eq!((back["steps"][0]["state"].as_str(), back["steps"][1]["state"].as_str()), (Some("rejected"), Some("verified")));
    assert_eq!(back["steps"][0]["remark"], "Thiếu chữ ký.");
    action.do_step("congchuc.an", &steps[0]).await.expect(200);
    let word = json!({"accepted": true, "note": "Đã đủ."});
    let done = action.act("truongdoan", "verify", word).await.expect(200).json();
    assert_eq!((done["state"].as_str(), done["effectiveness_due_on"].as_str()), (Some("implemented"), Some("2027-02-16")));
}

#[tokio::test]
async fn the_check_of_effect_closes_action_and_finding() {
    let action = Action::implemented().await;
    let word = json!({"effective": true, "note": "Không tái diễn.", "sample": "20 hồ sơ tháng 01/2027"});
    refused(action.act("truongdoan", "check_effectiveness", word.clone()).await, "effect_too_early");
    action.fall_due("2027-02-16T02:00:00Z").await;
    assert_eq!(action.see().await["state"], "effectiveness_check");
    let closed = action.act("truongdoan", "check_effectiveness", word).await.expect(200).json();
    assert_eq!((closed["state"].as_str(), closed["finding"]["state"].as_str()), (Some("closed_effective"), Some("closed")));
    assert_eq!(closed["effect_sample"], "20 hồ sơ tháng 01/2027");
}

#[tokio::test]
async fn an_action_without_effect_goes_on_in_a_linked_one() {
    let action = Action::implemented().await;
    action.fall_due("2027-02-16T02:00:00Z").await;
    let word = json!({"effective": false, "note": "Vẫn còn 2 hồ sơ."});
    let reopened = action.act("truongdoan", "check_effectiveness", word).await.expect(200).json();
    assert_eq!(reopened["state"], "reopened");
    let next = reopened["continued_by_id"].as_str().unwrap();
    let next = action.who("truongdoan").await.get(&format!("/api/v1/corrective-actions/{next}")).await.expect(200).json();
    assert_eq!((next["reopened_from_id"].as_str(), next["state"].as_str()), (Some(action.id.as_str()), Some("issued")));
    assert_eq!((next["code"].as_str(), next["finding"]["state"].as_str()), (Some("KP-2027-0001"), Some("action_required")));
}

#[tokio::test]
async fn an_extension_keeps_every_date() {
    let action = Action::in_execution().await;
    let step = action.steps().await.remove(0);
    let ask = |date: &str| json!({"step_id": step, "new_due_on": date, "reason": "Chờ văn bản của huyện."});
    assert_eq!(pointers(&action.act("daumoi.an", "request_extension", ask("2026-11-30")).await.expect(422)), ["/new_due_on"]);
    refused(action.act("truongdoan", "request_extension", ask("2026-12-07")).await, "forbidden");
    let asked = action.act("daumoi.an", "request_extension", ask("2026-12-07")).await.expect(200).json();
    refused(action.act("daumoi.an", "request_extension", ask("2026-12-08")).await, "extension_open");
    let extension = format!("/api/v1/extensions/{}", asked["extensions"][0]["id"].as_str().unwrap());
    let lead = action.who("truongdoan").await;
    assert_eq!(pointers(&act_at(&lead, &extension, "refuse", "\"1\"", json!({})).await.expect(422)), ["/reason"]);
    action.who("daumoi.an").await.post_at(&format!("{extension}/grant"), "\"1\"", json!({})).await.expect(403);
    let granted = act_at(&lead, &extension, "grant", "\"1\"", json!({})).await.expect(200).json();
    assert_eq!(
        (granted["extensions"][0]["state"].as_str(), granted["steps"][0]["due_on"].as_str()),
        (Some("granted"), Some("2026-12-07"))
    );
    let dates: Vec<_> = granted["dates"].as_array().unwrap().iter().filter(|date| date["subject_id"] == step).collect();
    let dates: Vec<&str> = dates.iter().filter_map(|date| date["due_on"].as_str()).collect();
    assert_eq!(dates, ["2026-11-30", "2026-12-07"]);
    refused(act_at(&lead, &extension, "grant", "\"2\"", json!({})).await, "no_extension_open");
}

#[tokio::test]
async fn a_duty_moves_to_another_unit_with_its_ground() {
    let action = Action::opened().await;
    let (to, admin) = (action.app.unit("MAU-02").await, action.who("quantri").await);
    admin.get(&action.path()).await.expect(403);
    let body = json!({"unit_id": to, "ground": "Nghị quyết sáp nhập xã"});
    act_at(&action.who("truongdoan").await, &action.path(), "transfer", "\"1\"", body.clone()).await.expect(403);
    let own = json!({"unit_id": action.app.unit("MAU-01").await, "ground": "x"});
    assert_eq!(pointers(&act_at(&admin, &action.path(), "transfer", "\"1\"", own).await.expect(422)), ["/unit_id"]);
    let moved = act_at(&admin, &action.path(), "transfer", "\"1\"", body).await.expect(200).json();
    assert_eq!(moved["unit_id"], to);
    action.who("chutich.an").await.get(&action.path()).await.expect(404);
    action.who("chutich.binh").await.get(&action.path()).await.expect(200);
}

#[tokio::test]
async fn only_the_ordering_authority_gives_an_action_up() {
    let action = Action::opened().await;
    refused(action.act("truongdoan", "cancel", json!({"reason": "Không cần"})).await, "ordering_authority_only");
    let gone = action.act("lanhdao", "cancel", json!({"reason": "Đơn vị giải thể"})).await.expect(200).json();
    assert_eq!((gone["state"].as_str(), gone["finding"]["state"].as_str()), (Some("cancelled"), Some("closed")));
}

#[tokio::test]
async fn lists_tell_whose_turn_it_is() {
    let action = Action::opened().await;
    let count = async |login: &str, query: &str| {
        let page = action.who(login).await.get(&format!("/api/v1/corrective-actions?{query}")).await.expect(200).json();
        page["items"].as_array().unwrap().len()
    };
    for (login, query, expected) in [
        ("truongdoan", "waiting_for=unit", 1),
        ("truongdoan", "waiting_for=inspecting", 0),
        ("truongdoan", "mine=true", 1),
        ("chutich.an", "mine=true", 1),
        ("lanhdao", "mine=true", 0),
        ("chutich.an", "overdue=true", 0),
        ("chutich.an", "q=tre%20han", 1),
        ("chutich.an", "q=kp-2026", 1),
        ("chutich.binh", "", 0),
        ("congchuc.an", "", 0),
    ] {
        assert_eq!(count(login, query).await, expected, "{login} {query}");
    }
    action.app.set_time("2026-12-02T02:00:00Z");
    assert_eq!(count("chutich.an", "overdue=true").await, 1);
}

#[tokio::test]
async fn accepted_plans_for_the_same_line_are_shown_without_names() {
    let action = Action::in_execution().await;
    let visit = visit(&action.app, InspectionKind::InternalAudit, "MAU-02").await;
    let finding = raised(&action.app, &visit, "MAU-02").await;
    let head = action.who("chutich.binh").await;
    let accepted = act(&head, &format!("/api/v1/findings/{finding}"), "accept", json!({})).await.expect(200).json();
    let other = accepted["actions"][0]["id"].as_str().unwrap();
    let found = head.get(&format!("/api/v1/corrective-actions/{other}/examples")).await.expect(200);
    assert_eq!(found.json()[0]["steps"][0]["action"], "Phân công người gửi thư");
    assert!(!found.text().contains("An Mẫu"));
}

#[tokio::test]
async fn duties_name_who_must_act_by_when() {
    let action = Action::opened().await;
    let today = chrono::NaiveDate::from_ymd_opt(2026, 11, 16).unwrap();
    let db = action.app.app.store.read();
    let duties = api::corrective_actions::duties(db, today).await.unwrap();
    let names = [action.app.person("chutich.an").await, action.app.person("daumoi.an").await];
    let people: Vec<String> = duties[0].people.iter().map(ToString::to_string).collect();
    assert!(duties.len() == 1 && names.iter().all(|name| people.contains(name)), "{duties:?}");
    assert_eq!((duties[0].code.as_str(), duties[0].unit_name.as_str()), ("KP-2026-0001", "Xã An Mẫu"));
    assert!(duties[0].link.ends_with(&action.id) && !action.visit.id.is_empty() && !action.finding.is_empty());
    assert_eq!(api::findings::duties(db, today).await.unwrap(), []);
    let action = Action::in_execution().await;
    let duties = api::corrective_actions::duties(action.app.app.store.read(), today).await.unwrap();
    let owner = action.app.person("congchuc.an").await;
    assert_eq!(duties.len(), 2);
    assert!(duties.iter().all(|duty| duty.people.len() == 1 && duty.people[0].to_string() == owner));
}

#[tokio::test]
async fn the_whole_way_is_one_page() {
    let action = Action::opened().await;
    let page = format!("/khac-phuc/{}", action.id);
    let to = |slug: &str| format!("{page}/{slug}");
    let officer = action.app.browse("daumoi.an").await;
    let owner = action.app.person("congchuc.an").await;
    let draft = [("correction", "Gửi thư"), ("whys/0", "Quên"), ("steps/0/action", "Phân công"), ("act", "draft")];
    officer.fill(&page, &to("ke-hoach"), &draft).await.expect(303);
    let row = officer.fill(&page, &to("ke-hoach"), &[("correction", "Đang gõ dở"), ("add", "steps")]).await.expect(200).text();
    assert!(row.contains("Đang gõ dở"));
    let head = action.app.browse("chutich.an").await;
    let incomplete = [("correction", "Gửi thư"), ("steps/0/action", ""), ("steps/2/action", "Phân công"), ("act", "submit")];
    let html = head.fill(&page, &to("ke-hoach"), &incomplete).await.expect(422).text();
    assert!(
        html.contains("#f-steps-2-due_on") && html.contains("Gửi thư"),
        "errors stand at the row as the form counts it: {html}"
    );
    assert_eq!(action.see().await["steps"][0]["action"], "Phân công", "the draft is kept");
    let plan = [
        ("correction", "Gửi thư"),
        ("whys/0", "Quên"),
        ("cause_group", "people"),
        ("cause_origin", "internal"),
        ("steps/0/action", "Phân công"),
        ("steps/0/owner_id", owner.as_str()),
        ("steps/0/due_on", "2026-11-30"),
        ("steps/0/expected_evidence", "Thông báo"),
        ("act", "submit"),
    ];
    head.fill(&page, &to("ke-hoach"), &plan).await.expect(303);
    let lead = action.app.browse("truongdoan").await;
    let step = action.steps().await.remove(0);
    let remark = format!("remark/{step}");
    lead.fill(&page, &to("tra-lai"), &[(remark.as_str(), "Hạn quá gần.")]).await.expect(303);
    assert!(officer.get(&page).await.text().contains("Hạn quá gần."));
    head.fill(&page, &to("ke-hoach"), &plan).await.expect(303);
    lead.fill(&page, &to("chap-nhan"), &[("effectiveness_months", "2")]).await.expect(303);
    officer
        .fill(
            &page,
            &to("gia-han"),
            &[("step_id", &action.steps().await[0]), ("new_due_on", "2026-12-04"), ("reason", "Chờ văn bản")],
        )
        .await
        .expect(303);
    let extension = action.see().await["extensions"][0]["id"].as_str().unwrap().to_owned();
    lead.fill(&page, &to(&format!("gia-han/{extension}/dong-y")), &[]).await.expect(303);
    let doer = action.app.browse("congchuc.an").await;
    let step = action.steps().await.remove(0);
    let report = to(&format!("viec/{step}/minh-chung"));
    let bare = crate::findings::send_files(&doer, &page, &report, &[("result", "Đã phân công"), ("act", "report")], None).await;
    assert!(bare.expect(409).text().contains("Đã phân công"));
    crate::findings::send_files(&doer, &page, &report, &[("result", "Đã phân công"), ("act", "report")], Some("ảnh"))
        .await
        .expect(303);
    lead.fill(&page, &to("xac-nhan"), &[("note", "Đã xem thông báo.")]).await.expect(303);
    action.fall_due("2027-01-18T02:00:00Z").await;
    let lead = action.app.browse("truongdoan").await;
    lead.fill(&page, &to("hieu-luc"), &[("effective", "yes"), ("note", "Không tái diễn.")]).await.expect(303);
    let html = lead.get(&page).await.expect(200).text();
    assert!(html.contains("Đã xem thông báo.") && html.contains("04/12/2026") && html.contains("30/11/2026"));
    for query in ["", "?loc=qua-han", "?loc=cho-xac-nhan", "?loc=cua-toi", "?q=khong-co"] {
        lead.get(&format!("/khac-phuc{query}")).await.expect(200);
    }
}

#[tokio::test]
async fn the_ordering_authority_moves_a_duty_on_its_page_and_others_have_no_button() {
    let action = Action::opened().await;
    let (to, page) = (action.app.unit("MAU-02").await, format!("/khac-phuc/{}", action.id));
    let send = format!("{page}/chuyen-don-vi");
    let lead = action.app.browse("truongdoan").await;
    assert!(!lead.get(&page).await.expect(200).text().contains("chuyen-don-vi"));
    let moved = [("unit_id", to.as_str()), ("ground", "Nghị quyết sáp nhập")];
    lead.force(&page, &send, &moved).await.expect(403);
    // The ordering authority of another unit holds the permission, but the action is not theirs.
    action.app.browse("chutich.an").await.force(&page, &send, &moved).await.expect(403);
    let authority = action.app.browse("lanhdao").await;
    let wrong = authority.fill(&page, &send, &[("unit_id", &to), ("ground", "")]).await.expect(422).text();
    assert!(wrong.contains("#f-chuyen-don-vi-ground") && wrong.contains("Xã Bình Mẫu"), "{wrong}");
    let chosen = format!("value=\"{to}\" selected");
    assert!(wrong.contains(&chosen), "what was chosen stays: {wrong}");
    let wrong = authority.fill(&page, &send, &[("unit_id", ""), ("ground", "Nghị quyết sáp nhập")]).await.expect(422).text();
    assert!(wrong.contains("#f-chuyen-don-vi-unit_id") && wrong.contains("Nghị quyết sáp nhập"), "{wrong}");
    authority.fill(&page, &send, &moved).await.expect(303);
    assert_eq!(action.see().await["unit_id"], to.as_str());
    action.app.browse("chutich.an").await.get(&page).await.expect(404);
    action.app.browse("chutich.binh").await.get(&page).await.expect(200);
}
