//! The decree's figures: data with a version and a legal basis, so that a paper can say by which it was set.

use serde::{Deserialize, Serialize};

/// Sizes, margins and spaces of an administrative paper.
///
/// It is stored with the paper's data: a paper drawn up under one edition is printed again under it.
/// Where the decree gives a range, the value here lies inside it (a test holds the ranges).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Layout {
    /// Name of this set of figures.
    pub version: String,
    /// Where the figures come from, as cited: «NĐ 30/2020/NĐ-CP, Phụ lục I».
    pub legal_basis: String,
    /// Top margin (20 to 25).
    pub margin_top_mm: u16,
    /// Bottom margin (20 to 25).
    pub margin_bottom_mm: u16,
    /// Left margin (30 to 35).
    pub margin_left_mm: u16,
    /// Right margin (15 to 20).
    pub margin_right_mm: u16,
    /// Body text (13 to 14).
    pub body_pt: u16,
    /// Indent of a paragraph's first line (1 or 1.27 cm).
    pub first_line_indent_tenth_mm: u16,
    /// Space between paragraphs, beyond the line spacing (at least 6).
    pub paragraph_gap_pt: u16,
    /// Line spacing; 100 is Word's "single" (100 to 150).
    pub line_spacing_percent: u16,
    /// Share of the width that box 2 (the agency) has of the page head.
    pub head_left_percent: u16,
    /// Quốc hiệu (12 to 13).
    pub quoc_hieu_pt: u16,
    /// Tiêu ngữ (13 to 14).
    pub tieu_ngu_pt: u16,
    /// Superior agency and issuing agency (12 to 13).
    pub agency_pt: u16,
    /// Length of the rule under the agency's name, of the text's width (33 to 50).
    pub agency_rule_percent: u16,
    /// Number and symbol (13).
    pub number_pt: u16,
    /// Place and date (13 to 14).
    pub place_date_pt: u16,
    /// Tên loại (13 to 14).
    pub type_name_pt: u16,
    /// Trích yếu (13 to 14).
    pub subject_pt: u16,
    /// Length of the rule under the trích yếu, of the text's width (33 to 50).
    pub subject_rule_percent: u16,
    /// Capacity and name of the signer (13 to 14).
    pub signature_pt: u16,
    /// Room for signature and seal; the decree gives no figure.
    pub signature_space_mm: u16,
    /// The words «Nơi nhận:» (12).
    pub recipients_head_pt: u16,
    /// The list below «Nơi nhận:» (11).
    pub recipients_pt: u16,
    /// Page number (13 to 14).
    pub page_number_pt: u16,
    /// «Phụ lục I» (14).
    pub annex_label_pt: u16,
    /// Title of an annex (13 to 14).
    pub annex_title_pt: u16,
    /// «(Kèm theo …)» (13 to 14).
    pub annex_reference_pt: u16,
    /// Text in tables; the decree gives no figure.
    pub table_pt: u16,
}

impl Default for Layout {
    fn default() -> Self {
        Self {
            version: "nd30-2020/1".to_owned(),
            legal_basis: "NĐ 30/2020/NĐ-CP, Phụ lục I".to_owned(),
            margin_top_mm: 20,
            margin_bottom_mm: 20,
            margin_left_mm: 30,
            margin_right_mm: 15,
            body_pt: 14,
            first_line_indent_tenth_mm: 127,
            paragraph_gap_pt: 6,
            line_spacing_percent: 115,
            head_left_percent: 40,
            quoc_hieu_pt: 12,
            tieu_ngu_pt: 13,
            agency_pt: 12,
            agency_rule_percent: 40,
            number_pt: 13,
            place_date_pt: 13,
            type_name_pt: 14,
            subject_pt: 14,
            subject_rule_percent: 35,
            signature_pt: 14,
            signature_space_mm: 26,
            recipients_head_pt: 12,
            recipients_pt: 11,
            page_number_pt: 14,
            annex_label_pt: 14,
            annex_title_pt: 14,
            annex_reference_pt: 14,
            table_pt: 12,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_figure_lies_in_the_range_of_the_decree() {
        let l = Layout::default();
        let ranges = [
            ("top margin", l.margin_top_mm, 20, 25),
            ("bottom margin", l.margin_bottom_mm, 20, 25),
            ("left margin", l.margin_left_mm, 30, 35),
            ("right margin", l.margin_right_mm, 15, 20),
            ("body", l.body_pt, 13, 14),
            ("indent", l.first_line_indent_tenth_mm, 100, 127),
            ("paragraph gap", l.paragraph_gap_pt, 6, 12),
            ("line spacing", l.line_spacing_percent, 100, 150),
            ("quốc hiệu", l.quoc_hieu_pt, 12, 13),
            ("tiêu ngữ", l.tieu_ngu_pt, 13, 14),
            ("agency", l.agency_pt, 12, 13),
            ("agency rule", l.agency_rule_percent, 33, 50),
            ("number", l.number_pt, 13, 13),
            ("place and date", l.place_date_pt, 13, 14),
            ("type name", l.type_name_pt, 13, 14),
            ("subject", l.subject_pt, 13, 14),
            ("subject rule", l.subject_rule_percent, 33, 50),
            ("signature", l.signature_pt, 13, 14),
            ("recipients' head", l.recipients_head_pt, 12, 12),
            ("recipients", l.recipients_pt, 11, 11),
            ("page number", l.page_number_pt, 13, 14),
            ("annex label", l.annex_label_pt, 14, 14),
            ("annex title", l.annex_title_pt, 13, 14),
            ("annex reference", l.annex_reference_pt, 13, 14),
        ];
        for (name, value, low, high) in ranges {
            assert!(
                (low..=high).contains(&value),
                "{name}: {value} is not in {low}..={high}"
            );
        }
    }
}
