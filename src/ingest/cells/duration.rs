//! Lengths of time, in whole seconds.

use super::number::Decimal;
use super::timestamp;

/// How a column writes lengths of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DurationUnit {
    /// `s`: a number of seconds.
    Seconds,
    /// `ms`: a number of milliseconds.
    Milliseconds,
    /// `min`: a number of minutes.
    Minutes,
    /// `h`: a number of hours.
    Hours,
    /// `d`: a number of days of 24 hours.
    Days,
    /// `hms`: `27:05:09`, `0:45` (hours and minutes), `-1:30:00`.
    Hms,
    /// `clock12`: a time of day meant as a length since midnight, `12:02:23 AM` being 143 seconds.
    Clock12,
    /// `since-1900`: a timestamp meant as a length since the start of 1900.
    Since1900,
    /// `since-1970`: a timestamp meant as a length since the start of 1970.
    Since1970,
    /// `words`: `1d 2h 3m`, `1 hour 5 minutes`. No weeks: some systems count five days to them.
    Words,
    /// `day-fraction`: a spreadsheet's time, a fraction of a day.
    DayFraction,
}

/// Seconds between the starts of 1900 and 1970.
const FROM_1900: i64 = 25_567 * 86_400;

impl DurationUnit {
    /// All units with their names.
    pub const ALL: [(&'static str, Self); 11] = [
        ("s", Self::Seconds),
        ("ms", Self::Milliseconds),
        ("min", Self::Minutes),
        ("h", Self::Hours),
        ("d", Self::Days),
        ("hms", Self::Hms),
        ("clock12", Self::Clock12),
        ("since-1900", Self::Since1900),
        ("since-1970", Self::Since1970),
        ("words", Self::Words),
        ("day-fraction", Self::DayFraction),
    ];

    /// The unit of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, unit)| unit)
    }

    /// The unit's name.
    pub fn name(self) -> &'static str {
        Self::ALL.into_iter().find(|(_, unit)| *unit == self).map_or("", |(name, _)| name)
    }

    /// Reads a trimmed cell as seconds, rounded half away from zero; `None` if it is not of this kind or does not fit.
    pub fn parse(self, text: &[u8]) -> Option<i64> {
        match self {
            Self::Seconds => scaled(text, NANO),
            Self::Milliseconds => scaled(text, NANO / 1000),
            Self::Minutes => scaled(text, 60 * NANO),
            Self::Hours => scaled(text, 3600 * NANO),
            Self::Days | Self::DayFraction => scaled(text, 86_400 * NANO),
            Self::Hms => hms(text),
            Self::Clock12 => clock12(text),
            Self::Since1900 => timestamp::iso(text)?.secs.checked_add(FROM_1900),
            Self::Since1970 => Some(timestamp::iso(text)?.secs),
            Self::Words => words(text),
        }
    }
}

/// Nanoseconds a second.
const NANO: u64 = 1_000_000_000;

fn scaled(text: &[u8], unit: u64) -> Option<i64> {
    if let (true, Some(value)) = (unit == NANO, super::number::int(text)) {
        return Some(value);
    }
    // Seconds first, in one rounding: a unit is a whole number of nanoseconds, never rounded on the way.
    let mut decimal = Decimal::parse(text)?;
    decimal.exponent = decimal.exponent.checked_sub(9)?;
    i64::try_from(decimal.times(unit)?).ok()
}

