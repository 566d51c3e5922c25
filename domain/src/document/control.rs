//! What surrounds a revision: who must know it, when it is looked at again, what it rests on outside.

use chrono::{Months, NaiveDate};

use crate::draft::Problems;
use crate::rule::{Refused, require};

/// Working days to acknowledge, unless the unit has set its own.
pub const ACKNOWLEDGE_DAYS: i32 = 5;
/// Months between periodic reviews, unless the document has its own.
pub const REVIEW_MONTHS: i32 = 12;
/// Working days for each step of reviewing and approving, unless the unit has set its own.
pub const TURN_DAYS: i32 = 3;
/// Days before a periodic review from which it is somebody's work.
pub const REVIEW_AHEAD_DAYS: i64 = 30;
/// Days before its end from which an external document is expiring.
pub const EXPIRING_DAYS: i64 = 30;

code_enum! {
    /// Whom a rule of the audience names.
    pub enum AudienceKind ("audience_kind") {
        /// Mọi người của đơn vị.
        Unit = "unit",
        /// Người giữ vai trò tại đơn vị.
        Role = "role",
        /// Một người.
        Person = "person",
    }
}

code_enum! {
    /// Why a revision was given to a person.
    pub enum OfferCause ("offer_cause") {
        /// Khi ban hành.
        Issue = "issue",
        /// Về đơn vị sau khi ban hành.
        Joined = "joined",
    }
}

code_enum! {
    /// What is known of a person and a revision. Sent is not opened, opened is not acknowledged.
    pub enum ReceiptFact ("receipt_fact") {
        /// Đã gửi.
        Sent = "sent",
        /// Đã mở xem.
        Opened = "opened",
        /// Đã xác nhận.
        Acknowledged = "acknowledged",
    }
}

code_enum! {
    /// Where an offer stands.
    pub enum OfferState ("offer_state") {
        /// Chờ xác nhận.
        Pending = "pending",
        /// Đã xác nhận.
        Acknowledged = "acknowledged",
        /// Quá hạn xác nhận.
        Overdue = "overdue",
        /// Không còn phải xác nhận.
        Void = "void",
    }
}

/// Where an offer stands today; computed, never stored.
#[must_use]
pub fn offer_state(acknowledged: bool, voided: bool, due_on: NaiveDate, today: NaiveDate) -> OfferState {
    match (acknowledged, voided) {
        (true, _) => OfferState::Acknowledged,
        (false, true) => OfferState::Void,
        (false, false) if due_on < today => OfferState::Overdue,
        (false, false) => OfferState::Pending,
    }
}

/// Whether the person may acknowledge: their own offer, once, while the revision is in force.
///
/// # Errors
/// `acknowledged_already`, `distribution_over`.
pub fn may_acknowledge(acknowledged: bool, voided: bool) -> Result<(), Refused> {
    require(!acknowledged, "acknowledged_already")?;
    require(!voided, "distribution_over")
}

/// A rule names exactly what its kind needs. Adds `required` and `audience_empty` on `audience/0/…`.
pub fn check_audience(rules: &[(AudienceKind, bool, bool, bool)], problems: &mut Problems) {
    problems.check(rules.is_empty(), "audience", "audience_empty");
    problems.at_most("audience", rules.len(), 100);
    for (row, (kind, unit, role, person)) in rules.iter().enumerate() {
        let field = |name: &str| format!("audience/{row}/{name}");
        problems.check(*kind != AudienceKind::Person && !unit, &field("unit_id"), "required");
        problems.check(*kind == AudienceKind::Role && !role, &field("role"), "required");
        problems.check(*kind == AudienceKind::Person && !person, &field("person_id"), "required");
    }
}

code_enum! {
    /// What a periodic review found.
    pub enum ReviewOutcome ("review_outcome") {
        /// Còn phù hợp.
        StillValid = "still_valid",
        /// Cần sửa đổi.
        Revise = "revise",
        /// Cần thu hồi, bãi bỏ.
        Withdraw = "withdraw",
    }
}

/// The next review after one on this day; a date past the end of the calendar never comes.
#[must_use]
pub fn next_review(on: NaiveDate, months: i32) -> Option<NaiveDate> {
    u32::try_from(months).ok().filter(|months| *months > 0).and_then(|months| on.checked_add_months(Months::new(months)))
}

code_enum! {
    /// Whether something outside holds on a day.
    pub enum Validity ("validity") {
        /// Chưa có hiệu lực.
        NotYet = "not_yet",
        /// Còn hiệu lực.
        InForce = "in_force",
        /// Sắp hết hiệu lực.
        Expiring = "expiring",
        /// Hết hiệu lực.
        Expired = "expired",
        /// Đã bị thay thế.
        Replaced = "replaced",
    }
}

impl Validity {
    /// Whether a document that rests on it must be looked at.
    #[must_use]
    pub const fn needs_review(self) -> bool {
        matches!(self, Self::Expired | Self::Replaced)
    }

