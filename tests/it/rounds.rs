//! A scoring round, end to end, on the constructed set: self-scores, appraisal, explanation,
//! council, publication; who may what; and that nothing leaks before its time.

use std::collections::BTreeMap;

use domain::scoring::{Adjustment, CriteriaSet, ScoreSource};
use serde_json::{Value as Json, json};
use tests::{Client, TestApp};

const SET: &str = include_str!("../../data/criteria-commune-sample.yaml");
const UNITS: &str = include_str!("../../data/sample-units.yaml");

/// The constructed set of the sample world, published, owned by tỉnh Mẫu.
pub async fn published_set(app: &TestApp) -> String {
    let sets = app.sign_in("thukyhoidong").await.get("/api/v1/criteria-sets").await.expect(200).json();
    let found = sets["items"].as_array().unwrap().iter().find(|set| set["state"] == "published" && set["sample"] == true);
    found.unwrap()["id"].as_str().unwrap().to_owned()
}

pub fn set() -> CriteriaSet {
    api::criteria::usable_set(SET).unwrap()
}

/// The declared values of the sample unit, as the API takes them.
fn sample_values() -> BTreeMap<String, Json> {
    let tree = api::criteria::yaml::read(UNITS).unwrap();
    let json = api::criteria::yaml::to_json(&tree);
    json["units"][0]["values"].as_object().unwrap().iter().map(|(code, value)| (code.clone(), value.clone())).collect()
}

/// The criteria a unit scores itself, and those that come from elsewhere.
fn codes() -> (Vec<String>, Vec<String>) {
    let set = set();
    let (own, other): (Vec<_>, Vec<_>) = set.leaves().into_iter().partition(|placed| placed.leaf.self_scored);
    let name = |placed: domain::scoring::Placed<'_>| placed.node.code.clone();
    (own.into_iter().map(name).collect(), other.into_iter().map(name).collect())
}

pub const COMMUNES: [(&str, &str, &str); 3] =
    [("MAU-01", "daumoi.an", "chutich.an"), ("MAU-02", "daumoi.binh", "chutich.binh"), ("MAU-03", "daumoi.chau", "chutich.chau")];

/// A round of the sample province, its panel named.
pub async fn prepared(app: &TestApp) -> (Client, String) {
    let secretary = app.sign_in("thukyhoidong").await;
    let set_id = published_set(app).await;
    let made = secretary
        .post(
            "/api/v1/rounds",
            json!({"title": "Chấm điểm CCHC cấp xã năm 2026", "year": 2026, "set_id": set_id, "as_of": "2026-11-16", "survey_held": true,
                "self_due_at": "2026-11-30T10:00:00Z", "explanation_days": 5, "appraisal_due_on": "2026-12-31"}),
        )
        .await
        .expect(201);
    assert_eq!((made.json()["code"].as_str(), made.json()["state"].as_str()), (Some("DCD-2026-01"), Some("draft")));
    let path = format!("/api/v1/rounds/{}", made.id());
    let seats = json!({"seats": [
        {"person_id": app.person("thamdinh1").await, "group": ""}, {"person_id": app.person("thamdinh2").await, "group": ""}]});
    secretary.json(poem::http::Method::PUT, &format!("{path}/panel"), &[("if-match", &made.etag())], seats).await.expect(200);
    (secretary, path)
}

/// Moves the round by a verb.
pub async fn act(client: &Client, path: &str, verb: &str) -> tests::Answer {
    let etag = client.get(path).await.expect(200).etag();
    client.post_at(&format!("{path}/{verb}"), &etag, json!({})).await
}

pub async fn sheet_of(client: &Client, round: &str) -> String {
    let rows = client.get(&format!("{round}/sheets")).await.expect(200).json();
    let own = rows["items"].as_array().unwrap();
    assert_eq!(own.len(), 1, "one's own sheet only: {rows}");
    format!("/api/v1/sheets/{}", own[0]["id"].as_str().unwrap())
}

