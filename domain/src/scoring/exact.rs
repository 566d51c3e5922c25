//! Exact numbers: fractions of any size. Nothing is rounded unless a criteria set says so.

use std::fmt;
use std::ops::{Add, Mul, Neg, Sub};
use std::str::FromStr;

use num_bigint::BigInt;
use num_integer::Integer as _;
use num_rational::BigRational;
use num_traits::{One as _, Signed as _, ToPrimitive as _, Zero as _};

/// How many characters a written number may have.
const MAX_DIGITS: usize = 40;
/// Places of a stored point: whole numbers of 1/10,000.
pub const STORED_PLACES: u32 = 4;

code_enum! {
    /// How a value is rounded where a criteria set says so.
    pub enum RoundingMode ("rounding_mode") {
        /// Nửa trở lên thì làm tròn lên (away from zero).
        HalfUp = "half_up",
        /// Nửa thì về chữ số chẵn.
        HalfEven = "half_even",
        /// Bỏ phần sau.
        Down = "down",
        /// Luôn làm tròn lên.
        Up = "up",
    }
}

/// A number that is not a decimal of at most 40 characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a decimal number")]
pub struct NotANumber;

/// An exact fraction.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Exact(Repr);

/// In lowest terms, `Small` whenever both parts are small: equal numbers are written equally.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Repr {
    Small { num: i64, den: i64 },
    Big(Box<BigRational>),
}

/// Beyond this, numbers are kept as [`Repr::Big`]: sums of products of two smaller ones fit 128 bits.
const SMALL: i128 = 1 << 62;

impl Exact {
    /// Nothing.
    #[must_use]
    pub fn zero() -> Self {
        Self::from(0)
    }

    /// A hundred, of percents.
    #[must_use]
    pub fn hundred() -> Self {
        Self::from(100)
    }

    /// `num / den` in lowest terms; `den` above zero.
    fn small(num: i128, den: i128) -> Self {
        let common = match (u64::try_from(num.unsigned_abs()), u64::try_from(den.unsigned_abs())) {
            (Ok(num), Ok(den)) => i128::from(num.gcd(&den)),
            _ => i128::try_from(num.unsigned_abs().gcd(&den.unsigned_abs())).unwrap_or(1),
        };
        let (num, den) = if common > 1 { (num / common, den / common) } else { (num, den) };
        match (i64::try_from(num), i64::try_from(den)) {
            (Ok(small), Ok(part)) if num.abs() < SMALL && den < SMALL => Self(Repr::Small { num: small, den: part }),
            _ => Self(Repr::Big(Box::new(BigRational::new(num.into(), den.into())))),
        }
    }

    fn from_big(value: BigRational) -> Self {
        let fits = |part: &BigInt| part.to_i64().filter(|part| i128::from(*part).abs() < SMALL);
        match (fits(value.numer()), fits(value.denom())) {
            (Some(num), Some(den)) => Self(Repr::Small { num, den }),
            _ => Self(Repr::Big(Box::new(value))),
        }
    }

    fn big(&self) -> BigRational {
        match &self.0 {
            Repr::Small { num, den } => BigRational::new_raw((*num).into(), (*den).into()),
            Repr::Big(value) => (**value).clone(),
        }
    }

    /// Both as small fractions, when both are.
    const fn pair(a: &Self, b: &Self) -> Option<((i128, i128), (i128, i128))> {
        match (&a.0, &b.0) {
            (Repr::Small { num: an, den: ad }, Repr::Small { num: bn, den: bd }) => {
                Some(((*an as i128, *ad as i128), (*bn as i128, *bd as i128)))
            }
            _ => None,
        }
    }

    /// `a / b`; `None` when `b` is zero.
    #[must_use]
    pub fn ratio(a: &Self, b: &Self) -> Option<Self> {
        if b.is_zero() {
            return None;
        }
        Some(match Self::pair(a, b) {
            Some(((an, ad), (bn, bd))) => Self::small(an * bd * bn.signum(), ad * bn.abs()),
            None => Self::from_big(a.big() / b.big()),
        })
    }

    /// A number of 1/10,000, as points are stored.
    #[must_use]
    pub fn from_stored(value: i64) -> Self {
        Self::small(value.into(), 10_i128.pow(STORED_PLACES))
    }

