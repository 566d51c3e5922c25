//! Dossier figures of the one-stop desk (số liệu hồ sơ một cửa): counters, the sums they must keep, the shares made of
//! them, and which reports count when a year is added up.
//!
//! Figures are kept as declared. What does not add up is a [`Warning`]; it never changes or blocks anything. «Not
//! stated» is not zero: an unstated counter may be any number, so a sum is only called wrong when nothing it leaves
//! open could make it right.

use std::collections::BTreeMap;

use chrono::{Datelike, Months, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::draft::Problems;

/// Every field code of this module.
pub const FIELD_CODES: &[&str] = &["no_figures", "period_end_before_start", "period_not_whole", "period_year"];

/// Every warning code of this module; `warning.<code>` in the catalogue, with `left`, `right` and `subject`.
pub const WARNING_CODES: &[&str] = &[
    "dossier_resolved",
    "dossier_unclassified",
    "dossier_flow",
    "dossier_channels",
    "dossier_paid_above_fee",
    "dossier_fee_above_handled",
    "dossier_apology_above_late",
    "dossier_digitised_in_above_received",
    "dossier_digitised_result_above_resolved",
    "dossier_repeated_above_returned",
    "dossier_dissatisfied_above_rated",
    "dossier_petitions_above_all",
    "dossier_fields",
    "dossier_ratio_above_one",
];

/// The largest count kept of one counter; sums of thousands of them still fit.
pub const MAX_COUNT: u64 = 1_000_000_000_000;

code_enum! {
    /// What is counted of the dossiers of a period.
    pub enum Counter ("dossier_counter") {
        /// Kỳ trước chuyển qua.
        CarriedOver = "carried_over",
        /// Tiếp nhận mới trong kỳ.
        Received = "received",
        /// Đã giải quyết trước hạn.
        Early = "early",
        /// Đã giải quyết đúng hạn; where `early` is not stated, all that was not late.
        OnTime = "on_time",
        /// Đã giải quyết quá hạn.
        OverdueDone = "overdue_done",
        /// Đã giải quyết, không rõ hạn.
        Unclassified = "unclassified",
        /// Đang giải quyết, trong hạn.
        InProcessDue = "in_process_due",
        /// Đang giải quyết, quá hạn.
        InProcessOverdue = "in_process_overdue",
        /// Yêu cầu bổ sung.
        ReturnedForSupplement = "returned_for_supplement",
        /// Yêu cầu bổ sung hơn một lần.
        RepeatedSupplement = "repeated_supplement",
        /// Từ chối giải quyết.
        Refused = "refused",
        /// Rút hồ sơ.
        Withdrawn = "withdrawn",
        /// Nộp trực tuyến.
        Online = "online",
        /// Nộp trực tiếp.
        Direct = "direct",
        /// Nộp qua bưu chính công ích.
        Postal = "postal",
        /// Số hóa thành phần hồ sơ.
        DigitisedIn = "digitised_in",
        /// Số hóa kết quả.
        DigitisedResult = "digitised_result",
        /// Hồ sơ có phí, lệ phí.
        WithFee = "with_fee",
        /// Thanh toán trực tuyến.
        PaidOnline = "paid_online",
        /// Biên lai điện tử; not the same as paid online.
        EReceipt = "e_receipt",
        /// Thư xin lỗi.
        Apology = "apology",
        /// Trường hợp liên thông.
        InterlinkedCases = "interlinked_cases",
        /// Hồ sơ của các trường hợp liên thông.
        InterlinkedDossiers = "interlinked_dossiers",
        /// Phiếu đánh giá.
        Rated = "rated",
        /// Phiếu không hài lòng.
        Dissatisfied = "dissatisfied",
        /// Phản ánh, kiến nghị.
        Petitions = "petitions",
        /// Phản ánh, kiến nghị trả lời đúng hạn.
        PetitionsOnTime = "petitions_on_time",
        /// Tổng đã giải quyết như nguồn công bố.
        StatedResolved = "stated_resolved",
    }
}

code_enum! {
    /// What a figure says about the true number («trên 4.400» is a lower bound).
    pub enum Bound ("dossier_bound") {
        /// The number itself.
        Exact = "exact",
        /// Trên, hơn, ít nhất.
        AtLeast = "at_least",
        /// Gần, dưới, không quá.
        AtMost = "at_most",
        /// Khoảng.
        About = "about",
    }
}

code_enum! {
    /// Where figures come from. The same desk may differ on paper and in the software: both are kept.
    pub enum Source ("dossier_source") {
        /// Phần mềm một cửa điện tử.
        Software = "software",
        /// Cổng dịch vụ công.
        Portal = "portal",
        /// Sổ giấy.
        Paper = "paper",
        /// Nguồn khác.
        Other = "other",
    }
}

code_enum! {
    /// The kind of a period.
    pub enum PeriodKind ("dossier_period") {
        /// Tháng.
        Month = "month",
        /// Quý.
        Quarter = "quarter",
        /// Năm.
        Year = "year",
        /// Khoảng thời gian khác.
        Custom = "custom",
    }
}

code_enum! {
    /// A share of two sums of counters. Several on-time rates are in use; each names its denominator.
    pub enum Measure ("dossier_measure") {
        /// (early + on time) / resolved.
        OnTimeOfResolved = "on_time_of_resolved",
        /// (early + on time) / (resolved + in process overdue): dossiers late now count as late.
        OnTimeWithPendingLate = "on_time_with_pending_late",
        /// (early + on time + in process not yet due) / (received + carried over) (QĐ 766/QĐ-TTg).
        OnTimeOfReceived = "on_time_of_received",
        /// online / received.
        OnlineRate = "online_rate",
        /// paid online / with fee.
        OnlinePayment = "online_payment",
        /// digitised papers / received.
        DigitisedPapers = "digitised_papers",
        /// digitised results / resolved.
        DigitisedResults = "digitised_results",
        /// apologies / (resolved late + late now).
        ApologyRate = "apology_rate",
    }
}

impl Counter {
    /// Whether it is a stock at one end of the period, not a flow: it must not be added over time.
    #[must_use]
    pub const fn stock(self) -> Option<Stock> {
        match self {
            Self::CarriedOver => Some(Stock::Opening),
            Self::InProcessDue | Self::InProcessOverdue => Some(Stock::Closing),
            _ => None,
        }
    }
}

/// The end of the period a stock counter speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stock {
    /// At its beginning.
    Opening,
    /// At its end.
    Closing,
}

