//! Peer groups of a round on their page, and figures that are counted instead of typed.

use domain::round::RoundState;
use entities::round;
use poem::http::Method;
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set};
use serde_json::json;
use tests::{Client, TestApp};

use crate::rounds::{act, prepared, sheet_of};

/// The constructed set, ranking communes and wards apart.
fn grouped() -> String {
    let set = include_str!("../../data/criteria-commune-sample.yaml");
    let named = set.replace("id: sample-commune-2025", "id: hai-khoi").replace("status: constructed", "status: thử");
    format!("{named}\npeer_groups: [{{code: xa, name: Khối xã}}, {{code: phuong, name: Khối phường}}]\n")
}

/// A draft round on that set; the path of its page.
async fn grouped_round(app: &TestApp) -> String {
    let secretary = app.sign_in("thukyhoidong").await;
    let made = secretary.post("/api/v1/criteria-sets", json!({"file": grouped()})).await.expect(201);
    let publish = format!("/api/v1/criteria-sets/{}/publish", made.id());
    secretary.post_at(&publish, &made.etag(), json!({})).await.expect(200);
    let round = json!({"title": "Chấm điểm theo khối", "year": 2026, "set_id": made.id(), "as_of": "2026-11-16", "survey_held": true,
        "self_due_at": "2026-11-30T10:00:00Z", "explanation_days": 5, "appraisal_due_on": "2026-12-31"});
    format!("/dot-cham-diem/{}", secretary.post("/api/v1/rounds", round).await.expect(201).id())
}

/// The groups of the sheets, by unit code.
async fn groups(client: &Client, page: &str) -> Vec<(String, Option<String>)> {
    let api = page.replace("/dot-cham-diem/", "/api/v1/rounds/");
    let sheets = client.get(&format!("{api}/sheets")).await.expect(200).json();
    let of = |sheet: &serde_json::Value| {
        (sheet["unit_code"].as_str().unwrap().to_owned(), sheet["peer_group"].as_str().map(str::to_owned))
    };
    sheets["items"].as_array().unwrap().iter().map(of).collect()
}

#[tokio::test]
async fn units_are_put_into_peer_groups_on_one_page_until_they_are_ranked() {
    let app = TestApp::start().await;
    let round = grouped_round(&app).await;
    let page = format!("{round}/nhom");
    let (secretary, api) = (app.browse("thukyhoidong").await, app.sign_in("thukyhoidong").await);
    assert!(secretary.get(&round).await.expect(200).text().replace("&#x2f;", "/").contains(&format!("href=\"{page}\"")));
    let shown = secretary.get(&page).await.expect(200).text();
    for words in ["Xã An Mẫu (MAU-01)", "Khối phường", "Còn 4 đơn vị chưa thuộc nhóm nào"] {
        assert!(shown.contains(words), "«{words}» in:\n{shown}");
    }
    for (login, status) in [("thamdinh1", 403), ("chutich.an", 403), ("congbo1", 403)] {
        app.browse(login).await.get(&page).await.expect(status);
    }
    let mut fields = Vec::new();
    for (code, group) in [("MAU-01", "xa"), ("MAU-02", "xa"), ("MAU-03", "phuong"), ("MAU-04", "khac")] {
        fields.push((format!("groups/{}", app.unit(code).await), group));
    }
    let typed: Vec<(&str, &str)> = fields.iter().map(|(name, group)| (name.as_str(), *group)).collect();
    let wrong = secretary.fill(&page, &page, &typed).await.expect(422).text();
    assert!(wrong.contains(&format!("href=\"#f-{}\"", typed[3].0.replace('/', "-"))), "{wrong}");
    assert_eq!(groups(&api, &round).await[0].1, None, "all or nothing");

    // Two at once: what only one of them touched is kept, what both touched is shown.
    let other = app.browse("thukyhoidong").await;
    let drawn = other.get(&page).await.expect(200).hidden(&page);
    secretary.fill(&page, &page, &typed[..3]).await.expect(303);
    let clash = [typed[0], typed[1], (typed[2].0, "xa"), (typed[3].0, "xa")];
    let mut body: Vec<(&str, &str)> = drawn.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    body.extend(clash);
    let refused = other.form(&page, &body).await.expect(412);
    let shown = refused.text();
    assert!(shown.contains("Bản mới nhất: «Khối phường»") && !shown.contains("Bản mới nhất: «Khối xã»"), "{shown}");
    let of = |group: &str| Some(group.to_owned());
    let codes = ["MAU-01", "MAU-02", "MAU-03", "MAU-04"].map(str::to_owned);
    let expected = |last: [Option<String>; 4]| codes.clone().into_iter().zip(last).collect::<Vec<_>>();
    assert_eq!(groups(&api, &round).await, expected([of("xa"), of("xa"), of("phuong"), None]));
    let hidden = refused.hidden(&page);
    let mut body: Vec<(&str, &str)> = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    body.extend([typed[0], typed[1], typed[2], (typed[3].0, "xa")]);
    other.form(&page, &body).await.expect(303);
    assert_eq!(groups(&api, &round).await, expected([of("xa"), of("xa"), of("phuong"), of("xa")]));

    // Once they are ranked it is too late.
    let id = round.rsplit('/').next().unwrap().parse().unwrap();
    let council = round::ActiveModel { id: Set(id), state: Set(RoundState::Council), ..Default::default() };
    council.update(app.app.store.read()).await.unwrap();
    secretary.get(&page).await.expect(409);
}

