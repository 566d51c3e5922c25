//! Makes strings fit for paper: NFC, no invisible characters, every letter in the typeface.

use serde_json::Value;
use typst::text::Font;
use unicode_normalization::UnicodeNormalization;

use super::PaperError;

/// A run without spaces longer than this gets places where it may break.
const LONG_WORD: usize = 30;
/// Distance between those places.
const BREAK_EVERY: usize = 10;
/// Zero-width space: a place to break that takes no room.
const BREAK: char = '\u{200b}';

/// Cleans every string of `value` in place and checks that `faces` can print it.
///
/// # Errors
/// [`PaperError::Unprintable`] with the first letter that some face lacks.
pub(super) fn prepare(value: &mut Value, faces: &[Font]) -> Result<(), PaperError> {
    walk(value, faces, &mut String::new())
}

fn walk(value: &mut Value, faces: &[Font], field: &mut String) -> Result<(), PaperError> {
    let length = field.len();
    match value {
        Value::String(text) => {
            let clean = clean(text);
            if let Some(letter) = clean.chars().find(|&letter| !printable(letter, faces)) {
                return Err(PaperError::Unprintable { letter, field: field.clone(), text: clean.chars().take(80).collect() });
            }
            *text = breakable(&clean);
        }
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                field.push_str(&format!("/{index}"));
                walk(item, faces, field)?;
                field.truncate(length);
            }
        }
        Value::Object(fields) => {
            for (name, item) in fields {
                field.push('/');
                field.push_str(name);
                walk(item, faces, field)?;
                field.truncate(length);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
    Ok(())
}

/// NFC text of visible characters, spaces and line breaks, without space at the ends.
fn clean(text: &str) -> String {
    let text: String = text
        .replace("\r\n", "\n")
        .nfc()
        .map(|letter| match letter {
            '\t' => ' ',
            '\r' | '\u{2028}' | '\u{2029}' => '\n',
            other => other,
        })
        .filter(|&letter| letter == '\n' || !(letter.is_control() || invisible(letter)))
        .collect();
    text.trim().to_owned()
}

/// Characters that leave no mark yet change what is read: marks of direction (which can turn a
/// number round), joiners, soft hyphens, variation selectors, tags.
fn invisible(letter: char) -> bool {
    matches!(
        letter,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

fn printable(letter: char, faces: &[Font]) -> bool {
    letter.is_whitespace() || faces.iter().all(|face| face.info().coverage.contains(letter.into()))
}

/// Lets an address or a hash break instead of running out of its column.
fn breakable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for part in text.split_inclusive(char::is_whitespace) {
        let long = part.chars().count() > LONG_WORD;
        for (index, letter) in part.chars().enumerate() {
            if long && index > 0 && index % BREAK_EVERY == 0 {
                out.push(BREAK);
            }
            out.push(letter);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fonts;

    fn prepared(text: &str) -> Result<String, PaperError> {
        let mut value = Value::from(text);
        prepare(&mut value, &fonts::typeface().unwrap().faces)?;
        Ok(value.as_str().unwrap().to_owned())
    }

    #[test]
    fn text_becomes_composed_and_loses_what_cannot_be_seen() {
        let cases = [
            ("Thu\u{309} tu\u{323}c", "Thủ tục"),
            ("e\u{302}\u{301}", "ế"),
            ("a\u{202e}b\u{200d}c\u{feff}\u{0}\u{1b}", "abc"),
            ("một\r\nhai\tba \n", "một\nhai ba"),
            ("₫ … – “” « »", "₫ … – “” « »"),
        ];
        for (given, expected) in cases {
            assert_eq!(prepared(given).unwrap(), expected);
        }
    }

    #[test]
    fn a_letter_the_typeface_lacks_is_named_with_the_field_it_stands_in() {
        let mut value = serde_json::json!({"areas": [{"facts": ["tốt", "rất tốt 😀"]}]});
        let error = prepare(&mut value, &fonts::typeface().unwrap().faces).unwrap_err();
        let PaperError::Unprintable { letter, field, text } = error else {
            panic!("{error}");
        };
        assert_eq!((letter, field.as_str(), text.as_str()), ('😀', "/areas/0/facts/1", "rất tốt 😀"));
    }

    #[test]
    fn only_words_longer_than_a_line_of_a_column_get_places_to_break() {
        let code = "000.00.12.H36-260305-0001";
        assert_eq!(prepared(code).unwrap(), code);
        let long = "x".repeat(65);
        assert_eq!(prepared(&long).unwrap().matches(BREAK).count(), 6);
        assert_eq!(prepared(&long).unwrap().replace(BREAK, ""), long);
    }
}
