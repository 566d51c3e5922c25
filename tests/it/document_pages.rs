//! The pages of controlled documents: from the empty list to the acknowledged revision and the poster on the wall.

use poem::http::Method;
use tests::{Answer, Client, TestApp};

const DRAFTER: &str = "congchuc.an";
const REVIEWER: &str = "daumoi.an";
const HEAD: &str = "chutich.an";
const SECRETARY: &str = "thukyiso.an";

/// Where an answer leads, without what it says once.
fn place(answer: Answer) -> String {
    let place = answer.expect(303).header("location");
    place.split(['?', '#']).next().unwrap().to_owned()
}

/// What is shown when the page an answer leads to is opened.
async fn follow(client: &Client, answer: Answer) -> String {
    let place = answer.expect(303).header("location");
    client.get(place.split('#').next().unwrap()).await.expect(200).text()
}

async fn send(client: &Client, page: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
    client.fill(page, action, fields).await
}

async fn document(app: &TestApp, title: &str) -> String {
    let fields = [("kind", "procedure"), ("document_title", title), ("field_name", "Hộ tịch"), ("field_code", "HT")];
    place(send(&app.browse(SECRETARY).await, "/quy-trinh/moi", "/quy-trinh/moi", &fields).await)
}

async fn draft(app: &TestApp, document: &str, form: &str) -> String {
    let drafter = app.person(DRAFTER).await;
    let fields = [
        ("drafter_id", drafter.as_str()),
        ("text_form", form),
        ("request_source", "law_change"),
        ("source_ref", "Nghị định 118/2025/NĐ-CP"),
        ("reason", "Văn bản thay đổi."),
    ];
    place(send(&app.browse(SECRETARY).await, document, &format!("{document}/soan"), &fields).await)
}

/// A whole text as the form sends it.
const TEXT: [(&str, &str); 26] = [
    ("purpose", "Thống nhất cách giải quyết."),
    ("scope", "Trung tâm Phục vụ hành chính công xã."),
    ("legal_basis/0/basis_text", "Luật Hộ tịch số 60/2014/QH13"),
    ("components/0/component", "Tờ khai đăng ký khai sinh"),
    ("components/0/originals", "1"),
    ("components/0/copies", "0"),
    ("time_limits/0/amount", "1"),
    ("time_limits/0/unit", "working_day"),
    ("fees/0/fee", "8.000"),
    ("fees/0/online_fee", "0"),
    ("places/0/dossier_channel", "direct"),
    ("places/0/address", "Trung tâm Phục vụ hành chính công"),
    ("steps/0/step_name", "Tiếp nhận hồ sơ"),
    ("steps/0/responsible", "Công chức tiếp nhận"),
    ("steps/0/times/0/amount", "0,5"),
    ("steps/0/times/0/unit", "hour"),
    ("steps/0/form_codes", "BM 01"),
    ("steps/1/step_name", "Thẩm định, trả kết quả"),
    ("steps/1/responsible", "Công chức tư pháp"),
    ("steps/1/times/0/amount", "7,5"),
    ("steps/1/times/0/unit", "hour"),
    ("forms/0/form_code", "BM 01"),
    ("forms/0/form_name", "Giấy tiếp nhận hồ sơ"),
    ("records/0/record_name", "Hồ sơ đăng ký"),
    ("request_source", "law_change"),
    ("reason", "Văn bản thay đổi."),
];

/// The text with some fields told otherwise.
fn text<'a>(other: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let told = |name: &str| other.iter().any(|(field, _)| *field == name);
    TEXT.into_iter().filter(|(name, _)| !told(name)).chain(other.iter().copied()).collect()
}

async fn write(app: &TestApp, revision: &str, fields: &[(&str, &str)]) -> Answer {
    let drafter = app.browse(DRAFTER).await;
    send(&drafter, &format!("{revision}/soan"), &format!("{revision}/soan/minh-chung"), fields).await
}

async fn route_and_audience(app: &TestApp, revision: &str) {
    let drafter = app.browse(DRAFTER).await;
    let (reviewer, head) = (app.person(REVIEWER).await, app.person(HEAD).await);
    let (first, second) = (format!("steps/0/people/{reviewer}"), format!("steps/1/people/{head}"));
    let mut fields = vec![("steps/0/act", "review"), ("steps/0/rule", "any"), (first.as_str(), "yes")];
    fields.extend([("steps/1/act", "approve"), ("steps/1/rule", "any"), (second.as_str(), "yes")]);
    let action = format!("{revision}/duong-di");
    send(&drafter, &action, &action, &fields).await.expect(303);
    let unit = app.unit("MAU-01").await;
    let action = format!("{revision}/noi-nhan");
    let fields = [("audience/0/audience_kind", "unit"), ("audience/0/unit_id", unit.as_str())];
    send(&drafter, &action, &action, &fields).await.expect(303);
}

