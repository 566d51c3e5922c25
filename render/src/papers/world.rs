//! What typst is allowed to see: our templates, the data of one paper, the fonts. Nothing else.

use std::sync::LazyLock;

use chrono::{Datelike, NaiveDateTime, Timelike};
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::ecow::EcoVec;
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use super::PaperError;
use crate::fonts::Typeface;

/// Templates by the path they are imported under.
pub(super) const SOURCES: [(&str, &str); 7] = [
    ("/nd30.typ", include_str!("../../../templates/papers/nd30.typ")),
    ("/words.typ", include_str!("../../../templates/papers/words.typ")),
    ("/minutes.typ", include_str!("../../../templates/papers/minutes.typ")),
    ("/declaration.typ", include_str!("../../../templates/papers/declaration.typ")),
    ("/inspection-report.typ", include_str!("../../../templates/papers/inspection-report.typ")),
    ("/review-minutes.typ", include_str!("../../../templates/papers/review-minutes.typ")),
    ("/list.typ", include_str!("../../../templates/papers/list.typ")),
];

/// Vietnam has one offset from UTC and no summer time.
const VIETNAM_OFFSET_MINUTES: i32 = 7 * 60;

/// Compilations after which an unused cached result is dropped.
const KEEP_FOR: usize = 10;

static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| LazyHash::new(Library::default()));

static PARSED: LazyLock<Vec<Source>> =
    LazyLock::new(|| SOURCES.iter().filter_map(|(path, text)| Some(Source::new(id(path)?, (*text).to_owned()))).collect());

fn id(path: &str) -> Option<FileId> {
    let path = VirtualPath::new(path).ok()?;
    Some(RootedPath::new(VirtualRoot::Project, path).intern())
}

/// One compilation's surroundings.
pub(super) struct Desk<'a> {
    typeface: &'a Typeface,
    main: Source,
    data_id: FileId,
    data: Bytes,
}

impl<'a> Desk<'a> {
    /// A desk on which `main` (the path of a template) is set with `data` as `/data.json`.
    pub(super) fn new(typeface: &'a Typeface, main: &str, data: Vec<u8>) -> Result<Self, PaperError> {
        let missing = || PaperError::Template(format!("there is no template {main}"));
        let main_id = id(main).ok_or_else(missing)?;
        let source = PARSED.iter().find(|source| source.id() == main_id).ok_or_else(missing)?;
        Self::with_source(typeface, source.clone(), data)
    }

    /// As [`Desk::new`] with a source of its own: tests print pieces of `nd30.typ` with it.
    fn with_source(typeface: &'a Typeface, main: Source, data: Vec<u8>) -> Result<Self, PaperError> {
        let data_id = id("/data.json").ok_or_else(|| PaperError::Template("the path of the data is not valid".to_owned()))?;
        Ok(Self { typeface, main, data_id, data: Bytes::new(data) })
    }

    /// Lays out the pages.
    pub(super) fn pages(&self) -> Result<PagedDocument, PaperError> {
        let _evict = Evict;
        typst::compile::<PagedDocument>(self).output.map_err(|errors| PaperError::Template(self.describe(&errors)))
    }

    /// Writes the pages as PDF/A-2a and PDF/UA-1: archival, tagged, every glyph present.
    ///
    /// `ident` and `dated` (Vietnamese civil time) are all that the file says of its making.
    pub(super) fn pdf(&self, pages: &PagedDocument, ident: String, dated: NaiveDateTime) -> Result<Vec<u8>, PaperError> {
        let _evict = Evict;
        let standards = PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1])
            .map_err(|error| PaperError::Export(error.message().to_string()))?;
        let options = PdfOptions {
            ident: Smart::Custom(ident),
            creator: Smart::Custom(Some("Chuẩn".to_owned())),
            timestamp: timestamp(dated),
            page_ranges: None,
            standards,
            tagged: true,
            pretty: false,
        };
        typst_pdf::pdf(pages, &options).map_err(|errors| PaperError::Export(self.describe(&errors)))
    }

    fn describe(&self, errors: &EcoVec<SourceDiagnostic>) -> String {
        let lines: Vec<_> = errors
            .iter()
            .map(|error| match self.line_of(error) {
                Some(place) => format!("{place}: {}", error.message),
                None => error.message.to_string(),
            })
            .collect();
        lines.join("; ")
    }

    fn line_of(&self, error: &SourceDiagnostic) -> Option<String> {
        use typst::WorldExt as _;
        let source = self.source(error.span.id()?).ok()?;
        let range = self.range(error.span)?;
        let line = source.lines().byte_to_line(range.start)?;
        Some(format!("{}:{}", source.id().get().vpath().get_without_slash(), line + 1))
    }
}

