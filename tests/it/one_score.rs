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
    // «Điểm 13,17 / 62,00» at the head of the sheet.
    let total =
        |html: &str| words(html).split("Điểm ").find(|part| part.contains(" / ")).unwrap().chars().take(13).collect::<String>();
    let before = officer.get(&sheet).await.expect(200).text();
    let tried = officer.force(&sheet, &format!("{sheet}/thu"), &typed).await.expect(200).text();
    let row = |html: &str, code: &str| rows(html).into_iter().find(|row| row.starts_with(&format!("{code} "))).unwrap();
    assert!(row(&tried, "7.3").contains("702/1.774 = 39,57 %"), "{}", row(&tried, "7.3"));
    assert!(
        row(&tried, "6.2").contains("7.350,5/9.801 = 75 %") || row(&tried, "6.2").contains("7.350,5/9.801 = 75,00 %"),
        "{}",
        row(&tried, "6.2")
    );
    assert!(row(&tried, "8.1").contains("Chưa đủ số liệu"), "{}", row(&tried, "8.1"));
    assert_ne!(total(&tried), total(&before), "the total moves with what is typed");
    let kept = officer.get(&sheet).await.expect(200).text();
    assert_eq!(total(&kept), total(&before), "and nothing is kept");
    assert!(row(&kept, "7.3").contains("Chưa đủ số liệu"), "{}", row(&kept, "7.3"));
    let stranger = app.browse("daumoi.binh").await;
    assert_eq!(stranger.force("/dot-cham-diem", &format!("{sheet}/thu"), &typed).await.status.as_u16(), 404);
}

/// The sample world whole: last year's round published, this year's being scored.
async fn sample_world() -> (TestApp, Json, Json) {
    let app = TestApp::start().await;
    api::sample::remove(&app.app.store).await.unwrap();
    api::sample::load(&app.app).await.unwrap();
    let secretary = app.sign_in("thukyhoidong").await;
    let of = async |state: &str| {
        let rounds = secretary.get(&format!("/api/v1/rounds?state={state}")).await.expect(200).json();
        rounds["items"][0].clone()
    };
    let (last, this) = (of("published").await, of("self_scoring").await);
    (app, last, this)
}

#[tokio::test]
async fn a_set_is_tried_on_the_figures_of_the_published_round() {
    let (app, last, _) = sample_world().await;
    let secretary = app.sign_in("thukyhoidong").await;
    let set = last["set_id"].as_str().unwrap();
    let path = format!("/api/v1/criteria-sets/{set}/try");
    let found = secretary.post(&path, serde_json::json!({"round_id": last["id"]})).await.expect(200).json();
    let ranking = secretary.get(&format!("/api/v1/rounds/{}/ranking", last["id"].as_str().unwrap())).await.expect(200).json();
    let units = ranking["snapshot"]["units"].as_array().unwrap();
    assert_eq!((found["moves"].as_array().unwrap().len(), found["missing"].as_u64()), (0, Some(0)), "its own set moves nobody");
    for unit in units {
        let tried = found["units"].as_array().unwrap().iter().find(|one| one["id"] == unit["code"]).unwrap();
        assert_eq!((&tried["final"], &tried["rank"]), (&unit["total"], &unit["rank"]), "{unit}");
    }
    // A draft in which one criterion weighs nothing any more moves ranks, and says which.
    let copied = secretary.post(&format!("/api/v1/criteria-sets/{set}/copy"), serde_json::json!({})).await.expect(201);
    let draft = format!("/api/v1/criteria-sets/{}/try", copied.id());
    secretary.post(&draft, serde_json::json!({"round_id": last["id"]})).await.expect(200);
    for wrong in [serde_json::json!({}), serde_json::json!({"round_id": last["id"], "inputs": "format: 1"})] {
        secretary.post(&path, wrong).await.expect(422);
    }
    let unknown = serde_json::json!({"round_id": "00000000-0000-0000-0000-000000000001"});
    secretary.post(&path, unknown).await.expect(404);
    // The page offers the round.
    let browser = app.browse("thukyhoidong").await;
    let page = format!("/bo-tieu-chi/{set}/thu");
    let shown = browser.fill(&page, &page, &[("round", last["id"].as_str().unwrap())]).await.expect(200).text();
    assert!(shown.contains(units[0]["code"].as_str().unwrap()), "{}", words(&shown));
}

#[tokio::test]
async fn a_figure_that_jumped_against_last_year_is_told_and_kept() {
    let (app, _, this) = sample_world().await;
    let officer = app.sign_in("daumoi.an").await;
    let round = this["id"].as_str().unwrap();
    let sheets = officer.get(&format!("/api/v1/rounds/{round}/sheets")).await.expect(200).json();
    let sheet = format!("/api/v1/sheets/{}", sheets["items"][0]["id"].as_str().unwrap());
    let warnings = async |done: i64| {
        let value = serde_json::json!({"done": done, "planned": 100});
        let line = serde_json::json!({"lines": [{"code": "1.1.3", "value": value, "override_reason": "Theo kế hoạch bổ sung."}]});
        let shown = officer.put(&format!("{sheet}/lines"), line).await.expect(200).json();
        let line = shown["lines"].as_array().unwrap().iter().find(|line| line["code"] == "1.1.3").unwrap().clone();
        assert_eq!(line["value"]["done"].as_str(), Some(done.to_string().as_str()), "kept as declared");
        line["warnings"].to_string()
    };
    let told = warnings(90).await;
    assert!(told.contains("năm trước 21, năm nay 90"), "{told}");
    let told = warnings(30).await;
    assert!(!told.contains("năm trước 21"), "{told}");
}
