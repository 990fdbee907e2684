//! One way of writing timestamps, compiled from a pattern.

use std::fmt;

use super::{Stamp, days};
use crate::ingest::cells::number::Decimal;

/// A way of writing timestamps.
///
/// Patterns are made of `%Y %y %m %d %H %I %M %S %p %b %B %f %.f %z`, `[:%S]` (seconds that may be missing), `day-fraction` and literal
/// text; the keywords `iso`, `epoch-s`, `epoch-ms` and `excel-serial` stand for themselves. Numbers need no leading zeros.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    pattern: String,
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Iso,
    EpochSeconds,
    EpochMillis,
    ExcelSerial,
    /// `%Y-%m-%d %H:%M:%S`, which most exports write, and its items for cells without leading zeros.
    Plain(Vec<Item>),
    Items(Vec<Item>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Item {
    Literal(u8),
    Year,
    ShortYear,
    Month,
    MonthName,
    Day,
    Hour,
    HalfDayHour,
    Minute,
    Second,
    MaybeSecond,
    HalfDay,
    Fraction,
    MaybeFraction,
    Zone,
    DayFraction,
}

/// Why a pattern is no form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormError {
    /// A `%` with a letter that has no meaning here.
    Unknown(String),
    /// The same part twice.
    Twice(&'static str),
    /// A part that is needed is missing.
    Missing(&'static str),
}

impl fmt::Display for FormError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(what) => write!(f, "{what} has no meaning in a timestamp format"),
            Self::Twice(what) => write!(f, "the format tells the {what} twice"),
            Self::Missing(what) => write!(f, "the format does not tell the {what}"),
        }
    }
}

impl std::error::Error for FormError {}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.pattern)
    }
}

/// The longest first: a specifier is read as the first of these it starts with.
const SPECIFIERS: [(&str, Item); 17] = [
    ("day-fraction", Item::DayFraction),
    ("[:%S]", Item::MaybeSecond),
    ("%.f", Item::MaybeFraction),
    ("%Y", Item::Year),
    ("%y", Item::ShortYear),
    ("%m", Item::Month),
    ("%b", Item::MonthName),
    ("%B", Item::MonthName),
    ("%d", Item::Day),
    ("%H", Item::Hour),
    ("%I", Item::HalfDayHour),
    ("%M", Item::Minute),
    ("%S", Item::Second),
    ("%p", Item::HalfDay),
    ("%f", Item::Fraction),
    ("%z", Item::Zone),
    ("%%", Item::Literal(b'%')),
];

impl Form {
    /// ISO 8601 as exports write it: `YYYY-MM-DD`, optionally with ` ` or `T`, `HH:MM`, `:SS`, a fraction, and `Z`, `UTC` or an offset.
    pub fn iso() -> Self {
        Self { pattern: "iso".to_owned(), kind: Kind::Iso }
    }

    /// Compiles a pattern or keyword.
    ///
    /// # Errors
    /// [`FormError`] if a specifier is unknown, a part is told twice, or a date is incomplete.
    pub fn compile(pattern: &str) -> Result<Self, FormError> {
        let kind = match pattern {
            "iso" => Kind::Iso,
            "epoch-s" => Kind::EpochSeconds,
            "epoch-ms" => Kind::EpochMillis,
            "excel-serial" => Kind::ExcelSerial,
            "%Y-%m-%d %H:%M:%S" => Kind::Plain(items(pattern)?),
            _ => Kind::Items(items(pattern)?),
        };
        Ok(Self { pattern: pattern.to_owned(), kind })
    }

    /// Reads a trimmed cell; `None` if it is not written this way or not in the calendar.
    #[inline]
    pub fn parse(&self, text: &[u8]) -> Option<Stamp> {
        if matches!(self.kind, Kind::Plain(_) | Kind::Iso)
            && let Some(secs) = plain(text, b' ')
        {
            return Some(Stamp { secs, offset: None });
        }
        self.parse_in_steps(text)
    }

