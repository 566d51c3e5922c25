//! Whole sets of documents: a catalogue from a file, a framework set for many units, what an heir takes over.

use domain::document::control::CopyOutcome;
use serde::Serialize;

use super::dossiers::CellError;
use super::part::{Chip, Choice, Tone};
use crate::{Form, View};

/// A procedure of a file, and what would happen to it.
#[derive(Clone, Debug, Serialize)]
pub struct FileRow {
    /// Its row on the first sheet.
    pub row: u64,
    /// National code.
    pub code: String,
    /// Title.
    pub title: String,
    /// What happens to the entry of the catalogue: `catalogue_outcome.<code>`.
    pub outcome: String,
    /// What happens to its text: `catalogue_text.<code>`.
    pub text: String,
}

/// What a file would do.
#[derive(Clone, Debug, Serialize)]
pub struct FilePreview {
    /// New entries.
    pub created: u64,
    /// Changed entries.
    pub updated: u64,
    /// Entries that stay.
    pub unchanged: u64,
    /// New documents.
    pub documents: u64,
    /// Drafts begun.
    pub drafts: u64,
    /// Drafts replaced.
    pub replaced: u64,
    /// The first procedures of the file.
    pub rows: Vec<FileRow>,
    /// How many more there are.
    pub more: usize,
    /// The form that writes: the file and for whom it is, hidden.
    pub form: Form,
}

/// A catalogue of procedures from a file.
#[derive(Clone, Debug, Serialize)]
pub struct CatalogueFile {
    /// The form. Fields: `unit_id`, `drafter_id`, the file.
    pub form: Form,
    /// Units to choose from; empty when there is only one.
    pub units: Vec<Choice>,
    /// People to draft; empty where that depends on the unit.
    pub drafters: Vec<Choice>,
    /// Wrong cells.
    pub errors: Vec<CellError>,
    /// How many more there are.
    pub more: usize,
    /// What would happen, once the file is good.
    pub preview: Option<FilePreview>,
}

/// What becomes of a document at a unit.
#[derive(Clone, Debug, Serialize)]
pub struct CopyRow {
    /// The document.
    pub document: String,
    /// The unit.
    pub unit: String,
    /// What becomes of it.
    pub outcome: CopyOutcome,
    /// How urgently it wants a look.
    pub tone: Tone,
}

/// What a copy would make.
#[derive(Clone, Debug, Serialize)]
pub struct CopyPreview {
    /// Drafts to be made.
    pub made: usize,
    /// Units that get some.
    pub units: usize,
    /// What is left out, and why.
    pub left_out: Vec<CopyRow>,
    /// How much more is left out.
    pub more: usize,
    /// The form that copies: what can be, hidden; `None` when nothing can.
    pub form: Option<Form>,
    /// The names of its hidden fields.
    pub hidden: Vec<String>,
}

/// A framework set for many units.
#[derive(Clone, Debug, Serialize)]
pub struct CopyForm {
    /// The form. Fields: `documents/<id>`, `all_documents`, `units/<id>`, `all_units`, `reason`.
    pub form: Form,
    /// Units whose set is copied, to choose from.
    pub sources: Vec<Choice>,
    /// The one that is chosen.
    pub source_id: String,
    /// Levels of the units to choose from.
    pub levels: Vec<Chip>,
    /// Documents in force of the source.
    pub documents: Vec<Choice>,
    /// Units to copy to.
    pub units: Vec<Choice>,
    /// What would happen.
    pub preview: Option<CopyPreview>,
    /// Where it is sent.
    pub action: String,
}

/// What an heir takes over.
#[derive(Clone, Debug, Serialize)]
pub struct ReissueForm {
    /// Units that others were merged into.
    pub heirs: Vec<Choice>,
    /// The one that is chosen.
    pub heir_id: String,
    /// The form. Fields: `unit_id`, `documents/<id>`, `reason`; `None` while none is chosen.
    pub form: Option<Form>,
    /// Documents that can be taken over.
    pub documents: Vec<Choice>,
    /// What is left out, and why.
    pub left_out: Vec<CopyRow>,
}

fn left_out(outcome: CopyOutcome) -> CopyRow {
    CopyRow {
        document: "QT-HT-01 Đăng ký khai sinh".to_owned(), unit: "Xã Bình Mẫu".to_owned(), outcome, tone: Tone::Warn
    }
}

fn fresh(id: &str) -> Form {
    Form { once: "once".to_owned(), ..Form::default() }.with_id(id)
}

