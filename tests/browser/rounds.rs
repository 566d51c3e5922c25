//! A scoring round by the people who live it, in the pages: the province of today with its communes,
//! and a district of before 2025 with its own.

use std::collections::BTreeMap;
use std::path::PathBuf;

use api::people::founding::{self, Founder};
use api::units::import::{self, Span};
use domain::permission::Role;
use domain::scoring::{CriteriaSet, Leaf, Placed, Rule, ScoreSource};
use serde_json::{Value as Json, json};
use tests::TestApp;
use tests::browser::{DESK, PHONE, Served, Window};
use thirtyfour::prelude::{By, Key};

const SET: &str = include_str!("../../data/criteria-commune-sample.yaml");
const UNITS: &str = include_str!("../../data/sample-units.yaml");
const UNITS_BEFORE: &str = include_str!("../../data/units-pre-2025.csv");
const NOTE: &str = "Hồ sơ lưu tại Văn phòng, trang 3.";

type Values = BTreeMap<String, Json>;

fn set() -> CriteriaSet {
    api::criteria::usable_set(SET).unwrap()
}

/// What the constructed unit declares.
fn sample_values() -> Values {
    let json = api::criteria::yaml::to_json(&api::criteria::yaml::read(UNITS).unwrap());
    json["units"][0]["values"].as_object().unwrap().iter().map(|(code, value)| (code.clone(), value.clone())).collect()
}

/// A figure as a Vietnamese spreadsheet shows it: `1.774`, `7,35`.
fn shown(number: &Json) -> String {
    let plain = number.as_str().map_or_else(|| number.to_string(), str::to_owned);
    let (whole, rest) = plain.split_once('.').map_or((plain.as_str(), None), |(whole, rest)| (whole, Some(rest)));
    let whole =
        if whole.len() > 3 { format!("{}.{}", &whole[..whole.len() - 3], &whole[whole.len() - 3..]) } else { whole.to_owned() };
    rest.map_or(whole.clone(), |rest| format!("{whole},{rest}"))
}

/// The names of the figures a criterion asks for, in the order of its fields.
fn figures(set: &CriteriaSet, leaf: &Leaf) -> Vec<String> {
    match &leaf.rule {
        Rule::Survey { .. } => set.survey.options.iter().map(|(key, _)| key.clone()).collect(),
        _ => leaf.inputs.iter().map(|input| input.name.clone()).collect(),
    }
}

/// The cells of one line: answers as words or figures.
fn cells(set: &CriteriaSet, placed: Placed<'_>, value: &Json) -> Vec<String> {
    match (&placed.leaf.rule, value) {
        (_, Json::String(na)) if na == "NA" => vec!["Không áp dụng".to_owned()],
        (_, Json::Bool(yes)) => vec![if *yes { "Có" } else { "Không" }.to_owned()],
        (Rule::Choice(options), Json::String(key)) => {
            vec![options.iter().find(|option| option.key == *key).unwrap().label.clone()]
        }
        (_, numbers) => figures(set, placed.leaf).iter().map(|name| shown(&numbers[name])).collect(),
    }
}

/// A block as it is copied out of a spreadsheet: code, four columns of figures, the explanation.
fn block(values: &Values, without_note: &str) -> String {
    let set = set();
    let line = |placed: &Placed<'_>| {
        let code = &placed.node.code;
        let mut cells = cells(&set, *placed, &values[code]);
        cells.resize(4, String::new());
        format!("{code}\t{}\t{}\r\n", cells.join("\t"), if code == without_note { "" } else { NOTE })
    };
    set.leaves().iter().filter(|placed| placed.leaf.self_scored).map(line).collect()
}

fn self_scored() -> usize {
    set().leaves().iter().filter(|placed| placed.leaf.self_scored).count()
}

/// A file to attach.
fn paper() -> PathBuf {
    let path = std::env::temp_dir().join(format!("chuan-ke-hoach-{}.pdf", std::process::id()));
    std::fs::write(&path, b"%PDF-1.4\n% ke hoach cai cach hanh chinh nam\n").unwrap();
    path
}

