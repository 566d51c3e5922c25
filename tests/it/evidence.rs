//! Evidence and the uploads that become it.

use api::auth::session::sha256_hex;
use domain::checklist::InspectionKind::Cchc;
use domain::inspection::InspectionState;
use domain::record::Subject;
use poem::http::Method;
use serde_json::json;
use tests::{Answer, Client, TestApp};
use uuid::Uuid;

use crate::visit::{Visit, events, set_state, visit};

const TUS: (&str, &str) = ("tus-resumable", "1.0.0");

async fn ground() -> (TestApp, Visit) {
    let app = TestApp::start().await;
    let visit = visit(&app, 1, Cchc, InspectionState::InProgress).await;
    (app, visit)
}

fn base64(text: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let n = chunk.iter().chain([&0, &0]).take(3).fold(0_usize, |n, byte| n << 8 | usize::from(*byte));
        for i in 0..4 {
            out.push(if i <= chunk.len() { char::from(LETTERS[n >> (18 - 6 * i) & 63]) } else { '=' });
        }
    }
    out
}

/// What an upload says of its file.
pub fn metadata(name: &str, kind: &str, subject: Subject, id: Uuid) -> String {
    let pairs = [
        ("filename", name),
        ("filetype", kind),
        ("subject", subject.code()),
        ("subject_id", &id.to_string()),
        ("caption", "Ảnh tại Một cửa"),
    ];
    pairs.map(|(name, value)| format!("{name} {}", base64(value))).join(",")
}

/// Begins an upload.
pub async fn begin(client: &Client, length: usize, metadata: &str) -> Answer {
    let length = length.to_string();
    client.send(Method::POST, "/api/v1/uploads", &[TUS, ("upload-length", &length), ("upload-metadata", metadata)], "").await
}

async fn send(client: &Client, location: &str, offset: usize, bytes: &[u8]) -> Answer {
    let offset = offset.to_string();
    let headers = [TUS, ("upload-offset", offset.as_str()), ("content-type", "application/offset+octet-stream")];
    client.send(Method::PATCH, location, &headers, bytes.to_vec()).await
}

/// Uploads a file in one piece; the id of the evidence.
pub async fn upload(client: &Client, name: &str, kind: &str, subject: Subject, id: Uuid, bytes: &[u8]) -> String {
    upload_answer(client, name, kind, subject, id, bytes).await.expect(204).header("chuan-evidence-id")
}

/// The same, whatever comes of it.
pub async fn upload_answer(client: &Client, name: &str, kind: &str, subject: Subject, id: Uuid, bytes: &[u8]) -> Answer {
    let location = begin(client, bytes.len(), &metadata(name, kind, subject, id)).await.expect(201).header("location");
    send(client, &location, 0, bytes).await
}

fn list_of(subject: Subject, id: Uuid) -> String {
    format!("/api/v1/evidence?subject={subject}&subject_id={id}")
}

#[tokio::test]
async fn a_file_comes_back_as_it_was_and_only_as_an_attachment() {
    let (app, visit) = ground().await;
    let client = app.sign_in("thanhvien").await;
    let bytes = b"%PDF-1.7 \xff\x00 noi dung";
    let id = upload(&client, "Ảnh hồ sơ.pdf", "application/pdf", Subject::InspectionLine, visit.lines[0].0, bytes).await;
    let record = client.get(&format!("/api/v1/evidence/{id}")).await.expect(200).json();
    assert_eq!((record["file_name"].as_str(), record["size"].as_i64()), (Some("Ảnh hồ sơ.pdf"), Some(bytes.len() as i64)));
    assert_eq!(record["sha256"], sha256_hex(bytes));
    assert_eq!(record["caption"], "Ảnh tại Một cửa");
    let file = client.get(&format!("/api/v1/evidence/{id}/content")).await.expect(200);
    assert_eq!(file.bytes, bytes);
    assert_eq!(file.etag(), format!("\"{}\"", sha256_hex(bytes)));
    assert!(
        file.header("content-disposition").starts_with("attachment; filename=\"_nh_h__s_.pdf\"; filename*=UTF-8''%E1%BA%A2nh")
    );
    assert_eq!(file.header("x-content-type-options"), "nosniff");
    assert!(file.header("content-security-policy").starts_with("sandbox"));
    assert_eq!(events(&app, "evidence.attached").await, 1);
}

