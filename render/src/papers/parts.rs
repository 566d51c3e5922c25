//! What several papers share: head, persons, lines, findings, recommendations, signatures.

use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};

use super::Layout;

/// What every paper has around its content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    /// Sizes and margins, as in force when the paper was drawn up.
    #[serde(default)]
    pub layout: Layout,
    /// The left half of the page head.
    pub letterhead: Letterhead,
    /// Trích yếu: «Kiểm tra công tác cải cách hành chính năm 2026 tại …».
    pub subject: String,
    /// True until signed: «DỰ THẢO» stands at the top of each page and behind the text.
    pub draft: bool,
    /// When the data was last changed, Vietnamese civil time.
    ///
    /// The only date in the file's metadata; the same data therefore gives the same bytes.
    pub prepared_at: NaiveDateTime,
}

/// Who issues the paper, and under which number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letterhead {
    /// Superior agency, in capitals: «ỦY BAN NHÂN DÂN TỈNH MẪU».
    pub superior: Option<String>,
    /// Issuing agency, in capitals: «ĐOÀN KIỂM TRA CCHC».
    pub agency: String,
    /// The same as it stands in a sentence: «Đoàn kiểm tra công tác cải cách hành chính».
    pub issuer: String,
    /// Number given by the registrar; left blank until then.
    pub number: Option<u32>,
    /// Symbol after the kind of paper, `ĐKT` in «Số: 05/BB-ĐKT».
    pub symbol: String,
}

/// Whose words a paper uses. The two never mix: a CCHC paper knows no grades of nonconformity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Vocabulary {
    /// Kiểm tra cải cách hành chính: tồn tại, hạn chế; kiến nghị.
    Cchc,
    /// Đánh giá nội bộ theo ISO: điểm không phù hợp, lưu ý, cơ hội cải tiến.
    Iso,
}

/// A person present.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Participant {
    /// With the form of address and no academic title: «Bà Nguyễn Thị Minh».
    pub name: String,
    /// Position and agency: «Phó Giám đốc Sở Nội vụ».
    pub position: String,
    /// Part in the inspection: «Trưởng đoàn».
    pub role: Option<String>,
}

/// What became of a line of the checklist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Đạt; phù hợp.
    Conform,
    /// Đạt một phần.
    Partial,
    /// Chưa đạt; không phù hợp.
    Nonconform,
    /// Không áp dụng.
    NotApplicable,
    /// Không kiểm tra; chưa đánh giá.
    NotAudited,
}

/// One line of the checklist with its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Code of the line: «CĐ-03», «8.5.1-2».
    pub code: String,
    /// What was to be checked.
    pub text: String,
    /// The value found, worded with its unit; empty when the line has none.
    pub value: String,
    /// `None` while nobody has judged it; such lines are counted apart.
    pub verdict: Option<Verdict>,
    /// Remark of the inspector; may be empty.
    pub note: String,
}

/// An area of a CCHC inspection or a clause of the standard, with its lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Area {
    /// Short code for tables: «I», «8.5».
    pub code: String,
    /// Title: «Công tác chỉ đạo, điều hành cải cách hành chính».
    pub title: String,
    /// Lines; the counts of verdicts on the paper are counted from these.
    pub lines: Vec<Line>,
    /// Facts found, a paragraph each. Facts only, no judgement.
    pub facts: Vec<String>,
}

/// How many lines of an area had each verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// Đạt.
    pub conform: u32,
    /// Đạt một phần.
    pub partial: u32,
    /// Chưa đạt.
    pub nonconform: u32,
    /// Không áp dụng.
    pub not_applicable: u32,
    /// Không kiểm tra.
    pub not_audited: u32,
}

/// The result of an area, without its lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AreaResult {
    /// Short code for tables: «I», «8.5».
    pub code: String,
    /// Title of the area or clause.
    pub title: String,
    /// Verdicts in figures.
    pub counts: Counts,
    /// Result in words, a paragraph each.
    pub facts: Vec<String>,
}

/// Grade of an ISO finding. Good practice is not graded: it goes with the strengths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// Không phù hợp nặng.
    Major,
    /// Không phù hợp nhẹ.
    Minor,
    /// Lưu ý.
    Observation,
    /// Cơ hội cải tiến.
    Opportunity,
}

/// What the inspected unit said of one finding.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum UnitAnswer {
    /// Nothing yet, or not asked; nothing is printed.
    #[default]
    None,
    /// Nhất trí.
    Accepted,
    /// Không nhất trí, and why.
    Disputed {
        /// Reason in the unit's words.
        reason: String,
    },
}

/// A limitation (CCHC) or a nonconformity, observation or opportunity (ISO).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Code within the inspection: «TT-01», «KPH-02».
    pub code: String,
    /// Grade; present in ISO papers and only there.
    pub grade: Option<Grade>,
    /// Division, procedure or clause it concerns: «Bộ phận Một cửa; điều khoản 8.5.1».
    pub place: Option<String>,
    /// What is wrong, one or more sentences.
    pub statement: String,
    /// What was required, with its source.
    pub requirement: Option<String>,
    /// Evidence: files, dossiers, records.
    pub evidence: Vec<String>,
    /// Where it was found before, when it recurs: «Thông báo kết luận số 112/TB-UBND năm 2025».
    pub repeats: Option<String>,
    /// The unit's answer, printed in minutes.
    #[serde(default)]
    pub answer: UnitAnswer,
}

/// What is asked of whom, until when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recommendation {
    /// Codes of the findings it follows from; empty for a general one.
    pub findings: Vec<String>,
    /// What is to be done.
    pub text: String,
    /// Person or unit who answers for it.
    pub responsible: Option<String>,
    /// Last day, a civil date in Vietnam.
    pub due_on: Option<NaiveDate>,
    /// True when it is addressed to the inspected unit, false for another agency.
    pub to_unit: bool,
}

/// Whether a person has signed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Signing {
    /// Room is left for ink or a digital signature.
    #[default]
    Pending,
    /// Confirmed in the system, which is said so and not drawn as a signature.
    Confirmed {
        /// Vietnamese civil time.
        at: NaiveDateTime,
    },
    /// Refused to sign; the reason is printed in the closing section of minutes.
    Refused {
        /// Reason in the person's words, or how the refusal was expressed.
        reason: String,
    },
}

/// A place for a signature (boxes 7a, 7b).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signatory {
    /// Capacity in capitals, a line each: «TM. ĐOÀN KIỂM TRA», «TRƯỞNG ĐOÀN».
    ///
    /// Minutes have their own three and print these only when given.
    pub capacity: Vec<String>,
    /// Title of office, under the capacity: «Phó Giám đốc Sở Nội vụ».
    pub office_title: Option<String>,
    /// Name without academic title.
    pub name: Option<String>,
    /// State of the signature.
    #[serde(default)]
    pub signing: Signing,
}
