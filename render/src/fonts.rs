//! The typeface of official papers: Tinos, as wide as Times New Roman and complete for Vietnamese.
//!
//! NĐ 30/2020/NĐ-CP (phụ lục I, phần I) asks for Times New Roman, whose licence we do not have. The
//! first of these that covers every Vietnamese letter is used, and its hash goes with each paper:
//! Tinos embedded by `build.rs`, Tinos of the system, Liberation Serif 2 of the system.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};
use typst::foundations::Bytes;
use typst::text::{Font, FontBook, FontStyle, FontVariant, FontWeight};
use typst::utils::LazyHash;

#[derive(RustEmbed)]
#[folder = "$OUT_DIR/fonts"]
struct Embedded;

/// Where distributions put the two free families as wide as Times New Roman.
///
/// Debian's `fonts-liberation` 1.x stands in the last folder and lacks most Vietnamese letters; the
/// test of coverage passes it over.
const SYSTEM: [(&str, &str); 5] = [
    ("/usr/share/fonts/truetype/croscore", "Tinos"),
    ("/usr/share/fonts/google-croscore", "Tinos"),
    ("/usr/share/fonts/truetype/liberation2", "LiberationSerif"),
    ("/usr/share/fonts/liberation-serif", "LiberationSerif"),
    ("/usr/share/fonts/truetype/liberation", "LiberationSerif"),
];

/// Letters of the Vietnamese alphabet that are not ASCII, lower case, with every tone mark.
const VIETNAMESE: &str = "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ";

/// Other signs that our templates print.
const SIGNS: &str = "…–“”«»§×≥≤₫%/.,;:()-+";

/// No usable typeface was found.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error("no font that covers Vietnamese: build with npm (it brings Tinos), or install fonts-croscore or fonts-liberation2")]
pub struct NoFont;

/// The four faces in use, and what is to be recorded about them.
#[derive(Debug)]
pub(crate) struct Typeface {
    pub(crate) family: String,
    pub(crate) hash: String,
    pub(crate) faces: Vec<Font>,
    pub(crate) book: LazyHash<FontBook>,
}

static TYPEFACE: LazyLock<Result<Typeface, NoFont>> = LazyLock::new(find);

/// Name of the family that papers are set in.
///
/// # Errors
/// [`NoFont`] when neither the build nor the system brought one that covers Vietnamese.
pub fn family_used() -> Result<&'static str, NoFont> {
    typeface().map(|typeface| typeface.family.as_str())
}

/// SHA-256 (lower-case hexadecimal) over the font files in use, regular, bold, italic, bold italic.
///
/// # Errors
/// As [`family_used`].
pub fn hash() -> Result<&'static str, NoFont> {
    typeface().map(|typeface| typeface.hash.as_str())
}

/// The faces that papers are set in, found once.
pub(crate) fn typeface() -> Result<&'static Typeface, NoFont> {
    TYPEFACE.as_ref().map_err(Clone::clone)
}

fn find() -> Result<Typeface, NoFont> {
    let embedded = Embedded::iter().filter_map(|name| Embedded::get(&name)).map(|file| Bytes::new(file.data)).collect();
    std::iter::once(embedded)
        .chain(SYSTEM.into_iter().map(|(folder, prefix)| installed(Path::new(folder), prefix)))
        .find_map(assemble)
        .ok_or(NoFont)
}

/// Font files of one system folder; none when it is not there.
fn installed(folder: &Path, prefix: &str) -> Vec<Bytes> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    entries
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
        .filter_map(|entry| fs::read(entry.path()).ok())
        .map(Bytes::new)
        .collect()
}

/// A typeface of these files, when they hold all four faces of one family and every letter.
fn assemble(files: Vec<Bytes>) -> Option<Typeface> {
    let mut faces: Vec<Font> = files.into_iter().filter_map(|bytes| Font::new(bytes, 0)).collect();
    // The order in a folder is the file system's: sort, so that the hash is of the fonts alone.
    faces.sort_by_key(|face| {
        let FontVariant { style, weight, .. } = face.info().variant;
        (style != FontStyle::Normal, weight)
    });
    let variants: Vec<_> = faces.iter().map(|face| (face.info().variant.style, face.info().variant.weight)).collect();
    let wanted = [
        (FontStyle::Normal, FontWeight::REGULAR),
        (FontStyle::Normal, FontWeight::BOLD),
        (FontStyle::Italic, FontWeight::REGULAR),
        (FontStyle::Italic, FontWeight::BOLD),
    ];
    let family = faces.first()?.info().family.as_str().to_owned();
    let one_family = faces.iter().all(|face| face.info().family == family.as_str());
    if variants != wanted || !one_family || !faces.iter().all(covers_vietnamese) {
        return None;
    }

    let mut sum = Sha256::new();
    for face in &faces {
        sum.update(face.data());
    }
    let book = LazyHash::new(FontBook::from_fonts(&faces));
    Some(Typeface { family, hash: format!("{:x}", sum.finalize()), faces, book })
}

fn covers_vietnamese(face: &Font) -> bool {
    VIETNAMESE
        .chars()
        .flat_map(|letter| letter.to_uppercase().chain([letter]))
        .chain(' '..='~')
        .chain(SIGNS.chars())
        .all(|letter| face.info().coverage.contains(letter.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_typeface_in_use_prints_every_vietnamese_letter_in_all_four_faces() {
        let typeface = typeface().unwrap();
        assert_eq!(typeface.faces.len(), 4);
        assert_eq!(VIETNAMESE.chars().count(), 67);
        assert_eq!(hash().unwrap().len(), 64);
        assert!(["Tinos", "Liberation Serif"].contains(&family_used().unwrap()));
    }

    #[test]
    fn a_family_without_all_four_faces_is_passed_over() {
        let typeface = typeface().unwrap();
        let three = typeface.faces.iter().take(3).map(|face| face.data().clone()).collect();
        assert!(assemble(three).is_none());
        assert!(assemble(Vec::new()).is_none());
    }

    #[test]
    fn the_hash_does_not_depend_on_the_order_of_the_files() {
        let typeface = typeface().unwrap();
        let backwards = typeface.faces.iter().rev().map(|face| face.data().clone()).collect();
        assert_eq!(assemble(backwards).unwrap().hash, typeface.hash);
    }

    #[test]
    fn a_folder_that_is_not_there_brings_no_fonts() {
        assert!(installed(Path::new("/khong-co"), "Tinos").is_empty());
    }
}
