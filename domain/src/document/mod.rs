//! Controlled documents (ISO 9001:2015, 7.5): kinds, codes, numbers, where a document stands.
//!
//! `revision` is the state machine and its approval route, `content` what is written and checked,
//! `diff` two texts in words, `file` which files may hold a text, `control` who must know, periodic review, validity of what is outside,
//! `retention` how long what ended is kept,
//! `change` what a change of the TTHC catalogue asks of a unit's procedures.

pub mod change;
pub mod content;
pub mod control;
pub mod diff;
pub mod file;
pub mod retention;
pub mod revision;

use crate::draft::Problems;

pub use revision::{By, Facts, RevisionState, RevisionVerb, advance, available};

/// Every rule code of these modules, besides those of [`crate::rule`].
pub const CODES: &[&str] = &[
    "route_missing",
    "decided_already",
    "revision_files_missing",
    "revision_incomplete",
    "step_times_unexplained",
    "issued_already",
    "newer_in_force",
    "newer_text_in_force",
    "in_force_until",
    "replacement_missing",
    "acknowledged_already",
    "distribution_over",
];

/// Every field code of these modules, besides those of [`crate::draft`].
pub const FIELD_CODES: &[&str] = &[
    "code_pattern_unknown_part",
    "code_pattern_without_number",
    "document_code_form",
    "route_order",
    "quorum_out_of_range",
    "author_on_route",
    "reviewer_approves",
    "not_approver",
    "text_file_type",
    "form_file_type",
    "file_not_as_named",
    "basis_not_in_force",
    "time_form",
    "case_twice",
    "unknown_case",
    "unknown_form",
    "national_code_form",
    "suffix_form",
    "effective_before_approval",
    "effective_before_decision",
    "audience_empty",
];

code_enum! {
    /// What kind of document of the quality system.
    pub enum DocumentKind ("document_kind") {
        /// Chính sách chất lượng.
        Policy = "policy",
        /// Mục tiêu chất lượng.
        Objective = "objective",
        /// Sổ tay, mô hình hệ thống.
        Manual = "manual",
        /// Quy trình.
        Procedure = "procedure",
        /// Hướng dẫn.
        Instruction = "instruction",
        /// Biểu mẫu.
        Form = "form",
    }
}

impl DocumentKind {
    /// The letters agencies put into codes.
    #[must_use]
    pub const fn letters(self) -> &'static str {
        match self {
            Self::Policy => "CS",
            Self::Objective => "MT",
            Self::Manual => "ST",
            Self::Procedure => "QT",
            Self::Instruction => "HD",
            Self::Form => "BM",
        }
    }

    /// The pattern of its codes unless the unit has its own.
    #[must_use]
    pub const fn usual_pattern(self) -> &'static str {
        match self {
            Self::Procedure => "{kind}-{field}-{number:02}",
            _ => "{kind}-{number:02}",
        }
    }
}

code_enum! {
    /// Where a document stands, by its revisions.
    pub enum DocumentState ("document_state") {
        /// Đang soạn, chưa có bản nào có hiệu lực.
        Preparing = "preparing",
        /// Có bản đang có hiệu lực.
        InForce = "in_force",
        /// Đã thu hồi, bãi bỏ.
        Withdrawn = "withdrawn",
    }
}

code_enum! {
    /// How the text of a revision is kept.
    pub enum TextForm ("text_form") {
        /// Soạn trong hệ thống.
        Written = "written",
        /// Tải tệp lên.
        Uploaded = "uploaded",
    }
}

code_enum! {
    /// What a change was asked for.
    pub enum RequestSource ("request_source") {
        /// TTHC mới, sửa đổi, bãi bỏ.
        ProcedureChange = "procedure_change",
        /// Văn bản pháp luật thay đổi.
        LawChange = "law_change",
        /// Phát hiện qua kiểm tra, đánh giá.
        Finding = "finding",
        /// Xem xét của lãnh đạo.
        ManagementReview = "management_review",
        /// Rà soát định kỳ.
        PeriodicReview = "periodic_review",
        /// Rủi ro, cơ hội.
        Risk = "risk",
        /// Đề xuất của công chức.
        Suggestion = "suggestion",
        /// Biên soạn lần đầu.
        FirstIssue = "first_issue",
    }
}

/// Issue and amendment number of a revision: lần ban hành, lần sửa đổi. Shown as `01/00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Numbers {
    /// Lần ban hành, from 1.
    pub issue: i32,
    /// Lần sửa đổi inside it, from 0.
    pub amendment: i32,
}

impl std::fmt::Display for Numbers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}/{:02}", self.issue, self.amendment)
    }
}

impl Numbers {
    /// The numbers after these: a new issue begins its amendments at 0.
    #[must_use]
    pub fn after(last: Option<Self>, new_issue: bool) -> Self {
        match last {
            None => Self { issue: 1, amendment: 0 },
            Some(last) if new_issue => Self { issue: last.issue.saturating_add(1), amendment: 0 },
            Some(last) => Self { amendment: last.amendment.saturating_add(1), ..last },
        }
    }
}

/// Amendments inside one issue after which a new issue is usual; a warning, never a rule.
pub const USUAL_AMENDMENTS: i32 = 5;

/// A pattern of codes: text with `{kind}`, `{unit}`, `{field}`, `{parent}` and `{number:02}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodePattern(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Kind,
    Unit,
    Field,
    Parent,
    Number(usize),
}

/// What a code is made of.
#[derive(Clone, Copy, Debug, Default)]
pub struct CodeParts<'a> {
    /// Letters of the kind.
    pub kind: &'a str,
    /// Code of the unit.
    pub unit: &'a str,
    /// Letters of the field (lĩnh vực).
    pub field: &'a str,
    /// Code of the document a form belongs to.
    pub parent: &'a str,
}