async fn act(app: &TestApp, login: &str, revision: &str, verb: &str, fields: &[(&str, &str)]) -> Answer {
    send(&app.browse(login).await, revision, &format!("{revision}/viec/{verb}"), fields).await
}

/// Through review and approval, and issued.
async fn issue(app: &TestApp, revision: &str, number: &str) {
    route_and_audience(app, revision).await;
    for (login, verb) in [(DRAFTER, "submit"), (REVIEWER, "review"), (HEAD, "approve")] {
        act(app, login, revision, verb, &[]).await.expect(303);
    }
    let chosen = format!("revisions/{}", revision.rsplit('/').next().unwrap());
    let head = app.browse(HEAD).await;
    let page = "/quy-trinh/ban-hanh";
    let fields = [
        ("decision_number", number),
        ("signed_on", "2026-11-16"),
        ("decision_title", "Ban hành quy trình"),
        (chosen.as_str(), "yes"),
    ];
    send(&head, page, page, &fields).await.expect(303);
}

async fn in_force(app: &TestApp, title: &str, number: &str) -> (String, String) {
    let document = document(app, title).await;
    let revision = draft(app, &document, "written").await;
    write(app, &revision, &TEXT).await.expect(303);
    issue(app, &revision, number).await;
    (document, revision)
}

fn public_of(document: &str) -> String {
    document.replace("/quy-trinh/", "/cong-khai/thu-tuc/")
}

