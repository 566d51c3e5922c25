//! The official papers of an inspection: their state, their files, their numbers.

use chrono::{DateTime, NaiveDate, Utc};
use domain::record::{PaperKind, ReportState};
use serde::Serialize;

use super::part::Tone;
use crate::{Form, View};

/// The page `/kiem-tra/{id}/van-ban`.
#[derive(Clone, Debug, Serialize)]
pub struct PapersPage {
    /// The inspection's code.
    pub code: String,
    /// The unit inspected.
    pub unit: String,
    /// The inspection's page.
    pub back: String,
    /// The papers the person reads.
    pub papers: Vec<PaperCard>,
}

/// One paper.
#[derive(Clone, Debug, Serialize)]
pub struct PaperCard {
    /// Which one.
    pub kind: PaperKind,
    /// Whether it has been signed.
    pub signed: bool,
    /// When.
    pub signed_at: Option<DateTime<Utc>>,
    /// Number with symbol: `05/BB-ĐKT`.
    pub number: Option<String>,
    /// Its official date.
    pub issued_on: Option<NaiveDate>,
    /// Files asked for, newest first.
    pub files: Vec<PaperFile>,
    /// Whether one of them is still being set.
    pub waits: bool,
    /// The one-button form that asks for the file; `None` before there is anything to print.
    pub render: Option<Form>,
    /// Where it goes.
    pub render_action: String,
    /// The registrar's form (`number`, `symbol`, `issued_on`).
    pub register: Option<Form>,
    /// Where it goes.
    pub register_action: String,
    /// The last day the date may be.
    pub today: NaiveDate,
}

/// A file of a paper.
#[derive(Clone, Debug, Serialize)]
pub struct PaperFile {
    /// Where it stands.
    pub state: ReportState,
    /// How urgently that wants attention.
    pub tone: Tone,
    /// Marked «DỰ THẢO».
    pub draft: bool,
    /// When it was asked for.
    pub requested_at: DateTime<Utc>,
    /// Where it is fetched, once ready.
    pub href: Option<String>,
    /// Pages, once ready.
    pub pages: Option<i32>,
    /// SHA-256, once ready.
    pub sha256: Option<String>,
    /// Why it failed.
    pub error: Option<String>,
}

impl View for PapersPage {
    const TEMPLATE: &'static str = "reports/papers.html";

    fn samples() -> Vec<Self> {
        let at = DateTime::from_timestamp(1_796_200_000, 0).unwrap_or_default();
        let on = NaiveDate::from_ymd_opt(2026, 12, 2).unwrap_or_default();
        let file = |state, draft| PaperFile {
            state,
            tone: if state == ReportState::Failed { Tone::Bad } else { Tone::Good },
            draft,
            requested_at: at,
            href: (state == ReportState::Ready).then(|| "/van-ban/1".to_owned()),
            pages: (state == ReportState::Ready).then_some(6),
            sha256: (state == ReportState::Ready)
                .then(|| "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned()),
            error: (state == ReportState::Failed).then(|| "Ký tự «🦄» không có trong phông chữ của văn bản.".to_owned()),
        };
        let card = |kind: PaperKind, files: Vec<PaperFile>| PaperCard {
            kind,
            signed: false,
            signed_at: None,
            number: None,
            issued_on: None,
            waits: files.iter().any(|file| file.state == ReportState::Queued),
            files,
            render: Some(Form { once: "k".to_owned(), ..Form::default() }.with_id(format!("render-{kind}"))),
            render_action: format!("/kiem-tra/1/van-ban/{kind}/lap"),
            register: None,
            register_action: format!("/kiem-tra/1/van-ban/{kind}/cap-so"),
            today: on,
        };
        let page = |papers| Self {
            code: "KT-2026-014".to_owned(),
            unit: "Ủy ban nhân dân xã Ia Pa".to_owned(),
            back: "/kiem-tra/1".to_owned(),
            papers,
        };
        let mut form = Form { version: Some(1), ..Form::default() }.with_id("register-minutes");
        form.set("symbol", "BB-ĐKT").set("issued_on", "2026-12-02");
        let mut wrong = form.clone();
        wrong.set("number", "5").error("number", "Số này đã cấp cho văn bản khác cùng ký hiệu trong năm.");
        let signed = |register| PaperCard {
            signed: true,
            signed_at: Some(at),
            register,
            ..card(PaperKind::Minutes, vec![file(ReportState::Ready, false)])
        };
        let registered = PaperCard { number: Some("05/BB-ĐKT".to_owned()), issued_on: Some(on), ..signed(None) };
        let files = vec![file(ReportState::Queued, false), file(ReportState::Failed, true), file(ReportState::Ready, true)];
        vec![
            page(vec![signed(Some(form)), card(PaperKind::InspectionReport, files)]),
            page(vec![signed(Some(wrong)), card(PaperKind::InspectionReport, Vec::new())]),
            page(vec![registered]),
            page(vec![PaperCard { render: None, ..card(PaperKind::Minutes, Vec::new()) }]),
            page(Vec::new()),
        ]
    }
}
