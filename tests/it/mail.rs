//! Mail over a real connection: what arrives, and what becomes of a mail when the server fails.

use api::mail::Mailer;
use domain::record::MailState;
use serde_json::json;
use tests::smtp::{Mode, Smtp};
use tests::{Client, TestApp};

/// An application that sends through `smtp`, its operator, and a mail of theirs that waits.
async fn waiting(smtp: &Smtp) -> (TestApp, Client, String) {
    let app = TestApp::with(|config| {
        smtp.configure(config);
        config.sign_in.absolute_hours = 10_000;
    })
    .await;
    let operator = app.sign_in("hethong").await;
    let mail = operator.post("/api/v1/mails", json!({})).await.expect(201);
    let id = mail.id();
    (app, operator, id)
}

async fn state_of(client: &Client, id: &str) -> (String, i64) {
    let mail = client.get(&format!("/api/v1/mails/{id}")).await.expect(200).json();
    (mail["state"].as_str().unwrap().to_owned(), mail["attempts"].as_i64().unwrap())
}

fn pass(app: &TestApp, minutes: i64) {
    app.clock.set(app.clock.now() + chrono::TimeDelta::minutes(minutes));
}

#[tokio::test]
async fn a_mail_arrives_readable_and_is_kept_as_it_was_sent() {
    let smtp = Smtp::start(Mode::Ok).await;
    let (app, operator, id) = waiting(&smtp).await;
    app.run_jobs().await;
    let received = smtp.received();
    assert_eq!(received.len(), 1);
    let mail = &received[0];
    assert_eq!(mail.to, "hethong@mau.example");
    assert!(mail.data.is_ascii(), "no server needs 8BITMIME for it");
    assert_eq!(mail.header("subject"), "[QLCL] Thư kiểm tra đường gửi thư");
    assert_eq!(mail.header("from"), "Chuẩn <no-reply@chuan.example>");
    assert_eq!(mail.header("to").replace('"', ""), "Quản trị hệ thống tỉnh Mẫu <hethong@mau.example>");
    assert_eq!(mail.header("message-id"), format!("<{id}@127.0.0.1>"));
    let parts = mail.parts();
    assert!(parts[0].contains("Thư này xác nhận hệ thống gửi thư được."), "{}", parts[0]);
    assert!(parts[1].contains("<html lang=\"vi\">"), "{}", parts[1]);
    let kept = operator.get(&format!("/api/v1/mails/{id}")).await.expect(200).json();
    assert_eq!((kept["state"].as_str(), kept["attempts"].as_i64()), (Some("sent"), Some(1)));
    assert_eq!(kept["sent_at"].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap(), app.clock.now());
    assert_eq!(kept["text"].as_str().unwrap().trim(), parts[0].trim());
}

#[tokio::test]
async fn a_mail_put_off_by_greylisting_arrives_at_a_later_try() {
    let smtp = Smtp::start(Mode::TempFail).await;
    let (app, operator, id) = waiting(&smtp).await;
    app.run_jobs().await;
    assert_eq!(state_of(&operator, &id).await, ("queued".into(), 1));
    app.run_jobs().await;
    assert_eq!(smtp.connections(), 1, "not again before its minute is over");
    smtp.set(Mode::Ok);
    pass(&app, 1);
    app.run_jobs().await;
    assert_eq!(state_of(&operator, &id).await, ("sent".into(), 2));
    assert_eq!(smtp.received().len(), 1);
}

#[tokio::test]
async fn an_address_the_server_refuses_for_good_bounces_and_holds_up_no_other() {
    let smtp = Smtp::start(Mode::PermFail).await;
    let (app, operator, refused) = waiting(&smtp).await;
    app.run_jobs().await;
    assert_eq!(state_of(&operator, &refused).await, ("bounced".into(), 1));
    smtp.set(Mode::Ok);
    let next = operator.post("/api/v1/mails", json!({})).await.expect(201).id();
    app.run_jobs().await;
    assert_eq!(state_of(&operator, &next).await, ("sent".into(), 1));
    assert_eq!(smtp.received().len(), 1, "a bounced mail is not tried again");
    let kept = operator.get(&format!("/api/v1/mails/{refused}")).await.expect(200).json();
    assert!(kept["last_error"].as_str().unwrap().contains("550"), "{kept}");
}

#[tokio::test]
async fn a_policy_of_the_server_keeps_the_mail_for_later() {
    let smtp = Smtp::start(Mode::Policy).await;
    let (app, operator, id) = waiting(&smtp).await;
    app.run_jobs().await;
    assert_eq!(state_of(&operator, &id).await, ("queued".into(), 1));
}

#[tokio::test]
async fn a_lost_answer_gives_two_copies_at_most_with_one_message_id() {
    let smtp = Smtp::start(Mode::DropAfterData).await;
    let (app, operator, id) = waiting(&smtp).await;
    app.run_jobs().await;
    assert_eq!(state_of(&operator, &id).await, ("maybe_sent".into(), 1));
    pass(&app, 14);
    app.run_jobs().await;
    assert_eq!(smtp.received().len(), 1);
    for _ in 0..5 {
        pass(&app, 60);
        app.run_jobs().await;
    }
    assert_eq!(state_of(&operator, &id).await, ("maybe_sent".into(), 2));
    let received = smtp.received();
    let ids: Vec<String> = received.iter().map(|mail| mail.header("message-id")).collect();
    assert_eq!(ids, [ids[0].clone(), ids[0].clone()]);
}

