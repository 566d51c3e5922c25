//! QR codes as SVG files, for posters: black on white whatever the window's colours.

use std::fmt::Write as _;

use qrcodegen::{QrCode, QrCodeEcc};

/// Blank modules around a code (ISO/IEC 18004 asks for four).
const QUIET: i32 = 4;

/// The code of a text as an SVG file without styles or scripts; `None` when the text is too long
/// for any code. A quarter of it may be damaged: posters get wet and torn.
#[must_use]
pub fn svg(text: &str) -> Option<String> {
    let code = QrCode::encode_text(text, QrCodeEcc::Quartile).ok()?;
    let size = code.size() + 2 * QUIET;
    let mut path = String::new();
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            write!(path, "M{},{}h1v1h-1z", x + QUIET, y + QUIET).ok()?;
        }
    }
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {size} {size}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0,0h{size}v{size}h-{size}z\"/><path fill=\"#000\" d=\"{path}\"/></svg>\n"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_square_and_has_its_three_finders_and_a_quiet_zone() {
        let address = "https://chuan.example.vn/cong-khai/thu-tuc/0193f3a1-7c1e-7cc2-9a55-0a4b6f1b2c3d";
        let file = svg(address).unwrap();
        let code = QrCode::encode_text(address, QrCodeEcc::Quartile).unwrap();
        let size = code.size() + 8;
        assert!(file.contains(&format!("viewBox=\"0 0 {size} {size}\"")));
        for (x, y) in [(4, 4), (size - 11, 4), (4, size - 11)] {
            assert!(file.contains(&format!("M{x},{y}h1v1h-1z")), "finder at {x},{y}");
        }
        assert!(!file.contains("M3,") && !file.contains("style"), "nothing in the quiet zone");
        let dark = file.matches("h1v1h-1z").count();
        let modules = (0..code.size()).flat_map(|y| (0..code.size()).map(move |x| (x, y)));
        assert_eq!(dark, modules.filter(|(x, y)| code.get_module(*x, *y)).count());
    }

    #[test]
    fn a_text_too_long_for_a_code_has_none() {
        assert!(svg(&"a".repeat(4_000)).is_none());
    }
}
