//! Reminders: planned from state on working days, one mail a person and day, the latest stage only.

use chrono::NaiveDate;
use domain::checklist::InspectionKind;
use domain::finding::FindingState;
use domain::record::MailState;
use entities::{finding, mail, person, reminder};
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, EntityTrait as _, QueryOrder as _};
use tests::TestApp;
use tests::smtp::{Mode, Smtp};

use crate::findings::raised;
use crate::support::visit;

/// A finding of xã An Mẫu that waits for the chairman's answer until this day.
async fn due(app: &TestApp, on: &str) -> String {
    let visit = visit(app, InspectionKind::InternalAudit, "MAU-01").await;
    let id = raised(app, &visit, "MAU-01").await;
    move_due(app, &id, on).await;
    id
}

async fn move_due(app: &TestApp, id: &str, on: &str) {
    let change = finding::ActiveModel {
        id: Set(id.parse().unwrap()),
        answer_due_on: Set(Some(on.parse().unwrap())),
        ..Default::default()
    };
    change.update(app.app.store.read()).await.unwrap();
}

async fn settle(app: &TestApp, id: &str) {
    let change = finding::ActiveModel { id: Set(id.parse().unwrap()), state: Set(FindingState::Closed), ..Default::default() };
    change.update(app.app.store.read()).await.unwrap();
}

/// What the recurring work does at seven in the morning of a day in Vietnam, and then the jobs.
async fn morning(app: &TestApp, day: NaiveDate) {
    app.set_time(&format!("{day}T00:00:00Z"));
    api::jobs::plan(&app.app).await.unwrap();
    app.run_jobs().await;
}

async fn mails(app: &TestApp) -> Vec<mail::Model> {
    mail::Entity::find().order_by_asc(mail::Column::CreatedAt).all(app.app.store.read()).await.unwrap()
}

async fn intents(app: &TestApp) -> Vec<reminder::Model> {
    reminder::Entity::find().order_by_asc(reminder::Column::CreatedAt).all(app.app.store.read()).await.unwrap()
}

async fn stages(app: &TestApp) -> Vec<String> {
    intents(app).await.into_iter().map(|row| row.stage).collect()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[tokio::test]
async fn each_stage_is_sent_on_its_working_day_and_days_off_are_silent() {
    let app = TestApp::start().await;
    // Friday 27/11/2026; Tuesday 24/11 is the Day of Vietnamese Culture.
    due(&app, "2026-11-27").await;
    for on in day("2026-11-16").iter_days().take_while(|on| *on <= day("2026-12-08")) {
        morning(&app, on).await;
    }
    let sent: Vec<(String, String)> =
        mails(&app).await.into_iter().map(|mail| (mail.on_date.to_string(), mail.subject.unwrap())).collect();
    let expected = [
        ("2026-11-17", "[QLCL] 1 việc sắp đến hạn"),
        ("2026-11-23", "[QLCL] 1 việc sắp đến hạn"),
        ("2026-11-26", "[QLCL] 1 việc sắp đến hạn"),
        ("2026-11-27", "[QLCL] 1 việc đến hạn"),
        ("2026-12-01", "[QLCL] 1 việc quá hạn 2 ngày làm việc"),
        ("2026-12-03", "[QLCL] 1 việc quá hạn 4 ngày làm việc"),
        ("2026-12-07", "[QLCL] 1 việc quá hạn 6 ngày làm việc"),
    ];
    assert_eq!(sent, expected.map(|(on, subject)| (on.to_owned(), subject.to_owned())));
    assert_eq!(stages(&app).await, ["before_7", "before_3", "before_1", "due", "overdue_2", "overdue_4", "overdue_6"]);
}

#[tokio::test]
async fn a_made_up_saturday_is_a_working_day_and_the_sunday_after_it_is_not() {
    let app = TestApp::start().await;
    due(&app, "2026-08-24").await;
    due(&app, "2026-08-23").await;
    morning(&app, day("2026-08-22")).await;
    assert_eq!(mails(&app).await.len(), 1);
    morning(&app, day("2026-08-23")).await;
    assert_eq!(mails(&app).await.len(), 1);
}

#[tokio::test]
async fn mails_leave_between_seven_and_five() {
    let app = TestApp::start().await;
    due(&app, "2026-11-18").await;
    for (instant, expected) in [("2026-11-16T23:59:59Z", 0), ("2026-11-17T10:00:00Z", 0), ("2026-11-17T00:00:00Z", 1)] {
        app.set_time(instant);
        api::jobs::plan(&app.app).await.unwrap();
        assert_eq!(mails(&app).await.len(), expected, "{instant}");
    }
}

#[tokio::test]
async fn one_mail_a_day_names_everything_and_its_subject_counts_it() {
    let smtp = Smtp::start(Mode::Ok).await;
    let app = TestApp::with(|config| {
        smtp.configure(config);
        config.server.public_url = "https://chuan.mau.example/".to_owned();
    })
    .await;
    let late = due(&app, "2026-11-11").await;
    due(&app, "2026-11-16").await;
    due(&app, "2026-11-17").await;
    due(&app, "2026-12-30").await;
    for _ in 0..3 {
        morning(&app, day("2026-11-16")).await;
    }
    let received = smtp.received();
    assert_eq!(received.len(), 1);
    let mail = &received[0];
    assert_eq!(mail.to, "chutich.an@mau.example");
    assert_eq!(mail.header("subject"), "[QLCL] 2 việc đến hạn, 1 quá hạn 3 ngày làm việc");
    let code = finding::Entity::find_by_id(late.parse::<domain::id::FindingId>().unwrap())
        .one(app.app.store.read())
        .await
        .unwrap()
        .unwrap()
        .code;
    for part in mail.parts() {
        let texts = [
            "Kính gửi Chủ tịch UBND xã An Mẫu",
            &code,
            "Xã An Mẫu",
            "thứ Tư, 11/11/2026",
            "quá hạn 3 ngày làm việc",
            "đến hạn hôm nay",
            "còn 1 ngày làm việc",
            "Đồng ý với phát hiện",
            &format!("https://chuan.mau.example/phat-hien/{late}"),
        ];
        for text in texts {
            assert!(part.contains(text), "«{text}» in:\n{part}");
        }
        assert!(!part.contains("30/12/2026"), "far away");
        assert!(part.find("Quá hạn") < part.find("sắp đến hạn"), "the late ones first");
    }
}

#[tokio::test]
async fn days_that_were_missed_are_caught_up_with_one_mail_of_the_present_stage() {
    let app = TestApp::start().await;
    due(&app, "2026-11-20").await;
    morning(&app, day("2026-11-17")).await;
    assert_eq!(mails(&app).await.len(), 1);
    // Down from the 18th to the 26th.
    morning(&app, day("2026-11-27")).await;
    let sent = mails(&app).await;
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[1].subject.as_deref(), Some("[QLCL] 1 việc quá hạn 4 ngày làm việc"));
    assert_eq!(stages(&app).await, ["before_3", "overdue_4"]);
}

