//! The declaration that a quality system conforms to a standard (công bố, công bố lại): its machine,
//! what its scope is compared with, and what has to be done with it once it is signed.
//!
//! QĐ 19/2014/QĐ-TTg, điều 4 khoản 3: declared again when the scope is widened, narrowed or adjusted.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::document::control::NationalCode;
use crate::draft::Problems;
use crate::id::{DocumentId, RevisionId};
use crate::rule::{Refused, require, wrong_state};
use crate::time::vn_day;

/// Every rule code of this module, besides those of [`crate::rule`].
pub const CODES: &[&str] = &["scope_empty", "scope_moved", "declaration_open"];

/// Every field code of this module, besides those of [`crate::draft`].
pub const FIELD_CODES: &[&str] =
    &["first_but_declared", "reason_against_scope", "before_decision", "not_yet_happened", "web_address_form"];

/// Working days to declare again after the scope has changed; our own figure, no law gives one.
pub const RENEW_DAYS: u32 = 10;

/// Most legal bases of a declaration.
pub const MOST_GROUNDS: usize = 30;

code_enum! {
    /// Whether a unit declares for the first time.
    pub enum DeclarationKind ("declaration_kind") {
        /// Công bố lần đầu.
        First = "first",
        /// Công bố lại.
        Again = "again",
    }
}

code_enum! {
    /// Why a unit declares again.
    pub enum DeclarationReason ("declaration_reason") {
        /// Mở rộng phạm vi.
        Wider = "wider",
        /// Thu hẹp phạm vi.
        Narrower = "narrower",
        /// Điều chỉnh phạm vi.
        Adjusted = "adjusted",
    }
}

code_enum! {
    /// Where a declaration stands.
    pub enum DeclarationState ("declaration_state") {
        /// Đang soạn.
        Draft = "draft",
        /// Đã trình người đứng đầu.
        Submitted = "submitted",
        /// Đã ký, chờ số và ngày.
        Signed = "signed",
        /// Đang có hiệu lực.
        InForce = "in_force",
        /// Đã được thay thế.
        Replaced = "replaced",
        /// Đã thu hồi.
        Withdrawn = "withdrawn",
        /// Đã hủy.
        Cancelled = "cancelled",
    }
}

impl DeclarationState {
    /// Its text and annex never change again.
    #[must_use]
    pub const fn is_frozen(self) -> bool {
        !matches!(self, Self::Draft | Self::Submitted)
    }

    /// It is or was in force.
    #[must_use]
    pub const fn was_in_force(self) -> bool {
        matches!(self, Self::InForce | Self::Replaced | Self::Withdrawn)
    }

    /// It is on its way: a unit has at most one such.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Draft | Self::Submitted | Self::Signed)
    }
}

code_enum! {
    /// What moves a declaration.
    pub enum DeclarationVerb ("declaration_verb") {
        /// Lưu nội dung.
        Save = "save",
        /// Trình ký.
        Submit = "submit",
        /// Trả lại để sửa.
        Return = "return",
        /// Ký.
        Sign = "sign",
        /// Vào số, ghi ngày.
        Register = "register",
        /// Ghi nhận niêm yết, công bố, gửi.
        Note = "note",
        /// Thu hồi.
        Withdraw = "withdraw",
        /// Hủy.
        Cancel = "cancel",
    }
}

impl DeclarationVerb {
    /// Whether the act must say why.
    #[must_use]
    pub const fn needs_reason(self) -> bool {
        matches!(self, Self::Return | Self::Withdraw | Self::Cancel)
    }
}

code_enum! {
    /// What is done with a declaration in force, each on its day.
    pub enum DeclarationFact ("declaration_fact") {
        /// Niêm yết tại trụ sở.
        Posted = "posted",
        /// Thông báo trên trang thông tin điện tử.
        Announced = "announced",
        /// Gửi cơ quan quản lý tiêu chuẩn cấp trên.
        Sent = "sent",
    }
}

code_enum! {
    /// The papers of a declaration.
    pub enum DeclarationPart ("declaration_part") {
        /// Quyết định công bố, with its annex.
        Decision = "decision",
        /// Bản công bố.
        Statement = "statement",
        /// Phụ lục.
        Annex = "annex",
    }
}