impl CodePattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// `code_pattern_unknown_part`, `code_pattern_without_number`.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let mut parts = Vec::new();
        let mut rest = text.trim();
        while let Some((before, after)) = rest.split_once('{') {
            parts.push(Part::Text(before.to_owned()));
            let (name, tail) = after.split_once('}').ok_or("code_pattern_unknown_part")?;
            parts.push(Self::part(name).ok_or("code_pattern_unknown_part")?);
            rest = tail;
        }
        parts.push(Part::Text(rest.to_owned()));
        let numbers = parts.iter().filter(|part| matches!(part, Part::Number(_))).count();
        if numbers == 1 { Ok(Self(parts)) } else { Err("code_pattern_without_number") }
    }

    fn part(name: &str) -> Option<Part> {
        match name {
            "kind" => Some(Part::Kind),
            "unit" => Some(Part::Unit),
            "field" => Some(Part::Field),
            "parent" => Some(Part::Parent),
            "number" => Some(Part::Number(1)),
            _ => name.strip_prefix("number:0")?.parse().ok().filter(|width| (1..=6).contains(width)).map(Part::Number),
        }
    }

    /// The code with this number; empty parts take their hyphen with them.
    #[must_use]
    pub fn render(&self, parts: CodeParts<'_>, number: i64) -> String {
        self.fill(parts, |width| format!("{number:0width$}"))
    }

    /// What numbers are counted within: the code without its number.
    #[must_use]
    pub fn series(&self, parts: CodeParts<'_>) -> String {
        self.fill(parts, |_| "#".to_owned())
    }

    fn fill(&self, parts: CodeParts<'_>, number: impl Fn(usize) -> String) -> String {
        let mut code = String::new();
        let mut dropped = false;
        for part in &self.0 {
            let piece = match part {
                Part::Text(text) if dropped => text.strip_prefix(['-', '.', '/', '_']).unwrap_or(text).to_owned(),
                Part::Text(text) => text.clone(),
                Part::Kind => parts.kind.to_owned(),
                Part::Unit => parts.unit.to_owned(),
                Part::Field => parts.field.to_owned(),
                Part::Parent => parts.parent.to_owned(),
                Part::Number(width) => number(*width),
            };
            dropped = !matches!(part, Part::Text(_)) && piece.is_empty();
            code.push_str(&piece);
        }
        code.trim_matches('-').to_owned()
    }
}

/// Characters of a document's code.
pub const MAX_CODE: usize = 60;

/// A document's code as it is kept: letters, digits and `. - / _` and single blanks, at most
/// [`MAX_CODE`] characters. Adds `document_code_form`.
pub fn clean_code(field: &str, code: &str, problems: &mut Problems) -> String {
    let code = problems.line(field, code, MAX_CODE);
    let fine = code.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '/' | '_' | ' ')) && !code.contains("  ");
    problems.check(!code.is_empty() && !fine, field, "document_code_form");
    code
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn codes_follow_the_pattern_of_the_unit() {
        let parts = CodeParts { kind: "QT", unit: "VP", field: "CX", parent: "QT-CX-01" };
        for (pattern, expected) in [
            ("{kind}-{field}-{number:02}", "QT-CX-07"),
            ("{kind}.ISO-{number:03}", "QT.ISO-007"),
            ("{parent}/BM-{number:02}", "QT-CX-01/BM-07"),
            ("QT {number:02}/{field}-HCTP", "QT 07/CX-HCTP"),
            ("{number}", "7"),
        ] {
            assert_eq!(CodePattern::parse(pattern).unwrap().render(parts, 7), expected, "{pattern}");
        }
        let without = CodeParts { field: "", ..parts };
        assert_eq!(CodePattern::parse("{kind}-{field}-{number:02}").unwrap().render(without, 7), "QT-07");
        for (pattern, expected) in [
            ("QT-{field}", "code_pattern_without_number"),
            ("{number}{number}", "code_pattern_without_number"),
            ("{year}-{number}", "code_pattern_unknown_part"),
            ("{number:099}", "code_pattern_unknown_part"),
            ("{number", "code_pattern_unknown_part"),
        ] {
            assert_eq!(CodePattern::parse(pattern).unwrap_err(), expected, "{pattern}");
        }
        for kind in DocumentKind::ALL {
            assert!(CodePattern::parse(kind.usual_pattern()).is_ok(), "{kind}");
        }
    }

    #[test]
    fn numbers_count_amendments_inside_an_issue() {
        let first = Numbers::after(None, false);
        let amended = Numbers::after(Some(first), false);
        let anew = Numbers::after(Some(amended), true);
        assert_eq!([first, amended, anew].map(|n| n.to_string()), ["01/00", "01/01", "02/00"]);
        assert!(first < amended && amended < anew);
    }

    #[test]
    fn codes_have_letters_digits_and_a_few_signs() {
        for (code, fine) in [("QT-SGD-01", true), ("QT 01/CX-HCTP", true), ("HTQLCL-LĐTBXH", true), ("a;b", false), ("", false)]
        {
            let mut problems = Problems::new();
            clean_code("code", code, &mut problems);
            assert_eq!(problems.is_empty(), fine, "{code}");
        }
    }

    proptest! {
        #[test]
        fn two_numbers_of_a_series_make_two_codes(a in 0_i64..5_000, b in 0_i64..5_000, field in "[A-Z]{0,3}") {
            let pattern = CodePattern::parse("{kind}-{field}-{number:02}").unwrap();
            let parts = CodeParts { kind: "QT", field: &field, ..CodeParts::default() };
            prop_assert_eq!(a == b, pattern.render(parts, a) == pattern.render(parts, b));
        }
    }
}
