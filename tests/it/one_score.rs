//! The constructed unit's score is one thing, whoever asks: the command line, the API, the pages.

use serde_json::Value as Json;
use tests::{TestApp, process};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../data");

/// What `chuan score` prints for the constructed unit.
async fn on_the_command_line() -> Json {
    let path = |name: &str| format!("{DATA}/{name}");
    let ran = tokio::task::spawn_blocking(move || {
        std::process::Command::new(process::binary())
            .args(["score", "--format", "json", "--check"])
            .args(["--set", &path("criteria-commune-sample.yaml"), "--inputs", &path("sample-units.yaml")])
            .output()
            .unwrap()
    });
    let ran = ran.await.unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    serde_json::from_slice::<Json>(&ran.stdout).unwrap()["units"][0].clone()
}

/// A page's words, with one blank between them.
fn words(html: &str) -> String {
    let text: String =
        html.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect::<Vec<_>>().join(" ");
    let plain = [("&#x2f;", "/"), ("&quot;", "\""), ("&#x27;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")];
    let text = plain.iter().fold(text, |text, (coded, plain)| text.replace(coded, plain));
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The words of every row of a page's tables.
fn rows(html: &str) -> Vec<String> {
    html.split("<tr").skip(1).map(|row| words(&format!("<tr{}", row.split("</tr>").next().unwrap_or_default()))).collect()
}

/// Points as pages write them.
fn shown(points: &Json) -> String {
    points.as_str().unwrap().replace('.', ",")
}

#[tokio::test]
async fn the_command_line_the_api_and_the_pages_give_the_sample_unit_the_same_points_in_the_same_words() {
    let app = TestApp::start().await;
    api::sample::remove(&app.app.store).await.unwrap();
    api::sample::load(&app.app).await.unwrap();
    let cli = on_the_command_line().await;

    // The API: the sample's published round, in which the first commune declared these figures and all was accepted.
    let secretary = app.sign_in("thukyhoidong").await;
    let rounds = secretary.get("/api/v1/rounds?state=published").await.expect(200).json();
    let round = rounds["items"][0]["id"].as_str().unwrap().to_owned();
    let ranking = secretary.get(&format!("/api/v1/rounds/{round}/ranking")).await.expect(200).json();
    let unit = ranking["snapshot"]["units"].as_array().unwrap().iter().find(|unit| unit["code"] == "MAU-01").unwrap().clone();
    for (in_api, in_cli) in [
        ("achieved", "achieved"),
        ("maximum", "maximum"),
        ("base", "base"),
        ("bonus", "bonus"),
        ("penalty", "penalty"),
        ("total", "final"),
        ("grade", "grade"),
        ("fields", "fields"),
    ] {
        assert_eq!(unit[in_api], cli[in_cli], "{in_api}");
    }
    let criteria = ranking["snapshot"]["set"]["criteria"].as_array().unwrap().clone();
    assert_eq!(criteria.len(), cli["lines"].as_object().unwrap().len());
    for code in criteria.iter().map(|one| one[0].as_str().unwrap()) {
        let line = &unit["lines"][code];
        assert_eq!(line["points"], cli["lines"][code], "{code}");
        // Penalties nobody declares were set by hand, and the explanation says that.
        let how = if ["9.3", "9.4"].contains(&code) {
            "Điểm do người thẩm định xác định → 0,00/".to_owned() + if code == "9.3" { "3,00" } else { "2,00" }
        } else {
            cli["explanations"][code].as_str().unwrap().to_owned()
        };
        assert_eq!(line["how"], how, "{code}");
    }

    // The pages: everybody's, and the secretary's.
    let id = unit["unit_id"].as_str().unwrap();
    let inside = app.browse("thukyhoidong").await.get(&format!("/dot-cham-diem/{round}/xep-hang/don-vi/{id}")).await.expect(200);
    let public = app.client().get(&format!("/cong-khai/xep-hang/{round}/{id}")).await.expect(200);
    for page in [inside.text(), public.text()] {
        let text = words(&page);
        for (name, key) in [("Chính thức", "final"), ("Gồm", "base")] {
            assert!(text.contains(&format!("{name} {}", shown(&cli[key]))), "{name}: {text}");
        }
        let sum = format!("{} + thưởng {} − trừ {}", shown(&cli["base"]), shown(&cli["bonus"]), shown(&cli["penalty"]));
        assert!(text.contains(&sum), "{sum}");
        let rows = rows(&page);
        for one in &criteria {
            let (code, name) = (one[0].as_str().unwrap(), one[1].as_str().unwrap());
            let row =
                rows.iter().find(|row| row.starts_with(&format!("{code} {name}"))).unwrap_or_else(|| panic!("{code}: {rows:?}"));
            let how = unit["lines"][code]["how"].as_str().unwrap();
            assert!(row.contains(&words(how)), "{code}: {how}\n{row}");
            if let Some(points) = cli["lines"][code].as_str() {
                let points = format!(" {}/{}", points.replace('.', ","), shown(&one[2]));
                assert!(row.contains(&points), "{code}: {points}\n{row}");
            }
        }
    }

    // The unit's own sheet of that round says the same of every line it scored itself.
    let officer = app.browse("daumoi.an").await;
    let home = officer.get(&format!("/dot-cham-diem/{round}")).await.expect(200).text().replace("&#x2f;", "/");
    let sheet = home.split("/phieu-cham-diem/").nth(1).and_then(|rest| rest.split('"').next()).expect("a link to the own sheet");
    let sheet = words(&officer.get(&format!("/phieu-cham-diem/{sheet}")).await.expect(200).text());
    for (code, how) in cli["explanations"].as_object().unwrap() {
        if !unit["lines"][code]["own"].is_null() {
            assert!(sheet.contains(&words(how.as_str().unwrap())), "{code}: {how}\n{sheet}");
        }
    }
}

#[tokio::test]
async fn what_is_typed_on_a_sheet_is_scored_before_it_is_saved_and_thousands_may_be_grouped() {
    let app = TestApp::start().await;
    api::sample::remove(&app.app.store).await.unwrap();
    api::sample::load(&app.app).await.unwrap();
    let officer = app.browse("daumoi.an").await;
    let rounds = officer.get("/dot-cham-diem").await.expect(200).text().replace("&#x2f;", "/");
    let round = rounds.split("/dot-cham-diem/").nth(1).and_then(|rest| rest.split('"').next()).expect("this year's round");
    let home = officer.get(&format!("/dot-cham-diem/{round}")).await.expect(200).text().replace("&#x2f;", "/");
    let sheet = home.split("/phieu-cham-diem/").nth(1).and_then(|rest| rest.split('"').next()).expect("a link to the own sheet");
    let sheet = format!("/phieu-cham-diem/{sheet}");
    let typed = [
        ("lines/7.3/version", "1"),
        ("lines/7.3/online", "702"),
        ("lines/7.3/received", "1.774"),
        ("lines/6.2/version", "1"),
        ("lines/6.2/disbursed", "7.350,5"),
        ("lines/6.2/plan", "9.801"),
        ("lines/8.1/version", "1"),
        ("lines/8.1/collected", "một trăm"),
        ("lines/8.1/budgeted", "100"),
    ];
    let tried = officer.force(&sheet, &format!("{sheet}/thu"), &typed).await.expect(200).text();
    let row = |html: &str, code: &str| rows(html).into_iter().find(|row| row.starts_with(&format!("{code} "))).unwrap();
    assert!(row(&tried, "7.3").contains("702/1.774 = 39,57 %"), "{}", row(&tried, "7.3"));
    assert!(
        row(&tried, "6.2").contains("7.350,5/9.801 = 75 %") || row(&tried, "6.2").contains("7.350,5/9.801 = 75,00 %"),
        "{}",
        row(&tried, "6.2")
    );
    assert!(row(&tried, "8.1").contains("Chưa đủ số liệu"), "{}", row(&tried, "8.1"));
    assert!(!words(&tried).contains("Điểm 13,17 / 62,00"), "the total moves with what is typed");
    let kept = officer.get(&sheet).await.expect(200).text();
    assert!(words(&kept).contains("Điểm 13,17 / 62,00"));
    assert!(row(&kept, "7.3").contains("Chưa đủ số liệu"), "{}", row(&kept, "7.3"));
    let stranger = app.browse("daumoi.binh").await;
    assert_eq!(stranger.force("/dot-cham-diem", &format!("{sheet}/thu"), &typed).await.status.as_u16(), 404);
}
