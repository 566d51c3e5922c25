//! Exact numbers: fractions of any size. Nothing is rounded unless a criteria set says so.

use std::fmt;
use std::ops::{Add, Mul, Neg, Sub};
use std::str::FromStr;

use num_bigint::BigInt;
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
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Exact(BigRational);

impl Exact {
    /// Nothing.
    #[must_use]
    pub fn zero() -> Self {
        Self(BigRational::zero())
    }

    /// A hundred, of percents.
    #[must_use]
    pub fn hundred() -> Self {
        Self::from(100)
    }

    /// `a / b`; `None` when `b` is zero.
    #[must_use]
    pub fn ratio(a: &Self, b: &Self) -> Option<Self> {
        (!b.is_zero()).then(|| Self(&a.0 / &b.0))
    }

    /// A number of 1/10,000, as points are stored.
    #[must_use]
    pub fn from_stored(value: i64) -> Self {
        Self(BigRational::new(value.into(), BigInt::from(10).pow(STORED_PLACES)))
    }

    /// The number of 1/10,000 nearest to it; `None` beyond what a row holds.
    #[must_use]
    pub fn to_stored(&self) -> Option<i64> {
        self.scaled(STORED_PLACES, RoundingMode::HalfUp).to_i64()
    }

    /// Whether it is zero.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.0.is_zero()
    }

    /// Whether it is below zero.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        self.0.is_negative()
    }

    /// Whether it has no fraction.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.0.is_integer()
    }

    /// The whole number it is; `None` with a fraction or beyond 64 bits.
    #[must_use]
    pub fn whole(&self) -> Option<i64> {
        if self.is_whole() { self.0.to_integer().to_i64() } else { None }
    }

    /// Rounded to `places` decimals.
    #[must_use]
    pub fn round(&self, places: u32, mode: RoundingMode) -> Self {
        Self(BigRational::new(self.scaled(places, mode), BigInt::from(10).pow(places)))
    }

    /// The whole number of 10^-places, rounded.
    fn scaled(&self, places: u32, mode: RoundingMode) -> BigInt {
        let scaled = &self.0 * BigInt::from(10).pow(places);
        let whole = scaled.trunc().to_integer();
        let rest = scaled.fract().abs();
        if rest.is_zero() {
            return whole;
        }
        let twice = rest * BigInt::from(2);
        let one = BigRational::one();
        let odd = (&whole % BigInt::from(2)) != BigInt::zero();
        let away = match mode {
            RoundingMode::HalfUp => twice >= one,
            RoundingMode::HalfEven => twice > one || (twice == one && odd),
            RoundingMode::Down => false,
            RoundingMode::Up => true,
        };
        let step = if self.is_negative() { BigInt::from(-1) } else { BigInt::from(1) };
        if away { whole + step } else { whole }
    }

    /// With exactly `places` decimals, rounded half up: `8.35`.
    #[must_use]
    pub fn fixed(&self, places: u32) -> String {
        let scaled = self.scaled(places, RoundingMode::HalfUp);
        let sign = if scaled.is_negative() { "-" } else { "" };
        let digits = scaled.abs().to_string();
        let places = usize::try_from(places).unwrap_or_default();
        let digits = format!("{digits:0>width$}", width = places + 1);
        let (whole, fraction) = digits.split_at_checked(digits.len() - places).unwrap_or((&digits, ""));
        if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
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
        let mut rest = self.0.denom().clone();
        let mut places = 0;
        while !rest.is_one() {
            let ten = BigInt::from(10);
            let common = num_integer::Integer::gcd(&rest, &ten);
            if common.is_one() {
                return None;
            }
            rest /= common;
            places += 1;
        }
        Some(places)
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
        Self(BigRational::from_integer(value.into()))
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
        Ok(Self(if text.starts_with('-') { -value } else { value }))
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
        Exact(&self.0 + &other.0)
    }
}

impl<'a> Sub<&'a Exact> for &'a Exact {
    type Output = Exact;

    fn sub(self, other: &Exact) -> Exact {
        Exact(&self.0 - &other.0)
    }
}

impl<'a> Mul<&'a Exact> for &'a Exact {
    type Output = Exact;

    fn mul(self, other: &Exact) -> Exact {
        Exact(&self.0 * &other.0)
    }
}

impl Neg for &Exact {
    type Output = Exact;

    fn neg(self) -> Exact {
        Exact(-&self.0)
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
        fn what_is_written_is_read_back(whole in -1_000_000_i64..1_000_000, places in 0_u32..5) {
            let value = Exact::from_stored(whole);
            let rounded = value.round(places, RoundingMode::HalfUp);
            prop_assert_eq!(&rounded.fixed(places).parse::<Exact>().unwrap(), &rounded);
            prop_assert_eq!(Exact::from_stored(value.to_stored().unwrap()), value);
        }
    }
}