    /// Whether it may be rested on.
    #[must_use]
    pub const fn holds(self) -> bool {
        matches!(self, Self::InForce | Self::Expiring)
    }
}

/// Whether something with this span holds on `today`. `to` is the last day.
#[must_use]
pub fn validity(from: Option<NaiveDate>, to: Option<NaiveDate>, replaced: bool, today: NaiveDate) -> Validity {
    let over = to.is_some_and(|to| to < today);
    match (from, to) {
        _ if over && replaced => Validity::Replaced,
        _ if over => Validity::Expired,
        (Some(from), _) if from > today => Validity::NotYet,
        (_, Some(to)) if (to - today).num_days() <= EXPIRING_DAYS => Validity::Expiring,
        _ => Validity::InForce,
    }
}

/// Whether a change of an administrative procedure has overtaken the text in force since `since`: it
/// came later, and nobody has looked at it yet. `seen` is the last change that was looked at.
#[must_use]
pub fn overtaken_by(changed_on: NaiveDate, since: Option<NaiveDate>, seen: Option<NaiveDate>) -> bool {
    since.is_some_and(|since| changed_on > since) && seen.is_none_or(|seen| changed_on > seen)
}

/// The national code of an administrative procedure and the local suffix, kept apart: after a merger
/// the suffix changes, the national code does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NationalCode {
    /// As `1.001193`.
    pub code: String,
    /// As `000.00.00.H55`.
    pub suffix: Option<String>,
}

impl NationalCode {
    /// Reads `1.001193` or `1.001193.000.00.00.H55`.
    ///
    /// # Errors
    /// `national_code_form`, `suffix_form`.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        let mut parts = text.splitn(3, '.');
        let (first, second, rest) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next());
        if !(matches!(first, "1" | "2" | "3") && digits(second, 6)) {
            return Err("national_code_form");
        }
        let code = format!("{first}.{second}");
        match rest {
            None => Ok(Self { code, suffix: None }),
            Some(rest) if is_suffix(rest) => Ok(Self { code, suffix: Some(rest.to_owned()) }),
            Some(_) => Err("suffix_form"),
        }
    }
}

impl std::fmt::Display for NationalCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.suffix {
            Some(suffix) => write!(f, "{}.{suffix}", self.code),
            None => f.write_str(&self.code),
        }
    }
}

