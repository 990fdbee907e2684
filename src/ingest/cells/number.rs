//! Whole and decimal numbers: [`int`] and [`number`] as plain exports write them, without marks of thousands and units; in another
//! [`NumberStyle`] by [`int_in`] and [`number_in`].

mod search;
mod style;
#[cfg(test)]
mod tests;

pub use search::{FoundNumbers, NumberProblem, NumberSearch};
pub use style::{DecimalMark, NumberStyle, Thousands, int_in, is_percent, number_in};

/// A decimal number as it is written: `mantissa` times ten to the power of `exponent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decimal {
    pub(super) negative: bool,
    pub(super) mantissa: u128,
    pub(super) exponent: i32,
}

/// More digits than this (leading zeros aside) are refused; ten to their power times a day's nanoseconds still fits an `i128`.
const MOST_DIGITS: u32 = 21;

impl Decimal {
    /// Reads `[+-]digits[.digits][e[+-]digits]`; `.5` is read, `5.` is not.
    #[inline]
    pub(super) fn parse(text: &[u8]) -> Option<Self> {
        let (negative, rest) = sign(text);
        let (whole, rest) = digits(rest);
        let (fraction, rest) = match rest {
            [b'.', behind @ ..] => digits(behind),
            _ => (&[][..], rest),
        };
        let dot = whole.len() + fraction.len() < text.len() && text.contains(&b'.');
        if (dot && fraction.is_empty()) || (whole.is_empty() && fraction.is_empty()) {
            return None;
        }
        let mantissa = if whole.len() + fraction.len() < 20 {
            u128::from(whole.iter().chain(fraction).fold(0u64, |n, digit| n * 10 + u64::from(digit - b'0')))
        } else {
            many_digits(whole.iter().chain(fraction))?
        };
        let exponent = power(rest)?.checked_sub(i32::try_from(fraction.len()).ok()?)?;
        Some(Self { negative, mantissa, exponent })
    }

    /// The largest whole number not above this one.
    pub(super) fn floor(self) -> Option<i128> {
        let magnitude = if let Ok(up) = u32::try_from(self.exponent) {
            self.mantissa.checked_mul(10u128.checked_pow(up)?)?
        } else {
            let by = 10u128.checked_pow(self.exponent.unsigned_abs()).unwrap_or(u128::MAX);
            if self.negative { self.mantissa.div_ceil(by) } else { self.mantissa / by }
        };
        let magnitude = i128::try_from(magnitude).ok()?;
        Some(if self.negative { -magnitude } else { magnitude })
    }

    /// This many times `unit`, rounded half away from zero.
    pub(super) fn times(self, unit: u64) -> Option<i128> {
        let whole = self.mantissa.checked_mul(u128::from(unit))?;
        let magnitude = match u32::try_from(self.exponent) {
            Ok(_) if whole == 0 => 0,
            Ok(up) => whole.checked_mul(10u128.checked_pow(up)?)?,
            Err(_) => 10u128.checked_pow(self.exponent.unsigned_abs()).map_or(0, |by| rounded(whole, by)),
        };
        let magnitude = i128::try_from(magnitude).ok()?;
        Some(if self.negative { -magnitude } else { magnitude })
    }
}

/// A quotient, rounded half up. Most fit the narrow division, which is several times as fast.
fn rounded(of: u128, by: u128) -> u128 {
    let sum = of + by / 2;
    match (u64::try_from(sum), u64::try_from(by)) {
        (Ok(sum), Ok(by)) => u128::from(sum / by),
        _ => sum / by,
    }
}

/// The number that more digits than fit a `u64` make; `None` for too many.
fn many_digits<'a>(digits: impl Iterator<Item = &'a u8>) -> Option<u128> {
    let mut value = 0u128;
    for digit in digits {
        value = value * 10 + u128::from(digit - b'0');
        if value >= 10u128.pow(MOST_DIGITS) {
            return None;
        }
    }
    Some(value)
}

fn sign(text: &[u8]) -> (bool, &[u8]) {
    match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    }
}

fn digits(text: &[u8]) -> (&[u8], &[u8]) {
    text.split_at(text.iter().take_while(|b| b.is_ascii_digit()).count())
}

/// The power of ten behind a number: nothing, or `e` and a whole number of at most three digits.
fn power(text: &[u8]) -> Option<i32> {
    let [b'e' | b'E', rest @ ..] = text else { return text.is_empty().then_some(0) };
    let (negative, rest) = sign(rest);
    let (number, rest) = digits(rest);
    if !(1..=3).contains(&number.len()) || !rest.is_empty() {
        return None;
    }
    let power = number.iter().fold(0, |n, d| n * 10 + i32::from(d - b'0'));
    Some(if negative { -power } else { power })
}

/// A whole number with an optional sign; zeros after a decimal point are allowed (`12.0`). `None` if it does not fit.
pub fn int(text: &[u8]) -> Option<i64> {
    let (negative, rest) = sign(text);
    let (whole, rest) = digits(rest);
    let zeros = matches!(rest, []) || matches!(rest, [b'.', b'0', more @ ..] if more.iter().all(|&b| b == b'0'));
    if whole.is_empty() || !zeros {
        return None;
    }
    let mut value = 0i64;
    for digit in whole {
        let digit = i64::from(digit - b'0');
        value = value.checked_mul(10)?;
        // Built up on its own side of zero: the lowest number has no positive twin.
        value = if negative { value.checked_sub(digit)? } else { value.checked_add(digit)? };
    }
    Some(value)
}

/// The powers of ten that a double holds exactly (as far as exports need them).
const EXACT: [f64; 16] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// A finite decimal number: `[+-]digits[.digits][e[+-]digits]`, of at most 21 digits.
pub fn number(text: &[u8]) -> Option<f64> {
    let decimal = Decimal::parse(text)?;
    // Both are exact, so the quotient is the nearest number.
    if let (true, Some(by)) = (decimal.mantissa < 1 << 53 && decimal.exponent <= 0, EXACT.get(decimal.exponent.unsigned_abs() as usize)) {
        let size = decimal.mantissa as u64 as f64 / by;
        return Some(if decimal.negative { -size } else { size });
    }
    std::str::from_utf8(text).ok()?.parse().ok().filter(|n: &f64| n.is_finite())
}

/// A number of up to eight bare digits, which is what nearly every cell is: all of them at once.
#[inline]
pub(in crate::ingest) fn few_digits(cell: &[u8]) -> Option<i32> {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let word = super::word(cell)?;
    let unused = 8 * (8 - cell.len());
    // The last digit becomes the highest byte, and what lies below the first one is nothing.
    let digits = (word << unused) ^ (0x3030_3030_3030_3030 << unused);
    // Added to a byte, this lifts it to 128 if it is more than a digit's value.
    if (digits | digits.wrapping_add(u64::from_le_bytes([128 - 10; 8]))) & HIGH != 0 {
        return None;
    }
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    let pair = |byte: u32| (pairs >> (8 * byte) & 255) as i32;
    Some(pair(0) * 1_000_000 + pair(2) * 10_000 + pair(4) * 100 + pair(6))
}