#[tokio::test]
async fn a_second_try_that_is_put_off_does_not_open_the_way_for_a_third_copy() {
    let smtp = Smtp::start(Mode::DropAfterData).await;
    let (app, operator, id) = waiting(&smtp).await;
    app.run_jobs().await;
    smtp.set(Mode::TempFail);
    pass(&app, 15);
    app.run_jobs().await;
    assert_eq!(state_of(&operator, &id).await, ("maybe_sent".into(), 2));
    smtp.set(Mode::DropAfterData);
    for _ in 0..5 {
        pass(&app, 60);
        app.run_jobs().await;
    }
    assert_eq!(state_of(&operator, &id).await, ("maybe_sent".into(), 3));
    assert_eq!(smtp.received().len(), 2);
}

#[tokio::test]
async fn a_server_that_says_nothing_is_waited_for_a_while_and_nothing_counts_as_sent() {
    let smtp = Smtp::start(Mode::Hang).await;
    let (app, operator, id) = waiting(&smtp).await;
    let started = std::time::Instant::now();
    app.run_jobs().await;
    assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
    assert_eq!(state_of(&operator, &id).await, ("queued".into(), 1));
    smtp.set(Mode::Ok);
    pass(&app, 1);
    app.run_jobs().await;
    assert_eq!(state_of(&operator, &id).await, ("sent".into(), 2));
}

#[tokio::test]
async fn an_outage_of_three_days_loses_nothing_and_a_longer_one_ends_in_the_ledger() {
    let smtp = Smtp::start(Mode::TempFail).await;
    let (app, operator, short) = waiting(&smtp).await;
    for _ in 0..72 {
        app.run_jobs().await;
        pass(&app, 60);
    }
    assert_eq!(state_of(&operator, &short).await.0, "queued", "72 hours");
    let long = operator.post("/api/v1/mails", json!({})).await.expect(201).id();
    smtp.set(Mode::Ok);
    pass(&app, 12 * 60);
    app.run_jobs().await;
    assert_eq!(state_of(&operator, &short).await.0, "sent");
    assert_eq!(state_of(&operator, &long).await.0, "sent");
    smtp.set(Mode::TempFail);
    let lost = operator.post("/api/v1/mails", json!({})).await.expect(201).id();
    for _ in 0..100 {
        app.run_jobs().await;
        pass(&app, 60);
    }
    assert_eq!(state_of(&operator, &lost).await, ("failed".into(), 13));
    assert_eq!(smtp.received().len(), 2);
}

#[tokio::test]
async fn nobody_reads_the_text_of_another_persons_mail() {
    let smtp = Smtp::start(Mode::Ok).await;
    let (app, operator, id) = waiting(&smtp).await;
    app.run_jobs().await;
    let path = format!("/api/v1/mails/{id}");
    app.sign_in("truongdoan").await.get(&path).await.expect(404);
    assert!(
        app.sign_in("truongdoan").await.get("/api/v1/mails").await.expect(200).json()["items"].as_array().unwrap().is_empty()
    );
    app.sign_in("truongdoan").await.post("/api/v1/mails", json!({})).await.expect(403);
    assert!(operator.get(&path).await.expect(200).json()["text"].is_string(), "one's own");
    assert_eq!(operator.get("/api/v1/mails?state=sent").await.expect(200).json()["items"].as_array().unwrap().len(), 1);
    assert!(operator.get("/api/v1/mails?state=queued").await.expect(200).json()["items"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn the_ledger_page_sends_a_test_mail_and_shows_what_became_of_it() {
    let app = TestApp::start().await;
    let operator = app.browse("hethong").await;
    let done = operator.fill("/thu", "/thu/thu-kiem-tra", &[]).await.expect(303);
    app.run_jobs().await;
    let page = operator.get(&done.header("location")).await.expect(200).text();
    for text in ["Đã gửi", "hethong@mau.example", "Thư này xác nhận hệ thống gửi thư được."] {
        assert!(page.contains(text), "{text}");
    }
    let ledger = operator.get("/thu").await.expect(200).text();
    assert!(ledger.contains("[QLCL] Thư kiểm tra đường gửi thư"));
    let other = app.browse("truongdoan").await.get("/thu").await.expect(200).text();
    assert!(other.contains("Chưa có thư nhắc việc nào") && !other.contains("thu-kiem-tra"));
}

#[test]
fn production_takes_no_folder_for_a_mail_server() {
    let folder = std::env::temp_dir().join(format!("chuan-production-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("chuan.toml");
    std::fs::write(&file, "[install]\nproduction = true\n").unwrap();
    let refused = api::config::Config::load(Some(&file)).unwrap_err().to_string();
    assert!(refused.contains("mail.transport"), "{refused}");
    std::fs::write(&file, "[install]\nproduction = true\n[mail]\ntransport = \"smtp\"\n").unwrap();
    let config = api::config::Config::load(Some(&file)).unwrap();
    assert!(matches!(Mailer::new(&config).unwrap(), Mailer::Smtp(_)));
    std::fs::remove_dir_all(folder).unwrap();
    assert_eq!(MailState::ALL.len(), 6, "every state has its place in the ledger");
}
