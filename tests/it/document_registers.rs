//! The pages of what documents rest on and are looked at by: external documents, the TTHC catalogue, links,
//! periodic reviews, cited texts, settings; and the small faults found beside them.

use domain::checklist::InspectionKind;
use domain::permission::Span;
use domain::record::Subject;
use entities::inspection;
use poem::http::Method;
use sea_orm::EntityTrait as _;
use serde_json::{Value as Json, json};
use tests::{Answer, Client, TestApp};

use crate::document_citing::template_line;
use crate::documents::{
    HEAD, SECRETARY, act, amend, content, decision, document_of, draft, in_approval, in_force, keeps, path, put, revision_of,
    save, usual_route,
};
use crate::evidence::upload;
use crate::findings::raised;
use crate::support::visit;

const DRAFTER: &str = "congchuc.an";
const REVIEWER: &str = "daumoi.an";
const LAWS: &str = "/quy-trinh/van-ban-ngoai";
const CATALOGUE: &str = "/quy-trinh/thu-tuc-hanh-chinh";
const FLAG: &str = "Cần rà soát căn cứ";

/// Where an answer leads, without what it says once.
fn place(answer: Answer) -> String {
    let place = answer.expect(303).header("location");
    place.split(['?', '#']).next().unwrap().to_owned()
}

async fn shown(client: &Client, path: &str) -> String {
    client.get(path).await.expect(200).text()
}

fn page(document: &str) -> String {
    format!("/quy-trinh/{document}")
}

/// A law in the register of whoever enters it; gives its page.
async fn law(client: &Client, number: &str) -> String {
    let new = format!("{LAWS}/moi");
    let fields = [
        ("law_number", number),
        ("law_title", "Nghị định về cơ chế một cửa"),
        ("law_type", "Nghị định"),
        ("law_issuer", "Chính phủ"),
        ("effective_from", "2018-06-21"),
    ];
    place(client.fill(&new, &new, &fields).await)
}

/// An entry of the catalogue; gives its page.
async fn tthc(client: &Client, code: &str) -> String {
    let new = format!("{CATALOGUE}/moi");
    let fields = [
        ("tthc_code", code),
        ("tthc_suffix", "000.00.00.H55"),
        ("tthc_title", "Đăng ký khai sinh"),
        ("field_name", "Hộ tịch"),
        ("tthc_level", "commune"),
        ("tthc_from", "2025-07-01"),
        ("tthc_change", "new"),
    ];
    place(client.fill(&new, &new, &fields).await)
}

fn id_of(page: &str) -> &str {
    page.rsplit('/').next().unwrap()
}

/// Ticks a record on the page where links of a kind are chosen.
async fn tick(client: &Client, document: &str, kind: &str, target: &str) -> Answer {
    let action = format!("{}/lien-ket?loai={kind}", page(document));
    client.fill(&action, &action, &[(format!("targets/{target}").as_str(), "yes")]).await
}

/// The action of the first form of the page that ends so.
fn action(html: &str, end: &str) -> Option<String> {
    let mut actions = html.split("action=\"").skip(1).filter_map(|rest| rest.split('"').next());
    actions.find(|action| action.ends_with(end)).map(str::to_owned)
}

async fn flagged(app: &TestApp, document: &str) -> bool {
    let client = app.browse(SECRETARY).await;
    let on_page = shown(&client, &page(document)).await.contains(FLAG);
    let known = app.sign_in(SECRETARY).await.get(&format!("/api/v1/procedures/{document}")).await.expect(200).json();
    assert_eq!(Some(on_page), known["needs_review"].as_bool(), "the page and the API say the same");
    on_page
}

#[tokio::test]
async fn a_law_that_was_replaced_flags_every_procedure_on_it_and_its_page_names_them() {
    let app = TestApp::start().await;
    let secretary = app.browse(SECRETARY).await;
    assert!(shown(&secretary, LAWS).await.contains("Chưa có văn bản nào."));
    assert!(shown(&secretary, "/quy-trinh").await.contains(&format!("href=\"{LAWS}\"")));

    // Everything wrong with the form at once, and what was typed stays.
    let new = format!("{LAWS}/moi");
    let wrong = [("law_title", "Luật"), ("issued_on", "hôm nay"), ("effective_from", "2026-02-01"), ("law_end", "2026-01-01")];
    let refused = secretary.fill(&new, &new, &wrong).await.expect(422).text();
    for field in ["law_number", "law_type", "law_issuer", "issued_on", "law_end"] {
        assert!(refused.contains(&format!("href=\"#f-{field}\"")), "{field}: {refused}");
    }
    assert!(refused.contains("value=\"hôm nay\"") && !refused.contains("href=\"#f-law_title\""), "{refused}");

    let (old, newer) = (law(&secretary, "61/2018/NĐ-CP").await, law(&secretary, "118/2025/NĐ-CP").await);
    let twice = [("law_number", "61/2018/NĐ-CP"), ("law_title", "a"), ("law_type", "b"), ("law_issuer", "Chính phủ")];
    assert!(secretary.fill(&new, &new, &twice).await.expect(422).text().contains("href=\"#f-law_number\""));
    let found = shown(&secretary, &format!("{LAWS}?q=co%20che%20mot%20cua&tinh_trang=in_force")).await;
    assert!(found.contains("61/2018/NĐ-CP"), "{found}");
    assert!(shown(&secretary, &format!("{LAWS}?tinh_trang=expired")).await.contains("Không có"), "nothing has expired");

    let (first, _) = in_force(&app, "Đăng ký khai sinh").await;
    let (second, _) = in_force(&app, "Đăng ký kết hôn").await;
    let (other, _) = in_force(&app, "Chứng thực chữ ký").await;
    for document in [&first, &second] {
        tick(&secretary, document, "external_document", id_of(&old)).await.expect(303);
    }
    let rests = shown(&secretary, &old).await;
    assert!(rests.contains("Đăng ký khai sinh") && rests.contains("Đăng ký kết hôn") && !rests.contains("Chứng thực"), "{rests}");
    assert!(!rests.contains(FLAG) && !flagged(&app, &first).await);

    // Its end: the day is asked for; then everything on it is flagged, and nothing else.
    let end = format!("{old}/het-hieu-luc");
    let silent = secretary.fill(&old, &end, &[("replacement_law_id", id_of(&newer))]).await.expect(422).text();
    assert!(silent.contains("href=\"#f-end-law_end\""), "{silent}");
    let fields = [("law_end", "2026-11-15"), ("replacement_law_id", id_of(&newer))];
    place(secretary.fill(&old, &end, &fields).await);
    let over = shown(&secretary, &old).await;
    assert_eq!(over.matches(FLAG).count(), 2, "{over}");
    assert!(over.contains("Đã bị thay thế") && over.contains("không còn hiệu lực"), "{over}");
    assert!(shown(&secretary, &newer).await.contains("Thay thế cho"));
    assert!(flagged(&app, &first).await && flagged(&app, &second).await && !flagged(&app, &other).await);
    let shows_instead = shown(&secretary, &page(&first)).await;
    assert!(shows_instead.contains("Được thay bằng"), "{shows_instead}");
    let listed = shown(&secretary, "/quy-trinh").await;
    assert_eq!(listed.matches(FLAG).count(), 2, "{listed}");

    // The same through the API.
    let api = app.sign_in(SECRETARY).await;
    let on_it = api.get(&format!("/api/v1/procedures?external_document_id={}", id_of(&old))).await.expect(200).json();
    assert_eq!(on_it["items"].as_array().map(Vec::len), Some(2));
    let gone = api.get("/api/v1/external-documents?validity=replaced").await.expect(200).json();
    assert_eq!((gone["items"].as_array().map(Vec::len), &gone["items"][0]["number"]), (Some(1), &json!("61/2018/NĐ-CP")));

    // Who takes the old basis away and names the new one is flagged no more.
    let html = shown(&secretary, &page(&first)).await;
    let remove = action(&html, "/bo").expect("a link that can be taken away");
    secretary.fill(&page(&first), &remove, &[]).await.expect(303);
    tick(&secretary, &first, "external_document", id_of(&newer)).await.expect(303);
    assert!(!flagged(&app, &first).await && flagged(&app, &second).await);
    let choices = shown(&secretary, &format!("{}/lien-ket?loai=external_document", page(&second))).await;
    assert!(!choices.contains(&format!("targets/{}", id_of(&old))), "what is over is not offered");
}

