//! How single facts of an inspection are told in its papers.

use chrono::NaiveDate;
use domain::checklist::Value;
use domain::finding::{FindingState, Grade as FoundGrade};
use domain::inspection::TeamRole;
use entities::{evidence, finding, inspection_line};
use render::papers::{Counts, Grade, Line, Mark, PreviousFinding, UnitAnswer, Verdict};

use super::names::long_date;

pub(super) const fn rank(role: TeamRole) -> u8 {
    match role {
        TeamRole::LeadInspector => 0,
        TeamRole::Inspector => 1,
        TeamRole::TeamSecretary => 2,
    }
}

pub(super) const fn part_of(role: TeamRole) -> &'static str {
    match role {
        TeamRole::LeadInspector => "Trưởng đoàn",
        TeamRole::Inspector => "Thành viên",
        TeamRole::TeamSecretary => "Thư ký",
    }
}

pub(super) const fn verdict(of: domain::checklist::Verdict) -> Verdict {
    use domain::checklist::Verdict as V;
    match of {
        V::Conform => Verdict::Conform,
        V::Partial => Verdict::Partial,
        V::Nonconform => Verdict::Nonconform,
        V::NotApplicable => Verdict::NotApplicable,
        V::NotAudited => Verdict::NotAudited,
    }
}

pub(super) const fn grade(of: FoundGrade) -> Grade {
    match of {
        FoundGrade::Major => Grade::Major,
        FoundGrade::Minor | FoundGrade::Limitation => Grade::Minor,
        FoundGrade::Observation => Grade::Observation,
        FoundGrade::Opportunity | FoundGrade::GoodPractice => Grade::Opportunity,
    }
}

pub(super) const fn mark(of: Option<domain::checklist::Verdict>) -> Option<Mark> {
    use domain::checklist::Verdict as V;
    match of {
        Some(V::Conform) => Some(Mark::Conform),
        Some(V::Partial) => Some(Mark::Observation),
        Some(V::Nonconform) => Some(Mark::Nonconform),
        Some(V::NotApplicable | V::NotAudited) | None => None,
    }
}

pub(super) fn worse(one: Option<Mark>, other: Option<Mark>) -> Option<Mark> {
    let weight = |mark: Option<Mark>| match mark {
        None => 0,
        Some(Mark::Conform) => 1,
        Some(Mark::Observation) => 2,
        Some(Mark::Nonconform) => 3,
    };
    if weight(other) > weight(one) { other } else { one }
}

pub(super) fn counts(lines: &[Line]) -> Counts {
    lines.iter().fold(Counts::default(), |mut counts, line| {
        match line.verdict {
            Some(Verdict::Conform) => counts.conform += 1,
            Some(Verdict::Partial) => counts.partial += 1,
            Some(Verdict::Nonconform) => counts.nonconform += 1,
            Some(Verdict::NotApplicable) => counts.not_applicable += 1,
            Some(Verdict::NotAudited) => counts.not_audited += 1,
            None => {}
        }
        counts
    })
}

pub(super) fn value_of(line: &inspection_line::Model) -> Option<Value> {
    line.value.clone().and_then(|value| serde_json::from_value(value).ok())
}

/// What the inspector wrote about a line, as a fact of its area.
pub(super) fn fact(line: &inspection_line::Model) -> Option<String> {
    let note = line.note.as_deref().map(str::trim).filter(|note| !note.is_empty())?;
    let value = value_of(line).map(|value| value.display_vi()).filter(|value| !value.is_empty());
    Some(match value {
        Some(value) => format!("{} ({}): {value}. {note}", line.question, line.code),
        None => format!("{} ({}): {note}", line.question, line.code),
    })
}

pub(super) fn called(row: &evidence::Model) -> String {
    row.caption.clone().filter(|caption| !caption.trim().is_empty()).unwrap_or_else(|| row.file_name.clone())
}

pub(super) fn answer(found: &finding::Model) -> UnitAnswer {
    match (&found.dispute_reason, found.state) {
        (Some(reason), _) => UnitAnswer::Disputed { reason: reason.clone() },
        (None, FindingState::Accepted | FindingState::ActionRequired | FindingState::Closed) => UnitAnswer::Accepted,
        (None, _) => UnitAnswer::None,
    }
}

/// The conflict as kept with the member (`KeptConflict` of the team), worded.
pub(super) fn conflict(kept: Option<&str>) -> String {
    let kept: serde_json::Value = kept.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let left = kept.get("left_on").and_then(serde_json::Value::as_str).and_then(|date| date.parse::<NaiveDate>().ok());
    match left {
        Some(left) => format!("đã công tác tại đơn vị được kiểm tra, chuyển đi {}", long_date(left)),
        None => "đang công tác tại đơn vị được kiểm tra".to_owned(),
    }
}

pub(super) fn previous(found: &finding::Model) -> PreviousFinding {
    let state = match found.state {
        FindingState::Closed => "đã khắc phục, đã đóng",
        FindingState::ActionRequired => "đang khắc phục",
        FindingState::Raised | FindingState::Disputed => "chưa thống nhất",
        _ => "đã tiếp nhận",
    };
    PreviousFinding { code: found.code.clone(), text: found.statement.clone().unwrap_or_default(), state: state.to_owned() }
}

/// «Trụ sở …» begins a name of a place but stands inside a sentence here.
pub(super) fn lower_place(place: &str) -> String {
    place.strip_prefix("Trụ sở").map_or_else(|| place.to_owned(), |rest| format!("trụ sở{rest}"))
}

pub(super) fn upper_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

pub(super) fn without_label(cause: &str) -> String {
    let lower = cause.to_lowercase();
    if lower.starts_with("khách quan:") || lower.starts_with("chủ quan:") {
        cause.split_once(':').map_or_else(|| cause.to_owned(), |(_, rest)| upper_first(rest.trim()))
    } else {
        cause.to_owned()
    }
}