#[tokio::test]
async fn a_procedure_goes_by_pages_from_the_empty_list_to_an_acknowledged_revision() {
    let app = TestApp::start().await;
    let secretary = app.browse(SECRETARY).await;
    assert!(secretary.get("/quy-trinh").await.expect(200).text().contains("Chưa có tài liệu nào."));
    let new = "/quy-trinh/moi";
    let wrong = send(&secretary, new, new, &[("kind", "procedure"), ("document_title", ""), ("review_months", "mười hai")]).await;
    let wrong = wrong.expect(422).text();
    for words in
        ["Tên tài liệu: Chưa nhập", "id=\"f-document_title-wrong\"", "id=\"f-review_months-wrong\"", "value=\"mười hai\""]
    {
        assert!(wrong.contains(words), "{words}");
    }
    let document = document(&app, "Đăng ký khai sinh").await;
    let page = secretary.get(&document).await.expect(200).text();
    assert!(page.contains("QT-HT-01") && page.contains("Chưa có bản nào được soạn."), "{page}");
    let nobody = send(&secretary, &document, &format!("{document}/soan"), &[("reason", "")]).await.expect(422).text();
    for field in ["drafter_id", "text_form", "request_source", "reason"] {
        assert!(nobody.contains(&format!("href=\"#f-draft-{field}\"")), "{field}");
    }
    let revision = draft(&app, &document, "written").await;

    // The text: wrong numbers come back as typed, what is only missing is said on the revision.
    let refused = write(&app, &revision, &text(&[("fees/0/fee", "tám nghìn"), ("components/0/copies", "hai")])).await;
    let refused = refused.expect(422).text();
    for words in ["value=\"tám nghìn\"", "href=\"#f-fees-0-fee\"", "href=\"#f-components-0-copies\""] {
        assert!(refused.contains(words), "{words}");
    }
    let unsaved = write(&app, &revision, &text(&[("add", "steps")])).await.expect(200).text();
    assert!(unsaved.contains("name=\"steps/2/step_name\"") && unsaved.contains("value=\"7,5\""));
    let partly =
        text(&[("scope", ""), ("steps/1/responsible", ""), ("steps/1/times/0/amount", "9,5"), ("steps/0/form_codes", "BM 09")]);
    let drafter = app.browse(DRAFTER).await;
    let page = follow(&drafter, write(&app, &revision, &partly).await).await;
    for words in [
        "Phạm vi áp dụng: Chưa nhập nội dung này.",
        "Dòng 2 – Trình tự thực hiện: Chưa nhập nội dung này.",
        "Dòng 1 – Trình tự thực hiện: Biểu mẫu này không có trong danh sách",
        "tổng các bước 10 giờ làm việc",
        "Dài hơn thời hạn công bố",
    ] {
        assert!(page.contains(words), "{words}\n{page}");
    }
    assert!(!page.contains("/viec/submit"), "what is not whole is not handed in");
    let page = follow(&drafter, write(&app, &revision, &TEXT).await).await;
    assert!(page.contains("tổng các bước 8 giờ làm việc") && page.contains("Bằng thời hạn công bố"), "{page}");
    let form = drafter.get(&format!("{revision}/soan")).await.expect(200).text();
    for value in ["value=\"8000\"", "value=\"0,5\"", "value=\"BM 01\"", "Luật Hộ tịch số 60/2014/QH13"] {
        assert!(form.contains(value), "{value}");
    }

    // The route: the drafter's own name is refused beside its step.
    let own = format!("steps/0/people/{}", app.person(DRAFTER).await);
    let action = format!("{revision}/duong-di");
    let fields = [
        ("steps/0/act", "review"),
        ("steps/0/rule", "any"),
        (own.as_str(), "yes"),
        ("steps/3/act", "approve"),
        ("steps/3/rule", "any"),
    ];
    let refused = send(&drafter, &action, &action, &fields).await.expect(422).text();
    for words in ["href=\"#f-steps-0-people\"", "href=\"#f-steps-3-people\"", "Người soạn thảo không xem xét"] {
        assert!(refused.contains(words), "{words}");
    }
    route_and_audience(&app, &revision).await;

    // Submit, return with a remark, submit again, review, approve.
    act(&app, DRAFTER, &revision, "submit", &[]).await.expect(303);
    let today = async |login: &str, verb: &str| app.browse(login).await.get("/").await.expect(200).text().contains(verb);
    assert!(today(REVIEWER, "Xem xét tài liệu").await && !today(HEAD, "Phê duyệt tài liệu").await, "whose turn it is");
    assert!(!today(DRAFTER, "Soạn tài liệu").await);
    let waiting = app.browse(REVIEWER).await.get(&revision).await.expect(200).text();
    assert!(waiting.contains("aria-current=\"step\"><span class=\"stage-label\">Đang xem xét"), "{waiting}");
    assert!(!app.browse(HEAD).await.get(&revision).await.expect(200).text().contains("/viec/approve"), "not the head's turn");
    let silent = act(&app, REVIEWER, &revision, "return", &[("remark", " ")]).await.expect(422).text();
    assert!(silent.contains("id=\"f-return-remark-wrong\""), "{silent}");
    act(&app, REVIEWER, &revision, "return", &[("remark", "Thiếu nơi lưu hồ sơ.")]).await.expect(303);
    assert!(drafter.get(&revision).await.expect(200).text().contains("Lý do: Thiếu nơi lưu hồ sơ."));
    assert!(today(DRAFTER, "Soạn tài liệu").await && !today(REVIEWER, "Xem xét tài liệu").await);
    write(&app, &revision, &text(&[("records/0/kept_at", "Văn phòng")])).await.expect(303);
    for (login, verb) in [(DRAFTER, "submit"), (REVIEWER, "review")] {
        act(&app, login, &revision, verb, &[]).await.expect(303);
    }
    assert!(today(HEAD, "Phê duyệt tài liệu").await);
    act(&app, HEAD, &revision, "approve", &[]).await.expect(303);

    // Issued by a decision: each wrong field is named, then it is in force.
    let head = app.browse(HEAD).await;
    let (page, id) = ("/quy-trinh/ban-hanh", revision.rsplit('/').next().unwrap());
    let (chosen, from) = (format!("revisions/{id}"), format!("effective_from/{id}"));
    let refused = send(&head, page, page, &[("signed_on", "2026-11-16")]).await.expect(422).text();
    assert!(refused.contains("href=\"#f-decision_number\"") && refused.contains("Chưa chọn tài liệu nào."), "{refused}");
    let mut fields =
        vec![("decision_number", "05/QĐ-UBND"), ("signed_on", "2026-11-16"), ("decision_title", "Ban hành quy trình")];
    fields.extend([(chosen.as_str(), "yes"), (from.as_str(), "2026-11-15")]);
    let early = send(&head, page, page, &fields).await.expect(422).text();
    assert!(early.contains(&format!("href=\"#f-effective_from-{id}\"")), "{early}");
    fields.pop();
    send(&head, page, page, &fields).await.expect(303);
    assert!(head.get(page).await.expect(200).text().contains("Không có bản nào đã phê duyệt"));

    // The list finds it without diacritics; filters keep each other.
    let found = secretary.get("/quy-trinh?q=dang%20ky%20khai&tinh_trang=in_force").await.expect(200).text();
    assert!(found.contains("QT-HT-01 Đăng ký khai sinh") && found.contains("01/00"), "{found}");
    assert!(found.contains("linh_vuc=H%E1%BB%99%20t%E1%BB%8Bch"), "{found}");
    assert!(!secretary.get("/quy-trinh?q=ket%20hon").await.expect(200).text().contains("QT-HT-01"));
    assert!(!secretary.get("/quy-trinh?loai=form").await.expect(200).text().contains("QT-HT-01"));

    // Sent, opened, acknowledged are three facts of the book.
    let book = format!("{revision}/phan-phoi");
    let before = secretary.get(&book).await.expect(200).text();
    let link = drafter.get("/").await.expect(200).text();
    let link =
        link.split("href=\"").filter_map(|rest| rest.split('"').next()).find(|href| href.starts_with("/quy-trinh/phan-phoi/"));
    let given = drafter.get(link.expect("on today's list")).await.expect(303).header("location");
    assert_eq!(given, format!("{revision}#xac-nhan"));
    let own = drafter.get("/quy-trinh/cua-toi?loc=cho").await.expect(200).text();
    assert!(own.contains("QT-HT-01 Đăng ký khai sinh") && own.contains("Chờ xác nhận"), "{own}");
    let page = drafter.get(&revision).await.expect(200).text();
    assert!(page.contains("Đã đọc và nắm rõ") && page.contains("tài liệu QT-HT-01, lần 01/00"), "{page}");
    let opened = secretary.get(&book).await.expect(200).text();
    assert!(opened.matches("16/11/2026").count() > before.matches("16/11/2026").count(), "opening is noted");
    drafter.get(&revision).await.expect(200);
    let twice = secretary.get(&book).await.expect(200).text();
    assert_eq!(twice.matches("16/11/2026").count(), opened.matches("16/11/2026").count(), "only the first time counts");
    let page = follow(&drafter, send(&drafter, &revision, &format!("{revision}/da-doc"), &[]).await).await;
    assert!(page.contains("Bạn đã xác nhận lúc") && !page.contains("/da-doc"), "{page}");
    let known = secretary.get(&book).await.expect(200).text();
    assert!(known.matches("16/11/2026").count() > twice.matches("16/11/2026").count(), "{known}");
    assert!(!today(DRAFTER, "Đọc và xác nhận tài liệu").await);
    assert!(!drafter.get("/quy-trinh/cua-toi?loc=cho").await.expect(200).text().contains("QT-HT-01"));
    let own = drafter.get(&book).await.expect(200).text();
    assert_eq!(own.matches("<tr role=\"row\">").count(), 2, "a reader sees their own line of the book: {own}");
}

