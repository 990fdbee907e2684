//! Lengths of time, in whole seconds.

mod clock;
mod header;
mod search;
#[cfg(test)]
mod tests;
mod units;
mod words;

use super::number::{Decimal, NumberStyle};
use super::timestamp;
use clock::{clock12, hms, mmss};
use words::{period, words};

pub use search::{DurationProblem, DurationSearch, FoundDurations};
pub use units::Units;

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
    /// `hms`: `27:05:09`, `0:45` (hours and minutes), `-1:30:00`; with days before it as `1 day, 2:03:04` (Python, Postgres) or
    /// `1.02:03:04` (.NET).
    Hms,
    /// `mmss`: `2:23` (minutes and seconds), `90:05`; three parts are read as by `hms`.
    Mmss,
    /// `clock12`: a time of day meant as a length since midnight, `12:02:23 AM` being 143 seconds.
    Clock12,
    /// `since-1900`: a timestamp meant as a length since the start of 1900.
    Since1900,
    /// `since-1970`: a timestamp meant as a length since the start of 1970.
    Since1970,
    /// `words`: `1d 2h 3m`, `1 hour 5 minutes`, `2 Std. 5 Min.`, `3 heures`. No weeks: some systems count five days to them.
    Words,
    /// `iso`: `PT1H30M`, `P1DT2H`. No years, months and weeks.
    Iso,
    /// `day-fraction`: a spreadsheet's time, a fraction of a day.
    DayFraction,
}

/// Seconds between the starts of 1900 and 1970.
const FROM_1900: i64 = 25_567 * 86_400;

impl DurationUnit {
    /// All units with their names.
    pub const ALL: [(&'static str, Self); 13] = [
        ("s", Self::Seconds),
        ("ms", Self::Milliseconds),
        ("min", Self::Minutes),
        ("h", Self::Hours),
        ("d", Self::Days),
        ("hms", Self::Hms),
        ("mmss", Self::Mmss),
        ("clock12", Self::Clock12),
        ("since-1900", Self::Since1900),
        ("since-1970", Self::Since1970),
        ("words", Self::Words),
        ("iso", Self::Iso),
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
            Self::Mmss => mmss(text),
            Self::Clock12 => clock12(text),
            Self::Since1900 => timestamp::iso(text)?.secs.checked_add(FROM_1900),
            Self::Since1970 => Some(timestamp::iso(text)?.secs),
            Self::Words => words(text),
            Self::Iso => period(text),
        }
    }

    /// As [`DurationUnit::parse`], numbers being written in a style (`1,5` hours).
    pub fn parse_in(self, style: NumberStyle, text: &[u8]) -> Option<i64> {
        let as_it_is = if style == NumberStyle::PLAIN || !self.is_number() { self.parse(text) } else { None };
        as_it_is.or_else(|| self.parse(style.plain(text).filter(|_| self.is_number())?.text()))
    }

    /// Whether a bare number is meant.
    pub fn is_number(self) -> bool {
        matches!(self, Self::Seconds | Self::Milliseconds | Self::Minutes | Self::Hours | Self::Days | Self::DayFraction)
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