#[tokio::test]
async fn active_content_is_never_shown_inline() {
    let (app, visit) = ground().await;
    let client = app.sign_in("thanhvien").await;
    for (name, kind) in [("x.svg", "image/svg+xml"), ("x.html", "text/html"), ("x.js", "text/javascript")] {
        let id = upload(&client, name, kind, Subject::InspectionLine, visit.lines[0].0, b"<script>alert(1)</script>").await;
        let file = client.get(&format!("/api/v1/evidence/{id}/content")).await.expect(200);
        assert!(file.header("content-disposition").starts_with("attachment"), "{name}");
        assert!(file.header("content-security-policy").contains("sandbox"), "{name}");
    }
}

#[tokio::test]
async fn hostile_file_names_become_plain_names() {
    let (app, visit) = ground().await;
    let client = app.sign_in("thanhvien").await;
    let long = format!("{}.pdf", "ố".repeat(300));
    let cases = [
        ("../../etc/passwd", "passwd".to_owned()),
        ("C:\\temp\\a.pdf", "a.pdf".to_owned()),
        ("a\u{202e}fdp.exe", "afdp.exe".to_owned()),
        ("a\r\nSet-Cookie: b.pdf", "aSet-Cookie_ b.pdf".to_owned()),
        ("Bie\u{302}n.pdf", "Biên.pdf".to_owned()),
        (&long, format!("{}.pdf", "ố".repeat(196))),
    ];
    for (sent, kept) in cases {
        let id = upload(&client, sent, "x", Subject::InspectionLine, visit.lines[0].0, b"x").await;
        let record = client.get(&format!("/api/v1/evidence/{id}")).await.expect(200).json();
        assert_eq!(record["file_name"], kept, "{sent:?}");
        client.get(&format!("/api/v1/evidence/{id}/content")).await.expect(200);
    }
    let nameless = begin(&client, 1, &metadata("..", "x", Subject::InspectionLine, visit.lines[0].0)).await.expect(422);
    assert_eq!(nameless.json()["errors"][0]["pointer"], "/filename");
}

#[tokio::test]
async fn sizes_are_counted_in_bytes() {
    let app = TestApp::with(|config| config.evidence.max_bytes = 1000).await;
    let visit = visit(&app, 1, Cchc, InspectionState::InProgress).await;
    let client = app.sign_in("thanhvien").await;
    let about = metadata("a.bin", "x", Subject::InspectionLine, visit.lines[0].0);
    assert_eq!(begin(&client, 0, &about).await.expect(422).json()["errors"][0]["code"], "file_empty");
    begin(&client, 1001, &about).await.expect(413);
    upload(&client, "a.bin", "x", Subject::InspectionLine, visit.lines[0].0, &[7; 1000]).await;
    let location = begin(&client, 10, &about).await.expect(201).header("location");
    send(&client, &location, 0, &[7; 11]).await.expect(413);
    let head = client.send(Method::HEAD, &location, &[TUS], "").await.expect(200);
    assert_eq!(head.header("upload-offset"), "0");
    assert!(send(&client, &location, 0, &[7; 10]).await.expect(204).header("chuan-evidence-id").len() > 30);
}

#[tokio::test]
async fn an_upload_goes_on_after_a_restart() {
    let (mut app, visit) = ground().await;
    let bytes: Vec<u8> = (0..200_000_u32).map(|n| (n % 251) as u8).collect();
    let location = {
        let client = app.sign_in("thanhvien").await;
        let about = metadata("lớn.bin", "x", Subject::InspectionLine, visit.lines[0].0);
        let begun = begin(&client, bytes.len(), &about).await.expect(201);
        assert!(begun.header("upload-expires").ends_with("GMT"));
        let location = begun.header("location");
        let first = send(&client, &location, 0, &bytes[..70_000]).await.expect(204);
        assert_eq!((first.header("upload-offset").as_str(), first.header("chuan-evidence-id").as_str()), ("70000", ""));
        location
    };
    app.restart().await;
    let client = app.sign_in("thanhvien").await;
    let head = client.send(Method::HEAD, &location, &[TUS], "").await.expect(200);
    assert_eq!((head.header("upload-offset").as_str(), head.header("upload-length").as_str()), ("70000", "200000"));
    assert_eq!(send(&client, &location, 0, &bytes[..10]).await.expect(409).code(), "upload_offset");
    send(&client, &location, 70_000, &bytes[70_000..140_000]).await.expect(204);
    let id = send(&client, &location, 140_000, &bytes[140_000..]).await.expect(204).header("chuan-evidence-id");
    let file = client.get(&format!("/api/v1/evidence/{id}/content")).await.expect(200);
    assert_eq!(sha256_hex(&file.bytes), sha256_hex(&bytes));
    assert_eq!(std::fs::read_dir(&app.app.config.evidence.upload_folder).unwrap().count(), 0);
    let again = send(&client, &location, 200_000, b"").await.expect(204);
    assert_eq!(again.header("chuan-evidence-id"), id);
}