#[tokio::test]
async fn a_request_for_a_new_document_gets_its_code_when_it_is_accepted() {
    let app = TestApp::start().await;
    let asker = app.browse(DRAFTER).await;
    let page = "/quy-trinh/de-nghi";
    let refused = send(&asker, page, page, &[("kind", "procedure"), ("document_title", "")]).await.expect(422).text();
    for field in ["document_title", "request_source", "reason"] {
        assert!(refused.contains(&format!("href=\"#f-{field}\"")), "{field}");
    }
    let fields = [
        ("kind", "instruction"),
        ("document_title", "Hướng dẫn số hóa hồ sơ"),
        ("request_source", "suggestion"),
        ("reason", "Mỗi nơi làm một cách."),
        ("wanted_content", "Một hướng dẫn chung."),
    ];
    let revision = place(send(&asker, page, page, &fields).await);
    let shown = asker.get(&revision).await.expect(200).text();
    assert!(shown.contains("YC-2026-0001") && !shown.contains("/viec/accept"), "{shown}");
    assert!(shown.contains("<dt>Nội dung đề nghị</dt>") && shown.contains("Một hướng dẫn chung."), "{shown}");
    let decides = app.browse(SECRETARY).await.get(&revision).await.expect(200).text();
    assert!(decides.contains("Không chấp nhận đề nghị") && !decides.contains("Hủy dự thảo"), "{decides}");
    let drafter = app.person(DRAFTER).await;
    let refused = act(&app, SECRETARY, &revision, "accept", &[("drafter_id", "")]).await.expect(422).text();
    assert!(refused.contains("href=\"#f-accept-drafter_id\"") && refused.contains("href=\"#f-accept-text_form\""), "{refused}");
    act(&app, SECRETARY, &revision, "accept", &[("drafter_id", &drafter), ("text_form", "written")]).await.expect(303);
    let shown = asker.get(&revision).await.expect(200).text();
    assert!(shown.contains("HD-01 Hướng dẫn số hóa hồ sơ") && shown.contains("01/00"), "{shown}");
    // What is no procedure is written in free sections.
    let form = asker.get(&format!("{revision}/soan")).await.expect(200).text();
    assert!(form.contains("name=\"sections/0/heading\"") && !form.contains("name=\"steps/0/step_name\""));
    let fields = [
        ("sections/0/heading", "Quét"),
        ("sections/0/section_text", "300 dpi."),
        ("request_source", "suggestion"),
        ("reason", "Một cách."),
    ];
    let page = follow(&asker, write(&app, &revision, &fields).await).await;
    assert!(page.contains("<h3>Quét</h3>") && page.contains("300 dpi."), "{page}");
    act(&app, DRAFTER, &revision, "cancel", &[("reason", "Đã có văn bản của tỉnh.")]).await.expect(303);
    assert!(asker.get(&revision).await.expect(200).text().contains("Lý do: Đã có văn bản của tỉnh."));
}