/// One stated number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// As declared.
    pub value: u64,
    /// What it says about the true number.
    pub bound: Bound,
}

impl Figure {
    /// The number itself.
    #[must_use]
    pub const fn exact(value: u64) -> Self {
        Self { value, bound: Bound::Exact }
    }

    fn range(self) -> Range {
        match self.bound {
            Bound::Exact => Range { low: self.value, high: Some(self.value) },
            Bound::AtLeast => Range { low: self.value, high: None },
            Bound::AtMost => Range { low: 0, high: Some(self.value) },
            Bound::About => Range::OPEN,
        }
    }

    fn plus(self, other: Self) -> Self {
        Self { value: self.value.saturating_add(other.value), bound: joined(self.bound, other.bound) }
    }
}

/// What a sum of two figures says.
fn joined(one: Bound, other: Bound) -> Bound {
    match (one, other) {
        (Bound::Exact, bound) | (bound, Bound::Exact) => bound,
        (one, other) if one == other => one,
        _ => Bound::About,
    }
}

/// What is left open of a number: at least `low`, at most `high`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Range {
    low: u64,
    high: Option<u64>,
}

impl Range {
    const OPEN: Self = Self { low: 0, high: None };
    const ZERO: Self = Self { low: 0, high: Some(0) };

    fn plus(self, other: Self) -> Self {
        let high = self.high.zip(other.high).map(|(one, other)| one.saturating_add(other));
        Self { low: self.low.saturating_add(other.low), high }
    }

    /// The two numbers that cannot be brought together when the sides cannot be equal.
    fn apart(self, other: Self) -> Option<(u64, u64)> {
        self.above(other).or_else(|| other.above(self).map(|(right, left)| (left, right)))
    }

    /// The two numbers when this is more than the other whatever is left open.
    fn above(self, other: Self) -> Option<(u64, u64)> {
        other.high.filter(|high| self.low > *high).map(|high| (self.low, high))
    }
}

/// The counters of a report that were stated.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Figures(BTreeMap<Counter, Figure>);

impl FromIterator<(Counter, Figure)> for Figures {
    fn from_iter<I: IntoIterator<Item = (Counter, Figure)>>(stated: I) -> Self {
        Self(stated.into_iter().collect())
    }
}

/// Something that does not add up, with both sides. Never blocks, never changes a figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// A stable code, which is also the key `warning.<code>` of its sentence.
    pub code: &'static str,
    /// The counter or measure it is about, by code, where the code alone does not say.
    pub subject: Option<&'static str>,
    /// One side.
    pub left: u64,
    /// The other.
    pub right: u64,
}

/// A measure worked out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// Which.
    pub measure: Measure,
    /// The part.
    pub numerator: u64,
    /// The whole, never zero.
    pub denominator: u64,
    /// Whether every figure in it is exact.
    pub exact: bool,
}

impl Share {
    /// Hundredths of a percent, rounded half up; above 10,000 when the part is above the whole.
    #[must_use]
    pub fn hundredths(self) -> u64 {
        let (part, whole) = (u128::from(self.numerator), u128::from(self.denominator));
        u64::try_from((2 * part * 10_000 + whole) / (2 * whole)).unwrap_or(u64::MAX)
    }

    /// The percent as a decimal string, two places: `"93.75"`.
    #[must_use]
    pub fn percent(self) -> String {
        let hundredths = self.hundredths();
        format!("{}.{:02}", hundredths / 100, hundredths % 100)
    }

    /// Whether the part is above the whole: reported as it is, never capped.
    #[must_use]
    pub const fn above_one(self) -> bool {
        self.numerator > self.denominator
    }
}

impl Figures {
    /// The figure of a counter, when stated.
    #[must_use]
    pub fn get(&self, counter: Counter) -> Option<Figure> {
        self.0.get(&counter).copied()
    }

    /// States a counter, or takes it back.
    pub fn set(&mut self, counter: Counter, figure: Option<Figure>) {
        match figure {
            Some(figure) => self.0.insert(counter, figure),
            None => self.0.remove(&counter),
        };
    }

    /// The stated counters in the order of the list.
    pub fn iter(&self) -> impl Iterator<Item = (Counter, Figure)> {
        self.0.iter().map(|(counter, figure)| (*counter, *figure))
    }

    /// Whether nothing is stated.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A report that states nothing is a mistake.
    pub fn check(&self, problems: &mut Problems) {
        problems.check(self.is_empty(), "figures", "no_figures");
    }

    fn range(&self, counter: Counter) -> Range {
        self.get(counter).map_or(Range::OPEN, Figure::range)
    }

    fn ranges(&self, counters: &[Counter]) -> Range {
        counters.iter().fold(Range::ZERO, |sum, counter| sum.plus(self.range(*counter)))
    }

    /// What an optional counter may add: nothing when it is not stated.
    fn optional(&self, counter: Counter) -> Range {
        self.get(counter).map_or(Range::ZERO, Figure::range)
    }

    /// All that was resolved: as stated, else the sum of its classes.
    fn resolved_range(&self) -> Range {
        match self.get(Counter::StatedResolved) {
            Some(figure) => figure.range(),
            None => {
                self.ranges(&[Counter::Early, Counter::OnTime, Counter::OverdueDone]).plus(self.optional(Counter::Unclassified))
            }
        }
    }

    /// Resolved dossiers without a class: as stated, else what the classes leave of the stated total.
    #[must_use]
    pub fn unclassified(&self) -> Option<u64> {
        use Counter as C;
        if let Some(figure) = self.get(C::Unclassified) {
            return Some(figure.value);
        }
        let total = self.get(C::StatedResolved).filter(|figure| figure.bound == Bound::Exact)?.value;
        let mut classes = 0_u64;
        for counter in [C::Early, C::OnTime, C::OverdueDone] {
            let Some(figure) = self.get(counter) else {
                // «đúng hạn» alone stands for all that was not late.
                if counter == C::Early && self.get(C::OnTime).is_some() {
                    continue;
                }
                return None;
            };
            if figure.bound != Bound::Exact {
                return None;
            }
            classes = classes.saturating_add(figure.value);
        }
        total.checked_sub(classes).filter(|left| *left > 0)
    }