fn hms(text: &[u8]) -> Option<i64> {
    let (negative, rest) = match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    let seconds = clock(rest, i64::MAX)?;
    Some(if negative { -seconds } else { seconds })
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
    text.first()?.is_ascii_digit().then(|| super::number::int(text)).flatten().filter(|_| text.iter().all(u8::is_ascii_digit))
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

fn clock12(text: &[u8]) -> Option<i64> {
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

fn words(text: &[u8]) -> Option<i64> {
    let (negative, mut rest) = match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    let mut nanos = 0i128;
    let mut below = u64::MAX;
    while !rest.is_empty() {
        let number = rest.iter().take_while(|b| b.is_ascii_digit() || **b == b'.').count();
        let amount = Decimal::parse(&rest[..number])?;
        rest = rest[number..].trim_ascii_start();
        let word = rest.iter().take_while(|b| b.is_ascii_alphabetic()).count();
        let unit = word_unit(&rest[..word]).filter(|&u| u < below)?;
        nanos = nanos.checked_add(amount.times(unit)?)?;
        below = unit;
        rest = rest[word..].trim_ascii_start();
        rest = rest.strip_prefix(b",").unwrap_or(rest).trim_ascii_start();
        rest = rest.strip_prefix(b"and ").unwrap_or(rest).trim_ascii_start();
    }
    if below == u64::MAX {
        return None;
    }
    let seconds = i64::try_from((nanos + i128::from(NANO) / 2) / i128::from(NANO)).ok()?;
    Some(if negative { -seconds } else { seconds })
}

fn word_unit(word: &[u8]) -> Option<u64> {
    const UNITS: [(u64, &[&str]); 4] = [
        (86_400, &["d", "day", "days"]),
        (3600, &["h", "hr", "hrs", "hour", "hours"]),
        (60, &["m", "min", "mins", "minute", "minutes"]),
        (1, &["s", "sec", "secs", "second", "seconds"]),
    ];
    let known = |names: &[&str]| names.iter().any(|n| word.eq_ignore_ascii_case(n.as_bytes()));
    UNITS.iter().find(|(_, names)| known(names)).map(|(seconds, _)| seconds * NANO)
}

#[cfg(test)]
mod tests {
    use super::DurationUnit::{self, *};
    use proptest::prelude::*;

    fn check(unit: DurationUnit, good: &[(&str, i64)], bad: &[&str]) {
        for (text, seconds) in good {
            assert_eq!(unit.parse(text.as_bytes()), Some(*seconds), "{} {text:?}", unit.name());
        }
        for text in bad {
            assert_eq!(unit.parse(text.as_bytes()), None, "{} {text:?}", unit.name());
        }
    }

    #[test]
    fn names_lead_to_units_and_back() {
        for (name, unit) in DurationUnit::ALL {
            assert_eq!(DurationUnit::from_name(name), Some(unit));
            assert_eq!(unit.name(), name);
        }
        assert_eq!(DurationUnit::from_name("weeks"), None);
    }

    #[test]
    fn numbers_of_units() {
        check(Seconds, &[("109.0", 109), ("-3", -3), ("0.5", 1), ("-0.5", -1), ("0.4999", 0), ("1e3", 1000)], &["", "1s", "1:00", "9e18e"]);
        check(Milliseconds, &[("1499", 1), ("1500", 2), ("-1500", -2), ("0", 0)], &["", "x"]);
        check(Minutes, &[("1.5", 90), ("0.008333", 0), ("0.00833334", 1)], &["1m"]);
        check(Hours, &[("1.25", 4500), ("-0.1", -360)], &["1:15", "1e400"]);
        check(Days, &[("2", 172_800), ("1E-05", 1)], &["2d"]);
        check(DayFraction, &[("0.00165509259259259", 143), ("1.65509259259259E-03", 143), ("1.5", 129_600)], &["00:02:23"]);
        check(Seconds, &[("9223372036854775807", i64::MAX)], &["9223372036854775808"]);
    }

    #[test]
    fn hours_minutes_seconds() {
        let good = [("0:45", 2700), ("27:05:09", 97_509), ("-1:30:00", -5400), ("100:00", 360_000), ("0:00:00.5", 1), ("00:59:59.6", 3600)];
        check(
            Hms,
            &good,
            &["", ":", "1:60", "1:00:60", "1:2:3:4", "1:", "1:-5", "1:+5", "-", "--1:00", "1:00:5.", "99999999999999999:00", "1:005"],
        );
    }

    #[test]
    fn clocks_as_lengths() {
        let good = [
            ("12:02:23 AM", 143),
            ("12:02 am", 120),
            ("1:00:00 AM", 3600),
            ("12:00 PM", 43_200),
            ("11:59:59 PM", 86_399),
            ("12:59:59.9 AM", 3600),
        ];
        check(Clock12, &good, &["0:10 AM", "13:00 PM", "12:02:23", "AM", "-1:00 AM"]);
        check(Since1900, &[("1900-01-01 00:02:23", 143), ("1900-01-02T00:00", 86_400), ("1899-12-31 23:59:59", -1)], &["00:02:23"]);
        check(Since1970, &[("1970-01-01 00:02:23", 143), ("1970-01-03", 172_800)], &["143"]);
    }

    #[test]
    fn words_of_time() {
        let good =
            [("1d 2h 3m", 93_780), ("3m", 180), ("1 hour, 5 minutes and 2 seconds", 3902), ("-2H", -7200), ("1.5h", 5400), ("1h30m", 5400)];
        check(Words, &good, &["", "-", "5", "1w", "1h 1h", "3m 1h", "h", "1 h x", "1m,,2s"]);
    }

    proptest! {
        #[test]
        fn hms_reads_what_is_written(seconds in -1_000_000_000i64..1_000_000_000) {
            let size = seconds.abs();
            let text = format!("{}{}:{:02}:{:02}", if seconds < 0 { "-" } else { "" }, size / 3600, size / 60 % 60, size % 60);
            prop_assert_eq!(Hms.parse(text.as_bytes()), Some(seconds));
            prop_assert_eq!(Milliseconds.parse((seconds * 1000 + seconds.signum() * 499).to_string().as_bytes()), Some(seconds));
        }
    }
}
