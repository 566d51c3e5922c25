//! The seven steps of the chain, by the people who live them, in the pages.

use tests::TestApp;
use tests::browser::{DESK, PHONE, Served, Window};

/// What an id in the address bar is.
async fn record(window: &Window) -> String {
    window.path().await
}

/// A file to attach.
fn photo() -> std::path::PathBuf {
    let path = std::env::temp_dir().join(format!("chuan-anh-{}.jpg", std::process::id()));
    std::fs::write(&path, b"\xff\xd8\xff\xe0 anh chup so theo doi").unwrap();
    path
}

async fn walk(screen: &str, size: (u32, u32)) {
    let served = Served::start(TestApp::start().await).await;
    let app = &served.app;
    let window = Window::open(&served, screen, size).await;

    // 1. The secretary plans a visit and names the team; one who left the unit five months ago is refused.
    window.sign_in("thukyiso").await;
    window.shot("hom-nay").await;
    window.go("/kiem-tra/moi").await;
    window.choose("kind", "cchc").await;
    window.choose("unit_id", &app.unit("MAU-02").await).await;
    window.choose_first("checklist_id", "CCHC").await;
    window.fill("planned_on", "2026-11-20").await;
    window.shot("lap-ke-hoach").await;
    window.press("Lập cuộc kiểm tra").await;
    let visit = record(&window).await;
    let team = [("truongdoan", "lead_inspector"), ("chuyencongtac", "inspector"), ("thukydoan", "team_secretary")];
    for (row, (login, part)) in team.into_iter().enumerate() {
        window.choose(&format!("members/{row}/person_id"), &app.person(login).await).await;
        window.choose(&format!("members/{row}/team_role"), part).await;
    }
    window.press("Lưu đoàn kiểm tra").await;
    window.says("Còn nội dung cần sửa").await;
    window.shot("doan-bi-tu-choi").await;
    window.choose("members/1/person_id", &app.person("thanhvien").await).await;
    window.press("Lưu đoàn kiểm tra").await;
    window.says("Thành viên đoàn kiểm tra").await;

    // 2. The leader notifies, starts, and works through the checklist.
    window.sign_in("truongdoan").await;
    window.go(&visit).await;
    window.submit(&format!("{visit}/buoc/notify")).await;
    window.submit(&format!("{visit}/buoc/start")).await;
    window.shot("dang-kiem-tra").await;
    window.go(&format!("{visit}/phieu")).await;
    window.shot("phieu").await;
    let line = window.line("KT-0.01").await;
    window.choose(&format!("lines/{line}/verdict"), "nonconform").await;
    window.fill(&format!("lines/{line}/note"), "Chưa ban hành kế hoạch năm.").await;
    let ratio = window.line("KT-0.02").await;
    window.choose(&format!("lines/{ratio}/verdict"), "conform").await;
    window.fill(&format!("lines/{ratio}/numerator"), "484").await;
    window.fill(&format!("lines/{ratio}/denominator"), "482").await;
    window.submit_form_of(&format!("lines/{line}/verdict")).await;
    window.says("484/482 (100,41 %)").await;
    window.rest_conforms().await;

    // 3. From the line, one form raises the finding with its photo.
    window.go(&format!("/phat-hien/moi?dong={line}")).await;
    window.choose("grade", "limitation").await;
    window.fill("statement", "Đến thời điểm kiểm tra chưa ban hành kế hoạch năm.").await;
    window.attach("minh_chung", &photo()).await;
    window.shot("neu-phat-hien").await;
    window.press("Nêu phát hiện").await;
    let finding = record(&window).await;
    window.says("Đã nêu phát hiện").await;
    window.go(&visit).await;
    window.submit(&format!("{visit}/buoc/finish")).await;
    window.go(&visit).await;
    window.submit(&format!("{visit}/buoc/sign_minutes")).await;
    window.says("Đã chuyển bước").await;

    // 6. The draft of the minutes comes as a PDF.
    window.go(&format!("{visit}/van-ban")).await;
    window.submit(&format!("{visit}/van-ban/minutes/lap")).await;
    window.shot("van-ban").await;

    // 4. The unit accepts and files its plan on one page.
    window.sign_in("chutich.binh").await;
    window.shot("viec-cua-don-vi").await;
    window.go(&finding).await;
    window.submit(&format!("{finding}/dong-y")).await;
    window.go("/khac-phuc").await;
    window.follow_first("/khac-phuc/").await;
    let action = record(&window).await;
    window.fill("correction", "Ban hành ngay kế hoạch cải cách hành chính năm.").await;
    window.fill("whys/0", "Không ai theo dõi hạn ban hành.").await;
    window.choose("cause_group", "people").await;
    window.choose("cause_origin", "internal").await;
    window.fill("steps/0/action", "Phân công người theo dõi").await;
    window.choose("steps/0/owner_id", &app.person("congchuc.binh").await).await;
    window.fill("steps/0/due_on", "2026-12-10").await;
    window.fill("steps/0/expected_evidence", "Thông báo phân công").await;
    window.shot("ke-hoach").await;
    window.press("Trình kế hoạch khắc phục").await;
    window.says("Đã trình kế hoạch").await;

    // 5. The inspector approves.
    window.sign_in("truongdoan").await;
    window.go(&action).await;
    window.shot("duyet-ke-hoach").await;
    window.submit(&format!("{action}/chap-nhan")).await;
    window.says("10/12/2026").await;
    window.shot("dang-thuc-hien").await;

    // The doer reports the step with its evidence; the leader verifies; the effect falls due by itself.
    window.sign_in("congchuc.binh").await;
    window.go(&action).await;
    window.fill("result", "Đã phân công, có thông báo.").await;
    window.attach("minh_chung", &photo()).await;
    window.press("Báo cáo hoàn thành việc này").await;
    window.says("Đã ghi nhận").await;
    window.sign_in("truongdoan").await;
    window.go(&action).await;
    window.fill("note", "Đã xem thông báo phân công.").await;
    window.press("Xác nhận thực hiện").await;
    window.says("16/02/2027").await;
    window.go(&visit).await;
    window.submit(&format!("{visit}/buoc/report")).await;

    // 6. The clerk gives the minutes their number; the file comes down as a PDF with it.
    window.sign_in("vanthu").await;
    window.go(&format!("{visit}/van-ban")).await;
    window.fill("number", "5").await;
    window.fill("symbol", "ĐKT").await;
    window.fill("issued_on", "2026-11-16").await;
    window.submit_form_of("number").await;
    window.says("05/BB").await;
    window.shot("da-cap-so").await;

    // 7. Three months later a mail reminds the leader; only the check of the effect closes the action.
    app.set_time("2027-02-16T01:00:00Z");
    api::jobs::plan(&app.app).await.unwrap();
    // The served application's own workers hand the mail over, in their time.
    served.mail_to("truongdoan@mau.example").await;
    window.sign_in("truongdoan").await;
    window.shot("viec-den-han").await;
    window.go(&action).await;
    window.choose("effective", "yes").await;
    window.fill("note", "Kế hoạch năm sau ban hành đúng hạn.").await;
    window.press("Kết luận về hiệu lực").await;
    window.says("Đã ghi nhận").await;
    window.shot("da-dong").await;
    let id = action.rsplit('/').next().unwrap();
    let record = app.sign_in("truongdoan").await.get(&format!("/api/v1/corrective-actions/{id}")).await.expect(200).json();
    assert_eq!(record["state"], "closed_effective");
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chain_is_walked_on_a_phone() {
    walk("chain-phone", PHONE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chain_is_walked_on_a_desk() {
    walk("chain-desk", DESK).await;
}
