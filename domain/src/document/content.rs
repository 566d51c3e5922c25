//! What a revision written in the system says, and what must be in it before it is handed in.
//!
//! The structured procedure follows the block that agencies use for a TTHC (mục 5.1–5.8 of the usual
//! form): legal basis, conditions, dossier, time limit, place, fees, steps, forms, records.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::diff::TextPart;
use super::{DocumentKind, TextForm};
use crate::draft::{FieldError, Problems};
use crate::id::ExternalDocumentId;

/// Most entries of any list of a procedure.
pub const MAX_ENTRIES: usize = 200;
/// Characters of a long text.
pub const MAX_TEXT: usize = 20_000;
/// Characters of a short text.
pub const MAX_LINE: usize = 500;
/// Working hours of a working day unless the unit has set its own.
pub const HOURS_PER_DAY: i32 = 8;

code_enum! {
    /// What a time is stated in. Calendar days are never converted.
    pub enum TimeUnit ("time_unit") {
        /// Giờ làm việc.
        Hour = "hour",
        /// Ngày làm việc.
        WorkingDay = "working_day",
        /// Ngày.
        Day = "day",
    }
}

code_enum! {
    /// Where a dossier is handed in and its result given.
    pub enum Channel ("dossier_channel") {
        /// Trực tiếp.
        Direct = "direct",
        /// Bưu chính công ích.
        Postal = "postal",
        /// Trực tuyến.
        Online = "online",
    }
}

code_enum! {
    /// What a record is kept on.
    pub enum RecordMedium ("record_medium") {
        /// Giấy.
        Paper = "paper",
        /// Điện tử.
        Electronic = "electronic",
        /// Giấy và điện tử.
        Both = "both",
    }
}

/// Declares the structs of the content with their derives.
macro_rules! content {
    ($( $(#[$meta:meta])* $name:ident { $( $(#[$fmeta:meta])* $field:ident: $ty:ty ),+ $(,)? } )+) => { $(
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(poem_openapi::Object), oai(deny_unknown_fields))]
        #[serde(default)]
        pub struct $name {
            $(
                $(#[$fmeta])*
                #[cfg_attr(feature = "openapi", oai(default))]
                pub $field: $ty
            ),+
        }
    )+ };
}