    /// The number of 1/10,000 nearest to it; `None` beyond what a row holds.
    #[must_use]
    pub fn to_stored(&self) -> Option<i64> {
        self.scaled(STORED_PLACES, RoundingMode::HalfUp).to_i64()
    }

    /// Whether it is zero.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        matches!(self.0, Repr::Small { num: 0, .. })
    }

    /// Whether it is below zero.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        match &self.0 {
            Repr::Small { num, .. } => *num < 0,
            Repr::Big(value) => value.is_negative(),
        }
    }

    /// Whether it has no fraction.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        match &self.0 {
            Repr::Small { den, .. } => *den == 1,
            Repr::Big(value) => value.is_integer(),
        }
    }

    /// The whole number it is; `None` with a fraction or beyond 64 bits.
    #[must_use]
    pub fn whole(&self) -> Option<i64> {
        match &self.0 {
            Repr::Small { num, den: 1 } => Some(*num),
            Repr::Big(value) if value.is_integer() => value.to_integer().to_i64(),
            _ => None,
        }
    }

    /// Rounded to `places` decimals.
    #[must_use]
    pub fn round(&self, places: u32, mode: RoundingMode) -> Self {
        match self.scaled(places, mode) {
            Scaled::Small(scaled) => Self::small(scaled, 10_i128.pow(places)),
            Scaled::Big(scaled) => Self::from_big(BigRational::new(scaled, BigInt::from(10).pow(places))),
        }
    }

    /// The whole number of 10^-places, rounded.
    fn scaled(&self, places: u32, mode: RoundingMode) -> Scaled {
        match &self.0 {
            Repr::Small { num, den } if places <= SMALL_PLACES => {
                let (scaled, den) = (i128::from(*num) * 10_i128.pow(places), i128::from(*den));
                let (whole, rest) = (scaled / den, (scaled % den).abs());
                let away = mode.away(rest == 0, (2 * rest).cmp(&den), whole % 2 != 0);
                Scaled::Small(if away { whole + if *num < 0 { -1 } else { 1 } } else { whole })
            }
            _ => {
                let scaled = self.big() * BigInt::from(10).pow(places);
                let (whole, rest) = (scaled.trunc().to_integer(), scaled.fract().abs());
                let odd = (&whole % BigInt::from(2)) != BigInt::zero();
                let away = mode.away(rest.is_zero(), (rest * BigInt::from(2)).cmp(&BigRational::one()), odd);
                let step = BigInt::from(if self.is_negative() { -1 } else { 1 });
                Scaled::Big(if away { whole + step } else { whole })
            }
        }
    }

    /// With exactly `places` decimals, rounded half up: `8.35`.
    #[must_use]
    pub fn fixed(&self, places: u32) -> String {
        let scaled = self.scaled(places, RoundingMode::HalfUp).to_string();
        let (sign, digits) = scaled.strip_prefix('-').map_or(("", scaled.as_str()), |digits| ("-", digits));
        if places == 0 {
            return scaled;
        }
        let places = usize::try_from(places).unwrap_or_default();
        let digits = format!("{digits:0>width$}", width = places + 1);
        let (whole, fraction) = digits.split_at_checked(digits.len() - places).unwrap_or((&digits, ""));
        format!("{sign}{whole}.{fraction}")
    }

    /// The shortest decimal that is it, else rounded half up to `places`: `1774`, `7.35`, `78.5714`.
    #[must_use]
    pub fn shortest(&self, places: u32) -> String {
        let text = self.fixed(places);
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
    }

    /// As people here write it, with exactly `places` decimals: `1.774,50`.
    #[must_use]
    pub fn vn(&self, places: u32) -> String {
        vietnamese(&self.fixed(places))
    }

    /// As people here write it, with no more decimals than needed: `1.774`, `7,35`.
    #[must_use]
    pub fn vn_short(&self) -> String {
        vietnamese(&self.to_string())
    }

    /// How many decimals write it exactly; `None` when none do (a third).
    fn places(&self) -> Option<u32> {
        if self.is_whole() {
            return Some(0);
        }
        let mut rest = match &self.0 {
            Repr::Small { den, .. } => BigInt::from(*den),
            Repr::Big(value) => value.denom().clone(),
        };
        let mut places = 0;
        while !rest.is_one() {
            let common = rest.gcd(&BigInt::from(10));
            if common.is_one() {
                return None;
            }
            rest /= common;
            places += 1;
        }
        Some(places)
    }
}