    /// Everything that does not add up, and every share above the whole.
    #[must_use]
    pub fn warnings(&self) -> Vec<Warning> {
        let mut found: Vec<Warning> = [self.resolved_breach(), self.flow_breach(), self.channel_breach()]
            .into_iter()
            .flatten()
            .chain(self.order_breaches())
            .collect();
        found.extend(self.shares().into_iter().filter(|share| share.above_one()).map(|share| Warning {
            code: "dossier_ratio_above_one",
            subject: Some(share.measure.code()),
            left: share.numerator,
            right: share.denominator,
        }));
        found
    }

    /// resolved = early + on time + late (+ unclassified).
    fn resolved_breach(&self) -> Option<Warning> {
        use Counter as C;
        let stated = self.get(C::StatedResolved)?;
        if let (None, Some(left)) = (self.get(C::Unclassified), self.unclassified()) {
            return Some(Warning { code: "dossier_unclassified", subject: None, left: stated.value, right: left });
        }
        let classes = self.ranges(&[C::Early, C::OnTime, C::OverdueDone, C::Unclassified]);
        breach("dossier_resolved", stated.range().apart(classes))
    }

    /// received + carried over = resolved + refused + withdrawn + in process (+ returned, where it is not counted in process).
    fn flow_breach(&self) -> Option<Warning> {
        use Counter as C;
        let came = self.ranges(&[C::Received, C::CarriedOver]);
        let returned = Range { low: 0, ..self.optional(C::ReturnedForSupplement) };
        let went = self
            .resolved_range()
            .plus(self.ranges(&[C::Refused, C::Withdrawn, C::InProcessDue, C::InProcessOverdue]))
            .plus(returned);
        breach("dossier_flow", came.apart(went))
    }

    /// received = online + direct + postal.
    fn channel_breach(&self) -> Option<Warning> {
        use Counter as C;
        let channels = self.ranges(&[C::Online, C::Direct, C::Postal]);
        breach("dossier_channels", self.range(C::Received).apart(channels))
    }

    /// Parts that are above their whole.
    fn order_breaches(&self) -> impl Iterator<Item = Warning> {
        use Counter as C;
        let came = self.ranges(&[C::Received, C::CarriedOver]);
        let handled = self.resolved_range().plus(self.ranges(&[C::InProcessDue, C::InProcessOverdue]));
        let late = self.ranges(&[C::OverdueDone, C::InProcessOverdue]);
        [
            ("dossier_paid_above_fee", C::PaidOnline, self.range(C::WithFee)),
            ("dossier_fee_above_handled", C::WithFee, handled),
            ("dossier_apology_above_late", C::Apology, late),
            ("dossier_digitised_in_above_received", C::DigitisedIn, came),
            ("dossier_digitised_result_above_resolved", C::DigitisedResult, self.resolved_range()),
            ("dossier_repeated_above_returned", C::RepeatedSupplement, self.range(C::ReturnedForSupplement)),
            ("dossier_dissatisfied_above_rated", C::Dissatisfied, self.range(C::Rated)),
            ("dossier_petitions_above_all", C::PetitionsOnTime, self.range(C::Petitions)),
        ]
        .map(|(code, part, whole)| breach(code, self.range(part).above(whole)))
        .into_iter()
        .flatten()
    }

    /// The measures whose figures are all stated and whose whole is not zero, in the order of the list.
    #[must_use]
    pub fn shares(&self) -> Vec<Share> {
        Measure::ALL.iter().filter_map(|measure| self.share(*measure)).collect()
    }

    /// One measure; `None` when a figure of it is not stated or its whole is zero.
    #[must_use]
    pub fn share(&self, measure: Measure) -> Option<Share> {
        use Counter as C;
        let (part, whole) = match measure {
            Measure::OnTimeOfResolved => (self.not_late()?, self.resolved()?),
            Measure::OnTimeWithPendingLate => (self.not_late()?, self.resolved()?.plus(self.get(C::InProcessOverdue)?)),
            // What was carried over is in the part, so it must be in the whole: the forms' «tiếp nhận» is new and carried over.
            Measure::OnTimeOfReceived => {
                let received = self.get(C::Received)?;
                let came = self.get(C::CarriedOver).map_or(received, |carried| received.plus(carried));
                (self.not_late()?.plus(self.get(C::InProcessDue)?), came)
            }
            Measure::OnlineRate => (self.get(C::Online)?, self.get(C::Received)?),
            Measure::OnlinePayment => (self.get(C::PaidOnline)?, self.get(C::WithFee)?),
            Measure::DigitisedPapers => (self.get(C::DigitisedIn)?, self.get(C::Received)?),
            Measure::DigitisedResults => (self.get(C::DigitisedResult)?, self.resolved()?),
            Measure::ApologyRate => (self.get(C::Apology)?, self.get(C::OverdueDone)?.plus(self.get(C::InProcessOverdue)?)),
        };
        let exact = part.bound == Bound::Exact && whole.bound == Bound::Exact;
        (whole.value > 0).then_some(Share { measure, numerator: part.value, denominator: whole.value, exact })
    }

    /// early + on time; where neither is stated, what the late ones leave of the stated total.
    fn not_late(&self) -> Option<Figure> {
        use Counter as C;
        match (self.get(C::Early), self.get(C::OnTime)) {
            (Some(early), Some(on_time)) => Some(early.plus(on_time)),
            (Some(one), None) | (None, Some(one)) => Some(one),
            (None, None) => {
                let (total, late) = (self.get(C::StatedResolved)?, self.get(C::OverdueDone)?);
                let unclassified = self.get(C::Unclassified).unwrap_or(Figure::exact(0));
                let value = total.value.checked_sub(late.value)?.checked_sub(unclassified.value)?;
                let bound = [total, late, unclassified].iter().all(|figure| figure.bound == Bound::Exact);
                Some(Figure { value, bound: if bound { Bound::Exact } else { Bound::About } })
            }
        }
    }