code_enum! {
    /// How a procedure differs from the declaration before.
    pub enum ScopeChange ("scope_change") {
        /// Bổ sung.
        Added = "added",
        /// Đưa ra khỏi phạm vi.
        Removed = "removed",
        /// Thay đổi thủ tục hành chính được áp dụng.
        Changed = "changed",
        /// Chỉ sửa đổi quy trình, không đổi phạm vi.
        Revised = "revised",
    }
}

impl ScopeChange {
    /// Whether the declared scope is another one by it. A new revision of the same procedure is not.
    #[must_use]
    pub const fn moves_scope(self) -> bool {
        !matches!(self, Self::Revised)
    }
}

/// A procedure in the scope of a declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeLine {
    /// The procedure.
    pub document: DocumentId,
    /// Its revision in force.
    pub revision: RevisionId,
    /// Its code.
    pub code: String,
    /// Its title.
    pub title: String,
    /// Lĩnh vực; none for procedures of the system itself.
    pub field: Option<String>,
    /// Who carries it out.
    pub unit: String,
    /// National codes of the administrative procedures it serves, each with its local suffix.
    pub national_codes: Vec<String>,
    /// Issue and amendment, as `01/00`.
    pub number: String,
}

impl ScopeLine {
    /// The codes without local suffix: a merger changes the suffix and not what is done.
    fn activities(&self) -> BTreeSet<String> {
        let bare = |code: &String| NationalCode::parse(code).map_or_else(|_odd| code.clone(), |parsed| parsed.code);
        self.national_codes.iter().map(bare).collect()
    }

    /// Where it stands in an annex: by field, those of no field last, then by code.
    #[must_use]
    pub fn order(&self) -> (bool, String, String, DocumentId) {
        let field = self.field.as_deref().map(crate::text::fold).unwrap_or_default();
        (self.field.is_none(), field, self.code.clone(), self.document)
    }
}

/// One difference between two scopes; the line as it is now, or as it was when it is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// How it differs.
    pub change: ScopeChange,
    /// The procedure.
    pub line: ScopeLine,
}

/// How the scope of now differs from the one before, in the order of an annex.
#[must_use]
pub fn compare(before: &[ScopeLine], now: &[ScopeLine]) -> Vec<Difference> {
    let old: BTreeMap<DocumentId, &ScopeLine> = before.iter().map(|line| (line.document, line)).collect();
    let kept: BTreeSet<DocumentId> = now.iter().map(|line| line.document).collect();
    let changed = now.iter().filter_map(|line| {
        let change = match old.get(&line.document) {
            None => ScopeChange::Added,
            Some(was) if was.activities() != line.activities() => ScopeChange::Changed,
            Some(was) if was.revision != line.revision => ScopeChange::Revised,
            Some(_) => return None,
        };
        Some(Difference { change, line: line.clone() })
    });
    let gone = before.iter().filter(|line| !kept.contains(&line.document));
    let gone = gone.map(|line| Difference { change: ScopeChange::Removed, line: line.clone() });
    let mut found: Vec<Difference> = changed.chain(gone).collect();
    found.sort_by_cached_key(|one| one.line.order());
    found
}

/// The reason to declare again that the differences speak for; none when the scope is the same.
#[must_use]
pub fn proposed_reason(differences: &[Difference]) -> Option<DeclarationReason> {
    let has = |change: ScopeChange| differences.iter().any(|one| one.change == change);
    match (has(ScopeChange::Added), has(ScopeChange::Removed), has(ScopeChange::Changed)) {
        (false, false, false) => None,
        (true, false, false) => Some(DeclarationReason::Wider),
        (false, true, false) => Some(DeclarationReason::Narrower),
        _ => Some(DeclarationReason::Adjusted),
    }
}

/// A reason that speaks of the scope says what the comparison with the declaration in force shows; where nothing of the
/// scope differs, «adjusted» is the only one that claims nothing wrong. Adds `reason_against_scope`.
pub fn check_reason(reason: DeclarationReason, differences: &[Difference], problems: &mut Problems) {
    if reason == proposed_reason(differences).unwrap_or(DeclarationReason::Adjusted) {
        return;
    }
    let count = |change: ScopeChange| differences.iter().filter(|one| one.change == change).count().to_string();
    let counts = vec![
        ("added", count(ScopeChange::Added)),
        ("removed", count(ScopeChange::Removed)),
        ("changed", count(ScopeChange::Changed)),
    ];
    problems.add_with("reason", "reason_against_scope", counts);
}

