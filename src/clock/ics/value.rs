//! Dates, times and lengths as iCalendar writes them.

use super::line::Line;
use super::{Skip, Source};
use crate::clock::zone::Zone;
use crate::clock::{DAY, parse_time};
use crate::error::{Error, Result};
use chrono::NaiveDate;
use chrono_tz::Tz;
use std::sync::Arc;

/// A moment of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// A whole day, since 1970.
    Day(i32),
    /// An instant, in seconds since 1970 UTC, and whether it is told on the calendar's own wall clock.
    Instant { utc: i64, is_local: bool },
    /// A time in a zone nobody knows.
    Unknown,
}

impl Moment {
    /// The local day that begins with it; why there is none otherwise.
    pub(super) fn day(self, zone: &Zone) -> Result<i32, Skip> {
        match self {
            Self::Day(day) => Ok(day),
            Self::Unknown => Err(Skip::UnknownZone),
            Self::Instant { utc, .. } => {
                let day = zone.local_day(utc);
                if zone.day_start(day) == utc { Ok(day) } else { Err(Skip::TimeOfDay) }
            }
        }
    }
}

/// The moments of a line, separated by commas.
pub(super) fn moments(line: &Line<'_>, source: &Source<'_>) -> Result<Vec<Moment>> {
    let other = line.parameter("VALUE").filter(|v| !["DATE", "DATE-TIME"].iter().any(|known| v.eq_ignore_ascii_case(known)));
    if let Some(other) = other {
        let error = source.error(line.number, format!("`{}` is given as `{other}`, not as dates", line.name()));
        return Err(error.hint("write the days, such as 20261224"));
    }
    line.value().split(',').map(|text| moment(line, text.trim(), source)).collect()
}

/// The one moment of a line.
pub(super) fn the_moment(line: &Line<'_>, source: &Source<'_>) -> Result<Moment> {
    match *moments(line, source)? {
        [moment] => Ok(moment),
        _ => Err(no_date(line, line.value(), source)),
    }
}

fn moment(line: &Line<'_>, text: &str, source: &Source<'_>) -> Result<Moment> {
    if let Some(day) = day(text) {
        return Ok(Moment::Day(day));
    }
    let (local, is_utc) = local(text).ok_or_else(|| no_date(line, text, source))?;
    if is_utc {
        return Ok(Moment::Instant { utc: local, is_local: false });
    }
    let named = line.parameter("TZID").map(|name| zone(name, source));
    Ok(match named {
        Some(None) => Moment::Unknown,
        Some(Some(zone)) => Moment::Instant { utc: zone.to_utc(local).secs, is_local: zone.tz() == source.zone.tz() },
        None => Moment::Instant { utc: source.zone.to_utc(local).secs, is_local: true },
    })
}

fn no_date(line: &Line<'_>, text: &str, source: &Source<'_>) -> Error {
    let what = format!("`{}` of `{}` is not a date", short(text), line.name());
    source.error(line.number, what).hint("write 20261224 for a day, or 20261224T000000 for an instant")
}

/// A text from the file as errors show it.
pub(super) fn short(text: &str) -> String {
    const MOST: usize = 60;
    if text.chars().count() <= MOST { text.to_owned() } else { text.chars().take(MOST).chain(['…']).collect() }
}

/// The zone of a `TZID`; some programs put their own path before the name.
fn zone(name: &str, source: &Source<'_>) -> Option<Arc<Zone>> {
    let mut starts = std::iter::once(0).chain(name.match_indices('/').map(|(at, _)| at + 1)).take(16);
    let tz: Tz = starts.find_map(|at| name[at..].parse().ok())?;
    Some(if tz == source.zone.tz() { Arc::new(source.zone.clone()) } else { Zone::shared(tz) })
}

/// The day since 1970 of `20261224`.
pub(super) fn day(text: &str) -> Option<i32> {
    if text.len() != 8 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (year, month, day) = (text[..4].parse().ok()?, text[4..6].parse().ok()?, text[6..].parse().ok()?);
    NaiveDate::from_ymd_opt(year, month, day).filter(|_| year > 0).map(|d| d.to_epoch_days())
}

/// The seconds since 1970 that `20261224T063000` shows on some clock, and whether a `Z` says it is that of UTC.
pub(super) fn local(text: &str) -> Option<(i64, bool)> {
    let (date, time) = text.split_once(['T', 't'])?;
    let digits = time.strip_suffix(['Z', 'z']).unwrap_or(time);
    let (hours, minutes, seconds) = (digits.get(..2)?, digits.get(2..4)?, digits.get(4..)?);
    // A leap second is the last of its minute.
    let seconds = if seconds == "60" { "59" } else { seconds };
    let secs = parse_time(&format!("{hours}:{minutes}:{seconds}")).filter(|s| *s < DAY)?;
    Some((i64::from(day(date)?) * DAY + secs, digits.len() < time.len()))
}

/// The seconds of `P1D`, `P2W` or `PT24H`.
pub(super) fn duration(text: &str) -> Option<i64> {
    let text = text.strip_prefix('+').unwrap_or(text).strip_prefix(['P', 'p'])?;
    let (mut total, mut number, mut is_time) = (0i64, String::new(), false);
    for c in text.chars() {
        let unit = match (c.to_ascii_uppercase(), is_time) {
            ('0'..='9', _) => {
                number.push(c);
                continue;
            }
            ('T', false) if number.is_empty() => {
                is_time = true;
                continue;
            }
            ('W', false) => 7 * DAY,
            ('D', false) => DAY,
            ('H', true) => 3600,
            ('M', true) => 60,
            ('S', true) => 1,
            _ => return None,
        };
        total = number.parse::<i64>().ok()?.checked_mul(unit)?.checked_add(total)?;
        number.clear();
    }
    (number.is_empty() && total > 0).then_some(total)
}

/// A text with its escapes undone, on one line.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' => match rest.next() {
                Some('n' | 'N') => plain.push(' '),
                Some(other) => plain.push(other),
                None => {}
            },
            c if c.is_control() => plain.push(' '),
            c => plain.push(c),
        }
    }
    plain.trim().to_owned()
}