/// A commune: its code, who fills the sheet in, who hands it in.
type Commune = (&'static str, &'static str, &'static str);

/// A round under way.
struct Walk<'a> {
    app: &'a TestApp,
    window: &'a Window,
    secretary: &'static str,
    appraisers: [&'static str; 2],
    publishers: [&'static str; 2],
    round: String,
}

impl Walk<'_> {
    /// The secretary prepares the round, names the panel and opens it.
    async fn open(&mut self, title: &str, [as_of, self_due, appraisal_due]: [&str; 3], units: &[String]) {
        let window = self.window;
        window.sign_in(self.secretary).await;
        window.go("/dot-cham-diem").await;
        window.shot("cac-dot").await;
        window.press("Lập đợt chấm điểm").await;
        window.fill("title", title).await;
        window.fill("year", &as_of[..4]).await;
        window.choose_first("set_id", "bộ mẫu").await;
        window.fill("as_of", as_of).await;
        window.choose("survey_held", "yes").await;
        window.fill("self_due_on", self_due).await;
        window.fill("appraisal_due_on", appraisal_due).await;
        if !units.is_empty() {
            window.press("Chỉ chấm một số đơn vị").await;
        }
        for unit in units {
            window.choose(&format!("unit_ids/{unit}"), "yes").await;
        }
        window.shot("lap-dot").await;
        window.submit("/dot-cham-diem/moi").await;
        window.says("Đã lập đợt chấm điểm").await;
        self.round = window.path().await;
        for (row, login) in self.appraisers.into_iter().enumerate() {
            if row > 0 {
                window.press("Thêm người").await;
            }
            window.choose(&format!("seats/{row}/person_id"), &self.app.person(login).await).await;
        }
        window.shot("to-tham-dinh").await;
        window.submit(&format!("{}/to-tham-dinh", self.round)).await;
        window.says("Đã lập tổ thẩm định").await;
        self.step("open").await;
    }

    /// The secretary's next step.
    async fn step(&self, verb: &str) {
        self.window.go(&self.round).await;
        self.window.submit(&format!("{}/buoc/{verb}", self.round)).await;
        self.window.says("Đã chuyển bước").await;
    }

    /// The sheet of whoever is signed in.
    async fn own_sheet(&self) -> String {
        self.window.go(&self.round).await;
        self.window.follow_first("/phieu-cham-diem/").await;
        self.window.path().await
    }

    /// A commune pastes its whole sheet and its head hands it in.
    async fn self_score(&self, (_, officer, head): Commune, values: &Values) {
        let window = self.window;
        window.sign_in(officer).await;
        let sheet = self.own_sheet().await;
        window.paste("lines/1.1.3/done", &block(values, "")).await;
        window.says(&format!("Đã dán vào {} dòng, chưa lưu.", self_scored())).await;
        window.submit(&sheet).await;
        window.says("Đã lưu phiếu").await;
        self.hand_in(head, &sheet).await;
    }

    async fn hand_in(&self, head: &str, sheet: &str) {
        let window = self.window;
        window.sign_in(head).await;
        window.go(sheet).await;
        assert!(!window.text().await.contains("còn thiếu"), "{}", window.text().await);
        window.submit(&format!("{sheet}/nop")).await;
        window.says("Đã nộp phiếu").await;
    }

    /// What comes from elsewhere, pasted for all units at once.
    async fn give(&self, communes: &[Commune], values: &Values) {
        let (window, set) = (self.window, set());
        for placed in set.leaves().into_iter().filter(|placed| placed.leaf.source != ScoreSource::Appraisal) {
            let code = &placed.node.code;
            let page = format!("{}/gia-tri/{code}", self.round);
            window.go(&page).await;
            let row = |(unit, _, _): &Commune| format!("{unit}\t{}\n", cells(&set, placed, &values[code]).join("\t"));
            let first = format!("values/{}/{}", self.unit_in_form().await, figures(&set, placed.leaf)[0]);
            window.paste(&first, &communes.iter().map(row).collect::<String>()).await;
            window.says(&format!("Đã dán vào {} dòng, chưa lưu.", communes.len())).await;
            window.fill("reason", "Báo cáo kết quả điều tra (mẫu)").await;
            window.shot("gia-tri").await;
            window.submit(&page).await;
            window.says("Đã lưu các giá trị").await;
        }
    }

    async fn unit_in_form(&self) -> String {
        let field = self.window.find("input[name^='values/']").await.attr("name").await.unwrap().unwrap();
        field.split('/').nth(1).unwrap().to_owned()
    }

    /// The first appraiser goes through the criteria: what `odd` does not do is accepted; what no unit declares gets nothing.
    async fn appraise(&self, units: &[String], odd: &[&str]) {
        let (window, set) = (self.window, set());
        window.sign_in(self.appraisers[0]).await;
        window.go(&self.round).await;
        window.shot("tien-do").await;
        window.follow_first(&format!("{}/tieu-chi/", self.round)).await;
        for placed in set.leaves().into_iter().filter(|placed| placed.leaf.source == ScoreSource::Appraisal) {
            let code = placed.node.code.as_str();
            let page = format!("{}/tieu-chi/{code}", self.round);
            assert_eq!(window.path().await, page);
            if !placed.leaf.self_scored {
                for unit in units {
                    window.choose(&format!("judgements/{unit}/verdict"), "changed").await;
                    window.unfold(&format!("[name='judgements/{unit}/reason']")).await;
                    window.fill(&format!("judgements/{unit}/points"), "0").await;
                    window.fill(&format!("judgements/{unit}/reason"), "Không có vi phạm.").await;
                }
                window.press("Lưu ý kiến").await;
            } else if odd.contains(&code) {
                self.by_keys(code).await;
                window.press("Chấp nhận các dòng còn lại").await;
            } else {
                window.press("Chấp nhận các dòng còn lại").await;
            }
            window.says("Đã lưu ý kiến thẩm định").await;
            window.says(&format!("đã thẩm định {0}/{0}", units.len())).await;
            if code != "9.4" {
                window.follow("a[rel='next']").await;
            }
        }
    }

    /// The keys of the panel: the second unit is given less, the first is asked.
    async fn by_keys(&self, code: &str) {
        let window = self.window;
        window.shot("tham-dinh").await;
        match code {
            "1.1.3" => {
                window.keys("jj2").await;
                window.keys("0,5").await;
                window.keys(Key::Tab).await;
                let reason = window.focused().await;
                assert!(!reason.ends_with("/points"), "{reason}");
                let unit = reason.split('/').nth(1).unwrap().to_owned();
                window.fill(&format!("judgements/{unit}/reason"), "05 nhiệm vụ chưa có sản phẩm.").await;
                window.shot("dieu-chinh").await;
            }
            _ => {
                window.keys("j3").await;
                window.keys("Ngày gửi báo cáo quý III?").await;
                window.shot("hoi").await;
            }
        }
        window.ctrl(Key::Enter).await;
        window.says("Đã lưu ý kiến thẩm định").await;
    }

    /// The council's decision, then a proposal and as many approvals as the round asks for.
    async fn publish(&self) -> String {
        let (window, round) = (self.window, &self.round);
        window.go(round).await;
        window.press("Ghi nhận hội đồng thông qua").await;
        window.fill("decision", "Biên bản số 01/BB-HĐTĐ").await;
        window.submit(&format!("{round}/buoc/approve")).await;
        window.says("Đã chuyển bước").await;
        window.go(&format!("{round}/xep-hang")).await;
        window.press("Đề nghị công bố").await;
        window.shot("de-nghi-cong-bo").await;
        window.submit(&format!("{round}/xep-hang/de-nghi")).await;
        window.says("Đã đề nghị công bố").await;
        let public = round.replace("/dot-cham-diem/", "/cong-khai/xep-hang/");
        for (n, login) in self.publishers.into_iter().enumerate() {
            window.go(&public).await;
            assert!(!window.text().await.contains("Bảng xếp hạng"), "published after {n} approvals");
            window.sign_in(login).await;
            window.go(&format!("{round}/xep-hang")).await;
            window.shot("duyet-cong-bo").await;
            window.press("Duyệt bản này").await;
            window.says("Đã duyệt.").await;
        }
        public
    }
}

/// Ranks, ties and units as the public table shows them, read without signing in.
async fn ranks(window: &Window, public: &str) -> Vec<(String, String)> {
    window.driver().delete_all_cookies().await.unwrap();
    window.go("/cong-khai/xep-hang").await;
    window.shot("cac-ket-qua").await;
    window.go(public).await;
    window.says("Bảng xếp hạng").await;
    window.shot("ket-qua").await;
    let mut found = Vec::new();
    for row in window.all("main table.list tbody tr").await {
        let text = row.text().await.unwrap();
        let tied = if text.contains("đồng hạng") { " đồng hạng" } else { "" };
        let rank: String = text.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
        let unit = row.find(By::Css("th a")).await.unwrap().text().await.unwrap();
        found.push((format!("{rank}{tied}"), unit));
    }
    found
}

const TODAY: [Commune; 3] =
    [("MAU-01", "daumoi.an", "chutich.an"), ("MAU-02", "daumoi.binh", "chutich.binh"), ("MAU-03", "daumoi.chau", "chutich.chau")];

/// The first commune types some figures by keyboard alone, pastes the rest and brings a file for one line.
async fn typed_and_pasted(walk: &Walk<'_>, values: &Values) -> String {
    let window = walk.window;
    let (_, officer, head) = TODAY[0];
    window.sign_in(officer).await;
    let sheet = walk.own_sheet().await;
    window.shot("phieu-trong").await;
    window.focus("lines/1.1.3/done").await;
    window.keys("21").await;
    window.keys(Key::Enter).await;
    window.keys("25").await;
    window.keys(Key::Enter).await;
    window.keys("1").await;
    window.keys(Key::Right).await;
    window.keys("0").await;
    window.keys(Key::Down).await;
    assert_eq!(window.focused().await, "lines/1.3.1/units", "down keeps the column");
    window.keys(Key::Up).await;
    window.keys(Key::Left).await;
    assert_eq!(window.focused().await, "lines/1.2/late_reports", "all of a figure marked: left leaves it");
    // The points are there before anything is saved.
    window.says("Điểm 2,25 / 62,00").await;
    window.says("100 × 21 / 25 = 84").await;
    assert!(!window.text().await.contains("Đã lưu phiếu"));
    window.ctrl(Key::Enter).await;
    window.says("Đã lưu phiếu").await;
    window.says("Điểm 2,25 / 62,00").await;
    for (name, value) in [("1.1.3/done", "21"), ("1.1.3/planned", "25"), ("1.2/late_reports", "1"), ("1.2/missing_reports", "0")]
    {
        assert_eq!(window.value(&format!("lines/{name}")).await, value, "{name}");
    }

    // A few cells go on from the field they are pasted into; what is no answer is said.
    window.paste("lines/1.3.1/checked", "1\t4\r\n0\t0\r\n5\r\n").await;
    window.says("Đã dán vào 3 dòng, chưa lưu.").await;
    for (name, value) in [("1.3.1/checked", "1"), ("1.3.1/units", "4"), ("1.3.2/found", "0"), ("1.4/forms", "5")] {
        assert_eq!(window.value(&format!("lines/{name}")).await, value, "{name}");
    }
    window.paste("lines/1.4/forms", "1.1.2\tĐạt\r\n1.4\t5\r\n").await;
    window.says("Đã dán vào 2 dòng, chưa lưu; 1 ô không khớp").await;

    // The whole sheet out of a spreadsheet, found by its codes.
    window.paste("lines/1.4/forms", &block(values, "1.1.1")).await;
    window.says(&format!("Đã dán vào {} dòng, chưa lưu.", self_scored())).await;
    assert_eq!(window.value("lines/6.2/disbursed").await, "7,35");
    assert_eq!(window.value("lines/7.3/received").await, "1.774");
    window.shot("phieu-da-dan").await;
    window.submit(&sheet).await;
    window.says("Đã lưu phiếu").await;
    window.says("1.711/1.774").await;
    window.says("còn thiếu 1 dòng").await;
    window.follow("#f-lines-1\\.1\\.1 a[href^='/minh-chung/']").await;
    window.attach("files", &paper()).await;
    window.fill("caption", "Kế hoạch, trang 1").await;
    window.press("Tải lên").await;
    window.says("Kế hoạch, trang 1").await;
    window.shot("minh-chung").await;
    walk.hand_in(head, &sheet).await;
    window.shot("phieu-da-nop").await;
    sheet
}

#[tokio::test(flavor = "multi_thread")]
async fn a_round_is_walked_from_its_creation_to_the_public_page() {
    let served = Served::start(TestApp::start().await).await;
    let app = &served.app;
    let desk = Window::open(&served, "round-desk", DESK).await;
    let phone = Window::open(&served, "round-phone", PHONE).await;
    let mut walk = Walk {
        app,
        window: &desk,
        secretary: "thukyhoidong",
        appraisers: ["thamdinh1", "thamdinh2"],
        publishers: ["congbo1", "congbo2"],
        round: String::new(),
    };
    let mut units = Vec::new();
    for (code, _, _) in TODAY {
        units.push(app.unit(code).await);
    }
    walk.open("Chấm điểm CCHC cấp xã năm 2026", ["2026-11-16", "2026-11-30", "2026-12-31"], &units).await;

    // Three communes score themselves; the third has less to show.
    let values = sample_values();
    let first_sheet = typed_and_pasted(&walk, &values).await;
    walk.self_score(TODAY[1], &values).await;
    let mut less = values.clone();
    less.insert("2.3".to_owned(), json!({"faulty_docs": 5}));
    less.insert("7.3".to_owned(), json!({"online": 702, "received": 1774}));
    walk.self_score(TODAY[2], &less).await;

    // After the deadline nothing moves; the panel begins.
    app.set_time("2026-11-30T17:30:00Z");
    phone.sign_in("daumoi.an").await;
    phone.go(&first_sheet).await;
    phone.says("Phiếu đã khóa").await;
    phone.shot("phieu-khoa").await;
    desk.sign_in(walk.secretary).await;
    walk.step("close_self_scoring").await;
    desk.shot("dot-dang-tham-dinh").await;
    walk.give(&TODAY, &values).await;
    walk.appraise(&units, &["1.1.3", "1.2"]).await;
    desk.sign_in(walk.secretary).await;
    walk.step("release").await;

    // Two communes see what was changed or asked, on a phone, and answer.
    for (officer, code, said, answer) in [
        ("daumoi.binh", "1.1.3", "05 nhiệm vụ chưa có sản phẩm.", "Đã có đủ sản phẩm."),
        ("daumoi.an", "1.2", "Ngày gửi báo cáo quý III?", "Gửi ngày 20/9."),
    ] {
        phone.sign_in(officer).await;
        phone.go(&walk.round).await;
        phone.follow_first("/phieu-cham-diem/").await;
        phone.says(said).await;
        phone.fill_in(&format!("#thay-doi-{} textarea", code.replace('.', "\\.")), answer).await;
        phone.shot("giai-trinh").await;
        phone.press("Gửi giải trình").await;
        phone.says("Đã gửi giải trình").await;
        phone.says(answer).await;
    }
    phone.sign_in("daumoi.chau").await;
    phone.go(&walk.round).await;
    phone.follow_first("/phieu-cham-diem/").await;
    assert!(!phone.text().await.contains("05 nhiệm vụ"), "each unit sees its own lines only");

    // The window closes; somebody else decides the second time.
    app.set_time("2026-12-09T02:00:00Z");
    desk.sign_in(walk.secretary).await;
    walk.step("final_appraise").await;
    desk.sign_in(walk.appraisers[1]).await;
    for (code, unit) in [("1.1.3", &units[1]), ("1.2", &units[0])] {
        let page = format!("{}/tieu-chi/{code}", walk.round);
        desk.go(&page).await;
        desk.choose(&format!("judgements/{unit}/verdict"), "accepted").await;
        desk.shot("tham-dinh-lan-2").await;
        desk.submit(&page).await;
        desk.says("Đã lưu ý kiến thẩm định").await;
    }

    // The council sees the ranks first, changes one line, and two people publish.
    desk.sign_in(walk.secretary).await;
    walk.step("convene").await;
    desk.go(&format!("{}/xep-hang", walk.round)).await;
    desk.says("Kết quả chưa công bố").await;
    desk.shot("xep-hang").await;
    let unit_page = format!("{}/xep-hang/don-vi/{}", walk.round, units[2]);
    desk.go(&unit_page).await;
    let form = format!("form[action='{unit_page}/4.3']");
    desk.unfold(&form).await;
    desk.fill_in(&format!("{form} input[name='points']"), "0,25").await;
    desk.fill_in(&format!("{form} textarea"), "Kết luận của hội đồng.").await;
    desk.shot("hoi-dong-dieu-chinh").await;
    desk.submit(&format!("{unit_page}/4.3")).await;
    desk.says("Kết luận của hội đồng.").await;
    let public = walk.publish().await;

    // Everybody, without signing in, on both screens.
    let expected = [("1 đồng hạng", "Xã An Mẫu"), ("1 đồng hạng", "Xã Bình Mẫu"), ("3", "Phường Châu Mẫu")];
    let expected: Vec<_> = expected.map(|(rank, unit)| (rank.to_owned(), unit.to_owned())).into();
    for window in [&desk, &phone] {
        assert_eq!(ranks(window, &public).await, expected);
        window.says("86,04").await;
        window.follow("main table.list tbody tr:nth-child(3) th a").await;
        window.says("Điểm mất, nhiều nhất trước").await;
        window.says("702/1.774").await;
        window.says("Kết luận của hội đồng.").await;
        window.shot("diem-mat").await;
    }
    desk.close().await;
    phone.close().await;
}

/// Huyện Cô Tô, tỉnh Quảng Ninh, as the official list had it: one district, three communes.
fn one_district() -> String {
    let wanted = |line: &&str| line.starts_with("22,") || line.starts_with("207,") || line.ends_with(",207");
    UNITS_BEFORE.lines().take(1).chain(UNITS_BEFORE.lines().skip(1).filter(wanted)).map(|line| format!("{line}\n")).collect()
}

async fn founder(app: &TestApp, login: &str, role: Role, unit: &str) {
    let founder = Founder {
        login: login.to_owned(),
        name: format!("{login} (thử)"),
        email: None,
        password: Some(api::sample::PASSWORD.to_owned()),
        role: Some(role),
        unit: Some(unit.to_owned()),
    };
    founding::create_person(&app.app.store, founder).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_district_of_before_2025_scores_its_communes_in_the_same_pages() {
    let app = TestApp::start().await;
    app.set_time("2024-12-02T02:00:00Z");
    let span = Span { from: "2004-01-01".parse().unwrap(), to: Some("2025-06-30".parse().unwrap()) };
    let came = import::units(&app.app.store, one_district().as_bytes(), span, "units-pre-2025.csv").await.unwrap();
    assert_eq!(came.created, 5, "province, district, three communes");
    let communes: [Commune; 3] = [
        ("07192", "daumoi.coto", "chutich.coto"),
        ("07195", "daumoi.dongtien", "chutich.dongtien"),
        ("07198", "daumoi.thanhlan", "chutich.thanhlan"),
    ];
    for (login, role) in [
        ("thuky.huyen", Role::CouncilSecretary),
        ("thamdinh1.huyen", Role::Appraiser),
        ("thamdinh2.huyen", Role::Appraiser),
        ("congbo1.huyen", Role::Publisher),
        ("congbo2.huyen", Role::Publisher),
    ] {
        founder(&app, login, role, "207").await;
    }
    for (code, officer, head) in communes {
        founder(&app, officer, Role::DataOfficer, code).await;
        founder(&app, head, Role::Head, code).await;
    }
    let served = Served::start(app).await;
    let app = &served.app;
    let window = Window::open(&served, "district", DESK).await;
    let mut walk = Walk {
        app,
        window: &window,
        secretary: "thuky.huyen",
        appraisers: ["thamdinh1.huyen", "thamdinh2.huyen"],
        publishers: ["congbo1.huyen", "congbo2.huyen"],
        round: String::new(),
    };
    // No unit is ticked: all communes of the district on that day.
    walk.open("Chấm điểm CCHC cấp xã huyện Cô Tô năm 2024", ["2024-12-02", "2024-12-16", "2025-01-15"], &[]).await;
    window.go(&walk.round).await;
    for words in ["Huyện Cô Tô", "Thị trấn Cô Tô", "Xã Đồng Tiến", "Xã Thanh Lân"] {
        window.says(words).await;
    }
    let values = sample_values();
    for (n, commune) in communes.into_iter().enumerate() {
        let mut own = values.clone();
        own.insert("2.3".to_owned(), json!({"faulty_docs": 2 - n}));
        walk.self_score(commune, &own).await;
    }
    window.sign_in(walk.secretary).await;
    walk.step("close_self_scoring").await;
    walk.give(&communes, &values).await;
    let mut units = Vec::new();
    for (code, _, _) in communes {
        units.push(app.unit(code).await);
    }
    walk.appraise(&units, &["1.1.3"]).await;
    window.sign_in(walk.secretary).await;
    walk.step("release").await;
    window.sign_in(communes[1].1).await;
    let sheet = walk.own_sheet().await;
    window.says("05 nhiệm vụ chưa có sản phẩm.").await;
    window.fill_in("#thay-doi-1\\.1\\.3 textarea", "Đã có đủ sản phẩm.").await;
    window.submit(&format!("{sheet}/giai-trinh/1.1.3")).await;
    window.says("Đã gửi giải trình").await;
    app.set_time("2024-12-16T02:00:00Z");
    window.sign_in(walk.secretary).await;
    walk.step("final_appraise").await;
    window.sign_in(walk.appraisers[1]).await;
    let page = format!("{}/tieu-chi/1.1.3", walk.round);
    window.go(&page).await;
    window.choose(&format!("judgements/{}/verdict", units[1]), "accepted").await;
    window.submit(&page).await;
    window.says("Đã lưu ý kiến thẩm định").await;
    window.sign_in(walk.secretary).await;
    walk.step("convene").await;
    let public = walk.publish().await;

    // Long after the district is gone, its ranking stands as it was.
    app.set_time("2026-11-16T02:00:00Z");
    let expected = [("1", "Xã Thanh Lân"), ("2", "Xã Đồng Tiến"), ("3", "Thị trấn Cô Tô")];
    let expected: Vec<_> = expected.map(|(rank, unit)| (rank.to_owned(), unit.to_owned())).into();
    assert_eq!(ranks(&window, &public).await, expected);
    window.says("đơn vị theo ngày 02/12/2024").await;
    window.follow("main table.list tbody tr:nth-child(3) th a").await;
    window.says("Điểm mất, nhiều nhất trước").await;
    window.close().await;
}
