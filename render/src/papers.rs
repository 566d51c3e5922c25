//! Official papers as PDF: the same data gives the same bytes, so that a hash can be kept as evidence.
//!
//! A paper is plain data, already worded in Vietnamese. It is set by typst with the templates in
//! `templates/papers/`, in the form of NĐ 30/2020/NĐ-CP. Texts reach typst as values of a JSON file,
//! never as markup, so nothing a user writes is ever executed.

mod declaration;
mod inspection_report;
mod layout;
mod list;
mod list_samples;
mod minutes;
mod parts;
mod review_minutes;
mod samples;
mod system_samples;
mod text;
mod world;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use self::declaration::{AnnexLine, Declaration};
pub use self::inspection_report::{
    CchcPart, Independence, IndependenceException, InspectionReport, IsoPart, Mark, Matrix, MatrixRow, PreviousFinding,
    ReportKind,
};
pub use self::layout::Layout;
pub use self::list::{Column, Fact, List};
pub use self::minutes::{Dossier, Minutes, Opinion, SampleDraw};
pub use self::parts::{
    Area, AreaResult, Counts, Finding, Grade, Letterhead, Line, Participant, Recommendation, Sheet, Signatory, Signing,
    UnitAnswer, Verdict, Vocabulary,
};
pub use self::review_minutes::{ReviewDecision, ReviewInput, ReviewMinutes};
pub use self::samples::samples;
use self::world::Desk;
use crate::fonts;

/// Edition of the templates; the hash of their sources is added to it.
const EDITION: &str = "1";

/// Stack for typst, which recurses deeply, most of all unoptimised.
const STACK_BYTES: usize = 32 * 1024 * 1024;

static TEMPLATE_VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut sum = Sha256::new();
    for (path, source) in world::SOURCES {
        sum.update(path);
        sum.update(source);
    }
    let hash = format!("{:x}", sum.finalize());
    format!("{EDITION}+{}", hash.get(..12).unwrap_or(&hash))
});

/// A paper to be set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "paper", rename_all = "snake_case")]
pub enum Paper {
    /// Biên bản kiểm tra; biên bản đánh giá nội bộ.
    Minutes(Box<Minutes>),
    /// Báo cáo kết quả kiểm tra; báo cáo đánh giá nội bộ.
    InspectionReport(Box<InspectionReport>),
    /// Quyết định công bố, bản công bố, phụ lục.
    Declaration(Box<Declaration>),
    /// Biên bản xem xét của lãnh đạo.
    ReviewMinutes(Box<ReviewMinutes>),
    /// Danh mục, sổ; phiếu yêu cầu sửa đổi tài liệu.
    List(Box<List>),
}

/// A paper as PDF, with what must be recorded beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pdf {
    /// The file: PDF/A-2a and PDF/UA-1.
    pub bytes: Vec<u8>,
    /// SHA-256 of the file, lower-case hexadecimal.
    pub sha256: String,
    /// Pages, annexes included.
    pub pages: usize,
    /// Family the paper is set in.
    pub font_family: String,
    /// SHA-256 of the font files, as [`fonts::hash`].
    pub font_hash: String,
    /// Edition and hash of the templates.
    pub template_version: String,
    /// Version of the figures, from the paper's [`Layout`].
    pub layout_version: String,
}

/// Why a paper could not be set.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum PaperError {
    /// A letter that the typeface does not have. The user can mend it.
    #[error("Ký tự «{letter}» không có trong phông chữ của văn bản, hãy bỏ hoặc thay ký tự này: «{text}».")]
    Unprintable {
        /// The letter.
        letter: char,
        /// JSON pointer into the paper: `/areas/2/facts/0`.
        field: String,
        /// The text it stands in, shortened.
        text: String,
    },
    /// The data contradicts itself.
    #[error("the paper's data contradicts itself: {0}")]
    Contradiction(String),
    /// No typeface for Vietnamese.
    #[error(transparent)]
    NoFont(#[from] fonts::NoFont),
    /// A template failed: a fault of ours.
    #[error("a template failed: {0}")]
    Template(String),
    /// The PDF does not hold to PDF/A-2a or PDF/UA-1.
    #[error("the PDF could not be written: {0}")]
    Export(String),
    /// The typesetter crashed: the same data will do it again.
    #[error("the typesetter crashed on this paper")]
    Crashed,
}

/// Version of the templates in this build, as recorded with each paper.
#[must_use]
pub fn template_version() -> &'static str {
    &TEMPLATE_VERSION
}