content! {
    /// The text of a revision written in the system.
    Content {
        /// Free sections: every kind may have them.
        sections: Vec<Section>,
        /// The structured procedure; required of a procedure.
        procedure: Option<Procedure>,
    }

    /// A section of free text.
    Section {
        /// Heading.
        heading: String,
        /// Its text.
        text: String,
    }

    /// A procedure: what is done, on which ground, with which papers, by whom, how long.
    Procedure {
        /// Mục đích.
        purpose: String,
        /// Phạm vi áp dụng.
        scope: String,
        /// Định nghĩa, chữ viết tắt.
        definitions: Option<String>,
        /// Cơ sở pháp lý.
        legal_basis: Vec<Basis>,
        /// Điều kiện, yêu cầu.
        conditions: Option<String>,
        /// Thành phần hồ sơ.
        components: Vec<Component>,
        /// Số lượng hồ sơ (bộ).
        dossier_sets: Option<u32>,
        /// Thời gian xử lý, by case.
        time_limits: Vec<TimeLimit>,
        /// Phí, lệ phí, by case.
        fees: Vec<Fee>,
        /// Nơi tiếp nhận và trả kết quả.
        places: Vec<Place>,
        /// Kết quả.
        result: Option<String>,
        /// Trình tự thực hiện.
        steps: Vec<Step>,
        /// Biểu mẫu.
        forms: Vec<FormUsed>,
        /// Hồ sơ lưu.
        records: Vec<RecordKept>,
        /// Why the times of the steps do not add up to the published limit.
        time_reason: Option<String>,
    }

    /// A document the procedure rests on.
    Basis {
        /// Its number and title.
        text: String,
        /// The entry in the register of external documents.
        external_document_id: Option<ExternalDocumentId>,
    }

    /// A paper of the dossier.
    Component {
        /// What it is.
        name: String,
        /// Bản chính.
        originals: u32,
        /// Bản sao.
        copies: u32,
        /// What must be said besides.
        note: Option<String>,
    }

    /// The published time limit of a case.
    TimeLimit {
        /// The case; empty when there is one only.
        case: String,
        /// Decimal number with at most two places, as `0.5`.
        amount: String,
        /// Of what.
        unit: Option<TimeUnit>,
        /// On which ground.
        basis: Option<String>,
    }

    /// A fee of a case.
    Fee {
        /// The case; empty when there is one only.
        case: String,
        /// Đồng.
        amount: u64,
        /// Đồng when applied for online.
        online_amount: Option<u64>,
        /// On which ground.
        basis: Option<String>,
    }

    /// Where it is handed in.
    Place {
        /// How.
        channel: Option<Channel>,
        /// Where.
        address: String,
    }

    /// A step of the flow: one responsible role, its time by case, its forms and result.
    Step {
        /// What is done.
        name: String,
        /// How.
        detail: Option<String>,
        /// The one role that is responsible.
        role: String,
        /// How long, by case; an empty case counts for every case without an entry of its own.
        times: Vec<StepTime>,
        /// Codes of forms, as in `forms`.
        forms: Vec<String>,
        /// What comes out.
        result: Option<String>,
    }

    /// How long a step takes in a case.
    StepTime {
        /// The case; empty for all others.
        case: String,
        /// Decimal number with at most two places.
        amount: String,
        /// Of what.
        unit: Option<TimeUnit>,
    }

    /// A form that is used.
    FormUsed {
        /// Code.
        code: String,
        /// Name.
        name: String,
    }

    /// A record that is kept.
    RecordKept {
        /// What.
        name: String,
        /// Where.
        place: Option<String>,
        /// How many years; none means permanently.
        years: Option<u32>,
        /// Code of its form.
        #[serde(skip_serializing_if = "Option::is_none")]
        form_code: Option<String>,
        /// Who makes it.
        #[serde(skip_serializing_if = "Option::is_none")]
        made_by: Option<String>,
        /// On what it is kept.
        #[serde(skip_serializing_if = "Option::is_none")]
        medium: Option<RecordMedium>,
        /// How it is destroyed at its end.
        #[serde(skip_serializing_if = "Option::is_none")]
        disposal: Option<String>,
        /// What the retention rests on.
        #[serde(skip_serializing_if = "Option::is_none")]
        basis: Option<String>,
    }
}

code_enum! {
    /// How the times of the steps stand to the published limit of a case.
    pub enum TimeVerdict ("time_verdict") {
        /// Bằng thời hạn công bố.
        Equal = "equal",
        /// Ngắn hơn thời hạn công bố.
        Below = "below",
        /// Dài hơn thời hạn công bố.
        Above = "above",
        /// Không cùng đơn vị, không so sánh được.
        NotComparable = "not_comparable",
    }
}

/// The sum of the step times of one case beside its limit, in hundredths of the same unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TimeCheck {
    /// The case.
    pub case: String,
    /// Hours for working time, days for calendar days.
    pub unit: TimeUnit,
    /// The published limit.
    pub limit: i64,
    /// The sum of the steps; `None` when they are not all of this unit or one has no time.
    pub total: Option<i64>,
    /// What follows.
    pub verdict: TimeVerdict,
}

impl TimeCheck {
    /// Whether a written reason is needed: longer than promised, or nobody can tell.
    #[must_use]
    pub const fn needs_reason(&self) -> bool {
        matches!(self.verdict, TimeVerdict::Above | TimeVerdict::NotComparable)
    }
}

/// Reads `12`, `0.5`, `0,25` into hundredths; `None` for anything else, zero and what is above
/// 100,000.
#[must_use]
pub fn hundredths(text: &str) -> Option<i64> {
    let text = text.trim().replace(',', ".");
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 6 || part.len() > 2 || !digits(whole) || !digits(part) || text.ends_with('.') {
        return None;
    }
    let value = whole.parse::<i64>().ok()? * 100 + format!("{part:0<2}").parse::<i64>().ok()?;
    (1..=10_000_000).contains(&value).then_some(value)
}

