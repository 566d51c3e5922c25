//! Every code of this crate has its sentence or label in both languages. Tests only.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::{
    calendar, checklist, conformity, corrective_action, document, dossier, draft, evidence, finding, independence, inspection,
    management_review, objective, paper, permission, round, rule, scoring, succession, survey, year_work,
};

type Messages = BTreeMap<String, String>;

const RULES: &[&[&str]] = &[
    rule::WHO,
    rule::CODES,
    calendar::CODES,
    conformity::CODES,
    corrective_action::CODES,
    finding::CODES,
    independence::CODES,
    inspection::CODES,
    permission::CODES,
    evidence::CODES,
    paper::CODES,
    round::CODES,
    document::CODES,
    succession::CODES,
    objective::CODES,
    management_review::CODES,
];

const FIELDS: &[&[&str]] = &[
    draft::FIELD_CODES,
    checklist::FIELD_CODES,
    conformity::FIELD_CODES,
    corrective_action::FIELD_CODES,
    document::FIELD_CODES,
    dossier::FIELD_CODES,
    finding::FIELD_CODES,
    paper::FIELD_CODES,
    survey::FIELD_CODES,
    year_work::FIELD_CODES,
    objective::FIELD_CODES,
    management_review::FIELD_CODES,
];

/// The messages of both languages that this crate's own words are in.
fn catalogues() -> [(&'static str, Messages); 2] {
    ["vi", "en"].map(|lang| (lang, messages(lang, |file| file.ends_with("rules.json") || file.ends_with("enums.json"))))
}

/// The messages of a language in the files that count.
fn messages(lang: &str, counts: impl Fn(&Path) -> bool) -> Messages {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../templates/messages").join(lang);
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| counts(path));
    files.flat_map(|path| serde_json::from_str::<Messages>(&fs::read_to_string(path).unwrap()).unwrap()).collect()
}

/// The files of this crate without their tests.
fn sources() -> Vec<String> {
    let shown = files_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    let shown = shown.iter().filter(|path| !["messages.rs", "code.rs", "tests.rs"].iter().any(|name| path.ends_with(name)));
    shown.map(|path| fs::read_to_string(path).unwrap().split("#[cfg(test)]").next().unwrap().to_owned()).collect()
}

/// The files of a folder and of the folders in it.
fn files_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_in(&path) } else { vec![path] }).collect()
}

/// `key.code` of every member of every `code_enum!`, read from the sources so that none is missed.
fn members() -> Vec<String> {
    let mut found = Vec::new();
    for source in sources() {
        let mut key = None;
        for line in source.lines().map(str::trim) {
            if let Some((_, rest)) = line.strip_prefix("pub enum ").and_then(|rest| rest.split_once("(\"")) {
                key = rest.split_once("\")").map(|(key, _)| key.to_owned());
            } else if line == "}" {
                key = None;
            } else if let (Some(key), Some((_, rest))) = (&key, line.split_once(" = \"")) {
                found.push(format!("{key}.{}", rest.trim_end_matches("\",")));
            }
        }
    }
    found
}

/// The codes given as the last argument (but for the values) of every call of `name`.
fn codes_in_calls(name: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for source in sources() {
        for call in source.split(name).skip(1) {
            let call = arguments(call);
            let call = call.split("vec![").next().unwrap().trim_end_matches([',', ' ', '\n']);
            if let Some((_, code)) = call.strip_suffix('"').and_then(|call| call.rsplit_once('"')) {
                found.insert(code.to_owned());
            }
        }
    }
    found
}

/// The text up to the bracket that closes the call.
fn arguments(text: &str) -> String {
    let mut depth = 1;
    let inside = |c: &char| {
        depth += i32::from(*c == '(') - i32::from(*c == ')');
        depth > 0
    };
    text.chars().take_while(inside).collect()
}

fn placeholders(sentence: &str) -> BTreeSet<&str> {
    sentence.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name)).collect()
}

