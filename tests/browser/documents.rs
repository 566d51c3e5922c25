//! Controlled documents as people live them: from a request to a procedure that everybody knows and the public finds by
//! its QR code, and a text that comes as Word and PDF by the same way.

use std::io::Write as _;
use std::path::PathBuf;

use tests::TestApp;
use tests::browser::{DESK, PHONE, Served, Window};

const SECRETARY: &str = "thukyiso.an";
const DRAFTER: &str = "congchuc.an";
const REVIEWER: &str = "daumoi.an";
const HEAD: &str = "chutich.an";

/// What the drafter types.
const TEXT: [(&str, &str); 20] = [
    ("purpose", "Thống nhất cách giải quyết đăng ký khai sinh."),
    ("scope", "Trung tâm Phục vụ hành chính công xã."),
    ("legal_basis/0/basis_text", "Luật Hộ tịch số 60/2014/QH13"),
    ("components/0/component", "Tờ khai đăng ký khai sinh"),
    ("components/0/originals", "1"),
    ("components/0/copies", "0"),
    ("time_limits/0/amount", "1"),
    ("fees/0/fee", "8000"),
    ("fees/0/online_fee", "0"),
    ("places/0/address", "Trung tâm Phục vụ hành chính công"),
    ("steps/0/step_name", "Tiếp nhận hồ sơ"),
    ("steps/0/responsible", "Công chức tiếp nhận"),
    ("steps/0/times/0/amount", "0,5"),
    ("steps/0/form_codes", "BM 01"),
    ("steps/1/step_name", "Thẩm định, ký, trả kết quả"),
    ("steps/1/responsible", "Công chức tư pháp - hộ tịch"),
    ("steps/1/times/0/amount", "7,5"),
    ("forms/0/form_code", "BM 01"),
    ("forms/0/form_name", "Giấy tiếp nhận hồ sơ và hẹn trả kết quả"),
    ("records/0/record_name", "Hồ sơ đăng ký khai sinh"),
];

const CHOSEN: [(&str, &str); 4] = [
    ("time_limits/0/unit", "working_day"),
    ("places/0/dossier_channel", "direct"),
    ("steps/0/times/0/unit", "hour"),
    ("steps/1/times/0/unit", "hour"),
];

/// One act on a revision, by its own form.
async fn act(window: &Window, login: &str, revision: &str, verb: &str) {
    window.sign_in(login).await;
    window.go(revision).await;
    window.submit(&format!("{revision}/viec/{verb}")).await;
}

/// Who reviews and approves, who must know it; then it is handed in.
async fn handed_in(window: &Window, app: &TestApp, revision: &str) {
    let action = format!("{revision}/duong-di");
    window.go(&action).await;
    for (n, login) in [REVIEWER, HEAD].into_iter().enumerate() {
        window.unfold(&format!("[name='steps/{n}/people/{}']", app.person(login).await)).await;
        window.choose(&format!("steps/{n}/people/{}", app.person(login).await), "yes").await;
    }
    window.shot("duong-di").await;
    window.submit(&action).await;
    let action = format!("{revision}/noi-nhan");
    window.go(&action).await;
    window.choose("audience/0/audience_kind", "unit").await;
    window.choose("audience/0/unit_id", &app.unit("MAU-01").await).await;
    window.shot("noi-nhan").await;
    window.submit(&action).await;
    window.go(revision).await;
    window.submit(&format!("{revision}/viec/submit")).await;
}

/// The head issues what is approved.
async fn issued(window: &Window, revision: &str, number: &str) {
    window.sign_in(HEAD).await;
    window.go("/quy-trinh/ban-hanh").await;
    window.fill("decision_number", number).await;
    window.fill("signed_on", "2026-11-16").await;
    window.fill("decision_title", "Về việc ban hành quy trình giải quyết thủ tục hành chính").await;
    let chosen = format!("revisions/{}", revision.rsplit('/').next().unwrap());
    if window.value(&chosen).await != "yes"
        || !window.driver().find(thirtyfour::By::Css(format!("[name='{chosen}']"))).await.unwrap().is_selected().await.unwrap()
    {
        window.choose(&chosen, "yes").await;
    }
    window.shot("ban-hanh").await;
    window.submit("/quy-trinh/ban-hanh").await;
}

/// What a phone's camera reads off the QR code that a selector finds.
async fn scanned(window: &Window, css: &str) -> String {
    let bytes = window.find(css).await.screenshot_as_png().await.unwrap();
    let mut decoder = png::Decoder::new(std::io::Cursor::new(bytes));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    let (width, height, each) = (info.width as usize, info.height as usize, info.color_type.samples());
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| pixels[(y * width + x) * each]);
    let codes = image.detect_grids();
    assert_eq!(codes.len(), 1, "one code is shown");
    codes[0].decode().unwrap().1
}