/// Fills a sheet in from the sample unit, some values changed, and has the head hand it in.
pub async fn self_score(app: &TestApp, round: &str, (officer, head): (&str, &str), changed: &[(&str, Json)]) -> String {
    let (officer, head) = (app.sign_in(officer).await, app.sign_in(head).await);
    let sheet = sheet_of(&officer, round).await;
    let mut values = sample_values();
    values.extend(changed.iter().map(|(code, value)| ((*code).to_owned(), value.clone())));
    let lines: Vec<Json> = codes()
        .0
        .iter()
        .map(|code| json!({"code": code, "value": values[code], "note": "Hồ sơ lưu tại văn phòng, trang 1."}))
        .collect();
    let written = officer.put(&format!("{sheet}/lines"), json!({ "lines": lines })).await.expect(200);
    assert_eq!(written.json()["missing"], json!([]));
    head.post_at(&format!("{sheet}/submit"), &written.etag(), json!({})).await.expect(200);
    sheet
}

/// Surveys and the 766 index for every unit, as the sample unit has them.
pub async fn enter_the_rest(app: &TestApp, secretary: &Client, round: &str) {
    let (set, values) = (set(), sample_values());
    let mut given = Vec::new();
    for unit in ["MAU-01", "MAU-02", "MAU-03", "MAU-04"] {
        let unit = app.unit(unit).await;
        for placed in set.leaves().into_iter().filter(|placed| placed.leaf.source != ScoreSource::Appraisal) {
            given.push(json!({"unit_id": unit, "code": placed.node.code, "value": values[&placed.node.code], "reason": "Phiếu khảo sát"}));
        }
    }
    secretary.post(&format!("{round}/values"), json!({ "values": given })).await.expect(200);
}

/// Accepts what every unit declared; where there is nothing to accept, sets what the rule says of nothing.
pub async fn appraise_all(app: &TestApp, login: &str, round: &str, special: &[(&str, &str, Json)]) {
    let appraiser = app.sign_in(login).await;
    let set = set();
    let mut units = BTreeMap::new();
    for code in ["MAU-01", "MAU-02", "MAU-03", "MAU-04"] {
        units.insert(code, app.unit(code).await);
    }
    for placed in set.leaves().into_iter().filter(|placed| placed.leaf.source == ScoreSource::Appraisal) {
        let code = &placed.node.code;
        let judgements: Vec<Json> = units
            .iter()
            .map(|(unit, id)| {
                let own = special.iter().find(|(wanted, criterion, _)| wanted == unit && criterion == code);
                let mut judgement = match own {
                    Some((_, _, judgement)) => judgement.clone(),
                    None if *unit == "MAU-04" => {
                        json!({"verdict": "changed", "points": "0", "reason": "Đơn vị không nộp phiếu."})
                    }
                    None if !placed.leaf.self_scored || placed.leaf.adjustment == Adjustment::Penalty => {
                        json!({"verdict": "changed", "points": "0", "reason": "Không có vi phạm."})
                    }
                    None => json!({"verdict": "accepted"}),
                };
                judgement["unit_id"] = json!(id);
                judgement
            })
            .collect();
        appraiser.post(&format!("{round}/criteria/{code}/appraise"), json!({ "judgements": judgements })).await.expect(200);
    }
}

