//! The checklists that come with the program, and the file format of one's own.

use std::collections::BTreeMap;

use domain::checklist::{AnswerType, InspectionKind};
use domain::record::ChecklistState;
use entities::checklist;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde::Deserialize;

use super::{Head, LineInput, add_lines, insert, next_number_of};
use crate::error::{Error, Result};
use crate::store::{Store, Tx, Writer};

const INSPECTION: &str = include_str!("../../../data/inspection-checklist.yaml");
const AUDIT: &str = include_str!("../../../data/audit-checklist.yaml");
const CLAUSES: &str = include_str!("../../../data/iso9001-clauses.yaml");
/// Said with every checklist that we worded ourselves.
const NOTE: &str = "Không phải danh mục chính thức: nội dung tự biên soạn, không mang điểm.";

/// Loads version 1 of the three checklists that come with the program, published. What is there stays.
///
/// # Errors
/// A broken data file, or the database's.
pub async fn load_reference(tx: &Tx) -> Result<()> {
    let areas = clause_titles()?;
    let (head, lines) = inspection_checklist()?;
    load_one(tx, head, lines).await?;
    for (code, kind, title) in [
        ("DG-ISO9001", InspectionKind::InternalAudit, "Câu hỏi đánh giá nội bộ ISO 9001:2015"),
        ("KT-ISO9001", InspectionKind::IsoCheck, "Nội dung kiểm tra áp dụng hệ thống quản lý chất lượng ISO 9001:2015"),
    ] {
        let (head, lines) = audit_checklist(code, kind, title, &areas)?;
        load_one(tx, head, lines).await?;
    }
    Ok(())
}

async fn load_one(tx: &Tx, head: Head, lines: Vec<LineInput>) -> Result<()> {
    let known = checklist::Entity::find().filter(checklist::Column::Code.eq(&head.code)).one(tx.db()).await?;
    if known.is_some() {
        return Ok(());
    }
    let row = insert(tx, head, 1, ChecklistState::Published).await?;
    add_lines(tx, row.id, lines).await
}

/// Takes a checklist file (YAML: `meta` and `lines`, fields as in the API) in as a draft: version 1 of a new
/// code, the next version of a known one.
///
/// # Errors
/// A file that is no checklist, every wrong field at once, or the database's.
pub async fn import(store: &Store, yaml: &str) -> Result<checklist::Model> {
    let file: File = serde_saphyr::from_str(yaml).map_err(|error| Error::Malformed(error.to_string()))?;
    let lines = super::check_lines(file.lines)?;
    let head = super::check_head(file.meta)?;
    store
        .write(Writer::Cli, move |tx| async move {
            let number = next_number_of(&tx, &head.code).await?;
            let row = insert(&tx, head, number, ChecklistState::Draft).await?;
            add_lines(&tx, row.id, lines).await?;
            Ok(row)
        })
        .await
}

/// A checklist as a file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    meta: Head,
    lines: Vec<LineInput>,
}

#[derive(Deserialize)]
struct InspectionFile {
    meta: InspectionMeta,
    items: Vec<InspectionItem>,
}

#[derive(Deserialize)]
struct InspectionMeta {
    title_vi: String,
    areas: Vec<InspectionArea>,
}

#[derive(Deserialize)]
struct InspectionArea {
    code: String,
    vi: String,
}

#[derive(Deserialize)]
struct InspectionItem {
    code: String,
    area: String,
    item_vi: String,
    item_en: Option<String>,
    evidence: Vec<String>,
    answer_type: String,
    metric: Option<String>,
    typical_finding_vi: Option<String>,
    source: Option<String>,
}