/// Sets a paper. Blocks: tens of milliseconds for a usual paper, about a second for a long one or
/// in an unoptimised build. Call it from a worker, few at a time.
///
/// The same paper, fonts and templates give the same bytes.
///
/// # Errors
/// [`PaperError::Unprintable`] and [`PaperError::Contradiction`] for data that cannot be printed,
/// the others when this installation is at fault.
pub fn render(paper: &Paper) -> Result<Pdf, PaperError> {
    paper.check()?;
    let typeface = fonts::typeface()?;
    let data = paper.data(typeface)?;
    let ident = format!("chuan:{:x}", Sha256::digest(&data));
    let desk = Desk::new(typeface, paper.template(), data)?;
    let (bytes, pages) = on_large_stack(|| {
        let pages = desk.pages()?;
        let bytes = desk.pdf(&pages, ident, paper.sheet().prepared_at)?;
        Ok((bytes, pages.pages().len()))
    })?;
    Ok(Pdf {
        sha256: format!("{:x}", Sha256::digest(&bytes)),
        bytes,
        pages,
        font_family: typeface.family.clone(),
        font_hash: typeface.hash.clone(),
        template_version: template_version().to_owned(),
        layout_version: paper.sheet().layout.version.clone(),
    })
}

/// Runs `work` on a thread of its own; a crash in it becomes an error.
fn on_large_stack<T: Send>(work: impl FnOnce() -> Result<T, PaperError> + Send) -> Result<T, PaperError> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .name("paper".to_owned())
            .stack_size(STACK_BYTES)
            .spawn_scoped(scope, work)
            .map_err(|error| PaperError::Export(format!("no thread: {error}")))?;
        thread.join().unwrap_or(Err(PaperError::Crashed))
    })
}

impl Paper {
    /// Head, subject and draft mark.
    #[must_use]
    pub fn sheet(&self) -> &Sheet {
        match self {
            Self::Minutes(minutes) => &minutes.sheet,
            Self::InspectionReport(report) => &report.sheet,
            Self::Declaration(declaration) => &declaration.sheet,
            Self::ReviewMinutes(minutes) => &minutes.sheet,
            Self::List(list) => &list.sheet,
        }
    }

    fn template(&self) -> &'static str {
        match self {
            Self::Minutes(_) => "/minutes.typ",
            Self::InspectionReport(_) => "/inspection-report.typ",
            Self::Declaration(_) => "/declaration.typ",
            Self::ReviewMinutes(_) => "/review-minutes.typ",
            Self::List(_) => "/list.typ",
        }
    }

    fn data(&self, typeface: &fonts::Typeface) -> Result<Vec<u8>, PaperError> {
        let broken = |error: serde_json::Error| PaperError::Contradiction(error.to_string());
        let mut paper = serde_json::to_value(self).map_err(broken)?;
        text::prepare(&mut paper, &typeface.faces)?;
        let data = serde_json::json!({ "font": typeface.family, "paper": paper });
        serde_json::to_vec(&data).map_err(broken)
    }

    /// Grades belong to ISO papers, recommendations to findings there are, marks to clauses.
    fn check(&self) -> Result<(), PaperError> {
        let (vocabulary, findings, recommendations) = match self {
            Self::List(list) => return list.check(),
            Self::Minutes(minutes) => (minutes.vocabulary, &minutes.findings, &minutes.recommendations),
            Self::InspectionReport(report) => {
                let vocabulary = match &report.kind {
                    ReportKind::Cchc(_) => Vocabulary::Cchc,
                    ReportKind::Iso(part) => {
                        check_matrix(part.matrix.as_ref())?;
                        Vocabulary::Iso
                    }
                };
                (vocabulary, &report.findings, &report.recommendations)
            }
            // Its lines are what was frozen; there is nothing in it that could contradict.
            Self::Declaration(_) | Self::ReviewMinutes(_) => return Ok(()),
        };
        let mut codes = BTreeSet::new();
        for finding in findings {
            let graded = finding.grade.is_some();
            if graded != (vocabulary == Vocabulary::Iso) {
                let fault = if graded { "has a grade in a CCHC paper" } else { "has no grade in an ISO paper" };
                return Err(PaperError::Contradiction(format!("finding {} {fault}", finding.code)));
            }
            if !codes.insert(finding.code.as_str()) {
                return Err(PaperError::Contradiction(format!("two findings have the code {}", finding.code)));
            }
        }
        let unknown = recommendations
            .iter()
            .flat_map(|recommendation| &recommendation.findings)
            .find(|code| !codes.contains(code.as_str()));
        match unknown {
            Some(code) => Err(PaperError::Contradiction(format!("a recommendation names finding {code}, which is not there"))),
            None => Ok(()),
        }
    }
}

fn check_matrix(matrix: Option<&Matrix>) -> Result<(), PaperError> {
    let Some(matrix) = matrix else { return Ok(()) };
    match matrix.rows.iter().find(|row| row.marks.len() != matrix.clauses.len()) {
        Some(row) => Err(PaperError::Contradiction(format!("the matrix row of {} has not one mark a clause", row.unit))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
