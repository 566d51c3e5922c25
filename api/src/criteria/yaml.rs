//! YAML 1.2 (and so JSON) as a plain tree: duplicate keys are kept for the reader to refuse, tags
//! are refused, aliases are expanded within a bound.

use std::collections::HashMap;

use domain::scoring::{Scalar, Tree};
use granit_parser::{Event, Parser, ScalarStyle};

/// How deep a file may nest.
const MAX_DEPTH: usize = 40;
/// How many values aliases may add.
const MAX_EXPANDED: usize = 2_000_000;

/// Why a text is no file: what and where, in English as the parser says it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{line}:{column}: {what}")]
pub struct Broken {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
    /// What.
    pub what: String,
}

/// A list or map being read.
struct Open {
    anchor: usize,
    kind: Kind,
}

enum Kind {
    List(Vec<Tree>),
    Map(Vec<(Scalar, Tree)>, Option<Scalar>),
}

/// Reads one document.
///
/// # Errors
/// What is not YAML, has tags, nests too deep, or holds several documents.
pub fn read(text: &str) -> Result<Tree, Broken> {
    let mut open: Vec<Open> = Vec::new();
    let mut anchors: HashMap<usize, Tree> = HashMap::new();
    let (mut root, mut documents, mut expanded) = (None, 0, 0_usize);
    for event in Parser::new_from_str(text.trim_start_matches('\u{feff}')) {
        let (event, span) = event.map_err(|error| Broken {
            line: error.marker().line(),
            column: error.marker().col() + 1,
            what: error.to_string(),
        })?;
        let broken = |what: &str| Broken { line: span.start.line(), column: span.start.col() + 1, what: what.to_owned() };
        let (value, anchor) = match event {
            Event::DocumentStart(..) => {
                documents += 1;
                if documents > 1 {
                    return Err(broken("more than one document"));
                }
                continue;
            }
            Event::Scalar(_, _, _, Some(_)) | Event::SequenceStart(_, _, Some(_)) | Event::MappingStart(_, _, Some(_)) => {
                return Err(broken("tags are not allowed"));
            }
            Event::SequenceStart(_, anchor, None) => {
                open.push(Open { anchor, kind: Kind::List(Vec::new()) });
                if open.len() > MAX_DEPTH {
                    return Err(broken("nested too deep"));
                }
                continue;
            }
            Event::MappingStart(_, anchor, None) => {
                open.push(Open { anchor, kind: Kind::Map(Vec::new(), None) });
                if open.len() > MAX_DEPTH {
                    return Err(broken("nested too deep"));
                }
                continue;
            }
            Event::Scalar(text, style, anchor, None) => (scalar(&text, style), anchor),
            Event::Alias(anchor) => {
                let found = anchors.get(&anchor).cloned().ok_or_else(|| broken("unknown alias"))?;
                expanded += size(&found);
                if expanded > MAX_EXPANDED {
                    return Err(broken("aliases expand too far"));
                }
                (found, 0)
            }
            Event::SequenceEnd | Event::MappingEnd => match open.pop() {
                Some(Open { anchor, kind: Kind::List(items) }) => (Tree::List(items), anchor),
                Some(Open { anchor, kind: Kind::Map(entries, None) }) => (Tree::Map(entries), anchor),
                _ => return Err(broken("a key without a value")),
            },
            _ => continue,
        };
        if anchor > 0 {
            anchors.insert(anchor, value.clone());
        }
        match open.last_mut().map(|open| &mut open.kind) {
            None => root = Some(value),
            Some(Kind::List(items)) => items.push(value),
            Some(Kind::Map(entries, key)) => match (key.take(), value) {
                (Some(key), value) => entries.push((key, value)),
                (None, Tree::Scalar(found)) => *key = Some(found),
                _ => return Err(broken("a key must be a word or number")),
            },
        }
    }
    Ok(root.unwrap_or(Tree::Null))
}

fn scalar(text: &str, style: ScalarStyle) -> Tree {
    let quoted = style != ScalarStyle::Plain;
    if !quoted && matches!(text, "" | "~" | "null" | "Null" | "NULL") {
        return Tree::Null;
    }
    Tree::Scalar(Scalar { text: text.to_owned(), quoted })
}

fn size(tree: &Tree) -> usize {
    match tree {
        Tree::Null | Tree::Scalar(_) => 1,
        Tree::List(items) => 1 + items.iter().map(size).sum::<usize>(),
        Tree::Map(entries) => 1 + entries.iter().map(|(_, value)| 1 + size(value)).sum::<usize>(),
    }
}

