//! Biên bản kiểm tra, or biên bản đánh giá nội bộ: what was seen and said, signed the same day.

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

use super::{Area, Finding, Participant, Recommendation, Sheet, Signatory, Vocabulary};

/// Minutes of an inspection (NĐ 30/2020/NĐ-CP, phụ lục III, mẫu 1.9): no place-and-date box.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Minutes {
    /// Head, subject, draft mark.
    pub sheet: Sheet,
    /// CCHC or ISO words.
    pub vocabulary: Vocabulary,
    /// Căn cứ, a line each, from «Căn cứ …», without closing punctuation.
    pub grounds: Vec<String>,
    /// Start of the visit, Vietnamese civil time.
    pub opened_at: NaiveDateTime,
    /// End of the visit; blanks are printed until it is known.
    pub closed_at: Option<NaiveDateTime>,
    /// Where: «Trụ sở UBND xã An Mẫu».
    pub place: String,
    /// What is done there, as it stands in a sentence: «kiểm tra công tác cải cách hành chính».
    pub activity: String,
    /// The inspected unit in full, as it stands in a sentence.
    pub unit: String,
    /// Thời kỳ kiểm tra, worded: «từ ngày 01/01/2026 đến ngày 30/6/2026».
    pub period: Option<String>,
    /// The team.
    pub team: Vec<Participant>,
    /// Present for the inspected unit.
    pub unit_side: Vec<Participant>,
    /// Experts, observers, guides.
    pub others: Vec<Participant>,
    /// Files and papers that were checked.
    pub documents: Vec<String>,
    /// Dossiers drawn as samples; printed as an annex when there are any.
    pub samples: Vec<SampleDraw>,
    /// Results by area or clause, with the lines of the annex.
    pub areas: Vec<Area>,
    /// Ưu điểm; điểm mạnh.
    pub strengths: Vec<String>,
    /// Tồn tại, hạn chế; điểm không phù hợp by grade.
    pub findings: Vec<Finding>,
    /// Kiến nghị, yêu cầu.
    pub recommendations: Vec<Recommendation>,
    /// Section III.
    pub opinion: Opinion,
    /// How many originals are drawn up.
    pub copies: u32,
    /// Who keeps the originals, worded: «Đoàn kiểm tra giữ 02 bản, đơn vị được kiểm tra giữ 01 bản».
    pub kept_by: Option<String>,
    /// The inspected unit's representative.
    pub unit_signature: Signatory,
    /// Thư ký.
    pub secretary_signature: Signatory,
    /// Trưởng đoàn.
    pub lead_signature: Signatory,
    /// Nơi nhận, without dashes and closing punctuation; the last line is «Lưu: …».
    pub recipients: Vec<String>,
}

/// What the inspected unit said of the whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "opinion", rename_all = "snake_case")]
pub enum Opinion {
    /// Not asked yet: dotted lines to write on.
    #[default]
    Open,
    /// Asked, and there was none.
    None,
    /// In the unit's words.
    Given {
        /// Explanations and objections, a paragraph each.
        statements: Vec<String>,
        /// What the unit undertakes, a line each.
        commitments: Vec<String>,
    },
}

/// One drawing of a sample of dossiers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SampleDraw {
    /// Which dossiers: «Hồ sơ đất đai tiếp nhận trong quý I năm 2026».
    pub title: String,
    /// How many there were to draw from.
    pub population: u32,
    /// How it was drawn, worded: «Rút ngẫu nhiên, số khởi tạo 20260305».
    pub method: String,
    /// The dossiers drawn.
    pub dossiers: Vec<Dossier>,
}

/// A sampled dossier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dossier {
    /// Code in the one-stop system.
    pub code: String,
    /// Procedure it was lodged under.
    pub procedure: String,
    /// Remark; may be empty.
    pub note: String,
}