/// A time in hundredths of hours (working time) or of days (calendar days).
fn measured(amount: &str, unit: Option<TimeUnit>, hours_per_day: i32) -> Option<(TimeUnit, i64)> {
    let value = hundredths(amount)?;
    match unit? {
        TimeUnit::Hour => Some((TimeUnit::Hour, value)),
        TimeUnit::WorkingDay => Some((TimeUnit::Hour, value * i64::from(hours_per_day))),
        TimeUnit::Day => Some((TimeUnit::Day, value)),
    }
}

impl Procedure {
    /// The sum of the steps against the published limit, case by case. A limit that cannot be read
    /// is left out: [`check`] names it.
    #[must_use]
    pub fn time_checks(&self, hours_per_day: i32) -> Vec<TimeCheck> {
        let limits = self.time_limits.iter().filter_map(|limit| {
            let (unit, value) = measured(&limit.amount, limit.unit, hours_per_day)?;
            let total = self.total(&limit.case, unit, hours_per_day);
            let verdict = match total {
                None => TimeVerdict::NotComparable,
                Some(total) if total > value => TimeVerdict::Above,
                Some(total) if total < value => TimeVerdict::Below,
                Some(_) => TimeVerdict::Equal,
            };
            Some(TimeCheck { case: limit.case.clone(), unit, limit: value, total, verdict })
        });
        limits.collect()
    }

    fn total(&self, case: &str, unit: TimeUnit, hours_per_day: i32) -> Option<i64> {
        self.steps.iter().try_fold(0_i64, |sum, step| {
            let own = step.times.iter().find(|time| time.case == case);
            let time = own.or_else(|| step.times.iter().find(|time| time.case.is_empty()))?;
            let (of, value) = measured(&time.amount, time.unit, hours_per_day)?;
            (of == unit).then_some(sum + value)
        })
    }

    /// How many cases lack the reason they need.
    #[must_use]
    pub fn unexplained(&self, hours_per_day: i32) -> u32 {
        if self.time_reason.is_some() {
            return 0;
        }
        let wanting = self.time_checks(hours_per_day).iter().filter(|check| check.needs_reason()).count();
        u32::try_from(wanting).unwrap_or(u32::MAX)
    }
}

impl Content {
    /// The external documents it rests on.
    #[must_use]
    pub fn basis(&self) -> Vec<ExternalDocumentId> {
        self.procedure.iter().flat_map(|p| &p.legal_basis).filter_map(|basis| basis.external_document_id).collect()
    }

    /// Trims and composes every text and adds what is too long, forged or too many. A draft may
    /// lack anything; what is missing is [`check`]'s.
    pub fn clean(&mut self, problems: &mut Problems) {
        let Self { sections, procedure } = self;
        problems.at_most("sections", sections.len(), MAX_ENTRIES);
        for (row, section) in sections.iter_mut().take(MAX_ENTRIES).enumerate() {
            let Section { heading, text } = section;
            clean_text(problems, &format!("sections/{row}/heading"), heading, MAX_LINE);
            clean_text(problems, &format!("sections/{row}/text"), text, MAX_TEXT);
        }
        if let Some(procedure) = procedure {
            procedure.clean(problems);
        }
    }

    /// Its parts as plain text, for reading, searching and comparing: always in this order.
    #[must_use]
    pub fn parts(&self) -> Vec<TextPart> {
        let mut parts = self.procedure.as_ref().map(Procedure::parts).unwrap_or_default();
        parts.extend(self.sections.iter().map(|section| TextPart { name: section.heading.clone(), text: section.text.clone() }));
        parts
    }
}

fn clean_text(problems: &mut Problems, field: &str, text: &mut String, max: usize) {
    *text = problems.optional_text(field, Some(text), max).unwrap_or_default();
}

fn clean_option(problems: &mut Problems, field: &str, text: &mut Option<String>, max: usize) {
    *text = problems.optional_text(field, text.as_deref(), max);
}