#[tokio::test]
async fn bytes_written_but_not_counted_are_written_again() {
    let (app, visit) = ground().await;
    let client = app.sign_in("thanhvien").await;
    let about = metadata("a.bin", "x", Subject::InspectionLine, visit.lines[0].0);
    let location = begin(&client, 6, &about).await.expect(201).header("location");
    send(&client, &location, 0, b"abc").await.expect(204);
    let part = std::fs::read_dir(&app.app.config.evidence.upload_folder).unwrap().next().unwrap().unwrap().path();
    std::fs::write(&part, b"abcXX").unwrap();
    let id = send(&client, &location, 3, b"def").await.expect(204).header("chuan-evidence-id");
    assert_eq!(client.get(&format!("/api/v1/evidence/{id}/content")).await.expect(200).bytes, b"abcdef");
}

#[tokio::test]
async fn only_who_began_an_upload_goes_on_with_it() {
    let (app, visit) = ground().await;
    let (client, other) = (app.sign_in("thanhvien").await, app.sign_in("truongdoan").await);
    let about = metadata("a.bin", "x", Subject::InspectionLine, visit.lines[0].0);
    let location = begin(&client, 3, &about).await.expect(201).header("location");
    other.send(Method::HEAD, &location, &[TUS], "").await.expect(404);
    send(&other, &location, 0, b"abc").await.expect(404);
    other.send(Method::DELETE, &location, &[TUS], "").await.expect(404);
    client.send(Method::DELETE, &location, &[TUS], "").await.expect(204);
    client.send(Method::HEAD, &location, &[TUS], "").await.expect(404);
}

#[tokio::test]
async fn the_protocol_is_kept_to() {
    let (app, visit) = ground().await;
    let client = app.sign_in("thanhvien").await;
    let options = client.send(Method::OPTIONS, "/api/v1/uploads", &[], "").await.expect(204);
    assert_eq!(options.header("tus-version"), "1.0.0");
    assert_eq!(options.header("tus-extension"), "creation,termination,expiration");
    assert_eq!(options.header("tus-max-size"), "52428800");
    let about = metadata("a.bin", "x", Subject::InspectionLine, visit.lines[0].0);
    let old = [("tus-resumable", "0.2.2"), ("upload-length", "3"), ("upload-metadata", about.as_str())];
    client.send(Method::POST, "/api/v1/uploads", &old, "").await.expect(412);
    let wrong = begin(&client, 3, "filename !!,subject eHg=,subject_id eHg=").await.expect(422).json();
    let pointers: Vec<_> = wrong["errors"].as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect();
    assert_eq!(pointers, ["/filename", "/subject", "/subject_id"]);
    let location = begin(&client, 3, &about).await.expect(201).header("location");
    let headers = [TUS, ("upload-offset", "0"), ("content-type", "application/json")];
    client.send(Method::PATCH, &location, &headers, "abc").await.expect(415);
}

#[tokio::test]
async fn an_unfinished_upload_expires_with_its_file() {
    let (app, visit) = ground().await;
    let client = app.sign_in("thanhvien").await;
    let about = metadata("a.bin", "x", Subject::InspectionLine, visit.lines[0].0);
    let location = begin(&client, 6, &about).await.expect(201).header("location");
    send(&client, &location, 0, b"abc").await.expect(204);
    api::jobs::plan(&app.app).await.unwrap();
    assert_eq!(std::fs::read_dir(&app.app.config.evidence.upload_folder).unwrap().count(), 1);
    app.set_time("2026-11-24T02:00:00Z");
    let client = app.sign_in("thanhvien").await;
    client.send(Method::HEAD, &location, &[TUS], "").await.expect(404);
    api::jobs::plan(&app.app).await.unwrap();
    assert_eq!(std::fs::read_dir(&app.app.config.evidence.upload_folder).unwrap().count(), 0);
}

