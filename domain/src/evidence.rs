//! Evidence: who may bring it, until when it may be taken back, and what its file is called.
//!
//! A piece of evidence belongs to one record and follows that record's time: what was before the
//! other side when it decided stays (the row is only ever marked, the bytes never change).

use unicode_normalization::UnicodeNormalization as _;

use crate::corrective_action::{CorrectiveActionState, StepState};
use crate::document::RevisionState;
use crate::finding::FindingState;
use crate::inspection::InspectionState;
use crate::objective::ObjectiveState;
use crate::round::{RoundState, SheetState};
use crate::rule::{Refused, require};
use crate::year_work::WorkState;

/// Every rule code of this module, besides those of [`crate::rule`].
pub const CODES: &[&str] = &["evidence_closed", "evidence_settled", "uploader_only"];

/// Characters of a file name.
pub const MAX_FILE_NAME: usize = 200;
/// Characters of a caption.
pub const MAX_CAPTION: usize = 500;

/// The record a piece of evidence is about, and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// An inspection: the unit's self-report, then the team's papers.
    Inspection(InspectionState),
    /// A line of an inspection.
    Line(InspectionState),
    /// A finding of an inspection.
    Finding(FindingState, InspectionState),
    /// A corrective action.
    Action(CorrectiveActionState),
    /// A step of a corrective action.
    Step(StepState, CorrectiveActionState),
    /// A line of a score sheet; whether the appraisal contests it, so that it may be explained.
    SheetLine(RoundState, SheetState, bool),
    /// A row of the year's work.
    WorkItem(WorkState),
    /// A revision of a controlled document: its uploaded text and the forms that go with it.
    Revision(RevisionState),
    /// A result of a quality objective.
    ObjectiveResult(ObjectiveState),
}

/// What the acting person is to the record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct By {
    /// In the inspection's team.
    pub in_team: bool,
    /// Trưởng đoàn.
    pub lead: bool,
    /// Người đứng đầu or cán bộ đầu mối of the unit that is inspected or must act.
    pub of_unit: bool,
    /// Owns or did the step, or a step of the action; drafts or controls the revision.
    pub doer: bool,
}

/// Whether this person may attach evidence here now.
///
/// # Errors
/// `team_only`, `unit_only` or `doer_only` when it is not theirs, `evidence_closed` when its time is over.
pub fn may_attach(place: Place, by: &By) -> Result<(), Refused> {
    use {CorrectiveActionState as A, FindingState as F, InspectionState as I, StepState as S};
    let in_visit = |state: I| matches!(state, I::InProgress | I::FieldworkDone);
    let open = match place {
        Place::Line(state) => {
            require(by.in_team, "team_only")?;
            in_visit(state)
        }
        Place::Inspection(state) => {
            require(by.in_team || by.of_unit, "unit_only")?;
            (by.in_team && in_visit(state)) || (by.of_unit && matches!(state, I::Notified | I::SelfReport))
        }
        Place::Finding(state, inspection) => {
            require(by.in_team || by.of_unit, "team_only")?;
            let by_team = by.in_team && in_visit(inspection) && matches!(state, F::Draft | F::Raised);
            by_team || (by.of_unit && matches!(state, F::Raised | F::Disputed))
        }
        Place::Action(state) => {
            require(by.of_unit || by.doer, "unit_only")?;
            state.is_before_verification()
        }
        Place::SheetLine(round, sheet, contested) => {
            require(by.of_unit, "unit_only")?;
            (round == RoundState::SelfScoring && sheet == SheetState::Open) || (round == RoundState::Explanation && contested)
        }
        Place::Step(step, action) => {
            require(by.of_unit || by.doer, "doer_only")?;
            matches!(step, S::Open | S::Rejected) && action.is_before_verification() && action != A::ReportedDone
        }
        Place::WorkItem(state) => {
            require(by.of_unit, "unit_only")?;
            state != WorkState::Cancelled
        }
        Place::Revision(state) => {
            require(by.doer, "drafter_only")?;
            state == RevisionState::Draft
        }
        Place::ObjectiveResult(state) => {
            require(by.of_unit, "unit_only")?;
            state == ObjectiveState::Approved
        }
    };
    require(open, "evidence_closed")
}

