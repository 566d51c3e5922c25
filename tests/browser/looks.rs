//! Every page of scoring and of the quality system, as the people who use it see it: nothing is wider than the screen.

mod registers;

use std::collections::{BTreeMap, BTreeSet};

use api::criteria::index::Reading;
use domain::index::IndexCode;
use tests::TestApp;
use tests::browser::{DESK, PHONE, Served, Window};

const INDEX: &str = include_str!("../../data/gia-lai-766-communes-2026-10-10.csv");

/// Addresses of files, which no page shows.
const FILES: [&str; 6] = ["/tep", "/mau", "/xlsx", "/pdf", "/van-ban/", "/ma-qr"];

/// Where each begins; what is linked below is visited too, one page of each kind.
const TOURS: [(&str, &[&str]); 8] = [
    ("thukyhoidong", &["/dot-cham-diem", "/bo-tieu-chi", "/chi-so-766", "/so-lieu", "/viec-trong-nam", "/khao-sat"]),
    ("daumoi.an", &["/dot-cham-diem", "/so-lieu", "/viec-trong-nam", "/khao-sat"]),
    ("thamdinh1", &["/dot-cham-diem"]),
    ("truongdoan", &["/phat-hien?q=PH"]),
    ("chutich.binh", &["/dot-cham-diem"]),
    ("thukyiso.an", &["/quy-trinh", "/tieu-chuan", "/cong-bo", "/muc-tieu", "/xem-xet-lanh-dao"]),
    ("chutich.an", &["/quy-trinh", "/cong-bo", "/muc-tieu", "/xem-xet-lanh-dao"]),
    ("", &["/cong-khai/xep-hang", "/cong-khai/thu-tuc", "/cong-khai/cong-bo"]),
];

/// How many pages of one kind are looked at: rounds and sheets differ with where they stand.
fn most(kind: &str) -> usize {
    if ["/dot-cham-diem/:", "/phieu-cham-diem/:"].contains(&kind) { 2 } else { 1 }
}

/// A path with its ids, codes and numbers left out: pages of one kind have one.
fn kind(path: &str) -> String {
    let plain =
        |part: &str| if part.bytes().any(|byte| byte.is_ascii_digit()) && part != "chi-so-766" { ":" } else { part }.to_owned();
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let names = query.split('&').filter_map(|pair| Some(format!("?{}", pair.split_once('=')?.0)));
    path.split('/').map(plain).collect::<Vec<_>>().join("/") + names.collect::<String>().as_str()
}

/// Links of the page into the areas of scoring.
async fn links(window: &Window) -> Vec<String> {
    let script = "return [...document.querySelectorAll('main a[href^=\"/\"]')].map((a) => a.getAttribute('href'));";
    let found = window.driver().execute(script, vec![]).await.unwrap();
    let found: Vec<String> = found.convert().unwrap();
    let inside = |path: &String| {
        TOURS.iter().flat_map(|(_, roots)| *roots).chain(&["/phieu-cham-diem", "/phat-hien/"]).any(|root| path.starts_with(root))
    };
    let page = |link: String| link.split('#').next().unwrap_or_default().to_owned();
    found
        .into_iter()
        .map(page)
        .filter(inside)
        .filter(|path| !FILES.iter().any(|file| path.contains(file)) && (!path.contains('?') || path.contains("?with=")))
        .collect()
}

async fn tour(served: &Served, name: &str, size: (u32, u32)) {
    for (login, roots) in TOURS {
        let window = Window::open(served, &format!("{name}-{}", if login.is_empty() { "moi-nguoi" } else { login }), size).await;
        if !login.is_empty() {
            window.sign_in(login).await;
        }
        let mut waiting: Vec<String> = roots.iter().rev().map(|root| (*root).to_owned()).collect();
        let (mut seen, mut gone) = (BTreeMap::new(), BTreeSet::new());
        while let Some(path) = waiting.pop() {
            let of_kind: &mut usize = seen.entry(kind(&path)).or_default();
            if *of_kind == most(&kind(&path)) || !gone.insert(path.clone()) {
                continue;
            }
            *of_kind += 1;
            window.go(&path).await;
            window.find("main h1").await;
            let words = window.text().await;
            assert!(!words.contains("Không tìm thấy"), "{path} is linked and not there:\n{words}");
            window.shot(&kind(&path).trim_matches('/').replace(['/', ':', '?'], "-")).await;
            waiting.extend(links(&window).await.into_iter().rev());
        }
        assert!(seen.len() >= roots.len(), "{login} saw {seen:?}");
        window.close().await;
    }
}

/// The 766 index of the communes of Gia Lai, as it was read from the portal.
async fn index(app: &TestApp) {
    let reading = Reading {
        index: IndexCode::Qd766,
        period: "2026-10".to_owned(),
        snapshot_at: "2026-10-10T02:00:00Z".parse().unwrap(),
        source: None,
        file: INDEX.to_owned(),
    };
    api::criteria::index::bring_in(&app.app.store, api::store::Writer::Cli, reading).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_of_scoring_and_of_the_quality_system_is_wider_than_a_phone_or_a_desk() {
    let app = TestApp::start().await;
    api::sample::remove(&app.app.store).await.unwrap();
    api::sample::load(&app.app).await.unwrap();
    index(&app).await;
    let served = Served::start(app).await;
    tour(&served, "scoring-phone", PHONE).await;
    tour(&served, "scoring-desk", DESK).await;
}