/// The path of an address on the wall.
fn path_of(address: &str) -> String {
    let rest = address.split_once("://").expect("a whole address").1;
    rest.find('/').map_or_else(String::new, |at| rest[at..].to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_becomes_a_procedure_that_its_people_acknowledge_and_the_public_finds_by_its_qr_code() {
    let served = Served::start(TestApp::start().await).await;
    let app = &served.app;
    let desk = Window::open(&served, "documents-desk", DESK).await;
    let phone = Window::open(&served, "documents-phone", PHONE).await;

    // An officer asks for it on a phone.
    phone.sign_in(DRAFTER).await;
    phone.go("/quy-trinh/de-nghi").await;
    phone.choose("kind", "procedure").await;
    phone.fill("document_title", "Đăng ký khai sinh").await;
    phone.choose("request_source", "procedure_change").await;
    phone.fill("reason", "Thủ tục mới được công bố, xã chưa có quy trình.").await;
    phone.shot("de-nghi").await;
    phone.submit("/quy-trinh/de-nghi").await;
    phone.says("YC-2026-0001").await;
    phone.shot("phieu-de-nghi").await;
    let revision = phone.path().await;

    // The secretary accepts it, gives it its field and hands it to its drafter.
    desk.sign_in(SECRETARY).await;
    desk.shot("viec-cua-thu-ky").await;
    desk.go(&revision).await;
    desk.unfold("[name='drafter_id']").await;
    desk.choose("drafter_id", &app.person(DRAFTER).await).await;
    desk.choose("text_form", "written").await;
    desk.shot("nhan-de-nghi").await;
    desk.submit(&format!("{revision}/viec/accept")).await;
    let document = desk.find("main a[href^='/quy-trinh/0']").await.attr("href").await.unwrap().unwrap();
    desk.go(&format!("{document}/sua")).await;
    desk.fill("field_name", "Hộ tịch").await;
    desk.submit(&format!("{document}/sua")).await;
    desk.says("Hộ tịch").await;

    // The drafter writes it: a step too long is told beside the published limit.
    desk.sign_in(DRAFTER).await;
    desk.go(&format!("{revision}/soan")).await;
    for (name, text) in TEXT {
        if name == "steps/1/step_name" {
            desk.press("Thêm bước").await;
            assert_eq!(desk.value("purpose").await, TEXT[0].1, "one more row keeps what is typed");
        }
        desk.fill(name, text).await;
    }
    for (name, value) in CHOSEN {
        desk.choose(name, value).await;
    }
    desk.fill("steps/1/times/0/amount", "9").await;
    desk.shot("soan").await;
    desk.submit(&format!("{revision}/soan/minh-chung")).await;
    desk.says("Dài hơn thời hạn công bố").await;
    desk.go(&format!("{revision}/soan")).await;
    desk.fill("steps/1/times/0/amount", "7,5").await;
    desk.submit(&format!("{revision}/soan/minh-chung")).await;
    desk.says("Bằng thời hạn công bố").await;
    handed_in(&desk, app, &revision).await;

    // Reviewed on a phone, approved and issued at a desk.
    phone.sign_in(REVIEWER).await;
    phone.shot("viec-cua-nguoi-xem-xet").await;
    phone.go(&revision).await;
    phone.shot("xem-xet").await;
    phone.submit(&format!("{revision}/viec/review")).await;
    act(&desk, HEAD, &revision, "approve").await;
    issued(&desk, &revision, "05/QĐ-UBND").await;

    // Its people are told on their own page and say that they know it.
    phone.sign_in(DRAFTER).await;
    phone.follow_first("/quy-trinh/phan-phoi/").await;
    phone.says("Đăng ký khai sinh").await;
    phone.shot("doc-quy-trinh").await;
    phone.submit(&format!("{revision}/da-doc")).await;
    phone.says("Bạn đã xác nhận lúc").await;
    desk.sign_in(SECRETARY).await;
    desk.go(&format!("{revision}/phan-phoi")).await;
    desk.shot("so-phan-phoi").await;

    // A citizen scans the poster of the procedure, then that of the field.
    let public = document.replace("/quy-trinh/", "/cong-khai/thu-tuc/");
    let citizen = Window::open(&served, "documents-citizen", PHONE).await;
    desk.go(&format!("{public}/to-treo")).await;
    desk.shot("to-treo").await;
    let address = scanned(&desk, "img.qr").await;
    assert!(address.starts_with(&app.app.config.server.public_url), "{address}");
    assert_eq!(path_of(&address), public);
    citizen.go(&path_of(&address)).await;
    citizen.says("Tờ khai đăng ký khai sinh").await;
    citizen.says("8.000 đồng").await;
    citizen.shot("quy-trinh").await;
    citizen.go("/cong-khai/thu-tuc?q=dang%20ky%20khai%20sinh").await;
    citizen.says("Đăng ký khai sinh").await;
    citizen.shot("danh-sach").await;
    let field = format!("/cong-khai/thu-tuc/to-treo?don_vi={}&linh_vuc=H%E1%BB%99%20t%E1%BB%8Bch", app.unit("MAU-01").await);
    desk.go(&field).await;
    let address = scanned(&desk, "img.qr").await;
    citizen.go(&path_of(&address)).await;
    citizen.says("Đăng ký khai sinh").await;

    // Withdrawn, its address on the wall stays and says so.
    desk.sign_in(HEAD).await;
    desk.go(&revision).await;
    desk.unfold(&format!("form[action='{revision}/viec/withdraw'] [name='reason']")).await;
    desk.fill_in(&format!("form[action='{revision}/viec/withdraw'] [name='reason']"), "Thủ tục bị bãi bỏ.").await;
    desk.fill_in(&format!("form[action='{revision}/viec/withdraw'] [name='end_decision']"), "12/QĐ-UBND").await;
    desk.submit(&format!("{revision}/viec/withdraw")).await;
    citizen.go(&public).await;
    citizen.says("không còn hiệu lực").await;
    citizen.shot("het-hieu-luc").await;
    for window in [desk, phone, citizen] {
        window.close().await;
    }
}

/// A Word document with one sentence, as any office program opens it.
fn word() -> PathBuf {
    let path = std::env::temp_dir().join(format!("quy-trinh-{}.docx", std::process::id()));
    let mut file = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    let head = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>";
    let parts = [
        (
            "[Content_Types].xml",
            "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/word/document.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/></Types>",
        ),
        (
            "_rels/.rels",
            "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"word/document.xml\"/></Relationships>",
        ),
        (
            "word/document.xml",
            "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body><w:p><w:r><w:t>Quy trình chứng thực chữ ký</w:t></w:r></w:p></w:body></w:document>",
        ),
    ];
    for (name, body) in parts {
        file.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        file.write_all(format!("{head}{body}").as_bytes()).unwrap();
    }
    file.finish().unwrap();
    path
}

/// The same as a PDF of one page, its cross-references where they belong.
fn pdf() -> PathBuf {
    let text = "BT /F1 18 Tf 72 760 Td (Quy trinh chung thuc chu ky) Tj ET";
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{text}\nendstream", text.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut file = "%PDF-1.7\n".to_owned();
    let mut places = Vec::new();
    for (n, object) in objects.iter().enumerate() {
        places.push(file.len());
        file.push_str(&format!("{} 0 obj\n{object}\nendobj\n", n + 1));
    }
    let start = file.len();
    file.push_str(&format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1));
    for place in places {
        file.push_str(&format!("{place:010} 00000 n \n"));
    }
    file.push_str(&format!("trailer << /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n", objects.len() + 1));
    let path = std::env::temp_dir().join(format!("quy-trinh-{}.pdf", std::process::id()));
    std::fs::write(&path, file).unwrap();
    path
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_comes_as_word_and_pdf_and_goes_the_same_way_to_the_public_page() {
    let served = Served::start(TestApp::start().await).await;
    let app = &served.app;
    let window = Window::open(&served, "documents-upload", DESK).await;
    window.sign_in(SECRETARY).await;
    window.go("/quy-trinh/moi").await;
    window.choose("kind", "procedure").await;
    window.fill("document_title", "Chứng thực chữ ký").await;
    window.fill("field_name", "Chứng thực").await;
    window.submit("/quy-trinh/moi").await;
    let document = window.path().await;
    window.unfold("[name='drafter_id']").await;
    window.choose("drafter_id", &app.person(DRAFTER).await).await;
    window.choose("text_form", "uploaded").await;
    window.choose("request_source", "first_issue").await;
    window.fill("reason", "Biên soạn lần đầu.").await;
    window.submit(&format!("{document}/soan")).await;
    let revision = window.path().await;

    window.sign_in(DRAFTER).await;
    window.go(&format!("{revision}/soan")).await;
    let field = window.find("input[type='file'][name='van_ban']").await;
    let (docx, pdf) = (word(), pdf());
    field.send_keys(format!("{}\n{}", docx.display(), pdf.display())).await.unwrap();
    window.shot("tai-len").await;
    window.submit(&format!("{revision}/soan/minh-chung")).await;
    for file in [&docx, &pdf] {
        window.says(&file.file_name().unwrap().to_string_lossy()).await;
    }
    window.says("SHA-256").await;
    window.shot("da-tai-len").await;
    handed_in(&window, app, &revision).await;
    act(&window, REVIEWER, &revision, "review").await;
    act(&window, HEAD, &revision, "approve").await;
    issued(&window, &revision, "06/QĐ-UBND").await;

    // Anyone fetches the very files.
    let public = document.replace("/quy-trinh/", "/cong-khai/thu-tuc/");
    let citizen = Window::open(&served, "documents-files", PHONE).await;
    citizen.go(&public).await;
    citizen.says("Chứng thực chữ ký").await;
    citizen.shot("tep-cong-khai").await;
    let links = citizen.all("main a[href*='/tep/']").await;
    assert_eq!(links.len(), 2);
    for (link, file) in links.iter().zip([&docx, &pdf]) {
        let href = link.attr("href").await.unwrap().unwrap();
        let bytes = reqwest::get(format!("{}{href}", served.url)).await.unwrap().bytes().await.unwrap();
        assert_eq!(bytes, std::fs::read(file).unwrap(), "{href}");
    }
    window.close().await;
    citizen.close().await;
}