fn choices() -> Vec<Choice> {
    vec![
        Choice::new("1", "QT-HT-01 Đăng ký khai sinh"),
        Choice::new("2", "QT-HT-02 Thủ tục có tên rất dài để xem trên điện thoại có bị tràn ra ngoài lề hay không"),
    ]
}

fn units() -> Vec<Choice> {
    vec![Choice::new("1", "Xã An Mẫu"), Choice::new("2", "Xã Bình Mẫu")]
}

impl View for CatalogueFile {
    const TEMPLATE: &'static str = "documents/catalogue_file.html";

    fn samples() -> Vec<Self> {
        let empty = Self {
            form: fresh("file"),
            units: units(),
            drafters: vec![Choice::new("1", "Trần Thị Mẫu")],
            errors: Vec::new(),
            more: 0,
            preview: None,
        };
        let error = |cell: &str| CellError {
            cell: cell.to_owned(),
            text: "Trang «Thủ tục», dòng 19, cột H (Hiệu lực từ): «31/02/2026» không phải ngày. Hãy ghi như 31/12/2026."
                .to_owned(),
        };
        let mut refused = fresh("file");
        refused.error("drafter_id", "Không tìm thấy người này. Hãy chọn lại.");
        let wrong = Self { form: refused, errors: vec![error("H19"), error("")], more: 12, ..empty.clone() };
        let mut form = fresh("save");
        form.set("book", "UEsDBA==").set("unit_id", "1").set("drafter_id", "");
        let row = FileRow {
            row: 2,
            code: "1.001193".to_owned(),
            title: "Đăng ký khai sinh".to_owned(),
            outcome: "created".to_owned(),
            text: "document".to_owned(),
        };
        let preview = FilePreview {
            created: 318,
            updated: 1,
            unchanged: 1,
            documents: 318,
            drafts: 318,
            replaced: 1,
            rows: vec![row],
            more: 319,
            form,
        };
        let good = Self { units: Vec::new(), drafters: Vec::new(), preview: Some(preview.clone()), ..empty.clone() };
        let short = Self { preview: Some(FilePreview { more: 0, ..preview }), ..empty.clone() };
        vec![empty, wrong, good, short]
    }
}

impl View for CopyForm {
    const TEMPLATE: &'static str = "documents/copy.html";

    fn samples() -> Vec<Self> {
        let full = Self {
            form: fresh("choose"),
            sources: units(),
            source_id: "1".to_owned(),
            levels: vec![Chip {
                label: "Cấp xã".to_owned(), href: "/quy-trinh/sao-chep".to_owned(), active: true, count: None
            }],
            documents: choices(),
            units: units(),
            preview: None,
            action: "/quy-trinh/sao-chep".to_owned(),
        };
        let mut form = fresh("copy");
        form.set("documents/1", "yes").set("units/2", "yes").set("reason", "Bộ khung của tỉnh.");
        let hidden = ["documents/1", "units/2", "reason"].map(str::to_owned).to_vec();
        let preview = CopyPreview {
            made: 3,
            units: 2,
            left_out: vec![left_out(CopyOutcome::TakenOver), left_out(CopyOutcome::NobodyToDraft)],
            more: 5,
            form: Some(form),
            hidden,
        };
        let seen = Self { preview: Some(preview.clone()), ..full.clone() };
        let nothing = CopyPreview { made: 0, units: 0, more: 0, form: None, hidden: Vec::new(), ..preview };
        let mut wrong = fresh("choose");
        wrong.error("documents", "Chưa chọn tài liệu.").error("reason", "Chưa nhập nội dung này. Hãy bổ sung.");
        let refused = Self { form: wrong, ..full.clone() };
        let alone = Self { levels: Vec::new(), units: Vec::new(), ..full.clone() };
        let bare = Self { sources: Vec::new(), documents: Vec::new(), ..alone.clone() };
        vec![full.clone(), seen, Self { preview: Some(nothing), ..full }, refused, alone, bare]
    }
}

impl View for ReissueForm {
    const TEMPLATE: &'static str = "documents/reissue.html";

    fn samples() -> Vec<Self> {
        let mut form = fresh("");
        form.set("unit_id", "1").set("documents/1", "yes");
        let full = Self {
            heirs: units(),
            heir_id: "1".to_owned(),
            form: Some(form),
            documents: choices(),
            left_out: vec![left_out(CopyOutcome::YoungerTaken), left_out(CopyOutcome::TakenOver)],
        };
        let blank = Self { heir_id: String::new(), form: None, documents: Vec::new(), left_out: Vec::new(), ..full.clone() };
        let nothing = Self { documents: Vec::new(), ..full.clone() };
        vec![full, blank.clone(), Self { heirs: Vec::new(), ..blank }, nothing]
    }
}