#[tokio::test]
async fn a_week_without_mail_server_ends_in_one_mail_that_says_how_things_stand() {
    let smtp = Smtp::start(Mode::TempFail).await;
    let app = TestApp::with(|config| smtp.configure(config)).await;
    due(&app, "2026-11-18").await;
    for on in day("2026-11-16").iter_days().take(5) {
        morning(&app, on).await;
    }
    smtp.set(Mode::Ok);
    // Mended on Saturday: the reader hears of it on Monday.
    for on in day("2026-11-21").iter_days().take(5) {
        morning(&app, on).await;
    }
    let received = smtp.received();
    let subjects: Vec<String> = received.iter().map(|mail| mail.header("subject")).collect();
    assert_eq!(subjects, ["[QLCL] 1 việc quá hạn 3 ngày làm việc", "[QLCL] 1 việc quá hạn 4 ngày làm việc"]);
    let states: Vec<MailState> = mails(&app).await.iter().map(|mail| mail.state).collect();
    assert_eq!(states.iter().filter(|state| **state == MailState::Sent).count(), 2);
    assert!(states.iter().all(|state| matches!(state, MailState::Sent | MailState::Dropped)), "{states:?}");
    let superseded = intents(&app).await.into_iter().filter(|row| row.superseded).map(|row| row.stage).collect::<Vec<_>>();
    assert_eq!(superseded, ["before_3", "before_1", "due"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn planners_that_run_at_once_plan_each_reminder_once() {
    let app = TestApp::start().await;
    for _ in 0..3 {
        due(&app, "2026-11-18").await;
    }
    app.set_time("2026-11-17T00:00:00Z");
    let other = if tests::on_postgres() { app.replica().await } else { app.app.clone() };
    let planners = (0..8).map(|number| {
        let app = if number % 2 == 0 { app.app.clone() } else { other.clone() };
        tokio::spawn(async move { api::reminders::plan(&app).await })
    });
    for planner in planners.collect::<Vec<_>>() {
        planner.await.unwrap().unwrap();
    }
    assert_eq!((mails(&app).await.len(), intents(&app).await.len()), (1, 3));
    app.run_jobs().await;
    assert_eq!(app.app.mailer.taken().len(), 1);
}

#[tokio::test]
async fn what_ended_before_its_mail_left_is_not_sent() {
    let app = TestApp::start().await;
    let id = due(&app, "2026-11-18").await;
    app.set_time("2026-11-17T00:00:00Z");
    api::jobs::plan(&app.app).await.unwrap();
    settle(&app, &id).await;
    app.run_jobs().await;
    assert!(app.app.mailer.taken().is_empty());
    assert_eq!(mails(&app).await[0].state, MailState::Dropped);
    morning(&app, day("2026-11-18")).await;
    assert_eq!(mails(&app).await.len(), 1, "and nothing more is planned");
}

#[tokio::test]
async fn a_moved_due_date_has_reminders_of_its_own() {
    let app = TestApp::start().await;
    let id = due(&app, "2026-11-17").await;
    morning(&app, day("2026-11-17")).await;
    move_due(&app, &id, "2026-11-27").await;
    for on in day("2026-11-18").iter_days().take_while(|on| *on <= day("2026-11-27")) {
        morning(&app, on).await;
    }
    let planned: Vec<_> = intents(&app).await.into_iter().map(|row| (row.due_on.to_string(), row.stage)).collect();
    let expected = [
        ("2026-11-17", "due"),
        ("2026-11-27", "before_7"),
        ("2026-11-27", "before_3"),
        ("2026-11-27", "before_1"),
        ("2026-11-27", "due"),
    ];
    assert_eq!(planned, expected.map(|(on, stage)| (on.to_owned(), stage.to_owned())));
}

#[tokio::test]
async fn who_is_gone_or_has_no_address_gets_nothing() {
    let app = TestApp::start().await;
    due(&app, "2026-11-18").await;
    let id = app.person("chutich.an").await.parse().unwrap();
    let db = app.app.store.read();
    app.set_time("2026-11-17T00:00:00Z");
    api::jobs::plan(&app.app).await.unwrap();
    person::ActiveModel { id: Set(id), disabled_at: Set(Some(app.clock.now())), ..Default::default() }.update(db).await.unwrap();
    app.run_jobs().await;
    assert!(app.app.mailer.taken().is_empty(), "gone between planning and sending");
    morning(&app, day("2026-11-18")).await;
    person::ActiveModel { id: Set(id), disabled_at: Set(None), email: Set(None), ..Default::default() }.update(db).await.unwrap();
    morning(&app, day("2026-11-20")).await;
    assert_eq!(mails(&app).await.len(), 1);
    person::ActiveModel { id: Set(id), email: Set(Some("moi@mau.example".into())), ..Default::default() }
        .update(db)
        .await
        .unwrap();
    morning(&app, day("2026-11-20")).await;
    assert_eq!(app.app.mailer.taken().len(), 1, "with an address again, the present stage is sent");
}

#[tokio::test]
async fn a_preview_says_what_would_be_sent_and_shows_details_to_the_person_alone() {
    let app = TestApp::start().await;
    due(&app, "2026-11-18").await;
    let path = "/api/v1/reminders/preview?on=";
    let own = app.sign_in("chutich.an").await.get(&format!("{path}2026-11-17")).await.expect(200).json();
    assert_eq!(own[0]["subject"], "[QLCL] 1 việc sắp đến hạn");
    assert_eq!(own[0]["items"][0]["left"], "còn 1 ngày làm việc");
    let operator = app.sign_in("hethong").await.get(&format!("{path}2026-11-17")).await.expect(200).json();
    assert_eq!((operator[0]["person_name"].as_str(), operator[0]["items"].is_null()), (Some("Chủ tịch UBND xã An Mẫu"), true));
    for (login, on) in [("truongdoan", "2026-11-17"), ("chutich.an", "2026-11-22")] {
        let none = app.sign_in(login).await.get(&format!("{path}{on}")).await.expect(200).json();
        assert_eq!(none, serde_json::json!([]), "{login} {on}");
    }
    assert!(mails(&app).await.is_empty(), "looking plans nothing");
}

#[tokio::test]
async fn people_see_their_own_reminders_and_the_operator_everybodys() {
    let app = TestApp::start().await;
    due(&app, "2026-11-18").await;
    morning(&app, day("2026-11-17")).await;
    for (login, expected) in [("chutich.an", 1), ("hethong", 1), ("truongdoan", 0)] {
        let list = app.sign_in(login).await.get("/api/v1/reminders").await.expect(200).json();
        assert_eq!(list["items"].as_array().unwrap().len(), expected, "{login}");
    }
    let row = app.sign_in("hethong").await.get("/api/v1/reminders").await.expect(200).json()["items"][0].clone();
    assert_eq!(
        (row["stage"].as_str(), row["mail_state"].as_str(), row["rule"].as_str()),
        (Some("before_1"), Some("sent"), Some("answer_finding"))
    );
    let mail = app.sign_in("hethong").await.get("/api/v1/mails").await.expect(200).json()["items"][0].clone();
    assert_eq!((mail["subject"].as_str(), mail["text"].is_null()), (Some("[QLCL] 1 việc sắp đến hạn"), true));
}