#[tokio::test]
async fn a_register_is_read_below_its_unit_and_changed_by_who_keeps_it() {
    let app = TestApp::start().await;
    keeps(&app, "thukyiso", "MAU", Span::Subtree).await;
    keeps(&app, "daumoi.binh", "MAU-02", Span::Own).await;
    let secretary = app.browse(SECRETARY).await;
    let own = law(&secretary, "01/2026/QĐ-UBND").await;
    let entry = tthc(&secretary, "1.001193").await;
    // Who keeps two registers says which.
    let keeper = app.browse("thukyiso").await;
    let new = format!("{LAWS}/moi");
    let fields =
        [("law_number", "99/2025/NĐ-CP"), ("law_title", "Nghị định"), ("law_type", "Nghị định"), ("law_issuer", "Chính phủ")];
    assert!(keeper.fill(&new, &new, &fields).await.expect(422).text().contains("href=\"#f-unit_id\""));
    let province = app.unit("MAU").await;
    let with_unit = fields.iter().copied().chain([("unit_id", province.as_str())]).collect::<Vec<_>>();
    let above = place(keeper.fill(&new, &new, &with_unit).await);

    // Read: one's own unit and below; the neighbour's is as if absent.
    let (employee, neighbour) = (app.browse(DRAFTER).await, app.browse("daumoi.binh").await);
    for (client, page, status) in
        [(&employee, &own, 200), (&employee, &entry, 200), (&employee, &above, 200), (&neighbour, &above, 200)]
    {
        client.get(page).await.expect(status);
    }
    for page in [&own, &entry] {
        neighbour.get(page).await.expect(404);
        neighbour.get(&format!("{page}/sua")).await.expect(404);
    }
    // Change: neither the employee, nor the commune what the province keeps; the control is who keeps it.
    let plain = shown(&employee, &own).await;
    assert!(!plain.contains("/sua") && !plain.contains("het-hieu-luc"), "{plain}");
    assert!(shown(&secretary, &own).await.contains("het-hieu-luc"));
    for page in [&own, &entry] {
        employee.get(&format!("{page}/sua")).await.expect(403);
        employee.force("/tai-khoan", &format!("{page}/sua"), &fields).await.expect(403);
        secretary.get(&format!("{page}/sua")).await.expect(200);
    }
    employee.get(&new).await.expect(403);
    employee.force("/tai-khoan", &new, &fields).await.expect(403);
    assert!(!shown(&secretary, &above).await.contains("het-hieu-luc"));
    secretary.get(&format!("{above}/sua")).await.expect(403);
    secretary.force("/quy-trinh/thiet-lap", &format!("{above}/da-tra-cuu"), &[]).await.expect(403);
    place(keeper.fill(&above, &format!("{above}/da-tra-cuu"), &[]).await);
    assert!(shown(&keeper, &above).await.contains("16/11/2026"));
    assert!(action(&shown(&keeper, &above).await, "/da-tra-cuu").is_none(), "once a day is enough");
}

#[tokio::test]
async fn two_people_who_change_a_register_at_once_see_each_others_words() {
    let app = TestApp::start().await;
    let secretary = app.browse(SECRETARY).await;
    for (record, field, theirs) in [
        (law(&secretary, "61/2018/NĐ-CP").await, "law_title", "Của họ"),
        (tthc(&secretary, "1.001193").await, "tthc_title", "Của họ"),
    ] {
        let edit = format!("{record}/sua");
        let html = secretary.get(&edit).await.expect(200);
        let filled = |title: &str| -> Vec<(String, String)> {
            let names =
                ["law_number", "law_type", "law_issuer", "tthc_code", "field_name", "tthc_level", "tthc_from", "tthc_change"];
            let values = ["61/2018/NĐ-CP", "Nghị định", "Chính phủ", "1.001193", "Hộ tịch", "commune", "2025-07-01", "new"];
            let rest = names.iter().zip(values).map(|(name, value)| ((*name).to_owned(), value.to_owned()));
            html.hidden(&edit).into_iter().chain(rest).chain([(field.to_owned(), title.to_owned())]).collect()
        };
        let send = async |fields: Vec<(String, String)>| {
            let once: String = uuid::Uuid::now_v7().to_string();
            let fields: Vec<(&str, &str)> = fields
                .iter()
                .map(|(name, value)| (name.as_str(), if name == "once" { once.as_str() } else { value.as_str() }))
                .collect();
            secretary.form(&edit, &fields).await
        };
        place(send(filled(theirs)).await);
        let stale = send(filled("Của tôi")).await.expect(412).text();
        assert!(stale.contains("Của tôi") && stale.contains(theirs), "{stale}");
    }
}

