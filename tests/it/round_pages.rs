//! The pages of a scoring round, from the empty form to the public ranking.

use std::collections::BTreeMap;

use domain::scoring::{Adjustment, CriteriaSet, ScoreSource};
use serde_json::Value as Json;
use tests::{Client, TestApp};

use crate::rounds::published_set;

const SET: &str = include_str!("../../data/criteria-commune-sample.yaml");
const UNITS: &str = include_str!("../../data/sample-units.yaml");

fn set() -> CriteriaSet {
    api::criteria::usable_set(SET).unwrap()
}

fn sample_values() -> BTreeMap<String, Json> {
    let json = api::criteria::yaml::to_json(&api::criteria::yaml::read(UNITS).unwrap());
    json["units"][0]["values"].as_object().unwrap().iter().map(|(code, value)| (code.clone(), value.clone())).collect()
}

/// A value as a person types it into the fields of a criterion.
fn typed(p: &str, value: &Json) -> Vec<(String, String)> {
    let comma = |number: &Json| number.as_str().map_or_else(|| number.to_string(), str::to_owned).replace('.', ",");
    match value {
        Json::Bool(yes) => vec![(format!("{p}pick"), if *yes { "yes" } else { "no" }.to_owned())],
        Json::String(na) if na == "NA" => vec![(format!("{p}na"), "yes".to_owned())],
        Json::String(key) => vec![(format!("{p}pick"), key.clone())],
        Json::Object(numbers) if numbers.contains_key("na") => vec![(format!("{p}na"), "yes".to_owned())],
        Json::Object(numbers) => numbers.iter().map(|(name, number)| (format!("{p}{name}"), comma(number))).collect(),
        other => vec![(format!("{p}points"), comma(other))],
    }
}

async fn send(client: &Client, page: &str, action: &str, fields: &[(String, String)]) -> tests::Answer {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    client.fill(page, action, &fields).await
}

