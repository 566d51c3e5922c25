//! The evidence of one record: what is there, bringing more, taking a piece back.

use chrono::{DateTime, Utc};
use domain::record::Subject;
use serde::Serialize;

use super::part::EvidenceFile;
use crate::{Form, View};

/// The page `/minh-chung/{subject}/{id}`.
#[derive(Clone, Debug, Serialize)]
pub struct EvidencePage {
    /// The kind of record.
    pub subject: Subject,
    /// The record's number or text.
    pub record: String,
    /// The record's page.
    pub back: String,
    /// What is there.
    pub pieces: Vec<Piece>,
    /// What was taken back.
    pub removed: Vec<Removed>,
    /// The form that brings more (`files`, `caption`); `None` when the person may not, or not now.
    pub upload: Option<Form>,
    /// Where that form goes.
    pub action: String,
    /// The largest file.
    pub max_bytes: u64,
}

/// A piece of evidence.
#[derive(Clone, Debug, Serialize)]
pub struct Piece {
    /// The file.
    pub file: EvidenceFile,
    /// The form that takes it back (`reason`); `None` when the person may not, or not now.
    pub remove: Option<Form>,
    /// Where that form goes.
    pub remove_action: String,
}

/// A piece that was taken back.
#[derive(Clone, Debug, Serialize)]
pub struct Removed {
    /// Its file name.
    pub name: String,
    /// Who had brought it.
    pub added_by: String,
    /// When it was taken back.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: String,
}

impl View for EvidencePage {
    const TEMPLATE: &'static str = "evidence/page.html";

    fn samples() -> Vec<Self> {
        let at = DateTime::from_timestamp(1_796_200_000, 0).unwrap_or_default();
        let piece = |name: &str, note: Option<&str>, n: u32| Piece {
            file: EvidenceFile {
                name: name.to_owned(),
                href: format!("/tep/{n}"),
                bytes: 1_258_291,
                sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned(),
                added_at: at,
                added_by: "Nguyễn Thị Ánh Nguyệt".to_owned(),
                note: note.map(str::to_owned),
            },
            remove: Some(Form { version: Some(1), ..Form::default() }.with_id(format!("remove-{n}"))),
            remove_action: format!("/tep/{n}/go-bo"),
        };
        let full = Self {
            subject: Subject::InspectionLine,
            record: "KT-2026-014 · TT-03 Có văn bản xin lỗi và hẹn lại ngày trả đối với hồ sơ quá hạn".to_owned(),
            back: "/kiem-tra/1".to_owned(),
            pieces: vec![
                piece(
                    "Ảnh bảng niêm yết tại Bộ phận Một cửa chụp lúc 09 giờ 15 phút ngày 05 tháng 3 năm 2026.jpg",
                    Some("Bảng niêm yết thiếu 12 thủ tục"),
                    1,
                ),
                Piece { remove: None, ..piece("so-theo-doi.pdf", None, 2) },
            ],
            removed: vec![Removed {
                name: "nhầm.docx".to_owned(),
                added_by: "Trần Quốc Khánh".to_owned(),
                at,
                reason: "Tải nhầm hồ sơ của đơn vị khác".to_owned(),
            }],
            upload: Some(Form { once: "k".to_owned(), ..Form::default() }),
            action: "/minh-chung/inspection_line/1/minh-chung".to_owned(),
            max_bytes: 52_428_800,
        };
        let mut wrong = full.clone();
        let mut form = Form { once: "k".to_owned(), ..Form::default() };
        form.error("files", "Chưa chọn tệp nào.").set("caption", "Ảnh chụp");
        wrong.upload = Some(form);
        let empty = Self { pieces: Vec::new(), removed: Vec::new(), ..full.clone() };
        let closed = Self { pieces: Vec::new(), removed: Vec::new(), upload: None, ..full.clone() };
        vec![full, wrong, empty, closed]
    }
}