    /// All that was resolved: as stated, else the sum of its classes, of which the late ones must be stated.
    fn resolved(&self) -> Option<Figure> {
        use Counter as C;
        if let Some(stated) = self.get(C::StatedResolved) {
            return Some(stated);
        }
        let sum = self.not_late()?.plus(self.get(C::OverdueDone)?);
        Some(self.get(C::Unclassified).map_or(sum, |figure| sum.plus(figure)))
    }

    /// The sum of several reports of the same time. A counter that some of them do not state is at least the sum.
    #[must_use]
    pub fn sum<'a>(reports: impl IntoIterator<Item = &'a Self>) -> Self {
        let reports: Vec<&Self> = reports.into_iter().collect();
        let of = |counter: Counter| {
            let stated: Vec<Figure> = reports.iter().filter_map(|figures| figures.get(counter)).collect();
            let sum = stated.iter().copied().reduce(Figure::plus)?;
            let whole = stated.len() == reports.len();
            Some(if whole { sum } else { Figure { bound: joined(sum.bound, Bound::AtLeast), ..sum } })
        };
        Counter::ALL.iter().filter_map(|counter| Some((*counter, of(*counter)?))).collect()
    }
}

fn breach(code: &'static str, sides: Option<(u64, u64)>) -> Option<Warning> {
    sides.map(|(left, right)| Warning { code, subject: None, left, right })
}

/// Compares the report of all fields with the reports of single fields of the same unit, period and source: a counter
/// every field states must come to the same sum, and none may sum to more.
#[must_use]
pub fn compare_fields(all: &Figures, fields: &[Figures]) -> Vec<Warning> {
    if fields.is_empty() {
        return Vec::new();
    }
    let compared = |counter: &Counter| {
        let whole = all.get(*counter)?;
        let sum = fields.iter().fold(Range::ZERO, |sum, figures| sum.plus(figures.range(*counter)));
        let (left, right) = whole.range().apart(sum)?;
        Some(Warning { code: "dossier_fields", subject: Some(counter.code()), left, right })
    };
    Counter::ALL.iter().filter_map(compared).collect()
}

/// Reads a count as people write it: `1774`, `1.774`, `1 774`, `1.774,00`, `trên 4.400`, `gần 300`, `khoảng 50`.
/// Blank and a dash are «not stated».
///
/// # Errors
/// `negative`, `not_integer`, `too_large`.
pub fn read_figure(text: &str) -> Result<Option<Figure>, &'static str> {
    let text = crate::text::clean(text).to_lowercase();
    if matches!(text.as_str(), "" | "-" | "–" | "—") {
        return Ok(None);
    }
    let (bound, number) = bound_of(&text);
    if number.starts_with(['-', '−', '–']) {
        return Err("negative");
    }
    let number = number
        .split_once(',')
        .map_or(Some(number), |(whole, rest)| (!rest.is_empty() && rest.chars().all(|c| c == '0')).then_some(whole));
    let digits = number.and_then(ungrouped).ok_or("not_integer")?;
    match digits.parse::<u64>() {
        Ok(value) if value <= MAX_COUNT => Ok(Some(Figure { value, bound })),
        _ => Err("too_large"),
    }
}

fn bound_of(text: &str) -> (Bound, &str) {
    const WORDS: &[(&str, Bound)] = &[
        ("ít nhất", Bound::AtLeast),
        ("trên", Bound::AtLeast),
        ("hơn", Bound::AtLeast),
        (">=", Bound::AtLeast),
        ("≥", Bound::AtLeast),
        (">", Bound::AtLeast),
        ("không quá", Bound::AtMost),
        ("gần", Bound::AtMost),
        ("dưới", Bound::AtMost),
        ("<=", Bound::AtMost),
        ("≤", Bound::AtMost),
        ("<", Bound::AtMost),
        ("khoảng", Bound::About),
        ("~", Bound::About),
    ];
    let found = WORDS.iter().find_map(|(word, bound)| text.strip_prefix(word).map(|rest| (*bound, rest.trim())));
    found.unwrap_or((Bound::Exact, text))
}

/// The digits of a whole number, its thousands grouped by points or blanks or not at all.
fn ungrouped(text: &str) -> Option<String> {
    let is_gap = |c: char| c == '.' || c == '\u{a0}' || c == '\u{202f}' || c == ' ';
    let groups: Vec<&str> = text.split(is_gap).collect();
    let digits = groups.iter().all(|group| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit()));
    let (first, rest) = groups.split_first()?;
    let grouped = rest.iter().all(|group| group.len() == 3) && (rest.is_empty() || first.len() <= 3);
    (digits && grouped).then(|| groups.concat())
}

/// A figure as people read it: `1.774`, `trên 4.400`.
#[must_use]
pub fn write_figure(figure: Figure) -> String {
    let word = match figure.bound {
        Bound::Exact => "",
        Bound::AtLeast => "trên ",
        Bound::AtMost => "gần ",
        Bound::About => "khoảng ",
    };
    format!("{word}{}", grouped(figure.value))
}

/// A count with a point between thousands: `1.774`.
#[must_use]
pub fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push('.');
        }
        out.push(digit);
    }
    out
}

/// From one day to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// Its kind.
    pub kind: PeriodKind,
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
}

impl Period {
    /// The month, quarter or year this day is in; `None` for a custom period, whose end nobody can know.
    #[must_use]
    pub fn around(kind: PeriodKind, day: NaiveDate) -> Option<Self> {
        let (first_month, months) = match kind {
            PeriodKind::Month => (day.month(), 1),
            PeriodKind::Quarter => ((day.month() - 1) / 3 * 3 + 1, 3),
            PeriodKind::Year => (1, 12),
            PeriodKind::Custom => return None,
        };
        let from = NaiveDate::from_ymd_opt(day.year(), first_month, 1)?;
        let to = from.checked_add_months(Months::new(months))?.pred_opt()?;
        Some(Self { kind, from, to })
    }