impl World for Desk<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.typeface.book
    }

    fn main(&self) -> FileId {
        self.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        std::iter::once(&self.main).chain(PARSED.iter()).find(|source| source.id() == id).cloned().ok_or(FileError::AccessDenied)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.data_id { Ok(self.data.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.typeface.faces.get(index).cloned()
    }

    /// None: a paper that printed today's date would not come out the same tomorrow.
    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

/// The instant as PDF metadata has it, at +07:00. `None` for years a PDF cannot say.
fn timestamp(dated: NaiveDateTime) -> Option<Timestamp> {
    let small = |number: u32| u8::try_from(number).ok();
    let datetime = Datetime::from_ymd_hms(
        dated.year(),
        small(dated.month())?,
        small(dated.day())?,
        small(dated.hour())?,
        small(dated.minute())?,
        small(dated.second())?,
    )?;
    Timestamp::new_local(datetime, VIETNAM_OFFSET_MINUTES)
}

/// Keeps typst's cache small, also when a compilation fails.
struct Evict;

impl Drop for Evict {
    fn drop(&mut self) {
        comemo::evict(KEEP_FOR);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::fonts;
    use typst::layout::{Frame, FrameItem, Point};
    use typst_layout::Page;

    /// A piece of text and where its base line starts.
    #[derive(Debug)]
    pub(in crate::papers) struct Placed {
        pub(in crate::papers) text: String,
        pub(in crate::papers) x_mm: f64,
        pub(in crate::papers) y_mm: f64,
        pub(in crate::papers) width_mm: f64,
    }

    /// The text of each page, an item a line, in the order it is drawn; places to break are left out.
    pub(in crate::papers) fn texts(pages: &PagedDocument) -> Vec<String> {
        let text_of = |page: &Page| {
            let mut items = Vec::new();
            collect(&page.frame, Point::zero(), true, &mut items);
            items.into_iter().map(|item| item.text + "\n").collect()
        };
        pages.pages().iter().map(text_of).collect()
    }

    /// The items of a page that stand upright: not the watermark.
    pub(in crate::papers) fn placed(page: &Page) -> Vec<Placed> {
        let mut items = Vec::new();
        collect(&page.frame, Point::zero(), false, &mut items);
        items
    }

    fn collect(frame: &Frame, origin: Point, turned: bool, out: &mut Vec<Placed>) {
        for (position, item) in frame.items() {
            let at = origin + *position;
            match item {
                FrameItem::Text(text) => out.push(Placed {
                    text: text.text.replace("\u{200b}", "").to_string(),
                    x_mm: at.x.to_mm(),
                    y_mm: at.y.to_mm(),
                    width_mm: text.width().to_mm(),
                }),
                FrameItem::Group(group) if turned || group.transform.is_only_translate() => {
                    let moved = at + Point::new(group.transform.tx, group.transform.ty);
                    collect(&group.frame, moved, turned, out);
                }
                _ => {}
            }
        }
    }

    fn compile(text: &str) -> Result<Vec<String>, PaperError> {
        let main = Source::new(id("/test.typ").unwrap(), text.to_owned());
        let typeface = fonts::typeface().unwrap();
        let (_, sample) = crate::papers::samples().remove(0);
        let desk = Desk::with_source(typeface, main, sample.data(typeface).unwrap())?;
        desk.pages().map(|pages| texts(&pages))
    }

    #[test]
    fn dates_and_numbers_follow_the_rule_of_leading_zeros() {
        let cases = [
            ("long-date(\"2026-01-05\")", "ngày 05 tháng 01 năm 2026"),
            ("long-date(\"2026-02-28\")", "ngày 28 tháng 02 năm 2026"),
            ("long-date(\"2026-03-09\")", "ngày 09 tháng 3 năm 2026"),
            ("long-date(\"2026-12-10\")", "ngày 10 tháng 12 năm 2026"),
            ("long-date(\"2026-03-05T08:00:00\")", "ngày 05 tháng 3 năm 2026"),
            ("short-date(\"2026-02-05\")", "05/02/2026"),
            ("short-date(\"2026-11-15\")", "15/11/2026"),
            ("clock(\"2026-03-05T08:05:00\")", "08 giờ 05 phút"),
            ("two(1)", "01"),
            ("two(10)", "10"),
        ];
        for (call, expected) in cases {
            let pages = compile(&format!("#import \"/nd30.typ\": *\n#{call}")).unwrap();
            assert_eq!(pages.concat().replace('\n', ""), expected, "{call}");
        }
    }

    #[test]
    fn points_are_lettered_as_the_decree_letters_them() {
        let pages = compile("#import \"/nd30.typ\": *\n#range(10).map(letter).join(\" \")").unwrap();
        assert_eq!(pages.concat().trim(), "a b c d đ e g h i k");
    }

    #[test]
    fn a_template_can_neither_read_files_nor_ask_the_date_nor_fetch_packages() {
        for text in [
            "#read(\"/etc/passwd\")",
            "#read(\"../Cargo.toml\")",
            "#json(\"/khac.json\")",
            "#datetime.today().display()",
            "#import \"@preview/cetz:0.3.0\": canvas",
            "#image(\"/anh.png\")",
        ] {
            assert!(matches!(compile(text), Err(PaperError::Template(_))), "{text}");
        }
    }

    #[test]
    fn an_error_in_a_template_names_its_line() {
        let error = compile("\n#khong-co()").unwrap_err().to_string();
        assert!(error.contains("test.typ:2"), "{error}");
    }
}