/// Whether this person may take a piece of evidence back: before the minutes are signed, the answer
/// is given, the plan is handed in or the step is reported. `uploader`: they brought it themselves;
/// `shown`: the other side has already judged a report that rested on it.
///
/// # Errors
/// `uploader_only` when it is not theirs to take back, `evidence_settled` when its time is over.
pub fn may_remove(place: Place, by: &By, uploader: bool, shown: bool) -> Result<(), Refused> {
    use {CorrectiveActionState as A, FindingState as F, InspectionState as I};
    let instead = match place {
        Place::Line(_) => by.lead,
        Place::Revision(_) => by.doer,
        Place::Action(_) | Place::Step(..) => by.of_unit,
        Place::SheetLine(..) => by.of_unit,
        Place::Inspection(_) | Place::Finding(..) | Place::WorkItem(_) | Place::ObjectiveResult(_) => false,
    };
    require(uploader || instead, "uploader_only")?;
    let open = may_attach(place, by).is_ok()
        && match place {
            Place::Inspection(state) => state != I::SelfReport,
            Place::Finding(state, _) => state != F::Disputed,
            Place::Action(state) => matches!(state, A::Issued | A::Analysing),
            // What was shown with an explanation stays; the deadline closes self-scoring anyway.
            Place::SheetLine(round, ..) => round == RoundState::SelfScoring,
            Place::Line(_) | Place::Step(..) | Place::WorkItem(_) | Place::Revision(_) | Place::ObjectiveResult(_) => true,
        };
    require(open && !shown, "evidence_settled")
}

/// A file name as it is kept: the last part of whatever path was sent, composed (NFC), without
/// control, bidirectional or path characters, at most [`MAX_FILE_NAME`] characters with its ending
/// kept. Names are shown, never used as a path. `""` when nothing is left.
#[must_use]
pub fn clean_file_name(name: &str) -> String {
    let composed: String = name.nfc().collect();
    let last = composed.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = last
        .chars()
        .map(|c| if matches!(c, '"' | '<' | '>' | '|' | ':' | '*' | '?') { '_' } else { c })
        .filter(|c| !c.is_control() && !crate::text::has_forbidden_characters(c.encode_utf8(&mut [0; 4])))
        .collect();
    let kept = kept.trim_matches(|c: char| c.is_whitespace() || c == '.');
    shorten(kept)
}

fn shorten(name: &str) -> String {
    if name.chars().count() <= MAX_FILE_NAME {
        return name.to_owned();
    }
    let ending: String = match name.rsplit_once('.') {
        Some((_, ending)) if ending.chars().count() <= 10 => format!(".{ending}"),
        _ => String::new(),
    };
    let room = MAX_FILE_NAME - ending.chars().count();
    name.chars().take(room).chain(ending.chars()).collect()
}

