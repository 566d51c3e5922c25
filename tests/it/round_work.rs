//! What a scoring round asks of whom, on the work list and by mail; and that neither tells a score.

use chrono::NaiveDate;
use domain::scoring::ScoreSource;
use serde_json::{Value as Json, json};
use tests::smtp::{Mode, Smtp};
use tests::{Client, TestApp};

use crate::rounds::{act, appraise_all, enter_the_rest, prepared, self_score, set, sheet_of};

/// Verb and count of everything that waits for a person in rounds.
async fn waiting(app: &TestApp, login: &str) -> Vec<(String, Option<u64>)> {
    let list = app.sign_in(login).await.get("/api/v1/work").await.expect(200).json();
    let items = list["items"].as_array().unwrap().iter();
    // The management review that a head has yet to plan is not of the round.
    items
        .filter(|item| item["verb"] != "plan_review")
        .inspect(|item| assert_eq!(item["code"], "DCD-2026-01"))
        .map(|item| (item["verb"].as_str().unwrap().to_owned(), item["count"].as_u64()))
        .collect()
}

/// A verb and how many lines or criteria it is about.
type Row<'a> = (&'a str, Option<u64>);

/// What waits for each of these people is exactly this.
async fn expect(app: &TestApp, expected: &[(&str, &[Row<'_>])]) {
    for (login, wanted) in expected {
        let found = waiting(app, login).await;
        let found: Vec<Row<'_>> = found.iter().map(|(verb, count)| (verb.as_str(), *count)).collect();
        assert_eq!(found, *wanted, "{login}");
    }
}

const NOTHING: &[Row<'_>] = &[];

/// The first appraisal: one line of Bình Mẫu changed, one of Châu Mẫu asked about; Đông Mẫu did not hand in.
fn contested() -> [(&'static str, &'static str, Json); 2] {
    let changed = json!({"verdict": "changed", "value": {"done": 20, "planned": 25}, "reason": "5 nhiệm vụ chưa có sản phẩm."});
    let asked = json!({"verdict": "asked", "reason": "Cho xem mẫu văn bản được kiểm tra."});
    [("MAU-02", "1.1.3", changed), ("MAU-03", "2.3", asked)]
}

/// From self-scores to the end of self-scoring.
async fn scored(app: &TestApp, secretary: &Client, round: &str) {
    act(secretary, round, "open").await.expect(200);
    for name in ["an", "binh", "chau"] {
        self_score(app, round, (&format!("daumoi.{name}"), &format!("chutich.{name}")), &[]).await;
    }
    app.set_time("2026-11-30T10:00:00Z");
    act(&app.sign_in("thukyhoidong").await, round, "close_self_scoring").await.expect(200);
}

async fn explain(app: &TestApp, login: &str, round: &str, code: &str) {
    let client = app.sign_in(login).await;
    let sheet = sheet_of(&client, round).await;
    client.post(&format!("{sheet}/explain"), json!({"code": code, "text": "Đã bổ sung."})).await.expect(200);
}

async fn decide(app: &TestApp, login: &str, round: &str, (unit, code): (&str, &str)) {
    let accept = json!({"judgements": [{"unit_id": app.unit(unit).await, "verdict": "accepted"}]});
    app.sign_in(login).await.post(&format!("{round}/criteria/{code}/appraise"), accept).await.expect(200);
}

/// From the council's decision to publication: the path of the proposal and what is approved on it.
async fn proposed(app: &TestApp, round: &str) -> (String, Json) {
    let secretary = app.sign_in("thukyhoidong").await;
    let etag = secretary.get(round).await.expect(200).etag();
    let decision = json!({"decision": "Biên bản họp Hội đồng số 01/BB-HĐTĐ"});
    let approved = secretary.post_at(&format!("{round}/approve"), &etag, decision).await.expect(200);
    expect(app, &[("thukyhoidong", &[("propose_publication", None)]), ("congbo1", NOTHING)]).await;
    let made = secretary.post_at(&format!("{round}/publications"), &approved.etag(), json!({})).await.expect(200).json();
    (format!("/api/v1/publications/{}/approve", made["id"].as_str().unwrap()), json!({"digest": made["digest"]}))
}

#[tokio::test]
async fn a_round_waits_for_whose_turn_it_is_with_numbers_and_without_points() {
    let app = TestApp::start().await;
    let (secretary, round) = prepared(&app).await;
    expect(&app, &[("thukyhoidong", &[("open", None)]), ("daumoi.an", NOTHING), ("thamdinh1", NOTHING)]).await;
    act(&secretary, &round, "open").await.expect(200);
    let scoring: &[Row<'_>] = &[("self_score", None)];
    let signing: &[Row<'_>] = &[("submit_sheet", None)];
    expect(
        &app,
        &[
            ("thukyhoidong", NOTHING),
            ("daumoi.an", scoring),
            ("chutich.an", signing),
            ("daumoi.dong", scoring),
            ("congchuc.an", NOTHING),
            ("thamdinh1", NOTHING),
            ("congbo1", NOTHING),
        ],
    )
    .await;
    let row = app.sign_in("daumoi.an").await.get("/api/v1/work").await.expect(200).json()["items"][0].clone();
    assert_eq!((row["due_on"].as_str(), row["overdue"].as_bool()), (Some("2026-11-30"), Some(false)));
    let sheet = sheet_of(&app.sign_in("daumoi.an").await, &round).await.replace("/api/v1/sheets/", "/phieu-cham-diem/");
    assert_eq!(row["href"], json!(sheet));
    self_score(&app, &round, ("daumoi.an", "chutich.an"), &[]).await;
    expect(&app, &[("daumoi.an", NOTHING), ("chutich.an", NOTHING), ("daumoi.binh", scoring)]).await;
    for name in ["binh", "chau"] {
        self_score(&app, &round, (&format!("daumoi.{name}"), &format!("chutich.{name}")), &[]).await;
    }
    app.set_time("2026-11-30T10:00:00Z");
    expect(&app, &[("daumoi.dong", &[("self_score_over", None)]), ("thukyhoidong", &[("close_self_scoring", None)])]).await;
    let secretary = app.sign_in("thukyhoidong").await;
    act(&secretary, &round, "close_self_scoring").await.expect(200);

    // The panel: by criterion; less when one is done, nothing of units one may not judge.
    let appraised = set().leaves().iter().filter(|placed| placed.leaf.source == ScoreSource::Appraisal).count() as u64;
    let all: &[Row<'_>] = &[("appraise", Some(appraised))];
    expect(&app, &[("thamdinh1", all), ("thamdinh2", all), ("thukyhoidong", NOTHING), ("daumoi.dong", NOTHING)]).await;
    let mut judgements = Vec::new();
    for unit in ["MAU-01", "MAU-02", "MAU-03", "MAU-04"] {
        let unit_id = app.unit(unit).await;
        judgements.push(json!({"unit_id": unit_id, "verdict": "changed", "points": "0", "reason": "Không có vi phạm."}));
    }
    let judged = json!({ "judgements": judgements });
    app.sign_in("thamdinh1").await.post(&format!("{round}/criteria/9.4/appraise"), judged).await.expect(200);
    let fewer: &[Row<'_>] = &[("appraise", Some(appraised - 1))];
    expect(&app, &[("thamdinh1", fewer), ("thamdinh2", fewer)]).await;
    appraise_all(&app, "thamdinh1", &round, &contested()).await;
    expect(&app, &[("thamdinh1", NOTHING), ("thukyhoidong", &[("release", None)]), ("daumoi.binh", NOTHING)]).await;

    // Explanation: each unit its own number; what is explained, and what is over, waits no more.
    act(&secretary, &round, "release").await.expect(200);
    let one: &[Row<'_>] = &[("explain", Some(1))];
    expect(&app, &[("daumoi.an", NOTHING), ("daumoi.binh", one), ("chutich.binh", one), ("daumoi.chau", one)]).await;
    assert!(app.browse("daumoi.binh").await.get("/").await.expect(200).text().contains("1 dòng chưa giải trình"));
    explain(&app, "daumoi.binh", &round, "1.1.3").await;
    expect(&app, &[("daumoi.binh", NOTHING), ("chutich.binh", NOTHING), ("daumoi.chau", one), ("thukyhoidong", NOTHING)]).await;
    app.set_time("2026-12-07T17:00:00Z");
    expect(&app, &[("daumoi.chau", NOTHING), ("thukyhoidong", &[("final_appraise", None)])]).await;

    // Second appraisal: never by who made the first.
    let secretary = app.sign_in("thukyhoidong").await;
    act(&secretary, &round, "final_appraise").await.expect(200);
    let two: &[Row<'_>] = &[("appraise_again", Some(2))];
    expect(&app, &[("thamdinh1", NOTHING), ("thamdinh2", two), ("thukyhoidong", two)]).await;
    decide(&app, "thamdinh2", &round, ("MAU-02", "1.1.3")).await;
    expect(&app, &[("thamdinh2", &[("appraise_again", Some(1))])]).await;
    decide(&app, "thamdinh2", &round, ("MAU-03", "2.3")).await;
    expect(&app, &[("thamdinh2", NOTHING), ("thukyhoidong", NOTHING)]).await;
    enter_the_rest(&app, &secretary, &round).await;
    expect(&app, &[("thukyhoidong", &[("convene", None)])]).await;
    act(&secretary, &round, "convene").await.expect(200);
    expect(&app, &[("thukyhoidong", &[("approve", None)])]).await;

    // Publication: whoever has not approved yet, and not the proposer.
    let (approve, digest) = proposed(&app, &round).await;
    let awaited: &[Row<'_>] = &[("approve_publication", None)];
    expect(&app, &[("congbo1", awaited), ("congbo2", awaited), ("thukyhoidong", NOTHING), ("chutich.an", NOTHING)]).await;
    app.sign_in("congbo1").await.post(&approve, digest.clone()).await.expect(200);
    expect(&app, &[("congbo1", NOTHING), ("congbo2", awaited)]).await;
    app.sign_in("congbo2").await.post(&approve, digest).await.expect(200);
    expect(&app, &[("congbo1", NOTHING), ("congbo2", NOTHING), ("thukyhoidong", NOTHING), ("daumoi.an", NOTHING)]).await;
}

#[tokio::test]
async fn the_panel_is_not_asked_for_units_it_may_not_judge() {
    let app = TestApp::start().await;
    let (secretary, round) = prepared(&app).await;
    scored(&app, &secretary, &round).await;
    let person = app.person("thamdinh2").await;
    let admin = app.sign_in("quantri").await;
    for unit in ["MAU-01", "MAU-02", "MAU-03", "MAU-04"] {
        expect(&app, &[("thamdinh2", &[("appraise", Some(appraisable()))])]).await;
        let unit = app.unit(unit).await;
        let own = json!({"unit_id": unit, "valid_from": "2025-07-01", "valid_to": "2026-06-30"});
        admin.post(&format!("/api/v1/people/{person}/memberships"), own).await.expect(201);
    }
    expect(&app, &[("thamdinh2", NOTHING), ("thamdinh1", &[("appraise", Some(appraisable()))])]).await;
}

fn appraisable() -> u64 {
    set().leaves().iter().filter(|placed| placed.leaf.source == ScoreSource::Appraisal).count() as u64
}

/// The jobs of one morning in Vietnam.
async fn morning(app: &TestApp, day: NaiveDate) {
    app.set_time(&format!("{day}T00:00:00Z"));
    api::jobs::plan(&app.app).await.unwrap();
    app.run_jobs().await;
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

async fn with_mail(smtp: &Smtp) -> TestApp {
    TestApp::with(|config| {
        smtp.configure(config);
        config.server.public_url = "https://chuan.mau.example/".to_owned();
    })
    .await
}

/// Subjects of the mails to this login, in order.
fn subjects(smtp: &Smtp, login: &str) -> Vec<String> {
    let own = format!("{login}@mau.example");
    smtp.received().iter().filter(|mail| mail.to == own).map(|mail| mail.header("subject")).collect()
}

#[tokio::test]
async fn self_scoring_is_reminded_of_on_working_days_until_it_is_handed_in() {
    let smtp = Smtp::start(Mode::Ok).await;
    let app = with_mail(&smtp).await;
    let (secretary, round) = prepared(&app).await;
    morning(&app, day("2026-11-17")).await;
    assert!(smtp.received().is_empty(), "a round that is not open asks nothing");
    drop(secretary);
    act(&app.sign_in("thukyhoidong").await, &round, "open").await.expect(200);
    // Locked on Monday 30/11 at 17:00; Tuesday 24/11 is a day off.
    for on in day("2026-11-17").iter_days().take_while(|on| *on <= day("2026-12-03")) {
        if on == day("2026-11-20") {
            self_score(&app, &round, ("daumoi.an", "chutich.an"), &[]).await;
        }
        morning(&app, on).await;
    }
    let ladder = [
        "[QLCL] 1 việc sắp đến hạn",
        "[QLCL] 1 việc sắp đến hạn",
        "[QLCL] 1 việc sắp đến hạn",
        "[QLCL] 1 việc đến hạn",
        "[QLCL] 1 việc quá hạn 2 ngày làm việc",
    ];
    for login in ["daumoi.dong", "chutich.dong"] {
        assert_eq!(subjects(&smtp, login), ladder, "{login}");
    }
    assert_eq!(subjects(&smtp, "daumoi.an"), ladder[..1], "nothing more once it is handed in");
    for login in ["thamdinh1", "congchuc.an", "congbo1"] {
        assert!(subjects(&smtp, login).is_empty(), "{login}");
    }
    let mails = smtp.received();
    let first = mails.iter().find(|mail| mail.to == "daumoi.dong@mau.example").unwrap();
    let sheet = sheet_of(&app.sign_in("daumoi.dong").await, &round).await.replace("/api/v1/sheets/", "/phieu-cham-diem/");
    for part in first.parts() {
        for words in [
            "DCD-2026-01",
            "Chấm điểm CCHC cấp xã năm 2026",
            "thứ Hai, 30/11/2026",
            "còn 7 ngày làm việc",
            "Điền và nộp phiếu tự chấm điểm",
            &format!("https://chuan.mau.example{sheet}"),
        ] {
            assert!(part.contains(words), "«{words}» in:\n{part}");
        }
    }
}

#[tokio::test]
async fn release_and_publication_are_told_once_to_the_people_of_the_units_and_nothing_before() {
    const RELEASED: &str = "[QLCL] Kết quả thẩm định đã gửi";
    const PUBLISHED: &str = "[QLCL] Kết quả đã công bố";
    let smtp = Smtp::start(Mode::Ok).await;
    let app = with_mail(&smtp).await;
    let (secretary, round) = prepared(&app).await;
    scored(&app, &secretary, &round).await;
    appraise_all(&app, "thamdinh1", &round, &contested()).await;
    enter_the_rest(&app, &app.sign_in("thukyhoidong").await, &round).await;
    // The control: all is appraised and nothing is told, nor would be.
    morning(&app, day("2026-12-01")).await;
    assert!(smtp.received().is_empty(), "{:?}", smtp.received().iter().map(|mail| mail.header("subject")).collect::<Vec<_>>());
    let officer = app.sign_in("daumoi.an").await;
    assert_eq!(officer.get("/api/v1/reminders/preview").await.expect(200).json(), json!([]));

    act(&app.sign_in("thukyhoidong").await, &round, "release").await.expect(200);
    let preview = officer.get("/api/v1/reminders/preview").await.expect(200).json();
    assert_eq!((preview[0]["subject"].as_str(), &preview[0]["notices"][0]["until"]), (Some(RELEASED), &json!("2026-12-08")));
    for on in ["2026-12-01", "2026-12-02"] {
        morning(&app, day(on)).await;
    }
    for login in ["daumoi.an", "chutich.an", "daumoi.dong"] {
        assert_eq!(subjects(&smtp, login), [RELEASED], "{login}");
    }
    for login in ["daumoi.binh", "chutich.chau"] {
        assert_eq!(subjects(&smtp, login), ["[QLCL] 1 việc sắp đến hạn, 1 thông báo"], "{login}");
    }
    let officer = app.sign_in("daumoi.an").await;
    assert_eq!(officer.get("/api/v1/reminders/preview").await.expect(200).json(), json!([]), "told is told");

    explain(&app, "daumoi.binh", &round, "1.1.3").await;
    explain(&app, "daumoi.chau", &round, "2.3").await;
    app.set_time("2026-12-08T18:00:00Z");
    act(&app.sign_in("thukyhoidong").await, &round, "final_appraise").await.expect(200);
    decide(&app, "thamdinh2", &round, ("MAU-02", "1.1.3")).await;
    decide(&app, "thamdinh2", &round, ("MAU-03", "2.3")).await;
    act(&app.sign_in("thukyhoidong").await, &round, "convene").await.expect(200);
    let (approve, digest) = proposed(&app, &round).await;
    let before = smtp.received().len();
    morning(&app, day("2026-12-09")).await;
    assert_eq!(smtp.received().len(), before, "a proposal is told to nobody");
    // No mail so far tells a score, or anything of another unit.
    for mail in smtp.received() {
        let own = ["an", "binh", "chau", "dong"].into_iter().zip(["Xã An Mẫu", "Xã Bình Mẫu", "Phường Châu Mẫu", "Đông Mẫu"]);
        for part in mail.parts() {
            for (login, unit) in own.clone() {
                assert!(mail.to.contains(&format!(".{login}@")) || !part.contains(unit), "{} reads of {unit}:\n{part}", mail.to);
            }
            assert!(!part.contains("86,04") && !part.contains("điểm:") && !part.contains("5 nhiệm vụ"), "{part}");
        }
    }
    for login in ["congbo1", "congbo2"] {
        app.sign_in(login).await.post(&approve, digest.clone()).await.expect(200);
    }
    for on in ["2026-12-10", "2026-12-11", "2026-12-14"] {
        morning(&app, day(on)).await;
    }
    for login in ["daumoi.an", "chutich.binh", "chutich.chau", "daumoi.dong"] {
        let found = subjects(&smtp, login);
        assert_eq!(found.iter().filter(|subject| *subject == PUBLISHED).count(), 1, "{login}: {found:?}");
        assert_eq!(found.len(), 2, "{login}: {found:?}");
    }
    let public = round.replace("/api/v1/rounds/", "https://chuan.mau.example/cong-khai/xep-hang/");
    let mails = smtp.received();
    let last = mails.iter().rfind(|mail| mail.to == "daumoi.an@mau.example").unwrap();
    assert!(last.parts().iter().all(|part| part.contains(&public) && !part.contains("86,04")));
    assert!(["thamdinh1", "thukyhoidong", "congbo1", "congchuc.an"].iter().all(|login| subjects(&smtp, login).is_empty()));
}

/// A round that scores itself, and one that is appraised, put there from an open one.
async fn two_more(app: &TestApp, set_id: &str) {
    use domain::round::RoundState;
    use sea_orm::{ActiveModelTrait as _, ActiveValue::Set};
    let secretary = app.sign_in("thukyhoidong").await;
    for state in [RoundState::SelfScoring, RoundState::Appraisal] {
        let new = json!({"title": "Chấm điểm CCHC cấp xã", "year": 2026, "set_id": set_id, "as_of": "2026-11-16", "survey_held": true,
            "self_due_at": "2026-11-30T10:00:00Z", "explanation_days": 5, "appraisal_due_on": "2026-12-31"});
        let made = secretary.post("/api/v1/rounds", new).await.expect(201);
        let path = format!("/api/v1/rounds/{}", made.id());
        let seats = json!({"seats": [{"person_id": app.person("thamdinh1").await, "group": ""}]});
        secretary.json(poem::http::Method::PUT, &format!("{path}/panel"), &[("if-match", &made.etag())], seats).await.expect(200);
        act(&secretary, &path, "open").await.expect(200);
        let moved = entities::round::ActiveModel { id: Set(made.id().parse().unwrap()), state: Set(state), ..Default::default() };
        moved.update(app.app.store.read()).await.unwrap();
    }
}

#[tokio::test]
async fn the_work_list_asks_as_many_questions_of_the_database_whatever_the_number_of_rounds() {
    let app = TestApp::start().await;
    let set_id = crate::rounds::published_set(&app).await;
    let mut clients = Vec::new();
    for login in ["thamdinh1", "thukyhoidong", "daumoi.an"] {
        clients.push((login, app.sign_in(login).await));
    }
    let mut found = Vec::new();
    for rounds in [1, 2] {
        for _ in 0..rounds {
            two_more(&app, &set_id).await;
        }
        for (login, client) in &clients {
            client.get("/api/v1/work").await.expect(200);
            let before = app.statements();
            let items = client.get("/api/v1/work").await.expect(200).json()["items"].as_array().unwrap().len();
            found.push((*login, items, app.statements() - before));
        }
    }
    let (one, three) = found.split_at(3);
    for ((login, few, cost), (_, many, then)) in one.iter().zip(three) {
        assert_eq!(cost, then, "{login}: the same number of statements");
        // Nothing holds the secretary's rounds up to move them on: every line of the appraised ones is still owed.
        assert!(*login == "thukyhoidong" || many > few, "{login}: {few}, then {many}");
    }
}