#[tokio::test]
async fn a_catalogue_keeps_code_and_suffix_apart_and_a_change_flags_until_it_was_looked_at() {
    let app = TestApp::start().await;
    let secretary = app.browse(SECRETARY).await;
    let new = format!("{CATALOGUE}/moi");
    let wrong = [("tthc_code", "9.12"), ("tthc_suffix", "H55"), ("tthc_change", "abolished"), ("tthc_changed_on", "mai")];
    let refused = secretary.fill(&new, &new, &wrong).await.expect(422).text();
    for field in ["tthc_code", "tthc_suffix", "tthc_title", "field_name", "tthc_level", "tthc_from", "tthc_changed_on", "tthc_to"]
    {
        assert!(refused.contains(&format!("href=\"#f-{field}\"")), "{field}: {refused}");
    }
    let entry = tthc(&secretary, "1.001193").await;
    let html = shown(&secretary, &entry).await;
    assert!(html.contains("1.001193") && html.contains("000.00.00.H55") && html.contains("Chưa có quy trình nào gắn"), "{html}");
    let form = shown(&secretary, &format!("{entry}/sua")).await;
    assert!(form.contains("value=\"1.001193\"") && form.contains("value=\"000.00.00.H55\""), "{form}");
    assert!(shown(&secretary, &format!("{CATALOGUE}?q=dang%20ky%20khai")).await.contains("1.001193"));

    let (document, _) = in_force(&app, "Đăng ký khai sinh").await;
    let (other, _) = in_force(&app, "Đăng ký kết hôn").await;
    tick(&secretary, &document, "administrative_procedure", id_of(&entry)).await.expect(303);
    let serving = shown(&secretary, &entry).await;
    assert!(serving.contains("Đăng ký khai sinh") && !serving.contains("Đăng ký kết hôn"), "{serving}");
    assert!(!flagged(&app, &document).await);

    let change = async |what: &str, on: &str, to: &str| {
        let edit = format!("{entry}/sua");
        let fields = [
            ("tthc_code", "1.001193"),
            ("tthc_suffix", "000.00.00.H55"),
            ("tthc_title", "Đăng ký khai sinh"),
            ("field_name", "Hộ tịch"),
            ("tthc_level", "commune"),
            ("tthc_from", "2025-07-01"),
            ("tthc_change", what),
            ("tthc_changed_on", on),
            ("tthc_to", to),
        ];
        place(app.browse(SECRETARY).await.fill(&edit, &edit, &fields).await);
    };
    change("amended", "2026-11-20", "").await;
    assert!(flagged(&app, &document).await && !flagged(&app, &other).await);
    let html = shown(&secretary, &page(&document)).await;
    assert!(html.contains("Sửa đổi, bổ sung từ 20/11/2026"), "{html}");
    let confirm = action(&html, "/xem-lai").expect("who keeps it may say that it still fits");
    assert!(action(&shown(&app.browse(DRAFTER).await, &page(&document)).await, "/xem-lai").is_none());
    app.browse(DRAFTER).await.force("/tai-khoan", &confirm, &[]).await.expect(403);
    secretary.fill(&page(&document), &confirm, &[]).await.expect(303);
    assert!(!flagged(&app, &document).await, "it was looked at");
    change("amended", "2026-11-25", "").await;
    assert!(flagged(&app, &document).await, "a later change is a new one");
    app.set_time("2026-12-10T02:00:00Z");
    change("abolished", "2026-12-01", "2026-12-01").await;
    assert!(flagged(&app, &document).await);
    let html = shown(&app.browse(SECRETARY).await, &page(&document)).await;
    assert!(action(&html, "/xem-lai").is_none() && action(&html, "/bo").is_some(), "what is over is not looked at but removed");
}

#[tokio::test]
async fn links_are_chosen_from_what_is_searched_and_taken_away_again() {
    let app = TestApp::start().await;
    let secretary = app.browse(SECRETARY).await;
    let (document, _) = in_force(&app, "Đăng ký khai sinh").await;
    let bare = shown(&secretary, &page(&document)).await;
    for kind in ["external_document", "administrative_procedure", "clause", "checklist_line"] {
        assert!(bare.contains(&format!("loai={kind}")), "{kind}: {bare}");
    }
    let picker = format!("{}/lien-ket?loai=clause", page(&document));
    let none = secretary.fill(&picker, &picker, &[]).await.expect(422).text();
    assert!(none.contains("href=\"#f-targets\"") && none.contains("Chưa chọn mục nào"), "{none}");
    let made_up = secretary.fill(&picker, &picker, &[("targets/99.9", "yes")]).await.expect(422).text();
    assert!(made_up.contains("href=\"#f-targets\""), "{made_up}");
    let searched = shown(&secretary, &format!("{picker}&q=8.5.1")).await;
    assert!(searched.contains("targets/8.5.1") && !searched.contains("targets/7.5\""), "{searched}");
    secretary.fill(&picker, &picker, &[("targets/8.5.1", "yes"), ("targets/7.5", "yes")]).await.expect(303);
    assert!(!shown(&secretary, &format!("{picker}&q=8.5.1")).await.contains("targets/8.5.1"), "it is linked already");

    // A line of a checklist, found by its words without diacritics.
    let lines = format!("{}/lien-ket?loai=checklist_line", page(&document));
    let all = shown(&secretary, &lines).await;
    assert!(all.contains("Chỉ hiện một phần"), "there are more lines than are shown");
    let narrowed = shown(&secretary, &format!("{lines}&q=KT-A1.1")).await;
    let offered = narrowed.matches("targets/").count();
    let target = all.split("targets/").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
    assert!(offered < all.matches("targets/").count(), "{offered}");
    secretary.fill(&lines, &lines, &[(format!("targets/{target}").as_str(), "yes")]).await.expect(303);
    let linked = shown(&secretary, &page(&document)).await;
    assert!(linked.contains("8.5.1 ") && linked.contains("Dòng bảng kiểm") && linked.contains(", dòng "), "{linked}");

    assert_eq!(linked.matches("/bo\"").count(), 3, "{linked}");
    let remove = action(&linked, "/bo").unwrap();
    let employee = app.browse(DRAFTER).await;
    assert!(action(&shown(&employee, &page(&document)).await, "/bo").is_none());
    employee.force("/tai-khoan", &remove, &[]).await.expect(403);
    employee.get(&picker).await.expect(403);
    employee.force("/tai-khoan", &picker, &[("targets/7.5", "yes")]).await.expect(403);
    let foreign = app.browse("thukyiso").await;
    foreign.force("/quy-trinh/thiet-lap", &remove, &[]).await.expect(404);
    secretary.fill(&page(&document), &remove, &[]).await.expect(303);
    let after = shown(&secretary, &page(&document)).await;
    assert_eq!(after.matches("/bo\"").count(), 2, "{after}");

    // A finding of the unit, found by its code; another unit's is not offered and not linked.
    let own = raised(&app, &visit(&app, InspectionKind::IsoCheck, "MAU-01").await, "MAU-01").await;
    let foreign = raised(&app, &visit(&app, InspectionKind::IsoCheck, "MAU-02").await, "MAU-02").await;
    let findings = format!("{}/lien-ket?loai=finding", page(&document));
    let offered = shown(&secretary, &findings).await;
    assert!(offered.contains(&format!("targets/{own}")) && !offered.contains(&foreign), "{offered}");
    assert!(!shown(&secretary, &format!("{findings}&q=khongco")).await.contains("targets/"));
    secretary.fill(&findings, &findings, &[(format!("targets/{foreign}").as_str(), "yes")]).await.expect(422);
    secretary.fill(&findings, &findings, &[(format!("targets/{own}").as_str(), "yes")]).await.expect(303);
    assert!(shown(&secretary, &page(&document)).await.contains(&own), "shown with the document");
}