/// What the acting person is to a declaration. Decided on the person, whatever the account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct By {
    /// Thư ký ISO of the unit.
    pub control: bool,
    /// Người đứng đầu of the unit, today.
    pub head: bool,
    /// Văn thư of the unit.
    pub registrar: bool,
    /// Began it or saved it.
    pub prepared: bool,
}

/// What the machine must know of a declaration, read in the same transaction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Procedures in its annex.
    pub lines: u32,
    /// The annex is another one than when it was submitted.
    pub scope_moved: bool,
}

/// The state after `verb`.
///
/// # Errors
/// A code of [`crate::rule::WHO`] when it is not this person's act, `wrong_state` when it is not its
/// time, `scope_empty`, `scope_moved`.
pub fn advance(state: DeclarationState, verb: DeclarationVerb, by: &By, facts: &Facts) -> Result<DeclarationState, Refused> {
    use DeclarationVerb as V;
    who(state, verb, by)?;
    let next = target(state, verb).ok_or_else(|| wrong_state(state, verb))?;
    require(verb != V::Submit || facts.lines > 0, "scope_empty")?;
    // The head signs what was handed in, not what the annex has become since.
    require(verb != V::Sign || !facts.scope_moved, "scope_moved")?;
    Ok(next)
}

/// The verbs that [`advance`] would accept, for the buttons of the page.
#[must_use]
pub fn available(state: DeclarationState, by: &By, facts: &Facts) -> Vec<DeclarationVerb> {
    DeclarationVerb::ALL.iter().copied().filter(|verb| advance(state, *verb, by, facts).is_ok()).collect()
}

fn who(state: DeclarationState, verb: DeclarationVerb, by: &By) -> Result<(), Refused> {
    use DeclarationVerb as V;
    match verb {
        V::Save | V::Submit | V::Note => require(by.control, "document_control_only"),
        V::Return | V::Withdraw => require(by.head, "head_only"),
        V::Sign => {
            require(by.head, "head_only")?;
            require(!by.prepared, "own_text")
        }
        V::Register => require(by.head || by.registrar, "registrar_only"),
        V::Cancel if state == DeclarationState::Signed => require(by.head, "head_only"),
        V::Cancel => require(by.control || by.head, "document_control_only"),
    }
}

const fn target(state: DeclarationState, verb: DeclarationVerb) -> Option<DeclarationState> {
    use {DeclarationState as S, DeclarationVerb as V};
    match (verb, state) {
        (V::Save, S::Draft) | (V::Return, S::Submitted) => Some(S::Draft),
        (V::Submit, S::Draft) => Some(S::Submitted),
        (V::Sign, S::Submitted) => Some(S::Signed),
        (V::Register, S::Signed) | (V::Note, S::InForce) => Some(S::InForce),
        (V::Withdraw, S::InForce) => Some(S::Withdrawn),
        (V::Cancel, S::Draft | S::Submitted | S::Signed) => Some(S::Cancelled),
        _ => None,
    }
}

/// Whether a unit may begin one: it has none on its way.
///
/// # Errors
/// `declaration_open`.
pub fn may_begin(open: bool) -> Result<(), Refused> {
    require(!open, "declaration_open")
}

/// Whether everybody may read it: announced, and in force once.
#[must_use]
pub const fn is_public(state: DeclarationState, announced: bool) -> bool {
    state.was_in_force() && announced
}

/// Kind and reason fit each other and what the unit has declared before: `declared` in this system,
/// `earlier` by a decision that is only named. Adds `first_but_declared` and `required`.
pub fn check_kind(
    kind: DeclarationKind,
    reason: Option<DeclarationReason>,
    declared: bool,
    earlier: bool,
    problems: &mut Problems,
) {
    match kind {
        DeclarationKind::First => problems.check(declared || earlier, "kind", "first_but_declared"),
        DeclarationKind::Again => {
            problems.check(reason.is_none(), "reason", "required");
            problems.check(!declared && !earlier, "earlier_decision", "required");
        }
    }
}