/// Up to so many places a small number scales within 128 bits.
const SMALL_PLACES: u32 = 18;

/// A number scaled to whole units of its last decimal.
enum Scaled {
    Small(i128),
    Big(BigInt),
}

impl Scaled {
    fn to_i64(&self) -> Option<i64> {
        match self {
            Self::Small(value) => i64::try_from(*value).ok(),
            Self::Big(value) => value.to_i64(),
        }
    }
}

impl fmt::Display for Scaled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Small(value) => value.fmt(f),
            Self::Big(value) => value.fmt(f),
        }
    }
}

impl RoundingMode {
    /// Whether the rest is rounded away from zero: it is nothing, or less, exactly or more than half.
    const fn away(self, nothing: bool, half: std::cmp::Ordering, odd: bool) -> bool {
        use std::cmp::Ordering::{Equal, Greater};
        match self {
            Self::HalfUp => matches!(half, Equal | Greater),
            Self::HalfEven => matches!(half, Greater) || (matches!(half, Equal) && odd),
            Self::Down => false,
            Self::Up => !nothing,
        }
    }
}

impl Ord for Exact {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        match Self::pair(self, other) {
            Some(((an, ad), (bn, bd))) => (an * bd).cmp(&(bn * ad)),
            None => self.big().cmp(&other.big()),
        }
    }
}

impl PartialOrd for Exact {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// `1774.5` as `1.774,5`.
fn vietnamese(text: &str) -> String {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            grouped.push('.');
        }
        grouped.push(digit);
    }
    if fraction.is_empty() { format!("{sign}{grouped}") } else { format!("{sign}{grouped},{fraction}") }
}

impl From<i64> for Exact {
    fn from(value: i64) -> Self {
        Self::small(value.into(), 1)
    }
}

impl FromStr for Exact {
    type Err = NotANumber;

    /// A decimal with a point: `12`, `-0.25`. No exponent, no blanks, no grouping.
    fn from_str(text: &str) -> Result<Self, NotANumber> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if text.len() > MAX_DIGITS || !all_digits(whole) || !all_digits(fraction) {
            return Err(NotANumber);
        }
        let places = u32::try_from(fraction.len()).unwrap_or_default();
        let all: BigInt = format!("{whole}{fraction}").parse().ok().ok_or(NotANumber)?;
        let value = BigRational::new(all, BigInt::from(10).pow(places));
        Ok(Self::from_big(if text.starts_with('-') { -value } else { value }))
    }
}

/// The shortest decimal that is it; what no decimal is (a third) is rounded to four places.
impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shortest(self.places().unwrap_or(STORED_PLACES)))
    }
}

impl<'a> Add<&'a Exact> for &'a Exact {
    type Output = Exact;

    fn add(self, other: &Exact) -> Exact {
        match Exact::pair(self, other) {
            Some(((an, ad), (bn, bd))) if ad == bd => Exact::small(an + bn, ad),
            Some(((an, ad), (bn, bd))) => Exact::small(an * bd + bn * ad, ad * bd),
            None => Exact::from_big(self.big() + other.big()),
        }
    }
}

impl<'a> Sub<&'a Exact> for &'a Exact {
    type Output = Exact;

    fn sub(self, other: &Exact) -> Exact {
        self + &-other
    }
}

impl<'a> Mul<&'a Exact> for &'a Exact {
    type Output = Exact;

    fn mul(self, other: &Exact) -> Exact {
        match Exact::pair(self, other) {
            Some(((an, ad), (bn, bd))) => Exact::small(an * bn, ad * bd),
            None => Exact::from_big(self.big() * other.big()),
        }
    }
}

impl Neg for &Exact {
    type Output = Exact;

    fn neg(self) -> Exact {
        match &self.0 {
            Repr::Small { num, den } => Exact(Repr::Small { num: -num, den: *den }),
            Repr::Big(value) => Exact::from_big(-(**value).clone()),
        }
    }
}

impl<'a> std::iter::Sum<&'a Exact> for Exact {
    fn sum<I: Iterator<Item = &'a Exact>>(values: I) -> Self {
        values.fold(Self::zero(), |sum, value| &sum + value)
    }
}

