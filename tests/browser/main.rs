//! Browser journeys in headless Chromium, on a phone's and a desk's screen.

mod chain;
mod documents;
mod looks;
mod rounds;

use tests::TestApp;
use tests::browser::{DESK, PHONE, Served, Window};

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_before_the_session_ended_comes_back_after_signing_in() {
    let served = Served::start(TestApp::start().await).await;
    let window = Window::open(&served, "session-ended", PHONE).await;
    window.sign_in("congchuc.an").await;
    window.go("/quy-trinh/de-nghi").await;
    window.choose("request_source", "suggestion").await;
    window.fill("document_title", "Quy chế tiếp công dân").await;
    window.fill("reason", "Chưa có quy chế; văn bản dài gõ trong nửa giờ.").await;
    window.sign_out_elsewhere().await;
    window.submit("/quy-trinh/de-nghi").await;
    window.says("Phiên làm việc đã hết").await;
    window.says("sẽ hiện lại sau khi đăng nhập").await;
    window.shot("ended").await;
    window.fill("login", "congchuc.an").await;
    window.fill("password", api::sample::PASSWORD).await;
    window.press("Đăng nhập").await;
    window.says("chưa được ghi").await;
    window.shot("back").await;
    assert_eq!(window.path().await, "/quy-trinh/de-nghi");
    assert_eq!(window.value("reason").await, "Chưa có quy chế; văn bản dài gõ trong nửa giờ.");
    window.submit("/quy-trinh/de-nghi").await;
    window.says("Quy chế tiếp công dân").await;
    // Sent, it does not come back anywhere else.
    window.go("/quy-trinh/de-nghi").await;
    assert_eq!(window.value("reason").await, "");
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_works_on_a_phone_and_a_desk() {
    let served = Served::start(TestApp::start().await).await;
    for (name, size) in [("sign-in-phone", PHONE), ("sign-in-desk", DESK)] {
        let window = Window::open(&served, name, size).await;
        window.go("/dang-nhap").await;
        window.shot("form").await;
        window.fill("login", "truongdoan").await;
        window.fill("password", "sai-mat-khau-roi").await;
        window.press("Đăng nhập").await;
        window.says("mật khẩu không đúng").await;
        window.shot("refused").await;
        window.close().await;
    }
}