#[tokio::test]
async fn a_round_goes_from_self_scores_to_a_published_ranking() {
    let app = TestApp::start().await;
    let (secretary, round) = prepared(&app).await;
    app.sign_in("daumoi.an").await.get(&round).await.expect(404);
    act(&secretary, &round, "open").await.expect(200);

    // Self-scoring: a live total, what is missing, points within reach.
    let officer = app.sign_in("daumoi.an").await;
    let sheet = sheet_of(&officer, &round).await;
    let first = officer
        .put(&format!("{sheet}/lines"), json!({"lines": [{"code": "1.1.3", "value": {"done": 21, "planned": 25}}, {"code": "7.1", "value": {"signed": "484", "issued": 482}}]}))
        .await
        .expect(200)
        .json();
    assert_eq!(first["own_points"], "3.00");
    let line = first["lines"].as_array().unwrap().iter().find(|line| line["code"] == "7.1").unwrap();
    assert!(line["warnings"][0].as_str().unwrap().contains("484/482 = 100,41 %"), "{line}");
    let reach = first["within_reach"].as_array().unwrap().iter().find(|step| step["code"] == "1.1.3").unwrap();
    assert_eq!((reach["value"]["done"].as_str(), reach["gain"].as_str()), (Some("23"), Some("1.00")));
    let head = app.sign_in("chutich.an").await;
    let etag = head.get(&sheet).await.expect(200).etag();
    assert_eq!(head.post_at(&format!("{sheet}/submit"), &etag, json!({})).await.expect(409).code(), "sheet_incomplete");

    let sheet_an = self_score(&app, &round, (COMMUNES[0].1, COMMUNES[0].2), &[]).await;
    assert_eq!(
        officer.put(&format!("{sheet_an}/lines"), json!({"lines": [{"code": "1.1.2", "value": false}]})).await.expect(409).code(),
        "sheet_not_open"
    );
    // Before the deadline the head may take it back; then it is handed in again.
    let etag = head.get(&sheet_an).await.expect(200).etag();
    let open = head.post_at(&format!("{sheet_an}/withdraw"), &etag, json!({})).await.expect(200);
    head.post_at(&format!("{sheet_an}/submit"), &open.etag(), json!({})).await.expect(200);
    self_score(&app, &round, (COMMUNES[1].1, COMMUNES[1].2), &[("1.1.3", json!({"done": 25, "planned": 25}))]).await;
    let sheet_chau = self_score(&app, &round, (COMMUNES[2].1, COMMUNES[2].2), &[]).await;
    enter_the_rest(&app, &secretary, &round).await;

    // The deadline is exact: the unit that did not hand in is locked out.
    assert_eq!(act(&secretary, &round, "close_self_scoring").await.expect(409).code(), "self_scoring_not_over");
    app.set_time("2026-11-30T10:00:00Z");
    let dong = app.sign_in("daumoi.dong").await;
    let sheet_dong = sheet_of(&dong, &round).await;
    assert_eq!(
        dong.put(&format!("{sheet_dong}/lines"), json!({"lines": [{"code": "1.1.2", "value": true}]})).await.expect(409).code(),
        "self_scoring_over"
    );
    act(&app.sign_in("thukyhoidong").await, &round, "close_self_scoring").await.expect(200);

    // Appraisal: binh's plan is changed, chau is asked about one line, dong gets nothing.
    let special = [
        (
            "MAU-02",
            "1.1.3",
            json!({"verdict": "changed", "value": {"done": 20, "planned": 25}, "reason": "5 nhiệm vụ chưa có sản phẩm."}),
        ),
        ("MAU-03", "2.3", json!({"verdict": "asked", "reason": "Cho xem mẫu văn bản được kiểm tra."})),
    ];
    let secretary = app.sign_in("thukyhoidong").await;
    assert_eq!(act(&secretary, &round, "release").await.expect(409).code(), "lines_not_appraised");
    // Three communes declared the same: the appraiser is told, the communes are not.
    let rows = app.sign_in("thamdinh1").await.get(&format!("{round}/criteria/3.2.2")).await.expect(200).json();
    assert!(rows["rows"][0]["warnings"].to_string().contains("giống hệt Xã Bình Mẫu, Phường Châu Mẫu"), "{rows}");
    let own = app.sign_in("chutich.an").await.get(&sheet_an).await.expect(200).text();
    assert!(!own.contains("giống hệt"));
    appraise_all(&app, "thamdinh1", &round, &special).await;
    let chau = app.sign_in("daumoi.chau").await;
    let before = chau.get(&sheet_chau).await.expect(200).json();
    assert!(
        entries_of(&before, "2.3").iter().all(|entry| entry["layer"] == "self_score"),
        "the unit sees no appraisal before the release"
    );
    act(&secretary, &round, "release").await.expect(200);

    // Explanation: only the contested line, within the window.
    let released = chau.get(&sheet_chau).await.expect(200).json();
    assert!(entries_of(&released, "2.3").iter().any(|entry| entry["verdict"] == "asked"));
    let explain =
        |code: &str| json!({"code": code, "text": "Đã gửi 30 văn bản, 01 văn bản sai thể thức.", "value": {"faulty_docs": 1}});
    chau.post(&format!("{sheet_chau}/explain"), explain("2.3")).await.expect(200);
    let other = json!({"code": "2.2", "text": "Không liên quan."});
    assert_eq!(chau.post(&format!("{sheet_chau}/explain"), other).await.expect(409).code(), "line_not_changed");
    app.set_time("2026-12-07T17:00:00Z");
    let secretary = app.sign_in("thukyhoidong").await;
    act(&secretary, &round, "final_appraise").await.expect(200);
    assert_eq!(act(&secretary, &round, "convene").await.expect(409).code(), "explanations_not_decided");
    let accept = json!({"judgements": [{"unit_id": app.unit("MAU-03").await, "verdict": "accepted"}]});
    let decide = format!("{round}/criteria/2.3/appraise");
    assert_eq!(app.sign_in("thamdinh1").await.post(&decide, accept.clone()).await.expect(403).code(), "own_first_decision");
    app.sign_in("thamdinh2").await.post(&decide, accept).await.expect(200);
    assert_eq!(secretary.get(&format!("{round}/ranking")).await.expect(409).code(), "ranking_not_yet");
    act(&secretary, &round, "convene").await.expect(200);

    // The council: totals exist, for the secretary and the publishers only.
    let ranking = secretary.get(&format!("{round}/ranking")).await.expect(200).json();
    let units = ranking["snapshot"]["units"].as_array().unwrap();
    let of = |code: &str| units.iter().find(|unit| unit["code"] == code).unwrap();
    assert_eq!((of("MAU-01")["total"].as_str(), of("MAU-01")["grade"].as_str()), (Some("86.04"), Some("T")));
    assert_eq!(of("MAU-01")["lines"]["3.2.2"]["how"], "1.774/1.774 = 100,00 %, đạt mức sàn 90 % → 2,00/2,00");
    // 20/25 = 80 %: one point, as 21/25; the two are tied, chau is ahead by the quarter point explained.
    assert_eq!(
        (of("MAU-01")["rank"].as_u64(), of("MAU-02")["rank"].as_u64(), of("MAU-03")["rank"].as_u64()),
        (Some(2), Some(2), Some(1))
    );
    assert_eq!((of("MAU-02")["tied"].as_bool(), of("MAU-04")["rank"].as_u64()), (Some(true), Some(4)));
    assert_eq!(of("MAU-02")["lines"]["1.1.3"]["reasons"][0], "5 nhiệm vụ chưa có sản phẩm.");
    app.sign_in("congbo1").await.get(&format!("{round}/ranking")).await.expect(200);
    for login in ["thamdinh1", "chutich.an", "daumoi.chau"] {
        app.sign_in(login).await.get(&format!("{round}/ranking")).await.expect(403);
    }

    // Two people beside the proposer, on one digest; then everybody.
    let etag = secretary.get(&round).await.expect(200).etag();
    let approved = secretary
        .post_at(&format!("{round}/approve"), &etag, json!({"decision": "Biên bản họp Hội đồng thẩm định số 01/BB-HĐTĐ"}))
        .await
        .expect(200);
    let proposed = secretary.post_at(&format!("{round}/publications"), &approved.etag(), json!({})).await.expect(200).json();
    let publication = format!("/api/v1/publications/{}", proposed["id"].as_str().unwrap());
    let digest = json!({"digest": proposed["digest"]});
    secretary.post(&format!("{publication}/approve"), digest.clone()).await.expect(403);
    let (one, two) = (app.sign_in("congbo1").await, app.sign_in("congbo2").await);
    assert_eq!(one.post(&format!("{publication}/approve"), json!({"digest": "0"})).await.expect(409).code(), "digest_changed");
    let after = one.post(&format!("{publication}/approve"), digest.clone()).await.expect(200).json();
    assert_eq!(after["state"], "proposed");
    assert_eq!(one.post(&format!("{publication}/approve"), digest.clone()).await.expect(409).code(), "approved_twice");
    assert_eq!(one.post(&format!("{publication}/publish"), json!({})).await.expect(409).code(), "approvals_missing");
    app.sign_in("chutich.an").await.get(&format!("{round}/ranking")).await.expect(403);
    let after = two.post(&format!("{publication}/approve"), digest).await.expect(200).json();
    assert_eq!(after["state"], "published");
    let public = app.sign_in("chutich.an").await.get(&format!("{round}/ranking")).await.expect(200).json();
    assert_eq!(public["digest"], ranking_digest(&proposed));
    assert_eq!(public["snapshot"]["units"].as_array().unwrap().len(), 4);

    // The same values give the same bytes, on either database: ids apart, this is the digest everywhere.
    let text = with_fixed_ids(&public["snapshot"].to_string());
    let snapshot = serde_json::from_str::<api::rounds::publish::Snapshot>(&text).unwrap();
    let (_, digest) = api::rounds::publish::sealed(&snapshot).unwrap();
    assert_eq!(digest, "ef6fac22aafc4f739ac2e7fb5ed0cc0fc0aca94e5d22662ebc0d302ae62befee");

    // A correction is a numbered erratum with its reason.
    let secretary = app.sign_in("thukyhoidong").await;
    let etag = secretary.get(&round).await.expect(200).etag();
    secretary.post_at(&format!("{round}/publications"), &etag, json!({})).await.expect(422);
    let erratum =
        secretary.post_at(&format!("{round}/publications"), &etag, json!({"reason": "Sửa tên đơn vị"})).await.expect(200).json();
    assert_eq!(erratum["edition"], 2);
}

