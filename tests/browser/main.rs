//! Browser journeys in headless Chromium, on a phone's and a desk's screen.

mod chain;
mod documents;
mod looks;
mod rounds;

use tests::TestApp;
use tests::browser::{DESK, PHONE, Served, Window};

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