#[tokio::test]
async fn who_brings_and_sees_evidence_is_decided_by_the_record() {
    let (app, visit) = ground().await;
    let (line, finding, step) = (visit.lines[0].0, visit.finding.0, visit.step.0);
    let cases = [
        ("thanhvien", Subject::InspectionLine, line, 201),
        ("chutich.an", Subject::InspectionLine, line, 404),
        ("chutich.binh", Subject::InspectionLine, line, 404),
        ("thukyiso", Subject::InspectionLine, line, 409),
        ("thanhvien", Subject::Finding, finding, 201),
        ("daumoi.an", Subject::Finding, finding, 201),
        ("daumoi.binh", Subject::Finding, finding, 404),
        ("congchuc.an", Subject::Step, step, 201),
        ("daumoi.an", Subject::Step, step, 201),
        ("daumoi.an", Subject::CorrectiveAction, visit.action.0, 201),
        ("truongdoan", Subject::Step, step, 409),
        ("congchuc.binh", Subject::Step, step, 404),
        ("truongdoan", Subject::Unit, line, 404),
        ("hethong", Subject::InspectionLine, line, 403),
    ];
    for (login, subject, id, expected) in cases {
        let client = app.sign_in(login).await;
        let answer = begin(&client, 3, &metadata("a.bin", "x", subject, id)).await;
        // A refusal that is about the person may be told as 403 or 409.
        let status = answer.status.as_u16();
        assert!(status == expected || (expected == 409 && status == 403), "{login} {subject}: {}", answer.text());
        let listed = client.get(&list_of(subject, id)).await.status.as_u16();
        assert_eq!(
            listed,
            match expected {
                404 => 404,
                403 => 403,
                _ => 200,
            },
            "{login} {subject}"
        );
    }
}

#[tokio::test]
async fn evidence_of_a_line_is_closed_with_the_minutes() {
    let (app, visit) = ground().await;
    let client = app.sign_in("thanhvien").await;
    let about = metadata("a.bin", "x", Subject::InspectionLine, visit.lines[0].0);
    let location = begin(&client, 3, &about).await.expect(201).header("location");
    set_state(&app, &visit, InspectionState::MinutesSigned).await;
    assert_eq!(begin(&client, 3, &about).await.expect(409).code(), "evidence_closed");
    assert_eq!(send(&client, &location, 0, b"abc").await.expect(409).code(), "evidence_closed");
}

#[tokio::test]
async fn a_removed_piece_stays_listed_with_its_reason() {
    let (app, visit) = ground().await;
    let (client, lead) = (app.sign_in("thanhvien").await, app.sign_in("truongdoan").await);
    let line = visit.lines[0].0;
    let id = upload(&client, "nhầm.jpg", "image/jpeg", Subject::InspectionLine, line, b"abc").await;
    let path = format!("/api/v1/evidence/{id}/remove");
    client.post(&path, json!({"reason": "Nhầm tệp"})).await.expect(428);
    let other = app.sign_in("thukydoan").await;
    other.post_at(&path, "\"1\"", json!({"reason": "Nhầm tệp"})).await.expect(409);
    client.post_at(&path, "\"1\"", json!({"reason": " "})).await.expect(422);
    client.post_at(&path, "\"7\"", json!({"reason": "Nhầm tệp"})).await.expect(412);
    lead.post_at(&path, "\"1\"", json!({"reason": "Nhầm tệp"})).await.expect(200);
    let list = client.get(&list_of(Subject::InspectionLine, line)).await.expect(200).json();
    assert_eq!((list["items"][0]["remove_reason"].as_str(), list["items"].as_array().unwrap().len()), (Some("Nhầm tệp"), 1));
    assert_eq!(client.get(&format!("/api/v1/evidence/{id}/content")).await.expect(409).code(), "evidence_removed");
    assert_eq!(lead.post_at(&path, "\"2\"", json!({"reason": "Nữa"})).await.expect(409).code(), "evidence_removed");
    assert_eq!(events(&app, "evidence.removed").await, 1);

    let kept = upload(&client, "b.jpg", "image/jpeg", Subject::InspectionLine, line, b"def").await;
    set_state(&app, &visit, InspectionState::MinutesSigned).await;
    let late = client.post_at(&format!("/api/v1/evidence/{kept}/remove"), "\"1\"", json!({"reason": "Muộn"})).await.expect(409);
    assert_eq!(late.code(), "evidence_settled");
}

#[tokio::test]
async fn a_changed_byte_is_noticed_and_never_served() {
    let (app, visit) = ground().await;
    let client = app.sign_in("thanhvien").await;
    let bytes = b"bang chung goc";
    let id = upload(&client, "a.txt", "text/plain", Subject::InspectionLine, visit.lines[0].0, bytes).await;
    let hash = sha256_hex(bytes);
    let file = std::path::Path::new(&app.app.config.evidence.folder).join(&hash[..2]).join(&hash);
    let mut damaged = bytes.to_vec();
    damaged[3] ^= 1;
    std::fs::write(&file, &damaged).unwrap();
    let refused = client.get(&format!("/api/v1/evidence/{id}/content")).await.expect(500);
    assert!(!refused.text().contains("chung"), "{}", refused.text());
    assert_eq!(events(&app, "evidence.damaged").await, 1);
    std::fs::remove_file(&file).unwrap();
    client.get(&format!("/api/v1/evidence/{id}/content")).await.expect(500);
    // The same file brought again makes it good.
    std::fs::write(&file, &damaged).unwrap();
    upload(&client, "a.txt", "text/plain", Subject::InspectionLine, visit.lines[0].0, bytes).await;
    assert_eq!(client.get(&format!("/api/v1/evidence/{id}/content")).await.expect(200).bytes, bytes);
}