fn ranking_digest(publication: &Json) -> Json {
    publication["digest"].clone()
}

fn entries_of(sheet: &Json, code: &str) -> Vec<Json> {
    let line = sheet["lines"].as_array().unwrap().iter().find(|line| line["code"] == code).unwrap();
    line["entries"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_sheet_is_the_unit_s_own_and_wrong_values_are_named_and_nothing_is_written() {
    let app = TestApp::start().await;
    let (secretary, round) = prepared(&app).await;
    act(&secretary, &round, "open").await.expect(200);
    let (an, binh) = (app.sign_in("daumoi.an").await, app.sign_in("daumoi.binh").await);
    let sheet = sheet_of(&an, &round).await;
    an.get(&sheet).await.expect(200);
    binh.get(&sheet).await.expect(404);
    let line = json!({"lines": [{"code": "1.1.2", "value": true}]});
    binh.put(&format!("{sheet}/lines"), line.clone()).await.expect(404);
    app.sign_in("chutich.an").await.put(&format!("{sheet}/lines"), line.clone()).await.expect(403);
    app.sign_in("thamdinh1").await.get(&sheet).await.expect(404);
    let wrong = an
        .put(
            &format!("{sheet}/lines"),
            json!({"lines": [
                {"code": "1.1.2", "value": true},
                {"code": "1.1.1", "value": "khac"},
                {"code": "1.1.3", "value": {"done": -1, "planned": 25}},
                {"code": "9.9", "value": true},
            ]}),
        )
        .await
        .expect(422)
        .json();
    let pointers: Vec<&str> =
        wrong["errors"].as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect();
    assert_eq!(pointers, ["/lines/1.1.1", "/lines/1.1.3", "/lines/9.9"]);
    let shown = an.get(&sheet).await.expect(200).json();
    assert!(shown["lines"].as_array().unwrap().iter().all(|line| line["value"].is_null()), "nothing half-written");
    // Two people on one line: the second is told.
    an.put(&format!("{sheet}/lines"), json!({"lines": [{"code": "1.1.2", "value": true, "version": 1}]})).await.expect(200);
    an.put(&format!("{sheet}/lines"), json!({"lines": [{"code": "1.1.2", "value": false, "version": 1}]})).await.expect(412);
    // What the unit does not score itself.
    let survey = json!({"lines": [{"code": "1.6", "value": {"A": 1}}]});
    assert_eq!(an.put(&format!("{sheet}/lines"), survey).await.expect(409).code(), "line_not_self_scored");
}

#[tokio::test]
async fn an_appraiser_never_judges_the_own_unit_and_needs_reasons() {
    let app = TestApp::start().await;
    let (secretary, round) = prepared(&app).await;
    act(&secretary, &round, "open").await.expect(200);
    for (_, officer, head) in COMMUNES {
        self_score(&app, &round, (officer, head), &[]).await;
    }
    app.set_time("2026-11-30T10:00:00Z");
    act(&app.sign_in("thukyhoidong").await, &round, "close_self_scoring").await.expect(200);
    // The panel's second member belonged to xã Bình Mẫu until five months ago.
    let (unit, person) = (app.unit("MAU-02").await, app.person("thamdinh2").await);
    let admin = app.sign_in("quantri").await;
    admin
        .post(
            &format!("/api/v1/people/{person}/memberships"),
            json!({"unit_id": unit, "valid_from": "2025-07-01", "valid_to": "2026-06-30"}),
        )
        .await
        .expect(201);
    let appraiser = app.sign_in("thamdinh2").await;
    let judge = |unit: &str, verdict: Json| {
        let mut judgement = verdict;
        judgement["unit_id"] = json!(unit);
        json!({"judgements": [judgement]})
    };
    let path = format!("{round}/criteria/1.1.2/appraise");
    let own = appraiser.post(&path, judge(&unit, json!({"verdict": "accepted"}))).await.expect(403);
    assert_eq!(own.code(), "appraises_own_unit");
    let row = appraiser.get(&format!("{round}/criteria/1.1.2")).await.expect(200).json();
    let own = row["rows"].as_array().unwrap().iter().find(|row| row["unit_id"] == json!(unit)).unwrap();
    assert!(own["own_unit"].as_bool().unwrap() && own["own_points"].is_null() && own["entries"] == json!([]));
    let other = app.unit("MAU-01").await;
    appraiser.post(&path, judge(&other, json!({"verdict": "changed", "points": "0.5"}))).await.expect(422);
    appraiser.post(&path, judge(&other, json!({"verdict": "changed", "points": "1.5", "reason": "x"}))).await.expect(422);
    appraiser
        .post(&path, judge(&other, json!({"verdict": "changed", "points": "0.5", "reason": "Thiếu kinh phí."})))
        .await
        .expect(200);
    app.sign_in("daumoi.an").await.get(&format!("{round}/criteria/1.1.2")).await.expect(403);
    let secretary = app.sign_in("thukyhoidong").await;
    assert_eq!(
        secretary.post(&path, judge(&other, json!({"verdict": "accepted"}))).await.expect(403).code(),
        "not_your_criteria"
    );
}

/// Every id as a UUID of its number, in the order in which they appear.
fn with_fixed_ids(text: &str) -> String {
    let mut found = String::new();
    for (n, part) in without_ids(text).split('#').enumerate() {
        if n == 0 {
            found.push_str(part);
            continue;
        }
        let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
        found.push_str(&uuid::Uuid::from_u128(digits.parse().unwrap()).to_string());
        found.push_str(&part[digits.len()..]);
    }
    found
}

/// Every id by the order in which it appears: two worlds make different ids.
fn without_ids(text: &str) -> String {
    let mut seen: Vec<String> = Vec::new();
    let mut out = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let candidate = rest.get(..36).filter(|part| uuid::Uuid::parse_str(part).is_ok() && part.contains('-'));
        if let Some(id) = candidate {
            let number = seen.iter().position(|known| known == id).unwrap_or_else(|| {
                seen.push(id.to_owned());
                seen.len() - 1
            });
            out.push_str(&format!("#{number}"));
            rest = &rest[36..];
        } else if rest.get(..32).is_some_and(|part| part.bytes().all(|byte| byte.is_ascii_hexdigit()))
            && !rest.get(32..33).is_some_and(|next| next.bytes().all(|byte| byte.is_ascii_hexdigit()))
        {
            // A request's id. A digest is twice as long and stays: it would tell.
            out.push('@');
            rest = &rest[32..];
        } else {
            let next = rest.chars().next().unwrap();
            out.push(next);
            rest = &rest[next.len_utf8()..];
        }
    }
    out
}

/// Every GET of the API, asked about the round, its criteria, another unit's sheet; and the pages of
/// scoring.
async fn every_path(app: &TestApp, round: &str) -> Vec<String> {
    let rows = app.sign_in("thukyhoidong").await.get(&format!("{round}/sheets")).await.expect(200).json();
    let (binh, round_id) = (app.unit("MAU-02").await, round.rsplit('/').next().unwrap());
    let sheet = rows["items"].as_array().unwrap().iter().find(|row| row["unit_id"] == json!(binh)).unwrap()["id"].clone();
    let sheet = sheet.as_str().unwrap();
    let document: Json = serde_json::from_str(include_str!("../../docs/api/openapi.json")).unwrap();
    let mut paths = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        if operations.get("get").is_none() {
            continue;
        }
        let id = match path.split('/').nth(1).unwrap() {
            "rounds" => round_id,
            "sheets" => sheet,
            _ => &binh,
        };
        let path = path.replace("{id}", id).replace("{code}", "1.1.2").replace("{unit_id}", &binh);
        if !path.contains('{') {
            paths.push(format!("/api/v1{path}"));
        }
    }
    assert!(paths.len() > 50, "{}", paths.len());
    paths.push(format!("/api/v1/evidence?subject=sheet&subject_id={sheet}"));
    for page in ["", "/xep-hang", "/tieu-chi/1.1.2", "/gia-tri/1.6"] {
        paths.push(format!("/dot-cham-diem/{round_id}{page}"));
    }
    paths.push(format!("/dot-cham-diem/{round_id}/xep-hang/don-vi/{binh}"));
    paths.push(format!("/phieu-cham-diem/{sheet}"));
    for page in ["", "/tep.xlsx"] {
        paths.push(format!("/cong-khai/xep-hang/{round_id}{page}"));
    }
    paths.push(format!("/cong-khai/xep-hang/{round_id}/{binh}"));
    let pages =
        ["/", "/dot-cham-diem", "/cong-khai/xep-hang", "/nhat-ky", "/so-lieu", "/viec-trong-nam", "/khao-sat", "/phat-hien"];
    paths.extend(pages.map(str::to_owned));
    paths
}

