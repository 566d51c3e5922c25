//! Two people on one record: the second is told what the first has written, loses nothing typed, and overwrites nothing
//! unseen.

use serde_json::json;
use tests::{Answer, Client, TestApp};

use crate::rounds::{act, prepared, sheet_of};

/// Sends a form as it was drawn before: with the hidden fields from then.
async fn send(client: &Client, action: &str, hidden: &[(String, String)], fields: &[(&str, &str)]) -> Answer {
    let mut all: Vec<(&str, &str)> = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    all.extend_from_slice(fields);
    client.form(action, &all).await
}

/// The page without the escapes of slashes.
fn text(answer: &Answer) -> String {
    answer.text().replace("&#x2f;", "/")
}

#[tokio::test]
async fn what_was_typed_stays_and_the_newer_values_stand_beside_it() {
    let app = TestApp::start().await;
    let (one, two) = (app.browse("thukyiso").await, app.browse("lanhdao").await);
    let made = app.sign_in("thukyiso").await.post("/api/v1/programmes", json!({"year": 2026, "title": "Kế hoạch năm"})).await;
    let id = made.expect(201).id();
    let page = format!("/chuong-trinh/{id}/sua");
    let drawn = one.get(&page).await.expect(200).hidden(&page);
    let theirs = [("title", "Kế hoạch của lãnh đạo"), ("objective", "Mục tiêu chung"), ("legal_basis", "")];
    two.fill(&page, &page, &theirs).await.expect(303);

    let mine = [("title", "Kế hoạch của thư ký"), ("objective", "Mục tiêu chung"), ("legal_basis", "Nghị quyết")];
    // Without a socket a page does not know its own address: the form is told.
    let from_there = [&mine[..], &[("page", page.as_str())]].concat();
    let refused = send(&one, &page, &drawn, &from_there).await.expect(412);
    let shown = text(&refused);
    for words in [
        "Người khác vừa lưu một bản mới hơn",
        "value=\"Kế hoạch của thư ký\"",
        "Bản mới nhất: «Kế hoạch của lãnh đạo»",
        "Bản mới nhất: «để trống»",
        &format!("<a href=\"{page}\">Tải lại bản mới"),
    ] {
        assert!(shown.contains(words), "«{words}» in:\n{shown}");
    }
    assert!(!shown.contains("Bản mới nhất: «Mục tiêu chung»"), "what is alike is not named");
    let (reader, record) = (app.sign_in("lanhdao").await, format!("/api/v1/programmes/{id}"));
    let now = reader.get(&record).await.expect(200).json();
    assert_eq!(now["title"], "Kế hoạch của lãnh đạo", "nothing was overwritten");
    // The control: the form of before is refused for good; the one that showed the newer values is taken.
    send(&one, &page, &drawn, &mine).await.expect(412);
    send(&one, &page, &refused.hidden(&page), &mine).await.expect(303);
    assert_eq!(reader.get(&record).await.expect(200).json()["title"], "Kế hoạch của thư ký");
}

#[tokio::test]
async fn a_form_that_was_wrong_keeps_the_version_it_was_drawn_with() {
    let app = TestApp::start().await;
    let (secretary, round) = prepared(&app).await;
    let page = round.replace("/api/v1/rounds/", "/dot-cham-diem/");
    let action = format!("{page}/sua");
    let (one, two) = (app.browse("thukyhoidong").await, app.browse("thukyhoidong").await);
    let of = |title: &'static str, days: &'static str| {
        [("title", title), ("self_due_on", "2026-11-30"), ("appraisal_due_on", "2026-12-31"), ("explanation_days", days)]
    };
    let wrong = send(&one, &action, &one.get(&page).await.expect(200).hidden(&action), &of("Của một", "nhiều")).await.expect(422);
    two.fill(&page, &action, &of("Của hai", "7")).await.expect(303);
    // Mending the wrong field does not smuggle the rest past the other's change.
    let refused = send(&one, &action, &wrong.hidden(&action), &of("Của một", "5")).await.expect(412);
    let shown = text(&refused);
    assert!(
        shown.contains("Bản mới nhất: «Của hai»") && shown.contains("Bản mới nhất: «7»") && shown.contains("value=\"Của một\"")
    );
    assert_eq!(secretary.get(&round).await.expect(200).json()["title"], "Của hai");
    send(&one, &action, &refused.hidden(&action), &of("Của một", "7")).await.expect(303);
    let saved = secretary.get(&round).await.expect(200).json();
    assert_eq!((saved["title"].as_str(), saved["explanation_days"].as_i64()), (Some("Của một"), Some(7)));
}

#[tokio::test]
async fn a_sheet_shows_the_lines_that_somebody_else_wrote_meanwhile() {
    let app = TestApp::start().await;
    let (secretary, round) = prepared(&app).await;
    act(&secretary, &round, "open").await.expect(200);
    let officer = app.sign_in("daumoi.an").await;
    let sheet = sheet_of(&officer, &round).await;
    let page = sheet.replace("/api/v1/sheets/", "/phieu-cham-diem/");
    let (one, two) = (app.browse("daumoi.an").await, app.browse("daumoi.an").await);
    let drawn = one.get(&page).await.expect(200).hidden(&page);
    let theirs = [("lines/1.1.2/pick", "yes"), ("lines/1.1.3/done", "20"), ("lines/1.1.3/planned", "25")];
    two.fill(&page, &page, &theirs).await.expect(303);

    let mine =
        [("lines/1.1.3/done", "21"), ("lines/1.1.3/planned", "25"), ("lines/7.1/signed", "484"), ("lines/7.1/issued", "482")];
    let refused = send(&one, &page, &drawn, &mine).await.expect(412);
    let shown = text(&refused);
    for words in ["Người khác vừa lưu", "value=\"21\"", "value=\"484\"", "Bản mới nhất: «20»", "Bản mới nhất: «Có»"]
    {
        assert!(shown.contains(words), "«{words}» in:\n{shown}");
    }
    assert!(!shown.contains("Bản mới nhất: «25»") && !shown.contains("Bản mới nhất: «để trống»"), "{shown}");
    let line = |code: &'static str| {
        let (officer, sheet) = (&officer, &sheet);
        async move {
            let lines = officer.get(sheet).await.expect(200).json()["lines"].clone();
            lines.as_array().unwrap().iter().find(|line| line["code"] == code).unwrap()["value"].clone()
        }
    };
    assert_eq!(line("1.1.3").await["done"].as_str(), Some("20"));
    let mut again = vec![("lines/1.1.2/pick", "yes")];
    again.extend(mine);
    send(&one, &page, &refused.hidden(&page), &again).await.expect(303);
    assert_eq!((line("1.1.3").await["done"].as_str(), line("7.1").await["signed"].as_str()), (Some("21"), Some("484")));
}
