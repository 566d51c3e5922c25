//! Which files may hold the text of a controlled document: what offices write and print, never a program.

/// An ending, and how a file that has it begins.
type Known = (&'static str, &'static [u8]);

const PDF: &[u8] = b"%PDF";
/// Word and OpenDocument are ZIP archives.
const ZIP: &[u8] = b"PK";
/// The container of Word and Excel up to 2003.
const OLE: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0];

const TEXTS: [Known; 4] = [("pdf", PDF), ("docx", ZIP), ("odt", ZIP), ("doc", OLE)];
/// Forms are often tables.
const SHEETS: [Known; 2] = [("xlsx", ZIP), ("xls", OLE)];

/// Whether a file of this name may be kept with a revision. `sheets`: spreadsheets too, which forms often are. `bytes`
/// once they are known: they must begin as the ending says.
///
/// # Errors
/// `text_file_type`, `form_file_type`, `file_not_as_named`.
pub fn check_file(sheets: bool, name: &str, bytes: Option<&[u8]>) -> Result<(), &'static str> {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).unwrap_or_default();
    let known = TEXTS.iter().chain(SHEETS.iter().filter(|_| sheets)).find(|(known, _)| *known == ending);
    let Some((_, head)) = known else {
        return Err(if sheets { "form_file_type" } else { "text_file_type" });
    };
    if bytes.is_some_and(|bytes| !bytes.starts_with(head)) { Err("file_not_as_named") } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_a_word_or_pdf_file_by_name_and_by_its_first_bytes() {
        let ole = b"\xD0\xCF\x11\xE0\xA1".as_slice();
        for (sheets, name, bytes, expected) in [
            (false, "Quy trình.pdf", b"%PDF-1.7".as_slice(), Ok(())),
            (false, "Quy trình.DOCX", b"PK\x03\x04".as_slice(), Ok(())),
            (false, "quy-trinh.odt", b"PK\x03\x04".as_slice(), Ok(())),
            (false, "quy-trinh.doc", ole, Ok(())),
            (false, "a.exe", b"MZ".as_slice(), Err("text_file_type")),
            (false, "a", b"%PDF".as_slice(), Err("text_file_type")),
            (false, "bieu-mau.xlsx", b"PK\x03\x04".as_slice(), Err("text_file_type")),
            (true, "bieu-mau.xlsx", b"PK\x03\x04".as_slice(), Ok(())),
            (true, "bieu-mau.xls", ole, Ok(())),
            (true, "a.exe", b"MZ".as_slice(), Err("form_file_type")),
            (false, "a.pdf", b"MZ".as_slice(), Err("file_not_as_named")),
            (false, "a.docx", b"%PDF".as_slice(), Err("file_not_as_named")),
            (false, "a.pdf", b"".as_slice(), Err("file_not_as_named")),
        ] {
            assert_eq!(check_file(sheets, name, Some(bytes)), expected, "{name}");
        }
        assert_eq!(check_file(false, "a.pdf", None), Ok(()), "before its bytes have come");
        assert_eq!(check_file(false, "a.exe", None), Err("text_file_type"));
    }
}