/// What every other role gets to see of a world in which the council sits.
async fn seen_by_others(binh_points: &str) -> (Vec<String>, String) {
    let app = TestApp::start().await;
    // Ids of one instant are ordered by the clock that made them: the base of the world by another.
    app.set_time("2026-11-16T03:00:00Z");
    let (secretary, round) = prepared(&app).await;
    act(&secretary, &round, "open").await.expect(200);
    for (_, officer, head) in COMMUNES {
        self_score(&app, &round, (officer, head), &[]).await;
    }
    enter_the_rest(&app, &secretary, &round).await;
    app.set_time("2026-11-30T10:00:00Z");
    act(&app.sign_in("thukyhoidong").await, &round, "close_self_scoring").await.expect(200);
    let special = [("MAU-02", "1.1.2", json!({"verdict": "changed", "points": binh_points, "reason": "Thiếu kinh phí."}))];
    appraise_all(&app, "thamdinh1", &round, &special).await;
    for (verb, at) in
        [("release", "2026-11-30T11:00:00Z"), ("final_appraise", "2026-12-07T17:00:00Z"), ("convene", "2026-12-08T02:00:00Z")]
    {
        app.set_time(at);
        act(&app.sign_in("thukyhoidong").await, &round, verb).await.expect(200);
    }
    let mut seen = Vec::new();
    let paths = every_path(&app, &round).await;
    for login in [
        "daumoi.an",
        "chutich.an",
        "congchuc.binh",
        "daumoi.chau",
        "quantri",
        "hethong",
        "giamsat",
        "lanhdao",
        "thukyiso",
        "vanthu",
    ] {
        let (api, browser) = (app.sign_in(login).await, app.browse(login).await);
        for path in &paths {
            let client = if path.starts_with("/api") { &api } else { &browser };
            let answer = client.get(path).await;
            // The cursor to the next page is an id in hexadecimal.
            let text = answer.text();
            let text = without_ids(text.split("cursor=").next().unwrap());
            // A page's form token is the session's own.
            let kept: Vec<&str> = text.lines().filter(|line| !line.contains("csrf")).collect();
            seen.push(format!("{login} {} {} {}", without_ids(path), answer.status, kept.join("\n")));
        }
        if login.ends_with(".an") || login.ends_with(".chau") {
            let sheet = sheet_of(&api, &round).await;
            seen.push(format!("{login} {}", without_ids(&api.get(&sheet).await.text())));
        }
    }
    let inside = app.sign_in("thukyhoidong").await.get(&format!("{round}/ranking")).await.expect(200);
    (seen, without_ids(&inside.text()))
}