fn inspection_checklist() -> Result<(Head, Vec<LineInput>)> {
    let file: InspectionFile = parse("inspection-checklist.yaml", INSPECTION)?;
    let areas: BTreeMap<String, String> = file.meta.areas.into_iter().map(|area| (area.code, area.vi)).collect();
    let head = Head {
        code: "KT-CCHC-XA".to_owned(),
        kind: InspectionKind::Cchc,
        title: file.meta.title_vi,
        edition: None,
        note: Some(NOTE.to_owned()),
        source: Some("Tự biên soạn từ kế hoạch kiểm tra CCHC đã công bố và nội dung kiểm tra ISO của các tỉnh".to_owned()),
    };
    let line = |item: InspectionItem| {
        Ok(LineInput {
            area_name: areas.get(&item.area).cloned().unwrap_or_default(),
            area_code: item.area,
            clause: None,
            answer_type: answer_type(&item.answer_type)?,
            code: item.code,
            question: item.item_vi,
            question_en: item.item_en,
            evidence: item.evidence,
            metric: item.metric,
            phrases: item.typical_finding_vi.into_iter().map(|text| capitalised(&text)).collect(),
            source: item.source,
        })
    };
    Ok((head, file.items.into_iter().map(line).collect::<Result<_>>()?))
}

/// A level (đạt, đạt một phần, chưa đạt) is the line's verdict; what is left to write is text.
fn answer_type(code: &str) -> Result<AnswerType> {
    match code {
        "percent" => Ok(AnswerType::Ratio),
        "level" => Ok(AnswerType::Text),
        other => other.parse().map_err(|error| broken("inspection-checklist.yaml", format!("{other}: {error}"))),
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[derive(Deserialize)]
struct AuditFile {
    meta: AuditMeta,
    questions: Vec<AuditQuestion>,
}

#[derive(Deserialize)]
struct AuditMeta {
    edition: String,
}

#[derive(Deserialize)]
struct AuditQuestion {
    code: String,
    clause: String,
    question_vi: String,
    question_en: Option<String>,
    evidence: Vec<String>,
}

fn audit_checklist(
    code: &str,
    kind: InspectionKind,
    title: &str,
    areas: &BTreeMap<String, String>,
) -> Result<(Head, Vec<LineInput>)> {
    let file: AuditFile = parse("audit-checklist.yaml", AUDIT)?;
    let head = Head {
        code: code.to_owned(),
        kind,
        title: title.to_owned(),
        edition: Some(file.meta.edition),
        note: Some(NOTE.to_owned()),
        source: Some("Tự biên soạn từ biểu mẫu đánh giá nội bộ đã công bố của các cơ quan hành chính".to_owned()),
    };
    let line = |question: AuditQuestion| {
        let area_code = question.clause.split('.').next().unwrap_or_default().to_owned();
        LineInput {
            area_name: areas.get(&area_code).cloned().unwrap_or_else(|| question.clause.clone()),
            area_code,
            clause: Some(question.clause),
            code: question.code,
            question: question.question_vi,
            question_en: question.question_en,
            evidence: question.evidence,
            answer_type: AnswerType::Text,
            metric: None,
            phrases: Vec::new(),
            source: None,
        }
    };
    Ok((head, file.questions.into_iter().map(line).collect()))
}

#[derive(Deserialize)]
struct ClauseFile {
    clauses: Vec<Clause>,
}

#[derive(Deserialize)]
struct Clause {
    number: String,
    level: u32,
    title_vi: Option<String>,
}

/// The titles of the main clauses, by number.
fn clause_titles() -> Result<BTreeMap<String, String>> {
    let file: ClauseFile = parse("iso9001-clauses.yaml", CLAUSES)?;
    let main = file.clauses.into_iter().filter(|clause| clause.level == 1);
    Ok(main.filter_map(|clause| Some((clause.number, clause.title_vi?))).collect())
}

fn parse<'a, T: Deserialize<'a>>(name: &str, text: &'a str) -> Result<T> {
    serde_saphyr::from_str(text).map_err(|error| broken(name, error))
}

fn broken(name: &str, error: impl std::fmt::Display) -> Error {
    Error::Internal(anyhow::anyhow!("data/{name}: {error}"))
}
