//! Biên bản xem xét của lãnh đạo: inputs one by one, discussion, results.

use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};

use super::{Participant, Sheet, Signatory};

/// Minutes of a management review (NĐ 30/2020/NĐ-CP, phụ lục III, mẫu 1.9): no place-and-date box.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewMinutes {
    /// Head, subject, draft mark.
    pub sheet: Sheet,
    /// Căn cứ, a line each, without closing punctuation.
    pub grounds: Vec<String>,
    /// The day it is held, or planned for.
    pub on: NaiveDate,
    /// When it began, Vietnamese civil time; blanks are printed until it is known.
    pub opened_at: Option<NaiveDateTime>,
    /// When it ended.
    pub closed_at: Option<NaiveDateTime>,
    /// Where: «Trụ sở UBND xã An Mẫu»; blank until it is known.
    pub place: Option<String>,
    /// The reviewed unit in full, as it stands in a sentence.
    pub unit: String,
    /// The span its inputs speak of, worded: «từ ngày 01/01/2026 đến ngày 16/11/2026».
    pub period: Option<String>,
    /// Chủ tọa.
    pub chair: Participant,
    /// Thư ký.
    pub secretary: Participant,
    /// Others at the table.
    pub participants: Vec<Participant>,
    /// Others without a login, a line each.
    pub others: Vec<String>,
    /// The inputs, in the order of the edition.
    pub inputs: Vec<ReviewInput>,
    /// The discussion, a paragraph each; dotted lines while there is none.
    pub discussion: Vec<String>,
    /// The conclusion of the chair, a paragraph each.
    pub conclusion: Vec<String>,
    /// The decisions, in order.
    pub decisions: Vec<ReviewDecision>,
    /// How many originals are drawn up.
    pub copies: u32,
    /// Left.
    pub secretary_signature: Signatory,
    /// Right.
    pub chair_signature: Signatory,
    /// Nơi nhận, without dashes and closing punctuation.
    pub recipients: Vec<String>,
}

/// An input of a review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewInput {
    /// Its letter or number in the list.
    pub code: String,
    /// Its title.
    pub title: String,
    /// The facts, a sentence each.
    pub facts: Vec<String>,
    /// The secretary's remark, a paragraph each.
    pub remark: Vec<String>,
}

/// A decision of a review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewDecision {
    /// What is to be done.
    pub text: String,
    /// What it is about, worded: «Cơ hội cải tiến».
    pub kind: String,
    /// The unit that answers for it.
    pub unit: String,
    /// The person who does it.
    pub owner: String,
    /// Until when.
    pub due_on: NaiveDate,
    /// What it needs; may be empty.
    pub resources: String,
}