#[tokio::test]
async fn nothing_that_others_see_depends_on_another_unit_s_unpublished_score() {
    let (one, inside_one) = seen_by_others("0.5").await;
    let (two, inside_two) = seen_by_others("0.25").await;
    for (one, two) in one.iter().zip(&two) {
        let at = one.bytes().zip(two.bytes()).position(|(a, b)| a != b).unwrap_or(one.len().min(two.len()));
        let near =
            |text: &str| String::from_utf8_lossy(&text.as_bytes()[at.saturating_sub(80)..text.len().min(at + 80)]).into_owned();
        assert!(one == two, "{}\n{}\n{}", &one[..60.min(one.len())], near(one), near(two));
    }
    assert_eq!(one.len(), two.len());
    // The control: who may see it does see the difference.
    assert_ne!(inside_one, inside_two);
}

/// A running server's deadlines go by PostgreSQL's clock; SQLite has one process and so one clock.
#[tokio::test]
async fn deadlines_go_by_the_clock_of_the_database() {
    if !tests::on_postgres() {
        return;
    }
    let app = TestApp::start().await;
    let clock = api::clock::Clock::system();
    let store = api::store::Store::open(&app.app.config, clock.clone()).await.unwrap();
    let before = clock.now();
    let told = store.write(api::store::Writer::Cli, |tx| async move { api::rounds::deadline_now(&tx).await }).await.unwrap();
    // The same machine here: the two clocks agree within a minute, and the test's fixed one is elsewhere.
    assert!((told - before).num_seconds().abs() < 60, "{told} {before}");
    assert_ne!(told, app.clock.now());
}
