//! Dossier figures of the one-stop desk (số liệu hồ sơ một cửa): counters, the sums they must keep, the shares made of
//! them, and which reports count when a year is added up.
//!
//! Figures are kept as declared. What does not add up is a [`Warning`]; it never changes or blocks anything. «Not
//! stated» is not zero: an unstated counter may be any number, so a sum is only called wrong when nothing it leaves
//! open could make it right.

mod totals;
mod words;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::draft::Problems;

pub use totals::{Candidate, Period, Total, total};
pub use words::{grouped, read_figure, write_figure};

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

#[cfg(test)]
mod tests;