#[tokio::test]
async fn a_changed_procedure_is_compared_in_words_and_its_old_public_address_says_what_holds() {
    let app = TestApp::start().await;
    let (document, first) = in_force(&app, "Đăng ký kết hôn", "05/QĐ-UBND").await;
    let anyone = app.client();
    let public = public_of(&document);
    let old = first.replace("/quy-trinh/lan/", "/cong-khai/thu-tuc/lan/");
    assert!(anyone.get(&old).await.expect(200).text().contains("Tờ khai đăng ký khai sinh"));
    let second = draft(&app, &document, "written").await;
    let changed = text(&[("scope", "Trung tâm Phục vụ hành chính công phường."), ("fees/0/fee", "5000")]);
    write(&app, &second, &changed).await.expect(303);
    anyone.get(&second.replace("/quy-trinh/lan/", "/cong-khai/thu-tuc/lan/")).await.expect(404);
    issue(&app, &second, "06/QĐ-UBND").await;
    let secretary = app.browse(SECRETARY).await;
    let diff = secretary.get(&format!("{second}/so-sanh")).await.expect(200).text();
    for words in ["[Bỏ] </span>xã.</del>", "[Thêm] </span>phường.</ins>", "<h2>Phí, lệ phí</h2>", "2 trên "] {
        assert!(diff.contains(words), "{words}\n{diff}");
    }
    assert!(!diff.contains("<h2>Mục đích</h2>"), "what stayed is not shown");
    secretary.get(&format!("{first}/so-sanh")).await.expect(404);

    // The lasting address shows what holds; the old text's own address leads there.
    let now = anyone.get(&public).await.expect(200).text();
    assert!(now.contains("5.000 đồng") && !now.contains("không còn hiệu lực"), "{now}");
    let was = anyone.get(&old).await.expect(200).text();
    assert!(
        was.contains("Bản này đã bị thay thế") && was.contains("15/11/2026") && was.contains(&format!("href=\"{public}\"")),
        "{was}"
    );
    assert!(!was.contains("Tờ khai đăng ký khai sinh"), "an ended text is not shown as if it held");

    // Withdrawn by the head: it says so, and its poster is gone.
    let refused = act(&app, HEAD, &second, "withdraw", &[("reason", ""), ("end_decision", "")]).await.expect(422).text();
    assert!(
        refused.contains("id=\"f-withdraw-end_decision-wrong\"") && refused.contains("id=\"f-withdraw-reason-wrong\""),
        "{refused}"
    );
    anyone.get(&format!("{public}/to-treo")).await.expect(200);
    let fields = [("reason", "Thủ tục bị bãi bỏ."), ("end_decision", "12/QĐ-UBND ngày 16/11/2026"), ("replaced_by_id", "")];
    act(&app, HEAD, &second, "withdraw", &fields).await.expect(303);
    let kept = secretary.get(&document).await.expect(200).text();
    assert!(!kept.contains(&format!("href=\"{document}/ra-soat\"")), "nothing is in force that could be reviewed: {kept}");
    let gone = anyone.get(&public).await.expect(200).text();
    assert!(gone.contains("đã bị thu hồi") && gone.contains("12/QĐ-UBND ngày 16/11/2026"), "{gone}");
    anyone.get(&format!("{public}/to-treo")).await.expect(404);
    assert!(anyone.get("/cong-khai/thu-tuc").await.expect(200).text().contains("Chưa có thủ tục nào được niêm yết."));
    act(&app, SECRETARY, &second, "archive", &[("reason", "Hết thời hạn sử dụng.")]).await.expect(303);
    assert!(secretary.get(&second).await.expect(200).text().contains("Lưu trữ"));
}