/// A media type as it is kept: `type/subtype` in lower case without parameters; what is no such
/// thing becomes `application/octet-stream`. Files are always served as attachments.
#[must_use]
pub fn clean_media_type(declared: &str) -> String {
    let essence = declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let token = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'+' | b'_'))
    };
    match essence.split_once('/') {
        Some((kind, sub)) if essence.len() <= 100 && token(kind) && token(sub) => essence,
        _ => "application/octet-stream".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use {CorrectiveActionState as A, FindingState as F, InspectionState as I, StepState as S};

    const TEAM: By = By { in_team: true, lead: false, of_unit: false, doer: false };
    const LEAD: By = By { in_team: true, lead: true, of_unit: false, doer: false };
    const UNIT: By = By { in_team: false, lead: false, of_unit: true, doer: false };
    const DOER: By = By { in_team: false, lead: false, of_unit: false, doer: true };
    const NOBODY: By = By { in_team: false, lead: false, of_unit: false, doer: false };

    fn code(outcome: Result<(), Refused>) -> &'static str {
        outcome.err().map_or("", |refused| refused.code)
    }

    #[test]
    fn evidence_is_brought_by_its_own_side_in_its_own_time() {
        let cases = [
            (Place::Line(I::InProgress), TEAM, ""),
            (Place::Line(I::FieldworkDone), TEAM, ""),
            (Place::Line(I::MinutesSigned), TEAM, "evidence_closed"),
            (Place::Line(I::InProgress), UNIT, "team_only"),
            (Place::Inspection(I::Notified), UNIT, ""),
            (Place::Inspection(I::InProgress), UNIT, "evidence_closed"),
            (Place::Inspection(I::InProgress), TEAM, ""),
            (Place::Inspection(I::Notified), NOBODY, "unit_only"),
            (Place::Finding(F::Draft, I::InProgress), TEAM, ""),
            (Place::Finding(F::Raised, I::MinutesSigned), TEAM, "evidence_closed"),
            (Place::Finding(F::Disputed, I::MinutesSigned), UNIT, ""),
            (Place::Finding(F::Draft, I::InProgress), UNIT, "evidence_closed"),
            (Place::Finding(F::Raised, I::InProgress), NOBODY, "team_only"),
            (Place::Action(A::InExecution), UNIT, ""),
            (Place::Action(A::Implemented), UNIT, "evidence_closed"),
            (Place::Action(A::InExecution), TEAM, "unit_only"),
            (Place::Step(S::Open, A::InExecution), DOER, ""),
            (Place::Step(S::Rejected, A::InExecution), UNIT, ""),
            (Place::Step(S::Done, A::InExecution), DOER, "evidence_closed"),
            (Place::Step(S::Open, A::InExecution), NOBODY, "doer_only"),
            (Place::Step(S::Open, A::Cancelled), DOER, "evidence_closed"),
            (Place::WorkItem(WorkState::Done), UNIT, ""),
            (Place::WorkItem(WorkState::Cancelled), UNIT, "evidence_closed"),
            (Place::WorkItem(WorkState::Done), TEAM, "unit_only"),
            (Place::Revision(RevisionState::Draft), DOER, ""),
            (Place::Revision(RevisionState::Draft), UNIT, "drafter_only"),
            (Place::Revision(RevisionState::InReview), DOER, "evidence_closed"),
        ];
        for (place, by, expected) in cases {
            assert_eq!(code(may_attach(place, &by)), expected, "{place:?} {by:?}");
        }
    }

    #[test]
    fn evidence_stays_once_the_other_side_has_it() {
        let cases = [
            (Place::Line(I::InProgress), TEAM, true, false, ""),
            (Place::Line(I::InProgress), TEAM, false, false, "uploader_only"),
            (Place::Line(I::InProgress), LEAD, false, false, ""),
            (Place::Line(I::MinutesSigned), LEAD, true, false, "evidence_settled"),
            (Place::Inspection(I::Notified), UNIT, true, false, ""),
            (Place::Inspection(I::SelfReport), UNIT, true, false, "evidence_settled"),
            (Place::Finding(F::Raised, I::FieldworkDone), LEAD, false, false, "uploader_only"),
            (Place::Finding(F::Disputed, I::FieldworkDone), UNIT, true, false, "evidence_settled"),
            (Place::Action(A::Analysing), UNIT, false, false, ""),
            (Place::Action(A::PlanSubmitted), UNIT, true, false, "evidence_settled"),
            (Place::Step(S::Open, A::InExecution), DOER, true, false, ""),
            (Place::Step(S::Rejected, A::InExecution), DOER, true, true, "evidence_settled"),
            (Place::Step(S::Done, A::InExecution), DOER, true, false, "evidence_settled"),
            (Place::Revision(RevisionState::Draft), DOER, false, false, ""),
            (Place::Revision(RevisionState::Approved), DOER, true, false, "evidence_settled"),
        ];
        for (place, by, uploader, shown, expected) in cases {
            assert_eq!(code(may_remove(place, &by, uploader, shown)), expected, "{place:?} {by:?} {uploader} {shown}");
        }
    }

    #[test]
    fn file_names_lose_paths_controls_and_tricks() {
        let cases = [
            ("Biên bản.pdf", "Biên bản.pdf"),
            ("Bie\u{302}n ba\u{309}n.pdf", "Biên bản.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\a\\ảnh.jpg", "ảnh.jpg"),
            ("a\u{202E}fdp.exe", "afdp.exe"),
            ("a\r\nSet-Cookie: x.txt", "aSet-Cookie_ x.txt"),
            ("..", ""),
            ("a/", ""),
            (" .ẩn ", "ẩn"),
            ("<img src=x onerror=alert(1)>.svg", "_img src=x onerror=alert(1)_.svg"),
        ];
        for (sent, kept) in cases {
            assert_eq!(clean_file_name(sent), kept, "{sent:?}");
        }
        let long = clean_file_name(&format!("{}.docx", "ố".repeat(300)));
        assert_eq!((long.chars().count(), long.ends_with("ố.docx")), (MAX_FILE_NAME, true));
    }

    #[test]
    fn media_types_are_plain_tokens() {
        let cases = [
            ("application/pdf", "application/pdf"),
            ("Text/HTML; charset=utf-8", "text/html"),
            ("image/svg+xml", "image/svg+xml"),
            ("", "application/octet-stream"),
            ("x", "application/octet-stream"),
            ("a/b\r\nX: y", "application/octet-stream"),
        ];
        for (declared, kept) in cases {
            assert_eq!(clean_media_type(declared), kept, "{declared:?}");
        }
    }
}
