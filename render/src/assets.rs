//! Files a browser asks for: our own from `web/src` and Bootstrap's style sheet, embedded at build time.

use std::borrow::Cow;
use std::fmt::Write as _;

use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "$OUT_DIR/assets"]
struct Files;

/// One embedded file, ready to be sent.
#[derive(Clone, Debug)]
pub struct Asset {
    /// The content, uncompressed.
    pub bytes: Cow<'static, [u8]>,
    /// The `Content-Type`, by extension.
    pub mime: &'static str,
    /// SHA-256 of the content in lower-case hexadecimal: a strong `ETag` once quoted.
    pub hash: String,
}

impl Asset {
    /// The part of the hash that is in the URL.
    ///
    /// An answer to a URL with another value is not wrong, only old: send it without `immutable`.
    #[must_use]
    pub fn hash8(&self) -> &str {
        self.hash.get(..8).unwrap_or(&self.hash)
    }
}

/// The embedded file of this name (`theme.css`, `icons/192.png`), if the build had it.
#[must_use]
pub fn get(name: &str) -> Option<Asset> {
    let file = Files::get(name)?;
    let mut hash = String::with_capacity(64);
    for byte in file.metadata.sha256_hash() {
        // Writing to a string cannot fail.
        let _ = write!(hash, "{byte:02x}");
    }
    Some(Asset { bytes: file.data, mime: mime(name), hash })
}

/// The address of a file, changing with its content: `/assets/1f2e3d4c/theme.css`.
///
/// `None` when the build did not have the file (Bootstrap without npm): leave the link out then.
#[must_use]
pub fn lookup_path(name: &str) -> Option<String> {
    get(name).map(|asset| format!("/assets/{}/{name}", asset.hash8()))
}

/// As [`lookup_path`]; an address that answers 404 when the build did not have the file.
#[must_use]
pub fn path(name: &str) -> String {
    lookup_path(name).unwrap_or_else(|| format!("/assets/absent/{name}"))
}

/// Names of all embedded files, sorted.
#[must_use]
pub fn names() -> Vec<String> {
    let mut names: Vec<_> = Files::iter().map(Cow::into_owned).collect();
    names.sort();
    names
}

fn mime(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("webmanifest") => "application/manifest+json",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_has_a_type_and_an_address_that_holds_its_hash() {
        for name in names() {
            let asset = get(&name).unwrap();
            assert_ne!(asset.mime, "application/octet-stream", "{name}");
            assert_eq!(asset.hash.len(), 64);
            assert_eq!(path(&name), format!("/assets/{}/{name}", asset.hash8()));
        }
    }

    #[test]
    fn a_file_the_build_did_not_have_has_no_address() {
        assert_eq!(lookup_path("khong-co.css"), None);
        assert_eq!(path("khong-co.css"), "/assets/absent/khong-co.css");
        assert!(get("../Cargo.toml").is_none());
    }

    #[test]
    fn no_style_sheet_or_script_loads_anything_from_another_host() {
        for name in names() {
            let Ok(text) = String::from_utf8(get(&name).unwrap().bytes.into_owned()) else {
                continue;
            };
            for needle in ["url(http", "url(//", "url(\"http", "@import", "src=\"http"] {
                assert!(!text.contains(needle), "{name} holds {needle}");
            }
        }
    }
}
