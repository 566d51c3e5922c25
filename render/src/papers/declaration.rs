//! Quyết định công bố, bản công bố and their annex: that a quality system conforms to a standard.

use chrono::NaiveDate;
use domain::conformity::DeclarationPart;
use serde::{Deserialize, Serialize};

use super::{Sheet, Signatory};

/// A declaration of conformity: the decision with its annex (NĐ 30/2020/NĐ-CP, phụ lục III, mẫu 1.2),
/// the declaration itself, or the annex alone. All three are one data, printed in part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declaration {
    /// Head, subject, draft mark.
    pub sheet: Sheet,
    /// Which of the papers.
    pub part: DeclarationPart,
    /// Địa danh of the date line: «Mẫu».
    pub place_name: String,
    /// Date given by the registrar; dots until then.
    pub issued_on: Option<NaiveDate>,
    /// Who decides, as it stands above the grounds: «Chủ tịch Ủy ban nhân dân xã An Mẫu».
    pub authority: String,
    /// Whose system it is.
    pub agency: String,
    /// Where the agency is.
    pub address: String,
    /// The standard with its edition: «TCVN ISO 9001:2015».
    pub standard: String,
    /// Công bố lại.
    pub again: bool,
    /// Why it is declared again, worded.
    pub reason: Option<String>,
    /// Căn cứ, a line each, without closing punctuation.
    pub grounds: Vec<String>,
    /// What is stated.
    pub statement: String,
    /// The decision it replaces: «Quyết định số 05/QĐ-UBND ngày 05 tháng 3 năm 2026».
    pub replaces: Option<String>,
    /// The procedures in scope, in the order of the annex.
    pub lines: Vec<AnnexLine>,
    /// Procedures of the declaration before that are not in scope any more.
    pub gone: Vec<AnnexLine>,
    /// Nơi nhận, without dashes and closing punctuation; the last line is «Lưu: …».
    pub recipients: Vec<String>,
    /// The signer.
    pub signature: Signatory,
}

/// A procedure in the annex.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnnexLine {
    /// The group it stands in: «Lĩnh vực Hộ tịch».
    pub group: String,
    /// Tên quy trình.
    pub title: String,
    /// National codes of its administrative procedures; may be empty.
    pub national_codes: Vec<String>,
    /// Mã quy trình.
    pub code: String,
    /// Who carries it out.
    pub unit: String,
    /// «Mới», «Sửa đổi»; may be empty.
    pub note: String,
}