impl RecordKept {
    /// Trims and composes its texts and adds what is too long or forged under `at`.
    pub fn clean(&mut self, problems: &mut Problems, at: &str) {
        let Self { name, place, years: _, form_code, made_by, medium: _, disposal, basis } = self;
        clean_text(problems, &format!("{at}/name"), name, MAX_LINE);
        for (field, text, max) in [
            ("place", place, MAX_LINE),
            ("form_code", form_code, super::MAX_CODE),
            ("made_by", made_by, MAX_LINE),
            ("disposal", disposal, MAX_LINE),
            ("basis", basis, MAX_LINE),
        ] {
            clean_option(problems, &format!("{at}/{field}"), text, max);
        }
    }

    /// All that is said of it in one line, as texts are compared.
    fn line(&self) -> String {
        let Self { name, place, years, form_code, made_by, medium, disposal, basis } = self;
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        joined([
            name,
            &text(place),
            &years.map(|years| years.to_string()).unwrap_or_default(),
            &text(form_code),
            &text(made_by),
            medium.map_or("", RecordMedium::code),
            &text(disposal),
            &text(basis),
        ])
    }
}

impl Procedure {
    fn clean(&mut self, problems: &mut Problems) {
        let Self { purpose, scope, definitions, legal_basis, conditions, components, dossier_sets: _, time_limits, .. } = self;
        clean_text(problems, "procedure/purpose", purpose, MAX_TEXT);
        clean_text(problems, "procedure/scope", scope, MAX_TEXT);
        clean_option(problems, "procedure/definitions", definitions, MAX_TEXT);
        clean_option(problems, "procedure/conditions", conditions, MAX_TEXT);
        each(problems, "legal_basis", legal_basis, |problems, at, row| {
            clean_text(problems, &format!("{at}/text"), &mut row.text, MAX_LINE);
        });
        each(problems, "components", components, |problems, at, row| {
            clean_text(problems, &format!("{at}/name"), &mut row.name, MAX_LINE);
            clean_option(problems, &format!("{at}/note"), &mut row.note, MAX_LINE);
        });
        each(problems, "time_limits", time_limits, |problems, at, row| {
            clean_text(problems, &format!("{at}/case"), &mut row.case, MAX_LINE);
            clean_text(problems, &format!("{at}/amount"), &mut row.amount, 20);
            clean_option(problems, &format!("{at}/basis"), &mut row.basis, MAX_LINE);
        });
        self.clean_rest(problems);
    }

    fn clean_rest(&mut self, problems: &mut Problems) {
        let Self { fees, places, result, steps, forms, records, time_reason, .. } = self;
        each(problems, "fees", fees, |problems, at, row| {
            clean_text(problems, &format!("{at}/case"), &mut row.case, MAX_LINE);
            clean_option(problems, &format!("{at}/basis"), &mut row.basis, MAX_LINE);
        });
        each(problems, "places", places, |problems, at, row| {
            clean_text(problems, &format!("{at}/address"), &mut row.address, MAX_LINE);
        });
        clean_option(problems, "procedure/result", result, MAX_TEXT);
        each(problems, "steps", steps, clean_step);
        each(problems, "forms", forms, |problems, at, row| {
            clean_text(problems, &format!("{at}/code"), &mut row.code, super::MAX_CODE);
            clean_text(problems, &format!("{at}/name"), &mut row.name, MAX_LINE);
        });
        each(problems, "records", records, |problems, at, row| row.clean(problems, at));
        clean_option(problems, "procedure/time_reason", time_reason, 2_000);
    }

