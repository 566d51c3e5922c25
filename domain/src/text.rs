//! Text at the edge: NFC, forbidden characters, folding for search.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Trims and composes (NFC) what a person typed; CR LF becomes LF.
#[must_use]
pub fn clean(text: &str) -> String {
    text.trim().replace("\r\n", "\n").nfc().collect()
}

/// Whether the text holds control characters (other than TAB and LF) or bidirectional controls,
/// which could forge what a reader sees.
#[must_use]
pub fn has_forbidden_characters(text: &str) -> bool {
    text.chars().any(|c| {
        (c.is_control() && c != '\n' && c != '\t')
            || matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
    })
}

/// Folds for search: no diacritics, no case, one blank between words. `fold("Đường")` = `"duong"`.
///
/// Neither database can do this for Vietnamese (SQLite lower-cases ASCII only, and `đ` is a letter
/// of its own), so searched tables keep a folded column and queries are folded alike.
#[must_use]
pub fn fold(text: &str) -> String {
    let folded: String = text
        .nfd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .map(|c| if c == 'đ' { 'd' } else { c })
        .collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn folding_drops_diacritics_and_case() {
        for (text, expected) in [
            ("Đất đai", "dat dai"),
            ("ĐƯỜNG  Ế", "duong e"),
            ("Quy trình", "quy trinh"),
            ("đ\u{61}\u{302}\u{301}t", "dat"),
            ("", ""),
        ] {
            assert_eq!(fold(text), expected, "{text}");
        }
    }

    #[test]
    fn bidirectional_and_control_characters_are_forbidden_but_not_line_breaks() {
        for (text, expected) in [("xã A", false), ("a\nb\tc", false), ("a\u{202E}b", true), ("a\0b", true)] {
            assert_eq!(has_forbidden_characters(text), expected, "{text:?}");
        }
    }

    #[test]
    fn cleaning_composes_trims_and_keeps_line_breaks() {
        for (text, expected) in [
            ("  Xã Trì Quang \n", "Xã Trì Quang"),
            ("dòng một\r\ndòng hai", "dòng một\ndòng hai"),
            ("e\u{302}\u{301}", "ế"),
            ("a  b", "a  b"),
            (" \u{a0} ", ""),
        ] {
            assert_eq!(clean(text), expected, "{text:?}");
        }
    }

    #[test]
    fn both_ways_of_typing_a_letter_fold_alike() {
        for (composed, decomposed) in [("Ế", "E\u{302}\u{301}"), ("ữ", "u\u{31B}\u{303}"), ("Đ", "Đ")] {
            assert_eq!(fold(composed), fold(decomposed));
        }
        assert_eq!(fold("MĐ: 15/2026 — Ứng Hòa"), "md: 15/2026 — ung hoa");
    }

    proptest! {
        #[test]
        fn cleaning_and_folding_twice_change_nothing_more(text in "\\PC{0,40}") {
            prop_assert_eq!(clean(&clean(&text)), clean(&text));
            prop_assert_eq!(fold(&fold(&text)), fold(&text));
        }

        #[test]
        fn a_word_of_a_text_is_found_in_its_folded_form(words in prop::collection::vec("[a-zđêơư]{1,6}", 1..5)) {
            let folded = fold(&words.join("  "));
            for word in &words {
                prop_assert!(folded.contains(&fold(word)));
            }
        }
    }
}