/// What is said of a fact.
#[derive(Clone, Copy, Debug, Default)]
pub struct FactInput<'a> {
    /// Address on the web.
    pub address: &'a str,
    /// To whom it was sent.
    pub recipient: &'a str,
    /// Number of the covering letter.
    pub number: &'a str,
}

/// A fact as it is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeptFact {
    /// Address on the web.
    pub address: Option<String>,
    /// To whom it was sent.
    pub recipient: Option<String>,
    /// Number of the covering letter.
    pub number: Option<String>,
}

/// Checks a fact: not before the decision, not after today, with what its kind needs. Adds
/// `before_decision`, `not_yet_happened`, `web_address_form`, `required`.
pub fn check_fact(
    fact: DeclarationFact,
    on: NaiveDate,
    input: FactInput<'_>,
    issued_on: NaiveDate,
    today: NaiveDate,
    problems: &mut Problems,
) -> KeptFact {
    if on < issued_on {
        problems.add_with("on", "before_decision", vec![("date", vn_day(issued_on))]);
    }
    if on > today {
        problems.add_with("on", "not_yet_happened", vec![("date", vn_day(today))]);
    }
    match fact {
        DeclarationFact::Posted => KeptFact::default(),
        DeclarationFact::Announced => {
            let address = problems.line("address", input.address, 500);
            let host = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"));
            let fine = host.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/') && !rest.contains(char::is_whitespace));
            problems.check(!address.is_empty() && !fine, "address", "web_address_form");
            KeptFact { address: Some(address), ..KeptFact::default() }
        }
        DeclarationFact::Sent => KeptFact {
            recipient: Some(problems.line("recipient", input.recipient, 300)),
            number: Some(problems.line("number", input.number, 100)),
            address: None,
        },
    }
}

