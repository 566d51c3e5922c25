//! Watches every page and every problem that a test is answered with for keys of messages nobody wrote: a key that is
//! put together while the program runs cannot be found missing any other way.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use render::{Catalogue, Lang};

struct Keys {
    catalogue: Catalogue,
    /// What stands before the first point of a key.
    families: BTreeSet<String>,
}

static KEYS: LazyLock<Keys> = LazyLock::new(|| {
    let catalogue = Catalogue::embedded().unwrap();
    let families = catalogue.keys(Lang::Vi).filter_map(|key| key.split_once('.')).map(|(family, _)| family.to_owned()).collect();
    Keys { catalogue, families }
});

/// The first key of a message that is shown as itself, because there is no such message.
#[must_use]
pub fn unworded(shown: &str) -> Option<&str> {
    let of_a_key = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_' || letter == '.';
    let words = shown.split(|letter| !of_a_key(letter)).map(|word| word.trim_matches('.'));
    words.into_iter().find(|word| {
        let family = word.split_once('.').map_or("", |(family, _)| family);
        KEYS.families.contains(family) && !KEYS.catalogue.has(word)
    })
}

/// What a person reads of a page: without its tags.
#[must_use]
pub fn without_tags(html: &str) -> String {
    html.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_without_words_is_found_and_words_with_points_are_not() {
        assert_eq!(unworded("Tên document_file.khong_co nơi"), Some("document_file.khong_co"));
        assert_eq!(unworded("Tên tài liệu. sample.vn, tep.docx, 1.001193, document_file.title"), None);
        assert_eq!(without_tags("<p class=\"record.none\">Hồ sơ</p>").trim(), "Hồ sơ");
    }
}