    fn parts(&self) -> Vec<TextPart> {
        let Self { purpose, scope, definitions, legal_basis, conditions, components, dossier_sets, time_limits, fees, .. } = self;
        let Self { places, result, steps, forms, records, time_reason, .. } = self;
        let lines = |rows: Vec<String>| rows.join("\n");
        let money = |fee: &Fee| {
            let online = fee.online_amount.map(|amount| format!(" ({amount})")).unwrap_or_default();
            joined([&fee.case, &format!("{}{online}", fee.amount), fee.basis.as_deref().unwrap_or_default()])
        };
        let all = [
            ("purpose", purpose.clone()),
            ("scope", scope.clone()),
            ("definitions", definitions.clone().unwrap_or_default()),
            ("legal_basis", lines(legal_basis.iter().map(|basis| basis.text.clone()).collect())),
            ("conditions", conditions.clone().unwrap_or_default()),
            (
                "components",
                lines(
                    components
                        .iter()
                        .map(|c| {
                            joined([&c.name, &format!("{} + {}", c.originals, c.copies), c.note.as_deref().unwrap_or_default()])
                        })
                        .collect(),
                ),
            ),
            ("dossier_sets", dossier_sets.map(|sets| sets.to_string()).unwrap_or_default()),
            (
                "time_limits",
                lines(
                    time_limits
                        .iter()
                        .map(|t| joined([&t.case, &timed(&t.amount, t.unit), t.basis.as_deref().unwrap_or_default()]))
                        .collect(),
                ),
            ),
            ("fees", lines(fees.iter().map(money).collect())),
            ("places", lines(places.iter().map(|p| joined([p.channel.map_or("", Channel::code), &p.address])).collect())),
            ("result", result.clone().unwrap_or_default()),
            ("steps", lines(steps.iter().enumerate().map(|(row, step)| step.line(row + 1)).collect())),
            ("forms", lines(forms.iter().map(|form| joined([&form.code, &form.name])).collect())),
            ("records", lines(records.iter().map(RecordKept::line).collect())),
            ("time_reason", time_reason.clone().unwrap_or_default()),
        ];
        all.into_iter()
            .filter(|(_, text)| !text.is_empty())
            .map(|(name, text)| TextPart { name: name.to_owned(), text })
            .collect()
    }
}

impl Step {
    fn line(&self, number: usize) -> String {
        let Self { name, detail, role, times, forms, result } = self;
        let times: Vec<String> = times.iter().map(|time| joined([&time.case, &timed(&time.amount, time.unit)])).collect();
        let head = format!("{number}. {name}");
        joined([
            &head,
            role,
            &times.join("; "),
            &forms.join(", "),
            detail.as_deref().unwrap_or_default(),
            result.as_deref().unwrap_or_default(),
        ])
    }
}

fn clean_step(problems: &mut Problems, at: &str, step: &mut Step) {
    let Step { name, detail, role, times, forms, result } = step;
    clean_text(problems, &format!("{at}/name"), name, MAX_LINE);
    clean_option(problems, &format!("{at}/detail"), detail, 4_000);
    clean_text(problems, &format!("{at}/role"), role, 200);
    clean_option(problems, &format!("{at}/result"), result, MAX_LINE);
    problems.at_most(&format!("{at}/times"), times.len(), 20);
    for (row, time) in times.iter_mut().take(20).enumerate() {
        clean_text(problems, &format!("{at}/times/{row}/case"), &mut time.case, MAX_LINE);
        clean_text(problems, &format!("{at}/times/{row}/amount"), &mut time.amount, 20);
    }
    problems.at_most(&format!("{at}/forms"), forms.len(), 50);
    for (row, form) in forms.iter_mut().take(50).enumerate() {
        clean_text(problems, &format!("{at}/forms/{row}"), form, super::MAX_CODE);
    }
}

fn each<T>(problems: &mut Problems, list: &str, rows: &mut [T], mut clean: impl FnMut(&mut Problems, &str, &mut T)) {
    let list = format!("procedure/{list}");
    problems.at_most(&list, rows.len(), MAX_ENTRIES);
    for (row, entry) in rows.iter_mut().take(MAX_ENTRIES).enumerate() {
        clean(problems, &format!("{list}/{row}"), entry);
    }
}

fn joined<const N: usize>(parts: [&str; N]) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" | ")
}

fn timed(amount: &str, unit: Option<TimeUnit>) -> String {
    unit.map_or_else(|| amount.to_owned(), |unit| format!("{amount} {unit}"))
}