#[tokio::test]
async fn a_periodic_review_is_held_on_its_page_and_the_work_list_leads_there() {
    let app = TestApp::start().await;
    let (document, revision) = in_force(&app, "Cấp giấy xác nhận").await;
    let review = format!("{}/ra-soat", page(&document));
    let due = "/quy-trinh/ra-soat";
    let calm = app.browse(SECRETARY).await;
    assert!(shown(&calm, due).await.contains("Không có tài liệu nào cần rà soát"));
    assert!(!shown(&calm, "/").await.contains("Rà soát định kỳ tài liệu"));

    app.set_time("2027-11-20T02:00:00Z");
    let secretary = app.browse(SECRETARY).await;
    let today = shown(&secretary, "/").await;
    assert!(today.contains("Rà soát định kỳ tài liệu") && today.contains(&format!("href=\"{review}\"")), "{today}");
    let duties = api::documents::duties(app.app.store.read(), "2027-11-20".parse().unwrap()).await.unwrap();
    assert!(duties.iter().any(|duty| duty.link == review), "mails lead there too");
    assert!(!shown(&app.browse(DRAFTER).await, "/").await.contains("Rà soát định kỳ tài liệu"), "not the employee's work");
    let listed = shown(&secretary, &format!("{due}?loc=den-han")).await;
    assert!(listed.contains(&format!("href=\"{review}\"")), "{listed}");
    assert!(shown(&secretary, &format!("{due}?loc=can-cu")).await.contains("Không có"), "nothing was overtaken");

    let nothing = secretary.fill(&review, &review, &[("review_note", " ")]).await.expect(422).text();
    for field in ["review_outcome", "review_note"] {
        assert!(nothing.contains(&format!("href=\"#f-{field}\"")), "{field}: {nothing}");
    }
    let held = async |outcome: &str, note: &str| {
        let fields = [("review_outcome", outcome), ("review_note", note)];
        place(secretary.fill(&review, &review, &fields).await);
        shown(&secretary, &review).await
    };
    let html = held("still_valid", "Đã đối chiếu Nghị định 118.").await;
    assert!(html.contains("Đã đối chiếu Nghị định 118.") && html.contains("20/11/2028"), "{html}");
    assert!(!shown(&secretary, "/").await.contains("Rà soát định kỳ tài liệu"), "it is done");
    let asked = async || app.sign_in(SECRETARY).await.get("/api/v1/change-requests").await.expect(200).json()["items"].clone();
    assert_eq!(asked().await, json!([]));
    held("revise", "Thời hạn phải rút ngắn.").await;
    assert_eq!(asked().await[0]["revision"]["source"], "periodic_review");
    let unfit = held("withdraw", "Thủ tục đã bãi bỏ.").await;
    assert!(
        unfit.contains("Người đứng đầu thực hiện việc thu hồi") && unfit.contains(&format!("/quy-trinh/lan/{revision}")),
        "{unfit}"
    );
    let events = shown(&secretary, &page(&document)).await;
    assert!(events.contains("<p>Rà soát định kỳ</p>"), "{events}");

    // Read by readers, held by who keeps it; the neighbour sees nothing.
    let employee = app.browse(DRAFTER).await;
    let read = shown(&employee, &review).await;
    assert!(read.contains("Thời hạn phải rút ngắn.") && !read.contains("name=\"review_note\""), "{read}");
    employee.force("/tai-khoan", &review, &[("review_outcome", "still_valid"), ("review_note", "a")]).await.expect(403);
    app.browse("daumoi.binh").await.get(&review).await.expect(404);
}

#[tokio::test]
async fn a_finding_leads_to_the_text_it_was_raised_on_even_when_that_is_superseded() {
    let app = TestApp::start().await;
    let (document, first) = in_force(&app, "Giải quyết hồ sơ trễ hạn").await;
    let visited = visit(&app, InspectionKind::InternalAudit, "MAU-01").await;
    let line = template_line(&app, &visited).await;
    let link = json!({"kind": "checklist_line", "target_id": line});
    app.sign_in(SECRETARY).await.post(&format!("/api/v1/procedures/{document}/links"), link).await.expect(200);
    let finding = raised(&app, &visited, "MAU-01").await;
    app.set_time("2026-12-01T02:00:00Z");
    let second = amend(&app, &document, "Trung tâm Phục vụ hành chính công phường.").await;
    let body = decision("30/QĐ-UBND", "2026-12-01", &[(&second, "2026-12-01")]);
    app.sign_in(HEAD).await.post("/api/v1/issue-decisions", body).await.expect(200);

    let lead = app.browse("truongdoan").await;
    let text = format!("/phat-hien/{finding}/quy-trinh");
    let html = shown(&lead, &format!("/phat-hien/{finding}")).await;
    assert!(html.contains("Quy trình làm căn cứ") && html.contains(&format!("href=\"{text}\"")), "{html}");
    assert!(html.contains("lần ban hành 01/00, hiệu lực từ 16/11/2026"), "{html}");
    let kept = shown(&lead, &text).await;
    assert!(kept.contains("Trung tâm Phục vụ hành chính công xã.") && kept.contains("Bị thay thế"), "{kept}");
    assert!(kept.contains("nay không còn hiệu lực") && !kept.contains("hành chính công phường."), "{kept}");
    assert!(
        shown(&app.browse(SECRETARY).await, &format!("/quy-trinh/lan/{second}")).await.contains("công phường."),
        "the control"
    );
    shown(&app.browse(HEAD).await, &text).await;
    app.browse("chutich.binh").await.get(&text).await.expect(404);
    assert!(kept.contains(&format!("/quy-trinh/lan/{first}")), "who may read the revision gets its page");
}