fn own(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// A round over An Mẫu and Bình Mẫu, opened; its page.
async fn opened(app: &TestApp) -> String {
    let secretary = app.browse("thukyhoidong").await;
    let empty = secretary.get("/dot-cham-diem").await.expect(200).text();
    assert!(empty.contains("Chưa có đợt chấm điểm nào."));
    let set_id = published_set(app).await;
    let new = "/dot-cham-diem/moi";
    let wrong = secretary.fill(new, new, &[("title", ""), ("year", "hai nghìn")]).await.expect(422).text();
    assert!(wrong.contains("id=\"f-title-wrong\"") && wrong.contains("value=\"hai nghìn\""));
    let mut fields = vec![
        own("title", "Chấm điểm CCHC cấp xã năm 2026"),
        own("year", "2026"),
        own("set_id", &set_id),
        own("as_of", "2026-11-16"),
        own("survey_held", "yes"),
        own("self_due_on", "2026-11-30"),
        own("appraisal_due_on", "2026-12-31"),
        own("explanation_days", "5"),
        own("approvals_required", "2"),
    ];
    for unit in ["MAU-01", "MAU-02"] {
        fields.push((format!("unit_ids/{}", app.unit(unit).await), "yes".to_owned()));
    }
    let path = send(&secretary, new, new, &fields).await.expect(303).header("location");
    let path = path.split('?').next().unwrap().to_owned();
    let draft = secretary.get(&path).await.expect(200).text();
    assert!(draft.contains("Xã An Mẫu") && !draft.contains("Phường Châu Mẫu"));
    let seats =
        [own("seats/0/person_id", &app.person("thamdinh1").await), own("seats/1/person_id", &app.person("thamdinh2").await)];
    send(&secretary, &path, &format!("{path}/to-tham-dinh"), &seats).await.expect(303);
    send(&secretary, &path, &format!("{path}/buoc/open"), &[]).await.expect(303);
    path
}

async fn own_sheet(client: &Client, round: &str) -> String {
    let page = client.get(round).await.expect(200).text().replace("&#x2f;", "/");
    let id = page.split("/phieu-cham-diem/").nth(1).expect("a link to the own sheet").split('"').next().unwrap();
    format!("/phieu-cham-diem/{id}")
}

/// Fills the whole sheet in and hands it in.
async fn self_score(app: &TestApp, round: &str, officer: &str, head: &str) -> String {
    let officer = app.browse(officer).await;
    let sheet = own_sheet(&officer, round).await;
    let (set, values) = (set(), sample_values());
    let mut fields = Vec::new();
    for placed in set.leaves().into_iter().filter(|placed| placed.leaf.self_scored) {
        let p = format!("lines/{}/", placed.node.code);
        fields.extend(typed(&p, &values[&placed.node.code]));
        fields.push((format!("{p}note"), "Hồ sơ lưu tại văn phòng, trang 1.".to_owned()));
    }
    send(&officer, &sheet, &sheet, &fields).await.expect(303);
    let page = officer.get(&sheet).await.expect(200).text();
    assert!(!page.contains("còn thiếu"), "all is there");
    send(&app.browse(head).await, &sheet, &format!("{sheet}/nop"), &[]).await.expect(303);
    sheet
}

#[tokio::test]
async fn a_sheet_is_filled_in_on_one_page_with_decimal_commas_and_says_what_is_odd_and_missing() {
    let app = TestApp::start().await;
    let round = opened(&app).await;
    let officer = app.browse("daumoi.an").await;
    let sheet = own_sheet(&officer, &round).await;
    let wrong =
        officer.fill(&sheet, &sheet, &[("lines/1.1.3/done", "abc"), ("lines/1.1.3/planned", "25")]).await.expect(422).text();
    assert!(wrong.contains("value=\"abc\"") && wrong.contains("href=\"#f-lines-1.1.3-done\""), "{wrong}");
    let fields =
        [("lines/1.1.3/done", "21,0"), ("lines/1.1.3/planned", "25"), ("lines/7.1/signed", "484"), ("lines/7.1/issued", "482")];
    officer.fill(&sheet, &sheet, &fields).await.expect(303);
    let page = officer.get(&sheet).await.expect(200).text();
    for words in ["Điểm 3,00", "còn thiếu", "484/482 = 100,41 %", "Còn có thể đạt", "từ 21 lên 23", "value=\"21\""]
    {
        assert!(page.contains(words), "{words}");
    }
    let others = app.browse("daumoi.binh").await;
    others.get(&sheet).await.expect(404);
    self_score(&app, &round, "daumoi.an", "chutich.an").await;
    let locked = officer.get(&sheet).await.expect(200).text();
    assert!(locked.contains("Phiếu đã nộp lúc") && !locked.contains("Lưu phiếu"));
    let head = app.browse("chutich.an").await;
    send(&head, &sheet, &format!("{sheet}/rut"), &[]).await.expect(303);
    assert!(officer.get(&sheet).await.expect(200).text().contains("Lưu phiếu"));
}

#[tokio::test]
async fn the_pages_lead_from_appraisal_to_a_public_ranking_and_nothing_shows_before() {
    let app = TestApp::start().await;
    let round = opened(&app).await;
    self_score(&app, &round, "daumoi.an", "chutich.an").await;
    let binh_sheet = self_score(&app, &round, "daumoi.binh", "chutich.binh").await;
    app.set_time("2026-11-30T18:00:00Z");
    let secretary = app.browse("thukyhoidong").await;
    send(&secretary, &round, &format!("{round}/buoc/close_self_scoring"), &[]).await.expect(303);

    // Appraisal by criterion: the rest accepted in one act, what cannot be accepted set.
    let (set, values) = (set(), sample_values());
    let units = [app.unit("MAU-01").await, app.unit("MAU-02").await];
    let appraiser = app.browse("thamdinh1").await;
    assert!(appraiser.get(&round).await.expect(200).text().contains("0/2"), "progress without points");
    for placed in set.leaves().into_iter().filter(|placed| placed.leaf.source == ScoreSource::Appraisal) {
        let code = &placed.node.code;
        let page = format!("{round}/tieu-chi/{code}");
        let mut fields = vec![own("act", "rest")];
        if !placed.leaf.self_scored || placed.leaf.adjustment == Adjustment::Penalty {
            for unit in &units {
                let p = format!("judgements/{unit}/");
                fields.push((format!("{p}verdict"), "changed".to_owned()));
                fields.push((format!("{p}points"), "0".to_owned()));
                fields.push((format!("{p}reason"), "Không có vi phạm.".to_owned()));
            }
        }
        if code == "1.1.3" {
            let p = format!("judgements/{}/", units[1]);
            fields.push((format!("{p}verdict"), "changed".to_owned()));
            let silent = send(&appraiser, &page, &page, &fields).await.expect(422).text();
            assert!(silent.contains(&format!("href=\"#f-judgements-{}-reason\"", units[1])), "a change wants its reason");
            fields.push((format!("{p}points"), "0,5".to_owned()));
            fields.push((format!("{p}reason"), "5 nhiệm vụ chưa có sản phẩm.".to_owned()));
        }
        send(&appraiser, &page, &page, &fields).await.expect(303);
    }
    secretary.get(&format!("{round}/xep-hang")).await.expect(409);
    appraiser.get(&format!("{round}/xep-hang")).await.expect(403);

    // Values from elsewhere.
    for placed in set.leaves().into_iter().filter(|placed| placed.leaf.source != ScoreSource::Appraisal) {
        let page = format!("{round}/gia-tri/{}", placed.node.code);
        let fields: Vec<_> =
            units.iter().flat_map(|unit| typed(&format!("values/{unit}/"), &values[&placed.node.code])).collect();
        send(&secretary, &page, &page, &fields).await.expect(303);
    }

    // The unit explains; somebody else decides.
    send(&secretary, &round, &format!("{round}/buoc/release"), &[]).await.expect(303);
    let binh = app.browse("daumoi.binh").await;
    let page = binh.get(&binh_sheet).await.expect(200).text();
    assert!(page.contains("5 nhiệm vụ chưa có sản phẩm.") && page.contains("0,5 điểm"));
    let fields = [own("text", "Đã có đủ sản phẩm, gửi kèm."), own("value/done", "21"), own("value/planned", "25")];
    send(&binh, &binh_sheet, &format!("{binh_sheet}/giai-trinh/1.1.3"), &fields).await.expect(303);
    app.set_time("2026-12-09T18:00:00Z");
    let secretary = app.browse("thukyhoidong").await;
    send(&secretary, &round, &format!("{round}/buoc/final_appraise"), &[]).await.expect(303);
    let waiting = secretary.get(&round).await.expect(200).text();
    assert!(waiting.contains("Còn 1 dòng đã giải trình chưa thẩm định lần 2."));
    let page = format!("{round}/tieu-chi/1.1.3");
    let verdict = [(format!("judgements/{}/verdict", units[1]), "accepted".to_owned())];
    send(&app.browse("thamdinh2").await, &page, &page, &verdict).await.expect(303);
    send(&secretary, &round, &format!("{round}/buoc/convene"), &[]).await.expect(303);

    // The council changes a line; two people approve what they see.
    let ranking = format!("{round}/xep-hang");
    assert!(secretary.get(&ranking).await.expect(200).text().contains("Xã Bình Mẫu"));
    app.browse("chutich.an").await.get(&ranking).await.expect(403);
    let unit_page = format!("{ranking}/don-vi/{}", units[1]);
    let fields = [own("points", "0,5"), own("reason", "Hội đồng kết luận theo biên bản.")];
    send(&secretary, &unit_page, &format!("{unit_page}/1.1.3"), &fields).await.expect(303);
    let fields = [own("decision", "Biên bản số 01/BB-HĐTĐ")];
    send(&secretary, &round, &format!("{round}/buoc/approve"), &fields).await.expect(303);
    send(&secretary, &ranking, &format!("{ranking}/de-nghi"), &[]).await.expect(303);
    let public = round.replace("/dot-cham-diem/", "/cong-khai/xep-hang/");
    let nobody = app.client();
    nobody.get(&public).await.expect(404);
    assert!(nobody.get("/cong-khai/xep-hang").await.expect(200).text().contains("Chưa có kết quả nào được công bố."));
    for login in ["congbo1", "congbo2"] {
        let publisher = app.browse(login).await;
        let page = publisher.get(&ranking).await.expect(200).text().replace("&#x2f;", "/");
        let action =
            page.split(&format!("action=\"{round}/cong-bo/")).nth(1).expect("a form to approve").split('"').next().unwrap();
        send(&publisher, &ranking, &format!("{round}/cong-bo/{action}"), &[]).await.expect(303);
    }

    // Everybody, without signing in.
    let page = nobody.get(&public).await.expect(200).text();
    for words in ["Xã An Mẫu", "Bộ mẫu", "0,5/2", "heat-1", "Biên bản số 01/BB-HĐTĐ", "Mã kiểm tra SHA-256"] {
        assert!(page.contains(words), "{words}");
    }
    assert!(nobody.get("/cong-khai/xep-hang").await.expect(200).text().contains("Chấm điểm CCHC cấp xã năm 2026"));
    let unit = nobody.get(&format!("{public}/{}", units[1])).await.expect(200).text();
    assert!(unit.contains("Hội đồng kết luận theo biên bản.") && !unit.contains("Hội đồng điều chỉnh"));
    let file = nobody.get(&format!("{public}/tep.xlsx")).await.expect(200);
    let mut book = zip::ZipArchive::new(std::io::Cursor::new(file.bytes.to_vec())).unwrap();
    let mut sheet = String::new();
    std::io::Read::read_to_string(&mut book.by_name("xl/worksheets/sheet1.xml").unwrap(), &mut sheet).unwrap();
    assert!(sheet.contains("<autoFilter") && sheet.contains("state=\"frozen\"") && sheet.contains("<v>86.04</v>"), "{sheet}");
}
