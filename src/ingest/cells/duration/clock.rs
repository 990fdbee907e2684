//! Lengths of time written as a clock shows them.

use super::{NANO, scaled};
use crate::ingest::cells::{number, timestamp};

/// `H:MM[:SS]` with a sign, or days and such a clock.
pub(super) fn hms(text: &[u8]) -> Option<i64> {
    match text {
        [b'0'..=b'9', ..] => clock(text, i64::MAX).or_else(|| days_and_clock(text)),
        _ => signed(text, |rest| clock(rest, i64::MAX)).or_else(|| days_and_clock(text)),
    }
}

/// `M:SS` with a sign, else as [`hms`].
pub(super) fn mmss(text: &[u8]) -> Option<i64> {
    signed(text, minutes_and_seconds).or_else(|| hms(text).filter(|_| colons(text) == 2))
}

/// How many colons there are.
pub(super) fn colons(text: &[u8]) -> usize {
    memchr::memchr_iter(b':', text).count()
}

fn signed(text: &[u8], read: impl Fn(&[u8]) -> Option<i64>) -> Option<i64> {
    match text {
        [b'-', rest @ ..] | [0xE2, 0x88, 0x92, rest @ ..] => read(rest).map(|seconds| -seconds),
        _ => read(text),
    }
}

fn minutes_and_seconds(text: &[u8]) -> Option<i64> {
    let colon = text.iter().position(|b| *b == b':')?;
    plain(&text[..colon])?.checked_mul(60)?.checked_add(seconds_rounded(&text[colon + 1..])?)
}

/// `1 day, 2:03:04`, `-1 days +23:59:30`, `1.02:03:04`: a number of days and a time of day, each with a sign of its own. The time has
/// seconds, for `1.02:03` may be anything.
#[cold]
fn days_and_clock(text: &[u8]) -> Option<i64> {
    let length = text.iter().skip(1).take_while(|b| b.is_ascii_digit()).count() + 1;
    let (days, rest) = text.split_at_checked(length)?;
    let days = signed(days, plain)?;
    let is_negative = text.starts_with(b"-");
    let time_of_day = |time: &[u8]| clock(time, 23).filter(|_| colons(time) == 2);
    let time = match rest {
        // .NET: the sign holds for the whole.
        [b'.', time @ ..] => time_of_day(time).map(|t| if is_negative { -t } else { t })?,
        [b' ', word @ ..] => {
            let word = word.strip_prefix(b"day")?;
            let word = word.strip_prefix(b"s").unwrap_or(word);
            let time = word.strip_prefix(b",").unwrap_or(word).strip_prefix(b" ")?;
            signed(time.strip_prefix(b"+").unwrap_or(time), time_of_day)?
        }
        _ => return None,
    };
    days.checked_mul(86_400)?.checked_add(time)
}

/// `H:MM`, `H:MM:SS`, `H:MM:SS.f`, with at most `most` hours.
fn clock(text: &[u8], most: i64) -> Option<i64> {
    let mut parts = text.split(|&b| b == b':');
    let hours = plain(parts.next()?)?;
    let minutes = two_digits(parts.next()?)?;
    let seconds = parts.next().map_or(Some(0), seconds_rounded)?;
    if parts.next().is_some() || hours > most {
        return None;
    }
    hours.checked_mul(3600)?.checked_add(minutes * 60 + seconds)
}

fn plain(text: &[u8]) -> Option<i64> {
    text.first()?.is_ascii_digit().then(|| number::int(text)).flatten().filter(|_| text.iter().all(u8::is_ascii_digit))
}

fn two_digits(text: &[u8]) -> Option<i64> {
    plain(text).filter(|&n| text.len() <= 2 && n < 60)
}

fn seconds_rounded(text: &[u8]) -> Option<i64> {
    match text.iter().position(|&b| b == b'.') {
        None => two_digits(text),
        Some(dot) => {
            two_digits(&text[..dot])?;
            scaled(text, NANO)
        }
    }
}

/// A time of day by half days, as a length since midnight.
pub(super) fn clock12(text: &[u8]) -> Option<i64> {
    let (time, afternoon) = timestamp::split_half_day(text)?;
    let seconds = clock(time, 12)?;
    let hour = seconds / 3600;
    // A fraction that rounds up into hour 13 started in hour 12.
    if hour == 0 {
        return None;
    }
    let of_half = if hour >= 12 { seconds - 12 * 3600 } else { seconds };
    Some(of_half + if afternoon { 12 * 3600 } else { 0 })
}