fn digits(text: &str, count: usize) -> bool {
    text.len() == count && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_suffix(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    let [a, b, c, agency] = parts.as_slice() else { return false };
    let letter = agency.starts_with(|c: char| c.is_ascii_uppercase());
    digits(a, 3) && digits(b, 2) && digits(c, 2) && letter && agency.get(1..).is_some_and(|rest| digits(rest, 2))
}

code_enum! {
    /// What a document is linked with.
    pub enum LinkKind ("document_link_kind") {
        /// Văn bản bên ngoài.
        ExternalDocument = "external_document",
        /// Thủ tục hành chính.
        AdministrativeProcedure = "administrative_procedure",
        /// Điều khoản của tiêu chuẩn.
        Clause = "clause",
        /// Dòng bảng kiểm.
        ChecklistLine = "checklist_line",
        /// Phát hiện.
        Finding = "finding",
    }
}

code_enum! {
    /// A list an agency must be able to show.
    pub enum DocumentList ("document_list") {
        /// Danh mục tài liệu nội bộ.
        Master = "master",
        /// Danh mục tài liệu bên ngoài.
        External = "external",
        /// Danh mục hồ sơ.
        Records = "records",
        /// Sổ phân phối tài liệu.
        Distribution = "distribution",
        /// Sổ theo dõi đề nghị sửa đổi tài liệu.
        Requests = "requests",
        /// Danh mục tài liệu hết hiệu lực đang lưu.
        Ended = "ended",
    }
}

code_enum! {
    /// What becomes of a document that is to be copied to a unit.
    pub enum CopyOutcome ("copy_outcome") {
        /// Sẽ lập bản soạn.
        Made = "made",
        /// Đơn vị đã nhận trước đó.
        TakenOver = "taken_over",
        /// Là tài liệu của chính đơn vị.
        Own = "own",
        /// Đã lấy tài liệu mới hơn cho cùng thủ tục.
        YoungerTaken = "younger_taken",
        /// Không có bản đang có hiệu lực.
        NothingInForce = "nothing_in_force",
        /// Đơn vị chưa có thư ký ISO để soạn.
        NobodyToDraft = "nobody_to_draft",
    }
}

impl CopyOutcome {
    /// Whether a draft comes of it.
    #[must_use]
    pub const fn is_made(self) -> bool {
        matches!(self, Self::Made)
    }
}

code_enum! {
    /// What the province last did to an administrative procedure.
    pub enum ProcedureChange ("procedure_change") {
        /// Ban hành mới.
        New = "new",
        /// Sửa đổi, bổ sung.
        Amended = "amended",
        /// Thay thế.
        Replaced = "replaced",
        /// Bãi bỏ.
        Abolished = "abolished",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::calendar::tests::day;

    #[test]
    fn an_offer_is_pending_then_overdue_and_late_words_still_count() {
        use OfferState as O;
        for (acknowledged, voided, due, expected) in [
            (false, false, "22/11/2026", O::Pending),
            (false, false, "21/11/2026", O::Overdue),
            (true, false, "21/11/2026", O::Acknowledged),
            (false, true, "21/11/2026", O::Void),
            (true, true, "21/11/2026", O::Acknowledged),
        ] {
            assert_eq!(offer_state(acknowledged, voided, day(due), day("22/11/2026")), expected);
        }
        let code = |acknowledged, voided| may_acknowledge(acknowledged, voided).err().map(|refused| refused.code);
        assert_eq!(
            (code(false, false), code(true, false), code(false, true)),
            (None, Some("acknowledged_already"), Some("distribution_over"))
        );
    }

    #[test]
    fn an_audience_rule_names_what_its_kind_needs() {
        use AudienceKind as A;
        for (rules, expected) in [
            (vec![], vec![("audience", "audience_empty")]),
            (vec![(A::Unit, true, false, false), (A::Person, false, false, true), (A::Role, true, true, false)], vec![]),
            (vec![(A::Role, false, false, false)], vec![("audience/0/unit_id", "required"), ("audience/0/role", "required")]),
            (vec![(A::Person, true, true, false)], vec![("audience/0/person_id", "required")]),
        ] {
            let mut problems = Problems::new();
            check_audience(&rules, &mut problems);
            let found = problems.finish().err().unwrap_or_default();
            let found: Vec<_> = found.iter().map(|error| (error.field.as_str(), error.code)).collect();
            assert_eq!(found, expected, "{rules:?}");
        }
    }

    #[test]
    fn the_next_review_is_months_later() {
        assert_eq!(next_review(day("30/11/2026"), 3), Some(day("28/02/2027")));
        assert_eq!(next_review(day("30/11/2026"), 0), None);
        assert_eq!(next_review(day("30/11/2026"), -1), None);
    }

    #[test]
    fn what_is_outside_holds_between_its_days() {
        use Validity as V;
        for (from, to, replaced, expected) in [
            (None, None, false, V::InForce),
            (Some("22/11/2026"), None, false, V::InForce),
            (Some("23/11/2026"), None, false, V::NotYet),
            (None, Some("22/11/2026"), false, V::Expiring),
            (None, Some("22/12/2026"), true, V::Expiring),
            (None, Some("23/12/2026"), false, V::InForce),
            (None, Some("21/11/2026"), false, V::Expired),
            (Some("01/01/2020"), Some("21/11/2026"), true, V::Replaced),
        ] {
            let found = validity(from.map(day), to.map(day), replaced, day("22/11/2026"));
            assert_eq!(found, expected, "{from:?} {to:?} {replaced}");
        }
        let review: Vec<_> = Validity::ALL.iter().filter(|validity| validity.needs_review()).collect();
        assert_eq!(review, [&V::Expired, &V::Replaced]);
        assert!(Validity::ALL.iter().all(|validity| !(validity.holds() && validity.needs_review())));
    }

    #[test]
    fn a_change_overtakes_a_text_until_it_was_looked_at() {
        for (changed_on, since, seen, expected) in [
            ("20/11/2026", Some("16/11/2026"), None, true),
            ("16/11/2026", Some("16/11/2026"), None, false),
            ("20/11/2026", None, None, false),
            ("20/11/2026", Some("16/11/2026"), Some("20/11/2026"), false),
            ("21/11/2026", Some("16/11/2026"), Some("20/11/2026"), true),
        ] {
            let found = overtaken_by(day(changed_on), since.map(day), seen.map(day));
            assert_eq!(found, expected, "{changed_on} {since:?} {seen:?}");
        }
    }

    #[test]
    fn a_national_code_keeps_its_suffix_apart() {
        for (text, code, suffix) in [
            ("1.001193", "1.001193", None),
            (" 2.000884.000.00.00.H55 ", "2.000884", Some("000.00.00.H55")),
            ("3.000181.000.00.00.H29", "3.000181", Some("000.00.00.H29")),
        ] {
            let found = NationalCode::parse(text).unwrap();
            assert_eq!((found.code.as_str(), found.suffix.as_deref()), (code, suffix), "{text}");
            assert_eq!(found.to_string(), text.trim());
        }
        for (text, expected) in [
            ("4.001193", "national_code_form"),
            ("1.00119", "national_code_form"),
            ("1001193", "national_code_form"),
            ("1.001193.", "suffix_form"),
            ("1.001193.000.00.00.55", "suffix_form"),
            ("1.001193.000.00.H55", "suffix_form"),
            ("1.001193.000.00.00.H55.1", "suffix_form"),
        ] {
            assert_eq!(NationalCode::parse(text).unwrap_err(), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,30}") {
            if let Ok(found) = NationalCode::parse(&text) {
                prop_assert_eq!(NationalCode::parse(&found.to_string()), Ok(found));
            }
        }
    }
}
