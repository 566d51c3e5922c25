//! A real server, a real Chromium: the journeys users live by.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use thirtyfour::prelude::*;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::TestApp;

/// A phone's screen.
pub const PHONE: (u32, u32) = (360, 780);
/// A desk's screen.
pub const DESK: (u32, u32) = (1280, 900);

/// A served application.
#[derive(Debug)]
pub struct Served {
    /// The application.
    pub app: TestApp,
    /// Where it listens.
    pub url: String,
    stop: CancellationToken,
}

impl Served {
    /// Serves an application on a free port of this machine.
    pub async fn start(app: TestApp) -> Self {
        let (stop, (tell, told)) = (CancellationToken::new(), oneshot::channel());
        let (inner, signal) = (app.app.clone(), stop.clone());
        tokio::spawn(async move {
            api::server::serve(inner, true, signal, |address| {
                let _ = tell.send(address);
            })
            .await
            .unwrap();
        });
        let address = told.await.expect("the server listens");
        Self { app, url: format!("http://{address}"), stop }
    }

    /// Waits until the workers have handed over a mail to this address.
    ///
    /// # Panics
    /// None left within 30 seconds.
    pub async fn mail_to(&self, address: &str) {
        for _ in 0..300 {
            if self.app.app.mailer.taken().iter().any(|mail| mail.contains(address)) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        panic!("no mail to {address}");
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// A browser window of one person.
#[derive(Debug)]
pub struct Window {
    driver: WebDriver,
    chromedriver: Child,
    profile: PathBuf,
    url: String,
    name: String,
    shots: std::sync::atomic::AtomicU32,
}

impl Window {
    /// Opens Chromium on a served application. `name` is the folder its screenshots go to.
    pub async fn open(served: &Served, name: &str, (width, height): (u32, u32)) -> Self {
        crate::choose_tls();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let chromedriver = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is installed: `make test` installs it");
        let profile = std::env::temp_dir().join(format!("chuan-chromium-{}-{port}", std::process::id()));
        let mut wishes = DesiredCapabilities::chrome();
        for argument in [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            "--force-device-scale-factor=1",
            &format!("--user-data-dir={}", profile.display()),
            &format!("--window-size={width},{height}"),
        ] {
            wishes.add_arg(argument).unwrap();
        }
        let server = format!("http://127.0.0.1:{port}");
        let mut tries = 0;
        let driver = loop {
            match WebDriver::new(&server, wishes.clone()).await {
                Ok(driver) => break driver,
                Err(error) if tries > 100 => panic!("chromedriver: {error}"),
                Err(_not_yet) => {
                    tries += 1;
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        };
        // The window of headless Chromium is at least 500 px wide; a phone is emulated.
        let window = Self { driver, chromedriver, profile, url: served.url.clone(), name: name.to_owned(), shots: 0.into() };
        let metrics = serde_json::json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600});
        window.cdp("Emulation.setDeviceMetricsOverride", metrics).await;
        window
    }

    /// Goes to a path.
    pub async fn go(&self, path: &str) {
        self.driver.goto(format!("{}{path}", self.url)).await.unwrap();
    }

    /// The path of the present page.
    pub async fn path(&self) -> String {
        self.driver.current_url().await.unwrap().path().to_owned()
    }

    /// Signs in as a person of the sample world.
    pub async fn sign_in(&self, login: &str) {
        self.driver.delete_all_cookies().await.unwrap();
        self.go("/dang-nhap").await;
        self.fill("login", login).await;
        self.fill("password", api::sample::PASSWORD).await;
        self.press("Đăng nhập").await;
    }

    /// The session ends without this window's doing: its cookie is gone, its page stays.
    pub async fn sign_out_elsewhere(&self) {
        self.driver.delete_all_cookies().await.unwrap();
    }

    /// Types into a field by its name, replacing what is there.
    pub async fn fill(&self, name: &str, text: &str) {
        let field = self.find(&format!("[name='{name}']")).await;
        match field.attr("type").await.unwrap().as_deref() {
            Some("date") => {
                let script = "arguments[0].value = arguments[1];";
                self.driver.execute(script, vec![field.to_json().unwrap(), text.into()]).await.unwrap();
            }
            _ => {
                field.clear().await.unwrap();
                field.send_keys(text).await.unwrap();
            }
        }
    }

    /// Picks an option of a select by its value, or a radio or checkbox by name and value.
    pub async fn choose(&self, name: &str, value: &str) {
        if let Ok(option) = self.driver.find(By::Css(format!("select[name='{name}'] option[value='{value}']"))).await {
            option.click().await.unwrap();
            return;
        }
        let input = self.find(&format!("input[name='{name}'][value='{value}']")).await;
        self.driver.execute("arguments[0].click();", vec![input.to_json().unwrap()]).await.unwrap();
    }

    /// Picks the first option of a select whose words contain this.
    pub async fn choose_first(&self, name: &str, words: &str) {
        let path = format!("//select[@name='{name}']/option[contains(normalize-space(.), \"{words}\")]");
        self.driver.query(By::XPath(path.as_str())).first().await.unwrap().click().await.unwrap();
    }

    /// Submits the form with this action, as its own button would.
    pub async fn submit(&self, action: &str) {
        let form = self.find(&format!("form[action='{action}']")).await;
        self.driver.execute("arguments[0].requestSubmit();", vec![form.to_json().unwrap()]).await.unwrap();
        self.settled().await;
    }

    /// Submits the form that holds a field, by its own button.
    pub async fn submit_form_of(&self, name: &str) {
        let field = self.find(&format!("[name='{name}']")).await;
        self.driver.execute("arguments[0].form.requestSubmit();", vec![field.to_json().unwrap()]).await.unwrap();
        self.settled().await;
    }

    /// Follows the first link to a record below a path.
    pub async fn follow_first(&self, path: &str) {
        let link = self.find(&format!("main a[href^='{path}']")).await;
        self.driver.execute("arguments[0].click();", vec![link.to_json().unwrap()]).await.unwrap();
        self.settled().await;
    }

    /// Follows the link a selector finds.
    pub async fn follow(&self, css: &str) {
        let link = self.find(css).await;
        self.driver.execute("arguments[0].click();", vec![link.to_json().unwrap()]).await.unwrap();
        self.settled().await;
    }

    /// Types into the field a selector finds, replacing what is there.
    pub async fn fill_in(&self, css: &str, text: &str) {
        let field = self.find(css).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Opens the disclosure an element stands in, if it stands in one.
    pub async fn unfold(&self, css: &str) {
        let inside = self.find(css).await;
        self.driver
            .execute("arguments[0].closest('details')?.setAttribute('open', '');", vec![inside.to_json().unwrap()])
            .await
            .unwrap();
    }

    /// Goes into a field by its name, all of it marked.
    pub async fn focus(&self, name: &str) {
        let field = self.find(&format!("[name='{name}']")).await;
        let script = "arguments[0].focus(); arguments[0].select?.();";
        self.driver.execute(script, vec![field.to_json().unwrap()]).await.unwrap();
    }

    /// The name of the field one is in.
    pub async fn focused(&self) -> String {
        self.driver.active_element().await.unwrap().attr("name").await.unwrap().unwrap_or_default()
    }

    /// What a field holds.
    pub async fn value(&self, name: &str) -> String {
        self.find(&format!("[name='{name}']")).await.prop("value").await.unwrap().unwrap_or_default()
    }

    /// Types where one is.
    pub async fn keys(&self, text: impl Into<TypingData>) {
        self.driver.action_chain().send_keys(text).perform().await.unwrap();
    }

    /// Types a key while Ctrl is held.
    pub async fn ctrl(&self, key: impl Into<char>) {
        let key = key.into();
        self.driver.action_chain().key_down(Key::Control).key_down(key).key_up(key).key_up(Key::Control).perform().await.unwrap();
    }

    /// Copies a text in the browser, as from a spreadsheet in another window, and pastes it into a field.
    pub async fn paste(&self, name: &str, text: &str) {
        let script = "const box = document.createElement('textarea'); document.body.append(box);
                      box.value = arguments[0]; box.id = 'elsewhere'; box.focus(); box.select();";
        self.driver.execute(script, vec![text.into()]).await.unwrap();
        self.ctrl('c').await;
        self.driver.execute("document.querySelector('#elsewhere').remove();", vec![]).await.unwrap();
        self.focus(name).await;
        self.ctrl('v').await;
    }

    /// All elements a selector finds, at least one.
    pub async fn all(&self, css: &str) -> Vec<WebElement> {
        self.find(css).await;
        self.driver.find_all(By::Css(css)).await.unwrap()
    }

    /// The id of a checklist line on the sheet, by its code.
    pub async fn line(&self, code: &str) -> String {
        let field = self.find(&format!("[id='dong-{code}'] input[type='radio']")).await;
        let name = field.attr("name").await.unwrap().unwrap_or_default();
        name.split('/').nth(1).unwrap_or_default().to_owned()
    }

    /// Presses «Các mục còn lại: Đạt» of every area that still has it.
    pub async fn rest_conforms(&self) {
        for _ in 0..20 {
            let found =
                self.driver.find_all(By::XPath("//button[contains(normalize-space(.), 'Các mục còn lại: Đạt')]")).await.unwrap();
            let Some(button) = found.first() else { return };
            self.driver.execute("arguments[0].click();", vec![button.to_json().unwrap()]).await.unwrap();
            self.settled().await;
        }
    }

    /// Gives a file to a file field.
    pub async fn attach(&self, name: &str, file: &std::path::Path) {
        self.find(&format!("input[type='file'][name='{name}']")).await.send_keys(file.display().to_string()).await.unwrap();
    }

    /// Presses the button or follows the link that says this; opens the disclosure it stands in.
    pub async fn press(&self, text: &str) {
        let path = format!(
            "//*[self::button or self::a or self::summary][normalize-space(.)=\"{text}\" or contains(normalize-space(.), \"{text}\")]"
        );
        let found = self.driver.find_all(By::XPath(path.as_str())).await.unwrap();
        for element in &found {
            if element.is_displayed().await.unwrap_or(false) {
                element.scroll_into_view().await.unwrap();
                self.driver.execute("arguments[0].click();", vec![element.to_json().unwrap()]).await.unwrap();
                self.settled().await;
                return;
            }
        }
        panic!("no visible «{text}» on {}:\n{}", self.path().await, self.text().await);
    }

    async fn settled(&self) {
        tokio::time::sleep(Duration::from_millis(120)).await;
        for _ in 0..100 {
            let state = self.driver.execute("return document.readyState;", vec![]).await;
            if state.is_ok_and(|state| state.json().as_str() == Some("complete")) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits for an element.
    pub async fn find(&self, css: &str) -> WebElement {
        match self.driver.query(By::Css(css)).wait(Duration::from_secs(5), Duration::from_millis(50)).first().await {
            Ok(element) => element,
            Err(_missing) => panic!("no {css} on {}:\n{}", self.path().await, self.text().await),
        }
    }

    /// The text of the page as a person reads it.
    pub async fn text(&self) -> String {
        // Between two pages there is none.
        match self.driver.find(By::Tag("body")).await {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(_no_page) => String::new(),
        }
    }

    /// Waits until the page says this.
    pub async fn says(&self, text: &str) {
        for _ in 0..100 {
            if self.text().await.contains(text) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{} does not say «{text}»:\n{}", self.path().await, self.text().await);
    }

    /// Nothing is wider than the screen: a phone never scrolls sideways.
    pub async fn fits(&self) {
        let script = "return [document.documentElement.scrollWidth, document.documentElement.clientWidth];";
        let sizes = self.driver.execute(script, vec![]).await.unwrap().json().clone();
        let (wide, room) = (sizes[0].as_i64().unwrap(), sizes[1].as_i64().unwrap());
        assert!(wide <= room, "{} is {wide} px wide on a screen of {room} px", self.path().await);
    }

    /// Keeps a picture of the whole page when `CHUAN_SCREENS` names a folder.
    pub async fn shot(&self, name: &str) {
        self.fits().await;
        let Ok(folder) = std::env::var("CHUAN_SCREENS") else { return };
        let folder = PathBuf::from(folder);
        std::fs::create_dir_all(&folder).unwrap();
        let number = self.shots.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let height =
            self.driver.execute("return document.documentElement.scrollHeight;", vec![]).await.unwrap().json().as_i64().unwrap();
        let width =
            self.driver.execute("return document.documentElement.clientWidth;", vec![]).await.unwrap().json().as_i64().unwrap();
        let picture = self
            .cdp(
                "Page.captureScreenshot",
                serde_json::json!({"captureBeyondViewport": true, "clip": {"x": 0, "y": 0, "width": width, "height": height.min(4000), "scale": 1}}),
            )
            .await;
        let bytes = decode(picture["data"].as_str().unwrap());
        std::fs::write(folder.join(format!("{}-{number:02}-{name}.png", self.name)), bytes).unwrap();
    }

    async fn cdp(&self, command: &str, parameters: serde_json::Value) -> serde_json::Value {
        self.driver.cdp().send_raw(command, parameters).await.unwrap()
    }

    /// The driver, for what is not covered here.
    #[must_use]
    pub fn driver(&self) -> &WebDriver {
        &self.driver
    }

    /// Closes the window.
    pub async fn close(mut self) {
        let _ = self.driver.clone().quit().await;
        let _ = self.chromedriver.kill();
        let _ = self.chromedriver.wait();
        let _ = std::fs::remove_dir_all(&self.profile);
    }
}

/// Base64 as Chromium writes it.
fn decode(text: &str) -> Vec<u8> {
    let value = |byte: u8| match byte {
        b'A'..=b'Z' => u32::from(byte - b'A'),
        b'a'..=b'z' => u32::from(byte - b'a') + 26,
        b'0'..=b'9' => u32::from(byte - b'0') + 52,
        b'+' => 62,
        _ => 63,
    };
    text.trim_end_matches('=')
        .as_bytes()
        .chunks(4)
        .flat_map(|chunk| {
            let bits = chunk.iter().fold(0, |bits, byte| bits << 6 | value(*byte)) << (6 * (4 - chunk.len()));
            bits.to_be_bytes()[1..].iter().copied().take(chunk.len() - 1).collect::<Vec<_>>()
        })
        .collect()
}
