//! Báo cáo kết quả kiểm tra, or báo cáo đánh giá nội bộ: the lead's account to whoever ordered it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{AreaResult, Finding, Participant, Recommendation, Sheet, Signatory};

/// Report of an inspection (NĐ 30/2020/NĐ-CP, phụ lục III, mẫu 1.4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InspectionReport {
    /// Head, subject, draft mark.
    pub sheet: Sheet,
    /// Địa danh of the date line: «Mẫu».
    pub place_name: String,
    /// Date given by the registrar; dots until then.
    pub issued_on: Option<NaiveDate>,
    /// Kính gửi; the line is left out when empty.
    pub addressees: Vec<String>,
    /// Opening paragraph, up to «… báo cáo kết quả như sau:».
    pub opening: String,
    /// Căn cứ, a line each, without closing punctuation.
    pub grounds: Vec<String>,
    /// When the inspection was held, worded.
    pub held: String,
    /// Thời kỳ kiểm tra, worded.
    pub period: Option<String>,
    /// Inspected units.
    pub units: Vec<String>,
    /// How it was inspected, a paragraph each.
    pub method: Vec<String>,
    /// The team.
    pub team: Vec<Participant>,
    /// Statement of independence, and what was allowed against it.
    pub independence: Independence,
    /// Result by area or clause.
    pub areas: Vec<AreaResult>,
    /// Ưu điểm; điểm mạnh.
    pub strengths: Vec<String>,
    /// Tồn tại, hạn chế; điểm không phù hợp by grade. Listed again in the annex.
    pub findings: Vec<Finding>,
    /// Kiến nghị with who and until when.
    pub recommendations: Vec<Recommendation>,
    /// The sections that only one kind has.
    pub kind: ReportKind,
    /// Last paragraph: «Trên đây là …», without the end mark.
    pub closing: String,
    /// Nơi nhận, without dashes and closing punctuation; the last line is «Lưu: …».
    pub recipients: Vec<String>,
    /// The signer.
    pub signature: Signatory,
}

/// The team's independence, as recorded when it was set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Independence {
    /// The statement; a standing sentence is printed when `None`.
    pub statement: Option<String>,
    /// Exceptions granted for this inspection.
    pub exceptions: Vec<IndependenceException>,
}

/// An exception from independence, granted in writing for this inspection only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndependenceException {
    /// The member: «Bà Trần Thị Lan».
    pub person: String,
    /// Which rule is set aside: «từng công tác tại đơn vị được kiểm tra trong 12 tháng gần đây».
    pub conflict: String,
    /// The recorded reason, in the approver's words.
    pub reason: String,
    /// Who granted it, with position.
    pub granted_by: String,
    /// When.
    pub granted_on: NaiveDate,
}

/// Which sections the report has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "vocabulary", rename_all = "snake_case")]
pub enum ReportKind {
    /// Report of a CCHC inspection.
    Cchc(CchcPart),
    /// Report of an internal audit.
    Iso(IsoPart),
}

/// Sections of a CCHC report.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CchcPart {
    /// Nguyên nhân khách quan.
    pub external_causes: Vec<String>,
    /// Nguyên nhân chủ quan.
    pub internal_causes: Vec<String>,
    /// Trách nhiệm.
    pub responsibility: Vec<String>,
    /// Tổ chức thực hiện, a paragraph each.
    pub arrangements: Vec<String>,
}

/// Sections of an internal audit report.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IsoPart {
    /// Mục đích.
    pub purpose: String,
    /// Phạm vi.
    pub scope: String,
    /// Chuẩn mực.
    pub criteria: Vec<String>,
    /// Persons met.
    pub contacts: Vec<Participant>,
    /// Course of the audit, obstacles included, a paragraph each.
    pub course: Vec<String>,
    /// What was planned and not audited, and why.
    pub not_audited: Vec<String>,
    /// State of the findings of the last audit.
    pub previous: Vec<PreviousFinding>,
    /// Units × clauses; printed as an annex.
    pub matrix: Option<Matrix>,
    /// Conclusion on conformity and effectiveness, a paragraph each.
    pub conclusion: Vec<String>,
    /// Proposals for the management review.
    pub for_review: Vec<String>,
    /// Others who sign, from left: approver, management representative.
    pub approvals: Vec<Signatory>,
}

/// A finding of the last audit and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviousFinding {
    /// Its code.
    pub code: String,
    /// What it was.
    pub text: String,
    /// Its state, worded: «Đã đóng ngày 12/01/2026».
    pub state: String,
}

/// Which clauses were audited where, and with what result.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matrix {
    /// Clauses, the columns.
    pub clauses: Vec<String>,
    /// Units, the rows.
    pub rows: Vec<MatrixRow>,
}

/// One unit of the matrix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatrixRow {
    /// The unit.
    pub unit: String,
    /// One mark a clause; `None` where it was not audited.
    pub marks: Vec<Option<Mark>>,
}

/// Worst result of a clause in a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// C: phù hợp.
    Conform,
    /// NC: không phù hợp.
    Nonconform,
    /// OBS: lưu ý.
    Observation,
}