#[test]
fn every_code_has_a_sentence_in_both_languages() {
    let lists = [
        ("rule", RULES),
        ("error", FIELDS),
        ("error", scoring::FIELD_CODES),
        ("warning", &[checklist::WARNING_CODES, dossier::WARNING_CODES][..]),
        ("score_how", &[scoring::HOW_CODES][..]),
        ("score_rule", &[scoring::RULE_CODES][..]),
        ("score_warning", &[scoring::WARNING_CODES][..]),
    ];
    // Newer codes have their sentence in the file of the area that shows it.
    for lang in ["vi", "en"] {
        let messages = messages(lang, |_| true);
        for (prefix, codes) in lists {
            for code in codes.iter().copied().flatten() {
                assert!(messages.contains_key(&format!("{prefix}.{code}")), "{lang}: no sentence for {prefix}.{code}");
            }
        }
    }
}

#[test]
fn every_code_used_is_listed() {
    let rules: BTreeSet<_> = RULES.iter().copied().flatten().copied().collect();
    let fields: BTreeSet<_> = FIELDS.iter().chain(scoring::FIELD_CODES).copied().flatten().copied().collect();
    for call in ["require(", "require_none(", "Refused::new("] {
        let used = codes_in_calls(call);
        assert!(!used.is_empty(), "{call}");
        let unlisted: Vec<_> = used.iter().filter(|code| !rules.contains(code.as_str())).collect();
        assert!(unlisted.is_empty(), "{call}: {unlisted:?}");
    }
    for call in [".check(", ".add(", ".add_with("] {
        let used = codes_in_calls(call);
        let unlisted: Vec<_> = used.iter().filter(|code| !fields.contains(code.as_str())).collect();
        assert!(unlisted.is_empty(), "{call}: {unlisted:?}");
    }
}

#[test]
fn no_code_is_listed_twice_or_unused() {
    for lists in [RULES, FIELDS] {
        let all: Vec<_> = lists.iter().copied().flatten().collect();
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "listed twice");
    }
    let sources = sources().concat();
    for code in RULES.iter().chain(FIELDS).chain(scoring::FIELD_CODES).copied().flatten() {
        let uses = sources.matches(&format!("\"{code}\"")).count();
        assert!(uses >= 2, "{code} is listed and never used");
    }
}

#[test]
fn every_member_of_every_closed_list_has_a_label() {
    let members = members();
    assert!(members.len() > 200, "the reader of the sources found only {}", members.len());
    assert!(members.contains(&"verdict.not_audited".to_owned()));
    for (lang, messages) in ["vi", "en"].map(|lang| (lang, messages(lang, |_| true))) {
        for member in &members {
            assert!(messages.contains_key(member), "{lang}: no label for {member}");
        }
    }
}

#[test]
fn both_languages_say_the_same_things_with_the_same_values() {
    let [(_, vi), (_, en)] = catalogues();
    assert_eq!(vi.keys().collect::<Vec<_>>(), en.keys().collect::<Vec<_>>());
    let sources = sources().concat();
    for (key, sentence) in &vi {
        assert_eq!(placeholders(sentence), placeholders(&en[key]), "{key}");
        for name in placeholders(sentence) {
            assert!(sources.contains(&format!("\"{name}\"")), "{key}: nobody gives {name}");
        }
    }
}

#[test]
fn sentences_are_sentences() {
    for (lang, messages) in catalogues() {
        for (key, text) in &messages {
            let is_sentence = key.starts_with("rule.") || key.starts_with("error.") || key.starts_with("warning.");
            assert_eq!(text.trim(), text, "{lang}: {key}");
            assert!(!is_sentence || text.ends_with('.'), "{lang}: {key}");
            let words = placeholders(text).into_iter().fold(text.clone(), |text, name| text.replace(name, ""));
            assert!(!words.contains('_') && !text.to_lowercase().contains("thanh tra"), "{lang}: {key}");
        }
    }
}
