//! The parts of a written date and time, one after the other.

use super::form::Item;
use super::names::{month, weekday};
use super::{Stamp, days};
use crate::ingest::cells::number::Decimal;

/// What the items of a cell have told.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub(super) year: u32,
    pub(super) month: u32,
    pub(super) day: u32,
    pub(super) hour: u32,
    pub(super) minute: u32,
    pub(super) second: u32,
    afternoon: bool,
    /// Days since Monday.
    weekday: Option<u32>,
    /// Seconds by a fraction of a day.
    of_day: i64,
    pub(super) offset: Option<i32>,
}

impl Parts {
    #[inline]
    pub(super) fn stamp(&self) -> Option<Stamp> {
        if self.hour > 23 || self.minute > 59 || self.second > 59 {
            return None;
        }
        let hour = self.hour + if self.afternoon { 12 } else { 0 };
        let time = i64::from(hour * 3600 + self.minute * 60 + self.second) + self.of_day;
        let days = days(self.year, self.month, self.day)?;
        // The first day of 1970 was a Thursday.
        if self.weekday.is_some_and(|w| i64::from(w) != (days + 3).rem_euclid(7)) {
            return None;
        }
        Some(Stamp { secs: days * 86_400 + time, offset: self.offset })
    }
}

pub(super) fn read(items: &[Item], text: &[u8]) -> Option<Stamp> {
    let mut parts = Parts::default();
    let mut at = text;
    for item in items {
        match item {
            Item::Literal(b' ') => at = space(at)?,
            Item::Literal(byte) => at = at.strip_prefix(std::slice::from_ref(byte))?,
            Item::Year => (parts.year, at) = four_digits(at)?,
            Item::ShortYear => (parts.year, at) = short_year(at)?,
            Item::Month => (parts.month, at) = one_or_two(at)?,
            Item::MonthName => (parts.month, at) = month(at)?,
            Item::Weekday => (parts.weekday, at) = weekday(at).map(|(day, rest)| (Some(day), rest))?,
            Item::MaybeDot => at = at.strip_prefix(b".").unwrap_or(at),
            Item::BothDigits => both_digits(at)?,
            Item::Day => (parts.day, at) = one_or_two(at)?,
            Item::Hour => (parts.hour, at) = one_or_two(at)?,
            Item::HalfDayHour => (parts.hour, at) = half_day_hour(at)?,
            Item::Minute => (parts.minute, at) = one_or_two(at)?,
            Item::Second => (parts.second, at) = one_or_two(at)?,
            Item::MaybeSecond => (parts.second, at) = maybe_second(at)?,
            Item::HalfDay => (parts.afternoon, at) = half_day(at)?,
            Item::Fraction => at = fraction(at)?,
            Item::MaybeFraction => at = maybe_fraction(at)?,
            Item::Zone => (parts.offset, at) = zone(at).map(|(o, rest)| (Some(o), rest))?,
            Item::DayFraction => (parts.of_day, at) = day_fraction(at)?,
        }
    }
    if at.is_empty() { parts.stamp() } else { None }
}

#[inline]
fn digit(byte: u8) -> Option<u32> {
    let value = byte.wrapping_sub(b'0');
    (value < 10).then_some(u32::from(value))
}

#[inline]
pub(super) fn two(tens: u8, ones: u8) -> Option<u32> {
    Some(digit(tens)? * 10 + digit(ones)?)
}

#[inline]
fn one_or_two(text: &[u8]) -> Option<(u32, &[u8])> {
    let (&first, rest) = text.split_first()?;
    let first = digit(first)?;
    match rest.split_first() {
        Some((&next, behind)) if next.is_ascii_digit() => Some((first * 10 + u32::from(next - b'0'), behind)),
        _ => Some((first, rest)),
    }
}

#[inline]
fn four_digits(text: &[u8]) -> Option<(u32, &[u8])> {
    let (&[a, b, c, d], rest) = text.split_first_chunk::<4>()?;
    Some((two(a, b)? * 100 + two(c, d)?, rest))
}

/// Two digits: 69 to 99 are of the last century, as POSIX has it.
fn short_year(text: &[u8]) -> Option<(u32, &[u8])> {
    let (&[a, b], rest) = text.split_first_chunk::<2>()?;
    let year = two(a, b)?;
    Some((year + if year < 69 { 2000 } else { 1900 }, rest))
}

/// One blank or more. Those that do not break count: newer locale data puts them before AM and PM.
#[inline]
fn space(text: &[u8]) -> Option<&[u8]> {
    let mut rest = blank(text)?;
    while let Some(more) = blank(rest) {
        rest = more;
    }
    Some(rest)
}