    /// The period between two days, its kind found from them.
    #[must_use]
    pub fn between(from: NaiveDate, to: NaiveDate) -> Self {
        [PeriodKind::Month, PeriodKind::Quarter, PeriodKind::Year]
            .into_iter()
            .filter_map(|kind| Self::around(kind, from))
            .find(|period| (period.from, period.to) == (from, to))
            .unwrap_or(Self { kind: PeriodKind::Custom, from, to })
    }

    /// Collects what is wrong with it, on `from` and `to`.
    pub fn check(self, problems: &mut Problems) {
        problems.check(self.to < self.from, "to", "period_end_before_start");
        problems.check(!(2000..=2100).contains(&self.from.year()), "from", "period_year");
        problems.check(!(2000..=2100).contains(&self.to.year()), "to", "period_year");
        let whole = Self::around(self.kind, self.from);
        problems.check(self.to >= self.from && whole.is_some_and(|whole| whole != self), "to", "period_not_whole");
    }

    fn overlaps(self, other: Self) -> bool {
        self.from <= other.to && other.from <= self.to
    }

    fn days(self) -> i64 {
        (self.to - self.from).num_days()
    }
}

/// A report that may count when a span of time is added up.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Its period.
    pub period: Period,
    /// Whether it is of all fields.
    pub all_fields: bool,
    /// Its source.
    pub source: Source,
    /// Its figures.
    pub figures: Figures,
}

/// What a span of time comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Total {
    /// The sums.
    pub figures: Figures,
    /// Which candidates were counted, by their place, in the order of time.
    pub counted: Vec<usize>,
    /// Days of the span no counted report speaks of.
    pub gaps: Vec<(NaiveDate, NaiveDate)>,
}

/// Adds up the reports of one unit within a span, never a day twice.
///
/// Only reports whose period is inside the span can count. A year beats quarters, quarters beat months, months beat
/// other periods (of which the longer beats the shorter). Of one period the report of all fields beats the sum of
/// fields, then software beats portal, portal paper, paper other. Flows are added over time; what was carried over is
/// taken from the first period, what is in process from the last.
#[must_use]
pub fn total(candidates: &[Candidate], from: NaiveDate, to: NaiveDate) -> Total {
    let mut groups: Vec<(Period, Vec<usize>)> = Vec::new();
    for (place, one) in candidates.iter().enumerate().filter(|(_, one)| from <= one.period.from && one.period.to <= to) {
        match groups.iter_mut().find(|(period, _)| (period.from, period.to) == (one.period.from, one.period.to)) {
            Some((_, places)) => places.push(place),
            None => groups.push((Period::between(one.period.from, one.period.to), vec![place])),
        }
    }
    let rank = |kind: PeriodKind| match kind {
        PeriodKind::Year => 0,
        PeriodKind::Quarter => 1,
        PeriodKind::Month => 2,
        PeriodKind::Custom => 3,
    };
    groups.sort_by_key(|(period, _)| (rank(period.kind), -period.days(), period.from));
    let mut chosen: Vec<(Period, Vec<usize>)> = Vec::new();
    for (period, places) in groups {
        if chosen.iter().all(|(taken, _)| !taken.overlaps(period)) {
            chosen.push((period, best_source(candidates, &places)));
        }
    }
    chosen.sort_by_key(|(period, _)| period.from);
    let sums: Vec<Figures> = chosen
        .iter()
        .map(|(_, places)| Figures::sum(places.iter().filter_map(|place| candidates.get(*place)).map(|one| &one.figures)))
        .collect();
    Total {
        figures: over_time(&sums),
        counted: chosen.iter().flat_map(|(_, places)| places.clone()).collect(),
        gaps: gaps(&chosen, from, to),
    }
}

/// The reports that count of one period.
fn best_source(candidates: &[Candidate], places: &[usize]) -> Vec<usize> {
    let of = |source: Source, all_fields: bool| {
        let fits =
            |place: &&usize| candidates.get(**place).is_some_and(|one| one.source == source && one.all_fields == all_fields);
        places.iter().filter(fits).copied().collect::<Vec<_>>()
    };
    let sources = Source::ALL.iter().copied();
    let mut sets = sources.clone().map(|source| of(source, true)).chain(sources.map(|source| of(source, false)));
    sets.find(|set| !set.is_empty()).unwrap_or_default()
}

/// Flows added, stocks taken from the end they speak of.
fn over_time(sums: &[Figures]) -> Figures {
    let mut total = Figures::sum(sums);
    for counter in Counter::ALL {
        match counter.stock() {
            Some(Stock::Opening) => total.set(*counter, sums.first().and_then(|first| first.get(*counter))),
            Some(Stock::Closing) => total.set(*counter, sums.last().and_then(|last| last.get(*counter))),
            None => {}
        }
    }
    total
}

