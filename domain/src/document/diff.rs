//! Two revisions compared in words, part by part.

use std::collections::BTreeMap;

use serde::Serialize;
use similar::{Algorithm, DiffOp, capture_diff_slices};

code_enum! {
    /// What happened to a run of words.
    pub enum Change ("text_change") {
        /// Giữ nguyên.
        Same = "same",
        /// Bỏ đi.
        Removed = "removed",
        /// Thêm vào.
        Added = "added",
    }
}

/// A named part of a text, as [`super::content::Content::parts`] gives them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextPart {
    /// Stable name: a code of the form, or the heading.
    pub name: String,
    /// Its words.
    pub text: String,
}

/// A run of words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Run {
    /// What happened to it.
    pub change: Change,
    /// The words, blanks and line breaks kept.
    pub text: String,
}

/// A part of two texts side by side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PartDiff {
    /// Its name.
    pub name: String,
    /// Its runs in reading order; removed before added.
    pub runs: Vec<Run>,
}

impl PartDiff {
    /// Whether anything differs.
    #[must_use]
    pub fn changed(&self) -> bool {
        self.runs.iter().any(|run| run.change != Change::Same)
    }
}

/// The difference of two texts in words, parts in the order of the new text, parts that are gone last. Of several parts of
/// one name the first is compared with the first, the second with the second.
#[must_use]
pub fn diff(old: &[TextPart], new: &[TextPart]) -> Vec<PartDiff> {
    let (old, new) = (numbered(old), numbered(new));
    let text_of = |name: &(&str, usize)| old.iter().find(|(other, _)| other == name).map_or("", |(_, part)| part.text.as_str());
    let kept = new.iter().map(|(name, part)| PartDiff { name: part.name.clone(), runs: words(text_of(name), &part.text) });
    let gone = old.iter().filter(|(name, _)| !new.iter().any(|(other, _)| other == name));
    kept.chain(gone.map(|(_, part)| PartDiff { name: part.name.clone(), runs: words(&part.text, "") })).collect()
}

/// Each part with its name and which of that name it is.
fn numbered(parts: &[TextPart]) -> Vec<((&str, usize), &TextPart)> {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut found = Vec::new();
    for part in parts {
        let name = part.name.as_str();
        let number = seen.entry(name).or_default();
        *number += 1;
        found.push(((name, *number), part));
    }
    found
}

/// The runs that turn `old` into `new`: same and added ones make `new`, same and removed ones `old`.
#[must_use]
pub fn words(old: &str, new: &str) -> Vec<Run> {
    let (old, new) = (tokens(old), tokens(new));
    let mut runs: Vec<Run> = Vec::new();
    let mut push = |change, words: Option<&[&str]>| {
        let text = words.unwrap_or_default().concat();
        match runs.last_mut() {
            _ if text.is_empty() => {}
            Some(last) if last.change == change => last.text.push_str(&text),
            _ => runs.push(Run { change, text }),
        }
    };
    for op in capture_diff_slices(Algorithm::Patience, &old, &new) {
        let (before, after) = (old.get(op.old_range()), new.get(op.new_range()));
        match op {
            DiffOp::Equal { .. } => push(Change::Same, after),
            _ => {
                push(Change::Removed, before);
                push(Change::Added, after);
            }
        }
    }
    runs
}

/// Words and the white space between them, nothing lost.
fn tokens(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let blank = first.is_whitespace();
        let end = rest.find(|c: char| c.is_whitespace() != blank).unwrap_or(rest.len());
        let (token, tail) = rest.split_at(end);
        found.push(token);
        rest = tail;
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn part(name: &str, text: &str) -> TextPart {
        TextPart { name: name.to_owned(), text: text.to_owned() }
    }

    fn drawn(runs: &[Run]) -> String {
        let sign = |run: &Run| match run.change {
            Change::Same => run.text.clone(),
            Change::Removed => format!("[-{}-]", run.text),
            Change::Added => format!("[+{}+]", run.text),
        };
        runs.iter().map(sign).collect()
    }

    #[test]
    fn a_changed_word_is_shown_among_those_that_stay() {
        for (old, new, expected) in [
            (
                "Trả kết quả trong 5 ngày làm việc.",
                "Trả kết quả trong 3 ngày làm việc.",
                "Trả kết quả trong [-5-][+3+] ngày làm việc.",
            ),
            ("", "mới", "[+mới+]"),
            ("cũ", "", "[-cũ-]"),
            ("như nhau", "như nhau", "như nhau"),
            ("", "", ""),
        ] {
            assert_eq!(drawn(&words(old, new)), expected);
        }
    }

    #[test]
    fn parts_are_compared_by_name_and_gone_ones_come_last() {
        let old = [part("purpose", "Mục đích cũ"), part("fees", "10.000 đồng")];
        let new = [part("scope", "Phạm vi"), part("purpose", "Mục đích cũ")];
        let found = diff(&old, &new);
        let shown: Vec<_> = found.iter().map(|part| (part.name.as_str(), part.changed())).collect();
        assert_eq!(shown, [("scope", true), ("purpose", false), ("fees", true)]);
    }

    #[test]
    fn the_second_part_of_a_name_is_compared_with_the_second_of_that_name() {
        type Case = (&'static [&'static str], &'static [&'static str], &'static [&'static str]);
        let cases: [Case; 5] = [
            (&["một", "hai"], &["một"], &["một", "[-hai-]"]),
            (&["một"], &["một", "hai"], &["một", "[+hai+]"]),
            (&["một", "hai"], &["một", "ba"], &["một", "[-hai-][+ba+]"]),
            (&["một", "hai", "ba"], &[], &["[-một-]", "[-hai-]", "[-ba-]"]),
            (&["như nhau", "như nhau"], &["như nhau", "như nhau"], &["như nhau", "như nhau"]),
        ];
        let parts = |texts: &[&str]| texts.iter().map(|text| part("Trách nhiệm", text)).collect::<Vec<_>>();
        for (old, new, expected) in cases {
            let found: Vec<String> = diff(&parts(old), &parts(new)).iter().map(|part| drawn(&part.runs)).collect();
            assert_eq!(found, expected, "{old:?} → {new:?}");
        }
    }

    proptest! {
        #[test]
        fn both_texts_can_be_read_out_of_the_difference(old in "[ab \\n]{0,30}", new in "[ab \\n]{0,30}") {
            let runs = words(&old, &new);
            let read = |left_out: Change| runs.iter().filter(|run| run.change != left_out).map(|run| run.text.as_str()).collect::<String>();
            prop_assert_eq!(read(Change::Added), old);
            prop_assert_eq!(read(Change::Removed), new);
        }

        #[test]
        fn equal_texts_have_one_run_that_is_the_same(text in "\\PC{1,40}") {
            let runs = words(&text, &text);
            prop_assert_eq!(runs, vec![Run { change: Change::Same, text }]);
        }
    }
}