#[tokio::test]
async fn everybody_finds_a_procedure_without_diacritics_and_prints_its_poster() {
    let app = TestApp::start().await;
    let (document, _) = in_force(&app, "Đăng ký khai tử", "05/QĐ-UBND").await;
    let internal = [("kind", "procedure"), ("document_title", "Kiểm soát tài liệu")];
    let secretary = app.browse(SECRETARY).await;
    let inside = place(send(&secretary, "/quy-trinh/moi", "/quy-trinh/moi", &internal).await);
    let revision = draft(&app, &inside, "written").await;
    write(&app, &revision, &TEXT).await.expect(303);
    issue(&app, &revision, "06/QĐ-UBND").await;
    let anyone = app.client();
    let list = anyone.get("/cong-khai/thu-tuc?q=khai%20tu").await.expect(200).text();
    for words in
        ["Đăng ký khai tử", "1 ngày làm việc", "8.000 đồng (trực tuyến: 0 đồng)", "Hộ tịch <span class=\"count\">1</span>"]
    {
        assert!(list.contains(words), "{words}\n{list}");
    }
    assert!(!anyone.get("/cong-khai/thu-tuc").await.expect(200).text().contains("Kiểm soát tài liệu"), "no field, not posted");
    anyone.get(&public_of(&inside)).await.expect(404);
    let page = anyone.get(&public_of(&document)).await.expect(200).text();
    for words in ["Tờ khai đăng ký khai sinh: 1 bản chính, 0 bản sao", "Giấy tiếp nhận hồ sơ", "Số 05/QĐ-UBND ngày 16/11/2026"]
    {
        assert!(page.contains(words), "{words}\n{page}");
    }
    let unit = app.unit("MAU-01").await;
    let place = format!("don_vi={unit}&linh_vuc=H%E1%BB%99%20t%E1%BB%8Bch");
    for (sheet, picture, words) in [
        (format!("{}/to-treo", public_of(&document)), format!("{}/ma-qr.svg", public_of(&document)), "Đăng ký khai tử"),
        (format!("/cong-khai/thu-tuc/to-treo?{place}"), format!("/cong-khai/thu-tuc/ma-qr.svg?{place}"), "Lĩnh vực Hộ tịch"),
    ] {
        let html = anyone.get(&sheet).await.expect(200).text();
        let shown = format!("src=\"{}\"", picture.replace('&', "&amp;"));
        assert!(html.contains(words) && html.contains(&shown) && html.contains("Đăng ký khai tử"), "{html}");
        let code = anyone.get(&picture).await.expect(200);
        assert_eq!(code.header("content-type"), "image/svg+xml");
        let target = picture.replace("/ma-qr.svg", "");
        let address = format!("{}{target}", app.app.config.server.public_url.trim_end_matches('/'));
        assert_eq!(code.text(), render::qr::svg(&address).unwrap(), "the code leads to {address}");
    }
    anyone.get("/cong-khai/thu-tuc/to-treo").await.expect(404);
    assert_eq!(anyone.get("/quy-trinh").await.expect(303).header("location"), "/dang-nhap?tiep=%2Fquy-trinh");
}