fn gaps(chosen: &[(Period, Vec<usize>)], from: NaiveDate, to: NaiveDate) -> Vec<(NaiveDate, NaiveDate)> {
    let (mut gaps, mut next) = (Vec::new(), from);
    for (period, _) in chosen {
        if next < period.from {
            gaps.extend(period.from.pred_opt().map(|last| (next, last)));
        }
        next = period.to.succ_opt().unwrap_or(period.to);
    }
    if next <= to {
        gaps.push((next, to));
    }
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `received=503 on_time=>4300`: stated counters; `>` is «trên».
    fn figures(text: &str) -> Figures {
        text.split_whitespace()
            .map(|part| {
                let (counter, number) = part.split_once('=').unwrap();
                (counter.parse().unwrap(), read_figure(number).unwrap().unwrap())
            })
            .collect()
    }

    fn codes(figures: &Figures) -> Vec<(&'static str, u64, u64)> {
        figures.warnings().into_iter().map(|warning| (warning.code, warning.left, warning.right)).collect()
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// Published figures of `dossier-figures.csv` (the source is named there) with what they come to.
    #[test]
    fn published_figures_are_checked_and_never_changed() {
        use Measure as M;
        type Case = (&'static str, &'static str, &'static [(Measure, Option<&'static str>)], &'static [(&'static str, u64, u64)]);
        let cases: &[Case] = &[
            // Phường Xuân An, 2022 (article of Bình Thuận): hộ tịch adds up; with late ones unstated there is no rate.
            ("Xuân An hộ tịch", "received=503 early=496 on_time=7", &[(M::OnTimeOfResolved, None)], &[]),
            (
                "Xuân An hộ tịch, trễ hạn 0",
                "carried_over=0 received=503 early=496 on_time=7 overdue_done=0 refused=0 withdrawn=0 in_process_due=0 in_process_overdue=0",
                &[(M::OnTimeOfResolved, Some("100.00")), (M::OnTimeOfReceived, Some("100.00"))],
                &[],
            ),
            // Land: 30/32 without the withdrawn, 30/36 with them; the denominator must be named.
            (
                "Xuân An đất đai",
                "carried_over=0 received=36 early=27 on_time=3 overdue_done=2 refused=0 withdrawn=4 in_process_due=0 in_process_overdue=0",
                &[
                    (M::OnTimeOfResolved, Some("93.75")),
                    (M::OnTimeWithPendingLate, Some("93.75")),
                    (M::OnTimeOfReceived, Some("83.33")),
                    (M::OnlineRate, None),
                ],
                &[],
            ),
            ("Xuân An sao y", "received=>1.100", &[(M::OnTimeOfResolved, None)], &[]),
            ("Xuân An thẻ BHYT", "received=112", &[(M::OnTimeOfResolved, None)], &[]),
            ("Xuân An nhập khẩu", "received=83", &[(M::OnTimeOfResolved, None)], &[]),
            ("Xuân An chứng thực chữ ký", "received=69", &[(M::OnTimeOfResolved, None)], &[]),
            ("Xuân An người có công", "received=3", &[(M::OnTimeOfResolved, None)], &[]),
            // Hương Trà, 2022: the article gives no counts at all.
            ("Hương Trà", "", &[(M::OnTimeOfResolved, None)], &[]),
            // Xã Tú Sơn, 2023: one number called online and total; 1.711 online.
            (
                "Tú Sơn",
                "received=1.774 on_time=1.774 overdue_done=0 online=1.711",
                &[(M::OnTimeOfResolved, Some("100.00")), (M::OnlineRate, Some("96.45"))],
                &[],
            ),
            (
                "Tú Sơn, 1.774 trực tuyến",
                "received=1711 online=1774",
                &[(M::OnlineRate, Some("103.68"))],
                &[("dossier_channels", 1_711, 1_774), ("dossier_ratio_above_one", 1_774, 1_711)],
            ),
            // Huyện Phú Lương, 2018: bounds only, nothing to breach.
            (
                "Phú Lương",
                "carried_over=0 received=>4.400 early=0 on_time=>4.300 overdue_done=2 refused=0 withdrawn=0 in_process_due=98 in_process_overdue=0",
                &[(M::OnTimeOfResolved, Some("99.95"))],
                &[],
            ),
            // Xã Hiệp Xương, 2020.
            ("Hiệp Xương", "received=1286 early=283 on_time=1003 overdue_done=0", &[(M::OnTimeOfResolved, Some("100.00"))], &[]),
            // Huế portal: percents are of resolved, and the classes leave 9,612 dossiers over.
            (
                "Huế mức 1-2",
                "received=268763 stated_resolved=257141 early=124907 on_time=102770 overdue_done=19852",
                &[(M::OnTimeOfResolved, Some("88.54"))],
                &[("dossier_unclassified", 257_141, 9_612)],
            ),
            (
                "Huế mức 3",
                "received=68544 stated_resolved=61827 early=43434 on_time=11795 overdue_done=4331",
                &[(M::OnTimeOfResolved, Some("89.33"))],
                &[("dossier_unclassified", 61_827, 2_267)],
            ),
            (
                "Huế mức 4",
                "received=1665 stated_resolved=1611 early=952 on_time=388 overdue_done=268",
                &[(M::OnTimeOfResolved, Some("83.18"))],
                &[("dossier_unclassified", 1_611, 3)],
            ),
            (
                "Huế mức 1-2, 9.612 được ghi",
                "received=268763 stated_resolved=257141 early=124907 on_time=102770 overdue_done=19852 unclassified=9612",
                &[(M::OnTimeOfResolved, Some("88.54"))],
                &[],
            ),
            // Phường Điện Biên Phủ, 2025: 31 resolved dossiers neither early nor on time.
            (
                "Điện Biên Phủ",
                "received=5780 stated_resolved=5583 early=2199 on_time=3353 overdue_done=0 online=2387 direct=3393 postal=0",
                &[(M::OnTimeOfResolved, Some("99.44")), (M::OnlineRate, Some("41.30"))],
                &[("dossier_unclassified", 5_583, 31)],
            ),
            // The same without the stated total: the flow does not close.
            (
                "Điện Biên Phủ, không ghi tổng",
                "carried_over=0 received=5780 early=2199 on_time=3353 overdue_done=0 refused=0 withdrawn=0 in_process_due=197 in_process_overdue=0",
                &[(M::OnTimeOfResolved, Some("100.00"))],
                &[("dossier_flow", 5_780, 5_749)],
            ),
            (
                "Mường Mùn",
                "received=976 early=976 overdue_done=0 online=891",
                &[(M::OnTimeOfResolved, Some("100.00")), (M::OnlineRate, Some("91.29"))],
                &[],
            ),
            // Xã Phú Giáo, quarter III 2025: 99.2 % is of the resolved; the 96.2 % of the second line is not reproducible.
            ("Phú Giáo", "received=13188 stated_resolved=12970 overdue_done=102", &[(M::OnTimeOfResolved, Some("99.21"))], &[]),
            ("Phú Giáo, thẩm quyền xã", "stated_resolved=2760 on_time=2602", &[(M::OnTimeOfResolved, Some("94.28"))], &[]),
            ("Kiến An", "received=3511 stated_resolved=3340 in_process_due=171", &[(M::OnTimeOfResolved, None)], &[]),
            // Phường Đông Hải: «95.35 %» and «no overdue» give no denominator to work with.
            ("Đông Hải", "received=3334 overdue_done=0", &[(M::OnTimeOfResolved, None), (M::OnTimeOfReceived, None)], &[]),
            // Xã An Lão: 100 % of the resolved, with 108 still open.
            (
                "An Lão",
                "received=578 on_time=470 overdue_done=0 in_process_due=108",
                &[(M::OnTimeOfResolved, Some("100.00")), (M::OnTimeWithPendingLate, None), (M::OnTimeOfReceived, Some("100.00"))],
                &[],
            ),
            // Invented: without the carried over in the whole the rate would be 104.35 %.
            (
                "chuyển kỳ",
                "carried_over=85 received=1402 early=905 on_time=468 overdue_done=11 refused=4 withdrawn=7 in_process_due=90 in_process_overdue=2",
                &[(M::OnTimeOfReceived, Some("98.39"))],
                &[],
            ),
            ("Phú Liễn, phiếu đánh giá", "rated=467 dissatisfied=3", &[(M::OnTimeOfResolved, None)], &[]),
        ];
        for (name, text, shares, warnings) in cases {
            let figures = figures(text);
            let before = figures.clone();
            for (measure, expected) in *shares {
                assert_eq!(figures.share(*measure).map(Share::percent).as_deref(), *expected, "{name}: {measure}");
            }
            assert_eq!(codes(&figures), *warnings, "{name}");
            assert!(figures.warnings().iter().all(|warning| WARNING_CODES.contains(&warning.code)));
            assert_eq!(figures, before, "{name}: nothing is altered");
        }
    }

    #[test]
    fn each_identity_names_both_sides_and_is_silent_where_something_is_left_open() {
        type Case = (&'static str, &'static [(&'static str, u64, u64)]);
        let cases: &[Case] = &[
            ("paid_online=11 with_fee=10", &[("dossier_paid_above_fee", 11, 10), ("dossier_ratio_above_one", 11, 10)]),
            ("paid_online=>11 with_fee=>10", &[("dossier_ratio_above_one", 11, 10)]),
            ("paid_online=11", &[]),
            (
                "apology=3 overdue_done=1 in_process_overdue=1",
                &[("dossier_apology_above_late", 3, 2), ("dossier_ratio_above_one", 3, 2)],
            ),
            ("apology=3 overdue_done=1", &[]),
            ("with_fee=9 stated_resolved=5 in_process_due=2 in_process_overdue=1", &[("dossier_fee_above_handled", 9, 8)]),
            (
                "digitised_in=9 received=5 carried_over=1",
                &[("dossier_digitised_in_above_received", 9, 6), ("dossier_ratio_above_one", 9, 5)],
            ),
            (
                "digitised_result=9 stated_resolved=5",
                &[("dossier_digitised_result_above_resolved", 9, 5), ("dossier_ratio_above_one", 9, 5)],
            ),
            ("repeated_supplement=2 returned_for_supplement=1", &[("dossier_repeated_above_returned", 2, 1)]),
            ("rated=1 dissatisfied=2", &[("dossier_dissatisfied_above_rated", 2, 1)]),
            ("petitions=1 petitions_on_time=2", &[("dossier_petitions_above_all", 2, 1)]),
            ("received=10 online=4 direct=3 postal=2", &[("dossier_channels", 10, 9)]),
            ("received=10 online=4 direct=3", &[]),
            (
                "stated_resolved=10 early=6 on_time=6 overdue_done=0 unclassified=0",
                &[("dossier_resolved", 10, 12), ("dossier_ratio_above_one", 12, 10)],
            ),
            (
                "stated_resolved=10 early=6 on_time=6 overdue_done=0",
                &[("dossier_resolved", 10, 12), ("dossier_ratio_above_one", 12, 10)],
            ),
            // Returned dossiers may or may not be counted in process.
            (
                "carried_over=1 received=10 stated_resolved=8 returned_for_supplement=1 refused=0 withdrawn=0 in_process_due=2 in_process_overdue=0",
                &[],
            ),
            (
                "carried_over=1 received=10 stated_resolved=8 refused=0 withdrawn=0 in_process_due=2 in_process_overdue=0",
                &[("dossier_flow", 11, 10)],
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(codes(&figures(text)), *expected, "{text}");
        }
    }

    #[test]
    fn shares_are_rounded_half_up_and_never_capped() {
        for (part, whole, expected) in [
            (1, 3, "33.33"),
            (2, 3, "66.67"),
            (1, 20_000, "0.01"),
            (1, 20_001, "0.00"),
            (484, 482, "100.41"),
            (120, 126, "95.24"),
        ] {
            let share = Share { measure: Measure::OnlineRate, numerator: part, denominator: whole, exact: true };
            assert_eq!(share.percent(), expected, "{part}/{whole}");
        }
        assert_eq!(figures("online=0 received=0").share(Measure::OnlineRate), None, "nothing of nothing is no share");
        assert!(!figures("online=5 received=>9").share(Measure::OnlineRate).unwrap().exact);
    }

    #[test]
    fn a_point_groups_thousands_and_words_make_a_bound() {
        let exact = |value| Ok(Some(Figure::exact(value)));
        let bound = |value, bound| Ok(Some(Figure { value, bound }));
        let cases = [
            ("1774", exact(1_774)),
            (" 1.774 ", exact(1_774)),
            ("1 774", exact(1_774)),
            ("1.774,00", exact(1_774)),
            ("0", exact(0)),
            ("", Ok(None)),
            ("–", Ok(None)),
            ("trên 4.400", bound(4_400, Bound::AtLeast)),
            ("Hơn 4.300", bound(4_300, Bound::AtLeast)),
            ("≥ 12", bound(12, Bound::AtLeast)),
            ("gần 300", bound(300, Bound::AtMost)),
            ("khoảng 50", bound(50, Bound::About)),
            ("1.77", Err("not_integer")),
            ("1,774", Err("not_integer")),
            ("12,5", Err("not_integer")),
            ("nhiều", Err("not_integer")),
            ("-3", Err("negative")),
            ("trên", Err("not_integer")),
            ("9.999.999.999.999.999", Err("too_large")),
        ];
        for (text, expected) in cases {
            assert_eq!(read_figure(text), expected, "{text:?}");
        }
        for text in ["1.774", "trên 4.400", "khoảng 1.000.000", "7"] {
            assert_eq!(write_figure(read_figure(text).unwrap().unwrap()), text);
        }
    }

    #[test]
    fn fields_are_compared_with_the_report_of_all_fields() {
        // Tú Sơn: 1.774 = 1.769 + 1 + 4.
        let all = figures("received=1774 on_time=1774");
        let fields = ["received=1769 on_time=1769", "received=1 on_time=1", "received=4"].map(figures);
        assert_eq!(compare_fields(&all, &fields), [], "an unstated counter leaves the sum open");
        let short = ["received=1769", "received=4"].map(figures);
        assert_eq!(
            compare_fields(&all, &short),
            [Warning { code: "dossier_fields", subject: Some("received"), left: 1_774, right: 1_773 }]
        );
        let over = ["received=1774", "on_time=1 received=1"].map(figures);
        assert_eq!(compare_fields(&all, &over).len(), 1);
        assert_eq!(compare_fields(&all, &[]), []);
    }

    #[test]
    fn a_period_is_as_whole_as_its_kind_says() {
        let cases = [
            (PeriodKind::Month, "2025-02-01", "2025-02-28", ""),
            (PeriodKind::Month, "2025-02-01", "2025-02-27", "period_not_whole"),
            (PeriodKind::Quarter, "2025-07-01", "2025-09-30", ""),
            (PeriodKind::Quarter, "2025-08-01", "2025-10-31", "period_not_whole"),
            (PeriodKind::Year, "2025-01-01", "2025-12-31", ""),
            (PeriodKind::Custom, "2023-01-01", "2023-09-15", ""),
            (PeriodKind::Custom, "2023-09-15", "2023-01-01", "period_end_before_start"),
            (PeriodKind::Custom, "0205-01-01", "2025-01-01", "period_year"),
        ];
        for (kind, from, to, expected) in cases {
            let mut problems = Problems::new();
            Period { kind, from: day(from), to: day(to) }.check(&mut problems);
            let found: Vec<_> = problems.finish().err().unwrap_or_default().into_iter().map(|error| error.code).collect();
            assert_eq!(found.join(" "), expected, "{kind} {from} {to}");
        }
        assert_eq!(Period::between(day("2025-10-01"), day("2025-12-31")).kind, PeriodKind::Quarter);
        assert_eq!(Period::between(day("2025-10-01"), day("2025-11-30")).kind, PeriodKind::Custom);
        assert_eq!(Period::around(PeriodKind::Custom, day("2025-10-01")), None);
    }

    fn candidate(from: &str, to: &str, all_fields: bool, source: Source, text: &str) -> Candidate {
        Candidate { period: Period::between(day(from), day(to)), all_fields, source, figures: figures(text) }
    }

    #[test]
    fn a_year_is_added_up_without_counting_a_day_twice() {
        use Source::{Paper, Portal, Software};
        let year = || candidate("2025-01-01", "2025-12-31", true, Paper, "received=100");
        let quarter = |n: u32, text: &str| {
            let first = NaiveDate::from_ymd_opt(2025, 3 * n - 2, 1).unwrap();
            let period = Period::around(PeriodKind::Quarter, first).unwrap();
            Candidate { period, all_fields: true, source: Software, figures: figures(text) }
        };
        let january = || candidate("2025-01-01", "2025-01-31", true, Software, "received=9");
        let cases: Vec<(&str, Vec<Candidate>, &[usize], &str)> = vec![
            ("a year beats quarters and months", vec![january(), quarter(1, "received=30"), year()], &[2], "received=100"),
            (
                "quarters beat months",
                vec![january(), quarter(1, "received=30"), quarter(2, "received=40")],
                &[1, 2],
                "received=70",
            ),
            ("months fill what quarters leave", vec![quarter(2, "received=40"), january()], &[1, 0], "received=49"),
            (
                "all fields beat the sum of fields",
                vec![
                    candidate("2025-01-01", "2025-12-31", false, Software, "received=60"),
                    candidate("2025-01-01", "2025-12-31", false, Software, "received=30"),
                    year(),
                ],
                &[2],
                "received=100",
            ),
            (
                "fields are added of one source only",
                vec![
                    candidate("2025-01-01", "2025-12-31", false, Software, "received=60"),
                    candidate("2025-01-01", "2025-12-31", false, Paper, "received=70"),
                    candidate("2025-01-01", "2025-12-31", false, Software, "received=30"),
                ],
                &[0, 2],
                "received=90",
            ),
            (
                "software beats portal beats paper",
                vec![
                    candidate("2025-01-01", "2025-12-31", true, Paper, "received=1"),
                    candidate("2025-01-01", "2025-12-31", true, Portal, "received=2"),
                ],
                &[1],
                "received=2",
            ),
            (
                "outside the span nothing counts",
                vec![candidate("2024-12-01", "2025-01-31", true, Software, "received=5")],
                &[],
                "",
            ),
            (
                "of other periods the longer counts",
                vec![
                    candidate("2025-01-01", "2025-09-15", true, Software, "received=80"),
                    candidate("2025-09-01", "2025-09-20", true, Software, "received=5"),
                ],
                &[0],
                "received=80",
            ),
            (
                "stocks are taken from the ends, flows are added",
                vec![
                    quarter(1, "carried_over=5 received=30 in_process_due=7"),
                    quarter(2, "carried_over=7 received=40 in_process_due=2"),
                ],
                &[0, 1],
                "carried_over=5 received=70 in_process_due=2",
            ),
            (
                "what some reports do not state is at least the sum",
                vec![quarter(1, "received=30 online=10"), quarter(2, "received=40")],
                &[0, 1],
                "received=70 online=>10",
            ),
        ];
        for (name, candidates, counted, expected) in cases {
            let found = total(&candidates, day("2025-01-01"), day("2025-12-31"));
            assert_eq!(found.counted, counted, "{name}");
            assert_eq!(found.figures, figures(expected), "{name}");
        }
        let some = total(&[january(), quarter(2, "received=40")], day("2025-01-01"), day("2025-12-31"));
        assert_eq!(some.gaps, [(day("2025-02-01"), day("2025-03-31")), (day("2025-07-01"), day("2025-12-31"))]);
        assert_eq!(total(&[year()], day("2025-01-01"), day("2025-12-31")).gaps, []);
    }
}