/// Whether a written text is complete enough to be handed in. `invalid_basis`: documents of its
/// legal basis that are not in force on that day. An uploaded text is judged by its files.
///
/// # Errors
/// Everything missing or wrong, as `procedure/steps/0/role`.
pub fn check(
    kind: DocumentKind,
    form: TextForm,
    content: &Content,
    invalid_basis: &[ExternalDocumentId],
) -> Result<(), Vec<FieldError>> {
    let mut problems = Problems::new();
    if form == TextForm::Uploaded {
        return problems.finish();
    }
    let Content { sections, procedure } = content;
    for (row, section) in sections.iter().enumerate() {
        problems.check(section.heading.is_empty(), &format!("sections/{row}/heading"), "required");
        problems.check(section.text.is_empty(), &format!("sections/{row}/text"), "required");
    }
    match procedure {
        Some(procedure) => check_procedure(procedure, invalid_basis, &mut problems),
        None if kind == DocumentKind::Procedure => problems.add("procedure", "required"),
        None => problems.check(sections.is_empty(), "sections", "required"),
    }
    problems.finish()
}

fn check_procedure(procedure: &Procedure, invalid_basis: &[ExternalDocumentId], problems: &mut Problems) {
    let Procedure { purpose, scope, legal_basis, components, time_limits, fees, places, steps, forms, records, .. } = procedure;
    problems.check(purpose.is_empty(), "procedure/purpose", "required");
    problems.check(scope.is_empty(), "procedure/scope", "required");
    for (row, basis) in legal_basis.iter().enumerate() {
        problems.check(basis.text.is_empty(), &format!("procedure/legal_basis/{row}/text"), "required");
        let over = basis.external_document_id.is_some_and(|id| invalid_basis.contains(&id));
        problems.check(over, &format!("procedure/legal_basis/{row}/external_document_id"), "basis_not_in_force");
    }
    for (row, component) in components.iter().enumerate() {
        problems.check(component.name.is_empty(), &format!("procedure/components/{row}/name"), "required");
    }
    let cases = check_limits(time_limits, problems);
    for (row, fee) in fees.iter().enumerate() {
        let again = fees.iter().take(row).any(|other| other.case == fee.case);
        problems.check(again, &format!("procedure/fees/{row}/case"), "case_twice");
    }
    for (row, place) in places.iter().enumerate() {
        problems.check(place.channel.is_none(), &format!("procedure/places/{row}/channel"), "required");
    }
    problems.check(steps.is_empty(), "procedure/steps", "required");
    let codes: BTreeSet<&str> = forms.iter().map(|form| form.code.as_str()).collect();
    for (row, step) in steps.iter().enumerate() {
        check_step(&format!("procedure/steps/{row}"), step, &cases, &codes, problems);
    }
    for (row, form) in forms.iter().enumerate() {
        problems.check(form.code.is_empty(), &format!("procedure/forms/{row}/code"), "required");
        problems.check(form.name.is_empty(), &format!("procedure/forms/{row}/name"), "required");
    }
    for (row, record) in records.iter().enumerate() {
        problems.check(record.name.is_empty(), &format!("procedure/records/{row}/name"), "required");
    }
}

fn check_limits<'a>(limits: &'a [TimeLimit], problems: &mut Problems) -> BTreeSet<&'a str> {
    let mut cases = BTreeSet::new();
    for (row, limit) in limits.iter().enumerate() {
        let at = format!("procedure/time_limits/{row}");
        problems.check(!cases.insert(limit.case.as_str()), &format!("{at}/case"), "case_twice");
        problems.check(limit.case.is_empty() && limits.len() > 1, &format!("{at}/case"), "required");
        problems.check(hundredths(&limit.amount).is_none(), &format!("{at}/amount"), "time_form");
        problems.check(limit.unit.is_none(), &format!("{at}/unit"), "required");
    }
    cases
}

