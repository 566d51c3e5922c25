//! `chuan import …`: reference data from files.

use std::path::PathBuf;

use anyhow::Context as _;
use api::config::Config;
use api::criteria::index::Reading;
use api::criteria::sets;
use api::dossiers::import as dossiers;
use api::error::Error;
use api::store::Writer;
use api::units::import::{self, Span};
use chrono::{DateTime, NaiveDate, Utc};
use clap::Subcommand;

/// What to import.
#[derive(Debug, Subcommand)]
pub enum Import {
    /// Units (code,name,kind,parent_code), and who came after whom.
    Units {
        /// The list of units; all of it or nothing comes in.
        #[arg(required_unless_present = "successions")]
        file: Option<PathBuf>,
        /// First day of every unit of the list.
        #[arg(long, required_unless_present = "successions")]
        valid_from: Option<NaiveDate>,
        /// Last day, inclusive.
        #[arg(long)]
        valid_to: Option<NaiveDate>,
        /// Recorded successions (from_code,from_valid_from,to_code,to_valid_from,kind,on,ground).
        #[arg(long)]
        successions: Option<PathBuf>,
    },
    /// Days off and made-up working days (YAML like data/holidays-vn.yaml).
    Holidays {
        /// The file.
        file: PathBuf,
    },
    /// A checklist (YAML: meta, lines), as a draft of the next version of its code.
    Checklist {
        /// The file.
        file: PathBuf,
    },
    /// A criteria set (YAML or JSON, format 1), as a draft of the next edition of its code.
    CriteriaSet {
        /// The file.
        file: PathBuf,
        /// Code of the unit that issues it; the root unit when left out.
        #[arg(long)]
        unit: Option<String>,
    },
    /// Results of an index published elsewhere (CSV like data/gia-lai-766-communes-2026-10-10.csv).
    IndexResults {
        /// The file.
        file: PathBuf,
        /// The index, as qd766.
        #[arg(long)]
        index: String,
        /// When the source was read (RFC 3339).
        #[arg(long)]
        snapshot_at: DateTime<Utc>,
        /// 2026, 2026-Q3 or 2026-10.
        #[arg(long)]
        period: String,
        /// Where from; the `# Source` line of the file when left out.
        #[arg(long)]
        source: Option<String>,
    },
    /// Dossier figures (CSV or XLSX like the template of the page).
    Dossiers {
        /// The file; all of it or nothing comes in.
        file: PathBuf,
        /// Check only.
        #[arg(long)]
        dry_run: bool,
    },
    /// Clauses of standards, numbers and titles (YAML like data/iso9001-clauses.yaml).
    Standards {
        /// The file.
        file: PathBuf,
    },
}

/// Imports and says what came in.
pub async fn run(config: &Config, what: Import) -> anyhow::Result<String> {
    let store = super::store(config).await?;
    match what {
        Import::Units { file, valid_from, valid_to, successions } => {
            let mut said = String::new();
            if let (Some(file), Some(from)) = (&file, valid_from) {
                let source = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                let report = import::units(&store, &read(file)?, Span { from, to: valid_to }, &source).await.map_err(refused)?;
                said +=
                    &format!("Đơn vị: {} mới, {} sửa tên, {} giữ nguyên.\n", report.created, report.updated, report.unchanged);
            }
            anyhow::ensure!(file.is_none() || valid_from.is_some(), "--valid-from: cần ngày đầu của các đơn vị trong tệp");
            if let Some(file) = &successions {
                let report = import::successions(&store, &read(file)?).await.map_err(refused)?;
                said += &format!("Kế thừa: {} mới, {} đã có.\n", report.created, report.unchanged);
            }
            Ok(said)
        }
        Import::Holidays { file } => {
            let text = String::from_utf8(read(&file)?).context("tệp không phải UTF-8")?;
            let report = super::said(api::calendar::data::import(&store, &text).await)?;
            Ok(format!("Ngày nghỉ: {} mới, {} cập nhật, {} giữ nguyên.\n", report.created, report.updated, report.unchanged))
        }
        Import::Checklist { file } => {
            let text = String::from_utf8(read(&file)?).context("tệp không phải UTF-8")?;
            let row = super::said(api::checklists::import(&store, &text).await)?;
            Ok(format!("Bảng kiểm: {} bản {} (dự thảo).\n", row.code, row.version_no))
        }
        Import::CriteriaSet { file, unit } => {
            let text = String::from_utf8(read(&file)?).context("tệp không phải UTF-8")?;
            let row = super::said(sets::import_on_console(&store, unit.as_deref(), &text).await)?;
            let mut said = format!("Bộ tiêu chí: {} bản {} (dự thảo).\n", row.code, row.edition);
            let faults = sets::faults(&super::said(sets::read(&row))?);
            if !faults.is_empty() {
                let faults = super::said::<()>(Err(Error::Invalid(faults))).err();
                said += &format!("Còn phải sửa trước khi ban hành:\n{}\n", faults.map(|all| all.to_string()).unwrap_or_default());
            }
            Ok(said)
        }
        Import::IndexResults { file, index, snapshot_at, period, source } => {
            let text = String::from_utf8(read(&file)?).context("tệp không phải UTF-8")?;
            let index = index.parse().map_err(|_unknown| anyhow::anyhow!("--index: không có chỉ số {index}"))?;
            let reading = Reading { index, period, snapshot_at, source, file: text };
            let report = super::said(api::criteria::index::bring_in(&store, Writer::Cli, reading).await)?;
            let mut said =
                format!("Kết quả: {} mới, {} đã có; {} khớp đơn vị.\n", report.created, report.unchanged, report.matched);
            for (what, codes) in [("Thiếu thành phần", &report.incomplete), ("Tổng lệch thành phần", &report.differing)]
            {
                if !codes.is_empty() {
                    said += &format!("{what}: {}.\n", codes.join(", "));
                }
            }
            Ok(said)
        }
        Import::Dossiers { file, dry_run } => {
            let table = super::said(dossiers::read(read(&file)?).await)?;
            let words = render::Catalogue::embedded()?;
            let done = super::said(dossiers::run(&store, dossiers::Importer::Cli, &words, &table, dry_run).await)?;
            let mode = if dry_run { "Số liệu hồ sơ (chỉ kiểm tra)" } else { "Số liệu hồ sơ" };
            Ok(format!("{mode}: {} mới, {} cập nhật, {} giữ nguyên.\n", done.created, done.updated, done.unchanged))
        }
        Import::Standards { file } => {
            let text = String::from_utf8(read(&file)?).context("tệp không phải UTF-8")?;
            Ok(format!("Điều khoản: {}.\n", super::said(api::standards::import(&store, &text).await)?))
        }
    }
}

fn read(file: &PathBuf) -> anyhow::Result<Vec<u8>> {
    std::fs::read(file).with_context(|| file.display().to_string())
}

fn refused(refusal: import::Refusal) -> anyhow::Error {
    match refusal {
        import::Refusal::Lines(_) => anyhow::anyhow!("không nhập gì vì tệp có lỗi\n{refusal}"),
        import::Refusal::Other(error) => super::said::<()>(Err(error)).err().unwrap_or_else(|| anyhow::anyhow!("import")),
    }
}
