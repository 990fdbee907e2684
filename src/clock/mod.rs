//! Time without a wall clock: zones, reporting periods and business hours.
//!
//! Instants are `i64` seconds since 1970-01-01 00:00 UTC, days are `i32` days since 1970-01-01. Nothing here asks the machine
//! what time it is.

pub mod calendar;
pub mod ics;
pub mod period;
pub mod sla;
pub mod stamp;
pub mod timeline;
pub mod zone;

use chrono::NaiveDate;

/// Seconds in a day of 24 hours.
pub const DAY: i64 = 86_400;

/// The first and the last day that have a four-digit year: 0001-01-01 and 9999-12-31.
const FIRST_DAY: i32 = -719_162;
const LAST_DAY: i32 = 2_932_896;

/// The date of a day since 1970. Days outside the years 1 to 9999 count as the nearest one inside.
pub fn date(day: i32) -> NaiveDate {
    // Within the clamp there always is a date.
    NaiveDate::from_epoch_days(day.clamp(FIRST_DAY, LAST_DAY)).unwrap_or_default()
}

/// `2026-11-16`.
pub fn day_text(day: i32) -> String {
    date(day).format("%Y-%m-%d").to_string()
}

/// The day since 1970 of `2026-11-16`, four-digit years only.
pub fn parse_day(text: &str) -> Option<i32> {
    let is_shaped =
        text.len() == 10 && text.bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() });
    if !is_shaped {
        return None;
    }
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().map(|d| d.to_epoch_days())
}

/// Local seconds since 1970 of `2026-11-16`, `2026-11-16 06:00` or `2026-11-16 06:00:30`, with a blank or a `T` between.
///
/// The hour `24:00` is not accepted: it is the next day's `00:00`.
pub fn parse_local(text: &str) -> Option<i64> {
    let Some((day, time)) = text.split_once([' ', 'T']) else { return parse_day(text).map(|d| i64::from(d) * DAY) };
    let secs = parse_time(time)?;
    (secs < DAY).then_some(i64::from(parse_day(day)?) * DAY + secs)
}

/// Seconds since midnight of `08:00` or `08:00:30`, up to `24:00`.
pub fn parse_time(text: &str) -> Option<i64> {
    let parts: Vec<&str> = text.split(':').collect();
    let is_shaped = matches!(parts.len(), 2 | 3) && parts.iter().all(|p| p.len() == 2 && p.bytes().all(|b| b.is_ascii_digit()));
    if !is_shaped {
        return None;
    }
    let numbers: Vec<i64> = parts.iter().filter_map(|p| p.parse().ok()).collect();
    let (hour, minute, second) = (numbers[0], numbers[1], numbers.get(2).copied().unwrap_or(0));
    let secs = hour * 3600 + minute * 60 + second;
    (minute < 60 && second < 60 && secs <= DAY).then_some(secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_round_trip_and_only_one_form_is_read() {
        for day in [FIRST_DAY, -1, 0, 20_773, LAST_DAY] {
            assert_eq!(parse_day(&day_text(day)), Some(day));
        }
        assert_eq!(day_text(20_773), "2026-11-16");
        assert_eq!(day_text(i32::MAX), "9999-12-31");
        for wrong in ["2026-11-6", "2026-02-29", "16.11.2026", "2026-11-16 ", "+026-11-16", ""] {
            assert_eq!(parse_day(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn local_times_are_read_to_the_second() {
        let midnight = 20_773 * DAY;
        assert_eq!(parse_local("2026-11-16"), Some(midnight));
        assert_eq!(parse_local("2026-11-16 06:00"), Some(midnight + 6 * 3600));
        assert_eq!(parse_local("2026-11-16T06:00:30"), Some(midnight + 6 * 3600 + 30));
        for wrong in ["2026-11-16 24:00", "2026-11-16 6:00", "2026-11-16 06:60", "2026-11-16 06:00Z", "2026-11-16 06"] {
            assert_eq!(parse_local(wrong), None, "{wrong}");
        }
        assert_eq!(parse_time("24:00"), Some(DAY));
        assert_eq!(parse_time("24:01"), None);
    }
}