    #[inline(never)]
    fn parse_in_steps(&self, text: &[u8]) -> Option<Stamp> {
        match &self.kind {
            Kind::Iso => iso(text),
            Kind::Plain(items) | Kind::Items(items) => read(items, text),
            Kind::EpochSeconds => epoch(text, 0),
            Kind::EpochMillis => epoch(text, 3),
            Kind::ExcelSerial => excel_serial(text),
        }
    }
}

fn items(pattern: &str) -> Result<Vec<Item>, FormError> {
    let mut items = Vec::new();
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        if let Some((text, item)) = SPECIFIERS.iter().find(|(text, _)| rest.starts_with(text)) {
            items.push(*item);
            rest = &rest[text.len()..];
        } else if first == '%' {
            return Err(FormError::Unknown(rest.chars().take(2).collect()));
        } else {
            let (head, tail) = rest.split_at(first.len_utf8());
            items.extend(head.bytes().map(Item::Literal));
            rest = tail;
        }
    }
    check(&items)?;
    Ok(items)
}

fn check(items: &[Item]) -> Result<(), FormError> {
    use Item::{
        Day, DayFraction, Fraction, HalfDay, HalfDayHour, Hour, MaybeFraction, MaybeSecond, Minute, Month, MonthName, Second, ShortYear,
        Year, Zone,
    };
    let count = |set: &[Item]| items.iter().filter(|i| set.contains(i)).count();
    let once: [(&[Item], &'static str); 9] = [
        (&[Year, ShortYear], "year"),
        (&[Month, MonthName], "month"),
        (&[Day], "day"),
        (&[Hour, HalfDayHour, DayFraction], "hour"),
        (&[Minute, DayFraction], "minute"),
        (&[Second, MaybeSecond, DayFraction], "second"),
        (&[HalfDay], "half of the day"),
        (&[Fraction, MaybeFraction], "fraction of a second"),
        (&[Zone], "offset"),
    ];
    if let Some((_, name)) = once.iter().find(|(set, _)| count(set) > 1) {
        return Err(FormError::Twice(name));
    }
    if let Some((_, name)) = once.iter().take(3).find(|(set, _)| count(set) == 0) {
        return Err(FormError::Missing(name));
    }
    let needs: [(&[Item], &[Item], &'static str); 5] = [
        (&[HalfDayHour], &[HalfDay], "half of the day (%p) that %I needs"),
        (&[HalfDay], &[HalfDayHour], "hour by %I that %p needs"),
        (&[Minute], &[Hour, HalfDayHour], "hour"),
        (&[Second, MaybeSecond], &[Minute], "minute"),
        (&[Fraction, MaybeFraction], &[Second], "second"),
    ];
    match needs.iter().find(|(one, other, _)| count(one) > 0 && count(other) == 0) {
        Some((_, _, name)) => Err(FormError::Missing(name)),
        None => Ok(()),
    }
}

/// What the items of a cell have told.
#[derive(Debug, Default)]
struct Parts {
    year: u32,
    month: u32,
    day: u32,
    hour: u32,
    minute: u32,
    second: u32,
    afternoon: bool,
    /// Seconds by a fraction of a day.
    of_day: i64,
    offset: Option<i32>,
}

impl Parts {
    #[inline]
    fn stamp(&self) -> Option<Stamp> {
        if self.hour > 23 || self.minute > 59 || self.second > 59 {
            return None;
        }
        let hour = self.hour + if self.afternoon { 12 } else { 0 };
        let time = i64::from(hour * 3600 + self.minute * 60 + self.second) + self.of_day;
        Some(Stamp { secs: days(self.year, self.month, self.day)? * 86_400 + time, offset: self.offset })
    }
}

fn read(items: &[Item], text: &[u8]) -> Option<Stamp> {
    let mut parts = Parts::default();
    let mut at = text;
    for item in items {
        match item {
            Item::Literal(b' ') => at = space(at)?,
            Item::Literal(byte) => at = at.strip_prefix(std::slice::from_ref(byte))?,
            Item::Year => (parts.year, at) = four_digits(at)?,
            Item::ShortYear => (parts.year, at) = short_year(at)?,
            Item::Month => (parts.month, at) = one_or_two(at)?,
            Item::MonthName => (parts.month, at) = month_name(at)?,
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

/// `YYYY-MM-DD HH:MM:SS`, eight bytes at a time: every byte minus its template must be a digit's value, or nothing for a separator.
#[inline]
fn plain(text: &[u8], between: u8) -> Option<i64> {
    // Added to a byte, these lift it to 128 if it is more than a digit's value (D) or more than nothing (S).
    const D: u8 = 128 - 10;
    const S: u8 = 127;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let text: &[u8; 19] = text.try_into().ok()?;
    let part = |from: usize, template: [u8; 8], room: [u8; 8]| {
        let bytes = text[from..].first_chunk::<8>().expect("19 bytes are enough for all parts");
        let word = u64::from_le_bytes(*bytes) ^ u64::from_le_bytes(template);
        (word, (word | word.wrapping_add(u64::from_le_bytes(room))) & HIGH)
    };
    let (date, bad_date) = part(0, *b"0000-00-", [D, D, D, D, S, D, D, S]);
    let (day, bad_day) = part(8, [b'0', b'0', between, b'0', b'0', b':', b'0', b'0'], [D, D, S, D, D, S, D, D]);
    let (time, bad_time) = part(11, *b"00:00:00", [D, D, S, D, D, S, D, D]);
    if bad_date | bad_day | bad_time != 0 {
        return None;
    }
    // Every pair of digits at once: ten times a byte plus the one behind it is below 256.
    let pairs = |word: u64| word.wrapping_mul(10).wrapping_add(word >> 8);
    let at = |word: u64, byte: u32| (word >> (8 * byte) & 255) as u32;
    let (date, day, time) = (pairs(date), pairs(day), pairs(time));
    let (hour, minute, second) = (at(time, 0), at(time, 3), at(time, 6));
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let days = days(at(date, 0) * 100 + at(date, 2), at(date, 5), at(day, 0))?;
    Some(days * 86_400 + i64::from(hour * 3600 + minute * 60 + second))
}

/// Reads a cell as [`Form::iso`] does.
pub(in crate::ingest::cells) fn iso(text: &[u8]) -> Option<Stamp> {
    let between = text.get(10).filter(|b| **b == b'T').unwrap_or(&b' ');
    plain(text, *between).map(|secs| Stamp { secs, offset: None }).or_else(|| iso_in_steps(text))
}

fn iso_in_steps(text: &[u8]) -> Option<Stamp> {
    let mut parts = Parts::default();
    let (date, rest) = text.split_at_checked(10)?;
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *date else { return None };
    parts.year = two(y1, y2)? * 100 + two(y3, y4)?;
    (parts.month, parts.day) = (two(m1, m2)?, two(d1, d2)?);
    let [b' ' | b'T' | b't', h1, h2, b':', n1, n2, rest @ ..] = rest else { return rest.is_empty().then(|| parts.stamp())? };
    (parts.hour, parts.minute) = (two(*h1, *h2)?, two(*n1, *n2)?);
    let rest = match rest {
        [b':', s1, s2, rest @ ..] => {
            parts.second = two(*s1, *s2)?;
            maybe_fraction(rest)?
        }
        _ => rest,
    };
    parts.offset = match rest.strip_prefix(b" ").unwrap_or(rest) {
        [] if rest.is_empty() => None,
        b"UTC" => Some(0),
        zoned => Some(zone(zoned).filter(|(_, rest)| rest.is_empty())?.0),
    };
    parts.stamp()
}

/// The last second of the year 9999.
const LAST: i128 = 253_402_300_799;

fn epoch(text: &[u8], places: i32) -> Option<Stamp> {
    let mut decimal = Decimal::parse(text)?;
    decimal.exponent = decimal.exponent.checked_sub(places)?;
    let secs = decimal.floor()?;
    (-62_135_596_800..=LAST).contains(&secs).then_some(Stamp { secs: secs as i64, offset: Some(0) })
}

/// Days since the end of 1899 in the count that takes 1900 for a leap year; to the nearest second, for the text is rounded anyhow.
fn excel_serial(text: &[u8]) -> Option<Stamp> {
    let secs = Decimal::parse(text)?.times(86_400)?;
    let days = secs.div_euclid(86_400);
    let origin = match days {
        1..=59 => 25_568,
        61..=2_958_465 => 25_569,
        // Day 60 is 29 February 1900, which never was.
        _ => return None,
    };
    Some(Stamp { secs: (secs - origin * 86_400) as i64, offset: None })
}

#[inline]
fn digit(byte: u8) -> Option<u32> {
    let value = byte.wrapping_sub(b'0');
    (value < 10).then_some(u32::from(value))
}

#[inline]
fn two(tens: u8, ones: u8) -> Option<u32> {
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

const MONTHS: [&str; 12] =
    ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];

/// An English month, in full, by its first three letters, or `Sept`.
fn month_name(text: &[u8]) -> Option<(u32, &[u8])> {
    let length = text.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let (name, rest) = text.split_at(length);
    let known = |full: &str| {
        let full = full.as_bytes();
        (length == 3 || length == full.len() || (length == 4 && full[0] == b's'))
            && length <= full.len()
            && name.eq_ignore_ascii_case(&full[..length])
    };
    let index = MONTHS.iter().position(|m| known(m))?;
    Some((index as u32 + 1, rest))
}

/// A space, also one of the two that do not break: newer locale data puts those before AM and PM.
#[inline]
fn space(text: &[u8]) -> Option<&[u8]> {
    match text {
        [b' ', rest @ ..] | [0xC2, 0xA0, rest @ ..] | [0xE2, 0x80, 0xAF, rest @ ..] => Some(rest),
        _ => None,
    }
}

/// One to twelve, as hours since the half day began.
#[inline]
fn half_day_hour(text: &[u8]) -> Option<(u32, &[u8])> {
    let (hour, rest) = one_or_two(text)?;
    (1..=12).contains(&hour).then_some((hour % 12, rest))
}

/// `AM` or `PM` in any case, also `a.m.`; whether it is the second.
#[inline]
fn half_day(text: &[u8]) -> Option<(bool, &[u8])> {
    let (afternoon, rest) = match text {
        [b'A' | b'a', rest @ ..] => (false, rest),
        [b'P' | b'p', rest @ ..] => (true, rest),
        _ => return None,
    };
    match rest {
        [b'M' | b'm', rest @ ..] | [b'.', b'M' | b'm', b'.', rest @ ..] => Some((afternoon, rest)),
        _ => None,
    }
}

/// Cuts ` AM` or ` PM` off the end (with or without the space); what is before it, and whether it is the second.
pub(in crate::ingest::cells) fn split_half_day(text: &[u8]) -> Option<(&[u8], bool)> {
    let letter = text.iter().position(u8::is_ascii_alphabetic)?;
    let (time, mark) = text.split_at(letter);
    let (afternoon, rest) = half_day(mark)?;
    let time = [&b" "[..], "\u{A0}".as_bytes(), "\u{202F}".as_bytes()].iter().find_map(|s| time.strip_suffix(*s)).unwrap_or(time);
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
fn maybe_fraction(text: &[u8]) -> Option<&[u8]> {
    match text {
        [b'.' | b',', rest @ ..] => fraction(rest),
        _ => Some(text),
    }
}

/// `Z`, `+hh`, `+hhmm` or `+hh:mm`, as seconds east.
fn zone(text: &[u8]) -> Option<(i32, &[u8])> {
    let (sign, rest) = match text {
        [b'Z' | b'z', rest @ ..] => return Some((0, rest)),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
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