/// A tree as JSON: text stays text, truth values become such; numbers are text.
#[must_use]
pub fn to_json(tree: &Tree) -> serde_json::Value {
    match tree {
        Tree::Null => serde_json::Value::Null,
        Tree::Scalar(Scalar { text, quoted: false }) if matches!(text.as_str(), "true" | "false") => (text == "true").into(),
        Tree::Scalar(scalar) => scalar.text.clone().into(),
        Tree::List(items) => items.iter().map(to_json).collect(),
        Tree::Map(entries) => {
            serde_json::Value::Object(entries.iter().map(|(key, value)| (key.text.clone(), to_json(value))).collect())
        }
    }
}

/// JSON as a tree. A number's digits are those of its shortest form; write long ones as text.
#[must_use]
pub fn from_json(value: &serde_json::Value) -> Tree {
    match value {
        serde_json::Value::Null => Tree::Null,
        serde_json::Value::Bool(yes) => Tree::bare(if *yes { "true" } else { "false" }),
        serde_json::Value::Number(number) => Tree::bare(number.to_string()),
        serde_json::Value::String(text) => Tree::text(text),
        serde_json::Value::Array(items) => Tree::List(items.iter().map(from_json).collect()),
        serde_json::Value::Object(entries) => {
            Tree::Map(entries.iter().map(|(key, value)| (Scalar::text(key), from_json(value))).collect())
        }
    }
}

/// A tree as YAML: maps in blocks, everything textual in double quotes, so that nothing is guessed.
#[must_use]
pub fn write(tree: &Tree) -> String {
    let mut text = String::new();
    write_into(tree, 0, &mut text);
    text
}

fn write_into(tree: &Tree, depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    match tree {
        Tree::Map(entries) => {
            for (key, value) in entries {
                text.push_str(&indent);
                text.push_str(&plain_key(key));
                text.push(':');
                after(value, depth + 1, text);
            }
        }
        Tree::List(items) => {
            for item in items {
                text.push_str(&indent);
                text.push('-');
                after(item, depth + 1, text);
            }
        }
        Tree::Null | Tree::Scalar(_) => after(tree, depth, text),
    }
}

fn after(value: &Tree, depth: usize, text: &mut String) {
    match value {
        Tree::Null => text.push_str(" null\n"),
        Tree::Scalar(scalar) if scalar.quoted => {
            text.push(' ');
            // A JSON string is a double-quoted YAML string.
            text.push_str(&serde_json::Value::from(scalar.text.as_str()).to_string());
            text.push('\n');
        }
        Tree::Scalar(scalar) => {
            text.push(' ');
            text.push_str(&scalar.text);
            text.push('\n');
        }
        Tree::List(items) if items.is_empty() => text.push_str(" []\n"),
        Tree::Map(entries) if entries.is_empty() => text.push_str(" {}\n"),
        inner => {
            text.push('\n');
            write_into(inner, depth, text);
        }
    }
}

/// A key that is a plain word stays so; all others are quoted.
fn plain_key(key: &Scalar) -> String {
    let word = key.text.starts_with(|c: char| c.is_ascii_lowercase())
        && key.text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !matches!(key.text.as_str(), "true" | "false" | "null");
    if word { key.text.clone() } else { serde_json::Value::from(key.text.as_str()).to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_stay_as_written_and_quotes_are_known() {
        let tree = read("a: 1.10\nb: \"1.10\"\nc: [true, ~, 'x']\n").unwrap();
        assert_eq!(tree.get("a"), Some(&Tree::bare("1.10")));
        assert_eq!(tree.get("b"), Some(&Tree::text("1.10")));
        assert_eq!(tree.get("c"), Some(&Tree::List(vec![Tree::bare("true"), Tree::Null, Tree::text("x")])));
    }

    #[test]
    fn json_is_read_alike() {
        assert_eq!(read(r#"{"a": 7.350, "b": "x", "c": {"d": []}}"#).unwrap().get("a"), Some(&Tree::bare("7.350")));
    }

    #[test]
    fn aliases_are_expanded_within_a_bound_and_tags_are_refused() {
        let tree = read("a: &x {k: 1}\nb: *x\n").unwrap();
        assert_eq!(tree.get("a"), tree.get("b"));
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..9 {
            let before = format!("*a{}", level - 1);
            bomb += &format!("a{level}: &a{level} [{}]\n", [before.as_str(); 10].join(", "));
        }
        assert_eq!(read(&bomb).unwrap_err().what, "aliases expand too far");
        assert_eq!(read("a: !!str 1\n").unwrap_err().what, "tags are not allowed");
        assert_eq!(read(&format!("{}{}", "[".repeat(60), "]".repeat(60))).unwrap_err().what, "nested too deep");
        assert!(read("a: [1\n").is_err());
        assert!(read("--- a\n--- b\n").is_err());
    }

    #[test]
    fn what_is_written_is_read_back() {
        let tree = read("a: [{k: \"x: \\\"y\\\" é\\n\", \"1.10\": true}, []]\nb: {}\nc: 5\n").unwrap();
        assert_eq!(read(&write(&tree)).unwrap(), tree);
    }
}