impl std::iter::Sum for Exact {
    fn sum<I: Iterator<Item = Exact>>(values: I) -> Self {
        values.fold(Self::zero(), |sum, value| &sum + &value)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn exact(text: &str) -> Exact {
        text.parse().unwrap()
    }

    #[test]
    fn decimals_are_read_digit_by_digit() {
        for (text, expected) in [("0", "0"), ("12", "12"), ("-0.25", "-0.25"), ("7.350", "7.35"), ("0.1", "0.1"), ("007", "7")] {
            assert_eq!(exact(text).to_string(), expected, "{text}");
        }
        assert_eq!(&exact("0.1") + &exact("0.2"), exact("0.3"));
        for text in ["", "-", "1e3", "1,5", ".5", "5.", " 1", "0x10", "1.2.3", "NaN", &"9".repeat(41)] {
            assert_eq!(text.parse::<Exact>(), Err(NotANumber), "{text}");
        }
    }

    #[test]
    fn rounding_follows_the_mode_on_both_sides_of_zero() {
        use RoundingMode::{Down, HalfEven, HalfUp, Up};
        for (value, mode, expected) in [
            ("0.125", HalfUp, "0.13"),
            ("0.125", HalfEven, "0.12"),
            ("0.135", HalfEven, "0.14"),
            ("0.129", Down, "0.12"),
            ("0.121", Up, "0.13"),
            ("-0.125", HalfUp, "-0.13"),
            ("-0.129", Down, "-0.12"),
            ("-0.121", Up, "-0.13"),
            ("0.12", Up, "0.12"),
        ] {
            assert_eq!(exact(value).round(2, mode), exact(expected), "{value} {mode}");
        }
    }

    #[test]
    fn numbers_are_written_as_the_reader_expects() {
        let third = Exact::ratio(&Exact::from(1), &Exact::from(3)).unwrap();
        assert_eq!((third.fixed(2), third.to_string()), ("0.33".to_owned(), "0.3333".to_owned()));
        assert_eq!((exact("1774").vn_short(), exact("1234567.5").vn(2)), ("1.774".to_owned(), "1.234.567,50".to_owned()));
        assert_eq!((exact("-1234").vn_short(), exact("0.05").fixed(2)), ("-1.234".to_owned(), "0.05".to_owned()));
        assert_eq!((exact("5").fixed(0), exact("7.35").vn_short()), ("5".to_owned(), "7,35".to_owned()));
    }

    #[test]
    fn points_are_stored_in_ten_thousandths() {
        assert_eq!(exact("12.5").to_stored(), Some(125_000));
        assert_eq!(Exact::from_stored(-2_500), exact("-0.25"));
        assert_eq!(exact(&"9".repeat(30)).to_stored(), None);
    }

    proptest! {
        #[test]
        fn small_and_large_numbers_follow_the_same_arithmetic(a in any::<i64>(), b in 1_i64..i64::MAX, c in any::<i64>(), d in 1_i64..i64::MAX) {
            let big = |num: i64, den: i64| BigRational::new(num.into(), den.into());
            let (x, y) = (Exact::ratio(&Exact::from(a), &Exact::from(b)).unwrap(), Exact::ratio(&Exact::from(c), &Exact::from(d)).unwrap());
            prop_assert_eq!((&x + &y).big(), big(a, b) + big(c, d));
            prop_assert_eq!((&x - &y).big(), big(a, b) - big(c, d));
            prop_assert_eq!((&x * &y).big(), big(a, b) * big(c, d));
            prop_assert_eq!(x.cmp(&y), big(a, b).cmp(&big(c, d)));
            prop_assert_eq!(&(&(&x + &y) - &y), &x);
            for mode in RoundingMode::ALL {
                let rounded = |value: &Exact| value.round(3, *mode).big();
                prop_assert_eq!(rounded(&x), rounded(&Exact(Repr::Big(Box::new(big(a, b))))));
            }
        }

        #[test]
        fn what_is_written_is_read_back(whole in -1_000_000_i64..1_000_000, places in 0_u32..5) {
            let value = Exact::from_stored(whole);
            let rounded = value.round(places, RoundingMode::HalfUp);
            prop_assert_eq!(&rounded.fixed(places).parse::<Exact>().unwrap(), &rounded);
            prop_assert_eq!(Exact::from_stored(value.to_stored().unwrap()), value);
        }
    }
}