#[tokio::test]
async fn a_list_of_evidence_has_pages() {
    let (app, visit) = ground().await;
    let client = app.sign_in("thanhvien").await;
    for n in 0..5 {
        upload(&client, &format!("{n}.txt"), "text/plain", Subject::InspectionLine, visit.lines[0].0, format!("{n}").as_bytes())
            .await;
    }
    let mut path = format!("{}&limit=2", list_of(Subject::InspectionLine, visit.lines[0].0));
    let mut names = Vec::new();
    loop {
        let page = client.get(&path).await.expect(200).json();
        names.extend(page["items"].as_array().unwrap().iter().map(|item| item["file_name"].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(next) => path = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(names, ["0.txt", "1.txt", "2.txt", "3.txt", "4.txt"]);
}

/// A multipart form with files, with the hidden fields of the page it is on.
async fn send_files(client: &Client, page: &str, action: &str, files: &[(&str, &str, &[u8])]) -> Answer {
    let html = client.get(page).await.expect(200).text();
    let form = html
        .split("<form")
        .find(|form| form.split('>').next().unwrap_or_default().contains(&format!("action=\"{action}\"")))
        .unwrap();
    let hidden = |name: &str| {
        form.split(&format!("name=\"{name}\" value=\""))
            .nth(1)
            .and_then(|rest| rest.split('"').next())
            .unwrap_or_default()
            .to_owned()
    };
    let mut body = Vec::new();
    for (name, value) in [("csrf", hidden("csrf")), ("once", hidden("once")), ("caption", "Sổ theo dõi".to_owned())] {
        body.extend_from_slice(format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").as_bytes());
    }
    for (name, kind, bytes) in files {
        body.extend_from_slice(
            format!(
                "--XX\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\nContent-Type: {kind}\r\n\r\n"
            )
            .as_bytes(),
        );
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--XX--\r\n");
    client.send(Method::POST, action, &[("content-type", "multipart/form-data; boundary=XX")], body).await
}

#[tokio::test]
async fn files_come_in_and_go_by_plain_forms() {
    let (app, visit) = ground().await;
    let page = format!("/minh-chung/inspection_line/{}", visit.lines[0]);
    let action = format!("{page}/minh-chung");
    let browser = app.browse("thanhvien").await;
    let large = vec![7; 2_000_000];
    let files: [(&str, &str, &[u8]); 2] = [("ảnh.jpg", "image/jpeg", &large), ("../a.html", "text/html", b"<b>")];
    let done = send_files(&browser, &page, &action, &files).await.expect(303);
    let html = browser.get(&done.header("location")).await.expect(200).text();
    assert!(html.contains("ảnh.jpg") && html.contains(">a.html<") && html.contains("Sổ theo dõi"), "{html}");
    assert!(done.header("location").ends_with("?xong=evidence_attached"));
    assert_eq!(events(&app, "evidence.attached").await, 2);
    let href = html.split("href=\"/tep/").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
    let file = browser.get(&format!("/tep/{href}")).await.expect(200);
    assert!(file.header("content-disposition").starts_with("attachment"));

    let none = send_files(&browser, &page, &action, &[]).await.expect(422).text();
    assert!(none.contains("error-summary") && none.contains("Sổ theo dõi"), "{none}");

    let remove = format!("/tep/{href}/go-bo");
    browser.fill(&page, &remove, &[("reason", "")]).await.expect(422);
    let gone = browser.fill(&page, &remove, &[("reason", "Nhầm tệp")]).await.expect(303);
    let html = browser.get(&gone.header("location")).await.expect(200).text();
    assert!(html.contains("Nhầm tệp") && !html.contains(&format!("/tep/{href}\"")), "{html}");

    app.browse("chutich.binh").await.get(&page).await.expect(404);
    app.browse("chutich.an").await.get(&page).await.expect(404);
    set_state(&app, &visit, InspectionState::FieldworkDone).await;
    let unit = app.browse("chutich.an").await.get(&page).await.expect(200).text();
    assert!(!unit.contains(&action));
}