#[tokio::test]
async fn the_files_of_a_cited_text_open_for_whoever_reads_the_finding() {
    let app = TestApp::start().await;
    let document = document_of(&app, "Giải quyết hồ sơ trễ hạn").await;
    let (drafter, secretary, head) = (app.sign_in(DRAFTER).await, app.sign_in(SECRETARY).await, app.sign_in(HEAD).await);
    let body =
        json!({"drafter_id": app.person(DRAFTER).await, "form": "uploaded", "source": "first_issue", "reason": "Lần đầu."});
    let id = revision_of(&secretary.post(&format!("/api/v1/procedures/{document}/revisions"), body).await.expect(201));
    put(&drafter, &id, "route", usual_route(&app).await).await.expect(200);
    let about: uuid::Uuid = id.parse().unwrap();
    let pdf = upload(&drafter, "Quy trình.pdf", "application/pdf", Subject::Revision, about, b"%PDF-1.7 noi dung").await;
    in_approval(&app, &id).await;
    act(&head, &id, "approve", json!({})).await.expect(200);
    head.post("/api/v1/issue-decisions", decision("31/QĐ-UBND", "2026-11-16", &[(&id, "2026-11-16")])).await.expect(200);
    let visited = visit(&app, InspectionKind::InternalAudit, "MAU-01").await;
    let line = template_line(&app, &visited).await;
    let link = json!({"kind": "checklist_line", "target_id": line});
    secretary.post(&format!("/api/v1/procedures/{document}/links"), link).await.expect(200);
    let finding = raised(&app, &visited, "MAU-01").await;

    // The verifier of an action reads the finding without reading documents of the unit.
    let lead = app.browse("truongdoan").await;
    let html = shown(&lead, &format!("/phat-hien/{finding}/quy-trinh")).await;
    let file = format!("/phat-hien/{finding}/quy-trinh/tep/{pdf}");
    assert!(html.contains("Quy trình.pdf") && html.contains(&format!("href=\"{file}\"")), "{html}");
    assert_eq!(lead.get(&file).await.expect(200).bytes, b"%PDF-1.7 noi dung");
    let api = format!("/api/v1/findings/{finding}/cited-text/files/{pdf}");
    assert_eq!(app.sign_in("truongdoan").await.get(&api).await.expect(200).bytes, b"%PDF-1.7 noi dung");
    app.browse("chutich.binh").await.get(&file).await.expect(404);
    app.sign_in("chutich.binh").await.get(&api).await.expect(404);
    let foreign = crate::support::prove(&app, Subject::Finding, &finding, "truongdoan", "MAU-01").await;
    lead.get(&format!("/phat-hien/{finding}/quy-trinh/tep/{foreign}")).await.expect(404);
}

/// The page of the checklist that a visit was made by.
async fn checklist(app: &TestApp, visited: &crate::support::Visit) -> String {
    let row = inspection::Entity::find_by_id(visited.id.parse::<domain::id::InspectionId>().unwrap());
    let row = row.one(app.app.store.read()).await.unwrap().unwrap();
    format!("/danh-muc/{}", row.checklist_id)
}