#[tokio::test]
async fn a_set_without_groups_says_that_all_are_ranked_together() {
    let app = TestApp::start().await;
    let (_, round) = prepared(&app).await;
    let round = round.replace("/api/v1/rounds/", "/dot-cham-diem/");
    let secretary = app.browse("thukyhoidong").await;
    assert!(!secretary.get(&round).await.expect(200).text().contains("Xếp đơn vị vào nhóm"));
    let shown = secretary.get(&format!("{round}/nhom")).await.expect(200).text();
    assert!(shown.contains("mọi đơn vị được xếp hạng chung") && !shown.contains("Lưu nhóm"), "{shown}");
}

#[tokio::test]
async fn counted_figures_show_their_rows_fill_the_sheet_and_want_a_reason_for_another() {
    let app = TestApp::start().await;
    let (secretary, round) = prepared(&app).await;
    act(&secretary, &round, "open").await.expect(200);
    let officer = app.sign_in("daumoi.an").await;
    let sheet = sheet_of(&officer, &round).await;
    let page = sheet.replace("/api/v1/sheets/", "/phieu-cham-diem/");
    let browser = app.browse("daumoi.an").await;
    let bare = browser.get(&page).await.expect(200).text();
    assert!(!bare.contains("Hệ thống đếm được") && !bare.contains("Điền số đếm được"), "an empty register counts nothing");
    let proposal = json!({"kind": "proposal", "year": 2026, "title": "Bỏ bản sao có chứng thực", "done_on": "2026-05-04"});
    let row = officer.post("/api/v1/work-items", proposal).await.expect(201).id();
    let figures = json!({"period_kind": "year", "from": "2026-01-01", "source": "software",
        "figures": {"received": 1240, "online": 1079, "early": 811, "on_time": 440, "overdue_done": 9, "in_process_overdue": 2}});
    let report = officer.post("/api/v1/dossier-reports", figures).await.expect(201).id();

    let counted = browser.get(&page).await.expect(200).text().replace("&#x2f;", "/");
    for words in [
        "Hệ thống đếm được".to_owned(),
        format!("<a href=\"/viec-trong-nam/{row}\">số đề xuất đơn giản hóa: 1</a>"),
        format!("<a href=\"/so-lieu/{report}\">số hồ sơ nộp trực tuyến: 1.079</a>"),
    ] {
        assert!(counted.contains(&words), "«{words}» in:\n{counted}");
    }
    browser.fill(&page, &format!("{page}/so-dem"), &[]).await.expect(303);
    let value = |code: &'static str| {
        let (officer, sheet) = (&officer, &sheet);
        async move {
            let lines = officer.get(sheet).await.expect(200).json()["lines"].clone();
            lines.as_array().unwrap().iter().find(|line| line["code"] == code).unwrap()["value"].clone()
        }
    };
    assert_eq!(value("3.5").await["proposals"].as_str(), Some("1"));
    assert_eq!(value("3.3.1").await["overdue_pending"].as_str(), Some("2"));
    assert!(value("1.1.3").await.is_null(), "no task was entered, so none was counted");
    let other = json!({"lines": [{"code": "3.5", "value": {"proposals": 2}}]});
    let refused = officer.json(Method::PUT, &format!("{sheet}/lines"), &[], other).await.expect(422).json();
    assert_eq!(
        (refused["errors"][0]["pointer"].as_str(), refused["errors"][0]["code"].as_str()),
        (Some("/lines/3.5/override_reason"), Some("override_reason_needed"))
    );
    let reasoned =
        json!({"lines": [{"code": "3.5", "value": {"proposals": 2}, "override_reason": "Một đề xuất gửi kèm báo cáo."}]});
    officer.json(Method::PUT, &format!("{sheet}/lines"), &[], reasoned).await.expect(200);
}