/// The draft's form with files, with the hidden fields of its page.
async fn upload(client: &Client, revision: &str, files: &[(&str, &str, &[u8])]) -> Answer {
    let html = client.get(&format!("{revision}/soan")).await.expect(200).text();
    let form = html.split("<form").find(|form| form.contains("/soan/minh-chung\"")).unwrap();
    assert!(form.contains("enctype=\"multipart/form-data\""), "{form}");
    let hidden = |name: &str| {
        form.split(&format!("name=\"{name}\" value=\"")).nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default()
    };
    let mut body = Vec::new();
    let fields = [
        ("csrf", hidden("csrf")),
        ("once", hidden("once")),
        ("version", hidden("version")),
        ("request_source", "law_change"),
        ("reason", "Văn bản thay đổi."),
    ];
    for (name, value) in fields {
        body.extend_from_slice(format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").as_bytes());
    }
    for (name, kind, bytes) in files {
        let head = format!(
            "--XX\r\nContent-Disposition: form-data; name=\"van_ban\"; filename=\"{name}\"\r\nContent-Type: {kind}\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--XX--\r\n");
    client
        .send(Method::POST, &format!("{revision}/soan/minh-chung"), &[("content-type", "multipart/form-data; boundary=XX")], body)
        .await
}

#[tokio::test]
async fn an_uploaded_word_and_pdf_text_goes_the_same_way_and_is_public_while_it_holds() {
    let app = TestApp::start().await;
    let document = document(&app, "Chứng thực chữ ký").await;
    let revision = draft(&app, &document, "uploaded").await;
    let drafter = app.browse(DRAFTER).await;
    let form = drafter.get(&format!("{revision}/soan")).await.expect(200).text();
    assert!(form.contains("name=\"van_ban\"") && !form.contains("name=\"purpose\""));
    let pdf: &[u8] = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\ntrailer << >>\n%%EOF\n";
    let docx: &[u8] = b"PK\x03\x04 word/document.xml";
    let word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    let kept = upload(&drafter, &revision, &[("quy-trinh.docx", word, docx), ("quy-trinh.pdf", "application/pdf", pdf)]).await;
    let page = follow(&drafter, kept).await;
    assert!(page.contains("quy-trinh.docx") && page.contains("quy-trinh.pdf") && page.contains("SHA-256"), "{page}");
    issue(&app, &revision, "05/QĐ-UBND").await;
    let anyone = app.client();
    let public = anyone.get(&public_of(&document)).await.expect(200).text();
    let link = public.split("href=\"").filter_map(|rest| rest.split('"').next()).find(|href| href.contains("/tep/")).unwrap();
    assert!(public.contains("quy-trinh.docx") && public.contains("quy-trinh.pdf"), "{public}");
    assert_eq!(anyone.get(link).await.expect(200).bytes, docx);
    let inside = page.split("href=\"").filter_map(|rest| rest.split('"').next()).find(|href| href.starts_with("/tep/")).unwrap();
    anyone.get(inside).await.expect(303);
    let gone = [("reason", "Thủ tục bị bãi bỏ."), ("end_decision", "12/QĐ-UBND")];
    act(&app, HEAD, &revision, "withdraw", &gone).await.expect(303);
    anyone.get(link).await.expect(404);
}

#[tokio::test]
async fn nobody_is_shown_or_lent_what_is_not_theirs() {
    let app = TestApp::start().await;
    let document = document(&app, "Đăng ký giám hộ").await;
    let revision = draft(&app, &document, "written").await;
    for login in ["daumoi.binh", "vanthu"] {
        let stranger = app.browse(login).await;
        stranger.get(&revision).await.expect(404);
        stranger.get(&document).await.expect(404);
    }
    app.client().get(&public_of(&document)).await.expect(404);
    let reviewer = app.browse(REVIEWER).await;
    reviewer.get(&document).await.expect(404);
    let drafter = app.browse(DRAFTER).await;
    let page = drafter.get(&document).await.expect(200).text();
    assert!(!page.contains("/sua\"") && !page.contains(&format!("action=\"{document}/soan\"")), "{page}");
    drafter.get(&format!("{document}/sua")).await.expect(403);
    drafter.get("/quy-trinh/ban-hanh").await.expect(403);
    // A stale form is refused with what is typed still in it.
    let secretary = app.browse(SECRETARY).await;
    let edit = format!("{document}/sua");
    let fields = [("document_title", "Đăng ký giám hộ cử"), ("field_name", "Hộ tịch")];
    send(&secretary, &edit, &edit, &fields).await.expect(303);
    let stale = secretary.force(&edit, &edit, &[("document_title", "Tên cũ")]).await;
    let stale = stale.expect(412).text();
    assert!(stale.contains("value=\"Tên cũ\""), "{stale}");
    // What only a hand-made form could send is judged as the button would be.
    let forced = drafter.force(&revision, &format!("{revision}/viec/approve"), &[]).await;
    assert!(matches!(forced.status.as_u16(), 403 | 409), "{}", forced.status);
    drafter.force(&revision, &format!("{revision}/viec/save"), &[]).await.expect(404);
}

#[tokio::test]
async fn the_page_of_a_draft_says_all_that_keeps_it_from_being_handed_in_and_where_it_is_mended() {
    let app = TestApp::start().await;
    let document = document(&app, "Đăng ký khai sinh").await;
    let revision = draft(&app, &document, "written").await;
    let drafter = app.browse(DRAFTER).await;
    let slower = text(&[("steps/1/times/0/amount", "9,5")]);
    let page = follow(&drafter, write(&app, &revision, &slower).await).await;
    for words in [
        format!("href=\"{revision}/duong-di\">Chưa có đường đi xem xét, phê duyệt"),
        format!("href=\"{revision}/soan#f-time_reason\">Còn 1 trường hợp có tổng thời gian"),
    ] {
        assert!(page.contains(&words), "{words}\n{page}");
    }
    assert!(!page.contains("/viec/submit"), "{page}");
    assert!(drafter.get(&format!("{revision}/soan")).await.expect(200).text().contains("id=\"f-time_reason\""));
    route_and_audience(&app, &revision).await;
    let page = drafter.get(&revision).await.expect(200).text();
    assert!(!page.contains("Chưa có đường đi xem xét") && !page.contains("/viec/submit"), "{page}");
    let explained = text(&[("steps/1/times/0/amount", "9,5"), ("time_reason", "Có bước chờ cơ quan khác.")]);
    let page = follow(&drafter, write(&app, &revision, &explained).await).await;
    assert!(page.contains("/viec/submit") && !page.contains("Nội dung còn thiếu hoặc sai"), "{page}");
    let uploaded = draft(&app, &document, "uploaded").await;
    let page = drafter.get(&uploaded).await.expect(200).text();
    assert!(page.contains(&format!("href=\"{uploaded}/soan\">Bản dự thảo chưa có tệp nào")), "{page}");
}

#[tokio::test]
async fn a_text_is_taken_only_as_word_or_pdf_and_a_refused_one_leaves_the_draft_as_it_was() {
    let app = TestApp::start().await;
    let procedure = document(&app, "Chứng thực chữ ký").await;
    let revision = draft(&app, &procedure, "uploaded").await;
    let drafter = app.browse(DRAFTER).await;
    let sheet = b"PK\x03\x04 xl/workbook.xml".as_slice();
    for (name, bytes, words) in [
        ("a.exe", b"MZ\x90".as_slice(), "Văn bản phải là tệp .doc, .docx, .odt hoặc .pdf."),
        ("quy-trinh.xlsx", sheet, "Văn bản phải là tệp .doc, .docx, .odt hoặc .pdf."),
        ("quy-trinh.pdf", b"MZ\x90".as_slice(), "Nội dung tệp không đúng với đuôi của tên tệp."),
        ("quy-trinh.docx", b"".as_slice(), "Tệp không có nội dung."),
    ] {
        let kind = "application/octet-stream";
        let pdf = b"%PDF-1.7 noi dung".as_slice();
        let refused = upload(&drafter, &revision, &[("tot.pdf", "application/pdf", pdf), (name, kind, bytes)]).await;
        let refused = refused.expect(422).text();
        assert!(refused.contains(words) && refused.contains("href=\"#f-van_ban\""), "{name}: {refused}");
        let page = drafter.get(&revision).await.expect(200).text();
        assert!(page.contains("Chưa có tệp nào.") && !page.contains("Lưu nội dung"), "{name}: {page}");
    }
    // A form is often a table.
    let fields = [("kind", "form"), ("document_title", "Sổ theo dõi hồ sơ")];
    let form = place(send(&app.browse(SECRETARY).await, "/quy-trinh/moi", "/quy-trinh/moi", &fields).await);
    let revision = draft(&app, &form, "uploaded").await;
    let page = follow(&drafter, upload(&drafter, &revision, &[("so.xlsx", "application/octet-stream", sheet)]).await).await;
    assert!(page.contains("so.xlsx"), "{page}");
    let refused = upload(&drafter, &revision, &[("a.exe", "application/octet-stream", b"MZ".as_slice())]).await;
    assert!(refused.expect(422).text().contains("Biểu mẫu phải là tệp"));
}

#[tokio::test]
async fn the_page_of_a_route_says_who_may_approve_and_names_who_may_not() {
    let app = TestApp::start().await;
    let document = document(&app, "Đăng ký kết hôn").await;
    let revision = draft(&app, &document, "written").await;
    let drafter = app.browse(DRAFTER).await;
    let action = format!("{revision}/duong-di");
    let form = drafter.get(&action).await.expect(200).text();
    assert!(form.contains("(được phê duyệt)"), "{form}");
    let (reviewer, secretary) = (app.person(REVIEWER).await, app.person(SECRETARY).await);
    let (first, second) = (format!("steps/0/people/{reviewer}"), format!("steps/1/people/{secretary}"));
    let mut fields = vec![("steps/0/act", "review"), ("steps/0/rule", "any"), (first.as_str(), "yes")];
    fields.extend([("steps/1/act", "approve"), ("steps/1/rule", "any"), (second.as_str(), "yes")]);
    let refused = send(&drafter, &action, &action, &fields).await.expect(422).text();
    assert!(refused.contains("Người này không có quyền phê duyệt tài liệu của đơn vị."), "{refused}");
    assert!(refused.contains("href=\"#f-steps-1-people\"") && !refused.contains("href=\"#f-steps-0-people\""), "{refused}");
}

#[tokio::test]
async fn a_term_of_retention_that_nobody_can_read_is_kept_and_said() {
    let app = TestApp::start().await;
    let document = document(&app, "Đăng ký khai tử").await;
    let secretary = app.browse(SECRETARY).await;
    let edit = format!("{document}/sua");
    for (term, clear) in [("theo quy định", false), ("5 năm sau khi bị thay thế", true), ("Vĩnh viễn", true)] {
        let fields = [("document_title", "Đăng ký khai tử"), ("retention", term)];
        let page = follow(&secretary, send(&secretary, &edit, &edit, &fields).await).await;
        assert!(page.contains(term) && page.contains("Chưa đọc được thời hạn") != clear, "{term}: {page}");
    }
}

#[tokio::test]
async fn a_change_that_is_asked_for_names_the_part_it_is_about() {
    let app = TestApp::start().await;
    let (document, _) = in_force(&app, "Đăng ký giám hộ", "05/QĐ-UBND").await;
    let asker = app.browse(DRAFTER).await;
    let fields = [
        ("request_source", "suggestion"),
        ("reason", "Rút ngắn thời gian."),
        ("changed_part", "Mục 5.8, bước 2"),
        ("summary", "Thẩm định trong 4 giờ."),
    ];
    let page = follow(&asker, send(&asker, &document, &format!("{document}/de-nghi"), &fields).await).await;
    for words in ["<dt>Trang, phần hiện hành</dt>", "Mục 5.8, bước 2", "<dt>Mô tả nội dung sửa đổi</dt>"] {
        assert!(page.contains(words), "{words}\n{page}");
    }
}