#[tokio::test]
async fn a_line_is_flagged_by_a_revision_of_the_same_day_until_somebody_says_it_still_fits() {
    let app = TestApp::start().await;
    let (document, _) = in_force(&app, "Giải quyết hồ sơ trễ hạn").await;
    let visited = visit(&app, InspectionKind::InternalAudit, "MAU-01").await;
    let line = template_line(&app, &visited).await;
    let list = checklist(&app, &visited).await;
    let link = json!({"kind": "checklist_line", "target_id": line});
    app.sign_in(SECRETARY).await.post(&format!("/api/v1/procedures/{document}/links"), link).await.expect(200);
    let flag = "Đã sửa đổi, cần xem lại dòng này";
    let secretary = app.browse(SECRETARY).await;
    let calm = shown(&secretary, &list).await;
    assert!(calm.contains("Giải quyết hồ sơ trễ hạn") && !calm.contains(flag), "{calm}");

    // Revised on the day of the link: days alone would not show it.
    let second = amend(&app, &document, "Trung tâm Phục vụ hành chính công phường.").await;
    let body = decision("30/QĐ-UBND", "2026-11-16", &[(&second, "2026-11-16")]);
    app.sign_in(HEAD).await.post("/api/v1/issue-decisions", body).await.expect(200);
    let html = shown(&secretary, &list).await;
    assert!(html.contains(flag) && html.contains("1 dòng dựa vào tài liệu đã sửa đổi"), "{html}");
    let of_document = shown(&secretary, &page(&document)).await;
    assert!(of_document.contains("đã được sửa đổi sau lần xem lại"), "{of_document}");
    let mut actions = html.split("action=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let confirm = actions.find(|action| action.contains("/da-xem-lai/")).unwrap();

    let employee = app.browse(DRAFTER).await;
    let plain = shown(&employee, &list).await;
    assert!(plain.contains(flag) && !plain.contains("da-xem-lai"), "{plain}");
    employee.force("/tai-khoan", confirm, &[]).await.expect(403);
    let other = app.browse("thukyiso").await;
    assert!(!shown(&other, &list).await.contains("da-xem-lai"));
    secretary.fill(&list, confirm, &[]).await.expect(303);
    let html = shown(&secretary, &list).await;
    assert!(!html.contains(flag) && html.contains("lần 01/01"), "{html}");
}

#[tokio::test]
async fn a_unit_sets_how_it_controls_its_documents_on_a_page() {
    let app = TestApp::start().await;
    let settings = "/quy-trinh/thiet-lap";
    let secretary = app.browse(SECRETARY).await;
    let own = format!("{settings}?don_vi={}", app.unit("MAU-01").await);
    let html = shown(&secretary, settings).await;
    for words in ["name=\"acknowledge_days\"", "value=\"5\"", "value=\"12\"", "value=\"8\"", "value=\"3\"", "Mẫu thông thường"]
    {
        assert!(html.contains(words), "{words}: {html}");
    }
    let wrong = [
        ("code_patterns/procedure_pattern", "{kind}-{month}"),
        ("code_patterns/form_pattern", "BM"),
        ("acknowledge_days", ""),
        ("turn_days", "hai"),
        ("setting_review_months", "85"),
        ("hours_per_day", "8"),
    ];
    let refused = secretary.fill(&own, &own, &wrong).await.expect(422).text();
    for field in [
        "code_patterns-procedure_pattern",
        "code_patterns-form_pattern",
        "acknowledge_days",
        "turn_days",
        "setting_review_months",
    ] {
        assert!(refused.contains(&format!("href=\"#f-{field}\"")), "{field}: {refused}");
    }
    let right = [
        ("code_patterns/procedure_pattern", "{kind}/{field}.{number:03}"),
        ("acknowledge_days", "3"),
        ("turn_days", "2"),
        ("setting_review_months", "24"),
        ("hours_per_day", "8"),
    ];
    let outside = right.iter().copied().filter(|(name, _)| *name != "turn_days").chain([("turn_days", "90")]).collect::<Vec<_>>();
    assert!(secretary.fill(&own, &own, &outside).await.expect(422).text().contains("href=\"#f-turn_days\""));
    place(secretary.fill(&own, &own, &right).await);
    let api = app.sign_in(SECRETARY).await;
    let known = api.get(&format!("/api/v1/document-settings/{}", app.unit("MAU-01").await)).await.expect(200);
    assert_eq!((&known.json()["turn_days"], &known.json()["review_months"]), (&json!(2), &json!(24)));
    let document = document_of(&app, "Đăng ký khai sinh").await;
    let made = api.get(&format!("/api/v1/procedures/{document}")).await.expect(200).json();
    assert_eq!((made["code"].as_str(), made["review_months"].as_i64()), (Some("QT/HT.001"), Some(24)));
    assert!(shown(&secretary, &page(&document)).await.contains(settings), "the way from a document");

    // Others may not; the neighbour's is as if absent. The control was just above.
    app.browse(HEAD).await.get(settings).await.expect(403);
    app.browse(HEAD).await.force("/tai-khoan", &own, &right).await.expect(403);
    keeps(&app, "daumoi.binh", "MAU-02", Span::Own).await;
    app.browse("daumoi.binh").await.get(&own).await.expect(404);
    app.browse("daumoi.binh").await.get(settings).await.expect(200);
    // What the API leaves out stays.
    let body = json!({"code_patterns": [], "acknowledge_days": 4, "review_months": 12, "hours_per_day": 8});
    let at = format!("/api/v1/document-settings/{}", app.unit("MAU-01").await);
    let set = api.json(Method::PUT, &at, &[("if-match", &known.etag())], body).await.expect(200).json();
    assert_eq!((&set["turn_days"], &set["acknowledge_days"]), (&json!(2), &json!(4)));
}

#[tokio::test]
async fn who_reviews_and_approves_may_add_a_remark_and_has_a_day() {
    let app = TestApp::start().await;
    let document = document_of(&app, "Đăng ký khai sinh").await;
    let id = draft(&app, &document).await;
    let drafter = app.sign_in(DRAFTER).await;
    put(&drafter, &id, "route", usual_route(&app).await).await.expect(200);
    act(&drafter, &id, "submit", json!({})).await.expect(200);
    let due = async |login: &str, verb: &str| {
        let items = app.sign_in(login).await.get("/api/v1/work").await.expect(200).json()["items"].clone();
        items.as_array().unwrap().iter().find(|item| item["verb"] == verb).map(|item| item["due_on"].clone())
    };
    // 16/11/2026 is a Monday: three working days later is Thursday.
    assert_eq!(due(REVIEWER, "review_document").await, Some(json!("2026-11-19")));
    assert_eq!(due(HEAD, "approve_document").await, None);
    app.set_time("2026-11-18T02:00:00Z");
    let revision = format!("/quy-trinh/lan/{id}");
    let reviewer = app.browse(REVIEWER).await;
    let html = shown(&reviewer, &revision).await;
    assert!(html.contains("id=\"f-review-remark\""), "{html}");
    assert!(html.contains("<time datetime=\"2026-11-19\">"), "the page names the same day as the work list: {html}");
    let long = "a".repeat(4_001);
    let action = format!("{revision}/viec/review");
    let refused = reviewer.fill(&revision, &action, &[("remark", &long)]).await.expect(422).text();
    assert!(refused.contains("href=\"#f-review-remark\""), "{refused}");
    reviewer.fill(&revision, &action, &[("remark", "Đã đối chiếu thời hạn.")]).await.expect(303);
    assert_eq!(due(HEAD, "approve_document").await, Some(json!("2026-11-23")), "from when the turn came");
    let html = shown(&app.browse(HEAD).await, &revision).await;
    assert!(html.contains("Đã đối chiếu thời hạn."), "{html}");
    assert!(html.contains("<time datetime=\"2026-11-23\">"), "{html}");
    place(app.browse(HEAD).await.fill(&revision, &format!("{revision}/viec/approve"), &[]).await);
    let done = app.sign_in(HEAD).await.get(&path(&id)).await.expect(200).json();
    assert_eq!((done["revision"]["state"].as_str(), &done["route"][1]["words"][0]["remark"]), (Some("approved"), &Json::Null));
}

#[tokio::test]
async fn everybody_finds_a_procedure_by_the_national_code_it_serves() {
    let app = TestApp::start().await;
    let secretary = app.browse(SECRETARY).await;
    let (document, _) = in_force(&app, "Đăng ký khai sinh").await;
    let (other, _) = in_force(&app, "Đăng ký kết hôn").await;
    let (entry, ended) = (tthc(&secretary, "1.001193").await, tthc(&secretary, "2.000635").await);
    for one in [&entry, &ended] {
        tick(&secretary, &document, "administrative_procedure", id_of(one)).await.expect(303);
    }
    let nobody = app.client();
    let public = format!("/cong-khai/thu-tuc/{document}");
    assert!(shown(&nobody, &public).await.contains("1.001193.000.00.00.H55"));
    assert!(!shown(&nobody, &format!("/cong-khai/thu-tuc/{other}")).await.contains("Mã thủ tục hành chính"));
    for q in ["1.001193", "1.001193.000.00.00.H55", "1.001193.000.00.00.h99", "1.0011"] {
        let found = shown(&nobody, &format!("/cong-khai/thu-tuc?q={q}")).await;
        assert!(found.contains("Đăng ký khai sinh") && !found.contains("Đăng ký kết hôn"), "{q}: {found}");
    }
    assert!(!shown(&nobody, "/cong-khai/thu-tuc?q=1.999999").await.contains("Đăng ký khai sinh"));
    let own = app.sign_in(SECRETARY).await.get("/api/v1/procedures?q=1.001193").await.expect(200).json();
    assert_eq!((own["items"].as_array().map(Vec::len), own["items"][0]["id"].as_str()), (Some(1), Some(document.as_str())));

    // What is over is not posted.
    let at = format!("/api/v1/administrative-procedures/{}", id_of(&ended));
    let api = app.sign_in(SECRETARY).await;
    let etag = api.get(&at).await.expect(200).etag();
    let body = json!({"code": "2.000635", "title": "Cấp bản sao", "field_name": "Hộ tịch", "level_code": "commune", "valid_from": "2025-07-01",
        "valid_to": "2026-11-15", "last_change": "abolished"});
    api.json(Method::PUT, &at, &[("if-match", &etag)], body).await.expect(200);
    let posted = shown(&nobody, &public).await;
    assert!(posted.contains("1.001193") && !posted.contains("2.000635"), "{posted}");
}

#[tokio::test]
async fn the_time_of_a_case_that_left_the_limits_is_kept_and_told() {
    let app = TestApp::start().await;
    let document = document_of(&app, "Đăng ký khai sinh").await;
    let id = draft(&app, &document).await;
    let drafter = app.sign_in(DRAFTER).await;
    let mut text = content();
    text["procedure"]["time_limits"] = json!([{"case": "Thường", "amount": "1", "unit": "working_day"}, {"case": "Cần xác minh", "amount": "5", "unit": "working_day"}]);
    text["procedure"]["steps"][0]["times"] =
        json!([{"case": "Thường", "amount": "0.5", "unit": "hour"}, {"case": "Cần xác minh", "amount": "32", "unit": "hour"}]);
    save(&drafter, &id, json!({ "content": text })).await.expect(200);
    let times = async || {
        let read = app.sign_in(DRAFTER).await.get(&path(&id)).await.expect(200).json();
        read["content"]["procedure"]["steps"][0]["times"].clone()
    };
    // The second limit is blanked in the form; its step time is typed still, the browser sends it along.
    let browser = app.browse(DRAFTER).await;
    let (edit, send) = (format!("/quy-trinh/lan/{id}/soan"), format!("/quy-trinh/lan/{id}/soan/minh-chung"));
    let whole =
        |limits: &[(&'static str, &'static str)], rest: &[(&'static str, &'static str)]| -> Vec<(&'static str, &'static str)> {
            let fixed = [
                ("purpose", "Thống nhất cách giải quyết."),
                ("scope", "Trung tâm Phục vụ hành chính công xã."),
                ("steps/0/step_name", "Tiếp nhận hồ sơ"),
                ("steps/0/responsible", "Công chức tiếp nhận"),
                ("steps/0/times/1/amount", "0,5"),
                ("steps/0/times/1/unit", "hour"),
                ("request_source", "first_issue"),
                ("reason", "Biên soạn lần đầu."),
            ];
            fixed.into_iter().chain(limits.iter().copied()).chain(rest.iter().copied()).collect()
        };
    let first = [("time_limits/0/case", "Thường"), ("time_limits/0/amount", "1"), ("time_limits/0/unit", "working_day")];
    let typed = [("steps/0/times/2/amount", "32"), ("steps/0/times/2/unit", "hour")];
    let saved = browser.fill(&edit, &send, &whole(&first, &typed)).await;
    let told = shown(&browser, &place(saved)).await;
    assert_eq!(times().await[1], json!({"case": "Cần xác minh", "amount": "32", "unit": "hour"}), "nothing is dropped");
    assert!(told.contains("Trường hợp này không có trong thời hạn công bố"), "{told}");

    // The next form shows it under its name; saving that form keeps it, blanking it takes it away.
    let html = shown(&browser, &edit).await;
    assert!(html.contains("Cần xác minh (không còn trong thời hạn công bố)"), "{html}");
    let lost = [("steps/0/times/1000/amount", "32"), ("steps/0/times/1000/unit", "hour")];
    place(browser.fill(&edit, &send, &whole(&first, &lost)).await);
    assert_eq!(times().await.as_array().map(Vec::len), Some(2));
    place(browser.fill(&edit, &send, &whole(&first, &[])).await);
    assert_eq!(times().await, json!([{"case": "Thường", "amount": "0.5", "unit": "hour"}]));

    // The one limit there is loses its name: its time counts for every case.
    let unnamed = [("time_limits/0/amount", "1"), ("time_limits/0/unit", "working_day")];
    place(browser.fill(&edit, &send, &whole(&unnamed, &[])).await);
    assert_eq!(times().await, json!([{"case": "", "amount": "0.5", "unit": "hour"}]));
}

#[tokio::test]
async fn of_two_procedures_for_one_tthc_the_heir_takes_the_younger_and_is_told_of_the_other() {
    let app = TestApp::start().await;
    let (older, _) = in_force(&app, "Đăng ký khai sinh").await;
    app.set_time("2026-11-20T02:00:00Z");
    let younger = document_of(&app, "Đăng ký khai sinh lưu động").await;
    let id = draft(&app, &younger).await;
    in_approval(&app, &id).await;
    let head = app.sign_in(HEAD).await;
    act(&head, &id, "approve", json!({})).await.expect(200);
    head.post("/api/v1/issue-decisions", decision("41/QĐ-UBND", "2026-11-20", &[(&id, "2026-11-20")])).await.expect(200);
    let (apart, _) = {
        let other = document_of(&app, "Chứng thực chữ ký").await;
        let id = draft(&app, &other).await;
        in_approval(&app, &id).await;
        act(&head, &id, "approve", json!({})).await.expect(200);
        head.post("/api/v1/issue-decisions", decision("42/QĐ-UBND", "2026-11-20", &[(&id, "2026-11-20")])).await.expect(200);
        (other, id)
    };
    let secretary = app.browse(SECRETARY).await;
    let entry = tthc(&secretary, "1.001193").await;
    for document in [&older, &younger] {
        tick(&secretary, document, "administrative_procedure", id_of(&entry)).await.expect(303);
    }
    tick(&secretary, &younger, "clause", "8.5.1").await.expect(303);
    keeps(&app, "thukyiso", "MAU", Span::Subtree).await;
    keeps(&app, "daumoi.binh", "MAU-02", Span::Own).await;
    let admin = app.sign_in("quantri").await;
    let (old, heir) = (app.unit("MAU-01").await, app.unit("MAU-02").await);
    let etag = admin.get(&format!("/api/v1/units/{old}")).await.expect(200).etag();
    let merger = json!({"kind": "merge", "to": [{"unit_id": heir}], "on": "2026-11-20", "ground": "Nghị quyết sáp nhập"});
    admin.post_at(&format!("/api/v1/units/{old}/succession"), &etag, merger).await.expect(200);
    let keeper = app.sign_in("thukyiso").await;
    let made = keeper.post("/api/v1/document-reissues", json!({"unit_id": heir, "reason": "Sáp nhập."})).await.expect(200).json();
    assert_eq!(made["left_out"], json!([older]), "{made}");
    let mut sources: Vec<&str> = made["made"].as_array().unwrap().iter().map(|row| row["source_id"].as_str().unwrap()).collect();
    let mut expected = [younger.as_str(), apart.as_str()];
    sources.sort_unstable();
    expected.sort_unstable();
    assert_eq!(sources, expected);
    let copy = made["made"].as_array().unwrap().iter().find(|row| row["source_id"].as_str() == Some(&younger)).unwrap();
    let copy = copy["document_id"].as_str().unwrap();
    let links = keeper.get(&format!("/api/v1/procedures/{copy}/links")).await.expect(200).json();
    let kinds: Vec<&str> = links["items"].as_array().unwrap().iter().map(|link| link["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["administrative_procedure", "clause"], "{links}");
}

#[tokio::test]
async fn what_replaces_a_record_is_another_one_that_can_be_read() {
    let app = TestApp::start().await;
    keeps(&app, "daumoi.binh", "MAU-02", Span::Own).await;
    let own = app.browse(SECRETARY).await;
    let foreign = app.browse("daumoi.binh").await;
    let (mine, theirs) = (law(&own, "01/2026/QĐ-UBND").await, law(&foreign, "02/2026/QĐ-UBND").await);
    let (entry, other) = (tthc(&own, "1.001193").await, tthc(&foreign, "2.000635").await);
    let law_fields = |replacement: &str| -> Vec<(&'static str, String)> {
        [("law_number", "01/2026/QĐ-UBND"), ("law_title", "a"), ("law_type", "b"), ("law_issuer", "c"), ("law_end", "2026-11-15")]
            .map(|(name, value)| (name, value.to_owned()))
            .into_iter()
            .chain([("replacement_law_id", replacement.to_owned())])
            .collect()
    };
    let entry_fields = |replacement: &str| -> Vec<(&'static str, String)> {
        let fixed = [
            ("tthc_code", "1.001193"),
            ("tthc_title", "a"),
            ("field_name", "b"),
            ("tthc_level", "commune"),
            ("tthc_from", "2025-07-01"),
            ("tthc_change", "replaced"),
            ("tthc_to", "2026-11-15"),
        ];
        let fixed = fixed.map(|(name, value)| (name, value.to_owned()));
        fixed.into_iter().chain([("replacement_tthc_id", replacement.to_owned())]).collect()
    };
    let send = async |record: &str, fields: Vec<(&'static str, String)>| {
        let edit = format!("{record}/sua");
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        app.browse(SECRETARY).await.fill(&edit, &edit, &fields).await
    };
    for wrong in [id_of(&mine), id_of(&theirs)] {
        let refused = send(&mine, law_fields(wrong)).await.expect(422).text();
        assert!(refused.contains("href=\"#f-replacement_law_id\""), "{refused}");
    }
    for wrong in [id_of(&entry), id_of(&other)] {
        let refused = send(&entry, entry_fields(wrong)).await.expect(422).text();
        assert!(refused.contains("href=\"#f-replacement_tthc_id\""), "{refused}");
    }
    let (next, next_entry) = (law(&own, "03/2026/QĐ-UBND").await, tthc(&own, "2.000986").await);
    place(send(&mine, law_fields(id_of(&next))).await);
    place(send(&entry, entry_fields(id_of(&next_entry))).await);
    for record in [&mine, &entry] {
        assert!(shown(&own, record).await.contains("Đã bị thay thế"), "{record}");
    }
    assert!(shown(&own, &next_entry).await.contains("Thay thế cho"));
}

#[tokio::test]
async fn a_code_in_force_is_entered_once_and_nothing_was_looked_up_tomorrow() {
    let app = TestApp::start().await;
    let secretary = app.browse(SECRETARY).await;
    tthc(&secretary, "1.001193").await;
    let new = format!("{CATALOGUE}/moi");
    let fields = |from: &'static str| {
        [
            ("tthc_code", "1.001193"),
            ("tthc_title", "Đăng ký khai sinh"),
            ("field_name", "Hộ tịch"),
            ("tthc_level", "commune"),
            ("tthc_from", from),
            ("tthc_change", "new"),
        ]
    };
    let refused = secretary.fill(&new, &new, &fields("2026-07-01")).await.expect(422).text();
    assert!(refused.contains("Danh mục đã có mã này đang có hiệu lực") && refused.contains("href=\"#f-tthc_code\""), "{refused}");
    // What was in force before it is another time of the same procedure.
    let mut past = fields("2020-01-01").to_vec();
    past.push(("tthc_to", "2025-06-30"));
    secretary.fill(&new, &new, &past).await.expect(303);

    let new = format!("{LAWS}/moi");
    let mut fields = vec![("law_number", "61/2018/NĐ-CP"), ("law_title", "Nghị định"), ("law_type", "Nghị định")];
    fields.extend([("law_issuer", "Chính phủ"), ("law_checked_on", "2026-11-17")]);
    let refused = secretary.fill(&new, &new, &fields).await.expect(422).text();
    assert!(
        refused.contains("href=\"#f-law_checked_on\"") && refused.contains("Ngày này không được sau hôm nay (16/11/2026)."),
        "{refused}"
    );
    fields.pop();
    fields.push(("law_checked_on", "2026-11-16"));
    secretary.fill(&new, &new, &fields).await.expect(303);
}