/// What still has to be done with a declaration in force.
#[must_use]
pub fn missing(done: &[DeclarationFact]) -> Vec<DeclarationFact> {
    DeclarationFact::ALL.iter().copied().filter(|fact| !done.contains(fact)).collect()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use {DeclarationState as S, DeclarationVerb as V};

    fn line(document: u128, revision: u128, codes: &[&str]) -> ScopeLine {
        ScopeLine {
            document: DocumentId(Uuid::from_u128(document)),
            revision: RevisionId(Uuid::from_u128(revision)),
            code: format!("QT-{document:02}"),
            title: format!("Quy trình {document}"),
            field: Some("Hộ tịch".to_owned()),
            unit: "Xã An Mẫu".to_owned(),
            national_codes: codes.iter().map(|code| (*code).to_owned()).collect(),
            number: "01/00".to_owned(),
        }
    }

    #[test]
    fn a_scope_is_compared_procedure_by_procedure() {
        let one = || line(1, 11, &["1.001193"]);
        let two = || line(2, 21, &["2.000884", "1.000894"]);
        let suffixed = || line(1, 11, &["1.001193.000.00.00.H55"]);
        let recoded = || line(1, 12, &["1.004873"]);
        let revised = || line(1, 12, &["1.001193"]);
        let swapped = || line(2, 21, &["1.000894", "2.000884"]);
        let odd = || line(1, 11, &["mã lạ"]);
        for (name, before, now, expected, reason) in [
            ("the same", vec![one(), two()], vec![two(), one()], "", None),
            ("added", vec![one()], vec![one(), two()], "added QT-02", Some(DeclarationReason::Wider)),
            ("removed", vec![one(), two()], vec![two()], "removed QT-01", Some(DeclarationReason::Narrower)),
            ("both", vec![one()], vec![two()], "removed QT-01, added QT-02", Some(DeclarationReason::Adjusted)),
            ("revised only", vec![one()], vec![revised()], "revised QT-01", None),
            ("another TTHC", vec![one()], vec![recoded()], "changed QT-01", Some(DeclarationReason::Adjusted)),
            ("another suffix", vec![one()], vec![suffixed()], "", None),
            ("codes in another order", vec![two()], vec![swapped()], "", None),
            ("a code of no known form", vec![one()], vec![odd()], "changed QT-01", Some(DeclarationReason::Adjusted)),
            (
                "revised and added",
                vec![one()],
                vec![revised(), two()],
                "revised QT-01, added QT-02",
                Some(DeclarationReason::Wider),
            ),
            ("from nothing", vec![], vec![one()], "added QT-01", Some(DeclarationReason::Wider)),
            ("nothing", vec![], vec![], "", None),
        ] {
            let found = compare(&before, &now);
            let said: Vec<String> = found.iter().map(|one| format!("{} {}", one.change, one.line.code)).collect();
            assert_eq!(said.join(", "), expected, "{name}");
            assert_eq!(proposed_reason(&found), reason, "{name}");
        }
    }

    #[test]
    fn an_annex_is_ordered_by_field_and_code_with_the_system_last() {
        let with = |code: &str, field: Option<&str>| ScopeLine {
            code: code.to_owned(),
            field: field.map(str::to_owned),
            ..line(1, 1, &[])
        };
        let mut lines = [
            with("QT-ISO-01", None),
            with("QT-09", Some("Hộ tịch")),
            with("QT-02", Some("Đất đai")),
            with("QT-01", Some("Hộ tịch")),
            with("QT-05", Some("Chứng thực")),
        ];
        lines.sort_by_cached_key(ScopeLine::order);
        let order: Vec<&str> = lines.iter().map(|line| line.code.as_str()).collect();
        assert_eq!(order, ["QT-05", "QT-02", "QT-01", "QT-09", "QT-ISO-01"]);
    }

    fn people() -> [(&'static str, By); 5] {
        let none = By::default();
        [
            ("secretary", By { control: true, prepared: true, ..none }),
            ("head", By { head: true, ..none }),
            ("head who prepared", By { head: true, control: true, prepared: true, ..none }),
            ("registrar", By { registrar: true, ..none }),
            ("reader", none),
        ]
    }

    #[test]
    fn each_act_has_its_people_and_its_time() {
        let facts = Facts { lines: 3, scope_moved: false };
        // Who may do what where, in the order of `people`.
        let table: [(S, [&str; 5]); 7] = [
            (S::Draft, ["save submit cancel", "cancel", "save submit cancel", "", ""]),
            (S::Submitted, ["cancel", "return sign cancel", "return cancel", "", ""]),
            (S::Signed, ["", "register cancel", "register cancel", "register", ""]),
            (S::InForce, ["note", "withdraw", "note withdraw", "", ""]),
            (S::Replaced, [""; 5]),
            (S::Withdrawn, [""; 5]),
            (S::Cancelled, [""; 5]),
        ];
        assert_eq!(table.map(|(state, _)| state), *S::ALL);
        for (state, rows) in table {
            for ((name, by), expected) in people().into_iter().zip(rows) {
                let found: Vec<&str> = available(state, &by, &facts).into_iter().map(V::code).collect();
                assert_eq!(found.join(" "), expected, "{state} {name}");
            }
        }
    }

    #[test]
    fn a_refusal_says_whose_act_it_is_before_its_time() {
        let [(_, secretary), (_, head), (_, both), (_, registrar), (_, reader)] = people();
        let full = Facts { lines: 1, scope_moved: false };
        for (state, verb, by, facts, expected) in [
            (S::Draft, V::Save, reader, full, "document_control_only"),
            (S::Submitted, V::Sign, secretary, full, "head_only"),
            (S::Submitted, V::Sign, both, full, "own_text"),
            (S::Draft, V::Sign, head, full, "wrong_state"),
            (S::Draft, V::Submit, secretary, Facts::default(), "scope_empty"),
            (S::Submitted, V::Sign, head, Facts { scope_moved: true, ..full }, "scope_moved"),
            (S::Signed, V::Register, secretary, full, "registrar_only"),
            (S::Signed, V::Cancel, secretary, full, "head_only"),
            (S::InForce, V::Save, secretary, full, "wrong_state"),
            (S::InForce, V::Register, registrar, full, "wrong_state"),
            (S::InForce, V::Withdraw, secretary, full, "head_only"),
            (S::Signed, V::Note, secretary, full, "wrong_state"),
        ] {
            assert_eq!(advance(state, verb, &by, &facts).unwrap_err().code, expected, "{state} {verb}");
        }
    }

    #[test]
    fn signed_is_frozen_and_only_what_was_announced_is_shown_to_all() {
        for state in S::ALL.iter().copied() {
            let known = [state.is_frozen(), state.was_in_force(), state.is_open()];
            let expected = match state {
                S::Draft | S::Submitted => [false, false, true],
                S::Signed => [true, false, true],
                S::InForce | S::Replaced | S::Withdrawn => [true, true, false],
                S::Cancelled => [true, false, false],
            };
            assert_eq!(known, expected, "{state}");
            assert!(!is_public(state, false), "{state}");
            assert_eq!(is_public(state, true), state.was_in_force(), "{state}");
        }
        assert_eq!(may_begin(true).unwrap_err().code, "declaration_open");
        assert!(may_begin(false).is_ok());
    }

    fn faults(problems: Problems) -> String {
        let found = problems.finish().err().unwrap_or_default();
        found.iter().map(|one| format!("{}:{}", one.field, one.code)).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn kind_and_reason_fit_what_was_declared_before() {
        use DeclarationKind::{Again, First};
        let wider = Some(DeclarationReason::Wider);
        for (kind, reason, declared, earlier, expected) in [
            (First, None, false, false, ""),
            (First, None, true, false, "kind:first_but_declared"),
            (First, None, false, true, "kind:first_but_declared"),
            (Again, wider, true, false, ""),
            (Again, wider, false, true, ""),
            (Again, None, true, false, "reason:required"),
            (Again, None, false, false, "reason:required earlier_decision:required"),
        ] {
            let mut problems = Problems::new();
            check_kind(kind, reason, declared, earlier, &mut problems);
            assert_eq!(faults(problems), expected, "{kind} {reason:?} {declared} {earlier}");
        }
    }

    #[test]
    fn a_reason_about_the_scope_says_what_the_comparison_shows() {
        use DeclarationReason::{Adjusted, Narrower, Wider};
        let (one, two) = (line(1, 11, &["1.001193"]), line(2, 21, &["2.000884"]));
        let both = || vec![one.clone(), two.clone()];
        for (before, now, fits) in [
            (vec![one.clone()], both(), Wider),
            (both(), vec![one.clone()], Narrower),
            (vec![one.clone()], vec![two.clone()], Adjusted),
            (both(), both(), Adjusted),
        ] {
            let found = compare(&before, &now);
            for reason in DeclarationReason::ALL.iter().copied() {
                let mut problems = Problems::new();
                check_reason(reason, &found, &mut problems);
                let expected = if reason == fits { "" } else { "reason:reason_against_scope" };
                assert_eq!(faults(problems), expected, "{reason} of {found:?}");
            }
        }
    }

    #[test]
    fn a_fact_has_its_day_and_what_its_kind_needs() {
        use DeclarationFact::{Announced, Posted, Sent};
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let none = FactInput::default();
        let web = |address| FactInput { address, ..FactInput::default() };
        for (fact, on, input, expected) in [
            (Posted, "2026-11-16", none, ""),
            (Posted, "2026-11-15", none, "on:before_decision"),
            (Posted, "2026-11-21", none, "on:not_yet_happened"),
            (Announced, "2026-11-20", none, "address:required"),
            (Announced, "2026-11-20", web("xa.example.vn"), "address:web_address_form"),
            (Announced, "2026-11-20", web("https:///tin"), "address:web_address_form"),
            (Announced, "2026-11-20", web("https://xa.example.vn/cong-bo"), ""),
            (Sent, "2026-11-20", none, "recipient:required number:required"),
            (Sent, "2026-11-20", FactInput { recipient: "Sở KH&CN", number: "45/UBND", ..none }, ""),
        ] {
            let mut problems = Problems::new();
            check_fact(fact, day(on), input, day("2026-11-16"), day("2026-11-20"), &mut problems);
            assert_eq!(faults(problems), expected, "{fact} {on} {input:?}");
        }
        assert_eq!(missing(&[Announced]), [Posted, Sent]);
        assert!(missing(DeclarationFact::ALL).is_empty());
    }
}