fn check_step(at: &str, step: &Step, cases: &BTreeSet<&str>, codes: &BTreeSet<&str>, problems: &mut Problems) {
    let Step { name, role, times, forms, .. } = step;
    problems.check(name.is_empty(), &format!("{at}/name"), "required");
    problems.check(role.is_empty(), &format!("{at}/role"), "required");
    for (row, time) in times.iter().enumerate() {
        let at = format!("{at}/times/{row}");
        let again = times.iter().take(row).any(|other| other.case == time.case);
        problems.check(again, &format!("{at}/case"), "case_twice");
        let known = time.case.is_empty() || cases.contains(time.case.as_str());
        problems.check(!known, &format!("{at}/case"), "unknown_case");
        problems.check(hundredths(&time.amount).is_none(), &format!("{at}/amount"), "time_form");
        problems.check(time.unit.is_none(), &format!("{at}/unit"), "required");
    }
    for (row, form) in forms.iter().enumerate() {
        problems.check(!codes.contains(form.as_str()), &format!("{at}/forms/{row}"), "unknown_form");
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use {TimeUnit as U, TimeVerdict as V};

    fn limit(case: &str, amount: &str, unit: U) -> TimeLimit {
        TimeLimit { case: case.to_owned(), amount: amount.to_owned(), unit: Some(unit), basis: None }
    }

    fn time(case: &str, amount: &str, unit: U) -> StepTime {
        StepTime { case: case.to_owned(), amount: amount.to_owned(), unit: Some(unit) }
    }

    fn step(times: Vec<StepTime>) -> Step {
        Step { name: "Thẩm định".to_owned(), role: "Công chức thụ lý".to_owned(), times, ..Step::default() }
    }

    fn whole() -> Content {
        let procedure = Procedure {
            purpose: "Thống nhất cách làm.".to_owned(),
            scope: "Bộ phận một cửa.".to_owned(),
            time_limits: vec![limit("", "1", U::WorkingDay)],
            steps: vec![step(vec![time("", "8", U::Hour)])],
            ..Procedure::default()
        };
        Content { procedure: Some(procedure), ..Content::default() }
    }

    fn faults(content: &Content, invalid: &[ExternalDocumentId]) -> Vec<(String, &'static str)> {
        let found = check(DocumentKind::Procedure, TextForm::Written, content, invalid).err().unwrap_or_default();
        found.into_iter().map(|error| (error.field, error.code)).collect()
    }

    #[test]
    fn amounts_have_at_most_two_places() {
        for (text, expected) in [
            ("1", Some(100)),
            ("0.5", Some(50)),
            ("0,25", Some(25)),
            (" 12.05 ", Some(1205)),
            ("0", None),
            ("1.234", None),
            ("-1", None),
            ("1.", None),
            ("", None),
            ("1e3", None),
            ("9999999", None),
        ] {
            assert_eq!(hundredths(text), expected, "{text:?}");
        }
    }

    #[test]
    fn step_times_are_summed_case_by_case_against_the_limit() {
        let limits = |list: &[TimeLimit], steps: &[Step], hours: i32| {
            let procedure = Procedure { time_limits: list.to_vec(), steps: steps.to_vec(), ..Procedure::default() };
            procedure.time_checks(hours).into_iter().map(|check| (check.limit, check.total, check.verdict)).collect::<Vec<_>>()
        };
        let halves = [step(vec![time("", "0.5", U::WorkingDay)]), step(vec![time("", "4", U::Hour)])];
        assert_eq!(limits(&[limit("", "1", U::WorkingDay)], &halves, 8), [(800, Some(800), V::Equal)]);
        assert_eq!(limits(&[limit("", "1", U::WorkingDay)], &halves, 7), [(700, Some(750), V::Above)]);
        assert_eq!(limits(&[limit("", "10", U::Hour)], &halves, 8), [(1000, Some(800), V::Below)]);
        assert_eq!(limits(&[limit("", "1", U::Day)], &halves, 8), [(100, None, V::NotComparable)]);
        let days = [step(vec![time("", "1.5", U::Day)]), step(vec![time("", "0.25", U::Day)])];
        assert_eq!(limits(&[limit("", "1.75", U::Day)], &days, 8), [(175, Some(175), V::Equal)]);
        let cases = [limit("thường", "2", U::WorkingDay), limit("phải xác minh", "5", U::WorkingDay)];
        let by_case = [
            step(vec![time("", "1", U::WorkingDay)]),
            step(vec![time("thường", "8", U::Hour), time("phải xác minh", "5", U::WorkingDay)]),
        ];
        assert_eq!(limits(&cases, &by_case, 8), [(1600, Some(1600), V::Equal), (4000, Some(4800), V::Above)]);
        assert_eq!(limits(&[limit("", "1", U::Hour)], &[step(vec![])], 8), [(100, None, V::NotComparable)]);
    }

    #[test]
    fn a_sum_that_does_not_fit_needs_a_reason() {
        let mut content = whole();
        let procedure = content.procedure.as_mut().unwrap();
        assert_eq!(procedure.unexplained(8), 0);
        assert_eq!(procedure.unexplained(4), 1, "a shorter day makes the limit shorter");
        procedure.time_reason = Some("Chờ văn bản trả lời.".to_owned());
        assert_eq!(procedure.unexplained(4), 0);
    }

    #[test]
    fn everything_missing_is_named_in_its_place() {
        assert_eq!(faults(&whole(), &[]), []);
        let id = ExternalDocumentId(Uuid::from_u128(1));
        let mut content = whole();
        let procedure = content.procedure.as_mut().unwrap();
        procedure.scope = String::new();
        procedure.legal_basis = vec![Basis { text: "Luật A".to_owned(), external_document_id: Some(id) }];
        procedure.time_limits = vec![limit("a", "1", U::Hour), limit("a", "x", U::Hour)];
        procedure.steps =
            vec![Step { role: String::new(), forms: vec!["BM-01".to_owned()], ..step(vec![time("b", "1", U::Hour)]) }];
        assert_eq!(
            faults(&content, &[id]),
            [
                ("procedure/scope".to_owned(), "required"),
                ("procedure/legal_basis/0/external_document_id".to_owned(), "basis_not_in_force"),
                ("procedure/time_limits/1/case".to_owned(), "case_twice"),
                ("procedure/time_limits/1/amount".to_owned(), "time_form"),
                ("procedure/steps/0/role".to_owned(), "required"),
                ("procedure/steps/0/times/0/case".to_owned(), "unknown_case"),
                ("procedure/steps/0/forms/0".to_owned(), "unknown_form"),
            ]
        );
        assert_eq!(faults(&Content::default(), &[]), [("procedure".to_owned(), "required")]);
        assert!(check(DocumentKind::Policy, TextForm::Written, &Content::default(), &[]).is_err());
        assert!(check(DocumentKind::Procedure, TextForm::Uploaded, &Content::default(), &[]).is_ok());
    }

    #[test]
    fn cleaning_composes_and_names_what_is_too_long() {
        let mut content = whole();
        content.procedure.as_mut().unwrap().purpose = "  Mu\u{323}c đích ".to_owned();
        content.sections = vec![Section { heading: "x".repeat(501), text: "a\u{202E}b".to_owned() }];
        let mut problems = Problems::new();
        content.clean(&mut problems);
        let found: Vec<_> = problems.finish().unwrap_err().into_iter().map(|error| (error.field, error.code)).collect();
        let expected = [("sections/0/heading".to_owned(), "too_long"), ("sections/0/text".to_owned(), "forbidden_characters")];
        assert_eq!((content.procedure.unwrap().purpose.as_str(), found.as_slice()), ("Mục đích", expected.as_slice()));
    }

    #[test]
    fn the_stored_form_reads_back_and_old_rows_lack_nothing() {
        let content = whole();
        let stored = serde_json::to_string(&content).unwrap();
        assert_eq!(serde_json::from_str::<Content>(&stored).unwrap(), content);
        assert_eq!(serde_json::from_str::<Content>("{}").unwrap(), Content::default());
        let names: Vec<_> = content.parts().into_iter().map(|part| part.name).collect();
        assert_eq!(names, ["purpose", "scope", "time_limits", "steps"]);
    }

    proptest! {
        #[test]
        fn the_sum_does_not_depend_on_the_order_of_steps(amounts in prop::collection::vec(1_u32..500, 1..8)) {
            let steps: Vec<Step> = amounts.iter().map(|n| step(vec![time("", &format!("{}.{:02}", n / 100, n % 100), U::Hour)])).collect();
            let reversed: Vec<Step> = steps.iter().rev().cloned().collect();
            let check = |steps| Procedure { time_limits: vec![limit("", "1", U::WorkingDay)], steps, ..Procedure::default() }.time_checks(8);
            prop_assert_eq!(check(steps.clone()), check(reversed));
            let total: u32 = amounts.iter().sum();
            prop_assert_eq!(check(steps)[0].total, Some(i64::from(total)));
        }
    }
}