/// A space, a space that does not break, a narrow one of those, or a thin one.
#[inline]
fn blank(text: &[u8]) -> Option<&[u8]> {
    match text {
        [b' ', rest @ ..] | [0xC2, 0xA0, rest @ ..] | [0xE2, 0x80, 0xAF | 0x89, rest @ ..] => Some(rest),
        _ => None,
    }
}

/// One to twelve, as hours since the half day began.
#[inline]
fn half_day_hour(text: &[u8]) -> Option<(u32, &[u8])> {
    let (hour, rest) = one_or_two(text)?;
    (1..=12).contains(&hour).then_some((hour % 12, rest))
}

/// `AM` or `PM` in any case, also `a.m.` and `a. m.`; whether it is the second.
#[inline]
fn half_day(text: &[u8]) -> Option<(bool, &[u8])> {
    let (afternoon, rest) = match text {
        [b'A' | b'a', rest @ ..] => (false, rest),
        [b'P' | b'p', rest @ ..] => (true, rest),
        _ => return None,
    };
    match rest {
        [b'M' | b'm', rest @ ..] => Some((afternoon, rest)),
        [b'.', rest @ ..] => match blank(rest).unwrap_or(rest) {
            [b'M' | b'm', b'.', rest @ ..] => Some((afternoon, rest)),
            _ => None,
        },
        _ => None,
    }
}

/// Cuts ` AM` or ` PM` off the end (with or without the space); what is before it, and whether it is the second.
pub(in crate::ingest::cells) fn split_half_day(text: &[u8]) -> Option<(&[u8], bool)> {
    let letter = text.iter().position(u8::is_ascii_alphabetic)?;
    let (time, mark) = text.split_at(letter);
    let (afternoon, rest) = half_day(mark)?;
    let blanks = [" ", "\u{A0}", "\u{202F}", "\u{2009}"];
    let time = blanks.iter().find_map(|blank| time.strip_suffix(blank.as_bytes())).unwrap_or(time);
    rest.is_empty().then_some((time, afternoon))
}

/// `:SS` with an optional fraction, or nothing.
#[inline]
fn maybe_second(text: &[u8]) -> Option<(u32, &[u8])> {
    let Some(rest) = text.strip_prefix(b":") else { return Some((0, text)) };
    let (second, rest) = one_or_two(rest)?;
    Some((second, maybe_fraction(rest)?))
}

fn fraction(text: &[u8]) -> Option<&[u8]> {
    let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
    (1..=9).contains(&digits).then(|| &text[digits..])
}

#[inline]
pub(super) fn maybe_fraction(text: &[u8]) -> Option<&[u8]> {
    match text {
        [b'.' | b',', rest @ ..] => fraction(rest),
        _ => Some(text),
    }
}

/// `Z`, `UTC`, `GMT`, `+hh`, `+hhmm` or `+hh:mm`, also `UTC+hh:mm`, as seconds east.
///
/// No other names: the offset of `CET` depends on who says it and when.
pub(super) fn zone(text: &[u8]) -> Option<(i32, &[u8])> {
    let (name, behind) = text.split_at(text.iter().take_while(|b| b.is_ascii_alphabetic()).count());
    let is_utc = [&b"Z"[..], b"UTC", b"GMT"].iter().any(|n| name.eq_ignore_ascii_case(n));
    let (sign, rest) = match behind {
        [b'+', rest @ ..] if is_utc || name.is_empty() => (1, rest),
        [b'-', rest @ ..] if is_utc || name.is_empty() => (-1, rest),
        _ => return is_utc.then_some((0, behind)),
    };
    let (&[a, b], rest) = rest.split_first_chunk::<2>()?;
    let (minutes, rest) = match rest {
        [b':', c, d, rest @ ..] => (two(*c, *d)?, rest),
        [c, d, rest @ ..] if c.is_ascii_digit() => (two(*c, *d)?, rest),
        _ => (0, rest),
    };
    let hours = two(a, b)?;
    (hours <= 18 && minutes < 60).then_some((sign * (hours * 3600 + minutes * 60) as i32, rest))
}

/// A fraction of a day below 1, to the nearest second.
fn day_fraction(text: &[u8]) -> Option<(i64, &[u8])> {
    let length = text.iter().take_while(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'-')).count();
    let (number, rest) = text.split_at(length);
    let decimal = Decimal::parse(number).filter(|d| !d.negative)?;
    let below_one = decimal.times(1_000_000_000)? < 1_000_000_000;
    below_one.then_some((i64::try_from(decimal.times(86_400)?).ok()?, rest))
}

fn both_digits(text: &[u8]) -> Option<()> {
    text.first_chunk::<2>()?.iter().all(u8::is_ascii_digit).then_some(())
}
